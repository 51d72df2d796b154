//! Two at once, on two copies of the program (S31, R18).

use super::*;
use crate::support::at_once;
use diesel::connection::SimpleConnection;

#[actix_web::test]
async fn of_approving_and_rejecting_at_once_exactly_one_holds() {
    let app = TestApp::start().await;
    let copy = app.copy().await;
    let olivia = app.signed_in(OLIVIA);
    let there = olivia.on(&copy);
    for round in 0..8 {
        app.sql("DELETE FROM outbox; DELETE FROM invitations");
        ask(&app, &[ROSA]).await;
        let (yes, no) = (approval(&app, ROSA), rejection(&app, ROSA));
        let forms = (0..6).map(|n| match n % 2 {
            0 => (olivia.clone(), yes.clone(), vec![("role", "member")]),
            _ => (there.clone(), no.clone(), vec![("reason", "No")]),
        });
        for page in at_once(forms.collect()).await {
            page.leads_to(APPROVALS);
        }
        let decided = app.number(&format!(
            "SELECT count(*) FROM audit WHERE action IN ('member approved', 'member rejected') AND target_id = '{}'",
            id_of(&app, ROSA)
        ));
        assert_eq!(decided, 1, "round {round}");
        let to_rosa = if status_of(&app, ROSA) == "sent" { 1 } else { 0 };
        assert_eq!((app.mails_to(ROSA).len(), app.mails_to(SAM).len()), (to_rosa, 1), "round {round}");
    }
}

#[actix_web::test]
async fn approving_against_revoking_leaves_what_one_after_the_other_could_have_left() {
    let app = TestApp::start().await;
    let copy = app.copy().await;
    let (olivia, sam) = (app.signed_in(OLIVIA), app.signed_in(SAM).on(&copy));
    for _ in 0..5 {
        app.sql("DELETE FROM outbox; DELETE FROM invitations");
        ask(&app, &[ROSA]).await;
        let revocation = format!("/companies/acme/invitations/{}/revocation", id_of(&app, ROSA));
        at_once(vec![(olivia.clone(), approval(&app, ROSA), vec![("role", "member")]), (sam.clone(), revocation, vec![])]).await;
        assert_eq!(status_of(&app, ROSA), "revoked", "revoking does both before and after");
        for mail in app.mails_to(ROSA) {
            app.visitor().get(&mail.link.unwrap()).await.is(410);
        }
    }
}

#[actix_web::test]
async fn what_is_granted_is_what_was_approved_whatever_the_company_changes_meanwhile() {
    let app = TestApp::start().await;
    let copy = app.copy().await;
    let (olivia, sam) = (app.signed_in(OLIVIA), app.signed_in(SAM).on(&copy));
    for _ in 0..5 {
        app.sql("DELETE FROM outbox; DELETE FROM invitations");
        ask(&app, &[ROSA]).await;
        let role = format!("/companies/acme/invitations/{}/role", id_of(&app, ROSA));
        at_once(vec![(olivia.clone(), approval(&app, ROSA), vec![("role", "member")]), (sam.clone(), role, vec![("role", "finance")])])
            .await;
        assert_eq!(app.text("SELECT role FROM invitations"), "member");
    }
}

#[actix_web::test]
async fn who_hands_the_team_over_meanwhile_approves_nobody() {
    let app = TestApp::start().await;
    ask(&app, &[ROSA]).await;
    let olivia = app.signed_in(OLIVIA);
    let path = approval(&app, ROSA);
    let mut other = app.connection();
    let handed_over = "UPDATE teams SET owner_id = (SELECT id FROM users WHERE email = 'adam@northwind.example') WHERE slug = 'northwind'";
    other.batch_execute(&format!("BEGIN; {handed_over}")).expect("handed over, not committed");
    let sending = actix_web::rt::spawn(async move { olivia.post(&path, &[("role", "member")]).await });
    app.until_somebody_waits().await;
    other.batch_execute("COMMIT").expect("committed");
    sending.await.expect("an answer").is(403).shows("Only the team's owner can do this.");
    assert_eq!(status_of(&app, ROSA), "waiting");
    assert!(app.mails_to(ROSA).is_empty());
    app.signed_in(ADAM).post(&approval(&app, ROSA), &[("role", "member")]).await.leads_to(APPROVALS);
}
