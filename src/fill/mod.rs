//! Filling: a checked template and a form's data become a workbook with every repeat written out.
//!
//! Where it depends on the layout what stands on a page (`{本页.…}`, 每页页脚 or 补空行 without 每页行数), `pages`
//! fills once to measure and once more with the pages known.
//!
//! Three steps a sheet: which rows and columns stand there (`rows`, `columns`), what their cells hold (`cells`),
//! and what spans several of them: merged ranges and formulas (`spans`). Nothing here can fail and nothing reads a
//! placeholder's text: the template was proved when it was loaded, and data is never looked at for braces.

mod cells;
mod charts;
mod columns;
mod conditions;
mod heights;
mod pages;
mod places;
mod rows;
mod spans;
mod values;

use std::cmp::Ordering;
use std::collections::BTreeSet;

use crate::font::usual_digit_pixels;
use crate::form::data::{Datum, Record};
use crate::form::model::{Column, FilledBook, FilledSheet, Font, Image, PageSetup, Range, Row, Style};
use crate::template::plan::SheetPlan;
use crate::template::{Line, Template};
use columns::OutColumn;
use rows::OutRow;

pub use pages::fill_pages;

/// Fills a form. Where only the layout knows what stands on a page, the whole group counts as one;
/// [`fill_pages`] asks it.
pub fn fill(template: &Template, data: &Record) -> FilledBook {
    with_cuts(template, data, &[]).0
}

/// A line of text with the form's own fields filled in.
pub fn fill_line(line: &Line, data: &Record) -> String {
    values::line(&line.0, data, &[], &[], false)
}

/// What a filled sheet was made of, for whoever parts it into pages.
struct Made<'a> {
    plan: &'a SheetPlan,
    records: Vec<&'a Record>,
    parts: Vec<Part>,
    /// What stands on each page.
    cuts: Vec<rows::Cut>,
    /// For each column whether it repeats.
    repeated: Vec<bool>,
}

/// What a row of a filled sheet belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Head,
    /// A record, by its place among the sheet's.
    Record(u32),
    /// An empty ruled block, by the number of its writing.
    Ruled(u32),
    /// The rows below the block, and the page they are of.
    Foot(u32),
}

/// Fills a form, each sheet with its pages where they are known.
fn with_cuts<'a>(template: &'a Template, data: &'a Record, cuts: &[Option<Vec<rows::Cut>>]) -> (FilledBook, Vec<Made<'a>>) {
    let mut book = FilledBook {
        title: template.title.to_owned(),
        normal_font: template.normal_font.clone(),
        styles: template.styles.clone(),
        sheets: Vec::new(),
    };
    let mut names = BTreeSet::new();
    let mut looks = cells::Looks::default();
    let mut made = Vec::new();
    for plan in &template.sheets {
        let all = sorted(plan, records_of(plan, data));
        // A sheet per value: where there is no value there is no sheet, unless nothing would be left.
        if all.is_empty() && plan.sheet_per.is_some() && template.sheets.iter().any(|other| has_records(other, data)) {
            continue;
        }
        for records in by_sheet(plan, &all) {
            let cuts = cuts.get(book.sheets.len()).and_then(Option::as_deref);
            let (sheet, parts, cuts, repeated) = sheet(plan, data, &all, &records, cuts, &mut book, &mut looks);
            let name = values::line(&plan.name, data, &records, &all, false);
            book.sheets.push(FilledSheet { name: tab_name(&name, template.title, &mut names), ..sheet });
            made.push(Made { plan, records, parts, cuts, repeated });
        }
    }
    (book, made)
}

/// The records that a sheet's block repeats over.
fn records_of<'a>(plan: &SheetPlan, data: &'a Record) -> &'a [Record] {
    let list = plan.main.and_then(|main| plan.segments[main].list).unwrap_or("");
    data.lists.get(list).map_or(&[][..], Vec::as_slice)
}

fn has_records(plan: &SheetPlan, data: &Record) -> bool {
    !records_of(plan, data).is_empty()
}

fn sorted<'a>(plan: &SheetPlan, records: &'a [Record]) -> Vec<&'a Record> {
    let mut out: Vec<&Record> = records.iter().collect();
    if !plan.sort.is_empty() {
        out.sort_by(|one, two| {
            let compare = |(field, down): &(&'static str, bool)| values::compare(one.fields.get(field), two.fields.get(field), *down);
            plan.sort.iter().map(compare).find(|order| order.is_ne()).unwrap_or(Ordering::Equal)
        });
    }
    out
}

/// The records of each sheet: one sheet, or one a value in order of first appearance.
fn by_sheet<'a>(plan: &SheetPlan, all: &[&'a Record]) -> Vec<Vec<&'a Record>> {
    let Some(field) = plan.sheet_per.filter(|_| !all.is_empty()) else { return vec![all.to_vec()] };
    let mut out: Vec<(&Datum, Vec<&Record>)> = Vec::new();
    for record in all {
        let value = record.fields.get(field).unwrap_or(&Datum::Empty);
        match out.iter_mut().find(|(have, _)| *have == value) {
            Some((_, records)) => records.push(record),
            None => out.push((value, vec![record])),
        }
    }
    out.into_iter().map(|(_, records)| records).collect()
}

/// So many rows or columns at most are added for a picture.
const MOST_BESIDE: usize = 500;

/// What one sheet is being made of.
struct Sheet<'a> {
    plan: &'a SheetPlan,
    data: &'a Record,
    /// Every record of the main list, over all sheets.
    all: &'a [&'a Record],
    rows: Vec<OutRow<'a>>,
    columns: Vec<OutColumn<'a>>,
    /// Those of this sheet.
    records: &'a [&'a Record],
    /// Records of each page.
    pages: Vec<rows::Page<'a>>,
}

impl<'a> Sheet<'a> {
    /// Whether a column has something to show in a row: beside the first record only another one has.
    fn holds(&self, row: &OutRow<'_>, column: &OutColumn<'_>) -> bool {
        column.copy == 0 || self.plan.in_main(row.template) && (row.mode != rows::Mode::Full || column.copy < row.count)
    }

    /// The record whose values stand there.
    fn record_at(&self, row: &OutRow<'a>, column: &OutColumn<'_>) -> Option<&'a Record> {
        match column.copy {
            0 => row.record,
            copy => self.records.get((row.index + copy) as usize).copied().filter(|_| row.record.is_some() && self.holds(row, column)),
        }
    }
}

fn sheet<'a>(
    plan: &'a SheetPlan,
    data: &'a Record,
    all: &'a [&'a Record],
    records: &'a [&'a Record],
    cuts: Option<&rows::Cuts>,
    book: &mut FilledBook,
    looks: &mut cells::Looks,
) -> (FilledSheet, Vec<Part>, Vec<rows::Cut>, Vec<bool>) {
    let columns = columns::lay(plan, data);
    let (rows, pages) = rows::lay(plan, data, records, cuts);
    let work = Sheet { plan, data, all, rows, columns, records, pages };
    let (mut rows, formulas) = cells::write(&work, &mut book.styles, looks);
    let merges = spans::merges(&work, &book.styles, &mut rows);
    spans::formulas(&work, &formulas, &mut rows);
    if plan.align_places {
        places::align(&work, &mut rows, &mut book.styles, looks);
    }
    let (conditions, marks) = conditions::apply(&work, &mut rows, &merges, &mut book.styles);
    let within = |range: (u32, u32)| {
        let mut standing =
            work.rows.iter().enumerate().filter(|(_, row)| (range.0..=range.1).contains(&row.template)).map(|(index, _)| index as u32);
        let first = standing.next()?;
        Some((first, standing.next_back().unwrap_or(first)))
    };
    let across = |range: (u16, u16)| {
        let mut standing = work
            .columns
            .iter()
            .enumerate()
            .filter(|(_, column)| (range.0..=range.1).contains(&column.template))
            .map(|(index, _)| index as u16);
        let first = standing.next()?;
        Some((first, standing.next_back().unwrap_or(first)))
    };
    let main = plan.main.unwrap_or(usize::MAX);
    let part = |row: &OutRow<'_>| match plan.rows[row.template as usize].segment.cmp(&main) {
        Ordering::Less => Part::Head,
        Ordering::Equal if matches!(row.mode, rows::Mode::Ruled { .. }) => Part::Ruled(row.run),
        Ordering::Equal => Part::Record(row.index),
        Ordering::Greater => Part::Foot(row.page),
    };
    let parts = work.rows.iter().map(part).collect();
    let repeated = work.columns.iter().map(|column| column.element.is_some()).collect();
    let columns = columns::widths(plan, &work.columns);
    let mut images = images(&work, &rows, &book.styles);
    images.extend(photos(&work, &columns, &mut rows, &book.normal_font));
    let sheet = FilledSheet {
        name: String::new(),
        columns,
        rows,
        merges,
        page: PageSetup {
            header: values::line(&plan.header, data, records, all, true),
            footer: values::line(&plan.footer, data, records, all, true),
            ..plan.page.clone()
        },
        title_rows: plan.title_rows.and_then(within),
        title_columns: plan.title_columns.and_then(across),
        print_area: plan.print_area.and_then(|area| {
            let (rows, columns) = (within((area.first_row, area.last_row))?, across((area.first_column, area.last_column))?);
            Some(Range { first_row: rows.0, first_column: columns.0, last_row: rows.1, last_column: columns.1 })
        }),
        column_breaks: {
            let first = |template: &u16| work.columns.iter().position(|column| column.template >= *template);
            let mut breaks: Vec<u16> = plan.column_breaks.iter().filter_map(first).map(|column| column as u16).collect();
            breaks.dedup();
            breaks
        },
        images,
        conditions,
        marks,
    };
    let cuts = work.pages.iter().map(|page| rows::Cut { records: page.records.len(), ruled: page.ruled }).collect();
    (reaching_pictures(sheet, &book.normal_font), parts, cuts, repeated)
}

/// A picture stands wherever its row and column do: with each record of a block, with each element of a column list.
/// Where its column is left out it stands in the next one.
fn images(work: &Sheet<'_>, cells: &[Row], styles: &[Style]) -> Vec<Image> {
    let mut out = Vec::new();
    for image in &work.plan.images {
        let mut columns: Vec<usize> = (0..work.columns.len()).filter(|place| work.columns[*place].template == image.column).collect();
        if columns.is_empty() {
            columns.extend(work.columns.iter().position(|column| column.template >= image.column).or(work.columns.len().checked_sub(1)));
        }
        let chart = image.chart.as_ref().map(|chart| Box::new(charts::filled(chart, work, cells, styles)));
        for (index, row) in work.rows.iter().enumerate().filter(|(_, row)| row.template == image.row) {
            let shown = columns.iter().filter(|column| work.holds(row, &work.columns[**column]));
            out.extend(shown.map(|column| Image { row: index as u32, column: *column as u16, chart: chart.clone(), ..image.clone() }));
        }
    }
    out
}

/// The largest that a photo is printed, across and down: 35 × 49 mm.
const PHOTO: (f64, f64) = (99.2, 138.9);
/// Points left free above and below a photo.
const PHOTO_EDGE: f64 = 1.5;

/// Photos of the data, each in the middle of its cell and as large as its box takes; a row that is lower grows.
fn photos(work: &Sheet<'_>, columns: &[Column], rows: &mut [Row], normal: &Font) -> Vec<Image> {
    let digit = f64::from(usual_digit_pixels(&normal.family, normal.size)) * 0.75;
    let mut images = Vec::new();
    for (row, column, photo) in cells::photos(work) {
        let wide = columns[column].width * digit;
        let across = PHOTO.0.min(wide - 2.0 * PHOTO_EDGE).max(1.0);
        let scale = (across / f64::from(photo.width)).min(PHOTO.1 / f64::from(photo.height));
        let size = (f64::from(photo.width) * scale, f64::from(photo.height) * scale);
        let high = rows[row].height.unwrap_or(0.0).max(size.1 + 2.0 * PHOTO_EDGE);
        rows[row].height = Some(high);
        images.push(Image {
            bytes: std::sync::Arc::clone(&photo.bytes),
            row: row as u32,
            column: column as u16,
            offset: (((wide - size.0) / 2.0).max(0.0), (high - size.1) / 2.0),
            size,
            description: photo.description.clone(),
            chart: None,
        });
    }
    images
}

/// The sheet with rows and columns down to the last corner of its pictures, which an office prints too.
fn reaching_pictures(mut sheet: FilledSheet, normal: &Font) -> FilledSheet {
    let digit = f64::from(usual_digit_pixels(&normal.family, normal.size)) * 0.75;
    for image in &sheet.images {
        let mut down = image.offset.1 + image.size.1;
        for row in image.row as usize..image.row as usize + MOST_BESIDE {
            if down < 0.75 {
                break;
            }
            if sheet.rows.len() <= row {
                sheet.rows.push(Row::default());
            }
            let drawn = &sheet.rows[row];
            down -= if drawn.hidden { 0.0 } else { drawn.height.unwrap_or(normal.size * 1.2) };
        }
        let mut right = image.offset.0 + image.size.0;
        for column in usize::from(image.column)..usize::from(image.column) + MOST_BESIDE {
            if right < 0.75 {
                break;
            }
            if sheet.columns.len() <= column {
                // Not wider than the picture needs: paper beside it is no page of its own.
                sheet.columns.push(Column { width: (right / digit).min(9.0), hidden: false });
            }
            let drawn = sheet.columns[column];
            right -= if drawn.hidden { 0.0 } else { drawn.width * digit };
        }
    }
    sheet
}

/// A tab name that every office opens: at most 31 characters, none of `[]:*?/\`, no apostrophe at an end, unique.
fn tab_name(wanted: &str, fallback: &str, names: &mut BTreeSet<String>) -> String {
    let clean: String = wanted
        .chars()
        .map(|character| match character {
            '[' => '［',
            ']' => '］',
            ':' => '：',
            '*' => '＊',
            '?' => '？',
            '/' => '／',
            '\\' => '＼',
            other => other,
        })
        .filter(|character| !character.is_control())
        .collect();
    let clean = clean.trim().trim_matches('\'');
    let clean = if clean.is_empty() { fallback } else { clean };
    // The limit counts UTF-16 units, as the format's first readers did.
    let cut = |most: usize| {
        let mut units = 0;
        clean
            .chars()
            .take_while(|character| {
                units += character.len_utf16();
                units <= most
            })
            .collect::<String>()
    };
    let mut name = cut(31);
    let mut number = 1;
    while !names.insert(name.to_lowercase()) {
        number += 1;
        let tail = format!("({number})");
        name = cut(31 - tail.len()) + &tail;
    }
    name
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    #[test]
    fn tab_names_are_clean_and_unique() {
        let mut names = BTreeSet::new();
        let mut name = |text: &str| super::tab_name(text, "表", &mut names);
        assert_eq!(name("一/二?"), "一／二？");
        assert_eq!(name("一/二?"), "一／二？(2)");
        assert_eq!(name("  "), "表");
        assert_eq!(name(&"长".repeat(40)).chars().count(), 31);
        assert_eq!(name(&"长".repeat(40)).chars().count(), 31);
    }
}
