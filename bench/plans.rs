//! How PostgreSQL reads All Partners where one company has 50,000 of 100,000 teams with 300,000 members (R31). Fails where it reads a
//! whole table.
//!
//! Uses the empty database that `DATABASE_URL` names, or an embedded server in `target/bench`, and keeps the data for the next run.

use diesel::{connection::SimpleConnection, prelude::*, sql_query, sql_types};
use guildhall::{
    db::{Db, DbSettings},
    embedded::Server,
    ids::CompanyId,
    partners::{AllPartners, Search},
    schema::companies,
    web::pagination::{Cursor, PAGE_SIZE, Start},
};
use std::{error::Error, path::Path, time::Instant};

const TEAMS: usize = 100_000;
const DATABASE: &str = "guildhall_plans";

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = sql_types::Timestamptz)]
    joined_at: chrono::DateTime<chrono::Utc>,
    #[diesel(sql_type = sql_types::Uuid)]
    id: uuid::Uuid,
}

fn main() -> Result<(), Box<dyn Error>> {
    let (url, _server) = match std::env::var("DATABASE_URL") {
        Ok(url) => (url, None),
        Err(_) => {
            let server = Server::start(&Path::new(env!("CARGO_MANIFEST_DIR")).join("target/bench"))?;
            server.ensure_database(DATABASE)?;
            (server.url(DATABASE), Some(Stopped(server)))
        }
    };
    Db::new(&DbSettings { url: url.clone(), connections: 1, prepared_statements: true }).migrate()?;
    let conn = &mut PgConnection::establish(&url)?;
    let company = fill(conn)?;
    let hundredth: Row =
        sql_query("SELECT joined_at, id FROM partners WHERE company_id = $1 ORDER BY joined_at DESC, id DESC OFFSET $2 LIMIT 1")
            .bind::<sql_types::Uuid, _>(company)
            .bind::<sql_types::BigInt, _>((99 * PAGE_SIZE - 1) as i64)
            .get_result(conn)?;
    let hundredth = Start::After(Cursor { at: hundredth.joined_at, id: hundredth.id });
    let mut whole_tables = 0;
    for (what, typed, start) in [
        ("page 1", "", Start::First),
        ("page 100", "", hundredth),
        ("a search that finds few", "quinn123", Start::First),
        ("a search of three letters", "che", Start::First),
        ("its page 100", "che", hundredth),
        ("a search of three letters that everybody holds", "exa", Start::First),
        ("a search of two letters", "mi", Start::First),
    ] {
        let search = Search::of(typed);
        let begun = Instant::now();
        let page = AllPartners::read(conn, company, search.as_ref(), start)?;
        println!("\n=== {what} {typed:?}: {} of {} in {} ms", page.page.rows.len(), page.found, begun.elapsed().as_millis());
        let plans = AllPartners::plans(conn, company, search.as_ref(), start)?;
        for line in plans.lines() {
            let whole = ["partners", "teams", "members", "users"].iter().any(|table| line.contains(&format!("Seq Scan on {table}")));
            whole_tables += usize::from(whole);
            println!("{}{line}", if whole { "!! " } else { "   " });
        }
    }
    if whole_tables > 0 {
        return Err(format!("a whole table is read in {whole_tables} places, marked !!").into());
    }
    Ok(())
}

fn fill(conn: &mut PgConnection) -> Result<CompanyId, Box<dyn Error>> {
    let large = companies::table.filter(companies::slug.eq("large")).select(companies::id);
    if let Some(made_before) = large.first(conn).optional()? {
        return Ok(made_before);
    }
    let begun = Instant::now();
    conn.batch_execute("SET statement_timeout = 0")?;
    conn.transaction(|conn| conn.batch_execute(&format!("SET LOCAL guildhall.teams = {TEAMS}; {}", include_str!("plans.sql"))))?;
    conn.batch_execute("VACUUM ANALYZE")?;
    println!("{TEAMS} teams made in {} s", begun.elapsed().as_secs());
    Ok(large.first(conn)?)
}

/// Stops the server with the run.
struct Stopped(Server);

impl Drop for Stopped {
    fn drop(&mut self) {
        self.0.stop();
    }
}
