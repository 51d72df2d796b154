//! Passwords that somebody would try first (S2): common ones, the words of the place and of the person, and patterns of the keyboard.
//! Offline, and the same for everybody; what is long and has nothing of these passes, whatever it is made of.

use crate::{web::layout::PRODUCT, words};
use std::{collections::HashSet, sync::LazyLock};

/// Common passwords, and common words that people lengthen with digits to have twelve characters. In lower case.
static COMMON: LazyLock<HashSet<&'static str>> = LazyLock::new(|| include_str!("common_passwords.txt").lines().collect());
/// A password must keep this many characters once the words that everybody knows are taken out.
const OWN_CHARACTERS: usize = 6;
/// What is repeated is at most this long; more of one's own is not guessed by repeating it.
const LONGEST_PERIOD: usize = 6;
/// Words of the place or person count from this length on.
const SHORTEST_WORD: usize = 4;
/// Rows that fingers run along.
const RUNS: [&str; 5] =
    ["abcdefghijklmnopqrstuvwxyz", "01234567890", "qwertyuiopasdfghjklzxcvbnm", "qwertzuiopasdfghjklyxcvbnm", "azertyuiopqsdfghjklmwxcvbn"];

/// What is wrong with it, where something is. `about` are names and addresses that belong to it: of the person, the company, the team.
pub fn reason(password: &str, about: &[&str]) -> Option<&'static str> {
    let plain = words::fold(password);
    if is_common(&plain) {
        return Some(
            "Many people use this password, so it is tried first. Choose another one, like four words that do not belong together",
        );
    }
    if is_pattern(&plain) {
        return Some(
            "This password repeats itself or follows the keyboard. Choose another one, like four words that do not belong together",
        );
    }
    if is_made_of(&plain, about) {
        return Some("This password is made of names that others know. Choose another one, like four words that do not belong together");
    }
    None
}

/// Common as it is, as it reads with letters for look-alikes, or once the digits and signs around it are taken off.
fn is_common(plain: &str) -> bool {
    let bare = |text: &str| text.trim_matches(|c: char| !c.is_alphabetic()).to_owned();
    // Digits at an end are no letters before they are taken off.
    let (spelled, spelled_bare) = (spelled(plain), spelled(&bare(plain)));
    let joined = |text: &str| text.chars().filter(|c| c.is_alphanumeric()).collect::<String>();
    [plain, &spelled, &spelled_bare].into_iter().flat_map(|text| [text.to_owned(), joined(text), bare(text), joined(&bare(text))]).any(
        |text| {
            let half = text.len() / 2;
            COMMON.contains(text.as_str())
                || (text.is_char_boundary(half) && text.len() % 2 == 0 && text[..half] == text[half..] && COMMON.contains(&text[..half]))
        },
    )
}

/// A few characters over and over, or a run along the alphabet, the digits or a keyboard.
fn is_pattern(plain: &str) -> bool {
    let characters: Vec<char> = plain.chars().collect();
    if characters.iter().collect::<HashSet<_>>().len() < 4 {
        return true;
    }
    if (1..=LONGEST_PERIOD.min(characters.len() / 3))
        .any(|period| characters.iter().zip(&characters[period..]).all(|(one, next)| one == next))
    {
        return true;
    }
    let follows = |pair: &[char]| {
        RUNS.iter().any(|run| {
            let place = |c: char| run.find(c);
            matches!((place(pair[0]), place(pair[1])), (Some(one), Some(next)) if one.abs_diff(next) <= 1)
        })
    };
    let steps = characters.windows(2).filter(|pair| follows(pair)).count();
    // Four of five steps along a row.
    steps * 5 >= (characters.len() - 1) * 4
}

/// Whether little is left once the product's name and the words of `about` are taken out.
fn is_made_of(plain: &str, about: &[&str]) -> bool {
    let spelled = spelled(plain);
    let known = about.iter().flat_map(|text| {
        let folded = words::fold(text);
        folded.split(|c: char| !c.is_alphanumeric()).map(str::to_owned).collect::<Vec<_>>()
    });
    let mut known: Vec<String> = known.chain([words::fold(PRODUCT)]).filter(|word| word.chars().count() >= SHORTEST_WORD).collect();
    // The longest first, so that a part of it leaves nothing behind.
    known.sort_by_key(|word| std::cmp::Reverse(word.len()));
    [plain, &spelled].into_iter().any(|text| {
        let joined: String = text.chars().filter(|c| c.is_alphanumeric()).collect();
        let left = known.iter().fold(joined.clone(), |left, word| left.replace(word.as_str(), ""));
        left.len() < joined.len() && left.chars().count() < OWN_CHARACTERS
    })
}

/// With letters for the signs and digits that stand for them.
fn spelled(text: &str) -> String {
    let letter = |c| match c {
        '@' | '4' => 'a',
        '3' => 'e',
        '1' | '!' => 'i',
        '0' => 'o',
        '$' | '5' => 's',
        '7' => 't',
        c => c,
    };
    text.chars().map(letter).collect()
}

#[cfg(test)]
mod tests {
    use super::reason;

    const ABOUT: [&str; 3] = ["Olivia Park", "olivia@northwind.example", "Acme"];

    #[test]
    fn what_would_be_tried_first_is_refused() {
        for weak in [
            "password1234",
            "Password1234!",
            "P@ssw0rd1234",
            "passwordpassword",
            "123456789012",
            "qwertyuiop12",
            "QWERTZUIOPAS",
            "1qaz2wsx3edc",
            "iloveyou2020",
            "correcthorsebatterystaple",
            "administrator",
            "aaaaaaaaaaaa",
            "abcabcabcabc",
            "abcdefghijklmnop",
            "hunterhunterhunter",
            "guildhall2026",
            "Guildhall-2026!",
            "acme-acme-acme",
            "olivia.northwind",
            "OliviaPark1999",
            "northwind2026!",
            "letmein12345",
        ] {
            assert!(reason(weak, &ABOUT).is_some(), "{weak}");
        }
    }

    #[test]
    fn what_nobody_would_guess_passes_whatever_it_is_made_of() {
        for good in [
            "five quiet lanterns",
            "correct horse battery",
            "acme has four odd doors",
            "dhKw93mQpzX1",
            "непроницаемый туман",
            "ein Krokodil im Keller",
            "olivia sells purple boats",
            "契約更新日は十一月です忘れずに",
        ] {
            assert_eq!(reason(good, &ABOUT), None, "{good}");
        }
    }
}
