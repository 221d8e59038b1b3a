//! Draws the pages of a measured sheet.

use super::block::{Block, PADDING, Run};
use super::border::{self, Slot};
use super::grid::Grid;
use super::laid::{Bookmark, Fill, LaidOut, LaidSheet, Length, POINT, Page, PageCell, PageRow, Picture};
use super::paginate::{Frame, Printed, plan};
use super::place::{Ink, Rect, ToPage, place};
use super::rows::Blocks;
use crate::font::FontSet;
use crate::form::model::{Font, Horizontal, Style};

/// A measured sheet on its way to pages.
pub(super) struct SheetPages<'a> {
    pub fonts: &'a FontSet,
    pub grid: &'a Grid<'a>,
    pub blocks: &'a Blocks,
    /// The font of the normal style, which charts are lettered with.
    pub normal: &'a Font,
    pub sheet: usize,
    /// Percent; what the sheet's plan came to.
    pub scale: u16,
}

impl SheetPages<'_> {
    /// Adds the sheet's pages to the book; returns its measures with the breaks filled in.
    pub fn lay(mut self, laid: &mut LaidOut, mut measures: LaidSheet) -> LaidSheet {
        let setup = &self.grid.sheet.page;
        let frame = Frame::new(setup);
        let printed = Printed::new(self.grid, self.blocks);
        let plan = plan(self.grid, setup, &printed);
        self.scale = plan.scale;
        measures.scale = plan.scale;
        measures.printed = printed.area();
        measures.row_breaks = plan.rows.iter().skip(1).map(|rows| rows.start).collect();
        measures.column_breaks = plan.columns.iter().skip(1).map(|columns| columns.start as u16).collect();
        let mut order = Vec::with_capacity(plan.rows.len() * plan.columns.len());
        if setup.over_then_down {
            order.extend(plan.rows.iter().flat_map(|rows| plan.columns.iter().map(move |columns| (rows, columns))));
        } else {
            order.extend(plan.columns.iter().flat_map(|columns| plan.rows.iter().map(move |rows| (rows, columns))));
        }
        for (rows, columns) in order {
            let drawn = |row: u32| self.grid.sheet.rows.get(row as usize).is_some_and(|row| row.heading);
            let heading = |row: u32| printed.title_rows.contains(&row) || drawn(row);
            let repeat = |titles: &std::ops::Range<u32>, start: u32| if start >= titles.end { titles.clone() } else { 0..0 };
            let title_rows = repeat(&printed.title_rows, rows.start);
            let title_columns = repeat(&printed.title_columns, columns.start);
            let row_slots = slots(title_rows.clone().chain(rows.clone()), |row| self.grid.shown_height(row));
            let column_slots = slots(title_columns.chain(columns.clone()), |column| self.grid.width(column as u16, column as u16));
            let size = |slots: &[Slot]| slots.last().map_or(0, |slot| slot.end);
            let scale = f64::from(plan.scale) / 100.0;
            let points = |length: Length| length as f64 / POINT as f64;
            let (body_width, body_height) = frame.body();
            let spare = |body: Length, used: Length| ((points(body) - points(used) * scale) / 2.0).max(0.0);
            let to_page = ToPage {
                x: points(frame.left) + if setup.center_horizontally { spare(body_width, size(&column_slots)) } else { 0.0 },
                y: points(frame.top) + if setup.center_vertically { spare(body_height, size(&row_slots)) } else { 0.0 },
                scale,
            };
            let mut page =
                Page { sheet: self.sheet, width: points(frame.width) as f32, height: points(frame.height) as f32, ..Page::default() };
            page.strokes = border::strokes(self.grid, &row_slots, &column_slots, to_page);
            self.fills(&mut page, &row_slots, &column_slots, to_page);
            super::marks::draw(self.grid, &mut page, &row_slots, &column_slots, to_page);
            self.pictures(&mut page, &row_slots, &column_slots, to_page);
            let index = laid.pages.len();
            for (position, slot) in row_slots.iter().enumerate() {
                let repeated = position < title_rows.len();
                let mut row = PageRow { row: slot.index, heading: heading(slot.index), repeated, cells: Vec::new() };
                for block in self.blocks.of_row(slot.index) {
                    self.block(block, &mut page, &mut row, &row_slots, &column_slots, to_page);
                }
                if position == 0 {
                    self.continued(&mut page, &mut row, &row_slots, &column_slots, to_page);
                }
                if !row.cells.is_empty() {
                    page.rows.push(row);
                }
                let bookmark = self.grid.row(slot.index).and_then(|row| row.bookmark.clone());
                if let Some(title) = bookmark.filter(|_| !repeated && columns.start == printed.columns.start) {
                    laid.outline.push(Bookmark { title, page: index, y: to_page.y(slot.start) });
                }
            }
            laid.pages.push(page);
        }
        measures
    }

    // The space within the margins in sheet units.
    fn body(&self) -> (Length, Length) {
        let (width, height) = Frame::new(&self.grid.sheet.page).body();
        let scaled = |length: Length| length * 100 / Length::from(self.scale.max(1));
        (scaled(width), scaled(height))
    }

    fn style(&self, block: &Block) -> Option<&Style> {
        self.grid.styles.get(block.style)
    }

    // A block is drawn on the page where its cell begins, within the part of its merge that stands there.
    fn block(&self, block: &Block, page: &mut Page, row: &mut PageRow, rows: &[Slot], columns: &[Slot], to_page: ToPage) {
        let Some((top, height)) = span(rows, block.area.first_row, block.area.last_row) else { return };
        let whole = self.grid.height(block.area.first_row, block.area.last_row);
        let lines = if height < whole { 0..self.lines_in(block, height) } else { 0..block.lines.len() };
        self.draw(block, lines, (top, height), page, row, columns, to_page);
    }

    // Merges that began on the page before: their remaining lines.
    fn continued(&self, page: &mut Page, row: &mut PageRow, rows: &[Slot], columns: &[Slot], to_page: ToPage) {
        let first = row.row;
        for block in self.blocks.reaching(first) {
            let Some((top, height)) = span(rows, first, block.area.last_row) else { continue };
            let done = self.lines_in(block, self.grid.height(block.area.first_row, first - 1));
            let here = self.lines_in(block, height);
            self.draw(block, done..(done + here).min(block.lines.len()), (top, height), page, row, columns, to_page);
        }
    }

    fn lines_in(&self, block: &Block, height: Length) -> usize {
        let pitch = f64::from(block.size * self.fonts.line_height(block.choice)) * POINT as f64;
        ((height as f64 / pitch.max(1.0)).floor() as usize).clamp(1, block.lines.len().max(1))
    }

    #[expect(clippy::too_many_arguments, reason = "one caller's state, told apart by the type of each")]
    fn draw(
        &self,
        block: &Block,
        lines: std::ops::Range<usize>,
        (top, height): (Length, Length),
        page: &mut Page,
        row: &mut PageRow,
        columns: &[Slot],
        to_page: ToPage,
    ) {
        // Text that stands over its neighbours begins in its own cell; on a page without that cell stands what runs on to it.
        let own = span(columns, u32::from(block.area.first_column), u32::from(block.area.last_column));
        let whole = span(columns, u32::from(block.columns.0), u32::from(block.columns.1));
        if own.is_none() && whole.is_some() && runs_on(block) {
            self.part(block, (top, height), page, row, columns, to_page);
        }
        let (Some((own_left, own_width)), Some((mut left, mut width))) = (own, whole) else { return };
        let begins_here = columns.iter().any(|slot| slot.index == u32::from(block.area.first_column));
        if own_width > 0 && width < self.grid.width(block.columns.0, block.columns.1) && runs_on(block) {
            self.part(block, (top, height), page, row, columns, to_page);
            return;
        }
        if lines.is_empty() || own_width == 0 || height == 0 || !begins_here {
            return;
        }
        if block.horizontal == Horizontal::Center && block.columns != (block.area.first_column, block.area.last_column) {
            // Centred on its own cell, however far it reaches to either side.
            let center = own_left + own_width / 2;
            let half = (center - left).max(left + width - center);
            (left, width) = (center - half, half * 2);
        }
        let fallback = Style::default();
        let style = self.style(block).unwrap_or(&fallback);
        // Where columns of the cell stand on other pages, or a row or column is larger than the page, the text is fitted
        // into what is here.
        let (body_width, body_height) = self.body();
        let (full_width, full_height) = (self.grid.width(block.columns.0, block.columns.1), height);
        width = width.min((body_width - left).max(POINT));
        let height = height.min((body_height - top).max(POINT));
        let squeezed =
            (width < full_width || height < full_height).then(|| block.squeezed(lines.clone(), width as f32 / POINT as f32, height));
        let (block, lines) = squeezed.as_ref().map_or((block, lines), |part| (part, 0..part.lines.len()));
        // A list that grows has room for four, and most cells have one line in one face.
        let mut texts = Vec::with_capacity(lines.len());
        let mut ink = Ink { texts: &mut texts, strokes: &mut page.strokes };
        let inked = block.ink.map(|color| Font { color: Some(color), ..style.font.clone() });
        let font = inked.as_ref().unwrap_or(&style.font);
        place(self.fonts, block, lines, Rect { left, top, width, height }, to_page, font, style.align.vertical, &mut ink);
        if !texts.is_empty() {
            row.cells.push(PageCell { column: block.column, texts });
        }
    }

    // The signs of a line that stand on this page, where it runs on over the page's edge: as an office prints it, but each sign whole.
    fn part(&self, block: &Block, (top, height): (Length, Length), page: &mut Page, row: &mut PageRow, columns: &[Slot], to_page: ToPage) {
        let within = |slot: &&Slot| (block.columns.0..=block.columns.1).contains(&(slot.index as u16));
        let (Some(first), Some(last)) = (columns.iter().find(within), columns.iter().rfind(within)) else { return };
        // Where the line begins, as seen from this page.
        let before = self.grid.width(block.columns.0, first.index as u16) - self.grid.width(first.index as u16, first.index as u16);
        let (begin, from, to) = (first.start - before, first.start, last.end);
        let mut at = begin + PADDING + block.indent;
        let mut shapes = Vec::new();
        let mut left = None;
        for shape in block.shapes.iter() {
            let advance = (shape.advance * block.size * POINT as f32) as Length;
            let middle = at + advance / 2;
            // What leans out of the last column of all stands with it.
            if middle >= from && (middle < to || last.index as u16 == block.columns.1) {
                left = left.or(Some(at));
                shapes.push(*shape);
            }
            at += advance;
        }
        let Some(left) = left else { return };
        let part = block.line_of(shapes);
        let fallback = Style::default();
        let style = self.style(block).unwrap_or(&fallback);
        let mut texts = Vec::new();
        let mut ink = Ink { texts: &mut texts, strokes: &mut page.strokes };
        let inked = block.ink.map(|color| Font { color: Some(color), ..style.font.clone() });
        let font = inked.as_ref().unwrap_or(&style.font);
        let rect = Rect { left: left - PADDING, top, width: to - left, height };
        place(self.fonts, &part, 0..1, rect, to_page, font, style.align.vertical, &mut ink);
        if !texts.is_empty() {
            row.cells.push(PageCell { column: block.column, texts });
        }
    }

    fn fills(&self, page: &mut Page, rows: &[Slot], columns: &[Slot], to_page: ToPage) {
        for row in rows.iter().filter(|row| row.end > row.start) {
            let mut open: Option<(Fill, Length)> = None;
            for column in columns {
                let area = self.grid.area(row.index, column.index as u16);
                let color = self.grid.style_at(area.first_row, area.first_column).and_then(|style| style.fill);
                // Neighbours of one color are one rectangle, so that no seam shows between them.
                match (&mut open, color) {
                    (Some((fill, end)), Some(color)) if fill.color == color && *end == column.start => {
                        fill.width = to_page.x(column.end) - fill.x;
                        *end = column.end;
                    }
                    (slot, color) => {
                        page.fills.extend(slot.take().map(|(fill, _)| fill));
                        *slot = color.map(|color| {
                            let (x, y) = (to_page.x(column.start), to_page.y(row.start));
                            (Fill { x, y, width: to_page.x(column.end) - x, height: to_page.y(row.end) - y, color }, column.end)
                        });
                    }
                }
            }
            page.fills.extend(open.map(|(fill, _)| fill));
        }
    }

    fn pictures(&self, page: &mut Page, rows: &[Slot], columns: &[Slot], to_page: ToPage) {
        for image in &self.grid.sheet.images {
            let (Some(row), Some(column)) =
                (rows.iter().find(|slot| slot.index == image.row), columns.iter().find(|slot| slot.index == u32::from(image.column)))
            else {
                continue;
            };
            let clean = |points: f64, most: f64| if points.is_finite() { points.clamp(0.0, most) } else { 0.0 };
            let (width, height) = (clean(image.size.0, 5000.0) * to_page.scale, clean(image.size.1, 5000.0) * to_page.scale);
            if width < 0.1 || height < 0.1 {
                continue;
            }
            let (left, top) = (
                to_page.x(column.start) + (clean(image.offset.0, 5000.0) * to_page.scale) as f32,
                to_page.y(row.start) + (clean(image.offset.1, 5000.0) * to_page.scale) as f32,
            );
            if let Some(chart) = &image.chart {
                let rect = (left, top, width as f32, height as f32);
                page.charts.push(super::chart::draw(chart, rect, to_page.scale as f32, self.fonts, self.normal, &image.description));
                continue;
            }
            page.pictures.push(Picture {
                x: left,
                y: top,
                width: width as f32,
                height: height as f32,
                bytes: std::sync::Arc::clone(&image.bytes),
                description: image.description.clone(),
            });
        }
    }
}

/// Percent of its natural size at which a sheet is printed.
pub(super) fn scale(grid: &Grid<'_>, blocks: &Blocks) -> u16 {
    plan(grid, &grid.sheet.page, &Printed::new(grid, blocks)).scale
}

// A line that stands over free columns to its right.
fn runs_on(block: &Block) -> bool {
    block.run == Run::Plain
        && block.lines.len() == 1
        && block.horizontal == Horizontal::Left
        && block.columns.0 == block.area.first_column
        && block.columns.1 > block.area.last_column
}

fn slots(indexes: impl Iterator<Item = u32>, size: impl Fn(u32) -> Length) -> Vec<Slot> {
    let mut start = 0;
    indexes
        .map(|index| {
            let end = start + size(index);
            let slot = Slot { index, start, end };
            start = end;
            slot
        })
        .collect()
}

// Where a run of rows or columns stands on a page, as far as it does.
pub(super) fn span(slots: &[Slot], first: u32, last: u32) -> Option<(Length, Length)> {
    let within = |slot: &&Slot| (first..=last).contains(&slot.index);
    let from = slots.iter().find(within)?;
    let to = slots.iter().rfind(within)?;
    Some((from.start, to.end - from.start))
}
