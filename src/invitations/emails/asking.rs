//! Letters of asking: to the invitee, to the owner who decides, and back to who asked.

use crate::{
    accounts::User,
    companies::{Company, StaffRole},
    invitations::Invitation,
    mail::{Letter, Target, plain, strong},
    paths,
    teams::{MemberRole, Team, TeamRole},
    tokens::Purpose,
    web::time::{day, exact},
};
use chrono_tz::Tz;

const OPENING: &str = "Opening it changes nothing; you accept or decline on the page.";
/// An invitee may have no account and so no time zone that we could know without telling anybody that they have one.
const INVITEE_ZONE: Tz = Tz::UTC;

/// To the founder of a new team. `listed` are the people who are invited once the founder confirms them (rule 20).
pub fn invitation(invitation: &Invitation, company: &Company, asker: &User, program: &str, listed: &[String]) -> Letter {
    let (company, team) = (&company.name, &invitation.team_name);
    let mut facts = vec![("Program", program.to_owned()), ("Your role", meaning(TeamRole::Owner))];
    if !listed.is_empty() {
        facts.push(("Also listed", listed.join(", ")));
    }
    facts.push(("Until", exact(invitation.expires_at, INVITEE_ZONE)));
    let subject = Some(&invitation.subject).filter(|subject| !subject.is_empty()).cloned();
    Letter {
        to: invitation.email.clone(),
        speaks_for: Some(company.clone()),
        reply_to: Some(asker.email.clone()),
        subject: subject.unwrap_or_else(|| format!("{company} invites you to {program}")),
        preheader: format!("{} asks you to open a partner team, until {}.", asker.name, day(invitation.expires_at, INVITEE_ZONE)),
        heading: greeting(invitation, &format!("{company} invites you to open a partner team")),
        lead: vec![
            plain(format!("{} asks you to join ", asker.name)),
            strong(program),
            plain(" as the owner of "),
            strong(team),
            plain("."),
        ],
        quote: invitation.message.clone(),
        facts,
        button: Some(("See the invitation".to_owned(), link(invitation))),
        note: OPENING.to_owned(),
        why: why_invited(invitation, company, asker, "no team is made"),
    }
}

/// To a person asked into a team, once the team has approved (rule 21).
pub fn member_invitation(invitation: &Invitation, company: &Company, asker: &User, team: &Team, role: MemberRole) -> Letter {
    let company = &company.name;
    Letter {
        to: invitation.email.clone(),
        speaks_for: Some(company.clone()),
        reply_to: Some(asker.email.clone()),
        subject: format!("You are asked into {}, a partner of {company}", team.name),
        preheader: format!("{} of {company} asks you to join, until {}.", asker.name, day(invitation.expires_at, INVITEE_ZONE)),
        heading: greeting(invitation, &format!("you are asked into {}", team.name)),
        lead: vec![
            plain(format!("{} of ", asker.name)),
            strong(company),
            plain(" asks you to join the partner team "),
            strong(&team.name),
            plain(". The team has approved it."),
        ],
        quote: invitation.message.clone(),
        facts: vec![
            ("Team", team.name.clone()),
            ("Company", company.clone()),
            ("Your role", meaning(TeamRole::Given(role))),
            ("Until", exact(invitation.expires_at, INVITEE_ZONE)),
        ],
        button: Some(("See the invitation".to_owned(), link(invitation))),
        note: OPENING.to_owned(),
        why: why_invited(invitation, company, asker, "you join no team"),
    }
}

/// To a person asked in by the team itself (rule 34).
pub fn teammate_invitation(invitation: &Invitation, asker: &User, team: &Team, role: MemberRole) -> Letter {
    let name = &team.name;
    Letter {
        to: invitation.email.clone(),
        speaks_for: Some(name.clone()),
        reply_to: Some(asker.email.clone()),
        subject: format!("{} asks you into {name}", asker.name),
        preheader: format!(
            "{} asks you to join the team as {}, until {}.",
            asker.name,
            role.label(),
            day(invitation.expires_at, INVITEE_ZONE)
        ),
        heading: greeting(invitation, &format!("you are asked into {name}")),
        lead: vec![
            plain(format!("{} asks you to join the partner team ", asker.name)),
            strong(name),
            plain(" as "),
            strong(role.label()),
            plain("."),
        ],
        quote: invitation.message.clone(),
        facts: vec![
            ("Team", name.clone()),
            ("Your role", meaning(TeamRole::Given(role))),
            ("Until", exact(invitation.expires_at, INVITEE_ZONE)),
        ],
        button: Some(("See the invitation".to_owned(), link(invitation))),
        note: OPENING.to_owned(),
        why: why_invited(invitation, name, asker, "you join no team"),
    }
}

/// To a person asked to work for a company (rule 31).
pub fn staff_invitation(invitation: &Invitation, company: &Company, asker: &User, role: StaffRole) -> Letter {
    let company = &company.name;
    Letter {
        to: invitation.email.clone(),
        speaks_for: Some(company.clone()),
        reply_to: Some(asker.email.clone()),
        subject: format!("You are asked to join {company} on Guildhall"),
        preheader: format!("{} asks you to join as {}, until {}.", asker.name, role.label(), day(invitation.expires_at, INVITEE_ZONE)),
        heading: greeting(invitation, &format!("{company} asks you to join its staff")),
        lead: vec![
            plain(format!("{} asks you to work for ", asker.name)),
            strong(company),
            plain(" here, as "),
            strong(role.label()),
            plain(": with its partner teams, in one place."),
        ],
        quote: invitation.message.clone(),
        facts: vec![
            ("Company", company.clone()),
            ("Your role", format!("{}: {}", role.label(), role.means())),
            ("Until", exact(invitation.expires_at, INVITEE_ZONE)),
        ],
        button: Some(("See the invitation".to_owned(), link(invitation))),
        note: OPENING.to_owned(),
        why: why_invited(invitation, company, asker, "you get no access"),
    }
}

/// To the team's owner: one letter for all the people that were asked for at once (rule 21). `people` holds at least one.
pub fn please_approve(owner: &User, company: &Company, asker: &User, team: &Team, people: &[Invitation], reminder: bool) -> Letter {
    let company = &company.name;
    let who = match people {
        [one] => one.person().to_owned(),
        several => format!("{} people", several.len()),
    };
    let until = people[0].expires_at;
    let mut facts: Vec<_> = people.iter().map(|person| ("Person", described(person))).collect();
    facts.push(("Until", exact(until, owner.zone())));
    Letter {
        to: owner.email.clone(),
        speaks_for: Some(company.clone()),
        reply_to: Some(asker.email.clone()),
        subject: format!("{}{company} asks you to approve {who} for {}", if reminder { "Reminder: " } else { "" }, team.name),
        preheader: format!("Nobody is invited until you approve. Open until {}.", day(until, owner.zone())),
        heading: format!("{company} asks you to approve {who}"),
        lead: vec![
            plain(format!("{} of ", asker.name)),
            strong(company),
            plain(" asks to add "),
            strong(&who),
            plain(" to your team "),
            strong(&team.name),
            plain(". They get nothing until you approve."),
        ],
        quote: String::new(),
        facts,
        button: Some(("Review and decide".to_owned(), Target::Page(paths::approvals(&team.slug)))),
        note: "Opening it changes nothing; you approve or reject on the page, and may give another role.".to_owned(),
        why: format!(
            "You get this mail because you own the team {}. If you do nothing, the request ends on {} and nobody is invited.",
            team.name,
            day(until, owner.zone())
        ),
    }
}

/// To who asked: the team approved, and the invitee has their mail.
pub fn approved(invitation: &Invitation, company: &Company, asker: &User, team: &Team, approver: &User, role: MemberRole) -> Letter {
    let person = invitation.person();
    Letter {
        to: asker.email.clone(),
        speaks_for: Some(team.name.clone()),
        reply_to: Some(approver.email.clone()),
        subject: format!("{} approved {person}", team.name),
        preheader: format!("{} approved {person} as {}. The invitation is on its way.", approver.name, role.label()),
        heading: format!("{} approved {person}", team.name),
        lead: vec![
            plain(format!("{} approved ", approver.name)),
            strong(person),
            plain(" as "),
            strong(role.label()),
            plain(" of "),
            strong(&team.name),
            plain(". The invitation is on its way to them."),
        ],
        quote: String::new(),
        facts: vec![
            ("Person", format!("{person}, {}", invitation.email)),
            ("Role", meaning(TeamRole::Given(role))),
            ("Link works until", exact(invitation.expires_at, asker.zone())),
        ],
        button: Some(("See the invitation".to_owned(), Target::Page(paths::invitation(&company.slug, invitation.id)))),
        note: String::new(),
        why: format!("You get this mail because you asked {} for {person} on behalf of {}.", team.name, company.name),
    }
}

/// To who asked: the team refused, with its reason, which may be empty.
pub fn rejected(invitation: &Invitation, company: &Company, asker: &User, team: &Team, approver: &User) -> Letter {
    let person = invitation.person();
    let reason = if invitation.reason.is_empty() { "They gave no reason." } else { "Their reason:" };
    Letter {
        to: asker.email.clone(),
        speaks_for: Some(team.name.clone()),
        reply_to: Some(approver.email.clone()),
        subject: format!("{} rejected {person}", team.name),
        preheader: format!("{} rejected {person}. Nobody was invited.", approver.name),
        heading: format!("{} rejected {person}", team.name),
        lead: vec![
            plain(format!("{} rejected ", approver.name)),
            strong(person),
            plain(" for "),
            strong(&team.name),
            plain(format!(". They got no mail. {reason}")),
        ],
        quote: invitation.reason.clone(),
        facts: vec![("Person", format!("{person}, {}", invitation.email)), ("Team", team.name.clone())],
        button: Some(("See the invitation".to_owned(), Target::Page(paths::invitation(&company.slug, invitation.id)))),
        note: String::new(),
        why: format!("You get this mail because you asked {} for {person} on behalf of {}.", team.name, company.name),
    }
}

fn link(invitation: &Invitation) -> Target {
    Target::Link { purpose: Purpose::Invitation, id: invitation.id.uuid(), generation: invitation.generation }
}

/// "Ines, Acme invites you …", or without the name where none is known.
fn greeting(invitation: &Invitation, says: &str) -> String {
    match invitation.name.split(' ').next() {
        Some(first) if !first.is_empty() => format!("{first}, {says}"),
        _ => {
            let mut letters = says.chars();
            letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect()
        }
    }
}

/// "Owner: full access, withdraws commissions".
fn meaning(role: TeamRole) -> String {
    format!("{}: {}", role.label(), role.means())
}

/// "Rosa Lindqvist, rosa@northwind.example, as Member".
fn described(person: &Invitation) -> String {
    let role = person.role.map_or("", MemberRole::label);
    if person.name.is_empty() { format!("{}, as {role}", person.email) } else { format!("{}, {}, as {role}", person.name, person.email) }
}

fn why_invited(invitation: &Invitation, company: &str, asker: &User, ignoring: &str) -> String {
    let ends = day(invitation.expires_at, INVITEE_ZONE);
    format!(
        "You get this mail because {} of {company} asked for you by this address. If you do nothing, the link ends on {ends} and {ignoring}.",
        asker.name
    )
}
