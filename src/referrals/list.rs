//! Referrals as lists: a company's, and a team's.

use crate::{
    ids::*,
    money::Money,
    referrals::{noticing::SelfReferral, referral::ReferralStatus},
    search::Search,
    web::pagination::{Cursor, MOST, PAGE_SIZE, Page, Start},
};
use chrono::{DateTime, Utc};
use diesel::{
    pg::Pg,
    prelude::*,
    query_builder::{BoxedSqlQuery, SqlQuery},
    sql_query, sql_types,
    sql_types::{Array, BigInt, Bool, Nullable, Text, Timestamptz},
};
use uuid::Uuid;

/// A referral in a list.
#[derive(Debug, Clone, QueryableByName)]
pub struct ReferralRow {
    /// Key.
    #[diesel(sql_type = sql_types::Uuid)]
    pub id: ReferralId,
    /// When it was sent in.
    #[diesel(sql_type = Timestamptz)]
    pub created_at: DateTime<Utc>,
    /// The person.
    #[diesel(sql_type = Text)]
    pub name: String,
    /// Where they work; may be empty.
    #[diesel(sql_type = Text)]
    pub organisation: String,
    /// Their address.
    #[diesel(sql_type = Text)]
    pub email: String,
    /// Where it stands.
    #[diesel(sql_type = Text)]
    pub status: ReferralStatus,
    /// Why it was declined; may be empty.
    #[diesel(sql_type = Text)]
    pub reason: String,
    #[diesel(sql_type = Nullable<BigInt>)]
    amount: Option<i64>,
    #[diesel(sql_type = BigInt)]
    taken_back: i64,
    /// The program's.
    #[diesel(sql_type = Text)]
    pub currency: String,
    /// The company's name.
    #[diesel(sql_type = Text)]
    pub company: String,
    /// The program's name.
    #[diesel(sql_type = Text)]
    pub program: String,
    /// The team's name.
    #[diesel(sql_type = Text)]
    pub team: String,
    /// Who sent it in.
    #[diesel(sql_type = sql_types::Uuid)]
    pub member_id: MemberId,
    /// Their name.
    #[diesel(sql_type = Text)]
    pub member: String,
    /// Why it looks like one of the team's own. The company's alone, like the two that follow.
    #[diesel(sql_type = Nullable<Text>)]
    pub self_referral: Option<SelfReferral>,
    /// Whether the company was sent this address before.
    #[diesel(sql_type = Bool)]
    pub is_duplicate: bool,
    /// Whether a customer of the company is called by the address.
    #[diesel(sql_type = Bool)]
    pub known_customer: bool,
}

/// What a company's list is narrowed to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// Where it stands.
    pub status: Option<ReferralStatus>,
    /// The team that sent it, by its part of the URL.
    pub team: Option<String>,
    /// Lead, organisation or address.
    pub search: Option<Search>,
}

/// How many there are; counting stops at 10,001 (rule 8).
#[derive(Debug, Clone, QueryableByName)]
pub struct Totals {
    /// That the filter lets through.
    #[diesel(sql_type = BigInt)]
    pub found: i64,
    /// The company's in all.
    #[diesel(sql_type = BigInt)]
    pub all: i64,
    /// Of all, those that nobody has looked at yet.
    #[diesel(sql_type = BigInt)]
    pub new: i64,
    /// The name of the team that the filter names, where it is a partner.
    #[diesel(sql_type = Nullable<Text>)]
    pub team: Option<String>,
}

/// A team's list: whose of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Of {
    /// Of everybody in the team, now or once.
    Team(TeamId),
    /// Of this member alone.
    Member(MemberId),
}

type Statement = BoxedSqlQuery<'static, Pg, SqlQuery>;

/// What stands beside referral r.
pub(super) const BESIDE: &str = "JOIN companies k ON k.id = r.company_id JOIN programs g ON g.id = r.program_id JOIN teams t ON t.id = r.team_id \
     JOIN members m ON m.id = r.member_id JOIN users u ON u.id = m.user_id";
/// The columns of a row.
pub(super) const COLUMNS: &str = "r.id, r.created_at, r.name, r.organisation, r.email, r.status, r.reason, r.amount, g.currency, k.name AS company, \
     (SELECT coalesce(sum(f.amount), 0)::bigint FROM referral_refunds f WHERE f.referral_id = r.id) AS taken_back, \
     g.name AS program, t.name AS team, r.member_id, u.name AS member, r.self_referral, r.duplicate_of IS NOT NULL AS is_duplicate, \
     r.known_customer";

impl ReferralRow {
    /// The sale, where it was won.
    pub fn sale(&self) -> Option<Money> {
        self.amount.map(|minor| Money::new(minor, &self.currency))
    }

    /// What is left of the sale, where some of it was taken back.
    pub fn left(&self) -> Option<Money> {
        self.amount.filter(|_| self.taken_back > 0).map(|minor| Money::new(minor - self.taken_back, &self.currency))
    }

    /// A page of a company's, the newest first, in one statement. SQL for its row comparison.
    pub fn of_company(conn: &mut PgConnection, company: CompanyId, filter: &Filter, start: Start) -> QueryResult<Page<Self>> {
        let rows = Self::statement("", company, filter, start).load(conn)?;
        Ok(Page::of(start, rows, Self::cursor))
    }

    /// How PostgreSQL reads that page, for the tests.
    pub fn plan(conn: &mut PgConnection, company: CompanyId, filter: &Filter, start: Start) -> QueryResult<String> {
        #[derive(QueryableByName)]
        struct Line {
            #[diesel(sql_type = Text, column_name = "QUERY PLAN")]
            line: String,
        }
        let lines: Vec<Line> = Self::statement("EXPLAIN (COSTS OFF) ", company, filter, start).load(conn)?;
        Ok(lines.into_iter().map(|line| line.line).collect::<Vec<_>>().join("\n"))
    }

    fn statement(before: &str, company: CompanyId, filter: &Filter, start: Start) -> Statement {
        let (beyond, way, beside) = direction(start);
        let narrowed = filter.narrows(4);
        let page = format!(
            "{before}SELECT {COLUMNS} FROM (SELECT r.* FROM referrals r WHERE r.company_id = $1 AND (r.created_at, r.id) {beyond} ($2, $3){narrowed} \
             ORDER BY r.created_at {way}, r.id {way} LIMIT {PAGE_SIZE} + 1) r {BESIDE} ORDER BY r.created_at {way}, r.id {way}"
        );
        let statement = sql_query(page)
            .into_boxed()
            .bind::<sql_types::Uuid, _>(company)
            .bind::<Timestamptz, _>(beside.at)
            .bind::<sql_types::Uuid, _>(beside.id);
        filter.bind(statement)
    }

    /// A page of a team's, the newest first, in one statement. SQL for its row comparison.
    pub fn of_team(conn: &mut PgConnection, of: Of, start: Start) -> QueryResult<Page<Self>> {
        let (whose, id) = match of {
            Of::Team(id) => ("team_id", id.uuid()),
            Of::Member(id) => ("member_id", id.uuid()),
        };
        let (beyond, way, beside) = direction(start);
        let rows = sql_query(format!(
            "SELECT {COLUMNS} FROM (SELECT * FROM referrals WHERE {whose} = $1 AND (created_at, id) {beyond} ($2, $3) \
             ORDER BY created_at {way}, id {way} LIMIT {PAGE_SIZE} + 1) r {BESIDE} ORDER BY r.created_at {way}, r.id {way}"
        ))
        .bind::<sql_types::Uuid, _>(id)
        .bind::<Timestamptz, _>(beside.at)
        .bind::<sql_types::Uuid, _>(beside.id)
        .load(conn)?;
        Ok(Page::of(start, rows, Self::cursor))
    }

    fn cursor(&self) -> Cursor {
        Cursor { at: self.created_at, id: self.id.uuid() }
    }
}

fn direction(start: Start) -> (&'static str, &'static str, Cursor) {
    match start {
        Start::First => ("<", "DESC", Cursor { at: DateTime::<Utc>::MAX_UTC, id: Uuid::max() }),
        Start::After(row) => ("<", "DESC", row),
        Start::Before(row) => (">", "ASC", row),
    }
}

impl Filter {
    /// Whether it lets everything through.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// What it asks of referral r of company `$1`, its values from the `nth` on: only what is asked for stands in the statement, so that
    /// the planner sees which index serves it.
    fn narrows(&self, nth: usize) -> String {
        let asked = [
            (self.status.is_some(), "r.status = "),
            (
                self.team.is_some(),
                "r.partner_id = (SELECT p.id FROM partners p JOIN teams n ON n.id = p.team_id WHERE p.company_id = $1 AND n.slug = ",
            ),
            (self.search.is_some(), "r.search LIKE ANY ("),
        ];
        let close = |compares: &str| if compares.contains('(') { ")" } else { "" };
        let asked = asked.iter().filter(|(is_asked, _)| *is_asked).zip(nth..);
        asked.map(|((_, compares), nth)| format!(" AND {compares}${nth}{}", close(compares))).collect()
    }

    fn bind(&self, mut statement: Statement) -> Statement {
        if let Some(status) = self.status {
            statement = statement.bind::<Text, _>(status.as_str());
        }
        if let Some(team) = &self.team {
            statement = statement.bind::<Text, _>(team.clone());
        }
        if let Some(search) = &self.search {
            statement = statement.bind::<Array<Text>, _>(search.patterns());
        }
        statement
    }
}

impl Totals {
    /// Of a company, in one statement. SQL for counts that stop.
    pub fn of(conn: &mut PgConnection, company: CompanyId, filter: &Filter) -> QueryResult<Self> {
        let count =
            |more: &str| format!("(SELECT count(*) FROM (SELECT FROM referrals r WHERE r.company_id = $1{more} LIMIT {MOST} + 1) counted)");
        let (found, all, new) = (count(&filter.narrows(3)), count(""), count(" AND r.status = 'submitted'"));
        let statement = sql_query(format!(
            "SELECT {found} AS found, {all} AS \"all\", {new} AS new, \
             (SELECT t.name FROM partners p JOIN teams t ON t.id = p.team_id WHERE p.company_id = $1 AND t.slug = $2) AS team"
        ));
        let statement = statement.into_boxed().bind::<sql_types::Uuid, _>(company).bind::<Text, _>(filter.team.clone().unwrap_or_default());
        filter.bind(statement).get_result(conn)
    }
}
