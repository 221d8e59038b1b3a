//! krilla: PDF/A-2u, tagged, with outline, title and language.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::ops::Range;

use chrono::Datelike;
use krilla::color::rgb;
use krilla::configure::{Archival, ConfigurationBuilder};
use krilla::destination::XyzDestination;
use krilla::geom::{Path, PathBuilder, Point, Rect, Size, Transform};
use krilla::image::Image;
use krilla::metadata::{DateTime, Metadata};
use krilla::num::NormalizedF32;
use krilla::outline::{Outline, OutlineNode};
use krilla::page::PageSettings;
use krilla::paint::{Fill, FillRule, LineCap, LineJoin, Stroke, StrokeDash};
use krilla::surface::{Location, Surface};
use krilla::tagging::{Artifact, ArtifactType, ContentTag, Identifier, SpanTag, TableHeaderScope, Tag, TagGroup, TagKind, TagTree};
use krilla::text::{Font, Glyph, GlyphId};
use krilla::{Data, Document, SerializeSettings};

use super::canvas::{Canvas, Part, dashes, draw};
use super::pack::pack;
use super::{DocumentInfo, PdfError, Section};
use crate::font::FaceId;
use crate::form::model::Color;
use crate::layout::{self, Bookmark, LaidOut, Page, Picture, PlacedGlyph, Text};

/// A face as krilla holds it.
pub(super) struct Embedded {
    pub font: Font,
    /// The glyph of the blank and its width in em.
    pub space: Option<(u16, f32)>,
}

/// Writes a book.
pub(super) fn write(book: &LaidOut, fonts: &[Embedded], info: &DocumentInfo) -> Result<Vec<u8>, PdfError> {
    let mut pages = Pages::new(info, if book.pages.len() > MANY { Content::Deflated } else { Content::Plain })?;
    pages.draw(book, fonts)?;
    pages.finish(info)
}

/// Writes sections one behind the other.
pub(super) fn write_sections<E: From<PdfError>>(
    sections: impl Iterator<Item = Result<Section, E>>,
    fonts: &[Embedded],
    info: &DocumentInfo,
) -> Result<Vec<u8>, E> {
    let mut pages = Pages::new(info, Content::Deflated)?;
    for section in sections {
        let Section { title, book } = section?;
        pages.outline.push((Level::Section, Bookmark { title, page: pages.drawn, y: 0.0 }));
        pages.draw(&book, fonts)?;
    }
    Ok(pages.finish(info)?)
}

/// More pages than this are many.
const MANY: usize = 100;

/// How the writer keeps the content of pages until the document is packed.
#[derive(Clone, Copy, PartialEq)]
enum Content {
    /// As it is: the fastest.
    Plain,
    /// Deflated: thousands of pages take an eighth of the memory, for a little more time.
    Deflated,
}

/// Where an entry of the outline stands.
#[derive(Clone, Copy, PartialEq)]
enum Level {
    Section,
    /// Below its section, if there is one.
    Entry,
}

/// A document in the making.
struct Pages {
    document: Document,
    tags: Tags,
    outline: Vec<(Level, Bookmark)>,
    /// Pages and sheets so far.
    drawn: usize,
    sheets: usize,
}

impl Pages {
    fn new(info: &DocumentInfo, content: Content) -> Result<Self, PdfError> {
        let configuration = ConfigurationBuilder::new()
            .with_archival_validator(Archival::A2_U)
            .finish()
            .map_err(|error| PdfError::Refused(format!("{error:?}")))?;
        let compress_content_streams = content == Content::Deflated;
        let document = Document::new_with(SerializeSettings { configuration, compress_content_streams, ..SerializeSettings::default() });
        let tags = Tags { tree: TagTree::new().with_lang(Some(info.language.clone())), table: None, open: None };
        Ok(Self { document, tags, outline: Vec::new(), drawn: 0, sheets: 0 })
    }

    fn draw(&mut self, book: &LaidOut, fonts: &[Embedded]) -> Result<(), PdfError> {
        // All that can fail is tried before the first page is begun: krilla must not be left in the middle of one.
        let images = images(book)?;
        let exists = |page: &usize| book.pages.get(*page).is_some_and(|page: &Page| page.width > 0.0);
        let entries = book.outline.iter().filter(|entry| exists(&entry.page));
        self.outline.extend(entries.map(|entry| (Level::Entry, Bookmark { page: entry.page + self.drawn, ..entry.clone() })));
        for page in &book.pages {
            let Some(settings) = PageSettings::from_wh(page.width, page.height) else { continue };
            self.tags.on_sheet(self.sheets + page.sheet);
            let mut sheet_page = self.document.start_page_with(settings);
            {
                let mut pen = Pen { surface: sheet_page.surface(), fonts, images: &images, tags: &mut self.tags, run: None, apart: false };
                draw(page, &mut pen);
                pen.surface.finish();
            }
            sheet_page.finish();
        }
        self.drawn += book.pages.len();
        self.sheets += book.sheets.len();
        Ok(())
    }

    fn finish(self, info: &DocumentInfo) -> Result<Vec<u8>, PdfError> {
        let mut document = self.document;
        document.set_tag_tree(self.tags.finish());
        document.set_outline(outline(&self.outline));
        document.set_metadata(metadata(info));
        let bytes = document.finish().map_err(|error| PdfError::Refused(format!("{error}: {error:?}")))?;
        pack(&bytes)
    }
}

/// The structure of the document: a table a sheet, a row a row, figures beside.
struct Tags {
    tree: TagTree,
    table: Option<(usize, TagGroup)>,
    /// The part being drawn, its tag, and whether it goes into the table.
    open: Option<(Identifier, TagKind, bool)>,
}

impl Tags {
    fn on_sheet(&mut self, sheet: usize) {
        if self.table.as_ref().is_none_or(|(of, _)| *of != sheet) {
            self.tree.children.extend(self.table.take().map(|(_, group)| group.into()));
            self.table = Some((sheet, TagGroup::new(Tag::Table)));
        }
    }

    fn close(&mut self) {
        let Some((identifier, tag, in_table)) = self.open.take() else { return };
        // Lists of just one: one that grows has room for four, which makes a document of thousands of pages half as large again.
        let group = TagGroup::with_children(tag, vec![identifier.into()]);
        match &mut self.table {
            Some((_, table)) if in_table => table.push(TagGroup::with_children(Tag::TR, vec![group.into()])),
            _ => self.tree.push(group),
        }
    }

    fn finish(mut self) -> TagTree {
        self.tree.children.extend(self.table.map(|(_, group)| group.into()));
        self.tree
    }
}

/// A page's surface.
struct Pen<'a, 'b> {
    surface: Surface<'a>,
    fonts: &'b [Embedded],
    images: &'b BTreeMap<usize, Image>,
    tags: &'b mut Tags,
    run: Option<Run>,
    /// The next text is of another cell than the one before it.
    apart: bool,
}

/// Text to be drawn at once: what stands on one line in one look, whatever its cells.
struct Run {
    face: FaceId,
    size: f32,
    x: f32,
    y: f32,
    rotation: f32,
    stroked: bool,
    slanted: bool,
    color: Color,
    text: String,
    glyphs: Vec<Placed>,
    /// Where the pen is after it; nothing follows a turned run.
    end: f32,
}

impl Run {
    fn goes_on_with(&self, text: &Text) -> bool {
        (self.face, self.color, self.stroked) == (text.face, text.color, text.stroked)
            && (self.size, self.y) == (text.size, text.y)
            && text.x >= self.end
    }
}

struct Placed {
    glyph: PlacedGlyph,
    end: u32,
}

impl Glyph for Placed {
    fn glyph_id(&self) -> GlyphId {
        GlyphId::new(u32::from(self.glyph.id))
    }

    fn text_range(&self) -> Range<usize> {
        self.glyph.start as usize..self.end as usize
    }

    fn x_advance(&self, size: f32) -> f32 {
        self.glyph.advance * size
    }

    fn x_offset(&self, _: f32) -> f32 {
        0.0
    }

    fn y_offset(&self, _: f32) -> f32 {
        0.0
    }

    fn y_advance(&self, _: f32) -> f32 {
        0.0
    }

    fn location(&self) -> Option<Location> {
        None
    }
}

impl Canvas for Pen<'_, '_> {
    fn begin(&mut self, part: Part<'_>) {
        let artifact = |kind| ContentTag::Artifact(Artifact::with_kind(kind));
        let (content, open) = match part {
            Part::Ruling => (artifact(ArtifactType::Layout), None),
            Part::Furniture => (artifact(ArtifactType::PaginationOther), None),
            // A heading that is said once is not said again on every page.
            Part::Row(row) if row.repeated => (artifact(ArtifactType::PaginationOther), None),
            Part::Row(row) => {
                let cell: TagKind = if row.heading { Tag::TH(TableHeaderScope::Column).into() } else { Tag::TD.into() };
                (ContentTag::Span(SpanTag::empty()), Some((cell, true)))
            }
            Part::Chart(chart) => (ContentTag::Other, Some((Tag::Figure(Some(chart.description.clone())).into(), false))),
            Part::Figure(picture) => (ContentTag::Other, Some((Tag::Figure(Some(picture.description.clone())).into(), false))),
        };
        self.apart = false;
        let identifier = self.surface.start_tagged(content);
        self.tags.open = open.map(|(tag, in_table)| (identifier, tag, in_table));
    }

    fn end(&mut self) {
        self.flush();
        self.surface.end_tagged();
        self.tags.close();
    }

    fn rectangles(&mut self, fills: &[layout::Fill]) {
        let mut path = PathBuilder::new();
        for item in fills {
            if let Some(rect) = Rect::from_xywh(item.x, item.y, item.width, item.height) {
                path.push_rect(rect);
            }
        }
        self.surface.set_stroke(None);
        self.surface.set_fill(fills.first().map(|first| fill(first.color)));
        self.path(path.finish());
    }

    fn shapes(&mut self, shapes: &[layout::Shape]) {
        let mut path = PathBuilder::new();
        for shape in shapes {
            for (at, (x, y)) in shape.corners.iter().enumerate() {
                if at == 0 { path.move_to(*x, *y) } else { path.line_to(*x, *y) }
            }
            path.close();
        }
        self.surface.set_stroke(None);
        self.surface.set_fill(shapes.first().map(|first| fill(first.color)));
        self.path(path.finish());
    }

    /// Lines of one look are one path: a grid is a handful of drawing operations.
    fn lines(&mut self, strokes: &[layout::Stroke]) {
        let mut path = PathBuilder::new();
        for item in strokes {
            path.move_to(item.from.0, item.from.1);
            path.line_to(item.to.0, item.to.1);
        }
        self.surface.set_fill(None);
        self.surface.set_stroke(strokes.first().map(stroke));
        self.path(path.finish());
        self.surface.set_stroke(None);
    }

    fn next_cell(&mut self) {
        self.apart = true;
    }

    fn text(&mut self, text: &Text) {
        if text.size <= 0.0 || text.glyphs.is_empty() {
            return;
        }
        let ends = text.glyphs.iter().skip(1).map(|next| next.start).chain([text.text.len() as u32]);
        let length: f32 = text.glyphs.iter().map(|glyph| glyph.advance).sum::<f32>() * text.size;
        let flat = text.rotation == 0.0 && !text.slanted;
        let goes_on = self.run.as_ref().is_some_and(|open| flat && open.goes_on_with(text));
        if std::mem::take(&mut self.apart) {
            self.space(goes_on.then_some(text.x));
        }
        let start = if let Some(open) = self.run.as_mut().filter(|_| goes_on) {
            // The rest of a row in one look is one run, with gaps between its cells: a third less to write.
            if let Some(last) = open.glyphs.last_mut() {
                last.glyph.advance += (text.x - open.end) / open.size;
            }
            open.end = text.x + length;
            open.text.push_str(&text.text);
            open.text.len() - text.text.len()
        } else {
            self.flush();
            let end = if flat { text.x + length } else { f32::INFINITY };
            let Text { face, size, x, y, rotation, stroked, slanted, color, .. } = *text;
            let (text, glyphs) = (text.text.clone(), Vec::with_capacity(text.glyphs.len()));
            self.run = Some(Run { face, size, x, y, rotation, stroked, slanted, color, text, glyphs, end });
            0
        } as u32;
        if let Some(open) = &mut self.run {
            let placed = text
                .glyphs
                .iter()
                .zip(ends)
                .map(|(glyph, end)| Placed { glyph: PlacedGlyph { start: start + glyph.start, ..*glyph }, end: start + end });
            open.glyphs.extend(placed);
        }
    }

    fn picture(&mut self, picture: &Picture) {
        let (Some(size), Some(image)) = (Size::from_wh(picture.width, picture.height), self.images.get(&key(picture))) else { return };
        self.surface.push_transform(&Transform::from_translate(picture.x, picture.y));
        self.surface.draw_image(image.clone(), size);
        self.surface.pop();
    }
}

impl Pen<'_, '_> {
    /// A blank behind the open run, up to `x` where the next cell's text goes on in it: readers of the structure know words by
    /// blanks, not by places (ISO 32000-1, 14.8.2.5).
    fn space(&mut self, x: Option<f32>) {
        let Some(run) = &mut self.run else { return };
        let Some((id, width)) = self.fonts.get(usize::from(run.face.0)).and_then(|face| face.space) else { return };
        let advance = x.map_or(width, |x| (x - run.end) / run.size);
        let start = run.text.len() as u32;
        run.text.push(' ');
        run.glyphs.push(Placed { glyph: PlacedGlyph { id, start, advance }, end: start + 1 });
        run.end += advance * run.size;
    }

    /// Draws the run that was kept open.
    fn flush(&mut self) {
        let Some(run) = self.run.take() else { return };
        let Some(Embedded { font, .. }) = self.fonts.get(usize::from(run.face.0)) else { return };
        self.surface.set_fill(Some(fill(run.color)));
        // A thirtieth of the size is the difference between the regular and the bold cut of a Song face.
        self.surface.set_stroke(run.stroked.then(|| line_stroke(run.color, run.size / 30.0)));
        let moved = run.rotation != 0.0 || run.slanted;
        let start = if moved {
            let (sin, cos) = run.rotation.to_radians().sin_cos();
            let lean = if run.slanted { 0.2 } else { 0.0 };
            // Lean first, then turn against the clock; y points down.
            self.surface.push_transform(&Transform::from_row(cos, -sin, sin - lean * cos, cos + lean * sin, run.x, run.y));
            Point::from_xy(0.0, 0.0)
        } else {
            Point::from_xy(run.x, run.y)
        };
        self.surface.draw_glyphs(start, &run.glyphs, font.clone(), &run.text, run.size, false);
        if moved {
            self.surface.pop();
        }
        self.surface.set_stroke(None);
    }

    fn path(&mut self, path: Option<Path>) {
        if let Some(path) = path {
            self.surface.draw_path(&path);
        }
    }
}

fn outline(entries: &[(Level, Bookmark)]) -> Outline {
    let node = |entry: &Bookmark| OutlineNode::new(entry.title.clone(), XyzDestination::new(entry.page, Point::from_xy(0.0, entry.y)));
    let mut outline = Outline::new();
    let mut section: Option<OutlineNode> = None;
    for (level, entry) in entries {
        match (level, &mut section) {
            (Level::Entry, Some(section)) => section.push_child(node(entry)),
            (Level::Entry, None) => outline.push_child(node(entry)),
            (Level::Section, _) => {
                if let Some(done) = section.replace(node(entry)) {
                    outline.push_child(done);
                }
            }
        }
    }
    if let Some(done) = section {
        outline.push_child(done);
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

fn fill(Color(red, green, blue): Color) -> Fill {
    Fill { paint: rgb::Color::new(red, green, blue).into(), opacity: NormalizedF32::ONE, rule: FillRule::NonZero }
}

fn line_stroke(Color(red, green, blue): Color, width: f32) -> Stroke {
    Stroke {
        paint: rgb::Color::new(red, green, blue).into(),
        width,
        miter_limit: 4.0,
        line_cap: LineCap::Butt,
        line_join: LineJoin::Round,
        opacity: NormalizedF32::ONE,
        dash: None,
    }
}

fn stroke(item: &layout::Stroke) -> Stroke {
    let unit = item.width.max(0.25);
    let dash = dashes(item.line);
    let plain = line_stroke(item.color, item.width);
    if dash.is_empty() {
        // Square ends close the corners of a frame.
        return Stroke { line_cap: LineCap::Square, ..plain };
    }
    Stroke { dash: Some(StrokeDash { array: dash.iter().map(|length| length * unit).collect(), offset: 0.0 }), ..plain }
}

/// Pictures are the same when they share their bytes: a photo on every page is embedded once.
fn key(picture: &Picture) -> usize {
    picture.bytes.as_ptr() as usize
}

/// Decodes every picture of a book once.
fn images(book: &LaidOut) -> Result<BTreeMap<usize, Image>, PdfError> {
    let mut images = BTreeMap::new();
    for picture in book.pages.iter().flat_map(|page| &page.pictures) {
        if let Entry::Vacant(slot) = images.entry(key(picture)) {
            let data = Data::from(picture.bytes.to_vec());
            let image = if picture.bytes.starts_with(b"\x89PNG") { Image::from_png(data, false) } else { Image::from_jpeg(data, false) };
            slot.insert(image.map_err(|error| PdfError::Refused(format!("picture {}: {error}", picture.description)))?);
        }
    }
    Ok(images)
}
