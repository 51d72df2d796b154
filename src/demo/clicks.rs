//! People who followed the demo's links over the past year: the same in every demo, more on working days, more by and by, most of them
//! by few links.

use super::seed::Town;
use crate::{
    error::Result,
    ids::{ClickId, LinkId},
    links::clicks::{self, NewClick},
    schema::links,
};
use chrono::{DateTime, Datelike, TimeDelta, Utc, Weekday};
use diesel::{dsl::sql, prelude::*, sql_query, sql_types::Integer};

/// How far back they go.
const DAYS: i32 = 365;
/// How many clicks in a hundred days, by how well a link is known; the last is that of most links.
const KNOWN: [u64; 8] = [320, 140, 60, 25, 12, 8, 5, 3];

impl Town<'_> {
    /// Follows whatever links there are by now.
    pub(super) fn clicks(&mut self) -> Result<()> {
        let links: Vec<(LinkId, DateTime<Utc>)> = links::table.order(links::text).select((links::id, links::created_at)).load(self.conn)?;
        let today: DateTime<Utc> = diesel::select(sql::<diesel::sql_types::Timestamptz>("now()")).get_result(self.conn)?;
        for ago in (0..DAYS).rev() {
            let at = today - TimeDelta::days(ago.into());
            let there = links.iter().zip(1u64..).filter(|((_, made), _)| *made <= at);
            let followed: Vec<NewClick> = there.flat_map(|((link, _), nth)| followed(*link, nth, at)).collect();
            if !followed.is_empty() {
                clicks::record(self.conn, &followed)?;
                self.clicks_back(ago)?;
            }
        }
        // The totals follow the clicks, also those that were dated back with their sales.
        sql_query("DELETE FROM click_days").execute(self.conn)?;
        sql_query(
            "INSERT INTO click_days (link_id, day, clicks, repeated) \
             SELECT link_id, (at AT TIME ZONE 'UTC')::date, count(*), count(*) FILTER (WHERE repeated) FROM clicks GROUP BY 1, 2",
        )
        .execute(self.conn)?;
        Ok(())
    }

    /// Moves today's clicks so many days back, in days of 24 hours, since totals are by the days of UTC, which has no others.
    fn clicks_back(&mut self, days: i32) -> Result<()> {
        sql_query("UPDATE clicks SET at = at - $1 * interval '24 hours' WHERE at = now()").bind::<Integer, _>(days).execute(self.conn)?;
        Ok(())
    }
}

/// Who followed that link on that day.
fn followed(link: LinkId, nth: u64, at: DateTime<Utc>) -> Vec<NewClick> {
    let day = at.num_days_from_ce().unsigned_abs().into();
    let known = KNOWN[usize::try_from(chance(nth, 0) % 61).unwrap_or_default().min(KNOWN.len() - 1)];
    let weekday = if matches!(at.weekday(), Weekday::Sat | Weekday::Sun) { 40 } else { 110 };
    let season = 60 + u64::from(at.ordinal() % 90) / 2;
    let hundredths = known * weekday * season / 10_000;
    // Between none and twice as many as usual, whole ones by chance.
    let many = (hundredths * (chance(nth, day) % 200) / 100 + chance(nth, day + 1) % 100) / 100;
    // Every eighth is somebody who was there a moment ago.
    let visitor = |click: u64| chance(nth * 1_000 + click - u64::from(click % 8 == 7), day);
    (0..many).map(|click| NewClick { id: ClickId::new(), link, visitor: u128::from(visitor(click)).to_be_bytes() }).collect()
}

/// A number by chance, always the same for the same two: splitmix64.
fn chance(first: u64, second: u64) -> u64 {
    let mut mixed = first.wrapping_mul(0x9E37_79B9_7F4A_7C15).wrapping_add(second.wrapping_mul(0xBF58_476D_1CE4_E5B9));
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    mixed ^ (mixed >> 31)
}
