//! The company's audit log, narrowed in the address by person, action and days.

use super::Row;
use crate::{
    access::{Authorized, may},
    audit::{
        Action,
        lines::{Filter, Log, Someone},
    },
    companies::rail::CompanyTab,
    db::Db,
    error::Result,
    paths,
    web::{
        Frame, Layout, page,
        pagination::{PAGE_SIZE, Page, Start},
    },
};
use actix_web::{HttpResponse, web::Query};
use askama::Template;
use chrono::{DateTime, Days, NaiveDate, NaiveTime, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;
use serde::Deserialize;

/// What the address narrows the log to, as it stands there; what is none of it narrows nothing.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct FilterQuery {
    person: String,
    action: String,
    /// A day, like 2026-11-23.
    from: String,
    /// A day, which is in it.
    to: String,
}

/// The rest of the address.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct ListQuery {
    after: String,
    before: String,
}

#[derive(Template)]
#[template(path = "audit/company.html")]
struct AuditPage {
    frame: Frame,
    here: String,
    export: String,
    company: String,
    query: FilterQuery,
    filter: Filter,
    people: Vec<Someone>,
    rows: Vec<Row>,
    previous: Option<String>,
    next: Option<String>,
}

impl FilterQuery {
    /// The filter, with days as they are where the reader is.
    pub fn filter(&self, zone: Tz) -> Filter {
        Filter {
            person: self.person.parse().ok(),
            action: Action::parse(&self.action),
            from: day(&self.from).and_then(|day| beginning(day, zone)),
            until: day(&self.to).and_then(|day| day.checked_add_days(Days::new(1))).and_then(|day| beginning(day, zone)),
        }
    }

    /// As the address has it.
    fn pairs(&self) -> [(&'static str, &str); 4] {
        [("person", &self.person), ("action", &self.action), ("from", &self.from), ("to", &self.to)]
    }
}

fn day(text: &str) -> Option<NaiveDate> {
    NaiveDate::parse_from_str(text.trim(), "%Y-%m-%d").ok()
}

/// The first moment of the day: midnight, or where the clocks pass over that, the next time that they show.
fn beginning(day: NaiveDate, zone: Tz) -> Option<DateTime<Utc>> {
    let midnight = day.and_time(NaiveTime::MIN);
    let mut minutes = (0..=24 * 60).filter_map(|minutes| midnight.checked_add_signed(TimeDelta::minutes(minutes)));
    minutes.find_map(|at| zone.from_local_datetime(&at).earliest()).map(|at| at.with_timezone(&Utc))
}

/// What was done in the company, the last first.
pub async fn index(
    by: Authorized<may::Administer>,
    Query(query): Query<FilterQuery>,
    Query(list): Query<ListQuery>,
    layout: Layout,
    db: Db,
) -> Result<HttpResponse> {
    let (company, filter) = (by.company.id, query.filter(by.user.zone()));
    let start = Start::from_query(&list.after, &list.before);
    let log = db.run(move |conn| Log::read(conn, company, filter, start)).await?;
    page(&AuditPage::of(&by, layout, query, filter, log))
}

impl AuditPage {
    fn of(by: &Authorized<may::Administer>, layout: Layout, query: FilterQuery, filter: Filter, log: Log) -> Self {
        let Log { page: Page { rows, previous, next }, people } = log;
        let (here, now, zone) = (paths::audit(&by.company.slug), Utc::now(), by.user.zone());
        let link =
            |name: &'static str, cursor: String| paths::with_query(&here, &[query.pairs().as_slice(), &[(name, cursor.as_str())]].concat());
        Self {
            frame: by.frame(layout, CompanyTab::Audit, "Audit log"),
            export: paths::with_query(&paths::audit_export(&by.company.slug), &query.pairs()),
            company: by.company.name.clone(),
            people,
            rows: rows.iter().map(|line| Row::of(line, now, zone)).collect(),
            previous: previous.map(|cursor| link("before", cursor)),
            next: next.map(|cursor| link("after", cursor)),
            here,
            query,
            filter,
        }
    }

    /// Every action with its words, and whether the log is narrowed to it.
    fn actions(&self) -> Vec<(&'static str, String, bool)> {
        let mut actions: Vec<_> = Action::ALL
            .iter()
            .map(|action| (action.as_str(), super::capital(action.as_str()), self.filter.action == Some(*action)))
            .collect();
        actions.sort_by(|a, b| a.1.cmp(&b.1));
        actions
    }

    fn is_narrowed(&self) -> bool {
        self.filter != Filter::default()
    }

    /// The people to choose from in two groups, each with its head.
    fn groups(&self) -> [(&'static str, &[Someone]); 2] {
        let (staff, others) = self.people.split_at(self.people.partition_point(|someone| someone.is_staff));
        [("Staff", staff), ("Others", others)]
    }

    fn is_person(&self, someone: &&Someone) -> bool {
        self.filter.person == Some(someone.id)
    }

    fn words(&self) -> String {
        format!("{PAGE_SIZE} per page")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_begins_where_the_clocks_pass_over_midnight_too() {
        for (zone, on, at) in [
            (Tz::Europe__Berlin, "2026-03-29", "2026-03-28T23:00:00Z"),
            (Tz::America__Santiago, "2026-09-06", "2026-09-06T04:00:00Z"),
            (Tz::Africa__Cairo, "2026-04-24", "2026-04-23T22:00:00Z"),
            (Tz::Asia__Beirut, "2026-03-29", "2026-03-28T22:00:00Z"),
            (Tz::America__Havana, "2026-03-08", "2026-03-08T05:00:00Z"),
            // The clocks went back over midnight: the first one counts.
            (Tz::America__Havana, "2026-11-01", "2026-11-01T04:00:00Z"),
            // There was no such day.
            (Tz::Pacific__Apia, "2011-12-30", "2011-12-30T10:00:00Z"),
        ] {
            assert_eq!(day(on).and_then(|day| beginning(day, zone)), at.parse().ok(), "{on} in {zone}");
        }
    }
}
