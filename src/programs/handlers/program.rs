//! A program, with its form for those who may write it.

use super::NAME_TAKEN;
use crate::{
    access::{Authorized, may},
    companies::{Company, StaffPermission, rail::CompanyTab},
    db::Db,
    error::Result,
    ids::ProgramId,
    paths,
    programs::{
        Edited, Program, ProgramChange, ProgramEdit, Terms,
        fields::{read_destination, read_terms},
        list::ProgramDetail,
        program::DESCRIPTION_LENGTH,
    },
    web::{Flash, Form, FormErrors, Frame, Layout, Moment, Redirect, page, pagination::said, refused},
    words::NAME_LENGTH,
};
use actix_web::{HttpResponse, web::Path};
use askama::Template;
use chrono::Utc;
use serde::Deserialize;

const TERMS_MOVED_ON: &str = "Somebody published other terms meanwhile. They stand below now: change them again, or leave them";

/// What the page of a program sends. `version` is the one of the terms that stood in it.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct ProgramForm {
    name: String,
    description: String,
    destination: String,
    open: String,
    terms: String,
    version: String,
}

#[derive(Template)]
#[template(path = "programs/program.html")]
struct ProgramPage {
    frame: Frame,
    company: Company,
    may_write: bool,
    program: Program,
    terms: Option<(Terms, Moment)>,
    partners: i64,
    errors: FormErrors,
    form: ProgramForm,
}

impl ProgramForm {
    fn of(program: &Program, terms: Option<&Terms>) -> Self {
        let Program { name, description, destination, open, .. } = program.clone();
        Self {
            name,
            description,
            destination,
            open: if open { "true".into() } else { String::new() },
            terms: terms.map(|terms| terms.body.clone()).unwrap_or_default(),
            version: terms.map_or(0, |terms| terms.number).to_string(),
        }
    }

    fn parse(&self) -> std::result::Result<ProgramEdit, FormErrors> {
        let mut errors = FormErrors::none();
        let name = errors.line("name", "the program's name", &self.name, NAME_LENGTH);
        let description = errors.lines("description", "the description", &self.description, DESCRIPTION_LENGTH);
        let destination = read_destination(&mut errors, &self.destination);
        let terms = read_terms(&mut errors, &self.terms);
        let change = ProgramChange { name, description, destination, open: !self.open.is_empty() };
        let terms_seen = self.version.parse().unwrap_or(0);
        if errors.is_empty() { Ok(ProgramEdit { change, terms, terms_seen }) } else { Err(errors) }
    }
}

/// A program, with its form for those who may write it.
pub async fn show(by: Authorized<may::SeePartners>, path: Path<(String, ProgramId)>, layout: Layout, db: Db) -> Result<HttpResponse> {
    let (company, id) = (by.company.id, path.1);
    let detail = db.run(move |conn| ProgramDetail::read(conn, company, id)).await?;
    page(&ProgramPage::new(&by, layout, detail))
}

/// Changes a program.
pub async fn edit(
    by: Authorized<may::WritePrograms>,
    path: Path<(String, ProgramId)>,
    Form(form): Form<ProgramForm>,
    layout: Layout,
    flash: Flash,
    db: Db,
) -> Redirect {
    let id = path.1;
    let edit = match form.parse() {
        Ok(edit) => edit,
        Err(errors) => return again(&by, layout, &db, id, form, errors).await,
    };
    let (actor, staff) = (by.actor.clone(), by.staff.clone());
    match db.run(move |conn| Program::edit(conn, &actor, &staff, id, &edit)).await? {
        Edited::Saved(program, published) => {
            let terms = published.map_or_else(String::new, |number| format!("Version {number} of its terms is in force."));
            flash.ok(paths::program(&by.company.slug, id), format!("{} is saved.", program.name), terms)
        }
        Edited::NameTaken => again(&by, layout, &db, id, form, FormErrors::one("name", NAME_TAKEN)).await,
        Edited::TermsMovedOn => {
            // The text in force takes the place of the one that would undo it; all else that was typed stays.
            let form = ProgramForm { terms: String::new(), version: String::new(), ..form };
            again(&by, layout, &db, id, form, FormErrors::one("terms", TERMS_MOVED_ON)).await
        }
    }
}

/// The page of a program with what was typed and what to correct; without a version, with the terms in force.
async fn again(
    by: &Authorized<may::WritePrograms>,
    layout: Layout,
    db: &Db,
    id: ProgramId,
    mut form: ProgramForm,
    errors: FormErrors,
) -> Redirect {
    let company = by.company.id;
    let detail = db.run(move |conn| ProgramDetail::read(conn, company, id)).await?;
    let page = ProgramPage::new(by, layout, detail);
    if form.version.is_empty() {
        (form.terms, form.version) = (page.form.terms.clone(), page.form.version.clone());
    }
    refused(&ProgramPage { frame: page.frame.clone().with_errors(), errors, form, ..page })
}

impl ProgramPage {
    fn new<P>(by: &Authorized<P>, layout: Layout, detail: ProgramDetail) -> Self {
        let ProgramDetail { program, terms, partners } = detail;
        let form = ProgramForm::of(&program, terms.as_ref());
        let published = |terms: &Terms| Moment::new(terms.published_at, Utc::now(), by.user.zone());
        Self {
            frame: by.frame(layout, CompanyTab::Programs, &program.name),
            company: by.company.clone(),
            may_write: by.may(StaffPermission::WritePrograms),
            terms: terms.map(|terms| {
                let at = published(&terms);
                (terms, at)
            }),
            program,
            partners,
            errors: FormErrors::none(),
            form,
        }
    }

    fn partners(&self) -> String {
        if self.partners == 1 { "1 partner".to_owned() } else { format!("{} partners", said(self.partners)) }
    }
    fn terms_hint(&self) -> String {
        match &self.terms {
            Some((terms, since)) => {
                format!("Version {}, in force since {}. A changed text becomes version {}.", terms.number, since.date, terms.number + 1)
            }
            None => "The text becomes version 1. Teams accept it when they join.".to_owned(),
        }
    }
}
