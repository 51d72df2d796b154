//! What is grave asks again who is there (S13).

use super::session_id;
use crate::support::{
    Browser, FilledForm, Page, Scene, TestApp,
    catalogue::{changes, pages},
    personas::*,
    scene::{SENT, WAITING, id},
};
use actix_web::HttpResponse;
use diesel::prelude::*;
use guildhall::{
    access::{Fresh, InTeam, Public, SignedIn, may},
    app::Mode,
    db::Db,
    error::Result,
    routes::{self, Endpoint},
    schema::users,
    web::{Form, see_other},
};
use serde::Deserialize;

/// Something grave that no page of ours does.
async fn page(_: Fresh<SignedIn>) -> Result<HttpResponse> {
    see_other("/")
}

async fn deed(by: Fresh<SignedIn>, db: Db) -> Result<HttpResponse> {
    let id = by.user.id;
    db.run(move |conn| diesel::update(users::table.find(id)).set(users::name.eq("Done")).execute(conn)).await?;
    see_other("/")
}

/// What a form of several fields says, one of them more than once.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Words {
    word: Vec<String>,
    text: String,
}

async fn says(by: Fresh<SignedIn>, Form(words): Form<Words>, db: Db) -> Result<HttpResponse> {
    let (id, said) = (by.user.id, format!("{} {:?}", words.word.join("+"), words.text));
    db.run(move |conn| diesel::update(users::table.find(id)).set(users::name.eq(said)).execute(conn)).await?;
    see_other("/")
}

async fn of_a_team(_: Fresh<InTeam<may::ApproveMembers>>) -> Result<HttpResponse> {
    see_other("/")
}

async fn of_anybody(_: Public) -> Result<HttpResponse> {
    see_other("/")
}

fn grave() -> Vec<Endpoint> {
    vec![
        routes::get("/grave", page),
        routes::post("/grave", deed, &[]),
        routes::post("/grave/words", says, &[]),
        routes::get("/teams/{team}/grave", of_a_team),
        routes::get("/harmless", of_anybody),
    ]
}

fn age(app: &TestApp, minutes: u32) {
    app.sql(&format!("UPDATE sessions SET proved_at = now() - interval '{minutes} minutes'"));
}

#[test]
fn a_route_tells_by_its_lock_that_it_asks_again() {
    let told: Vec<bool> = grave().iter().map(|route| route.needs_proof).collect();
    assert_eq!(told, [true, true, true, true, false]);
}

#[actix_web::test]
async fn a_proof_older_than_ten_minutes_leads_to_the_page_that_asks_for_one_and_back() {
    let app = TestApp::start_with(grave).await;
    let browser = app.signed_in(OLIVIA);
    age(&app, 9);
    browser.get("/grave?x=1").await.leads_to("/");
    age(&app, 11);
    let asked = browser.get("/grave?x=1").await;
    asked.leads_to("/account/confirmation?next=%2Fgrave%3Fx%3D1");
    let page = browser.follow(asked).await;
    page.is(200).shows("Confirm that it is you");
    let before = session_id(&browser);
    let planted = browser.on(&app);
    let page = browser.submit(&page.form("/account/confirmation").set("password", PASSWORD)).await;
    page.leads_to("/grave?x=1");
    browser.get("/grave?x=1").await.leads_to("/");
    assert_ne!(session_id(&browser), before, "a new id");
    planted.get("/").await.leads_to("/sign-in");
    assert_eq!(app.number("SELECT count(*) FROM audit WHERE action = 'identity confirmed'"), 1);
}

#[actix_web::test]
async fn a_grave_deed_with_an_old_proof_has_no_effect_on_any_copy() {
    let app = TestApp::start_with(grave).await;
    let browser = app.signed_in(OLIVIA);
    for stale in ["now() - interval '11 minutes'", "NULL", "now() - interval '3 days'"] {
        app.sql(&format!("UPDATE sessions SET proved_at = {stale}"));
        let before = app.dump();
        let form = browser
            .request(reqwest::Method::POST, "/grave")
            .header("sec-fetch-site", "same-origin")
            .header("referer", format!("{}/teams/northwind", app.base_url));
        let asked = browser.send(form).await;
        assert_eq!(asked.is(307).location().as_deref(), Some("/account/confirmation?next=%2Fteams%2Fnorthwind&to=%2Fgrave"));
        browser.follow(asked).await.is(200).shows("Confirm that it is you");
        assert_eq!(app.dump(), before);
    }
    app.sql("UPDATE sessions SET proved_at = now()");
    browser.post("/grave", &[]).await.leads_to("/");
    assert_eq!(app.text(&format!("SELECT name FROM users WHERE email = '{OLIVIA}'")), "Done");
}

/// The page that asks, where that form led to it.
async fn asked(browser: &Browser, form: &FilledForm) -> Page {
    let sent = browser.submit(form).await;
    assert!(sent.is(307).location().is_some_and(|to| to.starts_with("/account/confirmation?")), "{:?}", sent.location());
    browser.follow(sent).await
}

#[actix_web::test]
async fn a_form_that_came_too_late_goes_on_after_the_proof_as_it_was_sent() {
    let app = TestApp::start_with(grave).await;
    let browser = app.signed_in(OLIVIA);
    let name = || app.text(&format!("SELECT name FROM users WHERE email = '{OLIVIA}'"));
    let text = "One & two\n  <b>\"three\"</b> = 100% ☃";
    let form = FilledForm::to("/grave/words")
        .add("next", "/b")
        .add("word", "a")
        .add("code", "1")
        .add("to", "d")
        .add("text", text)
        .add("word", "")
        .add("word", "c+d");
    age(&app, 11);
    let page = asked(&browser, &form.clone().add("password", "of the form")).await;
    page.is(200).shows("Confirm that it is you").shows("Nothing has been changed yet.");
    assert!(!page.body.contains("of the form"), "no password is carried");
    let question = page.form("/account/confirmation");
    assert_eq!(question.values("word"), ["a", "", "c+d"]);
    assert_eq!(["next", "code", "to"].map(|name| question.value(name)), [Some("/b"), Some("1"), Some("d")], "its own fields are its own");
    let wrong = browser.submit(&question.clone().set("password", "not her password")).await;
    wrong.is(422).shows("This is not your password");
    assert_eq!(name(), "Olivia Park");
    let question = wrong.form("/account/confirmation").set("password", PASSWORD);
    let proved = browser.submit(&question).await;
    assert_eq!(proved.is(307).location().as_deref(), Some("/grave/words"));
    browser.follow(proved).await;
    assert_eq!(name(), format!("a++c+d {text:?}"));
    // The way back without it.
    age(&app, 11);
    let sent = browser.request(reqwest::Method::POST, "/grave/words").header("sec-fetch-site", "same-origin");
    let sent = browser.send(sent.header("referer", format!("{}/teams/northwind/members", app.base_url))).await;
    assert_eq!(browser.follow(sent).await.links(".after-button a"), ["/teams/northwind/members"]);
}

#[actix_web::test]
async fn a_form_goes_on_to_an_address_of_this_site_alone() {
    let app = TestApp::start().await;
    for to in super::FOREIGN.iter().filter(|to| !to.contains('\0')) {
        let browser = app.signed_in(OLIVIA);
        let query: String = url::form_urlencoded::Serializer::new(String::new()).append_pair("to", to).finish();
        let page = browser.post(&format!("/account/confirmation?{query}"), &[("word", "a")]).await;
        if let Some(kept) = page.has_form("/account/confirmation").then(|| page.form("/account/confirmation")) {
            assert_eq!((kept.value("proof_to"), kept.value("word")), (None, None), "{to:?}");
        }
        browser.post("/account/confirmation", &[("password", PASSWORD), ("proof_to", to), ("word", "a")]).await.leads_to("/");
    }
}

/// A path, who sends it, and the fields.
type GivesARole = (&'static str, &'static str, &'static [(&'static str, &'static str)]);

/// Every form by which somebody becomes finance (rule 36), with the role left open, and whose it is.
const GIVES_A_ROLE: [GivesARole; 5] = [
    ("/teams/{team}/members/{member}/role", OLIVIA, &[("role", "?")]),
    ("/teams/{team}/members/new", OLIVIA, &[("email", "rosa@northwind.example"), ("name", ""), ("role", "?"), ("message", "Welcome.")]),
    ("/teams/{team}/approvals/{invitation}/approval", OLIVIA, &[("role", "?")]),
    ("/teams/{team}/approvals/answers", OLIVIA, &[("id", "waiting"), ("answer", "approval")]),
    (
        "/invitations/{token}/acceptance",
        FIONA,
        &[("team_name", "Brightlane"), ("terms", "1"), ("person", "listed"), ("person_role", "?"), ("keep", "listed")],
    ),
];

#[actix_web::test]
async fn wherever_finance_is_given_an_old_proof_asks_first_and_the_form_goes_on_after_it() {
    let app = TestApp::start().await;
    let scene = Scene::set(&app);
    let listed = app.text(&format!("SELECT id FROM invitations WHERE parent_id = '{}'", id(SENT)));
    // Nora's invitation is for Fiona, who has an account and is in no team.
    app.sql(&format!("UPDATE invitations SET email = '{FIONA}' WHERE id = '{}'", id(SENT)));
    app.keep();
    let so_many = |app: &TestApp, role: &str| {
        app.number(&format!(
            "SELECT (SELECT count(*) FROM members m JOIN teams t ON t.id = m.team_id WHERE m.role = '{role}' AND m.left_at IS NULL AND m.user_id <> t.owner_id) \
                  + (SELECT count(*) FROM invitations WHERE role = '{role}' AND status = 'sent' AND kind = 'member')"
        ))
    };
    for (path, who, fields) in GIVES_A_ROLE {
        for role in ["finance", "admin"] {
            app.restore();
            // Where the form names no role, it is the one that the company asked for.
            app.sql(&format!("UPDATE invitations SET role = '{role}' WHERE id = '{}'", id(WAITING)));
            let browser = app.signed_in(who);
            age(&app, 11);
            let form = fields.iter().fold(FilledForm::to(&scene.path(path)), |form, (name, value)| match *value {
                "?" => form.add(name, role),
                "waiting" => form.add(name, &id(WAITING).to_string()),
                "listed" => form.add(name, &listed),
                value => form.add(name, value),
            });
            let (before, had) = (app.dump(), so_many(&app, role));
            if role == "finance" {
                let page = asked(&browser, &form).await;
                assert_eq!(app.dump(), before, "{path}: nothing is done before the proof");
                let proved = browser.submit(&page.form("/account/confirmation").set("password", PASSWORD)).await;
                browser.follow(proved).await.is(200);
            } else {
                browser.submit(&form).await.is(303);
            }
            assert_eq!(so_many(&app, role), had + 1, "{path} gives {role}");
        }
    }
}

#[actix_web::test]
async fn signing_in_is_a_proof() {
    let app = TestApp::start_with(grave).await;
    let browser = app.visitor();
    super::try_to_sign_in(&browser, OLIVIA, PASSWORD).await.leads_to("/");
    browser.get("/grave").await.leads_to("/");
}

#[actix_web::test]
async fn whom_the_lock_refuses_is_not_asked() {
    let app = TestApp::start_with(grave).await;
    let (mia, tomas, olivia) = (app.signed_in(MIA), app.signed_in(TOMAS), app.signed_in(OLIVIA));
    age(&app, 11);
    mia.get("/teams/northwind/grave").await.is(403);
    tomas.get("/teams/northwind/grave").await.is(404);
    app.visitor().get("/grave").await.leads_to("/sign-in?next=%2Fgrave");
    olivia.get("/teams/northwind/grave").await.leads_to("/account/confirmation?next=%2Fteams%2Fnorthwind%2Fgrave");
}

#[actix_web::test]
async fn a_wrong_password_proves_nothing() {
    let app = TestApp::start_with(grave).await;
    let browser = app.signed_in(OLIVIA);
    age(&app, 11);
    let form = browser.get("/account/confirmation?next=%2Fgrave").await.form("/account/confirmation");
    let before = app.dump();
    for (typed, said) in [("", "Enter your password"), ("not her password", "This is not your password. Enter it again")] {
        let page = browser.submit(&form.clone().set("password", typed)).await;
        page.is(422).shows("One thing to correct");
        assert_eq!(page.error_at("password"), format!("Error: {said}"));
        assert_eq!(page.form("/account/confirmation").value("proof_next"), Some("/grave"));
        assert!(typed.is_empty() || !page.body.contains(typed), "the password is not repeated");
    }
    assert_eq!(app.dump(), before);
    browser.get("/grave").await.leads_to("/account/confirmation?next=%2Fgrave");
}

#[actix_web::test]
async fn a_proof_leads_to_a_page_of_this_site_alone() {
    let app = TestApp::start().await;
    for next in super::FOREIGN.iter().filter(|next| !next.contains('\0')) {
        let browser = app.signed_in(OLIVIA);
        let query: String = url::form_urlencoded::Serializer::new(String::new()).append_pair("next", next).finish();
        let page = browser.get(&format!("/account/confirmation?{query}")).await;
        assert_eq!(page.form("/account/confirmation").value("proof_next"), None, "{next:?}");
        browser.post("/account/confirmation", &[("password", PASSWORD), ("proof_next", next)]).await.leads_to("/");
    }
}

/// S13's list is walked by what the routes say of themselves.
#[actix_web::test]
async fn every_route_that_asks_again_does_so_before_anything_happens() {
    let app = TestApp::start_demo().await;
    let scene = Scene::set(&app);
    let routes = routes::all(Mode::Demo);
    let asks =
        |path: &str, method: &str| routes.iter().any(|route| route.path == path && route.method.as_str() == method && route.needs_proof);
    for deed in changes().into_iter().filter(|deed| asks(deed.path, "POST")) {
        let browser = deed.browser(&app);
        age(&app, 11);
        let before = app.dump();
        let page = browser.post(&scene.path(deed.path), &deed.form("Plain words")).await;
        assert!(page.location().is_some_and(|to| to.starts_with("/account/confirmation")), "POST {}: {}", deed.path, page.status);
        assert_eq!(app.dump(), before, "POST {}", deed.path);
    }
    for path in pages().into_iter().filter(|path| asks(path, "GET")) {
        for browser in [app.signed_in(SAM), app.signed_in(OLIVIA)] {
            if browser.get(&scene.path(path)).await.status != 200 {
                continue;
            }
            age(&app, 11);
            let page = browser.get(&scene.path(path)).await;
            assert!(page.location().is_some_and(|to| to.starts_with("/account/confirmation")), "GET {path}: {}", page.status);
        }
    }
}

/// What S13 names, as far as there are pages for it.
#[test]
fn what_the_rule_names_asks_again() {
    let routes = routes::all(Mode::Serve);
    for (method, path) in [
        ("GET", "/teams/{team}/withdrawals/details"),
        ("POST", "/teams/{team}/withdrawals/details"),
        ("GET", "/teams/{team}/withdrawals/new"),
        ("POST", "/teams/{team}/withdrawals"),
        ("POST", "/companies/{company}/withdrawals/{withdrawal}/payment"),
        ("POST", "/companies/{company}/withdrawals/{withdrawal}/failure"),
        ("POST", "/companies/{company}/withdrawals/payments"),
        ("POST", "/companies/{company}/withdrawals/failures"),
        ("POST", "/companies/{company}/withdrawals/exports"),
        ("GET", "/companies/{company}/withdrawals/exports/{export}"),
        ("GET", "/companies/{company}/withdrawals/marks/new"),
        ("GET", "/companies/{company}/withdrawals/marks"),
        ("POST", "/companies/{company}/withdrawals/marks"),
        ("POST", "/teams/{team}/ownership/offers"),
        ("POST", "/teams/{team}/closing"),
        ("GET", "/companies/{company}/audit/export"),
    ] {
        let route = routes.iter().find(|route| route.path == path && route.method.as_str() == method);
        assert!(route.is_some_and(|route| route.needs_proof), "{method} {path}");
    }
}
