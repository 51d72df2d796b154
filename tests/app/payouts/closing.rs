//! Closing a team (rule 47, R18).

use super::*;
use crate::support::at_once;

const TEAM: &str = "/teams/northwind";
const ROSA: &str = "rosa@northwind.example";

/// Acme asks for Rosa; returns the path on which she is approved.
async fn ask_for_rosa(app: &TestApp) -> String {
    let sam = app.signed_in(SAM);
    let form = sam.get("/companies/acme/invitations/new-members?team=northwind").await.form("new-members");
    let form = form.set_nth("email", 0, ROSA).set_nth("name", 0, "Rosa Lindqvist");
    sam.submit(&form).await.leads_to("/companies/acme/invitations");
    format!("{TEAM}/approvals/{}/approval", app.text(&format!("SELECT id FROM invitations WHERE email = '{ROSA}'")))
}

const CLOSING: &str = "/teams/northwind/closing";

fn is_closed(app: &TestApp) -> bool {
    app.text("SELECT closed_at IS NOT NULL FROM teams WHERE slug = 'northwind'") == "true"
}

#[actix_web::test]
async fn the_owner_reads_what_ends_and_closes_the_team_for_everybody() {
    let app = TestApp::start().await;
    let copy = app.copy().await;
    let (olivia, mia) = (app.signed_in(OLIVIA), app.signed_in(MIA).on(&copy));
    let approval = ask_for_rosa(&app).await;
    olivia.post(&approval, &[("role", "member")]).await.leads_to("/teams/northwind/approvals");
    let link = app.link_to(ROSA);
    let page = olivia.get(CLOSING).await;
    page.is(200).shows("Close Northwind?").shows("Acme Resellers").shows("You and 3 others").shows("1 open invitation");
    page.shows("Referrals that are open, and later sales by the team’s links, earn nothing after that.");
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
    let approval = ask_for_rosa(&app).await;
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

#[actix_web::test]
async fn it_is_refused_while_a_company_owes_the_team_money_and_says_which_and_how_much() {
    let app = with_money(12_000).await;
    let olivia = app.signed_in(OLIVIA);
    let close = async |says: &str| {
        let page = olivia.get(CLOSING).await;
        page.is(200).shows("Northwind cannot be closed yet.").shows(says);
        assert!(!page.has_form("/closing"));
        let page = olivia.post(CLOSING, &[("confirmed", "true")]).await;
        page.is(422).shows(says);
        assert!(!is_closed(&app));
    };
    close("$120.00 is available from Acme: withdraw it first").await;
    app.sql("INSERT INTO withdrawal_minimums (company_id, currency, amount) SELECT id, 'USD', 20000 FROM companies WHERE slug = 'acme'");
    close("$120.00 is available from Acme, less than it pays out at once: leave Acme’s programs first (then the minimum no longer applies), and withdraw it").await;
    app.sql("DELETE FROM withdrawal_minimums");
    let commission = app.text("SELECT id FROM commissions");
    hold(&app, &commission, "10 days");
    close("$120.00 is held by Acme until later: wait until it is available, and withdraw it").await;
    hold(&app, &commission, "-1 day");
    withdraw(&app, "120.00").await;
    close("$120.00 is on its way from Acme: wait until it is paid").await;
    app.signed_in(SAM).post(&format!("{}/failure", page_of_only(&app)), &[("reason", "No such account")]).await.is(303);
    close("$120.00 is available from Acme: withdraw it first").await;
    let again = withdraw(&app, "120.00").await;
    app.signed_in(SAM).post(&format!("{PAYING}/{}/payment", again.rsplit('/').next().unwrap()), &[]).await.is(303);
    olivia.get(CLOSING).await.hides("cannot be closed yet");
    olivia.post(CLOSING, &[("confirmed", "true")]).await.leads_to("/?places=all");
    assert!(is_closed(&app));
    is_whole(&app);
}

#[actix_web::test]
async fn of_closing_and_a_withdrawal_that_fails_at_once_no_money_is_lost() {
    let app = with_money(12_000).await;
    let copy = app.copy().await;
    withdraw(&app, "120.00").await;
    let (olivia, sam) = (app.signed_in(OLIVIA), app.signed_in(SAM).on(&copy));
    let failure = format!("{}/failure", page_of_only(&app));
    app.keep();
    for round in 0..8 {
        app.restore();
        let close = || (olivia.clone(), CLOSING.to_owned(), vec![("confirmed", "true")]);
        at_once(vec![close(), (sam.clone(), failure.clone(), vec![("reason", "No such account")]), close()]).await;
        assert!(!is_closed(&app), "round {round}");
        assert_eq!(available(&app), 12_000, "round {round}");
        is_whole(&app);
    }
}

#[actix_web::test]
async fn of_closing_and_asking_for_the_last_money_at_once_none_is_lost() {
    let app = with_money(12_000).await;
    let copy = app.copy().await;
    withdraw(&app, "120.00").await;
    app.signed_in(SAM).post(&format!("{}/payment", page_of_only(&app)), &[]).await.is(303);
    let (olivia, frank) = (app.signed_in(OLIVIA), app.signed_in(FRANK).on(&copy));
    app.keep();
    for round in 0..6 {
        app.restore();
        // Acme's sale of the last minute: whichever comes first, the team is owed it.
        let commission = earn(&app, 3_000);
        let ask = (frank.clone(), WITHDRAWALS.to_owned(), vec![("company", "acme"), ("currency", "USD"), ("amount", "30.00")]);
        let close = (olivia.clone(), CLOSING.to_owned(), vec![("confirmed", "true")]);
        at_once(vec![ask, close]).await;
        assert!(!is_closed(&app), "round {round}: {commission} is owed");
        assert_eq!(app.number("SELECT count(*) FROM withdrawals WHERE status = 'requested'"), 1, "round {round}");
        is_whole(&app);
    }
}

/// The database refuses nothing here: a withdrawal waits for the team's row while it is closed, and then finds no team.
#[actix_web::test]
async fn a_withdrawal_that_waited_for_the_closing_is_not_made() {
    let app = with_money(12_000).await;
    let copy = app.copy().await;
    let frank = app.signed_in(FRANK).on(&copy);
    let mut other = app.connection();
    let held = "BEGIN; UPDATE teams SET closed_at = now() WHERE slug = 'northwind'";
    diesel::connection::SimpleConnection::batch_execute(&mut other, held).unwrap();
    let asking =
        actix_web::rt::spawn(
            async move { frank.post(WITHDRAWALS, &[("company", "acme"), ("currency", "USD"), ("amount", "30.00")]).await },
        );
    app.until_somebody_waits().await;
    diesel::connection::SimpleConnection::batch_execute(&mut other, "COMMIT").unwrap();
    asking.await.unwrap().is(404);
    assert_eq!(app.number("SELECT count(*) FROM withdrawals"), 0);
}
