use chrono_tz::{TZ_VARIANTS, Tz};

/// The first part of the names that people look for; the rest are old names of the same zones.
const REGIONS: [&str; 10] = ["Africa", "America", "Antarctica", "Arctic", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific"];

/// The zones of one part of the world.
pub struct Region {
    /// Its name; empty for UTC, and for a zone under an old name.
    pub name: &'static str,
    /// What is sent, and how it reads.
    pub zones: Vec<(&'static str, String)>,
}

/// Every zone to choose from, `current` among them whatever it is called.
pub fn regions(current: Tz) -> Vec<Region> {
    let mut first = vec![(Tz::UTC.name(), Tz::UTC.name().to_owned())];
    let region = |zone: &Tz| REGIONS.iter().copied().find(|region| zone.name().split('/').next() == Some(region));
    if current != Tz::UTC && region(&current).is_none() {
        first.push((current.name(), current.name().to_owned()));
    }
    let of = |name: &'static str| {
        let here = TZ_VARIANTS.iter().filter(|zone| region(zone) == Some(name));
        let words = |zone: &Tz| (zone.name(), zone.name()[name.len() + 1..].replace('_', " ").replace('/', ", "));
        Region { name, zones: here.map(words).collect() }
    };
    [Region { name: "", zones: first }].into_iter().chain(REGIONS.into_iter().map(of)).collect()
}
