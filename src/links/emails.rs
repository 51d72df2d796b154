//! Letters about links.

use crate::{
    accounts::User,
    companies::Company,
    mail::{Letter, Mailer, Target, plain, strong},
    paths,
    programs::Program,
    teams::Team,
};

/// To a member: staff made a link for them.
#[allow(clippy::too_many_arguments, reason = "who, for whom, where and what: each stands in the letter")]
pub fn made(mailer: &Mailer, company: &Company, program: &Program, team: &Team, person: &User, by: &User, text: &str, url: &str) -> Letter {
    Letter {
        to: person.email.clone(),
        speaks_for: Some(company.name.clone()),
        reply_to: Some(by.email.clone()),
        subject: format!("{} made a link for you", company.name),
        preheader: format!("In {}, for you alone.", program.name),
        heading: format!("{} made a link for you", company.name),
        lead: vec![
            strong(&by.name),
            plain(" of "),
            strong(&company.name),
            plain(" made a link for you in the program "),
            strong(&program.name),
            plain(". Clicks on it count as yours."),
        ],
        quote: String::new(),
        facts: vec![
            ("Link", format!("{}{}", mailer.base_url(), paths::go(text))),
            ("Leads to", url.to_owned()),
            ("Program", program.name.clone()),
            ("Team", team.name.clone()),
            ("Made by", format!("{}, {}", by.name, by.email)),
        ],
        button: Some(("See your links".to_owned(), Target::Page(paths::team_links(&team.slug)))),
        note: String::new(),
        why: format!("You get this mail because you are in the team {}. There is nothing to do.", team.name),
    }
}
