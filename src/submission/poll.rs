//! 民主测评: one row a member and ballot, or one a member with 票数 and sums; of several bodies and periods, one of each.

use std::collections::{BTreeMap, BTreeSet};

use crate::diag::{Code, Finding};
use crate::exact::Exact;
use crate::period::{Every, Period};
use crate::scheme::{Poll, Scheme};
use crate::workbook::{self, column};

use super::Expected;
use super::cell::{self, Number};
use super::entries::{Serving, member_of, missing_of, served, serving, tell_missing};
use super::facts::pick;
use super::marks::{read_period, told_period};
use super::model::{Cast, Mark, Member, ServingTable, Spot, Submission};
use super::people::People;
use super::sink::Sink;
use super::table::{Line, Sheets};
use super::units::{Unit, sole_category};

/// Reads every vote that may be scored in this run: of a shorter one those of shorter periods that have ended, for what was posted
/// of them is scored again. What is wrong with votes that the run itself does not look at is not told.
pub fn read(sheets: &Sheets<'_>, submission: &mut Submission, expected: &Expected<'_>, sink: &mut Sink) {
    submission.ballots = vec![Vec::new(); submission.members.len()];
    submission.poll_tables.clear();
    let run = expected.run.period;
    let needed = needed(&submission.members, expected, |scheme| reads(scheme, run), |_| true);
    if needed.is_empty() {
        return;
    }
    let looks = needed.values().any(|scheme| !scheme.votes_in(run).is_empty());
    let mut untold = Sink::new(&submission.file);
    let sink = if looks { sink } else { &mut untold };
    let all = serving(workbook::POLL.name, sheets, &needed, |_| false, sink);
    let there: Vec<Option<&str>> = all.iter().map(|one| one.category.as_deref()).collect();
    tell_missing(missing_sheets(&there, &submission.members, expected), expected, sink);
    let people = People::new(submission);
    let sole = sole_category(&submission.members).map(str::to_owned);
    let reading = Reading { sheets, all: &all, people: &people, expected, sole: sole.as_deref() };
    for one in &all {
        reading.read_sheet(one, submission, sink);
    }
    // Some of their ballots are there, though nobody knows how many.
    for at in people.doubtful() {
        doubt(submission, at, expected, MANY);
    }
}

/// True where votes of the scheme may be scored in a run.
fn reads(scheme: &Scheme, run: Period) -> bool {
    scheme.polls.iter().any(|poll| run == Period::YEAR || poll.every != Every::Year)
}

/// True where rows of ballots tell of when they are.
pub fn by_period(expected: &Expected<'_>) -> bool {
    expected.schemes.iter().any(Scheme::polls_by_period)
}

/// So many ballots on a member are there that nobody can read, of whatever vote.
fn doubt(submission: &mut Submission, at: u32, expected: &Expected<'_>, many: u32) {
    let scheme = &expected.schemes[submission.members[at as usize].scheme];
    for (poll, period) in scheme.votes_in(expected.run.period) {
        let faulty = &mut submission.vote_mut(at, poll, period).faulty;
        *faulty = faulty.saturating_add(many);
    }
}

/// Categories of members who are scored in this run and polled about.
fn needed<'a>(
    members: &'a [Member],
    expected: &Expected<'a>,
    polled: impl Fn(&Scheme) -> bool,
    wanted: impl Fn(&Member) -> bool,
) -> BTreeMap<&'a str, &'a Scheme> {
    let polled = |member: &&Member| member.scored_in(expected.run.period) && polled(&expected.schemes[member.scheme]);
    let of = members.iter().filter(polled).filter(|member| wanted(member));
    of.map(|member| (member.category.as_ref(), &expected.schemes[member.scheme])).collect()
}

/// Names of sheets of ballots that members who are scored in this run lack.
pub fn missing_sheets(there: &[Option<&str>], members: &[Member], expected: &Expected<'_>) -> Vec<String> {
    let run = expected.run.period;
    // Nobody is asked for ballots on one who has left.
    let needed = needed(members, expected, |scheme| !scheme.votes_in(run).is_empty(), |member| !member.has_left(run));
    missing_of(workbook::POLL.name, there, &needed, &|_: &Scheme| false)
}

/// Sheets of ballots, whoever of the members is scored in this run.
pub fn sheets_of_ballots(sheets: &Sheets<'_>, members: &[Member], expected: &Expected<'_>, sink: &mut Sink) -> Vec<Serving> {
    let scored = members.iter().filter(|member| member.may_be_scored() && !expected.schemes[member.scheme].polls.is_empty());
    let ever: BTreeMap<&str, &Scheme> = scored.map(|member| (member.category.as_ref(), &expected.schemes[member.scheme])).collect();
    serving(workbook::POLL.name, sheets, &ever, |_| false, sink)
}

/// More ballots than a scheme asks for.
const MANY: u32 = 1_000_000;

/// What sheets of ballots are read with.
struct Reading<'a> {
    sheets: &'a Sheets<'a>,
    /// Every sheet of ballots.
    all: &'a [Serving],
    people: &'a People,
    expected: &'a Expected<'a>,
    /// The one category of everybody.
    sole: Option<&'a str>,
}

/// A table of ballots: how it counts them, and which of its columns are points or words of some vote.
struct Counting<'a> {
    /// Rows are sums of several ballots, with 票数.
    summed: bool,
    columns: Vec<&'a str>,
}

/// Ballots by member, poll, period and number.
type Numbers = BTreeSet<(u32, usize, Period, String)>;

impl<'a> Reading<'a> {
    fn unit(&self, serving: &Serving, period: Option<Period>) -> Unit {
        Unit::of(workbook::POLL.name, serving.category.as_deref(), self.sole, period)
    }

    /// True for the rows of a period that are not taken from another file.
    fn takes(&self, serving: &Serving, line: &Line<'_>) -> bool {
        let share = &self.expected.share;
        let period = || told_period(line, self.expected.run.year).filter(|_| by_period(self.expected));
        share.is_whole() || share.takes(&self.unit(serving, period()))
    }

    fn read_sheet(&self, serving: &'a Serving, submission: &mut Submission, sink: &mut Sink) {
        let (expected, run) = (self.expected, self.expected.run.period);
        if !expected.share.takes_of(&self.unit(serving, None)) {
            return;
        }
        let schemes: BTreeSet<usize> = served(workbook::POLL.name, &submission.members, serving, self.all, expected)
            .filter(|member| member.scored_in(run))
            .map(|member| member.scheme)
            .collect();
        let of = |at: usize| expected.schemes.get(at);
        let polls = |at: usize| of(at).into_iter().flat_map(|scheme| &scheme.polls);
        let summed = self.sheets.has_all(&serving.found, std::iter::once(column::BALLOTS));
        let number_column = if summed { column::BALLOTS } else { column::BALLOT };
        let mut required: Vec<&str> = workbook::POLL.required();
        required.push(number_column);
        let any = |is: fn(&Scheme) -> bool| schemes.iter().filter_map(|at| of(*at)).any(is);
        let telling: Vec<&str> = [(column::VOTERS, any(Scheme::tells_voters)), (column::PERIOD, any(Scheme::polls_by_period))]
            .into_iter()
            .filter(|(_, asked)| *asked)
            .map(|(name, _)| name)
            .collect();
        required.extend(&telling);
        let mut columns: Vec<&str> = Vec::new();
        for name in schemes.iter().flat_map(|at| polls(*at)).flat_map(|poll| headings(poll, summed)) {
            if !columns.contains(&name) {
                columns.push(name);
            }
        }
        required.extend(&columns);
        let mut known = workbook::POLL.optional();
        // A sheet that nobody needs yet, as in a blank workbook, is still what its name says.
        let own = serving.category.as_deref().map(expected.scheme_of);
        known.extend(own.into_iter().flat_map(polls).flat_map(|poll| &poll.columns).map(|(name, _)| name.as_str()));
        let table = self.sheets.table(&serving.found, &required, &known, sink);
        let has = |name: &&str| table.has(name) || **name == *column::PERIOD && table.has_period();
        let usable = required.iter().all(&has);
        let category = serving.category.as_deref().map(Into::into);
        submission.poll_tables.push(ServingTable { sheet: table.number, category, usable, columns: Vec::new(), end: 0 });
        if !table.has(column::NAME) || !table.has(number_column) || !telling.iter().all(has) {
            return;
        }
        let counting = Counting { summed, columns };
        let mut numbers = Numbers::new();
        for line in table.lines(&|name| self.people.knows(name)) {
            if !self.takes(serving, &line) {
                submission.passed_over.extend(line.rows().map(|row| (table.number, row)));
                continue;
            }
            let Some(at) = member_of(&line, serving, self.people, &submission.members, expected, sink) else {
                self.check_ballot(&line, serving, summed, &submission.members, sink);
                continue;
            };
            self.read_line((&line, table.number), at, &counting, &mut numbers, submission, sink);
        }
    }

    /// What is wrong with the cells of a ballot of which nobody knows whom it is about.
    fn check_ballot(&self, line: &Line<'_>, serving: &Serving, summed: bool, members: &[Member], sink: &mut Sink) {
        let scheme = match serving.category.as_deref() {
            Some(category) => self.expected.schemes.get((self.expected.scheme_of)(category)),
            None => self.expected.only_scheme(members),
        };
        let Some(scheme) = scheme.filter(|scheme| !scheme.polls.is_empty()) else { return };
        let Some((poll, period)) = self.vote(line, scheme, sink).filter(|(_, period)| self.is_due(*period)) else { return };
        // Where several bodies vote, every row was prepared for somebody.
        if period != Period::YEAR && is_blank(line, &scheme.polls[poll]) {
            return;
        }
        if let Some(count) = if summed { read_count(line, sink) } else { Some(1) } {
            read_ballot(line, &scheme.polls[poll], count, scheme.decimals, sink);
        }
    }

    /// Votes of later periods are not due yet, and those of the year in the year only.
    fn is_due(&self, period: Period) -> bool {
        let run = self.expected.run.period;
        period.last_month() <= run.last_month() && (period != Period::YEAR || run == Period::YEAR)
    }

    /// Whose ballot a row is, and of when.
    fn vote(&self, line: &Line<'_>, scheme: &Scheme, sink: &mut Sink) -> Option<(usize, Period)> {
        let poll = if scheme.tells_voters() {
            pick(line, column::VOTERS, scheme.polls.iter().map(|poll| poll.name.as_str()), Code::UnknownValue, sink)?
        } else {
            0
        };
        let every = scheme.polls[poll].every;
        // Votes of the year need not say so.
        if every == Every::Year && (!scheme.polls_by_period() || cell::is_nothing(&line.word(column::PERIOD))) {
            return Some((poll, Period::YEAR));
        }
        read_period(line, every, self.expected.run.year, sink).map(|period| (poll, period))
    }

    fn read_line(
        &self,
        (line, sheet): (&Line<'_>, u16),
        at: u32,
        counting: &Counting<'_>,
        numbers: &mut Numbers,
        submission: &mut Submission,
        sink: &mut Sink,
    ) {
        let run = self.expected.run.period;
        let member = &submission.members[at as usize];
        if member.repeats.is_some() {
            return;
        }
        let scheme = &self.expected.schemes[member.scheme];
        if !member.may_be_scored() || (!scheme.polls_by_period() && !member.scored_in(run)) {
            sink.push(Finding::new(Code::NotScored, line.place(column::NAME, sink)).value(&*member.name));
            return;
        }
        if scheme.polls.is_empty() {
            return;
        }
        let Some((poll_at, period)) = self.vote(line, scheme, sink) else {
            doubt(submission, at, self.expected, MANY);
            return;
        };
        let poll = &scheme.polls[poll_at];
        if !self.is_due(period) {
            return;
        }
        // A ballot that was printed for one who is gone by the end of the period, or not there yet, and that nobody has filled in, is none.
        let whole = member.first_month <= period.first_month() && member.last_month >= period.last_month();
        if (member.last_month < period.last_month() || (period != Period::YEAR && !whole)) && is_blank(line, poll) {
            return;
        }
        if !member.expected_in(period) {
            let finding = Finding::new(Code::UnexpectedEntry, line.place(column::NAME, sink)).value(&*member.name);
            sink.push(finding.arg("period", period.zh()).ordinal(period.ordinal()));
            return;
        }
        let count = if counting.summed {
            let Some(count) = read_count(line, sink) else {
                // How many they were nobody knows; that is said, and not that they were too few.
                submission.vote_mut(at, poll_at, period).faulty = u32::MAX;
                return;
            };
            count
        } else {
            let number = line.word(column::BALLOT);
            if !number.is_empty() && !numbers.insert((at, poll_at, period, number.clone())) {
                sink.push(Finding::new(Code::DuplicateBallot, line.place(column::BALLOT, sink)).value(number).about(&*member.name));
                return;
            }
            1
        };
        if counting.summed && submission.vote(at, poll_at, period).is_some_and(|ballots| ballots.count > 0) {
            sink.push(
                Finding::new(Code::DuplicateBallot, line.place(column::NAME, sink))
                    .value(&*member.name)
                    .about(&*member.name)
                    .arg("case", "count"),
            );
            return;
        }
        let name = member.name.clone();
        let other =
            |heading: &&&str| !headings(poll, counting.summed).any(|own| own == **heading) && !cell::is_nothing(&line.word(heading));
        if let Some(heading) = counting.columns.iter().find(other) {
            let finding = line.finding(Code::UnexpectedEntry, heading, sink).value(&*name);
            sink.push(finding.arg("kind", "voters").arg("voters", poll.title()));
        }
        let marks = read_ballot(line, poll, count, scheme.decimals, sink);
        let ballots = submission.vote_mut(at, poll_at, period);
        let Some(marks) = marks else {
            ballots.faulty = ballots.faulty.saturating_add(count);
            return;
        };
        ballots.count += count;
        if ballots.sums.is_empty() {
            ballots.sums = vec![0; poll.columns.len()].into();
            // A tally has no column of that name: the count of ballots stands for it.
            let number_column = if counting.summed { column::BALLOTS } else { column::BALLOT };
            let column = |name: &str| line.column(name).or_else(|| line.column(number_column)).unwrap_or_default();
            ballots.columns = poll.columns.iter().map(|(name, _)| column(name)).collect();
        }
        for (sum, mark) in ballots.sums.iter_mut().zip(&marks) {
            *sum += mark.thousandths();
        }
        let spot = Spot { sheet, row: line.index(), column: line.column(column::NAME).unwrap_or_default() };
        ballots.cast.push(Cast { at: spot, marks: marks.into() });
    }
}

/// Columns that hold a poll's ballots: its own, or where votes are counted by word one a word.
fn headings(poll: &Poll, summed: bool) -> impl Iterator<Item = &str> {
    let tally = if summed { poll.tally() } else { &[] };
    let own = if tally.is_empty() { poll.columns.as_slice() } else { tally };
    own.iter().map(|(name, _)| name.as_str())
}

/// Nothing is entered, neither points nor how many ballots they come from.
fn is_blank(line: &Line<'_>, poll: &Poll) -> bool {
    let points = poll.columns.iter().map(|(name, _)| name.as_str()).chain(poll.tally().iter().map(|(word, _)| word.as_str()));
    points.chain([column::BALLOTS]).all(|name| cell::is_nothing(&line.word(name)))
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
    if !poll.tally().is_empty() && line.column(column::BALLOTS).is_some() {
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
