//! A company's withdrawals (rule 30): all staff see them, administrators pay them.

use super::{facts::Badge, several::SeveralForm};
use crate::{
    access::{Authorized, may},
    companies::{Company, StaffPermission, rail::CompanyTab},
    db::Db,
    error::{Error, Result},
    money::Money,
    paths,
    payouts::list::{Line, Open, Show},
    web::{
        Avatar, FormErrors, Frame, Layout, Moment, Redirect, page,
        pagination::{PAGE_SIZE, Page, Start},
    },
    words,
};
use actix_web::web::Query;
use askama::Template;
use chrono::{DateTime, Utc};
use serde::Deserialize;

/// What the list is narrowed to, and which page of it.
#[derive(Debug, Default, Clone, Deserialize)]
#[serde(default)]
pub struct ListQuery {
    status: String,
    after: String,
    before: String,
}

#[derive(Template)]
#[template(path = "payouts/company.html")]
pub(super) struct ListPage {
    frame: Frame,
    errors: FormErrors,
    company: Company,
    show: Show,
    open: Vec<Open>,
    rows: Vec<Row>,
    previous: Option<String>,
    next: Option<String>,
    may_pay: bool,
    form: SeveralForm,
}

struct Row {
    id: String,
    href: String,
    team: String,
    avatar: Avatar,
    asker: String,
    amount: String,
    badge: Badge,
    asked: Moment,
    /// The file that it is in: where to, and since when.
    file: Option<(String, Moment)>,
    /// Whether the viewer may mark it.
    is_markable: bool,
    is_ticked: bool,
}

/// The list.
pub async fn index(by: Authorized<may::SeeMoney>, Query(query): Query<ListQuery>, layout: Layout, db: Db) -> Redirect {
    page(&ListPage::read(&by, layout, &db, query, SeveralForm::default(), FormErrors::none()).await?)
}

impl ListPage {
    /// Reads it; `form` is what was ticked and typed, where it was refused.
    pub(super) async fn read<P>(
        by: &Authorized<P>,
        layout: Layout,
        db: &Db,
        query: ListQuery,
        form: SeveralForm,
        errors: FormErrors,
    ) -> Result<Self> {
        let (company, show) = (by.company.id, Show::parse(&query.status));
        let start = Start::from_query(&query.after, &query.before);
        let (lines, open) =
            db.run(move |conn| Ok::<_, Error>((Line::of_company(conn, company, show, start)?, Open::of(conn, company)?))).await?;
        Ok(Self::of(by, layout, show, lines, open, form, errors))
    }

    fn of<P>(
        by: &Authorized<P>,
        layout: Layout,
        show: Show,
        lines: Page<Line>,
        open: Vec<Open>,
        form: SeveralForm,
        errors: FormErrors,
    ) -> Self {
        let here = paths::withdrawals(&by.company.slug);
        let beside = |name, cursor: String| paths::with_query(&here, &[("status", show.word()), (name, &cursor)]);
        let frame = by.frame(layout, CompanyTab::Withdrawals, "Withdrawals");
        let now = Utc::now();
        Self {
            frame: if errors.is_empty() { frame } else { frame.with_errors() },
            errors,
            company: by.company.clone(),
            show,
            open,
            rows: lines.rows.iter().map(|line| Row::of(by, line, &form, now)).collect(),
            previous: lines.previous.map(|cursor| beside("before", cursor)),
            next: lines.next.map(|cursor| beside("after", cursor)),
            may_pay: by.may(StaffPermission::PayOut),
            form,
        }
    }

    fn segments(&self) -> Vec<(String, &'static str, Option<i64>, bool)> {
        let here = paths::withdrawals(&self.company.slug);
        let count = |show| match show {
            Show::ToPay => Some(self.open.iter().map(|open| open.to_pay).sum()),
            Show::Held => Some(self.open.iter().map(|open| open.held).sum()),
            Show::All | Show::Paid | Show::Failed => None,
        };
        Show::EACH
            .iter()
            .map(|show| (paths::with_query(&here, &[("status", show.word())]), show.label(), count(*show), *show == self.show))
            .collect()
    }

    /// "3 to pay, €1,240.00", by currency.
    fn to_pay(&self) -> Vec<(String, String)> {
        let owed = self.open.iter().filter(|open| open.to_pay > 0);
        owed.map(|open| (words::counted(open.to_pay, "withdrawal"), Money::new(open.to_pay_amount, &open.currency).to_string())).collect()
    }

    /// How many of those to pay are in a file that was made before.
    fn exported(&self) -> i64 {
        self.open.iter().map(|open| open.to_pay - open.to_export).sum()
    }

    /// How many would be in the next file.
    fn to_export(&self) -> i64 {
        self.open.iter().map(|open| open.to_export).sum()
    }

    fn is_all(&self) -> bool {
        self.show == Show::All
    }

    fn marks_several(&self) -> bool {
        self.rows.iter().any(|row| row.is_markable)
    }

    /// Also where nothing is left to tick, and what was sent is to be corrected.
    fn has_marking(&self) -> bool {
        self.marks_several() || !self.errors.is_empty()
    }

    fn words(&self) -> String {
        format!("{PAGE_SIZE} per page")
    }
}

impl Row {
    fn of<P>(by: &Authorized<P>, line: &Line, form: &SeveralForm, now: DateTime<Utc>) -> Self {
        let (slug, zone, may_pay) = (&by.company.slug, by.user.zone(), by.may(StaffPermission::PayOut));
        let id = line.id.to_string();
        Self {
            href: paths::withdrawal(slug, line.id),
            team: line.team.clone(),
            avatar: Avatar::team(line.team_id.uuid(), &line.team),
            asker: line.asker.clone(),
            amount: line.money().to_string(),
            badge: Badge::of(line.state(), zone),
            asked: Moment::new(line.requested_at, now, zone),
            file: line
                .export
                .zip(line.exported_at)
                .map(|(export, at)| (paths::withdrawal_export(slug, export), Moment::new(at, now, zone))),
            is_markable: may_pay && line.state().is_open() && line.asker_id != by.user.id,
            is_ticked: form.id.contains(&id),
            id,
        }
    }
}
