//! The server's processes, as Linux lists them.
//!
//! Each carries the server's name in its command line, the postmaster among its arguments and
//! every other in its title, so even one that has outlived its postmaster is found.

use std::fs;
use std::os::unix::fs::MetadataExt;

use nix::unistd::{Pid, Uid};

/// Whether any process of the server of that name still lives.
pub(super) fn any_of(server: &str, uid: Uid) -> bool {
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    entries
        .filter(|entry| entry.metadata().is_ok_and(|found| found.uid() == uid.as_raw()))
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
        .any(|number| belongs_to(Pid::from_raw(number), server) == Some(true))
}

/// Whether that process is one of the server's; `None` where there is no such process.
///
/// A dead process that nobody has waited for has an empty command line, and is not the server's.
pub(super) fn belongs_to(process: Pid, server: &str) -> Option<bool> {
    let line = fs::read(format!("/proc/{process}/cmdline")).ok()?;
    Some(line.windows(server.len()).any(|part| part == server.as_bytes()))
}
