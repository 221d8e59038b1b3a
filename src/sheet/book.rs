//! A decoded workbook: sheets, sparse rows, cells.

use std::sync::Arc;

use chrono::NaiveDateTime;
use serde::{Deserialize, Serialize};

use super::{Format, Refusal};
use crate::diag::{CellRef, Unreadable};
use crate::exact::Decimal;

/// A decoded workbook: worksheets only, in the file's order.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Book {
    /// Worksheets; two of one name are both here, and so are hidden ones.
    pub sheets: Vec<Sheet>,
    /// True where day 0 is 1904-01-01.
    pub date_1904: bool,
    /// When the document was last saved, as ISO text, as far as the file says.
    pub modified: Option<String>,
    /// The custom document property `scorebook.returns`: which file a marked copy corrects.
    pub returns: Option<String>,
    /// What the content was.
    pub format: Format,
}

/// One worksheet.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Sheet {
    /// As written, without control characters.
    pub name: Arc<str>,
    /// Rows that hold something, rising.
    pub rows: Vec<Row>,
    /// The sheet itself is hidden.
    pub hidden: bool,
    /// A hidden row or column holds cells. Seen in xlsx only.
    pub hidden_rows: bool,
    /// Areas merged into one cell, by their first cells. Seen where the format tells.
    pub merged: Vec<Area>,
    /// What stands beneath merged areas, where nobody sees it: row and column, zero-based, rising. The rows do not hold it.
    pub covered: Vec<((u32, u16), Content)>,
    /// Rows of the tallest merged area below its first.
    pub(super) tallest: u32,
    /// Row and column, zero-based, of texts from which control characters were taken.
    pub control_characters: Vec<(u32, u16)>,
    /// Row and column, zero-based, of pictures that were put into cells.
    pub pictures: Vec<(u32, u16)>,
    /// What is read though not all of it is seen, by row and column, zero-based.
    pub unseen: Vec<((u32, u16), Unseen)>,
}

/// Why what a cell holds is not seen as the rest is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Unseen {
    /// Written in the colour of its ground, too small to read, or a picture stands in its place.
    Faint,
    /// Struck out.
    Struck,
    /// Some of its letters are one or the other; the content says what is left.
    Part,
    /// A conditional format hides it under a condition that is not worked out.
    Perhaps,
}

/// A rectangle of cells, zero-based, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Area {
    /// First row and column.
    pub first: (u32, u16),
    /// Last row and column.
    pub last: (u32, u16),
}

impl Area {
    /// As many as are kept of a sheet.
    pub(super) const MOST: usize = 50_000;

    /// An area of more than one cell: `A2:A5`.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (first, last) = CellRef::parse_range(text)?;
        Self::of((first.row, first.column), (last.row, last.column))
    }

    /// The area, where it is more than one cell.
    pub(super) fn of(first: (u32, u16), last: (u32, u16)) -> Option<Self> {
        (first != last && first.0 <= last.0 && first.1 <= last.1).then_some(Self { first, last })
    }

    fn holds(&self, row: u32, column: u16) -> bool {
        (self.first.0..=self.last.0).contains(&row) && (self.first.1..=self.last.1).contains(&column)
    }
}

/// One row.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// Zero-based.
    pub index: u32,
    /// Cells that hold something, rising.
    pub cells: Vec<Cell>,
}

/// One cell that holds something.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Cell {
    /// Zero-based.
    pub column: u16,
    /// What it holds.
    pub content: Content,
}

/// What a cell holds. A formula's cached result counts as its value.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Content {
    /// As stored, not trimmed, never empty; control characters other than tab and line feed are taken out.
    Text(Box<str>),
    /// The shortest text of the stored number at 15 significant digits: 8.6999999999999993 is 8.7.
    Number(Decimal),
    /// A number shown as a date or a time. A time alone stands on 1899-12-31, or 1904-01-01.
    Date(NaiveDateTime),
    /// TRUE or FALSE.
    Bool(bool),
    /// `#REF!` and its like, and what the file stores without it being a value.
    Error(Box<str>),
    /// A formula whose result was never worked out, whatever is stored as such: its text with `=`.
    Uncalculated(Box<str>),
    /// A value whose own format shows something else.
    Disguised(Box<Disguised>),
    /// A picture that was put into the cell. What the file stores in its place is for other programs.
    Picture,
}

/// A value that is shown as something else: 0.8 as `80%`, 2026-01-01 as `1月`, 9 as nothing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Disguised {
    /// What a person sees.
    pub shown: Box<str>,
    /// What is stored: a number, a date or a text.
    pub held: Content,
    /// The number is the same, with letters or zeros around it: `第1季度`, `0301`.
    pub alike: bool,
    /// The number format, as far as it is known.
    pub code: Box<str>,
}

impl Sheet {
    /// The content at a zero-based row and column.
    pub fn get(&self, row: u32, column: u16) -> Option<&Content> {
        let row = &self.rows[self.rows.binary_search_by_key(&row, |r| r.index).ok()?];
        let at = row.cells.binary_search_by_key(&column, |c| c.column).ok()?;
        Some(&row.cells[at].content)
    }

    /// What the merged area shows that the cell lies in, below its first row.
    pub fn merged_into(&self, row: u32, column: u16) -> Option<&Content> {
        self.beneath(row, column).filter(|area| area.first.0 < row).and_then(|area| self.get(area.first.0, area.first.1))
    }

    /// The merged area that the cell lies in without being its first, which alone is seen.
    pub fn beneath(&self, row: u32, column: u16) -> Option<&Area> {
        // Areas begin in rising order.
        let begun = self.merged.partition_point(|area| area.first <= (row, column));
        let near = self.merged[..begun].iter().rev().take_while(|area| row - area.first.0 <= self.tallest);
        near.into_iter().find(|area| area.holds(row, column)).filter(|area| area.first != (row, column))
    }

    /// What stands beneath a merged area in this cell.
    pub fn covered(&self, row: u32, column: u16) -> Option<&Content> {
        let at = self.covered.binary_search_by_key(&(row, column), |(place, _)| *place).ok()?;
        Some(&self.covered[at].1)
    }

    /// Puts a content in the place of what a cell that is seen holds.
    pub(super) fn put(&mut self, row: u32, column: u16, content: Content) {
        if self.beneath(row, column).is_some() {
            return;
        }
        let at = self.rows.binary_search_by_key(&row, |row| row.index).unwrap_or_else(|at| {
            self.rows.insert(at, Row { index: row, cells: Vec::new() });
            at
        });
        let cells = &mut self.rows[at].cells;
        match cells.binary_search_by_key(&column, |cell| cell.column) {
            Ok(at) => cells[at].content = content,
            Err(at) => cells.insert(at, Cell { column, content }),
        }
    }

    /// Takes the merged areas, and what stands beneath them out of the rows.
    pub(super) fn merge(&mut self, mut areas: Vec<Area>) -> Result<(), Refusal> {
        areas.sort_unstable_by_key(|area| area.first);
        let mut open: Vec<Area> = Vec::new();
        let mut coming = areas.iter().copied().peekable();
        for row in &mut self.rows {
            while let Some(area) = coming.next_if(|area| area.first.0 <= row.index) {
                open.push(area);
            }
            open.retain(|area| area.last.0 >= row.index);
            // Areas do not overlap; a sheet has so many columns.
            if open.len() > 2000 {
                return Err(Refusal::unreadable(Unreadable::Content, format!("{}: merged areas lie over each other", self.name)));
            }
            if open.is_empty() {
                continue;
            }
            let index = row.index;
            let beneath = |cell: &mut Cell| open.iter().any(|area| area.holds(index, cell.column) && area.first != (index, cell.column));
            self.covered.extend(row.cells.extract_if(.., beneath).map(|cell| ((index, cell.column), cell.content)));
        }
        self.rows.retain(|row| !row.cells.is_empty());
        self.tallest = areas.iter().map(|area| area.last.0 - area.first.0).max().unwrap_or(0);
        self.merged = areas;
        Ok(())
    }

    /// How many cells hold something.
    pub fn count(&self) -> usize {
        self.rows.iter().map(|row| row.cells.len()).sum()
    }
}
