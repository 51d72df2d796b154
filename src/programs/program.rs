//! The program's row.

use crate::{
    ids::{CompanyId, ProgramId},
    schema::programs,
};
use diesel::prelude::*;

/// An offer of a company that teams join.
#[derive(Debug, Clone, HasQuery)]
#[diesel(table_name = programs)]
pub struct Program {
    /// Key.
    pub id: ProgramId,
    /// Whose offer it is.
    pub company_id: CompanyId,
    /// Unique in the company.
    pub name: String,
    /// A paragraph for those who consider joining; may be empty.
    pub description: String,
    /// Where links lead: an http or https URL.
    pub destination: String,
    /// ISO 4217.
    pub currency: String,
    /// Whether any team of the installation may join at once.
    pub open: bool,
}

/// What staff write about a program.
#[derive(Debug, Clone, PartialEq, Eq, Insertable, AsChangeset)]
#[diesel(table_name = programs)]
pub struct ProgramText {
    /// Unique in the company.
    pub name: String,
    /// May be empty.
    pub description: String,
    /// An http or https URL.
    pub destination: String,
    /// ISO 4217.
    pub currency: String,
    /// Whether any team may join at once.
    pub open: bool,
}

impl Program {
    /// A program of that company.
    pub fn find(conn: &mut PgConnection, company: CompanyId, id: ProgramId) -> QueryResult<Self> {
        Self::query().filter(programs::id.eq(id)).filter(programs::company_id.eq(company)).first(conn)
    }

    /// All programs of that company, by name.
    pub fn all(conn: &mut PgConnection, company: CompanyId) -> QueryResult<Vec<Self>> {
        Self::query().filter(programs::company_id.eq(company)).order((programs::name, programs::id)).load(conn)
    }
}
