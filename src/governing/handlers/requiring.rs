//! Whether the team requires two-step sign-in (rule 34, S7).

use super::settings::SettingsPage;
use crate::{
    access::locks::{InTeam, may},
    db::Db,
    governing::requiring,
    paths,
    web::{Flash, Form, FormErrors, Layout, Redirect, refused},
};
use serde::Deserialize;

/// Whether it is wanted.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct RequirementForm {
    required: String,
}

/// Requires two-step sign-in of the owner and finance, or no more.
pub async fn require_two_step(
    by: InTeam<may::EditTeam>,
    Form(form): Form<RequirementForm>,
    layout: Layout,
    flash: Flash,
    db: Db,
) -> Redirect {
    let Ok(required) = form.required.parse::<bool>() else {
        let errors = FormErrors::one("required", "Choose whether two-step sign-in is required");
        return refused(&SettingsPage::of(&by, layout, by.team.name.clone(), errors));
    };
    let (member, actor) = (by.member.clone(), by.actor.clone());
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
