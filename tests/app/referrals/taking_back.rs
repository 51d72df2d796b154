//! Taking back the sale of a won referral: a mistake, or a sale that was refunded.

use super::{OURS, REFERRALS, decide, recommend};
use crate::support::{TestApp, at_once, personas::*};

/// A tenth of each sale, held for 14 days; a referral of Mia's that was won with 120,000 dollars where 1,200 were meant.
async fn won() -> (TestApp, String) {
    let app = TestApp::start().await;
    app.sql("UPDATE programs SET commission_percent = 1000, holding_days = 14 WHERE name = 'Acme Resellers'");
    let id = recommend(&app, "Ada King", "ada@harbour.example").await;
    decide(&app, SAM, &id, "win", &[("amount", "120000")]).await.shows("is won");
    (app, id)
}

fn booked(app: &TestApp) -> String {
    app.text("SELECT string_agg(amount || ' ' || kind, ', ' ORDER BY number) FROM ledger")
}

fn is_whole(app: &TestApp) {
    assert_eq!(guildhall::verify::faults(&mut app.connection()).unwrap(), []);
}

#[actix_web::test]
async fn a_mistaken_sale_is_taken_back_in_part_and_then_whole_and_the_member_is_told() {
    let (app, id) = won().await;
    let page = decide(&app, MAX, &id, "reversal", &[("amount", "118800"), ("reason", "It was 1,200.00.")]).await;
    page.shows("$118,800.00 of the sale is taken back; $1,200.00 is left. Mia Chen is told by mail.");
    page.shows("Sale $120,000.00 · $1,200.00 left")
        .shows("Commission $12,000.00 · $120.00 left")
        .shows("It was 1,200.00.")
        .shows("Max Adler");
    assert_eq!(booked(&app), "1200000 earned, -1188000 reversed");
    let mail = app.last_mail_to(MIA);
    assert_eq!(mail.subject, "Acme took back a part of the sale of your referral: Ada King");
    for words in ["$118,800.00", "$120,000.00", "It was 1,200.00."] {
        assert!(mail.text.contains(words), "{words} in {}", mail.text);
    }
    app.signed_in(MIA).get(OURS).await.shows("$120,000.00").shows("$1,200.00 left").hides("$120.00");
    app.signed_in(SAM).get(REFERRALS).await.shows("$1,200.00 left");
    app.signed_in(OLIVIA).get("/teams/northwind/commissions").await.shows("Partly reversed").shows("$120.00");
    app.signed_in(SAM)
        .get("/companies/acme/audit")
        .await
        .shows("Max Adler took back $118,800.00 of the sale to Ada King, whom Mia Chen of Northwind recommended");
    app.signed_in(OLIVIA).get("/teams/northwind/history").await.hides("took back");
    is_whole(&app);
    decide(&app, SAM, &id, "reversal", &[("amount", "1200"), ("reason", "Refunded.")])
        .await
        .shows("$0.00 is left")
        .shows("$0.00 left · reversed")
        .hides("Take the sale back");
    assert_eq!(app.last_mail_to(MIA).subject, "Acme took back the sale of your referral: Ada King");
    assert_eq!(booked(&app), "1200000 earned, -1188000 reversed, -12000 reversed");
    app.signed_in(OLIVIA).get("/teams/northwind/commissions").await.shows("Reversed");
    is_whole(&app);
}

#[actix_web::test]
async fn what_is_typed_wrong_is_said_at_its_field_and_kept() {
    let (app, id) = won().await;
    let sam = app.signed_in(SAM);
    let form = sam.get(&format!("{REFERRALS}/{id}")).await.form("/reversal").set("amount", "5").set("reason", "Refunded.");
    let before = app.dump();
    for (field, value, says) in [
        ("amount", "", "Enter how much is taken back in USD, like 1234.50"),
        ("amount", "-5", "Enter how much is taken back in USD, like 1234.50"),
        ("amount", "120000.01", "Enter at most what is left of the sale, which is $120,000.00"),
        ("reason", " ", "Enter a reason: it is what the member reads"),
    ] {
        let page = sam.submit(&form.clone().set(field, value)).await;
        page.is(422).shows("One thing to correct");
        assert_eq!(page.error_at(field), format!("Error: {says}"));
        let kept = page.form("/reversal");
        assert_eq!((kept.value("form"), kept.value(field)), (form.value("form"), Some(value)));
        assert_eq!(app.dump(), before, "{field}={value}");
    }
}

#[actix_web::test]
async fn the_form_sent_twice_takes_back_once_and_many_at_once_never_more_than_there_is() {
    let (app, id) = won().await;
    let copy = app.copy().await;
    let (sam, path) = (app.signed_in(SAM), format!("{REFERRALS}/{id}/reversal"));
    let leak = |text: String| -> &'static str { Box::leak(text.into_boxed_str()) };
    let fields = |form: String| vec![("form", leak(form)), ("amount", "70000"), ("reason", "Refunded.")];
    let one = uuid::Uuid::now_v7().to_string();
    let same = (0..10).map(|nth| (if nth % 2 == 0 { sam.clone() } else { sam.on(&copy) }, path.clone(), fields(one.clone())));
    for page in at_once(same.collect()).await {
        page.is(303);
    }
    assert_eq!((booked(&app).as_str(), app.mails_to(MIA).len()), ("1200000 earned, -700000 reversed", 2));
    let fields =
        |nth: usize| vec![("form", leak(uuid::Uuid::now_v7().to_string())), ("amount", ["20000", "30000"][nth % 2]), ("reason", "Again.")];
    let others = (0..12).map(|nth| (if nth % 3 == 0 { sam.clone() } else { sam.on(&copy) }, path.clone(), fields(nth)));
    at_once(others.collect()).await;
    assert_eq!(app.number("SELECT count(*) FROM referral_refunds"), 3, "two more had room, in whatever order");
    assert!(app.number("SELECT sum(amount)::bigint FROM referral_refunds") <= 12_000_000);
    is_whole(&app);
}

#[actix_web::test]
async fn viewers_other_companies_and_referrals_without_a_sale_take_nothing_back() {
    let (app, id) = won().await;
    let path = format!("{REFERRALS}/{id}/reversal");
    let key = uuid::Uuid::now_v7().to_string();
    let fields = [("form", key.as_str()), ("amount", "5"), ("reason", "Refunded.")];
    let vera = app.signed_in(VERA);
    assert!(!vera.get(&format!("{REFERRALS}/{id}")).await.has_form("/reversal"));
    vera.post(&path, &fields).await.is(403);
    for person in [MIA, OLIVIA, GUS] {
        app.signed_in(person).post(&path, &fields).await.is(404);
    }
    let open = recommend(&app, "Bea King", "bea@harbour.example").await;
    let sam = app.signed_in(SAM);
    assert!(!sam.get(&format!("{REFERRALS}/{open}")).await.has_form("/reversal"));
    let page = sam.post(&format!("{REFERRALS}/{open}/reversal"), &fields).await;
    sam.follow(page).await.shows("This referral has no sale.");
    // The key of a form is one referral's.
    sam.post(&path, &fields).await.is(303);
    decide(&app, SAM, &open, "win", &[("amount", "100")]).await;
    sam.post(&format!("{REFERRALS}/{open}/reversal"), &fields).await.is(404);
    assert_eq!(app.number("SELECT count(*) FROM referral_refunds"), 1);
    is_whole(&app);
}

#[actix_web::test]
async fn what_was_paid_out_is_owed_and_a_former_member_is_told_nothing() {
    let (app, id) = won().await;
    app.sql(&format!("UPDATE members SET left_at = now() WHERE user_id = (SELECT id FROM users WHERE email = '{MIA}'); UPDATE teams SET member_count = 3 WHERE slug = 'northwind'"));
    let told = app.mails_to(MIA).len();
    decide(&app, SAM, &id, "reversal", &[("amount", "120000"), ("reason", "Refunded.")])
        .await
        .shows("is taken back")
        .hides("is told by mail");
    assert_eq!((booked(&app).as_str(), app.mails_to(MIA).len()), ("1200000 earned, -1200000 reversed", told));
    is_whole(&app);
}
