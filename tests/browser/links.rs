//! Links as people use them: copied, looked at as a code, given another text, at a desk, by the keyboard, on a phone without script.

use crate::{
    chromium::{Chromium, Screen},
    support::{
        TestApp,
        personas::{MIA, PASSWORD},
    },
};
use std::time::{Duration, Instant};
use thirtyfour::prelude::*;

const LINKS: &str = "/teams/northwind/links";

async fn at_the_links(app: &TestApp, screen: Screen) -> Chromium {
    let window = Chromium::open(screen, &app.base_url).await;
    window.go(&format!("/sign-in?next={LINKS}")).await;
    window.fill("Email address", MIA).await;
    window.fill("Password", PASSWORD).await;
    window.press("Sign in").await;
    window.arrives(LINKS).await;
    window.sees("/go/mia-chen").await;
    window
}

/// Fails unless script comes to say so.
async fn comes(window: &Chromium, expression: &str) {
    let begun = Instant::now();
    loop {
        let answer = window.driver.execute(format!("return Boolean({expression})"), vec![]).await.expect("an answer");
        if answer.json().as_bool().unwrap_or(false) {
            return;
        }
        assert!(begun.elapsed() < Duration::from_secs(20), "never: {expression}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

async fn press(window: &Chromium, key: impl Into<TypingData>) {
    window.driver.active_element().await.expect("a focus").send_keys(key).await.expect("a key");
}

/// Goes on by the Tab key until the focus is on something of that name.
async fn tab_to(window: &Chromium, name: &str) {
    for _ in 0..80 {
        let words = "const at = document.activeElement; return at.getAttribute('aria-label') ?? at.textContent.trim()";
        let at = window.driver.execute(words, vec![]).await.expect("a focus").json().as_str().unwrap_or_default().to_owned();
        if at == name {
            return;
        }
        press(window, Key::Tab + "").await;
    }
    panic!("the keyboard does not come to {name}");
}

#[actix_web::test]
async fn a_link_is_copied_shown_as_a_code_and_renamed_with_a_look_at_each_letter() {
    let app = TestApp::start().await;
    let window = at_the_links(&app, Screen::Desk).await;
    let address = format!("{}/go/mia-chen", app.base_url);

    window.press(&format!("Copy {address}")).await;
    comes(&window, "document.querySelector('[data-copy]').getAttribute('aria-label') === 'Copied'").await;

    window.press("QR code of mia-chen").await;
    comes(&window, "document.querySelector('dialog[open] .qr svg')").await;
    assert!(window.address().await.ends_with(LINKS), "over the page, not instead of it");
    comes(&window, "document.querySelector('dialog').contains(document.activeElement)").await;
    press(&window, Key::Escape + "").await;
    comes(&window, "!document.querySelector('dialog.dialog') && document.activeElement.matches('a[data-dialog]')").await;

    window.press("Change text of mia-chen").await;
    window.arrives("/text").await;
    window.fill_field("text", "Adam-Reyes").await;
    window.sees("Adam-Reyes is taken").await;
    window.press("adam-reyes-2").await;
    window.sees("adam-reyes-2 is free").await;
    // What was copied is what is pasted, and understood as its last part.
    window.fill_field("text", "x").await;
    press(&window, Key::Control + "a").await;
    press(&window, Key::Control + "v").await;
    comes(&window, &format!("document.querySelector('#text').value === '{address}'")).await;
    window.sees("mia-chen is a text of this link").await;
    window.fill_field("text", "mia-in-may").await;
    window.sees("mia-in-may is free").await;
    window.press_primary().await;
    window.sees("Your link is called mia-in-may now.").await;
}

#[actix_web::test]
async fn everything_about_a_link_is_done_by_the_keyboard_alone() {
    let app = TestApp::start().await;
    let window = at_the_links(&app, Screen::Desk).await;
    tab_to(&window, &format!("Copy {}/go/mia-chen", app.base_url)).await;
    press(&window, Key::Enter + "").await;
    comes(&window, "document.activeElement.getAttribute('aria-label') === 'Copied'").await;
    tab_to(&window, "QR code of mia-chen").await;
    press(&window, Key::Enter + "").await;
    comes(&window, "document.querySelector('dialog[open]')").await;
    tab_to(&window, "Close").await;
    press(&window, Key::Enter + "").await;
    comes(&window, "!document.querySelector('dialog[open]')").await;
    tab_to(&window, "Change text of mia-chen").await;
    press(&window, Key::Enter + "").await;
    window.arrives("/text").await;
    tab_to(&window, "Save the text").await;
    press(&window, Key::Enter + "").await;
    window.sees("Nothing changed.").await;
}

#[actix_web::test]
async fn without_script_the_code_is_a_page_and_a_taken_text_offers_others() {
    let app = TestApp::start().await;
    let window = at_the_links(&app, Screen::WithoutScript).await;
    window.fits().await;
    window.press("QR code of mia-chen").await;
    window.arrives("/code").await;
    window.sees(&format!("{}/go/mia-chen", app.base_url)).await;
    window.fits().await;
    window.go(LINKS).await;
    window.press("Change text of mia-chen").await;
    window.arrives("/text").await;
    window.fill_field("text", "adam-reyes").await;
    window.press_primary().await;
    window.sees("This text is taken. Choose another one").await;
    window.fits().await;
    window.press("adam-reyes-mia").await;
    window.press_primary().await;
    window.sees("Your link is called adam-reyes-mia now.").await;
    window.fits().await;
}
