//! Declining, with a reason that the company sees (rule 54).

use crate::{
    accounts::User,
    audit::{self, Action, Actor, Event},
    db::{self, now},
    error::Result,
    ids::{InvitationId, RequestId},
    invitations::{
        Invitation, InvitationStatus,
        accepting::{self, ForTeam},
        asker,
        emails::answering,
        joining::actor,
        listed,
    },
    mail::{self, Mailer},
    schema::invitations,
    teams::{Membership, Team, TeamPermission},
};
use diesel::prelude::*;

/// Declines by the link; the person is none where nobody has an account for the address yet. Nothing happens where it is answered or over
/// already. The caller has found through [`super::standing`] that the link is theirs to answer.
pub fn decline(
    conn: &mut PgConnection,
    mailer: &Mailer,
    request: Option<RequestId>,
    invitation: &Invitation,
    who: Option<&User>,
    reason: &str,
) -> QueryResult<()> {
    db::transaction(conn, |conn| {
        let by = Actor { user: who.map(|user| user.id), role: None, request };
        let Some(declined) = close(conn, &by, invitation, reason)? else { return Ok(()) };
        tell_asker(conn, mailer, &declined, who.map_or(declined.person(), |user| &user.name))
    })
}

/// Declines a program invitation that was put before the team, by an owner or admin (rule 50). `NotFound` where it was not put to them,
/// `Forbidden` where they are neither any more.
pub fn decline_for_team(
    conn: &mut PgConnection,
    mailer: &Mailer,
    by: &Membership,
    request: Option<RequestId>,
    id: InvitationId,
    reason: &str,
) -> Result<ForTeam> {
    db::transaction(conn, |conn| {
        let team = Team::lock(conn, by.team.id)?;
        let role = by.recheck(conn, &team, TeamPermission::AnswerProgramInvitations)?;
        let Some(open) = accepting::lock_put_to(conn, team.id, id)? else { return Ok(ForTeam::NotOpen) };
        let Some(declined) = close(conn, &actor(&by.user, role, request), &open, reason)? else { return Ok(ForTeam::NotOpen) };
        tell_asker(conn, mailer, &declined, &format!("{} of {}", by.user.name, team.name))?;
        Ok(ForTeam::Done)
    })
}

/// The conditional update whose row count is the answer (S40), its line in the audit log, and the end of who waited on it.
fn close(conn: &mut PgConnection, by: &Actor, open: &Invitation, reason: &str) -> QueryResult<Option<Invitation>> {
    let declined = diesel::update(invitations::table.find(open.id))
        .filter(invitations::generation.eq(open.generation))
        .filter(invitations::status.eq(InvitationStatus::Sent))
        .filter(invitations::expires_at.gt(now()))
        .set((
            invitations::status.eq(InvitationStatus::Declined),
            invitations::reason.eq(reason),
            invitations::answered_at.eq(now().nullable()),
            invitations::answered_by.eq(by.user),
        ))
        .returning(Invitation::as_returning())
        .get_result(conn)
        .optional()?;
    let Some(invitation) = &declined else { return Ok(None) };
    mail::give_up(conn, &[invitation.id.uuid()], "Not sent: the invitation was declined before.")?;
    listed::let_go(conn, by, invitation.id)?;
    let team = invitation.team_id.or(invitation.put_to_team_id);
    audit::record(conn, by, Event::new(Action::InvitationDeclined).company(invitation.company_id).team(team).target(open.id.uuid()))?;
    Ok(declined)
}

fn tell_asker(conn: &mut PgConnection, mailer: &Mailer, invitation: &Invitation, who: &str) -> QueryResult<()> {
    let Some(asker) = asker::of(conn, invitation)? else { return Ok(()) };
    mail::queue(conn, mailer, asker.behalf.company(), &answering::declined(invitation, &asker, who)).map(drop)
}
