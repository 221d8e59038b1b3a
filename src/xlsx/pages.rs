//! A filled and laid-out book as a workbook: the same cells, heights and pages as the PDF.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Datelike, NaiveDate};
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, Image, Workbook, Worksheet, XlsxError};

use super::cells::{COLUMNS, Cells, ROWS};
use super::{charts, conditions, style};
use crate::form::model::{FilledBook, FilledSheet};
use crate::layout::{LaidOut, LaidSheet, PIXEL, POINT};
use crate::ooxml::Repacker;

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

/// Writes a book with the measures that layout gave it.
///
/// # Errors
/// What the format does not allow: a sheet name of more than 31 characters, a picture that is none.
pub fn write(book: &FilledBook, laid: &LaidOut, properties: &Properties) -> Result<Vec<u8>, XlsxError> {
    let cells = Cells::new(book, &laid.sheets)?;
    let package = package(book, laid, properties, |at, worksheet| if at == 0 { cells.stand_in(worksheet) } else { Ok(()) })?;
    with_cells(&package, cells, book, &laid.sheets)
}

/// The book's package by the writer, with what is filled into each sheet.
fn package(
    book: &FilledBook,
    laid: &LaidOut,
    properties: &Properties,
    fill: impl Fn(usize, &mut Worksheet) -> Result<(), XlsxError>,
) -> Result<Vec<u8>, XlsxError> {
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
    for (at, (sheet, measures)) in book.sheets.iter().zip(&laid.sheets).enumerate() {
        let worksheet = workbook.add_worksheet();
        worksheet.set_name(&sheet.name)?;
        fill(at, worksheet)?;
        let paper = Paper { sheet, measures };
        paper.columns(worksheet, digit, writer_digit)?;
        paper.setup(worksheet)?;
        paper.images(worksheet)?;
        conditions::add(worksheet, &sheet.conditions)?;
    }
    workbook.save_to_buffer()
}

/// The package with the book's cells in the place of stand-ins.
fn with_cells(package: &[u8], cells: Cells<'_>, book: &FilledBook, laid: &[LaidSheet]) -> Result<Vec<u8>, XlsxError> {
    let broken = |fault| XlsxError::ParameterError(format!("the writer's package cannot be read: {fault:?}"));
    let mut package = Repacker::open(package).map_err(broken)?;
    let names: Vec<String> = (1..=laid.len()).map(|number| format!("xl/worksheets/sheet{number}.xml")).collect();
    let parts = names.iter().map(|name| package.text(name)).collect::<Result<_, _>>().map_err(broken)?;
    let (sheets, texts) = cells.written(laid, parts)?;
    let mut parts: BTreeMap<String, String> = names.into_iter().zip(sheets).chain([("xl/sharedStrings.xml".to_owned(), texts)]).collect();
    let drawn = book.sheets.iter().flat_map(|sheet| charts_of(sheet).into_values());
    for (number, chart) in (1..).zip(drawn.filter_map(|image| image.chart.as_ref())) {
        let name = format!("xl/charts/chart{number}.xml");
        let part = package.text(&name).map_err(broken)?;
        let unknown = || XlsxError::ParameterError("the writer's chart is laid out in another way".to_owned());
        parts.insert(name, charts::with_values(&part, chart).ok_or_else(unknown)?);
    }
    package.finish(&parts).map_err(broken)
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
    sheet: &'a FilledSheet,
    measures: &'a LaidSheet,
}

impl Paper<'_> {
    fn columns(&self, worksheet: &mut Worksheet, digit: u32, writer_digit: u32) -> Result<(), XlsxError> {
        for (column, width) in (0u16..).zip(&self.measures.widths) {
            let pixels = (*width / PIXEL) as u32;
            let pixels = if digit == writer_digit { pixels } else { (pixels * writer_digit + digit / 2) / digit.max(1) };
            worksheet.set_column_width_pixels(column, pixels)?;
            if self.sheet.columns.get(usize::from(column)).is_some_and(|column| column.hidden) {
                worksheet.set_column_hidden(column)?;
            }
        }
        Ok(())
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
        // Areas beyond the format's rows and columns are left out, as layout cuts them off.
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
        if self.sheet.images.is_empty() {
            return Ok(());
        }
        // The writer asks the rows for the cell of a picture's lower corner.
        for ((index, row), height) in (0u32..).zip(&self.sheet.rows).zip(&self.measures.heights) {
            worksheet.set_row_height_pixels(index, (*height / PIXEL) as u32)?;
            if row.hidden {
                worksheet.set_row_hidden(index)?;
            }
        }
        for image in self.sheet.images.iter().filter(|image| image.chart.is_none()) {
            let picture = Image::new_from_buffer(&image.bytes)?
                .set_scale_to_size(pixels(image.size.0), pixels(image.size.1), false)
                .set_alt_text(&image.description);
            let (right, down) = (pixels(image.offset.0) as u32, pixels(image.offset.1) as u32);
            worksheet.insert_image_with_offset(image.row, image.column, &picture, right, down)?;
        }
        for (place, image) in charts_of(self.sheet) {
            let size = (pixels(image.size.0) as u32, pixels(image.size.1) as u32);
            let chart = image.chart.as_ref().and_then(|chart| charts::chart(chart, &self.sheet.name, size, &image.description));
            if let Some(chart) = chart {
                worksheet.insert_chart_with_offset(place.0, place.1, &chart, place.3, place.2)?;
            }
        }
        Ok(())
    }
}

fn pixels(points: f64) -> f64 {
    if points.is_finite() { (points * POINT as f64 / PIXEL as f64).clamp(0.0, 10_000.0).round() } else { 0.0 }
}

/// Charts that show something, in the order in which the writer numbers them: by row, column, pixels down and to the right.
fn charts_of(sheet: &FilledSheet) -> BTreeMap<(u32, u16, u32, u32), &crate::form::model::Image> {
    let mut charts = BTreeMap::new();
    let shows = |image: &&crate::form::model::Image| image.chart.as_ref().is_some_and(|chart| !chart.series.is_empty());
    for image in sheet.images.iter().filter(shows) {
        let mut place = (image.row, image.column, pixels(image.offset.1) as u32, pixels(image.offset.0) as u32);
        // Of two at one place the writer would keep the later.
        while charts.contains_key(&place) {
            place.3 += 1;
        }
        charts.insert(place, image);
    }
    charts
}

#[cfg(test)]
mod tests;
