//! Clicks: writing many at once with their daily totals (R21), and forgetting the old ones (S70).

use crate::{
    db::Collision,
    ids::{ClickId, LinkId},
    links::visitor::VisitorHash,
};
use diesel::{
    pg::Pg,
    prelude::*,
    query_builder::{AstPass, QueryFragment, QueryId},
    sql_query,
    sql_types::{Array, Binary, Uuid},
};

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

/// Deletes clicks of more than thirteen months ago (S70), a thousand at most, and says whether there may be more. Their daily totals stay, and
/// so does what a sale needs of the click that brought it: it stands with the sale.
pub fn forget(conn: &mut PgConnection) -> QueryResult<bool> {
    Ok(sql_query(FORGET).execute(conn)? == MOST_FORGOTTEN)
}

/// Clicks deleted at once.
const MOST_FORGOTTEN: usize = 1_000;
/// SQL for the id that a click of that moment would have had at least: ids begin with their time, so that their index finds the old ones.
const FORGET: &str = "DELETE FROM clicks WHERE id IN (SELECT id FROM clicks \
    WHERE id < rpad(lpad(to_hex((extract(epoch FROM now() - interval '13 months') * 1000)::bigint), 12, '0'), 32, '0')::uuid \
        AND at < now() - interval '13 months' ORDER BY id LIMIT 1000)";
