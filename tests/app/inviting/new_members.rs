//! Asking for members of a team that is a partner already (rules 21 and 22).

use super::*;

#[actix_web::test]
async fn the_owner_is_asked_first_and_the_invitee_gets_nothing() {
    let app = TestApp::start().await;
    let sam = app.signed_in(SAM);
    let page = sam.get(&format!("{NEW_MEMBERS}?team=northwind")).await;
    let form = page.form("new-members");
    assert_eq!(form.value("team"), Some("northwind"), "the team of the address is chosen");
    let form = rosa(form).set_nth("email", 1, "pim@fjord.example").set_nth("role", 1, "finance");
    let done = sam.submit(&form).await;
    done.leads_to(LIST);
    sam.follow(done).await.shows("2 people wait for Olivia Park’s approval.");
    assert_eq!(app.mails().len(), 1, "one mail for all of them");
    let mail = app.last_mail_to(OLIVIA);
    assert_eq!(mail.subject, "Acme asks you to approve 2 people for Northwind");
    assert_eq!(mail.link, None, "the button leads to a page that asks to sign in");
    for said in [
        "Rosa Lindqvist, rosa@northwind.example, as Member",
        "pim@fjord.example, as Finance",
        "/teams/northwind/approvals",
        "Sam Whitaker",
        "Until",
    ] {
        assert!(mail.text.contains(said), "the mail should say {said:?}:\n{}", mail.text);
    }
    assert_eq!((status_of(&app, ROSA), status_of(&app, "pim@fjord.example")), ("waiting".into(), "waiting".into()));
    assert_eq!(app.number("SELECT count(*) FROM invitations WHERE token_hash IS NOT NULL"), 0, "there is no link yet");
    assert_eq!(
        app.number("SELECT count(*) FROM invitations WHERE expires_at BETWEEN now() + interval '13 days' AND now() + interval '14 days'"),
        2
    );
    let rows = sam.get(LIST).await.text_of("tbody tr");
    assert!(rows[0].contains("Rosa Lindqvist") && rows[0].contains("NorthwindExisting team Member Waiting for owner"), "{rows:?}");
}

#[actix_web::test]
async fn what_is_wrong_is_said_at_its_field_and_nobody_is_asked() {
    let app = TestApp::start().await;
    let sam = app.signed_in(SAM);
    ask_for_rosa(&sam).await;
    let known = page_of(&app, ROSA);
    let pim = |form: FilledForm| rosa(form).set_nth("email", 0, "pim@fjord.example");
    let form = pim(sam.get(NEW_MEMBERS).await.form("new-members"));
    let cases = [
        (form.clone().set("team", ""), "team", "Choose the team"),
        (form.clone().set("team", "brightwater"), "team", "Choose one of your partners"),
        (form.clone().set("team", "nobody"), "team", "Choose one of your partners"),
        (form.clone().set_nth("email", 0, "").set_nth("name", 0, ""), "email-0", "Enter the email address of at least one person"),
        (form.clone().set_nth("email", 0, "pim@"), "email-0", "Enter an email address"),
        (form.clone().set_nth("email", 0, "pim@fjord.example\nBcc: x"), "email-0", "Enter an email address"),
        (form.clone().set_nth("email", 2, "PIM@fjord.example"), "email-2", "this one stands at person 1 already"),
        (form.clone().set_nth("name", 0, "Pim\u{0}"), "name-0", ""),
        (form.clone().set_nth("name", 0, "www.evil.example"), "name-0", "must not contain a web address"),
        (form.clone().set_nth("role", 0, "owner"), "role-0", "Choose a role"),
        (form.clone().set("message", &"x".repeat(2001)), "message", "must be 2000 characters or fewer"),
        (form.clone().set_nth("email", 1, MIA), "email-1", "In this team since"),
        (form.clone().set_nth("email", 1, ROSA), "email-1", "Already invited on"),
    ];
    let before = app.dump();
    for (form, field, says) in cases {
        let page = sam.submit(&form).await;
        page.is(422);
        if says.is_empty() {
            continue; // A NUL is in no form of ours: the page without the form.
        }
        assert!(page.error_at(field).contains(says), "{field} should say {says:?}, not {:?}", page.error_at(field));
        let again = page.form("new-members");
        assert_eq!(again.value("message"), form.value("message"), "the message is kept");
        if says == "Already invited on" {
            assert_eq!(page.links(".check-line a"), std::slice::from_ref(&known), "which offers to send, to remind, to change");
        }
    }
    assert_eq!(app.dump(), before, "nothing was written");
}

#[actix_web::test]
async fn nothing_is_told_about_anybody_else() {
    let app = TestApp::start().await;
    let sam = app.signed_in(SAM);
    let gus = app.signed_in(GUS);
    let theirs = rosa(gus.get("/companies/globex/invitations/new-members").await.form("new-members")).set("team", "brightwater");
    gus.submit(&theirs.set_nth("email", 0, "una@elsewhere.example")).await.is(303);
    // In another company's team; asked by another company; working for another company; known to nobody; a member of this team once.
    for email in [TOMAS, "una@elsewhere.example", GUS, "nobody@nowhere.example", FIONA] {
        let form = rosa(sam.get(NEW_MEMBERS).await.form("new-members")).set_nth("email", 0, email);
        let done = sam.submit(&form).await;
        done.leads_to(LIST);
        sam.follow(done).await.shows("Rosa Lindqvist waits for Olivia Park’s approval.");
    }
}

#[actix_web::test]
async fn an_expired_request_makes_room_for_a_new_one() {
    let app = TestApp::start().await;
    let sam = app.signed_in(SAM);
    ask_for_rosa(&sam).await;
    long_ago(&app, "15 days");
    ask_for_rosa(&sam).await;
    let states = app.text("SELECT string_agg(status, ' ' ORDER BY created_at) FROM invitations");
    assert_eq!(states, "revoked waiting");
}

#[actix_web::test]
async fn a_team_is_found_among_many_without_script() {
    let app = TestApp::start().await;
    let sam = app.signed_in(SAM);
    app.many_partners(210);
    let page = sam.get(NEW_MEMBERS).await;
    page.shows("Your 200 newest partners are listed.");
    assert!(page.text_of("#team option").len() <= 202);
    let form = page.form("new-members").set_nth("email", 0, ROSA).set("find", "Northw").add("search", "1");
    let found = sam.submit(&form).await;
    found.is(200);
    assert_eq!(found.text_of("#team option"), ["Choose a team", "Northwind"]);
    let form = found.form("new-members");
    assert_eq!((form.values("email")[0], form.value("find")), (ROSA, Some("Northw")));
    sam.submit(&form.set("team", "northwind")).await.leads_to(LIST);
    let none = sam.submit(&sam.get(NEW_MEMBERS).await.form("new-members").set("find", "zzzz").add("search", "1")).await;
    none.is(200).shows("No partner of yours has such a name.");
}

#[actix_web::test]
async fn a_partnership_that_ended_takes_nobody() {
    let app = TestApp::start().await;
    let sam = app.signed_in(SAM);
    let form = rosa(sam.get(NEW_MEMBERS).await.form("new-members"));
    app.sql("UPDATE partners SET ended_at = now() WHERE company_id = (SELECT id FROM companies WHERE slug = 'acme')");
    sam.submit(&form).await.is(422).shows("Choose one of your partners");
    sam.get(NEW_MEMBERS).await.is(200).shows("No partner yet");
}
