//! What a team has with each company, as its people read it before they withdraw, and a company about one of its partners.

use crate::{
    ids::{CompanyId, PartnerId, TeamId},
    money::Money,
};
use diesel::{
    prelude::*,
    sql_query, sql_types,
    sql_types::{BigInt, Nullable, Text},
};

/// A team's balance with one company in one currency, in minor units.
#[derive(Debug, Clone, PartialEq, Eq, QueryableByName)]
pub struct TeamBalance {
    /// Where the two meet.
    #[diesel(sql_type = sql_types::Uuid)]
    pub partner: PartnerId,
    /// The company's part of the URL.
    #[diesel(sql_type = Text)]
    pub company_slug: String,
    /// The company's name.
    #[diesel(sql_type = Text)]
    pub company: String,
    /// ISO 4217.
    #[diesel(sql_type = Text)]
    pub currency: String,
    /// Can be withdrawn; below zero it is a debt that later commissions pay first.
    #[diesel(sql_type = BigInt)]
    pub available: i64,
    /// Earned, and held until later.
    #[diesel(sql_type = BigInt)]
    pub held: i64,
    /// Asked for, and neither paid nor failed.
    #[diesel(sql_type = BigInt)]
    pub on_its_way: i64,
    /// Paid.
    #[diesel(sql_type = BigInt)]
    pub paid: i64,
    /// The least that this team may take out at once; none where any amount will do.
    #[diesel(sql_type = Nullable<BigInt>)]
    pub minimum: Option<i64>,
}

/// The least that partner p takes out at once in a currency. Who has left all of the company's programs takes out what is left, however
/// little: else it would stay where it is, and the team could never be closed.
pub(super) const MINIMUM: &str = "SELECT m.amount FROM withdrawal_minimums m WHERE m.company_id = p.company_id AND m.currency = l.currency \
     AND EXISTS (SELECT FROM enrollments e WHERE e.partner_id = p.id AND e.left_at IS NULL)";

impl TeamBalance {
    /// All balances of a team, by company and currency; none with a company where nothing was ever booked.
    pub fn of_team(conn: &mut PgConnection, team: TeamId) -> QueryResult<Vec<Self>> {
        sql_query(statement("p.team_id = $1")).bind::<sql_types::Uuid, _>(team).load(conn)
    }

    /// All balances of one partner of a company, by currency.
    pub fn of_partner(conn: &mut PgConnection, company: CompanyId, partner: PartnerId) -> QueryResult<Vec<Self>> {
        sql_query(statement("p.company_id = $1 AND p.id = $2"))
            .bind::<sql_types::Uuid, _>(company)
            .bind::<sql_types::Uuid, _>(partner)
            .load(conn)
    }

    /// That many minor units of its currency.
    pub fn money(&self, minor: i64) -> Money {
        Money::new(minor, &self.currency)
    }

    /// What the team owes, where a refund took back more than there was.
    pub fn debt(&self) -> Option<Money> {
        (self.available < 0).then(|| self.money(-self.available))
    }

    /// Whether anything is left to take out or to wait for.
    pub fn holds_money(&self) -> bool {
        self.available > 0 || self.held > 0 || self.on_its_way > 0
    }

    /// Whether a withdrawal would be taken now.
    pub fn may_be_withdrawn(&self) -> bool {
        self.available > 0 && self.minimum.is_none_or(|least| self.available >= least)
    }
}

/// SQL for sums of parts: one statement for all balances of a page.
fn statement(of: &str) -> String {
    format!(
        "SELECT p.id AS partner, c.slug AS company_slug, c.name AS company, l.currency, l.available, l.held, \
             coalesce(w.on_its_way, 0)::bigint AS on_its_way, coalesce(w.paid, 0)::bigint AS paid, ({MINIMUM}) AS minimum \
         FROM partners p JOIN companies c ON c.id = p.company_id \
         JOIN LATERAL (SELECT currency, coalesce(sum(amount) FILTER (WHERE available_at <= now()), 0)::bigint AS available, \
             coalesce(sum(amount) FILTER (WHERE available_at > now()), 0)::bigint AS held \
             FROM ledger WHERE partner_id = p.id GROUP BY currency) l ON true \
         LEFT JOIN LATERAL (SELECT sum(amount) FILTER (WHERE status = 'requested') AS on_its_way, sum(amount) FILTER (WHERE status = 'paid') AS paid \
             FROM withdrawals WHERE partner_id = p.id AND currency = l.currency) w ON true \
         WHERE {of} ORDER BY c.name, c.id, l.currency"
    )
}
