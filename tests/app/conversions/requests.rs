//! The call itself: who may, what is read, what is answered.

use super::{REFUNDS, SALES, opened, refund, sale, sell};
use crate::support::{
    TestApp,
    personas::*,
    scene::{CLICK, FOREIGN_CLICK, FOREIGN_KEY, KEY, id},
};
use reqwest::Method;

#[actix_web::test]
async fn a_sale_is_answered_the_same_each_time_and_counts_once() {
    let (app, shop) = opened().await;
    let before = app.balance();
    let first = shop.call(SALES, &sale("order-7")).await;
    first.is(201);
    let said = first.json();
    assert_eq!(
        (said["amount"].as_i64(), said["currency"].as_str(), said["partner"].as_str()),
        (Some(4900), Some("USD"), Some("northwind"))
    );
    assert_eq!(said["commission"]["amount"].as_i64(), Some(490));
    assert_eq!(said["click_id"].as_str(), Some(id(CLICK).to_string().as_str()));
    // Another order of fields and other white space are the same report.
    let again = format!(
        "{{ \"currency\": \"USD\", \"amount\": 4900,\n \"click_id\": \"{}\", \"customer_id\": null, \"idempotency_key\": \"order-7\" }}",
        id(CLICK)
    );
    for body in [sale("order-7"), again] {
        let page = shop.call(SALES, &body).await;
        page.is(200);
        assert_eq!(page.body, first.body);
    }
    assert_eq!(app.number("SELECT count(*) FROM conversions WHERE idempotency_key = 'order-7'"), 1);
    assert_eq!(app.balance(), before + 490);
    assert_eq!(app.number("SELECT count(*) FROM audit WHERE action = 'sale reported'"), 1);
    app.is_whole();
}

#[actix_web::test]
async fn a_replay_after_a_refund_and_after_ninety_days_is_answered_as_at_first() {
    let (app, shop) = opened().await;
    let first = shop.call(SALES, &sale("order-7")).await;
    refund(&shop, "refund-7", "order-7", 4900).await.is(201);
    app.sql("UPDATE clicks SET at = at - interval '100 days'; UPDATE programs SET commission_percent = NULL");
    app.recount_clicks();
    let again = shop.call(SALES, &sale("order-7")).await;
    again.is(200);
    assert_eq!(again.body, first.body);
}

#[actix_web::test]
async fn another_report_under_the_same_key_is_refused_and_changes_nothing() {
    let (app, shop) = opened().await;
    sell(&shop, "order-7", &id(CLICK).to_string(), "c-7").await.is(201);
    let before = app.dump();
    let body = |click: &str, customer: &str, amount: i64, currency: &str| {
        format!(
            "{{\"idempotency_key\":\"order-7\",\"click_id\":\"{click}\",\"customer_id\":\"{customer}\",\"amount\":{amount},\"currency\":\"{currency}\"}}"
        )
    };
    let click = id(CLICK).to_string();
    for other in [
        body(&click, "c-8", 4900, "USD"),
        body(&click, "c-7", 4901, "USD"),
        body(&click, "c-7", 4900, "EUR"),
        body("x", "c-7", 4900, "USD"),
        sale("order-7"),
    ] {
        let page = shop.call(SALES, &other).await;
        assert_eq!((page.status.as_u16(), page.fault().as_str()), (409, "idempotency_key_used"), "{other}");
    }
    assert_eq!(app.dump(), before);
    shop.call(SALES, &body(&click, "c-7", 4900, "USD")).await.is(200);
}

#[actix_web::test]
async fn without_a_living_key_nothing_opens() {
    let (app, shop) = opened().await;
    app.signed_in(SAM).post(&format!("/companies/acme/settings/keys/{}/revocation", id(crate::support::scene::API_KEY)), &[]).await.is(303);
    let before = app.dump();
    let with = |value: &str| {
        app.visitor()
            .request(Method::POST, SALES)
            .header("authorization", value.to_owned())
            .header("content-type", "application/json")
            .body(sale("order-7"))
    };
    for path in [SALES, REFUNDS] {
        app.visitor().call(path, &sale("order-7")).await.is(401);
        shop.call(path, &sale("order-7")).await.is(401);
        // The lock comes before the body.
        shop.call(path, "nonsense").await.is(401);
    }
    for value in [
        "",
        "Bearer",
        "Bearer ",
        "Bearer nonsense",
        &format!("Basic {KEY}"),
        KEY,
        &format!("Bearer {}", &KEY[..40]),
        "Bearer guildhall_'; --",
    ] {
        let page = app.visitor().send(with(value)).await;
        assert_eq!((page.status.as_u16(), page.fault().as_str()), (401, "key_required"), "{value}");
        assert_eq!(page.header("www-authenticate"), "Bearer");
    }
    assert_eq!(app.dump(), before);
}

#[actix_web::test]
async fn the_word_bearer_may_be_spelled_as_one_likes() {
    let (app, _) = opened().await;
    for (value, nth) in [format!("bearer {KEY}"), format!("BEARER  {KEY}")].iter().zip(0..) {
        let request = app
            .visitor()
            .request(Method::POST, SALES)
            .header("authorization", value.clone())
            .header("content-type", "application/json; charset=utf-8");
        app.visitor().send(request.body(sale(&format!("order-{nth}0")))).await.is(201);
    }
}

#[actix_web::test]
async fn cookies_say_nothing_there_and_a_key_says_nothing_elsewhere() {
    let (app, shop) = opened().await;
    // Whoever is signed in: without the key it is nobody.
    for person in [SAM, MIA] {
        app.signed_in(person).call(SALES, &sale("order-7")).await.is(401);
    }
    // A page of another site can send no key; what it says of itself is not asked, since nothing rests on who is signed in.
    let gus = app.signed_in(GUS);
    for (name, value) in [("sec-fetch-site", "cross-site"), ("origin", "https://shop.example"), ("origin", "null")] {
        let request = gus.request(Method::POST, SALES).header(name, value).header("content-type", "application/json");
        let order = format!("order-{}-{}", name.len(), value.len());
        gus.send(request.header("authorization", format!("Bearer {KEY}")).body(sale(&order))).await.is(201);
        assert_eq!(app.brought(&order), MIA, "the key's company counts, not that of the cookie");
    }
    // The exemption is of these addresses alone, however they are spelled.
    let before = app.dump();
    let sam = app.signed_in(SAM);
    for path in ["/companies/acme/settings/keys", "/apis/sign-out", "/api", "/sign-out", "/companies/acme/referrals"] {
        let request =
            sam.request(Method::POST, path).header("authorization", format!("Bearer {KEY}")).header("content-type", "application/json");
        let page = sam.send(request.body("{\"name\":\"x\"}")).await;
        assert!([403, 404].contains(&page.status.as_u16()), "{path}: {}", page.status);
    }
    let without_sessions = |dump: &str| dump.lines().filter(|row| !row.starts_with("sessions: ")).map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(without_sessions(&app.dump()), without_sessions(&before));
    app.visitor()
        .send(shop.request(Method::GET, "/companies/acme/settings/keys").header("authorization", format!("Bearer {KEY}")))
        .await
        .is(303);
}

#[actix_web::test]
async fn what_is_no_json_is_refused_in_json() {
    let (app, shop) = opened().await;
    let before = app.dump();
    let key = format!("Bearer {KEY}");
    let send = async |kind: &str, body: String| {
        let mut request = app.visitor().request(Method::POST, SALES).header("authorization", key.clone()).body(body);
        if !kind.is_empty() {
            request = request.header("content-type", kind.to_owned());
        }
        let page = app.visitor().send(request).await;
        (page.status.as_u16(), page.fault())
    };
    for kind in ["", "text/plain", "application/x-www-form-urlencoded", "application/jsonp", "text/json"] {
        assert_eq!(send(kind, sale("order-7")).await, (415, "not_json".to_owned()), "{kind}");
    }
    for body in ["", "{", "[]", "1", "null", "\"a\"", "{\"a\":1}}", "{'a':1}", "idempotency_key=1", "{\"a\":\"\u{fffd}"] {
        assert_eq!(send("application/json", body.to_owned()).await, (400, "malformed_json".to_owned()), "{body}");
    }
    assert_eq!(send("application/json", "[".repeat(10_000)).await, (400, "malformed_json".to_owned()));
    assert_eq!(send("application/json", format!("{{\"a\":\"{}\"}}", "a".repeat(70_000))).await, (413, "too_large".to_owned()));
    let get = shop.get(SALES).await;
    assert_eq!((get.status.as_u16(), get.fault().as_str(), get.header("allow")), (405, "method_not_allowed", "POST"));
    let nowhere = shop.call("/api/nothing", "{}").await;
    assert_eq!((nowhere.status.as_u16(), nowhere.fault().as_str()), (404, "not_found"));
    assert_eq!(app.dump(), before);
    app.sql("ALTER TABLE conversions RENAME TO elsewhere");
    let failed = shop.call(SALES, &sale("order-7")).await;
    assert_eq!((failed.status.as_u16(), failed.fault().as_str()), (500, "internal"));
    assert!(!failed.body.contains("conversions"), "{}", failed.body);
}

#[actix_web::test]
async fn each_wrong_value_is_named() {
    let (app, shop) = opened().await;
    let before = app.dump();
    let click = id(CLICK);
    let body = |fields: &str| format!("{{{}}}", fields.replace("CLICK", &click.to_string()).replace("LONG", &"a".repeat(201)));
    let rest = "\"click_id\":\"CLICK\",\"amount\":4900,\"currency\":\"USD\"";
    let (key, at, money) = ("\"idempotency_key\":\"order-7\"", "\"click_id\":\"CLICK\"", "\"amount\":4900,\"currency\":\"USD\"");
    for (fields, code, field) in [
        (rest.to_owned(), "missing_field", "idempotency_key"),
        (format!("\"idempotency_key\":\"\",{rest}"), "wrong_value", "idempotency_key"),
        (format!("\"idempotency_key\":7,{rest}"), "wrong_value", "idempotency_key"),
        (format!("\"idempotency_key\":\"LONG\",{rest}"), "wrong_value", "idempotency_key"),
        (format!("\"idempotency_key\":\"a\\u0000b\",{rest}"), "wrong_value", "idempotency_key"),
        (format!("{key},{money}"), "missing_field", "click_id"),
        (format!("{key},\"click_id\":null,\"customer_id\":null,{money}"), "missing_field", "click_id"),
        (format!("{key},\"click_id\":5,{money}"), "wrong_value", "click_id"),
        (format!("{key},\"click_id\":\"nonsense\",{money}"), "unknown_click", "click_id"),
        (format!("{key},\"click_id\":\"\",{money}"), "wrong_value", "click_id"),
        (format!("{key},{at},\"customer_id\":\"\",{money}"), "wrong_value", "customer_id"),
        (format!("{key},{at},\"customer_id\":\"LONG\",{money}"), "wrong_value", "customer_id"),
        (format!("{key},{at},\"customer_id\":{{\"a\":1}},{money}"), "wrong_value", "customer_id"),
        (format!("{key},{at},\"currency\":\"USD\""), "missing_field", "amount"),
        (format!("{key},{at},\"amount\":0,\"currency\":\"USD\""), "wrong_amount", "amount"),
        (format!("{key},{at},\"amount\":-4900,\"currency\":\"USD\""), "wrong_amount", "amount"),
        (format!("{key},{at},\"amount\":49.0,\"currency\":\"USD\""), "wrong_amount", "amount"),
        (format!("{key},{at},\"amount\":\"4900\",\"currency\":\"USD\""), "wrong_amount", "amount"),
        (format!("{key},{at},\"amount\":100000000001,\"currency\":\"USD\""), "wrong_amount", "amount"),
        (format!("{key},{at},\"amount\":1e400,\"currency\":\"USD\""), "malformed_json", ""),
        (format!("{key},{at},\"amount\":4900"), "missing_field", "currency"),
        (format!("{key},{at},\"amount\":4900,\"currency\":\"usd\""), "wrong_currency", "currency"),
        (format!("{key},{at},\"amount\":4900,\"currency\":\"DOLLAR\""), "wrong_currency", "currency"),
        (format!("{key},{at},\"amount\":4900,\"currency\":\"EUR\""), "currency_mismatch", "currency"),
        (format!("{key},{at},{money},\"team\":\"northwind\""), "unknown_field", "team"),
        (format!("{key},{at},{money},\"company_id\":\"x\""), "unknown_field", "company_id"),
        (format!("{key},{at},{money},\"amount\":1"), "repeated_field", "amount"),
        (format!("{key},\"customer_id\":\"nobody\",{money}"), "unknown_customer", "customer_id"),
    ] {
        let page = shop.call(SALES, &body(&fields)).await;
        let expected = if code == "malformed_json" { 400 } else { 422 };
        assert_eq!((page.status.as_u16(), page.fault().as_str()), (expected, code), "{fields}");
        assert_eq!(page.json()["error"]["field"].as_str().unwrap_or_default(), field, "{fields}");
        assert!(page.json()["error"]["message"].as_str().is_some_and(|says| says.len() > 8), "{fields}");
    }
    for (fields, code, field) in [
        ("\"sale\":\"order-1\",\"amount\":1", "missing_field", "idempotency_key"),
        ("\"idempotency_key\":\"r\",\"amount\":1", "missing_field", "sale"),
        ("\"idempotency_key\":\"r\",\"sale\":\"order-1\"", "missing_field", "amount"),
        ("\"idempotency_key\":\"r\",\"sale\":\"order-1\",\"amount\":0", "wrong_amount", "amount"),
        ("\"idempotency_key\":\"r\",\"sale\":\"order-1\",\"amount\":-1", "wrong_amount", "amount"),
        ("\"idempotency_key\":\"r\",\"sale\":\"order-1\",\"amount\":1,\"currency\":\"USD\"", "unknown_field", "currency"),
        ("\"idempotency_key\":\"r\",\"sale\":\"nothing\",\"amount\":1", "unknown_sale", "sale"),
        ("\"idempotency_key\":\"r\",\"sale\":\"order-1\",\"amount\":10001", "more_than_is_left", "amount"),
    ] {
        let page = shop.call(REFUNDS, &body(fields)).await;
        assert_eq!((page.status.as_u16(), page.fault().as_str()), (422, code), "{fields}");
        assert_eq!(page.json()["error"]["field"].as_str(), Some(field), "{fields}");
    }
    assert_eq!(app.dump(), before);
}

#[actix_web::test]
async fn what_is_another_companys_is_as_unknown_as_what_never_was() {
    let (app, shop) = opened().await;
    let before = app.dump();
    let never = "0190ffff-0000-7000-8000-00000000ffff";
    let answers = [
        sell(&shop, "order-7", never, "").await,
        sell(&shop, "order-7", &id(FOREIGN_CLICK).to_string(), "").await,
        sell(&shop, "order-7", "x", "").await,
    ];
    assert!(answers.iter().all(|page| page.body == answers[0].body && page.status == 422), "{}", answers[1].body);
    let refunds = [
        refund(&shop, "r", "globex-1", 1).await,
        refund(&shop, "r", never, 1).await,
        refund(&shop, "r", &id(crate::support::scene::FOREIGN_SALE).to_string(), 1).await,
    ];
    assert!(refunds.iter().all(|page| page.body == refunds[0].body && page.status == 422), "{}", refunds[2].body);
    assert_eq!(app.dump(), before);
    // What one company calls its own, another one may call so too.
    let globex = app.visitor().with_key(FOREIGN_KEY);
    sell(&shop, "order-7", &id(CLICK).to_string(), "c-7").await.is(201);
    sell(&globex, "order-7", &id(FOREIGN_CLICK).to_string(), "c-7").await.is(201);
    assert_eq!(app.number("SELECT count(DISTINCT member_id) FROM conversions WHERE idempotency_key = 'order-7'"), 2);
    app.is_whole();
}

#[actix_web::test]
async fn fifty_reports_at_once_on_two_copies_are_one_sale() {
    let (app, shop) = opened().await;
    let copy = app.copy().await;
    let before = app.balance();
    let click = id(CLICK).to_string();
    let bodies = many(
        &app,
        &copy,
        &shop,
        SALES,
        &format!(
            "{{\"idempotency_key\":\"order-7\",\"click_id\":\"{click}\",\"customer_id\":\"c-7\",\"amount\":4900,\"currency\":\"USD\"}}"
        ),
    )
    .await;
    assert_eq!(bodies.iter().filter(|(status, _)| *status == 201).count(), 1);
    assert!(bodies.iter().all(|(status, body)| [200, 201].contains(status) && *body == bodies[0].1), "{bodies:?}");
    assert_eq!(app.number("SELECT count(*) FROM conversions WHERE idempotency_key = 'order-7'"), 1);
    assert_eq!((app.balance(), app.earned("order-7")), (before + 490, "490".to_owned()));
    assert_eq!(app.number("SELECT count(*) FROM audit WHERE action = 'sale reported'"), 1);
    app.is_whole();
}

#[actix_web::test]
async fn of_two_different_reports_under_one_key_at_once_one_stands() {
    let (app, shop) = opened().await;
    let click = id(CLICK).to_string();
    let under_way: Vec<_> = (0..20)
        .map(|nth| {
            let (shop, click) = (shop.clone(), click.clone());
            actix_web::rt::spawn(async move { sell(&shop, "order-7", &click, &format!("c-{}", 100 + nth)).await.status.as_u16() })
        })
        .collect();
    let mut statuses = Vec::new();
    for answer in under_way {
        statuses.push(answer.await.unwrap());
    }
    statuses.sort_unstable();
    assert_eq!(statuses, [vec![201], vec![409; 19]].concat());
    assert_eq!(app.number("SELECT count(*) FROM customers WHERE external_id LIKE 'c-1__'"), 1, "who came too late bound nobody");
    app.is_whole();
}

#[actix_web::test]
async fn a_key_that_is_revoked_while_its_report_waits_reports_nothing() {
    use diesel::connection::SimpleConnection;
    let (app, shop) = opened().await;
    let mut other = app.connection();
    other.batch_execute("BEGIN; UPDATE api_keys SET revoked_at = now()").unwrap();
    let waiting = actix_web::rt::spawn(async move { shop.call(SALES, &sale("order-7")).await.status.as_u16() });
    app.until_somebody_waits().await;
    other.batch_execute("COMMIT").unwrap();
    assert_eq!(waiting.await.unwrap(), 401);
    assert_eq!(app.number("SELECT count(*) FROM conversions WHERE idempotency_key = 'order-7'"), 0);
}

#[actix_web::test]
async fn when_a_key_was_last_used_is_known_to_the_hour() {
    let (app, shop) = opened().await;
    let used = || app.text("SELECT last_used_at FROM api_keys WHERE name = 'Web shop of acme'");
    assert_eq!(used(), "");
    sell(&shop, "order-7", "x", "").await.is(422);
    let first = used();
    assert_ne!(first, "", "a refused report is a use too");
    shop.call(SALES, &sale("order-7")).await.is(201);
    assert_eq!(used(), first, "once an hour");
    app.sql("UPDATE api_keys SET last_used_at = last_used_at - interval '61 minutes'");
    shop.call(SALES, &sale("order-7")).await.is(200);
    assert_ne!(used(), first);
    assert_eq!(app.text("SELECT last_used_at > now() - interval '1 minute' FROM api_keys WHERE name = 'Web shop of acme'"), "true");
}

/// Fifty at once, half of them on each copy.
pub(super) async fn many(
    app: &TestApp,
    copy: &TestApp,
    shop: &crate::support::Browser,
    path: &'static str,
    body: &str,
) -> Vec<(u16, String)> {
    let under_way: Vec<_> = (0..50)
        .map(|nth| {
            let (shop, body) = (shop.on(if nth % 2 == 0 { app } else { copy }), body.to_owned());
            actix_web::rt::spawn(async move {
                let page = shop.call(path, &body).await;
                (page.status.as_u16(), page.body)
            })
        })
        .collect();
    let mut answers = Vec::new();
    for answer in under_way {
        answers.push(answer.await.unwrap());
    }
    answers
}
