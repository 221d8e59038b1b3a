//! One font file as tables: which glyph a character has and how wide it is.

use std::collections::BTreeMap;
use std::sync::Arc;

use skrifa::instance::{LocationRef, Size};
use skrifa::raw::TableProvider;
use skrifa::string::StringId;
use skrifa::{FontRef, MetadataProvider};
use thiserror::Error;

use super::FontData;
use super::family::normalise;
use crate::diag::Lang;

/// A font that cannot be used.
#[derive(Debug, Error)]
pub enum FontError {
    /// The file is no font that can be read.
    #[error("{0}: not a readable TrueType or OpenType font")]
    Unreadable(String),
    /// The font holds pictures of characters, or nothing to draw.
    #[error("{0}: the font has no outlines, so nothing can be drawn with it")]
    NoOutlines(String),
    /// OS/2 `fsType` 2, restricted licence embedding.
    #[error("{0}: the font's licence forbids embedding it in documents; take it out of templates/fonts")]
    Restricted(String),
    /// No font was given.
    #[error("no font files")]
    NoFonts,
}

impl FontError {
    /// For a person.
    pub fn message(&self, lang: Lang) -> String {
        match (self, lang) {
            (_, Lang::En) => self.to_string(),
            (Self::Unreadable(name), _) => format!("{name}：不是能读取的 TrueType 或 OpenType 字体文件"),
            (Self::NoOutlines(name), _) => format!("{name}：字体没有轮廓，画不出字"),
            (Self::Restricted(name), _) => format!("{name}：字体的授权禁止嵌入文档，请从 templates/fonts 中移走"),
            (Self::NoFonts, _) => "没有字体文件".to_owned(),
        }
    }
}

/// A parsed face: its glyphs and widths as flat tables, so that threads share it without locks.
pub struct Face {
    /// Name for messages.
    pub name: String,
    /// The file's bytes, for the writer that embeds a part of them.
    pub bytes: Arc<dyn AsRef<[u8]> + Send + Sync>,
    /// Index in a collection.
    pub index: u32,
    /// Its weight is 600 or more.
    pub bold: bool,
    /// Height above the baseline in em.
    pub ascent: f32,
    /// Depth below the baseline in em, positive.
    pub descent: f32,
    pub(super) families: Vec<String>,
    units: f32,
    basic: Vec<u16>,
    beyond: BTreeMap<char, u16>,
    advances: Vec<u16>,
}

impl Face {
    pub(super) fn parse(data: FontData) -> Result<Self, FontError> {
        let bytes = Arc::clone(&data.bytes);
        let font = FontRef::from_index(bytes.as_ref().as_ref(), data.index).map_err(|_| FontError::Unreadable(data.name.clone()))?;
        let metrics = font.metrics(Size::unscaled(), LocationRef::default());
        if metrics.units_per_em == 0 || metrics.glyph_count == 0 {
            return Err(FontError::Unreadable(data.name));
        }
        if font.outline_glyphs().format().is_none() {
            return Err(FontError::NoOutlines(data.name));
        }
        // The bits exclude each other; with several set the most generous counts.
        if font.os2().is_ok_and(|os2| os2.fs_type() & 0xF == 2) {
            return Err(FontError::Restricted(data.name));
        }
        let units = f32::from(metrics.units_per_em);
        let mut basic = vec![0u16; 0x1_0000];
        let mut beyond = BTreeMap::new();
        for (code, glyph) in font.charmap().mappings() {
            let Ok(id) = u16::try_from(glyph.to_u32()) else { continue };
            if let Some(slot) = basic.get_mut(code as usize) {
                *slot = id;
            } else if let Some(character) = char::from_u32(code) {
                beyond.insert(character, id);
            }
        }
        let widths = font.glyph_metrics(Size::unscaled(), LocationRef::default());
        let advances = (0..metrics.glyph_count)
            .map(|id| widths.advance_width(skrifa::GlyphId::from(id)).unwrap_or_default().clamp(0.0, f32::from(u16::MAX)) as u16)
            .collect();
        let mut families = Vec::new();
        for id in [StringId::FAMILY_NAME, StringId::TYPOGRAPHIC_FAMILY_NAME, StringId::FULL_NAME] {
            families.extend(font.localized_strings(id).map(|name| normalise(&name.chars().collect::<String>())));
        }
        families.sort();
        families.dedup();
        let (ascent, descent) = (metrics.ascent / units, -metrics.descent / units);
        let sane = (0.3..3.0).contains(&ascent) && (0.0..3.0).contains(&descent);
        Ok(Self {
            name: data.name,
            bold: font.attributes().weight.value() >= 600.0,
            ascent: if sane { ascent } else { 0.88 },
            descent: if sane { descent } else { 0.12 },
            index: data.index,
            bytes: data.bytes,
            families,
            units,
            basic,
            beyond,
            advances,
        })
    }

    /// Glyph index and advance in em; `None` where the face lacks the character.
    pub fn glyph(&self, character: char) -> Option<(u16, f32)> {
        let id = match self.basic.get(character as usize) {
            Some(id) => *id,
            None => *self.beyond.get(&character)?,
        };
        if id == 0 {
            return None;
        }
        Some((id, f32::from(self.advances.get(usize::from(id)).copied().unwrap_or_default()) / self.units))
    }

    /// Ascent and descent together, in em; never zero.
    pub fn natural_height(&self) -> f32 {
        (self.ascent + self.descent).max(0.3)
    }
}
