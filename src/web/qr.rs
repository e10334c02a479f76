//! QR codes as paths of SVG images. Drawn here and not by the library, whose images carry a header that has no place
//! inside a page.

use std::fmt::Write as _;

use qrcode::{Color, EcLevel, QrCode};

use super::page::Qr;

/// The light frame that a reader needs around a code (ISO/IEC 18004).
const QUIET: usize = 4;

/// The code of a text; nothing, if the text is longer than any code can be.
pub(super) fn code(text: &str) -> Option<Qr> {
    let code = QrCode::with_error_correction_level(text, EcLevel::L).ok()?;
    let width = code.width();
    let mut path = String::new();
    for (y, row) in code.to_colors().chunks(width).enumerate() {
        // Half a module down: a stroke lies on both sides of its line.
        let mut at = 0;
        let mut x = 0;
        let mut begun = false;
        while x < width {
            let length = row[x..].iter().take_while(|color| **color == Color::Dark).count();
            if length == 0 {
                x += 1;
                continue;
            }
            // Writing to a text cannot fail.
            let _ = match begun {
                false => write!(path, "M{} {}.5h{length}", x + QUIET, y + QUIET),
                true => write!(path, "m{} 0h{length}", x - at),
            };
            begun = true;
            x += length;
            at = x;
        }
    }
    Some(Qr { size: width + 2 * QUIET, path })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_drawn_rows_are_those_of_the_code() {
        let text =
            "otpauth://totp/Acme:ada%40example.org?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Acme";
        let drawn = code(text).unwrap();
        let known = QrCode::with_error_correction_level(text, EcLevel::L).unwrap();
        let width = known.width();
        assert_eq!(drawn.size, width + 8);
        // Read back from the path, stroke by stroke.
        let mut dark = vec![Color::Light; width * width];
        for row in drawn.path.split('M').skip(1) {
            let (first, strokes) = row.split_once('h').unwrap();
            let (x, y) = first.split_once(' ').unwrap();
            let y: usize = y.strip_suffix(".5").unwrap().parse().unwrap();
            let mut x: usize = x.parse().unwrap();
            for (n, stroke) in strokes.split('m').enumerate() {
                let length = match n {
                    0 => stroke,
                    _ => {
                        let (gap, length) = stroke.split_once(" 0h").unwrap();
                        x += gap.parse::<usize>().unwrap();
                        length
                    }
                };
                let length: usize = length.parse().unwrap();
                for n in x..x + length {
                    dark[(y - 4) * width + n - 4] = Color::Dark;
                }
                x += length;
            }
        }
        assert_eq!(dark, known.to_colors());
    }
}
