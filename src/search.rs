//! What was typed into a search box, and where it was found (rule 5).

use crate::words;

/// The most letters that are searched for.
const LONGEST: usize = 100;
/// From here on a part of a word is enough; the trigram index cannot look up less.
const PART_OF_A_WORD: usize = 3;

/// A search over names and addresses, ignoring case and accents: from three letters on for any part, before that for the beginning of a
/// word. Both are look-ups in the same trigram index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Search {
    typed: String,
    folded: String,
    whole_words: bool,
}

impl Search {
    /// For what was typed; nothing where nothing is left of it.
    pub fn of(typed: &str) -> Option<Self> {
        let typed: String = typed.chars().map(|c| if c.is_control() { ' ' } else { c }).take(LONGEST).collect();
        let typed = typed.split_whitespace().collect::<Vec<_>>().join(" ");
        let folded = words::fold(&typed);
        let whole_words = folded.chars().count() < PART_OF_A_WORD;
        (!folded.is_empty()).then_some(Self { typed, folded, whole_words })
    }

    /// What was typed, as it can be shown again.
    pub fn typed(&self) -> &str {
        &self.typed
    }

    /// For `search LIKE ANY`: what was typed stands for itself, also where LIKE knows a character as a wildcard.
    pub fn patterns(&self) -> Vec<String> {
        let literal = self.folded.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
        if self.whole_words { vec![format!("{literal}%"), format!("% {literal}%")] } else { vec![format!("%{literal}%")] }
    }

    /// The patterns as two, for `LIKE a OR LIKE b`; the same one twice where there is one.
    pub fn two_patterns(&self) -> (String, String) {
        let mut patterns = self.patterns();
        let last = patterns.pop().expect("there is at least one");
        (patterns.pop().unwrap_or_else(|| last.clone()), last)
    }

    /// Whether it is found in a text.
    pub fn finds(&self, text: &str) -> bool {
        self.place_in(&words::fold(text)).is_some()
    }

    /// The text with the part that was found marked; nothing where none was.
    pub fn mark(&self, text: &str) -> Option<Marked> {
        // Folding may lengthen and shorten: each letter of the folded text remembers where it came from.
        let mut folded = String::new();
        let mut origins = Vec::new();
        for (at, letter) in text.char_indices() {
            let fold = if letter.is_whitespace() { " ".to_owned() } else { words::fold(letter.encode_utf8(&mut [0; 4])) };
            origins.extend(std::iter::repeat_n(at, fold.len()));
            folded.push_str(&fold);
        }
        let found = self.place_in(&folded)?;
        let start = origins[found];
        let last = origins[found + self.folded.len() - 1];
        let end = origins[found..].iter().copied().find(|at| *at > last).unwrap_or(text.len());
        Some(Marked { before: text[..start].to_owned(), hit: text[start..end].to_owned(), after: text[end..].to_owned() })
    }

    fn place_in(&self, folded: &str) -> Option<usize> {
        let begins_word = |at: &usize| *at == 0 || folded.as_bytes()[at - 1] == b' ';
        folded.match_indices(&self.folded).map(|(at, _)| at).find(|at| !self.whole_words || begins_word(at))
    }
}

/// A text with the part that a search found in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Marked {
    /// What stands before it.
    pub before: String,
    /// The part that was found; may be empty.
    pub hit: String,
    /// What stands after it.
    pub after: String,
}

impl Marked {
    /// The text with what the search finds in it, or with nothing marked.
    pub fn new(text: &str, search: Option<&Search>) -> Self {
        let plain = || Self { before: text.to_owned(), hit: String::new(), after: String::new() };
        search.and_then(|search| search.mark(text)).unwrap_or_else(plain)
    }

    /// The whole text.
    pub fn whole(&self) -> String {
        format!("{}{}{}", self.before, self.hit, self.after)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marked(typed: &str, text: &str) -> Option<(String, String, String)> {
        Search::of(typed)?.mark(text).map(|Marked { before, hit, after }| (before, hit, after))
    }

    fn parts(before: &str, hit: &str, after: &str) -> Option<(String, String, String)> {
        Some((before.into(), hit.into(), after.into()))
    }

    #[test]
    fn nothing_typed_is_no_search() {
        assert_eq!(Search::of(" \u{0} "), None);
        assert_eq!(Search::of("\u{301}"), None);
    }

    #[test]
    fn the_found_part_is_marked_in_the_text_as_it_is_written() {
        assert_eq!(marked("chen", "Mia Chen"), parts("Mia ", "Chen", ""));
        assert_eq!(marked("SOCIETE G", "La Société Générale"), parts("La ", "Société G", "énérale"));
        assert_eq!(marked("ocie", "La Socie\u{301}te\u{301}"), parts("La S", "ocie\u{301}", "te\u{301}"));
        assert_eq!(marked("rass", "Straße 5"), parts("St", "raß", "e 5"));
        assert_eq!(marked("xyz", "Mia Chen"), None);
        assert_eq!(marked("株式会", "(株式会社)"), parts("(", "株式会", "社)"));
    }

    #[test]
    fn one_or_two_letters_begin_a_word() {
        assert_eq!(marked("ch", "Dutch Chen"), parts("Dutch ", "Ch", "en"));
        assert_eq!(marked("en", "Mia Chen"), None);
        assert_eq!(Search::of("Mi").unwrap().patterns(), ["mi%", "% mi%"]);
    }

    #[test]
    fn wildcards_stand_for_themselves() {
        assert_eq!(Search::of("50%_\\").unwrap().patterns(), ["%50\\%\\_\\\\%"]);
    }
}
