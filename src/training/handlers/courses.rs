//! A company's courses: the list, one of them, a new one, the programs it is given to.

use crate::{
    access::{Authorized, may},
    companies::{Company, StaffPermission, rail::CompanyTab},
    db::Db,
    error::{Error, Result},
    ids::{CourseId, ProgramId},
    paths,
    training::{Course, CourseDetail, CourseRow, CourseText, Gift, Given, LessonRow, Written, course::DESCRIPTION_LENGTH},
    web::{Flash, Form, FormErrors, Frame, Layout, Redirect, page, pagination::Start, refused, see_other},
    words::{NAME_LENGTH, counted},
};
use actix_web::{
    HttpResponse,
    web::{Path, Query},
};
use askama::Template;
use serde::Deserialize;
use std::collections::BTreeSet;

const NAME_TAKEN: &str = "Choose another name: the company has a course of this one";

/// What the address says of the list.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct ListQuery {
    after: String,
    before: String,
}

/// What the pages of a course send.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct CourseForm {
    name: String,
    description: String,
}

/// Ids of programs: those that have the course, and those that require it, which have it for that.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct GiveForm {
    program: Vec<String>,
    required: Vec<String>,
}

#[derive(Template)]
#[template(path = "training/list.html")]
struct ListPage {
    frame: Frame,
    company: Company,
    may_write: bool,
    rows: Vec<CourseRow>,
    previous: Option<String>,
    next: Option<String>,
}

#[derive(Template)]
#[template(path = "training/new.html")]
struct NewPage {
    frame: Frame,
    company: Company,
    errors: FormErrors,
    form: CourseForm,
}

#[derive(Template)]
#[template(path = "training/course.html")]
struct CoursePage {
    frame: Frame,
    company: Company,
    may_write: bool,
    course: Course,
    lessons: Vec<LessonRow>,
    programs: Vec<Given>,
    errors: FormErrors,
    form: CourseForm,
}

impl CourseForm {
    fn parse(&self) -> std::result::Result<CourseText, FormErrors> {
        let mut errors = FormErrors::none();
        let name = errors.line("name", "the course's name", &self.name, NAME_LENGTH);
        let description = errors.lines("description", "the description", &self.description, DESCRIPTION_LENGTH);
        if errors.is_empty() { Ok(CourseText { name, description }) } else { Err(errors) }
    }
}

impl GiveForm {
    /// The form has boxes alone: what is no id came from no page of ours.
    fn parse(&self) -> Result<Vec<Gift>> {
        let ids = |texts: &[String]| -> Result<BTreeSet<ProgramId>> {
            texts.iter().map(|text| text.parse::<ProgramId>().map_err(|_| Error::NotFound)).collect()
        };
        let (given, required) = (ids(&self.program)?, ids(&self.required)?);
        Ok(given.union(&required).map(|program| Gift { program: *program, required: required.contains(program) }).collect())
    }
}

/// The company's courses.
pub async fn index(by: Authorized<may::SeePartners>, Query(query): Query<ListQuery>, layout: Layout, db: Db) -> Result<HttpResponse> {
    let (company, start) = (by.company.id, Start::from_query(&query.after, &query.before));
    let courses = db.run(move |conn| CourseRow::page(conn, company, start)).await?;
    let here = paths::courses(&by.company.slug);
    if courses.rows.is_empty() && start != Start::First {
        return see_other(here);
    }
    page(&ListPage {
        frame: by.frame(layout, CompanyTab::Training, CompanyTab::Training.label()),
        company: by.company.clone(),
        may_write: by.may(StaffPermission::WritePrograms),
        rows: courses.rows,
        previous: courses.previous.map(|cursor| paths::with_query(&here, &[("before", &cursor)])),
        next: courses.next.map(|cursor| paths::with_query(&here, &[("after", &cursor)])),
    })
}

/// The form of a new course.
pub async fn new(by: Authorized<may::WritePrograms>, layout: Layout) -> Result<HttpResponse> {
    page(&NewPage::new(&by, layout, CourseForm::default(), FormErrors::none()))
}

/// Makes a course.
pub async fn create(by: Authorized<may::WritePrograms>, Form(form): Form<CourseForm>, layout: Layout, flash: Flash, db: Db) -> Redirect {
    let text = match form.parse() {
        Ok(text) => text,
        Err(errors) => return refused(&NewPage::new(&by, layout, form, errors)),
    };
    let (actor, staff) = (by.actor.clone(), by.staff.clone());
    match db.run(move |conn| Course::add(conn, &actor, &staff, &text)).await? {
        Written::Saved(course) => {
            let path = paths::course(&by.company.slug, course.id);
            flash.ok(path, format!("{} is made.", course.name), "Write its first lesson; nobody sees it before it is published.")
        }
        Written::NameTaken => refused(&NewPage::new(&by, layout, form, FormErrors::one("name", NAME_TAKEN))),
    }
}

/// A course, with its forms for those who may write it.
pub async fn show(by: Authorized<may::SeePartners>, path: Path<(String, CourseId)>, layout: Layout, db: Db) -> Result<HttpResponse> {
    let (company, id) = (by.company.id, path.1);
    let detail = db.run(move |conn| CourseDetail::read(conn, company, id)).await?;
    page(&CoursePage::new(&by, layout, detail))
}

/// Changes what is written about a course.
pub async fn edit(
    by: Authorized<may::WritePrograms>,
    path: Path<(String, CourseId)>,
    Form(form): Form<CourseForm>,
    layout: Layout,
    flash: Flash,
    db: Db,
) -> Redirect {
    let id = path.1;
    let text = match form.parse() {
        Ok(text) => text,
        Err(errors) => return again(&by, layout, &db, id, form, errors).await,
    };
    let (actor, staff) = (by.actor.clone(), by.staff.clone());
    match db.run(move |conn| Course::edit(conn, &actor, &staff, id, &text)).await? {
        Written::Saved(course) => flash.ok(paths::course(&by.company.slug, id), format!("{} is saved.", course.name), ""),
        Written::NameTaken => again(&by, layout, &db, id, form, FormErrors::one("name", NAME_TAKEN)).await,
    }
}

/// Gives a course to the ticked programs and to no others.
pub async fn give(
    by: Authorized<may::WritePrograms>,
    path: Path<(String, CourseId)>,
    Form(form): Form<GiveForm>,
    flash: Flash,
    db: Db,
) -> Redirect {
    let (id, gifts) = (path.1, form.parse()?);
    let programs = gifts.len() as i64;
    let (actor, staff) = (by.actor.clone(), by.staff.clone());
    let course = db.run(move |conn| Course::give(conn, &actor, &staff, id, &gifts)).await?;
    let fact = match programs {
        0 => format!("{} is given to no program.", course.name),
        _ => format!("{} is given to {}.", course.name, counted(programs, "program")),
    };
    let rest =
        if programs == 0 { "Members no longer see it; what they have done is kept." } else { "Their members see its published lessons." };
    flash.ok(paths::course(&by.company.slug, id), fact, rest)
}

/// The page of a course with what was typed and what to correct.
async fn again(
    by: &Authorized<may::WritePrograms>,
    layout: Layout,
    db: &Db,
    id: CourseId,
    form: CourseForm,
    errors: FormErrors,
) -> Redirect {
    let company = by.company.id;
    let detail = db.run(move |conn| CourseDetail::read(conn, company, id)).await?;
    let page = CoursePage::new(by, layout, detail);
    refused(&CoursePage { frame: page.frame.clone().with_errors(), errors, form, ..page })
}

impl ListPage {
    /// "5 lessons · 1 draft".
    fn lessons(&self, row: &&CourseRow) -> String {
        let drafts = || counted(row.drafts, "draft");
        match (row.published, row.drafts) {
            (0, 0) => "None yet".to_owned(),
            (0, _) => drafts(),
            (published, 0) => counted(published, "lesson"),
            (published, _) => format!("{} · {}", counted(published, "lesson"), drafts()),
        }
    }
}

impl NewPage {
    fn new(by: &Authorized<may::WritePrograms>, layout: Layout, form: CourseForm, errors: FormErrors) -> Self {
        let frame = by.frame(layout, CompanyTab::Training, "Make a course");
        let frame = if errors.is_empty() { frame } else { frame.with_errors() };
        Self { frame, company: by.company.clone(), errors, form }
    }
}

impl CoursePage {
    fn new<P>(by: &Authorized<P>, layout: Layout, detail: CourseDetail) -> Self {
        let CourseDetail { course, lessons, programs } = detail;
        Self {
            frame: by.frame(layout, CompanyTab::Training, &course.name),
            company: by.company.clone(),
            may_write: by.may(StaffPermission::WritePrograms),
            form: CourseForm { name: course.name.clone(), description: course.description.clone() },
            course,
            lessons,
            programs,
            errors: FormErrors::none(),
        }
    }

    /// "3 published lessons", "2 drafts".
    fn facts(&self) -> Vec<String> {
        let published = self.lessons.iter().filter(|lesson| lesson.published_at.is_some()).count() as i64;
        let drafts = self.lessons.len() as i64 - published;
        let given = self.programs.iter().filter(|program| program.required.is_some()).count() as i64;
        let drafts = (drafts > 0).then(|| counted(drafts, "draft"));
        let given = if given == 0 { "Given to no program".to_owned() } else { format!("Given to {}", counted(given, "program")) };
        [Some(counted(published, "published lesson")), drafts, Some(given)].into_iter().flatten().collect()
    }
    fn is_given_nowhere(&self) -> bool {
        self.programs.iter().all(|program| program.required.is_none())
    }
    fn href(&self, lesson: &&LessonRow) -> String {
        paths::lesson(&self.company.slug, self.course.id, lesson.id)
    }
    fn action(&self, lesson: &&LessonRow, noun: &str) -> String {
        paths::lesson_action(&self.company.slug, self.course.id, lesson.id, noun)
    }
}
