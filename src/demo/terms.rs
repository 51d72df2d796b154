//! Newer terms that some teams have accepted and some have not, teams that joined an open program by themselves, one that left.

use super::{
    people,
    seed::{TERMS, Town},
};
use crate::{
    error::{Error, Result},
    ids::TermsId,
    invitations::by_team,
    programs::{
        Terms,
        publishing::{self, Draft},
    },
    teams::{Membership, Team},
};

/// How many days ago the second version was published.
const PUBLISHED: f64 = 3.6;

impl Town<'_> {
    /// Publishes the second version of Acme's terms; every third team has not accepted it yet, Northwind among them.
    pub(super) fn terms(&mut self) -> Result<()> {
        let sam = self.staff("sam@acme.example", "acme")?;
        let resellers = self.find_program(&sam, "Acme Resellers")?.id;
        let body = format!(
            "{}\n\n5. Name Acme in your adverts only with a link to **your own** page, never as if you were Acme.",
            TERMS.replace("at any time", "with a month’s notice")
        );
        let draft = Draft { id: TermsId::new(), body, seen: 1 };
        publishing::publish(self.conn, self.mailer, &sam.actor(None), &sam, resellers, &draft)?;
        self.date_back(PUBLISHED)?;
        for (team, nth) in people::TEAMS.iter().zip(0..).filter(|(_, nth)| nth % 3 != 0) {
            let owner = self.owner_of(team)?;
            by_team::accept_terms(self.conn, self.mailer, &owner.actor(None), &owner, resellers, draft.id)?;
            self.date_back(f64::from(nth % 3) + 0.2)?;
        }
        self.open_program()
    }

    /// Two teams join the open program by themselves, and one of them leaves it again.
    fn open_program(&mut self) -> Result<()> {
        let sam = self.staff("sam@acme.example", "acme")?;
        let referral = self.find_program(&sam, "Acme Referral")?.id;
        let terms = Terms::current(self.conn, referral)?.map(|terms| terms.id);
        let newcomers: Vec<_> = people::TEAMS.iter().filter(|team| team.joined <= 150).take(2).collect();
        for (team, days) in newcomers.iter().zip([9.0, 6.0]) {
            let owner = self.owner_of(team)?;
            by_team::join(self.conn, self.mailer, &owner.actor(None), &owner, referral, terms)?;
            self.date_back(days)?;
        }
        if let Some(team) = newcomers.first() {
            let owner = self.owner_of(team)?;
            by_team::leave(self.conn, self.mailer, &owner.actor(None), &owner, referral)?;
            self.date_back(2.0)?;
        }
        Ok(())
    }

    fn owner_of(&mut self, team: &people::TeamOf) -> Result<Membership> {
        let owner = self.user(&people::address(team.people[0].0, team.domain))?;
        let places = Membership::all_of(self.conn, owner.id)?;
        let (place, _): (Team, _) = places.into_iter().find(|(place, _)| place.name == team.name).ok_or(Error::NotFound)?;
        Ok(Membership::of(self.conn, owner.id, &place.slug)?)
    }
}
