//! How many people somebody invites, and how much they write (S4, S43).

use super::*;
use crate::support::FilledForm;

const NEW_MEMBERS: &str = "/companies/acme/invitations/new-members";
const NEW_TEAM: &str = "/companies/acme/invitations/new-team";
const COLLEAGUES: &str = "/companies/acme/staff/invitations";
const TEAMMATES: &str = "/teams/northwind/members/new";
const GROUP: &str = "/companies/acme/partners/northwind/messages";

fn invitations(app: &TestApp) -> i64 {
    app.number("SELECT count(*) FROM invitations")
}

/// People for Northwind, by address.
fn into_northwind(emails: &[&'static str]) -> Vec<(&'static str, &'static str)> {
    let row = |email: &&'static str| [("email", *email), ("name", "Rosa Lindqvist"), ("role", "member")];
    [("team", "northwind"), ("message", "Welcome, all of you.")].into_iter().chain(emails.iter().flat_map(row)).collect()
}

/// Sends them all at once, and those again that found the program too busy: what was not available was not done.
async fn all_at_once(mut forms: Vec<(Browser, FilledForm)>) -> Vec<Page> {
    let mut answered = Vec::new();
    for _ in 0..20 {
        let under_way: Vec<_> = forms
            .drain(..)
            .map(|(browser, form)| actix_web::rt::spawn(async move { (browser.submit(&form).await, browser, form) }))
            .collect();
        for sending in under_way {
            let (page, browser, form) = sending.await.expect("an answer");
            if page.status == 503 { forms.push((browser, form)) } else { answered.push(page) }
        }
        if forms.is_empty() {
            return answered;
        }
    }
    panic!("{} are not answered", forms.len())
}

#[actix_web::test]
async fn a_hundred_invitations_at_once_on_two_copies_are_as_many_as_are_left() {
    let app = TestApp::start_limited().await;
    let copy = app.copy().await;
    let sam = app.signed_in(SAM);
    sam.post(NEW_MEMBERS, &into_northwind(&["rosa@northwind.example"])).await.is(303);
    used(&app, Limit::InvitationsOfPerson.most() - 40);
    let form = |n: usize| {
        let browser = sam.on(if n.is_multiple_of(2) { &app } else { &copy });
        let form = FilledForm::to(NEW_MEMBERS).set("team", "northwind").set("email", &format!("rosa{n}@northwind.example"));
        (browser, form.set("role", "member"))
    };
    let pages = all_at_once((0..100).map(form).collect()).await;
    assert_eq!((statuses(&pages, 303), statuses(&pages, 429)), (40, 60));
    assert_eq!(invitations(&app), 41);
    assert_eq!(app.number("SELECT count(*) FROM audit WHERE action = 'member invited'"), 41);
    assert_eq!(app.mails_to(OLIVIA).len(), 41);
    pages.iter().filter(|page| page.status == 429).for_each(is_too_many);
}

#[actix_web::test]
async fn who_has_invited_enough_for_a_day_keeps_what_was_typed() {
    let app = TestApp::start_limited().await;
    let (sam, adam) = (app.signed_in(SAM), app.signed_in(ADAM));
    let program = app.text("SELECT id FROM programs WHERE name = 'Acme Resellers'");
    let new_team = |form: FilledForm| {
        form.set("team_name", "Larkspur Agency")
            .set("program", &program)
            .set_nth("email", 0, "ines@larkspur.example")
            // The owner's role is none to choose.
            .set_nth("role", 0, "")
            .set("owner", "0")
            .set("confirmed", "true")
            .set("message", "Great to meet you in Lisbon.")
    };
    let people = |form: FilledForm| {
        form.set_nth("email", 0, "rosa@northwind.example").set_nth("name", 0, "Rosa Lindqvist").set_nth("role", 0, "member")
    };
    let first = sam.get(NEW_TEAM).await.form("new-team");
    sam.submit(&new_team(first).set_nth("email", 0, "first@larkspur.example")).await.is(303);
    let first = adam.get(TEAMMATES).await.form("members/new");
    adam.submit(&people(first).set_nth("email", 0, "first@northwind.example")).await.is(303);
    used(&app, Limit::InvitationsOfPerson.most());
    let before = app.dump();
    for (browser, page, end, fill) in [
        (&sam, NEW_TEAM.to_owned(), "new-team", &new_team as &dyn Fn(FilledForm) -> FilledForm),
        (&sam, format!("{NEW_MEMBERS}?team=northwind"), "new-members", &|form| people(form).set("message", "Welcome, Rosa.")),
        (&sam, format!("{COLLEAGUES}/new"), "/staff/invitations", &|form| {
            form.set_nth("email", 0, "kim@acme.example").set_nth("name", 0, "Kim Bakker").set_nth("staff_role", 0, "manager")
        }),
        (&adam, TEAMMATES.to_owned(), "members/new", &|form| people(form).set("message", "Join us.")),
    ] {
        let form = fill(browser.get(&page).await.form(end));
        let refused = browser.submit(&form).await;
        is_too_many(&refused);
        assert_eq!(
            refused.text_of(".notice.bad"),
            ["Not sent. You have invited as many people as one person can in a day. What you typed is still here. Try again in 24 hours."],
            "{page}"
        );
        let kept = refused.form(end);
        for name in ["team", "team_name", "program", "email", "name", "role", "staff_role", "owner", "message", "subject"] {
            assert_eq!(kept.values(name), form.values(name), "{page}: {name}");
        }
    }
    assert_eq!(app.dump(), before);
    windows_end(&app);
    let form = people(adam.get(TEAMMATES).await.form("members/new"));
    adam.submit(&form).await.is(303);
}

#[actix_web::test]
async fn what_is_refused_is_not_counted_and_people_count_not_forms() {
    let app = TestApp::start_limited().await;
    let sam = app.signed_in(SAM);
    sam.post(NEW_MEMBERS, &into_northwind(&["rosa@northwind.example"])).await.is(303);
    used(&app, Limit::InvitationsOfPerson.most() - 2);
    is_too_many(&sam.post(NEW_MEMBERS, &into_northwind(&["a@northwind.example", "b@northwind.example", "c@northwind.example"])).await);
    // In the way: nobody is asked, and nobody counted.
    sam.post(NEW_MEMBERS, &into_northwind(&["a@northwind.example", MIA])).await.is(422);
    sam.post(NEW_MEMBERS, &into_northwind(&["a@northwind.example", "b@northwind.example"])).await.is(303);
    is_too_many(&sam.post(NEW_MEMBERS, &into_northwind(&["c@northwind.example"])).await);
    assert_eq!(invitations(&app), 3);
}

#[actix_web::test]
async fn a_living_invitation_in_the_way_is_not_counted() {
    let app = TestApp::start_limited().await;
    let sam = app.signed_in(SAM);
    let program: &'static str = Box::leak(app.text("SELECT id FROM programs WHERE name = 'Acme Resellers'").into_boxed_str());
    let ines = [
        ("team_name", "Larkspur"),
        ("program", program),
        ("owner", "0"),
        ("confirmed", "true"),
        ("email", "ines@larkspur.example"),
        ("email", "teo@larkspur.example"),
        ("role", ""),
        ("role", "member"),
    ];
    sam.post(NEW_TEAM, &ines).await.is(303);
    assert_eq!(app.text("SELECT string_agg(used::text, ',') FROM rate_limits"), "2,2", "the owner, and who is listed");
    sam.post(NEW_TEAM, &ines).await.is(422).shows("Already invited into this program");
    assert_eq!(app.text("SELECT string_agg(used::text, ',') FROM rate_limits"), "2,2");
}

#[actix_web::test]
async fn a_company_and_a_team_have_quotas_of_their_own() {
    let app = TestApp::start_limited().await;
    app.signed_in(SAM).post(NEW_MEMBERS, &into_northwind(&["rosa@northwind.example"])).await.is(303);
    used(&app, Limit::InvitationsOfCompany.most());
    let page = app.signed_in(MAX).post(NEW_MEMBERS, &into_northwind(&["a@northwind.example"])).await;
    is_too_many(&page);
    page.shows("Your company has invited as many people as it can in a day.");
    let of_globex = [("team", "brightwater"), ("email", "uma@brightwater.example"), ("role", "member")];
    app.signed_in(GUS).post("/companies/globex/invitations/new-members", &of_globex).await.is(303);

    app.sql("DELETE FROM rate_limits");
    app.signed_in(ADAM).post(TEAMMATES, &into_northwind(&["b@northwind.example"])).await.is(303);
    used(&app, Limit::InvitationsOfTeam.most());
    let page = app.signed_in(OLIVIA).post(TEAMMATES, &into_northwind(&["c@northwind.example"])).await;
    is_too_many(&page);
    page.shows("Your team has invited as many people as it can in a day.");
    let uma = [("email", "otto@brightwater.example"), ("role", "member")];
    app.signed_in(TOMAS).post("/teams/brightwater/members/new", &uma).await.is(303);
    // What the team asks for itself is not the company's.
    app.signed_in(MAX).post(NEW_MEMBERS, &into_northwind(&["d@northwind.example"])).await.is(303);
    assert_eq!(invitations(&app), 5);
}

#[actix_web::test]
async fn who_writes_too_much_keeps_what_they_wrote() {
    let app = TestApp::start_limited().await;
    let copy = app.copy().await;
    let team =
        app.text("SELECT '/teams/northwind/messages/' || p.id FROM partners p JOIN teams t ON t.id = p.team_id WHERE t.slug = 'northwind'");
    app.signed_in(SAM).post(GROUP, &[("body", "Hello, all of you.")]).await.is(303);
    for (path, email) in [(GROUP, SAM), (team.as_str(), OLIVIA)] {
        app.sql("DELETE FROM rate_limits");
        let browser = app.signed_in(email);
        browser.post(path, &[("body", "The first of many.")]).await.is(303);
        used(&app, Limit::Messages.most() - 3);
        let messages = app.number("SELECT count(*) FROM messages");
        let (here, form) = (path.to_owned(), vec![("body", "All at once.")]);
        let pages = at_once(
            (0..10_u32).map(|n| (browser.on(if n.is_multiple_of(2) { &app } else { &copy }), here.clone(), form.clone())).collect(),
        )
        .await;
        assert_eq!((statuses(&pages, 303), statuses(&pages, 429)), (3, 7), "{email}");
        assert_eq!(app.number("SELECT count(*) FROM messages"), messages + 3);

        let mails = app.mails().len();
        let form = browser.get(path).await.form(path).set("body", "One **more**,\n\nlong and thoughtful.");
        let refused = browser.submit(&form).await;
        is_too_many(&refused);
        refused.shows("You have written as many messages as one person can in ten minutes. What you typed is still here.");
        assert_eq!(refused.form(path).value("body"), form.value("body"));
        assert_eq!((app.number("SELECT count(*) FROM messages"), app.mails().len()), (messages + 3, mails));
        let other = if email == SAM { app.signed_in(MAX) } else { app.signed_in(ADAM) };
        other.post(path, &[("body", "From somebody else.")]).await.is(303);
        windows_end(&app);
        browser.submit(&refused.form(path)).await.is(303);
    }
}

#[actix_web::test]
async fn who_contributes_too_many_referrals_keeps_what_was_typed() {
    let app = TestApp::start_limited().await;
    let (mia, new) = (app.signed_in(MIA), "/teams/northwind/referrals/new");
    let program = app.text("SELECT id FROM programs WHERE name = 'Acme Resellers'");
    let lead = |email: &str| FilledForm::to(new).set("program", &program).set("name", "Ada King").set("email", email);
    mia.submit(&lead("ada@harbour.example")).await.is(303);
    used(&app, Limit::Referrals.most());
    let refused = mia.submit(&lead("bo@harbour.example")).await;
    is_too_many(&refused);
    assert_eq!(refused.form("/referrals/new").value("email"), Some("bo@harbour.example"));
    assert_eq!(app.number("SELECT count(*) FROM referrals WHERE email = 'bo@harbour.example'"), 0);
    windows_end(&app);
    mia.submit(&refused.form("/referrals/new")).await.is(303);
}
