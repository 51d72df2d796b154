//! Withdrawals as a file for payment (S57).

use super::*;

const EXPORTS: &str = "/companies/acme/withdrawals/exports";

#[actix_web::test]
async fn the_file_holds_what_may_be_paid_once_and_can_be_had_again() {
    let app = with_money(50_000).await;
    for amount in ["10.00", "1,020.00", "30.00"] {
        if amount == "1,020.00" {
            earn(&app, 200_000);
        }
        withdraw(&app, amount).await;
    }
    app.sql("UPDATE withdrawals SET held_until = now() + interval '1 day' WHERE amount = 3000");
    let sam = app.signed_in(SAM);
    sam.get(PAYING).await.shows("Export 2 for payment");
    let made = sam.post(EXPORTS, &[]).await;
    let to = made.is(303).location().unwrap();
    let file = sam.get(&to).await;
    assert_eq!(file.is(200).header("content-type"), "text/csv; charset=utf-8; header=present");
    assert!(
        file.header("content-disposition").starts_with("attachment; filename=\"acme-withdrawals-"),
        "{}",
        file.header("content-disposition")
    );
    let lines: Vec<&str> = file.body.split("\r\n").collect();
    assert_eq!(lines[0], r#""id","team","holder","account","currency","amount","asked (UTC)","status","reason""#);
    let id = |amount: i64| app.text(&format!("SELECT id FROM withdrawals WHERE amount = {amount}"));
    assert!(
        lines[1].starts_with(&format!(r#""{}","Northwind","Northwind Ltd","GB82WEST12345698765432","USD","10.00","#, id(1_000))),
        "{}",
        lines[1]
    );
    assert!(
        lines[2].starts_with(&format!(r#""{}","Northwind","Northwind Ltd","GB82WEST12345698765432","USD","1020.00","#, id(102_000))),
        "{}",
        lines[2]
    );
    assert_eq!((lines.len(), lines[3]), (4, ""));
    assert_eq!(app.number("SELECT count(*) FROM audit WHERE action = 'withdrawals exported' AND after = '{\"withdrawals\": 2}'"), 1);
    let page = sam.get(PAYING).await;
    page.hides("for payment");
    assert!(page.links("tbody a").contains(&to), "the file stands beside what is in it");
    sam.follow(sam.post(EXPORTS, &[]).await).await.shows("Nothing to export.");
    app.sql("UPDATE withdrawals SET held_until = now() - interval '1 second'");
    let next = sam.post(EXPORTS, &[]).await.location().unwrap();
    let next = sam.get(&next).await;
    assert!(next.body.contains(&id(3_000)) && !next.body.contains(&id(1_000)), "{}", next.body);
    assert_eq!(sam.get(&to).await.body, file.body);
}

#[actix_web::test]
async fn nothing_in_it_is_taken_for_a_formula() {
    let app = with_money(50_000).await;
    app.sql("UPDATE payout_details SET holder = '=HYPERLINK(\"http://evil.example\")', account = '+49 170 1234'");
    withdraw(&app, "10.00").await;
    let sam = app.signed_in(SAM);
    let to = sam.post(EXPORTS, &[]).await.location().unwrap();
    let file = sam.get(&to).await;
    assert!(file.body.contains(r#""'=HYPERLINK(""http://evil.example"")","'+49 170 1234""#), "{}", file.body);
    assert!(!file.body.contains(",\"=") && !file.body.contains(",\"+"));
}

#[actix_web::test]
async fn it_is_the_administrators_and_asks_who_is_there() {
    let app = with_money(50_000).await;
    withdraw(&app, "10.00").await;
    let sam = app.signed_in(SAM);
    let to = sam.post(EXPORTS, &[]).await.location().unwrap();
    for email in [MAX, VERA] {
        app.signed_in(email).get(&to).await.is(403);
        app.signed_in(email).post(EXPORTS, &[]).await.is(403);
    }
    app.signed_in(GUS).get(&to.replace("acme", "globex")).await.is(404);
    age(&app);
    assert!(sam.get(&to).await.location().unwrap().starts_with("/account/confirmation"));
    assert!(sam.post(EXPORTS, &[]).await.location().unwrap().starts_with("/account/confirmation"));
    assert_eq!(app.number("SELECT count(*) FROM withdrawal_exports"), 1);
}

#[actix_web::test]
async fn of_files_made_at_once_each_withdrawal_is_in_one() {
    let app = with_money(50_000).await;
    let copy = app.copy().await;
    for _ in 0..5 {
        withdraw(&app, "10.00").await;
    }
    let sam = app.signed_in(SAM);
    let there = sam.on(&copy);
    let make = |browser: &Browser| (browser.clone(), EXPORTS.to_owned(), vec![]);
    crate::support::at_once((0..8).map(|n| make(if n % 2 == 0 { &sam } else { &there })).collect()).await;
    assert_eq!(app.number("SELECT count(*) FROM withdrawal_exports"), 1);
    assert_eq!(app.number("SELECT count(DISTINCT export_id) + count(*) FROM withdrawals WHERE export_id IS NOT NULL"), 6);
}

#[actix_web::test]
async fn a_long_file_comes_whole() {
    let app = with_money(50_000).await;
    withdraw(&app, "10.00").await;
    app.sql(
        "INSERT INTO withdrawals (id, company_id, partner_id, team_id, currency, amount, details_id, requested_by, requested_at) \
         SELECT gen_random_uuid(), company_id, partner_id, team_id, currency, amount, details_id, requested_by, now() - (n / 3) * interval '1 second' \
         FROM withdrawals, generate_series(1, 2300) n",
    );
    let sam = app.signed_in(SAM);
    let to = sam.post(EXPORTS, &[]).await.location().unwrap();
    assert_eq!(sam.get(&to).await.body.lines().count(), 2302);
}
