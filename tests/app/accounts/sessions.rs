//! Sessions as a person sees and ends them (S12), and how long they last (S11).

use super::{session_id, try_to_sign_in};
use crate::support::{Browser, TestApp, personas::*};
use actix_session::storage::SessionStore;
use actix_web::cookie::time::Duration;
use diesel::connection::SimpleConnection;
use guildhall::{
    access::store::{SessionLimits, Sessions},
    accounts::{
        Grant, User, sessions,
        sign_in::{self, Credentials, Entered},
    },
    db::Db,
    email_address::EmailAddress,
    tokens::hash_of,
};
use reqwest::Method;

const FIREFOX: &str = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:145.0) Gecko/20100101 Firefox/145.0";

/// Signs in as a browser that says what it is.
async fn sign_in_with(app: &TestApp, email: &str, agent: &str) -> Browser {
    let browser = app.visitor();
    let request = browser
        .request(Method::POST, "/sign-in")
        .header("sec-fetch-site", "same-origin")
        .header("user-agent", agent)
        .header("content-type", "application/x-www-form-urlencoded")
        .body(format!("email={email}&password={PASSWORD}"));
    browser.send(request).await.leads_to("/");
    browser
}

#[actix_web::test]
async fn a_person_sees_where_they_are_signed_in() {
    let app = TestApp::start().await;
    sign_in_with(&app, OLIVIA, FIREFOX).await;
    sign_in_with(&app, MIA, FIREFOX).await;
    let browser = app.visitor();
    try_to_sign_in(&browser, OLIVIA, PASSWORD).await.leads_to("/");
    app.sql("UPDATE sessions SET last_seen_at = now() - interval '3 hours' WHERE user_agent LIKE 'Mozilla%'");
    let page = browser.get("/account").await;
    let rows = page.text_of("#sessions tbody tr");
    assert_eq!(rows.len(), 2, "hers alone: {rows:?}");
    assert!(rows[0].contains("This one") && rows[0].contains("Just now"), "{rows:?}");
    // Three hours ago is yesterday in the first three hours of a day.
    assert!(rows[1].contains("Firefox on Windows") && ["3 hours ago", "Yesterday"].iter().any(|at| rows[1].contains(at)), "{rows:?}");
    assert!(page.body.contains("rv:145.0"), "the whole of it is in the title");
}

#[actix_web::test]
async fn one_session_is_ended_on_every_copy_of_the_program() {
    let app = TestApp::start().await;
    let copy = app.copy().await;
    let (here, other) = (app.signed_in(OLIVIA), sign_in_with(&app, OLIVIA, FIREFOX).await);
    let there = other.on(&copy);
    there.get("/").await.leads_to("/teams/northwind");
    let page = here.get("/account").await;
    let id = app.text("SELECT id FROM sessions WHERE user_agent LIKE 'Mozilla%'");
    let ending = page.form(&format!("/account/sessions/{id}/ending"));
    let page = here.submit(&ending).await;
    page.leads_to("/account");
    here.follow(page).await.shows("Signed out there.");
    there.get("/").await.leads_to("/sign-in");
    here.get("/").await.leads_to("/teams/northwind");
    here.submit(&ending).await.is(404);
    assert_eq!(app.number("SELECT count(*) FROM audit WHERE action = 'session ended'"), 1);
}

#[actix_web::test]
async fn all_others_are_ended_at_once() {
    let app = TestApp::start().await;
    let copy = app.copy().await;
    let (here, mia) = (app.signed_in(OLIVIA), app.signed_in(MIA));
    let others = [app.signed_in(OLIVIA).on(&copy), app.signed_in(OLIVIA)];
    let page = here.submit(&here.get("/account").await.form("/account/other-sessions/ending")).await;
    here.follow(page).await.shows("2 other browsers are signed out.");
    for other in others {
        other.get("/").await.leads_to("/sign-in");
    }
    here.get("/").await.leads_to("/teams/northwind");
    mia.get("/").await.leads_to("/teams/northwind");
    assert!(!here.get("/account").await.has_form("/account/other-sessions/ending"), "nothing is left to end");
}

#[actix_web::test]
async fn a_session_of_somebody_else_is_not_there() {
    let app = TestApp::start().await;
    let (mia, olivia) = (app.signed_in(MIA), app.signed_in(OLIVIA));
    let hers = app.text(&format!("SELECT s.id FROM sessions s JOIN users u ON u.id = s.user_id WHERE u.email = '{OLIVIA}'"));
    for id in [hers.as_str(), "nonsense", "0190ffff-0000-7000-8000-00000000ffff"] {
        mia.post(&format!("/account/sessions/{id}/ending"), &[]).await.is(404);
    }
    olivia.get("/").await.leads_to("/teams/northwind");
}

#[actix_web::test]
async fn what_a_session_is_called_opens_nothing() {
    let app = TestApp::start().await;
    let browser = app.signed_in(OLIVIA);
    let page = browser.get("/account").await;
    assert!(!page.body.contains(&super::session_id(&browser)));
    assert!(!page.body.contains(&app.text("SELECT encode(id_hash, 'hex') FROM sessions LIMIT 1")));
}

#[actix_web::test]
async fn a_session_ends_after_twelve_hours_without_use_and_after_fourteen_days() {
    let app = TestApp::start().await;
    let copy = app.copy().await;
    for (moved, lives) in [
        ("last_seen_at = now() - interval '11 hours 59 minutes'", true),
        ("last_seen_at = now() - interval '12 hours 1 minute'", false),
        ("last_seen_at = now() - interval '5 days'", false),
        ("expires_at = now() + interval '1 second'", true),
        ("expires_at = now() - interval '1 second'", false),
    ] {
        let browser = app.visitor();
        try_to_sign_in(&browser, OLIVIA, PASSWORD).await.leads_to("/");
        app.sql(&format!("UPDATE sessions SET {moved}"));
        let there = browser.on(&copy).get("/account").await;
        assert_eq!(there.status, if lives { 200 } else { 303 }, "{moved}");
        app.sql("DELETE FROM sessions");
    }
}

#[actix_web::test]
async fn being_used_keeps_a_session_but_never_beyond_its_days() {
    let app = TestApp::start().await;
    let browser = app.visitor();
    try_to_sign_in(&browser, OLIVIA, PASSWORD).await.leads_to("/");
    let end = "SELECT expires_at FROM sessions";
    assert_eq!(app.number(&format!("SELECT round(extract(epoch FROM ({end}) - now()) / 86400)::int")), 14);
    let before = app.text(end);
    for _ in 0..3 {
        app.sql("UPDATE sessions SET last_seen_at = now() - interval '10 hours'");
        browser.get("/account").await.is(200);
    }
    assert_eq!(app.number("SELECT count(*) FROM sessions WHERE last_seen_at > now() - interval '1 minute'"), 1);
    assert_eq!(app.text(end), before);
}

#[actix_web::test]
async fn an_idle_session_is_not_listed_and_what_is_over_goes_when_others_come() {
    let app = TestApp::start().await;
    let (browser, _idle, _over) = (app.signed_in(OLIVIA), app.signed_in(OLIVIA), app.signed_in(OLIVIA));
    app.sql("UPDATE sessions SET last_seen_at = now() - interval '13 hours' WHERE id = (SELECT id FROM sessions ORDER BY created_at LIMIT 1 OFFSET 1)");
    app.sql(
        "UPDATE sessions SET expires_at = now() - interval '1 hour' WHERE id = (SELECT id FROM sessions ORDER BY created_at DESC LIMIT 1)",
    );
    assert_eq!(browser.get("/account").await.text_of("#sessions tbody tr").len(), 1);
    try_to_sign_in(&app.visitor(), MIA, PASSWORD).await.leads_to("/");
    assert_eq!(app.number("SELECT count(*) FROM sessions WHERE expires_at < now()"), 0);
}

/// What the sign-in of Olivia has granted, before her session begins.
fn granted(app: &TestApp) -> Grant {
    let conn = &mut app.connection();
    let olivia = Credentials::of(conn, &EmailAddress::parse(OLIVIA).unwrap()).unwrap().unwrap();
    let Entered::In(grant) = olivia.sign_in(conn, None).unwrap() else { panic!("she has one step") };
    grant
}

/// Begins that session, as the program does once the page is answered.
async fn begin(db: Db, grant: Grant) {
    let state = [("user_id", serde_json::json!(grant.user)), ("sessions_ended", grant.sessions_ended.into())];
    let state = state.into_iter().map(|(key, value)| (key.to_owned(), value.to_string())).collect();
    Sessions { db, limits: SessionLimits::default() }.save(state, &Duration::HOUR).await.unwrap();
}

fn of_olivia(app: &TestApp) -> i64 {
    app.number(&format!("SELECT count(*) FROM sessions s JOIN users u ON u.id = s.user_id WHERE u.email = '{OLIVIA}'"))
}

#[actix_web::test]
async fn a_session_that_was_granted_before_all_were_ended_does_not_begin_after_it() {
    let app = TestApp::start().await;
    begin(app.db.clone(), granted(&app)).await;
    assert_eq!(of_olivia(&app), 1);
    // All are ended, or all but another one.
    let grant = granted(&app);
    User::end_sessions(&mut app.connection(), grant.user).unwrap();
    begin(app.db.clone(), grant).await;
    assert_eq!(of_olivia(&app), 0);
    let grant = granted(&app);
    sessions::end_others(&mut app.connection(), grant.user, b"another one", None).unwrap();
    begin(app.db.clone(), grant).await;
    assert_eq!(of_olivia(&app), 0);
    begin(app.db.clone(), granted(&app)).await;
    assert_eq!(of_olivia(&app), 1, "signed in after it");
}

#[actix_web::test]
async fn a_session_that_begins_while_all_are_ended_ends_with_them() {
    let app = TestApp::start().await;
    let grant = granted(&app);
    let ending = &mut app.connection();
    ending.batch_execute("BEGIN").unwrap();
    User::end_sessions(ending, grant.user).unwrap();
    let beginning = actix_web::rt::spawn(begin(app.db.clone(), grant));
    app.until_somebody_waits().await;
    ending.batch_execute("COMMIT").unwrap();
    beginning.await.unwrap();
    assert_eq!(of_olivia(&app), 0);
}

#[actix_web::test]
async fn a_session_ends_with_the_line_that_says_so() {
    let app = TestApp::start().await;
    let browser = app.signed_in(OLIVIA);
    let user = granted(&app).user;
    let row = hash_of(&session_id(&browser));
    let row: &[u8] = row.as_ref();
    // Neither without the other.
    app.sql("ALTER TABLE audit RENAME TO away");
    sign_in::sign_out(&mut app.connection(), user, row, None).unwrap_err();
    app.sql("ALTER TABLE away RENAME TO audit");
    assert_eq!(of_olivia(&app), 1);
    sign_in::sign_out(&mut app.connection(), user, row, None).unwrap();
    assert_eq!(of_olivia(&app), 0);
    assert_eq!(app.number("SELECT count(*) FROM audit WHERE action = 'signed out'"), 1);
    browser.get("/").await.leads_to("/sign-in");
}

#[actix_web::test]
async fn signing_out_everywhere_else_ends_sign_ins_that_await_a_code() {
    let app = TestApp::start().await;
    app.switch_two_step_on(OLIVIA);
    let halfway = app.halfway(OLIVIA);
    halfway.get("/sign-in/code").await.is(200);
    let here = app.signed_in(OLIVIA);
    here.post("/account/other-sessions/ending", &[]).await.leads_to("/account");
    halfway.post("/sign-in/code", &[("code", &app.code(0))]).await.leads_to("/sign-in");
    here.get("/account").await.is(200);
}
