//! What tests stand on: the program on a database of its own, browsers, people, mail.
#![allow(dead_code, unused_imports, reason = "each room uses its part")]

pub mod app;
mod browser;
pub mod catalogue;
pub mod cluster;
mod headers;
mod html;
mod mail;
pub mod personas;
pub mod scene;
pub mod smtp;
pub mod two_step;

pub use app::{PATIENT, SECRET_KEY, TestApp};
pub use browser::{Browser, FilledForm, Forged, Page, at_once};
pub use mail::Mail;
pub use scene::Scene;
