//! Where links of a program lead besides its own destination: further default ones, two at most, that every member has a link to, and
//! secondary ones, that members switch on (rule 40).

use crate::{
    audit::{self, Action, Actor, Event},
    companies::{StaffPermission, staff::Staff},
    db::{self, now},
    error::{Error, Result},
    ids::{CompanyId, DestinationId, EnrollmentId, ProgramId},
    links::{defaults, upkeep},
    programs::{Program, hosts},
    schema::{destinations, enrollments, links, partners, programs, teams},
    text_enum, words,
};
use chrono::{DateTime, Utc};
use diesel::{dsl::sum, prelude::*};
use serde_json::json;

text_enum!(
    /// Who has links there.
    DestinationKind {
        /// Every member.
        Default = "default",
        /// Whoever switches it on.
        Secondary = "secondary",
    }
);

/// The most default destinations of a program besides its own.
pub const MOST_DEFAULTS: i64 = 2;
/// The most destinations that a program offers to be switched on.
pub const MOST_SECONDARY: i64 = 20;
/// With so many members or fewer, all links are made at once; with more, upkeep makes them.
const AT_ONCE: i64 = 200;

/// A further destination of a program.
#[derive(Debug, Clone, PartialEq, Eq, HasQuery)]
#[diesel(table_name = destinations)]
pub struct Destination {
    /// Key.
    pub id: DestinationId,
    /// The program.
    pub program_id: ProgramId,
    /// Who has links there.
    pub kind: DestinationKind,
    /// As members read it.
    pub name: String,
    /// An http or https URL on a host that the company listed. Of a retired one it may be gone: then its links lead where the program does.
    pub url: Option<String>,
    /// When it was added.
    pub created_at: DateTime<Utc>,
    /// Since when no new links lead there; those that do go on.
    pub retired_at: Option<DateTime<Utc>>,
}

/// What staff write about one.
#[derive(Debug, Clone, PartialEq, Eq, AsChangeset)]
#[diesel(table_name = destinations)]
pub struct DestinationText {
    /// As members read it.
    pub name: String,
    /// An http or https URL.
    pub url: String,
}

/// What came of adding one.
#[derive(Debug, PartialEq, Eq)]
pub enum Added {
    /// It is there, and everybody has their link.
    Done,
    /// It is there, and the links are being made.
    Underway,
    /// The same form added it before.
    Already,
    /// Another one that links are made for has that name.
    NameTaken,
    /// There are as many of that kind as there may be.
    TooMany,
    /// The company has not listed that host, and it is not this person's to list.
    HostUnlisted(String),
}

/// What came of changing one.
#[derive(Debug, PartialEq, Eq)]
pub enum Changed {
    /// It is as wanted.
    Done,
    /// It was so before.
    Same,
    /// Another one that links are made for has that name.
    NameTaken,
    /// The company has not listed that host, and it is not this person's to list.
    HostUnlisted(String),
}

/// A program's links, as its page shows them.
#[derive(Debug)]
pub struct ProgramLinks {
    /// The program.
    pub program: Program,
    /// Whether members may choose the text of their links.
    pub custom_text: bool,
    /// Whether some members may still lack links.
    pub underway: bool,
    /// Its further destinations, with how many links lead there, in the order in which they were added.
    pub destinations: Vec<(Destination, i64)>,
}

impl ProgramLinks {
    /// Of a program of that company, in three statements.
    pub fn read(conn: &mut PgConnection, company: CompanyId, program: ProgramId) -> QueryResult<Self> {
        let (program, custom_text, underway) = programs::table
            .filter(programs::id.eq(program))
            .filter(programs::company_id.eq(company))
            .select((Program::as_select(), programs::custom_link_text, programs::links_made_at.is_null()))
            .first(conn)?;
        let counted = links::table
            .filter(links::program_id.eq(program.id))
            .filter(links::destination_id.is_not_null())
            .group_by(links::destination_id)
            .select((links::destination_id.assume_not_null(), diesel::dsl::count_star()))
            .load::<(DestinationId, i64)>(conn)?;
        let all = Destination::query().filter(destinations::program_id.eq(program.id));
        let rows = all.order((destinations::created_at, destinations::id)).load(conn)?;
        let count = |id: DestinationId| counted.iter().find(|(of, _)| *of == id).map_or(0, |(_, count)| *count);
        let destinations = rows.into_iter().map(|row: Destination| (row.clone(), count(row.id))).collect();
        Ok(Self { program, custom_text, underway, destinations })
    }

    /// Those that links are made for, of that kind.
    pub fn living(&self, kind: DestinationKind) -> impl Iterator<Item = &(Destination, i64)> {
        self.destinations.iter().filter(move |(destination, _)| destination.kind == kind && destination.retired_at.is_none())
    }
}

impl Destination {
    /// One of a program of that company, with the program's name and how many links lead there.
    pub fn find(conn: &mut PgConnection, company: CompanyId, program: ProgramId, id: DestinationId) -> QueryResult<(Self, String, i64)> {
        let (row, name) = destinations::table
            .inner_join(programs::table.on(programs::id.eq(destinations::program_id)))
            .filter(destinations::id.eq(id))
            .filter(destinations::program_id.eq(program))
            .filter(destinations::company_id.eq(company))
            .select((Self::as_select(), programs::name))
            .first(conn)?;
        let links = links::table.filter(links::program_id.eq(program)).filter(links::destination_id.eq(id)).count().get_result(conn)?;
        Ok((row, name, links))
    }
}

/// The default destinations of a program besides its own, in the order in which they were added.
pub fn further_defaults(conn: &mut PgConnection, program: ProgramId) -> QueryResult<Vec<DestinationId>> {
    living(program, DestinationKind::Default).order((destinations::created_at, destinations::id)).load(conn)
}

#[diesel::dsl::auto_type]
fn living(program: ProgramId, kind: DestinationKind) -> _ {
    destinations::table
        .filter(destinations::program_id.eq(program))
        .filter(destinations::kind.eq(kind))
        .filter(destinations::retired_at.is_null())
        .select(destinations::id)
}

/// Whether a destination of the program that links are made for has that name, besides this one.
fn has_name(conn: &mut PgConnection, program: ProgramId, name: &str, besides: DestinationId) -> QueryResult<bool> {
    let others = destinations::table.filter(destinations::program_id.eq(program)).filter(destinations::id.ne(besides));
    let names: Vec<String> = others.filter(destinations::retired_at.is_null()).select(destinations::name).load(conn)?;
    Ok(names.iter().any(|other| words::fold(other) == words::fold(name)))
}

/// Adds a destination to a program of the staff's company, under an id made with the form: the same form sent again adds nothing more (R15).
/// `NotFound` where it is none of theirs.
pub fn add(
    conn: &mut PgConnection,
    by: &Actor,
    staff: &Staff,
    program: ProgramId,
    (id, kind): (DestinationId, DestinationKind),
    text: &DestinationText,
) -> Result<Added> {
    db::transaction(conn, |conn| {
        lock(conn, staff, program)?;
        if let Some(of) = destinations::table.find(id).select(destinations::program_id).first::<ProgramId>(conn).optional()? {
            return if of == program { Ok(Added::Already) } else { Err(Error::NotFound) };
        }
        if has_name(conn, program, &text.name, id)? {
            return Ok(Added::NameTaken);
        }
        let most = match kind {
            DestinationKind::Default => MOST_DEFAULTS,
            DestinationKind::Secondary => MOST_SECONDARY,
        };
        if living(program, kind).count().get_result::<i64>(conn)? >= most {
            return Ok(Added::TooMany);
        }
        if let Some(host) = hosts::refused(conn, by, staff, &text.url)? {
            return Ok(Added::HostUnlisted(host));
        }
        let made = diesel::insert_into(destinations::table)
            .values((
                destinations::id.eq(id),
                destinations::company_id.eq(staff.company.id),
                destinations::program_id.eq(program),
                destinations::kind.eq(kind),
                destinations::name.eq(&text.name),
                destinations::url.eq(&text.url),
            ))
            .on_conflict_do_nothing()
            .execute(conn)?;
        if made == 0 {
            // Another program's came to have this id meanwhile.
            return Err(Error::NotFound);
        }
        let event = Event::new(Action::DestinationAdded).company(staff.company.id).target(id.uuid());
        audit::record(conn, by, event.after(json!({ "kind": kind })))?;
        match kind {
            DestinationKind::Default => Ok(make_links(conn, program)?),
            DestinationKind::Secondary => Ok(Added::Done),
        }
    })
}

/// Makes everybody's link where they are few, else leaves it to upkeep.
fn make_links(conn: &mut PgConnection, program: ProgramId) -> QueryResult<Added> {
    let places = enrollments::table.filter(enrollments::program_id.eq(program)).filter(enrollments::left_at.is_null());
    let members: Option<i64> = places
        .inner_join(partners::table.on(partners::id.eq(enrollments::partner_id)))
        .inner_join(teams::table.on(teams::id.eq(partners::team_id)))
        .select(sum(teams::member_count))
        .first(conn)?;
    if members.unwrap_or(0) > AT_ONCE {
        upkeep::ask(conn, program)?;
        return Ok(Added::Underway);
    }
    let places: Vec<EnrollmentId> = places.select(enrollments::id).load(conn)?;
    defaults::for_places(conn, program, &places)?;
    Ok(Added::Done)
}

/// Changes what is written about a destination; links that lead there lead to its new URL. `NotFound` where the company has no such one.
pub fn change(
    conn: &mut PgConnection,
    by: &Actor,
    staff: &Staff,
    program: ProgramId,
    id: DestinationId,
    text: &DestinationText,
) -> Result<Changed> {
    db::transaction(conn, |conn| {
        lock(conn, staff, program)?;
        let before = Destination::query().filter(destinations::id.eq(id)).filter(destinations::program_id.eq(program)).first(conn)?;
        if (&before.name, before.url.as_ref()) == (&text.name, Some(&text.url)) {
            return Ok(Changed::Same);
        }
        if before.retired_at.is_none() && has_name(conn, program, &text.name, id)? {
            return Ok(Changed::NameTaken);
        }
        if let Some(host) = hosts::refused(conn, by, staff, &text.url)? {
            return Ok(Changed::HostUnlisted(host));
        }
        diesel::update(destinations::table.find(id)).set(text).execute(conn)?;
        audit::record(conn, by, Event::new(Action::DestinationChanged).company(staff.company.id).target(id.uuid()))?;
        Ok(Changed::Done)
    })
}

/// Retires a destination: no new links lead there, those that do go on. Says whether it was not retired before. `NotFound` where the company
/// has no such one.
pub fn retire(conn: &mut PgConnection, by: &Actor, staff: &Staff, program: ProgramId, id: DestinationId) -> Result<bool> {
    db::transaction(conn, |conn| {
        lock(conn, staff, program)?;
        destinations::table.find(id).filter(destinations::program_id.eq(program)).select(destinations::id).first::<DestinationId>(conn)?;
        let retired = diesel::update(destinations::table.find(id))
            .filter(destinations::retired_at.is_null())
            .set(destinations::retired_at.eq(now().nullable()))
            .execute(conn)?;
        if retired == 1 {
            audit::record(conn, by, Event::new(Action::DestinationRetired).company(staff.company.id).target(id.uuid()))?;
        }
        Ok(retired == 1)
    })
}

/// Says whether members may choose the text of their links. Says whether it was otherwise before.
pub fn let_choose(conn: &mut PgConnection, by: &Actor, staff: &Staff, program: ProgramId, on: bool) -> Result<bool> {
    db::transaction(conn, |conn| {
        lock(conn, staff, program)?;
        let switched = diesel::update(programs::table.find(program))
            .filter(programs::custom_link_text.ne(on))
            .set(programs::custom_link_text.eq(on))
            .execute(conn)?;
        if switched == 1 {
            let event = Event::new(Action::LinkTextSwitched).company(staff.company.id).target(program.uuid());
            audit::record(conn, by, event.before(json!({ "chosen": !on })).after(json!({ "chosen": on })))?;
        }
        Ok(switched == 1)
    })
}

/// Asks again for the right, and locks the program: what is counted here comes one after the other, and nobody joins meanwhile.
fn lock(conn: &mut PgConnection, staff: &Staff, program: ProgramId) -> Result<()> {
    staff.recheck(conn, StaffPermission::WritePrograms)?;
    programs::table
        .find(program)
        .filter(programs::company_id.eq(staff.company.id))
        .select(programs::id)
        .for_no_key_update()
        .first::<ProgramId>(conn)?;
    Ok(())
}
