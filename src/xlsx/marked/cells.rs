//! A worksheet's part: marked cells get another style, missing ones are put in.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::Level;
use super::package::RELATIONS;
use super::styles::Styles;
use crate::diag::CellRef;
use crate::ooxml::{Edits, Kind, Tag, escaped, tags};

/// How a cell is marked, and what is written into it where it is one of an added row.
#[derive(Clone, Debug)]
pub struct Ground {
    pub level: Option<Level>,
    pub as_text: bool,
    pub text: Option<String>,
}

/// `<c r="A9" s="4"><v>7</v></c>`
fn cell(prefix: &str, at: CellRef, style: usize, text: Option<&str>) -> String {
    match text {
        None => format!("<{prefix}c r=\"{at}\" s=\"{style}\"/>"),
        Some(text) if text.len() < 10 && text.parse::<u32>().is_ok_and(|number| number.to_string() == text) => {
            format!("<{prefix}c r=\"{at}\" s=\"{style}\"><{prefix}v>{text}</{prefix}v></{prefix}c>")
        }
        Some(text) => format!(
            "<{prefix}c r=\"{at}\" s=\"{style}\" t=\"inlineStr\"><{prefix}is><{prefix}t>{}</{prefix}t></{prefix}is></{prefix}c>",
            escaped(text)
        ),
    }
}

/// Elements that stand behind `legacyDrawing` (ECMA-376 part 1, 18.3.1.99).
const BEHIND: [&str; 8] = ["legacyDrawingHF", "drawingHF", "picture", "oleObjects", "controls", "webPublishItems", "tableParts", "extLst"];

/// The worksheet with its cells marked; none where it is not written as usual.
pub fn mark(xml: &str, marks: &BTreeMap<CellRef, Ground>, styles: &mut Styles) -> Option<String> {
    let mut edits = Edits::default();
    let mut columns: Vec<(u32, u32, usize)> = Vec::new();
    let mut left = marks.clone();
    let mut row: Option<Row> = None;
    let mut inside = false;
    // Styles of the last row that has any: rows that are added below look like it.
    let mut above: BTreeMap<u16, usize> = BTreeMap::new();
    for tag in tags(xml) {
        match (tag.name, tag.kind) {
            ("col", Kind::Open | Kind::Empty) if !inside => {
                let number = |name: &str| tag.get(name).and_then(|value| value.parse().ok());
                if let (Some(min), Some(max), Some(style)) = (number("min"), number("max"), number("style")) {
                    columns.push((min, max, style as usize));
                }
            }
            ("sheetView", Kind::Open | Kind::Empty) if tag.get("tabSelected").is_some() => {
                edits.replace(tag.whole.clone(), tag.with("tabSelected", "0"));
            }
            ("sheetData", Kind::Open) => inside = true,
            ("sheetData", Kind::Empty) => {
                let rows = new_rows(&mut left, u32::MAX, tag.prefix, &columns, &above, styles);
                edits.replace(tag.whole.clone(), format!("<{}>{rows}</{}sheetData>", tag.text.trim_end(), tag.prefix));
            }
            ("sheetData", Kind::Close) => {
                inside = false;
                edits.insert(tag.whole.start, new_rows(&mut left, u32::MAX, tag.prefix, &columns, &above, styles));
            }
            ("row", Kind::Open | Kind::Empty) if inside => {
                let index = tag.get("r")?.trim().parse::<u32>().ok()?.checked_sub(1)?;
                edits.insert(tag.whole.start, new_rows(&mut left, index, tag.prefix, &columns, &above, styles));
                let style = tag.get("customFormat").filter(|own| own == "1" || own == "true").and_then(|_| tag.get("s")?.parse().ok());
                let begun = Row { index, style, added: false };
                if tag.kind == Kind::Empty {
                    let cells = new_cells(&mut left, &begun, u16::MAX, tag.prefix, &columns, &above, styles);
                    if !cells.is_empty() {
                        edits.replace(tag.whole.clone(), format!("<{}>{cells}</{}row>", tag.text.trim_end(), tag.prefix));
                    }
                } else {
                    row = Some(begun);
                }
            }
            ("row", Kind::Close) if inside => {
                let row = row.take()?;
                edits.insert(tag.whole.start, new_cells(&mut left, &row, u16::MAX, tag.prefix, &columns, &above, styles));
            }
            ("c", Kind::Open | Kind::Empty) if inside => {
                let row = row.as_ref()?;
                let column = column_of(&tag, row.index)?;
                edits.insert(tag.whole.start, new_cells(&mut left, row, column, tag.prefix, &columns, &above, styles));
                let base: usize = tag.get("s").map_or(Some(0), |style| style.trim().parse().ok())?;
                let ground = left.remove(&CellRef { row: row.index, column });
                let style = styles.marked(base, ground.as_ref().and_then(|one| one.level), ground.as_ref().is_some_and(|one| one.as_text));
                above.insert(column, base);
                if let Some(text) = ground.and_then(|ground| ground.text) {
                    // What stands there may be a formula that shows nothing.
                    let close = if tag.kind == Kind::Open { format!("</{}c>", tag.prefix) } else { String::new() };
                    if !xml[tag.whole.end..].starts_with(&close) {
                        return None;
                    }
                    let whole = tag.whole.start..tag.whole.end + close.len();
                    edits.replace(whole, cell(tag.prefix, CellRef { row: row.index, column }, style, Some(&text)));
                } else if style != base {
                    edits.replace(tag.whole.clone(), tag.with("s", &style.to_string()));
                }
            }
            _ => {}
        }
    }
    left.is_empty().then(|| edits.apply(xml))
}

struct Row {
    /// Zero-based.
    index: u32,
    /// Style of its cells that are not there.
    style: Option<usize>,
    /// It is one of those that are added.
    added: bool,
}

/// Zero-based column of a cell; none where the cell does not name itself or names another row.
fn column_of(tag: &Tag<'_>, row: u32) -> Option<u16> {
    CellRef::parse(&tag.get("r")?).filter(|cell| cell.row == row).map(|cell| cell.column)
}

/// Marked cells of rows above `before` that are not there.
fn new_rows(
    left: &mut BTreeMap<CellRef, Ground>,
    before: u32,
    prefix: &str,
    columns: &[(u32, u32, usize)],
    above: &BTreeMap<u16, usize>,
    styles: &mut Styles,
) -> String {
    let mut out = String::new();
    while let Some((cell, _)) = left.first_key_value().filter(|(cell, _)| cell.row < before) {
        let row = Row {
            index: cell.row,
            style: None,
            added: left.range(*cell..).take_while(|(own, _)| own.row == cell.row).any(|(_, ground)| ground.text.is_some()),
        };
        let cells = new_cells(left, &row, u16::MAX, prefix, columns, above, styles);
        let _ = write!(out, "<{prefix}row r=\"{}\">{cells}</{prefix}row>", row.index + 1);
    }
    out
}

/// Marked cells of a row left of `before` that are not there.
fn new_cells(
    left: &mut BTreeMap<CellRef, Ground>,
    row: &Row,
    before: u16,
    prefix: &str,
    columns: &[(u32, u32, usize)],
    above: &BTreeMap<u16, usize>,
    styles: &mut Styles,
) -> String {
    let mut out = String::new();
    while let Some(entry) = left.first_entry().filter(|entry| entry.key().row == row.index && entry.key().column < before) {
        let (at, ground) = entry.remove_entry();
        let column = u32::from(at.column) + 1;
        let of_column = columns.iter().find(|(min, max, _)| (*min..=*max).contains(&column)).map(|(_, _, style)| *style);
        let like = above.get(&at.column).copied().filter(|_| row.added);
        let style = styles.marked(like.or(row.style).or(of_column).unwrap_or(0), ground.level, ground.as_text);
        out.push_str(&cell(prefix, at, style, ground.text.as_deref()));
    }
    out
}

/// The worksheet with its notes' drawing named, unless it names one.
pub fn with_drawing(xml: &str, id: &str) -> Option<String> {
    let mut depth = 0usize;
    for tag in tags(xml) {
        if depth == 1 && (tag.kind == Kind::Close || BEHIND.contains(&tag.name)) {
            let mut edits = Edits::default();
            edits.insert(tag.whole.start, format!("<{}legacyDrawing xmlns:r=\"{RELATIONS}\" r:id=\"{id}\"/>", tag.prefix));
            return Some(edits.apply(xml));
        }
        match tag.kind {
            Kind::Open => depth += 1,
            Kind::Close => depth = depth.checked_sub(1)?,
            Kind::Empty => {}
        }
    }
    None
}
