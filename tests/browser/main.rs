//! What only a browser shows, in Chromium.

mod chromium;
mod display;
mod drawer;
mod links;
mod mailbox;
mod messages;
mod story;
#[path = "../app/support/mod.rs"]
mod support;
mod town;
mod training;
