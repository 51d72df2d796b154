//! Links that are still to be made, for the teams of a program one after the other: after a default destination was added to a program with
//! many members, and for programs that were there before links were. Where it stands is not kept: what is there already is found.

use crate::{
    db::{self, now},
    ids::{DestinationId, EnrollmentId, ProgramId},
    links::{defaults, destination},
    schema::{enrollments, programs},
};
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use uuid::Uuid;

/// Teams of one batch, which is one transaction.
const BATCH: i64 = 25;

/// How far a program is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Walk {
    program: ProgramId,
    /// The default destinations besides its own. With others, it begins anew.
    destinations: Vec<DestinationId>,
    /// The last place that was seen to.
    after: EnrollmentId,
}

/// Does the next batch, going on where `walk` stands; nothing where no program lacks links, or another copy of the program is at it.
pub fn round(conn: &mut PgConnection, walk: Option<&Walk>) -> QueryResult<Option<Walk>> {
    db::transaction(conn, |conn| {
        let due = programs::table.filter(programs::links_made_at.is_null()).select(programs::id).order(programs::id);
        let under_way = walk.map(|walk| walk.program.uuid()).unwrap_or_default();
        let due: Option<ProgramId> =
            due.filter(programs::id.ge(ProgramId::from(under_way))).for_no_key_update().skip_locked().first(conn).optional()?;
        let Some(program) = due else { return Ok(None) };
        let destinations = destination::further_defaults(conn, program)?;
        let after = match walk.filter(|walk| walk.program == program && walk.destinations == destinations) {
            Some(walk) => walk.after,
            None => EnrollmentId::from(Uuid::nil()),
        };
        let places: Vec<EnrollmentId> = enrollments::table
            .filter(enrollments::program_id.eq(program))
            .filter(enrollments::left_at.is_null())
            .filter(enrollments::id.gt(after))
            .order(enrollments::id)
            .limit(BATCH)
            .select(enrollments::id)
            .load(conn)?;
        defaults::for_places(conn, program, &places)?;
        match places.last() {
            Some(last) => Ok(Some(Walk { program, destinations, after: *last })),
            None => {
                diesel::update(programs::table.find(program)).set(programs::links_made_at.eq(now().nullable())).execute(conn)?;
                Ok(Some(Walk { program, destinations, after }))
            }
        }
    })
}

/// Says that members of that program may lack links. The caller has locked the program.
pub fn ask(conn: &mut PgConnection, program: ProgramId) -> QueryResult<()> {
    diesel::update(programs::table.find(program)).set(programs::links_made_at.eq(None::<DateTime<Utc>>)).execute(conn).map(drop)
}

/// Does all of it.
pub fn finish(conn: &mut PgConnection) -> QueryResult<()> {
    let mut walk = None;
    while let Some(further) = round(conn, walk.as_ref())? {
        walk = Some(further);
    }
    Ok(())
}
