//! Whose doing a request is (S23): the peer's, unless the peer is a proxy of ours.

use super::*;
use reqwest::Method;

#[actix_web::test]
async fn what_a_stranger_says_of_itself_changes_neither_the_count_nor_a_mailed_link() {
    let app = TestApp::start_limited().await;
    let stranger = app.visitor().at("127.0.0.66");
    for n in 0..Limit::SignIn.most() {
        let as_somebody_new = stranger
            .saying("x-forwarded-for", &format!("203.0.113.{n}"))
            .saying("forwarded", &format!("for=203.0.113.{n};host=evil.example;proto=https"))
            .saying("x-real-ip", &format!("203.0.113.{n}"));
        try_to_sign_in(&as_somebody_new, OLIVIA, WRONG).await.is(422);
    }
    is_too_many(&try_to_sign_in(&stranger.saying("x-forwarded-for", "203.0.113.99"), OLIVIA, PASSWORD).await);
    is_too_many(&try_to_sign_in(&stranger.saying("x-forwarded-for", "127.0.0.1"), OLIVIA, PASSWORD).await);
    try_to_sign_in(&app.visitor().saying("x-forwarded-for", "127.0.0.66"), OLIVIA, PASSWORD).await.leads_to("/");

    let request = stranger
        .request(Method::POST, "/password-reset")
        .header("host", "evil.example")
        .header("x-forwarded-host", "evil.example")
        .header("forwarded", "for=203.0.113.1;host=evil.example;proto=https")
        .header("x-forwarded-for", "203.0.113.1")
        .header("sec-fetch-site", "same-origin")
        .header("content-type", "application/x-www-form-urlencoded")
        .body(format!("email={OLIVIA}"));
    stranger.send(request).await.is(303);
    let mail = app.last_mail_to(OLIVIA);
    assert!(mail.text.contains(&format!("{}/password-reset/", app.base_url)), "{}", mail.text);
    assert!(!format!("{}{}", mail.text, mail.html).contains("evil"));
}

#[actix_web::test]
async fn a_proxy_of_ours_says_whom_it_was_asked_by() {
    let app = TestApp::start_behind_proxies("127.0.0.1, 10.0.0.0/8").await;
    let copy = app.copy().await;
    let from = |says: &str| app.visitor().saying("x-forwarded-for", says);
    hammer(&from("203.0.113.7"), OLIVIA).await;
    // The right-most that is no proxy counts, whatever the client wrote before it.
    for same in ["203.0.113.7", "198.51.100.1, 203.0.113.7", "127.0.0.1,203.0.113.7", "203.0.113.7, 10.1.2.3", "nonsense, 203.0.113.7:4711"]
    {
        is_too_many(&try_to_sign_in(&from(same), OLIVIA, PASSWORD).await);
        is_too_many(&try_to_sign_in(&from(same).on(&copy), OLIVIA, PASSWORD).await);
    }
    for other in
        ["203.0.113.8", "203.0.113.7, 203.0.113.8", "203.0.113.7, 203.0.113.8, 10.1.2.3", "203.0.113.7, nonsense", "", "2001:db8::7"]
    {
        try_to_sign_in(&from(other), OLIVIA, PASSWORD).await.leads_to("/");
    }
    try_to_sign_in(&app.visitor(), OLIVIA, PASSWORD).await.leads_to("/");
    // The header may come twice: what our proxy added is the last.
    let twice = from("203.0.113.8").saying("x-forwarded-for", "203.0.113.7");
    is_too_many(&try_to_sign_in(&twice, OLIVIA, PASSWORD).await);
    // From anybody else it is not read.
    let stranger = from("203.0.113.7").at("127.0.0.66");
    try_to_sign_in(&stranger, OLIVIA, PASSWORD).await.leads_to("/");
    // Where a link leads is not the proxy's to say.
    from("203.0.113.8")
        .saying("x-forwarded-host", "evil.example")
        .saying("forwarded", "host=evil.example")
        .post("/password-reset", &[("email", OLIVIA)])
        .await
        .is(303);
    let mail = app.last_mail_to(OLIVIA);
    assert!(mail.text.contains(&app.base_url) && !mail.text.contains("evil"), "{}", mail.text);
}

#[actix_web::test]
async fn who_writes_nonsense_is_counted_with_the_proxy_that_passed_it_on() {
    let app = TestApp::start_behind_proxies("127.0.0.1").await;
    for n in 0..Limit::SignIn.most() {
        let says = ["nonsense", "", "203.0.113.1.9", "unknown", "203.0.113.9,"][n as usize % 5];
        try_to_sign_in(&app.visitor().saying("x-forwarded-for", says), OLIVIA, WRONG).await.is(422);
    }
    is_too_many(&try_to_sign_in(&app.visitor().saying("x-forwarded-for", "more nonsense"), OLIVIA, PASSWORD).await);
    is_too_many(&try_to_sign_in(&app.visitor(), OLIVIA, PASSWORD).await);
}

#[actix_web::test]
async fn all_addresses_of_one_ipv6_customer_are_counted_as_one() {
    let app = TestApp::start_behind_proxies("127.0.0.1").await;
    let from = |says: &str| app.visitor().saying("x-forwarded-for", says);
    for n in 0..Limit::SignIn.most() {
        try_to_sign_in(&from(&format!("2001:db8:1:2:{n}::{n}")), OLIVIA, WRONG).await.is(422);
    }
    is_too_many(&try_to_sign_in(&from("2001:db8:1:2:ffff:ffff:ffff:ffff"), OLIVIA, PASSWORD).await);
    is_too_many(&try_to_sign_in(&from("[2001:db8:1:2::1]:443"), OLIVIA, PASSWORD).await);
    try_to_sign_in(&from("2001:db8:1:3::1"), OLIVIA, PASSWORD).await.leads_to("/");
}
