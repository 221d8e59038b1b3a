//! A worksheet's part: marked cells get another style, missing ones are put in.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::Level;
use super::package::RELATIONS;
use super::styles::Styles;
use crate::diag::CellRef;
use crate::ooxml::{Edits, Kind, Tag, tags};

/// How a cell is marked.
#[derive(Clone, Copy, Debug)]
pub struct Ground {
    pub level: Level,
    pub as_text: bool,
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
                let rows = new_rows(&mut left, u32::MAX, tag.prefix, &columns, styles);
                edits.replace(tag.whole.clone(), format!("<{}>{rows}</{}sheetData>", tag.text.trim_end(), tag.prefix));
            }
            ("sheetData", Kind::Close) => {
                inside = false;
                edits.insert(tag.whole.start, new_rows(&mut left, u32::MAX, tag.prefix, &columns, styles));
            }
            ("row", Kind::Open | Kind::Empty) if inside => {
                let index = tag.get("r")?.trim().parse::<u32>().ok()?.checked_sub(1)?;
                edits.insert(tag.whole.start, new_rows(&mut left, index, tag.prefix, &columns, styles));
                let style = tag.get("customFormat").filter(|own| own == "1" || own == "true").and_then(|_| tag.get("s")?.parse().ok());
                let begun = Row { index, style };
                if tag.kind == Kind::Empty {
                    let cells = new_cells(&mut left, &begun, u16::MAX, tag.prefix, &columns, styles);
                    if !cells.is_empty() {
                        edits.replace(tag.whole.clone(), format!("<{}>{cells}</{}row>", tag.text.trim_end(), tag.prefix));
                    }
                } else {
                    row = Some(begun);
                }
            }
            ("row", Kind::Close) if inside => {
                let row = row.take()?;
                edits.insert(tag.whole.start, new_cells(&mut left, &row, u16::MAX, tag.prefix, &columns, styles));
            }
            ("c", Kind::Open | Kind::Empty) if inside => {
                let row = row.as_ref()?;
                let column = column_of(&tag, row.index)?;
                edits.insert(tag.whole.start, new_cells(&mut left, row, column, tag.prefix, &columns, styles));
                let base: usize = tag.get("s").map_or(Some(0), |style| style.trim().parse().ok())?;
                let ground = left.remove(&CellRef { row: row.index, column });
                let style = styles.marked(base, ground.map(|ground| ground.level), ground.is_some_and(|ground| ground.as_text));
                if style != base {
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
}

/// Zero-based column of a cell; none where the cell does not name itself or names another row.
fn column_of(tag: &Tag<'_>, row: u32) -> Option<u16> {
    CellRef::parse(&tag.get("r")?).filter(|cell| cell.row == row).map(|cell| cell.column)
}

/// Marked cells of rows above `before` that are not there.
fn new_rows(left: &mut BTreeMap<CellRef, Ground>, before: u32, prefix: &str, columns: &[(u32, u32, usize)], styles: &mut Styles) -> String {
    let mut out = String::new();
    while let Some((cell, _)) = left.first_key_value().filter(|(cell, _)| cell.row < before) {
        let row = Row { index: cell.row, style: None };
        let cells = new_cells(left, &row, u16::MAX, prefix, columns, styles);
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
    styles: &mut Styles,
) -> String {
    let mut out = String::new();
    while let Some((cell, ground)) =
        left.first_key_value().map(|(cell, ground)| (*cell, *ground)).filter(|(cell, _)| cell.row == row.index && cell.column < before)
    {
        left.remove(&cell);
        let column = u32::from(cell.column) + 1;
        let of_column = columns.iter().find(|(min, max, _)| (*min..=*max).contains(&column)).map(|(_, _, style)| *style);
        let style = styles.marked(row.style.or(of_column).unwrap_or(0), Some(ground.level), ground.as_text);
        let _ = write!(out, "<{prefix}c r=\"{cell}\" s=\"{style}\"/>");
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
