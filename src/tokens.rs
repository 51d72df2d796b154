//! The links that mail carries (S35, S36): `base64url(HMAC-SHA-256(key, purpose ‖ id ‖ generation))`. A row keeps the token's SHA-256
//! and is looked up by it, so nothing that opens a door is stored anywhere.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};
use uuid::Uuid;

crate::text_enum!(
    /// What a link is for. A token of one purpose opens nothing of another.
    Purpose {
        /// Answering an invitation.
        Invitation = "invitation",
        /// Setting a new password.
        PasswordReset = "password reset",
        /// Proving a new address.
        EmailChange = "email change",
        /// Taking a change of address back.
        EmailUndo = "email undo",
        /// Founding a company.
        Setup = "setup",
    }
);

/// SHA-256 of a token, as rows keep it.
pub type TokenHash = Vec<u8>;

/// Makes tokens. Holds the key, and during a rotation the one before it, which still completes mail queued under it (S65).
#[derive(Clone)]
pub struct Tokens {
    keys: Vec<Vec<u8>>,
}

impl Tokens {
    /// With the key in force first.
    pub fn new(keys: Vec<Vec<u8>>) -> Self {
        assert!(!keys.is_empty(), "config.rs has checked that there is a key");
        Self { keys }
    }

    /// The token for the `generation`-th link of the row `id`.
    pub fn token(&self, purpose: Purpose, id: Uuid, generation: i32) -> String {
        Self::token_with(&self.keys[0], purpose, id, generation)
    }

    /// The hash that the row keeps of that token.
    pub fn hash(&self, purpose: Purpose, id: Uuid, generation: i32) -> TokenHash {
        hash_of(&self.token(purpose, id, generation))
    }

    /// The token whose hash was kept when the mail was queued, under whichever key that was.
    pub fn token_with_hash(&self, purpose: Purpose, id: Uuid, generation: i32, hash: &[u8]) -> Option<String> {
        self.keys.iter().map(|key| Self::token_with(key, purpose, id, generation)).find(|token| hash_of(token) == hash)
    }

    fn token_with(key: &[u8], purpose: Purpose, id: Uuid, generation: i32) -> String {
        let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes a key of any length");
        mac.update(purpose.as_str().as_bytes());
        mac.update(&[0]);
        mac.update(id.as_bytes());
        mac.update(&generation.to_be_bytes());
        BASE64_URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes())
    }
}

/// SHA-256 of a token that came in with a request.
pub fn hash_of(token: &str) -> TokenHash {
    Sha256::digest(token.as_bytes()).to_vec()
}
