//! The team's side: who contributes, what is noticed, what the team reads.

use super::{NEW, OURS, REFERRALS, decide, filled, recommend};
use crate::support::{TestApp, at_once, personas::*};

#[actix_web::test]
async fn a_member_recommends_somebody_and_the_company_is_told() {
    let app = TestApp::start().await;
    let id = recommend(&app, "Ada King", "ada@harbour.example").await;
    assert_eq!(app.referral(&id, "status"), "submitted");
    let mia = app.signed_in(MIA);
    mia.get(OURS).await.shows("Ada King").shows("Harbour Dental · ada@harbour.example").shows("Sent").shows("You");
    let mail = app.last_mail_to(SAM);
    assert_eq!(mail.subject, "Mia Chen of Northwind sent you a referral");
    assert!(mail.text.contains("Asked for a trial.") && mail.text.contains(&format!("{}{REFERRALS}/{id}", app.base_url)), "{}", mail.text);
    assert!(app.mails_to(MAX).is_empty(), "the administrators, where the partner is nobody's");
    app.signed_in(VERA)
        .get(&format!("{REFERRALS}/{id}"))
        .await
        .is(200)
        .shows("Ada King")
        .shows("Asked for a trial.")
        .shows("Viewers can look");
}

#[actix_web::test]
async fn whoever_the_partner_is_assigned_to_is_told_alone() {
    let app = TestApp::start().await;
    app.sql(&format!("UPDATE partners SET assigned_to = (SELECT s.id FROM staff s JOIN users u ON u.id = s.user_id WHERE u.email = '{MAX}') WHERE team_id = (SELECT id FROM teams WHERE slug = 'northwind')"));
    recommend(&app, "Ada King", "ada@harbour.example").await;
    assert_eq!((app.mails_to(MAX).len(), app.mails_to(SAM).len()), (1, 0));
}

#[actix_web::test]
async fn a_form_sent_twenty_times_at_once_is_one_referral_and_one_mail() {
    let app = TestApp::start().await;
    let form = filled(&app, "Ada King", "ada@harbour.example").await;
    let fields: Vec<(&'static str, &'static str)> = ["form", "program", "name", "organisation", "email", "note"]
        .into_iter()
        .map(|name| (name, kept(form.value(name).unwrap_or_default())))
        .collect();
    let browser = app.signed_in(MIA);
    let pages = at_once((0..20).map(|_| (browser.clone(), NEW.to_owned(), fields.clone())).collect()).await;
    assert!(pages.iter().all(|page| page.location().as_deref() == Some(OURS)));
    assert_eq!((app.number("SELECT count(*) FROM referrals"), app.mails_to(SAM).len()), (1, 1));
    assert_eq!(app.number("SELECT count(*) FROM audit WHERE action = 'referral contributed'"), 1);
    // Back and sent again with somebody else: nothing is changed, and the page has a form of its own.
    let page = browser.submit(&form.clone().set("email", "bea@harbour.example")).await;
    page.is(422).shows("This form was sent before");
    let again = page.form("/referrals/new");
    assert_ne!(again.value("form"), form.value("form"));
    browser.submit(&again).await.leads_to(OURS);
    assert_eq!(app.number("SELECT count(*) FROM referrals"), 2);
}

#[actix_web::test]
async fn the_form_of_somebody_else_is_not_theirs_to_send() {
    let app = TestApp::start().await;
    let form = filled(&app, "Ada King", "ada@harbour.example").await;
    app.signed_in(MIA).submit(&form).await.leads_to(OURS);
    app.signed_in(ADAM).submit(&form).await.is(422).shows("This form was sent before");
    assert_eq!(app.number("SELECT count(*) FROM referrals"), 1);
}

#[actix_web::test]
async fn what_is_wrong_in_the_form_is_said_and_what_was_typed_stays() {
    let app = TestApp::start().await;
    let mia = app.signed_in(MIA);
    let form = mia.get(NEW).await.form("/referrals/new");
    assert!(form.value("program").is_some_and(|program| !program.is_empty()), "the only program is chosen");
    let page = mia
        .submit(
            &form.clone().set("program", "").set("email", "no address").set("note", &"a".repeat(2001)).set("organisation", "see evil.com"),
        )
        .await;
    page.is(422).shows("Five things to correct");
    for (field, says) in [
        ("program", "Choose a program"),
        ("name", "Enter the person’s name"),
        ("organisation", "The organisation must not contain a web address"),
        ("email", "Enter an email address, like ada@example.com"),
        ("note", "The note must be 2000 characters or fewer"),
    ] {
        assert_eq!(page.error_at(field), format!("Error: {says}"));
    }
    let again = page.form("/referrals/new");
    assert_eq!((again.value("email"), again.value("organisation")), (Some("no address"), Some("see evil.com")));
    for program in
        ["nonsense".to_owned(), app.text("SELECT id FROM programs WHERE name = 'Globex Affiliates'"), uuid::Uuid::nil().to_string()]
    {
        let filled = again.clone().set("name", "Ada").set("email", "ada@harbour.example").set("note", "").set("organisation", "");
        let page = mia.submit(&filled.set("program", &program)).await;
        page.is(422).hides("Globex");
        assert!(page.error_at("program").starts_with("Error: Choose a program"), "{}", page.error_at("program"));
    }
    assert_eq!(app.number("SELECT count(*) FROM referrals"), 0);
}

#[actix_web::test]
async fn a_program_that_the_team_has_left_takes_no_referral() {
    let app = TestApp::start().await;
    let form = filled(&app, "Ada King", "ada@harbour.example").await;
    let program = form.value("program").unwrap().to_owned();
    app.signed_in(OLIVIA).post(&format!("/teams/northwind/programs/{program}/departure"), &[]).await.is(303);
    let page = app.signed_in(MIA).submit(&form).await;
    page.is(422).shows("In no program now");
    app.signed_in(MIA).get(NEW).await.is(200).shows("In no program now");
}

#[actix_web::test]
async fn who_may_not_contribute_finds_no_button_and_reads_who_can() {
    let app = TestApp::start().await;
    recommend(&app, "Ada King", "ada@harbour.example").await;
    let frank = app.signed_in(FRANK);
    let page = frank.get(OURS).await;
    page.is(200)
        .hides("Contribute a referral")
        .shows("This is switched off for your role. Ask the team's owner or an admin.")
        .hides("Ada King");
    frank.get(NEW).await.is(403);
    let switch = [("was", "finance: contribute referrals"), ("on", "finance: contribute referrals")];
    app.signed_in(OLIVIA).post("/teams/northwind/permissions", &switch[1..]).await.is(303);
    frank.get(OURS).await.shows("Contribute a referral");
    frank.get(NEW).await.is(200);
}

#[actix_web::test]
async fn demoted_between_page_and_form_they_contribute_nothing() {
    let app = TestApp::start().await;
    let form = filled(&app, "Ada King", "ada@harbour.example").await;
    app.sql(&format!("UPDATE members SET role = 'finance' WHERE user_id = (SELECT id FROM users WHERE email = '{MIA}')"));
    app.signed_in(MIA).submit(&form).await.is(403);
    assert_eq!(app.number("SELECT count(*) FROM referrals"), 0);
}

#[actix_web::test]
async fn the_others_referrals_are_seen_by_who_sees_their_activity() {
    let app = TestApp::start().await;
    recommend(&app, "Ada King", "ada@harbour.example").await;
    for person in [OLIVIA, ADAM] {
        app.signed_in(person).get(OURS).await.shows("Ada King").shows("Mia Chen");
    }
    app.signed_in(FRANK).get(OURS).await.hides("Ada King");
    app.sql("UPDATE teams SET switches = ARRAY['admin: see activity'] WHERE slug = 'northwind'");
    app.signed_in(ADAM).get(OURS).await.is(200).hides("Ada King").shows("Contribute a referral");
    app.signed_in(MIA).get(OURS).await.shows("Ada King");
    app.signed_in(ADAM).get("/teams/northwind/history").await.is(200).hides("Ada King").hides("recommended");
}

#[actix_web::test]
async fn what_is_noticed_about_a_lead_is_the_companys_alone() {
    let app = TestApp::start().await;
    app.sql(
        "INSERT INTO customers (id, company_id, external_id, partner_id, team_id, member_id, program_id, clicked_at) \
             SELECT gen_random_uuid(), p.company_id, 'Old@Customer.example', p.id, p.team_id, m.id, g.id, now() FROM partners p \
             JOIN members m ON m.team_id = p.team_id JOIN programs g ON g.company_id = p.company_id JOIN users u ON u.id = m.user_id \
             WHERE u.email = 'mia@northwind.example'",
    );
    let (sam, mia) = (app.signed_in(SAM), app.signed_in(MIA));
    for (email, own, badge, says) in [
        (FRANK, "member", "Own lead?", "is or was in Northwind"),
        (FIONA, "member", "Own lead?", "is or was in Northwind"),
        (MIA, "member", "Own lead?", "is or was in Northwind"),
        ("pat@northwind.example", "domain", "Own lead?", "at the same domain as that of Mia Chen"),
        (VERA, "staff", "Own lead?", "works for Acme"),
        ("old@customer.example", "", "Customer already", "This is a customer already."),
        ("ada@harbour.example", "", "", ""),
        (GUS, "", "", ""),
    ] {
        let id = recommend(&app, "Ada King", email).await;
        assert_eq!(app.referral(&id, "self_referral"), own, "{email}");
        let page = sam.get(&format!("{REFERRALS}/{id}")).await;
        let row = sam.get(&format!("{REFERRALS}?q={}", email.split('@').next().unwrap())).await;
        if badge.is_empty() {
            page.hides("may be the team’s own").hides("already");
        } else {
            page.shows(says);
            row.shows(badge);
        }
        mia.get(OURS).await.hides("Own lead?").hides("Customer already").hides("Duplicate");
    }
}

#[actix_web::test]
async fn a_public_domain_says_nothing_about_who_shares_it() {
    let app = TestApp::start().await;
    app.sql(&format!("UPDATE users SET email = 'mia.chen@gmail.com' WHERE email = '{MIA}'"));
    let mia = app.signed_in("mia.chen@gmail.com");
    let form = mia.get(NEW).await.form("/referrals/new").set("name", "Ada").set("email", "ada@gmail.com");
    mia.submit(&form).await.leads_to(OURS);
    assert_eq!(app.text("SELECT self_referral FROM referrals"), "");
}

#[actix_web::test]
async fn a_second_referral_of_one_person_is_noticed_and_no_team_reads_of_another() {
    use crate::support::personas::{partner, team};
    use guildhall::companies::Company;
    let app = TestApp::start().await;
    let conn = &mut app.connection();
    let acme = Company::find(conn, app.text("SELECT id FROM companies WHERE slug = 'acme'").parse().unwrap()).unwrap();
    let other = team(conn, "Fjord Studio", ("sunniva@fjord.example", "Sunniva Aas"), &[]);
    partner(conn, &acme, &other, "Acme Resellers");
    let first = recommend(&app, "Ada King", "Ada@Harbour.example").await;
    let sunniva = app.signed_in("sunniva@fjord.example");
    let form = sunniva.get("/teams/fjord-studio/referrals/new").await.form("/referrals/new");
    let form = form.set("name", "A. King").set("email", "ada@harbour.example");
    let second = form.value("form").unwrap().to_owned();
    let page = sunniva.submit(&form).await;
    sunniva.follow(page).await.shows("A. King is recommended to Acme.").hides("Northwind").hides("Duplicate");
    assert_eq!((app.referral(&second, "duplicate_of"), app.referral(&first, "duplicate_of")), (first.clone(), String::new()));
    let sam = app.signed_in(SAM);
    let page = sam.get(&format!("{REFERRALS}/{second}")).await;
    page.shows("You have this address already.").shows("Northwind recommended it");
    assert!(page.links("a").contains(&format!("{REFERRALS}/{first}")));
    let rows = sam.get(REFERRALS).await.text_of("tbody tr");
    assert_eq!(rows.iter().map(|row| row.contains("Duplicate")).collect::<Vec<_>>(), [true, false]);
    for (person, ours) in [(OLIVIA, OURS), ("sunniva@fjord.example", "/teams/fjord-studio/referrals")] {
        let page = app.signed_in(person).get(ours).await;
        page.hides("Duplicate").hides("already");
        assert_eq!(page.text_of("tbody tr").len(), 1);
    }
}

#[actix_web::test]
async fn of_two_referrals_of_one_person_at_once_one_is_the_duplicate() {
    let app = TestApp::start().await;
    let form = |by: &str| {
        let fields: Vec<(&'static str, &'static str)> = vec![
            ("form", kept(&uuid::Uuid::now_v7().to_string())),
            ("program", kept(&app.text("SELECT id FROM programs WHERE name = 'Acme Resellers'"))),
            ("name", "Ada King"),
            ("email", "ada@harbour.example"),
        ];
        (app.signed_in(by), NEW.to_owned(), fields)
    };
    let pages = at_once([MIA, ADAM, OLIVIA, MIA, ADAM, OLIVIA].map(form).into_iter().collect()).await;
    assert!(pages.iter().all(|page| page.status == 303));
    assert_eq!(app.number("SELECT count(*) FROM referrals WHERE duplicate_of IS NULL"), 1);
    assert_eq!(app.number("SELECT count(DISTINCT duplicate_of) FROM referrals WHERE duplicate_of IS NOT NULL"), 1);
}

#[actix_web::test]
async fn the_reason_of_a_declined_one_is_read_by_the_team() {
    let app = TestApp::start().await;
    let id = recommend(&app, "Ada King", "ada@harbour.example").await;
    decide(&app, MAX, &id, "declination", &[("reason", "No appointments there.")]).await.is(200);
    app.signed_in(MIA).get(OURS).await.shows("Declined").shows("No appointments there.");
}

/// For forms that are sent by other tasks.
fn kept(text: &str) -> &'static str {
    text.to_owned().leak()
}
