//! Two-step sign-in (S7): beside the password a code of an app, or one of ten recovery codes.

pub mod app;
pub mod codes;
pub mod pending;
pub mod recovery;
pub mod setup;

pub use app::SharedSecret;
pub use codes::Typed;
pub use recovery::RecoveryCode;
