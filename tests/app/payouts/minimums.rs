//! The least that a company pays out at once.

use super::*;

const SETTINGS: &str = "/companies/acme/settings/payouts";

#[actix_web::test]
async fn administrators_set_it_by_currency_and_it_holds_from_then_on() {
    let app = with_money(12_000).await;
    let sam = app.signed_in(SAM);
    let page = sam.get(SETTINGS).await;
    page.is(200).shows("USD");
    let form = page.form("/payouts");
    sam.submit(&form.clone().set("amount", "50")).await.leads_to(SETTINGS);
    assert_eq!(app.text("SELECT string_agg(currency || amount, ',') FROM withdrawal_minimums"), "USD5000");
    assert_eq!(
        app.text("SELECT concat_ws(' ', before, after) FROM audit WHERE action = 'payout minimums changed'"),
        r#"{"USD": null} {"USD": 5000}"#
    );
    assert_eq!(sam.get(SETTINGS).await.form("/payouts").value("amount"), Some("50.00"));
    sam.get("/companies/acme/audit").await.shows("Sam Whitaker changed the least that is paid out at once to $50.00");
    let frank = app.signed_in(FRANK);
    let asked = frank.submit(&frank.get(NEW).await.form("/withdrawals").set("amount", "49.99")).await;
    refuses(&asked, "amount", "Enter $50.00 or more: Acme pays out no less at once");
    sam.submit(&form.clone().set("amount", "50.00")).await.is(303);
    assert_eq!(app.number("SELECT count(*) FROM audit WHERE action = 'payout minimums changed'"), 1, "the same again is no change");
    sam.submit(&form.set("amount", " ")).await.is(303);
    assert_eq!(app.number("SELECT count(*) FROM withdrawal_minimums"), 0);
    withdraw(&app, "0.01").await;
}

#[actix_web::test]
async fn what_is_no_amount_is_refused_and_other_currencies_are_not_made() {
    let app = TestApp::start().await;
    let sam = app.signed_in(SAM);
    let form = sam.get(SETTINGS).await.form("/payouts");
    let page = sam.submit(&form.clone().set("amount", "much")).await;
    refuses(&page, "amount-0", "Enter an amount of USD, like 20.00, or leave it empty");
    assert_eq!(page.form("/payouts").value("amount"), Some("much"));
    sam.post(SETTINGS, &[("currency", "EUR"), ("amount", "20.00")]).await.is(303);
    assert_eq!(app.number("SELECT count(*) FROM withdrawal_minimums"), 0);
    for email in [MAX, VERA] {
        app.signed_in(email).get(SETTINGS).await.is(403);
        app.signed_in(email).get(PAYING).await.hides("Settings");
    }
}
