//! Marking withdrawals as paid or failed (rule 30, S13, S56).

use super::*;

fn status(app: &TestApp) -> String {
    app.text("SELECT status || coalesce(' ' || (SELECT email FROM users WHERE id = decided_by), '') FROM withdrawals")
}

#[actix_web::test]
async fn an_administrator_marks_it_as_paid_and_who_asked_and_the_owner_are_told() {
    let app = with_money(12_000).await;
    let theirs = withdraw(&app, "100.00").await;
    let sam = app.signed_in(SAM);
    let page = sam.get(&page_of_only(&app)).await;
    page.is(200).shows("$100.00 to Northwind").shows(IBAN).shows("Northwind Ltd").shows("Frank Osei");
    let marked = sam.submit(&page.form("/payment")).await;
    marked.leads_to(&page_of_only(&app));
    sam.follow(marked).await.shows("Marked as paid.").shows("Paid").shows("Marked by Sam Whitaker");
    assert_eq!(status(&app), "paid sam@acme.example");
    for email in [FRANK, OLIVIA] {
        let mail = app.last_mail_to(email);
        assert_eq!(mail.subject, "Acme paid $100.00 to Northwind");
        assert!(mail.text.contains(&theirs) && mail.text.contains("•••• 5432") && !mail.text.contains("WEST"), "{}", mail.text);
    }
    assert_eq!(app.mails().iter().filter(|mail| mail.subject.starts_with("Acme paid")).count(), 2);
    app.signed_in(FRANK).get(&theirs).await.shows("Paid").hides("Sam Whitaker");
    app.signed_in(FRANK).get(COMMISSIONS).await.shows("$20.00").shows("$100.00");
    assert_eq!(
        app.number("SELECT count(*) FROM audit WHERE action = 'withdrawal paid' AND company_id IS NOT NULL AND team_id IS NOT NULL"),
        1
    );
    // Said again, it stays so; nothing is sent twice.
    sam.follow(sam.post(&format!("{}/payment", page_of_only(&app)), &[]).await).await.shows("marked as paid already");
    sam.follow(sam.post(&format!("{}/failure", page_of_only(&app)), &[("reason", "No")]).await).await.shows("decided otherwise");
    assert_eq!((status(&app).as_str(), app.mails().len()), ("paid sam@acme.example", 4));
    is_whole(&app);
}

#[actix_web::test]
async fn a_failed_one_says_why_and_gives_the_money_back() {
    let app = with_money(12_000).await;
    let theirs = withdraw(&app, "100.00").await;
    let sam = app.signed_in(SAM);
    let form = sam.get(&page_of_only(&app)).await.form("/failure");
    let before = app.dump();
    let page = sam.submit(&form).await;
    refuses(&page, "reason", "Say why it failed: the team reads it");
    let page = sam.submit(&form.clone().set("reason", &"x".repeat(501))).await;
    refuses(&page, "reason", "The reason must be 500 characters or fewer");
    assert_eq!(page.form("/failure").value("reason").map(str::len), Some(501), "what was typed stays");
    assert_eq!((app.dump(), available(&app)), (before, 2_000));
    sam.submit(&form.set("reason", "The bank does not know the holder.")).await.is(303);
    assert_eq!((status(&app).as_str(), available(&app)), ("failed sam@acme.example", 12_000));
    for email in [FRANK, OLIVIA] {
        let mail = app.last_mail_to(email);
        assert_eq!(mail.subject, "$100.00 could not be paid to Northwind");
        assert!(mail.text.contains("The bank does not know the holder."), "{}", mail.text);
    }
    app.signed_in(FRANK).get(&theirs).await.shows("Failed").shows("The bank does not know the holder.");
    is_whole(&app);
    withdraw(&app, "120.00").await;
    is_whole(&app);
}

#[actix_web::test]
async fn what_is_held_is_not_paid_before_its_time_and_may_fail() {
    let app = with_money(12_000).await;
    withdraw(&app, "100.00").await;
    app.sql("UPDATE withdrawals SET held_until = now() + interval '3 days'");
    let sam = app.signed_in(SAM);
    let (payment, failure) = (format!("{}/payment", page_of_only(&app)), format!("{}/failure", page_of_only(&app)));
    assert!(!sam.get(&page_of_only(&app)).await.has_form("/payment"));
    app.keep();
    sam.follow(sam.post(&payment, &[]).await).await.shows("It is held until").shows("It cannot be marked as paid before.");
    let id = only(&app);
    sam.follow(sam.post(&format!("{PAYING}/payments"), &[("id", &id)]).await).await.shows("1 was held until later, and not paid.");
    let refused = "UPDATE withdrawals SET status = 'paid', decided_at = now(), decided_by = (SELECT user_id FROM staff LIMIT 1)";
    let error = diesel::connection::SimpleConnection::batch_execute(&mut app.connection(), refused).unwrap_err();
    assert!(error.to_string().contains("withdrawals_held"), "{error}");
    assert_eq!(status(&app), "requested");
    sam.post(&failure, &[("reason", "We called Olivia: she did not change it.")]).await.is(303);
    assert_eq!((status(&app).as_str(), available(&app)), ("failed sam@acme.example", 12_000));
    app.restore();
    app.sql("UPDATE withdrawals SET held_until = now() - interval '1 second'");
    sam.post(&payment, &[]).await.is(303);
    assert_eq!(status(&app), "paid sam@acme.example");
}

#[actix_web::test]
async fn who_asked_for_it_never_marks_it() {
    let app = with_money(12_000).await;
    withdraw(&app, "100.00").await;
    frank_at_acme(&app);
    let frank = app.signed_in(FRANK);
    let page = frank.get(&page_of_only(&app)).await;
    page.is(200).shows("You asked for this withdrawal yourself.");
    assert!(!page.has_form("/payment") && !page.has_form("/failure"));
    assert!(frank.get(PAYING).await.text_of("input[name=id]").is_empty());
    let before = refusals(&app);
    for (path, fields) in [("payment", vec![]), ("failure", vec![("reason", "For myself")])] {
        let page = frank.post(&format!("{}/{path}", page_of_only(&app)), &fields).await;
        page.is(403).shows("You asked for this withdrawal yourself. Another administrator of the company marks it.");
    }
    assert_eq!(refusals(&app), before + 2);
    let id = only(&app);
    let several = frank.post(&format!("{PAYING}/payments"), &[("id", &id)]).await;
    frank.follow(several).await.shows("Nothing was marked.").shows("asked for by you");
    assert_eq!((status(&app).as_str(), refusals(&app)), ("requested", before + 3));
    let forced = "UPDATE withdrawals SET status = 'paid', decided_at = now(), decided_by = requested_by";
    assert!(diesel::connection::SimpleConnection::batch_execute(&mut app.connection(), forced).is_err(), "the database refuses it too");
    app.signed_in(SAM).post(&format!("{}/payment", page_of_only(&app)), &[]).await.is(303);
    assert_eq!(status(&app), "paid sam@acme.example");
}

#[actix_web::test]
async fn managers_and_viewers_see_withdrawals_without_where_they_go_and_mark_none() {
    let app = with_money(12_000).await;
    withdraw(&app, "100.00").await;
    for email in [MAX, VERA] {
        let browser = app.signed_in(email);
        let page = browser.get(PAYING).await;
        page.is(200).shows("Northwind").shows("$100.00").shows("Only administrators pay out");
        assert!(page.text_of("main form").is_empty() && !page.body.contains("WEST"));
        let page = browser.get(&page_of_only(&app)).await;
        page.is(200).shows("•••• 5432").shows("Only administrators pay out.");
        assert!(page.text_of("main form").is_empty() && !page.body.contains("WEST"));
        let before = refusals(&app);
        for (noun, fields) in [("payment", vec![]), ("failure", vec![("reason", "No")])] {
            browser.post(&format!("{}/{noun}", page_of_only(&app)), &fields).await.is(403);
        }
        assert_eq!(refusals(&app), before + 2);
    }
    assert_eq!(status(&app), "requested");
    app.signed_in(GUS).get(&page_of_only(&app)).await.is(404);
}

#[actix_web::test]
async fn the_whole_account_asks_who_is_there() {
    let app = with_money(12_000).await;
    withdraw(&app, "100.00").await;
    let sam = app.signed_in(SAM);
    age(&app);
    let page = sam.get(&page_of_only(&app)).await;
    page.is(200).shows("•••• 5432").hides("WEST");
    let asks = page.links("main a.button").remove(0);
    assert_eq!(asks, format!("/account/confirmation?next={}", page_of_only(&app).replace('/', "%2F")));
    let page = sam.get(&asks).await;
    let proved = sam.submit(&page.form("/account/confirmation").set("password", PASSWORD)).await;
    sam.follow(proved).await.is(200).shows(IBAN);
}

#[actix_web::test]
async fn several_are_marked_by_their_boxes_on_a_page_of_their_own() {
    let app = with_money(12_000).await;
    for amount in ["10.00", "20.00", "30.00"] {
        withdraw(&app, amount).await;
    }
    let sam = app.signed_in(SAM);
    let form = sam.get(&format!("{PAYING}?status=to-pay")).await.form("/marking");
    let page = sam.submit(&form).await;
    page.is(200).shows("Tick the withdrawals that you want to mark.");
    let back = format!("{PAYING}?status=to-pay");
    assert!(page.links("main a").contains(&back), "{:?}", page.links("main a"));
    refuses(&sam.post(&format!("{PAYING}/payments"), &[]).await, "several", "Tick the withdrawals that you want to mark");
    let id = |amount: i64| app.text(&format!("SELECT id FROM withdrawals WHERE amount = {amount}"));
    let (ten, twenty, thirty) = (id(1_000), id(2_000), id(3_000));
    let before = app.dump();
    let page = sam.submit(&form.clone().add("id", &ten).add("id", &twenty).add("id", &ten)).await;
    page.is(200).shows("2 withdrawals, $30.00").shows("Paid and failed are final").shows("Mark 2 as paid").shows("Mark 2 as failed");
    assert_eq!(app.dump(), before, "looking changes nothing");
    let paid = sam.submit(&page.form("/payments")).await;
    paid.leads_to(&back);
    sam.follow(paid).await.shows("2 withdrawals marked as paid.");
    let page = sam.submit(&form.clone().add("id", &thirty).add("id", &ten)).await;
    page.is(200).shows("1 withdrawal, $30.00").shows("Mark 1 as failed");
    let page = sam.submit(&page.form("/failures")).await;
    refuses(&page, "reason", "Say why it failed: the team reads it");
    let page = sam.submit(&page.form("/failures").set("reason", &"x".repeat(501))).await;
    refuses(&page, "reason", "The reason must be 500 characters or fewer");
    assert_eq!(page.form("/failures").value("reason").map(str::len), Some(501), "what was typed stays");
    assert_eq!(page.form("/failures").values("id"), [thirty.as_str()], "and what was ticked");
    let failed = sam.submit(&page.form("/failures").set("reason", "Account closed").add("id", &ten)).await;
    failed.leads_to(&back);
    sam.follow(failed).await.shows("1 withdrawal marked as failed.").shows("1 was decided otherwise before, and stayed so.");
    assert_eq!(app.text("SELECT string_agg(status, ' ' ORDER BY amount) FROM withdrawals"), "paid paid failed");
    assert_eq!(available(&app), 9_000);
    is_whole(&app);
    sam.get(&format!("{PAYING}/marking?id={ten}")).await.is(200).shows("None of them can be marked by you any more.");
    let before = app.dump();
    for stranger in ["0190ffff-0000-7000-8000-00000000ffff", "x", ""] {
        sam.get(&format!("{PAYING}/marking?id={ten}&id={stranger}")).await.is(404);
        sam.post(&format!("{PAYING}/payments"), &[("id", &ten), ("id", stranger)]).await.is(404);
    }
    let many: String = (0..101).map(|n| format!("id=0190aaaa-0000-7000-8000-{n:012}&")).collect();
    sam.get(&format!("{PAYING}/marking?{many}")).await.is(422);
    assert_eq!(app.dump(), before);
}

#[actix_web::test]
async fn of_those_that_are_ticked_what_is_held_can_only_fail_and_ones_own_is_left_out() {
    let app = with_money(12_000).await;
    for amount in ["10.00", "20.00"] {
        withdraw(&app, amount).await;
    }
    app.sql("UPDATE withdrawals SET held_until = now() + interval '1 day' WHERE amount = 2000");
    let all = app.text("SELECT string_agg('id=' || id, '&' ORDER BY amount) FROM withdrawals");
    let page = app.signed_in(SAM).get(&format!("{PAYING}/marking?{all}")).await;
    page.is(200).shows("Mark 1 as paid").shows("Mark 2 as failed").shows("What is held is not paid before its time");
    frank_at_acme(&app);
    let page = app.signed_in(FRANK).get(&format!("{PAYING}/marking?{all}")).await;
    assert!(page.is(200).text_of("main form").is_empty());
}

/// One that somebody else holds keeps nobody waiting for those before it.
#[actix_web::test]
async fn each_of_several_is_marked_in_a_transaction_of_its_own() {
    let app = with_money(12_000).await;
    let copy = app.copy().await;
    for amount in ["10.00", "20.00"] {
        withdraw(&app, amount).await;
    }
    let id = |amount: i64| app.text(&format!("SELECT id FROM withdrawals WHERE amount = {amount}"));
    let (ten, twenty) = (id(1_000), id(2_000));
    let mut other = app.connection();
    let held = format!("BEGIN; SELECT id FROM withdrawals WHERE id = '{twenty}' FOR UPDATE");
    diesel::connection::SimpleConnection::batch_execute(&mut other, &held).unwrap();
    let sam = app.signed_in(SAM).on(&copy);
    let paying = actix_web::rt::spawn(async move { sam.post(&format!("{PAYING}/payments"), &[("id", &ten), ("id", &twenty)]).await });
    app.until_somebody_waits().await;
    assert_eq!(app.text("SELECT string_agg(status, ' ' ORDER BY amount) FROM withdrawals"), "paid requested");
    diesel::connection::SimpleConnection::batch_execute(&mut other, "COMMIT").unwrap();
    paying.await.unwrap().is(303);
    assert_eq!(app.text("SELECT string_agg(status, ' ' ORDER BY amount) FROM withdrawals"), "paid paid");
    is_whole(&app);
}

#[actix_web::test]
async fn who_pays_reads_what_the_team_owes_meanwhile() {
    let app = with_money(10_000).await;
    withdraw(&app, "100.00").await;
    let sam = app.signed_in(SAM);
    sam.get(&page_of_only(&app)).await.hides("owes Acme");
    refund(&app, &app.text("SELECT id FROM commissions"), 1_200);
    sam.get(&page_of_only(&app)).await.is(200).shows("Northwind owes Acme $12.00 from a refund; its later commissions pay it first.");
}

#[actix_web::test]
async fn who_has_left_the_team_is_told_nothing_more_of_its_money() {
    let app = with_money(12_000).await;
    withdraw(&app, "100.00").await;
    let place = "SELECT m.id FROM members m JOIN users u ON u.id = m.user_id WHERE u.email = 'frank@northwind.example'";
    app.signed_in(OLIVIA).post(&format!("/teams/northwind/members/{}/removal", app.text(place)), &[]).await.is(303);
    app.sql("DELETE FROM outbox");
    app.signed_in(SAM).post(&format!("{}/payment", page_of_only(&app)), &[]).await.is(303);
    assert_eq!(app.mails().iter().map(|mail| mail.to.as_str()).collect::<Vec<_>>(), [OLIVIA]);
}
