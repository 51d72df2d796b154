//! The box that accepts a program's terms. It names the version that was read, so that nobody accepts one they have not seen.

use crate::{ids::TermsId, programs::Terms, web::FormErrors};

/// Reads the box: `typed` is the number of the version that the page showed, where it is ticked. Nothing where the program has no terms,
/// or an error was added.
pub fn read(typed: &str, in_force: Option<&Terms>, errors: &mut FormErrors) -> Option<TermsId> {
    let terms = in_force?;
    match typed.parse::<i32>() {
        Ok(number) if number == terms.number => return Some(terms.id),
        Ok(_) => errors.add("terms", "The terms changed, read them again and tick the box"),
        Err(_) => errors.add("terms", "Tick the box to accept the terms"),
    }
    None
}

/// Whether the box is ticked for the version in force.
pub fn is_ticked(typed: &str, in_force: &Terms) -> bool {
    typed == in_force.number.to_string()
}
