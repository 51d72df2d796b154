//! The outbox: a mail is queued in the transaction of the change that it reports (rule 56, R1).

use crate::{
    ids::{CompanyId, MailId},
    mail::{Letter, Mailer, Target, set},
    schema::outbox,
    text_enum,
};
use diesel::{prelude::*, result::Error::RollbackTransaction};

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

/// Puts a letter in the outbox. Its Message-ID is fixed now, so that a second copy can be recognised (R3); its link is stored as purpose,
/// row and generation, never as a token (S35).
pub fn queue(conn: &mut PgConnection, mailer: &Mailer, company: Option<CompanyId>, letter: &Letter) -> QueryResult<MailId> {
    let id = MailId::new();
    let (text, html) = set::bodies(mailer, letter).map_err(|error| {
        tracing::error!(%error, "a letter could not be set");
        RollbackTransaction
    })?;
    let link = match &letter.button {
        Some((_, Target::Link { purpose, id, generation })) => Some((*purpose, *id, *generation)),
        Some((_, Target::Page(_))) | None => None,
    };
    diesel::insert_into(outbox::table)
        .values((
            outbox::id.eq(id),
            outbox::company_id.eq(company),
            outbox::message_id.eq(format!("{}@{}", id, mailer.domain())),
            outbox::recipient.eq(&letter.to),
            outbox::sender_name.eq(letter.sender_name()),
            outbox::reply_to.eq(&letter.reply_to),
            outbox::subject.eq(letter.short_subject()),
            outbox::text.eq(text),
            outbox::html.eq(html),
            outbox::link_purpose.eq(link.map(|(purpose, _, _)| purpose)),
            outbox::link_id.eq(link.map(|(_, id, _)| id)),
            outbox::link_generation.eq(link.map(|(_, _, generation)| generation)),
            outbox::link_hash.eq(link.map(|(purpose, id, generation)| mailer.tokens().hash(purpose, id, generation))),
        ))
        .execute(conn)?;
    Ok(id)
}
