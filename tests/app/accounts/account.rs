//! The account page: profile and password (rule 45, S6).

use super::{session_id, try_to_sign_in};
use crate::support::{Browser, Page, TestApp, personas::*};

const NEW: &str = "five quiet lanterns";

async fn change_password(browser: &Browser, current: &str, password: &str) -> Page {
    let form = browser.get("/account").await.form("/account/password").set("current", current).set("password", password);
    browser.submit(&form).await
}

#[actix_web::test]
async fn every_page_leads_to_the_account() {
    let app = TestApp::start().await;
    for (email, page) in [(SAM, "/companies/acme/partners"), (MIA, "/teams/northwind"), (HUGO, "/")] {
        let page = app.signed_in(email).get(page).await;
        assert!(page.links("a").contains(&"/account".to_owned()), "{}", page.path);
    }
    app.signed_in(MIA).get("/account").await.is(200).shows("Mia Chen").shows(MIA);
}

#[actix_web::test]
async fn name_and_time_zone_are_changed_and_found() {
    let app = TestApp::start().await;
    let browser = app.signed_in(MIA);
    let form = browser.get("/account").await.form("/account/profile");
    assert_eq!((form.value("name"), form.value("time_zone")), (Some("Mia Chen"), Some("UTC")));
    let page = browser.submit(&form.set("name", " Mia   Chénier ").set("time_zone", "Asia/Tokyo")).await;
    page.leads_to("/account");
    let page = browser.follow(page).await;
    page.shows("Saved.");
    let form = page.form("/account/profile");
    assert_eq!((form.value("name"), form.value("time_zone")), (Some("Mia Chénier"), Some("Asia/Tokyo")));
    page.shows("JST");
    app.signed_in(SAM).get("/companies/acme/partners?q=chenier").await.shows("Northwind").shows("Mia Chénier");
    assert_eq!(
        app.text("SELECT before::text || after::text FROM audit WHERE action = 'profile changed'"),
        r#"{"time_zone": "UTC"}{"time_zone": "Asia/Tokyo"}"#
    );
}

#[actix_web::test]
async fn a_profile_that_cannot_be_is_refused_and_kept() {
    let app = TestApp::start().await;
    let browser = app.signed_in(MIA);
    let before = app.dump();
    for (name, zone, field) in [("", "UTC", "name"), ("Win at evil.com", "UTC", "name"), ("Mia", "Mars/Olympus", "time_zone")] {
        let page = browser.post("/account/profile", &[("name", name), ("time_zone", zone)]).await;
        page.is(422).shows("One thing to correct");
        assert!(!page.error_at(field).is_empty(), "{name} {zone}");
        assert_eq!(page.form("/account/profile").value("name"), Some(name));
    }
    assert_eq!(app.dump(), before);
}

#[actix_web::test]
async fn a_zone_under_an_old_name_stays_to_be_chosen() {
    let app = TestApp::start().await;
    app.sql(&format!("UPDATE users SET time_zone = 'Japan' WHERE email = '{MIA}'"));
    let form = app.signed_in(MIA).get("/account").await.form("/account/profile");
    assert_eq!(form.value("time_zone"), Some("Japan"));
}

#[actix_web::test]
async fn another_password_signs_out_everybody_else_on_every_copy() {
    let app = TestApp::start().await;
    let copy = app.copy().await;
    let (browser, elsewhere) = (app.visitor(), app.visitor());
    try_to_sign_in(&browser, OLIVIA, PASSWORD).await.leads_to("/");
    try_to_sign_in(&elsewhere, OLIVIA, PASSWORD).await.leads_to("/");
    let (before, old) = (session_id(&browser), browser.on(&copy));
    elsewhere.on(&copy).get("/").await.leads_to("/teams/northwind");

    let page = change_password(&browser, PASSWORD, NEW).await;
    page.leads_to("/account");
    browser.follow(page).await.shows("Your password is changed.");
    assert_ne!(session_id(&browser), before, "a new id");
    for gone in [elsewhere.on(&copy), elsewhere, old] {
        gone.get("/").await.leads_to("/sign-in");
    }
    browser.on(&copy).get("/").await.leads_to("/teams/northwind");

    let mail = app.last_mail_to(OLIVIA);
    assert_eq!(mail.subject, "Your password for Guildhall was changed");
    assert!(mail.text.contains("on your account page"), "{}", mail.text);
    try_to_sign_in(&app.visitor(), OLIVIA, PASSWORD).await.is(422);
    try_to_sign_in(&app.visitor(), OLIVIA, NEW).await.leads_to("/");
    assert_eq!(app.number("SELECT count(*) FROM audit WHERE action = 'password changed'"), 1);
}

#[actix_web::test]
async fn another_password_needs_the_one_in_force() {
    let app = TestApp::start().await;
    let browser = app.signed_in(OLIVIA);
    let before = app.dump();
    for (current, password, field, said) in [
        ("", NEW, "current", "Enter the password you have now"),
        ("not her password", NEW, "current", "This is not your password. Enter it again"),
        (PASSWORD, "too short", "password", "Enter a password of 12 characters or more"),
    ] {
        let page = change_password(&browser, current, password).await;
        page.is(422).shows("One thing to correct");
        assert_eq!(page.error_at(field), format!("Error: {said}"));
        for typed in [current, password] {
            assert!(typed.is_empty() || !page.body.contains(&format!("\"{typed}\"")), "a password is repeated");
        }
    }
    assert_eq!(app.dump(), before);
    assert!(app.mails().is_empty());
}

#[actix_web::test]
async fn another_password_ends_the_links_for_a_forgotten_one() {
    let app = TestApp::start().await;
    super::ask_for_a_link(&app, OLIVIA).await;
    let link = app.link_to(OLIVIA);
    change_password(&app.signed_in(OLIVIA), PASSWORD, NEW).await.leads_to("/account");
    super::choose(&app, &link, "yet another passphrase").await.is(410);
}

#[actix_web::test]
async fn of_two_changes_at_once_by_the_same_old_password_one_counts() {
    let app = TestApp::start().await;
    let posts: Vec<_> = (0..8)
        .map(|n| {
            let browser = app.signed_in(OLIVIA);
            actix_web::rt::spawn(async move {
                let password = format!("lantern number {n} of eight");
                browser.post("/account/password", &[("current", PASSWORD), ("password", password.as_str())]).await.status.as_u16()
            })
        })
        .collect();
    for post in posts {
        let status = post.await.unwrap();
        assert!([303, 422].contains(&status), "{status}");
    }
    assert_eq!(app.number("SELECT count(*) FROM audit WHERE action = 'password changed'"), 1);
}

/// S2: the rules themselves are tested in `access/weak.rs`.
#[actix_web::test]
async fn a_password_that_somebody_would_try_first_is_refused_wherever_one_is_chosen() {
    let app = TestApp::start().await;
    super::ask_for_a_link(&app, OLIVIA).await;
    let (browser, link) = (app.signed_in(OLIVIA), app.link_to(OLIVIA));
    app.sql(
        "UPDATE teams SET name = 'Harbourlight' WHERE slug = 'northwind'; UPDATE companies SET name = 'Quillmarket' WHERE slug = 'acme'",
    );
    let before = app.dump();
    change_password(&app.signed_in(SAM), PASSWORD, "Quillmarket2026!").await.is(422).shows("made of names that others know");
    app.sql(&format!("DELETE FROM sessions WHERE user_id = (SELECT id FROM users WHERE email = '{SAM}')"));
    for weak in ["password1234", "Northwind2026!", "Harbourlight2026!", "olivia-park-1", "guildhall2026", "qwertyuiop12"] {
        for page in [change_password(&browser, PASSWORD, weak).await, super::choose(&app, &link, weak).await] {
            page.is(422).shows("four words that do not belong together");
            assert!(!page.body.contains(weak));
        }
    }
    assert_eq!(app.dump(), before);
}
