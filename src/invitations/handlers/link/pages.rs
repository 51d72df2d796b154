//! The card behind a link: the same in each state, with one clear next step (rule 49).

use super::forms::{AcceptanceForm, DeclinationForm, NEW_TEAM};
use crate::{
    access::Anyone,
    accounts::User,
    error::Result,
    invitations::{
        InvitationKind,
        handlers::{facts::taken_back, terms::is_ticked},
        standing::{Ending, Home, Opened, Place, Standing},
    },
    paths,
    programs::Terms,
    teams::{MemberRole, TeamRole},
    web::{Avatar, FormErrors, Frame, Layout, answers::answer, page, refused, time::exact},
};
use actix_web::{HttpResponse, http::StatusCode};
use askama::Template;
use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;

/// An invitation as its link shows it to one viewer, with what they typed.
pub struct Card<'a> {
    by: &'a Anyone,
    token: &'a str,
    opened: Opened,
    form: AcceptanceForm,
    declination: Option<DeclinationForm>,
}

/// The invitation itself, to be answered, or to sign in for.
#[derive(Template)]
#[template(path = "invitations/link_open.html")]
struct OpenPage<'a> {
    frame: Frame,
    errors: FormErrors,
    card: &'a Card<'a>,
}

/// "Your permission level does not allow you to accept this" (rule 50).
#[derive(Template)]
#[template(path = "invitations/link_not_permitted.html")]
struct NotPermittedPage<'a> {
    frame: Frame,
    errors: FormErrors,
    card: &'a Card<'a>,
    places: &'a [Place],
    me: &'a User,
}

/// Nothing to answer here, or not as this person.
#[derive(Template)]
#[template(path = "invitations/link_state.html")]
struct StatePage<'a> {
    frame: Frame,
    card: &'a Card<'a>,
    h1: String,
    says: String,
    way: Way,
}

/// The one clear next step.
enum Way {
    /// To a page: address and words.
    Page(String, String),
    /// Writing to who asked.
    Write,
    /// Asking who asked for a new link.
    Renew,
    /// Signing out, and back here.
    SignOut,
}

/// A team on the form. The first one bears the id that the error summary leads to.
struct Choice {
    field: String,
    value: String,
    mark: Avatar,
    name: String,
    right: String,
    chosen: bool,
}

/// A listed person on the form.
struct Row {
    id: String,
    /// The id of the field with the role.
    field: String,
    name: String,
    email: String,
    kept: bool,
    role: String,
}

impl<'a> Card<'a> {
    /// With the form as it is at first.
    pub fn new(by: &'a Anyone, token: &'a str, opened: Opened) -> Self {
        let form = AcceptanceForm::first(&opened);
        Self { by, token, opened, form, declination: None }
    }

    /// With what was typed to accept.
    pub fn with_form(self, form: AcceptanceForm) -> Self {
        Self { form, ..self }
    }

    /// With what was typed to decline.
    pub fn with_reason(self, declination: DeclinationForm) -> Self {
        Self { declination: Some(declination), ..self }
    }

    /// The page with the status of its state.
    pub fn answer(&self, layout: Layout) -> Result<HttpResponse> {
        match &self.opened.standing {
            Standing::In(home) => page(&self.inside(layout, home)),
            Standing::Ended { how, inside } => answer(StatusCode::GONE, &self.ended(layout, *how, *inside)),
            Standing::SomeoneElse => answer(StatusCode::FORBIDDEN, &self.someone_else(layout)),
            Standing::NotPermitted(places) => answer(StatusCode::FORBIDDEN, &self.not_permitted(layout, places, FormErrors::none())?),
            Standing::SignIn | Standing::New | Standing::Known(_) => page(&self.open(layout, FormErrors::none())),
        }
    }

    /// 422 with what to correct, where there is a form; else the page as it is.
    pub fn refused(&self, layout: Layout, errors: FormErrors) -> Result<HttpResponse> {
        match &self.opened.standing {
            Standing::NotPermitted(places) => refused(&self.not_permitted(layout, places, errors)?),
            Standing::New | Standing::Known(_) => refused(&self.open(layout, errors)),
            Standing::In(_) | Standing::Ended { .. } | Standing::SomeoneElse | Standing::SignIn => self.answer(layout),
        }
    }

    fn frame(&self, layout: Layout, h1: &str, errors: &FormErrors) -> Frame {
        let frame = self.by.frame(layout, h1);
        if errors.is_empty() { frame } else { frame.with_errors() }
    }

    fn open(&self, layout: Layout, errors: FormErrors) -> OpenPage<'_> {
        OpenPage { frame: self.frame(layout, &self.h1(), &errors), errors, card: self }
    }

    fn not_permitted<'b>(&'b self, layout: Layout, places: &'b [Place], errors: FormErrors) -> Result<NotPermittedPage<'b>> {
        let me = self.by.user.as_ref().ok_or(crate::error::Error::SignInRequired)?;
        let frame = self.frame(layout, "Your permission level does not allow you to accept this", &errors);
        Ok(NotPermittedPage { frame, errors, card: self, places, me })
    }

    fn state(&self, layout: Layout, h1: String, says: String, way: Way) -> StatePage<'_> {
        StatePage { frame: self.by.frame(layout, &h1), card: self, h1, says, way }
    }

    fn inside(&self, layout: Layout, home: &Home) -> StatePage<'_> {
        let theirs = self.by.user.as_ref().is_some_and(|user| self.opened.accepted_by(user.id).is_some());
        let for_them = self.by.user.as_ref().is_some_and(|user| user.email == self.opened.invitation.email);
        let says = match (theirs, for_them) {
            (true, _) => format!("You accepted this invitation on {}.", self.answered_at()),
            (false, true) => "You need no invitation to it any more.".to_owned(),
            (false, false) => format!("This invitation is for {}. {}", self.opened.invitation.email.masked(), self.by_whom()),
        };
        let h1 = match home {
            Home::Team(team) => format!("You are in {}", team.name),
            Home::Company(company) => format!("You work for {}", company.name),
        };
        self.state(layout, h1, says, to_home(home))
    }

    fn ended(&self, layout: Layout, how: Ending, inside: bool) -> StatePage<'_> {
        let (asker, asking) = (&self.opened.asker.name, self.opened.asking());
        match (how, self.opened.home().filter(|_| inside)) {
            (Ending::Accepted, Some(home)) => {
                self.state(layout, "This invitation has been accepted".to_owned(), self.by_whom(), to_home(&home))
            }
            (Ending::Accepted, None) => {
                let way = match self.by.user {
                    Some(_) => Way::Page(paths::home(), "Go to your start page".to_owned()),
                    None => Way::Page(self.sign_in(), "Sign in".to_owned()),
                };
                let into = if self.is_staff() { "company" } else { "team" };
                let says = format!("It works once. If it was you, your account leads to the {into}.");
                self.state(layout, "This invitation has been accepted".to_owned(), says, way)
            }
            (Ending::Declined, _) => {
                let says = format!(
                    "It was declined on {} and cannot be accepted any more. {asker} of {asking} can invite again.",
                    self.answered_at()
                );
                self.state(layout, "This invitation was declined".to_owned(), says, Way::Write)
            }
            (Ending::Revoked, _) => self.state(layout, "This invitation was taken back".to_owned(), taken_back(asking, asker), Way::Write),
            (Ending::Expired, _) => {
                let (says, way) = match self.renewal_asked() {
                    Some(at) => (format!("{asker} was asked for a new one on {at}. It comes by mail, with a new link."), Way::Write),
                    None => (format!("Its link worked until {}. {asker} of {asking} can send a new one.", self.until()), Way::Renew),
                };
                self.state(layout, "This invitation has expired".to_owned(), says, way)
            }
        }
    }

    fn someone_else(&self, layout: Layout) -> StatePage<'_> {
        let me = self.by.user.as_ref().map_or("", |user| user.email.as_str());
        let says = format!("It was sent to {}. You are signed in as {me}.", self.opened.invitation.email.masked());
        self.state(layout, "This invitation is for somebody else".to_owned(), says, Way::SignOut)
    }

    fn by_whom(&self) -> String {
        match (&self.opened.answerer, self.opened.invitation.answered_at) {
            (Some(name), Some(_)) => format!("{name} accepted it on {}.", self.answered_at()),
            _ => String::new(),
        }
    }

    fn answered_at(&self) -> String {
        self.opened.invitation.answered_at.map_or_else(String::new, |at| exact(at, self.zone()))
    }

    /// When a new link was asked for, where that was less than a day ago.
    fn renewal_asked(&self) -> Option<String> {
        self.recent(self.opened.invitation.renewal_asked_at)
    }

    /// When the viewer's team was asked, where that was less than a day ago.
    fn put(&self) -> Option<String> {
        self.recent(self.opened.invitation.put_at)
    }

    fn recent(&self, at: Option<DateTime<Utc>>) -> Option<String> {
        at.filter(|at| self.opened.now - *at < TimeDelta::days(1)).map(|at| exact(at, self.zone()))
    }

    fn zone(&self) -> Tz {
        self.by.user.as_ref().map_or(Tz::UTC, User::zone)
    }
}

/// What the templates ask.
impl Card<'_> {
    fn mark(&self) -> Avatar {
        match (&self.opened.company, &self.opened.team) {
            (None, Some(team)) => Avatar::team(team.id.uuid(), &team.name),
            (Some(_), _) | (None, None) => Avatar::company(self.opened.asking()),
        }
    }

    fn h1(&self) -> String {
        let asking = self.opened.asking();
        match (self.opened.invitation.kind, self.opens_team()) {
            (InvitationKind::Member, _) if self.opened.company.is_none() => {
                format!("{} invites you to join {}", self.opened.asker.name, self.team())
            }
            (InvitationKind::Member, _) => format!("{asking} invites you to join {}", self.team()),
            (InvitationKind::Staff, _) => format!("{asking} asks you to join its staff"),
            (InvitationKind::Program, true) => format!("{asking} invites you to open a partner team"),
            (InvitationKind::Program, false) => format!("{asking} invites you to {}", self.program()),
        }
    }

    fn is_staff(&self) -> bool {
        self.opened.invitation.kind == InvitationKind::Staff
    }

    fn is_program(&self) -> bool {
        self.opened.invitation.kind == InvitationKind::Program
    }

    /// The team's name: of the one they are asked into, or as the company calls the one to be.
    fn team(&self) -> &str {
        self.opened.team.as_ref().map_or(&self.opened.invitation.team_name, |team| &team.name)
    }

    fn program(&self) -> &str {
        self.opened.program.as_ref().map_or("", |program| &program.name)
    }

    fn role(&self) -> &'static str {
        match self.opened.invitation.staff_role {
            Some(role) => role.label(),
            None => self.opened.invitation.role.map_or("", MemberRole::label),
        }
    }

    fn until(&self) -> String {
        exact(self.opened.invitation.expires_at, self.zone())
    }

    fn facts(&self) -> Vec<(&'static str, String)> {
        if let Some(role) = self.opened.invitation.staff_role {
            return vec![
                ("For", self.opened.invitation.email.to_string()),
                ("Company", self.opened.asking().to_owned()),
                ("Your role", format!("{}: {}", role.label(), role.means())),
                ("Until", self.until()),
            ];
        }
        let role = match self.opened.invitation.role {
            Some(role) => Some(TeamRole::Given(role)),
            None => Some(TeamRole::Owner).filter(|_| self.opens_team()),
        };
        let mut facts = vec![("For", self.opened.invitation.email.to_string())];
        match &self.opened.program {
            Some(program) if program.description.is_empty() => facts.push(("Program", program.name.clone())),
            Some(program) => facts.push(("Program", format!("{}: {}", program.name, program.description))),
            None => facts.push(("Team", self.team().to_owned())),
        }
        facts.extend(role.map(|role| ("Your role", format!("{}: {}", role.label(), role.means()))));
        facts.push(("Until", self.until()));
        facts
    }

    /// Whether the address has an account, and nobody is signed in.
    fn asks_to_sign_in(&self) -> bool {
        matches!(self.opened.standing, Standing::SignIn)
    }

    /// Whether accepting can only mean a new team.
    fn opens_team(&self) -> bool {
        self.is_program() && !self.asks_to_sign_in() && self.choices().is_empty()
    }

    /// Whether name and password are asked for.
    fn is_new(&self) -> bool {
        matches!(self.opened.standing, Standing::New)
    }

    /// The teams that a program invitation can be accepted for.
    fn choices(&self) -> &[Place] {
        match (&self.opened.standing, self.opened.invitation.kind) {
            (Standing::Known(places), InvitationKind::Program) => places,
            _ => &[],
        }
    }

    fn chooses_new(&self) -> bool {
        self.form.team == NEW_TEAM
    }

    fn terms(&self) -> Option<&Terms> {
        self.opened.terms.as_ref()
    }

    fn has_ticked(&self, terms: &Terms) -> bool {
        is_ticked(&self.form.terms, terms)
    }

    fn people(&self) -> Vec<Row> {
        let listed = if self.is_program() { self.opened.listed.as_slice() } else { &[] };
        let row = |(nth, person): (usize, &crate::invitations::Invitation)| {
            let id = person.id.to_string();
            Row {
                field: format!("person_role-{nth}"),
                name: person.person().to_owned(),
                email: person.email.to_string(),
                kept: self.form.keep.contains(&id),
                role: self.form.role_of(&id).to_owned(),
                id,
            }
        };
        listed.iter().enumerate().map(row).collect()
    }

    fn button(&self) -> String {
        match (self.opened.invitation.kind, self.opens_team()) {
            (InvitationKind::Member, _) => format!("Join {}", self.team()),
            (InvitationKind::Staff, _) => format!("Join {}", self.opened.asking()),
            (InvitationKind::Program, true) => "Accept and open the team".to_owned(),
            (InvitationKind::Program, false) => "Accept the invitation".to_owned(),
        }
    }

    fn reason(&self) -> &str {
        self.declination.as_ref().map_or("", |form| &form.reason)
    }

    fn is_declining(&self) -> bool {
        self.declination.is_some()
    }

    fn to(&self, noun: &str) -> String {
        paths::invitation_answer(self.token, noun)
    }

    fn itself(&self) -> String {
        paths::invitation_link(self.token)
    }

    fn sign_in(&self) -> String {
        paths::sign_in_then(&self.itself())
    }
}

impl OpenPage<'_> {
    fn teams(&self) -> Vec<Choice> {
        choices(self.card.choices(), &self.card.form.team, |place| place.role.label().to_owned())
    }
}

impl StatePage<'_> {
    fn is_locked(&self) -> bool {
        matches!(self.way, Way::SignOut)
    }
}

impl NotPermittedPage<'_> {
    fn teams(&self) -> Vec<Choice> {
        choices(self.places, "", |place| format!("Owner {}", place.owner))
    }

    /// "Member" or "Finance team member", as the article says it.
    fn role(&self, place: &Place) -> &'static str {
        match place.role {
            TeamRole::Given(MemberRole::Finance) => "Finance team member",
            TeamRole::Owner | TeamRole::Given(MemberRole::Admin | MemberRole::Member) => place.role.label(),
        }
    }

    /// The team that was asked within the last day, where it is one of theirs.
    fn asked(&self) -> Option<&Place> {
        self.card.put()?;
        self.places.iter().find(|place| Some(place.team.id) == self.card.opened.invitation.put_to_team_id)
    }

    /// "Olivia Park or Adam Reyes".
    fn who_can(&self, place: &Place) -> String {
        match place.admins.as_slice() {
            [] => place.owner.clone(),
            [one] => format!("{} or {one}", place.owner),
            [others @ .., last] => format!("{}, {} or {last}", place.owner, others.join(", ")),
        }
    }

    fn first_name<'n>(&self, name: &'n str) -> &'n str {
        name.split(' ').next().unwrap_or(name)
    }

    fn avatar(&self) -> Avatar {
        Avatar::person(self.me.id.uuid(), &self.me.name)
    }
}

fn to_home(home: &Home) -> Way {
    Way::Page(home.path(), format!("Go to {}", home.name()))
}

fn choices(places: &[Place], chosen: &str, right: impl Fn(&Place) -> String) -> Vec<Choice> {
    let choice = |(nth, place): (usize, &Place)| {
        let value = place.team.slug.clone();
        Choice {
            field: if nth == 0 { "team".to_owned() } else { format!("team-{nth}") },
            mark: Avatar::team(place.team.id.uuid(), &place.team.name),
            name: place.team.name.clone(),
            right: right(place),
            chosen: value == chosen,
            value,
        }
    };
    places.iter().enumerate().map(choice).collect()
}
