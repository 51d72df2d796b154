//! Another address (S6): it counts once the person it belongs to has followed a link mailed there, signed in to this account; the old
//! address is told and can take it back for 72 hours. An address that somebody else uses is answered alike, and only they are told.

use crate::{
    accounts::{User, emails, invited, password_reset, sign_in::Credentials, two_step::setup},
    audit::{self, Action, Actor, Event},
    db::{self, now},
    email_address::EmailAddress,
    ids::{EmailChangeId, RequestId, UserId},
    mail::{self, Mailer},
    schema::{email_changes, users},
    tokens::{Purpose, TokenHash},
    words,
};
use chrono::{DateTime, Utc};
use diesel::{
    dsl::{IntervalDsl, sql},
    expression::SqlLiteral,
    prelude::*,
    sql_types::Timestamptz,
};
use uuid::Uuid;

/// Each row has one link of each purpose; a newer link is a newer row.
pub const GENERATION: i32 = 1;
/// The constraint that refuses a second user with an address.
const ONE_USER: &str = "users_email_key";

/// A new address that is not proved yet.
#[derive(Debug, Clone, Queryable)]
pub struct PendingEmail {
    /// The address.
    pub email: EmailAddress,
    /// Until when its link works.
    pub expires_at: DateTime<Utc>,
}

/// Where a link to a new address leads.
#[derive(Debug, Clone)]
pub struct ChangeLink {
    /// Whose address it would become.
    pub user: User,
    /// The new address.
    pub email: EmailAddress,
    /// Until when.
    pub expires_at: DateTime<Utc>,
    /// Neither used, nor too old, nor replaced.
    pub is_open: bool,
}

/// Where a link to the old address leads.
#[derive(Debug, Clone)]
pub struct UndoLink {
    /// Whose address it was.
    pub user: User,
    /// The old address.
    pub old: EmailAddress,
    /// The one in its place.
    pub new: EmailAddress,
    /// Until when.
    pub until: DateTime<Utc>,
    /// Neither used nor too old.
    pub is_open: bool,
}

/// What came of following a link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Changed {
    /// The address is another one now.
    Done,
    /// The link was used, has expired or was replaced.
    LinkEnded,
    /// Somebody else uses that address by now.
    Taken,
}

/// The new address of this user that waits for its proof.
pub fn pending(conn: &mut PgConnection, user: UserId) -> QueryResult<Option<PendingEmail>> {
    email_changes::table
        .filter(email_changes::user_id.eq(user))
        .filter(email_changes::changed_at.is_null())
        .filter(email_changes::closed_at.is_null())
        .filter(email_changes::expires_at.gt(now()))
        .select((email_changes::new_email, email_changes::expires_at))
        .first(conn)
        .optional()
}

/// Mails a link to the new address where nobody uses it, and a notice to whoever does: who asks cannot tell which (S3). Says no where the
/// password was changed while it was being checked.
pub fn ask(
    conn: &mut PgConnection,
    mailer: &Mailer,
    checked: &Credentials,
    email: &EmailAddress,
    request: Option<RequestId>,
) -> QueryResult<bool> {
    db::transaction(conn, |conn| {
        let Some(user) = checked.lock(conn)? else { return Ok(false) };
        close_pending(conn, user.id)?;
        let id = EmailChangeId::new();
        let expires_at: DateTime<Utc> = diesel::insert_into(email_changes::table)
            .values((
                email_changes::id.eq(id),
                email_changes::user_id.eq(user.id),
                email_changes::old_email.eq(&user.email),
                email_changes::new_email.eq(email),
                email_changes::token_hash.eq(mailer.tokens().hash(Purpose::EmailChange, id.uuid(), GENERATION)),
                email_changes::undo_hash.eq(mailer.tokens().hash(Purpose::EmailUndo, id.uuid(), GENERATION)),
                email_changes::expires_at.eq(now() + 24.hours()),
            ))
            .returning(email_changes::expires_at)
            .get_result(conn)?;
        let taken = User::query().filter(users::email.eq(email)).filter(users::email_verified_at.is_not_null()).first(conn).optional()?;
        let letter = match &taken {
            Some(owner) => emails::address_in_use(owner),
            None => emails::prove_address(&user, email, id, expires_at),
        };
        mail::queue_until(conn, mailer, None, &letter, expires_at)?;
        audit::record(conn, &Actor::person(user.id, request), Event::new(Action::EmailChangeAsked).target(user.id.uuid()))?;
        Ok(true)
    })
}

/// Gives up the new address that waits for its proof; says whether there was one.
pub fn cancel(conn: &mut PgConnection, user: UserId, request: Option<RequestId>) -> QueryResult<bool> {
    db::transaction(conn, |conn| {
        User::lock(conn, user)?;
        give_up(conn, &Actor::person(user, request), user)
    })
}

/// The same for somebody whose row is locked: a new password ends what whoever knew the old one has asked for.
pub(super) fn give_up(conn: &mut PgConnection, by: &Actor, user: UserId) -> QueryResult<bool> {
    let pending = email_changes::table
        .filter(email_changes::user_id.eq(user))
        .filter(email_changes::changed_at.is_null())
        .filter(email_changes::closed_at.is_null())
        .filter(email_changes::expires_at.gt(now()));
    let given_up: Vec<EmailChangeId> =
        diesel::update(pending).set(email_changes::closed_at.eq(now().nullable())).returning(email_changes::id).get_results(conn)?;
    if given_up.is_empty() {
        return Ok(false);
    }
    let links: Vec<Uuid> = given_up.iter().map(|id| id.uuid()).collect();
    mail::give_up(conn, &links, "Not sent: the new address was given up before.")?;
    audit::record(conn, by, Event::new(Action::EmailChangeCancelled).target(user.uuid()))?;
    Ok(true)
}

impl ChangeLink {
    /// The link whose token has that hash; `NotFound` where there never was one.
    pub fn find(conn: &mut PgConnection, hash: &TokenHash) -> QueryResult<Self> {
        let is_open = email_changes::changed_at.is_null().and(email_changes::closed_at.is_null()).and(email_changes::expires_at.gt(now()));
        let (user, email, expires_at, is_open) = email_changes::table
            .inner_join(users::table)
            .filter(email_changes::token_hash.eq(hash))
            .select((User::as_select(), email_changes::new_email, email_changes::expires_at, is_open))
            .first(conn)?;
        Ok(Self { user, email, expires_at, is_open })
    }
}

/// Uses the link: the new address counts, and the old one is told. Whoever registered the new address without proving it has nothing
/// there (S38), and invitations of it into teams that the person is in are taken back.
pub fn confirm(conn: &mut PgConnection, mailer: &Mailer, hash: &TokenHash, by: UserId, request: Option<RequestId>) -> QueryResult<Changed> {
    db::transaction(conn, |conn| {
        // The person before the links, as everywhere, so that two links never wait for each other.
        let teams = invited::lock_teams(conn, by)?;
        let user = User::lock(conn, by)?;
        let open = email_changes::table
            .filter(email_changes::token_hash.eq(hash))
            .filter(email_changes::user_id.eq(by))
            .filter(email_changes::changed_at.is_null())
            .filter(email_changes::closed_at.is_null())
            .filter(email_changes::expires_at.gt(now()));
        let used = diesel::update(open)
            .set((email_changes::changed_at.eq(now().nullable()), email_changes::undo_until.eq((now() + 72.hours()).nullable())))
            .returning((email_changes::id, email_changes::new_email, email_changes::undo_until.assume_not_null()))
            .get_result::<(EmailChangeId, EmailAddress, DateTime<Utc>)>(conn)
            .optional()?;
        let Some((id, email, undo_until)) = used else { return Ok(Changed::LinkEnded) };
        diesel::delete(users::table.filter(users::email.eq(&email)).filter(users::email_verified_at.is_null())).execute(conn)?;
        if db::unless_broken(conn, ONE_USER, |conn| set_address(conn, &user, &email))?.is_none() {
            diesel::update(email_changes::table.find(id))
                .set((
                    email_changes::changed_at.eq(None::<DateTime<Utc>>),
                    email_changes::undo_until.eq(None::<DateTime<Utc>>),
                    email_changes::closed_at.eq(now().nullable()),
                ))
                .execute(conn)?;
            return Ok(Changed::Taken);
        }
        let by = Actor::person(user.id, request);
        password_reset::close_open(conn, user.id)?;
        mail::queue_until(conn, mailer, None, &emails::address_changed(&user, &email, id, undo_until), undo_until)?;
        audit::record(conn, &by, Event::new(Action::EmailChanged).target(user.id.uuid()))?;
        invited::take_back(conn, &by, &teams, &email)?;
        Ok(Changed::Done)
    })
}

impl UndoLink {
    /// The link whose token has that hash; `NotFound` where there never was one, or its change was never made.
    pub fn find(conn: &mut PgConnection, hash: &TokenHash) -> QueryResult<Self> {
        let until = email_changes::undo_until.assume_not_null();
        let is_open = email_changes::closed_at.is_null().and(until.gt(now()));
        let (user, old, new, until, is_open) = email_changes::table
            .inner_join(users::table)
            .filter(email_changes::undo_hash.eq(hash))
            .filter(email_changes::undo_until.is_not_null())
            .select((User::as_select(), email_changes::old_email, email_changes::new_email, until, is_open))
            .first(conn)?;
        Ok(Self { user, old, new, until, is_open })
    }
}

/// Takes the change back: the old address counts again, the password opens nothing any more, every session ends, and a link for a new
/// password is mailed to the old address. Later changes are taken back with it: who made them no longer has a say. An authenticator app goes
/// too where it was set up within three days before the change or since, and every recovery code: who could change the address could make
/// them first.
pub fn undo(conn: &mut PgConnection, mailer: &Mailer, hash: &TokenHash, request: Option<RequestId>) -> QueryResult<Changed> {
    db::transaction(conn, |conn| {
        let owner = email_changes::table.filter(email_changes::undo_hash.eq(hash)).select(email_changes::user_id).first(conn)?;
        let teams = invited::lock_teams(conn, owner)?;
        let user = User::lock(conn, owner)?;
        let open = email_changes::table
            .filter(email_changes::undo_hash.eq(hash))
            .filter(email_changes::closed_at.is_null())
            .filter(email_changes::undo_until.gt(now().nullable()))
            .select((email_changes::old_email, email_changes::created_at, doubtful_since()));
        let found = open.first::<(EmailAddress, DateTime<Utc>, DateTime<Utc>)>(conn).optional()?;
        let Some((old, asked_at, doubtful_since)) = found else { return Ok(Changed::LinkEnded) };
        if db::unless_broken(conn, ONE_USER, |conn| set_address(conn, &user, &old))?.is_none() {
            return Ok(Changed::Taken);
        }
        diesel::update(email_changes::table.filter(email_changes::user_id.eq(user.id)).filter(email_changes::created_at.ge(asked_at)))
            .filter(email_changes::closed_at.is_null())
            .set(email_changes::closed_at.eq(now().nullable()))
            .execute(conn)?;
        diesel::update(users::table.find(user.id)).set(users::password_hash.eq(None::<String>)).execute(conn)?;
        User::end_sessions(conn, user.id)?;
        let nobody = Actor { user: None, role: None, request };
        audit::record(conn, &nobody, Event::new(Action::EmailChangeUndone).target(user.id.uuid()))?;
        invited::take_back(conn, &nobody, &teams, &old)?;
        let user = User { email: old.clone(), ..user };
        setup::end_what_is_doubtful(conn, mailer, &nobody, &user, doubtful_since)?;
        password_reset::ask(conn, mailer, &old, request)?;
        Ok(Changed::Done)
    })
}

/// From when on what was set up may be a stranger's: 72 hours before the change, or from asking for it, where that was earlier.
fn doubtful_since() -> SqlLiteral<Timestamptz> {
    sql("least(email_changes.created_at, email_changes.changed_at - interval '72 hours')")
}

fn close_pending(conn: &mut PgConnection, user: UserId) -> QueryResult<usize> {
    diesel::update(email_changes::table.filter(email_changes::user_id.eq(user)).filter(email_changes::changed_at.is_null()))
        .filter(email_changes::closed_at.is_null())
        .set(email_changes::closed_at.eq(now().nullable()))
        .execute(conn)
}

fn set_address(conn: &mut PgConnection, user: &User, email: &EmailAddress) -> QueryResult<usize> {
    diesel::update(users::table.find(user.id))
        .set((users::email.eq(email), users::search.eq(words::fold(&format!("{} {email}", user.name)))))
        .execute(conn)
}
