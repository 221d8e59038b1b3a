//! The cells of a worksheet in one pass over its XML (ECMA-376 part 1, 18.3.1), and what it hides and merges.
//!
//! ```text
//! <cols><col min="4" max="4" hidden="1"/></cols>                hidden column D
//! <row r="7" hidden="1"><c r="B7" t="s"><v>4</v></c>            hidden row 7; the fifth text of the string table
//! <c r="C7" s="2"><v>46284</v></c>                              a date, where format 2 is one
//! <c r="D7"><f>SUM(B7:C7)</f><v>9.5</v></c></row>               a formula with its stored result
//! ```
//!
//! Not by calamine, which guesses where a text is missing, fails a whole file for one error value it does not know, and
//! believes the sizes a file declares. A test holds the two against each other.

use std::borrow::Cow;

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use super::book::{Area, Content, Sheet};
use super::gather::Gather;
use super::text::is_error;
use super::{Refusal, number, strings, xml};
use crate::diag::Unreadable;
use crate::exact::Decimal;

/// What the cells of all sheets refer to.
pub(super) struct Tables {
    /// The string table.
    pub(super) strings: Vec<Box<str>>,
    /// Whether a number of this style is shown as a date or a time.
    pub(super) dates: Vec<bool>,
    pub(super) date_1904: bool,
}

/// What a worksheet hides and merges.
#[derive(Default)]
pub(super) struct Shape {
    rows: Vec<u32>,
    columns: Vec<(u32, u32)>,
    /// Merged areas of more than one row.
    pub(super) merged: Vec<Area>,
}

impl Shape {
    /// True where a cell of the sheet stands in a hidden row or column.
    pub(super) fn hides(&self, sheet: &Sheet) -> bool {
        if self.rows.is_empty() && self.columns.is_empty() {
            return false;
        }
        let hidden = |column: u16| self.columns.iter().any(|&(min, max)| (min..=max).contains(&u32::from(column)));
        sheet.rows.iter().any(|row| self.rows.binary_search(&row.index).is_ok() || row.cells.iter().any(|cell| hidden(cell.column)))
    }
}

/// Hands every cell that holds something to `gather`. `name` is the sheet's, for messages.
pub(super) fn stream(name: &str, xml: &str, tables: &Tables, gather: &mut Gather) -> Result<Shape, Refusal> {
    let mut reader = xml::reader(xml);
    let mut shape = Shape::default();
    // The row and the column that come next where a tag does not say: zero-based.
    let (mut row, mut column) = (0u32, 0u32);
    let (mut inside, mut read) = (false, false);
    loop {
        let event = reader.read_event().map_err(|error| torn(name, row, &error))?;
        match event {
            Event::Start(tag) | Event::Empty(tag) if tag.local_name().as_ref() == "row" && inside => {
                (row, column) = (row_index(&tag, row).map_err(|said| refused(name, row, &format!("row {said}")))?, 0);
                if truth(&tag, "hidden") {
                    shape.rows.push(row);
                }
            }
            Event::Start(tag) if tag.local_name().as_ref() == "c" && inside => {
                let cell = CellTag::of(&tag);
                let at = match cell.place {
                    None => (row, column),
                    Some(place) => place_of(place).ok_or_else(|| refused(name, row, &format!("cell {place}")))?,
                };
                column = at.1 + 1;
                let value = value(&mut reader, &cell, tables).map_err(|fault| match fault {
                    Fault::Xml(error) => torn(name, row, &error),
                    Fault::Value(said) => refused(name, row, &said),
                })?;
                if let Some(content) = value {
                    gather.push(at.0, at.1, content)?;
                }
            }
            // A cell without anything in it still takes its place.
            Event::Empty(tag) if tag.local_name().as_ref() == "c" && inside => {
                column = CellTag::of(&tag).place.and_then(place_of).map_or(column, |(_, column)| column) + 1;
            }
            Event::Start(tag) if tag.local_name().as_ref() == "sheetData" && !read => (inside, read) = (true, true),
            Event::Empty(tag) if tag.local_name().as_ref() == "sheetData" => read = true,
            Event::End(tag) if inside => match tag.local_name().as_ref() {
                "row" => row += 1,
                "sheetData" => inside = false,
                _ => {}
            },
            Event::Start(tag) | Event::Empty(tag) if !inside => match tag.local_name().as_ref() {
                "col" if truth(&tag, "hidden") => {
                    let number = |name| attribute(&tag, name).and_then(|text| text.trim().parse::<u32>().ok());
                    if let (Some(min), Some(max)) = (number("min"), number("max")) {
                        shape.columns.push((min.saturating_sub(1), max.saturating_sub(1)));
                    }
                }
                "mergeCell" if shape.merged.len() < Area::MOST => shape.merged.extend(attribute(&tag, "ref").and_then(Area::parse)),
                _ => {}
            },
            Event::Eof if inside || !read => return Err(refused(name, row, "the sheet ends too early")),
            Event::Eof => break,
            _ => {}
        }
    }
    shape.rows.sort_unstable();
    Ok(shape)
}

/// What a `<c>` says of itself.
#[derive(Default)]
struct CellTag<'a> {
    place: Option<&'a str>,
    style: Option<&'a str>,
    kind: Option<&'a str>,
}

impl<'a> CellTag<'a> {
    fn of(tag: &'a BytesStart) -> Self {
        let mut cell = Self::default();
        for (name, value) in attributes(tag.attributes_raw()) {
            match name {
                "r" => cell.place = Some(value),
                "s" => cell.style = Some(value),
                "t" => cell.kind = Some(value),
                _ => {}
            }
        }
        cell
    }
}

enum Fault {
    Xml(quick_xml::Error),
    Value(String),
}

impl From<quick_xml::Error> for Fault {
    fn from(error: quick_xml::Error) -> Self {
        Self::Xml(error)
    }
}

/// What the cell holds whose `<c>` was just read; reads to its end.
fn value(reader: &mut Reader<&[u8]>, cell: &CellTag, tables: &Tables) -> Result<Option<Content>, Fault> {
    let inline = matches!(cell.kind, Some("inlineStr" | "is"));
    let (mut content, mut formula) = (None, None);
    loop {
        match reader.read_event()? {
            Event::Start(tag) => match tag.local_name().as_ref() {
                // In a cell with its text inline it says the same again.
                "v" if inline => drop(xml::text(reader)?),
                "v" => content = typed(&xml::text(reader)?, cell, tables)?,
                "is" => content = Some(text(strings::rich(reader)?)),
                "f" => formula = Some(xml::text(reader)?),
                _ => drop(xml::text(reader)?),
            },
            Event::Empty(tag) => match tag.local_name().as_ref() {
                "v" if !inline => content = typed("", cell, tables)?,
                // One of a group: the text stands at the group's first cell, and its being a formula is all that matters.
                "f" => formula = Some(Cow::Borrowed("")),
                _ => {}
            },
            Event::End(_) => return Ok(content.or_else(|| Some(Content::Uncalculated(format!("={}", formula?).into())))),
            Event::Eof => return Err(Fault::Value("the sheet ends too early".to_owned())),
            _ => {}
        }
    }
}

/// `<v>`, by the cell's type (18.18.11): number unless it says otherwise.
fn typed(stored: &str, cell: &CellTag, tables: &Tables) -> Result<Option<Content>, Fault> {
    let bare = stored.trim_ascii();
    let content = match cell.kind {
        Some("e") => Content::Error(if is_error(bare) { bare } else { "#UNKNOWN!" }.into()),
        Some("str") => text(strings::unescape(stored).into_owned()),
        Some("d") => number::iso_content(stored),
        _ if bare.is_empty() => return Ok(None),
        Some("s") => {
            let shared = bare.parse().ok().and_then(|at: usize| tables.strings.get(at));
            Content::Text(shared.ok_or_else(|| Fault::Value(format!("refers to text {bare}")))?.clone())
        }
        Some("b") => match bare {
            "0" => Content::Bool(false),
            "1" => Content::Bool(true),
            _ if bare.eq_ignore_ascii_case("false") => Content::Bool(false),
            _ if bare.eq_ignore_ascii_case("true") => Content::Bool(true),
            _ => return Err(Fault::Value(format!("truth value {bare}"))),
        },
        None | Some("n") => {
            let style: Option<usize> = cell.style.map(|style| style.trim().parse().unwrap_or(0));
            let date = style.and_then(|style| tables.dates.get(style)).is_some_and(|date| *date);
            match plain(bare).filter(|_| !date) {
                Some(number) => Content::Number(number),
                None => match bare.parse() {
                    Ok(value) if date => number::date_content(value, tables.date_1904),
                    Ok(value) => number::content(value),
                    Err(_) if cell.kind.is_none() => text(stored.to_owned()),
                    Err(_) => return Err(Fault::Value(format!("number {bare}"))),
                },
            }
        }
        Some(kind) => return Err(Fault::Value(format!("type {kind}"))),
    };
    Ok(Some(content))
}

/// A number of so few digits that its nearest double has the same fifteen: then the text is the number.
fn plain(text: &str) -> Option<Decimal> {
    let digits = text.len() <= 15 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'.' | b'-'));
    digits.then(|| Decimal::parse(text)).flatten()
}

/// A formula's text may be an error that the program wrote as such.
fn text(text: String) -> Content {
    if is_error(&text) { Content::Error(text.into()) } else { Content::Text(text.into()) }
}

/// The row's place: the one it says, from 1 to the last there can be, or the next.
fn row_index(tag: &BytesStart, next: u32) -> Result<u32, String> {
    let Some(said) = attribute(tag, "r") else { return Ok(next) };
    let row = said.trim().parse().ok().filter(|row| (1..=1_048_576).contains(row));
    row.map(|row: u32| row - 1).ok_or_else(|| said.to_owned())
}

/// `C7` as row and column from zero. Three letters and seven digits at most.
fn place_of(name: &str) -> Option<(u32, u32)> {
    let bytes = name.as_bytes();
    let letters = bytes.iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
    let digits = &bytes[letters..];
    if !(1..=3).contains(&letters) || !(1..=7).contains(&digits.len()) || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let column = bytes[..letters].iter().fold(0, |sum, letter| sum * 26 + u32::from(letter.to_ascii_uppercase() - b'A') + 1);
    let row = digits.iter().fold(0, |sum, digit| sum * 10 + u32::from(digit - b'0'));
    Some((row.checked_sub(1)?, column - 1))
}

/// Names without prefix, and values as written, of the text behind a tag's name. By hand and byte by byte, for it is asked
/// of every cell, and they are short.
fn attributes(text: &str) -> impl Iterator<Item = (&str, &str)> {
    let (bytes, mut at) = (text.as_bytes(), 0);
    let find = move |from: usize, wanted: u8| Some(from + bytes.get(from..)?.iter().position(|byte| *byte == wanted)?);
    std::iter::from_fn(move || {
        let equals = find(at, b'=')?;
        let open = equals + 1 + bytes[equals + 1..].iter().position(|byte| !byte.is_ascii_whitespace())?;
        let quote = Some(bytes[open]).filter(|quote| matches!(quote, b'"' | b'\''))?;
        let close = find(open + 1, quote)?;
        let prefixed = text[at..equals].trim_ascii();
        let colon = prefixed.bytes().position(|byte| byte == b':');
        at = close + 1;
        Some((&prefixed[colon.map_or(0, |colon| colon + 1)..], &text[open + 1..close]))
    })
}

fn attribute<'a>(tag: &'a BytesStart, wanted: &str) -> Option<&'a str> {
    attributes(tag.attributes_raw()).find(|(name, _)| *name == wanted).map(|(_, value)| value)
}

fn truth(tag: &BytesStart, name: &str) -> bool {
    attribute(tag, name).is_some_and(|value| matches!(value, "1" | "true"))
}

fn torn(name: &str, row: u32, error: &quick_xml::Error) -> Refusal {
    refused(name, row, &error.to_string())
}

fn refused(name: &str, row: u32, what: &str) -> Refusal {
    Refusal::unreadable(Unreadable::Content, format!("{name}: row {}: {what}", row + 1))
}
