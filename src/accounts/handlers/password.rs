use super::account::AccountPage;
use crate::{
    access::{Limit, Limiter, Passwords, SignedIn, ThisSession, Whose, password},
    accounts::{password_change, sign_in::Credentials},
    db::Db,
    error::{Error, Result},
    mail::Mailer,
    paths, security,
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
    fn check(&self, known_words: &[String]) -> std::result::Result<(), FormErrors> {
        let mut errors = FormErrors::none();
        if self.current.is_empty() {
            errors.add("current", "Enter the password you have now");
        }
        if let Some(weakness) = password::weakness(&self.password, known_words) {
            errors.add("password", weakness);
        }
        if errors.is_empty() { Ok(()) } else { Err(errors) }
    }
}

/// What this person's password is checked against, where it is what was typed.
pub async fn checked(by: &SignedIn, typed: String, passwords: &Passwords, limiter: &Limiter, db: &Db) -> Result<Option<Credentials>> {
    let (user, counted, right) = (by.user.id, limiter.clone(), limiter.clone());
    let known = db
        .run(move |conn| {
            counted.take(conn, Limit::Proof, Whose::Person(user))?;
            Credentials::of_user(conn, user).map_err(Error::from)
        })
        .await?;
    if !passwords.verify(typed, known.password_hash.clone()).await? {
        security::login_fail(Some(user));
        return Ok(None);
    }
    db.run(move |conn| right.forget(conn, Limit::Proof, Whose::Person(user))).await?;
    Ok(Some(known))
}

/// Changes the password (S6): every other session ends, and this one goes on under a new id.
pub async fn change_password(
    by: SignedIn,
    Form(form): Form<PasswordForm>,
    session: ThisSession,
    layout: Layout,
    flash: Flash,
    passwords: Passwords,
    limiter: Limiter,
    mailer: Mailer,
    db: Db,
) -> Redirect {
    let user = by.user.clone();
    let known_words = db.run(move |conn| user.known_words(conn)).await?;
    if let Err(errors) = form.check(&known_words) {
        return AccountPage::load(&by, &session, &db, layout).await?.refused(errors);
    }
    let wrong = FormErrors::one("current", NOT_THE_PASSWORD);
    let Some(known) = checked(&by, form.current, &passwords, &limiter, &db).await? else {
        security::password_change_fail(by.user.id);
        return AccountPage::load(&by, &session, &db, layout).await?.refused(wrong);
    };
    let hash = passwords.hash(form.password).await?;
    let Some(grant) = db.run(move |conn| password_change::change(conn, &mailer, &known, &hash, by.request)).await? else {
        return AccountPage::load(&by, &session, &db, layout).await?.refused(wrong);
    };
    security::password_change(by.user.id);
    session.prove(grant)?;
    flash.ok(paths::account(), "Your password is changed.", "Every other browser is signed out.")
}
