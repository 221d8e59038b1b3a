//! Invented data for a form, for `template check` and tests.

use super::{Form, MONTHS_AND_QUARTERS, QUARTERS};
use crate::exact::Decimal;
use crate::form::data::{Datum, Direction, Field, List, Record, Schema};

/// Invented people; the last two are as long as real names get.
const NAMES: [&str; 12] =
    ["张甲", "李乙", "王丙", "赵丁", "钱小戊", "孙己", "周大庚", "吴辛", "郑壬", "欧阳癸", "诸葛子丑", "阿依古丽·示例江"];
const CATEGORIES: [&str; 5] = ["农村党员", "社区党员", "机关党员", "企业党员", "社会组织党员"];
const ITEMS: [&str; 10] =
    ["理想信念", "学习教育", "组织生活", "遵章守纪", "履职尽责", "服务群众", "承诺践诺", "团结协作", "廉洁自律", "道德风尚"];
const PARTS: [&str; 3] = ["基础分", "加分", "评议分"];
const LINES: [&str; 4] = ["小计", "目前已得基础分", "本季加分", "目前已得加分"];
const FIGURES: [&str; 4] = ["基础分", "加分", "评议分", "年度积分合计"];

/// Sample data for a form: every field holds its example, the main list `rows` invented members, the column lists
/// as many elements as the form usually has. For `template check` and tests.
pub fn sample(form: &Form, rows: usize) -> Record {
    sample_over(form, rows, form.example_periods)
}

/// Sample data with the periods given.
pub fn sample_over(form: &Form, rows: usize, periods: &[&str]) -> Record {
    let schema = &form.schema();
    let mut root = Record::default();
    for field in &schema.fields {
        root.set(field.name, field.example.clone());
    }
    root.count("人数", rows);
    if by_quarter(periods) && schema.fields.iter().any(|field| field.name == "有季度") {
        root.text("有季度", "是");
    }
    for list in &schema.lists {
        let elements = match list.direction {
            Direction::Columns => {
                names_of(list.name, periods).iter().enumerate().map(|(at, name)| element(&list.fields, name, at, periods)).collect()
            }
            Direction::Rows => (0..rows).map(|row| member(list, row, schema, periods)).collect(),
        };
        root.lists.insert(list.name, elements);
    }
    root
}

fn names_of<'a>(list: &str, periods: &'a [&'a str]) -> &'a [&'a str] {
    match list {
        "分项" => &PARTS,
        "项目" => &ITEMS,
        "小结" => &LINES,
        "得分" => &FIGURES,
        _ => periods,
    }
}

/// Months with the sum of each quarter behind them.
fn by_quarter(periods: &[&str]) -> bool {
    periods.len() == MONTHS_AND_QUARTERS.len()
}

fn element(fields: &[Field], name: &str, at: usize, periods: &[&str]) -> Record {
    let mut record = Record::default();
    for field in fields {
        record.set(field.name, field.example.clone());
    }
    record.set("名称", Datum::Text(name.to_owned()));
    if fields.iter().any(|field| field.name == "简称") {
        let below = by_quarter(periods) && at % 4 == 3;
        record.text("季度", if by_quarter(periods) { QUARTERS[at / 4 % 4] } else { "" });
        record.text("简称", if below { "小计" } else { name });
    }
    record
}

fn member(list: &List, row: usize, schema: &Schema, periods: &[&str]) -> Record {
    let mut record = Record::default();
    for field in &list.fields {
        record.set(field.name, varied(&field.example, row));
    }
    record.count("序号", row + 1);
    record.count("名次", row + 1);
    record.text("姓名", NAMES[row % NAMES.len()]);
    record.text("类别", CATEGORIES[row * CATEGORIES.len() / (row + 1).max(40) % CATEGORIES.len()]);
    if row % 7 == 3 {
        record.text("备注", "预备党员");
        record.text("等次", "");
        record.text("星级", "");
    }
    for inner in &list.lists {
        let elements = match inner.direction {
            Direction::Columns => {
                let of = schema.lists.iter().find(|list| list.name == inner.name).map_or("", |list| list.name);
                values(&inner.fields, row, names_of(of, periods).len())
            }
            Direction::Rows => names_of(inner.name, periods)
                .iter()
                .enumerate()
                .map(|(place, name)| {
                    let mut nested = element(&inner.fields, name, 0, periods);
                    for deepest in &inner.lists {
                        nested.lists.insert(deepest.name, values(&deepest.fields, row + place, periods.len()));
                    }
                    // Bonuses are entered with their reason, where there is room for one.
                    if *name == "本季加分" && periods.len() <= 4 {
                        nested.text("合计", "+3");
                        if let Some(first) = nested.lists.get_mut("期间").and_then(|values| values.first_mut()) {
                            first.text("值", "+3（县级优秀党员 5月）");
                        }
                    }
                    nested
                })
                .collect(),
        };
        record.lists.insert(inner.name, elements);
    }
    record
}

fn values(fields: &[Field], row: usize, count: usize) -> Vec<Record> {
    (0..count)
        .map(|place| {
            let mut record = Record::default();
            for field in fields {
                record.set(field.name, varied(&field.example, row + place));
            }
            record
        })
        .collect()
}

/// Scores differ a little from row to row; whole numbers and texts stay.
fn varied(example: &Datum, step: usize) -> Datum {
    match example {
        Datum::Number { value, digits: digits @ 1.. } => {
            let less = Decimal::new((step % 23) as i64 * 25, -2);
            let value = crate::exact::Exact::from(*value) - crate::exact::Exact::from(less);
            Datum::Number { value: value.published_decimal(u32::from(*digits)).unwrap_or(Decimal::ZERO), digits: *digits }
        }
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use crate::forms::{FORMS, sample};

    #[test]
    fn every_schema_has_a_sample_and_lifelike_names() {
        for form in FORMS {
            let (schema, data) = (form.schema(), sample(form, 40));
            assert_eq!(data.lists.get("").map(Vec::len), Some(40), "{}", form.id);
            for field in &schema.fields {
                assert!(!field.zh.is_empty() && !field.en.is_empty(), "{}", field.name);
                assert!(data.fields.contains_key(field.name));
            }
        }
    }
}
