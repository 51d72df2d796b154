//! The tests' own PostgreSQL: private to the process, fast instead of durable, gone with it.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Once, OnceLock};

use diesel::{Connection, PgConnection, RunQueryDsl, sql_query};
use guildhall::embedded::{Options, Server};

const TEMPLATE: &str = "guildhall_template";

/// Nothing here must outlive a crash, and every test has pools of its own.
const SETTINGS: [(&str, &str); 4] =
    [("fsync", "off"), ("synchronous_commit", "off"), ("full_page_writes", "off"), ("max_connections", "300")];

/// Waits until the test process is gone, however it ends: then its end of the pipe closes, and
/// `read` returns. A server that started meanwhile stops by itself once its data are gone.
const WATCH: &str = r#"
    trap '' HUP INT TERM
    read -r never
    pid_file=$1/data/postmaster.pid
    read -r pid < "$pid_file" && kill -QUIT "$pid"
    patience=100
    while [ -e "$pid_file" ] && [ "$patience" -gt 0 ]; do sleep 0.1; patience=$((patience - 1)); done
    rm -rf "$1"
"#;

/// The server, and the child that takes it away.
pub struct Cluster {
    server: Server,
    template: Once,
    /// Holds the pipe that the watcher reads.
    _watcher: Child,
}

/// The one server of this test process, started when first asked for.
pub fn cluster() -> &'static Cluster {
    static CLUSTER: OnceLock<Cluster> = OnceLock::new();
    CLUSTER.get_or_init(Cluster::start)
}

impl Cluster {
    fn start() -> Cluster {
        // Under /tmp rather than TMPDIR, whose path may be too long for a socket.
        let folder = tempfile::Builder::new().prefix("guildhall-test-").tempdir_in("/tmp").unwrap();
        let watcher = watch(folder.path());
        let options = Options { settings: &SETTINGS, ..Options::default() };
        let server = Server::start_with(&folder.keep(), options).expect("a server for the tests");
        Cluster { server, template: Once::new(), _watcher: watcher }
    }

    /// A URL of that database.
    pub fn url(&self, database: &str) -> String {
        self.server.url(database)
    }

    /// A connection to the database `postgres`, to make and drop others.
    pub fn admin(&self) -> PgConnection {
        PgConnection::establish(&self.url("postgres")).expect("a connection to the tests' server")
    }

    /// Makes the template, the first time it is called.
    pub fn template(&self, migrate: impl FnOnce(&mut PgConnection)) {
        self.template.call_once(|| {
            self.execute(&format!("CREATE DATABASE {TEMPLATE}"));
            let url = self.url(TEMPLATE);
            migrate(&mut PgConnection::establish(&url).expect("a connection to the template"));
        });
    }

    /// Makes a database like the template, and returns its URL.
    pub fn clone_template(&self, name: &str) -> String {
        self.execute(&format!("CREATE DATABASE {name} TEMPLATE {TEMPLATE} STRATEGY FILE_COPY"));
        self.url(name)
    }

    /// Makes a database with nothing in it, and returns its URL.
    pub fn empty_database(&self, name: &str) -> String {
        self.execute(&format!("CREATE DATABASE {name}"));
        self.url(name)
    }

    /// Drops a database, whoever is still connected.
    pub fn drop_database(&self, name: &str) {
        self.execute(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"));
    }

    fn execute(&self, statement: &str) {
        let done = sql_query(statement).execute(&mut self.admin());
        done.unwrap_or_else(|error| panic!("{statement}: {error}"));
    }
}

/// In a process group of its own, so that Ctrl-C or a runner that ends the group spares it.
fn watch(folder: &Path) -> Child {
    use std::os::unix::process::CommandExt;
    let mut watcher = Command::new("sh");
    watcher.args(["-c", WATCH, "watcher"]).arg(folder).process_group(0);
    watcher.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
    watcher.spawn().expect("a shell that cleans up after the tests")
}
