//! What only a browser shows, in Chromium.

mod approvals;
mod chromium;
mod display;
mod drawer;
mod links;
mod mailbox;
mod messages;
mod ownership;
mod payouts;
mod story;
#[path = "../app/support/mod.rs"]
mod support;
mod town;
mod training;
mod two_step;
mod typed;
