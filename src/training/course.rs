//! The course's row, and the programs it is given to.

use crate::{
    audit::{self, Action, Actor, Event},
    companies::{StaffPermission, staff::Staff},
    db,
    error::{Error, Result},
    ids::{CompanyId, CourseId, ProgramId},
    schema::{course_completions, courses, members, program_courses, programs},
    training::LessonRow,
    web::pagination::{Cursor, PAGE_SIZE, Page, Start},
};
use chrono::{DateTime, Utc};
use diesel::{
    dsl::exists,
    prelude::*,
    sql_query, sql_types,
    sql_types::{BigInt, Bool, Nullable, Text, Timestamptz},
};
use serde_json::{Value, json};
use uuid::Uuid;

/// The most characters of a description.
pub const DESCRIPTION_LENGTH: usize = 2000;

/// Lessons of a company, given to its programs.
#[derive(Debug, Clone, PartialEq, Eq, HasQuery)]
#[diesel(table_name = courses)]
pub struct Course {
    /// Key.
    pub id: CourseId,
    /// Whose course it is.
    pub company_id: CompanyId,
    /// Unique in the company.
    pub name: String,
    /// What it is about; may be empty.
    pub description: String,
}

/// What staff write about a course.
#[derive(Debug, Clone, PartialEq, Eq, Insertable, AsChangeset)]
#[diesel(table_name = courses)]
pub struct CourseText {
    /// Unique in the company.
    pub name: String,
    /// May be empty.
    pub description: String,
}

/// A program that a course is given to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gift {
    /// Of the same company.
    pub program: ProgramId,
    /// Whether its members are expected to take the course.
    pub required: bool,
}

/// A program of the company, as the course's page shows it.
#[derive(Debug, Clone, Queryable)]
pub struct Given {
    /// Key.
    pub id: ProgramId,
    /// Its name.
    pub name: String,
    /// Whether the course is required there; nothing where it is not given.
    pub required: Option<bool>,
}

/// What came of writing a course.
#[derive(Debug)]
pub enum Written {
    /// It is as wanted.
    Saved(Course),
    /// The company has another course of that name, in whatever case. Nothing was changed.
    NameTaken,
}

/// A row of the list.
#[derive(Debug, Clone, QueryableByName)]
pub struct CourseRow {
    /// Key.
    #[diesel(sql_type = sql_types::Uuid)]
    pub id: CourseId,
    /// Its name.
    #[diesel(sql_type = Text)]
    pub name: String,
    /// When it was made.
    #[diesel(sql_type = Timestamptz)]
    created_at: DateTime<Utc>,
    /// Lessons that members see.
    #[diesel(sql_type = BigInt)]
    pub published: i64,
    /// Lessons that they do not see yet.
    #[diesel(sql_type = BigInt)]
    pub drafts: i64,
    /// The first program it is given to, by name.
    #[diesel(sql_type = Nullable<Text>)]
    pub program: Option<String>,
    /// How many programs it is given to.
    #[diesel(sql_type = BigInt)]
    pub programs: i64,
    /// Whether one of them requires it.
    #[diesel(sql_type = Bool)]
    pub required: bool,
}

/// A course with its lessons and all programs of the company.
#[derive(Debug)]
pub struct CourseDetail {
    /// The course.
    pub course: Course,
    /// In their order.
    pub lessons: Vec<LessonRow>,
    /// By name, those it is not given to as well.
    pub programs: Vec<Given>,
}

/// One name, one course, in each company.
const NAME: &str = "courses_name";

impl Course {
    /// A course of that company.
    pub fn find(conn: &mut PgConnection, company: CompanyId, id: CourseId) -> QueryResult<Self> {
        Self::query().filter(courses::id.eq(id)).filter(courses::company_id.eq(company)).first(conn)
    }

    /// A course of that company, locked until the transaction ends: everything that changes which lessons are published holds it, so that
    /// whoever finishes a course finishes what is published then.
    pub fn lock(conn: &mut PgConnection, company: CompanyId, id: CourseId) -> QueryResult<Self> {
        Self::query().filter(courses::id.eq(id)).filter(courses::company_id.eq(company)).for_no_key_update().first(conn)
    }

    /// Whether a present member of some team has finished it.
    pub fn is_finished_by_some(conn: &mut PgConnection, id: CourseId) -> QueryResult<bool> {
        let finished = course_completions::table.inner_join(members::table).filter(course_completions::course_id.eq(id));
        diesel::select(exists(finished.filter(members::left_at.is_null()))).get_result(conn)
    }

    /// Makes a course, without lessons.
    pub fn add(conn: &mut PgConnection, by: &Actor, staff: &Staff, text: &CourseText) -> Result<Written> {
        db::transaction(conn, |conn| {
            staff.recheck(conn, StaffPermission::WritePrograms)?;
            let (id, company) = (CourseId::new(), staff.company.id);
            let row = (courses::id.eq(id), courses::company_id.eq(company), text);
            let made = db::unless_broken(conn, NAME, |conn| {
                diesel::insert_into(courses::table).values(row).returning(Self::as_returning()).get_result(conn)
            })?;
            let Some(course) = made else { return Ok(Written::NameTaken) };
            audit::record(conn, by, Event::new(Action::CourseCreated).company(company).target(id.uuid()).after(course.noted()))?;
            Ok(Written::Saved(course))
        })
    }

    /// Changes what is written about a course of the staff's company. `NotFound` where it has none of that id.
    pub fn edit(conn: &mut PgConnection, by: &Actor, staff: &Staff, id: CourseId, text: &CourseText) -> Result<Written> {
        db::transaction(conn, |conn| {
            staff.recheck(conn, StaffPermission::WritePrograms)?;
            let before = Self::lock(conn, staff.company.id, id)?;
            let saved = db::unless_broken(conn, NAME, |conn| {
                diesel::update(courses::table.find(id)).set(text).returning(Self::as_returning()).get_result(conn)
            })?;
            let Some(after) = saved else { return Ok(Written::NameTaken) };
            if before != after {
                let event = Event::new(Action::CourseEdited).company(staff.company.id).target(id.uuid());
                audit::record(conn, by, event.before(before.noted()).after(after.noted()))?;
            }
            Ok(Written::Saved(after))
        })
    }

    /// Gives a course of the staff's company to these programs and to no others. `NotFound` where the company lacks one of them, or the
    /// course.
    pub fn give(conn: &mut PgConnection, by: &Actor, staff: &Staff, id: CourseId, gifts: &[Gift]) -> Result<Self> {
        db::transaction(conn, |conn| {
            staff.recheck(conn, StaffPermission::WritePrograms)?;
            let company = staff.company.id;
            let course = Self::lock(conn, company, id)?;
            let wanted: Vec<ProgramId> = gifts.iter().map(|gift| gift.program).collect();
            let known: i64 =
                programs::table.filter(programs::company_id.eq(company)).filter(programs::id.eq_any(&wanted)).count().get_result(conn)?;
            if usize::try_from(known) != Ok(wanted.len()) {
                return Err(Error::NotFound);
            }
            let before = Self::gifts(conn, id)?;
            diesel::delete(program_courses::table.filter(program_courses::course_id.eq(id))).execute(conn)?;
            let row = |gift: &Gift| {
                (
                    program_courses::company_id.eq(company),
                    program_courses::program_id.eq(gift.program),
                    program_courses::course_id.eq(id),
                    program_courses::required.eq(gift.required),
                )
            };
            diesel::insert_into(program_courses::table).values(gifts.iter().map(row).collect::<Vec<_>>()).execute(conn)?;
            let after = Self::gifts(conn, id)?;
            if before != after {
                let event = Event::new(Action::CourseGiven).company(company).target(id.uuid());
                audit::record(conn, by, event.before(before).after(after))?;
            }
            Ok(course)
        })
    }

    /// The programs that have it, as the audit log keeps them.
    fn gifts(conn: &mut PgConnection, id: CourseId) -> QueryResult<Value> {
        let rows: Vec<(ProgramId, bool)> = program_courses::table
            .filter(program_courses::course_id.eq(id))
            .order(program_courses::program_id)
            .select((program_courses::program_id, program_courses::required))
            .load(conn)?;
        Ok(rows.iter().map(|(program, required)| json!({ "program": program, "required": required })).collect())
    }

    /// What the audit log keeps of it: a name of ours, no texts (S61).
    fn noted(&self) -> Value {
        json!({ "name": self.name })
    }
}

impl CourseRow {
    /// A page of that company's courses, newest first. SQL for its row comparison.
    pub fn page(conn: &mut PgConnection, company: CompanyId, start: Start) -> QueryResult<Page<Self>> {
        let (beyond, way, beside) = match start {
            Start::First => ("<", "DESC", Cursor { at: DateTime::<Utc>::MAX_UTC, id: Uuid::max() }),
            Start::After(row) => ("<", "DESC", row),
            Start::Before(row) => (">", "ASC", row),
        };
        let rows = sql_query(format!(
            "SELECT c.id, c.name, c.created_at, l.published, l.drafts, g.program, g.programs, g.required \
             FROM courses c \
             CROSS JOIN LATERAL (SELECT count(l.published_at) AS published, count(*) - count(l.published_at) AS drafts \
                 FROM lessons l WHERE l.course_id = c.id) l \
             CROSS JOIN LATERAL (SELECT count(*) AS programs, (array_agg(p.name ORDER BY p.name, p.id))[1] AS program, \
                     coalesce(bool_or(g.required), false) AS required \
                 FROM program_courses g JOIN programs p ON p.id = g.program_id WHERE g.course_id = c.id) g \
             WHERE c.company_id = $1 AND (c.created_at, c.id) {beyond} ($2, $3) \
             ORDER BY c.created_at {way}, c.id {way} LIMIT {PAGE_SIZE} + 1"
        ))
        .bind::<sql_types::Uuid, _>(company)
        .bind::<Timestamptz, _>(beside.at)
        .bind::<sql_types::Uuid, _>(beside.id)
        .load::<Self>(conn)?;
        Ok(Page::of(start, rows, |row| Cursor { at: row.created_at, id: row.id.uuid() }))
    }
}

impl CourseDetail {
    /// A course of that company, in three statements.
    pub fn read(conn: &mut PgConnection, company: CompanyId, id: CourseId) -> QueryResult<Self> {
        let course = Course::find(conn, company, id)?;
        let lessons = LessonRow::all(conn, id)?;
        let given = program_courses::program_id.eq(programs::id).and(program_courses::course_id.eq(id));
        let programs = programs::table
            .left_join(program_courses::table.on(given))
            .filter(programs::company_id.eq(company))
            .order((programs::name, programs::id))
            .select((programs::id, programs::name, program_courses::required.nullable()))
            .load(conn)?;
        Ok(Self { course, lessons, programs })
    }
}
