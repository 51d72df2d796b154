//! A company's withdrawals as a list (rule 30).

use super::*;

#[actix_web::test]
async fn the_list_is_narrowed_in_the_address() {
    let app = with_money(50_000).await;
    for amount in ["10.00", "20.00", "30.00", "40.00"] {
        withdraw(&app, amount).await;
    }
    app.sql("UPDATE withdrawals SET held_until = now() + interval '1 day' WHERE amount = 2000");
    let sam = app.signed_in(SAM);
    let id = |amount: i64| app.text(&format!("SELECT id FROM withdrawals WHERE amount = {amount}"));
    sam.post(&format!("{PAYING}/{}/payment", id(3_000)), &[]).await.is(303);
    sam.post(&format!("{PAYING}/{}/failure", id(4_000)), &[("reason", "No")]).await.is(303);
    for (status, shown) in [
        ("", vec!["$40.00", "$30.00", "$20.00", "$10.00"]),
        ("to-pay", vec!["$10.00"]),
        ("held", vec!["$20.00"]),
        ("paid", vec!["$30.00"]),
        ("failed", vec!["$40.00"]),
        ("nonsense", vec!["$40.00", "$30.00", "$20.00", "$10.00"]),
    ] {
        let page = sam.get(&format!("{PAYING}?status={status}")).await;
        assert_eq!(page.is(200).text_of("tbody td.money"), shown, "{status}");
        page.shows("1 withdrawal to pay, $10.00").shows("To pay 1").shows("Held 1");
    }
    sam.post(&format!("{PAYING}/{}/payment", id(1_000)), &[]).await.is(303);
    sam.get(&format!("{PAYING}?status=to-pay")).await.shows("None here").shows("Nothing to pay now");
}

#[actix_web::test]
async fn its_pages_stay_narrowed_and_stable() {
    let app = with_money(500_000).await;
    let frank = app.signed_in(FRANK);
    for _ in 0..28 {
        frank.post(WITHDRAWALS, &[("company", "acme"), ("currency", "USD"), ("amount", "10.00")]).await.is(303);
    }
    let sam = app.signed_in(SAM);
    let page = sam.get(&format!("{PAYING}?status=to-pay")).await;
    assert_eq!(page.links("tbody a.name").len(), 25);
    let next = page.links("a[rel=next]").remove(0);
    assert!(next.contains("status=to-pay"));
    frank.post(WITHDRAWALS, &[("company", "acme"), ("currency", "USD"), ("amount", "10.00")]).await.is(303);
    let second = sam.get(&next).await;
    let (first, rest) = (page.links("tbody a.name"), second.links("tbody a.name"));
    assert_eq!(rest.len(), 3);
    assert!(rest.iter().all(|href| !first.contains(href)), "no row stands on both");
    let back = sam.get(&second.links("a[rel=prev]")[0]).await;
    assert_eq!(back.links("tbody a.name"), first);
}

#[actix_web::test]
async fn a_page_takes_as_many_statements_for_many_withdrawals_as_for_one() {
    let app = with_money(500_000).await;
    withdraw(&app, "10.00").await;
    let (sam, frank) = (app.signed_in(SAM), app.signed_in(FRANK));
    let count = async || {
        let mut counts = Vec::new();
        for (browser, path) in [(&sam, PAYING), (&frank, WITHDRAWALS)] {
            browser.get(path).await.is(200);
            let before = app.db.statements();
            browser.get(path).await.is(200);
            counts.push(app.db.statements() - before);
        }
        counts
    };
    let one = count().await;
    for _ in 0..20 {
        frank.post(WITHDRAWALS, &[("company", "acme"), ("currency", "USD"), ("amount", "10.00")]).await.is(303);
    }
    assert_eq!(count().await, one);
}

/// So many more withdrawals of a dollar, with nothing in the ledger.
fn many(app: &TestApp, count: usize) {
    app.sql(&format!(
        "INSERT INTO withdrawals (id, company_id, partner_id, team_id, currency, amount, details_id, requested_by, requested_at) \
         SELECT gen_random_uuid(), company_id, partner_id, team_id, currency, 100, details_id, requested_by, now() - interval '1 hour' \
         FROM (SELECT * FROM withdrawals LIMIT 1) w, generate_series(1, {count}) n"
    ));
}

#[actix_web::test]
async fn counts_are_grouped_and_stop_and_then_nothing_is_said_of_their_sum() {
    let app = with_money(50_000).await;
    withdraw(&app, "1.00").await;
    many(&app, 1_199);
    let sam = app.signed_in(SAM);
    let page = sam.get(PAYING).await;
    page.shows("1,200 withdrawals to pay, $1,200.00").shows("To pay 1,200").shows("Export the oldest 500 of 1,200 for payment");
    sam.post(&format!("{PAYING}/exports"), &[]).await.is(303);
    sam.get(PAYING).await.shows("500 of them in a file already").shows("Export the oldest 500 of 700 for payment");
    many(&app, 9_000);
    let page = sam.get(PAYING).await;
    page.shows("10,000+ withdrawals to pay").shows("To pay 10,000+").hides("withdrawals to pay, $").hides("in a file already");
    app.sql("UPDATE withdrawals SET held_until = now() + interval '1 day'");
    sam.get(PAYING).await.shows("Nothing to pay now").shows("Held 10,000+");
}
