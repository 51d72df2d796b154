//! Keys and what is reported with them, a team's referrals, a company's referrals and what it decides.

pub mod api;
pub mod company;
pub mod keys;
pub mod one;
pub mod team;

use crate::referrals::{ReferralStatus, noticing::SelfReferral};

/// The badge of where a referral stands: kind, and icon.
pub const fn look(status: ReferralStatus) -> (&'static str, &'static str) {
    match status {
        ReferralStatus::Submitted => ("accent", "send"),
        ReferralStatus::Approved => ("ok", "check"),
        ReferralStatus::Declined => ("", "x"),
        ReferralStatus::Won => ("ok", "check-circle"),
    }
}

/// The badge of what was noticed about a lead, the gravest alone.
fn noticed(own: Option<SelfReferral>, is_duplicate: bool, known_customer: bool) -> Option<&'static str> {
    match (own, is_duplicate, known_customer) {
        (Some(_), _, _) => Some("Own lead?"),
        (None, true, _) => Some("Duplicate"),
        (None, false, true) => Some("Customer already"),
        (None, false, false) => None,
    }
}
