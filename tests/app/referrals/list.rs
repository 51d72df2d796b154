//! A company's list, and where else its staff see what members recommended.

use super::{REFERRALS, decide, recommend};
use crate::support::{TestApp, personas::*};
use diesel::{Connection, connection::SimpleConnection};
use guildhall::{
    referrals::{
        ReferralStatus,
        list::{Filter, ReferralRow},
    },
    search::Search,
    web::pagination::{Cursor, Start},
};

/// So many of Mia's, one minute apart, of four states in turn.
fn many(app: &TestApp, count: i32) {
    app.sql(&format!(
        "INSERT INTO referrals (id, company_id, partner_id, team_id, member_id, program_id, name, organisation, email, search, status, amount, created_at, decided_at) \
         SELECT gen_random_uuid(), p.company_id, p.id, p.team_id, m.id, g.id, 'Lead ' || n, 'Practice ' || n, 'lead' || n || '@x.example', \
             'lead ' || n || ' practice ' || n || ' lead' || n || '@x.example', s.status, CASE s.status WHEN 'won' THEN 100 END, \
             now() - n * interval '1 minute', CASE WHEN s.status <> 'submitted' THEN now() END \
         FROM generate_series(1, {count}) n CROSS JOIN LATERAL (SELECT (ARRAY['submitted', 'approved', 'declined', 'won'])[1 + n % 4] AS status) s, \
             members m JOIN users u ON u.id = m.user_id JOIN partners p ON p.team_id = m.team_id JOIN programs g ON g.company_id = p.company_id \
         WHERE u.email = '{MIA}' AND g.name = 'Acme Resellers'"
    ));
}

#[actix_web::test]
async fn the_list_is_searched_narrowed_and_paged_in_its_address() {
    let app = TestApp::start().await;
    many(&app, 60);
    let sam = app.signed_in(SAM);
    let rows = async |path: &str| {
        let mut page = sam.get(path).await;
        page.is(200);
        let mut rows = page.text_of("tbody .name");
        while let Some(next) = page.links("a[rel=next]").first().cloned() {
            page = sam.get(&next).await;
            rows.extend(page.text_of("tbody .name"));
        }
        rows
    };
    assert_eq!(rows(REFERRALS).await, (1..=60).map(|n| format!("Lead {n}")).collect::<Vec<_>>());
    assert_eq!(rows(&format!("{REFERRALS}?status=won")).await.len(), 15);
    assert_eq!(rows(&format!("{REFERRALS}?status=submitted&q=lead+1")).await, ["Lead 12", "Lead 16"]);
    assert_eq!(rows(&format!("{REFERRALS}?q=PRACTICE+33")).await, ["Lead 33"]);
    assert_eq!(rows(&format!("{REFERRALS}?q=lead7@X.example")).await, ["Lead 7"]);
    assert_eq!(rows(&format!("{REFERRALS}?team=northwind")).await.len(), 60);
    for nothing in ["team=brightwater", "team=nobody", "q=nobody", "team=%00"] {
        let page = sam.get(&format!("{REFERRALS}?{nothing}")).await;
        if nothing == "team=%00" {
            page.is(200);
        } else {
            page.is(200).shows("No referral matches").hides("Brightwater");
        }
    }
    assert_eq!(rows(&format!("{REFERRALS}?status=nonsense")).await.len(), 60);
    let page = sam.get(&format!("{REFERRALS}?status=won&q=lead&team=northwind")).await;
    page.shows("15 referrals of 60").shows("State: Won").shows("Team: Northwind");
    let form = page.form("/referrals");
    assert_eq!((form.value("q"), form.value("status"), form.value("team")), (Some("lead"), Some("won"), Some("northwind")));
    sam.get(REFERRALS).await.shows("60 referrals · 15 wait for a decision");
    let second = sam.get(&sam.get(REFERRALS).await.links("a[rel=next]")[0]).await;
    assert_eq!(sam.get(&second.links("a[rel=prev]")[0]).await.text_of("tbody .name"), sam.get(REFERRALS).await.text_of("tbody .name"));
}

#[actix_web::test]
async fn the_members_page_and_the_partners_lead_to_what_they_recommended() {
    let app = TestApp::start().await;
    app.sql("UPDATE programs SET commission_percent = 1000");
    let sam = app.signed_in(SAM);
    sam.get("/companies/acme/partners/northwind").await.hides("Referrals 1");
    let ids = [recommend(&app, "Ada King", "ada@x.example").await, recommend(&app, "Bea Lovelace", "bea@x.example").await];
    decide(&app, SAM, &ids[0], "win", &[("amount", "2400")]).await.is(200);
    let mia = app.text(&format!("SELECT m.id FROM members m JOIN users u ON u.id = m.user_id WHERE u.email = '{MIA}'"));
    let page = sam.get(&format!("/companies/acme/partners/northwind/members/{mia}")).await;
    page.shows("Referrals 2").shows("Ada King").shows("Won $2,400.00").shows("Bea Lovelace").shows("New");
    assert!(page.links("a").contains(&format!("{REFERRALS}/{}", ids[0])));
    let page = sam.get("/companies/acme/partners/northwind").await;
    page.shows("2 referrals").shows("1 waits for a decision");
    assert!(page.links("a").contains(&format!("{REFERRALS}?team=northwind")));
    many(&app, 9);
    let page = sam.get(&format!("/companies/acme/partners/northwind/members/{mia}")).await;
    page.shows("Referrals 5 of 11");
    let adams = app.text(&format!("SELECT m.id FROM members m JOIN users u ON u.id = m.user_id WHERE u.email = '{ADAM}'"));
    sam.get(&format!("/companies/acme/partners/northwind/members/{adams}")).await.hides("Ada King");
}

#[actix_web::test]
async fn a_page_takes_as_many_statements_for_60_referrals_as_for_one() {
    let app = TestApp::start().await;
    let (sam, mia) = (app.signed_in(SAM), app.signed_in(MIA));
    let member = app.text(&format!("SELECT m.id FROM members m JOIN users u ON u.id = m.user_id WHERE u.email = '{MIA}'"));
    let count = async || {
        let mut counts = Vec::new();
        let pages = [
            (&sam, REFERRALS.to_owned()),
            (&mia, super::OURS.to_owned()),
            (&sam, format!("/companies/acme/partners/northwind/members/{member}")),
        ];
        for (browser, path) in pages {
            browser.get(&path).await.is(200);
            let before = app.db.statements();
            browser.get(&path).await.is(200);
            counts.push(app.db.statements() - before);
        }
        counts
    };
    many(&app, 1);
    let one = count().await;
    many(&app, 60);
    assert_eq!(count().await, one);
}

#[actix_web::test]
async fn the_list_is_read_by_index() {
    let app = TestApp::start().await;
    many(&app, 20_000);
    let conn = &mut app.connection();
    conn.batch_execute("SET statement_timeout = 0").unwrap();
    conn.batch_execute("VACUUM ANALYZE referrals").unwrap();
    let acme: uuid::Uuid = app.text("SELECT id FROM companies WHERE slug = 'acme'").parse().unwrap();
    let late = Start::After(Cursor { at: chrono::Utc::now() - chrono::TimeDelta::days(10), id: uuid::Uuid::nil() });
    let searched = |text: &str| Filter { search: Search::of(text), ..Filter::default() };
    let status = Filter { status: Some(ReferralStatus::Submitted), ..Filter::default() };
    let team = Filter { team: Some("northwind".to_owned()), ..Filter::default() };
    for filter in [Filter::default(), status, team, searched("lead19999"), searched("practice 1234"), searched("lead")] {
        for start in [Start::First, late] {
            let plan = conn.transaction(|conn| ReferralRow::plan(conn, acme.into(), &filter, start)).unwrap();
            assert!(!plan.contains("Seq Scan on referrals"), "{filter:?} {start:?}:\n{plan}");
        }
    }
}
