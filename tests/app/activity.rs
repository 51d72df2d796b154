//! What a team brings, as a picture with its table, to those who may see it (rule 18).

use crate::support::{Page, TestApp, personas::*};

const NORTHWIND: &str = "/companies/acme/partners/northwind";

impl TestApp {
    /// A link of that member with clicks so many days ago.
    fn clicks(&self, email: &str, text: &str, days: &[(i64, i64)]) {
        let rows: Vec<String> = days.iter().map(|(ago, clicks)| format!("({ago}, {clicks})")).collect();
        self.sql(&format!(
            "INSERT INTO links (id, company_id, partner_id, team_id, member_id, program_id, kind, url, text)
                 SELECT gen_random_uuid(), p.company_id, p.id, p.team_id, m.id, g.id, 'individual', 'https://acme.example/x', '{text}'
                 FROM users u JOIN members m ON m.user_id = u.id JOIN partners p ON p.team_id = m.team_id JOIN programs g ON g.company_id = p.company_id
                 WHERE u.email = '{email}' LIMIT 1;
             INSERT INTO click_days (link_id, day, clicks, repeated)
                 SELECT l.id, (now() AT TIME ZONE 'UTC')::date - v.ago, v.clicks, 0 FROM links l, (VALUES {}) v (ago, clicks) WHERE l.text = '{text}'",
            rows.join(", ")
        ));
    }

    /// A lead of that member so many days ago; won with that amount where there is one.
    fn lead(&self, email: &str, ago: i64, won: Option<i64>) {
        let (status, amount) = won.map_or(("submitted", "NULL".to_owned()), |amount| ("won", amount.to_string()));
        let decided = if won.is_some() { format!("now() - interval '{ago} days'") } else { "NULL".to_owned() };
        self.sql(&format!(
            "INSERT INTO referrals (id, company_id, partner_id, team_id, member_id, program_id, name, email, search, status, amount, created_at, decided_at)
                 SELECT gen_random_uuid(), p.company_id, p.id, p.team_id, m.id, g.id, 'Lead', 'lead@clinic.example', 'lead', '{status}', {amount},
                     now() - interval '{ago} days', {decided}
                 FROM users u JOIN members m ON m.user_id = u.id JOIN partners p ON p.team_id = m.team_id JOIN programs g ON g.company_id = p.company_id
                 WHERE u.email = '{email}' LIMIT 1"
        ));
    }

    /// A customer of that member, and what they bought; some of it given back.
    fn sale(&self, email: &str, amount: i64, refund: i64) {
        self.sql(&format!(
            "INSERT INTO api_keys (id, company_id, name, key_hash, ending, created_by)
                 SELECT gen_random_uuid(), c.id, 'Shop', sha256('{amount}'), 'abcd', u.id FROM companies c, users u WHERE c.slug = 'acme' AND u.email = '{SAM}';
             INSERT INTO customers (id, company_id, external_id, partner_id, team_id, member_id, program_id, link_id, clicked_at)
                 SELECT gen_random_uuid(), l.company_id, 'customer {amount}', l.partner_id, l.team_id, l.member_id, l.program_id, l.id, now()
                 FROM links l JOIN members m ON m.id = l.member_id JOIN users u ON u.id = m.user_id WHERE u.email = '{email}' LIMIT 1;
             INSERT INTO conversions (id, company_id, api_key_id, idempotency_key, request_hash, customer_id, partner_id, team_id, member_id, program_id, amount, currency)
                 SELECT gen_random_uuid(), c.company_id, k.id, 'sale {amount}', '', c.id, c.partner_id, c.team_id, c.member_id, c.program_id, {amount}, 'USD'
                 FROM customers c, api_keys k WHERE c.external_id = 'customer {amount}' AND k.key_hash = sha256('{amount}')"
        ));
        if refund > 0 {
            self.sql(&format!(
                "INSERT INTO refunds (id, company_id, conversion_id, partner_id, api_key_id, idempotency_key, request_hash, amount)
                     SELECT gen_random_uuid(), company_id, id, partner_id, api_key_id, 'refund {amount}', '', {refund} FROM conversions WHERE idempotency_key = 'sale {amount}'"
            ));
        }
    }
}

fn numbers(page: &Page) -> Vec<String> {
    page.text_of("#activity .numbers a")
}

#[actix_web::test]
async fn a_company_sees_what_a_team_and_its_members_bring() {
    let app = TestApp::start().await;
    app.clicks(MIA, "mia", &[(0, 4), (3, 6), (95, 5)]);
    app.clicks(ADAM, "adam", &[(10, 30)]);
    app.lead(MIA, 2, None);
    app.lead(ADAM, 20, Some(200_000));
    app.sale(MIA, 50_000, 12_550);
    let page = app.signed_in(SAM).get(NORTHWIND).await;
    assert_eq!(numbers(&page), ["Clicks 40 700% up from 5", "Referrals 3 none before", "Revenue $2,374.50 none before"]);
    let drawn = page
        .document()
        .select(&scraper::Selector::parse("#activity svg[role='img']").unwrap())
        .next()
        .unwrap()
        .attr("aria-label")
        .map(str::to_owned);
    assert!(drawn.unwrap().starts_with("40 clicks in the last 13 weeks, after 5 in the 13 weeks before; most in "));
    assert_eq!(page.text_of("#activity .chart svg path").len(), 3, "an area, a line, and the line before");
    let members = |cell: &str| page.text_of(&format!("#members td[data-label='{cell}']"));
    assert_eq!(members("Clicks"), ["0", "30", "10", "0"], "in the order of the list: Olivia, Adam, Mia, Frank");
    assert_eq!(members("Referrals"), ["0", "1", "2", "0"]);
    assert_eq!(members("Revenue"), ["–none", "$2,000", "$374.50", "–none"]);
}

#[actix_web::test]
async fn more_given_back_than_sold_is_said_as_it_is() {
    let app = TestApp::start().await;
    app.sale(MIA, 50_000, 50_000);
    app.sql("UPDATE conversions SET at = now() - interval '200 days'; UPDATE refunds SET at = now() - interval '100 days'");
    let page = app.signed_in(SAM).get(&format!("{NORTHWIND}?show=USD")).await;
    assert_eq!(numbers(&page)[2], "Revenue $0 after −$500");
    assert_eq!(page.attribute("#activity svg[role='img']", "aria-label"), "No revenue in USD in the last 13 weeks.");
    app.sql("UPDATE refunds SET at = now()");
    let page = app.signed_in(SAM).get(&format!("{NORTHWIND}?show=USD")).await;
    assert_eq!(numbers(&page)[2], "Revenue −$500 none before");
    let says = page.attribute("#activity svg[role='img']", "aria-label");
    assert_eq!(says, "−$500 revenue in USD in the last 13 weeks, after $0 in the 13 weeks before.");
}

#[actix_web::test]
async fn a_period_keeps_the_search_for_members_and_the_search_keeps_the_period() {
    let app = TestApp::start().await;
    let page = app.signed_in(SAM).get(&format!("{NORTHWIND}?members=mia&activity=30&show=referrals")).await;
    for link in page.links("#activity .segments a").iter().chain(&page.links("#activity .numbers a")) {
        assert!(link.contains("members=mia"), "{link}");
    }
    let form = page.form("/partners/northwind");
    assert_eq!((form.value("activity"), form.value("show"), form.value("members")), (Some("30"), Some("referrals"), Some("mia")));
}

#[actix_web::test]
async fn what_a_partner_brings_is_found_by_index() {
    use guildhall::partners::activity::{Period, Whose, brought, series};
    let app = TestApp::start().await;
    let conn = &mut app.connection();
    // Of so few rows all would be read, were it not forbidden.
    diesel::connection::SimpleConnection::batch_execute(conn, "SET enable_seqscan = off; SET enable_bitmapscan = off").unwrap();
    let mut plan = |sql: &str| {
        #[derive(diesel::QueryableByName)]
        struct Line {
            #[diesel(sql_type = diesel::sql_types::Text, column_name = "QUERY PLAN")]
            line: String,
        }
        let lines: Vec<Line> = diesel::RunQueryDsl::load(diesel::sql_query(format!("EXPLAIN (COSTS OFF) {sql}")), conn).unwrap();
        lines.into_iter().map(|line| line.line).collect::<Vec<_>>().join("\n")
    };
    let whole = plan(&format!("SELECT * FROM partners p CROSS JOIN LATERAL {} x", series(Period::Days90, Whose::PARTNER)));
    for index in ["refunds_of_partner", "conversions_of_partner", "referral_refunds_of_partner"] {
        assert!(whole.contains(index), "{index} in\n{whole}");
    }
    let members = brought(Period::Days90, Whose::MEMBER_OF_PARTNER);
    let each = plan(&format!("SELECT * FROM partners p JOIN members m ON m.team_id = p.team_id CROSS JOIN LATERAL {members} x"));
    for index in ["customers_of_member", "refunds_of_partner"] {
        assert!(each.contains(index), "{index} in\n{each}");
    }
    let hosts = plan(
        "SELECT count(*) FROM links l WHERE l.company_id = gen_random_uuid() AND l.url IS NOT NULL AND lower(substring(l.url from '^https?://([^/:?#]+)')) = 'x'",
    );
    assert!(hosts.contains("links_of_host"), "{hosts}");
}

#[actix_web::test]
async fn the_picture_is_chosen_by_the_address_and_stands_as_a_table_too() {
    let app = TestApp::start().await;
    app.clicks(MIA, "mia", &[(0, 4), (29, 6), (30, 5), (200, 2)]);
    app.sale(MIA, 50_000, 0);
    let sam = app.signed_in(SAM);
    let page = sam.get(&format!("{NORTHWIND}?activity=30&show=USD")).await;
    assert_eq!(numbers(&page)[0], "Clicks 10 100% up from 5");
    assert_eq!(page.text_of("#activity .numbers [aria-current]"), ["Revenue $500 none before"]);
    assert_eq!(page.text_of("#activity .segments [aria-current]"), ["30 days"]);
    assert_eq!(page.text_of("#activity tbody tr").len(), 30);
    assert!(page.text_of("#activity tbody tr")[0].ends_with("4 1 $500"), "today first: {:?}", page.text_of("#activity tbody tr")[0]);
    let page = sam.get(&format!("{NORTHWIND}?activity=12")).await;
    assert_eq!(numbers(&page)[0], "Clicks 17 none before");
    sam.get(&format!("{NORTHWIND}?activity=nonsense&show=DROP")).await.is(200);
}

#[actix_web::test]
async fn a_members_page_shows_their_own() {
    let app = TestApp::start().await;
    app.clicks(MIA, "mia", &[(0, 4)]);
    app.clicks(ADAM, "adam", &[(0, 30)]);
    let sam = app.signed_in(SAM);
    let mia = sam.get(NORTHWIND).await.links("#members tbody a.name").into_iter().nth(2).expect("Mia");
    assert_eq!(numbers(&sam.get(&mia).await)[0], "Clicks 4 none before");
}

#[actix_web::test]
async fn a_team_sees_all_of_it_and_who_may_not_their_own() {
    let app = TestApp::start().await;
    app.clicks(FRANK, "frank", &[(0, 4)]);
    app.clicks(ADAM, "adam", &[(0, 30)]);
    let page = app.signed_in(OLIVIA).get("/teams/northwind").await;
    assert_eq!(numbers(&page)[0], "Clicks 34 none before");
    let page = app.signed_in(FRANK).get("/teams/northwind").await;
    assert_eq!(numbers(&page)[0], "Clicks 4 none before", "the others' activity is switched off for finance");
    page.shows("Your activity");
}

#[actix_web::test]
async fn another_company_sees_nothing_of_it_and_nothing_yet_is_said_so() {
    let app = TestApp::start().await;
    app.clicks(MIA, "mia", &[(0, 4)]);
    app.sql(
        "INSERT INTO partners (id, company_id, team_id) SELECT gen_random_uuid(), c.id, t.id FROM companies c, teams t WHERE c.slug = 'globex' AND t.slug = 'northwind'",
    );
    let page = app.signed_in(GUS).get("/companies/globex/partners/northwind").await;
    assert_eq!(numbers(&page), ["Clicks 0 none yet", "Referrals 0 none yet"]);
    page.shows("No clicks in the last 13 weeks.");
    assert!(page.text_of("#activity .chart").is_empty());
}
