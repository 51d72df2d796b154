//! The least that a company pays out at once, by currency.

use crate::{
    audit::{self, Action, Actor, Event},
    companies::{Company, StaffPermission, staff::Staff},
    db,
    error::Result,
    ids::CompanyId,
    schema::withdrawal_minimums,
};
use diesel::{
    prelude::*,
    sql_query, sql_types,
    sql_types::{BigInt, Nullable, Text},
};
use serde_json::{Map, Value, json};

/// A currency in which the company owes or may come to owe, and its minimum.
#[derive(Debug, Clone, PartialEq, Eq, QueryableByName)]
pub struct Minimum {
    /// ISO 4217.
    #[diesel(sql_type = Text)]
    pub currency: String,
    /// Minor units; none: any amount.
    #[diesel(sql_type = Nullable<BigInt>)]
    pub amount: Option<i64>,
}

impl Minimum {
    /// Every currency of the company's programs, and those that have a minimum already. SQL for the two together.
    pub fn all(conn: &mut PgConnection, company: CompanyId) -> QueryResult<Vec<Self>> {
        sql_query(
            "SELECT c.currency, m.amount FROM (SELECT currency FROM programs WHERE company_id = $1 \
                 UNION SELECT currency FROM withdrawal_minimums WHERE company_id = $1) c \
             LEFT JOIN withdrawal_minimums m ON m.company_id = $1 AND m.currency = c.currency ORDER BY c.currency",
        )
        .bind::<sql_types::Uuid, _>(company)
        .load(conn)
    }
}

/// Sets those that are named; of other currencies than [`Minimum::all`] lists, nothing. Says whether anything is other than before.
pub fn set(conn: &mut PgConnection, by: &Actor, staff: &Staff, wanted: &[Minimum]) -> Result<bool> {
    db::transaction(conn, |conn| {
        let company = Company::lock(conn, staff.company.id)?.id;
        staff.recheck(conn, StaffPermission::Administer)?;
        let (mut was, mut is) = (Map::new(), Map::new());
        for old in Minimum::all(conn, company)? {
            let Some(new) = wanted.iter().find(|new| new.currency == old.currency && new.amount != old.amount) else { continue };
            was.insert(old.currency.clone(), json!(old.amount));
            is.insert(new.currency.clone(), json!(new.amount));
            write(conn, company, new)?;
        }
        if is.is_empty() {
            return Ok(false);
        }
        let event = Event::new(Action::PayoutMinimumsChanged).company(company).target(company.uuid());
        audit::record(conn, by, event.before(Value::Object(was)).after(Value::Object(is)))?;
        Ok(true)
    })
}

fn write(conn: &mut PgConnection, company: CompanyId, new: &Minimum) -> QueryResult<usize> {
    use withdrawal_minimums as m;
    let Some(amount) = new.amount else {
        return diesel::delete(m::table.find((company, &new.currency))).execute(conn);
    };
    diesel::insert_into(m::table)
        .values((m::company_id.eq(company), m::currency.eq(&new.currency), m::amount.eq(amount)))
        .on_conflict((m::company_id, m::currency))
        .do_update()
        .set(m::amount.eq(amount))
        .execute(conn)
}
