//! The lessons of a course: written, ordered, published.

use crate::{
    audit::{self, Action, Actor, Event},
    companies::{StaffPermission, staff::Staff},
    db::{self, now},
    error::Result,
    ids::{CompanyId, CourseId, LessonId},
    schema::{courses, lessons},
    training::{Course, progress},
};
use chrono::{DateTime, Utc};
use diesel::{dsl::max, prelude::*, sql_types::Integer};
use serde_json::{Value, json};

/// The most characters of a title.
pub const TITLE_LENGTH: usize = 150;
/// The most characters of a lesson that a form takes.
pub const LESSON_LENGTH: usize = 20_000;

/// One lesson of a course.
#[derive(Debug, Clone, PartialEq, Eq, HasQuery)]
#[diesel(table_name = lessons)]
pub struct Lesson {
    /// Key.
    pub id: LessonId,
    /// Its course.
    pub course_id: CourseId,
    /// Its place in the course, from 1; there may be gaps.
    pub position: i32,
    /// Its title.
    pub title: String,
    /// Markdown.
    pub body: String,
    /// Since when members see it; nothing while a draft.
    pub published_at: Option<DateTime<Utc>>,
}

/// A lesson as its course lists it, without the text.
#[derive(Debug, Clone, HasQuery)]
#[diesel(table_name = lessons)]
pub struct LessonRow {
    /// Key.
    pub id: LessonId,
    /// Its title.
    pub title: String,
    /// Since when members see it; nothing while a draft.
    pub published_at: Option<DateTime<Utc>>,
}

/// A lesson with its course.
#[derive(Debug, Clone)]
pub struct LessonOf {
    /// The course.
    pub course: Course,
    /// The lesson.
    pub lesson: Lesson,
}

/// What staff write.
#[derive(Debug, Clone, PartialEq, Eq, Insertable, AsChangeset)]
#[diesel(table_name = lessons)]
pub struct LessonText {
    /// Its title.
    pub title: String,
    /// Markdown.
    pub body: String,
}

/// Which way a lesson goes in its course's order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// Before the one that stands before it.
    Up,
    /// Behind the one that stands behind it.
    Down,
}

impl LessonRow {
    /// The lessons of a course, drafts too, in their order.
    pub fn all(conn: &mut PgConnection, course: CourseId) -> QueryResult<Vec<Self>> {
        Self::query().filter(lessons::course_id.eq(course)).order(lessons::position).load(conn)
    }
}

impl LessonOf {
    /// A lesson of a course of that company, in one statement.
    pub fn find(conn: &mut PgConnection, company: CompanyId, course: CourseId, id: LessonId) -> QueryResult<Self> {
        let (course, lesson) = courses::table
            .inner_join(lessons::table)
            .filter(courses::company_id.eq(company))
            .filter(courses::id.eq(course))
            .filter(lessons::id.eq(id))
            .select((Course::as_select(), Lesson::as_select()))
            .first(conn)?;
        Ok(Self { course, lesson })
    }
}

impl Lesson {
    /// Writes a new lesson, a draft, at the end of the course. `NotFound` where the staff's company has no such course.
    pub fn add(conn: &mut PgConnection, by: &Actor, staff: &Staff, course: CourseId, text: &LessonText) -> Result<Self> {
        db::transaction(conn, |conn| {
            staff.recheck(conn, StaffPermission::WritePrograms)?;
            Course::lock(conn, staff.company.id, course)?;
            let last: Option<i32> = lessons::table.filter(lessons::course_id.eq(course)).select(max(lessons::position)).first(conn)?;
            let position = last.unwrap_or(0) + 1;
            let row = (lessons::id.eq(LessonId::new()), lessons::course_id.eq(course), lessons::position.eq(position), text);
            let lesson: Self = diesel::insert_into(lessons::table).values(row).returning(Self::as_returning()).get_result(conn)?;
            let event = Event::new(Action::LessonCreated).company(staff.company.id).target(lesson.id.uuid());
            audit::record(conn, by, event.after(json!({ "course": course })))?;
            Ok(lesson)
        })
    }

    /// Changes a lesson's text; members see it at once where it is published. `NotFound` as for all below: no such lesson in this course.
    pub fn edit(conn: &mut PgConnection, by: &Actor, staff: &Staff, course: CourseId, id: LessonId, text: &LessonText) -> Result<Self> {
        Self::change(conn, by, staff, course, id, Action::LessonEdited, |conn, _| {
            Ok(Some(diesel::update(lessons::table.find(id)).set(text).returning(Self::as_returning()).get_result(conn)?))
        })
    }

    /// Shows a draft to members. Nobody's completion of the course is undone: to them the lesson is new.
    pub fn publish(conn: &mut PgConnection, by: &Actor, staff: &Staff, course: CourseId, id: LessonId) -> Result<Self> {
        Self::change(conn, by, staff, course, id, Action::LessonPublished, |conn, _| {
            let draft = lessons::table.find(id).filter(lessons::published_at.is_null());
            let since = lessons::published_at.eq(now().nullable());
            let lesson = diesel::update(draft).set(since).returning(Self::as_returning()).get_result(conn).optional()?;
            if lesson.is_some() {
                // Somebody may have done it when it was published before.
                progress::settle(conn, course, None)?;
            }
            Ok(lesson)
        })
    }

    /// Makes a published lesson a draft again. Who has done all that remains has finished the course.
    pub fn retract(conn: &mut PgConnection, by: &Actor, staff: &Staff, course: CourseId, id: LessonId) -> Result<Self> {
        Self::change(conn, by, staff, course, id, Action::LessonRetracted, |conn, _| {
            let shown = lessons::table.find(id).filter(lessons::published_at.is_not_null());
            let none = lessons::published_at.eq(None::<DateTime<Utc>>);
            let lesson = diesel::update(shown).set(none).returning(Self::as_returning()).get_result(conn).optional()?;
            if lesson.is_some() {
                progress::settle(conn, course, None)?;
            }
            Ok(lesson)
        })
    }

    /// Changes places with its neighbour; nothing happens at an end.
    pub fn shift(conn: &mut PgConnection, by: &Actor, staff: &Staff, course: CourseId, id: LessonId, way: Way) -> Result<Self> {
        Self::change(conn, by, staff, course, id, Action::LessonMoved, |conn, lesson| {
            let others = Self::query().filter(lessons::course_id.eq(course)).into_boxed();
            let beside: Option<Self> = match way {
                Way::Up => others.filter(lessons::position.lt(lesson.position)).order(lessons::position.desc()).first(conn),
                Way::Down => others.filter(lessons::position.gt(lesson.position)).order(lessons::position).first(conn),
            }
            .optional()?;
            let Some(beside) = beside else { return Ok(None) };
            // One statement: the constraint looks at the places when it ends.
            let both = lessons::table.filter(lessons::id.eq_any([id, beside.id]));
            let sum = (lesson.position + beside.position).into_sql::<Integer>();
            diesel::update(both).set(lessons::position.eq(sum - lessons::position)).execute(conn)?;
            Ok(Some(Self::query().filter(lessons::id.eq(id)).first(conn)?))
        })
    }

    /// Locks the course, finds the lesson in it, changes it, and writes down what became of it where it became something.
    fn change(
        conn: &mut PgConnection,
        by: &Actor,
        staff: &Staff,
        course: CourseId,
        id: LessonId,
        action: Action,
        mut job: impl FnMut(&mut PgConnection, &Self) -> QueryResult<Option<Self>>,
    ) -> Result<Self> {
        db::transaction(conn, |conn| {
            staff.recheck(conn, StaffPermission::WritePrograms)?;
            Course::lock(conn, staff.company.id, course)?;
            let before: Self = Self::query().filter(lessons::id.eq(id)).filter(lessons::course_id.eq(course)).first(conn)?;
            let Some(after) = job(conn, &before)?.filter(|after| *after != before) else { return Ok(before) };
            let event = Event::new(action).company(staff.company.id).target(id.uuid());
            audit::record(conn, by, event.before(before.noted()).after(after.noted()))?;
            Ok(after)
        })
    }

    /// What the audit log keeps of it: no texts (S61).
    fn noted(&self) -> Value {
        json!({ "course": self.course_id, "position": self.position, "published": self.published_at.is_some() })
    }
}
