//! Resending, reminding, changing the role, revoking (rule 24, S42, S43).

use super::*;

#[actix_web::test]
async fn resending_makes_a_new_link_and_kills_the_old_one() {
    let app = TestApp::start().await;
    let sam = app.signed_in(SAM);
    invite_larkspur(&sam).await;
    let (page, old) = (page_of(&app, INES), app.link_to(INES));
    press(&sam, &page, "resending").await.shows("This was sent a moment ago.").shows("You can send it again from");
    long_ago(&app, "11 minutes");
    press(&sam, &page, "resending").await.shows("A new link is on its way to Ines Okafor.");
    let mail = app.last_mail_to(INES);
    assert_eq!(mail.subject, "Sell Acme together with us");
    assert!(mail.text.contains("Great to meet you in Lisbon.") && mail.text.contains("Teo Marsh"), "the text is kept");
    let new = mail.link.unwrap();
    assert_ne!(new, old);
    app.visitor().get(&old).await.is(404);
    app.visitor().get(&new).await.is(200);
    sam.get(&page).await.shows("Sam Whitaker sent a new link; the one before ended");
    let alike = "SELECT count(DISTINCT expires_at) FROM invitations";
    assert_eq!(app.number(alike), 1, "the people listed wait as long as it lives");
}

#[actix_web::test]
async fn an_invitation_is_resent_five_times_at_most() {
    let app = TestApp::start().await;
    let sam = app.signed_in(SAM);
    invite_larkspur(&sam).await;
    let page = page_of(&app, INES);
    for _ in 0..5 {
        long_ago(&app, "11 minutes");
        press(&sam, &page, "resending").await.shows("A new link is on its way");
    }
    long_ago(&app, "11 minutes");
    press(&sam, &page, "resending").await.shows("This was sent six times.");
    assert_eq!(app.mails_to(INES).len(), 6);
}

#[actix_web::test]
async fn an_expired_invitation_is_sent_again_and_lives_for_seven_days() {
    let app = TestApp::start().await;
    let sam = app.signed_in(SAM);
    invite_larkspur(&sam).await;
    long_ago(&app, "8 days");
    let page = sam.get(LIST).await;
    let form = page.form("resending");
    let done = sam.submit(&form).await;
    done.leads_to(LIST);
    sam.follow(done).await.shows("A new link is on its way").hides("Expired");
    app.visitor().get(&app.link_to(INES)).await.is(200);
    assert_eq!(app.number("SELECT count(*) FROM invitations WHERE expires_at > now() + interval '6 days'"), 3);
}

#[actix_web::test]
async fn what_is_over_or_waits_has_no_link_to_send() {
    let app = TestApp::start().await;
    let sam = app.signed_in(SAM);
    ask_for_rosa(&sam).await;
    let page = page_of(&app, ROSA);
    for (status, says) in [
        ("waiting", "There is no link to send again. It waits for approval"),
        ("accepted", "It was accepted."),
        ("declined", "It was declined."),
        ("rejected", "The team rejected it."),
        ("revoked", "It was revoked."),
    ] {
        app.sql(&format!("UPDATE invitations SET status = '{status}'"));
        let before = app.dump();
        let answer = sam.post(&format!("{page}/resending"), &[]).await;
        sam.follow(answer).await.shows(says);
        assert_eq!(app.dump(), before, "{status}");
    }
    for status in ["accepted", "declined", "rejected", "revoked"] {
        app.sql(&format!("UPDATE invitations SET status = '{status}'"));
        for (noun, says) in [("revocation", "over already"), ("reminder", "does not wait for a team"), ("role", "The role stays as it is.")]
        {
            let before = app.dump();
            let answer = sam.post(&format!("{page}/{noun}"), &[("role", "admin")]).await;
            sam.follow(answer).await.shows(says);
            assert_eq!(app.dump(), before, "{noun} of what is {status}");
        }
        assert!(!sam.get(&page).await.body.contains("/revocation"), "{status}");
        sam.get(&format!("{page}/revocation")).await.leads_to(&page);
    }
}

#[actix_web::test]
async fn the_owner_is_reminded_every_three_days() {
    let app = TestApp::start().await;
    let sam = app.signed_in(SAM);
    ask_for_rosa(&sam).await;
    let page = page_of(&app, ROSA);
    press(&sam, &page, "reminder").await.shows("The owner knows of this already.");
    assert!(!sam.get(LIST).await.has_form("reminder"), "the list offers what would be done");
    long_ago(&app, "73 hours");
    press(&sam, LIST, "reminder").await.shows("Olivia Park is reminded.");
    assert_eq!(app.mails_to(OLIVIA).len(), 2);
    let mail = app.last_mail_to(OLIVIA);
    assert_eq!(mail.subject, "Reminder: Acme asks you to approve Rosa Lindqvist for Northwind");
    press(&sam, &page, "reminder").await.shows("The owner knows of this already.");
    assert_eq!(app.mails_to(OLIVIA).len(), 2);
    sam.get(&page).await.shows("Sam Whitaker reminded the team’s owner");
    long_ago(&app, "14 days");
    let answer = sam.post(&format!("{page}/reminder"), &[]).await;
    sam.follow(answer).await.shows("This does not wait for a team.");
}

#[actix_web::test]
async fn who_is_listed_waits_for_nobody_who_could_be_reminded() {
    let app = TestApp::start().await;
    let sam = app.signed_in(SAM);
    invite_larkspur(&sam).await;
    long_ago(&app, "4 days");
    let page = page_of(&app, TEO);
    assert!(!sam.get(&page).await.has_form("reminder"));
    let answer = sam.post(&format!("{page}/reminder"), &[]).await;
    sam.follow(answer).await.shows("This does not wait for a team.");
}

#[actix_web::test]
async fn the_role_is_changed_only_while_it_waits() {
    let app = TestApp::start().await;
    let sam = app.signed_in(SAM);
    ask_for_rosa(&sam).await;
    let page = page_of(&app, ROSA);
    let form = sam.get(&page).await.form("role");
    assert_eq!(form.value("role"), Some("member"));
    let done = sam.submit(&form.clone().set("role", "admin")).await;
    sam.follow(done).await.shows("You ask for the role Admin now.").shows("changed the role from Member to Admin");
    let same = sam.submit(&form.clone().set("role", "admin")).await;
    sam.follow(same).await.shows("The role is Admin already.");
    let refused = sam.submit(&form.clone().set("role", "owner")).await;
    refused.is(422);
    assert_eq!(refused.error_at("role"), "Error: Choose the role that you ask for");
    assert_eq!(app.text("SELECT role FROM invitations"), "admin");
    let olivia = app.signed_in(OLIVIA);
    let approval = olivia.get("/teams/northwind/approvals").await.form("approval").set("role", "finance");
    olivia.submit(&approval).await.is(303);
    assert!(!sam.get(&page).await.has_form("role"), "what is granted is what the team approved");
    let late = sam.submit(&form.set("role", "admin")).await;
    sam.follow(late).await.shows("The role stays as it is.");
    assert_eq!(app.text("SELECT role FROM invitations"), "finance");
}

#[actix_web::test]
async fn revoking_kills_the_link_and_lets_go_who_was_listed() {
    let app = TestApp::start().await;
    let sam = app.signed_in(SAM);
    invite_larkspur(&sam).await;
    let (page, link) = (page_of(&app, INES), app.link_to(INES));
    let question = sam.visit(&format!("{page}/revocation")).await;
    question.is(200).shows("Revoke the invitation of Ines Okafor?").shows("Teo Marsh").shows(HANA).shows("2 people who are listed there");
    let says = "Acme took it back, so it cannot be accepted any more. If you expected it, write to Sam Whitaker.";
    question.shows(says);
    assert_eq!(status_of(&app, INES), "sent", "asking changes nothing");
    press(&sam, &format!("{page}/revocation"), "revocation").await.shows("The invitation of Ines Okafor is revoked.");
    app.visitor().get(&link).await.is(410).shows(says);
    assert_eq!(app.number("SELECT count(*) FROM invitations WHERE status = 'revoked'"), 3);
    assert_eq!(app.mails().len(), 1, "nobody is written to");
    assert_eq!(app.number("SELECT count(*) FROM audit WHERE action = 'invitation revoked'"), 3);
    sam.get(&page).await.shows("Sam Whitaker revoked it");
    let again = sam.post(&format!("{page}/revocation"), &[]).await;
    sam.follow(again).await.shows("This invitation is over already.");
    invite_larkspur(&sam).await;
}

#[actix_web::test]
async fn one_listed_person_is_revoked_alone() {
    let app = TestApp::start().await;
    let sam = app.signed_in(SAM);
    invite_larkspur(&sam).await;
    let question = format!("{}/revocation", page_of(&app, TEO));
    sam.get(&question).await.shows("Ines Okafor is not asked about them any more");
    press(&sam, &question, "revocation").await.shows("The invitation of Teo Marsh is revoked.");
    assert_eq!(status_of(&app, TEO), "revoked");
    assert_eq!((status_of(&app, INES), status_of(&app, HANA)), ("sent".into(), "waiting".into()));
}

#[actix_web::test]
async fn who_waits_for_the_team_is_revoked_from_the_list_after_a_question() {
    let app = TestApp::start().await;
    let sam = app.signed_in(SAM);
    ask_for_rosa(&sam).await;
    let question = sam.get(LIST).await.links("td a").into_iter().find(|link| link.contains("/revocation")).expect("a way to revoke");
    sam.get(&question).await.is(200).shows("The team Northwind is not asked to approve them any more").hides("listed");
    let done = sam.submit(&sam.get(&question).await.form("revocation")).await;
    done.leads_to(LIST);
    sam.follow(done).await.shows("The invitation of Rosa Lindqvist is revoked.");
    app.signed_in(OLIVIA).get("/teams/northwind/approvals").await.hides("Rosa Lindqvist");
    app.signed_in(VERA).get(&question).await.is(403);
}

/// Status and reason of the mails to that address, oldest first.
fn mails_of(app: &TestApp, email: &str) -> String {
    app.text(&format!(
        "SELECT string_agg(status || ' ' || last_error, '; ' ORDER BY created_at, id) FROM outbox WHERE recipient = '{email}'"
    ))
}

#[actix_web::test]
async fn a_mail_that_has_not_left_does_not_leave_with_a_dead_link() {
    let app = TestApp::start().await;
    let sam = app.signed_in(SAM);
    invite_larkspur(&sam).await;
    let page = page_of(&app, INES);
    long_ago(&app, "11 minutes");
    press(&sam, &page, "resending").await.shows("A new link is on its way");
    assert_eq!(mails_of(&app, INES), "refused Not sent: a newer link took its place.; queued ");
    press(&sam, &format!("{page}/revocation"), "revocation").await.shows("is revoked");
    assert!(mails_of(&app, INES).ends_with("refused Not sent: the invitation was taken back before."));
    assert!(guildhall::mail::lease::due(&mut app.connection()).unwrap().is_empty());
}

#[actix_web::test]
async fn what_has_left_stays_sent_and_a_declined_invitation_is_not_mailed_again() {
    let app = TestApp::start().await;
    let sam = app.signed_in(SAM);
    invite_larkspur(&sam).await;
    app.sql("UPDATE outbox SET status = 'sent', sent_at = now()");
    long_ago(&app, "11 minutes");
    press(&sam, &page_of(&app, INES), "resending").await.shows("A new link is on its way");
    let visitor = app.visitor();
    let form = visitor.get(&app.link_to(INES)).await.form("declination");
    visitor.submit(&form).await.is(303);
    assert_eq!(mails_of(&app, INES), "sent ; refused Not sent: the invitation was declined before.");
    assert_eq!(app.text("SELECT status FROM outbox WHERE recipient = 'sam@acme.example'"), "queued", "who asked is told");
}
