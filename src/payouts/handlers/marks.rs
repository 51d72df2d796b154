//! Marking withdrawals by a file: a look at what it would do first, and nothing before it is confirmed (S57).

use super::several::told;
use crate::{
    access::{Authorized, Fresh, may},
    companies::{Company, rail::CompanyTab},
    db::Db,
    error::Result,
    ids::WithdrawalId,
    mail::Mailer,
    money::Money,
    paths,
    payouts::{
        list::Line,
        marking::{self, Verdict},
        marks::{Bad, File, Judged, MOST},
    },
    web::{Flash, FormErrors, FormWithFile, Frame, Layout, Redirect, csv, page, refused},
    words::counted,
};
use askama::Template;
use serde::Deserialize;
use std::collections::BTreeMap;

/// A file, chosen or pasted.
#[derive(Debug, Default, Clone, Deserialize)]
#[serde(default)]
pub struct MarksForm {
    file: String,
    rows: String,
    /// "mark" where it was looked at; else it is shown first.
    answer: String,
}

#[derive(Template)]
#[template(path = "payouts/marks.html")]
struct MarksPage {
    frame: Frame,
    errors: FormErrors,
    company: Company,
    title: &'static str,
    rows: String,
    bad: Vec<Bad>,
    preview: Option<Preview>,
}

/// What a file without a bad row would do.
struct Preview {
    lines: Vec<PreviewLine>,
    done_already: usize,
    silent: usize,
    /// How many would be paid, and what that comes to, by currency.
    paid: Vec<(String, String)>,
    failed: usize,
    /// The same rows again, to be sent when it is confirmed.
    rows: String,
}

struct PreviewLine {
    line: u64,
    team: String,
    href: String,
    amount: String,
    is_paid: bool,
    is_so: bool,
    reason: String,
}

/// What was read of a file.
struct Looked {
    good: Vec<Judged>,
    bad: Vec<Bad>,
    silent: usize,
}

/// The form.
pub async fn new(Fresh(by): Fresh<Authorized<may::PayOut>>, layout: Layout) -> Redirect {
    page(&MarksPage::of(&by, layout, String::new(), FormErrors::none()))
}

/// Shows what a file would do, or does it.
pub async fn mark(
    Fresh(by): Fresh<Authorized<may::PayOut>>,
    FormWithFile(form): FormWithFile<MarksForm>,
    layout: Layout,
    flash: Flash,
    mailer: Mailer,
    db: Db,
) -> Redirect {
    let text = if form.file.trim().is_empty() { form.rows.clone() } else { form.file.clone() };
    let Looked { good, bad, silent } = match look(&by, &db, &text).await? {
        Ok(looked) => looked,
        Err(says) => return refused(&MarksPage::of(&by, layout, text, FormErrors::one("file", says))),
    };
    if !bad.is_empty() {
        return refused(&MarksPage::of_bad(&by, layout, text, bad));
    }
    if form.answer != "mark" {
        return page(&MarksPage::of_good(&by, layout, text, &good, silent));
    }
    let marks: Vec<(WithdrawalId, Verdict)> = good.into_iter().map(|judged| (judged.row.id, judged.row.verdict)).collect();
    let (staff, actor) = (by.staff.clone(), by.actor.clone());
    let tally = db.run(move |conn| marking::mark_several(conn, &mailer, &actor, &staff, &marks)).await?;
    told(&flash, &paths::withdrawals(&by.company.slug), &format!("{} marked.", counted(tally.done as i64, "withdrawal")), tally)
}

async fn look(by: &Authorized<may::PayOut>, db: &Db, text: &str) -> Result<std::result::Result<Looked, String>> {
    if text.trim().is_empty() {
        return Ok(Err("Choose the file".to_owned()));
    }
    let file = match File::read(text) {
        Ok(file) => file,
        Err(says) => return Ok(Err(says)),
    };
    let (company, ids, silent) = (by.company.id, file.ids(), file.silent);
    let known = db.run(move |conn| Line::some_of_company(conn, company, &ids)).await?;
    let (good, bad) = file.judge(known, by.user.id);
    Ok(Ok(Looked { good, bad, silent }))
}

impl MarksPage {
    fn of(by: &Authorized<may::PayOut>, layout: Layout, rows: String, errors: FormErrors) -> Self {
        let title = "Mark by a file";
        let frame = by.frame(layout, CompanyTab::Withdrawals, title);
        Self {
            frame: if errors.is_empty() { frame } else { frame.with_errors() },
            errors,
            company: by.company.clone(),
            title,
            rows,
            bad: Vec::new(),
            preview: None,
        }
    }

    fn of_bad(by: &Authorized<may::PayOut>, layout: Layout, rows: String, bad: Vec<Bad>) -> Self {
        let says = match bad.as_slice() {
            [one] => format!("Line {}: {}", one.line, one.says),
            several => format!("Correct {} lines of the file", several.len()),
        };
        Self { bad, ..Self::of(by, layout, rows, FormErrors::one("file", says)) }
    }

    fn of_good(by: &Authorized<may::PayOut>, layout: Layout, rows: String, good: &[Judged], silent: usize) -> Self {
        Self { preview: Some(Preview::of(&by.company, good, silent)), ..Self::of(by, layout, rows, FormErrors::none()) }
    }

    fn most(&self) -> usize {
        MOST
    }
}

impl Preview {
    fn of(company: &Company, good: &[Judged], silent: usize) -> Self {
        let open = || good.iter().filter(|judged| !judged.is_so);
        let mut paid: BTreeMap<&str, (i64, i64)> = BTreeMap::new();
        for judged in open().filter(|judged| judged.row.verdict == Verdict::Paid) {
            let (count, sum) = paid.entry(&judged.withdrawal.currency).or_default();
            *count += 1;
            *sum += judged.withdrawal.amount;
        }
        let said = |(currency, (count, sum)): (&str, (i64, i64))| (counted(count, "withdrawal"), Money::new(sum, currency).to_string());
        Self {
            lines: good.iter().map(|judged| PreviewLine::of(company, judged)).collect(),
            done_already: good.len() - open().count(),
            silent,
            failed: open().filter(|judged| judged.row.verdict != Verdict::Paid).count(),
            paid: paid.into_iter().map(said).collect(),
            rows: good.iter().map(row_again).collect(),
        }
    }

    fn count(&self) -> usize {
        self.lines.len() - self.done_already
    }
}

/// A row as a file holds it.
fn row_again(judged: &Judged) -> String {
    let id = judged.row.id.to_string();
    csv::record([id.as_str(), judged.row.verdict.status().as_str(), reason_of(&judged.row.verdict)])
}

fn reason_of(verdict: &Verdict) -> &str {
    match verdict {
        Verdict::Paid => "",
        Verdict::Failed(reason) => reason,
    }
}

impl PreviewLine {
    fn of(company: &Company, judged: &Judged) -> Self {
        Self {
            line: judged.row.line,
            team: judged.withdrawal.team.clone(),
            href: paths::withdrawal(&company.slug, judged.row.id),
            amount: judged.withdrawal.money().to_string(),
            is_paid: judged.row.verdict == Verdict::Paid,
            is_so: judged.is_so,
            reason: reason_of(&judged.row.verdict).to_owned(),
        }
    }
}
