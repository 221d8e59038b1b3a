//! Where something stands: file, sheet, cell; the one reader and printer of cell references.

use std::fmt;
use std::sync::Arc;

/// A cell by zero-based row and column; shown in A1 notation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CellRef {
    /// Zero-based.
    pub row: u32,
    /// Zero-based.
    pub column: u16,
}

impl CellRef {
    /// Columns of a sheet, A to XFD.
    pub const COLUMNS: u32 = 16_384;
    /// Rows of a sheet.
    pub const ROWS: u32 = 1_048_576;

    /// Reads `C7`, in either case, within the bounds of a sheet. Byte by byte: this is asked for every cell of a file.
    pub fn parse(name: &str) -> Option<Self> {
        let letters = name.bytes().take_while(u8::is_ascii_alphabetic).count();
        let (letters, digits) = name.split_at(letters);
        if !(1..=7).contains(&digits.len()) || !digits.bytes().all(|digit| digit.is_ascii_digit()) {
            return None;
        }
        let row = digits.bytes().fold(0, |sum, digit| sum * 10 + u32::from(digit - b'0'));
        Some(Self { row: row.checked_sub(1).filter(|row| *row < Self::ROWS)?, column: Self::parse_column(letters)? })
    }

    /// Reads the letters of a column, `C`, as its number from zero.
    pub fn parse_column(letters: &str) -> Option<u16> {
        if !(1..=3).contains(&letters.len()) || !letters.bytes().all(|letter| letter.is_ascii_alphabetic()) {
            return None;
        }
        let column = letters.bytes().fold(0, |sum, letter| sum * 26 + u32::from(letter.to_ascii_uppercase() - b'A') + 1);
        (column <= Self::COLUMNS).then(|| (column - 1) as u16)
    }

    /// Reads `A1:C3`, or one cell, as the upper left and the lower right one.
    pub fn parse_range(text: &str) -> Option<(Self, Self)> {
        let (one, other) = text.split_once(':').unwrap_or((text, text));
        let (one, other) = (Self::parse(one)?, Self::parse(other)?);
        let corner =
            |pick: fn(u32, u32) -> u32| Self { row: pick(one.row, other.row), column: pick(one.column.into(), other.column.into()) as u16 };
        Some((corner(Ord::min), corner(Ord::max)))
    }
}

impl fmt::Display for CellRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut letters = Vec::new();
        let mut rest = u32::from(self.column) + 1;
        while rest > 0 {
            letters.push(char::from(b'A' + ((rest - 1) % 26) as u8));
            rest = (rest - 1) / 26;
        }
        letters.reverse();
        write!(f, "{}{}", letters.into_iter().collect::<String>(), self.row + 1)
    }
}

/// Where something stands: a file, a sheet in it, a cell in that; each known as far as it applies.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// Path relative to the inbox, `/` between parts, `a.zip!/b.xlsx` inside an archive.
    pub file: Option<Arc<str>>,
    /// The sheet's name in the file; for a missing one the name it should have.
    pub sheet: Option<Arc<str>>,
    /// The cell.
    pub cell: Option<CellRef>,
}

impl Place {
    /// A whole file.
    pub fn file(file: &Arc<str>) -> Self {
        Self { file: Some(Arc::clone(file)), ..Self::default() }
    }

    /// A sheet of this place's file.
    #[must_use]
    pub fn on_sheet(&self, sheet: &Arc<str>) -> Self {
        Self { file: self.file.clone(), sheet: Some(Arc::clone(sheet)), cell: None }
    }

    /// A cell of this place's sheet.
    #[must_use]
    pub fn at(&self, cell: CellRef) -> Self {
        Self { cell: Some(cell), ..self.clone() }
    }
}

#[cfg(test)]
mod tests {
    use super::CellRef;

    #[test]
    fn names_cells_like_a_spreadsheet() {
        for (row, column, name) in [(0, 0, "A1"), (4, 25, "Z5"), (8, 26, "AA9"), (1_048_575, 16_383, "XFD1048576")] {
            assert_eq!(CellRef { row, column }.to_string(), name);
            assert_eq!(CellRef::parse(&name.to_lowercase()), Some(CellRef { row, column }));
        }
    }

    #[test]
    fn reads_names_within_a_sheet_only() {
        for name in ["", "A", "1", "A0", "1A", "ABCD1", "A12345678", "XFE1", "A1048577", "A+1", "A1B", "$A$1", "甲1"] {
            assert_eq!(CellRef::parse(name), None, "{name}");
        }
        let range = |text: &str| CellRef::parse_range(text).map(|(first, last)| format!("{first} {last}"));
        assert_eq!((range("C1:A3"), range("B2"), range("B2:")), (Some("A1 C3".into()), Some("B2 B2".into()), None));
        assert_eq!((CellRef::parse_column("aa"), CellRef::parse_column("")), (Some(26), None));
    }
}
