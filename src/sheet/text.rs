//! Files of characters: which encoding they are in, and what a cell says that has no type.

use encoding_rs::{Encoding, GB18030, UTF_8, UTF_16BE, UTF_16LE};

use super::{Content, Refusal};
use crate::diag::Unreadable;
use crate::exact::Decimal;

/// A number longer than this is a name of digits: an identity number, an account.
const DIGITS: usize = 15;

/// The characters of a file. A byte order mark decides, then zeros (UTF-16 has one in every Latin letter), then UTF-8 if it
/// is that, then what the file says of itself, then GB18030.
///
/// A byte that fits none is refused: put in its place, something else would be read than was sent.
pub(super) fn decode(bytes: &[u8], said: Option<&str>) -> Result<String, Refusal> {
    let broken = || Refusal::unreadable(Unreadable::Text, "broken characters");
    if let Some((encoding, mark)) = Encoding::for_bom(bytes) {
        let text = encoding.decode_without_bom_handling_and_without_replacement(&bytes[mark..]);
        return text.map(Into::into).ok_or_else(broken);
    }
    // Two Chinese characters in GBK may happen to be Latin or Hebrew letters in UTF-8, which a branch does not write.
    if let Ok(text) = std::str::from_utf8(bytes)
        && wide(bytes).is_none()
        && (text.is_ascii() || text.chars().any(|c| c >= '\u{800}'))
    {
        return Ok(text.to_owned());
    }
    // UTF-8 was tried; GB2312 and GBK are parts of GB18030, and pages name the one where they mean the other.
    let said = said.and_then(|label| Encoding::for_label(label.as_bytes())).filter(|encoding| *encoding != UTF_8);
    let encoding = wide(bytes).or(said).unwrap_or(GB18030);
    encoding.decode_without_bom_handling_and_without_replacement(bytes).map(Into::into).ok_or_else(broken)
}

/// UTF-16 without a byte order mark, by the zeros in its beginning.
pub(super) fn wide(bytes: &[u8]) -> Option<&'static Encoding> {
    let head = &bytes[..bytes.len().min(1024)];
    let zeros = |from: usize| head.iter().skip(from).step_by(2).filter(|&&byte| byte == 0).count();
    let many = (head.len() / 16).max(1);
    match (zeros(0), zeros(1)) {
        _ if head.len() < 8 => None,
        (even, odd) if odd >= many && even * 8 < odd => Some(UTF_16LE),
        (even, odd) if even >= many && odd * 8 < even => Some(UTF_16BE),
        _ => None,
    }
}

/// What a text stands for where no type is stored: what a spreadsheet program would make of it, but that codes keep
/// their zeros and identity numbers their digits. `None` for nothing.
pub(super) fn typed(text: &str) -> Option<Content> {
    if text.is_empty() {
        return None;
    }
    if is_error(text) {
        return Some(Content::Error(text.into()));
    }
    Some(number(text).map_or_else(|| Content::Text(text.into()), Content::Number))
}

/// Shaped like an error value: `#SPILL!`, `#NAME?`, `#N/A`.
pub(super) fn is_error(text: &str) -> bool {
    let shaped = text.starts_with('#') && (text.ends_with('!') || text.ends_with('?') || text == "#N/A" || text == "#GETTING_DATA");
    shaped && text.len() <= 16 && text.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b"#!?/_".contains(&b))
}

/// A number as a program writes it: `-2`, `8.70`, `3.60102E+17`; not `08`, `+3`, `1,000`, nor one of too many digits.
pub(super) fn number(text: &str) -> Option<Decimal> {
    let bare = text.strip_prefix('-').unwrap_or(text);
    let (digits, power) = bare.split_once('E').map_or((bare, None), |(digits, power)| (digits, Some(power)));
    let (whole, part) = digits.split_once('.').unwrap_or((digits, "0"));
    let all_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let plain =
        all_digits(whole) && all_digits(part) && (whole == "0" || !whole.starts_with('0')) && whole.len() + part.len() <= DIGITS + 1;
    let powered = power.is_none_or(|power| all_digits(power.strip_prefix(['+', '-']).unwrap_or_default()) && whole.len() == 1);
    if plain && powered && whole.len() <= DIGITS { Decimal::parse(text) } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_how_chinese_programs_write() {
        let text = "姓名,8.7\r\n";
        let gbk = GB18030.encode(text).0;
        let units = |bytes: fn(u16) -> [u8; 2]| text.encode_utf16().flat_map(bytes).collect::<Vec<u8>>();
        let little = units(u16::to_le_bytes);
        for bytes in [
            text.as_bytes().to_vec(),
            [b"\xef\xbb\xbf", text.as_bytes()].concat(),
            gbk.to_vec(),
            [&b"\xff\xfe"[..], &little].concat(),
            [&b"\xfe\xff"[..], &units(u16::to_be_bytes)].concat(),
            little,
            units(u16::to_be_bytes),
        ] {
            assert_eq!(decode(&bytes, None).as_deref(), Ok(text), "{bytes:x?}");
        }
        assert_eq!(decode(&gbk, Some("gb2312")).as_deref(), Ok(text));
        // 0xFF begins no character of any of them.
        assert!(decode(b"\xd0\xd5\xff,1", None).is_err());
    }

    #[test]
    fn numbers_are_numbers_and_codes_are_codes() {
        for text in ["8.7", "8.70", "-2", "0", "0.5", "100", "3.60102E+17", "123456789012345"] {
            assert_eq!(typed(text), Decimal::parse(text).map(Content::Number), "{text}");
        }
        for text in ["0101", "+3", "1,000", "-", "360102198905181234", ".5", "5.", "1E5", "8.7分", "-0101", "1e+3"] {
            assert_eq!(typed(text), Some(Content::Text(text.into())), "{text}");
        }
        assert_eq!(typed("#REF!"), Some(Content::Error("#REF!".into())));
        assert_eq!(typed(""), None);
    }
}
