//! A company's referrals: searched, narrowed, paged (rule 30).

use super::{look, noticed};
use crate::{
    access::{Authorized, may},
    companies::{Company, rail::CompanyTab},
    db::Db,
    error::Result,
    paths,
    referrals::{
        ReferralStatus,
        list::{Filter, ReferralRow, Totals},
    },
    search::{Marked, Search},
    web::{
        Frame, Layout, Moment, page,
        pagination::{PAGE_SIZE, Page, Start, said},
    },
};
use actix_web::{HttpResponse, web::Query};
use askama::Template;
use chrono::Utc;
use serde::Deserialize;

/// Of the list's address.
#[derive(Debug, Default, Clone, Deserialize)]
#[serde(default)]
pub struct ListQuery {
    q: String,
    status: String,
    team: String,
    after: String,
    before: String,
}

#[derive(Template)]
#[template(path = "referrals/company.html")]
struct ListPage {
    frame: Frame,
    company: Company,
    here: String,
    query: ListQuery,
    status: Option<ReferralStatus>,
    totals: Totals,
    rows: Vec<Row>,
    previous: Option<String>,
    next: Option<String>,
}

struct Row {
    href: String,
    name: Marked,
    second: Marked,
    program: String,
    team: String,
    member: String,
    badge: (&'static str, &'static str, &'static str),
    noticed: Option<&'static str>,
    sale: Option<String>,
    /// "$500 left", where some of it was taken back.
    left: Option<String>,
    sent: Moment,
}

impl ListQuery {
    fn filter(&self) -> Filter {
        Filter {
            status: ReferralStatus::parse(&self.status),
            team: Some(self.team.clone()).filter(|slug| !slug.is_empty() && !slug.contains('\0')),
            search: Search::of(&self.q),
        }
    }

    /// The list's address with these parts instead.
    fn with(&self, here: &str, instead: &[(&str, &str)]) -> String {
        let own = [("q", self.q.as_str()), ("status", &self.status), ("team", &self.team)];
        let own = own.into_iter().filter(|(name, _)| !instead.iter().any(|(other, _)| other == name));
        paths::with_query(here, &own.chain(instead.iter().copied()).collect::<Vec<_>>())
    }
}

/// The list.
pub async fn index(by: Authorized<may::SeePartners>, Query(query): Query<ListQuery>, layout: Layout, db: Db) -> Result<HttpResponse> {
    let (company, filter, start) = (by.company.id, query.filter(), Start::from_query(&query.after, &query.before));
    let (rows, totals, filter) = db
        .run(move |conn| {
            let rows = ReferralRow::of_company(conn, company, &filter, start)?;
            Totals::of(conn, company, &filter).map(|totals| (rows, totals, filter))
        })
        .await?;
    let frame = by.frame(layout, CompanyTab::Referrals, "Referrals");
    page(&ListPage::new(&by, frame, query, &filter, rows, totals))
}

impl ListPage {
    fn new(
        by: &Authorized<may::SeePartners>,
        frame: Frame,
        query: ListQuery,
        filter: &Filter,
        rows: Page<ReferralRow>,
        totals: Totals,
    ) -> Self {
        let here = paths::referrals(&by.company.slug);
        let query = ListQuery {
            q: filter.search.as_ref().map_or_else(String::new, |search| search.typed().to_owned()),
            status: filter.status.map_or_else(String::new, |status| status.to_string()),
            team: filter.team.clone().unwrap_or_default(),
            ..query
        };
        Self {
            frame,
            company: by.company.clone(),
            status: filter.status,
            rows: rows.rows.iter().map(|row| Row::new(by, row, filter.search.as_ref())).collect(),
            previous: rows.previous.map(|cursor| query.with(&here, &[("before", &cursor)])),
            next: rows.next.map(|cursor| query.with(&here, &[("after", &cursor)])),
            here,
            query,
            totals,
        }
    }

    /// The list without one of its filters.
    fn without(&self, name: &str) -> String {
        self.query.with(&self.here, &[(name, "")])
    }

    fn is_narrowed(&self) -> bool {
        !self.query.q.is_empty() || self.is_filtered()
    }

    /// Whether something but the search narrows it.
    fn is_filtered(&self) -> bool {
        self.status.is_some() || !self.query.team.is_empty()
    }

    /// Of the team's filter.
    fn team(&self) -> &str {
        self.totals.team.as_deref().unwrap_or(&self.query.team)
    }

    fn found(&self) -> String {
        let found = if self.is_narrowed() { self.totals.found } else { self.totals.all };
        format!("{} {}", said(found), if found == 1 { "referral" } else { "referrals" })
    }

    /// "3 wait for a decision"; nothing where none does, or where the list shows one state alone.
    fn waiting(&self) -> Option<String> {
        match self.totals.new {
            0 => None,
            1 => Some("1 waits for a decision".to_owned()),
            new => Some(format!("{} wait for a decision", said(new))),
        }
    }

    fn words(&self) -> String {
        format!("{PAGE_SIZE} per page · {}", self.found())
    }
}

impl Row {
    fn new(by: &Authorized<may::SeePartners>, row: &ReferralRow, search: Option<&Search>) -> Self {
        let (kind, icon) = look(row.status);
        let second = if row.organisation.is_empty() { row.email.clone() } else { format!("{} · {}", row.organisation, row.email) };
        Self {
            href: paths::referral(&by.company.slug, row.id),
            name: Marked::new(&row.name, search),
            second: Marked::new(&second, search),
            program: row.program.clone(),
            team: row.team.clone(),
            member: row.member.clone(),
            badge: (row.status.label(), kind, icon),
            noticed: noticed(row.self_referral, row.is_duplicate, row.known_customer),
            sale: row.sale().map(|sale| sale.to_string()),
            left: row.left().map(|left| format!("{left} left")),
            sent: Moment::new(row.created_at, Utc::now(), by.user.zone()),
        }
    }
}
