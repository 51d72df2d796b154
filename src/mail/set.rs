//! Sets a letter in text and in HTML. The link's place is kept by a marker that is filled in while sending.

use crate::mail::{Letter, Mailer, Words, letter::Target};
use askama::Template;

/// Stands where the link belongs.
pub const LINK_MARKER: &str = "{{link}}";
/// Stands there while the letter is set. The database takes no NUL, so nobody can have written one.
const PLACE: &str = "\0";

#[derive(Template)]
#[template(path = "emails/letter.html")]
struct Html<'a> {
    letter: &'a Letter,
    initials: String,
    address: String,
}

#[derive(Template)]
#[template(path = "emails/letter.txt")]
struct Text<'a> {
    letter: &'a Letter,
    address: String,
}

/// The text part and the HTML part.
pub fn bodies(mailer: &Mailer, letter: &Letter) -> askama::Result<(String, String)> {
    let address = match &letter.button {
        Some((_, Target::Page(path))) => format!("{}{path}", mailer.base_url()),
        Some((_, Target::Link { .. })) => PLACE.to_owned(),
        None => String::new(),
    };
    let text = Text { letter, address: address.clone() }.render()?;
    let html = Html { letter, initials: crate::words::initials(letter.speaker()), address }.render()?;
    Ok((marked(&text), marked(&html)))
}

/// Only the template's own places become markers: a marker in a person's message would put the link's token wherever that person wants it,
/// say behind an address of theirs.
fn marked(body: &str) -> String {
    body.replace(LINK_MARKER, "{ {link}}").replace(PLACE, LINK_MARKER)
}

impl Letter {
    /// The lead as one sentence, for the text part.
    fn lead_text(&self) -> String {
        self.lead
            .iter()
            .map(|words| match words {
                Words::Plain(text) | Words::Strong(text) => text.as_str(),
            })
            .collect()
    }
}
