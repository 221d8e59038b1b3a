//! Finding sheets by name, or by their columns, and columns by heading.
//!
//! ```text
//!   第一东1支部积分登记（2026年）          title rows, skipped
//!   填报单位：第一东1支部
//!   序号 姓　名 期间 理想信念(10分) …      headings: see `heading`
//!   1    张三   1月  9.5            …      data
//!   合计                                   tail rows, skipped
//!   备注：以上情况已经支委会研究。
//! ```

use std::cell::RefCell;
use std::sync::Arc;

use crate::diag::{Code, Finding, Place};
use crate::period::Period;
use crate::sheet::words::{folded, heading, key};
use crate::sheet::{Book, Content, Row, Sheet};

use super::cell::shown;
use super::heading::{Block, Column, Vocabulary, blocks};
use super::intake::Intake;
use super::sink::Sink;

/// What a sheet's name says.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Named {
    /// One of the submission's, and what stands behind the dash.
    As(String, Suffix),
    /// Passed over.
    Ignored,
    /// Nothing that is known.
    Unknown,
}

/// What follows a sheet's kind in its name.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Suffix {
    None,
    Category(String),
    Period,
}

/// Sheets of a book by what they are; remembers which were asked for.
pub struct Sheets<'a> {
    book: &'a Book,
    words: &'a Vocabulary<'a>,
    named: Vec<Named>,
    blocks: Vec<Vec<Block>>,
    /// By sheet: the tables that were read.
    used: RefCell<Vec<Vec<usize>>>,
}

/// Tables of one sheet that belong together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Position of the sheet in the book.
    pub sheet: usize,
    /// Positions of the tables on it.
    blocks: Vec<usize>,
}

impl<'a> Sheets<'a> {
    pub fn new(book: &'a Book, words: &'a Vocabulary<'a>, categories: &[String]) -> Self {
        let named = book.sheets.iter().map(|sheet| name(&key(&sheet.name), words.intake, categories)).collect();
        let blocks: Vec<Vec<Block>> = book.sheets.iter().map(|sheet| blocks(sheet, words)).collect();
        let used = RefCell::new(vec![Vec::new(); book.sheets.len()]);
        Self { book, words, named, blocks, used }
    }

    /// The tables of a sheet that are of a kind; where none looks it, the first that looks like nothing else.
    fn own(&self, sheet: usize, kind: &str) -> Vec<usize> {
        let of = |wanted: Option<&str>| -> Vec<usize> {
            (0..self.blocks[sheet].len()).filter(|at| self.blocks[sheet][*at].kind(self.words) == wanted).collect()
        };
        let own = of(Some(kind));
        if !own.is_empty() {
            return own;
        }
        let unclear: Vec<usize> = of(None).into_iter().take(1).collect();
        if unclear.is_empty() { (0..self.blocks[sheet].len()).take(1).collect() } else { unclear }
    }

    fn take(&self, sheet: usize, blocks: Vec<usize>) -> Found {
        self.used.borrow_mut()[sheet].extend(&blocks);
        Found { sheet, blocks }
    }

    /// The first sheet of that name, else the tables that look it.
    pub fn find(&self, kind: &str, sink: &mut Sink) -> Option<Found> {
        let plain = |named: &Named| matches!(named, Named::As(own, Suffix::None | Suffix::Period) if own == kind);
        match self.named.iter().position(plain) {
            Some(sheet) => Some(self.take(sheet, self.own(sheet, kind))),
            None => self.by_columns(kind, sink).into_iter().next(),
        }
    }

    /// Every plain sheet of that name that has a period behind it, after the first without.
    pub fn plain(&self, kind: &str) -> Vec<Found> {
        let of = |wanted: &Suffix| -> Vec<usize> {
            let same = |named: &Named| matches!(named, Named::As(own, suffix) if own == kind && suffix == wanted);
            (0..self.named.len()).filter(|at| same(&self.named[*at])).collect()
        };
        let sheets = of(&Suffix::None).into_iter().take(1).chain(of(&Suffix::Period));
        sheets.map(|sheet| self.take(sheet, self.own(sheet, kind))).collect()
    }

    /// Sheets `<name>-<category>`, and which category each serves.
    pub fn suffixed(&self, kind: &str) -> Vec<(Found, String)> {
        let served = self.named.iter().enumerate().filter_map(|(sheet, named)| match named {
            Named::As(own, Suffix::Category(category)) if own == kind => Some((sheet, category.clone())),
            _ => None,
        });
        served.map(|(sheet, category)| (self.take(sheet, self.own(sheet, kind)), category)).collect()
    }

    /// Tables of a kind on sheets that are called something else, or below another table, which is noted; one for each
    /// sheet and set of columns.
    pub fn by_columns(&self, kind: &str, sink: &mut Sink) -> Vec<Found> {
        let mut found = Vec::new();
        for sheet in 0..self.blocks.len() {
            let taken: Vec<usize> = match &self.named[sheet] {
                Named::As(own, _) => self.own(sheet, own),
                Named::Ignored => continue,
                Named::Unknown => Vec::new(),
            };
            let free = |at: &usize| !taken.contains(at) && !self.used.borrow()[sheet].contains(at);
            let blocks: Vec<usize> =
                (0..self.blocks[sheet].len()).filter(free).filter(|at| self.blocks[sheet][*at].kind(self.words) == Some(kind)).collect();
            if blocks.is_empty() {
                continue;
            }
            sink.push(Finding::new(Code::ExtraSheet, sink.sheet(&self.book.sheets[sheet].name)).arg("used", kind));
            // Headings again are the same table; other columns are another one, such as another category's.
            let headings =
                |at: usize| -> Vec<&str> { self.blocks[sheet][at].columns.iter().map(|column| column.heading.as_str()).collect() };
            let mut groups: Vec<Vec<usize>> = Vec::new();
            for at in blocks {
                match groups.iter_mut().find(|group| headings(group[0]) == headings(at)) {
                    Some(group) => group.push(at),
                    None => groups.push(vec![at]),
                }
            }
            found.extend(groups.into_iter().map(|group| self.take(sheet, group)));
        }
        found
    }

    /// True where every one of these columns is in the tables.
    pub fn has_all<'b>(&self, found: &Found, mut headings: impl Iterator<Item = &'b str>) -> bool {
        let has =
            |heading: &str| found.blocks.iter().any(|at| self.blocks[found.sheet][*at].columns.iter().any(|own| own.heading == heading));
        headings.all(has)
    }

    /// Sheets nobody asked for: known to no submission, and holding no table of one.
    pub fn unknown(&self) -> Vec<usize> {
        let used = self.used.borrow();
        // What this run does not read, a poll in a monthly run, belongs to the workbook all the same.
        let idle = |sheet: usize| {
            self.blocks[sheet].iter().any(|block| matches!(block.kind(self.words), Some(kind) if kind != "积分登记" && kind != "党员名册"))
                && !self
                    .named
                    .iter()
                    .any(|named| matches!(named, Named::As(own, _) if Some(own.as_str()) == self.blocks[sheet][0].kind(self.words)))
        };
        (0..self.named.len()).filter(|at| self.named[*at] == Named::Unknown && used[*at].is_empty() && !idle(*at)).collect()
    }

    /// Sheets with hidden content that holds something.
    pub fn hidden(&self) -> Vec<usize> {
        let holds = |sheet: &Sheet| !sheet.rows.is_empty() && (sheet.hidden || sheet.hidden_rows);
        let ignored = |at: usize| self.named[at] == Named::Ignored;
        self.book.sheets.iter().enumerate().filter(|(at, sheet)| !ignored(*at) && holds(sheet)).map(|(at, _)| at).collect()
    }

    /// Reads the headings of found tables. Says which required columns are missing and which known ones stand twice.
    pub fn table(&self, found: &Found, required: &[&str], known: &[&str], sink: &mut Sink) -> Table<'a> {
        let sheet = &self.book.sheets[found.sheet];
        let mut parts: Vec<Part> = Vec::new();
        let mut extra: Vec<String> = Vec::new();
        for at in &found.blocks {
            let block = &self.blocks[found.sheet][*at];
            let part = Part::new(block, required, known);
            for (column, code) in &part.odd {
                let repeated =
                    *code == Code::ExtraColumn && (self.words.intake.ignores_column(&column.heading) || extra.contains(&column.heading));
                if !repeated {
                    extra.push(column.heading.clone());
                    let place = sink.cell(&sheet.name, column.row, column.index);
                    sink.push(Finding::new(*code, place).value(column.written.as_ref()).arg("column", &column.heading));
                }
            }
            parts.push(part);
        }
        let period_known = |part: &Part| part.slices.iter().all(|slice| slice.period.is_some());
        for name in required {
            let lacks = |part: &Part| {
                let implied = *name == "期间" && period_known(part);
                !implied && part.slices.iter().any(|slice| slice.column(name).is_none())
            };
            if parts.is_empty() || parts.iter().any(lacks) {
                sink.push(Finding::new(Code::MissingColumn, sink.sheet(&sheet.name)).arg("column", name));
            }
        }
        Table { sheet, number: found.sheet as u16, parts, intake: self.words.intake }
    }
}

fn name(key: &str, intake: &Intake, categories: &[String]) -> Named {
    if intake.ignores_sheet(key) {
        return Named::Ignored;
    }
    if let Some(kind) = intake.sheet(key) {
        return Named::As(kind.to_owned(), Suffix::None);
    }
    let split = key.split_once('-').or_else(|| key.strip_suffix(')').and_then(|rest| rest.split_once('(')));
    let Some((kind, rest)) = split.and_then(|(kind, rest)| Some((intake.sheet(kind)?, rest))) else { return Named::Unknown };
    if categories.iter().any(|own| own == rest) {
        Named::As(kind.to_owned(), Suffix::Category(rest.to_owned()))
    } else if Period::parse(rest).is_some() {
        Named::As(kind.to_owned(), Suffix::Period)
    } else {
        Named::Unknown
    }
}

/// Columns of one period, with those that all periods share.
#[derive(Clone, Debug)]
pub struct Slice {
    /// Where periods stand side by side, or the table is about one alone.
    pub period: Option<Period>,
    columns: Vec<Column>,
}

impl Slice {
    /// The column with this heading.
    pub fn column(&self, heading: &str) -> Option<u16> {
        self.columns.iter().find(|column| column.heading == heading).map(|column| column.index)
    }

    /// All of them.
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }
}

/// One table of the sheet.
struct Part {
    rows: std::ops::Range<usize>,
    slices: Arc<[Slice]>,
    /// Columns that nobody expects, or that stand twice.
    odd: Vec<(Column, Code)>,
}

impl Part {
    fn new(block: &Block, required: &[&str], known: &[&str]) -> Self {
        let expects = |name: &str| required.contains(&name) || known.contains(&name);
        let own_period = block.columns.iter().any(|column| column.heading == "期间");
        let mut periods: Vec<Option<Period>> = Vec::new();
        for column in &block.columns {
            if column.period.is_some() && !own_period && expects(&column.heading) && !periods.contains(&column.period) {
                periods.push(column.period);
            }
        }
        if periods.is_empty() {
            periods.push(block.period.filter(|_| !own_period));
        }
        let mut odd: Vec<(Column, Code)> = Vec::new();
        let mut slices = Vec::new();
        for period in periods {
            let mut columns: Vec<Column> = Vec::new();
            for column in block.columns.iter().filter(|column| column.period.is_none() || own_period || column.period == period) {
                let twice = columns.iter().any(|other| other.heading == column.heading);
                let code = match (expects(&column.heading), twice) {
                    (true, true) => Some(Code::DuplicateColumn),
                    (false, _) => Some(Code::ExtraColumn),
                    (true, false) => None,
                };
                if let Some(code) = code {
                    if !odd.iter().any(|(other, _)| other.index == column.index) {
                        odd.push((column.clone(), code));
                    }
                } else {
                    columns.push(column.clone());
                }
            }
            slices.push(Slice { period, columns });
        }
        Self { rows: block.rows.clone(), slices: slices.into(), odd }
    }
}

/// Tables of one kind on one sheet, as one.
pub struct Table<'a> {
    pub sheet: &'a Sheet,
    /// Index of the sheet in the book.
    pub number: u16,
    parts: Vec<Part>,
    intake: &'a Intake,
}

impl<'a> Table<'a> {
    /// True where some table has the column, for every period it is about.
    pub fn has(&self, heading: &str) -> bool {
        self.parts.iter().any(|part| part.slices.iter().all(|slice| slice.column(heading).is_some()))
    }

    /// True where rows tell their period: by a column, or by standing under it.
    pub fn has_period(&self) -> bool {
        self.has("期间") || self.parts.iter().any(|part| part.slices.iter().all(|slice| slice.period.is_some()))
    }

    /// Every different set of columns.
    pub fn slices(&self) -> impl Iterator<Item = &Slice> {
        self.parts.iter().flat_map(|part| part.slices.iter())
    }

    /// Data rows: below the headings, without blank rows, totals and notes.
    pub fn lines(&self) -> impl Iterator<Item = Line<'a>> + '_ {
        self.parts.iter().enumerate().flat_map(move |(number, part)| {
            let rows = self.sheet.rows[part.rows.clone()].iter();
            let name = part.slices[0].column("姓名").or_else(|| part.slices[0].column("项目"));
            rows.filter(move |row| !is_filler(row, name, self.intake)).map(move |row| Line {
                row,
                sheet: self.sheet,
                part: number,
                slices: Arc::clone(&part.slices),
                at: 0,
            })
        })
    }
}

/// One row of data, seen through the columns of one period.
#[derive(Clone)]
pub struct Line<'a> {
    row: &'a Row,
    sheet: &'a Sheet,
    part: usize,
    slices: Arc<[Slice]>,
    at: usize,
}

/// Columns whose cells may be merged over several rows: the value counts for each of them.
const MERGED: [&str; 9] = ["序号", "姓名", "期间", "类别", "评分方", "记录人", "复核人", "项目", "票号"];

impl<'a> Line<'a> {
    /// The row, zero-based.
    pub fn index(&self) -> u32 {
        self.row.index
    }

    /// The columns it is seen through.
    pub fn slice(&self) -> &Slice {
        &self.slices[self.at]
    }

    /// Which table and which of its periods: rows of one such have their columns alike.
    pub fn layout(&self) -> (usize, usize) {
        (self.part, self.at)
    }

    /// The period that the row's place tells.
    pub fn period(&self) -> Option<Period> {
        self.slice().period
    }

    /// The same row once for each period that stands beside the others.
    pub fn periods(&self) -> impl Iterator<Item = Line<'a>> + '_ {
        (0..self.slices.len()).map(|at| Line { at, ..self.clone() })
    }

    /// Where a heading's cell is.
    pub fn column(&self, heading: &str) -> Option<u16> {
        self.slice().column(heading)
    }

    /// What stands under a heading.
    pub fn get(&self, heading: &str) -> Option<&'a Content> {
        let column = self.column(heading)?;
        let own = self.row.cells.binary_search_by_key(&column, |cell| cell.column).ok().map(|at| &self.row.cells[at].content);
        own.or_else(|| MERGED.contains(&heading).then(|| self.sheet.merged_into(self.row.index, column)).flatten())
    }

    /// The same as a folded word; empty for nothing.
    pub fn word(&self, heading: &str) -> String {
        self.get(heading).map(|content| folded(&shown(content))).unwrap_or_default()
    }

    /// The place of a heading's cell, for findings.
    pub fn place(&self, heading: &str, sink: &Sink) -> Place {
        sink.cell(&self.sheet.name, self.row.index, self.column(heading).unwrap_or_default())
    }

    /// A finding about a heading's cell, with what stands there.
    pub fn finding(&self, code: Code, heading: &str, sink: &Sink) -> Finding {
        let mut finding = Finding::new(code, self.place(heading, sink)).arg("column", heading);
        finding.value = self.shown(heading);
        finding
    }

    /// As the sender sees it, for findings.
    pub fn shown(&self, heading: &str) -> Option<String> {
        self.get(heading).map(shown)
    }
}

/// True for rows that hold no data: blank, totals, notes.
fn is_filler(row: &Row, name: Option<u16>, intake: &Intake) -> bool {
    let mut filled = row.cells.iter().filter(|cell| !matches!(&cell.content, Content::Text(text) if folded(text).is_empty()));
    let Some(first) = filled.next() else { return true };
    let only_one = filled.next().is_none();
    let Content::Text(text) = &first.content else { return false };
    let named = name.is_some_and(|column| {
        column != first.column && row.cells.iter().any(|cell| cell.column == column && !folded(&shown(&cell.content)).is_empty())
    });
    if named {
        return false;
    }
    let first_word = heading(text).0;
    intake.is_total(&first_word)
        || intake.is_note(&folded(text))
        // One line of prose that stands where no name does.
        || (only_one && name != Some(first.column) && first_word.chars().count() > 4)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_sheets_by_name() {
        let mut intake = Intake::default();
        intake.add("[sheets]\n'党员名册'=['花名册']\n[reading]\nignored_sheets=['说明']\n").expect("loads");
        let categories = ["农村党员".to_owned()];
        let of = |kind: &str, suffix: Suffix| Named::As(kind.to_owned(), suffix);
        for (written, named) in [
            ("花 名 册", of("党员名册", Suffix::None)),
            ("积分登记－农村党员", of("积分登记", Suffix::Category("农村党员".into()))),
            ("积分登记（农村党员）", of("积分登记", Suffix::Category("农村党员".into()))),
            ("积分登记-第一季度", of("积分登记", Suffix::Period)),
            ("说明", Named::Ignored),
            ("Sheet1", Named::Unknown),
            ("积分登记-别的", Named::Unknown),
        ] {
            assert_eq!(name(&key(written), &intake, &categories), named, "{written}");
        }
    }
}
