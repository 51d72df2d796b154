//! The staff of a company: administrators alone see and change it (rule 31).

mod invite;
mod list;

pub use invite::{confirm_revocation, invite, new, resend, revoke};
pub use list::{change_role, confirm_removal, index, remove};
