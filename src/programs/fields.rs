//! The fields of a program as forms send them: at set-up, for a new program, at an edit.

use crate::{
    programs::program::{TERMS_LENGTH, destination},
    web::FormErrors,
};

/// The currencies a program can be in: ISO 4217 and its name.
pub const CURRENCIES: &[(&str, &str)] = &[
    ("USD", "US dollar"),
    ("EUR", "Euro"),
    ("GBP", "Pound sterling"),
    ("AUD", "Australian dollar"),
    ("BRL", "Brazilian real"),
    ("CAD", "Canadian dollar"),
    ("CHF", "Swiss franc"),
    ("DKK", "Danish krone"),
    ("INR", "Indian rupee"),
    ("JPY", "Japanese yen"),
    ("NOK", "Norwegian krone"),
    ("NZD", "New Zealand dollar"),
    ("PLN", "Polish złoty"),
    ("SEK", "Swedish krona"),
    ("SGD", "Singapore dollar"),
];

/// Reads the field `destination`; where it is refused, an error is added and the value is empty.
pub fn read_destination(errors: &mut FormErrors, text: &str) -> String {
    read_url(errors, "destination", text)
}

/// The same for a field of that name.
pub fn read_url(errors: &mut FormErrors, field: &str, text: &str) -> String {
    destination(text).unwrap_or_else(|| {
        errors.add(field, "Enter a web address that begins with https:// or http://");
        String::new()
    })
}

/// Reads the field `currency`; where it is refused, an error is added.
pub fn read_currency(errors: &mut FormErrors, code: &str) -> String {
    if !CURRENCIES.iter().any(|(known, _)| *known == code) {
        errors.add("currency", "Choose a currency");
    }
    code.to_owned()
}

/// Reads the field `terms`; where it is refused, an error is added.
pub fn read_terms(errors: &mut FormErrors, text: &str) -> String {
    let terms = errors.lines("terms", "the terms", text, TERMS_LENGTH);
    if terms.is_empty() && errors.get("terms").is_none() {
        errors.add("terms", "Enter the terms that teams accept when they join");
    }
    terms
}
