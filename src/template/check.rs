//! Proves a plan against its drawing: merged cells, totals and repeats that would cut each other.

use std::collections::{BTreeMap, BTreeSet};

use super::drawn::{DrawnRow, DrawnSheet, written};
use super::error::Problem;
use super::formula::{Size, number_in};
use super::plan::{Content, MergePlan, RowHome, SheetPlan, Widths};
use crate::diag::CellRef;
use crate::form::model::Range;
use crate::layout;

type Errors = Vec<(Option<CellRef>, Problem)>;

/// How two inclusive spans lie to each other.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Lie {
    Apart,
    /// The first lies within the second.
    Inside,
    /// The first covers the second.
    Covers,
    Crosses,
}

fn lie(one: (u32, u32), two: (u32, u32)) -> Lie {
    if one.1 < two.0 || two.1 < one.0 {
        Lie::Apart
    } else if two.0 <= one.0 && one.1 <= two.1 {
        Lie::Inside
    } else if one.0 <= two.0 && two.1 <= one.1 {
        Lie::Covers
    } else {
        Lie::Crosses
    }
}

/// Gives every merged range its home, or an error where it has none.
pub(super) fn merges(drawn: &DrawnSheet, plan: &mut SheetPlan, errors: &mut Errors) {
    for range in &drawn.merges {
        let (rows, columns) = ((range.first_row, range.last_row), (u32::from(range.first_column), u32::from(range.last_column)));
        let at = CellRef { row: range.first_row, column: range.first_column };
        let mut crosses = false;
        let mut home = RowHome::Across;
        for (index, segment) in plan.segments.iter().enumerate() {
            match lie(rows, (segment.first, segment.last)) {
                Lie::Inside => home = RowHome::Segment(index),
                // Ending within plain rows is no harm: they do not repeat.
                Lie::Crosses if segment.list.is_some() => crosses = true,
                _ => {}
            }
        }
        for (index, nested) in plan.nested.iter().enumerate() {
            match lie(rows, (nested.first, nested.last)) {
                Lie::Inside => home = RowHome::Nested(index),
                Lie::Crosses => crosses = true,
                _ => {}
            }
        }
        let mut own = None;
        for (index, group) in plan.groups.iter().enumerate() {
            let span = (u32::from(group.first), u32::from(group.last));
            match lie(columns, span) {
                // A heading over the whole group stretches, unless it speaks of the element.
                Lie::Inside if columns == span && columns.0 != columns.1 && !speaks_of_element(plan, at) => {}
                Lie::Inside => own = Some(index),
                Lie::Crosses => crosses = true,
                _ => {}
            }
        }
        if crosses {
            errors.push((Some(at), Problem::MergeCrosses(written(*range))));
        }
        plan.merges.push(MergePlan { range: *range, rows: home, group: own });
    }
}

fn speaks_of_element(plan: &SheetPlan, at: CellRef) -> bool {
    use super::names::Slot;
    use super::plan::{Fill, Piece};
    let of_element = |fill: &Fill| {
        matches!(fill, Fill::Slot(Slot::Heading(_) | Slot::RecordColumn(_) | Slot::NestedColumn(_)) | Fill::Total { column: true, .. })
    };
    match plan.rows.get(at.row as usize).and_then(|row| row.cells.get(at.column as usize)).map(|cell| &cell.content) {
        Some(Content::Alone(fill)) => of_element(fill),
        Some(Content::Pieces(pieces)) => pieces.iter().any(|piece| matches!(piece, Piece::Fill(fill) if of_element(fill))),
        _ => false,
    }
}

/// Print titles and print area against the repeats.
pub(super) fn names(drawn: &DrawnSheet, plan: &SheetPlan, errors: &mut Errors) {
    if let (Some((first, last)), Some(block)) = (drawn.title_rows, plan.segments.iter().find(|segment| segment.list.is_some()))
        && last >= block.first
    {
        errors.push((Some(CellRef { row: first, column: 0 }), Problem::TitleBelowBlock));
    }
    if let Some(area) = drawn.print_area {
        let (rows, columns) = ((area.first_row, area.last_row), (u32::from(area.first_column), u32::from(area.last_column)));
        let cut = |lie: Lie| matches!(lie, Lie::Crosses | Lie::Inside);
        // An area equal to the repeat covers it.
        let row_cut = plan
            .segments
            .iter()
            .filter(|segment| segment.list.is_some())
            .any(|segment| rows != (segment.first, segment.last) && cut(lie(rows, (segment.first, segment.last))));
        let column_cut = plan.groups.iter().any(|group| {
            let span = (u32::from(group.first), u32::from(group.last));
            columns != span && cut(lie(columns, span))
        });
        if row_cut || column_cut {
            let at = CellRef { row: area.first_row, column: area.first_column };
            errors.push((Some(at), Problem::PrintAreaCrosses(written(area))));
        }
    }
}

/// Paper, margins and what must fit between them.
pub(super) fn paper(drawn: &DrawnSheet, plan: &SheetPlan, errors: &mut Errors) {
    let page = &drawn.page;
    let (width, height) = layout::paper_points(page);
    let margins = &page.margins;
    let (across, down) = (width - margins.left - margins.right, height - margins.top - margins.bottom);
    if across * 4.0 < width || down * 4.0 < height {
        errors.push((None, Problem::NoRoom));
        return;
    }
    if page.fit.is_some() {
        return;
    }
    let scale = f64::from(page.scale) / 100.0;
    // Excel's padding is within the width; a pixel is three quarters of a point.
    let digit = f64::from(super::drawing::digit(&drawn.normal)) * 0.75 * scale;
    let titles = drawn.title_columns.map_or(0..0, |(first, last)| usize::from(first)..usize::from(last) + 1);
    let shown = |column: usize| plan.columns.get(column).filter(|column| !column.hidden).map_or(0.0, |column| column.width * digit);
    let beside: f64 = titles.clone().take(plan.columns.len()).map(shown).sum();
    let shared = |column: usize| plan.widths != Widths::Keep && plan.columns[column].group.is_some();
    for column in (0..plan.columns.len()).filter(|column| !shared(*column)) {
        let needs = shown(column) + if column >= titles.end { beside } else { 0.0 };
        if needs > across + 0.75 {
            errors.push((Some(CellRef { row: 0, column: column as u16 }), Problem::TooNarrow));
        }
    }
    if let Some((first, last)) = drawn.title_rows {
        let usual = drawn.normal.size * 1.25;
        let height = |row: &DrawnRow| if row.hidden { 0.0 } else { row.height.unwrap_or(usual).min(409.5) };
        let high: f64 = drawn.rows.iter().take(last as usize + 1).skip(first as usize).map(height).sum();
        if high * scale * 2.0 > down {
            errors.push((Some(CellRef { row: first, column: 0 }), Problem::TitleTooHigh));
        }
    }
}

/// More would be a spreadsheet, not a form.
const MOST_FORMULAS: usize = 2_000;

/// Ranks the formulas so that each comes after those it needs, and finds single references into a repeat.
pub(super) fn formulas(plan: &mut SheetPlan, errors: &mut Errors) {
    if plan.formulas.is_empty() {
        return;
    }
    if plan.formulas.len() > MOST_FORMULAS {
        errors.push((None, Problem::TooLarge));
        return;
    }
    let places: BTreeMap<(u32, u16), usize> =
        plan.formulas.iter().enumerate().map(|(index, formula)| ((formula.row, formula.column), index)).collect();
    let mut needs: Vec<Vec<usize>> = Vec::new();
    for formula in &plan.formulas {
        let at = CellRef { row: formula.row, column: formula.column };
        let mut references = Vec::new();
        formula.expression.references(false, &mut references);
        let mut needed = Vec::new();
        for (range, many) in references {
            if !many && repeats_elsewhere(plan, at, range) {
                errors.push((Some(at), Problem::FormulaRepeats(written(range))));
            }
            let text = plan.rows.get(range.first_row as usize).and_then(|row| row.cells.get(usize::from(range.first_column)));
            if !many
                && let Some(Content::Text(text)) = text.map(|cell| &cell.content)
                && number_in(text).is_none()
            {
                let formula = formula.expression.text(&mut |range| Some(written(range))).unwrap_or_default();
                errors.push((Some(at), Problem::FormulaText { formula, cell: written(range) }));
            }
            needed.extend(formulas_in(&places, range));
        }
        needs.push(needed);
    }
    // Peeling off what needs nothing more; what is left over needs itself.
    let mut open: Vec<usize> = needs.iter().map(Vec::len).collect();
    let mut needed_by: Vec<Vec<usize>> = vec![Vec::new(); needs.len()];
    for (index, needed) in needs.iter().enumerate() {
        for other in needed {
            needed_by[*other].push(index);
        }
    }
    let mut ready: Vec<usize> = (0..needs.len()).filter(|index| open[*index] == 0).collect();
    let mut ranks = vec![None; needs.len()];
    let mut rank = 0;
    while let Some(index) = ready.pop() {
        ranks[index] = Some(rank);
        rank += 1;
        for other in &needed_by[index] {
            open[*other] -= 1;
            ready.extend((open[*other] == 0).then_some(*other));
        }
    }
    too_large(plan, &places, &ranks, errors);
    for (formula, rank) in plan.formulas.iter_mut().zip(ranks) {
        if let Some(rank) = rank {
            formula.rank = rank;
        } else {
            let at = CellRef { row: formula.row, column: formula.column };
            let text = formula.expression.text(&mut |range| Some(written(range))).unwrap_or_default();
            errors.push((Some(at), Problem::FormulaCycle(text)));
        }
    }
}

/// Formulas, by their places, that lie in a range.
fn formulas_in(places: &BTreeMap<(u32, u16), usize>, range: Range) -> impl Iterator<Item = usize> + '_ {
    let rows = places.range((range.first_row, 0)..=(range.last_row, u16::MAX));
    rows.filter(move |((_, column), _)| (range.first_column..=range.last_column).contains(column)).map(|(_, index)| *index)
}

/// Digits of a result at most; what adds up hundreds of cells and their rates has some thousand.
const MOST_DIGITS: usize = 30_000;

/// Finds formulas that multiply what was multiplied before, again and again: their results have more digits each time.
fn too_large(plan: &SheetPlan, places: &BTreeMap<(u32, u16), usize>, ranks: &[Option<usize>], errors: &mut Errors) {
    let mut order: Vec<usize> = (0..ranks.len()).filter(|index| ranks[*index].is_some()).collect();
    order.sort_by_key(|index| ranks[*index]);
    let mut reach = vec![Size::default(); ranks.len()];
    for index in order {
        let formula = &plan.formulas[index];
        let size =
            formula.expression.size(&|range| formulas_in(places, range).map(|other| reach[other]).fold(Size::default(), Size::beside));
        if size.digits() > MOST_DIGITS {
            let text = formula.expression.text(&mut |range| Some(written(range))).unwrap_or_default();
            errors.push((Some(CellRef { row: formula.row, column: formula.column }), Problem::FormulaGrows(text)));
        } else {
            // What is refused is not refused again in all that use it.
            reach[index] = size;
        }
    }
}

/// Whether one cell of the template becomes several as seen from another.
fn repeats_elsewhere(plan: &SheetPlan, from: CellRef, range: Range) -> bool {
    let (Some(here), Some(there)) = (plan.rows.get(from.row as usize), plan.rows.get(range.first_row as usize)) else { return false };
    let block = plan.segments.get(there.segment).is_some_and(|segment| segment.list.is_some());
    let group = |column: u16| plan.columns.get(usize::from(column)).and_then(|column| column.group);
    (block && here.segment != there.segment)
        || (there.nested.is_some() && there.nested != here.nested)
        || (group(range.first_column).is_some() && group(range.first_column) != group(from.column))
}

/// Cells of a group one column wide that are meant once, not once an element: a plain text above the headings, and
/// a placeholder that does not speak of the element. They cannot be drawn merged, for there is nothing to merge
/// with, and so they stretch of themselves.
pub(super) fn stretch_lone_cells(plan: &mut SheetPlan) {
    let mut covered: BTreeSet<(u32, u16)> = BTreeSet::new();
    for MergePlan { range, .. } in &plan.merges {
        covered.extend(
            (range.first_row..=range.last_row).flat_map(|row| (range.first_column..=range.last_column).map(move |column| (row, column))),
        );
    }
    for group in plan.groups.clone() {
        if group.first != group.last {
            continue;
        }
        let column = group.first;
        let speaks = |plan: &SheetPlan, row: u32| speaks_of_element(plan, CellRef { row, column });
        let heading = (0..plan.rows.len() as u32).find(|row| speaks(plan, *row)).unwrap_or(0);
        for row in 0..plan.rows.len() as u32 {
            let once = match plan.rows[row as usize].cells.get(usize::from(column)).map(|cell| &cell.content) {
                Some(Content::Text(_)) => row < heading,
                Some(Content::Alone(_) | Content::Pieces(_)) => !speaks(plan, row),
                _ => false,
            };
            if once && !covered.contains(&(row, column)) {
                let range = Range { first_row: row, first_column: column, last_row: row, last_column: column };
                let home = plan.rows[row as usize].nested.map_or(RowHome::Segment(plan.rows[row as usize].segment), RowHome::Nested);
                plan.merges.push(MergePlan { range, rows: home, group: None });
            }
        }
    }
}
