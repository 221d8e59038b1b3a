//! Cells of a table, and reading some columns of a Parquet file without the others.

use bytes::Bytes;
use parquet::basic::Type;
use parquet::column::reader::{ColumnReader, ColumnReaderImpl};
use parquet::data_type::{ByteArray, DataType};
use parquet::errors::ParquetError;
use parquet::file::reader::FileReader;
use parquet::file::serialized_reader::SerializedFileReader;

use super::tables::{Field, Kind};
use crate::exact::Decimal;

/// Rows of one table at most: a county has not a tenth of them.
const MOST_ROWS: usize = 1_000_000;

/// Bytes of text that are taken out of one column.
const MOST_TEXT: usize = 256 << 20;

/// Rows that are decoded at a time; what a footer says of their number is not believed.
const BATCH: usize = 1024;

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

impl std::fmt::Display for Cell {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Null => Ok(()),
            Self::Text(text) => f.write_str(text),
            Self::Number(number) => write!(f, "{number}"),
        }
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

/// A Parquet file in memory. Nothing that it says about itself is believed: types are compared with those of the table that
/// it should be, rows are counted as they come.
pub struct Columns {
    reader: SerializedFileReader<Bytes>,
    fields: &'static [Field],
}

impl Columns {
    /// Opens a file's bytes as a table with these columns.
    pub fn open(bytes: Vec<u8>, fields: &'static [Field]) -> Result<Self, ParquetError> {
        fenced(|| Ok(Self { reader: SerializedFileReader::new(Bytes::from(bytes))?, fields }))
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
        let (mut at, mut wanted, mut taken) = (0, rows.iter().peekable(), 0_usize);
        self.each(name, |cell| {
            if wanted.next_if(|row| **row == at).is_some() {
                cells.push(match cell {
                    Raw::Text(text) if taken.saturating_add(text.len()) <= MOST_TEXT => {
                        taken += text.len();
                        Cell::Text(String::from_utf8_lossy(text.data()).into_owned())
                    }
                    Raw::Text(text) => {
                        taken = taken.saturating_add(text.len());
                        Cell::Null
                    }
                    Raw::Null => Cell::Null,
                    Raw::Number(number) => Cell::Number(number),
                });
            }
            at += 1;
        })?;
        if taken > MOST_TEXT {
            return Err(ParquetError::General(format!("`{name}` holds too much text")));
        }
        // A column that is shorter than the others would shift its values to other rows.
        if cells.len() == rows.len() { Ok(cells) } else { Err(ParquetError::General(format!("`{name}` is too short"))) }
    }

    /// All cells of a column.
    pub fn column(&self, name: &str) -> Result<Vec<Cell>, ParquetError> {
        let mut rows = 0;
        self.each(name, |_| rows += 1)?;
        self.cells(name, &(0..rows).collect::<Vec<_>>())
    }

    fn each(&self, name: &str, mut look: impl FnMut(Raw)) -> Result<(), ParquetError> {
        let other = || ParquetError::General(format!("`{name}` is of another type"));
        let columns = self.reader.metadata().file_metadata().schema_descr().columns();
        let place = columns.iter().position(|column| column.name() == name);
        let place = place.ok_or_else(|| ParquetError::General(format!("there is no column `{name}`")))?;
        let wanted = match self.fields.iter().find(|field| field.name == name).ok_or_else(other)?.kind {
            Kind::Text => Type::BYTE_ARRAY,
            Kind::Count | Kind::Decimal(..) => Type::INT64,
        };
        let column = &columns[place];
        if column.physical_type() != wanted || column.max_def_level() != 1 || column.max_rep_level() != 0 {
            return Err(other());
        }
        let mut rows = 0;
        fenced(|| {
            for group in 0..self.reader.num_row_groups() {
                match self.reader.get_row_group(group)?.get_column_reader(place)? {
                    ColumnReader::ByteArrayColumnReader(mut reader) => read(&mut reader, &mut rows, Raw::Text, &mut look)?,
                    ColumnReader::Int64ColumnReader(mut reader) => read(&mut reader, &mut rows, Raw::Number, &mut look)?,
                    _ => return Err(other()),
                }
            }
            Ok(())
        })
    }
}

/// Every cell of a column in one group of rows. The reader gives values without gaps; the levels tell where the nulls are.
fn read<T: DataType>(
    reader: &mut ColumnReaderImpl<T>,
    rows: &mut usize,
    raw: fn(T::T) -> Raw,
    look: &mut impl FnMut(Raw),
) -> Result<(), ParquetError> {
    let (mut levels, mut values) = (Vec::new(), Vec::new());
    loop {
        levels.clear();
        values.clear();
        let (read, ..) = reader.read_records(BATCH, Some(&mut levels), None, &mut values)?;
        *rows += read;
        if *rows > MOST_ROWS {
            return Err(ParquetError::General(format!("more than {MOST_ROWS} rows")));
        }
        if read == 0 {
            return Ok(());
        }
        let mut values = values.drain(..);
        for level in &levels {
            look(if *level == 1 { values.next().map_or(Raw::Null, raw) } else { Raw::Null });
        }
    }
}

/// The reading library is not made for files that somebody made to harm it.
fn fenced<T>(work: impl FnOnce() -> Result<T, ParquetError>) -> Result<T, ParquetError> {
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(work)).unwrap_or_else(|_| Err(ParquetError::General("the reader failed".into())))
}

enum Raw {
    Null,
    Text(ByteArray),
    Number(i64),
}

#[cfg(test)]
mod tests {
    use super::super::tables::Table;
    use super::*;

    #[test]
    fn reads_back_what_was_written() {
        const OTHERWISE: &[Field] = &[Field { name: "name", kind: Kind::Count }];
        const FIELDS: &[Field] = &[
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
            let mut table = Table::new("t", FIELDS).expect("table");
            for row in &rows {
                table.push(row.clone()).expect("row");
            }
            table.finish().expect("bytes")
        };
        assert_eq!(write(), write(), "the same bytes every time");
        let columns = Columns::open(write(), FIELDS).expect("opened");
        let found = columns.rows_where("name", |name| name == "张三").expect("read");
        assert_eq!(found, [0, 3]);
        assert_eq!(columns.cells("rank", &found).expect("read"), [Cell::Number(1), Cell::Number(4)]);
        assert_eq!(columns.cells("total", &[0, 1, 2]).expect("read"), [Cell::Number(91_350_000), Cell::Number(-500_000), Cell::Null]);
        assert!(columns.cells("grade", &[0]).is_err());
        assert!(columns.cells("name", &[0, 9]).is_err(), "there is no tenth row");
        let columns = Columns::open(write(), OTHERWISE).expect("opened");
        assert!(columns.cells("name", &[0]).is_err(), "of another type");
        assert_eq!(Cell::decimal(Decimal::parse("0.1234567").expect("number"), 6), Cell::Null, "nothing is rounded in secret");
    }
}
