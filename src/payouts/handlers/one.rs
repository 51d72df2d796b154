//! One withdrawal as the company that pays it sees it; marking it (rule 30, S13, S56).

use super::{
    facts::{BalanceRow, Statement},
    several::read_reason,
};
use crate::{
    access::{Authorized, Fresh, Freshness, may},
    companies::{StaffPermission, rail::CompanyTab},
    db::Db,
    error::{Error, Result},
    ids::WithdrawalId,
    mail::Mailer,
    paths,
    payouts::{
        State, TeamBalance,
        list::Line,
        marking::{self, Marked, NOT_ONES_OWN, Verdict},
    },
    web::{Flash, Form, FormErrors, Frame, Layout, Moment, Redirect, page, refused, time::exact},
};
use actix_web::web::Path;
use askama::Template;
use chrono::Utc;
use serde::Deserialize;

/// Why it failed.
#[derive(Debug, Default, Clone, Deserialize)]
#[serde(default)]
pub struct FailureForm {
    reason: String,
}

#[derive(Template)]
#[template(path = "payouts/one.html")]
struct OnePage {
    frame: Frame,
    errors: FormErrors,
    slug: String,
    statement: Statement,
    team_href: String,
    commissions: String,
    /// Who marked it; nobody yet is empty.
    decider: String,
    /// What the team owes in this currency.
    debt: Option<String>,
    /// The file for payment that it is in.
    file: Option<(String, Moment)>,
    reason: String,
    /// Where to ask for the whole account, where the viewer may see it and has not proved lately who they are.
    show_whole: Option<String>,
    /// To mark it, where the viewer may.
    actions: Option<(String, String)>,
    /// Who can, for whom may not.
    who_can: &'static str,
}

type At = Path<(String, WithdrawalId)>;

/// The withdrawal.
pub async fn show(by: Authorized<may::SeeMoney>, at: At, freshness: Freshness, layout: Layout, db: Db) -> Redirect {
    let read = read(&by, at.1, &db).await?;
    page(&OnePage::of(&by, layout, &read, freshness.require().is_ok(), String::new(), FormErrors::none()))
}

/// It is paid.
pub async fn pay(by: Fresh<Authorized<may::PayOut>>, at: At, flash: Flash, mailer: Mailer, db: Db) -> Redirect {
    mark(&by, at.1, Verdict::Paid, flash, mailer, db).await
}

/// It failed, for a reason.
pub async fn fail(
    by: Fresh<Authorized<may::PayOut>>,
    at: At,
    Form(form): Form<FailureForm>,
    layout: Layout,
    flash: Flash,
    mailer: Mailer,
    db: Db,
) -> Redirect {
    match read_reason("reason", &form.reason) {
        Ok(reason) => mark(&by, at.1, Verdict::Failed(reason), flash, mailer, db).await,
        Err(errors) => refused(&OnePage::of(&by, layout, &read(&by, at.1, &db).await?, true, form.reason, errors)),
    }
}

/// The withdrawal, and the balance that it comes from.
type Read = (Line, Option<TeamBalance>);

async fn read<P>(by: &Authorized<P>, id: WithdrawalId, db: &Db) -> Result<Read> {
    let company = by.company.id;
    db.run(move |conn| {
        let line = Line::one_of_company(conn, company, id)?;
        let all = TeamBalance::of_partner(conn, company, line.partner)?;
        let balance = all.into_iter().find(|balance| balance.currency == line.currency);
        Ok::<_, Error>((line, balance))
    })
    .await
}

async fn mark(by: &Authorized<may::PayOut>, id: WithdrawalId, verdict: Verdict, flash: Flash, mailer: Mailer, db: Db) -> Redirect {
    let (staff, actor, back) = (by.staff.clone(), by.actor.clone(), paths::withdrawal(&by.company.slug, id));
    let (word, rest) = match &verdict {
        Verdict::Paid => ("paid", "Who asked is told by mail."),
        Verdict::Failed(_) => ("failed", "The money is available to the team again, and who asked is told by mail."),
    };
    match db.run(move |conn| marking::mark(conn, &mailer, &actor, &staff, id, &verdict)).await? {
        Marked::Done => flash.ok(back, format!("Marked as {word}."), rest),
        Marked::Already => flash.info(back, format!("It is marked as {word} already."), ""),
        Marked::Other => flash.bad(back, "Somebody has decided otherwise meanwhile.", "What they said stands."),
        Marked::TakenBack => flash.bad(back, "The team has taken it back meanwhile.", "Do not pay it."),
        Marked::Held(until) => {
            flash.bad(back, format!("It is held until {}.", exact(until, by.user.zone())), "It cannot be marked as paid before.")
        }
        Marked::Own => Err(Error::Forbidden(NOT_ONES_OWN.into())),
    }
}

impl OnePage {
    fn of<P>(by: &Authorized<P>, layout: Layout, (line, balance): &Read, is_fresh: bool, reason: String, errors: FormErrors) -> Self {
        let (slug, now, zone) = (&by.company.slug, Utc::now(), by.user.zone());
        let may_pay = by.may(StaffPermission::PayOut);
        let is_own = line.asker_id == by.user.id;
        let here = paths::withdrawal(slug, line.id);
        let account = if may_pay && is_fresh { line.account.whole() } else { line.account.to_string() };
        let title = format!("{} to {}", line.money(), line.team);
        let action = |noun| paths::withdrawal_action(slug, line.id, noun);
        let frame = by.frame(layout, CompanyTab::Withdrawals, &title);
        Self {
            frame: if errors.is_empty() { frame } else { frame.with_errors() },
            errors,
            slug: slug.clone(),
            team_href: paths::partner(slug, &line.team_slug),
            commissions: paths::partner_commissions(slug, &line.team_slug),
            decider: line.decider.clone().filter(|_| line.state() != State::Cancelled).unwrap_or_default(),
            debt: balance.as_ref().and_then(|balance| BalanceRow::of_company(balance, &line.team).debt),
            file: line
                .export
                .zip(line.exported_at)
                .map(|(export, at)| (paths::withdrawal_export(slug, export), Moment::new(at, now, zone)))
                .filter(|_| may_pay),
            reason,
            show_whole: (may_pay && !is_fresh).then(|| paths::confirmation_then(&here)),
            actions: (may_pay && !is_own && line.state().is_open()).then(|| (action("payment"), action("failure"))),
            who_can: match (may_pay, is_own && line.state().is_open()) {
                (false, _) => StaffPermission::PayOut.who_can(),
                (true, true) => NOT_ONES_OWN,
                (true, false) => "",
            },
            statement: Statement::of(line, account, title, now, zone),
        }
    }
}
