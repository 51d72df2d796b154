//! Sign-in, sign-out, a new password.

mod password_reset;
mod sign_in;

pub use password_reset::{ask, choose, forgotten, reset};
pub use sign_in::{sign_in, sign_in_page, sign_out};
