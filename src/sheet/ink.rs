//! Whether the letters of a cell can be seen: ink in the colour of the ground, letters too small to read, letters struck out.
//!
//! A verdict needs both colours. What a pattern comes to is not looked into, and then the letters count as seen.

use super::book::Unseen;
use super::colour::Colour;

/// Points up to which nobody reads letters; offices begin at one.
const TOO_SMALL: f64 = 3.0;

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
                // Letters through which the ground is seen are as none.
                "color" if value == "transparent" => self.points = Some(0.0),
                "opacity" if value.parse() == Ok(0.0) => self.points = Some(0.0),
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
            ("color:transparent", true),
            ("opacity:0", true),
            ("opacity:0.9", false),
            ("text-decoration:line-through", true),
            ("text-decoration:underline", false),
        ] {
            let mut ink = Ink::default();
            ink.declare(declarations);
            assert_eq!(ink.unseen().is_some(), faint, "{declarations}");
        }
    }
}
