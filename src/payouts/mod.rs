//! Payouts: what a team takes out of what it has earned, and how a company pays it (rules 30 and 42). Money leaves a balance by a line of the
//! ledger, booked with the partner's row locked, in the transaction that writes the withdrawal.

pub mod account;
pub mod asking;
pub mod balance;
pub mod closing;
pub mod commissions;
pub mod details;
pub mod emails;
pub mod export;
pub mod handlers;
pub mod list;
pub mod marking;
pub mod marks;
pub mod minimums;
pub mod taking_back;
pub mod withdrawal;

pub use account::Account;
pub use balance::TeamBalance;
pub use withdrawal::{State, Withdrawal, WithdrawalStatus};
