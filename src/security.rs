//! Security events in the log, by the names of the OWASP logging vocabulary (S62). Ids alone: no address of a person or a network, no
//! password, token or cookie. Which request it was, and whose where somebody is signed in, stands in the span around the line; so these are
//! called where the request is answered, not on the threads of the database.

use crate::{error::Excess, ids::UserId};
use tracing::field;

/// A session begins.
pub fn login_success(user: UserId) {
    tracing::info!(target: "guildhall::security", event = "authn_login_success", %user, "signed in");
}

/// A password opened nothing; of an address without an account there is nobody to name.
pub fn login_fail(user: Option<UserId>) {
    tracing::warn!(target: "guildhall::security", event = "authn_login_fail", user = user.map(field::display), "a password that is none");
}

/// A code of a second step opened nothing.
pub fn code_fail(user: Option<UserId>) {
    tracing::warn!(target: "guildhall::security", event = "authn_login_fail", user = user.map(field::display), "a code that is none");
}

/// A password is another one now.
pub fn password_change(user: UserId) {
    tracing::info!(target: "guildhall::security", event = "authn_password_change", %user, "another password");
}

/// Somebody who wanted another password did not know the old one.
pub fn password_change_fail(user: UserId) {
    tracing::warn!(target: "guildhall::security", event = "authn_password_change_fail", %user, "not with this password");
}

/// A session goes on under another id.
pub fn session_renewed() {
    tracing::info!(target: "guildhall::security", event = "session_renewed", "proved again who they are");
}

/// In sight, without the right.
pub fn authz_fail() {
    tracing::warn!(target: "guildhall::security", event = "authz_fail", "without the right");
}

/// Another site sent a form of ours.
pub fn foreign_form() {
    tracing::warn!(target: "guildhall::security", event = "malicious_cors", "a form of another site");
}

/// More than a limit allows (S4).
pub fn limit_exceeded(excess: &Excess) {
    let Excess { limit, seconds, .. } = excess;
    tracing::warn!(target: "guildhall::security", event = "excess_rate_limit_exceeded", limit, seconds, "more than the limit");
}
