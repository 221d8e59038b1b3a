//! The property sets of an OLE container (MS-OLEPS): when a workbook was last saved, and what was put beside its cells.
//!
//! ```text
//! header, sets ─▶ kind, position ─▶ length, properties ─▶ number, position ─▶ type, value
//!                                    └ number 0: names of the others, where people gave them
//! ```
//!
//! A broken one takes nothing from the scores: it tells nothing.

use chrono::DateTime;

use super::ole::{self, u16_at, u32_at, u64_at};

/// `FMTID_SummaryInformation`.
const SUMMARY: [u8; 16] = [0xe0, 0x85, 0x9f, 0xf2, 0xf9, 0x4f, 0x68, 0x10, 0xab, 0x91, 0x08, 0x00, 0x2b, 0x27, 0xb3, 0xd9];
/// `FMTID_UserDefinedProperties`.
const NAMED: [u8; 16] = [0x05, 0xd5, 0xcd, 0xd5, 0x9c, 0x2e, 0x1b, 0x10, 0x93, 0x97, 0x08, 0x00, 0x2b, 0x2c, 0xf9, 0xae];
const NAMES: u32 = 0;
const CODE_PAGE: u32 = 1;
const LAST_SAVED: u32 = 0x0d;
/// Texts of this code page are UTF-16.
const WIDE: u16 = 1200;
/// From 1601, where the system's clock begins, to 1970, in seconds.
const BEFORE_1970: i64 = 11_644_473_600;
/// The last second of 9999.
const LATEST: i64 = 253_402_300_799;

/// When the workbook was last saved, as ISO text.
pub(super) fn modified(bytes: &[u8]) -> Option<String> {
    let stream = ole::stream(bytes, "\u{5}SummaryInformation").ok()?;
    let value = property(set(&stream, &SUMMARY)?, LAST_SAVED)?;
    // VT_FILETIME, in ten-millionths of a second; zero is never.
    let ticks = u64_at(value, 4);
    let seconds = i64::try_from(ticks / 10_000_000).ok()? - BEFORE_1970;
    let known = u16_at(value, 0) == 0x40 && ticks > 0 && seconds <= LATEST;
    let time = DateTime::from_timestamp(seconds, 0).filter(|_| known)?;
    Some(time.format("%Y-%m-%dT%H:%M:%SZ").to_string())
}

/// The text of a property that somebody named.
pub(super) fn named(bytes: &[u8], wanted: &str) -> Option<String> {
    let stream = ole::stream(bytes, "\u{5}DocumentSummaryInformation").ok()?;
    let set = set(&stream, &NAMED)?;
    let wide = property(set, CODE_PAGE).is_some_and(|value| u16_at(value, 4) == WIDE);
    let names = property(set, NAMES)?;
    let (mut at, mut number) = (4, None);
    for _ in 0..u32_at(names, 0) {
        // Each: number, length with its closing zero, text; UTF-16 is filled up to four bytes.
        let length = (u32_at(names, at + 4) as usize).checked_mul(if wide { 2 } else { 1 })?;
        let text = names.get(at + 8..(at + 8).checked_add(length)?)?;
        if told(text, wide) == wanted {
            number = Some(u32_at(names, at));
        }
        at += 8 + if wide { length.next_multiple_of(4) } else { length };
    }
    let value = property(set, number?)?;
    let length = u32_at(value, 4) as usize;
    let (length, wide) = match u16_at(value, 0) {
        0x1e => (length, wide),
        0x1f => (length.checked_mul(2)?, true),
        _ => return None,
    };
    Some(told(value.get(8..length.checked_add(8)?)?, wide))
}

/// A text up to its closing zero. What is looked for is plain ASCII, so other code pages need not be known.
fn told(bytes: &[u8], wide: bool) -> String {
    let text = if wide {
        String::from_utf16_lossy(&bytes.chunks_exact(2).map(|pair| u16_at(pair, 0)).collect::<Vec<_>>())
    } else {
        String::from_utf8_lossy(bytes).into_owned()
    };
    text.split('\0').next().unwrap_or_default().to_owned()
}

/// The set of a kind, from its first byte on.
fn set<'a>(stream: &'a [u8], kind: &[u8; 16]) -> Option<&'a [u8]> {
    let listed = stream.get(28..)?.chunks_exact(20).take(u32_at(stream, 24) as usize);
    let entry = listed.into_iter().find(|entry| entry.starts_with(kind))?;
    stream.get(u32_at(entry, 16) as usize..)
}

/// A property's type and value, and what follows it.
fn property(set: &[u8], number: u32) -> Option<&[u8]> {
    let listed = set.get(8..)?.chunks_exact(8).take(u32_at(set, 4) as usize);
    let entry = listed.into_iter().find(|entry| u32_at(entry, 0) == number)?;
    set.get(u32_at(entry, 4) as usize..)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A stream of one set.
    fn stream(kind: &[u8; 16], properties: &[(u32, Vec<u8>)]) -> Vec<u8> {
        let mut set = vec![0; 4];
        set.extend((properties.len() as u32).to_le_bytes());
        let mut at = 8 + 8 * properties.len();
        for (number, value) in properties {
            set.extend(number.to_le_bytes());
            set.extend((at as u32).to_le_bytes());
            at += value.len();
        }
        set.extend(properties.iter().flat_map(|(_, value)| value));
        let mut bytes = vec![0; 24];
        bytes.extend(1u32.to_le_bytes());
        bytes.extend(kind);
        bytes.extend(48u32.to_le_bytes());
        bytes.extend(set);
        bytes
    }

    fn words(parts: &[u32]) -> Vec<u8> {
        parts.iter().flat_map(|part| part.to_le_bytes()).collect()
    }

    #[test]
    fn tells_when_a_workbook_was_saved() {
        // 2026-12-21 09:00:00 in ten-millionths of a second since 1601.
        let ticks = (1_797_843_600 + BEFORE_1970) as u64 * 10_000_000;
        let saved = |ticks: u64| [words(&[0x40]), ticks.to_le_bytes().to_vec()].concat();
        let of = |ticks: u64| modified(&ole::wrap("\u{5}SummaryInformation", stream(&SUMMARY, &[(LAST_SAVED, saved(ticks))])));
        assert_eq!(of(ticks).as_deref(), Some("2026-12-21T09:00:00Z"));
        assert_eq!((of(0), of(u64::MAX)), (None, None));
    }

    #[test]
    fn finds_a_property_by_its_name() {
        let narrow = vec![
            (NAMES, [words(&[2, 3, 2]), b"a\0".to_vec(), words(&[2, 18]), b"scorebook.returns\0".to_vec()].concat()),
            (CODE_PAGE, words(&[2, 65001])),
            (2, [words(&[0x1e, 5]), b"ab12\0".to_vec()].concat()),
        ];
        let name: Vec<u8> = "scorebook.returns\0".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let wide = vec![
            (CODE_PAGE, words(&[2, 1200])),
            (5, [words(&[0x1f, 3]), "ab\0".encode_utf16().flat_map(u16::to_le_bytes).collect()].concat()),
            (NAMES, [words(&[1, 5, 18]), name].concat()),
        ];
        for (properties, value) in [(narrow, "ab12"), (wide, "ab")] {
            let whole = ole::wrap("\u{5}DocumentSummaryInformation", stream(&NAMED, &properties));
            assert_eq!(named(&whole, "scorebook.returns").as_deref(), Some(value));
            assert_eq!(named(&whole, "scorebook"), None);
        }
    }

    #[test]
    fn broken_sets_tell_nothing() {
        let whole = stream(&NAMED, &[(NAMES, words(&[u32::MAX, 2, u32::MAX])), (2, words(&[0x1f, u32::MAX]))]);
        for end in 0..whole.len() {
            assert_eq!(named(&ole::wrap("\u{5}DocumentSummaryInformation", whole[..end].to_vec()), "scorebook.returns"), None);
        }
        let mut far = whole;
        far[44..48].copy_from_slice(&u32::MAX.to_le_bytes());
        assert_eq!(named(&ole::wrap("\u{5}DocumentSummaryInformation", far), "x"), None);
    }
}
