//! The picture of what a team or a member brings, on the partner detail view, the member's page and the team's home (rule 18).

use crate::{
    money::{Money, grouped},
    partners::activity::{Activity, Measure, Period, Series},
    paths,
    web::chart::Chart,
};
use chrono::NaiveDate;
use serde::Deserialize;
use std::cmp::Ordering;

/// What the address says of the picture.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct ActivityQuery {
    activity: String,
    show: String,
    /// The search for members that stands on the same page, and stays.
    #[serde(skip)]
    members: String,
}

/// The section as it is shown.
pub struct ActivityView {
    /// "Activity", or "Your activity".
    pub title: &'static str,
    /// The periods to choose from.
    pub periods: Vec<Choice>,
    /// The numbers, which choose what is drawn.
    pub tiles: Vec<Tile>,
    /// The drawing.
    pub chart: Chart,
    /// What stands at the grid's lines, the highest first.
    pub left: Vec<String>,
    /// What stands below, the oldest first.
    pub below: Vec<String>,
    /// The newest number, and of which time it is.
    pub last: (String, &'static str),
    /// Whether there is nothing to draw, in this time and the one before.
    pub is_empty: bool,
    /// The drawing in a sentence.
    pub sentence: String,
    /// "Last 13 weeks" and "The 13 weeks before".
    pub legend: (String, String),
    /// The heads of the table behind it.
    pub heads: Vec<String>,
    /// Its rows, the newest first.
    pub rows: Vec<(String, Vec<String>)>,
}

/// A period to choose.
pub struct Choice {
    /// "13 weeks".
    pub words: &'static str,
    /// The address with it.
    pub href: String,
    /// Whether it is the one shown.
    pub current: bool,
}

/// One of the numbers over the picture.
pub struct Tile {
    /// "Clicks".
    pub label: String,
    /// All of the period.
    pub number: String,
    /// "40% up from 664".
    pub change: String,
    way: Ordering,
    /// The address that draws it.
    pub href: String,
    /// Whether it is drawn.
    pub current: bool,
}

impl ActivityQuery {
    /// As the address of a page with a search for members spells it.
    pub fn beside(members: String, activity: String, show: String) -> Self {
        Self { activity, show, members }
    }

    /// What the address says of it, for links and forms that keep it.
    pub fn pairs(&self) -> [(&'static str, &str); 2] {
        [("activity", &self.activity), ("show", &self.show)]
    }

    /// The period asked for, 13 weeks where none is.
    pub fn period(&self) -> Period {
        Period::parse(&self.activity).unwrap_or(Period::Days90)
    }
}

impl ActivityView {
    /// The section of a page at the address `here`.
    pub fn new(title: &'static str, here: &str, query: &ActivityQuery, series: &Series) -> Self {
        let activity = Activity::new(query.period(), series);
        let measures = activity.measures();
        let wanted = Measure::parse(&query.show);
        let drawn = measures.iter().find(|measure| **measure == wanted).unwrap_or(&Measure::Clicks).clone();
        let at = |period: Period, measure: &Measure| {
            let pairs = [("members", query.members.as_str()), ("activity", period.as_str()), ("show", measure.word())];
            format!("{}#activity", paths::with_query(here, &pairs))
        };
        let period = activity.period;
        let choice = |it: Period| Choice { words: words(it), href: at(it, &drawn), current: it == period };
        let (now, before, steps) = (activity.numbers(&drawn), activity.numbers_before(&drawn), activity.steps());
        let chart = Chart::new(now, before);
        Self {
            title,
            periods: Period::ALL.iter().copied().map(choice).collect(),
            tiles: measures.iter().map(|measure| Tile::new(&activity, measure, at(period, measure), *measure == drawn)).collect(),
            left: chart.left.iter().map(|number| drawn.write(*number)).collect(),
            below: chart.below.iter().map(|nth| short(steps[*nth].1)).collect(),
            last: (drawn.write(now.last().copied().unwrap_or_default()), if period == Period::Days30 { "today" } else { "this week" }),
            is_empty: now.iter().chain(before).all(|number| *number == 0),
            sentence: sentence(&activity, &drawn),
            legend: (format!("Last {}", words(period)), format!("The {} before", words(period))),
            heads: measures.iter().map(|measure| measure.label(measures.len() > 3)).collect(),
            rows: steps.iter().enumerate().rev().map(|(nth, step)| (spell(*step), row(&activity, &measures, nth))).collect(),
            chart,
        }
    }
}

impl Tile {
    fn new(activity: &Activity, measure: &Measure, href: String, current: bool) -> Self {
        let (now, before) = (activity.total(measure), activity.total_before(measure));
        let many = activity.measures().len() > 3;
        let (change, way) = change(measure, now, before);
        Self { label: measure.label(many), number: measure.write(now), change, way, href, current }
    }
    /// Whether it is more than before.
    pub fn rose(&self) -> bool {
        self.way == Ordering::Greater
    }
    /// Whether it is less than before.
    pub fn fell(&self) -> bool {
        self.way == Ordering::Less
    }
}

/// "40% up from 664".
fn change(measure: &Measure, now: i64, before: i64) -> (String, Ordering) {
    let from = measure.write(before);
    match before {
        // Of less than nothing there is no percentage.
        ..0 => return (format!("after {from}"), now.cmp(&before)),
        0 => return (if now == 0 { "none yet".to_owned() } else { "none before".to_owned() }, Ordering::Equal),
        _ => {}
    }
    let percent = (i128::from(now) - i128::from(before)).abs() * 100 / i128::from(before);
    let way = now.cmp(&before);
    let words = match way {
        Ordering::Greater => format!("{percent}% up from {from}"),
        Ordering::Less => format!("{percent}% down from {from}"),
        Ordering::Equal => "as before".to_owned(),
    };
    (words, way)
}

/// The drawing for who does not see it.
fn sentence(activity: &Activity, drawn: &Measure) -> String {
    let numbers = activity.numbers(drawn);
    let label = match drawn {
        Measure::Clicks => "clicks".to_owned(),
        Measure::Referrals => "referrals".to_owned(),
        Measure::Revenue(currency) => format!("revenue in {currency}"),
    };
    let most = numbers.iter().enumerate().max_by_key(|(_, number)| **number).filter(|(_, number)| **number > 0);
    let (period, total, before) = (words(activity.period), activity.total(drawn), drawn.write(activity.total_before(drawn)));
    if most.is_none() && total == 0 {
        return format!("No {label} in the last {period}.");
    }
    let most = most.map(|(nth, most)| format!("; most in {}: {}", spell(activity.steps()[nth]), drawn.write(*most)));
    format!("{} {label} in the last {period}, after {before} in the {period} before{}.", drawn.write(total), most.unwrap_or_default())
}

fn row(activity: &Activity, measures: &[Measure], nth: usize) -> Vec<String> {
    measures.iter().map(|measure| measure.write(activity.numbers(measure)[nth])).collect()
}

impl Measure {
    /// Its name; that of a currency too, where there are several.
    fn label(&self, names_currency: bool) -> String {
        match self {
            Self::Clicks => "Clicks".to_owned(),
            Self::Referrals => "Referrals".to_owned(),
            Self::Revenue(currency) if names_currency => format!("Revenue, {currency}"),
            Self::Revenue(_) => "Revenue".to_owned(),
        }
    }

    /// A number of it.
    fn write(&self, number: i64) -> String {
        match self {
            Self::Clicks | Self::Referrals => grouped(number.unsigned_abs()),
            Self::Revenue(currency) => Money::new(number, currency).brief(),
        }
    }
}

/// "13 weeks".
const fn words(period: Period) -> &'static str {
    match period {
        Period::Days30 => "30 days",
        Period::Days90 => "13 weeks",
        Period::Months12 => "52 weeks",
    }
}

/// "31 Aug".
fn short(day: NaiveDate) -> String {
    day.format("%-d %b").to_string()
}

/// "31 Aug", or "25 to 31 Aug 2026".
fn spell((first, last): (NaiveDate, NaiveDate)) -> String {
    if first == last { last.format("%-d %b %Y").to_string() } else { format!("{} to {}", short(first), last.format("%-d %b %Y")) }
}
