use crate::{
    access::SignedIn,
    paths,
    web::{Avatar, Frame, Layout, Person, Place, Tab},
};

/// The frame of a person's own pages: the rail speaks for them instead of a company or team.
pub fn of(by: &SignedIn, layout: Layout, h1: &str) -> Frame {
    let avatar = Avatar::person(by.user.id.uuid(), &by.user.name);
    let tab = |label: &'static str, href: String, icon: &'static str, current: bool| Tab { label, href, icon, current, count: None };
    let place = Place {
        avatar: avatar.clone(),
        name: by.user.name.clone(),
        kind: "Your account",
        home: paths::account(),
        tabs: vec![tab("Your account", paths::account(), "user", true), tab("Your places", paths::home(), "home", false)],
        switch: None,
    };
    layout.place(h1, "Your account", place, Person { name: by.user.name.clone(), avatar, line: by.user.email.to_string() })
}
