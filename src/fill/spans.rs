//! What covers several cells of the filled sheet: merged ranges, and formulas with their results.

use std::collections::HashMap;
use std::fmt::Write;

use super::cells::{self, Pending};
use super::rows::OutRow;
use super::{Sheet, cells::value};
use crate::diag::CellRef;
use crate::exact::Exact;
use crate::form::model::{Cell, Range, Row, Style, StyleId, Value};
use crate::template::plan::{Content, MergePlan, RowHome};
use crate::template::{formula_result, number_in};

/// Writes the merged ranges; a cell inside one keeps its look and loses its value.
pub(super) fn merges(work: &Sheet<'_>, styles: &[Style], rows: &mut [Row]) -> Vec<Range> {
    let mut out = Vec::new();
    let standing = standing(work);
    for merge in &work.plan.merges {
        let across = column_spans(work, merge);
        for down in row_spans(work, merge, &standing) {
            for (first_column, last_column) in &across {
                let range = Range { first_row: down.0, first_column: *first_column, last_row: down.1, last_column: *last_column };
                settle(work, merge, range, styles, rows);
                if range.first_row != range.last_row || range.first_column != range.last_column {
                    out.push(range);
                }
            }
        }
    }
    if work.plan.join_headings {
        join_headings(work, &mut out, rows);
    }
    out.sort_unstable();
    out
}

/// Merges neighbouring headings of one repeated column that say the same: months under their quarter.
fn join_headings(work: &Sheet<'_>, merges: &mut Vec<Range>, rows: &mut [Row]) {
    let covered = |merges: &[Range], row: u32, column: u16| {
        merges
            .iter()
            .any(|range| (range.first_row..=range.last_row).contains(&row) && (range.first_column..=range.last_column).contains(&column))
    };
    for (index, row) in (0u32..).zip(rows) {
        let drawn = &work.plan.rows[work.rows[index as usize].template as usize];
        let heads = |column: u16| {
            let template = work.columns.get(usize::from(column))?.template;
            let content = &drawn.cells.get(usize::from(template))?.content;
            matches!(content, Content::Alone(fill) if fill.heads_column()).then_some(template)
        };
        let mut at = 0;
        while at < row.cells.len() {
            let first = &row.cells[at];
            if heads(first.column).is_none() {
                at += 1;
                continue;
            }
            let same = |cell: &&Cell| {
                heads(cell.column) == heads(first.column) && cell.value == first.value && !covered(merges, index, cell.column)
            };
            let alike =
                row.cells[at..].iter().zip(first.column..).take_while(|(cell, column)| cell.column == *column && same(cell)).count();
            if alike > 1 && first.value != Value::Empty {
                let range =
                    Range { first_row: index, first_column: first.column, last_row: index, last_column: first.column + alike as u16 - 1 };
                row.cells[at + 1..at + alike].iter_mut().for_each(|cell| cell.value = Value::Empty);
                merges.push(range);
            }
            at += alike.max(1);
        }
    }
}

/// Spans of filled columns that a merged range of the template becomes.
fn column_spans(work: &Sheet<'_>, merge: &MergePlan) -> Vec<(u16, u16)> {
    let inside = |template: u16| (merge.range.first_column..=merge.range.last_column).contains(&template);
    let mut out: Vec<(u16, u16)> = Vec::new();
    let mut last_element = None;
    // Beside each other stand records only: what lies above or below them reaches over all, or stands once.
    let of_record = merge.rows != RowHome::Across && work.plan.in_main(merge.range.first_row);
    let whole = merge.range.first_column == 0 && usize::from(merge.range.last_column) + 1 >= work.plan.columns.len();
    let stands = |column: &super::OutColumn<'_>| inside(column.template) && (column.copy == 0 || of_record || whole);
    for (place, column) in work.columns.iter().enumerate().filter(|(_, column)| stands(column)) {
        let place = place as u16;
        let element = column.element.map(|(_, index)| index).filter(|_| merge.group.is_some());
        let element = if of_record { Some((element, column.copy)) } else { Some((element, 0)) };
        match out.last_mut() {
            Some(span) if element == last_element && span.1 + 1 == place => span.1 = place,
            _ => out.push((place, place)),
        }
        last_element = element;
    }
    out
}

/// For each row of the template the filled rows made of it.
pub(super) fn standing(work: &Sheet<'_>) -> Vec<Vec<u32>> {
    let mut standing: Vec<Vec<u32>> = vec![Vec::new(); work.plan.rows.len()];
    for (index, row) in work.rows.iter().enumerate() {
        standing[row.template as usize].push(index as u32);
    }
    standing
}

fn row_spans(work: &Sheet<'_>, merge: &MergePlan, standing: &[Vec<u32>]) -> Vec<(u32, u32)> {
    let last = (merge.range.last_row as usize + 1).min(standing.len());
    let mut inside: Vec<u32> = standing.get(merge.range.first_row as usize..last).unwrap_or_default().concat();
    inside.sort_unstable();
    let key = |row: &OutRow<'_>| match merge.rows {
        RowHome::Segment(_) => (row.run, 0),
        RowHome::Nested(_) => (row.run, row.nested_index),
        // A label beside the whole block goes down all of it, on each page where the foot stands on each.
        RowHome::Across => (if work.plan.footer_each_page { row.page } else { 0 }, 0),
    };
    let mut out: Vec<(u32, u32)> = Vec::new();
    let mut last_key = None;
    for index in inside {
        let key = Some(key(&work.rows[index as usize]));
        match out.last_mut() {
            Some(span) if key == last_key && span.1 + 1 == index => span.1 = index,
            _ => out.push((index, index)),
        }
        last_key = key;
    }
    out
}

/// Leaves a value in the corner of a merged range only; where the drawn corner was left out, its text moves.
fn settle(work: &Sheet<'_>, merge: &MergePlan, range: Range, styles: &[Style], rows: &mut [Row]) {
    let corner = (range.first_row, range.first_column);
    for index in range.first_row..=range.last_row {
        let Some(row) = rows.get_mut(index as usize) else { continue };
        let start = row.cells.partition_point(|cell| cell.column < range.first_column);
        for cell in row.cells[start..].iter_mut().take_while(|cell| cell.column <= range.last_column) {
            if (index, cell.column) != corner {
                cell.value = Value::Empty;
            }
        }
    }
    let standing = &work.rows[corner.0 as usize];
    let drawn = (merge.range.first_row, merge.range.first_column);
    if (standing.template, work.columns[usize::from(corner.1)].template) == drawn {
        return;
    }
    let Some(plan) = work.plan.rows.get(drawn.0 as usize).and_then(|row| row.cells.get(usize::from(drawn.1))) else { return };
    let value = value(work, standing, usize::from(corner.1), plan, styles, &mut true);
    let cells = &mut rows[corner.0 as usize].cells;
    let place = cells.partition_point(|cell| cell.column < corner.1);
    match cells.get_mut(place).filter(|cell| cell.column == corner.1) {
        Some(cell) => (cell.value, cell.style) = (value, plan.style),
        None => cells.insert(place, Cell { column: corner.1, style: plan.style, value }),
    }
}

/// Works out the formulas in the order of their needs and writes text and result.
pub(super) fn formulas(work: &Sheet<'_>, pending: &[Pending], rows: &mut [Row]) {
    if pending.is_empty() {
        return;
    }
    let standing = standing(work);
    // What a formula came to, for the formulas that need it: a cell holds only as many places as a cell can.
    let mut exact: HashMap<(u32, u16), Exact> = HashMap::new();
    let mut order: Vec<&Pending> = pending.iter().collect();
    order.sort_by_key(|pending| work.plan.formulas[pending.formula].rank);
    for at in order {
        let plan = &work.plan.formulas[at.formula];
        let place = |range: Range| cells_of(work, at, range, &standing);
        let result = plan.expression.value(&mut |range, many| {
            let (lines, columns) = place(range);
            let mut out = Vec::new();
            for line in lines {
                for column in &columns {
                    if let Some(value) = exact.get(&(line, *column)) {
                        out.push(value.clone());
                        continue;
                    }
                    match at_cell(rows, line, *column) {
                        Some(Value::Number(number)) => out.push(Exact::from(*number)),
                        Some(Value::Date(serial)) => out.push(Exact::from(i64::from(*serial))),
                        Some(Value::Truth(truth)) if !many => out.push(Exact::from(i64::from(*truth))),
                        Some(Value::Text(text)) if !many && !text.is_empty() => out.push(number_in(text)?),
                        _ => {}
                    }
                }
            }
            Some(out)
        });
        let text = plan.expression.text(&mut |range| {
            let (lines, columns) = place(range);
            written(&lines, &columns)
        });
        let written = result.as_ref().and_then(formula_result);
        if let Some(result) = result.filter(|_| written.is_some()) {
            exact.insert((at.row as u32, at.column), result);
        }
        let value = match (written, text) {
            (Some(result), Some(text)) if text.len() < 8_000 => Value::Formula { text, result },
            (Some(result), _) => Value::Number(result),
            // A text that is no number, a mean of nothing or a division by zero leaves the cell blank rather than print an error.
            (None, _) => Value::Empty,
        };
        if let Some(cell) = rows[at.row].cells.iter_mut().find(|cell| cell.column == at.column) {
            cell.value = value;
        } else {
            let start = rows[at.row].cells.partition_point(|cell| cell.column < at.column);
            rows[at.row].cells.insert(start, Cell { column: at.column, style: StyleId(0), value });
        }
    }
}

fn at_cell(rows: &[Row], row: u32, column: u16) -> Option<&Value> {
    let cells = &rows.get(row as usize)?.cells;
    let index = cells.binary_search_by_key(&column, |cell| cell.column).ok()?;
    Some(&cells[index].value)
}

/// The filled rows and columns that a reference of the template means at one filled cell: the same record, nested
/// row or element where both repeat together, else every one.
fn cells_of(work: &Sheet<'_>, at: &cells::Pending, range: Range, standing: &[Vec<u32>]) -> (Vec<u32>, Vec<u16>) {
    let here = &work.rows[at.row];
    let (here_plan, here_column) = (&work.plan.rows[here.template as usize], work.columns[usize::from(at.column)]);
    let main = work.plan.main.unwrap_or(usize::MAX);
    let paged = |segment: usize| work.plan.footer_each_page && segment >= main;
    let mut lines = Vec::new();
    for template in range.first_row..=range.last_row {
        let Some(there_plan) = work.plan.rows.get(template as usize) else { break };
        let all = &standing[template as usize];
        if there_plan.segment != here_plan.segment {
            let of_page = paged(there_plan.segment) && paged(here_plan.segment);
            lines.extend(if of_page { stretch(all, |index| work.rows[index as usize].page, here.page) } else { all });
            continue;
        }
        lines.extend(stretch(all, |index| work.rows[index as usize].run, here.run).iter().copied().filter(|index| {
            there_plan.nested.is_none()
                || there_plan.nested != here_plan.nested
                || work.rows[*index as usize].nested_index == here.nested_index
        }));
    }
    lines.sort_unstable();
    let group = |template: u16| work.plan.columns.get(usize::from(template)).and_then(|column| column.group);
    let of_record = work.plan.in_main(here.template);
    let columns = work
        .columns
        .iter()
        .enumerate()
        .filter(|(_, there)| (range.first_column..=range.last_column).contains(&there.template))
        .filter(|(_, there)| !of_record || there.copy == here_column.copy)
        .filter(|(_, there)| {
            group(there.template).is_none()
                || group(there.template) != group(here_column.template)
                || there.element.map(|(_, index)| index) == here_column.element.map(|(_, index)| index)
        })
        .map(|(place, _)| place as u16)
        .collect();
    (lines, columns)
}

/// The rows of one page or one writing: both only rise down the sheet, so they stand together.
fn stretch(rows: &[u32], key: impl Fn(u32) -> u32, wanted: u32) -> &[u32] {
    let first = rows.partition_point(|index| key(*index) < wanted);
    let last = rows.partition_point(|index| key(*index) <= wanted);
    &rows[first..last]
}

/// References as a formula names them, neighbours drawn together; `None` where a function cannot take so many.
fn written(lines: &[u32], columns: &[u16]) -> Option<String> {
    let mut out = String::new();
    let mut count = 0;
    for (first_row, last_row) in stretches(lines.iter().copied()) {
        for (first_column, last_column) in stretches(columns.iter().map(|column| u32::from(*column))) {
            count += 1;
            let first = CellRef { row: first_row, column: first_column as u16 };
            let last = CellRef { row: last_row, column: last_column as u16 };
            let comma = if out.is_empty() { "" } else { "," };
            let _ = if first == last { write!(out, "{comma}{first}") } else { write!(out, "{comma}{first}:{last}") };
        }
    }
    (count > 0 && count <= 200).then_some(out)
}

pub(super) fn stretches(numbers: impl Iterator<Item = u32>) -> Vec<(u32, u32)> {
    let mut out: Vec<(u32, u32)> = Vec::new();
    for number in numbers {
        match out.last_mut() {
            Some(span) if span.1 + 1 == number => span.1 = number,
            _ => out.push((number, number)),
        }
    }
    out
}
