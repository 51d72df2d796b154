//! Removed, or gone by themselves (rules 36 and 47), and what becomes of whom they vouched for (S32).

use super::*;

fn removal(app: &TestApp, email: &str) -> String {
    format!("{MEMBERS}/{}/removal", place_of(app, email))
}

fn status(app: &TestApp) -> String {
    app.text(&format!("SELECT status FROM invitations WHERE email = '{ROSA}'"))
}

#[actix_web::test]
async fn who_is_removed_is_out_on_the_next_request_keeps_their_name_and_is_mailed() {
    let app = TestApp::start().await;
    let copy = app.copy().await;
    let (adam, frank) = (app.signed_in(ADAM), app.signed_in(FRANK).on(&copy));
    frank.get(TEAM).await.is(200);
    let path = removal(&app, FRANK);
    let page = adam.get(&path).await;
    page.is(200).shows("Remove Frank Osei?").shows("told by mail that you removed them");
    let page = adam.submit(&page.form("/removal")).await;
    page.leads_to(MEMBERS);
    adam.follow(page).await.shows("Frank Osei is no longer in Northwind.").shows("3 members");
    frank.get(TEAM).await.is(404);
    frank.post(&format!("{TEAM}/departure"), &[]).await.is(404);
    let mail = app.last_mail_to(FRANK);
    assert_eq!(mail.subject, "You are no longer in Northwind");
    assert!(mail.text.contains("Adam Reyes removed you"), "{}", mail.text);
    assert_eq!(app.number("SELECT count(*) FROM members m JOIN users u ON u.id = m.user_id WHERE u.email = 'frank@northwind.example' AND m.left_at IS NOT NULL"), 1);
    assert_eq!(app.text("SELECT before FROM audit WHERE action = 'member removed'"), r#"{"role": "finance"}"#);
    app.signed_in(SAM).get("/companies/acme/partners/northwind").await.shows("3 members").hides("Frank Osei");
    adam.get(&format!("{TEAM}/history")).await.shows("Adam Reyes removed Frank Osei from Northwind");
    adam.post(&path, &[]).await.is(404);
    is_whole(&app);
}

#[actix_web::test]
async fn owner_and_admins_remove_anyone_but_the_owner_and_themselves() {
    let app = TestApp::start().await;
    join(&app, "ana@northwind.example", "Ana Sol", MemberRole::Admin);
    for (actor, target, answer) in [
        (ADAM, OLIVIA, 403),
        (ADAM, ADAM, 403),
        (OLIVIA, OLIVIA, 403),
        (MIA, FRANK, 403),
        (FRANK, MIA, 403),
        (MIA, MIA, 403),
        (ADAM, "ana@northwind.example", 303),
        (ADAM, FRANK, 303),
        (OLIVIA, ADAM, 303),
    ] {
        let browser = app.signed_in(actor);
        let before = (refusals(&app), app.text("SELECT member_count FROM teams WHERE slug = 'northwind'"));
        browser.get(&removal(&app, target)).await.is(if answer == 403 { 403 } else { 200 });
        browser.post(&removal(&app, target), &[]).await.is(answer);
        if answer == 403 {
            let after = (refusals(&app), app.text("SELECT member_count FROM teams WHERE slug = 'northwind'"));
            assert_eq!(after, (before.0 + 1, before.1), "{actor} removes {target}");
        }
        is_whole(&app);
    }
}

#[actix_web::test]
async fn everyone_but_the_owner_leaves_and_the_owner_is_told() {
    let app = TestApp::start().await;
    for email in [ADAM, MIA, FRANK] {
        let browser = app.signed_in(email);
        let page = browser.get(&format!("{TEAM}/departure")).await;
        page.is(200).shows("Leave Northwind?");
        let page = browser.submit(&page.form("/departure")).await;
        page.leads_to("/");
        browser.follow(page).await.shows("You left Northwind.").shows("You are in no team or company now");
        browser.get(TEAM).await.is(404);
    }
    let subjects: Vec<String> = app.mails_to(OLIVIA).into_iter().map(|mail| mail.subject).collect();
    assert_eq!(subjects, ["Adam Reyes left Northwind", "Mia Chen left Northwind", "Frank Osei left Northwind"]);
    let olivia = app.signed_in(OLIVIA);
    let before = refusals(&app);
    olivia.get(&format!("{TEAM}/departure")).await.is(403).shows("Hand over the ownership first");
    olivia.post(&format!("{TEAM}/departure"), &[]).await.is(403);
    assert_eq!(refusals(&app), before + 1);
    is_whole(&app);
}

#[actix_web::test]
async fn an_invitation_ends_with_the_right_of_who_approved_it() {
    for loss in ["removed", "left", "demoted", "switched off"] {
        let app = TestApp::start().await;
        switch(&app, &["admin: approve members"]);
        let approval = ask_for_rosa(&app, "member").await;
        app.signed_in(ADAM).post(&approval, &[("role", "member")]).await.leads_to("/teams/northwind/approvals");
        let link = app.link_to(ROSA);
        app.visitor().get(&link).await.is(200);
        let olivia = app.signed_in(OLIVIA);
        match loss {
            "removed" => olivia.post(&removal(&app, ADAM), &[]).await.is(303),
            "left" => app.signed_in(ADAM).post(&format!("{TEAM}/departure"), &[]).await.is(303),
            "demoted" => olivia.post(&format!("{MEMBERS}/{}/role", place_of(&app, ADAM)), &[("role", "member")]).await.is(303),
            _ => olivia.post(PERMISSIONS, &[("was", "admin: approve members")]).await.is(303),
        };
        assert_eq!(status(&app), "revoked", "{loss}");
        app.visitor().get(&link).await.is(410).shows("taken back");
        let fields = [("name", "Rosa"), ("password", "five quiet lanterns")];
        app.visitor().post(&format!("{link}/acceptance"), &fields).await.is(410);
        app.signed_in(SAM).get("/companies/acme/invitations").await.shows("Revoked");
        is_whole(&app);
    }
}

#[actix_web::test]
async fn what_the_owner_approved_stays_and_what_lost_its_ground_otherwise_is_void_too() {
    let app = TestApp::start().await;
    let approval = ask_for_rosa(&app, "finance").await;
    app.signed_in(OLIVIA).post(&approval, &[("role", "finance")]).await.leads_to("/teams/northwind/approvals");
    let link = app.link_to(ROSA);
    app.signed_in(OLIVIA).post(&removal(&app, ADAM), &[]).await.is(303);
    assert_eq!(status(&app), "sent");
    app.visitor().get(&link).await.is(200);
    // Past every function of ours: the link is judged when it is opened, and again when it is answered.
    app.sql("UPDATE invitations SET approved_by = (SELECT id FROM users WHERE email = 'mia@northwind.example')");
    app.visitor().get(&link).await.is(410);
    app.visitor().post(&format!("{link}/acceptance"), &[("name", "Rosa"), ("password", "five quiet lanterns")]).await.is(410);
    assert_eq!(app.number("SELECT member_count FROM teams WHERE slug = 'northwind'"), 3);
}
