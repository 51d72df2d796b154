//! Sessions on the server (S8): the browser holds a random id, the row its hash, so that a session can be ended and a dump opens nothing.
//! What decides how long one lasts is the database's clock (S11, R26).

use crate::{
    db::{self, Db, now},
    ids::UserId,
    schema::{sessions, users},
    tokens::hash_of,
};
use actix_session::storage::{LoadError, SaveError, SessionKey, SessionStore, UpdateError};
use actix_web::cookie::time::Duration;
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use diesel::{
    dsl::{IntervalDsl, case_when},
    prelude::*,
    sql_types::Bool,
};
use std::collections::HashMap;

/// The key under which a session's state names its user; the row has a column for it.
pub(super) const USER: &str = "user_id";
/// The key under which a session's state names a sign-in whose code is awaited (S7).
pub(super) const SECOND_STEP: &str = "second_step";
/// What the browser says of itself; the row has a column for it.
pub(super) const AGENT: &str = "user_agent";
/// Set for the store, which begins no session where all of the person's were ended since it was granted.
pub(super) const ENDED: &str = "sessions_ended";
/// Set for the store, which writes down when: the person has just proved who they are.
pub(super) const PROVED: &str = "proved";
/// Set by the store: the row's key.
pub(super) const ROW: &str = "row";
/// Set by the store when the person was last seen more than an hour ago.
pub(super) const STALE: &str = "stale";
/// Set by the store when the person proved who they are within the last ten minutes (S13).
pub(super) const FRESH: &str = "fresh";
/// Set by the store when the database did not answer, so that nobody is taken for signed out (S64).
pub(super) const UNAVAILABLE: &str = "unavailable";

/// How many minutes a proof lasts (S13).
const PROOF_LASTS: i32 = 10;

/// How long sessions last (S11).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SessionLimits {
    /// Without being used. To be seen is noted once an hour, so that it may be up to an hour less.
    pub idle_hours: i32,
    /// From signing in, or from proving again who they are: either begins a session under a new id.
    pub days: i32,
}

impl Default for SessionLimits {
    fn default() -> Self {
        Self { idle_hours: 12, days: 14 }
    }
}

type State = HashMap<String, String>;

/// The sessions table as actix-session's store.
pub struct Sessions {
    /// Where the table is.
    pub db: Db,
    /// How long they last.
    pub limits: SessionLimits,
}

/// A state as the row keeps it: what has a column of its own apart, and nothing that the store added itself.
struct Row {
    user: Option<UserId>,
    /// How often all of theirs had been ended when this one was granted.
    ended: Option<i32>,
    agent: String,
    proved: bool,
    state: serde_json::Value,
}

impl Row {
    fn of(mut state: State) -> Self {
        let user = state.remove(USER).and_then(|text| serde_json::from_str(&text).ok());
        let ended = state.remove(ENDED).and_then(|text| serde_json::from_str(&text).ok());
        let agent = state.remove(AGENT).and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default();
        let proved = state.remove(PROVED).is_some();
        for own in [ROW, STALE, FRESH, UNAVAILABLE] {
            state.remove(own);
        }
        Self { user, ended, agent, proved, state: serde_json::json!(state) }
    }

    /// Whether it may begin: nobody's may, and somebody's where not all of theirs were ended since it was granted. Theirs are not ended until it
    /// has begun.
    fn is_granted(&self, conn: &mut PgConnection) -> QueryResult<bool> {
        let Some(user) = self.user else { return Ok(true) };
        let Some(ended) = self.ended else { return Ok(false) };
        let granted = users::table.find(user).filter(users::sessions_ended.eq(ended)).select(users::id).for_share();
        Ok(granted.first::<UserId>(conn).optional()?.is_some())
    }
}

impl SessionStore for Sessions {
    async fn load(&self, key: &SessionKey) -> Result<Option<State>, LoadError> {
        let row = hash_of(key.as_ref());
        let row_key = BASE64_URL_SAFE_NO_PAD.encode(&row);
        let idle_hours = self.limits.idle_hours;
        let found = self
            .db
            .run(move |conn| {
                let stale = sessions::last_seen_at.lt(now() - 1.hours());
                let fresh = sessions::proved_at.gt((now() - PROOF_LASTS.minutes()).nullable());
                sessions::table
                    .find(row)
                    .filter(sessions::expires_at.gt(now()))
                    .filter(sessions::last_seen_at.gt(now() - idle_hours.hours()))
                    .select((sessions::user_id, sessions::state, stale, fresh))
                    .first::<(Option<UserId>, serde_json::Value, bool, Option<bool>)>(conn)
                    .optional()
            })
            .await;
        let Ok(found) = found else {
            return Ok(Some(State::from([(UNAVAILABLE.to_owned(), "true".to_owned())])));
        };
        let Some((user, state, stale, fresh)) = found else { return Ok(None) };
        let mut state: State = serde_json::from_value(state).map_err(|error| LoadError::Deserialization(error.into()))?;
        let mut set = |key: &str, value: serde_json::Value| state.insert(key.to_owned(), value.to_string());
        set(ROW, row_key.into());
        if let Some(user) = user {
            set(USER, serde_json::json!(user));
        }
        for (key, is_so) in [(STALE, stale), (FRESH, fresh == Some(true))] {
            if is_so {
                set(key, true.into());
            }
        }
        Ok(Some(state))
    }

    async fn save(&self, state: State, _: &Duration) -> Result<SessionKey, SaveError> {
        let key = BASE64_URL_SAFE_NO_PAD.encode(rand::random::<[u8; 32]>());
        let row = Row::of(state);
        let (hash, days) = (hash_of(&key), self.limits.days);
        self.db
            .run(move |conn| {
                db::transaction(conn, |conn| {
                    // The browser then has a key that opens nothing, as if the session had begun before and ended with the others.
                    if !row.is_granted(conn)? {
                        return Ok(());
                    }
                    diesel::insert_into(sessions::table)
                        .values((
                            sessions::id_hash.eq(&hash),
                            sessions::user_id.eq(row.user),
                            sessions::user_agent.eq(&row.agent),
                            sessions::state.eq(&row.state),
                            sessions::proved_at.eq(case_when(row.proved.into_sql::<Bool>(), now())),
                            sessions::expires_at.eq(now() + days.days()),
                        ))
                        .execute(conn)
                        .map(drop)
                })?;
                // Nobody asks for what is over; it goes when others come.
                diesel::delete(sessions::table.filter(sessions::expires_at.lt(now()))).execute(conn)
            })
            .await
            .map_err(|error| SaveError::Other(error.into()))?;
        key.try_into().map_err(|_| SaveError::Other(anyhow::anyhow!("a key of 43 characters is short enough")))
    }

    async fn update(&self, key: SessionKey, state: State, _: &Duration) -> Result<SessionKey, UpdateError> {
        let row = hash_of(key.as_ref());
        let Row { user, state, .. } = Row::of(state);
        self.db
            .run(move |conn| {
                diesel::update(sessions::table.find(row)).set((sessions::user_id.eq(user), sessions::state.eq(state))).execute(conn)
            })
            .await
            .map_err(|error| UpdateError::Other(error.into()))?;
        Ok(key)
    }

    /// Nothing prolongs a session: the days count from its beginning, and being seen is noted by the locks.
    async fn update_ttl(&self, _: &SessionKey, _: &Duration) -> Result<(), anyhow::Error> {
        Ok(())
    }

    async fn delete(&self, key: &SessionKey) -> Result<(), anyhow::Error> {
        let row = hash_of(key.as_ref());
        self.db.run(move |conn| diesel::delete(sessions::table.find(row)).execute(conn)).await?;
        Ok(())
    }
}
