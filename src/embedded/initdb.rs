//! How the data are made, once.
//!
//! `initdb` works in a folder beside the final one, and only whole data get the final name: what
//! a killed `initdb` leaves behind is never taken for data.

use std::fs::{self, File};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::process;

use super::binaries::Binaries;
use super::folder::Folder;
use super::{ROLE, StartError};

pub(super) fn make_data(folder: &Folder, binaries: &Binaries) -> Result<(), StartError> {
    remove_unfinished(folder);
    let fresh = folder.root().join(format!("data.{}", process::id()));
    folder.make_private(&fresh).map_err(StartError::at(&fresh))?;
    let made = run(folder, binaries, &fresh).and_then(|()| keep(folder, &fresh));
    if made.is_err() {
        remove_unfinished(folder);
    }
    made
}

fn run(folder: &Folder, binaries: &Binaries, fresh: &Path) -> Result<(), StartError> {
    let program = binaries.initdb();
    let mut initdb = folder.account().command(&program);
    initdb.current_dir(fresh).arg("--pgdata").arg(fresh);
    initdb.args(["--username", ROLE, "--auth=peer", "--data-checksums"]);
    initdb.args(["--encoding=UTF8", "--locale=C.UTF-8"]);
    let answer = initdb.output().map_err(|error| folder.not_runnable(program, error))?;
    if answer.status.success() {
        return Ok(());
    }
    let text = String::from_utf8_lossy(&answer.stderr);
    Err(StartError::NotMade(text.trim().to_owned()))
}

/// The new name must be on disk before anything is entrusted to it.
fn keep(folder: &Folder, fresh: &Path) -> Result<(), StartError> {
    fs::rename(fresh, folder.data()).and_then(|()| File::open(folder.root())?.sync_all()).map_err(StartError::at(&folder.data()))
}

/// What cannot be removed is in nobody's way, and the next time tries again.
fn remove_unfinished(folder: &Folder) {
    for entry in fs::read_dir(folder.root()).into_iter().flatten().flatten() {
        if entry.file_name().as_bytes().starts_with(b"data.") {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}
