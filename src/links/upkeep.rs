//! Links that are still to be made, for the teams of a program one after the other: after a default destination was added to a program with
//! many members, and for programs that were there before links were. Where it stands is not kept: what is there already is found.

use crate::{
    db::{self, now},
    ids::{DestinationId, EnrollmentId, ProgramId},
    links::{defaults, destination},
    schema::programs,
    web::pagination::Cursor,
};
use chrono::{DateTime, Utc};
use diesel::{
    prelude::*,
    sql_query, sql_types,
    sql_types::{BigInt, Timestamptz},
};
use uuid::Uuid;

/// Teams of one batch, which is one transaction.
const BATCH: i64 = 25;

/// How far a program is, from the team that joined last to the first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Walk {
    program: ProgramId,
    /// The default destinations besides its own. With others, it begins anew.
    destinations: Vec<DestinationId>,
    /// The last place that was seen to.
    beside: Cursor,
    /// Whether something failed there: the next round goes on behind it, and comes back to it after the others.
    failed: bool,
}

#[derive(QueryableByName)]
struct Place {
    #[diesel(sql_type = sql_types::Uuid)]
    id: EnrollmentId,
    #[diesel(sql_type = Timestamptz)]
    joined_at: DateTime<Utc>,
}

/// Does the next batch, going on where `walk` stands; nothing where no program lacks links, or another copy of the program is at it. Where
/// something fails with one program, it goes on with the others.
pub fn round(conn: &mut PgConnection, walk: Option<&Walk>) -> QueryResult<Option<Walk>> {
    let mut under_way = None;
    let done = batch(conn, walk, &mut under_way);
    match (done, under_way) {
        (Err(error), Some(program)) => {
            tracing::warn!(%error, %program, "links of a program have to wait");
            Ok(Some(Walk { program, destinations: Vec::new(), beside: TOP, failed: true }))
        }
        (done, _) => done,
    }
}

/// Says in `under_way` with which program.
fn batch(conn: &mut PgConnection, walk: Option<&Walk>, under_way: &mut Option<ProgramId>) -> QueryResult<Option<Walk>> {
    db::transaction(conn, |conn| {
        *under_way = None;
        let Some(program) = due(conn, walk)? else { return Ok(None) };
        *under_way = Some(program);
        let destinations = destination::further_defaults(conn, program)?;
        let beside = walk.filter(|walk| walk.program == program && walk.destinations == destinations).map_or(TOP, |walk| walk.beside);
        let places = Place::beyond(conn, program, beside)?;
        defaults::for_places(conn, program, &places.iter().map(|place| place.id).collect::<Vec<_>>())?;
        let Some(last) = places.last() else {
            diesel::update(programs::table.find(program)).set(programs::links_made_at.eq(now().nullable())).execute(conn)?;
            return Ok(Some(Walk { program, destinations, beside, failed: false }));
        };
        Ok(Some(Walk { program, destinations, beside: Cursor { at: last.joined_at, id: last.id.uuid() }, failed: false }))
    })
}

/// Before the team that joined last.
const TOP: Cursor = Cursor { at: DateTime::<Utc>::MAX_UTC, id: Uuid::max() };

/// The program under way or the next one, locked: nobody joins it and nobody adds a destination until the batch is through.
fn due(conn: &mut PgConnection, walk: Option<&Walk>) -> QueryResult<Option<ProgramId>> {
    let from = ProgramId::from(walk.map(|walk| walk.program.uuid()).unwrap_or_default());
    let passed = ProgramId::from(walk.filter(|walk| walk.failed).map(|walk| walk.program.uuid()).unwrap_or_default());
    let due = programs::table.filter(programs::links_made_at.is_null()).filter(programs::id.ge(from)).filter(programs::id.ne(passed));
    due.select(programs::id).order(programs::id).for_no_key_update().skip_locked().first(conn).optional()
}

/// Says that members of that program may lack links. The caller has locked the program.
pub fn ask(conn: &mut PgConnection, program: ProgramId) -> QueryResult<()> {
    diesel::update(programs::table.find(program)).set(programs::links_made_at.eq(None::<DateTime<Utc>>)).execute(conn).map(drop)
}

/// Does all of it, or fails.
pub fn finish(conn: &mut PgConnection) -> QueryResult<()> {
    let mut walk = None;
    while let Some(further) = batch(conn, walk.as_ref(), &mut None)? {
        walk = Some(further);
    }
    Ok(())
}

impl Place {
    /// SQL for its row comparison.
    fn beyond(conn: &mut PgConnection, program: ProgramId, beside: Cursor) -> QueryResult<Vec<Self>> {
        sql_query(
            "SELECT e.id, e.joined_at FROM enrollments e WHERE e.program_id = $1 AND e.left_at IS NULL AND (e.joined_at, e.id) < ($2, $3) \
             ORDER BY e.joined_at DESC, e.id DESC LIMIT $4",
        )
        .bind::<sql_types::Uuid, _>(program)
        .bind::<Timestamptz, _>(beside.at)
        .bind::<sql_types::Uuid, _>(beside.id)
        .bind::<BigInt, _>(BATCH)
        .load(conn)
    }
}
