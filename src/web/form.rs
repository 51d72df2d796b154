//! Forms: what the browser sent, and what is to be corrected.

use crate::{
    email_address::EmailAddress,
    error::{Error, Result},
    words,
};
use actix_multipart::Multipart;
use actix_web::{
    FromRequest, HttpRequest,
    dev::Payload,
    http::header::{CONTENT_TYPE, HeaderMap},
    web,
};
use futures_util::{TryStreamExt, stream};
use serde::de::DeserializeOwned;
use std::{
    future::{Future, Ready, ready},
    pin::Pin,
};

/// The body of a form at most, in bytes (S21).
pub const FORM_LIMIT: usize = 64 * 1024;
/// The body of a form with terms or a lesson in it at most, in bytes (S21): a character takes up to twelve in a form.
pub const LONG_TEXT_LIMIT: usize = 1024 * 1024;

/// The body of a form with a file in it at most, in bytes: what a table of some hundred rows takes, with much to spare (S21).
pub const FILE_LIMIT: usize = 1024 * 1024;

/// A form as the browser sent it. A scalar field that comes twice is refused (S22); a missing one is the struct's default, so that the
/// permission is judged first and the page names what is missing.
pub struct Form<T>(pub T);

impl<T: DeserializeOwned + 'static> FromRequest for Form<T> {
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self>>>>;
    fn from_request(req: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let body = body(req, payload);
        Box::pin(async move { read(&body.await?).map(Self) })
    }
}

/// The query of an address in which a field may come several times, as the boxes of a list do.
pub struct RepeatedQuery<T>(pub T);

impl<T: DeserializeOwned> FromRequest for RepeatedQuery<T> {
    type Error = Error;
    type Future = Ready<Result<Self>>;
    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        let query = req.query_string().as_bytes();
        ready(without_nul(query).and_then(|()| read(query)).map(Self))
    }
}

/// A form with everything that came with it, for the page that keeps another form until a proof is given.
pub struct Sent<T> {
    /// The page's own fields.
    pub form: T,
    /// Every field in the order in which it came, by name and value.
    pub fields: Vec<(String, String)>,
    /// It came with a file. Then nothing of it is read: no page can hold a file for the browser to send it again.
    pub has_file: bool,
}

impl<T: DeserializeOwned + 'static> FromRequest for Sent<T> {
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self>>>>;
    fn from_request(req: &HttpRequest, payload: &mut Payload) -> Self::Future {
        if is_in_parts(req.headers()) {
            let mut payload = payload.take();
            return Box::pin(async move {
                // Taken in, so that the browser sends to the end and then reads the answer.
                let mut size = 0;
                while let Some(piece) = payload.try_next().await.map_err(|_| Error::NotThisForm)? {
                    size += piece.len();
                    if size > FILE_LIMIT {
                        return Err(Error::TooLarge);
                    }
                }
                Ok(Self { form: read(b"")?, fields: Vec::new(), has_file: true })
            });
        }
        let body = body(req, payload);
        Box::pin(async move {
            let body = body.await?;
            Ok(Self { form: read(&body)?, fields: url::form_urlencoded::parse(&body).into_owned().collect(), has_file: false })
        })
    }
}

fn is_in_parts(headers: &HeaderMap) -> bool {
    headers.get(CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"multipart/form-data"))
}

fn body(req: &HttpRequest, payload: &mut Payload) -> impl Future<Output = Result<web::Bytes>> + use<> {
    let body = web::Bytes::from_request(req, payload);
    async move {
        let body = body.await.map_err(|_| Error::TooLarge)?;
        without_nul(&body)?;
        Ok(body)
    }
}

fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T> {
    serde_html_form::from_bytes(body).map_err(|_| Error::NotThisForm)
}

/// No browser sends NUL from a field, and no text of ours can hold it (S48).
fn without_nul(body: &[u8]) -> Result<()> {
    let has_nul = body.contains(&0) || body.windows(3).any(|three| three == b"%00");
    if has_nul { Err(Error::NotThisForm) } else { Ok(()) }
}

/// A form that may hold a file of text, which is read as one more field. What of it is no UTF-8 is replaced by U+FFFD, for the form to refuse.
pub struct FormWithFile<T>(pub T);

impl<T: DeserializeOwned + 'static> FromRequest for FormWithFile<T> {
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self>>>>;
    fn from_request(req: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let body = web::Bytes::from_request(req, payload);
        let headers = req.headers().clone();
        Box::pin(async move {
            let body = body.await.map_err(|_| Error::TooLarge)?;
            let body = if is_in_parts(&headers) { fields_of_parts(&headers, body).await? } else { body.to_vec() };
            without_nul(&body)?;
            read(&body).map(Self)
        })
    }
}

/// The parts of a form with a file, as a form without one sends them: from there on the two are read alike.
async fn fields_of_parts(headers: &HeaderMap, body: web::Bytes) -> Result<Vec<u8>> {
    let pieces: Vec<_> = (0..body.len()).step_by(PIECE).map(|at| Ok(body.slice(at..body.len().min(at + PIECE)))).collect();
    let mut parts = Multipart::new(headers, stream::iter(pieces));
    let mut fields = url::form_urlencoded::Serializer::new(String::new());
    while let Some(mut part) = parts.try_next().await.map_err(|_| Error::NotThisForm)? {
        let name = part.name().ok_or(Error::NotThisForm)?.to_owned();
        let is_file = part.content_disposition().is_some_and(|about| about.get_filename().is_some());
        let mut value = Vec::new();
        while let Some(piece) = part.try_next().await.map_err(|_| Error::NotThisForm)? {
            value.extend_from_slice(&piece);
        }
        let text = String::from_utf8_lossy(&value);
        // Text of two bytes each has NULs everywhere: a file that was saved otherwise, and no attack.
        let text = if is_file { text.replace('\0', "\u{fffd}") } else { text.into_owned() };
        fields.append_pair(&name, &text);
    }
    Ok(fields.finish().into_bytes())
}

/// What the reader of parts is given at once, in bytes: it refuses to hold much more.
const PIECE: usize = 16 * 1024;

/// One thing to correct.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldError {
    /// The id of the field on the page.
    pub field: String,
    /// What to do.
    pub message: String,
}

/// The things to correct in a form, in the order of its fields (G10).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FormErrors(Vec<FieldError>);

impl FormErrors {
    /// None yet.
    pub fn none() -> Self {
        Self::default()
    }
    /// Only this one.
    pub fn one(field: impl Into<String>, message: impl Into<String>) -> Self {
        let mut errors = Self::none();
        errors.add(field, message);
        errors
    }
    /// Adds one; `message` says what to do.
    pub fn add(&mut self, field: impl Into<String>, message: impl Into<String>) {
        self.0.push(FieldError { field: field.into(), message: message.into() });
    }
    /// Whether the form is right.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
    /// All of them.
    pub fn all(&self) -> &[FieldError] {
        &self.0
    }
    /// What to do at this field.
    pub fn get(&self, field: &str) -> Option<&str> {
        self.0.iter().find(|error| error.field == field).map(|error| error.message.as_str())
    }
    /// "One thing to correct", "Two things to correct".
    pub fn heading(&self) -> String {
        const WORDS: [&str; 9] = ["One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine"];
        match self.0.len() {
            1 => "One thing to correct".to_owned(),
            n => format!("{} things to correct", WORDS.get(n.wrapping_sub(1)).map_or_else(|| n.to_string(), |word| (*word).to_owned())),
        }
    }

    /// Reads a required line; `what` is its name in a sentence, like "the team's name". Where it is refused, an error is added and the
    /// value is empty.
    pub fn line(&mut self, field: &str, what: &str, text: &str, longest: usize) -> String {
        words::line(text, longest).unwrap_or_else(|refused| {
            self.add(field, line_message(what, refused, longest));
            String::new()
        })
    }

    /// Reads a line that may stay empty.
    pub fn optional_line(&mut self, field: &str, what: &str, text: &str, longest: usize) -> String {
        if text.trim().is_empty() { String::new() } else { self.line(field, what, text, longest) }
    }

    /// Reads several lines of text, which may be empty.
    pub fn lines(&mut self, field: &str, what: &str, text: &str, longest: usize) -> String {
        words::lines(text, longest).unwrap_or_else(|refused| {
            self.add(field, line_message(what, refused, longest));
            String::new()
        })
    }

    /// Reads an address; where it is refused, an error is added.
    pub fn email(&mut self, field: &str, text: &str) -> Option<EmailAddress> {
        let address = EmailAddress::parse(text);
        if address.is_none() {
            self.add(field, "Enter an email address, like ada@example.com");
        }
        address
    }
}

fn line_message(what: &str, refused: words::Refused, longest: usize) -> String {
    let capital = {
        let mut letters = what.chars();
        letters.next().map(|first| first.to_uppercase().chain(letters).collect::<String>()).unwrap_or_default()
    };
    match refused {
        words::Refused::Empty => format!("Enter {what}"),
        words::Refused::TooLong => format!("{capital} must be {longest} characters or fewer"),
        words::Refused::Control => format!("{capital} must be a single line of ordinary text"),
        words::Refused::Link => format!("{capital} must not contain a web address"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_heading_counts() {
        let mut errors = FormErrors::one("email", "Enter an email address");
        assert_eq!(errors.heading(), "One thing to correct");
        errors.add("name", "Enter your name");
        assert_eq!(errors.heading(), "Two things to correct");
        assert_eq!(errors.get("name"), Some("Enter your name"));
    }
}
