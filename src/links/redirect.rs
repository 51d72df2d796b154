//! Following a link (rule 41, R21): a look into memory or one indexed read shared with others, and one commit shared with others.

use crate::{
    db::Db,
    links::{
        batches::{Away, Batches},
        click_log::ClickLog,
        target::Target,
        visitor::Visitor,
    },
};
use diesel::{PgConnection, QueryResult};
use quick_cache::{Weighter, sync::Cache};
use std::{
    collections::HashMap,
    sync::Arc,
    time::{Duration, Instant},
};

/// Shortest and longest text of a link.
const TEXT_LENGTH: std::ops::RangeInclusive<usize> = 3..=64;
/// How much memory the known destinations take, in bytes, and how many that is about.
const MEMORY: u64 = 64 * 1024 * 1024;
const ABOUT: usize = 250_000;
/// What an entry takes besides its text and its target.
const ENTRY: u64 = 100;
/// How many look-ups may wait.
const ROOM: usize = 1024;

/// How long things may take, and how many wait. Of a link that is known, all of them together stay below a tenth of a second.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// How long a destination is known before it is read again: a changed one is followed after that long, at most.
    pub fresh: Duration,
    /// Reading it again; after that it is taken as it was.
    pub refresh: Duration,
    /// Reading that of a link that is not known; after that the answer is 503.
    pub look_up: Duration,
    /// Writing the click down; after that the redirect goes without an id.
    pub record: Duration,
    /// How many clicks may wait to be written, and how many for a database that is away; beyond that, redirects go without an id at once.
    pub waiting: usize,
}

impl Limits {
    /// Those in force.
    pub const DEFAULT: Self = Self {
        fresh: Duration::from_secs(30),
        refresh: Duration::from_millis(25),
        look_up: Duration::from_secs(1),
        record: Duration::from_millis(50),
        waiting: 4096,
    };
}

/// What becomes of somebody who follows a link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Followed {
    /// They are led there.
    To(String),
    /// There is no such link.
    Nowhere,
    /// The database does not answer, and where this link leads is not known.
    Unavailable,
}

/// Everything behind the redirect, one in each copy of the program: destinations as they were a short time ago, who reads them, and the log
/// of clicks.
pub struct Redirects {
    known: Arc<Cache<String, Known, Weight>>,
    look_ups: Batches<String, Option<Arc<Target>>>,
    log: ClickLog,
    limits: Limits,
}

#[derive(Clone)]
struct Known {
    target: Arc<Target>,
    at: Instant,
}

#[derive(Clone)]
struct Weight;

impl Weighter<String, Known> for Weight {
    fn weight(&self, text: &String, known: &Known) -> u64 {
        ENTRY + text.len() as u64 + known.target.size()
    }
}

/// What the database says within the time there is.
enum Found {
    Here(Arc<Target>),
    Nothing,
    NoAnswer,
}

impl Redirects {
    /// Starts the threads that read and write.
    pub fn start(db: &Db, limits: Limits) -> Self {
        let known = Arc::new(Cache::with_weighter(ABOUT, MEMORY, Weight));
        let knows = known.clone();
        Self {
            known,
            look_ups: Batches::start("links", db.clone(), ROOM, Away::Forget, move |conn, texts: &[String]| learn(conn, &knows, texts)),
            log: ClickLog::start(db.clone(), limits.waiting),
            limits,
        }
    }

    /// Follows the link with that text. A visitor is counted, and their click has its row before its id is handed on; who is no visitor, a
    /// robot for one, is led there and leaves nothing.
    pub async fn follow(&self, text: &str, visitor: Option<Visitor>) -> Followed {
        if !is_text(text) {
            return Followed::Nowhere;
        }
        let target = match self.target(text.to_ascii_lowercase()).await {
            Found::Here(target) => target,
            Found::Nothing => return Followed::Nowhere,
            Found::NoAnswer => return Followed::Unavailable,
        };
        let click = match visitor {
            Some(visitor) => self.log.record(target.link, visitor, self.limits.record).await,
            None => None,
        };
        Followed::To(target.location(click))
    }

    async fn target(&self, text: String) -> Found {
        let known = self.known.get(&text);
        match known {
            Some(known) if known.at.elapsed() < self.limits.fresh => Found::Here(known.target),
            Some(known) => match self.look_up(text, self.limits.refresh).await {
                Found::NoAnswer => Found::Here(known.target),
                found => found,
            },
            None => self.look_up(text, self.limits.look_up).await,
        }
    }

    async fn look_up(&self, text: String, limit: Duration) -> Found {
        match self.look_ups.ask(text, limit).await {
            Some(Some(target)) => Found::Here(target),
            Some(None) => Found::Nothing,
            None => Found::NoAnswer,
        }
    }

    /// How many redirects went without a click id since the start, because the database was away or slow.
    pub fn without_id(&self) -> u64 {
        self.log.without_id()
    }

    /// Once nobody is under way any more: writes what is there, and ends both threads (R24).
    pub fn stop(&self) {
        self.look_ups.close();
        self.log.stop();
    }
}

/// Reads where those texts lead, and remembers it, also where nobody waits for it any more. One thread does so, one reading after the other:
/// what is remembered is always the newest.
fn learn(conn: &mut PgConnection, known: &Cache<String, Known, Weight>, texts: &[String]) -> QueryResult<Vec<Option<Arc<Target>>>> {
    let at = Instant::now();
    let found: HashMap<String, Arc<Target>> =
        Target::find(conn, texts)?.into_iter().map(|(text, target)| (text, Arc::new(target))).collect();
    for text in texts {
        match found.get(text) {
            Some(target) => known.insert(text.clone(), Known { target: target.clone(), at }),
            None => drop(known.remove(text)),
        }
    }
    Ok(texts.iter().map(|text| found.get(text).cloned()).collect())
}

/// Letters, digits and dashes (rule 40); of anything else the database is not asked.
fn is_text(text: &str) -> bool {
    TEXT_LENGTH.contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}
