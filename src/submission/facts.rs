//! 奖惩, 一票否决 and 评优推荐: one row a fact about a member.

use std::collections::BTreeSet;

use crate::diag::{Code, Finding};
use crate::period::Every;
use crate::workbook::{self, column};

use super::Expected;
use super::cell;
use super::model::{Adjustment, Fact, Member, Nomination, Spot, Submission};
use super::people::People;
use super::sink::Sink;
use super::table::{Found, Line, Sheets, Table};
use super::units::Unit;

/// 奖惩; they count in the year's run only.
pub fn read_adjustments(date_1904: bool, sheets: &Sheets<'_>, submission: &mut Submission, expected: &Expected<'_>, sink: &mut Sink) {
    let people = People::new(submission);
    if submission.members.iter().any(|member| expected.schemes[member.scheme].adjustments.is_some()) {
        for found in filled(sheets, workbook::ADJUSTMENTS.name, expected, sink) {
            let table = sheets.table(&found, &workbook::ADJUSTMENTS.required(), &workbook::ADJUSTMENTS.optional(), sink);
            for line in lines(&table, &people, &[column::NAME, column::KIND, column::LEVEL]) {
                if let Some(adjustment) = read_adjustment(&table, &line, date_1904, submission, &people, expected, sink) {
                    submission.adjustments.push(adjustment);
                }
            }
        }
        submission.adjustments.sort_by_key(|adjustment| (adjustment.member, adjustment.at));
    }
}

/// 一票否决.
pub fn read_vetoes(date_1904: bool, sheets: &Sheets<'_>, submission: &mut Submission, expected: &Expected<'_>, sink: &mut Sink) {
    let people = People::new(submission);
    if submission.members.iter().any(|member| expected.schemes[member.scheme].veto.is_some()) {
        for found in filled(sheets, workbook::VETOES.name, expected, sink) {
            let table = sheets.table(&found, &workbook::VETOES.required(), &workbook::VETOES.optional(), sink);
            for line in lines(&table, &people, &[column::NAME, column::FACT]) {
                let Some(member) = people.resolve(&line, &submission.members, sink) else { continue };
                let whose = &submission.members[member as usize];
                note_exempt(whose, &line, sink);
                let facts = expected.schemes[whose.scheme].veto.iter().flat_map(|veto| &veto.facts).map(String::as_str);
                let fact = pick(&line, column::FACT, facts, Code::UnknownVeto, sink);
                let ground = free_text(&line, column::GROUNDS, sink).unwrap_or_default();
                let date = cell::date(line.get(column::DATE), date_1904).unwrap_or_else(|code| {
                    sink.push(line.finding(code, column::DATE, sink));
                    None
                });
                let Some(fact) = fact else { continue };
                let effect = expected.schemes[whose.scheme].veto.as_ref().map(|veto| &veto.effects[fact]);
                let by_day = effect.is_some_and(|effect| effect.runs.iter().any(|every| *every != Every::Year));
                if by_day && line.get(column::DATE).is_none() {
                    sink.push(line.finding(Code::MissingDate, column::DATE, sink).value(&*whose.name).arg("column", column::DATE));
                }
                submission.vetoes.push(Fact { member, fact, ground, date, at: spot(&table, &line, column::FACT) });
            }
        }
        submission.vetoes.sort_by_key(|fact| (fact.member, fact.at));
    }
}

/// 评优推荐 of all periods up to the run's end; which of them a run grants is `rollup`'s to say.
pub fn read_nominations(sheets: &Sheets<'_>, submission: &mut Submission, expected: &Expected<'_>, sink: &mut Sink) {
    let run = expected.run.period;
    if submission.members.iter().all(|member| expected.schemes[member.scheme].honours.is_empty()) {
        return;
    }
    let people = People::new(submission);
    // Where members are scored by different schemes a word of another one's is understood, and void.
    let schemes: BTreeSet<usize> = submission.members.iter().map(|member| member.scheme).collect();
    let all: BTreeSet<&str> =
        schemes.iter().flat_map(|scheme| &expected.schemes[*scheme].honours).map(|honour| honour.name.as_str()).collect();
    for found in filled(sheets, workbook::NOMINATIONS.name, expected, sink) {
        let table = sheets.table(&found, &workbook::NOMINATIONS.required(), &workbook::NOMINATIONS.optional(), sink);
        for line in lines(
            &table,
            &people,
            if table.has_period() { &[column::NAME, column::HONOUR] } else { &[column::NAME, column::HONOUR, column::PERIOD] },
        ) {
            let Some(member) = people.resolve(&line, &submission.members, sink) else { continue };
            let honours = &expected.schemes[submission.members[member as usize].scheme].honours;
            let written = line.word(column::HONOUR);
            let Some(honour) = honours.iter().position(|honour| crate::words::folded(&honour.name) == written) else {
                if pick(&line, column::HONOUR, all.iter().copied(), Code::UnknownValue, sink).is_some() {
                    let name = &*submission.members[member as usize].name;
                    let finding = Finding::new(Code::HonourNotEligible, line.place(column::NAME, sink)).value(name);
                    sink.push(finding.arg("honour", written).arg("period", line.word(column::PERIOD)));
                }
                continue;
            };
            let Some(period) = super::marks::read_period(&line, honours[honour].every, expected.run.year, sink) else { continue };
            // Those of earlier periods are kept as well: what was posted for them is scored again.
            if period.last_month() <= run.last_month() {
                submission.nominations.push(Nomination { member, honour, period, at: spot(&table, &line, column::NAME) });
            }
        }
    }
    submission.nominations.sort_by_key(|nomination| (nomination.honour, nomination.period, nomination.member, nomination.at));
}

/// Tables of a kind that need not be there: a sheet that is empty, or says `无`, has none. None if they are taken from
/// another file.
fn filled(sheets: &Sheets<'_>, kind: &str, expected: &Expected<'_>, sink: &mut Sink) -> Vec<Found> {
    let mut found = sheets.all(kind, sink);
    found.retain(|one| !sheets.is_blank(one) && expected.share.takes(&Unit::sheet(kind)));
    found
}

/// The table's rows, none where a column that decides is missing.
fn lines<'a>(table: &Table<'a>, people: &People, needed: &[&str]) -> Vec<Line<'a>> {
    if needed.iter().all(|name| table.has(name)) { table.lines(&|name| people.knows(name)).collect() } else { Vec::new() }
}

fn spot(table: &Table<'_>, line: &Line<'_>, heading: &str) -> Spot {
    Spot { sheet: table.number, row: line.index(), column: line.column(heading).unwrap_or_default() }
}

/// The position of a word in a closed list.
pub fn pick<'a>(
    line: &Line<'_>,
    heading: &str,
    allowed: impl Iterator<Item = &'a str> + Clone,
    code: Code,
    sink: &mut Sink,
) -> Option<usize> {
    if line.unseen(heading, sink) {
        return None;
    }
    let written = line.word(heading);
    let found = allowed.clone().position(|name| crate::words::folded(name) == written);
    if found.is_none() {
        sink.push(line.finding(code, heading, sink).arg("allowed", allowed.collect::<Vec<_>>().join("、")));
    }
    found
}

/// A fact about someone who is not scored changes nothing, which is told as it is of his ballots.
fn note_exempt(member: &Member, line: &Line<'_>, sink: &mut Sink) {
    if member.exempt.is_some() {
        sink.push(Finding::new(Code::NotScored, line.place(column::NAME, sink)).value(&*member.name));
    }
}

fn free_text(line: &Line<'_>, heading: &str, sink: &mut Sink) -> Option<Box<str>> {
    match cell::text(line.get(heading)) {
        Ok(text) => text.map(Into::into),
        Err(code) => {
            sink.push(line.finding(code, heading, sink));
            None
        }
    }
}

fn read_adjustment(
    table: &Table<'_>,
    line: &Line<'_>,
    date_1904: bool,
    submission: &Submission,
    people: &People,
    expected: &Expected<'_>,
    sink: &mut Sink,
) -> Option<Adjustment> {
    let member = people.resolve(line, &submission.members, sink)?;
    let whose = &submission.members[member as usize];
    let Some(rules) = &expected.schemes[whose.scheme].adjustments else {
        sink.push(
            Finding::new(Code::UnexpectedEntry, line.place(column::NAME, sink)).value(&*whose.name).arg("kind", workbook::ADJUSTMENTS.name),
        );
        return None;
    };
    note_exempt(whose, line, sink);
    let kind = pick(line, column::KIND, rules.kinds.iter().map(|kind| kind.name.as_str()), Code::UnknownValue, sink)?;
    let levels = &rules.kinds[kind].levels;
    let written = line.word(column::LEVEL);
    // 区 for a punishment is an autonomous region's; for an award it might be a city district's, so there it is asked.
    let meant = rules.aliases.get(&written).filter(|_| rules.kinds[kind].deducts).map_or(written.as_str(), String::as_str);
    let level = match levels.iter().position(|(name, _)| name == meant) {
        Some(level) => level,
        None => pick(line, column::LEVEL, levels.iter().map(|(name, _)| name.as_str()), Code::UnknownLevel, sink)?,
    };
    let date = cell::date(line.get(column::DATE), date_1904).unwrap_or_else(|code| {
        sink.push(line.finding(code, column::DATE, sink));
        None
    });
    Some(Adjustment {
        member,
        kind,
        level,
        reason: free_text(line, column::REASON, sink).unwrap_or_default(),
        date,
        number: free_text(line, column::DOCUMENT, sink),
        at: spot(table, line, column::LEVEL),
    })
}
