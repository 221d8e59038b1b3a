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
use std::collections::BTreeMap;

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use super::book::{Area, Content, Sheet, Unseen};
use super::colour::Colours;
use super::conditional::{Look, Rule};
use super::gather::Gather;
use super::ink::Ink;
use super::strings::{Rich, Run, Strings};
use super::style::{Style, seen};
use super::text::is_error;
use super::{Refusal, number, rules, strings};
use crate::diag::{CellRef, Unreadable};
use crate::exact::Decimal;
use crate::ooxml::xml;

/// What the cells of all sheets refer to.
pub(super) struct Tables {
    pub(super) strings: Strings,
    pub(super) styles: Vec<Style>,
    /// Some style does not show texts as they are.
    pub(super) odd_texts: bool,
    /// Some style is one that nobody can read.
    pub(super) unseen: bool,
    /// What conditional formats make of cells, by number.
    pub(super) looks: Vec<Look>,
    /// The package holds pictures of cells; those are stored as errors.
    pub(super) pictures: bool,
    pub(super) colours: Colours,
}

impl Tables {
    fn style(&self, cell: &CellTag) -> Option<&Style> {
        self.styles.get(cell.style?.trim().parse().unwrap_or(0))
    }

    /// What the cell's letters are written with.
    fn ink(&self, cell: &CellTag) -> Ink {
        let number = cell.style.and_then(|style| style.trim().parse().ok()).unwrap_or(0usize);
        self.styles.get(number).map(|style| style.ink).unwrap_or_default()
    }

    /// Why nobody can read what is written in the cell.
    fn unseen(&self, cell: &CellTag) -> Option<Unseen> {
        if self.unseen { self.ink(cell).unseen() } else { None }
    }

    /// A text as its cell shows it.
    fn seen(&self, cell: &CellTag, text: Content) -> Content {
        match self.style(cell).filter(|_| self.odd_texts) {
            Some(style) => style.seen(text),
            None => text,
        }
    }

    /// A text of several runs as its cell shows it, and why that is not all.
    fn rich(&self, cell: &CellTag, text: Content, runs: &[Run]) -> (Content, Option<Unseen>) {
        let Content::Text(whole) = &text else { return (text, None) };
        match strings::lost(whole, runs, &self.ink(cell)).of(whole) {
            None => (self.seen(cell, text), None),
            Some((why, None)) => (self.seen(cell, text), Some(why)),
            Some((why, Some(left))) => (seen(&left, text, ""), Some(why)),
        }
    }
}

/// What a worksheet hides and merges.
#[derive(Default)]
pub(super) struct Shape {
    rows: Vec<u32>,
    columns: Vec<(u32, u32)>,
    /// Columns that say how wide they are; the others have no width where this is so.
    wide: Vec<(u32, u32)>,
    others_narrow: bool,
    /// Merged areas.
    pub(super) merged: Vec<Area>,
    /// Conditional formats, and the ink of cells that is not the usual one.
    pub(super) rules: Vec<Rule>,
    pub(super) inks: BTreeMap<(u32, u16), Ink>,
}

impl Shape {
    /// True where a cell of the sheet stands in a hidden row or column.
    pub(super) fn hides(&self, sheet: &Sheet) -> bool {
        if self.rows.is_empty() && self.columns.is_empty() && !self.others_narrow {
            return false;
        }
        let among = |columns: &[(u32, u32)], column: u16| columns.iter().any(|&(min, max)| (min..=max).contains(&u32::from(column)));
        let hidden = |column: u16| among(&self.columns, column) || (self.others_narrow && !among(&self.wide, column));
        sheet.rows.iter().any(|row| self.rows.binary_search(&row.index).is_ok() || row.cells.iter().any(|cell| hidden(cell.column)))
    }
}

/// Hands every cell that holds something to `gather`. `name` is the sheet's, for messages.
pub(super) fn stream(name: &str, xml: &str, tables: &Tables, gather: &mut Gather) -> Result<Shape, Refusal> {
    let mut reader = xml::reader(xml);
    let mut shape = Shape::default();
    // The row and the column that come next where a tag does not say: zero-based.
    let (mut row, mut column) = (0u32, 0u32);
    let (mut inside, mut read, mut noughts_hidden, mut others_low) = (false, false, false, false);
    loop {
        let event = reader.read_event().map_err(|error| torn(name, row, &error))?;
        match event {
            Event::Start(tag) if tag.local_name().as_ref() == "row" && inside => {
                (row, column) = (row_index(&tag, row).map_err(|said| refused(name, row, &format!("row {said}")))?, 0);
                if truth(&tag, "hidden") || is_less(&tag, "ht", LOWEST) || (others_low && attribute(&tag, "ht").is_none()) {
                    shape.rows.push(row);
                }
            }
            Event::Empty(tag) if tag.local_name().as_ref() == "row" && inside => {
                row = row_index(&tag, row).map_err(|said| refused(name, row, &format!("row {said}")))? + 1;
            }
            Event::Start(tag) if tag.local_name().as_ref() == "c" && inside => {
                let cell = CellTag::of(&tag);
                let at = match cell.place {
                    None => (row, column),
                    Some(place) => {
                        let at = CellRef::parse(place).ok_or_else(|| refused(name, row, &format!("cell {place}")))?;
                        (at.row, u32::from(at.column))
                    }
                };
                column = at.1 + 1;
                let (content, formula, unseen) = value(&mut reader, &cell, tables).map_err(|fault| match fault {
                    Fault::Xml(error) => torn(name, row, &error),
                    Fault::Value(said) => refused(name, row, &said),
                })?;
                if formula.is_some() || content.is_some() {
                    if let Some(why) = unseen.or_else(|| tables.unseen(&cell)) {
                        gather.unseen(at.0, at.1, why);
                    }
                    if let Some(ink) =
                        Some(&cell).filter(|_| !tables.looks.is_empty()).map(|cell| tables.ink(cell)).filter(|ink| !ink.is_usual())
                    {
                        shape.inks.insert((at.0, at.1 as u16), ink);
                    }
                }
                let content = content.map(|content| match content {
                    Content::Number(number) if noughts_hidden && number.is_zero() => seen("", content, ""),
                    content => content,
                });
                match (formula, content) {
                    (Some(formula), content) => gather.result(at.0, at.1, &formula, content)?,
                    (None, Some(content)) => gather.push(at.0, at.1, content)?,
                    (None, None) => {}
                }
            }
            // A cell without anything in it still takes its place.
            Event::Empty(tag) if tag.local_name().as_ref() == "c" && inside => {
                column = CellTag::of(&tag).place.and_then(CellRef::parse).map_or(column, |at| at.column.into()) + 1;
            }
            // Of two sets of cells programs show now the first, now the last.
            Event::Start(tag) | Event::Empty(tag) if tag.local_name().as_ref() == "sheetData" && read => {
                return Err(refused(name, row, "the sheet holds its cells twice"));
            }
            Event::Start(tag) if tag.local_name().as_ref() == "sheetData" => (inside, read) = (true, true),
            Event::Empty(tag) if tag.local_name().as_ref() == "sheetData" => read = true,
            Event::End(tag) if inside => match tag.local_name().as_ref() {
                "row" => row += 1,
                "sheetData" => inside = false,
                _ => {}
            },
            Event::Start(tag) if !inside && tag.local_name().as_ref() == "conditionalFormatting" => {
                let rules = rules::read(&mut reader, &tag, &tables.looks, &tables.colours).map_err(|error| torn(name, row, &error))?;
                shape.rules.extend(rules.into_iter().take(MOST_RULES.saturating_sub(shape.rules.len())));
            }
            Event::Start(tag) | Event::Empty(tag) if !inside => match tag.local_name().as_ref() {
                "col" => {
                    let number = |name| attribute(&tag, name).and_then(|text| text.trim().parse::<u32>().ok());
                    let columns =
                        if truth(&tag, "hidden") || is_less(&tag, "width", NARROWEST) { &mut shape.columns } else { &mut shape.wide };
                    if let (Some(min), Some(max)) = (number("min"), number("max")) {
                        columns.push((min.saturating_sub(1), max.saturating_sub(1)));
                    }
                }
                "sheetFormatPr" => {
                    shape.others_narrow |= is_less(&tag, "defaultColWidth", NARROWEST);
                    // `zeroHeight` hides rows that are not in the file; of those which are it says nothing.
                    others_low |= is_less(&tag, "defaultRowHeight", LOWEST);
                }
                // An option of the sheet: a nought is shown as a blank.
                "sheetView" => noughts_hidden |= attribute(&tag, "showZeros").is_some_and(|value| matches!(value, "0" | "false")),
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
    /// Something stands behind the cell that other programs do not know.
    rich: bool,
}

impl<'a> CellTag<'a> {
    fn of(tag: &'a BytesStart) -> Self {
        let mut cell = Self::default();
        for (name, value) in attributes(tag.attributes_raw()) {
            match name {
                "r" => cell.place = Some(value),
                "s" => cell.style = Some(value),
                "t" => cell.kind = Some(value),
                "vm" => cell.rich = true,
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

/// What the cell holds, its formula, and why its text is not all seen.
type Value<'a> = (Option<Content>, Option<Cow<'a, str>>, Option<Unseen>);

/// What the cell holds whose `<c>` was just read; reads to its end.
fn value<'a>(reader: &mut Reader<&'a [u8]>, cell: &CellTag, tables: &Tables) -> Result<Value<'a>, Fault> {
    let inline = matches!(cell.kind, Some("inlineStr" | "is"));
    let (mut content, mut formula, mut unseen) = (None, None, None);
    loop {
        match reader.read_event()? {
            Event::Start(tag) => match tag.local_name().as_ref() {
                // In a cell with its text inline it says the same again.
                "v" if inline => drop(xml::text(reader)?),
                "v" => {
                    let stored = xml::text(reader)?;
                    content = typed(&stored, cell, tables)?;
                    let runs = || tables.strings.rich.get(&stored.trim_ascii().parse().ok()?);
                    if let Some(runs) = cell.kind.filter(|kind| *kind == "s" && !tables.strings.rich.is_empty()).and_then(|_| runs()) {
                        (content, unseen) =
                            content.map(|text| tables.rich(cell, text, runs)).map_or((None, None), |(text, why)| (Some(text), why));
                    }
                }
                // Where the cell is not said to be of that kind no program shows it.
                "is" => {
                    let Rich { text: own, runs } = strings::rich(reader, &tables.colours)?;
                    if inline {
                        let (own, why) = tables.rich(cell, text(own), &runs);
                        (content, unseen) = (Some(own), why);
                    }
                }
                "f" => formula = Some(xml::text(reader)?),
                _ => drop(xml::text(reader)?),
            },
            Event::Empty(tag) => match tag.local_name().as_ref() {
                "v" if !inline => content = typed("", cell, tables)?,
                // One of a group: the text stands at the group's first cell, and its being a formula is all that matters.
                "f" => formula = Some(Cow::Borrowed("")),
                _ => {}
            },
            Event::End(_) => return Ok((content, formula, unseen)),
            Event::Eof => return Err(Fault::Value("the sheet ends too early".to_owned())),
            _ => {}
        }
    }
}

/// `<v>`, by the cell's type (18.18.11): number unless it says otherwise.
fn typed(stored: &str, cell: &CellTag, tables: &Tables) -> Result<Option<Content>, Fault> {
    let bare = stored.trim_ascii();
    let content = match cell.kind {
        // An older program shows an error where a newer one shows the picture.
        Some("e") if cell.rich && tables.pictures => Content::Picture,
        Some("e") => Content::Error(if is_error(bare) { bare } else { "#UNKNOWN!" }.into()),
        Some("str") => tables.seen(cell, text(crate::ooxml::unescape(stored).into_owned())),
        Some("d") => number::iso_content(stored),
        _ if bare.is_empty() => return Ok(None),
        Some("s") => {
            let shared = bare.parse().ok().and_then(|at: usize| tables.strings.texts.get(at));
            tables.seen(cell, Content::Text(shared.ok_or_else(|| Fault::Value(format!("refers to text {bare}")))?.clone()))
        }
        Some("b") => match bare {
            "0" => Content::Bool(false),
            "1" => Content::Bool(true),
            _ if bare.eq_ignore_ascii_case("false") => Content::Bool(false),
            _ if bare.eq_ignore_ascii_case("true") => Content::Bool(true),
            _ => return Err(Fault::Value(format!("truth value {bare}"))),
        },
        None | Some("n") => {
            let style = tables.style(cell).filter(|style| !style.is_plain());
            match (plain(bare), style) {
                (Some(number), None) => Content::Number(number),
                (Some(number), Some(style)) if !style.is_date() => style.seen(Content::Number(number)),
                (_, style) => match bare.parse() {
                    Ok(value) => style.map_or_else(|| number::content(value), |style| style.number(value)),
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

/// Rules of conditional formats that are looked at in a sheet.
const MOST_RULES: usize = 500;

/// A row of fewer points and a column of fewer characters hide as well as those of nothing.
const LOWEST: f64 = 3.5;
const NARROWEST: f64 = 0.5;

fn is_less(tag: &BytesStart, name: &str, least: f64) -> bool {
    attribute(tag, name).is_some_and(|value| value.trim().parse().is_ok_and(|size: f64| size < least))
}

fn torn(name: &str, row: u32, error: &quick_xml::Error) -> Refusal {
    refused(name, row, &error.to_string())
}

fn refused(name: &str, row: u32, what: &str) -> Refusal {
    Refusal::unreadable(Unreadable::Content, format!("{name}: row {}: {what}", row + 1))
}

#[cfg(test)]
mod tests {
    use super::{Strings, Tables, stream};
    use crate::diag::CellRef;
    use crate::sheet::colour::Colours;
    use crate::sheet::gather::Gather;
    use crate::sheet::style::Formats;
    use crate::sheet::{Content, Limits, Sheet};

    /// The sheet's cells as `A1 text`, and the sheet.
    fn read(xml: &str) -> Result<(Vec<String>, Sheet), String> {
        let strings = Strings { texts: vec!["张三".into(), "".into()], ..Strings::default() };
        let styles = Formats::new(false).styles([0, 14]);
        let tables =
            Tables { strings, styles, odd_texts: false, unseen: false, looks: Vec::new(), pictures: false, colours: Colours::default() };
        let limits = Limits::default();
        let mut gather = Gather::new(&limits);
        let shape = stream("表", xml, &tables, &mut gather).map_err(|refusal| format!("{refusal}"))?;
        let mut sheet = gather.sheet("表", false).map_err(|refusal| format!("{refusal}"))?;
        sheet.hidden_rows = shape.hides(&sheet);
        sheet.merge(shape.merged).map_err(|refusal| format!("{refusal}"))?;
        let shown = |content: &Content| match content {
            Content::Text(text) => format!("text {text}"),
            Content::Number(number) => format!("number {number}"),
            Content::Date(date) => format!("date {}", date.date()),
            Content::Bool(truth) => truth.to_string(),
            Content::Error(error) => format!("error {error}"),
            Content::Uncalculated(formula) => format!("uncalculated {formula}"),
            other => format!("{other:?}"),
        };
        let at = |row, column| CellRef { row, column };
        let cells = sheet.rows.iter().flat_map(|row| row.cells.iter().map(|cell| (at(row.index, cell.column), shown(&cell.content))));
        Ok((cells.map(|(at, text)| format!("{at} {text}")).collect(), sheet))
    }

    fn cells(data: &str) -> Vec<String> {
        read(&format!("<worksheet><sheetData>{data}</sheetData></worksheet>")).unwrap().0
    }

    #[test]
    fn every_type_of_cell_is_what_it_says() {
        for (cell, expected) in [
            (r#"<c r="A1"><v>8.6999999999999993</v></c>"#, "A1 number 8.7"),
            (r#"<c r="A1" t="n"><v> 9.50 </v></c>"#, "A1 number 9.5"),
            (r#"<c r="A1"><v>1E2</v></c>"#, "A1 number 100"),
            (r#"<c r="A1"><v>360102198905181234</v></c>"#, "A1 number 360102198905181000"),
            (r#"<c r="A1"><v>abc</v></c>"#, "A1 text abc"),
            (r#"<c r="A1" s="1"><v>46284</v></c>"#, "A1 date 2026-09-19"),
            (r#"<c r="A1" s="9"><v>46284</v></c>"#, "A1 number 46284"),
            (r#"<c t="s" r="A1"><v>0</v></c>"#, "A1 text 张三"),
            (r#"<c r="A1" t="str"><f>B1</f><v>a&amp;_x0042_</v></c>"#, "A1 text a&B"),
            (r#"<c r="A1" t="inlineStr"><v>7</v><is><r><t>张</t></r><r><t>三</t></r></is></c>"#, "A1 text 张三"),
            (r#"<c r="A1"><v>7</v><is><t>张三</t></is></c>"#, "A1 number 7"),
            (r#"<c r="A1"><is><t>张三</t></is><v>7</v></c>"#, "A1 number 7"),
            (r#"<c r="A1" t="b"><v>1</v></c>"#, "A1 true"),
            (r#"<c r="A1" t="e"><v>#SPILL!</v></c>"#, "A1 error #SPILL!"),
            (r#"<c r="A1" t="e"><v>nonsense</v></c>"#, "A1 error #UNKNOWN!"),
            (r#"<c r="A1" t="d"><v>2026-09-19</v></c>"#, "A1 date 2026-09-19"),
            (r#"<c r="A1"><f>SUM(B1:C1)</f></c>"#, "A1 uncalculated =SUM(B1:C1)"),
            (r#"<c r="A1"><f t="shared" si="0"/><v></v></c>"#, "A1 uncalculated ="),
            (r#"<c r="A1"><f>1+1</f><v>2</v><extLst><ext><v>3</v></ext></extLst></c>"#, "A1 number 2"),
            (r#"<c r="A1" note="a > b"><v><![CDATA[4]]></v></c>"#, "A1 number 4"),
            (r#"<c r="A1"><!-- x --><v>1<!-- y -->2</v></c>"#, "A1 number 12"),
        ] {
            assert_eq!(cells(&format!("<row r=\"1\">{cell}</row>")), [expected], "{cell}");
        }
        for nothing in [r#"<c r="A1"/>"#, r#"<c r="A1"><v/></c>"#, r#"<c r="A1" t="s"><v></v></c>"#, r#"<c r="A1" t="s"><v>1</v></c>"#] {
            assert!(cells(&format!("<row>{nothing}</row>")).is_empty(), "{nothing}");
        }
    }

    #[test]
    fn what_does_not_say_its_place_comes_next() {
        let data = r#"<row><c><v>1</v></c><c/><c><v>2</v></c></row><row/><row r="4"/><row><c r="B5"><v>3</v></c><c><v>4</v></c></row>"#;
        assert_eq!(cells(data), ["A1 number 1", "C1 number 2", "B5 number 3", "C5 number 4"]);
        let prefixed =
            r#"<x:worksheet xmlns:x="x"><x:sheetData><x:row r="2"><x:c r="A2"><x:v>1</x:v></x:c></x:row></x:sheetData></x:worksheet>"#;
        assert_eq!(read(prefixed).unwrap().0, ["A2 number 1"]);
    }

    #[test]
    fn hidden_and_merged_are_told() {
        let sheet = |cols: &str, row: &str| {
            let xml = format!(
                r#"<worksheet><dimension ref="rubbish"/><cols>{cols}</cols><sheetData><row r="1" {row}><c r="B1"><v>1</v></c></row></sheetData>
                   <mergeCells><mergeCell ref="A2:A5"/><mergeCell ref="A7:C7"/></mergeCells></worksheet>"#
            );
            read(&xml).unwrap().1
        };
        assert!(sheet(r#"<col min="2" max="2" hidden="1"/>"#, "").hidden_rows && sheet("", "hidden=\"true\"").hidden_rows);
        assert!(sheet(r#"<col min="2" max="2" width="0"/>"#, "").hidden_rows && sheet("", "ht=\"0\"").hidden_rows);
        let open = sheet(r#"<col min="3" max="9" hidden="1"/><col min="2" max="2" hidden="0"/>"#, "");
        assert!(!open.hidden_rows);
        assert_eq!(open.merged.iter().map(|area| (area.first, area.last)).collect::<Vec<_>>(), [((1, 0), (4, 0)), ((6, 0), (6, 2))]);
    }

    #[test]
    fn a_nought_that_the_sheet_does_not_show_is_seen_as_a_blank() {
        let sheet = |view: &str| {
            let xml = format!(
                r#"<worksheet><sheetViews><sheetView {view} workbookViewId="0"/></sheetViews><sheetData><row r="1"><c r="A1"><v>0</v></c><c r="B1"><v>8</v></c></row></sheetData></worksheet>"#
            );
            read(&xml).unwrap().1.rows[0].cells.iter().map(|cell| cell.content.clone()).collect::<Vec<_>>()
        };
        let cells = sheet(r#"showZeros="0""#);
        assert!(matches!(&cells[0], Content::Disguised(own) if own.shown.is_empty()) && cells[1] == Content::Number(8.into()), "{cells:?}");
        assert_eq!(sheet(r#"showZeros="1""#)[0], Content::Number(0.into()));
    }

    #[test]
    fn what_cannot_be_told_is_refused_with_its_row() {
        for data in [
            r#"<row r="3"><c r="A3" t="s"><v>-1</v></c></row>"#,
            r#"<row r="3"><c r="A3" t="s"><v>7</v></c></row>"#,
            r#"<row r="3"><c r="A3" t="n"><v>x</v></c></row>"#,
            r#"<row r="3"><c r="A3" t="b"><v>2</v></c></row>"#,
            r#"<row r="3"><c r="A3" t="zzz"><v>1</v></c></row>"#,
            r#"<row r="3"><c r="ZZZZ3"><v>1</v></c></row>"#,
            r#"<row r="3"><c r="A3" t="str"><v>&unknown;</v></c></row>"#,
            r#"<row r="3"/><row r="0"></row>"#,
        ] {
            let refusal = read(&format!("<worksheet><sheetData>{data}</sheetData></worksheet>")).unwrap_err();
            assert!(refusal.contains("表: row 3") || refusal.contains("row 4"), "{data}: {refusal}");
        }
        let twice = r#"<sheetData><row r="1"><c r="A1"><v>1</v></c></row></sheetData>"#;
        assert!(read(&format!("<worksheet>{twice}{twice}</worksheet>")).unwrap_err().contains("twice"));
        for torn in ["<worksheet><sheetData><row><c><v>1</v></c>", "<worksheet/>", "<worksheet><sheetData><row><c><v>1"] {
            assert!(read(torn).is_err(), "{torn}");
        }
    }
}
