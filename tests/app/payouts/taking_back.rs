//! Taking back what was asked for (S56).

use super::*;

#[actix_web::test]
async fn the_owner_stops_what_is_held_and_the_money_is_available_again() {
    let app = with_money(12_000).await;
    let theirs = withdraw(&app, "100.00").await;
    app.sql("UPDATE withdrawals SET held_until = now() + interval '3 days'; DELETE FROM outbox");
    let olivia = app.signed_in(OLIVIA);
    age(&app);
    let page = olivia.get(&theirs).await;
    page.is(200).shows("until then the owner and finance can take it back").shows("Take $100.00 back");
    let taken = olivia.submit(&page.form("/cancellation")).await;
    taken.leads_to(&theirs);
    let page = olivia.follow(taken).await;
    page.shows("Taken back.").shows("Taken back by Olivia Park").hides("If it should not be paid");
    assert_eq!(available(&app), 12_000);
    assert_eq!(
        app.text("SELECT status || ' ' || (SELECT email FROM users WHERE id = decided_by) FROM withdrawals"),
        "cancelled olivia@northwind.example"
    );
    assert_eq!(app.last_mail_to(SAM).subject, "Northwind took back its withdrawal of $100.00");
    assert_eq!(app.last_mail_to(FRANK).subject, "Olivia Park took back the withdrawal of $100.00");
    assert_eq!(app.mails().len(), 2, "who takes it back knows it");
    is_whole(&app);
    olivia.get("/teams/northwind/history").await.shows("took back the withdrawal of $100.00");
    let sam = app.signed_in(SAM);
    sam.get("/companies/acme/audit").await.shows("Olivia Park took back the withdrawal of $100.00 by Northwind");
    sam.get(&page_of_only(&app)).await.shows("Taken back by Olivia Park").hides("Marked by").hides("as paid");
    assert_eq!(sam.get(&format!("{PAYING}?status=taken-back")).await.text_of("tbody td.money"), ["$100.00"]);
    sam.get(PAYING).await.shows("Nothing to pay now");
    for (noun, fields) in [("payment", vec![]), ("failure", vec![("reason", "No")])] {
        let page = sam.post(&format!("{}/{noun}", page_of_only(&app)), &fields).await;
        sam.follow(page).await.shows("The team has taken it back meanwhile. Do not pay it.");
    }
    let page = sam.post(&format!("{PAYING}/payments"), &[("id", &only(&app))]).await;
    sam.follow(page).await.shows("Nothing was marked.").shows("1 was taken back by the team before.");
    olivia.follow(olivia.post(&format!("{theirs}/cancellation"), &[]).await).await.shows("It is taken back already.");
    assert_eq!(app.number("SELECT count(*) FROM audit WHERE action = 'withdrawal cancelled'"), 1);
    withdraw(&app, "120.00").await;
    is_whole(&app);
}

#[actix_web::test]
async fn finance_takes_back_its_own_and_the_owner_is_told() {
    let app = with_money(12_000).await;
    let theirs = withdraw(&app, "100.00").await;
    let frank = app.signed_in(FRANK);
    frank.post(&format!("{theirs}/cancellation"), &[]).await.leads_to(&theirs);
    assert_eq!((app.text("SELECT status FROM withdrawals").as_str(), available(&app)), ("cancelled", 12_000));
    assert_eq!(app.last_mail_to(OLIVIA).subject, "Frank Osei took back the withdrawal of $100.00");
    assert!(app.mails_to(FRANK).is_empty());
    is_whole(&app);
}

#[actix_web::test]
async fn what_is_in_a_file_or_decided_stays_as_it_is() {
    let app = with_money(12_000).await;
    let theirs = withdraw(&app, "100.00").await;
    let (sam, olivia) = (app.signed_in(SAM), app.signed_in(OLIVIA));
    let page = olivia.get(&theirs).await;
    let form = page.form("/cancellation");
    sam.post(&format!("{PAYING}/exports"), &[]).await.is(303);
    let says = "It is in a file for payment, so the company may have paid it already. Write to the company if it should not be paid.";
    let page = olivia.get(&theirs).await;
    assert!(!page.shows(says).has_form("/cancellation"));
    let before = app.dump();
    olivia.follow(olivia.submit(&form).await).await.shows("It cannot be taken back any more.").shows(says);
    assert_eq!(app.dump(), before);
    let forced = "UPDATE withdrawals SET status = 'cancelled', decided_at = now(), decided_by = requested_by";
    let error = diesel::connection::SimpleConnection::batch_execute(&mut app.connection(), forced).unwrap_err();
    assert!(error.to_string().contains("withdrawals_cancelled"), "the database refuses it too: {error}");
    sam.post(&format!("{}/payment", page_of_only(&app)), &[]).await.is(303);
    olivia.follow(olivia.submit(&form).await).await.shows("The company has answered meanwhile.");
    assert_eq!(app.text("SELECT status FROM withdrawals"), "paid");
    is_whole(&app);
}

#[actix_web::test]
async fn who_only_sees_commissions_finds_no_way_to_it() {
    let app = with_money(12_000).await;
    let theirs = withdraw(&app, "100.00").await;
    switch_on(&app, "member: see commissions");
    let mia = app.signed_in(MIA);
    assert!(!mia.get(&theirs).await.is(200).has_form("/cancellation"));
    mia.post(&format!("{theirs}/cancellation"), &[]).await.is(403);
    app.signed_in(TOMAS).post(&format!("{theirs}/cancellation"), &[]).await.is(404);
    let foreign = theirs.replace("northwind", "brightwater");
    app.signed_in(TOMAS).post(&format!("{foreign}/cancellation"), &[]).await.is(404);
    assert_eq!(app.text("SELECT status FROM withdrawals"), "requested");
}
