//! A person's own affairs: the user, signing in, two-step sign-in, profile, password, address, sessions.

pub mod email_change;
pub mod emails;
pub mod handlers;
mod invited;
pub mod password_change;
pub mod password_reset;
pub mod profile;
pub mod sessions;
pub mod sign_in;
pub mod two_step;
pub mod user;

pub use user::{Grant, User};
