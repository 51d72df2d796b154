//! Refunds, and what they take back.

use super::{REFUNDS, opened, refund, requests::many, sell};
use crate::support::{
    TestApp,
    scene::{CLICK, id},
};

/// What was taken back of what that sale earned.
fn reversed(app: &TestApp, order: &str) -> i64 {
    app.number(&format!(
        "SELECT coalesce(-sum(l.amount), 0) FROM conversions c JOIN commissions m ON m.conversion_id = c.id JOIN ledger l ON l.commission_id = m.id AND l.kind = 'reversed' \
         WHERE c.idempotency_key = '{order}'"
    ))
}

#[actix_web::test]
async fn a_refund_takes_the_same_part_of_the_commission_back_and_a_whole_one_all_of_it() {
    let (app, shop) = opened().await;
    app.sql("UPDATE programs SET commission_percent = 333 WHERE name = 'Acme Resellers'");
    sell(&shop, "order-7", &id(CLICK).to_string(), "").await.is(201);
    assert_eq!(app.earned("order-7"), "163", "3.33 % of 49.00, rounded down");
    for (name, amount, taken) in [("r-1", 1, 1), ("r-2", 999, 34), ("r-3", 3899, 163), ("r-4", 1, 163)] {
        let page = refund(&shop, name, "order-7", amount).await;
        page.is(201);
        assert_eq!(reversed(&app, "order-7"), taken, "{name}");
        app.is_whole();
    }
    let page = refund(&shop, "r-5", "order-7", 1).await;
    assert_eq!((page.status.as_u16(), page.fault().as_str()), (422, "more_than_is_left"));
    assert!(page.body.contains("left of this sale: 0"), "{}", page.body);
    let said = refund(&shop, "r-2", "order-7", 999).await.json();
    assert_eq!(
        (said["amount"].as_i64(), said["commission_reversed"].as_i64(), said["currency"].as_str()),
        (Some(999), Some(33), Some("USD"))
    );
}

#[actix_web::test]
async fn a_refund_counts_once_names_its_sale_either_way_and_is_answered_the_same_each_time() {
    let (app, shop) = opened().await;
    let sold = sell(&shop, "order-7", &id(CLICK).to_string(), "").await.json()["id"].as_str().unwrap().to_owned();
    let first = refund(&shop, "r-1", &sold, 1000).await;
    first.is(201);
    refund(&shop, "r-2", "order-7", 3900).await.is(201);
    let again = refund(&shop, "r-1", &sold, 1000).await;
    assert_eq!((again.status.as_u16(), &again.body), (200, &first.body));
    let before = app.dump();
    for (sale, amount) in [("order-7", 1000), (sold.as_str(), 999), ("nothing", 1000)] {
        let page = refund(&shop, "r-1", sale, amount).await;
        assert_eq!((page.status.as_u16(), page.fault().as_str()), (409, "idempotency_key_used"));
    }
    assert_eq!(app.dump(), before);
    assert_eq!((reversed(&app, "order-7"), app.number("SELECT count(*) FROM audit WHERE action = 'sale refunded'")), (490, 2));
    app.is_whole();
}

#[actix_web::test]
async fn a_sale_whose_key_reads_like_an_id_is_found_by_its_key() {
    let (app, shop) = opened().await;
    let scenes = id(crate::support::scene::SALE).to_string();
    sell(&shop, &scenes, &id(CLICK).to_string(), "").await.is(201);
    refund(&shop, "r-1", &scenes, 4900).await.is(201);
    assert_eq!(
        app.number("SELECT count(*) FROM refunds f JOIN conversions c ON c.id = f.conversion_id WHERE c.idempotency_key = 'order-1'"),
        0
    );
    assert_eq!(reversed(&app, &scenes), 490);
}

#[actix_web::test]
async fn a_sale_that_earned_nothing_is_refunded_too() {
    let (app, shop) = opened().await;
    app.sql("UPDATE programs SET commission_percent = NULL");
    sell(&shop, "order-7", &id(CLICK).to_string(), "").await.is(201);
    let page = refund(&shop, "r-1", "order-7", 4900).await;
    page.is(201);
    assert_eq!(page.json()["commission_reversed"].as_i64(), Some(0));
    app.is_whole();
}

#[actix_web::test]
async fn after_payment_a_refund_leaves_a_debt_that_later_commissions_pay_first() {
    let (app, shop) = opened().await;
    app.sql("UPDATE programs SET holding_days = 0 WHERE name = 'Acme Resellers'");
    let available = || app.stands().1;
    pay_out(&app, available());
    sell(&shop, "order-7", &id(CLICK).to_string(), "").await.is(201);
    assert_eq!(available(), 490);
    pay_out(&app, 490);
    assert_eq!(available(), 0);
    refund(&shop, "r-1", "order-7", 4900).await.is(201);
    assert_eq!(available(), -490);
    sell(&shop, "order-8", &id(CLICK).to_string(), "").await.is(201);
    sell(&shop, "order-9", &id(CLICK).to_string(), "").await.is(201);
    assert_eq!(available(), 490);
    app.is_whole();
}

/// Northwind has taken so much out.
fn pay_out(app: &TestApp, amount: i64) {
    app.sql(&format!(
        "WITH taken AS (INSERT INTO withdrawals (id, company_id, partner_id, team_id, currency, amount, details_id, requested_by) \
             SELECT gen_random_uuid(), p.company_id, p.id, p.team_id, 'USD', {amount}, d.id, d.changed_by FROM payout_details d JOIN partners p ON p.team_id = d.team_id \
             JOIN teams t ON t.id = p.team_id WHERE t.slug = 'northwind' RETURNING *) \
         INSERT INTO ledger (id, company_id, partner_id, currency, kind, amount, available_at, withdrawal_id, event) \
             SELECT gen_random_uuid(), company_id, partner_id, currency, 'reserved', -amount, 'epoch', id, 'withdrawal ' || id FROM taken"
    ));
}

#[actix_web::test]
async fn fifty_refunds_at_once_on_two_copies_are_one() {
    let (app, shop) = opened().await;
    let copy = app.copy().await;
    sell(&shop, "order-7", &id(CLICK).to_string(), "").await.is(201);
    let answers = many(&app, &copy, &shop, REFUNDS, "{\"idempotency_key\":\"r-1\",\"sale\":\"order-7\",\"amount\":4900}").await;
    assert_eq!(answers.iter().filter(|(status, _)| *status == 201).count(), 1);
    assert!(answers.iter().all(|(status, body)| [200, 201].contains(status) && *body == answers[0].1), "{answers:?}");
    assert_eq!((reversed(&app, "order-7"), app.number("SELECT count(*) FROM refunds")), (490, 1));
    app.is_whole();
}

#[actix_web::test]
async fn refunds_at_once_never_take_more_than_the_sale() {
    let (app, shop) = opened().await;
    sell(&shop, "order-7", &id(CLICK).to_string(), "").await.is(201);
    let under_way: Vec<_> = (0..20)
        .map(|nth| {
            let shop = shop.clone();
            actix_web::rt::spawn(async move { refund(&shop, &format!("r-{nth}"), "order-7", 1000).await.status.as_u16() })
        })
        .collect();
    let mut done = 0;
    for answer in under_way {
        done += usize::from(answer.await.unwrap() == 201);
    }
    assert_eq!((done, app.number("SELECT sum(amount) FROM refunds")), (4, 4000));
    app.is_whole();
}
