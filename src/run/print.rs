//! A form printed: filled, laid out once, and drawn as PDF and as XLSX. Every form goes this way: those of a run, an
//! explanation on demand, the sample of a template.

use chrono::NaiveDate;

use super::RunError;
use crate::fill::fill_pages;
use crate::font::FontSet;
use crate::form::data::Record;
use crate::form::model::FilledBook;
use crate::html::Board;
use crate::layout::{Note, layout};
use crate::pdf::{self, DocumentInfo, PdfFonts};
use crate::template::Template;
use crate::xlsx::pages::{self, Properties};

/// What stands in a document's properties, and where it belongs if it cannot be made.
pub(crate) struct About<'a> {
    /// The form's title.
    pub(crate) form: &'a str,
    pub(crate) title: String,
    /// For the error: the branch or committee.
    pub(crate) unit: &'a str,
    pub(crate) author: &'a str,
    pub(crate) date: NaiveDate,
}

/// The faces that measure and those that the PDF embeds.
pub(crate) type Faces<'a> = (&'a FontSet, &'a PdfFonts);

/// The two documents of a form, with the same pages.
pub(crate) struct Printed {
    pub(crate) pdf: Vec<u8>,
    pub(crate) xlsx: Vec<u8>,
    pub(crate) pages: usize,
    /// What layout noticed.
    pub(crate) notes: Vec<Note>,
    /// The pages for `index.html`, if they were wanted.
    pub(crate) board: Option<Board>,
}

/// A part of a form: its template and its data.
pub(crate) type Part<'a> = (&'a Template, Record);

/// The parts of a form filled, one behind the other. Each one's data go once it is filled: those of a whole county are as
/// large as its pages.
pub(crate) fn filled(parts: Vec<Part<'_>>, fonts: &FontSet) -> FilledBook {
    let mut book = FilledBook::default();
    for (at, (template, record)) in parts.into_iter().enumerate() {
        let part = fill_pages(template, &record, fonts);
        if at == 0 { book = part } else { book.append(part) }
    }
    book
}

/// Which of the two documents are made, and whether the page shows the form; a document that is not made is empty.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Wanted {
    pub(crate) pdf: bool,
    pub(crate) xlsx: bool,
    pub(crate) board: bool,
}

/// Prints the parts of a form one behind the other, each by its own template.
pub(crate) fn print(parts: Vec<Part<'_>>, faces: Faces<'_>, about: &About<'_>) -> Result<Printed, RunError> {
    print_wanted(parts, faces, about, Wanted { pdf: true, xlsx: true, board: false })
}

/// The same where one of the documents may be enough.
pub(crate) fn print_wanted(
    parts: Vec<Part<'_>>,
    (fonts, pdf_fonts): Faces<'_>,
    about: &About<'_>,
    wanted: Wanted,
) -> Result<Printed, RunError> {
    let book = filled(parts, fonts);
    let failed =
        |kind: &str, error: String| RunError::Document {
            what: format!("{}（{kind}）", about.form), branch: about.unit.to_owned(), error
        };
    let mut laid = layout(&book, fonts, about.date);
    let (title, author, date) = (about.title.clone(), about.author.to_owned(), about.date);
    let info = DocumentInfo { title: title.clone(), language: "zh-CN".into(), author: author.clone(), date };
    let pdf = || pdf::write(&laid.book, pdf_fonts, &info).map_err(|error| failed("PDF", error.to_string()));
    let pdf = if wanted.pdf { pdf()? } else { Vec::new() };
    let board = wanted.board.then(|| Board::new(&laid.book, fonts));
    // The workbook needs measures only, and the two are large for a whole county.
    let pages = std::mem::take(&mut laid.book.pages).len();
    let properties = Properties { title, author, date, custom: Vec::new() };
    let xlsx = || pages::write(&book, &laid.book, &properties).map_err(|error| failed("XLSX", error.to_string()));
    let xlsx = if wanted.xlsx { xlsx()? } else { Vec::new() };
    Ok(Printed { pdf, xlsx, pages, notes: laid.notes, board })
}
