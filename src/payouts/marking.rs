//! Saying that withdrawals are paid, or that they failed (rule 30). Each once, by somebody else than who asked for it (S56).

use crate::{
    accounts::User,
    audit::{self, Action, Actor, Event},
    companies::{Company, StaffPermission, staff::Staff},
    db::{self, now},
    error::{Error, Result},
    ids::{UserId, WithdrawalId},
    mail::{self, Mailer},
    payouts::{State, Withdrawal, WithdrawalStatus, details::PayoutDetails, emails},
    referrals::ledger::{self, EntryKind, NewEntry, Source},
    schema::{payout_details, withdrawals},
    teams::{Membership, Team, TeamPermission},
};
use chrono::{DateTime, Utc};
use diesel::{IntoSql, prelude::*, sql_types::Bool};
use serde_json::json;
use std::collections::HashSet;

/// What is said of a withdrawal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// The money has left.
    Paid,
    /// It could not be paid, for this reason; the money is available to the team again.
    Failed(String),
}

/// What came of saying so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Marked {
    /// It is so now.
    Done,
    /// It was so already.
    Already,
    /// It is the other, for good.
    Other,
    /// The team took it back.
    TakenBack,
    /// It is not to be paid before then.
    Held(DateTime<Utc>),
    /// Whoever says so asked for it themselves. Nothing was changed, and the try is written down.
    Own,
}

/// What came of several.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// Are so now.
    pub done: usize,
    /// Were so already.
    pub already: usize,
    /// Are the other.
    pub other: usize,
    /// Were taken back by the team.
    pub taken_back: usize,
    /// Are held.
    pub held: usize,
    /// Were asked for by whoever says so.
    pub own: usize,
}

/// The sentence for who asked for it and would say that it is paid.
pub const NOT_ONES_OWN: &str = "You asked for this withdrawal yourself. Another administrator of the company marks it.";

/// Says so of one. `NotFound` where the company has none with that id, `Forbidden` where they may not say so any more.
pub fn mark(conn: &mut PgConnection, mailer: &Mailer, by: &Actor, staff: &Staff, id: WithdrawalId, verdict: &Verdict) -> Result<Marked> {
    db::transaction(conn, |conn| {
        staff.recheck(conn, StaffPermission::PayOut)?;
        mark_here(conn, mailer, by, staff, id, verdict)
    })
}

/// Says so of several, each for itself and in a transaction of its own, so that nobody waits for all of them. `NotFound` where the company
/// has none with one of these ids: then nothing is said of any.
pub fn mark_several(
    conn: &mut PgConnection,
    mailer: &Mailer,
    by: &Actor,
    staff: &Staff,
    marks: &[(WithdrawalId, Verdict)],
) -> Result<Tally> {
    let ids: Vec<WithdrawalId> = marks.iter().map(|(id, _)| *id).collect();
    let known: HashSet<WithdrawalId> = withdrawals::table
        .filter(withdrawals::company_id.eq(staff.company.id))
        .filter(withdrawals::id.eq_any(&ids))
        .select(withdrawals::id)
        .load(conn)?
        .into_iter()
        .collect();
    if ids.iter().any(|id| !known.contains(id)) {
        return Err(Error::NotFound);
    }
    let mut tally = Tally::default();
    for (id, verdict) in marks {
        tally.add(mark(conn, mailer, by, staff, *id, verdict)?);
    }
    Ok(tally)
}

fn mark_here(conn: &mut PgConnection, mailer: &Mailer, by: &Actor, staff: &Staff, id: WithdrawalId, verdict: &Verdict) -> Result<Marked> {
    let asked = Withdrawal::find(conn, staff.company.id, id)?;
    if asked.requested_by == staff.user.id {
        let event = Event::new(Action::Refused).company(asked.company_id).target(id.uuid());
        audit::record(conn, by, event)?;
        return Ok(Marked::Own);
    }
    // A team that closes counts what is on its way and what is available with this row locked.
    ledger::lock(conn, asked.partner_id)?;
    if !decide(conn, staff, id, verdict)? {
        return why_not(conn, staff, id, verdict);
    }
    if verdict.status() == WithdrawalStatus::Failed {
        give_back(conn, &asked, "failed")?;
    }
    let (action, after) = (verdict.action(), json!({ "amount": asked.amount, "currency": asked.currency }));
    audit::record(conn, by, Event::new(action).company(asked.company_id).team(asked.team_id).target(id.uuid()).after(after))?;
    tell(conn, mailer, &staff.company, &asked, verdict)?;
    Ok(Marked::Done)
}

/// Changes the row where it is still asked for, and not held where it is to be paid; says whether it did.
fn decide(conn: &mut PgConnection, staff: &Staff, id: WithdrawalId, verdict: &Verdict) -> QueryResult<bool> {
    let whenever = verdict.status() != WithdrawalStatus::Paid;
    let open = withdrawals::table
        .filter(withdrawals::id.eq(id))
        .filter(withdrawals::company_id.eq(staff.company.id))
        .filter(withdrawals::status.eq(WithdrawalStatus::Requested))
        .filter(withdrawals::held_until.le(now()).or(whenever.into_sql::<Bool>()));
    let changed = diesel::update(open)
        .set((
            withdrawals::status.eq(verdict.status()),
            withdrawals::decided_by.eq(staff.user.id),
            withdrawals::decided_at.eq(now().nullable()),
            withdrawals::reason.eq(verdict.reason()),
        ))
        .execute(conn)?;
    Ok(changed == 1)
}

fn why_not(conn: &mut PgConnection, staff: &Staff, id: WithdrawalId, verdict: &Verdict) -> Result<Marked> {
    let now = Withdrawal::find(conn, staff.company.id, id)?;
    Ok(match State::of(now.status, true, now.held_until) {
        State::Held(until) => Marked::Held(until),
        _ if now.status == verdict.status() => Marked::Already,
        State::Cancelled => Marked::TakenBack,
        State::Requested | State::Paid | State::Failed => Marked::Other,
    })
}

/// Books that the money of a withdrawal is available again. The caller holds the partner's lock.
pub(super) fn give_back(conn: &mut PgConnection, asked: &Withdrawal, why: &str) -> QueryResult<bool> {
    NewEntry {
        partner: asked.partner_id,
        company: asked.company_id,
        currency: &asked.currency,
        kind: EntryKind::Returned,
        amount: asked.amount,
        available_at: None,
        source: Source::Withdrawal(asked.id),
        event: format!("withdrawal {} {why}", asked.id),
    }
    .book(conn)
}

fn tell(conn: &mut PgConnection, mailer: &Mailer, company: &Company, asked: &Withdrawal, verdict: &Verdict) -> Result<()> {
    let team = Team::find(conn, asked.team_id)?;
    let details: PayoutDetails = PayoutDetails::query().filter(payout_details::id.eq(asked.details_id)).first(conn)?;
    for user in readers(conn, &team, asked)? {
        let person = User::find(conn, user)?;
        let letter = match verdict {
            Verdict::Paid => emails::paid(&person, company, &team, asked, &details),
            Verdict::Failed(reason) => emails::failed(&person, company, &team, asked, reason),
        };
        mail::queue(conn, mailer, Some(company.id), &letter)?;
    }
    Ok(())
}

/// Who of the team hears what becomes of it: the owner, and who asked, while they may still see the team's money.
pub(super) fn readers(conn: &mut PgConnection, team: &Team, asked: &Withdrawal) -> QueryResult<Vec<UserId>> {
    let role = Membership::role_now(conn, team, asked.requested_by)?;
    let asker = role.is_some_and(|role| team.allows(role, TeamPermission::SeeCommissions)).then_some(asked.requested_by);
    let other = asker.filter(|asker| *asker != team.owner_id);
    Ok([Some(team.owner_id), other].into_iter().flatten().collect())
}

impl Verdict {
    /// What the withdrawal is then.
    pub const fn status(&self) -> WithdrawalStatus {
        match self {
            Self::Paid => WithdrawalStatus::Paid,
            Self::Failed(_) => WithdrawalStatus::Failed,
        }
    }

    fn reason(&self) -> &str {
        match self {
            Self::Paid => "",
            Self::Failed(reason) => reason,
        }
    }

    const fn action(&self) -> Action {
        match self {
            Self::Paid => Action::WithdrawalPaid,
            Self::Failed(_) => Action::WithdrawalFailed,
        }
    }
}

impl Tally {
    fn add(&mut self, marked: Marked) {
        let count = match marked {
            Marked::Done => &mut self.done,
            Marked::Already => &mut self.already,
            Marked::Other => &mut self.other,
            Marked::TakenBack => &mut self.taken_back,
            Marked::Held(_) => &mut self.held,
            Marked::Own => &mut self.own,
        };
        *count += 1;
    }
}
