//! A link that staff make for one member, with a destination of its own (rule 40).

use crate::{
    accounts::User,
    audit::{self, Action, Actor, Event},
    companies::{StaffPermission, staff::Staff},
    db,
    error::{Error, Result},
    ids::{CompanyId, LinkId, MemberId, PartnerId, ProgramId},
    links::{LinkKind, LinkText, emails, link::NewLink, making, text::Wishes},
    mail::{self, Mailer},
    programs::{Partner, Program, hosts},
    schema::{enrollments, links, members, partners, programs, teams, users},
    teams::Team,
};
use diesel::{dsl::exists, prelude::*, result::Error::RollbackTransaction};

/// A link to make for one member.
#[derive(Debug, Clone)]
pub struct Individual {
    /// The id it will have, made with the form: the same form sent again makes nothing more (R15).
    pub id: LinkId,
    /// The team's part of the URL.
    pub team: String,
    /// Whose it will be.
    pub member: MemberId,
    /// A program that the team is in.
    pub program: ProgramId,
    /// An http or https URL.
    pub url: String,
    /// How it is to be called; else it is made of the member's name.
    pub text: Option<LinkText>,
}

/// What came of making it.
#[derive(Debug, PartialEq, Eq)]
pub enum Made {
    /// It is there, under this text, and the member is told.
    Done(String),
    /// The same form made it before.
    Already,
    /// The team is not in that program, or none of the company's is chosen.
    NotInProgram,
    /// The company has not listed this host.
    HostUnlisted(String),
    /// Another link has or had that text.
    Taken,
}

/// Makes it. `NotFound` where the member is not, or no longer, in a team that is the company's partner.
pub fn make(conn: &mut PgConnection, mailer: &Mailer, by: &Actor, staff: &Staff, new: &Individual) -> Result<Made> {
    db::transaction(conn, |conn| {
        staff.recheck(conn, StaffPermission::MakeLinks)?;
        let company = staff.company.id;
        let (partner, team) = Partner::of(conn, company, &new.team)?;
        let team = Team::lock(conn, team.id)?;
        let person: User = members::table
            .inner_join(users::table)
            .filter(members::id.eq(new.member))
            .filter(members::team_id.eq(team.id))
            .filter(members::left_at.is_null())
            .select(User::as_select())
            .first(conn)?;
        let before = links::table.find(new.id).select((links::company_id, links::member_id));
        if let Some(before) = before.first::<(CompanyId, MemberId)>(conn).optional()? {
            // A key that somebody else's link has is none of this form's.
            return if before == (company, new.member) { Ok(Made::Already) } else { Err(Error::NotFound) };
        }
        let Some(program) = joined(conn, partner.id, new.program)? else { return Ok(Made::NotInProgram) };
        match hosts::of(&new.url) {
            Some(host) if hosts::is_listed(conn, company, &host)? => {}
            host => return Ok(Made::HostUnlisted(host.unwrap_or_else(|| new.url.clone()))),
        }
        let link = NewLink {
            id: new.id,
            company,
            partner: partner.id,
            team: team.id,
            member: new.member,
            program: program.id,
            kind: LinkKind::Individual,
            destination: None,
            url: Some(new.url.clone()),
            by: Some(staff.user.id),
            wishes: Wishes::of(&person.name, &program.name, None),
        };
        let Some(text) = name(conn, link, new.text.as_ref())? else { return Ok(Made::Taken) };
        let event = Event::new(Action::LinkMade).company(company).team(team.id).target(new.id.uuid());
        audit::record(conn, by, event)?;
        let letter = emails::made(mailer, &staff.company, &program, &team, &person, &staff.user, &text, &new.url);
        mail::queue(conn, mailer, Some(company), &letter)?;
        Ok(Made::Done(text))
    })
}

/// The link's text, once it is made: the one that was wished for, or one of the member's name. Nothing where that one is taken, and then no
/// link either. `NotFound` where another link came to have this key meanwhile.
fn name(conn: &mut PgConnection, link: NewLink, wished: Option<&LinkText>) -> Result<Option<String>> {
    let id = link.id;
    let Some(wished) = wished else {
        let (_, text) = making::make(conn, vec![link])?.pop().ok_or(Error::NotFound)?;
        return Ok(Some(text));
    };
    let taken = conn.transaction(|conn| {
        if !making::insert_as(conn, link, wished)? {
            return Ok(false);
        }
        if making::take(conn, id, wished)? { Ok(true) } else { Err(RollbackTransaction) }
    });
    match taken {
        Ok(true) => Ok(Some(wished.as_str().to_owned())),
        Ok(false) => Err(Error::NotFound),
        Err(RollbackTransaction) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// The program, where the partner is in it; it stays so until the transaction ends, since leaving locks the team.
fn joined(conn: &mut PgConnection, partner: PartnerId, program: ProgramId) -> QueryResult<Option<Program>> {
    let places = enrollments::table
        .filter(enrollments::partner_id.eq(partner))
        .filter(enrollments::program_id.eq(programs::id))
        .filter(enrollments::left_at.is_null());
    Program::query().filter(programs::id.eq(program)).filter(exists(places)).first(conn).optional()
}

/// The programs that a company's partner is in, to choose from, by name.
pub fn programs_of(conn: &mut PgConnection, company: CompanyId, team: &str) -> QueryResult<Vec<(ProgramId, String)>> {
    enrollments::table
        .inner_join(programs::table.on(programs::id.eq(enrollments::program_id)))
        .inner_join(partners::table.on(partners::id.eq(enrollments::partner_id)))
        .inner_join(teams::table.on(teams::id.eq(partners::team_id)))
        .filter(partners::company_id.eq(company))
        .filter(teams::slug.eq(team))
        .filter(enrollments::left_at.is_null())
        .order((programs::name, programs::id))
        .select((programs::id, programs::name))
        .load(conn)
}
