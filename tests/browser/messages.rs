//! The company writes to a team and to one of its members, and each answers from a real mail (rules 12, 13, 27, 44).

use crate::{
    chromium::{Chromium, Screen},
    support::personas::*,
    town::Town,
};
use thirtyfour::prelude::*;

/// What the page names as recipients.
async fn recipients(window: &Chromium) -> Vec<String> {
    let mut names = Vec::new();
    for chip in window.driver.find_all(By::Css(".recipient")).await.expect("chips") {
        names.push(chip.attr("title").await.expect("a title").unwrap_or_default());
    }
    names
}

async fn writes(window: &Chromium, text: &str, button: &str) {
    window.fits().await;
    window.fill_field("body", text).await;
    window.press(button).await;
    window.sees(text).await;
    window.arrives("#latest").await;
    window.fits().await;
}

async fn play_the_group(screen: Screen) {
    let town = Town::start().await;
    let company = town.window_of(screen, SAM).await;
    company.go("/companies/acme/partners").await;
    company.press("Northwind").await;
    company.arrives("/partners/northwind").await;
    company.press("Message team").await;
    company.arrives("/partners/northwind/messages").await;
    company.sees("Group: all 4 members and Acme’s staff read this").await;
    assert_eq!(recipients(&company).await, ["Olivia Park", "Adam Reyes", "Mia Chen", "Frank Osei"]);
    writes(&company, "The partner day is on 12 December.", "Send to 4 members").await;

    // Each member gets the mail, follows its button, and answers.
    for (number, member) in [OLIVIA, ADAM, MIA, FRANK].into_iter().enumerate() {
        let link = town.link_mailed_to(member, "Acme wrote to Northwind").await;
        let window = town.window(screen).await;
        window.go(&link).await;
        window.fill("Email address", member).await;
        window.fill("Password", PASSWORD).await;
        window.press("Sign in").await;
        window.arrives("/teams/northwind/messages/").await;
        window.sees("The partner day is on 12 December.").await;
        window.sees("Sam Whitaker gets your answer by mail").await;
        writes(&window, &format!("Answer {number}: we come."), "Send to Acme").await;
    }

    // The staff read each answer by mail, and all of them where the mail leads.
    for member in ["Olivia Park", "Adam Reyes", "Mia Chen", "Frank Osei"] {
        let link = town.link_mailed_to(SAM, &format!("{member} of Northwind wrote to Acme")).await;
        assert!(link.ends_with("/companies/acme/partners/northwind/messages"), "{link}");
    }
    company.go("/companies/acme/messages").await;
    company.sees("Answer 3: we come.").await;
    company.fits().await;
    company.go(&town.link_mailed_to(SAM, "Frank Osei of Northwind").await).await;
    for number in 0..4 {
        company.sees(&format!("Answer {number}: we come.")).await;
    }
    town.worker.ask_to_stop();
}

async fn play_the_direct_one(screen: Screen) {
    let town = Town::start().await;
    let company = town.window_of(screen, SAM).await;
    company.go("/companies/acme/partners/northwind#members").await;
    company.sees("Partner members").await;
    company.press("Mia Chen").await;
    company.arrives("/partners/northwind/members/").await;
    // In the drawer, or on the page where there is no script.
    company.press("Message member").await;
    company.arrives("/messages").await;
    company.sees("Only Mia and Acme’s staff read this").await;
    assert_eq!(recipients(&company).await, ["Mia Chen"]);
    writes(&company, "Your talk was great.", "Send to Mia Chen").await;

    let link = town.link_mailed_to(MIA, "Acme wrote to you").await;
    for other in [OLIVIA, ADAM, FRANK] {
        assert!(town.app.mails_to(other).is_empty(), "{other} is told nothing");
    }
    let mia = town.window_of(screen, MIA).await;
    mia.go(&link).await;
    mia.sees("Only Mia and Acme’s staff read this").await;
    mia.sees("Your talk was great.").await;
    writes(&mia, "Thank you, Sam.", "Send to Acme").await;

    let owner = town.window_of(screen, OLIVIA).await;
    owner.go(&link).await;
    owner.sees("Page not found").await;

    company.go(&town.link_mailed_to(SAM, "Mia Chen of Northwind wrote to Acme").await).await;
    company.sees("Thank you, Sam.").await;
    company.sees("Only Mia and Acme’s staff read this").await;
    town.worker.ask_to_stop();
}

#[actix_web::test]
async fn a_team_is_written_to_and_answers_at_a_desk() {
    play_the_group(Screen::Desk).await;
}

#[actix_web::test]
async fn a_team_is_written_to_and_answers_on_a_phone() {
    play_the_group(Screen::Phone).await;
}

#[actix_web::test]
async fn a_team_is_written_to_and_answers_without_script() {
    play_the_group(Screen::WithoutScript).await;
}

#[actix_web::test]
async fn a_member_is_written_to_alone_and_answers_at_a_desk() {
    play_the_direct_one(Screen::Desk).await;
}

#[actix_web::test]
async fn a_member_is_written_to_alone_and_answers_on_a_phone() {
    play_the_direct_one(Screen::Phone).await;
}

#[actix_web::test]
async fn a_member_is_written_to_alone_and_answers_without_script() {
    play_the_direct_one(Screen::WithoutScript).await;
}
