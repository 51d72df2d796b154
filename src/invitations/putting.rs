//! Putting a program invitation before a team, by an invited member who may not answer it (rule 50), and asking for a new link (rule 53).

use crate::{
    accounts::User,
    audit::{self, Action, Actor, Event},
    companies::Company,
    db::{self, now},
    ids::{InvitationId, RequestId, TeamId},
    invitations::{Invitation, InvitationStatus, asker, emails::answering, joining::actor},
    mail::{self, Mailer},
    programs::{Program, Terms},
    schema::{companies, invitations, programs, terms, users},
    teams::{Membership, Team, TeamPermission},
};
use chrono::{DateTime, Utc};
use diesel::{
    alias,
    dsl::{IntervalDsl, exists, not},
    prelude::*,
};

/// A program invitation as the team reads it that it was put before.
#[derive(Debug, Clone)]
pub struct Put {
    /// The row.
    pub invitation: Invitation,
    /// The company that asks.
    pub company: Company,
    /// The program.
    pub program: Program,
    /// The terms in force, where it has any.
    pub terms: Option<Terms>,
    /// Who asks, by name.
    pub asker: String,
    /// Who put it before the team, by name.
    pub put_by: String,
    /// Who answered it, by name.
    pub answerer: Option<String>,
    /// The database's time of the look.
    pub now: DateTime<Utc>,
}

impl Put {
    /// What was put before this team under that id, in whatever state. `NotFound` where nothing was.
    pub fn before_team(conn: &mut PgConnection, team: TeamId, id: InvitationId) -> QueryResult<Self> {
        let (askers, putters, answerers) = alias!(users as askers, users as putters, users as answerers);
        let later = alias!(terms as later);
        let superseded =
            later.filter(later.field(terms::program_id).eq(terms::program_id)).filter(later.field(terms::number).gt(terms::number));
        let (invitation, company, program, terms, asker, put_by, answerer, now) = invitations::table
            .inner_join(companies::table)
            .inner_join(programs::table.on(programs::id.nullable().eq(invitations::program_id)))
            .inner_join(askers.on(askers.field(users::id).eq(invitations::asked_by)))
            .inner_join(putters.on(putters.field(users::id).nullable().eq(invitations::put_by)))
            .left_join(answerers.on(answerers.field(users::id).nullable().eq(invitations::answered_by)))
            .left_join(terms::table.on(terms::program_id.eq(programs::id).and(not(exists(superseded)))))
            .filter(invitations::id.eq(id))
            .filter(invitations::put_to_team_id.eq(team))
            .select((
                Invitation::as_select(),
                Company::as_select(),
                Program::as_select(),
                Option::<Terms>::as_select(),
                askers.field(users::name),
                putters.field(users::name),
                answerers.field(users::name).nullable(),
                now(),
            ))
            .first::<(Invitation, Company, Program, Option<Terms>, String, String, Option<String>, DateTime<Utc>)>(conn)?;
        Ok(Self { invitation, company, program, terms, asker, put_by, answerer, now })
    }
}

/// Puts the invitation before that team, where its owner and admins find it, and mails the owner: once a day at most. Nothing happens
/// where it is answered or over, or where the person is not a member without the right to answer it any more.
pub fn put_before_team(
    conn: &mut PgConnection,
    mailer: &Mailer,
    request: Option<RequestId>,
    id: InvitationId,
    member: &User,
    team: TeamId,
) -> QueryResult<()> {
    db::transaction(conn, |conn| {
        let team = Team::lock(conn, team)?;
        let role =
            Membership::role_now(conn, &team, member.id)?.filter(|role| !team.allows(*role, TeamPermission::AnswerProgramInvitations));
        let Some(role) = role.filter(|_| team.closed_at.is_none()) else { return Ok(()) };
        let put = diesel::update(invitations::table.find(id))
            .filter(invitations::status.eq(InvitationStatus::Sent))
            .filter(invitations::expires_at.gt(now()))
            .filter(invitations::put_at.is_null().or(invitations::put_at.lt((now() - 1.day()).nullable())))
            .set((invitations::put_to_team_id.eq(team.id), invitations::put_by.eq(member.id), invitations::put_at.eq(now().nullable())))
            .returning(Invitation::as_returning())
            .get_result(conn)
            .optional()?;
        let Some(invitation) = put else { return Ok(()) };
        // Neither the line nor the mail is the company's: it does not learn of a team before that team answers.
        audit::record(conn, &actor(member, role, request), Event::new(Action::InvitationPutToTeam).team(team.id).target(id.uuid()))?;
        let (company, program) = invitation.company_id.zip(invitation.program_id).ok_or(diesel::NotFound)?;
        let (company, program) = (Company::find(conn, company)?, Program::find(conn, company, program)?);
        let owner = User::find(conn, team.owner_id)?;
        let letter = answering::asked_to_accept(&invitation, &company, &program, &team, &owner, member);
        mail::queue(conn, mailer, None, &letter).map(drop)
    })
}

/// Tells who asked that a new link is wanted, once a day at most (S41). The invitation stays as it is: it never renews itself.
pub fn ask_for_renewal(conn: &mut PgConnection, mailer: &Mailer, by: &Actor, id: InvitationId) -> QueryResult<()> {
    db::transaction(conn, |conn| {
        let asked = diesel::update(invitations::table.find(id))
            .filter(invitations::status.eq(InvitationStatus::Sent))
            .filter(invitations::expires_at.le(now()))
            .filter(invitations::renewal_asked_at.is_null().or(invitations::renewal_asked_at.lt((now() - 1.day()).nullable())))
            .set(invitations::renewal_asked_at.eq(now().nullable()))
            .returning(Invitation::as_returning())
            .get_result(conn)
            .optional()?;
        let Some(invitation) = asked else { return Ok(()) };
        audit::record(
            conn,
            by,
            Event::new(Action::RenewalAsked).company(invitation.company_id).team(invitation.team_id).target(id.uuid()),
        )?;
        let Some(asker) = asker::of(conn, &invitation)? else { return Ok(()) };
        mail::queue(conn, mailer, asker.behalf.company(), &answering::renewal_asked(&invitation, &asker)).map(drop)
    })
}
