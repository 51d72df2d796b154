//! Asking people in: a new partner team with its owner, or members of a team that is a partner already (rules 19 to 22).

use crate::{
    access::Limiter,
    accounts::User,
    audit::{self, Action, Actor, Event},
    companies::{StaffPermission, staff::Staff},
    db::{self, now},
    email_address::EmailAddress,
    error::Result,
    ids::{CompanyId, InvitationId, ProgramId, TeamId, UserId},
    invitations::{
        Invitation, InvitationKind, InvitationStatus,
        emails::asking,
        invitation::{LINK_LIVES, WAITING_LIVES},
        quota, revoking,
    },
    mail::{self, Mailer},
    programs::{Partner, Program},
    schema::{invitations, members, users},
    teams::{MemberRole, Team},
    tokens::Purpose,
    words,
};
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use serde_json::json;
use std::collections::HashMap;

/// Somebody to be asked in, as staff wrote them down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// Where the mail goes.
    pub email: EmailAddress,
    /// Empty where it is not known.
    pub name: String,
    /// As what. Of a new team's owner it says nothing: they are the owner.
    pub role: MemberRole,
}

/// A partner team to be.
#[derive(Debug, Clone)]
pub struct NewTeam {
    /// The program it is invited into.
    pub program: ProgramId,
    /// What it is called; its owner names it in the end.
    pub name: String,
    /// Who gets the mail and will own it.
    pub owner: Person,
    /// Who is invited once the owner has confirmed them.
    pub listed: Vec<Person>,
    /// Of the mail; empty for the usual one.
    pub subject: String,
    /// The personal message; may be empty.
    pub message: String,
}

/// What came of inviting a new team.
#[derive(Debug)]
pub enum TeamInvited {
    /// The owner's mail is queued.
    Invited {
        /// The invitation.
        id: InvitationId,
        /// How long its link works.
        until: DateTime<Utc>,
    },
    /// This address has a living invitation into this program: nothing was changed.
    Living(Known),
    /// The company has no such program.
    NoProgram,
}

/// Members for a team that is a partner.
#[derive(Debug, Clone)]
pub struct NewMembers {
    /// The slug of the team.
    pub team: String,
    /// Who; at least one, no address twice.
    pub people: Vec<Person>,
    /// The personal message; may be empty.
    pub message: String,
}

/// What came of asking for members.
#[derive(Debug)]
pub enum MembersInvited {
    /// They wait for the team, whose owner's mail is queued.
    Waiting {
        /// The team.
        team: Team,
        /// Who decides.
        owner: Box<User>,
    },
    /// Somebody is in already, or asked already: nobody was asked. By place in `people`.
    Refused(Vec<(usize, Obstacle)>),
    /// The company has no such partner, or no more.
    NoPartner,
}

/// What is in the way of asking for somebody. Both are in this company's sight already, so that they tell it nothing new (rule 22).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Obstacle {
    /// They are in this team, since then.
    InTeam(DateTime<Utc>),
    /// They are asked already, by this company, or by the team where it asks for itself.
    Invited(Known),
}

/// An invitation that lives already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Known {
    /// Which.
    pub id: InvitationId,
    /// When it was asked.
    pub asked_at: DateTime<Utc>,
}

#[derive(Insertable)]
#[diesel(table_name = invitations)]
struct Row<'a> {
    id: InvitationId,
    kind: InvitationKind,
    company_id: CompanyId,
    team_id: Option<TeamId>,
    program_id: Option<ProgramId>,
    parent_id: Option<InvitationId>,
    email: &'a EmailAddress,
    name: &'a str,
    team_name: &'a str,
    search: String,
    role: Option<MemberRole>,
    asked_by: UserId,
    status: InvitationStatus,
    generation: i32,
    token_hash: Option<Vec<u8>>,
    subject: &'a str,
    message: &'a str,
}

/// Invites a new partner team: its owner gets the one mail, the people listed with them wait for the owner's confirmation (rule 20).
pub fn invite_team(
    conn: &mut PgConnection,
    mailer: &Mailer,
    limiter: &Limiter,
    by: &Actor,
    staff: &Staff,
    ask: &NewTeam,
) -> Result<TeamInvited> {
    let company = &staff.company;
    db::transaction(conn, |conn| {
        staff.recheck(conn, StaffPermission::Invite)?;
        let Some(program) = Program::find(conn, company.id, ask.program).optional()? else { return Ok(TeamInvited::NoProgram) };
        revoking::expired_program(conn, by, company.id, program.id, &ask.owner.email)?;
        // Ids are made from the last person to the owner, so that the list, newest first, shows the owner above the others in order.
        let listed: Vec<InvitationId> = ask.listed.iter().map(|_| InvitationId::new()).collect();
        let id = InvitationId::new();
        let first = 1;
        let row = Row {
            kind: InvitationKind::Program,
            program_id: Some(program.id),
            team_name: &ask.name,
            search: words::fold(&format!("{} {} {}", ask.owner.name, ask.owner.email, ask.name)),
            role: None,
            status: InvitationStatus::Sent,
            generation: first,
            token_hash: Some(mailer.tokens().hash(Purpose::Invitation, id.uuid(), first)),
            subject: &ask.subject,
            ..Row::waiting(id, staff, &ask.owner, &ask.message)
        };
        let made = db::unless_broken(conn, "invitations_living_program", |conn| {
            diesel::insert_into(invitations::table)
                .values((row, invitations::sent_at.eq(now().nullable()), invitations::expires_at.eq(now() + LINK_LIVES)))
                .returning(Invitation::as_returning())
                .get_result(conn)
        })?;
        let Some(invitation) = made else { return Ok(TeamInvited::Living(living(conn, company.id, ask)?)) };
        quota::take_of_company(conn, limiter, staff, 1 + ask.listed.len())?;
        let rows: Vec<_> = ask
            .listed
            .iter()
            .zip(listed.iter().rev())
            .map(|(person, id)| {
                (
                    Row { parent_id: Some(invitation.id), ..Row::waiting(*id, staff, person, &ask.message) },
                    invitations::expires_at.eq(invitation.expires_at),
                )
            })
            .collect();
        diesel::insert_into(invitations::table).values(rows).execute(conn)?;
        let names: Vec<String> = ask.listed.iter().map(|person| person.called().to_owned()).collect();
        let letter = asking::invitation(&invitation, company, &staff.user, &program.name, &names);
        mail::queue_until(conn, mailer, Some(company.id), &letter, invitation.expires_at)?;
        let event = Event::new(Action::TeamInvited).company(company.id).target(id.uuid());
        audit::record(conn, by, event.after(json!({ "program": program.id, "listed": ask.listed.len() })))?;
        for (person, listed) in ask.listed.iter().zip(listed.iter().rev()) {
            let event = Event::new(Action::MemberInvited).company(company.id).target(listed.uuid());
            audit::record(conn, by, event.after(json!({ "role": person.role, "parent": id })))?;
        }
        Ok(TeamInvited::Invited { id, until: invitation.expires_at })
    })
}

/// Asks a partner team's owner to approve people (rule 21): they wait, and the owner gets one mail naming them all. All of them or none.
pub fn invite_members(
    conn: &mut PgConnection,
    mailer: &Mailer,
    limiter: &Limiter,
    by: &Actor,
    staff: &Staff,
    ask: &NewMembers,
) -> Result<MembersInvited> {
    let company = &staff.company;
    db::transaction(conn, |conn| {
        staff.recheck(conn, StaffPermission::Invite)?;
        let found = Partner::of(conn, company.id, &ask.team).optional()?;
        let Some((_, team)) = found.filter(|(partner, _)| partner.ended_at.is_none()) else { return Ok(MembersInvited::NoPartner) };
        // Whoever asks for people of this team or lets them in holds this lock, so that the checks below stay true.
        let team = Team::lock(conn, team.id)?;
        if team.closed_at.is_some() {
            return Ok(MembersInvited::NoPartner);
        }
        let obstacles = obstacles(conn, Some(company.id), team.id, &ask.people)?;
        if !obstacles.is_empty() {
            return Ok(MembersInvited::Refused(obstacles));
        }
        quota::take_of_company(conn, limiter, staff, ask.people.len())?;
        let emails: Vec<&EmailAddress> = ask.people.iter().map(|person| &person.email).collect();
        revoking::expired_members(conn, by, Some(company.id), team.id, &emails)?;
        let rows: Vec<_> = ask
            .people
            .iter()
            .rev()
            .map(|person| {
                (
                    Row { team_id: Some(team.id), ..Row::waiting(InvitationId::new(), staff, person, &ask.message) },
                    invitations::expires_at.eq(now() + WAITING_LIVES),
                )
            })
            .collect();
        let mut people: Vec<Invitation> =
            diesel::insert_into(invitations::table).values(rows).returning(Invitation::as_returning()).get_results(conn)?;
        people.reverse();
        let owner = User::find(conn, team.owner_id)?;
        mail::queue(conn, mailer, Some(company.id), &asking::please_approve(&owner, company, &staff.user, &team, &people, false))?;
        for person in &people {
            let event = Event::new(Action::MemberInvited).company(company.id).team(team.id).target(person.id.uuid());
            audit::record(conn, by, event.after(json!({ "role": person.role })))?;
        }
        Ok(MembersInvited::Waiting { team, owner: Box::new(owner) })
    })
}

impl Obstacle {
    /// The invitation that is in the way, where it is one.
    pub fn invitation(&self) -> Option<InvitationId> {
        match self {
            Self::InTeam(_) => None,
            Self::Invited(known) => Some(known.id),
        }
    }
}

impl Person {
    /// How the person is called: by their name, or by their address where no name is known.
    pub fn called(&self) -> &str {
        if self.name.is_empty() { self.email.as_str() } else { &self.name }
    }
}

impl<'a> Row<'a> {
    fn waiting(id: InvitationId, staff: &Staff, person: &'a Person, message: &'a str) -> Self {
        Self {
            id,
            kind: InvitationKind::Member,
            company_id: staff.company.id,
            team_id: None,
            program_id: None,
            parent_id: None,
            email: &person.email,
            name: &person.name,
            team_name: "",
            search: words::fold(&format!("{} {}", person.name, person.email)),
            role: Some(person.role),
            asked_by: staff.user.id,
            status: InvitationStatus::Waiting,
            generation: 0,
            token_hash: None,
            subject: "",
            message,
        }
    }
}

/// The living invitation that stood in the way.
fn living(conn: &mut PgConnection, company: CompanyId, ask: &NewTeam) -> QueryResult<Known> {
    let (id, asked_at) = invitations::table
        .filter(invitations::company_id.eq(company))
        .filter(invitations::program_id.eq(ask.program))
        .filter(invitations::email.eq(&ask.owner.email))
        .filter(invitations::kind.eq(InvitationKind::Program))
        .filter(invitations::status.eq_any(InvitationStatus::LIVING))
        .select((invitations::id, invitations::created_at))
        .first(conn)?;
    Ok(Known { id, asked_at })
}

/// Who of these is in the way of being asked into that team, by that company, or by the team itself.
pub(super) fn obstacles(
    conn: &mut PgConnection,
    company: Option<CompanyId>,
    team: TeamId,
    people: &[Person],
) -> QueryResult<Vec<(usize, Obstacle)>> {
    let emails: Vec<&EmailAddress> = people.iter().map(|person| &person.email).collect();
    let present: HashMap<EmailAddress, DateTime<Utc>> = members::table
        .inner_join(users::table)
        .filter(members::team_id.eq(team))
        .filter(members::left_at.is_null())
        .filter(users::email.eq_any(&emails))
        .select((users::email, members::joined_at))
        .load::<(EmailAddress, DateTime<Utc>)>(conn)?
        .into_iter()
        .collect();
    let asked: HashMap<EmailAddress, Known> = invitations::table
        .filter(invitations::company_id.is_not_distinct_from(company))
        .filter(invitations::team_id.eq(team))
        .filter(invitations::kind.eq(InvitationKind::Member))
        .filter(invitations::status.eq_any(InvitationStatus::LIVING))
        .filter(invitations::expires_at.gt(now()))
        .filter(invitations::email.eq_any(&emails))
        .select((invitations::email, invitations::id, invitations::created_at))
        .load::<(EmailAddress, InvitationId, DateTime<Utc>)>(conn)?
        .into_iter()
        .map(|(email, id, asked_at)| (email, Known { id, asked_at }))
        .collect();
    let obstacle = |person: &Person| {
        let in_team = present.get(&person.email).map(|since| Obstacle::InTeam(*since));
        in_team.or_else(|| asked.get(&person.email).map(|known| Obstacle::Invited(*known)))
    };
    Ok(people.iter().enumerate().filter_map(|(nth, person)| obstacle(person).map(|found| (nth, found))).collect())
}
