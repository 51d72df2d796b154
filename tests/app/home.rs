//! A person's places, and founding a company.

use crate::support::{Browser, FilledForm, Page, TestApp, personas::*};
use guildhall::home::setup;
use reqwest::Method;

/// The path of a set-up link.
fn link(app: &TestApp, company: Option<&str>) -> String {
    let address = setup::open_link(&mut app.connection(), &app.mailer, company).expect("a link");
    address.strip_prefix(&app.base_url).expect("on the base URL").to_owned()
}

fn filled(page: &Page) -> FilledForm {
    let form = page.form(&page.path);
    let form = if form.value("email").is_some() {
        form.set("name", "Ada Quist").set("email", "ada@lattice.example").set("password", "correct horse battery")
    } else {
        form
    };
    form.set("company", "Lattice")
        .set("program", "Lattice Resellers")
        .set("destination", "https://lattice.example/start")
        .set("currency", "EUR")
        .set("terms", "Be honest.")
}

async fn found(browser: &Browser, path: &str) -> Page {
    let form = filled(&browser.get(path).await);
    browser.submit(&form).await
}

// Places

#[actix_web::test]
async fn signed_out_the_start_page_leads_to_sign_in() {
    let app = TestApp::start().await;
    app.visitor().get("/").await.leads_to("/sign-in");
}

#[actix_web::test]
async fn who_has_one_place_is_led_there() {
    let app = TestApp::start().await;
    app.signed_in(SAM).get("/").await.leads_to("/companies/acme/partners");
    app.signed_in(MIA).get("/").await.leads_to("/teams/northwind");
}

#[actix_web::test]
async fn who_has_several_places_chooses_among_them() {
    let app = TestApp::start().await;
    app.sql(
        "INSERT INTO staff (id, company_id, user_id, role) SELECT gen_random_uuid(), c.id, u.id, 'viewer' FROM companies c, users u WHERE c.slug = 'acme' AND u.email = 'mia@northwind.example';
         INSERT INTO members (id, team_id, user_id, role) SELECT gen_random_uuid(), t.id, u.id, 'admin' FROM teams t, users u WHERE t.slug = 'brightwater' AND u.email = 'mia@northwind.example'",
    );
    let page = app.signed_in(MIA).get("/").await;
    page.is(200);
    assert_eq!(page.h1(), "Your places");
    assert_eq!(page.text_of(".places .name"), ["Acme", "Brightwater", "Northwind"]);
    assert_eq!(page.text_of(".places .line + .line"), ["Company · Viewer", "Partner team · Admin", "Partner team · Member"]);
    assert_eq!(page.links(".places a"), ["/companies/acme/partners", "/teams/brightwater", "/teams/northwind"]);
    assert!(page.has_form("/sign-out"));
}

#[actix_web::test]
async fn who_has_no_place_any_more_is_told_what_to_do() {
    let app = TestApp::start().await;
    let page = app.signed_in(FIONA).get("/").await;
    page.is(200).shows("You are in no team or company now").shows(FIONA).shows("Ask the owner of the team");
    assert!(page.has_form("/sign-out"));
}

#[actix_web::test]
async fn the_places_take_four_statements() {
    let app = TestApp::start().await;
    let browser = app.signed_in(FIONA);
    browser.get("/").await;
    let before = app.db.statements();
    browser.get("/").await.is(200);
    assert_eq!(app.db.statements() - before, 4);
}

// Set-up

#[actix_web::test]
async fn a_set_up_link_founds_the_first_company_with_its_administrator_and_program() {
    let app = TestApp::start_empty().await;
    assert!(setup::needs_first(&mut app.connection()).unwrap());
    let path = link(&app, None);
    let browser = app.visitor();
    browser.get(&path).await.is(200).shows("The link works once, until").shows("UTC");
    found(&browser, &path).await.leads_to("/companies/lattice/partners");
    browser.get("/").await.leads_to("/companies/lattice/partners");

    assert!(!setup::needs_first(&mut app.connection()).unwrap());
    assert_eq!(
        app.text("SELECT concat_ws('|', c.name, u.email, u.name, s.role, u.email_verified_at IS NOT NULL) FROM companies c JOIN staff s ON s.company_id = c.id JOIN users u ON u.id = s.user_id"),
        "Lattice|ada@lattice.example|Ada Quist|administrator|t"
    );
    assert_eq!(
        app.text("SELECT concat_ws('|', p.name, p.destination, p.currency, p.open, t.number, t.body) FROM programs p JOIN terms t ON t.program_id = p.id"),
        "Lattice Resellers|https://lattice.example/start|EUR|f|1|Be honest."
    );
    assert_eq!(
        app.text("SELECT string_agg(concat_ws(' by ', action, role), ', ' ORDER BY id) FROM audit"),
        "company founded by administrator, host listed by administrator, program created by administrator"
    );

    let again = app.visitor();
    let signed_in = again.post("/sign-in", &[("email", "ada@lattice.example"), ("password", "correct horse battery")]).await;
    signed_in.leads_to("/");
}

#[actix_web::test]
async fn the_name_given_on_the_command_line_stands_in_the_form() {
    let app = TestApp::start().await;
    let path = link(&app, Some("Initech Ltd"));
    assert_eq!(app.visitor().get(&path).await.form(&path).value("company"), Some("Initech Ltd"));
}

#[actix_web::test]
async fn a_refused_set_up_keeps_what_was_typed_but_the_password() {
    let app = TestApp::start().await;
    let path = link(&app, Some("Initech"));
    let browser = app.visitor();
    let before = app.dump();
    let page = browser.submit(&browser.get(&path).await.form(&path).set("company", "").set("currency", "XXX")).await;
    page.is(422).shows("Eight things to correct");
    for (field, says) in [
        ("company", "Enter the company's name"),
        ("name", "Enter your name"),
        ("email", "Enter an email address"),
        ("password", "12 characters or more"),
        ("program", "Enter the program's name"),
        ("destination", "Enter a web address"),
        ("currency", "Choose a currency"),
        ("terms", "Enter the terms"),
    ] {
        assert!(page.error_at(field).contains(says), "{field}: {}", page.error_at(field));
    }
    let typed = filled(&page).set("destination", "javascript:alert(1)").set("currency", "SEK");
    let page = browser.submit(&typed).await;
    page.is(422).shows("One thing to correct");
    let kept = page.form(&path);
    for field in ["company", "name", "email", "program", "destination", "currency", "terms"] {
        assert_eq!(kept.value(field), typed.value(field), "{field}");
    }
    assert_eq!(kept.value("password"), Some(""));
    assert_eq!(app.dump(), before);
}

#[actix_web::test]
async fn names_and_terms_have_a_length_and_no_control_characters() {
    let app = TestApp::start().await;
    let path = link(&app, None);
    let browser = app.visitor();
    let form = filled(&browser.get(&path).await);
    for (field, value) in [
        ("company", "x".repeat(10_000)),
        ("company", "Lattice\r\nBcc: x@evil.example".to_owned()),
        ("company", "Win at evil.com".to_owned()),
        ("company", "Guildha11 Support".to_owned()),
        ("name", "x".repeat(101)),
        ("email", "ada@lattice.example\nx".to_owned()),
        ("program", "x\u{7}y".to_owned()),
        ("destination", format!("https://lattice.example/{}", "x".repeat(2000))),
        ("terms", "x".repeat(20_001)),
    ] {
        let page = browser.submit(&form.clone().set(field, &value)).await;
        page.is(422);
        assert_ne!(page.error_at(field), "", "{field}");
    }
    assert_eq!(app.number("SELECT count(*) FROM companies"), 2);
}

#[actix_web::test]
async fn an_address_that_has_an_account_must_sign_in_first() {
    let app = TestApp::start().await;
    let path = link(&app, Some("Initech"));
    let browser = app.visitor();
    let before = app.dump();
    let page = browser.submit(&filled(&browser.get(&path).await).set("email", GUS)).await;
    page.is(422);
    assert!(page.error_at("email").contains("This address has an account. Sign in to it first"), "{}", page.error_at("email"));
    assert_eq!(app.dump(), before);

    let sign_in = browser.get(&page.links("a[href^='/sign-in']")[0]).await;
    let page = browser.submit(&sign_in.form("/sign-in").set("email", GUS).set("password", PASSWORD)).await;
    page.leads_to(&path);
    let page = browser.get(&path).await;
    page.shows("Gus Porter");
    assert_eq!(page.form(&path).value("password"), None);
    browser.submit(&filled(&page)).await.leads_to("/companies/lattice/partners");
    assert_eq!(
        app.text("SELECT string_agg(c.slug, ',' ORDER BY c.slug) FROM staff s JOIN companies c ON c.id = s.company_id JOIN users u ON u.id = s.user_id WHERE u.email = 'gus@globex.example' AND s.role = 'administrator'"),
        "globex,lattice"
    );
    assert_eq!(app.text("SELECT name FROM users WHERE email = 'gus@globex.example'"), "Gus Porter");
}

#[actix_web::test]
async fn who_is_signed_in_as_the_wrong_person_can_go_on_as_another() {
    let app = TestApp::start().await;
    let path = link(&app, None);
    let browser = app.signed_in(MIA);
    let page = browser.get(&path).await;
    browser.submit(&page.form("/sign-out")).await.leads_to(&path);
    assert!(browser.get(&path).await.form(&path).value("password").is_some());
}

#[actix_web::test]
async fn who_registered_the_address_before_without_proving_it_is_out() {
    let app = TestApp::start().await;
    app.sql(&format!(
        "INSERT INTO users (id, email, name, search, password_hash) VALUES (gen_random_uuid(), 'ada@lattice.example', 'Impostor', '', '{}')",
        *HASH
    ));
    let impostor = app.signed_in("ada@lattice.example");
    let path = link(&app, None);
    found(&app.visitor(), &path).await.leads_to("/companies/lattice/partners");
    impostor.get("/companies/lattice/partners").await.is(303);
    app.visitor().post("/sign-in", &[("email", "ada@lattice.example"), ("password", PASSWORD)]).await.is(422);
}

#[actix_web::test]
async fn more_fields_than_the_form_has_found_nothing_else() {
    let app = TestApp::start().await;
    let path = link(&app, None);
    let browser = app.visitor();
    let acme = app.text("SELECT id FROM companies WHERE slug = 'acme'");
    let form = filled(&browser.get(&path).await)
        .add("role", "viewer")
        .add("company_id", &acme)
        .add("team_id", "1")
        .add("status", "accepted")
        .add("slug", "acme")
        .add("open", "true");
    browser.submit(&form).await.leads_to("/companies/lattice/partners");
    assert_eq!(app.text("SELECT role FROM staff s JOIN companies c ON c.id = s.company_id WHERE c.slug = 'lattice'"), "administrator");
    assert_eq!(app.text("SELECT open FROM programs WHERE name = 'Lattice Resellers'"), "false");
    assert_eq!(app.number("SELECT count(*) FROM staff WHERE left_at IS NULL"), 5);
}

#[actix_web::test]
async fn looking_at_a_set_up_link_changes_nothing() {
    let app = TestApp::start().await;
    let path = link(&app, None);
    let before = app.dump();
    for browser in [app.visitor(), app.visitor()] {
        for method in [Method::HEAD, Method::GET] {
            browser.send(browser.request(method, &path)).await.is(200);
        }
    }
    assert_eq!(app.dump(), before);
    assert!(!before.contains(path.rsplit('/').next().unwrap()), "only the hash is stored");
}

#[actix_web::test]
async fn a_set_up_link_that_is_unknown_used_or_old_founds_nothing() {
    let app = TestApp::start().await;
    for token in ["nonsense", "0"] {
        app.visitor().get(&format!("/setup/{token}")).await.is(404);
        app.visitor().post(&format!("/setup/{token}"), &[]).await.is(404);
    }
    let used = link(&app, Some("Initech"));
    found(&app.visitor(), &used).await.is(303);
    let old = link(&app, Some("Initrode"));
    let form = filled(&app.visitor().get(&old).await).set("email", "late@lattice.example");
    app.sql("UPDATE setups SET expires_at = now() - interval '1 second' WHERE closed_at IS NULL");
    for path in [&used, &old] {
        app.visitor().get(path).await.is(410).shows("This set-up link no longer works");
        app.visitor().post(path, &[]).await.is(410);
    }
    app.visitor().submit(&form).await.is(410);
    assert_eq!(app.number("SELECT count(*) FROM companies"), 3);
    assert_eq!(app.number("SELECT count(*) FROM users WHERE email = 'late@lattice.example'"), 0);
    assert_eq!(app.visitor().get(&old.replace("/setup/", "/password-reset/")).await.status.as_u16(), 404);
}

#[actix_web::test]
async fn a_set_up_link_works_for_seven_days() {
    let app = TestApp::start().await;
    link(&app, None);
    assert_eq!(app.text("SELECT expires_at - created_at FROM setups"), "7 days");
}

#[actix_web::test]
async fn the_first_company_ends_the_other_links_without_a_name() {
    let app = TestApp::start_empty().await;
    let (first, other, named) = (link(&app, None), link(&app, None), link(&app, Some("Initech")));
    found(&app.visitor(), &first).await.is(303);
    app.visitor().get(&other).await.is(410);
    app.visitor().get(&named).await.is(200);
}

#[actix_web::test]
async fn two_tabs_at_once_found_one_company() {
    let app = TestApp::start_empty().await;
    let copy = app.copy().await;
    // Two links without a name, as two copies of `serve` print them, each open in ten tabs.
    let links = [link(&app, None), link(&app, None)];
    let mut tabs = Vec::new();
    for number in 0..20 {
        let browser = if number % 2 == 0 { app.visitor() } else { copy.visitor() };
        let form = filled(&browser.get(&links[number / 10]).await).set("email", &format!("ada{number}@lattice.example"));
        tabs.push((browser, form));
    }
    let posts: Vec<_> =
        tabs.into_iter().map(|(browser, form)| actix_web::rt::spawn(async move { browser.submit(&form).await.status.as_u16() })).collect();
    let mut answers = Vec::new();
    for post in posts {
        answers.push(post.await.unwrap());
    }
    answers.sort_unstable();
    assert_eq!(answers[0], 303, "{answers:?}");
    assert!(answers[1..].iter().all(|status| *status == 410), "{answers:?}");
    for table in ["companies", "staff", "users", "programs", "terms"] {
        assert_eq!(app.number(&format!("SELECT count(*) FROM {table}")), 1, "{table}");
    }
}

#[actix_web::test]
async fn a_set_up_link_is_no_proof_of_who_is_signed_in() {
    let app = TestApp::start().await;
    let sam = app.signed_in(SAM);
    app.sql("UPDATE sessions SET proved_at = now() - interval '11 minutes'");
    let before = sam.cookies();
    found(&sam, &link(&app, None)).await.leads_to("/companies/lattice/partners");
    assert_eq!(app.number("SELECT count(*) FROM sessions WHERE proved_at > now() - interval '10 minutes'"), 0);
    assert!(before.split("; ").all(|cookie| sam.cookies().contains(cookie)), "the session goes on");
    sam.get("/companies/lattice/audit/export").await.leads_to("/account/confirmation?next=%2Fcompanies%2Flattice%2Faudit%2Fexport");
}
