//! Giving another role (rule 36).

use crate::{
    accounts::User,
    audit::{self, Action, Actor, Event},
    db,
    error::Result,
    governing::emails,
    ids::{MemberId, UserId},
    invitations::vouching,
    mail::{self, Mailer},
    schema::members,
    teams::{MemberRole, Membership, Team, TeamPermission, TeamRole, people::Colleague},
};
use diesel::prelude::*;
use serde_json::json;

/// What came of giving a role.
#[derive(Debug, PartialEq, Eq)]
pub enum RoleChanged {
    /// They have it, from their next request on.
    Done {
        /// Their name.
        person: String,
        /// What they were.
        from: MemberRole,
        /// What they are.
        to: MemberRole,
    },
    /// They had it already.
    Same {
        /// Their name.
        person: String,
    },
    /// Not theirs to give or to take; the sentence says who can. Nothing was changed, and the try is written down.
    Refused(&'static str),
}

/// Gives somebody of the team another role, and mails them what changed and by whom. `NotFound` where they are not in the team.
pub fn change_role(
    conn: &mut PgConnection,
    mailer: &Mailer,
    by: &Actor,
    member: &Membership,
    id: MemberId,
    to: TeamRole,
) -> Result<RoleChanged> {
    db::transaction(conn, |conn| {
        let team = Team::lock(conn, member.team.id)?;
        let role = member.recheck(conn, &team, TeamPermission::GiveRoles)?;
        let target = Colleague::find(conn, team.id, id)?;
        let (from, to) = match judge(&team, (member.user.id, role), (target.user, target.role), to) {
            Ok(roles) => roles,
            Err(why) => {
                audit::record(conn, by, Event::new(Action::Refused).team(team.id).target(id.uuid()))?;
                return Ok(RoleChanged::Refused(why));
            }
        };
        if from == to {
            return Ok(RoleChanged::Same { person: target.name });
        }
        diesel::update(members::table.find(id)).set(members::role.eq(to)).execute(conn)?;
        let event = Event::new(Action::RoleChanged).team(team.id).target(id.uuid());
        audit::record(conn, by, event.before(json!({ "role": from })).after(json!({ "role": to })))?;
        let person = User::find(conn, target.user)?;
        mail::queue(conn, mailer, None, &emails::role_changed(&person, &team, &member.user, from, to))?;
        vouching::judge_again(conn, by, &team)?;
        Ok(RoleChanged::Done { person: target.name, from, to })
    })
}

/// Whether somebody of that role may make the target, of this role, `to`: what they are and will be, or the sentence that says why not.
pub fn judge(
    team: &Team,
    (actor, role): (UserId, TeamRole),
    (target, from): (UserId, TeamRole),
    to: TeamRole,
) -> std::result::Result<(MemberRole, MemberRole), &'static str> {
    let TeamRole::Given(from) = from else {
        return Err("The owner's role changes only when the owner hands over the ownership.");
    };
    let TeamRole::Given(to) = to else {
        return Err("Nobody is made owner. Only the team's owner can hand over the ownership.");
    };
    if actor == target {
        return Err("Nobody changes their own role. Ask the team's owner or an admin.");
    }
    for given in [from, to] {
        if !team.allows(role, given.given_by()) {
            return Err(team.who_can(role, given.given_by()));
        }
    }
    Ok((from, to))
}
