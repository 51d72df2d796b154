//! One referral, and what the company decides about it.

use super::look;
use crate::{
    access::{Authorized, may},
    companies::{Company, StaffPermission, rail::CompanyTab},
    db::Db,
    error::{Error, Result},
    ids::ReferralId,
    mail::Mailer,
    money::Money,
    paths,
    referrals::{
        ReferralStatus,
        deciding::{Decided, Decision, Meanwhile, decide},
        detail::ReferralDetail,
        noticing::SelfReferral,
    },
    web::{Flash, Form, FormErrors, Frame, Layout, Moment, Redirect, page, refused},
    words::REASON_LENGTH,
};
use actix_web::{HttpResponse, web::Path};
use askama::Template;
use chrono::Utc;
use serde::Deserialize;

/// What every decision sends: where the referral stood on the page.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct ApprovalForm {
    was: String,
}

/// What declining sends.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct DeclinationForm {
    was: String,
    reason: String,
}

/// What marking as won sends.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct WinForm {
    was: String,
    amount: String,
}

#[derive(Template)]
#[template(path = "referrals/show.html")]
struct ReferralPage {
    frame: Frame,
    company: Company,
    errors: FormErrors,
    detail: ReferralDetail,
    badge: (&'static str, &'static str, &'static str),
    may_decide: bool,
    sent: Moment,
    first_sent: Option<Moment>,
    decided: Option<Moment>,
    available: Option<Moment>,
    /// What was typed.
    amount: String,
    reason: String,
}

type At = Path<(String, ReferralId)>;
type Decider = Authorized<may::WritePrograms>;

/// The referral.
pub async fn show(by: Authorized<may::SeePartners>, at: At, layout: Layout, db: Db) -> Result<HttpResponse> {
    let detail = read(&by, &db, at.1).await?;
    page(&ReferralPage::new(&by, layout, detail))
}

/// Takes it up.
pub async fn approve(by: Decider, at: At, Form(form): Form<ApprovalForm>, flash: Flash, mailer: Mailer, db: Db) -> Redirect {
    let detail = read(&by, &db, at.1).await?;
    carry_out(&by, detail, &form.was, Decision::Approve, flash, mailer, db).await
}

/// Declines it.
pub async fn decline(
    by: Decider,
    at: At,
    Form(form): Form<DeclinationForm>,
    layout: Layout,
    flash: Flash,
    mailer: Mailer,
    db: Db,
) -> Redirect {
    let detail = read(&by, &db, at.1).await?;
    let mut errors = FormErrors::none();
    let reason = errors.lines("reason", "the reason", &form.reason, REASON_LENGTH);
    if errors.is_empty() {
        return carry_out(&by, detail, &form.was, Decision::Decline(reason), flash, mailer, db).await;
    }
    refused(&ReferralPage { reason: form.reason, ..ReferralPage::new(&by, layout, detail).with(errors) })
}

/// Marks it as won.
pub async fn win(by: Decider, at: At, Form(form): Form<WinForm>, layout: Layout, flash: Flash, mailer: Mailer, db: Db) -> Redirect {
    let detail = read(&by, &db, at.1).await?;
    if let Some(sale) = Money::parse(&form.amount, &detail.line.currency) {
        return carry_out(&by, detail, &form.was, Decision::Win(sale.minor), flash, mailer, db).await;
    }
    let example = Money::new(123_450, &detail.line.currency).plain();
    let errors = FormErrors::one("amount", format!("Enter the amount of the sale in {}, like {example}", detail.line.currency));
    refused(&ReferralPage { amount: form.amount, ..ReferralPage::new(&by, layout, detail).with(errors) })
}

async fn read<P>(by: &Authorized<P>, db: &Db, id: ReferralId) -> Result<ReferralDetail> {
    let company = by.company.id;
    db.run(move |conn| ReferralDetail::read(conn, company, id)).await
}

/// Decides, and leads back to the referral; a form without where it stood comes from no page of ours.
async fn carry_out(by: &Decider, detail: ReferralDetail, was: &str, decision: Decision, flash: Flash, mailer: Mailer, db: Db) -> Redirect {
    let was = ReferralStatus::parse(was).ok_or(Error::NotThisForm)?;
    let (actor, staff, id) = (by.actor.clone(), by.staff.clone(), detail.line.id);
    let (fact, told) = (done(&decision, &detail), format!("{} is told by mail.", detail.line.member));
    let here = paths::referral(&by.company.slug, id);
    match db.run(move |conn| decide(conn, &mailer, &actor, &staff, id, was, &decision)).await? {
        Decided::Done => flash.ok(here, fact, if detail.is_present && !detail.is_closed { told } else { String::new() }),
        Decided::Meanwhile(meanwhile) => flash.info(here, happened(&meanwhile), "Nothing was changed by you."),
    }
}

fn done(decision: &Decision, detail: &ReferralDetail) -> String {
    let name = &detail.line.name;
    match decision {
        Decision::Approve => format!("The referral of {name} is approved."),
        Decision::Decline(_) => format!("The referral of {name} is declined."),
        Decision::Win(minor) => {
            format!("The referral of {name} is won, with a sale of {}.", Money::new(*minor, &detail.line.currency))
        }
    }
}

fn happened(meanwhile: &Meanwhile) -> String {
    let by = meanwhile.by.as_deref().unwrap_or("Somebody");
    match meanwhile.status {
        ReferralStatus::Submitted => "This referral is not decided yet.".to_owned(),
        ReferralStatus::Approved => format!("{by} approved this referral before you."),
        ReferralStatus::Declined => format!("{by} declined this referral before you."),
        ReferralStatus::Won => format!("{by} marked this referral as won before you."),
    }
}

impl ReferralPage {
    fn new<P>(by: &Authorized<P>, layout: Layout, detail: ReferralDetail) -> Self {
        let moment = |at| Moment::new(at, Utc::now(), by.user.zone());
        let (kind, icon) = look(detail.line.status);
        Self {
            frame: by.frame(layout, CompanyTab::Referrals, &detail.line.name),
            company: by.company.clone(),
            errors: FormErrors::none(),
            badge: (detail.line.status.label(), kind, icon),
            may_decide: by.may(StaffPermission::WritePrograms),
            sent: moment(detail.line.created_at),
            first_sent: detail.first_at.map(moment),
            decided: detail.decided_at.map(moment),
            available: detail.available_at.map(moment),
            amount: String::new(),
            reason: String::new(),
            detail,
        }
    }

    fn with(self, errors: FormErrors) -> Self {
        Self { frame: self.frame.with_errors(), errors, ..self }
    }

    fn may_become(&self, next: ReferralStatus) -> bool {
        self.may_decide && self.detail.line.status.may_become(next)
    }

    fn is_open(&self) -> bool {
        self.detail.line.status.may_become(ReferralStatus::Won)
    }

    fn action(&self, noun: &str) -> String {
        paths::referral_action(&self.company.slug, self.detail.line.id, noun)
    }

    fn partner(&self) -> String {
        paths::partner(&self.company.slug, &self.detail.team_slug)
    }

    /// To the member's page, where they are in the team.
    fn member(&self) -> Option<String> {
        let href = paths::partner_member(&self.company.slug, &self.detail.team_slug, self.detail.line.member_id);
        self.detail.is_present.then_some(href)
    }

    /// The first referral with this address: team and address.
    fn first(&self) -> Option<(&str, String)> {
        Some((self.detail.first_team.as_deref()?, paths::referral(&self.company.slug, self.detail.first_id?)))
    }

    /// Why it looks like one of the team's own.
    fn own(&self) -> Option<String> {
        let (member, team) = (&self.detail.line.member, &self.detail.line.team);
        self.detail.line.self_referral.map(|why| match why {
            SelfReferral::Member => format!("The address is that of somebody who is or was in {team}."),
            SelfReferral::Domain => format!("The address is at the same domain as that of {member}, who sent it."),
            SelfReferral::Staff => format!("The address is that of somebody who works for {}.", self.company.name),
        })
    }

    /// "held until", "available since".
    fn holds(&self) -> &'static str {
        if self.detail.available_at.is_some_and(|at| at > Utc::now()) { "held until" } else { "available since" }
    }

    /// What marking it as won earns.
    fn earns(&self) -> String {
        if self.detail.is_closed {
            return format!("{} is closed: it earns nothing any more.", self.detail.line.team);
        }
        let rule = self.detail.rule();
        match rule.says_held() {
            held if held.is_empty() => "By the program’s rule it earns nothing.".to_owned(),
            held => format!("By the program’s rule it earns {}, {held}.", rule.says(&self.detail.line.currency)),
        }
    }
}
