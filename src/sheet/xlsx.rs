//! xlsx and xlsm: the cells are streamed, never laid out as a rectangle.

use std::io::Cursor;

use calamine::{DataRef, Reader, SheetType, SheetVisible, Xlsx, XlsxFormulaMetadata};

use super::book::{Book, Content};
use super::gather::Gather;
use super::{Format, Limits, Refusal, number};

pub(super) fn read(bytes: &[u8], limits: &Limits) -> Result<Book, Refusal> {
    let broken = |error: calamine::XlsxError| Refusal::unreadable(error.to_string());
    let mut reader: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).map_err(broken)?;
    let date_1904 = reader.has_1904_epoch();
    let properties = reader.workbook_properties().ok();
    let mut gather = Gather::new(limits);
    let mut sheets = Vec::new();
    for sheet in reader.sheets_metadata().to_vec().iter().filter(|sheet| sheet.typ == SheetType::WorkSheet) {
        let mut cells = reader.worksheet_cells_reader(&sheet.name).map_err(broken)?;
        while let Some(cell) = cells.next_cell_with_formula_metadata().map_err(broken)? {
            let (row, column) = cell.pos;
            if let Some(content) = content(cell.value, cell.formula, date_1904) {
                gather.push(row, column, content)?;
            }
        }
        sheets.push(gather.sheet(&sheet.name, sheet.visible != SheetVisible::Visible)?);
    }
    let modified = properties.and_then(|properties| properties.modified);
    Ok(Book { sheets, date_1904, modified, returns: None, format: Format::Xlsx })
}

fn content(value: DataRef, formula: Option<XlsxFormulaMetadata>, date_1904: bool) -> Option<Content> {
    Some(match value {
        DataRef::Empty => Content::Uncalculated(formula_text(formula?)),
        DataRef::Int(value) => number::content(value as f64),
        DataRef::Float(value) => number::content(value),
        DataRef::SharedString(text) => Content::Text(text.into()),
        DataRef::String(text) => Content::Text(text.into()),
        DataRef::Bool(value) => Content::Bool(value),
        DataRef::DateTime(value) => number::date_content(value.as_f64(), date_1904),
        DataRef::DateTimeIso(text) => number::iso_content(&text),
        DataRef::DurationIso(text) => Content::Text(text.into()),
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
