//! The program killed and stopped, the database stopped and hung, all under load (R21).

use crate::{
    installation::{Installation, Outcome, Program},
    is_recorded,
    load::{Answer, Asked, Load},
};
use guildhall::verify;
use nix::sys::signal::Signal;
use std::{
    fs,
    thread::sleep,
    time::{Duration, Instant},
};

/// How often the program is killed.
const KILLS: usize = 20;
/// How long the database is away.
const AWAY: Duration = Duration::from_secs(3);
/// What is promised of a link that is known. Where everything shares one machine, one answer of a thousand may be late by what that costs.
const SOON: Duration = Duration::from_millis(100);
/// Links that are known soon after the start.
const KNOWN: Asked = Asked::Links(500);

pub fn all(installation: &mut Installation) -> Outcome<()> {
    installation.clear()?;
    killed(installation)?;
    stopped(installation)?;
    installation.clear()?;
    away(installation, "hung", |installation| {
        installation.signal(Signal::SIGSTOP)?;
        sleep(AWAY);
        installation.signal(Signal::SIGCONT)
    })?;
    away(installation, "stopped", |installation| {
        installation.break_off()?;
        sleep(AWAY);
        installation.begin_again()
    })?;
    // The rest of the data were made for the run.
    let faults: Vec<_> =
        verify::faults(&mut installation.connection()?)?.into_iter().filter(|fault| fault.rule.contains("clicks")).collect();
    if faults.is_empty() { Ok(()) } else { Err(format!("{faults:?}").into()) }
}

fn killed(installation: &Installation) -> Outcome<()> {
    let mut ids = 0;
    for _ in 0..KILLS {
        let mut program = Program::start(installation)?;
        let load = Load::start(program.port, Asked::Links(10_000));
        sleep(Duration::from_secs(2));
        program.kill()?;
        ids += is_recorded(installation, &load.until_broken())?;
    }
    println!("\nkilled {KILLS} times under load: {ids} click ids were answered, none is missing");
    Ok(())
}

fn stopped(installation: &Installation) -> Outcome<()> {
    let mut program = Program::start(installation)?;
    let load = Load::start(program.port, KNOWN);
    sleep(Duration::from_secs(2));
    // Whoever keeps a connection open is in the way of a stop until it is closed.
    let took = program.stop()?;
    let answers = load.until_broken();
    let ids = is_recorded(installation, &answers)?;
    println!("stopped under load in {:.1} s: {ids} click ids were answered, none is missing", took.as_secs_f64());
    Ok(())
}

fn away(installation: &mut Installation, how: &str, meanwhile: impl FnOnce(&mut Installation) -> Outcome<()>) -> Outcome<()> {
    let mut program = Program::start(installation)?;
    let load = Load::start(program.port, KNOWN);
    sleep(Duration::from_secs(3));
    let gone = load.begun.elapsed();
    meanwhile(installation)?;
    let back = load.begun.elapsed();
    sleep(Duration::from_secs(4));
    let answers = load.end();
    let during: Vec<&Answer> = answers.iter().filter(|answer| (gone..back).contains(&answer.at)).collect();
    let without = answers.iter().filter(|answer| answer.click.is_none()).count();
    let mut took: Vec<Duration> = during.iter().map(|answer| answer.took).collect();
    took.sort_unstable();
    let (slowest, late) = (took.last().copied().unwrap_or_default(), took.get(took.len() * 999 / 1000).copied().unwrap_or_default());
    let again = answers.iter().filter(|answer| answer.at >= back && answer.click.is_some()).map(|answer| answer.at - back).min();
    let other = answers.iter().filter(|answer| answer.status != 302).count();
    is_recorded(installation, &answers)?;
    let begun = Instant::now();
    program.stop()?;
    let counted = counter(&fs::read_to_string(installation.log())?);
    println!(
        "database {how} for {:.1} s: {} redirects meanwhile, the slowest in {:.0} ms, 999 of 1000 in {:.0} ms; ids again after {} ms; {without} without an id, {counted} by the program's count; a stop took {:.1} s",
        (back - gone).as_secs_f64(),
        during.len(),
        slowest.as_secs_f64() * 1000.0,
        late.as_secs_f64() * 1000.0,
        again.map_or("never".to_owned(), |again| again.as_millis().to_string()),
        begun.elapsed().as_secs_f64(),
    );
    let sound = other == 0 && again.is_some() && late < SOON && without > 0 && counted == without;
    if sound { Ok(()) } else { Err(format!("a promise is broken while the database is {how}; {other} answers were no redirect").into()) }
}

/// The number that the program logged last. Its log is a line of JSON for each event.
fn counter(log: &str) -> usize {
    let lines = log.lines().filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok());
    let counts = lines.filter(|line| line["message"].as_str().is_some_and(|message| message.starts_with("redirects without a click id")));
    counts.filter_map(|line| line["total"].as_u64()?.try_into().ok()).next_back().unwrap_or(0)
}
