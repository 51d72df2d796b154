//! The staff of a company: administrators alone see and change it (rule 31).

mod invite;
mod list;
mod requiring;

pub use invite::{confirm_revocation, invite, new, resend, revoke};
pub use list::{change_role, confirm_removal, index, remove};
pub use requiring::require_two_step;
