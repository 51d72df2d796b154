//! Running the server: from the port to the last request, for `serve` and `demo` alike.

use crate::{
    app::{Application, Mode},
    config::{Config, DatabaseAt},
    db::{Db, DbSettings},
    embedded::{Server, StartError},
    error::Error,
    installation::Kind,
    mail::{Mailer, transport::Transport, worker::Worker},
    upkeep::Upkeep,
};
use std::{
    net::TcpListener,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};
use tokio::signal::unix::{SignalKind, signal};

/// How long a database may be away when the program starts (R10).
const PATIENCE: Duration = Duration::from_secs(60);
/// Between "not ready" and the last new request, so that a proxy can notice (R24).
const GRACE: Duration = Duration::from_secs(2);

/// Why the program cannot run: a plain sentence each.
#[derive(Debug, thiserror::Error)]
pub enum CannotRun {
    /// The embedded server does not start.
    #[error(transparent)]
    Embedded(#[from] StartError),
    /// The port is taken, or not ours.
    #[error("{address} cannot be listened on: {reason}. Put another address and port into BIND.")]
    Port {
        /// What BIND says.
        address: String,
        /// What the system says.
        reason: std::io::Error,
    },
    /// The database did not answer.
    #[error("The database did not answer within 60 seconds: {0}. Check DATABASE_URL, and that the server runs.")]
    NoDatabase(Error),
    /// The schema could not be brought up to date, or another statement failed.
    #[error("The database refused: {0}")]
    Refused(Error),
    /// The database is not for this command.
    #[error("{0}")]
    WrongDatabase(&'static str),
    /// Anything of the operating system.
    #[error(transparent)]
    System(#[from] std::io::Error),
}

/// Whether requests are wanted: `/readyz` says no while the program starts and stops.
#[derive(Clone, Default)]
pub struct Readiness(Arc<AtomicBool>);

impl Readiness {
    /// Whether requests are wanted.
    pub fn is_ready(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
    /// Says whether requests are wanted.
    pub fn set(&self, ready: bool) {
        self.0.store(ready, Ordering::Relaxed);
    }
}

/// A database for the program's use, and the embedded server where it is that.
pub struct Database {
    /// The pool.
    pub db: Db,
    embedded: Option<Server>,
}

impl Database {
    /// Opens the configured database; the embedded server is started, with a database of that name.
    pub fn open(at: &DatabaseAt, name: &str, connections: u32, prepared_statements: bool) -> Result<Self, CannotRun> {
        let (url, embedded) = match at {
            DatabaseAt::Url(url) => (url.clone(), None),
            DatabaseAt::Embedded(folder) => {
                let server = Server::start(folder)?;
                server.ensure_database(name)?;
                (server.url(name), Some(server))
            }
        };
        Ok(Self { db: Db::new(&DbSettings { url, connections, prepared_statements }), embedded })
    }

    /// Stops the embedded server, unless another program uses it.
    pub fn close(&self) {
        self.embedded.iter().for_each(Server::stop);
    }
}

/// Waits for the database and brings its schema up to date; only where it is of one of those kinds.
pub async fn prepare(db: &Db, allowed: &'static [Kind], otherwise: &'static str) -> Result<(), CannotRun> {
    let begun = Instant::now();
    let mut pause = Duration::from_millis(100);
    loop {
        match db.run(Kind::of).await {
            Ok(kind) if !allowed.contains(&kind) => return Err(CannotRun::WrongDatabase(otherwise)),
            Ok(_) => return db.migrate().map_err(CannotRun::Refused),
            Err(error) if begun.elapsed() > PATIENCE => return Err(CannotRun::NoDatabase(error)),
            Err(error) => tracing::warn!(%error, "waiting for the database"),
        }
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(Duration::from_secs(5));
    }
}

/// Listens at once, becomes ready when `prepare` is through, and serves until SIGTERM or Ctrl-C.
pub async fn run<F>(config: &Config, database: &Database, mode: Mode, prepare: F) -> Result<(), CannotRun>
where
    F: AsyncFnOnce(&Db, &Mailer) -> Result<(), CannotRun>,
{
    let listener = TcpListener::bind(config.bind).map_err(|reason| CannotRun::Port { address: config.bind.to_string(), reason })?;
    let db = &database.db;
    let app = Application::build(config, db.clone(), listener, mode)?;
    let handle = app.server.handle();
    let served = actix_web::rt::spawn(app.server);
    let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    let stopped = async {
        tokio::select! { _ = terminate.recv() => (), _ = interrupt.recv() => () }
    };
    tokio::pin!(stopped);
    tokio::select! {
        prepared = prepare(db, &app.mailer) => prepared?,
        () = &mut stopped => return Ok(()),
    }
    let worker = Worker::start(db.clone(), app.mailer.clone(), Transport::of(&config.mail));
    let upkeep = Upkeep::start(db.clone());
    app.readiness.set(true);
    stopped.await;
    tracing::info!("stopping");
    app.readiness.set(false);
    if mode == Mode::Serve {
        tokio::time::sleep(GRACE).await;
    }
    worker.ask_to_stop();
    handle.stop(true).await;
    let _ = served.await;
    let stop = move || {
        app.redirects.stop();
        (upkeep.stop(), worker.stop())
    };
    actix_web::web::block(stop).await.map_err(std::io::Error::other)?;
    Ok(())
}
