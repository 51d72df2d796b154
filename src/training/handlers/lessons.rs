//! The lessons of a course, as its writers see them.

use crate::{
    access::{Authorized, may},
    companies::{Company, StaffPermission, rail::CompanyTab},
    db::Db,
    error::{Error, Result},
    ids::{CourseId, LessonId},
    paths,
    training::{
        Course, Lesson, LessonOf, LessonText,
        lesson::{LESSON_LENGTH, TITLE_LENGTH, Way},
    },
    web::{Flash, Form, FormErrors, Frame, Layout, Prose, Redirect, page, refused, see_other},
};
use actix_web::{HttpResponse, web::Path};
use askama::Template;
use serde::Deserialize;

/// What the pages of a lesson send. With `preview`, nothing is saved.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct LessonForm {
    title: String,
    lesson: String,
    preview: String,
}

/// Where a lesson is: company, course, lesson.
type LessonPath = Path<(String, CourseId, LessonId)>;

#[derive(Template)]
#[template(path = "training/lesson.html")]
struct LessonPage {
    frame: Frame,
    company: Company,
    may_write: bool,
    course: Course,
    /// None for a new one.
    lesson: Option<Lesson>,
    errors: FormErrors,
    form: LessonForm,
    /// The text as members see it: for those who only read, and where a preview is asked for.
    shown: Option<Prose>,
}

impl LessonForm {
    fn parse(&self) -> std::result::Result<LessonText, FormErrors> {
        let mut errors = FormErrors::none();
        let title = errors.line("title", "the lesson's title", &self.title, TITLE_LENGTH);
        let body = errors.lines("lesson", "the lesson", &self.lesson, LESSON_LENGTH);
        if body.is_empty() && errors.get("lesson").is_none() {
            errors.add("lesson", "Write the lesson");
        }
        if errors.is_empty() { Ok(LessonText { title, body }) } else { Err(errors) }
    }
}

/// The form of a new lesson.
pub async fn new(by: Authorized<may::WritePrograms>, path: Path<(String, CourseId)>, layout: Layout, db: Db) -> Result<HttpResponse> {
    let (company, course) = (by.company.id, path.1);
    let course = db.run(move |conn| Course::find(conn, company, course)).await?;
    page(&LessonPage::new(&by, layout, course, None))
}

/// Writes a new lesson, as a draft; or shows what it would look like.
pub async fn create(
    by: Authorized<may::WritePrograms>,
    path: Path<(String, CourseId)>,
    Form(form): Form<LessonForm>,
    layout: Layout,
    flash: Flash,
    db: Db,
) -> Redirect {
    let (company, id) = (by.company.id, path.1);
    let text = match form.parse() {
        Ok(text) if form.preview.is_empty() => text,
        other => {
            let course = db.run(move |conn| Course::find(conn, company, id)).await?;
            return LessonPage::new(&by, layout, course, None).again(form, other.err());
        }
    };
    let (actor, staff) = (by.actor.clone(), by.staff.clone());
    let lesson = db.run(move |conn| Lesson::add(conn, &actor, &staff, id, &text)).await?;
    flash.ok(paths::course(&by.company.slug, id), format!("{} is saved as a draft.", lesson.title), "Members see it once it is published.")
}

/// A lesson: the form for those who may write it, the text for the others.
pub async fn show(by: Authorized<may::SeePartners>, path: LessonPath, layout: Layout, db: Db) -> Result<HttpResponse> {
    let (company, (_, course, id)) = (by.company.id, path.into_inner());
    let LessonOf { course, lesson } = db.run(move |conn| LessonOf::find(conn, company, course, id)).await?;
    page(&LessonPage::new(&by, layout, course, Some(lesson)))
}

/// Saves a lesson, or shows what it would look like.
pub async fn edit(
    by: Authorized<may::WritePrograms>,
    path: LessonPath,
    Form(form): Form<LessonForm>,
    layout: Layout,
    flash: Flash,
    db: Db,
) -> Redirect {
    let (company, (_, course, id)) = (by.company.id, path.into_inner());
    let text = match form.parse() {
        Ok(text) if form.preview.is_empty() => text,
        other => {
            let LessonOf { course, lesson } = db.run(move |conn| LessonOf::find(conn, company, course, id)).await?;
            return LessonPage::new(&by, layout, course, Some(lesson)).again(form, other.err());
        }
    };
    let (actor, staff) = (by.actor.clone(), by.staff.clone());
    let lesson = db.run(move |conn| Lesson::edit(conn, &actor, &staff, course, id, &text)).await?;
    let rest = if lesson.published_at.is_some() { "Members see it as it is now." } else { "It is a draft." };
    flash.ok(paths::course(&by.company.slug, course), format!("{} is saved.", lesson.title), rest)
}

/// Shows a draft to members.
pub async fn publish(by: Authorized<may::WritePrograms>, path: LessonPath, flash: Flash, db: Db) -> Redirect {
    let (_, course, id) = path.into_inner();
    let (actor, staff) = (by.actor.clone(), by.staff.clone());
    let (lesson, is_finished) = db
        .run(move |conn| {
            let lesson = Lesson::publish(conn, &actor, &staff, course, id)?;
            Ok::<_, Error>((lesson, Course::is_finished_by_some(conn, course)?))
        })
        .await?;
    let rest = if is_finished { "Who has finished the course before stays finished, and sees it as new." } else { "Members see it now." };
    flash.ok(paths::course(&by.company.slug, course), format!("{} is published.", lesson.title), rest)
}

/// Makes a published lesson a draft again.
pub async fn retract(by: Authorized<may::WritePrograms>, path: LessonPath, flash: Flash, db: Db) -> Redirect {
    let (_, course, id) = path.into_inner();
    let (actor, staff) = (by.actor.clone(), by.staff.clone());
    let lesson = db.run(move |conn| Lesson::retract(conn, &actor, &staff, course, id)).await?;
    let rest = "Members no longer see it. Who has done it has done it when it is published again.";
    flash.ok(paths::course(&by.company.slug, course), format!("{} is a draft again.", lesson.title), rest)
}

/// One place up.
pub async fn move_up(by: Authorized<may::WritePrograms>, path: LessonPath, db: Db) -> Redirect {
    shift(&by, path, &db, Way::Up).await
}

/// One place down.
pub async fn move_down(by: Authorized<may::WritePrograms>, path: LessonPath, db: Db) -> Redirect {
    shift(&by, path, &db, Way::Down).await
}

async fn shift(by: &Authorized<may::WritePrograms>, path: LessonPath, db: &Db, way: Way) -> Redirect {
    let (_, course, id) = path.into_inner();
    let (actor, staff) = (by.actor.clone(), by.staff.clone());
    db.run(move |conn| Lesson::shift(conn, &actor, &staff, course, id, way)).await?;
    see_other(paths::course_lesson(&by.company.slug, course, id))
}

impl LessonPage {
    fn new<P>(by: &Authorized<P>, layout: Layout, course: Course, lesson: Option<Lesson>) -> Self {
        let may_write = by.may(StaffPermission::WritePrograms);
        let h1 = lesson.as_ref().map_or("Write a lesson", |lesson| &lesson.title);
        Self {
            frame: by.frame(layout, CompanyTab::Training, h1),
            company: by.company.clone(),
            may_write,
            form: lesson.as_ref().map_or_else(LessonForm::default, LessonForm::of),
            shown: lesson.as_ref().filter(|_| !may_write).map(|lesson| Prose::lesson(&lesson.body)),
            course,
            lesson,
            errors: FormErrors::none(),
        }
    }

    /// The page once more: as a preview, or with what to correct.
    fn again(self, form: LessonForm, errors: Option<FormErrors>) -> Redirect {
        match errors {
            Some(errors) => refused(&Self { frame: self.frame.clone().with_errors(), errors, form, ..self }),
            None => page(&Self { shown: Some(Prose::lesson(&form.lesson)), form, ..self }),
        }
    }

    fn action(&self) -> String {
        match &self.lesson {
            Some(lesson) => paths::lesson(&self.company.slug, self.course.id, lesson.id),
            None => paths::lessons(&self.company.slug, self.course.id),
        }
    }
    fn course_href(&self) -> String {
        paths::course(&self.company.slug, self.course.id)
    }
    fn h1(&self) -> &str {
        self.lesson.as_ref().map_or("Write a lesson", |lesson| &lesson.title)
    }
    fn is_published(&self) -> bool {
        self.lesson.as_ref().is_some_and(|lesson| lesson.published_at.is_some())
    }
}

impl LessonForm {
    fn of(lesson: &Lesson) -> Self {
        Self { title: lesson.title.clone(), lesson: lesson.body.clone(), preview: String::new() }
    }
}
