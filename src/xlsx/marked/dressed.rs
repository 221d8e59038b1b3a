//! What a workbook that was handed out loses when it is saved in another format: widths, drop-downs, bounds, page set-up. A copy
//! that is written anew gets them again where its columns stand now.

use std::cmp::Reverse;

use rust_xlsxwriter::{Format, Worksheet};

use crate::sheet::{Content, Row, Sheet};
use crate::words::{heading, key};
use crate::xlsx::XlsxError;
use crate::xlsx::blank::{self, Body, Column, Entry, FIELD_WIDTHS, Lists, REACH, WIDEST, column_format, offer, print_setup};

/// Headings stand within so many rows.
const TOP: usize = 20;

/// A sheet that was handed out, found again in what came back.
pub struct Dressed<'a> {
    drawn: &'a blank::Sheet,
    /// The row of the headings, of a table.
    head: Option<u32>,
    /// Columns of a table, by where they stand.
    columns: Vec<(u16, &'a Column)>,
    /// Fields, by the row in which they stand.
    fields: Vec<(u32, &'a Column)>,
}

/// The sheet as it was handed out; nothing if none of these is it.
pub fn dressed<'a>(drawn: &'a [blank::Sheet], sheet: &Sheet) -> Option<Dressed<'a>> {
    let drawn = drawn.iter().find(|own| key(&own.name) == key(&sheet.name))?;
    match &drawn.body {
        Body::Table { columns, .. } => {
            let rows = sheet.rows.iter().take(TOP).map(|row| (row.index, found(row, columns)));
            let (head, columns) = rows.max_by_key(|(index, columns)| (columns.len(), Reverse(*index)))?;
            (columns.len() > 1).then_some(Dressed { drawn, head: Some(head), columns, fields: Vec::new() })
        }
        Body::Fields(fields) => {
            let columns: Vec<&Column> = fields.iter().map(|(column, _)| column).collect();
            let field = |row: &Row| columns.iter().find(|column| first(row).is_some_and(|text| same(text, column))).copied();
            let fields: Vec<(u32, &Column)> = sheet.rows.iter().filter_map(|row| Some((row.index, field(row)?))).collect();
            (!fields.is_empty()).then_some(Dressed { drawn, head: None, columns: Vec::new(), fields })
        }
        Body::Items { .. } => None,
    }
}

/// The columns whose headings stand in a row.
fn found<'a>(row: &Row, columns: &'a [Column]) -> Vec<(u16, &'a Column)> {
    let cells = row.cells.iter().filter_map(|cell| if let Content::Text(text) = &cell.content { Some((cell.column, text)) } else { None });
    cells.filter_map(|(at, text)| Some((at, columns.iter().find(|column| same(text, column))?))).collect()
}

fn first(row: &Row) -> Option<&str> {
    let cell = row.cells.first().filter(|cell| cell.column == 0)?;
    if let Content::Text(text) = &cell.content { Some(text) } else { None }
}

fn same(text: &str, column: &Column) -> bool {
    heading(text).0 == heading(&column.heading).0
}

impl Dressed<'_> {
    /// How a cell looks, without its mark.
    pub fn format(&self, row: u32, column: u16, plain: &Format, content: Option<&Content>) -> Format {
        let Some((_, own)) = self.columns.iter().find(|(at, _)| *at == column) else { return plain.clone() };
        if Some(row) == self.head {
            return blank::heading(own.required);
        }
        // What was entered as text stays one when it is entered anew.
        let text = matches!(own.entry, Entry::Text | Entry::Length(_)) && content.is_none_or(|content| matches!(content, Content::Text(_)));
        if text && self.head.is_some_and(|head| row > head) { plain.clone().set_num_format("@") } else { plain.clone() }
    }

    /// Widths, drop-downs and page set-up. `names` is where the roster's names stand, if they were found.
    pub fn write(&self, worksheet: &mut Worksheet, names: Option<&Entry>, lists: &mut Lists) -> Result<(), XlsxError> {
        for (at, column) in &self.columns {
            worksheet.set_column_width(*at, f64::from(column.width))?;
            worksheet.set_column_format(*at, &column_format(&column.entry))?;
            let from = matches!(column.entry, Entry::From { .. });
            let entry = if from { names.cloned().unwrap_or_default() } else { column.entry.clone() };
            let head = self.head.unwrap_or_default();
            offer(worksheet, &Column { entry, ..(*column).clone() }, (head + 1, *at, REACH.max(head + 1)), lists)?;
        }
        for (row, column) in &self.fields {
            offer(worksheet, column, (*row, 1, *row), lists)?;
        }
        if let Some(head) = self.head {
            let frozen = if let Body::Table { frozen, .. } = self.drawn.body { frozen } else { 0 };
            worksheet.set_freeze_panes(head + 1, frozen)?.set_repeat_rows(head, head)?;
        } else {
            worksheet.set_column_width(0, FIELD_WIDTHS[0])?.set_column_width(1, FIELD_WIDTHS[1])?;
            worksheet.set_freeze_panes(self.fields.first().map_or(0, |(row, _)| *row), 1)?;
        }
        let whole: f64 = self.columns.iter().map(|(_, column)| f64::from(column.width)).sum();
        print_setup(worksheet, self.drawn.landscape, if whole > WIDEST { 2 } else { 1 });
        Ok(())
    }

    /// Where the names of this sheet stand, to be chosen from on others.
    pub fn names(&self, sheet: &str) -> Option<Entry> {
        let (column, _) = self.columns.iter().find(|(_, column)| column.heading == crate::workbook::column::NAME)?;
        Some(Entry::From { sheet: sheet.to_owned(), column: *column, row: self.head? + 1 })
    }
}
