//! 文件清单: which documents there are, of which rows, and which could not be made.

use chrono::NaiveDate;

use super::{FillOrder, NO_DATE, Told};
use crate::diag::Said;
use crate::run::{RunError, refused};
use crate::table::{Align, Column, Sheet, Value, Workbook};
use crate::xlsx::tables;

/// Its name without ending.
pub(super) const STEM: &str = "文件清单";
/// Its name.
pub(super) const FILE: &str = "文件清单.xlsx";

/// The workbook.
pub(super) fn list(title: &str, order: &FillOrder, documents: &[Told], faults: &[Said]) -> Result<Vec<u8>, RunError> {
    let number = |value: usize| Value::Number((value as i64).into());
    let link = |one: &Told, ending: &str, wanted: bool| {
        let file = format!("{}.{ending}", one.name);
        if wanted && one.faults.is_empty() { Value::Link { text: file.clone(), target: file } } else { Value::Empty }
    };
    let wanted = order.kinds.wanted();
    let row = |(at, one): (usize, &Told)| {
        let why = one.faults.iter().map(|fault| fault.zh.as_str()).collect::<Vec<_>>().join("；");
        vec![
            number(at + 1),
            link(one, "xlsx", wanted.xlsx),
            link(one, "pdf", wanted.pdf),
            Value::Text(one.rows.zh.clone()),
            if one.faults.is_empty() { number(one.pages) } else { Value::Empty },
            Value::Text(if why.is_empty() { why } else { format!("没有写出：{why}") }),
        ]
    };
    let mut rows: Vec<Vec<Value>> = documents.iter().enumerate().map(row).collect();
    rows.extend(faults.iter().map(|fault| {
        let mut row = vec![Value::Empty; 5];
        row.push(Value::Text(fault.zh.clone()));
        row
    }));
    let right = |heading: &str| Column::new(heading, 8.0).align(Align::Right);
    let sheet = Sheet {
        name: STEM.into(),
        title: Some(format!("{title} {STEM}")),
        columns: vec![
            right("序号"),
            Column::new("XLSX", 36.0),
            Column::new("PDF", 36.0),
            Column::new("数据", 30.0),
            right("页数"),
            Column::new("说明", 60.0),
        ],
        rows,
        freeze: true,
        landscape: true,
        ..Sheet::default()
    };
    let date = order.date.or_else(|| NaiveDate::from_ymd_opt(NO_DATE.0, NO_DATE.1, NO_DATE.2)).unwrap_or_default();
    let book = Workbook { title: format!("{title} {STEM}"), author: String::new(), date, sheets: vec![sheet] };
    tables::write(book).map_err(|error| refused(format!("{FILE} 写不了：{error}"), format!("{FILE} cannot be written: {error}")))
}
