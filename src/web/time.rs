//! Times as people read them (G15): relative, with the exact one in the viewer's zone beside it.

use chrono::{DateTime, Datelike, Utc};
use chrono_tz::Tz;

/// A moment as shown to one person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moment {
    /// For `<time datetime>`.
    pub iso: String,
    /// "2 hours ago", "Yesterday", "14 Mar 2024".
    pub relative: String,
    /// "14 Mar 2024".
    pub date: String,
    /// "30 November 2026, 17:00 UTC".
    pub exact: String,
}

impl Moment {
    /// `at` as seen `now`, in `zone`.
    pub fn new(at: DateTime<Utc>, now: DateTime<Utc>, zone: Tz) -> Self {
        let local = at.with_timezone(&zone);
        Self {
            iso: at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true),
            relative: relative(at, now, zone),
            date: local.format("%-d %b %Y").to_string(),
            exact: exact(at, zone),
        }
    }
}

/// "30 November 2026, 17:00 UTC".
pub fn exact(at: DateTime<Utc>, zone: Tz) -> String {
    at.with_timezone(&zone).format("%-d %B %Y, %H:%M %Z").to_string()
}

/// "30 November 2026".
pub fn day(at: DateTime<Utc>, zone: Tz) -> String {
    at.with_timezone(&zone).format("%-d %B %Y").to_string()
}

fn relative(at: DateTime<Utc>, now: DateTime<Utc>, zone: Tz) -> String {
    let days = (now.with_timezone(&zone).date_naive() - at.with_timezone(&zone).date_naive()).num_days();
    let minutes = (now - at).num_minutes();
    match (days, minutes) {
        (..0, _) => at.with_timezone(&zone).format("%-d %b %Y").to_string(),
        (_, ..1) => "Just now".to_owned(),
        (_, 1) => "1 minute ago".to_owned(),
        (_, ..60) => format!("{minutes} minutes ago"),
        (0, ..120) => "1 hour ago".to_owned(),
        (0, _) => format!("{} hours ago", minutes / 60),
        (1, _) => "Yesterday".to_owned(),
        (..14, _) => format!("{days} days ago"),
        _ if at.with_timezone(&zone).year() == now.with_timezone(&zone).year() => at.with_timezone(&zone).format("%-d %b").to_string(),
        _ => at.with_timezone(&zone).format("%-d %b %Y").to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::{TimeDelta, TimeZone};

    #[test]
    fn times_are_said_as_people_say_them() {
        let now = Utc.with_ymd_and_hms(2026, 11, 23, 12, 0, 0).unwrap();
        let said = |ago: TimeDelta| relative(now - ago, now, Tz::UTC);
        assert_eq!(said(TimeDelta::seconds(20)), "Just now");
        assert_eq!(said(TimeDelta::minutes(5)), "5 minutes ago");
        assert_eq!(said(TimeDelta::minutes(125)), "2 hours ago");
        assert_eq!(said(TimeDelta::hours(20)), "Yesterday");
        assert_eq!(said(TimeDelta::days(9)), "9 days ago");
        assert_eq!(said(TimeDelta::days(40)), "14 Oct");
        assert_eq!(said(TimeDelta::days(400)), "19 Oct 2025");
    }

    #[test]
    fn an_exact_time_names_its_zone() {
        let at = Utc.with_ymd_and_hms(2026, 11, 30, 17, 0, 0).unwrap();
        assert_eq!(exact(at, Tz::UTC), "30 November 2026, 17:00 UTC");
        assert_eq!(exact(at, chrono_tz::Europe::Berlin), "30 November 2026, 18:00 CET");
    }
}
