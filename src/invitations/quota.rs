//! How many people somebody invites in a day (S43): each person, and all of a company or a team together. Counted in the transaction that
//! invites, after its other locks: whoever is counted alike waits until it ends, and what is not done is not counted.

use crate::{
    access::{Limit, Limiter, Whose},
    companies::staff::Staff,
    error::Result,
    teams::Membership,
};
use diesel::PgConnection;

/// Counts people whom staff ask for. `TooMany` where that is more than they, or their company, ask for in a day.
pub fn take_of_company(conn: &mut PgConnection, limiter: &Limiter, by: &Staff, people: usize) -> Result<()> {
    limiter.take_many(conn, Limit::InvitationsOfCompany, Whose::Company(by.company.id), people)?;
    limiter.take_many(conn, Limit::InvitationsOfPerson, Whose::Person(by.user.id), people)
}

/// Counts people whom a team asks in by itself.
pub fn take_of_team(conn: &mut PgConnection, limiter: &Limiter, by: &Membership, people: usize) -> Result<()> {
    limiter.take_many(conn, Limit::InvitationsOfTeam, Whose::Team(by.team.id), people)?;
    limiter.take_many(conn, Limit::InvitationsOfPerson, Whose::Person(by.user.id), people)
}
