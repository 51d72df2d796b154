use crate::{
    access::{Anyone, Limit, Limiter, Passwords, Whose, password},
    accounts::password_reset::{self, NewPassword, ResetLink},
    db::Db,
    error::Result,
    mail::Mailer,
    paths, security,
    tokens::{TokenHash, hash_of},
    web::{Flash, Form, FormErrors, Frame, Layout, Redirect, answers::answer, page, refused, time::exact},
};
use actix_web::{HttpResponse, http::StatusCode, web::Path};
use askama::Template;
use serde::Deserialize;

/// What the page for a forgotten password sends.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct ForgottenForm {
    email: String,
}

/// What the page behind the mailed link sends.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct NewPasswordForm {
    password: String,
}

#[derive(Template)]
#[template(path = "accounts/forgotten.html")]
struct Forgotten {
    frame: Frame,
    errors: FormErrors,
    email: String,
}

#[derive(Template)]
#[template(path = "accounts/new_password.html")]
struct ChoosePassword {
    frame: Frame,
    errors: FormErrors,
    email: String,
    until: String,
    action: String,
}

#[derive(Template)]
#[template(path = "accounts/reset_ended.html")]
struct ResetEnded {
    frame: Frame,
}

/// The page for who forgot the password.
pub async fn forgotten(by: Anyone, layout: Layout) -> Result<HttpResponse> {
    let email = by.user.as_ref().map(|user| user.email.to_string()).unwrap_or_default();
    page(&Forgotten { frame: by.frame(layout, "Forgot your password?"), errors: FormErrors::none(), email })
}

/// Answers the same whether the address is known or not, and whether it is over its limit (S3, S4); a known one gets the mail.
pub async fn ask(
    by: Anyone,
    Form(form): Form<ForgottenForm>,
    layout: Layout,
    flash: Flash,
    mailer: Mailer,
    limiter: Limiter,
    db: Db,
) -> Redirect {
    let mut errors = FormErrors::none();
    let Some(email) = errors.email("email", &form.email) else {
        let frame = by.frame(layout, "Forgot your password?").with_errors();
        return refused(&Forgotten { frame, errors, email: form.email });
    };
    let told = format!("If {email} has an account here, a link is on its way and works for one hour. Nothing there? Look among the spam.");
    let excess = db.run(move |conn| -> Result<_> {
        let excess = limiter.excess(conn, Limit::PasswordReset, Whose::Address(&email), 1)?;
        if excess.is_none() {
            password_reset::ask(conn, &mailer, &email, by.request)?;
        }
        Ok(excess)
    });
    excess.await?.iter().for_each(security::limit_exceeded);
    flash.info(paths::sign_in(), "Look in your inbox.", told)
}

/// The page behind the mailed link. It changes nothing (S39).
pub async fn choose(by: Anyone, token: Path<String>, layout: Layout, db: Db) -> Result<HttpResponse> {
    match open_link(&db, &token).await? {
        Some((_, link)) => page(&choose_page(&by, layout, &token, &link)),
        None => ended(&by, layout),
    }
}

/// Sets the password that was chosen there. It does not sign in (S5).
pub async fn reset(
    by: Anyone,
    token: Path<String>,
    Form(form): Form<NewPasswordForm>,
    layout: Layout,
    flash: Flash,
    mailer: Mailer,
    passwords: Passwords,
    db: Db,
) -> Redirect {
    let Some((hash, link)) = open_link(&db, &token).await? else { return ended(&by, layout) };
    let user = link.user.clone();
    let known_words = db.run(move |conn| user.known_words(conn)).await?;
    if let Some(weakness) = password::weakness(&form.password, &known_words) {
        let asked = choose_page(&by, layout, &token, &link);
        return refused(&ChoosePassword { frame: asked.frame.with_errors(), errors: FormErrors::one("password", weakness), ..asked });
    }
    let password_hash = passwords.hash(form.password).await?;
    match db.run(move |conn| password_reset::set(conn, &mailer, &hash, &password_hash, by.request)).await? {
        NewPassword::Set => {
            security::password_change(link.user.id);
            flash.ok(paths::sign_in(), "Your password is changed.", "Sign in with the new one.")
        }
        NewPassword::LinkEnded => ended(&by, layout),
    }
}

/// The link with its hash, while it is open; an unknown one is a page that does not exist.
async fn open_link(db: &Db, token: &str) -> Result<Option<(TokenHash, ResetLink)>> {
    let hash = hash_of(token);
    let link = db.run({
        let hash = hash.clone();
        move |conn| ResetLink::find(conn, &hash)
    });
    Ok(Some((hash, link.await?)).filter(|(_, link)| link.is_open))
}

fn choose_page(by: &Anyone, layout: Layout, token: &str, link: &ResetLink) -> ChoosePassword {
    ChoosePassword {
        frame: by.frame(layout, "Choose a new password"),
        errors: FormErrors::none(),
        email: link.user.email.to_string(),
        until: exact(link.expires_at, link.user.zone()),
        action: paths::password_reset_link(token),
    }
}

fn ended(by: &Anyone, layout: Layout) -> Result<HttpResponse> {
    answer(StatusCode::GONE, &ResetEnded { frame: by.frame(layout, "This link no longer works") })
}
