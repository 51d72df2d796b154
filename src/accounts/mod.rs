//! A person's own affairs: the user, signing in, profile, password, address, sessions.

pub mod email_change;
pub mod emails;
pub mod handlers;
pub mod password_change;
pub mod password_reset;
pub mod profile;
pub mod sessions;
pub mod sign_in;
pub mod user;

pub use user::User;
