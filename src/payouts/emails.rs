//! Letters about money: to who pays it, to who asked for it, and to whoever may take it out when its way was changed. None of them holds an
//! account but by its ending.

use crate::{
    accounts::User,
    companies::Company,
    mail::{Letter, Target, Words, plain, strong},
    money::Money,
    paths,
    payouts::{
        Withdrawal,
        details::{HOLD, PayoutDetails},
    },
    teams::Team,
    web::time::exact,
};

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

/// To the owner: somebody else of the team wants money.
pub fn asked_by(person: &User, company: &Company, team: &Team, by: &User, asked: &Withdrawal, details: &PayoutDetails) -> Letter {
    let money = asked.money();
    let is_held = asked.held_until > asked.requested_at;
    let held = is_held.then(|| ("Held until", exact(asked.held_until, person.zone())));
    Letter {
        speaks_for: Some(team.name.clone()),
        subject: format!("{} asked {} for {money}", by.name, company.name),
        preheader: format!("It comes out of the commissions of {}.", team.name),
        heading: format!("{money} asked for"),
        lead: vec![
            strong(&by.name),
            plain(format!(" asked {} to pay out ", company.name)),
            strong(money.to_string()),
            plain(" of the commissions of "),
            strong(&team.name),
            plain("."),
        ],
        facts: [
            ("Team", team.name.clone()),
            ("Amount", money.to_string()),
            ("To", format!("{}, {}", details.holder, details.account)),
            ("Asked by", format!("{}, {}", by.name, by.email)),
            ("Asked", exact(asked.requested_at, person.zone())),
        ]
        .into_iter()
        .chain(held)
        .collect(),
        note: format!("If it should not be paid, take it back on its page before {} pays it.", company.name),
        why: format!("You get this mail because you are the owner of {}.", team.name),
        ..to_team(person, company, team, asked)
    }
}

/// To an administrator: the team does not want it any more.
pub fn taken_back(person: &User, company: &Company, team: &Team, by: &User, asked: &Withdrawal) -> Letter {
    let money = asked.money();
    Letter {
        speaks_for: Some(team.name.clone()),
        reply_to: Some(by.email.clone()),
        subject: format!("{} took back its withdrawal of {money}", team.name),
        preheader: "It is not to be paid.".to_owned(),
        heading: format!("{money} taken back"),
        lead: took_back(team, by, &money),
        facts: taken_back_facts(person, team, by, asked),
        button: Some(("See the withdrawal".to_owned(), Target::Page(paths::withdrawal(&company.slug, asked.id)))),
        note: "It is not to be paid. The money is available to the team again.".to_owned(),
        why: format!("You get this mail because you are an administrator of {} on Guildhall.", company.name),
        ..to_team(person, company, team, asked)
    }
}

/// To the owner, and to who asked: somebody else of the team took it back.
pub fn taken_back_by(person: &User, company: &Company, team: &Team, by: &User, asked: &Withdrawal) -> Letter {
    let money = asked.money();
    Letter {
        speaks_for: Some(team.name.clone()),
        reply_to: Some(by.email.clone()),
        subject: format!("{} took back the withdrawal of {money}", by.name),
        preheader: "The money is available again.".to_owned(),
        heading: format!("{money} taken back"),
        lead: took_back(team, by, &money),
        facts: taken_back_facts(person, team, by, asked),
        note: format!("{} does not pay it. The money is available again.", company.name),
        ..to_team(person, company, team, asked)
    }
}

fn took_back(team: &Team, by: &User, money: &Money) -> Vec<Words> {
    vec![strong(&by.name), plain(" of "), strong(&team.name), plain(" took back the withdrawal of "), strong(money.to_string()), plain(".")]
}

fn taken_back_facts(person: &User, team: &Team, by: &User, asked: &Withdrawal) -> Vec<(&'static str, String)> {
    vec![
        ("Team", team.name.clone()),
        ("Amount", asked.money().to_string()),
        ("Asked", exact(asked.requested_at, person.zone())),
        ("Taken back by", format!("{}, {}", by.name, by.email)),
    ]
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

/// To the owner, and to the others who may withdraw: the money goes elsewhere from now on, and by whom. Nobody is asked to answer whoever
/// did it: it may be somebody who has got into an account.
pub fn details_changed(person: &User, team: &Team, by: &User, now: &PayoutDetails, before: Option<&PayoutDetails>) -> Letter {
    let (done, heading, what, end) = match before {
        None => {
            ("entered", format!("The payout details of {} were entered", team.name), " entered where the commissions of ", " are paid to.")
        }
        Some(old) if old.account == now.account => {
            ("changed", format!("The account of {} has another holder now", team.name), " changed the holder of the account of ", ".")
        }
        Some(_) => {
            let heading = format!("Commissions of {} go to another account now", team.name);
            ("changed", heading, " changed where the commissions of ", " are paid to.")
        }
    };
    let (label_by, label_at) = if before.is_some() { ("Changed by", "Changed") } else { ("Entered by", "Entered") };
    let hold = before.map(|_| exact(now.changed_at + HOLD, person.zone()));
    let what_then = match &hold {
        Some(until) => format!(
            "What was asked for since the change goes by the new details: take it back on the page of the withdrawals before {until}, if \
             you do not know of this change. Then put the details right and change the role of whoever made it. What was asked for before \
             goes where it was asked to go."
        ),
        None => "These are the first payout details of the team, and count at once. If you do not know of them, put them right and change \
                 the role of whoever entered them."
            .to_owned(),
    };
    let mut facts = vec![
        ("Team", team.name.clone()),
        ("Holder", now.holder.clone()),
        ("Account", now.account.to_string()),
        (label_by, format!("{}, {}", by.name, by.email)),
        (label_at, exact(now.changed_at, person.zone())),
    ];
    facts.extend(hold.map(|until| ("Held until", until)));
    Letter {
        to: person.email.clone(),
        speaks_for: Some(team.name.clone()),
        reply_to: None,
        subject: format!("The payout details of {} were {done}", team.name),
        preheader: format!("{} {done} where the team’s money goes.", by.name),
        heading,
        lead: vec![strong(&by.name), plain(what), strong(&team.name), plain(end)],
        quote: String::new(),
        facts,
        button: Some(("See the withdrawals".to_owned(), Target::Page(paths::team_withdrawals(&team.slug)))),
        note: what_then,
        why: format!("You get this mail because you may withdraw commissions of {}. It cannot be switched off.", team.name),
    }
}
