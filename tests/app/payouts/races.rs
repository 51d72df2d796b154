//! Many at once, on two copies of the program (R15, R18, R22).

use super::*;
use crate::support::{FilledForm, at_once};
use guildhall::{
    access::Limiter,
    audit::Actor,
    payouts::asking::{self, Asked, Wish},
    teams::Membership,
};

async fn all_at_once(forms: Vec<(Browser, FilledForm)>) -> Vec<Page> {
    let under_way: Vec<_> =
        forms.into_iter().map(|(browser, form)| actix_web::rt::spawn(async move { browser.submit(&form).await })).collect();
    let mut pages = Vec::new();
    for page in under_way {
        pages.push(page.await.expect("an answer"));
    }
    pages
}

#[actix_web::test]
async fn of_fifty_withdrawals_of_all_that_is_available_one_is_made() {
    let app = with_money(12_000).await;
    let copy = app.copy().await;
    let browsers = [app.signed_in(FRANK), app.signed_in(OLIVIA).on(&copy)];
    let mut forms = Vec::new();
    for n in 0..50 {
        let browser = &browsers[n % 2];
        forms.push((browser.clone(), browser.get(NEW).await.form("/withdrawals")));
    }
    let pages = all_at_once(forms).await;
    let (made, refused): (Vec<&Page>, Vec<&Page>) = pages.iter().partition(|page| page.status == 303);
    assert_eq!((made.len(), refused.len()), (1, 49));
    for page in refused {
        // A machine that is too busy answers 503 to some, and has done nothing either.
        if page.status != 503 {
            page.is(422).shows("Nothing is available now");
        }
    }
    assert_eq!((app.number("SELECT count(*) FROM withdrawals"), available(&app)), (1, 0));
    assert_eq!((app.mails_to(SAM).len(), app.number("SELECT count(*) FROM audit WHERE action = 'withdrawal asked'")), (1, 1));
    is_whole(&app);
}

#[actix_web::test]
async fn the_same_form_twenty_times_is_one_withdrawal() {
    let app = with_money(12_000).await;
    let copy = app.copy().await;
    let frank = app.signed_in(FRANK);
    let there = frank.on(&copy);
    let form = frank.get(NEW).await.form("/withdrawals").set("amount", "5.00");
    let pages = all_at_once((0..20).map(|n| (if n % 2 == 0 { frank.clone() } else { there.clone() }, form.clone())).collect()).await;
    let to = format!("{WITHDRAWALS}/{}", only(&app));
    for page in pages {
        page.leads_to(&to);
    }
    assert_eq!((available(&app), app.mails_to(SAM).len()), (11_500, 1));
    assert_eq!(app.number("SELECT count(*) FROM audit WHERE action = 'withdrawal asked'"), 1);
    is_whole(&app);
}

/// A transaction that began before another's withdrawal, and asks after it: by its own `now()` the other has not happened yet.
#[actix_web::test]
async fn a_transaction_that_began_earlier_does_not_take_what_a_later_one_took() {
    let app = with_money(12_000).await;
    let conn = &mut app.connection();
    let mailer = app.mailer.clone();
    let user: guildhall::ids::UserId = app.text("SELECT id FROM users WHERE email = 'olivia@northwind.example'").parse().unwrap();
    diesel::connection::SimpleConnection::batch_execute(conn, "BEGIN; SELECT now()").unwrap();
    withdraw(&app, "120.00").await;
    let olivia = Membership::of(conn, user, "northwind").unwrap();
    let wish = Wish { id: guildhall::ids::WithdrawalId::new(), company: "acme".to_owned(), currency: "USD".to_owned(), amount: 12_000 };
    // Diesel does not know of the transaction around it, so that asking commits it.
    let asked = asking::ask(conn, &mailer, &Limiter::off(), &Actor::program(), &olivia, &wish);
    assert!(matches!(asked, Ok(Asked::TooMuch(0))), "{asked:?}");
    diesel::connection::SimpleConnection::batch_execute(conn, "ROLLBACK").unwrap();
    assert_eq!(app.number("SELECT count(*) FROM withdrawals"), 1);
    is_whole(&app);
}

#[actix_web::test]
async fn of_paid_and_failed_at_once_one_wins() {
    let app = with_money(12_000).await;
    let copy = app.copy().await;
    withdraw(&app, "100.00").await;
    app.sql("INSERT INTO staff (id, company_id, user_id, role) SELECT gen_random_uuid(), c.id, u.id, 'administrator' FROM companies c, users u WHERE c.slug = 'acme' AND u.email = 'gus@globex.example'");
    let (sam, gus) = (app.signed_in(SAM), app.signed_in(GUS).on(&copy));
    let here = page_of_only(&app);
    app.keep();
    for round in 0..10 {
        app.restore();
        let pay = (sam.clone(), format!("{here}/payment"), vec![]);
        let fail = (gus.clone(), format!("{here}/failure"), vec![("reason", "No such account")]);
        let mut forms = vec![pay.clone(), fail.clone(), pay, fail];
        forms.rotate_left(round % 2);
        at_once(forms).await;
        let told = app.mails_to(FRANK);
        assert_eq!(told.len(), 1, "round {round}");
        let status = app.text("SELECT status FROM withdrawals");
        assert_eq!(available(&app), if status == "paid" { 2_000 } else { 12_000 }, "round {round}: {status}");
        // What is stored, what is written down and what was mailed are of the same one.
        let written = app.text("SELECT string_agg(action, ',') FROM audit WHERE action IN ('withdrawal paid', 'withdrawal failed')");
        assert_eq!(written, format!("withdrawal {status}"), "round {round}");
        assert_eq!(told[0].subject.starts_with("Acme paid"), status == "paid", "round {round}: {}", told[0].subject);
        is_whole(&app);
    }
}

#[actix_web::test]
async fn of_paid_and_taken_back_at_once_one_comes_first() {
    let app = with_money(12_000).await;
    let copy = app.copy().await;
    let theirs = withdraw(&app, "100.00").await;
    let (sam, olivia) = (app.signed_in(SAM), app.signed_in(OLIVIA).on(&copy));
    let here = page_of_only(&app);
    app.keep();
    for round in 0..10 {
        app.restore();
        let pay = (sam.clone(), format!("{here}/payment"), vec![]);
        let take_back = (olivia.clone(), format!("{theirs}/cancellation"), vec![]);
        let mut forms = vec![pay.clone(), take_back.clone(), pay, take_back];
        forms.rotate_left(round % 2);
        at_once(forms).await;
        let status = app.text("SELECT status FROM withdrawals");
        assert!(["paid", "cancelled"].contains(&status.as_str()), "round {round}: {status}");
        assert_eq!(available(&app), if status == "paid" { 2_000 } else { 12_000 }, "round {round}: {status}");
        let written = app.text("SELECT string_agg(action, ',') FROM audit WHERE action IN ('withdrawal paid', 'withdrawal cancelled')");
        assert_eq!(written, format!("withdrawal {status}"), "round {round}");
        let paid = app.mails().iter().filter(|mail| mail.subject.starts_with("Acme paid")).count();
        assert_eq!(paid, if status == "paid" { 2 } else { 0 }, "round {round}");
        is_whole(&app);
    }
}

#[actix_web::test]
async fn of_a_file_and_taking_back_at_once_one_comes_first() {
    let app = with_money(12_000).await;
    let copy = app.copy().await;
    let theirs = withdraw(&app, "100.00").await;
    let (sam, olivia) = (app.signed_in(SAM), app.signed_in(OLIVIA).on(&copy));
    app.keep();
    for round in 0..10 {
        app.restore();
        let export = (sam.clone(), format!("{PAYING}/exports"), vec![]);
        let take_back = (olivia.clone(), format!("{theirs}/cancellation"), vec![]);
        let mut forms = vec![export, take_back];
        forms.rotate_left(round % 2);
        at_once(forms).await;
        let stands = app
            .text("SELECT status || ' ' || (export_id IS NOT NULL) || ' ' || (SELECT count(*) FROM withdrawal_exports) FROM withdrawals");
        assert!(["requested true 1", "cancelled false 0"].contains(&stands.as_str()), "round {round}: {stands}");
        is_whole(&app);
    }
}

#[actix_web::test]
async fn withdrawals_and_failures_at_once_never_take_more_than_there_is() {
    let app = with_money(12_000).await;
    let copy = app.copy().await;
    withdraw(&app, "60.00").await;
    let (frank, sam) = (app.signed_in(FRANK), app.signed_in(SAM).on(&copy));
    let here = page_of_only(&app);
    app.keep();
    for round in 0..6 {
        app.restore();
        let ask = || (frank.clone(), WITHDRAWALS.to_owned(), vec![("company", "acme"), ("currency", "USD"), ("amount", "70.00")]);
        at_once(vec![ask(), (sam.clone(), format!("{here}/failure"), vec![("reason", "No such account")]), ask(), ask()]).await;
        assert!([12_000, 5_000].contains(&available(&app)), "round {round}: {}", available(&app));
        is_whole(&app);
    }
}
