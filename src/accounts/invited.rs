//! Nobody is asked into a team that they are in. It stands here, below the room of invitations, because an address that changes asks for it.

use crate::{
    audit::{self, Action, Actor, Event},
    email_address::EmailAddress,
    ids::{CompanyId, InvitationId, TeamId, UserId},
    mail,
    schema::{invitations, members, teams},
};
use diesel::prelude::*;
use uuid::Uuid;

/// Locks the teams that this person is in, so that nobody is asked into one meanwhile. Teams are locked before people.
pub(super) fn lock_teams(conn: &mut PgConnection, user: UserId) -> QueryResult<Vec<TeamId>> {
    let theirs = members::table.filter(members::user_id.eq(user)).filter(members::left_at.is_null()).select(members::team_id);
    teams::table.filter(teams::id.eq_any(theirs)).select(teams::id).order(teams::id).for_no_key_update().load(conn)
}

/// Takes back the living invitations of this address into those teams.
pub(super) fn take_back(conn: &mut PgConnection, by: &Actor, teams: &[TeamId], email: &EmailAddress) -> QueryResult<()> {
    let living = invitations::table
        .filter(invitations::kind.eq("member"))
        .filter(invitations::team_id.eq_any(teams))
        .filter(invitations::email.eq(email))
        .filter(invitations::status.eq_any(["waiting", "sent"]));
    let taken_back: Vec<(InvitationId, Option<CompanyId>, Option<TeamId>)> = diesel::update(living)
        .set(invitations::status.eq("revoked"))
        .returning((invitations::id, invitations::company_id, invitations::team_id))
        .get_results(conn)?;
    let links: Vec<Uuid> = taken_back.iter().map(|(id, ..)| id.uuid()).collect();
    mail::give_up(conn, &links, "Not sent: who has this address is in the team.")?;
    taken_back.into_iter().try_for_each(|(id, company, team)| {
        audit::record(conn, by, Event::new(Action::InvitationRevoked).company(company).team(team).target(id.uuid()))
    })
}
