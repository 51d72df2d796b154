//! The health strip of the partner detail view: facts that are known so far, in words.

use crate::{partners::detail::PartnerHead, web::time};
use chrono::{DateTime, Utc};
use chrono_tz::Tz;

/// The cells of the strip.
pub struct Facts(pub Vec<Fact>);

/// One cell. The icon alone is coloured.
pub struct Fact {
    /// Whether somebody should do something.
    pub is_warning: bool,
    /// What is so.
    pub fact: String,
    /// Since when, or who.
    pub detail: String,
}

impl Facts {
    /// What is known about that partner, for somebody in that zone.
    pub fn new(head: &PartnerHead, zone: Tz) -> Self {
        let now = Utc::now();
        let terms = terms(head);
        Self([Some(approvals(head, zone)), terms, Some(who_can_act(head)), Some(owner(head, now, zone))].into_iter().flatten().collect())
    }
}

fn fact(is_warning: bool, fact: impl Into<String>, detail: impl Into<String>) -> Fact {
    Fact { is_warning, fact: fact.into(), detail: detail.into() }
}

fn approvals(head: &PartnerHead, zone: Tz) -> Fact {
    match (head.health.approvals, head.health.approvals_since) {
        (0, _) | (_, None) => fact(false, "No approvals waiting", "The team has answered all"),
        (1, Some(since)) => fact(true, "1 approval waiting", format!("For the owner since {}", day(since, zone))),
        (n, Some(since)) => fact(true, format!("{n} approvals waiting"), format!("For the owner since {}", day(since, zone))),
    }
}

/// Nothing where no program of theirs has terms.
fn terms(head: &PartnerHead) -> Option<Fact> {
    let health = &head.health;
    match (health.with_terms, health.terms_due) {
        (0, _) => None,
        (1, 0) => Some(fact(false, "Terms accepted", format!("By {}", health.terms_by.as_deref().unwrap_or_default()))),
        (n, 0) => {
            Some(fact(false, "Terms accepted", format!("In {n} programs, last by {}", health.terms_by.as_deref().unwrap_or_default())))
        }
        (1, _) => Some(fact(true, "Terms not accepted", "The team’s program has newer ones")),
        (n, due) => Some(fact(true, "Terms not accepted", format!("In {due} of {n} programs"))),
    }
}

fn who_can_act(head: &PartnerHead) -> Fact {
    match head.health.admins {
        0 => fact(true, "Only the owner can act", "The team has no admin"),
        1 => fact(false, "2 people can act", "The owner and one admin"),
        n => fact(false, format!("{} people can act", n + 1), format!("The owner and {n} admins")),
    }
}

fn owner(head: &PartnerHead, now: DateTime<Utc>, zone: Tz) -> Fact {
    let Some(seen) = head.health.owner_seen else {
        return fact(
            head.health.owner_is_away(now),
            "Owner not seen yet",
            format!("In the team since {}", day(head.health.owner_since, zone)),
        );
    };
    let moment = time::Moment::new(seen, now, zone);
    let today = seen.with_timezone(&zone).date_naive() == now.with_timezone(&zone).date_naive();
    match (head.health.owner_is_away(now), today) {
        (true, _) => fact(true, "Owner not seen for 30 days", format!("Last on {}", moment.date)),
        (false, true) => fact(false, "Owner seen today", moment.relative),
        (false, false) => fact(false, "Owner seen lately", moment.relative),
    }
}

fn day(at: DateTime<Utc>, zone: Tz) -> String {
    at.with_timezone(&zone).format("%-d %b").to_string()
}
