//! A QR code as a template draws it: one path of dark squares on a white ground, which readers want in dark mode too.

use qrcode::{Color, QrCode};

/// Light modules around the code that readers need.
const QUIET: usize = 4;

/// A QR code in units of one module.
#[derive(Debug, Clone)]
pub struct Qr {
    /// Width and height, with the quiet zone.
    pub size: usize,
    /// The dark modules, as an SVG path.
    pub path: String,
}

impl Qr {
    /// Of that text; nothing where it is longer than a QR code takes (some 2,000 bytes).
    pub fn of(text: &str) -> Option<Self> {
        let code = QrCode::new(text).ok()?;
        let width = code.width();
        let mut path = String::new();
        for (y, row) in code.to_colors().chunks(width).enumerate() {
            let mut x = 0;
            for run in row.chunk_by(|one, next| one == next) {
                if run[0] == Color::Dark {
                    let (left, top, length) = (x + QUIET, y + QUIET, run.len());
                    path.push_str(&format!("M{left} {top}h{length}v1h-{length}z"));
                }
                x += run.len();
            }
        }
        Some(Self { size: width + 2 * QUIET, path })
    }
}

#[cfg(test)]
mod tests {
    use super::{QUIET, Qr};
    use qrcode::{Color, QrCode};

    #[test]
    fn the_path_draws_every_dark_module_and_no_other() {
        let text = "otpauth://totp/Guildhall:sam%40acme.example?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Guildhall";
        let qr = Qr::of(text).unwrap();
        let mut drawn = vec![vec![false; qr.size]; qr.size];
        for run in qr.path.split_terminator('z') {
            let (at, rest) = run.strip_prefix('M').unwrap().split_once('h').unwrap();
            let (x, y) = at.split_once(' ').unwrap();
            let (length, back) = rest.split_once("v1h-").unwrap();
            assert_eq!(length, back);
            let (x, y, length): (usize, usize, usize) = (x.parse().unwrap(), y.parse().unwrap(), length.parse().unwrap());
            drawn[y][x..x + length].fill(true);
        }
        let code = QrCode::new(text).unwrap();
        for (y, row) in drawn.iter().enumerate() {
            for (x, dark) in row.iter().enumerate() {
                let inside = (QUIET..qr.size - QUIET).contains(&x) && (QUIET..qr.size - QUIET).contains(&y);
                assert_eq!(*dark, inside && code[(x - QUIET, y - QUIET)] == Color::Dark, "{x} {y}");
            }
        }
        assert!(Qr::of(&"x".repeat(4000)).is_none());
    }
}
