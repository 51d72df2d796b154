//! Keys: made, shown once, kept as a hash, revoked (S13, S56).

use crate::support::{TestApp, at_once, personas::*};

const KEYS: &str = "/companies/acme/settings/keys";

async fn make(app: &TestApp, name: &str) -> (crate::support::Page, String) {
    let sam = app.signed_in(SAM);
    let form = sam.get(KEYS).await.form("/settings/keys").set("name", name);
    let page = sam.submit(&form).await;
    page.leads_to(KEYS);
    let page = sam.follow(page).await;
    let key = page.text_of("code.secret").join("");
    (page, key)
}

#[actix_web::test]
async fn a_key_is_shown_once_and_kept_as_a_hash() {
    let app = TestApp::start().await;
    let sam = app.signed_in(SAM);
    let form = sam.get(KEYS).await.form("/settings/keys").set("name", "Web shop");
    let answer = sam.submit(&form).await;
    let cookie = format!("{:?}", answer.headers.get_all("set-cookie").iter().collect::<Vec<_>>());
    let page = sam.follow(answer).await;
    let key = page.text_of("code.secret").join("");
    assert!(key.starts_with("guildhall_") && key.len() == 53, "{key}");
    page.shows("Web shop is made. Copy it now: it is shown this once.")
        .shows(&format!("Ends in {}", &key[key.len() - 4..]))
        .shows("Sam Whitaker")
        .shows("Never");
    let again = sam.get(KEYS).await;
    again.hides(&key).shows("Web shop");
    assert!(!cookie.contains(&key), "nor does it stand in the cookie that carries it");
    assert!(!app.dump_with_traces().contains(&key[10..]), "nothing in a dump opens anything");
    let mail = app.last_mail_to(SAM);
    assert!(mail.subject == "A new key of Acme" && mail.text.contains("Web shop") && !mail.text.contains(&key[10..40]), "{}", mail.text);
    assert!(app.mails_to(MAX).is_empty(), "to administrators alone");
    let shop = app.visitor().with_key(&key);
    shop.call("/api/conversions", "{}").await.is(422);
    sam.get(KEYS).await.shows("Just now");
    assert_eq!(app.number("SELECT count(*) FROM audit WHERE action = 'api key made'"), 1);
}

#[actix_web::test]
async fn a_revoked_key_opens_nothing_on_any_copy() {
    let app = TestApp::start().await;
    let copy = app.copy().await;
    let (page, key) = make(&app, "Web shop").await;
    let other = copy.visitor().with_key(&key);
    other.call("/api/conversions", "{}").await.is(422);
    let sam = app.signed_in(SAM);
    let to = page.links("a[href$='/revocation']").remove(0);
    let asked = sam.get(&to).await;
    asked.is(200).shows("Revoke Web shop?").shows("What it reported stays");
    other.call("/api/conversions", "{}").await.is(422);
    let page = sam.submit(&asked.form("/revocation")).await;
    sam.follow(page).await.shows("Web shop is revoked.").shows("Revoked");
    other.call("/api/conversions", "{}").await.is(401);
    let page = sam.post(&to, &[]).await;
    sam.follow(page).await.shows("Web shop was revoked already.");
    assert_eq!(app.number("SELECT count(*) FROM audit WHERE action = 'api key revoked'"), 1);
}

#[actix_web::test]
async fn making_a_key_asks_who_is_there_first_and_is_the_administrators() {
    let app = TestApp::start().await;
    let sam = app.signed_in(SAM);
    app.sql("UPDATE sessions SET proved_at = now() - interval '11 minutes'");
    let page = sam.post(KEYS, &[("name", "Web shop")]).await;
    page.is(307);
    assert!(page.location().unwrap().starts_with("/account/confirmation?next="));
    sam.get(KEYS).await.is(200);
    for person in [MAX, VERA] {
        app.signed_in(person).get(KEYS).await.is(403).shows("Only administrators can do this");
        app.signed_in(person).post(KEYS, &[("name", "Web shop")]).await.is(403);
        app.signed_in(person).get("/companies/acme/partners").await.hides("Settings");
    }
    assert_eq!(app.number("SELECT count(*) FROM api_keys"), 0);
}

#[actix_web::test]
async fn a_form_sent_twenty_times_at_once_makes_one_key() {
    let app = TestApp::start().await;
    let sam = app.signed_in(SAM);
    let fields = vec![("form", "0190aaaa-0000-7000-8000-0000000000aa"), ("name", "Web shop")];
    let pages = at_once((0..20).map(|_| (sam.clone(), KEYS.to_owned(), fields.clone())).collect()).await;
    assert!(pages.iter().all(|page| page.location().as_deref() == Some(KEYS)));
    assert_eq!((app.number("SELECT count(*) FROM api_keys"), app.mails_to(SAM).len()), (1, 1));
    let page = sam.post(KEYS, &fields).await;
    sam.follow(page).await.shows("This form was sent before.");
}

#[actix_web::test]
async fn a_key_needs_a_name_and_there_are_fifty_at_most() {
    let app = TestApp::start().await;
    let sam = app.signed_in(SAM);
    let page = sam.post(KEYS, &[("name", " ")]).await;
    page.is(422).shows("Enter a name");
    app.sql("INSERT INTO api_keys (id, company_id, name, key_hash, ending, created_by) SELECT gen_random_uuid(), c.id, 'Key ' || n, sha256(n::text::bytea), '0000', u.id \
             FROM generate_series(1, 50) n, companies c, users u WHERE c.slug = 'acme' AND u.email = 'sam@acme.example'");
    sam.post(KEYS, &[("name", "One more")]).await.is(422).shows("There are 50 keys: revoke one that is used no longer");
    // The form of one of them, sent again.
    let before = app.text("SELECT id FROM api_keys WHERE name = 'Key 9'");
    let again = sam.post(KEYS, &[("form", &before), ("name", "Key 9")]).await;
    sam.follow(again).await.shows("This form was sent before.");
    app.sql("UPDATE api_keys SET revoked_at = now() WHERE name = 'Key 7'");
    sam.post(KEYS, &[("name", "One more")]).await.is(303);
}

#[actix_web::test]
async fn the_examples_name_this_installation() {
    let app = TestApp::start().await;
    let page = app.signed_in(SAM).get(KEYS).await;
    page.is(200).shows(&format!("curl {}/api/conversions", app.base_url)).shows(&format!("curl {}/api/refunds", app.base_url));
}
