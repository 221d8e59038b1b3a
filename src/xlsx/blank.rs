//! Workbooks to be filled in: what may be entered is offered, bounded and explained; headings are protected.
//!
//! ```text
//!   积分登记                                   title, locked
//!   每名党员每个期间一行；……                   how to fill it in, locked
//!   序号 姓名 期间     理想信念(10分) …        headings: locked, frozen, printed on every page, each with a note
//!   1    张三 1月 [▼]  [0–10]                  unlocked, with drop-downs and bounds far below the last row
//! ```
//!
//! Sheets are protected without a password: the protection keeps headings from being typed over by mistake. Rows may be
//! inserted, deleted, sorted and formatted.

use std::collections::BTreeSet;

use chrono::{Datelike, NaiveDate};
use rust_xlsxwriter::{
    Color, ConditionalFormatFormula, DataValidation, DataValidationErrorStyle, DataValidationRule, DocProperties, ExcelDateTime, Format,
    FormatAlign, FormatBorder, Formula, Note, ProtectionOptions, Worksheet,
};

use super::XlsxError;
use super::tables::{DAY, sheet_name, write_one};
use crate::exact::Decimal;
use crate::table::Value;
use crate::words::width_in_cell;

/// A workbook to be filled in.
#[derive(Clone, Debug, Default)]
pub struct Blank {
    /// Title in its properties.
    pub title: String,
    /// Author in its properties.
    pub author: String,
    /// The time of creation in its properties.
    pub date: NaiveDate,
    /// Custom document properties: which scheme and template it was made from.
    pub properties: Vec<(String, String)>,
    /// What to do, one line a row; the first is a title. The sheet's name and its lines.
    pub guide: (String, Vec<String>),
    /// Sheets in order, after the guide.
    pub sheets: Vec<Sheet>,
}

/// One sheet of it.
#[derive(Clone, Debug, Default)]
pub struct Sheet {
    /// Its name.
    pub name: String,
    /// A line above the table.
    pub title: String,
    /// How to fill it in.
    pub note: String,
    /// The table.
    pub body: Body,
    /// Lines below the table: deadlines, where to sign. The last one is as tall as a signature.
    pub foot: Vec<String>,
    /// Printed landscape.
    pub landscape: bool,
}

/// What is on a sheet.
#[derive(Clone, Debug)]
pub enum Body {
    /// Headings and rows below them.
    Table {
        /// Columns.
        columns: Vec<Column>,
        /// Rows that are there already, as wide as the columns or shorter.
        rows: Vec<Vec<Value>>,
        /// Ruled empty rows below them.
        spare: usize,
        /// Columns that stay on the screen.
        frozen: u16,
        /// The largest number that a row takes, where that differs from row to row; empty where it does not.
        limits: Vec<Decimal>,
        /// Arrows in the headings, by which one period's rows are shown.
        filter: bool,
    },
    /// Items below each other: what is asked, what is entered, what it means, an example.
    Items {
        /// What stands over the four columns.
        headings: [&'static str; 4],
        /// The items.
        items: Vec<Item>,
    },
    /// Fields below each other, values to their right.
    Fields(Vec<(Column, Value)>),
}

impl Default for Body {
    fn default() -> Self {
        Self::Fields(Vec::new())
    }
}

/// An item that is asked for.
#[derive(Clone, Debug, Default)]
pub struct Item {
    /// What it is called and what may be entered.
    pub column: Column,
    /// What is entered already.
    pub value: Value,
    /// What it means.
    pub meaning: String,
    /// An example.
    pub example: String,
}

/// A column, or a field.
#[derive(Clone, Debug, Default)]
pub struct Column {
    /// Its heading.
    pub heading: String,
    /// Width in characters; a Chinese one counts 2.
    pub width: u16,
    /// What may be entered.
    pub entry: Entry,
    /// What the heading's note says; empty for none.
    pub note: String,
    /// Must be filled in: its heading is marked by colour.
    pub required: bool,
    /// Given by the county and not to be changed.
    pub locked: bool,
}

/// What may be entered in a cell.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Entry {
    /// Anything.
    #[default]
    Free,
    /// Text, also where it looks like a number: codes, phones.
    Text,
    /// Text of exactly so many characters.
    Length(u32),
    /// One of a list.
    OneOf(Vec<String>),
    /// One of the cells of another sheet's column, from its first row below the headings.
    From {
        /// That sheet's name.
        sheet: String,
        /// Zero-based.
        column: u16,
        /// The first of them, zero-based.
        row: u32,
    },
    /// A number within bounds, both included.
    Number {
        /// Smallest.
        min: Decimal,
        /// Largest.
        max: Decimal,
        /// Decimal places.
        decimals: u16,
        /// Something else is asked about, not refused.
        lenient: bool,
    },
    /// A date within bounds; something else is asked about, for a day may be unknown.
    Date {
        /// First.
        from: NaiveDate,
        /// Last.
        to: NaiveDate,
    },
}

/// Rows above the data of a table: title, how to fill it in, headings.
pub const HEAD: u32 = 3;
/// The last row that drop-downs and bounds reach, whatever the number of rows.
pub(super) const REACH: u32 = 2000;
/// A bound that only keeps out what is no number of a row or a ballot.
const ANY_NUMBER: i64 = 100_000;
/// Characters of a heading that the arrow of a filter covers.
const ARROW: f64 = 3.0;
const A4: u8 = 9;
/// Characters beside each other that can still be read on one page of A4, printed landscape.
pub(super) const WIDEST: f64 = 190.0;

/// The workbook as bytes; the same workbook gives the same bytes.
///
/// # Errors
/// What the format does not allow.
pub fn write(blank: &Blank) -> Result<Vec<u8>, XlsxError> {
    let mut book = rust_xlsxwriter::Workbook::new();
    let created = ExcelDateTime::from_ymd(blank.date.year().clamp(1900, 9999) as u16, blank.date.month() as u8, blank.date.day() as u8)?;
    let mut properties = DocProperties::new().set_title(&blank.title).set_author(&blank.author).set_creation_datetime(&created);
    for (name, value) in &blank.properties {
        properties = properties.set_custom_property(name, value.as_str());
    }
    book.set_properties(&properties);
    let mut taken = BTreeSet::new();
    let mut lists = Lists::below(sheet_name(&blank.guide.0, &mut taken), 0, blank.guide.1.len() as u32 + 1);
    let mut sheets = Vec::new();
    for sheet in &blank.sheets {
        let mut worksheet = Worksheet::new();
        worksheet.set_name(sheet_name(&sheet.name, &mut taken))?;
        write_sheet(&mut worksheet, sheet, &mut lists)?;
        sheets.push(worksheet);
    }
    let guide = book.add_worksheet();
    guide.set_name(&lists.sheet)?;
    write_guide(guide, &blank.guide.1, &lists)?;
    for worksheet in sheets {
        book.push_worksheet(worksheet);
    }
    book.save_to_buffer()
}

/// Lists too long for a drop-down of their own stand on the first sheet, in a blank workbook below the guide.
pub(super) struct Lists {
    sheet: String,
    column: u16,
    /// The first free row.
    rows: u32,
    words: Vec<Vec<String>>,
}

impl Lists {
    /// None yet; they will stand in a column of a sheet, from a row on.
    pub(super) fn below(sheet: String, column: u16, row: u32) -> Self {
        Self { sheet, column, rows: row, words: Vec::new() }
    }

    /// Each word with its row and column.
    pub(super) fn cells(&self) -> impl Iterator<Item = (u32, u16, &str)> {
        (self.rows..).zip(self.words.iter().flatten()).map(|(row, word)| (row, self.column, word.as_str()))
    }

    /// The range that holds the list.
    fn place(&mut self, list: &[String]) -> String {
        let at = self.words.iter().position(|own| own == list).unwrap_or_else(|| {
            self.words.push(list.to_vec());
            self.words.len() - 1
        });
        let above: usize = self.words[..at].iter().map(Vec::len).sum();
        let first = self.rows as usize + above + 1;
        let letter = crate::diag::CellRef { row: 0, column: self.column }.to_string();
        let letter = letter.trim_end_matches('1');
        format!("='{}'!${letter}${}:${letter}${}", self.sheet, first, first + list.len() - 1)
    }
}

fn write_guide(worksheet: &mut Worksheet, lines: &[String], lists: &Lists) -> Result<(), XlsxError> {
    // Narrower than the paper whatever font stands in for the usual one: not every office scales a single column to the page.
    worksheet.set_column_width(0, 72)?;
    worksheet.set_print_area(0, 0, lists.rows.saturating_sub(1), 0)?;
    let line = base().set_text_wrap().set_align(FormatAlign::Top);
    for (row, text) in (0u32..).zip(lines) {
        let format = if row == 0 { title() } else { line.clone() };
        worksheet.write_string_with_format(row, 0, text, &format)?;
        worksheet.set_row_height(row, if row == 0 { 30.0 } else { 16.0 * lines_of(text, 70.0) })?;
    }
    let small = base().set_font_size(9).set_font_color(Color::RGB(0x007F_7F7F));
    for (row, column, text) in lists.cells() {
        worksheet.write_string_with_format(row, column, text, &small)?;
    }
    print_setup(worksheet, false, 1);
    worksheet.protect();
    Ok(())
}

fn write_sheet(worksheet: &mut Worksheet, sheet: &Sheet, lists: &mut Lists) -> Result<(), XlsxError> {
    // A row can only be inserted or deleted where all its cells are unlocked, also those beyond the table.
    worksheet.set_column_range_format(0, 16_383, &base().set_unlocked())?;
    match &sheet.body {
        Body::Table { columns, rows, spare, frozen, limits, filter } => {
            let last = columns.len().saturating_sub(1) as u16;
            let whole: f64 = columns.iter().map(|column| f64::from(column.width)).sum();
            // Of a table that is two pages wide the lines above and below are on the first.
            let wide = whole > WIDEST;
            let (front, width) = if wide { first_half(columns, *frozen) } else { (last, whole) };
            heading_line(worksheet, front, &sheet.title, width)?;
            banner(worksheet, 1, front, &sheet.note, &hint())?;
            worksheet.set_row_height(1, 4.0 + 14.0 * lines_of(&sheet.note, width))?;
            let mut tallest: f64 = 1.0;
            for (at, column) in (0u16..).zip(columns) {
                let open = column_format(&column.entry).set_unlocked();
                worksheet.set_column_width(at, f64::from(column.width))?.set_column_format(at, &open)?;
                worksheet.write_string_with_format(HEAD - 1, at, &column.heading, &heading(column.required))?;
                let room = f64::from(column.width) - if *filter { ARROW } else { 1.0 };
                tallest = tallest.max(lines_of(&column.heading, room));
                note(worksheet, HEAD - 1, at, &column.note)?;
                let reach = REACH.max(HEAD + (rows.len() + spare) as u32 + 200);
                match &column.entry {
                    Entry::Number { min, decimals, lenient, .. } if !limits.is_empty() => {
                        for (row, max) in (HEAD..).zip(limits) {
                            let entry = Entry::Number { min: *min, max: *max, decimals: *decimals, lenient: *lenient };
                            offer(worksheet, &Column { entry, ..column.clone() }, (row, at, row), lists)?;
                        }
                        offer(worksheet, column, (HEAD + limits.len() as u32, at, reach), lists)?;
                    }
                    _ => offer(worksheet, column, (HEAD, at, reach), lists)?,
                }
                let ruled = framed(&column.entry).set_unlocked();
                for (row, cells) in (HEAD..).zip(rows.iter().map(Some).chain(std::iter::repeat_n(None, *spare))) {
                    match cells.and_then(|cells| cells.get(usize::from(at))) {
                        Some(value) => write_one(worksheet, row, at, value, &ruled)?,
                        None => drop(worksheet.write_blank(row, at, &ruled)?),
                    }
                }
            }
            worksheet.set_row_height(HEAD - 1, 6.0 + 15.0 * tallest)?;
            worksheet.set_freeze_panes(HEAD, *frozen)?;
            worksheet.set_repeat_rows(HEAD - 1, HEAD - 1)?;
            let below = HEAD + (rows.len() + spare) as u32;
            if *filter {
                worksheet.autofilter(HEAD - 1, 0, below - 1, last)?;
            }
            // Something below the grid has it printed where nothing is entered yet.
            foot(worksheet, below, front, &sheet.foot, width)?;
            if wide {
                worksheet.set_repeat_columns(0, frozen.saturating_sub(1))?;
            }
            print_setup(worksheet, sheet.landscape, if wide { 2 } else { 1 });
        }
        Body::Items { headings, items } => {
            write_items(worksheet, sheet, headings, items, lists)?;
            print_setup(worksheet, sheet.landscape, 1);
        }
        Body::Fields(fields) => {
            heading_line(worksheet, 1, &sheet.title, 62.0)?;
            worksheet.set_column_width(0, FIELD_WIDTHS[0])?.set_column_width(1, FIELD_WIDTHS[1])?;
            for (row, (column, value)) in (1u32..).zip(fields) {
                worksheet.write_string_with_format(row, 0, &column.heading, &heading(column.required))?;
                let format = if column.locked { framed(&column.entry) } else { framed(&column.entry).set_unlocked() };
                write_one(worksheet, row, 1, value, &format.set_align(FormatAlign::Left))?;
                worksheet.set_row_height(row, 22)?;
                note(worksheet, row, 0, &column.note)?;
                offer(worksheet, column, (row, 1, row), lists)?;
            }
            worksheet.set_freeze_panes(1, 1)?;
            foot(worksheet, fields.len() as u32 + 2, 1, &sheet.foot, 62.0)?;
            print_setup(worksheet, sheet.landscape, 1);
        }
    }
    worksheet.protect_with_options(&ProtectionOptions {
        format_cells: true,
        format_columns: true,
        format_rows: true,
        insert_rows: true,
        delete_rows: true,
        sort: true,
        use_autofilter: true,
        ..ProtectionOptions::new()
    });
    Ok(())
}

/// Widths of the names of fields and of what is entered beside them.
pub(super) const FIELD_WIDTHS: [f64; 2] = [18.0, 44.0];

/// Widths of an item's columns.
const ITEM_WIDTHS: [u16; 4] = [16, 34, 56, 30];

fn write_items(worksheet: &mut Worksheet, sheet: &Sheet, headings: &[&str; 4], items: &[Item], lists: &mut Lists) -> Result<(), XlsxError> {
    let total: f64 = ITEM_WIDTHS.iter().map(|width| f64::from(*width)).sum();
    banner(worksheet, 0, 3, &sheet.title, &title())?;
    worksheet.set_row_height(0, 28)?;
    banner(worksheet, 1, 3, &sheet.note, &hint())?;
    worksheet.set_row_height(1, 4.0 + 14.0 * lines_of(&sheet.note, total))?;
    for ((at, text), width) in (0u16..).zip(headings).zip(ITEM_WIDTHS) {
        worksheet.set_column_width(at, f64::from(width))?;
        worksheet.write_string_with_format(HEAD - 1, at, *text, &heading(false))?;
    }
    let small = framed(&Entry::Free).set_text_wrap().set_font_color(Color::RGB(0x0059_5959));
    for (row, item) in (HEAD..).zip(items) {
        worksheet.write_string_with_format(row, 0, &item.column.heading, &heading(item.column.required))?;
        let entered = framed(&item.column.entry).set_unlocked().set_text_wrap().set_align(FormatAlign::Left);
        write_one(worksheet, row, 1, &item.value, &entered)?;
        worksheet.write_string_with_format(row, 2, &item.meaning, &small)?;
        worksheet.write_string_with_format(row, 3, &item.example, &small)?;
        worksheet.set_row_height(row, 8.0 + 15.0 * lines_of(&item.meaning, f64::from(ITEM_WIDTHS[2]) - 1.0))?;
        note(worksheet, row, 0, &item.column.note)?;
        offer(worksheet, &item.column, (row, 1, row), lists)?;
    }
    worksheet.set_freeze_panes(HEAD, 1)?;
    Ok(())
}

/// Drop-downs and bounds of a column from `(row, column, last row)`.
pub(super) fn offer(
    worksheet: &mut Worksheet,
    column: &Column,
    (first, at, last): (u32, u16, u32),
    lists: &mut Lists,
) -> Result<(), XlsxError> {
    let stop = DataValidationErrorStyle::Stop;
    let ask = DataValidationErrorStyle::Warning;
    let plain = |decimal: &Decimal| decimal.to_stored();
    let (rule, style, message) = match &column.entry {
        Entry::Free | Entry::Text => return Ok(()),
        Entry::Length(length) => (
            DataValidation::new().allow_text_length(DataValidationRule::EqualTo(*length)),
            ask,
            format!("应为{length}位，请按文本填写，核对后再确定。"),
        ),
        Entry::OneOf(words) => {
            let inline = words.join(",").encode_utf16().count() <= 255 && words.iter().all(|word| !word.contains(','));
            let rule = if inline {
                DataValidation::new().allow_list_strings(words)?
            } else {
                DataValidation::new().allow_list_formula(Formula::new(lists.place(words)))
            };
            (rule, stop, format!("请从下拉列表中选择：{}", words.join("、")))
        }
        Entry::From { sheet, column, row } => {
            let letter = crate::diag::CellRef { row: 0, column: *column }.to_string();
            let letter = letter.trim_end_matches('1');
            let range = format!("='{sheet}'!${letter}${}:${letter}${REACH}", row + 1);
            (DataValidation::new().allow_list_formula(Formula::new(range)), ask, format!("“{sheet}”里没有这个姓名，请核对。"))
        }
        Entry::Number { min, max, decimals, lenient } => {
            let bounds = DataValidationRule::Between(plain(min), plain(max));
            let whole = *decimals == 0 && min.places() == 0 && max.places() == 0;
            let rule = if whole {
                DataValidation::new().allow_whole_number(DataValidationRule::Between(plain(min) as i32, plain(max) as i32))
            } else {
                DataValidation::new().allow_decimal_number(bounds)
            };
            (rule, if *lenient { ask } else { stop }, wanted(*min, *max, *decimals))
        }
        Entry::Date { from, to } => {
            let day = |date: NaiveDate| ExcelDateTime::from_ymd(date.year().clamp(1900, 9999) as u16, date.month() as u8, date.day() as u8);
            (DataValidation::new().allow_date(DataValidationRule::Between(day(*from)?, day(*to)?)), ask, example(*from))
        }
    };
    let rule = rule.set_error_style(style).set_error_title(short(&column.heading, 30))?.set_error_message(short(&message, 250))?;
    worksheet.add_data_validation(first, at, last, at, &rule)?;
    if let Entry::Number { decimals, .. } = &column.entry
        && *decimals > 0
    {
        // A drop-down bounds a number's size, not its places: too many of them show at once in colour.
        let cell = crate::diag::CellRef { row: first, column: at };
        let formula = Formula::new(format!("AND(ISNUMBER({cell}),ROUND({cell},{decimals})<>{cell})"));
        let amber = Format::new().set_background_color(Color::RGB(0x00FF_D966));
        worksheet.add_conditional_format(first, at, last, at, &ConditionalFormatFormula::new().set_rule(formula).set_format(amber))?;
    }
    Ok(())
}

/// What a number should be, as one clerk tells another.
fn wanted(min: Decimal, max: Decimal, decimals: u16) -> String {
    let places = if decimals == 0 { "填整数".to_owned() } else { format!("最多{decimals}位小数") };
    if min == max {
        format!("应为{min}。")
    } else if max >= Decimal::from(ANY_NUMBER) {
        format!("请填整数，从{min}起。")
    } else if min == -max {
        format!("一次最多{max}分，{places}。扣分写正数、负数都可以，全表写法要一致。")
    } else {
        format!("应在{min}到{max}之间，{places}。")
    }
}

/// How a day is written: one of the year at hand, or of somebody's life, of which a month may be all that is known.
fn example(from: NaiveDate) -> String {
    if from.year() < 1950 {
        "请按“年-月-日”填写，如 1985-03-12；只知道年月的写成 1985.03。".to_owned()
    } else {
        format!("请按“年-月-日”填写，如 {}-05-06。", from.year())
    }
}

/// The line above a table: as tall as its text needs in the table's width.
fn heading_line(worksheet: &mut Worksheet, last: u16, text: &str, width: f64) -> Result<(), XlsxError> {
    banner(worksheet, 0, last, text, &title().set_text_wrap())?;
    // Its letters are larger than those that widths are counted in.
    worksheet.set_row_height(0, 6.0 + 22.0 * lines_of(text, width * 11.0 / 16.0 - 1.0))?;
    Ok(())
}

/// Lines below a table; they may be written in, deleted, and moved down by inserted rows.
fn foot(worksheet: &mut Worksheet, row: u32, last: u16, lines: &[String], width: f64) -> Result<(), XlsxError> {
    let format = base().set_text_wrap().set_unlocked();
    for (row, line) in (row..).zip(lines) {
        banner(worksheet, row, last, line, &format)?;
        worksheet.set_row_height(row, 16.0 + 16.0 * lines_of(line, width - 1.0))?;
    }
    Ok(())
}

fn note(worksheet: &mut Worksheet, row: u32, column: u16, text: &str) -> Result<(), XlsxError> {
    if !text.is_empty() {
        let lines = lines_of(text, 30.0) as u32;
        let note = Note::new(text).add_author_prefix(false).set_author("").set_font_name("宋体").set_font_size(9).set_width(220);
        worksheet.insert_note(row, column, &note.set_height(24 + 15 * lines))?;
    }
    Ok(())
}

fn banner(worksheet: &mut Worksheet, row: u32, last: u16, text: &str, format: &Format) -> Result<(), XlsxError> {
    if last > 0 {
        worksheet.merge_range(row, 0, row, last, text, format)?;
    } else {
        worksheet.write_string_with_format(row, 0, text, format)?;
    }
    Ok(())
}

/// The first page's share of the columns of a table that is two pages wide, and their width. The frozen columns stand on both.
fn first_half(columns: &[Column], frozen: u16) -> (u16, f64) {
    let width = |columns: &[Column]| columns.iter().map(|column| f64::from(column.width)).sum::<f64>();
    let half = f64::midpoint(width(columns), width(&columns[..usize::from(frozen)]));
    let count = (1..columns.len()).rev().find(|count| width(&columns[..*count]) <= half).unwrap_or(1);
    (count as u16 - 1, width(&columns[..count]))
}

pub(super) fn print_setup(worksheet: &mut Worksheet, landscape: bool, pages: u16) {
    worksheet
        .set_paper_size(A4)
        .set_print_fit_to_pages(pages, 0)
        .set_margins(0.5, 0.5, 0.6, 0.7, 0.3, 0.3)
        .set_print_center_horizontally(true);
    worksheet.set_footer("&C第 &P 页　共 &N 页");
    if landscape {
        worksheet.set_landscape();
    }
}

fn base() -> Format {
    Format::new().set_font_name("宋体").set_font_size(11).set_align(FormatAlign::VerticalCenter)
}

fn title() -> Format {
    base().set_font_name("黑体").set_font_size(16).set_align(FormatAlign::Center)
}

fn hint() -> Format {
    base().set_font_size(9).set_font_color(Color::RGB(0x0059_5959)).set_text_wrap()
}

pub(super) fn heading(required: bool) -> Format {
    let ground = if required { 0x00FC_E4D6 } else { 0x00DD_EBF7 };
    base()
        .set_bold()
        .set_text_wrap()
        .set_align(FormatAlign::Center)
        .set_border(FormatBorder::Thin)
        .set_border_color(Color::RGB(0x00A6_A6A6))
        .set_background_color(Color::RGB(ground))
}

/// How a column's cells show what is entered.
pub(super) fn column_format(entry: &Entry) -> Format {
    match entry {
        Entry::Text | Entry::Length(_) => base().set_num_format("@"),
        Entry::Date { .. } => base().set_num_format(DAY).set_align(FormatAlign::Center),
        Entry::OneOf(_) | Entry::Number { .. } => base().set_align(FormatAlign::Center),
        Entry::Free | Entry::From { .. } => base(),
    }
}

/// A cell of the table.
fn framed(entry: &Entry) -> Format {
    column_format(entry).set_border(FormatBorder::Thin).set_border_color(Color::RGB(0x00BF_BFBF))
}

fn short(text: &str, most: usize) -> String {
    if text.encode_utf16().count() <= most { text.to_owned() } else { text.chars().take(most / 2).chain(['…']).collect() }
}

/// How many lines a text needs in a width of characters.
fn lines_of(text: &str, width: f64) -> f64 {
    text.lines().map(|line| (width_in_cell(line) as f64 / width.max(2.0)).ceil().max(1.0)).sum::<f64>().max(1.0)
}
