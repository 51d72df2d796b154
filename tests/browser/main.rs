//! What only a browser shows, in Chromium.

mod chromium;
mod mailbox;
mod smoke;
#[path = "../app/support/mod.rs"]
mod support;
