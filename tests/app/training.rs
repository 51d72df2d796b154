//! Training: courses written and given by a company, taken by members, seen by owner, admin and company.

use crate::support::{Browser, FilledForm, TestApp, personas::*};
use diesel::{PgConnection, RunQueryDsl, sql_query};
use guildhall::{
    audit::Actor,
    companies::staff::Staff,
    ids::{CourseId, LessonId, MemberId},
    teams::Membership,
    training::{Course, CourseText, Gift, Lesson, LessonText, Progress, Written, lesson::Way, taking},
};
use proptest::{
    prelude::*,
    test_runner::{Config, TestRunner},
};
use std::collections::BTreeSet;

const LIST: &str = "/companies/acme/courses";
const TRAINING: &str = "/teams/northwind/training";

/// Acme's course in Acme Resellers with these lessons, all published.
struct Taught {
    course: CourseId,
    lessons: Vec<LessonId>,
}

impl Taught {
    fn course(&self) -> String {
        format!("{LIST}/{}", self.course)
    }
    fn lesson(&self, nth: usize) -> String {
        format!("{TRAINING}/{}/{}", self.course, self.lessons[nth])
    }
    async fn done(&self, browser: &Browser, nth: usize) {
        browser.post(&format!("{}/completion", self.lesson(nth)), &[]).await.is(303);
    }
}

fn sam(conn: &mut PgConnection) -> Staff {
    let id = guildhall::accounts::User::by_email(conn, &guildhall::email_address::EmailAddress::parse(SAM).unwrap()).unwrap().unwrap().id;
    Staff::of(conn, id, "acme").unwrap()
}

fn write(conn: &mut PgConnection, by: &Staff, course: CourseId, title: &str, published: bool) -> LessonId {
    let text = LessonText { title: title.to_owned(), body: format!("All about **{title}**.") };
    let id = Lesson::add(conn, &Actor::program(), by, course, &text).unwrap().id;
    if published {
        Lesson::publish(conn, &Actor::program(), by, course, id).unwrap();
    }
    id
}

fn teach(app: &TestApp, name: &str, lessons: &[&str], required: bool) -> Taught {
    let conn = &mut app.connection();
    let by = sam(conn);
    let text = CourseText { name: name.to_owned(), description: "Good to know.".to_owned() };
    let Written::Saved(course) = Course::add(conn, &Actor::program(), &by, &text).unwrap() else { panic!("{name} is taken") };
    let program = app.text("SELECT id FROM programs WHERE name = 'Acme Resellers'").parse().unwrap();
    Course::give(conn, &Actor::program(), &by, course.id, &[Gift { program, required }]).unwrap();
    let lessons = lessons.iter().map(|title| write(conn, &by, course.id, title, true)).collect();
    Taught { course: course.id, lessons }
}

fn member_page(app: &TestApp, email: &str) -> String {
    let id = app.text(&format!("SELECT m.id FROM members m JOIN users u ON u.id = m.user_id WHERE u.email = '{email}'"));
    format!("/companies/acme/partners/northwind/members/{id}")
}

#[actix_web::test]
async fn a_company_without_courses_shows_nothing_about_training_anywhere() {
    let app = TestApp::start().await;
    for path in ["/companies/acme/partners", "/companies/acme/partners/northwind", &member_page(&app, MIA), "/companies/acme/programs"] {
        app.signed_in(VERA).get(path).await.is(200).hides("raining").hides("trained");
    }
    for path in ["/teams/northwind", "/teams/northwind/members", "/teams/northwind/approvals"] {
        app.signed_in(OLIVIA).get(path).await.is(200).hides("raining");
    }
    app.signed_in(SAM).get(LIST).await.shows("No courses yet").shows("Make a course");
    app.signed_in(VERA).get(LIST).await.shows("Ask one of them").hides("Make a course");
    app.signed_in(MIA).get(TRAINING).await.shows("No courses yet");
    // A course that reaches nobody is the company's own matter.
    let taught = teach(&app, "Product tour", &[], true);
    app.signed_in(VERA).get("/companies/acme/programs").await.shows("Training");
    app.signed_in(MIA).get("/teams/northwind").await.hides("raining");
    app.signed_in(MIA).get(&format!("{TRAINING}/{}", taught.course)).await.is(404);
}

#[actix_web::test]
async fn a_course_is_written_given_and_ordered_by_forms() {
    let app = TestApp::start().await;
    let max = app.signed_in(MAX);
    let made = max.submit(&max.get(&format!("{LIST}/new")).await.form("/courses").set("name", "Product tour")).await;
    let course = made.is(303).location().unwrap();
    max.follow(made).await.shows("Product tour is made.").shows("No lessons yet");
    for title in ["One", "Two", "Three"] {
        let form = max.get(&format!("{course}/lessons/new")).await.form("/lessons");
        let saved = max.submit(&form.set("title", title).set("lesson", "## Begin\n\nRead *this*.")).await;
        saved.leads_to(&course);
    }
    let titles = async || max.get(&course).await.text_of("tbody .cell-head a");
    assert_eq!(titles().await, ["One", "Two", "Three"]);
    let page = max.get(&course).await;
    assert_eq!(
        (page.text_of("form[action$=ascent] [disabled]").len(), page.text_of("form[action$=descent] [disabled]").len()),
        (1, 1),
        "at an end"
    );
    let id = |title: &str| app.text(&format!("SELECT id FROM lessons WHERE title = '{title}'"));
    let shift = async |title: &str, way: &str| {
        max.post(&format!("{course}/lessons/{}/{way}", id(title)), &[]).await.leads_to(&format!("{course}#lesson-{}", id(title)));
    };
    shift("Three", "ascent").await;
    assert_eq!(titles().await, ["One", "Three", "Two"]);
    shift("One", "descent").await;
    assert_eq!(titles().await, ["Three", "One", "Two"]);
    shift("Three", "ascent").await;
    assert_eq!(titles().await, ["Three", "One", "Two"], "the first stays the first");

    let published = max.post(&format!("{course}/lessons/{}/publication", id("One")), &[]).await;
    published.leads_to(&course);
    max.follow(published).await.shows("One is published. Members see it now.").hides("finished").shows("Unpublish One");
    let give = max.get(&course).await.form("/programs");
    let program = app.text("SELECT id FROM programs WHERE name = 'Acme Resellers'");
    let given = max.submit(&give.set("required", &program)).await;
    max.follow(given).await.shows("Product tour is given to 1 program.").shows("1 published lesson").shows("2 drafts");
    assert_eq!(app.text("SELECT required FROM program_courses"), "true", "what requires a course has it");
    max.get(LIST).await.shows("Product tour 1 lesson · 2 drafts Acme Resellers Required");
    app.signed_in(MIA).get("/teams/northwind").await.shows("Training");
    app.signed_in(MIA).get(TRAINING).await.shows("Product tour").shows("Acme · Required").shows("Not started");
}

#[actix_web::test]
async fn a_preview_shows_the_text_and_saves_nothing() {
    let app = TestApp::start().await;
    let (taught, sam) = (teach(&app, "Product tour", &["One"], false), app.signed_in(SAM));
    let before = app.dump();
    let form = sam.get(&format!("{}/lessons/new", taught.course())).await.form("/lessons");
    let typed = |form: FilledForm| form.set("title", "Two").set("lesson", "Be **bold** <script>alert(1)</script>").set("preview", "true");
    let page = sam.submit(&typed(form)).await;
    page.is(200).shows("Not saved yet");
    assert_eq!(page.text_of(".preview strong"), ["bold"]);
    assert!(page.text_of(".preview script").is_empty());
    assert_eq!(page.form("/lessons").value("title"), Some("Two"));
    let path = format!("{}/lessons/{}", taught.course(), taught.lessons[0]);
    let page = sam.submit(&typed(sam.get(&path).await.form(&path))).await;
    assert_eq!((page.is(200).text_of(".preview strong"), page.form(&path).value("title")), (vec!["bold".to_owned()], Some("Two")));
    assert_eq!(app.dump(), before);
    sam.submit(&page.form(&path)).await.leads_to(&taught.course());
    app.signed_in(MIA).get(&taught.lesson(0)).await.shows("Be bold");
}

#[actix_web::test]
async fn what_is_not_in_order_is_refused_with_what_was_typed() {
    let app = TestApp::start().await;
    let (taught, sam) = (teach(&app, "Product tour", &["One"], false), app.signed_in(SAM));
    let before = app.dump();
    let form = sam.get(&format!("{LIST}/new")).await.form("/courses");
    let page = sam.submit(&form.clone().set("name", "PRODUCT tour").set("description", "Kept")).await;
    page.is(422);
    assert_eq!(page.error_at("name"), "Error: Choose another name: the company has a course of this one");
    assert_eq!(page.form("/courses").value("description"), Some("Kept"));
    let page = sam.submit(&form.set("name", "").set("description", &"x".repeat(2001))).await;
    page.is(422).shows("Two things to correct");
    assert_eq!(page.error_at("description"), "Error: The description must be 2000 characters or fewer");

    let page = sam.submit(&sam.get(&taught.course()).await.form(&taught.course()).set("name", " ").set("description", "Kept too")).await;
    assert_eq!(page.is(422).error_at("name"), "Error: Enter the course's name");
    assert_eq!(page.form(&taught.course()).value("description"), Some("Kept too"));

    for path in [format!("{}/lessons", taught.course()), format!("{}/lessons/{}", taught.course(), taught.lessons[0])] {
        let page = sam.post(&path, &[("title", "Fine"), ("lesson", " ")]).await;
        assert_eq!(page.is(422).error_at("lesson"), "Error: Write the lesson");
        assert_eq!(page.form(&path).value("title"), Some("Fine"));
        let page = sam.post(&path, &[("title", ""), ("lesson", &"長".repeat(20_001))]).await;
        assert_eq!(page.is(422).error_at("lesson"), "Error: The lesson must be 20000 characters or fewer");
        assert_eq!(page.error_at("title"), "Error: Enter the lesson's title");
    }
    assert_eq!(app.dump(), before);
    sam.post(&format!("{}/lessons", taught.course()), &[("title", "長"), ("lesson", &"長".repeat(20_000))]).await.is(303);
}

#[actix_web::test]
async fn a_member_reads_marks_and_resumes() {
    let app = TestApp::start().await;
    let taught = teach(&app, "Product tour", &["One", "Two", "Three"], true);
    let mia = app.signed_in(MIA);
    let page = mia.get(TRAINING).await;
    assert_eq!(page.links("main .button.primary"), [taught.lesson(0)]);
    let page = mia.get(&taught.lesson(0)).await;
    page.is(200).shows("Lesson 1 of 3").shows("All about One.");
    assert_eq!(page.text_of("article strong"), ["One"]);
    let next = mia.submit(&page.form("/completion")).await;
    next.leads_to(&taught.lesson(1));
    mia.follow(next).await.shows("Marked as done.").shows("Lesson 2 of 3");
    taught.done(&mia, 2).await;
    let page = mia.get(TRAINING).await;
    page.shows("2 of 3 lessons").shows("Resume");
    assert_eq!(page.links("main .button.primary"), [taught.lesson(1)], "the first that is not done");
    let last = mia.post(&format!("{}/completion", taught.lesson(1)), &[]).await;
    last.leads_to(&format!("{TRAINING}/{}", taught.course));
    mia.follow(last).await.shows("You have done every lesson.").shows("Finished today");
    let page = mia.get(&taught.lesson(1)).await;
    let undone = mia.submit(&page.form("/reversal")).await;
    undone.leads_to(&taught.lesson(1));
    mia.get(TRAINING).await.shows("2 of 3 lessons").hides("Finished");
}

#[actix_web::test]
async fn what_is_to_be_done_stands_before_what_is_finished_and_what_is_begun_is_the_button() {
    let app = TestApp::start().await;
    let courses = ["Alpha", "Beta", "Gamma"].map(|name| teach(&app, name, &["One", "Two"], true));
    let mia = app.signed_in(MIA);
    for nth in [0, 1] {
        courses[0].done(&mia, nth).await;
    }
    courses[2].done(&mia, 0).await;
    let page = mia.get(TRAINING).await;
    assert_eq!(page.text_of(".decision h2"), ["Beta", "Gamma", "Alpha"]);
    assert_eq!(page.links("main .button.primary"), [courses[2].lesson(1)], "to resume comes before to start");
}

#[actix_web::test]
async fn done_twice_is_done_once() {
    let app = TestApp::start().await;
    let taught = teach(&app, "Product tour", &["One", "Two"], true);
    let (mia, path) = (app.signed_in(MIA), taught.lesson(0));
    let (first, second) = (mia.post(&format!("{path}/completion"), &[]).await, mia.post(&format!("{path}/completion"), &[]).await);
    assert_eq!((first.location(), first.status), (second.location(), second.status));
    assert_eq!(app.number("SELECT count(*) FROM completions"), 1);
    assert_eq!(app.number("SELECT count(*) FROM audit WHERE action = 'lesson done'"), 1);
}

#[actix_web::test]
async fn two_tabs_that_do_the_last_two_lessons_at_once_finish_the_course() {
    let app = TestApp::start().await;
    let taught = teach(&app, "Product tour", &["One", "Two"], true);
    let mia = app.signed_in(MIA);
    let (go, held) = (tokio::sync::oneshot::channel(), std::sync::mpsc::channel());
    // Another tab has done the first and not ended: the second waits for it, and sees what it did.
    let (lesson, mut other) = (taught.lessons[0], app.connection());
    let tab = std::thread::spawn(move || {
        use diesel::Connection;
        other
            .transaction::<_, diesel::result::Error, _>(|conn| {
                sql_query(format!("SELECT 1 FROM members WHERE user_id = (SELECT id FROM users WHERE email = '{MIA}') FOR NO KEY UPDATE")).execute(conn)?;
                go.0.send(()).unwrap();
                held.1.recv().unwrap();
                sql_query(format!("INSERT INTO completions (lesson_id, member_id) SELECT '{lesson}', m.id FROM members m JOIN users u ON u.id = m.user_id WHERE u.email = '{MIA}'")).execute(conn)
            })
            .unwrap();
    });
    go.1.await.unwrap();
    let second = actix_web::rt::spawn({
        let (mia, path) = (mia.clone(), format!("{}/completion", taught.lesson(1)));
        async move { mia.post(&path, &[]).await.location() }
    });
    app.until_somebody_waits().await;
    held.0.send(()).unwrap();
    assert_eq!(second.await.unwrap(), Some(format!("{TRAINING}/{}", taught.course)));
    tab.join().unwrap();
    assert_eq!(app.number("SELECT count(*) FROM course_completions"), 1);
}

#[actix_web::test]
async fn a_lesson_published_later_is_new_and_undoes_nothing() {
    let app = TestApp::start().await;
    let taught = teach(&app, "Product tour", &["One"], true);
    let (mia, sam_) = (app.signed_in(MIA), app.signed_in(SAM));
    taught.done(&mia, 0).await;
    app.sql("UPDATE course_completions SET at = '2025-05-03 12:00+00'; UPDATE completions SET at = '2025-05-03 12:00+00'");
    let conn = &mut app.connection();
    let by = sam(conn);
    let later = write(conn, &by, taught.course, "Later", true);
    let draft = write(conn, &by, taught.course, "Draft", false);
    let words = "Finished on 3 May 2025 · 1 new lesson";
    mia.get(TRAINING).await.shows(words).shows("Read what is new").hides("Draft");
    let page = mia.get(&format!("{TRAINING}/{}", taught.course)).await;
    page.shows("2. Later New").hides("Draft");
    mia.get(&format!("{TRAINING}/{}/{draft}", taught.course)).await.is(404);
    mia.post(&format!("{TRAINING}/{}/{draft}/completion", taught.course), &[]).await.is(404);
    sam_.get(&member_page(&app, MIA)).await.shows(words).shows("1 of 1 course finished");
    sam_.get("/companies/acme/partners/northwind").await.shows("1 of 4 finished what is required");

    let (retraction, publication) =
        (format!("{}/lessons/{later}/retraction", taught.course()), format!("{}/lessons/{later}/publication", taught.course()));
    sam_.post(&retraction, &[]).await.is(303);
    let again = sam_.post(&publication, &[]).await;
    sam_.follow(again).await.shows("Who has finished the course before stays finished, and sees it as new.");

    mia.post(&format!("{TRAINING}/{}/{later}/completion", taught.course), &[]).await.is(303);
    mia.get(TRAINING).await.shows("Finished on 3 May 2025").hides("new lesson");
    mia.post(&format!("{TRAINING}/{}/{later}/reversal", taught.course), &[]).await.is(303);
    mia.get(TRAINING).await.shows(words);
    mia.post(&format!("{}/reversal", taught.lesson(0)), &[]).await.is(303);
    mia.get(TRAINING).await.shows("Not started");
}

#[actix_web::test]
async fn owner_and_admin_see_everybody_and_the_others_themselves() {
    let app = TestApp::start().await;
    let taught = teach(&app, "Product tour", &["One", "Two"], false);
    taught.done(&app.signed_in(MIA), 0).await;
    for person in [OLIVIA, ADAM] {
        let page = app.signed_in(person).get(TRAINING).await;
        page.shows("Mia Chen").shows("1 of 2 lessons");
        assert_eq!(page.text_of("#team tbody tr").len(), 4);
    }
    for n in 0..4 {
        teach(&app, &format!("Course {n}"), &["One"], false);
    }
    let page = app.signed_in(ADAM).get(TRAINING).await;
    assert_eq!(page.text_of("#team tbody tr")[0].matches("Course ").count(), 4, "more courses than columns have room are listed");
    page.shows("0 of 5 courses finished");
    let page = app.signed_in(FRANK).get(TRAINING).await;
    page.hides("Mia Chen").hides("1 of 2 lessons").shows("Not started").shows("owner and admins see how far everybody is");
}

#[actix_web::test]
async fn the_company_sees_how_far_members_are() {
    let app = TestApp::start().await;
    let tour = teach(&app, "Product tour", &["One"], true);
    let clinics = teach(&app, "Selling to clinics", &["First", "Second", "Third"], false);
    let (mia, olivia) = (app.signed_in(MIA), app.signed_in(OLIVIA));
    tour.done(&mia, 0).await;
    clinics.done(&mia, 0).await;
    tour.done(&olivia, 0).await;
    for nth in 0..3 {
        clinics.done(&olivia, nth).await;
    }
    let vera = app.signed_in(VERA);
    let list = vera.get("/companies/acme/partners").await;
    list.is(200).shows("2 of 4 trained");
    assert!(list.body.contains("title=\"Members who finished what is required\""), "{}", list.body);
    let page = vera.get("/companies/acme/partners/northwind").await;
    page.shows("2 of 4 finished what is required");
    let cells = page.text_of("td[data-label=Training]");
    assert_eq!(cells, ["Finished", "Not started", "1 of 2 courses", "Not started"], "{}", page.text());
    let page = vera.get(&member_page(&app, MIA)).await;
    page.shows("1 of 2 courses finished").shows("Selling to clinics 1 of 3 lessons").shows("Last: First, Just now");
    app.signed_in(GUS).get("/companies/globex/partners").await.hides("trained");
}

#[actix_web::test]
async fn who_reads_courses_only_finds_no_form_and_is_told_who_writes() {
    let app = TestApp::start().await;
    let (taught, vera) = (teach(&app, "Product tour", &["One", "Two"], true), app.signed_in(VERA));
    for path in [LIST.to_owned(), taught.course(), format!("{}/lessons/{}", taught.course(), taught.lessons[0])] {
        let page = vera.get(&path).await;
        assert_eq!(page.is(200).text_of("main form, main .button.primary"), Vec::<String>::new(), "{path}");
    }
    vera.get(&taught.course()).await.shows("Acme Resellers · Required").shows("Courses are written by administrators and managers.");
    vera.get(&format!("{}/lessons/{}", taught.course(), taught.lessons[0])).await.shows("All about One.");
    let courses = || app.text("SELECT count(*) || ' ' || string_agg(title, ', ' ORDER BY position) FROM lessons");
    let before = courses();
    let refused = vera.post(&format!("{}/lessons", taught.course()), &[("title", "Mine"), ("lesson", "Mine")]).await;
    refused.is(403).shows("Viewers can look, but not change programs and courses or decide referrals.");
    assert_eq!(courses(), before);
}

#[actix_web::test]
async fn who_lost_the_right_while_the_page_was_open_writes_nothing() {
    let app = TestApp::start().await;
    let taught = teach(&app, "Product tour", &["One", "Two"], false);
    let conn = &mut app.connection();
    // Let in by the lock, and demoted before the change begins.
    let late = sam(conn);
    app.sql("UPDATE staff SET role = 'viewer'");
    let before = app.dump();
    let (actor, course, lesson) = (Actor::program(), taught.course, taught.lessons[1]);
    let words = CourseText { name: "Other".to_owned(), description: String::new() };
    let text = LessonText { title: "Other".to_owned(), body: "Other".to_owned() };
    let tried = [
        Course::add(conn, &actor, &late, &words).map(drop),
        Course::edit(conn, &actor, &late, course, &words).map(drop),
        Course::give(conn, &actor, &late, course, &[]).map(drop),
        Lesson::add(conn, &actor, &late, course, &text).map(drop),
        Lesson::edit(conn, &actor, &late, course, lesson, &text).map(drop),
        Lesson::publish(conn, &actor, &late, course, lesson).map(drop),
        Lesson::retract(conn, &actor, &late, course, lesson).map(drop),
        Lesson::shift(conn, &actor, &late, course, lesson, Way::Up).map(drop),
    ];
    for outcome in tried {
        assert!(matches!(outcome, Err(guildhall::error::Error::Forbidden(_))), "{outcome:?}");
    }
    assert_eq!(app.dump(), before);
}

#[actix_web::test]
async fn what_is_taken_from_a_program_is_hidden_and_what_was_done_is_kept() {
    let app = TestApp::start().await;
    let (taught, mia, sam) = (teach(&app, "Product tour", &["One", "Two"], false), app.signed_in(MIA), app.signed_in(SAM));
    taught.done(&mia, 0).await;
    let give = |form: FilledForm| form.without("program").without("required");
    let taken = sam.submit(&give(sam.get(&taught.course()).await.form("/programs"))).await;
    sam.follow(taken).await.shows("Product tour is given to no program.").shows("what they have done is kept");
    mia.get(&taught.lesson(0)).await.is(404);
    mia.get("/teams/northwind").await.hides("raining");
    sam.get("/companies/acme/partners/northwind").await.hides("of 4 finished");
    sam.get(&member_page(&app, MIA)).await.hides("Product tour");
    let program = app.text("SELECT id FROM programs WHERE name = 'Acme Resellers'");
    sam.post(&format!("{}/programs", taught.course()), &[("program", &program)]).await.is(303);
    mia.get(TRAINING).await.shows("1 of 2 lessons").hides("Required");
    sam.get("/companies/acme/partners/northwind").await.shows("0 of 4 finished every course");
    // Who leaves the program has its courses no longer.
    app.sql("UPDATE enrollments SET left_at = now()");
    mia.get(TRAINING).await.shows("No courses yet");
}

#[actix_web::test]
async fn a_lesson_published_at_the_moment_the_last_is_marked_is_not_skipped() {
    let app = TestApp::start().await;
    let taught = teach(&app, "Product tour", &["One"], true);
    let (mia, conn) = (app.signed_in(MIA), &mut app.connection());
    let by = sam(conn);
    let second = write(conn, &by, taught.course, "Two", false);
    let (go, held) = (tokio::sync::oneshot::channel(), std::sync::mpsc::channel());
    let (course, mut other) = (taught.course, app.connection());
    let writer = std::thread::spawn(move || {
        use diesel::Connection;
        other
            .transaction::<_, guildhall::error::Error, _>(|conn| {
                Lesson::publish(conn, &Actor::program(), &by, course, second)?;
                go.0.send(()).unwrap();
                held.1.recv().unwrap();
                Ok(())
            })
            .unwrap();
    });
    go.1.await.unwrap();
    let marking = actix_web::rt::spawn({
        let (mia, path) = (mia.clone(), format!("{}/completion", taught.lesson(0)));
        async move { mia.post(&path, &[]).await.location() }
    });
    app.until_somebody_waits().await;
    held.0.send(()).unwrap();
    assert_eq!(marking.await.unwrap(), Some(format!("{TRAINING}/{}/{second}", taught.course)), "the second is the next");
    writer.join().unwrap();
    assert_eq!(app.number("SELECT count(*) FROM course_completions"), 0, "two lessons, one done");
}

#[actix_web::test]
async fn long_lists_are_read_by_pages_that_lead_there_and_back() {
    let app = TestApp::start().await;
    teach(&app, "Product tour", &["One"], true);
    app.sql("INSERT INTO courses (id, company_id, name, created_at) SELECT gen_random_uuid(), (SELECT id FROM companies WHERE slug = 'acme'), 'Course ' || n, now() - n * interval '1 day' FROM generate_series(1, 30) n");
    app.sql("INSERT INTO users (id, email, name, search, email_verified_at) SELECT gen_random_uuid(), 'm' || n || '@northwind.example', 'Person ' || n, '', now() FROM generate_series(1, 30) n");
    app.sql("INSERT INTO members (id, team_id, user_id, role, joined_at) SELECT gen_random_uuid(), (SELECT id FROM teams WHERE slug = 'northwind'), id, 'member', now() FROM users WHERE name LIKE 'Person %'");
    for (path, person, rows) in [(LIST, VERA, "tbody .name"), (TRAINING, OLIVIA, "#team tbody .name")] {
        let browser = app.signed_in(person);
        let first = browser.get(path).await;
        let second = browser.get(&first.links("a[rel=next]")[0]).await;
        let back = browser.get(&second.links("a[rel=prev]")[0]).await;
        let all: BTreeSet<String> = [first.text_of(rows), second.text_of(rows)].concat().into_iter().collect();
        assert_eq!((first.text_of(rows).len(), back.text_of(rows)), (25, first.text_of(rows)), "{path}");
        assert_eq!(all.len(), if path == LIST { 31 } else { 34 }, "{path}");
        assert_eq!(second.links("a[rel=next]"), Vec::<String>::new(), "{path}");
    }
}

#[actix_web::test]
async fn a_former_member_takes_nothing() {
    let app = TestApp::start().await;
    let taught = teach(&app, "Product tour", &["One"], true);
    let conn = &mut app.connection();
    let mia = guildhall::accounts::User::by_email(conn, &guildhall::email_address::EmailAddress::parse(MIA).unwrap()).unwrap().unwrap();
    let place = Membership::of(conn, mia.id, "northwind").unwrap();
    app.sql(&format!("UPDATE members SET left_at = now() WHERE id = '{}'", place.id));
    // The request that was let in just before.
    let late = taking::complete(conn, &Actor::program(), &place, taught.course, taught.lessons[0]);
    assert!(matches!(late, Err(guildhall::error::Error::NotFound)), "{late:?}");
    app.signed_in(MIA).get(&taught.lesson(0)).await.is(404);
    app.signed_in(FIONA).post(&format!("{}/completion", taught.lesson(0)), &[]).await.is(404);
    app.signed_in(TOMAS).get(&format!("/teams/brightwater/training/{}", taught.course)).await.is(404);
    assert_eq!(app.number("SELECT count(*) FROM completions"), 0);
}

#[actix_web::test]
async fn a_page_takes_as_many_statements_whatever_there_is() {
    let app = TestApp::start().await;
    let taught = teach(&app, "Product tour", &["One", "Two"], true);
    let (vera, olivia) = (app.signed_in(VERA), app.signed_in(OLIVIA));
    let company = [LIST.to_owned(), taught.course(), format!("{}/lessons/{}", taught.course(), taught.lessons[0])];
    let partner = ["/companies/acme/partners".to_owned(), "/companies/acme/partners/northwind".to_owned(), member_page(&app, MIA)];
    let team = [TRAINING.to_owned(), format!("{TRAINING}/{}", taught.course), taught.lesson(0)];
    let count = async || {
        let mut counts = Vec::new();
        for (path, browser) in company.iter().chain(&partner).map(|path| (path, &vera)).chain(team.iter().map(|path| (path, &olivia))) {
            browser.get(path).await.is(200);
            let before = app.db.statements();
            browser.get(path).await.is(200);
            counts.push((path.clone(), app.db.statements() - before));
        }
        counts
    };
    let before = count().await;
    app.sql("INSERT INTO courses (id, company_id, name) SELECT gen_random_uuid(), (SELECT id FROM companies WHERE slug = 'acme'), 'Course ' || n FROM generate_series(1, 15) n");
    app.sql("INSERT INTO program_courses SELECT g.company_id, g.program_id, c.id, false FROM program_courses g, courses c WHERE c.name LIKE 'Course %'");
    app.sql("INSERT INTO lessons (id, course_id, position, title, body, published_at) SELECT gen_random_uuid(), id, n, 'Lesson ' || n, 'Read', now() FROM courses, generate_series(3, 18) n");
    app.sql("INSERT INTO completions SELECT l.id, m.id FROM lessons l, members m WHERE m.left_at IS NULL ON CONFLICT DO NOTHING");
    assert_eq!(count().await, before);
    assert!(before.iter().all(|(_, count)| *count <= 5), "{before:?}");
}

/// What happens to a course.
#[derive(Debug, Clone, Copy)]
enum Step {
    Publish(usize),
    Retract(usize),
    Shift(usize, bool),
    Done(usize),
    Undo(usize),
}

fn step() -> impl Strategy<Value = Step> {
    let lesson = 0..LESSONS;
    prop_oneof![
        2 => lesson.clone().prop_map(Step::Publish),
        1 => lesson.clone().prop_map(Step::Retract),
        1 => (lesson.clone(), any::<bool>()).prop_map(|(lesson, up)| Step::Shift(lesson, up)),
        4 => lesson.clone().prop_map(Step::Done),
        1 => lesson.prop_map(Step::Undo),
    ]
}

const LESSONS: usize = 4;

/// The course as a few lines say it.
#[derive(Debug, Default)]
struct Model {
    order: Vec<usize>,
    published: BTreeSet<usize>,
    done: BTreeSet<usize>,
    /// What was done when the course was finished.
    finished: Option<BTreeSet<usize>>,
}

impl Model {
    fn take(&mut self, step: Step) {
        match step {
            Step::Publish(lesson) => drop(self.published.insert(lesson)),
            Step::Retract(lesson) => drop(self.published.remove(&lesson)),
            Step::Shift(lesson, up) => {
                let at = self.order.iter().position(|other| *other == lesson).unwrap();
                match up {
                    true if at > 0 => self.order.swap(at, at - 1),
                    false if at + 1 < LESSONS => self.order.swap(at, at + 1),
                    _ => {}
                }
            }
            Step::Done(lesson) if self.published.contains(&lesson) => drop(self.done.insert(lesson)),
            Step::Undo(lesson) if self.published.contains(&lesson) && self.done.remove(&lesson) => {
                if self.finished.as_ref().is_some_and(|with| with.contains(&lesson)) {
                    self.finished = None;
                }
            }
            Step::Done(_) | Step::Undo(_) => {}
        }
        let all = !self.published.is_empty() && self.published.is_subset(&self.done);
        if all && self.finished.is_none() {
            self.finished = Some(self.done.clone());
        }
    }
}

#[actix_web::test]
async fn progress_agrees_with_a_small_model_whatever_happens_in_whatever_order() {
    let app = TestApp::start().await;
    let conn = &mut app.connection();
    let by = sam(conn);
    let mia = guildhall::accounts::User::by_email(conn, &guildhall::email_address::EmailAddress::parse(MIA).unwrap()).unwrap().unwrap();
    let mia = Membership::of(conn, mia.id, "northwind").unwrap();
    let mut runner = TestRunner::new(Config { cases: 40, failure_persistence: None, ..Config::default() });
    let conn = std::cell::RefCell::new(conn);
    let number = std::cell::Cell::new(0);
    runner
        .run(&proptest::collection::vec(step(), 1..25), |steps| {
            let conn: &mut PgConnection = &mut conn.borrow_mut();
            number.set(number.get() + 1);
            let Taught { course, .. } = teach(&app, &format!("Course {}", number.get()), &[], false);
            let lessons: Vec<LessonId> = (0..LESSONS).map(|n| write(conn, &by, course, &format!("Lesson {n}"), false)).collect();
            let mut model = Model { order: (0..LESSONS).collect(), ..Model::default() };
            for step in steps {
                carry_out(conn, &by, &mia, course, &lessons, step);
                model.take(step);
                agree(conn, mia.id, course, &lessons, &model)?;
            }
            Ok(())
        })
        .unwrap();
    assert_eq!(guildhall::verify::faults(&mut app.connection()).unwrap(), []);
}

fn carry_out(conn: &mut PgConnection, by: &Staff, member: &Membership, course: CourseId, lessons: &[LessonId], step: Step) {
    let actor = Actor::program();
    match step {
        Step::Publish(nth) => drop(Lesson::publish(conn, &actor, by, course, lessons[nth]).unwrap()),
        Step::Retract(nth) => drop(Lesson::retract(conn, &actor, by, course, lessons[nth]).unwrap()),
        Step::Shift(nth, up) => {
            drop(Lesson::shift(conn, &actor, by, course, lessons[nth], if up { Way::Up } else { Way::Down }).unwrap());
        }
        // Refused for drafts.
        Step::Done(nth) => drop(taking::complete(conn, &actor, member, course, lessons[nth])),
        Step::Undo(nth) => drop(taking::undo(conn, &actor, member, course, lessons[nth])),
    }
}

fn agree(conn: &mut PgConnection, member: MemberId, course: CourseId, lessons: &[LessonId], model: &Model) -> Result<(), TestCaseError> {
    let shown = Progress::of_members(conn, &[member], None).unwrap().into_iter().find(|progress| progress.course_id == course);
    let Some(progress) = shown else {
        prop_assert!(model.published.is_empty(), "a course with published lessons is not shown: {model:?}");
        return Ok(());
    };
    let published: Vec<usize> = model.order.iter().copied().filter(|nth| model.published.contains(nth)).collect();
    let next = published.iter().find(|nth| !model.done.contains(nth)).map(|nth| lessons[*nth]);
    prop_assert_eq!(progress.published, published.len() as i64, "{:?}", model);
    prop_assert_eq!(progress.done, published.iter().filter(|nth| model.done.contains(nth)).count() as i64, "{:?}", model);
    prop_assert_eq!(progress.next_lesson, next, "{:?}", model);
    prop_assert_eq!(progress.finished_at.is_some(), model.finished.is_some(), "{:?}", model);
    Ok(())
}
