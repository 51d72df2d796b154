//! The team's approvals (rule 38): all roles may look, who may not decide reads who can (rule 46).

use crate::{
    access::locks::{InTeam, may},
    db::Db,
    ids::InvitationId,
    invitations::{
        InvitationKind,
        approval::{self, Waiting},
        handlers::facts,
    },
    paths,
    teams::{MemberRole, TeamPermission, rail::TeamTab},
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
    roles: Vec<MemberRole>,
    role_label: String,
    answers: String,
    reason: String,
    previous: Option<String>,
    next: Option<String>,
}

struct Card {
    id: String,
    role_field: String,
    is_member: bool,
    kind: String,
    avatar: Avatar,
    what: String,
    second: String,
    says: String,
    message: String,
    role: Option<MemberRole>,
    is_ticked: bool,
    /// Where a person is approved, or a program accepted.
    yes: String,
    /// Where a person is rejected, or a program declined.
    no: String,
}

/// What waits for the team.
pub async fn index(by: InTeam<may::SeeTeam>, Query(query): Query<ListQuery>, layout: Layout, db: Db) -> Redirect {
    let (team, start) = (by.team.id, Start::from_query(&query.after, &query.before));
    let waiting = db.run(move |conn| approval::waiting(conn, team, start)).await?;
    page(&ApprovalsPage::of(&by, layout, waiting, FormErrors::none()))
}

/// The id of the field with the role, which is also the key of its error.
pub(super) fn role_field(id: InvitationId) -> String {
    format!("role-{id}")
}

impl ApprovalsPage {
    pub(super) fn of<P>(by: &InTeam<P>, layout: Layout, waiting: Page<Waiting>, errors: FormErrors) -> Self {
        let slug = &by.team.slug;
        let here = paths::approvals(slug);
        let frame = by.frame(layout, TeamTab::Approvals, "Approvals");
        let zone = by.user.zone();
        Self {
            frame: if errors.is_empty() { frame } else { frame.with_errors() },
            errors,
            team: by.team.name.clone(),
            cards: waiting.rows.into_iter().map(|waiting| Card::of(slug, waiting, zone)).collect(),
            waiting: by.waiting,
            may_approve: by.may(TeamPermission::ApproveMembers),
            may_answer: by.may(TeamPermission::AnswerProgramInvitations),
            roles: by.gives(),
            role_label: format!("Role in {}", by.team.name),
            answers: paths::approval_answers(slug),
            reason: String::new(),
            previous: waiting.previous.map(|cursor| paths::with_query(&here, &[("before", &cursor)])),
            next: waiting.next.map(|cursor| paths::with_query(&here, &[("after", &cursor)])),
        }
    }

    /// With what was ticked and typed to answer several.
    pub(super) fn with(mut self, ticked: &[String], reason: String) -> Self {
        for card in &mut self.cards {
            card.is_ticked = ticked.contains(&card.id);
        }
        self.reason = reason;
        self
    }

    /// Several at once is offered where there are several, and shown again where it was refused.
    fn answers_several(&self) -> bool {
        let several = self.cards.iter().filter(|card| card.is_member).count() > 1;
        let refused = self.errors.get("several").or(self.errors.get("reason")).is_some();
        self.may_approve && (several || refused)
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
        let (members, programs) = (self.cards.iter().any(|card| card.is_member), self.cards.iter().any(|card| !card.is_member));
        match (members && !self.may_approve, programs && !self.may_answer) {
            (true, true) => "Only the team’s owner approves members; owner and admins answer program invitations.",
            (true, false) => "Only the team’s owner approves members that companies ask for.",
            (false, true) => "Only the team’s owner and admins answer program invitations.",
            (false, false) => "",
        }
    }
}

impl Card {
    fn of(team: &str, Waiting { invitation, company, asker, program, put_by }: Waiting, zone: Tz) -> Self {
        let until = day(invitation.expires_at, zone);
        let answer = |noun| paths::approval_answer(team, invitation.id, noun);
        let is_member = invitation.kind == InvitationKind::Member;
        let asked_on = day(invitation.created_at, zone);
        Self {
            id: invitation.id.to_string(),
            role_field: role_field(invitation.id),
            is_member,
            kind: if is_member {
                format!("Member, asked for by {}", company.name)
            } else {
                format!("Program invitation by {}", company.name)
            },
            avatar: if is_member { facts::avatar(&invitation) } else { Avatar::company(&company.name) },
            what: program.as_ref().map_or_else(|| invitation.person().to_owned(), |program| program.name.clone()),
            second: if is_member { facts::second_line(&invitation) } else { company.name.clone() },
            says: match put_by.filter(|_| !is_member) {
                Some(put_by) => format!("{put_by} asked the team to accept this. Open until {until}."),
                None => format!("{asker} asked on {asked_on}. They get nothing until the team approves. Open until {until}."),
            },
            yes: answer(if is_member { "approval" } else { "acceptance" }),
            no: answer(if is_member { "rejection" } else { "declination" }),
            message: invitation.message,
            role: invitation.role,
            is_ticked: false,
        }
    }

    fn is_role(&self, role: &MemberRole) -> bool {
        self.role == Some(*role)
    }
}
