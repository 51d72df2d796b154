//! A company's withdrawals (rule 30): all staff see them, administrators pay them.

use super::facts::Badge;
use crate::{
    access::{Authorized, may},
    companies::{Company, StaffPermission, rail::CompanyTab},
    db::Db,
    error::Error,
    money::Money,
    paths,
    payouts::{
        export,
        list::{Line, Open, Show},
    },
    web::{
        Avatar, Frame, Layout, Moment, Redirect, page,
        pagination::{MOST, PAGE_SIZE, Page, Start, said},
    },
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
struct ListPage {
    frame: Frame,
    company: Company,
    show: Show,
    open: Vec<Open>,
    rows: Vec<Row>,
    previous: Option<String>,
    next: Option<String>,
    may_pay: bool,
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
}

/// The list.
pub async fn index(by: Authorized<may::SeeMoney>, Query(query): Query<ListQuery>, layout: Layout, db: Db) -> Redirect {
    let (company, show) = (by.company.id, Show::parse(&query.status));
    let start = Start::from_query(&query.after, &query.before);
    let (lines, open) =
        db.run(move |conn| Ok::<_, Error>((Line::of_company(conn, company, show, start)?, Open::of(conn, company)?))).await?;
    page(&ListPage::of(&by, layout, show, lines, open))
}

impl ListPage {
    fn of<P>(by: &Authorized<P>, layout: Layout, show: Show, lines: Page<Line>, open: Vec<Open>) -> Self {
        let here = paths::withdrawals(&by.company.slug);
        let beside = |name, cursor: String| paths::with_query(&here, &[("status", show.word()), (name, &cursor)]);
        let now = Utc::now();
        Self {
            frame: by.frame(layout, CompanyTab::Withdrawals, "Withdrawals"),
            company: by.company.clone(),
            show,
            open,
            rows: lines.rows.iter().map(|line| Row::of(by, line, now)).collect(),
            previous: lines.previous.map(|cursor| beside("before", cursor)),
            next: lines.next.map(|cursor| beside("after", cursor)),
            may_pay: by.may(StaffPermission::PayOut),
        }
    }

    fn segments(&self) -> Vec<(String, &'static str, Option<String>, bool)> {
        let here = paths::withdrawals(&self.company.slug);
        let count = |show| match show {
            Show::ToPay => Some(said(self.all_to_pay())),
            Show::Held => Some(said(self.open.iter().map(|open| open.held).sum())),
            Show::All | Show::Paid | Show::Failed | Show::Cancelled => None,
        };
        Show::EACH
            .iter()
            .map(|show| (paths::with_query(&here, &[("status", show.word())]), show.label(), count(*show), *show == self.show))
            .collect()
    }

    fn all_to_pay(&self) -> i64 {
        self.open.iter().map(|open| open.to_pay).sum()
    }

    /// Whether there are so many to pay that nobody knows what they come to.
    fn is_cut(&self) -> bool {
        self.all_to_pay() > MOST
    }

    /// "3 withdrawals" to pay, "€1,240.00", by currency; of too many only that they are.
    fn to_pay(&self) -> Vec<(String, Option<String>)> {
        let counted = |count: i64| format!("{} {}", said(count), if count == 1 { "withdrawal" } else { "withdrawals" });
        if self.is_cut() {
            return vec![(counted(self.all_to_pay()), None)];
        }
        let owed = self.open.iter().filter(|open| open.to_pay > 0);
        owed.map(|open| (counted(open.to_pay), Some(Money::new(open.to_pay_amount, &open.currency).to_string()))).collect()
    }

    /// How many of those to pay are in a file that was made before.
    fn exported(&self) -> Option<String> {
        let count: i64 = self.open.iter().map(|open| open.to_pay - open.to_export).sum();
        (count > 0 && !self.is_cut()).then(|| said(count))
    }

    /// "Export 12 for payment", "Export the oldest 500 of 1,240 for payment"; nothing where nothing would be in the next file.
    fn export(&self) -> Option<String> {
        let count: i64 = self.open.iter().map(|open| open.to_export).sum();
        let most = export::MOST as i64;
        match count {
            0 if self.is_cut() => Some("Export for payment".to_owned()),
            0 => None,
            few if few <= most => Some(format!("Export {few} for payment")),
            many => Some(format!("Export the oldest {most} of {} for payment", said(many))),
        }
    }

    fn is_all(&self) -> bool {
        self.show == Show::All
    }

    fn marks_several(&self) -> bool {
        self.rows.iter().any(|row| row.is_markable)
    }

    fn words(&self) -> String {
        format!("{PAGE_SIZE} per page")
    }
}

impl Row {
    fn of<P>(by: &Authorized<P>, line: &Line, now: DateTime<Utc>) -> Self {
        let (slug, zone, may_pay) = (&by.company.slug, by.user.zone(), by.may(StaffPermission::PayOut));
        Self {
            id: line.id.to_string(),
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
            is_markable: may_pay && line.may_be_marked_by(by.user.id),
        }
    }
}
