//! Measures a sheet: the blocks of its cells and the heights its rows need.

use std::collections::{BTreeMap, BTreeSet};

use super::Note;
use super::block::{Block, Measure, Run, Sign, TIGHTEST, font_size};
use super::grid::{Grid, TALLEST};
use super::laid::{LaidSheet, Length, PIXEL, POINT};
use crate::font::FontSet;
use crate::form::model::{FilledBook, FilledSheet, Row, Value, as_written};

/// Blocks of a sheet in reading order, with the first of each row.
pub(super) struct Blocks {
    all: Vec<Block>,
    tall: Vec<usize>,
    starts: Vec<usize>,
}

impl Blocks {
    /// The blocks that begin in a row, from left to right.
    pub fn of_row(&self, row: u32) -> &[Block] {
        let at = |row: usize| self.starts.get(row).copied().unwrap_or(self.all.len());
        &self.all[at(row as usize)..at(row as usize + 1)]
    }

    /// All of them, in reading order.
    pub fn all(&self) -> &[Block] {
        &self.all
    }

    /// The blocks of merges that begin above a row and reach it.
    pub fn reaching(&self, row: u32) -> impl Iterator<Item = &Block> {
        let tall = self.tall.iter().map(|index| &self.all[*index]);
        tall.take_while(move |block| block.row < row).filter(move |block| block.area.last_row >= row)
    }
}

/// Measures a sheet. The result's breaks, scale, header and footer are still to be filled in.
pub(super) fn measure<'a>(
    book: &'a FilledBook,
    sheet: &'a FilledSheet,
    fonts: &FontSet,
    notes: &mut BTreeSet<Note>,
) -> (Grid<'a>, Blocks, LaidSheet) {
    let mut grid = grid(book, sheet, fonts);
    let mut measure = Measure::new(book, fonts);
    let mut blocks = Blocks { all: Vec::new(), tall: Vec::new(), starts: Vec::with_capacity(sheet.rows.len()) };
    for (index, row) in (0u32..).zip(&sheet.rows) {
        blocks.starts.push(blocks.all.len());
        for cell in row.cells.iter().filter(|cell| !matches!(cell.value, Value::Empty)) {
            let note = |sign| {
                let sheet = sheet.name.clone();
                notes.insert(match sign {
                    Sign::Missing(character) => Note::MissingCharacter { character, sheet, cell: Some((index, cell.column)) },
                    Sign::Replaced(character, by) => {
                        Note::ReplacedCharacter { character, replacement: by, sheet, cell: (index, cell.column) }
                    }
                });
            };
            blocks.all.extend(measure.block(&grid, index, cell, note));
        }
    }
    even_sizes(&grid, &mut blocks);
    grow_rows(&mut grid, fonts, &blocks.all);
    let mut laid = LaidSheet { digit: digit(book, fonts), ..LaidSheet::default() };
    for block in &mut blocks.all {
        let height = grid.height(block.area.first_row, block.area.last_row);
        let shown = height > 0 && grid.width(block.area.first_column, block.area.last_column) > 0;
        if shown && (!block.shrink_to(&grid, height) || block.too_wide) {
            notes.insert(Note::DoesNotFit { sheet: sheet.name.clone(), cell: (block.row, block.column) });
        }
        if block.adjusted != super::Adjusted::default() {
            laid.adjusted.insert((block.row, block.column), block.adjusted);
        }
    }
    laid.needed = vec![0; sheet.rows.len()];
    laid.lines = vec![0; sheet.rows.len()];
    for block in blocks.all.iter().filter(|block| block.area.last_row == block.row) {
        let row = block.row as usize;
        laid.needed[row] = laid.needed[row].max(block.length(TIGHTEST));
        laid.lines[row] = laid.lines[row].max(block.lines.len());
    }
    blocks.tall = (0..blocks.all.len()).filter(|index| blocks.all[*index].area.last_row > blocks.all[*index].row).collect();
    laid.merges = grid.merges().to_vec();
    laid.heights.clone_from(&grid.heights);
    laid.widths.clone_from(&grid.widths);
    (grid, blocks, laid)
}

/// Where a cell had to be made smaller, those of its size beside it become as small, in its row and in the rows drawn like
/// it: a table has one size.
fn even_sizes(grid: &Grid<'_>, blocks: &mut Blocks) {
    let drawn = |block: &Block| grid.styles.get(block.style).map_or(0, |style| (style.font.size * 2.0) as u32);
    let straight = |block: &Block| matches!(block.run, Run::Plain | Run::Wrapped) && block.area.last_row == block.row;
    let small: Vec<usize> = (0..blocks.all.len())
        .filter(|at| straight(&blocks.all[*at]) && blocks.all[*at].size * 2.0 < drawn(&blocks.all[*at]) as f32)
        .collect();
    if small.is_empty() {
        return;
    }
    let kinds = kinds_of_rows(grid, blocks.starts.len() as u32);
    let kind = |block: &Block| (kinds[block.row as usize], drawn(block));
    let mut least: BTreeMap<(usize, u32), f32> = BTreeMap::new();
    for block in small.into_iter().map(|at| &blocks.all[at]) {
        let size = least.entry(kind(block)).or_insert(block.size);
        *size = size.min(block.size);
    }
    for block in blocks.all.iter_mut().filter(|block| straight(block)) {
        if let Some(least) = least.get(&kind(block)).filter(|least| **least < block.size) {
            block.made_small(grid, *least);
        }
    }
}

/// A number per row, the same for rows that are drawn alike: with the same columns in the same styles, whatever these hold.
fn kinds_of_rows(grid: &Grid<'_>, rows: u32) -> Vec<usize> {
    let mut known: BTreeMap<Vec<(u16, u32)>, usize> = BTreeMap::new();
    let written = as_written(grid.styles);
    let look = |style: u32| written.get(style as usize).map_or(style, |style| *style as u32);
    let of = |row| {
        let cells = |row: &Row| row.cells.iter().map(|cell| (cell.column, look(cell.style.0))).collect();
        let next = known.len();
        *known.entry(grid.row(row).map_or_else(Vec::new, cells)).or_insert(next)
    };
    (0..rows).map(of).collect()
}

fn digit(book: &FilledBook, fonts: &FontSet) -> u32 {
    fonts.digit_pixels(&book.normal_font.family, book.normal_font.size)
}

/// The sheet's columns and rows before any has grown.
pub(super) fn grid<'a>(book: &'a FilledBook, sheet: &'a FilledSheet, fonts: &FontSet) -> Grid<'a> {
    let mut grid = Grid::new(sheet, &book.styles, digit(book, fonts), default_height(book));
    super::beside::widen(&mut grid, book, fonts);
    grid
}

/// Width of one step of indent: three spaces of the normal font.
pub(super) fn indent_step(book: &FilledBook, fonts: &FontSet) -> Length {
    let normal = fonts.choose(&book.normal_font.family, false);
    let space = fonts.glyph(normal, ' ').map_or(0.25, |glyph| glyph.advance);
    (3.0 * space * font_size(&book.normal_font) * POINT as f32) as Length
}

// The height Excel gives an empty row: 13.5 pt for 宋体 11, 14.25 for 宋体 12.
fn default_height(book: &FilledBook) -> Length {
    let pixels = (font_size(&book.normal_font) * 96.0 / 72.0).round() * 1.2;
    (pixels.round() as Length * PIXEL).min(TALLEST)
}

fn grow_rows(grid: &mut Grid<'_>, fonts: &FontSet, blocks: &[Block]) {
    let (single, mut merged): (Vec<&Block>, Vec<&Block>) = blocks.iter().partition(|block| block.area.first_row == block.area.last_row);
    for block in single {
        let fixed = grid.row(block.row).is_some_and(|row| row.height.is_some());
        if let Some(height) = wanted(grid, fonts, block, fixed, grid.heights[block.row as usize]) {
            grid.grow(block.row, height);
        }
    }
    // Merges after their rows' own cells, upper ones first, as a lower one may share the grown row.
    merged.sort_by_key(|block| (block.area.last_row, block.row, block.column));
    for block in merged {
        let area = block.area;
        let have = grid.height(area.first_row, area.last_row);
        let fixed = (area.first_row..=area.last_row).all(|row| grid.row(row).is_some_and(|row| row.height.is_some()));
        let Some(wanted) = wanted(grid, fonts, block, fixed, have) else { continue };
        // The last row grows, and the ones above it when that is as high as a row can be.
        let mut lacking = wanted - have;
        for row in (area.first_row..=area.last_row).rev() {
            if lacking <= 0 || grid.shown_height(row) == 0 {
                continue;
            }
            let before = grid.heights[row as usize];
            grid.grow(row, before + lacking);
            lacking -= grid.heights[row as usize] - before;
        }
    }
}

/// The height a block's rows need; `None` where they are high enough or not shown.
// A fixed row keeps its height while the text fits with the least leading; once it has to grow, it grows to full leading.
pub(super) fn wanted(grid: &Grid<'_>, fonts: &FontSet, block: &Block, fixed: bool, have: Length) -> Option<Length> {
    if grid.width(block.area.first_column, block.area.last_column) == 0 || have == 0 {
        return None;
    }
    if fixed && (block.length(TIGHTEST) <= have || matches!(block.run, Run::Turned(_) | Run::Stacked)) {
        return None;
    }
    // Lines of text that would touch the ruled lines above and below them get a point on each side.
    let ruled = grid.styles.get(block.style).is_some_and(|style| style.borders.top.is_some() || style.borders.bottom.is_some());
    let beside = match block.run {
        Run::Turned(_) => 2 * super::block::PADDING,
        Run::Wrapped if ruled && block.lines.len() > 1 => 2 * POINT,
        _ => 0,
    };
    Some(block.length(fonts.line_height(block.choice)) + beside)
}
