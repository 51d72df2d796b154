//! Northwind governs itself, by what its people do: a colleague who came and went, permissions switched; elsewhere an owner hands over.

use super::seed::{Town, address, unexpected};
use crate::{
    access::Limiter,
    error::{Error, Result},
    governing::{
        leaving,
        ownership::{self, Offered},
        switching::{self, Turn},
    },
    invitations::{
        Invitation,
        accepting::Into,
        asking::Person,
        teammates::{self, Asked},
    },
    schema::invitations,
    teams::{MemberRole, Membership, people::Colleague, permissions::Cell},
};
use diesel::prelude::*;

impl Town<'_> {
    /// A former member, switches, an open offer of ownership, an invitation of the team's own.
    pub(super) fn governing(&mut self) -> Result<()> {
        self.ask_into("northwind", "adam@northwind.example", "Noor Haddad", "noor@northwind.example")?;
        let invited = Invitation::query().filter(invitations::email.eq("noor@northwind.example")).first(self.conn)?;
        self.accept(&invited, "Noor Haddad", Into::TheTeam)?;
        self.date_back(320.0)?;
        let (olivia, noor) = (self.member("olivia@northwind.example", "northwind")?, self.member("noor@northwind.example", "northwind")?);
        leaving::remove(self.conn, self.mailer, &olivia.actor(None), &olivia, noor.id)?;
        self.date_back(41.0)?;
        let turns = [("admin: approve members", true), ("finance: contribute referrals", true)];
        let turns = turns.map(|(cell, on)| Cell::parse(cell).map(|cell| Turn { cell, on }).ok_or(Error::NotFound));
        let turns = turns.into_iter().collect::<Result<Vec<Turn>>>()?;
        switching::switch(self.conn, self.mailer, &olivia.actor(None), &olivia, &turns)?;
        self.date_back(33.0)?;
        self.ask_into("northwind", "adam@northwind.example", "Tessa Holm", "tessa@northwind.example")?;
        self.date_back(1.2)?;
        let owner = self.member("sunniva@fjord.example", "fjord-studio")?;
        let next = Colleague::by_name(self.conn, owner.team.id, 10)?.pop().ok_or(Error::NotFound)?.0;
        match ownership::offer(self.conn, self.mailer, &owner.actor(None), &owner, next.id)? {
            Offered::Done { .. } => self.date_back(2.0),
            other => Err(unexpected(&other)),
        }
    }

    fn ask_into(&mut self, team: &str, asker: &str, name: &str, email: &str) -> Result<()> {
        let asker = self.member(asker, team)?;
        let person = Person { email: address(email)?, name: name.to_owned(), role: MemberRole::Member };
        match teammates::invite(self.conn, self.mailer, &Limiter::off(), &asker.actor(None), &asker, &[person], "")? {
            Asked::Sent(_) => Ok(()),
            other => Err(unexpected(&other)),
        }
    }

    pub(super) fn member(&mut self, email: &str, team: &str) -> Result<Membership> {
        let user = self.user(email)?;
        Ok(Membership::of(self.conn, user.id, team)?)
    }
}
