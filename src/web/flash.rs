//! What an action did, told once on the page after it. It travels in an encrypted cookie, so that GET writes nothing (S15), and what is
//! shown once alone is nowhere else.

use crate::error::{Error, Result};
use actix_web::{
    HttpMessage, HttpRequest, HttpResponse,
    body::MessageBody,
    cookie::{Cookie, CookieJar, Key, SameSite},
    dev::{Payload, ServiceRequest, ServiceResponse},
    http::header::LOCATION,
    middleware::Next,
    web,
};
use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};
use std::future::{Ready, ready};

const COOKIE: &str = "flash";

/// A sentence with the fact first.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Notice {
    /// "ok", "info", "warn" or "bad".
    pub kind: String,
    /// The fact.
    pub strong: String,
    /// What follows from it; may be empty.
    pub rest: String,
    /// Where the next thing is done: address and words.
    #[serde(default)]
    pub link: Option<(String, String)>,
    /// What only this page shows, and no other ever.
    #[serde(default)]
    pub secret: Option<String>,
}

/// Encrypts the cookie; `secure` where the base URL is https.
#[derive(Clone)]
pub struct FlashKey {
    /// Made from the secret key.
    pub key: Key,
    /// Whether the cookie is for https alone.
    pub secure: bool,
}

/// Marks that the notice is on the page being answered.
pub struct Shown;

/// Leads to another page, with a notice. An extractor, since the cookie is encrypted.
pub struct Flash(FlashKey);

impl Flash {
    /// 303 to `path`, where "`strong` `rest`" is shown as done.
    pub fn ok(&self, path: impl AsRef<str>, strong: impl Into<String>, rest: impl Into<String>) -> Result<HttpResponse> {
        self.lead(path.as_ref(), Notice::new("ok", strong, rest))
    }

    /// 303 to `path`, where "`strong`" is shown as done, with a link to what it led to.
    pub fn linked(&self, path: impl AsRef<str>, strong: impl Into<String>, href: String, words: &str) -> Result<HttpResponse> {
        self.lead(path.as_ref(), Notice { link: Some((href, words.to_owned())), ..Notice::new("ok", strong, "") })
    }

    /// 303 to `path`, where "`strong` `rest`" is shown as something to know.
    pub fn info(&self, path: impl AsRef<str>, strong: impl Into<String>, rest: impl Into<String>) -> Result<HttpResponse> {
        self.lead(path.as_ref(), Notice::new("info", strong, rest))
    }

    /// 303 to `path`, where "`strong` `rest`" is shown as not done.
    pub fn bad(&self, path: impl AsRef<str>, strong: impl Into<String>, rest: impl Into<String>) -> Result<HttpResponse> {
        self.lead(path.as_ref(), Notice::new("bad", strong, rest))
    }

    /// 303 to `path`, where "`strong` `rest`" is shown as done, and `secret` this once.
    pub fn secret(
        &self,
        path: impl AsRef<str>,
        strong: impl Into<String>,
        rest: impl Into<String>,
        secret: String,
    ) -> Result<HttpResponse> {
        self.lead(path.as_ref(), Notice { secret: Some(secret), ..Notice::new("ok", strong, rest) })
    }

    fn lead(&self, path: &str, notice: Notice) -> Result<HttpResponse> {
        let mut jar = CookieJar::new();
        let value = serde_json::to_vec(&notice).map_err(|error| Error::Internal(error.to_string()))?;
        // A name may hold what a cookie may not: a semicolon, a letter beyond ASCII.
        jar.private_mut(&self.0.key).add(cookie(BASE64_URL_SAFE_NO_PAD.encode(value), self.0.secure));
        let mut response = see_other(path)?;
        for cookie in jar.delta() {
            response.add_cookie(cookie).map_err(|error| Error::Internal(error.to_string()))?;
        }
        Ok(response)
    }
}

impl Notice {
    fn new(kind: &str, strong: impl Into<String>, rest: impl Into<String>) -> Self {
        Self { kind: kind.to_owned(), strong: strong.into(), rest: rest.into(), link: None, secret: None }
    }
}

/// The way a finished action ends.
pub type Redirect = Result<HttpResponse>;

/// 303 to `path`.
pub fn see_other(path: impl AsRef<str>) -> Redirect {
    Ok(HttpResponse::SeeOther().insert_header((LOCATION, path.as_ref())).finish())
}

/// 307 to `path`: the browser sends the form that it has just sent there as well.
pub fn send_on(path: impl AsRef<str>) -> Redirect {
    Ok(HttpResponse::TemporaryRedirect().insert_header((LOCATION, path.as_ref())).finish())
}

fn cookie(value: String, secure: bool) -> Cookie<'static> {
    Cookie::build(COOKIE, value).path("/").http_only(true).same_site(SameSite::Lax).secure(secure).finish()
}

/// Reads the notice that came with a request, and takes the cookie back once it has been shown.
pub async fn carry(
    req: ServiceRequest,
    next: Next<impl MessageBody>,
) -> std::result::Result<ServiceResponse<impl MessageBody>, actix_web::Error> {
    let key = req.app_data::<web::Data<FlashKey>>().expect("FlashKey is registered in app.rs").clone();
    if let Some(notice) = read(&req, &key) {
        req.extensions_mut().insert(notice);
    }
    let mut res = next.call(req).await?;
    // A form's answer that brings a notice of its own keeps it, though the form's handler could have shown the one before.
    let brings_another = res.response().cookies().any(|cookie| cookie.name() == COOKIE);
    if res.request().extensions().contains::<Shown>() && !brings_another {
        let mut gone = cookie(String::new(), key.secure);
        gone.make_removal();
        res.response_mut().add_cookie(&gone)?;
    }
    Ok(res)
}

fn read(req: &ServiceRequest, key: &FlashKey) -> Option<Notice> {
    let mut jar = CookieJar::new();
    jar.add_original(req.cookie(COOKIE)?);
    serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(jar.private(&key.key).get(COOKIE)?.value()).ok()?).ok()
}

impl actix_web::FromRequest for Flash {
    type Error = Error;
    type Future = Ready<Result<Self>>;
    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Ok(Self(req.app_data::<web::Data<FlashKey>>().expect("FlashKey is registered in app.rs").get_ref().clone())))
    }
}
