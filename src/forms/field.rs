//! Fields and lists of a form, with their meaning and an example: what a template may name.
//!
//! Here is what forms share; a form's own fields stand beside the function that sets them.

use chrono::NaiveDate;

use crate::exact::Decimal;
use crate::form::data::{Datum, Direction, Field, List};

/// Scalar fields and lists of a form.
pub type Contents = (Vec<Field>, Vec<List>);

/// A text.
pub fn text(name: &'static str, zh: &'static str, en: &'static str, example: &str) -> Field {
    Field { name, zh, en, example: if example.is_empty() { Datum::Empty } else { Datum::Text(example.into()) } }
}

/// A published number; its places are those of the example.
pub fn number(name: &'static str, zh: &'static str, en: &'static str, example: &str) -> Field {
    let digits = example.split_once('.').map_or(0, |(_, places)| places.len() as u8);
    Field { name, zh, en, example: Decimal::parse(example).map_or(Datum::Empty, |value| Datum::Number { value, digits }) }
}

/// One of a few classes, which totals count.
pub fn class(name: &'static str, zh: &'static str, en: &'static str, example: &str) -> Field {
    Field { name, zh, en, example: Datum::Class { order: 0, name: example.into() } }
}

/// A day.
pub fn day(name: &'static str, zh: &'static str, en: &'static str, example: (i32, u32, u32)) -> Field {
    Field { name, zh, en, example: NaiveDate::from_ymd_opt(example.0, example.1, example.2).map_or(Datum::Empty, Datum::Date) }
}

/// A list that repeats down the sheet.
pub fn rows(name: &'static str, fields: Vec<Field>, lists: Vec<List>) -> List {
    List { name, direction: Direction::Rows, fields, lists }
}

/// A list that repeats to the right.
pub fn columns(name: &'static str, fields: Vec<Field>) -> List {
    List { name, direction: Direction::Columns, fields, lists: Vec::new() }
}

/// Of the run: every form has these.
pub fn run_fields() -> Vec<Field> {
    vec![
        text("县", "县（市、区）名称", "county", "示范县"),
        text("发文机关", "发文机关", "issuing body", "中共示范县委组织部"),
        text("年度", "年度", "year", "2026年"),
        text("期间", "本表所属期间", "period of the form", "2026年第三季度"),
        day("制表日期", "制表日期（运行日期）", "date of the run", (2026, 12, 14)),
        text("校验码", "本表数据来源的简短校验码", "short digest of what the form was made from", "7F3A-91C2"),
        number("人数", "本表人数", "number of people on the form", "38"),
    ]
}

/// Of the branch, whatever it sent.
pub fn branch_fields() -> Vec<Field> {
    vec![
        text("支部名称", "党支部名称", "branch name", "示范镇向阳村党支部"),
        text("支部编码", "党支部编码，保留前导零", "branch code, leading zeros kept", "00123"),
        text("上级党组织", "上级党（工）委", "committee above the branch", "中共示范镇委员会"),
        text("书记", "党支部书记", "branch secretary", "张甲"),
        text("联系电话", "支部联系电话", "branch phone", "0791-1234567"),
    ]
}

/// Of the schemes that figures rest on.
pub fn scheme_fields() -> Vec<Field> {
    vec![
        text("积分制", "所用积分制名称，多种时以顿号分隔", "scheme name or names", "评星定格积分制"),
        text("细则版本", "细则版本", "scheme version", "2026.1"),
        text("样例说明", "分值是否仍为样例值", "whether figures rest on sample values", "本细则含样例分值，以正式文件为准。"),
        text("取整说明", "取整说明", "rounding remark", "各分项四舍五入至两位小数，合计按未取整数值计算，可能与分项之和略有出入。"),
    ]
}

/// A form's own fields behind those that every form of an accepted branch has: of the run, the branch and the scheme.
pub fn with_common(fields: Vec<Field>) -> Vec<Field> {
    let mut all = run_fields();
    all.extend(branch_fields());
    all.push(text("填报人", "填报人", "person who filled the return", "李乙"));
    all.extend(scheme_fields());
    all.extend(fields);
    all
}

/// Which scheme a part of a branch's form is of.
pub fn scheme_label() -> Field {
    text(
        "积分制标注",
        "支部有几种积分制时的本表积分制，其余为空",
        "the form's scheme where the branch has several, else empty",
        "（评星定格积分制）",
    )
}

/// Who is meant, in every list of members.
pub fn listed() -> Vec<Field> {
    vec![
        number("序号", "序号，从 1 起", "running number from 1", "1"),
        text("姓名", "姓名", "name", "张甲"),
        text("类别", "党员类别", "category", "农村党员"),
    ]
}

/// What a member came to.
pub fn standing() -> Vec<Field> {
    vec![
        text("等次", "评定等次，预备党员为空", "grade, empty for probationary members", "优秀"),
        text("星级", "星级", "stars", "十星"),
        number("名次", "名次（同分同名次）", "rank, 1,2,2,4", "1"),
        text("备注", "备注（免积分、预备党员、非全年等）", "remark: exempt, probationary, part of the year", ""),
    ]
}
