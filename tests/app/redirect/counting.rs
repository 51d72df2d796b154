//! Who is counted, and how often.

use super::*;
use guildhall::{links::clicks, verify};

async fn with_header(app: &TestApp, method: Method, name: &'static str, value: &str) -> Page {
    let visitor = app.visitor();
    let request = visitor.request(method, "/go/mia-shares").header("user-agent", FIREFOX);
    visitor.send(request.header(name, value)).await
}

#[actix_web::test]
async fn robots_and_what_is_fetched_ahead_are_led_there_and_leave_nothing() {
    let app = TestApp::start().await;
    let link = mias_link(&app, "mia-shares");
    let before = app.dump_with_traces();
    for agent in [
        "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
        "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)",
        "facebookexternalhit/1.1",
        "WhatsApp/2.23.20.0",
        "LinkedInBot/1.0",
    ] {
        assert_eq!(click_id(&follow(&app.visitor(), "mia-shares", agent).await), None, "{agent}");
    }
    for (name, value) in [
        ("sec-purpose", "prefetch"),
        ("sec-purpose", "prefetch;prerender"),
        ("purpose", "prefetch"),
        ("x-purpose", "preview"),
        ("x-moz", "prefetch"),
    ] {
        let page = with_header(&app, Method::GET, name, value).await;
        assert_eq!(click_id(&page), None, "{name}: {value}");
        assert_eq!(page.location().unwrap(), "https://acme.example/start");
    }
    let head = with_header(&app, Method::HEAD, "accept", "*/*").await;
    assert_eq!(click_id(&head), None);
    assert_eq!(app.dump_with_traces(), before);
    assert_eq!(app.redirects.without_id(), 0, "nobody missed an id");
    assert!(click_id(&with_header(&app, Method::GET, "sec-purpose", "navigate").await).is_some());
    assert_eq!(counted(&app, link), (1, 0));
}

#[actix_web::test]
async fn following_a_link_leaves_clicks_and_nothing_else() {
    let app = TestApp::start().await;
    mias_link(&app, "mia-shares");
    let sam = app.signed_in(SAM);
    let before = app.dump();
    follow(&sam, "mia-shares", FIREFOX).await.is(302);
    assert_eq!(app.dump(), before);
    assert_eq!(app.number("SELECT count(*) FROM clicks"), 1);
    let traces = app.dump_with_traces();
    for secret in ["127.0.0.1", "Firefox", "Mozilla"] {
        let ours: Vec<&str> = traces.lines().filter(|row| row.starts_with("click") && row.contains(secret)).collect();
        assert!(ours.is_empty(), "{ours:?}");
    }
}

#[actix_web::test]
async fn the_same_visitor_within_the_hour_is_marked_as_repeated() {
    let app = TestApp::start().await;
    let (link, other) = (mias_link(&app, "mia-shares"), mias_link(&app, "mia-again"));
    for (agent, text) in
        [(FIREFOX, "mia-shares"), (FIREFOX, "mia-shares"), (CHROME, "mia-shares"), (FIREFOX, "mia-again"), (FIREFOX, "mia-shares")]
    {
        assert!(click_id(&follow(&app.visitor(), text, agent).await).is_some(), "each has an id of its own");
    }
    assert_eq!((counted(&app, link), counted(&app, other)), ((4, 2), (1, 0)));
    assert_eq!((totals(&app, link), totals(&app, other)), ((4, 2), (1, 0)));
    app.sql("UPDATE clicks SET at = at - interval '1 hour'");
    follow(&app.visitor(), "mia-shares", FIREFOX).await.is(302);
    assert_eq!(counted(&app, link), (5, 2), "an hour later it is a first click again");
}

#[actix_web::test]
async fn two_hundred_at_once_are_counted_exactly() {
    let app = TestApp::start().await;
    let links = [mias_link(&app, "mia-shares"), mias_link(&app, "mia-again")];
    let (first, second) = (&app, app.copy().await);
    let under_way: Vec<_> = (0..200)
        .map(|number| {
            let browser = if number % 2 == 0 { first.visitor() } else { second.visitor() };
            let text = if number % 4 < 2 { "mia-shares" } else { "mia-again" };
            // Forty visitors, each five times.
            actix_web::rt::spawn(async move { click_id(&follow(&browser, text, &format!("Browser {}", number / 5)).await).expect("an id") })
        })
        .collect();
    let mut ids = Vec::new();
    for answered in under_way {
        ids.push(format!("'{}'", answered.await.expect("an answer")));
    }
    assert_eq!(app.number(&format!("SELECT count(*) FROM clicks WHERE id IN ({})", ids.join(","))), 200);
    let firsts = app.number("SELECT count(DISTINCT (link_id, visitor)) FROM clicks");
    assert_eq!(firsts, app.number("SELECT count(*) FROM clicks WHERE NOT repeated"), "of a visitor, one click is the first");
    for link in links {
        assert_eq!(counted(&app, link).0, 100);
        assert_eq!(counted(&app, link), totals(&app, link));
    }
    assert_eq!(verify::faults(&mut app.connection()).unwrap(), []);
}

#[actix_web::test]
async fn copies_of_the_program_know_a_visitor_by_the_same_salt_which_lives_for_a_day() {
    let app = TestApp::start().await;
    let link = mias_link(&app, "mia-shares");
    app.sql("INSERT INTO click_salts (day, salt) SELECT current_date - n, sha256('x') FROM generate_series(2, 3) n");
    follow(&app.visitor(), "mia-shares", FIREFOX).await.is(302);
    let copy = app.copy().await;
    follow(&copy.visitor(), "mia-shares", FIREFOX).await.is(302);
    assert_eq!(counted(&app, link), (2, 1));
    assert_eq!(app.number("SELECT count(*) FROM click_salts"), 1, "those of other days are gone");
    app.sql("DELETE FROM click_salts");
    let tomorrow = app.copy().await;
    follow(&tomorrow.visitor(), "mia-shares", FIREFOX).await.is(302);
    assert_eq!(counted(&app, link), (3, 1), "with another salt the same visitor is somebody else");
}

#[actix_web::test]
async fn totals_that_are_not_the_clicks_are_found() {
    let app = TestApp::start().await;
    let link = mias_link(&app, "mia-shares");
    follow(&app.visitor(), "mia-shares", FIREFOX).await.is(302);
    let conn = &mut app.connection();
    assert_eq!(verify::faults(conn).unwrap(), []);
    for harm in [
        "UPDATE click_days SET clicks = 2",
        "UPDATE click_days SET repeated = 1",
        "UPDATE click_days SET day = day - 1",
        "DELETE FROM click_days",
        "DELETE FROM clicks",
    ] {
        app.keep();
        app.sql(harm);
        let faults = verify::faults(conn).unwrap();
        assert_eq!(faults.len(), 1, "{harm}: {faults:?}");
        assert_eq!(faults[0].ids, [link.to_string()], "{harm}");
        app.restore();
    }
    app.sql("UPDATE clicks SET link_id = gen_random_uuid(); UPDATE click_days SET link_id = (SELECT link_id FROM clicks)");
    assert_eq!(verify::faults(conn).unwrap().len(), 1, "a click of no link");
}

#[actix_web::test]
async fn clicks_are_kept_for_thirteen_months_and_their_totals_for_good() {
    let app = TestApp::start().await;
    let link = mias_link(&app, "mia-shares");
    follow(&app.visitor(), "mia-shares", FIREFOX).await.is(302);
    // An id begins with its time.
    let old = |days: i32, clicks: i32| {
        let at = format!("date_trunc('hour', now()) - interval '{days} days'");
        app.sql(&format!(
            "INSERT INTO clicks (id, link_id, at, visitor) SELECT (lpad(to_hex((extract(epoch FROM {at}) * 1000)::bigint), 12, '0') || '7000' || substr(md5(n || '{days}'), 1, 16))::uuid, \
                 '{link}', {at}, sha256(n::text::bytea) FROM generate_series(1, {clicks}) n; \
             INSERT INTO click_days (link_id, day, clicks, repeated) VALUES ('{link}', (({at}) AT TIME ZONE 'UTC')::date, {clicks}, 0)"
        ));
    };
    old(380, 2);
    old(410, 1_300);
    let conn = &mut app.connection();
    assert_eq!(verify::faults(conn).unwrap(), []);
    assert!(clicks::forget(conn).unwrap(), "a thousand at once, and there may be more");
    assert_eq!(counted(&app, link), (303, 0));
    assert!(!clicks::forget(conn).unwrap());
    assert!(!clicks::forget(conn).unwrap());
    assert_eq!((counted(&app, link), totals(&app, link)), ((3, 0), (1_303, 0)));
    assert_eq!(verify::faults(conn).unwrap(), []);
}
