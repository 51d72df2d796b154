//! Default links appear by joining, whatever the role, and for those who are there when a destination is added.

use super::*;
use crate::support::{
    Scene, at_once,
    scene::{DUE_PROGRAM, OPEN_PROGRAM, id},
};
use diesel::connection::SimpleConnection;
use guildhall::{
    ids::LinkId,
    links::{LinkKind, link::NewLink, making, text::Wishes, upkeep},
};
use std::collections::HashSet;

fn open() -> String {
    format!("/teams/northwind/programs/{}", id(OPEN_PROGRAM))
}

fn program_links(app: &TestApp, name: &str) -> String {
    format!("/companies/acme/programs/{}/links", program(app, name))
}

#[actix_web::test]
async fn everybody_in_a_team_of_a_program_has_a_link_made_of_their_name() {
    let app = TestApp::start().await;
    let all: Vec<String> = NORTHWIND.iter().flat_map(|person| texts(&app, person, "Acme Resellers")).collect();
    assert_eq!(all, ["olivia-park", "adam-reyes", "mia-chen", "frank-osei"]);
    assert_eq!(texts(&app, TOMAS, "Globex Affiliates"), ["tomas-herrera"]);
    is_whole(&app);
}

#[actix_web::test]
async fn a_team_that_joins_an_open_program_has_links_for_everybody_at_once() {
    let app = TestApp::start().await;
    let _scene = Scene::set(&app);
    app.signed_in(ADAM).post(&format!("{}/enrollment", open()), &[("terms", "1")]).await.leads_to(&open());
    for (person, text) in NORTHWIND.iter().zip(["olivia-park", "adam-reyes", "mia-chen", "frank-osei"]) {
        let made = texts(&app, person, "Globex Open");
        assert!(made.len() == 1 && made[0].starts_with(&format!("{text}-")), "{person}: {made:?}");
    }
    // In the transaction of the joining: what a transaction writes has one time.
    assert_eq!(
        app.number(&format!(
            "SELECT count(*) FROM links l JOIN enrollments e ON e.program_id = l.program_id AND e.partner_id = l.partner_id WHERE l.program_id = '{}' AND l.created_at = e.joined_at",
            id(OPEN_PROGRAM)
        )),
        4
    );
    is_whole(&app);
    let page = app.signed_in(MIA).get(LINKS).await;
    page.is(200)
        .shows("Globex Open")
        .shows(&format!("Each begins with {}", app.base_url))
        .shows(&format!("/go/{}", texts(&app, MIA, "Globex Open")[0]));
}

const ZOE: &str = "zoe@northwind.example";

/// Zoe is asked into Northwind by Adam, and comes under that name.
async fn accept(app: &TestApp, name: &str) {
    let fields = [("email", ZOE), ("name", ""), ("role", "member"), ("message", "")];
    app.signed_in(ADAM).post("/teams/northwind/members/new", &fields).await.is(303);
    let link = format!("{}/acceptance", app.link_to(ZOE));
    app.visitor().post(&link, &[("name", name), ("password", "five quiet lanterns")]).await.is(303);
}

#[actix_web::test]
async fn a_founder_and_whoever_joins_a_team_have_links() {
    let app = TestApp::start().await;
    let scene = Scene::set(&app);
    let nora = app.visitor();
    let fields = [("name", "Nora Lindqvist"), ("team_name", "Brightlane"), ("password", "five quiet lanterns"), ("terms", "1")];
    nora.post(&format!("/invitations/{}/acceptance", scene.invitation_token), &fields).await.is(303);
    assert_eq!(texts(&app, "nora@brightlane.example", "Acme Resellers"), ["nora-lindqvist", "nora-lindqvist-spring-offer"]);
    accept(&app, "Zoe Moss").await;
    assert_eq!(texts(&app, ZOE, "Acme Resellers"), ["zoe-moss", "zoe-moss-spring-offer"]);
    assert_eq!(texts(&app, ZOE, "Acme Renewals").len(), 1);
    is_whole(&app);
}

#[actix_web::test]
async fn a_name_that_says_nothing_in_letters_still_makes_a_text() {
    let app = TestApp::start().await;
    let _scene = Scene::set(&app);
    accept(&app, "李").await;
    assert_eq!(texts(&app, ZOE, "Acme Resellers"), ["acme-resellers", "spring-offer"]);
}

#[actix_web::test]
async fn a_default_destination_added_later_gives_everybody_a_link_and_a_retired_one_nobody_new() {
    let app = TestApp::start().await;
    let (max, path) = (app.signed_in(MAX), program_links(&app, "Acme Resellers"));
    let fields = [("kind", "default"), ("name", "Spring offer"), ("url", "https://acme.example/spring")];
    let done = max.post(&path, &fields).await;
    done.leads_to(&path);
    max.follow(done).await.shows("Spring offer is added.").shows("Every member of the program’s teams has a link there.");
    assert_eq!(texts(&app, MIA, "Acme Resellers"), ["mia-chen", "mia-chen-spring-offer"]);
    assert_eq!(app.number("SELECT count(*) FROM links"), 5 + 1 + 4, "Fiona, who has left, gets none");
    is_whole(&app);
    let destination = app.text("SELECT id FROM destinations");
    let page = max.get(&format!("{path}/{destination}")).await;
    page.is(200).shows("4 links lead there");
    let done = max.submit(&page.form("/retirement")).await;
    max.follow(done).await.shows("No new links lead there; those that do go on.").shows("Retired");
    super::super::governing::join(&app, ZOE, "Zoe Moss", guildhall::teams::MemberRole::Member);
    assert_eq!(texts(&app, ZOE, "Acme Resellers"), ["zoe-moss"]);
    assert_eq!(texts(&app, MIA, "Acme Resellers"), ["mia-chen", "mia-chen-spring-offer"], "hers goes on");
    let again = max.post(&format!("{path}/{destination}/retirement"), &[]).await;
    max.follow(again).await.shows("The destination was retired already.");
    assert_eq!(actions(&app, "destination retired"), 1);
    is_whole(&app);
}

/// Sixty teams of one in Acme Resellers.
fn sixty_teams(app: &TestApp) {
    app.sql(
        "CREATE TEMP TABLE made AS SELECT n, gen_random_uuid() AS person, gen_random_uuid() AS team FROM generate_series(1, 60) n; \
         INSERT INTO users (id, email, name, search, email_verified_at) SELECT person, 'p' || n || '@many.example', 'Mia Chen', 'mia chen', now() FROM made; \
         INSERT INTO teams (id, slug, name, search, owner_id, member_count) SELECT team, 'many-' || n, 'Many ' || n, 'many', person, 5 FROM made; \
         INSERT INTO members (id, team_id, user_id, role) SELECT gen_random_uuid(), team, person, 'admin' FROM made; \
         INSERT INTO partners (id, company_id, team_id) SELECT gen_random_uuid(), c.id, team FROM made, companies c WHERE c.slug = 'acme'; \
         INSERT INTO enrollments (id, company_id, partner_id, program_id) SELECT gen_random_uuid(), p.company_id, p.id, g.id \
             FROM partners p JOIN made ON made.team = p.team_id JOIN programs g ON g.name = 'Acme Resellers';",
    );
}

#[actix_web::test]
async fn upkeep_makes_the_links_of_a_large_program_in_batches_and_survives_a_restart() {
    let app = TestApp::start().await;
    sixty_teams(&app);
    let (max, path) = (app.signed_in(MAX), program_links(&app, "Acme Resellers"));
    let done = max.post(&path, &[("kind", "default"), ("name", "Spring"), ("url", "https://acme.example/spring")]).await;
    max.follow(done).await.shows("The links of all members are being made now").shows("Links are being made.");
    assert_eq!(texts(&app, MIA, "Acme Resellers"), ["mia-chen"], "not yet");
    let conn = &mut app.connection();
    let first = upkeep::round(conn, None).unwrap();
    let made = app.number("SELECT count(*) FROM links");
    assert!(first.is_some() && made > 6 && made < 6 + 2 * 60, "one batch, not all: {made}");
    // Whoever begins anew, like a copy that was just started, does not do it twice.
    upkeep::finish(conn).unwrap();
    assert_eq!(app.number("SELECT count(*) FROM links"), 6 + 4 + 2 * 60);
    assert_eq!(app.number("SELECT count(*) FROM programs WHERE links_made_at IS NULL"), 0);
    assert_eq!(upkeep::round(conn, None).unwrap(), None);
    max.get(&path).await.hides("Links are being made.").shows("64 links");
    // The teams were written past all rules, with a count of members that is not theirs.
    app.sql("UPDATE teams SET member_count = 1 WHERE slug LIKE 'many-%'");
    is_whole(&app);
}

#[actix_web::test]
async fn a_destination_added_during_the_walk_is_walked_too() {
    let app = TestApp::start().await;
    sixty_teams(&app);
    let (max, path) = (app.signed_in(MAX), program_links(&app, "Acme Resellers"));
    let conn = &mut app.connection();
    let add = |name: &'static str| [("kind", "default"), ("name", name), ("url", "https://acme.example/more")];
    max.post(&path, &add("One")).await.is(303);
    let mut walk = upkeep::round(conn, None).unwrap();
    max.post(&path, &add("Two")).await.is(303);
    while let Some(further) = upkeep::round(conn, walk.as_ref()).unwrap() {
        walk = Some(further);
    }
    app.sql("UPDATE teams SET member_count = 1 WHERE slug LIKE 'many-%'");
    is_whole(&app);
}

#[actix_web::test]
async fn programs_from_before_get_their_links_by_the_running_program() {
    let app = TestApp::start().await;
    app.sql("DELETE FROM link_texts; DELETE FROM links; UPDATE programs SET links_made_at = NULL");
    let upkeep = guildhall::upkeep::Upkeep::start(app.db.clone());
    for _ in 0..1000 {
        if app.number("SELECT count(*) FROM programs WHERE links_made_at IS NULL") == 0 {
            break;
        }
        actix_web::rt::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    upkeep.stop();
    assert_eq!(texts(&app, MIA, "Acme Resellers"), ["mia-chen"]);
    is_whole(&app);
}

#[actix_web::test]
async fn who_joins_while_a_destination_is_added_misses_neither() {
    let app = TestApp::start().await;
    let _scene = Scene::set(&app);
    let adam = app.signed_in(ADAM);
    let mut other = app.connection();
    other
        .batch_execute(&format!(
            "BEGIN; SELECT 1 FROM programs WHERE id = '{0}' FOR NO KEY UPDATE; \
             INSERT INTO destinations (id, company_id, program_id, kind, name, url) SELECT gen_random_uuid(), company_id, id, 'default', 'Spring', 'https://globex.example/spring' FROM programs WHERE id = '{0}'",
            id(OPEN_PROGRAM)
        ))
        .unwrap();
    let joining = actix_web::rt::spawn(async move { adam.post(&format!("{}/enrollment", open()), &[("terms", "1")]).await });
    app.until_somebody_waits().await;
    other.batch_execute("COMMIT").unwrap();
    joining.await.unwrap().leads_to(&open());
    assert_eq!(texts(&app, MIA, "Globex Open").len(), 2);
    is_whole(&app);
}

#[actix_web::test]
async fn a_program_whose_links_cannot_be_made_keeps_no_other_waiting() {
    let app = TestApp::start().await;
    let broken = program(&app, "Acme Resellers");
    app.sql("UPDATE programs SET links_made_at = NULL; DELETE FROM link_texts; DELETE FROM links");
    // No link of the first of them is taken.
    app.sql(&format!("ALTER TABLE links ADD CONSTRAINT broken CHECK (program_id <> '{broken}')"));
    let conn = &mut app.connection();
    let (mut walk, mut rounds) = (None, 0);
    loop {
        walk = upkeep::round(conn, walk.as_ref()).unwrap();
        rounds += 1;
        if walk.is_none() {
            break;
        }
        assert!(rounds < 50, "it comes to an end");
    }
    assert_eq!(app.text("SELECT string_agg(name, ',') FROM programs WHERE links_made_at IS NULL"), "Acme Resellers");
    assert_eq!(texts(&app, TOMAS, "Globex Affiliates"), ["tomas-herrera"]);
    assert!(upkeep::finish(conn).is_err(), "who waits for all of it learns so");
    app.sql("ALTER TABLE links DROP CONSTRAINT broken");
    upkeep::finish(conn).unwrap();
    assert_eq!(texts(&app, MIA, "Acme Resellers"), ["mia-chen"]);
    is_whole(&app);
}

#[actix_web::test]
async fn a_team_that_comes_back_to_a_program_finds_its_links() {
    let app = TestApp::start().await;
    let _scene = Scene::set(&app);
    let olivia = app.signed_in(OLIVIA);
    let due = format!("/teams/northwind/programs/{}", id(DUE_PROGRAM));
    let before = NORTHWIND.map(|person| texts(&app, person, "Acme Renewals"));
    olivia.post(&format!("{due}/departure"), &[]).await.is(303);
    olivia.get(LINKS).await.shows("the team has left it");
    app.sql(&format!("UPDATE programs SET open = true WHERE id = '{}'", id(DUE_PROGRAM)));
    super::super::governing::join(&app, ZOE, "Zoe Moss", guildhall::teams::MemberRole::Member);
    assert_eq!(texts(&app, ZOE, "Acme Renewals").len(), 0);
    olivia.post(&format!("{due}/enrollment"), &[("terms", "2")]).await.is(303);
    assert_eq!(NORTHWIND.map(|person| texts(&app, person, "Acme Renewals")), before);
    assert_eq!(texts(&app, ZOE, "Acme Renewals").len(), 1);
    is_whole(&app);
}

#[actix_web::test]
async fn who_comes_back_to_a_team_has_new_links_and_the_old_ones_stay_the_old_memberships() {
    let app = TestApp::start().await;
    let (olivia, old) = (app.signed_in(OLIVIA), place(&app, MIA));
    olivia.post(&format!("/teams/northwind/members/{old}/removal"), &[]).await.is(303);
    is_whole(&app);
    let conn = &mut app.connection();
    let user = guildhall::accounts::User::by_email(conn, &guildhall::email_address::EmailAddress::parse(MIA).unwrap()).unwrap().unwrap();
    let team = guildhall::teams::Team::by_slug(conn, "northwind").unwrap();
    let back = guildhall::teams::NewMember { team: team.id, user: user.id, role: guildhall::teams::MemberRole::Member };
    let back = back.join(conn).unwrap().unwrap();
    guildhall::links::defaults::for_member(conn, team.id, back).unwrap();
    assert_eq!(texts(&app, MIA, "Acme Resellers"), ["mia-chen-2"]);
    assert_eq!(app.text("SELECT l.member_id FROM links l WHERE l.text = 'mia-chen'"), old);
    is_whole(&app);
}

#[actix_web::test]
async fn a_program_that_moves_takes_its_links_along() {
    let app = TestApp::start().await;
    let max = app.signed_in(MAX);
    let path = format!("/companies/acme/programs/{}", program(&app, "Acme Resellers"));
    let form = max.get(&path).await.form(&path).set("destination", "https://acme.example/new-home");
    max.submit(&form).await.leads_to(&path);
    app.signed_in(MIA).get(LINKS).await.shows("https://acme.example/new-home").hides("https://acme.example/start");
}

#[actix_web::test]
async fn two_who_join_at_once_under_one_name_have_a_link_each() {
    let app = TestApp::start().await;
    let copy = app.copy().await;
    let invited = app.signed_in(ADAM);
    let people = ["mia1@northwind.example", "mia2@northwind.example", "mia3@northwind.example"];
    for person in people {
        let fields = [("email", person), ("name", "Mia Chen"), ("role", "member"), ("message", "")];
        invited.post("/teams/northwind/members/new", &fields).await.is(303);
    }
    let fields = vec![("name", "Mia Chen"), ("password", "five quiet lanterns")];
    let forms = people
        .iter()
        .zip([&app, &copy, &app])
        .map(|(person, on)| (on.visitor(), format!("{}/acceptance", app.link_to(person)), fields.clone()));
    for page in at_once(forms.collect()).await {
        page.is(303);
    }
    let all: HashSet<String> = people.iter().flat_map(|person| texts(&app, person, "Acme Resellers")).collect();
    assert_eq!(all.len(), 3, "{all:?}");
    is_whole(&app);
}

/// R20 in a small form; `bin/bench links` makes 10,000.
#[actix_web::test]
async fn links_of_one_name_made_by_many_at_once_never_fail_and_never_share_a_text() {
    const EACH: usize = 60;
    let app = TestApp::start().await;
    let parts = app.text(
        "SELECT concat_ws(' ', p.company_id, p.id, p.team_id, m.id, g.id) FROM partners p JOIN members m ON m.team_id = p.team_id JOIN users u ON u.id = m.user_id \
         JOIN programs g ON g.name = 'Acme Resellers' WHERE u.email = 'mia@northwind.example'",
    );
    let [company, partner, team, member, program] = parts.split(' ').map(|id| id.parse().unwrap()).collect::<Vec<uuid::Uuid>>()[..] else {
        panic!("{parts}")
    };
    let makers: Vec<_> = (0..8)
        .map(|_| {
            let mut conn = app.connection();
            std::thread::spawn(move || {
                for _ in 0..EACH {
                    let link = NewLink {
                        id: LinkId::new(),
                        company: company.into(),
                        partner: partner.into(),
                        team: team.into(),
                        member: member.into(),
                        program: program.into(),
                        kind: LinkKind::Individual,
                        destination: None,
                        url: None,
                        by: None,
                        wishes: Wishes::of("Jo Doe", "Acme Resellers", None),
                    };
                    let made = diesel::Connection::transaction(&mut conn, |conn| making::make(conn, vec![link])).expect("a link");
                    assert_eq!(made.len(), 1);
                }
            })
        })
        .collect();
    makers.into_iter().for_each(|maker| maker.join().expect("no error"));
    assert_eq!(app.number("SELECT count(DISTINCT lower(text)) FROM links WHERE text LIKE 'jo-doe%'"), 8 * EACH as i64);
    is_whole(&app);
}
