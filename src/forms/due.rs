//! 整改到期名单: letters of earlier years whose term ends in the run's period.

use chrono::NaiveDate;

use super::field::{Contents, day, number, rows, run_fields, text};
use super::view::{Issuer, set_run};
use super::{Data, Form, QUARTERS};
use crate::bag::Retention;
use crate::form::data::{Datum, Record};

/// 整改到期名单.
pub const DUE: Form = Form {
    id: "due",
    title: "整改到期名单",
    runs: &[],
    contents,
    data: Data::Expiring(data),
    retention: Retention::TenYears,
    example_periods: &QUARTERS,
};

/// A letter of an earlier year whose term ends.
#[derive(Clone, Debug)]
pub struct ExpiringLetter {
    /// Place of its branch in this year's register; none if the branch is not in it.
    pub branch: Option<usize>,
    /// 支部名称, as it is called now.
    pub branch_name: String,
    /// 姓名.
    pub name: String,
    /// What the scheme calls the letter.
    pub letter: String,
    /// The year that it is about.
    pub year: i32,
    /// Its number; none if it was never posted.
    pub number: Option<u32>,
    /// Term in months.
    pub months: u32,
    /// First day of the term; none if it is not known.
    pub date: Option<NaiveDate>,
    /// Last day of the term.
    pub until: Option<NaiveDate>,
    /// What has become of the member.
    pub remark: String,
}

/// What 整改到期名单 is made from.
pub struct Expiring<'a> {
    /// The committee, or the county.
    pub unit: &'a str,
    /// The county.
    pub issuer: &'a Issuer,
    /// The letters, by last day.
    pub letters: &'a [&'a ExpiringLetter],
    /// Short digest of what the form is made from.
    pub digest: &'a str,
}

fn contents() -> Contents {
    let mut fields = run_fields();
    fields.push(text("填报单位", "党（工）委；全县的名单为县", "the committee, or the county", "中共示范镇委员会"));
    let letter = vec![
        number("序号", "序号，从 1 起", "running number from 1", "1"),
        text("党支部", "党支部名称", "branch name", "向阳村党支部"),
        text("姓名", "姓名", "name", "张甲"),
        text("通知书", "细则所称的通知书", "what the scheme calls the letter", "告诫通知书"),
        text("文号", "文号；没有登记公示的为空号", "number; a blank one if the letter was never posted", "〔2025〕3号"),
        text("期限", "期限的长短", "length of the term", "6个月"),
        day("开始日", "期限的第一天", "first day of the term", (2025, 12, 24)),
        day("截止日", "期限的最后一天", "last day of the term", (2026, 6, 24)),
        text("备注", "党员现在的情况", "what has become of the member", "已不在支部名册"),
    ];
    (fields, vec![rows("", letter, Vec::new())])
}

fn data(of: &Expiring<'_>) -> Record {
    let mut root = Record::default();
    set_run(&mut root, of.issuer, of.digest, of.letters.len());
    root.text("填报单位", of.unit);
    let date = |date: Option<NaiveDate>| date.map_or(Datum::Empty, Datum::Date);
    let rows = of.letters.iter().enumerate().map(|(at, letter)| {
        let mut row = Record::default();
        row.count("序号", at + 1);
        row.text("党支部", &letter.branch_name);
        row.text("姓名", &letter.name);
        row.text("通知书", &letter.letter);
        row.text("文号", number_text(letter.year, letter.number));
        row.text("期限", months_text(letter.months));
        row.set("开始日", date(letter.date));
        row.set("截止日", date(letter.until));
        row.text("备注", &letter.remark);
        row
    });
    root.lists.insert("", rows.collect());
    root
}

/// `〔2026〕3号`, with a blank where there is no number.
pub(super) fn number_text(year: i32, number: Option<u32>) -> String {
    number.map_or_else(|| format!("〔{year}〕\u{3000}\u{3000}号"), |number| format!("〔{year}〕{number}号"))
}

/// `6个月`, `1年`.
pub(super) fn months_text(months: u32) -> String {
    if months.is_multiple_of(12) { format!("{}年", months / 12) } else { format!("{months}个月") }
}
