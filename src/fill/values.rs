//! Data as text, as cell values, as sums and in order.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::fmt::Write;

use chrono::{Datelike, NaiveDate};

use crate::exact::{Exact, with_minus_sign};
use crate::form::data::{Datum, Record};
use crate::form::model::Value;
use crate::template::Slot;
use crate::template::plan::{Fill, Piece, Scope};

/// Characters of one printed value at most. A member's reasons of a whole year have some hundred; texts that are longer by far would
/// make every page of every member's forms one of theirs.
const MOST_PRINTED: usize = 4000;

/// The text, or its beginning and how long it is.
fn shortened(text: &str) -> Cow<'_, str> {
    match text.char_indices().nth(MOST_PRINTED) {
        None => Cow::Borrowed(text),
        Some((end, _)) => Cow::Owned(format!("{}……（共{}字，以下从略）", &text[..end], text.chars().count())),
    }
}

/// Writes a value within text.
pub(super) fn print(datum: &Datum, out: &mut String) {
    match datum {
        Datum::Empty | Datum::Picture(_) => {}
        Datum::Text(text) => out.push_str(&shortened(text)),
        Datum::Class { name, .. } => out.push_str(name),
        Datum::Number { value, digits } => out.push_str(&with_minus_sign(&Exact::from(*value).publish(u32::from(*digits)))),
        Datum::Date(day) => {
            let _ = write!(out, "{}年{}月{}日", day.year(), day.month(), day.day());
        }
    }
}

/// A value alone in its cell. A day needs a cell that shows days, else it is written out.
pub(super) fn alone(datum: &Datum, shows_day: impl FnOnce() -> bool) -> Value {
    match datum {
        Datum::Empty | Datum::Picture(_) => Value::Empty,
        Datum::Text(text) => Value::Text(shortened(text).into_owned()),
        Datum::Class { name, .. } => Value::Text(name.clone()),
        Datum::Number { value, .. } => Value::Number(*value),
        Datum::Date(day) if shows_day() => Value::Date(serial(*day)),
        Datum::Date(_) => {
            let mut text = String::new();
            print(datum, &mut text);
            Value::Text(text)
        }
    }
}

/// The day's number in the 1900 date system, which has a 29 February 1900 that never was.
fn serial(day: NaiveDate) -> i32 {
    // 1899-12-30 is day zero for every day since 1 March 1900.
    day.num_days_from_ce() - 693_594
}

/// Sum of a field over records, printed with the most places any of them has; of classes how many are in each.
pub(super) fn sum<'a>(values: impl Iterator<Item = Option<&'a Datum>>) -> Datum {
    let (mut total, mut places) = (Exact::zero(), 0);
    let mut classes: BTreeMap<(usize, &str), usize> = BTreeMap::new();
    for value in values {
        match value {
            Some(Datum::Number { value, digits }) => {
                total = total + Exact::from(*value);
                places = places.max(*digits);
            }
            Some(Datum::Class { order, name }) => *classes.entry((*order, name)).or_default() += 1,
            _ => {}
        }
    }
    if !classes.is_empty() {
        return Datum::Text(classes.iter().map(|((_, name), count)| format!("{name}{count}")).collect::<Vec<_>>().join(" "));
    }
    match total.published_decimal(12).or_else(|| total.published_decimal(u32::from(places))) {
        Some(value) => Datum::Number { value, digits: places },
        None => Datum::Text(total.publish(u32::from(places))),
    }
}

/// Order of two values: numbers by size, texts by their characters, what is missing last either way.
pub(super) fn compare(one: Option<&Datum>, two: Option<&Datum>, down: bool) -> Ordering {
    let kind = |datum: &Datum| match datum {
        Datum::Number { .. } => 0,
        Datum::Date(_) => 1,
        Datum::Class { .. } => 2,
        Datum::Text(_) => 3,
        Datum::Picture(_) => 4,
        Datum::Empty => 5,
    };
    let (one, two) = (one.unwrap_or(&Datum::Empty), two.unwrap_or(&Datum::Empty));
    let order = match (one, two) {
        (Datum::Number { value: one, .. }, Datum::Number { value: two, .. }) => one.cmp(two),
        (Datum::Date(one), Datum::Date(two)) => one.cmp(two),
        (Datum::Class { order: one, .. }, Datum::Class { order: two, .. }) => one.cmp(two),
        (Datum::Text(one), Datum::Text(two)) => one.cmp(two),
        _ => return kind(one).cmp(&kind(two)),
    };
    if down { order.reverse() } else { order }
}

/// A tab name, header or footer; `own` are the records of the sheet.
pub(super) fn line(pieces: &[Piece], data: &Record, own: &[&Record], all: &[&Record], coded: bool) -> String {
    let mut out = String::new();
    let record = own.first().copied();
    for piece in pieces {
        let fill = match piece {
            Piece::Text(text) => {
                out.push_str(text);
                continue;
            }
            Piece::Fill(fill) => fill,
        };
        let mut text = String::new();
        match fill {
            Fill::Slot(Slot::Root(field)) => print(data.fields.get(field).unwrap_or(&Datum::Empty), &mut text),
            Fill::Slot(Slot::Record(field)) => {
                print(record.and_then(|record| record.fields.get(field)).unwrap_or(&Datum::Empty), &mut text);
            }
            Fill::Slot(_) => {}
            Fill::Total { scope, field, .. } => {
                let records = if *scope == Scope::All { all } else { own };
                match field {
                    None => text = records.len().to_string(),
                    Some(field) => print(&sum(records.iter().map(|record| record.fields.get(field))), &mut text),
                }
            }
        }
        if coded {
            // A sign of the header's own code, and a number behind a font size, would be read as code.
            text = text.replace('&', "&&");
            let size = out.trim_end_matches(|c: char| c.is_ascii_digit());
            if size.len() < out.len() && size.ends_with('&') && text.starts_with(|c: char| c.is_ascii_digit()) {
                out.push(' ');
            }
        }
        out.push_str(&text);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{line, serial, shortened};
    use crate::form::data::{Datum, Record};
    use crate::template::Slot;
    use crate::template::plan::{Fill, Piece};

    #[test]
    fn counts_days_as_the_format_does() {
        let day = |y, m, d| chrono::NaiveDate::from_ymd_opt(y, m, d).map(serial);
        assert_eq!(day(1900, 3, 1), Some(61));
        assert_eq!(day(2026, 1, 1), Some(46023));
    }

    #[test]
    fn a_text_without_end_is_cut_and_says_so() {
        assert_eq!(shortened("县级优秀党员"), "县级优秀党员");
        let long = shortened(&"字".repeat(14_000)).into_owned();
        assert!(long.ends_with("……（共14000字，以下从略）") && long.chars().count() < 4030, "{long}");
    }

    #[test]
    fn header_data_is_not_code() {
        let mut data = Record::default();
        data.set("年度", Datum::Text("2026&年".into()));
        let pieces = [Piece::Text("&C&9".into()), Piece::Fill(Fill::Slot(Slot::Root("年度")))];
        assert_eq!(line(&pieces, &data, &[], &[], true), "&C&9 2026&&年");
    }
}
