//! Links: every member has their own, with texts that nobody else ever gets, to hosts that the company listed (rules 40 and 46, S53, R20).

mod choosing;
mod company;
mod defaults;
mod individual;
mod pages;
mod texts;

use crate::support::{TestApp, personas::*};

const LINKS: &str = "/teams/northwind/links";

/// The texts of a person's links in that program, in the order they were made; of present places alone.
fn texts(app: &TestApp, person: &str, program: &str) -> Vec<String> {
    let all = app.text(&format!(
        "SELECT string_agg(l.text, ' ' ORDER BY l.created_at, l.id) FROM links l JOIN members m ON m.id = l.member_id AND m.left_at IS NULL \
         JOIN users u ON u.id = m.user_id JOIN programs g ON g.id = l.program_id WHERE u.email = '{person}' AND g.name = '{program}'"
    ));
    all.split(' ').filter(|text| !text.is_empty()).map(str::to_owned).collect()
}

/// The id of the link of that text.
fn link(app: &TestApp, text: &str) -> String {
    app.text(&format!("SELECT link_id FROM link_texts WHERE text = lower('{text}')"))
}

/// The page on which that link's text is chosen.
fn text_page(app: &TestApp, text: &str) -> String {
    format!("{LINKS}/{}/text", link(app, text))
}

fn program(app: &TestApp, name: &str) -> String {
    app.text(&format!("SELECT id FROM programs WHERE name = '{name}'"))
}

fn place(app: &TestApp, person: &str) -> String {
    app.text(&format!(
        "SELECT m.id FROM members m JOIN users u ON u.id = m.user_id WHERE u.email = '{person}' ORDER BY m.joined_at DESC LIMIT 1"
    ))
}

fn actions(app: &TestApp, action: &str) -> i64 {
    app.number(&format!("SELECT count(*) FROM audit WHERE action = '{action}'"))
}

fn is_whole(app: &TestApp) {
    assert_eq!(guildhall::verify::faults(&mut app.connection()).expect("a look"), []);
}

/// So many clicks on a link, so many days ago.
fn clicks(app: &TestApp, text: &str, days: i32, clicks: i32) {
    app.sql(&format!(
        "INSERT INTO click_days (link_id, day, clicks, repeated) VALUES ('{}', (now() AT TIME ZONE 'UTC')::date - {days}, {clicks}, 0)",
        link(app, text)
    ));
}

/// Everybody of Northwind.
const NORTHWIND: [&str; 4] = [OLIVIA, ADAM, MIA, FRANK];
