//! Laid-out pages as PDF: PDF/A-2b, tagged, with outline, title and language; the same bytes for the same pages.
//!
//! The sole owner of krilla. It measures nothing and decides nothing: every glyph already has its place. Only
//! `report` and `run` call it. Rows are tagged, not cells: sixty thousand cards would become gigabytes.

mod draw;

use std::sync::Arc;

use chrono::{Datelike, NaiveDate};
use krilla::SerializeSettings;
use krilla::configure::{Archival, ConfigurationBuilder};
use krilla::destination::XyzDestination;
use krilla::geom::Point;
use krilla::metadata::{DateTime, Metadata};
use krilla::outline::{Outline, OutlineNode};
use krilla::page::PageSettings;
use krilla::tagging::{ArtifactType, ContentTag, SpanTag, TableHeaderScope, Tag, TagGroup, TagTree};
use krilla::text::Font;
use krilla::{Data, Document};
use thiserror::Error;

use crate::font::FontSet;
use crate::form::layout::{LaidOut, Page, PageRow};
use draw::Pen;

/// A PDF that could not be written.
#[derive(Debug, Error)]
pub enum PdfError {
    /// The writer cannot embed this font.
    #[error("font {0} cannot be embedded in a PDF")]
    Font(String),
    /// The writer, or its check for PDF/A-2b, refuses the document.
    #[error("the PDF could not be written: {0}")]
    Refused(String),
}

/// The faces of a font set as the writer holds them: made once a run, shared by all documents and threads.
pub struct PdfFonts(Vec<Font>);

impl PdfFonts {
    /// Takes over the faces of a set.
    pub fn new(fonts: &FontSet) -> Result<Self, PdfError> {
        let embed = |face: &crate::font::Face| {
            Font::new(Data::from(Arc::clone(&face.bytes)), face.index).ok_or_else(|| PdfError::Font(face.name.clone()))
        };
        fonts.faces().iter().map(embed).collect::<Result<_, _>>().map(Self)
    }
}

// Documents are written on several threads with one set of faces.
const _: fn() = || {
    fn shared<T: Send + Sync>() {}
    shared::<PdfFonts>();
};

/// What stands in the document's properties.
#[derive(Clone, Debug)]
pub struct DocumentInfo {
    /// Title.
    pub title: String,
    /// Language tag: `zh-CN`.
    pub language: String,
    /// Who made it: the department or branch.
    pub author: String,
    /// The run's date.
    pub date: NaiveDate,
}

/// Writes a book laid out with the fonts that `fonts` was made from.
///
/// # Errors
/// The writer refuses the document: a picture it cannot read, or a font whose licence forbids embedding.
pub fn write(book: &LaidOut, fonts: &PdfFonts, info: &DocumentInfo) -> Result<Vec<u8>, PdfError> {
    let configuration = ConfigurationBuilder::new()
        .with_archival_validator(Archival::A2_B)
        .finish()
        .map_err(|error| PdfError::Refused(format!("{error:?}")))?;
    let mut document = Document::new_with(SerializeSettings { configuration, ..SerializeSettings::default() });
    // All that can fail is tried before the first page is begun: krilla must not be left in the middle of one.
    let images = draw::images(book)?;
    let mut tags = TagTree::new().with_lang(Some(info.language.clone()));
    let mut table: Option<(usize, TagGroup)> = None;
    for page in &book.pages {
        let Some(settings) = PageSettings::from_wh(page.width, page.height) else { continue };
        if table.as_ref().is_none_or(|(sheet, _)| *sheet != page.sheet) {
            tags.children.extend(table.take().map(|(_, group)| group.into()));
            table = Some((page.sheet, TagGroup::new(Tag::Table)));
        }
        let mut sheet_page = document.start_page_with(settings);
        let mut pen = Pen::new(sheet_page.surface(), &fonts.0);
        pen.artifact(ArtifactType::Layout, |pen| {
            pen.fills(page);
            pen.strokes(page);
        });
        for (picture, image) in page.pictures.iter().zip(page.pictures.iter().map(|picture| images.get(&draw::key(picture)))) {
            let identifier = pen.surface.start_tagged(ContentTag::Other);
            if let Some(image) = image {
                pen.picture(picture, image.clone());
            }
            pen.surface.end_tagged();
            let mut figure = TagGroup::new(Tag::Figure(Some(picture.description.clone())));
            figure.push(identifier);
            tags.push(figure);
        }
        for row in &page.rows {
            write_row(&mut pen, row, table.as_mut().map(|(_, group)| group));
        }
        if !page.furniture.is_empty() {
            pen.artifact(ArtifactType::PaginationOther, |pen| page.furniture.iter().for_each(|text| pen.text(text)));
        }
        pen.finish();
        sheet_page.finish();
    }
    tags.children.extend(table.map(|(_, group)| group.into()));
    document.set_tag_tree(tags);
    document.set_outline(outline(book));
    document.set_metadata(metadata(info));
    document.finish().map_err(|error| PdfError::Refused(format!("{error}: {error:?}")))
}

fn write_row(pen: &mut Pen<'_>, row: &PageRow, table: Option<&mut TagGroup>) {
    let texts = || row.cells.iter().flat_map(|cell| &cell.texts);
    if row.repeated {
        // A heading that is said once is not said again on every page.
        pen.artifact(ArtifactType::PaginationOther, |pen| texts().for_each(|text| pen.text(text)));
        return;
    }
    let identifier = pen.surface.start_tagged(ContentTag::Span(SpanTag::empty()));
    texts().for_each(|text| pen.text(text));
    pen.surface.end_tagged();
    let mut cell = if row.heading { TagGroup::new(Tag::TH(TableHeaderScope::Column)) } else { TagGroup::new(Tag::TD) };
    cell.push(identifier);
    let mut line = TagGroup::new(Tag::TR);
    line.push(cell);
    if let Some(table) = table {
        table.push(line);
    }
}

fn outline(book: &LaidOut) -> Outline {
    let mut outline = Outline::new();
    let exists = |page: &usize| book.pages.get(*page).is_some_and(|page: &Page| page.width > 0.0);
    for bookmark in book.outline.iter().filter(|bookmark| exists(&bookmark.page)) {
        outline.push_child(OutlineNode::new(bookmark.title.clone(), XyzDestination::new(bookmark.page, Point::from_xy(0.0, bookmark.y))));
    }
    outline
}

fn metadata(info: &DocumentInfo) -> Metadata {
    let date = DateTime::new(info.date.year().clamp(1, 9999) as u16)
        .month(info.date.month() as u8)
        .day(info.date.day() as u8)
        .hour(0)
        .minute(0)
        .second(0)
        .utc_offset_hour(8)
        .utc_offset_minute(0);
    Metadata::new()
        .title(info.title.clone())
        .language(info.language.clone())
        .authors(vec![info.author.clone()])
        .creator(format!("scorebook {}", env!("CARGO_PKG_VERSION")))
        .producer("krilla".to_owned())
        .creation_date(date)
}

#[cfg(test)]
mod tests;
