//! Closing a team (rule 47, R18).

use super::*;
use crate::support::at_once;

const CLOSING: &str = "/teams/northwind/closing";

fn is_closed(app: &TestApp) -> bool {
    app.text("SELECT closed_at IS NOT NULL FROM teams WHERE slug = 'northwind'") == "true"
}

#[actix_web::test]
async fn the_owner_reads_what_ends_and_closes_the_team_for_everybody() {
    let app = TestApp::start().await;
    let copy = app.copy().await;
    let (olivia, mia) = (app.signed_in(OLIVIA), app.signed_in(MIA).on(&copy));
    let approval = ask_for_rosa(&app, "member").await;
    olivia.post(&approval, &[("role", "member")]).await.leads_to("/teams/northwind/approvals");
    let link = app.link_to(ROSA);
    let page = olivia.get(CLOSING).await;
    page.is(200).shows("Close Northwind?").shows("Acme Resellers").shows("You and 3 others").shows("1 open invitation");
    let refused = olivia.submit(&page.form("/closing")).await;
    refused.is(422).shows("Tick the box to close the team");
    assert!(!is_closed(&app));
    let page = olivia.submit(&page.form("/closing").set("confirmed", "true")).await;
    olivia.follow(page).await.shows("Northwind is closed.").hides("Partner team");
    assert!(is_closed(&app));
    for browser in [&olivia, &mia] {
        browser.get(TEAM).await.is(404);
        browser.post(&format!("{TEAM}/departure"), &[]).await.is(404);
        browser.get("/").await.shows("You are in no team or company now");
    }
    for email in [ADAM, MIA, FRANK] {
        assert_eq!(app.last_mail_to(email).subject, "Northwind is closed");
    }
    app.visitor().get(&link).await.is(410);
    app.visitor().post(&format!("{link}/acceptance"), &[("name", "Rosa"), ("password", "five quiet lanterns")]).await.is(410);
    let sam = app.signed_in(SAM);
    sam.get("/companies/acme/partners").await.hides("Northwind");
    sam.get("/companies/acme/partners/northwind").await.is(200).shows("Olivia Park").shows("Mia Chen");
    assert_eq!(
        app.number(
            "SELECT count(*) FROM enrollments WHERE left_at IS NULL AND company_id = (SELECT id FROM companies WHERE slug = 'acme')"
        ),
        0
    );
    let lines = "SELECT string_agg(concat(c.slug, ' ', t.slug), ', ' ORDER BY c.slug) FROM audit a LEFT JOIN companies c ON c.id = a.company_id LEFT JOIN teams t ON t.id = a.team_id WHERE a.action = 'team closed'";
    assert_eq!(app.text(lines), "acme ,  northwind");
    is_whole(&app);
}

#[actix_web::test]
async fn only_the_owner_closes_and_it_asks_who_is_there() {
    let app = TestApp::start().await;
    for email in [ADAM, MIA, FRANK] {
        let (browser, before) = (app.signed_in(email), refusals(&app));
        browser.get(CLOSING).await.is(403);
        browser.post(CLOSING, &[("confirmed", "true")]).await.is(403);
        assert_eq!(refusals(&app), before + 1);
    }
    let olivia = app.signed_in(OLIVIA);
    app.sql("UPDATE sessions SET proved_at = now() - interval '11 minutes'");
    let asked = olivia.post(CLOSING, &[("confirmed", "true")]).await;
    assert!(asked.location().unwrap().starts_with("/account/confirmation"), "{:?}", asked.location());
    assert!(!is_closed(&app));
    let page = olivia.follow(asked).await;
    let proved = olivia.submit(&page.form("/account/confirmation").set("password", PASSWORD)).await;
    olivia.follow(proved).await.shows("Northwind is closed.");
    assert!(is_closed(&app));
}

#[actix_web::test]
async fn of_closing_and_accepting_at_once_one_comes_first() {
    let app = TestApp::start().await;
    let copy = app.copy().await;
    let approval = ask_for_rosa(&app, "member").await;
    let olivia = app.signed_in(OLIVIA);
    olivia.post(&approval, &[("role", "member")]).await.leads_to("/teams/northwind/approvals");
    let link = format!("{}/acceptance", app.link_to(ROSA));
    app.keep();
    for round in 0..8 {
        app.restore();
        at_once(vec![
            (app.visitor(), link.clone(), vec![("name", "Rosa"), ("password", "five quiet lanterns")]),
            (olivia.on(&copy), CLOSING.to_owned(), vec![("confirmed", "true")]),
        ])
        .await;
        assert!(is_closed(&app), "round {round}");
        let (status, count) =
            (app.text("SELECT status FROM invitations"), app.number("SELECT member_count FROM teams WHERE slug = 'northwind'"));
        assert!([("accepted", 5), ("revoked", 4)].contains(&(status.as_str(), count)), "round {round}: {status}, {count} members");
        is_whole(&app);
    }
}

#[actix_web::test]
async fn a_team_is_closed_once() {
    let app = TestApp::start().await;
    let copy = app.copy().await;
    let olivia = app.signed_in(OLIVIA);
    let there = olivia.on(&copy);
    let close = |browser: &Browser| (browser.clone(), CLOSING.to_owned(), vec![("confirmed", "true")]);
    at_once(vec![close(&olivia), close(&there), close(&olivia), close(&there)]).await;
    assert_eq!(app.number("SELECT count(*) FROM audit WHERE action = 'team closed' AND team_id IS NOT NULL"), 1);
    assert_eq!(app.mails_to(MIA).len(), 1);
}
