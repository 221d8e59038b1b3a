//! A filled workbook: what the template engine makes and the layout measures. Plain data, in the units of
//! the file format (SpreadsheetML, ECMA-376 part 1 clause 18): column widths in digits of the normal font,
//! heights and margins in points.

use super::chart::Chart;
use super::condition::{Mark, Rule, Written};
use crate::exact::Decimal;

/// A filled form, ready to be measured.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FilledBook {
    /// Document title, also the PDF's.
    pub title: String,
    /// Font of the workbook's normal style; its digit width is the unit of column widths.
    pub normal_font: Font,
    /// Styles that cells point into.
    pub styles: Vec<Style>,
    /// Sheets in order. Every one is printed.
    pub sheets: Vec<FilledSheet>,
}

impl FilledBook {
    /// Adds another book's sheets behind this one's; a name that is taken gets a number.
    pub fn append(&mut self, other: Self) {
        let offset = self.styles.len() as u32;
        self.styles.extend(other.styles);
        for mut sheet in other.sheets {
            for cell in sheet.rows.iter_mut().flat_map(|row| &mut row.cells) {
                cell.style.0 += offset;
            }
            let mut number = 2;
            let stem: String = sheet.name.chars().take(27).collect();
            while self.sheets.iter().any(|own| own.name.to_lowercase() == sheet.name.to_lowercase()) {
                sheet.name = format!("{stem}({number})");
                number += 1;
            }
            self.sheets.push(sheet);
        }
    }
}

/// Index into [`FilledBook::styles`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct StyleId(pub u32);

/// One sheet with every placeholder resolved and every repeat written out.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FilledSheet {
    /// Tab name, at most 31 characters, none of `[]:*?/\`, unique in the book.
    pub name: String,
    /// Columns from A on.
    pub columns: Vec<Column>,
    /// Rows from 1 on, without gaps.
    pub rows: Vec<Row>,
    /// Merged ranges; they do not overlap.
    pub merges: Vec<Range>,
    /// Paper, margins, scale.
    pub page: PageSetup,
    /// Rows repeated on every page, first and last, zero-based.
    pub title_rows: Option<(u32, u32)>,
    /// Columns repeated on every page, first and last, zero-based.
    pub title_columns: Option<(u16, u16)>,
    /// What is printed; everything used where absent.
    pub print_area: Option<Range>,
    /// Columns before which a page begins, rising.
    pub column_breaks: Vec<u16>,
    /// Pictures.
    pub images: Vec<Image>,
    /// Conditional formats as the workbook gets them, the first before the others.
    pub conditions: Vec<Rule<Written>>,
    /// What they draw in cells beside texts. Looks that they give are in the cells' styles.
    pub marks: Vec<Mark>,
}

/// A column.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Column {
    /// The file's `width`: digits of the normal font, including the 5 px padding.
    pub width: f64,
    /// Not printed, kept in the XLSX.
    pub hidden: bool,
}

/// A row.
#[expect(clippy::struct_excessive_bools, reason = "each is said of a row by itself")]
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Row {
    /// Whole height in points where the template sets one; a row without grows to its text.
    pub height: Option<f64>,
    /// Not printed, kept in the XLSX.
    pub hidden: bool,
    /// It heads the columns below it.
    pub heading: bool,
    /// A page begins here.
    pub break_before: bool,
    /// Must stay on the page of the row before it (signature blocks, rows of one record).
    pub keep_with_previous: bool,
    /// Name for the PDF outline entry that points here.
    pub bookmark: Option<String>,
    /// Cells by rising column, no column twice.
    pub cells: Vec<Cell>,
}

/// A cell.
#[derive(Clone, Debug, PartialEq)]
pub struct Cell {
    /// Zero-based.
    pub column: u16,
    /// How it looks.
    pub style: StyleId,
    /// What it holds.
    pub value: Value,
}

/// Content of a cell.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub enum Value {
    /// Nothing; the style still draws borders and fill.
    #[default]
    Empty,
    /// Text; `\n` breaks the line.
    Text(String),
    /// A number, shown by the style's number format.
    Number(Decimal),
    /// TRUE or FALSE.
    Truth(bool),
    /// A day as a serial number of the 1900 date system, shown by the style's number format.
    Date(i32),
    /// A formula without the leading `=`, and its result worked out exactly.
    Formula {
        /// Formula text.
        text: String,
        /// Result.
        result: Decimal,
    },
}

/// Zero-based inclusive cell range.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Range {
    /// Top row.
    pub first_row: u32,
    /// Left column.
    pub first_column: u16,
    /// Bottom row.
    pub last_row: u32,
    /// Right column.
    pub last_column: u16,
}

/// Look of a cell.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Style {
    /// Font.
    pub font: Font,
    /// Solid fill.
    pub fill: Option<Color>,
    /// The four edges and the diagonals are drawn by the writers.
    pub borders: Borders,
    /// Alignment.
    pub align: Align,
    /// Number format code, `General` where empty.
    pub number_format: String,
    /// The style that the workbook has, where a conditional format makes the cell look as the rest says.
    pub unconditional: Option<Box<Style>>,
}

impl Style {
    /// The style as the workbook has it.
    pub fn written(&self) -> &Self {
        self.unconditional.as_deref().unwrap_or(self)
    }

    /// The style with a change to what is seen and to what the workbook has.
    #[must_use]
    pub fn changed(&self, change: impl Fn(&mut Self)) -> Self {
        let mut style = self.clone();
        change(&mut style);
        style.unconditional.iter_mut().for_each(|own| change(own));
        style
    }
}

/// For each style the place of the first that the workbook has in its stead; conditional formats make many of one.
pub fn as_written(styles: &[Style]) -> Vec<usize> {
    let place = |(at, style): (usize, &Style)| {
        let plain = |own: &Style| styles.iter().position(|other| other.unconditional.is_none() && other == own);
        style.unconditional.as_deref().and_then(plain).unwrap_or(at)
    };
    styles.iter().enumerate().map(place).collect()
}

/// RGB.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Color(pub u8, pub u8, pub u8);

/// Font of a cell.
#[expect(clippy::struct_excessive_bools, reason = "the format's own switches")]
#[derive(Clone, Debug, PartialEq)]
pub struct Font {
    /// Family name as in the template: `宋体`.
    pub family: String,
    /// Points.
    pub size: f64,
    /// Bold.
    pub bold: bool,
    /// Italic.
    pub italic: bool,
    /// Underlined.
    pub underline: bool,
    /// With a second line below the first.
    pub double_underline: bool,
    /// Struck out.
    pub strike: bool,
    /// Black where absent.
    pub color: Option<Color>,
}

impl Default for Font {
    fn default() -> Self {
        Self {
            family: "宋体".into(),
            size: 11.0,
            bold: false,
            italic: false,
            underline: false,
            double_underline: false,
            strike: false,
            color: None,
        }
    }
}

/// The edges of a cell.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Borders {
    /// Left edge.
    pub left: Option<Edge>,
    /// Right edge.
    pub right: Option<Edge>,
    /// Top edge.
    pub top: Option<Edge>,
    /// Bottom edge.
    pub bottom: Option<Edge>,
}

/// One edge.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Edge {
    /// Kind of line.
    pub line: Line,
    /// Black where absent.
    pub color: Option<Color>,
}

/// Border lines (ECMA-376 18.18.3 `ST_BorderStyle`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the standard's own words")]
pub enum Line {
    Hair,
    Thin,
    Medium,
    Thick,
    Double,
    Dashed,
    Dotted,
    DashDot,
    DashDotDot,
    MediumDashed,
    MediumDashDot,
    MediumDashDotDot,
    SlantDashDot,
}

/// Alignment of a cell (ECMA-376 18.8.1).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Align {
    /// Across.
    pub horizontal: Horizontal,
    /// Down.
    pub vertical: Vertical,
    /// Lines are broken to the cell's width.
    pub wrap: bool,
    /// The text is made smaller to fit one line.
    pub shrink: bool,
    /// Indent, in steps of three spaces of the normal font.
    pub indent: u8,
    /// Degrees −90..=90, or 255 for upright characters stacked downwards.
    pub rotation: i16,
}

/// Across the cell.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the standard's own words")]
pub enum Horizontal {
    /// Text left, numbers right.
    #[default]
    General,
    Left,
    Center,
    Right,
    Fill,
    Justify,
    CenterContinuous,
    Distributed,
}

/// Down the cell. The format's default is bottom.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "the standard's own words")]
pub enum Vertical {
    Top,
    Center,
    #[default]
    Bottom,
    Justify,
    Distributed,
}

/// Paper and how the sheet stands on it.
#[expect(clippy::struct_excessive_bools, reason = "the format's own switches")]
#[derive(Clone, Debug, PartialEq)]
pub struct PageSetup {
    /// The file's `paperSize` code: 8 is A3, 9 is A4, 12 is B4 (JIS).
    pub paper: u16,
    /// Wider than high.
    pub landscape: bool,
    /// Margins in points.
    pub margins: Margins,
    /// Percent, where not fitted.
    pub scale: u16,
    /// Fit to so many pages across and down; 0 is any number.
    pub fit: Option<(u16, u16)>,
    /// Centred between left and right margin.
    pub center_horizontally: bool,
    /// Centred between top and bottom margin.
    pub center_vertically: bool,
    /// Pages go over then down.
    pub over_then_down: bool,
    /// Header with the format's codes (`&C&"宋体,常规"&9第&P页`), empty for none.
    pub header: String,
    /// Footer, likewise.
    pub footer: String,
    /// Header and footer are made smaller and larger with the sheet.
    pub scale_header: bool,
    /// Number of the first page, where set.
    pub first_page: Option<u32>,
}

impl Default for PageSetup {
    fn default() -> Self {
        Self {
            paper: 9,
            landscape: false,
            margins: Margins { left: 50.4, right: 50.4, top: 54.0, bottom: 54.0, header: 21.6, footer: 21.6 },
            scale: 100,
            fit: None,
            center_horizontally: false,
            center_vertically: false,
            over_then_down: false,
            header: String::new(),
            footer: String::new(),
            scale_header: true,
            first_page: None,
        }
    }
}

/// Points from the paper's edge.
#[derive(Clone, Copy, Debug, PartialEq)]
#[expect(missing_docs, reason = "the names say it")]
pub struct Margins {
    pub left: f64,
    pub right: f64,
    pub top: f64,
    pub bottom: f64,
    pub header: f64,
    pub footer: f64,
}

/// A picture that stands on the sheet.
#[derive(Clone, Debug, PartialEq)]
pub struct Image {
    /// PNG or JPEG bytes.
    pub bytes: std::sync::Arc<[u8]>,
    /// Cell of its upper left corner.
    pub row: u32,
    /// See `row`.
    pub column: u16,
    /// Points from that cell's corner, right and down.
    pub offset: (f64, f64),
    /// Points across and down.
    pub size: (f64, f64),
    /// Alternative text.
    pub description: String,
    /// A chart in the place of a picture, which then has no bytes.
    pub chart: Option<Box<Chart>>,
}
