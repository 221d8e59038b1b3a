//! xls and xlsb, calamine's; xls is decoded into a rectangle, so the rectangle is bounded before.

use std::collections::BTreeMap;
use std::io::Cursor;

use calamine::{Data, Reader, SheetType, SheetVisible, Xls, XlsOptions, Xlsb};

use super::book::{Area, Book, Cell, Content, Sheet};
use super::gather::Gather;
use super::package::{Checked, Package};
use super::{Format, Limits, Refusal, biff, number, ole, properties, records, workbook, xml};
use crate::diag::Unreadable;

type Source<'a> = Cursor<&'a [u8]>;

/// BIFF in an OLE container.
pub(super) fn xls(bytes: &[u8], limits: &Limits) -> Result<Book, Refusal> {
    let mut stream = ole::workbook(bytes)?;
    let checked = biff::check(&mut stream, limits)?;
    let container = ole::wrap("Workbook", stream);
    let mut options = XlsOptions::default();
    options.force_codepage = checked.code_page;
    let broken = |error: calamine::XlsError| Refusal::unreadable(Unreadable::Content, error.to_string());
    let mut reader: Xls<Source> = Xls::new_with_options(Cursor::new(container.as_slice()), options).map_err(broken)?;
    let date_1904 = reader.has_1904_epoch();
    let numbers: Vec<usize> = worksheets(&reader).map(|(number, _)| number).collect();
    let mut sheets = sheets(&mut reader, date_1904, limits)?;
    for (sheet, number) in sheets.iter_mut().zip(numbers) {
        let merged = reader.merge_cells_by_sheet_name(&sheet.name).unwrap_or_default();
        let cell = |(row, column): (u32, u32)| (row, column.min(u32::from(u16::MAX)) as u16);
        sheet.merged = merged.iter().filter_map(|area| Area::of(cell(area.start), cell(area.end))).take(Area::MOST).collect();
        let Some(hidden) = checked.hidden.get(number) else { continue };
        sheet.hidden_rows = hides(sheet, &hidden.rows, &hidden.columns);
    }
    let (modified, returns) = (properties::modified(bytes), properties::named(bytes, "scorebook.returns"));
    Ok(Book { sheets, date_1904, modified, returns, format: Format::Xls })
}

/// True where a cell of the sheet stands in a hidden row or column.
fn hides(sheet: &Sheet, rows: &[u32], columns: &[(u32, u32)]) -> bool {
    let column = |cell: &Cell| columns.iter().any(|&(first, last)| (first..=last).contains(&cell.column.into()));
    sheet.rows.iter().any(|row| rows.contains(&row.index) || row.cells.iter().any(column))
}

/// Binary OOXML. Its cells are streamed too.
pub(super) fn xlsb(bytes: &[u8], limits: &Limits) -> Result<Book, Refusal> {
    let mut package = Package::open(bytes, limits)?;
    // Names are in lower case here; macros and printer settings are of no use.
    let binary = |name: &&str| [".bin", ".rels"].iter().any(|end| name.ends_with(end));
    let names: Vec<String> = package.names().filter(binary).map(str::to_owned).collect();
    let names = names.into_iter().filter(|name| !name.starts_with("xl/printersettings") && !name.ends_with("vbaproject.bin"));
    let (mut checked, mut waiting, mut texts) = (Checked::new(package.declared(), bytes.len()), Vec::new(), 0);
    for name in names {
        let Some(part) = package.part(&name)? else { continue };
        match records::part(&part) {
            records::Part::Strings => {
                let (strings, count) = records::strings(&part)?;
                texts = count;
                checked.add(&name, &strings)?;
            }
            // Their cells point into the string table, which may come later.
            records::Part::Sheet => waiting.push((name, part)),
            records::Part::Other => checked.add(&name, &part)?,
        }
    }
    let mut hidden = BTreeMap::new();
    for (name, part) in waiting {
        let sheet = records::sheet(&part, texts)?;
        checked.add(&name, &sheet.bytes)?;
        hidden.insert(name, (sheet.hidden_rows, sheet.hidden_columns));
    }
    let mut property = |part: &str| package.text(part).ok().flatten();
    let (core, custom) = (property("docProps/core.xml"), property("docProps/custom.xml"));
    let listed = package.part("xl/workbook.bin")?.map_or_else(|| Ok(Vec::new()), |part| records::list(&part))?;
    let relations = workbook::relations(&mut package, "xl/workbook.bin")?;
    let part_of = |id: &str| relations.iter().find(|relation| relation.id == id)?.part.as_deref().map(str::to_lowercase);
    let written = checked.finish()?.into_inner();
    let mut reader: Xlsb<Source> = open(&written)?;
    let date_1904 = reader.has_1904_epoch();
    let list: Vec<calamine::Sheet> = distinct(&reader)?;
    if list.len() > limits.max_sheets {
        return Err(Refusal::too_large("sheets", limits.max_sheets));
    }
    let mut gather = Gather::new(limits);
    let mut sheets = Vec::new();
    for sheet in &list {
        let broken = |error: calamine::XlsbError| Refusal::unreadable(Unreadable::Content, format!("{}: {error}", sheet.name));
        let mut cells = reader.worksheet_cells_reader(&sheet.name).map_err(broken)?;
        while let Some(cell) = cells.next_cell().map_err(broken)? {
            let (row, column) = cell.get_position();
            if let Some(content) = content(&Data::from(cell.get_value().clone()), date_1904) {
                gather.push(row, column, content)?;
            }
        }
        let mut gathered = gather.sheet(&sheet.name, sheet.visible != SheetVisible::Visible)?;
        let part = listed.iter().find(|(name, _)| *name == sheet.name).and_then(|(_, id)| part_of(id));
        gathered.hidden_rows = part.and_then(|part| hidden.get(&part)).is_some_and(|(rows, columns)| hides(&gathered, rows, columns));
        sheets.push(gathered);
    }
    let modified = core.and_then(|text| xml::first_text(&text, "modified"));
    let returns = custom.and_then(|text| workbook::custom_property(&text, "scorebook.returns"));
    Ok(Book { sheets, date_1904, modified, returns, format: Format::Xlsb })
}

fn open<'a, R: Reader<Source<'a>>>(bytes: &'a [u8]) -> Result<R, Refusal>
where
    R::Error: std::fmt::Display,
{
    R::new(Cursor::new(bytes)).map_err(|error| Refusal::unreadable(Unreadable::Content, error.to_string()))
}

fn sheets<'a, R: Reader<Source<'a>>>(reader: &mut R, date_1904: bool, limits: &Limits) -> Result<Vec<Sheet>, Refusal>
where
    R::Error: std::fmt::Display,
{
    let mut gather = Gather::new(limits);
    let list = distinct(reader)?;
    let mut sheets = Vec::new();
    for sheet in &list {
        let broken = |error: R::Error| Refusal::unreadable(Unreadable::Content, format!("{}: {error}", sheet.name));
        let range = reader.worksheet_range(&sheet.name).map_err(broken)?;
        let (top, left) = range.start().unwrap_or((0, 0));
        for (row, column, value) in range.used_cells() {
            if let Some(content) = content(value, date_1904) {
                gather.push(row as u32 + top, column as u32 + left, content)?;
            }
        }
        // A formula is Uncalculated where no value stands; this format's errors and texts stand in the range.
        let formulas = reader.worksheet_formula(&sheet.name).map_err(broken)?;
        let (top, left) = formulas.start().unwrap_or((0, 0));
        for (row, column, formula) in formulas.used_cells() {
            let (row, column) = (row as u32 + top, column as u32 + left);
            if !formula.is_empty() && range.get_value((row, column)).is_none_or(|value| *value == Data::Empty) {
                let text = if formula.starts_with('=') { formula.clone() } else { format!("={formula}") };
                gather.push(row, column, Content::Uncalculated(text.into()))?;
            }
        }
        sheets.push(gather.sheet(&sheet.name, sheet.visible != SheetVisible::Visible)?);
    }
    Ok(sheets)
}

/// Worksheets. These readers keep them by name: of two of one name they would give one twice.
fn distinct<'a, R: Reader<Source<'a>>>(reader: &R) -> Result<Vec<calamine::Sheet>, Refusal> {
    let list: Vec<calamine::Sheet> = worksheets(reader).map(|(_, sheet)| sheet.clone()).collect();
    match list.iter().enumerate().find(|(at, sheet)| list[..*at].iter().any(|before| before.name == sheet.name)) {
        Some((_, twice)) => Err(Refusal::unreadable(Unreadable::Twice, format!("two sheets are named {}", twice.name))),
        None => Ok(list),
    }
}

/// Worksheets with their number among all sheets.
fn worksheets<'a, 'r, R: Reader<Source<'a>>>(reader: &'r R) -> impl Iterator<Item = (usize, &'r calamine::Sheet)> + use<'a, 'r, R> {
    reader.sheets_metadata().iter().enumerate().filter(|(_, sheet)| sheet.typ == SheetType::WorkSheet)
}

fn content(value: &Data, date_1904: bool) -> Option<Content> {
    Some(match value {
        Data::Empty => return None,
        Data::Int(value) => number::content(*value as f64),
        Data::Float(value) => number::content(*value),
        Data::String(text) | Data::DurationIso(text) => Content::Text(text.as_str().into()),
        Data::Bool(value) => Content::Bool(*value),
        Data::DateTime(value) => number::date_content(value.as_f64(), date_1904),
        Data::DateTimeIso(text) => number::iso_content(text),
        Data::Error(error) => Content::Error(error.to_string().into()),
    })
}
