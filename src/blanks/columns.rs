//! Columns of the blank workbook: what may be entered and what their notes say.

use chrono::NaiveDate;

use crate::exact::{Decimal, Exact};
use crate::period::{Every, Period};
use crate::scheme::{Item, ItemKind, Scheme};
use crate::workbook::{self, column};
use crate::xlsx::blank::{Column, Entry, HEAD};

/// A column without anything special.
pub fn field(heading: &str, entry: Entry, required: bool, note: &str) -> Column {
    Column { heading: heading.to_owned(), width: 12, entry, note: note.to_owned(), required, locked: false }
}

/// The same with a width.
pub fn wide(width: u16, column: Column) -> Column {
    Column { width, ..column }
}

/// 序号.
pub fn seq() -> Column {
    wide(7, field(column::SEQ, whole(1, 100_000), false, "同党员名册的序号。支部里有人同名时必须填，用来分清是谁。"))
}

/// 姓名 on a sheet that refers to the roster.
pub fn name() -> Column {
    let from = Entry::From { sheet: workbook::ROSTER.name.into(), column: 1, row: HEAD };
    wide(14, field(column::NAME, from, true, "与党员名册上的姓名一致。"))
}

/// 期间 of the lengths given.
pub fn period(lengths: &[Every]) -> Column {
    let names: Vec<String> = lengths.iter().flat_map(|every| periods(*every)).collect();
    wide(10, field(column::PERIOD, Entry::OneOf(names), true, "从列表中选。"))
}

/// Names of all periods of a length.
pub fn periods(every: Every) -> Vec<String> {
    every.all().map(Period::zh).collect()
}

/// A whole number within bounds.
pub fn whole(min: i64, max: i64) -> Entry {
    Entry::Number { min: min.into(), max: max.into(), decimals: 0, lenient: false }
}

/// A list to choose from.
pub fn one_of<'a>(words: impl IntoIterator<Item = &'a str>) -> Entry {
    let mut list: Vec<String> = Vec::new();
    for word in words {
        if !list.iter().any(|own| own == word) {
            list.push(word.to_owned());
        }
    }
    Entry::OneOf(list)
}

/// A day of the year.
pub fn day_of(year: i32) -> Entry {
    let day = |month, day| NaiveDate::from_ymd_opt(year, month, day).unwrap_or_default();
    Entry::Date { from: day(1, 1), to: day(12, 31) }
}

/// A day of somebody's life.
pub fn day_of_life(year: i32) -> Entry {
    let last = NaiveDate::from_ymd_opt(year, 12, 31).unwrap_or_default();
    Entry::Date { from: NaiveDate::from_ymd_opt(1900, 1, 1).unwrap_or_default(), to: last }
}

/// A maximum as people write it. Schemes are held to limits with few places.
pub fn plain(max: &Exact) -> String {
    decimal(max).to_string()
}

/// A limit as a number.
pub fn decimal(value: &Exact) -> Decimal {
    value.published_decimal(3).unwrap_or(Decimal::ZERO)
}

/// How an item's cells are filled in.
pub fn item_rule(item: &Item, scheme: &Scheme) -> String {
    let places = if scheme.decimals == 0 { "填整数".to_owned() } else { format!("最多{}位小数", scheme.decimals) };
    let max = plain(&item.max);
    if !item.words.is_empty() {
        let words: Vec<String> = item.words.iter().map(|(word, worth)| format!("{word}（{}分）", plain(worth))).collect();
        let blank = if item.kind == ItemKind::Mark { "不能空着" } else { "没有的空着" };
        return format!("从列表中选：{}；{blank}。", words.join("、"));
    }
    match item.kind {
        ItemKind::Mark => format!("得分，0～{max}分，{places}，不能空着。"),
        ItemKind::Deduct => format!("扣分，一次最多扣{max}分，{places}；扣 2 分写 2 或 -2（全表写法要一致），不扣的空着。"),
        ItemKind::Bonus => format!("加分，一次最多加{max}分，{places}；没有的空着。"),
        ItemKind::Signed => format!("加分写 2，扣分写 -2，一次最多加或扣{max}分，{places}；没有的空着。"),
        ItemKind::Count => format!("次数，填整数，一次登记最多{max}；没有的空着。"),
    }
}

/// An item's column. Its maximum stands in the sheet's second line and in the note, so that headings stay short.
pub fn item(item: &Item, scheme: &Scheme) -> Column {
    let max = decimal(&item.max);
    let min = if matches!(item.kind, ItemKind::Deduct | ItemKind::Signed) { -max } else { Decimal::ZERO };
    // A bonus may be written with its reason, `+3（县级优秀党员 5月）`, which is no number.
    let decimals = if item.kind == ItemKind::Count { 0 } else { scheme.decimals };
    let entry = if item.words.is_empty() {
        Entry::Number { min, max, decimals, lenient: item.reason.is_some() }
    } else {
        one_of(item.words.iter().map(|(word, _)| word.as_str()))
    };
    let group = if item.group.is_empty() { String::new() } else { format!("{}：", item.group) };
    let reason = item.reason.as_deref().map(|reason| format!("加分的要在“{reason}”栏写明事由。")).unwrap_or_default();
    let standard = item.standard.as_deref().map(|standard| format!("标准：{standard}\n")).unwrap_or_default();
    let note = format!("{group}{standard}{}{reason}", item_rule(item, scheme));
    wide(width(&item.name), field(&item.name, entry, item.kind == ItemKind::Mark, &note))
}

/// A column of marks without an item of its own: ballots, 自评得分.
pub fn marks(heading: &str, max: &Exact, decimals: u16, required: bool, note: &str) -> Column {
    let entry = Entry::Number { min: Decimal::ZERO, max: decimal(max), decimals, lenient: false };
    wide(width(heading), field(heading, entry, required, note))
}

/// Room for a heading on one line.
fn width(heading: &str) -> u16 {
    (heading.chars().count() as u16 * 2 + 3).clamp(9, 25)
}

/// `满分：学习教育 10。这些栏填扣分，不是得分，不扣的空着；一次最多扣：组织生活 10。加分一次最多：加分 20。`
pub fn bounds<'a>(items: &(impl Iterator<Item = &'a Item> + Clone)) -> String {
    let kinds = [
        (ItemKind::Mark, "满分："),
        (ItemKind::Deduct, "这些栏填扣分，不是得分，不扣的空着；一次最多扣："),
        (ItemKind::Bonus, "加分一次最多："),
        (ItemKind::Signed, "加分写正数，扣分写负数，一次最多："),
        (ItemKind::Count, "次数一次登记最多："),
    ];
    let told = |(kind, head): (ItemKind, &str)| {
        let own: Vec<String> = items
            .clone()
            .filter(|item| item.kind == kind && item.words.is_empty())
            .map(|item| format!("{} {}", item.name, plain(&item.max)))
            .collect();
        if own.is_empty() { String::new() } else { format!("{head}{}。", own.join("、")) }
    };
    kinds.into_iter().map(told).collect()
}

/// `满分：组织生活 10、党费交纳 10。`
pub fn maxima<'a>(of: impl Iterator<Item = (&'a str, &'a Exact)>) -> String {
    let all: Vec<String> = of.map(|(name, max)| format!("{name} {}", plain(max))).collect();
    format!("满分：{}。", all.join("、"))
}
