//! Looks of a drawn workbook: fonts, fills, borders, number formats, colours of the theme.

use std::fmt::Write;

use super::conditional::Off;
use super::error::Feature;
use crate::form::condition::Differential;
use crate::form::model::{Align, Borders, Color, Edge, Font, Horizontal, Line, Style, StyleId, Vertical};
use crate::number_format::{self, Format};
use crate::ooxml::{self, Element, Theme};

/// The look table of a workbook: styles.xml and the theme's colours.
#[derive(Debug, Default)]
pub(super) struct Looks {
    /// By `s` of a cell.
    pub cells: Vec<Style>,
    /// The font of the normal style.
    pub normal: Font,
    /// By `dxfId`: what conditional formats change, and what they switch off; `None` for what cannot be carried.
    pub differentials: Vec<Option<(Differential, Off)>>,
    theme: Theme,
    indexed: Vec<Color>,
    /// By `s` of a cell: what of its look is not carried.
    lost: Vec<Vec<Feature>>,
}

impl Looks {
    pub fn read(styles: Option<&Element>, theme: Theme) -> Self {
        let mut looks = Self { theme, ..Self::default() };
        let Some(root) = styles else {
            looks.cells.push(Style::default());
            return looks;
        };
        if let Some(list) = root.child("colors").and_then(|colors| colors.child("indexedColors")) {
            looks.indexed = list.all("rgbColor").map(|color| color.attribute("rgb").and_then(hex).unwrap_or(Color(0, 0, 0))).collect();
        }
        let fonts: Vec<Font> = children(root, "fonts", "font").map(|font| looks.font(font, &Font::default())).collect();
        let fills: Vec<Option<Color>> = children(root, "fills", "fill").map(|fill| looks.fill(fill)).collect();
        let borders: Vec<Borders> = children(root, "borders", "border").map(|border| looks.borders(border)).collect();
        let formats: Vec<(u32, String)> = children(root, "numFmts", "numFmt")
            .filter_map(|format| Some((format.number("numFmtId")?, format.attribute("formatCode")?.to_owned())))
            .collect();
        let at = |element: &Element, name: &str| element.number::<usize>(name).unwrap_or(0);
        looks.cells = children(root, "cellXfs", "xf")
            .map(|xf| {
                let format = xf.number::<u32>("numFmtId").unwrap_or(0);
                Style {
                    font: fonts.get(at(xf, "fontId")).or(fonts.first()).cloned().unwrap_or_default(),
                    fill: fills.get(at(xf, "fillId")).copied().flatten(),
                    borders: borders.get(at(xf, "borderId")).copied().unwrap_or_default(),
                    align: xf.child("alignment").map(align).unwrap_or_default(),
                    number_format: formats
                        .iter()
                        .find(|(id, _)| *id == format)
                        .map_or_else(|| number_format::builtin_code(format).to_owned(), |(_, code)| code.clone()),
                    unconditional: None,
                }
            })
            .collect();
        let slanted: Vec<bool> = children(root, "borders", "border").map(diagonal).collect();
        let patterned: Vec<bool> = children(root, "fills", "fill").map(patterned).collect();
        let raised: Vec<bool> = children(root, "fonts", "font").map(raised).collect();
        let shaped: Vec<bool> = children(root, "fonts", "font").map(shaped).collect();
        let doubtful: Vec<bool> = looks.cells.iter().map(|style| !Format::parse(&style.number_format).doubts().is_empty()).collect();
        looks.lost = children(root, "cellXfs", "xf")
            .zip(doubtful)
            .map(|(xf, doubtful)| {
                let on = |flags: &[bool], name: &str| flags.get(at(xf, name)).copied().unwrap_or(false);
                let marks = [
                    (on(&slanted, "borderId"), Feature::DiagonalBorder),
                    (on(&patterned, "fillId"), Feature::Pattern),
                    (on(&raised, "fontId"), Feature::RaisedText),
                    (on(&shaped, "fontId"), Feature::ShapedText),
                    (doubtful, Feature::NumberFormat),
                ];
                marks.into_iter().filter_map(|(is, feature)| is.then_some(feature)).collect()
            })
            .collect();
        looks.differentials = children(root, "dxfs", "dxf").map(|look| looks.differential(look)).collect();
        let normal = children(root, "cellStyleXfs", "xf").next().map_or(0, |xf| at(xf, "fontId"));
        looks.normal = fonts.get(normal).or(fonts.first()).cloned().unwrap_or_default();
        if looks.cells.is_empty() {
            looks.cells.push(Style { font: looks.normal.clone(), ..Style::default() });
        }
        looks
    }

    /// What of a cell's look is not carried.
    pub fn lost(&self, style: StyleId) -> Vec<Feature> {
        self.lost.get(style.0 as usize).cloned().unwrap_or_default()
    }

    /// A font element, or the properties of a rich-text run (`rPr`), which leave out what `base` has.
    pub fn font(&self, element: &Element, base: &Font) -> Font {
        let on = |name: &str, base: bool| element.child(name).map_or(base, |flag| flag.flag("val").unwrap_or(true));
        let family = element.child("name").or_else(|| element.child("rFont")).and_then(|name| name.attribute("val"));
        Font {
            family: family.map_or_else(|| base.family.clone(), str::to_owned),
            size: element.child("sz").and_then(|size| size.length("val")).filter(|size| (1.0..=409.0).contains(size)).unwrap_or(base.size),
            bold: on("b", base.bold),
            italic: on("i", base.italic),
            underline: element.child("u").map_or(base.underline, |line| line.attribute("val") != Some("none")),
            double_underline: element
                .child("u")
                .map_or(base.double_underline, |line| line.attribute("val").is_some_and(|kind| kind.starts_with("double"))),
            strike: on("strike", base.strike),
            // Black is written as absent, so that the same look has one form.
            color: element.child("color").map_or(base.color, |color| self.color(color)).filter(|color| *color != Color(0, 0, 0)),
        }
    }

    /// A colour written out, of the theme or of the palette.
    pub fn color(&self, element: &Element) -> Option<Color> {
        let tint = element.length("tint").unwrap_or(0.0);
        let color = if let Some(rgb) = element.attribute("rgb") {
            hex(rgb)?
        } else if let Some(theme) = element.number::<usize>("theme") {
            self.of_theme(theme)?
        } else if let Some(index) = element.number::<usize>("indexed") {
            match self.indexed.get(index) {
                Some(color) => *color,
                None => indexed(index)?,
            }
        } else {
            return None;
        };
        Some(tinted(color, tint))
    }

    /// A colour of the theme by its number: the accents are 4 to 9.
    pub fn of_theme(&self, number: usize) -> Option<Color> {
        self.theme.color(number).map(|[red, green, blue]| Color(red, green, blue))
    }

    /// A header or footer with its colours of the theme (`&K04-024`: number 4, a quarter darker) as plain ones (`&K305496`).
    pub fn plain_colors(&self, band: &str) -> String {
        let mut out = String::with_capacity(band.len());
        let mut rest = band;
        while let Some(at) = rest.find('&') {
            let (before, code) = rest.split_at(at);
            out.push_str(before);
            let themed = code.get(..8).filter(|code| code.is_ascii() && code[1..2].eq_ignore_ascii_case("k"));
            let read = themed.and_then(|code| {
                let tint = f64::from(code[4..].parse::<i16>().ok().filter(|_| code[4..].starts_with(['+', '-']))?) / 100.0;
                Some(tinted(self.of_theme(code[2..4].parse().ok()?)?, tint))
            });
            if let Some(Color(red, green, blue)) = read {
                let _ = write!(out, "&K{red:02X}{green:02X}{blue:02X}");
                rest = &code[8..];
            } else {
                // The sign and what it says, so that a doubled one is not read twice.
                let taken = 1 + code[1..].chars().next().map_or(0, char::len_utf8);
                out.push_str(&code[..taken]);
                rest = &code[taken..];
            }
        }
        out + rest
    }

    fn fill(&self, element: &Element) -> Option<Color> {
        let pattern = element.child("patternFill")?;
        match pattern.attribute("patternType") {
            None | Some("none") => None,
            _ => pattern.child("fgColor").and_then(|color| self.color(color)),
        }
    }

    /// What a conditional format changes of a look (ECMA-376 part 1, 18.8.14).
    fn differential(&self, element: &Element) -> Option<(Differential, Off)> {
        let mut look = Differential::default();
        let mut off = Off::default();
        if let Some(font) = element.child("font") {
            let switch = |name: &str| font.child(name).map(|flag| flag.flag("val").unwrap_or(true));
            (look.bold, off.bold) = (switch("b") == Some(true), switch("b") == Some(false));
            (look.italic, off.italic) = (switch("i") == Some(true), switch("i") == Some(false));
            (look.strike, off.strike) = (switch("strike") == Some(true), switch("strike") == Some(false));
            let line = font.child("u").map(|line| line.attribute("val").unwrap_or("single"));
            off.underline = line == Some("none");
            look.underline = line.filter(|line| *line != "none").map(|line| line.starts_with("double"));
            look.color = font.child("color").and_then(|color| self.color(color));
            if raised(font) || shaped(font) || font.child("sz").is_some() || font.child("name").is_some() {
                return None;
            }
        }
        if let Some(fill) = element.child("fill") {
            if patterned(fill) {
                return None;
            }
            let pattern = fill.child("patternFill")?;
            // The ground of a plain one is its second colour, other than that of a cell.
            let color = pattern.child("bgColor").or_else(|| pattern.child("fgColor"));
            look.fill = color.and_then(|color| self.color(color));
        }
        if let Some(borders) = element.child("border") {
            if diagonal(borders) {
                return None;
            }
            look.borders = self.borders(borders);
        }
        let code = element.child("numFmt").map(|format| format.attribute("formatCode").unwrap_or_default().to_owned());
        if code.as_deref().is_some_and(|code| !Format::parse(code).doubts().is_empty()) {
            return None;
        }
        look.number_format = code;
        Some((look, off))
    }

    fn borders(&self, element: &Element) -> Borders {
        let edge = |names: [&str; 2]| {
            let side = names.iter().find_map(|name| element.child(name))?;
            let line = line(side.attribute("style")?)?;
            let color = side.child("color").and_then(|color| self.color(color)).filter(|color| *color != Color(0, 0, 0));
            Some(Edge { line, color })
        };
        Borders {
            left: edge(["left", "start"]),
            right: edge(["right", "end"]),
            top: edge(["top", "top"]),
            bottom: edge(["bottom", "bottom"]),
        }
    }
}

/// Superscript or subscript.
pub(super) fn raised(font: &Element) -> bool {
    font.child("vertAlign").and_then(|align| align.attribute("val")).is_some_and(|align| align != "baseline")
}

/// Outlined or with a shadow.
fn shaped(font: &Element) -> bool {
    ["outline", "shadow"].iter().any(|name| font.child(name).is_some_and(|flag| flag.flag("val").unwrap_or(true)))
}

fn diagonal(border: &Element) -> bool {
    let wanted = border.flag("diagonalUp") == Some(true) || border.flag("diagonalDown") == Some(true);
    wanted && border.child("diagonal").and_then(|side| side.attribute("style")).is_some_and(|style| style != "none")
}

/// Neither empty nor one colour. The format's own second fill (`gray125`) stands in every file and is used by no cell.
fn patterned(fill: &Element) -> bool {
    fill.child("gradientFill").is_some()
        || fill.child("patternFill").and_then(|fill| fill.attribute("patternType")).is_some_and(|kind| !matches!(kind, "none" | "solid"))
}

fn children<'a>(root: &'a Element, list: &str, item: &'a str) -> impl Iterator<Item = &'a Element> {
    root.child(list).into_iter().flat_map(move |list| list.all(item))
}

fn align(element: &Element) -> Align {
    let rotation = match element.number::<i16>("textRotation").unwrap_or(0) {
        255 => 255,
        degrees @ 0..=90 => degrees,
        // The file counts downward turns on from 90.
        degrees @ 91..=180 => 90 - degrees,
        _ => 0,
    };
    Align {
        horizontal: match element.attribute("horizontal") {
            Some("left") => Horizontal::Left,
            Some("center") => Horizontal::Center,
            Some("right") => Horizontal::Right,
            Some("fill") => Horizontal::Fill,
            Some("justify") => Horizontal::Justify,
            Some("centerContinuous") => Horizontal::CenterContinuous,
            Some("distributed") => Horizontal::Distributed,
            _ => Horizontal::General,
        },
        vertical: match element.attribute("vertical") {
            Some("top") => Vertical::Top,
            Some("center") => Vertical::Center,
            Some("justify") => Vertical::Justify,
            Some("distributed") => Vertical::Distributed,
            _ => Vertical::Bottom,
        },
        wrap: element.flag("wrapText").unwrap_or(false),
        shrink: element.flag("shrinkToFit").unwrap_or(false),
        indent: element.number("indent").unwrap_or(0),
        rotation,
    }
}

fn line(name: &str) -> Option<Line> {
    Some(match name {
        "hair" => Line::Hair,
        "thin" => Line::Thin,
        "medium" => Line::Medium,
        "thick" => Line::Thick,
        "double" => Line::Double,
        "dashed" => Line::Dashed,
        "dotted" => Line::Dotted,
        "dashDot" => Line::DashDot,
        "dashDotDot" => Line::DashDotDot,
        "mediumDashed" => Line::MediumDashed,
        "mediumDashDot" => Line::MediumDashDot,
        "mediumDashDotDot" => Line::MediumDashDotDot,
        "slantDashDot" => Line::SlantDashDot,
        _ => return None,
    })
}

pub(super) fn hex(text: &str) -> Option<Color> {
    let digits = text.get(text.len().checked_sub(6)?..)?;
    let value = u32::from_str_radix(digits, 16).ok()?;
    Some(Color((value >> 16) as u8, (value >> 8) as u8, value as u8))
}

fn tinted(color: Color, tint: f64) -> Color {
    let [red, green, blue] = ooxml::tinted([color.0, color.1, color.2], tint);
    Color(red, green, blue)
}

/// The default palette (ECMA-376 18.8.27), of which the first eight stand twice; 64 and up are the system's own, that is black lines on white.
fn indexed(index: usize) -> Option<Color> {
    number_format::palette(if index < 8 { index + 1 } else { index - 7 }).map(|ink| Color(ink.0, ink.1, ink.2))
}
