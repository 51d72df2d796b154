//! The team's approvals (rule 38): all roles may look, who may not decide reads who can (rule 46).

use crate::{
    access::locks::{InTeam, may},
    db::Db,
    ids::InvitationId,
    invitations::{
        InvitationKind,
        approval::{self, Matter, Waiting},
        handlers::facts,
    },
    paths,
    programs::due::Due,
    teams::{MemberRole, TeamPermission, TeamRole, rail::TeamTab},
    web::{
        Avatar, FormErrors, Frame, Layout, Redirect, page,
        pagination::{PAGE_SIZE, Page, Start},
        time::day,
    },
};
use actix_web::web::Query;
use askama::Template;
use chrono_tz::Tz;
use serde::Deserialize;

/// Of the list's address.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct ListQuery {
    after: String,
    before: String,
}

impl ListQuery {
    /// The page that the address asks for.
    pub(super) fn start(&self) -> Start {
        Start::from_query(&self.after, &self.before)
    }
}

#[derive(Template)]
#[template(path = "teams/approvals.html")]
pub(super) struct ApprovalsPage {
    frame: Frame,
    errors: FormErrors,
    team: String,
    cards: Vec<Card>,
    waiting: i64,
    may_approve: bool,
    may_answer: bool,
    admins_approve: bool,
    roles: Vec<MemberRole>,
    role_label: String,
    answers: String,
    reason: String,
    previous: Option<String>,
    next: Option<String>,
}

/// What a card is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum About {
    Member,
    Program,
    Terms,
}

struct Card {
    about: About,
    /// What its box sends.
    id: String,
    role_field: String,
    kind: String,
    avatar: Avatar,
    what: String,
    second: String,
    says: String,
    message: String,
    role: Option<MemberRole>,
    /// Where the role that the company asked for is not the viewer's to give: who gives it.
    who_gives: Option<&'static str>,
    is_ticked: bool,
    /// Where a person is approved, or a program accepted.
    yes: String,
    /// Where a person is rejected, or a program declined.
    no: String,
}

/// What waits for the team.
pub async fn index(by: InTeam<may::SeeTeam>, Query(query): Query<ListQuery>, layout: Layout, db: Db) -> Redirect {
    let (team, start) = (by.team.id, query.start());
    let waiting = db.run(move |conn| approval::waiting(conn, team, start)).await?;
    page(&ApprovalsPage::of(&by, layout, waiting, FormErrors::none()).at(&query))
}

/// The id of the field with the role, which is also the key of its error.
pub(super) fn role_field(id: InvitationId) -> String {
    format!("role-{id}")
}

impl ApprovalsPage {
    pub(super) fn of<P>(by: &InTeam<P>, layout: Layout, waiting: Page<Matter>, errors: FormErrors) -> Self {
        let slug = &by.team.slug;
        let here = paths::approvals(slug);
        let frame = by.frame(layout, TeamTab::Approvals, "Approvals");
        let zone = by.user.zone();
        let roles = by.gives();
        let card = |matter| {
            let card = Card::of(slug, matter, zone);
            let who_gives = card.role.filter(|role| !roles.contains(role)).map(|role| by.who_can(role.given_by()));
            Card { who_gives, ..card }
        };
        Self {
            frame: if errors.is_empty() { frame } else { frame.with_errors() },
            errors,
            team: by.team.name.clone(),
            cards: waiting.rows.into_iter().map(card).collect(),
            waiting: by.waiting.all(),
            may_approve: by.may(TeamPermission::ApproveMembers),
            may_answer: by.may(TeamPermission::AnswerProgramInvitations),
            admins_approve: by.team.allows(TeamRole::Given(MemberRole::Admin), TeamPermission::ApproveMembers),
            roles,
            role_label: format!("Role in {}", by.team.name),
            answers: paths::approval_answers(slug),
            reason: String::new(),
            previous: waiting.previous.map(|cursor| paths::with_query(&here, &[("before", &cursor)])),
            next: waiting.next.map(|cursor| paths::with_query(&here, &[("after", &cursor)])),
        }
    }

    /// On the page that the address asks for, to which what is refused leads back.
    pub(super) fn at(mut self, query: &ListQuery) -> Self {
        self.answers = paths::with_query(&self.answers, &[("after", &query.after), ("before", &query.before)]);
        self
    }

    /// With what was ticked and typed to answer several.
    pub(super) fn with(mut self, ticked: &[&[String]], reason: String) -> Self {
        for card in &mut self.cards {
            card.is_ticked = ticked.iter().any(|ids| ids.contains(&card.id));
        }
        self.reason = reason;
        self
    }

    /// Whether this person may answer it as it is asked.
    fn may(&self, card: &Card) -> bool {
        match card.about {
            About::Member => self.may_approve && card.who_gives.is_none(),
            About::Program | About::Terms => self.may_answer,
        }
    }

    /// Several at once is offered where there are several, and shown again where it was refused.
    fn answers_several(&self) -> bool {
        let several = self.cards.iter().filter(|card| self.may(card)).count() > 1;
        let refused = self.errors.get("several").or(self.errors.get("reason")).is_some();
        self.may_answer && (several || refused)
    }

    fn has(&self, about: About) -> bool {
        self.cards.iter().any(|card| card.about == about)
    }

    /// The words of the two buttons that answer several.
    fn several_words(&self) -> (&'static str, &'static str) {
        let only = |about| self.cards.iter().filter(|card| self.may(card)).all(|card| card.about == about);
        match (only(About::Member), only(About::Terms)) {
            (true, _) => ("Approve the ticked", "Reject the ticked"),
            (_, true) => ("Accept the ticked", ""),
            (false, false) => ("Approve and accept the ticked", "Reject and decline the ticked"),
        }
    }

    fn count(&self) -> String {
        match self.waiting {
            0 => format!("Nothing waits in {}.", self.team),
            1 => format!("1 decision waits in {}.", self.team),
            several => format!("{several} decisions wait in {}.", self.team),
        }
    }

    fn words(&self) -> String {
        format!("{PAGE_SIZE} per page · {} waiting", self.waiting)
    }

    /// The sentence for those who may not decide about everything here (rule 46); empty for those who may.
    fn who_can(&self) -> &'static str {
        let (members, others) = (self.has(About::Member), self.has(About::Program) || self.has(About::Terms));
        match (members && !self.may_approve, others && !self.may_answer) {
            (true, true) if self.admins_approve => {
                "Only the team’s owner and admins approve members, answer program invitations and accept terms."
            }
            (true, true) => "Only the team’s owner approves members; owner and admins answer program invitations and accept terms.",
            (true, false) if self.admins_approve => "Only the team’s owner and admins approve members that companies ask for.",
            (true, false) => "Only the team’s owner approves members that companies ask for.",
            (false, true) => "Only the team’s owner and admins answer program invitations and accept terms.",
            (false, false) => "",
        }
    }
}

impl Card {
    fn of(team: &str, matter: Matter, zone: Tz) -> Self {
        match matter {
            Matter::Asked(waiting) if waiting.invitation.kind == InvitationKind::Member => Self::of_member(team, *waiting, zone),
            Matter::Asked(waiting) => Self::of_program(team, *waiting, zone),
            Matter::Terms(due) => Self::of_terms(team, due, zone),
        }
    }

    fn of_member(team: &str, Waiting { invitation, company, asker, .. }: Waiting, zone: Tz) -> Self {
        let (asked_on, until) = (day(invitation.created_at, zone), day(invitation.expires_at, zone));
        Self {
            about: About::Member,
            id: invitation.id.to_string(),
            role_field: role_field(invitation.id),
            kind: format!("Member, asked for by {}", company.name),
            avatar: facts::avatar(&invitation),
            what: invitation.person().to_owned(),
            second: facts::second_line(&invitation),
            says: format!("{asker} asked on {asked_on}. They get nothing until the team approves. Open until {until}."),
            yes: paths::approval_answer(team, invitation.id, "approval"),
            no: paths::approval_answer(team, invitation.id, "rejection"),
            message: invitation.message,
            role: invitation.role,
            who_gives: None,
            is_ticked: false,
        }
    }

    fn of_program(team: &str, Waiting { invitation, company, program, put_by, terms, .. }: Waiting, zone: Tz) -> Self {
        let until = day(invitation.expires_at, zone);
        let put_by = put_by.unwrap_or_default();
        let version = terms.map_or_else(String::new, |(_, number)| format!(" Its terms are in version {number}."));
        Self {
            about: About::Program,
            id: format!("{}.{}", invitation.id, terms.map_or_else(String::new, |(id, _)| id.to_string())),
            role_field: String::new(),
            kind: format!("Program invitation by {}", company.name),
            avatar: Avatar::company(&company.name),
            what: program.map(|program| program.name).unwrap_or_default(),
            second: company.name,
            says: format!("{put_by} asked the team to accept this. Open until {until}.{version}"),
            yes: paths::approval_answer(team, invitation.id, "acceptance"),
            no: paths::approval_answer(team, invitation.id, "declination"),
            message: invitation.message,
            role: None,
            who_gives: None,
            is_ticked: false,
        }
    }

    fn of_terms(team: &str, due: Due, zone: Tz) -> Self {
        let published = day(due.published_at, zone);
        let before = match (&due.accepted_by, due.accepted) {
            (Some(by), Some(number)) => format!("{by} accepted version {number}."),
            _ => "No version was accepted before.".to_owned(),
        };
        Self {
            about: About::Terms,
            id: format!("{}.{}", due.program_id, due.terms_id),
            role_field: String::new(),
            kind: format!("New terms by {}", due.company),
            avatar: Avatar::company(&due.company),
            what: format!("{}, version {}", due.program, due.number),
            second: due.company,
            says: format!("In force since {published}. {before} The team stays in the program meanwhile."),
            yes: paths::team_program(team, due.program_id),
            no: String::new(),
            message: String::new(),
            role: None,
            who_gives: None,
            is_ticked: false,
        }
    }

    /// The name under which its box is sent.
    fn field(&self) -> &'static str {
        match self.about {
            About::Member => "id",
            About::Program => "program",
            About::Terms => "terms",
        }
    }

    fn is_member(&self) -> bool {
        self.about == About::Member
    }

    fn is_terms(&self) -> bool {
        self.about == About::Terms
    }

    fn is_role(&self, role: &MemberRole) -> bool {
        self.role == Some(*role)
    }
}
