//! Payouts: what a team takes out of what it has earned, and how a company pays it (rules 30 and 42).
