//! Files of withdrawals for payment. What may be paid goes into the next file; each withdrawal is in one file at most, and a file can be had
//! again.

use crate::{
    audit::{self, Action, Actor, Event},
    companies::{Company, StaffPermission, staff::Staff},
    db::{self, now},
    error::Result,
    ids::{CompanyId, ExportId, UserId, WithdrawalId},
    payouts::{WithdrawalStatus, marks},
    schema::{withdrawal_exports, withdrawals},
};
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use serde_json::json;

/// A file.
#[derive(Debug, Clone, HasQuery)]
#[diesel(table_name = withdrawal_exports)]
pub struct Export {
    /// Key.
    pub id: ExportId,
    /// Who made it.
    pub made_by: UserId,
    /// When.
    pub made_at: DateTime<Utc>,
}

impl Export {
    /// The company's file with that id.
    pub fn find(conn: &mut PgConnection, company: CompanyId, id: ExportId) -> QueryResult<Self> {
        Self::query().filter(withdrawal_exports::id.eq(id)).filter(withdrawal_exports::company_id.eq(company)).first(conn)
    }
}

/// The most withdrawals in a file: as many as one reads back.
pub const MOST: usize = marks::MOST;

/// Puts into a file what is asked for, not held, and in no file yet, the oldest first and [`MOST`] at most; nothing where there is none.
/// `Forbidden` where they may not any more.
pub fn make(conn: &mut PgConnection, by: &Actor, staff: &Staff) -> Result<Option<ExportId>> {
    db::transaction(conn, |conn| {
        // Two files made at once: the second holds what the first has left.
        let company = Company::lock(conn, staff.company.id)?.id;
        staff.recheck(conn, StaffPermission::PayOut)?;
        // Locked, so that what is marked or taken back this moment is in no file.
        let payable: Vec<WithdrawalId> = withdrawals::table
            .filter(withdrawals::company_id.eq(company))
            .filter(withdrawals::status.eq(WithdrawalStatus::Requested))
            .filter(withdrawals::held_until.le(now()))
            .filter(withdrawals::export_id.is_null())
            .order((withdrawals::requested_at, withdrawals::id))
            .limit(MOST as i64)
            .select(withdrawals::id)
            .for_no_key_update()
            .load(conn)?;
        if payable.is_empty() {
            return Ok(None);
        }
        let id = ExportId::new();
        diesel::insert_into(withdrawal_exports::table)
            .values((
                withdrawal_exports::id.eq(id),
                withdrawal_exports::company_id.eq(company),
                withdrawal_exports::made_by.eq(staff.user.id),
            ))
            .execute(conn)?;
        let these = withdrawals::table.filter(withdrawals::id.eq_any(payable));
        let count = diesel::update(these).set(withdrawals::export_id.eq(id)).execute(conn)?;
        let event = Event::new(Action::WithdrawalsExported).company(company).target(id.uuid());
        audit::record(conn, by, event.after(json!({ "withdrawals": count })))?;
        Ok(Some(id))
    })
}
