//! The member drawer: a member's page over the list that leads to it (rule 14, G of its keyboard and focus).

use crate::{
    chromium::{Chromium, Screen},
    support::{
        TestApp,
        personas::{PASSWORD, SAM},
    },
};
use std::time::{Duration, Instant};
use thirtyfour::prelude::*;

const TEAM: &str = "/companies/acme/partners/northwind";

async fn at_the_team(app: &TestApp, screen: Screen) -> Chromium {
    let window = Chromium::open(screen, &app.base_url).await;
    window.go(&format!("/sign-in?next={TEAM}")).await;
    window.fill("Email address", SAM).await;
    window.fill("Password", PASSWORD).await;
    window.press("Sign in").await;
    window.sees("Partner members").await;
    window
}

fn mia(app: &TestApp) -> String {
    format!("{TEAM}/members/{}", app.text("SELECT m.id FROM members m JOIN users u ON u.id = m.user_id WHERE u.name = 'Mia Chen'"))
}

/// What the person at the keyboard is at.
async fn focus(window: &Chromium) -> String {
    let words = "const at = document.activeElement; return at.getAttribute('aria-label') ?? at.innerText.trim()";
    window.driver.execute(words, vec![]).await.expect("a focus").json().as_str().unwrap_or_default().to_owned()
}

async fn press(window: &Chromium, key: Key) {
    window.driver.active_element().await.expect("a focus").send_keys(key + "").await.expect("a key");
}

async fn tab_to(window: &Chromium, name: &str) {
    for _ in 0..80 {
        if focus(window).await == name {
            return;
        }
        press(window, Key::Tab).await;
    }
    panic!("the keyboard does not come to {name}");
}

/// Whether script says so.
async fn holds(window: &Chromium, expression: &str) -> bool {
    let answer = window.driver.execute(format!("return Boolean({expression})"), vec![]).await;
    answer.expect("an answer").json().as_bool().unwrap_or(false)
}

/// Fails unless script comes to say so.
async fn comes(window: &Chromium, expression: &str) {
    let begun = Instant::now();
    while !holds(window, expression).await {
        assert!(begun.elapsed() < Duration::from_secs(20), "never: {expression}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

const OPEN: &str = "document.querySelector('#drawer')?.open";
const CLOSED: &str = "!document.querySelector('#drawer')?.open";

#[actix_web::test]
async fn the_drawer_is_opened_read_and_closed_by_the_keyboard_alone() {
    let app = TestApp::start().await;
    let window = at_the_team(&app, Screen::Desk).await;
    let mia = mia(&app);

    tab_to(&window, "Mia Chen").await;
    press(&window, Key::Enter).await;
    window.arrives(&mia).await;
    comes(&window, OPEN).await;
    assert_eq!(window.driver.title().await.expect("a title"), "Mia Chen – All Partners – Acme – Guildhall");
    assert_eq!(focus(&window).await, "Close", "the focus is in the drawer");
    for _ in 0..12 {
        press(&window, Key::Tab).await;
        let inside = "document.activeElement === document.body || document.activeElement.closest('#drawer')";
        assert!(holds(&window, inside).await, "the focus stays in the drawer");
    }

    press(&window, Key::Escape).await;
    window.leaves(&mia).await;
    comes(&window, CLOSED).await;
    assert_eq!(focus(&window).await, "Mia Chen", "the focus is back where it was");
    assert!(window.driver.title().await.expect("a title").starts_with("Northwind"));

    // Back and Forward close and open it; the list behind keeps its place.
    press(&window, Key::Enter).await;
    window.arrives(&mia).await;
    window.driver.execute("window.stays = true", vec![]).await.expect("a mark");
    window.driver.back().await.expect("back");
    window.leaves(&mia).await;
    comes(&window, CLOSED).await;
    window.driver.forward().await.expect("forward");
    window.arrives(&mia).await;
    comes(&window, OPEN).await;
    assert!(holds(&window, "window.stays").await, "the page behind was not loaded again");

    // The same address, as a page of its own.
    tab_to(&window, "Open as a page").await;
    press(&window, Key::Enter).await;
    comes(&window, "!document.querySelector('#drawer') && document.querySelector('h1').innerText === 'Mia Chen'").await;
    assert!(window.address().await.ends_with(&mia));
}

#[actix_web::test]
async fn the_drawer_fills_a_phone() {
    let app = TestApp::start().await;
    let window = at_the_team(&app, Screen::Phone).await;
    window.press("Mia Chen").await;
    window.arrives(&mia(&app)).await;
    window.fits().await;
    let wide = window.driver.execute("return document.querySelector('#drawer').offsetWidth", vec![]).await.expect("a width");
    assert_eq!(wide.json().as_u64(), Some(390));
    window.driver.find(By::Css("#drawer button[aria-label=Close]")).await.expect("a way out").click().await.expect("closed");
    window.leaves(&mia(&app)).await;
}

#[actix_web::test]
async fn without_script_a_member_is_a_page() {
    let app = TestApp::start().await;
    let window = at_the_team(&app, Screen::WithoutScript).await;
    window.press("Mia Chen").await;
    window.arrives(&mia(&app)).await;
    window.sees("mia@northwind.example").await;
    window.sees("Standing").await;
}
