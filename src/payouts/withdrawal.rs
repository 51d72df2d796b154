//! The withdrawal's row.

use crate::{ids::*, money::Money, schema::withdrawals, text_enum};
use chrono::{DateTime, Utc};
use diesel::prelude::*;

text_enum!(
    /// Where a withdrawal stands. Its ways: requested to paid, to failed, or to cancelled; these are final.
    WithdrawalStatus {
        /// Asked for; the company has not answered.
        Requested = "requested",
        /// The company says that it has paid.
        Paid = "paid",
        /// It could not be paid; the money is available again.
        Failed = "failed",
        /// The team has taken it back; the money is available again.
        Cancelled = "cancelled",
    }
);

/// Where it stands as people read it: what is requested may be held meanwhile (S56).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// The company may pay it.
    Requested,
    /// The team's payout details were changed shortly before: it is not paid before then.
    Held(DateTime<Utc>),
    /// Paid.
    Paid,
    /// Failed.
    Failed,
    /// Taken back by the team.
    Cancelled,
}

/// Money that a team takes out.
#[derive(Debug, Clone, HasQuery)]
#[diesel(table_name = withdrawals)]
pub struct Withdrawal {
    /// Key.
    pub id: WithdrawalId,
    /// Who owes it.
    pub company_id: CompanyId,
    /// Whose balance it comes from.
    pub partner_id: PartnerId,
    /// Whose money it is.
    pub team_id: TeamId,
    /// ISO 4217.
    pub currency: String,
    /// Minor units.
    pub amount: i64,
    /// Where to, as it stood when it was asked for.
    pub details_id: PayoutDetailsId,
    /// Where it stands.
    pub status: WithdrawalStatus,
    /// Who asked.
    pub requested_by: UserId,
    /// When.
    pub requested_at: DateTime<Utc>,
    /// It is not paid before then.
    pub held_until: DateTime<Utc>,
}

impl Withdrawal {
    /// The company's withdrawal with that id.
    pub fn find(conn: &mut PgConnection, company: CompanyId, id: WithdrawalId) -> QueryResult<Self> {
        Self::query().filter(withdrawals::id.eq(id)).filter(withdrawals::company_id.eq(company)).first(conn)
    }

    /// The amount with its currency.
    pub fn money(&self) -> Money {
        Money::new(self.amount, &self.currency)
    }
}

impl State {
    /// From what is stored; `is_held` by the database's clock.
    pub fn of(status: WithdrawalStatus, is_held: bool, held_until: DateTime<Utc>) -> Self {
        match (status, is_held) {
            (WithdrawalStatus::Requested, true) => Self::Held(held_until),
            (WithdrawalStatus::Requested, false) => Self::Requested,
            (WithdrawalStatus::Paid, _) => Self::Paid,
            (WithdrawalStatus::Failed, _) => Self::Failed,
            (WithdrawalStatus::Cancelled, _) => Self::Cancelled,
        }
    }

    /// Whether nothing was said of it yet.
    pub fn is_open(self) -> bool {
        matches!(self, Self::Requested | Self::Held(_))
    }
}
