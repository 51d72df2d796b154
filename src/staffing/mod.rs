//! Keeping a company's staff: who works there, as what, and whose place ends (rule 31).

pub mod colleague;
pub mod emails;
pub mod handlers;
pub mod requiring;
