//! Every migration can be undone.

use crate::support::cluster::cluster;
use diesel::{Connection, PgConnection, QueryableByName, RunQueryDsl, sql_query, sql_types::BigInt};
use diesel_migrations::{FileBasedMigrations, MigrationHarness};

#[derive(QueryableByName)]
struct Left {
    #[diesel(sql_type = BigInt)]
    tables: i64,
}

#[test]
fn every_migration_can_be_undone_and_done_again() {
    let mut conn = PgConnection::establish(&cluster().empty_database("migrations")).unwrap();
    let migrations = || FileBasedMigrations::from_path("migrations").unwrap();
    conn.run_pending_migrations(migrations()).unwrap();
    conn.revert_all_migrations(migrations()).unwrap();
    let left: Left =
        sql_query("SELECT count(*) AS tables FROM pg_tables WHERE schemaname = 'public' AND tablename <> '__diesel_schema_migrations'")
            .get_result(&mut conn)
            .unwrap();
    assert_eq!(left.tables, 0);
    conn.run_pending_migrations(migrations()).unwrap();
}
