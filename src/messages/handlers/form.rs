//! The form of a message, and what the address of a conversation says.

use crate::{
    ids::MessageId,
    messages::{Draft, inbox::Narrowed, message::MESSAGE_LENGTH, opened::Opening},
    search::Search,
    web::{FormErrors, pagination::Start},
    words,
};
use serde::Deserialize;

/// From here on the words of messages are searched too (rule 5).
const WORDS_FROM: usize = 3;

/// A message as the browser sent it.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct MessageForm {
    /// The message's key, made when the form was shown (R15).
    form: String,
    /// Markdown.
    body: String,
}

impl MessageForm {
    /// The message, or what to correct. A form without its key comes from no page of ours, and is a message of its own.
    pub fn parse(&self) -> Result<Draft, FormErrors> {
        let mut errors = FormErrors::none();
        let body = errors.lines("body", "your message", &self.body, MESSAGE_LENGTH);
        if body.is_empty() && errors.is_empty() {
            errors.add("body", "Write a message");
        }
        if errors.is_empty() { Ok(Draft { id: self.form.parse().unwrap_or_else(|_| MessageId::new()), body }) } else { Err(errors) }
    }

    /// What was typed.
    pub fn typed(&self) -> &str {
        &self.body
    }
}

/// What the address of the inbox, or of a conversation beside it, says.
#[derive(Debug, Default, Clone, Deserialize)]
#[serde(default)]
pub struct OpenQuery {
    /// What is searched for.
    pub q: String,
    /// "unread", where only that is listed.
    pub only: String,
    after: String,
    before: String,
}

impl OpenQuery {
    /// Which page of the list, or of the messages.
    pub fn start(&self) -> Start {
        Start::from_query(&self.after, &self.before)
    }
    /// Whether only what is new is listed.
    pub fn only_unread(&self) -> bool {
        self.only == "unread"
    }
    /// What was searched for, as it can be shown again.
    pub fn typed(&self) -> String {
        Search::of(&self.q).map_or_else(String::new, |search| search.typed().to_owned())
    }
    /// For the list.
    pub fn narrowed(&self) -> Narrowed {
        let search = Search::of(&self.q);
        let names = search.as_ref().map(Search::patterns);
        let has_words = search.is_some_and(|search| words::fold(search.typed()).chars().count() >= WORDS_FROM);
        let words = names.as_ref().filter(|_| has_words).and_then(|names| names.first().cloned());
        Narrowed { unread: self.only_unread(), words, names }
    }
    /// A visit by this address.
    pub fn opening(&self) -> Opening {
        Opening { start: self.start(), narrowed: self.narrowed(), is_visit: true }
    }
}

/// A form that was refused: the newest messages, nothing narrowed, no trace.
pub fn refused_opening() -> Opening {
    Opening { start: Start::First, narrowed: Narrowed::default(), is_visit: false }
}

/// The sentence for a form that was sent before with other words.
pub const FORM_USED: &str = "This form was sent before, with other words. Send it again to make this a new message";
