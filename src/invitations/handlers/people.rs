//! The rows of people in the two forms of Invite Partners: as typed, as shown, as read.

use crate::{
    email_address::EmailAddress,
    invitations::asking::Person,
    teams::MemberRole,
    web::FormErrors,
    words::{self, NAME_LENGTH},
};

/// Rows at most; more come by import.
pub const MOST: usize = 50;
/// Empty rows that a new form begins with.
const FIRST: usize = 3;

/// One row as typed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Typed {
    /// The address.
    pub email: String,
    /// The name, if known.
    pub name: String,
    /// A role's word; empty where the row was shown as the owner's.
    pub role: String,
}

/// One row as the page shows it.
#[derive(Debug, Clone)]
pub struct Row {
    /// From 0, as the fields' ids and the radios count.
    pub nth: String,
    /// "Person 1".
    pub label: String,
    /// What was typed.
    pub typed: Typed,
    /// Ids of the three fields, which are also the keys of their errors.
    pub ids: [String; 3],
    /// The invitation that is in the way, where one is.
    pub known: Option<String>,
}

/// The rows of the three parallel lists that the browser sends; at least the first few. Of those beyond [`MOST`] empty ones are left out.
pub fn rows(emails: &[String], names: &[String], roles: &[String]) -> Vec<Typed> {
    let sent = emails.len().max(names.len()).max(roles.len()).max(FIRST);
    let at = |list: &[String], nth: usize| list.get(nth).cloned().unwrap_or_default();
    let rows = (0..sent).map(|nth| Typed { email: at(emails, nth), name: at(names, nth), role: at(roles, nth) });
    rows.enumerate().filter(|(nth, typed)| *nth < MOST || !typed.is_empty()).map(|(_, typed)| typed).collect()
}

/// The rows as the three lists again.
pub fn columns(rows: Vec<Typed>) -> (Vec<String>, Vec<String>, Vec<String>) {
    let (emails, rest): (Vec<_>, Vec<_>) = rows.into_iter().map(|row| (row.email, (row.name, row.role))).unzip();
    let (names, roles) = rest.into_iter().unzip();
    (emails, names, roles)
}

/// The rows with one more, or without the one at `remove`.
pub fn changed(mut rows: Vec<Typed>, remove: Option<usize>) -> Vec<Typed> {
    match remove {
        Some(gone) if gone < rows.len() => drop(rows.remove(gone)),
        Some(_) => {}
        None => rows.push(Typed::default()),
    }
    rows
}

impl Typed {
    /// The address, where it is one.
    pub fn address(&self) -> Option<EmailAddress> {
        EmailAddress::parse(&self.email)
    }

    /// Whether nobody is written down here; the role says nothing, as its field always has a value.
    pub fn is_empty(&self) -> bool {
        self.email.trim().is_empty() && self.name.trim().is_empty()
    }

    /// How the person is called so far: by name, or address, or place.
    pub fn called(&self, nth: usize) -> String {
        [&self.name, &self.email].into_iter().map(|text| text.trim()).find(|text| !text.is_empty()).map_or_else(
            || format!("Person {}", nth + 1),
            |text| words::line(text, 2 * NAME_LENGTH).unwrap_or_else(|_| format!("Person {}", nth + 1)),
        )
    }

    /// The row as the page shows it.
    pub fn shown(self, nth: usize, known: Option<String>) -> Row {
        let ids = ["email", "name", "role"].map(|field| format!("{field}-{nth}"));
        Row { nth: nth.to_string(), label: format!("Person {}", nth + 1), typed: self, ids, known }
    }
}

impl Row {
    /// Whether this role stands in the row's field; at first it is the plain one.
    pub fn is(&self, role: &MemberRole) -> bool {
        MemberRole::parse(&self.typed.role).unwrap_or(MemberRole::Member) == *role
    }
}

/// Reads the rows that are not empty, with their places; `owner` needs no role. An address must not stand twice.
pub fn read(errors: &mut FormErrors, rows: &[Typed], owner: Option<usize>) -> Vec<(usize, Person)> {
    let mut people: Vec<(usize, Person)> = Vec::new();
    for (nth, typed) in rows.iter().enumerate().filter(|(_, typed)| !typed.is_empty()) {
        let email = errors.email(&format!("email-{nth}"), &typed.email);
        if let Some((above, _)) = people.iter().find(|(_, person)| Some(&person.email) == email.as_ref()) {
            errors.add(format!("email-{nth}"), format!("Enter each address once: this one stands at person {} already", above + 1));
        }
        let name = errors.optional_line(&format!("name-{nth}"), "the name", &typed.name, NAME_LENGTH);
        let role = MemberRole::parse(&typed.role).or((owner == Some(nth)).then_some(MemberRole::Admin));
        if role.is_none() {
            errors.add(format!("role-{nth}"), "Choose a role");
        }
        if let (Some(email), Some(role)) = (email, role) {
            people.push((nth, Person { email, name, role }));
        }
    }
    if rows.len() > MOST {
        errors.add(format!("email-{MOST}"), format!("Enter {MOST} people at most: take out this row, and those below it"));
    }
    if rows.iter().all(Typed::is_empty) {
        errors.add("email-0", "Enter the email address of at least one person");
    }
    people
}
