//! What people see while the database is away, slow, held or broken (R10, R12, S63, S64).

use crate::support::{
    Page, Scene, TestApp,
    catalogue::{changes, pages},
    personas::*,
};
use diesel::{PgConnection, connection::SimpleConnection};
use guildhall::db::transaction;
use reqwest::Method;
use std::{
    sync::{Arc, Barrier},
    time::{Duration, Instant},
};

/// The database's time limit, the pool's, and what a busy machine adds.
const BOUND: Duration = Duration::from_secs(4);

/// A connection that holds something until it is dropped, as `psql` in another window would.
fn hold(app: &TestApp, statement: &str) -> PgConnection {
    let mut holder = app.connection();
    holder.batch_execute(&format!("BEGIN; {statement}")).unwrap();
    holder
}

#[track_caller]
fn is_busy(page: &Page) {
    page.is(503);
    if page.is_html() {
        page.shows("Not available just now").shows("Nothing was lost").shows(page.header("x-request-id"));
    } else {
        assert!(page.body.contains("\"unavailable\""), "programs read it in JSON: {}", page.body);
    }
    assert!(page.header("retry-after").parse::<u32>().unwrap() > 0);
}

#[actix_web::test]
async fn a_request_that_waits_for_a_lock_ends_in_time() {
    let app = TestApp::start().await;
    let sam = app.signed_in(SAM);
    let holder = hold(&app, "LOCK TABLE users IN ACCESS EXCLUSIVE MODE");
    let begun = Instant::now();
    is_busy(&sam.get("/").await);
    assert!(begun.elapsed() < BOUND, "{:?}", begun.elapsed());
    drop(holder);
    assert!(sam.get("/").await.status.as_u16() < 400);
}

#[actix_web::test]
async fn a_change_that_waits_for_a_row_ends_in_time_and_leaves_nothing_open() {
    let app = TestApp::start().await;
    let vera = app.signed_in(VERA);
    let before = app.dump();
    let holder = hold(&app, "LOCK TABLE audit IN ACCESS EXCLUSIVE MODE");
    let begun = Instant::now();
    is_busy(&vera.post("/password-reset", &[("email", VERA)]).await);
    assert!(begun.elapsed() < BOUND, "{:?}", begun.elapsed());
    drop(holder);
    assert_eq!(app.dump(), before, "what could not be written down was not done");
    let open = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in transaction%'";
    assert_eq!(app.number(open), 0);
}

#[actix_web::test]
async fn a_session_that_cannot_be_read_is_not_taken_for_signed_out() {
    let app = TestApp::start().await;
    let sam = app.signed_in(SAM);
    let holder = hold(&app, "LOCK TABLE sessions IN ACCESS EXCLUSIVE MODE");
    let begun = Instant::now();
    let page = sam.get("/companies/acme/partners").await;
    assert!(begun.elapsed() < BOUND, "{:?}", begun.elapsed());
    is_busy(&page);
    assert!(!page.headers.contains_key("set-cookie"), "the session stays");
    drop(holder);
    assert!(sam.get("/").await.status.as_u16() < 400);
}

#[actix_web::test]
async fn with_the_database_away_every_page_says_so_and_the_program_lives() {
    let app = TestApp::start_demo().await;
    let scene = Scene::set(&app);
    let copy = app.copy_without_database().await;
    let sam = app.signed_in(SAM).on(&copy);
    let asked: Vec<_> = pages()
        .into_iter()
        .filter(|path| !path.ends_with('z'))
        .map(|path| {
            let (sam, here) = (sam.clone(), scene.path(path));
            (path, actix_web::rt::spawn(async move { sam.get(&here).await }))
        })
        .collect();
    for (path, asked) in asked {
        let page = asked.await.unwrap();
        // What neither asks who is there nor reads a row needs no database.
        if page.status.is_success() {
            assert!(!path.contains('{'), "GET {path} without a database");
            continue;
        }
        is_busy(&page);
        assert!(!page.headers.contains_key("set-cookie"), "GET {path}: the session stays");
    }
    copy.visitor().get("/healthz").await.is(200);
    is_busy(&copy.visitor().get("/readyz").await);
    sam.on(&app).get("/").await.is(303);
}

#[actix_web::test]
async fn a_change_with_the_database_away_is_refused_and_not_half_done() {
    let app = TestApp::start_demo().await;
    let scene = Scene::set(&app);
    let copy = app.copy_without_database().await;
    let browsers: Vec<_> = changes().into_iter().map(|deed| (deed, deed.browser(&app).on(&copy))).collect();
    let before = app.dump();
    let asked: Vec<_> = browsers
        .into_iter()
        .map(|(deed, browser)| {
            let here = scene.path(deed.path);
            actix_web::rt::spawn(async move { browser.post(&here, &deed.form("x")).await })
        })
        .collect();
    for asked in asked {
        is_busy(&asked.await.unwrap());
    }
    assert_eq!(app.dump(), before);
}

#[actix_web::test]
async fn a_statement_that_fails_shows_nothing_of_the_database() {
    let app = TestApp::start_demo().await;
    let scene = Scene::set(&app);
    let sam = app.signed_in(SAM);
    app.sql("ALTER TABLE users RENAME TO people");
    let mut failed = 0;
    for path in pages() {
        let page = sam.get(&scene.path(path)).await;
        if page.status == 500 {
            failed += 1;
            page.shows("This did not work").shows(page.header("x-request-id"));
            for secret in ["SELECT", "relation", "users", "diesel", "src/"] {
                assert!(!page.body.contains(secret), "GET {path} shows {secret}:\n{}", page.body);
            }
        }
    }
    assert!(failed > 0);
    let page = sam
        .send(sam.request(Method::POST, "/sign-in").header("sec-fetch-site", "same-origin").body("email=a%40b.example&password=x"))
        .await;
    page.is(500).hides("users");
}

#[actix_web::test]
async fn a_change_whose_connection_is_cut_in_the_middle_is_not_half_done() {
    let app = TestApp::start().await;
    let visitor = app.visitor();
    let before = app.dump();
    let holder = hold(&app, "LOCK TABLE audit IN ACCESS EXCLUSIVE MODE");
    let asked = actix_web::rt::spawn(async move { visitor.post("/password-reset", &[("email", VERA)]).await });
    let waiting =
        "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
    while app.number(waiting) == 0 {
        assert!(!asked.is_finished(), "it waits for the lock");
        actix_web::rt::task::yield_now().await;
    }
    is_busy(&asked.await.unwrap());
    drop(holder);
    assert_eq!(app.dump(), before);
}

#[test]
fn transactions_that_fall_over_each_other_are_tried_again() {
    let app = actix_web::rt::System::new().block_on(TestApp::start());
    let both = Arc::new(Barrier::new(2));
    let moves = [("acme", "globex"), ("globex", "acme")].map(|(first, second)| {
        let (db, both) = (app.db.clone(), both.clone());
        std::thread::spawn(move || {
            let mut tries = 0;
            let done = db.run_here(|conn| {
                transaction(conn, |conn| -> diesel::QueryResult<()> {
                    tries += 1;
                    conn.batch_execute(&format!("UPDATE companies SET name = name WHERE slug = '{first}'"))?;
                    if tries == 1 {
                        both.wait();
                    }
                    conn.batch_execute(&format!("UPDATE companies SET name = name WHERE slug = '{second}'"))
                })
            });
            done.map(|()| tries).map_err(|error| error.to_string())
        })
    });
    let mut tries: Vec<i32> = moves.into_iter().map(|thread| thread.join().unwrap().unwrap()).collect();
    tries.sort_unstable();
    assert_eq!(tries, [1, 2], "one of the two had to begin anew");
}

#[actix_web::test]
async fn a_connection_that_is_cut_is_replaced() {
    let app = TestApp::start().await;
    let sam = app.signed_in(SAM);
    assert!(sam.get("/").await.status.as_u16() < 400);
    app.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()");
    // The pool looks at a connection before it hands it out; one cut in the middle of a request would answer 503.
    let pages = [sam.get("/").await, sam.get("/").await];
    assert!(pages.iter().all(|page| page.status.as_u16() < 400 || page.status == 503));
    assert!(sam.get("/").await.status.as_u16() < 400);
}

#[actix_web::test]
async fn while_the_database_only_reads_pages_are_read_and_changes_refused() {
    let app = TestApp::start().await;
    let people = [(SAM, "/companies/acme/partners"), (OLIVIA, "/teams/northwind"), (MIA, "/account")];
    let browsers = people.map(|(email, page)| (app.signed_in(email), page));
    // Nobody was seen for an hour, so that it would be noted.
    app.sql(
        "UPDATE sessions SET last_seen_at = now() - interval '2 hours'; UPDATE members SET last_active_at = now() - interval '2 hours'",
    );
    app.sql(&format!("ALTER DATABASE {} SET default_transaction_read_only = on", app.database_name()));
    let copy = app.copy().await;
    for (browser, page) in browsers {
        let browser = browser.on(&copy);
        browser.get(page).await.is(200);
        is_busy(&browser.post("/account/profile", &[("name", "Another Name"), ("time_zone", "UTC")]).await);
    }
    assert_eq!(app.number("SELECT count(*) FROM sessions WHERE last_seen_at > now() - interval '1 hour'"), 0);
}
