//! Text with separators: CSV, TSV and their like. A file is one sheet, named like the file.

use std::iter::Peekable;
use std::str::Chars;

use super::book::{Book, Content};
use super::gather::Gather;
use super::{Format, Limits, Refusal, text};

/// Lines that are looked at to find the separator.
const LOOKED_AT: usize = 200;

pub(super) fn read(name: &str, bytes: &[u8], limits: &Limits) -> Result<Book, Refusal> {
    let text = text::decode(bytes, None)?;
    let none = Refusal::NotASpreadsheet { kind: Format::Text };
    // SYLK, which offices read and nobody has sent for thirty years.
    if text.starts_with("ID;") {
        return Err(none);
    }
    // Excel's own word for the separator, no row of the table.
    let (said, body) = match text.strip_prefix("sep=").and_then(|rest| rest.split_once('\n')) {
        Some((said, body)) => (said.chars().next(), body),
        None => (None, text.as_str()),
    };
    let separator = said.or_else(|| separator(body)).ok_or(none)?;
    let mut gather = Gather::new(limits);
    let mut rest = body.chars().peekable();
    let mut row = 0;
    while rest.peek().is_some() {
        let mut column = 0;
        loop {
            let (field, quoted, ends) = field(&mut rest, separator);
            if let Some(content) = content(&field, quoted) {
                gather.push(row, column, content)?;
            }
            if ends {
                break;
            }
            column += 1;
        }
        row += 1;
    }
    let sheet = gather.sheet(stem(name), false)?;
    Ok(Book { sheets: vec![sheet], date_1904: false, modified: None, returns: None, format: Format::Text })
}

/// The file's name without folders and extension.
pub(super) fn stem(name: &str) -> &str {
    let file = name.rsplit(['/', '\\']).next().unwrap_or(name);
    file.rsplit_once('.').map_or(file, |(stem, _)| stem).trim()
}

/// The separator that most lines hold; `None` where most hold none: prose.
fn separator(text: &str) -> Option<char> {
    let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).take(LOOKED_AT).collect();
    let holding = |separator: char| lines.iter().filter(|line| line.contains(separator)).count();
    // On a tie the first: texts hold commas more often than tabs.
    let (count, separator) =
        ['\t', ',', ';', '|'].map(|separator| (holding(separator), separator)).into_iter().rev().max_by_key(|(count, _)| *count)?;
    (count > 0 && count * 2 >= lines.len()).then_some(separator)
}

/// One field, whether it stood in quotes, and whether the row ends with it.
fn field(rest: &mut Peekable<Chars>, separator: char) -> (String, bool, bool) {
    let mut field = String::new();
    let quoted = rest.next_if_eq(&'"').is_some();
    let mut inside = quoted;
    while let Some(c) = rest.next() {
        match c {
            '"' if inside => {
                inside = rest.next_if_eq(&'"').is_some();
                if inside {
                    field.push('"');
                }
            }
            c if inside => field.push(c),
            c if c == separator => return (field, quoted, false),
            '\r' => {
                rest.next_if_eq(&'\n');
                return (field, quoted, true);
            }
            '\n' => return (field, quoted, true),
            c => field.push(c),
        }
    }
    (field, quoted, true)
}

/// `="0101"` and a tab before or behind are how exports keep a spreadsheet program from making a number of it.
fn content(field: &str, quoted: bool) -> Option<Content> {
    let forced = field.strip_prefix("=\"").and_then(|rest| rest.strip_suffix('"')).or_else(|| {
        let trimmed = field.trim_matches('\t');
        (trimmed.len() < field.len()).then_some(trimmed)
    });
    match forced {
        Some(text) => Some(Content::Text(text.into())).filter(|_| !text.is_empty()),
        None if quoted && field.starts_with('=') => Some(Content::Text(field.into())),
        None => text::typed(field),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cells(text: &str) -> Vec<String> {
        let book = read("a/积分登记.csv", text.as_bytes(), &Limits::default()).expect("a table");
        assert_eq!(&*book.sheets[0].name, "积分登记");
        let rows = book.sheets[0].rows.iter();
        rows.flat_map(|row| row.cells.iter().map(move |cell| format!("{} {} {:?}", row.index, cell.column, cell.content))).collect()
    }

    #[test]
    fn splits_as_spreadsheet_programs_do() {
        let expected = [r#"0 0 Text("姓名")"#, r#"0 1 Text("a,\"b\"\nc")"#, "2 1 Number(8.7)"];
        for text in ["姓名,\"a,\"\"b\"\"\nc\"\r\n\r\n,8.7\r\n", "sep=;\n姓名;\"a,\"\"b\"\"\nc\"\r\r;8.7"] {
            assert_eq!(
                cells(text).iter().map(|cell| cell.replace("Decimal { mantissa: 87, exponent: -1 }", "8.7")).collect::<Vec<_>>(),
                expected,
                "{text}"
            );
        }
        assert_eq!(cells("x\t1,5\ny\t\"0101\"").len(), 4);
        assert_eq!(
            cells("编码,=\"0101\"\n号,360102\t"),
            [r#"0 0 Text("编码")"#, r#"0 1 Text("0101")"#, r#"1 0 Text("号")"#, r#"1 1 Text("360102")"#]
        );
    }

    #[test]
    fn prose_is_no_table() {
        for text in ["同志们，大家好。\n请查收。", "x", "ID;PWXL;N;E\nC;Y1;X1;K1\nE", "a\nb\nc,d\ne"] {
            assert_eq!(
                read("a.txt", text.as_bytes(), &Limits::default()).expect_err("refused"),
                Refusal::NotASpreadsheet { kind: Format::Text }
            );
        }
    }
}
