//! What an acceptance does: a person joins a team, a team joins a program. The caller has opened the transaction, locked the team and the
//! invitation, and judged who may.

use crate::{
    accounts::User,
    audit::{self, Action, Actor, Because, Event},
    companies::{Company, staff::Staff},
    db::now,
    ids::{InvitationId, ProgramId, RequestId, TeamId, UserId},
    invitations::{Invitation, InvitationKind, InvitationStatus, asker, emails::answering, listed, revoking},
    links::defaults,
    mail::{self, Mailer},
    programs::{Partner, Program, Terms, emails, enrollment},
    schema::invitations,
    teams::{NewMember, Team, TeamRole},
};
use diesel::prelude::*;
use serde_json::json;

/// The line of the audit log says in which role.
pub fn actor(user: &User, role: TeamRole, request: Option<RequestId>) -> Actor {
    Actor { user: Some(user.id), role: Some(role.as_str()), request }
}

/// A person joins a team, as what the team approved (S42), and has their links. Says whether they were not in it already.
pub fn team(
    conn: &mut PgConnection,
    mailer: &Mailer,
    request: Option<RequestId>,
    invitation: &Invitation,
    user: &User,
    team: &Team,
) -> QueryResult<bool> {
    let role = invitation.role.expect("a CHECK gives every member invitation its role");
    let by = actor(user, TeamRole::Given(role), request);
    let Some(member) = (NewMember { team: team.id, user: user.id, role }).join(conn)? else { return Ok(false) };
    defaults::for_member(conn, team.id, member)?;
    close(conn, &by, invitation, team, user.id)?;
    let joined = Event::new(Action::MemberJoined).company(invitation.company_id).team(team.id).target(member.uuid());
    audit::record(conn, &by, joined.after(json!({ "role": role })))?;
    revoke_others(conn, &by, invitation, team)?;
    if let Some(asker) = asker::of(conn, invitation)? {
        mail::queue(conn, mailer, asker.behalf.company(), &answering::member_accepted(invitation, &asker, team, user, role))?;
    }
    Ok(true)
}

/// A person begins to work for the company, whose row is locked. Nothing where they do so already.
pub fn company(
    conn: &mut PgConnection,
    mailer: &Mailer,
    request: Option<RequestId>,
    invitation: &Invitation,
    user: &User,
) -> QueryResult<Option<Company>> {
    let (company, role) = invitation.company_id.zip(invitation.staff_role).expect("a CHECK gives a staff invitation both");
    if Staff::works_for(conn, company, user.id)? {
        return Ok(None);
    }
    let by = Actor { user: Some(user.id), role: Some(role.as_str()), request };
    let place = Staff::add(conn, company, user.id, role)?;
    diesel::update(invitations::table.find(invitation.id))
        .set((
            invitations::status.eq(InvitationStatus::Accepted),
            invitations::answered_at.eq(now().nullable()),
            invitations::answered_by.eq(user.id),
        ))
        .execute(conn)?;
    audit::record(conn, &by, Event::new(Action::InvitationAccepted).company(company).target(invitation.id.uuid()))?;
    let joined = Event::new(Action::StaffJoined).company(company).target(place.uuid());
    audit::record(conn, &by, joined.after(json!({ "role": role })))?;
    if let Some(asker) = asker::of(conn, invitation)? {
        mail::queue(conn, mailer, Some(company), &answering::staff_accepted(invitation, &asker, user, role))?;
    }
    Company::find(conn, company).map(Some)
}

/// A team is founded, with its founder as owner and first member.
pub fn new_team(conn: &mut PgConnection, request: Option<RequestId>, founder: &User, name: &str) -> QueryResult<Team> {
    let (team, member) = Team::found(conn, name, founder.id)?;
    let by = actor(founder, TeamRole::Owner, request);
    audit::record(conn, &by, Event::new(Action::TeamFounded).team(team.id).target(team.id.uuid()).after(json!({ "name": team.name })))?;
    let joined = Event::new(Action::MemberJoined).team(team.id).target(member.uuid());
    audit::record(conn, &by, joined.after(json!({ "role": TeamRole::Owner.as_str() })))?;
    Ok(team)
}

/// Company and team meet, the team is enrolled, everybody in it has their links, the terms are accepted with a receipt to who did, and the invitation is closed.
pub fn program(
    conn: &mut PgConnection,
    mailer: &Mailer,
    by: &Actor,
    invitation: &Invitation,
    team: &Team,
    user: &User,
    terms: Option<&Terms>,
) -> QueryResult<()> {
    let (company, program) = invitation.company_id.zip(invitation.program_id).expect("a CHECK gives a program invitation both");
    let partner = Partner::meet(conn, company, team.id)?;
    let new = enrollment::enroll(conn, &partner, program)?;
    defaults::for_partner(conn, &partner, program)?;
    if let Some(terms) = terms
        && terms.accept(conn, partner.id, user.id)?
    {
        let letter = emails::receipt(&Company::find(conn, company)?, &Program::find(conn, company, program)?, terms, team, user);
        mail::queue(conn, mailer, Some(company), &letter)?;
    }
    close(conn, by, invitation, team, user.id)?;
    if !new {
        return Ok(());
    }
    let joined = Event::new(Action::ProgramJoined).company(company).team(team.id).target(program.uuid());
    audit::record(conn, by, joined.after(json!({ "terms": terms.map(|terms| terms.number) })))
}

/// The same for a team that exists already: the listed people come before it, and who asked is told.
pub fn program_with_team(
    conn: &mut PgConnection,
    mailer: &Mailer,
    by: &Actor,
    invitation: &Invitation,
    team: &Team,
    user: &User,
    terms: Option<&Terms>,
) -> QueryResult<()> {
    program(conn, mailer, by, invitation, team, user, terms)?;
    if let Some(program) = invitation.program_id {
        revoke_same(conn, by, program, team.id)?;
    }
    listed::bring_before(conn, mailer, by, invitation, team)?;
    tell_asker(conn, mailer, invitation, team, user, terms, &[])
}

/// Mails who asked that the team is in.
pub fn tell_asker(
    conn: &mut PgConnection,
    mailer: &Mailer,
    invitation: &Invitation,
    team: &Team,
    user: &User,
    terms: Option<&Terms>,
    invited: &[Invitation],
) -> QueryResult<()> {
    let Some(asker) = asker::of(conn, invitation)? else { return Ok(()) };
    let letter = answering::program_accepted(invitation, &asker, team, user, terms, invited);
    mail::queue(conn, mailer, asker.behalf.company(), &letter).map(drop)
}

fn close(conn: &mut PgConnection, by: &Actor, invitation: &Invitation, team: &Team, user: UserId) -> QueryResult<()> {
    diesel::update(invitations::table.find(invitation.id))
        .set((
            invitations::status.eq(InvitationStatus::Accepted),
            invitations::team_id.eq(team.id),
            invitations::answered_at.eq(now().nullable()),
            invitations::answered_by.eq(user),
        ))
        .execute(conn)?;
    let accepted = Event::new(Action::InvitationAccepted).company(invitation.company_id).team(team.id);
    audit::record(conn, by, accepted.target(invitation.id.uuid()))
}

/// Who is in the team needs no other invitation to it (PRODUCT, States of an invitation).
fn revoke_others(conn: &mut PgConnection, by: &Actor, invitation: &Invitation, team: &Team) -> QueryResult<()> {
    let others: Vec<InvitationId> = invitations::table
        .filter(invitations::kind.eq(InvitationKind::Member))
        .filter(invitations::team_id.eq(team.id))
        .filter(invitations::email.eq(&invitation.email))
        .filter(invitations::status.eq_any(InvitationStatus::LIVING))
        .select(invitations::id)
        .load(conn)?;
    revoking::end(conn, by, &others, Because::Joined).map(drop)
}

/// Whoever put an invitation into this program before the team asks no more: the team is in.
pub(super) fn revoke_same(conn: &mut PgConnection, by: &Actor, program: ProgramId, team: TeamId) -> QueryResult<()> {
    let others: Vec<InvitationId> = invitations::table
        .filter(invitations::kind.eq(InvitationKind::Program))
        .filter(invitations::program_id.eq(program))
        .filter(invitations::put_to_team_id.eq(team))
        .filter(invitations::status.eq(InvitationStatus::Sent))
        .select(invitations::id)
        .load(conn)?;
    revoking::end(conn, by, &others, Because::InProgram).map(drop)
}
