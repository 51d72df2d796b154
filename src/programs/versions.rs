//! The versions of a program's terms, and which of its teams have accepted the one in force (rule 28).

use crate::{
    ids::{CompanyId, ProgramId, TeamId, TermsId},
    programs::{Program, Terms, team_list::GONE},
    web::{
        Prose,
        pagination::{Cursor, MOST, PAGE_SIZE, Page, Start},
    },
};
use chrono::{DateTime, Utc};
use diesel::{
    prelude::*,
    sql_query, sql_types,
    sql_types::{BigInt, Integer, Nullable, Text, Timestamptz},
};
use uuid::Uuid;

/// A row of the versions.
#[derive(Debug, Clone, QueryableByName)]
pub struct VersionRow {
    /// Key.
    #[diesel(sql_type = sql_types::Uuid)]
    pub id: TermsId,
    /// From 1.
    #[diesel(sql_type = Integer)]
    pub number: i32,
    /// When it came into force.
    #[diesel(sql_type = Timestamptz)]
    pub published_at: DateTime<Utc>,
    /// Who published it, where that is known.
    #[diesel(sql_type = Nullable<Text>)]
    pub by: Option<String>,
    /// How many teams accepted it, counted to one more than [`MOST`].
    #[diesel(sql_type = BigInt)]
    pub accepted: i64,
}

/// One version, with the text before it.
#[derive(Debug, Clone, QueryableByName)]
pub struct Version {
    /// The program's name.
    #[diesel(sql_type = Text)]
    pub program: String,
    /// The version.
    #[diesel(embed)]
    pub version: VersionRow,
    /// Its text.
    #[diesel(sql_type = Text)]
    pub body: String,
    /// The version in force.
    #[diesel(sql_type = Integer)]
    pub in_force: i32,
    /// The text of the version to compare with, where it is earlier.
    #[diesel(sql_type = Nullable<Text>)]
    pub since_body: Option<String>,
}

/// Which teams of a program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answered {
    /// Those that have not accepted the terms in force.
    Due,
    /// Those that have.
    Accepted,
    /// Those that have left.
    Left,
}

/// A team of a program.
#[derive(Debug, Clone, QueryableByName)]
pub struct TeamRow {
    /// The team.
    #[diesel(sql_type = sql_types::Uuid)]
    pub team_id: TeamId,
    /// Its part of the URL.
    #[diesel(sql_type = Text)]
    pub slug: String,
    /// Its name.
    #[diesel(sql_type = Text)]
    pub name: String,
    /// When it joined, or left.
    #[diesel(sql_type = Timestamptz)]
    pub at: DateTime<Utc>,
    /// The last version that it accepted.
    #[diesel(sql_type = Nullable<Integer>)]
    pub number: Option<i32>,
    /// When.
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub accepted_at: Option<DateTime<Utc>>,
    /// By whom.
    #[diesel(sql_type = Nullable<Text>)]
    pub accepted_by: Option<String>,
    /// Its place in the list.
    #[diesel(sql_type = sql_types::Uuid)]
    row_id: Uuid,
}

/// How many teams of each, counted to one more than [`MOST`].
#[derive(Debug, Clone, Copy, QueryableByName)]
pub struct AnswerCounts {
    /// Not accepted.
    #[diesel(sql_type = BigInt)]
    pub due: i64,
    /// Accepted.
    #[diesel(sql_type = BigInt)]
    pub accepted: i64,
    /// Left.
    #[diesel(sql_type = BigInt)]
    pub left: i64,
}

/// The versions of a program, with the one in force.
#[derive(Debug)]
pub struct Versions {
    /// The program.
    pub program: Program,
    /// The version in force, where it has terms.
    pub in_force: Option<Terms>,
    /// A page of them.
    pub page: Page<VersionRow>,
}

/// The teams of a program.
#[derive(Debug)]
pub struct ProgramTeams {
    /// The program.
    pub program: Program,
    /// How many there are.
    pub counts: AnswerCounts,
    /// A page of them.
    pub page: Page<TeamRow>,
}

/// Whether the team of enrollment e accepted the terms in force; `$1` is the program.
const HAS_ACCEPTED: &str = "EXISTS (SELECT FROM acceptances a WHERE a.partner_id = e.partner_id \
     AND a.terms_id = (SELECT v.id FROM terms v WHERE v.program_id = $1 ORDER BY v.number DESC LIMIT 1))";

fn edges(start: Start) -> (&'static str, &'static str, Cursor) {
    match start {
        Start::First => ("<", "DESC", Cursor { at: DateTime::<Utc>::MAX_UTC, id: Uuid::max() }),
        Start::After(row) => ("<", "DESC", row),
        Start::Before(row) => (">", "ASC", row),
    }
}

impl Versions {
    /// Of a program of that company, in three statements.
    pub fn read(conn: &mut PgConnection, company: CompanyId, program: ProgramId, start: Start) -> QueryResult<Self> {
        let (found, in_force) = (Program::find(conn, company, program)?, Terms::current(conn, program)?);
        Ok(Self { program: found, in_force, page: VersionRow::page(conn, program, start)? })
    }
}

impl ProgramTeams {
    /// Of a program of that company, in three statements.
    pub fn read(conn: &mut PgConnection, company: CompanyId, program: ProgramId, answered: Answered, start: Start) -> QueryResult<Self> {
        let (found, counts) = (Program::find(conn, company, program)?, AnswerCounts::of(conn, program)?);
        Ok(Self { program: found, counts, page: TeamRow::page(conn, program, answered, start)? })
    }
}

impl VersionRow {
    /// A page of a program's versions, the newest first. SQL for its row comparison
    /// and for counts that stop.
    fn page(conn: &mut PgConnection, program: ProgramId, start: Start) -> QueryResult<Page<Self>> {
        let (beyond, way, beside) = edges(start);
        let rows = sql_query(format!(
            "SELECT v.id, v.number, v.published_at, u.name AS by, {ACCEPTED} AS accepted \
             FROM terms v LEFT JOIN users u ON u.id = v.published_by \
             WHERE v.program_id = $1 AND (v.published_at, v.id) {beyond} ($2, $3) ORDER BY v.published_at {way}, v.id {way} LIMIT {PAGE_SIZE} + 1"
        ))
        .bind::<sql_types::Uuid, _>(program)
        .bind::<Timestamptz, _>(beside.at)
        .bind::<sql_types::Uuid, _>(beside.id)
        .load::<Self>(conn)?;
        Ok(Page::of(start, rows, |row| Cursor { at: row.published_at, id: row.id.uuid() }))
    }
}

const ACCEPTED: &str = "(SELECT count(*) FROM (SELECT FROM acceptances a WHERE a.terms_id = v.id LIMIT 10001) a)";

impl Version {
    /// One version of a program of that company, beside the version with the number `since`. `NotFound` where it is none.
    pub fn read(conn: &mut PgConnection, company: CompanyId, program: ProgramId, id: TermsId, since: i32) -> QueryResult<Self> {
        sql_query(format!(
            "SELECT g.name AS program, v.id, v.number, v.published_at, u.name AS by, v.body, {ACCEPTED} AS accepted, o.body AS since_body, \
                 (SELECT max(n.number) FROM terms n WHERE n.program_id = g.id) AS in_force \
             FROM terms v JOIN programs g ON g.id = v.program_id LEFT JOIN users u ON u.id = v.published_by \
             LEFT JOIN terms o ON o.program_id = g.id AND o.number = $4 AND o.number < v.number \
             WHERE v.id = $3 AND g.id = $2 AND g.company_id = $1"
        ))
        .bind::<sql_types::Uuid, _>(company)
        .bind::<sql_types::Uuid, _>(program)
        .bind::<sql_types::Uuid, _>(id)
        .bind::<Integer, _>(since)
        .get_result(conn)
    }

    /// The text as pages show it.
    pub fn prose(&self) -> Prose {
        Prose::lesson(&self.body)
    }
}

impl Answered {
    /// From the address: "accepted", "left", anything else is those that have not.
    pub fn parse(word: &str) -> Self {
        match word {
            "accepted" => Self::Accepted,
            "left" => Self::Left,
            _ => Self::Due,
        }
    }

    /// As the address has it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Due => "",
            Self::Accepted => "accepted",
            Self::Left => "left",
        }
    }

    /// The rows of the list with their time.
    fn rows(self) -> String {
        let places = "SELECT e.*, e.joined_at AS at FROM enrollments e WHERE e.program_id = $1 AND e.left_at IS NULL";
        match self {
            Self::Due => format!("{places} AND NOT {HAS_ACCEPTED}"),
            Self::Accepted => format!("{places} AND {HAS_ACCEPTED}"),
            Self::Left => format!("SELECT e.*, e.left_at AS at FROM enrollments e WHERE e.program_id = $1 AND {GONE}"),
        }
    }
}

impl AnswerCounts {
    /// Of a program, in one statement.
    pub fn of(conn: &mut PgConnection, program: ProgramId) -> QueryResult<Self> {
        let count = |answered: Answered| format!("(SELECT count(*) FROM ({} LIMIT {MOST} + 1) r)", answered.rows());
        let (due, accepted, left) = (count(Answered::Due), count(Answered::Accepted), count(Answered::Left));
        sql_query(format!("SELECT {due} AS due, {accepted} AS accepted, {left} AS \"left\""))
            .bind::<sql_types::Uuid, _>(program)
            .get_result(conn)
    }
}

impl TeamRow {
    /// A page of a program's teams, the newest first.
    fn page(conn: &mut PgConnection, program: ProgramId, answered: Answered, start: Start) -> QueryResult<Page<Self>> {
        let (beyond, way, beside) = edges(start);
        let rows = sql_query(format!(
            "SELECT t.id AS team_id, t.slug, t.name, e.at, e.id AS row_id, accepted.number, accepted.at AS accepted_at, accepted.name AS accepted_by \
             FROM (SELECT * FROM ({rows}) e WHERE (e.at, e.id) {beyond} ($2, $3) ORDER BY e.at {way}, e.id {way} LIMIT {PAGE_SIZE} + 1) e \
             JOIN partners p ON p.id = e.partner_id JOIN teams t ON t.id = p.team_id \
             LEFT JOIN LATERAL (SELECT v.number, a.at, u.name FROM acceptances a JOIN terms v ON v.id = a.terms_id JOIN users u ON u.id = a.user_id \
                 WHERE a.partner_id = p.id AND v.program_id = $1 ORDER BY v.number DESC LIMIT 1) accepted ON true \
             ORDER BY e.at {way}, e.id {way}",
            rows = answered.rows(),
        ))
        .bind::<sql_types::Uuid, _>(program)
        .bind::<Timestamptz, _>(beside.at)
        .bind::<sql_types::Uuid, _>(beside.id)
        .load::<Self>(conn)?;
        Ok(Page::of(start, rows, |row| Cursor { at: row.at, id: row.row_id }))
    }
}
