//! Letters about two-step sign-in, so that a stranger's change does not go unseen.

use super::SAFETY;
use crate::{
    accounts::{User, two_step::codes::Purpose},
    mail::{Letter, Target, plain, strong},
    paths,
    web::time::exact,
};
use chrono::{DateTime, Utc};

/// What was changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// It is on.
    On,
    /// Another app makes the codes.
    AnotherApp,
    /// It is off.
    Off,
    /// There are ten new recovery codes.
    NewCodes,
    /// No recovery code is left, since the address was taken back.
    CodesEnded,
}

/// The notice of a change.
pub fn changed(user: &User, at: DateTime<Utc>, change: Change) -> Letter {
    let when = exact(at, user.zone());
    let (heading, said, note) = match change {
        Change::On => (
            "Two-step sign-in is on",
            " asks for a code of your authenticator app after the password from now on.",
            "Keep your recovery codes where you find them without your phone. If it was you, there is nothing to do.",
        ),
        Change::AnotherApp => (
            "Another app makes your codes",
            " takes codes of another authenticator app from now on. The app before and the recovery codes before open nothing any more.",
            "If it was you, there is nothing to do.",
        ),
        Change::Off => (
            "Two-step sign-in is off",
            " asks for the password alone from now on.",
            "If it was you, there is nothing to do. You can set it up again at any time.",
        ),
        Change::NewCodes => (
            "You have new recovery codes",
            " has ten new recovery codes. Those before open nothing any more.",
            "If it was you, there is nothing to do.",
        ),
        Change::CodesEnded => (
            "Your recovery codes open nothing any more",
            " has its address back. Whoever changed it could have made recovery codes too, so none of them counts any more.",
            "Your app makes your codes as before. Make new recovery codes on your account page once you have chosen a new password.",
        ),
    };
    Letter {
        subject: format!("{heading} for Guildhall"),
        preheader: format!("It was changed on {when}."),
        heading: heading.into(),
        lead: vec![plain("Your account "), strong(user.email.as_str()), plain(said)],
        facts: vec![("Account", user.email.to_string()), ("When", when)],
        note: note.into(),
        ..to(user)
    }
}

/// A recovery code stood in for the app; so many are left.
pub fn recovery_code_used(user: &User, at: DateTime<Utc>, purpose: Purpose, left: i64) -> Letter {
    let when = exact(at, user.zone());
    let before = match purpose {
        Purpose::SignIn => "After the right password, one of the recovery codes of ",
        Purpose::Proof => "In a browser that is signed in, asked again who is there, one of the recovery codes of ",
    };
    Letter {
        subject: "A recovery code was used for Guildhall".into(),
        preheader: format!("It stood in for your app on {when}."),
        heading: "A recovery code was used".into(),
        lead: vec![plain(before), strong(user.email.as_str()), plain(" stood in for a code of your app. It works no more.")],
        facts: vec![("Account", user.email.to_string()), ("When", when), ("Codes left", left.to_string())],
        note: "If it was you, there is nothing to do. New recovery codes are made on your account page.".into(),
        ..to(user)
    }
}

/// What all of them share.
fn to(user: &User) -> Letter {
    Letter {
        to: user.email.clone(),
        speaks_for: None,
        reply_to: None,
        subject: String::new(),
        preheader: String::new(),
        heading: String::new(),
        lead: Vec::new(),
        quote: String::new(),
        facts: Vec::new(),
        button: Some(("This was not me: set another password".into(), Target::Page(paths::password_reset()))),
        note: String::new(),
        why: SAFETY.into(),
    }
}
