//! A company's offers, and the place where a company and a team meet.

pub mod enrollment;
pub mod partner;
pub mod program;
pub mod terms;

pub use partner::Partner;
pub use program::{Program, ProgramChange, ProgramText, Written};
pub use terms::Terms;
