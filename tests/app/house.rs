//! What holds everywhere: where a form comes from, methods, limits, headers, the pages of errors.

use crate::support::{
    Page, Scene, TestApp,
    catalogue::{Deed, PROSE, changes, pages},
    personas::*,
};
use guildhall::{access::Public, app::Mode, error, routes};
use reqwest::Method;
use std::collections::{BTreeMap, BTreeSet};

#[actix_web::test]
async fn a_page_that_is_not_there_says_so() {
    let app = TestApp::start().await;
    let page = app.visitor().get("/nowhere").await;
    page.is(404).shows("There is nothing at this address");
}

#[actix_web::test]
async fn signed_out_every_path_of_a_company_or_team_leads_to_sign_in() {
    let app = TestApp::start().await;
    for path in [
        "/companies",
        "/companies/acme",
        "/companies/acme/nonsense?x=1",
        "/companies/nobody/partners",
        "/companies/acme%00",
        "/teams/northwind",
        "/teams/x/y/z",
        "/%63ompanies/acme/nonsense",
        "/teams%2fnorthwind",
    ] {
        let page = app.visitor().get(path).await;
        if path == "/teams%2fnorthwind" {
            page.is(404);
            continue;
        }
        page.is(303);
        assert!(page.location().unwrap().starts_with("/sign-in?next=%2F"), "{path}: {:?}", page.location());
    }
}

#[actix_web::test]
async fn the_probes_answer() {
    let app = TestApp::start().await;
    app.visitor().get("/healthz").await.is(200);
    app.visitor().get("/readyz").await.is(200);
}

#[actix_web::test]
async fn a_form_from_another_site_is_refused_at_every_route() {
    let app = TestApp::start_demo().await;
    let scene = Scene::set(&app);
    let elsewhere = [
        [("sec-fetch-site", "cross-site"), ("origin", app.base_url.as_str())],
        [("sec-fetch-site", "same-site"), ("origin", app.base_url.as_str())],
        [("sec-fetch-site", "\u{e9}"), ("x-nothing", "")],
        [("origin", "null"), ("x-nothing", "")],
        [("origin", "https://evil.example"), ("host", "evil.example")],
        [("origin", "http://evil.example"), ("x-forwarded-host", "evil.example")],
        [("x-nothing", ""), ("x-nothing", "")],
    ];
    for deed in changes().into_iter().filter(|deed| !deed.is_for_programs()) {
        let browser = deed.browser(&app);
        let before = app.dump();
        for headers in &elsewhere {
            let mut request = browser.request(Method::POST, &scene.path(deed.path)).body(url_encoded(&deed.form("x")));
            for (name, value) in headers {
                request = request.header(*name, *value);
            }
            let page = browser.send(request.header("content-type", "application/x-www-form-urlencoded")).await;
            page.is(403).shows("This came from another site");
        }
        assert_eq!(app.dump(), before, "POST {}", deed.path);
    }
}

#[actix_web::test]
async fn a_form_of_an_older_browser_passes_by_its_origin() {
    let app = TestApp::start_demo().await;
    for (name, value) in [("origin", app.base_url.as_str()), ("sec-fetch-site", "same-origin"), ("sec-fetch-site", "none")] {
        let browser = app.signed_in(SAM);
        browser.send(browser.request(Method::POST, "/sign-out").header(name, value)).await.leads_to("/sign-in");
    }
}

#[actix_web::test]
async fn a_method_that_an_address_has_not_is_answered_with_those_it_has() {
    let app = TestApp::start_demo().await;
    let scene = Scene::set(&app);
    let mut allowed: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for route in routes::all(Mode::Demo) {
        let methods: &[&str] = if route.method == actix_web::http::Method::GET { &["GET", "HEAD"] } else { &["POST"] };
        allowed.entry(route.path).or_default().extend(methods);
    }
    let before = app.dump();
    for (path, methods) in allowed {
        let browser = app.signed_in(SAM);
        for method in ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW"] {
            if methods.contains(method) {
                continue;
            }
            let request = browser.request(method.parse().unwrap(), &scene.path(path)).header("sec-fetch-site", "same-origin");
            let page = browser.send(request).await;
            assert_eq!(page.status, 405, "{method} {path}");
            let allow: BTreeSet<&str> = page.header("allow").split(", ").collect();
            assert_eq!(allow, methods, "{method} {path}");
        }
    }
    let browser = app.visitor();
    let page = browser.send(browser.request(Method::POST, "/static/app.css").header("sec-fetch-site", "same-origin")).await;
    page.is(405).shows("This address works in another way");
    assert_eq!(page.header("allow"), "GET, HEAD");
    app.sql("DELETE FROM sessions");
    assert_eq!(without_sessions(&app.dump()), without_sessions(&before));
}

fn without_sessions(dump: &str) -> String {
    dump.lines().filter(|row| !row.starts_with("sessions: ")).collect::<Vec<_>>().join("\n")
}

#[actix_web::test]
async fn too_much_is_refused_with_a_friendly_page() {
    let app = TestApp::start_demo().await;
    let scene = Scene::set(&app);
    let routes = routes::all(Mode::Demo);
    for deed in changes().into_iter().filter(|deed| !deed.fields.is_empty()) {
        let route = routes.iter().find(|route| route.path == deed.path && route.method == actix_web::http::Method::POST).unwrap();
        let is_long = ["terms", "lesson"].iter().any(|name| deed.fields.contains(&(*name, PROSE))) || deed.path.ends_with("/marks");
        // It keeps whatever form came too late.
        let is_long = is_long || deed.path == "/account/confirmation";
        assert_eq!(route.body_limit, if is_long { 1024 * 1024 } else { 64 * 1024 }, "POST {}", deed.path);
        let browser = deed.browser(&app);
        let before = app.dump();
        let long = "a".repeat(route.body_limit);
        let page = browser.post(&scene.path(deed.path), &[deed.form("x"), vec![("more", long.as_str())]].concat()).await;
        page.is(413);
        if page.is_html() {
            page.shows("This is too large");
        } else {
            assert!(page.body.contains("\"too_large\""), "programs read it in JSON: {}", page.body);
        }
        assert_eq!(app.dump(), before, "POST {}", deed.path);
    }
    let page = app.visitor().get(&format!("/sign-in?next=/{}", "a".repeat(9000))).await;
    page.is(414).shows("This address is too long");
}

#[actix_web::test]
async fn terms_may_be_long_in_any_script() {
    let app = TestApp::start_demo().await;
    let scene = Scene::set(&app);
    app.keep();
    let terms = "契".repeat(20_000);
    for deed in changes().into_iter().filter(|deed| deed.fields.contains(&("terms", PROSE))) {
        app.restore();
        let fields: Vec<(&str, &str)> =
            deed.form("x").into_iter().map(|(name, value)| (name, if name == "terms" { terms.as_str() } else { value })).collect();
        let page = deed.browser(&app).post(&scene.path(deed.path), &fields).await;
        assert_eq!(page.status, 303, "POST {}: {}", deed.path, page.text_of(".error-summary").join(" "));
    }
}

#[actix_web::test]
async fn a_field_that_comes_twice_is_refused_in_every_form() {
    let app = TestApp::start_demo().await;
    let scene = Scene::set(&app);
    for deed in changes() {
        for (name, value) in deed.fields.iter().filter(|(name, _)| !Deed::is_list(name)) {
            let browser = deed.browser(&app);
            let before = app.dump();
            let fields = [deed.form("x"), vec![(*name, *value)]].concat();
            let page = browser.post(&scene.path(deed.path), &fields).await;
            assert_eq!(page.status, 422, "POST {} with {name} twice", deed.path);
            page.shows(if deed.is_for_programs() { "repeated_field" } else { "This form cannot be read" });
            assert_eq!(app.dump(), before, "POST {} with {name} twice", deed.path);
        }
    }
}

#[actix_web::test]
async fn what_no_text_can_hold_is_no_fault_of_ours() {
    let app = TestApp::start_demo().await;
    let scene = Scene::set(&app);
    let browser = app.signed_in(SAM);
    for path in pages() {
        let here = scene.path(path);
        for query in ["q=%00", "q=%ff%fe", "after=%00", "after=AAAA", "before=%F0%9F", "q=a&q=b", "next=%00", "team=%00", "%00=%00", "="] {
            let page = browser.get(&format!("{here}?{query}")).await;
            assert!(page.status.as_u16() < 500, "GET {path}?{query}: {}", page.status);
        }
        for odd in ["%00", "%ff", "%2e%2e", "%2f", "x%0d%0ay", "{x}", "☃"] {
            let end = here.rsplit('/').next().unwrap();
            if path.contains('{') {
                let page = browser.get(&format!("{}{odd}", here.trim_end_matches(end))).await;
                assert!(page.status.as_u16() < 500, "GET {path} with {odd}: {}", page.status);
            }
        }
    }
}

/// A handler that no page of ours has.
async fn panics(_: Public) -> error::Result<actix_web::HttpResponse> {
    panic!("secret words of a panic")
}

fn a_route_that_panics() -> Vec<routes::Endpoint> {
    vec![routes::get("/panic", panics)]
}

#[actix_web::test]
async fn every_kind_of_answer_carries_the_headers_and_a_page_of_ours() {
    let app = TestApp::start_with(a_route_that_panics).await;
    let (visitor, sam) = (app.visitor(), app.signed_in(SAM));
    // `Browser` looks at the headers of every answer; here each status is made to happen.
    for (status, words, page) in [
        (200, "Sign in", visitor.get("/sign-in").await),
        (303, "", visitor.get("/companies/acme").await),
        (400, "", visitor.get("/static/%2e%2e/Cargo.toml").await),
        (403, "This came from another site", visitor.send(visitor.request(Method::POST, "/sign-in")).await),
        (404, "Page not found", visitor.get("/nowhere").await),
        (404, "Page not found", visitor.get("/static/nothing.css").await),
        (405, "This address works in another way", sam.get("/sign-out").await),
        (413, "This is too large", visitor.post("/sign-in", &[("email", &"a".repeat(66_000))]).await),
        (414, "This address is too long", visitor.get(&format!("/{}", "a".repeat(9000))).await),
        (422, "to correct", visitor.post("/sign-in", &[]).await),
        (422, "This form cannot be read", visitor.post("/sign-in", &[("email", "a"), ("email", "b")]).await),
        (500, "This did not work", visitor.get("/panic").await),
    ] {
        if status == 400 {
            assert!([400, 404].contains(&page.status.as_u16()), "{}: {}", page.path, page.status);
        } else {
            page.is(status).shows(words);
        }
        assert_eq!(
            page.text().contains(page.header("x-request-id")),
            status >= 500,
            "the id stands in the text of 5xx only: {}",
            page.path
        );
        for secret in ["secret words", "src/", ".rs:", "panicked"] {
            page.hides(secret);
        }
    }
    let page = visitor.get("/sign-in").await;
    assert_eq!(page.header("strict-transport-security"), "", "a plain address promises no https");
    app.visitor().get("/sign-in").await.is(200);
}

#[actix_web::test]
async fn a_request_that_fails_between_two_others_harms_neither() {
    let app = TestApp::start_with(a_route_that_panics).await;
    let visitor = app.visitor();
    for _ in 0..20 {
        visitor.get("/panic").await.is(500);
        visitor.get("/sign-in").await.is(200);
    }
}

#[actix_web::test]
async fn behind_https_the_browser_is_told_to_stay_there() {
    let app = TestApp::start_behind("https://partners.example").await;
    let visitor = app.visitor();
    let page = visitor.get("/sign-in").await;
    assert!(page.header("strict-transport-security").starts_with("max-age=63072000"));
    // The address that the program is reached at is not its own: only the configured one counts.
    let own = visitor.request(Method::POST, "/sign-in").header("origin", app.base_url.as_str());
    visitor.send(own).await.is(403);
    let right = visitor.request(Method::POST, "/sign-in").header("origin", "https://partners.example");
    visitor.send(right).await.is(422);
}

#[actix_web::test]
async fn style_and_script_are_kept_for_ever_under_their_version() {
    let app = TestApp::start().await;
    let page = app.visitor().get("/sign-in").await;
    let css = page.links("link[rel=stylesheet]").remove(0);
    assert!(app.visitor().get(&css).await.is(200).header("cache-control").contains("immutable"));
    let (_, version) = css.split_once('=').unwrap();
    for other in ["", "?v=", "?v=0123456789ab", &format!("?v={version}0"), &format!("?x=1&v={version}")] {
        let page = app.visitor().get(&format!("/static/app.css{other}")).await;
        assert_eq!(page.is(200).header("cache-control"), "no-store", "{other}");
    }
    let of_another = app.visitor().get(&format!("/static/app.js?v={version}")).await;
    assert_eq!(of_another.is(200).header("cache-control"), "no-store", "the version of another file");
}

#[actix_web::test]
async fn serve_has_no_mailbox() {
    let demo_only: BTreeSet<&str> = pages().into_iter().filter(|path| path.starts_with("/mailbox")).collect();
    let served: BTreeSet<&str> = routes::all(Mode::Serve).iter().map(|route| route.path).collect();
    assert!(!demo_only.is_empty() && served.is_disjoint(&demo_only));
    let app = TestApp::start().await;
    let scene = Scene::set(&app);
    for path in demo_only {
        app.signed_in(SAM).get(&scene.path(path)).await.is(404).shows("There is nothing at this address");
    }
}

#[actix_web::test]
async fn a_page_takes_five_statements_at_most() {
    let app = TestApp::start_demo().await;
    let scene = Scene::set(&app);
    let mut faults = Vec::new();
    for path in pages() {
        for email in [SAM, OLIVIA] {
            let browser = app.signed_in(email);
            let here = scene.path(path);
            // Traces are written once an hour: not by the visit that is counted.
            browser.get(&here).await;
            let before = app.db.statements();
            let page: Page = browser.get(&here).await;
            let statements = app.db.statements() - before;
            // The probe counts the migrations; it is no page.
            if path != "/readyz" && page.status.is_success() && statements > 5 {
                faults.push(format!("GET {path} as {email}: {statements}"));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

fn url_encoded(fields: &[(&str, &str)]) -> String {
    url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish()
}
