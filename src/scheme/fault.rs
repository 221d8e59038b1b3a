//! What is wrong with a scheme file, where, in both languages.

use std::fmt::Write as _;
use std::ops::Range;

use crate::diag::{Lang, width};

/// One fault, with its place in the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// How many characters of that line are meant.
    pub width: usize,
    /// The line as written.
    pub source: String,
    /// What is wrong and what is allowed, Chinese.
    pub zh: String,
    /// The same in English.
    pub en: String,
}

/// A scheme file that cannot be used: everything that is wrong with it, from top to bottom.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{}", self.message("", Lang::En))]
pub struct SchemeError {
    /// At least one.
    pub faults: Vec<Fault>,
}

impl SchemeError {
    /// `file:line:column: text`, the line and a mark below it, one fault after the other.
    pub fn message(&self, file: &str, lang: Lang) -> String {
        let mut text = String::new();
        for fault in &self.faults {
            let said = if lang == Lang::Zh { &fault.zh } else { &fault.en };
            let before: String = fault.source.chars().take(fault.column - 1).collect();
            let meant: String = fault.source.chars().skip(fault.column - 1).take(fault.width).collect();
            let number = fault.line.to_string();
            let marks = "^".repeat(width(&meant).max(1));
            let indent = " ".repeat(width(&before));
            let gutter = " ".repeat(number.len());
            let _ = writeln!(text, "{file}:{number}:{}: {said}", fault.column);
            let _ = writeln!(text, " {number} | {}\n {gutter} | {indent}{marks}", fault.source.replace('\t', " "));
        }
        text.truncate(text.trim_end().len());
        text
    }
}

/// A fault at bytes of the text; of several lines the first is shown.
pub(super) fn at(text: &str, span: &Range<usize>, zh: String, en: String) -> Fault {
    let mut start = span.start.min(text.len());
    while !text.is_char_boundary(start) {
        start -= 1;
    }
    let line_start = text[..start].rfind('\n').map_or(0, |at| at + 1);
    let source = text[line_start..].split('\n').next().unwrap_or_default().trim_end_matches('\r');
    let line_end = line_start + source.len();
    let mut end = span.end.clamp(start, line_end.max(start));
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    Fault {
        line: text[..line_start].matches('\n').count() + 1,
        column: text[line_start..start].chars().count() + 1,
        width: text[start..end].chars().count().max(1),
        source: source.to_owned(),
        zh,
        en,
    }
}

/// Of what the TOML reader found, what a person wants to hear: after an open bracket everything below seems wrong, and
/// one word on a line is enough.
pub(super) fn telling(errors: Vec<toml::de::Error>) -> Vec<toml::de::Error> {
    const MOST: usize = 10;
    let open = errors.iter().any(|error| error.message().starts_with("unclosed"));
    let mut kept: Vec<toml::de::Error> = Vec::new();
    for (at, error) in errors.into_iter().enumerate() {
        if !open || at == 0 || error.message().starts_with("unclosed") {
            kept.push(error);
        }
    }
    kept.truncate(MOST);
    kept
}

/// What the TOML reader says, in Chinese; its own words are English.
pub(super) fn syntax_zh(message: &str) -> String {
    let known = [
        ("duplicate key", "同一个键写了两次"),
        ("string values must be quoted", "文字要放在双引号里"),
        ("unclosed array table", "表头 [[…]] 没有写完"),
        ("unclosed array", "方括号没有配对，列表缺少 ]"),
        ("unclosed inline table", "花括号没有配对，缺少 }"),
        ("unclosed table", "表头 […] 没有写完"),
        ("missing comma", "两个值之间缺少逗号"),
        ("extra comma", "多了一个逗号"),
        ("key with no value", "键后面没有值"),
        ("missing value", "等号后面没有值"),
        ("missing assignment", "键和值之间缺少等号"),
        ("extra `=`", "多了一个等号"),
        ("extra assignment", "一行只能写一个键"),
        ("invalid basic string", "引号没有配对，或文字里有不允许的字符"),
        ("invalid literal string", "引号没有配对，或文字里有不允许的字符"),
        ("invalid unquoted key", "键里有不允许的字符；中文和带符号的键要放在双引号里"),
        ("unquoted keys cannot be empty", "缺少键"),
        ("unexpected leading zero", "数字前面不能有 0"),
        ("unexpected content", "这里多了内容"),
        ("unexpected key or value", "这里多了内容"),
        ("unexpected `=` in array", "列表里不该有等号"),
        ("invalid float", "这不是数字，文字要放在双引号里"),
        ("invalid integer", "这不是数字，文字要放在双引号里"),
        ("invalid datetime", "这不是日期，日期写作 2026-07-01"),
    ];
    let found = known.iter().find(|(begin, _)| message.starts_with(begin));
    found.map_or("不合 TOML 的写法", |(_, zh)| zh).to_owned()
}

/// The name nearest to what was written, as the tail of a message in both languages; empty where nothing is near.
pub(super) fn near<'a>(written: &str, known: impl IntoIterator<Item = &'a str>) -> (String, String) {
    let likeness = |name: &'a str| (strsim::normalized_damerau_levenshtein(written, name), name);
    match known.into_iter().map(likeness).max_by(|a, b| a.0.total_cmp(&b.0)) {
        Some((likeness, name)) if likeness > 0.3 => (format!("；是否想写“{name}”？"), format!("; did you mean `{name}`?")),
        _ => (String::new(), String::new()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_the_place_under_wide_characters() {
        let text = "name = \"甲\"\n\"乙丙\" = { mx = 3 }\n";
        let start = text.find("mx").expect("key");
        let fault = at(text, &(start..start + 2), "没有这个键".into(), "no such key".into());
        assert_eq!((fault.line, fault.column, fault.width), (2, 10, 2));
        let error = SchemeError { faults: vec![fault] };
        assert_eq!(error.message("a.toml", Lang::Zh), "a.toml:2:10: 没有这个键\n 2 | \"乙丙\" = { mx = 3 }\n   |            ^^");
    }
}
