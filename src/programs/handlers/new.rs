//! A new program.

use super::NAME_TAKEN;
use crate::{
    access::{Authorized, may},
    companies::{Company, rail::CompanyTab},
    db::Db,
    error::Result,
    paths,
    programs::{
        Program, ProgramText, Written,
        fields::{CURRENCIES, read_currency, read_destination, read_terms},
        hosts,
        program::DESCRIPTION_LENGTH,
    },
    web::{Flash, Form, FormErrors, Frame, Layout, Redirect, page, refused},
    words::NAME_LENGTH,
};
use actix_web::HttpResponse;
use askama::Template;
use serde::Deserialize;

/// What the page of a new program sends.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct NewProgramForm {
    name: String,
    description: String,
    destination: String,
    currency: String,
    open: String,
    terms: String,
}

#[derive(Template)]
#[template(path = "programs/new.html")]
struct NewPage {
    frame: Frame,
    company: Company,
    errors: FormErrors,
    form: NewProgramForm,
}

impl NewProgramForm {
    fn parse(&self) -> std::result::Result<(ProgramText, String), FormErrors> {
        let mut errors = FormErrors::none();
        let name = errors.line("name", "the program's name", &self.name, NAME_LENGTH);
        let currency = read_currency(&mut errors, &self.currency);
        let description = errors.lines("description", "the description", &self.description, DESCRIPTION_LENGTH);
        let destination = read_destination(&mut errors, &self.destination);
        let terms = read_terms(&mut errors, &self.terms);
        let text = ProgramText { name, description, destination, currency, open: !self.open.is_empty() };
        if errors.is_empty() { Ok((text, terms)) } else { Err(errors) }
    }
}

/// The form of a new program.
pub async fn new(by: Authorized<may::WritePrograms>, layout: Layout) -> Result<HttpResponse> {
    let form = NewProgramForm { currency: "USD".to_owned(), ..NewProgramForm::default() };
    page(&NewPage::new(&by, layout, form, FormErrors::none()))
}

/// Makes a program.
pub async fn create(
    by: Authorized<may::WritePrograms>,
    Form(form): Form<NewProgramForm>,
    layout: Layout,
    flash: Flash,
    db: Db,
) -> Redirect {
    let (text, terms) = match form.parse() {
        Ok(typed) => typed,
        Err(errors) => return refused(&NewPage::new(&by, layout, form, errors)),
    };
    let (actor, staff) = (by.actor.clone(), by.staff.clone());
    match db.run(move |conn| Program::add(conn, &actor, &staff, &text, &terms)).await? {
        Written::Saved(program) => {
            let path = paths::program(&by.company.slug, program.id);
            flash.ok(path, format!("{} is made.", program.name), "Invite the first team into it.")
        }
        Written::NameTaken => refused(&NewPage::new(&by, layout, form, FormErrors::one("name", NAME_TAKEN))),
        Written::HostUnlisted(host) => refused(&NewPage::new(&by, layout, form, FormErrors::one("destination", hosts::says(&host)))),
    }
}

impl NewPage {
    fn new(by: &Authorized<may::WritePrograms>, layout: Layout, form: NewProgramForm, errors: FormErrors) -> Self {
        let frame = by.frame(layout, CompanyTab::Programs, "Make a program");
        let frame = if errors.is_empty() { frame } else { frame.with_errors() };
        Self { frame, company: by.company.clone(), errors, form }
    }
}
