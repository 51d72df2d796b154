//! Who asked, as long as they work for the company: mail about its partners goes to nobody who has left it.

use crate::{
    accounts::User,
    companies::{Company, staff::Staff},
    invitations::{Invitation, InvitationKind, sending::asked_by},
    programs::Program,
    teams::Team,
};
use diesel::prelude::*;

/// Who hears of an answer, and what it was about.
#[derive(Debug, Clone)]
pub struct Asker {
    /// For whom they asked.
    pub company: Company,
    /// The person.
    pub user: User,
    /// The name of the program, or of the team that somebody is asked into.
    pub about: String,
}

/// Who asked for this, where they still work there.
pub fn of(conn: &mut PgConnection, invitation: &Invitation) -> QueryResult<Option<Asker>> {
    let (company, user) = asked_by(conn, invitation)?;
    if !Staff::works_for(conn, company.id, user.id)? {
        return Ok(None);
    }
    let about = match (invitation.program_id, invitation.team_id) {
        (Some(program), _) => Program::find(conn, company.id, program)?.name,
        (None, Some(team)) => Team::find(conn, team)?.name,
        (None, None) if invitation.kind == InvitationKind::Staff => company.name.clone(),
        (None, None) => invitation.team_name.clone(),
    };
    Ok(Some(Asker { company, user, about }))
}
