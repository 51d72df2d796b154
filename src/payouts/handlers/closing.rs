//! Closing the team asks first, and who is there (rule 47, S13).

use crate::{
    access::{
        Fresh,
        locks::{InTeam, may},
    },
    db::Db,
    mail::Mailer,
    paths,
    payouts::{
        TeamBalance,
        closing::{self, Closed, Ends},
    },
    teams::rail::TeamTab,
    web::{Flash, Form, FormErrors, Frame, Layout, Redirect, page, refused},
};
use askama::Template;
use serde::Deserialize;

/// The box that says that the owner means it.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct ClosingForm {
    confirmed: String,
}

#[derive(Template)]
#[template(path = "payouts/closing.html")]
struct ClosingPage {
    frame: Frame,
    errors: FormErrors,
    team: String,
    slug: String,
    others: i32,
    ends: Ends,
}

/// Names what ends.
pub async fn ask(by: InTeam<may::HandOver>, layout: Layout, db: Db) -> Redirect {
    let team = by.team.id;
    let ends = db.run(move |conn| Ends::read(conn, team)).await?;
    page(&ClosingPage::of(&by, layout, ends, FormErrors::none()))
}

/// Closes the team.
pub async fn close(
    Fresh(by): Fresh<InTeam<may::HandOver>>,
    Form(form): Form<ClosingForm>,
    layout: Layout,
    flash: Flash,
    mailer: Mailer,
    db: Db,
) -> Redirect {
    if form.confirmed != "true" {
        return again(&by, layout, &db, FormErrors::one("confirmed", "Tick the box to close the team")).await;
    }
    let (member, actor) = (by.member.clone(), by.actor.clone());
    match db.run(move |conn| closing::close(conn, &mailer, &actor, &member)).await? {
        Closed::Done => flash.ok(paths::places(), format!("{} is closed.", by.team.name), "Everybody who was in it is told by mail."),
        Closed::Money(money) => {
            let says = money.iter().map(left_over).collect::<Vec<_>>().join(". ");
            again(&by, layout, &db, FormErrors::one("money", says)).await
        }
    }
}

async fn again(by: &InTeam<may::HandOver>, layout: Layout, db: &Db, errors: FormErrors) -> Redirect {
    let team = by.team.id;
    let ends = db.run(move |conn| Ends::read(conn, team)).await?;
    // Where money is in the way there is no box to tick.
    let in_the_way: Vec<_> = ends.money.iter().map(left_over).collect();
    let errors = if in_the_way.is_empty() { errors } else { FormErrors::one("money", in_the_way.join(". ")) };
    refused(&ClosingPage::of(by, layout, ends, errors))
}

/// "Acme owes the team €120.00: withdraw it first".
fn left_over(balance: &TeamBalance) -> String {
    let (company, money) = (&balance.company, |minor| balance.money(minor));
    if balance.on_its_way > 0 {
        format!("{} is on its way from {company}: wait until it is paid", money(balance.on_its_way))
    } else if balance.available > 0 && !balance.may_be_withdrawn() {
        format!(
            "{} is available from {company}, less than it pays out at once: leave {company}’s programs first (then the minimum no longer applies), and withdraw it",
            money(balance.available)
        )
    } else if balance.available > 0 {
        format!("{} is available from {company}: withdraw it first", money(balance.available))
    } else {
        format!("{} is held by {company} until later: wait until it is available, and withdraw it", money(balance.held))
    }
}

impl ClosingPage {
    fn of(by: &InTeam<may::HandOver>, layout: Layout, ends: Ends, errors: FormErrors) -> Self {
        let frame = by.frame(layout, TeamTab::Settings, &format!("Close {}?", by.team.name));
        Self {
            frame: if errors.is_empty() { frame } else { frame.with_errors() },
            errors,
            team: by.team.name.clone(),
            slug: by.team.slug.clone(),
            others: by.team.member_count - 1,
            ends,
        }
    }

    /// What stands in the way, a sentence for each company and currency.
    fn in_the_way(&self) -> Vec<String> {
        self.ends.money.iter().map(left_over).collect()
    }
}
