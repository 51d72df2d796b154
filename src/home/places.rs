//! The places of a person: the companies they work for and the teams they are in.

use crate::{
    companies::{Company, StaffRole, staff::Staff},
    ids::UserId,
    teams::{Membership, Team, TeamRole},
};
use diesel::prelude::*;

/// One place.
#[derive(Debug, Clone)]
pub enum Place {
    /// Work for a company.
    Company(Company, StaffRole),
    /// Membership of a team.
    Team(Team, TeamRole),
}

/// Every present place of this user: companies first, each kind by name.
pub fn all(conn: &mut PgConnection, user: UserId) -> QueryResult<Vec<Place>> {
    let companies = Staff::all_of(conn, user)?.into_iter().map(|(company, role)| Place::Company(company, role));
    let teams = Membership::all_of(conn, user)?.into_iter().map(|(team, role)| Place::Team(team, role));
    Ok(companies.chain(teams).collect())
}
