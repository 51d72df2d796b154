//! The second page of signing in: after the right password, the code (S7).

use super::two_step::Onward;
use crate::{
    access::{Anyone, Limit, Limiter, ThisSession, Whose},
    accounts::{
        User,
        two_step::{
            Typed,
            codes::Right,
            pending::{self, Answered},
        },
    },
    db::Db,
    error::{Error, Result},
    mail::Mailer,
    paths,
    sealing::Sealer,
    security,
    web::{Flash, Form, FormErrors, Frame, Layout, Redirect, page, refused, see_other},
};
use actix_web::{HttpResponse, web::Query};
use askama::Template;
use serde::Deserialize;

/// What the page sends: either of the two.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct CodeForm {
    code: String,
    recovery: String,
    next: String,
}

#[derive(Template)]
#[template(path = "accounts/sign_in_code.html")]
struct CodePage {
    frame: Frame,
    errors: FormErrors,
    email: String,
    next: String,
}

/// The field that somebody filled in, and what to say where it is wrong.
pub fn field_of(code: &str, recovery: &str) -> (&'static str, &'static str) {
    match (code.trim().is_empty(), recovery.trim().is_empty()) {
        (_, false) => ("recovery", "Enter a recovery code that you have not used yet"),
        (false, true) => ("code", "Enter the six digits that your app shows now"),
        (true, true) => ("code", "Enter the code that your app shows, or a recovery code"),
    }
}

/// The page that asks for the code; who has not given the password yet is asked for that first.
pub async fn sign_in_code(
    by: Anyone,
    Query(onward): Query<Onward>,
    session: ThisSession,
    layout: Layout,
    flash: Flash,
    db: Db,
) -> Result<HttpResponse> {
    let Some(id) = session.second_step() else { return see_other(paths::sign_in_then(onward.path_or_home())) };
    match db.run(move |conn| pending::find(conn, id)).await? {
        Some(user) => page(&CodePage::new(&by, layout, &user, onward.path())),
        None => again(&flash, &onward),
    }
}

/// Takes the code, and signs in under a new session (S9).
pub async fn take_sign_in_code(
    by: Anyone,
    Form(form): Form<CodeForm>,
    session: ThisSession,
    layout: Layout,
    flash: Flash,
    mailer: Mailer,
    sealer: Sealer,
    limiter: Limiter,
    db: Db,
) -> Redirect {
    let onward = Onward::to(form.next);
    let Some(id) = session.second_step() else { return see_other(paths::sign_in_then(onward.path_or_home())) };
    let (field, message) = field_of(&form.code, &form.recovery);
    let typed = Typed::parse(if field == "code" { &form.code } else { &form.recovery });
    let answered = db.run(move |conn| {
        let Some(user) = pending::find(conn, id)? else { return Ok((Answered::Over, None)) };
        limiter.take_code(conn, user.id)?;
        let answered = pending::answer(conn, &mailer, &sealer, id, typed.as_ref(), by.request)?;
        if matches!(answered, Answered::In(..)) {
            limiter.forget_code(conn, user.id)?;
            limiter.forget(conn, Limit::SignIn, Whose::AddressHere(&user.email))?;
        }
        Ok::<_, Error>((answered, Some(user.id)))
    });
    let (answered, user) = answered.await?;
    if matches!(answered, Answered::Wrong | Answered::TooOften) {
        security::code_fail(user);
    }
    match answered {
        Answered::In(grant, right) => {
            session.sign_in(grant)?;
            welcome(right, &flash, onward.path_or_home())
        }
        Answered::Wrong => match db.run(move |conn| pending::find(conn, id)).await? {
            Some(user) => CodePage::new(&by, layout, &user, onward.path()).refused(field, message),
            None => again(&flash, &onward),
        },
        Answered::TooOften => {
            flash.bad(paths::sign_in_then(onward.path_or_home()), "That was the fifth wrong code.", "Begin again with your password.")
        }
        Answered::Over => again(&flash, &onward),
    }
}

/// Goes on; who used a recovery code reads how many are left.
pub fn welcome(right: Right, flash: &Flash, next: &str) -> Redirect {
    match right {
        Right::App => see_other(next),
        Right::Recovery { left: 0 } => flash.bad(next, "You used your last recovery code.", "Make new ones on your account page now."),
        Right::Recovery { left: 1 } => flash.info(next, "You used a recovery code.", "1 is left. New ones are made on your account page."),
        Right::Recovery { left } => {
            flash.info(next, "You used a recovery code.", format!("{left} are left. New ones are made on your account page."))
        }
    }
}

fn again(flash: &Flash, onward: &Onward) -> Redirect {
    let why = "A code is awaited for ten minutes, and after a new password no more.";
    flash.info(paths::sign_in_then(onward.path_or_home()), "Begin again with your password.", why)
}

impl CodePage {
    fn new(by: &Anyone, layout: Layout, user: &User, next: &str) -> Self {
        let frame = by.frame(layout, "Enter your code");
        Self { frame, errors: FormErrors::none(), email: user.email.to_string(), next: next.to_owned() }
    }

    fn refused(self, field: &str, message: &str) -> Result<HttpResponse> {
        refused(&Self { frame: self.frame.with_errors(), errors: FormErrors::one(field, message), ..self })
    }
}
