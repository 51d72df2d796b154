//! What belongs to others is not there (S25), and no row mixes companies (S26).

use crate::support::{
    Browser, Page, Scene, TestApp,
    catalogue::{changes, pages},
    personas::*,
    scene::{
        API_KEY, COMMISSION, COURSE, DESTINATION, DETAILS, DRAFT, FOREIGN_API_KEY, FOREIGN_CLICK, FOREIGN_COMMISSION, FOREIGN_COURSE,
        FOREIGN_DESTINATION, FOREIGN_DETAILS, FOREIGN_EXPORT, FOREIGN_HOST, FOREIGN_LESSON, FOREIGN_LINK, FOREIGN_REFERRAL, FOREIGN_SALE,
        FOREIGN_SENT, FOREIGN_SESSION, FOREIGN_SOLD_LINK, FOREIGN_STAFF_SENT, FOREIGN_TAG, FOREIGN_WAITING, FOREIGN_WITHDRAWAL,
        FRANKS_LINK, OTHER_DESTINATION, PUT, REFERRAL, SALE, SECOND_PROGRAM, SENT, SOLD_LINK, STAFF_SENT, TAG, WAITING, WITH_MIA, id,
    },
};
use diesel::{Connection, connection::SimpleConnection};
use std::collections::BTreeSet;

/// A part of a path, and what to put there instead: somebody else's, one that is gone, one that never was, none at all.
fn foreign(app: &TestApp, part: &str, route: &str) -> Vec<String> {
    let of = |email: &str| app.text(&format!("SELECT m.id FROM members m JOIN users u ON u.id = m.user_id WHERE u.email = '{email}'"));
    let never = "0190ffff-0000-7000-8000-00000000ffff".to_owned();
    let found: Vec<String> = match part {
        "{company}" => vec!["globex".into(), "no-such-company".into(), "ACME".into(), "acme%20".into(), "new".into()],
        // `/teams/new` is where a team is founded.
        "{team}" if route == "/teams/{team}" => vec!["brightwater".into(), "no-such-team".into(), "NORTHWIND".into(), "northwind.".into()],
        "{team}" => vec!["brightwater".into(), "no-such-team".into(), "NORTHWIND".into(), "northwind.".into(), "new".into()],
        "{offer}" => vec![],
        "{partner}" => vec!["brightwater".into(), "no-such-team".into(), "NORTHWIND".into(), "new".into()],
        // Of another team, and of this one but gone.
        "{member}" => vec![of(TOMAS), of(FIONA)],
        "{course}" => vec![id(FOREIGN_COURSE).to_string()],
        // A draft is not there for members.
        "{lesson}" if route.starts_with("/teams") => vec![id(FOREIGN_LESSON).to_string(), id(DRAFT).to_string()],
        "{lesson}" => vec![id(FOREIGN_LESSON).to_string()],
        // Of a company that the team does not know, and of one that did not let it in.
        "{program}" if route.starts_with("/teams") => {
            vec![app.text("SELECT id FROM programs WHERE name = 'Globex Affiliates'"), id(SECOND_PROGRAM).to_string()]
        }
        "{terms}" => vec![
            app.text("SELECT t.id FROM terms t JOIN programs p ON p.id = t.program_id WHERE p.name = 'Globex Affiliates'"),
            id(SECOND_PROGRAM).to_string(),
        ],
        "{program}" => vec![app.text("SELECT id FROM programs WHERE name = 'Globex Affiliates'")],
        "{invitation}" if route.starts_with("/teams") => {
            // Another team's, one whose link is out, one that was never put to this team.
            vec![id(FOREIGN_WAITING).to_string(), id(FOREIGN_SENT).to_string(), id(SENT).to_string()]
        }
        // Another company's, and one that is no colleague's.
        "{invitation}" if route.starts_with("/companies/{company}/staff") => vec![id(FOREIGN_STAFF_SENT).to_string(), id(SENT).to_string()],
        // Another company's, and a colleague's, which is the administrators' matter.
        "{invitation}" => vec![id(STAFF_SENT).to_string(), id(FOREIGN_SENT).to_string(), id(FOREIGN_WAITING).to_string()],
        // Of another company, and of this one but gone.
        "{staff}" => [GUS, HUGO]
            .iter()
            .map(|email| app.text(&format!("SELECT s.id FROM staff s JOIN users u ON u.id = s.user_id WHERE u.email = '{email}'")))
            .collect(),
        "{session}" => vec![id(FOREIGN_SESSION).to_string()],
        "{key}" => vec![id(FOREIGN_API_KEY).to_string()],
        "{referral}" => vec![id(FOREIGN_REFERRAL).to_string()],
        "{tag}" => vec![id(FOREIGN_TAG).to_string()],
        "{withdrawal}" => vec![id(FOREIGN_WITHDRAWAL).to_string()],
        "{export}" => vec![id(FOREIGN_EXPORT).to_string()],
        // Another team's, and another member's own.
        "{conversation}" => vec![
            app.text("SELECT p.id FROM partners p JOIN teams t ON t.id = p.team_id WHERE t.slug = 'brightwater'"),
            id(WITH_MIA).to_string(),
        ],
        // Another company's.
        "{host}" => vec![FOREIGN_HOST.to_owned()],
        // Another company's, and another program's.
        "{destination}" => vec![id(FOREIGN_DESTINATION).to_string(), id(OTHER_DESTINATION).to_string()],
        // Another team's; to change its text, a teammate's too.
        "{link}" if route.ends_with("/text") => vec![id(FOREIGN_LINK).to_string(), id(FRANKS_LINK).to_string()],
        "{link}" => vec![id(FOREIGN_LINK).to_string()],
        "{mail}" | "{token}" | "{text}" => vec![],
        other => panic!("{other} in {route}: say in tests/app/tenancy.rs what is outside the viewer's sight"),
    };
    let malformed = ["x", "1", "%00", "%27%20OR%201=1--", "..%2f..", "%F0%9F%98%80"].map(str::to_owned);
    let mut all = [found, malformed.to_vec()].concat();
    if !matches!(part, "{company}" | "{team}" | "{partner}" | "{token}") {
        all.extend([never.clone(), format!("{never}0"), never.replace('-', "z")]);
    }
    all
}

fn parts(route: &str) -> Vec<&str> {
    route.split('/').filter(|part| part.starts_with('{')).collect()
}

/// The scene's path of a route with one part replaced.
fn path_with(scene: &Scene, route: &str, part: &str, instead: &str) -> String {
    let filled = scene.path(route);
    route.split('/').zip(filled.split('/')).map(|(name, value)| if name == part { instead } else { value }).collect::<Vec<_>>().join("/")
}

/// Somebody who may see the page, where it is not a public one.
fn insider(app: &TestApp, route: &str) -> Browser {
    match route {
        route if route.starts_with("/companies") => app.signed_in(SAM),
        route if route.starts_with("/teams") || route.starts_with("/account") => app.signed_in(OLIVIA),
        _ => app.visitor(),
    }
}

#[track_caller]
fn is_nowhere(page: &Page, nowhere: &Page, route: &str) {
    assert_eq!(page.status, 404, "{route} at {}: {}", page.path, page.text());
    assert_eq!(page.body, nowhere.body, "{route} at {}", page.path);
    // A form that is not even read ends the connection.
    let names = |page: &Page| page.headers.keys().filter(|name| *name != "connection").map(ToString::to_string).collect::<BTreeSet<_>>();
    assert_eq!(names(page), names(nowhere), "{route} at {}", page.path);
}

#[actix_web::test]
async fn a_page_of_others_is_the_same_as_one_that_is_not_there() {
    let app = TestApp::start_demo().await;
    let scene = Scene::set(&app);
    let nowhere = app.visitor().get("/nowhere").await;
    // A link is everybody's; one that is none says so in its own words (`redirect.rs`).
    for route in pages().into_iter().filter(|route| !route.contains("{text}")) {
        let browser = insider(&app, route);
        for part in parts(route) {
            for instead in foreign(&app, part, route) {
                is_nowhere(&browser.get(&path_with(&scene, route, part, &instead)).await, &nowhere, route);
            }
        }
    }
}

#[actix_web::test]
async fn a_team_that_is_no_partner_of_theirs_is_not_there_for_staff() {
    let app = TestApp::start_demo().await;
    let scene = Scene::set(&app);
    let nowhere = app.visitor().get("/nowhere").await;
    let sam = app.signed_in(SAM);
    let before = app.dump();
    for route in pages().into_iter().filter(|route| route.contains("{team}")) {
        is_nowhere(&sam.get(&path_with(&scene, route, "{team}", "brightwater")).await, &nowhere, route);
    }
    for deed in changes().into_iter().filter(|deed| deed.path.contains("{team}")) {
        let page = sam.post(&path_with(&scene, deed.path, "{team}", "brightwater"), &deed.form("x")).await;
        is_nowhere(&page, &nowhere, deed.path);
    }
    assert_eq!(app.dump(), before, "not even a line in the audit log");
}

#[actix_web::test]
async fn a_member_is_found_under_their_own_team_alone() {
    let app = TestApp::start_demo().await;
    app.sql(
        "INSERT INTO partners (id, company_id, team_id) SELECT gen_random_uuid(), c.id, t.id FROM companies c, teams t WHERE c.slug = 'acme' AND t.slug = 'brightwater'",
    );
    let tomas = app.text(&format!("SELECT m.id FROM members m JOIN users u ON u.id = m.user_id WHERE u.email = '{TOMAS}'"));
    let sam = app.signed_in(SAM);
    sam.get(&format!("/companies/acme/partners/brightwater/members/{tomas}")).await.is(200);
    sam.get(&format!("/companies/acme/partners/northwind/members/{tomas}")).await.is(404);
}

#[actix_web::test]
async fn a_form_for_what_belongs_to_others_finds_nothing_and_changes_nothing() {
    let app = TestApp::start_demo().await;
    let scene = Scene::set(&app);
    let nowhere = app.visitor().get("/nowhere").await;
    for deed in changes() {
        let browser = deed.browser(&app);
        let before = app.dump();
        for part in parts(deed.path) {
            for instead in foreign(&app, part, deed.path) {
                // What the other kind of decision is about is no decision of this kind.
                let page = browser.post(&path_with(&scene, deed.path, part, &instead), &deed.form("Plain words")).await;
                is_nowhere(&page, &nowhere, deed.path);
            }
        }
        assert_eq!(app.dump(), before, "POST {}", deed.path);
    }
}

#[actix_web::test]
async fn approvals_of_one_kind_are_not_answered_as_the_other() {
    let app = TestApp::start_demo().await;
    let scene = Scene::set(&app);
    let olivia = app.signed_in(OLIVIA);
    let before = app.dump();
    for deed in changes().into_iter().filter(|deed| deed.path.starts_with("/teams") && deed.path.contains("{invitation}")) {
        let other = if scene.path(deed.path).contains(&id(WAITING).to_string()) { PUT } else { WAITING };
        let page = olivia.post(&path_with(&scene, deed.path, "{invitation}", &id(other).to_string()), &deed.form("x")).await;
        assert_eq!(page.status, 404, "POST {}", deed.path);
    }
    assert_eq!(app.dump(), before);
}

#[actix_web::test]
async fn a_reference_in_a_form_to_what_belongs_to_others_is_refused() {
    let app = TestApp::start_demo().await;
    let scene = Scene::set(&app);
    let foreign_program = app.text("SELECT id FROM programs WHERE name = 'Globex Affiliates'");
    for deed in changes() {
        let browser = deed.browser(&app);
        let before = app.dump();
        for (name, value) in deed.fields {
            let instead = match *name {
                "program" | "program[]" if value.len() == foreign_program.len() => foreign_program.clone(),
                "team" if *value == "northwind" => "brightwater".to_owned(),
                "click_id" => id(FOREIGN_CLICK).to_string(),
                "sale" => "globex-1".to_owned(),
                name if name.trim_end_matches("[]") == "id" => id(FOREIGN_WAITING).to_string(),
                _ => continue,
            };
            let fields: Vec<(&str, &str)> = deed
                .form("x")
                .into_iter()
                .map(|(other, value)| (other, if other == name.trim_end_matches("[]") { instead.as_str() } else { value }))
                .collect();
            let page = browser.post(&scene.path(deed.path), &fields).await;
            assert!([404, 422].contains(&page.status.as_u16()), "POST {} with {name}={instead}: {}", deed.path, page.status);
            page.hides("Globex").hides("Brightwater");
        }
        assert_eq!(app.dump(), before, "POST {}", deed.path);
    }
}

#[actix_web::test]
async fn the_database_refuses_a_row_that_mixes_companies() {
    let app = TestApp::start().await;
    let _scene = Scene::set(&app);
    let acme = "(SELECT id FROM companies WHERE slug = 'acme')";
    let globex = "(SELECT id FROM companies WHERE slug = 'globex')";
    let partner = |company: &str| format!("(SELECT id FROM partners WHERE company_id = {company})");
    let program = |company: &str| format!("(SELECT id FROM programs WHERE company_id = {company} ORDER BY id LIMIT 1)");
    let team = |slug: &str| format!("(SELECT id FROM teams WHERE slug = '{slug}')");
    let user = "(SELECT id FROM users WHERE email = 'sam@acme.example')";
    let invitation = |kind: &str, company: &str, team: &str, program: &str, role: &str, name: &str| {
        format!(
            "INSERT INTO invitations (id, kind, company_id, team_id, program_id, email, team_name, role, asked_by, status, expires_at) \
             VALUES (gen_random_uuid(), '{kind}', {company}, {team}, {program}, 'x@y.example', '{name}', {role}, {user}, 'waiting', now() + interval '1 day')"
        )
    };
    // For each table with a company and a reference to something of a company: a row in order, and rows that mix.
    let franks_place = format!("(SELECT m.id FROM members m JOIN users u ON u.id = m.user_id WHERE u.email = '{FRANK}')");
    let tomas_place = format!("(SELECT m.id FROM members m JOIN users u ON u.id = m.user_id WHERE u.email = '{TOMAS}')");
    let resellers = "(SELECT id FROM programs WHERE name = 'Acme Resellers')".to_owned();
    let mias_place = format!("(SELECT m.id FROM members m JOIN users u ON u.id = m.user_id WHERE u.email = '{MIA}')");
    let ours = |company: &str| [company.to_owned(), partner(acme), team("northwind"), mias_place.clone(), program(acme)].join(", ");
    let (good, other_company) = (ours(acme), ours(globex));
    let other_partner = [acme.to_owned(), partner(globex), team("brightwater"), tomas_place.clone(), program(acme)].join(", ");
    let other_member = [acme.to_owned(), partner(acme), team("northwind"), tomas_place.clone(), program(acme)].join(", ");
    let other_program = [acme.to_owned(), partner(acme), team("northwind"), mias_place.clone(), program(globex)].join(", ");
    let mixed = [&other_company, &other_partner, &other_member, &other_program];
    let tables: Vec<(&str, String, Vec<String>)> = vec![
        (
            "commissions",
            commission(&good, REFERRAL),
            mixed.iter().map(|whose| commission(whose, REFERRAL)).chain([commission(&good, FOREIGN_REFERRAL)]).collect(),
        ),
        (
            "conversations",
            conversation(acme, &partner(acme), &team("northwind"), &franks_place),
            vec![
                conversation(globex, &partner(acme), &team("northwind"), &franks_place),
                conversation(acme, &partner(globex), &team("brightwater"), &tomas_place),
                conversation(acme, &partner(acme), &team("northwind"), &tomas_place),
            ],
        ),
        (
            "conversions",
            conversion(&good, API_KEY, SALE, SOLD_LINK),
            mixed
                .iter()
                .map(|whose| conversion(whose, API_KEY, SALE, SOLD_LINK))
                .chain([
                    conversion(&good, FOREIGN_API_KEY, SALE, SOLD_LINK),
                    conversion(&good, API_KEY, FOREIGN_SALE, SOLD_LINK),
                    conversion(&good, API_KEY, SALE, FOREIGN_SOLD_LINK),
                ])
                .collect(),
        ),
        (
            "customers",
            customer(&good, SOLD_LINK),
            mixed.iter().map(|whose| customer(whose, SOLD_LINK)).chain([customer(&good, FOREIGN_SOLD_LINK)]).collect(),
        ),
        ("destinations", destination(acme, &program(acme)), vec![destination(acme, &program(globex)), destination(globex, &program(acme))]),
        (
            "enrollments",
            enrollment(acme, &partner(acme), &format!("'{}'", id(crate::support::scene::SECOND_PROGRAM))),
            vec![
                enrollment(acme, &partner(globex), &program(acme)),
                enrollment(acme, &partner(acme), &program(globex)),
                enrollment(globex, &partner(acme), &program(acme)),
            ],
        ),
        (
            "invitations",
            invitation("program", acme, "NULL", &program(acme), "NULL", "X"),
            vec![
                invitation("program", acme, "NULL", &program(globex), "NULL", "X"),
                invitation("member", acme, &team("brightwater"), "NULL", "'member'", ""),
                invitation("program", globex, &team("northwind"), &program(globex), "NULL", "X"),
            ],
        ),
        (
            "ledger",
            booking(acme, &partner(acme), &format!("'{}', NULL", id(COMMISSION)), "reversed"),
            vec![
                booking(acme, &partner(globex), &format!("'{}', NULL", id(COMMISSION)), "reversed"),
                booking(globex, &partner(acme), &format!("'{}', NULL", id(FOREIGN_COMMISSION)), "reversed"),
                booking(acme, &partner(acme), &format!("'{}', NULL", id(FOREIGN_COMMISSION)), "reversed"),
                booking(acme, &partner(acme), &format!("NULL, '{}'", id(FOREIGN_WITHDRAWAL)), "reserved"),
            ],
        ),
        (
            "links",
            link(acme, &partner(acme), &team("northwind"), &franks_place, &resellers, "NULL"),
            vec![
                link(globex, &partner(acme), &team("northwind"), &franks_place, &resellers, "NULL"),
                link(acme, &partner(globex), &team("brightwater"), &tomas_place, &resellers, "NULL"),
                link(acme, &partner(acme), &team("brightwater"), &tomas_place, &resellers, "NULL"),
                link(acme, &partner(acme), &team("northwind"), &tomas_place, &resellers, "NULL"),
                link(acme, &partner(acme), &team("northwind"), &franks_place, &program(globex), "NULL"),
                link(acme, &partner(acme), &team("northwind"), &franks_place, &resellers, &format!("'{}'", id(FOREIGN_DESTINATION))),
                link(
                    acme,
                    &partner(acme),
                    &team("northwind"),
                    &franks_place,
                    &format!("'{}'", id(SECOND_PROGRAM)),
                    &format!("'{}'", id(DESTINATION)),
                ),
            ],
        ),
        ("notes", note(acme, &partner(acme)), vec![note(acme, &partner(globex)), note(globex, &partner(acme))]),
        (
            "partner_tags",
            tagging(globex, &partner(globex), FOREIGN_TAG),
            vec![tagging(globex, &partner(globex), TAG), tagging(acme, &partner(globex), TAG), tagging(acme, &partner(acme), FOREIGN_TAG)],
        ),
        (
            "program_courses",
            gift(acme, &format!("'{}'", id(crate::support::scene::SECOND_PROGRAM)), COURSE),
            vec![
                gift(acme, &program(globex), COURSE),
                gift(globex, &program(globex), COURSE),
                gift(acme, &format!("'{}'", id(crate::support::scene::SECOND_PROGRAM)), FOREIGN_COURSE),
            ],
        ),
        (
            "referral_refunds",
            taken_back(acme, REFERRAL),
            vec![
                taken_back(acme, FOREIGN_REFERRAL),
                taken_back(globex, REFERRAL),
                taken_back(acme, REFERRAL).replace(", partner_id, id, ", &format!(", {}, id, ", partner(globex))),
            ],
        ),
        (
            "referrals",
            referral(&good, REFERRAL),
            mixed.iter().map(|whose| referral(whose, REFERRAL)).chain([referral(&good, FOREIGN_REFERRAL)]).collect(),
        ),
        (
            "refunds",
            refund(acme, SALE, API_KEY),
            vec![
                refund(acme, FOREIGN_SALE, API_KEY),
                refund(acme, SALE, FOREIGN_API_KEY),
                refund(acme, SALE, API_KEY).replace(", id, partner_id, ", &format!(", id, {}, ", partner(globex))),
            ],
        ),
        (
            "withdrawals",
            taking(acme, &partner(acme), &team("northwind"), DETAILS, "NULL"),
            vec![
                taking(globex, &partner(acme), &team("northwind"), DETAILS, "NULL"),
                taking(acme, &partner(globex), &team("brightwater"), FOREIGN_DETAILS, "NULL"),
                taking(acme, &partner(acme), &team("brightwater"), FOREIGN_DETAILS, "NULL"),
                taking(acme, &partner(acme), &team("northwind"), FOREIGN_DETAILS, "NULL"),
                taking(acme, &partner(acme), &team("northwind"), DETAILS, &format!("'{}'", id(FOREIGN_EXPORT))),
            ],
        ),
    ];
    let mut connection = app.connection();
    for (table, good, bad) in &tables {
        let tried = connection.test_transaction(|conn| Ok::<_, diesel::result::Error>(conn.batch_execute(good)));
        assert!(tried.is_ok(), "{table}: {good}: {tried:?}");
        for statement in bad {
            let refused = app.connection().batch_execute(statement);
            let error = format!("{:?}", refused.expect_err(&format!("{table} took {statement}")));
            assert!(error.contains("ForeignKeyViolation"), "{table}: {statement}: {error}");
        }
    }
    // A table that comes later has its rows above, or is named here with the one parent that speaks for it.
    let with_company = app.text(
        "SELECT string_agg(c.table_name, ' ' ORDER BY c.table_name) FROM information_schema.columns c WHERE c.table_schema = 'public' AND c.column_name = 'company_id' \
         AND EXISTS (SELECT FROM information_schema.columns o WHERE o.table_schema = 'public' AND o.table_name = c.table_name AND o.column_name IN ('partner_id', 'program_id', 'invitation_id'))",
    );
    assert_eq!(with_company, tables.iter().map(|(table, _, _)| *table).collect::<Vec<_>>().join(" "));
}

fn destination(company: &str, program: &str) -> String {
    format!(
        "INSERT INTO destinations (id, company_id, program_id, kind, name, url) VALUES (gen_random_uuid(), {company}, {program}, 'secondary', 'x', 'https://acme.example/x')"
    )
}

fn link(company: &str, partner: &str, team: &str, member: &str, program: &str, destination: &str) -> String {
    format!(
        "INSERT INTO links (id, company_id, partner_id, team_id, member_id, program_id, kind, destination_id, text) \
         VALUES (gen_random_uuid(), {company}, {partner}, {team}, {member}, {program}, 'individual', {destination}, 'some-text')"
    )
}

/// `whose` is company, partner, team, member and program.
fn commission(whose: &str, referral: u128) -> String {
    format!(
        "INSERT INTO commissions (id, company_id, partner_id, team_id, member_id, program_id, referral_id, sale, amount, currency, available_at) \
         VALUES (gen_random_uuid(), {whose}, '{}', 100, 10, 'USD', now())",
        id(referral)
    )
}

fn conversion(whose: &str, key: u128, customer: u128, link: u128) -> String {
    format!(
        "INSERT INTO conversions (id, company_id, partner_id, team_id, member_id, program_id, api_key_id, customer_id, link_id, idempotency_key, \
         request_hash, amount, currency) VALUES (gen_random_uuid(), {whose}, '{}', '{}', '{}', 'x', '', 100, 'USD')",
        id(key),
        id(customer),
        id(link)
    )
}

fn customer(whose: &str, link: u128) -> String {
    format!(
        "INSERT INTO customers (id, company_id, partner_id, team_id, member_id, program_id, external_id, link_id, clicked_at) \
         VALUES (gen_random_uuid(), {whose}, 'x', '{}', now())",
        id(link)
    )
}

fn referral(whose: &str, duplicate_of: u128) -> String {
    format!(
        "INSERT INTO referrals (id, company_id, partner_id, team_id, member_id, program_id, name, email, search, duplicate_of) \
         VALUES (gen_random_uuid(), {whose}, 'X', 'x@y.example', 'x', '{}')",
        id(duplicate_of)
    )
}

fn refund(company: &str, sale: u128, key: u128) -> String {
    format!(
        "INSERT INTO refunds (id, company_id, conversion_id, partner_id, api_key_id, idempotency_key, request_hash, amount) \
         SELECT gen_random_uuid(), {company}, id, partner_id, '{}', 'x', '', 1 FROM conversions WHERE id = '{}'",
        id(key),
        id(sale)
    )
}

fn taken_back(company: &str, of: u128) -> String {
    format!(
        "INSERT INTO referral_refunds (id, company_id, partner_id, referral_id, amount, reason, refunded_by) \
         SELECT gen_random_uuid(), {company}, partner_id, id, 1, 'x', (SELECT id FROM users WHERE email = '{SAM}') FROM referrals WHERE id = '{}'",
        id(of)
    )
}

fn note(company: &str, partner: &str) -> String {
    let user = "(SELECT id FROM users WHERE email = 'sam@acme.example')";
    format!("INSERT INTO notes (id, company_id, partner_id, user_id, body) VALUES (gen_random_uuid(), {company}, {partner}, {user}, 'x')")
}

/// Puts a tag on a partner, whatever else is on it.
fn tagging(company: &str, partner: &str, tag: u128) -> String {
    format!(
        "DELETE FROM partner_tags; INSERT INTO partner_tags (company_id, partner_id, tag_id) VALUES ({company}, {partner}, '{}')",
        id(tag)
    )
}

fn conversation(company: &str, partner: &str, team: &str, member: &str) -> String {
    format!(
        "INSERT INTO conversations (id, company_id, partner_id, team_id, member_id) VALUES (gen_random_uuid(), {company}, {partner}, {team}, {member})"
    )
}

fn enrollment(company: &str, partner: &str, program: &str) -> String {
    format!("INSERT INTO enrollments (id, company_id, partner_id, program_id) VALUES (gen_random_uuid(), {company}, {partner}, {program})")
}

fn gift(company: &str, program: &str, course: u128) -> String {
    format!("INSERT INTO program_courses (company_id, program_id, course_id) VALUES ({company}, {program}, '{}')", id(course))
}

/// A line of the ledger, with its commission or its withdrawal.
fn booking(company: &str, partner: &str, source: &str, kind: &str) -> String {
    format!(
        "INSERT INTO ledger (id, company_id, partner_id, currency, kind, amount, available_at, commission_id, withdrawal_id, event) \
         VALUES (gen_random_uuid(), {company}, {partner}, 'USD', '{kind}', -1, now(), {source}, 'test ' || gen_random_uuid())"
    )
}

fn taking(company: &str, partner: &str, team: &str, details: u128, export: &str) -> String {
    let user = "(SELECT id FROM users WHERE email = 'frank@northwind.example')";
    format!(
        "INSERT INTO withdrawals (id, company_id, partner_id, team_id, currency, amount, details_id, requested_by, export_id) \
         VALUES (gen_random_uuid(), {company}, {partner}, {team}, 'USD', 1, '{}', {user}, {export})",
        id(details)
    )
}

#[actix_web::test]
async fn the_ledger_is_only_added_to() {
    let app = TestApp::start().await;
    let _scene = Scene::set(&app);
    let before = app.text("SELECT string_agg(l::text, ' ' ORDER BY id) FROM ledger l");
    for statement in ["UPDATE ledger SET amount = amount * 2", "DELETE FROM ledger", "TRUNCATE ledger", "TRUNCATE companies CASCADE"] {
        let error = app.connection().batch_execute(statement).expect_err(statement);
        assert!(error.to_string().contains("are never changed"), "{statement}: {error}");
    }
    assert_eq!(app.text("SELECT string_agg(l::text, ' ' ORDER BY id) FROM ledger l"), before);
}

#[actix_web::test]
async fn the_audit_log_is_only_added_to() {
    let app = TestApp::start().await;
    app.sql("INSERT INTO audit (id, action) VALUES (gen_random_uuid(), 'refused')");
    for statement in ["UPDATE audit SET action = 'x'", "DELETE FROM audit", "TRUNCATE audit", "TRUNCATE companies CASCADE"] {
        let error = app.connection().batch_execute(statement).expect_err(statement);
        assert!(error.to_string().contains("audit lines are never changed"), "{statement}: {error}");
    }
    assert_eq!(app.number("SELECT count(*) FROM audit"), 1);
}

#[actix_web::test]
async fn the_audit_log_names_nobody_and_quotes_nothing() {
    let app = TestApp::start_demo().await;
    let scene = Scene::set(&app);
    app.keep();
    for deed in changes() {
        app.restore();
        deed.perform(&app, &scene, "Quoted nowhere").await;
        let lines = app.text("SELECT coalesce(string_agg(concat_ws(' ', role, before::text, after::text), ' '), '') FROM audit");
        for (what, secret) in
            [("an address", "@"), ("a person", "Sam Whitaker"), ("a person", "Olivia"), ("a token", scene.invitation_token.as_str())]
        {
            assert!(!lines.contains(secret), "POST {} wrote {what} into the audit log: {lines}", deed.path);
        }
        let texts = ["message", "reason", "subject", "description", "terms", "lesson"];
        if deed.fields.iter().any(|(name, _)| texts.contains(name))
            && !deed.fields.iter().any(|(name, _)| *name == "name" || *name == "team_name")
        {
            assert!(!lines.contains("Quoted nowhere"), "POST {} quotes a text: {lines}", deed.path);
        }
    }
}
