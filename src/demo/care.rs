//! What Acme's staff keep about their partners, and whom they ask to join them, by what people do.

use super::seed::{Town, address};
use crate::{
    access::Limiter,
    companies::StaffRole,
    error::Result,
    invitations::colleagues::{self, NewColleague},
    partners::care,
};

/// A partner, who it is assigned to, its tags.
const PARTNERS: &[(&str, &str, &[&str])] = &[
    ("northwind", "sam@acme.example", &["Agency", "EMEA"]),
    ("tidewater-commerce", "max@acme.example", &["Commerce", "APAC"]),
    ("oakline-systems-integrators", "max@acme.example", &["Integrator", "Strategic"]),
    ("harbour-lane", "sam@acme.example", &["Agency", "EMEA"]),
    ("fjord-studio", "sam@acme.example", &["Agency", "Nordics"]),
    ("granite-works", "max@acme.example", &["Nordics"]),
    ("juniper-row", "max@acme.example", &["EMEA", "Strategic"]),
];

/// A partner, who wrote, how many days ago, what.
const NOTES: &[(&str, &str, f64, &str)] = &[
    ("northwind", "sam@acme.example", 96.0, "Met Olivia and Adam in Lisbon. They build the course into their onboarding."),
    ("northwind", "max@acme.example", 19.0, "Prefers co-branded decks. Renewal talk planned for January, bring the Q4 numbers."),
    ("tidewater-commerce", "max@acme.example", 8.0, "Two of their people wait for the owner. Called on Tuesday, nobody there."),
    ("oakline-systems-integrators", "max@acme.example", 40.0, "Legal wants the terms as a PDF.\nSent on the same day."),
];

impl Town<'_> {
    /// Tags, notes and who is whose partner.
    pub(super) fn care(&mut self) -> Result<()> {
        for (team, colleague, tags) in PARTNERS {
            let to = self.staff(colleague, "acme")?;
            let by = to.actor(None);
            care::assign(self.conn, &by, &to, team, Some(to.id))?;
            for tag in *tags {
                care::tag(self.conn, &by, &to, team, tag)?;
            }
        }
        self.date_back(120.0)?;
        for (team, author, days, body) in NOTES {
            let author = self.staff(author, "acme")?;
            care::note(self.conn, &author.actor(None), &author, team, body)?;
            self.date_back(*days)?;
        }
        let sam = self.staff("sam@acme.example", "acme")?;
        let robin = NewColleague { email: address("robin@acme.example")?, name: "Robin Hale".to_owned(), role: StaffRole::Manager };
        colleagues::invite(self.conn, self.mailer, &Limiter::off(), &sam.actor(None), &sam, &[robin])?;
        self.date_back(1.0)
    }
}
