//! What the log says of a request: its id, the one that the answer carries, its route, and the id of who is signed in. Never its address,
//! which may hold a token (S35), nor what was searched for.

use crate::ids::{RequestId, UserId};
use actix_web::{
    Error, HttpMessage,
    body::MessageBody,
    dev::{ServiceRequest, ServiceResponse},
};
use tracing::{Span, field};
use tracing_actix_web::RootSpanBuilder;

/// Says who is signed in to whatever is logged about this request from here on.
pub fn signed_in(user: UserId) {
    Span::current().record("user", field::display(user));
}

/// Names the request, and opens the span that everything logged meanwhile stands in.
pub struct RequestSpan;

impl RootSpanBuilder for RequestSpan {
    fn on_request_start(request: &ServiceRequest) -> Span {
        let id = RequestId::new();
        request.extensions_mut().insert(id);
        let route = request.match_pattern().unwrap_or_else(|| "none".to_owned());
        tracing::info_span!("request", %id, method = %request.method(), route, user = field::Empty, status = field::Empty)
    }

    fn on_request_end<B: MessageBody>(span: Span, outcome: &Result<ServiceResponse<B>, Error>) {
        let status = match outcome {
            Ok(response) => response.status(),
            Err(error) => error.as_response_error().status_code(),
        };
        span.record("status", status.as_u16());
    }
}
