//! Tables as files (S57): RFC 4180, and nothing in them that a spreadsheet takes for a formula.

use actix_web::{HttpResponse, HttpResponseBuilder, http::header};

/// One record with its line end. Every field is quoted; one that a spreadsheet would take for a formula begins with an apostrophe.
pub fn record<'a>(fields: impl IntoIterator<Item = &'a str>) -> String {
    let field = |text: &str| {
        let guard = if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { "'" } else { "" };
        format!("\"{guard}{}\"", text.replace('"', "\"\""))
    };
    let mut record = fields.into_iter().map(field).collect::<Vec<_>>().join(",");
    record.push_str("\r\n");
    record
}

/// The beginning of an answer that browsers keep as a file of that name, which holds no other signs than letters, digits, dashes and dots.
pub fn attachment(name: &str) -> HttpResponseBuilder {
    let mut answer = HttpResponse::Ok();
    answer
        .content_type("text/csv; charset=utf-8; header=present")
        .insert_header((header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")));
    answer
}

#[cfg(test)]
mod tests {
    use super::record;

    #[test]
    fn fields_are_quoted_and_quotes_doubled() {
        assert_eq!(record(["a", "b,c", "d \"e\"", "f\ng", ""]), "\"a\",\"b,c\",\"d \"\"e\"\"\",\"f\ng\",\"\"\r\n");
    }

    #[test]
    fn what_a_spreadsheet_takes_for_a_formula_is_text() {
        for formula in ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"] {
            assert_eq!(record([formula]), format!("\"'{formula}\"\r\n"));
        }
        assert_eq!(record(["1-1"]), "\"1-1\"\r\n");
    }
}
