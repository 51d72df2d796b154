//! A person's places, the team's home, and founding a company.

pub mod handlers;
pub mod overview;
pub mod places;
pub mod setup;
