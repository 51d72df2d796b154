//! Writing the next version of a program's terms: a look at it first, then publishing.

use crate::{
    access::{Authorized, may},
    companies::{Company, rail::CompanyTab},
    db::Db,
    error::Result,
    ids::{ProgramId, TermsId},
    mail::Mailer,
    paths,
    programs::{
        changes::{self, Part},
        fields::read_terms,
        publishing::{self, Draft, Published, Writing},
    },
    web::{Flash, Form, FormErrors, Frame, Layout, Prose, Redirect, page, refused},
};
use actix_web::{HttpResponse, web::Path};
use askama::Template;
use serde::Deserialize;

/// What the page of a new version sends.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct TermsForm {
    /// The id that the version will have (R15).
    draft: String,
    /// The version that stood in the page when it was written.
    version: String,
    terms: String,
    /// "preview", where that button was pressed.
    answer: String,
}

#[derive(Template)]
#[template(path = "programs/new_terms.html")]
struct NewTermsPage {
    frame: Frame,
    company: Company,
    id: ProgramId,
    program: String,
    h1: String,
    in_force: i32,
    errors: FormErrors,
    form: TermsForm,
    preview: Option<Prose>,
    changes: Vec<Part>,
}

type At = Path<(String, ProgramId)>;

impl TermsForm {
    fn parse(&self) -> std::result::Result<Draft, FormErrors> {
        let mut errors = FormErrors::none();
        let body = read_terms(&mut errors, &self.terms);
        let draft = Draft { id: self.id(), body, seen: self.version.parse().unwrap_or(-1) };
        if errors.is_empty() { Ok(draft) } else { Err(errors) }
    }

    fn id(&self) -> TermsId {
        self.draft.parse().unwrap_or_else(|_| TermsId::new())
    }
}

/// The form, with the text in force to begin from.
pub async fn new(by: Authorized<may::WritePrograms>, at: At, layout: Layout, db: Db) -> Result<HttpResponse> {
    let writing = read(&by, &db, at.1).await?;
    let terms = writing.in_force.as_ref().map(|terms| terms.body.clone()).unwrap_or_default();
    let form = TermsForm { terms, ..TermsForm::default() };
    page(&NewTermsPage::of(&by, layout, &writing, form))
}

/// Shows what was written as it will be, or publishes it.
pub async fn publish(
    by: Authorized<may::WritePrograms>,
    at: At,
    Form(form): Form<TermsForm>,
    layout: Layout,
    flash: Flash,
    mailer: Mailer,
    db: Db,
) -> Redirect {
    let id = at.1;
    let draft = match form.parse() {
        Err(errors) => return again(&by, layout, &db, id, form, errors).await,
        Ok(draft) if form.answer == "preview" => {
            let writing = read(&by, &db, id).await?;
            return page(&NewTermsPage::of(&by, layout, &writing, form).with_preview(&writing, &draft.body));
        }
        Ok(draft) => draft,
    };
    let (actor, staff) = (by.actor.clone(), by.staff.clone());
    let back = paths::program_terms(&by.company.slug, id);
    match db.run(move |conn| publishing::publish(conn, &mailer, &actor, &staff, id, &draft)).await? {
        Published::Done(number, told) => flash.ok(back, format!("Version {number} is in force."), told_said(told)),
        Published::Already(number) => flash.info(back, format!("Version {number} was published already."), "Nothing was sent again."),
        Published::Unchanged => {
            again(&by, layout, &db, id, form, FormErrors::one("terms", "Change the text: this one is in force already")).await
        }
        Published::MovedOn => moved_on(&by, layout, &db, id, form).await,
    }
}

fn told_said(told: usize) -> String {
    match told {
        0 => "No team is in the program yet, so nobody was told.".to_owned(),
        1 => "The one person who may accept it for a team has been told by mail.".to_owned(),
        many => format!("{many} people who may accept it for their teams have been told by mail."),
    }
}

async fn read(by: &Authorized<may::WritePrograms>, db: &Db, id: ProgramId) -> Result<Writing> {
    let company = by.company.id;
    db.run(move |conn| Writing::read(conn, company, id)).await
}

/// The same page with what was typed and what to correct.
async fn again(
    by: &Authorized<may::WritePrograms>,
    layout: Layout,
    db: &Db,
    id: ProgramId,
    form: TermsForm,
    errors: FormErrors,
) -> Redirect {
    let writing = read(by, db, id).await?;
    refused(&NewTermsPage { errors, ..NewTermsPage::of(by, layout, &writing, form).refused() })
}

/// What was typed stays, beside what it would change in the text that somebody published meanwhile; sent again, it does so knowingly.
async fn moved_on(by: &Authorized<may::WritePrograms>, layout: Layout, db: &Db, id: ProgramId, form: TermsForm) -> Redirect {
    let writing = read(by, db, id).await?;
    let says =
        format!("Somebody published version {} meanwhile: read below what yours changes in it, then publish again", writing.number());
    let (errors, body) = (FormErrors::one("terms", says), form.terms.clone());
    let form = TermsForm { version: String::new(), ..form };
    refused(&NewTermsPage { errors, ..NewTermsPage::of(by, layout, &writing, form).refused() }.with_preview(&writing, &body))
}

impl NewTermsPage {
    fn of(by: &Authorized<may::WritePrograms>, layout: Layout, writing: &Writing, mut form: TermsForm) -> Self {
        let program = writing.program.name.clone();
        let h1 = format!("Write version {} of the terms", writing.number() + 1);
        if form.version.is_empty() {
            form.version = writing.number().to_string();
        }
        form.draft = form.id().to_string();
        Self {
            frame: by.frame(layout, CompanyTab::Programs, &h1),
            company: by.company.clone(),
            id: writing.program.id,
            program,
            h1,
            in_force: writing.number(),
            errors: FormErrors::none(),
            form,
            preview: None,
            changes: Vec::new(),
        }
    }

    fn refused(self) -> Self {
        Self { frame: self.frame.with_errors(), ..self }
    }

    fn with_preview(self, writing: &Writing, body: &str) -> Self {
        let changes = writing.in_force.as_ref().map(|terms| changes::between(&terms.body, body)).unwrap_or_default();
        Self { preview: Some(Prose::lesson(body)), changes, ..self }
    }
}
