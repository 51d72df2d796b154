//! Where a link leads, and how the click id is handed over (rule 41).

use crate::{
    ids::{ClickId, LinkId},
    schema::{destinations, link_texts, links, programs},
};
use diesel::prelude::*;
use std::collections::HashMap;
use url::{Url, form_urlencoded};

/// The name of the click id in the destination's query.
pub const CLICK_PARAMETER: &str = "guildhall_click";

/// A link's destination.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// The link.
    pub link: LinkId,
    url: String,
    /// Where in it the click id goes: behind its query, before its fragment.
    end: usize,
    /// What stands between its query and the click id.
    joint: &'static str,
}

impl Target {
    /// Where those texts lead, lower case, present or former ones. What a member, a team or a destination has become makes no difference:
    /// links are never dead.
    pub fn find(conn: &mut PgConnection, texts: &[String]) -> QueryResult<HashMap<String, Self>> {
        type Row = (String, LinkId, Option<String>, Option<String>, String);
        let rows: Vec<Row> = link_texts::table
            .inner_join(links::table.on(links::id.eq(link_texts::link_id)))
            .inner_join(programs::table.on(programs::id.eq(links::program_id)))
            .left_join(destinations::table.on(destinations::id.nullable().eq(links::destination_id)))
            .filter(link_texts::text.eq_any(texts))
            .select((link_texts::text, links::id, links::url, destinations::url.nullable(), programs::destination))
            .load(conn)?;
        let target = |(text, link, own, shared, program): Row| Some((text, Self::new(link, &own.or(shared).unwrap_or(program))?));
        Ok(rows.into_iter().filter_map(target).collect())
    }

    /// Nothing where that is no web address: then the link leads nowhere. What is parsed holds no control characters (S53).
    fn new(link: LinkId, destination: &str) -> Option<Self> {
        let mut url = Url::parse(destination).ok().filter(|url| matches!(url.scheme(), "http" | "https"))?;
        // A click id that the destination was written with is nobody's.
        let is_click = |pair: &str| form_urlencoded::parse(pair.as_bytes()).next().is_some_and(|(name, _)| name == CLICK_PARAMETER);
        let query = url.query().unwrap_or_default();
        if query.split('&').any(is_click) {
            let rest = query.split('&').filter(|pair| !is_click(pair)).collect::<Vec<_>>().join("&");
            url.set_query(Some(rest.as_str()).filter(|rest| !rest.is_empty()));
        }
        let joint = match url.query() {
            None => "?",
            Some(query) if query.is_empty() || query.ends_with('&') => "",
            Some(_) => "&",
        };
        let url = String::from(url);
        Some(Self { link, end: url.find('#').unwrap_or(url.len()), url, joint })
    }

    /// The address to redirect to.
    pub fn location(&self, click: Option<ClickId>) -> String {
        let (address, fragment) = self.url.split_at(self.end);
        match click {
            Some(click) => format!("{address}{}{CLICK_PARAMETER}={click}{fragment}", self.joint),
            None => self.url.clone(),
        }
    }

    /// About how much memory it takes, in bytes.
    pub fn size(&self) -> u64 {
        (size_of::<Self>() + self.url.len()) as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_click_id_joins_the_destinations_own_query() {
        let click = ClickId::new();
        for (destination, without, before, after) in [
            ("https://acme.example", "https://acme.example/", "https://acme.example/?", ""),
            ("https://acme.example/a?b=c", "https://acme.example/a?b=c", "https://acme.example/a?b=c&", ""),
            ("https://acme.example/a?b=c#d", "https://acme.example/a?b=c#d", "https://acme.example/a?b=c&", "#d"),
            ("https://acme.example/a#?x=y", "https://acme.example/a#?x=y", "https://acme.example/a?", "#?x=y"),
            ("https://acme.example/?", "https://acme.example/?", "https://acme.example/?", ""),
            ("https://acme.example/?q=%C3%A9+%26&r", "https://acme.example/?q=%C3%A9+%26&r", "https://acme.example/?q=%C3%A9+%26&r&", ""),
            ("https://acme.example/?guildhall_click=x", "https://acme.example/", "https://acme.example/?", ""),
            (
                "https://acme.example/?a=%2B&guildhall%5Fclick=x&b&guildhall_click#d",
                "https://acme.example/?a=%2B&b#d",
                "https://acme.example/?a=%2B&b&",
                "#d",
            ),
            (
                "https://acme.example/?my_guildhall_click=1",
                "https://acme.example/?my_guildhall_click=1",
                "https://acme.example/?my_guildhall_click=1&",
                "",
            ),
            ("https://bücher.example/ü", "https://xn--bcher-kva.example/%C3%BC", "https://xn--bcher-kva.example/%C3%BC?", ""),
        ] {
            let target = Target::new(LinkId::new(), destination).unwrap();
            assert_eq!(target.location(None), without);
            assert_eq!(target.location(Some(click)), format!("{before}guildhall_click={click}{after}"));
        }
    }

    #[test]
    fn what_is_no_web_address_leads_nowhere_and_no_header_is_added() {
        for destination in ["javascript:alert(1)", "https://", "acme.example", "ftp://acme.example/", ""] {
            assert_eq!(Target::new(LinkId::new(), destination), None, "{destination}");
        }
        let target = Target::new(LinkId::new(), "https://acme.example/\r\nSet-Cookie: a=b\r\n\r\n<p>\0").unwrap();
        assert!(target.location(Some(ClickId::new())).bytes().all(|byte| byte.is_ascii_graphic()), "{}", target.location(None));
    }
}
