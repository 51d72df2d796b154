//! What changed between two texts (rule 28): by lines, and by words where a line was changed.

use similar::{DiffTag, TextDiff};
use std::time::Duration;

/// Longer is not looked for the smallest difference: what is found by then is right, if coarser.
const LIMIT: Duration = Duration::from_millis(250);

/// A run of text between two versions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    /// In both.
    Same(String),
    /// In the earlier one alone.
    Removed(String),
    /// In the later one alone.
    Added(String),
}

/// Lines that have less than this in common are taken as one gone and one come, not as one changed.
const ALIKE: f32 = 0.6;

/// From `before` to `after`, in the order of reading. Line ends at the very end do not count.
pub fn between(before: &str, after: &str) -> Vec<Part> {
    // The last line ends like all others, or it would differ from the same line further up.
    let ended = |text: &str| format!("{}\n", text.trim_end_matches('\n'));
    let (before, after) = (ended(before), ended(after));
    let mut parts = Vec::new();
    let lines = TextDiff::configure().timeout(LIMIT).diff_lines(before.as_str(), after.as_str());
    for op in lines.ops() {
        let (old, new) = (lines.old_slices()[op.old_range()].concat(), lines.new_slices()[op.new_range()].concat());
        match op.tag() {
            DiffTag::Replace => words(&mut parts, &old, &new),
            tag => add(&mut parts, tag, &old, &new),
        }
    }
    parts
}

fn words(parts: &mut Vec<Part>, old: &str, new: &str) {
    let words = TextDiff::configure().timeout(LIMIT).diff_words(old, new);
    if words.ratio() < ALIKE {
        return add(parts, DiffTag::Replace, old, new);
    }
    for op in words.ops() {
        let (old, new) = (words.old_slices()[op.old_range()].concat(), words.new_slices()[op.new_range()].concat());
        add(parts, op.tag(), &old, &new);
    }
}

fn add(parts: &mut Vec<Part>, tag: DiffTag, old: &str, new: &str) {
    let text = |text: &str| text.to_owned();
    match tag {
        DiffTag::Equal => match parts.last_mut() {
            Some(Part::Same(same)) => same.push_str(new),
            _ => parts.push(Part::Same(text(new))),
        },
        DiffTag::Delete => parts.push(Part::Removed(text(old))),
        DiffTag::Insert => parts.push(Part::Added(text(new))),
        DiffTag::Replace => parts.extend([Part::Removed(text(old)), Part::Added(text(new))]),
    }
}

#[cfg(test)]
mod tests {
    use super::{Part, Part::*, between};

    fn text_of(parts: &[Part], skip: fn(&Part) -> bool) -> String {
        parts.iter().filter(|part| !skip(part)).map(|(Same(text) | Removed(text) | Added(text))| text.as_str()).collect()
    }

    #[test]
    fn a_changed_word_is_marked_and_the_rest_of_its_line_is_not() {
        assert_eq!(
            between("Be kind.\nPay in 30 days.\n", "Be kind.\nPay in 60 days.\n"),
            [Same("Be kind.\nPay in ".into()), Removed("30".into()), Added("60".into()), Same(" days.\n".into()),]
        );
    }

    #[test]
    fn whole_lines_come_and_go() {
        assert_eq!(between("One.\nTwo.\n", "One.\n"), [Same("One.\n".into()), Removed("Two.\n".into())]);
        assert_eq!(between("One.\nTwo.", "One.\nTwo.\nThree."), [Same("One.\nTwo.\n".into()), Added("Three.\n".into())]);
        assert_eq!(between("Same.", "Same.\n"), [Same("Same.\n".into())]);
    }

    #[test]
    fn a_line_that_has_little_in_common_with_the_old_one_is_another_line() {
        let (old, new) = ("Either side may end this.\n", "Name us only with a link.\n");
        assert_eq!(between(old, new), [Removed(old.into()), Added(new.into())]);
    }

    #[test]
    fn both_texts_can_be_read_off_the_difference() {
        let (before, after) = ("A b c.\n\nD e f.\nG.\n", "A x c.\n\nNew.\nD e f g.\n");
        let parts = between(before, after);
        assert_eq!(text_of(&parts, |part| matches!(part, Added(_))), before);
        assert_eq!(text_of(&parts, |part| matches!(part, Removed(_))), after);
    }
}
