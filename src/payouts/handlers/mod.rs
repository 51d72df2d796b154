//! The pages of money: a team's commissions and withdrawals, a company's withdrawals, and a team's end, which asks for money first.

mod asking;
mod closing;
mod commissions;
mod company;
mod details;
mod export;
mod facts;
mod marks;
mod minimums;
mod one;
mod several;
mod team;

pub use asking::{ask, new};
pub use closing::{ask as closing, close};
pub use commissions::{of_partner, of_team};
pub use company::index;
pub use details::{change as change_details, show as details};
pub use export::{file, make as export};
pub use marks::{mark as mark_by_file, new as new_marks};
pub use minimums::{set as set_minimums, show as minimums};
pub use one::{fail, pay, show};
pub use several::{fail as fail_several, look as marking, pay as pay_several};
pub use team::{index as team_index, show as team_show, take_back};
