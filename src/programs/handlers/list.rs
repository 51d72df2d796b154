//! The list of programs.

use crate::{
    access::{Authorized, may},
    companies::{Company, StaffPermission, rail::CompanyTab},
    db::Db,
    error::Result,
    paths,
    programs::ProgramRow,
    web::{
        Frame, Layout, page,
        pagination::{Start, said},
        see_other,
    },
};
use actix_web::{HttpResponse, web::Query};
use askama::Template;
use serde::Deserialize;

/// What the address says of the list.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct ListQuery {
    after: String,
    before: String,
}

#[derive(Template)]
#[template(path = "programs/list.html")]
struct ListPage {
    frame: Frame,
    company: Company,
    may_write: bool,
    rows: Vec<ProgramRow>,
    previous: Option<String>,
    next: Option<String>,
}

/// The company's programs.
pub async fn index(by: Authorized<may::SeePartners>, Query(query): Query<ListQuery>, layout: Layout, db: Db) -> Result<HttpResponse> {
    let (company, start) = (by.company.id, Start::from_query(&query.after, &query.before));
    let programs = db.run(move |conn| ProgramRow::page(conn, company, start)).await?;
    let here = paths::programs(&by.company.slug);
    if programs.rows.is_empty() && start != Start::First {
        return see_other(here);
    }
    page(&ListPage {
        frame: by.frame(layout, CompanyTab::Programs, "Programs"),
        company: by.company.clone(),
        may_write: by.may(StaffPermission::WritePrograms),
        rows: programs.rows,
        previous: programs.previous.map(|cursor| paths::with_query(&here, &[("before", &cursor)])),
        next: programs.next.map(|cursor| paths::with_query(&here, &[("after", &cursor)])),
    })
}

impl ListPage {
    fn partners(&self, row: &&ProgramRow) -> String {
        said(row.partners)
    }
}
