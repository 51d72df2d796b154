//! The log of clicks (R21): what is answered with a click id has its row, even after a kill.

use crate::{
    db::Db,
    ids::{ClickId, LinkId},
    links::{
        batches::{Away, Batches},
        clicks::{self, NewClick},
        visitor::{Salt, Visitor},
    },
};
use diesel::{PgConnection, QueryResult};
use std::{
    sync::{
        Mutex,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

/// How often the log says that redirects go without an id, at most.
const SAID_EVERY: Duration = Duration::from_secs(60);

/// The writer of clicks, one in each copy of the program.
pub struct ClickLog {
    batches: Batches<Following, ()>,
    without_id: AtomicU64,
    /// When the log said so last, and which number.
    said: Mutex<Option<(Instant, u64)>>,
}

/// Somebody who follows a link.
struct Following {
    id: ClickId,
    link: LinkId,
    visitor: Visitor,
}

impl ClickLog {
    /// Starts the writer, with room for that many clicks that wait for it, and as many that wait for the database.
    pub fn start(db: Db, room: usize) -> Self {
        let mut salt = None;
        let write = move |conn: &mut PgConnection, batch: &[Following]| write(conn, &mut salt, batch);
        let batches = Batches::start("clicks", db, room, Away::Keep, write);
        Self { batches, without_id: AtomicU64::new(0), said: Mutex::new(None) }
    }

    /// Writes a click down, and says its id once it is committed. Without an id where that takes longer, or cannot be: who follows a link
    /// gets there all the same.
    pub async fn record(&self, link: LinkId, visitor: Visitor, limit: Duration) -> Option<ClickId> {
        let id = ClickId::new();
        let recorded = self.batches.ask(Following { id, link, visitor }, limit).await;
        if recorded.is_none() {
            self.count_without_id();
        }
        recorded.map(|()| id)
    }

    /// How many redirects went without an id since the start.
    pub fn without_id(&self) -> u64 {
        self.without_id.load(Ordering::Relaxed)
    }

    fn count_without_id(&self) {
        let total = self.without_id.fetch_add(1, Ordering::Relaxed) + 1;
        // Whoever finds it locked leaves it to the other.
        let Ok(mut said) = self.said.try_lock() else { return };
        if said.is_none_or(|(at, _)| at.elapsed() >= SAID_EVERY) {
            *said = Some((Instant::now(), total));
            say(total);
        }
    }

    /// Writes what is there, and ends; after three seconds also where the database does not take it.
    pub fn stop(&self) {
        let lost = self.batches.stop();
        if lost > 0 {
            tracing::warn!(lost, "clicks that the database did not take before the end");
        }
        let total = self.without_id();
        if self.said.lock().is_ok_and(|said| said.map_or(0, |(_, number)| number) < total) {
            say(total);
        }
    }
}

fn say(total: u64) {
    tracing::warn!(total, "redirects without a click id since the start");
}

fn write(conn: &mut PgConnection, salt: &mut Option<Salt>, batch: &[Following]) -> QueryResult<Vec<()>> {
    // Also while nobody comes, so that yesterday's goes from the database.
    if salt.as_ref().is_none_or(Salt::is_over) {
        *salt = Some(Salt::of_today(conn)?);
    }
    let Some(salt) = salt.as_ref().filter(|_| !batch.is_empty()) else { return Ok(Vec::new()) };
    let new = |following: &Following| NewClick { id: following.id, link: following.link, visitor: salt.hash(&following.visitor) };
    clicks::record(conn, &batch.iter().map(new).collect::<Vec<_>>())?;
    Ok(vec![(); batch.len()])
}
