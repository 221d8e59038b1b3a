//! The marked workbook: what a branch sent, with its bad cells red and noted and a first sheet that lists them.
//!
//! ```text
//!   退回问题  支部信息  党员名册  积分登记        the sender's sheets, behind the list
//!   1  错误  积分登记  L16  分值超出范围 …        L16 leads to the cell
//! ```
//!
//! Where the file is an xlsx package, its parts are changed here and there and otherwise stay as they were: formulas,
//! drop-downs, widths, pictures. What came of it is read again and compared; where it does not say the same, or the file
//! has another format, the cells are written anew. Read back without its first sheet it says what the original said, and
//! its property `scorebook.returns` names that original.

mod anew;
mod cells;
mod clean;
mod dressed;
mod list;
mod moved;
mod notes;
mod package;
mod styles;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

use chrono::NaiveDate;

use super::XlsxError;
use crate::diag::{CellRef, Lang, fill, text};
use crate::ooxml::{self, Edits, Kind, escaped, tags};
use crate::sheet::{Book, Format, Limits, Row, read};

use cells::Ground;
use moved::Shift;
use package::Package;
use styles::Styles;

/// Name of the list's sheet; readers pass over it.
pub const LIST: &str = "退回问题";
/// Custom property: SHA-256 of the file that a marked copy corrects, hexadecimal.
pub const RETURNS: &str = "scorebook.returns";

/// How bad a marked cell is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Must be put right: red.
    Bad,
    /// To be looked at: amber.
    Doubtful,
}

/// One line of the list, and where it has a cell a mark there.
#[derive(Clone, Debug)]
pub struct Mark {
    /// How bad.
    pub level: Level,
    /// 错误 or 警告.
    pub severity: String,
    /// The sheet's name in the file; for a missing one the name it should have.
    pub sheet: Option<Arc<str>>,
    /// The cell.
    pub cell: Option<CellRef>,
    /// What stands there.
    pub value: String,
    /// What is wrong.
    pub message: String,
    /// How to put it right.
    pub hint: String,
    /// The cell is to hold text even where digits are typed.
    pub as_text: bool,
}

/// A row that is missing, to be added at the end of its table.
#[derive(Clone, Debug)]
pub struct AddedRow {
    /// The sheet's name in the file.
    pub sheet: Arc<str>,
    /// The row, zero-based, behind the table's last one.
    pub at: u32,
    /// What is known of it, by column.
    pub known: Vec<(u16, String)>,
    /// Columns that must be filled in; the first bears the note.
    pub open: Vec<u16>,
    /// Position of the mark that is about it; its link leads to the first such row.
    pub mark: usize,
}

/// What is to be said about a file.
#[derive(Clone, Debug)]
pub struct Marking {
    /// Above the list.
    pub title: String,
    /// Below the title: by when, to whom, how.
    pub instructions: String,
    /// In output order.
    pub marks: Vec<Mark>,
    /// Rows that are added.
    pub rows: Vec<AddedRow>,
    /// SHA-256 of the original's bytes, hexadecimal.
    pub returns: String,
    /// Time of creation of a workbook that is written anew.
    pub date: NaiveDate,
    /// The sheets of the blank workbook that the file was made from; none if it was not handed out by the county.
    pub drawn: Vec<super::blank::Sheet>,
    /// The language of what is said.
    pub lang: Lang,
}

impl Marking {
    /// The same, which says that the copy holds less than its original.
    fn cleaned(&self) -> Self {
        Self { instructions: format!("{}{}", self.instructions, text("marked-cleaned", self.lang)), ..self.clone() }
    }

    /// Headings of the list.
    fn headings(&self) -> [&'static str; 7] {
        ["number", "severity", "sheet", "cell", "written", "message", "hint"].map(|key| text(&format!("marked-{key}"), self.lang))
    }
}

/// Widths of its columns in characters.
const WIDTHS: [u16; 7] = [6, 7, 18, 9, 18, 46, 52];

/// A marked copy.
pub struct Copied {
    /// An xlsx.
    pub bytes: Vec<u8>,
    /// It holds less than its original, and says so on its first sheet.
    pub cleaned: bool,
}

/// Marks a copy of a file; `bytes` are the file's and `book` what was read from them. The copy is an xlsx, whatever the original was.
///
/// # Errors
/// What the format does not allow, for a file whose cells had to be written anew.
pub fn write(bytes: &[u8], book: &Book, marking: &Marking) -> Result<Copied, XlsxError> {
    if book.format == Format::Xlsx {
        for inside in [true, false] {
            let (marking, added) = &placed(book, marking, inside);
            if let Some(marked) = changed(bytes, book, marking, added) {
                return Ok(marked);
            }
            if added.values().all(|added| added.shift.by == 0) {
                break;
            }
        }
    }
    let (marking, added) = &placed(book, marking, true);
    // Macros of an .xls are in a storage of their own, which is not looked for.
    let cleaned = matches!(book.format, Format::Xlsx | Format::Xls | Format::Xlsb);
    let bytes = if cleaned { anew::write(book, &marking.cleaned(), added) } else { anew::write(book, marking, added) }?;
    Ok(Copied { bytes, cleaned })
}

/// The marking with each added row in its place, and the mark that is about it. Where `inside`, what stands below a table makes room;
/// else rows are added below everything.
fn placed(book: &Book, marking: &Marking, inside: bool) -> (Marking, Added) {
    let mut marking = marking.clone();
    let mut added = Added::new();
    for sheet in &book.sheets {
        let rows: Vec<&AddedRow> = marking.rows.iter().filter(|row| row.sheet == sheet.name).collect();
        let Some(first) = rows.first() else { continue };
        let bottom = sheet.rows.last().map_or(0, |row| row.index + 1);
        let at = if inside { first.at.min(bottom) } else { bottom };
        let free = sheet.rows.iter().find(|row| row.index >= at).map_or(u32::MAX, |row| row.index - at);
        // A gap before what stands below stays one.
        let by = (rows.len() as u32 + u32::from(free > 0)).saturating_sub(free);
        let shift = Shift { at: at + free.min(rows.len() as u32), by, added: (at, rows.len() as u32) };
        let own = added.entry(Arc::clone(&sheet.name)).or_insert(AddedRows { cells: BTreeMap::new(), shift });
        for mark in marking.marks.iter_mut().filter(|mark| mark.sheet.as_ref() == Some(&sheet.name)) {
            mark.cell = mark.cell.map(|cell| shift.cell(cell));
        }
        for (row, line) in (at..).zip(rows) {
            let cell = |column: u16| CellRef { row, column };
            let known = |(column, text): &(u16, String)| (cell(*column), Ground { level: None, as_text: false, text: Some(text.clone()) });
            own.cells.extend(line.known.iter().map(known));
            own.cells
                .extend(line.open.iter().map(|column| (cell(*column), Ground { level: Some(Level::Bad), as_text: false, text: None })));
            if let (Some(mark), Some(first)) = (marking.marks.get_mut(line.mark), line.open.first()) {
                mark.cell.get_or_insert(cell(*first));
            }
        }
    }
    (marking, added)
}

/// Rows that are added to one sheet.
struct AddedRows {
    cells: BTreeMap<CellRef, Ground>,
    /// What stands below them goes down.
    shift: Shift,
}

impl AddedRows {
    /// True if a sheet's rows are those of another one with the added ones among them.
    fn joins(&self, before: &[Row], after: &[Row]) -> bool {
        let is_own =
            |row: &&Row| self.cells.range(CellRef { row: row.index, column: 0 }..).next().is_none_or(|(cell, _)| cell.row != row.index);
        let own: Vec<&Row> = after.iter().filter(is_own).collect();
        own.len() == before.len()
            && own.iter().zip(before).all(|(now, was)| self.shift.row(was.index) == now.index && now.cells == was.cells)
    }
}

/// What is added, by sheet.
type Added = BTreeMap<Arc<str>, AddedRows>;

/// Marks of one sheet: the worst of each cell, and what its note says.
fn marks_of(marking: &Marking, added: &Added, sheet: &str) -> (BTreeMap<CellRef, Ground>, BTreeMap<CellRef, String>) {
    let mut grounds: BTreeMap<CellRef, Ground> = added.get(sheet).map(|added| added.cells.clone()).unwrap_or_default();
    let mut texts: BTreeMap<CellRef, String> = BTreeMap::new();
    for mark in marking.marks.iter().filter(|mark| mark.sheet.as_deref() == Some(sheet)) {
        let Some(cell) = mark.cell else { continue };
        let ground = grounds.entry(cell).or_insert(Ground { level: Some(mark.level), as_text: false, text: None });
        ground.level = Some(ground.level.map_or(mark.level, |level| level.min(mark.level)));
        ground.as_text |= mark.as_text;
        let said = texts.entry(cell).or_default();
        if !said.is_empty() {
            said.push_str("\n\n");
        }
        let _ = write!(said, "{}\n{}", mark.message, fill("marked-note", marking.lang, &[("hint", &mark.hint)]));
    }
    (grounds, texts)
}

/// The copy by changing the package; none where it is not understood, or would not say the same.
fn changed(bytes: &[u8], book: &Book, marking: &Marking, added: &Added) -> Option<Copied> {
    let limits = Limits::default();
    let mut package = Package::new(ooxml::Package::open(bytes, limits.package()).ok()?.all().ok()?);
    let mut cleaned = package.clean()?;
    cleaned |= package.names().iter().any(|name| package.text(name).is_some_and(|text| clean::has_formula_that_reaches_out(&text)));
    let (_, main) = package.related("", "officeDocument")?;
    let said = if cleaned { marking.cleaned() } else { marking.clone() };
    let moved = added.iter().filter(|(_, added)| added.shift.by > 0);
    let shifts: BTreeMap<String, Shift> = moved.map(|(sheet, added)| (sheet.to_string(), added.shift)).collect();
    if !shifts.is_empty() {
        moved::rows(&mut package, &main, &shifts)?;
    }
    change(&mut package, &main, &said, added)?;
    let bytes = package.pack()?;
    let again = read("", &bytes, &limits).ok()?;
    let own = |book: &Book| -> Vec<crate::sheet::Sheet> { book.sheets.iter().filter(|sheet| &*sheet.name != LIST).cloned().collect() };
    let alike = |(a, b): (&crate::sheet::Sheet, &crate::sheet::Sheet)| {
        let rows = added.get(&a.name).map_or_else(|| a.rows == b.rows, |added| added.joins(&a.rows, &b.rows));
        a.name == b.name && rows && (a.hidden || !b.hidden)
    };
    let (before, after) = (own(book), own(&again));
    let same = before.len() == after.len() && before.iter().zip(&after).all(alike) && book.date_1904 == again.date_1904;
    (same && again.returns.as_deref() == Some(marking.returns.as_str())).then_some(Copied { bytes, cleaned })
}

fn change(package: &mut Package, main: &str, marking: &Marking, added: &Added) -> Option<()> {
    let workbook = clean::workbook(&package.text(main)?, |sheet| marking.marks.iter().any(|mark| mark.sheet.as_deref() == Some(sheet)));
    let style_part = package.related(main, "styles").map(|(_, part)| part);
    let mut styles = Styles::new(style_part.as_ref().and_then(|part| package.text(part)))?;
    let mut listed: Option<String> = None;
    let mut taken_ids = vec![0u32];
    for (number, tag) in tags(&workbook).filter(|tag| tag.name == "sheet" && tag.kind != Kind::Close).enumerate() {
        taken_ids.extend(tag.get("sheetId").and_then(|id| id.parse::<u32>().ok()));
        let (name, part) = (tag.get("name")?, package.by_id(main, &tag.get("id")?)?);
        if name == LIST {
            listed = Some(part);
        } else {
            let (grounds, texts) = marks_of(marking, added, &name);
            let shift = added.get(&*name).map(|added| added.shift);
            mark_sheet(package, (&part, shift), &grounds, &texts, &mut styles, number + 1)?;
        }
    }
    let list = list::sheet(marking, &styles, &sheet_names(&workbook));
    if let Some(part) = &listed {
        // A copy that was marked before: its list takes the old one's place, without the links the old one had.
        let relations = part.rsplit_once('/').map(|(folder, file)| format!("{folder}/_rels/{file}.rels"));
        if let Some(relations) = relations.filter(|name| package.text(name).is_some()) {
            package.set(&relations, "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\"/>".into());
        }
        package.set(part, list);
        let at = tags(&workbook)
            .filter(|tag| tag.name == "sheet" && tag.kind != Kind::Close)
            .position(|tag| tag.get("name").as_deref() == Some(LIST));
        package.set(main, opened_at(&workbook, at.unwrap_or(0), 0));
    } else {
        let part = package.free_name("xl/worksheets/sheet", "xml");
        package.set(&part, list);
        package.declare(&part, "application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml")?;
        let id = package.relate(main, "worksheet", &part)?;
        let sheets = tags(&workbook).find(|tag| tag.name == "sheets" && tag.kind == Kind::Open)?;
        let number = taken_ids.iter().max()? + 1;
        let mut edits = Edits::default();
        let entry = format!(
            "<{}sheet xmlns:r=\"{}\" name=\"{}\" sheetId=\"{number}\" r:id=\"{id}\"/>",
            sheets.prefix,
            package::RELATIONS,
            escaped(LIST)
        );
        edits.insert(sheets.whole.end, entry);
        package.set(main, opened_at(&edits.apply(&workbook), 0, 1));
    }
    let text = styles.finish()?;
    if let Some(part) = &style_part {
        package.set(part, text);
    } else {
        let part = package.free_name("xl/markedStyles", "xml");
        package.set(&part, text);
        package.declare(&part, "application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml")?;
        package.relate(main, "styles", &part)?;
    }
    set_returns(package, &marking.returns)
}

fn sheet_names(workbook: &str) -> Vec<String> {
    tags(workbook).filter(|tag| tag.name == "sheet" && tag.kind != Kind::Close).filter_map(|tag| tag.get("name")).collect()
}

/// The workbook's part with the list in front of the reader, and names of single sheets moved on by `shift`.
fn opened_at(workbook: &str, active: usize, shift: u32) -> String {
    let mut edits = Edits::default();
    for tag in tags(workbook).filter(|tag| tag.kind != Kind::Close) {
        if tag.name == "workbookView" {
            let opened = tag.with("activeTab", &active.to_string());
            let first = tags(&opened).next().map(|tag| tag.with("firstSheet", "0"));
            edits.replace(tag.whole.clone(), first.unwrap_or_default());
        } else if tag.name == "definedName"
            && let Some(local) = tag.get("localSheetId").and_then(|id| id.trim().parse::<u32>().ok())
        {
            edits.replace(tag.whole.clone(), tag.with("localSheetId", &(local + shift).to_string()));
        }
    }
    edits.apply(workbook)
}

fn mark_sheet(
    package: &mut Package,
    (part, shift): (&str, Option<Shift>),
    grounds: &BTreeMap<CellRef, Ground>,
    texts: &BTreeMap<CellRef, String>,
    styles: &mut Styles,
    number: usize,
) -> Option<()> {
    let cells: Vec<CellRef> = grounds.keys().copied().collect();
    let mut xml = cells::mark(&clean::worksheet(&package.text(part)?, &cells)?, grounds, styles)?;
    let known = package.ids(part);
    xml = clean::without_links(&xml, &known);
    let own_part = package.related(part, "comments");
    let own = match &own_part {
        Some((_, part)) => notes::Own::read(&package.text(part)?)?.moved(shift),
        None => notes::Own::default(),
    };
    if texts.is_empty() && own_part.is_none() {
        package.set(part, xml);
        return Some(());
    }
    // Under the name and by the way that Excel and WPS write: some readers find them nowhere else.
    if let Some((id, _)) = own_part {
        package.unrelate(part, &id)?;
    }
    let comments = package.free_name("xl/comments", "xml");
    package.set(&comments, notes::texts(&own, texts));
    package.declare(&comments, "application/vnd.openxmlformats-officedocument.spreadsheetml.comments+xml")?;
    package.relate(part, "comments", &comments)?;
    let named = tags(&xml).find(|tag| tag.name == "legacyDrawing" && tag.kind != Kind::Close).and_then(|tag| tag.get("id"));
    // A header's picture is drawn in such a part too; only the one the sheet names holds notes.
    if let Some(id) = named {
        if !notes::only_notes(&package.text(&package.by_id(part, &id)?)?) {
            return None;
        }
        package.unrelate(part, &id)?;
        xml = clean::without_links(&xml, &package.ids(part));
    }
    let drawing = package.free_name("xl/drawings/vmlDrawing", "vml");
    package.set(&drawing, notes::boxes(&own, texts, number));
    let id = package.relate(part, "vmlDrawing", &drawing)?;
    package.declare_extension("vml", "application/vnd.openxmlformats-officedocument.vmlDrawing")?;
    package.set(part, cells::with_drawing(&xml, &id)?);
    Some(())
}

/// `<property name="scorebook.returns"><vt:lpwstr>…</vt:lpwstr></property>`
fn set_returns(package: &mut Package, returns: &str) -> Option<()> {
    const TYPES: &str = "http://schemas.openxmlformats.org/officeDocument/2006/docPropsVTypes";
    let property = |number: u32| {
        format!(
            "<property xmlns=\"http://schemas.openxmlformats.org/officeDocument/2006/custom-properties\" \
             fmtid=\"{{D5CDD505-2E9C-101B-9397-08002B2CF9AE}}\" pid=\"{number}\" name=\"{RETURNS}\"><vt:lpwstr xmlns:vt=\"{TYPES}\">{}</vt:lpwstr></property>",
            escaped(returns)
        )
    };
    if let Some((_, part)) = package.related("", "custom-properties") {
        let text = package.text(&part)?;
        let mut edits = Edits::default();
        let mut old: Option<usize> = None;
        let mut largest = 1;
        for tag in tags(&text).filter(|tag| tag.name == "property") {
            largest = largest.max(tag.get("pid").and_then(|pid| pid.parse().ok()).unwrap_or(0));
            match tag.kind {
                Kind::Open if tag.get("name").as_deref() == Some(RETURNS) => old = Some(tag.whole.start),
                Kind::Close => {
                    if let Some(start) = old.take() {
                        edits.replace(start..tag.whole.end, "");
                    }
                }
                _ => {}
            }
        }
        let text = package::append(&edits.apply(&text), "Properties", &property(largest + 1))?;
        package.set(&part, text);
        return Some(());
    }
    // Some programs look for it by this name and not by its relationship.
    let part = "docProps/custom.xml".to_owned();
    let text = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n<Properties \
         xmlns=\"http://schemas.openxmlformats.org/officeDocument/2006/custom-properties\">{}</Properties>",
        property(2)
    );
    package.set(&part, text);
    package.declare(&part, "application/vnd.openxmlformats-officedocument.custom-properties+xml")?;
    package.relate("", "custom-properties", &part)?;
    Some(())
}
