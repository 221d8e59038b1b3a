//! A filled and laid-out book as a workbook: the same cells, heights and pages as the PDF.

use std::collections::BTreeSet;

use chrono::{Datelike, NaiveDate};
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, Formula, Image, Workbook, Worksheet, XlsxError};

use super::style;
use crate::exact::Decimal;
use crate::form::model::{FilledBook, FilledSheet, Range, Value};
use crate::layout::{LaidOut, LaidSheet, PIXEL, POINT};

/// What stands in the workbook's properties.
#[derive(Clone, Debug, Default)]
pub struct Properties {
    /// Title.
    pub title: String,
    /// Who made it.
    pub author: String,
    /// The run's date, as the time of creation.
    pub date: NaiveDate,
    /// Custom properties by name, in the order they are written.
    pub custom: Vec<(String, String)>,
}

// Rows and columns of a sheet in this format; areas beyond are left out, as layout cuts them off.
const ROWS: u32 = 1_048_576;
const COLUMNS: u16 = 16_384;

/// Writes a book with the measures that layout gave it.
///
/// # Errors
/// What the format does not allow: a sheet name of more than 31 characters, a picture that is none.
pub fn write(book: &FilledBook, laid: &LaidOut, properties: &Properties) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = Workbook::new();
    let digit = laid.sheets.first().map_or(8, |sheet| sheet.digit);
    let (writer_digit, default_width) = default_column(digit);
    let normal = style::with_font(Format::new(), &book.normal_font);
    // The writer says nothing of a row that has the default height, and an office then chooses one by its own measure.
    let heights: BTreeSet<u32> = laid.sheets.iter().flat_map(|sheet| &sheet.heights).map(|height| (*height / PIXEL) as u32).collect();
    let usual = (book.normal_font.size * 96.0 / 72.0 * 1.2).clamp(1.0, 500.0).round() as u32;
    let default_height = (usual..=546).find(|height| !heights.contains(height)).unwrap_or(usual);
    workbook.set_default_format(&normal, default_height, default_width)?;
    let mut document = DocProperties::new().set_title(&properties.title).set_author(&properties.author);
    for (name, value) in &properties.custom {
        document = document.set_custom_property(name, value);
    }
    let date = properties.date;
    let created = ExcelDateTime::from_ymd(date.year().clamp(1900, 9999) as u16, date.month() as u8, date.day() as u8)?;
    workbook.set_properties(&document.set_creation_datetime(&created));
    let formats: Vec<Format> = book.styles.iter().map(|style| style::format(style, None)).collect();
    for (sheet, measures) in book.sheets.iter().zip(&laid.sheets) {
        let worksheet = workbook.add_worksheet();
        worksheet.set_name(&sheet.name)?;
        let paper = Paper { book, sheet, measures, formats: &formats };
        paper.grid(worksheet, digit, writer_digit)?;
        paper.cells(worksheet)?;
        paper.setup(worksheet)?;
        paper.images(worksheet)?;
    }
    workbook.save_to_buffer()
}

// The writer knows these digit widths only; a width is scaled where the template's is another.
fn default_column(digit: u32) -> (u32, u32) {
    match digit {
        0..=6 => (6, 56),
        7 => (7, 64),
        8 => (8, 72),
        9 | 10 => (9, 80),
        11 => (11, 96),
        12 => (12, 104),
        _ => (13, 120),
    }
}

struct Paper<'a> {
    book: &'a FilledBook,
    sheet: &'a FilledSheet,
    measures: &'a LaidSheet,
    formats: &'a [Format],
}

impl Paper<'_> {
    fn grid(&self, worksheet: &mut Worksheet, digit: u32, writer_digit: u32) -> Result<(), XlsxError> {
        for (column, width) in (0u16..).zip(&self.measures.widths) {
            let pixels = (*width / PIXEL) as u32;
            let pixels = if digit == writer_digit { pixels } else { (pixels * writer_digit + digit / 2) / digit.max(1) };
            worksheet.set_column_width_pixels(column, pixels)?;
            if self.sheet.columns.get(usize::from(column)).is_some_and(|column| column.hidden) {
                worksheet.set_column_hidden(column)?;
            }
        }
        for (index, row) in (0u32..).zip(&self.sheet.rows) {
            if let Some(height) = self.measures.heights.get(index as usize) {
                worksheet.set_row_height_pixels(index, (*height / PIXEL) as u32)?;
            }
            if row.hidden {
                worksheet.set_row_hidden(index)?;
            }
        }
        Ok(())
    }

    fn cells(&self, worksheet: &mut Worksheet) -> Result<(), XlsxError> {
        let normal = Format::new();
        for merge in
            self.measures.merges.iter().filter(|merge| (merge.first_row, merge.first_column) != (merge.last_row, merge.last_column))
        {
            // The writer fills a merge with one format; its cells' own borders are written over it below.
            let format = self.format_at(merge).unwrap_or(&normal);
            worksheet.merge_range(merge.first_row, merge.first_column, merge.last_row, merge.last_column, "", format)?;
        }
        let mut adjusted: Vec<(u32, crate::layout::Adjusted, Format)> = Vec::new();
        for (row, cells) in (0u32..).zip(self.sheet.rows.iter().map(|row| &row.cells)) {
            for cell in cells {
                let style = cell.style.0 as usize;
                let mut format = self.formats.get(style).unwrap_or(&normal);
                if let Some(changed) = self.measures.adjusted.get(&(row, cell.column)) {
                    let known = adjusted.iter().position(|(of, as_changed, _)| *of == cell.style.0 && as_changed == changed);
                    let at = known.unwrap_or(adjusted.len());
                    if known.is_none()
                        && let Some(style) = self.book.styles.get(style)
                    {
                        adjusted.push((cell.style.0, *changed, style::format(style, Some(changed))));
                    }
                    format = adjusted.get(at).map_or(format, |(_, _, format)| format);
                }
                write_cell(worksheet, row, cell.column, &cell.value, format)?;
            }
        }
        Ok(())
    }

    fn format_at(&self, merge: &Range) -> Option<&Format> {
        let row = self.sheet.rows.get(merge.first_row as usize)?;
        let cell = row.cells.binary_search_by_key(&merge.first_column, |cell| cell.column).ok()?;
        self.formats.get(row.cells[cell].style.0 as usize)
    }

    fn setup(&self, worksheet: &mut Worksheet) -> Result<(), XlsxError> {
        let page = &self.sheet.page;
        worksheet.set_paper_size(u8::try_from(page.paper).unwrap_or(9));
        if page.landscape {
            worksheet.set_landscape();
        }
        let inches = |points: f64| if points.is_finite() { (points / 72.0).max(0.0) } else { 0.0 };
        let margins = &page.margins;
        worksheet.set_margins(
            inches(margins.left),
            inches(margins.right),
            inches(margins.top),
            inches(margins.bottom),
            inches(margins.header),
            inches(margins.footer),
        );
        match page.fit {
            // Excel keeps manual breaks only while the number of pages down is left open.
            Some((across, down)) => worksheet.set_print_fit_to_pages(across, if self.measures.row_breaks.is_empty() { down } else { 0 }),
            None => worksheet.set_print_scale(self.measures.scale),
        };
        worksheet.set_print_center_horizontally(page.center_horizontally);
        worksheet.set_print_center_vertically(page.center_vertically);
        if page.over_then_down {
            // The writer's `true` is the usual order, down and then over.
            worksheet.set_page_order(false);
        }
        worksheet.set_header_footer_scale_with_doc(page.scale_header);
        // The format's limit; a longer one is left to the PDF.
        for (text, header) in [(&self.measures.header, true), (&self.measures.footer, false)] {
            if !text.is_empty() && text.chars().count() <= 255 {
                if header {
                    worksheet.set_header(text)
                } else {
                    worksheet.set_footer(text)
                };
            }
        }
        if let Some(first) = page.first_page {
            worksheet.set_print_first_page_number(first.min(32_767) as u16);
        }
        if let Some((first, last)) = self.sheet.title_rows.filter(|(first, last)| first <= last && *last < ROWS) {
            worksheet.set_repeat_rows(first, last)?;
        }
        if let Some((first, last)) = self.sheet.title_columns.filter(|(first, last)| first <= last && *last < COLUMNS) {
            worksheet.set_repeat_columns(first, last)?;
        }
        // Always said: an office without a print area adds the columns that a long text leans into, and fits those.
        if let Some(area) = self.measures.printed.filter(|area| area.last_row < ROWS && area.last_column < COLUMNS) {
            worksheet.set_print_area(area.first_row, area.first_column, area.last_row, area.last_column)?;
        }
        // The format holds 1023 breaks; behind them Excel parts the pages itself.
        let breaks = &self.measures.row_breaks;
        worksheet.set_page_breaks(&breaks[..breaks.len().min(1023)])?;
        if page.fit.is_none() {
            let columns: Vec<u32> = self.measures.column_breaks.iter().map(|column| u32::from(*column)).collect();
            worksheet.set_vertical_page_breaks(&columns[..columns.len().min(1023)])?;
        }
        Ok(())
    }

    fn images(&self, worksheet: &mut Worksheet) -> Result<(), XlsxError> {
        for image in &self.sheet.images {
            let pixels =
                |points: f64| if points.is_finite() { (points * POINT as f64 / PIXEL as f64).clamp(0.0, 10_000.0).round() } else { 0.0 };
            let picture = Image::new_from_buffer(&image.bytes)?
                .set_scale_to_size(pixels(image.size.0), pixels(image.size.1), false)
                .set_alt_text(&image.description);
            let (right, down) = (pixels(image.offset.0) as u32, pixels(image.offset.1) as u32);
            worksheet.insert_image_with_offset(image.row, image.column, &picture, right, down)?;
        }
        Ok(())
    }
}

fn write_cell(worksheet: &mut Worksheet, row: u32, column: u16, value: &Value, format: &Format) -> Result<(), XlsxError> {
    match value {
        Value::Empty => worksheet.write_blank(row, column, format)?,
        Value::Text(text) if text.is_empty() => worksheet.write_blank(row, column, format)?,
        Value::Text(text) => {
            // The format's limit for one cell.
            let cut = text.char_indices().nth(32_767).map_or(text.len(), |(at, _)| at);
            // Every character as it was sent, also where print has another for it.
            worksheet.write_string_with_format(row, column, &text[..cut], format)?
        }
        Value::Number(number) => match finite(*number) {
            Some(stored) => worksheet.write_number_with_format(row, column, stored, format)?,
            None => worksheet.write_string_with_format(row, column, number.to_string(), format)?,
        },
        Value::Truth(truth) => worksheet.write_boolean_with_format(row, column, *truth, format)?,
        Value::Date(serial) => worksheet.write_number_with_format(row, column, f64::from(*serial), format)?,
        Value::Formula { text, result } => {
            let formula = Formula::new(text).set_result(result.to_string());
            worksheet.write_formula_with_format(row, column, formula, format)?
        }
    };
    Ok(())
}

fn finite(number: Decimal) -> Option<f64> {
    Some(number.to_stored()).filter(|stored| stored.is_finite())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layout::sample::{board, date, lay, mixed};

    fn xlsx(book: &FilledBook) -> Vec<u8> {
        let custom = vec![("scorebook.form".to_owned(), "board".to_owned())];
        let properties = Properties { title: book.title.clone(), author: "东街社区党支部".into(), date: date(), custom };
        write(book, &lay(book).book, &properties).unwrap()
    }

    fn keep(name: &str, bytes: &[u8]) {
        if let Ok(folder) = std::env::var("LAYOUT_OUT") {
            std::fs::write(std::path::Path::new(&folder).join(name), bytes).unwrap();
        }
    }

    #[test]
    fn the_same_book_is_the_same_bytes() {
        for (name, book) in [("board.xlsx", board(40)), ("mixed.xlsx", mixed())] {
            let bytes = xlsx(&book);
            keep(name, &bytes);
            assert_eq!(bytes, xlsx(&book));
        }
    }

    fn part(bytes: &[u8], name: &str) -> String {
        let mut archive = zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap();
        let mut text = String::new();
        std::io::Read::read_to_string(&mut archive.by_name(name).unwrap(), &mut text).unwrap();
        text
    }

    #[test]
    fn the_sheet_says_what_layout_measured() {
        let mut book = board(90);
        book.sheets[0].page.fit = Some((1, 0));
        let laid = lay(&book).book;
        let sheet = part(&xlsx(&book), "xl/worksheets/sheet1.xml");
        let heights: Vec<f64> = sheet.split(" ht=\"").skip(1).map(|rest| rest.split('"').next().unwrap().parse().unwrap()).collect();
        let measured: Vec<f64> = laid.sheets[0].heights.iter().map(|height| *height as f64 / POINT as f64).collect();
        assert_eq!(heights, measured);
        for row in &laid.sheets[0].row_breaks {
            assert!(sheet.contains(&format!("<brk id=\"{row}\"")), "{row}");
        }
        assert!(sheet.contains("fitToPage=\"1\"") && sheet.contains("fitToHeight=\"0\"") && sheet.contains("paperSize=\"8\""));
        assert!(sheet.contains("<f>SUM(G5:J5)</f><v>98.72</v>"));
        assert!(part(&xlsx(&book), "xl/workbook.xml").contains("$1:$3"));
    }

    #[test]
    fn a_cell_that_had_to_be_changed_is_changed_in_the_workbook_too() {
        let book = mixed();
        let styles = part(&xlsx(&book), "xl/styles.xml");
        assert!(styles.contains("textRotation=\"255\"") && styles.contains("wrapText=\"1\""));
        let smaller = lay(&book).book.sheets[0].adjusted[&(4, 0)].size.unwrap();
        assert!(smaller < 11.0 && styles.contains(&format!("<sz val=\"{smaller}\"/>")), "{smaller}");
        assert!(part(&xlsx(&book), "docProps/core.xml").contains("2026-10-08T00:00:00Z"));
        assert!(part(&xlsx(&book), "docProps/custom.xml").contains("scorebook.form"));
    }

    #[test]
    fn columns_keep_their_pixels_for_every_digit_width() {
        for size in [8.0, 9.0, 10.0, 11.0, 12.0, 14.0, 16.0, 20.0] {
            let mut book = board(3);
            book.normal_font.size = size;
            let laid = lay(&book).book;
            let sheet = part(&xlsx(&book), "xl/worksheets/sheet1.xml");
            let widths = sheet
                .split("<col ")
                .skip(1)
                .map(|rest| rest.split("width=\"").nth(1).unwrap().split('"').next().unwrap().parse::<f64>().unwrap());
            let columns: Vec<f64> = widths.collect();
            assert!(!columns.is_empty());
            // As Excel will read it back: within a pixel of what layout drew.
            let pixels = f64::from(laid.sheets[0].digit) * columns[0];
            assert!((pixels - (laid.sheets[0].widths[0] / PIXEL) as f64).abs() <= 1.0, "{size}: {pixels}");
        }
    }
}
