//! Commissions as a list: what each sale earned, and what became of it.

use crate::{
    ids::*,
    money::Money,
    web::pagination::{Cursor, PAGE_SIZE, Page, Start},
};
use chrono::{DateTime, Utc};
use diesel::{
    prelude::*,
    sql_query, sql_types,
    sql_types::{BigInt, Bool, Text, Timestamptz},
};

/// Whose commissions are read.
#[derive(Debug, Clone, Copy)]
pub enum Of {
    /// A team's, with all companies.
    Team(TeamId),
    /// Those of one partner, as its company reads them.
    Partner(PartnerId),
}

/// What a commission is now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It counts from then on.
    Held(DateTime<Utc>),
    /// It counts.
    Available,
    /// The sale was taken back in part; the rest counts, or counts from then on.
    PartlyReversed(Option<DateTime<Utc>>),
    /// The sale was taken back.
    Reversed,
}

/// One commission.
#[derive(Debug, Clone, QueryableByName)]
pub struct CommissionLine {
    /// Key.
    #[diesel(sql_type = sql_types::Uuid)]
    pub id: CommissionId,
    /// Who brought the sale, as a member of their team.
    #[diesel(sql_type = sql_types::Uuid)]
    pub user: UserId,
    /// Their name.
    #[diesel(sql_type = Text)]
    pub member: String,
    /// The company's name.
    #[diesel(sql_type = Text)]
    pub company: String,
    /// The program's name.
    #[diesel(sql_type = Text)]
    pub program: String,
    /// Whether it came by the form of referrals; else by a link.
    #[diesel(sql_type = Bool)]
    pub by_referral: bool,
    /// ISO 4217.
    #[diesel(sql_type = Text)]
    pub currency: String,
    /// The sale, in minor units.
    #[diesel(sql_type = BigInt)]
    pub sale: i64,
    /// What it earned, in minor units.
    #[diesel(sql_type = BigInt)]
    pub amount: i64,
    /// What of it was taken back, in minor units.
    #[diesel(sql_type = BigInt)]
    pub reversed: i64,
    /// When it was earned.
    #[diesel(sql_type = Timestamptz)]
    pub created_at: DateTime<Utc>,
    /// Until then it is held.
    #[diesel(sql_type = Timestamptz)]
    pub available_at: DateTime<Utc>,
    /// Whether it is held, by the database's clock.
    #[diesel(sql_type = Bool)]
    is_held: bool,
}

impl Of {
    fn sql(self) -> &'static str {
        match self {
            Self::Team(_) => "c.team_id",
            Self::Partner(_) => "c.partner_id",
        }
    }

    fn id(self) -> uuid::Uuid {
        match self {
            Self::Team(id) => id.uuid(),
            Self::Partner(id) => id.uuid(),
        }
    }
}

impl CommissionLine {
    /// A page of them, the newest first. SQL for its row comparison, and for what was taken back beside each row.
    pub fn page(conn: &mut PgConnection, of: Of, start: Start) -> QueryResult<Page<Self>> {
        let (beyond, way, beside) = start.beside();
        let rows = sql_query(format!(
            "SELECT c.id, u.id AS \"user\", u.name AS member, k.name AS company, g.name AS program, c.referral_id IS NOT NULL AS by_referral, \
                 c.currency, c.sale, c.amount, coalesce(r.reversed, 0)::bigint AS reversed, c.created_at, c.available_at, c.available_at > now() AS is_held \
             FROM (SELECT * FROM commissions c WHERE {column} = $1 AND (c.created_at, c.id) {beyond} ($2, $3) \
                 ORDER BY c.created_at {way}, c.id {way} LIMIT {PAGE_SIZE} + 1) c \
             JOIN members m ON m.id = c.member_id JOIN users u ON u.id = m.user_id \
             JOIN companies k ON k.id = c.company_id JOIN programs g ON g.id = c.program_id \
             LEFT JOIN LATERAL (SELECT -sum(l.amount) AS reversed FROM ledger l WHERE l.commission_id = c.id AND l.kind = 'reversed') r ON true \
             ORDER BY c.created_at {way}, c.id {way}",
            column = of.sql(),
        ))
        .bind::<sql_types::Uuid, _>(of.id())
        .bind::<Timestamptz, _>(beside.at)
        .bind::<sql_types::Uuid, _>(beside.id)
        .load::<Self>(conn)?;
        Ok(Page::of(start, rows, |row| Cursor { at: row.created_at, id: row.id.uuid() }))
    }

    /// What it is now.
    pub fn standing(&self) -> Standing {
        match (self.reversed, self.is_held) {
            (reversed, _) if reversed >= self.amount => Standing::Reversed,
            (1.., is_held) => Standing::PartlyReversed(is_held.then_some(self.available_at)),
            (_, true) => Standing::Held(self.available_at),
            (_, false) => Standing::Available,
        }
    }

    /// What is left of it.
    pub fn left(&self) -> Money {
        Money::new(self.amount - self.reversed, &self.currency)
    }

    /// That many minor units of its currency.
    pub fn money(&self, minor: i64) -> Money {
        Money::new(minor, &self.currency)
    }
}
