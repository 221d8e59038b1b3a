//! Names that every system takes, each claimed once.

use std::collections::BTreeSet;
use std::ffi::{OsStr, OsString};
use std::path::Path;

use unicode_normalization::UnicodeNormalization;

use crate::inside::{LONGEST_NAME, is_reserved};

/// Most characters of a name.
const LONGEST: usize = 80;

/// Most bytes of a name: room for a number and an extension below what file systems take. Eighty characters of everyday
/// Chinese fit; of rare ones and emoji, which take four bytes each, sixty do.
const LONGEST_BYTES: usize = LONGEST_NAME - 15;

/// A file or folder name that every system takes: none of `<>:"/\|?*`, no `%` (BagIt manifests escape it, and several
/// of their readers do not know), no control characters, no reserved words, no trailing dots or spaces, at most 80
/// characters and 240 bytes, composed (NFC), since systems disagree about the other form; never empty.
pub fn safe_name(text: &str) -> String {
    let mut bytes = 0;
    let cleaned: String = text
        .nfc()
        .map(|c| {
            if c.is_control()
                || matches!(c, '<' | '>' | ':' | '"' | '/' | '\\' | '|' | '?' | '*' | '%' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
            {
                '_'
            } else {
                c
            }
        })
        .take(LONGEST)
        .take_while(|c| {
            bytes += c.len_utf8();
            bytes <= LONGEST_BYTES
        })
        .collect();
    let trimmed = cleaned.trim().trim_end_matches(['.', ' ']);
    if trimmed.is_empty() || trimmed.starts_with(['.', '~']) || is_reserved(trimmed) { format!("_{trimmed}") } else { trimmed.to_owned() }
}

/// Hands out names of one folder; a name that is taken, in whatever case, gets a number.
#[derive(Debug, Default)]
pub struct Names {
    taken: BTreeSet<String>,
}

impl Names {
    /// `stem` + `extension`, made safe and unique.
    pub fn claim(&mut self, stem: &str, extension: &str) -> String {
        let stem = safe_name(stem);
        let mut name = format!("{stem}{extension}");
        let mut number = 2;
        while !self.taken.insert(name.to_lowercase()) {
            name = format!("{stem}({number}){extension}");
            number += 1;
        }
        name
    }
}

/// Most bytes that a disk takes for one name.
const MOST_BYTES: usize = 255;

/// A name with a mark before its extension: `board（改动1）.pdf`. Where that would be longer than a disk takes, the name is
/// cut; a folder has no extension.
pub(super) fn marked(name: &OsStr, mark: &str, folder: bool) -> OsString {
    let extension = Path::new(name).extension().filter(|_| !folder).map(|extension| {
        let mut dotted = OsString::from(".");
        dotted.push(extension);
        dotted
    });
    let stem = if extension.is_some() { Path::new(name).file_stem().unwrap_or(name) } else { name };
    let extension = extension.unwrap_or_default();
    let room = MOST_BYTES.saturating_sub(mark.len() + extension.len());
    let mut whole = if stem.len() > room {
        let text = stem.to_string_lossy();
        OsString::from(&text[..text.floor_char_boundary(room)])
    } else {
        stem.to_owned()
    };
    whole.push(mark);
    whole.push(extension);
    whole
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_names_before_the_extension() {
        for (name, folder, wanted) in [
            ("考核公示栏.pdf", false, "考核公示栏（改动1）.pdf"),
            ("a.tar.gz", false, "a.tar（改动1）.gz"),
            ("README", false, "README（改动1）"),
            (".bashrc", false, ".bashrc（改动1）"),
            ("1.1第一支部", true, "1.1第一支部（改动1）"),
        ] {
            assert_eq!(marked(OsStr::new(name), "（改动1）", folder), wanted);
        }
        let long = marked(OsStr::new(&("长".repeat(83) + ".xlsx")), "（改动12）", false).into_string().expect("text");
        assert!(long.len() <= MOST_BYTES && long.ends_with("长（改动12）.xlsx"), "{long}");
    }

    #[test]
    fn makes_names_safe() {
        for (text, name) in [
            ("0101-第一支部", "0101-第一支部"),
            ("../../etc/passwd", "_.._.._etc_passwd"),
            ("a:b?c", "a_b_c"),
            ("达标100%", "达标100_"),
            ("e\u{301}", "\u{e9}"),
            ("con", "_con"),
            ("COM1.txt", "_COM1.txt"),
            ("name. . ", "name"),
            ("", "_"),
            ("\u{7}x", "_x"),
        ] {
            assert_eq!(safe_name(text), name, "{text:?}");
        }
        assert_eq!(safe_name(&"长".repeat(200)).chars().count(), 80);
        assert_eq!(safe_name(&"𠀀".repeat(200)).len(), 240, "four bytes each");
        let mut names = Names::default();
        for number in 1..=99 {
            let name = names.claim(&"😀".repeat(80), ".xlsx");
            assert!(name.len() <= LONGEST_NAME && crate::inside::Inside::new(&name).is_some(), "{number}: {name}");
        }
    }

    #[test]
    fn numbers_collisions() {
        let mut names = Names::default();
        assert_eq!(names.claim("A", ".pdf"), "A.pdf");
        assert_eq!(names.claim("a", ".pdf"), "a(2).pdf");
    }
}
