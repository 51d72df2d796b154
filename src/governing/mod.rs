//! How a team governs itself (rules 33 to 37, and 47): who may what, who is in and as what, who owns it. Every decision is judged with the
//! team's row locked, and the invitations that somebody vouched for who may no longer do so end with it.

pub mod emails;
pub mod handlers;
pub mod leaving;
pub mod ownership;
pub mod requiring;
pub mod role_change;
pub mod settings;
pub mod switching;
