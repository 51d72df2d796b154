//! Lists of conversations, what is new to the reader first (rules 27 and 44).

use crate::{
    ids::*,
    messages::{inbox_statement::company_query, message::end_of_time},
    web::pagination::{Cursor, PAGE_SIZE, Page, Start},
};
use chrono::{DateTime, Utc};
use diesel::{
    prelude::*,
    sql_query, sql_types,
    sql_types::{Array, Bool, Nullable, Text, Timestamptz},
};

/// A conversation in a list, with its newest message.
#[derive(Debug, Clone, QueryableByName)]
pub struct Entry {
    /// The conversation; of a group that has not begun, the partner's key, which it will have.
    #[diesel(sql_type = sql_types::Uuid)]
    pub id: ConversationId,
    /// The company.
    #[diesel(sql_type = Text)]
    pub company_name: String,
    /// The team.
    #[diesel(sql_type = sql_types::Uuid)]
    pub team_id: TeamId,
    /// The team's part of the URL.
    #[diesel(sql_type = Text)]
    pub team_slug: String,
    /// The team's name.
    #[diesel(sql_type = Text)]
    pub team_name: String,
    /// The member of a direct conversation.
    #[diesel(sql_type = Nullable<sql_types::Uuid>)]
    pub member_id: Option<MemberId>,
    /// The person of a direct conversation.
    #[diesel(sql_type = Nullable<sql_types::Uuid>)]
    pub person_id: Option<UserId>,
    /// Their name.
    #[diesel(sql_type = Nullable<Text>)]
    pub person_name: Option<String>,
    /// Whether something is new to the reader.
    #[diesel(sql_type = Bool)]
    pub is_unread: bool,
    /// When the newest message was sent; none where nobody has written.
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub last_message_at: Option<DateTime<Utc>>,
    /// Its text.
    #[diesel(sql_type = Text)]
    pub body: String,
    /// Who wrote it.
    #[diesel(sql_type = Nullable<sql_types::Uuid>)]
    pub author_id: Option<UserId>,
    /// Their name.
    #[diesel(sql_type = Text)]
    pub author_name: String,
    /// What the list is ordered by: of what is new, a time after every other.
    #[diesel(sql_type = Timestamptz)]
    sorts_at: DateTime<Utc>,
}

/// What a company's list is narrowed to.
#[derive(Debug, Clone, Default)]
pub struct Narrowed {
    /// Only what is new to the reader.
    pub unread: bool,
    /// Patterns for LIKE over the names of teams, and names and addresses of members.
    pub names: Option<Vec<String>>,
    /// A pattern for LIKE over messages, from three letters on.
    pub words: Option<String>,
}

/// What is new sorts a thousand years later, so that one cursor runs through both parts of a list.
pub(super) const LATER: &str = "interval '365000 days'";

/// The newest message of `c`, one index look-up each.
pub(super) const NEWEST: &str = "LEFT JOIN LATERAL (SELECT w.body, w.user_id FROM messages w WHERE w.conversation_id = c.id \
    ORDER BY w.sent_at DESC, w.id DESC LIMIT 1) newest ON true LEFT JOIN users a ON a.id = newest.user_id";

impl Entry {
    /// A page of the company's inbox as that reader sees it. SQL for its two ordered parts, each read by its index and only as far as the
    /// page goes, and for the two ways to search them (R31); `sql_query` is never cached, so that the planner sees the words.
    pub fn of_company(
        conn: &mut PgConnection,
        company: CompanyId,
        reader: UserId,
        narrowed: &Narrowed,
        start: Start,
    ) -> QueryResult<Page<Self>> {
        let query = company_query(narrowed, start);
        let beside = beside(start);
        let rows = sql_query(query)
            .bind::<sql_types::Uuid, _>(company)
            .bind::<sql_types::Uuid, _>(reader)
            .bind::<Timestamptz, _>(beside.at)
            .bind::<sql_types::Uuid, _>(beside.id)
            .bind::<Array<Text>, _>(narrowed.names.clone().unwrap_or_default())
            .bind::<Nullable<Text>, _>(narrowed.words.clone())
            .load(conn)?;
        Ok(Page::of(start, rows, Self::cursor))
    }

    /// A page of a team's conversations as that member sees them: the group with each company, begun or not, and their own direct ones.
    pub fn of_team(
        conn: &mut PgConnection,
        team: TeamId,
        reader: (MemberId, UserId),
        company: Option<&str>,
        start: Start,
    ) -> QueryResult<Page<Self>> {
        let (beyond, way) = direction(start);
        let beside = beside(start);
        let rows = sql_query(format!(
            "SELECT c.id, k.name AS company_name, t.id AS team_id, t.slug AS team_slug, t.name AS team_name, c.member_id, \
                 NULL::uuid AS person_id, NULL::text AS person_name, c.is_unread, c.last_message_at, coalesce(newest.body, '') AS body, \
                 newest.user_id AS author_id, coalesce(a.name, '') AS author_name, c.sorts_at \
             FROM (SELECT s.*, CASE WHEN s.is_unread THEN s.at + {LATER} ELSE s.at END AS sorts_at FROM \
                 (SELECT p.id, p.company_id, c.member_id, c.last_message_at, coalesce(c.last_message_at, p.joined_at) AS at, \
                      r.unread_at IS NOT NULL AS is_unread FROM partners p LEFT JOIN conversations c ON c.id = p.id \
                      LEFT JOIN conversation_reads r ON r.conversation_id = c.id AND r.user_id = $3 WHERE p.team_id = $1 \
                  UNION ALL SELECT c.id, c.company_id, c.member_id, c.last_message_at, c.last_message_at, r.unread_at IS NOT NULL \
                      FROM conversations c LEFT JOIN conversation_reads r ON r.conversation_id = c.id AND r.user_id = $3 \
                      WHERE c.team_id = $1 AND c.member_id = $2) s) c \
             JOIN companies k ON k.id = c.company_id JOIN teams t ON t.id = $1 {NEWEST} \
             WHERE (c.sorts_at, c.id) {beyond} ($4, $5) AND ($6 IS NULL OR k.slug = $6) \
             ORDER BY c.sorts_at {way}, c.id {way} LIMIT {PAGE_SIZE} + 1"
        ))
        .bind::<sql_types::Uuid, _>(team)
        .bind::<sql_types::Uuid, _>(reader.0)
        .bind::<sql_types::Uuid, _>(reader.1)
        .bind::<Timestamptz, _>(beside.at)
        .bind::<sql_types::Uuid, _>(beside.id)
        .bind::<Nullable<Text>, _>(company)
        .load(conn)?;
        Ok(Page::of(start, rows, Self::cursor))
    }

    fn cursor(&self) -> Cursor {
        Cursor { at: self.sorts_at, id: self.id.uuid() }
    }
}

/// How PostgreSQL reads a page of the inbox, for the bench.
pub fn plan(conn: &mut PgConnection, company: CompanyId, reader: UserId, narrowed: &Narrowed, start: Start) -> QueryResult<String> {
    #[derive(QueryableByName)]
    struct Line {
        #[diesel(sql_type = Text, column_name = "QUERY PLAN")]
        line: String,
    }
    let beside = beside(start);
    let lines: Vec<Line> = sql_query(format!("EXPLAIN (ANALYZE, COSTS OFF) {}", company_query(narrowed, start)))
        .bind::<sql_types::Uuid, _>(company)
        .bind::<sql_types::Uuid, _>(reader)
        .bind::<Timestamptz, _>(beside.at)
        .bind::<sql_types::Uuid, _>(beside.id)
        .bind::<Array<Text>, _>(narrowed.names.clone().unwrap_or_default())
        .bind::<Nullable<Text>, _>(narrowed.words.clone())
        .load(conn)?;
    Ok(lines.into_iter().map(|line| line.line).collect::<Vec<_>>().join("\n"))
}

pub(super) fn direction(start: Start) -> (&'static str, &'static str) {
    match start {
        Start::First | Start::After(_) => ("<", "DESC"),
        Start::Before(_) => (">", "ASC"),
    }
}

fn beside(start: Start) -> Cursor {
    match start {
        Start::First => end_of_time(),
        Start::After(row) | Start::Before(row) => row,
    }
}
