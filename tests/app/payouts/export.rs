//! Withdrawals as a file for payment (S57).

use super::*;

const EXPORTS: &str = "/companies/acme/withdrawals/exports";

/// Makes a file, and says where the page after it leads to have it.
pub async fn made(browser: &Browser) -> String {
    let page = browser.follow(browser.post(EXPORTS, &[]).await).await;
    page.shows("The file for payment is made.");
    page.links(".flash a").remove(0)
}

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
    let to = made(&sam).await;
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
    let next = made(&sam).await;
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
    let to = made(&sam).await;
    let file = sam.get(&to).await;
    assert!(file.body.contains(r#""'=HYPERLINK(""http://evil.example"")","'+49 170 1234""#), "{}", file.body);
    assert!(!file.body.contains(",\"=") && !file.body.contains(",\"+"));
}

#[actix_web::test]
async fn it_is_the_administrators_and_asks_who_is_there() {
    let app = with_money(50_000).await;
    withdraw(&app, "10.00").await;
    let sam = app.signed_in(SAM);
    let to = made(&sam).await;
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
async fn a_file_holds_the_oldest_as_many_as_one_reads_back_and_a_longer_one_comes_whole() {
    let app = with_money(50_000).await;
    withdraw(&app, "10.00").await;
    app.sql(
        "INSERT INTO withdrawals (id, company_id, partner_id, team_id, currency, amount, details_id, requested_by, requested_at) \
         SELECT gen_random_uuid(), company_id, partner_id, team_id, currency, amount, details_id, requested_by, now() - (n / 3) * interval '1 second' \
         FROM withdrawals, generate_series(1, 2300) n",
    );
    let sam = app.signed_in(SAM);
    let to = made(&sam).await;
    let file = sam.get(&to).await.body;
    assert_eq!(file.lines().count(), 501);
    let younger = "SELECT count(*) FROM withdrawals w WHERE w.export_id IS NULL AND (w.requested_at, w.id) < (SELECT max(requested_at), max(id::text)::uuid FROM withdrawals WHERE export_id IS NOT NULL) \
                   AND w.requested_at < (SELECT max(requested_at) FROM withdrawals WHERE export_id IS NOT NULL)";
    assert_eq!(app.number(younger), 0, "the oldest first");
    // One of before there was a limit.
    app.sql("UPDATE withdrawals SET export_id = (SELECT id FROM withdrawal_exports)");
    assert_eq!(sam.get(&to).await.body.lines().count(), 2302);
}

#[actix_web::test]
async fn a_file_that_is_had_again_says_what_was_said_meanwhile_and_is_read_back_so() {
    let app = with_money(50_000).await;
    for amount in ["10.00", "20.00", "30.00"] {
        withdraw(&app, amount).await;
    }
    let sam = app.signed_in(SAM);
    let to = made(&sam).await;
    let id = |amount: i64| app.text(&format!("SELECT id FROM withdrawals WHERE amount = {amount}"));
    sam.post(&format!("{PAYING}/{}/payment", id(1_000)), &[]).await.is(303);
    sam.post(&format!("{PAYING}/{}/failure", id(2_000)), &[("reason", "-- No such account,\nsays the bank")]).await.is(303);
    let file = sam.get(&to).await.body;
    let ends = |amount: i64, end: &str| {
        let at = file.find(&id(amount)).unwrap_or_else(|| panic!("{file}"));
        let row = file[at..].split("Z\",").nth(1).unwrap_or_else(|| panic!("{file}"));
        assert!(row.starts_with(end), "{row}");
    };
    ends(1_000, "\"paid\",\"\"");
    ends(2_000, "\"failed\",\"'-- No such account,");
    ends(3_000, "\"\",\"\"");
    let before = app.dump();
    let page = sam.post(&format!("{PAYING}/marks"), &[("rows", &file), ("answer", "mark")]).await;
    sam.follow(page).await.shows("Nothing was marked.").shows("2 were so already.");
    assert_eq!(app.dump(), before);
}

/// What would be in the file is marked at the moment in which it is made.
#[actix_web::test]
async fn where_nothing_is_left_after_all_no_file_is_made() {
    let app = with_money(50_000).await;
    let copy = app.copy().await;
    withdraw(&app, "10.00").await;
    let mut other = app.connection();
    let held = "BEGIN; UPDATE withdrawals SET status = 'failed', decided_at = now(), decided_by = (SELECT user_id FROM staff LIMIT 1)";
    diesel::connection::SimpleConnection::batch_execute(&mut other, held).unwrap();
    let sam = app.signed_in(SAM).on(&copy);
    let exporting = actix_web::rt::spawn(async move { sam.follow(sam.post(EXPORTS, &[]).await).await });
    app.until_somebody_waits().await;
    diesel::connection::SimpleConnection::batch_execute(&mut other, "COMMIT").unwrap();
    exporting.await.unwrap().shows("Nothing to export.");
    assert_eq!(app.number("SELECT count(*) FROM withdrawal_exports"), 0);
    assert_eq!(app.number("SELECT count(*) FROM audit WHERE action = 'withdrawals exported'"), 0);
}

#[actix_web::test]
async fn a_person_has_files_only_so_often() {
    let app = TestApp::start_limited().await;
    earn(&app, 50_000);
    say_where(&app);
    withdraw(&app, "10.00").await;
    let sam = app.signed_in(SAM);
    let to = made(&sam).await;
    sam.get(&to).await.is(200);
    app.sql(&format!("UPDATE rate_limits SET used = {}", guildhall::access::Limit::Export.most()));
    sam.get(&to).await.is(429).shows("You have fetched this file as often as one person can in an hour.");
}
