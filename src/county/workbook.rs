//! `设置.xlsx`: read into the text of the `scorebook.toml` that says the same, every line with its cell.
//!
//! ```text
//!   基本设置   项目 内容 说明 示例            one item a row
//!   积分制分配 类别 党委 支部 积分制 公示纸张   one rule a row
//!   日期       期间 报送截止 公示开始          one period a row
//!   其他       项目 内容 说明 示例
//! ```
//!
//! What a text must not say is then found by whoever proves `scorebook.toml`, once for both, and said at the cell.

use std::collections::BTreeMap;
use std::path::PathBuf;

use crate::config::{Fault, Spot, quoted};
use crate::diag::{CellRef, Place, Said};
use crate::period::{Day, digit_date, text_date};
use crate::sheet::{Book, Content, Limits, Sheet, read};
use crate::words::{folded, key, nearest};

use super::CountyError;
use super::dates::period_of_year;
use super::error::unreadable;
use super::items::{ASSIGN, DATES, Item, Kind, SHEETS, items};
use super::source::Source;

/// The settings as a workbook.
pub const WORKBOOK: &str = "设置.xlsx";

/// Rows that are looked at for headings.
const HEADED_WITHIN: usize = 20;

/// Columns that are for the reader and say nothing.
const REMARKS: [&str; 5] = ["说明", "示例", "备注", "序号", "填写说明"];

/// Sheets that say nothing.
const GUIDES: [&str; 2] = ["填写说明", "说明"];

/// The text that the workbook stands for, with all that is wrong with its cells.
pub(super) fn read_settings(path: PathBuf, bytes: &[u8]) -> Result<Source, CountyError> {
    let book = match read(WORKBOOK, bytes, &Limits::default()) {
        Ok(book) => book,
        Err(refusal) => return Err(unreadable(path, &refusal.finding(Place::default()))),
    };
    let mut text = Text::default();
    text.sheets(&book);
    let by_name = |name: &str| book.sheets.iter().find(|sheet| key(&sheet.name) == name);
    if by_name(SHEETS[0]).is_none() {
        text.fault("", None, Said::new("缺少工作表“基本设置”", "the sheet `基本设置` is missing"));
        text.unread = true;
    }
    for name in ["基本设置", "其他"] {
        if let Some(sheet) = by_name(name) {
            text.item_sheet(sheet);
        }
    }
    text.requirements();
    if let Some(sheet) = by_name("日期") {
        text.dates(sheet);
    }
    if let Some(sheet) = by_name("积分制分配") {
        text.assign(sheet);
    }
    Ok(Source { path, text: text.lines.join("\n") + "\n", cells: Some(text.cells), faults: text.faults })
}

/// What is gathered of the workbook.
#[derive(Default)]
struct Text {
    lines: Vec<String>,
    /// Where each line comes from.
    cells: Vec<Spot>,
    faults: Vec<Fault>,
    /// Where each item was written.
    written: BTreeMap<&'static str, String>,
    /// The sheet and cell of 内容 of items that are named and left empty.
    empty: BTreeMap<&'static str, (String, CellRef)>,
    year: Option<i32>,
    /// No item can be found, so that none is missing.
    unread: bool,
}

impl Text {
    fn fault(&mut self, sheet: &str, cell: Option<CellRef>, said: Said) {
        let order = self.lines.len() + 1;
        self.faults.push(Fault { spot: Spot::in_sheet(sheet, cell, order), said });
    }

    fn line(&mut self, text: String, sheet: &str, cell: CellRef) {
        self.lines.push(text);
        self.cells.push(Spot::in_sheet(sheet, Some(cell), self.lines.len()));
    }

    /// Sheets that nobody reads would be rules that nobody follows.
    fn sheets(&mut self, book: &Book) {
        let mut seen: Vec<String> = Vec::new();
        for sheet in book.sheets.iter().filter(|sheet| !sheet.rows.is_empty()) {
            let name = key(&sheet.name);
            if seen.contains(&name) {
                self.fault(&sheet.name, None, Said::new("这张工作表有两张，请只留一张", "there are two sheets of this name: keep one"));
            } else if !SHEETS.contains(&name.as_str()) && !GUIDES.contains(&name.as_str()) {
                let all = SHEETS.join(" ");
                let said = Said::new(
                    format!("设置里没有“{}”这张工作表，请改名或删去；有的是：{all}", sheet.name),
                    format!("settings have no sheet `{}`: rename it or take it out; there are: {all}", sheet.name),
                );
                self.fault(&sheet.name, None, said.near(nearest(&name, SHEETS)));
            }
            seen.push(name);
        }
    }

    /// 项目 and 内容 below each other; in 其他 the items may be headings as well.
    fn item_sheet(&mut self, sheet: &Sheet) {
        let Some(table) = Table::find(sheet, &["项目", "内容"], 2) else {
            let names: Vec<&str> = items().map(|item| item.name).collect();
            let own = |table: &Table| table.columns.len() > 1 || key(&sheet.name) == SHEETS[3];
            if let Some(table) = Table::find(sheet, &names, 1).filter(own) {
                self.item_columns(sheet, &table);
            } else {
                self.no_headings(sheet, &["项目", "内容"]);
                self.unread = true;
            }
            return;
        };
        let (Some(name), Some(value)) = (table.columns.get("项目").copied(), table.columns.get("内容").copied()) else { return };
        let year = |row: &u32| shown(sheet, *row, name).is_some_and(|text| item_of(&text).is_some_and(|item| item.key == "year"));
        if let Some(row) = table.rows(sheet).find(year) {
            let digits: String = folded(&shown(sheet, row, value).unwrap_or_default()).chars().take(4).collect();
            self.year = digits.parse().ok().filter(|year| (1949..=9998).contains(year));
        }
        for row in table.rows(sheet) {
            let Some(written) = shown(sheet, row, name).filter(|text| !text.is_empty()) else {
                if shown(sheet, row, value).is_some_and(|text| !text.is_empty()) {
                    let said = Said::new("这一行有内容，没有写项目", "this row has a value and no item");
                    self.fault(&sheet.name, Some(CellRef { row, column: name }), said);
                }
                continue;
            };
            match item_of(&written) {
                Some(item) => self.item(sheet, item, CellRef { row, column: value }),
                None => self.unknown(sheet, CellRef { row, column: name }, ("项", "item"), &written, items().map(|item| item.name)),
            }
        }
    }

    fn item_columns(&mut self, sheet: &Sheet, table: &Table) {
        for (heading, column) in &table.columns {
            let Some(item) = item_of(heading) else { continue };
            let filled = table.rows(sheet).filter(|row| shown(sheet, *row, *column).is_some_and(|text| !text.is_empty()));
            for row in filled.collect::<Vec<_>>() {
                self.item(sheet, item, CellRef { row, column: *column });
            }
        }
    }

    /// What stands in the cell of an item becomes a line.
    fn item(&mut self, sheet: &Sheet, item: &'static Item, cell: CellRef) {
        let Some(value) = self.value(sheet, item.name, item.kind, cell) else {
            self.empty.entry(item.name).or_insert_with(|| (sheet.name.to_string(), cell));
            return;
        };
        let place = format!("{} › {cell}", sheet.name);
        if let Some(before) = self.written.insert(item.name, place) {
            let said = Said::new(
                format!("“{}”写了两次（{before} 已写），请只留一个", item.name),
                format!("`{}` is given twice (first in {before}): keep one", item.name),
            );
            self.fault(&sheet.name, Some(cell), said);
            return;
        }
        if item.key == "year" {
            self.year = value.parse().ok();
        }
        self.line(format!("{} = {value}", item.key), &sheet.name, cell);
    }

    /// Items that must be there.
    fn requirements(&mut self) {
        for item in items().filter(|item| item.required) {
            if self.unread || self.written.contains_key(item.name) {
                continue;
            }
            let faulty = |fault: &Fault, place: &(String, CellRef)| {
                fault.spot.cell.as_ref().is_some_and(|at| at.sheet == place.0 && at.cell == Some(place.1))
            };
            let (sheet, cell) = match self.empty.get(item.name) {
                Some(place) if self.faults.iter().any(|fault| faulty(fault, place)) => continue, // said already
                Some((sheet, cell)) => (sheet.clone(), Some(*cell)),
                None => ("基本设置".to_owned(), None),
            };
            let example = item.example;
            let said = Said::new(
                format!("“{}”没有填；例如 {example}", item.name),
                format!("`{}` ({}) is missing; an example: {example}", item.name, item.meaning.1),
            );
            self.fault(&sheet, cell, said);
        }
    }

    /// 期间, and its dates beside it.
    fn dates(&mut self, sheet: &Sheet) {
        let Some(table) = self.table(sheet, &DATES.map(|(heading, _)| heading)) else { return };
        let Some(period) = table.columns.get("期间").copied() else { return self.no_headings(sheet, &["期间"]) };
        let mut seen: BTreeMap<String, CellRef> = BTreeMap::new();
        for row in table.rows(sheet) {
            let cell = CellRef { row, column: period };
            let dates = [("报送截止", "collect", "due"), ("公示开始", "notice", "posted")];
            let dates: Vec<_> = dates
                .into_iter()
                .filter_map(|(heading, table_key, key)| {
                    let cell = CellRef { row, column: *table.columns.get(heading)? };
                    shown(sheet, row, cell.column).filter(|text| !text.is_empty())?;
                    Some((heading, table_key, key, cell))
                })
                .collect();
            let Some(run) = self.value(sheet, "期间", Kind::Period, cell) else {
                if !dates.is_empty() && shown(sheet, row, period).is_none_or(|text| text.is_empty()) {
                    let said = Said::new("这一行有日期，没有写期间", "this row has dates and no period");
                    self.fault(&sheet.name, Some(cell), said);
                }
                continue;
            };
            if let Some(first) = seen.insert(run.clone(), cell) {
                let said = Said::new(
                    format!("这一期间写了两次（{first} 已写），请合为一行"),
                    format!("this period is given twice (first in {first}): make it one row"),
                );
                self.fault(&sheet.name, Some(cell), said);
                continue;
            }
            for (heading, table_key, key, cell) in dates {
                if let Some(day) = self.value(sheet, heading, Kind::Day, cell) {
                    self.line(format!("{table_key}.{run}.{key} = {day}"), &sheet.name, cell);
                }
            }
        }
    }

    /// One rule a row.
    fn assign(&mut self, sheet: &Sheet) {
        let headings = ASSIGN.map(|(heading, ..)| heading);
        let Some(table) = self.table(sheet, &headings) else { return };
        for row in table.rows(sheet) {
            let first = CellRef { row, column: table.columns.values().copied().min().unwrap_or(0) };
            let mut lines = Vec::new();
            for (heading, key, ..) in ASSIGN {
                let Some(column) = table.columns.get(heading).copied() else { continue };
                let cell = CellRef { row, column };
                if let Some(value) = self.value(sheet, heading, Kind::Text, cell) {
                    lines.push((key, format!("{key} = {value}"), cell));
                }
            }
            let has = |keys: &[&str]| lines.iter().any(|(key, ..)| keys.contains(key));
            if lines.is_empty() {
                continue;
            }
            if !has(&["category", "committee", "branch"]) {
                let said = Said::new(
                    "这一行没有写给谁：类别、党委、支部至少填一项",
                    "this row says for nobody: fill in at least one of 类别, 党委, 支部",
                );
                self.fault(&sheet.name, Some(first), said);
                continue;
            }
            if !has(&["scheme", "paper"]) {
                let column = table.columns.get("积分制").copied().unwrap_or(first.column);
                let said = Said::new("“积分制”没有填", "`积分制` (the scheme) is missing");
                self.fault(&sheet.name, Some(CellRef { row, column }), said);
                continue;
            }
            self.line("[[assign]]".to_owned(), &sheet.name, first);
            for (_, line, cell) in lines {
                self.line(line, &sheet.name, cell);
            }
        }
    }

    /// The table of a sheet whose columns are known; columns that nobody reads are refused.
    fn table(&mut self, sheet: &Sheet, headings: &[&str]) -> Option<Table> {
        let found = Table::find(sheet, headings, 2);
        let Some(table) = found else {
            if !sheet.rows.is_empty() {
                self.no_headings(sheet, headings);
            }
            return None;
        };
        for (heading, column) in &table.columns {
            if !headings.contains(&heading.as_str()) && !REMARKS.contains(&heading.as_str()) {
                let cell = CellRef { row: table.heading, column: *column };
                self.unknown(sheet, cell, ("列", "column"), heading, headings.iter().copied());
            }
        }
        Some(table)
    }

    fn no_headings(&mut self, sheet: &Sheet, headings: &[&str]) {
        let all = headings.join(" ");
        self.fault(
            &sheet.name,
            None,
            Said::new(format!("找不到表头；应有这些列：{all}"), format!("no heading row; these columns belong here: {all}")),
        );
    }

    fn unknown<'a>(
        &mut self,
        sheet: &Sheet,
        cell: CellRef,
        what: (&str, &str),
        written: &str,
        known: impl Iterator<Item = &'a str> + Clone,
    ) {
        let all = known.clone().collect::<Vec<_>>().join(" ");
        let said = Said::new(
            format!("没有“{written}”这一{}；这里可用：{all}", what.0),
            format!("there is no {} `{written}`; allowed here: {all}", what.1),
        );
        self.fault(&sheet.name, Some(cell), said.near(nearest(&key(written), known)));
    }

    /// A cell's value as it stands behind `=` in a text; none if it is empty or, after a fault, not to be used.
    fn value(&mut self, sheet: &Sheet, name: &str, kind: Kind, cell: CellRef) -> Option<String> {
        let content = content(sheet, cell.row, cell.column)?;
        if let Content::Error(_) | Content::Uncalculated(_) | Content::Picture | Content::Bool(_) = content {
            let said = Said::new(
                format!("“{name}”这一格没有可用的内容（错误值、没有算出结果的公式或图片），请直接填写"),
                format!("`{name}` holds nothing that can be used (an error, a formula without a result, a picture): type it"),
            );
            self.fault(&sheet.name, Some(cell), said);
            return None;
        }
        let text = shown(sheet, cell.row, cell.column).unwrap_or_default();
        if text.is_empty() {
            return None;
        }
        match valued(content, &text, kind, self.year) {
            Ok(value) => value,
            Err(why) => {
                let said = why.unwrap_or_else(|| {
                    let allowed = kind.allowed();
                    let said =
                        Said::new(format!("“{name}”{}，写的是“{text}”", allowed.zh), format!("`{name}` {}, and is `{text}`", allowed.en));
                    let words: &[(&str, &str)] = if let Kind::Choice(words) = kind { words } else { &[] };
                    said.near(nearest(&text, words.iter().map(|(word, _)| *word)))
                });
                self.fault(&sheet.name, Some(cell), said);
                None
            }
        }
    }
}

/// The value that a text means; `Err(None)` if the kind says what is allowed.
fn valued(content: &Content, text: &str, kind: Kind, year: Option<i32>) -> Result<Option<String>, Option<Said>> {
    let folded = folded(text);
    let is = |value: String| Ok(Some(value));
    match kind {
        Kind::Text => is(quoted(text)),
        Kind::Whole(least, most) => {
            let digits = folded.trim_end_matches(['年', '度', '个', '工', '作', '日', '天']);
            let number = digits.parse::<u32>().ok().filter(|number| (least..=most).contains(number)).ok_or(None)?;
            is(number.to_string())
        }
        Kind::List | Kind::Lines => {
            let marks: &[char] = if kind == Kind::List { &['、', '，', ',', '；', ';', '\n', '\r'] } else { &['\n', '\r'] };
            let all: Vec<String> = text.split(marks).map(str::trim).filter(|one| !one.is_empty()).map(quoted).collect();
            is(format!("[{}]", all.join(", ")))
        }
        Kind::YesNo => match folded.to_lowercase().as_str() {
            "是" | "yes" | "true" => is("true".into()),
            "否" | "no" | "false" => is("false".into()),
            _ => Err(None),
        },
        Kind::Choice(words) => {
            let same = |(word, value): &&(&str, &str)| *word == folded || value.eq_ignore_ascii_case(&folded);
            words.iter().find(same).map(|(_, value)| Some(quoted(value))).ok_or(None)
        }
        Kind::Day => match (content, text_date(&folded).or_else(|| digit_date(&folded))) {
            (Content::Date(at), _) => is(at.date().to_string()),
            (Content::Disguised(own), None) if matches!(own.held, Content::Date(_)) => valued(&own.held, text, kind, year),
            (_, Some(Day::Known(day))) => is(day.to_string()),
            _ => Err(None),
        },
        Kind::Period => match (period_of_year(&folded, year), content) {
            (Ok(run), _) => is(quoted(&run.to_string())),
            // A month that a spreadsheet took for a day: 2026-01 is stored as its first.
            (Err(_), Content::Date(at)) => month_of(at.date(), year),
            (Err(why), Content::Disguised(own)) => match &own.held {
                Content::Date(at) => month_of(at.date(), year),
                _ => Err(Some(why)),
            },
            (Err(why), _) => Err(Some(why)),
        },
    }
}

fn month_of(day: chrono::NaiveDate, year: Option<i32>) -> Result<Option<String>, Option<Said>> {
    let run = period_of_year(&day.format("%Y-%m").to_string(), year).map_err(Some)?;
    Ok(Some(quoted(&run.to_string())))
}

/// Headings of a sheet and where the rows below them begin.
struct Table {
    /// Zero-based row of the headings.
    heading: u32,
    columns: BTreeMap<String, u16>,
}

impl Table {
    /// The first row that has so many of the headings.
    fn find(sheet: &Sheet, headings: &[&str], least: usize) -> Option<Self> {
        sheet.rows.iter().take(HEADED_WITHIN).find_map(|row| {
            let mut columns = BTreeMap::new();
            for cell in &row.cells {
                if let Content::Text(text) = &cell.content {
                    columns.entry(key(text)).or_insert(cell.column);
                }
            }
            let found = headings.iter().filter(|heading| columns.contains_key(**heading)).count();
            (found >= least).then_some(Self { heading: row.index, columns })
        })
    }

    /// Rows below the headings.
    fn rows<'s>(&self, sheet: &'s Sheet) -> impl Iterator<Item = u32> + use<'s> {
        let heading = self.heading;
        sheet.rows.iter().map(|row| row.index).filter(move |row| *row > heading)
    }
}

fn item_of(written: &str) -> Option<&'static Item> {
    let written = key(written).trim_matches('*').to_owned();
    items().find(|item| key(item.name) == written)
}

/// What a cell holds, or the merged area that it lies in.
fn content(sheet: &Sheet, row: u32, column: u16) -> Option<&Content> {
    sheet.get(row, column).or_else(|| sheet.merged_into(row, column))
}

/// What a person sees in the cell.
fn shown(sheet: &Sheet, row: u32, column: u16) -> Option<String> {
    let text = match content(sheet, row, column)? {
        Content::Text(text) => text.trim().to_owned(),
        Content::Number(number) => number.to_string(),
        Content::Disguised(own) => own.shown.trim().to_owned(),
        Content::Date(at) => at.date().to_string(),
        Content::Error(text) | Content::Uncalculated(text) => text.to_string(),
        Content::Bool(_) | Content::Picture => return None,
    };
    Some(text)
}
