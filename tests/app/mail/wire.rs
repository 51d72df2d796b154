//! The message on the wire (M1 to M4, M9, S48, S49), read by a parser that has nothing to do with its writer.

use super::*;
use crate::support::smtp::SmtpServer;
use guildhall::mail::message::{Unbuildable, build};
use mail_parser::{HeaderName, Message, MessageParser, MimeHeaders};
use proptest::prelude::*;

const HEADERS: [&str; 10] = [
    "Auto-Submitted",
    "Content-Type",
    "Date",
    "From",
    "MIME-Version",
    "Message-ID",
    "Reply-To",
    "Subject",
    "To",
    "X-Auto-Response-Suppress",
];

fn parsed(bytes: &[u8]) -> Message<'_> {
    MessageParser::new().parse(bytes).expect("a message")
}

/// The names of the headers, read by hand: every line up to the first empty one that does not go on with the line before.
fn header_names(bytes: &[u8]) -> Vec<String> {
    let text = std::str::from_utf8(bytes).expect("ASCII");
    let (head, _) = text.split_once("\r\n\r\n").expect("a body");
    let lines = head.split("\r\n").filter(|line| !line.starts_with([' ', '\t']));
    let mut names: Vec<String> = lines.map(|line| line.split_once(':').expect("a header").0.to_owned()).collect();
    names.sort();
    names
}

#[test]
fn a_message_has_each_header_once_and_text_before_html() {
    let mailer = mailer();
    let letter = letter("ines@larkspur.example");
    let stored = stored(&mailer, &letter);
    let wire = build(&mailer, &stored).unwrap();
    assert_eq!((wire.from.as_ref(), wire.to.as_ref()), ("partners@acme.example", "ines@larkspur.example"));
    assert_eq!(header_names(&wire.bytes), HEADERS);
    let message = parsed(&wire.bytes);
    let from = message.from().unwrap().first().unwrap();
    assert_eq!((from.name(), from.address()), (Some("Acme via Guildhall"), Some("partners@acme.example")));
    assert_eq!(message.to().unwrap().first().unwrap().address(), Some("ines@larkspur.example"));
    assert_eq!(message.reply_to().unwrap().first().unwrap().address(), Some("sam@acme.example"));
    assert_eq!(message.subject(), Some("Acme invites you to open a partner team"));
    assert_eq!(message.message_id(), Some(stored.message_id.as_str()));
    assert_eq!(message.date().unwrap().to_timestamp(), stored.created_at.timestamp());
    assert_eq!(message.header_raw("Auto-Submitted").unwrap().trim(), "auto-generated");
    assert_eq!(message.header_raw("X-Auto-Response-Suppress").unwrap().trim(), "All");
    assert_eq!(message.content_type().unwrap().subtype(), Some("alternative"));
    let parts: Vec<_> = message.parts.iter().skip(1).map(|part| part.content_type().unwrap().subtype().unwrap().to_owned()).collect();
    assert_eq!(parts, ["plain", "html"]);
    for part in message.parts.iter().skip(1) {
        assert_eq!(part.content_type().unwrap().attribute("charset").map(str::to_lowercase), Some("utf-8".to_owned()));
        assert_eq!(part.content_transfer_encoding(), Some("quoted-printable"));
    }
    let link = link_of(&mailer, &letter);
    assert!(message.body_text(0).unwrap().contains(&link) && message.body_html(0).unwrap().contains(&link));
}

#[test]
fn a_second_copy_is_the_same_to_the_byte() {
    let mailer = mailer();
    let stored = stored(&mailer, &letter("ines@larkspur.example"));
    assert_eq!(build(&mailer, &stored).unwrap().bytes, build(&mailer, &stored).unwrap().bytes);
}

#[test]
fn a_long_subject_is_cut_at_78_characters() {
    let long = Letter { subject: "ü".repeat(150), ..letter("ines@larkspur.example") };
    let mailer = mailer();
    let wire = build(&mailer, &stored(&mailer, &long)).unwrap();
    let subject = parsed(&wire.bytes).subject().unwrap().to_owned();
    assert_eq!((subject.chars().count(), subject.chars().last()), (78, Some('…')));
}

#[test]
fn a_line_break_or_nul_in_a_header_is_refused_by_its_builder() {
    let mailer = mailer();
    let good = stored(&mailer, &letter("ines@larkspur.example"));
    let is_refused = |mail: &StoredMail| matches!(build(&mailer, mail), Err(Unbuildable::Control(_)));
    for evil in ["a\r\nBcc: x@y.example", "a\nb", "a\rb", "a\0b", "\u{85}"] {
        assert!(is_refused(&StoredMail { sender_name: evil.to_owned(), ..good.clone() }), "{evil:?}");
        assert!(is_refused(&StoredMail { subject: evil.to_owned(), ..good.clone() }), "{evil:?}");
        assert!(is_refused(&StoredMail { recipient: format!("ines@larkspur.example{evil}"), ..good.clone() }), "{evil:?}");
        assert!(is_refused(&StoredMail { reply_to: Some(format!("sam@acme.example{evil}")), ..good.clone() }), "{evil:?}");
        assert!(is_refused(&StoredMail { message_id: evil.to_owned(), ..good.clone() }), "{evil:?}");
    }
}

#[test]
fn a_name_that_looks_encoded_is_shown_as_it_was_typed() {
    let mailer = mailer();
    let mut mail = stored(&mailer, &letter("ines@larkspur.example"));
    mail.sender_name = "=?utf-8?q?Guildhall?= via Guildhall".to_owned();
    mail.subject = "=?utf-8?q?Your_password?=".to_owned();
    let wire = build(&mailer, &mail).unwrap();
    let message = parsed(&wire.bytes);
    assert_eq!(message.from().unwrap().first().unwrap().name(), Some("= ?utf-8?q?Guildhall?= via Guildhall"));
    assert_eq!(message.subject(), Some("= ?utf-8?q?Your_password?="));
}

#[test]
fn a_mail_whose_key_is_gone_is_not_sent_with_a_hole() {
    let mail = stored(&mailer(), &letter("ines@larkspur.example"));
    let other = |keys| Mailer::new("https://partners.acme.example", address("partners@acme.example"), Tokens::new(keys));
    let new = b"bN3cL9kJ2hG5fD7sA0wEpZ4mQ8rT1vX6".to_vec();
    assert!(matches!(build(&other(vec![new.clone()]), &mail), Err(Unbuildable::Link(_))));
    let old = b"pZ4mQ8rT1vX6bN3cL9kJ2hG5fD7sA0wE".to_vec();
    assert!(build(&other(vec![new, old]), &mail).is_ok(), "during a rotation the old key still completes its mail (S65)");
}

fn squeezed(text: &str) -> String {
    text.replace("=?", "= ?").split_whitespace().collect()
}

proptest! {
    #[test]
    fn whatever_people_are_called_the_headers_are_these(
        name in proptest::collection::vec(any::<char>(), 0..120),
        subject in proptest::collection::vec(any::<char>(), 0..78),
        body in proptest::collection::vec(any::<char>(), 0..400),
    ) {
        let mailer = mailer();
        let (name, subject, body): (String, String, String) = (name.iter().collect(), subject.iter().collect(), body.iter().collect());
        let good = stored(&mailer, &letter("ines@larkspur.example"));
        let mail = StoredMail { sender_name: format!("{name} via Guildhall"), subject: subject.clone(), text: body, ..good };
        match build(&mailer, &mail) {
            Err(Unbuildable::Control(_)) => prop_assert!(name.chars().chain(subject.chars()).any(char::is_control)),
            Err(error) => prop_assert!(false, "{}", error),
            Ok(wire) => {
                prop_assert_eq!(header_names(&wire.bytes), HEADERS);
                prop_assert!(wire.bytes.split(|byte| *byte == b'\n').all(|line| line.len() < 998));
                let message = parsed(&wire.bytes);
                let names = message.headers().iter().filter(|header| header.name() != "MIME-Version").count();
                prop_assert_eq!(names, HEADERS.len() - 1);
                prop_assert_eq!(message.headers().iter().filter(|header| header.name == HeaderName::From).count(), 1);
                prop_assert_eq!(squeezed(message.subject().unwrap_or_default()), squeezed(&subject));
                prop_assert_eq!(message.from().and_then(|from| from.first()).and_then(|from| from.address()), Some("partners@acme.example"));
            }
        }
    }
}

#[actix_web::test]
async fn no_body_can_end_the_message_or_begin_another() {
    let app = TestApp::start().await;
    let server = SmtpServer::start();
    let evil = [
        "x\n.\nMAIL FROM:<evil@evil.example>\n",
        "x\r.\r",
        ".\r\n",
        "\r\n.\r\nMAIL FROM:<evil@evil.example>\r\n",
        ".",
        "..\r\n.\n.\r.",
        "x\r\r\n.\r\n",
    ];
    for body in evil {
        let id = app.queue(&letter("ines@larkspur.example"));
        // Past the forms, which would have made these line breaks harmless.
        let literal = body.replace('\r', "\\r").replace('\n', "\\n");
        app.sql(&format!("UPDATE outbox SET text = E'{literal}', html = E'{literal}' WHERE id = '{id}'"));
    }
    app.drain(&Transport::Smtp(server.smtp()));
    let taken = server.taken();
    assert_eq!(taken.len(), evil.len());
    for (taken, body) in taken.iter().zip(evil) {
        assert_eq!((taken.from.as_str(), taken.to.as_slice()), ("partners@guildhall.example", &["ines@larkspur.example".to_owned()][..]));
        for (at, byte) in taken.wire.iter().enumerate() {
            match byte {
                b'\r' => assert_eq!(taken.wire.get(at + 1), Some(&b'\n'), "a bare CR in {body:?}"),
                b'\n' => assert_eq!(taken.wire.get(at.wrapping_sub(1)), Some(&b'\r'), "a bare LF in {body:?}"),
                byte => assert!(byte.is_ascii() && *byte != 0),
            }
        }
        let message = taken.message();
        let lines = |text: &str| text.replace("\r\n", "\n").replace('\r', "\n");
        assert_eq!(lines(&parsed(&message).body_text(0).unwrap()), lines(body));
    }
    assert_eq!(server.commands().iter().filter(|command| command.starts_with("MAIL")).count(), evil.len());
}
