//! A thread that does at once what many requests ask for (R21): it takes what is there, never waits for more, does it with one statement on
//! a connection of its own, and wakes the requests. While the database is away, what is to be done for good waits here.

use crate::db::Db;
use diesel::{QueryResult, connection::SimpleConnection, pg::PgConnection};
use std::{
    collections::VecDeque,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc, Mutex, PoisonError, RwLock,
        atomic::{AtomicBool, AtomicUsize, Ordering},
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
/// The pause before another try to reach the database grows from the one to the other; the first try has none.
const SHORTEST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);
/// How long `stop` waits for what is under way, so that the program is gone within 25 seconds (R24).
const FAREWELL: Duration = Duration::from_secs(3);

/// What one request asks for, and where it waits.
type Asked<In, Out> = (In, oneshot::Sender<Out>);

/// What becomes of what is asked while the database is away. Nobody waits for it either way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Away {
    /// It is forgotten: a question.
    Forget,
    /// It is done when the database is back, as much of it as there is room for: a fact.
    Keep,
}

/// The thread, and the bounded channel that leads to it. Dropped, it ends after what it has, or at once while the database is away.
pub struct Batches<In, Out> {
    channel: RwLock<Option<SyncSender<Asked<In, Out>>>>,
    /// Nothing comes through it; it closes when the thread has ended.
    ended: Mutex<Receiver<()>>,
    state: Arc<State>,
}

/// What the thread and who asks share.
#[derive(Default)]
struct State {
    /// How much was taken and is neither done nor given up.
    undone: AtomicUsize,
    /// Whether what is kept need not be done any more.
    gives_up: AtomicBool,
}

impl<In: Send + 'static, Out: Send + 'static> Batches<In, Out> {
    /// Starts the thread, with room for that many requests that wait. The job gives an outcome for each, in order.
    pub fn start<J>(name: &'static str, db: Db, room: usize, away: Away, job: J) -> Self
    where
        J: FnMut(&mut PgConnection, &[In]) -> QueryResult<Vec<Out>> + Send + 'static,
    {
        let (sender, receiver) = sync_channel(room);
        let (alive, ended) = channel::<()>();
        let state = Arc::new(State::default());
        let kept = if away == Away::Keep { room } else { 0 };
        let worker = Worker { name, receiver, kept: VecDeque::new(), room: kept, state: state.clone(), job };
        let run = move || {
            worker.run(Connection::new(name, db));
            drop(alive);
        };
        thread::Builder::new().name(name.to_owned()).spawn(run).unwrap_or_else(|error| panic!("a thread for {name}: {error}"));
        Self { channel: RwLock::new(Some(sender)), ended: Mutex::new(ended), state }
    }

    /// What comes of it, or nothing where there is no room, the database does not take it, or it takes longer than that. It may still be
    /// done afterwards.
    pub async fn ask(&self, one: In, limit: Duration) -> Option<Out> {
        let (asked, answer) = oneshot::channel();
        self.send((one, asked))?;
        tokio::time::timeout(limit, answer).await.ok()?.ok()
    }

    fn send(&self, asked: Asked<In, Out>) -> Option<()> {
        let channel = self.channel.read().unwrap_or_else(PoisonError::into_inner);
        let channel = channel.as_ref()?;
        self.state.undone.fetch_add(1, Ordering::Relaxed);
        channel.try_send(asked).map_err(|_| self.state.undone.fetch_sub(1, Ordering::Relaxed)).ok()
    }

    /// Takes nothing more.
    pub fn close(&self) {
        self.channel.write().unwrap_or_else(PoisonError::into_inner).take();
    }

    /// Takes nothing more, and waits until what was taken is done, at most three seconds; how much of it is not done by then.
    pub fn stop(&self) -> usize {
        self.close();
        let ended = self.ended.lock().unwrap_or_else(PoisonError::into_inner).recv_timeout(FAREWELL);
        self.state.gives_up.store(true, Ordering::Relaxed);
        if ended == Err(RecvTimeoutError::Timeout) { self.state.undone.load(Ordering::Relaxed) } else { 0 }
    }
}

impl<In, Out> Drop for Batches<In, Out> {
    fn drop(&mut self) {
        self.state.gives_up.store(true, Ordering::Relaxed);
    }
}

/// What runs on the thread.
struct Worker<In, Out, J> {
    name: &'static str,
    receiver: Receiver<Asked<In, Out>>,
    /// What waits for the database, the oldest first; nobody waits for it any more.
    kept: VecDeque<In>,
    /// How much of it may wait.
    room: usize,
    state: Arc<State>,
    job: J,
}

impl<In, Out, J> Worker<In, Out, J>
where
    J: FnMut(&mut PgConnection, &[In]) -> QueryResult<Vec<Out>>,
{
    fn run(mut self, mut connection: Connection) {
        // The first request finds the way open.
        connection.open();
        loop {
            // With something to catch up with it looks for the database by itself.
            let pause = if self.kept.is_empty() { IDLE } else { connection.not_before.saturating_duration_since(Instant::now()) };
            let (batch, waiting) = match self.receiver.recv_timeout(pause) {
                Ok(first) => std::iter::once(first).chain(self.receiver.try_iter()).take(MOST).unzip(),
                Err(RecvTimeoutError::Timeout) => (Vec::new(), Vec::new()),
                Err(RecvTimeoutError::Disconnected) if self.kept.is_empty() || self.state.gives_up.load(Ordering::Relaxed) => return,
                Err(RecvTimeoutError::Disconnected) => {
                    thread::sleep(pause.min(SHORTEST_PAUSE));
                    connection.not_before = Instant::now();
                    (Vec::new(), Vec::new())
                }
            };
            self.catch_up(&mut connection);
            if connection.open().is_some() {
                self.carry_out(&mut connection, &batch, waiting);
            } else {
                drop(waiting);
                self.keep(batch);
            }
        }
    }

    /// Does what was kept, as soon as there is a connection.
    fn catch_up(&mut self, connection: &mut Connection) {
        while !self.kept.is_empty() && !self.state.gives_up.load(Ordering::Relaxed) && connection.open().is_some() {
            let batch: Vec<In> = self.kept.drain(..self.kept.len().min(MOST)).collect();
            self.carry_out(connection, &batch, Vec::new());
        }
    }

    fn keep(&mut self, batch: Vec<In>) {
        let lost = batch.len().saturating_sub(self.room - self.kept.len());
        self.kept.extend(batch.into_iter().take(self.room - self.kept.len()));
        self.state.undone.fetch_sub(lost, Ordering::Relaxed);
    }

    /// Does them once: where it is not known whether the database took them, they are not done again.
    fn carry_out(&mut self, connection: &mut Connection, batch: &[In], waiting: Vec<oneshot::Sender<Out>>) {
        let Some(conn) = connection.open() else { return };
        let (name, requests) = (self.name, batch.len());
        // A panic is the batch's own, like a statement that fails: whoever waits for it learns so when `waiting` goes.
        let done = catch_unwind(AssertUnwindSafe(|| (self.job)(conn, batch)));
        self.state.undone.fetch_sub(requests, Ordering::Relaxed);
        match done {
            Ok(Ok(outcomes)) => waiting.into_iter().zip(outcomes).for_each(|(asked, outcome)| drop(asked.send(outcome))),
            Ok(Err(error)) => {
                tracing::warn!(%error, name, requests, "a batch failed");
                connection.look();
            }
            Err(_) => {
                tracing::error!(name, requests, "a batch panicked");
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
                    self.pause = (self.pause * 2).clamp(SHORTEST_PAUSE, LONGEST_PAUSE);
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
