//! The least that a browser shows.

use crate::{
    chromium::{Chromium, Screen},
    support::TestApp,
};

#[actix_web::test]
async fn a_page_shows() {
    let app = TestApp::start().await;
    let window = Chromium::open(Screen::Phone, &app.base_url).await;
    window.go("/nowhere").await;
    window.sees("There is nothing at this address").await;
    assert!(!window.scrolls_sideways().await);
}
