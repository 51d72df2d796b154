//! The PostgreSQL that is installed on this machine.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::StartError;

/// Where Debian and Ubuntu put each major version: `/usr/lib/postgresql/15/bin`.
pub(super) const DEBIAN_VERSIONS: &str = "/usr/lib/postgresql";

/// The server programs of one major version.
#[derive(Debug, Clone)]
pub(super) struct Binaries {
    folder: PathBuf,
    major: u32,
}

impl Binaries {
    pub(super) fn initdb(&self) -> PathBuf {
        self.folder.join("initdb")
    }

    pub(super) fn postgres(&self) -> PathBuf {
        self.folder.join("postgres")
    }

    /// The newest installed version; where there are data already, the version that made them.
    pub(super) fn find(versions: &Path, on_path: bool, data: &Path, made_by: Option<u32>) -> Result<Binaries, StartError> {
        let installed = installed(versions, on_path);
        let newest = installed.first().ok_or(StartError::NotInstalled)?;
        let Some(needed) = made_by else {
            return Ok(newest.clone());
        };
        let fitting = installed.iter().find(|binaries| binaries.major == needed);
        fitting.cloned().ok_or_else(|| StartError::OtherVersion { data: data.to_owned(), needed, installed: named(&installed) })
    }
}

fn named(installed: &[Binaries]) -> String {
    let majors: Vec<String> = installed.iter().map(|found| found.major.to_string()).collect();
    majors.join(", ")
}

/// All that is installed, newest first; what is on the PATH comes last.
fn installed(versions: &Path, on_path: bool) -> Vec<Binaries> {
    let folders = fs::read_dir(versions).into_iter().flatten().flatten();
    let mut found: Vec<Binaries> = folders.filter_map(|entry| in_folder(entry.path().join("bin"))).collect();
    found.sort_by_key(|binaries| std::cmp::Reverse(binaries.major));
    found.extend(on_path.then(folder_on_path).flatten().and_then(in_folder));
    found
}

fn in_folder(folder: PathBuf) -> Option<Binaries> {
    if !folder.join("initdb").is_file() {
        return None;
    }
    let major = major_version(&folder.join("postgres"))?;
    Some(Binaries { folder, major })
}

/// Asks the program itself: "postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)".
fn major_version(postgres: &Path) -> Option<u32> {
    let answer = Command::new(postgres).arg("--version").output().ok()?;
    let text = String::from_utf8_lossy(&answer.stdout).into_owned();
    let number = text.split_whitespace().nth(2)?;
    number.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
}

/// The shell looks it up, because only `config.rs` reads the environment.
fn folder_on_path() -> Option<PathBuf> {
    let answer = Command::new("sh").args(["-c", "command -v postgres"]).output().ok()?;
    let program = String::from_utf8(answer.stdout).ok()?;
    // A link may stand alone on the PATH; `initdb` is beside the real file.
    let program = fs::canonicalize(program.trim_end()).ok()?;
    program.parent().map(Path::to_owned)
}
