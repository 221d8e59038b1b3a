//! 民主测评: one row a member and ballot, or one a member with 票数 and sums.

use std::collections::{BTreeMap, BTreeSet};

use crate::diag::{Code, Finding};
use crate::exact::Exact;
use crate::scheme::Poll;
use crate::sheet::{Book, Row};

use super::Expected;
use super::cell::{self, Number, shown};
use super::entries::{Serving, served, serving};
use super::model::{Ballots, Cast, Mark, ServingTable, Spot, Submission};
use super::people::People;
use super::sink::Sink;
use super::table::{Sheets, Table, get, word};

pub fn read(book: &Book, sheets: &Sheets<'_>, submission: &mut Submission, expected: &Expected<'_>, sink: &mut Sink) {
    let run = expected.run.period;
    submission.ballots = vec![Ballots::default(); submission.members.len()];
    let mut needed: BTreeMap<&str, bool> = BTreeMap::new();
    for member in submission.members.iter().filter(|member| member.scored_in(run)) {
        if expected.schemes[member.scheme].poll.is_some() {
            needed.insert(&member.category, false);
        }
    }
    if needed.is_empty() {
        return;
    }
    let (all, missing) = serving("民主测评", sheets, &needed, expected);
    for name in missing {
        sink.push(Finding::new(Code::MissingSheet, sink.sheet(&name.as_str().into())).arg("name", name));
    }
    let people = People::new(submission);
    for one in &all {
        read_sheet(book, one, &all, submission, &people, expected, sink);
    }
}

fn read_sheet(
    book: &Book,
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
    let mut required: Vec<&str> = vec!["姓名"];
    for scheme in &schemes {
        for (column, _) in expected.schemes[*scheme].poll.iter().flat_map(|poll| &poll.columns) {
            if !required.contains(&column.as_str()) {
                required.push(column);
            }
        }
    }
    let summed = book.sheets[serving.sheet].rows.iter().take(40).any(|row| {
        row.cells.iter().any(|cell| matches!(&cell.content, crate::sheet::Content::Text(text) if crate::sheet::words::key(text) == "票数"))
    });
    let number_column = if summed { "票数" } else { "票号" };
    // Votes counted by word have a column a word instead of the poll's one.
    let tallied: Vec<&str> =
        if summed { schemes.iter().flat_map(|at| tally_words(expected.schemes[*at].poll.as_ref())).collect() } else { Vec::new() };
    if !tallied.is_empty() {
        required.truncate(1);
        required.extend(tallied);
    }
    required.insert(1, number_column);
    let table = Table::find(book, serving.sheet, &required, &["序号", "备注"], sink);
    let usable = required.iter().all(|name| table.column(name).is_some());
    submission.poll_tables.push(ServingTable { sheet: table.number, category: serving.category.as_deref().map(Into::into), usable });
    if table.column("姓名").is_none() || table.column(number_column).is_none() {
        return;
    }
    let mut numbers: BTreeSet<(u32, String)> = BTreeSet::new();
    for row in table.rows() {
        let Some(at) = people.resolve(&table, row, &submission.members, sink) else { continue };
        let member = submission.members[at as usize].clone();
        let name_column = table.column("姓名").unwrap_or_default();
        let name_place = sink.cell(&table.sheet.name, row.index, name_column);
        if let Some(category) = &serving.category
            && member.category.as_ref() != category
        {
            sink.push(
                Finding::new(Code::CategoryMismatch, name_place)
                    .value(&*member.name)
                    .arg("category", &member.category)
                    .arg("expected", category),
            );
            continue;
        }
        if !member.scored_in(run) {
            sink.push(Finding::new(Code::NotScored, name_place).value(&*member.name));
            continue;
        }
        let Some(poll) = &expected.schemes[member.scheme].poll else { continue };
        let count = if summed {
            let Some(count) = read_count(&table, row, sink) else {
                submission.ballots[at as usize].faulty += 1;
                continue;
            };
            count
        } else {
            let number = word(row, table.column("票号"));
            if !number.is_empty() && !numbers.insert((at, number.clone())) {
                let place = sink.cell(&table.sheet.name, row.index, table.column("票号").unwrap_or_default());
                sink.push(Finding::new(Code::DuplicateBallot, place).value(number).arg("name", &member.name));
                continue;
            }
            1
        };
        if summed && submission.ballots[at as usize].count > 0 {
            sink.push(Finding::new(Code::DuplicateBallot, name_place).value(&*member.name).arg("name", &member.name));
            continue;
        }
        let Some(marks) = read_ballot(&table, row, poll, count, expected.schemes[member.scheme].decimals, sink) else {
            submission.ballots[at as usize].faulty += 1;
            continue;
        };
        let spot = Spot { sheet: table.number, row: row.index, column: name_column };
        let ballots = &mut submission.ballots[at as usize];
        ballots.count += count;
        if ballots.sums.is_empty() {
            ballots.sums = vec![0; poll.columns.len()].into();
            // A tally has no column of that name: the count of ballots stands for it.
            let column = |name: &str| table.column(name).or_else(|| table.column(number_column)).unwrap_or_default();
            ballots.columns = poll.columns.iter().map(|(name, _)| column(name)).collect();
        }
        for (sum, mark) in ballots.sums.iter_mut().zip(&marks) {
            *sum += mark.thousandths();
        }
        ballots.cast.push(Cast { at: spot, marks: marks.into() });
    }
}

/// The words that a tally has columns for: those of a poll of one column.
fn tally_words(poll: Option<&Poll>) -> impl Iterator<Item = &str> {
    poll.filter(|poll| poll.columns.len() == 1).into_iter().flat_map(|poll| &poll.words).map(|(word, _)| word.as_str())
}

/// 票数: a whole number above zero.
fn read_count(table: &Table<'_>, row: &Row, sink: &mut Sink) -> Option<u32> {
    let column = table.column("票数")?;
    let content = get(row, Some(column));
    let code = match cell::number(content) {
        Number::Is { value, .. } => match value.as_integer() {
            Some(count @ 1..=100_000) => return u32::try_from(count).ok(),
            _ => Code::OutOfRange,
        },
        Number::Nothing => Code::MissingEntry,
        Number::Fault(code) => code,
    };
    let mut finding =
        Finding::new(code, sink.cell(&table.sheet.name, row.index, column)).arg("column", "票数").arg("min", 1).arg("max", 100_000);
    finding.value = content.map(shown);
    sink.push(finding.arg("name", word(row, table.column("姓名"))));
    None
}

/// The marks of one ballot, or the sums of several. `None` where a cell cannot be used.
fn read_ballot(table: &Table<'_>, row: &Row, poll: &Poll, count: u32, decimals: u16, sink: &mut Sink) -> Option<Vec<Mark>> {
    if tally_words(Some(poll)).next().is_some() && table.column("票数").is_some() {
        return read_tally(table, row, poll, count, sink).map(|mark| vec![mark]);
    }
    let mut marks = Vec::with_capacity(poll.columns.len());
    let mut good = true;
    for (name, max) in &poll.columns {
        let column = table.column(name)?;
        let content = get(row, Some(column));
        let finding = |sink: &Sink, code: Code| {
            let mut finding = Finding::new(code, sink.cell(&table.sheet.name, row.index, column)).arg("column", name);
            finding.value = content.map(shown);
            finding.arg("name", word(row, table.column("姓名")))
        };
        let max = max.clone() * Exact::from(i64::from(count));
        if !poll.words.is_empty() && table.column("票数").is_none() {
            let written = word(row, Some(column));
            let worth = poll.words.iter().find(|(name, _)| *name == written).and_then(|(_, worth)| worth.published_decimal(3));
            match worth.and_then(Mark::new) {
                Some(mark) => marks.push(mark),
                None if cell::is_nothing(&written) && poll.columns.len() > 1 => sink.push(finding(sink, Code::BallotIncomplete)),
                None if cell::is_nothing(&written) => sink.push(finding(sink, Code::MissingEntry)),
                None => {
                    let allowed: Vec<&str> = poll.words.iter().map(|(name, _)| name.as_str()).collect();
                    sink.push(finding(sink, Code::UnknownValue).arg("allowed", allowed.join("、")));
                }
            }
            continue;
        }
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
    (good && marks.len() == poll.columns.len()).then_some(marks)
}

/// A tally by word: how many ballots said each, together as many as were cast. What they are worth together.
fn read_tally(table: &Table<'_>, row: &Row, poll: &Poll, count: u32, sink: &mut Sink) -> Option<Mark> {
    let (mut worth, mut cast, mut good) = (Exact::zero(), 0, true);
    for (name, points) in &poll.words {
        let column = table.column(name)?;
        let content = get(row, Some(column));
        let code = match cell::number(content) {
            Number::Nothing => continue,
            Number::Is { value, .. } => match value.as_integer() {
                Some(votes @ 0..=100_000) => {
                    cast += votes;
                    worth = worth + points.clone() * Exact::from(votes);
                    continue;
                }
                _ => Code::OutOfRange,
            },
            Number::Fault(code) => code,
        };
        let mut finding =
            Finding::new(code, sink.cell(&table.sheet.name, row.index, column)).arg("column", name).arg("min", 0).arg("max", count);
        finding.value = content.map(shown);
        sink.push(finding.arg("name", word(row, table.column("姓名"))));
        good = false;
    }
    if good && cast != i64::from(count) {
        let column = table.column("票数")?;
        let finding = Finding::new(Code::OutOfRange, sink.cell(&table.sheet.name, row.index, column)).value(count.to_string());
        sink.push(finding.arg("column", "票数").arg("min", cast).arg("max", cast).arg("name", word(row, table.column("姓名"))));
        good = false;
    }
    let worth = worth.published_decimal(3).and_then(Mark::new)?;
    good.then_some(worth)
}
