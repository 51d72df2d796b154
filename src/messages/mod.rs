//! What a company and a partner team write to each other (rules 13, 27, 44): one group conversation per partner, one direct conversation
//! per partner and member.

pub mod conversation;
pub mod emails;
mod finding;
pub mod handlers;
pub mod inbox;
mod inbox_statement;
pub mod message;
pub mod opened;
mod reads;
pub mod sending;

pub use conversation::{Closed, Conversation, Person, With};
pub use message::Message;
pub use opened::Opened;
pub use sending::{Draft, Sent};
