//! The database, and the only door to a connection.

use crate::error::{Error, Result};
use actix_web::{FromRequest, HttpRequest, dev::Payload, web};
use diesel::{
    IntoSql, PgConnection, QueryResult,
    connection::{CacheSize, Connection, Instrumentation, InstrumentationEvent, SimpleConnection},
    dsl::AsExprOf,
    r2d2::{ConnectionManager, CustomizeConnection, Pool},
    result::{DatabaseErrorKind, Error as DieselError},
    sql_types::Timestamptz,
};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};
use std::{
    future::{Ready, ready},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

const MIGRATIONS: EmbeddedMigrations = embed_migrations!();

/// How the pool is set up.
#[derive(Debug, Clone)]
pub struct DbSettings {
    /// A libpq URL.
    pub url: String,
    /// Connections at most.
    pub connections: u32,
    /// Named prepared statements; off for PgBouncer below 1.21 in transaction mode (R30).
    pub prepared_statements: bool,
}

/// The database. A connection lives only inside [`Db::run`], on a blocking thread, so it can never be held across an await.
#[derive(Clone)]
pub struct Db {
    pool: Pool<ConnectionManager<PgConnection>>,
    settings: Arc<DbSettings>,
    statements: Arc<AtomicU64>,
}

impl Db {
    /// A pool that connects when first asked.
    pub fn new(settings: &DbSettings) -> Self {
        let statements = Arc::new(AtomicU64::new(0));
        let pool = Pool::builder()
            .max_size(settings.connections)
            .min_idle(Some(0))
            .connection_timeout(Duration::from_secs(2))
            .connection_customizer(Box::new(OnConnect { statements: statements.clone(), prepared: settings.prepared_statements }))
            .build_unchecked(ConnectionManager::new(&settings.url));
        Self { pool, settings: Arc::new(settings.clone()), statements }
    }

    /// A connection outside the pool, for a thread that keeps it. A server that does not answer is given up after two seconds.
    pub fn connect(&self) -> Result<PgConnection> {
        let mut connection = PgConnection::establish(&with_time_limits(&self.settings.url)).map_err(|_| Error::Unavailable)?;
        let settings = OnConnect { statements: self.statements.clone(), prepared: self.settings.prepared_statements };
        settings.on_acquire(&mut connection).map_err(|_| Error::Unavailable)?;
        Ok(connection)
    }

    /// Runs `job` with a connection on a blocking thread.
    pub async fn run<T, E, F>(&self, job: F) -> Result<T>
    where
        F: FnOnce(&mut PgConnection) -> std::result::Result<T, E> + Send + 'static,
        T: Send + 'static,
        E: Into<Error> + Send + 'static,
    {
        let db = self.clone();
        web::block(move || db.run_here(job)).await.map_err(|_| Error::Internal("a job on the database panicked".into()))?
    }

    /// Runs `job` with a connection on this thread, for commands and the mail worker.
    pub fn run_here<T, E: Into<Error>>(&self, job: impl FnOnce(&mut PgConnection) -> std::result::Result<T, E>) -> Result<T> {
        let mut connection = self.pool.get().map_err(|_| Error::Unavailable)?;
        job(&mut connection).map_err(Into::into)
    }

    /// How many statements have been sent, without BEGIN, COMMIT and the pool's check.
    pub fn statements(&self) -> u64 {
        self.statements.load(Ordering::Relaxed)
    }

    /// Brings the schema up to date, one migrator at a time, and sets how this role works.
    pub fn migrate(&self) -> Result<()> {
        self.run_here(|conn| -> Result<()> {
            conn.transaction(|conn| -> Result<()> {
                // One key for all copies of the program; held until this transaction ends, so it also works through PgBouncer.
                conn.batch_execute("SELECT pg_advisory_xact_lock(5112937)")?;
                conn.run_pending_migrations(MIGRATIONS).map_err(Error::Migration)?;
                Ok(())
            })
        })?;
        self.set_role_settings()
    }

    /// Sets the time limits (R12) and the planner's ways of this role in this database.
    pub fn set_role_settings(&self) -> Result<()> {
        self.run_here(|conn| conn.batch_execute(ROLE_SETTINGS))
    }

    /// Whether the database answers and has every migration (`/readyz`).
    pub async fn is_ready(&self) -> bool {
        let pending = |conn: &mut PgConnection| conn.has_pending_migration(MIGRATIONS).map_err(Error::Migration);
        matches!(self.run(pending).await, Ok(false))
    }
}

/// Set for the role in this database, since a session's own `SET` is lost behind a transaction pooler. Connections made afterwards have it.
/// Pages read a few rows by index out of many, mostly from memory: a random read costs little more than the next one, and neither
/// compiling a plan nor starting workers pays.
const ROLE_SETTINGS: &str = "DO $$ BEGIN
    EXECUTE format('ALTER ROLE CURRENT_USER IN DATABASE %I SET statement_timeout = ''5s''', current_database());
    EXECUTE format('ALTER ROLE CURRENT_USER IN DATABASE %I SET lock_timeout = ''2s''', current_database());
    EXECUTE format('ALTER ROLE CURRENT_USER IN DATABASE %I SET idle_in_transaction_session_timeout = ''10s''', current_database());
    EXECUTE format('ALTER ROLE CURRENT_USER IN DATABASE %I SET random_page_cost = 1.1', current_database());
    EXECUTE format('ALTER ROLE CURRENT_USER IN DATABASE %I SET jit = off', current_database());
    EXECUTE format('ALTER ROLE CURRENT_USER IN DATABASE %I SET max_parallel_workers_per_gather = 0', current_database());
END $$";

/// The URL, or the `key=value` pairs that libpq takes too, with limits for a server that says nothing; what it says itself stands.
fn with_time_limits(url: &str) -> String {
    let is_url = ["postgres://", "postgresql://"].iter().any(|scheme| url.starts_with(scheme));
    let mut whole = url.to_owned();
    for (name, value) in [("connect_timeout", "2"), ("tcp_user_timeout", "5000")] {
        if !url.contains(name) {
            let joint = match is_url {
                true if whole.contains('?') => "&",
                true => "?",
                false => " ",
            };
            whole.push_str(&format!("{joint}{name}={value}"));
        }
    }
    whole
}

/// The database's `now()`: what decides is the clock of the deciding statement (R26).
pub fn now() -> AsExprOf<diesel::dsl::now, Timestamptz> {
    diesel::dsl::now.into_sql::<Timestamptz>()
}

/// Runs `job` in a transaction, again where two transactions fell over each other (R19: 40001, 40P01), three times at most.
pub fn transaction<T, E>(
    conn: &mut PgConnection,
    mut job: impl FnMut(&mut PgConnection) -> std::result::Result<T, E>,
) -> std::result::Result<T, E>
where
    E: From<DieselError> + Collision,
{
    for _ in 0..2 {
        match conn.transaction(&mut job) {
            Err(error) if error.is_collision() => std::thread::sleep(Duration::from_millis(rand::random_range(5..50))),
            outcome => return outcome,
        }
    }
    conn.transaction(job)
}

/// Errors that mean: two transactions fell over each other, try again.
pub trait Collision {
    /// Whether trying again may help.
    fn is_collision(&self) -> bool;
}

impl Collision for DieselError {
    fn is_collision(&self) -> bool {
        match self {
            Self::DatabaseError(DatabaseErrorKind::SerializationFailure, _) => true,
            // Diesel has no kind of its own for 40P01.
            Self::DatabaseError(DatabaseErrorKind::Unknown, about) => about.message() == "deadlock detected",
            _ => false,
        }
    }
}

/// What is noted where the database takes it, and left where it only reads: pages are read all the same (R11).
pub fn unless_read_only(noted: QueryResult<()>) -> QueryResult<()> {
    match noted {
        Err(DieselError::DatabaseError(DatabaseErrorKind::ReadOnlyTransaction, _)) => Ok(()),
        noted => noted,
    }
}

/// The name of the constraint that an insert or update broke, where it broke one.
pub fn broken_constraint(error: &DieselError) -> Option<&str> {
    match error {
        DieselError::DatabaseError(_, about) => about.constraint_name(),
        _ => None,
    }
}

/// Runs a statement that this constraint may refuse: `Ok(None)` where it did; any other error stays one. The statement has a savepoint
/// of its own, so that the transaction around it lives on.
pub fn unless_broken<T>(
    conn: &mut PgConnection,
    constraint: &str,
    job: impl FnOnce(&mut PgConnection) -> QueryResult<T>,
) -> QueryResult<Option<T>> {
    match conn.transaction(job) {
        Ok(done) => Ok(Some(done)),
        Err(error) if broken_constraint(&error) == Some(constraint) => Ok(None),
        Err(error) => Err(error),
    }
}

#[derive(Debug)]
struct OnConnect {
    statements: Arc<AtomicU64>,
    prepared: bool,
}

impl CustomizeConnection<PgConnection, diesel::r2d2::Error> for OnConnect {
    fn on_acquire(&self, conn: &mut PgConnection) -> std::result::Result<(), diesel::r2d2::Error> {
        if !self.prepared {
            conn.set_prepared_statement_cache_size(CacheSize::Disabled);
        }
        conn.set_instrumentation(Counter(self.statements.clone()));
        Ok(())
    }
}

/// Counts statements and shows each at debug level, without its values.
struct Counter(Arc<AtomicU64>);

impl Instrumentation for Counter {
    fn on_connection_event(&mut self, event: InstrumentationEvent<'_>) {
        if let InstrumentationEvent::StartQuery { query, .. } = event {
            let text = query.to_string();
            if !matches!(text.split([' ', '(']).next(), Some("BEGIN" | "COMMIT" | "ROLLBACK" | "SAVEPOINT" | "RELEASE"))
                && !text.starts_with("SELECT 1")
            {
                self.0.fetch_add(1, Ordering::Relaxed);
                tracing::trace!(target: "guildhall::sql", statement = text.split(" -- binds").next());
            }
        }
    }
}

impl FromRequest for Db {
    type Error = Error;
    type Future = Ready<Result<Self>>;
    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Ok(req.app_data::<web::Data<Db>>().expect("Db is registered in app.rs").get_ref().clone()))
    }
}

#[cfg(test)]
mod tests {
    use super::with_time_limits;

    #[test]
    fn a_connection_that_is_kept_has_time_limits_however_the_database_is_named() {
        for (given, whole) in [
            ("postgres://x@host/db", "postgres://x@host/db?connect_timeout=2&tcp_user_timeout=5000"),
            ("postgresql:///db?host=/run/a", "postgresql:///db?host=/run/a&connect_timeout=2&tcp_user_timeout=5000"),
            ("host=x dbname=y", "host=x dbname=y connect_timeout=2 tcp_user_timeout=5000"),
            ("postgres://x@host/db?connect_timeout=9", "postgres://x@host/db?connect_timeout=9&tcp_user_timeout=5000"),
        ] {
            assert_eq!(with_time_limits(given), whole);
        }
    }
}
