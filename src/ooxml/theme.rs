//! The colours of a workbook's theme (ECMA-376 part 1, 20.1.6.2), which cells name by number, and lighter or darker.

use super::Fault;
use super::xml::{self, Node};

/// Red, green and blue.
type Rgb = [u8; 3];

/// The slots of a scheme in the order in which cells number them: light before dark (18.8.3).
const SLOTS: [&str; 12] =
    ["lt1", "dk1", "lt2", "dk2", "accent1", "accent2", "accent3", "accent4", "accent5", "accent6", "hlink", "folHlink"];

/// What they are in a workbook without a theme part.
const OFFICE: [Rgb; 12] = [
    [0xff, 0xff, 0xff],
    [0x00, 0x00, 0x00],
    [0xe7, 0xe6, 0xe6],
    [0x44, 0x54, 0x6a],
    [0x44, 0x72, 0xc4],
    [0xed, 0x7d, 0x31],
    [0xa5, 0xa5, 0xa5],
    [0xff, 0xc0, 0x00],
    [0x5b, 0x9b, 0xd5],
    [0x70, 0xad, 0x47],
    [0x05, 0x63, 0xc1],
    [0x95, 0x4f, 0x72],
];

/// The colours of a theme.
#[derive(Clone, Debug)]
pub struct Theme([Rgb; 12]);

impl Default for Theme {
    fn default() -> Self {
        Self(OFFICE)
    }
}

impl Theme {
    /// Reads a theme part; what it does not say, or cannot be read, stays the office's own.
    pub fn read(part: &str) -> Self {
        let (mut theme, mut inside, mut slot) = (Self::default(), false, None);
        // A broken part costs its colours and nothing else.
        let _ = xml::walk("theme", part, |node| -> Result<(), Fault> {
            match node {
                Node::Open("clrScheme", _) => inside = true,
                Node::Close("clrScheme") => inside = false,
                Node::Open(name, tag) if inside => {
                    if let Some(at) = SLOTS.iter().position(|own| *own == name) {
                        slot = Some(at);
                        return Ok(());
                    }
                    let said = xml::attribute(tag, "lastClr").or_else(|| xml::attribute(tag, "val"));
                    if let (Some(at), Some(rgb)) = (slot.take(), said.and_then(|said| hex(&said))) {
                        theme.0[at] = rgb;
                    }
                }
                _ => {}
            }
            Ok(())
        });
        theme
    }

    /// The colour that a cell names by this number.
    pub fn color(&self, number: usize) -> Option<Rgb> {
        self.0.get(number).copied()
    }
}

/// `4472C4`, and what the system calls paper and ink.
fn hex(text: &str) -> Option<Rgb> {
    match text {
        "window" => return Some([255; 3]),
        "windowText" => return Some([0; 3]),
        _ => {}
    }
    let value = u32::from_str_radix(text, 16).ok().filter(|_| text.len() == 6)?;
    Some([(value >> 16) as u8, (value >> 8) as u8, value as u8])
}

/// Lightens or darkens in hue-luminance-saturation space (18.8.19): luminance moves, hue stays.
pub fn tinted(color: Rgb, tint: f64) -> Rgb {
    if tint == 0.0 {
        return color;
    }
    let tint = tint.clamp(-1.0, 1.0);
    let [red, green, blue] = color.map(|part| f64::from(part) / 255.0);
    let (high, low) = (red.max(green).max(blue), red.min(green).min(blue));
    let light = f64::midpoint(high, low);
    let spread = high - low;
    let (hue, saturation) = if spread <= 0.0 {
        (0.0, 0.0)
    } else {
        let saturation = if light > 0.5 { spread / (2.0 - high - low) } else { spread / (high + low) };
        let sector = if red >= green && red >= blue {
            (green - blue) / spread
        } else if green >= blue {
            (blue - red) / spread + 2.0
        } else {
            (red - green) / spread + 4.0
        };
        ((sector / 6.0).rem_euclid(1.0), saturation)
    };
    let light = if tint < 0.0 { light * (1.0 + tint) } else { light * (1.0 - tint) + tint };
    let upper = if light < 0.5 { light * (1.0 + saturation) } else { light + saturation - light * saturation };
    let lower = 2.0 * light - upper;
    let part = |turn: f64| {
        let turn = turn.rem_euclid(1.0);
        let value = if turn < 1.0 / 6.0 {
            lower + (upper - lower) * 6.0 * turn
        } else if turn < 0.5 {
            upper
        } else if turn < 2.0 / 3.0 {
            lower + (upper - lower) * (2.0 / 3.0 - turn) * 6.0
        } else {
            lower
        };
        (value.clamp(0.0, 1.0) * 255.0).round() as u8
    };
    [part(hue + 1.0 / 3.0), part(hue), part(hue - 1.0 / 3.0)]
}

#[cfg(test)]
mod tests {
    use super::{Theme, tinted};

    #[test]
    fn tints_like_the_office() {
        // Accent 1 of the 2013 theme, lighter 40 % and darker 25 %, as Excel's own palette shows them.
        assert_eq!(tinted([0x44, 0x72, 0xc4], 0.399_975_585_192_419_2), [0x8f, 0xaa, 0xdc]);
        assert_eq!(tinted([0x44, 0x72, 0xc4], -0.249_977_111_117_893), [0x2f, 0x55, 0x97]);
        assert_eq!(tinted([255; 3], -0.249_977_111_117_893), [0xbf; 3]);
    }

    #[test]
    fn light_is_numbered_before_dark() {
        let part = r#"<a:theme><a:clrScheme><a:dk1><a:sysClr val="windowText" lastClr="010203"/></a:dk1><a:lt1><a:sysClr val="window"/></a:lt1>
            <a:accent1><a:srgbClr val="112233"><a:shade val="50"/></a:srgbClr></a:accent1></a:clrScheme><a:fontScheme/></a:theme>"#;
        let theme = Theme::read(part);
        assert_eq!(
            [0, 1, 4, 5].map(|number| theme.color(number)),
            [Some([255; 3]), Some([1, 2, 3]), Some([0x11, 0x22, 0x33]), Some([0xed, 0x7d, 0x31])]
        );
        assert_eq!((theme.color(12), Theme::read("<a:theme><").color(0)), (None, Some([255; 3])));
    }
}
