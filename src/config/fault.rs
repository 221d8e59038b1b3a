//! What is wrong with a file, where, in both languages.

use std::fmt::Write as _;
use std::ops::Range;

use crate::diag::{CellRef, Lang, Said};
use crate::words::width;

/// A place in a file, with the line as it stands there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Spot {
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// How many characters of that line are meant.
    pub width: usize,
    /// The line as written; empty if it may hold a secret.
    pub source: String,
    /// The place in a workbook, which has no lines.
    pub cell: Option<InSheet>,
}

/// A place in a workbook: a sheet, and a cell of it if one is to blame.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InSheet {
    /// The sheet's name.
    pub sheet: String,
    /// The cell.
    pub cell: Option<CellRef>,
}

/// One fault, with its place in the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Where.
    pub spot: Spot,
    /// What is wrong and what is allowed.
    pub said: Said,
}

/// A file that cannot be used: everything that is wrong with it, from top to bottom.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.message("", Lang::En))]
pub struct ConfigError {
    /// At least one.
    pub faults: Vec<Fault>,
}

impl ConfigError {
    /// `file:line:column: text`, the line and a mark below it, one fault after the other; of a workbook `file › sheet › cell: text`.
    pub fn message(&self, file: &str, lang: Lang) -> String {
        let mut text = String::new();
        for Fault { spot, said } in &self.faults {
            if let Some(InSheet { sheet, cell }) = &spot.cell {
                let colon = if lang == Lang::Zh { "：" } else { ": " };
                let cell = cell.map(|cell| format!(" › {cell}")).unwrap_or_default();
                let sheet = if sheet.is_empty() { String::new() } else { format!(" › {sheet}") };
                let _ = writeln!(text, "{file}{sheet}{cell}{colon}{}", said.get(lang));
                continue;
            }
            let _ = writeln!(text, "{file}:{}:{}: {}", spot.line, spot.column, said.get(lang));
            if spot.source.is_empty() {
                continue;
            }
            let before: String = spot.source.chars().take(spot.column - 1).collect();
            let meant: String = spot.source.chars().skip(spot.column - 1).take(spot.width).collect();
            let number = spot.line.to_string();
            let (indent, marks) = (" ".repeat(width(&before)), "^".repeat(width(&meant).max(1)));
            let gutter = " ".repeat(number.len());
            let _ = writeln!(text, " {number} | {}\n {gutter} | {indent}{marks}", spot.source.replace('\t', " "));
        }
        text.truncate(text.trim_end().len());
        text
    }
}

impl Spot {
    /// The place of bytes of the text; of several lines the first is shown.
    pub(super) fn of(text: &str, span: &Range<usize>) -> Self {
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
        Self {
            line: text[..line_start].matches('\n').count() + 1,
            column: text[line_start..start].chars().count() + 1,
            width: text[start..end].chars().count().max(1),
            source: source.to_owned(),
            cell: None,
        }
    }

    /// A place in a workbook; `order` is what faults are sorted by.
    pub fn in_sheet(sheet: &str, cell: Option<CellRef>, order: usize) -> Self {
        Self { line: order, cell: Some(InSheet { sheet: sheet.to_owned(), cell }), ..Self::default() }
    }
}

/// Of what the TOML reader found, what a person wants to hear: after an open bracket everything below seems wrong, and
/// one word on a line is enough. Where the order of things is wrong it looks at no value: those of the other lines are read once more.
pub(super) fn telling(text: &str, errors: Vec<toml::de::Error>) -> Vec<toml::de::Error> {
    // A file that is no TOML at all has one in every line.
    const MOST: usize = 100;
    let line = |error: &toml::de::Error| {
        error.span().map_or(usize::MAX, |span| text.bytes().take(span.start).filter(|byte| *byte == b'\n').count())
    };
    let unclosed = |error: &toml::de::Error| error.message().starts_with("unclosed");
    let open = errors.iter().any(unclosed);
    let mut kept: Vec<toml::de::Error> = Vec::new();
    for (at, error) in errors.into_iter().enumerate() {
        if !open || at == 0 || unclosed(&error) {
            kept.push(error);
        }
    }
    if !open && !kept.is_empty() {
        let torn: Vec<usize> = kept.iter().map(line).collect();
        let blank = |(at, own): (usize, &str)| if torn.contains(&at) { " ".repeat(own.len()) } else { own.to_owned() };
        let rest = text.split('\n').enumerate().map(blank).collect::<Vec<_>>().join("\n");
        let values = toml::de::DeTable::parse_recoverable(&rest).1;
        kept.extend(values.into_iter().filter(|error| OF_VALUES.iter().any(|begin| error.message().starts_with(begin))));
    }
    kept.sort_by_key(line);
    kept.truncate(MOST);
    kept
}

/// How the TOML reader begins what it says of a single value or key.
const OF_VALUES: [&str; 11] = [
    "string values must be quoted",
    "invalid basic string",
    "invalid literal string",
    "missing escaped value",
    "invalid date",
    "invalid fraction",
    "invalid exponent",
    "invalid float",
    "invalid boolean",
    "unquoted keys cannot be empty",
    "unexpected leading zero",
];

/// What the TOML reader says of a place, in both languages; its own words are English and about TOML.
pub(super) fn syntax(message: &str, source: &str, meant: &str) -> Said {
    if message == "duplicate key" {
        return Said::new(format!("“{meant}”写了两次，请只留一个"), format!("`{meant}` is given twice: keep one"));
    }
    if let Some(mark) = chinese_mark(source, message.contains("string, expected")) {
        return Said::new(
            format!("这一行有中文标点 {mark} ；要写成 名称 = \"值\"，引号、等号、逗号和括号都用半角"),
            format!("this line has a Chinese `{mark}`; write name = \"value\" with plain quotes, equals signs, commas and brackets"),
        );
    }
    // What is written behind the equals sign, where that is a share.
    let value = source.split_once('=').map_or("", |(_, value)| value.split('#').next().unwrap_or_default().trim());
    if let Some(digits) = value.strip_suffix('%')
        && !digits.is_empty()
        && digits.chars().all(|c| c.is_ascii_digit() || c == '.')
    {
        return Said::new(format!("百分数要放在引号里：\"{value}\""), format!("a share stands in quotes: \"{value}\""));
    }
    if message.starts_with("string values must be quoted") && source.trim_end().ends_with('=') {
        return Said::new("等号后面没有值", "there is no value after the equals sign");
    }
    let known = [
        ("string values must be quoted", "文字要放在半角双引号里"),
        ("unclosed array table", "表头 [[…]] 没有写完"),
        ("unclosed array", "方括号没有配对，列表缺少 ]"),
        ("unclosed inline table", "花括号没有配对，缺少 }"),
        ("unclosed table", "表头 […] 没有写完"),
        ("missing comma", "两个值之间缺少逗号"),
        ("extra comma", "多了一个逗号"),
        ("key with no value", "键后面没有等号和值"),
        ("missing assignment", "键和值之间缺少等号"),
        ("extra `=`", "多了一个等号"),
        ("extra assignment", "花括号里的各项写作 名称 = 值，用逗号隔开"),
        ("invalid basic string", "引号没有配对，或文字里有不允许的字符"),
        ("invalid literal string", "引号没有配对，或文字里有不允许的字符"),
        ("missing escaped value", "引号里的反斜杠 \\ 要写成 \\\\ ，文件夹之间也可以写 /"),
        ("invalid unquoted key", "键里有不允许的字符；中文和带符号的键要放在双引号里"),
        ("unquoted keys cannot be empty", "缺少键"),
        ("unexpected leading zero", "数字前面不能有 0"),
        ("unexpected key or value", "这里多了内容"),
        ("unexpected `=` in array", "列表里不该有等号"),
        ("invalid float", "这不是数字，文字要放在双引号里"),
        ("invalid fraction", "这个数字没有写完整"),
        ("invalid exponent", "这个数字没有写完整"),
        ("invalid boolean", "只能写 true（是）或 false（否）"),
        ("invalid date", "这不是日期；日期写作 2026-07-01，月和日都写两位"),
    ];
    let found = known.iter().find(|(begin, _)| message.starts_with(begin));
    Said::new(found.map_or("看不懂这一行：应写成 名称 = 值", |(_, zh)| zh), message)
}

/// A Chinese mark where TOML has one of its own: outside texts and comments, or the quote that should end an open text.
fn chinese_mark(line: &str, open: bool) -> Option<char> {
    let mut quote = None;
    for c in line.chars() {
        match (quote, c) {
            (None, '"' | '\'') => quote = Some(c),
            (None, '#') => return None,
            (Some(end), c) if c == end => quote = None,
            (Some(_), '“' | '”' | '‘' | '’' | '＂') if open => return Some(c),
            (None, '“' | '”' | '‘' | '’' | '＂' | '＝' | '：' | '，' | '、' | '【' | '】' | '［' | '］') => {
                return Some(c);
            }
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_the_place_under_wide_characters() {
        let text = "name = \"甲\"\n\"乙丙\" = { mx = 3 }\n";
        let start = text.find("mx").expect("key");
        let spot = Spot::of(text, &(start..start + 2));
        assert_eq!((spot.line, spot.column, spot.width), (2, 10, 2));
        let said = Said::new("没有这个键", "no such key");
        let error = ConfigError { faults: vec![Fault { spot, said: said.clone() }] };
        assert_eq!(error.message("a.toml", Lang::Zh), "a.toml:2:10: 没有这个键\n 2 | \"乙丙\" = { mx = 3 }\n   |            ^^");
    }

    #[test]
    fn names_the_cell_of_a_workbook() {
        let said = |sheet: &str, cell: Option<CellRef>| {
            let fault = Fault { spot: Spot::in_sheet(sheet, cell, 1), said: Said::new("是空的", "is empty") };
            let error = ConfigError { faults: vec![fault] };
            [Lang::Zh, Lang::En].map(|lang| error.message("设置.xlsx", lang))
        };
        let cell = CellRef { row: 2, column: 1 };
        assert_eq!(said("日期", Some(cell)), ["设置.xlsx › 日期 › B3：是空的", "设置.xlsx › 日期 › B3: is empty"]);
        assert_eq!(said("日期", None)[0], "设置.xlsx › 日期：是空的");
        assert_eq!(said("", None)[0], "设置.xlsx：是空的");
    }

    #[test]
    fn finds_the_mark_of_another_keyboard() {
        for (line, open, mark) in [
            ("county = “示范县”", false, Some('“')),
            ("county = \"示范县”", true, Some('”')),
            ("phone = \"甲：乙\" # 一，二", false, None),
            ("县名：示范县", false, Some('：')),
        ] {
            assert_eq!(chinese_mark(line, open), mark, "{line}");
        }
    }
}
