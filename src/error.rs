//! What can go wrong on the way to a page. One type; `web/answers.rs` makes the page of it.

use crate::db::Collision;
use actix_web::{ResponseError, http::StatusCode};
use diesel::result::{DatabaseErrorKind, Error as DieselError};
use std::borrow::Cow;

/// A result whose error is a page.
pub type Result<T> = std::result::Result<T, Error>;

/// Why a request gets no page of its own. Each is one answer, the same everywhere (rule 61).
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// There is nothing here, or nothing in the viewer's sight: 404.
    #[error("not found")]
    NotFound,
    /// In sight, without the right: 403 with the sentence that says who can.
    #[error("forbidden: {0}")]
    Forbidden(Cow<'static, str>),
    /// Signed out: 303 to the sign-in page, which leads back.
    #[error("sign-in required")]
    SignInRequired,
    /// What is asked for is grave, and the last proof of who asks is older than ten minutes (S13): 303 to the page that asks for one, which
    /// leads back; for a form 307, so that it goes on once the proof is given.
    #[error("proof required")]
    ProofRequired,
    /// The team or company requires two-step sign-in of this person, who has not set it up (S7): 303 to the page that does, which leads back.
    #[error("two-step sign-in required")]
    TwoStepRequired,
    /// No living key of a company was shown, where one is asked for: 401.
    #[error("key required")]
    KeyRequired,
    /// A body in another form than JSON, where that is asked for: 415.
    #[error("not JSON")]
    NotJson,
    /// A request that no form of ours sends: 400.
    #[error("bad request")]
    BadRequest,
    /// The request comes from another site (S14): 403.
    #[error("cross-site request")]
    CrossSite,
    /// The method is not for this address: 405; the value is the Allow header.
    #[error("method not allowed")]
    MethodNotAllowed(String),
    /// A link that led somewhere once: 410, with what to do now.
    #[error("gone: {0}")]
    Gone(Cow<'static, str>),
    /// The body is over the limit (S21): 413.
    #[error("too large")]
    TooLarge,
    /// The address is over the limit (S21): 414.
    #[error("address too long")]
    AddressTooLong,
    /// A form that repeats a field, or is none (S22): 422.
    #[error("not this form")]
    NotThisForm,
    /// Too much of something in a short time (S4): 429, with when to go on.
    #[error("too many requests: {}", .0.limit)]
    TooMany(Excess),
    /// The database is away, or too slow: 503, try again.
    #[error("unavailable")]
    Unavailable,
    /// A statement failed in a way nobody expected: 500.
    #[error(transparent)]
    Database(DieselError),
    /// The schema could not be brought up to date.
    #[error("migration: {0}")]
    Migration(Box<dyn std::error::Error + Send + Sync>),
    /// A template failed: 500.
    #[error(transparent)]
    Template(#[from] askama::Error),
    /// Anything else nobody expected: 500.
    #[error("{0}")]
    Internal(String),
}

/// What was too much, and when it no longer is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Excess {
    /// The limit, by name.
    pub limit: &'static str,
    /// A sentence that says what was too much.
    pub fact: &'static str,
    /// How long to wait.
    pub seconds: i64,
}

impl Excess {
    /// "Try again in 12 minutes."
    pub fn when(&self) -> String {
        let whole = |part: i64| (self.seconds + part - 1) / part;
        match self.seconds {
            ..=60 => "Try again in a minute.".to_owned(),
            61..=3540 => format!("Try again in {} minutes.", whole(60)),
            3541..=3600 => "Try again in an hour.".to_owned(),
            _ => format!("Try again in {} hours.", whole(3600)),
        }
    }
}

impl From<DieselError> for Error {
    fn from(error: DieselError) -> Self {
        match error {
            DieselError::NotFound => Self::NotFound,
            DieselError::BrokenTransactionManager
            | DieselError::DatabaseError(DatabaseErrorKind::ClosedConnection | DatabaseErrorKind::ReadOnlyTransaction, _) => {
                Self::Unavailable
            }
            DieselError::DatabaseError(_, ref about) if is_time_limit(about.message()) => Self::Unavailable,
            // A NUL in an address: PostgreSQL holds no text with one, so nothing is called that.
            DieselError::DatabaseError(_, ref about) if about.message().starts_with("invalid byte sequence") => Self::NotFound,
            error => Self::Database(error),
        }
    }
}

/// Diesel has no kinds for 57014, 55P03 and 57P01; PostgreSQL's words for them are fixed in the C locale.
fn is_time_limit(message: &str) -> bool {
    message.starts_with("canceling statement due to")
        || message.starts_with("terminating connection")
        || message.starts_with("server closed the connection")
}

impl Collision for Error {
    fn is_collision(&self) -> bool {
        matches!(self, Self::Database(error) if error.is_collision())
    }
}

impl ResponseError for Error {
    fn status_code(&self) -> StatusCode {
        match self {
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::Forbidden(_) | Self::CrossSite => StatusCode::FORBIDDEN,
            Self::SignInRequired | Self::ProofRequired | Self::TwoStepRequired => StatusCode::SEE_OTHER,
            Self::KeyRequired => StatusCode::UNAUTHORIZED,
            Self::NotJson => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::BadRequest => StatusCode::BAD_REQUEST,
            Self::MethodNotAllowed(_) => StatusCode::METHOD_NOT_ALLOWED,
            Self::Gone(_) => StatusCode::GONE,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::AddressTooLong => StatusCode::URI_TOO_LONG,
            Self::NotThisForm => StatusCode::UNPROCESSABLE_ENTITY,
            Self::TooMany(_) => StatusCode::TOO_MANY_REQUESTS,
            Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
            Self::Database(_) | Self::Migration(_) | Self::Template(_) | Self::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Excess;

    #[test]
    fn when_to_go_on_is_said_as_people_say_it() {
        for (seconds, said) in [
            (1, "in a minute."),
            (60, "in a minute."),
            (61, "in 2 minutes."),
            (900, "in 15 minutes."),
            (3540, "in 59 minutes."),
            (3541, "in an hour."),
            (3600, "in an hour."),
            (3601, "in 2 hours."),
            (86_400, "in 24 hours."),
        ] {
            assert_eq!(Excess { limit: "", fact: "", seconds }.when(), format!("Try again {said}"), "{seconds}");
        }
    }
}
