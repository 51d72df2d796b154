//! Who makes whom what (rule 36, S28).

use super::*;

/// A second person of each role but owner.
const OTHERS: [(&str, &str, MemberRole); 3] = [
    ("ana@northwind.example", "Ana Sol", MemberRole::Admin),
    ("ben@northwind.example", "Ben Roy", MemberRole::Member),
    ("cleo@northwind.example", "Cleo Finn", MemberRole::Finance),
];

/// Whether somebody of that role makes another person, of that role, a third: rule 36 said once more.
fn expected(actor: TeamRole, target: TeamRole, to: TeamRole, finance_by_admins: bool) -> bool {
    let (TeamRole::Given(from), TeamRole::Given(to)) = (target, to) else { return false };
    let touches_finance = from == MemberRole::Finance || to == MemberRole::Finance;
    match actor {
        TeamRole::Owner => true,
        TeamRole::Given(MemberRole::Admin) => !touches_finance || finance_by_admins,
        TeamRole::Given(MemberRole::Member | MemberRole::Finance) => false,
    }
}

#[actix_web::test]
async fn every_actor_target_and_new_role_is_judged_by_the_rules_and_a_refusal_is_recorded() {
    let app = TestApp::start().await;
    for (email, name, role) in OTHERS {
        join(&app, email, name, role);
    }
    for finance_by_admins in [false, true] {
        switch(&app, if finance_by_admins { &["admin: give finance"] } else { &[] });
        app.keep();
        let before = app.dump();
        for actor in TeamRole::ALL {
            let browser = app.signed_in(holder(actor));
            app.keep();
            let before = if before == app.dump() { before.clone() } else { app.dump() };
            for target in TeamRole::ALL {
                let email = OTHERS.iter().find(|(_, _, role)| TeamRole::Given(*role) == target).map_or(OLIVIA, |(email, _, _)| email);
                for to in TeamRole::ALL {
                    let answer = gives(&browser, &app, email, to.as_str()).await;
                    let case = format!("{actor:?} makes {target:?} {to:?}, finance by admins: {finance_by_admins}");
                    // The owner is the only one of their role, so to change the owner is also to change oneself: never.
                    if expected(actor, target, to, finance_by_admins) {
                        assert_eq!(answer, 303, "{case}");
                        assert_eq!(role_of(&app, email), to.as_str(), "{case}");
                    } else {
                        assert_eq!((answer, refusals(&app)), (403, 1), "{case}");
                        app.sql("ALTER TABLE audit DISABLE TRIGGER USER; DELETE FROM audit WHERE action = 'refused'; ALTER TABLE audit ENABLE TRIGGER USER");
                        assert_eq!(app.dump(), before, "{case}");
                    }
                    is_whole(&app);
                    app.restore();
                }
            }
        }
    }
}

#[actix_web::test]
async fn nobody_changes_their_own_role() {
    let app = TestApp::start().await;
    switch(&app, &["admin: give finance"]);
    for role in TeamRole::ALL {
        let browser = app.signed_in(holder(role));
        for to in TeamRole::ALL {
            let before = (refusals(&app), role_of(&app, holder(role)));
            assert_eq!(gives(&browser, &app, holder(role), to.as_str()).await, 403, "{role:?} to {to:?}");
            assert_eq!((refusals(&app), role_of(&app, holder(role))), (before.0 + 1, before.1));
        }
        let page = browser.get(&format!("{MEMBERS}/{}", place_of(&app, holder(role)))).await;
        assert!(!page.is(200).has_form("/role"), "{role:?}");
        page.shows("This is you");
    }
}

#[actix_web::test]
async fn a_new_role_is_felt_on_the_next_request_on_every_copy_and_mailed() {
    let app = TestApp::start().await;
    let copy = app.copy().await;
    let (olivia, mia) = (app.signed_in(OLIVIA), app.signed_in(MIA).on(&copy));
    mia.get(&format!("{MEMBERS}/{}/removal", place_of(&app, FRANK))).await.is(403);
    let page = olivia.get(MEMBERS).await;
    let here = page.links("a.name").into_iter().find(|link| link.ends_with(&place_of(&app, MIA))).expect("a link to Mia");
    let form = olivia.get(&here).await.form("/role").set("role", "admin");
    let page = olivia.submit(&form).await;
    page.leads_to(&here);
    olivia.follow(page).await.shows("Mia Chen is Admin now.").shows("Admin of Northwind");
    mia.get(&format!("{MEMBERS}/{}/removal", place_of(&app, FRANK))).await.is(200);
    let mail = app.last_mail_to(MIA);
    assert_eq!(mail.subject, "You are an admin of Northwind now");
    for words in ["Olivia Park", "from Member", "to Admin", "/teams/northwind/permissions"] {
        assert!(mail.text.contains(words), "{words}: {}", mail.text);
    }
    let line = app.text("SELECT concat(role, ' ', before, ' ', after) FROM audit WHERE action = 'role changed'");
    assert_eq!(line, r#"owner {"role": "member"} {"role": "admin"}"#);
    // The same again changes nothing, and nobody is mailed.
    olivia.submit(&form).await.leads_to(&here);
    assert_eq!(app.mails_to(MIA).len(), 1);
    assert_eq!(gives(&app.signed_in(ADAM), &app, MIA, "member").await, 303);
    mia.get(&format!("{MEMBERS}/{}/removal", place_of(&app, FRANK))).await.is(403);
}

#[actix_web::test]
async fn a_page_shows_the_roles_that_its_reader_gives_and_a_role_that_is_none_is_refused() {
    let app = TestApp::start().await;
    let roles = |page: &crate::support::Page| {
        page.document()
            .select(&scraper::Selector::parse("select[name=role] option").unwrap())
            .map(|o| o.attr("value").unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    let of = |email: &str| format!("{MEMBERS}/{}", place_of(&app, email));
    assert_eq!(roles(&app.signed_in(OLIVIA).get(&of(FRANK)).await), ["admin", "member", "finance"]);
    let adam = app.signed_in(ADAM);
    assert_eq!(roles(&adam.get(&of(MIA)).await), ["admin", "member"]);
    adam.get(&of(FRANK)).await.shows("Only the team's owner can do this. They may switch it on for admins.");
    adam.get(&of(OLIVIA)).await.shows("The owner's role changes only when the owner hands over the ownership.");
    app.signed_in(FRANK).get(&of(MIA)).await.shows("Only the team’s owner and admins give roles.");
    for role in ["", "Admin", "root", "owner "] {
        let page = adam.post(&format!("{}/role", of(MIA)), &[("role", role)]).await;
        page.is(422).shows("Choose the role to give");
        assert_eq!(page.error_at("role"), "Error: Choose the role to give");
    }
    assert_eq!(role_of(&app, MIA), "member");
}

#[actix_web::test]
async fn giving_finance_asks_who_is_there_first() {
    let app = TestApp::start().await;
    let olivia = app.signed_in(OLIVIA);
    app.sql("UPDATE sessions SET proved_at = now() - interval '11 minutes'");
    let here = format!("{MEMBERS}/{}", place_of(&app, MIA));
    let form = olivia.get(&here).await.form("/role").set("role", "finance");
    let asked = olivia.submit(&form).await;
    assert!(asked.location().unwrap().starts_with("/account/confirmation"), "{:?}", asked.location());
    assert_eq!((role_of(&app, MIA).as_str(), app.mails().len()), ("member", 0));
    assert_eq!(gives(&olivia, &app, MIA, "admin").await, 303, "another role does not");
    assert_eq!(role_of(&app, MIA), "admin");
    let page = olivia.follow(asked).await;
    let proved = olivia.submit(&page.form("/account/confirmation").set("password", PASSWORD)).await;
    olivia.follow(proved).await.shows("Mia Chen is Finance now.");
    assert_eq!(role_of(&app, MIA), "finance");
    // Who may not give it is refused, not asked.
    let adam = app.signed_in(ADAM);
    app.sql("UPDATE sessions SET proved_at = now() - interval '11 minutes'");
    assert_eq!(gives(&adam, &app, MIA, "finance").await, 403);
}

#[actix_web::test]
async fn who_is_demoted_while_the_form_is_open_changes_nothing() {
    let app = TestApp::start().await;
    let adam = app.signed_in(ADAM);
    let form = adam.get(&format!("{MEMBERS}/{}", place_of(&app, MIA))).await.form("/role").set("role", "admin");
    assert_eq!(gives(&app.signed_in(OLIVIA), &app, ADAM, "member").await, 303);
    adam.submit(&form).await.is(403).shows("Only the team's owner and admins can do this.");
    assert_eq!(role_of(&app, MIA), "member");
}
