//! A workbook as it was drawn: cells, merges, page setup, titles and pictures, and what of it cannot be carried over.

use std::collections::BTreeMap;

use chrono::{Datelike, NaiveDate};

use super::conditional::{self, DrawnCondition};
use super::drawing;
use super::error::{Feature, Problem};
use super::lost;
use super::package::Package;
use super::settings;
use super::style::{self, Looks};
use crate::diag::{CellRef, Unreadable};
use crate::exact::{Decimal, Exact};
use crate::form::chart::Chart;
use crate::form::model::{Font, Margins, PageSetup, Range, Style, StyleId};
use crate::layout;
use crate::number_format::Format;
use crate::ooxml::{Element, Fault, Theme, printable};

/// A workbook as drawn, placeholders still text.
pub(super) struct DrawnBook {
    pub looks: Looks,
    pub sheets: Vec<DrawnSheet>,
    /// What was met and will not be carried.
    pub lost: Vec<Lost>,
}

/// Sheet, cell and what of it will not be carried.
pub(super) type Lost = (String, Option<CellRef>, Feature);

/// One sheet as drawn. Rows and columns run from 0 to the last that bears anything.
#[derive(Default)]
pub(super) struct DrawnSheet {
    pub name: String,
    /// Per row, dense from column A.
    pub rows: Vec<DrawnRow>,
    pub columns: Vec<DrawnColumn>,
    /// Digits of a column that the file does not mention.
    pub usual_width: f64,
    /// The font of the workbook's normal style, in whose digits widths are.
    pub normal: Font,
    pub merges: Vec<Range>,
    pub page: PageSetup,
    pub title_rows: Option<(u32, u32)>,
    pub title_columns: Option<(u16, u16)>,
    pub print_area: Option<Range>,
    /// Columns before which a page begins.
    pub column_breaks: Vec<u16>,
    pub images: Vec<DrawnImage>,
    /// The first before the others.
    pub conditions: Vec<DrawnCondition>,
    /// Mistakes that only the file shows.
    pub problems: Vec<(Option<CellRef>, Problem)>,
}

#[derive(Clone, Default)]
pub(super) struct DrawnRow {
    pub height: Option<f64>,
    pub hidden: bool,
    pub break_before: bool,
    pub cells: Vec<DrawnCell>,
    /// How many of the cells it takes to show all that the row shows.
    shown: usize,
}

#[derive(Clone, Copy)]
pub(super) struct DrawnColumn {
    pub width: f64,
    pub hidden: bool,
}

#[derive(Clone, Default)]
pub(super) struct DrawnCell {
    pub style: StyleId,
    pub content: Drawn,
    /// The file has this cell, so it inherits nothing from its row and column.
    present: bool,
}

#[derive(Clone, Default, PartialEq)]
pub(super) enum Drawn {
    #[default]
    Empty,
    Text(String),
    /// As the file has it.
    Number(String),
    Truth(bool),
    /// Without the leading sign; relative to its own cell already.
    Formula(String),
}

pub(super) struct DrawnImage {
    pub bytes: std::sync::Arc<[u8]>,
    pub row: u32,
    pub column: u16,
    pub offset: (f64, f64),
    pub size: (f64, f64),
    pub description: String,
    /// A chart in the place of a picture.
    pub chart: Option<Box<Chart>>,
}

/// Why a workbook cannot be read.
pub(super) enum Refusal {
    Fault(Fault),
    TooLarge(String),
}

impl From<Fault> for Refusal {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

const MOST_SHEETS: usize = 100;
pub(super) const MOST_ROWS: u32 = 10_000;
pub(super) const MOST_COLUMNS: u32 = 1_000;
/// Cells of all sheets together, those between the drawn ones too.
const MOST_CELLS: usize = 200_000;
/// Bytes of all cells' texts together: one long string may stand in every cell of a small file.
const MOST_TEXT: usize = 4 << 20;
/// What an office accepts in one cell.
const LONGEST_TEXT: usize = 32_767;
const UNKNOWN_PAPER: u16 = u16::MAX;
const MOST_MERGES: usize = 5_000;

/// Reads the whole workbook.
pub(super) fn read(bytes: &[u8]) -> Result<DrawnBook, Refusal> {
    let mut package = Package::open(bytes)?;
    let main = package
        .relations("")
        .into_values()
        .find(|(kind, _)| kind == "officeDocument")
        .map_or_else(|| "xl/workbook.xml".to_owned(), |(_, target)| target);
    let workbook = package.xml(&main)?;
    let relations = package.relations(&main);
    let part = |kind: &str| relations.values().find(|(word, _)| word == kind).map(|(_, target)| target.clone());
    let styles = match part("styles") {
        Some(path) => Some(package.xml(&path)?),
        None => None,
    };
    let theme = part("theme").and_then(|path| package.text(&path)).map(|text| Theme::read(&text)).unwrap_or_default();
    let mut looks = Looks::read(styles.as_ref(), theme);
    let strings = match part("sharedStrings") {
        Some(path) => package.xml(&path)?.children,
        None => Vec::new(),
    };
    let date_1904 = workbook.child("workbookPr").and_then(|properties| properties.flag("date1904")) == Some(true);
    let mut book = DrawnBook { looks: Looks::default(), sheets: Vec::new(), lost: Vec::new() };
    let mut budget = Budget { cells: MOST_CELLS, text: MOST_TEXT };
    // Print titles and areas name their sheet by its place among all sheets, charts included.
    let mut places = Vec::new();
    for (place, entry) in workbook.child("sheets").iter().flat_map(|sheets| sheets.all("sheet")).enumerate() {
        let name = entry.attribute("name").unwrap_or_default().to_owned();
        let Some((kind, path)) = entry.attribute("id").and_then(|id| relations.get(id)) else {
            return Err(Fault::unreadable(Unreadable::Missing, name).into());
        };
        if kind != "worksheet" {
            book.lost.push((name, None, Feature::Shape));
            continue;
        }
        // A sheet that the clerk has hidden is a scratch sheet, not part of the form; the settings count wherever they are.
        if name.trim() != settings::SHEET && entry.attribute("state").is_some_and(|state| state != "visible") {
            continue;
        }
        if book.sheets.len() >= MOST_SHEETS {
            return Err(Refusal::TooLarge(name));
        }
        let root = package.xml(path)?;
        let mut reading = Reading { date_1904, looks: &mut looks, strings: &strings, budget: &mut budget, lost: &mut book.lost };
        let mut sheet = reading.sheet(name, &root)?;
        let parts = package.relations(path);
        if let Some((_, target)) = root.child("drawing").and_then(|drawing| drawing.attribute("id")).and_then(|id| parts.get(id)) {
            drawing::pictures(&mut package, target, &mut sheet, &looks, &mut book.lost);
        }
        if let Some((_, target)) = parts.values().find(|(kind, _)| kind == "comments") {
            lost::comments(package.xml(target).ok().as_ref(), &sheet.name, &mut book.lost);
        }
        sheet.conditions = conditional::read(&root, &looks, &sheet.name, &mut book.lost);
        lost::of_sheet(&root, &sheet.name, &mut book.lost);
        sheet.reach_pictures(&mut book.lost);
        book.sheets.push(sheet);
        places.push(place);
    }
    for name in workbook.child("definedNames").iter().flat_map(|names| names.all("definedName")) {
        let Some(at) = name.number::<usize>("localSheetId").and_then(|place| places.iter().position(|other| *other == place)) else {
            continue;
        };
        defined_name(&mut book.sheets[at], name.attribute("name").unwrap_or_default(), &name.text, &mut book.lost);
    }
    book.looks = looks;
    Ok(book)
}

struct Reading<'a> {
    /// Days count from 1904.
    date_1904: bool,
    looks: &'a mut Looks,
    strings: &'a [Element],
    budget: &'a mut Budget,
    lost: &'a mut Vec<Lost>,
}

/// What the workbook may still hold.
struct Budget {
    cells: usize,
    text: usize,
}

impl Reading<'_> {
    fn sheet(&mut self, name: String, root: &Element) -> Result<DrawnSheet, Refusal> {
        let mut page = page(root);
        (page.header, page.footer) = (self.looks.plain_colors(&page.header), self.looks.plain_colors(&page.footer));
        if !layout::is_known_paper(page.paper) {
            page.paper = 9;
            lost::note(self.lost, &name, None, Feature::Paper);
        }
        let mut sheet = DrawnSheet { page, normal: self.looks.normal.clone(), ..DrawnSheet::default() };
        let format = root.child("sheetFormatPr");
        // Rows that the file does not mention may be hidden all together.
        let default_hidden = format.and_then(|format| format.flag("zeroHeight")).unwrap_or(false);
        let default_height =
            format.filter(|format| format.flag("customHeight") == Some(true)).and_then(|format| format.length("defaultRowHeight"));
        let mut rows = self.rows(&name, root, default_height)?;
        merges(&mut sheet, &name, root)?;
        let merged = |last: fn(&Range) -> u32| sheet.merges.iter().map(last).max();
        let height = rows
            .iter()
            .filter(|(_, (row, _))| row.shown > 0)
            .map(|(index, _)| *index)
            .chain(merged(|range| range.last_row))
            .max()
            .map_or(0, |last| last as usize + 1);
        let width = rows
            .values()
            .map(|(row, _)| row.shown)
            .chain(merged(|range| u32::from(range.last_column) + 1).map(|width| width as usize))
            .max()
            .unwrap_or(0);
        self.budget.cells = self.budget.cells.checked_sub(height * width).ok_or_else(|| Refusal::TooLarge(name.clone()))?;
        let (columns, column_styles, usual_width) = columns(root, format, width, drawing::digit(&self.looks.normal));
        (sheet.columns, sheet.usual_width) = (columns, usual_width);
        sheet.rows = (0..height as u32)
            .map(|index| {
                let (mut row, row_style) = rows
                    .remove(&index)
                    .unwrap_or_else(|| (DrawnRow { height: default_height, hidden: default_hidden, ..DrawnRow::default() }, None));
                // A cell that the file leaves out looks like its row, else like its column.
                row.cells.truncate(width);
                let present = row.cells.len();
                for (column, column_style) in column_styles.iter().enumerate() {
                    let inherited = row_style.or(*column_style).filter(|style| self.visible(*style));
                    if let Some(style) = inherited
                        && (column >= present || !row.cells[column].present)
                    {
                        if row.cells.len() <= column {
                            row.cells.resize_with(column + 1, DrawnCell::default);
                        }
                        row.cells[column].style = style;
                    }
                }
                row
            })
            .collect();
        for mark in root.child("rowBreaks").iter().flat_map(|breaks| breaks.all("brk")) {
            if let Some(row) = mark.number::<usize>("id").and_then(|id| sheet.rows.get_mut(id)) {
                row.break_before = true;
            }
        }
        for mark in root.child("colBreaks").iter().flat_map(|breaks| breaks.all("brk")) {
            sheet.column_breaks.extend(mark.number::<u16>("id").filter(|column| usize::from(*column) < sheet.columns.len() && *column > 0));
        }
        sheet.name = name;
        Ok(sheet)
    }

    /// The rows that the file mentions, each with the look of its cells that are left out.
    fn rows(
        &mut self,
        name: &str,
        root: &Element,
        default_height: Option<f64>,
    ) -> Result<BTreeMap<u32, (DrawnRow, Option<StyleId>)>, Refusal> {
        let too_large = || Refusal::TooLarge(name.to_owned());
        let mut shared: BTreeMap<u32, (CellRef, String)> = BTreeMap::new();
        let mut rows: BTreeMap<u32, (DrawnRow, Option<StyleId>)> = BTreeMap::new();
        let (mut next_row, mut reading) = (0u32, 0);
        for row in root.child("sheetData").iter().flat_map(|data| data.all("row")) {
            let index = row.number::<u32>("r").and_then(|number| number.checked_sub(1)).unwrap_or(next_row);
            next_row = index.saturating_add(1);
            let height = row.length("ht").filter(|height| *height >= 0.0);
            let mut drawn = DrawnRow {
                // An office prints the height that the file records, fitted by hand or by itself.
                height: height.or(default_height),
                hidden: row.flag("hidden").unwrap_or(false),
                ..DrawnRow::default()
            };
            let row_style = row.number::<u32>("s").filter(|_| row.flag("customFormat") == Some(true)).map(StyleId);
            let mut next_column = 0u32;
            for cell in row.all("c") {
                let place = cell.attribute("r").and_then(cell_ref);
                let column = place.map_or(next_column, |place| u32::from(place.column));
                next_column = column + 1;
                let style = StyleId(cell.number("s").filter(|style| (*style as usize) < self.looks.cells.len()).unwrap_or(0));
                let at = CellRef { row: index, column: column as u16 };
                let (content, style) = self.content(cell, at, style, &mut shared, name)?;
                if content == Drawn::Empty && !self.visible(style) && (column >= MOST_COLUMNS || index >= MOST_ROWS) {
                    continue;
                }
                if column >= MOST_COLUMNS || index >= MOST_ROWS {
                    return Err(too_large());
                }
                let column = column as usize;
                if drawn.cells.len() <= column {
                    drawn.cells.resize_with(column + 1, DrawnCell::default);
                }
                for feature in self.looks.lost(style) {
                    lost::note(self.lost, name, Some(at), feature);
                }
                drawn.cells[column] = DrawnCell { style, content, present: true };
            }
            // Cells that show nothing do not make the sheet larger, but they inherit nothing.
            let shown = drawn.cells.iter().rposition(|cell| cell.content != Drawn::Empty || self.visible(cell.style));
            drawn.shown = shown.map_or(0, |last| last + 1);
            reading += drawn.cells.len();
            if reading > MOST_CELLS {
                return Err(too_large());
            }
            if index < MOST_ROWS {
                rows.insert(index, (drawn, row_style));
            }
        }
        Ok(rows)
    }

    fn visible(&self, style: StyleId) -> bool {
        self.looks
            .cells
            .get(style.0 as usize)
            .is_some_and(|style| style.fill.is_some() || style.borders != crate::form::model::Borders::default())
    }

    fn content(
        &mut self,
        cell: &Element,
        at: CellRef,
        style: StyleId,
        shared: &mut BTreeMap<u32, (CellRef, String)>,
        sheet: &str,
    ) -> Result<(Drawn, StyleId), Refusal> {
        let (content, style) = self.read(cell, at, style, shared, sheet);
        if let Drawn::Text(text) | Drawn::Formula(text) = &content {
            let too_large = || Refusal::TooLarge(sheet.to_owned());
            self.budget.text = self.budget.text.checked_sub(text.len()).ok_or_else(too_large)?;
            if text.chars().count() > LONGEST_TEXT {
                return Err(too_large());
            }
        }
        Ok((content, style))
    }

    fn read(
        &mut self,
        cell: &Element,
        at: CellRef,
        style: StyleId,
        shared: &mut BTreeMap<u32, (CellRef, String)>,
        sheet: &str,
    ) -> (Drawn, StyleId) {
        if let Some(formula) = cell.child("f") {
            let text = formula.text.trim().trim_start_matches('=').to_owned();
            let text = match (formula.attribute("t"), formula.number::<u32>("si")) {
                (Some("shared"), Some(group)) if text.is_empty() => {
                    shared.get(&group).map_or_else(String::new, |(from, text)| super::formula::shifted(text, *from, at))
                }
                (Some("shared"), Some(group)) => {
                    shared.insert(group, (at, text.clone()));
                    text
                }
                // An array formula reads more than its text says; the marker makes the checker refuse it.
                (Some("array" | "dataTable"), _) => format!("{{{text}}}"),
                _ => text,
            };
            return (Drawn::Formula(text), style);
        }
        let value = cell.child("v").map(|value| value.text.as_str());
        match (cell.attribute("t"), value) {
            (Some("s"), Some(index)) => match index.trim().parse::<usize>().ok().and_then(|index| self.strings.get(index)) {
                Some(string) => self.text(string, style, (sheet, at)),
                None => (Drawn::Empty, style),
            },
            (Some("inlineStr"), _) => cell.child("is").map_or((Drawn::Empty, style), |string| self.text(string, style, (sheet, at))),
            (Some("str" | "e"), Some(text)) => (text_or_empty(printable(text)), style),
            (Some("b"), Some(value)) => (Drawn::Truth(matches!(value.trim(), "1" | "true")), style),
            (Some("d"), Some(moment)) => (serial_of(moment).map_or_else(|| text_or_empty(printable(moment)), Drawn::Number), style),
            (_, Some(number)) if !number.trim().is_empty() => (Drawn::Number(self.of_1900(number.trim(), style)), style),
            _ => (Drawn::Empty, style),
        }
    }

    /// A day of the 1904 system as the number of the 1900 system, which is what is filled and written.
    fn of_1900(&self, number: &str, style: StyleId) -> String {
        let code = self.looks.cells.get(style.0 as usize).map(|style| style.number_format.as_str());
        let moved = || {
            let serial = Decimal::parse(number)?;
            Some((Exact::from(serial) + Exact::from(1462)).publish(u32::from(serial.places())))
        };
        if self.date_1904 && code.is_some_and(|code| Format::parse(code).shows_day()) {
            return moved().unwrap_or_else(|| number.to_owned());
        }
        number.to_owned()
    }

    /// A string item: plain, or runs of which the first gives the look.
    fn text(&mut self, item: &Element, style: StyleId, (sheet, at): (&str, CellRef)) -> (Drawn, StyleId) {
        let mut runs = item.all("r").peekable();
        let Some(first) = runs.peek() else {
            return (text_or_empty(item.child("t").map_or_else(String::new, |text| printable(&text.text))), style);
        };
        let mut look = style;
        let looks = |run: &Element| run.child("rPr").map(|properties| self.looks.font(properties, &Font::default()));
        let shown = |run: &&Element| run.child("t").is_some_and(|text| !text.text.trim().is_empty());
        let mut fonts = item.all("r").filter(shown).map(looks);
        let head = fonts.next();
        if head.is_some_and(|head| fonts.any(|font| font != head)) {
            lost::note(self.lost, sheet, Some(at), Feature::MixedFonts);
        }
        if let (Some(properties), Some(base)) = (first.child("rPr"), self.looks.cells.get(style.0 as usize)) {
            let font = self.looks.font(properties, &base.font);
            if font != base.font {
                let changed = Style { font, ..base.clone() };
                let place = self.looks.cells.iter().position(|other| *other == changed).unwrap_or_else(|| {
                    self.looks.cells.push(changed);
                    self.looks.cells.len() - 1
                });
                look = StyleId(place as u32);
            }
        }
        if item.all("r").filter_map(|run| run.child("rPr")).any(style::raised) {
            lost::note(self.lost, sheet, Some(at), Feature::RaisedText);
        }
        let text: String = runs.filter_map(|run| run.child("t")).map(|text| printable(&text.text)).collect();
        (text_or_empty(text), look)
    }
}

fn text_or_empty(text: String) -> Drawn {
    if text.is_empty() { Drawn::Empty } else { Drawn::Text(text) }
}

/// Widths from A on, and the look that empty cells inherit.
fn columns(root: &Element, format: Option<&Element>, width: usize, digit: u32) -> (Vec<DrawnColumn>, Vec<Option<StyleId>>, f64) {
    // Without a default width the file means so many digits, eight if it does not say, and 5 px padding, in steps of 8 px.
    let digit = f64::from(digit);
    let usual = format.and_then(|format| format.length("defaultColWidth")).unwrap_or_else(|| {
        let digits = format.and_then(|format| format.length("baseColWidth")).filter(|digits| (1.0..=255.0).contains(digits)).unwrap_or(8.0);
        ((digits * digit + 5.0) / 8.0).ceil() * 8.0 / digit
    });
    let mut columns = vec![DrawnColumn { width: usual, hidden: false }; width];
    let mut styles = vec![None; width];
    for entry in root.child("cols").iter().flat_map(|cols| cols.all("col")) {
        let (Some(first), Some(last)) = (entry.number::<usize>("min"), entry.number::<usize>("max")) else { continue };
        for column in first.saturating_sub(1)..last.min(width) {
            columns[column] = DrawnColumn {
                width: entry.length("width").filter(|width| (0.0..=255.0).contains(width)).unwrap_or(usual),
                hidden: entry.flag("hidden").unwrap_or(false),
            };
            styles[column] = entry.number("style").map(StyleId);
        }
    }
    (columns, styles, usual)
}

fn page(root: &Element) -> PageSetup {
    let mut page = PageSetup::default();
    if let Some(margins) = root.child("pageMargins") {
        let points = |name: &str, usual: f64| {
            margins.length(name).filter(|inches| (0.0..=50.0).contains(inches)).map_or(usual, |inches| inches * 72.0)
        };
        let usual = page.margins;
        page.margins = Margins {
            left: points("left", usual.left),
            right: points("right", usual.right),
            top: points("top", usual.top),
            bottom: points("bottom", usual.bottom),
            header: points("header", usual.header),
            footer: points("footer", usual.footer),
        };
    }
    if let Some(setup) = root.child("pageSetup") {
        // Zero is the printer's own choice; a size in millimetres is nobody's code.
        let sized = setup.attribute("paperHeight").or_else(|| setup.attribute("paperWidth")).is_some();
        page.paper = setup.number("paperSize").filter(|code| *code > 0).unwrap_or(if sized { UNKNOWN_PAPER } else { 9 });
        page.landscape = setup.attribute("orientation") == Some("landscape");
        page.scale = setup.number("scale").filter(|scale| (10..=400).contains(scale)).unwrap_or(100);
        page.over_then_down = setup.attribute("pageOrder") == Some("overThenDown");
        page.first_page = setup.number("firstPageNumber").filter(|_| setup.flag("useFirstPageNumber") == Some(true));
    }
    // Fitting counts only with this switch; both numbers default to one.
    let fits = root.child("sheetPr").and_then(|sheet| sheet.child("pageSetUpPr")).and_then(|fit| fit.flag("fitToPage"));
    if fits == Some(true) {
        let number = |name: &str| root.child("pageSetup").and_then(|setup| setup.number::<u16>(name)).unwrap_or(1);
        page.fit = Some((number("fitToWidth"), number("fitToHeight")));
    }
    if let Some(options) = root.child("printOptions") {
        page.center_horizontally = options.flag("horizontalCentered").unwrap_or(false);
        page.center_vertically = options.flag("verticalCentered").unwrap_or(false);
    }
    if let Some(bands) = root.child("headerFooter") {
        let band = |name: &str| bands.child(name).map_or_else(String::new, |band| printable(&band.text));
        page.header = band("oddHeader");
        page.scale_header = bands.flag("scaleWithDoc").unwrap_or(true);
        page.footer = band("oddFooter");
    }
    page
}

fn defined_name(sheet: &mut DrawnSheet, name: &str, text: &str, not_carried: &mut Vec<Lost>) {
    // A comma or a mark of exclamation within quotes belongs to a tab name.
    let mut quoted = false;
    let plain: String = text
        .chars()
        .filter(|character| {
            quoted ^= *character == '\'';
            !quoted && *character != '\'' && *character != '$'
        })
        .collect();
    let parts = plain.split(',').map(|part| part.rsplit_once('!').map_or(part, |(_, range)| range));
    match name.trim_start_matches("_xlnm.") {
        "Print_Titles" => {
            for part in parts {
                let Some((first, last)) = part.trim().split_once(':') else {
                    lost::note(not_carried, &sheet.name, None, Feature::PrintArea);
                    continue;
                };
                if let (Ok(first @ 1..), Ok(last @ 1..)) = (first.parse::<u32>(), last.parse::<u32>()) {
                    sheet.title_rows = Some((first.min(last) - 1, first.max(last) - 1));
                } else if let (Some(first), Some(last)) = (CellRef::parse_column(first), CellRef::parse_column(last)) {
                    sheet.title_columns = Some((first.min(last), first.max(last)));
                } else {
                    lost::note(not_carried, &sheet.name, None, Feature::PrintArea);
                }
            }
        }
        "Print_Area" => {
            let mut parts = parts;
            sheet.print_area = parts.next().and_then(|part| sheet.area(part.trim()));
            if sheet.print_area.is_none() {
                lost::note(not_carried, &sheet.name, None, Feature::PrintArea);
            }
            if parts.next().is_some() {
                lost::note(not_carried, &sheet.name, None, Feature::PrintAreas);
            }
        }
        _ => {}
    }
}

impl DrawnSheet {
    /// A print area: a range, or whole columns or rows of what is drawn.
    fn area(&self, written: &str) -> Option<Range> {
        let (first, last) = written.split_once(':').unwrap_or((written, written));
        let (rows, columns) = (self.rows.len().max(1) as u32 - 1, self.columns.len().max(1) as u16 - 1);
        let whole = |first_row, first_column, last_row, last_column| Some(Range { first_row, first_column, last_row, last_column });
        if let (Some(first), Some(last)) = (CellRef::parse_column(first), CellRef::parse_column(last)) {
            return whole(0, first.min(last), rows, first.max(last).min(columns.max(first.min(last))));
        }
        if let (Ok(first @ 1..), Ok(last @ 1..)) = (first.parse::<u32>(), last.parse::<u32>()) {
            return whole(first.min(last) - 1, 0, first.max(last) - 1, columns);
        }
        range_ref(written)
    }

    /// Rows and columns down to the last picture: one may stand below everything else. One that is larger than what its page has
    /// room for is made smaller.
    fn reach_pictures(&mut self, lost: &mut Vec<Lost>) {
        let scale = f64::from(self.page.scale) / 100.0;
        let (paper_width, paper_height) = layout::paper_points(&self.page);
        let margins = &self.page.margins;
        let body = ((paper_width - margins.left - margins.right) / scale, (paper_height - margins.top - margins.bottom) / scale);
        let mut images = std::mem::take(&mut self.images);
        for image in &mut images {
            let left = drawing::left(self, usize::from(image.column)) + image.offset.0;
            let beyond = self.page.fit.is_none() && left < body.0 && left + image.size.0 > body.0 + 1.0;
            let room = if beyond { (body.0 - left - 1.0).max(body.0 * 0.3) } else { image.size.0 };
            let factor = (room / image.size.0).min((body.1 - 1.0) / image.size.1);
            if self.page.fit.is_none() && factor < 1.0 && factor > 0.0 {
                image.size = (image.size.0 * factor, image.size.1 * factor);
                let at = CellRef { row: image.row, column: image.column };
                lost::note(lost, &self.name, Some(at), Feature::PictureSize);
            }
            while self.rows.len() <= image.row as usize {
                self.rows.push(DrawnRow::default());
            }
            let usual = DrawnColumn { width: self.usual_width, hidden: false };
            while self.columns.len() <= usize::from(image.column) {
                self.columns.push(usual);
            }
        }
        self.images = images;
    }
}

/// The serial number of a day and time in ISO 8601, as the strict form of the format has it.
fn serial_of(moment: &str) -> Option<String> {
    let (day, time) = moment.trim().trim_end_matches('Z').split_once('T').unwrap_or((moment.trim(), ""));
    let days = i64::from(NaiveDate::parse_from_str(day, "%Y-%m-%d").ok()?.num_days_from_ce()) - 693_594;
    let mut seconds = Exact::zero();
    for (part, worth) in time.split(':').zip([3600, 60, 1]).filter(|(part, _)| !part.is_empty()) {
        seconds = seconds + Exact::from(Decimal::parse(part)?) * Exact::from(worth);
    }
    Some((Exact::from(days) + seconds / 86_400).publish(if time.is_empty() { 0 } else { 10 }))
}

/// A range as a person writes it.
pub(super) fn written(range: Range) -> String {
    let first = CellRef { row: range.first_row, column: range.first_column };
    let last = CellRef { row: range.last_row, column: range.last_column };
    if first == last { first.to_string() } else { format!("{first}:{last}") }
}

/// `B7`, also `$B$7`.
pub(super) fn cell_ref(text: &str) -> Option<CellRef> {
    CellRef::parse(&text.replace('$', ""))
}

/// `A1:C3`, or one cell; with or without `$`.
pub(super) fn range_ref(text: &str) -> Option<Range> {
    let (first, last) = CellRef::parse_range(&text.replace('$', ""))?;
    Some(Range { first_row: first.row, first_column: first.column, last_row: last.row, last_column: last.column })
}

/// Merged ranges, in order; of two that overlap the later is a fault of the drawing.
fn merges(sheet: &mut DrawnSheet, name: &str, root: &Element) -> Result<(), Refusal> {
    let too_large = || Refusal::TooLarge(name.to_owned());
    for merge in root.child("mergeCells").iter().flat_map(|merges| merges.all("mergeCell")) {
        let Some(range) = merge.attribute("ref").and_then(range_ref) else { continue };
        if range.last_row >= MOST_ROWS || u32::from(range.last_column) >= MOST_COLUMNS {
            return Err(too_large());
        }
        if sheet.merges.len() >= MOST_MERGES {
            return Err(too_large());
        }
        let overlaps = |other: &&Range| {
            range.first_row <= other.last_row
                && other.first_row <= range.last_row
                && range.first_column <= other.last_column
                && other.first_column <= range.last_column
        };
        match sheet.merges.iter().find(overlaps) {
            Some(other) => {
                let at = CellRef { row: range.first_row, column: range.first_column };
                sheet.problems.push((Some(at), Problem::MergesOverlap(written(*other), written(range))));
            }
            None => sheet.merges.push(range),
        }
    }
    sheet.merges.sort_unstable();
    Ok(())
}
