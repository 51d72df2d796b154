//! Taking invitations back: by staff, by the team that made them, or by the program itself, where they have lost their ground (S32, S42).

use crate::{
    audit::{self, Action, Actor, Because, Event},
    companies::{StaffPermission, staff::Staff},
    db::{self, now},
    email_address::EmailAddress,
    error::Result,
    ids::{CompanyId, InvitationId, ProgramId, TeamId, UserId},
    invitations::{Invitation, InvitationKind, InvitationStatus, State},
    mail,
    schema::invitations,
};
use diesel::prelude::*;
use serde_json::json;
use uuid::Uuid;

/// What came of revoking.
#[derive(Debug)]
pub enum Revoked {
    /// It is revoked, and the people listed on it with it.
    Done {
        /// Who was asked.
        person: String,
    },
    /// It was over already.
    Over(State),
}

/// Takes an invitation back, and with it the people who are listed on it. `NotFound` where it is none of the company's.
pub fn revoke(conn: &mut PgConnection, by: &Actor, staff: &Staff, id: InvitationId) -> Result<Revoked> {
    db::transaction(conn, |conn| {
        staff.recheck(conn, StaffPermission::Invite)?;
        let invitation = Invitation::lock_of_company(conn, staff.company.id, id)?;
        let revoked = take_back(conn, by, &[id])?;
        Ok(if revoked == 0 {
            Revoked::Over(State::Is(invitation.status))
        } else {
            Revoked::Done { person: invitation.person().to_owned() }
        })
    })
}

/// Revokes those of `ids` that live, as somebody wants it, and the people who are listed on them; says how many of `ids` it were.
pub fn take_back(conn: &mut PgConnection, by: &Actor, ids: &[InvitationId]) -> QueryResult<usize> {
    revoke_all(conn, by, ids, None)
}

/// The same where nobody wanted it: what somebody did took its ground away.
pub fn end(conn: &mut PgConnection, by: &Actor, ids: &[InvitationId], because: Because) -> QueryResult<usize> {
    revoke_all(conn, by, ids, Some(because))
}

fn revoke_all(conn: &mut PgConnection, by: &Actor, ids: &[InvitationId], because: Option<Because>) -> QueryResult<usize> {
    let parents = revoke_rows(conn, by, ids, because)?;
    let listed = invitations::table
        .filter(invitations::parent_id.eq_any(parents.iter().map(|id| Some(*id)).collect::<Vec<_>>()))
        .select(invitations::id)
        .order(invitations::id)
        .for_no_key_update()
        .load::<InvitationId>(conn)?;
    revoke_rows(conn, by, &listed, Some(Because::WithParent))?;
    Ok(parents.len())
}

/// Takes back what somebody asked for on behalf of a company and may not ask for any more (S32); says how many it were. The caller holds
/// the lock of their place, so that they ask for nothing meanwhile.
pub fn of_asker(conn: &mut PgConnection, by: &Actor, company: CompanyId, asker: UserId, kinds: &[InvitationKind]) -> QueryResult<usize> {
    let theirs = living_of_asker(conn, company, asker)?;
    let ids: Vec<InvitationId> = theirs.into_iter().filter(|(_, kind)| kinds.contains(kind)).map(|(id, _)| id).collect();
    end(conn, by, &ids, Because::AskerLost)
}

/// The living invitations that somebody asked for on behalf of a company. Who is only listed goes with the invitation that lists them.
pub fn living_of_asker(conn: &mut PgConnection, company: CompanyId, asker: UserId) -> QueryResult<Vec<(InvitationId, InvitationKind)>> {
    invitations::table
        .filter(invitations::company_id.eq(company))
        .filter(invitations::asked_by.eq(asker))
        .filter(invitations::status.eq_any(InvitationStatus::LIVING))
        .filter(invitations::parent_id.is_null().or(invitations::team_id.is_not_null()))
        .select((invitations::id, invitations::kind))
        .load(conn)
}

fn revoke_rows(conn: &mut PgConnection, by: &Actor, ids: &[InvitationId], because: Option<Because>) -> QueryResult<Vec<InvitationId>> {
    let revoked: Vec<(InvitationId, Option<CompanyId>, Option<TeamId>)> = diesel::update(invitations::table)
        .filter(invitations::id.eq_any(ids))
        .filter(invitations::status.eq_any(InvitationStatus::LIVING))
        .set(invitations::status.eq(InvitationStatus::Revoked))
        .returning((invitations::id, invitations::company_id, invitations::team_id))
        .get_results(conn)?;
    let links: Vec<Uuid> = revoked.iter().map(|(id, ..)| id.uuid()).collect();
    mail::give_up(conn, &links, "Not sent: the invitation was taken back before.")?;
    for (id, company, team) in &revoked {
        let event = Event::new(Action::InvitationRevoked).company(*company).team(*team).target(id.uuid());
        audit::record(conn, by, Event { after: because.map(|because| json!({ "because": because })), ..event })?;
    }
    Ok(revoked.into_iter().map(|(id, ..)| id).collect())
}

/// Makes room for a new invitation where the one before has expired.
pub(super) fn expired_program(
    conn: &mut PgConnection,
    by: &Actor,
    company: CompanyId,
    program: ProgramId,
    email: &EmailAddress,
) -> QueryResult<()> {
    let expired = invitations::table
        .filter(invitations::kind.eq(InvitationKind::Program))
        .filter(invitations::company_id.eq(company))
        .filter(invitations::program_id.eq(program))
        .filter(invitations::email.eq(email))
        .filter(invitations::status.eq_any(InvitationStatus::LIVING))
        .filter(invitations::expires_at.le(now()))
        .select(invitations::id)
        .load::<InvitationId>(conn)?;
    end(conn, by, &expired, Because::Expired).map(drop)
}

/// The same for people asked into a team; the caller holds the team's lock.
pub(super) fn expired_members(
    conn: &mut PgConnection,
    by: &Actor,
    company: Option<CompanyId>,
    team: TeamId,
    emails: &[&EmailAddress],
) -> QueryResult<()> {
    let expired = invitations::table
        .filter(invitations::kind.eq(InvitationKind::Member))
        .filter(invitations::company_id.is_not_distinct_from(company))
        .filter(invitations::team_id.eq(team))
        .filter(invitations::email.eq_any(emails))
        .filter(invitations::status.eq_any(InvitationStatus::LIVING))
        .filter(invitations::expires_at.le(now()))
        .select(invitations::id)
        .load::<InvitationId>(conn)?;
    end(conn, by, &expired, Because::Expired).map(drop)
}
