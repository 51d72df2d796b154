//! Signed out, every path of a company or team leads to the sign-in page, whether it exists or not (rule 61).

use crate::error::Error;
use actix_session::SessionExt;
use actix_web::{
    body::{BoxBody, MessageBody},
    dev::{ServiceRequest, ServiceResponse},
    middleware::Next,
};

/// Asks for a session before a path is looked at.
pub async fn ask(req: ServiceRequest, next: Next<impl MessageBody + 'static>) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    // As the routes read it: `/%63ompanies` is `/companies`.
    let path = req.match_info().as_str();
    let inside =
        ["/companies", "/teams"].iter().any(|place| path.strip_prefix(place).is_some_and(|rest| rest.is_empty() || rest.starts_with('/')));
    if inside && !super::session::is_signed_in(&req.get_session()) {
        return Ok(req.error_response(Error::SignInRequired));
    }
    next.call(req).await.map(ServiceResponse::map_into_boxed_body)
}
