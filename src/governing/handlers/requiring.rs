use crate::{
    access::locks::{InTeam, may},
    db::Db,
    governing::requiring,
    paths,
    web::{Flash, Form, Redirect},
};
use serde::Deserialize;

/// Whether it is wanted.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct RequirementForm {
    required: String,
}

/// Requires two-step sign-in of the owner and finance, or no more.
pub async fn require_two_step(by: InTeam<may::EditTeam>, Form(form): Form<RequirementForm>, flash: Flash, db: Db) -> Redirect {
    let (member, actor, required) = (by.member.clone(), by.actor.clone(), form.required == "true");
    let back = paths::team_settings(&by.team.slug);
    if !db.run(move |conn| requiring::require_two_step(conn, &actor, &member, required)).await? {
        return flash.info(back, "Nothing changed.", "It was so already.");
    }
    if required {
        flash.ok(back, "Two-step sign-in is required of the owner and finance.", "Who has not set it up is led there on their next click.")
    } else {
        flash.ok(back, "Two-step sign-in is not required any more.", "Who has it on keeps it.")
    }
}
