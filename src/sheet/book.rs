use std::sync::Arc;

use chrono::NaiveDateTime;
use serde::{Deserialize, Serialize};

use super::Format;
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
    /// Areas merged into one cell that are more than one row high: first and last row and column, zero-based. Seen where the
    /// format tells.
    pub merged: Vec<Area>,
    /// Row and column, zero-based, of texts from which control characters were taken.
    pub control_characters: Vec<(u32, u16)>,
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
    pub(super) const MOST: usize = 10_000;

    /// An area of more than one row: `A2:A5`.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (first, last) = text.split_once(':')?;
        let cell = |name: &str| -> Option<(u32, u16)> {
            let letters = name.bytes().take_while(u8::is_ascii_alphabetic).count();
            let letter = |sum: u32, byte: u8| sum * 26 + u32::from(byte.to_ascii_uppercase() - b'A') + 1;
            let column = (1..=3).contains(&letters).then(|| name.bytes().take(letters).fold(0, letter))?;
            let row: u32 = name[letters..].parse().ok()?;
            Some((row.checked_sub(1)?, u16::try_from(column - 1).ok()?))
        };
        Self::of(cell(first)?, cell(last)?)
    }

    /// The area, where it is more than one row high.
    pub(super) fn of(first: (u32, u16), last: (u32, u16)) -> Option<Self> {
        (first.0 < last.0).then_some(Self { first, last })
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
    /// A formula whose result was never stored: its text with `=`.
    Uncalculated(Box<str>),
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
        let covers = |area: &&Area| area.first.0 < row && row <= area.last.0 && (area.first.1..=area.last.1).contains(&column);
        let area = self.merged.iter().find(covers)?;
        self.get(area.first.0, area.first.1)
    }

    /// How many cells hold something.
    pub fn count(&self) -> usize {
        self.rows.iter().map(|row| row.cells.len()).sum()
    }
}
