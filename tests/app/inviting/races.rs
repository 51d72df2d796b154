//! Two at once, on two copies of the program (S31, R15, R18).

use super::*;

/// Sends those forms at once, each from its browser.
async fn at_once(forms: Vec<(Browser, FilledForm)>) -> Vec<Page> {
    let under_way: Vec<_> =
        forms.into_iter().map(|(browser, form)| actix_web::rt::spawn(async move { browser.submit(&form).await })).collect();
    let mut pages = Vec::new();
    for page in under_way {
        pages.push(page.await.expect("an answer"));
    }
    pages
}

#[actix_web::test]
async fn the_same_request_for_members_twice_at_once_is_one() {
    let app = TestApp::start().await;
    let copy = app.copy().await;
    let sam = app.signed_in(SAM);
    let form = rosa(sam.get(NEW_MEMBERS).await.form("new-members"));
    let pages = at_once((0..10).map(|n| (sam.on(if n % 2 == 0 { &app } else { &copy }), form.clone())).collect()).await;
    assert_eq!(pages.iter().filter(|page| page.status.as_u16() == 303).count(), 1);
    assert!(pages.iter().all(|page| matches!(page.status.as_u16(), 303 | 422)));
    assert_eq!(app.number("SELECT count(*) FROM invitations"), 1);
    assert_eq!(app.mails_to(OLIVIA).len(), 1);
    assert_eq!(app.number("SELECT count(*) FROM audit WHERE action = 'member invited'"), 1);
}

#[actix_web::test]
async fn the_same_team_invited_twice_at_once_is_one_also_where_an_old_one_expired() {
    let app = TestApp::start().await;
    let copy = app.copy().await;
    let sam = app.signed_in(SAM);
    invite_larkspur(&sam).await;
    long_ago(&app, "8 days");
    let form = larkspur(sam.get(NEW_TEAM).await.form("new-team"));
    let pages = at_once((0..10).map(|n| (sam.on(if n % 2 == 0 { &app } else { &copy }), form.clone())).collect()).await;
    assert_eq!(pages.iter().filter(|page| page.status.as_u16() == 303).count(), 1);
    assert!(pages.iter().all(|page| matches!(page.status.as_u16(), 303 | 422)));
    assert_eq!(app.number("SELECT count(*) FROM invitations WHERE status IN ('sent', 'waiting')"), 3);
    assert_eq!(app.mails_to(INES).len(), 2, "the old one and one new one");
}

#[actix_web::test]
async fn resending_ten_times_at_once_sends_once() {
    let app = TestApp::start().await;
    let copy = app.copy().await;
    let sam = app.signed_in(SAM);
    invite_larkspur(&sam).await;
    let form = sam.get(&page_of(&app, INES)).await.form("resending");
    long_ago(&app, "11 minutes");
    at_once((0..10).map(|n| (sam.on(if n % 2 == 0 { &app } else { &copy }), form.clone())).collect()).await;
    assert_eq!(app.mails_to(INES).len(), 2);
    assert_eq!(app.number("SELECT generation FROM invitations WHERE kind = 'program'"), 2);
    app.visitor().get(&app.link_to(INES)).await.is(200);
}

#[actix_web::test]
async fn revoking_against_resending_leaves_no_living_link() {
    let app = TestApp::start().await;
    let copy = app.copy().await;
    let sam = app.signed_in(SAM);
    invite_larkspur(&sam).await;
    let page = page_of(&app, INES);
    let revoke = sam.get(&format!("{page}/revocation")).await.form("revocation");
    let resend = sam.get(&page).await.form("resending");
    long_ago(&app, "11 minutes");
    at_once(vec![(sam.on(&copy), resend), (sam.clone(), revoke)]).await;
    assert_eq!(status_of(&app, INES), "revoked");
    app.visitor().get(&app.link_to(INES)).await.is(410);
}

#[actix_web::test]
async fn who_is_made_a_viewer_meanwhile_invites_nobody() {
    use diesel::connection::SimpleConnection;
    let app = TestApp::start().await;
    let max = app.signed_in(MAX);
    let form = larkspur(max.get(NEW_TEAM).await.form("new-team"));
    let demote = "UPDATE staff SET role = 'viewer' WHERE user_id = (SELECT id FROM users WHERE email = 'max@acme.example')";
    let mut other = app.connection();
    other.batch_execute(&format!("BEGIN; {demote}")).expect("demoted, not committed");
    let sending = actix_web::rt::spawn(async move { max.submit(&form).await });
    app.until_somebody_waits().await;
    other.batch_execute("COMMIT").expect("committed");
    sending.await.expect("an answer").is(403).shows("Viewers can look, but not invite.");
    assert_eq!(app.number("SELECT count(*) FROM invitations"), 0);
    assert_eq!(app.mails().len(), 0);
}

#[actix_web::test]
async fn who_joins_meanwhile_is_not_asked_again() {
    use diesel::connection::SimpleConnection;
    let app = TestApp::start().await;
    let sam = app.signed_in(SAM);
    let form = rosa(sam.get(NEW_MEMBERS).await.form("new-members")).set_nth("email", 0, FIONA);
    let mut other = app.connection();
    other
        .batch_execute(
            "BEGIN; SELECT 1 FROM teams WHERE slug = 'northwind' FOR NO KEY UPDATE; \
             UPDATE members SET left_at = NULL WHERE user_id = (SELECT id FROM users WHERE email = 'fiona@northwind.example')",
        )
        .expect("joined, not committed");
    let sending = actix_web::rt::spawn(async move { sam.submit(&form).await });
    app.until_somebody_waits().await;
    other.batch_execute("COMMIT").expect("committed");
    sending.await.expect("an answer").is(422).shows("In this team since");
    assert_eq!(app.number("SELECT count(*) FROM invitations"), 0);
}
