//! Who is asked into a team and not in yet, as the team sees them.

use crate::{
    db::now,
    ids::TeamId,
    invitations::{Invitation, InvitationKind, InvitationStatus},
    schema::{companies, invitations, users},
};
use diesel::prelude::*;

/// Pending people shown on a team's page at most.
const PENDING: i64 = 200;

/// Somebody asked into a team who is not in yet.
#[derive(Debug, Clone)]
pub struct Pending {
    /// The row.
    pub invitation: Invitation,
    /// The company that asked; none where the team did.
    pub company: Option<String>,
    /// Who asked.
    pub asker: String,
}

/// Who is asked into that team and not in yet, newest first.
pub fn of_team(conn: &mut PgConnection, team: TeamId) -> QueryResult<Vec<Pending>> {
    let rows: Vec<(Invitation, Option<String>, String)> = invitations::table
        .inner_join(users::table.on(users::id.eq(invitations::asked_by)))
        .left_join(companies::table)
        .filter(invitations::team_id.eq(team))
        .filter(invitations::kind.eq(InvitationKind::Member))
        .filter(invitations::status.eq_any(InvitationStatus::LIVING))
        .filter(invitations::expires_at.gt(now()))
        .order((invitations::created_at.desc(), invitations::id.desc()))
        .limit(PENDING)
        .select((Invitation::as_select(), companies::name.nullable(), users::name))
        .load(conn)?;
    Ok(rows.into_iter().map(|(invitation, company, asker)| Pending { invitation, company, asker }).collect())
}
