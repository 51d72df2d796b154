use crate::{
    access::SignedIn,
    db::Db,
    error::Result,
    home::places::{self, Place},
    paths,
    web::{Avatar, Frame, Layout, page, see_other},
};
use actix_web::{HttpResponse, web::Query};
use askama::Template;
use serde::Deserialize;

#[derive(Template)]
#[template(path = "home/places.html")]
struct Places {
    frame: Frame,
    email: String,
    rows: Vec<Row>,
}

struct Row {
    avatar: Avatar,
    name: String,
    line: String,
    href: String,
}

impl From<Place> for Row {
    fn from(place: Place) -> Self {
        let href = address(&place);
        match place {
            Place::Company(company, role) => {
                Self { avatar: Avatar::company(&company.name), line: format!("Company · {}", role.label()), name: company.name, href }
            }
            Place::Team(team, role) => {
                let avatar = Avatar::team(team.id.uuid(), &team.name);
                Self { avatar, line: format!("Partner team · {}", role.label()), name: team.name, href }
            }
        }
    }
}

/// Of the page's address.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Wanted {
    /// "all", where the places are wanted although there may be one.
    places: String,
}

/// Leads to the one place a person has; shows them where there are several, or all are asked for, and says so where there is none.
pub async fn start(by: SignedIn, Query(wanted): Query<Wanted>, layout: Layout, db: Db) -> Result<HttpResponse> {
    let user = by.user.id;
    let found = db.run(move |conn| places::all(conn, user)).await?;
    if let ([only], true) = (found.as_slice(), wanted.places != "all") {
        return see_other(address(only));
    }
    let h1 = if found.is_empty() { "You are in no team or company now" } else { "Your places" };
    let email = by.user.email.to_string();
    page(&Places { frame: by.frame(layout, h1), email, rows: found.into_iter().map(Row::from).collect() })
}

fn address(place: &Place) -> String {
    match place {
        Place::Company(company, _) => paths::partners(&company.slug),
        Place::Team(team, _) => paths::team(&team.slug),
    }
}
