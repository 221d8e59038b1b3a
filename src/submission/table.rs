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
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::diag::{CellRef, Code, Finding, Place};
use crate::period::Period;
use crate::sheet::{Book, Content, Row, Sheet};
use crate::words::{differs_in_a_letter, folded, heading, key};
use crate::workbook::{self, Trait, column};

use super::cell::{self, Number, is_nothing, number, quoting, shown};
use super::filler;
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
    /// By sheet: the tables that were found to be something.
    used: RefCell<Vec<Vec<usize>>>,
    /// Sheets of which tables were read.
    read: RefCell<BTreeSet<usize>>,
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
        Self { book, words, named, blocks, used, read: RefCell::default() }
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

    /// The sheet of that name, else the tables on one sheet that look it.
    pub fn find(&self, kind: &str, sink: &mut Sink) -> Option<Found> {
        self.all(kind, sink).into_iter().next()
    }

    /// The sheet of that name and those with a period behind it; else the tables on one sheet that look it. A second
    /// sheet that merely looks alike is another branch's, or last year's: it is left, and said to be.
    pub fn all(&self, kind: &str, sink: &mut Sink) -> Vec<Found> {
        let named = self.plain(kind, sink);
        if !named.is_empty() {
            return named;
        }
        let mut looks = (0..self.blocks.len()).map(|sheet| (sheet, self.looking(sheet, kind)));
        let Some((sheet, blocks)) = looks.find(|(_, blocks)| !blocks.is_empty()) else { return Vec::new() };
        self.note_name(sheet, kind, sink);
        vec![self.take(sheet, blocks)]
    }

    /// The plain sheet of that name, and every one that has a period behind it. Of several plain ones the one that holds
    /// something counts, then the one called as prescribed, then the first; the others are noted.
    pub fn plain(&self, kind: &str, sink: &mut Sink) -> Vec<Found> {
        let of = |wanted: &Suffix| -> Vec<usize> {
            let same = |named: &Named| matches!(named, Named::As(own, suffix) if own == kind && suffix == wanted);
            (0..self.named.len()).filter(|at| same(&self.named[*at])).collect()
        };
        let name = |sheet: usize| &self.book.sheets[sheet].name;
        let plain = of(&Suffix::None);
        let first = plain.iter().copied().min_by_key(|&sheet| (self.blocks[sheet].is_empty(), key(name(sheet)) != kind, sheet));
        if let Some(first) = first {
            for &other in plain.iter().filter(|&&other| other != first && !self.book.sheets[other].rows.is_empty()) {
                sink.push(Finding::new(Code::ExtraSheet, sink.sheet(name(other))).arg("why", "again").arg("same", name(first)));
            }
        }
        first.into_iter().chain(of(&Suffix::Period)).map(|sheet| self.take(sheet, self.own(sheet, kind))).collect()
    }

    /// Sheets `<name>-<category>`, and which category each serves.
    pub fn suffixed(&self, kind: &str) -> Vec<(Found, String)> {
        let served = self.named.iter().enumerate().filter_map(|(sheet, named)| match named {
            Named::As(own, Suffix::Category(category)) if own == kind => Some((sheet, category.clone())),
            _ => None,
        });
        served.map(|(sheet, category)| (self.take(sheet, self.own(sheet, kind)), category)).collect()
    }

    /// Tables on a sheet that look a kind and that nobody took: it is called something else, or they stand below another.
    fn looking(&self, sheet: usize, kind: &str) -> Vec<usize> {
        let taken: Vec<usize> = match &self.named[sheet] {
            Named::As(own, _) => self.own(sheet, own),
            Named::Ignored => return Vec::new(),
            Named::Unknown => Vec::new(),
        };
        let free = |at: &usize| !taken.contains(at) && !self.used.borrow()[sheet].contains(at);
        (0..self.blocks[sheet].len()).filter(free).filter(|at| self.blocks[sheet][*at].kind(self.words) == Some(kind)).collect()
    }

    fn note_name(&self, sheet: usize, kind: &str, sink: &mut Sink) {
        sink.push(Finding::new(Code::ExtraSheet, sink.sheet(&self.book.sheets[sheet].name)).arg("why", "name").arg("used", kind));
    }

    /// Tables of a kind on sheets that are called something else, or below another table, which is noted; one for each
    /// sheet and set of columns.
    pub fn by_columns(&self, kind: &str, sink: &mut Sink) -> Vec<Found> {
        let mut found = Vec::new();
        for sheet in 0..self.blocks.len() {
            // Headings again are the same table; other columns are another one, such as another category's.
            let headings =
                |at: usize| -> Vec<&str> { self.blocks[sheet][at].columns.iter().map(|column| column.heading.as_str()).collect() };
            let mut groups: Vec<Vec<usize>> = Vec::new();
            for at in self.looking(sheet, kind) {
                match groups.iter_mut().find(|group| headings(group[0]) == headings(at)) {
                    Some(group) => group.push(at),
                    None => groups.push(vec![at]),
                }
            }
            if !groups.is_empty() {
                self.note_name(sheet, kind, sink);
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
        let named = |kind: &str| self.named.iter().any(|named| matches!(named, Named::As(own, _) if own == kind));
        let read =
            |kind: &str| (0..used.len()).any(|sheet| used[sheet].iter().any(|at| self.blocks[sheet][*at].kind(self.words) == Some(kind)));
        // What this run does not read, a poll in a monthly run, belongs to the workbook all the same.
        let idle = |sheet: usize| {
            self.blocks[sheet]
                .iter()
                .filter_map(|block| block.kind(self.words))
                .any(|kind| kind != workbook::ENTRIES.name && kind != workbook::ROSTER.name && !named(kind) && !read(kind))
        };
        (0..self.named.len()).filter(|at| self.named[*at] == Named::Unknown && used[*at].is_empty() && !idle(*at)).collect()
    }

    /// Sheets that were found to be something and not read: another file of the branch has what counts.
    pub fn passed_over(&self) -> Vec<usize> {
        let (used, read) = (self.used.borrow(), self.read.borrow());
        (0..used.len()).filter(|at| !used[*at].is_empty() && !read.contains(at)).collect()
    }

    /// Sheets with hidden content that holds something.
    pub fn hidden(&self) -> Vec<usize> {
        let holds = |sheet: &Sheet| !sheet.rows.is_empty() && (sheet.hidden || sheet.hidden_rows);
        let ignored = |at: usize| self.named[at] == Named::Ignored;
        self.book.sheets.iter().enumerate().filter(|(at, sheet)| !ignored(*at) && holds(sheet)).map(|(at, _)| at).collect()
    }

    /// Sheets of which anything may be read.
    pub fn looked_at(&self) -> impl Iterator<Item = &'a Sheet> {
        let ignored = |at: usize| self.named[at] == Named::Ignored;
        self.book.sheets.iter().enumerate().filter(move |(at, _)| !ignored(*at)).map(|(_, sheet)| sheet)
    }

    /// True where there is nothing but lines of one cell, a title or `无`, and no headings.
    pub fn is_blank(&self, found: &Found) -> bool {
        found.blocks.is_empty() && self.book.sheets[found.sheet].rows.iter().all(|row| row.cells.len() < 2)
    }

    /// Reads the headings of found tables. Says which required columns are missing and which known ones stand twice.
    pub fn table(&self, found: &Found, required: &[&str], known: &[&str], sink: &mut Sink) -> Table<'a> {
        let sheet = &self.book.sheets[found.sheet];
        self.read.borrow_mut().insert(found.sheet);
        let mut parts: Vec<Part> = Vec::new();
        let mut extra: Vec<String> = Vec::new();
        for at in &found.blocks {
            let block = &self.blocks[found.sheet][*at];
            let part = Part::new(block, self.words, required, known);
            for (column, code) in &part.odd {
                let repeated =
                    *code == Code::ExtraColumn && (self.words.intake.ignores_column(&column.heading) || extra.contains(&column.heading));
                if !repeated {
                    extra.push(column.heading.clone());
                    let place = sink.cell(&sheet.name, column.row, column.index);
                    let near = if *code == Code::ExtraColumn { part.near(&column.heading, required, known) } else { "" };
                    let finding = Finding::new(*code, place).value(column.written.as_ref()).arg("column", &column.heading);
                    sink.push(finding.arg("near", near));
                }
            }
            parts.push(part);
        }
        let period_known = |part: &Part| part.slices.iter().all(|slice| slice.period.is_some());
        for name in required {
            let lacks = |part: &Part| {
                let implied = *name == column::PERIOD && period_known(part);
                // Items are rows there; whose is missing, its reader tells.
                let in_rows = part.item_column.is_some() && self.words.is_item(name);
                !implied && !in_rows && part.slices.iter().any(|slice| slice.column(name).is_none())
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
    /// Where each row is about one item: the column of the period, whatever the item.
    pub(super) of_items: Option<u16>,
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
pub(super) struct Part {
    rows: std::ops::Range<usize>,
    pub(super) slices: Arc<[Slice]>,
    /// Columns that nobody expects, or that stand twice.
    odd: Vec<(Column, Code)>,
    /// The column of 项目, where each row is about one.
    pub(super) item_column: Option<u16>,
}

impl Part {
    fn new(block: &Block, words: &Vocabulary<'_>, required: &[&str], known: &[&str]) -> Self {
        let item_periods = block.period_columns(words);
        let by_item = !item_periods.is_empty();
        let expects = |name: &str| required.contains(&name) || known.contains(&name) || (by_item && name == column::ITEM);
        let own_period = block.columns.iter().any(|column| column.heading == column::PERIOD);
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
            let of_period = |column: &&Column| column.period.is_none() || own_period || column.period == period;
            let of_items = |column: &&Column| item_periods.iter().any(|(_, index)| *index == column.index);
            for column in block.columns.iter().filter(of_period).filter(|column| !of_items(column)) {
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
            slices.push(Slice { period, columns, of_items: None });
        }
        let mut item_column = None;
        if let (true, [shared]) = (by_item, slices.as_slice()) {
            item_column = shared.column(column::ITEM);
            let shared = shared.columns.clone();
            let slice = |(period, index)| Slice { period: Some(period), columns: shared.clone(), of_items: Some(index) };
            slices = item_periods.into_iter().map(slice).collect();
        }
        Self { rows: block.rows.clone(), slices: slices.into(), odd, item_column }
    }
}

impl Part {
    /// A column that the table lacks and that this heading may mean: it holds its name, or differs in a letter.
    fn near<'b>(&self, written: &str, required: &[&'b str], known: &[&'b str]) -> &'b str {
        let absent = |name: &&&str| self.slices.iter().all(|slice| slice.column(name).is_none());
        let alike = |name: &&&str| name.chars().count() > 1 && (written.contains(**name) || differs_in_a_letter(written, name));
        required.iter().chain(known).filter(absent).find(alike).copied().unwrap_or_default()
    }
}

/// Tables of one kind on one sheet, as one.
pub struct Table<'a> {
    pub sheet: &'a Sheet,
    /// Index of the sheet in the book.
    pub number: u16,
    parts: Vec<Part>,
    pub(super) intake: &'a Intake,
}

impl<'a> Table<'a> {
    /// True where some table has the column, for every period it is about.
    pub fn has(&self, heading: &str) -> bool {
        self.parts.iter().any(|part| part.slices.iter().all(|slice| slice.column(heading).is_some()))
    }

    /// True where rows tell their period: by a column, or by standing under it.
    pub fn has_period(&self) -> bool {
        self.has(column::PERIOD) || self.parts.iter().any(|part| part.slices.iter().all(|slice| slice.period.is_some()))
    }

    /// Its columns by heading, if a row can be added below: there is one set of them, and each row has all items.
    pub fn one_row_each(&self) -> Vec<(Box<str>, u16)> {
        let mut slices = self.slices();
        let Some(only) = slices.next().filter(|slice| slice.of_items.is_none() && slice.period.is_none()) else { return Vec::new() };
        if slices.next().is_some() {
            return Vec::new();
        }
        only.columns.iter().map(|column| (column.heading.as_str().into(), column.index)).collect()
    }

    /// The row, zero-based, behind its headings.
    pub fn first_row(&self) -> u32 {
        self.slices().flat_map(Slice::columns).map(|column| column.row + 1).max().unwrap_or(0)
    }

    /// Every different set of columns.
    pub fn slices(&self) -> impl Iterator<Item = &Slice> {
        self.parts.iter().flat_map(|part| part.slices.iter())
    }

    /// Data rows: below the headings, without what is no data; see [`filler`]. Where each row is about one item, the rows of
    /// one member and scorer are one line. `known` tells the names, of members or items, whose rows are data.
    pub fn lines<'b>(&'b self, known: &'b dyn Fn(&str) -> bool) -> impl Iterator<Item = Line<'a>> + 'b {
        self.parts.iter().enumerate().flat_map(move |(number, part)| {
            let rows = self.sheet.rows[part.rows.clone()].iter().filter(move |row| !filler::is_filler(self, part, row, known));
            let line = move |(row, items): (&'a Row, Vec<(String, &'a Row)>)| Line {
                row,
                items,
                sheet: self.sheet,
                part: number,
                slices: Arc::clone(&part.slices),
                at: 0,
            };
            let (single, by_item) = match part.item_column {
                None => (Some(rows.map(|row| (row, Vec::new()))), Vec::new()),
                Some(items) => (None, self.by_member(rows, &part.slices[0], items)),
            };
            single.into_iter().flatten().chain(by_item).map(line)
        })
    }

    /// Rows of one item each, put together: the first row of each member and scorer, and every item with its row. A name
    /// left blank is the one above. An item that comes again begins another line, which is then found to be a second one.
    fn by_member(&self, rows: impl Iterator<Item = &'a Row>, shared: &Slice, items: u16) -> Vec<(&'a Row, Vec<(String, &'a Row)>)> {
        let mut found: Vec<(&'a Row, Vec<(String, &'a Row)>)> = Vec::new();
        let mut last: BTreeMap<[String; 3], usize> = BTreeMap::new();
        let mut whose = [const { String::new() }; 3];
        for row in rows {
            let said = |column: u16| content(self.sheet, row, column, true).map(shown).unwrap_or_default();
            let own = [column::NAME, column::SEQ, column::SCORER]
                .map(|heading| shared.column(heading).map(|column| folded(&said(column))).unwrap_or_default());
            if !own[0].is_empty() {
                whose = own;
            } else if !own[2].is_empty() {
                whose[2].clone_from(&own[2]);
            }
            let item = heading(&said(items)).0;
            if self.intake.is_total(&item) {
                continue;
            }
            let own = last.get(&whose).map(|at| &mut found[*at].1).filter(|own| own.iter().all(|(other, _)| *other != item));
            if let Some(own) = own {
                own.push((item, row));
            } else {
                last.insert(whose.clone(), found.len());
                found.push((row, vec![(item, row)]));
            }
        }
        found
    }
}

/// What stands in a cell; where it is one of several merged into one and that may be, what stands in the first.
pub(super) fn content<'a>(sheet: &'a Sheet, row: &'a Row, column: u16, merged: bool) -> Option<&'a Content> {
    let own = row.cells.binary_search_by_key(&column, |cell| cell.column).ok().map(|at| &row.cells[at].content);
    own.or_else(|| merged.then(|| sheet.merged_into(row.index, column)).flatten())
}

/// One row of data, or the rows of several items, seen through the columns of one period.
#[derive(Clone)]
pub struct Line<'a> {
    row: &'a Row,
    /// Where each row is about one item: the items and their rows.
    items: Vec<(String, &'a Row)>,
    sheet: &'a Sheet,
    part: usize,
    slices: Arc<[Slice]>,
    at: usize,
}

impl<'a> Line<'a> {
    /// The row, zero-based; of several the first.
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

    /// Items that have rows of their own, where each row is about one.
    pub fn items(&self) -> impl Iterator<Item = &str> {
        self.items.iter().map(|(item, _)| item.as_str())
    }

    /// True where each row is about one item.
    pub fn by_item(&self) -> bool {
        !self.items.is_empty()
    }

    /// The row and column of a heading's cell.
    fn cell(&self, heading: &str) -> Option<(&'a Row, u16)> {
        match self.items.iter().find(|(item, _)| item == heading) {
            Some((_, row)) => Some((row, self.slice().of_items?)),
            None => Some((self.row, self.slice().column(heading)?)),
        }
    }

    /// Where a heading's cell is: rows below the line's first, and column.
    pub fn spot(&self, heading: &str) -> Option<(u32, u16)> {
        self.cell(heading).map(|(row, column)| (row.index - self.row.index, column))
    }

    /// The column of a heading's cell.
    pub fn column(&self, heading: &str) -> Option<u16> {
        self.cell(heading).map(|(_, column)| column)
    }

    /// Every heading under which the line may hold something.
    pub fn headings(&self) -> impl Iterator<Item = &str> {
        let columns = self.slice().columns.iter().map(|column| column.heading.as_str());
        columns.filter(|heading| !self.by_item() || *heading != column::ITEM).chain(self.items())
    }

    /// The rows that it is made of, zero-based.
    pub fn rows(&self) -> impl Iterator<Item = u32> + '_ {
        let more = self.items.iter().map(|(_, row)| row.index).filter(|index| *index != self.row.index);
        std::iter::once(self.row.index).chain(more)
    }

    /// The sheet's name in the file.
    pub fn sheet_name(&self) -> &'a Arc<str> {
        &self.sheet.name
    }

    /// What stands under a heading.
    pub fn get(&self, heading: &str) -> Option<&'a Content> {
        let (row, column) = self.cell(heading)?;
        content(self.sheet, row, column, workbook::is(heading, Trait::Merged))
    }

    /// The same as a folded word; empty for nothing.
    pub fn word(&self, heading: &str) -> String {
        self.get(heading).map(|content| folded(&shown(content))).unwrap_or_default()
    }

    /// The place of a heading's cell, for findings.
    pub fn place(&self, heading: &str, sink: &Sink) -> Place {
        let (row, column) = self.cell(heading).unwrap_or((self.row, 0));
        sink.cell(&self.sheet.name, row.index, column)
    }

    /// The place of the cell that names an item, where each row is about one.
    pub fn item_place(&self, item: &str, sink: &Sink) -> Place {
        let row = self.items.iter().find(|(own, _)| own == item).map_or(self.row, |(_, row)| *row);
        sink.cell(&self.sheet.name, row.index, self.slice().column(column::ITEM).unwrap_or_default())
    }

    /// A finding about a heading's cell, with what stands there. A word that cannot be read is no unknown one.
    pub fn finding(&self, code: Code, heading: &str, sink: &Sink) -> Finding {
        let word =
            matches!(code, Code::UnknownCategory | Code::UnknownValue | Code::UnknownPeriod | Code::UnknownLevel | Code::UnknownVeto);
        let code = cell::text(self.get(heading)).err().filter(|_| word).unwrap_or(code);
        quoting(Finding::new(code, self.place(heading, sink)).arg("column", heading), self.get(heading))
    }

    /// Reports what keeps a blank cell from being blank: something beneath a merged area that is not what is seen there, or
    /// the area's value, of which nobody can say for which of its cells it counts. False where nothing does.
    pub fn unseen(&self, heading: &str, sink: &mut Sink) -> bool {
        let Some((row, column)) = self.cell(heading) else { return false };
        if self.sheet.merged.is_empty() || content(self.sheet, row, column, false).is_some() {
            return false;
        }
        let Some(area) = self.sheet.beneath(row.index, column) else { return false };
        let top = self.sheet.get(area.first.0, area.first.1);
        let over = top.map(shown).unwrap_or_default();
        let covered = self.sheet.covered(row.index, column).map(shown).filter(|text| !is_nothing(&folded(text)));
        if let Some(covered) = covered.filter(|text| folded(text) != folded(&over)) {
            let finding = Finding::new(Code::ShownDiffers, sink.cell(&self.sheet.name, row.index, column)).value(covered);
            sink.push(finding.arg("column", heading).arg("case", "covered").arg("over", over));
            return true;
        }
        let is_number = matches!(number(top), Number::Is { .. } | Number::Fault(Code::ShownDiffers | Code::UncalculatedFormula));
        // A word across a row's marks is no mark, which is said where it stands.
        if workbook::is(heading, Trait::Merged) || is_nothing(&folded(&over)) || (!is_number && area.first.0 == row.index) {
            return false;
        }
        let ends = CellRef { row: area.last.0, column: area.last.1 };
        let finding = Finding::new(Code::ShownDiffers, sink.cell(&self.sheet.name, area.first.0, area.first.1)).value(over);
        sink.push_once(finding.arg("column", heading).arg("case", "merged").arg("last", ends));
        true
    }

    /// As the sender sees it, for findings.
    pub fn shown(&self, heading: &str) -> Option<String> {
        self.get(heading).map(shown)
    }
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
