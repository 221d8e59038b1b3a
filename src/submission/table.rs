//! Finding sheets by name and columns by heading.
//!
//! ```text
//!   第一东1支部积分登记（2026年）          title rows, skipped
//!   填报单位：第一东1支部
//!   序号 姓　名 期间 理想信念(10分) …      heading row: most known headings
//!   1    张三   1月  9.5            …      data
//!   合计                                   tail rows, skipped
//!   备注：以上情况已经支委会研究。
//! ```

use std::cell::RefCell;

use crate::diag::{Code, Finding};
use crate::sheet::{Book, Content, Row, Sheet};

use super::cell::shown;
use super::sink::Sink;
use crate::sheet::words::{folded, heading, key};

/// How many rows may stand above a heading.
const HEADING_WITHIN: usize = 40;

/// Sheets of a book by normalised name; remembers which were asked for.
pub struct Sheets<'a> {
    book: &'a Book,
    keys: Vec<String>,
    used: RefCell<Vec<bool>>,
}

impl<'a> Sheets<'a> {
    pub fn new(book: &'a Book) -> Self {
        Self { book, keys: book.sheets.iter().map(|sheet| key(&sheet.name)).collect(), used: RefCell::new(vec![false; book.sheets.len()]) }
    }

    /// The first sheet of that name.
    pub fn find(&self, name: &str) -> Option<usize> {
        let at = self.keys.iter().position(|key| key == name)?;
        self.used.borrow_mut()[at] = true;
        Some(at)
    }

    /// Sheets `<name>-<category>`, and which category each serves.
    pub fn suffixed(&self, name: &str, categories: &[String]) -> Vec<(usize, String)> {
        let mut found = Vec::new();
        for (at, key) in self.keys.iter().enumerate() {
            if let Some(category) = key.strip_prefix(name).and_then(|rest| rest.strip_prefix('-'))
                && categories.iter().any(|known| known == category)
            {
                self.used.borrow_mut()[at] = true;
                found.push((at, category.to_owned()));
            }
        }
        found
    }

    /// Marks a sheet that belongs to the workbook though this run does not read it.
    pub fn accept(&self, name: &str) {
        for (at, key) in self.keys.iter().enumerate() {
            if key == name || key.strip_prefix(name).is_some_and(|rest| rest.starts_with('-')) {
                self.used.borrow_mut()[at] = true;
            }
        }
    }

    /// Sheets nobody asked for.
    pub fn unknown(&self) -> Vec<usize> {
        for name in ["支部信息", "填报说明", "退回问题", "民主测评", "奖惩", "一票否决", "评优推荐", "支部积分"]
        {
            self.accept(name);
        }
        self.used.borrow().iter().enumerate().filter(|(_, used)| !**used).map(|(at, _)| at).collect()
    }

    /// Sheets with hidden content that holds something.
    pub fn hidden(&self) -> Vec<usize> {
        let holds = |sheet: &Sheet| !sheet.rows.is_empty() && (sheet.hidden || sheet.hidden_rows);
        self.book.sheets.iter().enumerate().filter(|(_, sheet)| holds(sheet)).map(|(at, _)| at).collect()
    }
}

/// Other words for headings.
fn canonical(heading: &str) -> &str {
    match heading {
        "党员姓名" => "姓名",
        "身份证号码" | "公民身份号码" | "身份证" => "身份证号",
        "时期" | "周期" | "考核期间" => "期间",
        "编号" => "序号",
        other => other,
    }
}

/// A column of a table.
#[derive(Clone, Debug)]
pub struct Column {
    /// Canonical heading without a maximum.
    pub heading: String,
    /// The maximum that the heading carries.
    pub max: Option<String>,
    /// Zero-based.
    pub index: u16,
}

/// A table found on a sheet.
pub struct Table<'a> {
    pub sheet: &'a Sheet,
    /// Index of the sheet in the book.
    pub number: u16,
    /// Row of the headings, as an index into `sheet.rows`.
    heading_row: usize,
    columns: Vec<Column>,
}

impl<'a> Table<'a> {
    /// Finds the heading row: the one among the first that bears most known headings. Says which required columns
    /// are missing and which known ones stand twice.
    pub fn find(book: &'a Book, number: usize, required: &[&str], known: &[&str], sink: &mut Sink) -> Self {
        let sheet = &book.sheets[number];
        let mut best: (usize, usize) = (0, 0);
        for (at, row) in sheet.rows.iter().take(HEADING_WITHIN).enumerate() {
            let hits =
                row.cells.iter().filter(|cell| matches!(&cell.content, Content::Text(text) if is_known(text, required, known))).count();
            if hits > best.1 {
                best = (at, hits);
            }
        }
        let found = best.1 >= required.len().min(2);
        let mut columns: Vec<Column> = Vec::new();
        if found {
            let row = &sheet.rows[best.0];
            for cell in &row.cells {
                let Content::Text(text) = &cell.content else { continue };
                let (name, max) = heading(text);
                let name = canonical(&name).to_owned();
                if name.is_empty() {
                    continue;
                }
                let is_known = required.contains(&name.as_str()) || known.contains(&name.as_str());
                if is_known && columns.iter().any(|column| column.heading == name) {
                    sink.push(
                        Finding::new(Code::DuplicateColumn, sink.cell(&sheet.name, row.index, cell.column))
                            .value(text.as_ref())
                            .arg("column", &name),
                    );
                    continue;
                }
                if !is_known && name != "备注" && name != "填写说明" && name != "说明" {
                    sink.push(
                        Finding::new(Code::ExtraColumn, sink.cell(&sheet.name, row.index, cell.column))
                            .value(text.as_ref())
                            .arg("column", &name),
                    );
                }
                columns.push(Column { heading: name, max, index: cell.column });
            }
        }
        for name in required {
            if !columns.iter().any(|column| column.heading == *name) {
                sink.push(Finding::new(Code::MissingColumn, sink.sheet(&sheet.name)).arg("column", name));
            }
        }
        Self { sheet, number: number as u16, heading_row: if found { best.0 } else { sheet.rows.len() }, columns }
    }

    /// The column with this heading.
    pub fn column(&self, heading: &str) -> Option<u16> {
        self.columns.iter().find(|column| column.heading == heading).map(|column| column.index)
    }

    /// All columns.
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// Row number of the headings, for findings.
    pub fn heading_index(&self) -> u32 {
        self.sheet.rows.get(self.heading_row).map_or(0, |row| row.index)
    }

    /// Data rows: below the headings, without blank rows, repeated headings, totals and notes.
    pub fn rows(&self) -> impl Iterator<Item = &'a Row> {
        let name = self.column("姓名");
        let sheet = self.sheet;
        let columns: Vec<(u16, String)> = self.columns.iter().map(|column| (column.index, column.heading.clone())).collect();
        sheet.rows.iter().skip(self.heading_row + 1).filter(move |row| !is_filler(row, name, &columns))
    }
}

fn is_known(text: &str, required: &[&str], known: &[&str]) -> bool {
    let (name, _) = heading(text);
    let name = canonical(&name);
    required.contains(&name) || known.contains(&name)
}

/// A cell of a row.
pub fn get(row: &Row, column: Option<u16>) -> Option<&Content> {
    let column = column?;
    row.cells.binary_search_by_key(&column, |cell| cell.column).ok().map(|at| &row.cells[at].content)
}

/// A cell's text in folded form; empty for nothing.
pub fn word(row: &Row, column: Option<u16>) -> String {
    get(row, column).map(|content| folded(&shown(content))).unwrap_or_default()
}

/// What notes and signatures below a table begin with.
const NOTES: [&str; 14] = [
    "备注:",
    "备注",
    "注:",
    "说明:",
    "说明",
    "填表说明",
    "填报人:",
    "填表人:",
    "制表:",
    "审核:",
    "负责人:",
    "支部书记:",
    "填报时间:",
    "填报单位:",
];

/// True for rows that hold no data: blank, headings again, totals, notes.
fn is_filler(row: &Row, name: Option<u16>, columns: &[(u16, String)]) -> bool {
    let mut filled = row.cells.iter().filter(|cell| !matches!(&cell.content, Content::Text(text) if folded(text).is_empty()));
    let Some(first) = filled.next() else { return true };
    let only_one = filled.next().is_none();
    let Content::Text(text) = &first.content else { return false };
    let first_word = key(text);
    // A heading row again, as on every printed page: at least two cells equal their column's heading.
    let repeated = row.cells.iter().filter(|cell| {
        matches!(&cell.content, Content::Text(text)
            if columns.iter().any(|(index, name)| *index == cell.column && *name == canonical(&heading(text).0)))
    });
    if repeated.count() >= 2 {
        return true;
    }
    let named = name.is_some_and(|column| column != first.column && !word(row, Some(column)).is_empty());
    if !named {
        if matches!(first_word.as_str(), "合计" | "小计" | "总计" | "共计" | "平均" | "平均分" | "本页小计" | "以下空白" | "以下无正文")
        {
            return true;
        }
        if NOTES.iter().any(|note| first_word.starts_with(note)) {
            return true;
        }
        // One line of prose that stands where no name does.
        if only_one && name != Some(first.column) && first_word.chars().count() > 4 {
            return true;
        }
    }
    false
}
