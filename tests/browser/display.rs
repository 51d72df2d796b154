//! How partner teams are displayed, a test for each thing a company is promised to see (rules 1, 2, 11 and 12).

use crate::{
    chromium::{Chromium, Screen},
    support::personas::*,
    town::Town,
};
use thirtyfour::prelude::*;

async fn texts(window: &Chromium, css: &str) -> Vec<String> {
    let mut texts = Vec::new();
    for element in window.driver.find_all(By::Css(css)).await.expect("elements") {
        texts.push(element.text().await.expect("a text"));
    }
    texts
}

async fn all_partners(town: &Town) -> Chromium {
    let window = town.window_of(Screen::Desk, SAM).await;
    window.go("/companies/acme/partners").await;
    window
}

async fn partner_members(town: &Town) -> Chromium {
    let window = all_partners(town).await;
    window.press("4 members").await;
    window.arrives("/partners/northwind#members").await;
    window
}

#[actix_web::test]
async fn all_partners_shows_each_team_with_its_number_of_members_and_its_owner() {
    let town = Town::start().await;
    let window = all_partners(&town).await;
    let heads = texts(&window, "main thead th").await;
    assert!(heads.iter().any(|head| head.starts_with("Partner")) && heads.iter().any(|head| head.starts_with("Owner")), "{heads:?}");
    let row = texts(&window, "main tbody tr").await.concat();
    for word in ["Northwind", "4 members", "Olivia Park", OLIVIA] {
        assert!(row.contains(word), "{word} is not in {row}");
    }
}

#[actix_web::test]
async fn a_click_on_a_partner_opens_its_detail_view_with_name_number_of_members_and_owner() {
    let town = Town::start().await;
    let window = all_partners(&town).await;
    window.press("Northwind").await;
    window.arrives("/partners/northwind").await;
    let header = texts(&window, "main .page-header").await.concat();
    for word in ["Northwind", "4 members", "Olivia Park"] {
        assert!(header.contains(word), "{word} is not in {header}");
    }
}

#[actix_web::test]
async fn a_click_on_the_number_of_members_links_to_the_partner_members() {
    let town = Town::start().await;
    let window = partner_members(&town).await;
    let place = "const at = document.querySelector('#members').getBoundingClientRect(); return at.top >= 0 && at.top < innerHeight";
    let shown = window.driver.execute(place, vec![]).await.expect("a place");
    assert!(shown.json().as_bool().unwrap_or(false), "the section is in sight");
    let section = texts(&window, "#members h2").await.concat();
    assert!(section.starts_with("Partner members"), "{section}");
}

#[actix_web::test]
async fn the_partner_members_are_all_there_with_role_and_last_active_date() {
    let town = Town::start().await;
    town.app.sql(
        "UPDATE members SET last_active_at = now() - interval '1 day' WHERE user_id IN (SELECT id FROM users WHERE name = 'Mia Chen')",
    );
    let window = partner_members(&town).await;
    let rows = texts(&window, "#members tbody tr").await;
    for (person, role) in [("Olivia Park", "Owner"), ("Adam Reyes", "Admin"), ("Mia Chen", "Member"), ("Frank Osei", "Finance")] {
        assert!(rows.iter().any(|row| row.contains(person) && row.contains(role)), "{person} as {role} is not in {rows:?}");
    }
    assert!(rows.iter().any(|row| row.contains("Mia Chen") && row.contains("Yesterday")), "{rows:?}");
}

#[actix_web::test]
async fn the_partner_members_are_searched_by_name_or_email() {
    let town = Town::start().await;
    let window = partner_members(&town).await;
    for (typed, found) in [("reyes", "Adam Reyes"), (FRANK, "Frank Osei")] {
        window.fill_field("members-search", &format!("{typed}\u{e007}")).await;
        window.arrives(&format!("members={}", &typed[..5])).await;
        window.sees("Clear search").await;
        let rows = texts(&window, "#members tbody tr").await;
        assert!(rows.len() == 1 && rows[0].contains(found), "{typed}: {rows:?}");
    }
}
