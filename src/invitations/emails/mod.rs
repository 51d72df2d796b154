//! The letters of invitations.

pub mod answering;
pub mod asking;
