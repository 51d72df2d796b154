//! The frame of a mail on the demo's mailbox: whether a policy holds, only a browser shows (S16's exception).

use crate::{
    chromium::{Chromium, Screen},
    support::{TestApp, personas::SAM},
};
use thirtyfour::prelude::*;

/// A demo with one mail, and the path of its page.
async fn with_mail() -> (TestApp, String) {
    let app = TestApp::start_demo().await;
    app.visitor().post("/password-reset", &[("email", SAM)]).await.is(303);
    let path = format!("/mailbox/{}", app.text("SELECT id FROM outbox"));
    (app, path)
}

#[actix_web::test]
async fn a_link_pressed_in_a_mail_opens_as_a_page() {
    let (app, path) = with_mail().await;
    for screen in [Screen::Desk, Screen::Phone, Screen::WithoutScript] {
        let window = Chromium::open(screen, &app.base_url).await;
        window.go("/mailbox").await;
        assert!(!window.scrolls_sideways().await);
        window.press("Choose a new password for Guildhall").await;
        window.arrives(&path).await;
        window.sees("As text").await;
        assert!(!window.scrolls_sideways().await);
        window.driver.enter_frame(0).await.expect("the mail");
        let link = window.driver.find(By::Css("a.link")).await.expect("its link");
        link.scroll_into_view().await.expect("in sight");
        link.click().await.expect("pressed");
        window.driver.enter_default_frame().await.expect("the page");
        window.arrives("/password-reset/").await;
        window.sees("New password").await;
    }
}

#[actix_web::test]
async fn a_mail_runs_no_script() {
    let (app, path) = with_mail().await;
    app.sql("UPDATE outbox SET html = '<!doctype html><html><head><title>still</title></head><body><p id=\"p\">still</p><script>document.getElementById(\"p\").textContent = \"ran\"</script></body></html>'");
    for path in [path.clone(), format!("{path}/html")] {
        let window = Chromium::open(Screen::Desk, &app.base_url).await;
        window.go(&path).await;
        if !path.ends_with("/html") {
            window.driver.enter_frame(0).await.expect("the mail");
        }
        assert_eq!(window.driver.find(By::Id("p")).await.expect("its words").text().await.expect("words"), "still");
    }
}
