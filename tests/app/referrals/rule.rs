//! What sales of a program earn: written by the company, read by the team.

use crate::support::{TestApp, personas::*};

async fn at(app: &TestApp) -> String {
    format!("/companies/acme/programs/{}/commission", app.text("SELECT id FROM programs WHERE name = 'Acme Resellers'"))
}

#[actix_web::test]
async fn the_rule_is_written_by_staff_and_read_by_the_team() {
    let app = TestApp::start().await;
    let (max, mia, here) = (app.signed_in(MAX), app.signed_in(MIA), at(&app).await);
    let ours = format!("/teams/northwind/programs/{}", app.text("SELECT id FROM programs WHERE name = 'Acme Resellers'"));
    mia.get(&ours).await.shows("Commission Nothing");
    let form = max.get(&here).await.form("/commission");
    assert_eq!((form.value("earns"), form.value("holding_days")), (Some("nothing"), Some("30")));
    let page = max.submit(&form.set("earns", "percent").set("percent", "12.5").set("holding_days", "45")).await;
    page.leads_to(&here);
    let page = max.follow(page).await;
    page.shows("The commission is saved. It concerns sales from now on; what was earned stays.");
    let form = page.form("/commission");
    assert_eq!((form.value("earns"), form.value("percent"), form.value("amount")), (Some("percent"), Some("12.5"), Some("")));
    mia.get(&ours).await.shows("Commission 12.5% of each sale · held for 45 days");
    app.signed_in(VERA).get(&here).await.is(200).shows("12.5% of each sale").shows("Administrators and managers write what a sale earns.");
    let page = max.submit(&form.clone()).await;
    max.follow(page).await.shows("The commission is as it was.");
    max.submit(&form.set("earns", "fixed").set("amount", "20").set("holding_days", "0")).await.is(303);
    mia.get(&ours).await.shows("Commission $20.00 for each sale · available at once");
    let lines: Vec<serde_json::Value> = serde_json::from_str(
        &app.text("SELECT json_agg(json_build_array(before, after) ORDER BY at, id) FROM audit WHERE action = 'commission rule changed'"),
    )
    .unwrap();
    let rule = |percent: Option<i32>, amount: Option<i64>, days: i32| serde_json::json!({ "percent": percent, "amount": amount, "currency": "USD", "holding_days": days });
    assert_eq!(
        lines,
        [
            serde_json::json!([rule(None, None, 30), rule(Some(1250), None, 45)]),
            serde_json::json!([rule(Some(1250), None, 45), rule(None, Some(2000), 0)]),
        ]
    );
    app.signed_in(SAM)
        .get("/companies/acme/audit")
        .await
        .shows("Max Adler changed what sales of Acme Resellers earn from nothing to 12.5 %, held for 45 days instead of 30")
        .shows("Max Adler changed what sales of Acme Resellers earn from 12.5 % to $20.00, held for 0 days instead of 45");
}

#[actix_web::test]
async fn a_rule_that_is_none_is_refused_and_kept() {
    let app = TestApp::start().await;
    let (sam, here) = (app.signed_in(SAM), at(&app).await);
    let form = sam.get(&here).await.form("/commission");
    for (name, values, says) in [
        ("percent", vec!["", "0", "100.01", "-1", "12,5", "1.234", "a", "1e1"], "Enter a share from 0.01 to 100 percent, like 12.5"),
        ("amount", vec!["", "0", "-1", "1.234", "12,3", "€5"], "Enter an amount in USD, like 20.00"),
        ("holding_days", vec!["", "-1", "366", "1.5", "a", "99999999999"], "Enter a number of days from 0 to 365"),
    ] {
        for value in values {
            let earns = if name == "amount" { "fixed" } else { "percent" };
            let filled = form.clone().set("earns", earns).set("percent", "10").set("amount", "10").set(name, value);
            let page = sam.submit(&filled).await;
            page.is(422);
            assert_eq!(page.error_at(name), format!("Error: {says}"), "{name}={value}");
            assert_eq!(page.form("/commission").value(name), Some(value));
        }
    }
    sam.submit(&form.set("earns", "gold")).await.is(422).shows("Choose what a sale earns");
    assert_eq!(app.number("SELECT count(*) FROM programs WHERE commission_percent IS NOT NULL OR commission_amount IS NOT NULL"), 0);
}
