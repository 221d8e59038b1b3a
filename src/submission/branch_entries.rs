//! 支部积分: one row per item and period, for schemes that score branches.

use std::collections::BTreeSet;

use crate::diag::Code;
use crate::scheme::{Item, Rules, Scheme};
use crate::workbook::{self, column};

use super::Expected;
use super::cell::{self, Number};
use super::entries::tell_missing;
use super::marks::{Signs, read_mark, read_period, told_period};
use super::model::{BranchEntry, Mark, Member, ServingTable, Spot, Submission};
use super::sink::Sink;
use super::table::{Line, Sheets, Table};
use super::units::Unit;

/// 支部积分, one row an item and period, for schemes that score branches.
pub fn read(sheets: &Sheets<'_>, submission: &mut Submission, expected: &Expected<'_>, sink: &mut Sink) {
    let Some(scheme) = submission.branch_scheme.map(|at| &expected.schemes[at]) else { return };
    let Some(rules) = scheme.branch_sheet() else { return };
    let found = sheets.all(workbook::BRANCH_SCORES.name, sink);
    tell_missing(missing_sheets(!found.is_empty(), submission, expected), expected, sink);
    if !expected.share.takes_of(&Unit::sheet(workbook::BRANCH_SCORES.name)) {
        return;
    }
    for found in found {
        let table = sheets.table(&found, &workbook::BRANCH_SCORES.required(), &workbook::BRANCH_SCORES.optional(), sink);
        let usable = table.has(column::ITEM) && table.has_period() && table.has(column::REVIEWED_SCORE);
        let (columns, end) = (table.one_row_each(), table.first_row());
        submission.branch_tables.push(ServingTable { sheet: table.number, category: None, usable, columns, end });
        if usable {
            read_branch_table(&table, scheme, rules, expected, submission, sink);
        }
    }
    submission.branch_entries.sort_by_key(|entry| (entry.period, entry.item));
}

/// The scheme by which the branch itself is scored: one that enters something for it before one that scores it by its members alone.
pub fn scheme_of_branch(members: &[Member], expected: &Expected<'_>) -> Option<usize> {
    let mut schemes: BTreeSet<usize> = members.iter().map(|member| member.scheme).collect();
    if schemes.is_empty() && expected.scores_branches_alone() {
        schemes.extend(expected.only_scheme_at(&[]));
    }
    let first = |is: fn(&Scheme) -> bool| schemes.iter().copied().find(|at| is(&expected.schemes[*at]));
    first(|scheme| scheme.branch_sheet().is_some()).or_else(|| first(|scheme| scheme.branch.is_some()))
}

/// The sheet's name, if it must be there and is not.
pub fn missing_sheets(there: bool, submission: &Submission, expected: &Expected<'_>) -> Vec<String> {
    let every = expected.run.period.every();
    let scheme = submission.branch_scheme.map(|at| &expected.schemes[at]);
    let due = scheme.and_then(Scheme::branch_sheet).is_some_and(|rules| rules.scores(every));
    if due && !there { vec![workbook::BRANCH_SCORES.name.to_owned()] } else { Vec::new() }
}

fn read_branch_table(
    table: &Table<'_>,
    scheme: &Scheme,
    rules: &Rules,
    expected: &Expected<'_>,
    submission: &mut Submission,
    sink: &mut Sink,
) {
    let run = expected.run;
    let taken = |line: &Line<'_>| {
        let period = told_period(line, run.year);
        expected.share.takes(&Unit { period, ..Unit::sheet(workbook::BRANCH_SCORES.name) })
    };
    let known = |name: &str| {
        let name = crate::words::heading(name).0;
        rules.items.iter().any(|item| item.name == name)
    };
    for row in table.lines(&known) {
        if let Some(table) = submission.branch_tables.last_mut() {
            table.end = table.end.max(row.index() + 1);
        }
        if !row.periods().any(|line| taken(&line)) {
            submission.passed_over.extend(row.rows().map(|row| (table.number, row)));
            continue;
        }
        let written = crate::words::heading(&row.word(column::ITEM)).0;
        let Some(item) = rules.items.iter().position(|item| item.name == written) else {
            let names: Vec<&str> = rules.items.iter().map(|item| item.name.as_str()).collect();
            let finding = row.finding(Code::UnknownValue, column::ITEM, sink);
            sink.push(finding.arg("allowed", names.join("、")));
            submission.nameless.branch_entries += 1;
            continue;
        };
        for line in row.periods().filter(&taken) {
            let Some(period) = read_period(&line, rules.every, run.year, sink) else {
                submission.nameless.branch_entries += 1;
                continue;
            };
            let nothing = |heading: &str| matches!(cell::number(line.get(heading)), Number::Nothing);
            // Periods side by side: where nothing is entered for one, its row is missing.
            if period.last_month() > run.period.last_month()
                || (line.period().is_some() && nothing(column::OWN_SCORE) && nothing(column::REVIEWED_SCORE))
            {
                continue;
            }
            let mut mark = |heading: &str, required: bool| {
                if line.column(heading).is_none() || (!required && nothing(heading)) {
                    return Mark::NONE;
                }
                let as_item = Item { name: heading.to_owned(), ..rules.items[item].clone() };
                read_mark(&line, &as_item, scheme, &period.zh(), &mut Signs::default(), &mut None, sink)
            };
            let (own, reviewed) = (mark(column::OWN_SCORE, false), mark(column::REVIEWED_SCORE, true));
            let at = Spot { sheet: table.number, row: line.index(), column: line.column(column::REVIEWED_SCORE).unwrap_or_default() };
            submission.branch_entries.push(BranchEntry { item, period, own, reviewed, at });
        }
    }
}
