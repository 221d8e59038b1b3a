//! Text for a terminal: made harmless, and broken into rows that fit.

use std::fmt::Write as _;

use icu_segmenter::LineSegmenter;
use icu_segmenter::options::LineBreakOptions;

use crate::words::width;

/// The narrowest room for text behind what stands before it; below it rows grow beyond the edge instead.
const LEAST: usize = 20;

/// Columns of the terminal that a stream leads to; none if it leads elsewhere, and rows are left whole.
///
/// `COLUMNS` decides if it is set, for a terminal and for a pipe.
pub fn columns(terminal: Option<usize>) -> Option<usize> {
    let wanted = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok()).filter(|columns| *columns >= LEAST);
    wanted.or(terminal)
}

/// A text as one line that a terminal only shows: line breaks and tabs become blanks, whatever else would act or turn
/// the direction of writing becomes its code.
///
/// Values come from senders' cells, from file names and from configuration. One that could begin a line of its own
/// could pass for a finding of ours.
pub fn visible(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\t' | '\n' | '\u{B}' | '\u{C}' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}' => out.push(' '),
            _ if acts(c) => {
                let _ = write!(out, "<U+{:04X}>", u32::from(c));
            }
            _ => out.push(c),
        }
    }
    out
}

/// JSON with such characters as escapes: they stand only in its strings, so that the values stay what they are.
pub fn visible_json(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    for c in json.chars() {
        if acts(c) || matches!(c, '\u{2028}' | '\u{2029}') {
            for unit in c.encode_utf16(&mut [0; 2]) {
                let _ = write!(out, "\\u{unit:04x}");
            }
        } else {
            out.push(c);
        }
    }
    out
}

/// Control characters, marks of direction and invisible format characters. Joiners are left: they are spelling.
fn acts(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{AD}' | '\u{61C}' | '\u{180E}' | '\u{200B}' | '\u{200E}' | '\u{200F}' | '\u{FEFF}')
        || matches!(c, '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FFF9}'..='\u{FFFB}' | '\u{E0000}'..='\u{E007F}')
}

/// Rows of at most so many columns: the first begins with `lead`, the others with `hang`.
pub fn rows(text: &str, columns: Option<usize>, lead: &str, hang: &str) -> Vec<String> {
    let Some(columns) = columns.filter(|columns| width(lead) + width(text) > *columns) else { return vec![format!("{lead}{text}")] };
    let columns = columns.max(width(lead).max(width(hang)) + LEAST);
    let mut rows = Vec::new();
    let mut row = lead.to_owned();
    let mut empty = true;
    let breaks: Vec<usize> = LineSegmenter::new_for_non_complex_scripts(LineBreakOptions::default()).segment_str(text).collect();
    for piece in breaks.windows(2).map(|pair| &text[pair[0]..pair[1]]) {
        let fits = |row: &str, piece: &str| width(row) + width(piece.trim_end()) <= columns;
        if !empty && !fits(&row, piece) {
            rows.push(std::mem::replace(&mut row, hang.to_owned()));
        }
        // A word longer than a row, such as a path, is broken anywhere.
        for c in piece.chars() {
            if !fits(&row, c.encode_utf8(&mut [0; 4])) {
                rows.push(std::mem::replace(&mut row, hang.to_owned()));
            }
            row.push(c);
        }
        empty = false;
    }
    rows.push(row);
    for row in &mut rows {
        row.truncate(row.trim_end().len());
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_value_begins_a_line_or_reaches_the_terminal() {
        for c in ['\n', '\r', '\u{85}', '\u{2028}', '\u{2029}', '\t'] {
            assert_eq!(visible(&format!("甲{c}错误 0201")), "甲 错误 0201");
        }
        assert_eq!(visible("\u{1b}[1;31m红\u{9b}31m"), "<U+001B>[1;31m红<U+009B>31m");
        assert_eq!(visible("a\u{202E}b\u{200F}c\u{2066}"), "a<U+202E>b<U+200F>c<U+2066>");
        assert_eq!(visible("ئۇ\u{200D}ي 张三，100%"), "ئۇ\u{200D}ي 张三，100%");
    }

    #[test]
    fn json_keeps_its_values() {
        let value = serde_json::json!({ "x": "甲\u{202E}\u{2028}\u{9b}\u{E0041}\n" });
        let printed = visible_json(&value.to_string());
        assert!(!printed.chars().any(|c| acts(c) || c == '\u{2028}'), "{printed}");
        assert_eq!(serde_json::from_str::<serde_json::Value>(&printed).expect("json"), value);
    }

    #[test]
    fn rows_fit_and_hang() {
        let text = "错误 0104 “环境卫生”写的是“-12”，应在 -10 到 0 之间；请把它改为 -10 到 0 之间的数（扣分写成正数也可以）。";
        let broken = rows(text, Some(40), "", "    ");
        assert!(broken.len() > 2 && broken.iter().all(|row| width(row) <= 40), "{broken:?}");
        assert!(
            broken[1..].iter().all(|row| row.starts_with("    ") && !row.trim_start().starts_with(['，', '。', '”', '）'])),
            "{broken:?}"
        );
        assert_eq!(broken.iter().map(|row| row.replace(' ', "")).collect::<String>(), text.replace(' ', ""));
        assert_eq!(rows("短", Some(40), "├─ ", "│  "), ["├─ 短"]);
        assert_eq!(rows(text, None, "", "  "), [text]);
    }

    #[test]
    fn words_longer_than_a_row_are_broken_and_narrow_terminals_end() {
        let path = "a".repeat(100);
        assert!(rows(&path, Some(30), "", "  ").iter().all(|row| width(row) <= 30));
        assert!(rows(&"很".repeat(300), Some(1), &" ".repeat(50), &" ".repeat(60)).iter().all(|row| width(row) <= 80));
    }
}
