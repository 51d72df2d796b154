//! A thread that does at once what many requests ask for (R21): it takes what is there, never waits for more, does it with one statement on
//! a connection of its own, and wakes the requests.

use crate::db::Db;
use diesel::{QueryResult, connection::SimpleConnection, pg::PgConnection};
use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Mutex, PoisonError, RwLock,
        mpsc::{Receiver, RecvTimeoutError, SyncSender, channel, sync_channel},
    },
    thread,
    time::{Duration, Instant},
};
use tokio::sync::oneshot;

/// The most that is done at once.
const MOST: usize = 500;
/// How often the job is called with nothing to do, while nothing comes.
const IDLE: Duration = Duration::from_secs(3600);
/// The longest pause before another try to reach the database; the first has none.
const LONGEST_PAUSE: Duration = Duration::from_secs(5);
/// How long `stop` waits for what is under way, so that the program is gone within 25 seconds (R24).
const FAREWELL: Duration = Duration::from_secs(3);

/// What one request asks for, and where it waits.
type Asked<In, Out> = (In, oneshot::Sender<Out>);

/// The thread, and the bounded channel that leads to it. Dropped, it ends after what it has.
pub struct Batches<In, Out> {
    channel: RwLock<Option<SyncSender<Asked<In, Out>>>>,
    /// Nothing comes through it; it closes when the thread has ended.
    ended: Mutex<Receiver<()>>,
}

impl<In: Send + 'static, Out: Send + 'static> Batches<In, Out> {
    /// Starts the thread, with room for that many requests that wait. The job gives an outcome for each, in order.
    pub fn start<J>(name: &'static str, db: Db, room: usize, job: J) -> Self
    where
        J: FnMut(&mut PgConnection, &[In]) -> QueryResult<Vec<Out>> + Send + 'static,
    {
        let (sender, receiver) = sync_channel(room);
        let (alive, ended) = channel::<()>();
        let run = move || {
            work(name, &receiver, Connection::new(name, db), job);
            drop(alive);
        };
        thread::Builder::new().name(name.to_owned()).spawn(run).unwrap_or_else(|error| panic!("a thread for {name}: {error}"));
        Self { channel: RwLock::new(Some(sender)), ended: Mutex::new(ended) }
    }

    /// What comes of it, or nothing where there is no room, the database does not take it, or it takes longer than that. It may still be
    /// done afterwards.
    pub async fn ask(&self, one: In, limit: Duration) -> Option<Out> {
        let (asked, answer) = oneshot::channel();
        self.channel.read().unwrap_or_else(PoisonError::into_inner).as_ref()?.try_send((one, asked)).ok()?;
        tokio::time::timeout(limit, answer).await.ok()?.ok()
    }

    /// Takes nothing more.
    pub fn close(&self) {
        self.channel.write().unwrap_or_else(PoisonError::into_inner).take();
    }

    /// Takes nothing more, and waits until what was taken is done, at most three seconds.
    pub fn stop(&self) {
        self.close();
        let _ = self.ended.lock().unwrap_or_else(PoisonError::into_inner).recv_timeout(FAREWELL);
    }
}

fn work<In, Out, J>(name: &str, receiver: &Receiver<Asked<In, Out>>, mut connection: Connection, mut job: J)
where
    J: FnMut(&mut PgConnection, &[In]) -> QueryResult<Vec<Out>>,
{
    // The first request finds the way open.
    connection.open();
    loop {
        let (mut batch, mut waiting) = (Vec::new(), Vec::new());
        match receiver.recv_timeout(IDLE) {
            Ok(first) => {
                for (one, asked) in std::iter::once(first).chain(receiver.try_iter()).take(MOST) {
                    batch.push(one);
                    waiting.push(asked);
                }
            }
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return,
        }
        let Some(conn) = connection.open() else { continue };
        // A panic is the batch's own, like a statement that fails: whoever waits for it learns so when `waiting` goes.
        match catch_unwind(AssertUnwindSafe(|| job(conn, &batch))) {
            Ok(Ok(outcomes)) => waiting.into_iter().zip(outcomes).for_each(|(asked, outcome)| drop(asked.send(outcome))),
            Ok(Err(error)) => {
                tracing::warn!(%error, name, requests = batch.len(), "a batch failed");
                connection.look();
            }
            Err(_) => {
                tracing::error!(name, requests = batch.len(), "a batch panicked");
                connection.close();
            }
        }
    }
}

/// The thread's connection, opened again where it broke.
struct Connection {
    name: &'static str,
    db: Db,
    conn: Option<PgConnection>,
    pause: Duration,
    not_before: Instant,
}

impl Connection {
    fn new(name: &'static str, db: Db) -> Self {
        Self { name, db, conn: None, pause: Duration::ZERO, not_before: Instant::now() }
    }

    /// The connection. Nothing while the database is away: it is asked again after a pause that grows, and nobody waits meanwhile.
    fn open(&mut self) -> Option<&mut PgConnection> {
        if self.conn.is_none() && Instant::now() >= self.not_before {
            match self.db.connect() {
                Ok(conn) => {
                    self.conn = Some(conn);
                    self.pause = Duration::ZERO;
                }
                Err(error) => {
                    self.pause = (self.pause * 2).clamp(Duration::from_millis(100), LONGEST_PAUSE);
                    self.not_before = Instant::now() + self.pause;
                    tracing::warn!(%error, name = self.name, "no connection to the database");
                }
            }
        }
        self.conn.as_mut()
    }

    /// After a statement failed: keeps the connection where it still answers.
    fn look(&mut self) {
        if self.conn.as_mut().is_some_and(|conn| conn.batch_execute("SELECT 1").is_err()) {
            self.close();
        }
    }

    fn close(&mut self) {
        self.conn = None;
    }
}
