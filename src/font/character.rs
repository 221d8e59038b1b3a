//! What a character is to whoever draws text glyph by glyph.

/// Marks that only steer shaping or breaking: nothing is drawn for them.
pub fn is_steering(c: char) -> bool {
    is_variant_mark(c)
        || matches!(c, '\u{AD}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2069}' | '\u{FEFF}' | '\u{FFFE}'..='\u{FFFF}' | '\u{E0000}'..='\u{E007F}')
}

/// Marks that ask for a variant of the character before them.
pub(super) fn is_variant_mark(c: char) -> bool {
    matches!(c, '\u{180B}'..='\u{180F}' | '\u{FE00}'..='\u{FE0F}' | '\u{E0100}'..='\u{E01EF}')
}

/// Private use: a font's glyph for it carries no meaning, and PDF/A refuses it.
pub(super) fn is_private(c: char) -> bool {
    matches!(c, '\u{E000}'..='\u{F8FF}' | '\u{F0000}'..)
}

/// Letters that join, stack or run from the right (Uyghur and Kazakh in Arabic script, Tibetan, Mongolian, scripts of
/// India and beyond): set side by side from the left they would be another word, so they are not drawn at all.
pub(super) fn needs_shaping(c: char) -> bool {
    matches!(c, '\u{590}'..='\u{8FF}' | '\u{900}'..='\u{109F}' | '\u{1780}'..='\u{18AF}' | '\u{1900}'..='\u{1CFF}' | '\u{A800}'..='\u{A82F}' | '\u{A840}'..='\u{A8FF}' | '\u{A900}'..='\u{ABFF}' | '\u{FB1D}'..='\u{FDFF}' | '\u{FE70}'..='\u{FEFE}' | '\u{10A00}'..='\u{10FFF}' | '\u{11000}'..='\u{11FFF}')
}
