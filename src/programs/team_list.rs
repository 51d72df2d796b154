//! Programs as a team sees them: those it is in, those it may join, those it has left. A program that is not open is seen by nobody whom
//! its company did not let in.

use crate::{
    ids::{ProgramId, TeamId, TermsId},
    programs::commission::{CommissionRule, Earns},
    web::pagination::{Cursor, MOST, PAGE_SIZE, Page, Start},
};
use chrono::{DateTime, Utc};
use diesel::{
    prelude::*,
    sql_query, sql_types,
    sql_types::{BigInt, Bool, Integer, Nullable, Text, Timestamptz},
};
use uuid::Uuid;

/// Which of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Show {
    /// The team is in.
    Joined,
    /// It may join at once.
    Open,
    /// It was in once, and is not now.
    Left,
}

/// A row of the list.
#[derive(Debug, Clone, QueryableByName)]
pub struct Offer {
    /// The program.
    #[diesel(sql_type = sql_types::Uuid)]
    pub id: ProgramId,
    /// Its name.
    #[diesel(sql_type = Text)]
    pub name: String,
    /// For those who consider joining; may be empty.
    #[diesel(sql_type = Text)]
    pub description: String,
    /// The company's name.
    #[diesel(sql_type = Text)]
    pub company: String,
    /// When the team joined or left; of an open one, when it was made.
    #[diesel(sql_type = Timestamptz)]
    pub at: DateTime<Utc>,
    /// The version of the terms in force.
    #[diesel(sql_type = Nullable<Integer>)]
    pub terms: Option<i32>,
    /// The last version that the team accepted.
    #[diesel(sql_type = Nullable<Integer>)]
    pub accepted: Option<i32>,
    /// Its place in the list.
    #[diesel(sql_type = sql_types::Uuid)]
    row_id: Uuid,
}

/// How many of each there are, counted to one more than [`MOST`].
#[derive(Debug, Clone, Copy, QueryableByName)]
pub struct Counts {
    /// The team is in.
    #[diesel(sql_type = BigInt)]
    pub joined: i64,
    /// It may join at once.
    #[diesel(sql_type = BigInt)]
    pub open: i64,
    /// It was in once.
    #[diesel(sql_type = BigInt)]
    pub left: i64,
}

/// One program as a team sees it.
#[derive(Debug, Clone, QueryableByName)]
pub struct OfferDetail {
    /// The program.
    #[diesel(sql_type = sql_types::Uuid)]
    pub id: ProgramId,
    /// Its name.
    #[diesel(sql_type = Text)]
    pub name: String,
    /// May be empty.
    #[diesel(sql_type = Text)]
    pub description: String,
    /// Where links lead.
    #[diesel(sql_type = Text)]
    pub destination: String,
    /// ISO 4217.
    #[diesel(sql_type = Text)]
    pub currency: String,
    /// Whether any team may join at once.
    #[diesel(sql_type = Bool)]
    pub open: bool,
    /// The company's name.
    #[diesel(sql_type = Text)]
    pub company: String,
    /// Whether the company ended its partnership with the team.
    #[diesel(sql_type = Bool)]
    pub ended: bool,
    /// When the team joined, last.
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub joined_at: Option<DateTime<Utc>>,
    /// When it left again.
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub left_at: Option<DateTime<Utc>>,
    /// The version of the terms in force.
    #[diesel(sql_type = Nullable<sql_types::Uuid>)]
    pub terms_id: Option<TermsId>,
    /// Its number.
    #[diesel(sql_type = Nullable<Integer>)]
    pub terms: Option<i32>,
    /// Its text.
    #[diesel(sql_type = Nullable<Text>)]
    pub terms_body: Option<String>,
    /// When it came into force.
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub published_at: Option<DateTime<Utc>>,
    /// The last version that the team accepted.
    #[diesel(sql_type = Nullable<sql_types::Uuid>)]
    pub accepted_id: Option<TermsId>,
    /// Its number.
    #[diesel(sql_type = Nullable<Integer>)]
    pub accepted: Option<i32>,
    /// Its text.
    #[diesel(sql_type = Nullable<Text>)]
    pub accepted_body: Option<String>,
    /// When it was accepted.
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub accepted_at: Option<DateTime<Utc>>,
    /// By whom.
    #[diesel(sql_type = Nullable<Text>)]
    pub accepted_by: Option<String>,
    #[diesel(sql_type = Nullable<Integer>)]
    commission_percent: Option<i32>,
    #[diesel(sql_type = Nullable<BigInt>)]
    commission_amount: Option<i64>,
    #[diesel(sql_type = Integer)]
    holding_days: i32,
}

/// One version of the terms as a team reads it.
#[derive(Debug, Clone, QueryableByName)]
pub struct OfferTerms {
    /// The program's name.
    #[diesel(sql_type = Text)]
    pub program: String,
    /// The company's name.
    #[diesel(sql_type = Text)]
    pub company: String,
    /// The version.
    #[diesel(sql_type = Integer)]
    pub number: i32,
    /// Its text.
    #[diesel(sql_type = Text)]
    pub body: String,
    /// When it came into force.
    #[diesel(sql_type = Timestamptz)]
    pub published_at: DateTime<Utc>,
    /// When the team accepted it.
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub accepted_at: Option<DateTime<Utc>>,
    /// Who did.
    #[diesel(sql_type = Nullable<Text>)]
    pub accepted_by: Option<String>,
}

/// The team's place in program g, present or past.
const PLACES: &str =
    "FROM partners p JOIN enrollments e ON e.partner_id = p.id JOIN programs g ON g.id = e.program_id WHERE p.team_id = $1";
/// What the team may join at once: open, not in it, and its company has not ended the partnership.
const JOINABLE: &str = "FROM programs g WHERE g.open AND NOT EXISTS (SELECT FROM partners p WHERE p.company_id = g.company_id AND p.team_id = $1 \
     AND (p.ended_at IS NOT NULL OR EXISTS (SELECT FROM enrollments e WHERE e.partner_id = p.id AND e.program_id = g.id AND e.left_at IS NULL)))";
/// Of a place e that was left: the team has not come back.
pub(super) const GONE: &str = "e.left_at IS NOT NULL AND NOT EXISTS (SELECT FROM enrollments o WHERE o.partner_id = e.partner_id AND o.program_id = e.program_id \
     AND (o.left_at IS NULL OR (o.left_at, o.id) > (e.left_at, e.id)))";
/// Terms in force of program g, and the last that partner p accepted.
const TERMS: &str = "LEFT JOIN LATERAL (SELECT v.* FROM terms v WHERE v.program_id = g.id ORDER BY v.number DESC LIMIT 1) in_force ON true \
     LEFT JOIN LATERAL (SELECT v.id, v.number, v.body, a.at, u.name FROM terms v JOIN acceptances a ON a.terms_id = v.id AND a.partner_id = p.id \
        JOIN users u ON u.id = a.user_id WHERE v.program_id = g.id ORDER BY v.number DESC LIMIT 1) accepted ON true";

impl Show {
    /// From the address: "open", "left", anything else is what the team is in.
    pub fn parse(word: &str) -> Self {
        match word {
            "open" => Self::Open,
            "left" => Self::Left,
            _ => Self::Joined,
        }
    }

    /// As the address has it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Joined => "",
            Self::Open => "open",
            Self::Left => "left",
        }
    }

    /// The rows of the list with their time and key.
    fn rows(self) -> String {
        match self {
            Self::Joined => format!("SELECT g.*, e.joined_at AS at, e.id AS row_id {PLACES} AND e.left_at IS NULL"),
            Self::Open => format!("SELECT g.*, g.created_at AS at, g.id AS row_id {JOINABLE}"),
            Self::Left => format!("SELECT g.*, e.left_at AS at, e.id AS row_id {PLACES} AND {GONE}"),
        }
    }
}

impl Counts {
    /// Of that team, in one statement. SQL for counts that stop.
    pub fn of(conn: &mut PgConnection, team: TeamId) -> QueryResult<Self> {
        let count = |show: Show| format!("(SELECT count(*) FROM ({} LIMIT {MOST} + 1) r)", show.rows());
        let (joined, open, left) = (count(Show::Joined), count(Show::Open), count(Show::Left));
        sql_query(format!("SELECT {joined} AS joined, {open} AS open, {left} AS \"left\""))
            .bind::<sql_types::Uuid, _>(team)
            .get_result(conn)
    }
}

impl Offer {
    /// A page of them, the newest first. SQL for its row comparison and the versions beside each row.
    pub fn page(conn: &mut PgConnection, team: TeamId, show: Show, start: Start) -> QueryResult<Page<Self>> {
        let (beyond, way, beside) = match start {
            Start::First => ("<", "DESC", Cursor { at: DateTime::<Utc>::MAX_UTC, id: Uuid::max() }),
            Start::After(row) => ("<", "DESC", row),
            Start::Before(row) => (">", "ASC", row),
        };
        let rows = sql_query(format!(
            "SELECT g.id, g.name, g.description, c.name AS company, g.at, g.row_id, in_force.number AS terms, accepted.number AS accepted \
             FROM (SELECT * FROM ({rows}) g WHERE (g.at, g.row_id) {beyond} ($2, $3) ORDER BY g.at {way}, g.row_id {way} LIMIT {PAGE_SIZE} + 1) g \
             JOIN companies c ON c.id = g.company_id \
             LEFT JOIN partners p ON p.company_id = g.company_id AND p.team_id = $1 \
             {TERMS} ORDER BY g.at {way}, g.row_id {way}",
            rows = show.rows(),
        ))
        .bind::<sql_types::Uuid, _>(team)
        .bind::<Timestamptz, _>(beside.at)
        .bind::<sql_types::Uuid, _>(beside.id)
        .load::<Self>(conn)?;
        Ok(Page::of(start, rows, |row| Cursor { at: row.at, id: row.row_id }))
    }
}

/// Whether the team may look at program g: it is or was in it, or may join it.
const IN_SIGHT: &str = "(e.id IS NOT NULL OR (g.open AND p.ended_at IS NULL))";
/// The team's last place in program g.
const LAST_PLACE: &str = "LEFT JOIN partners p ON p.company_id = g.company_id AND p.team_id = $1 \
     LEFT JOIN LATERAL (SELECT e.* FROM enrollments e WHERE e.partner_id = p.id AND e.program_id = g.id ORDER BY e.joined_at DESC, e.id DESC LIMIT 1) e ON true";

impl OfferDetail {
    /// That program. `NotFound` where it is out of the team's sight. SQL for the versions beside it, so that it is one statement.
    pub fn read(conn: &mut PgConnection, team: TeamId, program: ProgramId) -> QueryResult<Self> {
        sql_query(format!(
            "SELECT g.id, g.name, g.description, g.destination, g.currency, g.open, c.name AS company, p.ended_at IS NOT NULL AS ended, \
                 e.joined_at, e.left_at, in_force.id AS terms_id, in_force.number AS terms, in_force.body AS terms_body, \
                 in_force.published_at, accepted.id AS accepted_id, accepted.number AS accepted, accepted.body AS accepted_body, \
                 accepted.at AS accepted_at, accepted.name AS accepted_by, g.commission_percent, g.commission_amount, g.holding_days \
             FROM programs g JOIN companies c ON c.id = g.company_id {LAST_PLACE} {TERMS} WHERE g.id = $2 AND {IN_SIGHT}"
        ))
        .bind::<sql_types::Uuid, _>(team)
        .bind::<sql_types::Uuid, _>(program)
        .get_result(conn)
    }

    /// What a sale earns now.
    pub fn rule(&self) -> CommissionRule {
        CommissionRule { earns: Earns::of((self.commission_percent, self.commission_amount)), holding_days: self.holding_days }
    }

    /// Whether the team is in it now.
    pub fn is_in(&self) -> bool {
        self.joined_at.is_some() && self.left_at.is_none()
    }

    /// Whether it may join at once.
    pub fn is_joinable(&self) -> bool {
        !self.is_in() && self.open && !self.ended
    }

    /// Whether terms in force are not accepted by a team that is in.
    pub fn is_due(&self) -> bool {
        self.is_in() && self.terms_id.is_some() && self.terms_id != self.accepted_id
    }
}

impl OfferTerms {
    /// One version. `NotFound` where the program is out of the team's sight, or the version is none of its.
    pub fn read(conn: &mut PgConnection, team: TeamId, program: ProgramId, terms: TermsId) -> QueryResult<Self> {
        sql_query(format!(
            "SELECT g.name AS program, c.name AS company, v.number, v.body, v.published_at, a.at AS accepted_at, u.name AS accepted_by \
             FROM terms v JOIN programs g ON g.id = v.program_id JOIN companies c ON c.id = g.company_id {LAST_PLACE} \
             LEFT JOIN acceptances a ON a.terms_id = v.id AND a.partner_id = p.id LEFT JOIN users u ON u.id = a.user_id \
             WHERE g.id = $2 AND v.id = $3 AND {IN_SIGHT}"
        ))
        .bind::<sql_types::Uuid, _>(team)
        .bind::<sql_types::Uuid, _>(program)
        .bind::<sql_types::Uuid, _>(terms)
        .get_result(conn)
    }
}
