//! Words as people write them: folded before they are compared, the nearest of the known ones, how wide they stand.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// The likeliest of the names that could have been meant; none if none is alike. Of equals the first.
///
/// Likeness is the part of the longer text that need not be changed. Two letters of five may differ, and one of two: half of
/// a Chinese word still shows which was meant. Of three or four Latin letters more than half has to stand.
pub fn nearest<'a>(written: &str, names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    // Kept letters and all letters; compared as fractions.
    let mut best: (usize, usize) = if written.is_ascii() && matches!(written.len(), 3 | 4) { (1, 2) } else { (2, 5) };
    let mut found = None;
    for name in names {
        let all = written.chars().count().max(name.chars().count());
        let kept = all - strsim::damerau_levenshtein(written, name);
        if kept * best.1 > best.0 * all {
            (best, found) = ((kept, all), Some(name));
        }
    }
    found
}

/// Ids of those whose id or name is meant, whatever blanks and full-width forms are written; an id comes before names.
pub fn ids_of<'a>(written: &str, all: impl IntoIterator<Item = (&'a str, &'a str)>) -> Vec<&'a str> {
    let wanted = folded(written);
    let found: Vec<(&str, &str)> = all.into_iter().filter(|(id, name)| *id == wanted || folded(name) == wanted).collect();
    match found.iter().find(|(id, _)| *id == wanted) {
        Some((id, _)) => vec![id],
        None => found.into_iter().map(|(id, _)| id).collect(),
    }
}

/// True if one letter more, less, other or two exchanged make one text of the other.
pub fn differs_in_a_letter(one: &str, other: &str) -> bool {
    strsim::damerau_levenshtein(one, other) == 1
}

/// `1 branch`, `2 branches`.
pub fn counted(count: usize, one: &str, several: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { several })
}

/// Columns that a text takes where characters stand on a grid, as on a terminal: wide characters take two, marks none.
pub fn width(text: &str) -> usize {
    text.width()
}

/// Columns that a text takes in a cell. As [`width`], but characters that both Chinese and Latin fonts have, such as “ and
/// ·, take two: the fonts of our forms draw them so. An invisible character takes none.
pub fn width_in_cell(text: &str) -> usize {
    text.chars().map(|c| c.width_cjk().unwrap_or(1)).sum()
}

/// True for every kind of space and for characters that show nothing.
fn is_blank(c: char) -> bool {
    c.is_whitespace() || matches!(c, '\u{200B}'..='\u{200F}' | '\u{2060}' | '\u{FEFF}' | '\u{00AD}')
}

/// Full-width ASCII forms to ASCII.
fn half_width(c: char) -> char {
    match c {
        '\u{FF01}'..='\u{FF5E}' => char::from_u32(c as u32 - 0xFEE0).unwrap_or(c),
        _ => c,
    }
}

/// White space out and full-width to half-width: for numbers, codes, periods and words of closed lists.
pub fn folded(text: &str) -> String {
    text.chars().filter(|c| !is_blank(*c)).map(half_width).collect()
}

/// [`folded`], capitals small: two names that give the same are one name written twice.
pub fn same_name(text: &str) -> String {
    folded(text).to_lowercase()
}

/// [`folded`], a trailing colon off, all dashes alike: for headings and sheet names.
pub fn key(text: &str) -> String {
    let mut key: String = folded(text).chars().map(|c| if matches!(c, '–' | '—' | '―' | '‐' | '−' | '_') { '-' } else { c }).collect();
    while key.ends_with(':') {
        key.pop();
    }
    key
}

/// A heading without the number before it and the maximum it may carry: `1.理想信念(10分)` is `理想信念` and `10`; so are
/// `理想信念(满分10分)`, `[10]`, `(0-10)` and `10分` behind it. The length that a number should have, `(18位)`, goes too.
pub fn heading(text: &str) -> (String, Option<String>) {
    let key = key(text);
    let key = without_number(&key);
    let bracketed = [('(', ')'), ('[', ']'), ('【', '】'), ('〔', '〕')].into_iter().find_map(|(open, close)| {
        let (name, rest) = key.split_once(open)?;
        Some((name, rest.strip_suffix(close)?))
    });
    if let Some((name, inner)) = bracketed {
        if inner.strip_suffix('位').is_some_and(|length| !length.is_empty() && length.bytes().all(|b| b.is_ascii_digit())) {
            return (name.to_owned(), None);
        }
        if let Some(max) = maximum(inner) {
            return (name.to_owned(), Some(max));
        }
    } else if let Some(rest) = key.strip_suffix('分') {
        let name = rest.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.');
        if let Some(max) = maximum(&rest[name.len()..]) {
            return (name.trim_end_matches(['满', '最', '高']).to_owned(), Some(max));
        }
    }
    (key.to_owned(), None)
}

/// `1.理想信念`, `(1)理想信念` without the number.
fn without_number(key: &str) -> &str {
    let rest = key.strip_prefix('(').unwrap_or(key);
    let after = rest.trim_start_matches(|c: char| c.is_ascii_digit());
    let stop = if rest.len() < key.len() { [')'].as_slice() } else { ['.', '、', ')'].as_slice() };
    let numbered = after.len() < rest.len() && after.starts_with(stop);
    let name = after.get(after.chars().next().map_or(0, char::len_utf8)..).unwrap_or_default();
    // 1.5 is a number, and no heading behind one.
    if numbered && name.chars().next().is_some_and(|c| !c.is_ascii_digit()) { name } else { key }
}

/// `10`, `0-10`, `满分10分` → `10`.
fn maximum(inner: &str) -> Option<String> {
    let inner = inner.strip_suffix('分').unwrap_or(inner);
    let inner = ["满分", "最高分", "最高", "分值", "满", "共", "计"].iter().find_map(|word| inner.strip_prefix(word)).unwrap_or(inner);
    let inner = inner.trim_start_matches(':');
    let whole = inner.chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | '-' | '~' | '至'));
    let number = inner.rsplit(|c: char| !c.is_ascii_digit() && c != '.').next()?;
    (whole && number.starts_with(|c: char| c.is_ascii_digit())).then(|| number.to_owned())
}

/// A person's name as it is matched and printed: blanks dropped, the dots of minority names made one (·), every other
/// character kept as written.
pub fn name(text: &str) -> String {
    let kept: Vec<char> = text.chars().filter(|c| !is_blank(*c)).collect();
    let last = kept.len().saturating_sub(1);
    kept.iter()
        .enumerate()
        .map(|(at, c)| match c {
            '•' | '・' | '‧' | '．' | '∙' | '⋅' | '･' if at > 0 && at < last => '·',
            c => *c,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folds_headings() {
        assert_eq!(key(" 支部名称 ："), "支部名称");
        assert_eq!(key("姓\u{3000}名"), "姓名");
        assert_eq!(key("积分登记－农村党员"), "积分登记-农村党员");
        assert_eq!(heading("理想信念（10分）"), ("理想信念".into(), Some("10".into())));
        assert_eq!(heading("理想信念(0-10分)"), ("理想信念".into(), Some("10".into())));
        for written in [
            "服务群众（10）",
            "服务群众（满分10分）",
            "服务群众(0-10)",
            "服务群众[10分]",
            "服务群众10分",
            "1.服务群众",
            "2、服务群众（10分）",
            "（3）服务群众",
        ] {
            let (name, max) = heading(written);
            assert_eq!((name.as_str(), max.is_none_or(|max| max == "10")), ("服务群众", true), "{written}");
        }
        assert_eq!(heading("（10分）"), (String::new(), Some("10".into())));
        assert_eq!(heading("身份证号（18位）"), ("身份证号".into(), None));
        for other in ["其他(说明)", "组织生活1", "1月", "12月15日", "2026年", "9.5", "积分", "组织生活(1月)"] {
            assert_eq!(heading(other), (other.to_owned(), None), "{other}");
        }
    }

    #[test]
    fn keeps_the_letters_of_a_name() {
        assert_eq!(name("张　三"), "张三");
        assert_eq!(name(" 买买提•洋信 "), "买买提·洋信");
        assert_eq!(name("𠅤䶮"), "𠅤䶮");
        assert_eq!(name("Ａ"), "Ａ");
    }

    #[test]
    fn finds_what_was_meant() {
        let names = ["scheme", "county", "姓名", "性别"];
        for (written, meant) in [("schem", Some("scheme")), ("姓民", Some("姓名")), ("contry", Some("county")), ("甲", None), ("", None)]
        {
            assert_eq!(nearest(written, names), meant, "{written}");
        }
        assert_eq!(nearest("ab", ["ax", "ay"]), Some("ax"));
        assert_eq!((nearest("min", ["kind", "max"]), nearest("mxa", ["kind", "max"])), (None, Some("max")));
        assert!(differs_in_a_letter("王小明", "王明小") && !differs_in_a_letter("王明", "王明") && !differs_in_a_letter("王明", "李刚"));
    }

    #[test]
    fn goes_by_ids_and_by_names() {
        let all = [("a", "甲"), ("b", "乙 制"), ("c", "甲"), ("甲", "丁")];
        assert_eq!(ids_of("乙制", all), ["b"]);
        assert_eq!(ids_of(" ａ", all), ["a"]);
        assert_eq!(ids_of("甲", all), ["甲"], "an id comes first");
        assert_eq!(ids_of("甲", [("a", "甲"), ("c", "甲")]), ["a", "c"]);
        assert!(ids_of("丙", all).is_empty());
    }

    #[test]
    fn wide_characters_take_two_columns() {
        assert_eq!((width("ab党员"), width("“甲”·"), width("ｱ"), width("e\u{301}")), (6, 5, 1, 1));
        assert_eq!((width_in_cell("ab党员"), width_in_cell("“甲”·")), (6, 8));
    }
}
