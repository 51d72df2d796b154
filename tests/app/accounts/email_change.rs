//! Another address (S6): it counts once its link is followed by who asked; the old one can take it back for 72 hours.

use super::{register_unverified, try_to_sign_in};
use crate::support::{Browser, Page, TestApp, personas::*};
use diesel::connection::SimpleConnection;
use reqwest::Method;

const NEW: &str = "olivia@elsewhere.example";

async fn ask(browser: &Browser, email: &str, password: &str) -> Page {
    let form = browser.get("/account").await.form("/account/email").set("email", email).set("email_password", password);
    browser.submit(&form).await
}

/// Olivia's browser, after she has asked for another address.
async fn asked(app: &TestApp, email: &str) -> Browser {
    let browser = app.signed_in(OLIVIA);
    ask(&browser, email, PASSWORD).await.leads_to("/account");
    browser
}

/// After she has followed its link too.
async fn changed(app: &TestApp, email: &str) -> Browser {
    let browser = asked(app, email).await;
    let page = browser.get(&app.link_to(email)).await;
    browser.submit(&page.form("")).await.leads_to("/account");
    browser
}

fn address_of_olivia(app: &TestApp) -> String {
    app.text("SELECT email FROM users WHERE name = 'Olivia Park'")
}

#[actix_web::test]
async fn an_address_changes_once_its_link_is_followed_and_the_old_one_is_told() {
    let app = TestApp::start().await;
    let browser = app.signed_in(OLIVIA);
    let page = ask(&browser, " Olivia@ELSEWHERE.example ", PASSWORD).await;
    let page = browser.follow(page).await;
    page.shows("Look in the new inbox.").shows("olivia@elsewhere.example is not confirmed yet.");
    assert_eq!(address_of_olivia(&app), OLIVIA);
    assert_eq!(app.mails().into_iter().map(|mail| mail.to).collect::<Vec<_>>(), [NEW]);

    let page = browser.get(&app.link_to(NEW)).await;
    page.is(200).shows("Confirm your new address").shows(NEW).shows(OLIVIA);
    let page = browser.submit(&page.form("")).await;
    page.leads_to("/account");
    browser.follow(page).await.shows("Your address is olivia@elsewhere.example.").hides("is not confirmed yet");
    assert_eq!(address_of_olivia(&app), NEW);
    app.signed_in(SAM).get("/companies/acme/partners?q=elsewhere").await.shows("Northwind");

    let told = app.last_mail_to(OLIVIA);
    assert_eq!(told.subject, "Your address for Guildhall was changed");
    assert!(told.text.contains(NEW) && told.text.contains("take it back"), "{}", told.text);
    try_to_sign_in(&app.visitor(), OLIVIA, PASSWORD).await.is(422);
    try_to_sign_in(&app.visitor(), NEW, PASSWORD).await.leads_to("/");
    assert_eq!(
        app.text("SELECT string_agg(action, ',' ORDER BY at, id) FROM audit WHERE action LIKE 'email%'"),
        "email change asked,email changed"
    );
}

#[actix_web::test]
async fn another_address_needs_the_password() {
    let app = TestApp::start().await;
    let browser = app.signed_in(OLIVIA);
    let before = app.dump();
    for (email, password, field, said) in [
        ("nonsense", PASSWORD, "email", "Enter an email address, like ada@example.com"),
        (OLIVIA, PASSWORD, "email", "This is your address already. Enter another one"),
        (NEW, "", "email_password", "Enter your password"),
        (NEW, "not her password", "email_password", "This is not your password. Enter it again"),
    ] {
        let page = ask(&browser, email, password).await;
        page.is(422).shows("One thing to correct");
        assert_eq!(page.error_at(field), format!("Error: {said}"));
        assert_eq!(page.form("/account/email").value("email"), Some(email));
        assert!(!page.body.contains("not her password"));
    }
    assert_eq!(app.dump(), before);
}

#[actix_web::test]
async fn who_asks_for_an_address_does_not_learn_whether_somebody_uses_it() {
    let app = TestApp::start().await;
    register_unverified(&app, "vera@lattice.example");
    let answer = async |email: &str| {
        let browser = app.signed_in(OLIVIA);
        let page = ask(&browser, email, PASSWORD).await;
        let mut names: Vec<String> = page.headers.keys().map(ToString::to_string).collect();
        names.sort();
        // Times differ, and nothing else.
        let body = browser.follow(page).await.body.replace(email, "ADDRESS").replace(|c: char| c.is_ascii_digit(), "");
        app.sql("DELETE FROM sessions");
        (names, body)
    };
    let known = answer(TOMAS).await;
    assert_eq!(known, answer("nobody@nowhere.example").await);
    assert_eq!(known, answer("vera@lattice.example").await);
    let told = app.last_mail_to(TOMAS);
    assert_eq!(told.subject, "You have an account at Guildhall already");
    assert_eq!(told.link, None, "it opens nothing");
    assert!(!told.text.contains("Olivia") && !told.text.contains(OLIVIA), "who asked is not said: {}", told.text);
}

#[actix_web::test]
async fn looking_at_the_links_changes_nothing() {
    let app = TestApp::start().await;
    let browser = changed(&app, NEW).await;
    let undo = app.link_to(OLIVIA);
    ask(&browser, "olivia@third.example", PASSWORD).await.leads_to("/account");
    let before = app.dump();
    for link in [undo, app.link_to("olivia@third.example")] {
        for method in [Method::HEAD, Method::GET, Method::HEAD, Method::GET] {
            browser.send(browser.request(method.clone(), &link)).await.is(200);
        }
    }
    assert_eq!(app.dump(), before);
}

#[actix_web::test]
async fn the_link_is_for_who_asked_alone() {
    let app = TestApp::start().await;
    asked(&app, NEW).await;
    let link = app.link_to(NEW);
    let visitor = app.visitor();
    let page = visitor.visit(&link).await;
    assert_eq!(page.form("/sign-in").value("next"), Some(link.as_str()), "signed out, it asks to sign in");
    visitor.post(&link, &[]).await.leads_to("/sign-in");
    let page = app.signed_in(TOMAS).get(&link).await;
    page.is(403).shows("This link is for another account").hides(OLIVIA).hides(NEW);
    app.signed_in(TOMAS).post(&link, &[]).await.is(403);
    assert_eq!(address_of_olivia(&app), OLIVIA);
    assert_eq!(app.number("SELECT count(*) FROM email_changes WHERE changed_at IS NULL AND closed_at IS NULL"), 1, "it still works");
}

#[actix_web::test]
async fn a_used_an_expired_and_a_replaced_link_have_ended() {
    let app = TestApp::start().await;
    let browser = asked(&app, "olivia@first.example").await;
    let older = app.link_to("olivia@first.example");
    ask(&browser, NEW, PASSWORD).await.leads_to("/account");
    let newer = app.link_to(NEW);
    let ended = async |link: &str| {
        browser.get(link).await.is(410).shows("This link no longer works");
        browser.post(link, &[]).await.is(410);
    };
    ended(&older).await;
    browser.post(&newer, &[]).await.leads_to("/account");
    ended(&newer).await;
    ask(&browser, "olivia@third.example", PASSWORD).await.leads_to("/account");
    app.sql("UPDATE email_changes SET expires_at = now() - interval '1 second' WHERE changed_at IS NULL");
    ended(&app.link_to("olivia@third.example")).await;
    assert_eq!(address_of_olivia(&app), NEW);
    browser.get("/email-change/nonsense").await.is(404);
    browser.get(&newer.replace("/email-change/", "/email-undo/")).await.is(404);
    browser.get(&newer.replace("/email-change/", "/password-reset/")).await.is(404);
}

#[actix_web::test]
async fn an_address_that_somebody_took_meanwhile_is_not_given() {
    let app = TestApp::start().await;
    let browser = asked(&app, NEW).await;
    let link = app.link_to(NEW);
    app.sql(&format!("UPDATE users SET email = '{NEW}' WHERE email = '{TOMAS}'"));
    browser.post(&link, &[]).await.is(410).shows("has an account of its own by now");
    assert_eq!(address_of_olivia(&app), OLIVIA);
    browser.get(&link).await.is(410);
}

#[actix_web::test]
async fn an_address_that_somebody_registered_without_proving_it_is_free() {
    let app = TestApp::start().await;
    register_unverified(&app, NEW);
    changed(&app, NEW).await;
    assert_eq!(address_of_olivia(&app), NEW);
    assert_eq!(app.number(&format!("SELECT count(*) FROM users WHERE email = '{NEW}'")), 1);
}

#[actix_web::test]
async fn the_old_address_takes_the_change_back_and_shuts_the_stranger_out() {
    let app = TestApp::start().await;
    let copy = app.copy().await;
    // The stranger has Olivia's password, and a session.
    let stranger = changed(&app, "stranger@evil.example").await;
    let undo = app.link_to(OLIVIA);
    ask(&stranger, "second@evil.example", PASSWORD).await.leads_to("/account");
    stranger.post(&app.link_to("second@evil.example"), &[]).await.leads_to("/account");
    let strangers_undo = app.link_to("stranger@evil.example");

    let visitor = app.visitor();
    let page = visitor.get(&undo).await;
    page.is(200).shows("Take your address back").shows(OLIVIA);
    let page = visitor.submit(&page.form("")).await;
    visitor.follow(page).await.shows("Your address is back.");
    assert_eq!(address_of_olivia(&app), OLIVIA);
    stranger.on(&copy).get("/").await.leads_to("/sign-in");
    try_to_sign_in(&app.visitor(), OLIVIA, PASSWORD).await.is(422);
    visitor.post(&strangers_undo, &[]).await.is(410);
    visitor.post(&undo, &[]).await.is(410);

    let reset = app.link_to(OLIVIA);
    super::choose(&app, &reset, "five quiet lanterns").await.leads_to("/sign-in");
    try_to_sign_in(&app.visitor(), OLIVIA, "five quiet lanterns").await.leads_to("/");
    assert_eq!(app.number("SELECT count(*) FROM audit WHERE action = 'email change undone'"), 1);
}

#[actix_web::test]
async fn after_72_hours_the_change_stays() {
    let app = TestApp::start().await;
    changed(&app, NEW).await;
    let undo = app.link_to(OLIVIA);
    app.sql("UPDATE email_changes SET undo_until = now() + interval '1 minute'");
    app.visitor().get(&undo).await.is(200);
    app.sql("UPDATE email_changes SET undo_until = now() - interval '1 second'");
    app.visitor().get(&undo).await.is(410).shows("72 hours");
    app.visitor().post(&undo, &[]).await.is(410);
    assert_eq!(address_of_olivia(&app), NEW);
}

#[actix_web::test]
async fn an_address_that_was_given_to_somebody_else_is_not_taken_back() {
    let app = TestApp::start().await;
    changed(&app, NEW).await;
    let undo = app.link_to(OLIVIA);
    app.sql(&format!("UPDATE users SET email = '{OLIVIA}' WHERE email = '{TOMAS}'"));
    app.visitor().post(&undo, &[]).await.is(410).shows("has an account of its own by now");
    assert_eq!(address_of_olivia(&app), NEW);
    // It is no longer theirs: the link still does what it is for.
    app.sql(&format!("UPDATE users SET email = '{TOMAS}' WHERE email = '{OLIVIA}'"));
    app.visitor().post(&undo, &[]).await.leads_to("/");
    assert_eq!(address_of_olivia(&app), OLIVIA);
}

#[actix_web::test]
async fn twenty_posts_of_one_link_at_once_change_the_address_once() {
    let app = TestApp::start().await;
    let browser = asked(&app, NEW).await;
    let link = app.link_to(NEW);
    let posts: Vec<_> = (0..20)
        .map(|_| {
            let (browser, link) = (browser.clone(), link.clone());
            actix_web::rt::spawn(async move { browser.post(&link, &[]).await.status.as_u16() })
        })
        .collect();
    let mut done = 0;
    for post in posts {
        match post.await.unwrap() {
            303 => done += 1,
            status => assert_eq!(status, 410),
        }
    }
    assert_eq!(done, 1);
    assert_eq!(app.mails_to(OLIVIA).len(), 1);
}

/// Who had the account meanwhile must not keep its owner out by an app of their own.
#[actix_web::test]
async fn taken_back_an_app_set_up_since_counts_no_more_and_one_from_before_does() {
    for (set_up, stays) in [("now() - interval '4 days'", true), ("now() - interval '71 hours'", false), ("now()", false)] {
        let app = TestApp::start().await;
        changed(&app, NEW).await;
        let undo = app.link_to(OLIVIA);
        app.switch_two_step_on(NEW);
        app.sql(&format!("UPDATE authenticators SET confirmed_at = {set_up}"));
        app.visitor().post(&undo, &[]).await.leads_to("/");
        assert_eq!(app.number("SELECT count(*) FROM users WHERE two_step_at IS NOT NULL"), i64::from(stays));
        assert_eq!(guildhall::verify::faults(&mut app.connection()).unwrap(), []);
        let subjects: Vec<String> = app.mails_to(OLIVIA).into_iter().map(|mail| mail.subject).collect();
        assert_eq!(subjects.contains(&"Two-step sign-in is off for Guildhall".to_owned()), !stays, "{subjects:?}");
    }
}

/// A stranger with the password sets up an app, or makes recovery codes of an app that is there, before the address changes.
#[actix_web::test]
async fn taken_back_neither_an_app_nor_codes_from_just_before_the_change_stay() {
    // The app is the stranger's.
    let app = TestApp::start().await;
    let stranger = asked(&app, NEW).await;
    app.switch_two_step_on(OLIVIA);
    stranger.post(&app.link_to(NEW), &[]).await.leads_to("/account");
    app.visitor().post(&app.link_to(OLIVIA), &[]).await.leads_to("/");
    assert_eq!(app.number("SELECT count(*) FROM authenticators"), 0);
    assert_eq!(app.number("SELECT count(*) FROM recovery_codes"), 0);

    // The app is Olivia's, and the codes are the stranger's.
    let app = TestApp::start().await;
    app.switch_two_step_on(OLIVIA);
    app.sql("UPDATE authenticators SET confirmed_at = now() - interval '1 year'");
    let stranger = app.signed_in(OLIVIA);
    stranger.post("/account/two-step/recovery-codes", &[]).await.is(303);
    ask(&stranger, NEW, PASSWORD).await.leads_to("/account");
    stranger.post(&app.link_to(NEW), &[]).await.leads_to("/account");
    let visitor = app.visitor();
    let page = visitor.get(&app.link_to(OLIVIA)).await;
    page.shows("the password and the recovery codes no longer open the account");
    visitor.submit(&page.form("")).await.leads_to("/");
    assert_eq!(app.number("SELECT count(*) FROM authenticators"), 1, "hers stays");
    assert_eq!(app.number("SELECT count(*) FROM recovery_codes"), 0);
    let subjects: Vec<String> = app.mails_to(OLIVIA).into_iter().map(|mail| mail.subject).collect();
    assert!(subjects.contains(&"Your recovery codes open nothing any more for Guildhall".to_owned()), "{subjects:?}");
    assert_eq!(guildhall::verify::faults(&mut app.connection()).unwrap(), []);
}

/// Which change is later is told by the database's clock, not by what a copy's clock put into an id.
#[actix_web::test]
async fn later_changes_are_taken_back_whatever_their_ids_say() {
    let app = TestApp::start().await;
    let stranger = changed(&app, NEW).await;
    let undo = app.link_to(OLIVIA);
    ask(&stranger, "second@evil.example", PASSWORD).await.leads_to("/account");
    app.sql("UPDATE email_changes SET id = '00000000-0000-7000-8000-000000000001' WHERE changed_at IS NULL");
    app.visitor().post(&undo, &[]).await.leads_to("/");
    assert_eq!(app.number("SELECT count(*) FROM email_changes WHERE closed_at IS NULL"), 0);
}

#[actix_web::test]
async fn who_changes_to_an_address_that_is_asked_into_their_team_is_asked_no_more() {
    let app = TestApp::start().await;
    let ask_in = async |email: &str| {
        let form = [("email", email), ("name", ""), ("role", "member"), ("message", "Welcome.")];
        app.signed_in(ADAM).post("/teams/northwind/members/new", &form).await.is(303);
    };
    let living = |email: &str| {
        app.number(&format!(
            "SELECT count(*) FROM invitations WHERE email = '{email}' AND kind = 'member' AND status IN ('waiting', 'sent')"
        ))
    };
    ask_in(NEW).await;
    ask_in("somebody@else.example").await;
    let invitation = app.link_to(NEW);
    changed(&app, NEW).await;
    assert_eq!((living(NEW), living("somebody@else.example")), (0, 1));
    app.visitor().get(&invitation).await.is(410);
    assert_eq!(
        app.number("SELECT count(*) FROM outbox WHERE status = 'queued' AND link_purpose = 'invitation'"),
        1,
        "its mail is given up"
    );
    assert_eq!(app.number("SELECT count(*) FROM audit WHERE action = 'invitation revoked' AND team_id IS NOT NULL"), 1);
    assert_eq!(guildhall::verify::faults(&mut app.connection()).unwrap(), []);

    let undo = app.link_to(OLIVIA);
    ask_in(OLIVIA).await;
    app.visitor().post(&undo, &[]).await.leads_to("/");
    assert_eq!(living(OLIVIA), 0);
    assert_eq!(guildhall::verify::faults(&mut app.connection()).unwrap(), []);
}

#[actix_web::test]
async fn who_is_asking_the_new_address_in_is_waited_for() {
    let app = TestApp::start().await;
    let browser = asked(&app, NEW).await;
    let link = app.link_to(NEW);
    // Somebody who asks people in holds the team.
    let mut asking = app.connection();
    asking.batch_execute("BEGIN; SELECT FROM teams WHERE slug = 'northwind' FOR NO KEY UPDATE").unwrap();
    let confirming = actix_web::rt::spawn(async move { browser.post(&link, &[]).await.status.as_u16() });
    app.until_somebody_waits().await;
    asking
        .batch_execute(&format!(
            "INSERT INTO invitations (id, kind, team_id, email, name, search, role, asked_by, status, generation, token_hash, sent_at, expires_at) \
             SELECT gen_random_uuid(), 'member', t.id, '{NEW}', '', '', 'member', t.owner_id, 'sent', 1, sha256('x'), now(), now() + interval '7 days' \
             FROM teams t WHERE t.slug = 'northwind'; COMMIT"
        ))
        .unwrap();
    assert_eq!(confirming.await.unwrap(), 303);
    assert_eq!(app.text(&format!("SELECT status FROM invitations WHERE email = '{NEW}'")), "revoked");
}

#[actix_web::test]
async fn a_change_that_is_not_confirmed_yet_is_cancelled_on_the_account_page() {
    let app = TestApp::start().await;
    let browser = asked(&app, NEW).await;
    let link = app.link_to(NEW);
    let cancel = browser.get("/account").await.form("/account/email/cancellation");
    let page = browser.submit(&cancel).await;
    page.leads_to("/account");
    let page = browser.follow(page).await;
    page.shows("Cancelled.").hides("is not confirmed yet");
    assert!(!page.has_form("/account/email/cancellation"));
    browser.get(&link).await.is(410);
    browser.post(&link, &[]).await.is(410);
    assert_eq!(app.number("SELECT count(*) FROM outbox WHERE status = 'queued'"), 0, "the mail does not leave any more");
    let page = browser.submit(&cancel).await;
    browser.follow(page).await.shows("There is nothing to cancel.");
    assert_eq!(app.text("SELECT string_agg(action, ',' ORDER BY at, id) FROM audit"), "email change asked,email change cancelled");
}

/// Whoever knew the password before may have asked for it.
#[actix_web::test]
async fn a_new_password_ends_a_change_that_is_not_confirmed_yet() {
    for by_link in [true, false] {
        let app = TestApp::start().await;
        asked(&app, NEW).await;
        let link = app.link_to(NEW);
        let olivia = app.signed_in(OLIVIA);
        if by_link {
            super::ask_for_a_link(&app, OLIVIA).await;
            super::choose(&app, &app.link_to(OLIVIA), "five quiet lanterns").await.leads_to("/sign-in");
        } else {
            olivia.post("/account/password", &[("current", PASSWORD), ("password", "five quiet lanterns")]).await.leads_to("/account");
        }
        app.signed_in(OLIVIA).post(&link, &[]).await.is(410);
        assert_eq!(address_of_olivia(&app), OLIVIA);
        assert_eq!(app.number("SELECT count(*) FROM audit WHERE action = 'email change cancelled'"), 1);
    }
}
