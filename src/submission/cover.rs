//! 支部信息: fields with values to their right, or in the row below where the fields stand side by side.
//!
//! ```text
//!   支部名称：   第一东1支部           支部名称     支部编码  年度
//!   支部编码     0101           or    第一东1支部   0101      2026
//!   年度         2026
//! ```

use std::borrow::Cow;
use std::sync::Arc;

use chrono::NaiveDate;

use crate::diag::{CellRef, Code, Fact, Finding};
use crate::exact::Decimal;
use crate::sheet::{Book, Content, Row, Sheet};

use super::cell::{self, Day, Number, shown};
use super::intake::Intake;
use super::sink::Sink;
use crate::words::{folded, key};
use crate::workbook::{self, column};

/// What a submission says about itself.
#[derive(Clone, Debug, Default)]
pub struct Cover {
    /// 支部名称.
    pub branch_name: Option<Box<str>>,
    /// 支部编码 as text, white space out.
    pub branch_code: Option<Box<str>>,
    /// The code was a number cell, so leading zeros may be lost.
    pub numeric_code: bool,
    /// 年度.
    pub year: Option<i64>,
    /// 上级党组织.
    pub committee: Option<Box<str>>,
    /// 支部书记.
    pub secretary: Option<Box<str>>,
    /// 填报人.
    pub reporter: Option<Box<str>>,
    /// 联系电话.
    pub phone: Option<Box<str>>,
    /// 报出日期.
    pub reported: Option<NaiveDate>,
    /// Cell of 报出日期's value.
    pub reported_at: Option<CellRef>,
    /// 模板版本.
    pub template: Option<Box<str>>,
    /// 年度 as written, where it is no year.
    pub year_written: Option<Box<str>>,
    /// Fields of which it is said already that they are missing or cannot be read.
    pub said: Vec<&'static str>,
    /// The sheet as it is named in the file, with the cells of code, name and year.
    pub sheet: Option<Arc<str>>,
    /// Cell of 支部编码's value.
    pub code_at: Option<CellRef>,
    /// Cell of 支部名称's value.
    pub name_at: Option<CellRef>,
    /// Cell of 年度's value.
    pub year_at: Option<CellRef>,
    /// 支部编码 of another branch whose cover is in the same file.
    pub second: Option<Box<str>>,
}

impl Cover {
    /// True for a workbook that was handed out: its 模板版本 names the schemes behind the version, `1（ju-10star 1）`.
    pub fn issued(&self) -> bool {
        self.template.as_deref().is_some_and(|version| {
            let folded = folded(version);
            folded.split_once('(').is_some_and(|(number, _)| !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()))
        })
    }
}

/// Rows in which the fields are looked for.
const WITHIN: usize = 60;

/// A field's value: what stands there, and where it stands or should.
type Value<'a> = (&'static str, Option<Cow<'a, Content>>, CellRef);

/// Reads 支部信息. The findings name missing fields and values that cannot be read.
pub fn read_cover(book: &Book, file: &Arc<str>, intake: &Intake) -> (Cover, Vec<Finding>) {
    let mut sink = Sink::new(file);
    let mut cover = Cover::default();
    let Some((sheet, named)) = find(book, intake) else {
        sink.push(Finding::new(Code::MissingSheet, sink.sheet(&workbook::COVER.name.into())).arg("name", workbook::COVER.name));
        return (cover, sink.finish());
    };
    if !named {
        sink.push(Finding::new(Code::ExtraSheet, sink.sheet(&sheet.name)).arg("why", "name").arg("used", workbook::COVER.name));
    }
    cover.sheet = Some(Arc::clone(&sheet.name));
    let mut codes = codes_on(sheet, intake);
    codes.extend(book.sheets.iter().filter(|other| !std::ptr::eq(*other, sheet)).flat_map(|other| more_codes(other, intake)));
    // Two branches in one file: which rows are whose, nobody can say.
    let zeroless = |code: &str| code.trim_start_matches('0').to_owned();
    if let Some((second, at)) = codes.iter().find(|(code, _)| zeroless(code) != zeroless(&codes[0].0)) {
        let finding = Finding::new(Code::BranchMismatch, sink.sheet(at));
        sink.push(finding.arg("first", &codes[0].0).arg("second", second).fact(Fact::SecondBranch(second.clone())));
        cover.second = Some(second.as_str().into());
    }
    let mut seen: Vec<&str> = Vec::new();
    for (field, value, place) in fields(sheet, intake) {
        if seen.contains(&field) {
            continue;
        }
        seen.push(field);
        let before = sink.count();
        match field {
            column::BRANCH_NAME => cover.name_at = Some(place),
            column::BRANCH_CODE => cover.code_at = Some(place),
            column::YEAR => cover.year_at = Some(place),
            _ => {}
        }
        if let Some(content) = value {
            read_field(&mut cover, field, &content, place, book.date_1904, &sheet.name, &mut sink);
        }
        if field == column::BRANCH_NAME && cover.branch_name.is_none() && sink.count() == before {
            let place = cover.name_at.map_or_else(|| sink.sheet(&sheet.name), |at| sink.cell(&sheet.name, at.row, at.column));
            sink.push(Finding::new(Code::MissingColumn, place).arg("column", field));
        }
    }
    for (field, known) in [
        (column::BRANCH_NAME, cover.branch_name.is_some()),
        (column::BRANCH_CODE, cover.branch_code.is_some()),
        (column::YEAR, cover.year.is_some()),
    ] {
        if !known && !seen.contains(&field) {
            cover.said.push(field);
            sink.push(Finding::new(Code::MissingColumn, sink.sheet(&sheet.name)).arg("column", field));
        }
    }
    (cover, sink.finish())
}

/// The sheet of that name; else the first that has the fields which every submission must have.
fn find<'a>(book: &'a Book, intake: &Intake) -> Option<(&'a Sheet, bool)> {
    let named = book.sheets.iter().find(|sheet| intake.sheet(&key(&sheet.name)) == Some(workbook::COVER.name));
    if let Some(sheet) = named {
        return Some((sheet, true));
    }
    let looks = |sheet: &&Sheet| {
        let found: Vec<&str> = fields(sheet, intake).into_iter().map(|(field, ..)| field).collect();
        !intake.ignores_sheet(&key(&sheet.name)) && [column::BRANCH_CODE, column::YEAR].iter().all(|field| found.contains(field))
    };
    book.sheets.iter().find(looks).map(|sheet| (sheet, false))
}

/// The field that a cell names.
fn field(content: &Content, intake: &Intake) -> Option<&'static str> {
    let Content::Text(text) = content else { return None };
    // Long texts are no labels, and folding every one of a large sheet would cost.
    if text.len() > 60 {
        return None;
    }
    let key = key(text);
    let name = intake.column(&key);
    workbook::COVER.headings().find(|field| *field == key || *field == name)
}

/// `支部编码：0101` in one cell.
fn within(content: &Content, intake: &Intake) -> Option<(&'static str, Content)> {
    let Content::Text(text) = content else { return None };
    let (label, value) = text.split_once([':', '：'])?;
    let field = field(&Content::Text(label.into()), intake)?;
    (!value.trim().is_empty()).then(|| (field, Content::Text(value.trim().into())))
}

/// Every field on a sheet with its value, from above.
fn fields<'a>(sheet: &'a Sheet, intake: &Intake) -> Vec<Value<'a>> {
    let mut found: Vec<Value<'a>> = Vec::new();
    // The first rows of a sheet; a register of members below has nothing to say here.
    for (at, row) in sheet.rows.iter().take(WITHIN).enumerate() {
        let labels: Vec<Option<&'static str>> = row.cells.iter().map(|cell| field(&cell.content, intake)).collect();
        let below = sheet.rows.get(at + 1).filter(|below| below.index == row.index + 1);
        // Side by side: only labels in this row, and no label in the next.
        let across = labels.len() > 1
            && labels.iter().all(Option::is_some)
            && below.is_some_and(|below| !below.cells.iter().any(|cell| field(&cell.content, intake).is_some()));
        for (place, cell) in row.cells.iter().enumerate() {
            let at = |row: &Row, column: u16| CellRef { row: row.index, column };
            if let Some((field, value)) = within(&cell.content, intake) {
                found.push((field, Some(Cow::Owned(value)), at(row, cell.column)));
                continue;
            }
            let Some(field) = labels[place] else { continue };
            let (value, column) = if across {
                (below.and_then(|below| below.cells.iter().find(|own| own.column == cell.column)), cell.column)
            } else {
                // The next cell that is no field itself; a blank value leaves only the next field or nothing.
                let next = row.cells.get(place + 1).filter(|_| labels.get(place + 1) == Some(&None));
                (next, next.map_or(cell.column + 1, |next| next.column))
            };
            let row = below.filter(|_| across).unwrap_or(row);
            found.push((field, value.map(|cell| Cow::Borrowed(&cell.content)), at(row, column)));
        }
    }
    found
}

/// Every 支部编码 of a sheet, and the sheet's name.
fn codes_on(sheet: &Sheet, intake: &Intake) -> Vec<(String, Arc<str>)> {
    let codes = fields(sheet, intake).into_iter().filter(|(field, ..)| *field == column::BRANCH_CODE).filter_map(|(_, value, _)| value);
    codes.map(|content| (folded(&shown(&content)), Arc::clone(&sheet.name))).filter(|(code, _)| !code.is_empty()).collect()
}

/// The same of a sheet beside the cover: where it is called one, or names code and branch or year as one does. Instructions
/// with an example, and lists of branches, are no covers.
fn more_codes(sheet: &Sheet, intake: &Intake) -> Vec<(String, Arc<str>)> {
    let name = key(&sheet.name);
    if intake.ignores_sheet(&name) {
        return Vec::new();
    }
    let named = name.starts_with(workbook::COVER.name) || intake.sheet(&name) == Some(workbook::COVER.name);
    let filled = |wanted: &str| fields(sheet, intake).iter().any(|(field, value, _)| *field == wanted && value.is_some());
    if !named && !filled(column::BRANCH_NAME) && !filled(column::YEAR) {
        return Vec::new();
    }
    let mut codes = codes_on(sheet, intake);
    codes.retain(|(code, _)| code.bytes().all(|byte| byte.is_ascii_alphanumeric()));
    codes
}

fn read_field(cover: &mut Cover, field: &'static str, content: &Content, at: CellRef, date_1904: bool, sheet: &Arc<str>, sink: &mut Sink) {
    let place = sink.cell(sheet, at.row, at.column);
    let text = match cell::text(Some(content)) {
        Ok(Some(text)) => text,
        Ok(None) => return,
        Err(code) => {
            cover.said.push(field);
            sink.push(cell::quoting(Finding::new(code, place).arg("column", field), Some(content)));
            return;
        }
    };
    let boxed = |text: &str| Some(text.into());
    match field {
        column::BRANCH_NAME => cover.branch_name = boxed(&text),
        column::BRANCH_CODE => {
            cover.branch_code = Some(folded(&text).trim_start_matches(['\'', '‘', '’']).into());
            cover.numeric_code = matches!(content, Content::Number(_));
        }
        column::YEAR => {
            cover.year = if let Content::Number(number) = content {
                number.as_integer()
            } else {
                let folded = folded(&text);
                match cell::text_number(folded.trim_end_matches(['年', '度'])) {
                    Number::Is { value, .. } => Decimal::as_integer(value),
                    _ => None,
                }
            };
            cover.year_written = cover.year.is_none().then(|| text.into());
        }
        column::REPORTED => match cell::date(Some(content), date_1904) {
            Ok(Some(Day::Known(date))) => (cover.reported, cover.reported_at) = (Some(date), Some(at)),
            Ok(Some(Day::Month(year, month))) => {
                (cover.reported, cover.reported_at) = (NaiveDate::from_ymd_opt(year, month, 1), Some(at));
            }
            Ok(None) => {}
            Err(code) => sink.push(Finding::new(code, place).value(text).arg("column", field)),
        },
        column::COMMITTEE => cover.committee = boxed(&text),
        column::SECRETARY => cover.secretary = boxed(&text),
        column::FILLED_BY => cover.reporter = boxed(&text),
        column::PHONE => cover.phone = boxed(&text),
        _ => cover.template = boxed(&text),
    }
}
