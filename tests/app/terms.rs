//! Terms as versions: published by the company, told to the teams, accepted by them (rule 28).

use crate::support::{Browser, FilledForm, Page, TestApp, personas, personas::*};
use guildhall::{companies::Company, teams::Team};

const OLD: &str = "Be honest.\n\nNever promise what we do not sell.";
const NEW: &str = "Be honest.\n\nNever promise what Acme does not sell.";

impl TestApp {
    fn terms_page(&self) -> String {
        format!("/companies/acme/programs/{}/terms", self.text("SELECT id FROM programs WHERE name = 'Acme Resellers'"))
    }

    fn teams_page(&self) -> String {
        self.terms_page().replace("/terms", "/acceptances")
    }

    fn versions(&self) -> String {
        self.text("SELECT string_agg(number || ':' || body, '|' ORDER BY number) FROM terms t JOIN programs p ON p.id = program_id WHERE p.name = 'Acme Resellers'")
    }
}

async fn form(app: &TestApp, browser: &Browser) -> FilledForm {
    browser.get(&format!("{}/new", app.terms_page())).await.form("/terms").set("answer", "publish")
}

async fn publish(app: &TestApp, browser: &Browser, text: &str) -> Page {
    let form = form(app, browser).await.set("terms", text);
    browser.submit(&form).await
}

#[actix_web::test]
async fn a_new_version_begins_with_the_text_in_force_and_comes_into_force_at_once() {
    let app = TestApp::start().await;
    let max = app.signed_in(MAX);
    let form = form(&app, &max).await;
    assert_eq!((form.value("terms"), form.value("version")), (Some(OLD), Some("1")));
    let done = max.submit(&form.set("terms", NEW)).await;
    done.leads_to(&app.terms_page());
    let page = max.follow(done).await;
    page.shows("Version 2 is in force.")
        .shows("2 people who may accept it for their teams have been told by mail.")
        .shows("In force: version 2");
    assert_eq!(page.text_of("tbody tr").len(), 2);
    assert!(page.text_of("tbody tr")[0].contains("Version 2 Max Adler 0 teams"), "{:?}", page.text_of("tbody tr"));
    assert_eq!(app.versions(), format!("1:{OLD}|2:{NEW}"));
    let line = "SELECT concat_ws(' ', action, role, before, after) FROM audit ORDER BY at DESC, id DESC LIMIT 1";
    assert_eq!(app.text(line), "terms published manager {\"terms\": 1} {\"terms\": 2}");
}

#[actix_web::test]
async fn whoever_may_accept_is_told_by_mail_and_nobody_else() {
    let app = TestApp::start().await;
    publish(&app, &app.signed_in(SAM), NEW).await.is(303);
    for person in [OLIVIA, ADAM] {
        let mail = app.last_mail_to(person);
        assert_eq!(mail.subject, "New terms of Acme Resellers for Northwind");
        assert!(mail.text.contains("version 2") && mail.text.contains("/teams/northwind/programs/"), "{}", mail.text);
    }
    assert_eq!(app.mails().len(), 2);
    app.signed_in(OLIVIA).get("/teams/northwind/approvals").await.shows("New terms by Acme").shows("Acme Resellers, version 2");
}

#[actix_web::test]
async fn a_preview_shows_what_teams_will_read_and_publishes_nothing() {
    let app = TestApp::start().await;
    let sam = app.signed_in(SAM);
    let form = form(&app, &sam).await;
    let page = sam.submit(&form.set("terms", "# Rules\n\nBe *kind*. <script>alert(1)</script>").set("answer", "preview")).await;
    page.is(200).shows("As teams will read it").shows("What it changes in version 1");
    assert_eq!((page.text_of(".prose h2"), page.text_of(".prose em")), (vec!["Rules".to_owned()], vec!["kind".to_owned()]));
    assert!(page.text_of(".prose script").is_empty());
    let again = page.form("/terms");
    assert_eq!(again.value("terms"), Some("# Rules\n\nBe *kind*. <script>alert(1)</script>"));
    assert_eq!(again.value("draft").map(str::len), Some(36));
    assert_eq!(app.versions(), format!("1:{OLD}"));
    sam.submit(&again.set("answer", "publish")).await.is(303);
}

#[actix_web::test]
async fn the_same_form_sent_again_publishes_nothing_more() {
    let app = TestApp::start().await;
    let copy = app.copy().await;
    let sam = app.signed_in(SAM);
    let there = sam.on(&copy);
    let form = form(&app, &sam).await.set("terms", NEW);
    let sending: Vec<_> = (0..8)
        .map(|n| {
            let (browser, form) = (if n % 2 == 0 { sam.clone() } else { there.clone() }, form.clone());
            actix_web::rt::spawn(async move { browser.submit(&form).await })
        })
        .collect();
    for page in sending {
        page.await.expect("an answer").leads_to(&app.terms_page());
    }
    assert_eq!(app.versions(), format!("1:{OLD}|2:{NEW}"));
    assert_eq!((app.mails_to(OLIVIA).len(), app.number("SELECT count(*) FROM audit WHERE action = 'terms published'")), (1, 1));
}

#[actix_web::test]
async fn terms_that_are_not_in_order_are_refused_with_what_was_typed() {
    let app = TestApp::start().await;
    let sam = app.signed_in(SAM);
    let form = form(&app, &sam).await;
    let before = app.dump();
    let page = sam.submit(&form.clone().set("terms", " ")).await;
    page.is(422);
    assert_eq!(page.error_at("terms"), "Error: Enter the terms that teams accept when they join");
    let page = sam.submit(&form.clone().set("terms", &"x".repeat(20_001))).await;
    page.is(422);
    assert_eq!(page.form("/terms").value("terms").map(str::len), Some(20_001));
    let page = sam.submit(&form).await;
    page.is(422);
    assert_eq!(page.error_at("terms"), "Error: Change the text: this one is in force already");
    assert_eq!(app.dump(), before);
}

#[actix_web::test]
async fn terms_that_somebody_published_meanwhile_are_not_undone_unseen() {
    let app = TestApp::start().await;
    let (sam, max) = (app.signed_in(SAM), app.signed_in(MAX));
    let of_sam = form(&app, &sam).await.set("terms", "Sam's terms.");
    publish(&app, &max, "Max's terms.").await.is(303);
    let page = sam.submit(&of_sam).await;
    page.is(422).shows("What it changes in version 2");
    assert!(page.error_at("terms").contains("Somebody published version 2 meanwhile"), "{}", page.error_at("terms"));
    assert_eq!(page.text_of(".changes del"), ["[removed: Max's]"]);
    let again = page.form("/terms").set("answer", "publish");
    assert_eq!((again.value("terms"), again.value("version")), (Some("Sam's terms."), Some("2")));
    sam.submit(&again).await.is(303);
    assert_eq!(app.number("SELECT max(number) FROM terms"), 3);
}

#[actix_web::test]
async fn two_new_versions_at_once_are_one_after_the_other() {
    use diesel::connection::SimpleConnection;
    let app = TestApp::start().await;
    let sam = app.signed_in(SAM);
    let form = form(&app, &sam).await.set("terms", "Second.");
    // Another writer holds the program, and publishes before it lets go: the second finds what the first has done.
    let mut other = app.connection();
    other.batch_execute("BEGIN; SELECT 1 FROM programs WHERE name = 'Acme Resellers' FOR NO KEY UPDATE").unwrap();
    let save = actix_web::rt::spawn(async move { sam.submit(&form).await.status.as_u16() });
    app.until_somebody_waits().await;
    other
        .batch_execute("INSERT INTO terms (id, program_id, number, body) SELECT gen_random_uuid(), id, 2, 'First.' FROM programs WHERE name = 'Acme Resellers'; COMMIT")
        .unwrap();
    assert_eq!(save.await.unwrap(), 422);
    assert_eq!(app.versions(), format!("1:{OLD}|2:First."));
}

#[actix_web::test]
async fn what_changed_between_two_versions_is_marked_in_words_too() {
    let app = TestApp::start().await;
    let sam = app.signed_in(SAM);
    publish(&app, &sam, NEW).await.is(303);
    publish(&app, &sam, &format!("{NEW}\n\nPay on time.")).await.is(303);
    let third = sam.get(&app.terms_page()).await.links("tbody .name")[0].clone();
    let page = sam.get(&third).await;
    page.is(200).shows("Version 3 of the terms of Acme Resellers").shows("In force").shows("Pay on time.");
    let page = sam.get(&format!("{third}?since=1")).await;
    page.shows("What changed since version 1");
    let (removed, added) = (page.text_of(".changes del").join(" "), page.text_of(".changes ins").join(" "));
    assert!(removed.contains("[removed: we") && removed.contains("do"), "{removed}");
    assert!(added.contains("[added: Acme") && added.contains("does") && added.contains("Pay on time."), "{added}");
    assert!(!added.contains("honest") && !removed.contains("honest"));
    sam.get(&format!("{third}?since=9")).await.is(200).hides("What changed");
}

#[actix_web::test]
async fn the_company_sees_which_teams_have_accepted_and_which_have_not() {
    let app = TestApp::start().await;
    let sam = app.signed_in(SAM);
    let page = sam.get(&app.teams_page()).await;
    page.is(200).shows("Every team has accepted").shows("Not accepted 0").shows("Accepted 1");
    publish(&app, &sam, NEW).await.is(303);
    let rows = sam.get(&app.teams_page()).await.text_of("tbody tr");
    assert!(rows.len() == 1 && rows[0].contains("Northwind Version 1, by Olivia Park"), "{rows:?}");
    sam.get("/companies/acme/partners/northwind").await.shows("Terms not accepted");
    app.sql(
        "INSERT INTO acceptances (terms_id, partner_id, user_id) SELECT t.id, p.id, m.user_id FROM terms t, partners p JOIN teams n ON n.id = p.team_id JOIN members m ON m.team_id = n.id JOIN users u ON u.id = m.user_id WHERE t.number = 2 AND n.slug = 'northwind' AND u.email = 'adam@northwind.example'",
    );
    let rows = sam.get(&format!("{}?show=accepted", app.teams_page())).await.text_of("tbody tr");
    assert!(rows[0].contains("Northwind Version 2, by Adam Reyes"), "{rows:?}");
    sam.get("/companies/acme/partners/northwind").await.shows("Terms accepted").shows("By Adam Reyes");
    app.signed_in(VERA).get(&app.teams_page()).await.is(200);
}

#[actix_web::test]
async fn many_teams_come_in_pages_and_take_as_many_statements_as_one() {
    let app = TestApp::start().await;
    let (sam, path) = (app.signed_in(SAM), app.teams_page());
    publish(&app, &sam, NEW).await.is(303);
    let statements = async |path: &str| {
        let before = app.db.statements();
        sam.get(path).await.is(200);
        app.db.statements() - before
    };
    let (list, terms) = (statements(&path).await, statements(&app.terms_page()).await);
    let conn = &mut app.connection();
    let acme =
        Company { id: app.text("SELECT id FROM companies WHERE slug = 'acme'").parse().unwrap(), slug: "acme".into(), name: "Acme".into() };
    for n in 0..30 {
        let team: Team = personas::team(conn, &format!("Team {n}"), (&format!("t{n}@many.example"), "Owner"), &[]);
        personas::partner(conn, &acme, &team, "Acme Resellers");
    }
    assert_eq!((statements(&path).await, statements(&app.terms_page()).await), (list, terms));
    app.sql("DELETE FROM acceptances");
    let first = sam.get(&path).await;
    assert_eq!(first.text_of("tbody .name").len(), 25);
    let second = sam.get(&first.links("a[rel=next]")[0]).await;
    assert_eq!(second.text_of("tbody .name").len(), 6);
    assert_eq!(sam.get(&second.links("a[rel=prev]")[0]).await.text_of("tbody .name"), first.text_of("tbody .name"));
}

#[actix_web::test]
async fn a_viewer_reads_and_publishes_nothing() {
    let app = TestApp::start().await;
    let vera = app.signed_in(VERA);
    vera.get(&app.terms_page()).await.is(200).hides("Write version");
    vera.get(&format!("{}/new", app.terms_page())).await.is(403).shows("Ask an administrator or a manager");
    vera.post(&app.terms_page(), &[("terms", NEW), ("version", "1"), ("answer", "publish")]).await.is(403);
    assert_eq!(app.versions(), format!("1:{OLD}"));
}

#[actix_web::test]
async fn many_are_told_of_new_terms_by_few_statements() {
    let app = TestApp::start().await;
    let sam = app.signed_in(SAM);
    let statements = async |text: &str| {
        let form = form(&app, &sam).await.set("terms", text);
        let before = app.db.statements();
        sam.submit(&form).await.is(303);
        app.db.statements() - before
    };
    let few = statements("Second.").await;
    assert_eq!(app.mails().len(), 2);
    app.sql("DELETE FROM outbox");
    app.many_partners(200);
    app.sql(
        "INSERT INTO enrollments (id, company_id, partner_id, program_id) SELECT gen_random_uuid(), g.company_id, p.id, g.id FROM programs g JOIN partners p ON p.company_id = g.company_id \
         WHERE g.name = 'Acme Resellers' AND NOT EXISTS (SELECT FROM enrollments e WHERE e.partner_id = p.id AND e.program_id = g.id)",
    );
    assert_eq!(statements("Third.").await, few);
    assert_eq!((app.mails().len(), app.mails_to("p7@many.example").len()), (202, 1));
}
