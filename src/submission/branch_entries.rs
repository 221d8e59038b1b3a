//! 支部积分: one row per item and period, for schemes that score branches.

use std::collections::BTreeSet;

use crate::diag::{Code, Finding};
use crate::period::RunPeriod;
use crate::scheme::{Item, Rules, Scheme};
use crate::workbook::{self, column};

use super::Expected;
use super::cell::{self, Number};
use super::entries::{Signs, read_mark, read_period};
use super::model::{BranchEntry, Mark, ServingTable, Spot, Submission};
use super::sink::Sink;
use super::table::{Sheets, Table};

/// 支部积分, one row an item and period, for schemes that score branches.
pub fn read(sheets: &Sheets<'_>, submission: &mut Submission, expected: &Expected<'_>, sink: &mut Sink) {
    let schemes: BTreeSet<usize> = submission.members.iter().map(|member| member.scheme).collect();
    let Some(scheme) = schemes.into_iter().map(|at| &expected.schemes[at]).find(|scheme| scheme.branch.is_some()) else { return };
    let Some(rules) = &scheme.branch else { return };
    let run = expected.run.period;
    let found = sheets.all(workbook::BRANCH_SCORES.name, sink);
    if found.is_empty() && rules.scores(run.every()) {
        sink.push(
            Finding::new(Code::MissingSheet, sink.sheet(&workbook::BRANCH_SCORES.name.into())).arg("name", workbook::BRANCH_SCORES.name),
        );
    }
    for found in found {
        let table = sheets.table(&found, &workbook::BRANCH_SCORES.required(), &workbook::BRANCH_SCORES.optional(), sink);
        let usable = table.has(column::ITEM) && table.has_period() && table.has(column::REVIEWED_SCORE);
        submission.branch_tables.push(ServingTable { sheet: table.number, category: None, usable });
        if usable {
            read_branch_table(&table, scheme, rules, expected.run, submission, sink);
        }
    }
    submission.branch_entries.sort_by_key(|entry| (entry.period, entry.item));
}

fn read_branch_table(table: &Table<'_>, scheme: &Scheme, rules: &Rules, run: RunPeriod, submission: &mut Submission, sink: &mut Sink) {
    let known = |name: &str| {
        let name = crate::words::heading(name).0;
        rules.items.iter().any(|item| item.name == name)
    };
    for row in table.lines(&known) {
        let written = crate::words::heading(&row.word(column::ITEM)).0;
        let Some(item) = rules.items.iter().position(|item| item.name == written) else {
            let names: Vec<&str> = rules.items.iter().map(|item| item.name.as_str()).collect();
            let finding = row.finding(Code::UnknownValue, column::ITEM, sink);
            sink.push(finding.arg("allowed", names.join("、")));
            submission.nameless.branch_entries += 1;
            continue;
        };
        for line in row.periods() {
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
                read_mark(&line, &as_item, scheme, period, &mut Signs::default(), &mut None, sink)
            };
            let (own, reviewed) = (mark(column::OWN_SCORE, false), mark(column::REVIEWED_SCORE, true));
            let at = Spot { sheet: table.number, row: line.index(), column: line.column(column::REVIEWED_SCORE).unwrap_or_default() };
            submission.branch_entries.push(BranchEntry { item, period, own, reviewed, at });
        }
    }
}
