//! A member takes a course: reads its lessons, marks them done (rule 43). Drafts are not there for them.

use crate::{
    audit::{self, Action, Actor, Event},
    db,
    error::Result,
    ids::{CourseId, LessonId, MemberId},
    schema::{completions, course_completions, courses, lessons, members},
    teams::Membership,
    training::{
        Progress,
        progress::{self, TeamProgress},
    },
    web::pagination::{Page, Start},
};
use chrono::{DateTime, Utc};
use diesel::{dsl::case_when, prelude::*};

/// The team's training page.
#[derive(Debug)]
pub struct Training {
    /// The reader's own courses, required ones first.
    pub own: Vec<Progress>,
    /// Everybody's, where the reader may see it.
    pub team: Option<TeamProgress>,
}

/// A published lesson in the list of its course.
#[derive(Debug, Clone, Queryable)]
pub struct LessonSeen {
    /// Key.
    pub id: LessonId,
    /// Its title.
    pub title: String,
    /// When the reader marked it done.
    pub done_at: Option<DateTime<Utc>>,
    /// Markdown; empty but for the lesson that is being read.
    pub body: String,
}

/// A course as the member who takes it sees it.
#[derive(Debug)]
pub struct CourseTaken {
    /// The course, and how far they are.
    pub progress: Progress,
    /// Its published lessons, in their order.
    pub lessons: Vec<LessonSeen>,
}

/// One lesson of it.
#[derive(Debug)]
pub struct LessonTaken {
    /// The course around it.
    pub course: CourseTaken,
    /// Where the lesson stands in it, from 0.
    pub at: usize,
}

/// What came of marking a lesson done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Completed {
    /// This one is left, first in the course's order.
    Next(LessonId),
    /// Every published lesson is done.
    Course,
}

impl Training {
    /// The page, in one statement, or two for those who see the others.
    pub fn read(conn: &mut PgConnection, member: &Membership, sees_others: bool, start: Start) -> QueryResult<Self> {
        let own = Progress::of_members(conn, &[member.id], None)?;
        let team = if sees_others { Some(progress::of_team(conn, member.team.id, start)?) } else { None };
        Ok(Self { own, team })
    }

    /// Whether an address of a page of members led nowhere.
    pub fn is_beyond(&self, start: Start) -> bool {
        start != Start::First && !self.own.is_empty() && self.team.as_ref().is_some_and(|Page { rows, .. }| rows.is_empty())
    }
}

impl CourseTaken {
    /// A course that reaches this member, in two statements; `NotFound` for every other. With the text of one lesson, where it is named.
    pub fn read(conn: &mut PgConnection, member: MemberId, course: CourseId, reading: Option<LessonId>) -> QueryResult<Self> {
        let progress = Progress::of(conn, member, course)?;
        let done = completions::lesson_id.eq(lessons::id).and(completions::member_id.eq(member));
        let text = case_when(lessons::id.nullable().eq(reading), lessons::body).otherwise("");
        let lessons = lessons::table
            .left_join(completions::table.on(done))
            .filter(lessons::course_id.eq(course))
            .filter(lessons::published_at.is_not_null())
            .order(lessons::position)
            .select((lessons::id, lessons::title, completions::at.nullable(), text))
            .load(conn)?;
        Ok(Self { progress, lessons })
    }
}

impl LessonTaken {
    /// A published lesson of a course that reaches this member; `NotFound` for every other.
    pub fn read(conn: &mut PgConnection, member: MemberId, course: CourseId, lesson: LessonId) -> QueryResult<Self> {
        let course = CourseTaken::read(conn, member, course, Some(lesson))?;
        let at = course.lessons.iter().position(|row| row.id == lesson).ok_or(diesel::NotFound)?;
        Ok(Self { course, at })
    }
}

/// Marks a lesson done; once is enough. `NotFound` where the member has left, or does not see the lesson.
pub fn complete(conn: &mut PgConnection, by: &Actor, member: &Membership, course: CourseId, lesson: LessonId) -> Result<Completed> {
    db::transaction(conn, |conn| {
        find(conn, member.id, course, lesson)?;
        let new = diesel::insert_into(completions::table)
            .values((completions::lesson_id.eq(lesson), completions::member_id.eq(member.id)))
            .on_conflict_do_nothing()
            .execute(conn)?;
        if new == 1 {
            progress::settle(conn, course, Some(member.id))?;
            audit::record(conn, by, Event::new(Action::LessonDone).team(member.team.id).target(lesson.uuid()))?;
        }
        let progress = Progress::of(conn, member.id, course)?;
        Ok(progress.next_lesson.map_or(Completed::Course, Completed::Next))
    })
}

/// Takes that back. Where the lesson was among those that finished the course, the course is no longer finished; one that was done
/// afterwards, being new then, leaves it finished.
pub fn undo(conn: &mut PgConnection, by: &Actor, member: &Membership, course: CourseId, lesson: LessonId) -> Result<()> {
    db::transaction(conn, |conn| {
        find(conn, member.id, course, lesson)?;
        let done: Option<DateTime<Utc>> =
            diesel::delete(completions::table.find((lesson, member.id))).returning(completions::at).get_result(conn).optional()?;
        let Some(done) = done else { return Ok(()) };
        let finished = course_completions::table.find((course, member.id)).filter(course_completions::at.ge(done));
        diesel::delete(finished).execute(conn)?;
        audit::record(conn, by, Event::new(Action::LessonUndone).team(member.team.id).target(lesson.uuid()))?;
        Ok(())
    })
}

/// Finds the lesson for a change: the member's place is held, so that two of their tabs come one after the other and each sees what the
/// other did; so is the course, so that nothing is published meanwhile.
fn find(conn: &mut PgConnection, member: MemberId, course: CourseId, lesson: LessonId) -> QueryResult<()> {
    let present = members::table.find(member).filter(members::left_at.is_null());
    present.select(members::id).for_no_key_update().first::<MemberId>(conn)?;
    courses::table.find(course).select(courses::id).for_share().first::<CourseId>(conn)?;
    Progress::of(conn, member, course)?;
    let shown = lessons::table.find(lesson).filter(lessons::course_id.eq(course)).filter(lessons::published_at.is_not_null());
    shown.select(lessons::id).first::<LessonId>(conn).map(drop)
}
