//! Pages by keyset: a cursor names the last row seen, so that rows may arrive meanwhile (rule 8, G7).

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use chrono::{DateTime, TimeZone, Utc};
use uuid::Uuid;

/// Rows on a page.
pub const PAGE_SIZE: usize = 25;
/// Counting stops here and then says "10,000+" (rule 8).
pub const MOST: i64 = 10_000;

/// A count that stops after [`MOST`]: "214", "1,214", "10,000+".
pub fn said(count: i64) -> String {
    match count {
        MOST.. if count > MOST => "10,000+".to_owned(),
        1000.. => format!("{},{:03}", count / 1000, count % 1000),
        _ => count.to_string(),
    }
}

/// The row beside which a page begins, in a list ordered by a time and an id, both falling.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cursor {
    /// The row's time, to the microsecond.
    pub at: DateTime<Utc>,
    /// The row's id.
    pub id: Uuid,
}

/// Where a page of a list begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Start {
    /// At the top.
    First,
    /// With the rows after this one.
    After(Cursor),
    /// With the rows before this one, so that the page ends there.
    Before(Cursor),
}

impl Cursor {
    /// As it stands in a URL.
    pub fn to_text(self) -> String {
        let mut bytes = self.at.timestamp_micros().to_be_bytes().to_vec();
        bytes.extend(self.id.as_bytes());
        BASE64_URL_SAFE_NO_PAD.encode(bytes)
    }
    fn from_text(text: &str) -> Option<Self> {
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(text).ok()?;
        let (at, id) = bytes.split_at_checked(8)?;
        Some(Self { at: Utc.timestamp_micros(i64::from_be_bytes(at.try_into().ok()?)).single()?, id: Uuid::from_slice(id).ok()? })
    }
}

impl Start {
    /// From the query's `after` and `before`; what is no cursor begins at the top.
    pub fn from_query(after: &str, before: &str) -> Self {
        match (Cursor::from_text(after), Cursor::from_text(before)) {
            (Some(cursor), _) => Self::After(cursor),
            (None, Some(cursor)) => Self::Before(cursor),
            (None, None) => Self::First,
        }
    }

    /// For a statement written as SQL, of rows that fall by time and id: how they compare with the row beside which the page begins, the way
    /// in which they come, and that row.
    pub fn beside(self) -> (&'static str, &'static str, Cursor) {
        match self {
            Self::First => ("<", "DESC", Cursor { at: DateTime::<Utc>::MAX_UTC, id: Uuid::max() }),
            Self::After(row) => ("<", "DESC", row),
            Self::Before(row) => (">", "ASC", row),
        }
    }
}

/// One page of a list, with the cursors of its neighbours.
#[derive(Debug, Clone)]
pub struct Page<T> {
    /// The rows, in the list's order.
    pub rows: Vec<T>,
    /// For the page before, where there is one.
    pub previous: Option<String>,
    /// For the page after, where there is one.
    pub next: Option<String>,
}

impl<T> Page<T> {
    /// Of this row alone, with no neighbours.
    pub fn single(row: T) -> Self {
        Self { rows: vec![row], previous: None, next: None }
    }

    /// From up to `PAGE_SIZE + 1` rows as fetched: in the list's order, or reversed for `Before`.
    pub fn of(start: Start, mut fetched: Vec<T>, cursor: impl Fn(&T) -> Cursor) -> Self {
        let more = fetched.len() > PAGE_SIZE;
        fetched.truncate(PAGE_SIZE);
        let backwards = matches!(start, Start::Before(_));
        if backwards {
            fetched.reverse();
        }
        let (has_previous, has_next) = match start {
            Start::First => (false, more),
            Start::After(_) => (true, more),
            Start::Before(_) => (more, true),
        };
        let previous = fetched.first().filter(|_| has_previous).map(|row| cursor(row).to_text());
        let next = fetched.last().filter(|_| has_next).map(|row| cursor(row).to_text());
        Self { rows: fetched, previous, next }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_count_is_said_in_thousands_and_stops() {
        assert_eq!([0, 999, 1000, 10_000, 10_001].map(said), ["0", "999", "1,000", "10,000", "10,000+"]);
    }

    #[test]
    fn a_cursor_survives_the_url() {
        let cursor = Cursor { at: Utc.timestamp_micros(1_700_000_000_123_456).unwrap(), id: Uuid::now_v7() };
        assert_eq!(Start::from_query(&cursor.to_text(), ""), Start::After(cursor));
        assert_eq!(Start::from_query("", &cursor.to_text()), Start::Before(cursor));
        assert_eq!(Start::from_query("nonsense", "%%"), Start::First);
    }
}
