//! The pages of the audit log: a team's history, a company's log, and the log as a file.

mod company;
mod export;
mod history;

pub use company::index;
pub use export::export;
pub use history::history;

use crate::{
    audit::lines::Line,
    web::{Avatar, Moment},
};
use chrono::{DateTime, Utc};
use chrono_tz::Tz;

/// A line as pages show it.
pub struct Row {
    says: String,
    /// As what the person acted; empty where the program itself did.
    role: String,
    avatar: Option<Avatar>,
    at: Moment,
}

impl Row {
    fn of(line: &Line, now: DateTime<Utc>, zone: Tz) -> Self {
        let role = line.role.as_deref().unwrap_or(if line.actor.is_some() { "in no role here" } else { "" });
        Self {
            says: line.sentence(),
            role: capital(role),
            avatar: line.actor.as_deref().zip(line.actor_id).map(|(name, id)| Avatar::person(id.uuid(), name)),
            at: Moment::new(line.at, now, zone),
        }
    }
}

/// As a line begins.
fn capital(words: &str) -> String {
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
