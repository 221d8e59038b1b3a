//! Fonts cut down to the glyphs of one document, for an engine that embeds whatever it is given whole.

use std::collections::BTreeMap;
use std::sync::Arc;

use subsetter::{GlyphRemapper, subset};

use super::PdfError;
use crate::font::Face;

/// A face that can be cut down.
pub(super) struct Source {
    name: String,
    bytes: Arc<dyn AsRef<[u8]> + Send + Sync>,
    index: u32,
}

impl Source {
    /// A face with TrueType outlines: genpdf reads no others.
    pub fn new(face: &Face) -> Result<Self, PdfError> {
        let source = Self { name: face.name.clone(), bytes: Arc::clone(&face.bytes), index: face.index };
        let cut = source.cut(&BTreeMap::new())?;
        if tables(&cut).any(|(tag, _)| tag == *b"glyf") { Ok(source) } else { Err(PdfError::Outlines(source.name)) }
    }

    /// A font file with these characters only, and a character map of them.
    pub fn cut(&self, used: &BTreeMap<char, u16>) -> Result<Vec<u8>, PdfError> {
        let mut glyphs = GlyphRemapper::new();
        let map: Vec<(char, u16)> = used.iter().map(|(character, glyph)| (*character, glyphs.remap(*glyph))).collect();
        let cut = subset(self.bytes.as_ref().as_ref(), self.index, &glyphs).map_err(|_| PdfError::Font(self.name.clone()))?;
        Ok(with_character_map(&cut, &map))
    }
}

/// Tag and bytes of each table of a font file that this program made itself.
fn tables(font: &[u8]) -> impl Iterator<Item = ([u8; 4], &[u8])> {
    font.get(12..).unwrap_or_default().chunks_exact(16).take(number(font, 4, 2)).filter_map(move |record| {
        let tag = record.first_chunk::<4>()?;
        let start = number(record, 8, 4);
        Some((*tag, font.get(start..start.checked_add(number(record, 12, 4))?)?))
    })
}

fn number(bytes: &[u8], at: usize, size: usize) -> usize {
    bytes.get(at..at + size).unwrap_or_default().iter().fold(0, |sum, byte| sum << 8 | usize::from(*byte))
}

/// The subsetter leaves the map out because most PDF writers make their own; genpdf looks every character up in it.
fn with_character_map(font: &[u8], map: &[(char, u16)]) -> Vec<u8> {
    let groups = map.len() as u32;
    // Version, one table: Windows, full Unicode, at byte 12; format 12 and a group a character.
    let mut cmap = [0u16, 1, 3, 10, 0, 12, 12, 0].map(u16::to_be_bytes).concat();
    cmap.extend([16 + 12 * groups, 0, groups].map(u32::to_be_bytes).concat());
    for (character, glyph) in map {
        let code = u32::from(*character);
        cmap.extend([code, code, u32::from(*glyph)].map(u32::to_be_bytes).concat());
    }
    let mut parts: Vec<([u8; 4], &[u8])> = tables(font).collect();
    parts.push((*b"cmap", &cmap));
    parts.sort_unstable_by_key(|(tag, _)| *tag);
    let mut file = font.get(..4).unwrap_or_default().to_vec();
    let count = parts.len() as u16;
    let power = count.checked_ilog2().unwrap_or_default() as u16;
    file.extend([count, 16 << power, power, 16 * count - (16 << power)].map(u16::to_be_bytes).concat());
    let mut offset = file.len() + 16 * parts.len();
    for (tag, part) in &parts {
        file.extend(tag);
        file.extend([checksum(part), offset as u32, part.len() as u32].map(u32::to_be_bytes).concat());
        offset += part.len().next_multiple_of(4);
    }
    for (_, part) in &parts {
        file.extend(*part);
        file.resize(file.len().next_multiple_of(4), 0);
    }
    file
}

fn checksum(bytes: &[u8]) -> u32 {
    let word = |four: &[u8]| four.iter().chain([&0; 4]).take(4).fold(0u32, |sum, byte| sum << 8 | u32::from(*byte));
    bytes.chunks(4).map(word).fold(0, u32::wrapping_add)
}

#[cfg(test)]
mod tests {
    use skrifa::{FontRef, MetadataProvider};

    use super::*;
    use crate::font::tests::bundled;

    #[test]
    fn a_cut_font_is_small_and_knows_its_characters() {
        for face in bundled().faces() {
            let used: BTreeMap<char, u16> = "党员ab1".chars().map(|c| (c, face.glyph(c).unwrap().0)).collect();
            let cut = Source::new(face).unwrap().cut(&used).unwrap();
            assert!(cut.len() < 20_000, "{}: {} bytes", face.name, cut.len());
            let font = FontRef::new(&cut).unwrap();
            let (was, now) = (face.glyph('党').unwrap().1, font.charmap().map('党').unwrap());
            assert!(now.to_u32() > 0 && font.charmap().map('组').is_none());
            let size = skrifa::instance::Size::new(1.0);
            let width = font.glyph_metrics(size, skrifa::instance::LocationRef::default()).advance_width(now).unwrap();
            assert!((was - width).abs() < 0.001, "{}", face.name);
            for (tag, part) in tables(&cut) {
                assert!(!part.is_empty(), "{tag:?}");
            }
        }
    }
}
