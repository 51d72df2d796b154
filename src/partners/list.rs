//! All Partners: one company's teams, newest first (rules 1 to 5 and 8).

use crate::{
    ids::{CompanyId, PartnerId, TeamId},
    partners::{Counts, Search, counts::COUNTS},
    training::progress,
    web::pagination::{Cursor, MOST, PAGE_SIZE, Page, Start},
};
use chrono::{DateTime, Utc};
use diesel::{
    pg::Pg,
    prelude::*,
    query_builder::{BoxedSqlQuery, SqlQuery},
    sql_query, sql_types,
    sql_types::{Array, BigInt, Bool, Integer, Nullable, Text, Timestamptz},
};
use uuid::Uuid;

/// A row of All Partners.
#[derive(Debug, Clone, QueryableByName)]
pub struct PartnerRow {
    /// Key.
    #[diesel(sql_type = sql_types::Uuid)]
    pub id: PartnerId,
    /// Since when the team is a partner.
    #[diesel(sql_type = Timestamptz)]
    pub joined_at: DateTime<Utc>,
    /// The team.
    #[diesel(sql_type = sql_types::Uuid)]
    pub team_id: TeamId,
    /// The team's part of the URL.
    #[diesel(sql_type = Text)]
    pub slug: String,
    /// The team's name.
    #[diesel(sql_type = Text)]
    pub name: String,
    /// Present members, owner included (rule 3).
    #[diesel(sql_type = Integer)]
    pub member_count: i32,
    /// People this company asked for who are not in yet (rule 3).
    #[diesel(sql_type = BigInt)]
    pub invited: i64,
    /// Members who have finished what is asked of them; nothing where no course reaches the team.
    #[diesel(sql_type = Nullable<BigInt>)]
    pub trained: Option<i64>,
    /// Whether a course is required of them; where none is, every course is asked of them.
    #[diesel(sql_type = Bool)]
    pub requires: bool,
    /// The owner's name.
    #[diesel(sql_type = Text)]
    pub owner_name: String,
    /// The owner's address.
    #[diesel(sql_type = Text)]
    pub owner_email: String,
    /// The program the team joined first.
    #[diesel(sql_type = Nullable<Text>)]
    pub program: Option<String>,
    /// How many programs it is in.
    #[diesel(sql_type = BigInt)]
    pub programs: i64,
    /// When somebody of the team was last active.
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub last_active_at: Option<DateTime<Utc>>,
    /// The member, other than the owner, whom the search found.
    #[diesel(sql_type = Nullable<Text>)]
    pub found_name: Option<String>,
    /// That member's address.
    #[diesel(sql_type = Nullable<Text>)]
    pub found_email: Option<String>,
    /// The text of a link in this company's programs that the search found.
    #[diesel(sql_type = Nullable<Text>)]
    pub found_link: Option<String>,
}

/// The page All Partners, in its default list: neither archived nor ended.
#[derive(Debug)]
pub struct AllPartners {
    /// For the tabs.
    pub counts: Counts,
    /// Partners that the search finds, or all; `MOST + 1` stands for more.
    pub found: i64,
    /// The rows.
    pub page: Page<PartnerRow>,
}

/// Which partners a list is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Among {
    /// All of them.
    All,
    /// Those that hold the words, looked up: a union of index look-ups, joined to the company's partners.
    LookedUp,
    /// Those that hold the words, asked one after the other: for words that most of them hold, where looking up would find everybody.
    Asked,
}

/// The default list of the company in $1.
const PRESENT: &str = "p.company_id = $1 AND p.archived_at IS NULL AND p.ended_at IS NULL";

/// Whether partner p holds the words of $2, in the team's name, in the name or address of a member, or in the text of a link. OFFSET 0 keeps the planner to the
/// team's own people, where it would rather look the words up again for each team.
const HOLDS: &str = "((SELECT 1 FROM teams t WHERE t.id = p.team_id AND t.search LIKE ANY ($2) \
     UNION ALL \
     SELECT 1 FROM (SELECT u.search FROM members m JOIN users u ON u.id = m.user_id \
         WHERE m.team_id = p.team_id AND m.left_at IS NULL OFFSET 0) u WHERE u.search LIKE ANY ($2) \
     UNION ALL \
     SELECT 1 FROM (SELECT x.text FROM links l JOIN link_texts x ON x.link_id = l.id WHERE l.partner_id = p.id OFFSET 0) x \
         WHERE x.text LIKE ANY ($2)) LIMIT 1)";

/// Teams that hold the words of $2, links being those in programs of the company $1. OFFSET 0 keeps the planner to one look-up for each person, where it would rather read all members.
const HOLDERS: &str = "(SELECT t.id AS team_id FROM teams t WHERE t.search LIKE ANY ($2) \
     UNION \
     SELECT m.team_id FROM users u \
         CROSS JOIN LATERAL (SELECT m.team_id FROM members m WHERE m.user_id = u.id AND m.left_at IS NULL OFFSET 0) m \
         WHERE u.search LIKE ANY ($2) \
     UNION \
     SELECT l.team_id FROM link_texts x \
         CROSS JOIN LATERAL (SELECT l.team_id, l.company_id FROM links l WHERE l.id = x.link_id OFFSET 0) l \
         WHERE x.text LIKE ANY ($2) AND l.company_id = $1)";

impl Among {
    fn sql(self) -> String {
        match self {
            Self::All => format!("SELECT p.* FROM partners p WHERE {PRESENT}"),
            // By company and team alone: with the rest, the index of the list looks as good to the planner until it has counted rows.
            Self::LookedUp => format!(
                "SELECT p.* FROM {HOLDERS} holder \
                 CROSS JOIN LATERAL (SELECT * FROM partners p WHERE p.company_id = $1 AND p.team_id = holder.team_id OFFSET 0) p \
                 WHERE {PRESENT}"
            ),
            Self::Asked => format!("SELECT p.* FROM partners p CROSS JOIN LATERAL {HOLDS} held WHERE {PRESENT}"),
        }
    }

    /// The cheaper way: more than half of the newest hundred hold the words, or not. One statement where there is a search.
    fn cheaper(conn: &mut PgConnection, statements: &Statements<'_>) -> QueryResult<Self> {
        if statements.search.is_none() {
            return Ok(Self::All);
        }
        let sample: Sample = statements.sample().get_result(conn)?;
        Ok(if sample.most { Self::Asked } else { Self::LookedUp })
    }
}

type Statement = BoxedSqlQuery<'static, Pg, SqlQuery>;

#[derive(QueryableByName)]
struct Sample {
    #[diesel(sql_type = Bool)]
    most: bool,
}

#[derive(QueryableByName)]
struct Numbers {
    #[diesel(embed)]
    counts: Counts,
    #[diesel(sql_type = BigInt)]
    found: i64,
}

#[derive(QueryableByName)]
struct PlanLine {
    #[diesel(sql_type = Text, column_name = "QUERY PLAN")]
    line: String,
}

/// The statements of one list. They are SQL, since a page is a row comparison over a union of look-ups, with a look at each row's own
/// people; and since `sql_query` is never cached, the planner sees the words: a plan made for any words is many times slower.
struct Statements<'a> {
    company: CompanyId,
    search: Option<&'a Search>,
    /// Empty, or what stands before each to see its plan.
    explain: &'static str,
}

impl Statements<'_> {
    fn on(&self, sql: &str) -> Statement {
        sql_query(format!("{}{sql}", self.explain))
            .into_boxed()
            .bind::<sql_types::Uuid, _>(self.company)
            .bind::<Array<Text>, _>(self.search.map(Search::patterns).unwrap_or_default())
    }

    fn sample(&self) -> Statement {
        let newest = format!("SELECT p.* FROM partners p WHERE {PRESENT} ORDER BY p.joined_at DESC, p.id DESC LIMIT 100");
        self.on(&format!("SELECT count(*) > 50 AS most FROM ({newest}) p CROSS JOIN LATERAL {HOLDS} held"))
    }

    fn numbers(&self, among: Among) -> Statement {
        // In the list's order, since the planner knows an index for it.
        let found = format!("{} ORDER BY p.joined_at DESC, p.id DESC LIMIT {MOST} + 1", among.sql());
        self.on(&format!("SELECT {COUNTS}, (SELECT count(*) FROM ({found}) p) AS found"))
    }

    fn rows(&self, among: Among, start: Start) -> Statement {
        let newest = Cursor { at: DateTime::<Utc>::MAX_UTC, id: Uuid::max() };
        let (beyond, way, beside) = match start {
            Start::First => ("<", "DESC", newest),
            Start::After(row) => ("<", "DESC", row),
            Start::Before(row) => (">", "ASC", row),
        };
        let among = among.sql();
        self.on(&format!(
            "SELECT page.id, page.joined_at, t.id AS team_id, t.slug, t.name, t.member_count, o.name AS owner_name, o.email AS owner_email, \
                    enrolled.program, enrolled.programs, found.name AS found_name, found.email AS found_email, linked.text AS found_link, \
                    (SELECT count(*) FROM invitations i WHERE i.team_id = t.id AND i.company_id = $1 AND i.kind = 'member' \
                        AND i.status IN ('waiting', 'sent') AND i.expires_at > now()) AS invited, \
                    (SELECT max(m.last_active_at) FROM members m WHERE m.team_id = t.id AND m.left_at IS NULL) AS last_active_at, \
                    {trained} AS trained, {requires} AS requires \
             FROM (SELECT * FROM ({among}) p WHERE (p.joined_at, p.id) {beyond} ($3, $4) \
                   ORDER BY p.joined_at {way}, p.id {way} LIMIT {PAGE_SIZE} + 1) page \
             JOIN teams t ON t.id = page.team_id \
             JOIN users o ON o.id = t.owner_id \
             CROSS JOIN LATERAL (SELECT count(*) AS programs, (array_agg(r.name ORDER BY e.joined_at, e.id))[1] AS program \
                   FROM enrollments e JOIN programs r ON r.id = e.program_id WHERE e.partner_id = page.id AND e.left_at IS NULL) enrolled \
             LEFT JOIN LATERAL (SELECT u.name, u.email FROM \
                   (SELECT u.* FROM members m JOIN users u ON u.id = m.user_id \
                    WHERE m.team_id = t.id AND m.left_at IS NULL AND m.user_id <> t.owner_id OFFSET 0) u \
                   WHERE u.search LIKE ANY ($2) ORDER BY u.name, u.id LIMIT 1) found ON true \
             LEFT JOIN LATERAL (SELECT x.text FROM \
                   (SELECT x.text, x.text = lower(l.text) AS is_now FROM links l JOIN link_texts x ON x.link_id = l.id WHERE l.partner_id = page.id OFFSET 0) x \
                   WHERE x.text LIKE ANY ($2) ORDER BY x.is_now DESC, x.text LIMIT 1) linked ON true \
             ORDER BY page.joined_at {way}, page.id {way}",
            trained = progress::trained("t.id"),
            requires = progress::requires("t.id"),
        ))
        .bind::<Timestamptz, _>(beside.at)
        .bind::<sql_types::Uuid, _>(beside.id)
    }
}

impl AllPartners {
    /// The page that begins there: two statements, and with a search a third.
    pub fn read(conn: &mut PgConnection, company: CompanyId, search: Option<&Search>, start: Start) -> QueryResult<Self> {
        let statements = Statements { company, search, explain: "" };
        let among = Among::cheaper(conn, &statements)?;
        let Numbers { counts, found } = statements.numbers(among).get_result(conn)?;
        let rows = statements.rows(among, start).load::<PartnerRow>(conn)?;
        Ok(Self { counts, found, page: Page::of(start, rows, |row| Cursor { at: row.joined_at, id: row.id.uuid() }) })
    }

    /// How PostgreSQL carries out the statements of that page, for `bin/bench plans` and its small form in the tests (R31).
    pub fn plans(conn: &mut PgConnection, company: CompanyId, search: Option<&Search>, start: Start) -> QueryResult<String> {
        let among = Among::cheaper(conn, &Statements { company, search, explain: "" })?;
        let statements = Statements { company, search, explain: "EXPLAIN (ANALYZE, COSTS OFF) " };
        let mut lines = Vec::new();
        let sample = search.map(|_| statements.sample());
        for statement in sample.into_iter().chain([statements.numbers(among), statements.rows(among, start)]) {
            lines.extend(statement.load::<PlanLine>(conn)?.into_iter().map(|plan| plan.line));
        }
        Ok(lines.join("\n"))
    }
}
