//! Asking people in: program, member and staff invitations, the team's approvals, and what a team does with programs by itself.

pub mod accepting;
pub mod approval;
pub mod asker;
pub mod asking;
pub mod by_team;
pub mod colleagues;
pub mod declining;
pub mod detail;
pub mod emails;
pub mod handlers;
pub mod invitation;
pub mod joining;
pub mod list;
pub mod listed;
pub mod pending;
pub mod putting;
pub mod quota;
pub mod revoking;
pub mod sending;
pub mod standing;
pub mod teammates;
pub mod upkeep;
pub mod vouching;

pub use invitation::{Invitation, InvitationKind, InvitationStatus, State};
