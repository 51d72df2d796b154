//! One conversation as its reader finds it: who takes part, what is closed, who has seen the newest message.

use crate::{companies::Company, email_address::EmailAddress, ids::*, teams::TeamRole};
use chrono::{DateTime, Utc};

/// Which conversation of a partner.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum With {
    /// All members of the team.
    Group,
    /// One member alone.
    Member(MemberId),
}

/// Why nobody writes here any more; what was written stays readable (rule 26).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Closed {
    /// The company has ended the partnership.
    Ended,
    /// The company has put the partner away.
    Archived,
    /// The team is closed.
    TeamClosed,
    /// The member has left the team.
    MemberLeft,
}

/// A person of the team who takes part.
#[derive(Debug, Clone)]
pub struct Person {
    /// Their place in the team.
    pub member: MemberId,
    /// The person.
    pub user: UserId,
    /// Their name.
    pub name: String,
    /// Their address.
    pub email: EmailAddress,
    /// Their role, owner included.
    pub role: TeamRole,
    /// The time of the newest message they have seen.
    pub read_at: Option<DateTime<Utc>>,
    /// When this company's newest mail to them was refused, where it was.
    pub refused_at: Option<DateTime<Utc>>,
}

/// A conversation, which need not have begun yet.
#[derive(Debug, Clone)]
pub struct Conversation {
    /// Key; also known before anybody has written in a group, since the group has the partner's id.
    pub id: Option<ConversationId>,
    /// The partner.
    pub partner: PartnerId,
    /// The company.
    pub company: Company,
    /// The team.
    pub team: TeamId,
    /// The team's part of the URL.
    pub team_slug: String,
    /// The team's name.
    pub team_name: String,
    /// With all of the team, or with one.
    pub with: With,
    /// Why nobody may write, where that is so.
    pub closed: Option<Closed>,
    /// When the newest message was sent.
    pub last_message_at: Option<DateTime<Utc>>,
    /// The time of the newest message that the reader has seen.
    pub own_read_at: Option<DateTime<Utc>>,
    /// Whether something is new to the reader.
    pub is_unread: bool,
    /// Whether anybody of the company has seen the newest message.
    pub company_has_seen: bool,
    /// Who of the company is told of an answer.
    pub answerers: Vec<String>,
    /// Of a group the present members, the owner first; of a direct conversation the one.
    pub people: Vec<Person>,
}

impl Conversation {
    /// The person of a direct conversation.
    pub fn other(&self) -> Option<&Person> {
        match self.with {
            With::Group => None,
            With::Member(_) => self.people.first(),
        }
    }
}
