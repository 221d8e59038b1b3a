//! What both engines draw on, and the order in which a page is drawn on it.

use crate::form::model::Line;
use crate::layout::{Fill, Item, Page, PageRow, Picture, PlacedChart, Shape, Stroke, Text};

/// A part of a page, as a reader who cannot see it is told of it.
#[derive(Clone, Copy)]
pub(super) enum Part<'a> {
    /// Grounds and borders: nothing that is read out.
    Ruling,
    /// A picture.
    Figure(&'a Picture),
    /// A chart.
    Chart(&'a PlacedChart),
    /// The text of a row.
    Row(&'a PageRow),
    /// Header and footer.
    Furniture,
}

/// One page of an engine. Positions are those of [`Page`].
pub(super) trait Canvas {
    /// What is drawn until [`Canvas::end`] belongs to this part.
    fn begin(&mut self, part: Part<'_>);

    /// Ends the part.
    fn end(&mut self);

    /// Filled rectangles of one colour; at least one.
    fn rectangles(&mut self, fills: &[Fill]);

    /// Filled outlines of one colour; at least one.
    fn shapes(&mut self, shapes: &[Shape]);

    /// Lines of one width, kind and colour; at least one.
    fn lines(&mut self, strokes: &[Stroke]);

    /// The text that follows is of another cell of the row.
    fn next_cell(&mut self) {}

    /// A run of text.
    fn text(&mut self, text: &Text);

    /// A picture.
    fn picture(&mut self, picture: &Picture);
}

/// Draws a page: grounds, lines, pictures, rows, header and footer.
pub(super) fn draw(page: &Page, canvas: &mut impl Canvas) {
    canvas.begin(Part::Ruling);
    for group in page.fills.chunk_by(|one, other| one.color == other.color) {
        canvas.rectangles(group);
    }
    for group in page.shapes.chunk_by(|one, other| one.color == other.color) {
        canvas.shapes(group);
    }
    for group in page.strokes.chunk_by(|one, other| (one.width, one.line, one.color) == (other.width, other.line, other.color)) {
        canvas.lines(group);
    }
    canvas.end();
    for chart in &page.charts {
        canvas.begin(Part::Chart(chart));
        for item in &chart.items {
            match item {
                Item::Fill(fill) => canvas.rectangles(std::slice::from_ref(fill)),
                Item::Shape(shape) => canvas.shapes(std::slice::from_ref(shape)),
                Item::Stroke(stroke) => canvas.lines(std::slice::from_ref(stroke)),
            }
        }
        for text in &chart.texts {
            canvas.next_cell();
            canvas.text(text);
        }
        canvas.end();
    }
    for picture in &page.pictures {
        canvas.begin(Part::Figure(picture));
        canvas.picture(picture);
        canvas.end();
    }
    for row in &page.rows {
        canvas.begin(Part::Row(row));
        for cell in &row.cells {
            canvas.next_cell();
            cell.texts.iter().for_each(|text| canvas.text(text));
        }
        canvas.end();
    }
    if !page.furniture.is_empty() {
        canvas.begin(Part::Furniture);
        page.furniture.iter().for_each(|text| canvas.text(text));
        canvas.end();
    }
}

/// Lengths of strokes and gaps of a line in its widths; none for a whole line.
pub(super) fn dashes(line: Line) -> &'static [f32] {
    match line {
        Line::Thin | Line::Medium | Line::Thick | Line::Double => &[],
        Line::Hair => &[2.0, 2.0],
        Line::Dotted => &[2.0, 3.0],
        Line::Dashed | Line::MediumDashed => &[6.0, 3.0],
        Line::DashDot | Line::MediumDashDot | Line::SlantDashDot => &[8.0, 3.0, 3.0, 3.0],
        Line::DashDotDot | Line::MediumDashDotDot => &[8.0, 3.0, 3.0, 3.0, 3.0, 3.0],
    }
}
