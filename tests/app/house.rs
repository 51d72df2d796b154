//! What holds everywhere: headers, methods, limits, errors.

use crate::support::{TestApp, personas::*};

#[actix_web::test]
async fn a_page_that_is_not_there_says_so() {
    let app = TestApp::start().await;
    let page = app.visitor().get("/nowhere").await;
    page.is(404).shows("There is nothing at this address");
}

#[actix_web::test]
async fn signed_out_every_path_of_a_company_or_team_leads_to_sign_in() {
    let app = TestApp::start().await;
    for path in
        ["/companies", "/companies/acme", "/companies/acme/nonsense?x=1", "/companies/nobody/partners", "/teams/northwind", "/teams/x/y/z"]
    {
        let page = app.visitor().get(path).await;
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
async fn a_form_from_another_site_is_refused() {
    let app = TestApp::start().await;
    let browser = app.signed_in(SAM);
    for (name, value) in [
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
        ("origin", "null"),
        ("origin", "https://evil.example"),
        ("x-nothing", ""),
    ] {
        let page = browser.send(browser.request(reqwest::Method::POST, "/sign-out").header(name, value).body("")).await;
        page.is(403).shows("This came from another site");
    }
}
