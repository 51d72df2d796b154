//! What a company does with a lead: takes it up, declines it with a reason, marks it as won (rule 30). Each by one conditional update:
//! of two who decide at once one decides, and the other reads what happened.

use crate::{
    audit::{self, Action, Actor, Event},
    companies::{StaffPermission, staff::Staff},
    db::{self, now},
    error::Result,
    ids::*,
    mail::{self, Mailer},
    programs::commission::{CommissionRule, Earns},
    referrals::{
        commission::{Earning, Sale},
        emails,
        referral::ReferralStatus,
    },
    schema::{members, programs, referrals, teams, users},
};
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use serde_json::json;

/// What is decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// The company takes it up.
    Approve,
    /// It does not, or it came to nothing; the reason may be empty.
    Decline(String),
    /// It became a sale of so much, in minor units of the program's currency.
    Win(i64),
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decided {
    /// As wished.
    Done,
    /// Somebody decided before.
    Meanwhile(Meanwhile),
    /// Whoever decides is in the team that it earns money for. Nothing was changed, and the try is written down.
    Own,
}

/// How it stands, otherwise than it stood on the page.
#[derive(Debug, Clone, PartialEq, Eq, Queryable)]
pub struct Meanwhile {
    /// Where it stands.
    pub status: ReferralStatus,
    /// Who decided so; nobody where it is new.
    pub by: Option<String>,
}

#[derive(Debug, Clone, Queryable)]
struct Row {
    partner: PartnerId,
    team: TeamId,
    member: MemberId,
    program: ProgramId,
    currency: String,
}

impl Decision {
    /// Where it leads.
    pub const fn leads_to(&self) -> ReferralStatus {
        match self {
            Self::Approve => ReferralStatus::Approved,
            Self::Decline(_) => ReferralStatus::Declined,
            Self::Win(_) => ReferralStatus::Won,
        }
    }

    const fn action(&self) -> Action {
        match self {
            Self::Approve => Action::ReferralApproved,
            Self::Decline(_) => Action::ReferralDeclined,
            Self::Win(_) => Action::ReferralWon,
        }
    }
}

impl ReferralStatus {
    /// Whether that may come next: what is declined or won stays so.
    pub const fn may_become(self, next: Self) -> bool {
        match (self, next) {
            (Self::Submitted, Self::Approved | Self::Declined | Self::Won) | (Self::Approved, Self::Declined | Self::Won) => true,
            (Self::Submitted | Self::Approved, _) | (Self::Declined | Self::Won, _) => false,
        }
    }
}

/// Decides about a referral that stood at `was` when they looked at it; the member is told. `NotFound` where it is none of the company's.
pub fn decide(
    conn: &mut PgConnection,
    mailer: &Mailer,
    by: &Actor,
    staff: &Staff,
    id: ReferralId,
    was: ReferralStatus,
    decision: &Decision,
) -> Result<Decided> {
    db::transaction(conn, |conn| {
        staff.recheck(conn, StaffPermission::WritePrograms)?;
        let row = Row::find(conn, staff.company.id, id)?;
        let is_own = diesel::dsl::exists(
            members::table
                .filter(members::team_id.eq(row.team))
                .filter(members::user_id.eq(staff.user.id))
                .filter(members::left_at.is_null()),
        );
        if diesel::select(is_own).get_result(conn)? {
            audit::record(conn, by, Event::new(Action::Refused).company(staff.company.id).target(id.uuid()))?;
            return Ok(Decided::Own);
        }
        // Held before the referral, so that nobody closes the team between this look and the commission.
        let closed: Option<DateTime<Utc>> = teams::table.find(row.team).select(teams::closed_at).for_share().first(conn)?;
        let mut rule = CommissionRule::of(conn, row.program)?;
        if closed.is_some() {
            rule.earns = Earns::Nothing;
        }
        if !was.may_become(decision.leads_to()) || !change(conn, staff, id, was, decision, rule.earns)? {
            return Ok(Decided::Meanwhile(Meanwhile::read(conn, id)?));
        }
        let event = Event::new(decision.action()).company(staff.company.id).team(row.team).target(id.uuid());
        let mut earned = false;
        match decision {
            Decision::Win(amount) => {
                earned = row.earning(staff.company.id, id, *amount).book(conn, rule)?.is_some();
                audit::record(conn, by, event.after(json!({ "amount": amount, "currency": row.currency })))?;
            }
            Decision::Approve | Decision::Decline(_) => audit::record(conn, by, event)?,
        }
        if is_present(conn, row.member)? {
            let about = emails::About::read(conn, id)?;
            let letter = emails::decided(&about, earned, about.member_sees_money(conn)?);
            mail::queue(conn, mailer, Some(staff.company.id), &letter)?;
        }
        Ok(Decided::Done)
    })
}

fn change(
    conn: &mut PgConnection,
    staff: &Staff,
    id: ReferralId,
    was: ReferralStatus,
    decision: &Decision,
    earns: Earns,
) -> QueryResult<bool> {
    let (amount, reason, (percent, fixed)) = match decision {
        Decision::Approve => (None, "", (None, None)),
        Decision::Decline(reason) => (None, reason.as_str(), (None, None)),
        Decision::Win(amount) => (Some(*amount), "", earns.columns()),
    };
    let changed = diesel::update(referrals::table.find(id))
        .filter(referrals::status.eq(was))
        .set((
            referrals::status.eq(decision.leads_to()),
            referrals::amount.eq(amount),
            referrals::reason.eq(reason),
            referrals::commission_percent.eq(percent),
            referrals::commission_amount.eq(fixed),
            referrals::decided_at.eq(now().nullable()),
            referrals::decided_by.eq(staff.user.id),
        ))
        .execute(conn)?;
    Ok(changed == 1)
}

impl Row {
    fn find(conn: &mut PgConnection, company: CompanyId, id: ReferralId) -> QueryResult<Self> {
        referrals::table
            .inner_join(programs::table.on(programs::id.eq(referrals::program_id)))
            .filter(referrals::id.eq(id))
            .filter(referrals::company_id.eq(company))
            .select((referrals::partner_id, referrals::team_id, referrals::member_id, referrals::program_id, programs::currency))
            .first(conn)
    }

    fn earning(&self, company: CompanyId, id: ReferralId, amount: i64) -> Earning<'_> {
        Earning {
            sale: Sale::Won(id),
            company,
            partner: self.partner,
            team: self.team,
            member: self.member,
            program: self.program,
            amount,
            currency: &self.currency,
        }
    }
}

/// Whether who sent it is in the team still: others are told nothing any more.
pub(super) fn is_present(conn: &mut PgConnection, member: MemberId) -> QueryResult<bool> {
    let present = members::table
        .inner_join(teams::table)
        .filter(members::id.eq(member))
        .filter(members::left_at.is_null())
        .filter(teams::closed_at.is_null());
    diesel::select(diesel::dsl::exists(present)).get_result(conn)
}

impl Meanwhile {
    fn read(conn: &mut PgConnection, id: ReferralId) -> QueryResult<Self> {
        referrals::table
            .left_join(users::table)
            .filter(referrals::id.eq(id))
            .select((referrals::status, users::name.nullable()))
            .first(conn)
    }
}

#[cfg(test)]
mod tests {
    use super::ReferralStatus::{self, *};

    #[test]
    fn what_is_declined_or_won_stays_so() {
        let ways: Vec<(ReferralStatus, ReferralStatus)> = ReferralStatus::ALL
            .iter()
            .flat_map(|was| ReferralStatus::ALL.iter().map(|next| (*was, *next)))
            .filter(|(was, next)| was.may_become(*next))
            .collect();
        assert_eq!(ways, [(Submitted, Approved), (Submitted, Declined), (Submitted, Won), (Approved, Declined), (Approved, Won)]);
    }
}
