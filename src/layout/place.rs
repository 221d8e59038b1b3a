//! Puts the lines of a block into a rectangle of the page.

use std::ops::Range;

use super::block::{Block, PADDING, Run, TIGHTEST};
use super::laid::{Length, POINT, PlacedGlyph, Stroke, Text};
use super::shape::{BOX_TEXT, Shape, code_point};
use super::wrap::Line as TextLine;
use crate::font::{Choice, FontSet};
use crate::form::model::{Color, Font, Horizontal, Line, Vertical};

/// A rectangle of the sheet.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Rect {
    pub left: Length,
    pub top: Length,
    pub width: Length,
    pub height: Length,
}

/// From sheet units to points of the page: the last step, and the only one that rounds.
#[derive(Clone, Copy, Debug)]
pub(super) struct ToPage {
    /// Points where the sheet's zero stands.
    pub x: f64,
    /// See `x`.
    pub y: f64,
    /// 1 for natural size.
    pub scale: f64,
}

impl ToPage {
    pub fn x(&self, at: Length) -> f32 {
        (self.x + at as f64 * self.scale / POINT as f64) as f32
    }

    pub fn y(&self, at: Length) -> f32 {
        (self.y + at as f64 * self.scale / POINT as f64) as f32
    }
}

/// Where lines are drawn: an origin on the page, a turn around it, a scale.
#[derive(Clone, Copy)]
pub(super) struct Frame {
    pub origin: (f32, f32),
    pub degrees: f32,
    pub scale: f32,
}

impl Frame {
    fn at(&self, x: f32, y: f32) -> (f32, f32) {
        let (x, y) = (x * self.scale, y * self.scale);
        let (sin, cos) = self.degrees.to_radians().sin_cos();
        (self.origin.0 + x * cos + y * sin, self.origin.1 - x * sin + y * cos)
    }
}

/// Collects what is drawn.
pub(super) struct Ink<'a> {
    pub texts: &'a mut Vec<Text>,
    pub strokes: &'a mut Vec<Stroke>,
}

/// Draws the lines of a block; `vertical` and `font` are of its style.
#[expect(clippy::too_many_arguments, reason = "one caller's state, told apart by the type of each")]
pub(super) fn place(
    fonts: &FontSet,
    block: &Block,
    lines: Range<usize>,
    rect: Rect,
    to_page: ToPage,
    font: &Font,
    vertical: Vertical,
    ink: &mut Ink<'_>,
) {
    let points = |length: Length| length as f32 / POINT as f32;
    let frame = Frame { origin: (to_page.x(rect.left), to_page.y(rect.top)), degrees: 0.0, scale: to_page.scale as f32 };
    let (width, height) = (points(rect.width), points(rect.height));
    let lines = &block.lines[lines];
    let natural = fonts.line_height(block.choice);
    match block.run {
        Run::Plain | Run::Wrapped => {
            let count = lines.len().max(1) as f32;
            let mut pitch = if lines.len() > 1 { natural.min(height / block.size / count).max(TIGHTEST.min(natural)) } else { natural };
            let mut top = match vertical {
                Vertical::Top | Vertical::Justify => 0.0,
                Vertical::Center | Vertical::Distributed => (height - count * pitch * block.size) / 2.0,
                Vertical::Bottom => height - count * pitch * block.size,
            };
            if matches!(vertical, Vertical::Justify | Vertical::Distributed) && lines.len() > 1 {
                pitch = pitch.max(height / block.size / count);
                top = 0.0;
            }
            // One line may lean out of a low row by its leading; several begin at the top.
            if lines.len() > 1 {
                top = top.max(0.0);
            }
            let left = points(PADDING);
            for (index, line) in lines.iter().enumerate() {
                let y = top + (index as f32 + 0.5) * pitch * block.size - natural * block.size / 2.0
                    + fonts.baseline(block.choice) * block.size;
                draw_aligned(fonts, block, line, (left, width - left), y, frame, font, ink);
            }
        }
        Run::Stacked => {
            let pitch = natural
                .min(height / block.size / block.lines.iter().map(|line| line.range.len()).max().unwrap_or(1).max(1) as f32)
                .max(TIGHTEST.min(natural));
            let columns = lines.len() as f32;
            let advance = block.size * natural;
            let left = match block.horizontal {
                Horizontal::Left => points(PADDING),
                Horizontal::Right => width - points(PADDING) - columns * advance,
                _ => (width - columns * advance) / 2.0,
            };
            for (index, line) in lines.iter().enumerate() {
                let total = line.range.len() as f32 * pitch * block.size;
                let top = match vertical {
                    Vertical::Top | Vertical::Justify => 0.0,
                    Vertical::Center | Vertical::Distributed => (height - total) / 2.0,
                    Vertical::Bottom => height - total,
                };
                for (down, shape) in block.shapes[line.range.clone()].iter().enumerate() {
                    let x = left + (index as f32 + 0.5) * advance - shape.advance * block.size / 2.0;
                    let y = top + (down as f32 + 0.5) * pitch * block.size - natural * block.size / 2.0
                        + fonts.baseline(block.choice) * block.size;
                    draw_line(fonts, block.choice, std::slice::from_ref(shape), block.size, &[], (x, y), frame, font, ink);
                }
            }
        }
        Run::Turned(degrees) => {
            let (sin, cos) = degrees.to_radians().sin_cos();
            let (wide, high) = (block.width(), lines.len() as f32 * natural * block.size);
            let (box_width, box_height) = (cos.abs() * wide + sin.abs() * high, sin.abs() * wide + cos.abs() * high);
            let left = match block.horizontal {
                Horizontal::Left => points(PADDING),
                Horizontal::Right => width - points(PADDING) - box_width,
                _ => (width - box_width) / 2.0,
            };
            let top = match vertical {
                Vertical::Top => points(PADDING),
                Vertical::Bottom => height - points(PADDING) - box_height,
                _ => (height - box_height) / 2.0,
            };
            // The corner of the text's own box that the turn is made around, so that the turned box fills (left, top).
            let shift_x = if sin < 0.0 { -sin * high } else { 0.0 };
            let shift_y = if sin > 0.0 { sin * wide } else { 0.0 };
            let origin = frame.at(left + shift_x, top + shift_y);
            let turned = Frame { origin, degrees, ..frame };
            // Along the text's own direction the cell's vertical alignment is what aligns its lines.
            let along = match (vertical, degrees > 0.0) {
                (Vertical::Top, true) | (Vertical::Bottom, false) => 1.0,
                (Vertical::Bottom, true) | (Vertical::Top, false) => 0.0,
                _ => 0.5,
            };
            for (index, line) in lines.iter().enumerate() {
                let x = (wide - line.width * block.size) * along;
                let y = (index as f32 * natural + fonts.baseline(block.choice)) * block.size;
                draw_line(fonts, block.choice, &block.shapes[line.range.clone()], block.size, &[], (x, y), turned, font, ink);
            }
        }
    }
}

#[expect(clippy::too_many_arguments, reason = "each is a different thing, and both callers are here")]
fn draw_aligned(
    fonts: &FontSet,
    block: &Block,
    line: &TextLine,
    (left, right): (f32, f32),
    y: f32,
    frame: Frame,
    font: &Font,
    ink: &mut Ink<'_>,
) {
    let indent = block.indent as f32 / POINT as f32;
    let shapes = &block.shapes[line.range.clone()];
    let width = line.width * block.size;
    let mut gaps = Vec::new();
    let x = match block.horizontal {
        Horizontal::Right => right - indent - width,
        Horizontal::Center | Horizontal::CenterContinuous => left + (right - left - width) / 2.0,
        Horizontal::Distributed => {
            gaps = stretch(shapes, (right - left - 2.0 * indent - width) / block.size);
            // A single word has nowhere to be opened: it stands in the middle.
            if gaps.is_empty() { left + (right - left - width) / 2.0 } else { left + indent }
        }
        Horizontal::Justify if !line.last => {
            gaps = stretch(shapes, (right - left - width) / block.size);
            left
        }
        _ => left + indent,
    };
    draw_line(fonts, block.choice, shapes, block.size, &gaps, (x, y), frame, font, ink);
}

// Spreads the spare width over the gaps that text may be opened at: at Chinese characters and at spaces, never within a word.
fn stretch(shapes: &[Shape], spare: f32) -> Vec<f32> {
    let wide = |shape: &Shape| shape.advance > 0.9 || shape.character == ' ';
    let opens = |pair: &[Shape]| wide(&pair[0]) || wide(&pair[1]);
    let count = shapes.windows(2).filter(|pair| opens(pair)).count();
    if count == 0 || spare <= 0.0 || !spare.is_finite() {
        return Vec::new();
    }
    shapes.windows(2).map(|pair| if opens(pair) { spare / count as f32 } else { 0.0 }).collect()
}

/// Draws shapes on one baseline; `gaps` are added behind each shape, in em.
#[expect(clippy::too_many_arguments, reason = "each is a different thing, and all callers are in this room")]
pub(super) fn draw_line(
    fonts: &FontSet,
    choice: Choice,
    shapes: &[Shape],
    size: f32,
    gaps: &[f32],
    (x, y): (f32, f32),
    frame: Frame,
    font: &Font,
    ink: &mut Ink<'_>,
) {
    let color = font.color.unwrap_or(Color(0, 0, 0));
    let gap = |index: usize| gaps.get(index).copied().unwrap_or_default();
    let mut pen = x;
    let mut index = 0;
    while index < shapes.len() {
        let shape = &shapes[index];
        let start = frame.at(pen, y);
        if shape.missing {
            draw_box(fonts, choice, shape, size, (pen, y), frame, color, ink);
            pen += (shape.advance + gap(index)) * size;
            index += 1;
            continue;
        }
        let mut text = Text {
            face: shape.face,
            size: size * frame.scale,
            x: start.0,
            y: start.1,
            rotation: frame.degrees,
            stroked: fonts.needs_stroke(choice, shape.face),
            slanted: font.italic,
            color,
            text: String::with_capacity((shapes.len() - index) * 3),
            glyphs: Vec::with_capacity(shapes.len() - index),
        };
        while let Some(shape) = shapes.get(index).filter(|next| next.face == text.face && !next.missing) {
            let advance = shape.advance + gap(index);
            text.glyphs.push(PlacedGlyph { id: shape.id, start: text.text.len() as u32, advance });
            text.text.push(shape.character);
            pen += advance * size;
            index += 1;
        }
        ink.texts.push(text);
    }
    let double = font.underline && font.double_underline;
    for (wanted, offset) in [(font.underline, 0.13), (double, 0.23), (font.strike, -0.3)] {
        if wanted && pen > x {
            let (from, to) = (frame.at(x, y + offset * size), frame.at(pen, y + offset * size));
            ink.strokes.push(Stroke { from, to, width: size * 0.05 * frame.scale, line: Line::Thin, color });
        }
    }
}

#[expect(clippy::too_many_arguments, reason = "as its caller")]
fn draw_box(fonts: &FontSet, choice: Choice, shape: &Shape, size: f32, (x, y): (f32, f32), frame: Frame, color: Color, ink: &mut Ink<'_>) {
    let (left, right, top, bottom) = (x + 0.04 * size, x + (shape.advance - 0.04) * size, y - 0.68 * size, y + 0.04 * size);
    let corners = [(left, top), (right, top), (right, bottom), (left, bottom), (left, top)];
    for pair in corners.windows(2) {
        let (from, to) = (frame.at(pair[0].0, pair[0].1), frame.at(pair[1].0, pair[1].1));
        ink.strokes.push(Stroke { from, to, width: size * 0.04 * frame.scale, line: Line::Thin, color });
    }
    let label = code_point(shape.character);
    let letters = super::shape::shape(fonts, Choice { bold: false, ..choice }, &label, |_| {});
    // A face set without digits cannot name the character: the empty box still says that one is there.
    if letters.iter().all(|letter| !letter.missing) {
        draw_line(
            fonts,
            choice,
            &letters,
            size * BOX_TEXT,
            &[],
            (x + 0.1 * size, y - 0.18 * size),
            frame,
            &Font { color: Some(color), ..Font::default() },
            ink,
        );
    }
}
