//! What a team and a company see of links: clicks beside them, whose they are, the QR code, the search.

use super::*;
use crate::support::Scene;
use guildhall::web::qr::Qr;

#[actix_web::test]
async fn everybody_sees_their_own_links_with_clicks() {
    let app = TestApp::start().await;
    let _scene = Scene::set(&app);
    for (text, days, count) in [("mia-chen", 0, 3), ("mia-chen", 29, 4), ("mia-chen", 30, 1000), ("adam-reyes", 1, 77)] {
        clicks(&app, text, days, count);
    }
    for person in NORTHWIND {
        let page = app.signed_in(person).get(LINKS).await;
        page.is(200).shows("Acme Resellers").shows("Acme Renewals").shows("https://acme.example/start");
        let text = person.split('@').next().unwrap();
        let names = page.text_of("tbody .name");
        let own = |name: &&String| name.contains("/go/") && !["mia-in-spring", "scene-of-acme"].iter().any(|scenes| name.ends_with(scenes));
        assert!(names.iter().filter(own).all(|name| name.contains(text)), "{person}: {names:?}");
    }
    let page = app.signed_in(MIA).get(LINKS).await;
    let rows = page.text_of("tbody tr");
    let row = rows.iter().find(|row| row.contains("/go/mia-chen Acme")).unwrap();
    assert!(row.contains("7 1,007"), "{row}");
    assert!(page.body.contains(&format!("data-copy=\"{}/go/mia-chen\"", app.base_url)));
    app.signed_in(MIA).get("/teams/northwind").await.shows("Links");
}

#[actix_web::test]
async fn a_team_without_programs_reads_where_links_come_from() {
    let app = TestApp::start().await;
    let vera = app.signed_in(VERA);
    vera.post("/teams/new", &[("team_name", "Linden")]).await.is(303);
    vera.get("/teams/linden/links").await.is(200).shows("No links yet").shows("See the programs");
}

#[actix_web::test]
async fn teammates_links_are_for_who_may_see_their_activity_and_former_ones_for_owner_and_admins() {
    let app = TestApp::start().await;
    let _scene = Scene::set(&app);
    clicks(&app, "adam-reyes", 1, 77);
    clicks(&app, "fiona-hale", 1, 5);
    let (teammates, former) = (format!("{LINKS}?show=teammates"), format!("{LINKS}?show=former"));
    for person in [OLIVIA, MIA] {
        let page = app.signed_in(person).get(&teammates).await;
        page.is(200).shows("Adam Reyes").shows("/go/adam-reyes").shows("77 clicks").shows("Frank Osei").hides("Fiona Hale");
    }
    app.signed_in(MIA).get(&teammates).await.hides("/go/mia-chen").hides("Former members");
    for person in [OLIVIA, ADAM] {
        app.signed_in(person)
            .get(&former)
            .await
            .is(200)
            .shows("Fiona Hale")
            .shows("/go/fiona-hale")
            .shows("1 link · 5 clicks")
            .hides("Frank Osei");
    }
    // Whoever may not see them reads who can, at whatever address.
    for show in [&teammates, &former, &LINKS.to_owned()] {
        let page = app.signed_in(FRANK).get(show).await;
        page.is(200).shows("Teammates’ links are seen by the owner").hides("Adam Reyes").hides("Fiona Hale").shows("/go/frank-osei");
    }
    app.signed_in(MIA).get(&former).await.hides("Fiona Hale");
    app.sql("UPDATE teams SET switches = ARRAY['admin: see activity', 'finance: see activity'] WHERE slug = 'northwind'");
    app.signed_in(FRANK).get(&teammates).await.shows("Adam Reyes").hides("Former members");
    app.signed_in(ADAM).get(&former).await.hides("Fiona Hale").shows("Teammates’ links are seen by the owner");
}

#[actix_web::test]
async fn teammates_come_in_pages_each_with_all_of_their_links() {
    let app = TestApp::start().await;
    for number in 0..30 {
        super::super::governing::join(
            &app,
            &format!("p{number}@northwind.example"),
            &format!("Person {number:02}"),
            guildhall::teams::MemberRole::Member,
        );
    }
    let olivia = app.signed_in(OLIVIA);
    let first = olivia.get(&format!("{LINKS}?show=teammates")).await;
    let people = |page: &crate::support::Page| page.text_of("tbody.group th").len();
    let next = first.links("a[rel=next]").remove(0);
    let second = olivia.get(&next).await;
    assert_eq!((people(&first), people(&second)), (25, 8));
    assert_eq!(second.links("a[rel=next]").len(), 0);
    let back = olivia.get(&second.links("a[rel=prev]").remove(0)).await;
    assert_eq!(back.text_of("tbody.group th"), first.text_of("tbody.group th"));
}

#[actix_web::test]
async fn a_code_shows_exactly_the_link_and_is_a_file_too() {
    let app = TestApp::start().await;
    let mia = app.signed_in(MIA);
    let path = format!("{LINKS}/{}/code", link(&app, "mia-chen"));
    let address = format!("{}/go/mia-chen", app.base_url);
    let page = mia.get(&path).await;
    page.is(200).shows(&address);
    let code = Qr::of(&address).unwrap();
    assert!(page.body.contains(&format!("d=\"{}\"", code.path)));
    let file = mia.get(&format!("{path}.svg")).await;
    file.is(200);
    assert_eq!(
        (file.header("content-type"), file.header("content-disposition")),
        ("image/svg+xml", "attachment; filename=\"mia-chen.svg\"")
    );
    assert!(file.body.contains(&code.path));
    // A teammate's for who may see it, a former member's for owner and admins.
    let former = format!("{LINKS}/{}/code", link(&app, "fiona-hale"));
    for (person, teammate, left) in [(OLIVIA, 200, 200), (ADAM, 200, 200), (FRANK, 404, 404)] {
        app.signed_in(person).get(&path).await.is(teammate);
        app.signed_in(person).get(&former).await.is(left);
    }
    mia.get(&former).await.is(404);
}

#[actix_web::test]
async fn a_company_sees_a_members_links_in_its_own_programs_with_clicks() {
    let app = TestApp::start().await;
    let _scene = Scene::set(&app);
    clicks(&app, "mia-chen", 2, 112);
    clicks(&app, "mia-chen", 200, 1000);
    let adam = app.signed_in(ADAM);
    let open = crate::support::scene::id(crate::support::scene::OPEN_PROGRAM);
    adam.post(&format!("/teams/northwind/programs/{open}/enrollment"), &[("terms", "1")]).await.is(303);
    let globex = texts(&app, MIA, "Globex Open").remove(0);
    let path = format!("members/{}", place(&app, MIA));
    let page = app.signed_in(VERA).get(&format!("/companies/acme/partners/northwind/{path}")).await;
    page.is(200).shows("113 clicks in 30 days").shows("/go/mia-chen").shows("1,112 clicks").hides(&format!("/go/{globex}"));
    let page = app.signed_in(GUS).get(&format!("/companies/globex/partners/northwind/{path}")).await;
    page.is(200).shows(&format!("/go/{globex}")).hides("112 clicks").hides("Acme");
}

#[actix_web::test]
async fn all_partners_is_searched_by_any_part_of_a_link() {
    let app = TestApp::start().await;
    let _scene = Scene::set(&app);
    let mia = app.signed_in(MIA);
    mia.post(&text_page(&app, "mia-chen"), &[("text", "Zebra-Crossing")]).await.is(303);
    let sam = app.signed_in(SAM);
    let search = async |browser: &crate::support::Browser, company: &str, typed: &str| {
        let query: String = url::form_urlencoded::byte_serialize(typed.as_bytes()).collect();
        browser.get(&format!("/companies/{company}/partners?q={query}")).await
    };
    for typed in ["zebra-crossing", "ZEBRA", "bra-cro", "https://partners.example/go/Zebra-Crossing?x=1"] {
        let page = search(&sam, "acme", typed).await;
        page.is(200).shows("Northwind").shows("· link zebra-crossing");
        assert!(page.text_of("tbody mark").iter().any(|mark| !mark.is_empty() && "zebra-crossing".contains(mark.as_str())), "{typed}");
    }
    // What it was called finds it too; a name says more than a link, where both match.
    search(&sam, "acme", "mia-chen").await.shows("· link mia-chen");
    search(&sam, "acme", "chen").await.shows("· member Mia Chen").hides("· link");
    search(&sam, "acme", "olivia").await.shows("Northwind").hides("· link");
    search(&sam, "acme", "no-such-link").await.shows("No partner matches");
    // A team of both: a company finds it by links in its own programs alone.
    let open = crate::support::scene::id(crate::support::scene::OPEN_PROGRAM);
    app.signed_in(ADAM).post(&format!("/teams/northwind/programs/{open}/enrollment"), &[("terms", "1")]).await.is(303);
    let gus = app.signed_in(GUS);
    search(&gus, "globex", "zebra").await.shows("No partner matches");
    search(&gus, "globex", "tomas-alone").await.shows("Brightwater");
    search(&sam, "acme", "tomas-alone").await.shows("No partner matches");
}

#[actix_web::test]
async fn pages_take_as_many_statements_however_many_links_there_are() {
    let app = TestApp::start().await;
    let _scene = Scene::set(&app);
    let olivia = app.signed_in(OLIVIA);
    let count = async |path: &str| {
        olivia.get(path).await.is(200);
        let before = app.db.statements();
        olivia.get(path).await.is(200);
        app.db.statements() - before
    };
    let pages = [LINKS.to_owned(), format!("{LINKS}?show=teammates"), format!("{LINKS}?show=former")];
    let mut few = Vec::new();
    for path in &pages {
        few.push(count(path).await);
    }
    for number in 0..20 {
        super::super::governing::join(&app, &format!("p{number}@northwind.example"), "Mia Chen", guildhall::teams::MemberRole::Member);
    }
    for (path, few) in pages.iter().zip(few) {
        let many = count(path).await;
        assert!(many == few && many <= 5, "{path}: {few}, then {many}");
    }
}
