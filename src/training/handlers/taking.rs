//! A team's training: its members' courses, a course, a lesson.

use crate::{
    access::{InTeam, may},
    db::Db,
    error::Result,
    ids::{CourseId, LessonId},
    paths,
    teams::{Team, TeamPermission, rail::TeamTab},
    training::{
        Completed, CourseTaken, LessonTaken, Progress,
        handlers::CourseBar,
        progress::MemberProgress,
        taking::{self, LessonSeen, Training},
    },
    web::{Avatar, Flash, Frame, Layout, Moment, Prose, Redirect, page, pagination::Start, see_other},
    words::counted,
};
use actix_web::{
    HttpResponse,
    web::{Path, Query},
};
use askama::Template;
use chrono::Utc;
use chrono_tz::Tz;
use serde::Deserialize;

/// What the address says of the table of members.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct MembersQuery {
    after: String,
    before: String,
}

/// Courses that have a column each; more than these are listed in one.
const MOST_COLUMNS: usize = 4;

/// The button of a course that is begun.
const RESUME: &str = "Resume";

/// Where a lesson is: team, course, lesson.
type LessonPath = Path<(String, CourseId, LessonId)>;

#[derive(Template)]
#[template(path = "training/team.html")]
struct TeamPage {
    frame: Frame,
    team: Team,
    /// What is to be done before what is finished.
    own: Vec<Own>,
    /// The courses as heads, and the members; none where the reader sees only their own.
    members: Option<Vec<Member>>,
    previous: Option<String>,
    next: Option<String>,
}

struct Own {
    bar: CourseBar,
    company: String,
    href: String,
    /// The lesson to go on with, and how its button says so.
    resume: Option<(String, &'static str)>,
}

struct Member {
    avatar: Avatar,
    name: String,
    is_reader: bool,
    courses: Vec<CourseBar>,
}

#[derive(Template)]
#[template(path = "training/taken.html")]
struct CoursePage {
    frame: Frame,
    team: Team,
    bar: CourseBar,
    company: String,
    description: String,
    resume: Option<(String, &'static str)>,
    lessons: Vec<Lesson>,
}

struct Lesson {
    href: String,
    title: String,
    done: Option<Moment>,
    /// Published since the reader finished the course.
    is_new: bool,
}

#[derive(Template)]
#[template(path = "training/read.html")]
struct LessonPage {
    frame: Frame,
    team: Team,
    course: CourseId,
    course_name: String,
    id: LessonId,
    title: String,
    /// "Lesson 2 of 5".
    place: String,
    body: Prose,
    done: Option<Moment>,
    previous: Option<String>,
    next: Option<String>,
}

/// The team's training: one's own courses, and for owner and admins everybody's.
pub async fn team(by: InTeam<may::SeeTeam>, Query(query): Query<MembersQuery>, layout: Layout, db: Db) -> Result<HttpResponse> {
    let start = Start::from_query(&query.after, &query.before);
    let (member, sees_others) = (by.member.clone(), by.may(TeamPermission::SeeOthersTraining));
    let training = db.run(move |conn| Training::read(conn, &member, sees_others, start)).await?;
    if training.is_beyond(start) {
        return see_other(paths::training(&by.team.slug));
    }
    page(&TeamPage::new(&by, layout, training))
}

/// A course, with its published lessons.
pub async fn course(by: InTeam<may::SeeTeam>, path: Path<(String, CourseId)>, layout: Layout, db: Db) -> Result<HttpResponse> {
    let (member, id) = (by.member.id, path.1);
    let course = db.run(move |conn| CourseTaken::read(conn, member, id, None)).await?;
    page(&CoursePage::new(&by, layout, course))
}

/// A lesson, to read.
pub async fn lesson(by: InTeam<may::SeeTeam>, path: LessonPath, layout: Layout, db: Db) -> Result<HttpResponse> {
    let (member, (_, course, id)) = (by.member.id, path.into_inner());
    let lesson = db.run(move |conn| LessonTaken::read(conn, member, course, id)).await?;
    page(&LessonPage::new(&by, layout, &lesson))
}

/// Marks a lesson done, and leads to the next that is not.
pub async fn complete(by: InTeam<may::SeeTeam>, path: LessonPath, flash: Flash, db: Db) -> Redirect {
    let (_, course, id) = path.into_inner();
    let (actor, member) = (by.actor.clone(), by.member.clone());
    match db.run(move |conn| taking::complete(conn, &actor, &member, course, id)).await? {
        Completed::Next(next) => flash.ok(paths::lesson_taken(&by.team.slug, course, next), "Marked as done.", "This is the next lesson."),
        Completed::Course => {
            flash.ok(paths::course_taken(&by.team.slug, course), "You have done every lesson.", "You can read them again here.")
        }
    }
}

/// Takes that back.
pub async fn undo(by: InTeam<may::SeeTeam>, path: LessonPath, flash: Flash, db: Db) -> Redirect {
    let (_, course, id) = path.into_inner();
    let (actor, member) = (by.actor.clone(), by.member.clone());
    db.run(move |conn| taking::undo(conn, &actor, &member, course, id)).await?;
    flash.info(paths::lesson_taken(&by.team.slug, course, id), "Not done.", "Mark it as done when you have read it.")
}

/// The lesson to go on with, and the words of its button.
fn resume(team: &Team, progress: &Progress) -> Option<(String, &'static str)> {
    let words = match (progress.done, progress.finished_at) {
        (0, None) => "Start",
        (_, None) => RESUME,
        (_, Some(_)) => "Read what is new",
    };
    progress.next_lesson.map(|lesson| (paths::lesson_taken(&team.slug, progress.course_id, lesson), words))
}

impl TeamPage {
    fn new(by: &InTeam<may::SeeTeam>, layout: Layout, training: Training) -> Self {
        let here = paths::training(&by.team.slug);
        let mut own: Vec<Own> = training.own.iter().map(|progress| Own::new(progress, &by.team, by.user.zone())).collect();
        own.sort_by_key(|course| course.resume.is_none());
        let beside = |name, cursor: &Option<String>| cursor.as_ref().map(|cursor| paths::with_query(&here, &[(name, cursor)]));
        Self {
            frame: by.frame(layout, TeamTab::Training, TeamTab::Training.label()),
            own,
            previous: training.team.as_ref().and_then(|members| beside("before", &members.previous)),
            next: training.team.as_ref().and_then(|members| beside("after", &members.next)),
            members: training
                .team
                .map(|members| members.rows.iter().map(|row| Member::new(row, row.id == by.member.id, by.user.zone())).collect()),
            team: by.team.clone(),
        }
    }

    /// The heads of the table: every member has the same courses.
    fn courses(&self) -> &[CourseBar] {
        self.members.iter().flatten().next().map_or(&[], |member| &member.courses)
    }
    /// Whether there are more courses than a table has room for beside each other.
    fn is_wide(&self) -> bool {
        self.courses().len() > MOST_COLUMNS
    }
    /// The one course whose button is the page's primary one: the first that is begun and not finished, or else the first with something
    /// to do.
    fn is_primary(&self, own: &&Own) -> bool {
        let begun = self.own.iter().find(|own| own.resume.as_ref().is_some_and(|(_, words)| *words == RESUME));
        begun.or(self.own.first()).is_some_and(|first| first.href == own.href)
    }
}

impl Own {
    fn new(progress: &Progress, team: &Team, zone: Tz) -> Self {
        Self {
            bar: CourseBar::new(progress, zone),
            company: progress.company.clone(),
            href: paths::course_taken(&team.slug, progress.course_id),
            resume: resume(team, progress),
        }
    }
}

impl Member {
    /// "2 of 8 courses finished".
    fn courses_words(&self) -> String {
        let finished = self.courses.iter().filter(|course| course.is_finished).count();
        format!("{finished} of {} finished", counted(self.courses.len() as i64, "course"))
    }
    fn new(row: &MemberProgress, is_reader: bool, zone: Tz) -> Self {
        Self {
            avatar: Avatar::person(row.user_id.uuid(), &row.name),
            name: row.name.clone(),
            is_reader,
            courses: row.courses.iter().map(|progress| CourseBar::new(progress, zone)).collect(),
        }
    }
}

impl CoursePage {
    fn new(by: &InTeam<may::SeeTeam>, layout: Layout, CourseTaken { progress, lessons }: CourseTaken) -> Self {
        let (team, zone) = (by.team.clone(), by.user.zone());
        let finished = progress.finished_at.is_some();
        let lesson = |row: LessonSeen| Lesson {
            href: paths::lesson_taken(&team.slug, progress.course_id, row.id),
            is_new: finished && row.done_at.is_none(),
            done: row.done_at.map(|at| Moment::new(at, Utc::now(), zone)),
            title: row.title,
        };
        Self {
            frame: by.frame(layout, TeamTab::Training, &progress.course),
            bar: CourseBar::new(&progress, zone),
            resume: resume(&team, &progress),
            lessons: lessons.into_iter().map(lesson).collect(),
            company: progress.company,
            description: progress.description,
            team,
        }
    }

    fn lessons_words(&self) -> String {
        counted(self.lessons.len() as i64, "lesson")
    }
}

impl LessonPage {
    fn new(by: &InTeam<may::SeeTeam>, layout: Layout, LessonTaken { course, at }: &LessonTaken) -> Self {
        let (id, lesson) = (course.progress.course_id, &course.lessons[*at]);
        let href = |at: usize| course.lessons.get(at).map(|row| paths::lesson_taken(&by.team.slug, id, row.id));
        Self {
            frame: by.frame(layout, TeamTab::Training, &lesson.title),
            team: by.team.clone(),
            course: id,
            course_name: course.progress.course.clone(),
            id: lesson.id,
            title: lesson.title.clone(),
            place: format!("Lesson {} of {}", at + 1, course.lessons.len()),
            body: Prose::lesson(&lesson.body),
            done: lesson.done_at.map(|at| Moment::new(at, Utc::now(), by.user.zone())),
            previous: at.checked_sub(1).and_then(href),
            next: href(at + 1),
        }
    }
}
