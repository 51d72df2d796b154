//! The end of a membership: removed, or by leaving (rules 36 and 47). The row stays, so that a name stands on what was done.

use crate::{
    accounts::User,
    audit::{self, Action, Actor, Event},
    db::{self, now},
    error::Result,
    governing::{emails, ownership},
    ids::MemberId,
    invitations::vouching,
    mail::{self, Mailer},
    schema::{members, teams},
    teams::{Membership, Team, TeamPermission, TeamRole, people::Colleague},
};
use diesel::prelude::*;
use serde_json::json;

/// What came of removing.
#[derive(Debug, PartialEq, Eq)]
pub enum Removed {
    /// They are out, from their next request on.
    Done {
        /// Their name.
        person: String,
    },
    /// Not theirs to remove; the sentence says why. Nothing was changed, and the try is written down.
    Refused(&'static str),
}

/// Removes somebody from the team, and mails them. `NotFound` where they are not in it.
pub fn remove(conn: &mut PgConnection, mailer: &Mailer, by: &Actor, member: &Membership, id: MemberId) -> Result<Removed> {
    db::transaction(conn, |conn| {
        let team = Team::lock(conn, member.team.id)?;
        member.recheck(conn, &team, TeamPermission::InviteMembers)?;
        let target = Colleague::find(conn, team.id, id)?;
        if let Some(why) = why_not(member, &target) {
            audit::record(conn, by, Event::new(Action::Refused).team(team.id).target(id.uuid()))?;
            return Ok(Removed::Refused(why));
        }
        let was_offered = end(conn, &team, id)?;
        let event = Event::new(Action::MemberRemoved).team(team.id).target(id.uuid());
        audit::record(conn, by, event.before(json!({ "role": target.role.as_str() })))?;
        let person = User::find(conn, target.user)?;
        mail::queue(conn, mailer, None, &emails::removed(&person, &team, &member.user))?;
        if was_offered && team.owner_id != member.user.id {
            let owner = User::find(conn, team.owner_id)?;
            mail::queue(conn, mailer, None, &emails::ownership::ended(&owner, &team, &person, &member.user))?;
        }
        vouching::judge_again(conn, by, &team)?;
        Ok(Removed::Done { person: target.name })
    })
}

/// Leaves the team; its owner is told by mail. `Forbidden` for the owner.
pub fn leave(conn: &mut PgConnection, mailer: &Mailer, by: &Actor, member: &Membership) -> Result<()> {
    db::transaction(conn, |conn| {
        let team = Team::lock(conn, member.team.id)?;
        let role = member.recheck(conn, &team, TeamPermission::Leave)?;
        let was_offered = end(conn, &team, member.id)?;
        let event = Event::new(Action::MemberLeft).team(team.id).target(member.id.uuid());
        audit::record(conn, by, event.before(json!({ "role": role.as_str() })))?;
        let owner = User::find(conn, team.owner_id)?;
        mail::queue(conn, mailer, None, &emails::left(&owner, &team, &member.user, role, was_offered))?;
        vouching::judge_again(conn, by, &team)?;
        Ok(())
    })
}

/// Why this member cannot be removed by that one, who may remove members.
pub fn why_not(member: &Membership, target: &Colleague) -> Option<&'static str> {
    if target.role == TeamRole::Owner {
        return Some("Nobody removes the owner. Only the owner can hand over the ownership, and leave then.");
    }
    (target.user == member.user.id).then_some("You cannot remove yourself. Leave the team instead.")
}

/// Ends a membership and counts it, and says whether the team was offered to them; the caller holds the team's lock.
fn end(conn: &mut PgConnection, team: &Team, id: MemberId) -> QueryResult<bool> {
    let ended = diesel::update(members::table.find(id))
        .filter(members::left_at.is_null())
        .set(members::left_at.eq(now().nullable()))
        .execute(conn)?;
    let was_offered = ownership::end_with_member(conn, id)?;
    let ended = i32::try_from(ended).expect("one row at most");
    diesel::update(teams::table.find(team.id)).set(teams::member_count.eq(teams::member_count - ended)).execute(conn)?;
    Ok(was_offered)
}
