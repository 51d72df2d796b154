//! The team's home, its members, and the list of approvals, for all four roles.

use super::*;

/// Acme invites Mia into a program of its own; she puts it before the team.
fn put_before_the_team(app: &TestApp) {
    app.sql(&format!(
        "INSERT INTO programs (id, company_id, name, destination, currency) SELECT gen_random_uuid(), id, 'Acme Agencies', 'https://acme.example', 'EUR' FROM companies WHERE slug = 'acme'; \
         INSERT INTO invitations (id, kind, company_id, program_id, put_to_team_id, put_by, put_at, email, team_name, asked_by, status, generation, token_hash, sent_at, expires_at) \
         SELECT gen_random_uuid(), 'program', p.company_id, p.id, t.id, m.id, now(), m.email, 'Northwind', s.id, 'sent', 1, sha256('put'), now(), now() + interval '6 days' \
         FROM programs p, teams t, users m, users s WHERE p.name = 'Acme Agencies' AND t.slug = 'northwind' AND m.email = '{MIA}' AND s.email = '{SAM}'"
    ));
}

#[actix_web::test]
async fn the_home_says_what_the_team_is_and_what_waits_to_all_four_roles() {
    let app = TestApp::start().await;
    ask(&app, &[ROSA]).await;
    for (email, is, who_can) in [
        (OLIVIA, "You are the owner", ""),
        (ADAM, "You are an admin", "Only the team’s owner approves people that companies ask for"),
        (MIA, "You are a member", "Only the team’s owner and admins join programs"),
        (FRANK, "You are in finance", "Only the team’s owner and admins join programs"),
    ] {
        let page = app.signed_in(email).get(HOME).await;
        page.is(200)
            .shows("Northwind")
            .shows("4 members")
            .shows("Olivia Park")
            .shows(OLIVIA)
            .shows("Acme Resellers")
            .shows("1 decision waits");
        page.shows(is).shows(who_can);
    }
    app.signed_in(TOMAS).get("/teams/brightwater").await.shows("1 member").shows("Globex Affiliates").shows("Nothing waits").hides("Acme");
}

#[actix_web::test]
async fn the_owner_alone_reads_that_nobody_else_can_act_and_what_helps() {
    let app = TestApp::start().await;
    let (alone, lonely) = ("Only you can act for Northwind.", "You are the only one in");
    let olivia = app.signed_in(OLIVIA);
    olivia.get(HOME).await.hides(alone).hides(lonely);
    // Fiona, who has left, was an admin too.
    app.sql("UPDATE members SET role = 'member' WHERE user_id = (SELECT id FROM users WHERE email = 'adam@northwind.example')");
    let page = olivia.get(HOME).await;
    page.shows(alone).shows("Make someone an admin").hides(lonely);
    assert_eq!(page.links(".notice a"), [MEMBERS]);
    for email in [ADAM, MIA, FRANK] {
        app.signed_in(email).get(HOME).await.is(200).hides(alone);
    }
    let here = olivia.get(MEMBERS).await.links("tbody a.name").remove(2);
    let form = olivia.get(&here).await.form("/role").set("role", "admin");
    olivia.submit(&form).await.is(303);
    olivia.get(HOME).await.hides(alone);
}

#[actix_web::test]
async fn who_is_alone_in_a_team_is_offered_to_invite_and_not_to_make_nobody_an_admin() {
    let app = TestApp::start().await;
    let tomas = app.signed_in(TOMAS);
    let page = tomas.get("/teams/brightwater").await;
    page.shows("You are the only one in Brightwater.").hides("Make someone an admin").hides("Only you can act");
    assert_eq!(page.links(".notice a"), ["/teams/brightwater/members/new"]);
    tomas.get("/teams/brightwater/members/new").await.is(200);
}

#[actix_web::test]
async fn the_rail_counts_what_the_reader_may_answer() {
    let app = TestApp::start().await;
    put_before_the_team(&app);
    ask(&app, &[ROSA, PIM]).await;
    app.sql("INSERT INTO terms (id, program_id, number, body) SELECT gen_random_uuid(), id, 2, 'Be quick.' FROM programs WHERE name = 'Acme Resellers'");
    let counted = async |email: &str| {
        let page = app.signed_in(email).get(HOME).await;
        page.shows("4 decisions wait");
        page.text_of(&format!("a.rail-item[href='{APPROVALS}'] .count")).concat()
    };
    for (email, count) in [(OLIVIA, "4 new"), (ADAM, "2 new"), (MIA, ""), (FRANK, "")] {
        assert_eq!(counted(email).await, count, "{email}");
    }
    app.sql("UPDATE teams SET switches = ARRAY['admin: approve members'] WHERE slug = 'northwind'");
    assert_eq!(counted(ADAM).await, "4 new");
}

#[actix_web::test]
async fn the_members_are_shown_with_role_and_last_active_and_searched() {
    let app = TestApp::start().await;
    app.sql("UPDATE members SET last_active_at = NULL WHERE user_id = (SELECT id FROM users WHERE email = 'frank@northwind.example')");
    let mia = app.signed_in(MIA);
    let page = mia.get(MEMBERS).await;
    assert_eq!(page.text_of("tbody .name"), ["Olivia Park", "Adam Reyes", "Mia Chen", "Frank Osei"]);
    let rows = page.text_of("tbody tr");
    assert!(rows[0].contains(OLIVIA) && rows[0].contains("Owner") && !rows[0].contains("You"), "{rows:?}");
    assert!(rows[2].contains("You") && rows[2].contains("Member"), "{rows:?}");
    assert!(rows[3].contains("Finance") && rows[3].contains("Never"), "{rows:?}");
    page.hides("Fiona");
    assert_eq!(mia.get(&format!("{MEMBERS}?q=REY")).await.text_of("tbody .name"), ["Adam Reyes"]);
    assert_eq!(mia.get(&format!("{MEMBERS}?q=frank%40")).await.text_of("tbody .name"), ["Frank Osei"]);
    mia.get(&format!("{MEMBERS}?q=zzzz")).await.is(200).shows("No member matches");
}

#[actix_web::test]
async fn pending_people_are_shown_apart_to_owner_and_admins_alone() {
    let app = TestApp::start().await;
    ask(&app, &[ROSA, PIM]).await;
    let olivia = app.signed_in(OLIVIA);
    olivia.post(&approval(&app, PIM), &[("role", "finance")]).await.is(303);
    for email in [OLIVIA, ADAM] {
        let page = app.signed_in(email).get(MEMBERS).await;
        page.shows("4 members · 2 invited, not members yet")
            .shows("Waiting for approval until")
            .shows("Invited until")
            .shows("Asked by Sam Whitaker of Acme");
    }
    for email in [MIA, FRANK] {
        let page = app.signed_in(email).get(MEMBERS).await;
        page.is(200).hides("Rosa").hides(PIM).shows("Only the team’s owner and admins invite and remove members");
    }
}

#[actix_web::test]
async fn a_program_invitation_is_answered_by_owner_and_admins() {
    let app = TestApp::start().await;
    put_before_the_team(&app);
    for (email, may) in [(OLIVIA, true), (ADAM, true), (MIA, false), (FRANK, false)] {
        let page = app.signed_in(email).get(APPROVALS).await;
        page.is(200).shows("Program invitation by Acme").shows("Acme Agencies").shows("Mia Chen asked the team to accept this. Open until");
        let links = page.links(".decision a.button");
        assert_eq!(links.len(), if may { 2 } else { 0 }, "{email}");
        if may {
            assert!(links[0].ends_with("/acceptance") && links[1].ends_with("/declination"), "{links:?}");
            app.signed_in(email).get(&links[0]).await.is(200);
        } else {
            page.shows("Only the team’s owner and admins answer program invitations and accept terms.");
        }
    }
    ask(&app, &[ROSA]).await;
    app.signed_in(MIA)
        .get(APPROVALS)
        .await
        .shows("Only the team’s owner approves members; owner and admins answer program invitations and accept terms.");
}

#[actix_web::test]
async fn approvals_come_in_pages() {
    let app = TestApp::start().await;
    let people: Vec<String> = (0..30).map(|nth| format!("person{nth}@fjord.example")).collect();
    for some in people.chunks(3) {
        ask(&app, &some.iter().map(String::as_str).collect::<Vec<_>>()).await;
    }
    let olivia = app.signed_in(OLIVIA);
    let first = olivia.get(APPROVALS).await;
    assert_eq!((first.text_of(".decision h2").len(), first.text_of(".decision h2")[0].clone()), (25, "person27@fjord.example".into()));
    first.shows("30 decisions wait");
    let second = olivia.get(&first.links(".pager a[rel=next]")[0]).await;
    assert_eq!(second.text_of(".decision h2").last().map(String::as_str), Some("person2@fjord.example"));
    assert_eq!(olivia.get(&second.links(".pager a[rel=prev]")[0]).await.text_of(".decision h2"), first.text_of(".decision h2"));
}

#[actix_web::test]
async fn a_page_takes_as_many_statements_for_200_rows_as_for_one() {
    let app = TestApp::start().await;
    ask(&app, &[ROSA]).await;
    let olivia = app.signed_in(OLIVIA);
    let paths = [HOME.to_owned(), MEMBERS.to_owned(), format!("{MEMBERS}?q=chen"), APPROVALS.to_owned(), rejection(&app, ROSA)];
    let counts = async || {
        let mut counts = Vec::new();
        for path in &paths {
            let before = app.db.statements();
            olivia.get(path).await.is(200);
            counts.push(app.db.statements() - before);
        }
        counts
    };
    counts().await;
    let few = counts().await;
    app.many_partners(200);
    app.sql(&format!(
        "INSERT INTO members (id, team_id, user_id, role) SELECT gen_random_uuid(), t.id, u.id, 'member' FROM teams t, users u WHERE t.slug = 'northwind' AND u.email LIKE '%@many.example'; \
         INSERT INTO invitations (id, kind, company_id, team_id, email, role, asked_by, status, expires_at) \
         SELECT gen_random_uuid(), 'member', c.id, t.id, 'waiting' || n || '@many.example', 'member', u.id, 'waiting', now() + interval '9 days' \
         FROM generate_series(1, 200) n, companies c, teams t, users u WHERE c.slug = 'acme' AND t.slug = 'northwind' AND u.email = '{SAM}'"
    ));
    assert_eq!(counts().await, few);
    assert!(few.iter().all(|count| *count <= 5), "{few:?}");
}

#[actix_web::test]
async fn enter_on_a_box_or_in_the_reason_answers_nothing() {
    let app = TestApp::start().await;
    ask(&app, &[ROSA, PIM]).await;
    let olivia = app.signed_in(OLIVIA);
    let page = olivia.get(APPROVALS).await;
    // A browser presses a form's first button, and none for a line break in a reason.
    let first = scraper::Selector::parse("#answers button, button[form=answers]").unwrap();
    assert_eq!(page.document().select(&first).next().expect("a button").attr("name"), None);
    assert_eq!(page.text_of("#answers textarea[name=reason]").len(), 1);
    let (rosa, before) = (id_of(&app, ROSA), app.dump());
    olivia.post(&format!("{APPROVALS}/answers"), &[("id", &rosa)]).await.is(422).shows("Choose whether to approve or to reject");
    assert_eq!(app.dump(), before);
}

#[actix_web::test]
async fn what_is_refused_on_a_later_page_stays_on_it_with_what_was_ticked() {
    let app = TestApp::start().await;
    let people: Vec<String> = (0..30).map(|nth| format!("person{nth}@fjord.example")).collect();
    for some in people.chunks(3) {
        ask(&app, &some.iter().map(String::as_str).collect::<Vec<_>>()).await;
    }
    let olivia = app.signed_in(OLIVIA);
    let next = olivia.get(APPROVALS).await.links(".pager a[rel=next]").remove(0);
    let (second, id) = (olivia.get(&next).await, id_of(&app, "person2@fjord.example"));
    let action =
        second.document().select(&scraper::Selector::parse("#answers").unwrap()).next().unwrap().attr("action").unwrap().to_owned();
    let refused = olivia.post(&action, &[("id", &id), ("reason", "Because")]).await;
    refused.is(422).shows("Choose whether to approve or to reject");
    assert_eq!(refused.text_of(".decision h2"), second.text_of(".decision h2"));
    assert!(refused.body.contains(&format!("value=\"{id}\" checked")), "who was ticked stays ticked");
    olivia.post(&action, &[("id", &id), ("answer", "rejection")]).await.leads_to(APPROVALS);
    assert_eq!(status_of(&app, "person2@fjord.example"), "rejected");
}

#[actix_web::test]
async fn who_can_is_said_as_the_team_has_switched_it() {
    let app = TestApp::start().await;
    app.sql("UPDATE teams SET switches = ARRAY['admin: approve members'] WHERE slug = 'northwind'");
    ask(&app, &[ROSA]).await;
    let mia = app.signed_in(MIA);
    mia.get(HOME).await.shows("Only the team’s owner and admins join programs, invite and approve people, and edit the team.");
    mia.get(APPROVALS).await.shows("Only the team’s owner and admins approve members that companies ask for.");
    mia.post(&approval(&app, ROSA), &[("role", "member")]).await.is(403).shows("Only the team's owner and admins can do this.");
    put_before_the_team(&app);
    mia.get(APPROVALS).await.shows("Only the team’s owner and admins approve members, answer program invitations and accept terms.");
    app.signed_in(ADAM).get(HOME).await.hides("Only the team’s owner");
}

#[actix_web::test]
async fn what_is_refused_inside_a_team_names_it_and_leads_back() {
    let app = TestApp::start().await;
    let mia = app.signed_in(MIA);
    for page in [mia.get("/teams/northwind/commissions").await, mia.post("/teams/northwind/settings", &[("team_name", "Mine")]).await] {
        page.is(403).shows("Back to Northwind");
        assert_eq!(page.links("main a.button"), [HOME]);
    }
    let sam = app.signed_in(SAM).get(HOME).await;
    assert_eq!(sam.is(403).links("main a.button"), ["/"], "who is not in it has no way into it");
}

#[actix_web::test]
async fn the_home_says_that_there_are_more_programs_than_it_shows() {
    let app = TestApp::start().await;
    let olivia = app.signed_in(OLIVIA);
    assert_eq!(olivia.get(HOME).await.text_of("#programs span"), ["1"]);
    app.sql(
        "WITH g AS (INSERT INTO programs (id, company_id, name, destination, currency) SELECT gen_random_uuid(), c.id, 'Program ' || n, 'https://acme.example', 'EUR' FROM companies c, generate_series(1, 100) n WHERE c.slug = 'acme' RETURNING id, company_id) \
         INSERT INTO enrollments (id, company_id, partner_id, program_id) SELECT gen_random_uuid(), g.company_id, p.id, g.id FROM g JOIN partners p ON p.company_id = g.company_id JOIN teams t ON t.id = p.team_id WHERE t.slug = 'northwind'",
    );
    let page = olivia.get(HOME).await;
    assert_eq!((page.text_of("#programs span"), page.text_of("tbody tr").len()), (vec!["100+".to_owned()], 100));
}
