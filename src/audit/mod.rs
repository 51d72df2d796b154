//! Who did what, when, to whom (rule 32, S61).

pub mod event;

pub use event::{Action, Actor, Event, record};
