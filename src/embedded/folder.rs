//! The server's folder: what lies where, and who owns it.
//!
//! ```text
//! starting.lock   held while one program starts or stops the server
//! in-use.lock     shared by all programs that use the server
//! pg_hba.conf     who may connect, and
//! pg_ident.conf   as which role; both written at each start
//! server.log
//! socket/         of the server's user
//! data/           of the server's user; named data.NUMBER until initdb is through
//! ```
//!
//! As root, the folder itself stays root's: what root writes here, the server's user cannot turn
//! into a link to somewhere else.

use std::fs::{self, DirBuilder, File, Permissions};
use std::io::{self, Read, Seek, SeekFrom};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use nix::unistd::{Pid, geteuid};
use sha2::{Digest, Sha256};

use super::account::Account;
use super::binaries::Binaries;
use super::{ROLE, StartError, initdb, processes};

/// The map in `pg_ident.conf` from the operating system's users to our role.
const MAP: &str = "guildhall";

/// Linux takes 107 bytes for a socket's path; the file's name and its slash need 15 of them.
const LONGEST_SOCKET_FOLDER: usize = 107 - "/.s.PGSQL.5432".len();

/// What is left of the log in an error's text, in bytes.
const LOG_TAIL: u64 = 1500;

/// A folder that exists, by its full path, and the user whose server lives in it.
#[derive(Debug)]
pub(super) struct Folder {
    root: PathBuf,
    account: Account,
}

impl Folder {
    pub(super) fn open(path: &Path, account: Account) -> Result<Folder, StartError> {
        fs::create_dir_all(path).map_err(StartError::at(path))?;
        let root = fs::canonicalize(path).map_err(StartError::at(path))?;
        let folder = Folder { root, account };
        folder.set_up_if_empty().map_err(StartError::at(path))?;
        Ok(folder)
    }

    pub(super) fn root(&self) -> &Path {
        &self.root
    }

    pub(super) fn account(&self) -> &Account {
        &self.account
    }

    pub(super) fn data(&self) -> PathBuf {
        self.root.join("data")
    }

    pub(super) fn log(&self) -> PathBuf {
        self.root.join("server.log")
    }

    pub(super) fn hba(&self) -> PathBuf {
        self.root.join("pg_hba.conf")
    }

    pub(super) fn ident(&self) -> PathBuf {
        self.root.join("pg_ident.conf")
    }

    /// The name that the server's processes carry, and by which `ps` tells two servers apart.
    pub(super) fn server_name(&self) -> String {
        format!("guildhall_{}", self.fingerprint())
    }

    /// Where the socket lies: in the folder, unless its path is too long for a socket, or has
    /// characters that PostgreSQL's settings or a URL would give another meaning.
    pub(super) fn socket(&self) -> PathBuf {
        let inside = self.root.join("socket");
        let bytes = inside.as_os_str().as_bytes();
        let is_plain = bytes.iter().all(|b| b.is_ascii_alphanumeric() || b"/._-".contains(b));
        if is_plain && bytes.len() <= LONGEST_SOCKET_FOLDER {
            return inside;
        }
        PathBuf::from(format!("/tmp/guildhall-{}", self.fingerprint()))
    }

    fn fingerprint(&self) -> String {
        let hash = Sha256::digest(self.root.as_os_str().as_bytes());
        hash.iter().take(8).map(|byte| format!("{byte:02x}")).collect()
    }

    /// An empty folder was given or made for us, so its permissions are ours to set. A lent user
    /// must pass through it; nobody else needs to. One that is not ours we take as it is.
    fn set_up_if_empty(&self) -> io::Result<()> {
        let mode = if self.account.is_lent() { 0o711 } else { 0o700 };
        if fs::read_dir(&self.root)?.next().is_none() {
            let _ = fs::set_permissions(&self.root, Permissions::from_mode(mode));
        }
        Ok(())
    }

    /// The file to lock while the server is started or stopped.
    pub(super) fn starting_lock(&self) -> Result<File, StartError> {
        self.appendable(&self.root.join("starting.lock"))
    }

    /// The file that all who use the server lock together.
    pub(super) fn in_use_lock(&self) -> Result<File, StartError> {
        self.appendable(&self.root.join("in-use.lock"))
    }

    /// Opens the log at its end.
    pub(super) fn open_log(&self) -> Result<File, StartError> {
        self.appendable(&self.log())
    }

    fn appendable(&self, path: &Path) -> Result<File, StartError> {
        let mut options = File::options();
        options.create(true).append(true).mode(0o600);
        options.open(path).map_err(StartError::at(path))
    }

    /// The last lines of the log, or why it cannot be read.
    pub(super) fn log_tail(&self) -> String {
        self.read_log_tail().unwrap_or_else(|error| error.to_string())
    }

    fn read_log_tail(&self) -> io::Result<String> {
        let mut log = File::open(self.log())?;
        let length = log.metadata()?.len();
        log.seek(SeekFrom::Start(length.saturating_sub(LOG_TAIL)))?;
        let mut bytes = Vec::new();
        log.read_to_end(&mut bytes)?;
        Ok(String::from_utf8_lossy(&bytes).trim_end().to_owned())
    }

    /// The major version that made the data; `None` while there are none.
    pub(super) fn made_by(&self) -> Option<u32> {
        let version = fs::read_to_string(self.data().join("PG_VERSION")).ok()?;
        version.trim().parse().ok()
    }

    /// Makes what the server needs: the data, once, and who may connect.
    pub(super) fn prepare(&self, binaries: &Binaries) -> Result<(), StartError> {
        if self.made_by().is_none() {
            initdb::make_data(self, binaries)?;
        }
        self.check_owner()?;
        self.write_access()
    }

    /// A program that cannot begin for want of permission could not enter its folder: a file
    /// that cannot be executed would not have told us its version before.
    pub(super) fn not_runnable(&self, program: PathBuf, source: io::Error) -> StartError {
        if source.kind() == io::ErrorKind::PermissionDenied {
            let user = self.account.name().to_owned();
            return StartError::NotReachable { folder: self.root.clone(), user };
        }
        StartError::NotRunnable { program, source }
    }

    fn check_owner(&self) -> Result<(), StartError> {
        let data = self.data();
        let found = fs::metadata(&data).map_err(StartError::at(&data))?;
        if found.uid() == self.account.uid().as_raw() {
            return Ok(());
        }
        Err(StartError::OtherOwner { data, user: self.account.name().to_owned() })
    }

    /// Lets in whom the operating system vouches for, over the socket, and nobody else.
    fn write_access(&self) -> Result<(), StartError> {
        let peers = self.account.peers();
        let lines = peers.iter().map(|user| format!("{MAP} \"{user}\" {ROLE}\n"));
        self.write_readable(&self.ident(), &lines.collect::<String>())?;
        self.write_readable(&self.hba(), &format!("local all all peer map={MAP}\n"))
    }

    /// The mode is set afterwards, because root's umask may keep the server from reading.
    fn write_readable(&self, path: &Path, text: &str) -> Result<(), StartError> {
        fs::write(path, text).and_then(|()| fs::set_permissions(path, Permissions::from_mode(0o644))).map_err(StartError::at(path))
    }

    /// Under `/tmp` anybody might have made a folder of that name first, so it is looked at.
    pub(super) fn make_socket_folder(&self) -> Result<(), StartError> {
        let folder = self.socket();
        match self.make_private(&folder) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            made => return made.map_err(StartError::at(&folder)),
        }
        let found = fs::symlink_metadata(&folder).map_err(StartError::at(&folder))?;
        let is_private = found.is_dir() && found.mode() & 0o077 == 0;
        let is_ours = [self.account.uid(), geteuid()].map(|uid| uid.as_raw()).contains(&found.uid());
        if is_private && is_ours {
            // Again, for a start that was killed between making it and handing it over.
            return self.account.own(&folder).map_err(StartError::at(&folder));
        }
        Err(StartError::ForeignSocket { folder })
    }

    /// Once the server is gone, so that nothing stays behind under `/tmp`.
    pub(super) fn remove_socket_folder(&self) {
        let _ = fs::remove_dir(self.socket());
    }

    /// Makes a folder that is open to the server's user only.
    pub(super) fn make_private(&self, folder: &Path) -> io::Result<()> {
        DirBuilder::new().mode(0o700).create(folder)?;
        self.account.own(folder)
    }

    /// Whether any process of this folder's server lives.
    pub(super) fn is_served(&self) -> bool {
        processes::any_of(&self.server_name(), self.account.uid())
    }

    /// The server's first process, where it runs.
    pub(super) fn postmaster(&self) -> Option<Pid> {
        let pid = self.recorded_pid()?;
        (processes::belongs_to(pid, &self.server_name()) == Some(true)).then_some(pid)
    }

    fn recorded_pid(&self) -> Option<Pid> {
        let text = fs::read_to_string(self.pid_file()).ok()?;
        text.lines().next()?.trim().parse().ok().map(Pid::from_raw)
    }

    fn pid_file(&self) -> PathBuf {
        self.data().join("postmaster.pid")
    }

    /// Removes the pid file of a server that was killed, where its number now belongs to another
    /// process, or to its own remains that nobody has waited for: PostgreSQL would take that for
    /// the server, and refuse to start. A number that is free it sees through itself. Only to be
    /// called when no process of the server is left.
    pub(super) fn forget_dead_postmaster(&self) {
        let Some(pid) = self.recorded_pid() else { return };
        if processes::belongs_to(pid, &self.server_name()) == Some(false) {
            let _ = fs::remove_file(self.pid_file());
        }
    }
}
