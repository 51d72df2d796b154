//! A company's offers, and the place where a company and a team meet.

pub mod changes;
pub mod commission;
pub mod due;
pub mod emails;
pub mod enrollment;
pub mod fields;
pub mod handlers;
pub mod hosts;
pub mod list;
pub mod partner;
pub mod program;
pub mod publishing;
pub mod team_list;
pub mod terms;
pub mod versions;

pub use list::ProgramRow;
pub use partner::Partner;
pub use program::{Program, ProgramChange, ProgramText, Written};
pub use terms::Terms;
