//! One referral, and what the company decides about it.

use super::look;
use crate::{
    access::{Authorized, may},
    companies::{Company, StaffPermission, rail::CompanyTab},
    db::Db,
    error::{Error, Result},
    ids::{ReferralId, ReferralRefundId},
    mail::Mailer,
    money::Money,
    paths,
    referrals::{
        ReferralStatus,
        deciding::{Decided, Decision, Meanwhile, decide},
        detail::ReferralDetail,
        noticing::SelfReferral,
        taking_back::{self, TakeBack, TakenBack, TakenBackRow},
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

/// What taking the sale back sends.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct ReversalForm {
    /// The taking back's key, made when the form was shown (R15).
    form: String,
    amount: String,
    reason: String,
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
    /// What was taken back of the sale, and what is left of it.
    taken_back: Vec<Reversal>,
    /// The key of the form that takes more back.
    form: String,
}

struct Reversal {
    amount: String,
    reason: String,
    by: String,
    at: Moment,
}

/// The referral, and what was taken back of its sale.
struct Read {
    detail: ReferralDetail,
    taken_back: Vec<TakenBackRow>,
}

type At = Path<(String, ReferralId)>;
type Decider = Authorized<may::WritePrograms>;

/// The referral.
pub async fn show(by: Authorized<may::SeePartners>, at: At, layout: Layout, db: Db) -> Result<HttpResponse> {
    page(&ReferralPage::new(&by, layout, read(&by, &db, at.1).await?))
}

/// Takes it up.
pub async fn approve(by: Decider, at: At, Form(form): Form<ApprovalForm>, flash: Flash, mailer: Mailer, db: Db) -> Redirect {
    let Read { detail, .. } = read(&by, &db, at.1).await?;
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
    let all = read(&by, &db, at.1).await?;
    let mut errors = FormErrors::none();
    let reason = errors.lines("reason", "the reason", &form.reason, REASON_LENGTH);
    if errors.is_empty() {
        return carry_out(&by, all.detail, &form.was, Decision::Decline(reason), flash, mailer, db).await;
    }
    refused(&ReferralPage { reason: form.reason, ..ReferralPage::new(&by, layout, all).with(errors) })
}

/// Marks it as won.
pub async fn win(by: Decider, at: At, Form(form): Form<WinForm>, layout: Layout, flash: Flash, mailer: Mailer, db: Db) -> Redirect {
    let all = read(&by, &db, at.1).await?;
    let currency = &all.detail.line.currency;
    if let Some(sale) = Money::parse(&form.amount, currency) {
        return carry_out(&by, all.detail, &form.was, Decision::Win(sale.minor), flash, mailer, db).await;
    }
    let example = Money::new(123_450, currency).plain();
    let errors = FormErrors::one("amount", format!("Enter the amount of the sale in {currency}, like {example}"));
    refused(&ReferralPage { amount: form.amount, ..ReferralPage::new(&by, layout, all).with(errors) })
}

/// Takes its sale back, whole or in part.
pub async fn take_back(
    by: Decider,
    at: At,
    Form(form): Form<ReversalForm>,
    layout: Layout,
    flash: Flash,
    mailer: Mailer,
    db: Db,
) -> Redirect {
    let all = read(&by, &db, at.1).await?;
    let (line, mut errors) = (&all.detail.line, FormErrors::none());
    let here = paths::referral(&by.company.slug, line.id);
    match line.left().or_else(|| line.sale()) {
        None => return flash.info(here, NO_SALE, "Nothing was changed."),
        Some(left) if left.minor == 0 => return flash.info(here, NOTHING_LEFT, "Nothing was changed."),
        Some(_) => {}
    }
    let reason = errors.lines("reason", "the reason", &form.reason, REASON_LENGTH);
    if reason.is_empty() && errors.is_empty() {
        errors.add("reason", "Enter a reason: it is what the member reads");
    }
    let amount = Money::parse(&form.amount, &line.currency);
    if amount.is_none() {
        let example = Money::new(123_450, &line.currency).plain();
        errors.add("amount", format!("Enter how much is taken back in {}, like {example}", line.currency));
    }
    if let Some(amount) = amount.filter(|_| errors.is_empty()) {
        let id = form.form.parse().map_err(|_| Error::NotThisForm)?;
        let (actor, staff, referral) = (by.actor.clone(), by.staff.clone(), line.id);
        let wanted = TakeBack { id, amount: amount.minor, reason };
        let told = if all.detail.is_present && !all.detail.is_closed { format!("{} is told by mail.", line.member) } else { String::new() };
        match db.run(move |conn| taking_back::take_back(conn, &mailer, &actor, &staff, referral, &wanted)).await? {
            TakenBack::Done(left) => {
                let left = Money::new(left, &line.currency);
                return flash.ok(here, format!("{amount} of the sale is taken back; {left} is left."), told);
            }
            TakenBack::Already => return flash.info(here, "This was taken back already.", "Nothing was changed."),
            TakenBack::NotWon => return flash.info(here, NO_SALE, "Nothing was changed."),
            TakenBack::TooMuch(0) => return flash.info(here, NOTHING_LEFT, "Nothing was changed."),
            TakenBack::TooMuch(left) => {
                let left = Money::new(left, &line.currency);
                errors.add("amount", format!("Enter at most what is left of the sale, which is {left}"));
            }
        }
    }
    let page = ReferralPage::new(&by, layout, all).with(errors);
    refused(&ReferralPage { amount: form.amount, reason: form.reason, form: form.form, ..page })
}

/// Why nothing is taken back.
const NO_SALE: &str = "This referral has no sale.";
const NOTHING_LEFT: &str = "The whole sale is taken back already.";

async fn read<P>(by: &Authorized<P>, db: &Db, id: ReferralId) -> Result<Read> {
    let company = by.company.id;
    db.run(move |conn| {
        let detail = ReferralDetail::read(conn, company, id)?;
        TakenBackRow::all(conn, company, id).map(|taken_back| Read { detail, taken_back })
    })
    .await
}

/// Decides, and leads back to the referral; a form without where it stood comes from no page of ours.
async fn carry_out(by: &Decider, detail: ReferralDetail, was: &str, decision: Decision, flash: Flash, mailer: Mailer, db: Db) -> Redirect {
    let was = ReferralStatus::parse(was).ok_or(Error::NotThisForm)?;
    let (actor, staff, id) = (by.actor.clone(), by.staff.clone(), detail.line.id);
    let (fact, told) = (done(&decision, &detail), format!("{} is told by mail.", detail.line.member));
    let here = paths::referral(&by.company.slug, id);
    match db.run(move |conn| decide(conn, &mailer, &actor, &staff, id, was, &decision)).await? {
        Decided::Done => flash.ok(here, fact, if detail.is_present && !detail.is_closed { told } else { String::new() }),
        Decided::Own => Err(Error::Forbidden("You are in the team of this referral: somebody else decides about it.".into())),
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

impl Reversal {
    fn new(row: &TakenBackRow, at: Moment) -> Self {
        Self { amount: row.money().to_string(), reason: row.reason.clone(), by: row.by.clone(), at }
    }
}

impl ReferralPage {
    fn new<P>(by: &Authorized<P>, layout: Layout, Read { detail, taken_back }: Read) -> Self {
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
            taken_back: taken_back.iter().map(|row| Reversal::new(row, moment(row.at))).collect(),
            form: ReferralRefundId::new().to_string(),
            detail,
        }
    }

    fn with(self, errors: FormErrors) -> Self {
        Self { frame: self.frame.with_errors(), errors, ..self }
    }

    fn may_become(&self, next: ReferralStatus) -> bool {
        self.may_decide && self.detail.line.status.may_become(next)
    }

    /// What is left of the sale; nothing where nothing of it was taken back.
    fn left(&self) -> Option<Money> {
        self.detail.line.left()
    }

    /// Whether there is a sale of which something is left, and they may take it back.
    fn may_take_back(&self) -> bool {
        let left = self.left().or_else(|| self.detail.line.sale());
        self.may_decide && left.is_some_and(|left| left.minor > 0)
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

    /// Whether nothing of the commission is left.
    fn is_reversed(&self) -> bool {
        self.detail.commission_left().is_some_and(|left| left.minor == 0)
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
