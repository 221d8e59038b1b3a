//! Workbooks of simple tables.
//!
//! ```text
//!   全县汇总                     title, merged over the columns
//!   口径：……                     note, merged, wrapped
//!   编码   支部     人数 平均分  headings: filled, framed, frozen, with filter arrows
//!   0101   东一支部   22  91.35
//! ```
//!
//! A `plain` sheet carries the same cells without any of that: what a branch's own spreadsheet looks like. Dates keep
//! their number format even there, since without it a date is only a number.

use std::borrow::Cow;
use std::collections::BTreeSet;

use chrono::{Datelike, NaiveDate};
use rust_xlsxwriter::{
    Chart as Drawn, ChartType, Color, DocProperties, ExcelDateTime, Format, FormatAlign, FormatBorder, FormatUnderline, Url, Worksheet,
};

pub use rust_xlsxwriter::XlsxError;

pub use crate::table::{Align, Chart, Column, Sheet, Value, Workbook};
use crate::words::width_in_cell;

impl From<NaiveDate> for Value {
    fn from(date: NaiveDate) -> Self {
        Self::Date(date)
    }
}

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Empty, Into::into)
    }
}

pub(super) const DAY: &str = "yyyy-mm-dd";
const PERCENT: &str = "0.0%";
// The format's own bound; a longer text would make the whole workbook unwritable.
const LONGEST_TEXT: usize = 32_767;
const A4: u8 = 9;
const A3: u8 = 8;
/// Digits that stand beside each other on A4 lying, at a size that is still read.
const WIDEST_ON_A4: f64 = 150.0;
/// Rows that a chart takes.
const CHART_ROWS: u32 = 18;
/// Rows on a page: A4 lying, and higher ones (A4 upright, A3 lying).
const PAGE_ROWS: (u32, u32) = (33, 48);

/// The workbook as bytes; the same workbook gives the same bytes. Its rows go as they are written: the writer keeps a cell in
/// more memory than they do.
///
/// # Errors
/// What the format does not allow: more than 1 048 576 rows or 16 384 columns, no sheet at all.
pub fn write(workbook: Workbook) -> Result<Vec<u8>, XlsxError> {
    let mut book = rust_xlsxwriter::Workbook::new();
    book.set_properties(
        &DocProperties::new().set_title(&workbook.title).set_author(&workbook.author).set_creation_datetime(&day(workbook.date)?),
    );
    let mut taken = BTreeSet::new();
    for sheet in workbook.sheets {
        let worksheet = book.add_worksheet();
        let name = sheet_name(&sheet.name, &mut taken);
        worksheet.set_name(&name)?;
        write_sheet(worksheet, sheet, &name)?;
    }
    book.save_to_buffer()
}

fn write_sheet(worksheet: &mut Worksheet, mut sheet: Sheet, name: &str) -> Result<(), XlsxError> {
    let styles: Vec<Styles> = sheet.columns.iter().map(|column| Styles::new(column, sheet.plain)).collect();
    let bare = Styles::new(&Column::default(), true);
    for (at, column) in (0u16..).zip(&sheet.columns) {
        if column.width > 0.0 {
            worksheet.set_column_width(at, column.width)?;
        }
    }
    let mut row = 0;
    let total: f64 = sheet.columns.iter().map(|column| if column.width > 0.0 { column.width } else { 8.0 }).sum();
    let dressed = |format: Format| if sheet.plain { Format::new() } else { format };
    if let Some(title) = &sheet.title {
        let format = base()
            .set_font_name("黑体")
            .set_font_size(16)
            .set_align(FormatAlign::Center)
            .set_align(FormatAlign::VerticalCenter)
            .set_text_wrap();
        banner(worksheet, row, sheet.columns.len(), title, &dressed(format))?;
        if !sheet.plain {
            worksheet.set_row_height(row, 30.0 * lines(title, total / 1.5))?;
        }
        row += 1;
    }
    if let Some(note) = &sheet.note {
        let format =
            base().set_font_size(10).set_font_color(Color::RGB(0x0059_5959)).set_align(FormatAlign::VerticalCenter).set_text_wrap();
        banner(worksheet, row, sheet.columns.len(), note, &dressed(format))?;
        if !sheet.plain {
            // A merged cell is not fitted by any spreadsheet program; its height has to be given.
            worksheet.set_row_height(row, 4.0 + 14.0 * lines(note, total))?;
        }
        row += 1;
    }
    let headed = sheet.columns.iter().any(|column| !column.heading.is_empty());
    if headed {
        let format = dressed(framed().set_bold().set_background_color(Color::RGB(0x00DD_EBF7)).set_align(FormatAlign::Center));
        for (at, column) in (0u16..).zip(&sheet.columns).filter(|(_, column)| !sheet.ragged || !column.heading.is_empty()) {
            text(worksheet, row, at, &column.heading, &format)?;
        }
        if !sheet.plain {
            fit_height(worksheet, row, sheet.columns.iter().map(|column| (column.heading.as_str(), column)))?;
        }
        row += 1;
    }
    let first = row;
    for cells in std::mem::take(&mut sheet.rows) {
        if let [Value::Line(line)] = cells.as_slice() {
            banner(worksheet, row, sheet.columns.len(), line, &base().set_align(FormatAlign::VerticalCenter))?;
            worksheet.set_row_height(row, 24.0)?;
            row += 1;
            continue;
        }
        for (at, value) in (0u16..).zip(&cells) {
            let styles = styles.get(usize::from(at)).unwrap_or(&bare);
            write_value(worksheet, row, at, value, styles, sheet.plain)?;
        }
        if !sheet.plain {
            fit_height(worksheet, row, cells.iter().map(words).zip(&sheet.columns))?;
            for (at, styles) in (0u16..).zip(&styles).skip(cells.len()).filter(|_| !sheet.ragged) {
                worksheet.write_blank(row, at, &styles.normal)?;
            }
        }
        row += 1;
    }
    if headed && sheet.freeze {
        worksheet.set_freeze_panes(first, 0)?;
    }
    if headed && sheet.filter && row > first {
        worksheet.autofilter(first - 1, 0, row - 1, (sheet.columns.len() - 1) as u16)?;
    }
    // As wide as the table, so that the page need not be made smaller for it.
    charts(worksheet, &sheet, name, (first, row - first, total))?;
    if !sheet.plain {
        print_setup(worksheet, &sheet, headed.then_some(first - u32::from(headed)))?;
        if total > WIDEST_ON_A4 {
            worksheet.set_paper_size(A3);
        }
    }
    Ok(())
}

/// Charts one below the other, under the table whose first row of values is `first`, of so many rows, and so many digits wide.
fn charts(worksheet: &mut Worksheet, sheet: &Sheet, name: &str, (first, rows, total): (u32, u32, f64)) -> Result<(), XlsxError> {
    let mut at = first + rows + 1;
    let mut breaks = Vec::new();
    // The row at which the page ends, as far as rows of the usual height tell.
    let page = if sheet.landscape && total <= WIDEST_ON_A4 { PAGE_ROWS.0 } else { PAGE_ROWS.1 };
    let mut page_end = at.next_multiple_of(page);
    for chart in &sheet.charts {
        if at + CHART_ROWS > page_end {
            breaks.push(at);
            page_end = at + page;
        }
        let rows = (first + chart.rows.0 as u32, first + chart.rows.1 as u32);
        let mut drawn = Drawn::new(if chart.stacked { ChartType::ColumnStacked } else { ChartType::Column });
        drawn.title().set_name(&chart.title);
        for column in chart.values.iter().map(|column| *column as u16) {
            let series = drawn.add_series();
            series.set_categories((name, rows.0, chart.names as u16, rows.1, chart.names as u16));
            series.set_values((name, rows.0, column, rows.1, column));
            if let Some(named) = sheet.columns.get(usize::from(column)) {
                series.set_name(named.heading.as_str());
            }
        }
        if chart.values.len() < 2 {
            drawn.legend().set_hidden();
        }
        drawn.set_width((total * 7.5).clamp(480.0, 900.0) as u32).set_height(340);
        worksheet.insert_chart(at, 0, &drawn)?;
        at += CHART_ROWS;
    }
    if !breaks.is_empty() {
        worksheet.set_page_breaks(&breaks)?;
    }
    Ok(())
}

fn print_setup(worksheet: &mut Worksheet, sheet: &Sheet, heading: Option<u32>) -> Result<(), XlsxError> {
    worksheet.set_paper_size(A4).set_print_fit_to_pages(1, 0).set_margins(0.5, 0.5, 0.6, 0.7, 0.3, 0.3).set_print_center_horizontally(true);
    worksheet.set_footer("&C第 &P 页　共 &N 页");
    if sheet.landscape {
        worksheet.set_landscape();
    }
    if let Some(row) = heading {
        worksheet.set_repeat_rows(row, row)?;
    }
    Ok(())
}

/// Formats of one column's cells.
struct Styles {
    normal: Format,
    strong: Format,
    share: Format,
    date: Format,
    link: Format,
}

impl Styles {
    fn new(column: &Column, plain: bool) -> Self {
        let shown = column.format.as_deref();
        if plain {
            let number = shown.map_or_else(Format::new, |format| Format::new().set_num_format(format));
            let date = Format::new().set_num_format(shown.unwrap_or(DAY));
            return Self { normal: number, strong: Format::new(), share: Format::new().set_num_format(PERCENT), date, link: Format::new() };
        }
        let aligned = framed().set_align(match column.align {
            Align::Left => FormatAlign::Left,
            Align::Center => FormatAlign::Center,
            Align::Right => FormatAlign::Right,
        });
        let normal = shown.map_or_else(|| aligned.clone(), |format| aligned.clone().set_num_format(format));
        Self {
            strong: aligned.clone().set_bold(),
            share: aligned.clone().set_num_format(PERCENT),
            date: aligned.clone().set_num_format(shown.unwrap_or(DAY)),
            link: aligned.set_font_color(Color::RGB(0x0005_63C1)).set_underline(FormatUnderline::Single),
            normal,
        }
    }
}

fn base() -> Format {
    Format::new().set_font_name("宋体").set_font_size(11)
}

fn framed() -> Format {
    base().set_border(FormatBorder::Thin).set_border_color(Color::RGB(0x00A6_A6A6)).set_align(FormatAlign::VerticalCenter).set_text_wrap()
}

/// A line over all columns.
fn banner(worksheet: &mut Worksheet, row: u32, columns: usize, line: &str, format: &Format) -> Result<(), XlsxError> {
    if columns > 1 {
        worksheet.merge_range(row, 0, row, (columns - 1) as u16, &bounded(line), format)?;
    } else {
        text(worksheet, row, 0, line, format)?;
    }
    Ok(())
}

fn write_value(worksheet: &mut Worksheet, row: u32, column: u16, value: &Value, styles: &Styles, plain: bool) -> Result<(), XlsxError> {
    match value {
        Value::Empty if plain => {}
        Value::Empty => {
            worksheet.write_blank(row, column, &styles.normal)?;
        }
        Value::Text(written) => text(worksheet, row, column, written, &styles.normal)?,
        Value::Strong(written) | Value::Line(written) => text(worksheet, row, column, written, &styles.strong)?,
        Value::Number(number) => {
            worksheet.write_number_with_format(row, column, number.to_stored(), &styles.normal)?;
        }
        Value::Share(share) => {
            worksheet.write_number_with_format(row, column, share.to_stored(), &styles.share)?;
        }
        Value::Date(date) => {
            worksheet.write_datetime_with_format(row, column, &day(*date)?, &styles.date)?;
        }
        Value::Link { text: written, target } => match address(target) {
            Some(address) => {
                worksheet.write_url_with_options(row, column, Url::new(address), bounded(written), "", Some(&styles.link))?;
            }
            None => text(worksheet, row, column, written, &styles.normal)?,
        },
    }
    Ok(())
}

/// A value in a format that the caller chose; a date's format must show dates.
pub(super) fn write_one(worksheet: &mut Worksheet, row: u32, column: u16, value: &Value, format: &Format) -> Result<(), XlsxError> {
    match value {
        Value::Empty => drop(worksheet.write_blank(row, column, format)?),
        Value::Text(written) | Value::Strong(written) | Value::Line(written) | Value::Link { text: written, .. } => {
            text(worksheet, row, column, written, format)?;
        }
        Value::Number(number) => drop(worksheet.write_number_with_format(row, column, number.to_stored(), format)?),
        Value::Share(share) => drop(worksheet.write_number_with_format(row, column, share.to_stored(), format)?),
        Value::Date(date) => drop(worksheet.write_datetime_with_format(row, column, &day(*date)?, format)?),
    }
    Ok(())
}

fn text(worksheet: &mut Worksheet, row: u32, column: u16, written: &str, format: &Format) -> Result<(), XlsxError> {
    worksheet.write_string_with_format(row, column, bounded(written), format)?;
    Ok(())
}

/// A text that the writer takes as it is: within a cell's limit, and no markup of its own.
pub(super) fn bounded(written: &str) -> Cow<'_, str> {
    match written.char_indices().nth(LONGEST_TEXT / 2) {
        // Characters beyond the basic plane count twice, so half the bound is always safe; only then is it counted.
        Some(_) if written.encode_utf16().count() > LONGEST_TEXT => {
            let end = written.char_indices().nth(LONGEST_TEXT / 2 - 1).map_or(written.len(), |(end, _)| end);
            Cow::Owned(format!("{}…", &written[..end]))
        }
        // The writer would take it for a run of formatted text and write it as markup: with a blank behind it, it is a text.
        _ if written.starts_with("<r>") && written.ends_with("</r>") => Cow::Owned(format!("{written} ")),
        _ => Cow::Borrowed(written),
    }
}

/// A target in the writer's notation; none where the format has no way to write it.
fn address(target: &str) -> Option<String> {
    let address = if let Some(cell) = target.strip_prefix('#') {
        format!("internal:{cell}")
    } else if target.starts_with("http://") || target.starts_with("https://") {
        target.to_owned()
    } else if target.contains('#') {
        // The writer takes what follows for an anchor and the file would not be found.
        return None;
    } else {
        format!("file:///{target}")
    };
    (address.encode_utf16().count() < 2000).then_some(address)
}

pub(super) fn day(date: NaiveDate) -> Result<ExcelDateTime, XlsxError> {
    ExcelDateTime::from_ymd(date.year().clamp(1900, 9999) as u16, date.month() as u8, date.day() as u8)
}

/// A value's text, where it is one.
fn words(value: &Value) -> &str {
    match value {
        Value::Text(text) | Value::Strong(text) | Value::Line(text) | Value::Link { text, .. } => text,
        Value::Empty | Value::Number(_) | Value::Share(_) | Value::Date(_) => "",
    }
}

/// Gives a row the height of its longest text. Not every program fits wrapped rows by itself when it opens a file.
fn fit_height<'a>(worksheet: &mut Worksheet, row: u32, cells: impl Iterator<Item = (&'a str, &'a Column)>) -> Result<(), XlsxError> {
    let needed =
        cells.filter(|(_, column)| column.width > 0.0).map(|(written, column)| lines(written, column.width - 1.0)).fold(1.0, f64::max);
    if needed > 1.0 {
        worksheet.set_row_height(row, 15.0 * needed)?;
    }
    Ok(())
}

/// How many lines a text needs in a width.
fn lines(written: &str, width: f64) -> f64 {
    let needed: f64 = written.lines().map(|line| (width_in_cell(line) as f64 / width.max(2.0)).ceil().max(1.0)).sum();
    needed.clamp(1.0, 20.0)
}

/// A name that the format takes: none of `[]:*?/\`, no apostrophe at either end, at most 31 UTF-16 units, unique in
/// whatever case.
pub(super) fn sheet_name(name: &str, taken: &mut BTreeSet<String>) -> String {
    let cleaned: String =
        name.chars().map(|c| if matches!(c, '[' | ']' | ':' | '*' | '?' | '/' | '\\') || c.is_control() { '_' } else { c }).collect();
    let cleaned = cleaned.trim().trim_matches('\'');
    let stem = if cleaned.is_empty() || cleaned.eq_ignore_ascii_case("history") { format!("{cleaned}_") } else { cleaned.to_owned() };
    let mut number = 1;
    loop {
        let suffix = if number == 1 { String::new() } else { format!("({number})") };
        let mut room = 31 - suffix.len();
        let kept: String = stem
            .chars()
            .take_while(|c| {
                let fits = c.len_utf16() <= room;
                room = room.saturating_sub(c.len_utf16());
                fits
            })
            .collect();
        let full = format!("{}{suffix}", kept.trim_end_matches('\''));
        if taken.insert(full.to_lowercase()) {
            return full;
        }
        number += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exact::Decimal;
    use crate::sheet::{Content, Limits, read};

    fn sample(plain: bool) -> Workbook {
        let number = |text: &str| Value::Number(Decimal::parse(text).expect("number"));
        let sheet = Sheet {
            name: "支部/一览".into(),
            title: Some("全县汇总".into()),
            note: Some("口径：只计已接收的支部。".into()),
            columns: vec![
                Column::new("编码", 10.0).align(Align::Center),
                Column::new("平均分", 10.0).format("0.00"),
                Column::new("报出日期", 12.0),
                Column::new("表", 20.0),
            ],
            rows: vec![
                vec!["0101".into(), number("91.35"), NaiveDate::from_ymd_opt(2026, 12, 20).into(), "=A1".into()],
                vec![
                    Value::Strong("合计".into()),
                    Value::Empty,
                    Value::Empty,
                    Value::Link { text: "公示栏".into(), target: "支部/0101-东/公示栏.pdf".into() },
                ],
                vec!["短行".into()],
            ],
            freeze: true,
            filter: true,
            landscape: true,
            plain,
            ..Sheet::default()
        };
        let date = NaiveDate::from_ymd_opt(2026, 12, 14).expect("date");
        Workbook { title: "全县汇总".into(), author: "中共示范县委组织部".into(), date, sheets: vec![sheet.clone(), sheet] }
    }

    #[test]
    fn writes_what_is_read_back() {
        for plain in [false, true] {
            let bytes = write(sample(plain)).expect("written");
            assert_eq!(bytes, write(sample(plain)).expect("written"), "the same bytes every time");
            let book = read("x.xlsx", &bytes, &Limits::default()).expect("read");
            let names: Vec<&str> = book.sheets.iter().map(|sheet| &*sheet.name).collect();
            assert_eq!(names, ["支部_一览", "支部_一览(2)"]);
            let row = |at: usize| -> Vec<String> {
                book.sheets[0].rows[at].cells.iter().map(|cell| crate::submission::shown(&cell.content)).collect()
            };
            assert_eq!(row(0), ["全县汇总"]);
            assert_eq!(row(2), ["编码", "平均分", "报出日期", "表"]);
            assert_eq!(row(3), ["0101", "91.35", "2026-12-20", "=A1"]);
            assert!(matches!(book.sheets[0].rows[3].cells[3].content, Content::Text(_)), "text stays text");
            assert_eq!(row(4).last().map(String::as_str), Some("公示栏"));
        }
    }

    #[test]
    fn names_sheets_within_the_format() {
        let mut taken = BTreeSet::new();
        assert_eq!(sheet_name("a[b]", &mut taken), "a_b_");
        assert_eq!(sheet_name("A[B]", &mut taken), "A_B_(2)");
        assert_eq!(sheet_name("", &mut taken), "_");
        assert_eq!(sheet_name(&"𠅤".repeat(40), &mut taken).encode_utf16().count(), 30);
        assert_eq!(sheet_name(&"𠅤".repeat(40), &mut taken).encode_utf16().count(), 31, "15 pairs and (2), shortened");
    }

    #[test]
    fn cuts_texts_that_no_cell_can_hold() {
        assert_eq!(bounded(&"长".repeat(32_767)).chars().count(), 32_767);
        assert_eq!(bounded(&"长".repeat(32_768)).chars().last(), Some('…'));
        assert!(bounded(&"𠅤".repeat(32_000)).encode_utf16().count() <= LONGEST_TEXT);
    }

    #[test]
    fn a_text_that_looks_like_formatted_runs_stays_a_text() {
        for written in ["<r>甲</r>", "<r><t>甲</t></r>", "<r>a & b</r>"] {
            let sheet = Sheet { name: "问题".into(), rows: vec![vec![written.into()]], ..Sheet::default() };
            let bytes = write(Workbook { title: "x".into(), sheets: vec![sheet], ..Workbook::default() }).expect("a workbook");
            let book = read("x", &bytes, &Limits::default()).expect("read");
            let Some(Content::Text(text)) = book.sheets[0].rows[0].cells.first().map(|cell| &cell.content) else { panic!("{book:?}") };
            assert_eq!(text.trim_end(), written);
        }
    }
}
