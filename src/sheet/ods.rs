//! OpenDocument spreadsheets, read here and not by calamine: it lays every sheet out as a rectangle, repeats and
//! all, and never ends where a closing tag is missing.
//!
//! ```text
//! <table:table table:name="党员名册">
//!   <table:table-row table:number-rows-repeated="2">
//!     <table:table-cell office:value-type="float" office:value="8.7"><text:p>8.70</text:p></table:table-cell>
//!     <table:table-cell table:number-columns-repeated="1023"/>
//! ```

use std::collections::{HashMap, HashSet};

use quick_xml::events::BytesStart;

use super::book::{Area, Book, Content, Sheet, Unseen};
use super::colour::Colour;
use super::conditional::{self, Look, Rule, Test, verdict};
use super::gather::{Gather, Results};
use super::ink::{Ink, Lost};
use super::{Format, Limits, Refusal, number, style};
use crate::diag::{CellRef, Unreadable};
use crate::ooxml::Package;
use crate::ooxml::xml::{self, Node};

/// Rules of conditional formats that are looked at in a sheet.
const MOST_RULES: usize = 500;

const CONTENT: &str = "content.xml";
const STYLES: &str = "styles.xml";

pub(super) fn read(bytes: &[u8], limits: &Limits) -> Result<Book, Refusal> {
    let mut package = Package::open(bytes, limits.package())?;
    // Only the manifest says that the other parts are ciphertext.
    if package.text("META-INF/manifest.xml")?.is_some_and(|manifest| manifest.contains("encryption-data")) {
        return Err(Refusal::ENCRYPTED);
    }
    let text = package.text(CONTENT)?.ok_or_else(|| Refusal::unreadable(Unreadable::Missing, "content.xml is missing"))?;
    let meta = package.text("meta.xml").ok().flatten().unwrap_or_default();
    let mut reader = Reader::new(limits);
    // Styles that have names lie in a part of their own; those of the content may have names of that part's own again.
    if let Some(styles) = package.text(STYLES)? {
        xml::walk(STYLES, &styles, |node| -> Result<(), Refusal> {
            reader.style_node(&node);
            Ok(())
        })?;
    }
    if !xml::first_text(&meta, "generator").is_some_and(|generator| calculates(&generator)) {
        reader.gather.results = Results::Doubtful;
    }
    xml::walk(CONTENT, &text, |node| reader.node(&node))?;
    let (modified, returns) = (xml::first_text(&meta, "date"), user_defined(&meta, "scorebook.returns"));
    let Reader { mut sheets, gather, .. } = reader;
    gather.uncalculated(&mut sheets);
    Ok(Book { sheets, date_1904: false, modified, returns, format: Format::Ods })
}

/// `<meta:user-defined meta:name="…">text</meta:user-defined>`
fn user_defined(meta: &str, wanted: &str) -> Option<String> {
    xml::text_where(meta, "user-defined", |tag| xml::attribute(tag, "name").as_deref() == Some(wanted))
}

/// Offices name themselves; of the libraries that write this format hardly one calculates.
fn calculates(generator: &str) -> bool {
    let generator = generator.to_ascii_lowercase();
    ["office", "wps", "kingsoft", "calligra", "gnumeric", "collabora", "phpspreadsheet", "numbers"]
        .iter()
        .any(|name| generator.contains(name))
}

/// A cell of the row: its column, what it holds, its formula, why not all is seen.
type Told = (u32, Option<Content>, Option<String>, Option<Unseen>);

/// Where the walk stands.
struct Reader<'a> {
    limits: &'a Limits,
    gather: Gather<'a>,
    sheets: Vec<Sheet>,
    /// The style being read, by its family and name.
    style: Option<String>,
    /// Of sheets that are not displayed, of rows without height and columns without width.
    hidden_styles: HashSet<String>,
    /// What styles of cells and of letters say, by their families and names.
    looks: HashMap<String, Look>,
    /// Which other styles a style of cells takes, under which conditions.
    maps: HashMap<String, Vec<(Test, String)>>,
    /// The number format being read, as long as it shows nothing, and those that show nothing.
    bare_format: Option<(String, &'static str)>,
    bare_formats: HashMap<String, &'static str>,
    /// Depth of tables: one inside a cell is not a sheet.
    depth: u32,
    table: Table,
    row_repeats: u32,
    row_hidden: bool,
    /// The style of the row's cells that name none.
    row_style: Option<String>,
    column: u32,
    /// The row's, by column, with their formulas, and why not all of them is seen.
    cells: Vec<Told>,
    cell: Option<Cell>,
}

/// The sheet being read.
#[derive(Default)]
struct Table {
    name: String,
    hidden: bool,
    /// A copy of another file's sheet, kept for formulas that refer to it.
    linked: bool,
    /// Rows and columns declared so far.
    rows: u32,
    columns: u32,
    hidden_columns: Vec<(u32, u32)>,
    /// Styles of the cells that name none.
    column_styles: Vec<(u32, u32, String)>,
    /// A hidden row or column holds cells.
    hides: bool,
    /// Merged areas.
    merged: Vec<Area>,
    /// Conditional formats, bars and icons that stand in the places of values: the areas being read, and all.
    pictured: Vec<Area>,
    rules: Vec<Rule>,
    /// What cells are written with that are not black on white.
    inks: HashMap<(u32, u16), Ink>,
}

/// A cell whose closing tag has not come.
struct Cell {
    repeats: u32,
    /// How many rows and columns it is merged over.
    rows: u32,
    columns: u32,
    style: Option<String>,
    /// What its letters are written with, and those of the spans that are open.
    ink: Ink,
    spans: Vec<Ink>,
    lost: Lost,
    kind: String,
    value: Option<String>,
    formula: Option<String>,
    error: bool,
    text: String,
    paragraphs: u32,
    inside: u32,
    /// Depth inside an element whose text is not the cell's: a note, a drawing, a table.
    skipped: u32,
}

impl<'a> Reader<'a> {
    fn new(limits: &'a Limits) -> Self {
        Self {
            limits,
            gather: Gather::new(limits),
            sheets: Vec::new(),
            style: None,
            hidden_styles: HashSet::new(),
            looks: HashMap::new(),
            maps: HashMap::new(),
            bare_format: None,
            bare_formats: HashMap::new(),
            depth: 0,
            table: Table::default(),
            row_repeats: 1,
            row_hidden: false,
            row_style: None,
            column: 0,
            cells: Vec::new(),
            cell: None,
        }
    }

    fn node(&mut self, node: &Node) -> Result<(), Refusal> {
        if let Some(cell) = &mut self.cell {
            let cell_ends = matches!(node, Node::Close("table-cell" | "covered-table-cell")) && cell.skipped == 0;
            if !cell_ends {
                return cell.node(node, self.limits, &self.looks);
            }
            return self.cell_ends();
        }
        if self.depth == 0 {
            self.style_node(node);
        }
        match *node {
            Node::Open("table", tag) => {
                self.depth += 1;
                if self.depth == 1 {
                    let name = xml::attribute(tag, "name").unwrap_or_default();
                    let hidden =
                        xml::attribute(tag, "style-name").is_some_and(|style| self.hidden_styles.contains(&format!("table {style}")));
                    self.table = Table { name, hidden, ..Table::default() };
                }
            }
            Node::Close("table") if self.depth > 0 => {
                self.depth -= 1;
                if self.depth == 0 {
                    self.sheet_ends()?;
                }
            }
            _ if self.depth != 1 => {}
            Node::Open("table-source", _) => self.table.linked = true,
            Node::Open("table-column", tag) => {
                let repeats = repeats(tag, "number-columns-repeated")?;
                let end = self.table.columns.saturating_add(repeats);
                if self.unseen("table-column", tag) {
                    self.table.hidden_columns.push((self.table.columns, end));
                }
                let cells = xml::attribute(tag, "default-cell-style-name");
                self.table.column_styles.extend(cells.map(|style| (self.table.columns, end, style)));
                self.table.columns = self.table.columns.saturating_add(repeats);
            }
            Node::Open("table-row", tag) => {
                self.row_repeats = repeats(tag, "number-rows-repeated")?;
                self.row_hidden = self.unseen("table-row", tag);
                self.row_style = xml::attribute(tag, "default-cell-style-name");
                self.column = 0;
            }
            Node::Close("table-row") => self.row_ends()?,
            Node::Open("table-cell" | "covered-table-cell", tag) => {
                let mut cell = Cell::of(tag)?;
                cell.style = cell.style.or_else(|| self.row_style.clone()).or_else(|| self.column_style());
                cell.ink = cell.style.as_ref().map(|style| self.cell_ink(style)).unwrap_or_default();
                self.cell = Some(cell);
            }
            Node::Open("conditional-format", tag) => {
                self.table.pictured = xml::attribute(tag, "target-range-address").map(|text| areas(&text)).unwrap_or_default();
            }
            Node::Open("condition", tag) if self.table.rules.len() < MOST_RULES => {
                let said = |name| xml::attribute(tag, name).unwrap_or_default();
                if let Some(look) = self.looks.get(&format!("table-cell {}", said("apply-style-name"))) {
                    let areas = self.table.pictured.clone();
                    let test = Test::open_document(&said("value"), areas.first().map(|area| area.first));
                    self.table.rules.push(Rule { areas, test, look: look.clone() });
                }
            }
            Node::Open("data-bar" | "formatting-entry", tag) if xml::attribute(tag, "show-value").as_deref() == Some("false") => {
                let look = Look { bare: true, ..Look::default() };
                self.table.rules.push(Rule { areas: self.table.pictured.clone(), test: Test::Always, look });
            }
            _ => {}
        }
        Ok(())
    }

    /// What styles say, wherever they lie.
    fn style_node(&mut self, node: &Node) {
        match *node {
            Node::Open("style", tag) => {
                let family = xml::attribute(tag, "family").unwrap_or_default();
                self.style = xml::attribute(tag, "name").map(|name| format!("{family} {name}"));
                let parent = xml::attribute(tag, "parent-style-name").and_then(|parent| self.looks.get(&format!("{family} {parent}")));
                let mut look = parent.cloned().unwrap_or_default();
                if let Some(format) = xml::attribute(tag, "data-style-name") {
                    look.code = self.bare_formats.get(&format).map(|code| (*code).to_owned());
                }
                if let Some(style) = self.style.clone().filter(|_| matches!(family.as_str(), "table-cell" | "text")) {
                    self.maps.remove(&style);
                    self.looks.insert(style, look);
                }
            }
            Node::Open("table-properties", tag) if xml::attribute(tag, "display").as_deref() == Some("false") => {
                self.hidden_styles.extend(self.style.take());
            }
            Node::Open("table-column-properties", tag) if is_nought(tag, "column-width") => self.hidden_styles.extend(self.style.take()),
            Node::Open("table-row-properties", tag) if is_nought(tag, "row-height") => self.hidden_styles.extend(self.style.take()),
            Node::Open("text-properties" | "table-cell-properties", tag) => self.letters(tag),
            Node::Close("style") => self.style = None,
            Node::Open("number-style" | "text-style", tag) => self.bare_format = xml::attribute(tag, "name").map(|name| (name, ";;;")),
            // Of other numbers another format is taken.
            Node::Open("map", tag) if self.bare_format.is_some() => {
                let other = xml::attribute(tag, "apply-style-name");
                self.bare_format.take_if(|_| other.is_none_or(|other| !self.bare_formats.contains_key(&other)));
            }
            Node::Open("map", tag) => {
                let Some(style) = self.style.clone() else { return };
                let said = |name| xml::attribute(tag, name).unwrap_or_default();
                let base = first(&said("base-cell-address"));
                let map = (Test::open_document(&said("condition"), base), format!("table-cell {}", said("apply-style-name")));
                self.maps.entry(style).or_default().push(map);
            }
            Node::Open("number" | "fraction" | "scientific-number" | "currency-symbol", _) => self.bare_format = None,
            Node::Text(text) if !text.trim().is_empty() => self.bare_format = None,
            Node::Open("text-content", _) => {
                if let Some((_, code)) = &mut self.bare_format {
                    *code = ";;;@";
                }
            }
            Node::Close("number-style" | "text-style") => self.bare_formats.extend(self.bare_format.take()),
            _ => {}
        }
    }

    /// What the style being read says of its letters and their ground.
    fn letters(&mut self, tag: &BytesStart) {
        let Some(look) = self.style.as_ref().and_then(|style| self.looks.get_mut(style)) else { return };
        let said = |name| xml::qualified(tag, name);
        look.colour = said("fo:color").map(|colour| Colour::named(&colour)).or(look.colour);
        if said("style:use-window-font-color").as_deref() == Some("true") {
            look.colour = Some(Colour::Automatic);
        }
        let ground = said("fo:background-color");
        look.ground = ground.map(|ground| if ground == "transparent" { Colour::WHITE } else { Colour::named(&ground) }).or(look.ground);
        look.points = said("fo:font-size").and_then(|size| size.strip_suffix("pt")?.trim().parse().ok()).or(look.points);
        if said("text:display").as_deref() == Some("none") {
            look.points = Some(0.0);
        }
        for line in [said("style:text-line-through-type"), said("style:text-line-through-style")].into_iter().flatten() {
            look.struck = line != "none";
        }
    }

    /// The style of the column for cells that name none.
    fn column_style(&self) -> Option<String> {
        self.table.column_styles.iter().find(|(first, end, _)| (*first..*end).contains(&self.column)).map(|(.., style)| style.clone())
    }

    fn cell_ink(&self, style: &str) -> Ink {
        self.looks.get(&format!("table-cell {style}")).map(|look| look.over(&Ink::default())).unwrap_or_default()
    }

    /// What a condition of the cell's style makes of it: the first that is met, or may be.
    fn mapped(&self, style: Option<&String>, content: &Content, ink: &Ink) -> Option<(Unseen, Option<Content>)> {
        let maps = self.maps.get(&format!("table-cell {}", style?))?;
        maps.iter().find_map(|(test, applied)| verdict(content, ink, test, self.looks.get(applied)?, false))
    }

    /// `table:visibility` is `collapse` for hidden, `filter` for filtered out; a style without height or width hides too.
    fn unseen(&self, family: &str, tag: &BytesStart) -> bool {
        xml::attribute(tag, "visibility").is_some_and(|visibility| visibility != "visible")
            || xml::attribute(tag, "style-name").is_some_and(|style| self.hidden_styles.contains(&format!("{family} {style}")))
    }

    fn cell_ends(&mut self) -> Result<(), Refusal> {
        let Some(cell) = self.cell.take() else { return Ok(()) };
        let repeats = cell.repeats;
        if (cell.rows > 1 || cell.columns > 1) && self.table.merged.len() < Area::MOST {
            let (row, column) = (self.table.rows, self.column.min(u32::from(u16::MAX)) as u16);
            let last = (row.saturating_add(cell.rows - 1), column.saturating_add(cell.columns.saturating_sub(1) as u16));
            self.table.merged.extend(Area::of((row, column), last));
        }
        let (style, ink) = (cell.style.clone(), cell.ink);
        let (mut content, formula, mut unseen) = cell.content();
        if let Some(held) = &content
            && let Some((why, other)) = self.mapped(style.as_ref(), held, &ink)
        {
            (content, unseen) = (other.or(content), unseen.or(Some(why)));
        }
        if content.is_some() || formula.is_some() {
            if self.column.saturating_add(repeats) > self.limits.max_columns {
                return Err(Refusal::too_large("columns", self.limits.max_columns));
            }
            let columns = self.column..self.column + repeats;
            self.table.hides |= self.table.hidden_columns.iter().any(|&(first, end)| first < columns.end && columns.start < end);
            if !ink.is_usual() && self.table.inks.len() < Gather::MOST_UNSEEN {
                self.table.inks.extend(columns.clone().map(|column| ((self.table.rows, column.min(u32::from(u16::MAX)) as u16), ink)));
            }
            self.cells.extend(columns.map(|column| (column, content.clone(), formula.clone(), unseen)));
        }
        self.column = self.column.saturating_add(repeats);
        Ok(())
    }

    fn row_ends(&mut self) -> Result<(), Refusal> {
        let cells = std::mem::take(&mut self.cells);
        if !cells.is_empty() && !self.table.linked {
            self.table.hides |= self.row_hidden;
            // Ends early: the gatherer refuses the first row past its limit.
            for row in self.table.rows..self.table.rows.saturating_add(self.row_repeats) {
                for (column, content, formula, unseen) in &cells {
                    if let Some(why) = unseen {
                        self.gather.unseen(row, *column, *why);
                    }
                    match formula {
                        Some(formula) => self.gather.result(row, *column, formula, content.clone())?,
                        None => content.clone().map_or(Ok(()), |content| self.gather.push(row, *column, content))?,
                    }
                }
            }
        }
        self.table.rows = self.table.rows.saturating_add(self.row_repeats);
        Ok(())
    }

    fn sheet_ends(&mut self) -> Result<(), Refusal> {
        let mut sheet = self.gather.sheet(&self.table.name, self.table.hidden)?;
        sheet.hidden_rows = self.table.hides;
        sheet.merge(std::mem::take(&mut self.table.merged))?;
        let inks = std::mem::take(&mut self.table.inks);
        let ink = |(row, column)| inks.get(&(row, column as u16)).copied().unwrap_or_default();
        conditional::apply(&mut sheet, &self.table.rules, &ink, false);
        if !self.table.linked {
            self.sheets.push(sheet);
        }
        if self.sheets.len() > self.limits.max_sheets {
            return Err(Refusal::too_large("sheets", self.limits.max_sheets));
        }
        Ok(())
    }
}

impl Cell {
    fn of(tag: &BytesStart) -> Result<Self, Refusal> {
        let named = |name| xml::qualified(tag, name);
        let kind = named("office:value-type").unwrap_or_default();
        let value = match kind.as_str() {
            "string" => named("office:string-value"),
            "date" => named("office:date-value"),
            "time" => named("office:time-value"),
            "boolean" => named("office:boolean-value"),
            _ => named("office:value"),
        };
        Ok(Self {
            repeats: repeats(tag, "number-columns-repeated")?,
            rows: repeats(tag, "number-rows-spanned")?,
            columns: repeats(tag, "number-columns-spanned")?,
            style: named("table:style-name"),
            ink: Ink::default(),
            spans: Vec::new(),
            lost: Lost::default(),
            value,
            formula: named("table:formula"),
            error: named("calcext:value-type").as_deref() == Some("error"),
            kind,
            text: String::new(),
            paragraphs: 0,
            inside: 0,
            skipped: 0,
        })
    }

    fn node(&mut self, node: &Node, limits: &Limits, looks: &HashMap<String, Look>) -> Result<(), Refusal> {
        match *node {
            Node::Open(..) if self.skipped > 0 => self.skipped += 1,
            Node::Close(_) if self.skipped > 0 => self.skipped -= 1,
            _ if self.skipped > 0 => {}
            Node::Open("p" | "h", _) => {
                if self.paragraphs > 0 {
                    self.text.push('\n');
                }
                self.paragraphs += 1;
                self.inside += 1;
            }
            Node::Close("p" | "h") => self.inside = self.inside.saturating_sub(1),
            Node::Open("s", tag) => {
                let spaces = xml::attribute(tag, "c").and_then(|count| count.parse().ok()).unwrap_or(1usize);
                self.text.extend(std::iter::repeat_n(' ', spaces.min(limits.max_text + 1)));
            }
            Node::Open("tab", _) => self.text.push('\t'),
            Node::Open("line-break", _) => self.text.push('\n'),
            Node::Open("span", tag) => {
                let around = self.spans.last().copied().unwrap_or(self.ink);
                let look = xml::attribute(tag, "style-name").and_then(|style| looks.get(&format!("text {style}")));
                self.spans.push(look.map_or(around, |look| look.over(&around)));
            }
            Node::Close("span") => drop(self.spans.pop()),
            Node::Open("a" | "ruby" | "ruby-base" | "list" | "list-item", _) | Node::Close(_) => {}
            Node::Open(..) => self.skipped = 1,
            // White space between elements is layout; inside a paragraph a run of it is one space (ODF 1.2, 6.1.2).
            Node::Text(text) if self.inside > 0 => {
                let from = self.text.len();
                for c in text.chars() {
                    let space = matches!(c, ' ' | '\t' | '\r' | '\n');
                    if !(space && self.text.ends_with(' ')) {
                        self.text.push(if space { ' ' } else { c });
                    }
                }
                self.lost.add(&self.text, from, self.spans.last().unwrap_or(&self.ink));
            }
            Node::Text(_) => {}
        }
        if self.text.len() > limits.max_text {
            return Err(Refusal::too_large("text", limits.max_text));
        }
        Ok(())
    }

    /// What the cell holds, its formula, and why not all is seen.
    fn content(self) -> (Option<Content>, Option<String>, Option<Unseen>) {
        if self.error {
            return (Some(Content::Error(self.text.into())), self.formula, None);
        }
        let (unseen, left) = match self.lost.of(&self.text) {
            Some((why, left)) => (Some(why), left),
            // A value without its text is written as the cell is.
            None if self.text.trim().is_empty() => (self.ink.unseen(), None),
            None => (None, None),
        };
        let stored = match (self.kind.as_str(), self.value) {
            ("time", Some(value)) => Some(number::iso_time(&value).unwrap_or_else(|| Content::Text(value.into()))),
            ("string", Some(value)) => Some(Content::Text(value.into())),
            // A formula's empty text is a value; an empty cell's is none.
            ("string", None) => Some(Content::Text(self.text.as_str().into())),
            ("date", Some(value)) => Some(number::iso_content(&value)),
            ("boolean", Some(value)) => Some(Content::Bool(value == "true")),
            (_, Some(value)) => Some(value.trim().parse().map_or_else(|_| Content::Text(value.into()), number::content)),
            ("", None) if self.formula.is_none() && !self.text.is_empty() => Some(Content::Text(self.text.as_str().into())),
            (_, None) => None,
        };
        let content = match stored {
            Some(Content::Text(text)) if text.is_empty() && self.formula.is_none() => None,
            // The paragraphs are what the format made of it; without any nothing is known of that.
            Some(content) if self.paragraphs > 0 => Some(style::seen(left.as_ref().unwrap_or(&self.text), content, "")),
            content => content,
        };
        (content, self.formula, unseen)
    }
}

/// `表.D2` as row and column, whatever the sheet.
fn first(text: &str) -> Option<(u32, u16)> {
    CellRef::parse(&text.rsplit('.').next()?.replace('$', "")).map(|cell| (cell.row, cell.column))
}

/// `表.D2:表.D9 '甲 乙'.F2` as rectangles, whatever the sheet.
fn areas(text: &str) -> Vec<Area> {
    // Names in quotation marks may hold anything.
    let bare: String = text.split('\'').step_by(2).collect();
    let area = |text: &str| {
        let (from, to) = text.split_once(':').unwrap_or((text, text));
        Some(Area { first: first(from)?, last: first(to)? })
    };
    bare.split_whitespace().filter_map(area).take(Area::MOST).collect()
}

fn repeats(tag: &BytesStart, name: &str) -> Result<u32, Refusal> {
    let Some(text) = xml::attribute(tag, name) else { return Ok(1) };
    text.parse().map_err(|_| Refusal::unreadable(Unreadable::Content, format!("{CONTENT}: {name} is {text}")))
}

/// True for a height or a width of nothing: `0cm`, `0.000in`.
fn is_nought(tag: &BytesStart, name: &str) -> bool {
    let size = xml::attribute(tag, name).unwrap_or_default();
    size.trim_end_matches(|c: char| c.is_ascii_alphabetic()).parse().is_ok_and(|size: f64| size <= 0.0)
}
