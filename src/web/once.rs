//! What is shown once, on the page after the form that made it, and to nobody else: it travels sealed in a cookie, as a notice does
//! (`flash.rs`), so that no page has to be kept and GET writes nothing (S15).

use crate::{
    error::{Error, Result},
    web::flash::{FlashKey, Redirect, see_other},
};
use actix_web::{
    FromRequest, HttpRequest, HttpResponse,
    cookie::{Cookie, CookieJar, SameSite, time::Duration},
    dev::Payload,
    web::Data,
};
use serde::{Deserialize, Serialize};
use std::future::{Ready, ready};
use uuid::Uuid;

const COOKIE: &str = "once";
/// Nobody comes for it later.
const LASTS: Duration = Duration::minutes(10);

/// Some lines of text, and whose they are.
#[derive(Serialize, Deserialize)]
struct Lines {
    whose: Uuid,
    lines: Vec<String>,
}

/// Carries lines to the next page. An extractor, since the cookie is sealed.
pub struct Once {
    key: FlashKey,
    came: Option<Cookie<'static>>,
}

impl Once {
    /// 303 to `path`, where this person sees those lines.
    pub fn lead(&self, path: impl AsRef<str>, whose: Uuid, lines: Vec<String>) -> Redirect {
        let value = serde_json::to_string(&Lines { whose, lines }).map_err(|error| Error::Internal(error.to_string()))?;
        let mut jar = CookieJar::new();
        jar.private_mut(&self.key.key).add(self.cookie(value));
        let mut response = see_other(path)?;
        for cookie in jar.delta() {
            response.add_cookie(cookie).map_err(|error| Error::Internal(error.to_string()))?;
        }
        Ok(response)
    }

    /// The lines that came for this person.
    pub fn lines(&self, whose: Uuid) -> Option<Vec<String>> {
        let mut jar = CookieJar::new();
        jar.add_original(self.came.clone()?);
        let opened = jar.private(&self.key.key).get(COOKIE)?;
        serde_json::from_str(opened.value()).ok().filter(|came: &Lines| came.whose == whose).map(|came| came.lines)
    }

    /// The page on which they stand: they do not come a second time.
    pub fn shown(&self, page: Result<HttpResponse>) -> Result<HttpResponse> {
        let mut page = page?;
        if self.came.is_none() {
            return Ok(page);
        }
        let mut gone = self.cookie(String::new());
        gone.make_removal();
        page.add_cookie(&gone).map_err(|error| Error::Internal(error.to_string()))?;
        Ok(page)
    }

    fn cookie(&self, value: String) -> Cookie<'static> {
        Cookie::build(COOKIE, value).path("/").http_only(true).same_site(SameSite::Lax).secure(self.key.secure).max_age(LASTS).finish()
    }
}

impl FromRequest for Once {
    type Error = Error;
    type Future = Ready<Result<Self>>;
    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        let key = req.app_data::<Data<FlashKey>>().expect("FlashKey is registered in app.rs").get_ref().clone();
        ready(Ok(Self { key, came: req.cookie(COOKIE) }))
    }
}
