//! Simple tables: what the county's workbook and lists are made of. Plain data; `xlsx` writes it.

use chrono::NaiveDate;

use crate::exact::Decimal;

/// A workbook.
#[derive(Clone, Debug, Default)]
pub struct Workbook {
    /// Title in its properties.
    pub title: String,
    /// Author in its properties.
    pub author: String,
    /// The time of creation in its properties: the run's date, never the clock's.
    pub date: NaiveDate,
    /// Sheets in order; a workbook needs at least one.
    pub sheets: Vec<Sheet>,
}

/// One sheet with one table.
#[expect(clippy::struct_excessive_bools, reason = "independent switches, all off by default")]
#[derive(Clone, Debug, Default)]
pub struct Sheet {
    /// Its name; made safe and unique, at most 31 characters.
    pub name: String,
    /// A line above the table, merged over its columns.
    pub title: Option<String>,
    /// A smaller line below the title.
    pub note: Option<String>,
    /// Columns. Where no column has a heading the sheet has no heading row.
    pub columns: Vec<Column>,
    /// Rows; a row may be shorter than the columns, and longer on a plain sheet.
    pub rows: Vec<Vec<Value>>,
    /// Everything down to the headings stays on the screen.
    pub freeze: bool,
    /// Filter arrows in the headings.
    pub filter: bool,
    /// Printed landscape.
    pub landscape: bool,
    /// Rows that are shorter than the columns end where their values do, without a grid of blanks.
    pub ragged: bool,
    /// Charts below the table; on paper they begin a page where they would be cut.
    pub charts: Vec<Chart>,
    /// No styling at all.
    pub plain: bool,
}

/// A chart of some of a table's rows.
#[derive(Clone, Debug, Default)]
pub struct Chart {
    /// What stands above it.
    pub title: String,
    /// Columns stand upon each other.
    pub stacked: bool,
    /// Rows of the table, the first and the last.
    pub rows: (usize, usize),
    /// The column with the names along the axis.
    pub names: usize,
    /// Columns with values, each named by its heading.
    pub values: Vec<usize>,
}

/// A column.
#[derive(Clone, Debug, Default)]
pub struct Column {
    /// Its heading.
    pub heading: String,
    /// Width in characters; a Chinese one counts 2. Zero leaves the program's default.
    pub width: f64,
    /// How its cells stand.
    pub align: Align,
    /// Number format in the spreadsheet's own notation, `0.00`; none shows numbers as they are and dates as `yyyy-mm-dd`.
    pub format: Option<String>,
}

/// How cells stand in their column.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Align {
    /// At the left edge.
    #[default]
    Left,
    /// In the middle.
    Center,
    /// At the right edge.
    Right,
}

/// What a cell holds.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Value {
    /// Nothing.
    #[default]
    Empty,
    /// Text, whatever it begins with: `=A1` stays text.
    Text(String),
    /// Text that stands out: totals, group headings.
    Strong(String),
    /// A line over all columns without a frame, alone in its row: where people sign, remarks.
    Line(String),
    /// A number; spreadsheets keep 15 significant digits of it.
    Number(Decimal),
    /// A share of one, shown in percent.
    Share(Decimal),
    /// A day.
    Date(NaiveDate),
    /// Text that leads somewhere.
    Link {
        /// What is read.
        text: String,
        /// A path relative to the workbook, `#'支部一览'!A1` for a cell of the workbook, or an `http` address.
        target: String,
    },
}

impl Column {
    /// A left-aligned column.
    pub fn new(heading: impl Into<String>, width: f64) -> Self {
        Self { heading: heading.into(), width, ..Self::default() }
    }

    /// The same, aligned.
    #[must_use]
    pub fn align(mut self, align: Align) -> Self {
        self.align = align;
        self
    }

    /// The same, with a number format.
    #[must_use]
    pub fn format(mut self, format: impl Into<String>) -> Self {
        self.format = Some(format.into());
        self
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Self::Number(Decimal::from(number))
    }
}

impl From<Decimal> for Value {
    fn from(number: Decimal) -> Self {
        Self::Number(number)
    }
}
