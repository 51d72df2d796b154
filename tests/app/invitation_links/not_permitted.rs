//! In a team, and neither owner nor admin of one (rule 50).

use super::*;

const SENTENCE: &str = "Your permission level does not allow you to accept this";

#[actix_web::test]
async fn a_member_reads_that_their_permission_level_does_not_allow_it_and_what_helps() {
    let app = TestApp::start().await;
    let link = invite_into_plus(&app, MIA);
    let page = app.signed_in(MIA).get(&link).await;
    page.is(403)
        .shows(SENTENCE)
        .shows("You are a Member of Northwind. Only its owner or an admin can accept a program invitation for the team.")
        .shows("Acme Resellers Plus, from Sam Whitaker at Acme")
        .shows("Ask Olivia Park to accept")
        .shows("Olivia Park or Adam Reyes can raise your role under Members")
        .shows("Have Acme invite the owner. Tell Sam Whitaker that Olivia should get the invitation.");
    assert!(!page.has_form("acceptance") && !page.has_form("declination"), "there is no form to found a team");
    assert_eq!(page.h1(), SENTENCE);
}

#[actix_web::test]
async fn two_of_a_team_ask_it_to_join_one_program_and_it_joins_once() {
    let app = TestApp::start().await;
    let asked = [invite_into_plus(&app, MIA), invite(&app, "Acme Resellers Plus", ("", FRANK, MemberRole::Admin), "A team to be", &[])];
    for (person, link) in [MIA, FRANK].into_iter().zip(&asked) {
        let browser = app.signed_in(person);
        browser.submit(&browser.get(link).await.form("request")).await.leads_to(link);
    }
    let olivia = app.signed_in(OLIVIA);
    let review = format!("/teams/northwind/approvals/{}/acceptance", invitation_to(&app, MIA).id);
    let page = olivia.get(&review).await;
    olivia.submit(&page.form("acceptance").set("terms", "1")).await.leads_to("/teams/northwind/approvals");
    olivia.get("/teams/northwind/approvals").await.is(200).hides("Acme Resellers Plus for").shows("Nothing waits for a decision");
    app.signed_in(FRANK).get(&asked[1]).await.is(410);
}

#[actix_web::test]
async fn a_finance_team_member_is_told_the_same() {
    let app = TestApp::start().await;
    let link = invite_into_plus(&app, FRANK);
    app.signed_in(FRANK).get(&link).await.is(403).shows(SENTENCE).shows("You are a Finance team member of Northwind.");
}

#[actix_web::test]
async fn no_form_of_theirs_accepts_or_declines_it() {
    let app = TestApp::start().await;
    let link = invite_into_plus(&app, MIA);
    let mia = app.signed_in(MIA);
    let before = app.dump();
    for team in ["", "new", "northwind", "brightwater"] {
        let form = [("team", team), ("team_name", "Mia & Co"), ("terms", "1"), ("name", "Mia"), ("password", NEW_PASSWORD)];
        mia.post(&format!("{link}/acceptance"), &form).await.is(403).shows(SENTENCE);
    }
    mia.post(&format!("{link}/declination"), &[("reason", "no")]).await.is(403).shows(SENTENCE);
    mia.post(&format!("{link}/request"), &[("team", "brightwater")]).await.is(422).shows("Choose which team to ask");
    assert_eq!(app.dump(), before, "nothing is changed, and nothing written down");
}

#[actix_web::test]
async fn one_click_puts_it_before_the_team_and_the_owner_accepts_from_the_approvals() {
    let app = TestApp::start().await;
    let link = invite_into_plus(&app, MIA);
    let mia = app.signed_in(MIA);
    let form = mia.get(&link).await.form("request");
    let seen = audit_lines(&app);
    mia.submit(&form).await.leads_to(&link);
    mia.get(&link).await.is(403).shows("Olivia Park has been asked.").hides("Ask Olivia Park to accept");
    assert_eq!(actions_since(&app, seen), ["invitation put to team"]);
    let mail = app.last_mail_to(OLIVIA);
    assert_eq!(mail.subject, "Mia Chen asks you to accept Acme Resellers Plus for Northwind");
    assert_eq!(mail.link, None, "the mail holds no link that accepts by itself");
    assert_eq!(
        app.number("SELECT count(*) FROM outbox o JOIN companies c ON c.id = o.company_id WHERE recipient = 'olivia@northwind.example'"),
        0
    );

    mia.submit(&form).await.leads_to(&link);
    assert_eq!(app.mails_to(OLIVIA).len(), 1, "asked again within a day, nobody is mailed");
    app.sql("UPDATE invitations SET put_at = put_at - interval '25 hours'");
    mia.get(&link).await.is(403).shows("Ask Olivia Park to accept");
    mia.submit(&form).await.leads_to(&link);
    assert_eq!(app.mails_to(OLIVIA).len(), 2);

    let olivia = app.signed_in(OLIVIA);
    let review = format!("/teams/northwind/approvals/{}/acceptance", invitation_to(&app, MIA).id);
    assert!(mail.text.contains(&review));
    let page = olivia.get(&review).await;
    page.is(200).shows("Acme Resellers Plus for Northwind").shows("Mia Chen asked Northwind to accept").shows("Be bold.");
    let page = olivia.submit(&page.form("acceptance")).await;
    page.is(422);
    assert_eq!(page.error_at("terms"), "Error: Tick the box to accept the terms");
    let seen = audit_lines(&app);
    let page = olivia.submit(&page.form("acceptance").set("terms", "1")).await;
    page.leads_to("/teams/northwind/approvals");
    assert_eq!(actions_since(&app, seen), ["invitation accepted", "program joined"]);
    assert_eq!(app.last_mail_to(SAM).subject, "Northwind joined Acme Resellers Plus");
    assert_eq!(
        app.text("SELECT string_agg(p.name, ', ' ORDER BY p.name) FROM enrollments e JOIN programs p ON p.id = e.program_id JOIN partners x ON x.id = e.partner_id JOIN teams t ON t.id = x.team_id WHERE t.slug = 'northwind'"),
        "Acme Resellers, Acme Resellers Plus"
    );
    mia.get(&link).await.is(410).shows("This invitation has been accepted").shows("Olivia Park accepted it on");
    olivia.get(&review).await.is(410).shows("Olivia Park accepted Acme Resellers Plus on");
    olivia.post(&review, &[("terms", "1")]).await.leads_to("/teams/northwind/approvals");
    assert_eq!(app.mails_to(SAM).len(), 1);
}

#[actix_web::test]
async fn the_owner_declines_it_from_the_approvals_with_a_reason_that_the_company_reads() {
    let app = TestApp::start().await;
    let link = invite_into_plus(&app, MIA);
    let mia = app.signed_in(MIA);
    mia.submit(&mia.get(&link).await.form("request")).await.is(303);
    let at = format!("/teams/northwind/approvals/{}/declination", invitation_to(&app, MIA).id);
    let adam = app.signed_in(ADAM);
    let page = adam.get(&at).await;
    page.is(200).shows("Decline Acme Resellers Plus?");
    adam.submit(&page.form("declination").set("reason", &"x".repeat(501)))
        .await
        .is(422)
        .shows("The reason must be 500 characters or fewer");
    adam.submit(&page.form("declination").set("reason", "We have enough programs.")).await.leads_to("/teams/northwind/approvals");
    let mail = app.last_mail_to(SAM);
    assert_eq!(mail.subject, "Adam Reyes of Northwind declined your invitation");
    assert!(mail.text.contains("We have enough programs."));
    assert_eq!(status(&app, MIA), "declined");
    mia.get(&link).await.is(410).shows("This invitation was declined");
    adam.submit(&page.form("declination")).await.leads_to("/teams/northwind/approvals");
    assert_eq!(app.mails_to(SAM).len(), 1);
}

#[actix_web::test]
async fn an_invitation_that_was_not_put_before_the_team_is_out_of_its_sight() {
    let app = TestApp::start().await;
    let link = invite_into_plus(&app, MIA);
    let id = invitation_to(&app, MIA).id;
    let olivia = app.signed_in(OLIVIA);
    let before = app.dump();
    for noun in ["acceptance", "declination"] {
        let at = format!("/teams/northwind/approvals/{id}/{noun}");
        olivia.get(&at).await.is(404);
        olivia.post(&at, &[("terms", "1")]).await.is(404);
        olivia.get(&format!("/teams/northwind/approvals/nonsense/{noun}")).await.is(404);
    }
    assert_eq!(app.dump(), before);
    let mia = app.signed_in(MIA);
    mia.submit(&mia.get(&link).await.form("request")).await.is(303);
    app.signed_in(TOMAS).get(&format!("/teams/brightwater/approvals/{id}/acceptance")).await.is(404);
    app.signed_in(MIA).post(&format!("/teams/northwind/approvals/{id}/acceptance"), &[("terms", "1")]).await.is(403);
    assert_eq!(status(&app, MIA), "sent");
}

#[actix_web::test]
async fn in_several_teams_they_choose_which_to_ask() {
    let app = TestApp::start().await;
    app.sql(&format!(
        "INSERT INTO members (id, team_id, user_id, role) SELECT '{}', t.id, u.id, 'finance' FROM teams t, users u WHERE t.slug = 'brightwater' AND u.email = '{MIA}'",
        UserId::new()
    ));
    let link = invite_into_plus(&app, MIA);
    let mia = app.signed_in(MIA);
    let page = mia.get(&link).await;
    page.is(403)
        .shows("You are a Finance team member of Brightwater and a Member of Northwind.")
        .shows("Which team should accept it?")
        .shows("Owner Tomás Herrera")
        .shows("Become an admin of Brightwater. Tomás Herrera can raise your role");
    let form = page.form("request");
    let page = mia.submit(&form).await;
    page.is(422);
    assert_eq!(page.error_at("team"), "Error: Choose which team to ask");
    mia.submit(&form.set("team", "brightwater")).await.leads_to(&link);
    mia.get(&link).await.shows("Tomás Herrera has been asked.");
    assert_eq!((app.mails_to(TOMAS).len(), app.mails_to(OLIVIA).len()), (1, 0));

    let id = invitation_to(&app, MIA).id;
    let tomas = app.signed_in(TOMAS);
    let page = tomas.get(&format!("/teams/brightwater/approvals/{id}/acceptance")).await;
    tomas.submit(&page.form("acceptance").set("terms", "1")).await.is(303);
    assert_eq!(
        app.number("SELECT count(*) FROM partners p JOIN companies c ON c.id = p.company_id JOIN teams t ON t.id = p.team_id WHERE c.slug = 'acme' AND t.slug = 'brightwater'"),
        1
    );
}

#[actix_web::test]
async fn raised_to_admin_they_open_the_link_again_and_accept() {
    let app = TestApp::start().await;
    let link = invite_into_plus(&app, MIA);
    let mia = app.signed_in(MIA);
    mia.get(&link).await.is(403);
    set_role(&app, MIA, "admin");
    let page = mia.get(&link).await;
    page.is(200).shows("Which team joins?");
    mia.submit(&page.form("acceptance").set("team", "northwind").set("terms", "1")).await.leads_to("/teams/northwind");
    mia.post(&format!("{link}/request"), &[("team", "northwind")]).await.is(200).shows("You are in Northwind");
}

#[actix_web::test]
async fn demoted_between_page_and_form_they_are_refused() {
    let app = TestApp::start().await;
    let link = invite_into_plus(&app, ADAM);
    let adam = app.signed_in(ADAM);
    let form = adam.get(&link).await.form("acceptance").set("team", "northwind").set("terms", "1");
    set_role(&app, ADAM, "member");
    let before = app.dump();
    adam.submit(&form).await.is(403).shows(SENTENCE);
    assert_eq!(app.dump(), before);
}
