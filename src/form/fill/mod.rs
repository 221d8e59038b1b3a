//! Filling: a checked template and a form's data become a workbook with every repeat written out.
//!
//! Three steps a sheet: which rows and columns stand there (`rows`, `columns`), what their cells hold (`cells`),
//! and what spans several of them: merged ranges and formulas (`spans`). Nothing here can fail and nothing reads a
//! placeholder's text: the template was proved when it was loaded, and data is never looked at for braces.

mod cells;
mod columns;
mod rows;
mod spans;
mod values;

use std::collections::BTreeSet;

use super::data::{Datum, Record};
use super::model::{FilledBook, FilledSheet, Image, PageSetup, Range};
use super::template::Template;
use super::template::plan::SheetPlan;
use columns::OutColumn;
use rows::OutRow;

/// Fills a form.
pub fn fill(template: &Template, data: &Record) -> FilledBook {
    let mut book = FilledBook {
        title: template.title.to_owned(),
        normal_font: template.normal_font.clone(),
        styles: template.styles.clone(),
        sheets: Vec::new(),
    };
    let mut names = BTreeSet::new();
    let mut looks = cells::Looks::default();
    for plan in &template.sheets {
        let list = plan.main.and_then(|main| plan.segments[main].list).unwrap_or("");
        let all = sorted(plan, data.lists.get(list).map_or(&[][..], Vec::as_slice));
        for records in by_sheet(plan, &all) {
            let sheet = sheet(plan, data, &all, &records, &mut book, &mut looks);
            let name = values::line(&plan.name, data, records.first().copied(), &all, false);
            book.sheets.push(FilledSheet { name: tab_name(&name, template.title, &mut names), ..sheet });
        }
    }
    book
}

fn sorted<'a>(plan: &SheetPlan, records: &'a [Record]) -> Vec<&'a Record> {
    let mut out: Vec<&Record> = records.iter().collect();
    if !plan.sort.is_empty() {
        out.sort_by(|one, two| {
            let compare = |(field, down): &(&'static str, bool)| values::compare(one.fields.get(field), two.fields.get(field), *down);
            plan.sort.iter().map(compare).find(|order| order.is_ne()).unwrap_or(std::cmp::Ordering::Equal)
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

/// What one sheet is being made of.
struct Sheet<'a> {
    plan: &'a SheetPlan,
    data: &'a Record,
    /// Every record of the main list, over all sheets.
    all: &'a [&'a Record],
    rows: Vec<OutRow<'a>>,
    columns: Vec<OutColumn<'a>>,
    /// Records of each page.
    pages: Vec<rows::Page<'a>>,
}

fn sheet<'a>(
    plan: &'a SheetPlan,
    data: &'a Record,
    all: &'a [&'a Record],
    records: &[&'a Record],
    book: &mut FilledBook,
    looks: &mut cells::Looks,
) -> FilledSheet {
    let columns = columns::lay(plan, data);
    let (rows, pages) = rows::lay(plan, data, records);
    let work = Sheet { plan, data, all, rows, columns, pages };
    let (mut rows, formulas) = cells::write(&work, &mut book.styles, looks);
    let merges = spans::merges(&work, &book.styles, &mut rows);
    spans::formulas(&work, &formulas, &mut rows);
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
    FilledSheet {
        name: String::new(),
        columns: columns::widths(plan, &work.columns),
        rows,
        merges,
        page: PageSetup {
            header: values::line(&plan.header, data, records.first().copied(), all, true),
            footer: values::line(&plan.footer, data, records.first().copied(), all, true),
            ..plan.page.clone()
        },
        title_rows: plan.title_rows.and_then(within),
        title_columns: plan.title_columns.and_then(across),
        print_area: plan.print_area.and_then(|area| {
            let (rows, columns) = (within((area.first_row, area.last_row))?, across((area.first_column, area.last_column))?);
            Some(Range { first_row: rows.0, first_column: columns.0, last_row: rows.1, last_column: columns.1 })
        }),
        images: images(&work),
    }
}

/// A picture stands again wherever its row does first in a run.
fn images(work: &Sheet<'_>) -> Vec<Image> {
    let mut out = Vec::new();
    for image in &work.plan.images {
        let Some(column) = work.columns.iter().position(|column| column.template >= image.column) else { continue };
        let mut last_run = None;
        for (index, row) in work.rows.iter().enumerate().filter(|(_, row)| row.template == image.row) {
            if last_run != Some(row.run) {
                last_run = Some(row.run);
                out.push(Image { row: index as u32, column: column as u16, ..image.clone() });
            }
        }
    }
    out
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
