//! Pages of links: a team's, a company's.

mod code;
mod destination;
mod hosts;
mod individual;
mod program;
mod redirect;
mod row;
mod team;
mod text;

pub use code::{file as code_file, file_for_company as member_code_file, show as code, show_for_company as member_code};
pub use destination::{edit as edit_destination, retire as retire_destination, show as destination};
pub use hosts::{add as list_host, removal as host_removal, remove as unlist_host, show as settings};
pub use individual::{availability as availability_for_member, create as make_for_member, new as new_for_member};
pub use program::{add as add_destination, let_choose, show as program};
pub use redirect::follow;
pub use row::Shown;
pub use team::{index, switch_on};
pub use text::{availability, change as change_text, edit as edit_text};
