//! What a company sees of its partner teams, and what it keeps about them for itself. No control here changes a team (rule 16).

pub mod activity;
pub mod care;
pub mod counts;
pub mod detail;
pub mod handlers;
pub mod health;
pub mod list;
pub mod member;

pub use crate::search::{Marked, Search};
pub use counts::Counts;
pub use detail::{PartnerDetail, WaitsFor};
pub use list::{AllPartners, PartnerRow};
pub use member::{MemberRow, PartnerMember, Trained};
