//! What a company sees of its partner teams. Read-only: no control here changes a team (rule 16).

pub mod counts;
pub mod detail;
pub mod handlers;
pub mod list;
pub mod member;

pub use crate::search::{Marked, Search};
pub use counts::Counts;
pub use detail::{PartnerDetail, WaitsFor};
pub use list::{AllPartners, PartnerRow};
pub use member::{MemberRow, PartnerMember};
