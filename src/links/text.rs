//! The text of a link, the last part of its address: what may be one, and which are made of a person's name (rule 40).

use crate::{mail::letter::imitates_product, paths, words};
use std::{collections::VecDeque, fmt};

/// The fewest characters of a text.
const SHORTEST: usize = 3;
/// The most characters of a text.
pub const LONGEST: usize = 64;
/// As much of a name, of a program or destination, stands in a text that is made for somebody.
const OF_A_NAME: usize = 36;
const OF_A_PROGRAM: usize = 18;
/// As much stands before a number made by chance, which has eleven digits at most.
const BEFORE_A_NUMBER: usize = LONGEST - 12;

/// Words that would read like pages of ours, or like the company itself speaking. Nobody has them.
const RESERVED: &[&str] = &[
    "about",
    "abuse",
    "account",
    "accounts",
    "admin",
    "administrator",
    "api",
    "app",
    "assets",
    "auth",
    "billing",
    "bot",
    "companies",
    "company",
    "contact",
    "dashboard",
    "demo",
    "docs",
    "favicon",
    "go",
    "healthz",
    "help",
    "home",
    "index",
    "invitation",
    "invitations",
    "link",
    "links",
    "login",
    "logout",
    "mail",
    "mailbox",
    "new",
    "null",
    "official",
    "password",
    "password-reset",
    "pay",
    "payment",
    "payments",
    "payout",
    "payouts",
    "postmaster",
    "privacy",
    "readyz",
    "robots",
    "root",
    "security",
    "settings",
    "setup",
    "sign-in",
    "sign-out",
    "sign-up",
    "signin",
    "signout",
    "signup",
    "sitemap",
    "staff",
    "static",
    "status",
    "support",
    "system",
    "team",
    "teams",
    "terms",
    "test",
    "text",
    "undefined",
    "unsubscribe",
    "verify",
    "webmaster",
    "well-known",
    "www",
];

/// A text that a link may have, as it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LinkText(String);

/// Why something is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refused {
    /// Nothing was written.
    Empty,
    /// Fewer than three characters.
    Short,
    /// More than [`LONGEST`].
    Long,
    /// Something else than letters, digits and dashes, or dashes alone.
    Characters,
    /// A word that nobody has.
    Reserved,
}

impl LinkText {
    /// Reads what was typed, or the last part of a whole address that was pasted.
    pub fn parse(typed: &str) -> Result<Self, Refused> {
        let text = last_part(typed);
        let letters = text.chars().filter(|c| c.is_ascii_alphanumeric()).count();
        match text.chars().count() {
            0 => Err(Refused::Empty),
            n if letters + text.matches('-').count() < n || letters == 0 => Err(Refused::Characters),
            n if n < SHORTEST => Err(Refused::Short),
            n if n > LONGEST => Err(Refused::Long),
            _ if RESERVED.contains(&text.to_ascii_lowercase().as_str()) || imitates_product(text) => Err(Refused::Reserved),
            _ => Ok(Self(text.to_owned())),
        }
    }

    /// As it was written.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What is unique on the installation, whatever the case.
    pub fn key(&self) -> String {
        self.0.to_ascii_lowercase()
    }
}

impl fmt::Display for LinkText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Refused {
    /// What to do, for the form.
    pub const fn says(self) -> &'static str {
        match self {
            Self::Empty => "Enter the text of the link, like mia-chen",
            Self::Short => "The text must have 3 characters or more",
            Self::Long => "The text must have 64 characters or fewer",
            Self::Characters => "Use letters from a to z, digits and dashes only",
            Self::Reserved => "Choose another text: this one is kept for the installation itself",
        }
    }
}

/// The last part of an address, without what follows a question mark or a hash; what is no address is its own last part.
pub fn last_part(typed: &str) -> &str {
    let typed = typed.trim();
    let end = typed.find(['?', '#']).unwrap_or(typed.len());
    typed[..end].trim_end_matches('/').rsplit('/').next().unwrap_or_default()
}

/// What is searched for: the text of a link, where the whole link was pasted.
pub fn searched(typed: &str) -> &str {
    if typed.contains(&paths::go("")) { last_part(typed) } else { typed }
}

/// Texts for somebody's link in the order of preference, without an end: `mia-chen`, `mia-chen-2`, `mia-chen-acme-resellers`, and in the end
/// `mia-chen-` and digits by chance.
#[derive(Debug, Clone)]
pub struct Wishes {
    base: String,
    liked: VecDeque<String>,
    by_chance: u32,
}

impl Wishes {
    /// For a link of that person: to the program's own destination, or to a further one by its name.
    pub fn of(person: &str, program: &str, destination: Option<&str>) -> Self {
        let (person, of) = (words::dashed(person, OF_A_NAME), words::dashed(destination.unwrap_or(program), OF_A_PROGRAM));
        let with = joined([&person, &of]);
        // A name of one or two letters, or in another script, says too little by itself.
        let alone = destination.is_none() && person.len() >= SHORTEST;
        let base = if alone { person } else { with.clone() };
        Self::around(&base, [with])
    }

    /// Instead of a text that is taken or none, for that person.
    pub fn instead(typed: &str, person: &str) -> Self {
        let (typed, person) = (words::dashed(last_part(typed), OF_A_NAME), words::dashed(person, OF_A_NAME));
        let first = person.split('-').next().unwrap_or_default();
        let says_enough = typed.len() >= SHORTEST && !imitates_product(&typed);
        Self::around(if says_enough { &typed } else { &person }, [joined([&typed, first]), person.clone()])
    }

    fn around<const N: usize>(base: &str, others: [String; N]) -> Self {
        let base = match base {
            // A number behind it would make it no better.
            imitating if imitates_product(imitating) => "partner".to_owned(),
            short if short.len() < SHORTEST => joined([short, "partner"]),
            base => base[..base.len().min(BEFORE_A_NUMBER)].trim_end_matches('-').to_owned(),
        };
        let numbered = |from: u32, to: u32| (from..=to).map(|number| format!("{base}-{number}")).collect::<Vec<_>>();
        let liked = [vec![base.clone()], numbered(2, 3), others.to_vec(), numbered(4, 9)].concat();
        Self { liked: liked.into_iter().filter(|text| LinkText::parse(text).is_ok()).collect(), base, by_chance: 0 }
    }

    /// Those that are not by chance.
    pub fn liked(&self) -> impl Iterator<Item = &str> {
        self.liked.iter().map(String::as_str)
    }

    fn by_chance(&mut self) -> String {
        self.by_chance += 1;
        let few = self.by_chance <= 2;
        let digits = if few { rand::random_range(1_000..10_000_u64) } else { rand::random_range(10_000_000..100_000_000_000) };
        format!("{}-{digits}", self.base)
    }
}

impl Iterator for Wishes {
    type Item = String;
    fn next(&mut self) -> Option<String> {
        let liked = self.liked.pop_front();
        liked.or_else(|| std::iter::repeat_with(|| self.by_chance()).find(|text| LinkText::parse(text).is_ok()))
    }
}

/// The parts that say something, with a dash between them.
fn joined(parts: [&str; 2]) -> String {
    parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_whole_address_is_its_last_part() {
        for typed in [
            "mia-chen",
            " mia-chen ",
            "https://partners.example/go/mia-chen",
            "https://partners.example/go/mia-chen/",
            "https://partners.example/go/mia-chen?utm_source=x&y=/z",
            "https://partners.example/go/mia-chen/#top",
            "partners.example/go/mia-chen",
            "/go/mia-chen",
        ] {
            assert_eq!(LinkText::parse(typed).as_ref().map(LinkText::as_str), Ok("mia-chen"), "{typed:?}");
        }
    }

    #[test]
    fn what_is_no_text_says_why() {
        let long = "a".repeat(65);
        for (typed, why) in [
            ("", Refused::Empty),
            ("  ", Refused::Empty),
            ("https://partners.example/go/?x", Refused::Short),
            ("ab", Refused::Short),
            (&long, Refused::Long),
            ("---", Refused::Characters),
            ("mia chen", Refused::Characters),
            ("mía", Refused::Characters),
            ("mia_chen", Refused::Characters),
            ("миа", Refused::Characters),
            ("mia%2dchen", Refused::Characters),
            ("https://partners.example", Refused::Characters),
            ("Admin", Refused::Reserved),
            ("GUILD-HALL", Refused::Reserved),
        ] {
            assert_eq!(LinkText::parse(typed), Err(why), "{typed:?}");
        }
    }

    #[test]
    fn a_name_makes_texts_that_are_all_allowed() {
        let first = |person: &str, program: &str, destination: Option<&str>| Wishes::of(person, program, destination).next().unwrap();
        assert_eq!(first("Mia Chen", "Acme Resellers", None), "mia-chen");
        assert_eq!(first("Tomás Ñuñez-Müller", "Acme", None), "tomas-nunez-muller");
        assert_eq!(first("Mia Chen", "Acme", Some("Spring offer")), "mia-chen-spring-offer");
        assert_eq!(first("Li", "Acme Resellers", None), "li-acme-resellers");
        assert_eq!(first("李", "Acme Resellers", None), "acme-resellers");
        assert_eq!(first("李", "合作", None), "partner");
        assert_eq!(first("Support", "Acme", None), "support-2");
        assert_eq!(first("Guildhall Support", "Acme", None), "partner");
        let long = "Anna-Maria ".repeat(9);
        for person in ["Mia Chen", "李", "Мария", "Support", "Guildhall Support", "Gui1d Ha11", "Guildha", &long, "-", "x"] {
            for program in ["Acme Resellers", "合作", "Guildhall", "guildhall-help", "-mia", &"Long name ".repeat(9)] {
                for destination in [None, Some("Spring"), Some("春"), Some("Hall of fame"), Some(long.as_str())] {
                    for wish in Wishes::of(person, program, destination).take(40).chain(Wishes::instead(program, person).take(40)) {
                        assert!(LinkText::parse(&wish).is_ok(), "{wish:?} of {person:?}, {program:?}, {destination:?}");
                        assert!(!wish.starts_with('-') && !wish.ends_with('-'), "{wish:?} of {person:?}, {program:?}, {destination:?}");
                    }
                }
            }
        }
    }
}
