//! The endings of a handler, and the pages of errors (S63).

use crate::{
    error::{Error, Result},
    ids::RequestId,
    paths,
    web::{
        headers::{self, Https},
        layout::{Frame, Layout},
        same_origin::{Origin, referring_path},
    },
};
use actix_web::{
    HttpMessage, HttpRequest, HttpResponse,
    body::{BoxBody, MessageBody},
    dev::{ServiceRequest, ServiceResponse},
    error::InternalError,
    http::{Method, StatusCode, header},
    middleware::Next,
    web,
};
use askama::Template;

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

#[derive(Template)]
#[template(path = "error.html")]
struct ErrorPage {
    frame: Frame,
    h1: &'static str,
    says: String,
    /// Where to go from here: address and words.
    way: (String, &'static str),
    request: Option<RequestId>,
}

/// Gives every error its page. Actix's own errors (a path that leads nowhere, a broken body) become ours first.
pub async fn error_pages(
    req: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> std::result::Result<ServiceResponse<BoxBody>, actix_web::Error> {
    let id = req.extensions().get::<RequestId>().copied();
    let https = req.app_data::<web::Data<Https>>().is_some_and(|https| https.0);
    match next.call(req).await {
        Ok(res) => {
            let res = res.map_into_boxed_body();
            let Some(response) = replacement(&res) else { return Ok(res) };
            Ok(res.into_response(response))
        }
        // A middleware below failed (the session store); its request is gone, so the plain page must do.
        Err(error) => {
            tracing::error!(%error, "a middleware failed");
            let mut response = HttpResponse::build(error.as_response_error().status_code())
                .content_type("text/plain; charset=utf-8")
                .body("This did not work. Please try again in a moment.");
            headers::complete(response.headers_mut(), id.unwrap_or_else(RequestId::new), https);
            Err(InternalError::from_response(error, response).into())
        }
    }
}

fn replacement(res: &ServiceResponse<BoxBody>) -> Option<HttpResponse> {
    let status = res.status();
    let error = res.response().error();
    if !(status.is_client_error() || status.is_server_error() || error.is_some()) || has_page(res) {
        return None;
    }
    let foreign = match status {
        StatusCode::NOT_FOUND => Error::NotFound,
        StatusCode::METHOD_NOT_ALLOWED => Error::MethodNotAllowed(String::new()),
        StatusCode::PAYLOAD_TOO_LARGE => Error::TooLarge,
        status if status.is_client_error() => Error::BadRequest,
        status => Error::Internal(status.to_string()),
    };
    let error = error.and_then(|error| error.as_error::<Error>()).unwrap_or(&foreign);
    Some(error_page(error, res.request()))
}

fn has_page(res: &ServiceResponse<BoxBody>) -> bool {
    res.response().error().is_none() && res.headers().contains_key(header::CONTENT_TYPE)
}

/// The page of an error, or the way to sign in.
pub fn error_page(error: &Error, req: &HttpRequest) -> HttpResponse {
    use actix_web::ResponseError;
    let status = error.status_code();
    if status.is_server_error() {
        tracing::error!(%error, path = req.path(), "request failed");
    }
    if let Error::SignInRequired = error {
        return HttpResponse::SeeOther().insert_header((header::LOCATION, paths::sign_in_then(&way_back(req)))).finish();
    }
    let (h1, says) = words(error);
    let request = req.extensions().get::<RequestId>().copied().filter(|_| status.is_server_error());
    let way = (paths::home(), "Go to the start page");
    let template = ErrorPage { frame: Layout::of(req).public(h1, None), h1, says, way, request };
    let mut builder = HttpResponse::build(status);
    match error {
        Error::MethodNotAllowed(allow) if !allow.is_empty() => drop(builder.insert_header((header::ALLOW, allow.as_str()))),
        Error::Unavailable => drop(builder.insert_header((header::RETRY_AFTER, "5"))),
        _ => {}
    }
    let body = template.render().unwrap_or_else(|_| h1.to_owned());
    builder.content_type("text/html; charset=utf-8").body(body)
}

/// A page can be asked for again; a form leads back to the page it was on.
fn way_back(req: &HttpRequest) -> String {
    if *req.method() == Method::GET || *req.method() == Method::HEAD {
        return req.uri().path_and_query().map_or_else(paths::home, ToString::to_string);
    }
    let origin = req.app_data::<web::Data<Origin>>().expect("Origin is registered in app.rs");
    referring_path(req, origin).unwrap_or_else(paths::home)
}

fn words(error: &Error) -> (&'static str, String) {
    match error {
        Error::NotFound | Error::SignInRequired => (
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
        Error::Unavailable => ("Not available just now", "Nothing was lost. Try again in a few seconds.".into()),
        Error::Database(_) | Error::Migration(_) | Error::Template(_) | Error::Internal(_) => (
            "This did not work",
            "The fault is ours, and nothing was half done. Try again; if it stays, tell who runs this installation the number below."
                .into(),
        ),
    }
}
