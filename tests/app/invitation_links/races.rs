//! Several at once, on two copies of the program (rule 52, R16, R18).

use super::*;
use crate::support::{Browser, Page};

/// Sends those forms at once, each from its browser.
async fn at_once(forms: impl IntoIterator<Item = (Browser, FilledForm)>) -> Vec<Page> {
    let send = |(browser, form): (Browser, FilledForm)| actix_web::rt::spawn(async move { browser.submit(&form).await });
    let under_way: Vec<_> = forms.into_iter().map(send).collect();
    let mut pages = Vec::new();
    for page in under_way {
        pages.push(page.await.expect("an answer"));
    }
    pages
}

/// One form from the first browser, another from the second, ten times each.
fn by_turns(first: (&Browser, &FilledForm), second: (&Browser, &FilledForm)) -> Vec<(Browser, FilledForm)> {
    (0..20).map(|n| if n % 2 == 0 { first } else { second }).map(|(browser, form)| (browser.clone(), form.clone())).collect()
}

/// The same form fifty times, half of them at the other copy.
fn fifty(app: &TestApp, copy: &TestApp, browser: &Browser, form: &FilledForm) -> Vec<(Browser, FilledForm)> {
    (0..50).map(|n| (browser.on(if n % 2 == 0 { app } else { copy }), form.clone())).collect()
}

fn count(app: &TestApp, action: &str) -> i64 {
    app.number(&format!("SELECT count(*) FROM audit WHERE action = '{action}'"))
}

#[actix_web::test]
async fn fifty_acceptances_at_once_are_one_and_each_leads_to_the_team() {
    let app = TestApp::start().await;
    let copy = app.copy().await;
    let link = ask_into_northwind(&app, ("Tomás Herrera", TOMAS, MemberRole::Member));
    let tomas = app.signed_in(TOMAS);
    let form = tomas.get(&link).await.form("acceptance");
    for page in at_once(fifty(&app, &copy, &tomas, &form)).await {
        page.leads_to("/teams/northwind");
    }
    assert_eq!(
        app.number("SELECT count(*) FROM members m JOIN teams t ON t.id = m.team_id WHERE t.slug = 'northwind' AND left_at IS NULL"),
        5
    );
    assert_eq!(app.number("SELECT member_count FROM teams WHERE slug = 'northwind'"), 5);
    assert_eq!((count(&app, "invitation accepted"), count(&app, "member joined")), (1, 1));
    assert_eq!(app.mails_to(SAM).iter().filter(|mail| mail.subject == "Tomás Herrera joined Northwind").count(), 1);
}

#[actix_web::test]
async fn fifty_new_people_behind_one_link_are_one_person_with_one_team() {
    let app = TestApp::start().await;
    let copy = app.copy().await;
    let link = invite_ines(&app);
    let visitor = app.visitor();
    let form = filled_in(visitor.get(&link).await.form("acceptance"));
    let pages = at_once(fifty(&app, &copy, &visitor, &form)).await;
    let answers = |status: u16| pages.iter().filter(|page| page.status.as_u16() == status).count();
    // Fifty passwords are hashed at once; on a busy machine some wait for a connection in vain and are asked to come again.
    assert_eq!((answers(303), answers(410) + answers(503)), (1, 49));
    assert_eq!(app.number("SELECT count(*) FROM teams WHERE name = 'Larkspur Agency'"), 1);
    assert_eq!(app.number(&format!("SELECT count(*) FROM users WHERE email = '{INES}'")), 1);
    for action in ["invitation accepted", "team founded", "member joined", "program joined"] {
        assert_eq!(count(&app, action), 1, "{action}");
    }
    assert_eq!((app.mails_to(SAM).len(), app.mails_to(TEO).len(), app.mails_to(HANA).len()), (1, 1, 1));
}

#[actix_web::test]
async fn accepting_against_revoking_leaves_what_one_after_the_other_could_have_left() {
    for _ in 0..5 {
        let app = TestApp::start().await;
        let copy = app.copy().await;
        let link = invite_ines(&app);
        let browser = copy.visitor();
        let form = filled_in(browser.get(&link).await.form("acceptance"));
        let (db, id) = (app.db.clone(), invitation_to(&app, INES).id);
        let revoking = actix_web::rt::spawn(async move {
            db.run(move |conn| {
                let (sam, by) = staff(conn, SAM);
                guildhall::invitations::revoking::revoke(conn, &by, &sam, id)
            })
            .await
        });
        let page = browser.submit(&form).await;
        let revoked = revoking.await.expect("an answer");
        let joined = app.number("SELECT count(*) FROM teams WHERE name = 'Larkspur Agency'");
        match status(&app, INES).as_str() {
            "accepted" => {
                page.is(303);
                assert!(matches!(revoked, Ok(guildhall::invitations::revoking::Revoked::Over(_))), "{revoked:?}");
                assert_eq!((joined, status(&app, TEO).as_str()), (1, "sent"));
            }
            "revoked" => {
                page.is(410);
                assert!(matches!(revoked, Ok(guildhall::invitations::revoking::Revoked::Done { .. })), "{revoked:?}");
                assert_eq!((joined, status(&app, TEO).as_str()), (0, "revoked"));
                assert_eq!(app.number(&format!("SELECT count(*) FROM users WHERE email = '{INES}'")), 0);
            }
            other => panic!("{other}"),
        }
    }
}

#[actix_web::test]
async fn accepting_against_declining_is_one_of_the_two() {
    let app = TestApp::start().await;
    let copy = app.copy().await;
    let link = ask_into_northwind(&app, ("Tomás Herrera", TOMAS, MemberRole::Member));
    let tomas = app.signed_in(TOMAS);
    let page = tomas.get(&link).await;
    let (yes, no) = (page.form("acceptance"), page.form("declination").set("reason", "No time"));
    let there = tomas.on(&copy);
    at_once(by_turns((&tomas, &yes), (&there, &no))).await;
    let joined = app.number("SELECT member_count FROM teams WHERE slug = 'northwind'") == 5;
    assert_eq!(status(&app, TOMAS), if joined { "accepted" } else { "declined" });
    assert_eq!(count(&app, "invitation accepted") + count(&app, "invitation declined"), 1);
}

#[actix_web::test]
async fn two_of_the_team_accept_and_decline_at_once_and_one_counts() {
    let app = TestApp::start().await;
    let copy = app.copy().await;
    let link = invite_into_plus(&app, MIA);
    let mia = app.signed_in(MIA);
    mia.submit(&mia.get(&link).await.form("request")).await.is(303);
    let at = format!("/teams/northwind/approvals/{}", invitation_to(&app, MIA).id);
    let yes = FilledForm::to(&format!("{at}/acceptance")).set("terms", "1");
    let no = FilledForm::to(&format!("{at}/declination"));
    let (olivia, adam) = (app.signed_in(OLIVIA), app.signed_in(ADAM).on(&copy));
    let pages = at_once(by_turns((&olivia, &yes), (&adam, &no))).await;
    for page in &pages {
        page.leads_to("/teams/northwind/approvals");
    }
    assert_eq!(count(&app, "invitation accepted") + count(&app, "invitation declined"), 1);
    assert_eq!(app.mails_to(SAM).len(), 1);
    let enrolled =
        app.number("SELECT count(*) FROM enrollments e JOIN programs p ON p.id = e.program_id WHERE p.name = 'Acme Resellers Plus'");
    assert_eq!(enrolled == 1, status(&app, MIA) == "accepted");
}

#[actix_web::test]
async fn the_invitee_and_the_team_they_asked_accept_at_once_and_one_counts() {
    let app = TestApp::start().await;
    let copy = app.copy().await;
    let link = invite_into_plus(&app, MIA);
    let mia = app.signed_in(MIA);
    mia.submit(&mia.get(&link).await.form("request")).await.is(303);
    // Mia owns a team of her own by now, and accepts for that.
    let conn = &mut app.connection();
    let id = user_id(conn, MIA);
    guildhall::teams::Team::found(conn, "Chen & Co", id).unwrap();
    let hers = mia.get(&link).await.form("acceptance").set("team", "chen-co").set("terms", "1");
    let theirs = FilledForm::to(&format!("/teams/northwind/approvals/{}/acceptance", invitation_to(&app, MIA).id)).set("terms", "1");
    let olivia = app.signed_in(OLIVIA).on(&copy);
    at_once(by_turns((&mia, &hers), (&olivia, &theirs))).await;
    assert_eq!(count(&app, "invitation accepted"), 1);
    assert_eq!(
        app.number("SELECT count(*) FROM enrollments e JOIN programs p ON p.id = e.program_id WHERE p.name = 'Acme Resellers Plus'"),
        1
    );
    assert_eq!(app.mails_to(SAM).len(), 1);
}

#[actix_web::test]
async fn asking_the_owner_fifty_times_at_once_mails_once() {
    let app = TestApp::start().await;
    let copy = app.copy().await;
    let link = invite_into_plus(&app, MIA);
    let mia = app.signed_in(MIA);
    let form = mia.get(&link).await.form("request");
    for page in at_once(fifty(&app, &copy, &mia, &form)).await {
        page.leads_to(&link);
    }
    assert_eq!((app.mails_to(OLIVIA).len(), count(&app, "invitation put to team")), (1, 1));
}

/// Waits until some statement waits for a lock.
async fn until_somebody_waits(app: &TestApp) {
    for _ in 0..200 {
        let waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()";
        if app.number(waiting) > 0 {
            return;
        }
        actix_web::rt::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    panic!("nobody waits for the lock");
}

#[actix_web::test]
async fn demoted_while_the_acceptance_waits_for_the_team_they_are_refused() {
    use diesel::connection::SimpleConnection;
    let app = TestApp::start().await;
    let link = invite_into_plus(&app, ADAM);
    let adam = app.signed_in(ADAM);
    let form = adam.get(&link).await.form("acceptance").set("team", "northwind").set("terms", "1");
    let mut other = app.connection();
    other
        .batch_execute(&format!(
            "BEGIN; SELECT 1 FROM teams WHERE slug = 'northwind' FOR NO KEY UPDATE;
             UPDATE members SET role = 'member' WHERE user_id = (SELECT id FROM users WHERE email = '{ADAM}')"
        ))
        .unwrap();
    let accepting = actix_web::rt::spawn(async move { adam.submit(&form).await });
    until_somebody_waits(&app).await;
    other.batch_execute("COMMIT").unwrap();
    accepting.await.unwrap().is(403).shows("Your permission level does not allow you to accept this");
    assert_eq!((status(&app, ADAM).as_str(), count(&app, "invitation accepted")), ("sent", 0));
}

#[actix_web::test]
async fn revoked_while_the_acceptance_waits_for_the_invitation_nobody_joins() {
    use diesel::connection::SimpleConnection;
    let app = TestApp::start().await;
    let link = invite_ines(&app);
    let browser = app.visitor();
    let form = filled_in(browser.get(&link).await.form("acceptance"));
    let mut other = app.connection();
    other.batch_execute(&format!("BEGIN; UPDATE invitations SET status = 'revoked' WHERE email = '{INES}'")).unwrap();
    let accepting = actix_web::rt::spawn(async move { browser.submit(&form).await });
    until_somebody_waits(&app).await;
    other.batch_execute("COMMIT").unwrap();
    accepting.await.unwrap().is(410).shows("This invitation was taken back");
    assert_eq!(app.number(&format!("SELECT count(*) FROM users WHERE email = '{INES}'")), 0);
}

#[actix_web::test]
async fn demoted_while_the_answer_for_the_team_waits_they_are_refused() {
    use diesel::connection::SimpleConnection;
    let app = TestApp::start().await;
    let link = invite_into_plus(&app, MIA);
    let mia = app.signed_in(MIA);
    mia.submit(&mia.get(&link).await.form("request")).await.is(303);
    let id = invitation_to(&app, MIA).id;
    for noun in ["acceptance", "declination"] {
        set_role(&app, ADAM, "admin");
        let adam = app.signed_in(ADAM);
        let form = FilledForm::to(&format!("/teams/northwind/approvals/{id}/{noun}")).set("terms", "1");
        let mut other = app.connection();
        other
            .batch_execute(&format!(
                "BEGIN; SELECT 1 FROM teams WHERE slug = 'northwind' FOR NO KEY UPDATE;
                 UPDATE members SET role = 'member' WHERE user_id = (SELECT id FROM users WHERE email = '{ADAM}')"
            ))
            .unwrap();
        let answering = actix_web::rt::spawn(async move { adam.submit(&form).await });
        until_somebody_waits(&app).await;
        other.batch_execute("COMMIT").unwrap();
        answering.await.unwrap().is(403).shows("Only the team's owner and admins can do this.");
    }
    assert_eq!(status(&app, MIA), "sent");
}
