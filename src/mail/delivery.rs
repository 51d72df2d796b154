//! Delivery: one mail after the other through one conversation with the mail server, and what each failure costs (R4, R7).

use crate::{
    db::Db,
    error::Result,
    ids::MailId,
    mail::{
        Mailer,
        lease::{self, Claimed},
        message,
        transport::{Failure, Line, Transport},
    },
};
use chrono::TimeDelta;
use diesel::{PgConnection, QueryResult};
use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    thread,
    time::Duration,
};

/// Between two tries to write down how a mail ended.
const AGAIN: Duration = Duration::from_secs(1);
/// Attempts after which a mail that cannot be built is given up (R7).
const POISON: i32 = 5;
/// Waiting time after the first failure and at most, in seconds (R4).
const FIRST_WAIT: i64 = 60;
const LONGEST_WAIT: i64 = 4 * 60 * 60;

/// What a look at the outbox came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Round {
    /// Nothing is due any more.
    Idle,
    /// The server cannot be reached.
    Unreachable,
    /// The server refuses us.
    Misconfigured,
    /// The program stops.
    Stopping,
}

/// Sends all that is due right now, on this thread.
pub fn drain(db: &Db, mailer: &Mailer, transport: &Transport) -> Result<()> {
    round(db, mailer, transport, || false).map(drop)
}

/// Sends what is due until nothing is, or the server cannot be spoken to.
pub(super) fn round(db: &Db, mailer: &Mailer, transport: &Transport, is_stopping: impl Fn() -> bool) -> Result<Round> {
    let mut post = Post { db, mailer, transport, line: None };
    let end = post.deliver_all(is_stopping);
    post.hang_up();
    end
}

/// One conversation with the mail server, and the mails that go through it.
struct Post<'a> {
    db: &'a Db,
    mailer: &'a Mailer,
    transport: &'a Transport,
    line: Option<Line>,
}

/// Why a mail did not go.
enum Trouble {
    /// The mail server did not take it.
    Server(Failure),
    /// No message can be made of it.
    Mail(String),
}

impl Post<'_> {
    fn deliver_all(&mut self, is_stopping: impl Fn() -> bool) -> Result<Round> {
        loop {
            let due = self.db.run_here(lease::due)?;
            if due.is_empty() {
                return Ok(Round::Idle);
            }
            for id in due {
                if is_stopping() {
                    return Ok(Round::Stopping);
                }
                if let Some(end) = self.deliver(id)? {
                    return Ok(end);
                }
            }
        }
    }

    /// Tries one mail, and says where no other should be tried now.
    fn deliver(&mut self, id: MailId) -> Result<Option<Round>> {
        let Some(claimed) = self.db.run_here(|conn| lease::claim(conn, id))? else { return Ok(None) };
        let tried = catch_unwind(AssertUnwindSafe(|| self.send(&claimed)))
            .unwrap_or_else(|_| Err(Trouble::Mail("the program failed while sending it".to_owned())));
        if tried.is_err() {
            self.hang_up();
        }
        match &tried {
            Ok(()) => self.settle(|conn| claimed.sent(conn))?,
            Err(Trouble::Server(Failure::Refused(why))) => self.settle(|conn| claimed.refused(conn, why))?,
            Err(Trouble::Server(Failure::Misconfigured(why))) => self.settle(|conn| claimed.given_back(conn, why))?,
            Err(Trouble::Server(Failure::Later(why) | Failure::Unreachable(why))) => {
                self.settle(|conn| claimed.later(conn, wait_after(claimed.mail.attempts), why))?;
            }
            Err(Trouble::Mail(why)) if claimed.mail.attempts >= POISON => self.settle(|conn| claimed.refused(conn, why))?,
            Err(Trouble::Mail(why)) => self.settle(|conn| claimed.later(conn, wait_after(claimed.mail.attempts), why))?,
        }
        Ok(report(&claimed, &tried))
    }

    fn send(&mut self, claimed: &Claimed) -> std::result::Result<(), Trouble> {
        let message = message::build(self.mailer, &claimed.mail).map_err(|error| Trouble::Mail(error.to_string()))?;
        if self.line.as_ref().is_some_and(|line| !line.has_room()) {
            self.hang_up();
        }
        let line = match &mut self.line {
            Some(line) => line,
            none => none.insert(self.transport.open().map_err(Trouble::Server)?),
        };
        line.send(&message).map_err(Trouble::Server)
    }

    /// Writes down how it ended, again where the database is away for a moment: a sent mail that is not marked goes twice.
    fn settle(&self, job: impl Fn(&mut PgConnection) -> QueryResult<bool>) -> Result<()> {
        for _ in 0..4 {
            match self.db.run_here(&job) {
                Err(error) => tracing::warn!(%error, "how a mail ended cannot be written down yet"),
                Ok(is_settled) => {
                    if !is_settled {
                        tracing::warn!("a mail took longer than its lease; it may go twice, under one Message-ID");
                    }
                    return Ok(());
                }
            }
            thread::sleep(AGAIN);
        }
        self.db.run_here(&job).map(drop)
    }

    fn hang_up(&mut self) {
        if let Some(line) = self.line.take() {
            line.close();
        }
    }
}

/// Tells the log, without addresses and never with a token; says where nothing further should be tried now.
fn report(claimed: &Claimed, tried: &std::result::Result<(), Trouble>) -> Option<Round> {
    let (mail, attempts) = (claimed.mail.id, claimed.mail.attempts);
    match tried {
        Ok(()) => tracing::info!(%mail, attempts, "mail sent"),
        Err(Trouble::Server(Failure::Refused(why))) => {
            tracing::warn!(%mail, attempts, "mail refused");
            tracing::debug!(%mail, why, "mail refused");
        }
        Err(Trouble::Server(Failure::Later(why))) => {
            tracing::info!(%mail, attempts, "mail waits for another try");
            tracing::debug!(%mail, why, "mail waits for another try");
        }
        Err(Trouble::Mail(why)) => tracing::error!(%mail, attempts, why, "this mail cannot be sent"),
        Err(Trouble::Server(Failure::Unreachable(why))) => {
            tracing::warn!(why, "the mail server cannot be reached");
            return Some(Round::Unreachable);
        }
        Err(Trouble::Server(Failure::Misconfigured(why))) => {
            tracing::error!(why, "the mail server does not take mail from us; look at SMTP_URL and MAIL_FROM");
            return Some(Round::Misconfigured);
        }
    }
    None
}

/// One minute after the first failure, twice as long after each further one, at most four hours; a fifth is left to chance, so that
/// mails that failed together do not come back together.
fn wait_after(attempts: i32) -> TimeDelta {
    let doublings = u32::try_from(attempts - 1).unwrap_or(0).min(16);
    let seconds = (FIRST_WAIT << doublings).min(LONGEST_WAIT);
    TimeDelta::seconds(seconds + rand::random_range(0..=seconds / 5)).min(TimeDelta::seconds(LONGEST_WAIT))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waiting_doubles_from_one_minute_to_four_hours() {
        for (attempts, minutes) in [(1, 1), (2, 2), (3, 4), (8, 128), (9, 240), (40, 240)] {
            let wait = wait_after(attempts).num_seconds();
            assert!((minutes * 60..=minutes * 72).contains(&wait) && wait <= LONGEST_WAIT, "{attempts}: {wait} s");
        }
    }
}
