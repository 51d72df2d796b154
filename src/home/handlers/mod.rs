//! `/`, set-up, and the probes.

mod places;
mod probes;

pub use places::start;
pub use probes::{health, ready};
