//! What one file may cost.

use serde::{Deserialize, Serialize};

use crate::ooxml::Bounds;

/// What one file may cost. A branch workbook is below 2 MB with some 20,000 cells; the defaults leave two orders
/// of magnitude or nearly above that and keep one file's decoding far below 1 GiB.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Limits {
    /// Size of the file in bytes.
    pub max_bytes: u64,
    /// Unpacked bytes of a package, over all its parts.
    pub max_unpacked: u64,
    /// Unpacked to packed size of one part, looked at above [`Bounds::RATIO_FLOOR`].
    pub max_ratio: u64,
    /// Entries of a package.
    pub max_entries: usize,
    /// Cells that hold something, over all sheets.
    pub max_cells: usize,
    /// Sheets of a workbook.
    pub max_sheets: usize,
    /// The last row that may hold something, counted from 1.
    pub max_rows: u32,
    /// The last column that may hold something, counted from 1.
    pub max_columns: u32,
    /// Bytes of one text; spreadsheets allow 32,767 characters.
    pub max_text: usize,
    /// Bytes of all texts.
    pub max_texts: usize,
    /// Cells of the rectangle around a sheet's data, for formats that are decoded into one (xls, xlsb, ods).
    pub max_area: u64,
}

impl Limits {
    /// Those of a package.
    pub fn package(&self) -> Bounds {
        Bounds { entries: self.max_entries, unpacked: self.max_unpacked, part: self.max_unpacked, ratio: self.max_ratio }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_bytes: 64 << 20,
            max_unpacked: 128 << 20,
            max_ratio: 250,
            max_entries: 4096,
            max_cells: 1_000_000,
            max_sheets: 256,
            max_rows: 100_000,
            max_columns: 1000,
            max_text: 128 << 10,
            max_texts: 32 << 20,
            max_area: 4_000_000,
        }
    }
}
