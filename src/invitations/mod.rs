//! Asking people in: program and member invitations, and the team's approvals.

pub mod accepting;
pub mod approval;
pub mod asker;
pub mod asking;
pub mod declining;
pub mod emails;
pub mod handlers;
pub mod invitation;
pub mod joining;
pub mod list;
pub mod listed;
pub mod putting;
pub mod sending;
pub mod standing;
pub mod upkeep;

pub use invitation::{Invitation, InvitationKind, InvitationStatus, State};
