//! Two at once, on two copies of the program (R17, R18): what is left, one after the other could have left.

use super::*;
use crate::support::at_once;

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
