//! The table, its page, its switches (rule 35).

use super::*;
use crate::support::Scene;
use guildhall::{
    access::Access,
    app::Mode,
    routes,
    teams::{
        Membership, TeamPermission,
        permissions::{Cell, Rule, Switches},
    },
};
use reqwest::Method;

fn switches(app: &TestApp) -> String {
    app.text("SELECT array_to_string(switches, ', ') FROM teams WHERE slug = 'northwind'")
}

/// The fields that ask for the other way at that cell.
fn other_way(app: &TestApp, cell: Cell) -> Vec<(&'static str, String)> {
    let team = Team::by_slug(&mut app.connection(), "northwind").expect("Northwind");
    vec![(if team.allows(cell.role, cell.permission) { "was" } else { "on" }, cell.word())]
}

async fn turn(browser: &Browser, app: &TestApp, cell: Cell) -> u16 {
    let fields = other_way(app, cell);
    let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
    browser.post(PERMISSIONS, &fields).await.status.as_u16()
}

#[actix_web::test]
async fn everybody_of_the_team_reads_the_table_and_who_may_switch_has_boxes() {
    let app = TestApp::start().await;
    for role in TeamRole::ALL {
        let page = app.signed_in(holder(role)).get(PERMISSIONS).await;
        page.is(200).shows("What each role may do in Northwind").shows("Withdraw commissions");
        page.shows("Admins may never withdraw commissions. Money leaves a team only through its owner");
        let boxes = page.document().select(&scraper::Selector::parse("input[name=on]").unwrap()).count();
        assert_eq!(boxes, Cell::all().filter(|cell| cell.is_switched_by(role)).count(), "{role:?}");
        assert_eq!(page.has_form("/permissions") && page.text().contains("Save changes"), boxes > 0, "{role:?}");
    }
    app.signed_in(ADAM).get(PERMISSIONS).await.shows("The owner switches this.");
    app.signed_in(MIA).get(PERMISSIONS).await.shows("The owner and the admins switch this.");
}

#[actix_web::test]
async fn every_cell_of_the_page_says_what_the_table_says() {
    let app = TestApp::start().await;
    switch(&app, &["member: see activity", "admin: approve members"]);
    let page = app.signed_in(MIA).get(PERMISSIONS).await;
    let rows = page.text_of("table.matrix tr:has(td)");
    for (permission, row) in TeamPermission::ALL.iter().zip(rows) {
        assert!(row.starts_with(permission.action()), "{row}");
        for role in TeamRole::ALL {
            let cell = Cell { role, permission: *permission };
            let flipped = ["member: see activity", "admin: approve members"].contains(&cell.word().as_str());
            let says = match cell.rule() {
                Rule::Always => "Always",
                Rule::Never if role == TeamRole::Owner => "Not yet",
                Rule::Never => "Never",
                Rule::Switch { at_first } => ["No", "Yes"][usize::from(at_first != flipped)],
            };
            assert!(row.contains(&format!("{}: {}: {says}", role.label(), permission.phrase())), "{says} at {}: {row}", cell.word());
        }
    }
}

#[actix_web::test]
async fn a_switch_is_felt_on_the_next_request_on_every_copy() {
    let app = TestApp::start().await;
    let copy = app.copy().await;
    let (olivia, adam) = (app.signed_in(OLIVIA), app.signed_in(ADAM).on(&copy));
    let approval = ask_for_rosa(&app, "member").await;
    adam.post(&approval, &[("role", "member")]).await.is(403).shows("They may switch it on for admins.");
    let form = olivia.get(PERMISSIONS).await.form("/permissions").add("on", "admin: approve members");
    let page = olivia.submit(&form).await;
    page.leads_to(PERMISSIONS);
    olivia.follow(page).await.shows("Admins may now approve members asked for by a company.");
    assert_eq!(switches(&app), "admin: approve members");
    adam.get("/teams/northwind/approvals").await.shows("Approve");
    adam.post(&approval, &[("role", "finance")]).await.is(422);
    adam.post(&approval, &[("role", "member")]).await.leads_to("/teams/northwind/approvals");
    let mail = app.last_mail_to(ADAM);
    assert_eq!(mail.subject, "What you may do in Northwind has changed");
    assert!(mail.text.contains("Olivia Park") && mail.text.contains("approve members asked for by a company"), "{}", mail.text);
    assert!(app.mails_to(MIA).is_empty(), "only whom it touches");

    let form = olivia.get(PERMISSIONS).await.form("/permissions").without("on");
    olivia.submit(&form).await.leads_to(PERMISSIONS);
    adam.post(&approval, &[("role", "member")]).await.is(403);
}

#[actix_web::test]
async fn who_may_not_write_in_the_group_any_more_reads_it_and_a_forged_message_is_recorded() {
    let app = TestApp::start().await;
    let partner = app.text("SELECT p.id FROM partners p JOIN teams t ON t.id = p.team_id WHERE t.slug = 'northwind'");
    let group = format!("{TEAM}/messages/{partner}");
    let mia = app.signed_in(MIA);
    let form = mia.get(&group).await.form(&group).set("body", "Hello");
    switch(&app, &["member: write group messages"]);
    let page = mia.get(&group).await;
    page.is(200).shows("This is switched off for your role. Ask the team's owner or an admin.");
    assert!(!page.has_form(&group));
    mia.submit(&form).await.is(403).shows("switched off for your role");
    assert_eq!((refusals(&app), app.number("SELECT count(*) FROM messages")), (1, 0));
    assert!(app.signed_in(FRANK).get(&group).await.has_form(&group), "of finance it is not switched off");
}

#[actix_web::test]
async fn each_free_cell_is_turned_by_who_switches_it_and_turned_back() {
    let app = TestApp::start().await;
    for cell in Cell::all().filter(|cell| matches!(cell.rule(), Rule::Switch { .. })) {
        for role in [TeamRole::Owner, TeamRole::Given(MemberRole::Admin)].into_iter().filter(|role| cell.is_switched_by(*role)) {
            let browser = app.signed_in(holder(role));
            assert_eq!(turn(&browser, &app, cell).await, 303, "{} by {role:?}", cell.word());
            assert_eq!(switches(&app), cell.word());
            let line = app.text("SELECT concat(role, ' ', before, ' ', after) FROM audit WHERE action = 'permissions switched' ORDER BY at DESC, id DESC LIMIT 1");
            let at_first = matches!(cell.rule(), Rule::Switch { at_first: true });
            assert_eq!(line, format!("{} {{\"{2}\": {1}}} {{\"{2}\": {3}}}", role.as_str(), at_first, cell.word(), !at_first));
            assert_eq!(turn(&browser, &app, cell).await, 303);
            assert_eq!(switches(&app), "");
        }
    }
}

#[actix_web::test]
async fn a_forged_request_for_a_locked_cell_gets_403_changes_nothing_and_is_recorded() {
    let app = TestApp::start().await;
    for role in TeamRole::ALL {
        let browser = app.signed_in(holder(role));
        for cell in Cell::all().filter(|cell| !cell.is_switched_by(role)) {
            let before = refusals(&app);
            assert_eq!(turn(&browser, &app, cell).await, 403, "{} by {role:?}", cell.word());
            assert_eq!((switches(&app).as_str(), refusals(&app)), ("", before + 1), "{} by {role:?}", cell.word());
        }
    }
    assert!(app.mails().is_empty());
    // One that is not theirs among those that are: none is turned.
    let fields = [("on", "admin: give finance"), ("was", "member: see activity")];
    app.signed_in(ADAM).post(PERMISSIONS, &fields).await.is(403).shows("The owner switches this.");
    assert_eq!(switches(&app), "");
}

#[actix_web::test]
async fn the_database_keeps_free_cells_alone() {
    use diesel::connection::SimpleConnection;
    let app = TestApp::start().await;
    for cell in Cell::all() {
        let kept = app.connection().batch_execute(&format!("UPDATE teams SET switches = ARRAY['{}']", cell.word()));
        assert_eq!(kept.is_ok(), matches!(cell.rule(), Rule::Switch { .. }), "{}", cell.word());
    }
    assert!(app.connection().batch_execute("UPDATE teams SET switches = ARRAY[NULL]::text[]").is_err());
}

#[actix_web::test]
async fn a_cell_that_stands_nowhere_is_refused_and_what_was_ticked_is_kept() {
    let app = TestApp::start().await;
    let olivia = app.signed_in(OLIVIA);
    let form = olivia.get(PERMISSIONS).await.form("/permissions").add("on", "admin: approve members").add("on", "admin: fly");
    let page = olivia.submit(&form).await;
    page.is(422).shows("Tick only what stands on this page.");
    assert!(page.form("/permissions").values("on").contains(&"admin: approve members"));
    assert!(!page.form("/permissions").values("was").contains(&"admin: approve members"));
    assert_eq!(switches(&app), "");
}

#[actix_web::test]
async fn a_page_from_before_undoes_nothing_that_another_switched_since() {
    let app = TestApp::start().await;
    let (olivia, adam) = (app.signed_in(OLIVIA), app.signed_in(ADAM));
    let old = adam.get(PERMISSIONS).await.form("/permissions").add("on", "finance: see activity");
    let form =
        olivia.get(PERMISSIONS).await.form("/permissions").add("on", "admin: give finance").add("on", "finance: contribute referrals");
    olivia.submit(&form).await.leads_to(PERMISSIONS);
    adam.submit(&old).await.leads_to(PERMISSIONS);
    assert_eq!(switches(&app), "finance: contribute referrals, finance: see activity, admin: give finance");
    let reset = adam.get(PERMISSIONS).await.form("/permissions").set("reset", "1");
    adam.submit(&reset).await.leads_to(PERMISSIONS);
    assert_eq!(switches(&app), "admin: give finance", "an admin resets what admins switch");
    let reset = olivia.get(PERMISSIONS).await.form("/permissions").set("reset", "1");
    olivia.submit(&reset).await.leads_to(PERMISSIONS);
    assert_eq!(switches(&app), "");
}

#[actix_web::test]
async fn with_each_switch_on_and_off_every_route_of_the_team_opens_for_whom_the_table_says() {
    let app = TestApp::start_demo().await;
    let scene = Scene::set(&app);
    let browsers: Vec<(TeamRole, Browser)> = TeamRole::ALL.iter().map(|role| (*role, app.signed_in(holder(*role)))).collect();
    let routes: Vec<_> = routes::all(Mode::Demo)
        .into_iter()
        .filter_map(|route| match route.access {
            // The lock opens for all of the team; only whom the team is offered answers.
            Access::Team(_) if route.path.contains("/offers/{offer}/") && !route.path.ends_with("/cancellation") => None,
            Access::Team(permission) => Some((Method::from_bytes(route.method.as_str().as_bytes()).unwrap(), route.path, permission)),
            _ => None,
        })
        .collect();
    assert!(routes.len() > 15);
    let free = Cell::all().filter(|cell| matches!(cell.rule(), Rule::Switch { .. }));
    for turned in [None].into_iter().chain(free.map(Some)) {
        switch(&app, &turned.iter().map(|cell| cell.word()).collect::<Vec<_>>().iter().map(String::as_str).collect::<Vec<_>>());
        let here = Switches::default().switched(&turned.iter().copied().collect::<Vec<_>>());
        app.keep();
        for (method, path, permission) in &routes {
            for (role, browser) in &browsers {
                let may = here.allow(*role, *permission);
                // A form that is none: who gets past the lock changes nothing by it.
                let request = browser.request(method.clone(), &scene.path(path)).header("sec-fetch-site", "same-origin").body("\0");
                let page = browser.send(request).await;
                assert_eq!(page.status != 403, may, "{method} {path} as {role:?} with {turned:?}: {}", page.status);
                if *method == Method::POST {
                    app.restore();
                }
            }
        }
    }
}

#[actix_web::test]
async fn what_the_lock_loads_is_what_the_table_says() {
    let app = TestApp::start().await;
    switch(&app, &["member: see activity"]);
    let conn = &mut app.connection();
    let user = guildhall::accounts::User::by_email(conn, &guildhall::email_address::EmailAddress::parse(MIA).unwrap()).unwrap().unwrap();
    let mia = Membership::of(conn, user.id, "northwind").unwrap();
    assert!(!mia.may(TeamPermission::SeeActivity) && mia.may(TeamPermission::WriteGroupMessages));
}

#[actix_web::test]
async fn enter_on_a_switch_saves_and_does_not_put_everything_back() {
    let app = TestApp::start().await;
    let page = app.signed_in(OLIVIA).get(PERMISSIONS).await;
    let buttons = scraper::Selector::parse("#switches button, button[form=switches]").unwrap();
    let document = page.document();
    let names: Vec<Option<&str>> = document.select(&buttons).map(|button| button.attr("name")).collect();
    assert_eq!(names, [None, Some("reset"), None], "a browser presses the first");
}
