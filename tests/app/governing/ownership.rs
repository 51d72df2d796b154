//! Handing over the ownership (rule 37, S29, S30, R17).

use super::*;
use crate::support::{Page, at_once};

const OWNERSHIP: &str = "/teams/northwind/ownership";

fn owner(app: &TestApp) -> String {
    app.text("SELECT u.email FROM teams t JOIN users u ON u.id = t.owner_id WHERE t.slug = 'northwind'")
}

async fn offer(browser: &Browser, app: &TestApp, to: &str) -> Page {
    browser.submit(&browser.get(OWNERSHIP).await.form("/ownership/offers").set("member", &place_of(app, to))).await
}

/// The path on which the newest offer is answered.
fn answer(app: &TestApp, noun: &str) -> String {
    let id = app.text("SELECT id FROM ownership_offers ORDER BY created_at DESC, id DESC LIMIT 1");
    format!("{OWNERSHIP}/offers/{id}/{noun}")
}

fn open_offers(app: &TestApp) -> i64 {
    app.number("SELECT count(*) FROM ownership_offers WHERE closed_at IS NULL AND expires_at > now()")
}

#[actix_web::test]
async fn the_owner_offers_a_member_accepts_and_until_then_nothing_changes() {
    let app = TestApp::start().await;
    let (olivia, mia) = (app.signed_in(OLIVIA), app.signed_in(MIA));
    olivia.get(OWNERSHIP).await.shows("Hand over the ownership").shows("Once they accept, only they can change this.");
    mia.get(OWNERSHIP).await.shows("Olivia Park").shows("Only the team’s owner can hand over the ownership.");
    let page = offer(&olivia, &app, MIA).await;
    page.leads_to(OWNERSHIP);
    olivia.follow(page).await.shows("The team is offered to Mia Chen.").shows("Once they accept, you are Admin.");
    assert_eq!(owner(&app), OLIVIA);
    let mail = app.last_mail_to(MIA);
    assert_eq!(mail.subject, "Olivia Park offers you the ownership of Northwind");
    assert!(mail.text.contains(OWNERSHIP) && mail.text.contains("UTC"), "{}", mail.text);
    let page = mia.get(OWNERSHIP).await;
    page.shows("Olivia Park offers you the ownership").shows("Olivia Park becomes Admin");
    app.signed_in(ADAM).get(OWNERSHIP).await.hides("Mia Chen");
    let page = mia.submit(&page.form("/acceptance")).await;
    page.leads_to(OWNERSHIP);
    mia.follow(page).await.shows("You own the team now.").shows("Hand over the ownership");
    assert_eq!(owner(&app), MIA);
    assert_eq!((role_of(&app, OLIVIA).as_str(), role_of(&app, MIA).as_str()), ("admin", "member"), "each row keeps its role");
    assert_eq!(app.last_mail_to(MIA).subject, "You own Northwind now");
    assert_eq!(app.last_mail_to(OLIVIA).subject, "Mia Chen owns Northwind now");
    assert!(app.last_mail_to(OLIVIA).text.contains("You are Admin now."));
    // The companies see it: in the owner column, and as a line of their own.
    app.signed_in(SAM).get("/companies/acme/partners").await.shows("Mia Chen");
    let lines = "SELECT string_agg(concat(c.slug, ' ', t.slug), ', ' ORDER BY c.slug) FROM audit a LEFT JOIN companies c ON c.id = a.company_id LEFT JOIN teams t ON t.id = a.team_id WHERE a.action = 'ownership handed over'";
    assert_eq!(app.text(lines), "acme ,  northwind");
    // And back again, which the old owner can only hope for.
    olivia.post(&format!("{OWNERSHIP}/offers"), &[("member", &place_of(&app, ADAM))]).await.is(403);
    offer(&mia, &app, OLIVIA).await.leads_to(OWNERSHIP);
    olivia.submit(&olivia.get(OWNERSHIP).await.form("/acceptance")).await.leads_to(OWNERSHIP);
    assert_eq!(owner(&app), OLIVIA);
    is_whole(&app);
}

#[actix_web::test]
async fn to_offer_asks_who_is_there_first() {
    let app = TestApp::start().await;
    let olivia = app.signed_in(OLIVIA);
    app.sql("UPDATE sessions SET proved_at = now() - interval '11 minutes'");
    let asked = offer(&olivia, &app, MIA).await;
    assert!(asked.location().unwrap().starts_with("/account/confirmation"), "{:?}", asked.location());
    assert_eq!((open_offers(&app), app.mails().len()), (0, 0));
    let page = olivia.follow(asked).await;
    let proved = olivia.submit(&page.form("/account/confirmation").set("password", PASSWORD)).await;
    olivia.follow(proved).await.shows("The team is offered to Mia Chen.");
    assert_eq!(open_offers(&app), 1);
}

#[actix_web::test]
async fn only_the_owner_offers_and_only_the_member_answers_and_a_try_is_recorded() {
    let app = TestApp::start().await;
    for email in [ADAM, MIA, FRANK] {
        let before = refusals(&app);
        app.signed_in(email).post(&format!("{OWNERSHIP}/offers"), &[("member", &place_of(&app, MIA))]).await.is(403);
        assert_eq!((refusals(&app), open_offers(&app)), (before + 1, 0));
    }
    offer(&app.signed_in(OLIVIA), &app, MIA).await.leads_to(OWNERSHIP);
    for email in [OLIVIA, ADAM, FRANK] {
        for noun in ["acceptance", "declination"] {
            let before = refusals(&app);
            app.signed_in(email).post(&answer(&app, noun), &[]).await.is(403).shows("Only the member to whom the team is offered");
            assert_eq!((refusals(&app), owner(&app).as_str(), open_offers(&app)), (before + 1, OLIVIA, 1));
        }
    }
    app.signed_in(MIA).post(&answer(&app, "cancellation"), &[]).await.is(403);
    app.signed_in(TOMAS).post(&answer(&app, "acceptance"), &[]).await.is(404);
    assert_eq!(open_offers(&app), 1);
}

#[actix_web::test]
async fn what_is_wrong_with_an_offer_is_said() {
    let app = TestApp::start().await;
    let olivia = app.signed_in(OLIVIA);
    for member in ["", "x", "northwind"] {
        let page = olivia.post(&format!("{OWNERSHIP}/offers"), &[("member", member)]).await;
        page.is(422);
        assert_eq!(page.error_at("member"), "Error: Choose the member to hand the team over to");
    }
    let fiona = app.text(&format!("SELECT m.id FROM members m JOIN users u ON u.id = m.user_id WHERE u.email = '{FIONA}'"));
    olivia.post(&format!("{OWNERSHIP}/offers"), &[("member", &fiona)]).await.is(404);
    let page = olivia.post(&format!("{OWNERSHIP}/offers"), &[("member", &place_of(&app, OLIVIA))]).await;
    olivia.follow(page).await.shows("You own the team.");
    offer(&olivia, &app, MIA).await.leads_to(OWNERSHIP);
    let page = olivia.post(&format!("{OWNERSHIP}/offers"), &[("member", &place_of(&app, ADAM))]).await;
    olivia.follow(page).await.shows("The team is offered to somebody already.");
    assert_eq!(open_offers(&app), 1);
}

#[actix_web::test]
async fn an_offer_that_is_taken_back_declined_expired_or_left_behind_is_over() {
    let app = TestApp::start().await;
    let (olivia, mia) = (app.signed_in(OLIVIA), app.signed_in(MIA));
    for end in ["cancelled", "declined", "expired", "left"] {
        offer(&olivia, &app, MIA).await.leads_to(OWNERSHIP);
        match end {
            "cancelled" => {
                olivia.submit(&olivia.get(OWNERSHIP).await.form("/cancellation")).await.leads_to(OWNERSHIP);
                assert_eq!(app.last_mail_to(MIA).subject, "Olivia Park took back the offer of Northwind");
            }
            "declined" => {
                mia.submit(&mia.get(OWNERSHIP).await.form("/declination")).await.leads_to(OWNERSHIP);
                assert_eq!(app.last_mail_to(OLIVIA).subject, "Mia Chen declined the ownership of Northwind");
            }
            "expired" => app.sql("UPDATE ownership_offers SET expires_at = now() - interval '1 second'"),
            _ => drop(mia.post(&format!("{TEAM}/departure"), &[]).await.leads_to("/")),
        }
        assert_eq!((owner(&app).as_str(), open_offers(&app)), (OLIVIA, 0), "{end}");
        olivia.get(OWNERSHIP).await.shows("Hand over the ownership");
        if end != "left" {
            let page = mia.post(&answer(&app, "acceptance"), &[]).await;
            mia.follow(page).await.shows("This offer is over.");
            let page = olivia.post(&answer(&app, "cancellation"), &[]).await;
            olivia.follow(page).await.shows("This offer is over.");
        } else {
            mia.post(&answer(&app, "acceptance"), &[]).await.is(404);
        }
        assert_eq!(owner(&app), OLIVIA, "{end}");
    }
    is_whole(&app);
}

#[actix_web::test]
async fn of_accepting_and_taking_back_at_once_one_holds() {
    let app = TestApp::start().await;
    let copy = app.copy().await;
    let (olivia, mia) = (app.signed_in(OLIVIA), app.signed_in(MIA).on(&copy));
    offer(&olivia, &app, MIA).await.leads_to(OWNERSHIP);
    app.keep();
    for round in 0..10 {
        app.restore();
        at_once(vec![
            (mia.clone(), answer(&app, "acceptance"), vec![]),
            (olivia.clone(), answer(&app, "cancellation"), vec![]),
            (mia.clone(), answer(&app, "acceptance"), vec![]),
        ])
        .await;
        let lines = app.text("SELECT string_agg(action, ', ' ORDER BY action) FROM audit WHERE team_id IS NOT NULL AND action LIKE 'ownership %' AND action <> 'ownership offered'");
        let expected = if owner(&app) == MIA { "ownership handed over" } else { "ownership offer cancelled" };
        assert_eq!((lines.as_str(), open_offers(&app)), (expected, 0), "round {round}");
        is_whole(&app);
    }
}

#[actix_web::test]
async fn of_two_offers_at_once_one_is_made() {
    let app = TestApp::start().await;
    let copy = app.copy().await;
    let olivia = app.signed_in(OLIVIA);
    let there = olivia.on(&copy);
    let (mia, adam): (&'static str, &'static str) = (place_of(&app, MIA).leak(), place_of(&app, ADAM).leak());
    for round in 0..8 {
        app.sql("DELETE FROM ownership_offers");
        let path = format!("{OWNERSHIP}/offers");
        at_once(vec![(olivia.clone(), path.clone(), vec![("member", mia)]), (there.clone(), path, vec![("member", adam)])]).await;
        assert_eq!(app.number("SELECT count(*) FROM ownership_offers"), 1, "round {round}");
    }
}

#[actix_web::test]
async fn whoever_is_removed_while_they_accept_owns_nothing_or_stays() {
    let app = TestApp::start().await;
    let copy = app.copy().await;
    let (adam, mia) = (app.signed_in(ADAM), app.signed_in(MIA).on(&copy));
    offer(&app.signed_in(OLIVIA), &app, MIA).await.leads_to(OWNERSHIP);
    app.keep();
    for round in 0..10 {
        app.restore();
        let removal = format!("{MEMBERS}/{}/removal", place_of(&app, MIA));
        at_once(vec![(mia.clone(), answer(&app, "acceptance"), vec![]), (adam.clone(), removal, vec![])]).await;
        let present = app.number("SELECT member_count FROM teams WHERE slug = 'northwind'");
        assert!(
            [(MIA, 4), (OLIVIA, 3)].contains(&(owner(&app).as_str(), present)),
            "round {round}: {} owns, {present} members",
            owner(&app)
        );
        is_whole(&app);
    }
}

#[actix_web::test]
async fn an_old_owner_who_hands_over_meanwhile_decides_nothing_any_more() {
    use diesel::connection::SimpleConnection;
    let app = TestApp::start().await;
    offer(&app.signed_in(OLIVIA), &app, MIA).await.leads_to(OWNERSHIP);
    let mut other = app.connection();
    let handed = "UPDATE teams SET owner_id = (SELECT id FROM users WHERE email = 'adam@northwind.example') WHERE slug = 'northwind'";
    other.batch_execute(&format!("BEGIN; {handed}")).expect("handed over, not committed");
    let (mia, path) = (app.signed_in(MIA), answer(&app, "acceptance"));
    let sending = actix_web::rt::spawn(async move { mia.post(&path, &[]).await });
    app.until_somebody_waits().await;
    other.batch_execute("COMMIT").expect("committed");
    sending.await.expect("an answer").leads_to(OWNERSHIP);
    assert_eq!(owner(&app), ADAM, "who offered owns it no longer");
    is_whole(&app);
}

#[actix_web::test]
async fn the_owner_is_told_when_the_member_to_whom_they_offered_the_team_goes() {
    let app = TestApp::start().await;
    let (olivia, adam) = (app.signed_in(OLIVIA), app.signed_in(ADAM));
    let removal = |email: &str| format!("{MEMBERS}/{}/removal", place_of(&app, email));
    offer(&olivia, &app, MIA).await.leads_to(OWNERSHIP);
    adam.post(&removal(MIA), &[]).await.leads_to(MEMBERS);
    let mail = app.last_mail_to(OLIVIA);
    assert_eq!(mail.subject, "Your offer of Northwind to Mia Chen has ended");
    assert!(mail.text.contains("Adam Reyes removed Mia Chen"), "{}", mail.text);
    offer(&olivia, &app, FRANK).await.leads_to(OWNERSHIP);
    app.signed_in(FRANK).post(&format!("{TEAM}/departure"), &[]).await.leads_to("/");
    assert!(app.last_mail_to(OLIVIA).text.contains("that offer has ended"), "{}", app.last_mail_to(OLIVIA).text);
    // Of what she does herself, or what was over before, she hears nothing.
    let told = app.mails_to(OLIVIA).len();
    join(&app, "ana@northwind.example", "Ana Sol", MemberRole::Member);
    offer(&olivia, &app, "ana@northwind.example").await.leads_to(OWNERSHIP);
    app.sql("UPDATE ownership_offers SET expires_at = now() - interval '1 second'");
    adam.post(&removal("ana@northwind.example"), &[]).await.leads_to(MEMBERS);
    offer(&olivia, &app, ADAM).await.leads_to(OWNERSHIP);
    olivia.post(&removal(ADAM), &[]).await.leads_to(MEMBERS);
    assert_eq!((app.mails_to(OLIVIA).len(), open_offers(&app)), (told, 0));
}

#[actix_web::test]
async fn an_offer_is_shown_however_many_members_come_before_them_by_name() {
    let app = TestApp::start().await;
    let olivia = app.signed_in(OLIVIA);
    join(&app, "zoe@northwind.example", "Zoe Zimmer", MemberRole::Member);
    offer(&olivia, &app, "zoe@northwind.example").await.leads_to(OWNERSHIP);
    app.sql(
        "WITH u AS (INSERT INTO users (id, email, name, search) SELECT gen_random_uuid(), 'a' || n || '@many.example', 'A ' || n, 'a' FROM generate_series(1, 510) n RETURNING id) \
         INSERT INTO members (id, team_id, user_id, role) SELECT gen_random_uuid(), t.id, u.id, 'member' FROM u, teams t WHERE t.slug = 'northwind'",
    );
    olivia.get(OWNERSHIP).await.is(200).shows("The team is offered to Zoe Zimmer.");
    app.signed_in("zoe@northwind.example").get(OWNERSHIP).await.shows("Olivia Park offers you the ownership");
}
