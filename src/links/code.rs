//! A link's QR code, as a path that a page draws.

use qrcode::{
    EcLevel, QrCode,
    types::{Color, QrError},
};
use std::fmt::Write;

/// The white around it, in modules: with less, some readers do not find it.
const QUIET: usize = 4;

/// A QR code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Code {
    /// Modules from edge to edge, the white around it included.
    pub size: usize,
    /// The dark modules, as the `d` of an SVG path.
    pub path: String,
}

impl Code {
    /// Of an address. An error where it is too long for any, about 2,300 characters.
    pub fn of(address: &str) -> Result<Self, QrError> {
        let code = QrCode::with_error_correction_level(address, EcLevel::M)?;
        let width = code.width();
        let mut path = String::new();
        for (y, row) in code.to_colors().chunks(width).enumerate() {
            let mut x = 0;
            for run in row.chunk_by(|a, b| a == b) {
                if run[0] == Color::Dark {
                    // One stroke for each run of dark modules.
                    let _ = write!(path, "M{} {}h{}v1h-{}z", x + QUIET, y + QUIET, run.len(), run.len());
                }
                x += run.len();
            }
        }
        Ok(Self { size: width + 2 * QUIET, path })
    }
}

#[cfg(test)]
mod tests {
    use super::Code;

    #[test]
    fn a_code_has_white_around_it_and_its_three_corners() {
        let code = Code::of("https://partners.example/go/mia-chen").unwrap();
        assert_eq!(code.size, 29 + 8);
        // The first row begins with the top of a corner, seven modules wide, and ends with another.
        assert!(code.path.starts_with("M4 4h7v1h-7z"), "{}", code.path);
        assert!(code.path.contains("M26 4h7v1h-7z") && code.path.contains("M4 26h7v1h-7z"), "{}", code.path);
    }
}
