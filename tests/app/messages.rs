//! What a company and a partner team write to each other.

use crate::support::{Browser, Page, TestApp, personas, personas::*};
use guildhall::teams::{MemberRole, NewMember, Team};

const GROUP: &str = "/companies/acme/partners/northwind/messages";
const INBOX: &str = "/companies/acme/messages";

impl TestApp {
    fn member_place(&self, email: &str) -> String {
        self.text(&format!(
            "SELECT m.id FROM members m JOIN users u ON u.id = m.user_id WHERE u.email = '{email}' ORDER BY m.joined_at DESC LIMIT 1"
        ))
    }

    fn direct_path(&self, email: &str) -> String {
        format!("/companies/acme/partners/northwind/members/{}/messages", self.member_place(email))
    }

    /// The team's address of its group conversation with Acme.
    fn group_of_northwind(&self) -> String {
        let of = "SELECT p.id FROM partners p JOIN teams t ON t.id = p.team_id JOIN companies c ON c.id = p.company_id";
        format!("/teams/northwind/messages/{}", self.text(&format!("{of} WHERE t.slug = 'northwind' AND c.slug = 'acme'")))
    }

    fn messages(&self) -> i64 {
        self.number("SELECT count(*) FROM messages")
    }
}

/// Writes with the form of that page, which is sent to the page's own address.
async fn write(browser: &Browser, path: &str, body: &str) -> Page {
    let form = browser.get(path).await.form(path).set("body", body);
    browser.submit(&form).await
}

fn recipients(app: &TestApp) -> Vec<String> {
    let mut to: Vec<String> = app.mails().into_iter().map(|mail| mail.to).collect();
    to.sort();
    to
}

#[actix_web::test]
async fn message_team_names_its_recipients_and_reaches_each_by_mail() {
    let app = TestApp::start().await;
    let sam = app.signed_in(SAM);
    let detail = sam.get("/companies/acme/partners/northwind").await;
    assert_eq!(detail.text_of(".actions .primary"), ["Message team"]);
    let page = sam.get(GROUP).await;
    page.is(200).shows("Group: all 4 members and Acme’s staff read this").shows("No messages yet");
    assert_eq!(page.text_of("label[for='body']"), ["To 4 members of Northwind"]);
    assert_eq!(page.text_of(".recipient"), ["OP Olivia", "AR Adam", "MC Mia", "FO Frank"]);
    assert_eq!(page.text_of(".composer .primary"), ["Send to 4 members"]);

    let sent = write(&sam, GROUP, "Hello **all**.\n\nThe deck: https://acme.example/deck").await;
    sent.leads_to(&format!("{GROUP}#latest"));
    let page = sam.follow(sent).await;
    page.is(200).shows("Sam Whitaker").shows("Hello all.");
    assert_eq!(page.links(".prose a"), ["https://acme.example/deck"]);
    assert_eq!(recipients(&app), [ADAM, FRANK, MIA, OLIVIA]);
    let mail = app.last_mail_to(MIA);
    assert_eq!(mail.subject, "Acme wrote to Northwind");
    let answer_at = format!("{}{}", app.base_url, app.group_of_northwind());
    assert!(
        mail.text.contains("Hello **all**.") && mail.text.contains("Read and answer") && mail.text.contains(&answer_at),
        "{}",
        mail.text
    );
    assert!(mail.html.contains("Hello **all**.") && mail.html.contains(&format!("href=\"{answer_at}\"")), "{}", mail.html);
    assert_eq!(app.text("SELECT string_agg(action || ' ' || coalesce(after::text, ''), ';') FROM audit"), "message sent ");
}

#[actix_web::test]
async fn message_member_is_read_by_that_member_and_the_staff_alone() {
    let app = TestApp::start().await;
    let (sam, path) = (app.signed_in(SAM), app.direct_path(MIA));
    let member = sam.get(&format!("/companies/acme/partners/northwind/members/{}", app.member_place(MIA))).await;
    assert_eq!(member.text_of(".actions .primary"), ["Message member"]);
    sam.get(&path).await.is(200).shows("Only Mia and Acme’s staff read this").shows("To Mia Chen of Northwind").shows("Send to Mia Chen");
    write(&sam, &path, "Between us").await.is(303);
    assert_eq!(recipients(&app), [MIA]);
    let theirs = format!("/teams/northwind/messages/{}", app.text("SELECT id FROM conversations WHERE member_id IS NOT NULL"));
    assert!(app.last_mail_to(MIA).text.contains(&theirs));

    let mia = app.signed_in(MIA);
    mia.get("/teams/northwind/messages").await.shows("Acme, only you");
    mia.get(&theirs).await.is(200).shows("Only Mia and Acme’s staff read this").shows("Between us");
    write(&mia, &theirs, "Thank you").await.is(303);
    assert_eq!(app.mails_to(SAM).len(), 1);
    for other in [OLIVIA, ADAM, FRANK] {
        let browser = app.signed_in(other);
        browser.get("/teams/northwind/messages").await.is(200).hides("Between us").hides("only you:");
        browser.get(&theirs).await.is(404);
        browser.post(&theirs, &[("body", "Let me in")]).await.is(404);
    }
    app.signed_in(VERA).get(&path).await.is(200).shows("Thank you");
    app.signed_in(GUS).get(&path).await.is(404);
    app.signed_in(TOMAS).get(&theirs).await.is(404);
    assert_eq!(app.messages(), 2);
}

#[actix_web::test]
async fn all_four_roles_read_and_answer_in_the_group() {
    let app = TestApp::start().await;
    write(&app.signed_in(SAM), GROUP, "Hello all").await.is(303);
    let group = app.group_of_northwind();
    for (number, email) in [OLIVIA, ADAM, MIA, FRANK].into_iter().enumerate() {
        let browser = app.signed_in(email);
        browser.get(&group).await.is(200).shows("Hello all").shows("Sam Whitaker gets your answer by mail");
        write(&browser, &group, &format!("Answer {number}")).await.leads_to(&format!("{group}#latest"));
    }
    app.signed_in(MAX).get(GROUP).await.shows("Answer 0").shows("Olivia Park Owner").shows("Answer 3").shows("Frank Osei Finance");
}

#[actix_web::test]
async fn an_answer_goes_to_who_wrote_last_and_before_anybody_has_to_all_who_may() {
    let app = TestApp::start().await;
    let (mia, group) = (app.signed_in(MIA), app.group_of_northwind());
    mia.get(&group).await.is(200).shows("No messages yet").shows("2 people of Acme get your answer by mail");
    write(&mia, &group, "Is anybody there?").await.is(303);
    assert_eq!(recipients(&app), [MAX, SAM]);
    app.sql("DELETE FROM outbox");
    write(&app.signed_in(MAX), GROUP, "I am").await.is(303);
    app.sql("DELETE FROM outbox");
    write(&mia, &group, "Good").await.is(303);
    assert_eq!(recipients(&app), [MAX]);
    assert!(app.last_mail_to(MAX).text.contains(GROUP));
    // Who has left is not written to.
    app.sql("DELETE FROM outbox; UPDATE staff SET left_at = now() WHERE user_id = (SELECT id FROM users WHERE email = 'max@acme.example')");
    write(&mia, &group, "Still there?").await.is(303);
    assert_eq!(recipients(&app), [SAM]);
}

#[actix_web::test]
async fn an_answer_goes_to_the_person_assigned_too() {
    let app = TestApp::start().await;
    let (mia, group) = (app.signed_in(MIA), app.group_of_northwind());
    let assign = |email: &str| {
        app.sql(&format!(
            "DELETE FROM outbox; UPDATE partners p SET assigned_to = s.id FROM staff s JOIN users u ON u.id = s.user_id \
             WHERE s.company_id = p.company_id AND u.email = '{email}'"
        ));
    };
    assign(MAX);
    mia.get(&group).await.shows("Max Adler gets your answer by mail");
    write(&mia, &group, "To whom it concerns").await.is(303);
    assert_eq!(recipients(&app), [MAX], "nobody has written: the person assigned alone");
    write(&app.signed_in(SAM), GROUP, "I can help").await.is(303);
    assign(MAX);
    mia.get(&group).await.shows("2 people of Acme get your answer by mail");
    write(&mia, &group, "Thank you").await.is(303);
    assert_eq!(recipients(&app), [MAX, SAM]);
    // Nobody is written to twice.
    assign(SAM);
    write(&mia, &group, "And thanks again").await.is(303);
    assert_eq!(recipients(&app), [SAM]);
    // A viewer reads, and somebody else must be there to answer.
    app.sql("UPDATE staff SET role = 'viewer' WHERE user_id = (SELECT id FROM users WHERE email = 'sam@acme.example')");
    assign(VERA);
    write(&mia, &group, "Hello?").await.is(303);
    assert_eq!(recipients(&app), [MAX, VERA]);
    // Who has left the company reads nothing more.
    assign(VERA);
    app.sql("UPDATE staff SET left_at = now() WHERE user_id = (SELECT id FROM users WHERE email = 'vera@acme.example')");
    write(&mia, &group, "Hello!").await.is(303);
    assert_eq!(recipients(&app), [MAX]);
}

#[actix_web::test]
async fn two_who_write_first_at_once_write_in_one_conversation() {
    let app = TestApp::start().await;
    let copy = app.copy().await;
    for path in [GROUP.to_owned(), app.direct_path(MIA)] {
        let (sam, max) = (app.signed_in(SAM), copy.signed_in(MAX));
        let (from_sam, from_max) = (sam.get(&path).await.form(&path), max.get(&path).await.form(&path));
        let posts = [(sam, from_sam.clone().set("body", "Sam here")), (max, from_max.clone().set("body", "Max here"))]
            .map(|(browser, form)| actix_web::rt::spawn(async move { browser.submit(&form).await }));
        for post in posts {
            post.await.unwrap().is(303);
        }
        app.signed_in(VERA).get(&path).await.shows("Sam here").shows("Max here");
    }
    assert_eq!((app.messages(), app.number("SELECT count(*) FROM conversations")), (4, 2));
}

#[actix_web::test]
async fn a_team_of_two_companies_chooses_whose_messages_it_reads() {
    let app = TestApp::start().await;
    let list = "/teams/northwind/messages";
    write(&app.signed_in(SAM), GROUP, "From Acme").await.is(303);
    write(&app.signed_in(SAM), &app.direct_path(MIA), "To you").await.is(303);
    let mia = app.signed_in(MIA);
    assert_eq!(
        mia.get(list).await.text_of("nav[aria-label='Company'] a"),
        Vec::<String>::new(),
        "with one company there is nothing to choose"
    );

    let conn = &mut app.connection();
    let globex = app.text("SELECT id FROM companies WHERE slug = 'globex'").parse::<uuid::Uuid>().unwrap();
    let globex = guildhall::companies::Company::find(conn, globex.into()).unwrap();
    let northwind = Team::by_slug(conn, "northwind").unwrap();
    personas::partner(conn, &globex, &northwind, "Globex Affiliates");
    let names = async |path: &str| mia.get(path).await.text_of(".conversation-name > span");
    let page = mia.get(list).await;
    assert_eq!(page.text_of("nav[aria-label='Company'] a"), ["All companies", "Acme", "Globex"]);
    assert_eq!(names(list).await, ["Acme, only you", "Acme", "Globex"]);
    let ways = page.links("nav[aria-label='Company'] a");
    assert_eq!(names(&ways[1]).await, ["Acme, only you", "Acme"]);
    assert_eq!(names(&ways[2]).await, ["Globex"]);
    // Neither company sees the other's.
    write(&app.signed_in(GUS), "/companies/globex/partners/northwind/messages", "From Globex").await.is(303);
    app.signed_in(SAM).get(INBOX).await.hides("Globex");
    app.signed_in(GUS).get("/companies/globex/messages").await.shows("From Globex").hides("From Acme").hides("Mia");
    assert_eq!(names(list).await, ["Globex", "Acme, only you", "Acme"], "what is new and newest is first");
}

#[actix_web::test]
async fn the_inbox_is_walked_page_by_page_while_messages_arrive() {
    let app = TestApp::start().await;
    let sam = app.signed_in(SAM);
    app.sql(
        "INSERT INTO users (id, email, name, search, email_verified_at) SELECT gen_random_uuid(), 'p' || n || '@crowd.example', 'Person ' || n, 'person ' || n, now() FROM generate_series(1, 60) n;
         INSERT INTO teams (id, slug, name, search, owner_id, member_count, created_at) SELECT gen_random_uuid(), 'team-' || n, 'Team ' || n, 'team ' || n, u.id, 1, now()
             FROM generate_series(1, 60) n JOIN users u ON u.email = 'p' || n || '@crowd.example';
         INSERT INTO members (id, team_id, user_id, role) SELECT gen_random_uuid(), t.id, t.owner_id, 'admin' FROM teams t WHERE t.slug LIKE 'team-%';
         INSERT INTO partners (id, company_id, team_id) SELECT gen_random_uuid(), c.id, t.id FROM companies c, teams t WHERE c.slug = 'acme' AND t.slug LIKE 'team-%';
         INSERT INTO conversations (id, company_id, partner_id, team_id, last_message_at) SELECT p.id, p.company_id, p.id, t.id, now() - split_part(t.slug, '-', 2)::int * interval '1 hour'
             FROM partners p JOIN teams t ON t.id = p.team_id WHERE t.slug LIKE 'team-%';
         INSERT INTO messages (id, conversation_id, user_id, from_company, body, search, sent_at) SELECT gen_random_uuid(), c.id, t.owner_id, false, 'Hello', 'hello', c.last_message_at
             FROM conversations c JOIN teams t ON t.id = c.team_id;
         INSERT INTO conversation_reads (conversation_id, user_id, unread_at) SELECT c.id, u.id, c.last_message_at FROM conversations c JOIN teams t ON t.id = c.team_id, users u
             WHERE u.email = 'sam@acme.example' AND t.slug LIKE 'team-%' AND right(t.slug, 2) ~ '^(3[1-9]|[456][0-9])$'",
    );
    let wanted: Vec<String> = (31..=60).chain(1..=30).map(|n| format!("Team {n}")).collect();
    let mut page = sam.get(INBOX).await;
    page.shows("Unread 30");
    let (mut seen, mut pages) = (page.text_of(".conversation-name > span"), 1);
    // Somebody writes where the reader has been already: the pages that follow stay what they were.
    app.sql("UPDATE conversations SET last_message_at = now() WHERE team_id = (SELECT id FROM teams WHERE slug = 'team-31')");
    while let Some(next) = page.links("a[rel='next']").into_iter().next() {
        page = sam.get(&next).await;
        seen.extend(page.text_of(".conversation-name > span"));
        pages += 1;
    }
    assert_eq!((seen, pages), (wanted.clone(), 3));
    let back = sam.get(&page.links("a[rel='prev']")[0]).await;
    assert_eq!(back.text_of(".conversation-name > span"), wanted[25..50]);
    let unread = sam.get(&format!("{INBOX}?only=unread&q=team")).await;
    assert_eq!(unread.text_of(".conversation-name > span").len(), 25);
    let rest = sam.get(&unread.links("a[rel='next']")[0]).await;
    assert_eq!(rest.text_of(".conversation-name > span"), wanted[25..30]);
}

#[actix_web::test]
async fn what_is_new_stands_first_is_counted_and_is_read_by_each_person_for_themselves() {
    let app = TestApp::start().await;
    let conn = &mut app.connection();
    let acme = guildhall::companies::Company::find(
        conn,
        app.text("SELECT id FROM companies WHERE slug = 'acme'").parse::<uuid::Uuid>().unwrap().into(),
    )
    .unwrap();
    let quiet = personas::team(conn, "Quiet Corner", ("q@quiet.example", "Quentin Quill"), &[]);
    personas::partner(conn, &acme, &quiet, "Acme Resellers");
    let (sam, mia, group) = (app.signed_in(SAM), app.signed_in(MIA), app.group_of_northwind());
    write(&mia, &group, "Something new").await.is(303);
    write(&sam, "/companies/acme/partners/quiet-corner/messages", "Hello Quentin").await.is(303);

    let inbox = app.signed_in(VERA).get(INBOX).await;
    inbox.is(200).shows("Unread 1");
    assert_eq!(inbox.text_of(".count"), ["1 new"]);
    assert_eq!(inbox.text_of(".conversation-name > span"), ["Northwind", "Quiet Corner"], "what is new is first, though older");
    assert_eq!(inbox.text_of(".unread .conversation-words > span:last-child"), ["Mia: Something new"]);
    let unread = sam.get(&format!("{INBOX}?only=unread")).await;
    assert_eq!(unread.text_of(".conversation-name > span"), ["Northwind"]);
    sam.get(GROUP).await.shows("Something new");
    let read = sam.get(INBOX).await;
    read.shows("Unread 0");
    assert!(read.text_of(".count, .unread").is_empty());
    assert_eq!(app.signed_in(VERA).get(INBOX).await.text_of(".unread .conversation-name > span"), ["Northwind"], "Vera has not read it");

    let olivia = app.signed_in(OLIVIA);
    assert_eq!(olivia.get("/teams/northwind/messages").await.text_of(".count"), ["1 new"]);
    sam.get(GROUP).await.hides("opened it");
}

#[actix_web::test]
async fn who_has_seen_the_newest_message_stands_under_it() {
    let app = TestApp::start().await;
    let (sam, group) = (app.signed_in(SAM), app.group_of_northwind());
    write(&sam, GROUP, "Please look").await.is(303);
    sam.get(GROUP).await.shows("Nobody has opened it yet");
    for email in [OLIVIA, ADAM, MIA] {
        app.signed_in(email).get(&group).await.is(200);
    }
    sam.get(GROUP).await.shows("Seen by Olivia, Adam and Mia. Frank has not opened it.");
    app.signed_in(OLIVIA).get(&group).await.hides("Seen by").hides("opened it");
    write(&app.signed_in(FRANK), &group, "I did").await.is(303);
    app.signed_in(FRANK).get(&group).await.shows("Acme has not opened it yet.");
    sam.get(GROUP).await.is(200).hides("Seen by").hides("opened it");
    app.signed_in(FRANK).get(&group).await.shows("Seen by Acme.").hides("opened it");
    // Looking again leaves no trace.
    let before = app.dump_with_traces();
    sam.get(GROUP).await.is(200);
    assert_eq!(app.dump_with_traces(), before);
}

#[actix_web::test]
async fn a_message_that_is_empty_or_too_long_is_refused_and_kept() {
    let app = TestApp::start().await;
    let long = "x".repeat(10_001);
    for (browser, path) in [(app.signed_in(SAM), GROUP.to_owned()), (app.signed_in(MIA), app.group_of_northwind())] {
        let page = browser.post(&path, &[("body", " \n ")]).await;
        page.is(422).shows("One thing to correct");
        assert_eq!(page.error_at("body"), "Error: Write a message");
        let page = browser.post(&path, &[("body", &long)]).await;
        page.is(422);
        assert_eq!(page.error_at("body"), "Error: Your message must be 10000 characters or fewer");
        assert!(page.body.contains(&long), "what was typed is kept");
        browser.post(&path, &[("body", &"é".repeat(10_000))]).await.is(303);
    }
    assert_eq!(app.messages(), 2);
}

#[actix_web::test]
async fn what_people_write_stays_harmless_in_the_conversation_the_lists_and_the_mail() {
    let app = TestApp::start().await;
    let hostile = "<script>alert(1)</script> <img src=x onerror=alert(1)> [press](javascript:alert(1)) {{7919*7919}} <b>bold</b>\r\nBcc: x@evil.example";
    let sam = app.signed_in(SAM);
    write(&sam, GROUP, hostile).await.is(303);
    for page in [sam.get(GROUP).await, sam.get(INBOX).await, app.signed_in(MIA).get(&app.group_of_northwind()).await] {
        page.is(200).shows("<script>alert(1)</script>");
        assert!(page.text_of("img, main script, b").is_empty() && page.links("a[href^='javascript']").is_empty());
        assert!(!page.body.contains("62710561"));
    }
    let mail = app.last_mail_to(OLIVIA);
    assert!(mail.text.contains("<script>alert(1)</script>") && !mail.html.contains("<script>alert(1)"), "{}", mail.html);
}

#[actix_web::test]
async fn a_form_sent_twenty_times_at_once_is_one_message_and_one_mail_each() {
    let app = TestApp::start().await;
    let copy = app.copy().await;
    let form = app.signed_in(SAM).get(GROUP).await.form(GROUP).set("body", "Once").clone();
    let posts: Vec<_> = (0..20)
        .map(|number| {
            let browser = if number % 2 == 0 { app.signed_in(SAM) } else { copy.signed_in(SAM) };
            let form = form.clone();
            actix_web::rt::spawn(async move { browser.submit(&form).await })
        })
        .collect();
    for post in posts {
        post.await.unwrap().leads_to(&format!("{GROUP}#latest"));
    }
    assert_eq!((app.messages(), app.mails().len()), (1, 4));
    assert_eq!(app.number("SELECT count(*) FROM audit WHERE action = 'message sent'"), 1);
    // Back, other words, the same form: neither lost nor sent in silence.
    let again = app.signed_in(SAM).submit(&form.clone().set("body", "Other words")).await;
    again.is(422).shows("Other words");
    assert!(again.error_at("body").contains("sent before, with other words"));
    assert_eq!(app.messages(), 1);
    app.signed_in(SAM).submit(&again.form(GROUP)).await.is(303);
    assert_eq!(app.messages(), 2);
}

#[actix_web::test]
async fn the_key_of_somebody_elses_message_neither_shows_nor_changes_it() {
    let app = TestApp::start().await;
    write(&app.signed_in(SAM), &app.direct_path(MIA), "Secret words").await.is(303);
    let key = app.text("SELECT id FROM messages");
    let people = [(app.signed_in(MAX), GROUP.to_owned()), (app.signed_in(OLIVIA), app.group_of_northwind())];
    let before = app.dump();
    for (browser, path) in people {
        for body in ["Secret words", "Mine"] {
            let page = browser.post(&path, &[("form", &key), ("body", body)]).await;
            page.is(422);
            assert_eq!(page.text_of(".message"), Vec::<String>::new());
        }
    }
    assert_eq!(app.dump(), before);
}

#[actix_web::test]
async fn an_ended_or_archived_partnership_is_readable_and_takes_no_more() {
    let app = TestApp::start().await;
    write(&app.signed_in(SAM), GROUP, "Good times").await.is(303);
    for (column, words) in [("ended_at", "has ended"), ("archived_at", "has archived this partner")] {
        app.sql(&format!("UPDATE partners SET ended_at = NULL, archived_at = NULL; UPDATE partners SET {column} = now()"));
        for (browser, path) in [(app.signed_in(SAM), GROUP.to_owned()), (app.signed_in(MIA), app.group_of_northwind())] {
            let page = browser.get(&path).await;
            page.is(200).shows("Good times").shows(words);
            assert!(page.text_of("textarea").is_empty());
            let page = browser.post(&path, &[("body", "One more thing")]).await;
            page.is(422).shows("One more thing");
            assert!(page.error_at("body").contains(words));
        }
    }
    assert_eq!(app.messages(), 1);
}

#[actix_web::test]
async fn new_members_read_the_groups_history_and_removed_ones_nothing() {
    let app = TestApp::start().await;
    let (sam, group, path) = (app.signed_in(SAM), app.group_of_northwind(), app.direct_path(MIA));
    write(&sam, GROUP, "Before Ivy").await.is(303);
    write(&sam, &path, "To Mia alone").await.is(303);
    let conn = &mut app.connection();
    let ivy = personas::user(conn, "ivy@northwind.example", "Ivy Stone");
    let northwind = Team::by_slug(conn, "northwind").unwrap();
    NewMember { team: northwind.id, user: ivy.id, role: MemberRole::Member }.join(conn).unwrap();
    app.signed_in("ivy@northwind.example").get(&group).await.is(200).shows("Before Ivy");

    let mia = app.signed_in(MIA);
    let own = format!("/teams/northwind/messages/{}", app.text("SELECT id FROM conversations WHERE member_id IS NOT NULL"));
    app.sql("UPDATE members SET left_at = now() WHERE user_id = (SELECT id FROM users WHERE email = 'mia@northwind.example'); UPDATE teams SET member_count = 4 WHERE slug = 'northwind'");
    for gone in [&group, &own] {
        mia.get(gone).await.is(404);
        mia.post(gone, &[("body", "Hello")]).await.is(404);
    }
    sam.get(&path).await.is(200).shows("To Mia alone").shows("Mia Chen is no longer in Northwind");
    sam.post(&path, &[("body", "Are you there?")]).await.is(422).shows("no longer in Northwind");
    sam.get(INBOX).await.shows("Mia Chen");
    sam.get(GROUP).await.shows("Send to 4 members");
}

#[actix_web::test]
async fn a_viewer_reads_and_does_not_write() {
    let app = TestApp::start().await;
    write(&app.signed_in(SAM), GROUP, "Hello").await.is(303);
    let vera = app.signed_in(VERA);
    let page = vera.get(GROUP).await;
    page.is(200).shows("Hello").shows("Viewers can read, but not write messages");
    assert!(page.text_of("textarea").is_empty());
    vera.get("/companies/acme/partners/northwind").await.hides("Message team");
    vera.post(GROUP, &[("body", "Me too")]).await.is(403);
    assert_eq!(app.messages(), 1);
}

#[actix_web::test]
async fn a_message_waits_for_the_end_of_the_partnership_and_is_then_refused() {
    let app = TestApp::start().await;
    let sam = app.signed_in(SAM);
    let (begun, wait) = (std::sync::mpsc::channel::<()>(), std::sync::mpsc::channel::<()>());
    let mut other = app.connection();
    let (ready, go) = (begun.0, wait.1);
    let ends = std::thread::spawn(move || {
        use diesel::{Connection, connection::SimpleConnection};
        other
            .transaction(|conn| {
                conn.batch_execute("UPDATE partners SET ended_at = now()")?;
                ready.send(()).unwrap();
                go.recv().unwrap();
                Ok::<_, diesel::result::Error>(())
            })
            .unwrap();
    });
    begun.1.recv().unwrap();
    let post = actix_web::rt::spawn(async move { sam.post(GROUP, &[("body", "Too late")]).await });
    app.until_somebody_waits().await;
    wait.0.send(()).unwrap();
    ends.join().unwrap();
    post.await.unwrap().is(422).shows("has ended");
    assert_eq!(app.messages(), 0);
}

#[actix_web::test]
async fn the_inbox_is_searched_by_team_member_and_words() {
    let app = TestApp::start().await;
    let sam = app.signed_in(SAM);
    write(&sam, GROUP, "The Zürich workshop is on Friday").await.is(303);
    write(&sam, &app.direct_path(MIA), "Only for you").await.is(303);
    let found = async |q: &str| sam.get(&format!("{INBOX}?q={q}")).await.text_of(".conversation-name > span");
    assert_eq!(found("northw").await, ["Mia Chen", "Northwind"]);
    assert_eq!(found("chen").await, ["Mia Chen"]);
    assert_eq!(found("zurich").await, ["Northwind"]);
    assert_eq!(found("zu").await, Vec::<String>::new(), "words are found from three letters on");
    assert_eq!(found("50%25_").await, Vec::<String>::new());
    sam.get(&format!("{INBOX}?q=nothing-like-it")).await.shows("Nothing matches");
    app.signed_in(GUS).get("/companies/globex/messages?q=zurich").await.hides("Northwind").shows("Nothing matches");
}

#[actix_web::test]
async fn a_recipient_whom_mail_does_not_reach_is_named_before_sending() {
    let app = TestApp::start().await;
    let sam = app.signed_in(SAM);
    write(&sam, GROUP, "Hello").await.is(303);
    app.sql("UPDATE outbox SET status = 'refused', refused_at = '2026-11-20 12:00Z' WHERE recipient = 'frank@northwind.example'");
    let page = sam.get(GROUP).await;
    page.shows("Mail to Frank Osei was refused on 20 November");
    assert_eq!(page.text_of(".recipient.warn"), ["FO Frank, whom mail does not reach"]);
    // Another company's mail is not Acme's to see.
    app.sql("UPDATE outbox SET company_id = (SELECT id FROM companies WHERE slug = 'globex')");
    sam.get(GROUP).await.hides("was refused");
}

#[actix_web::test]
async fn two_hundred_messages_take_no_more_statements_than_one_and_are_read_by_pages() {
    let app = TestApp::start().await;
    let (sam, mia, group) = (app.signed_in(SAM), app.signed_in(MIA), app.group_of_northwind());
    write(&sam, GROUP, "Message 0").await.is(303);
    let pages = [(&sam, GROUP.to_owned()), (&sam, INBOX.to_owned()), (&mia, group.clone()), (&mia, "/teams/northwind/messages".to_owned())];
    let count = async || {
        let mut counts = Vec::new();
        for (browser, path) in &pages {
            browser.get(path).await.is(200);
            let before = app.db.statements();
            browser.get(path).await.is(200);
            counts.push(app.db.statements() - before);
        }
        counts
    };
    let before = count().await;
    app.sql(
        "INSERT INTO messages (id, conversation_id, user_id, from_company, body, search, sent_at)
             SELECT gen_random_uuid(), c.id, u.id, true, 'Message ' || n, 'message ' || n, c.last_message_at + n * interval '1 second'
             FROM conversations c, users u, generate_series(1, 199) n WHERE u.email = 'sam@acme.example';
         UPDATE conversations SET last_message_at = last_message_at + interval '199 seconds'",
    );
    let after = count().await;
    assert_eq!(before, after);
    assert!(after.iter().all(|count| *count <= 5), "{after:?}");
    let mut page = sam.get(GROUP).await;
    let mut seen = page.text_of(".prose");
    assert_eq!(seen.last().map(String::as_str), Some("Message 199"));
    while let Some(earlier) = page.links("a[rel='next']").into_iter().find(|link| link.contains("/northwind/messages?")) {
        page = sam.get(&earlier).await;
        seen.splice(0..0, page.text_of(".prose"));
    }
    assert_eq!(seen, (0..200).map(|n| format!("Message {n}")).collect::<Vec<_>>());
}

/// The small form of the bench: with thousands of conversations no whole table is read.
#[actix_web::test]
async fn the_inbox_is_read_by_index() {
    use diesel::{Connection, connection::SimpleConnection};
    use guildhall::{
        messages::inbox::{self, Entry, Narrowed},
        search::Search,
        web::pagination::{Cursor, Start},
    };
    let app = TestApp::start().await;
    let conn = &mut app.connection();
    conn.batch_execute("SET statement_timeout = 0").unwrap();
    let data =
        format!("SET LOCAL guildhall.teams = 3000; {} {}", include_str!("../../bench/plans.sql"), include_str!("../../bench/inbox.sql"));
    conn.transaction(|conn| conn.batch_execute(&data)).unwrap();
    conn.batch_execute("VACUUM ANALYZE").unwrap();
    let id = |query: &str| app.text(query).parse::<uuid::Uuid>().unwrap();
    let company = id("SELECT id FROM companies WHERE slug = 'large'");
    let (reader, behind) =
        (id("SELECT id FROM users WHERE email = 'reader@large.example'"), id("SELECT id FROM users WHERE email = 'behind@large.example'"));
    let late = Start::After(Cursor { at: chrono::Utc::now() - chrono::TimeDelta::days(900), id: uuid::Uuid::nil() });
    let word = app.text(
        "SELECT right(w.search, 8) FROM messages w JOIN conversations c ON c.id = w.conversation_id JOIN companies k ON k.id = c.company_id \
         WHERE k.slug = 'large' ORDER BY w.sent_at LIMIT 1",
    );
    for (typed, start, least) in [
        ("", Start::First, 25),
        ("", late, 25),
        (word.as_str(), Start::First, 1),
        ("quinn12", Start::First, 0),
        ("thank", late, 25),
        ("deck", Start::First, 25),
    ] {
        for (reader, unread) in [(reader, false), (behind, false), (behind, true)] {
            let search = Search::of(typed);
            let names = search.as_ref().map(Search::patterns);
            let narrowed = Narrowed { unread, words: names.as_ref().map(|names| names[0].clone()), names };
            let rows = Entry::of_company(conn, company.into(), reader.into(), &narrowed, start).unwrap().rows.len();
            // What is new comes before that time.
            assert!(rows >= least || start == late && reader == behind, "{typed:?} {start:?} finds {rows}");
            let plan = inbox::plan(conn, company.into(), reader.into(), &narrowed, start).unwrap();
            for table in ["conversations", "messages", "conversation_reads", "teams", "users", "members"] {
                // Of the two ways of searching one is planned and does nothing.
                let whole = plan.lines().any(|line| line.contains(&format!("Seq Scan on {table}")) && !line.contains("never executed"));
                assert!(!whole, "{typed:?} {start:?} reads all {table}:\n{plan}");
            }
        }
    }
}
