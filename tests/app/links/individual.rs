//! A link that staff make for one member.

use super::*;
use crate::support::{
    FilledForm, Scene, at_once,
    scene::{DUE_PROGRAM, SECOND_PROGRAM, id},
};

fn page_of(app: &TestApp, person: &str) -> String {
    format!("/companies/acme/partners/northwind/members/{}", place(app, person))
}

async fn form(app: &TestApp, by: &crate::support::Browser, person: &str) -> FilledForm {
    by.get(&format!("{}/links/new", page_of(app, person))).await.form("/links")
}

#[actix_web::test]
async fn a_manager_makes_a_link_for_one_member_who_is_told() {
    let app = TestApp::start().await;
    let (max, here) = (app.signed_in(MAX), page_of(&app, MIA));
    max.get(&here).await.shows("Make a link for Mia Chen");
    let form = form(&app, &max, MIA).await.set("destination", "https://acme.example/for-mia").set("text", "mia-at-the-fair");
    let done = max.submit(&form).await;
    done.leads_to(&here);
    max.follow(done).await.shows("The link mia-at-the-fair is made.").shows("/go/mia-at-the-fair").shows("Individual");
    let mail = app.last_mail_to(MIA);
    assert_eq!(mail.subject, "Acme made a link for you");
    for words in [&format!("{}/go/mia-at-the-fair", app.base_url), "https://acme.example/for-mia", "Max Adler", "/teams/northwind/links"] {
        assert!(mail.text.contains(words), "{words} in {}", mail.text);
    }
    app.signed_in(MIA).get(LINKS).await.shows("/go/mia-at-the-fair").shows("https://acme.example/for-mia");
    assert_eq!(texts(&app, ADAM, "Acme Resellers"), ["adam-reyes"]);
    app.signed_in(OLIVIA)
        .get("/teams/northwind/history")
        .await
        .shows("Max Adler made the link mia-at-the-fair for Mia Chen in Acme Resellers");
    // The same form again makes nothing more; without a text, one is made of the name.
    let again = max.submit(&form).await;
    max.follow(again).await.shows("This link was made already.");
    max.submit(&super::individual::form(&app, &max, MIA).await.set("destination", "https://acme.example/x")).await.leads_to(&here);
    assert_eq!(
        (texts(&app, MIA, "Acme Resellers"), actions(&app, "link made")),
        (vec!["mia-chen".to_owned(), "mia-at-the-fair".into(), "mia-chen-2".into()], 2)
    );
    is_whole(&app);
}

#[actix_web::test]
async fn viewers_other_companies_and_teams_make_none() {
    let app = TestApp::start().await;
    let (here, program) = (page_of(&app, MIA), program(&app, "Acme Resellers"));
    let fields = [("program", program.as_str()), ("destination", "https://acme.example/x"), ("text", "forged")];
    let others = [GUS, HUGO, OLIVIA, MIA].map(|person| app.signed_in(person));
    let before = app.dump();
    for browser in &others {
        browser.post(&format!("{here}/links"), &fields).await.is(404);
    }
    assert_eq!(app.dump(), before);
    let vera = app.signed_in(VERA);
    vera.post(&format!("{here}/links"), &fields).await.is(403).shows("Viewers can look, but not make links.");
    vera.get(&here).await.is(200).hides("Make a link");
    assert_eq!((actions(&app, "refused"), actions(&app, "link made")), (1, 0));
}

#[actix_web::test]
async fn what_is_wrong_is_said_at_its_field_and_kept() {
    let app = TestApp::start().await;
    let _scene = Scene::set(&app);
    let max = app.signed_in(MAX);
    let form = form(&app, &max, MIA).await.set("destination", "https://acme.example/x").set("text", "mia-x");
    let before = app.dump();
    for (field, value, says) in [
        ("destination", "", "Enter a web address that begins with https:// or http://"),
        ("destination", "javascript:alert(1)", "Enter a web address that begins with https:// or http://"),
        (
            "destination",
            "https://elsewhere.example/x",
            "Links may not lead to elsewhere.example yet. An administrator of the company lists it under Settings; choose another address, or ask one of them",
        ),
        ("text", "a b", "Use letters from a to z, digits and dashes only"),
        ("text", "admin", "Choose another text: this one is kept for the installation itself"),
        ("text", "Adam-Reyes", "This text is taken. Choose another one"),
        ("program", "", "Choose a program that the team is in"),
        ("program", &id(SECOND_PROGRAM).to_string(), "Choose a program that the team is in"),
        ("program", &program(&app, "Globex Affiliates"), "Choose a program that the team is in"),
    ] {
        let page = max.submit(&form.clone().set(field, value)).await;
        page.is(422).shows("One thing to correct");
        assert_eq!(page.error_at(field), format!("Error: {says}"), "{field}={value}");
        let kept = page.form("/links");
        assert_eq!((kept.value("link"), kept.value("text").is_some()), (form.value("link"), true));
        assert_eq!(app.dump(), before, "{field}={value}");
    }
    let page = max.submit(&form.clone().set("text", "Adam-Reyes")).await;
    let (words, links) = (page.text_of("a.tag"), page.links("a.tag"));
    assert_eq!(words, ["adam-reyes-3", "adam-reyes-mia", "adam-reyes-4"], "the second is his, in another program");
    let filled = max.get(&links[1]).await.form("/links");
    assert_eq!((filled.value("text"), filled.value("destination")), (Some("adam-reyes-mia"), form.value("destination")));
    max.submit(&filled.set("program", &id(DUE_PROGRAM).to_string())).await.is(303);
    assert!(texts(&app, MIA, "Acme Renewals").contains(&"adam-reyes-mia".to_owned()));
    is_whole(&app);
}

#[actix_web::test]
async fn who_has_left_the_team_gets_none_and_a_key_of_another_link_is_nobodys() {
    let app = TestApp::start().await;
    let _scene = Scene::set(&app);
    let max = app.signed_in(MAX);
    let form = form(&app, &max, MIA).await.set("destination", "https://acme.example/x");
    let before = app.dump();
    max.submit(&form.clone().set("link", &link(&app, "tomas-alone"))).await.is(404);
    max.submit(&form.clone().set("link", &link(&app, "olivia-alone"))).await.is(404);
    assert_eq!(app.dump(), before);
    app.signed_in(MIA).post("/teams/northwind/departure", &[]).await.is(303);
    max.submit(&form).await.is(404);
    max.get(&format!("{}/links/new", page_of(&app, FIONA))).await.is(404);
    assert_eq!(actions(&app, "link made"), 0);
}

#[actix_web::test]
async fn a_form_sent_twenty_times_at_once_is_one_link_and_one_mail() {
    let app = TestApp::start().await;
    let copy = app.copy().await;
    let max = app.signed_in(MAX);
    let form = form(&app, &max, MIA).await;
    let leak = |text: &str| -> &'static str { Box::leak(text.to_owned().into_boxed_str()) };
    let fields = vec![
        ("link", leak(form.value("link").unwrap())),
        ("program", leak(&program(&app, "Acme Resellers"))),
        ("destination", "https://acme.example/x"),
    ];
    let path = format!("{}/links", page_of(&app, MIA));
    let forms = (0..20).map(|nth| (if nth % 2 == 0 { max.clone() } else { max.on(&copy) }, path.clone(), fields.clone()));
    for page in at_once(forms.collect()).await {
        page.leads_to(&page_of(&app, MIA));
    }
    assert_eq!((actions(&app, "link made"), app.mails_to(MIA).len(), texts(&app, MIA, "Acme Resellers").len()), (1, 1, 2));
    is_whole(&app);
}

#[actix_web::test]
async fn a_link_that_is_there_is_never_made_again_nor_renamed() {
    use guildhall::{
        ids::LinkId,
        links::{LinkKind, LinkText, link::NewLink, making, text::Wishes},
    };
    let app = TestApp::start().await;
    let ids =
        app.text("SELECT concat_ws(' ', id, company_id, partner_id, team_id, member_id, program_id) FROM links WHERE text = 'mia-chen'");
    let [id, company, partner, team, member, program] = ids.split(' ').map(|id| id.parse().unwrap()).collect::<Vec<uuid::Uuid>>()[..]
    else {
        panic!("{ids}")
    };
    let new = |id| NewLink {
        id,
        company: company.into(),
        partner: partner.into(),
        team: team.into(),
        member: member.into(),
        program: program.into(),
        kind: LinkKind::Individual,
        destination: None,
        url: None,
        by: None,
        wishes: Wishes::of("Mia Chen", "Acme Resellers", None),
    };
    let (conn, text) = (&mut app.connection(), LinkText::parse("not-hers").unwrap());
    assert!(!making::insert_as(conn, new(LinkId::from(id)), &text).unwrap());
    assert_eq!(making::make(conn, vec![new(LinkId::from(id))]).unwrap(), []);
    assert!(making::insert_as(conn, new(LinkId::new()), &text).unwrap());
}

#[actix_web::test]
async fn while_staff_type_a_text_it_is_said_to_be_free_or_taken() {
    let app = TestApp::start().await;
    let max = app.signed_in(MAX);
    let check = max.get(&format!("{}/links/new", page_of(&app, MIA))).await.attribute("#text", "data-check");
    for (typed, free, says) in [
        ("mia-spring", true, "mia-spring is free"),
        ("mia-chen", false, "mia-chen is the text of another link of theirs"),
        ("ADAM-reyes", false, "ADAM-reyes is taken"),
        ("admin", false, "Choose another text: this one is kept for the installation itself"),
    ] {
        let page = max.get(&format!("{check}{typed}")).await;
        let said: serde_json::Value = serde_json::from_str(&page.is(200).body).unwrap();
        assert_eq!((said["free"].as_bool(), said["says"].as_str()), (Some(free), Some(says)));
    }
}
