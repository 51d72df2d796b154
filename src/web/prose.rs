//! What people write in Markdown, as HTML: the one value that templates do not escape (S19). What is typed as HTML stays the text it is;
//! the sanitiser is the second door.

use ammonia::{Builder, UrlRelative};
use askama::filters::HtmlSafe;
use pulldown_cmark::{CowStr, Event, HeadingLevel, LinkType, Parser, Tag, TagEnd, TextMergeStream, html};
use std::{collections::HashSet, fmt, sync::LazyLock};
use url::Url;

/// Sanitised HTML. Made only by the two functions below.
#[derive(Debug, Clone)]
pub struct Prose(String);

impl Prose {
    /// A message: paragraphs, line breaks as typed, emphasis, lists and links. Everything else reads as its text.
    pub fn message(markdown: &str) -> Self {
        Self::of(markdown, Level::Message)
    }

    /// A lesson: a message's, and headings from h2 on (the page has the h1), code, quotations and rules. No tables, no pictures.
    pub fn lesson(markdown: &str) -> Self {
        Self::of(markdown, Level::Lesson)
    }

    fn of(markdown: &str, level: Level) -> Self {
        let mut linked = Vec::new();
        let (mut in_link, mut leads_nowhere) = (false, false);
        for event in TextMergeStream::new(Parser::new(markdown)).filter_map(|event| kept(event, level)) {
            match &event {
                Event::Start(Tag::Link { dest_url, .. }) => (in_link, leads_nowhere) = (true, !is_followed(dest_url)),
                Event::End(TagEnd::Link) => in_link = false,
                _ => {}
            }
            match event {
                // A link that the sanitiser would take the address from is its words.
                Event::Start(Tag::Link { .. }) | Event::End(TagEnd::Link) if leads_nowhere => {}
                Event::Text(text) if !in_link => link_addresses(&text, &mut linked),
                event => linked.push(event),
            }
        }
        let mut written = String::new();
        html::push_html(&mut written, linked.into_iter());
        Self(level.sanitiser().clean(&written).to_string())
    }
}

impl fmt::Display for Prose {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl HtmlSafe for Prose {}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Level {
    Message,
    Lesson,
}

impl Level {
    fn sanitiser(self) -> &'static Builder<'static> {
        static MESSAGE: LazyLock<Builder<'static>> = LazyLock::new(|| sanitiser(&[]));
        static LESSON: LazyLock<Builder<'static>> = LazyLock::new(|| sanitiser(&["h2", "h3", "h4", "code", "pre", "blockquote", "hr"]));
        match self {
            Self::Message => &MESSAGE,
            Self::Lesson => &LESSON,
        }
    }
}

/// Where links may lead.
const SCHEMES: [&str; 3] = ["https", "http", "mailto"];

fn is_followed(address: &str) -> bool {
    Url::parse(address).is_ok_and(|url| SCHEMES.contains(&url.scheme()))
}

fn sanitiser(more: &[&'static str]) -> Builder<'static> {
    let tags: HashSet<&str> = ["p", "br", "em", "strong", "ul", "ol", "li", "a"].into_iter().chain(more.iter().copied()).collect();
    let mut builder = Builder::default();
    builder
        .tags(tags)
        .generic_attributes(HashSet::new())
        .url_schemes(SCHEMES.into())
        .url_relative(UrlRelative::Deny)
        .link_rel(Some("nofollow noopener"));
    builder
}

/// An event as that level shows it, or nothing.
fn kept(event: Event<'_>, level: Level) -> Option<Event<'_>> {
    let lesson = level == Level::Lesson;
    Some(match event {
        Event::Html(html) | Event::InlineHtml(html) => Event::Text(html),
        Event::Start(Tag::HtmlBlock) => Event::Start(Tag::Paragraph),
        Event::End(TagEnd::HtmlBlock) => Event::End(TagEnd::Paragraph),
        // Written `<sam@acme.example>`; the address of such a link lacks its scheme.
        Event::Start(Tag::Link { link_type: LinkType::Email, dest_url, title, id }) => {
            Event::Start(Tag::Link { link_type: LinkType::Inline, dest_url: format!("mailto:{dest_url}").into(), title, id })
        }
        // A picture is its description.
        Event::Start(Tag::Image { .. }) | Event::End(TagEnd::Image) => return None,
        Event::Start(Tag::Heading { level, .. }) if lesson => {
            Event::Start(Tag::Heading { level: lower(level), id: None, classes: Vec::new(), attrs: Vec::new() })
        }
        Event::End(TagEnd::Heading(level)) if lesson => Event::End(TagEnd::Heading(lower(level))),
        event if lesson => event,
        Event::Start(Tag::Heading { .. } | Tag::CodeBlock(_)) => Event::Start(Tag::Paragraph),
        Event::End(TagEnd::Heading(_) | TagEnd::CodeBlock) => Event::End(TagEnd::Paragraph),
        Event::Start(Tag::BlockQuote(_)) | Event::End(TagEnd::BlockQuote(_)) | Event::Rule => return None,
        Event::Code(code) => Event::Text(code),
        Event::SoftBreak => Event::HardBreak,
        event => event,
    })
}

/// The page has the h1: a lesson's headings are h2 to h4.
fn lower(level: HeadingLevel) -> HeadingLevel {
    match level {
        HeadingLevel::H1 => HeadingLevel::H2,
        HeadingLevel::H2 => HeadingLevel::H3,
        HeadingLevel::H3 | HeadingLevel::H4 | HeadingLevel::H5 | HeadingLevel::H6 => HeadingLevel::H4,
    }
}

/// Text, with the addresses in it as links: few people write Markdown's brackets.
fn link_addresses(text: &str, events: &mut Vec<Event<'_>>) {
    let mut rest = text;
    while let Some(start) = address_start(rest) {
        let (before, from) = rest.split_at(start);
        let end = from.find(|c: char| c.is_whitespace() || matches!(c, '<' | '>' | '"')).unwrap_or(from.len());
        // The stop of a sentence is not the address's.
        let address = from[..end].trim_end_matches(['.', ',', ';', ':', '!', '?', ')', ']', '\'', '’', '”']);
        events.push(Event::Text(CowStr::from(before.to_owned())));
        events.push(Event::Start(Tag::Link {
            link_type: LinkType::Autolink,
            dest_url: CowStr::from(address.to_owned()),
            title: CowStr::Borrowed(""),
            id: CowStr::Borrowed(""),
        }));
        events.push(Event::Text(CowStr::from(address.to_owned())));
        events.push(Event::End(TagEnd::Link));
        rest = &from[address.len()..];
    }
    events.push(Event::Text(CowStr::from(rest.to_owned())));
}

fn address_start(text: &str) -> Option<usize> {
    ["https://", "http://"].iter().filter_map(|scheme| text.find(scheme)).min()
}

#[cfg(test)]
mod tests {
    use super::Prose;

    fn message(markdown: &str) -> String {
        Prose::message(markdown).to_string().trim().to_owned()
    }

    #[test]
    fn a_message_has_paragraphs_breaks_emphasis_lists_and_links() {
        assert_eq!(
            message("Hello *all*.\nNew **course**.\n\n- one\n- two"),
            "<p>Hello <em>all</em>.<br>\nNew <strong>course</strong>.</p>\n<ul>\n<li>one</li>\n<li>two</li>\n</ul>"
        );
        assert_eq!(
            message("[the deck](https://acme.example/deck)"),
            "<p><a href=\"https://acme.example/deck\" rel=\"nofollow noopener\">the deck</a></p>"
        );
    }

    #[test]
    fn an_address_in_a_message_is_a_link_without_the_stop_after_it() {
        assert_eq!(
            message("See https://acme.example/a?b=1&c=2."),
            "<p>See <a href=\"https://acme.example/a?b=1&amp;c=2\" rel=\"nofollow noopener\">https://acme.example/a?b=1&amp;c=2</a>.</p>"
        );
    }

    #[test]
    fn what_a_message_may_not_have_reads_as_its_text() {
        assert_eq!(
            message("# Big\n\n> said\n\n`code` ![a cat](https://evil.example/cat.png)"),
            "<p>Big</p>\n<p>said</p>\n<p>code a cat</p>"
        );
        assert_eq!(message("<script>alert(1)</script>"), "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>");
        assert_eq!(message("a <img src=x onerror=alert(1)> b"), "<p>a &lt;img src=x onerror=alert(1)&gt; b</p>");
        assert_eq!(message("{{7919*7919}}"), "<p>{{7919*7919}}</p>");
    }

    #[test]
    fn links_lead_to_the_web_or_to_a_mailbox_alone() {
        for bad in ["javascript:alert(1)", "data:text/html,x", "/sign-out", "//evil.example", "vbscript:x", "https://[no"] {
            assert_eq!(message(&format!("[press](<{bad}>)")), "<p>press</p>", "{bad}");
        }
        assert!(message("[write](mailto:sam@acme.example)").contains("href=\"mailto:sam@acme.example\""));
    }

    #[test]
    fn an_address_of_a_mailbox_in_angle_brackets_is_a_link() {
        assert!(
            message("<sam@acme.example>").contains("<a href=\"mailto:sam@acme.example\" rel=\"nofollow noopener\">sam@acme.example</a>")
        );
    }

    #[test]
    fn a_lesson_has_headings_from_h2_code_and_quotations_too() {
        let lesson = Prose::lesson("# One\n\n## Two\n\n> said\n\n`code`\n\n```\nblock\n```\n\n<b>no</b>").to_string();
        for part in ["<h2>One</h2>", "<h3>Two</h3>", "<blockquote>", "<code>code</code>", "<pre><code>block", "&lt;b&gt;no&lt;/b&gt;"] {
            assert!(lesson.contains(part), "{part} in {lesson}");
        }
    }
}
