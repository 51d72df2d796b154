use crate::{
    access::{SignedIn, ThisSession},
    accounts::{
        User,
        email_change::{self, PendingEmail},
        handlers::{agent, frame, zones},
        profile::{self, Profile},
        sessions::{self, LivingSession},
    },
    db::Db,
    error::Result,
    paths,
    web::{Flash, Form, FormErrors, Frame, Layout, Moment, Redirect, page, refused, time::exact},
    words::NAME_LENGTH,
};
use actix_web::HttpResponse;
use askama::Template;
use chrono::Utc;
use serde::Deserialize;

/// What the profile's form sends.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct ProfileForm {
    name: String,
    time_zone: String,
}

impl ProfileForm {
    fn of(user: &User) -> Self {
        Self { name: user.name.clone(), time_zone: user.zone().name().to_owned() }
    }

    fn parse(&self) -> std::result::Result<Profile, FormErrors> {
        let mut errors = FormErrors::none();
        let name = errors.line("name", "your name", &self.name, NAME_LENGTH);
        let zone = self.time_zone.parse().map_err(|_| errors.add("time_zone", "Choose a time zone of the list")).ok();
        zone.map(|zone| Profile { name, zone }).filter(|_| errors.is_empty()).ok_or(errors)
    }
}

/// The one page of a person's own affairs (rule 45).
#[derive(Template)]
#[template(path = "accounts/account.html")]
pub struct AccountPage {
    frame: Frame,
    errors: FormErrors,
    profile: ProfileForm,
    address: String,
    new_address: String,
    pending: Option<(String, String)>,
    zones: Vec<zones::Region>,
    sessions: Vec<Row>,
    two_step_since: Option<Moment>,
}

/// A session as the page shows it.
struct Row {
    browser: String,
    agent: String,
    is_this: bool,
    begun: Moment,
    last_seen: Moment,
    ending: String,
}

impl AccountPage {
    /// The page as it stands before anybody typed.
    pub async fn load(by: &SignedIn, session: &ThisSession, db: &Db, layout: Layout) -> Result<Self> {
        let (user, this, idle_hours) = (by.user.id, session.row().unwrap_or_default(), session.limits().idle_hours);
        let (pending, sessions) = db
            .run(move |conn| {
                let pending = email_change::pending(conn, user)?;
                sessions::living(conn, user, &this, idle_hours).map(|sessions| (pending, sessions))
            })
            .await?;
        let zone = by.user.zone();
        let until = |pending: PendingEmail| (pending.email.to_string(), exact(pending.expires_at, zone));
        Ok(Self {
            frame: frame::of(by, layout, "Your account"),
            errors: FormErrors::none(),
            profile: ProfileForm::of(&by.user),
            address: by.user.email.to_string(),
            new_address: String::new(),
            pending: pending.map(until),
            zones: zones::regions(zone),
            sessions: sessions.into_iter().map(|session| Row::new(session, &by.user)).collect(),
            two_step_since: by.user.two_step_at.map(|at| Moment::new(at, Utc::now(), zone)),
        })
    }

    /// The page again, with what is to be corrected.
    pub fn refused(self, errors: FormErrors) -> Result<HttpResponse> {
        refused(&Self { frame: self.frame.with_errors(), errors, ..self })
    }

    /// With the address that was typed.
    pub fn with_new_address(self, new_address: String) -> Self {
        Self { new_address, ..self }
    }

    fn has_others(&self) -> bool {
        self.sessions.len() > 1
    }
}

impl Row {
    fn new(session: LivingSession, viewer: &User) -> Self {
        let moment = |at| Moment::new(at, Utc::now(), viewer.zone());
        Self {
            browser: agent::words(&session.user_agent),
            is_this: session.is_this,
            begun: moment(session.begun_at),
            last_seen: moment(session.last_seen_at),
            ending: paths::session_ending(session.id),
            agent: session.user_agent,
        }
    }
}

/// The page of a person's own affairs.
pub async fn account(by: SignedIn, session: ThisSession, layout: Layout, db: Db) -> Result<HttpResponse> {
    page(&AccountPage::load(&by, &session, &db, layout).await?)
}

/// Changes name and time zone.
pub async fn change_profile(
    by: SignedIn,
    Form(form): Form<ProfileForm>,
    session: ThisSession,
    layout: Layout,
    flash: Flash,
    db: Db,
) -> Redirect {
    let profile = match form.parse() {
        Ok(profile) => profile,
        Err(errors) => {
            let page = AccountPage::load(&by, &session, &db, layout).await?;
            return AccountPage { profile: form, ..page }.refused(errors);
        }
    };
    db.run(move |conn| profile::change(conn, &by.user, &profile, by.request)).await?;
    flash.ok(paths::account(), "Saved.", "This is how others see you from now on.")
}
