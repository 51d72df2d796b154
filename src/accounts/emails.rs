//! Letters about a person's own account. They speak for the product alone.

use crate::{
    accounts::{User, password_reset::GENERATION},
    ids::PasswordResetId,
    mail::{Letter, Target, plain, strong},
    paths,
    tokens::Purpose,
    web::time::exact,
};
use chrono::{DateTime, Utc};

/// The link to a new password (S5).
pub fn reset_link(user: &User, reset: PasswordResetId, expires_at: DateTime<Utc>) -> Letter {
    let until = exact(expires_at, user.zone());
    let link = Target::Link { purpose: Purpose::PasswordReset, id: reset.uuid(), generation: GENERATION };
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

/// The notice that the password is a new one, so that a stranger's change does not go unseen.
pub fn password_changed(user: &User, at: DateTime<Utc>) -> Letter {
    let when = exact(at, user.zone());
    Letter {
        to: user.email.clone(),
        speaks_for: None,
        reply_to: None,
        subject: "Your password for Guildhall was changed".into(),
        preheader: format!("It was changed by a mailed link on {when}."),
        heading: "Your password was changed".into(),
        lead: vec![
            plain("The password for "),
            strong(user.email.as_str()),
            plain(" was set anew by a link that was mailed to this address. You were signed out everywhere."),
        ],
        quote: String::new(),
        facts: vec![("Account", user.email.to_string()), ("When", when)],
        button: Some(("This was not me: set another password".into(), Target::Page(paths::password_reset()))),
        note: "If it was you, there is nothing to do.".into(),
        why: "You get this because it is about the safety of your account. Such mail is always sent.".into(),
    }
}
