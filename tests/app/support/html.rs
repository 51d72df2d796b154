//! The one check that every page rendered in any test goes through (G17, G25, S16).

use super::Page;
use scraper::{ElementRef, Html, Selector};
use std::collections::HashSet;

/// Fails the test where the page is not as every page must be.
#[track_caller]
pub fn check(page: &Page) {
    if page.path.starts_with("/mailbox/") && page.path.ends_with("/html") {
        return; // A mail, not a page: it styles itself (S16's exception); `mail.rs` looks at it.
    }
    let faults = faults(&page.body);
    assert!(faults.is_empty(), "{} ({}) breaks the rules of every page:\n  {}\n{}", page.path, page.status, faults.join("\n  "), page.body);
}

fn faults(body: &str) -> Vec<String> {
    let document = Html::parse_document(body);
    let mut faults: Vec<String> = document.errors.iter().map(|error| format!("not strict HTML: {error}")).collect();
    let all = |selector: &str| -> Vec<ElementRef<'_>> { document.select(&Selector::parse(selector).expect("a selector")).collect() };
    let text = |element: &ElementRef<'_>| element.text().collect::<String>().split_whitespace().collect::<Vec<_>>().join(" ");

    let mut ids = HashSet::new();
    for element in all("[id]") {
        let id = element.attr("id").unwrap_or_default();
        if id.is_empty() || !ids.insert(id) {
            faults.push(format!("the id {id:?} is empty or stands twice"));
        }
    }
    for (attribute, element) in ["for", "aria-describedby", "aria-labelledby", "aria-controls", "popovertarget"]
        .into_iter()
        .flat_map(|attribute| all(&format!("[{attribute}]")).into_iter().map(move |element| (attribute, element)))
    {
        for id in element.attr(attribute).unwrap_or_default().split_whitespace().filter(|id| !ids.contains(id)) {
            faults.push(format!("{attribute}={id:?} names nothing"));
        }
    }
    for link in all("a[href^='#']") {
        let target = &link.attr("href").unwrap_or_default()[1..];
        if !target.is_empty() && !ids.contains(target) {
            faults.push(format!("a link leads to #{target}, which is not there"));
        }
    }
    for control in all("input, select, textarea") {
        if matches!(control.attr("type"), Some("hidden" | "submit" | "button" | "image")) {
            continue;
        }
        let by_id = control
            .attr("id")
            .is_some_and(|id| all("label[for]").iter().any(|label| label.attr("for") == Some(id) && !text(label).is_empty()));
        let around =
            control.ancestors().filter_map(ElementRef::wrap).any(|above| above.value().name() == "label" && !text(&above).is_empty());
        if !by_id && !around && control.attr("aria-label").is_none_or(str::is_empty) && control.attr("aria-labelledby").is_none() {
            faults.push(format!("no label: {}", control.html()));
        }
    }
    for element in all("a, button, summary") {
        let named = !text(&element).is_empty() || element.attr("aria-label").is_some_and(|label| !label.is_empty());
        if !named {
            faults.push(format!("nothing to read in {}", element.html()));
        }
        if element.value().name() == "a" && element.attr("href").is_none_or(str::is_empty) {
            faults.push(format!("leads nowhere: {}", element.html()));
        }
    }
    for element in all("*") {
        for (name, _) in element.value().attrs() {
            if name == "style" || name.starts_with("on") {
                faults.push(format!(
                    "{name}= is against the content security policy: {}",
                    element.html().chars().take(120).collect::<String>()
                ));
            }
        }
    }
    if all("script").iter().any(|script| script.attr("src").is_none()) || !all("style").is_empty() {
        faults.push("inline script or style".to_owned());
    }
    if all("img").iter().any(|image| image.attr("alt").is_none()) {
        faults.push("an image without alt".to_owned());
    }
    if all("form").iter().any(|form| !matches!(form.attr("method"), Some("get" | "post"))) {
        faults.push("a form without its method".to_owned());
    }
    let headings: Vec<String> = all("h1").iter().map(&text).collect();
    let title = all("title").first().map(&text).unwrap_or_default();
    match headings.as_slice() {
        [h1] => {
            let plain = title.strip_prefix("Error: ").unwrap_or(&title);
            if !(plain.starts_with(&format!("{h1} – ")) && plain.ends_with("Guildhall")) {
                faults.push(format!("the title {title:?} is not \"{h1} – … – Guildhall\""));
            }
        }
        several => faults.push(format!("{} h1 instead of one", several.len())),
    }
    if all("html[lang]").is_empty() || all("main").len() != 1 {
        faults.push("no language, or not exactly one main".to_owned());
    }
    if all(".error-summary").is_empty() == title.starts_with("Error: ") {
        faults.push("the title says \"Error: \" exactly where there is an error summary".to_owned());
    }
    faults
}

#[test]
fn the_check_finds_what_it_looks_for() {
    let good =
        "<!DOCTYPE html><html lang=\"en\"><head><title>Sign in – Guildhall</title></head><body><main><h1>Sign in</h1></main></body></html>";
    assert_eq!(faults(good), Vec::<String>::new());
    for (bad, names) in [
        ("<h1>Sign in</h1><p id=a></p><p id=a></p>", "stands twice"),
        ("<h1>Sign in</h1><form method=post><input name=q></form>", "no label"),
        ("<h1>Sign in</h1><h1>Sign in</h1>", "2 h1"),
        ("<h1>Other</h1>", "the title"),
        ("<h1>Sign in</h1><p style=\"color:red\">", "content security policy"),
        ("<h1>Sign in</h1><a href=\"/x\"></a>", "nothing to read"),
        ("<h1>Sign in</h1></span>", "not strict"),
    ] {
        let found = faults(&good.replace("<h1>Sign in</h1>", bad));
        assert!(found.iter().any(|fault| fault.contains(names)), "{bad}: {found:?}");
    }
}
