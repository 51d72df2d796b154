//! The operating system's user that the server runs as.

use std::io;
use std::os::unix::fs::chown;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Stdio};

use nix::unistd::{Uid, User, geteuid};

use super::StartError;

/// PostgreSQL refuses to run as root, so root lends it the user that distributions make for it.
const SERVER_USER: &str = "postgres";

/// Who runs the server: this process's user, or `postgres` when that is root.
#[derive(Debug)]
pub(super) struct Account {
    user: User,
    is_lent: bool,
}

impl Account {
    pub(super) fn of_this_process() -> Result<Account, StartError> {
        let is_lent = geteuid().is_root();
        let user = if is_lent {
            User::from_name(SERVER_USER).ok().flatten().ok_or(StartError::NoServerUser)?
        } else {
            let number = geteuid();
            let found = User::from_uid(number).ok().flatten();
            found.ok_or(StartError::NamelessUser(number.as_raw()))?
        };
        Ok(Account { user, is_lent })
    }

    pub(super) fn name(&self) -> &str {
        &self.user.name
    }

    pub(super) fn uid(&self) -> Uid {
        self.user.uid
    }

    /// Whether the server runs as somebody else than this process.
    pub(super) fn is_lent(&self) -> bool {
        self.is_lent
    }

    /// The users that may connect. Root is one of them where it lends the server its user.
    pub(super) fn peers(&self) -> Vec<&str> {
        let root = self.is_lent.then_some("root");
        root.into_iter().chain([self.name()]).collect()
    }

    /// Hands a file or folder over to the server's user.
    pub(super) fn own(&self, path: &Path) -> io::Result<()> {
        if !self.is_lent {
            return Ok(());
        }
        chown(path, Some(self.user.uid.as_raw()), Some(self.user.gid.as_raw()))
    }

    /// A command that runs `program` as this user.
    ///
    /// It gets no environment of ours, which holds keys and passwords and may hold settings of
    /// libpq, and a process group of its own, so that Ctrl-C reaches only us.
    pub(super) fn command(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command.env_clear().env("PATH", "/usr/local/bin:/usr/bin:/bin");
        command.stdin(Stdio::null()).process_group(0);
        if self.is_lent {
            command.uid(self.user.uid.as_raw()).gid(self.user.gid.as_raw());
        }
        command
    }
}
