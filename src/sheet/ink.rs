//! Whether the letters of a cell can be seen: ink in the colour of the ground, and letters too small to read.
//!
//! A verdict needs both colours. What is a theme's own, a pattern's or a conditional format's is not looked into, and then
//! the letters count as seen.

/// Points up to which nobody reads letters; offices begin at one.
const TOO_SMALL: f64 = 3.0;

/// How far two colours may lie apart in each of red, green and blue and still be one to the eye.
const ALIKE: u8 = 16;

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
            "white" | "window" => Self::WHITE,
            "black" | "windowtext" => Self::BLACK,
            _ => Self::Unknown,
        }
    }

    /// A number of the palette (ECMA-376 part 1, 18.8.27; MS-XLS, Icv), as far as black and white go.
    pub(super) fn indexed(index: u32) -> Self {
        match index {
            0 | 8 => Self::BLACK,
            64 | 0x7fff => Self::Automatic,
            1 | 9 | 65 => Self::WHITE,
            _ => Self::Numbered(index.into()),
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
}

impl Default for Ink {
    /// Black on white, in the usual size.
    fn default() -> Self {
        Self { colour: Colour::BLACK, ground: Colour::WHITE, points: None }
    }
}

impl Ink {
    /// True if nobody can read what is written so.
    pub(super) fn is_faint(&self) -> bool {
        let colour = if self.colour == Colour::Automatic { Colour::BLACK } else { self.colour };
        colour.is_like(self.ground) || self.points.is_some_and(|points| points <= TOO_SMALL)
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
                _ => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Colour, Ink};

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
        ] {
            let mut ink = Ink::default();
            ink.declare(declarations);
            assert_eq!(ink.is_faint(), faint, "{declarations}");
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
            (Colour::indexed(10), Colour::Numbered(10)),
        ] {
            assert_eq!(colour, expected);
        }
    }
}
