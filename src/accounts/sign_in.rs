//! Signing in and out. Whoever cannot sign in is not told why (S3).

use crate::{
    accounts::User,
    audit::{self, Action, Actor, Event},
    db,
    email_address::EmailAddress,
    ids::{RequestId, UserId},
    schema::users,
};
use diesel::{dsl::exists, prelude::*};

/// What a password is checked against.
#[derive(Debug, Clone, HasQuery)]
#[diesel(table_name = users)]
pub struct Credentials {
    /// Key.
    pub id: UserId,
    /// argon2id, in PHC form; none before a password is set.
    pub password_hash: Option<String>,
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

    /// Writes down that the person signed in; says no where the password was changed while it was being checked.
    pub fn sign_in(&self, conn: &mut PgConnection, request: Option<RequestId>) -> QueryResult<bool> {
        self.record(conn, Action::SignedIn, request)
    }

    /// Writes down that the person proved again who they are (S13); says no as [`Self::sign_in`] does.
    pub fn confirm(&self, conn: &mut PgConnection, request: Option<RequestId>) -> QueryResult<bool> {
        self.record(conn, Action::IdentityConfirmed, request)
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

    fn record(&self, conn: &mut PgConnection, action: Action, request: Option<RequestId>) -> QueryResult<bool> {
        db::transaction(conn, |conn| {
            let unchanged = users::table.filter(users::id.eq(self.id)).filter(users::password_hash.eq(&self.password_hash));
            if !diesel::select(exists(unchanged)).get_result(conn)? {
                return Ok(false);
            }
            audit::record(conn, &Actor::person(self.id, request), Event::new(action))?;
            Ok(true)
        })
    }
}

/// Writes down that the person signed out.
pub fn sign_out(conn: &mut PgConnection, user: UserId, request: Option<RequestId>) -> QueryResult<()> {
    audit::record(conn, &Actor::person(user, request), Event::new(Action::SignedOut))
}
