//! Letters about who owns a team, and its end (rules 37 and 47).

use super::to_member;
use crate::{
    accounts::User,
    mail::{Letter, Target, plain, strong},
    paths,
    teams::{Team, TeamRole},
    web::time::{day, exact},
};
use chrono::{DateTime, Utc};

/// To the member: the owner wants to hand the team over to them.
pub fn offered(person: &User, team: &Team, owner: &User, role: TeamRole, until: DateTime<Utc>) -> Letter {
    let ends = day(until, person.zone());
    Letter {
        subject: format!("{} offers you the ownership of {}", owner.name, team.name),
        preheader: format!("You own the team once you accept, until {ends}."),
        heading: format!("{} offers you the ownership of {}", owner.name, team.name),
        lead: vec![
            plain(format!("{} wants to hand the partner team ", owner.name)),
            strong(&team.name),
            plain(" over to you. Once you accept, you are its owner, and only you can hand it over again."),
        ],
        facts: vec![
            ("Team", team.name.clone()),
            ("Your role now", role.label().to_owned()),
            ("Your role then", format!("{}: {}", TeamRole::Owner.label(), TeamRole::Owner.means())),
            ("Until", exact(until, person.zone())),
        ],
        button: Some(("Read the offer".to_owned(), Target::Page(paths::ownership(&team.slug)))),
        note: "Opening it changes nothing; you accept or decline on the page.".to_owned(),
        why: format!(
            "You get this mail because you are in the team {}. If you do nothing, the offer ends on {ends} and nothing changes.",
            team.name
        ),
        ..to_member(person, team, owner)
    }
}

/// To the member: the offer is taken back.
pub fn cancelled(person: &User, team: &Team, owner: &User) -> Letter {
    Letter {
        subject: format!("{} took back the offer of {}", owner.name, team.name),
        preheader: "Nothing changes: your role stays as it is.".to_owned(),
        heading: format!("{} took back the offer of {}", owner.name, team.name),
        lead: vec![plain("The ownership of "), strong(&team.name), plain(" is not offered to you any more. Your role stays as it is.")],
        facts: vec![("Team", team.name.clone())],
        button: Some(("See the team".to_owned(), Target::Page(paths::team(&team.slug)))),
        ..to_member(person, team, owner)
    }
}

/// To the owner: the member does not want the team.
pub fn declined(owner: &User, team: &Team, person: &User) -> Letter {
    Letter {
        subject: format!("{} declined the ownership of {}", person.name, team.name),
        preheader: "You own the team as before.".to_owned(),
        heading: format!("{} declined the ownership of {}", person.name, team.name),
        lead: vec![strong(&person.name), plain(" does not want to own "), strong(&team.name), plain(". You own it as before.")],
        facts: vec![("Team", team.name.clone()), ("Person", format!("{}, {}", person.name, person.email))],
        button: Some(("See the ownership".to_owned(), Target::Page(paths::ownership(&team.slug)))),
        why: format!("You get this mail because you own the team {}. There is nothing to do.", team.name),
        ..to_member(owner, team, person)
    }
}

/// To the owner: the member to whom they offered the team was removed from it by somebody else.
pub fn ended(owner: &User, team: &Team, person: &User, by: &User) -> Letter {
    Letter {
        subject: format!("Your offer of {} to {} has ended", team.name, person.name),
        preheader: format!("{} removed {} from the team. You own it as before.", by.name, person.name),
        heading: format!("Your offer of {} has ended", team.name),
        lead: vec![
            plain(format!("{} removed ", by.name)),
            strong(&person.name),
            plain(", to whom you had offered the ownership, from "),
            strong(&team.name),
            plain(". You own it as before."),
        ],
        facts: vec![("Team", team.name.clone()), ("Person", format!("{}, {}", person.name, person.email)), ("Removed by", by.name.clone())],
        button: Some(("See the ownership".to_owned(), Target::Page(paths::ownership(&team.slug)))),
        why: format!("You get this mail because you own the team {}. There is nothing to do.", team.name),
        ..to_member(owner, team, by)
    }
}

/// To the new owner.
pub fn you_own(person: &User, team: &Team, old: &User) -> Letter {
    Letter {
        subject: format!("You own {} now", team.name),
        preheader: format!("{} handed the team over to you.", old.name),
        heading: format!("You own {} now", team.name),
        lead: vec![
            plain(format!("{} handed ", old.name)),
            strong(&team.name),
            plain(
                " over to you, and you accepted. Its partnerships, links and conversations stay with the team. Only you can hand it over again.",
            ),
        ],
        facts: vec![("Team", team.name.clone()), ("Owner before", format!("{}, {}", old.name, old.email))],
        button: Some(("See the team".to_owned(), Target::Page(paths::team(&team.slug)))),
        why: format!("You get this mail because you own the team {}. There is nothing to do.", team.name),
        ..to_member(person, team, old)
    }
}

/// To whoever owned it before, with the role that they fall back to.
pub fn handed_over(old: &User, team: &Team, new: &User, falls_to: Option<TeamRole>) -> Letter {
    let role = falls_to.map_or("nobody in it", TeamRole::label);
    Letter {
        subject: format!("{} owns {} now", new.name, team.name),
        preheader: format!("{} accepted. You are {role} now.", new.name),
        heading: format!("{} owns {} now", new.name, team.name),
        lead: vec![
            strong(&new.name),
            plain(" accepted the ownership of "),
            strong(&team.name),
            plain(". You are "),
            strong(role),
            plain(" now. Only the new owner can hand the team over again."),
        ],
        facts: vec![("Team", team.name.clone()), ("Owner now", format!("{}, {}", new.name, new.email)), ("Your role", role.to_owned())],
        button: Some(("See the team".to_owned(), Target::Page(paths::team(&team.slug)))),
        ..to_member(old, team, new)
    }
}

/// To everybody who was in it: the team is closed.
pub fn closed(person: &User, team: &Team, owner: &User) -> Letter {
    Letter {
        subject: format!("{} is closed", team.name),
        preheader: format!("{} closed the team.", owner.name),
        heading: format!("{} is closed", team.name),
        lead: vec![
            plain(format!("{} closed the partner team ", owner.name)),
            strong(&team.name),
            plain(". Its partnerships have ended and nobody can open it any more. Your account stays."),
        ],
        facts: vec![("Team", team.name.clone()), ("Closed by", format!("{}, {}", owner.name, owner.email))],
        why: format!("You get this mail because you were in the team {}. There is nothing to do.", team.name),
        ..to_member(person, team, owner)
    }
}
