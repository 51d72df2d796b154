//! Approving and rejecting, one by one and several at once.

use super::*;

#[actix_web::test]
async fn approving_sends_the_invitation_and_tells_who_asked() {
    let app = TestApp::start().await;
    ask(&app, &[ROSA]).await;
    let olivia = app.signed_in(OLIVIA);
    let page = olivia.get(APPROVALS).await;
    page.shows("1 decision waits in Northwind.").shows("Member, asked for by Acme").shows("Rosa Lindqvist").shows("Sam Whitaker asked on");
    let form = page.form("approval");
    assert_eq!(form.value("role"), Some("member"), "what the company asked for");
    let done = olivia.submit(&form).await;
    done.leads_to(APPROVALS);
    olivia.follow(done).await.shows("Rosa Lindqvist is approved as Member.").shows("Nothing waits for a decision");
    assert_eq!(status_of(&app, ROSA), "sent");
    let mail = app.last_mail_to(ROSA);
    for said in ["Sam Whitaker of Acme", "Northwind", "Member: refers, has links", "Welcome.", "UTC", "Opening it changes nothing"] {
        assert!(mail.text.contains(said), "the mail should say {said:?}:\n{}", mail.text);
    }
    app.visitor().get(&mail.link.unwrap()).await.is(200).shows("Northwind");
    let told = app.last_mail_to(SAM);
    assert_eq!(told.subject, "Northwind approved Rosa Lindqvist");
    assert!(told.text.contains("Olivia Park approved Rosa Lindqvist as Member") && told.text.contains("/companies/acme/invitations/"));
    assert_eq!(app.number("SELECT member_count FROM teams WHERE slug = 'northwind'"), 4, "nobody is in before they accept");
    assert_eq!(
        app.number("SELECT count(*) FROM invitations WHERE expires_at BETWEEN now() + interval '6 days' AND now() + interval '7 days'"),
        1
    );
    let line = "SELECT role || ' ' || (before ->> 'role') || ' ' || (after ->> 'role') FROM audit WHERE action = 'member approved'";
    assert_eq!(app.text(line), "owner member member");
    let sam = app.signed_in(SAM);
    sam.get(&format!("/companies/acme/invitations/{}", id_of(&app, ROSA))).await.shows("Olivia Park approved it as Member");
}

#[actix_web::test]
async fn approving_with_another_role_grants_that_one() {
    let app = TestApp::start().await;
    ask(&app, &[ROSA]).await;
    let olivia = app.signed_in(OLIVIA);
    let form = olivia.get(APPROVALS).await.form("approval").set("role", "admin");
    let done = olivia.submit(&form).await;
    olivia.follow(done).await.shows("Rosa Lindqvist is approved as Admin.");
    assert!(app.last_mail_to(ROSA).text.contains("Admin: refers, edits the team, invites"));
    assert!(app.last_mail_to(SAM).text.contains("as Admin"));
    assert_eq!(app.text("SELECT role FROM invitations"), "admin");
}

#[actix_web::test]
async fn rejecting_tells_who_asked_why_and_the_invitee_nothing() {
    let app = TestApp::start().await;
    ask(&app, &[ROSA]).await;
    let olivia = app.signed_in(OLIVIA);
    let page = olivia.get(APPROVALS).await;
    let question = olivia.get(&page.links(".decision a.button")[0]).await;
    question.is(200).shows("Reject Rosa Lindqvist?").shows("Sam Whitaker of Acme is told");
    let form = question.form("rejection").set("reason", "She works for <b>another</b> team.");
    let done = olivia.submit(&form).await;
    done.leads_to(APPROVALS);
    olivia.follow(done).await.shows("Rosa Lindqvist is rejected.");
    assert_eq!(status_of(&app, ROSA), "rejected");
    assert!(app.mails_to(ROSA).is_empty());
    let told = app.last_mail_to(SAM);
    assert_eq!(told.subject, "Northwind rejected Rosa Lindqvist");
    assert!(told.text.contains("She works for <b>another</b> team."));
    assert!(told.html.contains("She works for &#60;b&#62;another"), "{}", told.html);
    let kept = app.text("SELECT string_agg(coalesce(before::text, '') || coalesce(after::text, ''), '') FROM audit");
    assert!(!kept.contains("another") && !kept.contains("Rosa"), "{kept}");
}

#[actix_web::test]
async fn several_are_answered_at_once() {
    let app = TestApp::start().await;
    let olivia = app.signed_in(OLIVIA);
    ask(&app, &[ROSA, PIM, "una@fjord.example"]).await;
    let page = olivia.get(APPROVALS).await;
    let ticked = |form: FilledForm, people: &[&str]| people.iter().fold(form, |form, email| form.add("id", &id_of(&app, email)));
    let form = page.form("answers");
    // Meanwhile the company takes one back.
    app.sql("UPDATE invitations SET status = 'revoked' WHERE email = 'una@fjord.example'");
    let done = olivia.submit(&ticked(form.clone(), &[ROSA, PIM, "una@fjord.example"]).add("answer", "approval")).await;
    done.leads_to(APPROVALS);
    olivia.follow(done).await.shows("2 people are approved.").shows("1 were answered, revoked or expired before.");
    assert_eq!((status_of(&app, ROSA), status_of(&app, PIM)), ("sent".into(), "sent".into()));
    assert_eq!(app.text(&format!("SELECT role FROM invitations WHERE email = '{PIM}'")), "finance", "as the company asked");
    assert_eq!((app.mails_to(ROSA).len(), app.mails_to(PIM).len(), app.mails_to(SAM).len()), (1, 1, 2));
    ask(&app, &["kim@fjord.example", "jo@fjord.example"]).await;
    let form = olivia.get(APPROVALS).await.form("answers").set("reason", "We are complete.");
    let done = olivia.submit(&ticked(form, &["kim@fjord.example", "jo@fjord.example"]).add("answer", "rejection")).await;
    olivia.follow(done).await.shows("2 people are rejected.");
    assert_eq!(app.text("SELECT string_agg(reason, ' ') FROM invitations WHERE status = 'rejected'"), "We are complete. We are complete.");
}

#[actix_web::test]
async fn what_is_wrong_is_said_and_nothing_is_decided() {
    let app = TestApp::start().await;
    ask(&app, &[ROSA, PIM]).await;
    let olivia = app.signed_in(OLIVIA);
    let before = app.dump();
    for role in ["", "owner", "ADMIN"] {
        let page = olivia.post(&approval(&app, ROSA), &[("role", role)]).await;
        page.is(422).shows("Choose the role to give").shows("Rosa Lindqvist").hides(PIM);
    }
    let long = "x".repeat(501);
    let page = olivia.post(&rejection(&app, ROSA), &[("reason", &long)]).await;
    page.is(422).shows("The reason must be 500 characters or fewer");
    assert_eq!(page.form("rejection").value("reason"), Some(long.as_str()), "what was typed is kept");
    let none = olivia.post(&format!("{APPROVALS}/answers"), &[("answer", "approval"), ("reason", "Because")]).await;
    none.is(422).shows("Tick what to answer");
    assert_eq!(none.form("answers").value("reason"), Some("Because"));
    let rosa = id_of(&app, ROSA);
    let which = olivia.post(&format!("{APPROVALS}/answers"), &[("id", &rosa), ("answer", "nonsense")]).await;
    which.is(422).shows("Choose whether to approve or to reject");
    assert!(which.body.contains(&format!("value=\"{rosa}\" checked")), "who was ticked stays ticked");
    let reason = olivia.post(&format!("{APPROVALS}/answers"), &[("id", &rosa), ("answer", "rejection"), ("reason", &long)]).await;
    reason.is(422).shows("The reason must be 500 characters or fewer");
    assert_eq!(app.dump(), before, "nothing was written");
}

#[actix_web::test]
async fn only_the_owner_decides_and_a_forged_form_is_written_down() {
    let app = TestApp::start().await;
    ask(&app, &[ROSA]).await;
    let rosa = id_of(&app, ROSA);
    for email in [ADAM, MIA, FRANK] {
        let browser = app.signed_in(email);
        let page = browser.get(APPROVALS).await;
        page.is(200).shows("Rosa Lindqvist").shows("Only the team’s owner approves members that companies ask for.");
        assert!(!page.has_form("approval") && !page.has_form("answers") && page.links(".decision a").is_empty(), "{email}");
        let before = refusals(&app);
        for (path, fields) in [
            (approval(&app, ROSA), vec![("role", "member")]),
            (rejection(&app, ROSA), vec![("reason", "")]),
            (format!("{APPROVALS}/answers"), vec![("id", rosa.as_str()), ("answer", "approval")]),
        ] {
            let who_can = if path.ends_with("/answers") && email != ADAM { "owner and admins" } else { "owner" };
            browser.post(&path, &fields).await.is(403).shows(&format!("Only the team's {who_can} can do this."));
        }
        assert_eq!(refusals(&app), before + 3, "{email}");
        browser.get(&rejection(&app, ROSA)).await.is(403);
    }
    // Acme's own staff cannot approve what they asked for.
    app.signed_in(SAM).post(&approval(&app, ROSA), &[("role", "member")]).await.is(403);
    assert_eq!(status_of(&app, ROSA), "waiting");
    assert!(app.mails_to(ROSA).is_empty());
}

#[actix_web::test]
async fn another_teams_request_is_not_there() {
    let app = TestApp::start().await;
    let gus = app.signed_in(GUS);
    let form = gus.get("/companies/globex/invitations/new-members?team=brightwater").await.form("new-members");
    gus.submit(&form.set_nth("email", 0, PIM)).await.is(303);
    ask(&app, &[ROSA]).await;
    let (olivia, pim, rosa) = (app.signed_in(OLIVIA), id_of(&app, PIM), id_of(&app, ROSA));
    olivia.get(APPROVALS).await.hides(PIM);
    olivia.post(&approval(&app, PIM), &[("role", "member")]).await.is(404);
    olivia.get(&rejection(&app, PIM)).await.is(404);
    olivia.post(&rejection(&app, PIM), &[]).await.is(404);
    let both = [("id", rosa.as_str()), ("id", pim.as_str()), ("answer", "approval")];
    olivia.post(&format!("{APPROVALS}/answers"), &both).await.is(404);
    assert_eq!((status_of(&app, PIM), status_of(&app, ROSA)), ("waiting".into(), "waiting".into()), "all of them or none");
    app.signed_in(TOMAS).post(&format!("/teams/brightwater/approvals/{rosa}/approval"), &[("role", "member")]).await.is(404);
}

#[actix_web::test]
async fn what_is_over_cannot_be_decided() {
    let app = TestApp::start().await;
    ask(&app, &[ROSA]).await;
    let olivia = app.signed_in(OLIVIA);
    for (change, says) in [
        ("expires_at = now() - interval '1 minute'", "It expired."),
        ("expires_at = now() + interval '1 day', status = 'revoked'", "It was revoked."),
        ("status = 'rejected'", "The team rejected it."),
        ("status = 'accepted'", "It was accepted."),
    ] {
        app.sql(&format!("UPDATE invitations SET {change}"));
        olivia.get(APPROVALS).await.shows("Nothing waits for a decision");
        olivia.get(&rejection(&app, ROSA)).await.is(404);
        let before = app.dump();
        for (path, fields) in [(approval(&app, ROSA), [("role", "member")]), (rejection(&app, ROSA), [("reason", "No")])] {
            let answer = olivia.post(&path, &fields).await;
            olivia.follow(answer).await.shows("This waits no longer.").shows(says);
        }
        assert_eq!(app.dump(), before, "{change}");
    }
    assert!(app.mails_to(ROSA).is_empty());
}

#[actix_web::test]
async fn who_left_the_company_hears_no_answer_and_the_approval_stands() {
    let app = TestApp::start().await;
    ask(&app, &[ROSA]).await;
    app.sql("UPDATE staff SET left_at = now() WHERE user_id = (SELECT id FROM users WHERE email = 'sam@acme.example')");
    let olivia = app.signed_in(OLIVIA);
    let form = olivia.get(APPROVALS).await.form("approval");
    olivia.submit(&form).await.leads_to(APPROVALS);
    assert_eq!(status_of(&app, ROSA), "sent");
    assert_eq!((app.mails_to(ROSA).len(), app.mails_to(SAM).len()), (1, 0));
}

#[actix_web::test]
async fn a_role_that_is_not_theirs_to_give_is_named_and_another_is_chosen() {
    let app = TestApp::start().await;
    app.sql("UPDATE teams SET switches = ARRAY['admin: approve members'] WHERE slug = 'northwind'");
    ask(&app, &[ROSA, PIM, "una@fjord.example"]).await;
    app.sql("UPDATE invitations SET role = 'admin' WHERE email = 'una@fjord.example'");
    let (adam, pims) = (app.signed_in(ADAM), format!("{}/approval", id_of(&app, PIM)));
    let page = adam.get(APPROVALS).await;
    page.shows("Asked for as Finance. You cannot give this role. Only the team's owner can do this. They may switch it on for admins.");
    page.shows("Asked for as Member.").shows("Asked for as Admin.");
    let form = page.form(&pims);
    assert_eq!(form.value("role"), Some(""), "nothing is chosen by itself");
    adam.submit(&form).await.is(422).shows("Choose the role to give");
    let boxes = page.text_of(".decision label.check").join(", ");
    assert!(boxes.contains("Rosa") && boxes.contains("una@fjord.example") && !boxes.contains(PIM), "{boxes}");
    assert_eq!(status_of(&app, PIM), "waiting");
    adam.submit(&form.set("role", "member")).await.leads_to(APPROVALS);
    assert_eq!(app.text(&format!("SELECT role || ' ' || status FROM invitations WHERE email = '{PIM}'")), "member sent");

    ask(&app, &["kim@fjord.example"]).await;
    let page = app.signed_in(OLIVIA).get(APPROVALS).await;
    page.shows("Asked for as Finance.").hides("You cannot give this role.");
    assert_eq!(page.form(&format!("{}/approval", id_of(&app, "kim@fjord.example"))).value("role"), Some("finance"));
}
