use super::{
    late_form::LateForm,
    password::{NOT_THE_PASSWORD, checked},
};
use crate::{
    access::{Limiter, Passwords, SignedIn, ThisSession},
    db::Db,
    error::Result,
    paths,
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

/// What the page sends.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct ConfirmationForm {
    password: String,
    next: String,
    /// Where the form was sent that this page keeps.
    to: String,
}

#[derive(Template)]
#[template(path = "accounts/confirmation.html")]
struct Confirmation {
    frame: Frame,
    errors: FormErrors,
    email: String,
    next: String,
    late: Option<LateForm>,
}

impl Confirmation {
    fn new(by: &SignedIn, layout: Layout, next: &str) -> Self {
        Self {
            frame: by.frame(layout, "Confirm that it is you"),
            errors: FormErrors::none(),
            email: by.user.email.to_string(),
            next: same_site_path(next).unwrap_or_default().to_owned(),
            late: None,
        }
    }

    /// With the form that goes on after the proof.
    fn keeping(self, late: Option<LateForm>) -> Self {
        Self { late, ..self }
    }

    fn refused(self, message: &str) -> Result<HttpResponse> {
        refused(&Self { frame: self.frame.with_errors(), errors: FormErrors::one("password", message), ..self })
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
    Sent { form, fields }: Sent<ConfirmationForm>,
    layout: Layout,
    flash: Flash,
    session: ThisSession,
    passwords: Passwords,
    limiter: Limiter,
    db: Db,
) -> Redirect {
    if !onward.to.is_empty() {
        return page(&Confirmation::new(&by, layout, &onward.next).keeping(LateForm::to(&onward.to, fields)));
    }
    let asked = Confirmation::new(&by, layout, &form.next).keeping(LateForm::to(&form.to, fields));
    if form.password.is_empty() {
        return asked.refused("Enter your password");
    }
    let confirmed = match checked(&by, form.password, &passwords, &limiter, &db).await? {
        Some(known) => db.run(move |conn| known.confirm(conn, by.request)).await?,
        None => false,
    };
    if !confirmed {
        return asked.refused(NOT_THE_PASSWORD);
    }
    session.prove()?;
    if let Some(late) = asked.late {
        return late.send_again();
    }
    let next = same_site_path(&form.next).map_or_else(paths::home, str::to_owned);
    flash.ok(next, "Thank you.", "Go on where you were: for 10 minutes you are not asked again.")
}
