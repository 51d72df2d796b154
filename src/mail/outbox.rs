//! The outbox: a mail is queued in the transaction of the change that it reports (rule 56, R1).

use crate::{
    db::now,
    email_address::EmailAddress,
    ids::{CompanyId, MailId},
    mail::{Letter, Mailer, Target, set},
    paths,
    schema::outbox,
    text_enum,
    tokens::{Purpose, TokenHash},
};
use chrono::{DateTime, Utc};
use diesel::{prelude::*, result::Error::RollbackTransaction};
use std::collections::HashMap;
use uuid::Uuid;

text_enum!(
    /// Where a mail stands.
    MailStatus {
        /// Waits for its turn, or for the next try.
        Queued = "queued",
        /// The receiving server has taken it.
        Sent = "sent",
        /// Refused for good, or given up.
        Refused = "refused",
    }
);

/// Letters that are put in the outbox by one statement at most.
const AT_ONCE: usize = 500;

/// Puts a letter in the outbox; tries to deliver it end after four days. Its Message-ID is fixed now, so that a second copy can be
/// recognised (R3); its link is stored as purpose, row and generation, never as a token (S35).
pub fn queue(conn: &mut PgConnection, mailer: &Mailer, company: Option<CompanyId>, letter: &Letter) -> QueryResult<MailId> {
    insert(conn, mailer, company, letter, None)
}

/// The same, with the moment after which the letter serves nobody any more: when its link expires (R4).
pub fn queue_until(
    conn: &mut PgConnection,
    mailer: &Mailer,
    company: Option<CompanyId>,
    letter: &Letter,
    until: DateTime<Utc>,
) -> QueryResult<MailId> {
    insert(conn, mailer, company, letter, Some(until))
}

/// Puts many letters there, which are set a batch at a time: few statements, however many they are. Says how many it were.
pub fn queue_all(
    conn: &mut PgConnection,
    mailer: &Mailer,
    company: Option<CompanyId>,
    letters: impl IntoIterator<Item = Letter>,
) -> QueryResult<usize> {
    let (mut letters, mut queued) = (letters.into_iter(), 0);
    loop {
        let batch: Vec<Letter> = letters.by_ref().take(AT_ONCE).collect();
        if batch.is_empty() {
            return Ok(queued);
        }
        let rows = batch.iter().map(|letter| NewMail::of(mailer, company, letter, None)).collect::<QueryResult<Vec<_>>>()?;
        queued += diesel::insert_into(outbox::table).values(rows).execute(conn)?;
    }
}

fn insert(
    conn: &mut PgConnection,
    mailer: &Mailer,
    company: Option<CompanyId>,
    letter: &Letter,
    until: Option<DateTime<Utc>>,
) -> QueryResult<MailId> {
    let mail = NewMail::of(mailer, company, letter, until)?;
    diesel::insert_into(outbox::table).values(&mail).execute(conn)?;
    Ok(mail.id)
}

/// A letter that is set, as it goes into the outbox; what is none has its column's default.
#[derive(Insertable)]
#[diesel(table_name = outbox)]
struct NewMail<'l> {
    id: MailId,
    company_id: Option<CompanyId>,
    message_id: String,
    recipient: &'l EmailAddress,
    sender_name: String,
    reply_to: Option<&'l EmailAddress>,
    subject: String,
    text: String,
    html: String,
    link_purpose: Option<Purpose>,
    link_id: Option<Uuid>,
    link_generation: Option<i32>,
    link_hash: Option<TokenHash>,
    give_up_at: Option<DateTime<Utc>>,
}

impl<'l> NewMail<'l> {
    fn of(mailer: &Mailer, company: Option<CompanyId>, letter: &'l Letter, until: Option<DateTime<Utc>>) -> QueryResult<Self> {
        let id = MailId::new();
        let (text, html) = set::bodies(mailer, letter).map_err(|error| {
            tracing::error!(%error, "a letter could not be set");
            RollbackTransaction
        })?;
        let link = match &letter.button {
            Some((_, Target::Link { purpose, id, generation })) => Some((*purpose, *id, *generation)),
            Some((_, Target::Page(_))) | None => None,
        };
        Ok(Self {
            id,
            company_id: company,
            message_id: format!("{}@{}", id, mailer.domain()),
            recipient: &letter.to,
            sender_name: letter.sender_name(),
            reply_to: letter.reply_to.as_ref(),
            subject: letter.short_subject(),
            text,
            html,
            link_purpose: link.map(|(purpose, _, _)| purpose),
            link_id: link.map(|(_, id, _)| id),
            link_generation: link.map(|(_, _, generation)| generation),
            link_hash: link.map(|(purpose, id, generation)| mailer.tokens().hash(purpose, id, generation)),
            give_up_at: until,
        })
    }
}

/// Gives up letters that have not left, whose link opens one of these rows: it leads nowhere now. One that a worker is sending this moment
/// may still arrive, and then counts as sent.
pub fn give_up(conn: &mut PgConnection, rows: &[Uuid], why: &str) -> QueryResult<usize> {
    diesel::update(outbox::table)
        .filter(outbox::link_id.eq_any(rows.iter().map(|row| Some(*row)).collect::<Vec<_>>()))
        .filter(outbox::status.eq(MailStatus::Queued))
        .set((outbox::status.eq(MailStatus::Refused), outbox::refused_at.eq(now().nullable()), outbox::last_error.eq(why)))
        .execute(conn)
}

/// A mail as the outbox holds it: with the marker where its link belongs.
#[derive(Debug, Clone, HasQuery)]
#[diesel(table_name = outbox)]
pub struct StoredMail {
    /// Key.
    pub id: MailId,
    /// Without its angle brackets.
    pub message_id: String,
    /// One address (M3).
    pub recipient: String,
    /// "Acme via Guildhall".
    pub sender_name: String,
    /// Who reads an answer.
    pub reply_to: Option<String>,
    /// At most 78 characters.
    pub subject: String,
    /// The text part.
    pub text: String,
    /// The HTML part.
    pub html: String,
    /// What its link is for, where it has one with a token. The next three are there exactly where this is.
    pub link_purpose: Option<Purpose>,
    /// The row that the link opens.
    pub link_id: Option<Uuid>,
    /// Which link of that row.
    pub link_generation: Option<i32>,
    /// The token's hash.
    pub link_hash: Option<TokenHash>,
    /// How often it was tried.
    pub attempts: i32,
    /// When it was queued, which is its date.
    pub created_at: DateTime<Utc>,
}

/// The link's token can no longer be made: the key it was made under is gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("its link was made under a secret key that is no longer there")]
pub struct KeyGone;

/// A mail's two bodies, and the address of its link where it has one with a token.
#[derive(Debug, Clone)]
pub struct Filled {
    /// The text part.
    pub text: String,
    /// The HTML part.
    pub html: String,
    /// The whole address.
    pub link: Option<String>,
}

impl StoredMail {
    /// The mail with that id.
    pub fn find(conn: &mut PgConnection, id: MailId) -> QueryResult<Self> {
        Self::query().filter(outbox::id.eq(id)).first(conn)
    }

    /// The bodies with the link filled in: under the base URL (S51), with the token whose hash was kept when the mail was queued (S35).
    pub fn filled(&self, mailer: &Mailer) -> Result<Filled, KeyGone> {
        let link = match (self.link_purpose, self.link_id, self.link_generation, &self.link_hash) {
            (Some(purpose), Some(id), Some(generation), Some(hash)) => {
                let token = mailer.tokens().token_with_hash(purpose, id, generation, hash).ok_or(KeyGone)?;
                Some(format!("{}{}", mailer.base_url(), paths::link(purpose, &token)))
            }
            // A CHECK keeps the four together.
            _ => None,
        };
        let fill = |body: &str| link.as_ref().map_or_else(|| body.to_owned(), |link| body.replace(set::LINK_MARKER, link));
        Ok(Filled { text: fill(&self.text), html: fill(&self.html), link })
    }
}

/// Where the latest mail about something stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailState {
    /// Queued, sent or refused.
    pub status: MailStatus,
    /// Why it was refused, or why the last try failed; empty where nothing failed.
    pub last_error: String,
    /// When it was sent or refused; while it waits, when it was queued.
    pub at: DateTime<Utc>,
}

/// The state of the latest mail that carried a link to each of these rows (rule 56). One statement, whatever the number of rows.
pub fn state_of(conn: &mut PgConnection, ids: &[Uuid]) -> QueryResult<HashMap<Uuid, MailState>> {
    type Row = (Option<Uuid>, MailStatus, String, DateTime<Utc>, Option<DateTime<Utc>>, Option<DateTime<Utc>>);
    let rows: Vec<Row> = outbox::table
        .filter(outbox::link_id.eq_any(ids))
        .distinct_on(outbox::link_id)
        .order((outbox::link_id, outbox::created_at.desc(), outbox::id.desc()))
        .select((outbox::link_id, outbox::status, outbox::last_error, outbox::created_at, outbox::sent_at, outbox::refused_at))
        .load(conn)?;
    let state = |(id, status, last_error, created_at, sent_at, refused_at): Row| {
        Some((id?, MailState { status, last_error, at: sent_at.or(refused_at).unwrap_or(created_at) }))
    };
    Ok(rows.into_iter().filter_map(state).collect())
}
