//! What layout hands to the writers: pages of draw items, and what a spreadsheet needs to show the same pages.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::font::FaceId;
use crate::form::model::{Color, Line, Range};

/// A length on a sheet in 1/100 point. Columns and rows are whole pixels of 75 units each.
pub type Length = i64;

/// Units a point.
pub const POINT: Length = 100;

/// Units a pixel at 96 dpi.
pub const PIXEL: Length = 75;

/// A laid-out book.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LaidOut {
    /// One for each sheet of the book, in its order.
    pub sheets: Vec<LaidSheet>,
    /// All pages of all sheets, as they are printed.
    pub pages: Vec<Page>,
    /// Entries of the outline, in page order.
    pub outline: Vec<Bookmark>,
}

impl LaidOut {
    /// Adds another book's pages behind this one's, with an entry of the outline before the book's own.
    pub fn append(&mut self, title: String, book: Self) {
        let (sheets, pages) = (self.sheets.len(), self.pages.len());
        self.outline.push(Bookmark { title, page: pages, y: 0.0 });
        self.outline.extend(book.outline.into_iter().map(|entry| Bookmark { page: entry.page + pages, ..entry }));
        self.pages.extend(book.pages.into_iter().map(|page| Page { sheet: page.sheet + sheets, ..page }));
        self.sheets.extend(book.sheets);
    }
}

/// Measures of a sheet: the spreadsheet is written with exactly these.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LaidSheet {
    /// Height of each row, hidden ones too. A whole number of pixels, at most 409.5 pt.
    pub heights: Vec<Length>,
    /// The least height of each row in which the text of its own cells is whole.
    pub needed: Vec<Length>,
    /// Lines of each row's highest cell.
    pub lines: Vec<usize>,
    /// Width of each column, hidden ones too. A whole number of pixels.
    pub widths: Vec<Length>,
    /// What stands on the pages besides repeated titles; `None` for a sheet without a page.
    pub printed: Option<Range>,
    /// Rows that begin a page, but not the first.
    pub row_breaks: Vec<u32>,
    /// Columns that begin a page, but not the first.
    pub column_breaks: Vec<u16>,
    /// Percent of the natural size, 10 to 400.
    pub scale: u16,
    /// Pixels of a digit of the normal font.
    pub digit: u32,
    /// Merged ranges within the sheet's rows and columns, without those that overlap an earlier one.
    pub merges: Vec<Range>,
    /// Cells whose look had to be changed so that their text is whole.
    pub adjusted: BTreeMap<(u32, u16), Adjusted>,
    /// Header with the run's date in place of `&D`.
    pub header: String,
    /// Footer, likewise.
    pub footer: String,
}

/// How a cell differs from its style.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Adjusted {
    /// Its text is wrapped.
    pub wrap: bool,
    /// Its font has this size in points.
    pub size: Option<f64>,
}

/// An entry of the outline.
#[derive(Clone, Debug, PartialEq)]
pub struct Bookmark {
    /// What it says.
    pub title: String,
    /// Position in [`LaidOut::pages`].
    pub page: usize,
    /// Points from the page's top.
    pub y: f32,
}

/// A page. Positions are in points from the upper left corner of the paper.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Page {
    /// Position of its sheet in [`LaidOut::sheets`].
    pub sheet: usize,
    /// Points across.
    pub width: f32,
    /// Points down.
    pub height: f32,
    /// Grounds of cells, drawn first.
    pub fills: Vec<Fill>,
    /// Filled outlines on them: icons.
    pub shapes: Vec<Shape>,
    /// Pictures, drawn next.
    pub pictures: Vec<Picture>,
    /// Charts, drawn behind pictures.
    pub charts: Vec<PlacedChart>,
    /// Borders, underlines and boxes, weak lines before strong ones.
    pub strokes: Vec<Stroke>,
    /// Text in reading order, row by row.
    pub rows: Vec<PageRow>,
    /// Header and footer.
    pub furniture: Vec<Text>,
}

/// The text of one row of a page.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PageRow {
    /// Zero-based row of the sheet.
    pub row: u32,
    /// It is one of the sheet's title rows, or heads the columns below it.
    pub heading: bool,
    /// A title row that already stood on an earlier page.
    pub repeated: bool,
    /// Cells that hold text, from left to right.
    pub cells: Vec<PageCell>,
}

/// The text of one cell.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PageCell {
    /// Zero-based.
    pub column: u16,
    /// Runs of one face, in reading order.
    pub texts: Vec<Text>,
}

/// A run of text in one face on one line.
#[derive(Clone, Debug, PartialEq)]
pub struct Text {
    /// Face of the set the book was laid out with.
    pub face: FaceId,
    /// Points.
    pub size: f32,
    /// Start of the baseline.
    pub x: f32,
    /// The baseline.
    pub y: f32,
    /// Degrees against the clock around the start.
    pub rotation: f32,
    /// Outlined with a stroke because the face has no bold.
    pub stroked: bool,
    /// Slanted because the face has no italic.
    pub slanted: bool,
    /// Ink.
    pub color: Color,
    /// What it says.
    pub text: String,
    /// One glyph for each character drawn.
    pub glyphs: Vec<PlacedGlyph>,
}

impl Text {
    /// Points from its start to where the pen is after it.
    pub fn width(&self) -> f32 {
        self.glyphs.iter().map(|glyph| glyph.advance * self.size).sum()
    }
}

/// A place or length on a page in tenths of a point.
pub fn tenth(points: f32) -> i32 {
    (points * 10.0).round() as i32
}

/// A glyph of a run.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PlacedGlyph {
    /// Index in the face.
    pub id: u16,
    /// Byte offset of its character in the run's text.
    pub start: u32,
    /// Distance to the next glyph in em.
    pub advance: f32,
}

/// A filled rectangle.
#[derive(Clone, Copy, Debug, PartialEq)]
#[expect(missing_docs, reason = "the names say it")]
pub struct Fill {
    pub x: f32,
    pub y: f32,
    pub width: f32,
    pub height: f32,
    pub color: Color,
}

/// A filled outline.
#[derive(Clone, Debug, PartialEq)]
#[expect(missing_docs, reason = "the names say it")]
pub struct Shape {
    pub corners: Vec<(f32, f32)>,
    pub color: Color,
}

/// A straight line.
#[derive(Clone, Copy, Debug, PartialEq)]
#[expect(missing_docs, reason = "the names say it")]
pub struct Stroke {
    pub from: (f32, f32),
    pub to: (f32, f32),
    /// Points.
    pub width: f32,
    pub line: Line,
    pub color: Color,
}

/// A chart on a page.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PlacedChart {
    /// Alternative text.
    pub description: String,
    /// What is drawn, in its order.
    pub items: Vec<Item>,
    /// Letters on top.
    pub texts: Vec<Text>,
}

/// A part of a chart.
#[derive(Clone, Debug, PartialEq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Item {
    Fill(Fill),
    Shape(Shape),
    Stroke(Stroke),
}

/// A picture on a page.
#[derive(Clone, Debug, PartialEq)]
#[expect(missing_docs, reason = "the names say it")]
pub struct Picture {
    pub x: f32,
    pub y: f32,
    pub width: f32,
    pub height: f32,
    /// PNG or JPEG.
    pub bytes: Arc<[u8]>,
    pub description: String,
}
