//! Handing over the ownership (rule 37): an offer by the owner, accepted by the member it was made to. The team has exactly one owner
//! before, during and after, since it is one column, which one conditional statement changes (S29, S30).

use crate::{
    accounts::User,
    audit::{self, Action, Actor, Event},
    db::{self, now},
    error::{Error, Result},
    governing::emails::ownership as emails,
    ids::{CompanyId, MemberId, OwnershipOfferId, TeamId, UserId},
    invitations::vouching,
    mail::{self, Mailer},
    schema::{members, ownership_offers, partners, teams},
    teams::{MemberRole, Membership, Team, TeamPermission, TeamRole, people::Colleague},
};
use chrono::{DateTime, TimeDelta, Utc};
use diesel::{prelude::*, result::Error::RollbackTransaction};
use serde_json::json;

/// How long the member has to accept.
pub const OFFER_LIVES: TimeDelta = TimeDelta::days(7);
/// The most members that the page lists to choose from, beside the owner.
const MOST: i64 = 500;

/// The team, offered to one of its members.
#[derive(Debug, Clone, HasQuery)]
#[diesel(table_name = ownership_offers)]
pub struct Offer {
    /// Key.
    pub id: OwnershipOfferId,
    /// Who offers.
    pub offered_by: UserId,
    /// To whom.
    pub member_id: MemberId,
    /// Until when it can be accepted.
    pub expires_at: DateTime<Utc>,
}

/// What the page shows of an open offer.
#[derive(Debug, Clone)]
pub struct Open {
    /// The row.
    pub offer: Offer,
    /// Who would own the team.
    pub to: Colleague,
}

/// What came of offering.
#[derive(Debug, PartialEq, Eq)]
pub enum Offered {
    /// The member's mail is queued.
    Done {
        /// Their name.
        person: String,
        /// How long they may accept.
        until: DateTime<Utc>,
    },
    /// Another offer is open: one at a time.
    Another,
    /// They own the team already.
    Owner,
}

/// What came of answering an offer, or of taking it back.
#[derive(Debug, PartialEq, Eq)]
pub enum Answered {
    /// It is done.
    Done,
    /// It was answered, taken back or expired before. Nothing was changed.
    Over,
    /// It was made to somebody else. Nothing was changed, and the try is written down.
    NotTheirs,
}

/// What the page of ownership shows.
#[derive(Debug, Clone)]
pub struct Shown {
    /// The owner.
    pub owner: Colleague,
    /// What they would fall back to.
    pub fallback: MemberRole,
    /// The open offer, where one is.
    pub offer: Option<Open>,
    /// Whom the owner may offer the team, by name.
    pub candidates: Vec<Colleague>,
}

impl Shown {
    /// In two statements, and one more where the team has more members than are listed.
    pub fn read(conn: &mut PgConnection, team: &Team, with_candidates: bool) -> QueryResult<Self> {
        let offer = Offer::query()
            .filter(ownership_offers::team_id.eq(team.id))
            .filter(ownership_offers::closed_at.is_null())
            .filter(ownership_offers::expires_at.gt(now()))
            .first(conn)
            .optional()?;
        let people = Colleague::by_name(conn, team.id, MOST)?;
        let (owners, mut candidates): (Vec<_>, Vec<_>) = people.into_iter().partition(|(person, _)| person.role == TeamRole::Owner);
        let (owner, fallback) = owners.into_iter().next().ok_or(diesel::NotFound)?;
        let open = |offer: Offer| {
            let listed = candidates.iter().find(|(person, _)| person.id == offer.member_id).map(|(person, _)| person.clone());
            let to = listed.map_or_else(|| Colleague::find(conn, team.id, offer.member_id), Ok)?;
            Ok::<_, diesel::result::Error>(Open { offer, to })
        };
        let offer = offer.map(open).transpose()?;
        candidates.retain(|_| with_candidates);
        Ok(Self { owner, fallback, offer, candidates: candidates.into_iter().map(|(person, _)| person).collect() })
    }
}

/// Offers the team to one of its members. `NotFound` where they are none.
pub fn offer(conn: &mut PgConnection, mailer: &Mailer, by: &Actor, owner: &Membership, to: MemberId) -> Result<Offered> {
    db::transaction(conn, |conn| {
        let team = Team::lock(conn, owner.team.id)?;
        owner.recheck(conn, &team, TeamPermission::HandOver)?;
        let target = Colleague::find(conn, team.id, to)?;
        if target.role == TeamRole::Owner {
            return Ok(Offered::Owner);
        }
        let in_team = ownership_offers::table.filter(ownership_offers::team_id.eq(team.id));
        let expired = in_team.filter(ownership_offers::expires_at.le(now())).select(ownership_offers::id).load(conn)?;
        close(conn, expired)?;
        let id = OwnershipOfferId::new();
        let made = db::unless_broken(conn, "ownership_offers_one", |conn| {
            diesel::insert_into(ownership_offers::table)
                .values((
                    ownership_offers::id.eq(id),
                    ownership_offers::team_id.eq(team.id),
                    ownership_offers::offered_by.eq(owner.user.id),
                    ownership_offers::member_id.eq(to),
                    ownership_offers::expires_at.eq(now() + OFFER_LIVES),
                ))
                .returning(ownership_offers::expires_at)
                .get_result(conn)
        })?;
        let Some(until) = made else { return Ok(Offered::Another) };
        let event = Event::new(Action::OwnershipOffered).team(team.id).target(id.uuid());
        audit::record(conn, by, event.after(json!({ "member": to })))?;
        let person = User::find(conn, target.user)?;
        mail::queue_until(conn, mailer, None, &emails::offered(&person, &team, &owner.user, target.role, until), until)?;
        Ok(Offered::Done { person: target.name, until })
    })
}

/// Takes the offer back; the member is told.
pub fn cancel(conn: &mut PgConnection, mailer: &Mailer, by: &Actor, owner: &Membership, id: OwnershipOfferId) -> Result<Answered> {
    db::transaction(conn, |conn| {
        let team = Team::lock(conn, owner.team.id)?;
        owner.recheck(conn, &team, TeamPermission::HandOver)?;
        let offer = find(conn, &team, id)?;
        if close_open(conn, &offer)? == 0 {
            return Ok(Answered::Over);
        }
        audit::record(conn, by, Event::new(Action::OwnershipOfferCancelled).team(team.id).target(id.uuid()))?;
        let person = person_of(conn, offer.member_id)?;
        mail::queue(conn, mailer, None, &emails::cancelled(&person, &team, &owner.user))?;
        Ok(Answered::Done)
    })
}

/// The member does not want the team; the owner is told.
pub fn decline(conn: &mut PgConnection, mailer: &Mailer, by: &Actor, member: &Membership, id: OwnershipOfferId) -> Result<Answered> {
    db::transaction(conn, |conn| {
        let team = Team::lock(conn, member.team.id)?;
        member.recheck(conn, &team, TeamPermission::SeeTeam)?;
        let offer = find(conn, &team, id)?;
        if let Some(not) = not_theirs(conn, by, &team, member, &offer)? {
            return Ok(not);
        }
        if close_open(conn, &offer)? == 0 {
            return Ok(Answered::Over);
        }
        audit::record(conn, by, Event::new(Action::OwnershipOfferDeclined).team(team.id).target(id.uuid()))?;
        let owner = User::find(conn, team.owner_id)?;
        mail::queue(conn, mailer, None, &emails::declined(&owner, &team, &member.user))?;
        Ok(Answered::Done)
    })
}

/// The member takes the team over. Whoever owned it falls back to the role of their own row; both are mailed, and every company that works
/// with the team finds a line about it.
pub fn accept(conn: &mut PgConnection, mailer: &Mailer, by: &Actor, member: &Membership, id: OwnershipOfferId) -> Result<Answered> {
    let done = db::transaction(conn, |conn| {
        let team = Team::lock(conn, member.team.id)?;
        member.recheck(conn, &team, TeamPermission::SeeTeam)?;
        let offer = find(conn, &team, id)?;
        if let Some(not) = not_theirs(conn, by, &team, member, &offer)? {
            return Ok(not);
        }
        if close_open(conn, &offer)? == 0 {
            return Ok(Answered::Over);
        }
        let handed_over = diesel::update(teams::table.find(team.id))
            .filter(teams::owner_id.eq(offer.offered_by))
            .filter(teams::closed_at.is_null())
            .set(teams::owner_id.eq(member.user.id))
            .returning(Team::as_returning())
            .get_result(conn)
            .optional()?;
        // Who offered it owns it no longer: nothing of this happened.
        let Some(team) = handed_over else { return Err(Error::from(RollbackTransaction)) };
        let (before, after) = (json!({ "owner": offer.offered_by }), json!({ "owner": member.user.id }));
        let event = Event::new(Action::OwnershipHandedOver).team(team.id).target(team.id.uuid()).before(before).after(after);
        audit::record(conn, by, event.clone())?;
        for company in companies_of(conn, team.id)? {
            audit::record(conn, by, Event { team: None, ..event.clone().company(company) })?;
        }
        let old = User::find(conn, offer.offered_by)?;
        let falls_to = Membership::role_now(conn, &team, old.id)?;
        mail::queue(conn, mailer, None, &emails::you_own(&member.user, &team, &old))?;
        mail::queue(conn, mailer, None, &emails::handed_over(&old, &team, &member.user, falls_to))?;
        vouching::hand_on(conn, &team, old.id)?;
        vouching::judge_again(conn, by, &team)?;
        Ok(Answered::Done)
    });
    match done {
        Err(Error::Database(RollbackTransaction)) => Ok(Answered::Over),
        done => done,
    }
}

/// Ends what was offered to somebody who is in the team no longer, and says whether it could still be accepted; the caller holds the team's
/// lock.
pub(super) fn end_with_member(conn: &mut PgConnection, member: MemberId) -> QueryResult<bool> {
    let theirs: Vec<Offer> = Offer::query().filter(ownership_offers::member_id.eq(member)).load(conn)?;
    let mut open = 0;
    for offer in &theirs {
        open += close_open(conn, offer)?;
    }
    close(conn, theirs.into_iter().map(|offer| offer.id).collect())?;
    Ok(open > 0)
}

/// The same for a team that is closed.
pub fn end_with_team(conn: &mut PgConnection, team: TeamId) -> QueryResult<()> {
    let all = ownership_offers::table.filter(ownership_offers::team_id.eq(team)).select(ownership_offers::id).load(conn)?;
    close(conn, all)
}

/// The companies that work with the team.
pub(super) fn companies_of(conn: &mut PgConnection, team: TeamId) -> QueryResult<Vec<CompanyId>> {
    partners::table
        .filter(partners::team_id.eq(team))
        .filter(partners::ended_at.is_null())
        .select(partners::company_id)
        .order(partners::company_id)
        .load(conn)
}

fn find(conn: &mut PgConnection, team: &Team, id: OwnershipOfferId) -> QueryResult<Offer> {
    Offer::query().filter(ownership_offers::id.eq(id)).filter(ownership_offers::team_id.eq(team.id)).first(conn)
}

fn not_theirs(conn: &mut PgConnection, by: &Actor, team: &Team, member: &Membership, offer: &Offer) -> QueryResult<Option<Answered>> {
    if offer.member_id == member.id {
        return Ok(None);
    }
    audit::record(conn, by, Event::new(Action::Refused).team(team.id).target(offer.id.uuid()))?;
    Ok(Some(Answered::NotTheirs))
}

/// The conditional update whose row count is the answer.
fn close_open(conn: &mut PgConnection, offer: &Offer) -> QueryResult<usize> {
    diesel::update(ownership_offers::table.find(offer.id))
        .filter(ownership_offers::closed_at.is_null())
        .filter(ownership_offers::expires_at.gt(now()))
        .set(ownership_offers::closed_at.eq(now().nullable()))
        .execute(conn)
}

fn close(conn: &mut PgConnection, ids: Vec<OwnershipOfferId>) -> QueryResult<()> {
    diesel::update(ownership_offers::table.filter(ownership_offers::id.eq_any(ids)))
        .filter(ownership_offers::closed_at.is_null())
        .set(ownership_offers::closed_at.eq(now().nullable()))
        .execute(conn)
        .map(drop)
}

fn person_of(conn: &mut PgConnection, member: MemberId) -> QueryResult<User> {
    let user = members::table.find(member).select(members::user_id).first(conn)?;
    User::find(conn, user)
}
