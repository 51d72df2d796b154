//! Cross-site requests are refused by what the browser says of itself (S14); there are no tokens in forms.

use crate::{error::Error, paths};
use actix_web::{
    HttpRequest,
    body::{BoxBody, MessageBody},
    dev::{ServiceRequest, ServiceResponse},
    http::{Method, header::HeaderMap, header::ORIGIN},
    middleware::Next,
    web,
};

/// The origin of the configured base URL, like `https://partners.example`.
#[derive(Debug, Clone)]
pub struct Origin(pub String);

/// Lets an unsafe method pass only from our own pages, but where a key is asked for and cookies say nothing.
pub async fn require(req: ServiceRequest, next: Next<impl MessageBody + 'static>) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let origin = req.app_data::<web::Data<Origin>>().expect("Origin is registered in app.rs");
    if is_safe(req.method()) || comes_from(origin, req.headers()) || paths::is_for_programs(req.match_info().as_str()) {
        return next.call(req).await.map(ServiceResponse::map_into_boxed_body);
    }
    Ok(req.error_response(Error::CrossSite))
}

fn is_safe(method: &Method) -> bool {
    matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS | Method::TRACE)
}

/// `Sec-Fetch-Site` decides where it is sent; else `Origin`, compared with the base URL and never with Host; else nothing passes.
fn comes_from(origin: &Origin, headers: &HeaderMap) -> bool {
    let text = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or_default());
    match (text("sec-fetch-site"), text(ORIGIN.as_str())) {
        (Some(site), _) => matches!(site, "same-origin" | "none"),
        (None, Some(sent)) => sent == origin.0,
        (None, None) => false,
    }
}

/// A path of this site to return to, or nothing (S46): one `/` first, no second, no backslash, no control characters, and no member's link, which
/// leads on to another site.
pub fn same_site_path(next: &str) -> Option<&str> {
    let sound = next.starts_with('/')
        && !next.starts_with("//")
        && next.len() <= 2000
        && !next.contains('\\')
        && next.bytes().all(|byte| byte.is_ascii_graphic());
    // The URL parser drops tabs and line breaks and folds dots; what it makes of the path must still be ours.
    let base = url::Url::parse("http://guildhall.invalid").ok()?;
    let joined = base.join(next).ok()?;
    (sound && joined.host_str() == base.host_str() && !joined.path().starts_with("//") && !paths::is_click(joined.path())).then_some(next)
}

/// The page that a form was on, where the browser tells and it is ours.
pub fn referring_path(req: &HttpRequest, origin: &Origin) -> Option<String> {
    let referer = req.headers().get(actix_web::http::header::REFERER)?.to_str().ok()?;
    let path = referer.strip_prefix(&origin.0)?;
    same_site_path(path).map(str::to_owned)
}
