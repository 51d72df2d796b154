//! Letters about leads and keys: a new lead to the company, what was decided to the member, a new key to the administrators.

use crate::{
    accounts::User,
    companies::Company,
    ids::{ProgramId, ReferralId},
    mail::{Letter, Target, plain, strong},
    messages::emails::first_words,
    money::Money,
    paths,
    referrals::referral::ReferralStatus,
    schema::{companies, members, programs, referrals, teams, users},
    teams::{Membership, Team, TeamPermission},
    web::time::exact,
};
use chrono::{DateTime, Utc};
use diesel::prelude::*;

/// What a letter tells of.
#[derive(Debug, Clone, Queryable)]
pub struct About {
    id: ReferralId,
    company: Company,
    team: Team,
    member: User,
    program: (ProgramId, String, String),
    lead: (String, String, String),
    note: String,
    status: ReferralStatus,
    reason: String,
    amount: Option<i64>,
    created_at: DateTime<Utc>,
}

impl About {
    /// The referral as it is now, in the transaction that queues the letter.
    pub fn read(conn: &mut PgConnection, id: ReferralId) -> QueryResult<Self> {
        referrals::table
            .inner_join(companies::table.on(companies::id.eq(referrals::company_id)))
            .inner_join(programs::table.on(programs::id.eq(referrals::program_id)))
            .inner_join(members::table.on(members::id.eq(referrals::member_id)))
            .inner_join(users::table.on(users::id.eq(members::user_id)))
            .inner_join(teams::table.on(teams::id.eq(referrals::team_id)))
            .filter(referrals::id.eq(id))
            .select((
                referrals::id,
                Company::as_select(),
                Team::as_select(),
                User::as_select(),
                (programs::id, programs::name, programs::currency),
                (referrals::name, referrals::organisation, referrals::email),
                referrals::note,
                referrals::status,
                referrals::reason,
                referrals::amount,
                referrals::created_at,
            ))
            .first(conn)
    }

    /// Whether the member may see the team's commissions.
    pub fn member_sees_money(&self, conn: &mut PgConnection) -> QueryResult<bool> {
        let role = Membership::role_now(conn, &self.team, self.member.id)?;
        Ok(role.is_some_and(|role| self.team.allows(role, TeamPermission::SeeCommissions)))
    }

    /// "Ada King, Harbour Dental".
    fn who(&self) -> String {
        let (name, organisation, _) = &self.lead;
        if organisation.is_empty() { name.clone() } else { format!("{name}, {organisation}") }
    }

    fn facts(&self) -> Vec<(&'static str, String)> {
        vec![("Lead", self.who()), ("Email", self.lead.2.clone()), ("Program", self.program.1.clone())]
    }
}

/// To whoever looks after the partner: a member contributed a lead.
pub fn contributed(about: &About, to: &User) -> Letter {
    let About { company, team, member, program, .. } = about;
    let fact = format!("{} of {} sent you a referral", member.name, team.name);
    let sent = ("Sent", exact(about.created_at, to.zone()));
    Letter {
        to: to.email.clone(),
        speaks_for: Some(team.name.clone()),
        reply_to: Some(member.email.clone()),
        subject: fact.clone(),
        preheader: if about.note.is_empty() { format!("For {}. Approve it or decline it.", program.1) } else { first_words(&about.note) },
        heading: fact,
        lead: vec![strong(&member.name), plain(" of "), strong(&team.name), plain(" recommends "), strong(about.who()), plain(" to you.")],
        quote: about.note.clone(),
        facts: [about.facts(), vec![sent]].concat(),
        button: Some(("Look at the referral".to_owned(), Target::Page(paths::referral(&company.slug, about.id)))),
        note: "Opening it changes nothing. There you approve it or decline it.".to_owned(),
        why: format!("You get this mail because you look after {} for {}.", team.name, company.name),
    }
}

/// To the member who contributed it: what the company decided. `earned`: whether it earned something; `sees_money`: whether they see that.
pub fn decided(about: &About, earned: bool, sees_money: bool) -> Letter {
    let About { company, team, member, lead, program, .. } = about;
    let sale = about.amount.map(|minor| Money::new(minor, &program.2).to_string());
    let (fact, what, note) = match about.status {
        ReferralStatus::Submitted => ("has your referral", "has your referral of ", String::new()),
        ReferralStatus::Approved => (
            "approved your referral",
            "takes up your referral of ",
            format!("{} gets in touch with them. You hear what comes of it.", company.name),
        ),
        ReferralStatus::Declined => ("declined your referral", "does not take up your referral of ", String::new()),
        ReferralStatus::Won => {
            let note = match (earned, sees_money) {
                (false, _) => "By the program's rule it earns nothing.",
                (true, true) => "What it earns stands in the team's commissions.",
                (true, false) => "What it earns goes to the team; its owner sees it in the commissions.",
            };
            ("made a sale by your referral", "made a sale to ", note.to_owned())
        }
    };
    let fact = format!("{} {fact}", company.name);
    let sold = sale.map(|sale| ("Sale", sale));
    Letter {
        to: member.email.clone(),
        speaks_for: Some(company.name.clone()),
        reply_to: None,
        subject: format!("{fact}: {}", lead.0),
        preheader: format!("{}, for {}.", about.who(), program.1),
        heading: fact,
        lead: vec![strong(&company.name), plain(format!(" {what}")), strong(about.who()), plain(".")],
        quote: about.reason.clone(),
        facts: [about.facts(), vec![("Team", team.name.clone())], sold.into_iter().collect()].concat(),
        button: Some(("See your referrals".to_owned(), Target::Page(paths::team_referrals(&team.slug)))),
        note,
        why: format!("You get this mail because you contributed this referral for the team {}.", team.name),
    }
}

/// To the member who contributed it: so much of the sale was taken back, and with it the same part of what it earned.
pub fn taken_back(about: &About, amount: &Money, is_all: bool, reason: &str) -> Letter {
    let About { company, team, member, lead, program, .. } = about;
    let fact = format!("{} took back {} of your referral", company.name, if is_all { "the sale" } else { "a part of the sale" });
    let sale = about.amount.map(|minor| ("Sale", Money::new(minor, &program.2).to_string()));
    Letter {
        to: member.email.clone(),
        speaks_for: Some(company.name.clone()),
        reply_to: None,
        subject: format!("{fact}: {}", lead.0),
        preheader: format!("{}, for {}.", about.who(), program.1),
        heading: fact,
        lead: vec![
            strong(&company.name),
            plain(" took back "),
            strong(amount.to_string()),
            plain(" of its sale to "),
            strong(about.who()),
            plain("."),
        ],
        quote: reason.to_owned(),
        facts: [about.facts(), vec![("Team", team.name.clone())], sale.into_iter().collect(), vec![("Taken back", amount.to_string())]]
            .concat(),
        button: Some(("See your referrals".to_owned(), Target::Page(paths::team_referrals(&team.slug)))),
        note: "The same part of what it earned is taken back from the team’s commissions.".to_owned(),
        why: format!("You get this mail because you contributed this referral for the team {}.", team.name),
    }
}

/// To every administrator: a key was made that reports sales in the company's name.
pub fn key_made(company: &Company, name: &str, ending: &str, by: &User, to: &User) -> Letter {
    Letter {
        to: to.email.clone(),
        speaks_for: Some(company.name.clone()),
        reply_to: None,
        subject: format!("A new key of {}", company.name),
        preheader: format!("{} made it. If that should not be, revoke it.", by.name),
        heading: format!("{} has a new key", company.name),
        lead: vec![
            strong(&by.name),
            plain(" made the key "),
            strong(name),
            plain(", which ends in "),
            strong(ending),
            plain(format!(". Whoever holds it reports sales and refunds in the name of {}.", company.name)),
        ],
        quote: String::new(),
        facts: vec![("Made", exact(Utc::now(), to.zone())), ("By", format!("{}, {}", by.name, by.email))],
        button: Some(("See the keys".to_owned(), Target::Page(paths::api_keys(&company.slug)))),
        note: "The key itself was shown once and stands in no mail.".to_owned(),
        why: format!("You get this mail because you are an administrator of {}.", company.name),
    }
}
