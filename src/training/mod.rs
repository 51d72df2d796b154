//! What companies teach their partners, and how far each member is (rules 28 and 43).

pub mod course;
pub mod handlers;
pub mod lesson;
pub mod progress;
pub mod taking;

pub use course::{Course, CourseDetail, CourseRow, CourseText, Gift, Given, Written};
pub use lesson::{Lesson, LessonOf, LessonRow, LessonText};
pub use progress::{Progress, TeamProgress};
pub use taking::{Completed, CourseTaken, LessonTaken};
