//! The program, running in the test's process as `main` runs it.

use super::{Browser, cluster, personas};
use actix_web::{
    cookie::{Cookie, CookieJar, Key},
    dev::ServerHandle,
};
use diesel::{PgConnection, prelude::*, sql_types::Text};
use guildhall::{
    access::{Limiter, Passwords, store::SessionLimits},
    app::{Application, Mode},
    config::{Config, DatabaseAt, MailBy},
    db::{Db, DbSettings},
    email_address::EmailAddress,
    ids::UserId,
    links::{Redirects, redirect},
    mail::Mailer,
    routes::{self, Endpoint},
    tokens::hash_of,
    web::client::TrustedProxies,
};
use std::{
    cell::RefCell,
    net::TcpListener,
    rc::Rc,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

/// The key of every test's installation.
pub const SECRET_KEY: &[u8] = b"pZ4mQ8rT1vX6bN3cL9kJ2hG5fD7sA0wEuYiOqRtX";

/// A machine that runs many tests at once may keep a commit waiting for longer than a tenth of a second.
pub const PATIENT: redirect::Limits = redirect::Limits {
    refresh: Duration::from_secs(20),
    look_up: Duration::from_secs(20),
    record: Duration::from_secs(20),
    ..redirect::Limits::DEFAULT
};

/// A running program. Its database is dropped with the last copy.
pub struct TestApp {
    /// `http://127.0.0.1:` and the port.
    pub base_url: String,
    /// Its pool.
    pub db: Db,
    /// Its mailer.
    pub mailer: Mailer,
    /// Its passwords.
    pub passwords: Passwords,
    /// Its limits.
    pub limiter: Limiter,
    counted: Counted,
    /// Its redirects.
    pub redirects: Arc<Redirects>,
    handle: ServerHandle,
    database: Rc<Database>,
    /// For looking, kept open: a connection costs more than what it is asked.
    own: RefCell<Option<PgConnection>>,
}

/// How requests are counted. Most tests do in a second, and from one address, what people do in a day.
#[derive(Clone)]
struct Counted {
    factor: i32,
    proxies: TrustedProxies,
}

impl Counted {
    fn generously() -> Self {
        Self { factor: 1000, proxies: TrustedProxies::default() }
    }
    fn as_an_installation() -> Self {
        Self { factor: 1, proxies: TrustedProxies::default() }
    }
}

/// A database of this test's own.
pub struct Database {
    name: String,
    /// Its libpq URL.
    pub url: String,
}

impl Database {
    fn new() -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let cluster = cluster::cluster();
        cluster.template(|conn| {
            Db::new(&settings(&cluster.url("guildhall_template"))).migrate().expect("migrations");
            personas::seed(conn);
        });
        let name = format!("test_{}", NUMBER.fetch_add(1, Ordering::Relaxed));
        let url = cluster.clone_template(&name);
        // A clone does not inherit the limits that are set for a role in a database.
        Db::new(&settings(&url)).set_role_settings().expect("settings");
        Self { name, url }
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        cluster::cluster().drop_database(&self.name);
    }
}

fn settings(url: &str) -> DbSettings {
    DbSettings { url: url.to_owned(), connections: 8, prepared_statements: true }
}

impl TestApp {
    /// The program with the personas' companies and team.
    pub async fn start() -> Self {
        Self::on(Rc::new(Database::new()), Mode::Serve, Counted::generously())
    }

    /// The same with the limits of an installation.
    pub async fn start_limited() -> Self {
        Self::on(Rc::new(Database::new()), Mode::Serve, Counted::as_an_installation())
    }

    /// The same behind proxies, whose word about the client is taken.
    pub async fn start_behind_proxies(proxies: &str) -> Self {
        let proxies = TrustedProxies::parse(proxies).expect("addresses and networks");
        Self::on(Rc::new(Database::new()), Mode::Serve, Counted { proxies, ..Counted::as_an_installation() })
    }

    /// The same as a demo, with the mailbox.
    pub async fn start_demo() -> Self {
        Self::on(Rc::new(Database::new()), Mode::Demo, Counted::generously())
    }

    /// The program before anybody has set it up.
    pub async fn start_empty() -> Self {
        let app = Self::start().await;
        app.sql("SET session_replication_role = replica; TRUNCATE users, companies, teams CASCADE; RESET session_replication_role");
        app
    }

    /// The demo with more routes than it has.
    pub async fn start_with(more: fn() -> Vec<Endpoint>) -> Self {
        let database = Rc::new(Database::new());
        let db = Db::new(&settings(&database.url));
        Self::built(database, db, None, (Counted::generously(), PATIENT), move || {
            [routes::all(Mode::Demo), more()].into_iter().flatten().collect()
        })
    }

    /// The program behind a proxy that speaks https for it at this address.
    pub async fn start_behind(base_url: &str) -> Self {
        let database = Rc::new(Database::new());
        let db = Db::new(&settings(&database.url));
        Self::built(database, db, Some(base_url), (Counted::generously(), PATIENT), || routes::all(Mode::Serve))
    }

    /// A second copy of the program on the same database.
    pub async fn copy(&self) -> Self {
        Self::on(self.database.clone(), Mode::Serve, self.counted.clone())
    }

    /// A second copy of the program that gives redirects that long.
    pub async fn copy_with(&self, limits: redirect::Limits) -> Self {
        Self::built(self.database.clone(), Db::new(&settings(&self.database.url)), None, (self.counted.clone(), limits), || {
            routes::all(Mode::Serve)
        })
    }

    /// A second copy of the program whose database is away: nothing listens where it looks for it.
    pub async fn copy_without_database(&self) -> Self {
        let away = DbSettings { url: "postgres://guildhall@127.0.0.1:1/away".to_owned(), connections: 8, prepared_statements: true };
        Self::built(self.database.clone(), Db::new(&away), None, (self.counted.clone(), PATIENT), || routes::all(Mode::Demo))
    }

    fn on(database: Rc<Database>, mode: Mode, counted: Counted) -> Self {
        let db = Db::new(&settings(&database.url));
        Self::built(database, db, None, (counted, PATIENT), move || routes::all(mode))
    }

    fn built<F>(
        database: Rc<Database>,
        db: Db,
        behind: Option<&str>,
        (counted, redirect_limits): (Counted, redirect::Limits),
        endpoints: F,
    ) -> Self
    where
        F: Fn() -> Vec<Endpoint> + Clone + Send + 'static,
    {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let bind = listener.local_addr().expect("an address");
        let base_url = format!("http://{bind}");
        let config = Config {
            base_url: behind.unwrap_or(&base_url).parse().expect("a URL"),
            secret_keys: vec![SECRET_KEY.to_vec()],
            mail: MailBy::MailboxOnly,
            mail_from: EmailAddress::parse("partners@guildhall.example").expect("an address"),
            database: DatabaseAt::Url(database.url.clone()),
            bind,
            connections: 8,
            prepared_statements: true,
            session_limits: SessionLimits::default(),
            trusted_proxies: counted.proxies.clone(),
            limit_factor: counted.factor,
            redirect_limits,
        };
        let application = Application::with_routes(&config, db, listener, endpoints).expect("the program starts");
        application.readiness.set(true);
        let handle = application.server.handle();
        actix_web::rt::spawn(application.server);
        Self {
            base_url,
            db: application.db,
            mailer: application.mailer,
            passwords: application.passwords,
            limiter: application.limiter,
            counted,
            redirects: application.redirects,
            handle,
            database,
            own: RefCell::default(),
        }
    }

    /// A browser that nobody has signed in with.
    pub fn visitor(&self) -> Browser {
        Browser::new(&self.base_url)
    }

    /// A browser in which this person is signed in. The session is made here; how people sign in is `accounts.rs`'s matter.
    pub fn signed_in(&self, email: &str) -> Browser {
        use guildhall::schema::users;
        let user: UserId = users::table
            .filter(users::email.eq(email))
            .select(users::id)
            .first(&mut self.connection())
            .unwrap_or_else(|_| panic!("nobody has the address {email}"));
        self.with_session(Some(user), serde_json::json!({}))
    }

    /// A browser with a session in which that is kept.
    pub(super) fn with_session(&self, user: Option<UserId>, state: serde_json::Value) -> Browser {
        use guildhall::schema::sessions;
        let conn = &mut self.connection();
        let key: String = format!("{}{}", uuid_text(), uuid_text());
        diesel::insert_into(sessions::table)
            .values((
                sessions::id_hash.eq(hash_of(&key)),
                sessions::user_id.eq(user),
                sessions::state.eq(state),
                sessions::proved_at.eq(user.map(|_| chrono::Utc::now())),
                sessions::expires_at.eq(diesel::dsl::sql::<diesel::sql_types::Timestamptz>("now() + interval '1 day'")),
            ))
            .execute(conn)
            .expect("a session");
        let mut jar = CookieJar::new();
        jar.signed_mut(&Key::derive_from(SECRET_KEY)).add(Cookie::new("session", key));
        let cookie = jar.get("session").expect("just added").value().to_owned();
        let browser = self.visitor();
        browser.set_cookie("session", &cookie);
        browser
    }

    /// A connection of the test's own.
    pub fn connection(&self) -> PgConnection {
        PgConnection::establish(&self.database.url).expect("a connection")
    }

    fn with_own<T>(&self, look: impl FnOnce(&mut PgConnection) -> T) -> T {
        look(self.own.borrow_mut().get_or_insert_with(|| self.connection()))
    }

    /// The database's URL.
    pub fn database_url(&self) -> &str {
        &self.database.url
    }

    /// Runs statements; for moving rows in time and for looking.
    pub fn sql(&self, statements: &str) {
        use diesel::connection::SimpleConnection;
        self.with_own(|conn| conn.batch_execute(statements)).unwrap_or_else(|error| panic!("{statements}: {error}"));
    }

    /// The one text value that a query gives, `NULL` as an empty text.
    pub fn text(&self, query: &str) -> String {
        #[derive(QueryableByName)]
        struct Row {
            #[diesel(sql_type = diesel::sql_types::Nullable<Text>)]
            value: Option<String>,
        }
        let row: Row = self
            .with_own(|conn| diesel::sql_query(format!("SELECT ({query})::text AS value")).get_result(conn))
            .unwrap_or_else(|error| panic!("{query}: {error}"));
        row.value.unwrap_or_default()
    }

    /// The number that a query gives.
    pub fn number(&self, query: &str) -> i64 {
        self.text(query).parse().unwrap_or_else(|_| panic!("{query} gives no number"))
    }

    /// Returns once a statement waits for a lock that another transaction holds.
    pub async fn until_somebody_waits(&self) {
        self.until_waiting(1).await;
    }

    /// Waits until that many wait for a lock.
    pub async fn until_waiting(&self, many: i64) {
        let waiting = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
        for _ in 0..200 {
            if self.number(waiting) >= many {
                return;
            }
            actix_web::rt::time::sleep(std::time::Duration::from_millis(10)).await;
        }
        panic!("fewer than {many} wait for a lock");
    }

    /// Every row of every table but the named traces (S15), as one text to compare.
    pub fn dump(&self) -> String {
        let traces = [("sessions", "last_seen_at"), ("members", "last_active_at"), ("api_keys", "last_used_at")];
        self.rows(&traces, &["conversation_reads", "rate_limits", "clicks", "click_days", "click_salts"])
    }

    /// Every row of every table, traces too.
    pub fn dump_with_traces(&self) -> String {
        self.rows(&[], &[])
    }

    fn rows(&self, without: &[(&str, &str)], left_out: &[&str]) -> String {
        let each: Vec<String> = self
            .tables()
            .iter()
            .filter(|table| !left_out.contains(&table.as_str()))
            .map(|table| {
                let traces: String = without.iter().filter(|(of, _)| *of == table).map(|(_, column)| format!(" - '{column}'")).collect();
                format!("SELECT '{table}: ' || (to_jsonb(t){traces})::text AS row FROM {table} t")
            })
            .collect();
        self.text(&format!("SELECT string_agg(row, E'\\n' ORDER BY row) FROM ({}) rows", each.join(" UNION ALL ")))
    }

    /// Keeps what the database holds now, for [`Self::restore`].
    pub fn keep(&self) {
        let copies: String = self.tables().iter().map(|table| format!("CREATE TABLE kept.{table} AS TABLE public.{table};")).collect();
        self.sql(&format!("DROP SCHEMA IF EXISTS kept CASCADE; CREATE SCHEMA kept; {copies}"));
    }

    /// Puts the database back to what was kept: far faster than another program on another database.
    pub fn restore(&self) {
        let back: String =
            self.tables().iter().map(|table| format!("DELETE FROM {table}; INSERT INTO {table} TABLE kept.{table};")).collect();
        // Past the triggers: no row of the audit log is changed here, and the references are whole again at the end.
        self.sql(&format!("BEGIN; SET LOCAL session_replication_role = replica; {back} COMMIT"));
    }

    fn tables(&self) -> Vec<String> {
        let tables = "SELECT string_agg(table_name, ',' ORDER BY table_name) FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE'";
        self.text(tables).split(',').map(str::to_owned).collect()
    }

    /// The process of every connection to this database but the test's own.
    pub fn connections(&self) -> Vec<i32> {
        let all = "SELECT string_agg(pid::text, ' ') FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'";
        self.text(all).split_whitespace().map(|pid| pid.parse().expect("a number")).collect()
    }

    /// The name of the database.
    pub fn database_name(&self) -> &str {
        &self.database.name
    }

    /// Stops this copy, as a restart would.
    pub async fn stop(&self) {
        self.handle.stop(true).await;
        let redirects = self.redirects.clone();
        actix_web::rt::task::spawn_blocking(move || redirects.stop()).await.expect("the log of clicks ends");
    }
}

fn uuid_text() -> String {
    UserId::new().to_string()
}
