//! Links: every member has their own, so that what a click brings is known to be theirs (rules 40 and 41).

mod batches;
mod bots;
pub mod choosing;
mod click_log;
pub mod clicks;
pub mod defaults;
pub mod destination;
pub mod emails;
pub mod handlers;
pub mod individual;
pub mod link;
pub mod list;
pub mod making;
pub mod redirect;
mod target;
pub mod text;
pub mod upkeep;
pub mod visitor;

pub use bots::is_bot;
pub use destination::{Destination, DestinationKind};
pub use link::LinkKind;
pub use redirect::Redirects;
pub use target::CLICK_PARAMETER;
pub use text::LinkText;
