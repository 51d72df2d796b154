//! The pages on which a team governs itself. All four roles may look (rule 46).

mod leaving;
mod member;
pub mod ownership;
mod permissions;
mod requiring;
mod settings;

pub use leaving::{departure, leave, removal, remove};
pub use member::{change_role, show};
pub use permissions::{index as permissions, switch};
pub use requiring::require_two_step;
pub use settings::{found, founding, rename, show as settings};
