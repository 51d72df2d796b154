//! Leases: a worker claims a mail by compare-and-swap, talks to the mail server without holding a row, and settles the mail only while its
//! claim still stands (R2). A claim that its worker never settles runs out, and the mail goes again under the same Message-ID (R3).

use crate::{
    db::now,
    ids::{LeaseId, MailId},
    mail::outbox::{MailStatus, StoredMail},
    schema::outbox,
};
use chrono::{DateTime, TimeDelta, Utc};
use diesel::{dsl::IntervalDsl, prelude::*};

/// Longer than the longest conversation with a mail server (`transport.rs`), in minutes.
const LEASE_MINUTES: i32 = 10;
/// Mails looked at together.
const AT_ONCE: i64 = 20;
/// Characters kept of a server's reply.
const LONGEST_ERROR: usize = 500;

/// A mail that is this worker's to send until the lease runs out.
#[derive(Debug)]
pub struct Claimed {
    /// The mail, with the attempt that this claim counts.
    pub mail: StoredMail,
    lease: LeaseId,
}

/// Mails whose turn it is, the longest waiting first.
pub fn due(conn: &mut PgConnection) -> QueryResult<Vec<MailId>> {
    outbox::table
        .filter(outbox::status.eq(MailStatus::Queued).and(outbox::next_at.le(now())))
        .filter(outbox::lease_until.is_null().or(outbox::lease_until.lt(now().nullable())))
        .order((outbox::next_at, outbox::id))
        .limit(AT_ONCE)
        .select(outbox::id)
        .load(conn)
}

/// Claims that mail and counts the attempt; nothing where another worker was quicker.
pub fn claim(conn: &mut PgConnection, id: MailId) -> QueryResult<Option<Claimed>> {
    let lease = LeaseId::new();
    let free = outbox::lease_until.is_null().or(outbox::lease_until.lt(now().nullable()));
    let mail = diesel::update(outbox::table.find(id))
        .filter(outbox::status.eq(MailStatus::Queued).and(outbox::next_at.le(now())).and(free))
        .set((
            outbox::lease_id.eq(lease),
            outbox::lease_until.eq((now() + LEASE_MINUTES.minutes()).nullable()),
            outbox::attempts.eq(outbox::attempts + 1),
        ))
        .returning(StoredMail::as_returning())
        .get_result(conn)
        .optional()?;
    Ok(mail.map(|mail| Claimed { mail, lease }))
}

/// The mail, as long as the claim stands: settling it ends the claim.
#[diesel::dsl::auto_type(no_type_alias)]
fn held(id: MailId, lease: LeaseId) -> _ {
    outbox::table.filter(outbox::id.eq(id)).filter(outbox::lease_id.eq(lease))
}

const NO_LEASE: (Option<LeaseId>, Option<DateTime<Utc>>) = (None, None);

impl Claimed {
    /// The receiving server has taken it. False where the lease had run out.
    pub fn sent(&self, conn: &mut PgConnection) -> QueryResult<bool> {
        let settled = diesel::update(held(self.mail.id, self.lease))
            .set((
                outbox::status.eq(MailStatus::Sent),
                outbox::sent_at.eq(now().nullable()),
                outbox::last_error.eq(""),
                (outbox::lease_id.eq(NO_LEASE.0), outbox::lease_until.eq(NO_LEASE.1)),
            ))
            .execute(conn)?;
        Ok(settled == 1)
    }

    /// It is refused for good, in the server's words or ours. False where the lease had run out.
    pub fn refused(&self, conn: &mut PgConnection, why: &str) -> QueryResult<bool> {
        let settled = diesel::update(held(self.mail.id, self.lease))
            .set((
                outbox::status.eq(MailStatus::Refused),
                outbox::refused_at.eq(now().nullable()),
                outbox::last_error.eq(short(why)),
                (outbox::lease_id.eq(NO_LEASE.0), outbox::lease_until.eq(NO_LEASE.1)),
            ))
            .execute(conn)?;
        Ok(settled == 1)
    }

    /// It is tried again after `wait`; refused where that would be after its end. False where the lease had run out.
    pub fn later(&self, conn: &mut PgConnection, wait: TimeDelta, why: &str) -> QueryResult<bool> {
        let settled = diesel::update(held(self.mail.id, self.lease))
            .filter(outbox::give_up_at.ge(now() + wait))
            .set((
                outbox::next_at.eq(now() + wait),
                outbox::last_error.eq(short(why)),
                (outbox::lease_id.eq(NO_LEASE.0), outbox::lease_until.eq(NO_LEASE.1)),
            ))
            .execute(conn)?;
        if settled == 1 { Ok(true) } else { self.refused(conn, &format!("Given up. {why}")) }
    }

    /// The claim is given back as though it had not been made: the fault is not the mail's, so it costs no attempt.
    pub fn given_back(&self, conn: &mut PgConnection, why: &str) -> QueryResult<bool> {
        let settled = diesel::update(held(self.mail.id, self.lease))
            .set((
                outbox::attempts.eq(outbox::attempts - 1),
                outbox::last_error.eq(short(why)),
                (outbox::lease_id.eq(NO_LEASE.0), outbox::lease_until.eq(NO_LEASE.1)),
            ))
            .execute(conn)?;
        Ok(settled == 1)
    }
}

/// One line of at most 500 characters, as it is shown and stored.
fn short(why: &str) -> String {
    why.chars().map(|c| if c.is_control() { ' ' } else { c }).take(LONGEST_ERROR).collect()
}
