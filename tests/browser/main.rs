//! What only a browser shows, in Chromium.

mod chromium;
mod smoke;
#[path = "../app/support/mod.rs"]
mod support;
