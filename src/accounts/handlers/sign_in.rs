use crate::{
    access::{Anyone, Limit, Limiter, Passwords, ThisSession, Whose},
    accounts::sign_in::{self, Credentials, Entered},
    db::Db,
    email_address::EmailAddress,
    error::{Error, Result},
    paths, security,
    web::{Flash, Form, FormErrors, Frame, Layout, Redirect, page, refused, same_origin::same_site_path, see_other},
};
use actix_web::{HttpResponse, web::Query};
use askama::Template;
use serde::Deserialize;

/// The same for an unknown address, a wrong password and an unverified account (S3).
const NO_MATCH: &str = "Check the address and the password: together they open no account here";

/// What a sign-in form sends.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct SignInForm {
    email: String,
    password: String,
    next: String,
}

/// Where to go afterwards.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Onward {
    next: String,
}

#[derive(Template)]
#[template(path = "accounts/sign_in.html")]
struct SignInPage {
    frame: Frame,
    errors: FormErrors,
    email: String,
    next: String,
}

impl SignInPage {
    fn new(frame: Frame, next: &str) -> Self {
        Self { frame, errors: FormErrors::none(), email: String::new(), next: same_site_path(next).unwrap_or_default().to_owned() }
    }

    fn refused(self, email: String, errors: FormErrors) -> Self {
        Self { frame: self.frame.with_errors(), errors, email, ..self }
    }

    fn answers_invitation(&self) -> bool {
        paths::is_invitation_link(&self.next)
    }
}

impl SignInForm {
    fn parse(&self) -> std::result::Result<EmailAddress, FormErrors> {
        let mut errors = FormErrors::none();
        let email = errors.email("email", &self.email);
        if self.password.is_empty() {
            errors.add("password", "Enter your password");
        }
        email.filter(|_| errors.is_empty()).ok_or(errors)
    }
}

/// The sign-in page; who is signed in already goes on.
pub async fn sign_in_page(by: Anyone, Query(onward): Query<Onward>, layout: Layout) -> Result<HttpResponse> {
    if by.user.is_some() {
        return see_other(path_or_home(&onward.next));
    }
    page(&SignInPage::new(by.frame(layout, "Sign in"), &onward.next))
}

/// Signs in under a new session (S9), with one verification of a password whoever asks (S3).
pub async fn sign_in(
    by: Anyone,
    Form(form): Form<SignInForm>,
    layout: Layout,
    session: ThisSession,
    passwords: Passwords,
    limiter: Limiter,
    db: Db,
) -> Redirect {
    let signed_out = Anyone { user: None, request: by.request };
    let sign_in_page = SignInPage::new(signed_out.frame(layout, "Sign in"), &form.next);
    let email = match form.parse() {
        Ok(email) => email,
        Err(errors) => return refused(&sign_in_page.refused(form.email, errors)),
    };
    let (counted, typed) = (limiter.clone(), email.clone());
    let known = db
        .run(move |conn| {
            counted.take(conn, Limit::SignIn, Whose::AddressHere(&typed))?;
            Credentials::of(conn, &typed).map_err(Error::from)
        })
        .await?;
    let hash = known.as_ref().and_then(|known| known.password_hash.clone());
    let matches = passwords.verify(form.password, hash).await?;
    if !matches {
        security::login_fail(known.as_ref().map(|known| known.id));
    }
    let Some(person) = known.filter(|_| matches) else {
        return refused(&sign_in_page.refused(form.email, FormErrors::one("email", NO_MATCH)));
    };
    let entered = db.run(move |conn| {
        let entered = person.sign_in(conn, by.request)?;
        // Of two steps the second clears the count.
        if matches!(entered, Entered::In(_)) {
            limiter.forget(conn, Limit::SignIn, Whose::AddressHere(&email))?;
        }
        Ok::<_, Error>(entered)
    });
    match entered.await? {
        Entered::In(grant) => {
            session.sign_in(grant)?;
            see_other(path_or_home(&form.next))
        }
        Entered::CodeAwaited(second_step) => {
            session.await_code(second_step)?;
            see_other(paths::sign_in_code_then(&sign_in_page.next))
        }
        Entered::No => refused(&sign_in_page.refused(form.email, FormErrors::one("email", NO_MATCH))),
    }
}

/// Ends the session on the server, and leads to the sign-in page, or to `next` for who wants to go on as somebody else.
pub async fn sign_out(by: Anyone, Form(onward): Form<Onward>, session: ThisSession, flash: Flash, db: Db) -> Redirect {
    if let Some((user, row)) = by.user.zip(session.row()) {
        db.run(move |conn| sign_in::sign_out(conn, user.id, &row, by.request)).await?;
    }
    session.end();
    let next = same_site_path(&onward.next).map_or_else(paths::sign_in, str::to_owned);
    flash.ok(next, "You are signed out.", "")
}

fn path_or_home(next: &str) -> String {
    same_site_path(next).map_or_else(paths::home, str::to_owned)
}
