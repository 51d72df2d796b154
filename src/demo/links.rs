//! Where links of the demo lead, and what their people made of them, by what people do.

use super::seed::{Town, unexpected};
use crate::{
    error::{Error, Result},
    ids::{DestinationId, LinkId, ProgramId},
    links::{
        DestinationKind, LinkText,
        choosing::{self, Renamed, SwitchedOn},
        destination::{self, Added, DestinationText},
        individual::{self, Individual, Made},
        upkeep,
    },
    programs::hosts,
    schema::{destinations, link_texts},
    teams::Membership,
};
use diesel::{prelude::*, sql_query};

/// Who gave which link of theirs which text, so many days ago.
const TEXTS: &[(&str, &str, &str, f64)] = &[
    ("olivia@northwind.example", "olivia-park", "northwind", 301.0),
    ("mia@northwind.example", "mia-chen-spring-offer", "mia-spring", 96.0),
    ("mia@northwind.example", "mia-chen-2", "northwind-mia", 62.0),
    ("adam@northwind.example", "adam-reyes", "adam-at-northwind", 212.0),
];

/// Who switched on which of Acme's offers, so many days ago.
const SWITCHED_ON: &[(&str, &str, f64)] = &[
    ("mia@northwind.example", "Clinic webinar", 34.0),
    ("adam@northwind.example", "Price list", 51.0),
    ("adam@northwind.example", "Clinic webinar", 30.0),
];

impl Town<'_> {
    /// Hosts, a further default destination, offers, a link for one member, other texts.
    pub(super) fn links(&mut self) -> Result<()> {
        let (sam, max) = (self.staff("sam@acme.example", "acme")?, self.staff("max@acme.example", "acme")?);
        for host in ["events.acme.example", "shop.acme.example"] {
            hosts::add(self.conn, &sam.actor(None), &sam, host)?;
        }
        self.date_back(400.0)?;
        let resellers = self.find_program(&sam, "Acme Resellers")?.id;
        let plus = self.find_program(&sam, "Acme Resellers Plus")?.id;
        destination::let_choose(self.conn, &sam.actor(None), &sam, plus, false)?;
        self.date_back(390.0)?;
        for (name, url, kind, days) in [
            ("Spring offer", "https://shop.acme.example/spring", DestinationKind::Default, 120.0),
            ("Price list", "https://acme.example/prices", DestinationKind::Secondary, 110.0),
            ("Clinic webinar", "https://events.acme.example/clinics", DestinationKind::Secondary, 48.0),
        ] {
            let text = DestinationText { name: name.to_owned(), url: url.to_owned() };
            match destination::add(self.conn, &max.actor(None), &max, resellers, (DestinationId::new(), kind), &text)? {
                Added::Done | Added::Underway => upkeep::finish(self.conn)?,
                other @ (Added::Already | Added::NameTaken | Added::TooMany | Added::HostUnlisted(_)) => return Err(unexpected(&other)),
            }
            self.date_back(days)?;
        }
        // Who came later got theirs when they came.
        sql_query("UPDATE links l SET created_at = m.joined_at FROM members m WHERE m.id = l.member_id AND l.created_at < m.joined_at")
            .execute(self.conn)?;
        for (person, offer, days) in SWITCHED_ON {
            self.switch_on(person, resellers, offer)?;
            self.date_back(*days)?;
        }
        self.for_one(resellers)?;
        self.date_back(27.0)?;
        for (person, from, to, days) in TEXTS {
            self.choose_text(person, from, to)?;
            self.date_back(*days)?;
        }
        Ok(())
    }

    fn switch_on(&mut self, person: &str, program: ProgramId, offer: &str) -> Result<()> {
        let member = self.in_northwind(person)?;
        let offers = destinations::table.filter(destinations::program_id.eq(program)).filter(destinations::name.eq(offer));
        let offer: DestinationId = offers.select(destinations::id).first(self.conn)?;
        match choosing::switch_on(self.conn, &member.actor(None), &member, offer)? {
            SwitchedOn::Done(_) => Ok(()),
            other @ SwitchedOn::Already => Err(unexpected(&other)),
        }
    }

    /// Max makes a link for Adam, for a fair.
    fn for_one(&mut self, program: ProgramId) -> Result<()> {
        let (max, adam) = (self.staff("max@acme.example", "acme")?, self.in_northwind("adam@northwind.example")?);
        let new = Individual {
            id: LinkId::new(),
            team: adam.team.slug.clone(),
            member: adam.id,
            program,
            url: "https://events.acme.example/lisbon".to_owned(),
            text: Some(text("adam-in-lisbon")?),
        };
        match individual::make(self.conn, self.mailer, &max.actor(None), &max, &new)? {
            Made::Done(_) => Ok(()),
            other => Err(unexpected(&other)),
        }
    }

    fn choose_text(&mut self, person: &str, from: &str, to: &str) -> Result<()> {
        let member = self.in_northwind(person)?;
        let link: LinkId = link_texts::table.find(from).select(link_texts::link_id).first(self.conn)?;
        match choosing::rename(self.conn, &member.actor(None), &member, link, &text(to)?)? {
            Renamed::Done => Ok(()),
            other => Err(unexpected(&other)),
        }
    }

    fn in_northwind(&mut self, person: &str) -> Result<Membership> {
        let user = self.user(person)?;
        Ok(Membership::of(self.conn, user.id, "northwind")?)
    }
}

fn text(text: &str) -> Result<LinkText> {
    LinkText::parse(text).map_err(|why| Error::Internal(format!("{text} is no text of a link: {}", why.says())))
}
