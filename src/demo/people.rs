//! Who lives in the demo: names and places that could be anybody's, the same in every demo.

use crate::teams::MemberRole::{self, Admin, Finance, Member};

/// A team of the demo. The first person is its owner.
pub struct TeamOf {
    /// Its name.
    pub name: &'static str,
    /// The domain of its people's addresses.
    pub domain: &'static str,
    /// Owner, then members with their roles.
    pub people: &'static [(&'static str, MemberRole)],
    /// How many days ago it joined.
    pub joined: i64,
    /// How many hours ago its owner was last seen.
    pub seen: i64,
}

const fn team(name: &'static str, domain: &'static str, people: &'static [(&'static str, MemberRole)], joined: i64, seen: i64) -> TeamOf {
    TeamOf { name, domain, people, joined, seen }
}

/// The teams of Acme, Northwind first.
pub const TEAMS: &[TeamOf] = &[
    team(
        "Northwind",
        "northwind.example",
        &[("Olivia Park", Admin), ("Adam Reyes", Admin), ("Mia Chen", Member), ("Frank Osei", Finance)],
        984,
        2,
    ),
    team(
        "Brightwater Digital",
        "brightwater.example",
        &[
            ("Tomás Herrera", Admin),
            ("Teo Marsh", Admin),
            ("Lucía Ferrer", Member),
            ("Pablo Iriarte", Member),
            ("Nuria Solà", Member),
            ("Iker Balda", Finance),
            ("Vera Montes", Member),
            ("Hugo Prats", Member),
            ("Alba Rius", Member),
            ("Joan Mir", Member),
            ("Carla Vidal", Member),
        ],
        812,
        3,
    ),
    team(
        "Kestrel & Lowe Consulting Partners (Asia Pacific)",
        "kestrellowe.example",
        &[
            ("Priyanka Raghunathan-Whitfield", Admin),
            ("Arjun Mehta", Admin),
            ("Li Na Zhou", Member),
            ("Kenji Watanabe", Member),
            ("Siti Rahman", Member),
            ("Grace Lim", Finance),
            ("Daniel Foo", Member),
            ("Anika Rao", Member),
            ("Minh Tran", Member),
        ],
        1028,
        5,
    ),
    team("Jonas Weber", "weber-it.example", &[("Jonas Weber", Admin)], 48, 26),
    team("Fjord Studio", "fjord.example", &[("Sunniva Aas", Admin), ("Eirik Dahl", Member), ("Ingrid Moe", Member)], 522, 30),
    team(
        "Société Générale de Conseil Numérique",
        "sgcn.example",
        &[
            ("Éloïse Béranger", Admin),
            ("Luc Fournier", Admin),
            ("Chloé Marchand", Member),
            ("Bastien Roy", Member),
            ("Manon Girard", Finance),
            ("Théo Lambert", Member),
            ("Inès Caron", Member),
        ],
        591,
        52,
    ),
    team(
        "Halcyon",
        "halcyon.example",
        &[
            ("Ben Adeyemi", Admin),
            ("Ruth Eze", Member),
            ("Femi Balogun", Member),
            ("Zainab Musa", Member),
            ("Chinedu Okoro", Finance),
            ("Amara Nwosu", Member),
        ],
        366,
        74,
    ),
    team(
        "Oakline Systems Integrators",
        "oakline.example",
        &[
            ("Grete Lindholm", Admin),
            ("Oskar Nyberg", Admin),
            ("Maja Ström", Member),
            ("Elias Berg", Member),
            ("Alva Sand", Member),
            ("Nils Ekman", Finance),
            ("Tuva Holm", Member),
            ("Axel Lund", Member),
        ],
        1660,
        98,
    ),
    team("Marta Nowak Consulting", "martanowak.example", &[("Marta Nowak", Admin)], 279, 146),
    team("Pixel & Pine", "pixelandpine.example", &[("Theo Vance", Admin), ("Noor Haddad", Member)], 720, 220),
    team(
        "Tidewater Commerce",
        "tidewater.example",
        &[("Aroha Tamihana", Admin), ("Wiremu Parata", Admin), ("Hana Ngata", Member), ("Rangi Cooper", Member), ("Mere Walker", Finance)],
        1217,
        290,
    ),
    team("Harbour Lane", "harbourlane.example", &[("Isla Murray", Admin), ("Callum Reid", Member), ("Eilidh Grant", Member)], 433, 6),
    team(
        "Bluebird Analytics",
        "bluebird.example",
        &[("Samira Aziz", Admin), ("Omar Nasser", Admin), ("Leila Karimi", Member), ("Reza Amini", Finance)],
        377,
        9,
    ),
    team(
        "Copperfield Media",
        "copperfield.example",
        &[("David Copper", Admin), ("Emma Peggott", Member), ("Tom Traddle", Member), ("Agnes Wick", Member)],
        290,
        14,
    ),
    team("Delta Nine", "deltanine.example", &[("Nina Kovač", Admin), ("Luka Horvat", Member), ("Iva Babić", Finance)], 264, 21),
    team(
        "Evergreen Partners",
        "evergreen.example",
        &[("Paula Grün", Admin), ("Felix Baum", Admin), ("Lena Wald", Member), ("Max Forst", Member)],
        251,
        23,
    ),
    team("Foxglove", "foxglove.example", &[("Rosalind Fox", Admin), ("Peter Glove", Member)], 240, 47),
    team("Granite Works", "graniteworks.example", &[("Stein Haugen", Admin), ("Liv Bakke", Member), ("Odd Vik", Member)], 229, 51),
    team(
        "Hummingbird Labs",
        "hummingbird.example",
        &[("Camila Duarte", Admin), ("Rafael Pinto", Admin), ("Bruna Alves", Member), ("Thiago Lopes", Finance)],
        218,
        63,
    ),
    team(
        "Inkwell & Daughters",
        "inkwell.example",
        &[("Margaret Inkwell", Admin), ("Dorothy Inkwell", Admin), ("Edith Inkwell", Member)],
        207,
        70,
    ),
    team("Juniper Row", "juniperrow.example", &[("Kofi Mensah", Admin), ("Ama Boateng", Member), ("Yaw Asante", Member)], 196, 88),
    team(
        "Kitewing",
        "kitewing.example",
        &[("Hye-jin Seo", Admin), ("Min-ho Baek", Member), ("Ji-woo Nam", Member), ("Soo-ah Lim", Finance)],
        185,
        93,
    ),
    team("Lantern Street", "lanternstreet.example", &[("Wei Zhang", Admin), ("Mei Lin", Member)], 174, 101),
    team(
        "Meridian Sales",
        "meridiansales.example",
        &[("Anthony Russo", Admin), ("Gina Moretti", Admin), ("Paolo Conti", Member), ("Sara Greco", Member), ("Luca Bruno", Finance)],
        163,
        119,
    ),
    team(
        "Nightingale Health Partners",
        "nightingale.example",
        &[("Florence Achebe", Admin), ("Devi Pillai", Member), ("Rohan Iyer", Member)],
        152,
        130,
    ),
    team("Orchard & Vale", "orchardvale.example", &[("Helen Vale", Admin), ("Simon Orchard", Admin), ("Jess Appleby", Member)], 141, 144),
    team(
        "Paperplane",
        "paperplane.example",
        &[("Yuki Tanaka", Admin), ("Haruto Ito", Member), ("Aoi Mori", Member), ("Ren Kato", Finance)],
        130,
        161,
    ),
    team("Quarry Hill", "quarryhill.example", &[("Gareth Bevan", Admin), ("Rhian Price", Member)], 119, 170),
    team(
        "Redwood Collective",
        "redwood.example",
        &[("Dakota Wells", Admin), ("River Stone", Admin), ("Sky Marlow", Member), ("Jordan Ames", Member)],
        108,
        188,
    ),
    team(
        "Silverline",
        "silverline.example",
        &[("Katarzyna Wójcik", Admin), ("Piotr Zieliński", Member), ("Ola Kamińska", Member)],
        97,
        202,
    ),
    team("Thistle & Thorn", "thistlethorn.example", &[("Fergus Bruce", Admin), ("Ailsa Kerr", Member), ("Rory Blair", Finance)], 86, 215),
    team("Umbra Studio", "umbra.example", &[("Valentina Rossi", Admin), ("Marco Neri", Member)], 75, 240),
    team(
        "Vantage Point Advisory",
        "vantagepoint.example",
        &[("Charles Achterberg", Admin), ("Sanne de Wit", Admin), ("Daan Visser", Member), ("Fleur Smit", Member)],
        64,
        264,
    ),
    team("Willow Bend", "willowbend.example", &[("Jean Tremblay", Admin), ("Marie Gagnon", Member), ("Luc Pelletier", Member)], 57, 301),
    team("Yellow Door", "yellowdoor.example", &[("Salma Idrissi", Admin), ("Youssef Alami", Member), ("Nadia Bennani", Member)], 50, 340),
    team(
        "Zephyr Group",
        "zephyr.example",
        &[("Dimitra Pappas", Admin), ("Nikos Vlahos", Admin), ("Eleni Kosta", Member), ("Petros Laskaris", Finance)],
        43,
        390,
    ),
    team("Amber Road", "amberroad.example", &[("Jūratė Kazlauskienė", Admin), ("Tomas Petrauskas", Member)], 36, 800),
    team("Beacon & Co", "beaconco.example", &[("Oluwaseun Bello", Admin), ("Grace Ade", Member), ("John Obi", Member)], 29, 12),
    team("Cinder Digital", "cinder.example", &[("Anouk Bakker", Admin), ("Joris Mulder", Member), ("Lotte Bos", Member)], 22, 18),
    team("Driftwood", "driftwood.example", &[("Kai Makoa", Admin), ("Leilani Kealoha", Member)], 15, 33),
    team("Echo Valley", "echovalley.example", &[("Ursula Meier", Admin), ("Beat Frei", Member), ("Heidi Keller", Finance)], 9, 40),
    team("Finch & Marlow", "finchmarlow.example", &[("Nathaniel Finch", Admin), ("Celia Marlow", Admin), ("Rufus Pike", Member)], 4, 7),
];

/// The teams of Globex, which Acme never sees; the first is a partner of both, made through Acme.
pub const GLOBEX_TEAMS: &[TeamOf] = &[
    team("Ironbridge Trading", "ironbridge.example", &[("Harriet Steel", Admin), ("Joseph Darby", Member)], 310, 11),
    team("Moss & Fern", "mossfern.example", &[("Petra Moss", Admin), ("Ivan Fern", Finance)], 120, 55),
    team("Starling", "starling.example", &[("Bea Starling", Admin)], 33, 8),
];

/// The team that both companies work with.
pub const SHARED_TEAM: &str = "Brightwater Digital";

/// Somebody's address: their first name before their team's domain.
pub fn address(name: &str, domain: &str) -> String {
    let first = crate::words::slug(name.split(' ').next().unwrap_or(name));
    format!("{first}@{domain}")
}
