//! Which rows and columns stand on which page, and at what scale.

use std::ops;

use super::grid::Grid;
use super::laid::{Length, PIXEL, POINT};
use super::paper;
use super::rows::Blocks;
use crate::form::model::{Borders, Image, PageSetup, Range, Style, Value};

/// The frame of a sheet's pages, in sheet units at natural size.
#[derive(Clone, Copy, Debug)]
pub(super) struct Frame {
    pub width: Length,
    pub height: Length,
    pub left: Length,
    pub right: Length,
    pub top: Length,
    pub bottom: Length,
}

impl Frame {
    pub fn new(page: &PageSetup) -> Self {
        let (upright_width, upright_height) = paper::size(page.paper);
        let (width, height) = if page.landscape { (upright_height, upright_width) } else { (upright_width, upright_height) };
        let margin = |points: f64, other: f64, whole: Length| {
            let clean = |points: f64| if points.is_finite() { (points.max(0.0) * POINT as f64).min(1e9) as Length } else { 0 };
            // Margins that leave less than a quarter of the paper are cut down in proportion.
            let (mine, both) = (clean(points), clean(points) + clean(other));
            if both * 4 > whole * 3 { mine * whole * 3 / 4 / both } else { mine }
        };
        let margins = &page.margins;
        Self {
            width,
            height,
            left: margin(margins.left, margins.right, width),
            right: margin(margins.right, margins.left, width),
            top: margin(margins.top, margins.bottom, height),
            bottom: margin(margins.bottom, margins.top, height),
        }
    }

    pub fn body(&self) -> (Length, Length) {
        (self.width - self.left - self.right, self.height - self.top - self.bottom)
    }
}

/// The pages of a sheet: ranges of columns and rows, without the repeated titles.
#[derive(Clone, Debug)]
pub(super) struct Plan {
    pub scale: u16,
    pub rows: Vec<ops::Range<u32>>,
    pub columns: Vec<ops::Range<u32>>,
}

/// What is printed of a sheet.
#[derive(Clone, Debug)]
pub(super) struct Printed {
    pub rows: ops::Range<u32>,
    pub columns: ops::Range<u32>,
    pub title_rows: ops::Range<u32>,
    pub title_columns: ops::Range<u32>,
}

impl Printed {
    /// The print area, or what holds or shows something: like Excel, no page for columns that only have a width.
    pub fn new(grid: &Grid<'_>, blocks: &Blocks) -> Self {
        let (rows, columns) = (grid.sheet.rows.len() as u32, grid.columns() as u32);
        let clip = |first: u32, last: u32, count: u32| first.min(count)..(last.saturating_add(1)).min(count).max(first.min(count));
        let area = grid.sheet.print_area;
        let used = used(grid, blocks);
        Self {
            rows: area.map_or_else(|| 0..used.0, |area| clip(area.first_row, area.last_row, rows)),
            columns: area.map_or_else(|| 0..used.1, |area| clip(u32::from(area.first_column), u32::from(area.last_column), columns)),
            title_rows: grid.sheet.title_rows.map_or(0..0, |(first, last)| clip(first, last, rows)),
            title_columns: grid.sheet.title_columns.map_or(0..0, |(first, last)| clip(u32::from(first), u32::from(last), columns)),
        }
    }
}

impl Printed {
    /// The same as a range; `None` where nothing is printed.
    pub fn area(&self) -> Option<Range> {
        let (last_row, last_column) = (self.rows.clone().last()?, self.columns.clone().last()?);
        Some(Range { first_row: self.rows.start, first_column: self.columns.start as u16, last_row, last_column: last_column as u16 })
    }
}

// The rows and columns up to the last that holds or shows something.
fn used(grid: &Grid<'_>, blocks: &Blocks) -> (u32, u32) {
    let mut used = (0, 0);
    let mut reach = |row: u32, column: u16| used = (used.0.max(row + 1), used.1.max(u32::from(column) + 1));
    for (index, row) in (0u32..).zip(&grid.sheet.rows) {
        for cell in row.cells.iter().filter(|cell| usize::from(cell.column) < grid.columns()) {
            let drawn = |style: &Style| style.fill.is_some() || style.borders != Borders::default();
            let holds = !matches!(&cell.value, Value::Empty) && !matches!(&cell.value, Value::Text(text) if text.is_empty());
            if holds || grid.styles.get(cell.style.0 as usize).is_some_and(drawn) {
                let area = grid.area(index, cell.column);
                reach(area.last_row, area.last_column);
            }
        }
    }
    for block in blocks.all() {
        reach(block.row, block.columns.1);
    }
    for image in grid.sheet.images.iter().filter(|image| (image.row as usize) < grid.sheet.rows.len()) {
        let (row, column) = last_corner(grid, image);
        reach(row, column);
    }
    used
}

// The row and column in which a picture's last corner stands.
fn last_corner(grid: &Grid<'_>, image: &Image) -> (u32, u16) {
    let units = |points: f64| if points.is_finite() { (points.clamp(0.0, 5000.0) * POINT as f64) as Length } else { 0 };
    let (rows, columns) = (grid.sheet.rows.len() as u32, grid.columns() as u16);
    let walk = |first: u32, count: u32, extent: Length, size: &dyn Fn(u32) -> Length| {
        let (mut at, mut rest) = (first, extent - size(first));
        while rest > PIXEL && at + 1 < count {
            at += 1;
            rest -= size(at);
        }
        at
    };
    let down = units(image.offset.1) + units(image.size.1);
    let right = units(image.offset.0) + units(image.size.0);
    let row = walk(image.row, rows, down, &|row| grid.shown_height(row));
    let first = image.column.min(columns.saturating_sub(1));
    let column = walk(u32::from(first), u32::from(columns), right, &|column| grid.width(column as u16, column as u16));
    (row, column as u16)
}

/// Sizes of the lines of one direction, and where they may be parted.
struct Track {
    /// Size of every line from 0.
    sizes: Vec<Length>,
    /// A page begins before this line.
    breaks: Vec<bool>,
    /// This line stays with the one before it.
    kept: Vec<bool>,
}

// Printers round: a page filled to the last point would lose its last row to the next page in the spreadsheet.
fn usable(height: Length) -> Length {
    height - height / 200
}

/// What the rows of one page may take together, title rows included, in sheet units at a scale.
pub fn room(page: &PageSetup, scale: u16) -> Length {
    usable(Frame::new(page).body().1) * 100 / Length::from(scale.max(1))
}

/// Plans the pages of a sheet.
pub(super) fn plan(grid: &Grid<'_>, page: &PageSetup, printed: &Printed) -> Plan {
    let (width, height) = Frame::new(page).body();
    let rows = row_track(grid);
    let columns = Track {
        sizes: grid.lefts.windows(2).map(|pair| pair[1] - pair[0]).collect(),
        // A sheet that is fitted to so many pages across is parted where it has to be and nowhere else, as in Excel.
        breaks: (0..grid.columns())
            .map(|column| page.fit.is_none_or(|(across, _)| across == 0) && grid.sheet.column_breaks.contains(&(column as u16)))
            .collect(),
        kept: vec![false; grid.columns()],
    };
    let height = usable(height);
    // A sheet that fills the width to the last of its points does so on no printer.
    let width = width - width / 3000;
    let split_rows = |scale: u16| split(&rows, &printed.rows, &printed.title_rows, height * 100 / Length::from(scale));
    let split_columns = |scale: u16| split(&columns, &printed.columns, &printed.title_columns, width * 100 / Length::from(scale));
    let scale = match page.fit {
        None => page.scale.clamp(10, 400),
        Some((across, down)) => {
            // Manual breaks are kept, so their pages are needed at any scale.
            let forced = split(&rows, &printed.rows, &printed.title_rows, Length::MAX / 1000).len();
            let fits = |scale: u16| {
                (across == 0 || split_columns(scale).len() <= usize::from(across))
                    && (down == 0 || split_rows(scale).len() <= usize::from(down).max(forced))
            };
            let (mut low, mut high) = (10u16, 100u16);
            while low < high {
                let middle = (low + high).div_ceil(2);
                if fits(middle) { low = middle } else { high = middle - 1 }
            }
            low
        }
    };
    Plan { scale, rows: split_rows(scale), columns: split_columns(scale) }
}

fn row_track(grid: &Grid<'_>) -> Track {
    let rows = &grid.sheet.rows;
    let mut kept: Vec<bool> = rows.iter().map(|row| row.keep_with_previous).collect();
    for merge in grid.merges() {
        kept[merge.first_row as usize + 1..=merge.last_row as usize].fill(true);
    }
    Track {
        sizes: (0..rows.len() as u32).map(|row| grid.shown_height(row)).collect(),
        breaks: rows.iter().map(|row| row.break_before).collect(),
        kept,
    }
}

fn split(track: &Track, printed: &ops::Range<u32>, titles: &ops::Range<u32>, room: Length) -> Vec<ops::Range<u32>> {
    let title: Length = track.sizes[titles.start as usize..titles.end as usize].iter().sum();
    let mut pages = Vec::new();
    let mut start = printed.start;
    let mut used = 0;
    // Titles are repeated on the pages behind them; where they fill the page they are not.
    let room_from = |start: u32| if start >= titles.end && title * 2 < room { room - title } else { room };
    for line in printed.clone() {
        let size = track.sizes[line as usize];
        let forced = track.breaks[line as usize] && line > start;
        if forced || (used + size > room_from(start) && used > 0 && size > 0) {
            let mut at = line;
            while !forced && at > start && track.kept[at as usize] {
                at -= 1;
            }
            // A group that fills the page from its first row has to be parted after all.
            // So has one that would leave nothing but titles above it.
            let only_titles = start <= titles.start && at <= titles.end && at > start;
            if at == start || (only_titles && !forced) {
                at = line;
            }
            pages.push(start..at);
            start = at;
            used = track.sizes[at as usize..line as usize].iter().sum();
        }
        used += size;
    }
    if start < printed.end {
        pages.push(start..printed.end);
    }
    pages
}
