//! genpdf: the same pages and the same text as plain PDF.
//!
//! genpdf 0.2 writes sizes in whole points, lines of one point and nothing filled, turned, outlined or slanted; its
//! documents have no tags, no outline and the time of writing. So a run whose size is not whole is placed glyph by glyph,
//! wide lines and grounds are ruled with lines of a point, dashes are cut up, turned text runs in its direction with
//! upright characters, and bold without a bold face stays plain.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use genpdf::fonts::{Font, FontCache, FontData, FontFamily};
use genpdf::render::{Area, Renderer};
use genpdf::style::{self, Style};
use genpdf::{Mm, Position, Rotation, Scale, Size};
use image::{DynamicImage, Rgb, RgbImage};

use super::canvas::{Canvas, Part, dashes, draw};
use super::subset::Source;
use super::{DocumentInfo, PdfError};
use crate::form::model::Color;
use crate::layout::{Fill, LaidOut, Page, Picture, Shape, Stroke, Text};

/// Writes a book. Of `info` only the title is used: the library has no place for the rest.
pub(super) fn write(book: &LaidOut, sources: &[Source], info: &DocumentInfo) -> Result<Vec<u8>, PdfError> {
    let images = images(book)?;
    let (mut cache, fonts) = embed(book, sources)?;
    let pages: Vec<&Page> = book.pages.iter().filter(|page| page.width > 0.0 && page.height > 0.0).collect();
    let size = |page: &Page| Size::new(mm(page.width), mm(page.height));
    // The library has no document without a page.
    let first = pages.first().map_or_else(|| Size::new(210, 297), |page| size(page));
    let mut renderer = Renderer::new(first, &info.title).map_err(refused)?;
    cache.load_pdf_fonts(&renderer).map_err(refused)?;
    for (index, page) in pages.iter().enumerate() {
        if index > 0 {
            renderer.add_page(size(page));
        }
        draw(page, &mut Sheet { area: renderer.last_page().first_layer().area(), cache: &cache, fonts: &fonts, images: &images });
    }
    let mut bytes = Vec::new();
    renderer.write(&mut bytes).map_err(refused)?;
    let texts = book.pages.iter().flat_map(|page| &page.rows).flat_map(|row| &row.cells).flat_map(|cell| &cell.texts);
    let beyond = texts.chain(book.pages.iter().flat_map(|page| &page.furniture)).any(|text| text.text.chars().any(|c| c > '\u{FFFF}'));
    if beyond { with_whole_codes(&bytes).map_err(|error| PdfError::Refused(error.to_string())) } else { Ok(bytes) }
}

/// The library writes what a glyph says as its code point, where UTF-16 belongs: beyond U+FFFF a reader takes 20164 for
/// 2016 and a bit. Those of the finished document are put right, so that the text can be searched and copied.
fn with_whole_codes(bytes: &[u8]) -> Result<Vec<u8>, lopdf::Error> {
    let mut document = lopdf::Document::load_mem(bytes)?;
    for object in document.objects.values_mut() {
        let lopdf::Object::Stream(stream) = object else { continue };
        let plain = stream.decompressed_content().unwrap_or_else(|_| stream.content.clone());
        let Some(map) = std::str::from_utf8(&plain).ok().filter(|text| text.contains("beginbfchar")) else { continue };
        let mut whole = String::with_capacity(map.len());
        for line in map.split_inclusive('\n') {
            let code = line.trim_end().strip_suffix('>').and_then(|line| line.rsplit_once("> <")).filter(|(_, code)| code.len() > 4);
            match code.and_then(|(glyph, code)| Some((glyph, char::from_u32(u32::from_str_radix(code, 16).ok()?)?))) {
                Some((glyph, character)) => {
                    whole.push_str(glyph);
                    whole.push_str("> <");
                    for byte in character.encode_utf16(&mut [0; 2]).iter().flat_map(|unit| unit.to_be_bytes()) {
                        whole.extend([byte >> 4, byte & 15].map(|digit| char::from(b"0123456789abcdef"[usize::from(digit)])));
                    }
                    whole.push_str(">\n");
                }
                None => whole.push_str(line),
            }
        }
        stream.set_plain_content(whole.into_bytes());
        stream.compress()?;
    }
    let mut bytes = Vec::new();
    document.save_to(&mut bytes)?;
    Ok(bytes)
}

#[expect(clippy::needless_pass_by_value, reason = "a function for `map_err`")]
fn refused(error: genpdf::error::Error) -> PdfError {
    PdfError::Refused(error.to_string())
}

fn mm(points: f32) -> Mm {
    (f64::from(points) * 25.4 / 72.0).into()
}

fn at((x, y): (f32, f32)) -> Position {
    Position::new(mm(x), mm(y))
}

/// The faces that the book uses, cut down to its characters; by face of the set.
fn embed(book: &LaidOut, sources: &[Source]) -> Result<(FontCache, Vec<Option<Font>>), PdfError> {
    let mut used: Vec<BTreeMap<char, u16>> = vec![BTreeMap::new(); sources.len()];
    let rows = book.pages.iter().flat_map(|page| &page.rows).flat_map(|row| &row.cells).flat_map(|cell| &cell.texts);
    let charts = book.pages.iter().flat_map(|page| &page.charts).flat_map(|chart| &chart.texts);
    for text in rows.chain(charts).chain(book.pages.iter().flat_map(|page| &page.furniture)) {
        if let Some(used) = used.get_mut(usize::from(text.face.0)) {
            used.extend(text.text.chars().zip(text.glyphs.iter().map(|glyph| glyph.id)));
        }
    }
    let load = |source: &Source, used| FontData::new(source.cut(used)?, None).map_err(refused);
    // The library wants a family of four and embeds each of them: the first four faces stand in it side by side, and
    // fonts without a character take the places that are left.
    let mut data = Vec::new();
    for (source, used) in sources.iter().zip(&used).filter(|(_, used)| !used.is_empty()) {
        data.push(load(source, used)?);
    }
    let empty = load(sources.first().ok_or_else(|| PdfError::Font(String::new()))?, &BTreeMap::new())?;
    let mut data = data.into_iter();
    let mut next = || data.next().unwrap_or_else(|| empty.clone());
    let family = FontFamily { regular: next(), bold: next(), italic: next(), bold_italic: next() };
    let mut cache = FontCache::new(family);
    let four = cache.default_font_family();
    let mut loaded: Vec<Font> = vec![four.regular, four.bold, four.italic, four.bold_italic];
    loaded.extend(data.map(|data| cache.add_font(data)));
    let mut loaded = loaded.into_iter();
    let fonts = used.iter().map(|used| if used.is_empty() { None } else { loaded.next() }).collect();
    Ok((cache, fonts))
}

/// A page.
struct Sheet<'a> {
    area: Area<'a>,
    cache: &'a FontCache,
    fonts: &'a [Option<Font>],
    images: &'a BTreeMap<usize, DynamicImage>,
}

impl Sheet<'_> {
    fn line(&self, from: (f32, f32), to: (f32, f32), color: Color) {
        // Black is what the library draws with of itself.
        let style = if color == Color(0, 0, 0) { Style::new() } else { Style::new().with_color(ink(color)) };
        self.area.draw_line(vec![at(from), at(to)], style);
    }

    /// Parallel lines of a point beside each other, as many as the width takes.
    fn ruled(&self, from: (f32, f32), to: (f32, f32), width: f32, color: Color) {
        let count = width.round().max(1.0);
        let (across, down) = (to.0 - from.0, to.1 - from.1);
        let length = across.hypot(down).max(f32::MIN_POSITIVE);
        for index in 0..count as u16 {
            let aside = if count > 1.0 { (f32::from(index) / (count - 1.0) - 0.5) * (width - 1.0) } else { 0.0 };
            let (x, y) = (-down / length * aside, across / length * aside);
            self.line((from.0 + x, from.1 + y), (to.0 + x, to.1 + y), color);
        }
    }
}

impl Canvas for Sheet<'_> {
    fn begin(&mut self, _: Part<'_>) {}

    fn end(&mut self) {}

    fn rectangles(&mut self, fills: &[Fill]) {
        for fill in fills {
            let middle = fill.y + fill.height / 2.0;
            // One line more than there are points, so that no seam shows.
            let count = fill.height.ceil().clamp(1.0, 20_000.0);
            for index in 0..count as u16 {
                let aside = if count > 1.0 { (f32::from(index) / (count - 1.0) - 0.5) * (fill.height - 1.0) } else { 0.0 };
                self.line((fill.x, middle + aside), (fill.x + fill.width, middle + aside), fill.color);
            }
        }
    }

    fn shapes(&mut self, shapes: &[Shape]) {
        for shape in shapes {
            let (top, bottom) = shape.corners.iter().fold((f32::MAX, f32::MIN), |(top, bottom), (_, y)| (top.min(*y), bottom.max(*y)));
            // Where lines of a point across the outline enter and leave it.
            let count = (bottom - top).ceil().clamp(1.0, 2_000.0);
            for index in 0..count as u16 {
                let y = top + (f32::from(index) + 0.5) * (bottom - top) / count;
                let sides = shape.corners.iter().zip(shape.corners.iter().cycle().skip(1));
                let crossing = |((from_x, from_y), (to_x, to_y)): (&(f32, f32), &(f32, f32))| {
                    ((*from_y > y) != (*to_y > y)).then(|| from_x + (y - from_y) / (to_y - from_y) * (to_x - from_x))
                };
                let mut crossings: Vec<f32> = sides.filter_map(crossing).collect();
                crossings.sort_by(f32::total_cmp);
                for pair in crossings.chunks_exact(2) {
                    self.line((pair[0], y), (pair[1], y), shape.color);
                }
            }
        }
    }

    fn lines(&mut self, strokes: &[Stroke]) {
        for stroke in strokes {
            let pattern = dashes(stroke.line);
            let (across, down) = (stroke.to.0 - stroke.from.0, stroke.to.1 - stroke.from.1);
            let length = across.hypot(down);
            if pattern.is_empty() || !(length > 0.0 && length.is_finite()) {
                self.ruled(stroke.from, stroke.to, stroke.width, stroke.color);
                continue;
            }
            let point = |along: f32| (stroke.from.0 + across * along / length, stroke.from.1 + down * along / length);
            let mut along = 0.0;
            for (index, dash) in pattern.iter().cycle().enumerate() {
                // A dash shorter than the line is wide would be a blot.
                let end = along + dash * stroke.width.max(0.75);
                if index % 2 == 0 {
                    self.ruled(point(along), point(end.min(length)), stroke.width, stroke.color);
                }
                along = end;
                if along >= length {
                    break;
                }
            }
        }
    }

    fn text(&mut self, text: &Text) {
        let Some(font) = self.fonts.get(usize::from(text.face.0)).copied().flatten() else { return };
        let size = text.size.round().clamp(1.0, 255.0) as u8;
        let family = FontFamily { regular: font, bold: font, italic: font, bold_italic: font };
        let mut style = Style::new().with_font_family(family).with_font_size(size);
        if text.color != Color(0, 0, 0) {
            style = style.with_color(ink(text.color));
        }
        let print = |point: (f32, f32), words: &str| {
            // The library counts from the top of the line, a page from its baseline.
            let top = at(point).y - font.glyph_height(size);
            // Its two refusals cannot come true: the font is loaded, and what stands below the paper is not seen.
            let _ = self.area.print_str(self.cache, Position::new(at(point).x, top), style, words);
        };
        let width: f32 = text.glyphs.iter().map(|glyph| glyph.advance * text.size).sum();
        let own = style.str_width(self.cache, &text.text);
        let near = Mm::from(0.2);
        let natural = own < mm(width) + near && mm(width) < own + near;
        if text.rotation == 0.0 && natural && (f32::from(size) - text.size).abs() < 0.01 {
            print((text.x, text.y), &text.text);
            return;
        }
        let (sin, cos) = text.rotation.to_radians().sin_cos();
        let mut along = 0.0;
        for ((start, character), glyph) in text.text.char_indices().zip(&text.glyphs) {
            if character != ' ' {
                print((text.x + along * cos, text.y - along * sin), &text.text[start..start + character.len_utf8()]);
            }
            along += glyph.advance * text.size;
        }
    }

    fn picture(&mut self, picture: &Picture) {
        let Some(image) = self.images.get(&key(picture)) else { return };
        let (across, down) = image::GenericImageView::dimensions(image);
        let scale = |points: f32, pixels: u32| f64::from(points) / f64::from(pixels.max(1));
        let scale = Scale::new(scale(picture.width, across), scale(picture.height, down));
        let foot = at((picture.x, picture.y + picture.height));
        self.area.add_image(image, foot, scale, Rotation::default(), Some(72.0));
    }
}

fn ink(Color(red, green, blue): Color) -> style::Color {
    style::Color::Rgb(red, green, blue)
}

/// See the other engine: a photo on every page is decoded once.
fn key(picture: &Picture) -> usize {
    picture.bytes.as_ptr() as usize
}

/// Decodes every picture of a book once, on white ground: the library refuses transparent ones.
fn images(book: &LaidOut) -> Result<BTreeMap<usize, DynamicImage>, PdfError> {
    let mut images = BTreeMap::new();
    for picture in book.pages.iter().flat_map(|page| &page.pictures) {
        if let Entry::Vacant(slot) = images.entry(key(picture)) {
            let image = image::load_from_memory(&picture.bytes)
                .map_err(|error| PdfError::Refused(format!("picture {}: {error}", picture.description)))?
                .to_rgba8();
            let on_white = |part: u8, alpha: u8| (u16::from(part) * u16::from(alpha) / 255 + 255 - u16::from(alpha)) as u8;
            let flat = RgbImage::from_fn(image.width(), image.height(), |x, y| {
                let image::Rgba([red, green, blue, alpha]) = *image.get_pixel(x, y);
                Rgb([on_white(red, alpha), on_white(green, alpha), on_white(blue, alpha)])
            });
            slot.insert(DynamicImage::ImageRgb8(flat));
        }
    }
    Ok(images)
}
