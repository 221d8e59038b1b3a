//! Draw items on krilla's surface.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::ops::Range;

use krilla::Data;
use krilla::color::rgb;
use krilla::geom::{Path, PathBuilder, Point, Rect, Size, Transform};
use krilla::image::Image;
use krilla::num::NormalizedF32;
use krilla::paint::{Fill, FillRule, LineCap, LineJoin, Stroke, StrokeDash};
use krilla::surface::{Location, Surface};
use krilla::tagging::{Artifact, ArtifactType, ContentTag};
use krilla::text::{Font, Glyph, GlyphId};

use super::PdfError;
use crate::form::layout::{self, LaidOut, Page, Picture, PlacedGlyph, Text};
use crate::form::model::{Color, Line};

/// A surface with the state last set on it.
pub(super) struct Pen<'a> {
    pub surface: Surface<'a>,
    fonts: &'a [Font],
    glyphs: Vec<Placed>,
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

impl<'a> Pen<'a> {
    pub fn new(surface: Surface<'a>, fonts: &'a [Font]) -> Self {
        Self { surface, fonts, glyphs: Vec::new() }
    }

    pub fn finish(self) {
        self.surface.finish();
    }

    /// Draws something that is not part of what the document says.
    pub fn artifact(&mut self, kind: ArtifactType, draw: impl FnOnce(&mut Self)) {
        self.surface.start_tagged(ContentTag::Artifact(Artifact::with_kind(kind)));
        draw(self);
        self.surface.end_tagged();
    }

    pub fn fills(&mut self, page: &Page) {
        self.surface.set_stroke(None);
        for group in page.fills.chunk_by(|one, other| one.color == other.color) {
            let mut path = PathBuilder::new();
            for item in group {
                if let Some(rect) = Rect::from_xywh(item.x, item.y, item.width, item.height) {
                    path.push_rect(rect);
                }
            }
            self.surface.set_fill(Some(fill(group[0].color)));
            self.draw(path.finish());
        }
    }

    /// Lines of one look are one path: a grid is a handful of drawing operations.
    pub fn strokes(&mut self, page: &Page) {
        self.surface.set_fill(None);
        for group in page.strokes.chunk_by(|one, other| (one.width, one.line, one.color) == (other.width, other.line, other.color)) {
            let mut path = PathBuilder::new();
            for item in group {
                path.move_to(item.from.0, item.from.1);
                path.line_to(item.to.0, item.to.1);
            }
            self.surface.set_stroke(Some(stroke(&group[0])));
            self.draw(path.finish());
        }
        self.surface.set_stroke(None);
    }

    fn draw(&mut self, path: Option<Path>) {
        if let Some(path) = path {
            self.surface.draw_path(&path);
        }
    }

    pub fn text(&mut self, text: &Text) {
        let Some(font) = self.fonts.get(usize::from(text.face.0)).filter(|_| text.size > 0.0 && !text.glyphs.is_empty()) else { return };
        self.surface.set_fill(Some(fill(text.color)));
        // A thirtieth of the size is the difference between the regular and the bold cut of a Song face.
        self.surface.set_stroke(text.stroked.then(|| line_stroke(text.color, text.size / 30.0)));
        self.glyphs.clear();
        let ends = text.glyphs.iter().skip(1).map(|next| next.start).chain([text.text.len() as u32]);
        self.glyphs.extend(text.glyphs.iter().zip(ends).map(|(glyph, end)| Placed { glyph: *glyph, end }));
        let moved = text.rotation != 0.0 || text.slanted;
        let start = if moved {
            let (sin, cos) = text.rotation.to_radians().sin_cos();
            let lean = if text.slanted { 0.2 } else { 0.0 };
            // Lean first, then turn against the clock; y points down.
            self.surface.push_transform(&Transform::from_row(cos, -sin, sin - lean * cos, cos + lean * sin, text.x, text.y));
            Point::from_xy(0.0, 0.0)
        } else {
            Point::from_xy(text.x, text.y)
        };
        self.surface.draw_glyphs(start, &self.glyphs, font.clone(), &text.text, text.size, false);
        if moved {
            self.surface.pop();
        }
        self.surface.set_stroke(None);
    }

    pub fn picture(&mut self, picture: &Picture, image: Image) {
        let Some(size) = Size::from_wh(picture.width, picture.height) else { return };
        self.surface.push_transform(&Transform::from_translate(picture.x, picture.y));
        self.surface.draw_image(image, size);
        self.surface.pop();
    }
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
    let dash: &[f32] = match item.line {
        Line::Thin | Line::Medium | Line::Thick | Line::Double => &[],
        Line::Hair => &[2.0, 2.0],
        Line::Dotted => &[2.0, 3.0],
        Line::Dashed | Line::MediumDashed => &[6.0, 3.0],
        Line::DashDot | Line::MediumDashDot | Line::SlantDashDot => &[8.0, 3.0, 3.0, 3.0],
        Line::DashDotDot | Line::MediumDashDotDot => &[8.0, 3.0, 3.0, 3.0, 3.0, 3.0],
    };
    let plain = line_stroke(item.color, item.width);
    if dash.is_empty() {
        // Square ends close the corners of a frame.
        return Stroke { line_cap: LineCap::Square, ..plain };
    }
    Stroke { dash: Some(StrokeDash { array: dash.iter().map(|length| length * unit).collect(), offset: 0.0 }), ..plain }
}

/// Pictures are the same when they share their bytes: a photo on every page is embedded once.
pub(super) fn key(picture: &Picture) -> usize {
    picture.bytes.as_ptr() as usize
}

/// Decodes every picture of a book once.
pub(super) fn images(book: &LaidOut) -> Result<BTreeMap<usize, Image>, PdfError> {
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
