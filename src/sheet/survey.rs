//! One pass over a worksheet's XML before calamine reads it: what calamine would take wrongly or not tell.
//!
//! ```text
//! <cols><col min="4" max="4" hidden="1"/></cols>          hidden column D
//! <row r="7" hidden="1"><c r="B7" t="s"><v>-1</v></c>     hidden row 7; a text that is not there
//! <c r="C7" t="e"><v>#SPILL!</v></c>                      an error calamine does not know: the sheet would fail
//! ```

use super::book::{Area, Sheet};
use super::{Limits, Refusal};
use crate::diag::Unreadable;

/// What one worksheet or string table hides.
#[derive(Default)]
pub(super) struct Survey {
    rows: Vec<u32>,
    columns: Vec<(u32, u32)>,
    /// Merged areas of more than one row.
    pub(super) merged: Vec<Area>,
    edits: Vec<(std::ops::Range<usize>, String)>,
}

/// Errors calamine knows (its `CellErrorType`).
const KNOWN_ERRORS: [&str; 7] = ["#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!"];

/// Text between two tags, and a tag: calamine holds each in memory whole.
const LONGEST_NODE: usize = 1 << 20;

impl Survey {
    /// Looks at a worksheet, or at the string table, where only lengths and CDATA matter.
    pub(super) fn of(xml: &str, limits: &Limits) -> Result<Self, Refusal> {
        let bytes = xml.as_bytes();
        let mut survey = Self::default();
        // The kind of the cell being read, and where its `t` stands.
        let mut kind: Option<(u8, std::ops::Range<usize>)> = None;
        let (mut at, mut row, mut strings) = (0, 0u32, 0);
        while let Some(open) = find(bytes, at, b'<') {
            if open - at > LONGEST_NODE {
                return Err(Refusal::too_large("text", LONGEST_NODE));
            }
            if bytes[open..].starts_with(b"<![CDATA[") {
                let end = xml[open..].find("]]>").map_or(bytes.len(), |end| open + end);
                let text = quick_xml::escape::escape(&xml[open + 9..end]).into_owned();
                at = (end + 3).min(bytes.len());
                survey.edits.push((open..at, text));
                continue;
            }
            let Some(close) = find(bytes, open, b'>') else { break };
            if close - open > LONGEST_NODE {
                return Err(Refusal::too_large("text", LONGEST_NODE));
            }
            at = close + 1;
            // Half of all tags close something, which is never of interest.
            if bytes[open + 1] == b'/' {
                continue;
            }
            let tag = &xml[open + 1..close];
            match local_name(tag) {
                "c" => {
                    if let Some(name) = attribute(tag, "r").map(|r| &tag[r])
                        && !is_cell_name(name.as_bytes())
                    {
                        return Err(Refusal::unreadable(Unreadable::Content, format!("row {row}: a cell is named {name}")));
                    }
                    kind = attribute(tag, "t").filter(|t| matches!(&tag[t.clone()], "s" | "e")).map(|t| {
                        let first = tag.as_bytes()[t.start];
                        (first, open + 1 + t.start..open + 1 + t.end)
                    });
                }
                "v" if !tag.ends_with('/') => {
                    if let Some((kind, place)) = kind.take() {
                        let end = find(bytes, at, b'<').unwrap_or(bytes.len());
                        survey.value(kind, place, at..end, xml, row)?;
                    }
                }
                // calamine takes the one end from the other.
                "f" => {
                    if let Some(range) = attribute(tag, "ref").map(|range| &tag[range])
                        && !rises(range)
                    {
                        return Err(Refusal::unreadable(Unreadable::Content, format!("row {row}: a formula is shared by {range}")));
                    }
                }
                // Every string of the table costs memory, wanted or not.
                "si" => {
                    strings += 1;
                    if strings > limits.max_cells {
                        return Err(Refusal::too_large("cells", limits.max_cells));
                    }
                }
                "row" => {
                    row = match attribute(tag, "r") {
                        None => row + 1,
                        // The last row there can be; calamine counts on from it.
                        Some(r) => tag[r.clone()]
                            .trim()
                            .parse()
                            .ok()
                            .filter(|row| (1..=1_048_576).contains(row))
                            .ok_or_else(|| Refusal::unreadable(Unreadable::Content, format!("a row is numbered {}", &tag[r])))?,
                    };
                    if truth(tag, "hidden") {
                        survey.rows.push(row.saturating_sub(1));
                    }
                }
                "col" if truth(tag, "hidden") => {
                    if let (Some(min), Some(max)) = (number(tag, "min"), number(tag, "max")) {
                        survey.columns.push((min.saturating_sub(1), max.saturating_sub(1)));
                    }
                }
                "mergeCell" if survey.merged.len() < Area::MOST => {
                    survey.merged.extend(attribute(tag, "ref").and_then(|area| Area::parse(&tag[area])));
                }
                // calamine reserves as many strings unseen; without the attribute it counts for itself.
                "sst" => {
                    if let Some(count) = attribute(tag, "uniqueCount") {
                        survey.edits.push((open + 1 + count.start..open + 1 + count.end, "0".to_owned()));
                    }
                }
                // A wrong one fails calamine, and a right one tells nothing.
                "dimension" => survey.edits.push((open..at, String::new())),
                _ => {}
            }
        }
        Ok(survey)
    }

    fn value(
        &mut self,
        kind: u8,
        place: std::ops::Range<usize>,
        value: std::ops::Range<usize>,
        xml: &str,
        row: u32,
    ) -> Result<(), Refusal> {
        let text = &xml[value.clone()];
        if kind == b's' {
            // calamine reads "-1" and "x" as the first string.
            if !text.trim().bytes().all(|digit| digit.is_ascii_digit()) {
                return Err(Refusal::unreadable(Unreadable::Content, format!("row {row}: refers to text {text}")));
            }
        } else if !KNOWN_ERRORS.contains(&text) {
            self.edits.push((place, "str".to_owned()));
            if !is_error(text) {
                self.edits.push((value, "#UNKNOWN!".to_owned()));
            }
        }
        Ok(())
    }

    /// The XML with what calamine would stumble over put right, in pieces: a copy of the whole would cost as much again.
    pub(super) fn repaired<'a>(&'a self, xml: &'a str) -> impl Iterator<Item = &'a str> {
        let starts = std::iter::once(0).chain(self.edits.iter().map(|(range, _)| range.end));
        let ends = self.edits.iter().map(|(range, _)| range.start).chain([xml.len()]);
        let texts = self.edits.iter().map(|(_, text)| text.as_str()).chain([""]);
        starts.zip(ends).zip(texts).flat_map(|((start, end), text)| [&xml[start..end], text])
    }

    /// True where a cell of the sheet stands in a hidden row or column.
    pub(super) fn hides(&self, sheet: &Sheet) -> bool {
        if self.rows.is_empty() && self.columns.is_empty() {
            return false;
        }
        let hidden = |column: u16| self.columns.iter().any(|&(min, max)| (min..=max).contains(&u32::from(column)));
        sheet.rows.iter().any(|row| self.rows.contains(&row.index) || row.cells.iter().any(|cell| hidden(cell.column)))
    }
}

/// Shaped like an error value: `#SPILL!`, `#NAME?`, `#N/A`.
pub(super) fn is_error(text: &str) -> bool {
    let shaped = text.starts_with('#') && (text.ends_with('!') || text.ends_with('?') || text == "#N/A" || text == "#GETTING_DATA");
    shaped && text.len() <= 16 && text.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b"#!?/_".contains(&b))
}

/// A tag's name without its prefix: `c` of `x:c r="A1"/`.
fn local_name(tag: &str) -> &str {
    let bytes = tag.as_bytes();
    let end = bytes.iter().position(|byte| matches!(byte, b' ' | b'/' | b'\t' | b'\r' | b'\n')).unwrap_or(bytes.len());
    let start = bytes[..end].iter().rposition(|&byte| byte == b':').map_or(0, |colon| colon + 1);
    &tag[start..end]
}

fn find(bytes: &[u8], from: usize, wanted: u8) -> Option<usize> {
    Some(from + memchr::memchr(wanted, bytes.get(from..)?)?)
}

/// Where the value of an attribute stands in a tag. By hand, for it is asked of every cell.
fn attribute(tag: &str, name: &str) -> Option<std::ops::Range<usize>> {
    let bytes = tag.as_bytes();
    let mut at = 0;
    loop {
        let equals = find(bytes, at, b'=')?;
        let start = equals + 1 + bytes[equals + 1..].iter().position(|byte| !byte.is_ascii_whitespace())?;
        let quote = *bytes.get(start).filter(|quote| matches!(quote, b'"' | b'\''))?;
        let end = find(bytes, start + 1, quote)?;
        let before = bytes[at..equals].trim_ascii_end();
        let long = before.len() > name.len() && before[before.len() - name.len() - 1].is_ascii_whitespace();
        if long && before.ends_with(name.as_bytes()) {
            return Some(start + 1..end);
        }
        at = end + 1;
    }
}

/// Three letters and seven digits at most: calamine counts longer ones round and past the end.
fn is_cell_name(name: &[u8]) -> bool {
    let letters = name.iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
    let digits = &name[letters..];
    (1..=3).contains(&letters) && (1..=7).contains(&digits.len()) && digits.iter().all(u8::is_ascii_digit)
}

/// `B2:D7`, or one cell: the first is not behind the last.
fn rises(range: &str) -> bool {
    let place = |name: &str| {
        let (letters, digits) = name.split_at(name.bytes().take_while(u8::is_ascii_alphabetic).count());
        is_cell_name(name.as_bytes()).then(|| ((letters.len(), letters.to_ascii_uppercase()), digits.parse::<u32>().unwrap_or(0)))
    };
    let (first, last) = range.split_once(':').unwrap_or((range, range));
    // What is no cell's name calamine refuses by itself.
    let (Some(first), Some(last)) = (place(first), place(last)) else { return true };
    first.0 <= last.0 && first.1 <= last.1
}

fn number(tag: &str, name: &str) -> Option<u32> {
    tag[attribute(tag, name)?].trim().parse().ok()
}

fn truth(tag: &str, name: &str) -> bool {
    attribute(tag, name).is_some_and(|value| matches!(&tag[value], "1" | "true"))
}
