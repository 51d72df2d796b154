//! A link as a page shows it.

use crate::{
    links::{LinkKind, list::LinkRow},
    paths,
    words::thousands,
};

/// A link as a page shows it.
pub struct Shown {
    /// The row.
    pub row: LinkRow,
    /// The whole link, as it is copied.
    pub address: String,
    /// What it is for: the program, or a further destination by its name.
    pub label: String,
    /// "Individual", "Secondary", or nothing.
    pub kind: &'static str,
    /// Clicks in all.
    pub clicks: String,
    /// Clicks in the last 30 days.
    pub recent: String,
}

impl Shown {
    /// On an installation that is reached under that address.
    pub fn new(row: LinkRow, base_url: &str) -> Self {
        Self {
            address: format!("{base_url}{}", paths::go(&row.text)),
            label: row.destination.clone().unwrap_or_else(|| row.program.clone()),
            kind: match row.kind {
                LinkKind::Default => "",
                LinkKind::Individual => "Individual",
                LinkKind::Secondary => "Secondary",
            },
            clicks: thousands(row.clicks),
            recent: thousands(row.recent),
            row,
        }
    }

    /// All of them.
    pub fn all(rows: Vec<LinkRow>, base_url: &str) -> Vec<Self> {
        rows.into_iter().map(|row| Self::new(row, base_url)).collect()
    }

    /// "149 clicks".
    pub fn clicks_words(&self) -> String {
        format!("{} click{}", self.clicks, if self.row.clicks == 1 { "" } else { "s" })
    }

    /// Its address in this installation, "/go/mia-chen".
    pub fn path(&self) -> String {
        paths::go(&self.row.text)
    }
}
