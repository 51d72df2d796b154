//! The team's approvals: members that companies ask for, and program invitations put before the team (rule 38).

use crate::{db::now, ids::TeamId, invitations::InvitationStatus, schema::invitations};
use diesel::prelude::*;

/// How many decisions wait for this team.
pub fn count_waiting(conn: &mut PgConnection, team: TeamId) -> QueryResult<i64> {
    let members = invitations::team_id.eq(team).and(invitations::status.eq(InvitationStatus::Waiting));
    let programs = invitations::put_to_team_id.eq(team).and(invitations::status.eq(InvitationStatus::Sent));
    invitations::table.filter(members.or(programs)).filter(invitations::expires_at.gt(now())).count().get_result(conn)
}
