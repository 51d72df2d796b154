//! What sales earn (rule 42): a row with its line of the ledger, written with the sale; taken back as the sale is. From when it is
//! available follows from the row and the database's clock: no job releases anything.

use crate::{
    ids::*,
    programs::commission::CommissionRule,
    referrals::ledger::{EntryKind, NewEntry, Source},
    schema::{commissions, ledger},
    web::pagination::{Cursor, PAGE_SIZE, Page, Start},
};
use chrono::{DateTime, Utc};
use diesel::{
    dsl::IntervalDsl,
    prelude::*,
    sql_query, sql_types,
    sql_types::{BigInt, Bool, Nullable, Text, Timestamptz},
};
use uuid::Uuid;

/// Which sale it is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sale {
    /// Reported by the company's own system.
    Reported(ConversionId),
    /// A lead that the company marked as won.
    Won(ReferralId),
}

/// A sale about to earn.
#[derive(Debug, Clone, Copy)]
pub struct Earning<'a> {
    /// Which.
    pub sale: Sale,
    /// The company, which owes it.
    pub company: CompanyId,
    /// Whose it is.
    pub partner: PartnerId,
    /// The team of that partner.
    pub team: TeamId,
    /// Who brought it.
    pub member: MemberId,
    /// By whose rule.
    pub program: ProgramId,
    /// What was sold for, in minor units.
    pub amount: i64,
    /// ISO 4217.
    pub currency: &'a str,
}

/// What a sale earned.
#[derive(Debug, Clone, PartialEq, Eq, HasQuery)]
#[diesel(table_name = commissions)]
pub struct Commission {
    /// Key.
    pub id: CommissionId,
    /// The company, which owes it.
    pub company_id: CompanyId,
    /// Whose it is.
    pub partner_id: PartnerId,
    /// What was sold for, in minor units.
    pub sale: i64,
    /// What that earned, in minor units; what was taken back since stands in the ledger.
    pub amount: i64,
    /// ISO 4217.
    pub currency: String,
    /// Until then it is held.
    pub available_at: DateTime<Utc>,
}

impl Earning<'_> {
    /// Books what the sale earns by that rule, in the caller's transaction; nothing where that is nothing.
    pub fn book(&self, conn: &mut PgConnection, rule: CommissionRule) -> QueryResult<Option<Commission>> {
        let (id, earned) = (CommissionId::new(), rule.earns.from_sale(self.amount));
        if earned == 0 {
            return Ok(None);
        }
        let (conversion, referral) = match self.sale {
            Sale::Reported(id) => (Some(id), None),
            Sale::Won(id) => (None, Some(id)),
        };
        let commission: Commission = diesel::insert_into(commissions::table)
            .values((
                commissions::id.eq(id),
                commissions::company_id.eq(self.company),
                commissions::partner_id.eq(self.partner),
                commissions::team_id.eq(self.team),
                commissions::member_id.eq(self.member),
                commissions::program_id.eq(self.program),
                commissions::conversion_id.eq(conversion),
                commissions::referral_id.eq(referral),
                commissions::sale.eq(self.amount),
                commissions::amount.eq(earned),
                commissions::currency.eq(self.currency),
                commissions::available_at.eq(crate::db::now() + rule.holding_days.days()),
            ))
            .returning(Commission::as_returning())
            .get_result(conn)?;
        commission.entry(EntryKind::Earned, earned, format!("commission {id}")).book(conn)?;
        Ok(Some(commission))
    }
}

impl Commission {
    /// What a reported sale earned, where it earned something.
    pub fn of_conversion(conn: &mut PgConnection, id: ConversionId) -> QueryResult<Option<Self>> {
        Self::query().filter(commissions::conversion_id.eq(id)).first(conn).optional()
    }

    /// How much of it was taken back so far.
    pub fn reversed(&self, conn: &mut PgConnection) -> QueryResult<i64> {
        let lines = ledger::table.filter(ledger::commission_id.eq(self.id)).filter(ledger::kind.eq(EntryKind::Reversed));
        // Diesel sums bigint as numeric.
        let taken: Vec<i64> = lines.select(ledger::amount).load(conn)?;
        Ok(-taken.iter().sum::<i64>())
    }

    /// Takes so much of it back, because of that event. The caller holds the partner's lock and has seen that so much is left.
    pub fn reverse(&self, conn: &mut PgConnection, amount: i64, event: String) -> QueryResult<bool> {
        self.entry(EntryKind::Reversed, amount, event).book(conn)
    }

    fn entry(&self, kind: EntryKind, amount: i64, event: String) -> NewEntry<'_> {
        NewEntry {
            partner: self.partner_id,
            company: self.company_id,
            currency: &self.currency,
            kind,
            amount,
            available_at: Some(self.available_at),
            source: Source::Commission(self.id),
            event,
        }
    }
}

/// Whose commissions are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Of {
    /// A team's, with all companies.
    Team(TeamId),
    /// A team's with one company.
    Partner(PartnerId),
}

/// Where a commission stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Earned, and held until later.
    Held,
    /// Counts as available.
    Available,
    /// Taken back whole, because the sale was.
    Reversed,
}

/// A line of a list of commissions.
#[derive(Debug, Clone, QueryableByName)]
pub struct CommissionRow {
    /// Key.
    #[diesel(sql_type = sql_types::Uuid)]
    pub id: CommissionId,
    /// When the sale was reported, or marked as won.
    #[diesel(sql_type = Timestamptz)]
    pub created_at: DateTime<Utc>,
    /// The company's name.
    #[diesel(sql_type = Text)]
    pub company: String,
    /// The program's name.
    #[diesel(sql_type = Text)]
    pub program: String,
    /// Who brought the sale.
    #[diesel(sql_type = sql_types::Uuid)]
    pub member_id: MemberId,
    /// The person.
    #[diesel(sql_type = sql_types::Uuid)]
    pub user_id: UserId,
    /// Their name.
    #[diesel(sql_type = Text)]
    pub member: String,
    /// The lead's name, where the sale is a referral that was won.
    #[diesel(sql_type = Nullable<Text>)]
    pub lead: Option<String>,
    /// What was sold for, in minor units.
    #[diesel(sql_type = BigInt)]
    pub sale: i64,
    /// What that earned.
    #[diesel(sql_type = BigInt)]
    pub amount: i64,
    /// What of it was taken back.
    #[diesel(sql_type = BigInt)]
    pub reversed: i64,
    /// ISO 4217.
    #[diesel(sql_type = Text)]
    pub currency: String,
    /// Until then it is held.
    #[diesel(sql_type = Timestamptz)]
    pub available_at: DateTime<Utc>,
    #[diesel(sql_type = Bool)]
    is_available: bool,
}

impl CommissionRow {
    /// A page of them, the newest first, in one statement. SQL for its row comparison, and for what was taken back beside each row.
    pub fn page(conn: &mut PgConnection, of: Of, start: Start) -> QueryResult<Page<Self>> {
        let (whose, id) = match of {
            Of::Team(id) => ("team_id", id.uuid()),
            Of::Partner(id) => ("partner_id", id.uuid()),
        };
        let (beyond, way, beside) = match start {
            Start::First => ("<", "DESC", Cursor { at: DateTime::<Utc>::MAX_UTC, id: Uuid::max() }),
            Start::After(row) => ("<", "DESC", row),
            Start::Before(row) => (">", "ASC", row),
        };
        let rows = sql_query(format!(
            "SELECT c.id, c.created_at, k.name AS company, g.name AS program, c.member_id, u.id AS user_id, u.name AS member, r.name AS lead, \
                 c.sale, c.amount, taken.reversed, c.currency, c.available_at, c.available_at <= now() AS is_available \
             FROM (SELECT * FROM commissions WHERE {whose} = $1 AND (created_at, id) {beyond} ($2, $3) \
                 ORDER BY created_at {way}, id {way} LIMIT {PAGE_SIZE} + 1) c \
             JOIN companies k ON k.id = c.company_id JOIN programs g ON g.id = c.program_id \
             JOIN members m ON m.id = c.member_id JOIN users u ON u.id = m.user_id \
             LEFT JOIN referrals r ON r.id = c.referral_id \
             CROSS JOIN LATERAL (SELECT coalesce(-sum(l.amount), 0)::bigint AS reversed FROM ledger l \
                 WHERE l.commission_id = c.id AND l.kind = 'reversed') taken \
             ORDER BY c.created_at {way}, c.id {way}"
        ))
        .bind::<sql_types::Uuid, _>(id)
        .bind::<Timestamptz, _>(beside.at)
        .bind::<sql_types::Uuid, _>(beside.id)
        .load::<Self>(conn)?;
        Ok(Page::of(start, rows, |row| Cursor { at: row.created_at, id: row.id.uuid() }))
    }

    /// What is left of it.
    pub const fn left(&self) -> i64 {
        self.amount - self.reversed
    }

    /// Where it stands.
    pub const fn standing(&self) -> Standing {
        match (self.left(), self.is_available) {
            (0, _) => Standing::Reversed,
            (_, true) => Standing::Available,
            (_, false) => Standing::Held,
        }
    }
}
