//! Letters of answering: accepted, asked to accept.
