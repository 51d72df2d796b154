//! Letters to the people who work for a company, about their place in it.

use crate::{
    accounts::User,
    companies::{Company, StaffRole},
    mail::{Letter, Target, plain, strong},
    paths,
};

/// To somebody whose role was changed.
pub fn role_changed(user: &User, company: &Company, by: &User, before: StaffRole, role: StaffRole) -> Letter {
    Letter {
        to: user.email.clone(),
        speaks_for: Some(company.name.clone()),
        reply_to: Some(by.email.clone()),
        subject: format!("You are {} of {} now", role.label().to_lowercase(), company.name),
        preheader: format!("{} changed your role from {} to {}.", by.name, before.label(), role.label()),
        heading: format!("Your role is {} now", role.label()),
        lead: vec![
            strong(&by.name),
            plain(" changed your role in "),
            strong(&company.name),
            plain(format!(" from {} to ", before.label())),
            strong(role.label()),
            plain("."),
        ],
        quote: String::new(),
        facts: vec![("Company", company.name.clone()), ("Your role", format!("{}: {}", role.label(), role.means()))],
        button: Some((format!("Go to {}", company.name), Target::Page(paths::partners(&company.slug)))),
        note: String::new(),
        why: format!("You get this mail because you work for {} on Guildhall.", company.name),
    }
}

/// To somebody who was removed.
pub fn removed(user: &User, company: &Company, by: &User) -> Letter {
    Letter {
        to: user.email.clone(),
        speaks_for: Some(company.name.clone()),
        reply_to: Some(by.email.clone()),
        subject: format!("You were removed from the staff of {}", company.name),
        preheader: format!("{} removed you. Your account stays.", by.name),
        heading: format!("You do not work for {} here any more", company.name),
        lead: vec![
            strong(&by.name),
            plain(" removed you from the staff of "),
            strong(&company.name),
            plain(
                ". You are signed out, and its pages are closed to you now. What you did there stays under your name, and your account stays yours.",
            ),
        ],
        quote: String::new(),
        facts: vec![("Company", company.name.clone()), ("Removed by", by.name.clone())],
        button: None,
        note: String::new(),
        why: format!(
            "You get this mail because you worked for {} on Guildhall. If this is a mistake, answer it: {} reads it.",
            company.name, by.name
        ),
    }
}
