//! The frame around every page: title, rail, the person, a flash.

use crate::{
    error::{Error, Excess},
    web::{assets::Assets, flash::Notice},
    words,
};
use actix_web::{FromRequest, HttpMessage, HttpRequest, dev::Payload, web};
use std::future::{Ready, ready};
use uuid::Uuid;

/// The product's name, last in every title.
pub const PRODUCT: &str = "Guildhall";

/// What `layout.html`, `app.html` and `public.html` show around a page.
#[derive(Debug, Clone)]
pub struct Frame {
    /// "h1 – section – product" (G17); "Error: " before it where a form is refused.
    pub title: String,
    /// Address of the stylesheet, with its version.
    pub css: &'static str,
    /// Address of the script, with its version.
    pub js: &'static str,
    /// Address of the icon, with its version.
    pub icon: &'static str,
    /// Company or team whose page this is; none on public pages.
    pub place: Option<Place>,
    /// Who is signed in.
    pub person: Option<Person>,
    /// What the last action did, shown once.
    pub flash: Option<Notice>,
}

/// The company or team that a page speaks for, with its tabs.
#[derive(Debug, Clone)]
pub struct Place {
    /// Its mark.
    pub avatar: Avatar,
    /// Its name.
    pub name: String,
    /// "Company" or "Partner team".
    pub kind: &'static str,
    /// Its first page.
    pub home: String,
    /// The rail.
    pub tabs: Vec<Tab>,
    /// The page with all places of this person, where there are several.
    pub switch: Option<String>,
}

/// One line of the rail.
#[derive(Debug, Clone)]
pub struct Tab {
    /// A noun.
    pub label: &'static str,
    /// Where it leads.
    pub href: String,
    /// Name of its icon in `components/icon.html`.
    pub icon: &'static str,
    /// Whether the page belongs to it.
    pub current: bool,
    /// New things, where there are any.
    pub count: Option<i64>,
}

/// The person at the foot of the rail.
#[derive(Debug, Clone)]
pub struct Person {
    /// Their name.
    pub name: String,
    /// Their initials.
    pub avatar: Avatar,
    /// Their role here, or their address.
    pub line: String,
}

/// Two initials on a coloured ground (S60: there are no pictures).
#[derive(Debug, Clone)]
pub struct Avatar {
    /// Two letters.
    pub initials: String,
    /// 0 to 7, by a stable hash of the id.
    pub hue: u8,
    /// "team", "person", "company" or "pending".
    pub shape: &'static str,
}

impl Avatar {
    /// A team's square.
    pub fn team(id: impl Into<Uuid>, name: &str) -> Self {
        Self { initials: words::initials(name), hue: hue(id.into()), shape: "team" }
    }
    /// A person's circle.
    pub fn person(id: impl Into<Uuid>, name: &str) -> Self {
        Self { initials: words::initials(name), hue: hue(id.into()), shape: "person" }
    }
    /// A company's plate.
    pub fn company(name: &str) -> Self {
        Self { initials: words::initials(name), hue: 0, shape: "company" }
    }
    /// Somebody who is written down and has no row yet: the hue follows their place in the form.
    pub fn unknown(place: usize, name: &str) -> Self {
        Self { initials: words::initials(name), hue: (place % 8) as u8, shape: "person" }
    }
    /// Somebody asked in who is not in yet.
    pub fn pending() -> Self {
        Self { initials: String::new(), hue: 0, shape: "pending" }
    }
}

/// The random end of a UUIDv7, since its start is the time.
fn hue(id: Uuid) -> u8 {
    id.as_bytes()[8..].iter().fold(0u8, |sum, byte| sum.wrapping_mul(31).wrapping_add(*byte)) % 8
}

/// Makes frames. An extractor, since it knows the flash that came with the request.
pub struct Layout {
    assets: Assets,
    flash: Option<Notice>,
}

impl Layout {
    /// A page of a company or team. `section` is the tab's name.
    pub fn place(self, h1: &str, section: &str, place: Place, person: Person) -> Frame {
        let title = if h1 == section {
            format!("{h1} – {} – {PRODUCT}", place.name)
        } else {
            format!("{h1} – {section} – {} – {PRODUCT}", place.name)
        };
        Frame { place: Some(place), person: Some(person), ..self.public(&title, None) }.titled(title)
    }

    /// With a notice that nothing was sent, since it would have been too much (S4), and that what was typed is still there.
    pub fn telling(self, excess: &Excess) -> Self {
        let rest = format!("{} What you typed is still here. {}", excess.fact, excess.when());
        Self { flash: Some(Notice { kind: "bad".into(), strong: "Not sent.".into(), rest, link: None, secret: None }), ..self }
    }

    /// A page outside every company and team.
    pub fn public(self, h1: &str, person: Option<Person>) -> Frame {
        let Assets { css, js, icon } = self.assets;
        Frame { title: format!("{h1} – {PRODUCT}"), css, js, icon, place: None, person, flash: self.flash }
    }
}

impl Frame {
    fn titled(self, title: String) -> Self {
        Self { title, ..self }
    }

    /// The same frame for a refused form (G10).
    pub fn with_errors(mut self) -> Self {
        if !self.title.starts_with("Error: ") {
            self.title.insert_str(0, "Error: ");
        }
        self
    }
}

impl Layout {
    /// For error pages, which are made outside every handler: a notice waits for the next page.
    pub fn bare(assets: Assets) -> Self {
        Self { assets, flash: None }
    }
}

impl FromRequest for Layout {
    type Error = Error;
    type Future = Ready<Result<Self, Error>>;
    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        let assets = *req.app_data::<web::Data<Assets>>().expect("Assets is registered in app.rs").get_ref();
        let flash = req.extensions().get::<Notice>().cloned();
        if flash.is_some() {
            req.extensions_mut().insert(super::flash::Shown);
        }
        ready(Ok(Self { assets, flash }))
    }
}
