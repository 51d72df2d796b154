//! The database away, hung, held or broken while people follow links (R21).

use super::*;
use crate::support::{PATIENT, cluster::cluster};
use diesel::{PgConnection, connection::SimpleConnection};
use guildhall::links::redirect::Limits;
use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use std::time::{Duration, Instant};

/// What is promised.
const SOON: Duration = Duration::from_millis(100);

/// Every connection to the database hangs, until this is dropped. Only while they rest, so that none holds what others need.
struct Frozen(Vec<i32>);

impl Frozen {
    fn new(app: &TestApp) -> Self {
        let busy =
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND state <> 'idle'";
        while app.number(busy) > 0 {}
        let frozen = Self(app.connections());
        frozen.send(Signal::SIGSTOP);
        frozen
    }
    fn send(&self, signal: Signal) {
        self.0.iter().for_each(|pid| kill(Pid::from_raw(*pid), signal).expect("a process of ours"));
    }
}

impl Drop for Frozen {
    fn drop(&mut self) {
        self.send(Signal::SIGCONT);
    }
}

/// Follows it a few times; every answer must be a redirect without an id. How long the quickest took: the machine may be busy with others.
async fn follows_without_id(app: &TestApp, text: &str) -> Duration {
    let visitor = app.visitor();
    let mut quickest = Duration::MAX;
    for _ in 0..5 {
        let begun = Instant::now();
        let page = follow(&visitor, text, FIREFOX).await;
        quickest = quickest.min(begun.elapsed());
        assert_eq!(click_id(&page), None);
        assert_eq!(page.location().unwrap(), "https://acme.example/start");
    }
    quickest
}

/// Follows it until there is an id again: by itself, once the database is back.
async fn recovers(app: &TestApp, text: &str) {
    let begun = Instant::now();
    while click_id(&follow(&app.visitor(), text, FIREFOX).await).is_none() {
        assert!(begun.elapsed() < Duration::from_secs(30), "no id, half a minute after the database came back");
    }
}

/// A copy that keeps what is promised, and has followed the link already.
async fn hasty(app: &TestApp, text: &str, limits: Limits) -> TestApp {
    let copy = app.copy_with(limits).await;
    recovers(&copy, text).await;
    copy
}

#[actix_web::test]
async fn with_the_database_hung_a_link_that_is_known_redirects_in_time_and_without_an_id() {
    let app = TestApp::start().await;
    let link = mias_link(&app, "mia-shares");
    mias_link(&app, "mia-cold");
    // Known for no time at all: the reading hangs too.
    let stale = hasty(&app, "mia-shares", Limits { fresh: Duration::ZERO, ..Limits::DEFAULT }).await;
    let known = hasty(&app, "mia-shares", Limits::DEFAULT).await;
    let frozen = Frozen::new(&app);
    for copy in [&known, &stale] {
        let before = copy.redirects.without_id();
        let took = follows_without_id(copy, "mia-shares").await;
        assert!(took < SOON, "{took:?}");
        assert_eq!(copy.redirects.without_id(), before + 5, "the counter says so");
    }
    let begun = Instant::now();
    let page = follow(&known.visitor(), "mia-cold", FIREFOX).await;
    page.is(503).shows("Not available just now").shows(page.header("x-request-id"));
    assert!(page.header("retry-after").parse::<u32>().unwrap() > 0);
    assert!(begun.elapsed() < Duration::from_secs(4), "{:?}", begun.elapsed());
    drop(frozen);
    recovers(&known, "mia-shares").await;
    recovers(&known, "mia-cold").await;
    recovers(&stale, "mia-shares").await;
    assert!(counted(&app, link).0 >= 14, "whoever went without an id is counted all the same, once the database is back");
    assert_eq!(counted(&app, link), totals(&app, link));
}

#[actix_web::test]
async fn with_the_database_away_a_link_that_is_known_redirects_and_one_that_is_not_asks_for_patience() {
    let app = TestApp::start().await;
    let link = mias_link(&app, "mia-shares");
    mias_link(&app, "mia-cold");
    let copy = hasty(&app, "mia-shares", Limits { fresh: Duration::ZERO, ..Limits::DEFAULT }).await;
    let (name, mut admin) = (app.database_name(), cluster().admin());
    admin.batch_execute(&format!("ALTER DATABASE {name} ALLOW_CONNECTIONS false")).unwrap();
    admin.batch_execute(&format!("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")).unwrap();
    let took = follows_without_id(&copy, "mia-shares").await;
    assert!(took < SOON, "{took:?}");
    assert!(copy.redirects.without_id() >= 5);
    let page = follow(&copy.visitor(), "mia-cold", FIREFOX).await;
    page.is(503);
    assert!(page.header("retry-after").parse::<u32>().unwrap() > 0);
    admin.batch_execute(&format!("ALTER DATABASE {name} ALLOW_CONNECTIONS true")).unwrap();
    recovers(&copy, "mia-shares").await;
    recovers(&copy, "mia-cold").await;
    // The test's own connection was cut as well.
    let app = app.copy().await;
    assert_eq!(counted(&app, link), totals(&app, link));
}

#[actix_web::test]
async fn a_statement_that_fails_costs_its_own_batch_the_ids_and_no_other() {
    let app = TestApp::start().await;
    let link = mias_link(&app, "mia-shares");
    let visitor = app.visitor();
    assert!(click_id(&follow(&visitor, "mia-shares", FIREFOX).await).is_some());
    let connections = app.connections();
    for (harm, good) in [
        ("ALTER TABLE click_days RENAME TO elsewhere", "ALTER TABLE elsewhere RENAME TO click_days"),
        ("ALTER TABLE clicks ADD CHECK (at IS NULL) NOT VALID", "ALTER TABLE clicks DROP CONSTRAINT clicks_at_check"),
    ] {
        app.sql(harm);
        for _ in 0..3 {
            assert_eq!(click_id(&follow(&visitor, "mia-shares", FIREFOX).await), None, "{harm}");
        }
        app.sql(good);
        assert!(click_id(&follow(&visitor, "mia-shares", FIREFOX).await).is_some(), "the next batch after {harm}");
    }
    assert_eq!(app.redirects.without_id(), 6);
    assert_eq!((counted(&app, link), totals(&app, link)), ((3, 2), (3, 2)), "all of a batch or nothing");
    assert_eq!(app.connections(), connections, "a connection that answers is kept");
}

#[actix_web::test]
async fn a_connection_of_the_log_that_is_cut_is_made_anew() {
    let app = TestApp::start().await;
    mias_link(&app, "mia-shares");
    recovers(&app, "mia-shares").await;
    for _ in 0..3 {
        for pid in app.connections() {
            app.text(&format!("SELECT pg_terminate_backend({pid})"));
        }
        recovers(&app, "mia-shares").await;
    }
}

#[actix_web::test]
async fn a_table_that_somebody_holds_holds_up_no_redirect() {
    let app = TestApp::start().await;
    mias_link(&app, "mia-shares");
    let copy = hasty(&app, "mia-shares", Limits::DEFAULT).await;
    let mut holder: PgConnection = app.connection();
    holder.batch_execute("BEGIN; LOCK TABLE clicks IN ACCESS EXCLUSIVE MODE").unwrap();
    let took = follows_without_id(&copy, "mia-shares").await;
    assert!(took < SOON, "{took:?}");
    drop(holder);
    recovers(&copy, "mia-shares").await;
}

#[actix_web::test]
async fn clicks_that_wait_are_bounded_and_beyond_that_nobody_waits() {
    let app = TestApp::start().await;
    let link = mias_link(&app, "mia-shares");
    let copy = hasty(&app, "mia-shares", Limits { waiting: 3, record: Duration::from_millis(200), ..PATIENT }).await;
    let frozen = Frozen::new(&app);
    let (before, missed) = (counted(&app, link).0, copy.redirects.without_id());
    for _ in 0..4 {
        assert_eq!(click_id(&follow(&copy.visitor(), "mia-shares", FIREFOX).await), None);
    }
    // One is being written, three wait.
    let took = follows_without_id(&copy, "mia-shares").await;
    assert!(took < SOON, "{took:?}");
    assert_eq!(copy.redirects.without_id(), missed + 9);
    drop(frozen);
    copy.stop().await;
    assert_eq!(counted(&app, link).0, before + 4);
    assert_eq!(counted(&app, link), totals(&app, link));
}

#[actix_web::test]
async fn a_stop_writes_down_what_waits() {
    let app = TestApp::start().await;
    let link = mias_link(&app, "mia-shares");
    let copy = hasty(&app, "mia-shares", Limits { record: Duration::from_millis(20), ..PATIENT }).await;
    let frozen = Frozen::new(&app);
    let before = counted(&app, link).0;
    for _ in 0..20 {
        assert_eq!(click_id(&follow(&copy.visitor(), "mia-shares", FIREFOX).await), None);
    }
    let redirects = copy.redirects.clone();
    let stopping = actix_web::rt::task::spawn_blocking(move || redirects.stop());
    drop(frozen);
    stopping.await.unwrap();
    assert_eq!(counted(&app, link).0, before + 20);
    assert_eq!(counted(&app, link), totals(&app, link));
    assert_eq!(click_id(&follow(&copy.visitor(), "mia-shares", FIREFOX).await), None, "nothing is taken afterwards");
}

/// The database lets nobody in, and throws out who is there, until this is dropped.
struct Gone(String);

impl Gone {
    fn new(app: &TestApp) -> Self {
        let gone = Self(app.database_name().to_owned());
        gone.allow(false);
        cluster()
            .admin()
            .batch_execute(&format!("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{}'", gone.0))
            .unwrap();
        gone
    }
    fn allow(&self, connections: bool) {
        cluster().admin().batch_execute(&format!("ALTER DATABASE {} ALLOW_CONNECTIONS {connections}", self.0)).unwrap();
    }
}

impl Drop for Gone {
    fn drop(&mut self) {
        self.allow(true);
    }
}

#[actix_web::test]
async fn clicks_that_come_while_the_database_is_away_are_counted_when_it_is_back() {
    let app = TestApp::start().await;
    let link = mias_link(&app, "mia-shares");
    let copy = hasty(&app, "mia-shares", PATIENT).await;
    let (before, missed) = (counted(&app, link).0, copy.redirects.without_id());
    let gone = Gone::new(&app);
    // What was under way when the connection broke may be written or not, and is not written again.
    assert_eq!(click_id(&follow(&copy.visitor(), "mia-shares", FIREFOX).await), None);
    for _ in 0..4 {
        let took = follows_without_id(&copy, "mia-shares").await;
        assert!(took < SOON, "nobody waits for it: {took:?}");
    }
    assert_eq!(copy.redirects.without_id(), missed + 21);
    drop(gone);
    let begun = Instant::now();
    // The test's own connection was cut as well.
    let app = app.copy().await;
    while counted(&app, link).0 < before + 20 {
        assert!(begun.elapsed() < Duration::from_secs(30), "by itself, though nobody comes");
    }
    assert_eq!(counted(&app, link), totals(&app, link));
    assert_eq!(counted(&app, link).0, before + 20);
}

#[actix_web::test]
async fn of_clicks_that_wait_for_the_database_there_are_so_many_at_most_and_a_stop_gives_them_up_in_time() {
    let app = TestApp::start().await;
    let link = mias_link(&app, "mia-shares");
    let copy = hasty(&app, "mia-shares", Limits { waiting: 3, ..PATIENT }).await;
    let other = hasty(&app, "mia-shares", PATIENT).await;
    let before = counted(&app, link).0;
    let gone = Gone::new(&app);
    for copy in [&copy, &other] {
        assert_eq!(click_id(&follow(&copy.visitor(), "mia-shares", FIREFOX).await), None);
        follows_without_id(copy, "mia-shares").await;
    }
    let (redirects, begun) = (other.redirects.clone(), Instant::now());
    actix_web::rt::task::spawn_blocking(move || redirects.stop()).await.unwrap();
    assert!(begun.elapsed() < Duration::from_secs(10), "{:?}", begun.elapsed());
    drop(gone);
    let redirects = copy.redirects.clone();
    actix_web::rt::task::spawn_blocking(move || redirects.stop()).await.unwrap();
    let app = app.copy().await;
    assert_eq!(counted(&app, link).0, before + 3);
    assert_eq!(counted(&app, link), totals(&app, link));
}
