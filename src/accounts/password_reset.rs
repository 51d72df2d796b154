//! A new password for who forgot theirs (S5): a mailed link of one hour and one use, which a newer one replaces.

use crate::{
    accounts::{
        User, email_change,
        emails::{self, PasswordChange},
    },
    audit::{self, Action, Actor, Event},
    db::{self, now},
    email_address::EmailAddress,
    ids::{PasswordResetId, RequestId, UserId},
    mail::{self, Mailer},
    schema::{password_resets, users},
    tokens::{Purpose, TokenHash},
};
use chrono::{DateTime, Utc};
use diesel::{dsl::IntervalDsl, prelude::*};

/// Each row has one link; a newer link is a newer row.
pub const GENERATION: i32 = 1;

/// Where a mailed link leads.
#[derive(Debug, Clone)]
pub struct ResetLink {
    /// Whose password it sets.
    pub user: User,
    /// Until when.
    pub expires_at: DateTime<Utc>,
    /// Neither used, nor too old, nor replaced.
    pub is_open: bool,
}

/// What came of setting a password by a link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NewPassword {
    /// It is set, and nobody is signed in to that account any more.
    Set,
    /// The link was used, has expired, or a newer one was asked for.
    LinkEnded,
}

impl ResetLink {
    /// The link whose token has that hash; `NotFound` where there never was one.
    pub fn find(conn: &mut PgConnection, hash: &TokenHash) -> QueryResult<Self> {
        let is_open = password_resets::closed_at.is_null().and(password_resets::expires_at.gt(now()));
        let (user, expires_at, is_open) = password_resets::table
            .inner_join(users::table)
            .filter(password_resets::token_hash.eq(hash))
            .select((User::as_select(), password_resets::expires_at, is_open))
            .first(conn)?;
        Ok(Self { user, expires_at, is_open })
    }
}

/// Mails a link where the address belongs to a verified account, and does nothing else where it does not: who asks learns nothing (S3).
pub fn ask(conn: &mut PgConnection, mailer: &Mailer, email: &EmailAddress, request: Option<RequestId>) -> QueryResult<()> {
    db::transaction(conn, |conn| {
        let verified = User::query().filter(users::email.eq(email)).filter(users::email_verified_at.is_not_null());
        let Some(user) = verified.for_no_key_update().first(conn).optional()? else { return Ok(()) };
        close_open(conn, user.id)?;
        let id = PasswordResetId::new();
        let expires_at = diesel::insert_into(password_resets::table)
            .values((
                password_resets::id.eq(id),
                password_resets::user_id.eq(user.id),
                password_resets::token_hash.eq(mailer.tokens().hash(Purpose::PasswordReset, id.uuid(), GENERATION)),
                password_resets::expires_at.eq(now() + 1.hour()),
            ))
            .returning(password_resets::expires_at)
            .get_result(conn)?;
        mail::queue_until(conn, mailer, None, &emails::reset_link(&user, id, expires_at), expires_at)?;
        let nobody = Actor { user: None, role: None, request };
        audit::record(conn, &nobody, Event::new(Action::PasswordResetAsked).target(user.id.uuid()))
    })
}

/// Uses the link: the password is set, every session ends, a change of address that is not proved yet too, and the person is told by mail.
pub fn set(
    conn: &mut PgConnection,
    mailer: &Mailer,
    hash: &TokenHash,
    password_hash: &str,
    request: Option<RequestId>,
) -> QueryResult<NewPassword> {
    db::transaction(conn, |conn| {
        // The person first, as in `ask`, so that the two never wait for each other.
        let owner = password_resets::table.filter(password_resets::token_hash.eq(hash)).select(password_resets::user_id);
        let user = User::query().filter(users::id.eq_any(owner)).for_no_key_update().first(conn)?;
        let open = password_resets::table
            .filter(password_resets::token_hash.eq(hash))
            .filter(password_resets::closed_at.is_null())
            .filter(password_resets::expires_at.gt(now()));
        let used = diesel::update(open)
            .set(password_resets::closed_at.eq(now().nullable()))
            .returning(password_resets::closed_at.assume_not_null())
            .get_result(conn)
            .optional()?;
        let Some(at) = used else { return Ok(NewPassword::LinkEnded) };
        diesel::update(users::table.find(user.id)).set(users::password_hash.eq(password_hash)).execute(conn)?;
        User::end_sessions(conn, user.id)?;
        mail::queue(conn, mailer, None, &emails::password_changed(&user, at, PasswordChange::ByLink))?;
        let by = Actor::person(user.id, request);
        audit::record(conn, &by, Event::new(Action::PasswordReset).target(user.id.uuid()))?;
        email_change::give_up(conn, &by, user.id)?;
        Ok(NewPassword::Set)
    })
}

/// Ends the links that are still open: a newer one was asked for, or the password or address they were asked for is another one now.
pub fn close_open(conn: &mut PgConnection, user: UserId) -> QueryResult<usize> {
    diesel::update(password_resets::table.filter(password_resets::user_id.eq(user)).filter(password_resets::closed_at.is_null()))
        .set(password_resets::closed_at.eq(now().nullable()))
        .execute(conn)
}
