//! A person's own affairs: the user, signing in, a new password.

pub mod emails;
pub mod handlers;
pub mod password_reset;
pub mod sign_in;
pub mod user;

pub use user::User;
