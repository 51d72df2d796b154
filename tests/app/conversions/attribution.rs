//! Whose sale it is, and what it earns (S55).

use super::{SALES, opened, sell};
use crate::support::{
    TestApp,
    personas::*,
    scene::{CLICK, SOLD_LINK, id},
};
use guildhall::{
    audit::Actor,
    ids::{ClickId, CompanyId, LinkId},
    referrals::{
        ApiKey,
        conversion::{Report, Reported, report},
    },
};
use proptest::{
    prelude::*,
    test_runner::{Config, TestRunner},
};
use std::collections::BTreeMap;

#[actix_web::test]
async fn a_customer_is_bound_to_who_brought_them_first_for_good() {
    let (app, shop) = opened().await;
    let (mias, adams) = (app.click(&id(SOLD_LINK).to_string(), "1 hour"), app.click(&app.link_of(ADAM), "1 minute"));
    sell(&shop, "first", &mias, "c-7").await.is(201);
    sell(&shop, "later", "", "c-7").await.is(201);
    sell(&shop, "by another's click", &adams, "c-7").await.is(201);
    sell(&shop, "another customer", &adams, "c-8").await.is(201);
    sell(&shop, "no customer", &adams, "").await.is(201);
    for (order, member) in [("first", MIA), ("later", MIA), ("by another's click", MIA), ("another customer", ADAM), ("no customer", ADAM)]
    {
        let order = order.replace('\'', "''");
        assert_eq!(app.brought(&order), member, "{order}");
        assert_eq!(app.earned(&order), "490", "{order}");
    }
    let answered = sell(&shop, "later", "", "c-7").await.json();
    assert_eq!(
        (answered["click_id"].as_str(), answered["customer_id"].as_str()),
        (Some(mias.as_str()), Some("c-7")),
        "the click that brought them"
    );
    sell(&shop, "nobody's", "", "c-9").await.is(422);
    app.is_whole();
}

#[actix_web::test]
async fn a_click_counts_for_ninety_days_and_a_customer_whom_it_brought_for_good() {
    let (app, shop) = opened().await;
    let (young, old) =
        (app.click(&id(SOLD_LINK).to_string(), "89 days 23 hours 59 minutes"), app.click(&id(SOLD_LINK).to_string(), "90 days 1 minute"));
    app.sql("UPDATE enrollments SET joined_at = now() - interval '2 years'");
    sell(&shop, "in time", &young, "c-7").await.is(201);
    let page = sell(&shop, "too late", &old, "c-8").await;
    assert_eq!((page.status.as_u16(), page.fault().as_str()), (422, "click_too_old"));
    assert!(page.body.contains("90 days"), "{}", page.body);
    assert_eq!(app.number("SELECT count(*) FROM customers WHERE external_id = 'c-8'"), 0);
    app.sql("UPDATE clicks SET at = at - interval '1 year'; UPDATE customers SET clicked_at = clicked_at - interval '1 year'");
    app.recount_clicks();
    sell(&shop, "a year later", "", "c-7").await.is(201);
    sell(&shop, "with the old click", &young, "c-7").await.is(201);
    assert_eq!((app.brought("a year later").as_str(), app.earned("with the old click").as_str()), (MIA, "490"));
    // Clicks are not kept for ever.
    app.sql("DELETE FROM clicks");
    sell(&shop, "without any click", "", "c-7").await.is(201);
    assert_eq!(app.earned("without any click"), "490");
}

#[actix_web::test]
async fn a_sale_earns_where_the_team_was_in_the_program_when_it_was_clicked() {
    let (app, shop) = opened().await;
    let link = id(SOLD_LINK).to_string();
    let resellers = "(SELECT id FROM programs WHERE name = 'Acme Resellers')";
    app.sql(&format!(
        "UPDATE enrollments SET joined_at = now() - interval '20 days', left_at = now() - interval '10 days' WHERE program_id = {resellers}"
    ));
    let (before, during, after) = (app.click(&link, "25 days"), app.click(&link, "15 days"), app.click(&link, "5 days"));
    for (order, click, earned) in [("before", &before, ""), ("during", &during, "490"), ("after", &after, "")] {
        let page = sell(&shop, order, click, &format!("c-{order}")).await;
        page.is(201);
        assert_eq!(page.json()["commission"].is_null(), earned.is_empty(), "{order}");
        assert_eq!(app.earned(order), earned, "{order}");
        assert_eq!(app.brought(order), MIA, "it stands all the same");
    }
    // The click that bound the customer counts for what they buy later.
    for (order, customer, earned) in [("later one", "c-during", "490"), ("later two", "c-after", "")] {
        sell(&shop, order, "", customer).await.is(201);
        assert_eq!(app.earned(order), earned, "{order}");
    }
    app.is_whole();
}

#[actix_web::test]
async fn what_a_former_member_brought_counts_for_the_team_and_a_closed_team_earns_nothing() {
    let (app, shop) = opened().await;
    let click = id(CLICK).to_string();
    app.signed_in(ADAM)
        .post(
            &format!(
                "/teams/northwind/members/{}/removal",
                app.text(&format!("SELECT m.id FROM members m JOIN users u ON u.id = m.user_id WHERE u.email = '{MIA}'"))
            ),
            &[],
        )
        .await
        .is(303);
    let before = app.balance();
    sell(&shop, "former", &click, "").await.is(201);
    assert_eq!((app.brought("former").as_str(), app.balance()), (MIA, before + 490));
    app.sql("UPDATE teams SET closed_at = now() WHERE slug = 'northwind'");
    let page = sell(&shop, "closed", &click, "").await;
    page.is(201);
    assert!(page.json()["commission"].is_null());
    assert_eq!(app.balance(), before + 490);
    // What closing ends, too.
    app.sql(
        "UPDATE enrollments SET left_at = now() WHERE partner_id IN (SELECT p.id FROM partners p JOIN teams t ON t.id = p.team_id WHERE t.closed_at IS NOT NULL); \
         UPDATE invitations SET status = 'revoked' WHERE status IN ('waiting', 'sent') AND team_id IN (SELECT id FROM teams WHERE closed_at IS NOT NULL)",
    );
    app.is_whole();
}

#[actix_web::test]
async fn a_repeated_click_and_ones_own_are_clicks_like_others() {
    let (app, shop) = opened().await;
    app.sql("UPDATE clicks SET repeated = true");
    app.recount_clicks();
    sell(&shop, "order-7", &id(CLICK).to_string(), MIA).await.is(201);
    assert_eq!(app.earned("order-7"), "490");
}

#[actix_web::test]
async fn the_rule_in_force_counts_and_what_was_earned_stays() {
    let (app, shop) = opened().await;
    let click = id(CLICK).to_string();
    let rule = |set: &str| {
        app.sql(&format!("UPDATE programs SET commission_percent = NULL, commission_amount = NULL; UPDATE programs SET {set} WHERE name = 'Acme Resellers'"))
    };
    let before = app.balance();
    for (order, set, earned) in [
        ("an eighth", "commission_percent = 1250", "612"),
        ("a trifle", "commission_percent = 2", ""),
        ("all of it", "commission_percent = 10000", "4900"),
        ("fixed", "commission_amount = 2000", "2000"),
        ("more than it", "commission_amount = 700000", "700000"),
        ("nothing", "commission_amount = NULL", ""),
    ] {
        rule(set);
        sell(&shop, order, &click, "").await.is(201);
        assert_eq!(app.earned(order), earned, "{order}");
    }
    assert_eq!(app.balance() - before, 612 + 4900 + 2000 + 700_000);
    app.is_whole();
}

#[actix_web::test]
async fn a_commission_is_held_for_the_programs_days_and_then_available_by_the_clock_alone() {
    let (app, shop) = opened().await;
    app.sql("ALTER TABLE ledger DISABLE TRIGGER USER; DELETE FROM ledger; ALTER TABLE ledger ENABLE TRIGGER USER; DELETE FROM withdrawals; DELETE FROM commissions");
    app.sql("UPDATE programs SET holding_days = 14 WHERE name = 'Acme Resellers'");
    sell(&shop, "order-7", &id(CLICK).to_string(), "").await.is(201);
    assert_eq!(app.stands(), (490, 0));
    assert_eq!(app.text("SELECT available_at = created_at + interval '14 days' FROM commissions"), "true");
    app.sql("UPDATE programs SET holding_days = 0 WHERE name = 'Acme Resellers'");
    sell(&shop, "order-8", &id(CLICK).to_string(), "").await.is(201);
    assert_eq!(app.stands(), (490, 490), "the longer days stay with the sale they were in force for");
    app.sql("ALTER TABLE ledger DISABLE TRIGGER USER; UPDATE ledger SET available_at = available_at - interval '15 days'; ALTER TABLE ledger ENABLE TRIGGER USER");
    assert_eq!(app.stands(), (0, 980));
}

#[actix_web::test]
async fn a_customer_whom_two_bring_at_the_same_moment_is_one_of_theirs() {
    let (app, shop) = opened().await;
    let (mias, adams) = (id(CLICK).to_string(), app.click(&app.link_of(ADAM), "1 minute"));
    let under_way: Vec<_> = (0..20)
        .map(|nth| {
            let (shop, click) = (shop.clone(), if nth % 2 == 0 { mias.clone() } else { adams.clone() });
            actix_web::rt::spawn(async move { sell(&shop, &format!("order-{nth}-x"), &click, "c-7").await.status.as_u16() })
        })
        .collect();
    for answer in under_way {
        assert_eq!(answer.await.unwrap(), 201);
    }
    assert_eq!(app.number("SELECT count(DISTINCT member_id) FROM conversions WHERE idempotency_key LIKE 'order-%-x'"), 1);
    assert_eq!(app.number("SELECT count(*) FROM customers WHERE external_id = 'c-7'"), 1);
    app.is_whole();
}

#[actix_web::test]
async fn a_customer_of_a_program_in_another_currency_buys_in_that_one() {
    let (app, shop) = opened().await;
    let renewals = app.link_of(MIA);
    app.sql(&format!("UPDATE links SET program_id = (SELECT id FROM programs WHERE name = 'Acme Renewals') WHERE id = '{renewals}'"));
    let euros = app.click(&renewals, "1 minute");
    let page = sell(&shop, "in dollars", &euros, "c-7").await;
    assert_eq!((page.status.as_u16(), page.fault().as_str()), (422, "currency_mismatch"));
    assert!(page.body.contains("The program is in EUR, and the sale in USD."), "{}", page.body);
    assert_eq!(app.number("SELECT count(*) FROM customers WHERE external_id = 'c-7'"), 0, "a refused sale binds nobody");
    sell(&shop, "by the other click", &id(CLICK).to_string(), "c-7").await.is(201);
    let body =
        format!("{{\"idempotency_key\":\"euros\",\"click_id\":\"{euros}\",\"customer_id\":\"c-7\",\"amount\":1,\"currency\":\"EUR\"}}");
    assert_eq!(shop.call(SALES, &body).await.fault(), "currency_mismatch", "the customer's program counts");
}

/// A report of the model: whose click, how old, and which customer.
#[derive(Debug, Clone)]
struct Step {
    click: Option<(usize, bool)>,
    customer: Option<usize>,
}

/// Mia, Adam and Olivia bring customers; the model remembers who came first.
fn step() -> impl Strategy<Value = Step> {
    let click = proptest::option::weighted(0.7, (0..3usize, proptest::bool::weighted(0.25)));
    (click, proptest::option::weighted(0.8, 0..4usize)).prop_map(|(click, customer)| Step { click, customer })
}

#[actix_web::test]
async fn attribution_agrees_with_a_small_model_whatever_is_reported_in_whatever_order() {
    let (app, _) = opened().await;
    let links: Vec<LinkId> = [MIA, ADAM, OLIVIA].iter().map(|email| app.link_of(email).parse().unwrap()).collect();
    let conn = std::cell::RefCell::new(app.connection());
    let key = ApiKey::shown(&mut conn.borrow_mut(), crate::support::scene::KEY).unwrap().unwrap();
    let case = std::cell::Cell::new(0);
    let company: CompanyId = key.company;
    let mut runner = TestRunner::new(Config { cases: 40, failure_persistence: None, ..Config::default() });
    runner
        .run(&proptest::collection::vec(step(), 1..20), |steps| {
            case.set(case.get() + 1);
            let mut first: BTreeMap<usize, usize> = BTreeMap::new();
            for (step, nth) in steps.iter().zip(0..) {
                let click = step.click.map(|(who, old)| clicked(&app, links[who], old));
                let wanted = Report {
                    idempotency_key: format!("{}-{nth}", case.get()),
                    click,
                    customer: step.customer.map(|customer| format!("{}-{customer}", case.get())),
                    amount: 1_000,
                    currency: "USD".to_owned(),
                };
                let known = step.customer.and_then(|customer| first.get(&customer).copied());
                let expected = match (known, step.click) {
                    (Some(who), _) => Ok(who),
                    (None, Some((who, false))) => Ok(who),
                    (None, Some((_, true))) => Err(Reported::OldClick),
                    (None, None) => Err(Reported::UnknownCustomer),
                };
                if let (Ok(who), Some(customer)) = (&expected, step.customer) {
                    first.insert(customer, *who);
                }
                // A form without both is refused before it comes here.
                if step.click.is_none() && step.customer.is_none() {
                    continue;
                }
                let reported = report(&mut conn.borrow_mut(), &Actor::program(), &key, &wanted).unwrap();
                match (expected, reported) {
                    (Ok(who), Reported::New(sale)) => {
                        let brought = app.text(&format!("SELECT member_id FROM links WHERE id = '{}'", links[who]));
                        prop_assert_eq!(sale.member.to_string(), brought, "{:?}", steps);
                        prop_assert_eq!(sale.commission.map(|(amount, _)| amount), Some(100));
                    }
                    (Err(expected), reported) => prop_assert_eq!(expected, reported, "{:?}", steps),
                    (Ok(_), other) => return Err(TestCaseError::fail(format!("{other:?} at {step:?} of {steps:?}"))),
                }
            }
            Ok(())
        })
        .unwrap();
    assert!(app.number(&format!("SELECT count(*) FROM conversions WHERE company_id = '{company}'")) > 40);
    app.is_whole();
}

fn clicked(app: &TestApp, link: LinkId, old: bool) -> ClickId {
    app.click(&link.to_string(), if old { "91 days" } else { "1 minute" }).parse().unwrap()
}
