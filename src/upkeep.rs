//! What the program does by itself, a little at a time, on a thread of its own. Each copy of the program has one; what they do is safe to be
//! tried by several at once.

use crate::{
    db::Db,
    error::Result,
    links::{
        clicks,
        upkeep::{self as links, Walk},
    },
};
use std::{
    sync::mpsc::{self, Receiver, RecvTimeoutError, Sender},
    thread::{self, JoinHandle},
    time::Duration,
};

/// How often it looks whether there is something to do: a cheap statement while there is not.
const LOOK: Duration = Duration::from_secs(5);

/// The thread. It ends with [`Upkeep::stop`], or when this is dropped.
pub struct Upkeep {
    running: Sender<()>,
    thread: JoinHandle<()>,
}

impl Upkeep {
    /// Starts it.
    pub fn start(db: Db) -> Self {
        let (running, until) = mpsc::channel();
        let run = move || {
            let (mut walk, mut more) = (None, false);
            while goes_on(&until, walk.is_some() || more) {
                let waits = |error| tracing::warn!(%error, "upkeep has to wait");
                walk = round(&db, walk.as_ref()).map_err(waits).unwrap_or_default();
                more = db.run_here(clicks::forget).map_err(waits).unwrap_or_default();
            }
        };
        Self { running, thread: thread::Builder::new().name("upkeep".to_owned()).spawn(run).expect("a thread for upkeep") }
    }

    /// Stops it after the batch under way, which is short, and waits for that.
    pub fn stop(self) {
        drop(self.running);
        let _ = self.thread.join();
    }
}

/// Waits for the next round; not long where there is more to do.
fn goes_on(until: &Receiver<()>, more: bool) -> bool {
    let pause = if more { Duration::from_millis(10) } else { LOOK };
    matches!(until.recv_timeout(pause), Err(RecvTimeoutError::Timeout))
}

/// One batch; nothing where all is done.
fn round(db: &Db, walk: Option<&Walk>) -> Result<Option<Walk>> {
    db.run_here(|conn| links::round(conn, walk))
}
