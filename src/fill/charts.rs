//! Charts of a filled sheet: their ranges over what the drawn cells have become, and the values that they show.

use super::Sheet;
use super::rows::Mode;
use crate::exact::Decimal;
use crate::form::chart::{Chart, Series};
use crate::form::model::{Range, Row, Style, Value};
use crate::number_format::{self, Format};

/// A drawn chart over the filled sheet.
pub(super) fn filled(chart: &Chart, work: &Sheet<'_>, rows: &[Row], styles: &[Style]) -> Chart {
    let series = chart.series.iter().filter_map(|series| {
        let values_at = grown(series.values_at, work)?;
        let name_at = series.name_at.and_then(|range| grown(range, work));
        let categories_at = series.categories_at.and_then(|range| grown(range, work));
        let shown = |range: Option<Range>| range.map(|range| cells(range, rows).map(|cell| text(cell, styles)).collect::<Vec<_>>());
        let number = |cell: Option<(&Value, u32)>| match cell?.0 {
            Value::Number(number) | Value::Formula { result: number, .. } => Some(Decimal::to_stored(*number)),
            Value::Date(serial) => Some(f64::from(*serial)),
            _ => None,
        };
        Some(Series {
            name: shown(name_at).map_or_else(|| series.name.clone(), |names| names.concat()),
            categories: shown(categories_at).unwrap_or_default(),
            values: cells(values_at, rows).map(number).collect(),
            name_at,
            categories_at,
            values_at,
            color: series.color,
        })
    });
    Chart { series: series.collect(), ..chart.clone() }
}

/// The filled cells of a drawn range: those of all records. None if there are none.
fn grown(range: Range, work: &Sheet<'_>) -> Option<Range> {
    let rows = work
        .rows
        .iter()
        .enumerate()
        .filter(|(_, row)| (range.first_row..=range.last_row).contains(&row.template) && row.mode == Mode::Full);
    let columns = work.columns.iter().enumerate().filter(|(_, column)| (range.first_column..=range.last_column).contains(&column.template));
    let rows: Vec<u32> = rows.map(|(at, _)| at as u32).collect();
    let columns: Vec<u16> = columns.map(|(at, _)| at as u16).collect();
    Some(Range { first_row: *rows.first()?, first_column: *columns.first()?, last_row: *rows.last()?, last_column: *columns.last()? })
}

/// Values and styles of a range, row by row.
fn cells(range: Range, rows: &[Row]) -> impl Iterator<Item = Option<(&Value, u32)>> {
    (range.first_row..=range.last_row).flat_map(move |row| {
        (range.first_column..=range.last_column).map(move |column| {
            let row = rows.get(row as usize)?;
            let at = row.cells.binary_search_by_key(&column, |cell| cell.column).ok()?;
            Some((&row.cells[at].value, row.cells[at].style.0))
        })
    })
}

/// What a cell shows.
fn text(cell: Option<(&Value, u32)>, styles: &[Style]) -> String {
    let Some((value, style)) = cell else { return String::new() };
    let code = styles.get(style as usize).map_or("", |style| &style.number_format);
    let number = |number: Decimal| Format::parse(code).text(number_format::Value::Number(number), false);
    match value {
        Value::Empty => String::new(),
        Value::Text(text) => text.clone(),
        Value::Number(value) | Value::Formula { result: value, .. } => number(*value),
        Value::Date(serial) => number(Decimal::from(i64::from(*serial))),
        Value::Truth(truth) => if *truth { "TRUE" } else { "FALSE" }.to_owned(),
    }
}
