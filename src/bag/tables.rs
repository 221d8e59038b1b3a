//! The tables of a bag as Parquet: their schemas, and writing them.
//!
//! Names, types and units are a promise to whoever queries many years at once; `docs/archive.md` lists them, and a test
//! holds the page to this file. Points are decimals, never floats: `DECIMAL(18,6)` for what is published, `DECIMAL(12,3)`
//! for marks. Every table bears `county` and `year`, so that the files of many bags are one table wherever they lie.

use std::sync::Arc;

use parquet::basic::Compression;
use parquet::column::writer::ColumnWriter;
use parquet::data_type::ByteArray;
use parquet::errors::ParquetError;
use parquet::file::properties::{WriterProperties, WriterVersion};
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::parser::parse_message_type;

use super::columns::Cell;

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// UTF-8 text.
    Text,
    /// A whole number.
    Count,
    /// A decimal with so many digits in all and behind the point.
    Decimal(u8, u8),
}

/// A column.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    /// Its name.
    pub name: &'static str,
    /// What it holds; every column may be null.
    pub kind: Kind,
}

const fn text(name: &'static str) -> Field {
    Field { name, kind: Kind::Text }
}

const fn count(name: &'static str) -> Field {
    Field { name, kind: Kind::Count }
}

const fn points(name: &'static str) -> Field {
    Field { name, kind: Kind::Decimal(18, 6) }
}

/// One row a scored subject, as in `results.jsonl`.
pub const RESULTS: &[Field] = &[
    text("county"),
    count("year"),
    text("county_name"),
    text("period"),
    text("committee"),
    text("branch_code"),
    text("branch"),
    count("seq"),
    text("name"),
    text("person"),
    text("category"),
    text("status"),
    text("scheme"),
    text("subject"),
    text("figures"),
    points("total"),
    text("total_exact"),
    count("total_floor"),
    points("board"),
    text("grade"),
    count("stars"),
    count("rank"),
    count("rank_of"),
    text("honours"),
    text("veto"),
    text("letter"),
    text("flags"),
];

/// One row a member, period, item and scorer, with the cell it was read from.
pub const ENTRIES: &[Field] = &[
    text("county"),
    count("year"),
    text("branch_code"),
    count("seq"),
    text("name"),
    text("person"),
    text("scheme"),
    text("period"),
    text("item"),
    text("scorer"),
    Field { name: "mark", kind: Kind::Decimal(12, 3) },
    text("reason"),
    text("source_file"),
    text("sheet"),
    text("cell"),
];

/// One row a finding, as in `findings.jsonl`.
pub const FINDINGS: &[Field] = &[
    text("county"),
    count("year"),
    text("code"),
    text("severity"),
    text("branch_code"),
    text("source_file"),
    text("sheet"),
    text("cell"),
    text("value"),
    text("message"),
    text("hint"),
];

/// One row a branch of the register, whether or not it submitted.
pub const BRANCHES: &[Field] = &[
    text("county"),
    count("year"),
    text("county_name"),
    text("committee"),
    text("general_branch"),
    text("branch_code"),
    text("branch"),
    text("state"),
    text("source_file"),
    count("registered"),
    count("members"),
    count("scored"),
    count("errors"),
    count("warnings"),
    count("notes"),
];

/// Rows of a group: large enough to compress well, small enough that a county's marks are never in memory together.
const GROUP: usize = 1 << 17;

/// A table in the making.
pub struct Table {
    columns: Vec<Column>,
    rows: usize,
    writer: SerializedFileWriter<Vec<u8>>,
}

#[derive(Default)]
struct Column {
    texts: Vec<ByteArray>,
    numbers: Vec<i64>,
    /// 1 where there is a value, 0 for null.
    levels: Vec<i16>,
}

impl Table {
    /// An empty table of these columns.
    pub fn new(name: &str, fields: &[Field]) -> Result<Self, ParquetError> {
        let columns = fields.iter().map(|field| match field.kind {
            Kind::Text => format!("OPTIONAL BYTE_ARRAY {} (UTF8);", field.name),
            Kind::Count => format!("OPTIONAL INT64 {};", field.name),
            Kind::Decimal(all, behind) => format!("OPTIONAL INT64 {} (DECIMAL({all},{behind}));", field.name),
        });
        let schema = parse_message_type(&format!("message {name} {{ {} }}", columns.collect::<Vec<_>>().join(" ")))?;
        let properties = WriterProperties::builder()
            .set_created_by(format!("scorebook {}", env!("CARGO_PKG_VERSION")))
            .set_writer_version(WriterVersion::PARQUET_1_0)
            // Snappy's output does not go by what the processor can do, as that of faster inflaters does.
            .set_compression(Compression::SNAPPY)
            .build();
        let writer = SerializedFileWriter::new(Vec::new(), Arc::new(schema), Arc::new(properties))?;
        Ok(Self { columns: fields.iter().map(|_| Column::default()).collect(), rows: 0, writer })
    }

    /// Adds a row; cells in the order of the fields.
    pub fn push(&mut self, row: Vec<Cell>) -> Result<(), ParquetError> {
        for (column, cell) in self.columns.iter_mut().zip(row) {
            column.levels.push(i16::from(cell != Cell::Null));
            match cell {
                Cell::Null => {}
                Cell::Number(number) => column.numbers.push(number),
                Cell::Text(text) => {
                    // Most columns repeat the row above: a branch's code, its file.
                    let above = column.texts.last().filter(|above| above.data() == text.as_bytes()).cloned();
                    column.texts.push(above.unwrap_or_else(|| text.into_bytes().into()));
                }
            }
        }
        self.rows += 1;
        if self.rows == GROUP { self.flush() } else { Ok(()) }
    }

    fn flush(&mut self) -> Result<(), ParquetError> {
        let mut group = self.writer.next_row_group()?;
        let mut columns = self.columns.iter_mut();
        while let Some(mut writer) = group.next_column()? {
            let Some(column) = columns.next() else { break };
            // A table has columns of these two physical types only.
            match writer.untyped() {
                ColumnWriter::ByteArrayColumnWriter(texts) => texts.write_batch(&column.texts, Some(&column.levels), None)?,
                ColumnWriter::Int64ColumnWriter(numbers) => numbers.write_batch(&column.numbers, Some(&column.levels), None)?,
                _ => 0,
            };
            writer.close()?;
            *column = Column::default();
        }
        group.close()?;
        self.rows = 0;
        Ok(())
    }

    /// The file's bytes.
    pub fn finish(mut self) -> Result<Vec<u8>, ParquetError> {
        if self.rows > 0 {
            self.flush()?;
        }
        self.writer.into_inner()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whoever queries reads the page.
    #[test]
    fn the_page_lists_every_column() {
        let page = include_str!("../../docs/archive.md");
        for (table, fields) in [("results", RESULTS), ("entries", ENTRIES), ("findings", FINDINGS), ("branches", BRANCHES)] {
            let row = page.lines().find(|line| line.starts_with(&format!("| `{table}` |"))).expect("a row a table");
            let columns = row.split('|').nth(3).expect("columns");
            let listed: Vec<&str> = columns.split('`').skip(1).step_by(2).collect();
            assert_eq!(listed, fields.iter().map(|field| field.name).collect::<Vec<_>>(), "{table}");
        }
    }
}
