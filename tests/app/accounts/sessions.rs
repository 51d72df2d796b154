//! Sessions as a person sees and ends them (S12), and how long they last (S11).

use super::try_to_sign_in;
use crate::support::{Browser, TestApp, personas::*};
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
    assert!(rows[1].contains("Firefox on Windows") && rows[1].contains("3 hours ago"), "{rows:?}");
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
