//! The people who work for a company: asked in by mail, given a role, removed.

use crate::{
    inviting::{HANA, INES, ROSA, TEO, ask_for_rosa, invite_larkspur, status_of},
    support::{Browser, FilledForm, Page, TestApp, personas::*},
};
use diesel::connection::SimpleConnection;
use serde_json::json;

const STAFF: &str = "/companies/acme/staff";
const KIM: &str = "kim@acme.example";
const NEW_PASSWORD: &str = "five quiet lanterns";

impl TestApp {
    fn place(&self, email: &str) -> String {
        self.text(&format!("SELECT s.id FROM staff s JOIN users u ON u.id = s.user_id WHERE u.email = '{email}' AND s.left_at IS NULL"))
    }
    fn role(&self, email: &str) -> String {
        self.text(&format!("SELECT s.role FROM staff s JOIN users u ON u.id = s.user_id WHERE u.email = '{email}' AND s.left_at IS NULL"))
    }
    fn invited(&self, email: &str) -> String {
        self.text(&format!("SELECT id FROM invitations WHERE email = '{email}' AND kind = 'staff' ORDER BY created_at DESC LIMIT 1"))
    }
    /// Action, role, before and after of the lines about staff.
    fn staff_lines(&self) -> Vec<serde_json::Value> {
        let lines = "SELECT coalesce(json_agg(json_build_array(action, role, before, after) ORDER BY at, id), '[]') FROM audit WHERE action LIKE 'staff %'";
        serde_json::from_str(&self.text(lines)).unwrap()
    }
    /// Max is an administrator too.
    fn promote_max(&self) {
        self.sql(&format!("UPDATE staff SET role = 'administrator' WHERE id = '{}'", self.place(MAX)));
    }
}

async fn invite(by: &Browser, people: &[(&str, &str, &str)]) -> Page {
    let mut form = by.get("/companies/acme/staff/invitations/new").await.form("/staff/invitations");
    for (nth, (email, name, role)) in people.iter().enumerate() {
        form = form.set_nth("email", nth, email).set_nth("name", nth, name).set_nth("staff_role", nth, role);
    }
    by.submit(&form).await
}

/// Sam invites Kim as manager; the path of the link in the mail.
async fn invite_kim(app: &TestApp) -> String {
    invite(&app.signed_in(SAM), &[(KIM, "Kim Bakker", "manager")]).await.leads_to(STAFF);
    app.link_to(KIM)
}

async fn acceptance(browser: &Browser, link: &str) -> FilledForm {
    browser.get(link).await.form("acceptance")
}

#[actix_web::test]
async fn administrators_see_the_staff_and_others_have_no_tab_for_it() {
    let app = TestApp::start().await;
    let page = app.signed_in(SAM).get(STAFF).await;
    page.is(200).hides("Gus").hides("Hugo").shows("Max Adler").shows("Vera Lind");
    assert!(page.links("nav a").contains(&STAFF.to_owned()));
    assert!(!page.has_form(&format!("{}/role", app.place(SAM))), "nobody changes their own role");
    page.shows("Nobody changes their own role; another administrator can.").shows("Viewer: reads everything, changes nothing");
    for email in [MAX, VERA] {
        assert!(!app.signed_in(email).get("/companies/acme/partners").await.links("nav a").contains(&STAFF.to_owned()));
        app.signed_in(email).get(STAFF).await.is(403).shows("Ask an administrator");
    }
}

#[actix_web::test]
async fn a_new_colleague_sets_name_and_password_behind_the_link_and_is_in() {
    let app = TestApp::start().await;
    let link = invite_kim(&app).await;
    let mail = app.last_mail_to(KIM);
    assert_eq!(mail.subject, "You are asked to join Acme on Guildhall");
    assert!(mail.text.contains("Manager") && mail.text.contains("Sam Whitaker"), "{}", mail.text);
    app.signed_in(SAM).get(STAFF).await.shows("Kim Bakker").shows("Sent");
    let visitor = app.visitor();
    let page = visitor.get(&link).await;
    page.is(200).shows("Acme asks you to join its staff").shows("as Manager").shows(KIM);
    let form = page.form("acceptance");
    let refused = visitor.submit(&form.clone().set("name", "").set("password", "short")).await;
    refused.is(422).shows("Two things to correct");
    let done = visitor.submit(&form.set("name", "Kim Bakker").set("password", NEW_PASSWORD)).await;
    done.leads_to("/companies/acme/partners");
    visitor.follow(done).await.is(200).shows("You work for Acme here now.");
    assert_eq!(app.role(KIM), "manager");
    assert_eq!(app.last_mail_to(SAM).subject, "Kim Bakker accepted your invitation");
    assert_eq!(
        app.staff_lines(),
        [
            json!(["staff invited", "administrator", null, { "role": "manager" }]),
            json!(["staff joined", "manager", null, { "role": "manager" }])
        ]
    );
    visitor.get(&link).await.is(200).shows("You work for Acme");
    app.visitor().get(&link).await.is(410).shows("This invitation has been accepted");
    app.signed_in(SAM).get(STAFF).await.hides("Invited");
}

#[actix_web::test]
async fn somebody_with_an_account_signs_in_and_accepts_and_keeps_their_team() {
    let app = TestApp::start().await;
    invite(&app.signed_in(SAM), &[(MIA, "", "viewer")]).await.is(303);
    let link = app.link_to(MIA);
    app.visitor().get(&link).await.is(200).shows("Sign in to accept");
    for email in [ADAM, VERA] {
        let page = app.signed_in(email).get(&link).await;
        page.is(403).shows("This invitation is for somebody else").shows(&format!("You are signed in as {email}"));
        page.shows("m•••@northwind.example").hides(MIA).shows("Sign out and continue");
        app.signed_in(email).post(&format!("{link}/acceptance"), &[]).await.is(403);
    }
    let mia = app.signed_in(MIA);
    let form = acceptance(&mia, &link).await;
    mia.submit(&form).await.leads_to("/companies/acme/partners");
    mia.submit(&form).await.leads_to("/companies/acme/partners");
    mia.get("/teams/northwind").await.is(200);
    assert_eq!(app.number("SELECT count(*) FROM audit WHERE action = 'staff joined'"), 1);
    assert_eq!(app.role(MIA), "viewer");
}

#[actix_web::test]
async fn who_works_there_already_reads_so_behind_an_old_link() {
    let app = TestApp::start().await;
    let link = invite_kim(&app).await;
    app.sql(&format!("UPDATE invitations SET email = '{VERA}' WHERE id = '{}'", app.invited(KIM)));
    let vera = app.signed_in(VERA);
    let page = vera.get(&link).await;
    page.is(200).shows("You work for Acme");
    assert_eq!(page.links("main .button"), ["/companies/acme/partners"]);
    vera.post(&format!("{link}/acceptance"), &[]).await.is(200);
    assert_eq!(app.role(VERA), "viewer");
}

#[actix_web::test]
async fn an_invitation_is_declined_with_a_reason() {
    let app = TestApp::start().await;
    let link = invite_kim(&app).await;
    let visitor = app.visitor();
    let form = visitor.get(&link).await.form("declination");
    visitor.submit(&form.set("reason", "I changed jobs.")).await.is(303);
    visitor.get(&link).await.is(410).shows("This invitation was declined");
    let mail = app.last_mail_to(SAM);
    assert!(
        mail.subject.contains("declined") && mail.text.contains("I changed jobs.") && mail.text.contains("/companies/acme/staff"),
        "{}",
        mail.text
    );
    app.signed_in(SAM).get(STAFF).await.shows("Declined");
    invite(&app.signed_in(SAM), &[(KIM, "", "viewer")]).await.is(303);
}

#[actix_web::test]
async fn resending_kills_the_old_link_and_revoking_both() {
    let app = TestApp::start().await;
    let first = invite_kim(&app).await;
    let (sam, id) = (app.signed_in(SAM), app.invited(KIM));
    let resend = sam.get(STAFF).await.form(&format!("{id}/resending"));
    let soon = sam.submit(&resend).await;
    sam.follow(soon).await.shows("It was sent a moment ago.");
    app.sql(&format!("UPDATE invitations SET sent_at = now() - interval '11 minutes' WHERE id = '{id}'"));
    let sent = sam.submit(&resend).await;
    sam.follow(sent).await.shows("A new link is on its way to Kim Bakker.");
    let second = app.link_to(KIM);
    app.sql(&format!("UPDATE invitations SET generation = generation + 4, sent_at = now() - interval '11 minutes' WHERE id = '{id}'"));
    let often = sam.submit(&resend).await;
    sam.follow(often).await.shows("It was sent as often as it may be.");
    assert_ne!(first, second);
    app.visitor().get(&first).await.is(404);
    app.visitor().get(&second).await.is(200);
    let asked = sam.get(STAFF).await.links("td a").into_iter().find(|link| link.ends_with(&format!("{id}/revocation"))).unwrap();
    let question = sam.get(&asked).await;
    question.is(200).shows("Revoke the invitation of Kim Bakker?").shows("To undo it, invite again.");
    assert_eq!(app.text(&format!("SELECT status FROM invitations WHERE id = '{id}'")), "sent", "asked, not done");
    let revoked = sam.submit(&question.form("/revocation")).await;
    sam.follow(revoked).await.shows("The invitation of Kim Bakker is revoked.").hides("Invited");
    sam.get(&asked).await.leads_to(STAFF);
    app.visitor().get(&second).await.is(410).shows("taken back");
    let form = app.visitor().post(&format!("{second}/acceptance"), &[("name", "Kim"), ("password", NEW_PASSWORD)]).await;
    form.is(410);
    assert_eq!(app.number("SELECT count(*) FROM users WHERE email = 'kim@acme.example'"), 0);
}

#[actix_web::test]
async fn managers_meet_no_staff_invitation_among_the_partners() {
    let app = TestApp::start().await;
    invite_kim(&app).await;
    let max = app.signed_in(MAX);
    let page = max.get("/companies/acme/invitations").await;
    page.is(200).hides(KIM).shows("Invite Partners 0");
    max.get("/companies/acme/partners").await.shows("Invite Partners 0");
    max.get("/companies/acme/invitations?q=kim").await.is(200).hides("Kim Bakker");
    let id = app.invited(KIM);
    max.get(&format!("/companies/acme/invitations/{id}")).await.is(404);
    max.get(&format!("/companies/acme/staff/invitations/{id}/revocation")).await.is(403);
    app.signed_in(GUS).get(&format!("/companies/globex/staff/invitations/{id}/revocation")).await.is(404);
    for noun in ["revocation", "resending"] {
        max.post(&format!("/companies/acme/invitations/{id}/{noun}"), &[]).await.is(404);
        max.post(&format!("/companies/acme/staff/invitations/{id}/{noun}"), &[]).await.is(403);
        app.signed_in(GUS).post(&format!("/companies/globex/staff/invitations/{id}/{noun}"), &[]).await.is(404);
    }
    assert_eq!(app.text(&format!("SELECT status FROM invitations WHERE id = '{id}'")), "sent");
}

#[actix_web::test]
async fn a_form_of_colleagues_that_is_not_in_order_is_refused_with_what_was_typed() {
    let app = TestApp::start().await;
    let sam = app.signed_in(SAM);
    let page =
        invite(&sam, &[("nobody", "Kim\u{7}", "boss"), (KIM, "", "manager"), ("KIM@acme.example", "", "viewer"), (" ", "Only a name", "")])
            .await;
    page.is(422);
    assert_eq!(page.error_at("email-0"), "Error: Enter an email address, like ada@example.com");
    assert_eq!(page.error_at("name-0"), "Error: The name must be a single line of ordinary text");
    assert_eq!(page.error_at("staff_role-0"), "Error: Choose a role");
    assert_eq!(page.error_at("email-2"), "Error: Enter each address once");
    assert_eq!(page.error_at("email-3"), "Error: Enter an email address, like ada@example.com");
    let form = page.form("/staff/invitations");
    assert_eq!(form.values("email")[..3], ["nobody", KIM, "KIM@acme.example"]);
    sam.post("/companies/acme/staff/invitations", &[]).await.is(422);
    assert_eq!(app.number("SELECT count(*) FROM invitations"), 0);
}

#[actix_web::test]
async fn who_works_there_or_is_invited_is_not_invited_again() {
    let app = TestApp::start().await;
    invite_kim(&app).await;
    let sam = app.signed_in(SAM);
    let page = invite(&sam, &[("new@acme.example", "", "viewer"), (VERA, "", "manager"), (KIM, "", "viewer")]).await;
    page.is(422);
    assert_eq!(page.error_at("email-1"), "Error: Leave them out: they work for Acme already");
    assert!(page.error_at("email-2").contains("resend their invitation of"));
    assert_eq!(app.number("SELECT count(*) FROM invitations"), 1, "all or nobody");
    app.sql("UPDATE invitations SET expires_at = now() - interval '1 minute'");
    invite(&sam, &[(KIM, "", "viewer")]).await.is(303);
    assert_eq!(app.text("SELECT string_agg(status, ' ' ORDER BY created_at) FROM invitations"), "revoked sent");
    // Another company's people are nobody's business.
    invite(&sam, &[(GUS, "", "viewer")]).await.is(303);
}

#[actix_web::test]
async fn a_role_is_changed_and_the_person_is_told() {
    let app = TestApp::start().await;
    let (sam, vera) = (app.signed_in(SAM), app.signed_in(VERA));
    let form = sam.get(STAFF).await.form(&format!("{}/role", app.place(VERA)));
    let changed = sam.submit(&form.clone().set("staff_role", "manager")).await;
    sam.follow(changed).await.shows("Vera Lind is manager now.");
    vera.get("/companies/acme/programs/new").await.is(200);
    let mail = app.last_mail_to(VERA);
    assert_eq!(mail.subject, "You are manager of Acme now");
    assert!(mail.text.contains("from Viewer to"), "{}", mail.text);
    sam.submit(&form.clone().set("staff_role", "manager")).await.is(303);
    assert_eq!(app.staff_lines(), [json!(["staff role changed", "administrator", { "role": "viewer" }, { "role": "manager" }])]);
    let page = sam.submit(&form.set("staff_role", "owner")).await;
    page.is(422);
    assert_eq!(page.error_at(&format!("role-{}", app.place(VERA))), "Error: Choose a role");
}

#[actix_web::test]
async fn nobody_changes_their_own_role_or_removes_themselves() {
    let app = TestApp::start().await;
    app.promote_max();
    let (sam, own) = (app.signed_in(SAM), app.place(SAM));
    sam.post(&format!("{STAFF}/{own}/role"), &[("staff_role", "viewer")]).await.is(403).shows("Ask another administrator");
    sam.post(&format!("{STAFF}/{own}/removal"), &[]).await.is(403);
    sam.get(&format!("{STAFF}/{own}/removal")).await.is(403).shows("Ask another administrator");
    assert_eq!(app.role(SAM), "administrator");
}

#[actix_web::test]
async fn a_colleague_is_removed_after_a_question_and_their_partners_are_nobodys() {
    let app = TestApp::start().await;
    let (sam, place) = (app.signed_in(SAM), app.place(MAX));
    sam.post("/companies/acme/partners/northwind/assignment", &[("assigned_to", &place)]).await.is(303);
    let removal = sam.get(STAFF).await.links("td a").into_iter().find(|link| link.contains(&place)).unwrap();
    let question = sam.get(&removal).await;
    question
        .is(200)
        .shows("Remove Max Adler?")
        .shows("1 partner that is assigned to them")
        .hides("open invitation")
        .shows("invite them again");
    let gone = sam.submit(&question.form("/removal")).await;
    sam.follow(gone).await.shows("Max Adler is removed.").shows("1 partner is assigned to nobody now.");
    assert_eq!(app.number("SELECT count(*) FROM partners WHERE assigned_to IS NOT NULL"), 0);
    assert_eq!(app.last_mail_to(MAX).subject, "You were removed from the staff of Acme");
    assert_eq!(app.staff_lines(), [json!(["staff removed", "administrator", { "role": "manager", "partners": 1 }, null])]);
    sam.submit(&question.form("/removal")).await.is(404);
    assert!(guildhall::verify::faults(&mut app.connection()).unwrap().is_empty());
    invite(&sam, &[(MAX, "", "viewer")]).await.is(303);
}

#[actix_web::test]
async fn removal_and_a_lower_role_are_felt_on_the_next_request_at_every_copy() {
    let app = TestApp::start().await;
    let copy = app.copy().await;
    let sam = app.signed_in(SAM);
    let (max, vera) = (app.signed_in(MAX).on(&copy), app.signed_in(VERA).on(&copy));
    max.get("/companies/acme/programs/new").await.is(200);
    sam.post(&format!("{STAFF}/{}/role", app.place(MAX)), &[("staff_role", "viewer")]).await.is(303);
    max.get("/companies/acme/programs/new").await.is(403);
    vera.get("/companies/acme/partners").await.is(200);
    sam.post(&format!("{STAFF}/{}/removal", app.place(VERA)), &[]).await.is(303);
    vera.get("/companies/acme/partners").await.leads_to("/sign-in?next=%2Fcompanies%2Facme%2Fpartners");
    let again = app.signed_in(VERA).on(&copy);
    again.get("/companies/acme/partners").await.is(404);
    again.get("/").await.is(200);
}

#[actix_web::test]
async fn two_administrators_who_demote_each_other_at_once_leave_one() {
    for deed in ["role", "removal"] {
        let app = TestApp::start().await;
        let copy = app.copy().await;
        app.promote_max();
        let (sam, max) = (app.signed_in(SAM), app.signed_in(MAX).on(&copy));
        let (sams, maxs) = (app.place(SAM), app.place(MAX));
        let mut conn = app.connection();
        conn.batch_execute("BEGIN; SELECT 1 FROM companies WHERE slug = 'acme' FOR NO KEY UPDATE").unwrap();
        let form = [("staff_role", "viewer")];
        let first = actix_web::rt::spawn(async move { sam.post(&format!("{STAFF}/{maxs}/{deed}"), &form).await });
        app.until_somebody_waits().await;
        let second = actix_web::rt::spawn(async move { max.post(&format!("{STAFF}/{sams}/{deed}"), &form).await });
        app.until_waiting(2).await;
        conn.batch_execute("COMMIT").unwrap();
        let mut answers = [first.await.unwrap().status.as_u16(), second.await.unwrap().status.as_u16()];
        answers.sort_unstable();
        assert_eq!(answers[0], 303, "{deed}");
        assert!(matches!(answers[1], 403 | 404), "{deed}: {answers:?}");
        assert_eq!(app.number("SELECT count(*) FROM staff s JOIN companies c ON c.id = s.company_id WHERE c.slug = 'acme' AND role = 'administrator' AND left_at IS NULL"), 1);
    }
}

#[actix_web::test]
async fn an_invitation_whose_asker_may_not_ask_any_more_reads_as_taken_back() {
    let app = TestApp::start().await;
    let link = invite_kim(&app).await;
    let visitor = app.visitor();
    let form = acceptance(&visitor, &link).await.set("name", "Kim Bakker").set("password", NEW_PASSWORD);
    app.sql(&format!(
        "UPDATE staff SET role = 'manager' WHERE id = '{}'; UPDATE staff SET role = 'administrator' WHERE id = '{}'",
        app.place(SAM),
        app.place(MAX)
    ));
    visitor.get(&link).await.is(410).shows("taken back");
    visitor.submit(&form).await.is(410);
    assert_eq!(app.number("SELECT count(*) FROM users WHERE email = 'kim@acme.example'"), 0);
}

#[actix_web::test]
async fn accepting_waits_for_whoever_removes_the_asker() {
    let app = TestApp::start().await;
    let link = invite_kim(&app).await;
    let visitor = app.visitor();
    let form = acceptance(&visitor, &link).await.set("name", "Kim Bakker").set("password", NEW_PASSWORD);
    let mut conn = app.connection();
    conn.batch_execute(&format!(
        "BEGIN; SELECT 1 FROM companies WHERE slug = 'acme' FOR NO KEY UPDATE; UPDATE staff SET left_at = now() WHERE id = '{}'; UPDATE staff SET role = 'administrator' WHERE id = '{}'",
        app.place(SAM),
        app.place(MAX)
    ))
    .unwrap();
    let late = actix_web::rt::spawn(async move { visitor.submit(&form).await });
    app.until_somebody_waits().await;
    conn.batch_execute("COMMIT").unwrap();
    late.await.unwrap().is(410);
    assert_eq!(app.number("SELECT count(*) FROM users WHERE email = 'kim@acme.example'"), 0);
}

/// Max, now an administrator, invites Kim; before that he asked Rosa into Northwind and invited Ines, Teo and Hana.
async fn max_has_asked(app: &TestApp) -> (String, String) {
    let max = app.signed_in(MAX);
    invite_larkspur(&max).await;
    ask_for_rosa(&max).await;
    app.promote_max();
    invite(&max, &[(KIM, "Kim Bakker", "manager")]).await.leads_to(STAFF);
    (app.link_to(INES), app.link_to(KIM))
}

#[actix_web::test]
async fn what_somebody_asked_for_ends_with_their_place() {
    let app = TestApp::start().await;
    let (ines, kim) = max_has_asked(&app).await;
    let (sam, olivia) = (app.signed_in(SAM), app.signed_in(OLIVIA));
    olivia.get("/teams/northwind/approvals").await.is(200).shows("Rosa Lindqvist");
    let question = sam.get(&format!("{STAFF}/{}/removal", app.place(MAX))).await;
    question.is(200).shows("3 open invitations that they asked for are revoked");
    let gone = sam.submit(&question.form("/removal")).await;
    sam.follow(gone).await.shows("3 invitations of theirs are revoked.").hides(KIM);
    for email in [INES, TEO, HANA, ROSA, KIM] {
        assert_eq!(status_of(&app, email), "revoked", "{email}");
    }
    for link in [ines, kim] {
        app.visitor().get(&link).await.is(410).shows("taken back");
    }
    olivia.get("/teams/northwind/approvals").await.is(200).hides("Rosa Lindqvist");
    let by_sam = format!("action = 'invitation revoked' AND user_id = (SELECT id FROM users WHERE email = '{SAM}')");
    assert_eq!(app.number(&format!("SELECT count(*) FROM audit WHERE {by_sam}")), 5);
    invite(&sam, &[(KIM, "Kim Bakker", "manager")]).await.leads_to(STAFF);
}

#[actix_web::test]
async fn a_lower_role_ends_what_it_could_not_have_asked_for() {
    let app = TestApp::start().await;
    max_has_asked(&app).await;
    let (sam, role) = (app.signed_in(SAM), format!("{STAFF}/{}/role", app.place(MAX)));
    let manager = sam.post(&role, &[("staff_role", "manager")]).await;
    sam.follow(manager).await.shows("Max Adler is manager now.").shows("1 invitation of theirs is revoked.");
    assert_eq!([KIM, INES, TEO, ROSA].map(|email| status_of(&app, email)), ["revoked", "sent", "waiting", "waiting"]);
    let viewer = sam.post(&role, &[("staff_role", "viewer")]).await;
    sam.follow(viewer).await.shows("2 invitations of theirs are revoked.");
    assert_eq!([INES, TEO, ROSA].map(|email| status_of(&app, email)), ["revoked", "revoked", "revoked"]);
}

#[actix_web::test]
async fn an_invitation_asked_for_during_the_removal_ends_with_it() {
    let app = TestApp::start().await;
    let copy = app.copy().await;
    let (sam, max, place) = (app.signed_in(SAM), app.signed_in(MAX).on(&copy), app.place(MAX));
    let mut conn = app.connection();
    // Whoever asks holds their own place until the invitation stands: the removal waits for it, and finds it.
    conn.batch_execute("BEGIN; LOCK TABLE invitations IN SHARE ROW EXCLUSIVE MODE").unwrap();
    let asking = actix_web::rt::spawn(async move { ask_for_rosa(&max).await });
    app.until_somebody_waits().await;
    let removing = actix_web::rt::spawn(async move { sam.post(&format!("{STAFF}/{place}/removal"), &[]).await });
    app.until_waiting(2).await;
    conn.batch_execute("COMMIT").unwrap();
    asking.await.unwrap();
    removing.await.unwrap().is(303);
    assert_eq!(status_of(&app, ROSA), "revoked");
}

#[actix_web::test]
async fn an_expired_link_asks_the_sender_for_a_new_one() {
    let app = TestApp::start().await;
    let link = invite_kim(&app).await;
    app.sql("UPDATE invitations SET expires_at = now() - interval '1 minute'");
    let visitor = app.visitor();
    let page = visitor.get(&link).await;
    page.is(410);
    visitor.submit(&page.form("renewal")).await.is(303);
    let mail = app.last_mail_to(SAM);
    assert!(mail.subject.contains("asks for a new invitation") && mail.text.contains("/companies/acme/staff"), "{}", mail.text);
    app.signed_in(SAM).get(STAFF).await.shows("Expired");
}
