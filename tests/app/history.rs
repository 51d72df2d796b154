//! The audit log as people read it: a team's history, a company's log, the log as a file (rules 32 and 46, S57, S61).

use crate::support::{Scene, TestApp, catalogue::changes, personas::*};
use diesel::{QueryableByName, RunQueryDsl, sql_query, sql_types::Text};
use guildhall::audit::{Action, lines::Of, sentence};

const HISTORY: &str = "/teams/northwind/history";
const AUDIT: &str = "/companies/acme/audit";

#[derive(QueryableByName)]
struct Plan {
    #[diesel(sql_type = Text, column_name = "QUERY PLAN")]
    line: String,
}

impl TestApp {
    /// How the database would answer that statement.
    fn plan(&self, statement: &str) -> String {
        let plan: Vec<Plan> = sql_query(format!("EXPLAIN {statement}")).load(&mut self.connection()).expect("a plan");
        plan.into_iter().map(|row| row.line).collect::<Vec<_>>().join("\n")
    }

    /// A line written so many minutes ago.
    fn line(&self, company: &str, team: &str, who: &str, action: Action, minutes: i32) {
        let of = |table: &str, slug: &str| {
            if slug.is_empty() { "NULL".to_owned() } else { format!("(SELECT id FROM {table} WHERE slug = '{slug}')") }
        };
        let who = if who.is_empty() { "NULL".to_owned() } else { format!("(SELECT id FROM users WHERE email = '{who}')") };
        self.sql(&format!(
            "INSERT INTO audit (id, company_id, team_id, user_id, role, action, at) VALUES (gen_random_uuid(), {}, {}, {who}, 'admin', '{action}', now() - {minutes} * interval '1 minute')",
            of("companies", company),
            of("teams", team)
        ));
    }
}

#[actix_web::test]
async fn the_teams_history_tells_in_sentences_who_did_what() {
    let app = TestApp::start().await;
    let scene = Scene::set(&app);
    let olivia = app.signed_in(OLIVIA);
    olivia.post(&scene.path("/teams/{team}/programs/{program}/acceptance"), &[("terms", "2")]).await.is(303);
    olivia.post(&scene.path("/teams/{team}/approvals/{invitation}/approval"), &[("role", "admin")]).await.is(303);
    olivia.post(&scene.path("/teams/{team}/programs/{program}/departure"), &[]).await.is(303);
    app.signed_in(MIA).post(&scene.path("/teams/{team}/programs/{program}/departure"), &[]).await.is(403);
    let told = app.signed_in(ADAM).get(HISTORY).await.text_of("tbody .told");
    assert_eq!(
        told,
        [
            "Mia Chen tried what their role does not allow, and was refused",
            "Olivia Park left Acme Resellers for Northwind",
            &format!(
                "Olivia Park approved {} for Northwind as admin",
                app.text("SELECT email FROM invitations WHERE status = 'sent' AND team_id IS NOT NULL AND approved_by IS NOT NULL")
            ),
            "Olivia Park accepted the terms of Acme Renewals, version 2, for Northwind",
        ]
    );
    for person in [MIA, FRANK] {
        app.signed_in(person).get(HISTORY).await.is(403).shows("Only the team's owner and admins can do this.");
        app.signed_in(person).get("/teams/northwind").await.hides("History");
    }
}

#[actix_web::test]
async fn a_team_reads_its_own_lines_and_not_what_a_company_keeps_for_itself() {
    let app = TestApp::start().await;
    for action in Action::ALL {
        app.line("acme", "northwind", SAM, *action, 1);
    }
    app.line("", "brightwater", TOMAS, Action::MemberJoined, 1);
    let page = app.signed_in(OLIVIA).get(HISTORY).await;
    let told = [
        page.text_of("tbody .told"),
        match page.links("a[rel=next]").first() {
            Some(next) => app.signed_in(OLIVIA).get(next).await.text_of("tbody .told"),
            None => Vec::new(),
        },
    ]
    .concat();
    assert_eq!(told.len(), Action::ALL.iter().filter(|action| sentence::is_the_teams(**action)).count());
    let text = told.join("\n");
    for private in ["note", "tagged", "took the tag", "assigned", "message", "Tomás"] {
        assert!(!text.contains(private), "{private} in {text}");
    }
}

#[actix_web::test]
async fn who_may_not_see_the_teams_money_reads_nothing_of_it_in_its_history() {
    let app = TestApp::start().await;
    let money: Vec<&Action> = Action::ALL.iter().filter(|action| sentence::tells_money(**action)).collect();
    let steps = Action::ALL.iter().filter(|action| action.as_str().starts_with("withdrawal ")).count();
    assert_eq!((money.len(), steps), (5, 4), "every step of a withdrawal, and where it goes");
    for action in &money {
        app.line("acme", "northwind", FRANK, **action, 1);
    }
    app.line("acme", "northwind", ADAM, Action::ProgramJoined, 2);
    let (olivia, adam) = (app.signed_in(OLIVIA), app.signed_in(ADAM));
    let told = async |browser: &crate::support::Browser| browser.get(HISTORY).await.text_of("tbody .told").len();
    adam.get("/teams/northwind/commissions").await.is(403);
    assert_eq!((told(&olivia).await, told(&adam).await), (6, 1));
    app.sql("UPDATE teams SET switches = ARRAY['admin: see commissions'] WHERE slug = 'northwind'");
    adam.get("/teams/northwind/commissions").await.is(200);
    assert_eq!((told(&olivia).await, told(&adam).await), (6, 6));
}

#[actix_web::test]
async fn a_history_is_found_by_its_index_whatever_else_was_done_about_the_team() {
    let app = TestApp::start().await;
    let team = app.text("SELECT id FROM teams WHERE slug = 'northwind'");
    app.sql(&format!(
        "INSERT INTO audit (id, team_id, action, at) SELECT gen_random_uuid(), '{team}', CASE WHEN n % 100 = 0 THEN 'member joined' ELSE 'sale reported' END, now() - n * interval '1 second' \
         FROM generate_series(1, 20000) n; ANALYZE audit"
    ));
    for sees_money in [true, false] {
        let of = Of::Team { team: team.parse().unwrap(), sees_money };
        let lines = of.lines().replace("$1", &format!("'{team}'"));
        let plan =
            app.plan(&format!("SELECT a.* {lines} AND (a.at, a.id) < (now(), gen_random_uuid()) ORDER BY a.at DESC, a.id DESC LIMIT 26"));
        assert!(plan.contains("Index Scan using audit_of_team"), "{plan}");
    }
}

#[actix_web::test]
async fn the_log_is_narrowed_to_staff_first_and_whom_the_address_names_is_always_among_them() {
    let app = TestApp::start().await;
    app.sql(
        "WITH u AS (INSERT INTO users (id, email, name, search) SELECT gen_random_uuid(), 'a' || n || '@many.example', 'Aaron ' || n, 'a' FROM generate_series(1, 300) n RETURNING id) \
         INSERT INTO audit (id, company_id, user_id, action) SELECT gen_random_uuid(), c.id, u.id, 'program joined' FROM u, companies c WHERE c.slug = 'acme'",
    );
    app.line("acme", "northwind", OLIVIA, Action::ProgramJoined, 1);
    app.line("globex", "", GUS, Action::ProgramCreated, 1);
    let sam = app.signed_in(SAM);
    let options = async |query: &str| sam.get(&format!("{AUDIT}{query}")).await.text_of("#person option");
    let shown = options("").await;
    assert_eq!((shown.len(), &shown[..5]), (201, &["Anybody", "Max Adler", "Sam Whitaker", "Vera Lind", "Aaron 1"].map(String::from)[..]));
    let id = |email: &str| app.text(&format!("SELECT id FROM users WHERE email = '{email}'"));
    let page = sam.get(&format!("{AUDIT}?person={}", id(OLIVIA))).await;
    assert_eq!(page.form("/audit").value("person"), Some(id(OLIVIA).as_str()));
    assert_eq!(page.text_of("#person option").last().map(String::as_str), Some("Olivia Park"));
    assert!(!options(&format!("?person={}", id(GUS))).await.contains(&"Gus Porter".to_owned()), "he did nothing here");
}

#[actix_web::test]
async fn a_companys_log_is_its_own_and_its_administrators() {
    let app = TestApp::start().await;
    app.line("acme", "northwind", OLIVIA, Action::ProgramJoined, 3);
    app.line("globex", "", GUS, Action::ProgramCreated, 2);
    app.line("", "northwind", ADAM, Action::MemberJoined, 1);
    app.line("acme", "", "", Action::CompanyFounded, 4);
    let page = app.signed_in(SAM).get(AUDIT).await;
    page.is(200).hides("Gus Porter").hides("Adam Reyes");
    assert_eq!(
        page.text_of("tbody .told"),
        ["Olivia Park joined a program for Northwind and accepted its terms", "The program founded Acme"]
    );
    for person in [MAX, VERA] {
        app.signed_in(person).get(AUDIT).await.is(403).shows("Only administrators can do this");
        app.signed_in(person).get(&format!("{AUDIT}/export")).await.is(403);
        app.signed_in(person).get("/companies/acme/partners").await.hides("Audit log");
    }
}

#[actix_web::test]
async fn the_log_is_narrowed_in_the_address_and_its_pages_and_its_file_with_it() {
    let app = TestApp::start().await;
    for minutes in 0..30 {
        app.line("acme", "", MAX, Action::ProgramEdited, minutes);
        app.line("acme", "", SAM, Action::ProgramCreated, minutes);
    }
    app.line("acme", "", MAX, Action::ProgramCreated, 60 * 24 * 40);
    let max = app.text(&format!("SELECT id FROM users WHERE email = '{MAX}'"));
    let sam = app.signed_in(SAM);
    let count = async |query: &str| {
        let mut page = sam.get(&format!("{AUDIT}?{query}")).await;
        let mut told = page.text_of("tbody .told");
        while let Some(next) = page.links("a[rel=next]").first().cloned() {
            page = sam.get(&next).await;
            told.extend(page.text_of("tbody .told"));
        }
        let file = sam.get(&format!("{AUDIT}/export?{query}")).await;
        file.is(200);
        assert_eq!(file.body.lines().count() - 1, told.len(), "{query}");
        for (says, line) in told.iter().zip(file.body.lines().skip(1)) {
            assert!(line.contains(says.as_str()), "{line}");
        }
        told.len()
    };
    let (past, now) = ("2000-01-01", "2999-01-01");
    assert_eq!(count("").await, 61);
    assert_eq!(count(&format!("person={max}")).await, 31);
    assert_eq!(count("action=program+edited").await, 30);
    assert_eq!(count(&format!("person={max}&action=program+created")).await, 1);
    assert_eq!(count(&format!("from={past}&to={now}")).await, 61);
    assert_eq!(count(&format!("from={now}")).await, 0);
    assert_eq!(count(&format!("to={past}")).await, 0);
    let month_ago = app.text("(now() - interval '30 days')::date");
    assert_eq!(count(&format!("to={month_ago}")).await, 1);
    assert_eq!(count(&format!("from={month_ago}&person={max}")).await, 30);
    assert_eq!(count("person=nonsense&action=nonsense&from=nonsense").await, 61);
    let page = sam.get(&format!("{AUDIT}?person={max}&from={month_ago}")).await;
    assert_eq!((page.form("/audit").value("from"), page.form("/audit").value("person")), (Some(month_ago.as_str()), Some(max.as_str())));
    sam.get(&format!("{AUDIT}?to={past}")).await.shows("Nothing matches");
}

#[actix_web::test]
async fn the_file_is_an_attachment_without_formulas() {
    let app = TestApp::start().await;
    app.sql(&format!("UPDATE users SET name = '=HYPERLINK(\"http://evil.example\")' WHERE email = '{MAX}'"));
    app.line("acme", "", MAX, Action::ProgramEdited, 1);
    let file = app.signed_in(SAM).get(&format!("{AUDIT}/export")).await;
    file.is(200);
    assert_eq!(file.header("content-type"), "text/csv; charset=utf-8; header=present");
    assert_eq!(file.header("content-disposition"), "attachment; filename=\"acme-audit.csv\"");
    assert_eq!(file.header("x-content-type-options"), "nosniff");
    let line = file.body.lines().nth(1).unwrap();
    assert!(line.contains("\"'=HYPERLINK(\"\"http://evil.example\"\")\",\"max@acme.example\",\"admin\""), "{line}");
    assert!(file.body.ends_with("\r\n") && !file.body.contains(",\"=") && file.body.starts_with("\"When (UTC)\",\"Person\""));
}

#[actix_web::test]
async fn a_long_log_comes_as_one_file() {
    let app = TestApp::start().await;
    app.sql("INSERT INTO audit (id, company_id, action, at) SELECT gen_random_uuid(), c.id, 'program edited', now() - n * interval '1 second' FROM companies c, generate_series(1, 3500) n WHERE c.slug = 'acme'");
    let file = app.signed_in(SAM).get(&format!("{AUDIT}/export")).await;
    assert_eq!(file.is(200).body.lines().count(), 3501);
}

#[actix_web::test]
async fn the_file_asks_for_a_fresh_proof() {
    let app = TestApp::start().await;
    let sam = app.signed_in(SAM);
    app.sql("UPDATE sessions SET proved_at = now() - interval '11 minutes'");
    let page = sam.get(&format!("{AUDIT}/export")).await;
    page.is(303);
    assert!(page.location().unwrap().starts_with("/account/confirmation?next="), "{:?}", page.location());
    sam.get(AUDIT).await.is(200);
}

#[actix_web::test]
async fn every_deed_reads_as_a_sentence_with_names() {
    let app = TestApp::start_demo().await;
    let scene = Scene::set(&app);
    app.keep();
    for deed in changes() {
        app.restore();
        // Signed in before: what people do with their own account ends sessions and changes addresses.
        let readers = [(app.signed_in(SAM), AUDIT), (app.signed_in(OLIVIA), HISTORY)];
        deed.perform(&app, &scene, "Plain words").await;
        for (reader, path) in readers {
            let page = reader.visit(path).await;
            for told in page.text_of("tbody .told") {
                let vague = ["somebody", "a program", "a team ", "The program ", "  "];
                let by_nobody = deed.by.is_empty() && told.starts_with("The program ");
                assert!(by_nobody || !vague.iter().any(|words| told.contains(words)), "POST {}: {told}", deed.path);
            }
        }
    }
}

#[actix_web::test]
async fn a_page_takes_as_many_statements_for_200_lines_as_for_one() {
    let app = TestApp::start().await;
    let (sam, olivia) = (app.signed_in(SAM), app.signed_in(OLIVIA));
    let count = async || {
        let mut counts = Vec::new();
        for (browser, path) in [(&sam, AUDIT), (&olivia, HISTORY)] {
            browser.get(path).await.is(200);
            let before = app.db.statements();
            browser.get(path).await.is(200);
            counts.push(app.db.statements() - before);
        }
        counts
    };
    app.line("acme", "northwind", OLIVIA, Action::ProgramJoined, 1);
    let one = count().await;
    for minutes in 0..200 {
        app.line("acme", "northwind", OLIVIA, Action::ProgramJoined, minutes);
    }
    assert_eq!(count().await, one);
}
