//! Who stands for an invitation into a team: whoever of the team approved it, or sent it for the team. It is good only as long as they may
//! still do that, and give that role (S32).

use crate::{
    audit::{Actor, Because},
    ids::{InvitationId, UserId},
    invitations::{Invitation, InvitationKind, InvitationStatus, revoking},
    schema::{invitations, members},
    teams::{MemberRole, Membership, Team, TeamPermission, TeamRole, member::role_in},
};
use diesel::prelude::*;

impl Invitation {
    /// Of an invitation into a team that is out: who of the team stands for it.
    pub fn voucher(&self) -> Option<UserId> {
        match self.company_id {
            Some(_) => self.approved_by,
            None => Some(self.approved_by.unwrap_or(self.asked_by)),
        }
    }

    /// Whether it is good where its voucher is this in the team, or nothing any more.
    pub fn is_vouched_for(&self, team: &Team, voucher: Option<TeamRole>) -> bool {
        let right = if self.company_id.is_some() { TeamPermission::ApproveMembers } else { TeamPermission::InviteMembers };
        voucher.zip(self.role).is_some_and(|(voucher, role)| team.allows(voucher, right) && team.allows(voucher, role.given_by()))
    }
}

/// Whether an invitation into this team is good now; the caller holds the team's lock.
pub fn holds(conn: &mut PgConnection, team: &Team, invitation: &Invitation) -> QueryResult<bool> {
    let Some(voucher) = invitation.voucher() else { return Ok(false) };
    let role = Membership::role_now(conn, team, voucher)?;
    Ok(invitation.is_vouched_for(team, role))
}

/// Hands on what is out, and for which its voucher may not stand any more, to whoever owns the team now: handing over ends nothing that the
/// team wanted. The caller holds the team's lock.
pub fn hand_on(conn: &mut PgConnection, team: &Team, from: UserId) -> QueryResult<()> {
    let theirs = void(conn, team)?.into_iter().filter(|invitation| invitation.voucher() == Some(from)).map(|invitation| invitation.id);
    diesel::update(invitations::table.filter(invitations::id.eq_any(theirs.collect::<Vec<_>>())))
        .set(invitations::approved_by.eq(team.owner_id))
        .execute(conn)
        .map(drop)
}

/// Takes back what is out and nobody stands for any more, after roles or permissions of the team changed; the caller holds its lock.
pub fn judge_again(conn: &mut PgConnection, by: &Actor, team: &Team) -> QueryResult<()> {
    let void: Vec<InvitationId> = void(conn, team)?.into_iter().map(|invitation| invitation.id).collect();
    revoking::end(conn, by, &void, Because::Unvouched).map(drop)
}

/// What is out and nobody stands for any more.
fn void(conn: &mut PgConnection, team: &Team) -> QueryResult<Vec<Invitation>> {
    let is_voucher = members::team_id.nullable().eq(invitations::team_id).and(members::left_at.is_null()).and(
        members::user_id
            .nullable()
            .eq(invitations::approved_by)
            .or(invitations::approved_by.is_null().and(members::user_id.eq(invitations::asked_by))),
    );
    let out: Vec<(Invitation, Option<(UserId, MemberRole)>)> = invitations::table
        .left_join(members::table.on(is_voucher))
        .filter(invitations::team_id.eq(team.id))
        .filter(invitations::kind.eq(InvitationKind::Member))
        .filter(invitations::status.eq(InvitationStatus::Sent))
        .select((Invitation::as_select(), (members::user_id, members::role).nullable()))
        .order(invitations::id)
        .load(conn)?;
    let is_void = |(invitation, voucher): (Invitation, Option<(UserId, MemberRole)>)| {
        let role = voucher.filter(|(user, _)| Some(*user) == invitation.voucher()).map(|(user, role)| role_in(team, user, role));
        (!invitation.is_vouched_for(team, role)).then_some(invitation)
    };
    Ok(out.into_iter().filter_map(is_void).collect())
}
