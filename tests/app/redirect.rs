//! Following a link: where it leads, who is counted, and what happens while the database is away (rule 41, R21, S53, S54).

mod counting;
mod faults;
mod killed;
mod leading;

use crate::support::{Browser, Page, TestApp, personas::*};
use reqwest::Method;
use uuid::Uuid;

/// A browser of a person.
const FIREFOX: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0";
/// Another's.
const CHROME: &str = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36";

/// Makes an individual link of that member of Northwind in Acme's program, which leads to `url`, or where the program does.
fn link(app: &TestApp, email: &str, text: &str, url: Option<&str>) -> Uuid {
    let (id, url) = (Uuid::now_v7(), url.map_or("NULL".to_owned(), |url| format!("E'{url}'")));
    app.sql(&format!(
        "INSERT INTO links (id, company_id, partner_id, team_id, member_id, program_id, kind, url, text) \
         SELECT '{id}', p.company_id, p.id, p.team_id, m.id, g.id, 'individual', {url}, '{text}' \
         FROM partners p JOIN members m ON m.team_id = p.team_id JOIN users u ON u.id = m.user_id JOIN programs g ON g.company_id = p.company_id \
         WHERE u.email = '{email}' AND g.name = 'Acme Resellers'; \
         INSERT INTO link_texts (text, link_id) VALUES (lower('{text}'), '{id}')"
    ));
    id
}

/// Follows that link, as that browser.
async fn follow(browser: &Browser, text: &str, agent: &str) -> Page {
    browser.send(browser.request(Method::GET, &format!("/go/{text}")).header("user-agent", agent)).await
}

/// The click id that the destination is handed, where it is handed one.
#[track_caller]
fn click_id(page: &Page) -> Option<Uuid> {
    page.is(302);
    let location = page.location().expect("a place to go");
    let url: reqwest::Url = location.parse().expect("a URL");
    let ids: Vec<Uuid> =
        url.query_pairs().filter(|(name, _)| name == "guildhall_click").map(|(_, id)| id.parse().expect("an id")).collect();
    assert!(ids.len() < 2, "{location}");
    ids.first().copied()
}

/// Clicks of a link, and how many of them are marked as repeated.
fn counted(app: &TestApp, link: Uuid) -> (i64, i64) {
    let clicks = |condition: &str| app.number(&format!("SELECT count(*) FROM clicks WHERE link_id = '{link}' {condition}"));
    (clicks(""), clicks("AND repeated"))
}

/// The same by the daily totals.
fn totals(app: &TestApp, link: Uuid) -> (i64, i64) {
    let sum = |column: &str| app.number(&format!("SELECT coalesce(sum({column}), 0) FROM click_days WHERE link_id = '{link}'"));
    (sum("clicks"), sum("repeated"))
}

/// Mia's link.
pub(crate) fn mias_link(app: &TestApp, text: &str) -> Uuid {
    link(app, MIA, text, None)
}
