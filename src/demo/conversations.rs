//! What Acme and its partners have written to each other, by what people do.

use super::seed::{Town, unexpected};
use crate::{
    error::Result,
    ids::MessageId,
    messages::{Conversation, Draft, Sent, With, sending},
    teams::Membership,
};
use diesel::{
    prelude::*,
    sql_query,
    sql_types::{Array, Text},
};

const SAM: &str = "sam@acme.example";
const MAX: &str = "max@acme.example";
const MIA: &str = "mia@northwind.example";

/// Who wrote, and in which conversation with Acme.
enum By {
    /// Staff, to all of a team.
    Staff(&'static str),
    /// Staff, to one member.
    StaffTo(&'static str, &'static str),
    /// A member, in the group.
    Member(&'static str),
    /// A member, to Acme alone.
    Alone(&'static str),
}

/// A team, who wrote to whom, how many days ago, what.
type Line = (&'static str, By, f64, &'static str);

/// Acme's staff have seen these.
const SEEN: &[Line] = &[
    ("oakline-systems-integrators", By::Member("grete@oakline.example"), 7.0, "All twelve are through the material. What comes next?"),
    ("northwind", By::Staff(SAM), 6.2, "Welcome back, all. The partner day is on 12 December in Lisbon; each team has two seats."),
    ("halcyon", By::Staff(SAM), 5.4, "Your team has not started the product tour yet. Shall we take it together on Monday?"),
    ("northwind", By::StaffTo(MAX, MIA), 5.0, "Mia, your talk at the workshop was great. Would you write it up for our newsletter?"),
    ("northwind", By::Member("olivia@northwind.example"), 4.5, "Thanks, Sam. Could we get a second seat for the workshop in the morning?"),
    ("jonas-weber", By::Staff(MAX), 3.8, "Welcome to Acme Resellers, Jonas. Write here whenever something is unclear."),
    (
        "northwind",
        By::Staff(SAM),
        3.3,
        "Hello all. The page *Selling to clinics* is ready. It takes about 40 minutes.\n\nAdam, could you make sure that Frank sees the payout dates on the last page?",
    ),
    (
        "northwind",
        By::Member("adam@northwind.example"),
        3.2,
        "Will do. Is there a version of the deck without prices? Two of our clinics ask for one.",
    ),
    ("northwind", By::Alone(MIA), 2.1, "Happy to. Could you check why the link in my profile shows no clicks yet?"),
    ("fjord-studio", By::Member("sunniva@fjord.example"), 1.1, "Signed. Sorry for the wait!"),
    ("northwind", By::Staff(SAM), 0.3, "Yes, here it is: https://acme.example/decks/clinics-without-prices"),
];

/// These are new to them.
const NEW: &[Line] = &[
    (
        "kestrel-lowe-consulting-partners-asia-pa",
        By::Member("priyanka@kestrellowe.example"),
        0.12,
        "Can we move the review of the terms to next week?",
    ),
    ("northwind", By::Member(MIA), 0.06, "The clinic deck works well, thank you. Harbour Dental asked for a trial for 30 people."),
];

impl Town<'_> {
    /// Northwind's group and Mia's own conversation, and a few others.
    pub(super) fn conversations(&mut self) -> Result<()> {
        self.write(SEEN)?;
        self.have_read(&[SAM, MAX])?;
        self.write(NEW)?;
        self.have_read(&["olivia@northwind.example", "adam@northwind.example"])
    }

    /// A person's visits are traces of pages; here they stand for all that was written so far.
    fn have_read(&mut self, people: &[&str]) -> Result<()> {
        sql_query(
            "UPDATE conversation_reads r SET read_at = c.last_message_at, unread_at = NULL FROM conversations c \
             WHERE c.id = r.conversation_id AND r.user_id IN (SELECT id FROM users WHERE email = ANY ($1))",
        )
        .bind::<Array<Text>, _>(people)
        .execute(self.conn)?;
        Ok(())
    }

    fn write(&mut self, lines: &[Line]) -> Result<()> {
        for (team, by, days, body) in lines {
            let draft = Draft { id: MessageId::new(), body: (*body).to_owned() };
            let sent = match by {
                By::Staff(from) => self.write_to_team(from, team, With::Group, &draft)?,
                By::StaffTo(from, to) => {
                    let user = self.user(to)?;
                    let member = Membership::of(self.conn, user.id, team)?;
                    self.write_to_team(from, team, With::Member(member.id), &draft)?
                }
                By::Member(from) => self.write_to_acme(from, team, false, &draft)?,
                By::Alone(from) => self.write_to_acme(from, team, true, &draft)?,
            };
            if sent != Sent::Sent {
                return Err(unexpected(&sent));
            }
            self.date_back(*days)?;
        }
        Ok(())
    }

    fn write_to_team(&mut self, from: &str, team: &str, with: With, draft: &Draft) -> Result<Sent> {
        let staff = self.staff(from, "acme")?;
        sending::from_company(self.conn, self.mailer, &staff.actor(None), &staff, (team, with), draft)
    }

    fn write_to_acme(&mut self, from: &str, team: &str, alone: bool, draft: &Draft) -> Result<Sent> {
        let user = self.user(from)?;
        let member = Membership::of(self.conn, user.id, team)?;
        let company = self.staff(SAM, "acme")?.company.id;
        let with = if alone { With::Member(member.id) } else { With::Group };
        let conversation = Conversation::of_company(self.conn, company, team, with, user.id)?;
        let id = conversation.id.unwrap_or_else(|| conversation.partner.uuid().into());
        sending::from_team(self.conn, self.mailer, &member.actor(None), &member, id, draft)
    }
}
