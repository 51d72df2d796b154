//! What sales earn (rule 42): a row with its line of the ledger, written with the sale; taken back as the sale is. From when it is
//! available follows from the row and the database's clock: no job releases anything.

use crate::{
    ids::*,
    programs::commission::CommissionRule,
    referrals::ledger::{EntryKind, NewEntry, Source},
    schema::{commissions, ledger},
};
use chrono::{DateTime, Utc};
use diesel::{dsl::IntervalDsl, prelude::*};

/// Which sale it is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sale {
    /// Reported by the company's own system.
    Reported(ConversionId),
    /// A lead that the company marked as won.
    Won(ReferralId),
}

/// A sale about to earn.
#[derive(Debug, Clone, Copy)]
pub struct Earning<'a> {
    /// Which.
    pub sale: Sale,
    /// The company, which owes it.
    pub company: CompanyId,
    /// Whose it is.
    pub partner: PartnerId,
    /// The team of that partner.
    pub team: TeamId,
    /// Who brought it.
    pub member: MemberId,
    /// By whose rule.
    pub program: ProgramId,
    /// What was sold for, in minor units.
    pub amount: i64,
    /// ISO 4217.
    pub currency: &'a str,
}

/// What a sale earned.
#[derive(Debug, Clone, PartialEq, Eq, HasQuery)]
#[diesel(table_name = commissions)]
pub struct Commission {
    /// Key.
    pub id: CommissionId,
    /// The company, which owes it.
    pub company_id: CompanyId,
    /// Whose it is.
    pub partner_id: PartnerId,
    /// What was sold for, in minor units.
    pub sale: i64,
    /// What that earned, in minor units; what was taken back since stands in the ledger.
    pub amount: i64,
    /// ISO 4217.
    pub currency: String,
    /// Until then it is held.
    pub available_at: DateTime<Utc>,
}

impl Earning<'_> {
    /// Books what the sale earns by that rule, in the caller's transaction; nothing where that is nothing.
    pub fn book(&self, conn: &mut PgConnection, rule: CommissionRule) -> QueryResult<Option<Commission>> {
        let (id, earned) = (CommissionId::new(), rule.earns.from_sale(self.amount));
        if earned == 0 {
            return Ok(None);
        }
        let (conversion, referral) = match self.sale {
            Sale::Reported(id) => (Some(id), None),
            Sale::Won(id) => (None, Some(id)),
        };
        let commission: Commission = diesel::insert_into(commissions::table)
            .values((
                commissions::id.eq(id),
                commissions::company_id.eq(self.company),
                commissions::partner_id.eq(self.partner),
                commissions::team_id.eq(self.team),
                commissions::member_id.eq(self.member),
                commissions::program_id.eq(self.program),
                commissions::conversion_id.eq(conversion),
                commissions::referral_id.eq(referral),
                commissions::sale.eq(self.amount),
                commissions::amount.eq(earned),
                commissions::currency.eq(self.currency),
                commissions::available_at.eq(crate::db::now() + rule.holding_days.days()),
            ))
            .returning(Commission::as_returning())
            .get_result(conn)?;
        commission.entry(EntryKind::Earned, earned, format!("commission {id}")).book(conn)?;
        Ok(Some(commission))
    }
}

impl Commission {
    /// What a reported sale earned, where it earned something.
    pub fn of_conversion(conn: &mut PgConnection, id: ConversionId) -> QueryResult<Option<Self>> {
        Self::query().filter(commissions::conversion_id.eq(id)).first(conn).optional()
    }

    /// What a won referral earned, where it earned something.
    pub fn of_referral(conn: &mut PgConnection, id: ReferralId) -> QueryResult<Option<Self>> {
        Self::query().filter(commissions::referral_id.eq(id)).first(conn).optional()
    }

    /// Takes back, because of that event, what goes with the part of the sale that is gone. The caller holds the partner's lock.
    pub fn keep_part(&self, conn: &mut PgConnection, left: i64, event: String) -> QueryResult<()> {
        let taken = self.amount - kept(self.amount, self.sale, left) - self.reversed(conn)?;
        if taken > 0 {
            self.reverse(conn, taken, event)?;
        }
        Ok(())
    }

    /// How much of it was taken back so far.
    pub fn reversed(&self, conn: &mut PgConnection) -> QueryResult<i64> {
        let lines = ledger::table.filter(ledger::commission_id.eq(self.id)).filter(ledger::kind.eq(EntryKind::Reversed));
        // Diesel sums bigint as numeric.
        let taken: Vec<i64> = lines.select(ledger::amount).load(conn)?;
        Ok(-taken.iter().sum::<i64>())
    }

    /// Takes so much of it back, because of that event. The caller holds the partner's lock and has seen that so much is left.
    pub fn reverse(&self, conn: &mut PgConnection, amount: i64, event: String) -> QueryResult<bool> {
        self.entry(EntryKind::Reversed, amount, event).book(conn)
    }

    fn entry(&self, kind: EntryKind, amount: i64, event: String) -> NewEntry<'_> {
        NewEntry {
            partner: self.partner_id,
            company: self.company_id,
            currency: &self.currency,
            kind,
            amount,
            available_at: Some(self.available_at),
            source: Source::Commission(self.id),
            event,
        }
    }
}

/// What of a commission stays where so much of the sale is left: the same part of it, rounded down as commissions are. Nothing where
/// nothing is left.
fn kept(commission: i64, sale: i64, left: i64) -> i64 {
    let kept = i128::from(commission) * i128::from(left) / i128::from(sale);
    i64::try_from(kept).expect("a part of at most all of it fits where the commission did")
}

#[cfg(test)]
mod tests {
    use super::kept;

    #[test]
    fn what_is_kept_is_the_part_that_is_left_rounded_down() {
        assert_eq!(kept(99, 999, 499), 49);
        assert_eq!(kept(99, 999, 999), 99);
        assert_eq!(kept(99, 999, 0), 0);
        assert_eq!(kept(1, 3, 2), 0);
        assert_eq!(kept(i64::MAX, i64::MAX, i64::MAX - 1), i64::MAX - 1);
    }
}
