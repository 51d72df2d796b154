//! A new person, or somebody in no team, opens a team.

use super::*;

#[actix_web::test]
async fn a_new_person_opens_a_team_from_the_link_and_is_in() {
    let app = TestApp::start().await;
    let link = invite_ines(&app);
    let browser = app.visitor();
    let page = browser.get(&link).await;
    page.is(200)
        .shows("Acme invites you to open a partner team")
        .shows("Sam Whitaker asks you to join Acme Resellers as the owner of Larkspur Agency.")
        .shows("Great to meet you in Lisbon.")
        .shows(INES)
        .shows("Owner: full access, withdraws commissions")
        .shows("UTC")
        .shows("Never promise what we do not sell.")
        .shows("I accept the terms of Acme Resellers, version 1");
    assert_eq!(page.form("acceptance").value("team_name"), Some("Larkspur Agency"));
    let seen = audit_lines(&app);

    let page = browser.submit(&filled_in(page.form("acceptance")).set("name", "Inés Okafor").set("team_name", "Larkspur & Co")).await;
    page.leads_to("/teams/larkspur-co");
    assert_eq!(
        app.text("SELECT t.name || '|' || u.name || '|' || t.member_count FROM teams t JOIN users u ON u.id = t.owner_id WHERE t.slug = 'larkspur-co'"),
        "Larkspur & Co|Inés Okafor|1"
    );
    assert_eq!(app.text(&format!("SELECT email_verified_at IS NOT NULL FROM users WHERE email = '{INES}'")), "true");
    assert_eq!(
        app.text("SELECT p.name || '|' || t.number || '|' || u.email FROM acceptances a JOIN terms t ON t.id = a.terms_id JOIN programs p ON p.id = t.program_id JOIN users u ON u.id = a.user_id ORDER BY a.at DESC LIMIT 1"),
        format!("Acme Resellers|1|{INES}")
    );
    assert_eq!(
        app.number("SELECT count(*) FROM enrollments e JOIN partners p ON p.id = e.partner_id JOIN teams t ON t.id = p.team_id WHERE t.slug = 'larkspur-co' AND e.left_at IS NULL"),
        1
    );
    let actions = actions_since(&app, seen);
    for action in ["team founded", "member joined", "invitation accepted", "program joined"] {
        assert_eq!(actions.iter().filter(|done| *done == action).count(), 1, "{actions:?}");
    }
    let mail = app.last_mail_to(SAM);
    assert_eq!(mail.subject, "Larkspur & Co joined Acme Resellers");
    assert!(mail.text.contains("Inés Okafor") && mail.text.contains("Teo Brandt, Hana Ito"), "{}", mail.text);
    browser.get(&link).await.is(200).shows("You are in Larkspur & Co");
    browser.get("/").await.is(303);
    app.visitor()
        .post("/sign-in", &[("email", INES), ("password", NEW_PASSWORD), ("next", "/password-reset")])
        .await
        .leads_to("/password-reset");
}

#[actix_web::test]
async fn the_founder_changes_and_unticks_the_listed_people_and_only_those_kept_are_invited() {
    let app = TestApp::start().await;
    let link = invite_ines(&app);
    let browser = app.visitor();
    let page = browser.get(&link).await;
    page.shows("Sam Whitaker listed them.").shows("Teo Brandt").shows(HANA);
    let form = page.form("acceptance");
    assert_eq!(form.values("person_role"), ["member", "finance"]);
    assert_eq!(form.values("keep").len(), 2);
    assert_eq!((app.mails_to(TEO).len(), app.mails_to(HANA).len()), (0, 0), "nobody but the owner is mailed before");
    let teo = form.values("person")[0].to_owned();
    let seen = audit_lines(&app);

    let form = filled_in(form).set_nth("person_role", 0, "admin").without("keep").add("keep", &teo);
    browser.submit(&form).await.is(303);
    assert_eq!((status(&app, TEO), status(&app, HANA)), ("sent".to_owned(), "rejected".to_owned()));
    assert_eq!(app.mails_to(HANA).len(), 0);
    let actions = actions_since(&app, seen);
    assert!(actions.contains(&"member approved".to_owned()) && actions.contains(&"member rejected".to_owned()), "{actions:?}");

    let teo_browser = app.visitor();
    let page = teo_browser.get(&app.link_to(TEO)).await;
    page.is(200).shows("Acme invites you to join Larkspur Agency").shows("as Admin").shows("Ines Okafor approved it for the team");
    let page = teo_browser.submit(&page.form("acceptance").set("password", NEW_PASSWORD)).await;
    page.leads_to("/teams/larkspur-agency");
    assert_eq!(app.text("SELECT m.role || '|' || t.member_count FROM members m JOIN teams t ON t.id = m.team_id JOIN users u ON u.id = m.user_id WHERE u.email = 'teo@larkspur.example'"), "admin|2");
    assert_eq!(app.last_mail_to(SAM).subject, "Teo Brandt joined Larkspur Agency");
}

#[actix_web::test]
async fn a_refused_form_keeps_what_was_typed_but_never_the_password() {
    let app = TestApp::start().await;
    let link = invite_ines(&app);
    let browser = app.visitor();
    let form = browser.get(&link).await.form("acceptance");
    let before = app.dump();
    let teo = form.values("person")[0].to_owned();

    let typed = form.clone().set("name", "  ").set("team_name", "Larkspur Two").set("password", "short").without("keep").add("keep", &teo);
    let page = browser.submit(&typed.set_nth("person_role", 0, "owner")).await;
    page.is(422).shows("Four things to correct");
    assert_eq!(page.error_at("name"), "Error: Enter your name");
    assert_eq!(page.error_at("password"), "Error: Enter a password of 12 characters or more");
    assert_eq!(page.error_at("person_role-0"), "Error: Choose a role for Teo Brandt");
    assert_eq!(page.error_at("terms"), "Error: Tick the box to accept the terms");
    let again = page.form("acceptance");
    assert_eq!((again.value("team_name"), again.value("password")), (Some("Larkspur Two"), Some("")));
    assert_eq!(again.values("keep"), [teo.as_str()]);
    assert!(!page.body.contains("short"), "the password is not shown again");

    for (field, value, message) in [
        ("name", "x".repeat(10_000), "Your name must be 100 characters or fewer"),
        ("team_name", String::new(), "Enter the team's name"),
        ("team_name", "Larkspur\r\nBcc: x@y.example".to_owned(), "The team's name must be a single line of ordinary text"),
        ("team_name", "Win at evil.com".to_owned(), "The team's name must not contain a web address"),
        ("password", "x".repeat(2000), "Enter a password of 1,000 characters or fewer"),
        ("terms", "0".to_owned(), "The terms changed, read them again and tick the box"),
    ] {
        let page = browser.submit(&filled_in(form.clone()).set(field, &value)).await;
        page.is(422).shows("One thing to correct");
        assert_eq!(page.error_at(field), format!("Error: {message}"));
    }
    assert_eq!(app.dump(), before, "a refusal changes nothing");
}

#[actix_web::test]
async fn fields_that_the_form_does_not_have_change_nothing() {
    let app = TestApp::start().await;
    let link = invite_ines(&app);
    let northwind = app.text("SELECT id FROM teams WHERE slug = 'northwind'");
    let form = filled_in(app.visitor().get(&link).await.form("acceptance"));
    let forged = form
        .add("role", "owner")
        .add("team", "northwind")
        .add("team_id", &northwind)
        .add("status", "accepted")
        .add("email", "eve@evil.example")
        .add("company_id", &northwind);
    app.visitor().submit(&forged).await.leads_to("/teams/larkspur-agency");
    assert_eq!(app.number("SELECT member_count FROM teams WHERE slug = 'northwind'"), 4);
    assert_eq!(app.number("SELECT count(*) FROM users WHERE email LIKE 'eve@%'"), 0);
}

#[actix_web::test]
async fn somebody_in_no_team_signs_in_and_opens_one() {
    let app = TestApp::start().await;
    let link = invite_into_plus(&app, FIONA);
    let browser = app.visitor();
    let page = browser.get(&link).await;
    page.is(200).shows("Sign in to accept").shows("Acme invites you to Acme Resellers Plus");
    assert!(!page.has_form("acceptance") && !page.has_form("declination"));
    let sign_in = page.links(".primary").remove(0);
    assert_eq!(sign_in, format!("/sign-in?next={}", link.replace('/', "%2F")));

    let page = browser.get(&sign_in).await;
    let page = browser.submit(&page.form("/sign-in").set("email", FIONA).set("password", PASSWORD)).await;
    page.leads_to(&link);
    let page = browser.get(&link).await;
    page.is(200).hides("Choose a password").hides("Which team joins?");
    let page = browser.submit(&page.form("acceptance").set("terms", "1").set("team_name", "Hale Partners")).await;
    page.leads_to("/teams/hale-partners");
    assert_eq!(app.text("SELECT u.email FROM teams t JOIN users u ON u.id = t.owner_id WHERE t.slug = 'hale-partners'"), FIONA);
}

#[actix_web::test]
async fn who_has_an_account_is_asked_again_only_for_those_who_become_finance() {
    let app = TestApp::start().await;
    let listed = [("Teo Brandt", TEO, MemberRole::Member), ("Hana Ito", HANA, MemberRole::Finance)];
    let link = invite(&app, "Acme Resellers", ("", FIONA, MemberRole::Admin), "Hale Partners", &listed);
    let browser = app.signed_in(FIONA);
    app.sql("UPDATE sessions SET proved_at = now() - interval '11 minutes'");
    app.keep();
    let form = browser.get(&link).await.form("acceptance").set("terms", "1");
    let teo = form.values("person")[0].to_owned();
    let asked = browser.submit(&form).await;
    assert!(asked.is(307).location().unwrap().starts_with("/account/confirmation"), "{:?}", asked.location());
    assert_eq!(app.number("SELECT count(*) FROM teams"), 2);
    // She unticks Hana, or makes her a member.
    for typed in [form.clone().without("keep").add("keep", &teo), form.clone().set_nth("person_role", 1, "member")] {
        app.restore();
        browser.submit(&typed).await.leads_to("/teams/hale-partners");
    }
    // What she chose and typed goes on with the proof.
    app.restore();
    let typed = form.set("team_name", "Hale & Co").without("keep").add("keep", &teo).set_nth("person_role", 0, "finance");
    let asked = browser.submit(&typed).await;
    let question = browser.follow(asked).await.form("/account/confirmation");
    let proved = browser.submit(&question.set("password", PASSWORD)).await;
    browser.follow(proved).await.shows("Hale & Co is open.");
    assert_eq!((status(&app, TEO).as_str(), status(&app, HANA).as_str()), ("sent", "rejected"));
    assert_eq!(invitation_to(&app, TEO).role, Some(MemberRole::Finance));
}

#[actix_web::test]
async fn a_password_posted_for_an_account_that_exists_is_refused() {
    let app = TestApp::start().await;
    let link = invite_into_plus(&app, FIONA);
    let before = app.dump();
    let forged = [("name", "Eve"), ("team_name", "Eve & Co"), ("password", NEW_PASSWORD), ("terms", "1")];
    let page = app.visitor().post(&format!("{link}/acceptance"), &forged).await;
    page.is(200).shows("Sign in to accept");
    app.visitor().post(&format!("{link}/declination"), &[("reason", "no")]).await.is(200).shows("Sign in to accept");
    assert_eq!(app.dump(), before);
}

#[actix_web::test]
async fn whoever_registered_the_address_before_loses_it_to_the_link() {
    let app = TestApp::start().await;
    app.sql(&format!(
        "INSERT INTO users (id, email, name, search, password_hash) VALUES ('{}', '{INES}', 'Eve', 'eve', '{}')",
        UserId::new(),
        *HASH
    ));
    let eve = app.signed_in(INES);
    let link = invite_ines(&app);
    let browser = app.visitor();
    let page = browser.get(&link).await;
    page.is(200).shows("Choose a password");
    browser.submit(&filled_in(page.form("acceptance"))).await.leads_to("/teams/larkspur-agency");
    assert_eq!(app.text(&format!("SELECT name FROM users WHERE email = '{INES}'")), "Ines Okafor");
    eve.get("/teams/larkspur-agency").await.is(303);
    app.visitor().post("/sign-in", &[("email", INES), ("password", PASSWORD)]).await.is(422);
}

#[actix_web::test]
async fn a_session_planted_before_is_nobodys_after_accepting() {
    let app = TestApp::start().await;
    let link = invite_ines(&app);
    let browser = app.signed_in(FIONA);
    app.sql("UPDATE sessions SET user_id = NULL");
    let planted = browser.on(&app);
    let form = filled_in(browser.get(&link).await.form("acceptance"));
    browser.submit(&form).await.is(303);
    browser.get(&link).await.is(200).shows("You are in Larkspur Agency");
    planted.get(&link).await.is(410).hides("Ines Okafor accepted");
    assert_eq!(app.number("SELECT count(*) FROM sessions"), 1);
}

#[actix_web::test]
async fn terms_that_changed_meanwhile_are_read_again() {
    let app = TestApp::start().await;
    let link = invite_ines(&app);
    let browser = app.visitor();
    let form = filled_in(browser.get(&link).await.form("acceptance"));
    app.sql("INSERT INTO terms (id, program_id, number, body) SELECT gen_random_uuid(), id, 2, 'Never on Sundays.' FROM programs WHERE name = 'Acme Resellers'");
    let page = browser.submit(&form).await;
    page.is(422).shows("Never on Sundays.").shows("version 2");
    assert_eq!(page.error_at("terms"), "Error: The terms changed, read them again and tick the box");
    let again = page.form("acceptance");
    assert_eq!(again.value("terms"), None, "the box is not ticked for a version that was not read");
    browser.submit(&again.set("password", NEW_PASSWORD).set("terms", "2")).await.leads_to("/teams/larkspur-agency");
    assert_eq!(app.number("SELECT t.number FROM acceptances a JOIN terms t ON t.id = a.terms_id ORDER BY a.at DESC LIMIT 1"), 2);
}
