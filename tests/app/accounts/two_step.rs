//! Two-step sign-in (S7): set up, switched off, and nowhere in a dump; signing in with it; who requires it.

mod requirement;
mod signing_in;

use super::{ask_for_a_link, choose, session_id, try_to_sign_in};
use crate::support::{
    Browser, Page, TestApp,
    personas::*,
    two_step::{RECOVERY, SECRET, code_at, read_key},
};
use guildhall::{
    accounts::two_step::setup::{seal_anew, switch_off_for},
    app::Mode,
    email_address::EmailAddress,
    error::Error,
    ids::UserId,
    routes,
    sealing::Sealer,
};

const STANDING: &str = "/account/two-step";
const SETUP: &str = "/account/two-step/setup";
const CODES: &str = "/account/two-step/recovery-codes";
const ENDING: &str = "/account/two-step/ending";

/// Goes to the page that shows the secret, and reads it there.
async fn begin(browser: &Browser, from: &str) -> (Page, Vec<u8>) {
    let page = browser.submit(&browser.get(from).await.form(SETUP)).await;
    page.is(303);
    let page = browser.follow(page).await;
    let key = read_key(&page.is(200).text_of("#key").join(""));
    (page, key)
}

/// Sets it up as a person does, and returns the page with the recovery codes.
async fn set_up(app: &TestApp, browser: &Browser, from: &str) -> (Page, Vec<u8>) {
    let (page, key) = begin(browser, from).await;
    let done = browser.submit(&page.form(STANDING).set("code", &code_at(&key, app.seconds()))).await;
    done.is(303);
    (browser.follow(done).await, key)
}

fn codes_on(page: &Page) -> Vec<String> {
    page.text_of("ol.secret li")
}

fn is_on(app: &TestApp, email: &str) -> bool {
    app.text(&format!("SELECT two_step_at IS NOT NULL FROM users WHERE email = '{email}'")) == "true"
}

fn actions(app: &TestApp) -> String {
    app.text("SELECT string_agg(action, ', ' ORDER BY at, id) FROM audit")
}

#[actix_web::test]
async fn it_is_set_up_by_the_first_code_of_an_app_and_the_recovery_codes_are_shown_once() {
    let app = TestApp::start().await;
    let olivia = app.signed_in(OLIVIA);
    let account = olivia.get("/account").await;
    assert_eq!(account.links("#two-step a"), [STANDING]);
    let (page, key) = begin(&olivia, STANDING).await;
    assert_eq!(key.len(), 20);
    let uri = page.links("a[href^='otpauth:']").remove(0);
    let letters = page.text_of("#key").join("").replace(' ', "");
    assert_eq!(uri, format!("otpauth://totp/Guildhall:olivia%40northwind.example?secret={letters}&issuer=Guildhall"));
    assert_eq!(page.text_of("svg[role=img]").len(), 1);
    assert_eq!(olivia.get(SETUP).await.text_of("#key").join("").replace(' ', ""), letters, "the same when the page is read again");

    let wrong = code_at(&key, app.seconds() + 3600);
    for (typed, form) in [("", page.form(STANDING)), (wrong.as_str(), page.form(STANDING)), ("olivia", page.form(STANDING))] {
        let refused = olivia.submit(&form.set("code", typed)).await;
        assert_eq!(refused.is(422).error_at("code"), "Error: Enter the six digits that your app shows now", "{typed}");
        assert_eq!(refused.text_of("#key").join("").replace(' ', ""), letters);
    }
    assert!(!is_on(&app, OLIVIA));

    let code = code_at(&key, app.seconds());
    let done = olivia.submit(&page.form(STANDING).set("code", &format!(" {} {} ", &code[..3], &code[3..]))).await;
    done.leads_to(CODES);
    let shown = olivia.follow(done).await;
    let codes = codes_on(&shown);
    assert_eq!(codes.len(), 10);
    assert_eq!(codes.iter().collect::<std::collections::BTreeSet<_>>().len(), 10);
    shown.shows("they are not shown again");
    let again = olivia.get(CODES).await;
    assert_eq!(codes_on(&again), Vec::<String>::new());
    again.shows("10 codes are left").hides(&codes[0]);

    olivia.get("/account").await.shows("On since");
    assert_eq!(actions(&app), "two-step set up");
    assert_eq!(app.last_mail_to(OLIVIA).subject, "Two-step sign-in is on for Guildhall");
    assert_eq!(guildhall::verify::faults(&mut app.connection()).unwrap(), []);
}

#[actix_web::test]
async fn nothing_counts_before_the_first_code_and_a_trial_ends_after_an_hour() {
    let app = TestApp::start().await;
    let olivia = app.signed_in(OLIVIA);
    olivia.get(SETUP).await.leads_to(STANDING);
    let (page, key) = begin(&olivia, STANDING).await;
    try_to_sign_in(&app.visitor(), OLIVIA, PASSWORD).await.leads_to("/");
    app.sql("UPDATE authenticators SET made_at = now() - interval '61 minutes'");
    olivia.submit(&page.form(STANDING).set("code", &code_at(&key, app.seconds()))).await.leads_to(STANDING);
    olivia.get(SETUP).await.leads_to(STANDING);
    assert!(!is_on(&app, OLIVIA));
    let (_, other) = begin(&olivia, STANDING).await;
    assert_ne!(key, other, "each trial has a secret of its own");
    assert!(app.mails().is_empty());
}

#[actix_web::test]
async fn a_dump_makes_no_code_and_holds_no_recovery_code() {
    let app = TestApp::start().await;
    let olivia = app.signed_in(OLIVIA);
    let (trial, _) = begin(&olivia, STANDING).await;
    let before = app.dump_with_traces();
    let (page, key) = set_up(&app, &olivia, STANDING).await;
    let dump = format!("{before}\n{}", app.dump_with_traces());
    assert!(dump.contains("authenticators: {") && dump.contains("recovery_codes: {"));
    let hexadecimal = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    let shown = trial.text_of("#key").join("");
    let letters = shown.replace(' ', "");
    for secret in [hexadecimal(&read_key(&shown)), hexadecimal(letters.as_bytes()), shown, letters, hexadecimal(&key)] {
        assert!(!dump.contains(&secret), "a secret stands in the dump");
    }
    for code in codes_on(&page) {
        let letters = code.replace('-', "");
        for secret in [code, letters.clone(), hexadecimal(letters.as_bytes())] {
            assert!(!dump.contains(&secret), "a recovery code stands in the dump");
        }
    }
    // Copied beside another person, the row is worth nothing either.
    app.switch_two_step_on(TOMAS);
    app.sql(&format!(
        "UPDATE authenticators SET sealed = (SELECT sealed FROM authenticators a JOIN users u ON u.id = a.user_id WHERE u.email = '{OLIVIA}') \
         WHERE user_id = (SELECT id FROM users WHERE email = '{TOMAS}')"
    ));
    let page = app.halfway(TOMAS).post("/sign-in/code", &[("code", &code_at(&key, app.seconds() + 30))]).await;
    page.is(422);
}

#[actix_web::test]
async fn new_recovery_codes_end_those_before() {
    let app = TestApp::start().await;
    app.switch_two_step_on(OLIVIA);
    let olivia = app.signed_in(OLIVIA);
    let page = olivia.get(STANDING).await;
    page.shows("1 code is left");
    let page = olivia.follow(olivia.submit(&page.form(CODES)).await).await;
    let codes = codes_on(&page);
    assert_eq!(codes.len(), 10);
    assert_eq!(app.last_mail_to(OLIVIA).subject, "You have new recovery codes for Guildhall");
    assert_eq!(actions(&app), "recovery codes renewed");
    app.halfway(OLIVIA).post("/sign-in/code", &[("recovery", RECOVERY)]).await.is(422);
    app.halfway(OLIVIA).post("/sign-in/code", &[("recovery", &codes[9].to_uppercase())]).await.leads_to("/");
    // Who has it off has none to renew, and somebody else in the same browser does not see them.
    app.signed_in(MIA).post(CODES, &[]).await.leads_to(STANDING);
}

#[actix_web::test]
async fn recovery_codes_are_shown_to_nobody_else_in_that_browser() {
    let app = TestApp::start().await;
    app.switch_two_step_on(OLIVIA);
    app.switch_two_step_on(ADAM);
    let olivia = app.signed_in(OLIVIA);
    olivia.post(CODES, &[]).await.leads_to(CODES);
    olivia.post("/sign-out", &[]).await.leads_to("/sign-in");
    let form = olivia.get("/sign-in").await.form("/sign-in").set("email", ADAM).set("password", PASSWORD);
    olivia.submit(&form).await.leads_to("/sign-in/code");
    olivia.post("/sign-in/code", &[("recovery", RECOVERY)]).await.leads_to("/");
    let page = olivia.get(CODES).await;
    assert_eq!(codes_on(&page), Vec::<String>::new());
    page.shows("0 codes are left");
}

#[actix_web::test]
async fn switched_off_the_password_alone_signs_in() {
    let app = TestApp::start().await;
    app.switch_two_step_on(OLIVIA);
    let olivia = app.signed_in(OLIVIA);
    assert!(olivia.get(STANDING).await.links("main a").contains(&ENDING.to_owned()));
    let page = olivia.get(ENDING).await;
    page.is(200).shows("your password alone signs you in");
    let done = olivia.submit(&page.form(ENDING)).await;
    done.leads_to("/account");
    olivia.follow(done).await.shows("Two-step sign-in is off.");
    assert_eq!(app.last_mail_to(OLIVIA).subject, "Two-step sign-in is off for Guildhall");
    assert_eq!(app.number("SELECT (SELECT count(*) FROM authenticators) + (SELECT count(*) FROM recovery_codes)"), 0);
    try_to_sign_in(&app.visitor(), OLIVIA, PASSWORD).await.leads_to("/");
    assert_eq!(actions(&app), "two-step switched off, signed in");
    olivia.post(ENDING, &[]).await.leads_to(STANDING);
    olivia.get(ENDING).await.leads_to(STANDING);
}

#[actix_web::test]
async fn another_app_counts_from_its_first_code_on_and_the_one_before_until_then() {
    let app = TestApp::start().await;
    app.switch_two_step_on(OLIVIA);
    let olivia = app.signed_in(OLIVIA);
    let (page, key) = begin(&olivia, STANDING).await;
    app.halfway(OLIVIA).post("/sign-in/code", &[("code", &app.code(0))]).await.leads_to("/");
    app.halfway(OLIVIA).post("/sign-in/code", &[("code", &code_at(&key, app.seconds()))]).await.is(422);
    let done = olivia.submit(&page.form(STANDING).set("code", &code_at(&key, app.seconds()))).await;
    done.leads_to(CODES);
    app.forget_codes();
    app.halfway(OLIVIA).post("/sign-in/code", &[("code", &app.code(0))]).await.is(422);
    app.halfway(OLIVIA).post("/sign-in/code", &[("recovery", RECOVERY)]).await.is(422);
    app.halfway(OLIVIA).post("/sign-in/code", &[("code", &code_at(&key, app.seconds()))]).await.leads_to("/");
    assert_eq!(app.last_mail_to(OLIVIA).subject, "Another app makes your codes for Guildhall");
    assert_eq!(app.number("SELECT count(*) FROM authenticators"), 1);
}

#[test]
fn what_is_grave_about_it_asks_who_is_there_first() {
    let asks: Vec<String> = routes::all(Mode::Serve)
        .iter()
        .filter(|route| route.path.starts_with(STANDING) && route.needs_proof)
        .map(|route| format!("{} {}", route.method, route.path))
        .collect();
    assert_eq!(
        asks,
        [
            format!("POST {STANDING}"),
            format!("GET {SETUP}"),
            format!("POST {SETUP}"),
            format!("POST {CODES}"),
            format!("GET {ENDING}"),
            format!("POST {ENDING}")
        ]
    );
}

#[actix_web::test]
async fn during_a_rotation_of_the_key_secrets_are_sealed_anew_and_then_need_the_old_one_no_more() {
    let app = TestApp::start().await;
    app.switch_two_step_on(OLIVIA);
    let new = b"wE0sA7fD5hG2kJ9cL3bN6vX1rT8mQ4pZxTrQoIyU".to_vec();
    let rotating = Sealer::new(&[new.clone(), crate::support::SECRET_KEY.to_vec()]);
    let conn = &mut app.connection();
    assert_eq!(seal_anew(conn, &app.sealer()).unwrap(), 0, "without a rotation there is nothing to do");
    assert_eq!(seal_anew(conn, &rotating).unwrap(), 1);
    assert_eq!(seal_anew(conn, &rotating).unwrap(), 0, "once is enough");
    let olivia: UserId = app.text(&format!("SELECT id FROM users WHERE email = '{OLIVIA}'")).parse().unwrap();
    let stored = app.text("SELECT encode(sealed, 'hex') FROM authenticators");
    let bytes: Vec<u8> = (0..stored.len()).step_by(2).map(|at| u8::from_str_radix(&stored[at..at + 2], 16).unwrap()).collect();
    assert_eq!(Sealer::new(&[new]).open(olivia.uuid(), &bytes).map(|opened| opened.bytes), Some(SECRET.to_vec()));
    // A program that has only the old key, or none that fits, takes a recovery code all the same.
    app.halfway(OLIVIA).post("/sign-in/code", &[("code", &app.code(0))]).await.is(422);
    app.halfway(OLIVIA).post("/sign-in/code", &[("recovery", RECOVERY)]).await.leads_to("/");
}

#[actix_web::test]
async fn whoever_runs_the_installation_switches_it_off_for_somebody_locked_out() {
    let app = TestApp::start().await;
    app.switch_two_step_on(OLIVIA);
    app.sql("UPDATE teams SET requires_two_step = true WHERE slug = 'northwind'");
    let conn = &mut app.connection();
    let olivia = EmailAddress::parse(OLIVIA).unwrap();
    assert!(switch_off_for(conn, &app.mailer, &olivia).unwrap());
    assert!(!switch_off_for(conn, &app.mailer, &olivia).unwrap());
    let nobody = switch_off_for(conn, &app.mailer, &EmailAddress::parse("nobody@nowhere.example").unwrap()).map_err(Error::from);
    assert!(matches!(nobody, Err(Error::NotFound)));
    assert_eq!(app.mails_to(OLIVIA).len(), 1);
    let browser = app.visitor();
    try_to_sign_in(&browser, OLIVIA, PASSWORD).await.leads_to("/");
    browser.get("/teams/northwind").await.leads_to("/account/two-step?next=%2Fteams%2Fnorthwind");
}
