//! Boards in the page: pages as laid out, in tenths of a point, to be drawn as SVG when somebody asks for one.
//!
//! Two thousand boards as SVG would be a hundred megabytes. As numbers, packed one behind the other, each is a small part of
//! that: what one has, the next repeats. A browser unpacks them all when the first is opened.

use std::fmt::Write as _;
use std::io::{Read, Write as _};

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use flate2::Compression;
use flate2::read::ZlibDecoder;
use flate2::write::ZlibEncoder;
use serde_json::{Value, json};

use crate::font::FontSet;
use crate::form::model::{Color, Line};
use crate::layout::{Item, LaidOut, Page, Shape, Stroke, Text, tenth};

/// One board, packed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Board(Vec<u8>);

impl Board {
    /// Takes the pages of a laid-out form.
    pub fn new(laid: &LaidOut, fonts: &FontSet) -> Self {
        let pages: Vec<Value> = laid.pages.iter().map(|page| self::page(page, fonts)).collect();
        Self(packed(std::iter::once(Value::from(pages).to_string()), Compression::fast()))
    }

    fn text(&self) -> String {
        let mut text = String::new();
        // What was packed here comes out whole.
        let _ = ZlibDecoder::new(self.0.as_slice()).read_to_string(&mut text);
        text
    }
}

/// Boards by their branches' places, as the page holds them: an object of JSON, deflated (RFC 1950), in base64. Empty for none.
pub(super) fn all<'a>(boards: impl Iterator<Item = (usize, &'a Board)>) -> String {
    let mut boards = boards.peekable();
    if boards.peek().is_none() {
        return String::new();
    }
    let mut before = '{';
    let parts = boards.map(|(branch, board)| format!("{}\"{branch}\":{}", std::mem::replace(&mut before, ','), board.text()));
    BASE64_STANDARD.encode(packed(parts.chain(std::iter::once("}".to_owned())), Compression::default()))
}

fn packed(parts: impl Iterator<Item = String>, level: Compression) -> Vec<u8> {
    let mut packer = ZlibEncoder::new(Vec::new(), level);
    // Writing to memory does not fail.
    parts.for_each(|part| drop(packer.write_all(part.as_bytes())));
    packer.finish().unwrap_or_default()
}

fn ink(Color(red, green, blue): Color) -> String {
    format!("{red:02x}{green:02x}{blue:02x}")
}

/// `w` and `h`; `f` grounds: x, y, width, height, colour; `s` outlines and `l` lines by their look: colour, path, and of lines width
/// and dashes before it; `c` charts; `y` looks of texts: size, face, colour, switches, turn; `t` texts by row: baseline, then x, width, look,
/// text. What a board repeats of the one before is found within 32 kB only (RFC 1951), so each is kept well below that.
fn page(page: &Page, fonts: &FontSet) -> Value {
    let fills: Vec<Value> = page
        .fills
        .iter()
        .map(|fill| json!([tenth(fill.x), tenth(fill.y), tenth(fill.width), tenth(fill.height), ink(fill.color)]))
        .collect();
    let shapes: Vec<Value> = page.shapes.iter().map(|shape| json!([ink(shape.color), outline(shape)])).collect();
    let look = |one: &Stroke, other: &Stroke| (one.width, one.line, one.color) == (other.width, other.line, other.color);
    let lines: Vec<Value> = page
        .strokes
        .chunk_by(look)
        .map(|group| {
            let mut path = String::new();
            for Stroke { from, to, .. } in group {
                let _ = write!(path, "M{} {}L{} {}", tenth(from.0), tenth(from.1), tenth(to.0), tenth(to.1));
            }
            json!([tenth(group[0].width).max(1), dashes(group[0].line), ink(group[0].color), path])
        })
        .collect();
    let rows = page.rows.iter().map(|row| row.cells.iter().flat_map(|cell| &cell.texts).collect::<Vec<_>>());
    let mut looks: Vec<Value> = Vec::new();
    let rows = rows.chain([page.furniture.iter().collect()]);
    let texts: Vec<Value> = rows.flat_map(|row| of_row(&row, fonts, &mut looks)).collect();
    let charts: Vec<Value> = page.charts.iter().flat_map(|chart| &chart.items).map(item).collect();
    let mut texts = texts;
    for chart in &page.charts {
        texts.extend(of_row(&chart.texts.iter().collect::<Vec<_>>(), fonts, &mut looks));
    }
    json!({ "w": tenth(page.width), "h": tenth(page.height), "f": fills, "s": shapes, "l": lines, "c": charts, "y": looks, "t": texts })
}

/// A part of a chart: what it is, then as above.
fn item(item: &Item) -> Value {
    match item {
        Item::Fill(fill) => json!([0, tenth(fill.x), tenth(fill.y), tenth(fill.width), tenth(fill.height), ink(fill.color)]),
        Item::Shape(shape) => json!([1, ink(shape.color), outline(shape)]),
        Item::Stroke(line) => {
            let path = format!("M{} {}L{} {}", tenth(line.from.0), tenth(line.from.1), tenth(line.to.0), tenth(line.to.1));
            json!([2, tenth(line.width).max(1), ink(line.color), path])
        }
    }
}

fn outline(shape: &Shape) -> String {
    let mut path = String::new();
    for (at, (x, y)) in shape.corners.iter().enumerate() {
        let _ = write!(path, "{}{} {}", if at == 0 { 'M' } else { 'L' }, tenth(*x), tenth(*y));
    }
    path
}

/// The texts of a row, those of one baseline together.
fn of_row(texts: &[&Text], fonts: &FontSet, looks: &mut Vec<Value>) -> Vec<Value> {
    let mut line = |group: &[&Text]| {
        let mut line = vec![json!(tenth(group[0].y))];
        line.extend(group.iter().map(|text| {
            let face = fonts.faces().get(usize::from(text.face.0)).map_or("", |face| face.name.as_str());
            let switches = u8::from(text.stroked) + 2 * u8::from(text.slanted);
            let look = json!([tenth(text.size), face, ink(text.color), switches, text.rotation.round() as i32]);
            let at = looks.iter().position(|known| *known == look).unwrap_or_else(|| {
                looks.push(look);
                looks.len() - 1
            });
            json!([tenth(text.x), tenth(text.width()), at, text.text])
        }));
        Value::from(line)
    };
    texts.chunk_by(|one, other| tenth(one.y) == tenth(other.y)).map(&mut line).collect()
}

/// As a canvas draws them: a word of the page's.
fn dashes(line: Line) -> u8 {
    match line {
        Line::Thin | Line::Medium | Line::Thick | Line::Double => 0,
        Line::Hair | Line::Dotted => 1,
        Line::Dashed | Line::MediumDashed => 2,
        Line::DashDot | Line::MediumDashDot | Line::SlantDashDot | Line::DashDotDot | Line::MediumDashDotDot => 3,
    }
}

#[cfg(test)]
mod tests {
    use super::{Board, all};
    use crate::font::tests::bundled;
    use crate::layout::sample::{board, lay};

    #[test]
    fn boards_are_packed_and_come_out_whole() {
        let laid = lay(&board(40)).book;
        let one = Board::new(&laid, bundled());
        let pages: serde_json::Value = serde_json::from_str(&one.text()).expect("JSON");
        assert_eq!(pages.as_array().map(Vec::len), Some(laid.pages.len()));
        let texts = laid.pages.iter().flat_map(|page| &page.rows).flat_map(|row| &row.cells).flat_map(|cell| &cell.texts);
        assert!(texts.into_iter().all(|text| one.text().contains(&serde_json::json!(text.text).to_string())));
        let one_text = one.text();
        let many: Vec<Board> = vec![one; 50];
        let (single, whole) = (all(many.iter().take(1).enumerate()), all(many.iter().enumerate()));
        assert!(one_text.len() < 30_000, "{} bytes", one_text.len());
        assert!(whole.len() < single.len() * 5, "the same board fifty times: {} against {}", whole.len(), single.len());
        assert_eq!(all(std::iter::empty()), "");
    }
}
