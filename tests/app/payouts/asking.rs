//! Asking for a withdrawal (rule 42).

use super::*;
use guildhall::access::Limit;

#[actix_web::test]
async fn finance_withdraws_all_that_is_available_and_the_administrators_are_told() {
    let app = with_money(12_000).await;
    earn_held(&app, 4_000);
    let frank = app.signed_in(FRANK);
    let page = frank.get(COMMISSIONS).await;
    page.is(200).shows("$120.00").shows("$40.00");
    let page = frank.get(&page.links("main a.button.primary").remove(0)).await;
    page.is(200).shows("Withdraw from Acme").shows("Northwind Ltd, •••• 5432").hides("WEST");
    let form = page.form("/withdrawals");
    assert_eq!(form.value("amount"), Some("120.00"), "all that is available stands there at first");
    let asked = frank.submit(&form).await;
    asked.leads_to(&format!("{WITHDRAWALS}/{}", only(&app)));
    let page = frank.follow(asked).await;
    page.is(200).shows("$120.00 asked for.").shows("$120.00 from Acme").shows("Requested").shows("Frank Osei");
    assert_eq!(available(&app), 0);
    let row = "SELECT concat_ws(' ', amount, currency, status, held_until = requested_at, (SELECT email FROM users WHERE id = requested_by)) FROM withdrawals";
    assert_eq!(app.text(row), "12000 USD requested t frank@northwind.example");
    let mail = app.last_mail_to(SAM);
    assert_eq!(mail.subject, "Northwind asks for $120.00");
    assert!(mail.text.contains(&page_of_only(&app)) && mail.text.contains("Frank Osei") && !mail.text.contains("WEST"), "{}", mail.text);
    let mail = app.last_mail_to(OLIVIA);
    assert_eq!(mail.subject, "Frank Osei asked Acme for $120.00");
    assert!(mail.text.contains(&format!("{WITHDRAWALS}/{}", only(&app))) && mail.text.contains("take it back"), "{}", mail.text);
    assert!(mail.text.contains("•••• 5432") && !mail.text.contains("WEST"), "{}", mail.text);
    assert!(app.mails_to(FRANK).is_empty(), "who asks knows it");
    assert!(app.mails_to(MAX).is_empty() && app.mails_to(VERA).is_empty(), "only who pays is told");
    let line = "SELECT concat_ws(' ', role, (SELECT slug FROM companies WHERE id = company_id), (SELECT slug FROM teams WHERE id = team_id), after) FROM audit WHERE action = 'withdrawal asked'";
    assert_eq!(app.text(line), r#"finance acme northwind {"amount": 12000, "currency": "USD"}"#);
    is_whole(&app);
    frank.get(COMMISSIONS).await.shows("$0.00").shows("$40.00").shows("$120.00");
    frank.get(WITHDRAWALS).await.shows("Acme").shows("$120.00").shows("Requested");
}

#[actix_web::test]
async fn what_cannot_be_taken_out_is_refused_in_words_and_changes_nothing() {
    let app = with_money(12_000).await;
    app.sql("INSERT INTO withdrawal_minimums (company_id, currency, amount) SELECT id, 'USD', 2000 FROM companies WHERE slug = 'acme'");
    let frank = app.signed_in(FRANK);
    let form = frank.get(NEW).await.form("/withdrawals");
    let before = app.dump();
    for (typed, says) in [
        ("", "Enter an amount, like 120.50"),
        ("much", "Enter an amount, like 120.50"),
        ("-5", "Enter an amount, like 120.50"),
        ("1.005", "Enter an amount, like 120.50"),
        ("120.01", "Enter $120.00 or less: more is not available"),
        ("1,000,000,000", "Enter $120.00 or less: more is not available"),
        ("19.99", "Enter $20.00 or more: Acme pays out no less at once"),
    ] {
        let page = frank.submit(&form.clone().set("amount", typed)).await;
        refuses(&page, "amount", says);
        assert_eq!(page.form("/withdrawals").value("amount"), Some(typed), "what was typed stays");
        assert_eq!(page.form("/withdrawals").value("form"), form.value("form"), "and is the same withdrawal");
    }
    for (company, currency) in [("acme", "EUR"), ("acme", ""), ("", "USD")] {
        let page = frank.submit(&form.clone().set("company", company).set("currency", currency)).await;
        page.is(422).shows("Choose what to withdraw from");
    }
    frank.submit(&form.clone().set("company", "globex")).await.is(404);
    assert_eq!(app.dump(), before);
    frank.submit(&form.set("amount", "20")).await.is(303);
    assert_eq!(available(&app), 10_000);
}

#[actix_web::test]
async fn without_payout_details_nothing_is_asked_for() {
    let app = TestApp::start().await;
    earn(&app, 12_000);
    let frank = app.signed_in(FRANK);
    frank.get(WITHDRAWALS).await.shows("Say first where the money goes.");
    let page = frank.get(NEW).await;
    page.shows("Nobody has said yet where the money goes");
    let page = frank.submit(&page.form("/withdrawals")).await;
    page.is(422).shows("Say first where the money goes");
    assert_eq!(app.number("SELECT count(*) FROM withdrawals"), 0);
}

#[actix_web::test]
async fn a_debt_is_shown_to_both_sides_and_later_commissions_pay_it_first() {
    let app = with_money(10_000).await;
    let commission = app.text("SELECT id FROM commissions");
    withdraw(&app, "100.00").await;
    app.signed_in(SAM).post(&format!("{}/payment", page_of_only(&app)), &[]).await.is(303);
    refund(&app, &commission, 1_200);
    let (frank, vera) = (app.signed_in(FRANK), app.signed_in(VERA));
    let says = "You owe Acme $12.00 from a refund; later commissions pay it first.";
    frank.get(COMMISSIONS).await.is(200).shows(says);
    let theirs = "/companies/acme/partners/northwind/commissions";
    vera.get(theirs).await.is(200).shows("Northwind owes Acme $12.00 from a refund; its later commissions pay it first.");
    let page = frank.get(&format!("{NEW}?company=acme&currency=USD")).await;
    page.shows(says);
    let page = frank.submit(&page.form("/withdrawals").set("amount", "1.00")).await;
    page.is(422).shows(says);
    earn(&app, 3_000);
    frank.get(COMMISSIONS).await.shows("$18.00").hides("You owe");
    vera.get(theirs).await.shows("$18.00").hides("owes");
    refuses(
        &frank.submit(&page.form("/withdrawals").set("amount", "18.01")).await,
        "amount",
        "Enter $18.00 or less: more is not available",
    );
    frank.submit(&page.form("/withdrawals").set("amount", "18")).await.is(303);
    is_whole(&app);
}

#[actix_web::test]
async fn who_only_sees_commissions_finds_no_way_to_take_them_and_reads_who_can() {
    let app = with_money(12_000).await;
    switch_on(&app, "member: see commissions");
    let mia = app.signed_in(MIA);
    for path in [COMMISSIONS, WITHDRAWALS] {
        let page = mia.get(path).await;
        page.is(200).shows("Only the team's owner and finance team members can do this.");
        assert!(page.links("main a").iter().all(|href| !href.contains("/new") && !href.contains("/details")), "{:?}", page.links("main a"));
    }
    mia.get(COMMISSIONS).await.shows("$120.00");
    for path in [NEW, DETAILS] {
        mia.get(path).await.is(403).shows("Only the team's owner and finance team members can do this.");
    }
    let before = refusals(&app);
    mia.post(WITHDRAWALS, &[("company", "acme"), ("currency", "USD"), ("amount", "1.00")]).await.is(403);
    assert_eq!((refusals(&app), app.number("SELECT count(*) FROM withdrawals")), (before + 1, 0));
    let adam = app.signed_in(ADAM);
    adam.get(COMMISSIONS).await.is(403).shows("switched off for admins");
    adam.get("/teams/northwind").await.hides("Commissions");
    mia.get("/teams/northwind").await.shows("Commissions");
}

#[actix_web::test]
async fn the_right_is_asked_again_inside_the_transaction() {
    let app = with_money(12_000).await;
    let copy = app.copy().await;
    let frank = app.signed_in(FRANK);
    let form = frank.get(NEW).await.form("/withdrawals");
    // The lock lets Frank in; before his form is judged, his role changes.
    let mut other = app.connection();
    diesel::connection::SimpleConnection::batch_execute(
        &mut other,
        "BEGIN; SELECT id FROM teams WHERE slug = 'northwind' FOR NO KEY UPDATE; \
         UPDATE members SET role = 'member' WHERE user_id = (SELECT id FROM users WHERE email = 'frank@northwind.example')",
    )
    .unwrap();
    let frank = frank.on(&copy);
    let asking = actix_web::rt::spawn(async move { frank.submit(&form).await });
    app.until_somebody_waits().await;
    diesel::connection::SimpleConnection::batch_execute(&mut other, "COMMIT").unwrap();
    asking.await.unwrap().is(403).shows("Only the team's owner and finance team members can do this.");
    assert_eq!(app.number("SELECT count(*) FROM withdrawals"), 0);
}

#[actix_web::test]
async fn who_has_left_all_programs_takes_out_what_is_left_however_little() {
    let app = with_money(500).await;
    app.sql("INSERT INTO withdrawal_minimums (company_id, currency, amount) SELECT id, 'USD', 2000 FROM companies WHERE slug = 'acme'");
    let olivia = app.signed_in(OLIVIA);
    olivia.get(COMMISSIONS).await.shows("at least $20.00");
    let form = olivia.get(&format!("{NEW}?company=acme&currency=USD")).await.form("/withdrawals");
    let says = "Acme pays out $20.00 or more at once, and $5.00 is available. Wait for more, or leave Acme’s programs first: then the minimum no longer applies.";
    olivia.get(&format!("{NEW}?company=acme&currency=USD")).await.shows(says);
    for amount in ["5.00", "20.00", "1.00"] {
        refuses(&olivia.submit(&form.clone().set("amount", amount)).await, "amount", says);
    }
    app.sql("UPDATE enrollments SET left_at = now()");
    olivia.submit(&form).await.is(303);
    assert_eq!(available(&app), 0);
}

#[actix_web::test]
async fn of_several_balances_one_is_chosen() {
    let app = with_money(12_000).await;
    let frank = app.signed_in(FRANK);
    let other = earn(&app, 7_000);
    // By another program, which sells in euros.
    app.sql(&format!(
        "INSERT INTO programs (id, company_id, name, destination, currency) SELECT '{other}', company_id, 'Acme Europe', destination, 'EUR' FROM programs WHERE name = 'Acme Resellers'; \
         INSERT INTO terms (id, program_id, number, body) VALUES ('{other}', '{other}', 1, 'Be kind.'); \
         SET session_replication_role = replica; UPDATE ledger SET currency = 'EUR' WHERE commission_id = '{other}'; \
         UPDATE commissions SET currency = 'EUR', program_id = '{other}' WHERE id = '{other}'; \
         UPDATE referrals SET program_id = '{other}' WHERE id = '{other}'; SET session_replication_role = origin"
    ));
    let page = frank.get(NEW).await;
    page.is(200).shows("From which balance?").shows("$120.00 available").shows("€70.00 available");
    assert!(!page.has_form("/withdrawals"));
    let page = frank.get(&page.links(".places a").remove(0)).await;
    page.shows("€70.00");
    assert_eq!((page.form("/withdrawals").value("amount"), page.form("/withdrawals").value("currency")), (Some("70.00"), Some("EUR")));
    frank.submit(&page.form("/withdrawals")).await.is(303);
    assert_eq!(app.text("SELECT amount || ' ' || currency FROM withdrawals"), "7000 EUR");
    is_whole(&app);
}

#[actix_web::test]
async fn a_form_that_was_sent_is_one_withdrawal_and_with_another_amount_none() {
    let app = with_money(12_000).await;
    let frank = app.signed_in(FRANK);
    let form = frank.get(NEW).await.form("/withdrawals").set("amount", "50.00");
    let first = frank.submit(&form).await.location().unwrap();
    frank.submit(&form).await.leads_to(&first);
    let page = frank.submit(&form.clone().set("amount", "60.00")).await;
    refuses(&page, "amount", "This form was sent before, with another amount. Send it again to ask for this one as well");
    // Somebody else's, whatever stands in it.
    app.signed_in(OLIVIA).submit(&form).await.is(422);
    assert_eq!((app.number("SELECT count(*) FROM withdrawals"), available(&app)), (1, 7_000));
    frank.submit(&page.form("/withdrawals")).await.is(303);
    assert_eq!((app.number("SELECT count(*) FROM withdrawals"), available(&app)), (2, 1_000));
    is_whole(&app);
}

#[actix_web::test]
async fn asking_and_reading_where_it_goes_ask_who_is_there() {
    let app = with_money(12_000).await;
    let frank = app.signed_in(FRANK);
    let form = frank.get(NEW).await.form("/withdrawals");
    age(&app);
    for path in [NEW, DETAILS] {
        let page = frank.get(path).await;
        assert!(page.location().is_some_and(|to| to.starts_with("/account/confirmation?next=")), "{path}: {}", page.status);
    }
    assert!(frank.submit(&form).await.location().unwrap().starts_with("/account/confirmation"));
    assert_eq!(app.number("SELECT count(*) FROM withdrawals"), 0);
    frank.get(COMMISSIONS).await.is(200);
    frank.get(WITHDRAWALS).await.is(200);
}

#[actix_web::test]
async fn the_owner_who_asks_gets_no_mail_about_it() {
    let app = with_money(12_000).await;
    let olivia = app.signed_in(OLIVIA);
    olivia.submit(&olivia.get(NEW).await.form("/withdrawals")).await.is(303);
    assert_eq!(app.mails().iter().map(|mail| mail.to.as_str()).collect::<Vec<_>>(), [SAM]);
}

#[actix_web::test]
async fn an_example_is_written_as_the_currency_is() {
    let app = with_money(12_000).await;
    app.sql(
        "SET session_replication_role = replica; UPDATE ledger SET currency = 'JPY'; UPDATE commissions SET currency = 'JPY'; \
         UPDATE programs SET currency = 'JPY' WHERE name = 'Acme Resellers'; SET session_replication_role = origin",
    );
    let frank = app.signed_in(FRANK);
    let form = frank.get(NEW).await.form("/withdrawals");
    assert_eq!(form.value("amount"), Some("12000"));
    refuses(&frank.submit(&form.set("amount", "120.50")).await, "amount", "Enter an amount, like 12050");
    let sam = app.signed_in(SAM);
    let form = sam.get("/companies/acme/settings/payouts").await.form("/payouts");
    let page = sam.submit(&form.set("amount", "20.00")).await;
    page.is(422).shows("Enter an amount of JPY, like 2000, or leave it empty");
}

#[actix_web::test]
async fn a_team_asks_so_often_and_then_keeps_what_it_typed() {
    let app = TestApp::start_limited().await;
    earn(&app, 12_000);
    say_where(&app);
    let frank = app.signed_in(FRANK);
    let form = frank.get(NEW).await.form("/withdrawals").set("amount", "5.00");
    frank.submit(&form).await.is(303);
    app.sql(&format!("UPDATE rate_limits SET used = {}", Limit::Withdrawals.most()));
    frank.submit(&form).await.is(303);
    let olivia = app.signed_in(OLIVIA);
    let form = olivia.get(NEW).await.form("/withdrawals").set("amount", "7.00");
    let page = olivia.submit(&form).await;
    page.is(429).shows("Your team has asked for as many withdrawals as it can in an hour.").shows("Try again in");
    assert_eq!(page.form("/withdrawals").value("amount"), Some("7.00"));
    assert_eq!(app.number("SELECT count(*) FROM withdrawals"), 1);
    app.sql("UPDATE rate_limits SET ends_at = now() - interval '1 second'");
    olivia.submit(&page.form("/withdrawals")).await.is(303);
    is_whole(&app);
}
