//! The team's approvals (rule 38): all roles may look, who may not decide reads who can (rule 46).

use crate::{
    access::locks::{InTeam, may},
    db::Db,
    ids::InvitationId,
    invitations::{
        InvitationKind,
        approval::{self, Decided, Decision, Waiting},
        handlers::facts,
    },
    mail::Mailer,
    paths,
    teams::{MemberRole, TeamPermission, rail::TeamTab},
    web::{
        Avatar, Flash, Form, FormErrors, Frame, Layout, Redirect, page,
        pagination::{PAGE_SIZE, Page, Start},
        refused,
        time::day,
    },
    words::REASON_LENGTH,
};
use actix_web::web::{Path, Query};
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

/// The role to give, as the browser sent it.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct ApprovalForm {
    role: String,
}

/// Why not, as the browser sent it.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct RejectionForm {
    reason: String,
}

/// Several at once, as the browser sent it.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct AnswersForm {
    id: Vec<String>,
    /// "approval" or "rejection": the button that was pressed.
    answer: String,
    reason: String,
}

#[derive(Template)]
#[template(path = "teams/approvals.html")]
struct ApprovalsPage {
    frame: Frame,
    errors: FormErrors,
    team: String,
    cards: Vec<Card>,
    waiting: i64,
    may_approve: bool,
    may_answer: bool,
    roles: &'static [MemberRole],
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

#[derive(Template)]
#[template(path = "teams/rejection.html")]
struct RejectionPage {
    frame: Frame,
    errors: FormErrors,
    approvals: String,
    action: String,
    person: String,
    company: String,
    asker: String,
    reason: String,
}

/// What waits for the team.
pub async fn index(by: InTeam<may::SeeTeam>, Query(query): Query<ListQuery>, layout: Layout, db: Db) -> Redirect {
    let (team, start) = (by.team.id, Start::from_query(&query.after, &query.before));
    let waiting = db.run(move |conn| approval::waiting(conn, team, start)).await?;
    page(&ApprovalsPage::of(&by, layout, waiting, FormErrors::none()))
}

/// Lets a person in, with the role that was chosen.
pub async fn approve(
    by: InTeam<may::ApproveMembers>,
    path: Path<(String, InvitationId)>,
    Form(form): Form<ApprovalForm>,
    layout: Layout,
    flash: Flash,
    mailer: Mailer,
    db: Db,
) -> Redirect {
    let (member, actor, id) = (by.member.clone(), by.actor.clone(), path.1);
    let Some(role) = MemberRole::parse(&form.role).filter(|role| by.role.gives().contains(role)) else {
        let team = by.team.id;
        let card = db.run(move |conn| approval::one_waiting(conn, team, id)).await?;
        let errors = FormErrors::one(role_field(id), "Choose the role to give");
        return refused(&ApprovalsPage::of(&by, layout, Page::single(card), errors));
    };
    let decision = Decision::Approve(Some(role));
    let decided = db.run(move |conn| approval::decide(conn, &mailer, &actor, &member, id, &decision)).await?;
    told(&flash, &by.team.slug, decided)
}

/// Asks for the reason before a person is rejected.
pub async fn rejection(by: InTeam<may::ApproveMembers>, path: Path<(String, InvitationId)>, layout: Layout, db: Db) -> Redirect {
    let (team, id) = (by.team.id, path.1);
    let waiting = db.run(move |conn| approval::one_waiting(conn, team, id)).await?;
    page(&RejectionPage::of(&by, layout, waiting, String::new(), FormErrors::none()))
}

/// Keeps a person out, for a reason that the company sees.
pub async fn reject(
    by: InTeam<may::ApproveMembers>,
    path: Path<(String, InvitationId)>,
    Form(form): Form<RejectionForm>,
    layout: Layout,
    flash: Flash,
    mailer: Mailer,
    db: Db,
) -> Redirect {
    let (member, actor, id) = (by.member.clone(), by.actor.clone(), path.1);
    let mut errors = FormErrors::none();
    let reason = errors.lines("reason", "the reason", &form.reason, REASON_LENGTH);
    if !errors.is_empty() {
        let team = by.team.id;
        let waiting = db.run(move |conn| approval::one_waiting(conn, team, id)).await?;
        return refused(&RejectionPage::of(&by, layout, waiting, form.reason, errors));
    }
    let decided = db.run(move |conn| approval::decide(conn, &mailer, &actor, &member, id, &Decision::Reject(reason))).await?;
    told(&flash, &by.team.slug, decided)
}

/// Decides the same about several.
pub async fn answer_several(
    by: InTeam<may::ApproveMembers>,
    Form(form): Form<AnswersForm>,
    layout: Layout,
    flash: Flash,
    mailer: Mailer,
    db: Db,
) -> Redirect {
    let (ids, decision) = match form.parse() {
        Ok(wanted) => wanted,
        Err(errors) => {
            let team = by.team.id;
            let waiting = db.run(move |conn| approval::waiting(conn, team, Start::First)).await?;
            return refused(&ApprovalsPage::of(&by, layout, waiting, errors).with(form));
        }
    };
    let (member, actor, back) = (by.member.clone(), by.actor.clone(), paths::approvals(&by.team.slug));
    let verb = if form.answer == "approval" { "approved" } else { "rejected" };
    let tally = db.run(move |conn| approval::decide_several(conn, &mailer, &actor, &member, &ids, &decision)).await?;
    let done = if tally.done == 1 { format!("1 person is {verb}.") } else { format!("{} people are {verb}.", tally.done) };
    match tally.over {
        0 => flash.ok(back, done, "The companies are told."),
        over => flash.info(back, done, format!("{over} were answered, revoked or expired before.")),
    }
}

/// The way back from one decision.
fn told(flash: &Flash, team: &str, decided: Decided) -> Redirect {
    let back = paths::approvals(team);
    match decided {
        Decided::Approved(invitation) => flash.ok(
            back,
            format!("{} is approved as {}.", invitation.person(), invitation.role.map_or("", MemberRole::label)),
            "Their invitation is on its way, and the company is told.",
        ),
        Decided::Rejected(invitation) => {
            flash.ok(back, format!("{} is rejected.", invitation.person()), "They get no mail; the company is told.")
        }
        Decided::Over(state) => flash.bad(back, "This waits no longer.", facts::over(state)),
    }
}

fn role_field(id: InvitationId) -> String {
    format!("role-{id}")
}

impl AnswersForm {
    fn parse(&self) -> Result<(Vec<InvitationId>, Decision), FormErrors> {
        let mut errors = FormErrors::none();
        let mut ids: Vec<InvitationId> = self.id.iter().filter_map(|id| id.parse().ok()).collect();
        ids.sort();
        ids.dedup();
        if ids.is_empty() || ids.len() > PAGE_SIZE {
            errors.add("several", "Tick the people to answer");
        }
        let reason = errors.lines("reason", "the reason", &self.reason, REASON_LENGTH);
        let decision = match self.answer.as_str() {
            "approval" => Some(Decision::Approve(None)),
            "rejection" => Some(Decision::Reject(reason)),
            _ => None,
        };
        if decision.is_none() {
            errors.add("several", "Choose whether to approve or to reject");
        }
        decision.filter(|_| errors.is_empty()).map(|decision| (ids, decision)).ok_or(errors)
    }
}

impl ApprovalsPage {
    fn of<P>(by: &InTeam<P>, layout: Layout, waiting: Page<Waiting>, errors: FormErrors) -> Self {
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
            roles: by.role.gives(),
            role_label: format!("Role in {}", by.team.name),
            answers: paths::approval_answers(slug),
            reason: String::new(),
            previous: waiting.previous.map(|cursor| paths::with_query(&here, &[("before", &cursor)])),
            next: waiting.next.map(|cursor| paths::with_query(&here, &[("after", &cursor)])),
        }
    }

    fn with(mut self, form: AnswersForm) -> Self {
        for card in &mut self.cards {
            card.is_ticked = form.id.contains(&card.id);
        }
        self.reason = form.reason;
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

impl RejectionPage {
    fn of(by: &InTeam<may::ApproveMembers>, layout: Layout, waiting: Waiting, reason: String, errors: FormErrors) -> Self {
        let slug = &by.team.slug;
        let person = waiting.invitation.person().to_owned();
        let frame = by.frame(layout, TeamTab::Approvals, &format!("Reject {person}?"));
        Self {
            frame: if errors.is_empty() { frame } else { frame.with_errors() },
            errors,
            approvals: paths::approvals(slug),
            action: paths::approval_answer(slug, waiting.invitation.id, "rejection"),
            person,
            company: waiting.company.name,
            asker: waiting.asker,
            reason,
        }
    }
}
