//! What a company sees of its partner teams. Read-only: no control here changes a team (rule 16).

pub mod counts;

pub use counts::Counts;
