//! A partner's place in one program.

use crate::{
    ids::{EnrollmentId, ProgramId},
    programs::Partner,
    schema::enrollments,
};
use diesel::prelude::*;

/// Enrolls a partner in a program of its company; nothing happens where it is in already. Says whether it is new.
pub fn enroll(conn: &mut PgConnection, partner: &Partner, program: ProgramId) -> QueryResult<bool> {
    let made = diesel::insert_into(enrollments::table)
        .values((
            enrollments::id.eq(EnrollmentId::new()),
            enrollments::company_id.eq(partner.company_id),
            enrollments::partner_id.eq(partner.id),
            enrollments::program_id.eq(program),
        ))
        .on_conflict_do_nothing()
        .execute(conn)?;
    Ok(made == 1)
}
