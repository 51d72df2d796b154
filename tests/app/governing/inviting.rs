//! A team asks people in by itself (rule 34).

use super::*;
use crate::support::at_once;

const NEW: &str = "/teams/northwind/members/new";
const PIM: &str = "pim@fjord.example";

async fn invite(browser: &Browser, people: &[(&str, &str, &str)]) -> crate::support::Page {
    let mut form = browser.get(NEW).await.form("/members/new").set("message", "Come and join us.");
    for (nth, (email, name, role)) in people.iter().enumerate() {
        form = form.set_nth("email", nth, email).set_nth("name", nth, name).set_nth("role", nth, role);
    }
    browser.submit(&form).await
}

fn state(app: &TestApp, email: &str) -> String {
    app.text(&format!("SELECT string_agg(status, ' ' ORDER BY created_at, id) FROM invitations WHERE email = '{email}'"))
}

fn action(app: &TestApp, email: &str, noun: &str) -> String {
    let id = app.text(&format!("SELECT id FROM invitations WHERE email = '{email}' ORDER BY created_at DESC, id DESC LIMIT 1"));
    format!("{TEAM}/invitations/{id}/{noun}")
}

#[actix_web::test]
async fn owner_and_admins_invite_new_people_and_users_without_approval() {
    let app = TestApp::start().await;
    personas::user(&mut app.connection(), PIM, "Pim Haas");
    let adam = app.signed_in(ADAM);
    let page = invite(&adam, &[(ROSA, "Rosa Lindqvist", "admin"), (PIM, "", "member")]).await;
    page.leads_to(MEMBERS);
    let list = adam.follow(page).await;
    list.shows("2 people are invited.").shows("2 invited, not members yet").shows("Asked by Adam Reyes").hides("of Acme");
    app.signed_in(SAM).get("/companies/acme/partners/northwind").await.hides("Rosa");
    let mail = app.last_mail_to(ROSA);
    assert_eq!(mail.subject, "Adam Reyes asks you into Northwind");
    for words in ["Adam Reyes", "Northwind", "Admin", "Come and join us."] {
        assert!(mail.text.contains(words), "{words}: {}", mail.text);
    }

    let rosa = app.visitor();
    let link = app.link_to(ROSA);
    let page = rosa.get(&link).await;
    page.is(200).shows("Adam Reyes invites you to join Northwind").shows("Admin");
    let form = page.form("/acceptance").set("name", "Rosa Lindqvist").set("password", "five quiet lanterns");
    rosa.submit(&form).await.leads_to(TEAM);
    assert_eq!(role_of(&app, ROSA), "admin");
    rosa.get(MEMBERS).await.is(200);
    assert_eq!(app.last_mail_to(ADAM).subject, "Rosa Lindqvist joined Northwind");

    let pim = app.signed_in(PIM);
    let page = pim.get(&app.link_to(PIM)).await;
    pim.submit(&page.form("/acceptance")).await.leads_to(TEAM);
    assert_eq!(role_of(&app, PIM), "member");
    is_whole(&app);
}

#[actix_web::test]
async fn a_role_that_is_not_theirs_to_give_is_refused_and_recorded_and_finance_asks_who_is_there() {
    let app = TestApp::start().await;
    let (adam, olivia) = (app.signed_in(ADAM), app.signed_in(OLIVIA));
    let before = refusals(&app);
    invite(&adam, &[(PIM, "", "member"), (ROSA, "", "finance")]).await.is(403).shows("You cannot give the role Finance.");
    assert_eq!((refusals(&app), app.number("SELECT count(*) FROM invitations"), app.mails().len()), (before + 1, 0, 0));
    adam.get(NEW).await.hides("Finance");
    app.sql("UPDATE sessions SET proved_at = now() - interval '11 minutes'");
    let asked = invite(&olivia, &[(ROSA, "", "finance")]).await;
    assert!(asked.location().unwrap().starts_with("/account/confirmation"));
    assert_eq!(app.number("SELECT count(*) FROM invitations"), 0);
    invite(&olivia, &[(ROSA, "", "admin")]).await.leads_to(MEMBERS);
    switch(&app, &["admin: give finance"]);
    app.sql("UPDATE sessions SET proved_at = now()");
    invite(&adam, &[(PIM, "", "finance")]).await.leads_to(MEMBERS);
    for email in [MIA, FRANK] {
        app.signed_in(email).get(NEW).await.is(403);
        app.signed_in(email).post(NEW, &[("email", PIM), ("role", "member")]).await.is(403);
    }
}

#[actix_web::test]
async fn what_is_wrong_with_a_row_is_said_at_it_and_what_was_typed_is_kept() {
    let app = TestApp::start().await;
    let olivia = app.signed_in(OLIVIA);
    olivia.submit(&olivia.get(NEW).await.form("/members/new")).await.is(422).shows("Enter the email address of at least one person");
    let page = invite(&olivia, &[("nobody", "Nobody", "member"), (MIA, "Mia", "member")]).await;
    page.is(422).shows("Enter an email address, like ada@example.com");
    assert_eq!(page.form("/members/new").values("email")[0], "nobody");
    let page = invite(&olivia, &[(ROSA, "", "member"), (MIA, "Mia", "member")]).await;
    page.is(422);
    assert!(page.error_at("email-1").contains("In this team since"), "{}", page.text());
    assert_eq!(app.number("SELECT count(*) FROM invitations"), 0, "all of them or none");
    invite(&olivia, &[(ROSA, "", "member")]).await.leads_to(MEMBERS);
    let page = invite(&olivia, &[(ROSA, "", "admin")]).await;
    assert!(page.error_at("email-0").contains("Invited on"), "{}", page.text());
    let page = olivia.submit(&olivia.get(NEW).await.form("/members/new").set("add", "1")).await;
    assert_eq!(page.is(200).form("/members/new").values("email").len(), 4);
}

#[actix_web::test]
async fn a_company_and_the_team_ask_for_the_same_person_and_joining_ends_the_other() {
    let app = TestApp::start().await;
    ask_for_rosa(&app, "member").await;
    invite(&app.signed_in(OLIVIA), &[(ROSA, "", "admin")]).await.leads_to(MEMBERS);
    assert_eq!(state(&app, ROSA), "waiting sent");
    let fields = [("name", "Rosa"), ("password", "five quiet lanterns")];
    app.visitor().post(&format!("{}/acceptance", app.link_to(ROSA)), &fields).await.leads_to(TEAM);
    assert_eq!(state(&app, ROSA), "revoked accepted");
    is_whole(&app);
}

#[actix_web::test]
async fn the_team_sends_again_and_takes_back_its_own_alone() {
    let app = TestApp::start().await;
    let olivia = app.signed_in(OLIVIA);
    invite(&app.signed_in(ADAM), &[(ROSA, "Rosa Lindqvist", "member")]).await.leads_to(MEMBERS);
    let old = app.link_to(ROSA);
    let page = olivia.submit(&olivia.get(MEMBERS).await.form("/resending")).await;
    olivia.follow(page).await.shows("This was sent a moment ago.");
    app.sql("UPDATE invitations SET sent_at = now() - interval '11 minutes'");
    let page = olivia.submit(&olivia.get(MEMBERS).await.form("/resending")).await;
    olivia.follow(page).await.shows("A new link is on its way to Rosa Lindqvist.");
    app.visitor().get(&old).await.is(404);
    app.visitor().get(&app.link_to(ROSA)).await.is(200);
    let page = olivia.submit(&olivia.get(MEMBERS).await.form("/revocation")).await;
    olivia.follow(page).await.shows("The invitation of Rosa Lindqvist is revoked.").hides("not members yet");
    app.visitor().get(&app.link_to(ROSA)).await.is(410);
    olivia.post(&action(&app, ROSA, "revocation"), &[]).await.leads_to(MEMBERS);
    // What a company asked for is the company's to take back.
    app.sql("DELETE FROM invitations");
    ask_for_rosa(&app, "member").await;
    for noun in ["revocation", "resending"] {
        olivia.post(&action(&app, ROSA, noun), &[]).await.is(404);
    }
    let declined = app.visitor();
    app.sql("DELETE FROM invitations");
    invite(&olivia, &[(ROSA, "", "member")]).await.leads_to(MEMBERS);
    declined.post(&format!("{}/declination", app.link_to(ROSA)), &[("reason", "Too far away")]).await.is(303);
    let mail = app.last_mail_to(OLIVIA);
    assert!(mail.subject.contains("declined your invitation") && mail.text.contains("Too far away"), "{}", mail.text);
    invite(&olivia, &[(ROSA, "", "member")]).await.leads_to(MEMBERS);
    app.sql("UPDATE invitations SET expires_at = now() - interval '1 minute' WHERE status = 'sent'");
    app.visitor().post(&format!("{}/renewal", app.link_to(ROSA)), &[]).await.is(303);
    assert_eq!(app.last_mail_to(OLIVIA).subject, format!("{ROSA} asks for a new invitation"));
    invite(&olivia, &[(ROSA, "", "member")]).await.leads_to(MEMBERS);
    assert_eq!(state(&app, ROSA), "declined revoked sent", "an expired one makes room");
}

#[actix_web::test]
async fn an_invitation_of_the_team_ends_with_the_right_of_who_sent_it() {
    let app = TestApp::start().await;
    switch(&app, &["admin: give finance"]);
    invite(&app.signed_in(ADAM), &[(ROSA, "", "finance"), (PIM, "", "member")]).await.leads_to(MEMBERS);
    let link = app.link_to(ROSA);
    app.signed_in(OLIVIA).post(PERMISSIONS, &[("was", "admin: give finance")]).await.leads_to(PERMISSIONS);
    assert_eq!((state(&app, ROSA).as_str(), state(&app, PIM).as_str()), ("revoked", "sent"), "what he may still give stays");
    app.visitor().get(&link).await.is(410);
    assert_eq!(gives(&app.signed_in(OLIVIA), &app, ADAM, "member").await, 303);
    assert_eq!(state(&app, PIM), "revoked");
}

#[actix_web::test]
async fn the_same_person_invited_by_two_at_once_is_invited_once() {
    let app = TestApp::start().await;
    let copy = app.copy().await;
    let (olivia, adam) = (app.signed_in(OLIVIA), app.signed_in(ADAM).on(&copy));
    for _ in 0..5 {
        app.sql("DELETE FROM outbox; DELETE FROM invitations");
        let fields = vec![("email", ROSA), ("name", ""), ("role", "member")];
        let forms = (0..6).map(|n| (if n % 2 == 0 { olivia.clone() } else { adam.clone() }, NEW.to_owned(), fields.clone()));
        let mut answers: Vec<u16> = at_once(forms.collect()).await.iter().map(|page| page.status.as_u16()).collect();
        answers.sort_unstable();
        assert_eq!((answers, app.mails_to(ROSA).len()), (vec![303, 422, 422, 422, 422, 422], 1));
    }
}

#[actix_web::test]
async fn what_expired_is_listed_as_such_and_sent_again_or_taken_back() {
    let app = TestApp::start().await;
    let olivia = app.signed_in(OLIVIA);
    ask_for_rosa(&app, "member").await;
    invite(&olivia, &[(ROSA, "Rosa Lindqvist", "member"), (PIM, "Pim Haas", "member")]).await.leads_to(MEMBERS);
    app.sql("UPDATE invitations SET sent_at = now() - interval '8 days', expires_at = now() - interval '1 day'");
    let page = olivia.get(MEMBERS).await;
    page.shows("2 invited, not members yet").shows("Expired on").hides("Invited until").hides("of Acme");
    olivia.submit(&page.form(&action(&app, PIM, "resending"))).await.leads_to(MEMBERS);
    olivia.submit(&page.form(&action(&app, ROSA, "revocation"))).await.leads_to(MEMBERS);
    assert_eq!((state(&app, PIM).as_str(), state(&app, ROSA).as_str()), ("sent", "waiting revoked"));
    olivia.get(MEMBERS).await.shows("1 invited, not members yet").shows("Invited until").hides("Expired on");
    app.visitor().get(&app.link_to(PIM)).await.is(200);
}

#[actix_web::test]
async fn sending_again_needs_the_right_to_give_the_role_and_for_finance_a_proof() {
    let app = TestApp::start().await;
    let (olivia, adam) = (app.signed_in(OLIVIA), app.signed_in(ADAM));
    invite(&olivia, &[(ROSA, "", "finance"), (PIM, "", "member")]).await.leads_to(MEMBERS);
    app.sql(
        "UPDATE invitations SET sent_at = now() - interval '11 minutes'; UPDATE sessions SET proved_at = now() - interval '11 minutes'",
    );
    let (again, before) = (action(&app, ROSA, "resending"), refusals(&app));
    let sent = || app.text("SELECT string_agg(generation::text, ' ' ORDER BY email) FROM invitations");
    adam.post(&again, &[]).await.is(403).shows("You cannot give the role Finance.");
    assert_eq!(refusals(&app), before + 1);
    let asked = olivia.post(&again, &[]).await;
    assert!(asked.location().unwrap().starts_with("/account/confirmation"), "{:?}", asked.location());
    assert_eq!(sent(), "1 1");
    adam.post(&action(&app, PIM, "resending"), &[]).await.leads_to(MEMBERS);
    app.sql("UPDATE sessions SET proved_at = now()");
    olivia.post(&again, &[]).await.leads_to(MEMBERS);
    assert_eq!(sent(), "2 2");
}

#[actix_web::test]
async fn an_invitation_that_ended_by_itself_says_why_in_the_history() {
    let app = TestApp::start().await;
    let olivia = app.signed_in(OLIVIA);
    let told = async || olivia.get("/teams/northwind/history").await.text_of("tbody .told").join("\n");
    ask_for_rosa(&app, "member").await;
    invite(&olivia, &[(ROSA, "Rosa Lindqvist", "admin")]).await.leads_to(MEMBERS);
    let fields = [("name", "Rosa Lindqvist"), ("password", "five quiet lanterns")];
    app.visitor().post(&format!("{}/acceptance", app.link_to(ROSA)), &fields).await.leads_to(TEAM);
    let history = told().await;
    assert!(history.contains("The invitation of Rosa Lindqvist ended, since they joined Northwind by another one"), "{history}");

    invite(&app.signed_in(ADAM), &[(PIM, "Pim Haas", "member")]).await.leads_to(MEMBERS);
    app.sql(&format!("UPDATE invitations SET expires_at = now() - interval '1 day' WHERE email = '{PIM}'"));
    invite(&app.signed_in(ADAM), &[(PIM, "Pim Haas", "member")]).await.leads_to(MEMBERS);
    assert_eq!(gives(&olivia, &app, ADAM, "member").await, 303);
    olivia.post(&action(&app, PIM, "revocation"), &[]).await.leads_to(MEMBERS);
    let history = told().await;
    for line in [
        "The expired invitation of Pim Haas made room for a new one",
        "The invitation of Pim Haas ended, since nobody who may stands for it any more",
    ] {
        assert!(history.contains(line), "{line}: {history}");
    }
    invite(&olivia, &[(PIM, "Pim Haas", "member")]).await.leads_to(MEMBERS);
    olivia.post(&action(&app, PIM, "revocation"), &[]).await.leads_to(MEMBERS);
    assert!(told().await.starts_with("Olivia Park took the invitation of Pim Haas back"));
}

#[actix_web::test]
async fn more_people_than_a_form_has_rows_are_refused_and_not_cut_off() {
    let app = TestApp::start().await;
    let olivia = app.signed_in(OLIVIA);
    let emails: Vec<String> = (0..52).map(|n| format!("p{n}@fjord.example")).collect();
    let fields: Vec<(&str, &str)> = emails.iter().flat_map(|email| [("email", email.as_str()), ("name", ""), ("role", "member")]).collect();
    let page = olivia.post(NEW, &fields).await;
    page.is(422);
    assert!(page.error_at("email-50").contains("Enter 50 people at most"), "{}", page.text());
    assert_eq!(page.form("/members/new").values("email").len(), 52, "what was typed is kept");
    assert_eq!(app.number("SELECT count(*) FROM invitations"), 0);
    let rest = [("email", ""), ("name", ""), ("role", "member")].repeat(5);
    olivia.post(NEW, &[&fields[..150], &rest].concat()).await.leads_to(MEMBERS);
    assert_eq!(app.number("SELECT count(*) FROM invitations"), 50);
}

#[actix_web::test]
async fn what_the_owner_sent_stays_good_when_the_team_is_handed_over() {
    let app = TestApp::start().await;
    let (olivia, adam) = (app.signed_in(OLIVIA), app.signed_in(ADAM));
    invite(&olivia, &[(ROSA, "Rosa Lindqvist", "finance")]).await.leads_to(MEMBERS);
    let offers = olivia.get("/teams/northwind/ownership").await;
    olivia.submit(&offers.form("/ownership/offers").set("member", &place_of(&app, ADAM))).await.is(303);
    adam.get(TEAM).await.shows("Olivia Park offers you Northwind.");
    app.signed_in(MIA).get(TEAM).await.hides("offers you Northwind");
    adam.submit(&adam.get("/teams/northwind/ownership").await.form("/acceptance")).await.is(303);
    // As an admin Olivia gives finance no more; the invitation is the new owner's now.
    assert_eq!(state(&app, ROSA), "sent");
    adam.get(TEAM).await.hides("offers you Northwind");
    let rosa = app.visitor();
    let page = rosa.get(&app.link_to(ROSA)).await;
    rosa.submit(&page.is(200).form("/acceptance").set("name", "Rosa Lindqvist").set("password", "five quiet lanterns"))
        .await
        .leads_to(TEAM);
    assert_eq!(role_of(&app, ROSA), "finance");
    is_whole(&app);
}
