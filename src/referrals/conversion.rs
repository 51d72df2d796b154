//! Sales that the company's own system reports (rule 41): each once, whatever is repeated, with the commission that it earns.

use crate::{
    audit::{self, Action, Actor, Event},
    db,
    error::Result,
    ids::*,
    programs::commission::{CommissionRule, Earns},
    referrals::{
        attribution::{Brought, Click, Customer},
        commission::{Earning, Sale},
        key::ApiKey,
    },
    schema::{commissions, conversions, customers, programs, teams},
};
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use serde_json::json;
use sha2::{Digest, Sha256};

/// The most characters of a key or id that the company gives.
pub const EXTERNAL_LENGTH: usize = 200;

/// A sale as it is reported. At least one of click and customer is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// The company's own: the same report counts once.
    pub idempotency_key: String,
    /// The click id that the destination was handed.
    pub click: Option<ClickId>,
    /// The customer, as the company's own system calls them.
    pub customer: Option<String>,
    /// Minor units, more than nothing.
    pub amount: i64,
    /// ISO 4217.
    pub currency: String,
}

/// What became of a report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reported {
    /// The sale stands.
    New(ReportedSale),
    /// It stood already, by the same report.
    Again(ReportedSale),
    /// Another report came under the same idempotency key.
    OtherReport,
    /// No link of this company was clicked so.
    UnknownClick,
    /// The click is older than 90 days, and nobody brought the customer before.
    OldClick,
    /// Nobody brought that customer, and no click says who.
    UnknownCustomer,
    /// The program is in another currency: this one.
    OtherCurrency(String),
}

/// A sale as it was answered the first time, and is each time after.
#[derive(Debug, Clone, PartialEq, Eq, Queryable)]
pub struct ReportedSale {
    /// Key.
    pub id: ConversionId,
    /// The company's own.
    pub idempotency_key: String,
    /// The click that brought it.
    pub click: Option<ClickId>,
    /// The customer, as the company's own system calls them.
    pub customer: Option<String>,
    /// Minor units.
    pub amount: i64,
    /// ISO 4217.
    pub currency: String,
    /// The program.
    pub program: ProgramId,
    /// The team's part of the URL, by which the company knows the partner.
    pub partner: String,
    /// Who brought it.
    pub member: MemberId,
    /// When it was reported.
    pub at: DateTime<Utc>,
    /// What it earned and until when that is held; nothing where it earned nothing.
    pub commission: Option<(i64, DateTime<Utc>)>,
}

/// One report under one key, in each company.
const ONCE: &str = "conversions_company_id_idempotency_key_key";

/// Carries out a report. `KeyRequired` where the key was revoked meanwhile.
pub fn report(conn: &mut PgConnection, by: &Actor, key: &ApiKey, report: &Report) -> Result<Reported> {
    db::transaction(conn, |conn| {
        key.recheck(conn)?;
        if let Some(earlier) = earlier(conn, key, report)? {
            return Ok(earlier);
        }
        // Refused by the constraint alone, all of it is undone, a customer who was bound too: the other report of the key decides.
        match db::unless_broken(conn, ONCE, |conn| sell(conn, by, key, report))? {
            Some(reported) => Ok(reported),
            None => Ok(earlier(conn, key, report)?.expect("the key is taken by a report that is there now")),
        }
    })
}

/// What was answered to the report of that idempotency key, if there was one.
fn earlier(conn: &mut PgConnection, key: &ApiKey, report: &Report) -> QueryResult<Option<Reported>> {
    let found = conversions::table
        .filter(conversions::company_id.eq(key.company))
        .filter(conversions::idempotency_key.eq(&report.idempotency_key))
        .select((conversions::id, conversions::request_hash))
        .first::<(ConversionId, Vec<u8>)>(conn)
        .optional()?;
    let Some((id, hash)) = found else { return Ok(None) };
    if hash != report.hash() {
        return Ok(Some(Reported::OtherReport));
    }
    ReportedSale::find(conn, id).map(|sale| Some(Reported::Again(sale)))
}

fn sell(conn: &mut PgConnection, by: &Actor, key: &ApiKey, report: &Report) -> QueryResult<Reported> {
    let (customer, brought) = match attribute(conn, key.company, report)? {
        Ok(attributed) => attributed,
        Err(refused) => return Ok(refused),
    };
    // Held, so that nobody closes the team between this look and the commission.
    let closed: Option<DateTime<Utc>> = teams::table.find(brought.team).select(teams::closed_at).for_share().first(conn)?;
    let mut rule = CommissionRule::of(conn, brought.program)?;
    if closed.is_some() || !brought.was_in_program(conn)? {
        rule.earns = Earns::Nothing;
    }
    let (id, (percent, fixed)) = (ConversionId::new(), rule.earns.columns());
    diesel::insert_into(conversions::table)
        .values((
            conversions::id.eq(id),
            conversions::company_id.eq(key.company),
            conversions::api_key_id.eq(key.id),
            conversions::idempotency_key.eq(&report.idempotency_key),
            conversions::request_hash.eq(report.hash()),
            conversions::customer_id.eq(customer),
            conversions::partner_id.eq(brought.partner),
            conversions::team_id.eq(brought.team),
            conversions::member_id.eq(brought.member),
            conversions::program_id.eq(brought.program),
            conversions::link_id.eq(brought.link),
            conversions::click_id.eq(brought.click),
            conversions::amount.eq(report.amount),
            conversions::currency.eq(&report.currency),
            conversions::commission_percent.eq(percent),
            conversions::commission_amount.eq(fixed),
        ))
        .execute(conn)?;
    let earning = Earning {
        sale: Sale::Reported(id),
        company: key.company,
        partner: brought.partner,
        team: brought.team,
        member: brought.member,
        program: brought.program,
        amount: report.amount,
        currency: &report.currency,
    };
    earning.book(conn, rule)?;
    let event = Event::new(Action::SaleReported).company(key.company).team(brought.team).target(id.uuid());
    audit::record(conn, by, event.after(json!({ "amount": report.amount, "currency": report.currency })))?;
    ReportedSale::find(conn, id).map(Reported::New)
}

/// Whose sale it is, with the customer where one is named; or why it is nobody's. A customer is bound only where the sale can stand.
fn attribute(
    conn: &mut PgConnection,
    company: CompanyId,
    report: &Report,
) -> QueryResult<std::result::Result<(Option<CustomerId>, Brought), Reported>> {
    let click = report.click.map(|id| Click::find(conn, company, id)).transpose()?;
    let known = report.customer.as_ref().map(|name| Customer::find(conn, company, name)).transpose()?.flatten();
    let brought = match (click, &known) {
        (Some(None), _) => return Ok(Err(Reported::UnknownClick)),
        (_, Some(customer)) => customer.brought.clone(),
        (Some(Some(click)), None) if click.is_old => return Ok(Err(Reported::OldClick)),
        (Some(Some(click)), None) => click.brought,
        (None, None) => return Ok(Err(Reported::UnknownCustomer)),
    };
    if let Some(other) = other_currency(conn, &brought, report)? {
        return Ok(Err(Reported::OtherCurrency(other)));
    }
    let customer = match (known, &report.customer) {
        (None, Some(name)) => Some(Customer::bind(conn, company, name, &brought)?),
        (known, _) => known,
    };
    let Some(Customer { id, brought }) = customer else { return Ok(Ok((None, brought))) };
    // Bound by another sale at the same moment, perhaps, and then in another program.
    match other_currency(conn, &brought, report)? {
        Some(other) => Ok(Err(Reported::OtherCurrency(other))),
        None => Ok(Ok((Some(id), brought))),
    }
}

/// The program's currency, where the report has another one.
fn other_currency(conn: &mut PgConnection, brought: &Brought, report: &Report) -> QueryResult<Option<String>> {
    let currency: String = programs::table.find(brought.program).select(programs::currency).first(conn)?;
    Ok(Some(currency).filter(|currency| *currency != report.currency))
}

impl Report {
    /// What it says, to tell another report under the same idempotency key. Each part with its length, so that none runs into the next.
    fn hash(&self) -> Vec<u8> {
        let click = self.click.map(|id| id.to_string()).unwrap_or_default();
        let parts = [click.as_str(), self.customer.as_deref().unwrap_or_default(), &self.amount.to_string(), &self.currency];
        hash_of_parts(&parts)
    }
}

/// SHA-256 of these parts, none of which runs into the next.
pub(super) fn hash_of_parts(parts: &[&str]) -> Vec<u8> {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part.as_bytes());
    }
    hash.finalize().to_vec()
}

impl ReportedSale {
    /// As it was answered: a commission's row never changes, and what was taken back since stands in the ledger.
    fn find(conn: &mut PgConnection, id: ConversionId) -> QueryResult<Self> {
        conversions::table
            .inner_join(teams::table.on(teams::id.eq(conversions::team_id)))
            .left_join(customers::table.on(customers::id.nullable().eq(conversions::customer_id)))
            .left_join(commissions::table.on(commissions::conversion_id.eq(conversions::id.nullable())))
            .filter(conversions::id.eq(id))
            .select((
                conversions::id,
                conversions::idempotency_key,
                conversions::click_id,
                customers::external_id.nullable(),
                conversions::amount,
                conversions::currency,
                conversions::program_id,
                teams::slug,
                conversions::member_id,
                conversions::at,
                (commissions::amount, commissions::available_at).nullable(),
            ))
            .first(conn)
    }
}
