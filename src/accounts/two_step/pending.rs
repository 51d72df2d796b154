//! A sign-in between its two steps: the password was right, the code is awaited. It lasts ten minutes and takes five codes.

use super::{
    Typed,
    codes::{self, Purpose, Right},
    setup,
};
use crate::{
    accounts::{Grant, User},
    audit::{self, Action, Actor, Event},
    db::{self, now},
    ids::{RequestId, SecondStepId, UserId},
    mail::Mailer,
    schema::{second_steps, users},
    sealing::Sealer,
};
use diesel::{dsl::IntervalDsl, prelude::*};

/// Codes that are looked at, the right one among them.
const TRIES: i32 = 5;
/// Minutes from the password to the code.
const LASTS: i32 = 10;

/// What came of a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answered {
    /// They are signed in.
    In(Grant, Right),
    /// It is no code of theirs now; they may try again.
    Wrong,
    /// It was the last of five wrong ones: from the password on again.
    TooOften,
    /// There is no such sign-in any more: from the password on again.
    Over,
}

/// Begins to wait for the code of somebody whose password was right. The caller holds the person's lock, so that a new password ends it.
pub(in crate::accounts) fn begin(conn: &mut PgConnection, user: UserId) -> QueryResult<SecondStepId> {
    // Nobody asks for what is over; it goes when others come.
    diesel::delete(second_steps::table.filter(second_steps::expires_at.lt(now()))).execute(conn)?;
    let id = SecondStepId::new();
    diesel::insert_into(second_steps::table)
        .values((second_steps::id.eq(id), second_steps::user_id.eq(user), second_steps::expires_at.eq(now() + LASTS.minutes())))
        .execute(conn)?;
    Ok(id)
}

/// Who is awaited; nothing where it is over.
pub fn find(conn: &mut PgConnection, id: SecondStepId) -> QueryResult<Option<User>> {
    second_steps::table
        .inner_join(users::table)
        .filter(second_steps::id.eq(id))
        .filter(second_steps::tries.lt(TRIES))
        .filter(second_steps::expires_at.gt(now()))
        .select(User::as_select())
        .first(conn)
        .optional()
}

/// Takes a code. A right one signs in and is written down as that; a wrong one counts, whatever happens at the same time.
pub fn answer(
    conn: &mut PgConnection,
    mailer: &Mailer,
    sealer: &Sealer,
    id: SecondStepId,
    typed: Option<&Typed>,
    request: Option<RequestId>,
) -> QueryResult<Answered> {
    db::transaction(conn, |conn| {
        // The person first, as everywhere: who sets a new password meanwhile ends the sign-in, or comes after it.
        let of = second_steps::table.find(id).select(second_steps::user_id);
        let Some(user) = User::query().filter(users::id.eq_any(of)).for_no_key_update().first(conn).optional()? else {
            return Ok(Answered::Over);
        };
        let open = second_steps::table.find(id).filter(second_steps::tries.lt(TRIES)).filter(second_steps::expires_at.gt(now()));
        let tries = diesel::update(open)
            .set(second_steps::tries.eq(second_steps::tries + 1))
            .returning(second_steps::tries)
            .get_result::<i32>(conn)
            .optional()?;
        let Some(tries) = tries else { return Ok(Answered::Over) };
        let right = typed.map_or(Ok(None), |typed| codes::take(conn, mailer, sealer, &user, typed, Purpose::SignIn, request))?;
        let Some(right) = right else { return Ok(if tries < TRIES { Answered::Wrong } else { Answered::TooOften }) };
        diesel::delete(second_steps::table.find(id)).execute(conn)?;
        setup::forgive(conn, user.id)?;
        audit::record(conn, &Actor::person(user.id, request), Event::new(Action::SignedIn))?;
        Ok(Answered::In(User::grant(conn, user.id)?, right))
    })
}
