//! Borders of a page: shared edges are drawn once, the stronger line wins, straight runs become one line.

use super::grid::Grid;
use super::laid::{Length, Stroke};
use super::place::ToPage;
use crate::form::model::{Borders, Color, Edge, Line, Range};

/// A row or column of the sheet and where it stands on the page.
#[derive(Clone, Copy, Debug)]
pub(super) struct Slot {
    pub index: u32,
    pub start: Length,
    pub end: Length,
}

/// The lines of a page, weak ones first.
pub(super) fn strokes(grid: &Grid<'_>, rows: &[Slot], columns: &[Slot], to_page: ToPage) -> Vec<Stroke> {
    let (down, across) = (rows.len(), columns.len());
    let mut horizontal: Vec<Option<Edge>> = vec![None; (down + 1) * across];
    let mut vertical: Vec<Option<Edge>> = vec![None; down * (across + 1)];
    for (r, row) in rows.iter().enumerate() {
        for (c, column) in columns.iter().enumerate() {
            let borders = borders_at(grid, row.index, column.index as u16);
            take(&mut horizontal[r * across + c], borders.top);
            take(&mut horizontal[(r + 1) * across + c], borders.bottom);
            take(&mut vertical[r * (across + 1) + c], borders.left);
            take(&mut vertical[r * (across + 1) + c + 1], borders.right);
        }
    }
    // A line that the neighbour on the other page owns belongs to this page's edge too, where a table goes on; a row
    // without lines of its own (fine print) ends a table and takes none from the next page's.
    for (c, column) in columns.iter().enumerate() {
        for (r, row) in rows.iter().enumerate() {
            let own = borders_at(grid, row.index, column.index as u16);
            if own == Borders::default() {
                continue;
            }
            let adjoins = |other: Option<&Slot>, index: u32| other.is_some_and(|slot| slot.index == index);
            if row.index > 0 && !adjoins(r.checked_sub(1).and_then(|r| rows.get(r)), row.index - 1) {
                take(&mut horizontal[r * across + c], borders_at(grid, row.index - 1, column.index as u16).bottom);
            }
            if !adjoins(rows.get(r + 1), row.index + 1) {
                take(&mut horizontal[(r + 1) * across + c], borders_at(grid, row.index + 1, column.index as u16).top);
            }
        }
    }
    let mut strokes = Vec::new();
    for r in 0..=down {
        let y = to_page.y(rows.get(r).map_or_else(|| rows.last().map_or(0, |row| row.end), |row| row.start));
        runs(
            across,
            |c| horizontal[r * across + c],
            |edge, first, last| {
                push(&mut strokes, edge, (to_page.x(columns[first].start), y), (to_page.x(columns[last].end), y), to_page.scale as f32);
            },
        );
    }
    for c in 0..=across {
        let x = to_page.x(columns.get(c).map_or_else(|| columns.last().map_or(0, |column| column.end), |column| column.start));
        runs(
            down,
            |r| vertical[r * (across + 1) + c],
            |edge, first, last| {
                push(&mut strokes, edge, (x, to_page.y(rows[first].start)), (x, to_page.y(rows[last].end)), to_page.scale as f32);
            },
        );
    }
    strokes.sort_by_key(|(strength, _)| *strength);
    strokes.into_iter().map(|(_, stroke)| stroke).collect()
}

// A cell's borders; none inside a merge, and a merge whose inner cells are not written out has its first cell's all round.
fn borders_at(grid: &Grid<'_>, row: u32, column: u16) -> Borders {
    let Some(Range { first_row, last_row, first_column, last_column }) = grid.merge_at(row, column) else {
        return grid.style_at(row, column).map(|style| style.borders).unwrap_or_default();
    };
    let style = grid.style_at(row, column).or_else(|| grid.style_at(first_row, first_column));
    let Some(borders) = style.map(|style| style.borders) else { return Borders::default() };
    Borders {
        left: borders.left.filter(|_| column == first_column),
        right: borders.right.filter(|_| column == last_column),
        top: borders.top.filter(|_| row == first_row),
        bottom: borders.bottom.filter(|_| row == last_row),
    }
}

fn take(slot: &mut Option<Edge>, edge: Option<Edge>) {
    let strength = |edge: &Option<Edge>| edge.map_or(0, |edge| strength(edge.line));
    if strength(&edge) > strength(slot) {
        *slot = edge;
    }
}

fn strength(line: Line) -> u8 {
    match line {
        Line::Hair => 1,
        Line::Dotted => 2,
        Line::DashDotDot => 3,
        Line::DashDot => 4,
        Line::Dashed => 5,
        Line::Thin => 6,
        Line::MediumDashDotDot => 7,
        Line::SlantDashDot => 8,
        Line::MediumDashDot => 9,
        Line::MediumDashed => 10,
        Line::Medium => 11,
        Line::Thick => 12,
        Line::Double => 13,
    }
}

/// Points of a line at natural size.
fn weight(line: Line) -> f32 {
    match line {
        Line::Hair => 0.25,
        Line::Thin | Line::Dashed | Line::Dotted | Line::DashDot | Line::DashDotDot | Line::Double => 0.5,
        Line::Medium | Line::MediumDashed | Line::MediumDashDot | Line::MediumDashDotDot | Line::SlantDashDot => 1.25,
        Line::Thick => 2.0,
    }
}

fn runs(count: usize, edge: impl Fn(usize) -> Option<Edge>, mut draw: impl FnMut(Edge, usize, usize)) {
    let mut start = 0;
    while start < count {
        let Some(first) = edge(start) else {
            start += 1;
            continue;
        };
        let end = (start..count).take_while(|index| edge(*index) == Some(first)).last().unwrap_or(start);
        draw(first, start, end);
        start = end + 1;
    }
}

fn push(strokes: &mut Vec<(u8, Stroke)>, edge: Edge, from: (f32, f32), to: (f32, f32), scale: f32) {
    if from == to {
        return;
    }
    let color = edge.color.unwrap_or(Color(0, 0, 0));
    let width = (weight(edge.line) * scale).max(0.1);
    let mut draw = |dx: f32, dy: f32| {
        let moved = |point: (f32, f32)| (point.0 + dx, point.1 + dy);
        strokes.push((strength(edge.line), Stroke { from: moved(from), to: moved(to), width, line: edge.line, color }));
    };
    if edge.line == Line::Double {
        let offset = width * 1.5;
        let (dx, dy) = if (from.0 - to.0).abs() > (from.1 - to.1).abs() { (0.0, offset) } else { (offset, 0.0) };
        draw(-dx, -dy);
        draw(dx, dy);
    } else {
        draw(0.0, 0.0);
    }
}
