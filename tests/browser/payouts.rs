//! A withdrawal from beginning to end: finance asks for it on a phone and proves who is there, the company marks it as paid, finance reads it.

use crate::{
    chromium::{Chromium, Screen},
    support::{personas::*, scene},
    town::Town,
};

/// Who has been away for a while proves who they are where it is asked.
async fn proves(window: &Chromium) {
    window.arrives("/account/confirmation").await;
    window.fits().await;
    window.fill("Your password", PASSWORD).await;
    window.press_primary().await;
}

async fn play(screen: Screen) {
    let town = Town::start().await;
    let (acme, northwind) = ("(SELECT id FROM companies WHERE slug = 'acme')", "(SELECT id FROM teams WHERE slug = 'northwind')");
    town.app.sql(&scene::commission(0x500, acme, northwind, MIA, "(SELECT id FROM programs WHERE name = 'Acme Resellers')", 123_450));

    // Frank says where the money goes, and asks for less than all of it.
    let frank = town.window_of(screen, FRANK).await;
    town.app.sql("UPDATE sessions SET proved_at = now() - interval '11 minutes'");
    frank.go("/teams/northwind/commissions").await;
    frank.sees("$1,234.50").await;
    frank.fits().await;
    frank.press("Withdraw").await;
    proves(&frank).await;
    frank.arrives("/withdrawals/new").await;
    frank.sees("Nobody has said yet where the money goes").await;
    frank.fits().await;
    frank.press("Enter the payout details").await;
    frank.fill("Account holder", "Northwind Ltd").await;
    frank.fill_field("account", "GB82 WEST 1234 5698 7654 33").await;
    frank.press_primary().await;
    frank.sees("Check the IBAN").await;
    frank.fits().await;
    frank.fill_field("account", "GB82 WEST 1234 5698 7654 32").await;
    frank.press_primary().await;
    frank.sees("Payout details saved.").await;
    frank.fits().await;
    frank.press("Withdraw").await;
    frank.sees("Withdraw from Acme").await;
    frank.fill("Amount in USD", "1,000").await;
    frank.fits().await;
    frank.press_primary().await;
    frank.sees("$1,000.00 asked for.").await;
    frank.sees("Requested").await;
    frank.fits().await;

    // Sam is told, sees where to pay, and says that it is paid.
    let page = town.link_mailed_to(SAM, "Northwind asks for $1,000.00").await;
    let sam = town.window_of(screen, SAM).await;
    sam.go("/companies/acme/withdrawals").await;
    sam.sees("Northwind").await;
    sam.fits().await;
    sam.go(&page).await;
    sam.sees("GB82 WEST 1234 5698 7654 32").await;
    sam.fits().await;
    sam.press("Mark $1,000.00 as paid").await;
    sam.sees("Marked as paid.").await;
    sam.fits().await;

    // Frank follows the mail, and reads it.
    frank.go(&town.link_mailed_to(FRANK, "Acme paid $1,000.00").await).await;
    frank.sees("Paid").await;
    frank.go("/teams/northwind/withdrawals").await;
    frank.sees("$1,000.00").await;
    frank.fits().await;
    frank.go("/teams/northwind/commissions").await;
    frank.sees("$234.50").await;
    town.worker.ask_to_stop();
}

#[actix_web::test]
async fn commissions_are_withdrawn_on_a_phone() {
    play(Screen::Phone).await;
}

#[actix_web::test]
async fn commissions_are_withdrawn_without_script() {
    play(Screen::WithoutScript).await;
}

/// A file is chosen as people choose it.
#[actix_web::test]
async fn withdrawals_are_marked_by_a_file_at_a_desk() {
    let town = Town::start().await;
    let (acme, northwind) = ("(SELECT id FROM companies WHERE slug = 'acme')", "(SELECT id FROM teams WHERE slug = 'northwind')");
    scene::Scene::set(&town.app);
    town.app.sql(&scene::commission(0x5ff, acme, northwind, MIA, "(SELECT id FROM programs WHERE name = 'Acme Resellers')", 5_000));
    let file = tempfile::Builder::new().suffix(".csv").tempfile().expect("a file");
    std::fs::write(&file, format!("id,status,reason\r\n{},failed,\"No such account\"\r\n", scene::id(scene::WITHDRAWAL))).expect("written");
    let sam = town.window_of(Screen::Desk, SAM).await;
    sam.go("/companies/acme/withdrawals").await;
    sam.press("Mark by a file").await;
    sam.choose_file("file", file.path()).await;
    sam.press("See what it does").await;
    sam.sees("No such account").await;
    sam.fits().await;
    sam.press("Mark 1").await;
    sam.sees("1 withdrawal marked.").await;
    sam.sees("Failed").await;
    town.worker.ask_to_stop();
}
