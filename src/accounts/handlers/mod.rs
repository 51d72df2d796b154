//! A person's own pages: sign-in, sign-out, the account page, proving again who one is, a new password, another address.

mod account;
mod agent;
mod confirmation;
mod email;
mod frame;
mod late_form;
mod password;
mod password_reset;
mod sessions;
mod sign_in;
mod zones;

pub use account::{account, change_profile};
pub use confirmation::{confirm, confirmation};
pub use email::{ask_for_email, change_email, email_change, email_undo, undo_email};
pub use password::change_password;
pub use password_reset::{ask, choose, forgotten, reset};
pub use sessions::{end_other_sessions, end_session};
pub use sign_in::{sign_in, sign_in_page, sign_out};
