//! What Acme's partners brought over a year, by what people and Acme's shop do: rules, keys, sales, refunds, leads in every state.

use super::{
    people::{self, TeamOf},
    seed::{Town, address, unexpected},
};
use crate::{
    error::{Error, Result},
    ids::{ApiKeyId, ClickId, LinkId, ReferralId},
    links::clicks::{self, NewClick},
    mail::Mailer,
    programs::commission::{CommissionRule, Earns},
    referrals::{
        ApiKey, ReferralStatus,
        conversion::{self, Report, Reported},
        deciding::{Decided, Decision, decide},
        key::{KeyRow, Made, NewKey},
        referral::{Contributed, Lead, contribute},
        refund::{self, Refund, Refunded},
    },
    teams::Membership,
};
use diesel::{
    prelude::*,
    sql_query,
    sql_types::{self, Text},
};

const SAM: &str = "sam@acme.example";
const MAX: &str = "max@acme.example";

/// What sales earn: program, rule, days held.
const RULES: &[(&str, Earns, i32)] = &[
    ("Acme Resellers", Earns::Percent(2_000), 30),
    ("Acme Referral", Earns::Fixed(5_000), 14),
    ("Acme Resellers Plus", Earns::Percent(2_500), 30),
];

/// People of Northwind who bring sales, and how many of eight are theirs.
const NORTHWIND: &[(&str, usize)] = &[("mia@northwind.example", 4), ("adam@northwind.example", 3), ("olivia@northwind.example", 1)];

/// What a practice pays at first, in cents: by month, or for a year.
const PRICES: [i64; 7] = [4_900, 9_900, 14_900, 49_000, 99_000, 149_000, 240_000];

/// Refunds: which sale of Northwind, counted from the newest, and how much of it in percent.
const REFUNDS: &[(usize, i64)] = &[(3, 100), (9, 50), (17, 100), (31, 25)];

/// A lead: the team, who sent it how many days ago, person, organisation, address, note, and what was decided after how many days.
struct LeadOf {
    team: &'static str,
    by: &'static str,
    days: f64,
    who: (&'static str, &'static str, &'static str),
    note: &'static str,
    then: &'static [(f64, Then)],
}

#[derive(Clone, Copy)]
enum Then {
    Approved,
    Declined(&'static str),
    /// In cents.
    Won(i64),
}

const fn lead(
    team: &'static str,
    by: &'static str,
    days: f64,
    who: (&'static str, &'static str, &'static str),
    note: &'static str,
    then: &'static [(f64, Then)],
) -> LeadOf {
    LeadOf { team, by, days, who, note, then }
}

use Then::{Approved, Declined, Won};

const ADAM: &str = "adam@northwind.example";
const MIA: &str = "mia@northwind.example";
const OLIVIA: &str = "olivia@northwind.example";

/// The leads, the oldest first.
const LEADS: &[LeadOf] = &[
    lead(
        "northwind",
        OLIVIA,
        348.0,
        ("Beatriz Sousa", "Clínica do Mar", "beatriz@clinicadomar.example"),
        "Two locations, a third in spring.",
        &[(2.0, Approved), (31.0, Won(240_000))],
    ),
    lead(
        "northwind",
        ADAM,
        331.0,
        ("Jonathan Pryce", "Pryce Physiotherapy", "jonathan@pryce.example"),
        "",
        &[(1.0, Approved), (20.0, Won(99_000))],
    ),
    lead(
        "oakline-systems-integrators",
        "maja@oakline.example",
        322.0,
        ("Henrik Ås", "Ås Tandvård", "henrik@astandvard.example"),
        "Wants the contract in Swedish.",
        &[(3.0, Approved), (44.0, Won(149_000))],
    ),
    lead(
        "northwind",
        MIA,
        306.0,
        ("Priti Desai", "Desai Family Practice", "priti@desai.example"),
        "Still on a paper calendar.",
        &[(4.0, Approved), (38.0, Declined("They stay with paper for another year."))],
    ),
    lead(
        "halcyon",
        "ruth@halcyon.example",
        288.0,
        ("Tunde Alabi", "Alabi Eye Centre", "tunde@alabi.example"),
        "",
        &[(2.0, Approved), (15.0, Won(99_000))],
    ),
    lead(
        "northwind",
        MIA,
        271.0,
        ("Greta Holm", "Holm Dermatology", "greta@holm.example"),
        "Met her at the fair in Porto.",
        &[(1.5, Approved), (26.0, Won(149_000))],
    ),
    lead(
        "tidewater-commerce",
        "hana@tidewater.example",
        255.0,
        ("Moana Rāwiri", "Harbour Dental Group", "moana@harbourdental.example"),
        "",
        &[(6.0, Declined("We spoke to them in May; they are in a contract until next year."))],
    ),
    lead(
        "northwind",
        ADAM,
        240.0,
        ("Samuel Katz", "Katz & Daughters Optics", "samuel@katz.example"),
        "",
        &[(2.0, Approved), (33.0, Won(49_000))],
    ),
    lead(
        "northwind",
        OLIVIA,
        224.0,
        ("Yara Haddad", "Cedar Clinics", "yara@cedarclinics.example"),
        "Seven locations. The finance director decides.",
        &[(1.0, Approved), (61.0, Won(960_000))],
    ),
    lead(
        "fjord-studio",
        "eirik@fjord.example",
        210.0,
        ("Solveig Lie", "Lie Fysioterapi", "solveig@lie.example"),
        "",
        &[(3.0, Approved), (18.0, Won(49_000))],
    ),
    lead(
        "northwind",
        MIA,
        196.0,
        ("Oscar Lindgren", "Lindgren Chiropractic", "oscar@lindgren.example"),
        "",
        &[(2.0, Approved), (22.0, Won(99_000))],
    ),
    lead(
        "harbour-lane",
        "callum@harbourlane.example",
        183.0,
        ("Fiona Baird", "Baird Vets", "fiona@bairdvets.example"),
        "Vets work by appointment too.",
        &[(5.0, Declined("We do not serve vets yet."))],
    ),
    lead("northwind", ADAM, 170.0, ("Inés Robledo", "Fisio Robledo", "ines@robledo.example"), "", &[(1.0, Approved), (40.0, Won(99_000))]),
    lead(
        "northwind",
        MIA,
        151.0,
        ("David Achterberg", "Praktijk Achterberg", "david@achterberg.example"),
        "Asked for a trial for eight people.",
        &[(2.5, Approved), (29.0, Won(149_000))],
    ),
    lead(
        "brightwater-digital",
        "lucia@brightwater.example",
        140.0,
        ("Marcos Gil", "Dental Gil", "marcos@dentalgil.example"),
        "",
        &[(2.0, Approved), (35.0, Won(49_000))],
    ),
    lead(
        "northwind",
        MIA,
        128.0,
        ("Hannah Weiss", "Weiss Orthodontics", "hannah@weiss.example"),
        "",
        &[(3.0, Approved), (17.0, Declined("No answer after four calls."))],
    ),
    lead(
        "northwind",
        OLIVIA,
        112.0,
        ("Rui Tavares", "Lisbon Sports Medicine", "rui@lisbonsports.example"),
        "He knows the product from his last job.",
        &[(1.0, Approved), (24.0, Won(240_000))],
    ),
    lead(
        "northwind",
        ADAM,
        95.0,
        ("Clara Nováková", "Ordinace Nováková", "clara@novakova.example"),
        "",
        &[(2.0, Approved), (19.0, Won(99_000))],
    ),
    lead(
        "granite-works",
        "liv@graniteworks.example",
        88.0,
        ("Tor Egeland", "Egeland Helse", "tor@egeland.example"),
        "",
        &[(4.0, Approved), (30.0, Won(149_000))],
    ),
    lead(
        "northwind",
        MIA,
        73.0,
        ("Nadia Petrova", "Petrova Speech Therapy", "nadia@petrova.example"),
        "",
        &[(1.0, Approved), (16.0, Won(49_000))],
    ),
    lead(
        "northwind",
        ADAM,
        58.0,
        ("Liam Doherty", "Doherty Dental", "liam@doherty.example"),
        "Two chairs, opening a third.",
        &[(2.0, Approved), (21.0, Won(99_000))],
    ),
    lead(
        "northwind",
        MIA,
        41.0,
        ("Orla Byrne", "Orchard Foods Clinic", "orla@orchardfoods.example"),
        "The company doctor of a food group.",
        &[(1.0, Approved), (18.0, Won(240_000))],
    ),
    lead(
        "northwind",
        OLIVIA,
        30.0,
        ("Esther Brill", "Brill & Sons", "esther@brill.example"),
        "",
        &[(3.0, Declined("Fewer than two people, and no appointments."))],
    ),
    lead(
        "bluebird-analytics",
        "leila@bluebird.example",
        24.0,
        ("Kaveh Moradi", "Moradi Cardiology", "kaveh@moradi.example"),
        "",
        &[(2.0, Approved)],
    ),
    lead(
        "northwind",
        MIA,
        19.0,
        ("Gareth Lake", "Lakeside Clinics", "gareth@lakesideclinics.example"),
        "Three locations; wants to see the calendar on a phone.",
        &[(1.2, Approved)],
    ),
    lead("northwind", ADAM, 12.0, ("Sofia Marques", "Marques & Filhos", "sofia@marques.example"), "", &[(2.0, Approved)]),
    lead(
        "fjord-studio",
        "ingrid@fjord.example",
        6.5,
        ("Gareth Lake", "Lakeside Clinics", "gareth@lakesideclinics.example"),
        "We built their website.",
        &[],
    ),
    lead(
        "northwind",
        MIA,
        4.2,
        ("Jasper Vos", "Vos Huisartsen", "jasper@vos.example"),
        "Comes from the newsletter. Best reached in the morning.",
        &[],
    ),
    lead("harbour-lane", "eilidh@harbourlane.example", 3.1, ("Rory Grant", "Harbour Lane", "rory@harbourlane.example"), "", &[]),
    lead("northwind", ADAM, 1.6, ("Amélie Roche", "Cabinet Roche", "amelie@roche.example"), "", &[]),
    lead("tidewater-commerce", "rangi@tidewater.example", 0.8, ("Tess Whaanga", "Bayside Podiatry", "tess@bayside.example"), "", &[]),
    lead(
        "northwind",
        MIA,
        0.3,
        ("Milo Hartmann", "Harbour Dental", "milo@harbour-dental.example"),
        "Asked for a trial for 30 people.",
        &[],
    ),
];

/// A sale: who brought it, to which program, how many days ago.
struct SaleOf {
    by: String,
    days: f64,
    amount: i64,
    customer: String,
    /// Whether the customer was brought by an earlier one.
    is_later: bool,
}

impl Town<'_> {
    /// Rules and keys, then a year of sales and leads.
    pub(super) fn referrals(&mut self) -> Result<()> {
        let sam = self.staff(SAM, "acme")?;
        for (program, earns, holding_days) in RULES {
            let program = self.find_program(&sam, program)?.id;
            CommissionRule { earns: *earns, holding_days: *holding_days }.change(self.conn, &sam.actor(None), &sam, program)?;
        }
        let billing = self.key("Billing, old")?;
        self.date_back(400.0)?;
        KeyRow::revoke(self.conn, &sam.actor(None), &sam, billing.id)?;
        let shop = self.key("Web shop")?;
        self.date_back(380.0)?;
        self.sales(&shop)?;
        self.leads()?;
        sql_query("UPDATE api_keys SET last_used_at = now() - interval '2 hours' WHERE id = $1")
            .bind::<sql_types::Uuid, _>(shop.id)
            .execute(self.conn)?;
        Ok(())
    }

    /// A key of Acme's, as the shop holds it.
    fn key(&mut self, name: &str) -> Result<ApiKey> {
        let sam = self.staff(SAM, "acme")?;
        let new = NewKey { id: ApiKeyId::new(), name: name.to_owned() };
        match new.make(self.conn, self.mailer, &sam.actor(None), &sam)? {
            Made::Key(text) => ApiKey::shown(self.conn, &text)?.ok_or(Error::NotFound),
            other => Err(unexpected(&other)),
        }
    }

    /// Northwind sells most, and more from month to month; every second other team a little.
    fn sales(&mut self, shop: &ApiKey) -> Result<()> {
        let mut sales: Vec<SaleOf> = northwinds();
        for (team, nth) in people::TEAMS.iter().filter(|team| team.domain != "northwind.example" && team.joined > 20).zip(0usize..) {
            if nth % 2 == 0 {
                sales.extend(of_team(team, nth));
            }
        }
        sales.sort_by(|one, other| other.days.total_cmp(&one.days));
        let mut northwinds = Vec::new();
        for (sale, nth) in sales.iter().zip(1_000..) {
            let order = format!("order-{nth}");
            self.sell(shop, &order, sale)?;
            if sale.by.ends_with("@northwind.example") {
                northwinds.push((order, sale.amount, sale.days));
            }
            self.date_sales_back(sale.days)?;
        }
        for (from_newest, percent) in REFUNDS {
            let Some((order, amount, days)) = northwinds.iter().rev().nth(*from_newest) else { continue };
            let request = Refund { idempotency_key: format!("refund-{order}"), sale: order.clone(), amount: amount * percent / 100 };
            match refund::refund(self.conn, &shop.actor(None), shop, &request)? {
                Refunded::New(_) => self.date_sales_back((days - 9.0).max(0.2))?,
                other => return Err(unexpected(&other)),
            }
        }
        Ok(())
    }

    fn sell(&mut self, shop: &ApiKey, order: &str, sale: &SaleOf) -> Result<()> {
        let click = if sale.is_later { None } else { Some(self.click(&sale.by)?) };
        let report = Report {
            idempotency_key: order.to_owned(),
            click,
            customer: Some(sale.customer.clone()),
            amount: sale.amount,
            currency: "USD".to_owned(),
        };
        match conversion::report(self.conn, &shop.actor(None), shop, &report)? {
            Reported::New(_) => Ok(()),
            other => Err(unexpected(&other)),
        }
    }

    /// Somebody follows a link of that person to Acme Resellers.
    fn click(&mut self, email: &str) -> Result<ClickId> {
        #[derive(QueryableByName)]
        struct Found {
            #[diesel(sql_type = sql_types::Uuid)]
            id: LinkId,
        }
        let link: Found = sql_query(
            "SELECT l.id FROM links l JOIN members m ON m.id = l.member_id JOIN users u ON u.id = m.user_id JOIN programs g ON g.id = l.program_id \
             WHERE u.email = $1 AND g.name = 'Acme Resellers' ORDER BY l.created_at, l.id LIMIT 1",
        )
        .bind::<Text, _>(email)
        .get_result(self.conn)?;
        let id = ClickId::new();
        clicks::record(self.conn, &[NewClick { id, link: link.id, visitor: id.uuid().into_bytes() }])?;
        Ok(id)
    }

    fn leads(&mut self) -> Result<()> {
        for lead in LEADS {
            let id = self.recommend(lead)?;
            self.date_sales_back(lead.days)?;
            let mut was = ReferralStatus::Submitted;
            for (after, then) in lead.then {
                was = self.settle(id, was, *then)?;
                self.date_sales_back(lead.days - after)?;
            }
        }
        Ok(())
    }

    fn recommend(&mut self, lead: &LeadOf) -> Result<ReferralId> {
        let user = self.user(lead.by)?;
        let member = Membership::of(self.conn, user.id, lead.team)?;
        let sam = self.staff(SAM, "acme")?;
        let program = self.find_program(&sam, "Acme Resellers")?.id;
        let (name, organisation, email) = lead.who;
        let new = Lead {
            id: ReferralId::new(),
            program,
            name: name.to_owned(),
            organisation: organisation.to_owned(),
            email: address(email)?,
            note: lead.note.to_owned(),
        };
        match contribute(self.conn, self.mailer, &member.actor(None), &member, &new)? {
            Contributed::Done(_) => Ok(new.id),
            other => Err(unexpected(&other)),
        }
    }

    fn settle(&mut self, id: ReferralId, was: ReferralStatus, then: Then) -> Result<ReferralStatus> {
        let decision = match then {
            Approved => Decision::Approve,
            Declined(reason) => Decision::Decline(reason.to_owned()),
            Won(amount) => Decision::Win(amount),
        };
        let by = self.staff(MAX, "acme")?;
        let mailer: &Mailer = self.mailer;
        match decide(self.conn, mailer, &by.actor(None), &by, id, was, &decision)? {
            Decided::Done => Ok(decision.leads_to()),
            other @ (Decided::Meanwhile(_) | Decided::Own) => Err(unexpected(&other)),
        }
    }
}

/// Sixty sales in a year, twice as many in its second half.
fn northwinds() -> Vec<SaleOf> {
    let people: Vec<&str> = NORTHWIND.iter().flat_map(|(email, share)| std::iter::repeat_n(*email, *share)).collect();
    let sale = |nth: usize| {
        let way = nth as f64 / 60.0;
        // Every fourth is by a customer whom an earlier one brought.
        let is_later = nth > 8 && nth % 4 == 3;
        let brought = if is_later { nth - 5 } else { nth };
        SaleOf {
            by: people[(brought * 5) % people.len()].to_owned(),
            days: 352.0 * (1.0 - way).powf(1.5) + 0.4 + (nth * 7 % 10) as f64 / 30.0,
            amount: PRICES[(nth * 11) % PRICES.len()],
            customer: format!("practice-{}", 400 + brought),
            is_later,
        }
    };
    (0..60).map(sale).collect()
}

/// One to four sales of another team since it joined.
fn of_team(team: &TeamOf, nth: usize) -> Vec<SaleOf> {
    let since = (team.joined as f64 - 10.0).min(340.0);
    let sale = |one: usize| SaleOf {
        by: people::address(team.people[one % team.people.len()].0, team.domain),
        days: since * (one as f64 + 0.3 + (nth % 5) as f64 / 8.0) / 5.0 + 0.3,
        amount: PRICES[(nth * 3 + one * 2) % PRICES.len()],
        customer: format!("practice-{}-{one}", 900 + nth),
        is_later: false,
    };
    (0..1 + nth % 4).map(sale).collect()
}
