//! Whether the company requires two-step sign-in of its staff (S7).

use crate::{
    audit::{self, Action, Actor, Event},
    companies::{Company, StaffPermission, staff::Staff},
    db,
    error::Result,
    schema::companies,
};
use diesel::prelude::*;
use serde_json::json;

/// Requires it, or no more; felt on the next request of every colleague, on every copy of the program. Says whether that is new.
pub fn require_two_step(conn: &mut PgConnection, by: &Actor, staff: &Staff, required: bool) -> Result<bool> {
    db::transaction(conn, |conn| {
        let company = Company::lock(conn, staff.company.id)?.id;
        staff.recheck(conn, StaffPermission::Administer)?;
        let other = companies::table.find(company).filter(companies::requires_two_step.ne(required));
        if diesel::update(other).set(companies::requires_two_step.eq(required)).execute(conn)? == 0 {
            return Ok(false);
        }
        let event = Event::new(Action::TwoStepRequirementChanged).company(company).target(company.uuid());
        audit::record(conn, by, event.before(json!({ "required": !required })).after(json!({ "required": required })))?;
        Ok(true)
    })
}
