//! A conversation's messages and its composer, as both sides see them.

use crate::{
    ids::UserId,
    messages::{Closed, Conversation, Message, Opened, Person, With, handlers::composer::Composer},
    paths,
    web::{Avatar, Moment, Prose},
};
use chrono::{DateTime, Datelike, Utc};
use chrono_tz::Tz;

/// The most people that are named one by one.
pub const MOST_NAMED: usize = 30;

/// What stands between a conversation's head and the end of its page.
pub struct Thread {
    /// The oldest first.
    pub lines: Vec<Line>,
    /// The page with older messages.
    pub earlier: Option<String>,
    /// The page with newer messages.
    pub later: Option<String>,
    /// Who has seen the newest message; empty where nobody is to be told.
    pub seen: String,
    /// Where the reader may write.
    pub composer: Option<Composer>,
    /// Why they may not; empty where they may.
    pub closed: String,
}

/// One message.
pub struct Line {
    /// The day, above its first message.
    pub day: Option<String>,
    /// Its place on the page.
    pub anchor: String,
    /// Who wrote it.
    pub avatar: Avatar,
    /// Their name.
    pub name: String,
    /// Their role in the team, or their company.
    pub standing: String,
    /// When.
    pub at: Moment,
    /// "10:42".
    pub time: String,
    /// What it says.
    pub text: Prose,
}

/// Who reads: what differs between the two sides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// The company's staff.
    Company,
    /// The team.
    Team,
}

impl Thread {
    /// The messages of a page with what stands below them. `here` is the conversation's address.
    pub fn new(opened: &Opened, side: Side, here: &str, zone: Tz, reader: UserId) -> Self {
        let beside = |name: &str, cursor: &String| paths::with_query(here, &[(name, cursor.as_str())]);
        let page = &opened.messages;
        let is_newest = page.previous.is_none();
        let mut lines = Vec::new();
        let mut day = None;
        for (place, message) in page.rows.iter().enumerate().rev() {
            let on = message.sent_at.with_timezone(&zone).date_naive();
            let is_new_day = day.replace(on) != Some(on);
            let anchor = if place == 0 && is_newest { "latest".to_owned() } else { format!("m-{}", message.id) };
            lines.push(Line {
                day: is_new_day.then(|| day_words(message.sent_at, zone)),
                anchor,
                avatar: Avatar::person(message.user_id.uuid(), &message.name),
                name: message.name.clone(),
                standing: standing(message, &opened.conversation),
                at: Moment::new(message.sent_at, Utc::now(), zone),
                time: message.sent_at.with_timezone(&zone).format("%H:%M").to_string(),
                text: Prose::message(&message.body),
            });
        }
        let newest = page.rows.first().filter(|_| is_newest);
        Self {
            lines,
            earlier: page.next.as_ref().map(|cursor| beside("after", cursor)),
            later: page.previous.as_ref().map(|cursor| beside("before", cursor)),
            seen: newest.map_or_else(String::new, |newest| seen(&opened.conversation, newest, side, reader)),
            composer: None,
            closed: opened.conversation.closed.map_or_else(String::new, |closed| closed_words(closed, &opened.conversation)),
        }
    }

    /// With a form that is sent to `here`, where nothing is closed or something was typed before it was.
    pub fn with_composer(mut self, conversation: &Conversation, side: Side, here: &str, typed: &str) -> Self {
        if self.closed.is_empty() || !typed.is_empty() {
            self.composer = Some(Composer::new(conversation, side, here, typed));
        }
        self
    }

    /// Without one, for somebody who may only read.
    pub fn read_only(mut self, why: &str) -> Self {
        if self.closed.is_empty() {
            self.closed = why.to_owned();
        }
        self
    }
}

/// "Group: all 4 members and Acme’s staff read this", "Only Mia and Acme’s staff read this" (rule 44).
pub fn readers(conversation: &Conversation) -> String {
    let company = &conversation.company.name;
    match conversation.other() {
        Some(person) => format!("Only {} and {company}’s staff read this", first_name(&person.name)),
        None => match conversation.people.len() {
            1 => format!("Group: {} and {company}’s staff read this", conversation.people[0].name),
            count => format!("Group: all {count} members and {company}’s staff read this"),
        },
    }
}

/// Who has seen the newest message, told to the side that wrote it: to the company who of the team, to the team whether the company has.
/// Who wrote it and who reads this are not named.
fn seen(conversation: &Conversation, newest: &Message, side: Side, reader: UserId) -> String {
    let company = &conversation.company.name;
    match (side, newest.from_company) {
        (Side::Company, true) => {}
        (Side::Team, false) if conversation.company_has_seen => return format!("Seen by {company}."),
        (Side::Team, false) => return format!("{company} has not opened it yet."),
        (Side::Company, false) | (Side::Team, true) => return String::new(),
    }
    let others: Vec<&Person> =
        conversation.people.iter().filter(|person| person.user != newest.user_id && person.user != reader).take(MOST_NAMED).collect();
    let has_seen = |person: &&&Person| person.read_at.is_some_and(|read| read >= newest.sent_at);
    let by: Vec<&str> = others.iter().filter(has_seen).map(|person| first_name(&person.name)).collect();
    let not_by: Vec<&str> = others.iter().filter(|person| !has_seen(person)).map(|person| first_name(&person.name)).collect();
    let have = |names: &[&str]| if names.len() == 1 { "has" } else { "have" };
    match (by.is_empty(), not_by.is_empty()) {
        (true, true) => String::new(),
        (true, false) if not_by.len() > 1 => "Nobody has opened it yet.".to_owned(),
        (true, false) => format!("{} has not opened it yet.", list(&not_by)),
        (false, true) => format!("Seen by {}.", list(&by)),
        (false, false) => format!("Seen by {}. {} {} not opened it.", list(&by), list(&not_by), have(&not_by)),
    }
}

/// "Olivia, Adam and Mia".
fn list(names: &[&str]) -> String {
    match names {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// Why nobody writes here any more.
pub fn closed_words(closed: Closed, conversation: &Conversation) -> String {
    let (team, company) = (&conversation.team_name, &conversation.company.name);
    match closed {
        Closed::Ended => format!("The partnership of {company} and {team} has ended. What was written stays here; nothing can be added."),
        Closed::Archived => format!("{company} has archived this partner. What was written stays here; nothing can be added meanwhile."),
        Closed::TeamClosed => format!("{team} is closed. What was written stays here; nothing can be added."),
        Closed::MemberLeft => {
            let name = conversation.other().map_or("This person", |person| person.name.as_str());
            format!("{name} is no longer in {team}. What was written stays here; nothing can be added.")
        }
    }
}

fn standing(message: &Message, conversation: &Conversation) -> String {
    match (message.from_company, message.role()) {
        (true, _) => conversation.company.name.clone(),
        (false, Some(role)) => role.label().to_owned(),
        (false, None) => "Former member".to_owned(),
    }
}

/// The name that people are called by.
pub fn first_name(name: &str) -> &str {
    name.split_whitespace().next().unwrap_or(name)
}

/// The team's or the person's mark at the head.
pub fn mark(conversation: &Conversation) -> (Avatar, String) {
    match (conversation.with, conversation.other()) {
        (With::Member(_), Some(person)) => (Avatar::person(person.user.uuid(), &person.name), person.name.clone()),
        _ => (Avatar::team(conversation.team.uuid(), &conversation.team_name), conversation.team_name.clone()),
    }
}

/// "Today", "Yesterday", "Thursday 19 November", "Thursday 19 November 2025".
fn day_words(at: DateTime<Utc>, zone: Tz) -> String {
    let (day, today) = (at.with_timezone(&zone).date_naive(), Utc::now().with_timezone(&zone).date_naive());
    match (today - day).num_days() {
        0 => "Today".to_owned(),
        1 => "Yesterday".to_owned(),
        _ if day.year() == today.year() => day.format("%A %-d %B").to_string(),
        _ => day.format("%A %-d %B %Y").to_string(),
    }
}

/// "10:42" today, "Yesterday", "Fri" within a week, "18 Nov", "18 Nov 2025".
pub fn short_time(at: DateTime<Utc>, zone: Tz) -> String {
    let (local, today) = (at.with_timezone(&zone), Utc::now().with_timezone(&zone).date_naive());
    match (today - local.date_naive()).num_days() {
        0 => local.format("%H:%M").to_string(),
        1 => "Yesterday".to_owned(),
        2..7 => local.format("%a").to_string(),
        _ if local.year() == today.year() => local.format("%-d %b").to_string(),
        _ => local.format("%-d %b %Y").to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::list;

    #[test]
    fn names_are_listed_as_people_say_them() {
        assert_eq!(
            [list(&["Olivia"]), list(&["Olivia", "Adam"]), list(&["Olivia", "Adam", "Mia"])],
            ["Olivia", "Olivia and Adam", "Olivia, Adam and Mia"]
        );
    }
}
