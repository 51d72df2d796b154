//! The session of a request: who it is, how fresh the proof of that is, and the ways to begin, renew and end one (S8, S9, S13).

use crate::{
    access::store::{AGENT, ENDED, FRESH, PROVED, ROW, SECOND_STEP, STALE, SessionLimits, UNAVAILABLE, USER},
    accounts::Grant,
    db::{now, unless_read_only},
    error::{Error, Result},
    ids::{SecondStepId, UserId},
    schema::sessions,
    security,
};
use actix_session::{Session, SessionExt};
use actix_web::{FromRequest, HttpRequest, dev::Payload, http::header::USER_AGENT, web::Data};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use diesel::prelude::*;
use serde::Serialize;
use std::future::{Ready, ready};

/// The most characters kept of what a browser says of itself.
const LONGEST_AGENT: usize = 300;

/// The session of this request, for handlers that begin, renew or end one.
pub struct ThisSession {
    session: Session,
    agent: String,
    limits: SessionLimits,
}

impl ThisSession {
    /// Begins a session for this user under a new id (S9). Signing in is a proof of who they are (S13).
    pub fn sign_in(&self, grant: Grant) -> Result<()> {
        self.session.remove(SECOND_STEP);
        self.put(USER, grant.user)?;
        security::login_success(grant.user);
        self.renew(grant)
    }

    /// Remembers, under a new id (S9), a sign-in whose password was right and whose code is awaited (S7). Nobody is signed in meanwhile.
    pub fn await_code(&self, id: SecondStepId) -> Result<()> {
        self.session.clear();
        self.session.renew();
        self.put(SECOND_STEP, id)
    }

    /// The sign-in whose code is awaited in this session.
    pub fn second_step(&self) -> Option<SecondStepId> {
        self.session.get(SECOND_STEP).ok().flatten()
    }

    /// Goes on under a new id (S9) as somebody who has just proved who they are (S13).
    pub fn prove(&self, grant: Grant) -> Result<()> {
        security::session_renewed();
        self.renew(grant)
    }

    fn renew(&self, grant: Grant) -> Result<()> {
        self.session.renew();
        self.put(ENDED, grant.sessions_ended)?;
        self.put(PROVED, true)?;
        self.put(AGENT, &self.agent)
    }

    /// Whether the person proved who they are within the last ten minutes (S13).
    pub fn is_fresh(&self) -> bool {
        is_fresh(&self.session)
    }

    /// Ends the session.
    pub fn end(&self) {
        self.session.purge();
    }

    /// The key of its row, where there is one.
    pub fn row(&self) -> Option<Vec<u8>> {
        row(&self.session)
    }

    /// How long sessions last.
    pub fn limits(&self) -> SessionLimits {
        self.limits
    }

    fn put(&self, key: &str, value: impl Serialize) -> Result<()> {
        self.session.insert(key, value).map_err(|error| Error::Internal(error.to_string()))
    }
}

impl FromRequest for ThisSession {
    type Error = Error;
    type Future = Ready<Result<Self>>;
    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        let agent = req.headers().get(USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or_default();
        ready(Ok(Self {
            session: req.get_session(),
            agent: agent.chars().take(LONGEST_AGENT).collect(),
            limits: *req.app_data::<Data<SessionLimits>>().expect("SessionLimits is registered in app.rs").get_ref(),
        }))
    }
}

/// Whether the person proved who they are within the last ten minutes, by the database's clock (S13).
pub fn is_fresh(session: &Session) -> bool {
    session.contains_key(FRESH)
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
    row(session).filter(|_| session.contains_key(STALE))
}

fn row(session: &Session) -> Option<Vec<u8>> {
    session.get::<String>(ROW).ok().flatten().and_then(|key| BASE64_URL_SAFE_NO_PAD.decode(key).ok())
}

/// Notes that the person was seen, at most once an hour and where the database takes it (S15: one of the named traces).
pub fn touch(conn: &mut PgConnection, row: &[u8]) -> QueryResult<()> {
    unless_read_only(diesel::update(sessions::table.find(row)).set(sessions::last_seen_at.eq(now())).execute(conn).map(drop))
}
