//! Who is asked into a team and not in yet, as the team sees them.

use crate::{
    db::now,
    ids::TeamId,
    invitations::{Invitation, InvitationKind, InvitationStatus, State},
    mail::MailStatus,
    schema::{companies, invitations, outbox, users},
};
use chrono::{DateTime, Utc};
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
    /// Of one that the team made: whether the newest mail with its link was refused.
    pub mail_refused: bool,
}

impl Pending {
    /// Whether the team made it, and so sends it again or takes it back.
    pub fn is_own(&self) -> bool {
        self.invitation.company_id.is_none()
    }

    /// Whether its link works no longer, until it is sent again.
    pub fn is_expired(&self, now: DateTime<Utc>) -> bool {
        self.invitation.state(now) == State::Expired
    }
}

/// Who is asked into that team and not in yet, newest first; of what is expired the team's own alone, which it sends again or takes back.
pub fn of_team(conn: &mut PgConnection, team: TeamId) -> QueryResult<Vec<Pending>> {
    let mail = outbox::table
        .filter(outbox::link_id.eq(invitations::id.nullable()))
        .filter(outbox::link_generation.eq(invitations::generation.nullable()))
        .select(outbox::status)
        .single_value();
    let rows: Vec<(Invitation, Option<String>, String, Option<String>)> = invitations::table
        .inner_join(users::table.on(users::id.eq(invitations::asked_by)))
        .left_join(companies::table)
        .filter(invitations::team_id.eq(team))
        .filter(invitations::kind.eq(InvitationKind::Member))
        .filter(invitations::status.eq_any(InvitationStatus::LIVING))
        .filter(invitations::expires_at.gt(now()).or(invitations::company_id.is_null()))
        .order((invitations::created_at.desc(), invitations::id.desc()))
        .limit(PENDING)
        .select((Invitation::as_select(), companies::name.nullable(), users::name, mail))
        .load(conn)?;
    let pending = |(invitation, company, asker, mail): (Invitation, Option<String>, String, Option<String>)| {
        let mail_refused = company.is_none() && mail.is_some_and(|status| status == MailStatus::Refused.as_str());
        Pending { invitation, company, asker, mail_refused }
    };
    Ok(rows.into_iter().map(pending).collect())
}
