//! What only a browser shows, in Chromium.

mod chromium;
mod display;
mod drawer;
mod mailbox;
mod messages;
mod payouts;
mod story;
#[path = "../app/support/mod.rs"]
mod support;
mod town;
mod training;
