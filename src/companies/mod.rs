//! An organisation that runs partner programs, and the people who work for it.

pub mod company;
pub mod rail;
pub mod role;
pub mod staff;

pub use company::Company;
pub use role::{StaffPermission, StaffRole};
