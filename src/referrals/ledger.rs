//! The ledger: the truth about money (R22). Lines are only added, each event once; a balance is a sum of them, and what is available follows
//! from them and the database's clock, not from a job.

use crate::{
    ids::{CommissionId, CompanyId, EntryId, PartnerId, WithdrawalId},
    programs::Partner,
    schema::{ledger, partners},
    text_enum,
};
use chrono::{DateTime, Utc};
use diesel::{prelude::*, sql_types};

text_enum!(
    /// What a line books.
    EntryKind {
        /// A commission.
        Earned = "earned",
        /// A commission taken back, in whole or in part, because the sale was.
        Reversed = "reversed",
        /// Taken out by a withdrawal.
        Reserved = "reserved",
        /// Given back by a withdrawal that failed.
        Returned = "returned",
    }
);

/// Where a line comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// A commission.
    Commission(CommissionId),
    /// A withdrawal.
    Withdrawal(WithdrawalId),
}

/// A line to be added.
#[derive(Debug, Clone)]
pub struct NewEntry<'a> {
    /// Whose money it is.
    pub partner: PartnerId,
    /// The company, which owes it.
    pub company: CompanyId,
    /// ISO 4217.
    pub currency: &'a str,
    /// What is booked.
    pub kind: EntryKind,
    /// Minor units, positive, whatever the kind.
    pub amount: i64,
    /// From when it counts as available. What is reversed takes the time of what was earned, so that the two meet. `None`: from now on.
    /// What is reserved counts at once, whatever stands here.
    pub available_at: Option<DateTime<Utc>>,
    /// Where it comes from.
    pub source: Source,
    /// What happened, in words that name the row it happened to: booked once on the whole installation.
    pub event: String,
}

impl NewEntry<'_> {
    /// Adds the line; says whether it is new. The caller holds the partner's row where the rest of its transaction depends on the balance.
    pub fn book(&self, conn: &mut PgConnection) -> QueryResult<bool> {
        let amount = match self.kind {
            EntryKind::Earned | EntryKind::Returned => self.amount,
            EntryKind::Reversed | EntryKind::Reserved => -self.amount,
        };
        let (commission, withdrawal) = match self.source {
            Source::Commission(id) => (Some(id), None),
            Source::Withdrawal(id) => (None, Some(id)),
        };
        // A transaction that waited for this one may have begun before it; by its clock too, what is reserved must be gone.
        let at = if self.kind == EntryKind::Reserved { Some(DateTime::UNIX_EPOCH) } else { self.available_at };
        let made = diesel::insert_into(ledger::table)
            .values((
                ledger::id.eq(EntryId::new()),
                ledger::company_id.eq(self.company),
                ledger::partner_id.eq(self.partner),
                ledger::currency.eq(self.currency),
                ledger::kind.eq(self.kind),
                ledger::amount.eq(amount),
                ledger::available_at.eq(diesel::dsl::sql::<sql_types::Timestamptz>("coalesce(")
                    .bind::<sql_types::Nullable<sql_types::Timestamptz>, _>(at)
                    .sql(", now())")),
                ledger::commission_id.eq(commission),
                ledger::withdrawal_id.eq(withdrawal),
                ledger::event.eq(&self.event),
            ))
            .on_conflict(ledger::event)
            .do_nothing()
            .execute(conn)?;
        Ok(made == 1)
    }
}

/// Locks the partner's row: who reads a balance to decide by it begins so, and whoever takes out or takes back waits for them.
pub fn lock(conn: &mut PgConnection, partner: PartnerId) -> QueryResult<Partner> {
    Partner::query().filter(partners::id.eq(partner)).for_no_key_update().first(conn)
}
