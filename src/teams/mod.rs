//! A partner team and its members. Belongs to no company.

pub mod handlers;
pub mod member;
pub mod people;
pub mod permissions;
pub mod rail;
pub mod role;
pub mod team;

pub use member::{Membership, NewMember};
pub use permissions::TeamPermission;
pub use role::{MemberRole, TeamRole};
pub use team::Team;
