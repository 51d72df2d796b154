//! How PostgreSQL reads All Partners where one company has 50,000 of 100,000 teams with 300,000 members and a link each, and that company's inbox with
//! 100,000 conversations (R31). Fails where it reads a whole table.
//!
//! Uses the empty database that `DATABASE_URL` names, or an embedded server in `target/bench`, and keeps the data for the next run.

use diesel::{connection::SimpleConnection, prelude::*, sql_query, sql_types};
use guildhall::{
    db::{Db, DbSettings},
    embedded::Server,
    ids::{CompanyId, UserId},
    messages::inbox::{self, Entry, Narrowed},
    partners::{AllPartners, Search},
    schema::{companies, messages, users},
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
        ("a link that one person has", "mia-chen-4", Start::First),
        ("a part of a link that many have", "a-chen", Start::First),
    ] {
        let search = Search::of(typed);
        let begun = Instant::now();
        let page = AllPartners::read(conn, company, search.as_ref(), start)?;
        println!("\n=== {what} {typed:?}: {} of {} in {} ms", page.page.rows.len(), page.found, begun.elapsed().as_millis());
        whole_tables += show(&AllPartners::plans(conn, company, search.as_ref(), start)?);
    }
    let reader: UserId = users::table.filter(users::email.eq("reader@large.example")).select(users::id).first(conn)?;
    let behind: UserId = users::table.filter(users::email.eq("behind@large.example")).select(users::id).first(conn)?;
    let late = Start::After(Cursor { at: chrono::Utc::now() - chrono::TimeDelta::days(900), id: uuid::Uuid::nil() });
    for (what, who, typed, unread, start) in [
        ("the inbox", reader, "", false, Start::First),
        ("a late page of it", reader, "", false, late),
        ("what is new", reader, "", true, Start::First),
        ("the inbox of somebody who has read nothing", behind, "", false, Start::First),
        ("a word of a few messages", reader, "number ab12", false, Start::First),
        ("a word of every fifth message", reader, "deck", false, Start::First),
        ("a word of every message", reader, "thank", false, Start::First),
        ("a late page of it", reader, "thank", false, late),
        ("a word of none", reader, "zeppelin", false, Start::First),
        ("a name that few have", reader, "quinn123", false, Start::First),
        ("a name that many have", reader, "chen", false, Start::First),
    ] {
        let search = Search::of(typed);
        let names = search.as_ref().map(Search::patterns);
        let narrowed = Narrowed { unread, words: names.as_ref().map(|names| names[0].clone()), names };
        let begun = Instant::now();
        let rows = Entry::of_company(conn, company, who, &narrowed, start)?.rows.len();
        println!("\n=== {what} {typed:?}: {rows} conversations in {} ms", begun.elapsed().as_millis());
        whole_tables += show(&inbox::plan(conn, company, who, &narrowed, start)?);
    }
    if whole_tables > 0 {
        return Err(format!("a whole table is read in {whole_tables} places, marked !!").into());
    }
    Ok(())
}

/// Prints a plan; returns how many whole tables it reads. What is planned and never carried out reads nothing.
fn show(plan: &str) -> usize {
    const TABLES: [&str; 9] =
        ["partners", "teams", "members", "users", "conversations", "messages", "conversation_reads", "links", "link_texts"];
    let mut whole_tables = 0;
    for line in plan.lines() {
        let whole = TABLES.iter().any(|table| line.contains(&format!("Seq Scan on {table}"))) && !line.contains("never executed");
        whole_tables += usize::from(whole);
        println!("{}{line}", if whole { "!! " } else { "   " });
    }
    whole_tables
}

fn fill(conn: &mut PgConnection) -> Result<CompanyId, Box<dyn Error>> {
    let large = companies::table.filter(companies::slug.eq("large")).select(companies::id);
    let begun = Instant::now();
    conn.batch_execute("SET statement_timeout = 0")?;
    if large.first::<CompanyId>(conn).optional()?.is_none() {
        conn.transaction(|conn| conn.batch_execute(&format!("SET LOCAL guildhall.teams = {TEAMS}; {}", include_str!("plans.sql"))))?;
    }
    let has_messages: bool = diesel::select(diesel::dsl::exists(messages::table.select(messages::id))).get_result(conn)?;
    if !has_messages {
        conn.transaction(|conn| conn.batch_execute(include_str!("inbox.sql")))?;
        conn.batch_execute("VACUUM ANALYZE")?;
        println!("{TEAMS} teams and what they wrote made in {} s", begun.elapsed().as_secs());
    }
    Ok(large.first(conn)?)
}

/// Stops the server with the run.
struct Stopped(Server);

impl Drop for Stopped {
    fn drop(&mut self) {
        self.0.stop();
    }
}
