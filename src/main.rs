//! The command line.

use clap::{Parser, Subcommand};
use guildhall::{
    accounts::two_step::setup as two_step,
    app::Mode,
    config::{Config, Environment},
    demo,
    email_address::EmailAddress,
    home::setup,
    installation::Kind,
    mail::Mailer,
    running::{self, CannotRun, Database},
    sealing::Sealer,
    tokens::Tokens,
    verify,
    web::client::TrustedProxies,
};
use std::{
    error::Error,
    io::{self, IsTerminal},
    process::ExitCode,
};
use tracing_subscriber::EnvFilter;

/// The self-hosted home of partner teams.
#[derive(Parser)]
#[command(version)]
struct CommandLine {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run an installation; on an empty database it prints a link for founding the first company
    Serve,
    /// Run a demo with lifelike data; mail is shown on /mailbox
    Demo {
        /// Begin anew: throw the demo's data away first
        #[arg(long)]
        fresh: bool,
    },
    /// Bring the database's schema up to date, and set the role's time limits
    Migrate,
    /// Print a one-time link for founding a further company
    Company {
        /// Its name
        name: String,
    },
    /// Switch two-step sign-in off for somebody who has neither app nor recovery codes any more; they are told by mail
    TwoStepOff {
        /// Their address
        email: String,
    },
    /// Check every data invariant and print what breaks
    Verify,
}

type Outcome = Result<ExitCode, Box<dyn Error>>;

fn main() -> ExitCode {
    write_log();
    let environment = Environment::of_process();
    let outcome = actix_web::rt::System::new().block_on(async {
        match CommandLine::parse().command {
            Command::Serve => serve(&environment).await,
            Command::Demo { fresh } => demo(&environment, fresh).await,
            Command::Migrate => migrate(&environment).await,
            Command::Company { name } => company(&environment, &name).await,
            Command::TwoStepOff { email } => two_step_off(&environment, &email).await,
            Command::Verify => verify(&environment),
        }
    });
    outcome.unwrap_or_else(|error| {
        eprintln!("{error}");
        ExitCode::FAILURE
    })
}

/// To stderr: for a person at a terminal as text, for programs one line of JSON each.
fn write_log() {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("warn,guildhall=info,tracing_actix_web=error"));
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(io::stderr);
    if io::stderr().is_terminal() { log.init() } else { log.json().flatten_event(true).with_span_list(false).init() }
}

const REAL: &[Kind] = &[Kind::Empty, Kind::Real];
const NOT_REAL: &str = "This database is a demo's, or holds tables of something else. Put the URL of an empty database into DATABASE_URL.";
/// The embedded server's database of a real installation.
const DATABASE: &str = "guildhall";
/// Commands need few.
const COMMAND_CONNECTIONS: u32 = 2;

async fn serve(environment: &Environment) -> Outcome {
    let config = environment.serve()?;
    if config.base_url.scheme() == "https" && config.trusted_proxies == TrustedProxies::default() {
        tracing::warn!(
            "BASE_URL is https, but no proxy is trusted: put its address into TRUSTED_PROXIES, or all people are counted as one"
        );
    }
    let database = Database::open(&config.database, DATABASE, config.connections, config.prepared_statements)?;
    let sealer = Sealer::new(&config.secret_keys);
    let served = running::run(&config, &database, Mode::Serve, async |db, mailer| {
        running::prepare(db, REAL, NOT_REAL).await?;
        let sealed = db.run(move |conn| two_step::seal_anew(conn, &sealer)).await.map_err(CannotRun::Refused)?;
        if sealed > 0 {
            tracing::info!(sealed, "sealed anew under the key in force");
        }
        println!("Guildhall is at {}", mailer.base_url());
        let mailer = mailer.clone();
        let first =
            db.run(move |conn| if setup::needs_first(conn)? { setup::open_link(conn, &mailer, None).map(Some) } else { Ok(None) }).await;
        if let Some(link) = first.map_err(CannotRun::Refused)? {
            println!("Nobody has set it up yet. Found the first company here, once, within 7 days:\n  {link}");
        }
        Ok(())
    })
    .await;
    database.close();
    served?;
    Ok(ExitCode::SUCCESS)
}

async fn demo(environment: &Environment, fresh: bool) -> Outcome {
    let mut config = environment.demo()?;
    let database = Database::open(&config.database, demo::DATABASE, config.connections, config.prepared_statements)?;
    // After the server, which makes the folder as it needs it.
    config.secret_keys = vec![demo::key(&environment.folder())?];
    let served = running::run(&config, &database, Mode::Demo, async |db, mailer| demo::prepare(db, mailer, fresh).await).await;
    database.close();
    served?;
    Ok(ExitCode::SUCCESS)
}

async fn migrate(environment: &Environment) -> Outcome {
    let database = Database::open(&environment.database(), DATABASE, COMMAND_CONNECTIONS, true)?;
    let done = running::prepare(&database.db, REAL, NOT_REAL).await;
    database.close();
    done?;
    println!("The database is up to date.");
    Ok(ExitCode::SUCCESS)
}

async fn company(environment: &Environment, name: &str) -> Outcome {
    let config = environment.serve()?;
    let database = Database::open(&config.database, DATABASE, COMMAND_CONNECTIONS, true)?;
    let name = guildhall::words::line(name, guildhall::words::NAME_LENGTH)
        .map_err(|_| "Put a name of at most 100 characters there, without a web address.")?;
    let mailer = mailer(&config);
    running::prepare(&database.db, REAL, NOT_REAL).await?;
    let link = database.db.run_here(|conn| setup::open_link(conn, &mailer, Some(&name)));
    database.close();
    println!("Found {name} here, once, within 7 days:\n  {}", link?);
    Ok(ExitCode::SUCCESS)
}

async fn two_step_off(environment: &Environment, email: &str) -> Outcome {
    let config = environment.serve()?;
    let email = EmailAddress::parse(email).ok_or("Put an address there, like ada@example.com.")?;
    let database = Database::open(&config.database, DATABASE, COMMAND_CONNECTIONS, true)?;
    let mailer = mailer(&config);
    running::prepare(&database.db, REAL, NOT_REAL).await?;
    let was_on = database.db.run_here(|conn| two_step::switch_off_for(conn, &mailer, &email));
    database.close();
    match was_on {
        Ok(true) => println!("Two-step sign-in of {email} is off. They are told by mail, and sign in with their password alone."),
        Ok(false) => println!("Two-step sign-in of {email} was off already."),
        Err(guildhall::error::Error::NotFound) => return Err(format!("Nobody has the address {email}.").into()),
        Err(error) => return Err(error.into()),
    }
    Ok(ExitCode::SUCCESS)
}

fn mailer(config: &Config) -> Mailer {
    Mailer::new(config.base_url.as_str(), config.mail_from.clone(), Tokens::new(config.secret_keys.clone()))
}

fn verify(environment: &Environment) -> Outcome {
    let database = Database::open(&environment.database(), DATABASE, COMMAND_CONNECTIONS, true)?;
    let faults = database.db.run_here(verify::faults);
    database.close();
    let faults = faults?;
    for fault in &faults {
        println!("Broken: {}: {}", fault.rule, fault.ids.join(", "));
    }
    if faults.is_empty() {
        println!("Every invariant holds.");
        return Ok(ExitCode::SUCCESS);
    }
    Ok(ExitCode::FAILURE)
}
