//! Free columns beside a table, for lines that are longer than it is wide: an office lets them run on over the paper.

use super::block::{PADDING, font_size};
use super::grid::Grid;
use super::laid::{Length, PIXEL, POINT};
use super::paginate::Frame;
use super::shape::{printable, shape};
use crate::font::FontSet;
use crate::form::model::{Cell, FilledBook, Horizontal, Row, Style, Value};

/// A column that nothing is said about, at most.
const USUAL: Length = 72 * PIXEL;

/// Adds columns to the right of the last one, as far as lines run on and the page has room. A print area says itself what is printed.
pub(super) fn widen(grid: &mut Grid<'_>, book: &FilledBook, fonts: &FontSet) {
    let sheet = grid.sheet;
    let used = grid.lefts.last().copied().unwrap_or(0);
    let scale = if sheet.page.fit.is_some() { 100 } else { sheet.page.scale.clamp(10, 400) };
    let body = Frame::new(&sheet.page).body().0;
    let room = (body - body / 3000) * 100 / Length::from(scale);
    if sheet.print_area.is_some() || used == 0 || used >= room {
        return;
    }
    let ends = (0u32..).zip(&sheet.rows).filter_map(|(index, row)| end(grid, book, fonts, index, row, used));
    let mut missing = ends.max().unwrap_or(0).min(room) - used;
    while missing > 0 {
        let pixels = (missing.min(USUAL) + PIXEL - 1) / PIXEL;
        // The last one stays within the page.
        let width = (pixels * PIXEL).min((room - grid.lefts.last().copied().unwrap_or(0)) / PIXEL * PIXEL);
        if width <= 0 {
            return;
        }
        grid.add_column(width);
        missing -= width;
    }
}

/// Where the line of a row's last cell ends, if it runs on beyond the last column.
fn end(grid: &Grid<'_>, book: &FilledBook, fonts: &FontSet, index: u32, row: &Row, used: Length) -> Option<Length> {
    let holds = |cell: &&Cell| !matches!(&cell.value, Value::Empty) && !matches!(&cell.value, Value::Text(text) if text.is_empty());
    let cell = row.cells.iter().rfind(holds).filter(|_| !row.hidden)?;
    let Value::Text(text) = &cell.value else { return None };
    let style = book.styles.get(cell.style.0 as usize)?;
    let size = font_size(&style.font);
    let left = *grid.lefts.get(usize::from(cell.column))?;
    // No sign is wider than high: most texts need not be measured.
    let most = text.chars().count() as f32 * size * 1.5 * POINT as f32;
    if !runs_on(style) || text.contains('\n') || left as f32 + most < used as f32 || grid.merge_at(index, cell.column).is_some() {
        return None;
    }
    if !(cell.column + 1..grid.columns() as u16).all(|column| grid.is_free(index, column)) {
        return None;
    }
    let choice = fonts.choose(&style.font.family, style.font.bold);
    let width: f32 = shape(fonts, choice, &printable(text), |_| {}).iter().map(|shape| shape.advance).sum();
    Some(left + (width * size * POINT as f32).ceil() as Length + 2 * PADDING).filter(|end| *end > used)
}

fn runs_on(style: &Style) -> bool {
    let align = style.align;
    matches!(align.horizontal, Horizontal::General | Horizontal::Left)
        && !align.wrap
        && !align.shrink
        && align.rotation == 0
        && align.indent == 0
}
