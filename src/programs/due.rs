//! New terms that wait for a team: of a program that it is in, in force, and not accepted by it (rule 38).

use crate::{
    ids::{ProgramId, TeamId, TermsId},
    web::pagination::{Cursor, PAGE_SIZE, Start},
};
use chrono::{DateTime, Utc};
use diesel::{
    prelude::*,
    sql_query, sql_types,
    sql_types::{Integer, Nullable, Text, Timestamptz},
};
use uuid::Uuid;

/// Terms that a team has not accepted.
#[derive(Debug, Clone, QueryableByName)]
pub struct Due {
    /// The program.
    #[diesel(sql_type = sql_types::Uuid)]
    pub program_id: ProgramId,
    /// Its name.
    #[diesel(sql_type = Text)]
    pub program: String,
    /// The company's name.
    #[diesel(sql_type = Text)]
    pub company: String,
    /// The version in force.
    #[diesel(sql_type = sql_types::Uuid)]
    pub terms_id: TermsId,
    /// Its number.
    #[diesel(sql_type = Integer)]
    pub number: i32,
    /// When it came into force.
    #[diesel(sql_type = Timestamptz)]
    pub published_at: DateTime<Utc>,
    /// The last version that the team accepted.
    #[diesel(sql_type = Nullable<Integer>)]
    pub accepted: Option<i32>,
    /// By whom.
    #[diesel(sql_type = Nullable<Text>)]
    pub accepted_by: Option<String>,
}

/// The terms v of program g that partner p of team $1 has not accepted, as SQL: the count of what waits stands in one statement with it.
pub const WAITING: &str = "FROM partners p JOIN enrollments e ON e.partner_id = p.id AND e.left_at IS NULL JOIN programs g ON g.id = e.program_id \
     JOIN LATERAL (SELECT v.* FROM terms v WHERE v.program_id = g.id ORDER BY v.number DESC LIMIT 1) v ON true \
     WHERE p.team_id = $1 AND NOT EXISTS (SELECT FROM acceptances a WHERE a.terms_id = v.id AND a.partner_id = p.id)";

impl Due {
    /// Up to a page and one more of them, the newest first, or backwards from a later one. SQL for its row comparison.
    pub fn rows(conn: &mut PgConnection, team: TeamId, start: Start) -> QueryResult<Vec<Self>> {
        let (beyond, way, beside) = match start {
            Start::First => ("<", "DESC", Cursor { at: DateTime::<Utc>::MAX_UTC, id: Uuid::max() }),
            Start::After(row) => ("<", "DESC", row),
            Start::Before(row) => (">", "ASC", row),
        };
        sql_query(format!(
            "SELECT d.*, c.name AS company, accepted.number AS accepted, accepted.name AS accepted_by \
             FROM (SELECT p.id AS partner_id, g.id AS program_id, g.name AS program, g.company_id, v.id AS terms_id, v.number, v.published_at {WAITING} \
                 AND (v.published_at, v.id) {beyond} ($2, $3) ORDER BY v.published_at {way}, v.id {way} LIMIT {PAGE_SIZE} + 1) d \
             JOIN companies c ON c.id = d.company_id \
             LEFT JOIN LATERAL (SELECT o.number, u.name FROM terms o JOIN acceptances a ON a.terms_id = o.id AND a.partner_id = d.partner_id \
                 JOIN users u ON u.id = a.user_id WHERE o.program_id = d.program_id ORDER BY o.number DESC LIMIT 1) accepted ON true \
             ORDER BY d.published_at {way}, d.terms_id {way}"
        ))
        .bind::<sql_types::Uuid, _>(team)
        .bind::<Timestamptz, _>(beside.at)
        .bind::<sql_types::Uuid, _>(beside.id)
        .load(conn)
    }

    /// Its place in a list of the newest first.
    pub fn cursor(&self) -> Cursor {
        Cursor { at: self.published_at, id: self.terms_id.uuid() }
    }
}
