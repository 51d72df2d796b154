//! The database with its links, and the program as a process of its own.

use crate::load::{Answer, VISITORS};
use diesel::{
    connection::SimpleConnection,
    prelude::*,
    sql_query,
    sql_types::{Array, BigInt, Text, Uuid as SqlUuid},
};
use guildhall::{
    db::{Db, DbSettings},
    embedded::Server,
};
use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use std::{
    error::Error,
    fs::{self, File},
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread::sleep,
    time::{Duration, Instant},
};

/// How many links there are.
pub const LINKS: u64 = 1_000_000;
/// How many rows pgbench has to write, for each of two clients.
pub const MADE: u64 = 1_500_000;
const DATABASE: &str = "guildhall_redirect";

pub type Outcome<T> = Result<T, Box<dyn Error>>;

/// A server of PostgreSQL of the run's own, as it is set up without any setting; stopped with it.
pub struct Installation {
    folder: PathBuf,
    server: Option<Server>,
    /// The database with the links.
    pub url: String,
}

impl Installation {
    /// With the links of the run before, where there was one.
    pub fn open() -> Outcome<Self> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/bench-redirect");
        let server = Server::start(&folder)?;
        server.ensure_database(DATABASE)?;
        let installation = Self { folder, url: server.url(DATABASE), server: Some(server) };
        Db::new(&DbSettings { url: installation.url.clone(), connections: 1, prepared_statements: true }).migrate()?;
        installation.fill()?;
        Ok(installation)
    }

    fn fill(&self) -> Outcome<()> {
        let begun = Instant::now();
        let conn = &mut self.connection()?;
        if number(conn, "SELECT count(*) FROM (SELECT FROM links LIMIT 1) one")? == 1 {
            return Ok(());
        }
        let set = format!(
            "SET LOCAL guildhall.links = {LINKS}; SET LOCAL guildhall.visitors = {VISITORS}; SET LOCAL guildhall.made = {}",
            2 * MADE
        );
        conn.transaction(|conn| conn.batch_execute(&format!("{set}; {}", include_str!("links.sql"))))?;
        conn.batch_execute("VACUUM ANALYZE")?;
        println!("{LINKS} links made in {} s", begun.elapsed().as_secs());
        Ok(())
    }

    pub fn connection(&self) -> Outcome<PgConnection> {
        let mut conn = PgConnection::establish(&self.url)?;
        conn.batch_execute("SET statement_timeout = 0; SET lock_timeout = 0")?;
        Ok(conn)
    }

    /// No clicks, and nothing left to be written to disk for those that were.
    pub fn clear(&self) -> Outcome<()> {
        Ok(self.connection()?.batch_execute("TRUNCATE clicks, click_days; CHECKPOINT")?)
    }

    /// How many of those ids have no row.
    pub fn missing(&self, answers: &[Answer]) -> Outcome<i64> {
        #[derive(QueryableByName)]
        struct Missing {
            #[diesel(sql_type = BigInt)]
            missing: i64,
        }
        let conn = &mut self.connection()?;
        let ids: Vec<_> = answers.iter().filter_map(|answer| answer.click).collect();
        let mut missing = 0;
        for ids in ids.chunks(100_000) {
            let query = "SELECT count(*) AS missing FROM unnest($1) a (id) WHERE NOT EXISTS (SELECT FROM clicks c WHERE c.id = a.id)";
            missing += sql_query(query).bind::<Array<SqlUuid>, _>(ids).get_result::<Missing>(conn)?.missing;
        }
        Ok(missing)
    }

    /// The folder of PostgreSQL's programs.
    pub fn programs(&self) -> Outcome<PathBuf> {
        #[derive(QueryableByName)]
        struct Setting {
            #[diesel(sql_type = Text)]
            setting: String,
        }
        let found: Setting = sql_query("SELECT setting FROM pg_config WHERE name = 'BINDIR'").get_result(&mut self.connection()?)?;
        Ok(PathBuf::from(found.setting))
    }

    /// Stops the server as a power cut would.
    pub fn break_off(&mut self) -> Outcome<()> {
        let server = self.server.take().ok_or("the server runs")?;
        kill(Pid::from_raw(server.process_id().ok_or("the server runs")?), Signal::SIGQUIT)?;
        while server.process_id().is_some() {
            sleep(Duration::from_millis(5));
        }
        Ok(())
    }

    /// Starts it again.
    pub fn begin_again(&mut self) -> Outcome<()> {
        self.server = Some(Server::start(&self.folder)?);
        Ok(())
    }

    /// Sends a signal to every process of the server.
    pub fn signal(&self, signal: Signal) -> Outcome<()> {
        let postmaster = self.server.as_ref().and_then(Server::process_id).ok_or("the server runs")?;
        for process in fs::read_dir("/proc")? {
            let Some(pid) = process?.file_name().to_str().and_then(|name| name.parse::<i32>().ok()) else { continue };
            let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
            let parent = stat.rsplit(')').next().and_then(|rest| rest.split_whitespace().nth(1)?.parse::<i32>().ok());
            if pid == postmaster || parent == Some(postmaster) {
                let _ = kill(Pid::from_raw(pid), signal);
            }
        }
        Ok(())
    }

    pub fn log(&self) -> PathBuf {
        self.folder.join("program.log")
    }
}

impl Drop for Installation {
    fn drop(&mut self) {
        let _ = self.signal(Signal::SIGCONT);
        self.server.iter().for_each(Server::stop);
    }
}

/// The number that a query gives.
pub fn number(conn: &mut PgConnection, query: &str) -> Outcome<i64> {
    #[derive(QueryableByName)]
    struct Number {
        #[diesel(sql_type = BigInt)]
        number: i64,
    }
    Ok(sql_query(format!("SELECT ({query})::bigint AS number")).get_result::<Number>(conn)?.number)
}

/// The program as an installation runs it; killed with this.
pub struct Program {
    process: Child,
    pub port: u16,
}

impl Program {
    pub fn start(installation: &Installation) -> Outcome<Self> {
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        let bind = format!("127.0.0.1:{port}");
        let process = Command::new(env!("CARGO_BIN_EXE_guildhall"))
            .arg("serve")
            .env_clear()
            .envs([
                ("BASE_URL", format!("http://{bind}").as_str()),
                ("BIND", &bind),
                ("SECRET_KEY", "pZ4mQ8rT1vX6bN3cL9kJ2hG5fD7sA0wE"),
                ("SMTP_URL", "smtp://127.0.0.1:9"),
                ("MAIL_FROM", "partners@guildhall.example"),
                ("DATABASE_URL", &installation.url),
                ("NO_COLOR", "1"),
            ])
            .stdout(Stdio::null())
            .stderr(File::create(installation.log())?)
            .spawn()?;
        let program = Self { process, port };
        let begun = Instant::now();
        while program.says("/readyz") != Some(200) {
            if begun.elapsed() > Duration::from_secs(60) {
                return Err("the program is not ready after a minute".into());
            }
            sleep(Duration::from_millis(20));
        }
        Ok(program)
    }

    /// The status of one answer.
    pub fn says(&self, path: &str) -> Option<u16> {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).ok()?;
        write!(stream, "GET {path} HTTP/1.1\r\nhost: bench\r\nconnection: close\r\n\r\n").ok()?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).ok()?;
        answer.get(9..12)?.parse().ok()
    }

    /// Without a warning.
    pub fn kill(&mut self) -> Outcome<()> {
        self.process.kill()?;
        self.process.wait()?;
        Ok(())
    }

    /// As an installation stops it; how long that took.
    pub fn stop(&mut self) -> Outcome<Duration> {
        let begun = Instant::now();
        kill(Pid::from_raw(self.process.id().try_into()?), Signal::SIGTERM)?;
        let status = self.process.wait()?;
        if status.success() { Ok(begun.elapsed()) } else { Err(format!("the program ended with {status}").into()) }
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.kill();
    }
}
