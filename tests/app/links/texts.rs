//! The text of a link: what it may be, who has it, and that it stays theirs.

use super::*;
use crate::support::{Browser, at_once};

async fn change(browser: &Browser, app: &TestApp, to: &str) -> crate::support::Page {
    let path = text_page(app, "mia-chen");
    let form = browser.get(&path).await.form("/text").set("text", to);
    browser.submit(&form).await
}

#[actix_web::test]
async fn a_member_chooses_another_text_and_the_old_one_works_on() {
    let app = TestApp::start().await;
    let mia = app.signed_in(MIA);
    let page = mia.get(LINKS).await;
    page.shows("Change text");
    mia.get(&text_page(&app, "mia-chen")).await.is(200).shows(&format!("{}/go/mia-chen", app.base_url));
    let done = change(&mia, &app, "Mia-Spring").await;
    done.leads_to(LINKS);
    mia.follow(done).await.shows("Your link is called Mia-Spring now.").shows("/go/Mia-Spring").hides("/go/mia-chen");
    assert_eq!(
        app.text(
            "SELECT string_agg(text, ' ' ORDER BY text) FROM link_texts WHERE link_id IN (SELECT id FROM links WHERE text = 'Mia-Spring')"
        ),
        "mia-chen mia-spring"
    );
    assert_eq!(app.text("SELECT concat_ws(' ', role, before, after, (SELECT slug FROM teams WHERE id = team_id), (SELECT slug FROM companies WHERE id = company_id)) FROM audit WHERE action = 'link text changed'"), "member northwind acme");
    app.signed_in(OLIVIA)
        .get("/teams/northwind/history")
        .await
        .shows("Mia Chen changed the text of a link of theirs in Acme Resellers, which is Mia-Spring now");
    // Back to what it was, and to the same in other letters: all of them are hers.
    for (text, says) in [("mia-chen", "now"), ("MIA-CHEN", "now"), ("MIA-CHEN", "Nothing changed.")] {
        let done = change(&mia, &app, text).await;
        mia.follow(done).await.shows(says);
    }
    assert_eq!((texts(&app, MIA, "Acme Resellers"), actions(&app, "link text changed")), (vec!["MIA-CHEN".to_owned()], 3));
    is_whole(&app);
}

/// What is typed, and how the link is called afterwards; nothing where it is refused.
const TYPED: [(&str, &str); 40] = [
    ("mia", "mia"),
    ("MIA", "MIA"),
    ("007", "007"),
    ("mia-2026", "mia-2026"),
    ("-mia-", "-mia-"),
    ("m-i-a", "m-i-a"),
    ("  mia-x  ", "mia-x"),
    ("mia-y/", "mia-y"),
    ("https://partners.example/go/mia-a", "mia-a"),
    ("https://partners.example/go/mia-b/", "mia-b"),
    ("http://partners.example/go/mia-c?utm_source=x&next=/admin", "mia-c"),
    ("https://partners.example/go/mia-d#top", "mia-d"),
    ("partners.example/go/mia-e", "mia-e"),
    ("/go/mia-f", "mia-f"),
    ("//evil.example/mia-g", "mia-g"),
    (
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    ),
    ("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", ""),
    ("", ""),
    ("   ", ""),
    ("/", ""),
    ("ab", ""),
    ("-", ""),
    ("---", ""),
    ("mia chen", ""),
    ("mia_chen", ""),
    ("mia.chen", ""),
    ("mía-chen", ""),
    ("миа-чен", ""),
    ("mia–chen", ""),
    ("mia%20chen", ""),
    ("mia\r\nLocation: https://evil.example", ""),
    ("https://partners.example", ""),
    ("javascript:alert(1)", ""),
    ("<script>", ""),
    ("'; DROP TABLE links; --", ""),
    ("admin", ""),
    ("ADMIN", ""),
    ("sign-in", ""),
    ("guildhall-help", ""),
    ("Gui1d-ha11", ""),
];

#[actix_web::test]
async fn forty_texts_are_taken_or_refused_as_the_rule_says() {
    let app = TestApp::start().await;
    let mia = app.signed_in(MIA);
    for (typed, called) in TYPED {
        let before = app.dump();
        let page = change(&mia, &app, typed).await;
        if called.is_empty() {
            page.is(422);
            let error = page.error_at("text");
            assert!(error.starts_with("Error: ") && page.text_of(".error-summary a").len() == 1, "{typed:?}: {error}");
            let kept = page.form("/text").value("text").unwrap_or_default().to_owned();
            assert_eq!(kept.replace(['\r', '\n'], ""), typed.replace(['\r', '\n'], ""), "what was typed is kept");
            assert_eq!(page.text_of("a.tag").len(), 3, "{typed:?} gets three others: {}", page.text());
            assert_eq!(app.dump(), before, "{typed:?}");
        } else {
            page.leads_to(LINKS);
            assert_eq!(app.text(&format!("SELECT text FROM links WHERE id = '{}'", link(&app, "mia-chen"))), called, "{typed:?}");
            // Each costs one of the twenty that a link may have had.
            app.sql(&format!(
                "DELETE FROM link_texts WHERE text NOT IN ('mia-chen', '{0}') AND link_id = (SELECT id FROM links WHERE text = '{called}')",
                called.to_lowercase()
            ));
        }
    }
    is_whole(&app);
}

#[actix_web::test]
async fn a_taken_text_is_refused_with_three_free_ones_that_fill_the_field() {
    let app = TestApp::start().await;
    let mia = app.signed_in(MIA);
    let page = change(&mia, &app, "ADAM-Reyes").await;
    page.is(422).shows("One thing to correct");
    assert_eq!(page.error_at("text"), "Error: This text is taken. Choose another one");
    assert_eq!(page.form("/text").value("text"), Some("ADAM-Reyes"));
    let (words, links) = (page.text_of("a.tag"), page.links("a.tag"));
    assert_eq!(words, ["adam-reyes-2", "adam-reyes-3", "adam-reyes-mia"]);
    let filled = mia.get(&links[0]).await;
    filled.is(200);
    assert_eq!(filled.form("/text").value("text"), Some("adam-reyes-2"));
    mia.submit(&filled.form("/text")).await.leads_to(LINKS);
    assert_eq!(texts(&app, MIA, "Acme Resellers"), ["adam-reyes-2"]);
}

#[actix_web::test]
async fn a_text_that_somebody_had_is_never_given_to_somebody_else() {
    let app = TestApp::start().await;
    let (mia, adam) = (app.signed_in(MIA), app.signed_in(ADAM));
    change(&mia, &app, "first-choice").await.is(303);
    change(&mia, &app, "second-choice").await.is(303);
    let olivia = app.signed_in(OLIVIA);
    olivia.post(&format!("/teams/northwind/members/{}/removal", place(&app, MIA)), &[]).await.is(303);
    for text in ["mia-chen", "first-choice", "SECOND-choice"] {
        let path = text_page(&app, "adam-reyes");
        adam.post(&path, &[("text", text)]).await.is(422).shows("This text is taken.");
    }
    assert_eq!(texts(&app, ADAM, "Acme Resellers"), ["adam-reyes"]);
}

#[actix_web::test]
async fn of_many_who_want_one_text_at_once_one_has_it_and_the_others_are_offered_more() {
    let app = TestApp::start().await;
    let copy = app.copy().await;
    let people: Vec<Browser> = NORTHWIND.iter().zip([&app, &copy, &app, &copy]).map(|(person, on)| app.signed_in(person).on(on)).collect();
    let own = ["olivia-park", "adam-reyes", "mia-chen", "frank-osei"].map(|text| text_page(&app, text));
    app.keep();
    for round in 0..8 {
        app.restore();
        let forms = people.iter().zip(&own).map(|(browser, path)| (browser.clone(), path.clone(), vec![("text", "spring-deal")]));
        let pages = at_once(forms.collect()).await;
        let won = pages.iter().filter(|page| page.status == 303).count();
        assert_eq!(won, 1, "round {round}: {:?}", pages.iter().map(|page| page.status).collect::<Vec<_>>());
        for page in pages.iter().filter(|page| page.status != 303) {
            page.is(422).shows("This text is taken.");
            assert_eq!(page.text_of("a.tag").len(), 3);
        }
        assert_eq!(app.number("SELECT count(*) FROM links WHERE text = 'spring-deal'"), 1);
        is_whole(&app);
    }
}

#[actix_web::test]
async fn nobody_changes_the_text_of_somebody_elses_link() {
    let app = TestApp::start().await;
    let path = text_page(&app, "mia-chen");
    let others = [OLIVIA, ADAM, FRANK, FIONA, TOMAS, GUS, HUGO].map(|person| app.signed_in(person));
    let before = app.dump();
    for browser in &others {
        browser.get(&path).await.is(404);
        browser.post(&path, &[("text", "not-theirs")]).await.is(404);
    }
    assert_eq!(app.dump(), before);
    for staff in [SAM, MAX, VERA] {
        app.signed_in(staff).post(&path, &[("text", "not-theirs")]).await.is(403);
    }
    assert_eq!((actions(&app, "refused"), texts(&app, MIA, "Acme Resellers")), (3, vec!["mia-chen".to_owned()]));
    // Not even her own any more, once she has left.
    let mia = app.signed_in(MIA);
    mia.post("/teams/northwind/departure", &[]).await.is(303);
    mia.post(&path, &[("text", "not-theirs")]).await.is(404);
}

#[actix_web::test]
async fn where_the_company_chooses_the_text_members_do_not() {
    let app = TestApp::start().await;
    let (max, mia) = (app.signed_in(MAX), app.signed_in(MIA));
    let path = text_page(&app, "mia-chen");
    let links = format!("/companies/acme/programs/{}/links", program(&app, "Acme Resellers"));
    let form = max.get(&links).await.form("/links/text");
    assert_eq!(form.value("chosen"), Some("true"));
    let done = max.submit(&form.clone().without("chosen")).await;
    max.follow(done).await.shows("Members choose the text of their links no longer.");
    mia.get(LINKS).await.hides("Change text");
    mia.get(&path).await.is(403).shows("Acme chooses the text of links in this program.");
    mia.post(&path, &[("text", "all-the-same")]).await.is(403);
    assert_eq!(texts(&app, MIA, "Acme Resellers"), ["mia-chen"]);
    let done = max.submit(&form.set("chosen", "true")).await;
    max.follow(done).await.shows("Members choose the text of their links.");
    mia.get(&path).await.is(200);
    let log = app.signed_in(SAM).get("/companies/acme/audit").await;
    log.shows("Max Adler let members of Acme Resellers choose the text of their links no longer");
}

#[actix_web::test]
async fn nobody_collects_texts() {
    let app = TestApp::start().await;
    let mia = app.signed_in(MIA);
    for number in 1..20 {
        change(&mia, &app, &format!("mia-{number:02}")).await.leads_to(LINKS);
    }
    let page = change(&mia, &app, "one-too-many").await;
    page.is(422);
    assert_eq!(page.error_at("text"), "Error: This link has had as many texts as a link may have. Choose one of them: each works on");
    assert_eq!(page.form("/text").value("text"), Some("one-too-many"));
    change(&mia, &app, "mia-07").await.leads_to(LINKS);
    assert_eq!(
        (texts(&app, MIA, "Acme Resellers"), app.number("SELECT count(*) FROM link_texts WHERE text LIKE 'one-%'")),
        (vec!["mia-07".to_owned()], 0)
    );
}

#[actix_web::test]
async fn while_it_is_typed_a_text_is_said_to_be_free_or_taken_and_nothing_is_kept() {
    let app = TestApp::start().await;
    let mia = app.signed_in(MIA);
    crate::redirect::mias_link(&app, "mia-of-old");
    let before = app.dump();
    let check = mia.get(&text_page(&app, "mia-chen")).await.attribute("#text", "data-check");
    let ask = async |text: &str| {
        let query: String = url::form_urlencoded::byte_serialize(text.as_bytes()).collect();
        let page = mia.get(&format!("{check}{query}")).await;
        page.is(200);
        assert!(page.header("content-type").starts_with("application/json"));
        serde_json::from_str::<serde_json::Value>(&page.body).unwrap()
    };
    let said = ask("mia-spring").await;
    assert_eq!((said["free"].as_bool(), said["says"].as_str()), (Some(true), Some("mia-spring is free")));
    let said = ask("https://partners.example/go/ADAM-reyes?x").await;
    assert_eq!((said["free"].as_bool(), said["says"].as_str()), (Some(false), Some("ADAM-reyes is taken")));
    assert_eq!(said["suggestions"], serde_json::json!(["adam-reyes-2", "adam-reyes-3", "adam-reyes-mia"]));
    assert_eq!(ask("mia-chen").await["says"], "mia-chen is a text of this link");
    let said = ask("mia-of-old").await;
    assert_eq!((said["free"].as_bool(), said["says"].as_str()), (Some(false), Some("mia-of-old is the text of another link of yours")));
    assert_eq!(said["suggestions"].as_array().map(Vec::len), Some(3));
    change(&mia, &app, "mia-of-old").await.is(422).shows("This text is taken.");
    let said = ask("a b").await;
    assert_eq!((said["free"].as_bool(), said["says"].as_str()), (Some(false), Some("Use letters from a to z, digits and dashes only")));
    assert_eq!(app.dump(), before);
}

#[actix_web::test]
async fn each_text_that_is_offered_can_be_taken() {
    let app = TestApp::start().await;
    let mia = app.signed_in(MIA);
    for name in ["Mia Chen", "Guildhall Support", "李美", "Мия Чен", "Guildha", &"Anna-Maria ".repeat(8)] {
        app.sql(&format!("UPDATE users SET name = '{}' WHERE email = '{MIA}'", name.trim()));
        for typed in ["guildhall-help", "-mia-", "ab", "admin", "", &"a".repeat(65), "ADAM-reyes"] {
            let page = change(&mia, &app, typed).await;
            // What somebody may have is theirs, and they are offered nothing.
            if page.status == 303 {
                continue;
            }
            let offered = page.is(422).text_of("a.tag");
            assert_eq!(offered.len(), 3, "{name}, {typed:?}");
            for text in offered {
                assert!(!text.starts_with('-') && !text.ends_with('-'), "{name}, {typed:?}: {text}");
                change(&mia, &app, &text).await.leads_to(LINKS);
                app.sql(&format!(
                    "DELETE FROM link_texts WHERE text NOT IN ('mia-chen', '{text}') AND link_id = '{}'",
                    link(&app, "mia-chen")
                ));
            }
        }
    }
}
