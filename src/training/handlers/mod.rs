//! A company's courses, and a team's training.

mod courses;
mod lessons;
mod taking;

pub use courses::{create, edit, give, index, new, show};
pub use lessons::{
    create as create_lesson, edit as edit_lesson, move_down, move_up, new as new_lesson, publish, retract, show as show_lesson,
};
pub use taking::{complete, course as take_course, lesson as take_lesson, team as taken, undo};

use crate::{training::Progress, web::Moment, words::counted};
use chrono::{DateTime, Datelike, Utc};
use chrono_tz::Tz;

/// How far somebody is in a course, as its bar says it.
#[derive(Debug, Clone)]
pub struct CourseBar {
    /// The course's name.
    pub name: String,
    /// Whether a program of the team requires it.
    pub required: bool,
    /// Lessons done.
    pub done: i64,
    /// Lessons there are.
    pub lessons: i64,
    /// "3 of 5 lessons", "Not started", "Finished on 3 May · 1 new lesson".
    pub words: String,
    /// Whether it is finished, and nothing is new.
    pub is_finished: bool,
    /// The lesson done last, and when; none where the course is not started.
    pub last: Option<(String, Moment)>,
}

impl CourseBar {
    /// As seen now in `zone`.
    pub fn new(progress: &Progress, zone: Tz) -> Self {
        let now = Utc::now();
        Self {
            name: progress.course.clone(),
            required: progress.required,
            done: progress.done,
            lessons: progress.published,
            words: words(progress, now, zone),
            is_finished: progress.finished_at.is_some() && progress.is_done(),
            last: progress.last_title.clone().zip(progress.last_at.map(|at| Moment::new(at, now, zone))),
        }
    }
}

fn words(progress: &Progress, now: DateTime<Utc>, zone: Tz) -> String {
    match (progress.finished_at, progress.done) {
        (Some(at), _) if progress.new_lessons() > 0 => {
            format!("{} · {}", finished(at, now, zone), counted(progress.new_lessons(), "new lesson"))
        }
        (Some(at), _) => finished(at, now, zone),
        (None, 0) => "Not started".to_owned(),
        (None, done) => format!("{done} of {}", counted(progress.published, "lesson")),
    }
}

/// "Finished today", "Finished on 3 May", "Finished on 3 May 2025".
fn finished(at: DateTime<Utc>, now: DateTime<Utc>, zone: Tz) -> String {
    let (at, now) = (at.with_timezone(&zone), now.with_timezone(&zone));
    match () {
        () if at.date_naive() == now.date_naive() => "Finished today".to_owned(),
        () if at.year() == now.year() => format!("Finished on {}", at.format("%-d %B")),
        () => format!("Finished on {}", at.format("%-d %B %Y")),
    }
}
