//! Deciding about members whom companies ask for (rules 21 and 38).

use crate::{
    access::locks::{InTeam, may},
    db::Db,
    ids::InvitationId,
    invitations::{
        approval::{self, Decided, Decision, Waiting},
        handlers::{
            approvals::{ApprovalsPage, role_field},
            facts,
        },
    },
    mail::Mailer,
    paths,
    teams::{MemberRole, rail::TeamTab},
    web::{
        Flash, Form, FormErrors, Frame, Layout, Redirect, page,
        pagination::{PAGE_SIZE, Page, Start},
        refused,
    },
    words::REASON_LENGTH,
};
use actix_web::web::Path;
use askama::Template;
use serde::Deserialize;

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
    let Some(role) = MemberRole::parse(&form.role).filter(|role| by.gives().contains(role)) else {
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
            return refused(&ApprovalsPage::of(&by, layout, waiting, errors).with(&form.id, form.reason));
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
