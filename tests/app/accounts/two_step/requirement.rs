//! A team may require it of its owner and finance, a company of its staff (S7, rule 34).

use super::*;
use crate::support::{FilledForm, Scene, catalogue::changes, catalogue::pages};
use guildhall::access::Access;

const TEAM: &str = "/teams/northwind";
const SETTINGS: &str = "/teams/northwind/settings";
const STAFF: &str = "/companies/acme/staff";
const PARTNERS: &str = "/companies/acme/partners";

fn require(app: &TestApp, table: &str, slug: &str) {
    app.sql(&format!("UPDATE {table} SET requires_two_step = true WHERE slug = '{slug}'"));
}

#[actix_web::test]
async fn a_team_requires_it_of_owner_and_finance_on_their_next_request_on_every_copy() {
    let app = TestApp::start().await;
    let copy = app.copy().await;
    let people: Vec<Browser> = [OLIVIA, FRANK, ADAM, MIA].into_iter().map(|email| app.signed_in(email).on(&copy)).collect();
    for person in &people {
        person.get(TEAM).await.is(200);
    }
    let adam = app.signed_in(ADAM);
    let page = adam.get(SETTINGS).await;
    page.hides("You have not set it up yourself");
    let done = adam.submit(&page.form("/teams/northwind/two-step")).await;
    done.leads_to(SETTINGS);
    adam.follow(done).await.shows("Two-step sign-in is required of the owner and finance.").shows("Require it no more");
    let before = app.dump();
    for person in &people[..2] {
        person.get("/teams/northwind/members?q=mia").await.leads_to("/account/two-step?next=%2Fteams%2Fnorthwind%2Fmembers%3Fq%3Dmia");
        person.post(SETTINGS, &[("team_name", "Southwind")]).await.leads_to("/account/two-step?next=%2F");
        person.get("/account").await.is(200);
        person.get("/?places=all").await.is(200).shows("Northwind");
    }
    assert_eq!(app.dump(), before);
    for person in &people[2..] {
        person.get(TEAM).await.is(200);
    }
    // Only of this team, and no more once it is not required.
    app.signed_in(TOMAS).get("/teams/brightwater").await.is(200);
    adam.submit(&adam.get(SETTINGS).await.form("/teams/northwind/two-step")).await.leads_to(SETTINGS);
    people[0].get(TEAM).await.is(200);
    people[1].get(TEAM).await.is(200);
    let told = adam.get("/teams/northwind/history").await.text_of("tbody .told");
    assert_eq!(
        told,
        [
            "Adam Reyes no longer requires two-step sign-in of the owner and finance of Northwind",
            "Adam Reyes made two-step sign-in required of the owner and finance of Northwind"
        ]
    );
}

#[actix_web::test]
async fn a_company_requires_it_of_its_staff_on_their_next_request_on_every_copy() {
    let app = TestApp::start().await;
    let copy = app.copy().await;
    app.switch_two_step_on(SAM);
    let (max, vera) = (app.signed_in(MAX).on(&copy), app.signed_in(VERA).on(&copy));
    max.get(PARTNERS).await.is(200);
    let sam = app.signed_in(SAM);
    let page = sam.get(STAFF).await;
    page.hides("You have not set it up yourself");
    let done = sam.submit(&page.form("/staff/two-step")).await;
    done.leads_to(STAFF);
    sam.follow(done).await.shows("Two-step sign-in is required of all staff.");
    let before = app.dump();
    for person in [&max, &vera] {
        person.get(PARTNERS).await.leads_to("/account/two-step?next=%2Fcompanies%2Facme%2Fpartners");
        person.post("/companies/acme/partners/northwind/notes", &[("note", "x")]).await.leads_to("/account/two-step?next=%2F");
        person.visit("/").await.shows("Acme requires two-step sign-in of its staff.");
    }
    assert_eq!(app.dump(), before);
    sam.get(PARTNERS).await.is(200);
    app.signed_in(GUS).get("/companies/globex/partners").await.is(200);
    app.signed_in(HUGO).get(PARTNERS).await.is(404);
    let told = sam.get("/companies/acme/audit").await.text_of("tbody .told");
    assert_eq!(told, ["Sam Whitaker made two-step sign-in required of the staff of Acme"]);
}

#[actix_web::test]
async fn who_is_led_to_set_it_up_reads_why_and_comes_back() {
    let app = TestApp::start().await;
    require(&app, "teams", "northwind");
    let olivia = app.signed_in(OLIVIA);
    let led = olivia.get("/teams/northwind/approvals").await;
    let there = led.location().unwrap();
    olivia.follow(led).await.shows("Set it up to go on.").shows("Northwind requires two-step sign-in of its owner and finance.");
    let (page, _) = set_up(&app, &olivia, &there).await;
    assert_eq!(codes_on(&page).len(), 10);
    assert_eq!(page.links("a.primary"), ["/teams/northwind/approvals"]);
    olivia.get("/teams/northwind/approvals").await.is(200);
}

#[actix_web::test]
async fn who_requires_it_without_having_it_is_warned() {
    let app = TestApp::start().await;
    for (who, page, form) in [(OLIVIA, SETTINGS, "/teams/northwind/two-step"), (SAM, STAFF, "/staff/two-step")] {
        let browser = app.signed_in(who);
        let asked = browser.get(page).await;
        asked.shows("You have not set it up yourself. Once it is required, your next click leads you there.");
        browser.submit(&asked.form(form)).await.leads_to(page);
        let led = browser.get(page).await.location().unwrap();
        assert!(led.starts_with("/account/two-step?next="), "{led}");
    }
}

#[actix_web::test]
async fn giving_it_up_while_it_is_required_is_refused_by_whom() {
    let app = TestApp::start().await;
    for email in [OLIVIA, ADAM, SAM, FRANK] {
        app.switch_two_step_on(email);
    }
    require(&app, "teams", "northwind");
    require(&app, "companies", "acme");
    app.sql(&format!(
        "INSERT INTO staff (id, company_id, user_id, role) SELECT gen_random_uuid(), c.id, u.id, 'viewer' FROM companies c, users u WHERE c.slug = 'acme' AND u.email = '{OLIVIA}'"
    ));
    let before = app.dump();
    let team = "Northwind requires two-step sign-in of its owner and finance.";
    let company = "Acme requires two-step sign-in of its staff.";
    for (email, says) in [(OLIVIA, format!("{company} {team}")), (FRANK, team.to_owned()), (SAM, company.to_owned())] {
        let browser = app.signed_in(email);
        browser.post(ENDING, &[]).await.is(403).shows(&format!("{says} It stays on."));
        let page = browser.get(ENDING).await;
        page.is(200).shows(&says);
        assert!(!page.has_form(ENDING));
        browser.get(STANDING).await.shows(&says).shows("It stays on while it is required of you.");
    }
    app.sql("DELETE FROM sessions");
    assert_eq!(app.dump().lines().filter(|row| !row.starts_with("sessions: ")).count(), before.lines().count());
    // Of admins it is not required, and of nobody any more who has left.
    app.signed_in(ADAM).post(ENDING, &[]).await.leads_to("/account");
    app.sql(&format!("UPDATE members SET left_at = now() WHERE user_id = (SELECT id FROM users WHERE email = '{FRANK}')"));
    app.signed_in(FRANK).post(ENDING, &[]).await.leads_to("/account");
}

/// The locks lead there, so that no page and no form can forget it.
#[actix_web::test]
async fn every_page_and_form_of_the_place_leads_there_first() {
    let app = TestApp::start_demo().await;
    let scene = Scene::set(&app);
    require(&app, "teams", "northwind");
    require(&app, "companies", "acme");
    let routes = routes::all(Mode::Demo);
    let access = |path: &str, method: &str| {
        routes.iter().find(|route| route.path == path && route.method.as_str() == method).map(|route| route.access).expect("a route")
    };
    let whom = |access: Access| match access {
        Access::Team(_) => Some(FRANK),
        Access::Staff(_) => Some(MAX),
        Access::Anyone | Access::SignedIn | Access::Key => None,
    };
    let browsers = [(FRANK, app.signed_in(FRANK)), (MAX, app.signed_in(MAX))];
    let browser = |who: &str| &browsers.iter().find(|(email, _)| *email == who).expect("one of the two").1;
    let before = app.dump();
    let mut met = 0;
    for path in pages() {
        let Some(who) = whom(access(path, "GET")) else { continue };
        let page = browser(who).get(&scene.path(path)).await;
        assert!(page.location().is_some_and(|to| to.starts_with("/account/two-step?next=")), "GET {path}: {}", page.status);
        met += 1;
    }
    for deed in changes() {
        let Some(who) = whom(access(deed.path, "POST")) else { continue };
        let page = browser(who).post(&scene.path(deed.path), &deed.form("x")).await;
        assert!(page.location().is_some_and(|to| to.starts_with("/account/two-step?next=")), "POST {}: {}", deed.path, page.status);
        met += 1;
    }
    assert!(met > 80, "only {met}");
    assert_eq!(app.dump(), before);
}

#[actix_web::test]
async fn an_invitations_link_is_no_way_around_it() {
    let app = TestApp::start_demo().await;
    let scene = Scene::set(&app);
    require(&app, "teams", "northwind");
    let link = format!("/invitations/{}", scene.frank_token);
    let frank = app.signed_in(FRANK);
    let before = app.dump();
    let asked = frank
        .request(reqwest::Method::POST, &format!("{link}/request"))
        .header("sec-fetch-site", "same-origin")
        .header("referer", format!("{}{link}", app.base_url))
        .header("content-type", "application/x-www-form-urlencoded")
        .body("team=northwind");
    let page = frank.send(asked).await;
    page.leads_to(&format!("/account/two-step?next=%2Finvitations%2F{}", scene.frank_token));
    assert_eq!(app.dump(), before);
    // The owner accepts for the team, by the link of an invitation of her own.
    app.sql(&format!("UPDATE invitations SET email = '{OLIVIA}' WHERE email = '{FRANK}'"));
    app.sql(&format!(
        "UPDATE users SET two_step_at = NULL WHERE email = '{OLIVIA}'; DELETE FROM authenticators; DELETE FROM recovery_codes"
    ));
    let olivia = app.signed_in(OLIVIA);
    let before = app.dump();
    let fields = [("team", "northwind"), ("terms", "1")];
    let page = olivia.post(&format!("{link}/acceptance"), &fields).await;
    page.leads_to("/account/two-step?next=%2F");
    assert_eq!(app.dump(), before);
    app.switch_two_step_on(OLIVIA);
    olivia.post(&format!("{link}/acceptance"), &fields).await.leads_to(TEAM);
}

/// Each form of the way comes too late: what it says, where it leads back to among it, goes on after the proof.
#[actix_web::test]
async fn who_is_led_there_with_an_old_proof_is_led_back_in_the_end() {
    let app = TestApp::start().await;
    require(&app, "teams", "northwind");
    let olivia = app.signed_in(OLIVIA);
    let late = async |form: FilledForm| {
        app.sql("UPDATE sessions SET proved_at = now() - interval '11 minutes'");
        let asked = olivia.submit(&form).await;
        assert!(asked.is(307).location().unwrap().starts_with("/account/confirmation?"));
        let question = olivia.follow(asked).await.form("/account/confirmation").set("password", PASSWORD);
        olivia.follow(olivia.submit(&question).await).await
    };
    let standing = olivia.visit("/teams/northwind/members?q=mia").await;
    let setup = late(standing.form(SETUP)).await;
    let key = read_key(&setup.text_of("#key").join(""));
    let codes = late(setup.form(STANDING).set("code", &code_at(&key, app.seconds()))).await;
    assert_eq!(codes_on(&codes).len(), 10);
    assert_eq!(codes.links("a.primary"), ["/teams/northwind/members?q=mia"]);
}
