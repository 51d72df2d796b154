//! The numbers on the tabs of All Partners.

use crate::ids::CompanyId;
use diesel::{prelude::*, sql_types};

pub use crate::web::pagination::said;

/// The numbers on the tabs of All Partners.
#[derive(Debug, Clone, Copy, QueryableByName)]
pub struct Counts {
    /// Partners in the default list; 10,001 stands for more.
    #[diesel(sql_type = sql_types::BigInt)]
    pub partners: i64,
    /// Invitations of partners that wait for somebody; those of staff stand on the staff page.
    #[diesel(sql_type = sql_types::BigInt)]
    pub invitations: i64,
}

/// Both as columns of a SELECT, with the company as $1. The list's order in the first makes it an index's affair.
pub(super) const COUNTS: &str = "\
    (SELECT count(*) FROM (SELECT 1 FROM partners WHERE company_id = $1 AND archived_at IS NULL AND ended_at IS NULL \
        ORDER BY joined_at DESC, id DESC LIMIT 10001) p) AS partners, \
    (SELECT count(*) FROM (SELECT 1 FROM invitations WHERE company_id = $1 AND kind <> 'staff' AND status IN ('waiting', 'sent') \
        AND expires_at > now() LIMIT 10001) i) AS invitations";

impl Counts {
    /// Both in one statement. SQL, since Diesel has no LIMIT inside a counted subquery of a FROM-less SELECT.
    pub fn of(conn: &mut PgConnection, company: CompanyId) -> QueryResult<Self> {
        diesel::sql_query(format!("SELECT {COUNTS}")).bind::<sql_types::Uuid, _>(company).get_result(conn)
    }
}
