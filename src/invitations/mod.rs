//! Asking people in: program and member invitations, and the team's approvals.

pub mod approval;
pub mod emails;
pub mod handlers;
pub mod invitation;
pub mod sending;

pub use invitation::{Invitation, InvitationKind, InvitationStatus, State};
