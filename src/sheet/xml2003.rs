//! SpreadsheetML of 2003, one XML file, mostly under the name of .xls.
//!
//! ```text
//! <Worksheet ss:Name="党员名册"><Table>
//!   <Row ss:Index="3"><Cell ss:MergeAcross="1"><Data ss:Type="Number">8.7</Data></Cell>
//! ```

use std::collections::{BTreeMap, HashMap};

use quick_xml::events::BytesStart;

use super::book::{Area, Book, Content, Sheet, Unseen};
use super::colour::Colour;
use super::conditional::{self, Comparison, Look, Rule, Test};
use super::gather::{Gather, Results};
use super::ink::{Ink, Lost};
use super::style::{self, Style};
use super::{Format, Limits, Refusal, html_style, number, text};
use crate::diag::Unreadable;
use crate::ooxml::xml::{self, Node};

const NAMESPACE: &str = "urn:schemas-microsoft-com:office:spreadsheet";

pub(super) fn read(bytes: &[u8], limits: &Limits) -> Result<Book, Refusal> {
    let text = text::decode(bytes, xml::declared(bytes).as_deref())?;
    if !text.contains(NAMESPACE) {
        return Err(Refusal::NotASpreadsheet { kind: Format::Xml });
    }
    let mut gather = Gather::new(limits);
    // Offices say which version of the program wrote the file.
    if xml::first_text(&text, "Version").is_none() {
        gather.results = Results::Doubtful;
    }
    let mut reader = Reader {
        limits,
        gather,
        sheets: Vec::new(),
        sheet: None,
        date_1904: false,
        codes: HashMap::new(),
        style: None,
        styles: HashMap::new(),
        inks: HashMap::new(),
        path: Vec::new(),
    };
    xml::walk("workbook", &text, |node| reader.node(&node))?;
    let modified = xml::first_text(&text, "LastSaved");
    let Reader { mut sheets, gather, date_1904, .. } = reader;
    gather.uncalculated(&mut sheets);
    Ok(Book { sheets, date_1904, modified, returns: None, format: Format::Xml })
}

struct Reader<'a> {
    limits: &'a Limits,
    gather: Gather<'a>,
    sheets: Vec<Sheet>,
    sheet: Option<Open>,
    date_1904: bool,
    /// Codes of number formats by the ids of styles, the style being read, and those made of them.
    codes: HashMap<String, String>,
    style: Option<String>,
    styles: HashMap<String, Style>,
    /// What letters are written with, by the ids of styles.
    inks: HashMap<String, Ink>,
    /// Elements around; deeper ones than these matter to nobody.
    path: Vec<String>,
}

/// The sheet being read.
#[derive(Default)]
#[expect(clippy::struct_excessive_bools, reason = "each says one thing of a sheet, a row or a column")]
struct Open {
    name: String,
    hidden: bool,
    hides: bool,
    row: u32,
    row_hidden: bool,
    column: u32,
    /// Columns told of so far, and the hidden ones among them.
    columns: u32,
    hidden_columns: Vec<(u32, u32)>,
    /// Styles of columns and of the row: what a cell has that names none.
    column_styles: Vec<(u32, u32, String)>,
    row_style: Option<String>,
    merged: Vec<Area>,
    /// Columns that say how wide they are, and whether the others, and rows that say nothing, have no size.
    wide: Vec<(u32, u32)>,
    others_narrow: bool,
    others_low: bool,
    /// Conditional formats, the one being read, and the ink of cells that is not the usual one.
    rules: Vec<Rule>,
    range: Vec<Area>,
    condition: Condition,
    cell_inks: BTreeMap<(u32, u16), Ink>,
    cell: Option<Cell>,
}

/// A condition of a conditional format while it is read.
#[derive(Default)]
struct Condition {
    comparison: Option<Comparison>,
    values: Vec<String>,
    look: Look,
}

#[derive(Default)]
struct Cell {
    across: u32,
    down: u32,
    formula: Option<String>,
    style: Option<String>,
    /// What its letters are written with, and those of the elements that are open in its text.
    ink: Ink,
    inks: Vec<Ink>,
    lost: Lost,
    kind: String,
    text: String,
    /// Inside of its `Data`, and not of a comment's.
    inside: bool,
}

const DEEPEST: usize = 64;

impl Reader<'_> {
    fn node(&mut self, node: &Node) -> Result<(), Refusal> {
        match *node {
            Node::Open(name, tag) => {
                if self.path.len() >= DEEPEST {
                    return Err(Refusal::unreadable(Unreadable::Content, "elements inside elements without end"));
                }
                self.opens(name, tag)?;
                self.path.push(name.to_owned());
            }
            Node::Close(name) => {
                self.path.pop();
                if let Some(cell) = self.sheet.as_mut().and_then(|sheet| sheet.cell.as_mut()).filter(|cell| cell.inside) {
                    cell.inks.pop();
                }
                self.closes(name)?;
            }
            Node::Text(text) => {
                if let Some(cell) = self.sheet.as_mut().and_then(|sheet| sheet.cell.as_mut()).filter(|cell| cell.inside) {
                    let from = cell.text.len();
                    cell.text.push_str(text);
                    cell.lost.add(&cell.text, from, cell.inks.last().unwrap_or(&cell.ink));
                    if cell.text.len() > self.limits.max_text {
                        return Err(Refusal::too_large("text", self.limits.max_text));
                    }
                } else if let Some(sheet) = &mut self.sheet {
                    match self.path.last().map(String::as_str) {
                        Some("Visible") => sheet.hidden |= text.contains("Hidden"),
                        Some("Range") => sheet.range.extend(areas(text)),
                        Some("Qualifier") => sheet.condition.comparison = Comparison::named(text.trim()),
                        // An entity parts a text in two.
                        Some("Value1" | "Value2") => {
                            sheet.condition.values.iter_mut().last().into_iter().for_each(|value| value.push_str(text));
                        }
                        _ => {}
                    }
                }
            }
        }
        Ok(())
    }

    fn opens(&mut self, name: &str, tag: &BytesStart) -> Result<(), Refusal> {
        if name == "Worksheet" {
            self.sheet = Some(Open { name: xml::attribute(tag, "Name").unwrap_or_default(), ..Open::default() });
        } else if name == "Date1904" {
            self.date_1904 = true;
        } else if name == "Style" {
            self.style = xml::attribute(tag, "ID");
            // A style is its parent's, unless it says otherwise.
            let parent = xml::attribute(tag, "Parent").and_then(|parent| self.codes.get(&parent).cloned());
            self.codes.extend(self.style.clone().zip(parent));
            let parent = xml::attribute(tag, "Parent").and_then(|parent| self.inks.get(&parent).copied());
            self.inks.extend(self.style.clone().zip(parent));
        } else if name == "NumberFormat" {
            let code = xml::attribute(tag, "Format").map(|code| named(&code).unwrap_or(&code).to_owned());
            self.codes.extend(self.style.clone().zip(code));
        }
        if let ("Font" | "Interior", None, Some(style)) = (name, &self.sheet, &self.style) {
            let ink = self.inks.entry(style.clone()).or_default();
            let colour = xml::attribute(tag, "Color").map(|colour| Colour::named(&colour));
            match name {
                "Font" => {
                    ink.colour = colour.unwrap_or(ink.colour);
                    ink.points = xml::attribute(tag, "Size").and_then(|size| size.trim().parse().ok()).or(ink.points);
                    ink.struck = xml::attribute(tag, "StrikeThrough").map_or(ink.struck, |struck| struck.trim() == "1");
                }
                // Another pattern than a whole ground is not worked out.
                _ if xml::attribute(tag, "Pattern").is_none_or(|pattern| pattern == "Solid") => ink.ground = colour.unwrap_or(ink.ground),
                _ => ink.ground = Colour::Unknown,
            }
        }
        let Some(sheet) = &mut self.sheet else { return Ok(()) };
        let number = |name| count(tag, name);
        let hidden = || xml::attribute(tag, "Hidden").is_some_and(|hidden| hidden == "1");
        if let Some(cell) = sheet.cell.as_mut().filter(|cell| cell.inside) {
            cell.opens(name, tag);
        }
        match name {
            "Table" => {
                sheet.others_narrow = is_nought(tag, "DefaultColumnWidth");
                sheet.others_low = is_nought(tag, "DefaultRowHeight");
            }
            "ConditionalFormatting" => sheet.range.clear(),
            "Condition" => sheet.condition = Condition::default(),
            "Value1" | "Value2" => sheet.condition.values.push(String::new()),
            "Format" => sheet.condition.look = look(&xml::attribute(tag, "Style").unwrap_or_default()),
            "Column" => {
                sheet.columns = number("Index")?.map_or(sheet.columns, |index| index.saturating_sub(1));
                let end = sheet.columns.saturating_add(number("Span")?.unwrap_or(0)).saturating_add(1);
                if hidden() || is_nought(tag, "Width") {
                    sheet.hidden_columns.push((sheet.columns, end));
                } else if xml::attribute(tag, "Width").is_some() {
                    sheet.wide.push((sheet.columns, end));
                }
                sheet.column_styles.extend(xml::attribute(tag, "StyleID").map(|style| (sheet.columns, end, style)));
                sheet.columns = end;
            }
            "Row" => {
                sheet.row = number("Index")?.map_or(sheet.row, |index| index.saturating_sub(1));
                let low = xml::attribute(tag, "Height").map_or(sheet.others_low, |_| is_nought(tag, "Height"));
                sheet.row_hidden = hidden() || low;
                sheet.row_style = xml::attribute(tag, "StyleID");
                sheet.column = 0;
            }
            "Cell" => {
                sheet.column = number("Index")?.map_or(sheet.column, |index| index.saturating_sub(1));
                let formula = xml::attribute(tag, "Formula");
                let (across, down) = (number("MergeAcross")?.unwrap_or(0), number("MergeDown")?.unwrap_or(0));
                let of_column =
                    || sheet.column_styles.iter().find(|(first, end, _)| (*first..*end).contains(&sheet.column)).map(|(.., style)| style);
                let style = xml::attribute(tag, "StyleID").or_else(|| sheet.row_style.clone()).or_else(|| of_column().cloned());
                let ink = self.inks.get(style.as_deref().unwrap_or("Default")).copied().unwrap_or_default();
                sheet.cell = Some(Cell { across, down, formula, style, ink, ..Cell::default() });
            }
            "Data" if self.path.last().is_some_and(|last| last == "Cell") => {
                if let Some(cell) = &mut sheet.cell {
                    cell.kind = xml::attribute(tag, "Type").unwrap_or_default();
                    cell.inside = true;
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn closes(&mut self, name: &str) -> Result<(), Refusal> {
        let Some(sheet) = &mut self.sheet else { return Ok(()) };
        match name {
            "Data" => {
                if let Some(cell) = sheet.cell.as_mut().filter(|_| self.path.last().is_some_and(|last| last == "Cell")) {
                    cell.inside = false;
                }
            }
            "Cell" => {
                let Some(cell) = sheet.cell.take() else { return Ok(()) };
                let (row, column, across) = (sheet.row, sheet.column, cell.across);
                if sheet.merged.len() < Area::MOST {
                    let narrow = |column: u32| column.min(u32::from(u16::MAX)) as u16;
                    let last = (row.saturating_add(cell.down), narrow(column.saturating_add(across)));
                    sheet.merged.extend(Area::of((row, narrow(column)), last));
                }
                let style = cell.style.as_deref().unwrap_or("Default").to_owned();
                let ink = cell.ink;
                let (content, formula, unseen) = cell.content();
                if content.is_some() || formula.is_some() {
                    if let Some(why) = unseen {
                        self.gather.unseen(row, column, why);
                    }
                    if !ink.is_usual() {
                        sheet.cell_inks.insert((row, column.min(u32::from(u16::MAX)) as u16), ink);
                    }
                }
                let code = self.codes.get(&style).filter(|_| content.is_some());
                let content = match code {
                    Some(code) => {
                        let style = self.styles.entry(style).or_insert_with(|| Style::new(code, self.date_1904));
                        content.map(|content| match content {
                            Content::Number(number) if style.is_date() => style.number(number.to_stored()),
                            content => style.seen(content),
                        })
                    }
                    None => content,
                };
                if content.is_some() || formula.is_some() {
                    let among = |columns: &[(u32, u32)]| columns.iter().any(|&(first, end)| (first..end).contains(&column));
                    sheet.hides |= sheet.row_hidden || among(&sheet.hidden_columns) || (sheet.others_narrow && !among(&sheet.wide));
                    match (formula, content) {
                        (Some(formula), content) => self.gather.result(row, column, &formula, content)?,
                        (None, content) => content.map_or(Ok(()), |content| self.gather.push(row, column, content))?,
                    }
                }
                sheet.column = sheet.column.saturating_add(across).saturating_add(1);
            }
            "Row" => sheet.row = sheet.row.saturating_add(1),
            "Condition" if sheet.rules.len() < MOST_RULES => {
                let Condition { comparison, values, look } = std::mem::take(&mut sheet.condition);
                let values: Vec<&str> = values.iter().map(String::as_str).collect();
                // One without a qualifier is a formula.
                let test = match (comparison, values.as_slice()) {
                    (None, [formula, ..]) => Test::formula(formula, None),
                    (comparison, values) => Test::own(comparison, values),
                };
                sheet.rules.push(Rule { areas: sheet.range.clone(), test, look });
            }
            "Worksheet" => {
                let Some(done) = self.sheet.take() else { return Ok(()) };
                let mut sheet = self.gather.sheet(&done.name, done.hidden)?;
                sheet.merge(done.merged)?;
                sheet.hidden_rows = done.hides;
                let ink = |(row, column)| done.cell_inks.get(&(row, column as u16)).copied().unwrap_or_default();
                conditional::apply(&mut sheet, &done.rules, &ink, self.date_1904);
                self.sheets.push(sheet);
                if self.sheets.len() > self.limits.max_sheets {
                    return Err(Refusal::too_large("sheets", self.limits.max_sheets));
                }
            }
            _ => {}
        }
        Ok(())
    }
}

impl Cell {
    /// An element in its text: `<Font html:Color="#FFFFFF">`, `<S>`.
    fn opens(&mut self, name: &str, tag: &BytesStart) {
        let mut ink = self.inks.last().copied().unwrap_or(self.ink);
        match name {
            "S" => ink.struck = true,
            "Font" => {
                ink.colour = xml::attribute(tag, "Color").map_or(ink.colour, |colour| Colour::named(&colour));
                ink.points = xml::attribute(tag, "Size").and_then(|size| size.trim().parse().ok()).or(ink.points);
            }
            _ => {}
        }
        self.inks.push(ink);
    }

    /// What the cell holds, its formula, and why not all is seen.
    fn content(self) -> (Option<Content>, Option<String>, Option<Unseen>) {
        let Self { text, lost, ink, formula, .. } = self;
        if text.is_empty() {
            return (None, formula, ink.unseen());
        }
        let (unseen, left) = lost.of(&text).map_or((None, None), |(why, left)| (Some(why), left));
        let content = match self.kind.as_str() {
            "Number" => text.trim().parse().map_or_else(|_| Content::Text(text.into()), number::content),
            "DateTime" => number::iso_content(&text),
            "Boolean" => Content::Bool(text.trim() == "1"),
            "Error" => Content::Error(text.trim().into()),
            _ => Content::Text(text.into()),
        };
        let content = left.map_or_else(|| content.clone(), |left| style::seen(&left, content.clone(), ""));
        (Some(content), formula, unseen)
    }
}

/// Rules of conditional formats that are looked at in a sheet.
pub(super) const MOST_RULES: usize = 500;

/// What a conditional format says: `color:white;mso-number-format:"0\.00"`.
pub(super) fn look(style: &str) -> Look {
    let mut ink = Ink { colour: Colour::Unknown, ground: Colour::Unknown, ..Ink::default() };
    ink.declare(style);
    let known = |colour: Colour| Some(colour).filter(|colour| *colour != Colour::Unknown);
    let code = html_style::format(style);
    Look { code, colour: known(ink.colour), ground: known(ink.ground), points: ink.points, struck: ink.struck, bare: false }
}

/// `R2C4:R9C4,R2C6` as rectangles.
fn areas(text: &str) -> Vec<Area> {
    let cell = |text: &str| {
        let (row, column) = text.trim().strip_prefix('R')?.split_once('C')?;
        let number = |text: &str| text.parse::<u32>().ok()?.checked_sub(1);
        Some((number(row)?, u16::try_from(number(column)?).ok()?))
    };
    let area = |text: &str| {
        let (first, last) = text.split_once(':').unwrap_or((text, text));
        // `C4` is the whole column.
        let column = |text: &str| text.trim().strip_prefix('C')?.parse::<u16>().ok()?.checked_sub(1);
        match (cell(first), cell(last), column(first), column(last)) {
            (Some(first), Some(last), ..) => Some(Area { first, last }),
            (.., Some(first), Some(last)) => Some(Area { first: (0, first), last: (u32::MAX, last) }),
            _ => None,
        }
    };
    text.split(',').take(Area::MOST).filter_map(area).collect()
}

/// Codes that this format has names for.
pub(super) fn named(name: &str) -> Option<&'static str> {
    Some(match name {
        "General Number" => "General",
        "General Date" => "yyyy/m/d h:mm",
        "Long Date" => "yyyy\"年\"m\"月\"d\"日\"",
        "Medium Date" => "d-mmm-yy",
        "Short Date" => "yyyy/m/d",
        "Long Time" => "h:mm:ss",
        "Medium Time" => "h:mm AM/PM",
        "Short Time" => "h:mm",
        "Currency" | "Euro Currency" => "¥#,##0.00",
        "Fixed" => "0.00",
        "Standard" => "#,##0.00",
        "Percent" => "0.00%",
        "Scientific" => "0.00E+00",
        "Yes/No" => "\"Yes\";\"Yes\";\"No\"",
        "True/False" => "\"True\";\"True\";\"False\"",
        "On/Off" => "\"On\";\"On\";\"Off\"",
        _ => return None,
    })
}

/// True for a height or a width of nothing, which hides as well.
fn is_nought(tag: &BytesStart, name: &str) -> bool {
    xml::attribute(tag, name).is_some_and(|size| size.trim().parse().is_ok_and(|size: f64| size <= 0.0))
}

fn count(tag: &BytesStart, name: &str) -> Result<Option<u32>, Refusal> {
    let text = xml::attribute(tag, name);
    text.map(|text| text.trim().parse().map_err(|_| Refusal::unreadable(Unreadable::Content, format!("{name} is {text}")))).transpose()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_types_and_hidden_things() {
        let page = format!(
            r#"<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?><ss:Workbook xmlns:ss="{NAMESPACE}">
            <ss:Worksheet ss:Name="名册"><ss:Table><ss:Column ss:Index="3" ss:Hidden="1"/><ss:Row ss:Index="2"><ss:Cell ss:MergeAcross="1"><ss:Data ss:Type="String">张<B>三</B></ss:Data>
            <ss:Comment><ss:Data>注</ss:Data></ss:Comment></ss:Cell><ss:Cell><ss:Data ss:Type="Number">8.6999999999999993</ss:Data></ss:Cell>
            <ss:Cell ss:Index="6" ss:Formula="=1"/></ss:Row><ss:Row><ss:Cell><ss:Data ss:Type="DateTime">2026-09-19T00:00:00.000</ss:Data></ss:Cell></ss:Row></ss:Table>
            <x:WorksheetOptions><x:Visible>SheetHidden</x:Visible></x:WorksheetOptions></ss:Worksheet></ss:Workbook>"#
        );
        let book = read(page.as_bytes(), &Limits::default()).expect("a workbook");
        let sheet = &book.sheets[0];
        assert_eq!((&*sheet.name, sheet.hidden, sheet.hidden_rows), ("名册", true, true));
        assert_eq!(sheet.get(1, 0), Some(&Content::Text("张三".into())));
        assert_eq!(sheet.get(1, 2), Some(&number::content(8.7)));
        assert_eq!(sheet.get(1, 5), Some(&Content::Uncalculated("=1".into())));
        assert_eq!(sheet.get(2, 0), Some(&number::iso_content("2026-09-19")));
    }

    #[test]
    fn other_xml_is_no_workbook() {
        assert_eq!(
            read(b"<?xml version='1.0'?><a/>", &Limits::default()).expect_err("refused"),
            Refusal::NotASpreadsheet { kind: Format::Xml }
        );
    }
}
