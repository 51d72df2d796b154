//! Several teams: a team of one's own, the way between them, its name (rules 34 and 39).

use super::*;

const SETTINGS: &str = "/teams/northwind/settings";

#[actix_web::test]
async fn anybody_signed_in_founds_a_team_of_their_own_and_goes_between_their_places() {
    let app = TestApp::start().await;
    for email in [MIA, SAM, FIONA] {
        let browser = app.signed_in(email);
        let page = browser.get("/teams/new").await;
        page.is(200).shows("Found a team");
        let page = browser.submit(&page.form("/teams/new").set("team_name", "New")).await;
        let home = page.location().unwrap();
        let page = browser.follow(page).await;
        page.shows("New is open.").shows("You are the owner");
        assert_ne!(home, "/teams/new", "the address of founding is no team's");
        // Every page names its team, and leads to the others.
        for at in ["", "/members", "/permissions", "/ownership", "/settings", "/approvals"] {
            let page = browser.get(&format!("{home}{at}")).await;
            assert!(page.is(200).text_of(".switcher").join(" ").contains("New"), "{at}");
            assert_eq!(page.links("a.switcher"), ["/?places=all"], "{at}");
        }
    }
    let mia = app.signed_in(MIA);
    mia.get("/?places=all").await.is(200).shows("Northwind").shows("New").shows("Found a team");
    mia.get("/").await.is(200).shows("Your places");
    app.signed_in(ADAM).get("/").await.leads_to(TEAM);
    app.signed_in(ADAM).get("/?places=all").await.is(200).shows("Northwind").shows("Found a team");
    app.visitor().get("/teams/new").await.leads_to("/sign-in?next=%2Fteams%2Fnew");
    assert_eq!(app.number("SELECT count(*) FROM audit WHERE action = 'team founded'"), 3);
    is_whole(&app);
}

#[actix_web::test]
async fn a_name_that_is_none_is_refused_and_kept() {
    let app = TestApp::start().await;
    let olivia = app.signed_in(OLIVIA);
    for path in ["/teams/new", SETTINGS] {
        for (name, says) in
            [("", "Enter the team’s name"), ("Guildhall Support", "reads like Guildhall"), ("win at evil.com", "web address")]
        {
            let page = olivia.submit(&olivia.get(path).await.form(path).set("team_name", name)).await;
            page.is(422);
            assert!(page.error_at("team_name").contains(says), "{path} {name:?}: {}", page.text());
            assert_eq!(page.form(path).value("team_name"), Some(name));
        }
    }
    assert_eq!(app.number("SELECT count(*) FROM teams"), 2);
}

#[actix_web::test]
async fn owner_and_admins_rename_the_team_and_its_address_stays() {
    let app = TestApp::start().await;
    let adam = app.signed_in(ADAM);
    let page = adam.submit(&adam.get(SETTINGS).await.form("/settings").set("team_name", "Nordwind Süd")).await;
    page.leads_to(SETTINGS);
    adam.follow(page).await.shows("The team is called Nordwind Süd now.");
    let sam = app.signed_in(SAM);
    sam.get("/companies/acme/partners?q=nordwind+sud").await.shows("Nordwind Süd");
    sam.get("/companies/acme/partners/northwind").await.is(200).shows("Nordwind Süd");
    assert_eq!(
        app.text("SELECT concat(before, after) FROM audit WHERE action = 'team renamed'"),
        r#"{"name": "Northwind"}{"name": "Nordwind Süd"}"#
    );
    for email in [MIA, FRANK] {
        let browser = app.signed_in(email);
        let page = browser.get(SETTINGS).await;
        assert!(!page.is(200).has_form("/settings"));
        page.shows("Only the team’s owner and admins change its settings.");
        browser.post(SETTINGS, &[("team_name", "Ours")]).await.is(403);
    }
    assert_eq!(refusals(&app), 2);
}

#[actix_web::test]
async fn an_empty_form_does_not_switch_the_requirement_off() {
    let app = TestApp::start().await;
    app.sql("UPDATE teams SET requires_two_step = true WHERE slug = 'northwind'");
    let adam = app.signed_in(ADAM);
    for fields in [vec![], vec![("required", "")], vec![("required", "no")]] {
        let page = adam.post(&format!("{TEAM}/two-step"), &fields).await;
        page.is(422).shows("Choose whether two-step sign-in is required");
        assert!(page.error_at("required").contains("Choose whether"), "{}", page.text());
    }
    assert_eq!(app.text("SELECT requires_two_step FROM teams WHERE slug = 'northwind'"), "true");
}
