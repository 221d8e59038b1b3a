//! Workbooks for tests: drawn as lines of text, or from cells, with the program's own writer or without it.

use std::fmt::Write as _;
use std::io::{Cursor, Write as _};

use chrono::NaiveDate;
use scorebook::diag::CellRef;
use scorebook::exact::Decimal;
use scorebook::table::{Column, Sheet, Value, Workbook};
use scorebook::xlsx;

use super::case;

/// Sheets in order, each with its rows of cells as text.
pub type Sheets = Vec<(String, Vec<Vec<String>>)>;

pub fn cells(line: &str) -> Vec<String> {
    line.split('|').map(|cell| cell.trim_matches(' ').to_owned()).collect()
}

pub fn base(name: &str) -> Sheets {
    let text = std::fs::read_to_string(case("findings/base").join(format!("{name}.txt"))).unwrap();
    let mut sheets = Sheets::new();
    for line in text.lines().filter(|line| !line.is_empty()) {
        match line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
            Some(name) => sheets.push((name.to_owned(), Vec::new())),
            None => sheets.last_mut().unwrap().1.push(cells(line)),
        }
    }
    sheets
}

pub fn sheet_of<'a>(sheets: &'a mut Sheets, name: &str) -> &'a mut Vec<Vec<String>> {
    &mut sheets.iter_mut().find(|(own, _)| own == name).unwrap_or_else(|| panic!("no sheet {name}")).1
}

/// Style 0 is General, the others are what cells ask for.
fn styles(codes: &[String]) -> String {
    let (mut formats, mut cells) = (String::new(), String::new());
    for (id, code) in (200..).zip(codes) {
        let _ = write!(formats, r#"<numFmt numFmtId="{id}" formatCode="{code}"/>"#);
        let _ = write!(cells, r#"<xf numFmtId="{id}" applyNumberFormat="1"/>"#);
    }
    format!(
        r#"<styleSheet><numFmts>{formats}</numFmts><fonts><font/></fonts><fills><fill/></fills><borders><border/></borders><cellXfs><xf numFmtId="0"/>{cells}</cellXfs></styleSheet>"#
    )
}

fn escaped(text: &str) -> String {
    let plain = text.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;");
    plain.chars().map(|c| if c.is_control() { format!("_x{:04X}_", c as u32) } else { c.to_string() }).collect()
}

/// `'0101` is text, `#REF!` an error, `=…` a formula without a result, `@46148` a date, a number a number, `0.8 as 0%` one in a
/// format, `↑8` what stands beneath the cell above, merged with it; anything else is text.
fn cell_xml(at: CellRef, cell: &str, codes: &mut Vec<String>) -> String {
    let cell = cell.strip_prefix('↑').unwrap_or(cell);
    let mut style = |code: &str| {
        let code = escaped(code);
        let known = codes.iter().position(|own| *own == code);
        known.unwrap_or_else(|| {
            codes.push(code);
            codes.len() - 1
        }) + 1
    };
    if cell.is_empty() {
        String::new()
    } else if let Some((value, code)) = cell.split_once(" as ") {
        format!(r#"<c r="{at}" s="{}"><v>{value}</v></c>"#, style(code))
    } else if let Some(formula) = cell.strip_prefix('=') {
        format!(r#"<c r="{at}"><f>{}</f></c>"#, escaped(formula))
    } else if let Some(day) = cell.strip_prefix('@') {
        format!(r#"<c r="{at}" s="{}"><v>{day}</v></c>"#, style("yyyy/m/d"))
    } else if cell.starts_with('#') {
        format!(r#"<c r="{at}" t="e"><v>{cell}</v></c>"#)
    } else if scorebook::exact::Decimal::parse(cell).is_some() {
        format!(r#"<c r="{at}"><v>{cell}</v></c>"#)
    } else {
        let text = cell.strip_prefix('\'').unwrap_or(cell);
        format!(r#"<c r="{at}" t="inlineStr"><is><t xml:space="preserve">{}</t></is></c>"#, escaped(text))
    }
}

pub fn workbook(sheets: &Sheets, hidden: &[String]) -> Vec<u8> {
    const RELATIONS: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let mut codes = Vec::new();
    let mut list = String::new();
    let mut relations = format!(r#"<Relationship Id="s" Type="{RELATIONS}/styles" Target="styles.xml"/>"#);
    let mut parts: Vec<(String, Vec<u8>)> = vec![("[Content_Types].xml".into(), b"<Types/>".to_vec())];
    for (index, (name, rows)) in sheets.iter().enumerate() {
        let state = if hidden.contains(name) { r#" state="hidden""# } else { "" };
        let _ = write!(list, r#"<sheet name="{name}" sheetId="{}"{state} r:id="r{index}"/>"#, index + 1);
        let _ = write!(relations, r#"<Relationship Id="r{index}" Type="{RELATIONS}/worksheet" Target="worksheets/{index}.xml"/>"#);
        let (mut data, mut merged) = (String::new(), String::new());
        for (row, cells) in rows.iter().enumerate() {
            let _ = write!(data, r#"<row r="{}">"#, row + 1);
            for (column, cell) in cells.iter().enumerate() {
                let at = CellRef { row: row as u32, column: column as u16 };
                data += &cell_xml(at, cell, &mut codes);
                if cell.starts_with('↑') {
                    let _ = write!(merged, r#"<mergeCell ref="{}:{at}"/>"#, CellRef { row: at.row - 1, ..at });
                }
            }
            data += "</row>";
        }
        let sheet = format!("<worksheet><sheetData>{data}</sheetData><mergeCells>{merged}</mergeCells></worksheet>");
        parts.push((format!("xl/worksheets/{index}.xml"), sheet.into()));
    }
    parts.push(("xl/styles.xml".into(), styles(&codes).into()));
    parts.push(("xl/workbook.xml".into(), format!(r#"<workbook xmlns:r="r"><sheets>{list}</sheets></workbook>"#).into()));
    parts.push(("xl/_rels/workbook.xml.rels".into(), format!("<Relationships>{relations}</Relationships>").into()));
    let parts: Vec<(&str, &[u8])> = parts.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice())).collect();
    zip(&parts)
}

/// A zip archive of these files.
pub fn zip(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in parts {
        zip.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

/// A cell's text as a value: a number if it reads as one.
pub fn value(text: &str) -> Value {
    match Decimal::parse(text) {
        Some(number) => Value::Number(number),
        None if text.is_empty() => Value::Empty,
        None => Value::Text(text.to_owned()),
    }
}

/// A sheet of cells and nothing else.
pub fn plain_sheet(name: &str, rows: Vec<Vec<Value>>) -> Sheet {
    let width = rows.iter().map(Vec::len).max().unwrap_or(0);
    Sheet { name: name.into(), columns: vec![Column::default(); width], rows, plain: true, ..Sheet::default() }
}

/// A workbook of such sheets, by the program's own writer.
pub fn workbook_of(sheets: Vec<Sheet>) -> Vec<u8> {
    let date = NaiveDate::from_ymd_opt(2026, 12, 1).unwrap();
    xlsx::tables::write(Workbook { title: "t".into(), author: "a".into(), date, sheets }).unwrap()
}
