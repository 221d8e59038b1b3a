//! Named values: by category, changing in the course of time, and as shares of a whole.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::config::{Keys, Written};
use crate::exact::Exact;

use super::formula::RESERVED;
use super::reach::What;
use super::reader::Reader;
use super::{Change, Value};

/// A value, and of what whole it is a share.
pub(super) struct ReadValue {
    pub value: Arc<Value>,
    share_of: Option<Written<String>>,
}

/// `[value.…]`.
pub(super) fn values<'t>(reader: &mut Reader<'t>, parent: &mut Keys<'t>) -> Vec<ReadValue> {
    let mut values = Vec::new();
    for (id, node) in reader.named(parent, "value") {
        let Some(mut keys) = reader.as_table(node, "value") else { continue };
        usable_name(reader, &id);
        let name = reader.text(&mut keys, "name").value;
        let number = reader.number(&mut keys, "value").value;
        let by_category = by_category(reader, &mut keys);
        let clause = reader.clause(&mut keys);
        let origin = reader.origin(&mut keys, "origin");
        let share_of = reader.optional_text(&mut keys, "share_of");
        reader.sample(origin, || format!("{name}{number}"));
        let changes = changes(reader, &mut keys, &name);
        reader.finish(keys);
        reader.mark(&id.span, What::Value(id.value.clone()));
        let value = Arc::new(Value { id: id.value.clone(), name, value: number, by_category, changes, clause, origin });
        values.push(ReadValue { value, share_of });
    }
    values
}

fn by_category<'t>(reader: &mut Reader<'t>, keys: &mut Keys<'t>) -> BTreeMap<String, Exact> {
    let mut numbers = BTreeMap::new();
    for (category, node) in reader.named(keys, "by_category") {
        reader.known_category(&category);
        if let Some(number) = reader.as_number(node, &category.value) {
            numbers.insert(category.value, number.value);
        }
    }
    numbers
}

fn changes<'t>(reader: &mut Reader<'t>, keys: &mut Keys<'t>, name: &str) -> Vec<Change> {
    let mut changes: Vec<Change> = Vec::new();
    for node in reader.list(keys, "changes") {
        let Some(mut keys) = reader.as_table(node, "changes") else { continue };
        let from = reader.date(&mut keys, "from");
        let value = reader.number(&mut keys, "value").value;
        let by_category = by_category(reader, &mut keys);
        let clause = reader.clause(&mut keys);
        let origin = reader.origin(&mut keys, "origin");
        reader.finish(keys);
        let Some(from) = from else { continue };
        if let Some(last) = changes.last()
            && from.value <= last.from
        {
            reader.fault(
                &from.span,
                format!("日期要从早到晚写，{} 不晚于上面的 {}", from.value, last.from),
                format!("dates must rise: {} is not after {} above it", from.value, last.from),
            );
        }
        reader.sample(origin, || format!("{name}{value}（{}起）", from.value));
        changes.push(Change { from: from.value, value, by_category, clause, origin });
    }
    changes
}

/// A name that formulas may use without quotes, and that they do not have for themselves.
pub(super) fn usable_name(reader: &mut Reader<'_>, name: &Written<String>) {
    let said = &name.value;
    if RESERVED.contains(&said.as_str()) {
        reader.fault(
            &name.span,
            format!("“{said}”是算式自己的词，请换一个名字"),
            format!("`{said}` is a word of formulas; choose another name"),
        );
    }
    let begins = said.starts_with(|c: char| c.is_alphabetic());
    if !said.is_empty() && (!begins || said.ends_with('-') || !said.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '-')) {
        reader.fault(
            &name.span,
            format!("“{said}”不能用作名字：要以字母或汉字开头，只能有字母、汉字、数字、_ 和 -"),
            format!("`{said}` cannot be a name: it begins with a letter and holds letters, digits, _ and - only"),
        );
    }
}

/// Values that are shares of one whole must add up to it, for every category and after every change.
pub(super) fn shares(reader: &mut Reader<'_>, values: &[ReadValue]) {
    let mut wholes: Vec<&str> = values.iter().filter_map(|read| read.share_of.as_ref().map(|of| of.value.as_str())).collect();
    wholes.sort_unstable();
    wholes.dedup();
    for whole in wholes {
        let of = |read: &&ReadValue| read.share_of.as_ref().is_some_and(|of| of.value == whole);
        let parts: Vec<&Arc<Value>> = values.iter().filter(of).map(|read| &read.value).collect();
        let place = values.iter().rev().find(of).and_then(|read| read.share_of.as_ref()).map(|of| of.span.clone());
        let changes = || parts.iter().flat_map(|value| &value.changes);
        let maps = parts.iter().map(|value| &value.by_category).chain(changes().map(|change| &change.by_category));
        let mut categories: Vec<&str> = maps.flat_map(BTreeMap::keys).map(String::as_str).collect();
        categories.push("");
        let mut days: Vec<chrono::NaiveDate> = changes().map(|change| change.from).collect();
        days.push(chrono::NaiveDate::MIN);
        days.sort_unstable();
        categories.sort_unstable();
        let wrong = days.iter().flat_map(|day| categories.iter().map(move |category| (day, category))).find_map(|(day, category)| {
            let sum: Exact = parts.iter().map(|value| value.on(category, *day).clone()).sum();
            (sum != Exact::from(1)).then_some((*day, *category, sum))
        });
        let (Some(place), Some((day, category, sum))) = (place, wrong) else { continue };
        let percent = (sum * Exact::from(100)).to_string();
        let names = parts.iter().map(|value| value.id.as_str()).collect::<Vec<_>>().join(" + ");
        let (mut zh, mut en) = (String::new(), String::new());
        if !category.is_empty() {
            zh = format!("（{category}）");
            en = format!(" for {category}");
        }
        if day != chrono::NaiveDate::MIN {
            zh = format!("{zh}（{day} 起）");
            en = format!("{en} from {day} on");
        }
        reader.fault(
            &place,
            format!("“{whole}”的权重合计是 {percent}%{zh}，应是 100%：{names}"),
            format!("the shares of `{whole}` add up to {percent}%{en}, not 100%: {names}"),
        );
    }
}
