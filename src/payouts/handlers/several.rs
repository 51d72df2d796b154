//! Marking several withdrawals at once (rule 30): those whose boxes are ticked are looked at on a page of their own, and marked there.

use super::facts::Badge;
use crate::{
    access::{Authorized, Fresh, may},
    companies::{Company, rail::CompanyTab},
    db::Db,
    error::{Error, Result},
    ids::WithdrawalId,
    mail::Mailer,
    money::Money,
    paths,
    payouts::{
        State,
        list::{Line, Show},
        marking::{self, Tally, Verdict},
    },
    web::{Avatar, Flash, Form, FormErrors, Frame, Layout, Moment, Redirect, RepeatedQuery, page, refused},
    words::{REASON_LENGTH, counted},
};
use askama::Template;
use chrono::{DateTime, Utc};
use serde::Deserialize;
use std::collections::{BTreeMap, HashSet};

/// The most that are marked at once by their boxes.
const MOST: usize = 100;

/// What is ticked, why they failed, where they did, and what the list was narrowed to.
#[derive(Debug, Default, Clone, Deserialize)]
#[serde(default)]
pub struct SeveralForm {
    /// Ids of withdrawals.
    id: Vec<String>,
    /// For all of them.
    reason: String,
    status: String,
}

#[derive(Template)]
#[template(path = "payouts/marking.html")]
struct MarkingPage {
    frame: Frame,
    errors: FormErrors,
    company: Company,
    show: Show,
    back: String,
    rows: Vec<Row>,
    /// Those that may be marked as paid.
    payable: Part,
    /// Those that may be marked as failed.
    open: Part,
    reason: String,
}

struct Row {
    href: String,
    team: String,
    avatar: Avatar,
    asker: String,
    amount: String,
    badge: Badge,
    asked: Moment,
}

/// Some of those that are ticked, and what they come to, by currency.
struct Part {
    ids: Vec<WithdrawalId>,
    sums: Vec<String>,
}

/// Shows what is ticked, to be marked.
pub async fn look(by: Authorized<may::PayOut>, RepeatedQuery(form): RepeatedQuery<SeveralForm>, layout: Layout, db: Db) -> Redirect {
    let form = SeveralForm { reason: String::new(), ..form };
    page(&MarkingPage::read(&by, layout, &db, form, FormErrors::none()).await?)
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
    let verdict = read_reason("reason", &form.reason).map(Verdict::Failed);
    mark(&by, form, verdict, (layout, flash, mailer, db)).await
}

async fn mark(
    by: &Authorized<may::PayOut>,
    form: SeveralForm,
    verdict: std::result::Result<Verdict, FormErrors>,
    (layout, flash, mailer, db): (Layout, Flash, Mailer, Db),
) -> Redirect {
    let verdict = match verdict {
        _ if form.id.is_empty() => Err(FormErrors::one("several", "Tick the withdrawals that you want to mark")),
        verdict => verdict,
    };
    let verdict = match verdict {
        Ok(verdict) => verdict,
        Err(errors) => return refused(&MarkingPage::read(by, layout, &db, form, errors).await?),
    };
    let marks: Vec<(WithdrawalId, Verdict)> = form.ids()?.into_iter().map(|id| (id, verdict.clone())).collect();
    let (staff, actor) = (by.staff.clone(), by.actor.clone());
    let tally = db.run(move |conn| marking::mark_several(conn, &mailer, &actor, &staff, &marks)).await?;
    let word = if verdict == Verdict::Paid { "paid" } else { "failed" };
    told(&flash, &form.list(&by.company), &format!("{} marked as {word}.", counted(tally.done as i64, "withdrawal")), tally)
}

impl SeveralForm {
    /// Each once. `NotFound` where one is no id, `NotThisForm` where there are more than a page of ours ticks.
    fn ids(&self) -> Result<Vec<WithdrawalId>> {
        if self.id.len() > MOST {
            return Err(Error::NotThisForm);
        }
        let mut seen = HashSet::new();
        let mut ids =
            self.id.iter().map(|id| id.parse()).collect::<std::result::Result<Vec<WithdrawalId>, _>>().map_err(|_| Error::NotFound)?;
        ids.retain(|id| seen.insert(*id));
        Ok(ids)
    }

    /// The list that it came from.
    fn list(&self, company: &Company) -> String {
        paths::with_query(&paths::withdrawals(&company.slug), &[("status", Show::parse(&self.status).word())])
    }
}

/// A reason, which is needed.
pub(super) fn read_reason(field: &str, typed: &str) -> std::result::Result<String, FormErrors> {
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
        (tally.taken_back, "taken back by the team before"),
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

impl MarkingPage {
    /// Reads what is ticked. `NotFound` where the company has none with one of the ids.
    async fn read(by: &Authorized<may::PayOut>, layout: Layout, db: &Db, form: SeveralForm, errors: FormErrors) -> Result<Self> {
        let (company, ids) = (by.company.id, form.ids()?);
        let count = ids.len();
        let lines = db.run(move |conn| Line::some_of_company(conn, company, &ids)).await?;
        if lines.len() < count {
            return Err(Error::NotFound);
        }
        Ok(Self::of(by, layout, &lines, form, errors))
    }

    fn of(by: &Authorized<may::PayOut>, layout: Layout, lines: &[Line], form: SeveralForm, errors: FormErrors) -> Self {
        let frame = by.frame(layout, CompanyTab::Withdrawals, "Mark those that are ticked");
        let (slug, now) = (&by.company.slug, Utc::now());
        let open = || lines.iter().filter(|line| line.may_be_marked_by(by.user.id));
        Self {
            frame: if errors.is_empty() { frame } else { frame.with_errors() },
            errors,
            company: by.company.clone(),
            show: Show::parse(&form.status),
            back: form.list(&by.company),
            rows: lines.iter().map(|line| Row::of(slug, line, now, by.user.zone())).collect(),
            payable: Part::of(open().filter(|line| line.state() == State::Requested)),
            open: Part::of(open()),
            reason: form.reason,
        }
    }

    /// How many of those that are open wait for their time.
    fn held(&self) -> usize {
        self.open.count() - self.payable.count()
    }
}

impl Part {
    fn of<'a>(lines: impl Iterator<Item = &'a Line>) -> Self {
        let (mut ids, mut sums) = (Vec::new(), BTreeMap::<&str, i64>::new());
        for line in lines {
            ids.push(line.id);
            *sums.entry(&line.currency).or_default() += line.amount;
        }
        Self { ids, sums: sums.into_iter().map(|(currency, sum)| Money::new(sum, currency).to_string()).collect() }
    }

    fn count(&self) -> usize {
        self.ids.len()
    }

    /// "3 withdrawals, $60.00 and €20.00".
    fn says(&self) -> String {
        format!("{}, {}", counted(self.count() as i64, "withdrawal"), self.sums.join(" and "))
    }
}

impl Row {
    fn of(slug: &str, line: &Line, now: DateTime<Utc>, zone: chrono_tz::Tz) -> Self {
        Self {
            href: paths::withdrawal(slug, line.id),
            team: line.team.clone(),
            avatar: Avatar::team(line.team_id.uuid(), &line.team),
            asker: line.asker.clone(),
            amount: line.money().to_string(),
            badge: Badge::of(line.state(), zone),
            asked: Moment::new(line.requested_at, now, zone),
        }
    }
}
