//! Words that people write: cleaned and capped at the edge (S47), folded for search (rule 5), made into slugs.

use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

/// The most characters in the name of a person, team, company or program.
pub const NAME_LENGTH: usize = 100;
/// The most characters of a subject: as many as a mail keeps (M9).
pub const SUBJECT_LENGTH: usize = 78;
/// The most characters of a personal message.
pub const MESSAGE_LENGTH: usize = 2000;
/// The most characters of a reason.
pub const REASON_LENGTH: usize = 500;

/// Why a line of text is refused. Each is a sentence's worth for the form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refused {
    /// Nothing is left after trimming.
    Empty,
    /// More characters than allowed.
    TooLong,
    /// A line break, NUL or another control character (S48).
    Control,
    /// An address of the web: mail programs would make a link of it.
    Link,
}

/// A name or another single line: trimmed, inner white space folded, invisible direction marks removed, at most `longest` characters,
/// no control characters, nothing that mail programs make a link of (S47, S48).
pub fn line(text: &str, longest: usize) -> Result<String, Refused> {
    line_with_links(text, longest).and_then(|text| if looks_like_link(&text) { Err(Refused::Link) } else { Ok(text) })
}

/// The same where a link may stand: in what no mail shows whole.
pub fn line_with_links(text: &str, longest: usize) -> Result<String, Refused> {
    let text = text.trim_matches(' ');
    if text.chars().any(char::is_control) {
        return Err(Refused::Control);
    }
    let text = visible(text).split_whitespace().collect::<Vec<_>>().join(" ");
    match text.chars().count() {
        0 => Err(Refused::Empty),
        n if n > longest => Err(Refused::TooLong),
        _ => Ok(text),
    }
}

/// Several lines of text: trimmed, line ends made `\n`, other control characters and direction marks removed. May be empty.
pub fn lines(text: &str, longest: usize) -> Result<String, Refused> {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let text: String = visible(&text).chars().filter(|c| *c == '\n' || *c == '\t' || !c.is_control()).collect();
    let text = text.trim().to_owned();
    if text.chars().count() > longest { Err(Refused::TooLong) } else { Ok(text) }
}

/// Without characters that turn the reading direction or are not seen at all.
fn visible(text: &str) -> String {
    let hidden = |c: char| matches!(c, '\u{200B}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2069}' | '\u{FEFF}' | '\u{061C}');
    text.chars().filter(|c| !hidden(*c)).collect()
}

fn looks_like_link(text: &str) -> bool {
    // The full stops of other scripts are read as one in an address.
    let lower = text.to_lowercase().replace(['。', '．', '｡'], ".");
    let leads = |word: &str| {
        let schemes = ["www.", "http:", "https:", "mailto:"].iter().any(|begin| word.starts_with(begin));
        schemes || is_host(word) || word.split_once('@').is_some_and(|(_, host)| host.contains('.'))
    };
    lower.contains("//") || lower.split(' ').any(leads)
}

/// `evil.com`, and `evil.any/path`, but neither `J.Smith` nor `Weber-IT GmbH`: without a path, the last label must be a common ending.
fn is_host(word: &str) -> bool {
    const ENDINGS: &[&str] = &[
        "com", "net", "org", "io", "co", "dev", "app", "info", "biz", "xyz", "ru", "cn", "de", "uk", "eu", "us", "site", "online", "top",
        "link", "shop", "ly", "me", "ai", "gg", "cc", "tv", "to", "tech", "store", "club", "page", "cloud", "click", "live", "fr", "nl",
        "it", "es", "pl", "ch", "at", "be", "se", "no", "dk", "fi", "ca", "au", "jp", "br", "in",
    ];
    let host = word.split(['/', '?', '#', ':']).next().unwrap_or_default().trim_end_matches(['.', ',', '!']);
    let has_path = word.split_once('/').is_some_and(|(_, path)| !path.is_empty());
    let is_ending = |ending: &str| ENDINGS.contains(&ending) || (has_path && ending.len() > 1 && ending.chars().all(char::is_alphabetic));
    host.rsplit_once('.').is_some_and(|(name, ending)| !name.is_empty() && is_ending(ending))
}

/// Lower case without accents, white space folded: what search columns hold and what is typed is compared as (rule 5).
pub fn fold(text: &str) -> String {
    let folded: String = text.nfkd().filter(|c| !is_combining_mark(*c)).flat_map(char::to_lowercase).collect();
    let folded = folded.replace('ß', "ss").replace('ø', "o").replace('ł', "l").replace('đ', "d").replace('æ', "ae").replace('œ', "oe");
    folded.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A name as part of a URL: lower-case letters, digits and single dashes, at most 40 characters; "team" where nothing is left.
pub fn slug(name: &str) -> String {
    let slug = dashed(name, 40);
    if slug.is_empty() { "team".to_owned() } else { slug }
}

/// Words as lower-case letters, digits and single dashes between them; empty where nothing is left.
pub fn dashed(words: &str, longest: usize) -> String {
    let mut dashed = String::new();
    for c in fold(words).chars() {
        match c {
            'a'..='z' | '0'..='9' => dashed.push(c),
            _ if !dashed.is_empty() && !dashed.ends_with('-') => dashed.push('-'),
            _ => {}
        }
        if dashed.len() == longest {
            break;
        }
    }
    dashed.trim_matches('-').to_owned()
}

/// "1,234,567".
pub fn thousands(number: i64) -> String {
    let digits = number.to_string();
    let (mut said, first) = (String::new(), digits.len() % 3);
    for (at, digit) in digits.char_indices() {
        if at > 0 && at % 3 == first && digit.is_ascii_digit() {
            said.push(',');
        }
        said.push(digit);
    }
    said
}

/// "1 lesson", "5 lessons".
pub fn counted(number: i64, noun: &str) -> String {
    if number == 1 { format!("1 {noun}") } else { format!("{number} {noun}s") }
}

/// The two letters of an avatar: of the first and last word, or the first two of a single word.
pub fn initials(name: &str) -> String {
    let words: Vec<Vec<char>> = name
        .split_whitespace()
        .map(|w| w.chars().filter(|c| c.is_alphanumeric()).collect())
        .filter(|w: &Vec<char>| !w.is_empty())
        .collect();
    let letters: Vec<char> = match words.as_slice() {
        [] => vec!['?'],
        [one] => one.iter().take(2).copied().collect(),
        [first, .., last] => vec![first[0], last[0]],
    };
    letters.into_iter().flat_map(char::to_uppercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_trimmed_and_its_white_space_folded() {
        assert_eq!(line("  Olivia   Park ", 100), Ok("Olivia Park".into()));
    }

    #[test]
    fn a_line_with_a_break_an_address_or_too_much_is_refused() {
        assert_eq!(line("Olivia\r\nBcc: x", 100), Err(Refused::Control));
        assert_eq!(line("Win at evil.com now", 100), Err(Refused::Link));
        for link in ["https://evil.example", "//evil.any", "mailto:x@evil.any", "x@evil.any", "bit.ly", "Try evil.any/win", "evil。com"] {
            assert_eq!(line(link, 100), Err(Refused::Link), "{link}");
        }
        assert_eq!(line(&"x".repeat(10_000), 100), Err(Refused::TooLong));
        assert_eq!(line(" \u{202e} ", 100), Err(Refused::Empty));
        assert_eq!(line("J.Smith & Co. Ltd", 100), Ok("J.Smith & Co. Ltd".into()));
    }

    #[test]
    fn folding_ignores_case_and_accents() {
        assert_eq!(fold("Société  GÉNÉRALE"), "societe generale");
        assert_eq!(fold("Straße Łódź Ørsted"), "strasse lodz orsted");
    }

    #[test]
    fn slugs_are_made_of_letters_digits_and_single_dashes() {
        assert_eq!(slug("Kestrel & Lowe (Asia)"), "kestrel-lowe-asia");
        assert_eq!(slug("株式会社"), "team");
        assert!(slug(&"long name ".repeat(20)).len() <= 40);
    }

    #[test]
    fn initials_are_two_letters() {
        assert_eq!(initials("Olivia Park"), "OP");
        assert_eq!(initials("Acme"), "AC");
        assert_eq!(initials("Kestrel & Lowe Consulting"), "KC");
        assert_eq!(initials("—"), "?");
    }
}
