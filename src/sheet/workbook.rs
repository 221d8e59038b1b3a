//! The parts of an xlsx package around the cells: which sheets there are and where, which styles are dates.

use quick_xml::events::BytesStart;

use super::colour::{Colour, Colours};
use super::conditional::Look;
use super::gather::Results;
use super::ink::Ink;
use super::rules::LookReader;
use super::style::{Formats, Style};
use super::{Limits, Refusal};
use crate::diag::Unreadable;
use crate::ooxml::xml::{self, Node};
use crate::ooxml::{Package, Theme};

/// One entry of the workbook's list of sheets that is a worksheet.
pub(super) struct Listed {
    pub(super) name: String,
    pub(super) hidden: bool,
    /// Name of the part that holds its cells.
    pub(super) part: String,
}

/// What the package says about itself.
pub(super) struct Workbook {
    pub(super) date_1904: bool,
    pub(super) sheets: Vec<Listed>,
    pub(super) strings: Option<String>,
    pub(super) styles: Option<String>,
    pub(super) theme: Theme,
    pub(super) modified: Option<String>,
    pub(super) returns: Option<String>,
    pub(super) results: Results,
    /// The package holds pictures that were put into cells.
    pub(super) pictures: bool,
}

impl Workbook {
    pub(super) fn of(package: &mut Package, limits: &Limits) -> Result<Self, Refusal> {
        let root = package.relations("")?;
        let named = |kind: &str, usual: &str| {
            let found = root.iter().find(|relation| relation.kind == kind).and_then(|relation| relation.part.clone());
            found.unwrap_or_else(|| usual.to_owned())
        };
        let main = named("officeDocument", "xl/workbook.xml");
        let (core, custom) = (named("core-properties", "docProps/core.xml"), named("custom-properties", "docProps/custom.xml"));
        let text = package.text(&main)?.ok_or_else(|| Refusal::unreadable(Unreadable::Missing, format!("{main} is missing")))?;
        let List { date_1904, sheets: listed, asks } = list(&main, &text)?;
        if listed.len() > limits.max_sheets {
            return Err(Refusal::too_large("sheets", limits.max_sheets));
        }
        let relations = package.relations(&main)?;
        let part_of = |kind: &str| relations.iter().find(|relation| relation.kind == kind).and_then(|relation| relation.part.clone());
        let mut sheets = Vec::new();
        for (name, hidden, id) in listed {
            let relation = relations.iter().find(|relation| relation.id == id);
            let relation =
                relation.ok_or_else(|| Refusal::unreadable(Unreadable::Missing, format!("sheet {name} is nowhere in the package")))?;
            // Chart sheets, dialog sheets and macro sheets hold nothing a branch reports.
            if relation.kind == "worksheet" {
                let part = relation
                    .part
                    .clone()
                    .ok_or_else(|| Refusal::unreadable(Unreadable::Missing, format!("sheet {name} lies outside the file")))?;
                sheets.push(Listed { name, hidden, part });
            }
        }
        // A broken property part takes nothing from the scores: it is passed over.
        let mut property = |part: &str| package.text(part).ok().flatten();
        let modified = property(&core).and_then(|text| xml::first_text(&text, "modified"));
        let returns = property(&custom).and_then(|text| custom_property(&text, "scorebook.returns"));
        let program = property(&named("extended-properties", "docProps/app.xml")).and_then(|text| xml::first_text(&text, "Application"));
        let results = match program {
            _ if asks => Results::Never,
            Some(program) if cannot_calculate(&program) && part_of("calcChain").is_none() => Results::Doubtful,
            _ => Results::Calculated,
        };
        let pictures =
            property("xl/richData/rdrichvaluestructure.xml").is_some_and(|text| text.contains("_localImage") || text.contains("_webimage"));
        let theme = part_of("theme").and_then(|part| property(&part)).map(|text| Theme::read(&text)).unwrap_or_default();
        let (strings, styles) = (part_of("sharedStrings"), part_of("styles"));
        Ok(Self { date_1904, sheets, strings, styles, theme, modified, returns, results, pictures })
    }
}

/// Programs that write formulas and cannot calculate, by what they call themselves.
fn cannot_calculate(program: &str) -> bool {
    let program = program.to_ascii_lowercase();
    ["openpyxl", "sheetjs", "excelize", "poi", "npoi", "xlsxwriter", "exceljs", "odfpy", "phpexcel"]
        .iter()
        .any(|name| program.contains(name))
}

/// Name, hidden, relation id.
type Entry = (String, bool, String);

/// What the workbook's part says.
#[derive(Default)]
struct List {
    date_1904: bool,
    sheets: Vec<Entry>,
    /// All formulas are to be calculated when the file is opened: what is stored is not their result.
    asks: bool,
}

fn list(part: &str, text: &str) -> Result<List, Refusal> {
    let List { mut date_1904, mut sheets, mut asks } = List::default();
    xml::walk(part, text, |node| -> Result<(), Refusal> {
        match node {
            Node::Open("workbookPr", tag) => date_1904 |= xml::attribute(tag, "date1904").is_some_and(|v| v == "1" || v == "true"),
            // ECMA-376 part 1, 18.2.2.
            Node::Open("calcPr", tag) => {
                let says = |name, words: [&str; 2]| xml::attribute(tag, name).is_some_and(|value| words.contains(&value.as_str()));
                asks |= says("fullCalcOnLoad", ["1", "true"]) || says("calcCompleted", ["0", "false"]);
            }
            Node::Open("sheet", tag) => {
                let hidden = xml::attribute(tag, "state").is_some_and(|state| state != "visible");
                let said = |name| {
                    xml::attribute(tag, name)
                        .ok_or_else(|| Refusal::unreadable(Unreadable::Content, format!("{part}: a sheet has no {name}")))
                };
                sheets.push((said("name")?, hidden, said("id")?));
            }
            _ => {}
        }
        Ok(())
    })?;
    Ok(List { date_1904, sheets, asks })
}

/// `<property name="scorebook.returns"><vt:lpwstr>a.zip!/b.xlsx</vt:lpwstr></property>`
pub(super) fn custom_property(text: &str, wanted: &str) -> Option<String> {
    xml::text_where(text, "property", |tag| xml::attribute(tag, "name").as_deref() == Some(wanted))
}

/// Every cell style (`cellXfs`), by its number format, and what its letters are written with; the looks of conditional formats
/// (`dxfs`).
pub(super) fn styles(part: &str, text: &str, date_1904: bool, colours: &mut Colours) -> Result<(Vec<Style>, Vec<Look>), Refusal> {
    colours.palette = palette(part, text)?;
    let colours = &*colours;
    let (mut formats, mut ids, mut within) = (Formats::new(date_1904), Vec::new(), String::new());
    let mut looks: Vec<LookReader> = Vec::new();
    let (mut inks, mut grounds, mut xfs, mut solid) = (Vec::<Ink>::new(), Vec::new(), Vec::new(), false);
    xml::walk(part, text, |node| -> Result<(), Refusal> {
        match node {
            Node::Open("dxf", _) if within == "dxfs" => looks.push(LookReader::default()),
            Node::Close("dxfs") => within.clear(),
            Node::Open(name, tag) if within == "dxfs" => last(&mut looks, |look| look.opens(name, tag, colours)),
            Node::Close(name) if within == "dxfs" => last(&mut looks, |look| look.closes(name)),
            Node::Open("numFmt", tag) => {
                if let (Some(id), Some(code)) = (number(tag, "numFmtId"), xml::attribute(tag, "formatCode")) {
                    formats.define(id, code);
                }
            }
            Node::Open(name @ ("fonts" | "fills" | "cellXfs" | "dxfs"), _) => name.clone_into(&mut within),
            Node::Close("fonts" | "fills" | "cellXfs") => within.clear(),
            Node::Open(name, tag) => match (within.as_str(), name) {
                ("cellXfs", "xf") => {
                    ids.push(number(tag, "numFmtId").unwrap_or(0));
                    xfs.push((number(tag, "fontId").unwrap_or(0) as usize, number(tag, "fillId").unwrap_or(0) as usize));
                }
                ("fonts", "font") => inks.push(Ink::default()),
                ("fonts", "color") => last(&mut inks, |ink| ink.colour = colour(tag, colours)),
                ("fonts", "strike") => last(&mut inks, |ink| ink.struck = says(tag)),
                ("fonts", "sz") => {
                    let points = xml::attribute(tag, "val").and_then(|points| points.trim().parse().ok());
                    last(&mut inks, |ink| ink.points = points);
                }
                ("fills", "fill") => grounds.push(Colour::WHITE),
                ("fills", "patternFill" | "gradientFill") => {
                    // A solid fill has its colour inside; what another pattern comes to is not worked out.
                    let none = xml::attribute(tag, "patternType").is_none_or(|kind| kind == "none") && name == "patternFill";
                    last(&mut grounds, |ground| *ground = if none { Colour::WHITE } else { Colour::Unknown });
                    solid = xml::attribute(tag, "patternType").is_some_and(|kind| kind == "solid");
                }
                ("fills", "fgColor") if solid => last(&mut grounds, |ground| *ground = colour(tag, colours)),
                _ => {}
            },
            _ => {}
        }
        Ok(())
    })?;
    let ink = |(font, fill): (usize, usize)| {
        let ink = inks.get(font).copied().unwrap_or_default();
        Ink { ground: grounds.get(fill).copied().unwrap_or(Colour::WHITE), ..ink }
    };
    let styles = formats.styles(ids).into_iter().zip(xfs).map(|(style, xf)| style.in_ink(ink(xf))).collect();
    Ok((styles, looks.into_iter().map(|reader| reader.look).collect()))
}

/// The workbook's own palette, which stands behind the styles that name its numbers (18.8.27).
fn palette(part: &str, text: &str) -> Result<Vec<[u8; 3]>, Refusal> {
    let mut palette = Vec::new();
    if text.contains("indexedColors") {
        xml::walk(part, text, |node| -> Result<(), Refusal> {
            if let Node::Open("rgbColor", tag) = node {
                let Colour::Is(rgb) = Colour::named(&xml::attribute(tag, "rgb").unwrap_or_default()) else { return Ok(()) };
                palette.push(rgb);
            }
            Ok(())
        })?;
    }
    Ok(palette)
}

/// True for a property that is there, unless it says that it is off (18.8.29).
pub(super) fn says(tag: &BytesStart) -> bool {
    xml::attribute(tag, "val").is_none_or(|value| !matches!(value.as_str(), "0" | "false"))
}

fn last<T>(all: &mut [T], change: impl FnOnce(&mut T)) {
    if let Some(one) = all.last_mut() {
        change(one);
    }
}

/// `<color rgb="FFFFFFFF"/>`, `indexed="9"`, `theme="0" tint="-0.05"`, `auto="1"` (18.8.3).
pub(super) fn colour(tag: &BytesStart, colours: &Colours) -> Colour {
    let said = |name| xml::attribute(tag, name);
    if let Some(rgb) = said("rgb") {
        return Colour::named(&rgb);
    }
    let tint = said("tint").and_then(|tint| tint.trim().parse().ok()).unwrap_or(0.0);
    match (number(tag, "theme"), number(tag, "indexed")) {
        (Some(theme), _) => colours.of_theme(theme, tint),
        (None, Some(index)) => colours.indexed(index),
        (None, None) if said("auto").is_some() => Colour::Automatic,
        (None, None) => Colour::Unknown,
    }
}

fn number(tag: &BytesStart, name: &str) -> Option<u32> {
    xml::attribute(tag, name)?.trim().parse().ok()
}
