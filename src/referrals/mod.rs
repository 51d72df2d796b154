//! What members bring: leads, sales, and the commissions that these earn (rules 30 and 42). What is earned, taken back, taken out and given
//! back is booked in the ledger.

pub mod commission;
pub mod ledger;

pub use commission::{Commission, CommissionRow};
