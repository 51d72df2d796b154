//! Clicks: writing many at once with their daily totals (R21), and reading the totals.

use crate::{
    db::Collision,
    ids::{ClickId, LinkId},
    links::visitor::VisitorHash,
    schema::click_days,
};
use chrono::NaiveDate;
use diesel::{
    dsl::sql,
    pg::Pg,
    prelude::*,
    query_builder::{AstPass, QueryFragment, QueryId},
    sql_types::{Array, BigInt, Binary, Date, Uuid},
};
use std::collections::HashMap;

/// An answered redirect that is not written down yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NewClick {
    /// What the destination is told.
    pub id: ClickId,
    /// The link.
    pub link: LinkId,
    /// Who came.
    pub visitor: VisitorHash,
}

/// Writes clicks down, all or none. Of a visitor's clicks on a link within an hour the first counts as the first, the others as repeated
/// (S54). One statement is one transaction, and tried again where two copies of the program fell over each other (R19).
pub fn record(conn: &mut PgConnection, clicks: &[NewClick]) -> QueryResult<()> {
    let ids: Vec<ClickId> = clicks.iter().map(|click| click.id).collect();
    let links: Vec<LinkId> = clicks.iter().map(|click| click.link).collect();
    let visitors: Vec<VisitorHash> = clicks.iter().map(|click| click.visitor).collect();
    let record = Record { ids: &ids, links: &links, visitors: &visitors };
    for _ in 0..2 {
        match record.execute(conn) {
            Err(error) if error.is_collision() => {}
            done => return done.map(drop),
        }
    }
    record.execute(conn).map(drop)
}

/// SQL, since Diesel cannot hand the rows of one statement to the next. A type of its own and not `sql_query`, whose plan would be made
/// anew for every batch. Rows come in the order of links, so that copies of the program wait for each other and never in a circle.
#[derive(Clone, Copy)]
struct Record<'a> {
    ids: &'a [ClickId],
    links: &'a [LinkId],
    visitors: &'a [VisitorHash],
}

/// The words are always the same, so that the statement is prepared once.
impl QueryId for Record<'_> {
    type QueryId = Record<'static>;
    const HAS_STATIC_QUERY_ID: bool = true;
}

impl QueryFragment<Pg> for Record<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        out.push_sql("WITH given AS (SELECT * FROM unnest(");
        out.push_bind_param::<Array<Uuid>, _>(self.ids)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<Uuid>, _>(self.links)?;
        out.push_sql(", ");
        out.push_bind_param::<Array<Binary>, _>(self.visitors)?;
        out.push_sql(
            ") AS given (id, link_id, visitor)), \
             first AS (INSERT INTO clicks (id, link_id, visitor) SELECT id, link_id, visitor FROM given ORDER BY link_id, visitor, id \
                 ON CONFLICT (link_id, visitor, date_trunc('hour', at AT TIME ZONE 'UTC')) WHERE NOT repeated DO NOTHING RETURNING id), \
             again AS (INSERT INTO clicks (id, link_id, visitor, repeated) \
                 SELECT id, link_id, visitor, true FROM given WHERE id NOT IN (SELECT id FROM first)) \
             INSERT INTO click_days (link_id, day, clicks, repeated) \
                 SELECT link_id, (now() AT TIME ZONE 'UTC')::date, count(*), count(*) - count(first.id) \
                 FROM given LEFT JOIN first USING (id) GROUP BY link_id ORDER BY link_id \
                 ON CONFLICT (link_id, day) DO UPDATE \
                 SET clicks = click_days.clicks + excluded.clicks, repeated = click_days.repeated + excluded.repeated",
        );
        Ok(())
    }
}

impl RunQueryDsl<PgConnection> for Record<'_> {}

/// How often a link was followed, repeated clicks of one visitor among them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Clicks {
    /// Today, in UTC.
    pub today: i64,
    /// In the last thirty days, today among them.
    pub month: i64,
    /// Since there is the link.
    pub all: i64,
}

/// Those of each link; one that nobody followed is not among them.
pub fn of_links(conn: &mut PgConnection, links: &[LinkId]) -> QueryResult<HashMap<LinkId, Clicks>> {
    let since = |days: i64| sql::<BigInt>(&format!("coalesce(sum(clicks) FILTER (WHERE day > {TODAY} - {days}), 0)::bigint"));
    let rows: Vec<(LinkId, i64, i64, i64)> = click_days::table
        .filter(click_days::link_id.eq_any(links))
        .group_by(click_days::link_id)
        .select((click_days::link_id, since(1), since(30), sql::<BigInt>("sum(clicks)::bigint")))
        .load(conn)?;
    Ok(rows.into_iter().map(|(link, today, month, all)| (link, Clicks { today, month, all })).collect())
}

/// A link's clicks on one day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = click_days)]
pub struct ClickDay {
    /// The link.
    pub link_id: LinkId,
    /// In UTC.
    pub day: NaiveDate,
    /// How often it was followed.
    pub clicks: i64,
    /// How many of these were not a visitor's first within the hour.
    pub repeated: i64,
}

/// The last so many days of those links, today among them, in order; a day without clicks is not among them.
pub fn by_day(conn: &mut PgConnection, links: &[LinkId], days: u16) -> QueryResult<Vec<ClickDay>> {
    click_days::table
        .filter(click_days::link_id.eq_any(links))
        .filter(click_days::day.gt(sql::<Date>(&format!("{TODAY} - {days}"))))
        .order((click_days::day, click_days::link_id))
        .select(ClickDay::as_select())
        .load(conn)
}

/// The database's day (R26). SQL, since Diesel has no words for time zones.
const TODAY: &str = "(now() AT TIME ZONE 'UTC')::date";
