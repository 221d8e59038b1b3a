//! 民主测评: one row a member and ballot, or one a member with 票数 and sums.

use std::collections::{BTreeMap, BTreeSet};

use crate::diag::{Code, Finding};
use crate::exact::Exact;
use crate::scheme::{Poll, Scheme};

use super::Expected;
use super::cell::{self, Number};
use super::entries::{Serving, member_of, served, serving};
use super::model::{Ballots, Cast, Mark, ServingTable, Spot, Submission};
use super::people::People;
use super::sink::Sink;
use super::table::{Line, Sheets};

pub fn read(sheets: &Sheets<'_>, submission: &mut Submission, expected: &Expected<'_>, sink: &mut Sink) {
    let run = expected.run.period;
    submission.ballots = vec![Ballots::default(); submission.members.len()];
    let mut needed: BTreeMap<&str, &Scheme> = BTreeMap::new();
    for member in submission.members.iter().filter(|member| member.scored_in(run)) {
        if expected.schemes[member.scheme].poll.is_some() {
            needed.insert(&member.category, &expected.schemes[member.scheme]);
        }
    }
    if needed.is_empty() {
        return;
    }
    let all = serving("民主测评", sheets, &needed, |_| false, sink);
    let people = People::new(submission);
    for one in &all {
        read_sheet(sheets, one, &all, submission, &people, expected, sink);
    }
}

fn read_sheet(
    sheets: &Sheets<'_>,
    serving: &Serving,
    all: &[Serving],
    submission: &mut Submission,
    people: &People,
    expected: &Expected<'_>,
    sink: &mut Sink,
) {
    let run = expected.run.period;
    let schemes: BTreeSet<usize> =
        served(&submission.members, serving, all).filter(|member| member.scored_in(run)).map(|member| member.scheme).collect();
    let columns = |scheme: usize| expected.schemes[scheme].poll.iter().flat_map(|poll| &poll.columns).map(|(column, _)| column.as_str());
    let summed = sheets.has_all(&serving.found, std::iter::once("票数"));
    let number_column = if summed { "票数" } else { "票号" };
    let mut required: Vec<&str> = vec!["姓名", number_column];
    for column in schemes.iter().flat_map(|scheme| columns(*scheme)) {
        if !required.contains(&column) {
            required.push(column);
        }
    }
    let mut known = vec!["序号", "备注"];
    // A sheet that nobody needs yet, as in a blank workbook, is still what its name says.
    known.extend(serving.category.as_deref().map(expected.scheme_of).into_iter().flat_map(columns));
    let table = sheets.table(&serving.found, &required, &known, sink);
    let usable = required.iter().all(|name| table.has(name));
    submission.poll_tables.push(ServingTable { sheet: table.number, category: serving.category.as_deref().map(Into::into), usable });
    if !table.has("姓名") || !table.has(number_column) {
        return;
    }
    let mut numbers: BTreeSet<(u32, String)> = BTreeSet::new();
    for line in table.lines() {
        let Some(at) = member_of(&line, serving, people, &submission.members, sink) else { continue };
        let member = &submission.members[at as usize];
        if !member.scored_in(run) {
            sink.push(Finding::new(Code::NotScored, line.place("姓名", sink)).value(&*member.name));
            continue;
        }
        let scheme = &expected.schemes[member.scheme];
        let Some(poll) = &scheme.poll else { continue };
        let count = if summed {
            let Some(count) = read_count(&line, sink) else {
                submission.ballots[at as usize].faulty += 1;
                continue;
            };
            count
        } else {
            let number = line.word("票号");
            if !number.is_empty() && !numbers.insert((at, number.clone())) {
                sink.push(Finding::new(Code::DuplicateBallot, line.place("票号", sink)).value(number).arg("name", &member.name));
                continue;
            }
            1
        };
        if summed && submission.ballots[at as usize].count > 0 {
            sink.push(Finding::new(Code::DuplicateBallot, line.place("姓名", sink)).value(&*member.name).arg("name", &member.name));
            continue;
        }
        let Some(marks) = read_ballot(&line, poll, count, scheme.decimals, sink) else {
            submission.ballots[at as usize].faulty += 1;
            continue;
        };
        let spot = Spot { sheet: table.number, row: line.index(), column: line.column("姓名").unwrap_or_default() };
        let ballots = &mut submission.ballots[at as usize];
        ballots.count += count;
        if ballots.sums.is_empty() {
            ballots.sums = vec![0; poll.columns.len()].into();
            ballots.columns = poll.columns.iter().map(|(name, _)| line.column(name).unwrap_or_default()).collect();
        }
        for (sum, mark) in ballots.sums.iter_mut().zip(&marks) {
            *sum += mark.thousandths();
        }
        ballots.cast.push(Cast { at: spot, marks: marks.into() });
    }
}

/// 票数: a whole number above zero.
fn read_count(line: &Line<'_>, sink: &mut Sink) -> Option<u32> {
    let code = match cell::number(line.get("票数")) {
        Number::Is { value, .. } => match value.as_integer() {
            Some(count @ 1..=100_000) => return u32::try_from(count).ok(),
            _ => Code::OutOfRange,
        },
        Number::Nothing => Code::MissingEntry,
        Number::Fault(code) => code,
    };
    let finding = line.finding(code, "票数", sink).arg("min", 1).arg("max", 100_000);
    sink.push(finding.arg("name", line.word("姓名")));
    None
}

/// The marks of one ballot, or the sums of several. `None` where a cell cannot be used.
fn read_ballot(line: &Line<'_>, poll: &Poll, count: u32, decimals: u16, sink: &mut Sink) -> Option<Vec<Mark>> {
    let mut marks = Vec::with_capacity(poll.columns.len());
    let mut good = true;
    for (name, max) in &poll.columns {
        line.column(name)?;
        let content = line.get(name);
        let finding = |sink: &Sink, code: Code| line.finding(code, name, sink).arg("name", line.word("姓名"));
        let max = max.clone() * Exact::from(i64::from(count));
        let fault = match cell::number(content) {
            Number::Fault(code) => finding(sink, code),
            Number::Nothing if poll.columns.len() > 1 => finding(sink, Code::BallotIncomplete),
            Number::Nothing => finding(sink, Code::MissingEntry),
            Number::Is { value, text } => {
                if text {
                    sink.push(finding(sink, Code::TextNumber).arg("number", value));
                }
                if value.is_negative() || Exact::from(value) > max {
                    finding(sink, Code::OutOfRange).arg("min", 0).arg("max", max)
                } else if value.places() > decimals {
                    finding(sink, Code::TooManyDecimals).arg("decimals", decimals)
                } else {
                    match Mark::new(value) {
                        Some(mark) => {
                            marks.push(mark);
                            continue;
                        }
                        None => finding(sink, Code::OutOfRange).arg("min", 0).arg("max", max),
                    }
                }
            }
        };
        sink.push(fault);
        good = false;
    }
    good.then_some(marks)
}
