//! 党支部例行工作: the ruled page of the record book, a line per month, to be filled in by hand.

use super::field::{Contents, number, rows, text};
use super::whole::{Whole, with_unit};
use super::{Data, Form, Kind, QUARTERS};
use crate::bag::Retention;
use crate::form::data::Record;

/// 党支部例行工作.
pub const ROUTINE: Form = Form {
    id: "routine",
    title: "党支部例行工作",
    runs: &[],
    contents,
    data: Data::Whole(&[Kind::Branch], data),
    retention: Retention::TenYears,
    example_periods: &QUARTERS,
};

fn contents() -> Contents {
    let month = vec![number("序号", "序号，从 1 起", "running number from 1", "1"), text("月份", "月份", "month", "1月")];
    (with_unit(Vec::new()), vec![rows("", month, Vec::new())])
}

fn data(whole: &Whole<'_>) -> Record {
    let period = whole.issuer.run.period;
    let mut root = Record::default();
    whole.common(&mut root, whole.on_roll().count());
    let months = (period.first_month()..=period.last_month()).enumerate().map(|(at, month)| {
        let mut row = Record::default();
        row.count("序号", at + 1);
        row.text("月份", format!("{month}月"));
        row
    });
    root.lists.insert("", months.collect());
    root
}
