//! Two at once, on two copies of the program (R17, R18): what is left, one after the other could have left.

use super::*;
use crate::support::{Page, at_once};
use diesel::connection::SimpleConnection;

fn admins(app: &TestApp) -> i64 {
    app.number("SELECT count(*) FROM members m JOIN teams t ON t.id = m.team_id WHERE t.slug = 'northwind' AND m.left_at IS NULL AND m.role = 'admin' AND m.user_id <> t.owner_id")
}

const ANA: &str = "ana@northwind.example";

#[actix_web::test]
async fn of_two_admins_who_demote_each_other_one_stays() {
    let app = TestApp::start().await;
    let copy = app.copy().await;
    join(&app, ANA, "Ana Sol", MemberRole::Admin);
    let (adam, ana) = (app.signed_in(ADAM), app.signed_in(ANA).on(&copy));
    for round in 0..10 {
        app.sql("UPDATE members SET role = 'admin' WHERE user_id IN (SELECT id FROM users WHERE email IN ('adam@northwind.example', 'ana@northwind.example'))");
        let role = |email: &str| format!("{MEMBERS}/{}/role", place_of(&app, email));
        let pages =
            at_once(vec![(adam.clone(), role(ANA), vec![("role", "member")]), (ana.clone(), role(ADAM), vec![("role", "member")])]).await;
        let mut answers: Vec<u16> = pages.iter().map(|page| page.status.as_u16()).collect();
        answers.sort_unstable();
        assert_eq!((answers, admins(&app)), (vec![303, 403], 1), "round {round}");
    }
}

#[actix_web::test]
async fn of_two_admins_who_remove_each_other_one_stays() {
    let app = TestApp::start().await;
    let copy = app.copy().await;
    join(&app, ANA, "Ana Sol", MemberRole::Admin);
    let (adam, ana) = (app.signed_in(ADAM), app.signed_in(ANA).on(&copy));
    app.keep();
    for round in 0..10 {
        app.restore();
        let removal = |email: &str| format!("{MEMBERS}/{}/removal", place_of(&app, email));
        at_once(vec![(adam.clone(), removal(ANA), vec![]), (ana.clone(), removal(ADAM), vec![])]).await;
        assert_eq!(admins(&app), 1, "round {round}");
        is_whole(&app);
    }
}

#[actix_web::test]
async fn all_who_leave_at_once_are_counted_once() {
    let app = TestApp::start().await;
    let copy = app.copy().await;
    app.keep();
    let browsers = [ADAM, MIA, FRANK].map(|email| app.signed_in(email));
    app.keep();
    for round in 0..6 {
        app.restore();
        let leave = |browser: &Browser| (browser.clone(), format!("{TEAM}/departure"), vec![]);
        let forms = browsers.iter().flat_map(|browser| [leave(browser), leave(&browser.on(&copy)), leave(browser)]).collect();
        at_once(forms).await;
        assert_eq!(app.number("SELECT member_count FROM teams WHERE slug = 'northwind'"), 1, "round {round}");
        assert_eq!(app.number("SELECT count(*) FROM audit WHERE action = 'member left'"), 3, "round {round}");
        is_whole(&app);
    }
}

#[actix_web::test]
async fn who_is_removed_while_they_accept_nothing_is_counted_wrong() {
    let app = TestApp::start().await;
    let copy = app.copy().await;
    switch(&app, &["admin: approve members"]);
    let approval = ask_for_rosa(&app, "member").await;
    app.signed_in(ADAM).post(&approval, &[("role", "member")]).await.is(303);
    let link = format!("{}/acceptance", app.link_to(ROSA));
    let olivia = app.signed_in(OLIVIA);
    app.keep();
    for round in 0..8 {
        app.restore();
        let accept = (app.visitor(), link.clone(), vec![("name", "Rosa"), ("password", "five quiet lanterns")]);
        let remove = (olivia.on(&copy), format!("{MEMBERS}/{}/removal", place_of(&app, ADAM)), vec![]);
        at_once(vec![accept, remove]).await;
        let (status, count) =
            (app.text("SELECT status FROM invitations"), app.number("SELECT member_count FROM teams WHERE slug = 'northwind'"));
        assert!([("accepted", 4), ("revoked", 3)].contains(&(status.as_str(), count)), "round {round}: {status}, {count} members");
        is_whole(&app);
    }
}

/// Mia accepts the team that Olivia offers her, and her transaction is held open at its end, where it writes its audit line. Meanwhile that
/// form is sent: its answer, once hers is committed. Whoever judges by what they read before decides as if nothing had happened.
async fn while_the_team_changes_hands(app: &TestApp, by: &str, path: &str, fields: Vec<(&'static str, &'static str)>) -> Page {
    let copy = app.copy().await;
    let offer = [("member", place_of(app, MIA))].map(|(name, value)| (name, value.leak() as &str));
    app.signed_in(OLIVIA).post(&format!("{TEAM}/ownership/offers"), &offer).await.is(303);
    let id = app.text("SELECT id FROM ownership_offers");
    let (mia, other, path) = (app.signed_in(MIA), app.signed_in(by).on(&copy), path.to_owned());
    let mut door = app.connection();
    door.batch_execute("BEGIN; LOCK TABLE audit IN SHARE ROW EXCLUSIVE MODE").expect("the door is held");
    let accepting = actix_web::rt::spawn(async move { mia.post(&format!("{TEAM}/ownership/offers/{id}/acceptance"), &[]).await });
    app.until_waiting(1).await;
    let sending = actix_web::rt::spawn(async move { other.post(&path, &fields).await });
    app.until_waiting(2).await;
    door.batch_execute("COMMIT").expect("the door is open");
    accepting.await.expect("an answer").leads_to("/teams/northwind/ownership");
    let answer = sending.await.expect("an answer");
    let owner = "SELECT concat(u.email, ' ', t.closed_at) FROM teams t JOIN users u ON u.id = t.owner_id WHERE t.slug = 'northwind'";
    assert_eq!(app.text(owner), format!("{MIA} "), "she owns an open team");
    is_whole(app);
    answer
}

#[actix_web::test]
async fn nobody_removes_who_becomes_the_owner_at_that_moment() {
    let app = TestApp::start().await;
    let removal = format!("{MEMBERS}/{}/removal", place_of(&app, MIA));
    while_the_team_changes_hands(&app, ADAM, &removal, vec![]).await.is(403).shows("Nobody removes the owner.");
}

#[actix_web::test]
async fn who_becomes_the_owner_at_that_moment_does_not_leave() {
    let app = TestApp::start().await;
    while_the_team_changes_hands(&app, MIA, "/teams/northwind/departure", vec![]).await.is(403).shows("Hand over the ownership first");
}

#[actix_web::test]
async fn an_old_owner_does_not_close_the_team_at_the_moment_it_changes_hands() {
    let app = TestApp::start().await;
    let form = vec![("confirmed", "true")];
    while_the_team_changes_hands(&app, OLIVIA, "/teams/northwind/closing", form).await.is(403).shows("Only the team's owner can do this.");
}

#[actix_web::test]
async fn an_old_owner_offers_nothing_more_at_the_moment_the_team_changes_hands() {
    let app = TestApp::start().await;
    let form = vec![("member", place_of(&app, ADAM).leak() as &str)];
    while_the_team_changes_hands(&app, OLIVIA, "/teams/northwind/ownership/offers", form).await.is(403);
    assert_eq!(app.number("SELECT count(*) FROM ownership_offers WHERE closed_at IS NULL"), 0);
}

#[actix_web::test]
async fn nobody_gives_a_role_to_who_becomes_the_owner_at_that_moment() {
    let app = TestApp::start().await;
    let role = format!("{MEMBERS}/{}/role", place_of(&app, MIA));
    let answer = while_the_team_changes_hands(&app, ADAM, &role, vec![("role", "admin")]).await;
    answer.is(403).shows("The owner's role changes only when the owner hands over the ownership.");
    assert_eq!(role_of(&app, MIA), "member");
}

#[actix_web::test]
async fn an_old_owner_switches_nothing_that_is_the_owners_at_the_moment_the_team_changes_hands() {
    let app = TestApp::start().await;
    let answer = while_the_team_changes_hands(&app, OLIVIA, PERMISSIONS, vec![("on", "admin: give finance")]).await;
    answer.is(403);
    assert_eq!(app.text("SELECT cardinality(switches) FROM teams WHERE slug = 'northwind'"), "0");
}

#[actix_web::test]
async fn a_team_that_is_closed_at_that_moment_joins_no_program() {
    let app = TestApp::start().await;
    let copy = app.copy().await;
    app.sql(&format!(
        "INSERT INTO programs (id, company_id, name, destination, currency) SELECT gen_random_uuid(), id, 'Acme Agencies', 'https://acme.example', 'EUR' FROM companies WHERE slug = 'acme'; \
         INSERT INTO invitations (id, kind, company_id, program_id, put_to_team_id, put_by, put_at, email, team_name, asked_by, status, generation, token_hash, sent_at, expires_at) \
         SELECT gen_random_uuid(), 'program', p.company_id, p.id, t.id, m.id, now(), m.email, 'Northwind', s.id, 'sent', 1, sha256('put'), now(), now() + interval '6 days' \
         FROM programs p, teams t, users m, users s WHERE p.name = 'Acme Agencies' AND t.slug = 'northwind' AND m.email = '{MIA}' AND s.email = '{SAM}'"
    ));
    let acceptance = format!("{TEAM}/approvals/{}/acceptance", app.text("SELECT id FROM invitations"));
    let (olivia, adam) = (app.signed_in(OLIVIA), app.signed_in(ADAM).on(&copy));
    adam.get(&acceptance).await.is(200);
    // Closing is held open where it writes its line; whoever accepts meanwhile waits for the team.
    let mut door = app.connection();
    door.batch_execute("BEGIN; LOCK TABLE audit IN SHARE ROW EXCLUSIVE MODE").expect("the door is held");
    let closing = actix_web::rt::spawn(async move { olivia.post(&format!("{TEAM}/closing"), &[("confirmed", "true")]).await });
    app.until_waiting(1).await;
    let accepting = actix_web::rt::spawn(async move { adam.post(&acceptance, &[]).await });
    app.until_waiting(2).await;
    door.batch_execute("COMMIT").expect("the door is open");
    closing.await.expect("an answer").is(303);
    accepting.await.expect("an answer").is(404);
    let partners = "SELECT count(*) FROM partners p JOIN teams t ON t.id = p.team_id WHERE t.slug = 'northwind' AND p.ended_at IS NULL";
    let enrolled = "SELECT count(*) FROM enrollments e JOIN partners p ON p.id = e.partner_id JOIN teams t ON t.id = p.team_id WHERE t.slug = 'northwind' AND e.left_at IS NULL";
    assert_eq!((app.number(partners), app.number(enrolled)), (0, 0));
    let faults = guildhall::verify::faults(&mut app.connection()).expect("a look");
    assert!(!faults.iter().any(|fault| fault.rule.contains("closed team")), "{faults:?}");
}

#[actix_web::test]
async fn verify_finds_what_a_closed_team_must_not_have() {
    let app = TestApp::start().await;
    ask_for_rosa(&app, "member").await;
    is_whole(&app);
    app.sql("UPDATE teams SET closed_at = now() WHERE slug = 'northwind'");
    let rules: Vec<&str> = guildhall::verify::faults(&mut app.connection()).expect("a look").into_iter().map(|fault| fault.rule).collect();
    assert_eq!(rules, ["a closed team is in no program", "nobody is asked into a closed team"]);
}
