//! Links: every member has their own, so that what a click brings is known to be theirs (rules 40 and 41).

pub mod choosing;
pub mod defaults;
pub mod destination;
pub mod emails;
pub mod handlers;
pub mod individual;
pub mod link;
pub mod list;
pub mod making;
pub mod text;
pub mod upkeep;

pub use destination::{Destination, DestinationKind};
pub use link::LinkKind;
pub use text::LinkText;
