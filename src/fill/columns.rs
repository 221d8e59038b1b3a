//! Which columns the filled sheet has: the template's columns, repeated once per element of their list.

use crate::form::data::{Datum, Record};
use crate::form::model::Column;
use crate::template::Slot;
use crate::template::plan::{Condition, SheetPlan, Widths};

/// A column of the filled sheet.
#[derive(Clone, Copy)]
pub(super) struct OutColumn<'a> {
    /// Zero-based column of the template.
    pub template: u16,
    /// Element of the column list, and which one it is.
    pub element: Option<(&'a Record, usize)>,
    /// Name of that list, empty where there is none.
    pub list: &'static str,
    /// Which of the records beside each other it is for.
    pub copy: u32,
}

/// The form's last column.
const MOST: usize = 16_384;

pub(super) fn lay<'a>(plan: &SheetPlan, data: &'a Record) -> Vec<OutColumn<'a>> {
    let once = once(plan, data);
    let copies = 0..plan.across.max(1) as u32;
    let mut out: Vec<OutColumn<'a>> = copies.flat_map(|copy| once.iter().map(move |column| OutColumn { copy, ..*column })).collect();
    out.truncate(MOST);
    out
}

fn once<'a>(plan: &SheetPlan, data: &'a Record) -> Vec<OutColumn<'a>> {
    let mut out = Vec::with_capacity(plan.columns.len() + 16);
    let mut column = 0;
    while let Some(drawn) = plan.columns.get(column) {
        let stays = |column: usize| plan.columns[column].conditions.iter().all(|condition| holds(*condition, data));
        match drawn.group {
            None => {
                if stays(column) {
                    out.push(OutColumn { template: column as u16, element: None, list: "", copy: 0 });
                }
                column += 1;
            }
            Some(group) => {
                let group = plan.groups[group];
                let (first, last) = (usize::from(group.first), usize::from(group.last));
                for (index, element) in data.lists.get(group.list).map_or(&[][..], Vec::as_slice).iter().enumerate() {
                    for column in (first..=last).filter(|column| stays(*column)) {
                        out.push(OutColumn { template: column as u16, element: Some((element, index)), list: group.list, copy: 0 });
                    }
                }
                column = last + 1;
            }
        }
    }
    out
}

/// Whether a condition on the form's own data keeps its column.
fn holds(condition: Condition, data: &Record) -> bool {
    match condition {
        Condition::List(list) => data.lists.get(list).is_some_and(|list| !list.is_empty()),
        Condition::Field(Slot::Root(field)) => data.fields.get(field).is_some_and(|value| *value != Datum::Empty),
        // An empty table keeps its columns.
        Condition::Any { list, field } => {
            let records = data.lists.get(list).map_or(&[][..], Vec::as_slice);
            records.is_empty() || records.iter().any(|record| record.fields.get(field).is_some_and(|value| *value != Datum::Empty))
        }
        Condition::Field(_) => true,
    }
}

/// Widths of the filled columns.
pub(super) fn widths(plan: &SheetPlan, columns: &[OutColumn<'_>]) -> Vec<Column> {
    let mut out: Vec<Column> = columns
        .iter()
        .map(|column| {
            let drawn = &plan.columns[usize::from(column.template)];
            Column { width: drawn.width, hidden: drawn.hidden }
        })
        .collect();
    let Widths::Share(most) = plan.widths else { return out };
    for (group_index, group) in plan.groups.iter().enumerate() {
        let copies: Vec<usize> =
            (0..columns.len()).filter(|index| plan.columns[usize::from(columns[*index].template)].group == Some(group_index)).collect();
        let elements = copies.len() / usize::from(group.last - group.first + 1).max(1);
        for index in copies {
            let share = out[index].width / (elements.max(1) as f64);
            out[index].width = most.map_or(share, |most| share.min(f64::from(most)));
        }
    }
    // What columns gone or narrowed leave over goes to all in proportion: the sheet stays as wide as drawn.
    let visible = |hidden: bool, width: f64| if hidden { 0.0 } else { width };
    let drawn: f64 = plan.columns.iter().map(|column| visible(column.hidden, column.width)).sum();
    let have: f64 = out.iter().map(|column| visible(column.hidden, column.width)).sum();
    if have > 0.0 && have < drawn {
        for column in &mut out {
            column.width = (column.width * drawn / have * 100.0).floor() / 100.0;
        }
    }
    out
}
