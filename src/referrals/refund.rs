//! Refunds of reported sales, whole or in part: each takes the same part of the commission back, also where it is paid out already (rule 42).

use crate::{
    audit::{self, Action, Actor, Event},
    db,
    error::Result,
    ids::*,
    referrals::{Commission, conversion::hash_of_parts, key::ApiKey, ledger},
    schema::{conversions, ledger as lines, refunds},
};
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use serde_json::json;
use uuid::Uuid;

/// A refund as it is reported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refund {
    /// The company's own: the same report counts once.
    pub idempotency_key: String,
    /// The sale: the idempotency key that it was reported with, or the id that it was answered with.
    pub sale: String,
    /// Minor units of the sale's currency, more than nothing.
    pub amount: i64,
}

/// What became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refunded {
    /// The refund stands.
    New(ReportedRefund),
    /// It stood already, by the same report.
    Again(ReportedRefund),
    /// Another refund came under the same idempotency key.
    OtherReport,
    /// The company reported no such sale.
    UnknownSale,
    /// More than is left of the sale, which is this.
    TooMuch(i64),
}

/// A refund as it was answered the first time, and is each time after.
#[derive(Debug, Clone, PartialEq, Eq, Queryable)]
pub struct ReportedRefund {
    /// Key.
    pub id: RefundId,
    /// The company's own.
    pub idempotency_key: String,
    /// The sale.
    pub sale: ConversionId,
    /// Minor units.
    pub amount: i64,
    /// ISO 4217.
    pub currency: String,
    /// When it was reported.
    pub at: DateTime<Utc>,
    /// What it took back of the commission, as the ledger has it: not above zero.
    reversed: Option<i64>,
}

#[derive(Queryable)]
struct Sold {
    id: ConversionId,
    partner: PartnerId,
    team: TeamId,
    amount: i64,
    currency: String,
}

/// One refund under one key, in each company.
const ONCE: &str = "refunds_company_id_idempotency_key_key";

/// Carries out a refund. `KeyRequired` where the key was revoked meanwhile.
pub fn refund(conn: &mut PgConnection, by: &Actor, key: &ApiKey, refund: &Refund) -> Result<Refunded> {
    db::transaction(conn, |conn| {
        key.recheck(conn)?;
        if let Some(earlier) = earlier(conn, key, refund)? {
            return Ok(earlier);
        }
        let Some(sold) = Sold::find(conn, key.company, &refund.sale)? else { return Ok(Refunded::UnknownSale) };
        ledger::lock(conn, sold.partner)?;
        // The same report may have held the lock just now.
        if let Some(earlier) = earlier(conn, key, refund)? {
            return Ok(earlier);
        }
        match db::unless_broken(conn, ONCE, |conn| take_back(conn, by, key, &sold, refund))? {
            Some(refunded) => Ok(refunded),
            None => Ok(earlier(conn, key, refund)?.expect("the key is taken by a refund that is there now")),
        }
    })
}

fn earlier(conn: &mut PgConnection, key: &ApiKey, refund: &Refund) -> QueryResult<Option<Refunded>> {
    let found = refunds::table
        .filter(refunds::company_id.eq(key.company))
        .filter(refunds::idempotency_key.eq(&refund.idempotency_key))
        .select((refunds::id, refunds::request_hash))
        .first::<(RefundId, Vec<u8>)>(conn)
        .optional()?;
    let Some((id, hash)) = found else { return Ok(None) };
    if hash != refund.hash() {
        return Ok(Some(Refunded::OtherReport));
    }
    ReportedRefund::find(conn, id).map(|refund| Some(Refunded::Again(refund)))
}

fn take_back(conn: &mut PgConnection, by: &Actor, key: &ApiKey, sold: &Sold, refund: &Refund) -> QueryResult<Refunded> {
    let before: Vec<i64> = refunds::table.filter(refunds::conversion_id.eq(sold.id)).select(refunds::amount).load(conn)?;
    let left = sold.amount - before.iter().sum::<i64>();
    if refund.amount > left {
        return Ok(Refunded::TooMuch(left));
    }
    let id = RefundId::new();
    diesel::insert_into(refunds::table)
        .values((
            refunds::id.eq(id),
            refunds::company_id.eq(key.company),
            refunds::conversion_id.eq(sold.id),
            refunds::partner_id.eq(sold.partner),
            refunds::api_key_id.eq(key.id),
            refunds::idempotency_key.eq(&refund.idempotency_key),
            refunds::request_hash.eq(refund.hash()),
            refunds::amount.eq(refund.amount),
        ))
        .execute(conn)?;
    if let Some(commission) = Commission::of_conversion(conn, sold.id)? {
        commission.keep_part(conn, left - refund.amount, event(id))?;
    }
    let line = Event::new(Action::SaleRefunded).company(key.company).team(sold.team).target(id.uuid());
    audit::record(conn, by, line.after(json!({ "amount": refund.amount, "currency": sold.currency })))?;
    ReportedRefund::find(conn, id).map(Refunded::New)
}

/// What the ledger calls it.
fn event(id: RefundId) -> String {
    format!("refund {id}")
}

impl Refund {
    fn hash(&self) -> Vec<u8> {
        hash_of_parts(&[&self.sale, &self.amount.to_string()])
    }
}

impl Sold {
    /// The company's sale of that idempotency key, else of that id.
    fn find(conn: &mut PgConnection, company: CompanyId, name: &str) -> QueryResult<Option<Self>> {
        let columns = (conversions::id, conversions::partner_id, conversions::team_id, conversions::amount, conversions::currency);
        let ours = || conversions::table.filter(conversions::company_id.eq(company)).select(columns);
        let by_key = ours().filter(conversions::idempotency_key.eq(name)).first(conn).optional()?;
        match (by_key, name.parse::<Uuid>()) {
            (None, Ok(id)) => ours().filter(conversions::id.eq(ConversionId::from(id))).first(conn).optional(),
            (found, _) => Ok(found),
        }
    }
}

impl ReportedRefund {
    fn find(conn: &mut PgConnection, id: RefundId) -> QueryResult<Self> {
        refunds::table
            .inner_join(conversions::table.on(conversions::id.eq(refunds::conversion_id)))
            .left_join(lines::table.on(lines::event.eq(event(id))))
            .filter(refunds::id.eq(id))
            .select((
                refunds::id,
                refunds::idempotency_key,
                refunds::conversion_id,
                refunds::amount,
                conversions::currency,
                refunds::at,
                lines::amount.nullable(),
            ))
            .first(conn)
    }

    /// What it took back of the commission.
    pub fn reversed(&self) -> i64 {
        -self.reversed.unwrap_or(0)
    }
}
