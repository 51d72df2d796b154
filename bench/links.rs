//! 10,000 people of one name come into a team, 32 at once: each has a link, nobody fails, no text comes twice (R20).
//!
//! Uses the empty database that `DATABASE_URL` names, or an embedded server in `target/bench`, and keeps what it made.

use diesel::{Connection, connection::SimpleConnection, prelude::*, sql_query, sql_types};
use guildhall::{
    db::{self, Db, DbSettings},
    embedded::Server,
    ids::{MemberId, TeamId, UserId},
    links::defaults,
    schema::{members, teams, users},
    teams::{MemberRole, NewMember, Team},
};
use std::{
    error::Error,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::{Duration, Instant},
};
use uuid::Uuid;

const PEOPLE: usize = 10_000;
const AT_ONCE: usize = 32;
const DATABASE: &str = "guildhall_link_texts";

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = sql_types::BigInt)]
    n: i64,
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
    let people = Arc::new(fill(conn)?);
    let (next, failed) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let begun = Instant::now();
    let threads: Vec<_> = (0..AT_ONCE)
        .map(|_| {
            let (people, next, failed) = (people.clone(), next.clone(), failed.clone());
            let mut conn = PgConnection::establish(&url).expect("a connection");
            thread::spawn(move || {
                let mut slowest = Duration::ZERO;
                while let Some((team, user)) = people.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let at = Instant::now();
                    if let Err(error) = join(&mut conn, *team, *user) {
                        eprintln!("{error}");
                        failed.fetch_add(1, Ordering::Relaxed);
                    }
                    slowest = slowest.max(at.elapsed());
                }
                slowest
            })
        })
        .collect();
    let slowest = threads.into_iter().map(|thread| thread.join().expect("no panic")).max().unwrap_or_default();
    let took = begun.elapsed();
    let count =
        |conn: &mut PgConnection, sql: &str| sql_query(format!("SELECT ({sql}) AS n")).get_result::<Count>(conn).map(|count| count.n);
    let links =
        count(conn, "SELECT count(*) FROM links l JOIN teams t ON t.id = l.team_id WHERE t.created_at >= now() - interval '1 hour'")?;
    let shared = count(conn, "SELECT count(*) FROM (SELECT lower(text) FROM links GROUP BY 1 HAVING count(*) > 1) twice")?;
    let homeless = count(
        conn,
        "SELECT count(*) FROM links l WHERE NOT EXISTS (SELECT FROM link_texts t WHERE t.text = lower(l.text) AND t.link_id = l.id)",
    )?;
    let failed = failed.load(Ordering::Relaxed);
    println!(
        "{PEOPLE} joined {AT_ONCE} at once in {:.1} s, {:.0} a second, the slowest took {} ms: {failed} errors, {shared} texts twice, {homeless} links without their text",
        took.as_secs_f64(),
        PEOPLE as f64 / took.as_secs_f64(),
        slowest.as_millis()
    );
    if failed > 0 || shared > 0 || homeless > 0 || links < PEOPLE as i64 {
        return Err(format!("{links} links of {PEOPLE}").into());
    }
    Ok(())
}

/// As an acceptance does it: team locked, membership and links in one transaction.
fn join(conn: &mut PgConnection, team: TeamId, user: UserId) -> QueryResult<()> {
    db::transaction(conn, |conn| {
        Team::lock(conn, team)?;
        let place: Option<MemberId> = NewMember { team, user, role: MemberRole::Member }.join(conn)?;
        defaults::for_member(conn, team, place.ok_or(diesel::NotFound)?)
    })
}

/// A company with a program, as many teams as come at once, and the people, all of one name.
fn fill(conn: &mut PgConnection) -> Result<Vec<(TeamId, UserId)>, Box<dyn Error>> {
    let run = Uuid::now_v7().simple().to_string();
    conn.transaction(|conn| {
        conn.batch_execute(&format!(
            "SET LOCAL statement_timeout = 0; \
             CREATE TEMP TABLE made ON COMMIT DROP AS SELECT n, gen_random_uuid() AS person FROM generate_series(1, {PEOPLE} + {AT_ONCE}) n; \
             INSERT INTO users (id, email, name, search, email_verified_at) \
                 SELECT person, 'mia' || n || '@r{run}.example', 'Mia Chen', 'mia chen', now() FROM made; \
             INSERT INTO companies (id, slug, name) VALUES ('{company}', 'c{run}', 'Large'); \
             INSERT INTO programs (id, company_id, name, destination, currency) VALUES ('{program}', '{company}', 'Resellers', 'https://large.example/', 'USD'); \
             INSERT INTO teams (id, slug, name, search, owner_id) \
                 SELECT gen_random_uuid(), 't{run}-' || n, 'Team', 'team', person FROM made WHERE n > {PEOPLE}; \
             INSERT INTO members (id, team_id, user_id, role) SELECT gen_random_uuid(), id, owner_id, 'admin' FROM teams WHERE slug LIKE 't{run}-%'; \
             INSERT INTO partners (id, company_id, team_id) SELECT gen_random_uuid(), '{company}', id FROM teams WHERE slug LIKE 't{run}-%'; \
             INSERT INTO enrollments (id, company_id, partner_id, program_id) \
                 SELECT gen_random_uuid(), '{company}', id, '{program}' FROM partners WHERE company_id = '{company}';",
            company = Uuid::now_v7(),
            program = Uuid::now_v7(),
        ))
    })?;
    let rooms: Vec<TeamId> = teams::table.filter(teams::slug.like(format!("t{run}-%"))).select(teams::id).load(conn)?;
    let newcomers =
        users::table.filter(users::email.like(format!("%@r{run}.example"))).left_join(members::table.on(members::user_id.eq(users::id)));
    let newcomers: Vec<UserId> = newcomers.filter(members::id.nullable().is_null()).select(users::id).load(conn)?;
    Ok(newcomers.into_iter().enumerate().map(|(nth, user)| (rooms[nth % rooms.len()], user)).collect())
}

/// Stops the server with the run.
struct Stopped(Server);

impl Drop for Stopped {
    fn drop(&mut self) {
        self.0.stop();
    }
}
