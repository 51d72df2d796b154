//! Programs as a team sees them: the list, one of them with its terms, leaving one.

pub mod leaving;
pub mod list;
pub mod program;
