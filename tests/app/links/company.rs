//! The company's side: hosts that links may lead to, and where a program's links lead.

use super::*;
use crate::support::{
    Scene, at_once,
    scene::{DESTINATION, HOST, LINK, OFFERED, id},
};
use diesel::connection::SimpleConnection;

const SETTINGS: &str = "/companies/acme/settings";

fn hosts(app: &TestApp) -> String {
    app.text("SELECT string_agg(host, ' ' ORDER BY host) FROM link_hosts WHERE company_id = (SELECT id FROM companies WHERE slug = 'acme')")
}

fn removal(host: &str) -> String {
    format!("{SETTINGS}/hosts/{host}/removal")
}

#[actix_web::test]
async fn administrators_list_hosts_and_others_read_who_can() {
    let app = TestApp::start().await;
    let sam = app.signed_in(SAM);
    let page = sam.get(SETTINGS).await;
    page.is(200).shows("acme.example").shows("Acme Resellers");
    for (typed, host) in [("https://WWW.Acme.example/start?x", "www.acme.example"), ("shop.acme.example:8443", "shop.acme.example")] {
        let done = sam.submit(&page.form("/hosts").set("host", typed)).await;
        sam.follow(done).await.shows(&format!("Links may lead to {host} now."));
    }
    let done = sam.post(&format!("{SETTINGS}/hosts"), &[("host", "ACME.example")]).await;
    sam.follow(done).await.shows("acme.example was listed already.");
    assert_eq!((hosts(&app).as_str(), actions(&app, "host listed")), ("acme.example shop.acme.example www.acme.example", 2));
    for typed in ["", "a b", "sam@acme.example", "[::1]", "https://user:pass@acme.example"] {
        let page = sam.post(&format!("{SETTINGS}/hosts"), &[("host", typed)]).await;
        page.is(422);
        assert_eq!(page.error_at("host"), "Error: Enter the name of a host, like www.example.com");
        assert_eq!(page.form("/hosts").value("host"), Some(typed));
    }
    for person in [MAX, VERA] {
        let browser = app.signed_in(person);
        browser.get(SETTINGS).await.is(403).shows("Only administrators can do this");
        browser.get("/companies/acme/partners").await.hides("Settings");
        browser.post(&format!("{SETTINGS}/hosts"), &[("host", "evil.example")]).await.is(403);
    }
    sam.get("/companies/acme/partners").await.shows("Settings");
    sam.get("/companies/acme/audit").await.shows("Sam Whitaker let links lead to www.acme.example");
}

#[actix_web::test]
async fn a_host_that_a_program_leads_to_stays_and_the_page_names_the_program() {
    let app = TestApp::start().await;
    let _scene = Scene::set(&app);
    let sam = app.signed_in(SAM);
    app.sql(&format!("UPDATE destinations SET url = 'https://deals.example/x' WHERE id = '{}'; INSERT INTO link_hosts (company_id, host) SELECT id, 'deals.example' FROM companies WHERE slug = 'acme'", id(OFFERED)));
    for (host, names) in [
        (
            "acme.example",
            "Acme Agencies, Acme Agencies: For agencies, Acme Renewals, Acme Resellers, Acme Resellers: Spring offer lead there.",
        ),
        ("deals.example", "Acme Resellers: Price list leads there."),
    ] {
        let page = sam.get(&removal(host)).await;
        page.is(200).shows(&format!("{host} stays on the list.")).shows(names);
        assert!(!page.has_form("/removal"));
        let before = app.dump();
        sam.post(&removal(host), &[]).await.is(422).shows(names);
        assert_eq!(app.dump(), before);
    }
    let page = sam.get(&removal(HOST)).await;
    page.is(200).shows("Nothing leads there now.");
    let done = sam.submit(&page.form("/removal")).await;
    done.leads_to(SETTINGS);
    sam.follow(done).await.shows(&format!("Links may lead to {HOST} no longer."));
    sam.post(&removal(HOST), &[]).await.is(404);
    assert_eq!(actions(&app, "host unlisted"), 1);
}

#[actix_web::test]
async fn what_led_to_a_removed_host_besides_programs_leads_to_the_programs_own_destination() {
    let app = TestApp::start().await;
    let _scene = Scene::set(&app);
    app.sql(&format!(
        "UPDATE links SET url = 'https://{HOST}/for-olivia' WHERE id = '{}'; \
         UPDATE destinations SET url = 'https://{HOST}/old', retired_at = now() WHERE id = '{}'",
        id(LINK),
        id(DESTINATION)
    ));
    let sam = app.signed_in(SAM);
    let page = sam.get(&removal(HOST)).await;
    page.shows("2 links made for one member, or retired destinations, lead there");
    sam.submit(&page.form("/removal")).await.leads_to(SETTINGS);
    app.signed_in(OLIVIA).get(LINKS).await.hides(HOST).shows("https://acme.example/start");
    is_whole(&app);
    // From then on they follow the program.
    let path = format!("/companies/acme/programs/{}", program(&app, "Acme Resellers"));
    sam.submit(&sam.get(&path).await.form(&path).set("destination", "https://acme.example/moved")).await.leads_to(&path);
    app.signed_in(OLIVIA).get(LINKS).await.hides("https://acme.example/start").shows("https://acme.example/moved");
    let text = app.text(&format!("SELECT text FROM links WHERE destination_id = '{}' LIMIT 1", id(DESTINATION)));
    let led = app.visitor().get(&format!("/go/{text}")).await;
    assert!(led.location().unwrap().starts_with("https://acme.example/moved"), "{:?}", led.location());
    sam.get(&format!("{path}/links")).await.shows("Where the program does");
    let page = sam.get(&format!("{path}/links/{}", id(DESTINATION))).await;
    page.shows("Its links lead where the program does until you write another.");
    is_whole(&app);
}

#[actix_web::test]
async fn the_form_of_a_destination_sent_twice_adds_one_and_no_two_have_one_name() {
    let app = TestApp::start().await;
    let copy = app.copy().await;
    let max = app.signed_in(MAX);
    let path = format!("/companies/acme/programs/{}/links", program(&app, "Acme Resellers"));
    let form = max.get(&path).await.form("/links").set("name", "Spring").set("url", "https://acme.example/spring");
    let leak = |text: &str| -> &'static str { Box::leak(text.to_owned().into_boxed_str()) };
    let fields =
        vec![("form", leak(form.value("form").unwrap())), ("kind", "default"), ("name", "Spring"), ("url", "https://acme.example/spring")];
    let forms = (0..8).map(|nth| (if nth % 2 == 0 { max.clone() } else { max.on(&copy) }, path.clone(), fields.clone()));
    for page in at_once(forms.collect()).await {
        page.leads_to(&path);
    }
    assert_eq!((app.number("SELECT count(*) FROM destinations"), actions(&app, "destination added")), (1, 1));
    assert_eq!(texts(&app, MIA, "Acme Resellers").len(), 2);
    let again = max.submit(&form).await;
    max.follow(again).await.shows("This destination was added already.");
    // Another form with the same name, and another's key.
    let other = max.get(&path).await.form("/links").set("name", "SPRING").set("url", "https://acme.example/again");
    let page = max.submit(&other).await;
    page.is(422);
    assert_eq!(page.error_at("name"), "Error: Choose another name: a destination of this program has this one");
    assert_eq!(page.form("/links").value("form"), other.value("form"));
    let gus = app.signed_in(GUS);
    let theirs = format!("/companies/globex/programs/{}/links", program(&app, "Globex Affiliates"));
    let forged = [("form", form.value("form").unwrap()), ("kind", "default"), ("name", "Other"), ("url", "https://globex.example/")];
    gus.post(&theirs, &forged).await.is(404);
    max.submit(&other.clone().set("name", "Autumn")).await.leads_to(&path);
    let edit = format!("{path}/{}", app.text("SELECT id FROM destinations WHERE name = 'Autumn'"));
    let page = max.submit(&max.get(&edit).await.form(&edit).set("name", "spring")).await;
    page.is(422);
    assert!(page.error_at("name").starts_with("Error: Choose another name"));
    assert_eq!(app.number("SELECT count(*) FROM destinations"), 2);
    is_whole(&app);
}

#[actix_web::test]
async fn a_host_is_not_removed_from_under_a_program_that_is_being_led_there() {
    let app = TestApp::start().await;
    let _scene = Scene::set(&app);
    let sam = app.signed_in(SAM);
    let mut other = app.connection();
    other
        .batch_execute(&format!(
            "BEGIN; SELECT 1 FROM link_hosts WHERE host = '{HOST}' FOR KEY SHARE; UPDATE programs SET destination = 'https://{HOST}/' WHERE name = 'Acme Resellers'"
        ))
        .unwrap();
    let removing = actix_web::rt::spawn(async move { sam.post(&removal(HOST), &[]).await });
    app.until_somebody_waits().await;
    other.batch_execute("COMMIT").unwrap();
    removing.await.unwrap().is(422).shows("Acme Resellers leads there.");
    is_whole(&app);
}

#[actix_web::test]
async fn a_program_leads_to_a_listed_host_or_an_administrator_lists_it_by_that_act() {
    let app = TestApp::start().await;
    let (max, sam) = (app.signed_in(MAX), app.signed_in(SAM));
    let (path, new) = (format!("/companies/acme/programs/{}", program(&app, "Acme Resellers")), "/companies/acme/programs");
    let says = "Error: Links may not lead to elsewhere.example yet. An administrator of the company lists it under Settings; choose another address, or ask one of them";
    let edit = max.get(&path).await.form(&path).set("destination", "https://elsewhere.example/start");
    let make = max.get("/companies/acme/programs/new").await.form(new).set("name", "Acme Plus").set("terms", "Be kind.");
    let make = make.set("destination", "https://elsewhere.example/plus");
    let links = format!("{path}/links");
    let add = max.get(&links).await.form("/links").set("name", "Spring").set("url", "https://elsewhere.example/spring");
    let before = app.dump();
    for (form, field) in [(&edit, "destination"), (&make, "destination"), (&add, "url")] {
        let page = max.submit(form).await;
        page.is(422);
        assert_eq!(page.error_at(field), says);
        assert!(page.body.contains("https://elsewhere.example/"), "what was typed is kept");
    }
    assert_eq!(app.dump(), before);
    sam.submit(&make).await.is(303);
    assert_eq!((hosts(&app).as_str(), actions(&app, "host listed")), ("acme.example elsewhere.example", 1));
    max.submit(&edit).await.leads_to(&path);
    max.submit(&add).await.leads_to(&links);
    assert_eq!(actions(&app, "host listed"), 1);
    is_whole(&app);
}

#[actix_web::test]
async fn the_founder_lists_the_first_programs_host() {
    let app = TestApp::start().await;
    let scene = Scene::set(&app);
    crate::support::catalogue::deed_of("/setup/{token}").perform(&app, &scene, "Initech").await.is(303);
    assert_eq!(
        app.text("SELECT host FROM link_hosts h JOIN companies c ON c.id = h.company_id WHERE c.name = 'Initech'"),
        "initech.example"
    );
    is_whole(&app);
}

#[actix_web::test]
async fn a_program_has_two_further_default_destinations_at_most_also_when_two_add_at_once() {
    let app = TestApp::start().await;
    let copy = app.copy().await;
    let path = format!("/companies/acme/programs/{}/links", program(&app, "Acme Resellers"));
    let (max, sam) = (app.signed_in(MAX), app.signed_in(SAM).on(&copy));
    let fields = |name: &'static str| vec![("kind", "default"), ("name", name), ("url", "https://acme.example/more")];
    let forms = ["One", "Two", "Three", "Four", "Five", "Six"].iter().zip([&max, &sam].into_iter().cycle());
    let pages = at_once(forms.map(|(name, browser)| (browser.clone(), path.clone(), fields(name))).collect()).await;
    assert_eq!(pages.iter().filter(|page| page.status == 303).count(), 2);
    for page in pages.iter().filter(|page| page.status != 303) {
        page.is(422);
        assert!(page.error_at("kind").starts_with("Error: A program has two further destinations for every member at most."));
    }
    assert_eq!(app.number("SELECT count(*) FROM destinations"), 2);
    assert_eq!(texts(&app, MIA, "Acme Resellers").len(), 3);
    // One to be switched on has room.
    max.post(&path, &[("kind", "secondary"), ("name", "Price list"), ("url", "https://acme.example/prices")]).await.is(303);
    let page = max.post(&path, &[("kind", "other"), ("name", ""), ("url", "acme")]).await;
    page.is(422).shows("Three things to correct");
    is_whole(&app);
}

#[actix_web::test]
async fn a_destination_is_renamed_and_moved_and_its_links_follow() {
    let app = TestApp::start().await;
    let _scene = Scene::set(&app);
    let max = app.signed_in(MAX);
    let path = format!("/companies/acme/programs/{}/links/{}", program(&app, "Acme Resellers"), id(DESTINATION));
    let form = max.get(&path).await.form(&path);
    let done = max.submit(&form.clone().set("name", "Summer offer").set("url", "https://acme.example/summer")).await;
    max.follow(done).await.shows("Summer offer is saved.");
    app.signed_in(MIA).get(LINKS).await.shows("Summer offer").shows("https://acme.example/summer").shows("mia-chen-spring-offer");
    let done = max.submit(&form.clone().set("name", "Summer offer").set("url", "https://acme.example/summer")).await;
    max.follow(done).await.shows("Nothing changed.");
    let page = max.submit(&form.set("name", "").set("url", "javascript:alert(1)")).await;
    page.is(422).shows("Two things to correct");
    assert_eq!(actions(&app, "destination changed"), 1);
    app.signed_in(SAM).get("/companies/acme/audit").await.shows("Max Adler changed “Summer offer”, where links of Acme Resellers lead");
}

#[actix_web::test]
async fn viewers_read_where_links_lead_and_find_no_form() {
    let app = TestApp::start().await;
    let _scene = Scene::set(&app);
    let vera = app.signed_in(VERA);
    let path = format!("/companies/acme/programs/{}/links", program(&app, "Acme Resellers"));
    let page = vera.get(&path).await;
    page.is(200).shows("Spring offer").shows("Price list").shows("Viewers can look, but not change where links lead.");
    assert!(!page.has_form("/links") && !page.has_form("/text"));
    let page = vera.get(&format!("{path}/{}", id(DESTINATION))).await;
    page.is(200).shows("https://acme.example/spring-offer");
    assert!(!page.has_form("/retirement"));
}
