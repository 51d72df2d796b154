//! Signing in with a password and a code.

use super::*;
use crate::support::{Forged, at_once};

const CODE_PAGE: &str = "/sign-in/code";
const WRONG: &str = "Error: Enter the six digits that your app shows now";

/// Gives the password, and stays on the page that asks for the code.
async fn give_password(app: &TestApp, browser: &Browser, next: &str) -> Page {
    let form = browser.get(&format!("/sign-in{next}")).await.form("/sign-in").set("email", OLIVIA).set("password", PASSWORD);
    let page = browser.submit(&form).await;
    assert!(page.is(303).location().unwrap().starts_with(CODE_PAGE));
    assert_eq!(app.number("SELECT count(*) FROM sessions WHERE user_id IS NOT NULL"), 0, "nobody is signed in yet");
    browser.follow(page).await
}

/// Six digits that are no code of the app around now.
fn wrong_code(app: &TestApp) -> String {
    let right: Vec<String> = (-3..=3).map(|steps| app.code(steps)).collect();
    (0..).map(|number| format!("{number:06}")).find(|code| !right.contains(code)).unwrap()
}

#[actix_web::test]
async fn after_the_password_the_code_signs_in_under_a_new_session() {
    let app = TestApp::start().await;
    app.switch_two_step_on(OLIVIA);
    let browser = app.visitor();
    let page = give_password(&app, &browser, "?next=%2Fteams%2Fnorthwind%2Fmembers%3Fq%3Dmia").await;
    assert_eq!(page.h1(), "Enter your code");
    assert_eq!(page.form(CODE_PAGE).value("next"), Some("/teams/northwind/members?q=mia"));
    let (before, planted) = (session_id(&browser), browser.on(&app));
    browser.get("/teams/northwind").await.leads_to("/sign-in?next=%2Fteams%2Fnorthwind");
    browser.get("/account").await.leads_to("/sign-in?next=%2Faccount");
    assert_eq!(actions(&app), "");
    let code = app.code(0);
    let done = browser.submit(&page.form(CODE_PAGE).set("code", &format!("{} {}", &code[..3], &code[3..]))).await;
    done.leads_to("/teams/northwind/members?q=mia");
    browser.get("/teams/northwind").await.is(200);
    assert_ne!(session_id(&browser), before, "a new id");
    planted.get("/").await.leads_to("/sign-in");
    planted.get(CODE_PAGE).await.leads_to("/sign-in");
    assert_eq!(actions(&app), "signed in");
    assert_eq!(app.number("SELECT count(*) FROM second_steps"), 0);
}

#[actix_web::test]
async fn a_session_planted_before_the_password_is_dead_after_it() {
    let app = TestApp::start().await;
    app.switch_two_step_on(OLIVIA);
    let attacker = app.visitor();
    try_to_sign_in(&attacker, MIA, PASSWORD).await.leads_to("/");
    let victim = attacker.on(&app);
    victim.post("/sign-in", &[("email", OLIVIA), ("password", PASSWORD)]).await.leads_to(CODE_PAGE);
    victim.get("/account").await.leads_to("/sign-in?next=%2Faccount");
    attacker.get(CODE_PAGE).await.leads_to("/sign-in");
    attacker.get("/").await.leads_to("/sign-in");
}

#[actix_web::test]
async fn the_second_page_is_only_there_after_the_first() {
    let app = TestApp::start().await;
    app.switch_two_step_on(OLIVIA);
    let visitor = app.visitor();
    visitor.get("/sign-in/code?next=%2Faccount").await.leads_to("/sign-in?next=%2Faccount");
    visitor.post(CODE_PAGE, &[("code", &app.code(0))]).await.leads_to("/sign-in");
    visitor.post(CODE_PAGE, &[("code", &app.code(0)), ("next", "//evil.example")]).await.leads_to("/sign-in");
    let halfway = app.halfway(OLIVIA);
    halfway.post(CODE_PAGE, &[("code", &app.code(0)), ("next", "//evil.example")]).await.leads_to("/");
}

#[actix_web::test]
async fn a_wrong_password_is_answered_alike_whoever_has_a_second_step() {
    let app = TestApp::start().await;
    app.switch_two_step_on(OLIVIA);
    let answer = async |email: &str, password: &str| {
        let before = app.passwords.verifications();
        let page = try_to_sign_in(&app.visitor(), email, password).await;
        assert_eq!(app.passwords.verifications() - before, 1, "{email}");
        page.is(422);
        let mut headers: Vec<String> = page.headers.keys().map(ToString::to_string).collect();
        headers.sort();
        (page.body.replace(email, "ADDRESS"), headers)
    };
    let with = answer(OLIVIA, "not her password").await;
    assert_eq!(with, answer(MIA, "not her password").await);
    assert_eq!(with, answer("nobody@nowhere.example", PASSWORD).await);
}

#[actix_web::test]
async fn a_clock_may_be_wrong_by_one_step_either_way() {
    let app = TestApp::start().await;
    app.switch_two_step_on(OLIVIA);
    for (steps, is_taken) in [(-2, false), (-1, true), (0, true), (1, true), (2, false)] {
        // Again where the step changed meanwhile: the code was another one then.
        loop {
            app.forget_codes();
            let (browser, step) = (app.halfway(OLIVIA), app.seconds() / 30);
            let page = browser.post(CODE_PAGE, &[("code", &app.code(steps))]).await;
            if app.seconds() / 30 == step {
                assert_eq!(page.status, if is_taken { 303 } else { 422 }, "{steps} steps");
                break;
            }
        }
    }
}

#[actix_web::test]
async fn a_code_counts_once_on_all_copies() {
    let app = TestApp::start().await;
    let copy = app.copy().await;
    app.switch_two_step_on(OLIVIA);
    let code = app.code(0);
    app.halfway(OLIVIA).post(CODE_PAGE, &[("code", &code)]).await.leads_to("/");
    for again in [app.halfway(OLIVIA), app.halfway(OLIVIA).on(&copy)] {
        assert_eq!(again.post(CODE_PAGE, &[("code", &code)]).await.is(422).error_at("code"), WRONG);
    }
    // Neither does one from before it.
    app.halfway(OLIVIA).post(CODE_PAGE, &[("code", &app.code(-1))]).await.is(422);
    // And ten at once are one.
    app.forget_codes();
    let code: &'static str = app.code(0).leak();
    let forms: Vec<Forged> = (0..10)
        .map(|nth| {
            let browser = app.halfway(OLIVIA);
            (if nth % 2 == 0 { browser } else { browser.on(&copy) }, CODE_PAGE.to_owned(), vec![("code", code)])
        })
        .collect();
    let answers: Vec<u16> = at_once(forms).await.iter().map(|page| page.status.as_u16()).collect();
    assert_eq!(answers.iter().filter(|status| **status == 303).count(), 1, "{answers:?}");
    assert_eq!(answers.iter().filter(|status| **status == 422).count(), 9, "{answers:?}");
}

#[actix_web::test]
async fn a_recovery_code_stands_in_once_and_is_told() {
    let app = TestApp::start().await;
    app.switch_two_step_on(OLIVIA);
    let browser = app.visitor();
    let page = give_password(&app, &browser, "").await;
    let done = browser.submit(&page.form(CODE_PAGE).set("recovery", &format!(" {} ", RECOVERY.to_uppercase().replace('-', " ")))).await;
    done.leads_to("/");
    browser.visit("/account").await.shows("You used your last recovery code.");
    let mail = app.last_mail_to(OLIVIA);
    assert_eq!(mail.subject, "A recovery code was used for Guildhall");
    assert!(mail.text.contains("Codes left") && !mail.text.contains(RECOVERY), "{}", mail.text);
    assert!(mail.html.contains("After the right password"), "{}", mail.html);
    assert_eq!(actions(&app), "recovery code used, signed in");
    let again = app.halfway(OLIVIA).post(CODE_PAGE, &[("recovery", RECOVERY)]).await;
    assert_eq!(again.is(422).error_at("recovery"), "Error: Enter a recovery code that you have not used yet");
    assert!(!again.body.contains(RECOVERY), "what was typed does not come back");
    // Typed into the other field it is the same code.
    app.sql("UPDATE recovery_codes SET used_at = NULL");
    app.halfway(OLIVIA).post(CODE_PAGE, &[("code", RECOVERY)]).await.leads_to("/");
}

#[actix_web::test]
async fn ten_who_use_one_recovery_code_at_once_are_one() {
    let app = TestApp::start().await;
    let copy = app.copy().await;
    app.switch_two_step_on(OLIVIA);
    let form = |nth: usize| -> Forged {
        let browser = app.halfway(OLIVIA);
        (if nth.is_multiple_of(2) { browser } else { browser.on(&copy) }, CODE_PAGE.to_owned(), vec![("recovery", RECOVERY)])
    };
    let pages = at_once((0..10).map(form).collect()).await;
    assert_eq!(pages.iter().filter(|page| page.location().as_deref() == Some("/")).count(), 1);
    assert_eq!(pages.iter().filter(|page| page.status == 422).count(), 9);
    assert_eq!(app.mails_to(OLIVIA).len(), 1);
    assert_eq!(actions(&app), "recovery code used, signed in");
}

#[actix_web::test]
async fn five_wrong_codes_lead_back_to_the_password() {
    let app = TestApp::start().await;
    let copy = app.copy().await;
    app.switch_two_step_on(OLIVIA);
    let browser = app.visitor();
    let page = give_password(&app, &browser, "?next=%2Faccount").await;
    let wrong = wrong_code(&app);
    for (nth, (field, typed)) in
        [("code", wrong.as_str()), ("code", ""), ("code", "olivia"), ("recovery", wrong.as_str())].into_iter().enumerate()
    {
        let here = if nth % 2 == 0 { browser.clone() } else { browser.on(&copy) };
        let page = here.submit(&page.form(CODE_PAGE).set(field, typed)).await;
        assert!(page.is(422).error_at(field).starts_with("Error: Enter "), "{typed:?}");
        page.shows("One thing to correct");
        assert_eq!(page.form(CODE_PAGE).value("next"), Some("/account"));
    }
    let fifth = browser.submit(&page.form(CODE_PAGE).set("code", &wrong)).await;
    fifth.leads_to("/sign-in?next=%2Faccount");
    browser.follow(fifth).await.shows("That was the fifth wrong code.");
    let late = browser.submit(&page.form(CODE_PAGE).set("code", &app.code(0))).await;
    late.leads_to("/sign-in?next=%2Faccount");
    browser.follow(late).await.shows("Begin again with your password.");
    browser.get(CODE_PAGE).await.leads_to("/sign-in");
    assert_eq!(actions(&app), "");
    // It is no lasting lockout.
    let page = give_password(&app, &browser, "").await;
    browser.submit(&page.form(CODE_PAGE).set("code", &app.code(0))).await.leads_to("/");
}

#[actix_web::test]
async fn twenty_wrong_codes_at_once_are_five() {
    let app = TestApp::start().await;
    app.switch_two_step_on(OLIVIA);
    let (browser, wrong) = (app.halfway(OLIVIA), wrong_code(&app).leak() as &'static str);
    let pages = at_once((0..20).map(|_| (browser.clone(), CODE_PAGE.to_owned(), vec![("code", wrong)])).collect()).await;
    assert!(pages.iter().filter(|page| page.status == 422).count() <= 4);
    assert_eq!(app.number("SELECT tries FROM second_steps"), 5);
    browser.post(CODE_PAGE, &[("code", &app.code(0))]).await.leads_to("/sign-in");
}

#[actix_web::test]
async fn ten_minutes_after_the_password_it_is_asked_for_again() {
    let app = TestApp::start().await;
    app.switch_two_step_on(OLIVIA);
    let browser = app.halfway(OLIVIA);
    app.sql("UPDATE second_steps SET expires_at = now() - interval '1 second'");
    browser.get(CODE_PAGE).await.leads_to("/sign-in");
    let late = browser.post(CODE_PAGE, &[("code", &app.code(0))]).await;
    late.leads_to("/sign-in");
    browser.follow(late).await.shows("A code is awaited for ten minutes");
    // What is over goes when others come.
    give_password(&app, &app.visitor(), "").await;
    assert_eq!(app.number("SELECT count(*) FROM second_steps"), 1);
    assert_eq!(
        app.number(
            "SELECT count(*) FROM second_steps WHERE expires_at BETWEEN now() + interval '9 minutes' AND now() + interval '10 minutes'"
        ),
        1
    );
}

#[actix_web::test]
async fn a_new_password_by_mail_skips_no_step_and_ends_what_waits_for_one() {
    let app = TestApp::start().await;
    app.switch_two_step_on(OLIVIA);
    let waiting = app.halfway(OLIVIA);
    ask_for_a_link(&app, OLIVIA).await;
    choose(&app, &app.link_to(OLIVIA), "correct horse battery").await.leads_to("/sign-in");
    waiting.post(CODE_PAGE, &[("code", &app.code(0))]).await.leads_to("/sign-in");
    let browser = app.visitor();
    try_to_sign_in(&browser, OLIVIA, "correct horse battery").await.leads_to(CODE_PAGE);
    browser.get("/").await.leads_to("/sign-in");
    browser.post(CODE_PAGE, &[("code", &app.code(0))]).await.leads_to("/");
}

#[actix_web::test]
async fn who_proves_again_who_they_are_gives_the_password_or_a_code() {
    let app = TestApp::start().await;
    app.switch_two_step_on(OLIVIA);
    let stale = || app.sql("UPDATE sessions SET proved_at = now() - interval '11 minutes'");
    let olivia = app.signed_in(OLIVIA);
    stale();
    let asked = olivia.visit(ENDING).await;
    asked.shows("One of the two is enough.");
    let form = asked.form("/account/confirmation");
    for (field, typed) in [("proof_code", app.code(0)), ("password", PASSWORD.to_owned()), ("proof_code", RECOVERY.to_owned())] {
        stale();
        let before = session_id(&olivia);
        olivia.submit(&form.clone().set(field, &typed)).await.leads_to(ENDING);
        assert_ne!(session_id(&olivia), before, "a new id");
        olivia.get(ENDING).await.is(200);
    }
    assert_eq!(actions(&app), "identity confirmed, identity confirmed, recovery code used, identity confirmed");
    let told = app.last_mail_to(OLIVIA).html;
    assert!(told.contains("In a browser that is signed in") && !told.contains("After the right password"), "{told}");
    // The code that counted counts no more, and neither proves anything.
    stale();
    assert_eq!(olivia.submit(&form.clone().set("proof_code", &app.code(0))).await.is(422).error_at("proof_code"), WRONG);
    let page = olivia.submit(&form.clone()).await;
    assert_eq!(page.is(422).error_at("password"), "Error: Enter your password, or a code below");
    olivia.get(ENDING).await.leads_to("/account/confirmation?next=%2Faccount%2Ftwo-step%2Fending");
    // Who has it off is asked for the password alone.
    let mia = app.signed_in(MIA);
    let page = mia.get("/account/confirmation").await;
    page.hides("a code of your app");
    mia.post("/account/confirmation", &[("proof_code", "123456")]).await.is(422);
}

#[actix_web::test]
async fn after_five_wrong_codes_the_password_alone_proves_who_is_there() {
    let app = TestApp::start().await;
    app.switch_two_step_on(OLIVIA);
    let olivia = app.signed_in(OLIVIA);
    let wrong = wrong_code(&app);
    for _ in 0..5 {
        assert_eq!(olivia.post("/account/confirmation", &[("proof_code", &wrong)]).await.is(422).error_at("proof_code"), WRONG);
    }
    let page = olivia.post("/account/confirmation", &[("proof_code", &app.code(0))]).await;
    assert_eq!(page.is(422).error_at("password"), "Error: Enter your password: after five wrong codes none is taken");
    olivia.post("/account/confirmation", &[("password", PASSWORD)]).await.leads_to("/");
    olivia.post("/account/confirmation", &[("proof_code", &app.code(0))]).await.leads_to("/");
}
