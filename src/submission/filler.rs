//! Rows of a table that are no data: blank but for a printed number, `无`, totals, notes, lines to sign.
//!
//! ```text
//!   3                                      printed numbers waiting for names
//!   1    无                                nothing to report
//!   合计 6人                               totals
//!   支部书记签字：          日期：2026-12-20
//! ```
//!
//! A row is left out only where it is not about a member of the roster, and says of itself that it is none or holds nothing.

use crate::period::Period;
use crate::sheet::{Cell, Content, Row};
use crate::words::{self, folded, name as person};
use crate::workbook::{self, Trait, column};

use super::cell::{self, Number, is_nothing, shown};
use super::intake::is_count;
use super::table::{Part, Slice, Table, content};

/// True for rows that are no data. `known` tells the names whose rows are.
pub fn is_filler(table: &Table<'_>, part: &Part, row: &Row, known: &dyn Fn(&str) -> bool) -> bool {
    let said = |content: &Content| folded(&shown(content));
    let Some(opening) = row.cells.iter().find(|cell| !said(&cell.content).is_empty()) else { return true };
    let shared = &part.slices[0];
    let own = |heading: &str| shared.column(heading).and_then(|column| content(table.sheet, row, column, true));
    let column = part.item_column.or_else(|| shared.column(column::NAME)).or_else(|| shared.column(column::ITEM));
    let name = column.and_then(|column| content(table.sheet, row, column, true)).map(said).unwrap_or_default();
    let in_period = || own(column::PERIOD).is_some_and(|content| Period::parse(&said(content)).is_some());
    // Marks, and facts: what somebody is given or said to have done.
    let heading = |at: u16| part.slices.iter().flat_map(Slice::columns).find(|own| own.index == at).map(|own| own.heading.as_str());
    let counts = |at: u16| {
        let of_item = part.slices.iter().any(|slice| slice.of_items == Some(at));
        of_item
            || (Some(at) != column && heading(at).is_some_and(|heading| heading != column::NAME && !workbook::is(heading, Trait::Printed)))
    };
    let data = || row.cells.iter().filter(|cell| counts(cell.column));
    let is_number = |content: &Content| matches!(cell::number(Some(content)), Number::Is { .. });
    let numbers = || data().any(|cell| is_number(&cell.content));
    let remark = |content: &Content| matches!(content, Content::Text(_)) && table.intake.is_remark(&said(content));
    // A remark where at most a number stands before the name.
    let before = Some(opening.column) != column && (name.is_empty() || Some(opening.column) < column) && remark(&opening.content);
    if own(column::NAME).or_else(|| own(column::ITEM)).is_some_and(|content| known(&person(&shown(content)))) {
        return before && !numbers() && !in_period();
    }
    let nameless = name.is_empty() || says_none(&name);
    let first = said(&opening.content);
    // 合计 beside somebody's name and marks may be a slip; a word for signing there is none.
    let total = table.intake.is_total(&words::heading(&first).0);
    if before && (nameless || is_count(&name) || table.intake.is_remark(&name) || !total || !numbers()) {
        return true;
    }
    if nameless {
        let nothing = data().all(|cell| is_nothing(&said(&cell.content)));
        // A few letters beside may be the name in a wrong column; a longer line is prose.
        let printed =
            is_number(&opening.content) || heading(opening.column).is_some_and(|heading| heading != column::SEQ) || says_none(&first);
        let prose = row.cells.len() == 1 && matches!(opening.content, Content::Text(_)) && first.chars().count() > 4;
        return (nothing && printed) || (prose && name.is_empty());
    }
    // A total may have numbers beside it; beside anything else written for a name nothing stands that counts.
    let beside = |at: u16| row.cells.iter().rev().find(|cell| cell.column < at).is_some_and(|left| said(&left.content).ends_with(':'));
    let empty = |cell: &Cell| {
        is_nothing(&said(&cell.content)) || matches!(cell.content, Content::Date(_)) || remark(&cell.content) || beside(cell.column)
    };
    let total = table.intake.is_total(&words::heading(&name).0);
    table.intake.is_remark(&name) && (total || (data().all(empty) && !in_period()))
}

/// `无`, `/`, `本年度无`, `无奖惩情况`.
fn says_none(folded: &str) -> bool {
    is_nothing(folded) || folded.starts_with('无') || folded.ends_with('无') || matches!(folded, "没有" | "暂无")
}
