//! Guildhall: the self-hosted home of partner teams.
//!
//! A room is a noun of the business; inside it, domain files are named by their nouns and hold no HTTP, `handlers.rs` holds HTTP and no
//! SQL, `emails.rs` writes the room's letters. `docs/architecture.md` is the plan of the house.

pub mod access;
pub mod accounts;
pub mod app;
pub mod audit;
pub mod companies;
pub mod config;
pub mod db;
pub mod demo;
pub mod email_address;
pub mod embedded;
pub mod error;
pub mod governing;
pub mod home;
pub mod ids;
pub mod installation;
pub mod invitations;
pub mod links;
pub mod mail;
pub mod messages;
pub mod money;
pub mod partners;
pub mod paths;
pub mod payouts;
pub mod programs;
pub mod referrals;
pub mod routes;
pub mod running;
#[allow(missing_docs, reason = "written by the Diesel command line")]
pub mod schema;
pub mod sealing;
pub mod search;
pub mod security;
pub mod staffing;
pub mod teams;
pub mod text_enum;
pub mod tokens;
pub mod training;
pub mod upkeep;
pub mod verify;
pub mod web;
pub mod words;
