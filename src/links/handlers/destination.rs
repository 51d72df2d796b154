//! One further destination of a program: what is written about it, and retiring it.

use super::program::{DestinationForm, NAME_TAKEN};
use crate::{
    access::{Authorized, may},
    companies::{Company, StaffPermission, rail::CompanyTab},
    db::Db,
    error::Result,
    ids::{DestinationId, ProgramId},
    links::{
        Destination, DestinationKind,
        destination::{self, Changed},
    },
    paths,
    programs::hosts,
    web::{Flash, Form, FormErrors, Frame, Layout, Redirect, page, refused},
    words::counted,
};
use actix_web::{HttpResponse, web::Path};
use askama::Template;

#[derive(Template)]
#[template(path = "links/destination.html")]
struct DestinationPage {
    frame: Frame,
    company: Company,
    may_write: bool,
    program: String,
    of: Destination,
    /// How many links lead there.
    links: i64,
    errors: FormErrors,
    form: DestinationForm,
}

type At = Path<(String, ProgramId, DestinationId)>;

/// The page.
pub async fn show(by: Authorized<may::SeePartners>, at: At, layout: Layout, db: Db) -> Result<HttpResponse> {
    page(&DestinationPage::read(&by, &at, layout, &db).await?)
}

/// Changes its name, or where it leads.
pub async fn edit(
    by: Authorized<may::WritePrograms>,
    at: At,
    Form(form): Form<DestinationForm>,
    layout: Layout,
    flash: Flash,
    db: Db,
) -> Redirect {
    let mut errors = FormErrors::none();
    let text = form.text(&mut errors);
    if !errors.is_empty() {
        return again(&by, &at, layout, &db, form, errors).await;
    }
    let (program, id, actor, staff, wanted) = (at.1, at.2, by.actor.clone(), by.staff.clone(), text.clone());
    let back = paths::program_links(&by.company.slug, program);
    match db.run(move |conn| destination::change(conn, &actor, &staff, program, id, &wanted)).await? {
        Changed::Done => flash.ok(back, format!("{} is saved.", text.name), "Links that lead there follow at once."),
        Changed::Same => flash.info(back, "Nothing changed.", ""),
        Changed::NameTaken => again(&by, &at, layout, &db, form, FormErrors::one("name", NAME_TAKEN)).await,
        Changed::HostUnlisted(host) => again(&by, &at, layout, &db, form, FormErrors::one("url", hosts::says(&host))).await,
    }
}

/// Retires it.
pub async fn retire(by: Authorized<may::WritePrograms>, at: At, flash: Flash, db: Db) -> Redirect {
    let (program, id, actor, staff) = (at.1, at.2, by.actor.clone(), by.staff.clone());
    let back = paths::program_links(&by.company.slug, program);
    if db.run(move |conn| destination::retire(conn, &actor, &staff, program, id)).await? {
        flash.ok(back, "The destination is retired.", "No new links lead there; those that do go on.")
    } else {
        flash.info(back, "The destination was retired already.", "")
    }
}

/// The page with what was typed and what to correct.
async fn again(
    by: &Authorized<may::WritePrograms>,
    at: &At,
    layout: Layout,
    db: &Db,
    form: DestinationForm,
    errors: FormErrors,
) -> Redirect {
    let page = DestinationPage::read(by, at, layout, db).await?;
    refused(&DestinationPage { frame: page.frame.clone().with_errors(), form, errors, ..page })
}

impl DestinationPage {
    async fn read<P>(by: &Authorized<P>, at: &At, layout: Layout, db: &Db) -> Result<Self> {
        let (company, program, id) = (by.company.id, at.1, at.2);
        let (of, program, links) = db.run(move |conn| Destination::find(conn, company, program, id)).await?;
        Ok(Self {
            frame: by.frame(layout, CompanyTab::Programs, &of.name),
            company: by.company.clone(),
            may_write: by.may(StaffPermission::WritePrograms),
            program,
            links,
            errors: FormErrors::none(),
            form: DestinationForm { name: of.name.clone(), url: of.url.clone().unwrap_or_default(), ..DestinationForm::default() },
            of,
        })
    }

    fn is_default(&self) -> bool {
        self.of.kind == DestinationKind::Default
    }

    fn url_hint(&self) -> &'static str {
        if self.of.url.is_some() {
            "Links that lead there follow at once."
        } else {
            "Its links lead where the program does until you write another."
        }
    }

    fn links_words(&self) -> String {
        format!("{} {} there", counted(self.links, "link"), if self.links == 1 { "leads" } else { "lead" })
    }
}
