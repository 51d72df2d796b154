//! Letters about money: to who pays it, to who asked for it, and to whoever may take it out when its way was changed. None of them holds an
//! account but by its ending.

use crate::{
    accounts::User,
    companies::Company,
    mail::{Letter, Target, plain, strong},
    paths,
    payouts::{Account, Withdrawal, details::PayoutDetails},
    teams::Team,
    web::time::exact,
};
use chrono::{DateTime, Utc};

/// To an administrator: a team wants money.
pub fn asked(person: &User, company: &Company, team: &Team, by: &User, asked: &Withdrawal) -> Letter {
    let money = asked.money();
    let mut facts = vec![
        ("Team", team.name.clone()),
        ("Amount", money.to_string()),
        ("Asked by", format!("{}, {}", by.name, by.email)),
        ("Asked", exact(asked.requested_at, person.zone())),
    ];
    let is_held = asked.held_until > asked.requested_at;
    if is_held {
        facts.push(("Held until", exact(asked.held_until, person.zone())));
    }
    let note = if is_held {
        "The team changed its payout details shortly before. The withdrawal cannot be paid before that time."
    } else {
        "Where the money goes stands on the page, for administrators alone."
    };
    Letter {
        to: person.email.clone(),
        speaks_for: Some(team.name.clone()),
        reply_to: Some(by.email.clone()),
        subject: format!("{} asks for {money}", team.name),
        preheader: format!("{} asked for a withdrawal of commissions.", by.name),
        heading: format!("{} asks for {money}", team.name),
        lead: vec![
            strong(&by.name),
            plain(" of "),
            strong(&team.name),
            plain(format!(" asks {} to pay out ", company.name)),
            strong(money.to_string()),
            plain(" of its commissions."),
        ],
        quote: String::new(),
        facts,
        button: Some(("See the withdrawal".to_owned(), Target::Page(paths::withdrawal(&company.slug, asked.id)))),
        note: note.to_owned(),
        why: format!("You get this mail because you are an administrator of {} on Guildhall.", company.name),
    }
}

/// To who asked, and to the owner: it is paid.
pub fn paid(person: &User, company: &Company, team: &Team, asked: &Withdrawal, details: &PayoutDetails) -> Letter {
    let money = asked.money();
    Letter {
        subject: format!("{} paid {money} to {}", company.name, team.name),
        preheader: "It is on its way to the account that you gave.".to_owned(),
        heading: format!("{money} paid"),
        lead: vec![
            strong(&company.name),
            plain(" marked the withdrawal of "),
            strong(money.to_string()),
            plain(" as paid. Banks may need a few days."),
        ],
        facts: vec![
            ("Team", team.name.clone()),
            ("Amount", money.to_string()),
            ("Paid to", format!("{}, {}", details.holder, details.account)),
            ("Asked", exact(asked.requested_at, person.zone())),
        ],
        ..to_team(person, company, team, asked)
    }
}

/// To who asked, and to the owner: it could not be paid, and why.
pub fn failed(person: &User, company: &Company, team: &Team, asked: &Withdrawal, reason: &str) -> Letter {
    let money = asked.money();
    Letter {
        subject: format!("{money} could not be paid to {}", team.name),
        preheader: "The money is available again.".to_owned(),
        heading: format!("{money} could not be paid"),
        lead: vec![
            strong(&company.name),
            plain(" could not pay the withdrawal of "),
            strong(money.to_string()),
            plain(". The money is available to "),
            strong(&team.name),
            plain(" again."),
        ],
        quote: reason.to_owned(),
        facts: vec![("Team", team.name.clone()), ("Amount", money.to_string()), ("Asked", exact(asked.requested_at, person.zone()))],
        note: "Put right what the reason says, then ask again.".to_owned(),
        ..to_team(person, company, team, asked)
    }
}

fn to_team(person: &User, company: &Company, team: &Team, asked: &Withdrawal) -> Letter {
    Letter {
        to: person.email.clone(),
        speaks_for: Some(company.name.clone()),
        reply_to: None,
        subject: String::new(),
        preheader: String::new(),
        heading: String::new(),
        lead: Vec::new(),
        quote: String::new(),
        facts: Vec::new(),
        button: Some(("See the withdrawal".to_owned(), Target::Page(paths::team_withdrawal(&team.slug, asked.id)))),
        note: String::new(),
        why: format!("You get this mail because you may see the commissions of {}.", team.name),
    }
}

/// To the owner, and to the others who may withdraw: the money goes elsewhere from now on, and by whom.
pub fn details_changed(
    person: &User,
    team: &Team,
    by: &User,
    (holder, account): (&str, &Account),
    at: DateTime<Utc>,
    hold: Option<DateTime<Utc>>,
) -> Letter {
    let mut facts = vec![
        ("Team", team.name.clone()),
        ("Holder", holder.to_owned()),
        ("Account", account.to_string()),
        ("Changed by", format!("{}, {}", by.name, by.email)),
        ("Changed", exact(at, person.zone())),
    ];
    facts.extend(hold.map(|until| ("Held until", exact(until, person.zone()))));
    let what_then = match hold {
        Some(_) => {
            "Withdrawals that are asked for before then wait until then. What was asked for before the change goes where it was asked to go."
        }
        None => "These are the first payout details of the team, and count at once.",
    };
    Letter {
        to: person.email.clone(),
        speaks_for: Some(team.name.clone()),
        reply_to: Some(by.email.clone()),
        subject: format!("The payout details of {} were changed", team.name),
        preheader: format!("{} changed where the team’s money goes.", by.name),
        heading: format!("Commissions of {} go to another account now", team.name),
        lead: vec![strong(&by.name), plain(" changed where the commissions of "), strong(&team.name), plain(" are paid to.")],
        quote: String::new(),
        facts,
        button: Some(("Check the payout details".to_owned(), Target::Page(paths::payout_details(&team.slug)))),
        note: format!("{what_then} If you do not know of this change, put the details right and change the role of whoever made it."),
        why: format!("You get this mail because you may withdraw commissions of {}. It cannot be switched off.", team.name),
    }
}
