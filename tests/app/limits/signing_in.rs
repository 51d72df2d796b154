//! Signing in and forgotten passwords: slowed down, never locked, and telling nothing (S3, S4).

use super::*;
use crate::support::two_step::RECOVERY;
use reqwest::Method;

/// The answer without what differs each time.
fn answer(page: &Page, email: &str) -> (u16, Vec<(String, String)>, String) {
    let mut headers: Vec<(String, String)> = page
        .headers
        .iter()
        .filter(|(name, _)| !["date", "x-request-id", "content-length", "set-cookie"].contains(&name.as_str()))
        .map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()))
        .collect();
    headers.sort();
    (page.status.as_u16(), headers, page.body.replace(email, "ADDRESS"))
}

#[actix_web::test]
async fn the_right_password_works_from_another_address_while_somebody_hammers() {
    let app = TestApp::start_limited().await;
    let copy = app.copy().await;
    let stranger = app.visitor().at("127.0.0.66");
    hammer(&stranger, OLIVIA).await;
    is_too_many(&try_to_sign_in(&stranger.on(&copy), OLIVIA, WRONG).await);
    is_too_many(&try_to_sign_in(&stranger, OLIVIA, PASSWORD).await);
    for program in [&app, &copy] {
        try_to_sign_in(&program.visitor(), OLIVIA, PASSWORD).await.leads_to("/");
    }
    is_too_many(&try_to_sign_in(&stranger, OLIVIA, WRONG).await);
    try_to_sign_in(&stranger, ADAM, PASSWORD).await.leads_to("/");
}

#[actix_web::test]
async fn who_gets_it_right_begins_anew() {
    let app = TestApp::start_limited().await;
    let browser = app.visitor();
    for _ in 0..3 {
        for _ in 1..Limit::SignIn.most() {
            try_to_sign_in(&browser, OLIVIA, WRONG).await.is(422);
        }
        try_to_sign_in(&browser, OLIVIA, PASSWORD).await.leads_to("/");
    }
}

#[actix_web::test]
async fn a_network_that_tries_address_after_address_is_stopped() {
    let app = TestApp::start_limited().await;
    let (stranger, sam) = (app.visitor().at("127.0.0.66"), app.visitor());
    stranger.post("/sign-in", &[]).await.is(422);
    used(&app, Limit::SignInOfNetwork.most() - 2);
    for email in ["a@nowhere.example", "b@nowhere.example"] {
        try_to_sign_in(&stranger, email, WRONG).await.is(422);
    }
    let page = try_to_sign_in(&stranger, SAM, PASSWORD).await;
    is_too_many(&page);
    page.shows("Too many people tried to sign in from your network.");
    try_to_sign_in(&sam, SAM, PASSWORD).await.leads_to("/");
}

#[actix_web::test]
async fn known_and_unknown_addresses_meet_the_limit_of_signing_in_alike() {
    let app = TestApp::start_limited().await;
    let tries = async |from: &str, email: &str| {
        let browser = app.visitor().at(from);
        let mut answers = Vec::new();
        for _ in 0..Limit::SignIn.most() + 2 {
            let before = app.passwords.verifications();
            let page = try_to_sign_in(&browser, email, WRONG).await;
            let mut answer = answer(&page, email);
            // The seconds that are left are the same but for the second in which they were asked for.
            answer.1.retain(|(name, _)| name != "retry-after");
            answers.push((answer, app.passwords.verifications() - before, counts(&app) > 0));
        }
        answers
    };
    let known = tries("127.0.0.2", OLIVIA).await;
    assert_eq!(known, tries("127.0.0.3", "nobody@nowhere.example").await);
    assert_eq!(known.iter().filter(|(answer, ..)| answer.0 == 429).count(), 2);
}

#[actix_web::test]
async fn over_the_limit_a_forgotten_password_gets_the_same_answer_and_no_further_mail() {
    let app = TestApp::start_limited().await;
    let copy = app.copy().await;
    let asks = async |email: &str| {
        let mut answers = Vec::new();
        for n in 0..Limit::PasswordReset.most() + 3 {
            // From everywhere: an address is mailed so often, whoever asks.
            let browser = if n % 2 == 0 { app.visitor() } else { copy.visitor() }.at(&format!("127.0.0.{}", 10 + n));
            let page = browser.post("/password-reset", &[("email", email)]).await;
            page.leads_to("/sign-in");
            let cookies: Vec<usize> = page.headers.get_all("set-cookie").iter().map(|cookie| cookie.as_bytes().len().min(20)).collect();
            answers.push((answer(&page, email), cookies, browser.follow(page).await.body.replace(email, "ADDRESS")));
        }
        answers
    };
    let known = asks(OLIVIA).await;
    assert!(known.iter().all(|answer| *answer == known[0]), "the answer stays as it is");
    assert_eq!(known, asks("nobody@nowhere.example").await);
    assert_eq!(app.mails_to(OLIVIA).len(), 5);
    assert_eq!(app.mails().len(), 5);
    assert_eq!(app.number("SELECT count(*) FROM audit WHERE action = 'password reset asked'"), 5);

    // Whoever asked: the newest link still opens.
    app.visitor().post(&app.link_to(OLIVIA), &[("password", "five quiet lanterns")]).await.leads_to("/sign-in");
    windows_end(&app);
    app.visitor().post("/password-reset", &[("email", OLIVIA)]).await.leads_to("/sign-in");
    assert_eq!(app.last_mail_to(OLIVIA).subject, "Choose a new password for Guildhall");
}

#[actix_web::test]
async fn a_network_that_asks_for_link_after_link_is_told_to_wait() {
    let app = TestApp::start_limited().await;
    let stranger = app.visitor().at("127.0.0.66");
    stranger.post("/password-reset", &[]).await.is(422);
    used(&app, Limit::PasswordResetOfNetwork.most());
    let page = stranger.post("/password-reset", &[("email", OLIVIA)]).await;
    is_too_many(&page);
    let unknown = stranger.post("/password-reset", &[("email", "nobody@nowhere.example")]).await;
    assert_eq!((page.status, page.body), (unknown.status, unknown.body));
    assert!(app.mails().is_empty());
    app.visitor().post("/password-reset", &[("email", OLIVIA)]).await.leads_to("/sign-in");
    assert_eq!(app.mails_to(OLIVIA).len(), 1);
}

#[actix_web::test]
async fn who_is_asked_again_has_so_many_tries_wherever_they_are_asked() {
    let app = TestApp::start_limited().await;
    let copy = app.copy().await;
    let olivia = app.signed_in(OLIVIA);
    for n in 0..Limit::Proof.most() {
        let browser = if n % 2 == 0 { olivia.clone() } else { olivia.on(&copy) };
        let page = match n % 3 {
            0 => browser.post("/account/confirmation", &[("password", WRONG)]).await,
            1 => browser.post("/account/password", &[("current", WRONG), ("password", "five quiet lanterns")]).await,
            _ => browser.post("/account/email", &[("email", "o@elsewhere.example"), ("email_password", WRONG)]).await,
        };
        page.is(422);
    }
    let again = app.signed_in(OLIVIA);
    for browser in [&olivia, &again, &again.at("127.0.0.9"), &again.on(&copy)] {
        is_too_many(&browser.post("/account/confirmation", &[("password", PASSWORD)]).await);
        let new = [("current", PASSWORD), ("password", "five quiet lanterns")];
        is_too_many(&browser.post("/account/password", &new).await);
    }
    app.signed_in(ADAM).post("/account/confirmation", &[("password", PASSWORD)]).await.is(303);
    // Signing in is a proof too, and has its own limit.
    try_to_sign_in(&app.visitor(), OLIVIA, PASSWORD).await.leads_to("/");
    windows_end(&app);
    olivia.post("/account/confirmation", &[("password", PASSWORD)]).await.is(303);
    assert_eq!(app.number("SELECT count(*) FROM rate_limits WHERE ends_at > now()"), 0, "what was right is forgotten");
}

#[actix_web::test]
async fn nobody_can_lock_another_person_out() {
    let app = TestApp::start_limited().await;
    let olivia = app.signed_in(OLIVIA);
    let stranger = app.visitor().at("127.0.0.66");
    hammer(&stranger, OLIVIA).await;
    for _ in 0..Limit::PasswordReset.most() + 1 {
        stranger.post("/password-reset", &[("email", OLIVIA)]).await.is(303);
    }
    for _ in 0..Limit::Link.most() + 1 {
        stranger.post("/password-reset/nonsense", &[("password", WRONG)]).await;
    }
    is_too_many(&stranger.post("/password-reset/nonsense", &[("password", WRONG)]).await);

    try_to_sign_in(&app.visitor(), OLIVIA, PASSWORD).await.leads_to("/");
    olivia.post("/account/confirmation", &[("password", PASSWORD)]).await.is(303);
    let newest = app.link_to(OLIVIA);
    app.visitor().get(&newest).await.is(200);
    app.visitor().post(&newest, &[("password", "five quiet lanterns")]).await.leads_to("/sign-in");
    try_to_sign_in(&app.visitor(), OLIVIA, "five quiet lanterns").await.leads_to("/");
}

#[actix_web::test]
async fn a_form_of_another_site_is_not_counted() {
    let app = TestApp::start_limited().await;
    let visitor = app.visitor();
    let foreign = visitor.request(Method::POST, "/sign-in").header("sec-fetch-site", "cross-site").body("email=a%40b.example&password=x");
    visitor.send(foreign).await.is(403);
    assert_eq!(counts(&app), 0);
}

#[test]
fn codes_are_counted_by_network_and_by_person() {
    use guildhall::{
        access::{Limiter, Whose},
        error::Error,
        ids::UserId,
    };
    let app = actix_web::rt::System::new().block_on(TestApp::start_limited());
    let (conn, limiter) = (&mut app.connection(), Limiter::new(b"a key", 1));
    let (one, other) = (UserId::new(), UserId::new());
    for _ in 0..Limit::Code.most() {
        limiter.take_code(conn, one).unwrap();
    }
    assert!(matches!(limiter.take_code(conn, one), Err(Error::TooMany(excess)) if excess.limit == "code"));
    limiter.take_code(conn, other).unwrap();
    assert_eq!(
        app.text("SELECT string_agg(used::text, ',' ORDER BY used) FROM rate_limits"),
        "1,1,10,10",
        "its network does not use up the person's"
    );
    app.sql("UPDATE rate_limits SET used = CASE used WHEN 10 THEN 30 ELSE used END, ends_at = CASE used WHEN 10 THEN now() + interval '40 minutes' ELSE ends_at END");
    limiter.forget_code(conn, other).unwrap();
    assert_eq!(app.number("SELECT count(*) FROM rate_limits"), 2);
    limiter.forget_code(conn, one).unwrap();
    limiter.take_code(conn, one).unwrap();
    // From network after network: each tries one code, until the person's are used up.
    for _ in 1..Limit::CodeOfPerson.most() {
        limiter.forget(conn, Limit::Code, Whose::PersonHere(one)).unwrap();
        limiter.take_code(conn, one).unwrap();
    }
    limiter.forget(conn, Limit::Code, Whose::PersonHere(one)).unwrap();
    assert!(matches!(limiter.take_code(conn, one), Err(Error::TooMany(excess)) if excess.limit == "code of a person"));
    limiter.take_code(conn, other).unwrap();
}

#[actix_web::test]
async fn codes_are_limited_where_they_are_taken() {
    const CODE_PAGE: &str = "/sign-in/code";
    let app = TestApp::start_limited().await;
    let copy = app.copy().await;
    app.switch_two_step_on(OLIVIA);
    let stranger = "127.0.0.66";
    for n in 0..Limit::Code.most() {
        let halfway = app.halfway(OLIVIA).at(stranger);
        let browser = if n % 2 == 0 { halfway } else { halfway.on(&copy) };
        browser.post(CODE_PAGE, &[("code", "no code")]).await.is(422);
    }
    let page = app.halfway(OLIVIA).at(stranger).post(CODE_PAGE, &[("code", &app.code(0))]).await;
    is_too_many(&page);
    page.shows("Too many codes were tried.");
    is_too_many(&app.halfway(OLIVIA).at(stranger).on(&copy).post(CODE_PAGE, &[("recovery", RECOVERY)]).await);
    app.halfway(OLIVIA).at("127.0.0.67").post(CODE_PAGE, &[("code", "no code")]).await.is(422);
    // Of the person from everywhere: then from nowhere, until the hour is over.
    used(&app, Limit::CodeOfPerson.most());
    is_too_many(&app.halfway(OLIVIA).at("127.0.0.68").post(CODE_PAGE, &[("code", &app.code(0))]).await);
    windows_end(&app);
    app.halfway(OLIVIA).at("127.0.0.68").post(CODE_PAGE, &[("code", &app.code(0))]).await.leads_to("/");
}

#[actix_web::test]
async fn with_two_steps_passwords_are_counted_until_the_code_is_right() {
    let app = TestApp::start_limited().await;
    app.switch_two_step_on(OLIVIA);
    let browser = app.visitor();
    for _ in 0..Limit::SignIn.most() {
        try_to_sign_in(&browser, OLIVIA, PASSWORD).await.leads_to("/sign-in/code");
    }
    is_too_many(&try_to_sign_in(&browser, OLIVIA, PASSWORD).await);
    browser.post("/sign-in/code", &[("code", &app.code(0))]).await.leads_to("/");
    try_to_sign_in(&app.visitor(), OLIVIA, PASSWORD).await.leads_to("/sign-in/code");
}
