//! A team takes back what it asked for, while it is still asked for and in no file for payment: so that whoever finds out within the hold that
//! the money would go elsewhere can stop it (S56).

use crate::{
    accounts::User,
    audit::{self, Action, Actor, Event},
    companies::Company,
    db::{self, now},
    error::Result,
    ids::WithdrawalId,
    mail::{self, Mailer},
    payouts::{Withdrawal, WithdrawalStatus, asking::payers, emails, marking},
    referrals::ledger,
    schema::{companies, withdrawals},
    teams::{Membership, Team, TeamPermission},
};
use diesel::prelude::*;
use serde_json::json;

/// What came of taking it back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TakenBack {
    /// It is; the money is available again.
    Done,
    /// It was taken back before.
    Already,
    /// It is in a file for payment: the company may have paid it.
    InFile,
    /// The company has said that it is paid, or that it failed.
    Decided,
}

/// Takes it back, and mails who pays, the owner, and who asked, but not whoever does it. `NotFound` where the team has none with that id,
/// `Forbidden` where they may not withdraw any more.
pub fn take_back(conn: &mut PgConnection, mailer: &Mailer, by: &Actor, member: &Membership, id: WithdrawalId) -> Result<TakenBack> {
    db::transaction(conn, |conn| {
        let team = Team::lock(conn, member.team.id)?;
        member.recheck(conn, &team, TeamPermission::Withdraw)?;
        let ours = withdrawals::table.filter(withdrawals::id.eq(id)).filter(withdrawals::team_id.eq(team.id));
        let asked: Withdrawal = ours.select(Withdrawal::as_select()).first(conn)?;
        ledger::lock(conn, asked.partner_id)?;
        let open = ours.filter(withdrawals::status.eq(WithdrawalStatus::Requested)).filter(withdrawals::export_id.is_null());
        let changed = diesel::update(open)
            .set((
                withdrawals::status.eq(WithdrawalStatus::Cancelled),
                withdrawals::decided_by.eq(member.user.id),
                withdrawals::decided_at.eq(now().nullable()),
            ))
            .execute(conn)?;
        if changed == 0 {
            let status: WithdrawalStatus = ours.select(withdrawals::status).first(conn)?;
            return Ok(match status {
                WithdrawalStatus::Requested => TakenBack::InFile,
                WithdrawalStatus::Cancelled => TakenBack::Already,
                WithdrawalStatus::Paid | WithdrawalStatus::Failed => TakenBack::Decided,
            });
        }
        marking::give_back(conn, &asked, "taken back")?;
        let event = Event::new(Action::WithdrawalCancelled).company(asked.company_id).team(team.id).target(id.uuid());
        audit::record(conn, by, event.after(json!({ "amount": asked.amount, "currency": asked.currency })))?;
        tell(conn, mailer, &team, &member.user, &asked)?;
        Ok(TakenBack::Done)
    })
}

fn tell(conn: &mut PgConnection, mailer: &Mailer, team: &Team, by: &User, asked: &Withdrawal) -> Result<()> {
    let company: Company = companies::table.find(asked.company_id).select(Company::as_select()).first(conn)?;
    for person in payers(conn, company.id)? {
        mail::queue(conn, mailer, Some(company.id), &emails::taken_back(&person, &company, team, by, asked))?;
    }
    for user in marking::readers(conn, team, asked)?.into_iter().filter(|user| *user != by.id) {
        let person = User::find(conn, user)?;
        mail::queue(conn, mailer, None, &emails::taken_back_by(&person, &company, team, by, asked))?;
    }
    Ok(())
}
