//! Headers and footers: the format's codes become text on each page.

use chrono::{Datelike, NaiveDate};

use super::laid::{Length, POINT, Stroke, Text};
use super::paginate::Frame;
use super::place::{self, Ink};
use super::shape::{printable, shape};
use crate::font::FontSet;
use crate::form::model::{Color, Font, PageSetup};

/// What the codes stand for on one page.
pub(super) struct Codes<'a> {
    pub page: u32,
    pub pages: usize,
    pub sheet: &'a str,
}

/// A header with the run's date in place of `&D`, and without the time of day and the file's name, which differ
/// from one printing to the next.
pub(super) fn with_date(text: &str, date: NaiveDate, title: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text.chars();
    // A size code right before a digit would swallow it: `&9&D`.
    let mut after_size = false;
    while let Some(c) = rest.next() {
        if c != '&' {
            after_size &= c.is_ascii_digit();
            out.push(c);
            continue;
        }
        let spaced = std::mem::take(&mut after_size);
        match rest.next() {
            Some('D' | 'd') => {
                if spaced {
                    out.push(' ');
                }
                out.extend([date.year().to_string(), format!("/{}", date.month()), format!("/{}", date.day())]);
            }
            Some('T' | 't' | 'Z' | 'z' | 'G' | 'g') | None => {}
            Some('F' | 'f') => out.push_str(&title.replace('&', "&&")),
            Some('"') => {
                out.push_str("&\"");
                for quoted in rest.by_ref() {
                    out.push(quoted);
                    if quoted == '"' {
                        break;
                    }
                }
            }
            Some(other) => {
                after_size = other.is_ascii_digit();
                out.push('&');
                out.push(other);
            }
        }
    }
    out
}

struct Piece {
    text: String,
    font: Font,
}

#[derive(Clone, Copy, PartialEq)]
enum Section {
    Left,
    Center,
    Right,
}

// `&C&"宋体,常规"&9第&P页` as pieces by section.
fn parse(text: &str, codes: &Codes<'_>, normal: &Font) -> Vec<(Section, Vec<Piece>)> {
    let plain = || Font { family: normal.family.clone(), size: normal.size, ..Font::default() };
    let mut sections = Vec::new();
    let mut section = Section::Center;
    let mut font = plain();
    let mut pieces: Vec<Piece> = Vec::new();
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        let written = if c == '&' {
            match rest.next() {
                Some('&') => "&".to_owned(),
                Some(side @ ('L' | 'C' | 'R' | 'l' | 'c' | 'r')) => {
                    sections.push((section, std::mem::take(&mut pieces)));
                    font = plain();
                    section = match side.to_ascii_uppercase() {
                        'L' => Section::Left,
                        'C' => Section::Center,
                        _ => Section::Right,
                    };
                    continue;
                }
                Some('P' | 'p') => {
                    let mut page = i64::from(codes.page);
                    if let Some(sign) = rest.next_if(|c| matches!(c, '+' | '-')) {
                        let offset = number(&mut rest, 9).unwrap_or(0);
                        page += if sign == '+' { offset } else { -offset };
                    }
                    page.to_string()
                }
                Some('N' | 'n') => codes.pages.to_string(),
                Some('A' | 'a') => codes.sheet.to_owned(),
                Some('"') => {
                    let name: String = rest.by_ref().take_while(|c| *c != '"').collect();
                    let (family, style) = name.split_once(',').unwrap_or((&name, ""));
                    if !family.is_empty() && family != "-" {
                        family.clone_into(&mut font.family);
                    }
                    let style = style.to_lowercase();
                    font.bold = ["bold", "加粗", "粗体"].iter().any(|word| style.contains(word));
                    font.italic = ["italic", "倾斜", "斜体"].iter().any(|word| style.contains(word));
                    continue;
                }
                Some('B' | 'b') => {
                    font.bold = !font.bold;
                    continue;
                }
                Some('I' | 'i') => {
                    font.italic = !font.italic;
                    continue;
                }
                Some(line @ ('U' | 'u' | 'E' | 'e')) => {
                    font.underline = !font.underline;
                    font.double_underline = font.underline && line.eq_ignore_ascii_case(&'e');
                    continue;
                }
                Some('S' | 's') => {
                    font.strike = !font.strike;
                    continue;
                }
                Some('K' | 'k') => {
                    let digits: String = (0..6).map_while(|_| rest.next_if(char::is_ascii_hexdigit)).collect();
                    font.color = u32::from_str_radix(&digits, 16)
                        .ok()
                        .filter(|_| digits.len() == 6)
                        .map(|rgb| Color((rgb >> 16) as u8, (rgb >> 8) as u8, rgb as u8));
                    continue;
                }
                Some(digit) if digit.is_ascii_digit() => {
                    let first = i64::from(digit.to_digit(10).unwrap_or(0));
                    let size = (0..2)
                        .map_while(|_| rest.next_if(char::is_ascii_digit))
                        .fold(first, |sum, d| sum * 10 + i64::from(d.to_digit(10).unwrap_or(0)));
                    font.size = size.clamp(1, 409) as f64;
                    continue;
                }
                _ => continue,
            }
        } else {
            c.to_string()
        };
        match pieces.last_mut().filter(|piece| piece.font == font) {
            Some(piece) => piece.text.push_str(&written),
            None => pieces.push(Piece { text: written, font: font.clone() }),
        }
    }
    sections.push((section, pieces));
    sections.retain(|(_, pieces)| !pieces.is_empty());
    sections
}

fn number(rest: &mut std::iter::Peekable<std::str::Chars<'_>>, most: usize) -> Option<i64> {
    let digits: String = (0..most).map_while(|_| rest.next_if(char::is_ascii_digit)).collect();
    digits.parse().ok()
}

/// Draws a page's header and footer, letters at `scale`.
#[expect(clippy::too_many_arguments, reason = "one caller's state, told apart by the type of each")]
pub(super) fn draw(
    fonts: &FontSet,
    page: &PageSetup,
    frame: Frame,
    header: &str,
    footer: &str,
    codes: &Codes<'_>,
    normal: &Font,
    scale: f32,
    mut missing: impl FnMut(char),
) -> (Vec<Text>, Vec<Stroke>) {
    let (mut texts, mut strokes) = (Vec::new(), Vec::new());
    let points = |length: Length| length as f32 / POINT as f32;
    for (text, at_top) in [(header, true), (footer, false)] {
        for (section, pieces) in parse(text, codes, normal) {
            // Lines of pieces: a piece may hold line ends.
            let mut lines: Vec<Vec<(String, Font)>> = vec![Vec::new()];
            for piece in pieces {
                for (index, part) in printable(&piece.text).split('\n').enumerate() {
                    if index > 0 {
                        lines.push(Vec::new());
                    }
                    if let Some(line) = lines.last_mut() {
                        line.push((part.to_owned(), piece.font.clone()));
                    }
                }
            }
            let size = |font: &Font| super::block::font_size(font) * scale;
            let tall = |line: &Vec<(String, Font)>| {
                line.iter().map(|(_, font)| size(font) * fonts.line_height(fonts.choose(&font.family, font.bold))).fold(0.0, f32::max)
            };
            let heights: Vec<f32> = lines.iter().map(tall).collect();
            let total: f32 = heights.iter().sum();
            let margin = if at_top { page.margins.header } else { page.margins.footer };
            let margin = if margin.is_finite() { margin.clamp(0.0, 2000.0) as f32 } else { 0.0 };
            let mut y = if at_top { margin } else { points(frame.height) - margin - total };
            for (line, height) in lines.iter().zip(&heights) {
                let shaped: Vec<_> = line
                    .iter()
                    .map(|(text, font)| {
                        let choice = fonts.choose(&font.family, font.bold);
                        (choice, font, shape(fonts, choice, text, &mut missing))
                    })
                    .collect();
                let width: f32 =
                    shaped.iter().map(|(_, font, shapes)| size(font) * shapes.iter().map(|shape| shape.advance).sum::<f32>()).sum();
                let (left, right) = (points(frame.left), points(frame.width - frame.right));
                let mut x = match section {
                    Section::Left => left,
                    Section::Center => (left + right - width) / 2.0,
                    Section::Right => right - width,
                };
                for (choice, font, shapes) in &shaped {
                    let size = size(font);
                    let baseline = y + height / 2.0 + (fonts.baseline(*choice) - fonts.line_height(*choice) / 2.0) * size;
                    let whole = place::Frame { origin: (0.0, 0.0), degrees: 0.0, scale: 1.0 };
                    place::draw_line(
                        fonts,
                        *choice,
                        shapes,
                        size,
                        &[],
                        (x, baseline),
                        whole,
                        font,
                        &mut Ink { texts: &mut texts, strokes: &mut strokes },
                    );
                    x += size * shapes.iter().map(|shape| shape.advance).sum::<f32>();
                }
                y += height;
            }
        }
    }
    (texts, strokes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sections(text: &str) -> Vec<String> {
        let codes = Codes { page: 3, pages: 12, sheet: "表" };
        parse(text, &codes, &Font::default())
            .into_iter()
            .map(|(_, pieces)| {
                let shown: Vec<String> = pieces
                    .iter()
                    .map(|piece| {
                        format!("{}[{} {}{}]", piece.text, piece.font.family, piece.font.size, if piece.font.bold { " bold" } else { "" })
                    })
                    .collect();
                shown.concat()
            })
            .collect()
    }

    #[test]
    fn codes_are_read() {
        assert_eq!(
            sections("&L左&&&C&\"黑体,加粗\"&9第 &P 页，共 &N 页&R&A"),
            ["左&[宋体 11]", "第 3 页，共 12 页[黑体 9 bold]", "表[宋体 11]"]
        );
        assert_eq!(sections("中&P+2&"), ["中5[宋体 11]"]);
        assert_eq!(sections("&\"没有结束"), Vec::<String>::new());
    }

    #[test]
    fn the_date_is_the_runs() {
        let date = NaiveDate::from_ymd_opt(2026, 7, 5).unwrap();
        assert_eq!(with_date("&L&\"D&D\"&D &T&R&F", date, "甲&乙"), "&L&\"D&D\"2026/7/5 &R甲&&乙");
        assert_eq!(with_date("&9&D", date, ""), "&9 2026/7/5");
        assert_eq!(with_date("&12第&D", date, ""), "&12第2026/7/5");
    }
}
