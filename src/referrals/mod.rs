//! What members bring: leads, sales, and the commissions that these earn (rules 30, 41 and 42). What is earned, taken back, taken out and
//! given back is booked in the ledger.

pub mod attribution;
pub mod commission;
pub mod conversion;
pub mod deciding;
pub mod detail;
pub mod emails;
pub mod handlers;
pub mod key;
pub mod ledger;
pub mod list;
pub mod noticing;
pub mod referral;
pub mod refund;
pub mod taking_back;

pub use commission::Commission;
pub use key::ApiKey;
pub use referral::ReferralStatus;
