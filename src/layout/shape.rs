//! Characters to glyphs: one a character, from whichever face has it.

use std::borrow::Cow;

use crate::font::{Choice, FaceId, FontSet, is_steering, private_use_replacement};

/// A character with its glyph. Widths are in em of the text's size.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shape {
    pub character: char,
    pub face: FaceId,
    pub id: u16,
    pub advance: f32,
    /// No face has it: its code point is drawn in a box.
    pub missing: bool,
}

/// Size of the code point in a box, in em.
pub(super) const BOX_TEXT: f32 = 0.4;

/// Text without what has no place on paper: control characters and marks that only steer shaping.
pub(super) fn printable(text: &str) -> Cow<'_, str> {
    let invisible = |c: char| (c.is_control() && c != '\n') || is_steering(c) || private_use_replacement(c).is_some();
    if !text.chars().any(invisible) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.replace("\r\n", "\n").replace('\r', "\n").chars().filter_map(shown).collect())
}

/// The character that is drawn for one, if any.
pub(super) fn shown(c: char) -> Option<char> {
    match c {
        '\t' => Some(' '),
        '\n' => Some('\n'),
        c if c.is_control() || is_steering(c) => None,
        c => Some(private_use_replacement(c).unwrap_or(c)),
    }
}

/// The glyphs of a text; characters that no face has are handed to `missing`.
pub(super) fn shape(fonts: &FontSet, choice: Choice, text: &str, mut missing: impl FnMut(char)) -> Vec<Shape> {
    let mut shapes = Vec::with_capacity(text.len() / 2 + 1);
    for character in text.chars() {
        if character == '\n' {
            shapes.push(Shape { character, face: choice.face, id: 0, advance: 0.0, missing: false });
            continue;
        }
        // Different spaces must not be missed where a font has only the plain one.
        let looked_up = match character {
            '\u{A0}' | '\u{2002}'..='\u{200A}' | '\u{202F}' => ' ',
            other => other,
        };
        let glyph = fonts.glyph(choice, looked_up);
        shapes.push(match glyph {
            Some(glyph) => Shape { character, face: glyph.face, id: glyph.id, advance: glyph.advance, missing: false },
            None if looked_up == '\u{3000}' => Shape { character: ' ', face: choice.face, advance: 1.0, ..blank(fonts, choice) },
            None => {
                missing(character);
                let label = code_point(character);
                let width: f32 = label.chars().filter_map(|c| fonts.glyph(choice, c)).map(|glyph| glyph.advance).sum();
                Shape { character, face: choice.face, id: 0, advance: width * BOX_TEXT + 0.2, missing: true }
            }
        });
    }
    shapes
}

fn blank(fonts: &FontSet, choice: Choice) -> Shape {
    let (face, id, advance) = fonts.glyph(choice, ' ').map_or((choice.face, 0, 0.25), |glyph| (glyph.face, glyph.id, glyph.advance));
    Shape { character: ' ', face, id, advance, missing: false }
}

/// `U+31350`.
pub(super) fn code_point(character: char) -> String {
    format!("U+{:04X}", u32::from(character))
}
