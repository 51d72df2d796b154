//! Whether the team requires two-step sign-in of its owner and finance (rule 34, S7).

use crate::{
    audit::{self, Action, Actor, Event},
    db,
    error::Result,
    schema::teams,
    teams::{Membership, Team, TeamPermission},
};
use diesel::prelude::*;
use serde_json::json;

/// Requires it, or no more; felt on the next request of whom it is required of, on every copy of the program. Says whether that is new.
pub fn require_two_step(conn: &mut PgConnection, by: &Actor, member: &Membership, required: bool) -> Result<bool> {
    db::transaction(conn, |conn| {
        let team = Team::lock(conn, member.team.id)?;
        member.recheck(conn, &team, TeamPermission::EditTeam)?;
        if team.requires_two_step == required {
            return Ok(false);
        }
        diesel::update(teams::table.find(team.id)).set(teams::requires_two_step.eq(required)).execute(conn)?;
        let event = Event::new(Action::TwoStepRequirementChanged).team(team.id).target(team.id.uuid());
        audit::record(conn, by, event.before(json!({ "required": !required })).after(json!({ "required": required })))?;
        Ok(true)
    })
}
