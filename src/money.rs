//! Money: integer minor units with an ISO 4217 currency, and how people write and read it.

use std::fmt;

/// An amount, never a fraction of a minor unit.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Money {
    /// Cents, øre, yen.
    pub minor: i64,
    /// ISO 4217.
    pub currency: String,
}

/// The most that a form or a report may name: a thousand million of a currency with cents.
pub const MOST: i64 = 100_000_000_000;

impl Money {
    /// That many minor units.
    pub fn new(minor: i64, currency: &str) -> Self {
        Self { minor, currency: currency.to_owned() }
    }

    /// What a person typed, like `1,234.50` or `1234.5`: positive, with at most the currency's decimals. Nothing where it is not that.
    pub fn parse(text: &str, currency: &str) -> Option<Self> {
        let text = text.trim().trim_start_matches(symbol(currency).trim_end()).trim_start();
        let (whole, part) = text.split_once('.').unwrap_or((text, ""));
        let decimals = decimals(currency) as usize;
        let is_digits = |text: &str| text.chars().all(|c| c.is_ascii_digit());
        if part.len() > decimals || !is_digits(part) || text.ends_with('.') {
            return None;
        }
        let mut groups = whole.split(',');
        let first = groups.next().filter(|first| !first.is_empty() && is_digits(first))?;
        let rest: Vec<&str> = groups.collect();
        if !rest.is_empty() && (first.len() > 3 || rest.iter().any(|group| group.len() != 3 || !is_digits(group))) {
            return None;
        }
        let digits = format!("{first}{}{part:0<decimals$}", rest.concat());
        let minor = digits.parse().ok().filter(|minor| (1..=MOST).contains(minor))?;
        Some(Self::new(minor, currency))
    }

    /// Without the currency, as a form shows it: `1234.50`.
    pub fn plain(&self) -> String {
        let (sign, whole, part) = self.parts();
        format!("{sign}{whole}{part}")
    }

    /// Without decimals where these are noughts: `€1,234`.
    pub fn brief(&self) -> String {
        let text = self.to_string();
        let noughts = format!(".{:0<width$}", "", width = decimals(&self.currency) as usize);
        text.strip_suffix(&noughts).map_or(text.clone(), str::to_owned)
    }

    /// The sign, the whole units, and the decimals with their point.
    fn parts(&self) -> (&'static str, u64, String) {
        let decimals = decimals(&self.currency);
        let one = 10_u64.pow(decimals);
        let (whole, part) = (self.minor.unsigned_abs() / one, self.minor.unsigned_abs() % one);
        let part = if decimals == 0 { String::new() } else { format!(".{part:0width$}", width = decimals as usize) };
        (if self.minor < 0 { "\u{2212}" } else { "" }, whole, part)
    }
}

impl fmt::Display for Money {
    /// `€1,234.50`, `−CHF 12.00`, `¥1,200`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (sign, whole, part) = self.parts();
        write!(f, "{sign}{}{}{part}", symbol(&self.currency), grouped(whole))
    }
}

/// `1,234,567`.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// How many decimals a currency has.
pub fn decimals(currency: &str) -> u32 {
    match currency {
        "JPY" | "KRW" | "ISK" | "CLP" | "VND" => 0,
        _ => 2,
    }
}

/// What stands before an amount: one that is not mistaken for another currency's, else its code.
fn symbol(currency: &str) -> String {
    let known = match currency {
        "USD" => "$",
        "EUR" => "€",
        "GBP" => "£",
        "AUD" => "A$",
        "BRL" => "R$",
        "CAD" => "CA$",
        "INR" => "₹",
        "JPY" => "¥",
        "NZD" => "NZ$",
        other => return format!("{other}\u{a0}"),
    };
    known.to_owned()
}

/// A share of an amount, in basis points (10,000 are all of it), rounded down.
pub fn share(minor: i64, basis_points: i32) -> i64 {
    let share = i128::from(minor) * i128::from(basis_points) / 10_000;
    i64::try_from(share).expect("a share of at most all of it fits where the amount did")
}

/// A percentage that a person typed, like `12.5`, in basis points from 1 to 10,000. Nothing where it is not that.
pub fn parse_percent(text: &str) -> Option<i32> {
    let text = text.trim().trim_end_matches('%').trim_end();
    let hundredths = Money::parse(text, "EUR")?.minor;
    i32::try_from(hundredths).ok().filter(|points| (1..=10_000).contains(points))
}

/// Basis points as a percentage: `12.5`, `20`.
pub fn percent(basis_points: i32) -> String {
    let (whole, part) = (basis_points / 100, basis_points % 100);
    match part {
        0 => whole.to_string(),
        _ if part % 10 == 0 => format!("{whole}.{}", part / 10),
        _ => format!("{whole}.{part:02}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_is_written_by_its_currency() {
        for (minor, currency, written, plain) in [
            (123_450, "EUR", "€1,234.50", "1234.50"),
            (5, "USD", "$0.05", "0.05"),
            (1_200, "JPY", "¥1,200", "1200"),
            (-1_200, "CHF", "\u{2212}CHF\u{a0}12.00", "\u{2212}12.00"),
            (100_000_000_000, "GBP", "£1,000,000,000.00", "1000000000.00"),
            (0, "SEK", "SEK\u{a0}0.00", "0.00"),
        ] {
            assert_eq!(Money::new(minor, currency).to_string(), written);
            assert_eq!(Money::new(minor, currency).plain(), plain);
        }
    }

    #[test]
    fn noughts_after_the_point_can_be_left_out() {
        let brief = |minor, currency| Money::new(minor, currency).brief();
        assert_eq!([brief(123_400, "EUR"), brief(123_450, "EUR"), brief(1_200, "JPY")], ["€1,234", "€1,234.50", "¥1,200"]);
    }

    #[test]
    fn amounts_are_read_as_people_write_them() {
        for (text, currency, minor) in [
            ("1,234.50", "EUR", 123_450),
            (" 1234.5 ", "EUR", 123_450),
            ("€20", "EUR", 2_000),
            ("CHF 20", "CHF", 2_000),
            ("0.01", "USD", 1),
            ("1200", "JPY", 1_200),
            ("1,000,000,000", "EUR", MOST),
        ] {
            assert_eq!(Money::parse(text, currency).map(|money| money.minor), Some(minor), "{text}");
        }
        for (text, currency) in [
            ("", "EUR"),
            ("0", "EUR"),
            ("-5", "EUR"),
            ("1.234,50", "EUR"),
            ("12,34", "EUR"),
            ("1.005", "EUR"),
            ("1.", "EUR"),
            (".5", "EUR"),
            ("12.5", "JPY"),
            ("1e9", "EUR"),
            ("١٢", "EUR"),
            ("1,000,000,000.01", "EUR"),
            ("99999999999999999999", "EUR"),
            ("$5", "EUR"),
        ] {
            assert_eq!(Money::parse(text, currency), None, "{text}");
        }
    }

    #[test]
    fn a_share_is_rounded_down_and_never_overflows() {
        assert_eq!(share(999, 1_250), 124);
        assert_eq!(share(1, 9_999), 0);
        assert_eq!(share(i64::MAX, 10_000), i64::MAX);
    }

    #[test]
    fn percentages_are_read_and_written() {
        for (text, points, written) in [("20", 2_000, "20"), ("12.5 %", 1_250, "12.5"), ("0.05", 5, "0.05"), ("100", 10_000, "100")] {
            assert_eq!(parse_percent(text), Some(points));
            assert_eq!(percent(points), written);
        }
        for text in ["", "0", "101", "-3", "1.234", "a"] {
            assert_eq!(parse_percent(text), None, "{text}");
        }
    }
}
