//! Reading what branches send: `inbox` and `sheet`.

mod faults;
mod formats;
mod grid;
mod inboxes;
pub mod layouts;
mod locked;
pub mod packages;
mod shown;

use std::path::Path;

use scorebook::diag::{CellRef, Unreadable};
use scorebook::exact::Decimal;
use scorebook::ooxml::Fault;
use scorebook::sheet::{self, Book, Content, Format, Limits, Refusal};

fn fixture(name: &str) -> Vec<u8> {
    std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/reading").join(name)).unwrap()
}

fn read(name: &str) -> Book {
    sheet::read(name, &fixture(name), &Limits::default()).unwrap()
}

/// Every cell as `sheet A1 content`.
fn told(book: &Book) -> Vec<String> {
    let mut lines = Vec::new();
    for sheet in &book.sheets {
        for row in &sheet.rows {
            for cell in &row.cells {
                let place = CellRef { row: row.index, column: cell.column };
                let content = match &cell.content {
                    Content::Text(text) => format!("{text:?}"),
                    Content::Number(number) => number.to_string(),
                    Content::Date(date) => format!("@{date}"),
                    Content::Bool(value) => value.to_string(),
                    Content::Error(error) => format!("!{error}"),
                    Content::Uncalculated(formula) => format!("?{formula}"),
                    Content::Disguised(own) => format!("{} instead of {:?}", own.shown, own.held),
                    Content::Picture => "picture".to_owned(),
                };
                lines.push(format!("{} {place} {content}", sheet.name));
            }
        }
    }
    lines
}

const KINDS: [&str; 21] = [
    "各种 A1 \"党员积分登记\"",
    "各种 A3 8.7",
    "各种 B3 1.21",
    "各种 C3 -2",
    "各种 D3 360102198905181000",
    "各种 A4 @2026-09-19 00:00:00",
    "各种 B4 @2026-09-19 12:30:00",
    "各种 C4 @2026-09-19 00:00:00",
    "各种 D4 46284",
    "各种 A5 true",
    "各种 B5 !#REF!",
    "各种 C5 \"张\u{3000}三\"",
    "各种 D5 \" 首尾 \"",
    "各种 A7 \"最后\"",
    "各种 F7 0",
    "藏着 A1 1",
    "藏行 A1 \"a\"",
    "藏行 A2 \"b\"",
    "藏列 A1 \"a\"",
    "藏列 C1 \"b\"",
    "空着藏 A1 \"a\"",
];

fn quoted(lines: &[&str]) -> Vec<String> {
    lines.iter().map(|line| line.replace('\u{3000}', "\\u{3000}")).collect()
}

#[test]
fn every_format_gives_the_same_cells() {
    for (name, format) in [("kinds.xlsx", Format::Xlsx), ("kinds.xls", Format::Xls), ("kinds.ods", Format::Ods)] {
        let book = read(name);
        assert_eq!(book.format, format);
        let mut expected = quoted(&KINDS);
        if format == Format::Ods {
            // LibreOffice stored the truth value of another program's file as a number that looks like one.
            expected[9] = "各种 A5 TRUE instead of Number(Decimal { mantissa: 1, exponent: 0 })".to_owned();
        }
        assert_eq!(told(&book), expected, "{name}");
        let hidden: Vec<(bool, bool)> = book.sheets.iter().map(|sheet| (sheet.hidden, sheet.hidden_rows)).collect();
        assert_eq!(hidden, [(false, false), (true, false), (false, true), (false, true), (false, false)], "{name}");
    }
}

#[test]
fn the_extension_does_not_count() {
    assert_eq!(sheet::read("名册.et", &fixture("kinds.xlsx"), &Limits::default()).unwrap().format, Format::Xlsx);
    assert_eq!(sheet::read("名册.xlsx", &fixture("kinds.xls"), &Limits::default()).unwrap().format, Format::Xls);
}

#[test]
fn properties_are_read() {
    for name in ["kinds.xlsx", "kinds.ods"] {
        let book = read(name);
        assert!(book.modified.as_deref().is_some_and(|moment| moment.starts_with("2026-11-22T")), "{:?}", book.modified);
        assert_eq!(book.returns.as_deref(), Some("第二党委/支部.xlsx"));
    }
}

#[test]
fn a_formula_without_a_result_is_not_an_empty_cell() {
    assert_eq!(told(&read("uncalculated.xlsx")), ["Sheet A1 ?=1+2", "Sheet A2 ?=SUM(A1:A1)", "Sheet A3 3"]);
}

#[test]
fn the_other_date_system_is_honoured() {
    let book = read("date1904.xlsx");
    assert!(book.date_1904);
    assert_eq!(told(&book), ["Sheet A1 @2026-09-19 00:00:00"]);
}

#[test]
fn old_chinese_text_without_a_code_page_is_gbk() {
    assert_eq!(told(&read("biff5_cp_missing_gbk.xls")), ["预算表 A1 \"单位名称\""]);
}

#[test]
fn a_torn_file_is_refused_at_every_length() {
    for name in ["kinds.xlsx", "kinds.xls", "kinds.ods"] {
        let whole = fixture(name);
        for length in (9..whole.len()).step_by(97) {
            let result = sheet::read(name, &whole[..length], &Limits::default());
            // LibreOffice ends an .xls with the streams of its properties; the cells before them are whole.
            let same = result.as_ref().is_ok_and(|book| told(book).len() == KINDS.len());
            assert!(result.is_err() || same, "{name} cut at {length}");
        }
    }
}

#[test]
fn a_flipped_bit_is_read_or_refused_without_a_panic() {
    for name in ["kinds.xlsx", "kinds.xls", "kinds.ods"] {
        let whole = fixture(name);
        for at in (0..whole.len()).step_by(61) {
            let mut damaged = whole.clone();
            damaged[at] ^= 0x15;
            // The guard against panics would say this; nothing may need it.
            let result = sheet::read(name, &damaged, &Limits::default());
            assert!(!matches!(result, Err(Refusal::Fault(Fault::Unreadable { why: Unreadable::Reader, .. }))), "{name} at {at}");
        }
    }
}

#[test]
fn limits_are_kept() {
    let refused = |change: fn(&mut Limits)| {
        let mut limits = Limits::default();
        change(&mut limits);
        ["kinds.xlsx", "kinds.xls", "kinds.ods"].map(|name| match sheet::read(name, &fixture(name), &limits) {
            Err(Refusal::Fault(Fault::TooLarge { what, .. })) => what,
            other => panic!("{name}: {other:?}"),
        })
    };
    assert_eq!(refused(|limits| limits.max_bytes = 1000), ["bytes"; 3]);
    assert_eq!(refused(|limits| limits.max_cells = 20), ["cells"; 3]);
    assert_eq!(refused(|limits| limits.max_rows = 6), ["rows"; 3]);
    assert_eq!(refused(|limits| limits.max_columns = 5), ["columns"; 3]);
    assert_eq!(refused(|limits| limits.max_sheets = 4), ["sheets"; 3]);
    assert_eq!(refused(|limits| limits.max_text = 5), ["text"; 3]);
}

#[test]
fn a_picture_is_no_spreadsheet() {
    let refusal = sheet::read("a.xlsx", b"\x89PNG\r\n\x1a\n", &Limits::default()).unwrap_err();
    assert_eq!(refusal, Refusal::NotASpreadsheet { kind: Format::Image });
    assert_eq!(refusal.code(), scorebook::diag::Code::NotASpreadsheet);
}

#[test]
fn a_cell_is_found_by_its_place() {
    let book = read("kinds.xlsx");
    assert_eq!(book.sheets[0].get(2, 0), Decimal::parse("8.7").map(Content::Number).as_ref());
    assert_eq!(book.sheets[0].get(1, 0), None);
    assert_eq!(book.sheets[0].count(), 15);
}
