//! Marking several withdrawals at once, by the boxes of the list (rule 30).

use super::company::{ListPage, ListQuery};
use crate::{
    access::{Authorized, Fresh, may},
    db::Db,
    error::Error,
    ids::WithdrawalId,
    mail::Mailer,
    paths,
    payouts::marking::{self, Tally, Verdict},
    web::{Flash, Form, FormErrors, Layout, Redirect, refused},
    words::{REASON_LENGTH, counted},
};
use serde::Deserialize;

/// What is ticked, and why they failed, where they did.
#[derive(Debug, Default, Clone, Deserialize)]
#[serde(default)]
pub struct SeveralForm {
    /// Ids of withdrawals.
    pub id: Vec<String>,
    /// For all of them.
    pub reason: String,
}

/// Those that are ticked are paid.
pub async fn pay(
    Fresh(by): Fresh<Authorized<may::PayOut>>,
    Form(form): Form<SeveralForm>,
    layout: Layout,
    flash: Flash,
    mailer: Mailer,
    db: Db,
) -> Redirect {
    let verdict = Ok(Verdict::Paid);
    mark(&by, form, verdict, (layout, flash, mailer, db)).await
}

/// Those that are ticked have failed.
pub async fn fail(
    Fresh(by): Fresh<Authorized<may::PayOut>>,
    Form(form): Form<SeveralForm>,
    layout: Layout,
    flash: Flash,
    mailer: Mailer,
    db: Db,
) -> Redirect {
    let verdict = read_reason("several-reason", &form.reason).map(Verdict::Failed);
    mark(&by, form, verdict, (layout, flash, mailer, db)).await
}

async fn mark(
    by: &Authorized<may::PayOut>,
    form: SeveralForm,
    verdict: Result<Verdict, FormErrors>,
    (layout, flash, mailer, db): (Layout, Flash, Mailer, Db),
) -> Redirect {
    let verdict = match verdict {
        _ if form.id.is_empty() => Err(FormErrors::one("several", "Tick the withdrawals that you want to mark")),
        verdict => verdict,
    };
    let verdict = match verdict {
        Ok(verdict) => verdict,
        Err(errors) => return refused(&ListPage::read(by, layout, &db, ListQuery::default(), form, errors).await?),
    };
    let ids = form.id.iter().map(|id| id.parse()).collect::<Result<Vec<WithdrawalId>, _>>().map_err(|_| Error::NotFound)?;
    let marks: Vec<(WithdrawalId, Verdict)> = ids.into_iter().map(|id| (id, verdict.clone())).collect();
    let (staff, actor) = (by.staff.clone(), by.actor.clone());
    let tally = db.run(move |conn| marking::mark_several(conn, &mailer, &actor, &staff, &marks)).await?;
    let word = if verdict == Verdict::Paid { "paid" } else { "failed" };
    told(&flash, &paths::withdrawals(&by.company.slug), &format!("{} marked as {word}.", counted(tally.done as i64, "withdrawal")), tally)
}

/// A reason, which is needed.
pub(super) fn read_reason(field: &str, typed: &str) -> Result<String, FormErrors> {
    let mut errors = FormErrors::none();
    let reason = errors.lines(field, "the reason", typed, REASON_LENGTH);
    if reason.is_empty() && errors.is_empty() {
        errors.add(field, "Say why it failed: the team reads it");
    }
    if errors.is_empty() { Ok(reason) } else { Err(errors) }
}

/// Leads on with what came of it, row by row in words.
pub(super) fn told(flash: &Flash, to: &str, done: &str, tally: Tally) -> Redirect {
    let facts = [
        (tally.already, "so already"),
        (tally.other, "decided otherwise before, and stayed so"),
        (tally.held, "held until later, and not paid"),
        (tally.own, "asked for by you: another administrator marks that"),
    ];
    let rest: Vec<String> = facts
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, what)| format!("{count} {} {what}.", if *count == 1 { "was" } else { "were" }))
        .collect();
    match (tally.done, rest.is_empty()) {
        (0, _) => flash.info(to, "Nothing was marked.", rest.join(" ")),
        (_, true) => flash.ok(to, done, "Who asked is told by mail."),
        (_, false) => flash.ok(to, done, rest.join(" ")),
    }
}
