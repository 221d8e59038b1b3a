//! The text of one cell, measured: its glyphs, lines and size.

use std::rc::Rc;

use super::grid::Grid;
use super::laid::{Adjusted, Length, POINT};
use super::memory::Looks;
use super::shape::{Shape, shape};
use super::wrap::{Line, paragraphs, wrap};
use crate::font::{Choice, FontSet};
use crate::form::model::{Cell, Color, FilledBook, Font, Horizontal, Range, Style, Value, Vertical};

/// Blank between a cell's edge and its text.
pub(super) const PADDING: Length = 150;

/// Text is not made smaller than this many points to fit, nor if it was smaller from the start.
const SMALLEST: f32 = 8.0;

/// A number may become as small as this: a spreadsheet shows none of it in a column that is too narrow.
const SMALLEST_NUMBER: f32 = 6.0;

/// Nor is text of this size or more, which is to be read from a wall, made smaller than this.
const SMALLEST_LARGE: f32 = 12.0;

/// Least distance of lines in em before a row grows or text is made smaller: what Excel gives 宋体, so that a row that
/// is high enough here is so there.
pub(super) const TIGHTEST: f32 = 1.22;

/// How the lines of a block run.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Run {
    /// One line, or lines broken by `\n`; may stand over free neighbours.
    Plain,
    /// Broken to the cell's width.
    Wrapped,
    /// Turned by so many degrees against the clock.
    Turned(f32),
    /// Upright characters downwards.
    Stacked,
}

/// A cell's text, measured.
#[derive(Debug)]
pub(super) struct Block {
    pub row: u32,
    pub column: u16,
    /// Cell or merge.
    pub area: Range,
    /// Index into the book's styles.
    pub style: usize,
    pub choice: Choice,
    pub shapes: Rc<[Shape]>,
    pub lines: Rc<[Line]>,
    /// Points.
    pub size: f32,
    pub run: Run,
    pub horizontal: Horizontal,
    pub indent: Length,
    /// In place of the font's.
    pub ink: Option<Color>,
    /// Columns the text may stand in.
    pub columns: (u16, u16),
    /// What it needed beyond its style.
    pub adjusted: Adjusted,
    /// A number that is too wide even in the smallest size.
    pub too_wide: bool,
}

/// What measuring a cell came to, for every cell of its look, value and width that asks no neighbour.
#[derive(Clone, Debug)]
pub(super) struct Kept {
    lines: Rc<[Line]>,
    size: f32,
    run: Run,
    horizontal: Horizontal,
    indent: Length,
    adjusted: Adjusted,
    too_wide: bool,
}

/// A character that is not drawn as it stands in its cell.
#[derive(Clone, Copy, Debug)]
pub(super) enum Sign {
    /// No face has it.
    Missing(char),
    /// Another is drawn in its place.
    Replaced(char, char),
}

/// Measures the cells of a book.
pub(super) struct Measure<'a> {
    fonts: &'a FontSet,
    looks: Looks<'a>,
    /// Width of one step of indent.
    indent: Length,
}

impl<'a> Measure<'a> {
    pub fn new(book: &FilledBook, fonts: &'a FontSet) -> Self {
        let indent = super::rows::indent_step(book, fonts);
        Self { fonts, looks: Looks::new(book, fonts, indent), indent }
    }

    /// The block of a cell; `None` for nothing to draw.
    pub fn block(&mut self, grid: &Grid<'_>, row: u32, cell: &Cell, mut note: impl FnMut(Sign)) -> Option<Block> {
        let area = grid.area(row, cell.column);
        let style_index = cell.style.0 as usize;
        let choice = self.looks.choice(style_index);
        let shaped = self.looks.shaped(style_index, &cell.value);
        shaped.replaced.iter().for_each(|(character, by)| note(Sign::Replaced(*character, *by)));
        if shaped.shapes.is_empty() && !shaped.holds_breaks || (area.first_row, area.first_column) != (row, cell.column) {
            return None;
        }
        shaped.missing.iter().for_each(|character| note(Sign::Missing(*character)));
        let width = grid.width(area.first_column, area.last_column);
        let block = |kept: &Kept, shapes: &Rc<[Shape]>, ink| Block {
            row,
            column: cell.column,
            area,
            style: style_index,
            choice,
            lines: Rc::clone(&kept.lines),
            shapes: Rc::clone(shapes),
            size: kept.size,
            run: kept.run,
            horizontal: kept.horizontal,
            indent: kept.indent,
            ink,
            columns: (area.first_column, area.last_column),
            adjusted: kept.adjusted,
            too_wide: kept.too_wide,
        };
        if let Some((_, kept)) = shaped.kept.iter().find(|(known, _)| *known == width) {
            return Some(block(kept, &shaped.shapes, shaped.ink));
        }
        let fallback = Style::default();
        let style = grid.styles.get(style_index).unwrap_or(&fallback);
        let number = !matches!(cell.value, Value::Text(_));
        let look = unbroken(style, &cell.value, shaped.holds_breaks, self.indent, width);
        let mut glyphs = Rc::clone(&shaped.shapes);
        if style.align.horizontal == Horizontal::Fill && look.run == Run::Plain {
            glyphs = fill_up(&glyphs, (width - 2 * PADDING) as f32 / POINT as f32 / look.size).unwrap_or(glyphs);
        }
        if let Some((before, sign)) = shaped.fill.filter(|_| look.run == Run::Plain) {
            let sign = shape(self.fonts, choice, &sign.to_string(), |_| {});
            // The whole indent, of which a narrow cell leaves a part only.
            let room = (width - 2 * PADDING - steps(style, look.horizontal) * self.indent) as f32 / POINT as f32 / look.size;
            glyphs = fill_gap(&glyphs, before, sign.first().copied(), room).unwrap_or(glyphs);
        }
        let mut block = block(&look, &glyphs, shaped.ink);
        block.break_lines(grid);
        let alone = block.run != Run::Plain || block.fit_line(grid, style, number);
        if alone && Rc::ptr_eq(&glyphs, &shaped.shapes) && shaped.kept.len() < MOST_WIDTHS {
            let Block { size, run, horizontal, indent, adjusted, too_wide, .. } = block;
            let kept = Kept { lines: Rc::clone(&block.lines), size, run, horizontal, indent, adjusted, too_wide };
            shaped.kept.push((width, kept));
        }
        Some(block)
    }
}

/// So many widths are kept of one text.
const MOST_WIDTHS: usize = 16;

/// How a text of a style runs, before it is broken into lines.
fn unbroken(style: &Style, value: &Value, holds_breaks: bool, step: Length, width: Length) -> Kept {
    let number = !matches!(value, Value::Text(_));
    let horizontal = match style.align.horizontal {
        Horizontal::General if style.align.rotation == 255 || matches!(value, Value::Truth(_)) => Horizontal::Center,
        // A number in a cell for text stands like text.
        Horizontal::General if number && style.number_format.trim() != "@" => Horizontal::Right,
        Horizontal::General | Horizontal::Fill => Horizontal::Left,
        other => other,
    };
    let mut adjusted = Adjusted::default();
    let spread = matches!(horizontal, Horizontal::Justify | Horizontal::Distributed)
        || matches!(style.align.vertical, Vertical::Justify | Vertical::Distributed);
    let run = match style.align.rotation {
        255 => Run::Stacked,
        // The file keeps 91 to 180 for turns with the clock; either way of saying it is understood.
        degrees @ 91..=180 => Run::Turned(f32::from(90 - degrees)),
        0 if number => Run::Plain,
        0 if style.align.horizontal == Horizontal::Fill => Run::Plain,
        0 if style.align.wrap || spread => Run::Wrapped,
        0 if holds_breaks => {
            adjusted.wrap = true;
            Run::Wrapped
        }
        0 => Run::Plain,
        degrees => Run::Turned(f32::from(degrees.clamp(-90, 90))),
    };
    // However deep the indent, a strip of the cell stays for the text.
    let indent = (steps(style, horizontal) * step).min((width - 2 * PADDING).max(0) / 2);
    Kept { lines: Rc::from([]), size: font_size(&style.font), run, horizontal, indent, adjusted, too_wide: false }
}

/// Steps of indent that count at an alignment.
fn steps(style: &Style, horizontal: Horizontal) -> Length {
    match horizontal {
        Horizontal::Left | Horizontal::Right | Horizontal::Distributed => Length::from(style.align.indent),
        _ => 0,
    }
}

impl Block {
    /// Width for text within the columns it may use, in points.
    pub fn room(&self, grid: &Grid<'_>) -> f32 {
        let width = grid.width(self.columns.0, self.columns.1) - 2 * PADDING - self.sides() * self.indent;
        (width.max(0) as f32) / POINT as f32
    }

    // Distributed text is indented from both edges.
    fn sides(&self) -> Length {
        if self.horizontal == Horizontal::Distributed { 2 } else { 1 }
    }

    fn break_lines(&mut self, grid: &Grid<'_>) {
        self.lines = match self.run {
            Run::Wrapped => wrap(&self.shapes, self.room(grid) / self.size),
            Run::Plain | Run::Turned(_) | Run::Stacked => paragraphs(&self.shapes),
        }
        .into();
    }

    /// Widest line in points.
    pub fn width(&self) -> f32 {
        self.lines.iter().map(|line| line.width).fold(0.0, f32::max) * self.size
    }

    // An unwrapped line: over free neighbours, else smaller, else wrapped after all. True if no neighbour was asked.
    fn fit_line(&mut self, grid: &Grid<'_>, style: &Style, number: bool) -> bool {
        let own = self.room(grid);
        let width = self.width();
        let mut alone = true;
        if self.horizontal == Horizontal::CenterContinuous {
            self.columns.1 = self.continued(grid);
            alone = false;
        }
        if width <= own {
            return alone;
        }
        let least = if number { SMALLEST_NUMBER.min(self.size) } else { smallest(self.size) };
        if style.align.shrink {
            self.size = (self.size * own / width).max(least);
        } else {
            if !number && self.area.first_column == self.area.last_column && self.area.first_row == self.area.last_row {
                self.spill(grid, width);
                alone = false;
            }
            if self.reach(grid) >= width {
                return alone;
            }
            self.size = (self.size * self.reach(grid) / width).max(least);
            self.adjusted.size = Some(half_points(self.size));
            self.size = self.adjusted.size.unwrap_or_default() as f32;
        }
        if self.width() > self.reach(grid) * 1.001 {
            self.columns = (self.area.first_column, self.area.last_column);
            self.too_wide = number;
            if !number {
                self.size = font_size(&style.font);
                self.run = Run::Wrapped;
                self.adjusted = Adjusted { wrap: true, size: None };
                self.break_lines(grid);
            }
        }
        alone
    }

    // Room for one line at its alignment: centred text reaches as far as its nearer side.
    fn reach(&self, grid: &Grid<'_>) -> f32 {
        if self.horizontal != Horizontal::Center {
            return self.room(grid);
        }
        let own = grid.width(self.area.first_column, self.area.last_column) / 2;
        let left = own + grid.width(self.columns.0, self.area.first_column) - grid.width(self.area.first_column, self.area.first_column);
        let right = own + grid.width(self.area.last_column, self.columns.1) - grid.width(self.area.last_column, self.area.last_column);
        ((left.min(right) - PADDING).max(0) * 2) as f32 / POINT as f32
    }

    fn spill(&mut self, grid: &Grid<'_>, width: f32) {
        let bound = grid.columns() as u16;
        while self.reach(grid) < width {
            let before = self.columns;
            if self.horizontal != Horizontal::Right && self.columns.1 + 1 < bound && grid.is_free(self.row, self.columns.1 + 1) {
                self.columns.1 += 1;
            }
            if self.horizontal != Horizontal::Left && self.columns.0 > 0 && grid.is_free(self.row, self.columns.0 - 1) {
                self.columns.0 -= 1;
            }
            if self.columns == before {
                return;
            }
        }
    }

    fn continued(&self, grid: &Grid<'_>) -> u16 {
        let same = |column: &u16| {
            grid.is_free(self.row, *column)
                && grid.style_at(self.row, *column).is_some_and(|style| style.align.horizontal == Horizontal::CenterContinuous)
        };
        (self.area.last_column + 1..grid.columns() as u16).take_while(same).last().unwrap_or(self.area.last_column)
    }

    /// The same text for a part of its cell, where the rest stands on another page: broken to the width (points) that
    /// is there, and made smaller until it is whole.
    pub fn squeezed(&self, lines: std::ops::Range<usize>, width: f32, height: Length) -> Self {
        let ends = self.lines.get(lines.start).zip(self.lines[..lines.end.min(self.lines.len())].last());
        let shapes = ends.map_or(&[][..], |(first, last)| &self.shapes[first.range.start..last.range.end.max(first.range.start)]);
        let mut part = Self { shapes: shapes.into(), lines: Rc::from([]), indent: 0, ..*self };
        let room = (width - 2.0 * PADDING as f32 / POINT as f32).max(1.0);
        if part.run == Run::Plain {
            part.run = Run::Wrapped;
        }
        loop {
            part.lines = if part.run == Run::Wrapped { wrap(&part.shapes, room / part.size) } else { paragraphs(&part.shapes) }.into();
            let turned = matches!(part.run, Run::Turned(_)) && part.width() > width;
            if (part.length(TIGHTEST) <= height && !turned) || part.size <= smallest(self.size) {
                return part;
            }
            part.size = (part.size - (part.size * 0.16).floor().max(1.0) / 2.0).max(smallest(self.size));
        }
    }

    /// A line of some of its signs, from its left edge.
    pub fn line_of(&self, shapes: Vec<Shape>) -> Self {
        let lines = paragraphs(&shapes).into();
        Self { shapes: shapes.into(), lines, indent: 0, ..*self }
    }

    /// Height of the text in points, with lines `pitch` em apart.
    pub fn height(&self, pitch: f32) -> f32 {
        match self.run {
            Run::Turned(degrees) => {
                let (sin, cos) = degrees.to_radians().sin_cos();
                sin.abs() * self.width() + cos.abs() * self.lines.len() as f32 * pitch * self.size
            }
            Run::Stacked => self.lines.iter().map(|line| line.range.len()).max().unwrap_or(0) as f32 * pitch * self.size,
            // One line needs no leading to be whole.
            _ if self.lines.len() == 1 && pitch <= TIGHTEST => self.size * 1.02,
            _ => self.lines.len() as f32 * pitch * self.size,
        }
    }

    /// Height in sheet units, rounded up.
    pub fn length(&self, pitch: f32) -> Length {
        (f64::from(self.height(pitch)) * POINT as f64).ceil() as Length
    }

    /// Gives the text this size, in half points, as its neighbours have it, though not below its floor.
    pub fn made_small(&mut self, grid: &Grid<'_>, size: f32) {
        let size = half_points(size.max(smallest(self.size)));
        self.size = size as f32;
        self.adjusted.size = Some(size);
        self.break_lines(grid);
    }

    /// Makes the text smaller until it fits a height; false where even the smallest does not.
    pub fn shrink_to(&mut self, grid: &Grid<'_>, height: Length) -> bool {
        let least = smallest(self.size);
        while self.length(TIGHTEST) > height {
            if self.size <= least {
                return false;
            }
            // Half points, as the spreadsheet shows them; in proportion, so that the search is short for any size.
            let step = (self.size * 0.16).floor().max(1.0) / 2.0;
            self.size = (self.size - step).max(least);
            self.adjusted.size = Some(f64::from(self.size));
            self.break_lines(grid);
        }
        true
    }
}

// The same text over and over, as often as it is whole in the width (em).
fn fill_up(shapes: &[Shape], width: f32) -> Option<Rc<[Shape]>> {
    let once: f32 = shapes.iter().map(|shape| shape.advance).sum();
    let times = (once > 0.0 && width.is_finite()).then(|| (width / once).floor().clamp(1.0, 1000.0) as usize)?;
    Some(shapes.repeat(times).into())
}

// A sign of the number format over the free width (em); blanks are one wide blank.
fn fill_gap(shapes: &[Shape], before: usize, sign: Option<Shape>, width: f32) -> Option<Rc<[Shape]>> {
    let spare = width - shapes.iter().map(|shape| shape.advance).sum::<f32>();
    let sign = sign.filter(|sign| sign.advance > 0.0 && spare >= sign.advance && spare.is_finite())?;
    let times = if sign.character == ' ' { 1 } else { (spare / sign.advance).floor().min(1000.0) as usize };
    let mut signs = vec![sign; times];
    if let Some(last) = signs.last_mut() {
        last.advance = spare - sign.advance * (times - 1) as f32;
    }
    let (before, after) = shapes.split_at(before.min(shapes.len()));
    Some([before, &signs, after].concat().into())
}

fn smallest(size: f32) -> f32 {
    if size >= SMALLEST_LARGE { SMALLEST_LARGE } else { SMALLEST.min(size) }
}

fn half_points(size: f32) -> f64 {
    ((f64::from(size) * 2.0).floor() / 2.0).max(1.0)
}

/// A font's size in points, within what Excel allows.
pub(super) fn font_size(font: &Font) -> f32 {
    if font.size.is_finite() { font.size.clamp(1.0, 409.0) as f32 } else { 11.0 }
}
