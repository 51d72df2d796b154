//! The endings of a handler, and the pages of errors (S63).

use crate::{
    error::{Error, Excess, Result},
    ids::RequestId,
    paths, security,
    web::{
        assets::Assets,
        headers::{self, Https},
        json::{self, Fault},
        layout::{Frame, Layout},
        same_origin::{Origin, referring_path},
    },
};
use actix_web::{
    HttpMessage, HttpRequest, HttpResponse,
    body::{BoxBody, MessageBody},
    dev::{ServiceRequest, ServiceResponse},
    error::InternalError,
    http::{
        Method, StatusCode,
        header::{self, HeaderValue},
    },
    middleware::Next,
    web,
};
use askama::Template;
use std::{
    future::poll_fn,
    panic::{AssertUnwindSafe, catch_unwind},
    pin::pin,
    task::Poll,
    time::Duration,
};

/// Longest address, in bytes (S21).
const ADDRESS_LIMIT: usize = 8 * 1024;
/// The longest that a request may take (R12).
const REQUEST_LIMIT: Duration = Duration::from_secs(30);

/// 200 with the page.
pub fn page(template: &impl Template) -> Result<HttpResponse> {
    answer(StatusCode::OK, template)
}

/// 422 with the same page again: what was typed, and what to correct.
pub fn refused(template: &impl Template) -> Result<HttpResponse> {
    answer(StatusCode::UNPROCESSABLE_ENTITY, template)
}

/// Any status with its page.
pub fn answer(status: StatusCode, template: &impl Template) -> Result<HttpResponse> {
    Ok(HttpResponse::build(status).content_type("text/html; charset=utf-8").body(template.render()?))
}

/// 429 with a page that keeps what was typed; its frame tells why ([`Layout::telling`]).
pub fn too_many(excess: &Excess, page: Result<HttpResponse>) -> Result<HttpResponse> {
    security::limit_exceeded(excess);
    let mut response = page?;
    *response.status_mut() = StatusCode::TOO_MANY_REQUESTS;
    response.headers_mut().insert(header::RETRY_AFTER, excess.seconds.into());
    Ok(response)
}

/// Where somebody is whom a lock let in, for pages that cannot be theirs: the place's name and its start page (rule 39).
#[derive(Debug, Clone)]
pub struct Whereabouts {
    /// What it is called.
    pub name: String,
    /// Its start page.
    pub home: String,
}

#[derive(Template)]
#[template(path = "error.html")]
struct ErrorPage {
    frame: Frame,
    h1: &'static str,
    says: String,
    /// Where to go from here: address and words.
    way: (String, String),
    request: Option<RequestId>,
}

/// Gives every error its page: ours, actix's (a path that leads nowhere), a panic, and a request that takes too long.
pub async fn error_pages(
    req: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> std::result::Result<ServiceResponse<BoxBody>, actix_web::Error> {
    if req.uri().to_string().len() > ADDRESS_LIMIT {
        let page = error_page(&Error::AddressTooLong, req.request());
        return Ok(req.into_response(page));
    }
    let around = Around::of(req.request());
    let https = req.app_data::<web::Data<Https>>().is_some_and(|https| https.0);
    match bounded(REQUEST_LIMIT, next.call(req)).await {
        Ok(res) => {
            let res = res.map_into_boxed_body();
            let Some(response) = replacement(&res) else { return Ok(res) };
            Ok(res.into_response(response))
        }
        // The request went with what failed: a panic, the time limit, the session store.
        Err(error) => {
            let foreign = Error::Internal(error.to_string());
            let mut response = around.page(error.as_error::<Error>().unwrap_or(&foreign));
            headers::complete(response.headers_mut(), around.request.unwrap_or_else(RequestId::new), https);
            Err(InternalError::from_response(error, response).into())
        }
    }
}

/// Ends a request that panics or takes too long, as an error like any other (S63, R12).
async fn bounded<T>(
    limit: Duration,
    work: impl Future<Output = std::result::Result<T, actix_web::Error>>,
) -> std::result::Result<T, actix_web::Error> {
    let mut work = pin!(work);
    // Nothing of the work is looked at again after a panic.
    let caught = poll_fn(|cx| {
        catch_unwind(AssertUnwindSafe(|| work.as_mut().poll(cx)))
            .unwrap_or_else(|_| Poll::Ready(Err(Error::Internal("a handler panicked".into()).into())))
    });
    tokio::time::timeout(limit, caught).await.unwrap_or_else(|_| Err(Error::Unavailable.into()))
}

fn replacement(res: &ServiceResponse<BoxBody>) -> Option<HttpResponse> {
    let status = res.status();
    let error = res.response().error();
    let failed = status.is_client_error() || status.is_server_error() || error.is_some();
    if !failed || (error.is_none() && is_page(res)) {
        return None;
    }
    let foreign = match status {
        StatusCode::NOT_FOUND => Error::NotFound,
        // Of the files in `static/`; ours say themselves what they allow.
        StatusCode::METHOD_NOT_ALLOWED => Error::MethodNotAllowed("GET, HEAD".to_owned()),
        StatusCode::PAYLOAD_TOO_LARGE => Error::TooLarge,
        status if status.is_client_error() => Error::BadRequest,
        status => Error::Internal(status.to_string()),
    };
    let error = error.and_then(|error| error.as_error::<Error>()).unwrap_or(&foreign);
    Some(error_page(error, res.request()))
}

fn is_page(res: &ServiceResponse<BoxBody>) -> bool {
    let kind = res.headers().get(header::CONTENT_TYPE).map(|kind| kind.as_bytes());
    kind.is_some_and(|kind| kind.starts_with(b"text/html") || kind.starts_with(b"application/json"))
}

/// The page of an error, or the way to sign in or to prove who one is.
pub fn error_page(error: &Error, req: &HttpRequest) -> HttpResponse {
    match error {
        Error::SignInRequired => HttpResponse::SeeOther().insert_header((header::LOCATION, paths::sign_in_then(&way_back(req)))).finish(),
        Error::TwoStepRequired => HttpResponse::SeeOther().insert_header((header::LOCATION, paths::two_step_then(&way_back(req)))).finish(),
        Error::ProofRequired if is_visit(req) => {
            HttpResponse::SeeOther().insert_header((header::LOCATION, paths::confirmation_then(&way_back(req)))).finish()
        }
        // The browser brings the form to the page that asks for the proof, and that page has it sent again: nothing typed is lost.
        Error::ProofRequired => {
            let page = paths::confirmation_for(req.path(), &way_back(req));
            HttpResponse::TemporaryRedirect().insert_header((header::LOCATION, page)).finish()
        }
        error => Around::of(req).page(error),
    }
}

/// What an error page needs to know of its request.
struct Around {
    assets: Assets,
    request: Option<RequestId>,
    whereabouts: Option<Whereabouts>,
    is_for_programs: bool,
}

impl Around {
    fn of(req: &HttpRequest) -> Self {
        let assets = *req.app_data::<web::Data<Assets>>().expect("Assets is registered in app.rs").get_ref();
        let is_for_programs = paths::is_for_programs(req.match_info().as_str());
        let known = req.extensions();
        Self { assets, request: known.get::<RequestId>().copied(), whereabouts: known.get::<Whereabouts>().cloned(), is_for_programs }
    }

    fn page(&self, error: &Error) -> HttpResponse {
        use actix_web::ResponseError;
        let status = error.status_code();
        match error {
            // The state of the database or of the program, not a fault; `/readyz` meets it all the time.
            Error::Unavailable => tracing::warn!("not available"),
            Error::Forbidden(_) => security::authz_fail(),
            Error::CrossSite => security::foreign_form(),
            Error::TooMany(excess) => security::limit_exceeded(excess),
            _ if status.is_server_error() => tracing::error!(%error, "request failed"),
            _ => {}
        }
        let mut response = if self.is_for_programs {
            json::refuse(status, &fault(error)).unwrap_or_else(|_| HttpResponse::new(status))
        } else {
            let (h1, says) = words(error);
            let request = self.request.filter(|_| status.is_server_error());
            let way = match &self.whereabouts {
                Some(here) if matches!(error, Error::Forbidden(_)) => (here.home.clone(), format!("Back to {}", here.name)),
                _ => (paths::home(), "Go to the start page".to_owned()),
            };
            let template = ErrorPage { frame: Layout::bare(self.assets).public(h1, None), h1, says, way, request };
            let body = template.render().unwrap_or_else(|_| h1.to_owned());
            HttpResponse::build(status).content_type("text/html; charset=utf-8").body(body)
        };
        let named = match error {
            Error::MethodNotAllowed(allow) => HeaderValue::from_str(allow).ok().map(|allow| (header::ALLOW, allow)),
            Error::Unavailable => Some((header::RETRY_AFTER, HeaderValue::from_static("5"))),
            Error::TooMany(excess) => Some((header::RETRY_AFTER, HeaderValue::from(excess.seconds))),
            Error::KeyRequired => Some((header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"))),
            _ => None,
        };
        if let Some((name, value)) = named {
            response.headers_mut().insert(name, value);
        }
        response
    }
}

fn is_visit(req: &HttpRequest) -> bool {
    matches!(*req.method(), Method::GET | Method::HEAD)
}

/// A page can be asked for again; a form leads back to the page it was on.
fn way_back(req: &HttpRequest) -> String {
    if is_visit(req) {
        return req.uri().path_and_query().map_or_else(paths::home, ToString::to_string);
    }
    let origin = req.app_data::<web::Data<Origin>>().expect("Origin is registered in app.rs");
    referring_path(req, origin).unwrap_or_else(paths::home)
}

/// What programs read of an error.
fn fault(error: &Error) -> Fault {
    let code = match error {
        Error::KeyRequired => "key_required",
        Error::NotJson => "not_json",
        Error::BadRequest => "malformed_json",
        Error::TooLarge => "too_large",
        Error::AddressTooLong => "address_too_long",
        Error::MethodNotAllowed(_) => "method_not_allowed",
        Error::Unavailable => "unavailable",
        Error::TooMany(_) => "too_many",
        Error::NotFound | Error::SignInRequired | Error::ProofRequired | Error::TwoStepRequired | Error::Gone(_) => "not_found",
        Error::Forbidden(_) | Error::CrossSite => "forbidden",
        Error::NotThisForm => "wrong_value",
        Error::Database(_) | Error::Migration(_) | Error::Template(_) | Error::Internal(_) => "internal",
    };
    let says = match error {
        Error::BadRequest => "The body is not one object in JSON.".to_owned(),
        Error::TooLarge => "The body is too long.".to_owned(),
        Error::MethodNotAllowed(allow) => format!("Send {allow}."),
        Error::NotFound => "There is nothing at this address.".to_owned(),
        other => words(other).1,
    };
    Fault::new(code, says)
}

fn words(error: &Error) -> (&'static str, String) {
    match error {
        Error::KeyRequired => (
            "A key is asked for",
            "Send a key of your company that was not revoked, in the header Authorization: Bearer and the key.".into(),
        ),
        Error::NotJson => ("This is not JSON", "Send the header Content-Type: application/json, and the fields as one object.".into()),
        Error::NotFound | Error::SignInRequired | Error::ProofRequired | Error::TwoStepRequired => (
            "Page not found",
            "There is nothing at this address, or nothing that you may see. Check the link, or ask who sent it to you.".into(),
        ),
        Error::Forbidden(who_can) => ("You cannot do this", who_can.to_string()),
        Error::CrossSite => {
            ("This came from another site", "For your safety it was not carried out. Open the page here and try again.".into())
        }
        Error::BadRequest => ("This request is not complete", "Go back, reload the page and try again.".into()),
        Error::MethodNotAllowed(_) => {
            ("This address works in another way", "It answers a form, not a visit. Go to the page with the form.".into())
        }
        Error::Gone(what_now) => ("This link has ended", what_now.to_string()),
        Error::TooLarge => ("This is too large", "Shorten what you typed and send it again.".into()),
        Error::AddressTooLong => ("This address is too long", "Check the link, or shorten what you search for.".into()),
        Error::NotThisForm => (
            "This form cannot be read",
            "A field was sent twice or in a form that no page of ours makes. Nothing was changed. Reload the page and try again.".into(),
        ),
        Error::TooMany(excess) => ("Wait a little", format!("{} Nothing was done this time. {}", excess.fact, excess.when())),
        Error::Unavailable => ("Not available just now", "Nothing was lost. Try again in a few seconds.".into()),
        Error::Database(_) | Error::Migration(_) | Error::Template(_) | Error::Internal(_) => (
            "This did not work",
            "The fault is ours, and nothing was half done. Try again; if it stays, tell who runs this installation the number below."
                .into(),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[actix_web::test]
    async fn a_request_that_never_ends_is_ended() {
        let ended = bounded(Duration::from_millis(1), std::future::pending::<std::result::Result<(), actix_web::Error>>()).await;
        assert!(matches!(ended.unwrap_err().as_error(), Some(Error::Unavailable)));
    }
}
