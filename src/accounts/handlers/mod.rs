//! A person's own pages: sign-in, sign-out, the account page, proving again who one is, two-step sign-in, a new password, another address.

mod account;
mod agent;
mod confirmation;
mod email;
mod frame;
mod late_form;
mod password;
mod password_reset;
mod recovery_codes;
mod sessions;
mod sign_in;
mod sign_in_code;
mod two_step;
mod zones;

pub use account::{account, change_profile};
pub use confirmation::{confirm, confirmation};
pub use email::{ask_for_email, cancel_email, change_email, email_change, email_undo, undo_email};
pub use password::change_password;
pub use password_reset::{ask, choose, forgotten, reset};
pub use recovery_codes::{recovery_codes, renew_recovery_codes};
pub use sessions::{end_other_sessions, end_session};
pub use sign_in::{sign_in, sign_in_page, sign_out};
pub use sign_in_code::{sign_in_code, take_sign_in_code};
pub use two_step::{begin_two_step, end_two_step, set_up_two_step, switch_on_two_step, two_step, two_step_ending};
