//! `/go/{text}`: the redirect.

use crate::{
    access::Public,
    error::{Error, Result},
    links::{
        is_bot,
        redirect::{Followed, Redirects},
        visitor::Visitor,
    },
    web::{Frame, Layout, answers::answer, client::client_of},
};
use actix_web::{
    HttpRequest, HttpResponse,
    http::{
        Method, StatusCode,
        header::{CACHE_CONTROL, HeaderMap, LOCATION, USER_AGENT},
    },
    web::Data,
};
use askama::Template;

/// Of what a browser says of itself, so much tells visitors apart.
const LONGEST_AGENT: usize = 500;
/// What browsers and previews say before a person has decided to come.
const AHEAD: [&str; 4] = ["sec-purpose", "purpose", "x-purpose", "x-moz"];

#[derive(Template)]
#[template(path = "links/nowhere.html")]
struct Nowhere {
    frame: Frame,
}

/// Leads to where a link leads. The destination is the stored one alone (S53): no part of the request but the link's text has a say.
pub async fn follow(_: Public, req: HttpRequest, redirects: Data<Redirects>, layout: Layout) -> Result<HttpResponse> {
    let text = req.match_info().get("text").unwrap_or_default();
    match redirects.follow(text, visitor(&req)).await {
        Followed::To(location) => {
            Ok(HttpResponse::Found().insert_header((LOCATION, location)).insert_header((CACHE_CONTROL, "no-store")).finish())
        }
        Followed::Nowhere => {
            let frame = layout.public("This link leads nowhere", None);
            answer(StatusCode::NOT_FOUND, &Nowhere { frame })
        }
        Followed::Unavailable => Err(Error::Unavailable),
    }
}

/// Who is counted (S54): a person who follows the link, as far as one can tell. Not HEAD, not what is fetched ahead, no known robot.
fn visitor(req: &HttpRequest) -> Option<Visitor> {
    let agent = req.headers().get(USER_AGENT).map(|agent| String::from_utf8_lossy(agent.as_bytes())).unwrap_or_default();
    if *req.method() != Method::GET || is_ahead(req.headers()) || is_bot(&agent) {
        return None;
    }
    Some(Visitor { address: client_of(req), agent: agent.chars().take(LONGEST_AGENT).collect() })
}

fn is_ahead(headers: &HeaderMap) -> bool {
    AHEAD.iter().filter_map(|name| headers.get(*name)?.to_str().ok()).any(|purpose| {
        let purpose = purpose.to_ascii_lowercase();
        purpose.contains("prefetch") || purpose.contains("prerender") || purpose.contains("preview")
    })
}
