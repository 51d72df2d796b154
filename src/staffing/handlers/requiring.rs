use crate::{
    access::{Authorized, may},
    db::Db,
    error::Error,
    paths,
    staffing::requiring,
    web::{Flash, Form, Redirect},
};
use serde::Deserialize;

/// Whether it is wanted.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct RequirementForm {
    required: String,
}

/// Requires two-step sign-in of the company's staff, or no more.
pub async fn require_two_step(by: Authorized<may::Administer>, Form(form): Form<RequirementForm>, flash: Flash, db: Db) -> Redirect {
    let (staff, actor, required) = (by.staff.clone(), by.actor.clone(), form.required.parse().map_err(|_| Error::NotThisForm)?);
    let back = paths::staff(&by.company.slug);
    if !db.run(move |conn| requiring::require_two_step(conn, &actor, &staff, required)).await? {
        return flash.info(back, "Nothing changed.", "It was so already.");
    }
    if required {
        flash.ok(back, "Two-step sign-in is required of all staff.", "Who has not set it up is led there on their next click.")
    } else {
        flash.ok(back, "Two-step sign-in is not required any more.", "Who has it on keeps it.")
    }
}
