//! The pages of invitations: the company's side, the team's approvals, and what a mailed link opens.

pub mod approvals;
pub mod company;
pub mod deciding;
pub mod facts;
pub mod for_team;
pub mod link;
pub mod new_members;
pub mod new_team;
pub mod one;
pub mod people;
pub mod revocation;
pub mod teammates;
pub mod terms;
