//! Passwords: argon2id, and the same work whether an account exists or not (S1, S3).

use crate::{
    access::weak,
    error::{Error, Result},
};
use actix_web::{FromRequest, HttpRequest, dev::Payload, web};
use argon2::{
    Argon2,
    password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash},
};
use std::{
    future::{Ready, ready},
    sync::{
        Arc, LazyLock,
        atomic::{AtomicU64, Ordering},
    },
};

/// The fewest characters of a password.
pub const SHORTEST: usize = 12;
/// The most: far over any password manager's, and far under what would keep a core busy.
pub const LONGEST: usize = 1000;

/// Hashes and verifies, off the event loop.
#[derive(Clone, Default)]
pub struct Passwords {
    verifications: Arc<AtomicU64>,
}

/// Verified where there is no account, so that both ways cost the same.
static NOBODYS: LazyLock<String> = LazyLock::new(|| hash("nobody has this password").expect("hashing a constant works"));

impl Passwords {
    /// The hash of a password, in PHC form.
    pub async fn hash(&self, password: String) -> Result<String> {
        web::block(move || hash(&password)).await.map_err(|_| Error::Unavailable)?
    }

    /// Whether it is the password behind the hash. Without a hash nothing matches, at the same cost.
    pub async fn verify(&self, password: String, hash: Option<String>) -> Result<bool> {
        self.verifications.fetch_add(1, Ordering::Relaxed);
        web::block(move || {
            let known = hash.is_some();
            let hash = hash.unwrap_or_else(|| NOBODYS.clone());
            let parsed = PasswordHash::new(&hash).map_err(|error| Error::Internal(format!("stored password hash: {error}")))?;
            Ok(Argon2::default().verify_password(password.as_bytes(), &parsed).is_ok() && known)
        })
        .await
        .map_err(|_| Error::Unavailable)?
    }

    /// How often a password was verified.
    pub fn verifications(&self) -> u64 {
        self.verifications.load(Ordering::Relaxed)
    }
}

/// The hash, on this thread: for commands and the demo's data, which shares one.
pub fn hash(password: &str) -> Result<String> {
    Argon2::default()
        .hash_password(password.as_bytes())
        .map(|hash| hash.to_string())
        .map_err(|error| Error::Internal(format!("argon2: {error}")))
}

/// What is wrong with a new password, where something is. `about` are names and addresses that belong to it, which others know (S2).
pub fn weakness(password: &str, about: &[&str]) -> Option<&'static str> {
    match password.chars().count() {
        ..SHORTEST => Some("Enter a password of 12 characters or more"),
        LONGEST.. => Some("Enter a password of fewer than 1,000 characters"),
        _ => weak::reason(password, about),
    }
}

impl FromRequest for Passwords {
    type Error = Error;
    type Future = Ready<Result<Self>>;
    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Ok(req.app_data::<web::Data<Self>>().expect("Passwords is registered in app.rs").get_ref().clone()))
    }
}
