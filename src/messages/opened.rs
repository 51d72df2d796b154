//! A conversation as a page shows it: who takes part, a page of messages and, for the company, the inbox beside it.

use crate::{
    ids::*,
    messages::{
        Conversation, Message, With,
        inbox::{Entry, Narrowed},
    },
    web::pagination::{Page, Start},
};
use diesel::prelude::*;

/// A conversation that somebody has opened.
#[derive(Debug)]
pub struct Opened {
    /// Who takes part.
    pub conversation: Conversation,
    /// A page of it, the newest first.
    pub messages: Page<Message>,
    /// The inbox beside it; empty for a team, whose list is a page of its own.
    pub list: Page<Entry>,
}

/// How it is opened.
#[derive(Debug, Clone)]
pub struct Opening {
    /// Which messages.
    pub start: Start,
    /// What the inbox beside it is narrowed to.
    pub narrowed: Narrowed,
    /// Whether the reader's having seen it is noted: not where a form is refused, which changes nothing.
    pub is_visit: bool,
}

impl Opened {
    /// By the company's staff, with its partner of that slug.
    pub fn by_staff(
        conn: &mut PgConnection,
        company: CompanyId,
        reader: UserId,
        (slug, with): (&str, With),
        opening: &Opening,
    ) -> QueryResult<Self> {
        let conversation = Conversation::of_company(conn, company, slug, with, reader)?;
        let list = Entry::of_company(conn, company, reader, &opening.narrowed, Start::First)?;
        Self::with(conn, conversation, list, reader, opening)
    }

    /// By a member of the team.
    pub fn by_member(
        conn: &mut PgConnection,
        team: TeamId,
        reader: (MemberId, UserId),
        id: ConversationId,
        opening: &Opening,
    ) -> QueryResult<Self> {
        let conversation = Conversation::of_team(conn, team, id, reader)?;
        let list = Page { rows: Vec::new(), previous: None, next: None };
        Self::with(conn, conversation, list, reader.1, opening)
    }

    fn with(
        conn: &mut PgConnection,
        conversation: Conversation,
        list: Page<Entry>,
        reader: UserId,
        opening: &Opening,
    ) -> QueryResult<Self> {
        let messages = match conversation.id {
            Some(id) => Message::page(conn, id, conversation.team, opening.start)?,
            None => Page { rows: Vec::new(), previous: None, next: None },
        };
        if opening.is_visit {
            conversation.mark_read(conn, reader)?;
        }
        Ok(Self { conversation, messages, list })
    }
}
