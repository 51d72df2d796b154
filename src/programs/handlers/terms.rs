//! The terms of a program for its company: the versions, one of them with what changed, which teams have accepted (rule 28).

use crate::{
    access::{Authorized, may},
    companies::{Company, StaffPermission, rail::CompanyTab},
    db::Db,
    error::Result,
    ids::{ProgramId, TermsId},
    paths,
    programs::{
        changes::{self, Part},
        versions::{AnswerCounts, Answered, ProgramTeams, TeamRow, Version, VersionRow, Versions},
    },
    web::{
        Avatar, Frame, Layout, Moment, Prose, page,
        pagination::{PAGE_SIZE, Page, Start, said},
    },
};
use actix_web::{
    HttpResponse,
    web::{Path, Query},
};
use askama::Template;
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use serde::Deserialize;

/// Versions to compare with that a page offers at most.
const MOST_TO_COMPARE: i32 = 100;

/// What the address says of a list.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct ListQuery {
    show: String,
    after: String,
    before: String,
}

/// What the address says of a version.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct VersionQuery {
    /// The number of the version to compare with.
    since: String,
}

#[derive(Template)]
#[template(path = "programs/terms.html")]
struct TermsPage {
    frame: Frame,
    company: Company,
    may_write: bool,
    id: ProgramId,
    h1: String,
    program: String,
    in_force: Option<(i32, Moment, Prose)>,
    rows: Vec<Row>,
    previous: Option<String>,
    next: Option<String>,
}

struct Row {
    href: String,
    number: i32,
    at: Moment,
    by: String,
    accepted: String,
}

#[derive(Template)]
#[template(path = "programs/version.html")]
struct VersionPage {
    frame: Frame,
    company: Company,
    id: ProgramId,
    here: String,
    program: String,
    h1: String,
    number: i32,
    is_in_force: bool,
    at: Moment,
    by: Option<String>,
    accepted: String,
    prose: Prose,
    since: Option<i32>,
    others: Vec<i32>,
    changes: Vec<Part>,
}

#[derive(Template)]
#[template(path = "programs/teams.html")]
struct TeamsPage {
    frame: Frame,
    company: Company,
    id: ProgramId,
    program: String,
    h1: String,
    show: Answered,
    counts: AnswerCounts,
    rows: Vec<Team>,
    previous: Option<String>,
    next: Option<String>,
}

struct Team {
    href: String,
    name: String,
    avatar: Avatar,
    at: Moment,
    accepted: Option<(i32, String, Moment)>,
}

type At = Path<(String, ProgramId)>;

/// The versions, with the text in force.
pub async fn index(
    by: Authorized<may::SeePartners>,
    at: At,
    Query(query): Query<ListQuery>,
    layout: Layout,
    db: Db,
) -> Result<HttpResponse> {
    let (company, id, start) = (by.company.id, at.1, Start::from_query(&query.after, &query.before));
    let versions = db.run(move |conn| Versions::read(conn, company, id, start)).await?;
    page(&TermsPage::of(&by, layout, versions))
}

/// One version, or what changed in it since an earlier one.
pub async fn show(
    by: Authorized<may::SeePartners>,
    at: Path<(String, ProgramId, TermsId)>,
    Query(query): Query<VersionQuery>,
    layout: Layout,
    db: Db,
) -> Result<HttpResponse> {
    let (company, program, id, since) = (by.company.id, at.1, at.2, query.since.parse().unwrap_or(0));
    let version = db.run(move |conn| Version::read(conn, company, program, id, since)).await?;
    page(&VersionPage::of(&by, layout, program, version, since))
}

/// Which teams have accepted the terms in force.
pub async fn teams(
    by: Authorized<may::SeePartners>,
    at: At,
    Query(query): Query<ListQuery>,
    layout: Layout,
    db: Db,
) -> Result<HttpResponse> {
    let (company, id, start) = (by.company.id, at.1, Start::from_query(&query.after, &query.before));
    let show = Answered::parse(&query.show);
    let teams = db.run(move |conn| ProgramTeams::read(conn, company, id, show, start)).await?;
    page(&TeamsPage::of(&by, layout, teams, show))
}

impl TermsPage {
    fn of(by: &Authorized<may::SeePartners>, layout: Layout, Versions { program, in_force, page }: Versions) -> Self {
        let (slug, now, zone) = (&by.company.slug, Utc::now(), by.user.zone());
        let here = paths::program_terms(slug, program.id);
        let h1 = format!("Terms of {}", program.name);
        Self {
            frame: by.frame(layout, CompanyTab::Programs, &h1),
            may_write: by.may(StaffPermission::WritePrograms),
            in_force: in_force.map(|terms| (terms.number, Moment::new(terms.published_at, now, zone), terms.prose())),
            rows: page.rows.into_iter().map(|row| Row::of(slug, program.id, row, now, zone)).collect(),
            previous: page.previous.map(|cursor| paths::with_query(&here, &[("before", &cursor)])),
            next: page.next.map(|cursor| paths::with_query(&here, &[("after", &cursor)])),
            company: by.company.clone(),
            id: program.id,
            program: program.name,
            h1,
        }
    }

    fn next_number(&self) -> i32 {
        self.in_force.as_ref().map_or(1, |(number, ..)| number + 1)
    }
}

impl Row {
    fn of(company: &str, program: ProgramId, row: VersionRow, now: DateTime<Utc>, zone: Tz) -> Self {
        Self {
            href: paths::program_terms_version(company, program, row.id),
            number: row.number,
            at: Moment::new(row.published_at, now, zone),
            by: row.by.unwrap_or_default(),
            accepted: teams_said(row.accepted),
        }
    }
}

impl VersionPage {
    fn of(by: &Authorized<may::SeePartners>, layout: Layout, id: ProgramId, version: Version, since: i32) -> Self {
        let prose = version.prose();
        let Version { program, version: row, body, in_force, since_body } = version;
        let h1 = format!("Version {} of the terms of {program}", row.number);
        let changes = since_body.map(|before| changes::between(&before, &body));
        Self {
            frame: by.frame(layout, CompanyTab::Programs, &h1),
            here: paths::program_terms_version(&by.company.slug, id, row.id),
            company: by.company.clone(),
            id,
            program,
            h1,
            number: row.number,
            is_in_force: row.number == in_force,
            at: Moment::new(row.published_at, Utc::now(), by.user.zone()),
            by: row.by,
            accepted: teams_said(row.accepted),
            prose,
            since: changes.as_ref().map(|_| since),
            others: (1.max(row.number - MOST_TO_COMPARE)..row.number).rev().collect(),
            changes: changes.unwrap_or_default(),
        }
    }
}

impl TeamsPage {
    fn of(by: &Authorized<may::SeePartners>, layout: Layout, teams: ProgramTeams, show: Answered) -> Self {
        let ProgramTeams { program, counts, page: Page { rows, previous, next } } = teams;
        let (slug, now, zone) = (&by.company.slug, Utc::now(), by.user.zone());
        let here = paths::program_acceptances(slug, program.id);
        let link = |name: &str, cursor: String| paths::with_query(&here, &[("show", show.word()), (name, &cursor)]);
        let h1 = format!("Teams of {}", program.name);
        Self {
            frame: by.frame(layout, CompanyTab::Programs, &h1),
            rows: rows.into_iter().map(|row| Team::of(slug, row, now, zone)).collect(),
            previous: previous.map(|cursor| link("before", cursor)),
            next: next.map(|cursor| link("after", cursor)),
            company: by.company.clone(),
            id: program.id,
            program: program.name,
            h1,
            show,
            counts,
        }
    }

    /// The address of the list of those, with their words and number.
    fn segments(&self) -> [(String, &'static str, String, bool); 3] {
        let here = paths::program_acceptances(&self.company.slug, self.id);
        let segment =
            |show: Answered, words, count| (paths::with_query(&here, &[("show", show.word())]), words, said(count), show == self.show);
        [
            segment(Answered::Due, "Not accepted", self.counts.due),
            segment(Answered::Accepted, "Accepted", self.counts.accepted),
            segment(Answered::Left, "Left the program", self.counts.left),
        ]
    }

    /// What there is none of.
    fn nothing(&self) -> (&'static str, &'static str) {
        match self.show {
            Answered::Due if self.counts.accepted > 0 => {
                ("Every team has accepted", "No team of this program still has to accept its terms in force.")
            }
            Answered::Due => ("No team has to accept", "A team that joins the program accepts its terms in force."),
            Answered::Accepted => ("No team has accepted yet", "A team’s owner or admin accepts, on the team’s own pages."),
            Answered::Left => ("No team has left", "A team that leaves the program stays readable here."),
        }
    }

    fn is_left(&self) -> bool {
        self.show == Answered::Left
    }

    fn words(&self) -> String {
        format!("{PAGE_SIZE} per page")
    }
}

impl Team {
    fn of(company: &str, row: TeamRow, now: DateTime<Utc>, zone: Tz) -> Self {
        let accepted = row.number.zip(row.accepted_by).zip(row.accepted_at);
        Self {
            href: paths::partner(company, &row.slug),
            avatar: Avatar::team(row.team_id.uuid(), &row.name),
            name: row.name,
            at: Moment::new(row.at, now, zone),
            accepted: accepted.map(|((number, by), at)| (number, by, Moment::new(at, now, zone))),
        }
    }
}

fn teams_said(count: i64) -> String {
    if count == 1 { "1 team".to_owned() } else { format!("{} teams", said(count)) }
}
