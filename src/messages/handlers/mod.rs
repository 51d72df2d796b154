//! Messages: the company's inbox and conversations, and the team's.

mod company;
mod composer;
mod form;
mod list;
mod team;
mod thread;

pub use company::{direct, group, inbox, write_to_group, write_to_member};
pub use team::{answer, conversation, conversations};
