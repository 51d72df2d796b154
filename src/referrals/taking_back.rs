//! Taking back the sale of a won referral, whole or in part: a mistake, or a sale that was refunded (rule 30). It takes the same part of
//! the commission back as the refund of a reported sale does.

use crate::{
    audit::{self, Action, Actor, Event},
    companies::{StaffPermission, staff::Staff},
    db,
    error::{Error, Result},
    ids::*,
    mail::{self, Mailer},
    money::Money,
    referrals::{Commission, deciding::is_present, emails, ledger},
    schema::{programs, referral_refunds, referrals, users},
};
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use serde_json::json;

/// What is taken back, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TakeBack {
    /// Made when the form was shown, so that a second sending of it takes nothing more (R15).
    pub id: ReferralRefundId,
    /// Minor units of the program's currency, more than nothing.
    pub amount: i64,
    /// For the member and for later.
    pub reason: String,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TakenBack {
    /// It is taken back; so much is left of the sale.
    Done(i64),
    /// The same form did it before.
    Already,
    /// More than is left of the sale, which is this.
    TooMuch(i64),
    /// The referral was not won: there is no sale.
    NotWon,
}

/// A taking back, as the referral's page shows it.
#[derive(Debug, Clone, PartialEq, Eq, Queryable)]
pub struct TakenBackRow {
    amount: i64,
    currency: String,
    /// Why.
    pub reason: String,
    /// Who did it.
    pub by: String,
    /// When.
    pub at: DateTime<Utc>,
}

#[derive(Queryable)]
struct Won {
    partner: PartnerId,
    team: TeamId,
    member: MemberId,
    amount: Option<i64>,
    currency: String,
}

/// Takes so much of a referral's sale back; the member is told. `NotFound` where the referral is none of the company's.
pub fn take_back(
    conn: &mut PgConnection,
    mailer: &Mailer,
    by: &Actor,
    staff: &Staff,
    referral: ReferralId,
    wanted: &TakeBack,
) -> Result<TakenBack> {
    db::transaction(conn, |conn| {
        staff.recheck(conn, StaffPermission::WritePrograms)?;
        let won = Won::find(conn, staff.company.id, referral)?;
        // Of two at once, the later one sees what the earlier one took.
        ledger::lock(conn, won.partner)?;
        let before = referral_refunds::table.find(wanted.id).select(referral_refunds::referral_id);
        if let Some(before) = before.first::<ReferralId>(conn).optional()? {
            return if before == referral { Ok(TakenBack::Already) } else { Err(Error::NotFound) };
        }
        let Some(sale) = won.amount else { return Ok(TakenBack::NotWon) };
        let taken = referral_refunds::table.filter(referral_refunds::referral_id.eq(referral));
        let left = sale - taken.select(referral_refunds::amount).load::<i64>(conn)?.iter().sum::<i64>();
        if wanted.amount > left {
            return Ok(TakenBack::TooMuch(left));
        }
        let left = left - wanted.amount;
        let made = diesel::insert_into(referral_refunds::table)
            .values((
                referral_refunds::id.eq(wanted.id),
                referral_refunds::company_id.eq(staff.company.id),
                referral_refunds::partner_id.eq(won.partner),
                referral_refunds::referral_id.eq(referral),
                referral_refunds::amount.eq(wanted.amount),
                referral_refunds::reason.eq(&wanted.reason),
                referral_refunds::refunded_by.eq(staff.user.id),
            ))
            .on_conflict_do_nothing()
            .execute(conn)?;
        if made == 0 {
            // A form of another partner's referral came to have this id meanwhile.
            return Err(Error::NotFound);
        }
        if let Some(commission) = Commission::of_referral(conn, referral)? {
            commission.keep_part(conn, left, format!("referral refund {}", wanted.id))?;
        }
        let event = Event::new(Action::ReferralTakenBack).company(staff.company.id).team(won.team).target(referral.uuid());
        audit::record(conn, by, event.after(json!({ "amount": wanted.amount, "currency": won.currency })))?;
        if is_present(conn, won.member)? {
            let about = emails::About::read(conn, referral)?;
            let letter = emails::taken_back(&about, &Money::new(wanted.amount, &won.currency), left == 0, &wanted.reason);
            mail::queue(conn, mailer, Some(staff.company.id), &letter)?;
        }
        Ok(TakenBack::Done(left))
    })
}

impl Won {
    fn find(conn: &mut PgConnection, company: CompanyId, id: ReferralId) -> QueryResult<Self> {
        referrals::table
            .inner_join(programs::table.on(programs::id.eq(referrals::program_id)))
            .filter(referrals::id.eq(id))
            .filter(referrals::company_id.eq(company))
            .select((referrals::partner_id, referrals::team_id, referrals::member_id, referrals::amount, programs::currency))
            .first(conn)
    }
}

impl TakenBackRow {
    /// All of a referral of that company, the oldest first.
    pub fn all(conn: &mut PgConnection, company: CompanyId, referral: ReferralId) -> QueryResult<Vec<Self>> {
        referral_refunds::table
            .inner_join(referrals::table.on(referrals::id.eq(referral_refunds::referral_id)))
            .inner_join(programs::table.on(programs::id.eq(referrals::program_id)))
            .inner_join(users::table.on(users::id.eq(referral_refunds::refunded_by)))
            .filter(referrals::company_id.eq(company))
            .filter(referrals::id.eq(referral))
            .order((referral_refunds::at, referral_refunds::id))
            .select((referral_refunds::amount, programs::currency, referral_refunds::reason, users::name, referral_refunds::at))
            .load(conn)
    }

    /// How much.
    pub fn money(&self) -> Money {
        Money::new(self.amount, &self.currency)
    }
}
