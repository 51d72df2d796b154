//! What must be read again, but not from a dump alone: sealed under keys made from the secret key (S7). Tokens need none of this, since
//! they are only ever compared (`tokens.rs`).

use crate::error::{Error, Result};
use actix_web::{FromRequest, HttpRequest, dev::Payload, web};
use aes_gcm::{
    Aes256Gcm, KeyInit as _, Nonce,
    aead::{self, Aead},
};
use hmac::{Hmac, KeyInit as _, Mac};
use sha2::Sha256;
use std::future::{Ready, ready};
use uuid::Uuid;

/// The key for sealing is another one than those that sign.
const PURPOSE: &[u8] = b"sealing";
/// Bytes of a nonce.
const NONCE: usize = 12;

/// Seals and opens. Holds the key in force, and during a rotation the one before it, which still opens what it sealed (S65).
#[derive(Clone)]
pub struct Sealer {
    ciphers: Vec<Aes256Gcm>,
}

/// What was sealed.
pub struct Opened {
    /// The bytes.
    pub bytes: Vec<u8>,
    /// Whether the key before the one in force sealed it.
    pub is_old: bool,
}

impl Sealer {
    /// With the key in force first.
    pub fn new(keys: &[Vec<u8>]) -> Self {
        Self { ciphers: keys.iter().map(|key| cipher(key)).collect() }
    }

    /// Seals bytes that belong to that row: nonce, ciphertext, tag. Beside another row they open as nothing.
    pub fn seal(&self, row: Uuid, bytes: &[u8]) -> Vec<u8> {
        let nonce: [u8; NONCE] = rand::random();
        let sealed = self.ciphers[0].encrypt(&Nonce::from(nonce), aead::Payload { msg: bytes, aad: row.as_bytes() });
        [&nonce[..], &sealed.expect("a few bytes are no more than AES-GCM takes")].concat()
    }

    /// Opens what was sealed for that row; nothing where its key is gone, or it was not sealed so.
    pub fn open(&self, row: Uuid, sealed: &[u8]) -> Option<Opened> {
        let (nonce, rest) = sealed.split_at_checked(NONCE)?;
        let payload = || aead::Payload { msg: rest, aad: row.as_bytes() };
        let opened = |(nth, cipher): (usize, &Aes256Gcm)| {
            cipher.decrypt(Nonce::from_slice(nonce), payload()).ok().map(|bytes| Opened { bytes, is_old: nth > 0 })
        };
        self.ciphers.iter().enumerate().find_map(opened)
    }

    /// Whether there is a key before the one in force.
    pub fn is_rotating(&self) -> bool {
        self.ciphers.len() > 1
    }
}

fn cipher(key: &[u8]) -> Aes256Gcm {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes a key of any length");
    mac.update(PURPOSE);
    let derived: [u8; 32] = mac.finalize().into_bytes().into();
    Aes256Gcm::new(&derived.into())
}

impl FromRequest for Sealer {
    type Error = Error;
    type Future = Ready<Result<Self>>;
    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Ok(req.app_data::<web::Data<Self>>().expect("Sealer is registered in app.rs").get_ref().clone()))
    }
}

#[cfg(test)]
mod tests {
    use super::Sealer;
    use uuid::Uuid;

    const OLD: &[u8] = b"pZ4mQ8rT1vX6bN3cL9kJ2hG5fD7sA0wE";
    const NEW: &[u8] = b"wE0sA7fD5hG2kJ9cL3bN6vX1rT8mQ4pZ";

    #[test]
    fn what_is_sealed_opens_for_its_row_under_its_key_alone() {
        let (row, other) = (Uuid::now_v7(), Uuid::now_v7());
        let sealer = Sealer::new(&[OLD.to_vec()]);
        let sealed = sealer.seal(row, b"twenty bytes of seed");
        assert_eq!(sealer.open(row, &sealed).map(|opened| opened.bytes), Some(b"twenty bytes of seed".to_vec()));
        assert_ne!(sealed, sealer.seal(row, b"twenty bytes of seed"));
        assert!(sealer.open(other, &sealed).is_none());
        assert!(Sealer::new(&[NEW.to_vec()]).open(row, &sealed).is_none());
        for broken in [&sealed[..5], &sealed[..sealed.len() - 1], &[]] {
            assert!(sealer.open(row, broken).is_none());
        }
    }

    #[test]
    fn during_a_rotation_both_keys_open() {
        let row = Uuid::now_v7();
        let (before, during) = (Sealer::new(&[OLD.to_vec()]), Sealer::new(&[NEW.to_vec(), OLD.to_vec()]));
        assert!(during.is_rotating() && !before.is_rotating());
        let old = |sealed: &[u8]| during.open(row, sealed).map(|opened| opened.is_old);
        assert_eq!(old(&before.seal(row, b"x")), Some(true));
        assert_eq!(old(&during.seal(row, b"x")), Some(false));
    }
}
