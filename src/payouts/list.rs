//! Withdrawals as they are read: by the team, by the company, one by one.

use crate::{
    ids::*,
    money::Money,
    payouts::{Account, State, WithdrawalStatus},
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

/// A withdrawal with the names of all that it is about.
#[derive(Debug, Clone, QueryableByName)]
pub struct Line {
    /// Key.
    #[diesel(sql_type = sql_types::Uuid)]
    pub id: WithdrawalId,
    /// Whose balance it comes from.
    #[diesel(sql_type = sql_types::Uuid)]
    pub partner: PartnerId,
    /// The company's part of the URL.
    #[diesel(sql_type = Text)]
    pub company_slug: String,
    /// The company's name.
    #[diesel(sql_type = Text)]
    pub company: String,
    /// The team.
    #[diesel(sql_type = sql_types::Uuid)]
    pub team_id: TeamId,
    /// The team's part of the URL.
    #[diesel(sql_type = Text)]
    pub team_slug: String,
    /// The team's name.
    #[diesel(sql_type = Text)]
    pub team: String,
    /// ISO 4217.
    #[diesel(sql_type = Text)]
    pub currency: String,
    /// Minor units.
    #[diesel(sql_type = BigInt)]
    pub amount: i64,
    #[diesel(sql_type = Text)]
    status: WithdrawalStatus,
    /// Who asked.
    #[diesel(sql_type = sql_types::Uuid)]
    pub asker_id: UserId,
    /// Their name.
    #[diesel(sql_type = Text)]
    pub asker: String,
    /// When.
    #[diesel(sql_type = Timestamptz)]
    pub requested_at: DateTime<Utc>,
    #[diesel(sql_type = Timestamptz)]
    held_until: DateTime<Utc>,
    /// By the database's clock.
    #[diesel(sql_type = Bool)]
    is_held: bool,
    /// In whose name the account is.
    #[diesel(sql_type = Text)]
    pub holder: String,
    /// Where it goes.
    #[diesel(sql_type = Text)]
    pub account: Account,
    /// The file for payment that it is in.
    #[diesel(sql_type = Nullable<sql_types::Uuid>)]
    pub export: Option<ExportId>,
    /// When that was made.
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub exported_at: Option<DateTime<Utc>>,
    /// Who of the company said that it is paid or failed, or who of the team took it back.
    #[diesel(sql_type = Nullable<Text>)]
    pub decider: Option<String>,
    /// When.
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub decided_at: Option<DateTime<Utc>>,
    /// Why it failed.
    #[diesel(sql_type = Text)]
    pub reason: String,
}

/// What a company's list is narrowed to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Show {
    /// All of them.
    #[default]
    All,
    /// May be paid now.
    ToPay,
    /// Wait because payout details were changed.
    Held,
    /// Are paid.
    Paid,
    /// Have failed.
    Failed,
    /// Were taken back.
    Cancelled,
}

/// What a company has open in one currency.
#[derive(Debug, Clone, PartialEq, Eq, QueryableByName)]
pub struct Open {
    /// ISO 4217.
    #[diesel(sql_type = Text)]
    pub currency: String,
    /// How many may be paid now; over all currencies counted to one more than [`MOST`].
    #[diesel(sql_type = BigInt)]
    pub to_pay: i64,
    /// What they come to, in minor units.
    #[diesel(sql_type = BigInt)]
    pub to_pay_amount: i64,
    /// How many of these are in no file yet.
    #[diesel(sql_type = BigInt)]
    pub to_export: i64,
    /// How many are held.
    #[diesel(sql_type = BigInt)]
    pub held: i64,
}

type Statement = BoxedSqlQuery<'static, Pg, SqlQuery>;

const COLUMNS: &str = "w.id, w.partner_id AS partner, c.slug AS company_slug, c.name AS company, t.id AS team_id, t.slug AS team_slug, t.name AS team, w.currency, w.amount, \
     w.status, a.id AS asker_id, a.name AS asker, w.requested_at, w.held_until, w.held_until > now() AS is_held, d.holder, d.account, \
     w.export_id AS export, x.made_at AS exported_at, p.name AS decider, w.decided_at, w.reason";
const NAMES: &str = "JOIN companies c ON c.id = w.company_id JOIN teams t ON t.id = w.team_id JOIN users a ON a.id = w.requested_by \
     JOIN payout_details d ON d.id = w.details_id LEFT JOIN withdrawal_exports x ON x.id = w.export_id LEFT JOIN users p ON p.id = w.decided_by";

impl Show {
    /// Every one, in the order of the page.
    pub const EACH: [Self; 6] = [Self::All, Self::ToPay, Self::Held, Self::Paid, Self::Failed, Self::Cancelled];

    /// From the address; anything else is all of them.
    pub fn parse(word: &str) -> Self {
        Self::EACH.into_iter().find(|show| show.word() == word).unwrap_or_default()
    }

    /// As the address has it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::All => "",
            Self::ToPay => "to-pay",
            Self::Held => "held",
            Self::Paid => "paid",
            Self::Failed => "failed",
            Self::Cancelled => "taken-back",
        }
    }

    /// As the page has it.
    pub const fn label(self) -> &'static str {
        match self {
            Self::All => "All",
            Self::ToPay => "To pay",
            Self::Held => "Held",
            Self::Paid => "Paid",
            Self::Failed => "Failed",
            Self::Cancelled => "Taken back",
        }
    }

    /// Of withdrawal w.
    const fn sql(self) -> &'static str {
        match self {
            Self::All => "",
            Self::ToPay => " AND w.status = 'requested' AND w.held_until <= now()",
            Self::Held => " AND w.status = 'requested' AND w.held_until > now()",
            Self::Paid => " AND w.status = 'paid'",
            Self::Failed => " AND w.status = 'failed'",
            Self::Cancelled => " AND w.status = 'cancelled'",
        }
    }
}

/// The lines of the withdrawals that `which` chooses, in the order `by`. SQL for its row comparison, and for names out of many tables.
fn lines(which: &str, by: &str) -> Statement {
    sql_query(format!("SELECT {COLUMNS} FROM (SELECT * FROM withdrawals w WHERE {which}) w {NAMES} ORDER BY {by}")).into_boxed()
}

fn page(conn: &mut PgConnection, of: &str, id: uuid::Uuid, start: Start) -> QueryResult<Page<Line>> {
    let (beyond, way, beside) = start.beside();
    let order = format!("w.requested_at {way}, w.id {way}");
    let which = format!("{of} AND (w.requested_at, w.id) {beyond} ($2, $3) ORDER BY {order} LIMIT {PAGE_SIZE} + 1");
    let rows = lines(&which, &order)
        .bind::<sql_types::Uuid, _>(id)
        .bind::<Timestamptz, _>(beside.at)
        .bind::<sql_types::Uuid, _>(beside.id)
        .load::<Line>(conn)?;
    Ok(Page::of(start, rows, |row| Cursor { at: row.requested_at, id: row.id.uuid() }))
}

impl Line {
    /// A page of a team's, the newest first.
    pub fn of_team(conn: &mut PgConnection, team: TeamId, start: Start) -> QueryResult<Page<Self>> {
        page(conn, "w.team_id = $1", team.uuid(), start)
    }

    /// A page of a company's, the newest first.
    pub fn of_company(conn: &mut PgConnection, company: CompanyId, show: Show, start: Start) -> QueryResult<Page<Self>> {
        page(conn, &format!("w.company_id = $1{}", show.sql()), company.uuid(), start)
    }

    /// One of a team's. `NotFound` where it has none with that id.
    pub fn one_of_team(conn: &mut PgConnection, team: TeamId, id: WithdrawalId) -> QueryResult<Self> {
        lines("w.team_id = $1 AND w.id = $2", "w.id").bind::<sql_types::Uuid, _>(team).bind::<sql_types::Uuid, _>(id).get_result(conn)
    }

    /// One of a company's. `NotFound` where it has none with that id.
    pub fn one_of_company(conn: &mut PgConnection, company: CompanyId, id: WithdrawalId) -> QueryResult<Self> {
        lines("w.company_id = $1 AND w.id = $2", "w.id").bind::<sql_types::Uuid, _>(company).bind::<sql_types::Uuid, _>(id).get_result(conn)
    }

    /// Those of a company that have these ids.
    pub fn some_of_company(conn: &mut PgConnection, company: CompanyId, ids: &[WithdrawalId]) -> QueryResult<Vec<Self>> {
        lines("w.company_id = $1 AND w.id = ANY ($2)", "w.id")
            .bind::<sql_types::Uuid, _>(company)
            .bind::<Array<sql_types::Uuid>, _>(ids.iter().map(|id| id.uuid()).collect::<Vec<_>>())
            .load(conn)
    }

    /// Up to `most` of those in a file, the oldest first, after that one.
    pub fn in_export(conn: &mut PgConnection, export: ExportId, after: Option<Cursor>, most: i32) -> QueryResult<Vec<Self>> {
        let beside = after.unwrap_or(Cursor { at: DateTime::UNIX_EPOCH, id: uuid::Uuid::nil() });
        let which = "w.export_id = $1 AND (w.requested_at, w.id) > ($2, $3) ORDER BY w.requested_at, w.id LIMIT $4";
        lines(which, "w.requested_at, w.id")
            .bind::<sql_types::Uuid, _>(export)
            .bind::<Timestamptz, _>(beside.at)
            .bind::<sql_types::Uuid, _>(beside.id)
            .bind::<Integer, _>(most)
            .load(conn)
    }

    /// Its place in lists.
    pub fn cursor(&self) -> Cursor {
        Cursor { at: self.requested_at, id: self.id.uuid() }
    }

    /// The amount with its currency.
    pub fn money(&self) -> Money {
        Money::new(self.amount, &self.currency)
    }

    /// What was said of it, as a file has it; nothing while it is asked for.
    pub fn said(&self) -> &'static str {
        if self.status == WithdrawalStatus::Requested { "" } else { self.status.as_str() }
    }

    /// Whether it is open, and that person did not ask for it themselves.
    pub fn may_be_marked_by(&self, person: UserId) -> bool {
        self.state().is_open() && self.asker_id != person
    }

    /// Where it stands.
    pub fn state(&self) -> State {
        State::of(self.status, self.is_held, self.held_until)
    }
}

impl Open {
    /// By currency; none where nothing is open. SQL for counts of parts, and counting stops at so many to pay and so many that are held.
    pub fn of(conn: &mut PgConnection, company: CompanyId) -> QueryResult<Vec<Self>> {
        let part = |which: &str| {
            format!(
                "(SELECT currency, amount, export_id, held_until > now() AS is_held FROM withdrawals \
                     WHERE company_id = $1 AND status = 'requested' AND {which} LIMIT {MOST} + 1)"
            )
        };
        sql_query(format!(
            "SELECT currency, count(*) FILTER (WHERE NOT is_held) AS to_pay, coalesce(sum(amount) FILTER (WHERE NOT is_held), 0)::bigint AS to_pay_amount, \
                 count(*) FILTER (WHERE NOT is_held AND export_id IS NULL) AS to_export, count(*) FILTER (WHERE is_held) AS held \
             FROM ({} UNION ALL {}) open GROUP BY currency ORDER BY currency",
            part("held_until <= now()"),
            part("held_until > now()"),
        ))
        .bind::<sql_types::Uuid, _>(company)
        .load(conn)
    }
}
