//! How a letter reads, in HTML and in text (M1, M7, M8, M9, S47).

use super::*;
use guildhall::mail::set::{LINK_MARKER, bodies};
use scraper::{Html, Selector};

fn select<'a>(document: &'a Html, selector: &str) -> Vec<scraper::ElementRef<'a>> {
    document.select(&Selector::parse(selector).expect("a selector")).collect()
}

fn words(document: &Html) -> String {
    select(document, "body").iter().flat_map(|body| body.text()).collect::<String>().split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn the_text_part_can_be_read_on_its_own() {
    let (text, _) = bodies(&mailer(), &letter("ines@larkspur.example")).unwrap();
    assert_eq!(
        text,
        "Ines, Acme invites you to open a partner team

Sam Whitaker asks you to join Acme Resellers as the owner of Larkspur Agency.

> Great to meet you in Lisbon, Ines.
> This gives you and your colleagues your own links.

Program: Acme Resellers
Until: 30 November 2026, 17:00 UTC

See the invitation:
{{link}}

Opening it changes nothing; you accept or decline on the page.

Questions? Reply to this mail, it reaches sam@acme.example.

"
        .to_owned()
            + WHY
            + "\n\nAcme via Guildhall"
    );
}

#[test]
fn a_letter_without_the_parts_that_may_be_missing_has_no_holes() {
    let bare = Letter { speaks_for: None, reply_to: None, quote: String::new(), facts: vec![], button: None, ..letter("a@b.example") };
    let (text, html) = bodies(&mailer(), &bare).unwrap();
    assert!(!text.contains("\n\n\n") && !text.contains("Questions?") && text.ends_with("\n\nGuildhall"), "{text}");
    let document = Html::parse_document(&html);
    assert!(select(&document, "a, .quote, .rule").is_empty());
}

#[test]
fn the_html_part_needs_no_pictures_no_script_and_nothing_from_elsewhere() {
    let (_, html) = bodies(&mailer(), &letter("ines@larkspur.example")).unwrap();
    let document = Html::parse_document(&html);
    assert_eq!(document.errors, Vec::<String>::new());
    assert!(select(&document, "img, script, link, iframe, form, object, svg, [background], [src]").is_empty());
    assert!(!html.contains("url(") && !html.contains("@import"));
    assert_eq!(select(&document, "html[lang=en]").len(), 1);
    assert_eq!(select(&document, "title")[0].text().collect::<String>(), "Acme invites you to open a partner team");
    assert_eq!(select(&document, "h1").len(), 1);
    assert_eq!(select(&document, "meta[name='color-scheme'][content='light dark']").len(), 1);
    for table in select(&document, "table") {
        let is_data = !select(&Html::parse_fragment(&table.html()), "th[scope=row]").is_empty() && table.attr("role").is_none();
        assert!(table.attr("role") == Some("presentation") || is_data);
    }
    // Every link is the one link, and it also stands in words.
    let links: Vec<_> = select(&document, "a").iter().map(|link| link.attr("href").unwrap_or_default().to_owned()).collect();
    assert_eq!(links, [LINK_MARKER, LINK_MARKER]);
    assert!(words(&document).contains(&format!("Or paste this link: {LINK_MARKER}")));
    // The preheader is the first thing that can be read.
    assert!(words(&document).starts_with("Sam Whitaker asks you to join Acme Resellers"));
    assert!(select(&document, "td.quote")[0].html().contains("Ines.<br>This"));
}

#[test]
fn what_people_write_stays_text() {
    let evil = "<script>alert(1)</script><a href=\"https://evil.example\">Acme & Söhne</a> 'x'";
    let mut letter = letter("ines@larkspur.example");
    letter.quote = format!("{evil}\nsee https://larkspur.example/terms");
    letter.heading = evil.to_owned();
    letter.lead = vec![strong(evil)];
    letter.facts = vec![("Program", evil.to_owned())];
    letter.speaks_for = Some(evil.to_owned());
    letter.subject = evil.to_owned();
    letter.preheader = evil.to_owned();
    letter.note = evil.to_owned();
    letter.why = evil.to_owned();
    let (text, html) = bodies(&mailer(), &letter).unwrap();
    let document = Html::parse_document(&html);
    assert!(select(&document, "script").is_empty());
    assert_eq!(select(&document, "a").len(), 2, "a link that a person wrote is bare");
    assert!(words(&document).contains("see https://larkspur.example/terms"));
    assert!(text.contains("> see https://larkspur.example/terms"));
}

#[test]
fn nobody_can_place_the_link_themselves() {
    let mut letter = letter("ines@larkspur.example");
    letter.quote = "Please look at https://evil.example/?{{link}}".to_owned();
    letter.facts = vec![("Program", "{{link}}".to_owned())];
    let mailer = mailer();
    let filled = stored(&mailer, &letter).filled(&mailer).unwrap();
    let link = link_of(&mailer, &letter);
    assert_eq!(filled.text.matches(&link).count(), 1);
    assert_eq!(filled.html.matches(&link).count(), 3, "the button, the link, and its words");
    assert!(!filled.text.contains(&format!("evil.example/?{link}")));
    assert!(!filled.html.contains(&format!("evil.example/?{link}")));
}

#[test]
fn a_link_to_a_page_is_whole_in_both_parts() {
    let mut letter = letter("olivia@northwind.example");
    letter.button = Some(("See what waits".to_owned(), Target::Page("/teams/northwind/approvals".to_owned())));
    let (text, html) = bodies(&mailer(), &letter).unwrap();
    assert!(text.contains("See what waits:\nhttps://partners.acme.example/teams/northwind/approvals\n"));
    assert_eq!(html.matches("href=\"https://partners.acme.example/teams/northwind/approvals\"").count(), 2);
}

#[test]
fn nobody_speaks_in_the_products_name() {
    let speaking_for = |name: &str| Letter { speaks_for: Some(name.to_owned()), ..letter("a@b.example") }.sender_name();
    assert_eq!(speaking_for("Acme"), "Acme via Guildhall");
    assert_eq!(speaking_for("Guildha11 Security"), "A partner via Guildhall");
    assert_eq!(Letter { speaks_for: None, ..letter("a@b.example") }.sender_name(), "Guildhall");
    let (_, html) = bodies(&mailer(), &Letter { speaks_for: Some("Guildhall".to_owned()), ..letter("a@b.example") }).unwrap();
    assert_eq!(select(&Html::parse_document(&html), "td.plate + td")[0].text().collect::<String>(), "A partner");
}

#[test]
fn the_largest_letter_is_not_cut_by_mail_programs() {
    let mut letter = letter("ines@larkspur.example");
    letter.quote = "😀".repeat(2000);
    letter.facts = (0..6).map(|_| ("Program", "é".repeat(200))).collect();
    letter.heading = "é".repeat(300);
    let mailer = mailer();
    let message = mail::message::build(&mailer, &stored(&mailer, &letter)).unwrap();
    assert!(message.bytes.len() < 100_000, "{} bytes", message.bytes.len());
}
