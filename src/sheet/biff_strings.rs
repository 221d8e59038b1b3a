//! Texts of an .xls workbook whose letters do not all look alike (MS-XLS, SST): calamine gives the text and not how it is
//! written.
//!
//! ```text
//! SST: count, count, then per text: letters u16, flags u8 [, runs u16] [, more u32], letters, runs × (from u16, font u16), more
//! ```
//! Where a record is full the table goes on in CONTINUE; where that is among letters, flags come first again.

use std::collections::BTreeMap;

use super::ink::Ink;
use super::ole::u16_at;
use super::strings::Run;

/// A text, and at which of its UTF-16 units another font begins.
pub(super) struct Rich {
    pub(super) text: String,
    pub(super) runs: Vec<(u16, u16)>,
}

impl Rich {
    /// The same, with the place where each font ends.
    pub(super) fn ends(&self, ink_of: &dyn Fn(u16) -> Option<Ink>) -> Vec<Run> {
        let (mut ends, mut ink) = (Vec::new(), None);
        let (mut units, mut runs) = (0, self.runs.iter().peekable());
        for (at, letter) in self.text.char_indices() {
            while let Some((_, font)) = runs.next_if(|(from, _)| usize::from(*from) <= units) {
                ends.push(Run { end: at, ink });
                ink = ink_of(*font);
            }
            units += letter.len_utf16();
        }
        ends.push(Run { end: self.text.len(), ink });
        ends
    }
}

/// The rich texts of the table by their numbers, as far as it can be read. The first part is SST without its counts.
pub(super) fn rich(parts: &[&[u8]]) -> BTreeMap<u32, Rich> {
    let (mut reader, mut found) = (Reader { parts, at: 0 }, BTreeMap::new());
    for number in 0.. {
        match text(&mut reader) {
            Some(Some(rich)) => drop(found.insert(number, rich)),
            Some(None) => {}
            None => break,
        }
    }
    found
}

/// The next text; inside `None` for one whose letters all look alike, outside where the table ends.
#[expect(clippy::option_option, reason = "the end and a plain text are different things")]
fn text(reader: &mut Reader) -> Option<Option<Rich>> {
    let (count, mut flags) = (usize::from(reader.u16()?), reader.byte()?);
    let runs = if flags & 0x08 != 0 { usize::from(reader.u16()?) } else { 0 };
    let more = if flags & 0x04 != 0 { usize::from(reader.u16()?) | usize::from(reader.u16()?) << 16 } else { 0 };
    let (mut units, mut left): (Vec<u16>, usize) = (Vec::new(), count);
    while left > 0 {
        if reader.part_ends() {
            flags = reader.byte()?;
        }
        let wide = flags & 1 != 0;
        let bytes = reader.rest(if wide { left * 2 } else { left });
        let read = if wide { bytes.len() / 2 } else { bytes.len() };
        // Half a letter at a part's end.
        if read == 0 {
            return None;
        }
        if runs > 0 {
            units.extend((0..read).map(|at| if wide { u16_at(bytes, at * 2) } else { u16::from(bytes[at]) }));
        }
        left -= read;
    }
    let mut all = Vec::new();
    for _ in 0..runs {
        all.push((reader.u16()?, reader.u16()?));
    }
    reader.skip(more)?;
    Some((runs > 0).then(|| Rich { text: String::from_utf16_lossy(&units), runs: all }))
}

struct Reader<'a> {
    parts: &'a [&'a [u8]],
    at: usize,
}

impl<'a> Reader<'a> {
    fn part_ends(&self) -> bool {
        self.parts.first().is_some_and(|part| self.at >= part.len())
    }

    fn byte(&mut self) -> Option<u8> {
        while self.part_ends() {
            (self.parts, self.at) = (&self.parts[1..], 0);
        }
        let byte = *self.parts.first()?.get(self.at)?;
        self.at += 1;
        Some(byte)
    }

    fn u16(&mut self) -> Option<u16> {
        Some(u16::from(self.byte()?) | u16::from(self.byte()?) << 8)
    }

    /// Up to so many bytes of this part.
    fn rest(&mut self, wanted: usize) -> &'a [u8] {
        let Some(part) = self.parts.first() else { return &[] };
        let bytes = &part[self.at.min(part.len())..];
        let bytes = &bytes[..bytes.len().min(wanted)];
        self.at += bytes.len();
        bytes
    }

    fn skip(&mut self, mut count: usize) -> Option<()> {
        while count > 0 {
            let read = self.rest(count).len();
            count -= read;
            if count > 0 {
                self.byte()?;
                count -= 1;
            }
        }
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::rich;

    #[test]
    fn rich_texts_are_found_across_records() {
        let wide = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
        let plain = [&[2, 0, 0][..], b"ab"].concat();
        let whole = [&[2, 0, 9, 1, 0][..], &wide("张三"), &[1, 0, 6, 0]].concat();
        let extended = [&[1, 0, 4, 3, 0, 0, 0][..], b"x", &[7; 3]].concat();
        let told = |parts: &[&[u8]]| rich(parts).into_iter().map(|(at, rich)| (at, rich.text, rich.runs)).collect::<Vec<_>>();
        let all = [plain.clone(), extended, whole, plain].concat();
        let expected = vec![(2, "张三".to_owned(), vec![(1, 6)])];
        assert_eq!(told(&[&all]), expected);
        // The letters of the third go on in the next record, in bytes.
        let broken = [&[2, 0, 9, 1, 0][..], &wide("张")].concat();
        assert_eq!(told(&[&broken, &[0, b'x', 0, 0, 5, 0]]), [(0, "张x".to_owned(), vec![(0, 5)])]);
        (0..all.len()).for_each(|length| drop(rich(&[&all[..length]])));
    }
}
