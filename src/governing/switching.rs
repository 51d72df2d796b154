//! Switching permissions: free cells alone, by who switches them (rule 35).

use crate::{
    accounts::User,
    audit::{self, Action, Actor, Event},
    db,
    error::Result,
    governing::emails,
    invitations::vouching,
    mail::{self, Mailer},
    schema::{members, teams, users},
    teams::{MemberRole, Membership, Team, TeamPermission, TeamRole, permissions::Cell},
};
use diesel::prelude::*;
use serde_json::{Map, Value};

/// A cell, and how it is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Turn {
    /// Which.
    pub cell: Cell,
    /// Whether the role may.
    pub on: bool,
}

/// What came of switching.
#[derive(Debug, PartialEq, Eq)]
pub enum Switched {
    /// These cells are the other way round now.
    Done(Vec<Turn>),
    /// All of them were so already.
    Same,
    /// This one is not theirs to switch. Nothing was changed, and the try is written down.
    Locked(Cell),
}

/// Switches cells for the team, all of them or none, and mails everybody of a role whose permissions changed.
pub fn switch(conn: &mut PgConnection, mailer: &Mailer, by: &Actor, member: &Membership, turns: &[Turn]) -> Result<Switched> {
    db::transaction(conn, |conn| {
        let team = Team::lock(conn, member.team.id)?;
        let role = member.recheck(conn, &team, TeamPermission::EditTeam)?;
        if let Some(turn) = turns.iter().find(|turn| !turn.cell.is_switched_by(role)) {
            audit::record(conn, by, Event::new(Action::Refused).team(team.id))?;
            return Ok(Switched::Locked(turn.cell));
        }
        let wanted = |turn: &&Turn| team.allows(turn.cell.role, turn.cell.permission) != turn.on;
        let done: Vec<Turn> = turns.iter().filter(wanted).copied().collect();
        if done.is_empty() {
            return Ok(Switched::Same);
        }
        let cells: Vec<Cell> = done.iter().map(|turn| turn.cell).collect();
        let team = diesel::update(teams::table.find(team.id))
            .set(teams::switches.eq(team.switches.switched(&cells)))
            .returning(Team::as_returning())
            .get_result(conn)?;
        let event = Event::new(Action::PermissionsSwitched).team(team.id).target(team.id.uuid());
        audit::record(conn, by, event.before(told(&done, false)).after(told(&done, true)))?;
        tell(conn, mailer, &team, &member.user, &done)?;
        vouching::judge_again(conn, by, &team)?;
        Ok(Switched::Done(done))
    })
}

/// The cells as the audit log keeps them: as they are now, or as they were.
fn told(turns: &[Turn], now: bool) -> Value {
    Value::Object(turns.iter().map(|turn| (turn.cell.word(), Value::Bool(turn.on == now))).collect::<Map<_, _>>())
}

fn tell(conn: &mut PgConnection, mailer: &Mailer, team: &Team, by: &User, turns: &[Turn]) -> QueryResult<()> {
    for role in MemberRole::ALL {
        let theirs: Vec<Turn> = turns.iter().filter(|turn| turn.cell.role == TeamRole::Given(*role)).copied().collect();
        if theirs.is_empty() {
            continue;
        }
        let people: Vec<User> = members::table
            .inner_join(users::table)
            .filter(members::team_id.eq(team.id))
            .filter(members::left_at.is_null())
            .filter(members::role.eq(role))
            // The owner's own row holds what they would fall back to; who switches knows.
            .filter(members::user_id.ne_all([team.owner_id, by.id]))
            .select(User::as_select())
            .load(conn)?;
        for person in people {
            mail::queue(conn, mailer, None, &emails::permissions_switched(&person, team, by, &theirs))?;
        }
    }
    Ok(())
}
