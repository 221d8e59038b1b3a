//! Rows and cells of laid-out sheets as the text of their parts.
//!
//! rust_xlsxwriter makes the package around them: styles, page setup, names, pictures. Asked for the cells too it digests
//! a whole format for each and keeps each in trees of its own. Here a look has its number, and text is all that is kept. What
//! comes out is what that writer writes, byte for byte; the tests compare both.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::fmt::Write;

use rust_xlsxwriter::{Format, Formula, Worksheet, XlsxError};

use super::style;
use crate::diag::CellRef;
use crate::exact::Decimal;
use crate::form::model::{FilledBook, FilledSheet, Range, Value, as_written};
use crate::layout::{Adjusted, LaidSheet, PIXEL};

/// Rows of a sheet in this format.
pub(super) const ROWS: u32 = 1_048_576;
/// Columns of a sheet in this format.
pub(super) const COLUMNS: u16 = 16_384;
/// UTF-16 units of one cell's text in this format.
const LONGEST: usize = 32_767;
/// Rows that share one statement of the columns in which they have cells.
const SPAN: usize = 16;
/// Stand-ins per row.
const ACROSS: usize = 1000;

/// The looks of a book's cells, each numbered once, in the order in which they are met.
struct Looks<'a> {
    book: &'a FilledBook,
    /// For each style the one that the workbook has for it.
    written: Vec<usize>,
    formats: Vec<Format>,
    /// By style, of cells that look as their style says.
    plain: Vec<Option<usize>>,
    adjusted: Vec<(u32, Adjusted, usize)>,
    /// Of cells without a style.
    none: Option<usize>,
}

impl<'a> Looks<'a> {
    fn new(book: &'a FilledBook) -> Self {
        Self {
            book,
            written: as_written(&book.styles),
            formats: Vec::new(),
            plain: vec![None; book.styles.len()],
            adjusted: Vec::new(),
            none: None,
        }
    }

    fn look(&mut self, style: u32, adjusted: Option<&Adjusted>) -> usize {
        let (Some(at), next) = (self.written.get(style as usize).copied(), self.formats.len()) else { return self.without() };
        let (of, style) = (self.book.styles[at].written(), at as u32);
        if let Some(changed) = adjusted {
            if let Some((.., look)) = self.adjusted.iter().find(|(known, as_changed, _)| *known == style && as_changed == changed) {
                return *look;
            }
            self.formats.push(style::format(of, Some(changed)));
            self.adjusted.push((style, *changed, next));
            return next;
        }
        *self.plain[at].get_or_insert_with(|| {
            self.formats.push(style::format(of, None));
            next
        })
    }

    fn without(&mut self) -> usize {
        let next = self.formats.len();
        *self.none.get_or_insert_with(|| {
            self.formats.push(Format::new());
            next
        })
    }
}

/// A cell with its look.
struct Placed<'a> {
    column: u16,
    look: usize,
    value: &'a Value,
}

/// A sheet's cells, row by row.
struct Rows<'a> {
    sheet: &'a FilledSheet,
    cells: Vec<Placed<'a>>,
    /// Where each row begins in `cells`.
    starts: Vec<usize>,
    merges: Vec<Range>,
}

impl<'a> Rows<'a> {
    fn new(sheet: &'a FilledSheet, measures: &LaidSheet, looks: &mut Looks<'a>) -> Self {
        let several = |merge: &&Range| (merge.first_row, merge.first_column) != (merge.last_row, merge.last_column);
        let merges: Vec<Range> = measures.merges.iter().filter(several).copied().collect();
        // Places of a merge that the sheet has no cell for are blanks in the look of its first one: its borders go around it.
        let mut blanks: BTreeMap<u32, Vec<(u16, usize)>> = BTreeMap::new();
        for merge in &merges {
            let first = sheet.rows.get(merge.first_row as usize).and_then(|row| {
                let cell = row.cells.binary_search_by_key(&merge.first_column, |cell| cell.column).ok()?;
                Some(row.cells[cell].style.0)
            });
            let look = looks.look(first.unwrap_or(u32::MAX), None);
            for row in merge.first_row..=merge.last_row {
                blanks.entry(row).or_default().extend((merge.first_column..=merge.last_column).map(|column| (column, look)));
            }
        }
        let rows = blanks.last_key_value().map_or(0, |(row, _)| *row as usize + 1).max(sheet.rows.len());
        let mut placed = Self { sheet, cells: Vec::new(), starts: Vec::with_capacity(rows + 1), merges };
        for row in 0..rows {
            let start = placed.cells.len();
            placed.starts.push(start);
            for cell in sheet.rows.get(row).map_or(&[][..], |row| &row.cells) {
                let adjusted = measures.adjusted.get(&(row as u32, cell.column));
                let look = looks.look(cell.style.0, adjusted);
                placed.cells.push(Placed { column: cell.column, look, value: &cell.value });
            }
            let own = placed.cells.len();
            for (column, look) in blanks.remove(&(row as u32)).unwrap_or_default() {
                if placed.cells[start..own].binary_search_by_key(&column, |cell| cell.column).is_err() {
                    placed.cells.push(Placed { column, look, value: &Value::Empty });
                }
            }
            if placed.cells.len() > own {
                placed.cells[start..].sort_by_key(|cell| cell.column);
            }
        }
        placed.starts.push(placed.cells.len());
        placed
    }

    fn of(&self, row: usize) -> &[Placed<'a>] {
        match self.starts.get(row..row + 2) {
            Some([start, end]) => &self.cells[*start..*end],
            _ => &[],
        }
    }

    fn count(&self) -> usize {
        self.starts.len() - 1
    }
}

/// The cells of a book before its package is made.
pub(super) struct Cells<'a> {
    sheets: Vec<Rows<'a>>,
    formats: Vec<Format>,
    has_texts: bool,
}

/// What the package says about the book's cells.
struct Known {
    /// The number of each look among the package's styles.
    styles: Vec<usize>,
    /// What stands in the cell of each formula behind its style, and the cell that it says it stands in.
    formulas: Vec<(String, String)>,
}

/// The book's texts, each once, in the order in which they are met.
#[derive(Default)]
struct Texts<'a> {
    numbers: HashMap<Cow<'a, str>, usize>,
    items: String,
    count: usize,
}

impl<'a> Cells<'a> {
    /// # Errors
    /// More rows or columns than the format has.
    pub fn new(book: &'a FilledBook, laid: &[LaidSheet]) -> Result<Self, XlsxError> {
        let mut looks = Looks::new(book);
        let sheets: Vec<Rows<'a>> = book.sheets.iter().zip(laid).map(|(sheet, measures)| Rows::new(sheet, measures, &mut looks)).collect();
        let beyond = |rows: &Rows<'_>| rows.count() > ROWS as usize || rows.cells.iter().any(|cell| cell.column >= COLUMNS);
        if sheets.iter().any(beyond) {
            return Err(XlsxError::RowColumnLimitError);
        }
        let has_texts = sheets.iter().flat_map(|rows| &rows.cells).any(|cell| match cell.value {
            Value::Text(text) => !text.is_empty(),
            Value::Number(number) => finite(*number).is_none(),
            _ => false,
        });
        Ok(Self { sheets, formats: looks.formats, has_texts })
    }

    fn formulas(&self) -> impl Iterator<Item = (&'a str, Decimal)> {
        self.sheets.iter().flat_map(|rows| &rows.cells).filter_map(|cell| match cell.value {
            Value::Formula { text, result } => Some((text.as_str(), *result)),
            _ => None,
        })
    }

    /// Writes to the book's first sheet a cell for each look, one for each formula, and a text if there is any: so the
    /// writer numbers the looks, spells out the formulas, and gives the package a part for texts.
    pub fn stand_in(&self, worksheet: &mut Worksheet) -> Result<(), XlsxError> {
        let mut places = (0u32..).flat_map(|row| (0..ACROSS as u16).map(move |column| (row, column)));
        for format in &self.formats {
            let (row, column) = places.next().unwrap_or_default();
            worksheet.write_boolean_with_format(row, column, true, format)?;
        }
        for (text, result) in self.formulas() {
            let (row, column) = places.next().unwrap_or_default();
            worksheet.write_formula(row, column, Formula::new(text).set_result(result.to_string()))?;
        }
        if self.has_texts {
            let (row, column) = places.next().unwrap_or_default();
            worksheet.write_string(row, column, " ")?;
        }
        Ok(())
    }

    /// The parts of the sheets and of their texts, made of those with stand-ins.
    ///
    /// # Errors
    /// The parts are not as the writer writes them.
    pub fn written(self, laid: &[LaidSheet], mut parts: Vec<String>) -> Result<(Vec<String>, String), XlsxError> {
        let known = self.known(parts.first().map_or("", String::as_str)).ok_or_else(unknown)?;
        let (mut texts, mut formulas) = (Texts::default(), known.formulas.iter());
        for ((part, rows), measures) in parts.iter_mut().zip(&self.sheets).zip(laid) {
            let mut data = String::with_capacity(rows.cells.len() * 36 + rows.count() * 64);
            sheet_data(rows, measures, &known.styles, &mut formulas, &mut texts, &mut data);
            *part = with_cells(part, rows, measures, &data).ok_or_else(unknown)?;
        }
        Ok((parts, texts.part()))
    }

    fn known(&self, part: &str) -> Option<Known> {
        let mut cells = part.split("<c r=\"").skip(1);
        let mut styles = Vec::with_capacity(self.formats.len());
        for _ in &self.formats {
            // The first style is the default one, which is not said.
            let (_, rest) = cells.next()?.split_once('"')?;
            let style = rest.strip_prefix(" s=\"").map(|rest| rest.split('"').next().unwrap_or_default());
            styles.push(style.map_or(Ok(0), str::parse).ok()?);
        }
        let mut formulas = Vec::new();
        for _ in self.formulas() {
            let (place, rest) = cells.next()?.split_once('"')?;
            let end = rest.find("</c>")? + "</c>".len();
            formulas.push((rest[..end].to_owned(), place.to_owned()));
        }
        Some(Known { styles, formulas })
    }
}

fn unknown() -> XlsxError {
    XlsxError::ParameterError("the writer's sheet is laid out in another way".to_owned())
}

/// The part of a sheet with its own cells in the place of stand-ins.
fn with_cells(part: &str, rows: &Rows<'_>, measures: &LaidSheet, data: &str) -> Option<String> {
    const DIMENSION: &str = "<dimension ref=\"";
    let (head, rest) = part.split_once(DIMENSION)?;
    let (_, rest) = rest.split_once('"')?;
    let (before, rest) = rest.split_once("<sheetData")?;
    let after = match rest.strip_prefix("/>") {
        Some(after) => after,
        None => rest.split_once("</sheetData>")?.1,
    };
    let last_row = rows.count().saturating_sub(1) as u32;
    let last_column = rows.cells.iter().map(|cell| cell.column).max().unwrap_or_default();
    // A row with a height begins at the first column, whatever it holds.
    let first_column = if measures.heights.is_empty() { rows.cells.iter().map(|cell| cell.column).min() } else { None }.unwrap_or_default();
    let used = Range { first_row: 0, first_column, last_row, last_column };
    let mut merged = String::new();
    if !rows.merges.is_empty() {
        let _ = write!(merged, "<mergeCells count=\"{}\">", rows.merges.len());
        for merge in &rows.merges {
            let _ = write!(merged, "<mergeCell ref=\"{}\"/>", range(merge));
        }
        merged.push_str("</mergeCells>");
    }
    let data = if data.is_empty() { "<sheetData/>".to_owned() } else { format!("<sheetData>{data}</sheetData>") };
    Some([head, DIMENSION, &range(&used), "\"", before, &data, &merged, after].concat())
}

pub(super) fn range(range: &Range) -> String {
    let first = CellRef { row: range.first_row, column: range.first_column }.to_string();
    let last = CellRef { row: range.last_row, column: range.last_column }.to_string();
    if first == last { first } else { format!("{first}:{last}") }
}

fn sheet_data<'a>(
    rows: &Rows<'a>,
    measures: &LaidSheet,
    styles: &[usize],
    formulas: &mut std::slice::Iter<'_, (String, String)>,
    texts: &mut Texts<'a>,
    data: &mut String,
) {
    let names: Vec<String> = {
        let columns = rows.cells.iter().map(|cell| cell.column + 1).max().unwrap_or_default();
        (0..columns).map(|column| CellRef { row: 0, column }.to_string().trim_end_matches('1').to_owned()).collect()
    };
    for block in (0..rows.count()).step_by(SPAN) {
        let block = block..(block + SPAN).min(rows.count());
        let columns = || block.clone().flat_map(|row| rows.of(row)).map(|cell| cell.column + 1);
        let span = columns().min().zip(columns().max()).map_or_else(String::new, |(first, last)| format!(" spans=\"{first}:{last}\""));
        for row in block {
            let cells = rows.of(row);
            let own = rows.sheet.rows.get(row);
            let hidden = own.is_some_and(|row| row.hidden);
            let height = own.and(measures.heights.get(row)).map(|height| *height / PIXEL);
            if height.is_none() && !hidden && cells.is_empty() {
                continue;
            }
            // Writing to a string cannot fail.
            let _ = write!(data, "<row r=\"{}\"{span}", row + 1);
            let said = height.filter(|height| *height > 0).map(|height| height as f64 * 0.75);
            if let Some(height) = said {
                let _ = write!(data, " ht=\"{height}\"");
            }
            if height == Some(0) || hidden {
                data.push_str(" hidden=\"1\"");
            }
            if said.is_some() {
                data.push_str(" customHeight=\"1\"");
            }
            if cells.is_empty() {
                data.push_str("/>");
                continue;
            }
            data.push('>');
            for cell in cells {
                write_cell(cell, row + 1, &names, styles[cell.look], formulas, texts, data);
            }
            data.push_str("</row>");
        }
    }
}

fn write_cell<'a>(
    cell: &Placed<'a>,
    row: usize,
    names: &[String],
    style: usize,
    formulas: &mut std::slice::Iter<'_, (String, String)>,
    texts: &mut Texts<'a>,
    data: &mut String,
) {
    // A blank in the default look says nothing.
    let blank = matches!(cell.value, Value::Empty) || matches!(cell.value, Value::Text(text) if text.is_empty());
    if blank && style == 0 {
        return;
    }
    let name = &names[usize::from(cell.column)];
    let _ = write!(data, "<c r=\"{name}{row}\"");
    if style > 0 {
        let _ = write!(data, " s=\"{style}\"");
    }
    let _ = match cell.value {
        _ if blank => write!(data, "/>"),
        Value::Empty => Ok(()),
        Value::Text(text) => write!(data, " t=\"s\"><v>{}</v></c>", texts.number(Cow::Borrowed(cut(text)))),
        Value::Number(number) => match finite(*number) {
            Some(stored) => write!(data, "><v>{stored}</v></c>"),
            None => write!(data, " t=\"s\"><v>{}</v></c>", texts.number(Cow::Owned(number.to_string()))),
        },
        Value::Truth(truth) => write!(data, " t=\"b\"><v>{}</v></c>", u8::from(*truth)),
        Value::Date(serial) => write!(data, "><v>{serial}</v></c>"),
        Value::Formula { .. } => {
            let (rest, place) = formulas.next().map_or(("/>", ""), |(rest, place)| (rest, place));
            // A formula that fills several cells says which.
            data.write_str(&rest.replace(&format!("<f t=\"array\" ref=\"{place}\">"), &format!("<f t=\"array\" ref=\"{name}{row}\">")))
        }
    };
}

fn finite(number: Decimal) -> Option<f64> {
    Some(number.to_stored()).filter(|stored| stored.is_finite())
}

/// As much of a text as the format holds in one cell.
fn cut(text: &str) -> &str {
    if text.len() <= LONGEST {
        return text;
    }
    let mut units = 0;
    let beyond = text.char_indices().find(|(_, character)| {
        units += character.len_utf16();
        units > LONGEST
    });
    beyond.map_or(text, |(at, _)| &text[..at])
}

impl<'a> Texts<'a> {
    fn number(&mut self, text: Cow<'a, str>) -> usize {
        self.count += 1;
        let next = self.numbers.len();
        if let Some(number) = self.numbers.get(&text) {
            return *number;
        }
        let blank = ['\t', '\n', ' '];
        let preserve = if text.starts_with(blank) || text.ends_with(blank) { " xml:space=\"preserve\"" } else { "" };
        let _ = write!(self.items, "<si><t{preserve}>");
        // Every character as it was sent, also where print has another for it.
        escape(&text, &mut self.items);
        self.items.push_str("</t></si>");
        self.numbers.insert(text, next);
        next
    }

    fn part(&self) -> String {
        format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n\
             <sst xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\" count=\"{}\" uniqueCount=\"{}\">{}</sst>",
            self.count,
            self.numbers.len(),
            self.items
        )
    }
}

/// Escapes of XML, and `_xHHHH_` (ECMA-376 part 1, 22.9.2.19) for what XML cannot hold and for text that reads like one.
pub(super) fn escape(text: &str, out: &mut String) {
    if !text.bytes().any(|byte| matches!(byte, 0..=0x1f | b'&' | b'<' | b'>' | b'_' | 0xef)) {
        out.push_str(text);
        return;
    }
    for (at, character) in text.char_indices() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '\t' | '\n' => out.push(character),
            '\0'..='\x1f' | '\u{fffe}' | '\u{ffff}' => {
                let _ = write!(out, "_x{:04X}_", u32::from(character));
            }
            '_' if reads_as_escape(&text.as_bytes()[at..]) => out.push_str("_x005F_"),
            _ => out.push(character),
        }
    }
}

fn reads_as_escape(text: &[u8]) -> bool {
    matches!(text, [b'_', b'x', digits @ ..] if digits.len() >= 5 && digits[..4].iter().all(u8::is_ascii_hexdigit) && digits[4] == b'_')
}
