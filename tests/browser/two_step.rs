//! Two-step sign-in, set up and used as a person does: the key is read off the page, as an app would, and its code is typed.

use crate::{
    chromium::{Chromium, Screen},
    support::{
        TestApp,
        personas::{OLIVIA, PASSWORD},
        two_step::{code_at, read_key},
    },
};
use thirtyfour::prelude::*;

async fn give_password(window: &Chromium, next: &str) {
    window.go(&format!("/sign-in?next={next}")).await;
    window.fill("Email address", OLIVIA).await;
    window.fill("Password", PASSWORD).await;
    window.press("Sign in").await;
}

async fn sign_out(window: &Chromium) {
    window.go("/?places=all").await;
    window.press("Sign out").await;
    window.arrives("/sign-in").await;
}

async fn text_of(window: &Chromium, css: &str) -> String {
    window.driver.find(By::Css(css)).await.expect("an element").text().await.expect("a text")
}

async fn play(screen: Screen) {
    let app = TestApp::start().await;
    app.sql("UPDATE teams SET requires_two_step = true WHERE slug = 'northwind'");
    let window = Chromium::open(screen, &app.base_url).await;

    // Her team requires it: she is led to set it up before anything of the team opens.
    give_password(&window, "/teams/northwind/members").await;
    window.arrives("/account/two-step?next=").await;
    window.sees("Northwind requires two-step sign-in of its owner and finance.").await;
    window.fits().await;
    window.press("Set up an app").await;
    window.arrives("/account/two-step/setup").await;
    window.fits().await;
    let drawn = "const code = document.querySelector('svg[role=img]').getBoundingClientRect(); return code.width > 150 && code.width === code.height";
    assert_eq!(window.driver.execute(drawn, vec![]).await.expect("a measure").json().as_bool(), Some(true));
    let key = read_key(&text_of(&window, "#key").await);
    window.fill("Code of the app", "000000").await;
    window.press("Switch two-step sign-in on").await;
    window.sees("Enter the six digits that your app shows now").await;
    window.fill("Code of the app", &code_at(&key, app.seconds())).await;
    window.press("Switch two-step sign-in on").await;
    window.sees("Keep these now").await;
    window.fits().await;
    let recovery = text_of(&window, "ol.secret li").await;
    window.press("I have kept them").await;
    window.arrives("/teams/northwind/members").await;

    // From now on a code follows the password. The one that set it up has counted already.
    sign_out(&window).await;
    give_password(&window, "/teams/northwind").await;
    window.arrives("/sign-in/code").await;
    window.fits().await;
    window.fill("Code", &code_at(&key, app.seconds() + 30)).await;
    window.press("Sign in").await;
    window.arrives("/teams/northwind").await;
    window.sees("Northwind").await;

    // Without the phone, a recovery code.
    sign_out(&window).await;
    give_password(&window, "/account").await;
    window.arrives("/sign-in/code").await;
    window.press("Use a recovery code instead").await;
    window.fill("Recovery code", &recovery).await;
    window.fits().await;
    window.press("Sign in").await;
    window.sees("You used a recovery code.").await;
    window.sees("9 are left.").await;
    window.fits().await;
}

#[actix_web::test]
async fn two_step_sign_in_is_set_up_and_used_at_a_desk() {
    play(Screen::Desk).await;
}

#[actix_web::test]
async fn two_step_sign_in_is_set_up_and_used_on_a_phone() {
    play(Screen::Phone).await;
}

#[actix_web::test]
async fn two_step_sign_in_is_set_up_and_used_without_script() {
    play(Screen::WithoutScript).await;
}

async fn press(window: &Chromium, key: impl Into<TypingData>) {
    window.driver.active_element().await.expect("a focus").send_keys(key).await.expect("keys");
}

/// Tab by tab, to what has these words or whose label has them.
async fn tab_to(window: &Chromium, words: &str) {
    let at = "const at = document.activeElement; return at.labels?.[0]?.innerText.trim() ?? at.innerText.trim()";
    for _ in 0..40 {
        if window.driver.execute(at, vec![]).await.expect("a focus").json().as_str() == Some(words) {
            return;
        }
        press(window, Key::Tab).await;
    }
    panic!("the keyboard does not come to {words}");
}

#[actix_web::test]
async fn it_is_set_up_and_used_by_the_keyboard_alone() {
    let app = TestApp::start().await;
    let window = Chromium::open(Screen::Desk, &app.base_url).await;
    give_password(&window, "/account/two-step").await;
    window.arrives("/account/two-step").await;
    tab_to(&window, "Set up an app").await;
    press(&window, Key::Enter).await;
    window.arrives("/account/two-step/setup").await;
    let key = read_key(&text_of(&window, "#key").await);
    tab_to(&window, "Code of the app").await;
    press(&window, code_at(&key, app.seconds()) + Key::Enter).await;
    window.sees("Keep these now").await;
    let recovery = text_of(&window, "ol.secret li").await;
    tab_to(&window, "I have kept them").await;
    press(&window, Key::Enter).await;
    window.sees("10 codes are left").await;
    sign_out(&window).await;
    give_password(&window, "/account").await;
    window.arrives("/sign-in/code").await;
    tab_to(&window, "Use a recovery code instead").await;
    press(&window, Key::Enter).await;
    tab_to(&window, "Recovery code").await;
    press(&window, recovery + Key::Enter).await;
    window.sees("9 are left.").await;
}
