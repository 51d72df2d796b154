//! What a company's staff keep about a partner for themselves, and the strip that says how its team is doing.

use crate::support::{Browser, Page, TestApp, personas::*};
use diesel::connection::SimpleConnection;

const NORTHWIND: &str = "/companies/acme/partners/northwind";

impl TestApp {
    /// The place of this person in their company.
    fn place_of(&self, email: &str) -> String {
        self.text(&format!("SELECT s.id FROM staff s JOIN users u ON u.id = s.user_id WHERE u.email = '{email}'"))
    }

    /// Action, role, before and after of the audit lines, as they were written.
    fn care_lines(&self) -> Vec<serde_json::Value> {
        let lines = "SELECT coalesce(json_agg(json_build_array(action, role, before, after) ORDER BY at, id), '[]') FROM audit WHERE action LIKE 'partner %' OR action LIKE 'note %'";
        serde_json::from_str(&self.text(lines)).unwrap()
    }

    fn owner_seen(&self, ago: &str) {
        self.sql(&format!("UPDATE members SET last_active_at = now() - interval '{ago}', joined_at = now() - interval '1 year' WHERE user_id = (SELECT id FROM users WHERE email = '{OLIVIA}')"));
    }
}

async fn tag(browser: &Browser, name: &str) -> Page {
    let form = browser.get(NORTHWIND).await.form("/northwind/tags");
    browser.submit(&form.set("tag", name)).await
}

async fn note(browser: &Browser, text: &str) -> Page {
    let form = browser.get(NORTHWIND).await.form("/northwind/notes");
    browser.submit(&form.set("note", text)).await
}

#[actix_web::test]
async fn a_partner_is_assigned_to_a_colleague_and_to_nobody_again() {
    let app = TestApp::start().await;
    let max = app.signed_in(MAX);
    let page = max.get(NORTHWIND).await;
    assert_eq!(page.text_of("#assigned_to option"), ["Nobody", "Max Adler", "Sam Whitaker", "Vera Lind"]);
    let form = page.form("/assignment");
    let sam = app.place_of(SAM);
    let page = max.submit(&form.clone().set("assigned_to", &sam)).await;
    page.leads_to(NORTHWIND);
    let page = max.follow(page).await;
    page.shows("Assigned to Sam Whitaker.");
    assert_eq!(page.form("/assignment").value("assigned_to"), Some(sam.as_str()));
    app.signed_in(VERA).get(NORTHWIND).await.shows("Only Acme sees this").shows("Assigned to SWSam Whitaker");
    max.submit(&form.clone().set("assigned_to", &sam)).await.leads_to("/companies/acme/partners/northwind#care");
    let page = max.submit(&form.set("assigned_to", "")).await;
    max.follow(page).await.shows("Assigned to nobody.");
    assert_eq!(
        app.care_lines(),
        [
            serde_json::json!(["partner assigned", "manager", { "staff": null }, { "staff": sam }]),
            serde_json::json!(["partner assigned", "manager", { "staff": sam }, { "staff": null }]),
        ],
        "what changes nothing is not written down"
    );
}

#[actix_web::test]
async fn a_partner_is_assigned_only_to_people_who_work_for_the_company_now() {
    let app = TestApp::start().await;
    let sam = app.signed_in(SAM);
    for nobody in [app.place_of(GUS), app.place_of(HUGO), "0190ffff-0000-7000-8000-00000000ffff".into(), "x".into()] {
        let page = sam.post("/companies/acme/partners/northwind/assignment", &[("assigned_to", &nobody)]).await;
        page.is(422).shows("One thing to correct");
        assert_eq!(page.error_at("assigned_to"), "Error: Choose one of Acme’s staff, or nobody");
    }
    assert_eq!(app.number("SELECT count(*) FROM partners WHERE assigned_to IS NOT NULL"), 0);
    let mixed = format!(
        "UPDATE partners SET assigned_to = '{}' WHERE team_id = (SELECT id FROM teams WHERE slug = 'northwind')",
        app.place_of(GUS)
    );
    let refused = app.connection().batch_execute(&mixed).unwrap_err();
    assert!(format!("{refused:?}").contains("ForeignKeyViolation"), "the database refuses it too: {refused:?}");
}

#[actix_web::test]
async fn tags_are_made_on_first_use_shared_in_the_company_and_taken_off() {
    let app = TestApp::start().await;
    let max = app.signed_in(MAX);
    let page = tag(&max, " Agency ").await;
    page.leads_to(NORTHWIND);
    max.follow(page).await.shows("Tagged Agency.");
    let again = tag(&max, "AGENCY").await;
    max.follow(again).await.shows("Agency is on it already.");
    tag(&max, "EMEA").await.is(303);
    let page = max.get(NORTHWIND).await;
    assert_eq!(page.text_of(".tags .tag"), ["Agency", "EMEA"]);
    assert_eq!(app.signed_in(VERA).get(NORTHWIND).await.text_of(".tags .tag"), ["Agency", "EMEA"]);
    let off = max.submit(&page.form(&format!("/tags/{}/removal", app.text("SELECT id FROM tags WHERE name = 'Agency'")))).await;
    let page = max.follow(off).await;
    page.shows("Agency is off.");
    assert_eq!(page.text_of(".tags .tag"), ["EMEA"]);
    assert_eq!(
        page.document().select(&scraper::Selector::parse("#further-tags option[value=Agency]").unwrap()).count(),
        1,
        "it can be chosen again"
    );
    let agency = app.text("SELECT id FROM tags WHERE name = 'Agency'");
    assert_eq!(app.number("SELECT count(*) FROM tags"), 2);
    let lines = app.care_lines();
    assert_eq!(lines.len(), 3);
    assert_eq!(lines[0], serde_json::json!(["partner tagged", "manager", null, { "tag": agency }]), "no texts");
    assert_eq!(lines[2], serde_json::json!(["partner untagged", "manager", { "tag": agency }, null]));
}

#[actix_web::test]
async fn a_tag_that_is_not_in_order_is_refused_with_what_was_typed() {
    let app = TestApp::start().await;
    let sam = app.signed_in(SAM);
    let long = "x".repeat(101);
    for (typed, says) in [
        ("", "Enter the tag"),
        (long.as_str(), "The tag must be 100 characters or fewer"),
        ("see www.evil.example", "The tag must not contain a web address"),
        ("a\nb", "The tag must be a single line of ordinary text"),
    ] {
        let page = sam.post("/companies/acme/partners/northwind/tags", &[("tag", typed)]).await;
        page.is(422);
        assert_eq!(page.error_at("tag"), format!("Error: {says}"));
        assert_eq!(page.form("/northwind/tags").value("tag"), Some(typed));
    }
    for number in 0..20 {
        tag(&sam, &format!("Tag {number}")).await.is(303);
    }
    let page = tag(&sam, "One more").await;
    page.is(422);
    assert_eq!(page.error_at("tag"), "Error: Take a tag off first: a partner has at most 20");
    assert_eq!(page.form("/northwind/tags").value("tag"), Some("One more"));
}

#[actix_web::test]
async fn a_companys_tags_and_notes_are_its_own() {
    let app = TestApp::start().await;
    // Both companies know Brightwater.
    app.sql("INSERT INTO partners (id, company_id, team_id) SELECT gen_random_uuid(), c.id, t.id FROM companies c, teams t WHERE c.slug = 'acme' AND t.slug = 'brightwater'");
    let (sam, gus) = (app.signed_in(SAM), app.signed_in(GUS));
    gus.post("/companies/globex/partners/brightwater/tags", &[("tag", "Tricky")]).await.is(303);
    gus.post("/companies/globex/partners/brightwater/notes", &[("note", "Pays late")]).await.is(303);
    let page = sam.get("/companies/acme/partners/brightwater").await;
    page.is(200).hides("Tricky").hides("Pays late").hides("Gus");
    assert!(!page.body.contains("Tricky"), "not among those to choose from either");
    sam.get("/companies/acme/partners/brightwater/notes").await.is(200).hides("Pays late");
    let foreign = app.text("SELECT id FROM tags WHERE name = 'Tricky'");
    sam.post(&format!("/companies/acme/partners/brightwater/tags/{foreign}/removal"), &[]).await.is(404);
    assert_eq!(app.number("SELECT count(*) FROM partner_tags"), 1);
    sam.post("/companies/acme/partners/brightwater/tags", &[("tag", "tricky")]).await.is(303);
    assert_eq!(app.number("SELECT count(*) FROM tags"), 2, "each company has its own");
    for page in ["/teams/brightwater", "/teams/brightwater/members"] {
        let page = app.signed_in(TOMAS).get(page).await;
        page.hides("Tricky").hides("Pays late");
    }
}

#[actix_web::test]
async fn notes_say_who_and_when_and_are_read_by_all_staff() {
    let app = TestApp::start().await;
    let max = app.signed_in(MAX);
    let page = note(&max, "Prefers co-branded decks.\r\nBring the Q4 numbers.").await;
    max.follow(page).await.shows("The note is kept. Only Acme sees it.").shows("Prefers co-branded decks.").shows("Max Adler,");
    assert_eq!(app.text("SELECT body FROM notes"), "Prefers co-branded decks.\nBring the Q4 numbers.");
    let hostile = "\"'><img src=x onerror=alert(1)>{{7919*7919}}";
    note(&app.signed_in(SAM), hostile).await.is(303);
    let page = app.signed_in(VERA).get(NORTHWIND).await;
    assert_eq!(page.text_of(".note p")[0], hostile, "text, and nothing else");
    assert!(!page.has_form("/northwind/notes") && !page.has_form("/assignment") && !page.has_form("/northwind/tags"));
    let lines = app.care_lines();
    assert_eq!(
        lines[0],
        serde_json::json!(["note added", "manager", null, { "note": app.text("SELECT id FROM notes ORDER BY at LIMIT 1") }])
    );
    for number in 1..=30 {
        app.sql(&format!(
            "INSERT INTO notes (id, company_id, partner_id, user_id, body, at) SELECT gen_random_uuid(), company_id, partner_id, user_id, 'Note {number}', now() - interval '{number} days' FROM notes LIMIT 1"
        ));
    }
    let page = app.signed_in(VERA).get(NORTHWIND).await;
    assert_eq!(page.text_of(".note p").len(), 3);
    let all = page.links("#care a");
    assert_eq!(all, ["/companies/acme/partners/northwind/notes"]);
    let first = app.signed_in(VERA).get(&all[0]).await;
    assert_eq!(first.text_of(".note p").len(), 25);
    let second = app.signed_in(VERA).get(&first.links("a[rel=next]")[0]).await;
    assert_eq!(second.text_of(".note p").last().unwrap(), "Note 30");
    let back = app.signed_in(VERA).get(&second.links("a[rel=prev]")[0]).await;
    assert_eq!(back.text_of(".note p"), first.text_of(".note p"));
}

#[actix_web::test]
async fn a_note_that_is_not_in_order_is_refused_with_what_was_typed() {
    let app = TestApp::start().await;
    let sam = app.signed_in(SAM);
    let page = note(&sam, " \n ").await;
    page.is(422).shows("One thing to correct");
    assert_eq!(page.error_at("note"), "Error: Enter the note");
    let long = "x".repeat(2001);
    let page = note(&sam, &long).await;
    page.is(422);
    assert_eq!(page.error_at("note"), "Error: The note must be 2000 characters or fewer");
    assert_eq!(page.form("/northwind/notes").value("note"), Some(long.as_str()));
    assert_eq!(app.number("SELECT count(*) FROM notes"), 0);
}

#[actix_web::test]
async fn who_has_lost_the_right_meanwhile_keeps_nothing() {
    let app = TestApp::start().await;
    let max = app.signed_in(MAX);
    let mut conn = app.connection();
    conn.batch_execute(&format!("BEGIN; UPDATE staff SET role = 'viewer' WHERE id = '{}'", app.place_of(MAX))).unwrap();
    let late = actix_web::rt::spawn(async move { max.post("/companies/acme/partners/northwind/notes", &[("note", "Too late")]).await });
    app.until_somebody_waits().await;
    conn.batch_execute("COMMIT").unwrap();
    late.await.unwrap().is(403);
    assert_eq!(app.number("SELECT count(*) FROM notes"), 0);
}

#[actix_web::test]
async fn the_same_new_tag_from_two_people_at_once_is_one_tag() {
    let app = TestApp::start().await;
    let (max, sam) = (app.signed_in(MAX), app.signed_in(SAM));
    let mut conn = app.connection();
    let acme = "(SELECT id FROM companies WHERE slug = 'acme')";
    conn.batch_execute(&format!("BEGIN; INSERT INTO tags (id, company_id, name) VALUES (gen_random_uuid(), {acme}, 'Agency')")).unwrap();
    let first = actix_web::rt::spawn(async move { max.post("/companies/acme/partners/northwind/tags", &[("tag", "agency")]).await });
    app.until_somebody_waits().await;
    conn.batch_execute("COMMIT").unwrap();
    first.await.unwrap().is(303);
    let page = sam.post("/companies/acme/partners/northwind/tags", &[("tag", "AGENCY")]).await;
    sam.follow(page).await.shows("Agency is on it already.");
    assert_eq!(app.number("SELECT count(*) FROM tags"), 1);
}

#[actix_web::test]
async fn the_strip_says_what_waits_who_can_act_and_whether_the_owner_is_there() {
    let app = TestApp::start().await;
    let vera = app.signed_in(VERA);
    app.sql("DELETE FROM acceptances");
    let strip = |page: Page| page.text_of(".health li");
    app.owner_seen("2 minutes");
    assert_eq!(
        strip(vera.get(NORTHWIND).await),
        [
            "No approvals waiting The team has answered all",
            "Terms not accepted The team’s program has newer ones",
            "2 people can act The owner and one admin",
            "Owner seen today 2 minutes ago",
        ]
    );
    app.sql("INSERT INTO acceptances (terms_id, partner_id, user_id) SELECT t.id, p.id, u.id FROM terms t JOIN programs g ON g.id = t.program_id, partners p, users u WHERE g.name = 'Acme Resellers' AND p.company_id = g.company_id AND u.email = 'olivia@northwind.example'");
    app.sql("INSERT INTO invitations (id, kind, company_id, team_id, email, role, asked_by, status, created_at, expires_at) SELECT gen_random_uuid(), 'member', c.id, t.id, n || '@northwind.example', 'member', u.id, 'waiting', '2026-11-12 09:00Z', now() + interval '7 days' FROM companies c, teams t, users u, generate_series(1, 2) n WHERE c.slug = 'acme' AND t.slug = 'northwind' AND u.email = 'sam@acme.example'");
    app.sql("UPDATE members SET role = 'member' WHERE user_id = (SELECT id FROM users WHERE email = 'adam@northwind.example')");
    app.owner_seen("31 days");
    let page = vera.get(NORTHWIND).await;
    let warned = page.document().select(&scraper::Selector::parse(".health li > .is-warn").unwrap()).count();
    let said = strip(page);
    assert_eq!(
        said[..3],
        ["2 approvals waiting For the owner since 12 Nov", "Terms accepted By Olivia Park", "Only the owner can act The team has no admin"]
    );
    assert!(said[3].starts_with("Owner not seen for 30 days Last on "), "{said:?}");
    assert_eq!(warned, 3);
    app.owner_seen("3 days");
    assert_eq!(strip(vera.get(NORTHWIND).await)[3], "Owner seen lately 3 days ago");
}

#[actix_web::test]
async fn the_strip_counts_only_what_this_company_asked_for() {
    let app = TestApp::start().await;
    app.sql("INSERT INTO partners (id, company_id, team_id) SELECT gen_random_uuid(), c.id, t.id FROM companies c, teams t WHERE c.slug = 'globex' AND t.slug = 'northwind'");
    app.sql("INSERT INTO invitations (id, kind, company_id, team_id, email, role, asked_by, status, expires_at) SELECT gen_random_uuid(), 'member', c.id, t.id, 'x@northwind.example', 'member', u.id, 'waiting', now() + interval '7 days' FROM companies c, teams t, users u WHERE c.slug = 'globex' AND t.slug = 'northwind' AND u.email = 'gus@globex.example'");
    app.signed_in(SAM).get(NORTHWIND).await.shows("No approvals waiting");
    app.signed_in(GUS).get("/companies/globex/partners/northwind").await.shows("1 approval waiting");
}
