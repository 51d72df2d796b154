//! Sessions on the server (S8): the browser holds a random id, the row its hash, so that a session can be ended and a dump opens nothing.

use crate::{
    db::{Db, now},
    error::{Error, Result},
    ids::UserId,
    schema::sessions,
    tokens::hash_of,
};
use actix_session::{
    Session,
    storage::{LoadError, SaveError, SessionKey, SessionStore, UpdateError},
};
use actix_web::cookie::time::Duration;
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use chrono::{DateTime, TimeDelta, Utc};
use diesel::{
    dsl::{IntervalDsl, case_when},
    prelude::*,
    sql_types::Bool,
};
use std::collections::HashMap;

/// The key under which a session's state names its user; the store keeps it in a column.
const USER: &str = "user_id";
/// Set by the store when the person was last seen more than an hour ago: the row's key, for [`touch`].
const STALE: &str = "stale";
/// Set by [`sign_in`] and [`prove`] for the store, which writes down when: the person has just proved who they are.
const PROVED: &str = "proved";
/// Set by the store when the person proved who they are within the last ten minutes (S13).
const FRESH: &str = "fresh";
/// Set by the store when the database did not answer, so that nobody is taken for signed out (S64).
const UNAVAILABLE: &str = "unavailable";

/// How many minutes a proof lasts (S13).
const PROOF_LASTS: i32 = 10;

type State = HashMap<String, String>;

/// The sessions table as actix-session's store.
pub struct Sessions(pub Db);

/// Begins a session for this user under a new id (S9). Signing in is a proof of who they are (S13).
pub fn sign_in(session: &Session, user: UserId) -> Result<()> {
    session.insert(USER, user).map_err(|error| Error::Internal(error.to_string()))?;
    prove(session)
}

/// Goes on under a new id (S9) as somebody who has just proved who they are (S13).
pub fn prove(session: &Session) -> Result<()> {
    session.renew();
    session.insert(PROVED, true).map_err(|error| Error::Internal(error.to_string()))
}

/// Whether the person proved who they are within the last ten minutes, by the database's clock (S13).
pub fn is_fresh(session: &Session) -> bool {
    session.contains_key(FRESH)
}

/// Ends the session.
pub fn sign_out(session: &Session) {
    session.purge();
}

/// Whether somebody is signed in, as far as the session says. An unreachable database counts as yes: the page will say so itself.
pub fn is_signed_in(session: &Session) -> bool {
    session.contains_key(USER) || session.contains_key(UNAVAILABLE)
}

/// Whose session this is.
pub fn user_of(session: &Session) -> Result<Option<UserId>> {
    if session.contains_key(UNAVAILABLE) {
        return Err(Error::Unavailable);
    }
    session.get(USER).map_err(|error| Error::Internal(error.to_string()))
}

/// The row to touch, where the person was last seen more than an hour ago.
pub fn stale_row(session: &Session) -> Option<Vec<u8>> {
    session.get::<String>(STALE).ok().flatten().and_then(|key| BASE64_URL_SAFE_NO_PAD.decode(key).ok())
}

/// Notes that the person was seen, at most once an hour (S15: one of the named traces).
pub fn touch(conn: &mut PgConnection, row: &[u8]) -> QueryResult<()> {
    diesel::update(sessions::table.find(row)).set(sessions::last_seen_at.eq(now())).execute(conn).map(drop)
}

/// A state as the row keeps it: what has a column of its own apart, and nothing that the store added itself.
struct Row {
    user: Option<UserId>,
    proved: bool,
    state: serde_json::Value,
}

impl Row {
    fn of(mut state: State) -> Self {
        let user = state.remove(USER).and_then(|text| serde_json::from_str(&text).ok());
        let proved = state.remove(PROVED).is_some();
        for own in [STALE, FRESH, UNAVAILABLE] {
            state.remove(own);
        }
        Self { user, proved, state: serde_json::json!(state) }
    }
}

fn expiry(ttl: &Duration) -> DateTime<Utc> {
    Utc::now() + TimeDelta::seconds(ttl.whole_seconds())
}

impl SessionStore for Sessions {
    async fn load(&self, key: &SessionKey) -> std::result::Result<Option<State>, LoadError> {
        let row = hash_of(key.as_ref());
        let stale_key = BASE64_URL_SAFE_NO_PAD.encode(&row);
        let found = self
            .0
            .run(move |conn| {
                let stale = sessions::last_seen_at.lt(now() - 1.hours());
                let fresh = sessions::proved_at.gt((now() - PROOF_LASTS.minutes()).nullable());
                sessions::table
                    .find(row)
                    .filter(sessions::expires_at.gt(now()))
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
        if let Some(user) = user {
            state.insert(USER.to_owned(), serde_json::json!(user).to_string());
        }
        if stale {
            state.insert(STALE.to_owned(), serde_json::json!(stale_key).to_string());
        }
        if fresh == Some(true) {
            state.insert(FRESH.to_owned(), "true".to_owned());
        }
        Ok(Some(state))
    }

    async fn save(&self, state: State, ttl: &Duration) -> std::result::Result<SessionKey, SaveError> {
        let key = BASE64_URL_SAFE_NO_PAD.encode(rand::random::<[u8; 32]>());
        let Row { user, proved, state } = Row::of(state);
        let (row, expires_at) = (hash_of(&key), expiry(ttl));
        self.0
            .run(move |conn| {
                diesel::insert_into(sessions::table)
                    .values((
                        sessions::id_hash.eq(row),
                        sessions::user_id.eq(user),
                        sessions::state.eq(state),
                        sessions::proved_at.eq(case_when(proved.into_sql::<Bool>(), now())),
                        sessions::expires_at.eq(expires_at),
                    ))
                    .execute(conn)
            })
            .await
            .map_err(|error| SaveError::Other(error.into()))?;
        key.try_into().map_err(|_| SaveError::Other(anyhow::anyhow!("a key of 43 characters is short enough")))
    }

    async fn update(&self, key: SessionKey, state: State, ttl: &Duration) -> std::result::Result<SessionKey, UpdateError> {
        let (row, expires_at) = (hash_of(key.as_ref()), expiry(ttl));
        let Row { user, state, .. } = Row::of(state);
        self.0
            .run(move |conn| {
                diesel::update(sessions::table.find(row))
                    .set((sessions::user_id.eq(user), sessions::state.eq(state), sessions::expires_at.eq(expires_at)))
                    .execute(conn)
            })
            .await
            .map_err(|error| UpdateError::Other(error.into()))?;
        Ok(key)
    }

    async fn update_ttl(&self, key: &SessionKey, ttl: &Duration) -> std::result::Result<(), anyhow::Error> {
        let (row, expires_at) = (hash_of(key.as_ref()), expiry(ttl));
        self.0.run(move |conn| diesel::update(sessions::table.find(row)).set(sessions::expires_at.eq(expires_at)).execute(conn)).await?;
        Ok(())
    }

    async fn delete(&self, key: &SessionKey) -> std::result::Result<(), anyhow::Error> {
        let row = hash_of(key.as_ref());
        self.0.run(move |conn| diesel::delete(sessions::table.find(row)).execute(conn)).await?;
        Ok(())
    }
}
