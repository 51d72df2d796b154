//! Signing in and out. Whoever cannot sign in is not told why (S3).

use crate::{
    accounts::{
        Grant, User,
        two_step::{pending, setup},
    },
    audit::{self, Action, Actor, Event},
    db,
    email_address::EmailAddress,
    ids::{RequestId, SecondStepId, UserId},
    schema::{sessions, users},
};
use diesel::prelude::*;

/// What a password is checked against.
#[derive(Debug, Clone, HasQuery)]
#[diesel(table_name = users)]
pub struct Credentials {
    /// Key.
    pub id: UserId,
    /// argon2id, in PHC form; none before a password is set.
    pub password_hash: Option<String>,
}

/// What came of a right password.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Entered {
    /// They are signed in.
    In(Grant),
    /// Their code is awaited (S7); until then they are not.
    CodeAwaited(SecondStepId),
    /// The password was changed while it was being checked.
    No,
}

impl Credentials {
    /// Of the person whose address is proved; an unverified account has none (S38).
    pub fn of(conn: &mut PgConnection, email: &EmailAddress) -> QueryResult<Option<Self>> {
        Self::query().filter(users::email.eq(email)).filter(users::email_verified_at.is_not_null()).first(conn).optional()
    }

    /// Of somebody signed in, who is asked again.
    pub fn of_user(conn: &mut PgConnection, user: UserId) -> QueryResult<Self> {
        Self::query().filter(users::id.eq(user)).first(conn)
    }

    /// Writes down that the person signed in, or begins to wait for their code, where two-step sign-in is on.
    pub fn sign_in(&self, conn: &mut PgConnection, request: Option<RequestId>) -> QueryResult<Entered> {
        db::transaction(conn, |conn| {
            let Some(user) = self.lock(conn)? else { return Ok(Entered::No) };
            if user.two_step_at.is_some() {
                return pending::begin(conn, user.id).map(Entered::CodeAwaited);
            }
            audit::record(conn, &Actor::person(user.id, request), Event::new(Action::SignedIn))?;
            User::grant(conn, user.id).map(Entered::In)
        })
    }

    /// Writes down that the person proved again who they are (S13); nothing where the password was changed while it was being checked.
    pub fn confirm(&self, conn: &mut PgConnection, request: Option<RequestId>) -> QueryResult<Option<Grant>> {
        db::transaction(conn, |conn| {
            let Some(user) = self.lock(conn)? else { return Ok(None) };
            setup::forgive(conn, user.id)?;
            audit::record(conn, &Actor::person(user.id, request), Event::new(Action::IdentityConfirmed))?;
            User::grant(conn, user.id).map(Some)
        })
    }

    /// The person, locked until the transaction ends, where the password is still the one that was checked.
    pub fn lock(&self, conn: &mut PgConnection) -> QueryResult<Option<User>> {
        User::query()
            .filter(users::id.eq(self.id))
            .filter(users::password_hash.eq(&self.password_hash))
            .for_no_key_update()
            .first(conn)
            .optional()
    }
}

/// Ends the session in that row, and writes down that the person signed out.
pub fn sign_out(conn: &mut PgConnection, user: UserId, row: &[u8], request: Option<RequestId>) -> QueryResult<()> {
    db::transaction(conn, |conn| {
        diesel::delete(sessions::table.find(row)).execute(conn)?;
        audit::record(conn, &Actor::person(user, request), Event::new(Action::SignedOut))
    })
}
