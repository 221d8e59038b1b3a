//! JSON and JSON Lines as a table: each object a row, each key a field; an array of objects in it is a list.
//!
//! Numbers are read from their own text, so that every digit counts.

use std::collections::BTreeMap;
use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::value::{text, truth_value};
use super::{Fault, MOST_FIELDS, MOST_ROWS, Row, Table, fields_of, lasting, list_of, nameable};
use crate::diag::Said;
use crate::exact::Decimal;
use crate::form::data::{Datum, Record};

/// A value of JSON or Parquet, numbers exact.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Plain {
    Value(Datum),
    /// Of scalars or of objects.
    List(Vec<Plain>),
    Object(Vec<(String, Plain)>),
    /// What has no place in a form, and why.
    Unusable(Said),
}

/// True of text that is JSON by its first sign, or by its name.
pub(super) fn is_json(name: &str, bytes: &[u8]) -> bool {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let first = bytes.iter().find(|byte| !byte.is_ascii_whitespace());
    let named =
        name.rsplit_once('.').is_some_and(|(_, ending)| ["json", "jsonl", "ndjson"].iter().any(|known| ending.eq_ignore_ascii_case(known)));
    named || matches!(first, Some(b'{' | b'['))
}

pub(super) fn read(name: &str, bytes: &[u8]) -> Result<Table, Fault> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let whole = std::str::from_utf8(bytes)
        .map_err(|_| Said::new("不是 UTF-8 编码的文本；请另存为 UTF-8", "it is no UTF-8 text; save it as UTF-8"))?;
    let lines =
        name.rsplit_once('.').is_some_and(|(_, ending)| ending.eq_ignore_ascii_case("jsonl") || ending.eq_ignore_ascii_case("ndjson"));
    let whole = whole.trim();
    if lines || (whole.starts_with('{') && serde_json::from_str::<&RawValue>(whole).is_err()) {
        return Ok(by_line(whole));
    }
    let broken = |error: serde_json::Error| {
        let (line, column) = (error.line(), error.column());
        Said::new(format!("不是有效的 JSON：第{line}行第{column}列"), format!("it is no valid JSON: line {line}, column {column}"))
    };
    let raw: &RawValue = serde_json::from_str(whole).map_err(broken)?;
    let items = match plain(raw) {
        Plain::List(items) => items,
        // An object with nothing but one array of objects in it holds its rows there.
        Plain::Object(mut own) if own.len() == 1 && matches!(&own[0].1, Plain::List(items) if items.iter().any(is_object)) => {
            match own.remove(0).1 {
                Plain::List(items) => items,
                _ => Vec::new(),
            }
        }
        one => vec![one],
    };
    let place = |at: usize| Said::new(format!("第{}条", at + 1), format!("entry {}", at + 1));
    table(items.into_iter().enumerate().map(|(at, item)| (place(at), item)))
}

fn is_object(item: &Plain) -> bool {
    matches!(item, Plain::Object(_))
}

fn by_line(whole: &str) -> Table {
    let lines = whole.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    let items = lines.map(|(at, line)| {
        let place = Said::new(format!("第{}行", at + 1), format!("line {}", at + 1));
        let item = serde_json::from_str::<&RawValue>(line.trim())
            .map_or_else(|_| Plain::Unusable(Said::new("不是有效的 JSON", " is no valid JSON")), plain);
        (place, item)
    });
    table(items).unwrap_or_default()
}

/// The value with every number exact.
fn plain(raw: &RawValue) -> Plain {
    let whole = raw.get();
    match whole.as_bytes().first() {
        Some(b'{') => match serde_json::from_str::<Entries<'_>>(whole) {
            Ok(entries) => Plain::Object(entries.0.into_iter().map(|(key, value)| (key, plain(value))).collect()),
            Err(_) => Plain::Unusable(Said::new("的内容嵌套过深", " is nested too deeply")),
        },
        Some(b'[') => match serde_json::from_str::<Vec<&RawValue>>(whole) {
            Ok(items) => Plain::List(items.into_iter().map(plain).collect()),
            Err(_) => Plain::Unusable(Said::new("的内容嵌套过深", " is nested too deeply")),
        },
        Some(b'"') => Plain::Value(serde_json::from_str::<String>(whole).map_or(Datum::Empty, |own| text(&own))),
        Some(b't') => Plain::Value(truth_value(true)),
        Some(b'f') => Plain::Value(truth_value(false)),
        Some(b'n') | None => Plain::Value(Datum::Empty),
        Some(_) => Plain::Value(written_number(whole)),
    }
}

/// A number as it is written: `90.10` has two places. One that a sheet cannot hold exactly is a text.
pub(super) fn written_number(written: &str) -> Datum {
    let places = written.split_once('.').map_or(0, |(_, part)| part.len());
    match Decimal::parse(written).filter(|value| value.digits() <= 15) {
        Some(value) => Datum::Number {
            value,
            digits: if written.contains(['e', 'E']) { value.places().min(255) as u8 } else { places.min(255) as u8 },
        },
        None => Datum::Text(written.to_owned()),
    }
}

/// An object's entries in order, two of one name as well.
struct Entries<'a>(Vec<(String, &'a RawValue)>);

impl<'de> Deserialize<'de> for Entries<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct All;
        impl<'de> Visitor<'de> for All {
            type Value = Entries<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut all = Vec::new();
                while let Some(entry) = map.next_entry::<String, &'de RawValue>()? {
                    all.push(entry);
                }
                Ok(Entries(all))
            }
        }
        deserializer.deserialize_map(All)
    }
}

/// Fields and lists by name, in order of appearance.
#[derive(Default)]
struct Shape {
    names: Vec<&'static str>,
    known: BTreeMap<&'static str, usize>,
}

impl Shape {
    fn name(&mut self, key: &str) -> &'static str {
        let name = lasting(&nameable(key));
        self.known.entry(name).or_insert_with(|| {
            self.names.push(name);
            self.names.len() - 1
        });
        name
    }
}

/// Rows of objects.
pub(super) fn table(items: impl Iterator<Item = (Said, Plain)>) -> Result<Table, Fault> {
    let mut fields = Shape::default();
    let mut lists: Vec<(&'static str, Shape)> = Vec::new();
    let mut rows = Vec::new();
    for (place, item) in items {
        let mut row = Row { place, ..Row::default() };
        match item {
            Plain::Object(entries) => {
                for (key, value) in entries {
                    entry(&mut row, &mut fields, &mut lists, &key, value);
                }
            }
            Plain::Unusable(fault) => row.faults.push(fault),
            _ => row.faults.push(Said::new("不是一个对象（{…}），没有字段名", " is no object ({…}): its values have no names")),
        }
        rows.push(row);
        if rows.len() > MOST_ROWS || fields.names.len() > MOST_FIELDS {
            return Err(Said::new(
                format!("超过 {MOST_ROWS} 行或 {MOST_FIELDS} 个字段"),
                format!("it has more than {MOST_ROWS} rows or {MOST_FIELDS} fields"),
            ));
        }
    }
    let records = || rows.iter().map(|row| &row.record);
    let lists = lists
        .into_iter()
        .map(|(name, shape)| {
            let own = records().filter_map(|record| record.lists.get(name)).flatten();
            list_of(name, fields_of(&shape.names, own))
        })
        .collect();
    Ok(Table { fields: fields_of(&fields.names, records()), lists, rows, ..Table::default() })
}

/// One key of a row.
fn entry(row: &mut Row, fields: &mut Shape, lists: &mut Vec<(&'static str, Shape)>, key: &str, value: Plain) {
    if nameable(key).is_empty() {
        row.faults.push(Said::new(format!("有一个没有名字的字段“{key}”"), format!(" has a field without a name, `{key}`")));
        return;
    }
    let value = match value {
        Plain::Unusable(fault) => {
            row.faults.push(Said::new(key, format!(" {key}")).joined(&fault));
            return;
        }
        // Texts one behind the other.
        Plain::List(items) if !items.is_empty() && items.iter().all(|item| matches!(item, Plain::Value(_))) => Plain::Value(joined(items)),
        Plain::Object(entries) => Plain::List(vec![Plain::Object(entries)]),
        value => value,
    };
    match value {
        Plain::Value(value) => {
            let name = fields.name(key);
            if row.record.fields.contains_key(name) {
                row.faults.push(Said::new(format!("字段“{name}”出现两次"), format!(" has the field `{name}` twice")));
            }
            // Kept where it is empty too: a second one is a second one.
            row.record.set(name, value);
        }
        Plain::List(items) => {
            let name = lasting(&nameable(key));
            let at = lists.iter().position(|(known, _)| *known == name).unwrap_or_else(|| {
                lists.push((name, Shape::default()));
                lists.len() - 1
            });
            for (number, item) in items.into_iter().enumerate() {
                match list_row(item, &mut lists[at].1) {
                    Ok(record) => row.record.lists.entry(name).or_default().push(record),
                    Err(fault) => {
                        let number = number + 1;
                        row.faults.push(Said::new(format!("{key} 的第{number}条"), format!(" entry {number} of {key}")).joined(&fault));
                    }
                }
            }
        }
        Plain::Object(_) | Plain::Unusable(_) => {}
    }
}

fn joined(items: Vec<Plain>) -> Datum {
    let shown = items.into_iter().filter_map(|item| match item {
        Plain::Value(Datum::Text(text)) => Some(text),
        Plain::Value(Datum::Number { value, digits }) => Some(crate::exact::Exact::from(value).publish(u32::from(digits))),
        Plain::Value(Datum::Date(day)) => Some(day.to_string()),
        _ => None,
    });
    text(&shown.collect::<Vec<_>>().join("、"))
}

fn list_row(item: Plain, shape: &mut Shape) -> Result<Record, Said> {
    let Plain::Object(entries) = item else {
        return Err(Said::new("不是一个对象（{…}）", " is no object ({…})"));
    };
    let mut record = Record::default();
    for (key, value) in entries {
        match value {
            Plain::Value(value) => record.set(shape.name(&key), value),
            Plain::List(items) if items.iter().all(|item| matches!(item, Plain::Value(_))) => record.set(shape.name(&key), joined(items)),
            _ => {
                return Err(Said::new(
                    format!("里的“{key}”又是列表；只能有一层列表"),
                    format!(": `{key}` in it is a list again; lists go one level deep"),
                ));
            }
        }
    }
    Ok(record)
}
