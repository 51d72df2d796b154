//! What can keep the embedded server from starting, each with what to do about it.

use std::io;
use std::path::{Path, PathBuf};

/// Why the embedded server did not start. The text is for the person at the terminal.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// No server binaries were found.
    #[error(
        "PostgreSQL is not installed. Install its server (on Debian and Ubuntu: \
         apt-get install postgresql), or set DATABASE_URL to a server that runs elsewhere."
    )]
    NotInstalled,

    /// The data were made by a major version that is not installed any more.
    #[error(
        "The data in {data} belong to PostgreSQL {needed}, but only {installed} is installed. \
         Install that version (apt-get install postgresql-{needed}) to go on with these data, \
         or set GUILDHALL_DATA to another folder to begin anew."
    )]
    OtherVersion {
        /// The data folder.
        data: PathBuf,
        /// The major version that made the data.
        needed: u32,
        /// The major versions found on this machine.
        installed: String,
    },

    /// The folder, or a file in it, cannot be made or written.
    #[error(
        "The database's folder cannot be used: {path}: {source}. \
         Make it writable, or set GUILDHALL_DATA to a folder that is."
    )]
    NotWritable {
        /// What was tried.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },

    /// The server's user may not pass through a parent of the folder.
    #[error(
        "The database runs as the user {user}, who cannot enter {folder}. Set GUILDHALL_DATA \
         to a folder all of whose parents others may enter, such as one under /var/lib."
    )]
    NotReachable {
        /// The folder of the server.
        folder: PathBuf,
        /// The user that the server runs as.
        user: String,
    },

    /// The data belong to another user than the one the server would run as.
    #[error(
        "The data in {data} do not belong to the user {user}, whom the database would run as. \
         Start Guildhall as the user that made them, or set GUILDHALL_DATA to another folder."
    )]
    OtherOwner {
        /// The data folder.
        data: PathBuf,
        /// The user that the server would run as.
        user: String,
    },

    /// The folder for the socket exists and is not ours alone.
    #[error(
        "{folder} should hold the database's socket, but it belongs to someone else or is open \
         to others. Remove it, or set GUILDHALL_DATA to a shorter path."
    )]
    ForeignSocket {
        /// The folder for the socket.
        folder: PathBuf,
    },

    /// There is nobody to run the server as.
    #[error(
        "PostgreSQL refuses to run as root, and there is no user named postgres to run it as. \
         Create one (useradd --system postgres), or start Guildhall as an ordinary user."
    )]
    NoServerUser,

    /// The user of this process cannot be looked up, so peer authentication cannot work.
    #[error("The user with the number {0} has no name on this machine, and the database needs one.")]
    NamelessUser(u32),

    /// A program of PostgreSQL could not be run at all.
    #[error("{program} could not be run: {source}.")]
    NotRunnable {
        /// The program.
        program: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },

    /// `initdb` failed.
    #[error("The database could not be made. initdb says: {0}")]
    NotMade(String),

    /// The server ends right after its start.
    #[error("The database does not stay up. The end of its log, {log}:\n{tail}")]
    Ends {
        /// The server's log.
        log: PathBuf,
        /// Its last lines.
        tail: String,
    },

    /// The server runs, but no query was answered in time.
    #[error("The database did not answer within {seconds} s: {reason}. Its log is {log}.")]
    Silent {
        /// How long it was given.
        seconds: u64,
        /// What the last try to connect said.
        reason: String,
        /// The server's log.
        log: PathBuf,
    },

    /// A database could not be made, though the server runs.
    #[error("The database {database} could not be made: {reason}.")]
    NoDatabase {
        /// Its name.
        database: String,
        /// What the server said.
        reason: String,
    },
}

impl StartError {
    /// For `map_err`: a file operation on `path` failed.
    pub(super) fn at(path: &Path) -> impl FnOnce(io::Error) -> StartError {
        let path = path.to_owned();
        move |source| StartError::NotWritable { path, source }
    }
}
