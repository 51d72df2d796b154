//! The company's side: approving, declining, winning, and two who decide at once.

use super::{REFERRALS, decide, recommend};
use crate::support::{Forged, TestApp, at_once, personas::*};

/// A tenth of each sale, held for 14 days.
async fn with_rule() -> TestApp {
    let app = TestApp::start().await;
    app.sql("UPDATE programs SET commission_percent = 1000, holding_days = 14 WHERE name = 'Acme Resellers'");
    app
}

#[actix_web::test]
async fn a_referral_is_approved_then_won_and_earns_by_the_programs_rule() {
    let app = with_rule().await;
    let id = recommend(&app, "Ada King", "ada@harbour.example").await;
    let page = decide(&app, MAX, &id, "approval", &[]).await;
    page.shows("The referral of Ada King is approved. Mia Chen is told by mail.").shows("Approved").shows("Max Adler");
    assert!(!page.has_form("/approval") && page.has_form("/win") && page.has_form("/declination"));
    page.shows("By the program’s rule it earns 10% of each sale, held for 14 days.");
    assert_eq!(app.last_mail_to(MIA).subject, "Acme approved your referral: Ada King");
    let page = decide(&app, SAM, &id, "win", &[("amount", "1,234.50")]).await;
    page.shows("The referral of Ada King is won, with a sale of $1,234.50.").shows("$123.45").shows("held until");
    assert!(!page.has_form("/win") && !page.has_form("/declination"));
    let mail = app.last_mail_to(MIA);
    assert_eq!(mail.subject, "Acme made a sale by your referral: Ada King");
    assert!(mail.text.contains("What it earns goes to the team; its owner sees it in the commissions."), "{}", mail.text);
    assert!(mail.text.contains("$1,234.50") && !mail.text.contains("123.45\n") && !mail.text.contains("$123"), "{}", mail.text);
    assert_eq!(
        app.text("SELECT amount || ' ' || kind || ' ' || (available_at = at + interval '14 days') FROM ledger"),
        "12345 earned true"
    );
    app.signed_in(MIA).get(super::OURS).await.shows("Won").shows("$1,234.50").hides("$123.45");
    assert_eq!(guildhall::verify::faults(&mut app.connection()).unwrap(), []);
    let lines = "SELECT string_agg(action, ',' ORDER BY at, id) FROM audit WHERE action LIKE 'referral %'";
    assert_eq!(app.text(lines), "referral contributed,referral approved,referral won");
}

#[actix_web::test]
async fn a_referral_is_declined_with_a_reason_and_stays_so() {
    let app = with_rule().await;
    let id = recommend(&app, "Ada King", "ada@harbour.example").await;
    let page = decide(&app, MAX, &id, "declination", &[("reason", "No appointments\nthere.")]).await;
    page.shows("The referral of Ada King is declined.").shows("No appointments there.");
    let mail = app.last_mail_to(MIA);
    assert_eq!(mail.subject, "Acme declined your referral: Ada King");
    assert!(mail.text.contains("No appointments"), "{}", mail.text);
    for (noun, fields) in [
        ("approval", vec![("was", "declined")]),
        ("win", vec![("was", "declined"), ("amount", "5")]),
        ("declination", vec![("was", "declined")]),
    ] {
        let sam = app.signed_in(SAM);
        let page = sam.post(&format!("{REFERRALS}/{id}/{noun}"), &fields).await;
        sam.follow(page).await.shows("Max Adler declined this referral before you. Nothing was changed by you.");
    }
    assert_eq!((app.referral(&id, "status"), app.number("SELECT count(*) FROM ledger")), ("declined".to_owned(), 0));
}

#[actix_web::test]
async fn a_program_without_a_rule_earns_nothing_and_a_fixed_amount_is_fixed() {
    let app = TestApp::start().await;
    let id = recommend(&app, "Ada King", "ada@harbour.example").await;
    app.signed_in(SAM).get(&format!("{REFERRALS}/{id}")).await.shows("By the program’s rule it earns nothing.");
    decide(&app, SAM, &id, "win", &[("amount", "100")]).await.shows("Commission None");
    let text = app.last_mail_to(MIA).text;
    assert!(text.contains("it earns nothing") && !text.contains("commissions"), "{text}");
    app.sql("UPDATE teams SET switches = ARRAY['member: see commissions'] WHERE slug = 'northwind'");
    app.sql("UPDATE programs SET commission_amount = 2500 WHERE name = 'Acme Resellers'");
    let id = recommend(&app, "Bea King", "bea@harbour.example").await;
    decide(&app, SAM, &id, "win", &[("amount", "100")]).await.shows("$25.00");
    assert!(app.last_mail_to(MIA).text.contains("What it earns stands in the team's commissions."));
    assert_eq!(app.text("SELECT string_agg(amount::text, ',') FROM ledger"), "2500");
    assert_eq!(guildhall::verify::faults(&mut app.connection()).unwrap(), []);
}

#[actix_web::test]
async fn an_amount_that_is_none_is_refused_and_kept() {
    let app = with_rule().await;
    let id = recommend(&app, "Ada King", "ada@harbour.example").await;
    let sam = app.signed_in(SAM);
    let form = sam.get(&format!("{REFERRALS}/{id}")).await.form("/win");
    for amount in ["", "0", "-5", "12,5", "1e3", "12.345", "€20", "99999999999999"] {
        let page = sam.submit(&form.clone().set("amount", amount)).await;
        page.is(422);
        assert_eq!(page.error_at("amount"), "Error: Enter the amount of the sale in USD, like 1234.50", "{amount}");
        assert_eq!(page.form("/win").value("amount"), Some(amount));
    }
    let page = sam.submit(&sam.get(&format!("{REFERRALS}/{id}")).await.form("/declination").set("reason", &"a".repeat(501))).await;
    page.is(422).shows("The reason must be 500 characters or fewer");
    assert_eq!(app.referral(&id, "status"), "submitted");
}

#[actix_web::test]
async fn of_many_who_decide_at_once_one_decides_and_the_others_read_what_happened() {
    let app = with_rule().await;
    let copy = app.copy().await;
    let id = recommend(&app, "Ada King", "ada@harbour.example").await;
    let forms: Vec<Forged> = (0..24)
        .map(|nth| {
            let browser = app.signed_in(if nth % 2 == 0 { SAM } else { MAX });
            let browser = if nth % 4 < 2 { browser } else { browser.on(&copy) };
            let (noun, fields) = match nth % 3 {
                0 => ("approval", vec![("was", "submitted")]),
                1 => ("declination", vec![("was", "submitted"), ("reason", "No")]),
                _ => ("win", vec![("was", "submitted"), ("amount", "100")]),
            };
            (browser, format!("{REFERRALS}/{id}/{noun}"), fields)
        })
        .collect();
    let readers: Vec<_> = forms.iter().map(|(browser, _, _)| browser.clone()).collect();
    let pages = at_once(forms).await;
    let mut told = Vec::new();
    for (browser, page) in readers.iter().zip(&pages) {
        page.is(303);
        told.push(browser.get(&page.location().unwrap()).await.text_of(".flash").join(" "));
    }
    assert_eq!(told.iter().filter(|says| says.contains("is told by mail")).count(), 1, "{told:?}");
    assert_eq!(told.iter().filter(|says| says.contains("before you. Nothing was changed by you.")).count(), 23, "{told:?}");
    assert_eq!(app.mails_to(MIA).len(), 1);
    assert_eq!(app.number("SELECT count(*) FROM audit WHERE action IN ('referral approved', 'referral declined', 'referral won')"), 1);
    assert_eq!(app.number("SELECT count(*) FROM ledger"), i64::from(app.referral(&id, "status") == "won"));
    assert_eq!(guildhall::verify::faults(&mut app.connection()).unwrap(), []);
}

#[actix_web::test]
async fn twenty_who_mark_it_as_won_at_once_earn_once() {
    let app = with_rule().await;
    let id = recommend(&app, "Ada King", "ada@harbour.example").await;
    let sam = app.signed_in(SAM);
    let form = || (sam.clone(), format!("{REFERRALS}/{id}/win"), vec![("was", "submitted"), ("amount", "100")]);
    at_once((0..20).map(|_| form()).collect()).await;
    assert_eq!(app.text("SELECT count(*) || ' ' || sum(amount) FROM ledger"), "1 1000");
}

#[actix_web::test]
async fn who_lost_the_right_while_the_page_was_open_decides_nothing() {
    use diesel::connection::SimpleConnection;
    let app = with_rule().await;
    let id = recommend(&app, "Ada King", "ada@harbour.example").await;
    let max = app.signed_in(MAX);
    let form = max.get(&format!("{REFERRALS}/{id}")).await.form("/approval");
    let mut other = app.connection();
    other
        .batch_execute(&format!("BEGIN; UPDATE staff SET role = 'viewer' WHERE user_id = (SELECT id FROM users WHERE email = '{MAX}')"))
        .unwrap();
    let waiting = actix_web::rt::spawn(async move { max.submit(&form).await.status.as_u16() });
    app.until_somebody_waits().await;
    other.batch_execute("COMMIT").unwrap();
    assert_eq!(waiting.await.unwrap(), 403);
    assert_eq!(app.referral(&id, "status"), "submitted");
}

#[actix_web::test]
async fn a_former_member_is_told_nothing_and_the_team_earns() {
    let app = with_rule().await;
    let id = recommend(&app, "Ada King", "ada@harbour.example").await;
    app.sql(&format!("UPDATE members SET left_at = now() WHERE user_id = (SELECT id FROM users WHERE email = '{MIA}'); UPDATE teams SET member_count = 3 WHERE slug = 'northwind'"));
    let page = decide(&app, SAM, &id, "win", &[("amount", "100")]).await;
    page.shows("is won").hides("is told by mail").shows("Mia Chen");
    assert!(app.mails_to(MIA).is_empty());
    assert_eq!(app.number("SELECT sum(amount) FROM ledger"), 1000);
    assert_eq!(guildhall::verify::faults(&mut app.connection()).unwrap(), []);
}

#[actix_web::test]
async fn what_a_closed_team_recommended_earns_nothing_any_more() {
    let app = with_rule().await;
    let id = recommend(&app, "Ada King", "ada@harbour.example").await;
    app.sql("UPDATE teams SET closed_at = now() WHERE slug = 'northwind'");
    app.sql("DELETE FROM outbox");
    app.signed_in(SAM).get(&format!("{REFERRALS}/{id}")).await.shows("Northwind is closed: it earns nothing any more.").hides("10%");
    decide(&app, SAM, &id, "win", &[("amount", "100")]).await.shows("is won").hides("is told by mail");
    assert!(app.mails().is_empty());
    assert_eq!(app.number("SELECT count(*) FROM ledger"), 0);
    // What closing ends, too.
    app.sql(
        "UPDATE enrollments SET left_at = now() WHERE partner_id IN (SELECT p.id FROM partners p JOIN teams t ON t.id = p.team_id WHERE t.closed_at IS NOT NULL); \
         UPDATE invitations SET status = 'revoked' WHERE status IN ('waiting', 'sent') AND team_id IN (SELECT id FROM teams WHERE closed_at IS NOT NULL)",
    );
    assert_eq!(guildhall::verify::faults(&mut app.connection()).unwrap(), []);
}

#[actix_web::test]
async fn a_referral_of_another_company_is_not_there() {
    let app = with_rule().await;
    let id = recommend(&app, "Ada King", "ada@harbour.example").await;
    let gus = app.signed_in(GUS);
    gus.get(&format!("/companies/globex/referrals/{id}")).await.is(404);
    gus.post(&format!("/companies/globex/referrals/{id}/approval"), &[("was", "submitted")]).await.is(404);
    gus.get("/companies/globex/referrals").await.is(200).hides("Ada King").shows("No referrals yet");
}

#[actix_web::test]
async fn who_is_in_the_team_does_not_decide_about_its_referrals() {
    let app = with_rule().await;
    let id = recommend(&app, "Ada King", "ada@harbour.example").await;
    app.sql(
        "INSERT INTO members (id, team_id, user_id, role) \
         SELECT gen_random_uuid(), t.id, u.id, 'member' FROM teams t, users u WHERE t.slug = 'northwind' AND u.email = 'max@acme.example'",
    );
    let max = app.signed_in(MAX);
    for (noun, fields) in [("approval", vec![]), ("win", vec![("amount", "5")]), ("declination", vec![])] {
        let fields = [vec![("was", "submitted")], fields].concat();
        max.post(&format!("{REFERRALS}/{id}/{noun}"), &fields).await.is(403).shows("somebody else decides about it");
    }
    assert_eq!((app.referral(&id, "status"), app.number("SELECT count(*) FROM ledger")), ("submitted".to_owned(), 0));
    assert_eq!(app.number("SELECT count(*) FROM audit WHERE action = 'refused'"), 3);
    decide(&app, SAM, &id, "approval", &[]).await.shows("is approved");
}
