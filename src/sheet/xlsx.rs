//! xlsx and xlsm: the package is checked and written anew with what matters, then the cells are streamed; they are
//! never laid out as a rectangle, which one cell in the last corner makes 17 thousand million cells large.

use std::fmt::Write as _;
use std::io::Cursor;

use calamine::{DataRef, Reader, Xlsx, XlsxFormulaMetadata};

use super::book::{Book, Content};
use super::gather::Gather;
use super::package::{Checked, Package};
use super::survey::{Survey, is_error};
use super::workbook::{Workbook, number_formats};
use super::{Format, Limits, Refusal, number};
use crate::diag::Unreadable;

const RELATIONS: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";

pub(super) fn read(bytes: &[u8], limits: &Limits) -> Result<Book, Refusal> {
    let mut package = Package::open(bytes, limits)?;
    let workbook = Workbook::of(&mut package, limits)?;
    let (written, surveys) = write_anew(&mut package, bytes.len(), &workbook, limits)?;
    let broken = |error: calamine::XlsxError| Refusal::unreadable(Unreadable::Content, error.to_string());
    let mut reader: Xlsx<_> = Xlsx::new(written).map_err(broken)?;
    drop(package);
    let mut gather = Gather::new(limits);
    let mut sheets = Vec::new();
    for (index, (listed, survey)) in workbook.sheets.iter().zip(surveys).enumerate() {
        let torn = |error: calamine::XlsxError| Refusal::unreadable(Unreadable::Content, format!("{}: {error}", listed.name));
        // Sheets go by number in the new package: two of one name would both give the first.
        let mut cells = reader.worksheet_cells_reader(&index.to_string()).map_err(torn)?;
        while let Some(cell) = cells.next_cell_with_formula_metadata().map_err(torn)? {
            if let Some(content) = content(cell.value, cell.formula, workbook.date_1904) {
                gather.push(cell.pos.0, cell.pos.1, content)?;
            }
        }
        let mut sheet = gather.sheet(&listed.name, listed.hidden)?;
        sheet.hidden_rows = survey.hides(&sheet);
        sheet.merged = survey.merged;
        sheets.push(sheet);
    }
    let Workbook { date_1904, modified, returns, .. } = workbook;
    Ok(Book { sheets, date_1904, modified, returns, format: Format::Xlsx })
}

/// The package as calamine gets it: the string table, number formats, worksheets by number.
fn write_anew(
    package: &mut Package,
    packed: usize,
    workbook: &Workbook,
    limits: &Limits,
) -> Result<(Cursor<Vec<u8>>, Vec<Survey>), Refusal> {
    let mut written = Checked::new(package.declared(), packed);
    let (mut list, mut relations, mut surveys) = (String::new(), String::new(), Vec::new());
    for (index, sheet) in workbook.sheets.iter().enumerate() {
        let missing = || Refusal::unreadable(Unreadable::Missing, format!("sheet {} is missing from the package", sheet.name));
        let text = package.text(&sheet.part)?.ok_or_else(missing)?;
        let survey = Survey::of(&text, limits)?;
        written.add_pieces(&format!("xl/{index}.xml"), survey.repaired(&text).map(str::as_bytes))?;
        surveys.push(survey);
        let _ = write!(list, r#"<sheet name="{index}" sheetId="{}" r:id="r{index}"/>"#, index + 1);
        let _ = write!(relations, r#"<Relationship Id="r{index}" Type="{RELATIONS}/worksheet" Target="{index}.xml"/>"#);
    }
    if let Some(part) = &workbook.strings
        && let Some(text) = package.text(part)?
    {
        let survey = Survey::of(&text, limits)?;
        written.add_pieces("xl/sharedStrings.xml", survey.repaired(&text).map(str::as_bytes))?;
    }
    if let Some(part) = &workbook.styles
        && let Some(text) = package.text(part)?
    {
        written.add("xl/styles.xml", number_formats(part, &text)?.as_bytes())?;
    }
    let system = u8::from(workbook.date_1904);
    let list = format!(r#"<workbook xmlns:r="{RELATIONS}"><workbookPr date1904="{system}"/><sheets>{list}</sheets></workbook>"#);
    written.add("xl/workbook.xml", list.as_bytes())?;
    written.add("xl/_rels/workbook.xml.rels", format!("<Relationships>{relations}</Relationships>").as_bytes())?;
    let root =
        format!(r#"<Relationships><Relationship Id="r" Type="{RELATIONS}/officeDocument" Target="xl/workbook.xml"/></Relationships>"#);
    written.add("_rels/.rels", root.as_bytes())?;
    Ok((written.finish()?, surveys))
}

fn content(value: DataRef, formula: Option<XlsxFormulaMetadata>, date_1904: bool) -> Option<Content> {
    Some(match value {
        DataRef::Empty => Content::Uncalculated(formula_text(formula?)),
        DataRef::Int(value) => number::content(value as f64),
        DataRef::Float(value) => number::content(value),
        DataRef::SharedString(text) => Content::Text(text.into()),
        // What Excel added after calamine's list: `Survey` made it text.
        DataRef::String(text) if is_error(&text) => Content::Error(text.into()),
        DataRef::String(text) | DataRef::DurationIso(text) => Content::Text(text.into()),
        DataRef::Bool(value) => Content::Bool(value),
        DataRef::DateTime(value) => number::date_content(value.as_f64(), date_1904),
        DataRef::DateTimeIso(text) => number::iso_content(&text),
        DataRef::Error(error) => Content::Error(error.to_string().into()),
    })
}

fn formula_text(formula: XlsxFormulaMetadata) -> Box<str> {
    match formula {
        XlsxFormulaMetadata::Normal { formula } | XlsxFormulaMetadata::Shared { formula, .. } => format!("={formula}").into(),
        // The text stands at the group's first cell; here its being a formula is all that matters.
        _ => "=".into(),
    }
}
