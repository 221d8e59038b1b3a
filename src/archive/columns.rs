//! Cells of a table, and reading some columns of a Parquet file without the others.

use bytes::Bytes;
use parquet::column::reader::ColumnReader;
use parquet::data_type::ByteArray;
use parquet::errors::ParquetError;
use parquet::file::reader::FileReader;
use parquet::file::serialized_reader::SerializedFileReader;

use crate::exact::Decimal;

/// One value of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cell {
    /// Nothing.
    Null,
    /// Text.
    Text(String),
    /// A whole number; for a decimal column its units.
    Number(i64),
}

impl Cell {
    /// A decimal in units of a column with so many digits behind the point; null where it does not fit.
    pub fn decimal(value: Decimal, behind: u8) -> Self {
        let shift = u32::try_from(i32::from(behind) + i32::from(value.exponent())).ok();
        let units = shift.and_then(|shift| value.mantissa().checked_mul(10i64.checked_pow(shift)?));
        units.map_or(Self::Null, Self::Number)
    }

    /// The text, where it is one.
    pub fn text(&self) -> Option<&str> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }

    /// The number, where it is one.
    pub fn number(&self) -> Option<i64> {
        if let Self::Number(number) = self { Some(*number) } else { None }
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<i64> for Cell {
    fn from(number: i64) -> Self {
        Self::Number(number)
    }
}

impl<T: Into<Cell>> From<Option<T>> for Cell {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

/// A Parquet file in memory.
pub struct Columns {
    reader: SerializedFileReader<Bytes>,
}

impl Columns {
    /// Opens a file's bytes.
    pub fn open(bytes: Vec<u8>) -> Result<Self, ParquetError> {
        Ok(Self { reader: SerializedFileReader::new(Bytes::from(bytes))? })
    }

    /// Rows whose text in a column passes.
    pub fn rows_where(&self, name: &str, passes: impl Fn(&str) -> bool) -> Result<Vec<usize>, ParquetError> {
        let mut found = Vec::new();
        let mut at = 0;
        self.each(name, |cell| {
            if let Raw::Text(text) = &cell
                && std::str::from_utf8(text.data()).is_ok_and(&passes)
            {
                found.push(at);
            }
            at += 1;
        })?;
        Ok(found)
    }

    /// A column's cells in some rows, which are given in rising order.
    pub fn cells(&self, name: &str, rows: &[usize]) -> Result<Vec<Cell>, ParquetError> {
        let mut cells = Vec::with_capacity(rows.len());
        let (mut at, mut wanted) = (0, rows.iter().peekable());
        self.each(name, |cell| {
            if wanted.next_if(|row| **row == at).is_some() {
                cells.push(match cell {
                    Raw::Null => Cell::Null,
                    Raw::Text(text) => Cell::Text(String::from_utf8_lossy(text.data()).into_owned()),
                    Raw::Number(number) => Cell::Number(number),
                });
            }
            at += 1;
        })?;
        Ok(cells)
    }

    fn each(&self, name: &str, mut look: impl FnMut(Raw)) -> Result<(), ParquetError> {
        let columns = self.reader.metadata().file_metadata().schema_descr().columns();
        let column = columns.iter().position(|column| column.name() == name);
        let column = column.ok_or_else(|| ParquetError::General(format!("there is no column `{name}`")))?;
        for group in 0..self.reader.num_row_groups() {
            let group = self.reader.get_row_group(group)?;
            let rows = usize::try_from(group.metadata().num_rows()).unwrap_or(0);
            let (mut levels, mut texts, mut numbers) = (Vec::with_capacity(rows), Vec::new(), Vec::new());
            // The reader gives values without gaps; the levels tell where the nulls are.
            match group.get_column_reader(column)? {
                ColumnReader::ByteArrayColumnReader(mut reader) => {
                    reader.read_records(rows, Some(&mut levels), None, &mut texts)?;
                }
                ColumnReader::Int64ColumnReader(mut reader) => {
                    reader.read_records(rows, Some(&mut levels), None, &mut numbers)?;
                }
                _ => return Err(ParquetError::General(format!("`{name}` is of another type"))),
            }
            let (mut texts, mut numbers) = (texts.into_iter(), numbers.into_iter());
            for level in levels {
                let value = if level == 1 { texts.next().map(Raw::Text).or_else(|| numbers.next().map(Raw::Number)) } else { None };
                look(value.unwrap_or(Raw::Null));
            }
        }
        Ok(())
    }
}

enum Raw {
    Null,
    Text(ByteArray),
    Number(i64),
}

#[cfg(test)]
mod tests {
    use super::super::tables::{Field, Kind, Table};
    use super::*;

    #[test]
    fn reads_back_what_was_written() {
        let fields = [
            Field { name: "name", kind: Kind::Text },
            Field { name: "rank", kind: Kind::Count },
            Field { name: "total", kind: Kind::Decimal(18, 6) },
        ];
        let total = |text: &str| Cell::decimal(Decimal::parse(text).expect("number"), 6);
        let rows = [
            vec!["张三".into(), 1.into(), total("91.35")],
            vec!["李四".into(), Cell::Null, total("-0.5")],
            vec![Cell::Null, 3.into(), Cell::Null],
            vec!["张三".into(), 4.into(), total("100")],
        ];
        let write = || {
            let mut table = Table::new("t", &fields).expect("table");
            for row in &rows {
                table.push(row.clone()).expect("row");
            }
            table.finish().expect("bytes")
        };
        assert_eq!(write(), write(), "the same bytes every time");
        let columns = Columns::open(write()).expect("opened");
        let found = columns.rows_where("name", |name| name == "张三").expect("read");
        assert_eq!(found, [0, 3]);
        assert_eq!(columns.cells("rank", &found).expect("read"), [Cell::Number(1), Cell::Number(4)]);
        assert_eq!(columns.cells("total", &[0, 1, 2]).expect("read"), [Cell::Number(91_350_000), Cell::Number(-500_000), Cell::Null]);
        assert!(columns.cells("grade", &[0]).is_err());
        assert_eq!(Cell::decimal(Decimal::parse("0.1234567").expect("number"), 6), Cell::Null, "nothing is rounded in secret");
    }
}
