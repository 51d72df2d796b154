use super::{
    account::AccountPage,
    password::{NOT_THE_PASSWORD, checked},
};
use crate::{
    access::{Anyone, Limit, Limiter, Passwords, SignedIn, ThisSession, Whose},
    accounts::email_change::{self, ChangeLink, Changed, UndoLink},
    db::Db,
    email_address::EmailAddress,
    error::{Error, Result},
    mail::Mailer,
    paths,
    tokens::hash_of,
    web::{Flash, Form, FormErrors, Frame, Layout, Redirect, answers::answer, page, time::exact},
};
use actix_web::{HttpResponse, http::StatusCode, web::Path};
use askama::Template;
use serde::Deserialize;

/// What the form for another address sends.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct EmailForm {
    email: String,
    email_password: String,
}

#[derive(Template)]
#[template(path = "accounts/email_change.html")]
struct ChangePage {
    frame: Frame,
    new: String,
    old: String,
    until: String,
    action: String,
}

#[derive(Template)]
#[template(path = "accounts/email_of_another.html")]
struct OfAnother {
    frame: Frame,
    address: String,
}

#[derive(Template)]
#[template(path = "accounts/email_undo.html")]
struct UndoPage {
    frame: Frame,
    new: String,
    old: String,
    until: String,
    action: String,
}

#[derive(Template)]
#[template(path = "accounts/email_ended.html")]
struct Ended {
    frame: Frame,
    says: &'static str,
}

impl EmailForm {
    fn parse(&self, by: &SignedIn) -> std::result::Result<EmailAddress, FormErrors> {
        let mut errors = FormErrors::none();
        let email = errors.email("email", &self.email);
        if email.as_ref() == Some(&by.user.email) {
            errors.add("email", "This is your address already. Enter another one");
        }
        if self.email_password.is_empty() {
            errors.add("email_password", "Enter your password");
        }
        email.filter(|_| errors.is_empty()).ok_or(errors)
    }
}

/// Asks for another address (S6). The answer is the same whether somebody else uses it or not (S3).
pub async fn ask_for_email(
    by: SignedIn,
    Form(form): Form<EmailForm>,
    session: ThisSession,
    layout: Layout,
    flash: Flash,
    passwords: Passwords,
    limiter: Limiter,
    mailer: Mailer,
    db: Db,
) -> Redirect {
    let email = match form.parse(&by) {
        Ok(email) => email,
        Err(errors) => return AccountPage::load(&by, &session, &db, layout).await?.with_new_address(form.email).refused(errors),
    };
    let told = format!("A link is on its way to {email}: open it within 24 hours. Until then your address stays as it is.");
    let known = checked(&by, form.email_password, &passwords, &limiter, &db).await?;
    let asked = match known {
        Some(known) => {
            let ask = move |conn: &mut _| {
                limiter.take(conn, Limit::EmailChange, Whose::Person(by.user.id))?;
                email_change::ask(conn, &mailer, &known, &email, by.request).map_err(Error::from)
            };
            db.run(ask).await?
        }
        None => false,
    };
    if !asked {
        let wrong = FormErrors::one("email_password", NOT_THE_PASSWORD);
        return AccountPage::load(&by, &session, &db, layout).await?.with_new_address(form.email).refused(wrong);
    }
    flash.info(paths::account(), "Look in the new inbox.", told)
}

/// Gives up a new address that is not proved yet.
pub async fn cancel_email(by: SignedIn, flash: Flash, db: Db) -> Redirect {
    match db.run(move |conn| email_change::cancel(conn, by.user.id, by.request)).await? {
        true => flash.ok(paths::account(), "Cancelled.", "Your address stays as it is, and the link that was mailed leads nowhere now."),
        false => flash.info(paths::account(), "There is nothing to cancel.", "No new address waits to be confirmed."),
    }
}

/// The page behind the link to a new address. It changes nothing (S39).
pub async fn email_change(by: Anyone, token: Path<String>, layout: Layout, db: Db) -> Result<HttpResponse> {
    let link = find_change(&db, &token).await?;
    if !link.is_open {
        return ended(&by, layout, CHANGE_ENDED);
    }
    let user = by.user.as_ref().ok_or(Error::SignInRequired)?;
    if user.id != link.user.id {
        return of_another(&by, layout, &token);
    }
    page(&ChangePage {
        new: link.email.to_string(),
        old: user.email.to_string(),
        until: exact(link.expires_at, user.zone()),
        action: paths::email_change_link(&token),
        frame: by.frame(layout, "Confirm your new address"),
    })
}

/// Makes the new address count.
pub async fn change_email(by: Anyone, token: Path<String>, layout: Layout, flash: Flash, mailer: Mailer, db: Db) -> Redirect {
    let link = find_change(&db, &token).await?;
    if !link.is_open {
        return ended(&by, layout, CHANGE_ENDED);
    }
    let user = by.user.as_ref().ok_or(Error::SignInRequired)?.id;
    if user != link.user.id {
        return of_another(&by, layout, &token);
    }
    let (hash, request) = (hash_of(&token), by.request);
    match db.run(move |conn| email_change::confirm(conn, &mailer, &hash, user, request)).await? {
        Changed::Done => {
            flash.ok(paths::account(), format!("Your address is {}.", link.email), "Sign in with it from now on. The old address was told.")
        }
        Changed::LinkEnded => ended(&by, layout, CHANGE_ENDED),
        Changed::Taken => ended(&by, layout, TAKEN),
    }
}

/// The page behind the link to the old address. It changes nothing (S39).
pub async fn email_undo(by: Anyone, token: Path<String>, layout: Layout, db: Db) -> Result<HttpResponse> {
    let link = find_undo(&db, &token).await?;
    if !link.is_open {
        return ended(&by, layout, UNDO_ENDED);
    }
    page(&UndoPage {
        until: exact(link.until, link.user.zone()),
        new: link.new.to_string(),
        old: link.old.to_string(),
        action: paths::email_undo_link(&token),
        frame: by.frame(layout, "Take your address back"),
    })
}

/// Takes the change of address back.
pub async fn undo_email(
    by: Anyone,
    token: Path<String>,
    layout: Layout,
    flash: Flash,
    session: ThisSession,
    mailer: Mailer,
    db: Db,
) -> Redirect {
    let link = find_undo(&db, &token).await?;
    let (hash, request) = (hash_of(&token), by.request);
    match db.run(move |conn| email_change::undo(conn, &mailer, &hash, request)).await? {
        Changed::Done => {
            if by.user.as_ref().is_some_and(|user| user.id == link.user.id) {
                session.end();
            }
            let told = format!("Everybody is signed out. A link for a new password is on its way to {}.", link.old);
            flash.ok(paths::home(), "Your address is back.", told)
        }
        Changed::LinkEnded => ended(&by, layout, UNDO_ENDED),
        Changed::Taken => ended(&by, layout, TAKEN),
    }
}

const CHANGE_ENDED: &str = "It was used, it is older than a day, or a newer one was asked for.";
const UNDO_ENDED: &str = "It was used, or the 72 hours to take the change back are over.";
const TAKEN: &str = "The address has an account of its own by now, and an address belongs to one account.";

async fn find_change(db: &Db, token: &str) -> Result<ChangeLink> {
    let hash = hash_of(token);
    db.run(move |conn| ChangeLink::find(conn, &hash)).await
}

async fn find_undo(db: &Db, token: &str) -> Result<UndoLink> {
    let hash = hash_of(token);
    db.run(move |conn| UndoLink::find(conn, &hash)).await
}

/// The link is for whoever asked for it; who else opens it is told no more than that.
fn of_another(by: &Anyone, layout: Layout, token: &str) -> Result<HttpResponse> {
    let frame = by.frame(layout, "This link is for another account");
    answer(StatusCode::FORBIDDEN, &OfAnother { frame, address: paths::email_change_link(token) })
}

fn ended(by: &Anyone, layout: Layout, says: &'static str) -> Result<HttpResponse> {
    answer(StatusCode::GONE, &Ended { frame: by.frame(layout, "This link no longer works"), says })
}
