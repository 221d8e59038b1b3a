//! 民主测评: one row a member and ballot, or one a member with 票数 and sums.

use std::collections::{BTreeMap, BTreeSet};

use crate::diag::{Code, Finding};
use crate::exact::Exact;
use crate::scheme::{Poll, Scheme};
use crate::workbook::{self, column};

use super::Expected;
use super::cell::{self, Number};
use super::entries::{Serving, member_of, missing_of, served, serving, tell_missing};
use super::model::{Ballots, Cast, Mark, Member, ServingTable, Spot, Submission};
use super::people::People;
use super::sink::Sink;
use super::table::{Line, Sheets};
use super::units::{Unit, sole_category};

pub fn read(sheets: &Sheets<'_>, submission: &mut Submission, expected: &Expected<'_>, sink: &mut Sink) {
    submission.ballots = vec![Ballots::default(); submission.members.len()];
    let needed = needed(&submission.members, expected, |_| true);
    if needed.is_empty() {
        return;
    }
    let all = serving(workbook::POLL.name, sheets, &needed, |_| false, sink);
    let there: Vec<Option<&str>> = all.iter().map(|one| one.category.as_deref()).collect();
    tell_missing(missing_sheets(&there, &submission.members, expected), expected, sink);
    let people = People::new(submission);
    let sole = sole_category(&submission.members).map(str::to_owned);
    let taken = |one: &&Serving| expected.share.takes(&Unit::of(workbook::POLL.name, one.category.as_deref(), sole.as_deref(), None));
    for one in all.iter().filter(taken) {
        read_sheet(sheets, one, &all, submission, &people, expected, sink);
    }
    // Some of their ballots are there, though nobody knows how many.
    for at in people.doubtful() {
        submission.ballots[at as usize].faulty += MANY;
    }
}

/// Categories of members who are scored in this run and polled about.
fn needed<'a>(members: &'a [Member], expected: &Expected<'a>, wanted: impl Fn(&Member) -> bool) -> BTreeMap<&'a str, &'a Scheme> {
    let polled = |member: &&Member| member.scored_in(expected.run.period) && expected.schemes[member.scheme].poll.is_some();
    let of = members.iter().filter(polled).filter(|member| wanted(member));
    of.map(|member| (member.category.as_ref(), &expected.schemes[member.scheme])).collect()
}

/// Names of sheets of ballots that members who are scored in this run lack.
pub fn missing_sheets(there: &[Option<&str>], members: &[Member], expected: &Expected<'_>) -> Vec<String> {
    // Nobody is asked for ballots on one who has left.
    let needed = needed(members, expected, |member| !member.has_left(expected.run.period));
    missing_of(workbook::POLL.name, there, &needed, &|_: &Scheme| false)
}

/// Sheets of ballots, whoever of the members is scored in this run.
pub fn sheets_of_ballots(sheets: &Sheets<'_>, members: &[Member], expected: &Expected<'_>, sink: &mut Sink) -> Vec<Serving> {
    let scored = members.iter().filter(|member| member.may_be_scored() && expected.schemes[member.scheme].poll.is_some());
    let ever: BTreeMap<&str, &Scheme> = scored.map(|member| (member.category.as_ref(), &expected.schemes[member.scheme])).collect();
    serving(workbook::POLL.name, sheets, &ever, |_| false, sink)
}

/// More ballots than a scheme asks for.
const MANY: u32 = 1_000_000;

/// What is wrong with the cells of a ballot of which nobody knows whom it is about.
fn check_ballot(line: &Line<'_>, serving: &Serving, summed: bool, members: &[Member], expected: &Expected<'_>, sink: &mut Sink) {
    let scheme = match serving.category.as_deref() {
        Some(category) => expected.schemes.get((expected.scheme_of)(category)),
        None => expected.only_scheme(members),
    };
    let Some((scheme, poll)) = scheme.and_then(|scheme| Some((scheme, scheme.poll.as_ref()?))) else { return };
    if let Some(count) = if summed { read_count(line, sink) } else { Some(1) } {
        read_ballot(line, poll, count, scheme.decimals, sink);
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
    let schemes: BTreeSet<usize> = served(workbook::POLL.name, &submission.members, serving, all, expected)
        .filter(|member| member.scored_in(run))
        .map(|member| member.scheme)
        .collect();
    let columns = |scheme: usize| expected.schemes[scheme].poll.iter().flat_map(|poll| &poll.columns).map(|(column, _)| column.as_str());
    let summed = sheets.has_all(&serving.found, std::iter::once(column::BALLOTS));
    let number_column = if summed { column::BALLOTS } else { column::BALLOT };
    let mut required: Vec<&str> = workbook::POLL.required();
    required.push(number_column);
    for column in schemes.iter().flat_map(|scheme| columns(*scheme)) {
        if !required.contains(&column) {
            required.push(column);
        }
    }
    let mut known = workbook::POLL.optional();
    // A sheet that nobody needs yet, as in a blank workbook, is still what its name says.
    known.extend(serving.category.as_deref().map(expected.scheme_of).into_iter().flat_map(columns));
    // Votes counted by word have a column a word instead of the poll's one.
    let tallied: Vec<&str> =
        if summed { schemes.iter().flat_map(|at| tally_words(expected.schemes[*at].poll.as_ref())).collect() } else { Vec::new() };
    if !tallied.is_empty() {
        required.truncate(2);
        required.extend(tallied);
    }
    let table = sheets.table(&serving.found, &required, &known, sink);
    let usable = required.iter().all(|name| table.has(name));
    let category = serving.category.as_deref().map(Into::into);
    submission.poll_tables.push(ServingTable { sheet: table.number, category, usable, columns: Vec::new(), end: 0 });
    if !table.has(column::NAME) || !table.has(number_column) {
        return;
    }
    let mut numbers: BTreeSet<(u32, String)> = BTreeSet::new();
    for line in table.lines(&|name| people.knows(name)) {
        let Some(at) = member_of(&line, serving, people, &submission.members, expected, sink) else {
            check_ballot(&line, serving, summed, &submission.members, expected, sink);
            continue;
        };
        let member = &submission.members[at as usize];
        if member.repeats.is_some() {
            continue;
        }
        if !member.scored_in(run) {
            sink.push(Finding::new(Code::NotScored, line.place(column::NAME, sink)).value(&*member.name));
            continue;
        }
        let scheme = &expected.schemes[member.scheme];
        let Some(poll) = &scheme.poll else { continue };
        // A ballot that was printed for one who is gone by the end of the year, and that nobody has filled in, is none.
        if member.last_month < run.last_month() && is_blank(&line, poll) {
            continue;
        }
        let count = if summed {
            let Some(count) = read_count(&line, sink) else {
                // How many they were nobody knows; that is said, and not that they were too few.
                submission.ballots[at as usize].faulty = u32::MAX;
                continue;
            };
            count
        } else {
            let number = line.word(column::BALLOT);
            if !number.is_empty() && !numbers.insert((at, number.clone())) {
                sink.push(Finding::new(Code::DuplicateBallot, line.place(column::BALLOT, sink)).value(number).about(&*member.name));
                continue;
            }
            1
        };
        if summed && submission.ballots[at as usize].count > 0 {
            sink.push(
                Finding::new(Code::DuplicateBallot, line.place(column::NAME, sink))
                    .value(&*member.name)
                    .about(&*member.name)
                    .arg("case", "count"),
            );
            continue;
        }
        let Some(marks) = read_ballot(&line, poll, count, scheme.decimals, sink) else {
            let faulty = &mut submission.ballots[at as usize].faulty;
            *faulty = faulty.saturating_add(count);
            continue;
        };
        let spot = Spot { sheet: table.number, row: line.index(), column: line.column(column::NAME).unwrap_or_default() };
        let ballots = &mut submission.ballots[at as usize];
        ballots.count += count;
        if ballots.sums.is_empty() {
            ballots.sums = vec![0; poll.columns.len()].into();
            // A tally has no column of that name: the count of ballots stands for it.
            let column = |name: &str| line.column(name).or_else(|| line.column(number_column)).unwrap_or_default();
            ballots.columns = poll.columns.iter().map(|(name, _)| column(name)).collect();
        }
        for (sum, mark) in ballots.sums.iter_mut().zip(&marks) {
            *sum += mark.thousandths();
        }
        ballots.cast.push(Cast { at: spot, marks: marks.into() });
    }
}

/// Nothing is entered, neither points nor how many ballots they come from.
fn is_blank(line: &Line<'_>, poll: &Poll) -> bool {
    let points = poll.columns.iter().map(|(name, _)| name.as_str()).chain(tally_words(Some(poll)));
    points.chain([column::BALLOTS]).all(|name| cell::is_nothing(&line.word(name)))
}

/// The words that a tally has columns for: those of a poll of one column.
fn tally_words(poll: Option<&Poll>) -> impl Iterator<Item = &str> {
    poll.filter(|poll| poll.columns.len() == 1).into_iter().flat_map(|poll| &poll.words).map(|(word, _)| word.as_str())
}

/// 票数: a whole number above zero.
fn read_count(line: &Line<'_>, sink: &mut Sink) -> Option<u32> {
    if line.unseen(column::BALLOTS, sink) {
        return None;
    }
    let code = match cell::number(line.get(column::BALLOTS)) {
        Number::Is { value, .. } => match value.as_integer() {
            Some(count @ 1..=100_000) => return u32::try_from(count).ok(),
            _ => Code::OutOfRange,
        },
        Number::Nothing => Code::MissingEntry,
        Number::Fault(code) => code,
    };
    let finding = line.finding(code, column::BALLOTS, sink).arg("min", 1).arg("max", 100_000).arg("case", "count").arg("takes", "whole");
    sink.push(finding.about(line.word(column::NAME)));
    None
}

/// The marks of one ballot, or the sums of several. `None` where a cell cannot be used.
fn read_ballot(line: &Line<'_>, poll: &Poll, count: u32, decimals: u16, sink: &mut Sink) -> Option<Vec<Mark>> {
    if tally_words(Some(poll)).next().is_some() && line.column(column::BALLOTS).is_some() {
        return read_tally(line, poll, count, sink).map(|mark| vec![mark]);
    }
    let mut marks = Vec::with_capacity(poll.columns.len());
    let mut good = true;
    for (name, max) in &poll.columns {
        line.column(name)?;
        if line.unseen(name, sink) {
            good = false;
            continue;
        }
        let content = line.get(name);
        let finding = |sink: &Sink, code: Code| line.finding(code, name, sink).about(line.word(column::NAME));
        let max = max.clone() * Exact::from(i64::from(count));
        if !poll.words.is_empty() && line.column(column::BALLOTS).is_none() {
            let written = line.word(name);
            let worth = poll.words.iter().find(|(name, _)| *name == written).and_then(|(_, worth)| worth.published_decimal(3));
            match worth.and_then(Mark::new) {
                Some(mark) => marks.push(mark),
                None if cell::is_nothing(&written) && poll.columns.len() > 1 => sink.push(finding(sink, Code::BallotIncomplete)),
                None if cell::is_nothing(&written) => sink.push(finding(sink, Code::MissingEntry).arg("case", "ballot")),
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
            Number::Nothing => finding(sink, Code::MissingEntry).arg("case", "ballot"),
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
fn read_tally(line: &Line<'_>, poll: &Poll, count: u32, sink: &mut Sink) -> Option<Mark> {
    let (mut worth, mut cast, mut good) = (Exact::zero(), 0, true);
    for (name, points) in &poll.words {
        line.column(name)?;
        if line.unseen(name, sink) {
            good = false;
            continue;
        }
        let code = match cell::number(line.get(name)) {
            Number::Nothing => continue,
            _ if cell::hides_nought(line.get(name)) => continue,
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
        sink.push(line.finding(code, name, sink).arg("min", 0).arg("max", count).arg("takes", "whole").about(line.word(column::NAME)));
        good = false;
    }
    if good && cast != i64::from(count) {
        line.column(column::BALLOTS)?;
        let finding = Finding::new(Code::OutOfRange, line.place(column::BALLOTS, sink)).value(count.to_string());
        sink.push(
            finding.arg("column", column::BALLOTS).arg("min", cast).arg("max", cast).arg("takes", "whole").about(line.word(column::NAME)),
        );
        good = false;
    }
    let worth = worth.published_decimal(3).and_then(Mark::new)?;
    good.then_some(worth)
}
