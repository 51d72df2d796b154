//! A team's owner answers everything that waits: people, an invitation put before the team, new terms (rule 38).

use crate::{
    chromium::{Chromium, Screen},
    support::{Scene, personas::*},
    town::Town,
};

const APPROVALS: &str = "/teams/northwind/approvals";

/// Acme asks for some people, beside the one, the program invitation and the new terms that wait in the scene.
async fn ask(town: &Town, people: &[(&str, &str)]) {
    let sam = town.app.signed_in(SAM);
    for some in people.chunks(3) {
        let mut form = sam.get("/companies/acme/invitations/new-members?team=northwind").await.form("new-members");
        for (nth, (email, name)) in some.iter().enumerate() {
            form = form.set_nth("email", nth, email).set_nth("name", nth, name).set_nth("role", nth, "member");
        }
        sam.submit(&form).await.leads_to("/companies/acme/invitations");
    }
}

/// Comes back to the approvals, which say so, and fit.
async fn reads(owner: &Chromium, words: &str) {
    owner.sees(words).await;
    owner.arrives(APPROVALS).await;
    owner.fits().await;
}

async fn play(screen: Screen) {
    let town = Town::start().await;
    Scene::set(&town.app);
    // Who answers here has not set two-step sign-in up.
    town.app.sql("UPDATE users SET two_step_at = NULL");
    let people = [
        ("rosa@northwind.example", "Rosa Lindqvist"),
        ("kim@fjord.example", "Kim Berg"),
        ("lou@fjord.example", "Lou Marchetti"),
        ("una@fjord.example", "Una Holm"),
        ("jo@fjord.example", "Jo Fairweather-Montgomery of the Northern Branch"),
        ("tea@fjord.example", "Tea Lund"),
    ];
    ask(&town, &people).await;
    let owner = town.window_of(screen, OLIVIA).await;
    owner.go(APPROVALS).await;
    reads(&owner, "9 decisions wait in Northwind.").await;

    // One as the company asked.
    owner.press("Approve Rosa Lindqvist").await;
    reads(&owner, "Rosa Lindqvist is approved as Member.").await;

    // One with another role, which asks who is there.
    town.app.sql("UPDATE sessions SET proved_at = now() - interval '11 minutes'");
    let kim = town.app.text("SELECT id FROM invitations WHERE email = 'kim@fjord.example'");
    owner.pick(&format!("role-{kim}"), "Finance").await;
    owner.press("Approve Kim Berg").await;
    owner.sees("Confirm that it is you").await;
    owner.fits().await;
    owner.fill("Your password", PASSWORD).await;
    owner.press("Confirm and go on").await;
    reads(&owner, "Kim Berg is approved as Finance.").await;

    // One is rejected with a reason.
    owner.press("Reject Lou Marchetti").await;
    owner.sees("Reject Lou Marchetti?").await;
    owner.fits().await;
    owner.fill("Reason", "He works for another team.").await;
    owner.press("Reject Lou Marchetti").await;
    reads(&owner, "Lou Marchetti is rejected.").await;

    // Several at once, either way.
    owner.tick("Answer Una Holm with others").await;
    owner.tick("Answer Jo Fairweather-Montgomery of the Northern Branch with others").await;
    owner.press("Approve and accept the ticked").await;
    reads(&owner, "2 people are approved.").await;
    owner.tick("Answer Tea Lund with others").await;
    owner.tick("Answer pat@northwind.example with others").await;
    owner.fill("Reason, if you reject or decline", "We are complete.").await;
    owner.press("Reject and decline the ticked").await;
    reads(&owner, "2 people are rejected.").await;

    // The invitation that Mia put before the team.
    owner.press("Review and accept Acme Agencies").await;
    owner.sees("Acme Agencies for Northwind").await;
    owner.fits().await;
    owner.tick("I accept the").await;
    owner.press("Accept for Northwind").await;
    reads(&owner, "Northwind joined Acme Agencies.").await;

    // New terms.
    owner.press("Read and accept the terms of Acme Renewals, version 2").await;
    owner.sees("Be very early.").await;
    owner.fits().await;
    owner.tick("I accept the").await;
    owner.press("Accept for Northwind").await;
    owner.sees("You accepted version 2 of the terms of Acme Renewals.").await;
    owner.go(APPROVALS).await;
    reads(&owner, "Nothing waits for a decision").await;

    // Who was approved is mailed, who was rejected is not; the company reads why.
    for invited in ["rosa@northwind.example", "kim@fjord.example", "una@fjord.example", "jo@fjord.example"] {
        town.link_mailed_to(invited, "").await;
    }
    for rejected in ["lou@fjord.example", "tea@fjord.example"] {
        assert!(town.app.mails_to(rejected).is_empty(), "{rejected} is told nothing");
    }
    assert!(town.app.mails_to(SAM).iter().any(|mail| mail.text.contains("He works for another team.")));
    town.worker.ask_to_stop();
}

#[actix_web::test]
async fn everything_that_waits_is_answered_on_a_phone() {
    play(Screen::Phone).await;
}

#[actix_web::test]
async fn everything_that_waits_is_answered_at_320_pixels() {
    play(Screen::Narrow).await;
}

#[actix_web::test]
async fn everything_that_waits_is_answered_without_script() {
    play(Screen::WithoutScript).await;
}
