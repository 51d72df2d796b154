//! The people a company listed with a program invitation (rule 20): waiting on it, living as long as it, and decided with it.

use crate::{
    accounts::User,
    audit::{self, Action, Actor, Because, Event},
    db::now,
    email_address::EmailAddress,
    ids::InvitationId,
    invitations::{
        Invitation, InvitationStatus,
        emails::asking,
        invitation::WAITING_LIVES,
        revoking,
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

/// Who waits on that program invitation, in the order they were listed: their ids were made backwards.
pub fn waiting(conn: &mut PgConnection, parent: InvitationId) -> QueryResult<Vec<Invitation>> {
    Invitation::query()
        .filter(invitations::parent_id.eq(parent))
        .filter(invitations::status.eq(InvitationStatus::Waiting))
        .order(invitations::id.desc())
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
    let mut sent = Vec::new();
    for person in waiting(conn, parent.id)? {
        let event = |action| Event::new(action).company(parent.company_id).team(team.id).target(person.id.uuid());
        match kept.iter().find(|kept| kept.id == person.id && person.email != parent.email) {
            Some(Kept { role, .. }) => {
                sent.extend(sending::send_approved(conn, mailer, person.id, Approval { team, role: *role, by: team.owner_id })?);
                audit::record(conn, by, event(Action::MemberApproved).after(json!({ "role": role })))?;
            }
            None => {
                diesel::update(invitations::table.find(person.id))
                    .set((
                        invitations::status.eq(InvitationStatus::Rejected),
                        invitations::answered_at.eq(now().nullable()),
                        invitations::answered_by.eq(team.owner_id),
                    ))
                    .execute(conn)?;
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
    let there = in_or_asked(conn, by, parent, team, &listed)?;
    let (known, new): (Vec<Invitation>, Vec<Invitation>) = listed.into_iter().partition(|person| there.contains(&person.email));
    revoking::end(conn, by, &ids(&known), Because::Known)?;
    let waiting: Vec<Invitation> = diesel::update(invitations::table.filter(invitations::id.eq_any(ids(&new))))
        .set((invitations::team_id.eq(team.id), invitations::expires_at.eq(now() + WAITING_LIVES)))
        .returning(Invitation::as_returning())
        .get_results(conn)?;
    for person in &waiting {
        let event = Event::new(Action::InvitationPutToTeam).company(parent.company_id).team(team.id).target(person.id.uuid());
        audit::record(conn, by, event)?;
    }
    if waiting.is_empty() || by.user == Some(team.owner_id) {
        return Ok(());
    }
    let (company, asker) = sending::asked_by(conn, parent)?;
    let owner = User::find(conn, team.owner_id)?;
    let letter = asking::please_approve(&owner, &company, &asker, team, &waiting, false);
    mail::queue(conn, mailer, Some(company.id), &letter).map(drop)
}

/// The parent came to nothing, and with it everybody who waited on it.
pub fn let_go(conn: &mut PgConnection, by: &Actor, parent: InvitationId) -> QueryResult<()> {
    let waiting = waiting(conn, parent)?;
    revoking::end(conn, by, &ids(&waiting), Because::WithParent).map(drop)
}

fn ids(people: &[Invitation]) -> Vec<InvitationId> {
    people.iter().map(|person| person.id).collect()
}

/// Which of these addresses are in the team, or asked into it by the parent's company. An expired asking is ended first.
fn in_or_asked(
    conn: &mut PgConnection,
    by: &Actor,
    parent: &Invitation,
    team: &Team,
    people: &[Invitation],
) -> QueryResult<HashSet<EmailAddress>> {
    let emails: Vec<&EmailAddress> = people.iter().map(|person| &person.email).collect();
    let company = parent.company_id.ok_or(diesel::NotFound)?;
    revoking::expired_members(conn, by, Some(company), team.id, &emails)?;
    let asked: Vec<EmailAddress> = invitations::table
        .filter(invitations::team_id.eq(team.id))
        .filter(invitations::company_id.eq(company))
        .filter(invitations::email.eq_any(&emails))
        .filter(invitations::status.eq_any(InvitationStatus::LIVING))
        .select(invitations::email)
        .load(conn)?;
    let present: Vec<EmailAddress> = members::table
        .inner_join(users::table)
        .filter(members::team_id.eq(team.id))
        .filter(members::left_at.is_null())
        .filter(users::email.eq_any(&emails))
        .select(users::email)
        .load(conn)?;
    Ok(asked.into_iter().chain(present).collect())
}
