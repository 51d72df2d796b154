//! What a company's own system calls, with a key and in JSON: sales and refunds (rule 41).

use crate::{
    access::WithKey,
    db::Db,
    error::Result,
    ids::{ClickId, ConversionId, MemberId, ProgramId, RefundId},
    referrals::{
        attribution::CLICK_DAYS,
        conversion::{self, EXTERNAL_LENGTH, Report, Reported, ReportedSale},
        refund::{self, Refund, Refunded, ReportedRefund},
    },
    web::json::{Fault, Fields, answer, refuse},
};
use actix_web::{HttpResponse, http::StatusCode};
use chrono::{DateTime, Utc};
use serde::Serialize;

#[derive(Serialize)]
struct SaleAnswer {
    id: ConversionId,
    idempotency_key: String,
    click_id: Option<ClickId>,
    customer_id: Option<String>,
    amount: i64,
    currency: String,
    program: ProgramId,
    partner: String,
    member: MemberId,
    at: DateTime<Utc>,
    commission: Option<CommissionAnswer>,
}

#[derive(Serialize)]
struct CommissionAnswer {
    amount: i64,
    currency: String,
    available_at: DateTime<Utc>,
}

#[derive(Serialize)]
struct RefundAnswer {
    id: RefundId,
    idempotency_key: String,
    sale: ConversionId,
    amount: i64,
    currency: String,
    at: DateTime<Utc>,
    commission_reversed: i64,
}

/// Takes the report of a sale: 201 the first time, 200 with the same body each time after.
pub async fn report(by: WithKey, fields: Fields, db: Db) -> Result<HttpResponse> {
    let report = match read_report(&fields) {
        Ok(report) => report,
        Err(fault) => return refuse(StatusCode::UNPROCESSABLE_ENTITY, &fault),
    };
    let (key, actor, currency) = (by.key, by.actor.clone(), report.currency.clone());
    match db.run(move |conn| conversion::report(conn, &actor, &key, &report)).await? {
        Reported::New(sale) => answer(StatusCode::CREATED, &SaleAnswer::of(sale)),
        Reported::Again(sale) => answer(StatusCode::OK, &SaleAnswer::of(sale)),
        Reported::OtherReport => refuse(StatusCode::CONFLICT, &key_used("sale")),
        Reported::UnknownClick => {
            refuse(StatusCode::UNPROCESSABLE_ENTITY, &Fault::at("click_id", "unknown_click", "No link of yours was clicked with this id."))
        }
        Reported::OldClick => {
            let says = format!("This click is older than {CLICK_DAYS} days: it brings no sale any more.");
            refuse(StatusCode::UNPROCESSABLE_ENTITY, &Fault::at("click_id", "click_too_old", says))
        }
        Reported::UnknownCustomer => {
            let says = "Nobody brought this customer. Send the click_id with the first sale.";
            refuse(StatusCode::UNPROCESSABLE_ENTITY, &Fault::at("customer_id", "unknown_customer", says))
        }
        Reported::OtherCurrency(expected) => {
            let says = format!("The program is in {expected}, and the sale in {currency}.");
            refuse(StatusCode::UNPROCESSABLE_ENTITY, &Fault::at("currency", "currency_mismatch", says))
        }
    }
}

/// Takes the report of a refund: 201 the first time, 200 with the same body each time after.
pub async fn refund(by: WithKey, fields: Fields, db: Db) -> Result<HttpResponse> {
    let report = match read_refund(&fields) {
        Ok(report) => report,
        Err(fault) => return refuse(StatusCode::UNPROCESSABLE_ENTITY, &fault),
    };
    let (key, actor) = (by.key, by.actor.clone());
    match db.run(move |conn| refund::refund(conn, &actor, &key, &report)).await? {
        Refunded::New(refund) => answer(StatusCode::CREATED, &RefundAnswer::of(refund)),
        Refunded::Again(refund) => answer(StatusCode::OK, &RefundAnswer::of(refund)),
        Refunded::OtherReport => refuse(StatusCode::CONFLICT, &key_used("refund")),
        Refunded::UnknownSale => {
            let says = "You reported no sale with this idempotency key or id.";
            refuse(StatusCode::UNPROCESSABLE_ENTITY, &Fault::at("sale", "unknown_sale", says))
        }
        Refunded::TooMuch(left) => {
            let says = format!("More than is left of this sale: {left} in minor units.");
            refuse(StatusCode::UNPROCESSABLE_ENTITY, &Fault::at("amount", "more_than_is_left", says))
        }
    }
}

fn read_report(fields: &Fields) -> std::result::Result<Report, Fault> {
    fields.only(&["idempotency_key", "click_id", "customer_id", "amount", "currency"])?;
    let idempotency_key = fields.required_text("idempotency_key", EXTERNAL_LENGTH)?.to_owned();
    let click = fields.text("click_id", EXTERNAL_LENGTH)?;
    let customer = fields.text("customer_id", EXTERNAL_LENGTH)?.map(str::to_owned);
    if click.is_none() && customer.is_none() {
        return Err(Fault::at("click_id", "missing_field", "Send click_id, customer_id or both."));
    }
    let amount = fields.amount("amount")?;
    let currency = fields.required_text("currency", EXTERNAL_LENGTH)?;
    if currency.len() != 3 || !currency.bytes().all(|letter| letter.is_ascii_uppercase()) {
        return Err(Fault::at("currency", "wrong_currency", "currency must be three capital letters, like EUR."));
    }
    // What is no id of a click was clicked by nobody.
    let click = click.map(|id| id.parse().unwrap_or_else(|_| ClickId::from(uuid::Uuid::nil())));
    Ok(Report { idempotency_key, click, customer, amount, currency: currency.to_owned() })
}

fn read_refund(fields: &Fields) -> std::result::Result<Refund, Fault> {
    fields.only(&["idempotency_key", "sale", "amount"])?;
    Ok(Refund {
        idempotency_key: fields.required_text("idempotency_key", EXTERNAL_LENGTH)?.to_owned(),
        sale: fields.required_text("sale", EXTERNAL_LENGTH)?.to_owned(),
        amount: fields.amount("amount")?,
    })
}

fn key_used(what: &str) -> Fault {
    let says = format!("Another {what} was reported with this idempotency key. Nothing was changed.");
    Fault::at("idempotency_key", "idempotency_key_used", says)
}

impl SaleAnswer {
    fn of(sale: ReportedSale) -> Self {
        let ReportedSale { id, idempotency_key, click, customer, amount, currency, program, partner, member, at, commission } = sale;
        let earned = |(amount, available_at)| CommissionAnswer { amount, currency: currency.clone(), available_at };
        let commission = commission.map(earned);
        Self { id, idempotency_key, click_id: click, customer_id: customer, amount, currency, program, partner, member, at, commission }
    }
}

impl RefundAnswer {
    fn of(refund: ReportedRefund) -> Self {
        let commission_reversed = refund.reversed();
        let ReportedRefund { id, idempotency_key, sale, amount, currency, at, .. } = refund;
        Self { id, idempotency_key, sale, amount, currency, at, commission_reversed }
    }
}
