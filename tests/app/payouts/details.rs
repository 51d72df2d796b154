//! Payout details (S56).

use super::*;
use guildhall::{
    audit::Actor,
    payouts::{Account, details},
    teams::Membership,
};

const DUTCH: &str = "NL91 ABNA 0417 1643 00";

async fn write(browser: &Browser, holder: &str, account: &str) -> Page {
    let form = browser.get(DETAILS).await.form("/details").set("holder", holder).set("account", account);
    browser.submit(&form).await
}

#[actix_web::test]
async fn the_first_details_count_at_once_and_who_may_withdraw_is_told() {
    let app = TestApp::start().await;
    earn(&app, 12_000);
    let frank = app.signed_in(FRANK);
    write(&frank, "Northwind Ltd", IBAN).await.leads_to(WITHDRAWALS);
    assert_eq!(app.text("SELECT holder || ', ' || account FROM payout_details"), "Northwind Ltd, GB82WEST12345698765432");
    let mail = app.last_mail_to(OLIVIA);
    assert_eq!(mail.subject, "The payout details of Northwind were entered");
    assert!(!mail.text.contains("another account") && !mail.text.contains("changed where"), "{}", mail.text);
    assert!(mail.text.contains("Frank Osei") && mail.text.contains("•••• 5432") && !mail.text.contains("WEST"), "{}", mail.text);
    assert!(app.mails_to(FRANK).is_empty() && app.mails_to(ADAM).is_empty() && app.mails_to(MIA).is_empty());
    withdraw(&app, "10.00").await;
    assert_eq!(app.text("SELECT held_until = requested_at FROM withdrawals"), "true");
    is_whole(&app);
}

#[actix_web::test]
async fn the_owner_is_mailed_also_about_a_change_of_their_own() {
    let app = with_money(12_000).await;
    let olivia = app.signed_in(OLIVIA);
    write(&olivia, "Northwind BV", DUTCH).await.is(303);
    for email in [OLIVIA, FRANK] {
        let mail = app.last_mail_to(email);
        assert_eq!(mail.subject, "The payout details of Northwind were changed");
        assert!(mail.text.contains("Olivia Park") && mail.text.contains("•••• 4300") && mail.text.contains("Held until"), "{}", mail.text);
        assert!(mail.text.contains("Commissions of Northwind go to another account now"), "{}", mail.text);
        assert!(mail.text.contains("take it back") && mail.text.contains(WITHDRAWALS), "{}", mail.text);
    }
    assert_eq!(app.number("SELECT count(*) FROM outbox WHERE reply_to IS NOT NULL"), 0, "nobody is led to write to who changed them");
    assert!(app.mails_to(ADAM).is_empty() && app.mails_to(MIA).is_empty() && app.mails_to(SAM).is_empty());
    let lines = app
        .text("SELECT string_agg(concat_ws(' ', role, company_id, before, after), ',') FROM audit WHERE action = 'payout details changed'");
    assert_eq!(lines, "owner", "the audit log holds no account");
}

#[actix_web::test]
async fn what_is_asked_for_after_a_change_waits_for_72_hours_and_both_sides_read_it() {
    let app = with_money(12_000).await;
    let before = withdraw(&app, "10.00").await;
    let frank = app.signed_in(FRANK);
    write(&frank, "Northwind BV", DUTCH).await.is(303);
    frank.get(WITHDRAWALS).await.shows("Withdrawals wait until").shows("Northwind BV");
    frank.get(NEW).await.shows("It will wait until");
    let after = withdraw(&app, "20.00").await;
    let held = "SELECT string_agg((held_until - requested_at BETWEEN interval '71 hours 59 minutes' AND interval '72 hours')::text, ',' ORDER BY amount) FROM withdrawals";
    assert_eq!(app.text(held), "false,true", "what was asked for before the change does not wait");
    let day = app.text("SELECT to_char((now() + interval '72 hours') AT TIME ZONE 'UTC', 'FMDD Mon')");
    frank.get(&after).await.shows(&format!("Held until {day}")).shows("Northwind BV").shows("•••• 4300");
    frank.get(&before).await.shows("Requested").shows("Northwind Ltd").shows("•••• 5432");
    let sam = app.signed_in(SAM);
    let held = app.text("SELECT id FROM withdrawals WHERE amount = 2000");
    sam.get(&format!("{PAYING}/{held}")).await.shows(&format!("Held until {day}")).shows("It cannot be marked as paid before");
    assert!(app.last_mail_to(SAM).text.contains("Held until"));
    is_whole(&app);
    // Three days later it is over, for this one and for the next.
    app.sql("UPDATE payout_details SET changed_at = changed_at - interval '73 hours'; UPDATE withdrawals SET held_until = held_until - interval '73 hours', requested_at = requested_at - interval '73 hours'");
    frank.get(&after).await.shows("Requested").hides("Held until");
    withdraw(&app, "5.00").await;
    assert_eq!(app.text("SELECT held_until = requested_at FROM withdrawals WHERE amount = 500"), "true");
    is_whole(&app);
}

#[actix_web::test]
async fn changing_back_is_a_change_and_the_same_again_is_none() {
    let app = with_money(12_000).await;
    let frank = app.signed_in(FRANK);
    let page = frank.get(DETAILS).await;
    assert_eq!(page.form("/details").value("account"), Some(IBAN), "whole, for who may withdraw");
    frank.submit(&page.form("/details")).await.leads_to(WITHDRAWALS);
    assert_eq!((app.number("SELECT count(*) FROM payout_details"), app.mails().len()), (1, 0));
    write(&frank, "Northwind BV", DUTCH).await.is(303);
    app.sql("UPDATE payout_details SET changed_at = changed_at - interval '80 hours'");
    write(&frank, "Northwind Ltd", IBAN).await.is(303);
    assert_eq!(app.number("SELECT count(*) FROM payout_details"), 3);
    withdraw(&app, "10.00").await;
    assert_eq!(app.text("SELECT held_until > now() + interval '71 hours' FROM withdrawals"), "true");
}

#[actix_web::test]
async fn who_only_sees_commissions_sees_how_the_account_ends() {
    let app = with_money(12_000).await;
    switch_on(&app, "member: see commissions");
    let page = withdraw(&app, "10.00").await;
    let mia = app.signed_in(MIA);
    for path in [WITHDRAWALS, &page] {
        let page = mia.get(path).await;
        page.is(200).shows("Northwind Ltd").shows("•••• 5432");
        assert!(!page.body.contains("WEST") && !page.body.contains("8765"), "{path}");
    }
    mia.get(DETAILS).await.is(403);
}

#[actix_web::test]
async fn a_mistyped_account_is_refused_with_what_was_typed() {
    let app = with_money(12_000).await;
    let frank = app.signed_in(FRANK);
    let before = app.dump();
    for (account, says) in [
        ("", "Enter the account"),
        ("123", "The account must be 4 characters or more"),
        ("NL91 ABNA 0417 1643 01", "Check the IBAN: its check digits do not fit, so a character is wrong"),
        ("1".repeat(201).as_str(), "The account must be 200 characters or fewer"),
    ] {
        let page = write(&frank, "Northwind BV", account).await;
        refuses(&page, "account", says);
        let form = page.form("/details");
        assert_eq!((form.value("holder"), form.value("account")), (Some("Northwind BV"), Some(account)));
    }
    refuses(&write(&frank, " ", DUTCH).await, "holder", "Enter the account holder’s name");
    assert_eq!(app.dump(), before);
    write(&frank, "Northwind Inc.", "Routing 021000021, account 4502938").await.is(303);
}

#[actix_web::test]
async fn asking_and_changing_at_once_leave_it_held_or_going_where_it_was_asked_to_go() {
    let app = with_money(12_000).await;
    let copy = app.copy().await;
    let (frank, olivia) = (app.signed_in(FRANK), app.signed_in(OLIVIA).on(&copy));
    app.keep();
    for round in 0..6 {
        app.restore();
        crate::support::at_once(vec![
            (frank.clone(), WITHDRAWALS.to_owned(), vec![("company", "acme"), ("currency", "USD"), ("amount", "10.00")]),
            (olivia.clone(), DETAILS.to_owned(), vec![("holder", "Northwind BV"), ("account", DUTCH)]),
        ])
        .await;
        let went = app.text("SELECT d.holder || ' ' || (w.held_until > now() + interval '1 day') FROM withdrawals w JOIN payout_details d ON d.id = w.details_id");
        assert!(["Northwind Ltd false", "Northwind BV true"].contains(&went.as_str()), "round {round}: {went}");
        is_whole(&app);
    }
}

#[actix_web::test]
async fn another_holder_of_the_same_account_is_no_other_account() {
    let app = with_money(12_000).await;
    write(&app.signed_in(FRANK), "Northwind BV", IBAN).await.is(303);
    let mail = app.last_mail_to(OLIVIA);
    assert_eq!(mail.subject, "The payout details of Northwind were changed");
    assert!(mail.text.contains("another holder") && !mail.text.contains("another account"), "{}", mail.text);
    assert!(mail.text.contains("Held until"), "{}", mail.text);
}

#[actix_web::test]
async fn an_account_may_be_an_address_which_no_mail_shows_whole() {
    let app = with_money(12_000).await;
    let paypal = "PayPal pay@northwind.com";
    write(&app.signed_in(FRANK), "Northwind BV", paypal).await.is(303);
    assert_eq!(app.text("SELECT account FROM payout_details ORDER BY changed_at DESC LIMIT 1"), paypal);
    withdraw(&app, "10.00").await;
    app.sql("UPDATE withdrawals SET held_until = now()");
    let sam = app.signed_in(SAM);
    sam.get(&page_of_only(&app)).await.shows(paypal);
    sam.post(&format!("{}/payment", page_of_only(&app)), &[]).await.is(303);
    assert!(app.mails().iter().all(|mail| !mail.text.contains("pay@") && !mail.html.contains("pay@")));
    let page = write(&app.signed_in(FRANK), "northwind.com", paypal).await;
    refuses(&page, "holder", "The account holder’s name must not contain a web address");
}

/// A transaction that began before another's change, and changes after it: what was booked last is in force.
#[actix_web::test]
async fn what_was_changed_last_is_in_force_whoever_began_first() {
    let app = with_money(12_000).await;
    let conn = &mut app.connection();
    let user: guildhall::ids::UserId = app.text("SELECT id FROM users WHERE email = 'olivia@northwind.example'").parse().unwrap();
    diesel::connection::SimpleConnection::batch_execute(conn, "BEGIN; SELECT now()").unwrap();
    write(&app.signed_in(FRANK), "Northwind BV", DUTCH).await.is(303);
    let olivia = Membership::of(conn, user, "northwind").unwrap();
    let account = Account::parse(IBAN).unwrap();
    // Diesel does not know of the transaction around it, so that changing commits it.
    details::change(conn, &app.mailer, &Actor::program(), &olivia, ("Northwind Inc.", &account)).unwrap();
    diesel::connection::SimpleConnection::batch_execute(conn, "COMMIT").unwrap();
    app.signed_in(FRANK).get(WITHDRAWALS).await.shows("Northwind Inc., •••• 5432");
    is_whole(&app);
}
