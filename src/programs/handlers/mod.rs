//! A company's programs: the list, a new one, one of them with its form.

mod list;
mod new;
mod program;

pub use list::index;
pub use new::{create, new};
pub use program::{edit, show};

const NAME_TAKEN: &str = "Choose another name: the company has a program of this one";
