use std::collections::BTreeMap;

use super::package::Package;
use super::style::Looks;
use super::xml::{Element, unescape};
use crate::diag::CellRef;
use crate::form::model::{Margins, PageSetup, Range, Style, StyleId};

/// A workbook as drawn, placeholders still text.
pub(super) struct DrawnBook {
    pub looks: Looks,
    pub sheets: Vec<DrawnSheet>,
    /// What was met and will not be carried.
    pub lost: Vec<(String, Option<CellRef>, &'static str)>,
}

/// One sheet as drawn. Rows and columns run from 0 to the last that bears anything.
#[derive(Default)]
pub(super) struct DrawnSheet {
    pub name: String,
    /// Per row, dense from column A.
    pub rows: Vec<DrawnRow>,
    pub columns: Vec<DrawnColumn>,
    pub merges: Vec<Range>,
    pub page: PageSetup,
    pub title_rows: Option<(u32, u32)>,
    pub title_columns: Option<(u16, u16)>,
    pub print_area: Option<Range>,
    pub images: Vec<DrawnImage>,
}

#[derive(Clone, Default)]
pub(super) struct DrawnRow {
    pub height: Option<f64>,
    pub hidden: bool,
    pub break_before: bool,
    pub cells: Vec<DrawnCell>,
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
}

#[derive(Clone, Default, PartialEq)]
pub(super) enum Drawn {
    #[default]
    Empty,
    Text(String),
    /// As the file has it.
    Number(String),
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
}

/// Why a workbook cannot be read.
pub(super) enum Refusal {
    Unreadable(String),
    TooLarge(String),
}

const MOST_ROWS: u32 = 10_000;
const MOST_COLUMNS: u32 = 1_000;
const MOST_CELLS: usize = 1_000_000;
const POINTS_PER_EMU: f64 = 1.0 / 12_700.0;

/// Reads the whole workbook.
pub(super) fn read(bytes: &[u8]) -> Result<DrawnBook, Refusal> {
    let unreadable = |part: &str| Refusal::Unreadable(part.to_owned());
    let mut package = Package::open(bytes).ok_or_else(|| unreadable("zip"))?;
    let main = package
        .relations("")
        .into_values()
        .find(|(kind, _)| kind == "officeDocument")
        .map_or_else(|| "xl/workbook.xml".to_owned(), |(_, target)| target);
    let workbook = package.xml(&main).ok_or_else(|| unreadable(&main))?;
    let relations = package.relations(&main);
    let part = |kind: &str| relations.values().find(|(word, _)| word == kind).map(|(_, target)| target.clone());
    let styles = match part("styles") {
        Some(path) => Some(package.xml(&path).ok_or_else(|| unreadable(&path))?),
        None => None,
    };
    let theme = part("theme").and_then(|path| package.xml(&path));
    let mut looks = Looks::read(styles.as_ref(), theme.as_ref());
    let strings = match part("sharedStrings") {
        Some(path) => package.xml(&path).ok_or_else(|| unreadable(&path))?.children,
        None => Vec::new(),
    };
    let mut book = DrawnBook { looks: Looks::default(), sheets: Vec::new(), lost: Vec::new() };
    let mut cells = 0;
    // Print titles and areas name their sheet by its place among all sheets, charts included.
    let mut places = Vec::new();
    for (place, entry) in workbook.child("sheets").iter().flat_map(|sheets| sheets.all("sheet")).enumerate() {
        let name = entry.attribute("name").unwrap_or_default().to_owned();
        let Some((kind, path)) = entry.attribute("id").and_then(|id| relations.get(id)) else { return Err(unreadable(&name)) };
        if kind != "worksheet" {
            book.lost.push((name, None, "a shape or chart"));
            continue;
        }
        // A sheet that the clerk has hidden is a scratch sheet, not part of the form.
        if entry.attribute("state").is_some_and(|state| state != "visible") {
            continue;
        }
        let root = package.xml(path).ok_or_else(|| unreadable(path))?;
        let mut reading = Reading { looks: &mut looks, strings: &strings, cells: &mut cells, lost: &mut book.lost };
        let mut sheet = reading.sheet(name, &root)?;
        if let Some(drawing) = root.child("drawing") {
            let rels = package.relations(path);
            if let Some((_, target)) = drawing.attribute("id").and_then(|id| rels.get(id)) {
                images(&mut package, target, &mut sheet, &mut book.lost);
            }
        }
        book.sheets.push(sheet);
        places.push(place);
    }
    for name in workbook.child("definedNames").iter().flat_map(|names| names.all("definedName")) {
        let Some(at) = name.number::<usize>("localSheetId").and_then(|place| places.iter().position(|other| *other == place)) else {
            continue;
        };
        defined_name(&mut book.sheets[at], name.attribute("name").unwrap_or_default(), &name.text);
    }
    book.looks = looks;
    Ok(book)
}

struct Reading<'a> {
    looks: &'a mut Looks,
    strings: &'a [Element],
    cells: &'a mut usize,
    lost: &'a mut Vec<(String, Option<CellRef>, &'static str)>,
}

impl Reading<'_> {
    fn sheet(&mut self, name: String, root: &Element) -> Result<DrawnSheet, Refusal> {
        let too_large = || Refusal::TooLarge(name.clone());
        let mut sheet = DrawnSheet { page: page(root), ..DrawnSheet::default() };
        let format = root.child("sheetFormatPr");
        let default_height =
            format.filter(|format| format.flag("customHeight") == Some(true)).and_then(|format| format.length("defaultRowHeight"));
        let mut shared: BTreeMap<u32, (CellRef, String)> = BTreeMap::new();
        let mut rows: BTreeMap<u32, (DrawnRow, Option<StyleId>)> = BTreeMap::new();
        let mut next_row = 0u32;
        for row in root.child("sheetData").iter().flat_map(|data| data.all("row")) {
            let index = row.number::<u32>("r").and_then(|number| number.checked_sub(1)).unwrap_or(next_row);
            next_row = index.saturating_add(1);
            let mut drawn = DrawnRow {
                height: row.length("ht").filter(|_| row.flag("customHeight") == Some(true)).or(default_height),
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
                let (content, style) = self.content(cell, at, style, &mut shared);
                if content == Drawn::Empty && !self.visible(style) {
                    continue;
                }
                *self.cells += 1;
                if column >= MOST_COLUMNS || index >= MOST_ROWS || *self.cells > MOST_CELLS {
                    return Err(too_large());
                }
                let column = column as usize;
                if drawn.cells.len() <= column {
                    drawn.cells.resize_with(column + 1, DrawnCell::default);
                }
                drawn.cells[column] = DrawnCell { style, content };
            }
            if index < MOST_ROWS {
                rows.insert(index, (drawn, row_style));
            }
        }
        for merge in root.child("mergeCells").iter().flat_map(|merges| merges.all("mergeCell")) {
            let Some(range) = merge.attribute("ref").and_then(range_ref) else { continue };
            if range.last_row >= MOST_ROWS || u32::from(range.last_column) >= MOST_COLUMNS {
                return Err(too_large());
            }
            let overlaps = sheet.merges.iter().any(|other| {
                range.first_row <= other.last_row
                    && other.first_row <= range.last_row
                    && range.first_column <= other.last_column
                    && other.first_column <= range.last_column
            });
            if !overlaps && sheet.merges.len() < 20_000 {
                sheet.merges.push(range);
            }
        }
        sheet.merges.sort_unstable();
        let merged = |last: fn(&Range) -> u32| sheet.merges.iter().map(last).max();
        let height = rows
            .iter()
            .filter(|(_, (row, _))| !row.cells.is_empty())
            .map(|(index, _)| *index)
            .chain(merged(|range| range.last_row))
            .max()
            .map_or(0, |last| last as usize + 1);
        let width = rows
            .values()
            .map(|(row, _)| row.cells.len())
            .chain(merged(|range| u32::from(range.last_column) + 1).map(|width| width as usize))
            .max()
            .unwrap_or(0);
        if height * width > MOST_CELLS {
            return Err(too_large());
        }
        let (columns, column_styles) = columns(root, format, width);
        sheet.columns = columns;
        sheet.rows = (0..height as u32)
            .map(|index| {
                let (mut row, row_style) =
                    rows.remove(&index).unwrap_or_else(|| (DrawnRow { height: default_height, ..DrawnRow::default() }, None));
                // A cell that the file leaves out looks like its row, else like its column.
                let present = row.cells.len();
                for (column, column_style) in column_styles.iter().enumerate() {
                    let inherited = row_style.or(*column_style).filter(|style| self.visible(*style));
                    if let Some(style) = inherited
                        && (column >= present || is_blank(&row.cells[column]))
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
        for (part, what) in [
            ("colBreaks", "a manual column break"),
            ("conditionalFormatting", "conditional formatting"),
            ("dataValidations", "data validation"),
        ] {
            if let Some(element) = root.child(part) {
                let cell = element.attribute("sqref").and_then(|refs| refs.split([' ', ':']).next()).and_then(cell_ref);
                self.lost.push((name.clone(), cell, what));
            }
        }
        sheet.name = name;
        Ok(sheet)
    }

    fn visible(&self, style: StyleId) -> bool {
        self.looks
            .cells
            .get(style.0 as usize)
            .is_some_and(|style| style.fill.is_some() || style.borders != crate::form::model::Borders::default())
    }

    fn content(&mut self, cell: &Element, at: CellRef, style: StyleId, shared: &mut BTreeMap<u32, (CellRef, String)>) -> (Drawn, StyleId) {
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
                Some(string) => self.text(string, style),
                None => (Drawn::Empty, style),
            },
            (Some("inlineStr"), _) => cell.child("is").map_or((Drawn::Empty, style), |string| self.text(string, style)),
            (Some("str" | "e"), Some(text)) => (text_or_empty(unescape(text)), style),
            (Some("b"), Some(value)) => (Drawn::Text(if value.trim() == "1" { "TRUE" } else { "FALSE" }.into()), style),
            (_, Some(number)) if !number.trim().is_empty() => (Drawn::Number(number.trim().to_owned()), style),
            _ => (Drawn::Empty, style),
        }
    }

    /// A string item: plain, or runs of which the first gives the look.
    fn text(&mut self, item: &Element, style: StyleId) -> (Drawn, StyleId) {
        let mut runs = item.all("r").peekable();
        let Some(first) = runs.peek() else {
            return (text_or_empty(item.child("t").map_or_else(String::new, |text| unescape(&text.text))), style);
        };
        let mut look = style;
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
        let text: String = runs.filter_map(|run| run.child("t")).map(|text| unescape(&text.text)).collect();
        (text_or_empty(text), look)
    }
}

fn is_blank(cell: &DrawnCell) -> bool {
    cell.content == Drawn::Empty && cell.style == StyleId(0)
}

fn text_or_empty(text: String) -> Drawn {
    if text.is_empty() { Drawn::Empty } else { Drawn::Text(text) }
}

/// Widths from A on, and the look that empty cells inherit.
fn columns(root: &Element, format: Option<&Element>, width: usize) -> (Vec<DrawnColumn>, Vec<Option<StyleId>>) {
    // Without a default width the file means eight digits and 5 px padding.
    let usual = format
        .and_then(|format| format.length("defaultColWidth").or_else(|| format.length("baseColWidth").map(|digits| digits + 5.0 / 7.0)))
        .unwrap_or(8.0 + 5.0 / 7.0);
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
    (columns, styles)
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
        page.paper = setup.number("paperSize").unwrap_or(9);
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
        let band = |name: &str| bands.child(name).map_or_else(String::new, |band| unescape(&band.text));
        page.header = band("oddHeader");
        page.footer = band("oddFooter");
    }
    page
}

fn defined_name(sheet: &mut DrawnSheet, name: &str, text: &str) {
    let parts = text.split(',').map(|part| part.rsplit_once('!').map_or(part, |(_, range)| range).replace('$', ""));
    match name.trim_start_matches("_xlnm.") {
        "Print_Titles" => {
            for part in parts {
                let Some((first, last)) = part.trim().split_once(':') else { continue };
                if let (Ok(first @ 1..), Ok(last @ 1..)) = (first.parse::<u32>(), last.parse::<u32>()) {
                    sheet.title_rows = Some((first.min(last) - 1, first.max(last) - 1));
                } else if let (Some(first), Some(last)) = (column_number(first), column_number(last)) {
                    sheet.title_columns = Some((first.min(last), first.max(last)));
                }
            }
        }
        "Print_Area" => {
            let mut parts = parts;
            sheet.print_area = parts.next().and_then(|part| range_ref(part.trim()));
        }
        _ => {}
    }
}

fn images(package: &mut Package<'_>, path: &str, sheet: &mut DrawnSheet, lost: &mut Vec<(String, Option<CellRef>, &'static str)>) {
    let Some(drawing) = package.xml(path) else { return };
    let rels = package.relations(path);
    for anchor in drawing.children.iter().filter(|child| child.name.ends_with("Anchor")) {
        let number = |at: Option<&Element>, name: &str| -> Option<f64> { at?.child(name)?.text.trim().parse().ok() };
        let from = anchor.child("from");
        let place = |at| Some(CellRef { row: number(at, "row")? as u32, column: number(at, "col")? as u16 });
        let start = place(from);
        let blip = anchor.child("pic").and_then(|picture| picture.find("blip")).and_then(|blip| blip.attribute("embed"));
        let (Some(blip), Some(start)) = (blip, start) else {
            lost.push((sheet.name.clone(), start, "a shape or chart"));
            continue;
        };
        let bytes = rels.get(blip).and_then(|(_, target)| package.bytes(target)).unwrap_or_default();
        if !(bytes.starts_with(b"\x89PNG") || bytes.starts_with(b"\xFF\xD8\xFF")) {
            lost.push((sheet.name.clone(), Some(start), "a picture in a format other than PNG or JPEG"));
            continue;
        }
        let points = |value: Option<f64>| value.filter(|value| value.is_finite()).unwrap_or(0.0) * POINTS_PER_EMU;
        let extent = anchor.child("ext").or_else(|| anchor.find("xfrm").and_then(|frame| frame.child("ext")));
        let size = |name: &str| points(extent.and_then(|extent| extent.length_emu(name)));
        sheet.images.push(DrawnImage {
            bytes: bytes.into(),
            row: start.row,
            column: start.column,
            offset: (points(number(from, "colOff")), points(number(from, "rowOff"))),
            size: (size("cx"), size("cy")),
            description: anchor
                .find("cNvPr")
                .and_then(|name| name.attribute("descr").filter(|text| !text.is_empty()).or_else(|| name.attribute("name")))
                .unwrap_or_default()
                .to_owned(),
        });
    }
}

impl Element {
    fn length_emu(&self, name: &str) -> Option<f64> {
        self.number::<f64>(name).filter(|value| (0.0..=1.0e9).contains(value))
    }
}

/// `B7`, also `$B$7`; within the format's bounds.
pub(super) fn cell_ref(text: &str) -> Option<CellRef> {
    let text = text.replace('$', "");
    let split = text.find(|character: char| character.is_ascii_digit())?;
    let row = text[split..].parse::<u32>().ok().filter(|row| (1..=1_048_576).contains(row))? - 1;
    Some(CellRef { row, column: column_number(&text[..split])? })
}

/// `A1:C3`, or one cell.
pub(super) fn range_ref(text: &str) -> Option<Range> {
    let (first, last) = text.split_once(':').unwrap_or((text, text));
    let (first, last) = (cell_ref(first)?, cell_ref(last)?);
    Some(Range {
        first_row: first.row.min(last.row),
        first_column: first.column.min(last.column),
        last_row: first.row.max(last.row),
        last_column: first.column.max(last.column),
    })
}

fn column_number(letters: &str) -> Option<u16> {
    if letters.is_empty() || letters.len() > 3 {
        return None;
    }
    let mut number = 0u32;
    for letter in letters.bytes() {
        number = number * 26 + u32::from(letter.to_ascii_uppercase().checked_sub(b'A').filter(|step| *step < 26)?) + 1;
    }
    (number <= 16_384).then(|| (number - 1) as u16)
}
