//! The team's name (rule 34), and founding a team of one's own (rule 39).

use crate::{
    accounts::User,
    audit::{self, Action, Actor, Event},
    db,
    error::Result,
    ids::RequestId,
    invitations::joining,
    schema::teams,
    teams::{Membership, Team, TeamPermission},
    words,
};
use diesel::prelude::*;
use serde_json::json;

/// Gives the team another name; its address stays. Says whether it was another.
pub fn rename(conn: &mut PgConnection, by: &Actor, member: &Membership, name: &str) -> Result<bool> {
    db::transaction(conn, |conn| {
        let team = Team::lock(conn, member.team.id)?;
        member.recheck(conn, &team, TeamPermission::EditTeam)?;
        if team.name == name {
            return Ok(false);
        }
        diesel::update(teams::table.find(team.id)).set((teams::name.eq(name), teams::search.eq(words::fold(name)))).execute(conn)?;
        let event = Event::new(Action::TeamRenamed).team(team.id).target(team.id.uuid());
        audit::record(conn, by, event.before(json!({ "name": team.name })).after(json!({ "name": name })))?;
        Ok(true)
    })
}

/// Founds a team whose owner and only member this person is.
pub fn found(conn: &mut PgConnection, founder: &User, request: Option<RequestId>, name: &str) -> QueryResult<Team> {
    db::transaction(conn, |conn| joining::new_team(conn, request, founder, name))
}
