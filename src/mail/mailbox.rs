//! What the demo's mailbox shows: the outbox, newest first (rule 58).

use crate::{
    ids::MailId,
    mail::outbox::{MailStatus, StoredMail},
    schema::outbox,
    web::pagination::{Cursor, PAGE_SIZE, Page, Start},
};
use chrono::{DateTime, Utc};
use diesel::prelude::*;

/// One line of the mailbox.
#[derive(Debug, Clone, HasQuery)]
#[diesel(table_name = outbox)]
pub struct MailRow {
    /// Key.
    pub id: MailId,
    /// The recipient's address.
    pub recipient: String,
    /// Its subject.
    pub subject: String,
    /// Where it stands.
    pub status: MailStatus,
    /// When it was queued.
    pub created_at: DateTime<Utc>,
}

/// A mail opened.
#[derive(Debug, Clone, HasQuery)]
#[diesel(table_name = outbox)]
pub struct Opened {
    /// The mail.
    #[diesel(embed)]
    pub mail: StoredMail,
    /// Where it stands.
    pub status: MailStatus,
    /// Why it was refused or waits; empty where nothing failed.
    pub last_error: String,
}

/// A page of all mail. The demo's outbox is small: this order has no index.
pub fn page(conn: &mut PgConnection, start: Start) -> QueryResult<Page<MailRow>> {
    let rows = MailRow::query().limit(PAGE_SIZE as i64 + 1).into_boxed();
    let rows = match start {
        Start::First => rows.order((outbox::created_at.desc(), outbox::id.desc())),
        Start::After(Cursor { at, id }) => rows
            .filter(outbox::created_at.lt(at).or(outbox::created_at.eq(at).and(outbox::id.lt(id))))
            .order((outbox::created_at.desc(), outbox::id.desc())),
        Start::Before(Cursor { at, id }) => rows
            .filter(outbox::created_at.gt(at).or(outbox::created_at.eq(at).and(outbox::id.gt(id))))
            .order((outbox::created_at.asc(), outbox::id.asc())),
    };
    Ok(Page::of(start, rows.load(conn)?, |row| Cursor { at: row.created_at, id: row.id.uuid() }))
}

/// The mail with that id.
pub fn open(conn: &mut PgConnection, id: MailId) -> QueryResult<Opened> {
    Opened::query().filter(outbox::id.eq(id)).first(conn)
}
