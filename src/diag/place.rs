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
        }
    }
}
