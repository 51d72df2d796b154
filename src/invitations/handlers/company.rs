//! Invite Partners: what a company's staff see and do (rules 19 to 24).
