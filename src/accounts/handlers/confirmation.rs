use super::{
    password::{NOT_THE_PASSWORD, checked},
    sign_in_code::welcome,
};
use crate::{
    access::{Passwords, SignedIn, ThisSession},
    accounts::two_step::{
        Typed,
        codes::Right,
        setup::{self, Proved},
    },
    db::Db,
    error::Result,
    mail::Mailer,
    paths,
    sealing::Sealer,
    web::{Flash, Form, FormErrors, Frame, Layout, Redirect, page, refused, same_origin::same_site_path},
};
use actix_web::{HttpResponse, web::Query};
use askama::Template;
use serde::Deserialize;

/// Where to go afterwards.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Onward {
    next: String,
}

/// What the page sends: the password, or a code where two-step sign-in is on.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct ConfirmationForm {
    password: String,
    code: String,
    next: String,
}

#[derive(Template)]
#[template(path = "accounts/confirmation.html")]
struct Confirmation {
    frame: Frame,
    errors: FormErrors,
    email: String,
    takes_codes: bool,
    next: String,
}

impl Confirmation {
    fn new(by: &SignedIn, layout: Layout, next: &str) -> Self {
        Self {
            frame: by.frame(layout, "Confirm that it is you"),
            errors: FormErrors::none(),
            email: by.user.email.to_string(),
            takes_codes: by.user.two_step_at.is_some(),
            next: same_site_path(next).unwrap_or_default().to_owned(),
        }
    }

    fn refused(self, field: &str, message: &str) -> Result<HttpResponse> {
        refused(&Self { frame: self.frame.with_errors(), errors: FormErrors::one(field, message), ..self })
    }
}

/// The page that asks again who is there, before something grave (S13).
pub async fn confirmation(by: SignedIn, Query(onward): Query<Onward>, layout: Layout) -> Result<HttpResponse> {
    page(&Confirmation::new(&by, layout, &onward.next))
}

/// Takes the proof: the session goes on under a new id (S9), and leads back.
pub async fn confirm(
    by: SignedIn,
    Form(form): Form<ConfirmationForm>,
    layout: Layout,
    flash: Flash,
    session: ThisSession,
    passwords: Passwords,
    mailer: Mailer,
    sealer: Sealer,
    db: Db,
) -> Redirect {
    let asked = Confirmation::new(&by, layout, &form.next);
    let next = same_site_path(&form.next).map_or_else(paths::home, str::to_owned);
    if asked.takes_codes && !form.code.trim().is_empty() {
        let (user, typed) = (by.user.id, Typed::parse(&form.code));
        return match db.run(move |conn| setup::prove(conn, &mailer, &sealer, user, typed.as_ref(), by.request)).await? {
            Proved::Yes(right) => {
                session.prove()?;
                go_on(right, &flash, &next)
            }
            Proved::No => asked.refused("code", "Enter the six digits that your app shows now"),
            Proved::NoMore => asked.refused("password", "Enter your password: after five wrong codes none is taken"),
        };
    }
    if form.password.is_empty() {
        let message = if asked.takes_codes { "Enter your password, or a code below" } else { "Enter your password" };
        return asked.refused("password", message);
    }
    let confirmed = match checked(&by, form.password, &passwords, &db).await? {
        Some(known) => db.run(move |conn| known.confirm(conn, by.request)).await?,
        None => false,
    };
    if !confirmed {
        return asked.refused("password", NOT_THE_PASSWORD);
    }
    session.prove()?;
    go_on(Right::App, &flash, &next)
}

fn go_on(right: Right, flash: &Flash, next: &str) -> Redirect {
    match right {
        Right::App => flash.ok(next, "Thank you.", "Go on where you were: for 10 minutes you are not asked again."),
        Right::Recovery { .. } => welcome(right, flash, next),
    }
}
