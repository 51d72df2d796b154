//! Where a team's money goes, whole, for who may withdraw (S56). Reading it and changing it ask who is there (S13).

use super::team::PaidTo;
use crate::{
    access::{Fresh, InTeam, may},
    db::Db,
    error::Result,
    mail::Mailer,
    paths,
    payouts::{
        Account,
        account::{LONGEST, Refused, SHORTEST},
        details::{self, Changed, InForce},
    },
    teams::rail::TeamTab,
    web::{Flash, Form, FormErrors, Frame, Layout, Redirect, page, refused},
    words::{self, NAME_LENGTH},
};
use askama::Template;
use chrono::Utc;
use serde::Deserialize;

/// Payout details as the browser sent them.
#[derive(Debug, Default, Clone, Deserialize)]
#[serde(default)]
pub struct DetailsForm {
    holder: String,
    account: String,
}

#[derive(Template)]
#[template(path = "payouts/details.html")]
struct DetailsPage {
    frame: Frame,
    errors: FormErrors,
    team: String,
    slug: String,
    form: DetailsForm,
    in_force: Option<PaidTo>,
}

/// The details in force, to be changed.
pub async fn show(Fresh(by): Fresh<InTeam<may::Withdraw>>, layout: Layout, db: Db) -> Redirect {
    let in_force = read(&by, &db).await?;
    let form = in_force.as_ref().map(|now| DetailsForm { holder: now.details.holder.clone(), account: now.details.account.whole() });
    page(&DetailsPage::of(&by, layout, in_force.as_ref(), form.unwrap_or_default(), FormErrors::none()))
}

/// Changes them.
pub async fn change(
    Fresh(by): Fresh<InTeam<may::Withdraw>>,
    Form(form): Form<DetailsForm>,
    layout: Layout,
    flash: Flash,
    mailer: Mailer,
    db: Db,
) -> Redirect {
    let (holder, account) = match form.parse() {
        Ok(details) => details,
        Err(errors) => return refused(&DetailsPage::of(&by, layout, read(&by, &db).await?.as_ref(), form, errors)),
    };
    let (member, actor, back) = (by.member.clone(), by.actor.clone(), paths::team_withdrawals(&by.team.slug));
    match db.run(move |conn| details::change(conn, &mailer, &actor, &member, (&holder, &account))).await? {
        Changed::First => flash.ok(back, "Payout details saved.", "Withdrawals go there from now on."),
        Changed::Changed => flash.ok(
            back,
            "Payout details changed.",
            "Withdrawals that are asked for in the next 72 hours wait until these are over. Who may withdraw is told by mail.",
        ),
        Changed::Same => flash.info(back, "Nothing changed.", "The payout details are so already."),
    }
}

async fn read(by: &InTeam<may::Withdraw>, db: &Db) -> Result<Option<InForce>> {
    let team = by.team.id;
    db.run(move |conn| InForce::of(conn, team)).await
}

impl DetailsForm {
    fn parse(&self) -> std::result::Result<(String, Account), FormErrors> {
        let mut errors = FormErrors::none();
        let holder = errors.line("holder", "the account holder’s name", &self.holder, NAME_LENGTH);
        match Account::parse(&self.account) {
            Ok(account) if errors.is_empty() => return Ok((holder, account)),
            Ok(_) => {}
            Err(Refused::Line(words::Refused::Empty)) => errors.add("account", "Enter the account"),
            Err(Refused::Line(words::Refused::TooLong)) => {
                errors.add("account", format!("The account must be {LONGEST} characters or fewer"))
            }
            Err(Refused::Line(words::Refused::Control | words::Refused::Link)) => {
                errors.add("account", "The account must be a single line of ordinary text");
            }
            Err(Refused::TooShort) => errors.add("account", format!("The account must be {SHORTEST} characters or more")),
            Err(Refused::Checksum) => errors.add("account", "Check the IBAN: its check digits do not fit, so a character is wrong"),
        }
        Err(errors)
    }
}

impl DetailsPage {
    fn of(by: &InTeam<may::Withdraw>, layout: Layout, in_force: Option<&InForce>, form: DetailsForm, errors: FormErrors) -> Self {
        let frame = by.frame(layout, TeamTab::Commissions, "Payout details");
        Self {
            frame: if errors.is_empty() { frame } else { frame.with_errors() },
            errors,
            team: by.team.name.clone(),
            slug: by.team.slug.clone(),
            form,
            in_force: in_force.map(|details| PaidTo::of(details, Utc::now(), by.user.zone())),
        }
    }
}
