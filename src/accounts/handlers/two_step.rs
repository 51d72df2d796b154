//! Two-step sign-in on the account page: how it stands, an app set up by its first code, switching it off (S7).

use super::frame;
use crate::{
    access::{Fresh, SignedIn},
    accounts::two_step::setup::{self, Standing, SwitchedOff, SwitchedOn},
    db::Db,
    error::{Error, Result},
    mail::Mailer,
    paths,
    sealing::Sealer,
    web::{
        Flash, Form, FormErrors, Frame, Layout, Moment, Redirect, once::Once, page, qr::Qr, refused, same_origin::same_site_path, see_other,
    },
};
use actix_web::{HttpResponse, web::Query};
use askama::Template;
use chrono::Utc;
use serde::Deserialize;

/// Where to go once it is set up.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Onward {
    next: String,
}

/// What the first code sends.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct FirstCodeForm {
    code: String,
    next: String,
}

#[derive(Template)]
#[template(path = "accounts/two_step.html")]
struct StandingPage {
    frame: Frame,
    since: Option<Moment>,
    standing: Standing,
    next: String,
}

#[derive(Template)]
#[template(path = "accounts/two_step_setup.html")]
struct SetupPage {
    frame: Frame,
    errors: FormErrors,
    qr: Option<Qr>,
    uri: String,
    key: String,
    account: String,
    next: String,
}

#[derive(Template)]
#[template(path = "accounts/two_step_ending.html")]
struct EndingPage {
    frame: Frame,
    required_by: Vec<String>,
}

impl Onward {
    /// To there, where it is a page of this site.
    pub fn to(next: String) -> Self {
        Self { next }
    }

    /// A page of this site, or nothing.
    pub fn path(&self) -> &str {
        same_site_path(&self.next).unwrap_or_default()
    }

    /// A page of this site.
    pub fn path_or_home(&self) -> &str {
        same_site_path(&self.next).unwrap_or("/")
    }
}

/// How it stands. Who is required to have it comes here first, and reads by whom.
pub async fn two_step(by: SignedIn, Query(onward): Query<Onward>, layout: Layout, db: Db) -> Result<HttpResponse> {
    let user = by.user.id;
    let standing = db.run(move |conn| Standing::read(conn, user)).await?;
    let since = by.user.two_step_at.map(|at| Moment::new(at, Utc::now(), by.user.zone()));
    page(&StandingPage { frame: frame::of(&by, layout, "Two-step sign-in"), since, standing, next: onward.path().to_owned() })
}

/// Puts an app on trial. Nothing counts before its first code.
pub async fn begin_two_step(by: Fresh<SignedIn>, Form(onward): Form<Onward>, sealer: Sealer, db: Db) -> Redirect {
    let user = by.user.id;
    db.run(move |conn| setup::begin(conn, &sealer, user)).await?;
    see_other(paths::two_step_setup_then(onward.path()))
}

/// The page that shows the secret to the app and asks for its first code.
pub async fn set_up_two_step(
    by: Fresh<SignedIn>,
    Query(onward): Query<Onward>,
    layout: Layout,
    sealer: Sealer,
    db: Db,
) -> Result<HttpResponse> {
    match SetupPage::load(&by, layout, onward.path(), sealer, &db).await? {
        Some(setup) => page(&setup),
        None => see_other(paths::two_step_then(onward.path())),
    }
}

/// Switches it on with the first code, and leads to the recovery codes, which are shown there once.
pub async fn switch_on_two_step(
    by: Fresh<SignedIn>,
    Form(form): Form<FirstCodeForm>,
    layout: Layout,
    once: Once,
    mailer: Mailer,
    sealer: Sealer,
    db: Db,
) -> Redirect {
    let (user, request) = (by.user.id, by.request);
    let code: String = form.code.split_whitespace().collect();
    let next = Onward::to(form.next);
    let taken = db.run({
        let sealer = sealer.clone();
        move |conn| setup::switch_on(conn, &mailer, &sealer, user, &code, request)
    });
    match taken.await? {
        SwitchedOn::Done(codes) => {
            once.lead(paths::recovery_codes_then(next.path()), user.uuid(), codes.iter().map(ToString::to_string).collect())
        }
        SwitchedOn::WrongCode => match SetupPage::load(&by, layout, next.path(), sealer, &db).await? {
            Some(setup) => refused(&setup.with_wrong_code()),
            None => see_other(paths::two_step_then(next.path())),
        },
        // A second press of the button finds it done.
        SwitchedOn::NoTrial if by.user.two_step_at.is_some() => see_other(paths::recovery_codes_then(next.path())),
        SwitchedOn::NoTrial => see_other(paths::two_step_then(next.path())),
    }
}

/// Asks whether it is to be switched off, and says what is lost (G14).
pub async fn two_step_ending(by: Fresh<SignedIn>, layout: Layout, db: Db) -> Result<HttpResponse> {
    let user = by.user.id;
    if by.user.two_step_at.is_none() {
        return see_other(paths::two_step());
    }
    let standing = db.run(move |conn| Standing::read(conn, user)).await?;
    page(&EndingPage { frame: frame::of(&by, layout, "Switch two-step sign-in off?"), required_by: standing.required_by })
}

/// Switches it off, unless somebody requires it.
pub async fn end_two_step(by: Fresh<SignedIn>, flash: Flash, mailer: Mailer, db: Db) -> Redirect {
    let (user, request) = (by.user.id, by.request);
    match db.run(move |conn| setup::switch_off(conn, &mailer, user, request)).await? {
        SwitchedOff::Done => flash.ok(paths::account(), "Two-step sign-in is off.", "Your password alone signs you in from now on."),
        SwitchedOff::Was => see_other(paths::two_step()),
        SwitchedOff::Required(required_by) => Err(Error::Forbidden(format!("{} It stays on.", required_by.join(" ")).into())),
    }
}

impl SetupPage {
    async fn load(by: &SignedIn, layout: Layout, next: &str, sealer: Sealer, db: &Db) -> Result<Option<Self>> {
        let user = by.user.id;
        let secret = db.run(move |conn| setup::trial(conn, &sealer, user)).await?;
        Ok(secret.map(|secret| {
            let uri = secret.uri(&by.user.email);
            Self {
                frame: frame::of(by, layout, "Set up your app"),
                errors: FormErrors::none(),
                qr: Qr::of(&uri),
                uri,
                key: secret.in_groups(),
                account: by.user.email.to_string(),
                next: next.to_owned(),
            }
        }))
    }

    fn with_wrong_code(self) -> Self {
        let errors = FormErrors::one("code", "Enter the six digits that your app shows now");
        Self { frame: self.frame.with_errors(), errors, ..self }
    }
}
