//! Is everything there that must be? Rows, periods, ballots, self-assessments, branch points, and marks that differ.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::Datelike;

use crate::diag::{Code, Fact, Finding, Place};
use crate::exact::Exact;
use crate::period::{Period, RunPeriod};
use crate::scheme::{Item, ItemKind, Rules, Scheme, Window};
use crate::submission::{Ballots, Entry, Mark, Member, ServingTable, Submission, table_for};
use crate::workbook::column;

/// One member, period and scorer entered twice; found at the later row.
pub fn duplicate_entry(submission: &Submission) -> Vec<Finding> {
    let carried = |entry: &Entry| submission.carried_from(entry.at).is_some();
    let same = |a: &Entry, b: &Entry| {
        !carried(a) && !carried(b) && a.member == b.member && a.period == b.period && a.own == b.own && a.day == b.day
    };
    submission
        .entries
        .windows(2)
        .filter(|pair| same(&pair[0], &pair[1]))
        .map(|pair| {
            let member = &submission.members[pair[1].member as usize];
            let first = submission.place(pair[0].at).cell.map(|cell| cell.to_string()).unwrap_or_default();
            // Where rows name their day two of a period are none too many.
            let when = pair[1].day.map_or_else(|| pair[1].period.zh(), |day| format!("{}月{}日", day.month(), day.day()));
            Finding::new(Code::DuplicateEntry, submission.place(pair[1].at))
                .value(&*member.name)
                .arg("period", when)
                .ordinal(pair[1].period.ordinal())
                .arg("first", first)
        })
        .collect()
}

/// Periods in which entries are due: those within the run's period, and where a figure looks back, all earlier ones.
pub fn due_periods(rules: &Rules, run: Period) -> Vec<Period> {
    let looks_back = rules.figures.iter().any(|figure| figure.window == Window::SoFar && figure.runs.contains(&run.every()));
    rules.every.all().filter(|period| if looks_back { period.last_month() <= run.last_month() } else { run.contains(*period) }).collect()
}

/// What the sentence about missing rows calls their periods.
const PERIODS: &str = "period";

/// What one member lacks on his sheet.
struct Lack<'a> {
    member: &'a Member,
    /// Periods in which he is expected.
    due: Vec<Period>,
    /// Those without a row.
    missing: Vec<Period>,
    /// Only deductions and bonuses are entered.
    deducts: bool,
}

/// Whom a finding about missing rows names, or which item of 支部积分; nobody where all lack them, and the ordinal of its first period.
pub type Told = (Option<String>, u8);

/// A row that is missing on a sheet of entries, and what would have to stand in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MissingRow {
    /// The sheet as it is named in the file.
    pub sheet: Arc<str>,
    /// The row, zero-based, behind the last one of its table.
    pub at: u32,
    /// Which finding is about it.
    pub told: Told,
    /// What can be written beforehand, by column.
    pub known: Vec<(u16, String)>,
    /// Columns that the branch must fill in.
    pub open: Vec<u16>,
}

/// No row for an expected member and a due period. Periods that all expected members of a sheet lack are told once, as
/// ranges: a branch that has not sent March yet lacks March, and not a row per member.
pub fn missing_entry(submission: &Submission, schemes: &[Scheme], run: RunPeriod) -> Vec<Finding> {
    lacking(submission, schemes, run).0
}

/// The rows of those findings that the latest file has a place for, in the order of the roster.
pub fn missing_rows(submission: &Submission, schemes: &[Scheme], run: RunPeriod) -> Vec<MissingRow> {
    let mut rows = lacking(submission, schemes, run).1;
    rows.extend(branch_lacking(submission, schemes, run).1);
    rows
}

fn lacking(submission: &Submission, schemes: &[Scheme], run: RunPeriod) -> (Vec<Finding>, Vec<MissingRow>) {
    let mut sheets: BTreeMap<u16, Vec<Lack<'_>>> = BTreeMap::new();
    for (at, member) in submission.members.iter().enumerate() {
        let rules = &schemes[member.scheme].member;
        if !member.may_be_scored() || submission.unreadable.contains(&(at as u32)) || !rules.scores(run.period.every()) {
            continue;
        }
        // A sheet or column that is not there at all is said once, not for every member.
        let Some(table) = table_for(&submission.entry_tables, &member.category).filter(|table| table.usable) else { continue };
        let entries = submission.entries_of(at as u32);
        let due: Vec<Period> = due_periods(rules, run.period).into_iter().filter(|period| member.expected_in(*period)).collect();
        let missing = due.iter().copied().filter(|period| !entries.iter().any(|entry| entry.period == *period && !entry.own)).collect();
        let deducts = rules.items.iter().all(|item| item.kind != ItemKind::Mark);
        sheets.entry(table.sheet).or_default().push(Lack { member, due, missing, deducts });
    }
    let missing: usize = sheets.values().flatten().map(|lack| lack.missing.len()).sum();
    // As many rows bear a name that cannot be read: they are what seems to be missing.
    if missing <= submission.nameless.entries as usize {
        return Default::default();
    }
    let (mut findings, mut rows) = (Vec::new(), Vec::new());
    for (sheet, lacks) in sheets {
        let table = submission.entry_tables.iter().find(|table| table.sheet == sheet);
        let own = submission.files.get(usize::from(sheet)).unwrap_or(&submission.file);
        let table = table.filter(|table| !table.columns.is_empty() && *own == submission.file);
        let sheet = submission.sheets.get(usize::from(sheet)).cloned();
        let place = || Place { file: Some(submission.file.clone()), sheet: sheet.clone(), cell: None };
        let whole = whole_periods(&lacks);
        let ranges: Vec<(Period, Period, String)> =
            ranges(&whole).into_iter().map(|(first, last)| (first, last, range(first, last))).collect();
        for lack in &lacks {
            for period in lack.missing.iter().filter(|period| !whole.contains(period)) {
                let finding = Finding::new(Code::MissingEntry, place()).about(&*lack.member.name).arg(PERIODS, period.zh());
                findings.push(finding.ordinal(period.ordinal()).arg("column", "").arg("case", if lack.deducts { "deduct" } else { "" }));
            }
            for period in &lack.missing {
                let of = ranges.iter().find(|(first, last, _)| {
                    period.every() == first.every() && (first.number()..=last.number()).contains(&period.number())
                });
                let told = match of {
                    Some((first, ..)) => (None, first.ordinal()),
                    None => (Some(lack.member.name.to_string()), period.ordinal()),
                };
                rows.extend(table.zip(sheet.as_ref()).and_then(|(table, sheet)| row(table, sheet, lack, *period, schemes, told)));
            }
        }
        for (first, _, range) in ranges {
            let finding = Finding::new(Code::MissingEntry, place()).arg("name", "").arg(PERIODS, range);
            findings.push(finding.ordinal(first.ordinal()).arg("column", "").arg("case", "whole"));
        }
    }
    (findings, rows)
}

/// One line for rows of one person that are missing: `1月至3月、5月`, from the finding about the first of them.
pub fn lacking_in(finding: Finding, periods: &[Period]) -> Finding {
    let told: Vec<String> = ranges(periods).into_iter().map(|(first, last)| range(first, last)).collect();
    finding.with(PERIODS, told.join("、"))
}

fn range(first: Period, last: Period) -> String {
    if first == last { first.zh() } else { format!("{}至{}", first.zh(), last.zh()) }
}

/// A missing row as far as it is known. Where only deductions are entered a row without any says that there were none: the
/// branch has to say so itself, so the period is left to it.
fn row(table: &ServingTable, sheet: &Arc<str>, lack: &Lack<'_>, period: Period, schemes: &[Scheme], told: Told) -> Option<MissingRow> {
    let column = |heading: &str| table.columns.iter().find(|(own, _)| **own == *heading).map(|(_, at)| *at);
    let rules = &schemes[lack.member.scheme].member;
    let mut known = vec![(column(column::NAME)?, lack.member.name.to_string())];
    known.extend(column(column::SEQ).map(|at| (at, lack.member.seq.to_string())));
    known.extend(column(column::SCORER).zip(rules.scorers.as_ref()).map(|(at, scorers)| (at, scorers.counts.clone())));
    let own = |item: &&Item| item.kind == ItemKind::Mark && item.applies_to(&lack.member.category);
    let mut open: Vec<u16> = rules.items.iter().filter(own).filter_map(|item| column(&item.name)).collect();
    if lack.deducts {
        open.push(column(column::PERIOD)?);
    } else {
        known.push((column(column::PERIOD)?, period.zh()));
    }
    known.sort_unstable();
    open.sort_unstable();
    Some(MissingRow { sheet: Arc::clone(sheet), at: table.end, told, known, open })
}

/// Periods that every expected member lacks, in the order of the year.
fn whole_periods(lacks: &[Lack<'_>]) -> Vec<Period> {
    let mut periods: Vec<Period> = lacks.iter().flat_map(|lack| lack.missing.iter().copied()).collect();
    periods.sort_by_key(|period| (period.every(), period.number()));
    periods.dedup();
    periods.retain(|period| lacks.iter().filter(|lack| lack.due.contains(period)).all(|lack| lack.missing.contains(period)));
    periods
}

/// Runs of periods that follow one another.
fn ranges(periods: &[Period]) -> Vec<(Period, Period)> {
    let mut found: Vec<(Period, Period)> = Vec::new();
    for period in periods {
        match found.last_mut() {
            Some((_, last)) if last.every() == period.every() && last.number() + 1 == period.number() => *last = *period,
            _ => found.push((*period, *period)),
        }
    }
    found
}

/// True where every item of the member's has a mark that can be used.
fn is_whole(entry: &Entry, member: &Member, rules: &Rules) -> bool {
    rules.items.iter().zip(&entry.marks).all(|(item, mark)| *mark != Mark::NONE || !item.applies_to(&member.category))
}

fn sum(entry: &Entry) -> Exact {
    Mark::exact_sum(entry.marks.iter().map(|mark| mark.thousandths()).sum())
}

/// 自评 is there and does not differ much from what counts.
pub fn self_assessment(submission: &Submission, schemes: &[Scheme], run: RunPeriod) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (at, member) in submission.members.iter().enumerate() {
        let rules = &schemes[member.scheme].member;
        let Some(scorers) = rules.scorers.as_ref().filter(|_| member.scored_in(run.period)) else { continue };
        let entries = submission.entries_of(at as u32);
        for counted in entries.iter().filter(|entry| !entry.own && run.period.contains(entry.period)) {
            let place = submission.place(counted.at);
            match entries.iter().find(|entry| entry.own && entry.period == counted.period) {
                None => findings.push(
                    Finding::new(Code::MissingSelfAssessment, Place { cell: None, ..place })
                        .about(&*member.name)
                        .arg("period", counted.period.zh())
                        .ordinal(counted.period.ordinal()),
                ),
                Some(own) => {
                    // A blank or unreadable mark is said to be one; what it would have been nobody knows.
                    let whole = [own, counted].into_iter().all(|entry| is_whole(entry, member, rules));
                    let gap = (sum(own) - sum(counted)).abs();
                    if whole && scorers.gap.as_ref().is_some_and(|limit| gap > *limit) {
                        findings.push(
                            Finding::new(Code::SelfAssessmentGap, submission.place(own.at))
                                .value(&*member.name)
                                .arg("period", counted.period.zh())
                                .ordinal(counted.period.ordinal())
                                .arg("gap", gap.publish(1))
                                .arg("limit", scorers.gap.as_ref().map(ToString::to_string).unwrap_or_default()),
                        );
                    }
                }
            }
        }
    }
    findings
}

/// Fewer ballots than the scheme demands for a scored member.
pub fn too_few_ballots(submission: &Submission, schemes: &[Scheme], run: RunPeriod) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (at, member) in submission.members.iter().enumerate().filter(|(_, member)| member.scored_in(run.period)) {
        let scheme = &schemes[member.scheme];
        let Some(table) = table_for(&submission.poll_tables, &member.category).filter(|table| table.usable) else { continue };
        for (poll_at, period) in scheme.votes_in(run.period) {
            // Nobody is asked for ballots on one who is gone by the end of the period.
            if !member.expected_in(period) || submission.has_gone(at as u32, period, true) {
                continue;
            }
            let poll = &scheme.polls[poll_at];
            let ballots = submission.vote(at as u32, poll_at, period);
            if ballots.map_or(0, Ballots::cast_in_all) < poll.min_ballots {
                let sheet = submission.sheets.get(usize::from(table.sheet)).cloned();
                let sheet = Place { file: Some(submission.file.clone()), sheet, cell: None };
                let place = ballots.and_then(|ballots| ballots.cast.last()).map_or(sheet, |last| submission.place(last.at));
                let count = ballots.map_or(0, |ballots| ballots.count);
                let finding =
                    Finding::new(Code::TooFewBallots, place).value(&*member.name).arg("count", count).arg("min", poll.min_ballots);
                let vote = poll.vote(period);
                findings.push(if vote.is_empty() { finding } else { finding.arg("vote", vote).ordinal(period.ordinal()) });
            }
        }
    }
    findings
}

/// 支部积分: every item of every due period once, and 自评 near 审核.
pub fn branch_entries(submission: &Submission, schemes: &[Scheme], run: RunPeriod) -> Vec<Finding> {
    let mut findings = Vec::new();
    let Some(rules) = submission.branch_scheme.and_then(|at| schemes[at].branch.as_ref()) else { return findings };
    // A sheet or column that is not there at all is said once, not for every item.
    if !submission.branch_tables.iter().any(|table| table.usable) {
        return findings;
    }
    let mut seen = BTreeMap::new();
    for entry in &submission.branch_entries {
        let item = &rules.items[entry.item];
        if let Some(earlier) = seen.insert((entry.period, entry.item), entry) {
            let first = submission.place(earlier.at).cell.map(|cell| cell.to_string()).unwrap_or_default();
            findings.push(
                Finding::new(Code::DuplicateEntry, submission.place(entry.at))
                    .value(&item.name)
                    .arg("period", entry.period.zh())
                    .ordinal(entry.period.ordinal())
                    .arg("first", first),
            );
        }
        let (Some(own), Some(reviewed)) = (entry.own.decimal(), entry.reviewed.decimal()) else { continue };
        let gap = (Exact::from(own) - Exact::from(reviewed)).abs();
        if let Some(limit) = rules.scorers.as_ref().and_then(|scorers| scorers.gap.as_ref())
            && gap > *limit
        {
            let finding = Finding::new(Code::SelfAssessmentGap, submission.place(entry.at)).value(&item.name);
            findings.push(
                finding.ordinal(entry.period.ordinal()).arg("period", entry.period.zh()).arg("gap", gap.publish(1)).arg("limit", limit),
            );
        }
    }
    findings.extend(branch_lacking(submission, schemes, run).0);
    findings
}

/// Items of 支部积分 without a row for a due period, and the rows.
fn branch_lacking(submission: &Submission, schemes: &[Scheme], run: RunPeriod) -> (Vec<Finding>, Vec<MissingRow>) {
    let scheme = submission.branch_scheme.and_then(|at| schemes[at].branch.as_ref());
    let Some(rules) = scheme.filter(|rules| rules.scores(run.period.every())) else { return Default::default() };
    let Some(table) = submission.branch_tables.iter().find(|table| table.usable) else { return Default::default() };
    let Some(sheet) = submission.sheets.get(usize::from(table.sheet)) else { return Default::default() };
    let column = |heading: &str| table.columns.iter().find(|(own, _)| **own == *heading).map(|(_, at)| *at);
    let own_file = submission.files.get(usize::from(table.sheet)).is_none_or(|file| *file == submission.file);
    let columns = column(column::ITEM).zip(column(column::PERIOD)).zip(column(column::REVIEWED_SCORE)).filter(|_| own_file);
    let (mut findings, mut rows) = (Vec::new(), Vec::new());
    for period in due_periods(rules, run.period) {
        let there = |item: usize| submission.branch_entries.iter().any(|entry| (entry.period, entry.item) == (period, item));
        for (_, item) in rules.items.iter().enumerate().filter(|(at, _)| !there(*at)) {
            let place = Place { file: Some(submission.file.clone()), sheet: Some(sheet.clone()), cell: None };
            let finding = Finding::new(Code::MissingEntry, place).arg("name", &item.name).arg("period", period.zh());
            findings.push(finding.ordinal(period.ordinal()).arg("column", "").fact(Fact::Item(item.name.clone())));
            rows.extend(columns.map(|((named, when), reviewed)| {
                let mut known = vec![(named, item.name.clone()), (when, period.zh())];
                known.sort_unstable();
                let told = (Some(item.name.clone()), period.ordinal());
                MissingRow { sheet: Arc::clone(sheet), at: table.end, told, known, open: vec![reviewed] }
            }));
        }
    }
    // As many rows have an item or a period that cannot be read: they are what seems to be missing.
    if findings.len() > submission.nameless.branch_entries as usize { (findings, rows) } else { Default::default() }
}

/// All scored members have equal marks in every item, in two periods or more.
pub fn uniform_marks(submission: &Submission, schemes: &[Scheme], run: RunPeriod) -> Vec<Finding> {
    let scored: Vec<(u32, &Member)> = submission
        .members
        .iter()
        .enumerate()
        .filter(|(_, member)| member.scored_in(run.period))
        .map(|(at, member)| (at as u32, member))
        .collect();
    let (Some((_, first)), true) = (scored.first(), scored.len() >= 2) else { return Vec::new() };
    // Members of different schemes or categories have different items; equality says nothing there.
    if scored.iter().any(|(_, member)| member.scheme != first.scheme) {
        return Vec::new();
    }
    let rules = &schemes[first.scheme].member;
    // How often things happened, and that nobody was praised, says nothing: most members are alike in that.
    let judged: Vec<usize> = rules.items.iter().enumerate().filter(|(_, item)| item.kind != ItemKind::Count).map(|(at, _)| at).collect();
    if rules.dated || judged.iter().all(|item| rules.items[*item].kind == ItemKind::Bonus) {
        return Vec::new();
    }
    let mut uniform: Vec<Period> = Vec::new();
    for period in due_periods(rules, run.period) {
        let mut marks = scored.iter().filter(|(_, member)| member.expected_in(period)).map(|(at, member)| {
            submission
                .entries_of(*at)
                .iter()
                .find(|entry| entry.period == period && !entry.own && is_whole(entry, member, rules))
                .map(|entry| judged.iter().map(|item| entry.marks[*item].thousandths()).collect::<Vec<_>>())
        });
        let Some(Some(one)) = marks.next() else { continue };
        let others: Vec<_> = marks.collect();
        if !others.is_empty() && others.iter().all(|other| other.as_ref() == Some(&one)) {
            uniform.push(period);
        }
    }
    if uniform.len() < 2 {
        return Vec::new();
    }
    let sheet = submission.entry_tables.first().and_then(|table| submission.sheets.get(usize::from(table.sheet)).cloned());
    let place = Place { file: Some(submission.file.clone()), sheet, cell: None };
    let periods: Vec<String> = uniform.into_iter().map(Period::zh).collect();
    let periods = periods.join("、");
    vec![Finding::new(Code::UniformMarks, place).arg("periods", &periods).fact(Fact::Periods(periods))]
}
