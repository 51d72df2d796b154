//! A code as somebody types it, and what it is worth: each counts once.

use super::{RecoveryCode, app::App, recovery};
use crate::{
    accounts::{User, emails},
    audit::{self, Action, Actor, Event},
    db::now,
    ids::RequestId,
    mail::{self, Mailer},
    schema::authenticators,
    sealing::Sealer,
};
use diesel::{prelude::*, select};

/// What was typed, as far as its form tells.
#[derive(Clone)]
pub enum Typed {
    /// Six digits.
    Code(String),
    /// A recovery code.
    Recovery(RecoveryCode),
}

/// What a code is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// The second step of signing in, after the password.
    SignIn,
    /// A proof, in place of the password, of who is signed in (S13).
    Proof,
}

/// What a right code was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Right {
    /// A code of the app.
    App,
    /// A recovery code; so many are left.
    Recovery {
        /// How many.
        left: i64,
    },
}

impl Typed {
    /// Reads it; nothing where it can be neither.
    pub fn parse(text: &str) -> Option<Self> {
        let digits: String = text.chars().filter(|c| !c.is_whitespace() && *c != '-').collect();
        if digits.len() == 6 && digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Some(Self::Code(digits));
        }
        RecoveryCode::parse(text).map(Self::Recovery)
    }
}

/// Takes a code, where it is a right one that has not counted yet. A recovery code is told by mail. The caller holds the person's lock.
pub(super) fn take(
    conn: &mut PgConnection,
    mailer: &Mailer,
    sealer: &Sealer,
    user: &User,
    typed: &Typed,
    purpose: Purpose,
    request: Option<RequestId>,
) -> QueryResult<Option<Right>> {
    match typed {
        Typed::Code(code) => {
            let app = App::in_force(conn, user.id)?;
            let Some((app, step)) = app.and_then(|app| app.step_of(sealer, code).map(|step| (app, step))) else { return Ok(None) };
            let later = authenticators::table.find(app.id).filter(authenticators::last_step.lt(step));
            let counts = diesel::update(later).set(authenticators::last_step.eq(step)).execute(conn)? == 1;
            Ok(Some(Right::App).filter(|_| counts))
        }
        Typed::Recovery(code) => {
            if user.two_step_at.is_none() || !recovery::consume(conn, user.id, code)? {
                return Ok(None);
            }
            let left = recovery::left(conn, user.id)?;
            let at = select(now()).get_result(conn)?;
            mail::queue(conn, mailer, None, &emails::two_step::recovery_code_used(user, at, purpose, left))?;
            audit::record(conn, &Actor::person(user.id, request), Event::new(Action::RecoveryCodeUsed).target(user.id.uuid()))?;
            Ok(Some(Right::Recovery { left }))
        }
    }
}
