//! Commissions as they are read (rules 42 and 46).

use super::*;

#[actix_web::test]
async fn each_commission_says_who_brought_it_and_what_became_of_it() {
    let app = with_money(10_000).await;
    let held = earn_held(&app, 2_000);
    let (gone, half) = (earn(&app, 3_000), earn(&app, 4_000));
    refund(&app, &gone, 3_000);
    refund(&app, &half, 1_500);
    app.sql(&format!("UPDATE commissions SET created_at = created_at + interval '1 hour' WHERE id = '{held}'"));
    let page = app.signed_in(FRANK).get(COMMISSIONS).await;
    page.is(200).shows("$125.00").shows("$20.00");
    let rows = page.text_of(".section:last-of-type tbody tr");
    assert_eq!(rows.len(), 4);
    let day = app.text("SELECT to_char((now() + interval '10 days') AT TIME ZONE 'UTC', 'FMDD Mon')");
    assert!(rows[0].contains("Mia Chen") && rows[0].contains("$100.00") && rows[0].contains("$20.00"), "{}", rows[0]);
    assert!(rows[0].contains(&format!("Held until {day}")) && rows[0].contains("Acme Resellers"), "{}", rows[0]);
    let with = |words: &str| rows.iter().filter(|row| row.contains(words)).count();
    assert_eq!((with("Cleared"), with("Partly reversed"), with("$25.00 left")), (1, 1, 1));
    assert_eq!(with("rest held"), 0);
    assert_eq!(rows.iter().filter(|row| row.contains("Reversed") && row.contains("$0.00 left")).count(), 1);
    refund(&app, &held, 500);
    let rows = app.signed_in(FRANK).get(COMMISSIONS).await.text_of(".section:last-of-type tbody tr");
    assert!(rows[0].contains("$15.00 left") && rows[0].contains(&format!("rest held until {day}")), "{}", rows[0]);
}

#[actix_web::test]
async fn the_list_is_paged_by_keyset_and_takes_as_many_statements_for_many_rows_as_for_one() {
    let app = with_money(10_000).await;
    let frank = app.signed_in(FRANK);
    let count = async || {
        frank.get(COMMISSIONS).await.is(200);
        let before = app.db.statements();
        frank.get(COMMISSIONS).await.is(200);
        app.db.statements() - before
    };
    let one = count().await;
    for _ in 0..59 {
        earn(&app, 100);
    }
    app.sql("UPDATE commissions SET created_at = now() - interval '1 minute' * (SELECT count(*) FROM commissions c WHERE c.id < commissions.id)");
    assert_eq!(count().await, one);
    let mut page = frank.get(COMMISSIONS).await;
    let mut pages = vec![page.text_of(".section:last-of-type tbody tr")];
    while let Some(next) = page.links("a[rel=next]").first().cloned() {
        page = frank.get(&next).await;
        pages.push(page.text_of(".section:last-of-type tbody tr"));
    }
    assert_eq!(pages.iter().map(Vec::len).collect::<Vec<_>>(), [25, 25, 10]);
    let back = frank.get(&page.links("a[rel=prev]")[0]).await;
    assert_eq!(back.text_of(".section:last-of-type tbody tr"), pages[1]);
}

#[actix_web::test]
async fn a_company_sees_its_own_partners_commissions_alone() {
    let app = with_money(10_000).await;
    let theirs = "/companies/acme/partners/northwind/commissions";
    for email in [SAM, MAX, VERA] {
        app.signed_in(email).get(theirs).await.is(200).shows("$100.00").shows("Mia Chen");
    }
    app.signed_in(VERA).get("/companies/acme/partners/brightwater/commissions").await.is(404);
    app.signed_in(GUS).get(theirs).await.is(404);
    app.signed_in(GUS).get("/companies/globex/partners/brightwater/commissions").await.is(200).shows("No commissions yet").hides("$");
    app.signed_in(OLIVIA).get(theirs).await.is(404);
}

#[actix_web::test]
async fn before_anything_is_earned_the_pages_say_so() {
    let app = TestApp::start().await;
    let frank = app.signed_in(FRANK);
    frank.get(COMMISSIONS).await.is(200).shows("No commissions yet");
    frank.get(WITHDRAWALS).await.is(200).shows("No withdrawals yet");
    frank.get(NEW).await.is(200).shows("Nothing to withdraw");
    app.signed_in(SAM).get(PAYING).await.is(200).shows("No withdrawals yet");
}

#[actix_web::test]
async fn the_lists_of_money_are_read_by_index() {
    use diesel::{QueryableByName, RunQueryDsl, sql_types::Text};
    let app = with_money(10_000).await;
    app.sql(
        "SET session_replication_role = replica; \
         INSERT INTO withdrawals (id, company_id, partner_id, team_id, currency, amount, details_id, requested_by, requested_at, status, decided_by, decided_at, held_until) \
         SELECT gen_random_uuid(), CASE WHEN n % 2 = 0 THEN p.company_id ELSE gen_random_uuid() END, p.id, CASE WHEN n % 2 = 0 THEN p.team_id ELSE gen_random_uuid() END, \
             'USD', 100, d.id, u.id, now() - n * interval '1 minute', \
             CASE WHEN n < 50 THEN 'requested' ELSE 'paid' END, CASE WHEN n < 50 THEN NULL ELSE s.user_id END, CASE WHEN n < 50 THEN NULL ELSE now() END, now() - n * interval '1 minute' \
         FROM generate_series(1, 20000) n, partners p, payout_details d, users u, (SELECT user_id FROM staff LIMIT 1) s \
         WHERE p.team_id = d.team_id AND u.email = 'frank@northwind.example'; \
         INSERT INTO commissions (id, company_id, partner_id, team_id, member_id, program_id, referral_id, sale, amount, currency, available_at, created_at) \
         SELECT gen_random_uuid(), c.company_id, CASE WHEN n % 50 = 0 THEN c.partner_id ELSE gen_random_uuid() END, CASE WHEN n % 50 = 0 THEN c.team_id ELSE gen_random_uuid() END, \
             c.member_id, c.program_id, gen_random_uuid(), 100, 10, 'USD', now(), now() - n * interval '1 minute' FROM commissions c, generate_series(1, 20000) n; \
         SET session_replication_role = origin",
    );
    app.sql("VACUUM ANALYZE");
    #[derive(QueryableByName)]
    struct Plan {
        #[diesel(sql_type = Text, column_name = "QUERY PLAN")]
        line: String,
    }
    let company = "(SELECT id FROM companies WHERE slug = 'acme')";
    let beside = "(now() - interval '5 days', gen_random_uuid())";
    for statement in [
        format!("SELECT * FROM withdrawals w WHERE w.company_id = {company} AND (w.requested_at, w.id) < {beside} ORDER BY w.requested_at DESC, w.id DESC LIMIT 26"),
        format!(
            "SELECT * FROM withdrawals w WHERE w.company_id = {company} AND w.status = 'requested' AND w.held_until > now() AND (w.requested_at, w.id) < {beside} \
             ORDER BY w.requested_at DESC, w.id DESC LIMIT 26"
        ),
        format!("SELECT currency, amount FROM withdrawals WHERE company_id = {company} AND status = 'requested' AND held_until <= now() LIMIT 10001"),
        "SELECT * FROM withdrawals w WHERE w.team_id = (SELECT id FROM teams WHERE slug = 'northwind') ORDER BY w.requested_at DESC, w.id DESC LIMIT 26".to_owned(),
        format!(
            "SELECT * FROM commissions c WHERE c.team_id = (SELECT id FROM teams WHERE slug = 'northwind') AND (c.created_at, c.id) < {beside} \
             ORDER BY c.created_at DESC, c.id DESC LIMIT 26"
        ),
    ] {
        let plan: Vec<Plan> = diesel::sql_query(format!("EXPLAIN {statement}")).load(&mut app.connection()).unwrap();
        let plan = plan.into_iter().map(|row| row.line).collect::<Vec<_>>().join("\n");
        assert!(!plan.contains("Seq Scan on withdrawals") && !plan.contains("Seq Scan on commissions"), "{statement}\n{plan}");
    }
}
