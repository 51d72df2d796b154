//! Telling visitors apart without knowing them (S54): a hash of network address and browser with a salt that lives for a day.

use crate::{db, schema::click_salts};
use chrono::NaiveDate;
use diesel::{
    QueryResult,
    dsl::sql,
    prelude::*,
    sql_types::{Date, Double},
};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use std::{
    net::IpAddr,
    time::{Duration, Instant},
};

/// What tells one visitor from another on one day.
pub type VisitorHash = [u8; 16];

/// Who came, as far as a request says. Never written down.
#[derive(Debug, Clone)]
pub struct Visitor {
    /// The network address.
    pub address: Option<IpAddr>,
    /// What the browser says of itself.
    pub agent: String,
}

/// The day's salt. Every copy of the program has the same one, from the row that the first of them wrote.
pub struct Salt {
    keyed: Hmac<Sha256>,
    until: Instant,
}

/// The day by the database's clock, which all copies share (R26), and how long it lasts. SQL, since Diesel has no words for time zones.
const TODAY: &str = "(now() AT TIME ZONE 'UTC')::date";
const DAY_LEFT: &str =
    "extract(epoch FROM date_trunc('day', now() AT TIME ZONE 'UTC') + interval '1 day' - now() AT TIME ZONE 'UTC')::float8";

impl Salt {
    /// Today's. Those before it are deleted, so that nothing leads back to a visitor of another day.
    pub fn of_today(conn: &mut PgConnection) -> QueryResult<Self> {
        let new: [u8; 32] = rand::random();
        // One transaction, so that it is the same day in all of it.
        let (salt, left) = db::transaction(conn, |conn| {
            diesel::insert_into(click_salts::table)
                .values((click_salts::day.eq(sql::<Date>(TODAY)), click_salts::salt.eq(new.to_vec())))
                .on_conflict_do_nothing()
                .execute(conn)?;
            // Today's; or tomorrow's, where another copy began it meanwhile.
            let (day, salt, left): (NaiveDate, Vec<u8>, f64) = click_salts::table
                .filter(click_salts::day.ge(sql::<Date>(TODAY)))
                .order(click_salts::day)
                .select((click_salts::day, click_salts::salt, sql::<Double>(DAY_LEFT)))
                .first(conn)?;
            diesel::delete(click_salts::table.filter(click_salts::day.lt(day))).execute(conn)?;
            QueryResult::Ok((salt, left))
        })?;
        let keyed = Hmac::new_from_slice(&salt).expect("HMAC takes a key of any length");
        Ok(Self { keyed, until: Instant::now() + Duration::from_secs_f64(left.max(0.0)) })
    }

    /// Whether its day is over.
    pub fn is_over(&self) -> bool {
        Instant::now() >= self.until
    }

    /// The first half of the HMAC.
    pub fn hash(&self, visitor: &Visitor) -> VisitorHash {
        let mut mac = self.keyed.clone();
        match visitor.address {
            Some(IpAddr::V4(address)) => mac.update(&address.octets()),
            Some(IpAddr::V6(address)) => mac.update(&address.octets()),
            None => {}
        }
        mac.update(&[0]);
        mac.update(visitor.agent.as_bytes());
        let whole = mac.finalize().into_bytes();
        let mut half = VisitorHash::default();
        half.copy_from_slice(&whole[..16]);
        half
    }
}
