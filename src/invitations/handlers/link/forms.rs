//! The forms on the page behind a link.

use crate::{
    access::password,
    ids::{TeamId, TermsId},
    invitations::{
        InvitationKind,
        accepting::Into,
        handlers::terms,
        listed::Kept,
        standing::{Opened, Place, Standing},
    },
    teams::MemberRole,
    web::FormErrors,
    words::{NAME_LENGTH, REASON_LENGTH},
};
use serde::Deserialize;

/// The choice of a new team; no team has it as its slug.
pub const NEW_TEAM: &str = "new";

/// What the form to accept sends. Which fields it has depends on who looks and at what; the others are not read.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct AcceptanceForm {
    /// A new person's name.
    pub name: String,
    /// A new person's password; never shown again.
    pub password: String,
    /// [`NEW_TEAM`], or the slug of a team of theirs.
    pub team: String,
    /// A new team's name.
    pub team_name: String,
    /// The ids of the listed people that the page showed.
    pub person: Vec<String>,
    /// Their roles, in the same order.
    pub person_role: Vec<String>,
    /// The ids of those who are kept.
    pub keep: Vec<String>,
    /// The number of the version of the terms that was read, where the box is ticked.
    pub terms: String,
}

/// The form to accept as read; the password is not hashed yet.
pub struct Typed {
    /// A new person's name.
    pub name: Option<String>,
    /// What for.
    pub into: Into,
    /// The version of the terms.
    pub terms: Option<TermsId>,
}

/// What declining sends.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct DeclinationForm {
    /// May be empty.
    pub reason: String,
}

/// What asking a team sends.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct RequestForm {
    /// The slug of the team.
    pub team: String,
}

impl AcceptanceForm {
    /// As the page shows it at first: what the company wrote down, everybody kept.
    pub fn first(opened: &Opened) -> Self {
        let ids: Vec<String> = opened.listed.iter().map(|person| person.id.to_string()).collect();
        Self {
            name: opened.invitation.name.clone(),
            team_name: opened.invitation.team_name.clone(),
            person_role: opened.listed.iter().map(|person| person.role.map_or("", MemberRole::as_str).to_owned()).collect(),
            person: ids.clone(),
            keep: ids,
            ..Self::default()
        }
    }

    /// The role typed for a listed person.
    pub fn role_of(&self, id: &str) -> &str {
        let place = self.person.iter().position(|person| person == id);
        place.and_then(|place| self.person_role.get(place)).map_or("", String::as_str)
    }

    /// Reads it as the page showed it to this viewer.
    pub fn parse(&self, opened: &Opened) -> Result<Typed, FormErrors> {
        let mut errors = FormErrors::none();
        let place = self.place(opened, &mut errors);
        let name = matches!(opened.standing, Standing::New).then(|| errors.line("name", "your name", &self.name, NAME_LENGTH));
        let into = match (opened.invitation.kind, place) {
            (InvitationKind::Member, _) => Into::TheTeam,
            (InvitationKind::Staff, _) => Into::TheCompany,
            (InvitationKind::Program, Some(team)) => Into::Team(team),
            (InvitationKind::Program, None) => self.new_team(opened, &mut errors),
        };
        let company = opened.company.as_ref().map_or("", |company| &company.name);
        let team = opened.team.as_ref().map_or(self.team_name.as_str(), |team| &team.name);
        let about = [company, team, &self.name, opened.invitation.email.as_str()];
        if let Some(weakness) = password::weakness(&self.password, &about).filter(|_| name.is_some()) {
            errors.add("password", weakness);
        }
        let terms = terms::read(&self.terms, opened.terms.as_ref(), &mut errors);
        if errors.is_empty() { Ok(Typed { name, into, terms }) } else { Err(errors) }
    }

    /// The team of theirs that they chose; nothing for a new one.
    fn place(&self, opened: &Opened, errors: &mut FormErrors) -> Option<TeamId> {
        let (InvitationKind::Program, Standing::Known(places)) = (opened.invitation.kind, &opened.standing) else { return None };
        if places.is_empty() || self.team == NEW_TEAM {
            return None;
        }
        let chosen = places.iter().find(|place| place.team.slug == self.team);
        if chosen.is_none() {
            errors.add("team", "Choose one of your teams, or a new one");
        }
        // With an error beside it, any team will do: nothing is carried out.
        Some(chosen.unwrap_or(&places[0]).team.id)
    }

    fn new_team(&self, opened: &Opened, errors: &mut FormErrors) -> Into {
        let name = errors.line("team_name", "the team's name", &self.team_name, NAME_LENGTH);
        let mut people = Vec::new();
        for (nth, person) in opened.listed.iter().enumerate() {
            let id = person.id.to_string();
            if !self.keep.contains(&id) {
                continue;
            }
            match MemberRole::parse(self.role_of(&id)) {
                Some(role) => people.push(Kept { id: person.id, role }),
                None => errors.add(format!("person_role-{nth}"), format!("Choose a role for {}", person.person())),
            }
        }
        Into::NewTeam { name, people }
    }
}

impl DeclinationForm {
    /// The reason.
    pub fn parse(&self) -> Result<String, FormErrors> {
        let mut errors = FormErrors::none();
        let reason = errors.lines("reason", "the reason", &self.reason, REASON_LENGTH);
        if errors.is_empty() { Ok(reason) } else { Err(errors) }
    }
}

impl RequestForm {
    /// The team of theirs to ask.
    pub fn parse(&self, places: &[Place]) -> Result<TeamId, FormErrors> {
        let chosen = places.iter().find(|place| place.team.slug == self.team);
        chosen.map(|place| place.team.id).ok_or_else(|| FormErrors::one("team", "Choose which team to ask"))
    }
}
