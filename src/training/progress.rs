//! How far members are in their courses: those given to a program that their team is in, with at least one published lesson.

use crate::{
    ids::{CompanyId, CourseId, LessonId, MemberId, TeamId, UserId},
    web::pagination::{Cursor, PAGE_SIZE, Page, Start},
};
use chrono::{DateTime, Utc};
use diesel::{
    prelude::*,
    sql_query, sql_types,
    sql_types::{Array, BigInt, Bool, Nullable, Text, Timestamptz},
};
use uuid::Uuid;

/// A member in a course.
#[derive(Debug, Clone, QueryableByName)]
pub struct Progress {
    /// The member.
    #[diesel(sql_type = sql_types::Uuid)]
    pub member_id: MemberId,
    /// The course.
    #[diesel(sql_type = sql_types::Uuid)]
    pub course_id: CourseId,
    /// Its name.
    #[diesel(sql_type = Text)]
    pub course: String,
    /// What it is about; empty where nobody asked.
    #[diesel(sql_type = Text)]
    pub description: String,
    /// Whose course it is.
    #[diesel(sql_type = Text)]
    pub company: String,
    /// Whether a program of the team requires it.
    #[diesel(sql_type = Bool)]
    pub required: bool,
    /// Published lessons, at least one.
    #[diesel(sql_type = BigInt)]
    pub published: i64,
    /// Those of them that the member has done.
    #[diesel(sql_type = BigInt)]
    pub done: i64,
    /// The first published lesson that is not done.
    #[diesel(sql_type = Nullable<sql_types::Uuid>)]
    pub next_lesson: Option<LessonId>,
    /// The title of the lesson done last.
    #[diesel(sql_type = Nullable<Text>)]
    pub last_title: Option<String>,
    /// When that was.
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub last_at: Option<DateTime<Utc>>,
    /// When every lesson that was published then had been done.
    #[diesel(sql_type = Nullable<Timestamptz>)]
    pub finished_at: Option<DateTime<Utc>>,
}

/// A member of a team with their courses, which are the same for all of it.
#[derive(Debug, Clone)]
pub struct MemberProgress {
    /// Key.
    pub id: MemberId,
    /// The person.
    pub user_id: UserId,
    /// Their name.
    pub name: String,
    joined_at: DateTime<Utc>,
    /// Required ones first, then by name.
    pub courses: Vec<Progress>,
}

/// The present members of a team in the order they joined, one page of them; none where the team has no courses.
pub type TeamProgress = Page<MemberProgress>;

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = sql_types::Uuid)]
    user_id: UserId,
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Timestamptz)]
    joined_at: DateTime<Utc>,
    #[diesel(embed)]
    progress: Progress,
}

/// The courses that reach a team, as the body of a subquery with `course_id` and `required`; `of` narrows partner p.
pub fn reaching(team: &str, of: &str) -> String {
    format!(
        "SELECT g.course_id, bool_or(g.required) AS required \
         FROM partners p JOIN enrollments e ON e.partner_id = p.id AND e.left_at IS NULL \
         JOIN program_courses g ON g.program_id = e.program_id \
         WHERE p.team_id = {team} AND {of} \
             AND EXISTS (SELECT FROM lessons l WHERE l.course_id = g.course_id AND l.published_at IS NOT NULL) \
         GROUP BY g.course_id"
    )
}

/// How many courses of the company in $1 a member has (`courses`), has finished (`finished`), and whether a lesson is done (`started`):
/// the body of a lateral subquery, for statements about members whose pages have no statement to spare.
pub fn summary(team: &str, member: &str) -> String {
    format!(
        "SELECT count(*) AS courses, count(f.at) AS finished, \
             coalesce(bool_or(EXISTS (SELECT FROM lessons l JOIN completions d ON d.lesson_id = l.id \
                 WHERE l.course_id = r.course_id AND d.member_id = {member})), false) AS started \
         FROM ({}) r LEFT JOIN course_completions f ON f.course_id = r.course_id AND f.member_id = {member}",
        reaching(team, "p.company_id = $1")
    )
}

/// How many present members of a team have finished every course of the company in $1 that is required of them, or every course where none
/// is: a scalar subquery, NULL where no course reaches the team.
pub fn trained(team: &str) -> String {
    format!(
        "(SELECT CASE WHEN cardinality(needed.courses) > 0 THEN (SELECT count(*) FROM members m WHERE m.team_id = {team} AND m.left_at IS NULL \
             AND (SELECT count(*) FROM course_completions f WHERE f.member_id = m.id AND f.course_id = ANY (needed.courses)) \
                 = cardinality(needed.courses)) END \
         FROM (SELECT coalesce(array_agg(r.course_id), '{{}}') AS courses \
             FROM (SELECT course_id, required, bool_or(required) OVER () AS some_are FROM ({}) r) r \
             WHERE r.required = r.some_are) needed)",
        reaching(team, "p.company_id = $1")
    )
}

/// Whether a course of the company in $1 is required of a team's members: a scalar condition, for statements that also ask for [`trained`].
pub fn requires(team: &str) -> String {
    format!("EXISTS (SELECT FROM ({}) r WHERE r.required)", reaching(team, "p.company_id = $1"))
}

/// The members whom `who` picks, each with each of their courses. SQL for its lateral joins.
fn lines(who: &str, of: &str, description: &str) -> String {
    format!(
        "SELECT m.id AS member_id, m.joined_at, u.id AS user_id, u.name, c.id AS course_id, c.name AS course, {description} AS description, \
             o.name AS company, r.required, l.published, l.done, l.next_lesson, l.last_title, l.last_at, f.at AS finished_at \
         FROM ({who}) m \
         JOIN users u ON u.id = m.user_id \
         CROSS JOIN LATERAL ({reaching}) r \
         JOIN courses c ON c.id = r.course_id \
         JOIN companies o ON o.id = c.company_id \
         CROSS JOIN LATERAL (SELECT count(*) AS published, count(d.at) AS done, max(d.at) AS last_at, \
                 (array_agg(l.id ORDER BY l.position) FILTER (WHERE d.at IS NULL))[1] AS next_lesson, \
                 (array_agg(l.title ORDER BY d.at DESC, l.position DESC) FILTER (WHERE d.at IS NOT NULL))[1] AS last_title \
             FROM lessons l LEFT JOIN completions d ON d.lesson_id = l.id AND d.member_id = m.id \
             WHERE l.course_id = c.id AND l.published_at IS NOT NULL) l \
         LEFT JOIN course_completions f ON f.course_id = c.id AND f.member_id = m.id",
        reaching = reaching("m.team_id", of),
    )
}

impl Progress {
    /// Every course of these present members, required ones first, then by name; of that company alone, where one is named.
    pub fn of_members(conn: &mut PgConnection, members: &[MemberId], company: Option<CompanyId>) -> QueryResult<Vec<Self>> {
        let who = "SELECT * FROM members WHERE id = ANY ($1) AND left_at IS NULL";
        let sql = lines(who, "($2::uuid IS NULL OR p.company_id = $2)", "''");
        let lines: Vec<Line> = sql_query(format!("{sql} ORDER BY m.joined_at, m.id, r.required DESC, c.name, c.id"))
            .bind::<Array<sql_types::Uuid>, _>(members)
            .bind::<Nullable<sql_types::Uuid>, _>(company)
            .load(conn)?;
        Ok(lines.into_iter().map(|line| line.progress).collect())
    }

    /// A present member in that course, with its description; `NotFound` where it does not reach them.
    pub fn of(conn: &mut PgConnection, member: MemberId, course: CourseId) -> QueryResult<Self> {
        let sql = lines("SELECT * FROM members WHERE id = $1 AND left_at IS NULL", "g.course_id = $2", "c.description");
        let line: Line = sql_query(sql).bind::<sql_types::Uuid, _>(member).bind::<sql_types::Uuid, _>(course).get_result(conn)?;
        Ok(line.progress)
    }

    /// Lessons published since the member finished the course and not done yet.
    pub fn new_lessons(&self) -> i64 {
        if self.finished_at.is_some() { self.published - self.done } else { 0 }
    }

    /// Whether there is nothing left to do now.
    pub fn is_done(&self) -> bool {
        self.done == self.published
    }
}

/// A page of a team's members with their courses, for its owner and admins (rule 46). Empty where no course reaches the team.
pub fn of_team(conn: &mut PgConnection, team: TeamId, start: Start) -> QueryResult<TeamProgress> {
    let top = Cursor { at: DateTime::UNIX_EPOCH, id: Uuid::nil() };
    let (beyond, way, beside) = match start {
        Start::First => (">", "ASC", top),
        Start::After(row) => (">", "ASC", row),
        Start::Before(row) => ("<", "DESC", row),
    };
    let who = format!(
        "SELECT * FROM members WHERE team_id = $1 AND left_at IS NULL AND (joined_at, id) {beyond} ($2, $3) \
         ORDER BY joined_at {way}, id {way} LIMIT {PAGE_SIZE} + 1"
    );
    let sql = format!("{} ORDER BY m.joined_at {way}, m.id {way}, r.required DESC, c.name, c.id", lines(&who, "true", "''"));
    let lines: Vec<Line> = sql_query(sql)
        .bind::<sql_types::Uuid, _>(team)
        .bind::<Timestamptz, _>(beside.at)
        .bind::<sql_types::Uuid, _>(beside.id)
        .load(conn)?;
    let mut members: Vec<MemberProgress> = Vec::new();
    for Line { user_id, name, joined_at, progress } in lines {
        match members.last_mut().filter(|member| member.id == progress.member_id) {
            Some(member) => member.courses.push(progress),
            None => members.push(MemberProgress { id: progress.member_id, user_id, name, joined_at, courses: vec![progress] }),
        }
    }
    Ok(Page::of(start, members, |member| Cursor { at: member.joined_at, id: member.id.uuid() }))
}

/// Notes who has done every lesson of the course that is published now: that member, or whoever has. Whose completion is noted already
/// keeps its day. The caller holds the course, so that what is published stays so.
pub fn settle(conn: &mut PgConnection, course: CourseId, member: Option<MemberId>) -> QueryResult<()> {
    sql_query(
        "INSERT INTO course_completions (course_id, member_id) \
         SELECT $1, d.member_id FROM lessons l JOIN completions d ON d.lesson_id = l.id \
         WHERE l.course_id = $1 AND l.published_at IS NOT NULL AND ($2::uuid IS NULL OR d.member_id = $2) \
         GROUP BY d.member_id \
         HAVING count(*) = (SELECT count(*) FROM lessons l WHERE l.course_id = $1 AND l.published_at IS NOT NULL) \
         ON CONFLICT DO NOTHING",
    )
    .bind::<sql_types::Uuid, _>(course)
    .bind::<Nullable<sql_types::Uuid>, _>(member)
    .execute(conn)
    .map(drop)
}
