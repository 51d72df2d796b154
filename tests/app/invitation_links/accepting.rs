//! Who is in a team already: for a team of theirs, for a new one, or as a member.

use super::*;

#[actix_web::test]
async fn an_owner_accepts_for_their_team_and_the_listed_people_wait_in_its_approvals() {
    let app = TestApp::start().await;
    make_plus(&app);
    ask_for(&app, ("Rosa Lindqvist", ROSA, MemberRole::Member));
    let listed =
        [("Teo Brandt", TEO, MemberRole::Admin), ("Mia Chen", MIA, MemberRole::Member), ("Rosa Lindqvist", ROSA, MemberRole::Admin)];
    let link = invite(&app, "Acme Resellers Plus", ("Olivia Park", OLIVIA, MemberRole::Admin), "Northwind Plus", &listed);
    let olivia = app.signed_in(OLIVIA);
    let page = olivia.get(&link).await;
    page.is(200)
        .shows("Acme invites you to Acme Resellers Plus")
        .shows("Which team joins?")
        .shows("in a team of yours all of them wait in its approvals");
    assert_eq!(page.form("acceptance").value("team"), None, "they choose");
    let page = olivia.submit(&page.form("acceptance").set("terms", "1")).await;
    page.is(422);
    assert_eq!(page.error_at("team"), "Error: Choose one of your teams, or a new one");
    olivia.submit(&page.form("acceptance").set("team", "brightwater")).await.is(422).shows("Choose one of your teams, or a new one");
    let mails = app.mails_to(OLIVIA).len();

    olivia.submit(&page.form("acceptance").set("team", "northwind")).await.leads_to("/teams/northwind");
    let people = "SELECT string_agg(i.email || ' ' || i.status, ', ' ORDER BY i.email) FROM invitations i WHERE i.parent_id IS NOT NULL";
    assert_eq!(app.text(people), format!("{MIA} revoked, {ROSA} revoked, {TEO} waiting"));
    assert_eq!(
        app.text(&format!("SELECT t.slug || ' ' || i.role || ' ' || (i.expires_at > now() + interval '13 days') FROM invitations i JOIN teams t ON t.id = i.team_id WHERE i.email = '{TEO}'")),
        "northwind admin true"
    );
    assert_eq!(app.mails_to(OLIVIA).len(), mails + 1, "the owner who accepted gets the receipt alone");
    assert_eq!(app.last_mail_to(OLIVIA).subject, "You accepted the terms of Acme Resellers Plus");
    assert_eq!(app.mails_to(TEO).len(), 0);
    assert_eq!(app.number("SELECT member_count FROM teams WHERE slug = 'northwind'"), 4);
}

#[actix_web::test]
async fn an_admin_accepts_for_the_team_and_its_owner_is_asked_about_the_listed_people() {
    let app = TestApp::start().await;
    make_plus(&app);
    let listed = [("Teo Brandt", TEO, MemberRole::Member)];
    let link = invite(&app, "Acme Resellers Plus", ("Adam Reyes", ADAM, MemberRole::Admin), "Northwind Plus", &listed);
    let adam = app.signed_in(ADAM);
    let form = adam.get(&link).await.form("acceptance");
    adam.submit(&form.set("team", "northwind").set("terms", "1")).await.leads_to("/teams/northwind");
    assert_eq!(app.last_mail_to(OLIVIA).subject, "Acme asks you to approve Teo Brandt for Northwind");
    assert_eq!(app.text("SELECT role FROM audit WHERE action = 'invitation accepted'"), "admin");
}

#[actix_web::test]
async fn an_admin_elsewhere_opens_a_team_of_their_own() {
    let app = TestApp::start().await;
    let link = invite_into_plus(&app, ADAM);
    let adam = app.signed_in(ADAM);
    let form = adam.get(&link).await.form("acceptance").set("team", "new").set("terms", "1");
    adam.submit(&form.clone().set("team_name", "New")).await.leads_to("/teams/new-2");
    assert_eq!(app.text("SELECT u.email FROM teams t JOIN users u ON u.id = t.owner_id WHERE t.slug = 'new-2'"), ADAM);
    assert_eq!(app.text("SELECT u.email FROM teams t JOIN users u ON u.id = t.owner_id WHERE t.slug = 'northwind'"), OLIVIA);
}

#[actix_web::test]
async fn a_new_person_joins_a_team_as_what_the_team_approved() {
    let app = TestApp::start().await;
    let link = ask_into_northwind(&app, ("Rosa Lindqvist", ROSA, MemberRole::Finance));
    let rosa = app.visitor();
    let page = rosa.get(&link).await;
    page.is(200)
        .shows("Acme invites you to join Northwind")
        .shows("as Finance. Olivia Park approved it for the team.")
        .hides("Team name")
        .hides("I accept the terms");
    let seen = audit_lines(&app);
    let form = page.form("acceptance").set("password", NEW_PASSWORD);
    rosa.submit(&form.add("role", "owner").add("team", "new").add("team_name", "Rosa & Co")).await.leads_to("/teams/northwind");
    assert_eq!(
        app.text(&format!("SELECT m.role || ' ' || t.member_count FROM members m JOIN users u ON u.id = m.user_id JOIN teams t ON t.id = m.team_id WHERE u.email = '{ROSA}'")),
        "finance 5"
    );
    assert_eq!(actions_since(&app, seen), ["invitation accepted", "member joined"]);
    assert_eq!(app.last_mail_to(SAM).subject, "Rosa Lindqvist joined Northwind");
    rosa.get(&link).await.is(200).shows("You are in Northwind").shows("You accepted this invitation on");
    rosa.submit(&page.form("acceptance").set("password", NEW_PASSWORD)).await.leads_to("/teams/northwind");
    app.visitor().submit(&form_of(&link)).await.is(410);
    assert_eq!(app.number("SELECT member_count FROM teams WHERE slug = 'northwind'"), 5);
}

fn form_of(link: &str) -> FilledForm {
    FilledForm::to(&format!("{link}/acceptance")).set("name", "Rosa").set("password", NEW_PASSWORD)
}

#[actix_web::test]
async fn who_joins_a_team_loses_their_other_invitations_to_it() {
    let app = TestApp::start().await;
    let link = ask_into_northwind(&app, ("Fiona Hale", FIONA, MemberRole::Member));
    app.sql(&format!(
        "INSERT INTO partners (id, company_id, team_id) SELECT gen_random_uuid(), c.id, t.id FROM companies c, teams t WHERE c.slug = 'globex' AND t.slug = 'northwind';
         INSERT INTO invitations (id, kind, company_id, team_id, email, role, asked_by, status, expires_at, search)
         SELECT gen_random_uuid(), 'member', c.id, t.id, '{FIONA}', 'admin', u.id, 'waiting', now() + interval '5 days', ''
         FROM companies c, teams t, users u WHERE c.slug = 'globex' AND t.slug = 'northwind' AND u.email = '{GUS}'"
    ));
    let fiona = app.signed_in(FIONA);
    fiona.submit(&fiona.get(&link).await.form("acceptance")).await.leads_to("/teams/northwind");
    assert_eq!(
        app.text(&format!("SELECT string_agg(c.slug || ' ' || i.status, ', ' ORDER BY c.slug) FROM invitations i JOIN companies c ON c.id = i.company_id WHERE i.email = '{FIONA}'")),
        "acme accepted, globex revoked"
    );
}

#[actix_web::test]
async fn somebody_with_an_account_in_another_team_joins_with_one_click() {
    let app = TestApp::start().await;
    let link = ask_into_northwind(&app, ("Tomás", TOMAS, MemberRole::Admin));
    app.visitor().get(&link).await.is(200).shows("Sign in to accept");
    let tomas = app.signed_in(TOMAS);
    let page = tomas.get(&link).await;
    page.is(200).hides("Your name").hides("password");
    let cookies = tomas.cookies();
    tomas.submit(&page.form("acceptance")).await.leads_to("/teams/northwind");
    assert_eq!(tomas.cookies().split("; ").find(|cookie| cookie.starts_with("session")), cookies.split("; ").next());
}

#[actix_web::test]
async fn declining_tells_the_company_why_and_lets_the_listed_people_go() {
    let app = TestApp::start().await;
    let link = invite_ines(&app);
    let browser = app.visitor();
    let form = browser.get(&link).await.form("declination");
    let page = browser.submit(&form.clone().set("reason", &"x".repeat(501))).await;
    page.is(422);
    assert_eq!(page.error_at("reason"), "Error: The reason must be 500 characters or fewer");
    assert!(page.body.contains(&"x".repeat(501)), "what was typed is kept");
    let seen = audit_lines(&app);
    browser.submit(&form.set("reason", "Not this year.\r\nTry again later.")).await.leads_to(&link);
    browser.get(&link).await.is(410).shows("This invitation was declined").shows("Write to Sam Whitaker");
    assert_eq!((status(&app, INES), status(&app, TEO)), ("declined".to_owned(), "revoked".to_owned()));
    assert_eq!(actions_since(&app, seen), ["invitation revoked", "invitation revoked", "invitation declined"]);
    let mail = app.last_mail_to(SAM);
    assert_eq!(mail.subject, "Ines Okafor declined your invitation");
    assert!(mail.text.contains("Not this year.") && mail.text.contains("Try again later."), "{}", mail.text);
    browser.submit(&filled_in(FilledForm::to(&format!("{link}/acceptance")))).await.is(410);
    browser.post(&format!("{link}/declination"), &[]).await.is(410);
    assert_eq!(app.mails_to(SAM).len(), 1);
}
