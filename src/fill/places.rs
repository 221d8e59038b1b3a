//! How many decimal places the numbers of a column show where its cells are in General: as many as the longest needs.

use std::collections::HashMap;

use super::Sheet;
use super::cells::Looks;
use crate::exact::Decimal;
use crate::form::model::{Row, Style, Value};

/// A column has as many places as its numbers need, up to so many.
const MOST: u16 = 6;

/// Gives the numbers of the repeated rows that are drawn in General the places of their column; copies of one repeated column share them.
pub(super) fn align(work: &Sheet<'_>, rows: &mut [Row], styles: &mut Vec<Style>, looks: &mut Looks) {
    let general = |style: u32, styles: &[Style]| {
        styles.get(style as usize).is_some_and(|style| matches!(&*style.number_format, "" | "General" | "G/通用格式"))
    };
    let repeats = |row: usize| work.plan.main == Some(work.plan.rows[work.rows[row].template as usize].segment);
    let column = |place: u16| work.columns.get(usize::from(place)).map(|column| column.template);
    let mut places: HashMap<u16, u16> = HashMap::new();
    for (_, row) in rows.iter().enumerate().filter(|(index, _)| repeats(*index)) {
        for cell in row.cells.iter().filter(|cell| general(cell.style.0, styles)) {
            if let (Some(number), Some(column)) = (number(&cell.value), column(cell.column)) {
                let most = places.entry(column).or_default();
                *most = (*most).max(number.places().min(MOST));
            }
        }
    }
    for (_, row) in rows.iter_mut().enumerate().filter(|(index, _)| repeats(*index)) {
        for cell in &mut row.cells {
            if number(&cell.value).is_none() || !general(cell.style.0, styles) {
                continue;
            }
            if let Some(places) = column(cell.column).and_then(|column| places.get(&column)) {
                cell.style = looks.with_places(cell.style, *places, styles);
            }
        }
    }
}

fn number(value: &Value) -> Option<Decimal> {
    match value {
        Value::Number(number) | Value::Formula { result: number, .. } => Some(*number),
        _ => None,
    }
}
