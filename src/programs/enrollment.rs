//! A partner's place in one program.

use crate::{
    ids::{EnrollmentId, PartnerId, ProgramId, TeamId},
    programs::Partner,
    schema::{companies, enrollments, partners, programs},
};
use chrono::{DateTime, Utc};
use diesel::{dsl::exists, prelude::*};

/// Programs of a team shown at most.
pub const MOST: usize = 100;

/// A program that a team is in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Joined {
    /// The company's name.
    pub company: String,
    /// The program's name.
    pub program: String,
    /// Since when.
    pub since: DateTime<Utc>,
}

/// The programs that a team is in, by company and name: [`MOST`] at most, and one more where there are more.
pub fn of_team(conn: &mut PgConnection, team: TeamId) -> QueryResult<Vec<Joined>> {
    let rows: Vec<(String, String, DateTime<Utc>)> = enrollments::table
        .inner_join(partners::table.on(partners::id.eq(enrollments::partner_id)))
        .inner_join(programs::table.on(programs::id.eq(enrollments::program_id)))
        .inner_join(companies::table.on(companies::id.eq(enrollments::company_id)))
        .filter(partners::team_id.eq(team))
        .filter(enrollments::left_at.is_null())
        .order((companies::name, programs::name, enrollments::id))
        .limit(MOST as i64 + 1)
        .select((companies::name, programs::name, enrollments::joined_at))
        .load(conn)?;
    Ok(rows.into_iter().map(|(company, program, since)| Joined { company, program, since }).collect())
}

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

/// Whether a partner is in that program now.
pub fn is_in(conn: &mut PgConnection, partner: PartnerId, program: ProgramId) -> QueryResult<bool> {
    let places = enrollments::table.filter(enrollments::partner_id.eq(partner)).filter(enrollments::program_id.eq(program));
    diesel::select(exists(places.filter(enrollments::left_at.is_null()))).get_result(conn)
}

/// Whether a partner is or once was in that program.
pub fn was_in(conn: &mut PgConnection, partner: PartnerId, program: ProgramId) -> QueryResult<bool> {
    let places = enrollments::table.filter(enrollments::partner_id.eq(partner)).filter(enrollments::program_id.eq(program));
    diesel::select(exists(places)).get_result(conn)
}
