//! `/`, set-up, and the probes.

mod places;
mod probes;
mod setup;

pub use places::start;
pub use probes::{health, ready};
pub use setup::{found, setup_page};
