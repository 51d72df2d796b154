//! How often something may be done (S4), and whose doing it is (S23). The limits here are an installation's; other tests, which do in a
//! second what people do in a day, run with a thousand times as much.

mod clients;
mod log;
mod quotas;
mod signing_in;

use crate::support::{Browser, Page, Scene, TestApp, at_once, catalogue::pages, personas::*};
use guildhall::{
    access::{Access, Limit, rate_limit::Per},
    app::Mode,
    mail::{Worker, transport::Transport},
    routes,
};

/// Nobody's password.
const WRONG: &str = "not the password";

async fn try_to_sign_in(browser: &Browser, email: &str, password: &str) -> Page {
    browser.post("/sign-in", &[("email", email), ("password", password)]).await
}

/// Tries wrong passwords until no more may be tried, and no more than may.
async fn hammer(browser: &Browser, email: &str) {
    for _ in 0..Limit::SignIn.most() {
        try_to_sign_in(browser, email, WRONG).await.is(422);
    }
    is_too_many(&try_to_sign_in(browser, email, WRONG).await);
}

/// Puts every count that is there at this number, as if so much had been done before.
fn used(app: &TestApp, number: i32) {
    app.sql(&format!("UPDATE rate_limits SET used = {number}"));
}

/// Lets every window end.
fn windows_end(app: &TestApp) {
    app.sql("UPDATE rate_limits SET ends_at = now() - interval '1 second'");
}

fn counts(app: &TestApp) -> i64 {
    app.number("SELECT count(*) FROM rate_limits")
}

/// That it is answered 429 with a page of ours that says when to go on.
#[track_caller]
fn is_too_many(page: &Page) {
    page.is(429).shows("Try again in");
    let seconds: i64 = page.header("retry-after").parse().unwrap_or_else(|_| panic!("{:?}", page.headers));
    assert!((1..=24 * 60 * 60).contains(&seconds), "{seconds}");
}

fn statuses(pages: &[Page], status: u16) -> usize {
    pages.iter().filter(|page| page.status.as_u16() == status).count()
}

#[actix_web::test]
async fn of_all_who_come_at_once_to_two_copies_exactly_as_many_pass_as_may() {
    let app = TestApp::start_limited().await;
    let copy = app.copy().await;
    let form = |n: usize| {
        let browser = if n.is_multiple_of(2) { app.visitor() } else { copy.visitor() };
        (browser, "/sign-in".to_owned(), vec![("email", OLIVIA), ("password", WRONG)])
    };
    let pages = at_once((0..24).map(form).collect()).await;
    assert_eq!((statuses(&pages, 422), statuses(&pages, 429)), (10, 14));
    assert_eq!(app.passwords.verifications() + copy.passwords.verifications(), 10, "what is too much is not even looked at");
    pages.iter().filter(|page| page.status == 429).for_each(is_too_many);
}

#[actix_web::test]
async fn a_window_ends_by_the_databases_clock_and_trying_on_does_not_lengthen_it() {
    let app = TestApp::start_limited().await;
    let visitor = app.visitor();
    hammer(&visitor, OLIVIA).await;
    let ends = app.text("SELECT string_agg(ends_at::text, ',' ORDER BY key) FROM rate_limits");
    for _ in 0..3 {
        let page = try_to_sign_in(&visitor, OLIVIA, PASSWORD).await;
        is_too_many(&page);
        page.shows("Too many passwords were tried for this address.").shows("Try again in 15 minutes.");
    }
    assert_eq!(app.text("SELECT string_agg(ends_at::text, ',' ORDER BY key) FROM rate_limits"), ends);

    app.sql("UPDATE rate_limits SET ends_at = now() + interval '90 seconds'");
    let page = try_to_sign_in(&visitor, OLIVIA, PASSWORD).await;
    is_too_many(&page);
    page.shows("Try again in 2 minutes.");
    assert!((60..=90).contains(&page.header("retry-after").parse::<i64>().unwrap()), "{}", page.header("retry-after"));

    windows_end(&app);
    try_to_sign_in(&visitor, OLIVIA, WRONG).await.is(422);
    try_to_sign_in(&visitor, OLIVIA, PASSWORD).await.leads_to("/");
}

#[actix_web::test]
async fn every_form_that_is_open_to_everybody_is_limited() {
    let open: Vec<&str> = routes::all(Mode::Demo)
        .iter()
        .filter(|route| route.method == actix_web::http::Method::POST && route.access == Access::Anyone)
        .filter(|route| !matches!(route.limit, Some((_, Per::Network))))
        .map(|route| route.path)
        .collect();
    assert_eq!(open, ["/sign-out"], "which neither looks anything up nor mails anything");
}

#[actix_web::test]
async fn forms_behind_mailed_links_are_limited_by_network() {
    let app = TestApp::start_limited().await;
    let scene = Scene::set(&app);
    let visitor = app.visitor();
    visitor.post("/invitations/nonsense/acceptance", &[]).await.is(404);
    assert_eq!(counts(&app), 1);
    let behind_links: Vec<&str> =
        routes::all(Mode::Serve).iter().filter(|route| route.limit == Some((Limit::Link, Per::Network))).map(|route| route.path).collect();
    assert_eq!(behind_links.len(), 7, "{behind_links:?}");
    for path in behind_links {
        used(&app, Limit::Link.most() - 1);
        let page = visitor.post(&scene.path(path), &[("reason", "\u{1}")]).await;
        assert_ne!(page.status, 429, "POST {path}: the last that may");
        let page = visitor.post(&scene.path(path), &[]).await;
        is_too_many(&page);
        page.shows("Too many answers came from your network.");
        assert_ne!(visitor.at("127.0.0.9").post("/invitations/nonsense/request", &[]).await.status, 429, "others go on");
        app.sql("DELETE FROM rate_limits WHERE used = 1");
    }
}

#[actix_web::test]
async fn asking_for_a_new_link_is_limited_by_network() {
    let app = TestApp::start_limited().await;
    let scene = Scene::set(&app);
    let renewal = format!("/invitations/{}/renewal", scene.expired_token);
    app.visitor().post("/invitations/nonsense/renewal", &[]).await.is(404);
    used(&app, Limit::Renewal.most());
    is_too_many(&app.visitor().post(&renewal, &[]).await);
    assert_eq!(app.number("SELECT count(*) FROM audit WHERE action = 'renewal asked'"), 0);
    app.visitor().at("127.0.0.9").post(&renewal, &[]).await.is(303);
    assert_eq!(app.number("SELECT count(*) FROM audit WHERE action = 'renewal asked'"), 1);
}

#[actix_web::test]
async fn what_one_person_may_do_so_often_others_still_may() {
    let app = TestApp::start_limited().await;
    let copy = app.copy().await;
    app.sql(&format!("UPDATE staff SET role = 'administrator' WHERE user_id = (SELECT id FROM users WHERE email = '{MAX}')"));
    let export = "/companies/acme/audit/export";
    for (limit, ask) in [(Limit::Export, export), (Limit::Teams, "/teams/new"), (Limit::EmailChange, "/account/email")] {
        app.sql("DELETE FROM rate_limits");
        let does = async |browser: &Browser| match limit {
            Limit::Export => browser.get(ask).await,
            _ => browser.post(ask, &[("team_name", "A team"), ("email", "new@elsewhere.example"), ("email_password", PASSWORD)]).await,
        };
        let (sam, max) = (app.signed_in(SAM), app.signed_in(MAX));
        for n in 0..limit.most() {
            let page = does(&if n % 2 == 0 { sam.clone() } else { sam.on(&copy) }).await;
            assert!(matches!(page.status.as_u16(), 200 | 303), "{limit}: {}", page.status);
        }
        is_too_many(&does(&sam).await);
        is_too_many(&does(&sam.at("127.0.0.9")).await);
        is_too_many(&does(&app.signed_in(SAM).on(&copy)).await);
        assert_ne!(does(&max).await.status, 429, "{limit}");
    }
    assert_eq!(app.mails_to("new@elsewhere.example").len(), 6, "five of one person, one of another");
    assert_eq!(app.number("SELECT count(*) FROM teams WHERE name = 'A team'"), 11);
}

#[actix_web::test]
async fn looking_is_not_counted_but_for_the_file() {
    let app = TestApp::start_limited().await;
    let scene = Scene::set(&app);
    for path in pages().into_iter().filter(|path| !path.starts_with("/mailbox")) {
        for email in [SAM, OLIVIA] {
            app.signed_in(email).get(&scene.path(path)).await;
        }
    }
    assert_eq!(counts(&app), 2, "the file, by both");
}

#[actix_web::test]
async fn where_counting_fails_nobody_passes() {
    let app = TestApp::start_limited().await;
    let scene = Scene::set(&app);
    let before = app.dump();
    let (sam, olivia) = (app.signed_in(SAM), app.signed_in(OLIVIA));
    app.sql("ALTER TABLE rate_limits RENAME TO away");
    let sessions = app.number("SELECT count(*) FROM sessions");
    let people = [("team", "northwind"), ("email", "rosa@northwind.example"), ("role", "member")];
    for (browser, path, fields) in [
        (app.visitor(), "/sign-in".to_owned(), vec![("email", OLIVIA), ("password", PASSWORD)]),
        (app.visitor(), "/password-reset".to_owned(), vec![("email", OLIVIA)]),
        (app.visitor(), scene.path("/password-reset/{token}"), vec![("password", "five quiet lanterns")]),
        (app.visitor(), format!("/invitations/{}/declination", scene.invitation_token), vec![]),
        (olivia.clone(), "/account/confirmation".to_owned(), vec![("password", PASSWORD)]),
        (olivia.clone(), "/account/password".to_owned(), vec![("current", PASSWORD), ("password", "five quiet lanterns")]),
        (olivia.clone(), "/teams/new".to_owned(), vec![("team_name", "A team")]),
        (olivia.clone(), "/teams/northwind/members/new".to_owned(), people.to_vec()),
        (olivia, format!("/teams/northwind/messages/{}", scene.conversation), vec![("body", "Hello")]),
        (sam.clone(), "/companies/acme/invitations/new-members".to_owned(), people.to_vec()),
        (sam.clone(), "/companies/acme/partners/northwind/messages".to_owned(), vec![("body", "Hello")]),
    ] {
        browser.post(&path, &fields).await.is(500).hides("rate_limits");
    }
    sam.get("/companies/acme/audit/export").await.is(500);
    sam.get("/companies/acme/partners").await.is(200);
    assert_eq!(app.number("SELECT count(*) FROM sessions"), sessions);
    app.sql("ALTER TABLE away RENAME TO rate_limits");
    let without_sessions = |dump: &str| dump.lines().filter(|row| !row.starts_with("sessions: ")).collect::<Vec<_>>().join("\n");
    assert_eq!(without_sessions(&app.dump()), without_sessions(&before));
    assert!(app.mails_to(OLIVIA).is_empty());
}

#[actix_web::test]
async fn counts_that_are_over_are_swept_by_the_worker() {
    let app = TestApp::start_limited().await;
    try_to_sign_in(&app.visitor(), OLIVIA, WRONG).await.is(422);
    windows_end(&app);
    try_to_sign_in(&app.visitor().at("127.0.0.9"), OLIVIA, WRONG).await.is(422);
    assert_eq!(counts(&app), 4);
    // Somebody is counting in one of them this moment.
    let mut other = app.connection();
    diesel::connection::SimpleConnection::batch_execute(
        &mut other,
        "BEGIN; SELECT FROM rate_limits WHERE ends_at < now() ORDER BY key LIMIT 1 FOR UPDATE",
    )
    .unwrap();
    let worker = Worker::start(app.db.clone(), app.mailer.clone(), Transport::Mailbox);
    for _ in 0..400 {
        if counts(&app) == 3 {
            break;
        }
        actix_web::rt::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    assert!(worker.stop());
    assert_eq!(counts(&app), 3, "what runs stays, and what is held");
    assert_eq!(app.number("SELECT count(*) FROM rate_limits WHERE ends_at > now()"), 2);
}

#[actix_web::test]
async fn what_is_counted_names_nobody() {
    let app = TestApp::start_limited().await;
    let visitor = app.visitor();
    try_to_sign_in(&visitor, OLIVIA, WRONG).await.is(422);
    visitor.post("/password-reset", &[("email", OLIVIA)]).await.is(303);
    assert_eq!(counts(&app), 4);
    let columns = "SELECT string_agg(column_name || ' ' || data_type, ',' ORDER BY column_name) FROM information_schema.columns WHERE table_name = 'rate_limits'";
    assert_eq!(app.text(columns), "ends_at timestamp with time zone,key bytea,refused integer,used integer");
    // Whoever has the dump and guesses, without the installation's key, finds nothing.
    for guess in ["127.0.0.1", OLIVIA, "olivia@northwind.example127.0.0.1", "sign-in127.0.0.1"] {
        let found = format!("SELECT count(*) FROM rate_limits WHERE key = sha256('{guess}') OR encode(key, 'escape') LIKE '%{guess}%'");
        assert_eq!(app.number(&found), 0, "{guess}");
    }
    assert_eq!(app.number("SELECT count(DISTINCT key) FROM rate_limits"), 4);
}

#[test]
fn the_page_for_who_runs_an_installation_lists_every_limit() {
    let page = include_str!("../../docs/operating.md");
    for limit in Limit::ALL {
        let minutes = limit.minutes();
        let time = match minutes {
            60 => "an hour".to_owned(),
            1440 => "a day".to_owned(),
            minutes => format!("{minutes} minutes"),
        };
        let row = format!("| `{limit}` | {} | {time} |", limit.most());
        assert!(page.contains(&row), "docs/operating.md should have the row {row}");
    }
}
