//! The company's settings of links: the hosts that they may lead to (S53).

use crate::{
    access::{Authorized, may},
    companies::{Company, rail::CompanyTab},
    db::Db,
    error::Result,
    paths,
    programs::hosts::{self, ListedHost, Unlisted},
    web::{Flash, Form, FormErrors, Frame, Layout, Moment, Redirect, page, refused},
};
use actix_web::{HttpResponse, web::Path};
use askama::Template;
use chrono::Utc;
use serde::Deserialize;

/// A host, as the browser sent it.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct HostForm {
    host: String,
}

#[derive(Template)]
#[template(path = "links/hosts.html")]
struct HostsPage {
    frame: Frame,
    errors: FormErrors,
    company: Company,
    typed: String,
    hosts: Vec<(ListedHost, Moment)>,
}

#[derive(Template)]
#[template(path = "links/host_removal.html")]
struct RemovalPage {
    frame: Frame,
    company: Company,
    h1: String,
    host: ListedHost,
}

/// The settings of links.
pub async fn show(by: Authorized<may::Administer>, layout: Layout, db: Db) -> Result<HttpResponse> {
    page(&HostsPage::read(&by, layout, &db, String::new(), FormErrors::none()).await?)
}

/// Lists a host.
pub async fn add(by: Authorized<may::Administer>, Form(form): Form<HostForm>, layout: Layout, flash: Flash, db: Db) -> Redirect {
    let Some(host) = hosts::parse(&form.host) else {
        let errors = FormErrors::one("host", "Enter the name of a host, like www.example.com");
        return refused(&HostsPage::read(&by, layout, &db, form.host, errors).await?);
    };
    let (actor, staff, wanted, back) = (by.actor.clone(), by.staff.clone(), host.clone(), paths::company_settings(&by.company.slug));
    if db.run(move |conn| hosts::add(conn, &actor, &staff, &wanted)).await? {
        flash.ok(back, format!("Links may lead to {host} now."), "")
    } else {
        flash.info(back, format!("{host} was listed already."), "Nothing was changed.")
    }
}

/// What taking a host off the list would do.
pub async fn removal(by: Authorized<may::Administer>, path: Path<(String, String)>, layout: Layout, db: Db) -> Result<HttpResponse> {
    page(&RemovalPage::read(&by, path.into_inner().1, layout, &db).await?)
}

/// Takes a host off the list, where no program leads there.
pub async fn remove(by: Authorized<may::Administer>, path: Path<(String, String)>, layout: Layout, flash: Flash, db: Db) -> Redirect {
    let (actor, staff, host) = (by.actor.clone(), by.staff.clone(), path.into_inner().1);
    let wanted = host.clone();
    match db.run(move |conn| hosts::remove(conn, &actor, &staff, &wanted)).await? {
        Unlisted::Done => flash.ok(paths::company_settings(&by.company.slug), format!("Links may lead to {host} no longer."), ""),
        Unlisted::LedTo(_) => refused(&RemovalPage::read(&by, host, layout, &db).await?),
    }
}

impl HostsPage {
    async fn read(by: &Authorized<may::Administer>, layout: Layout, db: &Db, typed: String, errors: FormErrors) -> Result<Self> {
        let (company, now, zone) = (by.company.id, Utc::now(), by.user.zone());
        let hosts = db.run(move |conn| ListedHost::all(conn, company)).await?;
        let frame = by.frame(layout, CompanyTab::Settings, "Settings");
        Ok(Self {
            frame: if errors.is_empty() { frame } else { frame.with_errors() },
            errors,
            company: by.company.clone(),
            typed,
            hosts: hosts.into_iter().map(|host| (host.clone(), Moment::new(host.added_at, now, zone))).collect(),
        })
    }
}

impl RemovalPage {
    async fn read(by: &Authorized<may::Administer>, host: String, layout: Layout, db: &Db) -> Result<Self> {
        let company = by.company.id;
        let host = db.run(move |conn| ListedHost::find(conn, company, &host)).await?;
        let h1 = format!("Take {} off the list?", host.host);
        Ok(Self { frame: by.frame(layout, CompanyTab::Settings, &h1), company: by.company.clone(), h1, host })
    }
}
