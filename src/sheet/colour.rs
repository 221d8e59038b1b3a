//! Colours as files write them: red, green and blue, names, numbers of a palette, a theme's colours and how light they are.

use crate::number_format::palette;
use crate::ooxml::{Theme, tinted};

/// How far two colours may lie apart in each of red, green and blue and still be one to the eye.
const ALIKE: u8 = 16;

/// Colours that style sheets call by names; rarer ones stay unknown.
#[rustfmt::skip]
const NAMES: [(&str, [u8; 3]); 20] = [
    ("black", [0x00, 0x00, 0x00]), ("white", [0xff, 0xff, 0xff]), ("red", [0xff, 0x00, 0x00]), ("lime", [0x00, 0xff, 0x00]),
    ("blue", [0x00, 0x00, 0xff]), ("yellow", [0xff, 0xff, 0x00]), ("fuchsia", [0xff, 0x00, 0xff]), ("magenta", [0xff, 0x00, 0xff]),
    ("aqua", [0x00, 0xff, 0xff]), ("cyan", [0x00, 0xff, 0xff]), ("maroon", [0x80, 0x00, 0x00]), ("green", [0x00, 0x80, 0x00]),
    ("navy", [0x00, 0x00, 0x80]), ("olive", [0x80, 0x80, 0x00]), ("purple", [0x80, 0x00, 0x80]), ("teal", [0x00, 0x80, 0x80]),
    ("silver", [0xc0, 0xc0, 0xc0]), ("gray", [0x80, 0x80, 0x80]), ("grey", [0x80, 0x80, 0x80]), ("orange", [0xff, 0xa5, 0x00]),
];

/// A colour, as far as it is known.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Colour {
    /// Red, green and blue.
    Is([u8; 3]),
    /// The usual ink; what a ground of it is, nothing says.
    Automatic,
    /// Another one.
    Unknown,
}

impl Colour {
    pub(super) const BLACK: Self = Self::Is([0; 3]);
    pub(super) const WHITE: Self = Self::Is([255; 3]);

    /// `FFFFFFFF` (with what it covers before it), `#ffffff`, `#fff`, `white`, `rgb(255, 255, 255)`.
    pub(super) fn named(text: &str) -> Self {
        let text = text.trim().trim_start_matches('#').to_ascii_lowercase();
        let digits = if text.len() == 8 { &text[2..] } else { &text };
        if digits.len() == 6 && digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            let part = |at: usize| u8::from_str_radix(&digits[at..at + 2], 16).unwrap_or_default();
            return Self::Is([part(0), part(2), part(4)]);
        }
        if digits.len() == 3 && digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            let part = |at: usize| u8::from_str_radix(&digits[at..=at], 16).unwrap_or_default() * 17;
            return Self::Is([part(0), part(1), part(2)]);
        }
        if let Some(colour) = Self::function(&text) {
            return colour;
        }
        match text.as_str() {
            "window" => Self::WHITE,
            "windowtext" => Self::BLACK,
            // What is drawn through: the ground.
            "transparent" => Self::Unknown,
            name => NAMES.iter().find(|(own, _)| *own == name).map_or(Self::Unknown, |(_, rgb)| Self::Is(*rgb)),
        }
    }

    /// `rgb(255, 255, 255)`, `rgb(100% 100% 100%)`, `rgba(0,0,0,1)`.
    fn function(text: &str) -> Option<Self> {
        let inside = text.strip_prefix("rgba(").or_else(|| text.strip_prefix("rgb("))?.strip_suffix(')')?;
        let mut parts = inside.split([',', ' ', '/']).filter(|part| !part.is_empty()).map(|part| match part.strip_suffix('%') {
            Some(share) => share.parse().ok().map(|share: f64| (share / 100.0 * 255.0).round().clamp(0.0, 255.0) as u8),
            None => part.parse().ok(),
        });
        Some(Self::Is([parts.next()??, parts.next()??, parts.next()??]))
    }

    /// A number of the usual palette (ECMA-376 part 1, 18.8.27; MS-XLS, Icv).
    pub(super) fn indexed(index: u32) -> Self {
        match index {
            64 | 0x7fff => Self::Automatic,
            65 => Self::WHITE,
            // The first eight are there twice.
            _ => {
                palette(if index < 8 { index + 1 } else { index - 7 } as usize).map_or(Self::Unknown, |rgb| Self::Is([rgb.0, rgb.1, rgb.2]))
            }
        }
    }

    pub(super) fn is_like(self, other: Self) -> bool {
        match (self, other) {
            (Self::Is(one), Self::Is(other)) => one.iter().zip(other).all(|(one, other)| one.abs_diff(other) <= ALIKE),
            _ => false,
        }
    }
}

/// The colours that a workbook names by numbers.
#[derive(Debug, Default)]
pub(super) struct Colours {
    pub(super) theme: Theme,
    /// Its own palette, where it has one.
    pub(super) palette: Vec<[u8; 3]>,
}

impl Colours {
    pub(super) fn indexed(&self, index: u32) -> Colour {
        let own = usize::try_from(index).ok().and_then(|at| self.palette.get(at)).filter(|_| index < 64);
        own.map_or_else(|| Colour::indexed(index), |rgb| Colour::Is(*rgb))
    }

    pub(super) fn of_theme(&self, number: u32, tint: f64) -> Colour {
        self.theme.color(number as usize).map_or(Colour::Unknown, |rgb| Colour::Is(tinted(rgb, tint)))
    }
}

#[cfg(test)]
mod tests {
    use super::{Colour, Colours};

    #[test]
    fn colours_are_known_as_files_write_them() {
        let colours = Colours { palette: vec![[0; 3], [1, 2, 3]], ..Colours::default() };
        for (colour, expected) in [
            (Colour::named("FFFFFFFF"), Colour::WHITE),
            (Colour::named("#0f0"), Colour::Is([0, 255, 0])),
            (Colour::named("rgb(100%, 0%,50%)"), Colour::Is([255, 0, 128])),
            (Colour::named("rgba(255 255 255 / 1)"), Colour::WHITE),
            (Colour::named("tomato"), Colour::Unknown),
            (colours.of_theme(0, 0.0), Colour::WHITE),
            (colours.of_theme(0, -0.5), Colour::Is([128; 3])),
            (colours.of_theme(1, 0.0), Colour::BLACK),
            (colours.of_theme(1, 1.0), Colour::WHITE),
            (colours.of_theme(4, 0.0), Colour::Is([0x44, 0x72, 0xc4])),
            (colours.of_theme(99, 0.0), Colour::Unknown),
            (colours.indexed(1), Colour::Is([1, 2, 3])),
            (colours.indexed(9), Colour::WHITE),
            (colours.indexed(64), Colour::Automatic),
            (Colour::indexed(10), Colour::Is([255, 0, 0])),
            (Colour::indexed(2), Colour::Is([255, 0, 0])),
            (Colour::indexed(63), Colour::Is([0x33; 3])),
            (Colour::indexed(99), Colour::Unknown),
        ] {
            assert_eq!(colour, expected);
        }
    }
}
