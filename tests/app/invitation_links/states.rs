//! The page explains itself in every state (rule 49), and looking changes nothing (rule 48).

use super::*;
use guildhall::{
    invitations::{
        revoking::{self, Revoked},
        upkeep::{self, Resent},
    },
    tokens::{Purpose, hash_of},
};
use reqwest::Method;

#[actix_web::test]
async fn a_token_that_opens_nothing_is_a_page_that_does_not_exist() {
    let app = TestApp::start().await;
    let link = invite_ines(&app);
    let id = invitation_to(&app, INES).id.uuid();
    let tokens = app.mailer.tokens();
    for token in [
        "nonsense".to_owned(),
        "%00".to_owned(),
        link[13..].to_lowercase(),
        tokens.token(Purpose::Invitation, id, 2),
        tokens.token(Purpose::PasswordReset, id, 1),
        tokens.token(Purpose::Setup, id, 1),
        tokens.token(Purpose::Invitation, invitation_to(&app, TEO).id.uuid(), 0),
    ] {
        for noun in ["", "/acceptance", "/declination", "/request", "/renewal"] {
            let path = format!("/invitations/{token}{noun}");
            let page = if noun.is_empty() { app.visitor().get(&path).await } else { app.visitor().post(&path, &[]).await };
            page.is(404).shows("There is nothing at this address");
        }
    }
    assert_eq!(status(&app, INES), "sent");
}

#[actix_web::test]
async fn an_invitations_token_opens_nothing_else() {
    let app = TestApp::start().await;
    let token = invite_ines(&app)[13..].to_owned();
    for path in ["/password-reset", "/setup"] {
        app.visitor().get(&format!("{path}/{token}")).await.is(404);
        app.visitor().post(&format!("{path}/{token}"), &[("password", NEW_PASSWORD)]).await.is(404);
    }
    app.sql(&format!(
        "INSERT INTO password_resets (id, user_id, token_hash, expires_at) SELECT '{0}', id, '\\x{1}', now() + interval '1 hour' FROM users WHERE email = '{OLIVIA}'",
        UserId::new(),
        hash_of("reset").iter().map(|byte| format!("{byte:02x}")).collect::<String>()
    ));
    app.visitor().get("/password-reset/reset").await.is(200);
    app.visitor().get("/invitations/reset").await.is(404);
}

#[actix_web::test]
async fn a_link_that_was_sent_again_is_dead() {
    let app = TestApp::start().await;
    let old = invite_ines(&app);
    let form = filled_in(app.visitor().get(&old).await.form("acceptance"));
    app.sql("UPDATE invitations SET sent_at = sent_at - interval '1 hour'");
    let conn = &mut app.connection();
    let (sam, by) = staff(conn, SAM);
    let resent = upkeep::resend(conn, &app.mailer, &by, &sam, invitation_to(&app, INES).id).unwrap();
    assert!(matches!(resent, Resent::Done { .. }));
    app.visitor().get(&old).await.is(404);
    app.visitor().submit(&form).await.is(404);
    let new = app.link_to(INES);
    assert_ne!(new, old);
    let page = app.visitor().get(&new).await;
    app.visitor().submit(&filled_in(page.form("acceptance"))).await.is(303);
    assert_eq!(status(&app, TEO), "sent", "the listed people live as long as their parent");
}

#[actix_web::test]
async fn signed_in_as_somebody_else_they_read_a_masked_address_and_can_switch() {
    let app = TestApp::start().await;
    let link = ask_into_northwind(&app, ("Fiona Hale", FIONA, MemberRole::Member));
    let tomas = app.signed_in(TOMAS);
    let before = app.dump();
    let page = tomas.get(&link).await;
    page.is(403)
        .shows("This invitation is for somebody else")
        .shows("f•••@northwind.example")
        .shows(TOMAS)
        .hides(FIONA)
        .hides("Sam Whitaker");
    for noun in ["acceptance", "declination", "request"] {
        tomas.post(&format!("{link}/{noun}"), &[("reason", "x")]).await.is(403).shows("This invitation is for somebody else");
    }
    assert_eq!(app.dump(), before, "the invitation stays");
    let form = page.form("/sign-out");
    assert_eq!(form.value("next"), Some(link.as_str()));
    tomas.submit(&form).await.leads_to(&link);
    tomas.get(&link).await.is(200).shows("Sign in to accept");
}

#[actix_web::test]
async fn an_expired_link_offers_to_ask_for_a_new_one_once_a_day_and_never_renews_itself() {
    let app = TestApp::start().await;
    let link = invite_ines(&app);
    let browser = app.visitor();
    let accept = filled_in(browser.get(&link).await.form("acceptance"));
    browser.post(&format!("{link}/renewal"), &[]).await.is(200).shows("Acme invites you to open a partner team");
    app.sql("UPDATE invitations SET expires_at = now() - interval '1 minute'");
    let page = browser.get(&link).await;
    page.is(410).shows("This invitation has expired").shows("Ask Sam for a new one").shows("UTC");
    browser.submit(&accept).await.is(410).shows("This invitation has expired");
    browser.post(&format!("{link}/declination"), &[]).await.is(410);
    let before = invitation_to(&app, INES).expires_at;
    let seen = audit_lines(&app);
    for _ in 0..3 {
        browser.submit(&page.form("renewal")).await.leads_to(&link);
    }
    assert_eq!(actions_since(&app, seen), ["renewal asked"]);
    let mails = app.mails_to(SAM);
    assert_eq!(mails.len(), 1, "once a day");
    assert_eq!(mails[0].subject, "Ines Okafor asks for a new invitation");
    browser.get(&link).await.is(410).shows("Sam Whitaker was asked for a new one on").hides("Ask Sam for a new one");
    assert_eq!((status(&app, INES).as_str(), invitation_to(&app, INES).expires_at), ("sent", before));
    app.sql("UPDATE invitations SET renewal_asked_at = now() - interval '25 hours'");
    browser.submit(&page.form("renewal")).await.leads_to(&link);
    assert_eq!(app.mails_to(SAM).len(), 2);
}

#[actix_web::test]
async fn a_revoked_invitation_says_so() {
    let app = TestApp::start().await;
    let link = invite_ines(&app);
    let form = filled_in(app.visitor().get(&link).await.form("acceptance"));
    revoke(&app, INES);
    let mia = app.signed_in(MIA);
    let before = app.dump();
    app.visitor().get(&link).await.is(410).shows("This invitation was taken back").shows("Write to Sam Whitaker");
    mia.get(&link).await.is(410).shows("This invitation was taken back");
    app.visitor().submit(&form).await.is(410);
    app.visitor().post(&format!("{link}/declination"), &[]).await.is(410);
    app.visitor().post(&format!("{link}/renewal"), &[]).await.is(410);
    assert_eq!(app.dump(), before);
}

/// Sam takes back the newest invitation to that address.
pub(super) fn revoke(app: &TestApp, email: &str) {
    let conn = &mut app.connection();
    let (sam, by) = staff(conn, SAM);
    let revoked = revoking::revoke(conn, &by, &sam, invitation_to(app, email).id).unwrap();
    assert!(matches!(revoked, Revoked::Done { .. }));
}

#[actix_web::test]
async fn an_accepted_link_tells_the_team_by_whom_and_when_and_others_only_that_it_is_used() {
    let app = TestApp::start().await;
    let link = invite_into_plus(&app, ADAM);
    let adam = app.signed_in(ADAM);
    adam.submit(&adam.get(&link).await.form("acceptance").set("team", "northwind").set("terms", "1")).await.is(303);
    for (who, browser) in [("olivia", app.signed_in(OLIVIA)), ("mia", app.signed_in(MIA))] {
        let page = browser.get(&link).await;
        page.is(410).shows("This invitation has been accepted").shows("Adam Reyes accepted it on");
        assert_eq!(page.links(".primary"), ["/teams/northwind"], "{who}");
    }
    for (who, browser) in [("out", app.visitor()), ("gus", app.signed_in(GUS)), ("tomas", app.signed_in(TOMAS))] {
        let page = browser.get(&link).await;
        page.is(410).shows("This invitation has been accepted").hides("Adam Reyes");
        assert!(page.text().contains("Sign in") || page.text().contains("Go to your start page"), "{who}");
        browser.post(&format!("{link}/acceptance"), &[("terms", "1")]).await.is(410);
    }
    adam.get(&link).await.is(200).shows("You are in Northwind");
    adam.post(&format!("{link}/acceptance"), &[]).await.leads_to("/teams/northwind");
    adam.post(&format!("{link}/declination"), &[]).await.is(200).shows("You are in Northwind");
}

#[actix_web::test]
async fn who_is_in_the_team_already_gets_a_button_to_it() {
    let app = TestApp::start().await;
    let link = ask_into_northwind(&app, ("Rosa Lindqvist", ROSA, MemberRole::Member));
    let page = app.signed_in(MIA).get(&link).await;
    page.is(200).shows("You are in Northwind").shows("This invitation is for r•••@northwind.example.");
    assert_eq!(page.links(".primary"), ["/teams/northwind"]);
    app.signed_in(MIA).post(&format!("{link}/acceptance"), &[("name", "Mia")]).await.is(200).shows("You are in Northwind");
    assert_eq!(status(&app, ROSA), "sent");
}

#[actix_web::test]
async fn the_mail_scanner_opens_the_link_and_it_still_works() {
    let app = TestApp::start().await;
    let link = invite_ines(&app);
    let expired = ask_into_northwind(&app, ("Rosa Lindqvist", ROSA, MemberRole::Member));
    app.sql(&format!("UPDATE invitations SET expires_at = now() - interval '1 hour' WHERE email = '{ROSA}'"));
    let asked = invite_into_plus(&app, MIA);
    let browsers = [app.visitor(), app.signed_in(MIA), app.signed_in(OLIVIA), app.signed_in(GUS)];
    app.sql(
        "UPDATE sessions SET last_seen_at = now() - interval '2 hours'; UPDATE members SET last_active_at = now() - interval '2 hours'",
    );
    let before = app.dump_with_traces();
    for link in [&link, &expired, &asked] {
        for browser in &browsers {
            for method in [Method::HEAD, Method::GET].into_iter().cycle().take(10) {
                let page = browser.send(browser.request(method, link)).await;
                assert_eq!(page.header("cache-control"), "no-store");
            }
        }
    }
    assert_eq!(app.dump_with_traces(), before, "a token page leaves no trace at all");
    let browser = app.visitor();
    browser.submit(&filled_in(browser.get(&link).await.form("acceptance"))).await.is(303);
}

#[actix_web::test]
async fn each_page_behind_a_link_asks_the_database_five_times_at_most() {
    let app = TestApp::start().await;
    let ines = invite_ines(&app);
    let mia = invite_into_plus(&app, MIA);
    let listed: Vec<(String, String)> = (0..20).map(|n| (format!("Person {n}"), format!("person{n}@larkspur.example"))).collect();
    let listed: Vec<Listed<'_>> = listed.iter().map(|(name, email)| (name.as_str(), email.as_str(), MemberRole::Member)).collect();
    let olivia = invite(&app, "Acme Resellers Plus", ("Olivia Park", OLIVIA, MemberRole::Admin), "Northwind Plus", &listed);
    for (browser, link) in [
        (app.visitor(), &ines),
        (app.signed_in(MIA), &ines),
        (app.signed_in(MIA), &mia),
        (app.visitor(), &olivia),
        (app.signed_in(OLIVIA), &olivia),
    ] {
        browser.get(link).await;
        let before = app.db.statements();
        browser.get(link).await;
        let count = app.db.statements() - before;
        assert!(count <= 5, "{count} statements");
    }
}
