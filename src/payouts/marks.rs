//! What a file says of withdrawals: id, paid or failed, reason. It is read to the end and judged row by row before anything is changed (S57).

use crate::{
    ids::{UserId, WithdrawalId},
    payouts::{State, WithdrawalStatus, list::Line, marking::Verdict},
    words::{self, REASON_LENGTH},
};
use std::collections::{HashMap, HashSet};

/// The most rows of a file that say something.
pub const MOST: usize = 500;
/// The columns, as the head of a file names them.
pub const COLUMNS: [&str; 3] = ["id", "status", "reason"];

/// A row of a file, and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Its line in the file, from 1.
    pub line: u64,
    /// Of which withdrawal.
    pub id: WithdrawalId,
    /// What it says.
    pub verdict: Verdict,
}

/// A row that says nothing that can be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bad {
    /// Its line in the file, from 1.
    pub line: u64,
    /// What to do about it.
    pub says: String,
}

/// What a file says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct File {
    /// Rows to judge.
    pub rows: Vec<Row>,
    /// Rows that nobody can read.
    pub bad: Vec<Bad>,
    /// Rows without a status: they say nothing.
    pub silent: usize,
}

/// What a row would do.
#[derive(Debug, Clone)]
pub struct Judged {
    /// What the file says, and where.
    pub row: Row,
    /// The withdrawal.
    pub withdrawal: Line,
    /// Whether it is so already, so that nothing would be done.
    pub is_so: bool,
}

impl File {
    /// Reads a file: with commas, or with semicolons where its first line has no comma; by the names in its head, or without one by the
    /// order of [`COLUMNS`]. The error says what is wrong with all of it.
    pub fn read(text: &str) -> Result<Self, String> {
        let text = text.trim_start_matches('\u{feff}');
        if text.contains(char::REPLACEMENT_CHARACTER) {
            return Err("Save the file as CSV in UTF-8, and choose it again".to_owned());
        }
        let first = text.lines().next().unwrap_or_default();
        let delimiter = if first.contains(';') && !first.contains(',') { b';' } else { b',' };
        let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).delimiter(delimiter).from_reader(text.as_bytes());
        let mut file = Self::default();
        let mut columns = [Some(0), Some(1), Some(2)];
        let mut seen = HashSet::new();
        let (mut counted, mut line) = (0, 1);
        for (nth, record) in reader.records().enumerate() {
            let record =
                record.map_err(|_| "This is no CSV file: choose the one that you exported, with a status in each row".to_owned())?;
            if nth == 0
                && let Some(named) = head(&record)
            {
                columns = named;
                continue;
            }
            // The reader's own count leaves out the empty lines that it skipped before the row.
            let start = start_of(&record, text);
            line += text[counted..start].matches('\n').count() as u64;
            counted = start;
            let [id, status, reason] = columns.map(|column| column.and_then(|column| record.get(column)).unwrap_or_default());
            match read_row(line, id, status, reason, &mut seen) {
                Ok(Some(row)) => file.rows.push(row),
                Ok(None) => file.silent += 1,
                Err(says) => file.bad.push(Bad { line, says }),
            }
            if file.rows.len() + file.bad.len() > MOST {
                return Err(format!("At most {MOST} rows at once: split the file"));
            }
        }
        if file.rows.is_empty() && file.bad.is_empty() {
            return Err("No row has a status: write paid or failed into the column status".to_owned());
        }
        Ok(file)
    }

    /// The ids that it names.
    pub fn ids(&self) -> Vec<WithdrawalId> {
        self.rows.iter().map(|row| row.id).collect()
    }

    /// Judges its rows by what the company has, for that person: what each would do, and every row that cannot be done.
    pub fn judge(self, withdrawals: Vec<Line>, person: UserId) -> (Vec<Judged>, Vec<Bad>) {
        let mut known: HashMap<WithdrawalId, Line> = withdrawals.into_iter().map(|line| (line.id, line)).collect();
        let (mut good, mut bad) = (Vec::new(), self.bad);
        for row in self.rows {
            let Some(withdrawal) = known.remove(&row.id) else {
                bad.push(Bad { line: row.line, says: format!("The company has no withdrawal {}", row.id) });
                continue;
            };
            match why_not(&row.verdict, &withdrawal, person) {
                Some(says) => bad.push(Bad { line: row.line, says: says.to_owned() }),
                None => good.push(Judged { is_so: !withdrawal.state().is_open(), row, withdrawal }),
            }
        }
        bad.sort_by_key(|bad| bad.line);
        (good, bad)
    }
}

/// Where a row begins in the file, in bytes.
fn start_of(record: &csv::StringRecord, text: &str) -> usize {
    let read_from = record.position().and_then(|at| usize::try_from(at.byte()).ok()).unwrap_or_default().min(text.len());
    read_from + text[read_from..].bytes().take_while(|byte| matches!(byte, b'\r' | b'\n')).count()
}

/// Where the columns stand, where this is a head.
fn head(record: &csv::StringRecord) -> Option<[Option<usize>; 3]> {
    let place = |name: &str| record.iter().position(|field| field.trim().eq_ignore_ascii_case(name));
    let columns = COLUMNS.map(place);
    (columns[0].is_some() && columns[1].is_some()).then_some(columns)
}

fn read_row(line: u64, id: &str, status: &str, reason: &str, seen: &mut HashSet<WithdrawalId>) -> Result<Option<Row>, String> {
    // What our own files put before a formula.
    let reason = reason.trim().trim_start_matches('\'').trim();
    if status.trim().is_empty() && reason.is_empty() {
        return Ok(None);
    }
    let id: WithdrawalId = id.trim().parse().map_err(|_| format!("“{}” is no id of a withdrawal", short(id)))?;
    if !seen.insert(id) {
        return Err(format!("{id} stands above already"));
    }
    let verdict = match (status.trim().to_lowercase().as_str(), reason) {
        ("paid", "") => Verdict::Paid,
        ("paid", _) => return Err("A withdrawal that is paid has no reason: leave it empty".to_owned()),
        ("failed", "") => return Err("Say in the column reason why it failed".to_owned()),
        ("failed", reason) => Verdict::Failed(
            words::lines(reason, REASON_LENGTH).map_err(|_| format!("Shorten the reason to {REASON_LENGTH} characters or fewer"))?,
        ),
        _ => return Err(format!("“{}” is no status: write paid or failed", short(status))),
    };
    Ok(Some(Row { line, id, verdict }))
}

fn short(text: &str) -> String {
    text.trim().chars().take(40).collect()
}

/// Why this cannot be said of it.
fn why_not(verdict: &Verdict, withdrawal: &Line, person: UserId) -> Option<&'static str> {
    match (withdrawal.state(), verdict.status()) {
        (State::Paid, WithdrawalStatus::Failed) => Some("It is marked as paid already"),
        (State::Failed, WithdrawalStatus::Paid) => Some("It is marked as failed already"),
        (State::Cancelled, _) => Some("The team took it back"),
        (State::Held(_), WithdrawalStatus::Paid) => Some("It is held: the team’s payout details were changed shortly before"),
        (State::Requested | State::Held(_), _) if withdrawal.asker_id == person => {
            Some("You asked for it yourself: another administrator marks it")
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: &str = "0190aaaa-0000-7000-8000-000000000001";
    const B: &str = "0190aaaa-0000-7000-8000-000000000002";

    #[test]
    fn a_file_is_read_by_its_head_or_by_its_order() {
        for text in [
            format!("{A},paid,\n{B},failed,No such account\n"),
            format!("{A},paid\r\n{B},FAILED,\"No such account\"\r\n"),
            format!("\u{feff}ID;Team;Reason;Status\n{A};Northwind;;paid\n{B};Harbour;No such account;failed\n"),
            format!("\"reason\",\"status\",\"id\"\n\"\",\"paid\",\"{A}\"\n\"'No such account\",\"failed\",\"{B}\"\n\"\",\"\",\"x\"\n"),
        ] {
            let file = File::read(&text).unwrap();
            let said: Vec<(String, Verdict)> = file.rows.iter().map(|row| (row.id.to_string(), row.verdict.clone())).collect();
            assert_eq!(said, [(A.to_owned(), Verdict::Paid), (B.to_owned(), Verdict::Failed("No such account".to_owned()))], "{text}");
            assert_eq!(file.bad, [], "{text}");
        }
    }

    #[test]
    fn a_bad_row_is_named_with_its_line() {
        let text = format!("id,status,reason\n{A},paid,\nnonsense,paid,\n{A},paid,\n{B},perhaps,\n{B},failed,\n");
        let file = File::read(&text).unwrap();
        let says: Vec<(u64, &str)> = file.bad.iter().map(|bad| (bad.line, bad.says.as_str())).collect();
        assert_eq!(says[0], (3, "“nonsense” is no id of a withdrawal"));
        assert_eq!(says[1], (4, "0190aaaa-0000-7000-8000-000000000001 stands above already"));
        assert_eq!(says[2], (5, "“perhaps” is no status: write paid or failed"));
        assert_eq!(says[3].0, 6);
        assert_eq!(file.rows.len(), 1);
    }

    #[test]
    fn what_is_no_such_file_is_refused_whole() {
        for text in ["", "\n\n", "id,status,reason\n", &format!("id,status\n{A},\n"), "\u{fffd}PK"] {
            assert!(File::read(text).is_err(), "{text:?}");
        }
        let long: String = (0..=MOST).map(|n| format!("0190aaaa-0000-7000-8000-{n:012},paid\n")).collect();
        assert_eq!(File::read(&long), Err("At most 500 rows at once: split the file".to_owned()));
    }
}
