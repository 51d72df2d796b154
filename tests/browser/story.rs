//! One team, invited and seen: the company invites, the owner accepts from a real mail, the company asks for one more, the owner approves,
//! the invitee follows the link, and the company sees all of them.

use crate::{chromium::Screen, support::personas::PASSWORD, town::Town};

const NEW_PASSWORD: &str = "a long and good password";

async fn play(screen: Screen) {
    let town = Town::start().await;

    // The company invites a team: its owner, and one colleague listed with her.
    let company = town.window(screen).await;
    company.go("/sign-in").await;
    company.fill("Email address", "sam@acme.example").await;
    company.fill("Password", PASSWORD).await;
    company.press("Sign in").await;
    company.sees("1 partner").await;
    company.fits().await;
    company.press("Invite a team").await;
    company.sees("Invite a new partner team").await;
    company.fits().await;
    company.fill("Team name", "Larkspur").await;
    company.fill_field("email-0", "ines@larkspur.example").await;
    company.fill_field("name-0", "Ines Okafor").await;
    company.fill_field("email-1", "teo@larkspur.example").await;
    company.fill_field("name-1", "Teo Marsh").await;
    company.choose("owner", "0").await;
    company.tick("right owner").await;
    company.press_primary().await;
    company.sees("Ines Okafor").await;
    company.sees("Sent").await;
    company.fits().await;

    // The owner accepts from the mail: names herself and the team, keeps her colleague.
    let owner = town.window(screen).await;
    owner.go(&town.link_mailed_to("ines@larkspur.example", "").await).await;
    owner.sees("Acme invites you").await;
    owner.fits().await;
    owner.fill("Your name", "Ines Okafor").await;
    owner.fill("Team name", "Larkspur Agency").await;
    owner.fill("Choose a password", NEW_PASSWORD).await;
    owner.tick("I accept the").await;
    owner.press("Accept and open the team").await;
    owner.arrives("/teams/larkspur-agency").await;
    owner.sees("Larkspur Agency").await;
    owner.sees("Acme Resellers").await;
    owner.fits().await;

    // Her colleague follows his own link.
    let colleague = town.window(screen).await;
    colleague.go(&town.link_mailed_to("teo@larkspur.example", "").await).await;
    colleague.fill("Your name", "Teo Marsh").await;
    colleague.fill("Choose a password", NEW_PASSWORD).await;
    colleague.press("Join Larkspur Agency").await;
    colleague.arrives("/teams/larkspur-agency").await;
    colleague.sees("Larkspur Agency").await;

    // The company asks for one more member; nothing reaches her before the owner approves.
    company.go("/companies/acme/partners/larkspur-agency").await;
    company.sees("2 members").await;
    company.press("Invite members").await;
    company.fill_field("email-0", "hana@larkspur.example").await;
    company.fill_field("name-0", "Hana Sato").await;
    company.press("Ask the owner to approve").await;
    company.sees("Hana Sato").await;
    company.sees("Waiting for owner").await;
    let approvals = town.link_mailed_to("ines@larkspur.example", "approv").await;
    assert!(town.app.mails_to("hana@larkspur.example").is_empty(), "the invitee gets nothing until the team approves");

    // The owner approves.
    owner.go(&approvals).await;
    owner.sees("Hana Sato").await;
    owner.fits().await;
    owner.press("Approve Hana Sato").await;
    owner.sees("Hana Sato").await;

    // The invitee follows the link in a real mail and is in.
    let invitee = town.window(screen).await;
    invitee.go(&town.link_mailed_to("hana@larkspur.example", "").await).await;
    invitee.sees("Larkspur Agency").await;
    invitee.fits().await;
    invitee.fill("Your name", "Hana Sato").await;
    invitee.fill("Choose a password", NEW_PASSWORD).await;
    invitee.press("Join Larkspur Agency").await;
    invitee.arrives("/teams/larkspur-agency").await;
    invitee.sees("Larkspur Agency").await;
    invitee.fits().await;

    // The company sees all of them, in All Partners and in the detail view.
    company.go("/companies/acme/partners?q=hana").await;
    company.sees("Larkspur Agency").await;
    company.sees("3 members").await;
    company.press("3 members").await;
    company.sees("Partner members").await;
    for person in ["Ines Okafor", "Teo Marsh", "Hana Sato"] {
        company.sees(person).await;
    }
    company.fits().await;
    town.worker.ask_to_stop();
}

#[actix_web::test]
async fn a_team_is_invited_and_seen_at_a_desk() {
    play(Screen::Desk).await;
}

#[actix_web::test]
async fn a_team_is_invited_and_seen_on_a_phone() {
    play(Screen::Phone).await;
}

#[actix_web::test]
async fn a_team_is_invited_and_seen_without_script() {
    play(Screen::WithoutScript).await;
}
