//! A list of conversations, as both sides see it.

use crate::{
    ids::UserId,
    messages::{
        emails::first_words,
        handlers::thread::{first_name, short_time},
        inbox::Entry,
    },
    web::{Avatar, Moment},
};
use chrono::Utc;
use chrono_tz::Tz;

/// One conversation.
pub struct Item {
    /// Where it is.
    pub href: String,
    /// A team's square, a person's circle, a company's plate.
    pub avatar: Avatar,
    /// Whose it is.
    pub name: String,
    /// "10:42", with the exact time beside it; none where nobody has written.
    pub time: Option<(String, Moment)>,
    /// "Mia: The clinic deck works well".
    pub line: String,
    /// Whether something is new.
    pub is_unread: bool,
    /// Whether it is the one that is open.
    pub is_open: bool,
}

impl Item {
    /// As a company's staff see it: named by the team or the person.
    pub fn of_company(entry: &Entry, href: String, open: &str, reader: UserId, zone: Tz) -> Self {
        let (avatar, name) = match (&entry.person_name, entry.person_id) {
            (Some(name), Some(id)) => (Avatar::person(id.uuid(), name), name.clone()),
            _ => (Avatar::team(entry.team_id.uuid(), &entry.team_name), entry.team_name.clone()),
        };
        Self { avatar, name, ..Self::of(entry, href, open, reader, zone) }
    }

    /// As a member of the team sees it: named by the company.
    pub fn of_team(entry: &Entry, href: String, reader: UserId, zone: Tz) -> Self {
        let name = match entry.member_id {
            Some(_) => format!("{}, only you", entry.company_name),
            None => entry.company_name.clone(),
        };
        Self { avatar: Avatar::company(&entry.company_name), name, ..Self::of(entry, href, "", reader, zone) }
    }

    fn of(entry: &Entry, href: String, open: &str, reader: UserId, zone: Tz) -> Self {
        let words = first_words(&entry.body);
        let line = match entry.author_id {
            None => "Nobody has written yet".to_owned(),
            Some(author) if author == reader => format!("You: {words}"),
            Some(_) => format!("{}: {words}", first_name(&entry.author_name)),
        };
        Self {
            is_open: href.starts_with(open) && !open.is_empty() && !href[open.len()..].starts_with('/'),
            href,
            avatar: Avatar::pending(),
            name: String::new(),
            time: entry.last_message_at.map(|at| (short_time(at, zone), Moment::new(at, Utc::now(), zone))),
            line,
            is_unread: entry.is_unread,
        }
    }
}
