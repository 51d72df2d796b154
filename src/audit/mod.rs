//! Who did what, when, to whom (rule 32, S61).

pub mod event;
pub mod handlers;
pub mod lines;
pub mod sentence;

pub use event::{Action, Actor, Because, Event, record};
