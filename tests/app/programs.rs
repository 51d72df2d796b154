//! A company's programs: the list, a new one, changing one, its terms.

use crate::support::{Browser, FilledForm, Page, TestApp, personas, personas::*};

const LIST: &str = "/companies/acme/programs";
const NEW: &str = "/companies/acme/programs/new";

impl TestApp {
    fn program(&self, name: &str) -> String {
        format!("/companies/acme/programs/{}", self.text(&format!("SELECT id FROM programs WHERE name = '{name}'")))
    }

    fn last_line(&self) -> serde_json::Value {
        let line = "SELECT to_jsonb(a) FROM audit a ORDER BY at DESC, id DESC LIMIT 1";
        serde_json::from_str(&self.text(line)).unwrap()
    }
}

impl Page {
    fn program_form(&self) -> FilledForm {
        self.form(&self.path)
    }
}

async fn make(browser: &Browser, name: &str) -> Page {
    let form = browser.get(NEW).await.form("/programs");
    let form = form.set("name", name).set("currency", "EUR").set("destination", "https://acme.example/refer").set("terms", "Be kind.");
    browser.submit(&form).await
}

#[actix_web::test]
async fn the_list_shows_how_teams_join_the_terms_and_the_partners() {
    let app = TestApp::start().await;
    let max = app.signed_in(MAX);
    make(&max, "Acme Referral").await.is(303);
    app.sql("UPDATE programs SET open = true WHERE name = 'Acme Referral'");
    let page = max.get(LIST).await;
    page.is(200);
    assert_eq!(page.h1(), "Programs");
    assert_eq!(page.text_of("tbody tr"), ["Acme Referral At once Version 1 0", "Acme Resellers By invitation Version 1 1"]);
    assert_eq!(page.links("main .button"), [NEW]);
    page.hides("Globex");
    assert!(app.signed_in(VERA).get(LIST).await.is(200).links("main .button").is_empty());
}

#[actix_web::test]
async fn many_programs_come_in_pages() {
    let app = TestApp::start().await;
    app.sql(
        "INSERT INTO programs (id, company_id, name, destination, currency, created_at)
         SELECT gen_random_uuid(), c.id, 'Offer ' || n, 'https://acme.example/', 'USD', now() - n * interval '1 minute' FROM companies c, generate_series(1, 30) n WHERE slug = 'acme'",
    );
    let sam = app.signed_in(SAM);
    let first = sam.get(LIST).await;
    assert_eq!(first.text_of("tbody .name").len(), 25);
    let second = sam.get(&first.links("a[rel=next]")[0]).await;
    assert_eq!(second.text_of("tbody .name").last().unwrap(), "Offer 30");
    let back = sam.get(&second.links("a[rel=prev]")[0]).await;
    assert_eq!(back.text_of("tbody .name"), first.text_of("tbody .name"));
}

#[actix_web::test]
async fn a_program_is_made_with_the_first_version_of_its_terms() {
    let app = TestApp::start().await;
    let max = app.signed_in(MAX);
    let made = make(&max, "Acme Referral").await;
    made.leads_to(&app.program("Acme Referral"));
    let page = max.follow(made).await;
    page.is(200).shows("Acme Referral is made.").shows("EUR").shows("By invitation").shows("0 partners");
    assert_eq!(page.program_form().value("destination"), Some("https://acme.example/refer"));
    max.get(&format!("{}/terms", page.path)).await.shows("In force: version 1").shows("Be kind.");
    let line = app.last_line();
    assert_eq!((line["action"].as_str(), line["role"].as_str()), (Some("program created"), Some("manager")));
    assert_eq!(line["after"], serde_json::json!({ "name": "Acme Referral", "open": false }), "no texts");
}

#[actix_web::test]
async fn a_new_program_that_is_not_in_order_is_refused_with_what_was_typed() {
    let app = TestApp::start().await;
    let sam = app.signed_in(SAM);
    let form = sam.get(NEW).await.form("/programs");
    let page = sam
        .submit(
            &form
                .clone()
                .set("name", "Wow https://evil.example")
                .set("destination", "javascript:alert(1)")
                .set("currency", "XXX")
                .set("description", &"x".repeat(2001)),
        )
        .await;
    page.is(422).shows("Five things to correct");
    assert_eq!(page.error_at("name"), "Error: The program's name must not contain a web address");
    assert_eq!(page.error_at("destination"), "Error: Enter a web address that begins with https:// or http://");
    assert_eq!(page.error_at("currency"), "Error: Choose a currency");
    assert_eq!(page.error_at("description"), "Error: The description must be 2000 characters or fewer");
    assert_eq!(page.error_at("terms"), "Error: Enter the terms that teams accept when they join");
    assert_eq!(page.form("/programs").value("name"), Some("Wow https://evil.example"));
    let page = sam.post(LIST, &[]).await;
    page.is(422).shows("Four things to correct");

    let page = make(&sam, "ACME resellers").await;
    page.is(422);
    assert_eq!(page.error_at("name"), "Error: Choose another name: the company has a program of this one");
    assert_eq!(page.form("/programs").value("terms"), Some("Be kind."));
    assert_eq!(app.number("SELECT count(*) FROM programs JOIN companies c ON c.id = company_id WHERE slug = 'acme'"), 1);
    make(&sam, "Globex Affiliates").await.is(303);
}

#[actix_web::test]
async fn a_program_is_changed_and_the_change_is_written_down() {
    let app = TestApp::start().await;
    let (sam, path) = (app.signed_in(SAM), app.program("Acme Resellers"));
    let form = sam.get(&path).await.program_form();
    let saved =
        sam.submit(&form.clone().set("name", "Acme Partners").set("description", "For agencies.\r\nAnd others.").set("open", "true")).await;
    saved.leads_to(&path);
    let page = sam.follow(saved).await;
    page.shows("Acme Partners is saved.").shows("Open to any team");
    assert_eq!(app.text("SELECT description FROM programs WHERE name = 'Acme Partners'"), "For agencies.\nAnd others.");
    assert_eq!(app.number("SELECT max(number) FROM terms"), 1);
    let line = app.last_line();
    assert_eq!(line["action"], "program edited");
    assert_eq!(line["before"], serde_json::json!({ "name": "Acme Resellers", "open": false }));
    assert_eq!(line["after"], serde_json::json!({ "name": "Acme Partners", "open": true }));

    let lines = app.number("SELECT count(*) FROM audit");
    let form = page.program_form();
    assert_eq!(form.value("open"), Some("true"));
    sam.submit(&form).await.is(303);
    assert_eq!(app.number("SELECT count(*) FROM audit"), lines, "what changes nothing is not written down");
    sam.submit(&form.without("open")).await.is(303);
    assert_eq!(app.text("SELECT open FROM programs WHERE name = 'Acme Partners'"), "false");
}

#[actix_web::test]
async fn a_change_that_is_not_in_order_is_refused_with_what_was_typed() {
    let app = TestApp::start().await;
    let (sam, path) = (app.signed_in(SAM), app.program("Acme Resellers"));
    make(&sam, "Acme Referral").await.is(303);
    let form = sam.get(&path).await.program_form();
    let before = app.dump();
    let page = sam.submit(&form.clone().set("name", "").set("destination", "ftp://acme.example").set("description", "Kept")).await;
    page.is(422).shows("Two things to correct");
    assert_eq!(page.error_at("name"), "Error: Enter the program's name");
    assert_eq!(page.program_form().value("description"), Some("Kept"));
    let page = sam.submit(&form.set("name", "acme REFERRAL").set("description", "Kept too")).await;
    page.is(422);
    assert_eq!(page.error_at("name"), "Error: Choose another name: the company has a program of this one");
    assert_eq!(page.program_form().value("description"), Some("Kept too"));
    assert_eq!(app.dump(), before);
}

#[actix_web::test]
async fn a_field_that_may_not_be_set_changes_nothing() {
    let app = TestApp::start().await;
    let (sam, path) = (app.signed_in(SAM), app.program("Acme Resellers"));
    let form = sam.get(&path).await.program_form();
    let globex = app.text("SELECT id FROM companies WHERE slug = 'globex'");
    sam.submit(&form.set("currency", "EUR").set("company_id", &globex).set("id", &uuid::Uuid::now_v7().to_string())).await.is(303);
    assert_eq!(
        app.text("SELECT currency || slug FROM programs p JOIN companies c ON c.id = company_id WHERE p.name = 'Acme Resellers'"),
        "USDacme"
    );
}

#[actix_web::test]
async fn a_viewer_reads_and_changes_nothing() {
    let app = TestApp::start().await;
    let (vera, path) = (app.signed_in(VERA), app.program("Acme Resellers"));
    let page = vera.get(&path).await;
    page.is(200).shows("https://acme.example/start").shows("USD");
    vera.get(&format!("{path}/terms")).await.is(200).shows("Never promise what we do not sell.").hides("Write version");
    assert!(page.text_of("main form, main button").is_empty());
    vera.get(NEW).await.is(403).shows("Ask an administrator or a manager");
    for path in [LIST, &path] {
        vera.post(path, &[("name", "Mine")]).await.is(403);
        assert_eq!(app.last_line()["action"], "refused");
    }
    assert_eq!(app.number("SELECT count(*) FROM programs WHERE name = 'Mine'"), 0);
}

#[actix_web::test]
async fn another_companys_program_does_not_exist() {
    let app = TestApp::start().await;
    let sam = app.signed_in(SAM);
    let foreign = app.program("Globex Affiliates");
    let form = sam.get(&app.program("Acme Resellers")).await.program_form();
    let fields = [("name", form.value("name").unwrap()), ("destination", "https://acme.example/")];
    let before = app.dump();
    let nowhere = sam.get("/nowhere").await;
    for path in [foreign, format!("{LIST}/{}", uuid::Uuid::now_v7()), format!("{LIST}/nonsense"), "/companies/globex/programs".to_owned()] {
        assert_eq!((sam.get(&path).await.is(404).body.as_str(), &path), (nowhere.body.as_str(), &path));
        assert_eq!((sam.post(&path, &fields).await.is(404).body.as_str(), &path), (nowhere.body.as_str(), &path));
        sam.post(&path, &[]).await.is(404);
    }
    assert_eq!(app.dump(), before);
}

#[actix_web::test]
async fn hostile_words_are_shown_as_they_are() {
    let app = TestApp::start().await;
    let hostile = "\"'><img src=x onerror=alert(1)>{{7919*7919}}";
    let quoted = hostile.replace('\'', "''");
    app.sql(&format!("UPDATE programs SET name = '{quoted}', description = '{quoted}', destination = 'https://{quoted}'; UPDATE terms SET body = '{quoted}'"));
    let path = format!(
        "/companies/acme/programs/{}",
        app.text(
            "SELECT id FROM programs JOIN companies c ON c.id = company_id WHERE slug = 'acme'"
                .replace("SELECT id", "SELECT programs.id")
                .as_str()
        )
    );
    for person in [SAM, VERA] {
        for path in [LIST, &path] {
            let page = app.signed_in(person).get(path).await;
            page.is(200).shows(hostile);
            assert!(page.text_of("main img").is_empty() && !page.body.contains("62710561"), "{path}");
        }
    }
}

#[actix_web::test]
async fn a_page_takes_as_many_statements_whatever_there_is() {
    let app = TestApp::start().await;
    let (sam, program) = (app.signed_in(SAM), app.program("Acme Resellers"));
    let count = async || {
        let mut counts = Vec::new();
        for path in [LIST, NEW, &program] {
            let before = app.db.statements();
            sam.get(path).await.is(200);
            counts.push(app.db.statements() - before);
        }
        counts
    };
    let before = count().await;
    for n in 0..20 {
        make(&sam, &format!("Offer {n}")).await.is(303);
        let conn = &mut app.connection();
        let team = personas::team(conn, &format!("Team {n}"), (&format!("t{n}@many.example"), "Owner"), &[]);
        let acme: uuid::Uuid = app.text("SELECT id FROM companies WHERE slug = 'acme'").parse().unwrap();
        let company = guildhall::companies::Company::find(conn, acme.into()).unwrap();
        personas::partner(conn, &company, &team, "Acme Resellers");
    }
    assert_eq!(count().await, before);
    assert!(before.iter().all(|count| *count <= 5), "{before:?}");
}
