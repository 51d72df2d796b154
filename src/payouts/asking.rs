//! Asking for a withdrawal (rule 42): never more than is available, whatever happens at the same time.

use crate::{
    access::{Limit, Limiter, Whose},
    accounts::User,
    audit::{self, Action, Actor, Event},
    companies::{Company, StaffPermission, StaffRole},
    db,
    error::{Error, Result},
    ids::{CompanyId, WithdrawalId},
    mail::{self, Mailer},
    payouts::{Withdrawal, balance::TeamBalance, details::InForce, emails},
    programs::Partner,
    referrals::ledger::{self, EntryKind, NewEntry, Source},
    schema::{companies, partners, staff, users, withdrawals},
    teams::{Membership, Team, TeamPermission},
};
use diesel::{
    prelude::*,
    sql_query, sql_types,
    sql_types::{BigInt, Text, Timestamptz},
};
use serde_json::json;

/// What somebody wants to take out.
#[derive(Debug, Clone)]
pub struct Wish {
    /// The withdrawal's key, made when the form was shown: sending the form again is the same withdrawal (R15).
    pub id: WithdrawalId,
    /// The company's part of the URL.
    pub company: String,
    /// ISO 4217.
    pub currency: String,
    /// Minor units, positive.
    pub amount: i64,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Asked {
    /// It is on its way, by this sending of the form or by an earlier one.
    Done(WithdrawalId),
    /// The form was sent before with something else in it; nothing was changed.
    FormUsed,
    /// The team has not said where its money goes.
    NoDetails,
    /// A refund took back more than there is: minor units owed.
    Debt(i64),
    /// More than is available: what is.
    TooMuch(i64),
    /// Less than the company pays out at once: its minimum.
    TooLittle(i64),
}

/// Asks for it, and mails the company's administrators, and the owner where somebody else asks. `NotFound` where the company is no partner or
/// the team is closed, `Forbidden` where they may not withdraw any more, `TooMany` where the team has asked often enough for an hour.
pub fn ask(conn: &mut PgConnection, mailer: &Mailer, limiter: &Limiter, by: &Actor, member: &Membership, wish: &Wish) -> Result<Asked> {
    db::transaction(conn, |conn| {
        let team = Team::lock(conn, member.team.id)?;
        member.recheck(conn, &team, TeamPermission::Withdraw)?;
        if team.closed_at.is_some() {
            return Err(Error::NotFound);
        }
        let (partner, company) = partner_with(conn, &team, &wish.company)?;
        if let Some(earlier) = Withdrawal::query().filter(withdrawals::id.eq(wish.id)).first(conn).optional()? {
            return Ok(if is_same(&earlier, &partner, member, wish) { Asked::Done(earlier.id) } else { Asked::FormUsed });
        }
        let Some(details) = InForce::of(conn, team.id)? else { return Ok(Asked::NoDetails) };
        if let Some(refused) = judge(conn, &partner, wish)? {
            return Ok(refused);
        }
        limiter.take(conn, Limit::Withdrawals, Whose::Team(team.id))?;
        // Nobody takes money back meanwhile, with the partner locked; but the same key may have come for another partner this moment.
        let Some(made) = insert(conn, &partner, &details, member, wish)? else { return Ok(Asked::FormUsed) };
        NewEntry {
            partner: partner.id,
            company: company.id,
            currency: &wish.currency,
            kind: EntryKind::Reserved,
            amount: wish.amount,
            available_at: None,
            source: Source::Withdrawal(made.id),
            event: format!("withdrawal {}", made.id),
        }
        .book(conn)?;
        let event = Event::new(Action::WithdrawalAsked).company(company.id).team(team.id).target(made.id.uuid());
        audit::record(conn, by, event.after(json!({ "amount": made.amount, "currency": made.currency })))?;
        for person in payers(conn, company.id)? {
            mail::queue(conn, mailer, Some(company.id), &emails::asked(&person, &company, &team, &member.user, &made))?;
        }
        if member.user.id != team.owner_id {
            let owner = User::find(conn, team.owner_id)?;
            let letter = emails::asked_by(&owner, &company, &team, &member.user, &made, &details.details);
            mail::queue(conn, mailer, None, &letter)?;
        }
        Ok(Asked::Done(made.id))
    })
}

/// The partner of that company and this team, locked: whoever else takes out or takes back waits.
fn partner_with(conn: &mut PgConnection, team: &Team, slug: &str) -> QueryResult<(Partner, Company)> {
    let (id, company) = partners::table
        .inner_join(companies::table)
        .filter(partners::team_id.eq(team.id))
        .filter(companies::slug.eq(slug))
        .select((partners::id, Company::as_select()))
        .first(conn)?;
    Ok((ledger::lock(conn, id)?, company))
}

fn is_same(earlier: &Withdrawal, partner: &Partner, member: &Membership, wish: &Wish) -> bool {
    earlier.partner_id == partner.id
        && earlier.requested_by == member.user.id
        && earlier.currency == wish.currency
        && earlier.amount == wish.amount
}

/// Why this cannot be taken out now, where it cannot.
fn judge(conn: &mut PgConnection, partner: &Partner, wish: &Wish) -> QueryResult<Option<Asked>> {
    let all = TeamBalance::of_partner(conn, partner.company_id, partner.id)?;
    let Some(balance) = all.iter().find(|balance| balance.currency == wish.currency) else { return Ok(Some(Asked::TooMuch(0))) };
    Ok(match balance.minimum {
        _ if balance.available < 0 => Some(Asked::Debt(-balance.available)),
        _ if balance.available < wish.amount => Some(Asked::TooMuch(balance.available)),
        Some(least) if wish.amount < least => Some(Asked::TooLittle(least)),
        Some(_) | None => None,
    })
}

/// Writes the row where so much is available. SQL, since what decides stands in the statement that writes.
fn insert(
    conn: &mut PgConnection,
    partner: &Partner,
    details: &InForce,
    member: &Membership,
    wish: &Wish,
) -> QueryResult<Option<Withdrawal>> {
    let made = sql_query(
        "INSERT INTO withdrawals (id, company_id, partner_id, team_id, currency, amount, details_id, requested_by, held_until) \
         SELECT $1, p.company_id, p.id, p.team_id, $3, $4, $5, $6, greatest(now(), $7) FROM partners p \
         WHERE p.id = $2 AND $4 <= (SELECT coalesce(sum(l.amount), 0) FROM ledger l \
             WHERE l.partner_id = p.id AND l.currency = $3 AND l.available_at <= now()) \
         ON CONFLICT (id) DO NOTHING",
    )
    .bind::<sql_types::Uuid, _>(wish.id)
    .bind::<sql_types::Uuid, _>(partner.id)
    .bind::<Text, _>(&wish.currency)
    .bind::<BigInt, _>(wish.amount)
    .bind::<sql_types::Uuid, _>(details.details.id)
    .bind::<sql_types::Uuid, _>(member.user.id)
    .bind::<Timestamptz, _>(details.waits_until)
    .execute(conn)?;
    if made == 0 { Ok(None) } else { Withdrawal::find(conn, partner.company_id, wish.id).map(Some) }
}

/// Who of the company pays.
pub(super) fn payers(conn: &mut PgConnection, company: CompanyId) -> QueryResult<Vec<User>> {
    let roles: Vec<StaffRole> = StaffPermission::PayOut.holders().to_vec();
    staff::table
        .inner_join(users::table)
        .filter(staff::company_id.eq(company))
        .filter(staff::left_at.is_null())
        .filter(staff::role.eq_any(roles))
        .order((users::name, users::id))
        .select(User::as_select())
        .load(conn)
}
