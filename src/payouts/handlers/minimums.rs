//! The least that a company pays out at once, on the page of its settings.

use crate::{
    access::{Authorized, may},
    companies::{Company, rail::CompanyTab},
    db::Db,
    money::Money,
    paths,
    payouts::minimums::{self, Minimum},
    web::{Flash, Form, FormErrors, Frame, Layout, Redirect, page, refused},
};
use askama::Template;
use serde::Deserialize;

/// A currency and its least amount, side by side; an empty one is none.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct MinimumsForm {
    currency: Vec<String>,
    amount: Vec<String>,
}

#[derive(Template)]
#[template(path = "payouts/minimums.html")]
struct MinimumsPage {
    frame: Frame,
    errors: FormErrors,
    company: Company,
    /// Currency, the id of its field, and what stands in it.
    rows: Vec<(String, String, String)>,
}

/// The settings.
pub async fn show(by: Authorized<may::Administer>, layout: Layout, db: Db) -> Redirect {
    let company = by.company.id;
    let all = db.run(move |conn| Minimum::all(conn, company)).await?;
    let plain = |minimum: &Minimum| minimum.amount.map(|minor| Money::new(minor, &minimum.currency).plain()).unwrap_or_default();
    let rows = all.iter().map(|minimum| (minimum.currency.clone(), plain(minimum))).collect();
    page(&MinimumsPage::of(&by, layout, rows, FormErrors::none()))
}

/// Sets them.
pub async fn set(by: Authorized<may::Administer>, Form(form): Form<MinimumsForm>, layout: Layout, flash: Flash, db: Db) -> Redirect {
    let wanted = match form.parse() {
        Ok(wanted) => wanted,
        Err(errors) => return refused(&MinimumsPage::of(&by, layout, form.pairs(), errors)),
    };
    let (staff, actor, back) = (by.staff.clone(), by.actor.clone(), paths::payout_settings(&by.company.slug));
    if db.run(move |conn| minimums::set(conn, &actor, &staff, &wanted)).await? {
        flash.ok(back, "Payout settings saved.", "They hold for what is asked for from now on.")
    } else {
        flash.info(back, "Nothing changed.", "The settings are so already.")
    }
}

impl MinimumsForm {
    fn pairs(&self) -> Vec<(String, String)> {
        self.currency.iter().cloned().zip(self.amount.iter().cloned()).collect()
    }

    fn parse(&self) -> Result<Vec<Minimum>, FormErrors> {
        let (mut errors, mut wanted) = (FormErrors::none(), Vec::new());
        for (nth, (currency, typed)) in self.pairs().into_iter().enumerate() {
            let amount = if typed.trim().is_empty() { None } else { Money::parse(&typed, &currency).map(|money| money.minor) };
            if amount.is_none() && !typed.trim().is_empty() {
                let example = Money::new(2_000, &currency).plain();
                errors.add(field(nth), format!("Enter an amount of {currency}, like {example}, or leave it empty"));
            }
            wanted.push(Minimum { currency, amount });
        }
        if errors.is_empty() { Ok(wanted) } else { Err(errors) }
    }
}

fn field(nth: usize) -> String {
    format!("amount-{nth}")
}

impl MinimumsPage {
    fn of(by: &Authorized<may::Administer>, layout: Layout, rows: Vec<(String, String)>, errors: FormErrors) -> Self {
        let frame = by.frame(layout, CompanyTab::Settings, "Payouts");
        Self {
            frame: if errors.is_empty() { frame } else { frame.with_errors() },
            errors,
            company: by.company.clone(),
            rows: rows.into_iter().enumerate().map(|(nth, (currency, amount))| (currency, field(nth), amount)).collect(),
        }
    }
}
