//! Switching two-step sign-in on and off, and who requires it.

use super::{
    RecoveryCode, SharedSecret, Typed,
    app::App,
    codes::{self, Purpose, Right},
    recovery,
};
use crate::{
    accounts::{
        Grant, User,
        emails::two_step::{self as letters, Change},
    },
    audit::{self, Action, Actor, Event},
    db::{self, now},
    email_address::EmailAddress,
    ids::{AuthenticatorId, RequestId, UserId},
    mail::{self, Mailer},
    schema::{authenticators, companies, members, staff, teams, users},
    sealing::Sealer,
};
use chrono::{DateTime, Utc};
use diesel::{dsl::exists, prelude::*, select};

/// How many wrong codes are taken in place of the password; then the password alone proves who is there.
const MISSES: i32 = 5;

/// How two-step sign-in stands for somebody.
#[derive(Debug, Clone)]
pub struct Standing {
    /// Recovery codes that are not used yet.
    pub codes_left: i64,
    /// Who requires it of them, each as a sentence.
    pub required_by: Vec<String>,
}

/// What came of the first code of an app.
pub enum SwitchedOn {
    /// It counts from now on, and these stand in for it.
    Done(Vec<RecoveryCode>),
    /// It is no code of that app now.
    WrongCode,
    /// No app is on trial, or it has been for more than an hour.
    NoTrial,
}

/// What came of switching it off.
#[derive(Debug, PartialEq, Eq)]
pub enum SwitchedOff {
    /// It is off.
    Done,
    /// It was off already.
    Was,
    /// Somebody requires it; each as a sentence. Nothing was changed.
    Required(Vec<String>),
}

/// What came of a code in place of the password.
#[derive(Debug, PartialEq, Eq)]
pub enum Proved {
    /// It is them.
    Yes(Grant, Right),
    /// It is no code of theirs now.
    No,
    /// Codes are not taken any more, until the password was right.
    NoMore,
}

impl Standing {
    /// In two statements.
    pub fn read(conn: &mut PgConnection, user: UserId) -> QueryResult<Self> {
        Ok(Self { codes_left: recovery::left(conn, user)?, required_by: required_by(conn, user)? })
    }
}

/// Who requires it of this person: teams that they own or are finance of, companies that they work for. It stands here, below those rooms,
/// because switching it off asks for it.
fn required_by(conn: &mut PgConnection, user: UserId) -> QueryResult<Vec<String>> {
    let teams = members::table
        .inner_join(teams::table)
        .filter(members::user_id.eq(user))
        .filter(members::left_at.is_null())
        .filter(teams::closed_at.is_null())
        .filter(teams::requires_two_step)
        .filter(teams::owner_id.eq(user).or(members::role.eq("finance")))
        .select((teams::name, true.into_sql::<diesel::sql_types::Bool>()));
    let companies = staff::table
        .inner_join(companies::table)
        .filter(staff::user_id.eq(user))
        .filter(staff::left_at.is_null())
        .filter(companies::requires_two_step)
        .select((companies::name, false.into_sql::<diesel::sql_types::Bool>()));
    let mut places: Vec<(String, bool)> = teams.union_all(companies).load(conn)?;
    places.sort();
    let of_whom = |is_team: bool| if is_team { "its owner and finance" } else { "its staff" };
    Ok(places.into_iter().map(|(name, is_team)| format!("{name} requires two-step sign-in of {}.", of_whom(is_team))).collect())
}

/// Puts a new app on trial, in place of another on trial. The one in force, where there is one, stays so until the new one's first code.
pub fn begin(conn: &mut PgConnection, sealer: &Sealer, user: UserId) -> QueryResult<()> {
    db::transaction(conn, |conn| {
        User::lock(conn, user)?;
        diesel::delete(on_trial(user)).execute(conn)?;
        diesel::insert_into(authenticators::table)
            .values((
                authenticators::id.eq(AuthenticatorId::new()),
                authenticators::user_id.eq(user),
                authenticators::sealed.eq(SharedSecret::new().sealed(sealer, user)),
            ))
            .execute(conn)
            .map(drop)
    })
}

/// The secret of the app on trial.
pub fn trial(conn: &mut PgConnection, sealer: &Sealer, user: UserId) -> QueryResult<Option<SharedSecret>> {
    Ok(App::on_trial(conn, user)?.and_then(|app| app.secret(sealer)))
}

/// Takes the first code of the app on trial: from now on it is in force, in place of one before, with ten new recovery codes. They are told
/// by mail.
pub fn switch_on(
    conn: &mut PgConnection,
    mailer: &Mailer,
    sealer: &Sealer,
    user: UserId,
    code: &str,
    request: Option<RequestId>,
) -> QueryResult<SwitchedOn> {
    db::transaction(conn, |conn| {
        let user = User::lock(conn, user)?;
        let Some(app) = App::on_trial(conn, user.id)? else { return Ok(SwitchedOn::NoTrial) };
        let Some(step) = app.step_of(sealer, code) else { return Ok(SwitchedOn::WrongCode) };
        diesel::delete(in_force(user.id)).execute(conn)?;
        let at: DateTime<Utc> = diesel::update(authenticators::table.find(app.id))
            .set((authenticators::confirmed_at.eq(now().nullable()), authenticators::last_step.eq(step)))
            .returning(authenticators::confirmed_at.assume_not_null())
            .get_result(conn)?;
        diesel::update(users::table.find(user.id)).set(users::two_step_at.eq(at)).execute(conn)?;
        let codes = recovery::issue(conn, user.id)?;
        let change = if user.two_step_at.is_some() { Change::AnotherApp } else { Change::On };
        mail::queue(conn, mailer, None, &letters::changed(&user, at, change))?;
        audit::record(conn, &Actor::person(user.id, request), Event::new(Action::TwoStepSetUp).target(user.id.uuid()))?;
        Ok(SwitchedOn::Done(codes))
    })
}

/// Makes ten new recovery codes, in place of those there are; nothing where it is off. They are told by mail.
pub fn renew_codes(
    conn: &mut PgConnection,
    mailer: &Mailer,
    user: UserId,
    request: Option<RequestId>,
) -> QueryResult<Option<Vec<RecoveryCode>>> {
    db::transaction(conn, |conn| {
        let user = User::lock(conn, user)?;
        if user.two_step_at.is_none() {
            return Ok(None);
        }
        let codes = recovery::issue(conn, user.id)?;
        let at = select(now()).get_result(conn)?;
        mail::queue(conn, mailer, None, &letters::changed(&user, at, Change::NewCodes))?;
        audit::record(conn, &Actor::person(user.id, request), Event::new(Action::RecoveryCodesRenewed).target(user.id.uuid()))?;
        Ok(Some(codes))
    })
}

/// Switches it off, where nobody requires it. They are told by mail.
pub fn switch_off(conn: &mut PgConnection, mailer: &Mailer, user: UserId, request: Option<RequestId>) -> QueryResult<SwitchedOff> {
    db::transaction(conn, |conn| {
        let user = User::lock(conn, user)?;
        if user.two_step_at.is_none() {
            return Ok(SwitchedOff::Was);
        }
        let required_by = required_by(conn, user.id)?;
        if !required_by.is_empty() {
            return Ok(SwitchedOff::Required(required_by));
        }
        end(conn, mailer, &Actor::person(user.id, request), &user)?;
        Ok(SwitchedOff::Done)
    })
}

/// Switches it off for somebody who has neither app nor codes any more, asked for by whoever runs the installation. Says whether it was on.
/// Where it is required, they are led to set it up anew. `NotFound` where nobody has that address.
pub fn switch_off_for(conn: &mut PgConnection, mailer: &Mailer, email: &EmailAddress) -> QueryResult<bool> {
    db::transaction(conn, |conn| {
        let user = User::query().filter(users::email.eq(email)).for_no_key_update().first(conn)?;
        if user.two_step_at.is_some() {
            end(conn, mailer, &Actor::program(), &user)?;
        }
        Ok(user.two_step_at.is_some())
    })
}

/// Throws away an app that was set up since then, by whoever had the account meanwhile and whom its owner cannot ask for a code. Where the app
/// stays, its recovery codes go all the same, whoever made them; the owner is told and makes new ones.
pub(in crate::accounts) fn end_what_is_doubtful(
    conn: &mut PgConnection,
    mailer: &Mailer,
    by: &Actor,
    user: &User,
    since: DateTime<Utc>,
) -> QueryResult<()> {
    diesel::delete(on_trial(user.id)).execute(conn)?;
    let newer = in_force(user.id).filter(authenticators::confirmed_at.ge(since));
    if select(exists(newer)).get_result(conn)? {
        return end(conn, mailer, by, user);
    }
    if recovery::drop_all(conn, user.id)? > 0 {
        let at = select(now()).get_result(conn)?;
        mail::queue(conn, mailer, None, &letters::changed(user, at, Change::CodesEnded))?;
    }
    Ok(())
}

fn end(conn: &mut PgConnection, mailer: &Mailer, by: &Actor, user: &User) -> QueryResult<()> {
    diesel::delete(authenticators::table.filter(authenticators::user_id.eq(user.id))).execute(conn)?;
    recovery::drop_all(conn, user.id)?;
    diesel::update(users::table.find(user.id)).set(users::two_step_at.eq(None::<DateTime<Utc>>)).execute(conn)?;
    let at = select(now()).get_result(conn)?;
    mail::queue(conn, mailer, None, &letters::changed(user, at, Change::Off))?;
    audit::record(conn, by, Event::new(Action::TwoStepSwitchedOff).target(user.id.uuid()))
}

/// Takes a code in place of the password, as a proof of who is there (S13), and writes it down. After five wrong ones it takes none, so that
/// nobody who found a browser open can try them all.
pub fn prove(
    conn: &mut PgConnection,
    mailer: &Mailer,
    sealer: &Sealer,
    user: UserId,
    typed: Option<&Typed>,
    request: Option<RequestId>,
) -> QueryResult<Proved> {
    db::transaction(conn, |conn| {
        let user = User::lock(conn, user)?;
        let tried = in_force(user.id).filter(authenticators::misses.lt(MISSES));
        if diesel::update(tried).set(authenticators::misses.eq(authenticators::misses + 1)).execute(conn)? == 0 {
            return Ok(Proved::NoMore);
        }
        let right = typed.map_or(Ok(None), |typed| codes::take(conn, mailer, sealer, &user, typed, Purpose::Proof, request))?;
        let Some(right) = right else { return Ok(Proved::No) };
        forgive(conn, user.id)?;
        audit::record(conn, &Actor::person(user.id, request), Event::new(Action::IdentityConfirmed))?;
        Ok(Proved::Yes(User::grant(conn, user.id)?, right))
    })
}

/// After a right answer wrong codes count from the beginning.
pub fn forgive(conn: &mut PgConnection, user: UserId) -> QueryResult<()> {
    diesel::update(in_force(user).filter(authenticators::misses.gt(0))).set(authenticators::misses.eq(0)).execute(conn).map(drop)
}

/// Seals anew, under the key in force, what the key before it sealed, so that after the rotation nothing needs that one. Says how many.
pub fn seal_anew(conn: &mut PgConnection, sealer: &Sealer) -> QueryResult<usize> {
    if !sealer.is_rotating() {
        return Ok(0);
    }
    let rows: Vec<(AuthenticatorId, UserId, Vec<u8>)> =
        authenticators::table.select((authenticators::id, authenticators::user_id, authenticators::sealed)).load(conn)?;
    let mut many = 0;
    for (id, user, sealed) in rows {
        let Some(opened) = sealer.open(user.uuid(), &sealed).filter(|opened| opened.is_old) else { continue };
        let unchanged = authenticators::table.find(id).filter(authenticators::sealed.eq(sealed));
        many += diesel::update(unchanged).set(authenticators::sealed.eq(sealer.seal(user.uuid(), &opened.bytes))).execute(conn)?;
    }
    Ok(many)
}

#[diesel::dsl::auto_type(no_type_alias)]
fn in_force(user: UserId) -> _ {
    authenticators::table.filter(authenticators::user_id.eq(user)).filter(authenticators::confirmed_at.is_not_null())
}

#[diesel::dsl::auto_type(no_type_alias)]
fn on_trial(user: UserId) -> _ {
    authenticators::table.filter(authenticators::user_id.eq(user)).filter(authenticators::confirmed_at.is_null())
}
