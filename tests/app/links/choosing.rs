//! Secondary links: offered by the program, switched on by the member.

use super::*;
use crate::support::{
    Scene, at_once,
    scene::{DESTINATION, FOREIGN_DESTINATION, OFFERED, OTHER_DESTINATION, id},
};

#[actix_web::test]
async fn a_member_switches_on_what_the_program_offers_once() {
    let app = TestApp::start().await;
    let _scene = Scene::set(&app);
    let mia = app.signed_in(MIA);
    let page = mia.get(LINKS).await;
    page.shows("More links to switch on").shows("Price list").hides("For agencies").hides("Globex alone");
    let form = page.form("/links");
    let done = mia.submit(&form).await;
    done.leads_to(LINKS);
    mia.follow(done).await.shows("Your link mia-chen-price-list is on.").shows("Secondary").hides("More links to switch on");
    let again = mia.submit(&form).await;
    mia.follow(again).await.shows("This link is on already.");
    assert_eq!((texts(&app, MIA, "Acme Resellers").len(), actions(&app, "link switched on")), (5, 1), "two of them of the scene");
    assert_eq!(texts(&app, ADAM, "Acme Resellers").len(), 2, "it is hers alone");
    app.signed_in(ADAM).get("/teams/northwind/history").await.shows("Mia Chen switched on the link mia-chen-price-list of Acme Resellers");
    is_whole(&app);
}

#[actix_web::test]
async fn two_tabs_at_once_switch_on_one_link() {
    let app = TestApp::start().await;
    let _scene = Scene::set(&app);
    let copy = app.copy().await;
    let mia = app.signed_in(MIA);
    let offered: &'static str = Box::leak(id(OFFERED).to_string().into_boxed_str());
    let forms =
        (0..12).map(|nth| (if nth % 2 == 0 { mia.clone() } else { mia.on(&copy) }, LINKS.to_owned(), vec![("destination", offered)]));
    for page in at_once(forms.collect()).await {
        page.leads_to(LINKS);
    }
    assert_eq!((texts(&app, MIA, "Acme Resellers").len(), actions(&app, "link switched on")), (5, 1), "two of them of the scene");
    is_whole(&app);
}

#[actix_web::test]
async fn what_no_program_of_the_team_offers_is_not_switched_on() {
    let app = TestApp::start().await;
    let _scene = Scene::set(&app);
    let mia = app.signed_in(MIA);
    let before = app.dump();
    // A default one, another program's, another company's, none at all.
    for destination in [DESTINATION, OTHER_DESTINATION, FOREIGN_DESTINATION, 0xffff] {
        mia.post(LINKS, &[("destination", &id(destination).to_string())]).await.is(404);
    }
    let page = mia.post(LINKS, &[("destination", "x")]).await;
    page.is(422).shows("Price list");
    assert_eq!(page.error_at("offers"), "Error: Nothing was switched on. Choose one of these links");
    assert_eq!(app.dump(), before);
    // Retired meanwhile, and left by the team meanwhile.
    app.sql(&format!("UPDATE destinations SET retired_at = now() WHERE id = '{}'", id(OFFERED)));
    mia.post(LINKS, &[("destination", &id(OFFERED).to_string())]).await.is(404);
    mia.get(LINKS).await.hides("Price list");
    app.sql(&format!(
        "UPDATE destinations SET retired_at = NULL WHERE id = '{}'; UPDATE enrollments SET left_at = now() WHERE program_id = (SELECT id FROM programs WHERE name = 'Acme Resellers')",
        id(OFFERED)
    ));
    mia.post(LINKS, &[("destination", &id(OFFERED).to_string())]).await.is(404);
    mia.get(LINKS).await.hides("Price list");
    assert_eq!(actions(&app, "link switched on"), 0);
}
