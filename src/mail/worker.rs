//! The worker: a thread that sends what the outbox holds (rule 56), and sweeps what is over. Several copies of the program may run one each.

use crate::{
    access::rate_limit,
    db::Db,
    mail::{
        Mailer, Transport,
        delivery::{Round, round},
    },
};
use std::{
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread,
    time::{Duration, Instant},
};

/// How often the outbox is looked at: a cheap statement while nothing is due.
const LOOK: Duration = Duration::from_secs(1);
/// How long everything waits for a server that cannot be reached, or a database.
const BREATH: Duration = Duration::from_secs(15);
/// How long everything waits where somebody has to look at the settings.
const UNTIL_SOMEBODY_LOOKS: Duration = Duration::from_secs(60);
/// Between two looks for counts that are over.
const SWEEP: Duration = Duration::from_secs(10 * 60);
/// How long `stop` waits for the mail in flight (R24); its lease outlives that.
const FAREWELL: Duration = Duration::from_secs(20);

/// A thread that sends. Dropped, it stops by itself; [`Worker::stop`] waits for it.
pub struct Worker {
    signal: Arc<Signal>,
}

#[derive(Default)]
struct Signal {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    stop_asked: Option<Instant>,
    stopped: bool,
}

impl Worker {
    /// Starts sending.
    pub fn start(db: Db, mailer: Mailer, transport: Transport) -> Self {
        let signal = Arc::new(Signal::default());
        let mine = signal.clone();
        let run = move || {
            let mut swept = None;
            while !mine.is_stopping() {
                sweep(&db, &mut swept);
                let pause = match round(&db, &mailer, &transport, || mine.is_stopping()) {
                    Ok(Round::Idle | Round::Stopping) => LOOK,
                    Ok(Round::Misconfigured) => UNTIL_SOMEBODY_LOOKS,
                    Ok(Round::Unreachable) => BREATH,
                    Err(error) => {
                        tracing::warn!(%error, "the outbox cannot be read");
                        BREATH
                    }
                };
                mine.wait(pause);
            }
            mine.lock().stopped = true;
            mine.changed.notify_all();
        };
        thread::Builder::new().name("mail".to_owned()).spawn(run).expect("a thread for mail");
        Self { signal }
    }

    /// Asks it to stop after the mail in flight, and does not wait.
    pub fn ask_to_stop(&self) {
        self.signal.lock().stop_asked.get_or_insert_with(Instant::now);
        self.signal.changed.notify_all();
    }

    /// Asks it to stop, and waits until it has, at most 20 seconds from when it was first asked. False where it has not: then the mail in
    /// flight is settled by nobody, and goes again when its lease has run out.
    pub fn stop(self) -> bool {
        self.ask_to_stop();
        let mut state = self.signal.lock();
        while !state.stopped {
            let waited = state.stop_asked.map_or(FAREWELL, |asked| asked.elapsed());
            let Some(left) = FAREWELL.checked_sub(waited).filter(|left| !left.is_zero()) else { return false };
            state = self.signal.changed.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0;
        }
        true
    }
}

/// What else is due from time to time: counts whose windows have ended go (S4).
fn sweep(db: &Db, swept: &mut Option<Instant>) {
    if swept.is_none_or(|last: Instant| last.elapsed() >= SWEEP) {
        *swept = Some(Instant::now());
        if let Err(error) = db.run_here(rate_limit::forget_ended) {
            tracing::warn!(%error, "ended windows of rate limits stay for now");
        }
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.ask_to_stop();
    }
}

impl Signal {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
    fn is_stopping(&self) -> bool {
        self.lock().stop_asked.is_some()
    }
    fn wait(&self, pause: Duration) {
        let state = self.lock();
        if state.stop_asked.is_none() {
            drop(self.changed.wait_timeout(state, pause));
        }
    }
}
