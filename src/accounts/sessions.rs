//! A person's sessions, as they see and end them (S12).

use crate::{
    accounts::User,
    audit::{self, Action, Actor, Event},
    db::{self, now},
    ids::{RequestId, SessionId, UserId},
    schema::sessions,
};
use chrono::{DateTime, Utc};
use diesel::{dsl::IntervalDsl, prelude::*};
use serde_json::json;

/// The most that are shown, the last used first. More live at once only where a program signs in over and over.
const SHOWN: i64 = 50;

/// One living session.
#[derive(Debug, Clone, Queryable)]
pub struct LivingSession {
    /// Its name, which opens nothing.
    pub id: SessionId,
    /// What the browser said of itself.
    pub user_agent: String,
    /// When it was begun, or renewed by a proof.
    pub begun_at: DateTime<Utc>,
    /// When it was last used, to the hour.
    pub last_seen_at: DateTime<Utc>,
    /// Whether it is the one that asks.
    pub is_this: bool,
}

/// Those that still open something, the last used first; `this` is the row of the one that asks.
pub fn living(conn: &mut PgConnection, user: UserId, this: &[u8], idle_hours: i32) -> QueryResult<Vec<LivingSession>> {
    let is_this = sessions::id_hash.eq(this);
    sessions::table
        .filter(sessions::user_id.eq(user))
        .filter(sessions::expires_at.gt(now()))
        .filter(sessions::last_seen_at.gt(now() - idle_hours.hours()))
        .order((is_this.desc(), sessions::last_seen_at.desc(), sessions::id))
        .limit(SHOWN)
        .select((sessions::id, sessions::user_agent, sessions::created_at, sessions::last_seen_at, is_this))
        .load(conn)
}

/// Ends one of theirs, felt on its next request on every copy of the program (S10); `NotFound` where it is not theirs or is over.
pub fn end(conn: &mut PgConnection, user: UserId, id: SessionId, request: Option<RequestId>) -> QueryResult<()> {
    db::transaction(conn, |conn| {
        let theirs = sessions::table.filter(sessions::id.eq(id)).filter(sessions::user_id.eq(user));
        match diesel::delete(theirs).execute(conn)? {
            0 => Err(diesel::NotFound),
            _ => audit::record(conn, &Actor::person(user, request), Event::new(Action::SessionEnded).target(id.uuid())),
        }
    })
}

/// Ends all of theirs but `this`, and says how many. Sign-ins that await a code end too, and sessions that have not begun.
pub fn end_others(conn: &mut PgConnection, user: UserId, this: &[u8], request: Option<RequestId>) -> QueryResult<usize> {
    db::transaction(conn, |conn| {
        User::end_grants(conn, user)?;
        let others = sessions::table.filter(sessions::user_id.eq(user)).filter(sessions::id_hash.ne(this));
        let ended = diesel::delete(others).execute(conn)?;
        let event = Event::new(Action::OtherSessionsEnded).target(user.uuid()).after(json!({ "ended": ended }));
        audit::record(conn, &Actor::person(user, request), event)?;
        Ok(ended)
    })
}
