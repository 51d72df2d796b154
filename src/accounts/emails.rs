//! Letters about a person's own account. They speak for the product alone.

pub mod two_step;

use crate::{
    accounts::{User, email_change, password_reset},
    email_address::EmailAddress,
    ids::{EmailChangeId, PasswordResetId},
    mail::{Letter, Target, plain, strong},
    paths,
    tokens::Purpose,
    web::time::exact,
};
use chrono::{DateTime, Utc};

/// Why such mail comes.
const SAFETY: &str = "You get this because it is about the safety of your account. Such mail is always sent.";

/// The link to a new password (S5).
pub fn reset_link(user: &User, reset: PasswordResetId, expires_at: DateTime<Utc>) -> Letter {
    let until = exact(expires_at, user.zone());
    let link = Target::Link { purpose: Purpose::PasswordReset, id: reset.uuid(), generation: password_reset::GENERATION };
    Letter {
        to: user.email.clone(),
        speaks_for: None,
        reply_to: None,
        subject: "Choose a new password for Guildhall".into(),
        preheader: format!("The link works once, until {until}."),
        heading: "Choose a new password".into(),
        lead: vec![plain("Somebody, most likely you, asked for a new password for "), strong(user.email.as_str()), plain(" at Guildhall.")],
        quote: String::new(),
        facts: vec![("For", user.email.to_string()), ("Until", until)],
        button: Some(("Choose a new password".into(), link)),
        note: "Opening the link changes nothing. Your password changes when you enter a new one there, and you are signed out everywhere."
            .into(),
        why: "You get this because somebody typed this address on the page for a forgotten password. If it was not you, ignore this mail: \
              your password stays as it is."
            .into(),
    }
}

/// How a password came to be another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PasswordChange {
    /// By a mailed link.
    ByLink,
    /// By the person, signed in and with the old one.
    ByPerson,
}

/// The notice that the password is a new one, so that a stranger's change does not go unseen.
pub fn password_changed(user: &User, at: DateTime<Utc>, how: PasswordChange) -> Letter {
    let when = exact(at, user.zone());
    let (preheader, said) = match how {
        PasswordChange::ByLink => (
            format!("It was changed by a mailed link on {when}."),
            " was set anew by a link that was mailed to this address. You were signed out everywhere.",
        ),
        PasswordChange::ByPerson => (
            format!("It was changed on your account page on {when}."),
            " was changed on your account page, with the old password. Every other browser was signed out.",
        ),
    };
    Letter {
        to: user.email.clone(),
        speaks_for: None,
        reply_to: None,
        subject: "Your password for Guildhall was changed".into(),
        preheader,
        heading: "Your password was changed".into(),
        lead: vec![plain("The password for "), strong(user.email.as_str()), plain(said)],
        quote: String::new(),
        facts: vec![("Account", user.email.to_string()), ("When", when)],
        button: Some(("This was not me: set another password".into(), Target::Page(paths::password_reset()))),
        note: "If it was you, there is nothing to do.".into(),
        why: SAFETY.into(),
    }
}

/// To a new address: the link that proves it (S6).
pub fn prove_address(user: &User, email: &EmailAddress, change: EmailChangeId, expires_at: DateTime<Utc>) -> Letter {
    let until = exact(expires_at, user.zone());
    let link = Target::Link { purpose: Purpose::EmailChange, id: change.uuid(), generation: email_change::GENERATION };
    Letter {
        to: email.clone(),
        speaks_for: None,
        reply_to: None,
        subject: "Confirm your new address for Guildhall".into(),
        preheader: format!("The link works once, until {until}."),
        heading: "Confirm your new address".into(),
        lead: vec![
            plain("Somebody, most likely you, wants to use "),
            strong(email.as_str()),
            plain(" as the address of their account at Guildhall."),
        ],
        quote: String::new(),
        facts: vec![("New address", email.to_string()), ("Until", until)],
        button: Some(("Use this address".into(), link)),
        note: "Opening the link changes nothing. You sign in with the address you have now, and press the button there.".into(),
        why: "You get this because somebody gave this address on their account page. If it was not you, ignore this mail: nothing happens."
            .into(),
    }
}

/// To whoever has the address already: somebody else asked for it.
pub fn address_in_use(owner: &User) -> Letter {
    Letter {
        to: owner.email.clone(),
        speaks_for: None,
        reply_to: None,
        subject: "You have an account at Guildhall already".into(),
        preheader: "Somebody gave your address for another account. Nothing was changed.".into(),
        heading: "You have an account already".into(),
        lead: vec![
            plain("Somebody, perhaps you, wanted to use "),
            strong(owner.email.as_str()),
            plain(" for another account. An address belongs to one account, so nothing was changed."),
        ],
        quote: String::new(),
        facts: vec![("Account", owner.email.to_string())],
        button: Some(("Sign in to your account".into(), Target::Page(paths::sign_in()))),
        note: "If it was you, sign in with this address. If not, there is nothing to do.".into(),
        why: SAFETY.into(),
    }
}

/// To the old address: it is another one now, and how to take that back (S6).
pub fn address_changed(user: &User, new: &EmailAddress, change: EmailChangeId, until: DateTime<Utc>) -> Letter {
    let until = exact(until, user.zone());
    let link = Target::Link { purpose: Purpose::EmailUndo, id: change.uuid(), generation: email_change::GENERATION };
    Letter {
        to: user.email.clone(),
        speaks_for: None,
        reply_to: None,
        subject: "Your address for Guildhall was changed".into(),
        preheader: format!("You can take it back until {until}."),
        heading: "Your address was changed".into(),
        lead: vec![plain("Your account at Guildhall uses "), strong(new.as_str()), plain(" now. Mail no longer comes here.")],
        quote: String::new(),
        facts: vec![("Before", user.email.to_string()), ("Now", new.to_string()), ("Take it back until", until)],
        button: Some(("This was not me: take it back".into(), link)),
        note: "Opening the link changes nothing. Taking it back signs everybody out and mails you a link for a new password.".into(),
        why: SAFETY.into(),
    }
}
