//! A company's offers, and the place where a company and a team meet.

pub mod enrollment;
pub mod fields;
pub mod handlers;
pub mod list;
pub mod partner;
pub mod program;
pub mod terms;

pub use list::ProgramRow;
pub use partner::Partner;
pub use program::{Edited, Program, ProgramChange, ProgramEdit, ProgramText, Written};
pub use terms::Terms;
