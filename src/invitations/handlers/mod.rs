//! The pages of invitations: the company's side, the team's approvals, and what a mailed link opens.

pub mod approvals;
pub mod company;
pub mod for_team;
pub mod link;
pub mod terms;
