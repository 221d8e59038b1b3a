//! Whether the letters of a cell can be seen: ink in the colour of the ground, letters too small to read, letters struck out.
//!
//! A verdict needs both colours. What is a theme's own or a pattern's is not looked into, and then the letters count as seen.

use super::book::Unseen;

/// Points up to which nobody reads letters; offices begin at one.
const TOO_SMALL: f64 = 3.0;

/// How far two colours may lie apart in each of red, green and blue and still be one to the eye.
const ALIKE: u8 = 16;

/// Red, green and blue of the 56 colours that a workbook has where it says nothing else, from number 8 on.
#[rustfmt::skip]
const PALETTE: [[u8; 3]; 56] = [
    [0x00, 0x00, 0x00], [0xff, 0xff, 0xff], [0xff, 0x00, 0x00], [0x00, 0xff, 0x00],
    [0x00, 0x00, 0xff], [0xff, 0xff, 0x00], [0xff, 0x00, 0xff], [0x00, 0xff, 0xff],
    [0x80, 0x00, 0x00], [0x00, 0x80, 0x00], [0x00, 0x00, 0x80], [0x80, 0x80, 0x00],
    [0x80, 0x00, 0x80], [0x00, 0x80, 0x80], [0xc0, 0xc0, 0xc0], [0x80, 0x80, 0x80],
    [0x99, 0x99, 0xff], [0x99, 0x33, 0x66], [0xff, 0xff, 0xcc], [0xcc, 0xff, 0xff],
    [0x66, 0x00, 0x66], [0xff, 0x80, 0x80], [0x00, 0x66, 0xcc], [0xcc, 0xcc, 0xff],
    [0x00, 0x00, 0x80], [0xff, 0x00, 0xff], [0xff, 0xff, 0x00], [0x00, 0xff, 0xff],
    [0x80, 0x00, 0x80], [0x80, 0x00, 0x00], [0x00, 0x80, 0x80], [0x00, 0x00, 0xff],
    [0x00, 0xcc, 0xff], [0xcc, 0xff, 0xff], [0xcc, 0xff, 0xcc], [0xff, 0xff, 0x99],
    [0x99, 0xcc, 0xff], [0xff, 0x99, 0xcc], [0xcc, 0x99, 0xff], [0xff, 0xcc, 0x99],
    [0x33, 0x66, 0xff], [0x33, 0xcc, 0xcc], [0x99, 0xcc, 0x00], [0xff, 0xcc, 0x00],
    [0xff, 0x99, 0x00], [0xff, 0x66, 0x00], [0x66, 0x66, 0x99], [0x96, 0x96, 0x96],
    [0x00, 0x33, 0x66], [0x33, 0x99, 0x66], [0x00, 0x33, 0x00], [0x33, 0x33, 0x00],
    [0x99, 0x33, 0x00], [0x99, 0x33, 0x66], [0x33, 0x33, 0x99], [0x33, 0x33, 0x33],
];

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
    /// A number of the palette or theme, of which nothing is known but that it is one colour.
    Numbered(i64),
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
        if let Some(parts) = text.strip_prefix("rgb(").and_then(|rest| rest.strip_suffix(')')) {
            let mut parts = parts.split(',').map(|part| part.trim().parse().ok());
            if let (Some(Some(red)), Some(Some(green)), Some(Some(blue))) = (parts.next(), parts.next(), parts.next()) {
                return Self::Is([red, green, blue]);
            }
        }
        match text.as_str() {
            "window" => Self::WHITE,
            "windowtext" => Self::BLACK,
            name => NAMES.iter().find(|(own, _)| *own == name).map_or(Self::Unknown, |(_, rgb)| Self::Is(*rgb)),
        }
    }

    /// A number of the usual palette (ECMA-376 part 1, 18.8.27; MS-XLS, Icv).
    pub(super) fn indexed(index: u32) -> Self {
        // The first eight are there twice.
        let at = if index < 8 { index } else { index.wrapping_sub(8) };
        match index {
            64 | 0x7fff => Self::Automatic,
            65 => Self::WHITE,
            _ => PALETTE.get(at as usize).map_or(Self::Numbered(index.into()), |rgb| Self::Is(*rgb)),
        }
    }

    /// The theme's colours for paper and for ink, lighter or darker; the others are each theme's own.
    pub(super) fn theme(theme: u32, tint: f64) -> Self {
        let paper = match theme {
            0 => true,
            1 => false,
            _ => return Self::Numbered((i64::from(theme) + 1) * 1_000_000 + (tint * 1000.0) as i64),
        };
        // A tint leads towards black where it is below zero, else towards white (18.8.19).
        let light = if tint < 0.0 {
            if paper { 1.0 + tint } else { 0.0 }
        } else if paper {
            1.0
        } else {
            tint
        };
        Self::Is([(light.clamp(0.0, 1.0) * 255.0).round() as u8; 3])
    }

    fn is_like(self, other: Self) -> bool {
        match (self, other) {
            (Self::Is(one), Self::Is(other)) => one.iter().zip(other).all(|(one, other)| one.abs_diff(other) <= ALIKE),
            (Self::Numbered(one), Self::Numbered(other)) => one == other,
            _ => false,
        }
    }
}

/// What letters are written with, and on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Ink {
    pub(super) colour: Colour,
    pub(super) ground: Colour,
    pub(super) points: Option<f64>,
    pub(super) struck: bool,
}

impl Default for Ink {
    /// Black on white, in the usual size.
    fn default() -> Self {
        Self { colour: Colour::BLACK, ground: Colour::WHITE, points: None, struck: false }
    }
}

impl Ink {
    /// True for dark letters on paper.
    pub(super) fn is_usual(&self) -> bool {
        matches!(self.colour, Colour::BLACK | Colour::Automatic) && self.ground == Colour::WHITE && self.unseen().is_none()
    }

    /// Why nobody sees, or is to count, what is written so.
    pub(super) fn unseen(&self) -> Option<Unseen> {
        let colour = if self.colour == Colour::Automatic { Colour::BLACK } else { self.colour };
        if colour.is_like(self.ground) || self.points.is_some_and(|points| points <= TOO_SMALL) {
            return Some(Unseen::Faint);
        }
        self.struck.then_some(Unseen::Struck)
    }

    /// Takes what a style sheet says: `color:white;background:#FFF;font-size:1.0pt`.
    pub(super) fn declare(&mut self, declarations: &str) {
        for declaration in declarations.split(';') {
            let Some((name, value)) = declaration.split_once(':') else { continue };
            let value = value.trim().trim_end_matches("!important").trim();
            match name.trim().to_ascii_lowercase().as_str() {
                "color" => self.colour = Colour::named(value),
                // `background:white none`, `background:#FFF`: the colour comes first.
                "background" | "background-color" if matches!(value, "auto" | "transparent" | "none") => self.ground = Colour::WHITE,
                "background" => {
                    self.ground = Colour::named(if value.starts_with("rgb") { value } else { value.split(' ').next().unwrap_or(value) });
                }
                "background-color" => self.ground = Colour::named(value),
                "font-size" => {
                    self.points = value
                        .strip_suffix("pt")
                        .and_then(|points| points.trim().parse().ok())
                        .or_else(|| value.strip_suffix("px")?.trim().parse().ok().map(|pixels: f64| pixels * 0.75));
                }
                "visibility" if value == "hidden" => self.colour = self.ground,
                "text-decoration" | "text-decoration-line" => self.struck = value.contains("line-through"),
                "text-line-through" => self.struck = value != "none",
                _ => {}
            }
        }
    }
}

/// Letters of a text that nobody sees, by their places.
#[derive(Clone, Debug, Default)]
pub(super) struct Lost {
    parts: Vec<(usize, usize)>,
    why: Option<Unseen>,
}

impl Lost {
    /// What was written to the end of the text from this place on.
    pub(super) fn add(&mut self, text: &str, from: usize, ink: &Ink) {
        let Some(why) = ink.unseen().filter(|_| from < text.len()) else { return };
        if !text[from..].trim().is_empty() {
            self.why = Some(why);
        }
        match self.parts.last_mut() {
            Some(last) if last.1 == from => last.1 = text.len(),
            _ => self.parts.push((from, text.len())),
        }
    }

    /// Why the text or a part of it is not seen, and what is left of it where that is something.
    pub(super) fn of(&self, text: &str) -> Option<(Unseen, Option<String>)> {
        let why = self.why?;
        let (mut seen, mut at) = (String::new(), 0);
        for (from, to) in &self.parts {
            seen.push_str(text.get(at..*from).unwrap_or_default());
            at = *to;
        }
        seen.push_str(text.get(at..).unwrap_or_default());
        if seen.trim().is_empty() { Some((why, None)) } else { Some((Unseen::Part, Some(seen))) }
    }
}

#[cfg(test)]
mod tests {
    use super::{Colour, Ink, Lost};
    use crate::sheet::Unseen;

    #[test]
    fn what_is_left_of_a_text_is_what_is_seen() {
        let white = Ink { colour: Colour::WHITE, ..Ink::default() };
        let struck = Ink { struck: true, ..Ink::default() };
        let left = |parts: &[(&str, &Ink)]| {
            let (mut text, mut lost) = (String::new(), Lost::default());
            for (part, ink) in parts {
                let from = text.len();
                text.push_str(part);
                lost.add(&text, from, ink);
            }
            lost.of(&text)
        };
        assert_eq!(left(&[("9", &Ink::default())]), None);
        assert_eq!(left(&[("9", &Ink::default()), (" ", &white)]), None);
        assert_eq!(left(&[("9", &white)]), Some((Unseen::Faint, None)));
        assert_eq!(left(&[("8", &struck), ("9", &Ink::default())]), Some((Unseen::Part, Some("9".into()))));
        assert_eq!(left(&[("8", &struck), (" ", &Ink::default()), ("9", &white)]), Some((Unseen::Faint, None)));
    }

    #[test]
    fn letters_are_seen_or_not() {
        for (declarations, faint) in [
            ("", false),
            ("color:white", true),
            ("color:#FFFFFF; background:#FFF", true),
            ("color:#fefefe", true),
            ("color:rgb(255, 255, 255)", true),
            ("color:white;background:navy", false),
            ("color:white;background:#1F4E78 none", false),
            ("color:windowtext;background:black", true),
            ("background:black", true),
            ("color:#808080", false),
            ("color:red", false),
            ("font-size:1.0pt", true),
            ("font-size:11.0pt", false),
            ("font-size:2px", true),
            ("visibility:hidden", true),
            ("text-decoration:line-through", true),
            ("text-decoration:underline", false),
        ] {
            let mut ink = Ink::default();
            ink.declare(declarations);
            assert_eq!(ink.unseen().is_some(), faint, "{declarations}");
        }
    }

    #[test]
    fn colours_are_known_as_files_write_them() {
        for (colour, expected) in [
            (Colour::named("FFFFFFFF"), Colour::WHITE),
            (Colour::named("#0f0"), Colour::Is([0, 255, 0])),
            (Colour::named("tomato"), Colour::Unknown),
            (Colour::theme(0, 0.0), Colour::WHITE),
            (Colour::theme(0, -0.5), Colour::Is([128; 3])),
            (Colour::theme(1, 0.0), Colour::BLACK),
            (Colour::theme(1, 1.0), Colour::WHITE),
            (Colour::theme(4, 0.5), Colour::Numbered(5_000_500)),
            (Colour::indexed(9), Colour::WHITE),
            (Colour::indexed(64), Colour::Automatic),
            (Colour::indexed(10), Colour::Is([255, 0, 0])),
            (Colour::indexed(2), Colour::Is([255, 0, 0])),
            (Colour::indexed(63), Colour::Is([0x33; 3])),
        ] {
            assert_eq!(colour, expected);
        }
    }
}
