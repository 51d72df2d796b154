//! All Partners, the partner detail view and the member's page, as the company's staff see them.

use crate::support::{Browser, Page, TestApp, personas, personas::*};
use guildhall::{companies::Company, teams::Team};

const LIST: &str = "/companies/acme/partners";
const NORTHWIND: &str = "/companies/acme/partners/northwind";

/// The names of the teams on a page, as they stand.
fn teams(page: &Page) -> Vec<String> {
    page.text_of("tbody .name")
}

fn link(page: &Page, rel: &str) -> Option<String> {
    page.links(&format!("a[rel='{rel}']")).pop()
}

impl TestApp {
    fn acme(&self) -> Company {
        let id: uuid::Uuid = self.text("SELECT id FROM companies WHERE slug = 'acme'").parse().unwrap();
        Company::find(&mut self.connection(), id.into()).unwrap()
    }

    fn team(&self, slug: &str) -> Team {
        Team::by_slug(&mut self.connection(), slug).unwrap()
    }

    /// A new partner of Acme, owned by somebody of its own.
    fn partner(&self, name: &str, owner: (&str, &str)) -> Team {
        let conn = &mut self.connection();
        let team = personas::team(conn, name, owner, &[]);
        personas::partner(conn, &self.acme(), &team, "Acme Resellers");
        team
    }

    /// `count` partners of Acme named "Team 1" and so on, each a minute older than the one before, older than all others.
    pub fn many_partners(&self, count: usize) {
        self.sql(&format!(
            "CREATE TEMP TABLE made AS SELECT n, gen_random_uuid() AS team, gen_random_uuid() AS person FROM generate_series(1, {count}) n;
             INSERT INTO users (id, email, name, search) SELECT person, 'p' || n || '@many.example', 'Person ' || n, 'person ' || n || ' p' || n || '@many.example' FROM made;
             INSERT INTO teams (id, slug, name, search, owner_id, member_count) SELECT team, 'team-' || n, 'Team ' || n, 'team ' || n, person, 1 FROM made;
             INSERT INTO members (id, team_id, user_id, role) SELECT gen_random_uuid(), team, person, 'admin' FROM made;
             INSERT INTO partners (id, company_id, team_id, joined_at)
                 SELECT gen_random_uuid(), (SELECT id FROM companies WHERE slug = 'acme'), team, now() - interval '1 day' - n * interval '1 minute' FROM made"
        ));
    }

    /// Asks for somebody as a company does, as the row of it stands.
    fn invite(&self, company: &str, team: &str, email: &str, name: &str, status: &str, expires: &str) {
        let token = if status == "waiting" { "NULL".to_owned() } else { format!("sha256('{email}{company}')") };
        self.sql(&format!(
            "INSERT INTO invitations (id, kind, company_id, team_id, email, name, role, asked_by, status, token_hash, sent_at, expires_at)
             SELECT gen_random_uuid(), 'member', c.id, t.id, '{email}', '{name}', 'member', u.id, '{status}', {token}, now(), now() + interval '{expires}'
             FROM companies c, teams t, users u WHERE c.slug = '{company}' AND t.slug = '{team}' AND u.email = 'sam@acme.example'"
        ));
    }
}

#[actix_web::test]
async fn a_company_leads_to_its_partners() {
    let app = TestApp::start().await;
    app.signed_in(VERA).get("/companies/acme").await.leads_to(LIST);
}

#[actix_web::test]
async fn all_partners_shows_team_members_owner_programs_and_dates() {
    let app = TestApp::start().await;
    let (conn, northwind) = (&mut app.connection(), app.team("northwind"));
    personas::partner(conn, &app.acme(), &northwind, "Acme Referral");
    app.sql("UPDATE enrollments SET joined_at = joined_at - interval '1 hour' WHERE program_id = (SELECT id FROM programs WHERE name = 'Acme Resellers')");
    app.sql("UPDATE members SET last_active_at = now() - interval '3 days' WHERE left_at IS NULL");
    app.sql("UPDATE partners SET joined_at = '2024-03-14 12:00Z'");

    let page = app.signed_in(SAM).get(LIST).await;
    page.is(200).shows("All Partners 1").shows("Invite Partners 0").shows("1 partner");
    assert_eq!(page.h1(), "All Partners");
    assert_eq!(page.text_of("thead th"), ["Partner", "Owner", "Programs", "Last active", "Joined"]);
    assert_eq!(
        page.text_of("tbody th, tbody td"),
        ["NO Northwind 4 members", "Olivia Park olivia@northwind.example", "Acme Resellers +1 more", "3 days ago", "14 Mar 2024"]
    );
    assert_eq!(page.links("tbody a.name"), [NORTHWIND]);
    assert_eq!(page.links("tbody a:not(.name)"), [format!("{NORTHWIND}#members")]);
    assert_eq!(page.links(".page-header a"), ["/companies/acme/invitations/new-team"]);
    assert_eq!(page.links(".tabs a"), [LIST, "/companies/acme/invitations"]);
}

#[actix_web::test]
async fn the_count_is_of_members_and_those_asked_for_stand_apart() {
    let app = TestApp::start().await;
    app.partner("Brightwater Two", ("two@brightwater.example", "Two Owner"));
    app.sql("INSERT INTO partners (id, company_id, team_id) SELECT gen_random_uuid(), c.id, t.id FROM companies c, teams t WHERE c.slug = 'globex' AND t.slug = 'northwind'");
    app.invite("acme", "northwind", "rosa@northwind.example", "Rosa Lindqvist", "waiting", "10 days");
    app.invite("acme", "northwind", "jo@northwind.example", "", "sent", "5 days");
    app.invite("acme", "northwind", "late@northwind.example", "Late Larry", "sent", "-1 hour");
    app.invite("acme", "northwind", "no@northwind.example", "No Nora", "revoked", "5 days");
    app.invite("globex", "northwind", "secret@northwind.example", "Secret Sue", "sent", "5 days");

    let sam = app.signed_in(SAM);
    let list = sam.get(LIST).await;
    list.shows("4 members · 2 invited").shows("1 member");
    let detail = sam.get(NORTHWIND).await;
    detail.is(200).shows("Partner members 4").shows("Invited 2 · not members yet, not counted");
    assert_eq!(detail.links(".page-header .line-of a")[0], format!("{NORTHWIND}#members"));
    assert_eq!(detail.text_of(".page-header .line-of a")[0], "4 members · 2 invited");
    assert_eq!(detail.text_of("#members tbody:first-of-type tr").len(), 4, "the rows are as many as the count says");
    detail.hides("Larry").hides("Nora").hides("secret@").hides("Fiona");
}

#[actix_web::test]
async fn a_search_finds_teams_by_their_name_or_by_any_member() {
    let app = TestApp::start().await;
    app.partner("Société Générale de Conseil", ("eloise@sgcn.example", "Éloïse Béranger"));
    app.partner("Halcyon", ("ben@halcyon.example", "Ben Adeyemi"));
    let sam = app.signed_in(SAM);
    let found = async |q: &str| {
        let page = sam.get(&format!("{LIST}?{}", query("q", q))).await;
        page.is(200);
        (teams(&page), page.text_of("mark"), page.text_of("tbody .who .line:nth-child(2) span"))
    };
    let nothing = || (Vec::<String>::new(), Vec::<String>::new(), Vec::<String>::new());

    assert_eq!(found("ORTHW").await.0, ["Northwind"], "any part of the name, in any case");
    assert_eq!(found("societe gen").await.1, ["Société Gén"], "without its accents");
    assert_eq!(found("Sòciétè").await.0, ["Société Générale de Conseil"], "with other accents");
    let (named, marked, says) = found("chen").await;
    assert_eq!((named, marked), (vec!["Northwind".to_owned()], vec!["Chen".to_owned()]));
    assert_eq!(says, ["· member Mia Chen"], "the row says which member matched");
    assert_eq!(found("northwind").await.2, Vec::<String>::new(), "it says none where the team's own name matched");
    let (_, marked, says) = found("frank@north").await;
    assert_eq!((marked, says), (vec!["frank@north".to_owned()], vec!["· member frank@northwind.example".to_owned()]));
    assert_eq!(found("beranger").await.1, ["Béranger"], "the owner is marked where the owner stands");
    assert_eq!(found("halcyon.ex").await.1, ["halcyon.ex"]);
    assert_eq!(found("fiona@").await, nothing(), "a former member is no member");
    assert_eq!(found("fiona").await.2, ["· link fiona-hale"], "but their link leads on, and is the team's");
    assert_eq!(found("brightwater").await, nothing(), "another company's partner");
    assert_eq!(found("tomas@").await, nothing());
    assert_eq!(found("no").await.0, ["Northwind"], "two letters begin a word");
    assert_eq!(found("or").await, nothing());
    assert_eq!(found("b").await.0, ["Halcyon", "Société Générale de Conseil"], "so does one");
    for wild in ["%", "_", "%%%", "___", "nor%nd", "\\", "'", "\u{0}\u{0}x"] {
        assert_eq!(found(wild).await, nothing(), "{wild:?} stands for itself");
    }
    assert_eq!(found(" \u{0} ").await.0.len(), 3, "nothing typed is no search");
}

#[actix_web::test]
async fn a_search_that_most_partners_match_finds_the_same() {
    let app = TestApp::start().await;
    app.many_partners(130);
    let sam = app.signed_in(SAM);
    let page = sam.get(&format!("{LIST}?q=many.example")).await;
    page.shows("130 partners match “many.example”");
    assert_eq!(teams(&page)[..2], ["Team 1", "Team 2"]);
    let page = sam.get(&format!("{LIST}?q=northwind.example")).await;
    page.shows("1 partner matches “northwind.example”");
    assert_eq!(teams(&page), ["Northwind"]);
}

#[actix_web::test]
async fn each_empty_list_says_why_it_is_empty() {
    let app = TestApp::start().await;
    let (sam, vera) = (app.signed_in(SAM), app.signed_in(VERA));
    let page = sam.get(&format!("{LIST}?q=xyzzy")).await;
    page.is(200).shows("0 partners match “xyzzy”").shows("No partner matches");
    assert_eq!(page.links(".empty a"), [LIST]);
    page.shows("Clear search");

    app.sql("UPDATE partners SET archived_at = now()");
    let page = sam.get(LIST).await;
    page.shows("No partners yet");
    assert_eq!(page.links("a.primary"), ["/companies/acme/invitations/new-team"]);
    let page = vera.get(LIST).await;
    page.shows("No team is a partner yet").hides("No partners yet");
    assert_eq!(page.links("a.primary"), Vec::<String>::new());
}

#[actix_web::test]
async fn who_may_not_invite_sees_no_button_for_it() {
    let app = TestApp::start().await;
    for (person, buttons) in [(SAM, 1), (MAX, 1), (VERA, 0)] {
        let browser = app.signed_in(person);
        for path in [LIST, NORTHWIND] {
            let page = browser.get(path).await;
            assert_eq!(page.is(200).links("main .button[href*='/invitations/new-']").len(), buttons, "{person} at {path}");
            assert_eq!(page.links("main .button.primary").len(), buttons, "{person} at {path}");
        }
    }
    assert_eq!(
        app.signed_in(MAX).get(NORTHWIND).await.links("main .button.primary"),
        ["/companies/acme/partners/northwind/messages#latest"]
    );
}

#[actix_web::test]
async fn pages_stay_as_they_are_while_teams_join() {
    let app = TestApp::start().await;
    app.many_partners(60);
    let sam = app.signed_in(SAM);
    let first = sam.get(LIST).await;
    first.shows("61 partners");
    assert_eq!(teams(&first).len(), 25);
    assert_eq!((teams(&first)[0].as_str(), teams(&first)[24].as_str()), ("Northwind", "Team 24"));
    assert_eq!(link(&first, "prev"), None);

    app.partner("Newcomer", ("new@comer.example", "New Comer"));
    let second = sam.get(&link(&first, "next").unwrap()).await;
    assert_eq!((teams(&second)[0].as_str(), teams(&second)[24].as_str()), ("Team 25", "Team 49"));
    let third = sam.get(&link(&second, "next").unwrap()).await;
    assert_eq!((teams(&third)[0].as_str(), teams(&third).len()), ("Team 50", 11));
    assert_eq!(link(&third, "next"), None);
    app.sql("DELETE FROM partners WHERE team_id = (SELECT id FROM teams WHERE slug = 'team-30')");
    let back = sam.get(&link(&third, "prev").unwrap()).await;
    assert_eq!((teams(&back)[0].as_str(), teams(&back)[24].as_str()), ("Team 24", "Team 49"));

    let searched = sam.get(&format!("{LIST}?q=team")).await;
    searched.shows("59 partners match");
    let next = link(&searched, "next").unwrap();
    assert!(next.contains("q=team"), "{next}");
    assert_eq!(teams(&sam.get(&next).await)[0], "Team 26");
    sam.get(&format!("{LIST}?q=northwind&after={}", next.split("after=").nth(1).unwrap())).await.leads_to(&format!("{LIST}?q=northwind"));
    sam.get(&format!("{LIST}?after=nonsense&before=%00")).await.is(200);
}

#[actix_web::test]
async fn a_long_count_stops() {
    let app = TestApp::start().await;
    app.many_partners(10_001);
    let sam = app.signed_in(SAM);
    sam.get(LIST).await.shows("All Partners 10,000+").shows("10,000+ partners");
    sam.get(&format!("{LIST}?q=many.ex")).await.shows("10,000+ partners match");
    sam.get(&format!("{LIST}?q=team+9")).await.shows("1,111 partners match");
}

#[actix_web::test]
async fn the_detail_view_shows_every_member_with_role_and_last_active_date() {
    let app = TestApp::start().await;
    app.sql("UPDATE partners SET joined_at = '2024-03-14 12:00Z'; UPDATE enrollments SET joined_at = '2024-03-14 12:00Z'");
    app.sql("UPDATE members SET last_active_at = now()");
    app.sql("UPDATE members SET last_active_at = NULL WHERE user_id = (SELECT id FROM users WHERE email = 'mia@northwind.example')");
    let page = app.signed_in(VERA).get(NORTHWIND).await;
    page.is(200);
    assert_eq!(page.h1(), "Northwind");
    page.shows("Owner Olivia Park").shows("olivia@northwind.example").shows("Joined 14 Mar 2024").shows("Acme Resellers since Mar 2024");
    assert_eq!(
        page.text_of("#members tbody tr"),
        [
            "OP Olivia Park olivia@northwind.example Owner 0 0 –none Just now",
            "AR Adam Reyes adam@northwind.example Admin 0 0 –none Just now",
            "MC Mia Chen mia@northwind.example Member 0 0 –none Never",
            "FO Frank Osei frank@northwind.example Finance 0 0 –none Just now",
        ]
    );
    page.shows("Roles and ownership are changed by Northwind’s own owner and admins, never from here.");
}

#[actix_web::test]
async fn no_control_of_the_company_changes_a_role() {
    let app = TestApp::start().await;
    app.invite("acme", "northwind", "rosa@northwind.example", "Rosa Lindqvist", "waiting", "10 days");
    let sam = app.signed_in(SAM);
    let detail = sam.get(NORTHWIND).await;
    let member = sam.get(&detail.links("#members a.name")[1]).await;
    for page in [&detail, &member] {
        page.is(200);
        let controls = ["form[method=post]", "select", "input[type=radio]", "input[type=checkbox]"];
        // What the company keeps for itself has its own section.
        let ours = controls.map(|control| format!("#care {control}")).join(", ");
        let all = controls.map(|control| format!("main {control}")).join(", ");
        assert_eq!(page.text_of(&all).len(), page.text_of(&ours).len());
    }
}

#[actix_web::test]
async fn pending_people_say_what_they_wait_for() {
    let app = TestApp::start().await;
    app.invite("acme", "northwind", "rosa@northwind.example", "Rosa Lindqvist", "waiting", "10 days");
    app.invite("acme", "northwind", "jo@northwind.example", "", "sent", "5 days");
    app.invite("acme", "northwind", "kim@northwind.example", "Kim Bakker", "sent", "5 days");
    for (status, minutes) in [("sent", 9), ("refused", 1)] {
        app.sql(&format!(
            "INSERT INTO outbox (id, message_id, recipient, sender_name, subject, text, html, link_purpose, link_id, link_generation, link_hash, status, created_at)
             SELECT gen_random_uuid(), '{status}', email, 'Acme', '', '', '', 'invitation', id, 1, '\\x00', '{status}', now() - interval '{minutes} minutes'
             FROM invitations WHERE email = 'kim@northwind.example'"
        ));
    }
    app.sql("UPDATE invitations SET created_at = '2026-11-12 12:00Z'; UPDATE invitations SET expires_at = '2100-11-30 12:00Z' WHERE status = 'sent'");
    let page = app.signed_in(SAM).get(NORTHWIND).await;
    let mut rows = page.text_of("#members tbody:last-of-type tr");
    rows.sort();
    assert_eq!(
        rows,
        [
            "Kim Bakker kim@northwind.example Member Mail refused Asked by Sam Whitaker on 12 November",
            "Rosa Lindqvist rosa@northwind.example Member Waiting for the owner’s approval Asked by Sam Whitaker on 12 November",
            "jo@northwind.example Name not known yet Member Invited, expires 30 November Asked by Sam Whitaker on 12 November",
        ]
    );
}

#[actix_web::test]
async fn members_are_searched_by_name_or_address() {
    let app = TestApp::start().await;
    app.invite("acme", "northwind", "rosa@northwind.example", "Rosa Chénier", "waiting", "10 days");
    let sam = app.signed_in(SAM);
    let search = async |q: &str| sam.get(&format!("{NORTHWIND}?{}", query("members", q))).await;
    let page = search("CHEN").await;
    page.is(200).shows("1 of 4 members match “CHEN”").shows("Partner members 4");
    assert_eq!(page.text_of("#members .name"), ["Mia Chen", "Rosa Chénier"]);
    assert_eq!(page.text_of("mark"), ["Chen", "Chén"]);
    assert_eq!(page.text_of("#members .status-line a"), ["Clear search"]);
    assert_eq!(search("frank@").await.text_of("#members .name"), ["Frank Osei"]);
    let page = search("xyzzy").await;
    page.shows("Nobody here matches");
    assert!(page.text_of("#members .name").is_empty());
    assert!(page.body.contains("value=\"xyzzy\""), "what was typed stays");
}

#[actix_web::test]
async fn hundreds_of_members_come_in_pages_with_the_owner_first() {
    let app = TestApp::start().await;
    app.sql(
        "INSERT INTO users (id, email, name, search) SELECT gen_random_uuid(), 'm' || n || '@northwind.example', 'Extra ' || n, 'extra ' || n FROM generate_series(1, 60) n;
         INSERT INTO members (id, team_id, user_id, role, joined_at)
             SELECT gen_random_uuid(), t.id, u.id, 'member', now() - interval '1 year' + substr(u.name, 7)::int * interval '1 hour' FROM teams t, users u WHERE t.slug = 'northwind' AND u.name LIKE 'Extra %';
         UPDATE teams SET member_count = 64 WHERE slug = 'northwind'",
    );
    let sam = app.signed_in(SAM);
    let names = |page: &Page| page.text_of("#members .name");
    let first = sam.get(NORTHWIND).await;
    first.shows("64 members");
    assert_eq!((names(&first)[0].as_str(), names(&first)[1].as_str(), names(&first)[24].as_str()), ("Olivia Park", "Extra 1", "Extra 24"));
    let second = sam.get(&link(&first, "next").unwrap()).await;
    assert_eq!((names(&second)[0].as_str(), names(&second).len()), ("Extra 25", 25));
    let third = sam.get(&link(&second, "next").unwrap()).await;
    assert_eq!(names(&third)[11..], ["Adam Reyes", "Mia Chen", "Frank Osei"]);
    assert_eq!(link(&third, "next"), None);
    let back = sam.get(&link(&second, "prev").unwrap()).await;
    assert_eq!(names(&back), names(&first));
    let searched = sam.get(&format!("{NORTHWIND}?members=extra")).await;
    searched.shows("60 of 64 members match");
    assert!(link(&searched, "next").unwrap().contains("members=extra"));
}

#[actix_web::test]
async fn a_member_has_a_page() {
    let app = TestApp::start().await;
    app.sql("UPDATE members SET last_active_at = now()");
    let sam = app.signed_in(SAM);
    let detail = sam.get(NORTHWIND).await;
    let page = sam.get(&detail.links("#members a.name")[2]).await;
    page.is(200).shows("Mia Chen").shows("mia@northwind.example").shows("Member").shows("Team Northwind").shows("Just now");
    assert_eq!(page.h1(), "Mia Chen");
    assert!(page.links("dd a").contains(&NORTHWIND.to_owned()));
    sam.get(&detail.links("#members a.name")[0]).await.shows("Owner");
}

#[actix_web::test]
async fn what_is_outside_ones_sight_is_answered_with_the_same_page() {
    let app = TestApp::start().await;
    app.partner("Halcyon", ("ben@halcyon.example", "Ben Adeyemi"));
    let sam = app.signed_in(SAM);
    let member = |email: &str| app.text(&format!("SELECT m.id FROM members m JOIN users u ON u.id = m.user_id WHERE u.email = '{email}'"));
    sam.get(&format!("{NORTHWIND}/members/{}", member(MIA))).await.is(200);
    let nowhere = sam.get("/nowhere").await;
    for path in [
        "/companies/globex".to_owned(),
        "/companies/globex/partners".to_owned(),
        "/companies/globex/partners/brightwater".to_owned(),
        "/companies/acme/partners/brightwater".to_owned(),
        "/companies/acme/partners/nobody".to_owned(),
        format!("{NORTHWIND}/members/{}", member("ben@halcyon.example")),
        format!("{NORTHWIND}/members/{}", member(TOMAS)),
        format!("{NORTHWIND}/members/{}", member(FIONA)),
        format!("/companies/acme/partners/brightwater/members/{}", member(TOMAS)),
        format!("/companies/globex/partners/northwind/members/{}", member(MIA)),
        format!("{NORTHWIND}/members/{}", uuid::Uuid::now_v7()),
        format!("{NORTHWIND}/members/nonsense"),
    ] {
        let page = sam.get(&path).await;
        page.is(404);
        assert_eq!(page.body, nowhere.body, "{path}");
    }
}

#[actix_web::test]
async fn an_ended_partnership_stays_readable_and_leaves_the_list() {
    let app = TestApp::start().await;
    app.sql("UPDATE partners SET ended_at = now()");
    let sam = app.signed_in(SAM);
    assert!(teams(&sam.get(LIST).await).is_empty());
    sam.get(NORTHWIND).await.is(200).shows("Partner members 4");
}

#[actix_web::test]
async fn hostile_words_are_shown_as_they_are() {
    let app = TestApp::start().await;
    let hostile = "\"'><img src=x onerror=alert(1)>{{7919*7919}}";
    let quoted = hostile.replace('\'', "''");
    app.invite("acme", "northwind", "rosa@northwind.example", "Rosa", "waiting", "10 days");
    app.sql(&format!("UPDATE teams SET name = '{quoted}'; UPDATE users SET name = '{quoted}', search = '{quoted}'; UPDATE invitations SET name = '{quoted}'; UPDATE programs SET name = '{quoted}'"));
    let sam = app.signed_in(SAM);
    let detail = sam.get(NORTHWIND).await;
    let member = detail.links("#members a.name")[0].clone();
    for path in
        [LIST, NORTHWIND, &member, &format!("{LIST}?{}", query("q", hostile)), &format!("{NORTHWIND}?{}", query("members", hostile))]
    {
        let page = sam.get(path).await;
        page.is(200).shows(hostile);
        assert!(page.text_of("main img").is_empty() && !page.body.contains("62710561"), "{path}");
    }
}

#[actix_web::test]
async fn a_page_takes_as_many_statements_for_200_rows_as_for_one() {
    let app = TestApp::start().await;
    let sam = app.signed_in(SAM);
    let searches = [
        LIST.to_owned(),
        format!("{LIST}?q=northwind"),
        format!("{LIST}?q=example"),
        NORTHWIND.to_owned(),
        format!("{NORTHWIND}?members=a"),
    ];
    let member = sam.get(NORTHWIND).await.links("#members a.name")[0].clone();
    let paths: Vec<String> = searches.into_iter().chain([member]).collect();
    let before = counts(&app, &sam, &paths).await;
    app.many_partners(200);
    app.sql(
        "INSERT INTO members (id, team_id, user_id, role) SELECT gen_random_uuid(), t.id, u.id, 'member' FROM teams t, users u WHERE t.slug = 'northwind' AND u.email LIKE '%@many.example';
         UPDATE teams SET member_count = 204 WHERE slug = 'northwind'",
    );
    for n in 0..60 {
        app.invite("acme", "northwind", &format!("i{n}@northwind.example"), "", "waiting", "5 days");
    }
    let after = counts(&app, &sam, &paths).await;
    assert_eq!(before, after);
    assert!(after.iter().all(|count| *count <= 5), "{after:?} for {paths:?}");
    sam.get(NORTHWIND).await.shows("10 more are invited");
}

async fn counts(app: &TestApp, browser: &Browser, paths: &[String]) -> Vec<u64> {
    let mut counts = Vec::new();
    for path in paths {
        let before = app.db.statements();
        browser.get(path).await.is(200);
        counts.push(app.db.statements() - before);
    }
    counts
}

/// The small form of `bin/bench plans` (R31): 3,000 teams of three people. It says something where PostgreSQL has the choice: here the
/// tables are large enough that one page by index is cheaper than a whole table, which for a few hundred rows it would not be.
#[actix_web::test]
async fn all_partners_is_read_by_index() {
    use diesel::Connection;
    use guildhall::{
        partners::{AllPartners, Search},
        web::pagination::{Cursor, Start},
    };
    let app = TestApp::start().await;
    let conn = &mut app.connection();
    let data = format!("SET LOCAL guildhall.teams = 3000; {}", include_str!("../../bench/plans.sql"));
    conn.transaction(|conn| diesel::connection::SimpleConnection::batch_execute(conn, &data)).unwrap();
    app.sql("VACUUM ANALYZE");
    let company: uuid::Uuid = app.text("SELECT id FROM companies WHERE slug = 'large'").parse().unwrap();
    let late = Start::After(Cursor { at: chrono::Utc::now() - chrono::TimeDelta::days(1000), id: uuid::Uuid::nil() });
    for (typed, start) in
        [("", Start::First), ("", late), ("che", Start::First), ("quinn12", Start::First), ("exa", late), ("mi", Start::First)]
    {
        let search = Search::of(typed);
        assert!(!AllPartners::read(conn, company.into(), search.as_ref(), start).unwrap().page.rows.is_empty(), "{typed:?}");
        let plans = AllPartners::plans(conn, company.into(), search.as_ref(), start).unwrap();
        for table in ["partners", "teams", "members", "users"] {
            assert!(!plans.contains(&format!("Seq Scan on {table}")), "{typed:?} {start:?} reads all {table}:\n{plans}");
        }
    }
}

fn query(name: &str, value: &str) -> String {
    url::form_urlencoded::Serializer::new(String::new()).append_pair(name, value).finish()
}
