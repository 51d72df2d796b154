//! Headers that stand on every answer (S16, S17), and the request's id.

use crate::ids::RequestId;
use actix_web::{
    HttpMessage,
    body::{BoxBody, MessageBody},
    dev::{ServiceRequest, ServiceResponse},
    http::header::{self, HeaderMap, HeaderName, HeaderValue},
    middleware::Next,
};

const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; \
     form-action 'self'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'";

/// The one exception (S16): a mail's HTML, shown in a frame of ours. It may style itself and nothing else; a link that a person presses
/// leads the whole window away.
pub const MAIL_POLICY: &str =
    "sandbox allow-top-navigation-by-user-activation; default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'";

/// The policy of the page around that frame.
pub fn policy_with_frame() -> HeaderValue {
    HeaderValue::try_from(format!("{CONTENT_SECURITY_POLICY}; frame-src 'self'"))
        .unwrap_or(HeaderValue::from_static(CONTENT_SECURITY_POLICY))
}

/// Whether answers tell the browser to come back by https alone.
#[derive(Debug, Clone, Copy)]
pub struct Https(pub bool);

/// Sets the headers that a handler has not set itself.
pub async fn set(req: ServiceRequest, next: Next<impl MessageBody + 'static>) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let named = req.extensions().get::<RequestId>().copied();
    let id = named.unwrap_or_else(|| {
        // Where the log of requests has not named it: the page of an error says its number.
        let id = RequestId::new();
        req.extensions_mut().insert(id);
        id
    });
    let https = req.app_data::<actix_web::web::Data<Https>>().is_some_and(|https| https.0);
    let mut res = next.call(req).await?.map_into_boxed_body();
    complete(res.headers_mut(), id, https);
    Ok(res)
}

/// The headers of every answer.
pub fn complete(headers: &mut HeaderMap, id: RequestId, https: bool) {
    let mut default = |name: HeaderName, value: &'static str| {
        if !headers.contains_key(&name) {
            headers.insert(name, HeaderValue::from_static(value));
        }
    };
    default(header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY);
    default(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    // Not `no-referrer`: forms on token pages would send `Origin: null`.
    default(header::REFERRER_POLICY, "same-origin");
    default(HeaderName::from_static("cross-origin-opener-policy"), "same-origin");
    default(HeaderName::from_static("cross-origin-resource-policy"), "same-origin");
    default(HeaderName::from_static("permissions-policy"), "camera=(), geolocation=(), microphone=(), payment=(), usb=()");
    default(header::CACHE_CONTROL, "no-store");
    if https {
        default(header::STRICT_TRANSPORT_SECURITY, "max-age=63072000; includeSubDomains");
    }
    if let Ok(value) = HeaderValue::from_str(&id.to_string()) {
        headers.insert(HeaderName::from_static("x-request-id"), value);
    }
}
