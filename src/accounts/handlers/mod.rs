//! Sign-in, sign-out, proving again who one is, a new password.

mod confirmation;
mod password_reset;
mod sign_in;

pub use confirmation::{confirm, confirmation};
pub use password_reset::{ask, choose, forgotten, reset};
pub use sign_in::{sign_in, sign_in_page, sign_out};
