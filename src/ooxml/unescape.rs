//! The format's own escape for characters that XML cannot hold (ECMA-376 part 1, 22.9.2.19).

use std::borrow::Cow;

/// `_x000D_` is the character of that UTF-16 unit; two of them may make one; `_x005F_` is the `_` itself.
pub fn unescape(text: &str) -> Cow<'_, str> {
    if !text.contains("_x") {
        return Cow::Borrowed(text);
    }
    let unit = |from: &str| {
        let hex = from.strip_prefix("_x")?.get(..4).filter(|hex| hex.bytes().all(|byte| byte.is_ascii_hexdigit()))?;
        from[6..].starts_with('_').then(|| u16::from_str_radix(hex, 16).ok()).flatten()
    };
    let (mut out, mut rest) = (String::with_capacity(text.len()), text);
    while let Some(at) = rest.find("_x") {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let mut units = Vec::new();
        // A pair is read as one.
        while units.len() < 2
            && let Some(unit) = unit(rest)
            && (units.is_empty() || (0xDC00..0xE000).contains(&unit))
        {
            units.push(unit);
            rest = &rest[7..];
        }
        out.extend(char::decode_utf16(units.iter().copied()).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)));
        if units.is_empty() {
            out.push_str("_x");
            rest = &rest[2..];
        }
    }
    out.push_str(rest);
    Cow::Owned(out)
}

/// What of a text a page can show: its escapes undone, without control characters other than line breaks and tabs.
pub fn printable(text: &str) -> String {
    unescape(text).chars().filter(|c| matches!(c, '\n' | '\t') || !c.is_control()).collect()
}

#[cfg(test)]
mod tests {
    use super::{printable, unescape};

    #[test]
    fn escaped_characters_are_characters() {
        for (stored, text) in [
            ("张三", "张三"),
            ("a_x000D_b", "a\rb"),
            ("_x005F_x000D_", "_x000D_"),
            ("_xD83D__xDCF7_", "\u{1f4f7}"),
            ("_xD83D_x", "\u{fffd}x"),
            ("_xDCF7_", "\u{fffd}"),
            ("a_x00", "a_x00"),
            ("_xZZZZ_", "_xZZZZ_"),
            ("_x_x0041_", "_xA"),
            ("_x0041__x0042_", "AB"),
            ("_x00张三", "_x00张三"),
        ] {
            assert_eq!(unescape(stored), text, "{stored}");
        }
    }

    #[test]
    fn what_cannot_be_shown_is_left_out() {
        assert_eq!(printable("a_x000D_b_x000A_c_x5F_"), "ab\nc_x5F_");
        assert_eq!(printable("a_x000D_\n_x0009_b"), "a\n\tb");
    }
}
