//! The embedded server: it starts, is taken up again, survives, and says what is missing.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use diesel::{Connection, PgConnection, QueryResult, RunQueryDsl, sql_query};
use guildhall::embedded::{Options, Server, StartError, default_folder};
use nix::sys::signal::{Signal, kill};
use nix::unistd::{Pid, geteuid};
use tempfile::TempDir;

use crate::support::cluster::cluster;

/// A folder whose server is stopped with the test.
struct Place {
    folder: TempDir,
}

impl Place {
    fn new() -> Place {
        Place { folder: TempDir::new().unwrap() }
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn start(&self) -> Server {
        Server::start(self.path()).unwrap()
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let Ok(text) = fs::read_to_string(self.path().join("data/postmaster.pid")) else { return };
        let Some(Ok(number)) = text.lines().next().map(str::parse) else { return };
        // One test writes another process's number there.
        let line = fs::read_to_string(format!("/proc/{number}/cmdline")).unwrap_or_default();
        if line.contains(self.path().to_str().unwrap()) {
            let _ = kill(Pid::from_raw(number), Signal::SIGQUIT);
        }
    }
}

fn run(server: &Server, statement: &str) -> QueryResult<usize> {
    let mut conn = PgConnection::establish(&server.url("guildhall")).unwrap();
    sql_query(statement).execute(&mut conn)
}

fn kill_hard(server: &Server) {
    kill(Pid::from_raw(server.process_id().unwrap()), Signal::SIGKILL).unwrap();
}

#[test]
fn a_started_server_answers_and_keeps_its_databases() {
    let place = Place::new();
    let server = place.start();
    server.ensure_database("guildhall").unwrap();
    server.ensure_database("guildhall").unwrap();
    run(&server, "CREATE TABLE kept AS SELECT 1").unwrap();
    server.stop();
    assert_eq!(server.process_id(), None);

    let server = place.start();
    run(&server, "SELECT * FROM kept").unwrap();
}

#[test]
fn the_server_listens_on_no_port() {
    let place = Place::new();
    let server = place.start();
    server.ensure_database("guildhall").unwrap();
    run(&server, "SELECT 1 / (current_setting('listen_addresses') = '')::int").unwrap();
    run(&server, "SELECT 1 / (current_setting('data_checksums') = 'on')::int").unwrap();
}

#[test]
fn a_second_start_takes_up_the_running_server() {
    let place = Place::new();
    let first = place.start();
    let second = place.start();
    assert!(first.process_id().is_some());
    assert_eq!(first.process_id(), second.process_id());
}

#[test]
fn the_last_program_to_stop_stops_the_server() {
    let place = Place::new();
    let first = place.start();
    let second = place.start();
    first.stop();
    assert!(second.process_id().is_some());
    second.stop();
    assert_eq!(second.process_id(), None);
}

#[test]
fn a_killed_server_is_started_again_with_its_data() {
    let place = Place::new();
    let server = place.start();
    server.ensure_database("guildhall").unwrap();
    run(&server, "CREATE TABLE kept AS SELECT 1").unwrap();
    kill_hard(&server);

    let server = place.start();
    run(&server, "SELECT * FROM kept").unwrap();
}

#[test]
fn a_session_of_a_killed_server_is_waited_for() {
    let place = Place::new();
    let server = place.start();
    server.ensure_database("guildhall").unwrap();
    let url = server.url("guildhall");
    let busy = thread::spawn(move || {
        let mut conn = PgConnection::establish(&url).unwrap();
        sql_query("SET statement_timeout = '2s'").execute(&mut conn).unwrap();
        let _ = sql_query("SELECT count(*) FROM generate_series(1, 1e9)").execute(&mut conn);
    });
    let mut conn = PgConnection::establish(&server.url("postgres")).unwrap();
    let seen = "SELECT 1 FROM pg_stat_activity WHERE query LIKE '%generate_series(1, 1e9)'";
    let deadline = Instant::now() + Duration::from_secs(30);
    while sql_query(seen).execute(&mut conn).unwrap() == 0 {
        assert!(Instant::now() < deadline, "the session never began its query");
    }
    kill_hard(&server);

    run(&place.start(), "SELECT 1").unwrap();
    busy.join().unwrap();
}

#[test]
fn a_pid_file_whose_number_now_is_another_process_does_not_keep_the_server_down() {
    let place = Place::new();
    let server = place.start();
    server.stop();
    let pid_file = server.data_folder().join("postmaster.pid");
    let text = format!("{}\n{}\n", std::process::id(), server.data_folder().display());
    fs::write(&pid_file, text).unwrap();

    assert!(place.start().process_id().is_some());
}

#[test]
fn two_programs_may_start_at_once() {
    let place = Place::new();
    let numbers = thread::scope(|scope| {
        let starts = [(); 2].map(|()| scope.spawn(|| place.start().process_id()));
        starts.map(|start| start.join().unwrap())
    });
    assert!(numbers[0].is_some());
    assert_eq!(numbers[0], numbers[1]);
}

#[test]
fn what_a_killed_initdb_left_is_redone() {
    let place = Place::new();
    let unfinished = place.path().join("data.1");
    fs::create_dir(&unfinished).unwrap();
    fs::write(unfinished.join("PG_VERSION"), "15\n").unwrap();

    place.start().ensure_database("guildhall").unwrap();
    assert!(!unfinished.exists());
}

#[test]
fn a_folder_whose_path_is_too_long_for_a_socket_works() {
    let place = Place::new();
    let long = place.path().join("long'er and ".repeat(20));
    let server = Server::start(&long).unwrap();
    server.ensure_database("guildhall").unwrap();
    run(&server, "SELECT 1").unwrap();
    server.stop();
}

#[test]
fn a_socket_folder_that_is_open_to_others_is_refused() {
    let place = Place::new();
    let socket = place.path().join("socket");
    fs::create_dir(&socket).unwrap();
    fs::set_permissions(&socket, Permissions::from_mode(0o777)).unwrap();
    let error = Server::start(place.path()).unwrap_err();
    assert!(matches!(error, StartError::ForeignSocket { .. }), "{error}");
}

#[test]
fn where_postgresql_is_missing_the_message_says_what_to_install() {
    let place = Place::new();
    let nowhere = Options { versions: Path::new("/nowhere"), on_path: false, settings: &[] };
    let error = Server::start_with(place.path(), nowhere).unwrap_err();
    assert!(matches!(error, StartError::NotInstalled));
    assert!(error.to_string().contains("apt-get install postgresql"), "{error}");
}

#[test]
fn data_of_another_version_are_left_alone() {
    let place = Place::new();
    fs::create_dir(place.path().join("data")).unwrap();
    fs::write(place.path().join("data/PG_VERSION"), "9999\n").unwrap();
    let error = Server::start(place.path()).unwrap_err();
    assert!(error.to_string().contains("apt-get install postgresql-9999"), "{error}");
}

#[test]
fn a_folder_that_cannot_be_written_is_named_with_its_setting() {
    let place = Place::new();
    let file = place.path().join("file");
    fs::write(&file, "").unwrap();
    let error = Server::start(&file).unwrap_err().to_string();
    assert!(error.contains(file.to_str().unwrap()), "{error}");
    assert!(error.contains("GUILDHALL_DATA"), "{error}");
}

#[test]
fn a_server_that_ends_at_once_shows_its_log() {
    let place = Place::new();
    let settings = &[("max_connections", "none")];
    let options = Options { settings, ..Options::default() };
    let error = Server::start_with(place.path(), options).unwrap_err().to_string();
    assert!(error.contains("invalid value for parameter \"max_connections\""), "{error}");
}

#[test]
fn the_default_folder_follows_the_xdg_specification() {
    let home = Some(Path::new("/home/ann"));
    let expected = |folder: &str| {
        let root = geteuid().is_root();
        Some(PathBuf::from(if root { "/var/lib/guildhall" } else { folder }))
    };
    let given = default_folder(Some(Path::new("/state")), home);
    assert_eq!(given, expected("/state/guildhall"));
    let relative = default_folder(Some(Path::new("state")), home);
    assert_eq!(relative, expected("/home/ann/.local/state/guildhall"));
}

#[test]
fn the_servers_of_the_tests_clone_a_template() {
    cluster().template(|_| ());
    let url = cluster().clone_template("embedded_clone");
    PgConnection::establish(&url).unwrap();
    cluster().drop_database("embedded_clone");
}
