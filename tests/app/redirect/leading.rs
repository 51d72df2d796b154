//! Where a link leads.

use super::*;
use crate::support::PATIENT;
use guildhall::links::redirect::Limits;
use std::time::{Duration, Instant};

#[actix_web::test]
async fn a_link_leads_to_its_destination_with_the_id_of_a_click_that_is_written_down() {
    let app = TestApp::start().await;
    let link = mias_link(&app, "mia-shares");
    let page = follow(&app.visitor(), "mia-shares", FIREFOX).await;
    let id = click_id(&page).expect("a click id");
    assert_eq!(page.location().unwrap(), format!("https://acme.example/start?guildhall_click={id}"));
    assert_eq!(page.header("cache-control"), "no-store");
    assert_eq!(page.body, "");
    assert!(!page.headers.contains_key("set-cookie"), "who follows a link gets no cookie");
    assert_eq!(app.text(&format!("SELECT link_id || ' ' || repeated FROM clicks WHERE id = '{id}'")), format!("{link} false"));
}

#[actix_web::test]
async fn its_text_is_read_without_regard_to_case_and_its_former_texts_work_on() {
    let app = TestApp::start().await;
    let link = mias_link(&app, "Mia-Shares");
    app.sql(&format!(
        "UPDATE links SET text = 'mia-now' WHERE id = '{link}'; INSERT INTO link_texts (text, link_id) VALUES ('mia-now', '{link}')"
    ));
    for text in ["mia-shares", "MIA-SHARES", "Mia-Shares", "mia-now", "%6dia-now"] {
        assert!(click_id(&follow(&app.visitor(), text, FIREFOX).await).is_some(), "{text}");
    }
    assert_eq!(counted(&app, link), (5, 4));
}

#[actix_web::test]
async fn it_leads_where_it_says_itself_or_its_destination_or_its_program() {
    let app = TestApp::start().await;
    let own = link(&app, MIA, "her-own", Some("https://acme.example/own?a=%C3%A9+b&guildhall_click=old#part"));
    let shared = mias_link(&app, "shared");
    let destination = Uuid::now_v7();
    app.sql(&format!(
        "INSERT INTO destinations (id, company_id, program_id, kind, name, url) SELECT '{destination}', company_id, program_id, 'secondary', 'Webinar', 'https://acme.example/webinar?x=1' FROM links WHERE id = '{own}'; \
         UPDATE links SET kind = 'secondary', destination_id = '{destination}' WHERE id = '{shared}'"
    ));
    mias_link(&app, "of-the-program");
    for (text, before, after) in [
        ("her-own", "https://acme.example/own?a=%C3%A9+b&guildhall_click=", "#part"),
        ("shared", "https://acme.example/webinar?x=1&guildhall_click=", ""),
        ("of-the-program", "https://acme.example/start?guildhall_click=", ""),
    ] {
        let page = follow(&app.visitor(), text, FIREFOX).await;
        let id = click_id(&page).expect("a click id");
        assert_eq!(page.location().unwrap(), format!("{before}{id}{after}"));
    }
    app.sql("UPDATE destinations SET retired_at = now()");
    let copy = app.copy().await;
    let page = follow(&copy.visitor(), "shared", FIREFOX).await;
    assert!(page.location().unwrap().starts_with("https://acme.example/webinar"), "a retired destination is led to as before");
}

#[actix_web::test]
async fn links_of_who_has_left_lead_on_and_count() {
    let app = TestApp::start().await;
    let links = [link(&app, FIONA, "of-fiona", None), mias_link(&app, "of-mia")];
    app.sql(
        "UPDATE enrollments SET left_at = now(); UPDATE partners SET ended_at = now(); UPDATE teams SET closed_at = now() WHERE slug = 'northwind'",
    );
    for (text, link) in ["of-fiona", "of-mia"].into_iter().zip(links) {
        assert!(click_id(&follow(&app.visitor(), text, FIREFOX).await).is_some(), "{text}");
        assert_eq!(counted(&app, link), (1, 0), "{text}");
    }
}

#[actix_web::test]
async fn no_part_of_the_request_but_the_text_says_where_it_leads() {
    let app = TestApp::start().await;
    mias_link(&app, "mia-shares");
    let visitor = app.visitor();
    for query in ["url=https://evil.example", "guildhall_click=x", "next=//evil.example", "%0d%0aLocation:https://evil.example", "q=%00"] {
        let page = follow(&visitor, &format!("mia-shares?{query}"), FIREFOX).await;
        let id = click_id(&page).expect("a click id");
        assert_eq!(page.location().unwrap(), format!("https://acme.example/start?guildhall_click={id}"));
    }
    let forged = visitor.request(Method::GET, "/go/mia-shares").header("host", "evil.example").header("x-forwarded-host", "evil.example");
    assert!(visitor.send(forged).await.location().unwrap().starts_with("https://acme.example/start?"));
}

#[actix_web::test]
async fn a_text_that_is_no_links_leads_nowhere_and_says_so() {
    let app = TestApp::start().await;
    mias_link(&app, "mia-shares");
    let before = app.dump_with_traces();
    let long = "a".repeat(65);
    let longer = "a".repeat(7_000);
    for text in [
        "mia-share",
        "mia-shares-too",
        "x?url=https://evil.example",
        "ab",
        &long,
        &longer,
        "mia-shares%00",
        "mia-shares%2f",
        "..%2fsign-in",
        "mia%20shares",
        "mia-shares%0d%0aSet-Cookie:%20a=b",
        "%0d%0aLocation:%20evil.example",
        "%ff%fe",
        "%c0%ae",
        "%",
        "%zz",
        "mi%C3%A4",
        "\u{212a}ia", // the sign of Kelvin, whose lower case is a k
        "mia_shares",
        "'%20OR%201=1--",
        "http:",
    ] {
        let page = follow(&app.visitor(), text, FIREFOX).await;
        page.is(404).shows("This link leads nowhere");
        assert_eq!(page.location(), None, "{text}");
        assert!(!page.headers.contains_key("set-cookie"), "{text}");
    }
    for path in ["/go", "/go/", "/go/mia-shares/x", "/go//evil.example"] {
        app.visitor().get(path).await.is(404);
    }
    assert_eq!(app.dump_with_traces(), before);
}

#[actix_web::test]
async fn what_cannot_be_a_links_text_is_never_looked_up() {
    let app = TestApp::start().await;
    let before = app.db.statements();
    for text in ["ab", "a%2fb", "a%00b", "mia_shares", "mi%C3%A4"] {
        follow(&app.visitor(), text, FIREFOX).await.is(404);
    }
    assert_eq!(app.db.statements(), before);
}

#[actix_web::test]
async fn a_destination_that_was_written_by_an_enemy_adds_no_header() {
    let app = TestApp::start().await;
    link(&app, MIA, "enemy", Some("https://acme.example/\\r\\nSet-Cookie: a=b\\r\\n\\r\\n<script>x</script>"));
    let page = follow(&app.visitor(), "enemy", FIREFOX).await;
    assert!(click_id(&page).is_some());
    assert!(!page.headers.contains_key("set-cookie"));
    assert!(page.location().unwrap().starts_with("https://acme.example/Set-Cookie:%20a=b"), "{:?}", page.location());
}

/// Known for that long.
fn fresh_for(fresh: Duration) -> Limits {
    Limits { fresh, ..PATIENT }
}

#[actix_web::test]
async fn a_changed_destination_is_followed_and_what_is_remembered_of_it_is_bounded_in_time() {
    let app = TestApp::start().await;
    mias_link(&app, "mia-shares");
    let remembers = app.copy_with(fresh_for(Duration::from_secs(3600))).await;
    let bounded = app.copy_with(fresh_for(Duration::from_millis(300))).await;
    let copies = [&remembers, &bounded];
    let leads = async |copy: &TestApp| follow(&copy.visitor(), "mia-shares", FIREFOX).await.location().unwrap();
    for copy in copies {
        assert!(leads(copy).await.starts_with("https://acme.example/start?"));
    }
    app.sql("UPDATE programs SET destination = 'https://acme.example/new' WHERE name = 'Acme Resellers'");
    let changed = Instant::now();
    assert!(leads(&remembers).await.starts_with("https://acme.example/start?"), "an answer from memory");
    while !leads(&bounded).await.starts_with("https://acme.example/new?") {
        assert!(changed.elapsed() < Duration::from_secs(10), "it is still led to where it led");
    }
    assert!(Limits::DEFAULT.fresh <= Duration::from_secs(30));
    // A link that nobody has followed yet is read as it is.
    mias_link(&app, "mia-later");
    assert!(follow(&remembers.visitor(), "mia-later", FIREFOX).await.location().unwrap().starts_with("https://acme.example/new?"));
}

#[actix_web::test]
async fn a_destination_that_is_read_too_slowly_is_followed_from_then_on() {
    let app = TestApp::start().await;
    mias_link(&app, "mia-shares");
    // Read again each time, and nobody waits for it.
    let limits = Limits { fresh: Duration::ZERO, refresh: Duration::ZERO, ..PATIENT };
    let copy = app.copy_with(limits).await;
    let leads = async || follow(&copy.visitor(), "mia-shares", FIREFOX).await.location().unwrap();
    assert!(leads().await.starts_with("https://acme.example/start?"));
    app.sql("UPDATE programs SET destination = 'https://acme.example/new' WHERE name = 'Acme Resellers'");
    let changed = Instant::now();
    while !leads().await.starts_with("https://acme.example/new?") {
        assert!(changed.elapsed() < Duration::from_secs(10), "it is still led to where it led");
    }
    app.sql("DELETE FROM link_texts WHERE text = 'mia-shares'");
    while follow(&copy.visitor(), "mia-shares", FIREFOX).await.status == 302 {
        assert!(changed.elapsed() < Duration::from_secs(20), "it is still led to where it led");
    }
}
