//! All Partners, the partner detail view and the member's page, and what a company keeps about a partner. Nothing here changes a team
//! (rule 16).

pub mod activity;
mod care;
mod care_section;
mod detail;
mod health;
mod list;
mod member;

pub use care::{assign, note, notes, tag, untag};
pub use detail::show;
pub use list::{index, to_partners};
pub use member::show as show_member;

/// "4 members · 2 invited" (rule 3).
fn people(members: i32, invited: i64) -> String {
    let members = if members == 1 { "1 member".to_owned() } else { format!("{members} members") };
    if invited == 0 { members } else { format!("{members} · {invited} invited") }
}

/// What whoever counts as trained has finished.
fn trained_by(requires: bool) -> &'static str {
    if requires { "finished what is required" } else { "finished every course" }
}

/// Why there is no control for roles here (rule 16).
fn locked_words(team: &str) -> String {
    format!("Roles and ownership are changed by {team}’s own owner and admins, never from here.")
}
