//! A form that came without a fresh proof of who is there (S13). The browser brings it to the page that asks for one; that page keeps it as
//! hidden fields, and has it sent again once the proof is given. Until then nothing of it is kept anywhere else, and nothing is done.

use crate::{
    error::Result,
    web::{same_origin::same_site_path, send_on},
};
use actix_web::HttpResponse;

/// Fields of the page that asks, named like those of no other form, and passwords, which no page repeats: none of them is carried.
const NOT_CARRIED: [&str; 4] = ["password", "proof_code", "proof_next", "proof_to"];

/// The form, and where it was sent.
pub struct LateForm {
    /// The address, which is one of ours.
    pub to: String,
    /// Its fields, in their order.
    pub fields: Vec<(String, String)>,
}

impl LateForm {
    /// What was sent to that address; nothing where it is no address of this site.
    pub fn to(address: &str, fields: Vec<(String, String)>) -> Option<Self> {
        let fields = fields.into_iter().filter(|(name, _)| !NOT_CARRIED.contains(&name.as_str())).collect();
        Some(Self { to: same_site_path(address)?.to_owned(), fields })
    }

    /// Has the browser send it again, to where it was sent at first.
    pub fn send_again(&self) -> Result<HttpResponse> {
        send_on(&self.to)
    }
}
