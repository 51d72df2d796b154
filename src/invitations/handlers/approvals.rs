//! The team's approvals (rule 38).
