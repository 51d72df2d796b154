//! Letters about programs: new terms to a team, the receipt of an acceptance, comings and goings to the company.

use crate::{
    accounts::User,
    companies::Company,
    mail::{Letter, Target, Words, plain, strong},
    paths,
    programs::{Program, Terms},
    teams::Team,
    web::time::exact,
};
use chrono::Utc;

/// To whoever may accept for a team: another version of the terms is in force.
pub fn new_terms(company: &Company, program: &Program, terms: &Terms, team: &Team, to: &User) -> Letter {
    Letter {
        to: to.email.clone(),
        speaks_for: Some(company.name.clone()),
        reply_to: None,
        subject: format!("New terms of {} for {}", program.name, team.name),
        preheader: format!("Version {} is in force. The team's owner or an admin accepts it.", terms.number),
        heading: format!("{} has new terms", program.name),
        lead: vec![
            strong(&company.name),
            plain(format!(" published version {} of the terms of ", terms.number)),
            strong(&program.name),
            plain(". You can accept them for "),
            strong(&team.name),
            plain("."),
        ],
        quote: String::new(),
        facts: vec![
            ("Company", company.name.clone()),
            ("Program", program.name.clone()),
            ("For the team", team.name.clone()),
            ("Version", terms.number.to_string()),
            ("In force since", exact(terms.published_at, to.zone())),
        ],
        button: Some(("Read the new terms".to_owned(), Target::Page(paths::team_program(&team.slug, program.id)))),
        note: "Opening it changes nothing. The page shows what changed, and you accept there.".to_owned(),
        why: format!(
            "You get this mail because you may accept terms for the team {}. If nobody does, {} sees that they are not accepted.",
            team.name, company.name
        ),
    }
}

/// To who accepted terms for a team: which ones, and where they can be read again.
pub fn receipt(company: &Company, program: &Program, terms: &Terms, team: &Team, to: &User) -> Letter {
    Letter {
        to: to.email.clone(),
        speaks_for: Some(company.name.clone()),
        reply_to: None,
        subject: format!("You accepted the terms of {}", program.name),
        preheader: format!("Version {}, for {}. Keep this mail as your receipt.", terms.number, team.name),
        heading: format!("You accepted the terms of {}", program.name),
        lead: vec![
            plain("You accepted "),
            strong(format!("version {}", terms.number)),
            plain(format!(" of the terms of {} by {} for the team ", program.name, company.name)),
            strong(&team.name),
            plain("."),
        ],
        quote: String::new(),
        facts: vec![
            ("Company", company.name.clone()),
            ("Program", program.name.clone()),
            ("For the team", team.name.clone()),
            ("Version", terms.number.to_string()),
            ("Accepted by", format!("{}, {}", to.name, to.email)),
            ("On", exact(Utc::now(), to.zone())),
        ],
        button: Some(("Read what you accepted".to_owned(), Target::Page(paths::team_program_terms(&team.slug, program.id, terms.id)))),
        note: "The text of this version is never changed; new terms become a new version.".to_owned(),
        why: format!("You get this mail as a receipt, because you accepted these terms for the team {}.", team.name),
    }
}

/// To the company: a team joined an open program.
pub fn joined(company: &Company, program: &Program, team: &Team, by: &User, to: &User) -> Letter {
    let fact = format!("{} joined {}", team.name, program.name);
    let lead = vec![strong(&team.name), plain(format!(" joined the open program {} and accepted its terms.", program.name))];
    about_team(company, program, team, by, to, fact, lead)
}

/// To the company: a team left a program.
pub fn left(company: &Company, program: &Program, team: &Team, by: &User, to: &User) -> Letter {
    let fact = format!("{} left {}", team.name, program.name);
    let lead =
        vec![strong(&team.name), plain(format!(" left the program {}. It stays your partner, and what was there stays.", program.name))];
    about_team(company, program, team, by, to, fact, lead)
}

fn about_team(company: &Company, program: &Program, team: &Team, by: &User, to: &User, fact: String, lead: Vec<Words>) -> Letter {
    Letter {
        to: to.email.clone(),
        speaks_for: Some(company.name.clone()),
        reply_to: Some(by.email.clone()),
        subject: fact.clone(),
        preheader: format!("{} did it for {}.", by.name, team.name),
        heading: fact,
        lead,
        quote: String::new(),
        facts: vec![("Team", team.name.clone()), ("Program", program.name.clone()), ("By", format!("{}, {}", by.name, by.email))],
        button: Some(("See the partner".to_owned(), Target::Page(paths::partner(&company.slug, &team.slug)))),
        note: String::new(),
        why: format!("You get this mail because you look after {} for {}.", team.name, company.name),
    }
}
