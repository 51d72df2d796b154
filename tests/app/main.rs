//! The tests of the program as people and other programs meet it: through HTTP, on PostgreSQL.

mod access;
mod accounts;
mod approvals;
mod architecture;
mod care;
mod demo;
mod embedded;
mod faults;
mod governing;
mod history;
mod home;
mod hostile;
mod house;
mod invitation_links;
mod inviting;
mod mail;
mod messages;
mod migrations;
mod partners;
mod programs;
mod staff;
mod support;
mod team_programs;
mod tenancy;
mod terms;
mod training;
