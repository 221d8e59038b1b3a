use std::collections::BTreeMap;

use proptest::prelude::*;
use rust_xlsxwriter::Formula;

use super::*;
use crate::form::model::{Cell, Column, Font, Range, Row, Style, StyleId, Value};
use crate::layout::Adjusted;
use crate::layout::sample::{board, date, lay, mixed};

fn xlsx(book: &FilledBook) -> Vec<u8> {
    let custom = vec![("scorebook.form".to_owned(), "board".to_owned())];
    let properties = Properties { title: book.title.clone(), author: "东街社区党支部".into(), date: date(), custom };
    write(book, &lay(book).book, &properties).unwrap()
}

fn keep(name: &str, bytes: &[u8]) {
    if let Ok(folder) = std::env::var("LAYOUT_OUT") {
        std::fs::write(std::path::Path::new(&folder).join(name), bytes).unwrap();
    }
}

#[test]
fn the_same_book_is_the_same_bytes() {
    for (name, book) in [("board.xlsx", board(40)), ("mixed.xlsx", mixed())] {
        let bytes = xlsx(&book);
        keep(name, &bytes);
        assert_eq!(bytes, xlsx(&book));
    }
}

fn part(bytes: &[u8], name: &str) -> String {
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap();
    let mut text = String::new();
    std::io::Read::read_to_string(&mut archive.by_name(name).unwrap(), &mut text).unwrap();
    text
}

#[test]
fn the_sheet_says_what_layout_measured() {
    let mut book = board(90);
    book.sheets[0].page.fit = Some((1, 0));
    let laid = lay(&book).book;
    let sheet = part(&xlsx(&book), "xl/worksheets/sheet1.xml");
    let heights: Vec<f64> = sheet.split(" ht=\"").skip(1).map(|rest| rest.split('"').next().unwrap().parse().unwrap()).collect();
    let measured: Vec<f64> = laid.sheets[0].heights.iter().map(|height| *height as f64 / POINT as f64).collect();
    assert_eq!(heights, measured);
    for row in &laid.sheets[0].row_breaks {
        assert!(sheet.contains(&format!("<brk id=\"{row}\"")), "{row}");
    }
    assert!(sheet.contains("fitToPage=\"1\"") && sheet.contains("fitToHeight=\"0\"") && sheet.contains("paperSize=\"8\""));
    assert!(sheet.contains("<f>SUM(G5:J5)</f><v>98.72</v>"));
    assert!(part(&xlsx(&book), "xl/workbook.xml").contains("$1:$3"));
}

#[test]
fn a_cell_that_had_to_be_changed_is_changed_in_the_workbook_too() {
    let book = mixed();
    let styles = part(&xlsx(&book), "xl/styles.xml");
    assert!(styles.contains("textRotation=\"255\"") && styles.contains("wrapText=\"1\""));
    let smaller = lay(&book).book.sheets[0].adjusted[&(4, 0)].size.unwrap();
    assert!(smaller < 11.0 && styles.contains(&format!("<sz val=\"{smaller}\"/>")), "{smaller}");
    assert!(part(&xlsx(&book), "docProps/core.xml").contains("2026-10-08T00:00:00Z"));
    assert!(part(&xlsx(&book), "docProps/custom.xml").contains("scorebook.form"));
}

#[test]
fn columns_keep_their_pixels_for_every_digit_width() {
    for size in [8.0, 9.0, 10.0, 11.0, 12.0, 14.0, 16.0, 20.0] {
        let mut book = board(3);
        book.normal_font.size = size;
        let laid = lay(&book).book;
        let sheet = part(&xlsx(&book), "xl/worksheets/sheet1.xml");
        let widths = sheet
            .split("<col ")
            .skip(1)
            .map(|rest| rest.split("width=\"").nth(1).unwrap().split('"').next().unwrap().parse::<f64>().unwrap());
        let columns: Vec<f64> = widths.collect();
        assert!(!columns.is_empty());
        // As Excel will read it back: within a pixel of what layout drew.
        let pixels = f64::from(laid.sheets[0].digit) * columns[0];
        assert!((pixels - (laid.sheets[0].widths[0] / PIXEL) as f64).abs() <= 1.0, "{size}: {pixels}");
    }
}

/// Every part of a package by its name.
fn parts(bytes: &[u8]) -> BTreeMap<String, String> {
    let archive = zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap();
    let names: Vec<String> = archive.file_names().map(|name| name.unwrap().into_owned()).collect();
    names.into_iter().map(|name| (part(bytes, &name), name)).map(|(text, name)| (name, text)).collect()
}

/// The same book with all its cells written by rust_xlsxwriter.
fn by_the_writer(book: &FilledBook, laid: &LaidOut, properties: &Properties) -> Vec<u8> {
    package(book, laid, properties, |at, worksheet| {
        let (sheet, measures) = (&book.sheets[at], &laid.sheets[at]);
        for ((index, row), height) in (0u32..).zip(&sheet.rows).zip(&measures.heights) {
            worksheet.set_row_height_pixels(index, (*height / PIXEL) as u32)?;
            if row.hidden {
                worksheet.set_row_hidden(index)?;
            }
        }
        let format =
            |style: StyleId, adjusted| book.styles.get(style.0 as usize).map_or_else(Format::new, |own| style::format(own, adjusted));
        for merge in measures.merges.iter().filter(|merge| (merge.first_row, merge.first_column) != (merge.last_row, merge.last_column)) {
            let first = sheet.rows[merge.first_row as usize].cells.iter().find(|cell| cell.column == merge.first_column);
            let look = first.map_or_else(Format::new, |cell| format(cell.style, None));
            worksheet.merge_range(merge.first_row, merge.first_column, merge.last_row, merge.last_column, "", &look)?;
        }
        for (row, cells) in (0u32..).zip(sheet.rows.iter().map(|row| &row.cells)) {
            for cell in cells {
                let look = format(cell.style, measures.adjusted.get(&(row, cell.column)));
                match &cell.value {
                    Value::Empty => worksheet.write_blank(row, cell.column, &look)?,
                    Value::Text(text) => worksheet.write_string_with_format(row, cell.column, text, &look)?,
                    Value::Number(number) => worksheet.write_number_with_format(row, cell.column, number.to_stored(), &look)?,
                    Value::Truth(truth) => worksheet.write_boolean_with_format(row, cell.column, *truth, &look)?,
                    Value::Date(serial) => worksheet.write_number_with_format(row, cell.column, f64::from(*serial), &look)?,
                    Value::Formula { text, result } => {
                        let formula = Formula::new(text).set_result(result.to_string());
                        worksheet.write_formula_with_format(row, cell.column, formula, &look)?
                    }
                };
            }
        }
        Ok(())
    })
    .unwrap()
}

fn assert_same(book: &FilledBook, laid: &LaidOut) {
    let properties = Properties { title: book.title.clone(), author: "东街社区党支部".into(), date: date(), custom: Vec::new() };
    let (ours, theirs) = (parts(&write(book, laid, &properties).unwrap()), parts(&by_the_writer(book, laid, &properties)));
    assert_eq!(ours.keys().collect::<Vec<_>>(), theirs.keys().collect::<Vec<_>>());
    for (name, part) in &theirs {
        assert_eq!(&ours[name], part, "{name}");
    }
}

#[test]
fn every_part_is_as_the_writer_would_write_it() {
    for book in [board(0), board(40), mixed()] {
        assert_same(&book, &lay(&book).book);
    }
    let mut two = board(3);
    two.append(mixed());
    assert_same(&two, &lay(&two).book);
    let empty = FilledSheet { name: "空".into(), ..FilledSheet::default() };
    assert_same(&FilledBook { sheets: vec![empty], ..board(1) }, &LaidOut { sheets: vec![LaidSheet::default()], ..LaidOut::default() });
}

fn value() -> impl Strategy<Value = Value> {
    let number = (-99_999i64..99_999, 0u32..4).prop_map(|(digits, scale)| format!("{digits}e-{scale}").parse::<f64>().unwrap().to_string());
    let number = number.prop_map(|text| crate::exact::Decimal::parse(&text).expect("a number"));
    prop_oneof![
        Just(Value::Empty),
        "[ 甲a<&>\"_x0-2A\t\n\r\u{1}\u{ffff}（𠮷]{0,12}".prop_map(Value::Text),
        "_x00[0-9a-g]{2}_(x0041_)?".prop_map(Value::Text),
        number.clone().prop_map(Value::Number),
        any::<bool>().prop_map(Value::Truth),
        (0i32..60_000).prop_map(Value::Date),
        (prop_oneof![Just("SUM(A1:B2)"), Just("IF(A1<2,\"a&b\",1)"), Just("CONCAT(A1,B1)"), Just("UNIQUE(A1:A3)")], number)
            .prop_map(|(text, result)| Value::Formula { text: text.to_owned(), result }),
    ]
}

fn sheet() -> impl Strategy<Value = (FilledSheet, LaidSheet)> {
    let row = (prop::collection::btree_map(0u16..40, (0u32..4, value()), 0..8), any::<bool>(), 0i64..3);
    let rows = prop::collection::vec(row, 1..40);
    let merge = (0u32..40, 0u16..30, 0u32..3, 0u16..3);
    (rows, prop::collection::vec(merge, 0..4), prop::collection::vec((0u32..40, 0u16..40, any::<bool>()), 0..6)).prop_map(
        |(rows, wanted, adjusted)| {
            let mut merges: Vec<Range> = Vec::new();
            for (row, column, down, across) in wanted {
                let merge = Range { first_row: row, first_column: column, last_row: row + down, last_column: column + across };
                let apart = |other: &Range| {
                    merge.first_row > other.last_row
                        || merge.last_row < other.first_row
                        || merge.first_column > other.last_column
                        || merge.last_column < other.first_column
                };
                if (merge.last_row as usize) < rows.len() && merges.iter().all(apart) {
                    merges.push(merge);
                }
            }
            let heights = rows.iter().map(|(_, _, height)| height * 20 * PIXEL).collect();
            let cell = |(column, (style, value)): (u16, (u32, Value))| Cell { column, style: StyleId(style), value };
            let rows =
                rows.into_iter().map(|(cells, hidden, _)| Row { hidden, cells: cells.into_iter().map(cell).collect(), ..Row::default() });
            let changed = |(row, column, wrap): (u32, u16, bool)| ((row, column), Adjusted { wrap, size: Some(8.5) });
            let columns = vec![Column { width: 9.0, hidden: false }; 3];
            let sheet = FilledSheet { name: "表".into(), columns, rows: rows.collect(), ..FilledSheet::default() };
            let adjusted = adjusted.into_iter().map(changed).collect();
            (sheet, LaidSheet { heights, widths: vec![64 * PIXEL; 3], scale: 100, digit: 8, merges, adjusted, ..LaidSheet::default() })
        },
    )
}

proptest! {
    #[test]
    fn any_cells_are_as_the_writer_would_write_them(sheets in prop::collection::vec(sheet(), 1..3)) {
        let bold = Style { font: Font { bold: true, ..Font::default() }, ..Style::default() };
        // The first style is the default one, the third says the same as the second.
        let mut book = FilledBook { styles: vec![Style::default(), bold.clone(), bold], ..board(1) };
        let (mut own, measures): (Vec<FilledSheet>, Vec<LaidSheet>) = sheets.into_iter().unzip();
        for (number, sheet) in own.iter_mut().enumerate() {
            sheet.name = format!("表{number}");
        }
        book.sheets = own;
        assert_same(&book, &LaidOut { sheets: measures, ..LaidOut::default() });
    }
}

#[test]
fn text_that_reads_like_markup_stays_text() {
    let mut book = board(1);
    book.sheets[0].rows[0].cells[0].value = Value::Text("<r>甲</r>".into());
    assert!(part(&xlsx(&book), "xl/sharedStrings.xml").contains("<t>&lt;r&gt;甲&lt;/r&gt;</t>"));
}

#[test]
fn a_text_longer_than_a_cell_holds_is_cut_between_characters() {
    let mut book = board(1);
    book.sheets[0].rows[0].cells[0].value = Value::Text(format!("a{}", "𠮷".repeat(20_000)));
    let texts = part(&xlsx(&book), "xl/sharedStrings.xml");
    assert_eq!(texts.matches('𠮷').count(), 16_383);
}
