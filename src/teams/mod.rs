//! A partner team and its members. Belongs to no company.

pub mod handlers;
pub mod member;
pub mod people;
pub mod rail;
pub mod role;
pub mod team;

pub use member::{Membership, NewMember};
pub use role::{MemberRole, TeamPermission, TeamRole};
pub use team::Team;
