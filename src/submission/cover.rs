//! 支部信息: fields in one column, values to their right.
//!
//! ```text
//!   支部名称：   第一东1支部
//!   支部编码     0101
//!   年度         2026
//! ```

use std::sync::Arc;

use chrono::NaiveDate;

use crate::diag::{CellRef, Code, Finding};
use crate::exact::Decimal;
use crate::sheet::{Book, Content, Sheet};

use super::COVER;
use super::cell::{self, Day, Number, shown};
use super::sink::Sink;
use super::table::Sheets;
use crate::sheet::words::{folded, key};

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
    /// 模板版本.
    pub template: Option<Box<str>>,
    /// The sheet as it is named in the file, with the cells of code, name and year.
    pub sheet: Option<Arc<str>>,
    /// Cell of 支部编码's value.
    pub code_at: Option<CellRef>,
    /// Cell of 支部名称's value.
    pub name_at: Option<CellRef>,
    /// Cell of 年度's value.
    pub year_at: Option<CellRef>,
}

const FIELDS: [&str; 9] = ["支部名称", "支部编码", "上级党组织", "年度", "支部书记", "填报人", "联系电话", "报出日期", "模板版本"];

/// Reads 支部信息. The findings name missing fields and values that cannot be read.
pub fn read_cover(book: &Book, file: &Arc<str>) -> (Cover, Vec<Finding>) {
    let mut sink = Sink::new(file);
    let mut cover = Cover::default();
    let sheets = Sheets::new(book);
    let Some(at) = sheets.find("支部信息") else {
        sink.push(Finding::new(Code::MissingSheet, sink.sheet(&"支部信息".into())).arg("name", "支部信息"));
        return (cover, sink.finish());
    };
    let sheet = &book.sheets[at];
    cover.sheet = Some(Arc::clone(&sheet.name));
    let mut codes = codes_on(sheet);
    for other in book.sheets.iter().filter(|other| !std::ptr::eq(*other, sheet) && key(&other.name).starts_with(COVER)) {
        codes.extend(codes_on(other));
    }
    // Two branches in one file: which rows are whose, nobody can say.
    if let Some((second, at)) = codes.iter().find(|(code, _)| *code != codes[0].0) {
        let finding = Finding::new(Code::BranchMismatch, sink.sheet(at));
        sink.push(finding.arg("first", &codes[0].0).arg("second", second));
    }
    let mut seen: Vec<&str> = Vec::new();
    for row in &sheet.rows {
        for (at, cell) in row.cells.iter().enumerate() {
            let Content::Text(text) = &cell.content else { continue };
            let Some(field) = FIELDS.iter().find(|field| **field == key(text)) else { continue };
            if seen.contains(field) {
                continue;
            }
            // The value is the next cell that is no field itself; a blank value leaves only the next field or nothing.
            let next =
                row.cells.get(at + 1).filter(|cell| !matches!(&cell.content, Content::Text(text) if FIELDS.contains(&key(text).as_str())));
            seen.push(field);
            let Some(value) = next else { continue };
            let place = CellRef { row: row.index, column: value.column };
            read_field(&mut cover, field, &value.content, place, book.date_1904, &sheet.name, &mut sink);
        }
    }
    for (field, known) in
        [("支部名称", cover.branch_name.is_some()), ("支部编码", cover.branch_code.is_some()), ("年度", cover.year.is_some())]
    {
        if !known && !seen.contains(&field) {
            sink.push(Finding::new(Code::MissingColumn, sink.sheet(&sheet.name)).arg("column", field));
        }
    }
    (cover, sink.finish())
}

/// Every 支部编码 of a sheet, and the sheet's name.
fn codes_on(sheet: &Sheet) -> Vec<(String, Arc<str>)> {
    let mut codes = Vec::new();
    for row in &sheet.rows {
        for pair in row.cells.windows(2) {
            let named = matches!(&pair[0].content, Content::Text(text) if key(text) == "支部编码");
            let code = folded(&shown(&pair[1].content));
            if named && !code.is_empty() && !FIELDS.contains(&key(&code).as_str()) {
                codes.push((code, Arc::clone(&sheet.name)));
            }
        }
    }
    codes
}

fn read_field(cover: &mut Cover, field: &str, content: &Content, at: CellRef, date_1904: bool, sheet: &Arc<str>, sink: &mut Sink) {
    let place = sink.cell(sheet, at.row, at.column);
    let text = match cell::text(Some(content)) {
        Ok(Some(text)) => text,
        Ok(None) => return,
        Err(code) => {
            sink.push(Finding::new(code, place).value(shown(content)).arg("column", field));
            return;
        }
    };
    let boxed = |text: &str| Some(text.into());
    match field {
        "支部名称" => {
            cover.branch_name = boxed(&text);
            cover.name_at = Some(at);
        }
        "支部编码" => {
            cover.branch_code = Some(folded(&text).into());
            cover.numeric_code = matches!(content, Content::Number(_));
            cover.code_at = Some(at);
        }
        "年度" => {
            cover.year_at = Some(at);
            cover.year = if let Content::Number(number) = content {
                number.as_integer()
            } else {
                let folded = folded(&text);
                match cell::text_number(folded.trim_end_matches(['年', '度'])) {
                    Number::Is { value, .. } => Decimal::as_integer(value),
                    _ => None,
                }
            };
            if cover.year.is_none() {
                sink.push(Finding::new(Code::WrongYear, place).value(text));
            }
        }
        "报出日期" => match cell::date(Some(content), date_1904) {
            Ok(Some(Day::Known(date))) => cover.reported = Some(date),
            Ok(Some(Day::Month(year, month))) => cover.reported = NaiveDate::from_ymd_opt(year, month, 1),
            Ok(None) => {}
            Err(code) => sink.push(Finding::new(code, place).value(text).arg("column", field)),
        },
        "上级党组织" => cover.committee = boxed(&text),
        "支部书记" => cover.secretary = boxed(&text),
        "填报人" => cover.reporter = boxed(&text),
        "联系电话" => cover.phone = boxed(&text),
        _ => cover.template = boxed(&text),
    }
}
