//! The redirect under load (rule 41, R21): how fast it is beside the database alone, and what becomes of clicks when the program is killed and
//! the database is away.
//!
//! Runs the program and PostgreSQL as processes of its own, on data in `target/bench-redirect` that are kept for the next run. Everything
//! shares this machine, people who follow links too: run it while nothing else does. Fails where an answered click id has no row, where a
//! link that is known does not redirect in time, or where an aim is missed in every round.

mod beside;
mod faults;
mod installation;
mod load;

use installation::{Installation, LINKS, Outcome, Program, number};
use load::{Answer, Asked, CONNECTIONS, Load};
use std::{fs, thread::sleep, time::Duration};

/// How long each measurement takes, after so long to get going.
const MEASURED: Duration = Duration::from_secs(10);
const GETTING_GOING: Duration = Duration::from_secs(3);
/// How often all of it is measured.
const ROUNDS: usize = 3;

/// The aims: of what pgbench commits in batches, of what it commits one by one, and 99 of 100 redirects within.
const OF_BATCHES: f64 = 0.45;
const OF_SINGLES: f64 = 2.5;
const NINETY_NINE: Duration = Duration::from_millis(5);

fn main() -> Outcome<()> {
    let what: Vec<String> = std::env::args().skip(1).filter(|argument| !argument.starts_with("--")).collect();
    let wants = |part: &str| what.is_empty() || what.iter().any(|wanted| wanted == part);
    let mut installation = Installation::open()?;
    if wants("speed") {
        speed(&installation)?;
    }
    if wants("faults") {
        faults::all(&mut installation)?;
    }
    Ok(())
}

fn speed(installation: &Installation) -> Outcome<()> {
    println!("\n{CONNECTIONS} connections, {LINKS} links, {} s each\n", MEASURED.as_secs());
    println!("{:<52} {:>9} {:>9} {:>9}   load", "", "per s", "p50 ms", "p99 ms");
    let mut met = false;
    for round in 1..=ROUNDS {
        println!("round {round}");
        let everywhere = redirects(installation, "redirects, every link as often", Asked::Links(LINKS))?;
        let known = redirects(installation, "redirects, 10,000 of the links", Asked::Links(10_000))?;
        let program = Program::start(installation)?;
        measured(&program, "GET /healthz of the same program", Asked::Health)?;
        drop(program);
        let mut batches = f64::MIN;
        for clients in [1, 2] {
            let rate = beside::rows_per_second(installation, clients, known.batch, MEASURED)?;
            line(&format!("pgbench, {} rows a transaction, {clients} at once", known.batch), rate, None);
            batches = batches.max(rate);
        }
        let singles = beside::rows_per_second(installation, CONNECTIONS, 1, MEASURED)?;
        line(&format!("pgbench, 1 row a transaction, {CONNECTIONS} at once"), singles, None);
        for (what, redirects) in [("every link", &everywhere), ("10,000 links", &known)] {
            println!("  {what}: {:.2} of pgbench in batches, {:.1} times one by one", redirects.rate / batches, redirects.rate / singles);
        }
        met |= known.rate >= OF_BATCHES * batches && known.rate >= OF_SINGLES * singles && known.p99 < NINETY_NINE;
    }
    if met { Ok(()) } else { Err("the aims were missed in every round".into()) }
}

/// What a run of redirects came to.
struct Redirects {
    rate: f64,
    p99: Duration,
    /// How many clicks were committed at once, about.
    batch: u64,
}

fn redirects(installation: &Installation, what: &str, asked: Asked) -> Outcome<Redirects> {
    installation.clear()?;
    let mut program = Program::start(installation)?;
    let (rate, p99, answers) = measured(&program, what, asked)?;
    program.stop()?;
    let without = answers.iter().filter(|answer| answer.status != 302 || answer.click.is_none()).count();
    if without > 0 {
        println!("  {without} of {} answers were no redirect with a click id", answers.len());
    }
    is_recorded(installation, &answers)?;
    let conn = &mut installation.connection()?;
    let (clicks, batches) = (number(conn, "SELECT count(*) FROM clicks")?, number(conn, "SELECT count(DISTINCT at) FROM clicks")?);
    Ok(Redirects { rate, p99, batch: (clicks / batches.max(1)).max(1).try_into()? })
}

/// Every click id that was answered has its row.
fn is_recorded(installation: &Installation, answers: &[Answer]) -> Outcome<usize> {
    let ids = answers.iter().filter(|answer| answer.click.is_some()).count();
    match installation.missing(answers)? {
        0 => Ok(ids),
        missing => Err(format!("{missing} of {ids} answered click ids have no row").into()),
    }
}

/// Answers per second and the ninety-ninth of a hundred, once all got going; and every answer.
fn measured(program: &Program, what: &str, asked: Asked) -> Outcome<(f64, Duration, Vec<Answer>)> {
    let load = Load::start(program.port, asked);
    sleep(GETTING_GOING + MEASURED);
    let answers = load.end();
    let within = |answer: &&Answer| (GETTING_GOING..GETTING_GOING + MEASURED).contains(&answer.at);
    let mut took: Vec<Duration> = answers.iter().filter(within).map(|answer| answer.took).collect();
    took.sort_unstable();
    let of_hundred = |n: usize| took.get(took.len() * n / 100).copied().ok_or("no answer at all");
    let (rate, p50, p99) = (took.len() as f64 / MEASURED.as_secs_f64(), of_hundred(50)?, of_hundred(99)?);
    line(what, rate, Some((p50, p99)));
    Ok((rate, p99, answers))
}

fn line(what: &str, rate: f64, took: Option<(Duration, Duration)>) {
    let ms = |time: Duration| format!("{:.2}", time.as_secs_f64() * 1000.0);
    let (p50, p99) = took.map_or(Default::default(), |(p50, p99)| (ms(p50), ms(p99)));
    let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    println!("  {what:<50} {rate:>9.0} {p50:>9} {p99:>9}   {}", load.split(' ').next().unwrap_or_default());
}
