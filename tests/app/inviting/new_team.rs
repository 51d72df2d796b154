//! Inviting a new partner team (rules 19 and 20).

use super::*;

#[actix_web::test]
async fn a_new_team_is_invited_by_one_mail_to_its_owner() {
    let app = TestApp::start().await;
    let sam = app.signed_in(SAM);
    let form = larkspur(sam.get(NEW_TEAM).await.form("new-team"));
    let done = sam.submit(&form).await;
    done.leads_to(LIST);
    sam.follow(done)
        .await
        .shows("Ines Okafor is invited to open Larkspur Agency.")
        .shows("2 more people are invited once the owner confirms");
    assert_eq!(app.mails().len(), 1, "only the owner is written to");
    let mail = app.last_mail_to(INES);
    assert_eq!(mail.subject, "Sell Acme together with us");
    for part in [&mail.text, &mail.html] {
        for said in [
            "Sam Whitaker",
            "Acme Resellers",
            "Larkspur Agency",
            "Teo Marsh",
            HANA,
            "Great to meet you in Lisbon.",
            "UTC",
            "Opening it changes nothing",
        ] {
            assert!(part.contains(said), "the mail should say {said:?}:\n{part}");
        }
    }
    app.visitor().get(&mail.link.unwrap()).await.is(200).shows("Larkspur Agency");
    assert_eq!(app.number("SELECT count(*) FROM teams WHERE name LIKE 'Larkspur%'"), 0, "no team exists before it is accepted");
}

#[actix_web::test]
async fn the_list_shows_the_owner_above_those_who_wait_for_them() {
    let app = TestApp::start().await;
    let sam = app.signed_in(SAM);
    invite_larkspur(&sam).await;
    let page = sam.get(LIST).await;
    let rows = page.text_of("tbody tr");
    assert!(rows[0].contains("Ines Okafor") && rows[0].contains("Larkspur AgencyNew team Owner Sent Sam WhitakerJust now"), "{rows:?}");
    assert!(rows[1].contains("Teo Marsh") && rows[1].contains("New team Admin Waiting for Ines"), "{rows:?}");
    assert!(rows[2].contains(HANA) && rows[2].contains("Name not known yet Larkspur AgencyNew team Member Waiting for Ines"), "{rows:?}");
    let one = sam.get(&page_of(&app, INES)).await;
    one.shows("People listed with the owner 2").shows("Sam Whitaker invited Ines Okafor to open Larkspur Agency");
    sam.get(&page_of(&app, TEO)).await.shows("the invitation of Ines Okafor");
}

#[actix_web::test]
async fn the_audit_log_keeps_no_name_and_no_address() {
    let app = TestApp::start().await;
    let sam = app.signed_in(SAM);
    invite_larkspur(&sam).await;
    ask_for_rosa(&sam).await;
    assert_eq!(app.number("SELECT count(*) FROM audit WHERE action = 'team invited'"), 1);
    assert_eq!(app.number("SELECT count(*) FROM audit WHERE action = 'member invited'"), 3);
    let kept = audited(&app);
    for secret in ["Ines", "Teo", "Rosa", "@", "Lisbon", "Welcome"] {
        assert!(!kept.contains(secret), "{kept}");
    }
}

#[actix_web::test]
async fn rows_are_added_and_taken_away_without_script_and_everything_is_kept() {
    let app = TestApp::start().await;
    let sam = app.signed_in(SAM);
    let mut form = larkspur(sam.get(NEW_TEAM).await.form("new-team"));
    for rows in 4..=20 {
        let page = sam.submit(&form.add("add", "1")).await;
        page.is(200);
        form = page.form("new-team");
        assert_eq!(form.values("email").len(), rows);
    }
    assert_eq!(
        (form.value("team_name"), form.value("owner"), form.value("message")),
        (Some("Larkspur Agency"), Some("1"), Some("Great to meet you in Lisbon."))
    );
    assert_eq!(&form.values("email")[..3], [TEO, INES, HANA]);
    assert_eq!(&form.values("role")[..3], ["admin", "", "member"], "the owner’s row has no role to choose");
    let page = sam.submit(&form.clone().add("remove", "0")).await;
    let fewer = page.form("new-team");
    assert_eq!((fewer.values("email")[0], fewer.value("owner")), (INES, Some("0")), "the owner moved up with their row");
    page.shows("Once set, only Ines Okafor can ever change this.").shows("Send the invitation to Ines");
    let gone = sam.submit(&fewer.add("remove", "0")).await.form("new-team");
    assert_eq!(gone.value("owner"), None, "who owned it stands there no more");
    for (nth, row) in (3..20).enumerate() {
        form = form.set_nth("email", row, &format!("person{nth}@larkspur.example"));
    }
    sam.submit(&form).await.leads_to(LIST);
    assert_eq!(app.number("SELECT count(*) FROM invitations WHERE parent_id IS NOT NULL"), 19);
}

#[actix_web::test]
async fn what_is_wrong_is_said_at_its_field_and_nothing_is_sent() {
    let app = TestApp::start().await;
    let sam = app.signed_in(SAM);
    let form = larkspur(sam.get(NEW_TEAM).await.form("new-team"));
    let long = "x".repeat(10_000);
    let foreign = app.text("SELECT id FROM programs WHERE name = 'Globex Affiliates'");
    let cases = [
        (form.clone().set("team_name", ""), "team_name", "Enter the team's name"),
        (form.clone().set("team_name", &long), "team_name", "The team's name must be 100 characters or fewer"),
        (form.clone().set("team_name", "Win at https://evil.example"), "team_name", "The team's name must not contain a web address"),
        (form.clone().set("team_name", "Larkspur\r\nBcc: all@evil.example"), "team_name", "must be a single line of ordinary text"),
        (form.clone().without("program"), "program", "Choose the program"),
        (form.clone().set("program", "nonsense"), "program", "Choose the program"),
        (form.clone().set("program", &foreign), "program", "Choose one of your programs"),
        (form.clone().set_nth("email", 0, "teo"), "email-0", "Enter an email address, like ada@example.com"),
        (form.clone().set_nth("email", 0, ""), "email-0", "Enter an email address, like ada@example.com"),
        (form.clone().set_nth("email", 0, "teo@brightwater.example\r\nBcc: all@evil.example"), "email-0", "Enter an email address"),
        (form.clone().set_nth("email", 2, "INES@Larkspur.example"), "email-2", "this one stands at person 2 already"),
        (form.clone().set_nth("name", 0, "Teo\r\nBcc: x"), "name-0", "must be a single line of ordinary text"),
        (form.clone().set_nth("name", 0, &long), "name-0", "must be 100 characters or fewer"),
        (form.clone().set_nth("name", 0, "evil.com"), "name-0", "must not contain a web address"),
        (form.clone().set_nth("role", 0, "owner"), "role-0", "Choose a role"),
        (form.clone().without("owner"), "owner", "Choose who owns the team"),
        (form.clone().set("owner", "7"), "owner", "Choose who owns the team"),
        (form.clone().without("confirmed"), "confirmed", "Confirm who owns the team"),
        (form.clone().set("confirmed", TEO), "confirmed", "Confirm again who owns the team: it is Ines Okafor now"),
        (form.clone().set("subject", "Hello\nBcc: x"), "subject", "must be a single line of ordinary text"),
        (form.clone().set("subject", &"x".repeat(79)), "subject", "must be 78 characters or fewer"),
        (form.clone().set("message", &"x".repeat(2001)), "message", "must be 2000 characters or fewer"),
    ];
    let before = app.dump();
    for (form, field, says) in cases {
        let page = sam.submit(&form).await;
        page.is(422);
        assert!(page.error_at(field).contains(says), "{field} should say {says:?}, not {:?}", page.error_at(field));
        let again = page.form("new-team");
        let line = |text: &str| text.replace(['\r', '\n'], "");
        for name in ["team_name", "subject", "message"] {
            assert_eq!(again.value(name).map(line), form.value(name).map(line), "{name} is kept");
        }
        assert_eq!(again.values("email").len(), 3, "the people are kept");
    }
    assert_eq!(app.dump(), before, "nothing was written");
}

#[actix_web::test]
async fn an_empty_form_says_everything_at_once() {
    let app = TestApp::start().await;
    let page = app.signed_in(SAM).post(NEW_TEAM, &[]).await;
    page.is(422).shows("Four things to correct");
    for field in ["team_name", "program", "email-0", "confirmed"] {
        assert!(!page.error_at(field).is_empty(), "{field}");
    }
}

#[actix_web::test]
async fn a_living_invitation_stands_and_is_offered_to_be_sent_again() {
    let app = TestApp::start().await;
    let sam = app.signed_in(SAM);
    invite_larkspur(&sam).await;
    let before = app.dump();
    let form = larkspur(sam.get(NEW_TEAM).await.form("new-team")).set("team_name", "Larkspur Two");
    let page = sam.submit(&form).await;
    page.is(422).shows("Already invited into this program on");
    assert!(page.links(".check-line a").contains(&page_of(&app, INES)));
    assert_eq!(app.dump(), before, "nothing was written");
    // Another program is another invitation.
    app.sql("INSERT INTO programs (id, company_id, name, destination, currency) SELECT gen_random_uuid(), id, 'Acme Agencies', 'https://acme.example', 'EUR' FROM companies WHERE slug = 'acme'");
    let other = app.text("SELECT id FROM programs WHERE name = 'Acme Agencies'");
    sam.submit(&form.set("program", &other)).await.leads_to(LIST);
}

#[actix_web::test]
async fn an_expired_invitation_makes_room_for_a_new_one() {
    let app = TestApp::start().await;
    let sam = app.signed_in(SAM);
    invite_larkspur(&sam).await;
    let old = app.link_to(INES);
    long_ago(&app, "8 days");
    sam.get(LIST).await.shows("Expired");
    invite_larkspur(&sam).await;
    assert_eq!(app.number("SELECT count(*) FROM invitations WHERE status = 'revoked'"), 3, "with the people who were listed");
    assert_eq!(app.number("SELECT count(*) FROM audit WHERE action = 'invitation revoked'"), 3);
    app.visitor().get(&old).await.is(410);
    app.visitor().get(&app.link_to(INES)).await.is(200);
}

#[actix_web::test]
async fn a_company_without_a_program_is_led_to_make_one() {
    let app = TestApp::start().await;
    app.sql("DELETE FROM link_texts; DELETE FROM links; DELETE FROM acceptances; DELETE FROM enrollments; DELETE FROM terms; DELETE FROM programs");
    let page = app.signed_in(SAM).get(NEW_TEAM).await;
    page.is(200).shows("No program yet");
    assert_eq!(page.links("a.primary"), ["/companies/acme/programs"]);
}
