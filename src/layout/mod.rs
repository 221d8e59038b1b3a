//! Layout: a filled book becomes pages with everything in its place, the same for the XLSX and the PDF.
//!
//! Measures text, breaks lines, grows rows, parts pages and joins borders. It draws nothing and reads nothing:
//! the fonts are handed in, so is the date for `&D`. Positions on a sheet are whole hundredths of a point; only the
//! last step, onto the page, rounds to a float. `xlsx` and `pdf` write what comes out, `report` and `run` read the notes.
//!
//! ```text
//! FilledBook ─▶ grid (columns, rows, merges) ─▶ blocks (glyphs, lines) ─▶ heights ─▶ plan (scale, pages) ─▶ LaidOut
//! ```

mod beside;
mod block;
mod border;
mod chart;
mod display;
mod furniture;
mod further;
mod grid;
mod icon;
mod laid;
mod marks;
mod memory;
mod page;
mod paginate;
mod paper;
mod place;
mod rows;
mod shape;
mod wrap;

pub use laid::{
    Adjusted, Bookmark, Fill, Item, LaidOut, LaidSheet, Length, PIXEL, POINT, Page, PageCell, PageRow, Picture, PlacedChart, PlacedGlyph,
    Shape, Stroke, Text, tenth,
};

pub use further::with_further_rows;
pub use grid::whole_pixels;
pub use paginate::room;
pub use paper::{is_known_paper, paper_name};

use std::collections::BTreeSet;

use chrono::NaiveDate;

use crate::font::FontSet;
use crate::form::model::{FilledBook, FilledSheet, PageSetup};
use page::SheetPages;

/// Something to tell about a laid-out book. Nothing is left out of its pages because of it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Note {
    /// No font has the character: it stands as its code point in a box.
    MissingCharacter {
        /// The character.
        character: char,
        /// Name of the sheet.
        sheet: String,
        /// Zero-based row and column; none for a header or footer.
        cell: Option<(u32, u16)>,
    },
    /// A private use leftover of GBK is drawn as the character that Unicode has for it since.
    ReplacedCharacter {
        /// What stood there.
        character: char,
        /// What is drawn and written.
        replacement: char,
        /// Name of the sheet.
        sheet: String,
        /// Zero-based row and column.
        cell: (u32, u16),
    },
    /// The text is larger than its cell can be made, even in the smallest size: it stands over the edge.
    DoesNotFit {
        /// Name of the sheet.
        sheet: String,
        /// Zero-based row and column.
        cell: (u32, u16),
    },
}

/// A laid-out book and what there is to tell about it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Layout {
    /// Pages and measures.
    pub book: LaidOut,
    /// In order of sheets and cells, each once.
    pub notes: Vec<Note>,
}

/// Points across and down of the paper as it lies.
pub fn paper_points(page: &PageSetup) -> (f64, f64) {
    let (width, height) = paper::size(page.paper);
    let (width, height) = if page.landscape { (height, width) } else { (width, height) };
    (width as f64 / POINT as f64, height as f64 / POINT as f64)
}

/// The measures of a book's sheets without their pages: heights, widths, scale.
pub fn measures(book: &FilledBook, fonts: &FontSet) -> Vec<LaidSheet> {
    book.sheets.iter().map(|sheet| measure(book, sheet, fonts)).collect()
}

/// The measures of one of a book's sheets.
pub fn measure(book: &FilledBook, sheet: &FilledSheet, fonts: &FontSet) -> LaidSheet {
    let (grid, blocks, laid) = rows::measure(book, sheet, fonts, &mut BTreeSet::new());
    LaidSheet { scale: page::scale(&grid, &blocks), ..laid }
}

/// Where a book's pages stand in a document of several books.
#[derive(Clone, Copy, Debug)]
pub struct Numbering {
    /// Pages before it.
    pub before: usize,
    /// Pages of the whole.
    pub pages: usize,
}

/// Lays a book out. `date` is the run's, for the `&D` of headers and footers.
///
/// Never fails and always ends: sizes that make no sense are clamped.
pub fn layout(book: &FilledBook, fonts: &FontSet, date: NaiveDate) -> Layout {
    layout_within(book, fonts, date, None)
}

/// Lays a book out as part of a larger document, whose pages are numbered through whatever the book says of its first page.
pub fn layout_within(book: &FilledBook, fonts: &FontSet, date: NaiveDate, numbering: Option<Numbering>) -> Layout {
    let mut notes = BTreeSet::new();
    let mut laid = LaidOut::default();
    let mut numbers = Vec::new();
    for (index, sheet) in book.sheets.iter().enumerate() {
        let (grid, blocks, measures) = rows::measure(book, sheet, fonts, &mut notes);
        let first = laid.pages.len();
        let pages = SheetPages { fonts, grid: &grid, blocks: &blocks, normal: &book.normal_font, sheet: index, scale: 100 };
        let measures = pages.lay(&mut laid, measures);
        // Numbering goes on from sheet to sheet unless a sheet sets its first page.
        let start = sheet.page.first_page.unwrap_or_else(|| numbers.last().map_or(1, |last: &u32| last.saturating_add(1)));
        numbers.extend((0..(laid.pages.len() - first) as u32).map(|offset| start.saturating_add(offset)));
        laid.sheets.push(LaidSheet {
            header: furniture::with_date(&sheet.page.header, date, &book.title),
            footer: furniture::with_date(&sheet.page.footer, date, &book.title),
            ..measures
        });
    }
    if let Some(Numbering { before, .. }) = numbering {
        numbers = (0..laid.pages.len()).map(|page| (before + page + 1) as u32).collect();
    }
    let total = numbering.map_or(laid.pages.len(), |numbering| numbering.pages);
    for (page, number) in laid.pages.iter_mut().zip(numbers) {
        let (sheet, measures) = (&book.sheets[page.sheet], &laid.sheets[page.sheet]);
        if measures.header.is_empty() && measures.footer.is_empty() {
            continue;
        }
        let codes = furniture::Codes { page: number, pages: total, sheet: &sheet.name };
        let frame = paginate::Frame::new(&sheet.page);
        let missing = |character| {
            notes.insert(Note::MissingCharacter { character, sheet: sheet.name.clone(), cell: None });
        };
        let scale = if sheet.page.scale_header { f32::from(measures.scale) / 100.0 } else { 1.0 };
        let (texts, strokes) =
            furniture::draw(fonts, &sheet.page, frame, &measures.header, &measures.footer, &codes, &book.normal_font, scale, missing);
        page.furniture = texts;
        page.strokes.extend(strokes);
    }
    Layout { book: laid, notes: notes.into_iter().collect() }
}

#[cfg(test)]
pub(crate) mod sample;
#[cfg(test)]
mod tests;
