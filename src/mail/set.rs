//! Sets a letter in text and in HTML. The link's place is kept by a marker that is filled in while sending.

use crate::mail::{Letter, Mailer, Words, letter::Target};
use askama::Template;

/// Stands where the link belongs.
pub const LINK_MARKER: &str = "{{link}}";

#[derive(Template)]
#[template(path = "emails/letter.html")]
struct Html<'a> {
    letter: &'a Letter,
    initials: String,
    speaker: &'a str,
    address: String,
}

#[derive(Template)]
#[template(path = "emails/letter.txt")]
struct Text<'a> {
    letter: &'a Letter,
    speaker: &'a str,
    address: String,
}

/// The text part and the HTML part.
pub fn bodies(mailer: &Mailer, letter: &Letter) -> askama::Result<(String, String)> {
    let address = match &letter.button {
        Some((_, Target::Page(path))) => format!("{}{path}", mailer.base_url()),
        Some((_, Target::Link { .. })) => LINK_MARKER.to_owned(),
        None => String::new(),
    };
    let speaker = letter.speaks_for.as_deref().unwrap_or(crate::web::layout::PRODUCT);
    let text = Text { letter, speaker, address: address.clone() }.render()?;
    let html = Html { letter, initials: crate::words::initials(speaker), speaker, address }.render()?;
    Ok((text, html))
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
