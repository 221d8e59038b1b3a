//! Columns, rows and merged ranges of a sheet as positions.

use super::laid::{Length, PIXEL, POINT};
use crate::form::model::{Column, FilledSheet, Range, Row, Style, Value};

/// The highest row Excel knows: 409.5 pt.
pub(super) const TALLEST: Length = 40_950;

/// A sheet's columns, rows and merges. Ranges are cut to the rows and columns that are there.
pub(super) struct Grid<'a> {
    pub sheet: &'a FilledSheet,
    pub styles: &'a [Style],
    /// Width of each column as if it were shown.
    pub widths: Vec<Length>,
    /// Height of each row as if it were shown.
    pub heights: Vec<Length>,
    /// Left edge of each column and the right edge of the last, hidden columns without width.
    pub lefts: Vec<Length>,
    merges: Vec<Range>,
    // For each row the merges that touch it, by their left column.
    rows: Vec<Vec<u32>>,
}

/// The pixels of a column (ECMA-376 18.3.1.13).
pub(super) fn column_pixels(width: f64, digit: u32) -> i64 {
    let width = if width.is_finite() { width.clamp(0.0, 255.0) } else { 0.0 };
    let digit = f64::from(digit);
    ((256.0 * width + (128.0 / digit).trunc()) / 256.0 * digit).trunc() as i64
}

impl<'a> Grid<'a> {
    pub fn new(sheet: &'a FilledSheet, styles: &'a [Style], digit: u32, default_height: Length) -> Self {
        let columns = used_columns(sheet);
        let column = |index: usize| sheet.columns.get(index).copied().unwrap_or(Column { width: 9.0, hidden: false });
        let widths: Vec<Length> = (0..columns).map(|index| column_pixels(column(index).width, digit) * PIXEL).collect();
        let mut lefts = Vec::with_capacity(columns + 1);
        let mut left = 0;
        for (index, width) in widths.iter().enumerate() {
            lefts.push(left);
            left += if column(index).hidden { 0 } else { *width };
        }
        lefts.push(left);
        let heights = sheet.rows.iter().map(|row| row.height.map_or(default_height, whole_pixels)).collect();
        let mut grid = Self { sheet, styles, widths, heights, lefts, merges: Vec::new(), rows: vec![Vec::new(); sheet.rows.len()] };
        grid.take_merges();
        grid
    }

    fn take_merges(&mut self) {
        let (rows, columns) = (self.sheet.rows.len() as u32, self.columns() as u16);
        for merge in &self.sheet.merges {
            if merge.first_row >= rows
                || merge.first_column >= columns
                || merge.last_row < merge.first_row
                || merge.last_column < merge.first_column
            {
                continue;
            }
            let merge = Range { last_row: merge.last_row.min(rows - 1), last_column: merge.last_column.min(columns - 1), ..*merge };
            let overlaps = (merge.first_row..=merge.last_row).any(|row| {
                self.rows[row as usize].iter().any(|other| {
                    let other = &self.merges[*other as usize];
                    other.first_column <= merge.last_column && merge.first_column <= other.last_column
                })
            });
            if overlaps {
                continue;
            }
            for row in merge.first_row..=merge.last_row {
                self.rows[row as usize].push(self.merges.len() as u32);
            }
            self.merges.push(merge);
        }
        for row in &mut self.rows {
            row.sort_by_key(|merge| self.merges[*merge as usize].first_column);
        }
    }

    /// A further column at the right.
    pub fn add_column(&mut self, width: Length) {
        self.widths.push(width);
        self.lefts.push(self.lefts.last().copied().unwrap_or(0) + width);
    }

    pub fn columns(&self) -> usize {
        self.widths.len()
    }

    pub fn merges(&self) -> &[Range] {
        &self.merges
    }

    /// The merge that covers a cell.
    pub fn merge_at(&self, row: u32, column: u16) -> Option<Range> {
        let row = self.rows.get(row as usize)?;
        let before = row.partition_point(|merge| self.merges[*merge as usize].first_column <= column);
        let merge = self.merges[*row.get(before.checked_sub(1)?)? as usize];
        (merge.last_column >= column).then_some(merge)
    }

    /// The cell's merge, or the cell as a range.
    pub fn area(&self, row: u32, column: u16) -> Range {
        self.merge_at(row, column).unwrap_or(Range { first_row: row, last_row: row, first_column: column, last_column: column })
    }

    pub fn row(&self, row: u32) -> Option<&'a Row> {
        self.sheet.rows.get(row as usize)
    }

    /// Height on paper: nothing for hidden rows.
    pub fn shown_height(&self, row: u32) -> Length {
        match self.row(row) {
            Some(shown) if !shown.hidden => self.heights[row as usize],
            _ => 0,
        }
    }

    /// Width on paper of a run of columns.
    pub fn width(&self, first: u16, last: u16) -> Length {
        self.lefts[(usize::from(last) + 1).min(self.columns())] - self.lefts[usize::from(first).min(self.columns())]
    }

    /// Height on paper of a run of rows.
    pub fn height(&self, first: u32, last: u32) -> Length {
        (first..=last).map(|row| self.shown_height(row)).sum()
    }

    pub fn style_at(&self, row: u32, column: u16) -> Option<&'a Style> {
        let row = self.row(row)?;
        let index = row.cells.binary_search_by_key(&column, |cell| cell.column).ok()?;
        self.styles.get(row.cells[index].style.0 as usize)
    }

    /// Whether the text of a neighbour may stand over a cell.
    pub fn is_free(&self, row: u32, column: u16) -> bool {
        let empty = |row: &Row| match row.cells.binary_search_by_key(&column, |cell| cell.column) {
            Ok(index) => {
                matches!(row.cells[index].value, Value::Empty) || matches!(&row.cells[index].value, Value::Text(text) if text.is_empty())
            }
            Err(_) => true,
        };
        self.merge_at(row, column).is_none() && self.row(row).is_none_or(empty)
    }

    /// Makes a row at least so high, in whole pixels and within the format's limit.
    pub fn grow(&mut self, row: u32, height: Length) {
        if let Some(current) = self.heights.get_mut(row as usize) {
            let wanted = (height + PIXEL - 1) / PIXEL * PIXEL;
            *current = (*current).max(wanted.min(TALLEST));
        }
    }
}

/// A height in points as Excel keeps it.
pub fn whole_pixels(points: f64) -> Length {
    let points = if points.is_finite() { points.clamp(0.0, TALLEST as f64 / POINT as f64) } else { 0.0 };
    (points * POINT as f64 / PIXEL as f64).round() as Length * PIXEL
}

// Columns that hold or cover something; a stray format far to the right is not paper to be laid out.
fn used_columns(sheet: &FilledSheet) -> usize {
    let cells = sheet.rows.iter().filter_map(|row| row.cells.last()).map(|cell| usize::from(cell.column) + 1);
    // A whole row as a merge (`A1:XFD1`) is a slip of the mouse, not sixteen thousand columns.
    let merges = sheet.merges.iter().map(|merge| usize::from(merge.last_column) + 1).filter(|columns| *columns <= 1024);
    let images = sheet.images.iter().map(|image| usize::from(image.column) + 1);
    cells.chain(merges).chain(images).max().unwrap_or(0).max(sheet.columns.len()).min(16_384)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn column_pixels_are_those_of_excel() {
        for (width, digit, pixels) in
            [(9.140_625, 7, 64), (9.0, 8, 72), (8.88, 8, 71), (0.0, 7, 0), (f64::NAN, 7, 0), (-3.0, 7, 0), (1e9, 7, 1785)]
        {
            assert_eq!(column_pixels(width, digit), pixels, "{width} {digit}");
        }
    }

    #[test]
    fn heights_are_whole_pixels() {
        assert_eq!(whole_pixels(15.6), 1575);
        assert_eq!(whole_pixels(f64::INFINITY), 0);
        assert_eq!(whole_pixels(1e9), 40_950);
    }
}
