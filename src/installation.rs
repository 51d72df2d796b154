//! What this database is: empty, a real installation's, or a demo's. Neither command touches the other's.

use crate::{db::now, schema::installation};
use diesel::{
    prelude::*,
    sql_query,
    sql_types::{BigInt, Bool},
};

/// What a database is before anything is done to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// No table in it.
    Empty,
    /// A real installation.
    Real,
    /// Marked by `demo`.
    Demo,
    /// Tables that are not ours.
    Foreign,
}

#[derive(QueryableByName)]
struct Found {
    #[diesel(sql_type = BigInt)]
    tables: i64,
    #[diesel(sql_type = Bool)]
    ours: bool,
}

impl Kind {
    /// Of that database. SQL, since it looks for tables that may not be there.
    pub fn of(conn: &mut PgConnection) -> QueryResult<Self> {
        let found: Found = sql_query(
            "SELECT count(*) AS tables, coalesce(bool_or(tablename = 'installation'), false) AS ours FROM pg_tables WHERE schemaname = 'public'",
        )
        .get_result(conn)?;
        match found {
            Found { tables: 0, .. } => Ok(Self::Empty),
            Found { ours: false, .. } => Ok(Self::Foreign),
            Found { ours: true, .. } => Ok(if is_demo(conn)? { Self::Demo } else { Self::Real }),
        }
    }
}

fn is_demo(conn: &mut PgConnection) -> QueryResult<bool> {
    installation::table.select(installation::is_demo).first(conn)
}

/// Marks the database as a demo's.
pub fn mark_as_demo(conn: &mut PgConnection) -> QueryResult<()> {
    diesel::update(installation::table).set(installation::is_demo.eq(true)).execute(conn).map(drop)
}

/// Whether the demo's data are complete.
pub fn is_seeded(conn: &mut PgConnection) -> QueryResult<bool> {
    installation::table.select(installation::seeded_at.is_not_null()).first(conn)
}

/// Notes that the demo's data are complete.
pub fn mark_as_seeded(conn: &mut PgConnection) -> QueryResult<()> {
    diesel::update(installation::table).set(installation::seeded_at.eq(now().nullable())).execute(conn).map(drop)
}

/// Empties a demo's database, so that it begins anew.
pub fn empty(conn: &mut PgConnection) -> QueryResult<()> {
    use diesel::connection::SimpleConnection;
    conn.batch_execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
}
