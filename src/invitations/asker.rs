//! Who asked, as long as they work for the company, or are in the team, that asks: mail about it goes to nobody who has left.

use crate::{
    accounts::User,
    companies::{Company, staff::Staff},
    ids::CompanyId,
    invitations::{Invitation, InvitationKind},
    programs::Program,
    teams::{Membership, Team},
};
use diesel::prelude::*;

/// Who hears of an answer, and what it was about.
#[derive(Debug, Clone)]
pub struct Asker {
    /// For whom they asked.
    pub behalf: Behalf,
    /// The person.
    pub user: User,
    /// The name of the program, or of the team that somebody is asked into.
    pub about: String,
}

/// For whom somebody asks.
#[derive(Debug, Clone)]
pub enum Behalf {
    /// For a company.
    Company(Company),
    /// For the team itself, into which somebody is asked.
    Team(Team),
}

impl Behalf {
    /// Its name.
    pub fn name(&self) -> &str {
        match self {
            Self::Company(company) => &company.name,
            Self::Team(team) => &team.name,
        }
    }

    /// The company whose mail it is.
    pub fn company(&self) -> Option<CompanyId> {
        match self {
            Self::Company(company) => Some(company.id),
            Self::Team(_) => None,
        }
    }
}

/// Who asked for this, where they still work there, or are in the team that asked.
pub fn of(conn: &mut PgConnection, invitation: &Invitation) -> QueryResult<Option<Asker>> {
    let user = User::find(conn, invitation.asked_by)?;
    let Some(company) = invitation.company_id else { return for_team(conn, invitation, user) };
    if !Staff::works_for(conn, company, user.id)? {
        return Ok(None);
    }
    let company = Company::find(conn, company)?;
    let about = match (invitation.program_id, invitation.team_id) {
        (Some(program), _) => Program::find(conn, company.id, program)?.name,
        (None, Some(team)) => Team::find(conn, team)?.name,
        (None, None) if invitation.kind == InvitationKind::Staff => company.name.clone(),
        (None, None) => invitation.team_name.clone(),
    };
    Ok(Some(Asker { behalf: Behalf::Company(company), user, about }))
}

fn for_team(conn: &mut PgConnection, invitation: &Invitation, user: User) -> QueryResult<Option<Asker>> {
    let team = Team::find(conn, invitation.team_id.ok_or(diesel::NotFound)?)?;
    let is_in = Membership::role_now(conn, &team, user.id)?.is_some();
    Ok(is_in.then(|| Asker { about: team.name.clone(), behalf: Behalf::Team(team), user }))
}
