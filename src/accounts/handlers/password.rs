use super::account::AccountPage;
use crate::{
    access::{Passwords, SignedIn, ThisSession, password},
    accounts::{password_change, sign_in::Credentials},
    db::Db,
    error::Result,
    mail::Mailer,
    paths,
    web::{Flash, Form, FormErrors, Layout, Redirect},
};
use serde::Deserialize;

/// The same wherever the password in force is asked for.
pub const NOT_THE_PASSWORD: &str = "This is not your password. Enter it again";

/// What the form for another password sends.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct PasswordForm {
    current: String,
    password: String,
}

impl PasswordForm {
    fn check(&self, by: &SignedIn) -> std::result::Result<(), FormErrors> {
        let mut errors = FormErrors::none();
        if self.current.is_empty() {
            errors.add("current", "Enter the password you have now");
        }
        if let Some(weakness) = password::weakness(&self.password, &[&by.user.name, by.user.email.as_str()]) {
            errors.add("password", weakness);
        }
        if errors.is_empty() { Ok(()) } else { Err(errors) }
    }
}

/// What this person's password is checked against, where it is what was typed.
pub async fn checked(by: &SignedIn, typed: String, passwords: &Passwords, db: &Db) -> Result<Option<Credentials>> {
    let user = by.user.id;
    let known = db.run(move |conn| Credentials::of_user(conn, user)).await?;
    let matches = passwords.verify(typed, known.password_hash.clone()).await?;
    Ok(Some(known).filter(|_| matches))
}

/// Changes the password (S6): every other session ends, and this one goes on under a new id.
pub async fn change_password(
    by: SignedIn,
    Form(form): Form<PasswordForm>,
    session: ThisSession,
    layout: Layout,
    flash: Flash,
    passwords: Passwords,
    mailer: Mailer,
    db: Db,
) -> Redirect {
    if let Err(errors) = form.check(&by) {
        return AccountPage::load(&by, &session, &db, layout).await?.refused(errors);
    }
    let wrong = FormErrors::one("current", NOT_THE_PASSWORD);
    let Some(known) = checked(&by, form.current, &passwords, &db).await? else {
        return AccountPage::load(&by, &session, &db, layout).await?.refused(wrong);
    };
    let hash = passwords.hash(form.password).await?;
    if !db.run(move |conn| password_change::change(conn, &mailer, &known, &hash, by.request)).await? {
        return AccountPage::load(&by, &session, &db, layout).await?.refused(wrong);
    }
    session.prove()?;
    flash.ok(paths::account(), "Your password is changed.", "Every other browser is signed out.")
}
