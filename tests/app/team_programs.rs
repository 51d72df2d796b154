//! Programs as a team sees them: joining, new terms, leaving (rules 34, 46, 61).

use crate::support::{
    FilledForm, Scene, TestApp,
    personas::*,
    scene::{DUE_PROGRAM, OPEN_PROGRAM, SECOND_PROGRAM, id},
};

const LIST: &str = "/teams/northwind/programs";
const APPROVALS: &str = "/teams/northwind/approvals";

fn open() -> String {
    format!("{LIST}/{}", id(OPEN_PROGRAM))
}

fn due() -> String {
    format!("{LIST}/{}", id(DUE_PROGRAM))
}

impl TestApp {
    fn resellers(&self) -> String {
        format!("{LIST}/{}", self.text("SELECT id FROM programs WHERE name = 'Acme Resellers'"))
    }

    fn places(&self, program: u128) -> i64 {
        self.number(&format!("SELECT count(*) FROM enrollments WHERE program_id = '{}' AND left_at IS NULL", id(program)))
    }

    fn actions(&self, action: &str) -> i64 {
        self.number(&format!("SELECT count(*) FROM audit WHERE action = '{action}'"))
    }
}

fn ticked(form: FilledForm, number: &str) -> FilledForm {
    form.set("terms", number)
}

#[actix_web::test]
async fn the_list_shows_what_is_joined_what_is_open_and_what_was_left_and_no_closed_program() {
    let app = TestApp::start().await;
    let _scene = Scene::set(&app);
    for person in [OLIVIA, ADAM, MIA, FRANK] {
        let browser = app.signed_in(person);
        let page = browser.get(LIST).await;
        page.is(200).shows("Joined 2").shows("Open to join 1").shows("Left 0").hides("Acme Agencies").hides("Globex Affiliates");
        let rows = page.text_of("tbody tr");
        assert!(rows.iter().any(|row| row.contains("Acme RenewalsTerms due Acme Version 2 Version 1 accepted")), "{rows:?}");
        assert_eq!(browser.get(&format!("{LIST}?show=open")).await.text_of("tbody .name"), ["Globex Open"]);
        browser.get(&format!("{LIST}/{}", id(SECOND_PROGRAM))).await.is(404);
        let may = [OLIVIA, ADAM].contains(&person);
        let page = browser.get(&open()).await;
        page.is(200).shows("Be open.");
        assert_eq!((page.has_form("/enrollment"), page.text().contains("Only the team’s owner and admins join")), (may, !may), "{person}");
    }
}

#[actix_web::test]
async fn a_team_joins_an_open_program_with_the_terms_and_everybody_has_it_at_once() {
    let app = TestApp::start().await;
    let _scene = Scene::set(&app);
    app.sql("DELETE FROM outbox");
    let adam = app.signed_in(ADAM);
    let form = adam.get(&open()).await.form("/enrollment");
    let page = adam.submit(&form.clone().without("terms")).await;
    page.is(422);
    assert_eq!((page.error_at("terms").as_str(), app.places(OPEN_PROGRAM)), ("Error: Tick the box to accept the terms", 0));
    let done = adam.submit(&ticked(form.clone(), "1")).await;
    done.leads_to(&open());
    adam.follow(done).await.shows("Northwind joined Globex Open.").shows("Globex has been told.").shows("Adam Reyes accepted version 1 on");
    assert_eq!(app.places(OPEN_PROGRAM), 1);
    app.signed_in(MIA).get(LIST).await.shows("Globex Open").shows("Joined 3");
    app.signed_in(GUS).get("/companies/globex/partners").await.shows("Northwind");
    let receipt = app.last_mail_to(ADAM);
    assert_eq!(receipt.subject, "You accepted the terms of Globex Open");
    assert!(receipt.text.contains("Version") && receipt.text.contains("/terms/"), "{}", receipt.text);
    assert_eq!(app.last_mail_to(GUS).subject, "Northwind joined Globex Open");
    assert_eq!(app.mails().len(), 2);
    let line = "SELECT concat_ws(' ', role, after) FROM audit WHERE action = 'program joined'";
    assert_eq!(app.text(line), "admin {\"terms\": 1}");
    let again = adam.submit(&ticked(form, "1")).await;
    adam.follow(again).await.shows("Northwind is in Globex Open already.");
    assert_eq!((app.places(OPEN_PROGRAM), app.mails().len()), (1, 2));
}

#[actix_web::test]
async fn a_closed_program_is_joined_by_nobody() {
    let app = TestApp::start().await;
    let _scene = Scene::set(&app);
    let olivia = app.signed_in(OLIVIA);
    let globex = app.text("SELECT id FROM programs WHERE name = 'Globex Affiliates'");
    let before = app.dump();
    for program in [globex, id(SECOND_PROGRAM).to_string()] {
        olivia.get(&format!("{LIST}/{program}")).await.is(404);
        olivia.post(&format!("{LIST}/{program}/enrollment"), &[("terms", "1")]).await.is(404);
        olivia.post(&format!("{LIST}/{program}/acceptance"), &[("terms", "1")]).await.is(404);
        olivia.post(&format!("{LIST}/{program}/departure"), &[]).await.is(404);
    }
    assert_eq!(app.dump(), before);
}

#[actix_web::test]
async fn a_team_that_the_company_sent_away_comes_back_by_invitation_alone() {
    let app = TestApp::start().await;
    let _scene = Scene::set(&app);
    app.sql(&format!("UPDATE programs SET open = true WHERE name = 'Acme Agencies'; UPDATE partners SET ended_at = now() WHERE team_id = (SELECT id FROM teams WHERE slug = 'northwind'); UPDATE programs SET open = true WHERE id = '{0}'; UPDATE enrollments SET left_at = now() WHERE program_id = '{0}'", id(DUE_PROGRAM)));
    let olivia = app.signed_in(OLIVIA);
    olivia.get(&format!("{LIST}?show=open")).await.hides("Acme Agencies");
    olivia.get(&format!("{LIST}/{}", id(SECOND_PROGRAM))).await.is(404);
    let page = olivia.get(&due()).await;
    page.is(200).shows("The company ended the partnership.");
    assert!(!page.has_form("/enrollment"));
    olivia.post(&format!("{}/enrollment", due()), &[("terms", "2")]).await.is(403).shows("Ask Acme for an invitation.");
    assert_eq!(app.places(DUE_PROGRAM), 0);
}

#[actix_web::test]
async fn terms_that_changed_meanwhile_are_read_before_they_are_accepted() {
    let app = TestApp::start().await;
    let _scene = Scene::set(&app);
    let olivia = app.signed_in(OLIVIA);
    let (join, accept) = (olivia.get(&open()).await.form("/enrollment"), olivia.get(&due()).await.form("/acceptance"));
    app.sql(&format!(
        "INSERT INTO terms (id, program_id, number, body) VALUES (gen_random_uuid(), '{}', 2, 'Be more open.'), (gen_random_uuid(), '{}', 3, 'Be late.')",
        id(OPEN_PROGRAM),
        id(DUE_PROGRAM)
    ));
    for (form, number, text) in [(join, "1", "Be more open."), (accept, "2", "Be late.")] {
        let page = olivia.submit(&ticked(form, number)).await;
        page.is(422).shows(text);
        assert_eq!(page.error_at("terms"), "Error: Newer terms are in force now: read them and tick the box again");
    }
    assert_eq!((app.places(OPEN_PROGRAM), app.actions("terms accepted")), (0, 0));
}

#[actix_web::test]
async fn new_terms_show_what_changed_and_are_accepted_once_with_a_receipt() {
    let app = TestApp::start().await;
    let _scene = Scene::set(&app);
    app.sql("DELETE FROM outbox");
    let (olivia, adam) = (app.signed_in(OLIVIA), app.signed_in(ADAM));
    let page = olivia.get(&due()).await;
    page.shows("Terms due").shows("What changed since version 1").shows("Olivia Park accepted version 1");
    assert!(page.text_of(".changes ins")[0].starts_with("[added: very"));
    let (mine, his) = (page.form("/acceptance"), adam.get(&due()).await.form("/acceptance"));
    let done = olivia.submit(&ticked(mine, "2")).await;
    olivia.follow(done).await.shows("You accepted version 2 of the terms of Acme Renewals.").hides("Terms due");
    let later = adam.submit(&ticked(his, "2")).await;
    adam.follow(later).await.shows("These terms were accepted already.").shows("Olivia Park accepted version 2");
    assert_eq!((app.actions("terms accepted"), app.mails().len()), (1, 1));
    let receipt = app.last_mail_to(OLIVIA);
    let link = receipt.text.split_whitespace().find(|word| word.contains("/terms/")).unwrap();
    let read = olivia.get(link.trim_start_matches(&app.base_url)).await;
    read.is(200).shows("Version 2 of the terms of Acme Renewals").shows("Be very early.").shows("Accepted by Olivia Park");
}

#[actix_web::test]
async fn a_team_leaves_a_program_and_both_read_on() {
    let app = TestApp::start().await;
    let _scene = Scene::set(&app);
    app.sql("DELETE FROM outbox");
    let (olivia, path) = (app.signed_in(OLIVIA), app.resellers());
    let question = olivia.get(&format!("{path}/departure")).await;
    question.is(200).shows("Leave Acme Resellers?").shows("needs an invitation of Acme");
    let done = olivia.submit(&question.form("/departure")).await;
    done.leads_to(&path);
    let page = olivia.follow(done).await;
    page.shows("Northwind left Acme Resellers.").shows("Olivia Park accepted version 1").shows("Never promise what we do not sell.");
    assert!(!page.has_form("/enrollment") && !page.text().contains("Leave the program"));
    assert_eq!(olivia.get(&format!("{LIST}?show=left")).await.text_of("tbody .name"), ["Acme Resellers"]);
    olivia.get(&format!("{path}/departure")).await.is(404);
    let again = olivia.post(&format!("{path}/departure"), &[]).await;
    olivia.follow(again).await.shows("Northwind has left Acme Resellers already.");
    assert_eq!((app.actions("program left"), app.mails().len()), (1, 1));
    assert_eq!(app.last_mail_to(SAM).subject, "Northwind left Acme Resellers");
    let left = format!("{}/acceptances?show=left", path.replace("/teams/northwind", "/companies/acme"));
    app.signed_in(SAM).get(&left).await.is(200).shows("Northwind").shows("Version 1, by Olivia Park");
    app.signed_in(SAM).get("/companies/acme/partners/northwind").await.is(200);
}

#[actix_web::test]
async fn members_and_finance_join_accept_and_leave_nothing() {
    let app = TestApp::start().await;
    let _scene = Scene::set(&app);
    for person in [MIA, FRANK] {
        let browser = app.signed_in(person);
        for (path, noun) in [(open(), "enrollment"), (due(), "acceptance"), (due(), "departure")] {
            let page = browser.post(&format!("{path}/{noun}"), &[("terms", "1")]).await;
            page.is(403).shows("Only the team's owner and admins can do this.");
        }
    }
    assert_eq!((app.places(OPEN_PROGRAM), app.places(DUE_PROGRAM), app.actions("refused")), (0, 1, 6));
}

#[actix_web::test]
async fn who_was_demoted_meanwhile_joins_nothing() {
    use diesel::connection::SimpleConnection;
    let app = TestApp::start().await;
    let _scene = Scene::set(&app);
    let adam = app.signed_in(ADAM);
    let mut other = app.connection();
    other
        .batch_execute("BEGIN; SELECT 1 FROM teams WHERE slug = 'northwind' FOR NO KEY UPDATE; UPDATE members SET role = 'member' WHERE user_id = (SELECT id FROM users WHERE email = 'adam@northwind.example')")
        .unwrap();
    let joining = actix_web::rt::spawn(async move { adam.post(&format!("{}/enrollment", open()), &[("terms", "1")]).await });
    app.until_somebody_waits().await;
    other.batch_execute("COMMIT").unwrap();
    joining.await.unwrap().is(403);
    assert_eq!(app.places(OPEN_PROGRAM), 0);
}

#[actix_web::test]
async fn two_admins_who_join_at_once_make_one_enrollment() {
    let app = TestApp::start().await;
    let _scene = Scene::set(&app);
    let copy = app.copy().await;
    let (olivia, adam) = (app.signed_in(OLIVIA), app.signed_in(ADAM).on(&copy));
    app.sql("DELETE FROM outbox");
    let sending: Vec<_> = (0..12)
        .map(|n| {
            let browser = if n % 2 == 0 { olivia.clone() } else { adam.clone() };
            actix_web::rt::spawn(async move { browser.post(&format!("{}/enrollment", open()), &[("terms", "1")]).await })
        })
        .collect();
    for page in sending {
        page.await.unwrap().leads_to(&open());
    }
    let rows = app.number(&format!("SELECT count(*) FROM enrollments WHERE program_id = '{}'", id(OPEN_PROGRAM)));
    assert_eq!((rows, app.actions("program joined"), app.mails().len()), (1, 1, 2));
}

#[actix_web::test]
async fn accepting_against_publishing_leaves_what_one_after_the_other_could_have_left() {
    use diesel::connection::SimpleConnection;
    let app = TestApp::start().await;
    let _scene = Scene::set(&app);
    let olivia = app.signed_in(OLIVIA);
    // Somebody publishes, and has not committed yet: who accepts waits, and then finds the newer version in force.
    let mut other = app.connection();
    other
        .batch_execute(&format!(
            "BEGIN; SELECT 1 FROM programs WHERE id = '{0}' FOR NO KEY UPDATE; INSERT INTO terms (id, program_id, number, body) VALUES (gen_random_uuid(), '{0}', 3, 'Be late.')",
            id(DUE_PROGRAM)
        ))
        .unwrap();
    let accepting = actix_web::rt::spawn(async move { olivia.post(&format!("{}/acceptance", due()), &[("terms", "2")]).await });
    app.until_somebody_waits().await;
    other.batch_execute("COMMIT").unwrap();
    accepting.await.unwrap().is(422).shows("Be late.");
    assert_eq!(app.actions("terms accepted"), 0);
}

#[actix_web::test]
async fn several_of_all_kinds_are_answered_at_once() {
    let app = TestApp::start().await;
    let _scene = Scene::set(&app);
    let olivia = app.signed_in(OLIVIA);
    let page = olivia.get(APPROVALS).await;
    page.shows("3 decisions wait in Northwind.").shows("New terms by Acme").shows("Olivia Park accepted version 1.");
    let boxes = page.document();
    let boxes: Vec<(String, String)> = boxes
        .select(&scraper::Selector::parse("input[form=answers]").unwrap())
        .map(|tick| (tick.attr("name").unwrap().to_owned(), tick.attr("value").unwrap().to_owned()))
        .collect();
    assert_eq!(boxes.iter().map(|(name, _)| name.as_str()).collect::<std::collections::BTreeSet<_>>(), ["id", "program", "terms"].into());
    let all = |form: FilledForm| boxes.iter().fold(form, |form, (name, value)| form.add(name, value));
    let refused = olivia.submit(&all(page.form("answers")).set("answer", "rejection").set("reason", "Not now")).await;
    refused.is(422).shows("Untick the new terms");
    assert_eq!(refused.text_of("input[form=answers][checked]").len(), 3);
    let done = olivia.submit(&all(page.form("answers")).set("answer", "approval")).await;
    done.leads_to(APPROVALS);
    olivia.follow(done).await.shows("3 approved or accepted.").shows("Nothing waits for a decision");
    assert_eq!((app.actions("member approved"), app.actions("program joined"), app.actions("terms accepted")), (1, 1, 1));
    assert_eq!(app.places(SECOND_PROGRAM), 1);
}

#[actix_web::test]
async fn an_admin_answers_what_they_may_and_a_forged_rest_is_refused_and_written_down() {
    let app = TestApp::start().await;
    let _scene = Scene::set(&app);
    let adam = app.signed_in(ADAM);
    let page = adam.get(APPROVALS).await;
    assert_eq!(page.text_of(".decision label").len(), 2, "the program and the terms, not the member");
    let member =
        app.text("SELECT id FROM invitations WHERE status = 'waiting' AND team_id = (SELECT id FROM teams WHERE slug = 'northwind')");
    let before = app.actions("refused");
    adam.post(&format!("{APPROVALS}/answers"), &[("id", &member), ("answer", "approval")]).await.is(403);
    assert_eq!((app.actions("refused"), app.actions("member approved")), (before + 1, 0));
    for person in [MIA, FRANK] {
        let page = app.signed_in(person).get(APPROVALS).await;
        page.is(200).shows("Only the team’s owner approves members");
        assert!(page.text_of(".decision label").is_empty());
    }
}

#[actix_web::test]
async fn joining_again_sends_no_receipt_for_what_somebody_else_accepted_before() {
    let app = TestApp::start().await;
    let _scene = Scene::set(&app);
    let (olivia, adam) = (app.signed_in(OLIVIA), app.signed_in(ADAM));
    olivia.submit(&ticked(olivia.get(&open()).await.form("/enrollment"), "1")).await.leads_to(&open());
    assert_eq!(app.last_mail_to(OLIVIA).subject, "You accepted the terms of Globex Open");
    olivia.post(&format!("{}/departure", open()), &[]).await.leads_to(&open());
    app.sql("DELETE FROM outbox");
    adam.submit(&ticked(adam.get(&open()).await.form("/enrollment"), "1")).await.leads_to(&open());
    assert_eq!((app.places(OPEN_PROGRAM), app.mails_to(ADAM).len()), (1, 0), "version 1 was accepted by Olivia");
    adam.get(&open()).await.shows("Olivia Park accepted version 1");
}

#[actix_web::test]
async fn who_joins_an_open_program_is_asked_no_more_to_accept_an_invitation_into_it() {
    let app = TestApp::start().await;
    let _scene = Scene::set(&app);
    app.sql(&format!("UPDATE programs SET open = true WHERE id = '{}'", id(SECOND_PROGRAM)));
    let (olivia, path) = (app.signed_in(OLIVIA), format!("{LIST}/{}", id(SECOND_PROGRAM)));
    olivia.get(APPROVALS).await.shows("Program invitation by Acme");
    olivia.submit(&ticked(olivia.get(&path).await.form("/enrollment"), "1")).await.leads_to(&path);
    olivia.get(APPROVALS).await.hides("Program invitation by Acme");
    let line = "SELECT concat_ws(' ', i.status, a.after ->> 'because') FROM audit a JOIN invitations i ON i.id = a.target_id WHERE a.action = 'invitation revoked'";
    assert_eq!(app.text(line), "revoked in program");
    app.signed_in(SAM).get("/companies/acme/audit").await.shows("ended, since the team they put it before is in Acme Agencies");
}
