//! Letters of asking: the invitation, please approve, approved, rejected.
