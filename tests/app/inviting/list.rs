//! Invite Partners as a list (rules 8 and 24).

use super::*;

fn many(app: &TestApp, how_many: u32) {
    app.sql(&format!(
        "INSERT INTO invitations (id, kind, company_id, program_id, email, name, team_name, search, asked_by, status, generation, token_hash, created_at, sent_at, expires_at) \
         SELECT gen_random_uuid(), 'program', c.id, p.id, 'person' || n || '@many.example', 'Person ' || n, 'Team ' || n, 'person ' || n || ' person' || n || '@many.example team ' || n, \
         u.id, 'sent', 1, sha256(('many' || n)::bytea), now() - n * interval '1 minute', now() - interval '1 day', now() + interval '6 days' \
         FROM generate_series(1, {how_many}) n, companies c, programs p, users u WHERE c.slug = 'acme' AND p.name = 'Acme Resellers' AND u.email = '{SAM}'"
    ));
}

#[actix_web::test]
async fn an_empty_list_offers_the_first_step_to_those_who_may() {
    let app = TestApp::start().await;
    let page = app.signed_in(SAM).get(LIST).await;
    page.shows("No invitations yet");
    assert!(page.links("a.primary").contains(&NEW_TEAM.to_owned()));
    let viewer = app.signed_in(VERA).get(LIST).await;
    viewer.is(200).shows("Ask an administrator or a manager");
    assert_eq!(viewer.links("a.primary"), Vec::<String>::new());
}

#[actix_web::test]
async fn a_viewer_sees_the_list_and_an_invitation_without_its_buttons() {
    let app = TestApp::start().await;
    let sam = app.signed_in(SAM);
    invite_larkspur(&sam).await;
    let vera = app.signed_in(VERA);
    let list = vera.get(LIST).await;
    list.is(200).shows("Ines Okafor");
    assert!(!list.body.contains("/revocation") && list.links(".page-header a").is_empty());
    let one = vera.get(&page_of(&app, INES)).await;
    one.is(200).shows("Viewers can look, but not invite.");
    assert!(!one.body.contains("/revocation") && !one.has_form("resending"));
    vera.get(&page_of(&app, TEO)).await.is(200);
}

#[actix_web::test]
async fn pages_follow_each_other_by_keyset() {
    let app = TestApp::start().await;
    many(&app, 60);
    let sam = app.signed_in(SAM);
    let people = |page: &Page| page.text_of("tbody a.name");
    let first = sam.get(LIST).await;
    first.shows("60 invitations");
    assert_eq!(people(&first).first().map(String::as_str), Some("Person 1"));
    let second = sam.get(&first.links(".pager a[rel=next]")[0]).await;
    let third = sam.get(&second.links(".pager a[rel=next]")[0]).await;
    assert_eq!((people(&second).len(), people(&third).len()), (25, 10));
    assert!(third.links(".pager a[rel=next]").is_empty());
    let back = sam.get(&third.links(".pager a[rel=prev]")[0]).await;
    assert_eq!(people(&back), people(&second));
    // A row that arrives meanwhile moves nothing.
    invite_larkspur(&sam).await;
    assert_eq!(people(&sam.get(&first.links(".pager a[rel=next]")[0]).await), people(&second));
}

#[actix_web::test]
async fn the_search_finds_people_and_teams() {
    let app = TestApp::start().await;
    let sam = app.signed_in(SAM);
    invite_larkspur(&sam).await;
    ask_for_rosa(&sam).await;
    many(&app, 3);
    let found = async |q: &str| sam.get(&format!("{LIST}?q={q}")).await.text_of("tbody a.name");
    assert_eq!(found("okafor").await, ["Ines Okafor", "Teo Marsh", HANA], "with those listed on her");
    assert_eq!(found("LARKSPUR+age").await, ["Ines Okafor", "Teo Marsh", HANA]);
    assert_eq!(found("r%C3%B3sa").await, ["Rosa Lindqvist"]);
    assert_eq!(found("northwind").await, ["Rosa Lindqvist"], "by the name of the team that is there");
    assert_eq!(found("te").await.first().map(String::as_str), Some("Teo Marsh"));
    let none = sam.get(&format!("{LIST}?q=zzz%25")).await;
    none.is(200).shows("No invitation matches").shows("0 invitations");
    assert_eq!(none.form("invitations").value("q"), Some("zzz%"));
}

#[actix_web::test]
async fn the_state_is_what_is_stored_and_what_follows() {
    let app = TestApp::start().await;
    let sam = app.signed_in(SAM);
    invite_larkspur(&sam).await;
    let badge = async || sam.get(LIST).await.text_of("tbody .badge")[0].clone();
    assert_eq!(badge().await, "Sent");
    app.sql("UPDATE outbox SET status = 'refused'");
    assert_eq!(badge().await, "Mail refused");
    long_ago(&app, "11 minutes");
    assert!(sam.get(LIST).await.has_form("resending"), "the likely action");
    for (status, word) in [("accepted", "Accepted"), ("declined", "Declined"), ("revoked", "Revoked")] {
        app.sql(&format!("UPDATE invitations SET status = '{status}' WHERE parent_id IS NULL"));
        assert_eq!(badge().await, word);
    }
    app.sql("UPDATE invitations SET status = 'sent' WHERE parent_id IS NULL");
    long_ago(&app, "8 days");
    assert_eq!(badge().await, "Expired");
}

#[actix_web::test]
async fn a_reason_is_shown_to_the_company() {
    let app = TestApp::start().await;
    let sam = app.signed_in(SAM);
    invite_larkspur(&sam).await;
    app.sql("UPDATE invitations SET status = 'declined', reason = 'We have <b>too much</b> to do.'");
    sam.get(&page_of(&app, INES)).await.shows("ReasonWe have <b>too much</b> to do.");
}

#[actix_web::test]
async fn a_page_takes_as_many_statements_for_200_rows_as_for_one() {
    let app = TestApp::start().await;
    let sam = app.signed_in(SAM);
    invite_larkspur(&sam).await;
    let paths = [LIST.to_owned(), format!("{LIST}?q=ines"), page_of(&app, INES), NEW_TEAM.to_owned(), NEW_MEMBERS.to_owned()];
    let counts = async || {
        let mut counts = Vec::new();
        for path in &paths {
            let before = app.db.statements();
            sam.get(path).await.is(200);
            counts.push(app.db.statements() - before);
        }
        counts
    };
    counts().await;
    let few = counts().await;
    many(&app, 200);
    assert_eq!(counts().await, few);
    assert!(few.iter().all(|count| *count <= 5), "{few:?}");
}
