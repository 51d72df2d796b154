//! The geometry of an area chart: numbers in a row become the paths of an SVG that is stretched over its frame, with the labels beside it.

/// The height of the drawing, in pixels.
const HEIGHT: f64 = 176.0;
/// How far above the last number its label stands, and how far below where there is no room.
const LABEL: (f64, f64) = (14.0, 24.0);
/// Lines of the grid above the ground.
const GRID: i64 = 3;
/// Labels below.
const BELOW: usize = 7;

/// What a template draws.
#[derive(Debug, Clone, PartialEq)]
pub struct Chart {
    /// The line of the numbers.
    pub line: String,
    /// The same, closed along the ground.
    pub area: String,
    /// The line of the numbers before; empty where there are none.
    pub before: String,
    /// The width, in units that are stretched: a step each.
    pub width: usize,
    /// What stands at the lines of the grid, the highest first, which part the height in three.
    pub left: Vec<i64>,
    /// Which of the numbers, by their place, are named below.
    pub below: Vec<usize>,
    /// Where the last number stands, from the top.
    pub last: String,
    last_at: f64,
}

impl Chart {
    /// Draws `now` over `before`, both in order of time and of one length. What is below zero is drawn on the ground.
    pub fn new(now: &[i64], before: &[i64]) -> Self {
        let step = step(now.iter().chain(before).copied().max().unwrap_or_default());
        let top = (step * GRID) as f64;
        let y = |number: i64| HEIGHT - HEIGHT * number.max(0) as f64 / top;
        let line = curve(&now.iter().map(|number| y(*number)).collect::<Vec<_>>());
        let last_at = y(now.last().copied().unwrap_or_default());
        Self {
            area: if line.is_empty() { String::new() } else { format!("{line}V{HEIGHT}H0Z") },
            line,
            before: if before.iter().all(|number| *number <= 0) {
                String::new()
            } else {
                curve(&before.iter().map(|number| y(*number)).collect::<Vec<_>>())
            },
            width: now.len().saturating_sub(1).max(1),
            left: (0..=GRID).rev().map(|nth| step * nth).collect(),
            below: (0..BELOW).map(|nth| (nth * now.len().saturating_sub(1) + (BELOW - 1) / 2) / (BELOW - 1)).collect(),
            last: tenth(last_at),
            last_at,
        }
    }
}

impl Chart {
    /// Whether there is a line of the numbers before.
    pub fn has_before(&self) -> bool {
        !self.before.is_empty()
    }

    /// Where the last number's label stands.
    pub fn last_label(&self) -> String {
        let (above, below) = LABEL;
        tenth(if self.last_at - above < 12.0 { self.last_at + below } else { self.last_at - above })
    }
}

/// The round number that reaches `most` in three steps: 1, 2, 2.5 or 5 with noughts behind it.
fn step(most: i64) -> i64 {
    let wanted = (most.max(1) + GRID - 1) / GRID;
    let mut ten = 1_i64;
    loop {
        for (times, of) in [(1, 1), (2, 1), (5, 2), (5, 1)] {
            let candidate = ten * times / of;
            if candidate >= wanted && candidate * of == ten * times {
                return candidate;
            }
        }
        ten = ten.saturating_mul(10);
    }
}

/// A smooth line through heights at equal distances that never goes beyond two neighbours.
fn curve(heights: &[f64]) -> String {
    let Some(first) = heights.first() else { return String::new() };
    let slope = |at: usize| heights[at + 1] - heights[at];
    let tangent = |at: usize| match at {
        0 => slope(0),
        at if at == heights.len() - 1 => slope(at - 1),
        at => {
            let (left, right) = (slope(at - 1), slope(at));
            // The harmonic mean where both rise or both fall; level where the line turns.
            if left * right <= 0.0 { 0.0 } else { 2.0 * left * right / (left + right) }
        }
    };
    let mut path = format!("M0 {}", tenth(*first));
    for at in 0..heights.len() - 1 {
        let (from, to) = (at as f64, (at + 1) as f64);
        path += &format!(
            "C{} {} {} {} {} {}",
            hundredth(from + 1.0 / 3.0),
            tenth(heights[at] + tangent(at) / 3.0),
            hundredth(to - 1.0 / 3.0),
            tenth(heights[at + 1] - tangent(at + 1) / 3.0),
            to,
            tenth(heights[at + 1]),
        );
    }
    path
}

fn hundredth(number: f64) -> String {
    format!("{number:.2}")
}

fn tenth(number: f64) -> String {
    let text = format!("{number:.1}");
    text.strip_suffix(".0").map_or(text.clone(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_grid_is_round_and_reaches_the_highest() {
        for (most, wanted) in [(0, 1), (1, 1), (3, 1), (4, 2), (7, 5), (61, 25), (121, 50), (150, 50), (151, 100), (1_842_000, 1_000_000)] {
            assert_eq!(step(most), wanted, "{most}");
        }
    }

    #[test]
    fn seven_labels_stand_from_the_first_to_the_last() {
        assert_eq!(Chart::new(&[0; 13], &[]).below, [0, 2, 4, 6, 8, 10, 12]);
        assert_eq!(Chart::new(&[0; 30], &[]).below, [0, 5, 10, 15, 19, 24, 29]);
        assert_eq!(Chart::new(&[0; 52], &[]).below, [0, 9, 17, 26, 34, 43, 51]);
    }

    #[test]
    fn a_level_line_is_level_and_no_numbers_before_are_no_line() {
        let chart = Chart::new(&[3, 3, 3], &[0, 0, 0]);
        assert_eq!(chart.line, "M0 0C0.33 0 0.67 0 1 0C1.33 0 1.67 0 2 0");
        assert_eq!(chart.area, format!("{}V176H0Z", chart.line));
        assert_eq!(chart.before, "");
        assert_eq!((chart.left.as_slice(), chart.last.as_str()), ([3, 2, 1, 0].as_slice(), "0"));
        assert_eq!((chart.width, chart.last_label().as_str()), (2, "24"));
    }

    proptest! {
        #[test]
        fn the_line_stays_inside_its_frame(numbers in proptest::collection::vec(-1_000_000_i64..1_000_000, 2..60)) {
            let line = Chart::new(&numbers, &[]).line;
            let points: Vec<f64> = line.split(['M', 'C', ' ']).filter(|word| !word.is_empty()).map(|word| word.parse().unwrap()).collect();
            for point in points.chunks(2) {
                prop_assert!((0.0..=numbers.len() as f64 - 1.0).contains(&point[0]) && (-0.1..=HEIGHT + 0.1).contains(&point[1]), "{line}");
            }
        }
    }
}
