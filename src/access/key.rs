//! The lock of addresses that other programs call: a company's key, shown with each request. Cookies say nothing there (S14).

use crate::{
    access::{Access, locks::Lock},
    audit::Actor,
    db::Db,
    error::{Error, Result},
    ids::RequestId,
    referrals::ApiKey,
};
use actix_web::{FromRequest, HttpMessage, HttpRequest, dev::Payload, http::header::AUTHORIZATION};
use std::{future::Future, ops::Deref, pin::Pin};

/// Whoever shows a living key: `Authorization: Bearer …`.
pub struct WithKey {
    /// The key, which names the company.
    pub key: ApiKey,
    /// For the audit log.
    pub actor: Actor,
}

impl Lock for WithKey {
    const ACCESS: Access = Access::Key;
}

impl Deref for WithKey {
    type Target = ApiKey;
    fn deref(&self) -> &ApiKey {
        &self.key
    }
}

impl FromRequest for WithKey {
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self>>>>;
    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        let (shown, request) = (bearer(req), req.extensions().get::<RequestId>().copied());
        let db = Db::from_request(req, &mut Payload::None).into_inner();
        Box::pin(async move {
            let shown = shown.ok_or(Error::KeyRequired)?;
            let key = db?.run(move |conn| ApiKey::shown(conn, &shown)).await?.ok_or(Error::KeyRequired)?;
            Ok(Self { actor: key.actor(request), key })
        })
    }
}

fn bearer(req: &HttpRequest) -> Option<String> {
    let (scheme, key) = req.headers().get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| key.trim().to_owned())
}
