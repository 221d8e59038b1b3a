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
    /// Row and column, zero-based, of texts from which control characters were taken.
    pub control_characters: Vec<(u32, u16)>,
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

    /// How many cells hold something.
    pub fn count(&self) -> usize {
        self.rows.iter().map(|row| row.cells.len()).sum()
    }
}
