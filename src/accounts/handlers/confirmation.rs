use super::{
    late_form::LateForm,
    password::{NOT_THE_PASSWORD, checked},
    sign_in_code::welcome,
};
use crate::{
    access::{Limiter, Passwords, SignedIn, ThisSession},
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
    security,
    web::{Flash, FormErrors, Frame, Layout, Redirect, Sent, page, refused, same_origin::same_site_path},
};
use actix_web::{HttpResponse, web::Query};
use askama::Template;
use serde::Deserialize;

/// Where to go afterwards.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Onward {
    next: String,
    /// Where the form that comes with this address was sent at first.
    to: String,
}

/// What the page sends: the password, or a code where two-step sign-in is on.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct ConfirmationForm {
    password: String,
    proof_code: String,
    proof_next: String,
    /// Where the form was sent that this page keeps.
    proof_to: String,
}

#[derive(Template)]
#[template(path = "accounts/confirmation.html")]
struct Confirmation {
    frame: Frame,
    errors: FormErrors,
    email: String,
    takes_codes: bool,
    next: String,
    late: Option<LateForm>,
    /// A form with a file came, which is kept by nobody.
    lost_file: bool,
}

impl Confirmation {
    fn new(by: &SignedIn, layout: Layout, next: &str) -> Self {
        Self {
            frame: by.frame(layout, "Confirm that it is you"),
            errors: FormErrors::none(),
            email: by.user.email.to_string(),
            takes_codes: by.user.two_step_at.is_some(),
            next: same_site_path(next).unwrap_or_default().to_owned(),
            late: None,
            lost_file: false,
        }
    }

    /// With the form that goes on after the proof.
    fn keeping(self, late: Option<LateForm>) -> Self {
        Self { late, ..self }
    }

    fn refused(self, field: &str, message: &str) -> Result<HttpResponse> {
        refused(&Self { frame: self.frame.with_errors(), errors: FormErrors::one(field, message), ..self })
    }
}

/// The page that asks again who is there, before something grave (S13).
pub async fn confirmation(by: SignedIn, Query(onward): Query<Onward>, layout: Layout) -> Result<HttpResponse> {
    page(&Confirmation::new(&by, layout, &onward.next))
}

/// Takes the proof: the session goes on under a new id (S9), and leads back, or the form that came too late goes on. A form that has just
/// come is shown the question.
pub async fn confirm(
    by: SignedIn,
    Query(onward): Query<Onward>,
    Sent { form, fields, has_file }: Sent<ConfirmationForm>,
    layout: Layout,
    flash: Flash,
    session: ThisSession,
    passwords: Passwords,
    limiter: Limiter,
    mailer: Mailer,
    sealer: Sealer,
    db: Db,
) -> Redirect {
    if has_file {
        // The page of such a form has the address that it is sent to.
        return page(&Confirmation { lost_file: true, ..Confirmation::new(&by, layout, &onward.to) });
    }
    if !onward.to.is_empty() {
        return page(&Confirmation::new(&by, layout, &onward.next).keeping(LateForm::to(&onward.to, fields)));
    }
    let asked = Confirmation::new(&by, layout, &form.proof_next).keeping(LateForm::to(&form.proof_to, fields));
    let next = same_site_path(&form.proof_next).map_or_else(paths::home, str::to_owned);
    if asked.takes_codes && !form.proof_code.trim().is_empty() {
        let (user, typed) = (by.user.id, Typed::parse(&form.proof_code));
        return match db.run(move |conn| setup::prove(conn, &mailer, &sealer, user, typed.as_ref(), by.request)).await? {
            Proved::Yes(grant, right) => {
                session.prove(grant)?;
                go_on(right, asked.late.as_ref(), &flash, &next)
            }
            Proved::No => {
                security::code_fail(Some(user));
                asked.refused("proof_code", "Enter the six digits that your app shows now")
            }
            Proved::NoMore => asked.refused("password", "Enter your password: after five wrong codes none is taken"),
        };
    }
    if form.password.is_empty() {
        let message = if asked.takes_codes { "Enter your password, or a code below" } else { "Enter your password" };
        return asked.refused("password", message);
    }
    let confirmed = match checked(&by, form.password, &passwords, &limiter, &db).await? {
        Some(known) => db.run(move |conn| known.confirm(conn, by.request)).await?,
        None => None,
    };
    let Some(grant) = confirmed else { return asked.refused("password", NOT_THE_PASSWORD) };
    session.prove(grant)?;
    go_on(Right::App, asked.late.as_ref(), &flash, &next)
}

/// The form that came too late goes on, or whoever was asked is led back.
fn go_on(right: Right, late: Option<&LateForm>, flash: &Flash, next: &str) -> Redirect {
    match (late, right) {
        (Some(late), _) => late.send_again(),
        (None, Right::App) => flash.ok(next, "Thank you.", "Go on where you were: for 10 minutes you are not asked again."),
        (None, Right::Recovery { .. }) => welcome(right, flash, next),
    }
}
