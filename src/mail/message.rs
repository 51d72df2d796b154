//! The message as it goes over the wire: headers, a text part and an HTML part (M1 to M4).

use crate::mail::{
    Mailer,
    outbox::{KeyGone, StoredMail},
};
use lettre::{
    Address, Message,
    address::AddressError,
    message::{
        Body, Mailbox, MultiPart, SinglePart,
        header::{ContentTransferEncoding, ContentType, HeaderName, HeaderValue},
    },
};

/// A message ready for the mail server, with its envelope.
#[derive(Debug, Clone)]
pub struct WireMail {
    /// The envelope's sender, on our own domain (M2).
    pub from: Address,
    /// The envelope's one recipient (M3).
    pub to: Address,
    /// Headers and bodies: ASCII, every line ended by CR LF.
    pub bytes: Vec<u8>,
}

/// Why no message can be made of a stored mail.
#[derive(Debug, thiserror::Error)]
pub enum Unbuildable {
    /// A line break, NUL or other control character in what would become a header (S48). Forms refuse it before.
    #[error("a control character in the header {0}")]
    Control(&'static str),
    /// An address that is none.
    #[error("an address that is none: {0}")]
    Address(#[from] AddressError),
    /// No token can be made for its link.
    #[error(transparent)]
    Link(#[from] KeyGone),
    /// The mail library refused.
    #[error("{0}")]
    Message(#[from] lettre::error::Error),
    /// A CR or LF that stands alone, or a byte that is not ASCII, is about to leave: a server could read it as the message's end (S49).
    #[error("bytes that a mail server could misread")]
    Bytes,
}

/// Makes the message. The same mail gives the same bytes each time, so that a second copy is one in every respect (R3).
pub fn build(mailer: &Mailer, mail: &StoredMail) -> Result<WireMail, Unbuildable> {
    let filled = mail.filled(mailer)?;
    let from: Address = mailer.from().as_str().parse()?;
    let to: Address = header_value("To", &mail.recipient)?.parse()?;
    let mut message = Message::builder()
        .from(Mailbox::new(Some(header_value("From", &mail.sender_name)?), from.clone()))
        .to(Mailbox::new(None, to.clone()))
        .subject(header_value("Subject", &mail.subject)?)
        .date(mail.created_at.into())
        .message_id(Some(format!("<{}>", header_value("Message-ID", &mail.message_id)?)))
        .raw_header(HeaderValue::new(HeaderName::new_from_ascii_str("Auto-Submitted"), "auto-generated".to_owned()))
        .raw_header(HeaderValue::new(HeaderName::new_from_ascii_str("X-Auto-Response-Suppress"), "All".to_owned()));
    if let Some(reply_to) = &mail.reply_to {
        message = message.reply_to(Mailbox::new(None, header_value("Reply-To", reply_to)?.parse()?));
    }
    let part = |kind, body| SinglePart::builder().header(kind).body(quoted_printable(body));
    let parts = MultiPart::alternative()
        // Quoted-printable never writes "=_", so no body can hold this.
        .boundary(format!("=_{}", mail.id))
        .singlepart(part(ContentType::TEXT_PLAIN, filled.text))
        .singlepart(part(ContentType::TEXT_HTML, filled.html));
    let bytes = message.multipart(parts)?.formatted();
    if is_sound(&bytes) { Ok(WireMail { from, to, bytes }) } else { Err(Unbuildable::Bytes) }
}

/// Quoted-printable always, also where the text is short and plain: then no body byte reaches the wire as it was written (S49).
fn quoted_printable(body: String) -> Body {
    Body::new_with_encoding(body, ContentTransferEncoding::QuotedPrintable).unwrap_or_else(Body::new)
}

/// The value of a header, without control characters (S48), and without "=?", which the mail library would let through and a reader's
/// program decode into a name that was never typed.
fn header_value(header: &'static str, value: &str) -> Result<String, Unbuildable> {
    if value.chars().any(char::is_control) { Err(Unbuildable::Control(header)) } else { Ok(value.replace("=?", "= ?")) }
}

/// Whether every CR is followed by LF, every LF follows a CR, and nothing else is outside ASCII.
fn is_sound(bytes: &[u8]) -> bool {
    let alone = |at: usize| match bytes[at] {
        b'\r' => bytes.get(at + 1) != Some(&b'\n'),
        b'\n' => at == 0 || bytes[at - 1] != b'\r',
        byte => byte == 0 || !byte.is_ascii(),
    };
    !(0..bytes.len()).any(alone)
}

#[cfg(test)]
mod tests {
    use super::is_sound;

    #[test]
    fn a_line_end_is_cr_lf_and_nothing_else() {
        assert!(is_sound(b"a\r\n\r\n.b\r\n"));
        for bytes in [&b"a\nb"[..], b"a\rb", b"\n", b"a\r", b"a\n\r", "é".as_bytes(), b"a\0"] {
            assert!(!is_sound(bytes), "{bytes:?}");
        }
    }
}
