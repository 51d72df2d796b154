//! Asking for a withdrawal: from one balance, at first for all that is available (rule 42, S13).

use super::{
    facts::{BalanceRow, debt_said, too_little_said},
    team::PaidTo,
};
use crate::{
    access::{Fresh, InTeam, Limiter, may},
    db::Db,
    error::{Error, Result},
    ids::WithdrawalId,
    mail::Mailer,
    money::Money,
    paths,
    payouts::{
        TeamBalance,
        asking::{self, Asked, Wish},
        details::InForce,
    },
    teams::rail::TeamTab,
    web::{Flash, Form, FormErrors, Frame, Layout, Redirect, page, refused, too_many},
};
use actix_web::web::Query;
use askama::Template;
use chrono::Utc;
use serde::Deserialize;

/// Which balance, of the form's address.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct BalanceQuery {
    company: String,
    currency: String,
}

/// What somebody wants, as the browser sent it.
#[derive(Debug, Default, Clone, Deserialize)]
#[serde(default)]
pub struct WishForm {
    /// The withdrawal's key, made when the form was shown (R15).
    form: String,
    company: String,
    currency: String,
    amount: String,
}

#[derive(Template)]
#[template(path = "payouts/new.html")]
struct NewPage {
    frame: Frame,
    errors: FormErrors,
    slug: String,
    title: String,
    form: WishForm,
    /// The balance that is asked from; none where it is still to be chosen.
    balance: Option<BalanceRow>,
    /// The others, or all of them.
    choices: Vec<BalanceRow>,
    paid_to: Option<PaidTo>,
}

const CHOOSE: &str = "Choose what to withdraw from";

/// What the page is made of.
struct Ground {
    balances: Vec<TeamBalance>,
    details: Option<InForce>,
}

/// The form; of several balances one is chosen first.
pub async fn new(Fresh(by): Fresh<InTeam<may::Withdraw>>, Query(query): Query<BalanceQuery>, layout: Layout, db: Db) -> Redirect {
    let ground = Ground::read(&by, &db).await?;
    let form = WishForm { company: query.company, currency: query.currency, ..WishForm::default() };
    page(&NewPage::of(&by, layout, &ground, form, FormErrors::none()))
}

/// Asks.
pub async fn ask(
    Fresh(by): Fresh<InTeam<may::Withdraw>>,
    Form(form): Form<WishForm>,
    layout: Layout,
    flash: Flash,
    mailer: Mailer,
    limiter: Limiter,
    db: Db,
) -> Redirect {
    let wish = match form.parse() {
        Ok(wish) => wish,
        Err(errors) => return refused(&NewPage::of(&by, layout, &Ground::read(&by, &db).await?, form, errors)),
    };
    let (member, actor, money) = (by.member.clone(), by.actor.clone(), Money::new(wish.amount, &wish.currency));
    let asked = match db.run(move |conn| asking::ask(conn, &mailer, &limiter, &actor, &member, &wish)).await {
        Err(Error::TooMany(excess)) => {
            let again = NewPage::of(&by, layout.telling(&excess), &Ground::read(&by, &db).await?, form, FormErrors::none());
            return too_many(&excess, page(&again));
        }
        asked => asked?,
    };
    if let Asked::Done(id) = asked {
        let to = paths::team_withdrawal(&by.team.slug, id);
        return flash.ok(to, format!("{money} asked for."), "The company’s administrators are told by mail, and you are when it is paid.");
    }
    let ground = Ground::read(&by, &db).await?;
    // A form that was used is a new withdrawal when it is sent again, and knowingly.
    let form = if asked == Asked::FormUsed { WishForm { form: String::new(), ..form } } else { form };
    let errors = why_not(&asked, &form, &ground);
    refused(&NewPage::of(&by, layout, &ground, form, errors))
}

fn why_not(asked: &Asked, form: &WishForm, ground: &Ground) -> FormErrors {
    let money = |minor: i64| Money::new(minor, &form.currency);
    let company = ground.chosen(form).map_or_else(|| "the company".to_owned(), |balance| balance.company.clone());
    let too_little = ground.chosen(form).and_then(too_little_said);
    match asked {
        Asked::TooMuch(1..) | Asked::TooLittle(_) if let Some(says) = too_little => FormErrors::one("amount", says),
        Asked::NoDetails => FormErrors::one("paid-to", "Say first where the money goes"),
        Asked::Debt(owed) => FormErrors::one("amount", debt_said(&company, &money(*owed).to_string())),
        Asked::TooMuch(0) => FormErrors::one("amount", "Nothing is available now"),
        Asked::TooMuch(most) => FormErrors::one("amount", format!("Enter {} or less: more is not available", money(*most))),
        Asked::TooLittle(least) => {
            FormErrors::one("amount", format!("Enter {} or more: {company} pays out no less at once", money(*least)))
        }
        Asked::FormUsed => {
            FormErrors::one("amount", "This form was sent before, with another amount. Send it again to ask for this one as well")
        }
        Asked::Done(_) => FormErrors::none(),
    }
}

impl WishForm {
    fn parse(&self) -> std::result::Result<Wish, FormErrors> {
        if self.company.is_empty() || self.currency.is_empty() {
            return Err(FormErrors::one("balance", CHOOSE));
        }
        let amount = Money::parse(&self.amount, &self.currency).map(|money| money.minor);
        Ok(Wish {
            id: self.form.parse().unwrap_or_else(|_| WithdrawalId::new()),
            company: self.company.clone(),
            currency: self.currency.clone(),
            amount: amount.ok_or_else(|| {
                FormErrors::one("amount", format!("Enter an amount, like {}", Money::new(12_050, &self.currency).plain()))
            })?,
        })
    }
}

impl Ground {
    async fn read(by: &InTeam<may::Withdraw>, db: &Db) -> Result<Self> {
        let team = by.team.id;
        db.run(move |conn| Ok::<_, Error>(Self { balances: TeamBalance::of_team(conn, team)?, details: InForce::of(conn, team)? })).await
    }

    /// The balance that is named; where none is, the only one that can be taken from.
    fn chosen(&self, form: &WishForm) -> Option<&TeamBalance> {
        if !form.company.is_empty() {
            return self.balances.iter().find(|balance| balance.company_slug == form.company && balance.currency == form.currency);
        }
        let mut able = self.balances.iter().filter(|balance| balance.may_be_withdrawn());
        able.next().filter(|_| able.next().is_none())
    }
}

impl NewPage {
    fn of(by: &InTeam<may::Withdraw>, layout: Layout, ground: &Ground, form: WishForm, errors: FormErrors) -> Self {
        let chosen = ground.chosen(&form).filter(|_| errors.get("balance").is_none());
        // What is to be corrected in a form that is not on the page.
        let errors = if chosen.is_none() && !errors.is_empty() { FormErrors::one("balance", CHOOSE) } else { errors };
        let title = chosen.map_or_else(|| "Withdraw commissions".to_owned(), |balance| format!("Withdraw from {}", balance.company));
        let frame = by.frame(layout, TeamTab::Commissions, &title);
        let slug = &by.team.slug;
        let link = |balance: &TeamBalance| Some(paths::new_withdrawal(slug, Some((&balance.company_slug, &balance.currency))));
        let form = chosen.map_or_else(WishForm::default, |balance| form.for_balance(balance, errors.is_empty()));
        let (now, zone) = (Utc::now(), by.user.zone());
        Self {
            frame: if errors.is_empty() { frame } else { frame.with_errors() },
            errors,
            slug: slug.clone(),
            title,
            form,
            balance: chosen.map(|balance| BalanceRow::of_team(balance, link)),
            choices: ground.balances.iter().filter(|_| chosen.is_none()).map(|balance| BalanceRow::of_team(balance, link)).collect(),
            paid_to: ground.details.as_ref().map(|details| PaidTo::of(details, now, zone)),
        }
    }
}

impl WishForm {
    /// The same for that balance, with a key, and at first with all that is available.
    fn for_balance(self, balance: &TeamBalance, is_new: bool) -> Self {
        let all = || balance.money(balance.available.max(0)).plain();
        Self {
            form: if self.form.is_empty() { WithdrawalId::new().to_string() } else { self.form },
            company: balance.company_slug.clone(),
            currency: balance.currency.clone(),
            amount: if is_new && self.amount.is_empty() { all() } else { self.amount },
        }
    }
}
