//! A company's programs as it sees them (rule 28).

use crate::{
    ids::{CompanyId, ProgramId},
    programs::{Program, versions::AnswerCounts},
    web::pagination::{Cursor, MOST, PAGE_SIZE, Page, Start},
};
use chrono::{DateTime, Utc};
use diesel::{
    prelude::*,
    sql_query, sql_types,
    sql_types::{BigInt, Bool, Integer, Nullable, Text, Timestamptz},
};
use uuid::Uuid;

/// A row of the list.
#[derive(Debug, Clone, QueryableByName)]
pub struct ProgramRow {
    /// Key.
    #[diesel(sql_type = sql_types::Uuid)]
    pub id: ProgramId,
    /// Its name.
    #[diesel(sql_type = Text)]
    pub name: String,
    /// Whether any team may join at once.
    #[diesel(sql_type = Bool)]
    pub open: bool,
    /// When it was made.
    #[diesel(sql_type = Timestamptz)]
    created_at: DateTime<Utc>,
    /// Teams in it, counted to one more than [`MOST`].
    #[diesel(sql_type = BigInt)]
    pub partners: i64,
    /// The version of the terms in force.
    #[diesel(sql_type = Nullable<Integer>)]
    pub terms: Option<i32>,
}

/// A program with what stands around it.
#[derive(Debug)]
pub struct ProgramDetail {
    /// The program.
    pub program: Program,
    /// Teams in it, by whether they accepted the terms in force.
    pub teams: AnswerCounts,
}

impl ProgramRow {
    /// A page of that company's programs, newest first. SQL for its row comparison and for counts that stop.
    pub fn page(conn: &mut PgConnection, company: CompanyId, start: Start) -> QueryResult<Page<Self>> {
        let (beyond, way, beside) = match start {
            Start::First => ("<", "DESC", Cursor { at: DateTime::<Utc>::MAX_UTC, id: Uuid::max() }),
            Start::After(row) => ("<", "DESC", row),
            Start::Before(row) => (">", "ASC", row),
        };
        let rows = sql_query(format!(
            "SELECT p.id, p.name, p.open, p.created_at, ({partners}) AS partners, \
                 (SELECT max(t.number) FROM terms t WHERE t.program_id = p.id) AS terms \
             FROM programs p WHERE p.company_id = $1 AND (p.created_at, p.id) {beyond} ($2, $3) \
             ORDER BY p.created_at {way}, p.id {way} LIMIT {PAGE_SIZE} + 1",
            partners = teams_in("p.id"),
        ))
        .bind::<sql_types::Uuid, _>(company)
        .bind::<Timestamptz, _>(beside.at)
        .bind::<sql_types::Uuid, _>(beside.id)
        .load::<Self>(conn)?;
        Ok(Page::of(start, rows, |row| Cursor { at: row.created_at, id: row.id.uuid() }))
    }
}

impl ProgramDetail {
    /// A program of that company, in two statements.
    pub fn read(conn: &mut PgConnection, company: CompanyId, id: ProgramId) -> QueryResult<Self> {
        Ok(Self { program: Program::find(conn, company, id)?, teams: AnswerCounts::of(conn, id)? })
    }
}

/// How many teams are in a program, as SQL.
fn teams_in(program: &str) -> String {
    format!("SELECT count(*) FROM (SELECT 1 FROM enrollments e WHERE e.program_id = {program} AND e.left_at IS NULL LIMIT {MOST} + 1) e")
}
