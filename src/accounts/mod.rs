//! A person's own affairs: the user, signing in, a new password.

pub mod user;

pub use user::User;
