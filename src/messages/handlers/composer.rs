//! The form below a conversation: whom it reaches, and what was typed.

use crate::{
    ids::MessageId,
    messages::{
        Conversation, Person,
        handlers::thread::{MOST_NAMED, Side, first_name},
    },
    web::Avatar,
};

/// The form.
pub struct Composer {
    /// Where it is sent to.
    pub action: String,
    /// The new message's key (R15).
    pub form: String,
    /// What was typed.
    pub body: String,
    /// "To 4 members of Northwind".
    pub to: String,
    /// Each recipient.
    pub chips: Vec<Chip>,
    /// Recipients who are not shown one by one.
    pub more: usize,
    /// A sentence for each recipient whom mail does not reach.
    pub unreached: Vec<String>,
    /// "Send to 4 members".
    pub button: String,
}

/// A recipient.
pub struct Chip {
    /// Their initials.
    pub avatar: Avatar,
    /// Their first name.
    pub name: String,
    /// Their whole name.
    pub title: String,
    /// Whether mail does not reach them.
    pub is_unreached: bool,
}

impl Composer {
    /// That is sent to `here`, with what was typed before.
    pub fn new(conversation: &Conversation, side: Side, here: &str, typed: &str) -> Self {
        let (team, company, count) = (&conversation.team_name, &conversation.company.name, conversation.people.len());
        let members = if count == 1 { "1 member".to_owned() } else { format!("{count} members") };
        let (to, button) = match (side, conversation.other()) {
            (Side::Team, _) => (format!("To {company}"), format!("Send to {company}")),
            (Side::Company, None) => (format!("To {members} of {team}"), format!("Send to {members}")),
            (Side::Company, Some(person)) => (format!("To {} of {team}", person.name), format!("Send to {}", person.name)),
        };
        let chips: Vec<Chip> = match side {
            Side::Company => conversation.people.iter().take(MOST_NAMED).map(Chip::of).collect(),
            Side::Team => Vec::new(),
        };
        let unreached = conversation.people.iter().filter(|_| side == Side::Company).filter_map(|person| {
            let on = person.refused_at?.format("%-d %B");
            Some(format!("Mail to {} was refused on {on}. They read this when they next sign in.", person.name))
        });
        Self {
            action: here.to_owned(),
            form: MessageId::new().to_string(),
            body: typed.to_owned(),
            to,
            more: if side == Side::Company { count - chips.len() } else { 0 },
            chips,
            unreached: unreached.collect(),
            button,
        }
    }
}

impl Chip {
    fn of(person: &Person) -> Self {
        Self {
            avatar: Avatar::person(person.user.uuid(), &person.name),
            name: first_name(&person.name).to_owned(),
            title: person.name.clone(),
            is_unreached: person.refused_at.is_some(),
        }
    }
}
