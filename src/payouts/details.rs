//! Where a team's money goes (S56). Each change is a row of its own, so that what was asked for before goes where it was asked to go; what is
//! asked for within three days after a change waits until they are over, and those who may withdraw hear of it at once.

use crate::{
    accounts::User,
    audit::{self, Action, Actor, Event},
    db,
    error::{Error, Result},
    ids::{PayoutDetailsId, TeamId, UserId},
    mail::{self, Mailer},
    payouts::{Account, emails},
    schema::{members, payout_details, users},
    teams::{MemberRole, Membership, Team, TeamPermission, member::role_in},
};
use chrono::{DateTime, TimeDelta, Utc};
use diesel::{dsl::sql, prelude::*, sql_types::Timestamptz};

/// How long withdrawals wait after a change.
pub const HOLD: TimeDelta = TimeDelta::hours(72);

/// Where a team's money goes.
#[derive(Debug, Clone, HasQuery)]
#[diesel(table_name = payout_details)]
pub struct PayoutDetails {
    /// Key.
    pub id: PayoutDetailsId,
    /// In whose name the account is.
    pub holder: String,
    /// Which.
    pub account: Account,
    /// Who wrote it so.
    pub changed_by: UserId,
    /// When.
    pub changed_at: DateTime<Utc>,
}

/// The details in force.
#[derive(Debug, Clone)]
pub struct InForce {
    /// The row.
    pub details: PayoutDetails,
    /// Who wrote it so.
    pub changed_by: String,
    /// Nothing is paid there before then. A team's first details are waited for by nobody.
    pub waits_until: DateTime<Utc>,
}

/// What came of writing them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Changed {
    /// They are the team's first.
    First,
    /// They are others than before.
    Changed,
    /// They were so already.
    Same,
}

impl InForce {
    /// The team's newest.
    pub fn of(conn: &mut PgConnection, team: TeamId) -> QueryResult<Option<Self>> {
        let rows: Vec<(PayoutDetails, String)> = payout_details::table
            .inner_join(users::table)
            .filter(payout_details::team_id.eq(team))
            .order((payout_details::changed_at.desc(), payout_details::id.desc()))
            .limit(2)
            .select((PayoutDetails::as_select(), users::name))
            .load(conn)?;
        let is_first = rows.len() == 1;
        let newest = rows.into_iter().next();
        Ok(newest.map(|(details, changed_by)| {
            let waits_until = if is_first { DateTime::UNIX_EPOCH } else { details.changed_at + HOLD };
            Self { details, changed_by, waits_until }
        }))
    }

    /// Until when withdrawals that are asked for now wait, where they do.
    pub fn hold(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        Some(self.waits_until).filter(|until| *until > now)
    }
}

/// Writes them. `Forbidden` where they may not withdraw any more, `NotFound` where the team is closed.
pub fn change(
    conn: &mut PgConnection,
    mailer: &Mailer,
    by: &Actor,
    member: &Membership,
    (holder, account): (&str, &Account),
) -> Result<Changed> {
    db::transaction(conn, |conn| {
        let team = Team::lock(conn, member.team.id)?;
        member.recheck(conn, &team, TeamPermission::Withdraw)?;
        if team.closed_at.is_some() {
            return Err(Error::NotFound);
        }
        let before = InForce::of(conn, team.id)?;
        if before.as_ref().is_some_and(|old| old.details.holder == holder && old.details.account == *account) {
            return Ok(Changed::Same);
        }
        let id = PayoutDetailsId::new();
        let made: PayoutDetails = diesel::insert_into(payout_details::table)
            .values((
                payout_details::id.eq(id),
                payout_details::team_id.eq(team.id),
                payout_details::holder.eq(holder),
                payout_details::account.eq(account),
                payout_details::changed_by.eq(member.user.id),
                // Of two who change them, the one who waited for the other may have begun before: `now()` would make theirs the older.
                payout_details::changed_at.eq(sql::<Timestamptz>("clock_timestamp()")),
            ))
            .returning(PayoutDetails::as_returning())
            .get_result(conn)?;
        audit::record(conn, by, Event::new(Action::PayoutDetailsChanged).team(team.id).target(id.uuid()))?;
        for person in withdrawers(conn, &team)? {
            if person.id == team.owner_id || person.id != member.user.id {
                let before = before.as_ref().map(|old| &old.details);
                mail::queue(conn, mailer, None, &emails::details_changed(&person, &team, &member.user, &made, before))?;
            }
        }
        Ok(if before.is_some() { Changed::Changed } else { Changed::First })
    })
}

/// Who may withdraw for the team now.
fn withdrawers(conn: &mut PgConnection, team: &Team) -> QueryResult<Vec<User>> {
    let people: Vec<(User, MemberRole)> = members::table
        .inner_join(users::table)
        .filter(members::team_id.eq(team.id))
        .filter(members::left_at.is_null())
        .order((users::name, users::id))
        .select((User::as_select(), members::role))
        .load(conn)?;
    let may = |(user, role): &(User, MemberRole)| team.allows(role_in(team, user.id, *role), TeamPermission::Withdraw);
    Ok(people.into_iter().filter(may).map(|(user, _)| user).collect())
}
