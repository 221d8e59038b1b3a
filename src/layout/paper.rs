//! Paper sizes by the file's `paperSize` code (ECMA-376 18.18.50 and what Excel writes).

use super::laid::Length;

// Hundredths of a millimetre.
const SIZES: &[(u16, (i64, i64))] = &[
    (1, (21590, 27940)),
    (5, (21590, 35560)),
    (7, (18415, 26670)),
    (8, (29700, 42000)),
    (9, (21000, 29700)),
    (10, (21000, 29700)),
    (11, (14800, 21000)),
    (12, (25700, 36400)),
    (13, (18200, 25700)),
    (14, (21590, 33020)),
    (27, (11000, 22000)),
    (28, (16200, 22900)),
    (33, (25000, 35300)),
    (34, (17600, 25000)),
    (43, (10000, 14800)),
    (66, (42000, 59400)),
    (70, (10500, 14800)),
    (88, (12800, 18200)),
    (93, (14600, 21500)),
    (94, (9700, 15100)),
];

/// Whether a code of the file is one of a paper that can be laid out.
pub fn is_known_paper(code: u16) -> bool {
    SIZES.iter().any(|(known, _)| *known == code)
}

/// Width and height of a paper standing upright; A4 for a code that is not known.
pub(super) fn size(code: u16) -> (Length, Length) {
    let (width, height) = SIZES.iter().find(|(known, _)| *known == code).map_or((21000, 29700), |(_, size)| *size);
    // 72 points are 25.4 mm.
    let points = |hundredths: i64| (hundredths * 7200 + 1270) / 2540;
    (points(width), points(height))
}

/// Names of papers with their sides in millimetres: ISO, for B4 and B5 also what Japan calls so and offices mean.
const NAMES: [(&str, f32, f32); 7] = [
    ("A3", 297.0, 420.0),
    ("B4", 257.0, 364.0),
    ("B4", 250.0, 353.0),
    ("A4", 210.0, 297.0),
    ("B5", 182.0, 257.0),
    ("B5", 176.0, 250.0),
    ("A5", 148.0, 210.0),
];

/// `A3 横向` for a page of so many points; the size in millimetres of any other paper.
pub fn paper_name(width: f32, height: f32) -> String {
    let side = |points: f32| points / 72.0 * 25.4;
    let (short, long) = (side(width.min(height)), side(width.max(height)));
    let turned = if width > height { "横向" } else { "纵向" };
    let is = |of: &&(&str, f32, f32)| (short - of.1).abs() < 2.0 && (long - of.2).abs() < 2.0;
    match NAMES.iter().find(is) {
        Some((name, ..)) => format!("{name} {turned}"),
        None => format!("{short:.0}×{long:.0} 毫米 {turned}"),
    }
}

#[cfg(test)]
mod tests {
    use super::paper_name;

    #[test]
    fn papers_have_their_names() {
        assert_eq!(paper_name(1190.55, 841.89), "A3 横向");
        assert_eq!(paper_name(595.28, 841.89), "A4 纵向");
        assert_eq!(paper_name(400.0, 600.0), "141×212 毫米 纵向");
    }
}
