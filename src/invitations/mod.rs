//! Asking people in: program and member invitations, and the team's approvals.

pub mod approval;
pub mod asking;
pub mod emails;
pub mod handlers;
pub mod invitation;
pub mod list;
pub mod sending;
pub mod upkeep;

pub use invitation::{Invitation, InvitationKind, InvitationStatus, State};
