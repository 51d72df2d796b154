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
        Program, ProgramChange, Written, fields::read_destination, hosts, list::ProgramDetail, program::DESCRIPTION_LENGTH,
        versions::AnswerCounts,
    },
    web::{Flash, Form, FormErrors, Frame, Layout, Redirect, page, pagination::said, refused},
    words::NAME_LENGTH,
};
use actix_web::{HttpResponse, web::Path};
use askama::Template;
use serde::Deserialize;

/// What the page of a program sends.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct ProgramForm {
    name: String,
    description: String,
    destination: String,
    open: String,
}

#[derive(Template)]
#[template(path = "programs/program.html")]
struct ProgramPage {
    frame: Frame,
    company: Company,
    may_write: bool,
    id: ProgramId,
    program: Program,
    teams: AnswerCounts,
    errors: FormErrors,
    form: ProgramForm,
}

impl ProgramForm {
    fn of(program: &Program) -> Self {
        let Program { name, description, destination, open, .. } = program.clone();
        Self { name, description, destination, open: if open { "true".into() } else { String::new() } }
    }

    fn parse(&self) -> std::result::Result<ProgramChange, FormErrors> {
        let mut errors = FormErrors::none();
        let name = errors.line("name", "the program's name", &self.name, NAME_LENGTH);
        let description = errors.lines("description", "the description", &self.description, DESCRIPTION_LENGTH);
        let destination = read_destination(&mut errors, &self.destination);
        let change = ProgramChange { name, description, destination, open: !self.open.is_empty() };
        if errors.is_empty() { Ok(change) } else { Err(errors) }
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
    let change = match form.parse() {
        Ok(change) => change,
        Err(errors) => return again(&by, layout, &db, id, form, errors).await,
    };
    let (actor, staff) = (by.actor.clone(), by.staff.clone());
    match db.run(move |conn| Program::edit(conn, &actor, &staff, id, &change)).await? {
        Written::Saved(program) => flash.ok(paths::program(&by.company.slug, id), format!("{} is saved.", program.name), ""),
        Written::NameTaken => again(&by, layout, &db, id, form, FormErrors::one("name", NAME_TAKEN)).await,
        Written::HostUnlisted(host) => again(&by, layout, &db, id, form, FormErrors::one("destination", hosts::says(&host))).await,
    }
}

/// The page of a program with what was typed and what to correct.
async fn again(
    by: &Authorized<may::WritePrograms>,
    layout: Layout,
    db: &Db,
    id: ProgramId,
    form: ProgramForm,
    errors: FormErrors,
) -> Redirect {
    let company = by.company.id;
    let detail = db.run(move |conn| ProgramDetail::read(conn, company, id)).await?;
    let page = ProgramPage::new(by, layout, detail);
    refused(&ProgramPage { frame: page.frame.clone().with_errors(), errors, form, ..page })
}

impl ProgramPage {
    fn new<P>(by: &Authorized<P>, layout: Layout, detail: ProgramDetail) -> Self {
        let ProgramDetail { program, teams } = detail;
        Self {
            frame: by.frame(layout, CompanyTab::Programs, &program.name),
            company: by.company.clone(),
            may_write: by.may(StaffPermission::WritePrograms),
            id: program.id,
            form: ProgramForm::of(&program),
            program,
            teams,
            errors: FormErrors::none(),
        }
    }

    fn partners(&self) -> String {
        match self.teams.due + self.teams.accepted {
            1 => "1 partner".to_owned(),
            many => format!("{} partners", said(many)),
        }
    }
}
