//! Letters about what the team decided: to whom it touches, saying what changed and by whom (rule 36).

pub mod ownership;

use crate::{
    accounts::User,
    governing::switching::Turn,
    mail::{Letter, Target, plain, strong},
    paths,
    teams::{MemberRole, Team, TeamRole},
};

/// To somebody who has another role now.
pub fn role_changed(person: &User, team: &Team, by: &User, from: MemberRole, to: MemberRole) -> Letter {
    Letter {
        subject: format!("You are {} of {} now", noun(to), team.name),
        preheader: format!("{} changed your role from {} to {}.", by.name, from.label(), to.label()),
        heading: format!("You are {} of {} now", noun(to), team.name),
        lead: vec![
            plain(format!("{} changed your role in ", by.name)),
            strong(&team.name),
            plain(" from "),
            strong(from.label()),
            plain(" to "),
            strong(to.label()),
            plain("."),
        ],
        facts: vec![
            ("Team", team.name.clone()),
            ("Your role", format!("{}: {}", to.label(), to.means())),
            ("Changed by", format!("{}, {}", by.name, by.email)),
        ],
        button: Some(("See what you may do".to_owned(), Target::Page(paths::permissions(&team.slug)))),
        ..to_member(person, team, by)
    }
}

/// To somebody who is in the team no longer.
pub fn removed(person: &User, team: &Team, by: &User) -> Letter {
    Letter {
        subject: format!("You are no longer in {}", team.name),
        preheader: format!("{} removed you from the team.", by.name),
        heading: format!("You are no longer in {}", team.name),
        lead: vec![
            plain(format!("{} removed you from the partner team ", by.name)),
            strong(&team.name),
            plain(". Your account stays, and your name stays on what you did."),
        ],
        facts: vec![("Team", team.name.clone()), ("Removed by", format!("{}, {}", by.name, by.email))],
        button: None,
        note: format!("If this is a mistake, write to {}: they can invite you again.", by.name),
        why: format!("You get this mail because you were a member of {}. There is nothing to do.", team.name),
        ..to_member(person, team, by)
    }
}

/// To the owner: somebody left, and with them the offer of the team, where it was made to them.
pub fn left(owner: &User, team: &Team, who: &User, role: TeamRole, was_offered: bool) -> Letter {
    let offer = if was_offered { " You had offered them the ownership: that offer has ended, and you own the team as before." } else { "" };
    Letter {
        subject: format!("{} left {}", who.name, team.name),
        preheader: format!("{} was {} of the team and has left it.", who.name, role.label().to_lowercase()),
        heading: format!("{} left {}", who.name, team.name),
        lead: vec![
            strong(&who.name),
            plain(" left your partner team "),
            strong(&team.name),
            plain(format!(". What they did stays with the team.{offer}")),
        ],
        facts: vec![("Person", format!("{}, {}", who.name, who.email)), ("Their role", role.label().to_owned())],
        button: Some(("See the members".to_owned(), Target::Page(paths::members(&team.slug)))),
        why: format!("You get this mail because you own the team {}. There is nothing to do.", team.name),
        ..to_member(owner, team, who)
    }
}

/// To somebody whose role may more or less than before.
pub fn permissions_switched(person: &User, team: &Team, by: &User, turns: &[Turn]) -> Letter {
    let fact = |turn: &Turn| (if turn.on { "Now you may" } else { "No longer" }, turn.cell.permission.phrase().to_owned());
    let role = turns.first().map_or("your role", |turn| turn.cell.role.label());
    Letter {
        subject: format!("What you may do in {} has changed", team.name),
        preheader: format!("{} changed the permissions of the role {role}.", by.name),
        heading: format!("What you may do in {} has changed", team.name),
        lead: vec![
            plain(format!("{} changed what the role ", by.name)),
            strong(role),
            plain(" may do in "),
            strong(&team.name),
            plain("."),
        ],
        facts: turns.iter().map(fact).chain([("Changed by", format!("{}, {}", by.name, by.email))]).collect(),
        button: Some(("See all permissions".to_owned(), Target::Page(paths::permissions(&team.slug)))),
        ..to_member(person, team, by)
    }
}

/// What all of them share; an answer goes to who decided.
fn to_member(person: &User, team: &Team, by: &User) -> Letter {
    Letter {
        to: person.email.clone(),
        speaks_for: Some(team.name.clone()),
        reply_to: Some(by.email.clone()),
        subject: String::new(),
        preheader: String::new(),
        heading: String::new(),
        lead: Vec::new(),
        quote: String::new(),
        facts: Vec::new(),
        button: None,
        note: String::new(),
        why: format!("You get this mail because you are in the team {}. There is nothing to do.", team.name),
    }
}

/// "an admin", "a member", "finance team member".
const fn noun(role: MemberRole) -> &'static str {
    match role {
        MemberRole::Admin => "an admin",
        MemberRole::Member => "a member",
        MemberRole::Finance => "a finance team member",
    }
}
