//! Parquet as a table: its columns are fields, lists of structures are lists.

use std::collections::BTreeSet;

use bytes::Bytes;
use chrono::{DateTime, Days, NaiveDate, NaiveTime};
use num_bigint::BigInt;
use parquet::basic::{LogicalType, TimeUnit};
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::Field;

use super::json::{Plain, table, written_number};
use super::value::{moment, text, truth_value};
use super::{Fault, Table};
use crate::diag::Said;
use crate::form::data::Datum;

pub(super) fn read(bytes: &[u8]) -> Result<Table, Fault> {
    let broken = |error: parquet::errors::ParquetError| {
        let packed = error.to_string();
        if packed.contains("feature") || packed.contains("compress") {
            return Said::new(
                "用了不支持的压缩方式；请用 snappy 或不压缩重新导出",
                "it is compressed in a way that is not supported; write it with snappy or without compression",
            );
        }
        Said::new("不是完整的 Parquet 文件", "it is no whole Parquet file")
    };
    let reader = SerializedFileReader::new(Bytes::copy_from_slice(bytes)).map_err(broken)?;
    // Times to the nanosecond arrive as plain numbers: only the schema tells.
    let nanos: BTreeSet<String> = (reader.metadata().file_metadata().schema_descr().columns().iter())
        .filter(|column| matches!(column.logical_type_ref(), Some(LogicalType::Timestamp(time)) if time.unit == TimeUnit::NANOS))
        .map(|column| column.path().string())
        .collect();
    let mut items = Vec::new();
    for (at, row) in reader.get_row_iter(None).map_err(broken)?.enumerate() {
        let row = row.map_err(broken)?;
        let entries = row
            .into_columns()
            .into_iter()
            .map(|(key, value)| {
                let value = if nanos.contains(&key) { nanosecond(value) } else { plain(value) };
                (key, value)
            })
            .collect();
        let number = at + 1;
        items.push((Said::new(format!("第{number}行"), format!("row {number}")), Plain::Object(entries)));
    }
    table(items.into_iter())
}

fn nanosecond(field: Field) -> Plain {
    match field {
        Field::Long(at) => Plain::Value(moment(DateTime::from_timestamp_nanos(at).naive_utc())),
        other => plain(other),
    }
}

fn plain(field: Field) -> Plain {
    Plain::Value(match field {
        Field::Null => Datum::Empty,
        Field::Bool(truth) => truth_value(truth),
        Field::Byte(number) => written_number(&number.to_string()),
        Field::Short(number) => written_number(&number.to_string()),
        Field::Int(number) => written_number(&number.to_string()),
        Field::Long(number) => written_number(&number.to_string()),
        Field::UByte(number) => written_number(&number.to_string()),
        Field::UShort(number) => written_number(&number.to_string()),
        Field::UInt(number) => written_number(&number.to_string()),
        Field::ULong(number) => written_number(&number.to_string()),
        Field::Float16(number) => float(&number.to_string()),
        Field::Float(number) => float(&number.to_string()),
        // At fifteen digits, as a sheet holds it.
        Field::Double(number) => {
            crate::sheet::stored(number).map_or_else(|| float(&number.to_string()), |value| written_number(&value.to_string()))
        }
        Field::Decimal(decimal) => {
            let unscaled = BigInt::from_signed_bytes_be(decimal.data());
            written_number(&scaled(&unscaled, decimal.scale().max(0) as usize))
        }
        Field::Str(held) => text(&held),
        Field::Bytes(held) => match std::str::from_utf8(held.data()) {
            Ok(held) => text(held),
            Err(_) => return Plain::Unusable(Said::new("是二进制内容，不能填写", " holds bytes that are no text")),
        },
        Field::Date(days) => days_since_1970(days).map_or(Datum::Empty, Datum::Date),
        Field::TimeMillis(time) => time_of_day(i64::from(time) * 1000),
        Field::TimeMicros(time) => time_of_day(time),
        Field::TimestampMillis(at) => DateTime::from_timestamp_millis(at).map_or(Datum::Empty, |at| moment(at.naive_utc())),
        Field::TimestampMicros(at) => DateTime::from_timestamp_micros(at).map_or(Datum::Empty, |at| moment(at.naive_utc())),
        Field::Group(group) => return Plain::Object(group.into_columns().into_iter().map(|(key, value)| (key, plain(value))).collect()),
        Field::ListInternal(list) => return Plain::List(list.elements().iter().cloned().map(plain).collect()),
        Field::MapInternal(_) => return Plain::Unusable(Said::new("是键值映射，不能填写", " is a map and cannot be filled in")),
    })
}

/// What is no number (NaN, inf) is nothing, as readers of data show it.
fn float(written: &str) -> Datum {
    if written.ends_with(|c: char| c.is_ascii_digit()) { written_number(written) } else { Datum::Empty }
}

/// `12345` with two places is `123.45`.
fn scaled(unscaled: &BigInt, places: usize) -> String {
    let digits = unscaled.magnitude().to_string();
    let padded = format!("{digits:0>width$}", width = places + 1);
    let (whole, part) = padded.split_at(padded.len() - places);
    let sign = if unscaled.sign() == num_bigint::Sign::Minus { "-" } else { "" };
    if part.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}.{part}") }
}

fn days_since_1970(days: i32) -> Option<NaiveDate> {
    let first = NaiveDate::from_ymd_opt(1970, 1, 1)?;
    let count = Days::new(u64::from(days.unsigned_abs()));
    if days < 0 { first.checked_sub_days(count) } else { first.checked_add_days(count) }
}

fn time_of_day(microseconds: i64) -> Datum {
    let time = NaiveTime::from_num_seconds_from_midnight_opt((microseconds / 1_000_000) as u32, 0);
    time.map_or(Datum::Empty, |time| Datum::Text(time.format("%H:%M:%S").to_string()))
}
