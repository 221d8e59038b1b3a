//! Bars and icons of conditional formats, drawn in their cells.

use super::border::Slot;
use super::grid::Grid;
use super::icon;
use super::laid::{Fill, PIXEL, Page, Shape, Stroke};
use super::page::span;
use super::place::ToPage;
use crate::form::condition::{Drawn, Mark};
use crate::form::model::{Color, Horizontal, Line, Style, Vertical};

/// A fading bar is drawn in so many steps.
const STEPS: u16 = 24;
/// How much of its colour the end of a fading bar has.
const FADED: f32 = 0.1;
/// An icon is so many times as high as its cell's letters.
const ICON: f32 = 1.15;

/// A rectangle on the page.
#[derive(Clone, Copy)]
struct Frame {
    left: f32,
    top: f32,
    width: f32,
    height: f32,
}

/// Draws the marks whose cells stand on a page.
pub(super) fn draw(grid: &Grid<'_>, page: &mut Page, rows: &[Slot], columns: &[Slot], to_page: ToPage) {
    let mut strokes = Vec::new();
    for Mark { row, column, what } in &grid.sheet.marks {
        let area = grid.area(*row, *column);
        let down = span(rows, area.first_row, area.last_row);
        let across = span(columns, u32::from(area.first_column), u32::from(area.last_column));
        let (Some((top, height)), Some((left, width))) = (down, across) else { continue };
        // A pixel stays free within the cell's edges.
        let (left, right) = (to_page.x(left + PIXEL), to_page.x(left + width - PIXEL));
        let (top, bottom) = (to_page.y(top + PIXEL), to_page.y(top + height - PIXEL));
        if right <= left || bottom <= top {
            continue;
        }
        let frame = Frame { left, top, width: right - left, height: bottom - top };
        match *what {
            Drawn::Bar { .. } => bar(what, frame, page, &mut strokes),
            Drawn::Icon { set, at, alone } => {
                let fallback = Style::default();
                let style = grid.style_at(*row, *column).unwrap_or(&fallback);
                let scale = to_page.scale as f32;
                let size = (style.font.size as f32 * ICON * scale).min(frame.height).min(frame.width);
                let left = match style.align.horizontal {
                    Horizontal::Center if alone => frame.left + (frame.width - size) / 2.0,
                    Horizontal::Right if alone => frame.left + frame.width - size,
                    _ => frame.left + scale,
                };
                let top = match style.align.vertical {
                    Vertical::Top => frame.top,
                    Vertical::Bottom => frame.top + frame.height - size,
                    _ => frame.top + (frame.height - size) / 2.0,
                };
                let placed = |(color, corners): (Color, Vec<(f32, f32)>)| Shape {
                    corners: corners.into_iter().map(|(x, y)| (left + x * size, top + y * size)).collect(),
                    color,
                };
                page.shapes.extend(icon::shapes(set, at).into_iter().map(placed));
            }
        }
    }
    // Below the lines of the table.
    page.strokes.splice(0..0, strokes);
}

fn bar(what: &Drawn, frame: Frame, page: &mut Page, strokes: &mut Vec<Stroke>) {
    let Drawn::Bar { from, to, color, border, gradient, axis } = *what else { return };
    let at = |place: f64| frame.left + frame.width * place as f32;
    let (start, end) = (at(from), at(to));
    if (end - start).abs() > 0.01 {
        let steps = if gradient { STEPS } else { 1 };
        for step in 0..steps {
            let part = f32::from(step) / f32::from(steps);
            // Each step reaches to the end, so that no seam shows between two.
            let begin = start + (end - start) * part;
            let faded = 1.0 - (1.0 - FADED) * part;
            let mixed = |ink: u8| (255.0 - (255.0 - f32::from(ink)) * faded).round() as u8;
            let color = Color(mixed(color.0), mixed(color.1), mixed(color.2));
            page.fills.push(Fill { x: begin.min(end), y: frame.top, width: (end - begin).abs(), height: frame.height, color });
        }
        if let Some(color) = border {
            let (left, right, bottom) = (start.min(end), start.max(end), frame.top + frame.height);
            let corners = [(left, frame.top), (right, frame.top), (right, bottom), (left, bottom), (left, frame.top)];
            strokes.extend(corners.windows(2).map(|side| line(side[0], side[1], Line::Thin, color)));
        }
    }
    if let Some((place, color)) = axis {
        strokes.push(line((at(place), frame.top), (at(place), frame.top + frame.height), Line::Dashed, color));
    }
}

fn line(from: (f32, f32), to: (f32, f32), line: Line, color: Color) -> Stroke {
    Stroke { from, to, width: 0.5, line, color }
}
