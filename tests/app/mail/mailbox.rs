//! The demo's mailbox (rule 58, S16, S51).

use super::*;
use crate::support::personas::*;
use reqwest::Method;

#[actix_web::test]
async fn the_mailbox_lists_mail_newest_first_by_pages() {
    let app = TestApp::start_demo().await;
    app.visitor().get("/mailbox").await.is(200).shows("No mail yet");
    for n in 1..=60 {
        app.queue(&Letter { subject: format!("Letter {n}"), ..letter("ines@larkspur.example") });
    }
    let browser = app.visitor();
    let mut seen = Vec::new();
    let mut page = browser.get("/mailbox").await;
    loop {
        page.is(200);
        seen.extend(page.text_of("a.name"));
        let Some(next) = page.links("a[rel=next]").pop() else { break };
        page = browser.get(&next).await;
    }
    assert_eq!(seen, (1..=60).rev().map(|n| format!("Letter {n}")).collect::<Vec<_>>());
    let back = browser.get(&page.links("a[rel=prev]")[0]).await;
    assert_eq!(back.text_of("a.name"), (11..=35).rev().map(|n| format!("Letter {n}")).collect::<Vec<_>>());
}

#[actix_web::test]
async fn a_mail_is_shown_with_its_headers_its_text_and_a_link_that_works() {
    let app = TestApp::start_demo().await;
    let letter = letter("ines@larkspur.example");
    let id = app.queue(&letter);
    let page = app.signed_in(SAM).get(&format!("/mailbox/{id}")).await;
    page.is(200)
        .shows("Acme via Guildhall <partners@guildhall.example>")
        .shows("ines@larkspur.example")
        .shows("Queued")
        .shows("> Great to meet you");
    assert_eq!(page.links("dd a"), [link_of(&app.mailer, &letter)]);
    assert!(page.header("content-security-policy").contains("frame-ancestors 'none'; frame-src 'self'"));
    app.drain(&Transport::Mailbox);
    app.visitor().get(&format!("/mailbox/{id}")).await.shows("Sent");
}

#[actix_web::test]
async fn a_mails_html_is_shown_in_a_frame_that_runs_nothing() {
    let app = TestApp::start_demo().await;
    let letter = letter("ines@larkspur.example");
    let id = app.queue(&letter);
    let page = app.visitor().get(&format!("/mailbox/{id}/html")).await;
    page.is(200);
    assert_eq!(
        page.header("content-security-policy"),
        "sandbox allow-top-navigation-by-user-activation; default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'"
    );
    assert_eq!(page.document().errors, Vec::<String>::new());
    assert_eq!(page.document().select(&scraper::Selector::parse("base[target=_top]").unwrap()).count(), 1);
    assert_eq!(page.links("a"), vec![link_of(&app.mailer, &letter); 2]);
}

#[actix_web::test]
async fn links_come_from_the_base_url_whatever_the_host_header_says() {
    let app = TestApp::start_demo().await;
    let letter = letter("ines@larkspur.example");
    let id = app.queue(&letter);
    let browser = app.visitor();
    for path in [format!("/mailbox/{id}"), format!("/mailbox/{id}/html")] {
        let request = browser.request(Method::GET, &path).header("host", "evil.example").header("x-forwarded-host", "evil.example");
        let page = browser.send(request).await;
        page.is(200);
        assert!(page.body.contains(&link_of(&app.mailer, &letter)) && !page.body.contains("evil.example"));
    }
}

#[actix_web::test]
async fn what_is_no_mail_is_not_found() {
    let app = TestApp::start_demo().await;
    for path in ["/mailbox/nonsense", "/mailbox/nonsense/html", "/mailbox/00000000-0000-7000-8000-000000000000", "/mailbox?after=%25"] {
        let expected = if path.contains('?') { 200 } else { 404 };
        app.visitor().get(path).await.is(expected);
    }
}

#[actix_web::test]
async fn a_real_installation_has_no_mailbox() {
    let app = TestApp::start().await;
    let id = app.queue(&letter("ines@larkspur.example"));
    for path in ["/mailbox".to_owned(), format!("/mailbox/{id}"), format!("/mailbox/{id}/html")] {
        app.signed_in(SAM).get(&path).await.is(404);
    }
}
