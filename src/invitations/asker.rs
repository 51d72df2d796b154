//! Who asked, as long as they work for the company: mail about its partners goes to nobody who has left it.

use crate::{
    accounts::User,
    companies::Company,
    invitations::Invitation,
    programs::Program,
    schema::{companies, staff, users},
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
    let Some(company) = invitation.company_id else { return Ok(None) };
    let found = staff::table
        .inner_join(companies::table)
        .inner_join(users::table)
        .filter(staff::company_id.eq(company))
        .filter(staff::user_id.eq(invitation.asked_by))
        .filter(staff::left_at.is_null())
        .select((Company::as_select(), User::as_select()))
        .first::<(Company, User)>(conn)
        .optional()?;
    let Some((company, user)) = found else { return Ok(None) };
    let about = match (invitation.program_id, invitation.team_id) {
        (Some(program), _) => Program::find(conn, company.id, program)?.name,
        (None, Some(team)) => Team::find(conn, team)?.name,
        (None, None) => invitation.team_name.clone(),
    };
    Ok(Some(Asker { company, user, about }))
}
