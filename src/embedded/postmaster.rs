//! How the server's first process is started.

use std::ffi::{OsStr, OsString};
use std::thread;

use super::binaries::Binaries;
use super::folder::Folder;
use super::{PORT, StartError};

/// Starts the server, with `more` settings over ours, without waiting until it answers.
pub(super) fn spawn(folder: &Folder, binaries: &Binaries, more: &[(&str, &str)]) -> Result<(), StartError> {
    folder.forget_dead_postmaster();
    let program = binaries.postgres();
    let mut postgres = folder.account().command(&program);
    postgres.current_dir(folder.data()).arg("-D").arg(folder.data());
    // On the command line, where no file in the data overrides them.
    for setting in settings(folder, more) {
        postgres.arg("-c").arg(setting);
    }
    postgres.stdout(folder.open_log()?).stderr(folder.open_log()?);
    let mut child = postgres.spawn().map_err(|error| folder.not_runnable(program, error))?;
    // Somebody must wait for it, or a dead server keeps its process number.
    thread::spawn(move || child.wait());
    Ok(())
}

fn settings(folder: &Folder, more: &[(&str, &str)]) -> Vec<OsString> {
    let paths = [("unix_socket_directories", folder.socket()), ("hba_file", folder.hba()), ("ident_file", folder.ident())];
    let name = folder.server_name();
    let texts = [
        ("listen_addresses", ""),
        ("port", PORT),
        ("cluster_name", &name),
        ("logging_collector", "off"),
        ("log_line_prefix", "%m [%p] "),
        // What a constraint refuses would put people's addresses into the log.
        ("log_error_verbosity", "terse"),
    ];
    let paths = paths.iter().map(|(key, path)| setting(key, path.as_os_str()));
    let texts = texts.iter().chain(more).map(|(key, text)| setting(key, OsStr::new(text)));
    paths.chain(texts).collect()
}

fn setting(key: &str, value: &OsStr) -> OsString {
    let mut setting = OsString::from(key);
    setting.push("=");
    setting.push(value);
    setting
}
