//! The people a company listed with a program invitation (rule 20): waiting on it, living as long as it, and decided with it.

use crate::{
    accounts::User,
    audit::{self, Action, Actor, Event},
    companies::Company,
    db::now,
    email_address::EmailAddress,
    ids::{InvitationId, UserId},
    invitations::{
        Invitation, InvitationStatus,
        emails::asking,
        invitation::WAITING_LIVES,
        sending::{self, Approval},
    },
    mail::{self, Mailer},
    schema::{invitations, members, users},
    teams::{MemberRole, Team},
};
use diesel::prelude::*;
use serde_json::json;
use std::collections::HashSet;

/// Somebody the founder of a new team keeps, and as what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kept {
    /// Their row.
    pub id: InvitationId,
    /// The role the founder gives.
    pub role: MemberRole,
}

/// Who waits on that program invitation, in the order they were listed.
pub fn waiting(conn: &mut PgConnection, parent: InvitationId) -> QueryResult<Vec<Invitation>> {
    Invitation::query()
        .filter(invitations::parent_id.eq(parent))
        .filter(invitations::status.eq(InvitationStatus::Waiting))
        .order((invitations::created_at, invitations::id))
        .load(conn)
}

/// The founder of a new team has decided: those kept are invited, the others rejected. The caller holds the parent's lock.
pub fn decide(
    conn: &mut PgConnection,
    mailer: &Mailer,
    by: &Actor,
    parent: &Invitation,
    team: &Team,
    kept: &[Kept],
) -> QueryResult<Vec<Invitation>> {
    // They live as long as their parent, which may have been sent again since.
    diesel::update(invitations::table)
        .filter(invitations::parent_id.eq(parent.id))
        .filter(invitations::status.eq(InvitationStatus::Waiting))
        .set(invitations::expires_at.eq(parent.expires_at))
        .execute(conn)?;
    let mut sent = Vec::new();
    for person in waiting(conn, parent.id)? {
        let event = |action| Event::new(action).company(parent.company_id).team(team.id).target(person.id.uuid());
        match kept.iter().find(|kept| kept.id == person.id && person.email != parent.email) {
            Some(Kept { role, .. }) => {
                sent.extend(sending::send_approved(conn, mailer, person.id, Approval { team, role: *role, by: team.owner_id })?);
                audit::record(conn, by, event(Action::MemberApproved).after(json!({ "role": role })))?;
            }
            None => {
                end(conn, &[person.id], InvitationStatus::Rejected, by.user)?;
                audit::record(conn, by, event(Action::MemberRejected))?;
            }
        }
    }
    Ok(sent)
}

/// An existing team has joined: the listed people wait for its approval, 14 days from now, and its owner is asked unless it was the
/// owner who accepted. Who is in the team, or asked into it by this company already, is let go. The caller holds the team's lock.
pub fn bring_before(conn: &mut PgConnection, mailer: &Mailer, by: &Actor, parent: &Invitation, team: &Team) -> QueryResult<()> {
    let listed = waiting(conn, parent.id)?;
    let emails: Vec<EmailAddress> = listed.iter().map(|person| person.email.clone()).collect();
    let there = in_or_asked(conn, parent, team, &emails)?;
    let (known, new): (Vec<Invitation>, Vec<Invitation>) = listed.into_iter().partition(|person| there.contains(&person.email));
    let ids = |people: &[Invitation]| people.iter().map(|person| person.id).collect::<Vec<_>>();
    end(conn, &ids(&known), InvitationStatus::Revoked, by.user)?;
    let waiting: Vec<Invitation> = diesel::update(invitations::table.filter(invitations::id.eq_any(ids(&new))))
        .set((invitations::team_id.eq(team.id), invitations::expires_at.eq(now() + WAITING_LIVES)))
        .returning(Invitation::as_returning())
        .get_results(conn)?;
    for (person, action) in
        known.iter().map(|person| (person, Action::InvitationRevoked)).chain(waiting.iter().map(|person| (person, Action::MemberInvited)))
    {
        audit::record(conn, by, Event::new(action).company(parent.company_id).team(team.id).target(person.id.uuid()))?;
    }
    if waiting.is_empty() || by.user == Some(team.owner_id) {
        return Ok(());
    }
    let (company, asker): (Company, User) = sending::asked_by(conn, parent)?;
    let owner = User::find(conn, team.owner_id)?;
    let letter = asking::please_approve(&owner, &company, &asker, team, &waiting, false);
    mail::queue(conn, mailer, Some(company.id), &letter).map(drop)
}

/// The parent came to nothing, and with it everybody who waited on it.
pub fn let_go(conn: &mut PgConnection, parent: InvitationId, by: Option<UserId>) -> QueryResult<()> {
    let ids: Vec<InvitationId> = waiting(conn, parent)?.iter().map(|person| person.id).collect();
    end(conn, &ids, InvitationStatus::Revoked, by)
}

fn end(conn: &mut PgConnection, ids: &[InvitationId], status: InvitationStatus, by: Option<UserId>) -> QueryResult<()> {
    diesel::update(invitations::table.filter(invitations::id.eq_any(ids)))
        .set((invitations::status.eq(status), invitations::answered_at.eq(now().nullable()), invitations::answered_by.eq(by)))
        .execute(conn)
        .map(drop)
}

/// Which of these addresses are in the team, or asked into it by the parent's company. An expired asking is ended first.
fn in_or_asked(conn: &mut PgConnection, parent: &Invitation, team: &Team, emails: &[EmailAddress]) -> QueryResult<HashSet<EmailAddress>> {
    let asked = invitations::table
        .filter(invitations::team_id.eq(team.id))
        .filter(invitations::company_id.eq(parent.company_id))
        .filter(invitations::email.eq_any(emails))
        .filter(invitations::status.eq_any([InvitationStatus::Waiting, InvitationStatus::Sent]));
    let expired: Vec<InvitationId> = asked.clone().filter(invitations::expires_at.le(now())).select(invitations::id).load(conn)?;
    end(conn, &expired, InvitationStatus::Revoked, None)?;
    let mut there: HashSet<EmailAddress> = asked.select(invitations::email).load(conn)?.into_iter().collect();
    there.extend(
        members::table
            .inner_join(users::table)
            .filter(members::team_id.eq(team.id))
            .filter(members::left_at.is_null())
            .filter(users::email.eq_any(emails))
            .select(users::email)
            .load::<EmailAddress>(conn)?,
    );
    Ok(there)
}
