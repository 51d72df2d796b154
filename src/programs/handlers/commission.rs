//! What sales of a program earn: read by all staff, written by those who write programs.

use crate::{
    access::{Authorized, may},
    companies::{Company, StaffPermission, rail::CompanyTab},
    db::Db,
    error::Result,
    ids::ProgramId,
    money::{self, Money},
    paths,
    programs::{
        Program,
        commission::{CommissionRule, Earns, MOST_HOLDING_DAYS},
    },
    web::{Flash, Form, FormErrors, Frame, Layout, Redirect, page, refused},
};
use actix_web::{HttpResponse, web::Path};
use askama::Template;
use serde::Deserialize;

/// What the page of the rule sends.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct RuleForm {
    /// "percent", "fixed" or "nothing".
    earns: String,
    percent: String,
    amount: String,
    holding_days: String,
}

#[derive(Template)]
#[template(path = "programs/commission.html")]
struct RulePage {
    frame: Frame,
    company: Company,
    may_write: bool,
    id: ProgramId,
    program: Program,
    rule: CommissionRule,
    errors: FormErrors,
    form: RuleForm,
}

impl RuleForm {
    fn of(rule: CommissionRule, currency: &str) -> Self {
        let plain = |minor| Money::new(minor, currency).plain();
        let (earns, percent, amount) = match rule.earns {
            Earns::Percent(points) => ("percent", money::percent(points), String::new()),
            Earns::Fixed(minor) => ("fixed", String::new(), plain(minor)),
            Earns::Nothing => ("nothing", String::new(), String::new()),
        };
        Self { earns: earns.to_owned(), percent, amount, holding_days: rule.holding_days.to_string() }
    }

    fn parse(&self, currency: &str) -> std::result::Result<CommissionRule, FormErrors> {
        let mut errors = FormErrors::none();
        let earns = match self.earns.as_str() {
            "percent" => money::parse_percent(&self.percent).map(Earns::Percent).ok_or_else(|| {
                errors.add("percent", "Enter a share from 0.01 to 100 percent, like 12.5");
            }),
            "fixed" => Money::parse(&self.amount, currency).map(|money| Earns::Fixed(money.minor)).ok_or_else(|| {
                errors.add("amount", format!("Enter an amount in {currency}, like {}", Money::new(2_000, currency).plain()));
            }),
            "nothing" => Ok(Earns::Nothing),
            _ => {
                errors.add("earns", "Choose what a sale earns");
                Err(())
            }
        };
        let days = self.holding_days.trim().parse::<i32>().ok().filter(|days| (0..=MOST_HOLDING_DAYS).contains(days));
        if days.is_none() {
            errors.add("holding_days", format!("Enter a number of days from 0 to {MOST_HOLDING_DAYS}"));
        }
        match (earns, days) {
            (Ok(earns), Some(holding_days)) => Ok(CommissionRule { earns, holding_days }),
            _ => Err(errors),
        }
    }

    fn is(&self, earns: &str) -> bool {
        self.earns == earns
    }
}

/// The rule, with its form for those who may write it.
pub async fn show(by: Authorized<may::SeePartners>, path: Path<(String, ProgramId)>, layout: Layout, db: Db) -> Result<HttpResponse> {
    let (program, rule) = read(&by, &db, path.1).await?;
    page(&RulePage::new(&by, layout, program, rule))
}

/// Changes the rule.
pub async fn change(
    by: Authorized<may::WritePrograms>,
    path: Path<(String, ProgramId)>,
    Form(form): Form<RuleForm>,
    layout: Layout,
    flash: Flash,
    db: Db,
) -> Redirect {
    let (program, before) = read(&by, &db, path.1).await?;
    let rule = match form.parse(&program.currency) {
        Ok(rule) => rule,
        Err(errors) => {
            let page = RulePage::new(&by, layout, program, before);
            return refused(&RulePage { frame: page.frame.clone().with_errors(), errors, form, ..page });
        }
    };
    let (actor, staff, id, here) =
        (by.actor.clone(), by.staff.clone(), program.id, paths::program_commission(&by.company.slug, program.id));
    if db.run(move |conn| rule.change(conn, &actor, &staff, id)).await? {
        flash.ok(here, "The commission is saved.", "It concerns sales from now on; what was earned stays.")
    } else {
        flash.info(here, "The commission is as it was.", "")
    }
}

async fn read<P>(by: &Authorized<P>, db: &Db, id: ProgramId) -> Result<(Program, CommissionRule)> {
    let company = by.company.id;
    db.run(move |conn| CommissionRule::read(conn, company, id)).await
}

impl RulePage {
    fn new<P>(by: &Authorized<P>, layout: Layout, program: Program, rule: CommissionRule) -> Self {
        Self {
            frame: by.frame(layout, CompanyTab::Programs, &format!("Commission of {}", program.name)),
            company: by.company.clone(),
            may_write: by.may(StaffPermission::WritePrograms),
            id: program.id,
            form: RuleForm::of(rule, &program.currency),
            program,
            rule,
            errors: FormErrors::none(),
        }
    }
}
