//! Deciding about members whom companies ask for (rules 21 and 38).

use crate::{
    access::{
        Freshness,
        locks::{InTeam, may},
    },
    db::Db,
    ids::{InvitationId, ProgramId, TermsId},
    invitations::{
        approval::{self, Decided, Decision, Matter, Several, Tally, Waiting},
        handlers::{
            approvals::{ApprovalsPage, ListQuery, role_field},
            facts,
        },
    },
    mail::Mailer,
    paths,
    teams::{MemberRole, rail::TeamTab},
    web::{
        Flash, Form, FormErrors, Frame, Layout, Redirect, page,
        pagination::{PAGE_SIZE, Page},
        refused,
    },
    words::REASON_LENGTH,
};
use actix_web::web::{Path, Query};
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
    /// Members that companies ask for.
    id: Vec<String>,
    /// Program invitations, each with the version of the terms on its card.
    program: Vec<String>,
    /// Programs with new terms, each with the version on its card.
    terms: Vec<String>,
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

/// Lets a person in, with the role that was chosen; to give finance asks who is there (S13).
pub async fn approve(
    by: InTeam<may::ApproveMembers>,
    freshness: Freshness,
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
        return refused(&ApprovalsPage::of(&by, layout, Page::single(Matter::Asked(Box::new(card))), errors));
    };
    freshness.require_to_give(role)?;
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

/// Answers several in the same way; where one of them becomes finance by it, it asks who is there (S13).
pub async fn answer_several(
    by: InTeam<may::AnswerProgramInvitations>,
    freshness: Freshness,
    Query(query): Query<ListQuery>,
    Form(form): Form<AnswersForm>,
    layout: Layout,
    flash: Flash,
    mailer: Mailer,
    db: Db,
) -> Redirect {
    let (several, decision) = match form.parse() {
        Ok(wanted) => wanted,
        Err(errors) => {
            let (team, start) = (by.team.id, query.start());
            let waiting = db.run(move |conn| approval::waiting(conn, team, start)).await?;
            let ticked = [form.id.as_slice(), &form.program, &form.terms];
            return refused(&ApprovalsPage::of(&by, layout, waiting, errors).at(&query).with(&ticked, form.reason.clone()));
        }
    };
    let (member, actor, back) = (by.member.clone(), by.actor.clone(), paths::approvals(&by.team.slug));
    let (done, proven) = (form.done_words(&several), freshness.is_proven());
    let tally = db.run(move |conn| approval::answer_several(conn, &mailer, &actor, &member, &several, &decision, proven)).await?;
    match tally {
        Tally { done: n, over: 0, changed: 0 } => flash.ok(back, done(n), "The companies are told."),
        Tally { done: n, over, changed: 0 } => flash.info(back, done(n), format!("{over} were answered, revoked or expired before.")),
        Tally { done: n, changed, .. } => {
            flash.bad(back, done(n), format!("{changed} not: newer terms came into force meanwhile. Read them first."))
        }
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
    fn parse(&self) -> Result<(Several, Decision), FormErrors> {
        let mut errors = FormErrors::none();
        let several = self.ticked();
        if several.count() == 0 || several.count() > PAGE_SIZE {
            errors.add("several", "Tick what to answer");
        }
        let reason = errors.lines("reason", "the reason", &self.reason, REASON_LENGTH);
        let decision = match self.answer.as_str() {
            "approval" => Some(Decision::Approve(None)),
            "rejection" => Some(Decision::Reject(reason)),
            _ => None,
        };
        match &decision {
            None => errors.add("several", "Choose whether to approve or to reject"),
            Some(Decision::Reject(_)) if !several.terms.is_empty() => {
                errors.add("several", "Untick the new terms: they are accepted, or the team leaves the program");
            }
            Some(_) => {}
        }
        decision.filter(|_| errors.is_empty()).map(|decision| (several, decision)).ok_or(errors)
    }

    /// What is ticked; what no box of ours sends is left out.
    fn ticked(&self) -> Several {
        let mut several = Several {
            members: self.id.iter().filter_map(|id| id.parse().ok()).collect(),
            programs: self.program.iter().filter_map(|sent| sent.split_once('.')).filter_map(with_terms).collect(),
            terms: self.terms.iter().filter_map(|sent| sent.split_once('.')).filter_map(both).collect(),
        };
        several.members.sort();
        several.members.dedup();
        several.programs.sort();
        several.programs.dedup_by_key(|(id, _)| *id);
        several.terms.sort();
        several.terms.dedup_by_key(|(program, _)| *program);
        several
    }

    /// "2 people are approved.", or where not all of them are people, "2 are answered."
    fn done_words(&self, several: &Several) -> impl Fn(usize) -> String + use<> {
        let (people, yes) = (several.members.len() == several.count(), self.answer == "approval");
        move |n| match (people, yes, n) {
            (true, true, 1) => "1 person is approved.".to_owned(),
            (true, true, n) => format!("{n} people are approved."),
            (true, false, 1) => "1 person is rejected.".to_owned(),
            (true, false, n) => format!("{n} people are rejected."),
            (false, true, n) => format!("{n} approved or accepted."),
            (false, false, n) => format!("{n} rejected or declined."),
        }
    }
}

/// An invitation, and the version of the terms on its card, where its program has terms.
fn with_terms((invitation, terms): (&str, &str)) -> Option<(InvitationId, Option<TermsId>)> {
    Some((invitation.parse().ok()?, if terms.is_empty() { None } else { Some(terms.parse().ok()?) }))
}

fn both((program, terms): (&str, &str)) -> Option<(ProgramId, TermsId)> {
    Some((program.parse().ok()?, terms.parse().ok()?))
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
