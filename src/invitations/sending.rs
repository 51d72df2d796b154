//! Sending: the one place where an invitation to a team gets its link, its seven days and its mail.

use crate::{
    accounts::User,
    companies::Company,
    db::now,
    ids::{InvitationId, UserId},
    invitations::{Invitation, InvitationStatus, emails::asking, invitation::LINK_LIVES},
    mail::{self, Mailer},
    schema::invitations,
    teams::{MemberRole, Team},
    tokens::Purpose,
};
use diesel::prelude::*;

/// Which link the first sending makes.
const FIRST: i32 = 1;

/// What the team decided about a waiting person.
#[derive(Debug, Clone, Copy)]
pub struct Approval<'a> {
    /// The team they are asked into; the caller holds its lock.
    pub team: &'a Team,
    /// As what: this is what will be granted (S42).
    pub role: MemberRole,
    /// Who decided, and has the right to.
    pub by: UserId,
}

/// Makes a waiting invitation of a company `sent` and queues its mail (rule 21); nothing where it waits no longer, or its time is over.
/// The company and the team must be partners already.
pub fn send_approved(
    conn: &mut PgConnection,
    mailer: &Mailer,
    id: InvitationId,
    approval: Approval<'_>,
) -> QueryResult<Option<Invitation>> {
    let sent = diesel::update(invitations::table.find(id))
        .filter(invitations::status.eq(InvitationStatus::Waiting))
        .filter(invitations::expires_at.gt(now()))
        .set((
            invitations::status.eq(InvitationStatus::Sent),
            invitations::team_id.eq(approval.team.id),
            invitations::role.eq(approval.role),
            invitations::approved_by.eq(approval.by),
            invitations::generation.eq(FIRST),
            invitations::token_hash.eq(mailer.tokens().hash(Purpose::Invitation, id.uuid(), FIRST)),
            invitations::sent_at.eq(now().nullable()),
            invitations::expires_at.eq(now() + LINK_LIVES),
        ))
        .returning(Invitation::as_returning())
        .get_result(conn)
        .optional()?;
    if let Some(invitation) = &sent {
        mail_member(conn, mailer, invitation, approval.team)?;
    }
    Ok(sent)
}

/// Queues the mail with the living link of an invitation into that team.
pub fn mail_member(conn: &mut PgConnection, mailer: &Mailer, invitation: &Invitation, team: &Team) -> QueryResult<()> {
    let role = invitation.role.expect("a CHECK gives every member invitation its role");
    let asker = User::find(conn, invitation.asked_by)?;
    let letter = match invitation.company_id {
        Some(company) => asking::member_invitation(invitation, &Company::find(conn, company)?, &asker, team, role),
        None => asking::teammate_invitation(invitation, &asker, team, role),
    };
    mail::queue_until(conn, mailer, invitation.company_id, &letter, invitation.expires_at).map(drop)
}

/// Queues the mail with the living link of an invitation to work for a company.
pub fn mail_colleague(conn: &mut PgConnection, mailer: &Mailer, invitation: &Invitation) -> QueryResult<()> {
    let (company, asker) = asked_by(conn, invitation)?;
    let role = invitation.staff_role.expect("a CHECK gives every staff invitation its role");
    let letter = asking::staff_invitation(invitation, &company, &asker, role);
    mail::queue_until(conn, mailer, Some(company.id), &letter, invitation.expires_at).map(drop)
}

/// The company and the person that asked.
pub fn asked_by(conn: &mut PgConnection, invitation: &Invitation) -> QueryResult<(Company, User)> {
    let company = Company::find(conn, invitation.company_id.ok_or(diesel::NotFound)?)?;
    Ok((company, User::find(conn, invitation.asked_by)?))
}
