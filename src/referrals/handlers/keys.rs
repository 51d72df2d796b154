//! The keys of a company: made, shown once, revoked (S13, S56).

use crate::{
    access::{Authorized, Fresh, may},
    companies::{Company, rail::CompanyTab},
    db::Db,
    error::Result,
    ids::ApiKeyId,
    mail::Mailer,
    paths,
    referrals::key::{KeyRow, MOST, Made, NewKey},
    web::{Flash, Form, FormErrors, Frame, Layout, Moment, Redirect, page, refused},
    words::NAME_LENGTH,
};
use actix_web::{HttpResponse, web::Path};
use askama::Template;
use chrono::Utc;
use serde::Deserialize;

/// What making a key sends.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct KeyForm {
    /// The key's id, made when the form was shown (R15).
    form: String,
    name: String,
}

#[derive(Template)]
#[template(path = "referrals/keys.html")]
struct KeysPage {
    frame: Frame,
    company: Company,
    errors: FormErrors,
    form: KeyForm,
    rows: Vec<Row>,
    /// Before the paths of the examples.
    base_url: String,
}

struct Row {
    name: String,
    ending: String,
    by: String,
    made: Moment,
    used: Option<Moment>,
    revoked: Option<Moment>,
    revocation: String,
}

#[derive(Template)]
#[template(path = "referrals/key_revocation.html")]
struct RevocationPage {
    frame: Frame,
    company: Company,
    key: Row,
}

impl KeyForm {
    fn parse(&self) -> std::result::Result<NewKey, FormErrors> {
        let mut errors = FormErrors::none();
        let name = errors.line("name", "a name", &self.name, NAME_LENGTH);
        let id = self.form.parse().unwrap_or_else(|_| ApiKeyId::new());
        if errors.is_empty() { Ok(NewKey { id, name }) } else { Err(errors) }
    }

    fn fresh(name: String) -> Self {
        Self { form: ApiKeyId::new().to_string(), name }
    }
}

/// The keys, and how they are used.
pub async fn index(by: Authorized<may::Administer>, layout: Layout, mailer: Mailer, db: Db) -> Result<HttpResponse> {
    page(&read(&by, KeyForm::fresh(String::new()), FormErrors::none(), layout, &mailer, &db).await?)
}

/// Makes a key, which the next page shows once.
pub async fn make(
    by: Fresh<Authorized<may::Administer>>,
    Form(form): Form<KeyForm>,
    layout: Layout,
    flash: Flash,
    mailer: Mailer,
    db: Db,
) -> Redirect {
    let new = match form.parse() {
        Ok(new) => new,
        Err(errors) => return refused(&read(&by, KeyForm::fresh(form.name), errors, layout, &mailer, &db).await?),
    };
    let (staff, actor, post, name) = (by.staff.clone(), by.actor.clone(), mailer.clone(), new.name.clone());
    let here = paths::api_keys(&by.company.slug);
    match db.run(move |conn| new.make(conn, &post, &actor, &staff)).await? {
        Made::Key(key) => flash.secret(here, format!("{name} is made."), "Copy it now: it is shown this once.", key),
        Made::Before => flash.info(here, "This form was sent before.", "The key that it made was shown then, and cannot be shown again."),
        Made::TooMany => {
            let errors = FormErrors::one("name", format!("There are {MOST} keys: revoke one that is used no longer"));
            refused(&read(&by, KeyForm::fresh(form.name), errors, layout, &mailer, &db).await?)
        }
    }
}

/// Asks whether a key is to be revoked, and says what stops then (G14).
pub async fn confirm(by: Authorized<may::Administer>, path: Path<(String, ApiKeyId)>, layout: Layout, db: Db) -> Result<HttpResponse> {
    let (company, id) = (by.company.id, path.1);
    let row = db.run(move |conn| KeyRow::find(conn, company, id)).await?;
    let frame = by.frame(layout, CompanyTab::Settings, &format!("Revoke {}?", row.name));
    page(&RevocationPage { frame, company: by.company.clone(), key: Row::new(&by, row) })
}

/// Revokes a key.
pub async fn revoke(by: Authorized<may::Administer>, path: Path<(String, ApiKeyId)>, flash: Flash, db: Db) -> Redirect {
    let (staff, actor, id, here) = (by.staff.clone(), by.actor.clone(), path.1, paths::api_keys(&by.company.slug));
    let (row, was_living) = db.run(move |conn| KeyRow::revoke(conn, &actor, &staff, id)).await?;
    if was_living {
        flash.ok(here, format!("{} is revoked.", row.name), "What is sent with it is refused from now on.")
    } else {
        flash.info(here, format!("{} was revoked already.", row.name), "")
    }
}

async fn read(
    by: &Authorized<may::Administer>,
    form: KeyForm,
    errors: FormErrors,
    layout: Layout,
    mailer: &Mailer,
    db: &Db,
) -> Result<KeysPage> {
    let company = by.company.id;
    let rows = db.run(move |conn| KeyRow::all(conn, company)).await?;
    let frame = by.frame(layout, CompanyTab::Settings, "Keys");
    Ok(KeysPage {
        frame: if errors.is_empty() { frame } else { frame.with_errors() },
        company: by.company.clone(),
        errors,
        form,
        rows: rows.into_iter().map(|row| Row::new(by, row)).collect(),
        base_url: mailer.base_url().to_owned(),
    })
}

impl KeysPage {
    /// The key that was made just now.
    fn secret(&self) -> Option<&str> {
        self.frame.flash.as_ref()?.secret.as_deref()
    }

    fn sale_url(&self) -> String {
        format!("{}{}", self.base_url, paths::conversions())
    }

    fn refund_url(&self) -> String {
        format!("{}{}", self.base_url, paths::refunds())
    }
}

impl Row {
    fn new(by: &Authorized<may::Administer>, row: KeyRow) -> Self {
        let moment = |at| Moment::new(at, Utc::now(), by.user.zone());
        Self {
            revocation: paths::api_key_revocation(&by.company.slug, row.id),
            name: row.name,
            ending: row.ending,
            by: row.by,
            made: moment(row.created_at),
            used: row.last_used_at.map(moment),
            revoked: row.revoked_at.map(moment),
        }
    }
}
