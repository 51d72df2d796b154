//! A company's programs: the list, a new one, one of them with its form and its terms; and programs as a team sees them.

pub mod commission;
mod list;
mod new;
mod program;
pub mod publish;
pub mod team;
pub mod terms;

pub use list::index;
pub use new::{create, new};
pub use program::{edit, show};

const NAME_TAKEN: &str = "Choose another name: the company has a program of this one";
