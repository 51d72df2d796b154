//! Links: every member has their own, so that what a click brings is known to be theirs (rules 40 and 41).

mod batches;
mod bots;
mod click_log;
pub mod clicks;
pub mod handlers;
pub mod redirect;
mod target;
pub mod visitor;

pub use bots::is_bot;
pub use redirect::Redirects;
pub use target::CLICK_PARAMETER;
