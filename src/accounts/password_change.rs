//! Another password, by somebody signed in who knows the old one (S6).

use crate::{
    accounts::{
        Grant, User, email_change,
        emails::{self, PasswordChange},
        password_reset,
        sign_in::Credentials,
    },
    audit::{self, Action, Actor, Event},
    db::{self, now},
    ids::RequestId,
    mail::{self, Mailer},
    schema::users,
};
use chrono::{DateTime, Utc};
use diesel::{prelude::*, select};

/// Sets the new password where the checked one is still in force; nothing where it is not. Every session of theirs ends, this one too: the
/// caller goes on under a new id; so does a change of address that is not proved yet. They are told by mail.
pub fn change(
    conn: &mut PgConnection,
    mailer: &Mailer,
    checked: &Credentials,
    password_hash: &str,
    request: Option<RequestId>,
) -> QueryResult<Option<Grant>> {
    db::transaction(conn, |conn| {
        let Some(user) = checked.lock(conn)? else { return Ok(None) };
        diesel::update(users::table.find(user.id)).set(users::password_hash.eq(password_hash)).execute(conn)?;
        User::end_sessions(conn, user.id)?;
        password_reset::close_open(conn, user.id)?;
        let at: DateTime<Utc> = select(now()).get_result(conn)?;
        mail::queue(conn, mailer, None, &emails::password_changed(&user, at, PasswordChange::ByPerson))?;
        let by = Actor::person(user.id, request);
        audit::record(conn, &by, Event::new(Action::PasswordChanged).target(user.id.uuid()))?;
        email_change::give_up(conn, &by, user.id)?;
        User::grant(conn, user.id).map(Some)
    })
}
