//! The PostgreSQL server that Guildhall brings along when it is given no `DATABASE_URL`.
//!
//! It runs the binaries that are installed, on data in a folder of ours, and listens on a Unix
//! socket only; the operating system vouches for who connects. It is a server like any other: it
//! outlives a killed program, and the next start takes it up again. Several programs may use one
//! folder; the last to stop stops the server. Linux only, for it looks into `/proc`.

mod account;
mod binaries;
mod error;
mod folder;
mod initdb;
mod postmaster;
mod processes;

use std::fs::File;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use diesel::result::{ConnectionError, ConnectionResult};
use diesel::sql_types::{Bool, Text};
use diesel::{Connection, PgConnection, QueryableByName, RunQueryDsl, sql_query};
use nix::sys::signal::{Signal, kill};

use account::Account;
use binaries::Binaries;
pub use error::StartError;
use folder::Folder;

/// The one role of the server, its superuser.
const ROLE: &str = "guildhall";

/// Only the name of the socket's file depends on it; set, so that no PGPORT can change it.
const PORT: &str = "5432";

/// How long a server may take to answer: after a crash it reads its journal first.
const PATIENCE: Duration = Duration::from_secs(60);

/// How long a stop may take, so that the program itself is gone within 25 s (R24).
const STOP_PATIENCE: Duration = Duration::from_secs(20);

/// Between two looks at whether it answers, or is gone.
const PAUSE: Duration = Duration::from_millis(50);

/// How often a server that ends at once is started again before its log is shown.
const ATTEMPTS: u32 = 3;

/// What may differ between one server and another.
#[derive(Debug, Clone, Copy)]
pub struct Options<'a> {
    /// The folder that holds one folder per major version, as Debian has it.
    pub versions: &'a Path,
    /// Whether the PATH is searched after it.
    pub on_path: bool,
    /// Settings of the server, over its configuration file's.
    pub settings: &'a [(&'a str, &'a str)],
}

impl Default for Options<'_> {
    fn default() -> Self {
        Options { versions: Path::new(binaries::DEBIAN_VERSIONS), on_path: true, settings: &[] }
    }
}

/// A running server. Dropping this leaves it running; see [`Server::stop`].
#[derive(Debug)]
pub struct Server {
    folder: Folder,
    in_use: File,
}

impl Server {
    /// Starts the server of that folder, or takes up the one that runs there, and waits until it
    /// answers a query. The first time, its data are made.
    ///
    /// Blocks: up to 60 s where the server has to recover from a crash.
    pub fn start(folder: &Path) -> Result<Server, StartError> {
        Server::start_with(folder, Options::default())
    }

    /// As [`Server::start`], with other options. They do not change a server that runs already.
    pub fn start_with(folder: &Path, options: Options) -> Result<Server, StartError> {
        let folder = Folder::open(folder, Account::of_this_process()?)?;
        let starting = folder.starting_lock()?;
        starting.lock().map_err(StartError::at(&folder.data()))?;
        let in_use = folder.in_use_lock()?;
        in_use.lock_shared().map_err(StartError::at(&folder.data()))?;
        // Before the first connection, which must not reach somebody else's server.
        folder.make_socket_folder()?;
        let server = Server { folder, in_use };
        if server.answer().is_err() {
            server.bring_up(options)?;
        }
        Ok(server)
    }

    /// A libpq URL of a database on this server, over its socket. The name is one of ours:
    /// letters, digits and underscores.
    pub fn url(&self, database: &str) -> String {
        let socket = self.folder.socket();
        // Without TLS, which a socket does not have, so that no PGSSLMODE can ask for it.
        format!("postgresql:///{database}?host={}&port={PORT}&user={ROLE}&sslmode=disable", socket.display())
    }

    /// Makes the database where it is missing.
    pub fn ensure_database(&self, database: &str) -> Result<(), StartError> {
        let refused = |reason: String| StartError::NoDatabase { database: database.into(), reason };
        let mut conn = self.connect().map_err(|error| refused(error.to_string()))?;
        if has_database(&mut conn, database).map_err(|error| refused(error.to_string()))? {
            return Ok(());
        }
        let created = sql_query(format!("CREATE DATABASE \"{database}\"")).execute(&mut conn);
        match created {
            Ok(_) => Ok(()),
            // Another program may have made it in between.
            Err(_) if has_database(&mut conn, database) == Ok(true) => Ok(()),
            Err(error) => Err(refused(error.to_string())),
        }
    }

    /// The number of the server's first process, while it runs.
    pub fn process_id(&self) -> Option<i32> {
        self.folder.postmaster().map(|pid| pid.as_raw())
    }

    /// The folder of the data, which the server alone writes.
    pub fn data_folder(&self) -> PathBuf {
        self.folder.data()
    }

    /// Stops the server, unless another program uses it, and waits until it is gone. Open
    /// transactions are rolled back.
    ///
    /// Blocks up to 20 s; a server that needs longer ends by itself, and the next start waits.
    pub fn stop(&self) {
        if let Err(error) = self.stop_if_last() {
            tracing::warn!(%error, "the embedded database could not be stopped");
        }
    }

    fn stop_if_last(&self) -> Result<(), StartError> {
        // Ours first: of two that stop at once, the second then finds nobody.
        let _ = self.in_use.unlock();
        let starting = self.folder.starting_lock()?;
        starting.lock().map_err(StartError::at(&self.folder.data()))?;
        if self.in_use.try_lock().is_err() {
            tracing::info!("another program uses the embedded database, so it stays up");
            return Ok(());
        }
        self.end();
        let _ = self.in_use.unlock();
        Ok(())
    }

    fn end(&self) {
        let Some(postmaster) = self.folder.postmaster() else { return };
        // SIGINT is what PostgreSQL calls a fast shutdown.
        let _ = kill(postmaster, Signal::SIGINT);
        let deadline = Instant::now() + STOP_PATIENCE;
        while self.folder.is_served() {
            if Instant::now() > deadline {
                tracing::warn!("the embedded database is still busy stopping");
                return;
            }
            thread::sleep(PAUSE);
        }
        self.folder.remove_socket_folder();
    }

    fn bring_up(&self, options: Options) -> Result<(), StartError> {
        let Options { versions, on_path, settings } = options;
        let data = self.folder.data();
        let binaries = Binaries::find(versions, on_path, &data, self.folder.made_by())?;
        self.folder.prepare(&binaries)?;
        self.start_until_it_answers(&binaries, settings)
    }

    /// A server is started only where none of its processes is left: one that still starts, still
    /// stops, or whose killed postmaster left sessions behind, is waited for.
    fn start_until_it_answers(&self, binaries: &Binaries, settings: &[(&str, &str)]) -> Result<(), StartError> {
        let deadline = Instant::now() + PATIENCE;
        let mut attempts = 0;
        while let Err(error) = self.answer() {
            if Instant::now() > deadline {
                return Err(self.silent(error));
            }
            if !self.folder.is_served() {
                if attempts == ATTEMPTS {
                    return Err(self.ends());
                }
                attempts += 1;
                postmaster::spawn(&self.folder, binaries, settings)?;
            }
            thread::sleep(PAUSE);
        }
        Ok(())
    }

    fn silent(&self, error: ConnectionError) -> StartError {
        StartError::Silent { seconds: PATIENCE.as_secs(), reason: error.to_string(), log: self.folder.log() }
    }

    fn ends(&self) -> StartError {
        StartError::Ends { log: self.folder.log(), tail: self.folder.log_tail() }
    }

    fn connect(&self) -> ConnectionResult<PgConnection> {
        PgConnection::establish(&format!("{}&connect_timeout=5", self.url("postgres")))
    }

    fn answer(&self) -> ConnectionResult<()> {
        let asked = sql_query("SELECT 1").execute(&mut self.connect()?);
        asked.map(drop).map_err(ConnectionError::CouldntSetupConfiguration)
    }
}

#[derive(QueryableByName)]
struct Found {
    #[diesel(sql_type = Bool)]
    found: bool,
}

fn has_database(conn: &mut PgConnection, name: &str) -> diesel::QueryResult<bool> {
    sql_query("SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1) AS found")
        .bind::<Text, _>(name)
        .get_result::<Found>(conn)
        .map(|row| row.found)
}

/// Where the server's folder is when `GUILDHALL_DATA` names none: `/var/lib/guildhall` for root,
/// else in the XDG state folder. `None` where neither it nor a home is known.
pub fn default_folder(state_home: Option<&Path>, home: Option<&Path>) -> Option<PathBuf> {
    if nix::unistd::geteuid().is_root() {
        return Some(PathBuf::from("/var/lib/guildhall"));
    }
    // The XDG specification wants a relative path ignored.
    let state_home = state_home.filter(|path| path.is_absolute()).map(Path::to_owned);
    let state = state_home.or_else(|| home.map(|home| home.join(".local/state")))?;
    Some(state.join("guildhall"))
}
