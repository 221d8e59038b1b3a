//! Which rows and columns stand on which page, and at what scale.

use std::ops::Range;

use super::grid::Grid;
use super::laid::{Length, POINT};
use super::paper;
use crate::form::model::PageSetup;

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
    pub rows: Vec<Range<u32>>,
    pub columns: Vec<Range<u32>>,
}

/// What is printed of a sheet.
#[derive(Clone, Debug)]
pub(super) struct Printed {
    pub rows: Range<u32>,
    pub columns: Range<u32>,
    pub title_rows: Range<u32>,
    pub title_columns: Range<u32>,
}

impl Printed {
    pub fn new(grid: &Grid<'_>) -> Self {
        let (rows, columns) = (grid.sheet.rows.len() as u32, grid.columns() as u32);
        let clip = |first: u32, last: u32, count: u32| first.min(count)..(last.saturating_add(1)).min(count).max(first.min(count));
        let area = grid.sheet.print_area;
        Self {
            rows: area.map_or(0..rows, |area| clip(area.first_row, area.last_row, rows)),
            columns: area.map_or(0..columns, |area| clip(u32::from(area.first_column), u32::from(area.last_column), columns)),
            title_rows: grid.sheet.title_rows.map_or(0..0, |(first, last)| clip(first, last, rows)),
            title_columns: grid.sheet.title_columns.map_or(0..0, |(first, last)| clip(u32::from(first), u32::from(last), columns)),
        }
    }
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

/// Plans the pages of a sheet.
pub(super) fn plan(grid: &Grid<'_>, page: &PageSetup, printed: &Printed) -> Plan {
    let (width, height) = Frame::new(page).body();
    let rows = row_track(grid);
    let columns = Track {
        sizes: grid.lefts.windows(2).map(|pair| pair[1] - pair[0]).collect(),
        breaks: vec![false; grid.columns()],
        kept: vec![false; grid.columns()],
    };
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
            let (mut low, mut high) = (10, 100);
            while low < high {
                let middle = (low + high + 1) / 2;
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

fn split(track: &Track, printed: &Range<u32>, titles: &Range<u32>, room: Length) -> Vec<Range<u32>> {
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
            if at == start {
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
