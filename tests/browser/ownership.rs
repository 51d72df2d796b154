//! A team changes hands between two browsers: the owner offers it with her password, the member accepts it from a real mail (rule 37).

use crate::{chromium::Screen, support::personas::*, town::Town};

async fn play(screen: Screen) {
    let town = Town::start().await;
    let olivia = town.window_of(screen, OLIVIA).await;
    // She signed in a while ago: to hand the team over asks who is there (S13).
    town.app.sql("UPDATE sessions SET proved_at = now() - interval '11 minutes'");
    olivia.go("/teams/northwind/ownership").await;
    olivia.sees("Hand over the ownership").await;
    olivia.fits().await;
    olivia.pick("member", "Adam Reyes").await;
    olivia.press("Offer the ownership").await;
    olivia.sees("Confirm that it is you").await;
    olivia.sees("Nothing has been changed yet.").await;
    olivia.fits().await;
    assert!(town.app.mails_to(ADAM).is_empty(), "nothing is offered before the proof");
    olivia.fill("Your password", PASSWORD).await;
    olivia.press("Confirm and go on").await;
    olivia.sees("The team is offered to Adam Reyes.").await;
    olivia.sees("Once they accept, you are Admin.").await;
    olivia.fits().await;

    // Adam reads of it in his mail, and accepts.
    let link = town.link_mailed_to(ADAM, "Olivia Park offers you the ownership of Northwind").await;
    let adam = town.window_of(screen, ADAM).await;
    adam.go(&link).await;
    adam.sees("Olivia Park offers you the ownership").await;
    adam.fits().await;
    adam.press("Accept and own Northwind").await;
    adam.sees("You own the team now.").await;
    adam.sees("Hand over the ownership").await;
    adam.fits().await;

    // Her window still shows the offer; what she presses there is judged by what she is now.
    olivia.press("Take the offer back").await;
    olivia.sees("Only the team's owner can do this.").await;
    olivia.go("/teams/northwind/ownership").await;
    olivia.sees("Only the team’s owner can hand over the ownership.").await;
    olivia.go("/teams/northwind").await;
    olivia.sees("You are an admin").await;
    olivia.fits().await;

    // Both are mailed, and the company sees the new owner.
    town.link_mailed_to(ADAM, "You own Northwind now").await;
    town.link_mailed_to(OLIVIA, "Adam Reyes owns Northwind now").await;
    let company = town.window_of(screen, SAM).await;
    company.go("/companies/acme/partners").await;
    company.sees(ADAM).await;
    town.worker.ask_to_stop();
}

#[actix_web::test]
async fn a_team_changes_hands_at_a_desk() {
    play(Screen::Desk).await;
}

#[actix_web::test]
async fn a_team_changes_hands_on_a_phone() {
    play(Screen::Phone).await;
}

#[actix_web::test]
async fn a_team_changes_hands_without_script() {
    play(Screen::WithoutScript).await;
}
