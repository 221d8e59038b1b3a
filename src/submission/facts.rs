//! 奖惩, 一票否决 and 评优推荐: one row a fact about a member.

use crate::diag::{Code, Finding};
use crate::sheet::{Book, Row};

use super::Expected;
use super::cell::{self, shown};
use super::model::{Adjustment, Fact, Nomination, Spot, Submission};
use super::people::People;
use super::sink::Sink;
use super::table::{Sheets, Table, get, word};

/// 奖惩 and 一票否决; they count in the year's run only.
pub fn read_year(book: &Book, sheets: &Sheets<'_>, submission: &mut Submission, expected: &Expected<'_>, sink: &mut Sink) {
    let people = People::new(submission);
    if submission.members.iter().any(|member| expected.schemes[member.scheme].adjustments.is_some())
        && let Some(number) = sheets.find("奖惩")
    {
        let table = Table::find(book, number, &["姓名", "种类", "级别", "事由", "日期"], &["序号", "文号", "备注"], sink);
        for row in rows(&table, &["姓名", "种类", "级别"]) {
            if let Some(adjustment) = read_adjustment(&table, row, book.date_1904, submission, &people, expected, sink) {
                submission.adjustments.push(adjustment);
            }
        }
        submission.adjustments.sort_by_key(|adjustment| (adjustment.member, adjustment.at));
    }
    if submission.members.iter().any(|member| expected.schemes[member.scheme].veto.is_some())
        && let Some(number) = sheets.find("一票否决")
    {
        let table = Table::find(book, number, &["姓名", "情形", "依据"], &["序号", "日期", "备注"], sink);
        for row in rows(&table, &["姓名", "情形"]) {
            let Some(member) = people.resolve(&table, row, &submission.members, sink) else { continue };
            let Some(veto) = &expected.schemes[submission.members[member as usize].scheme].veto else { continue };
            let Some(fact) = pick(&table, row, "情形", veto.facts.iter().map(String::as_str), Code::UnknownVeto, sink) else { continue };
            let ground = free_text(&table, row, "依据", sink).unwrap_or_default();
            submission.vetoes.push(Fact { member, fact, ground, at: spot(&table, row, "情形") });
        }
        submission.vetoes.sort_by_key(|fact| (fact.member, fact.at));
    }
}

/// 评优推荐; a quarter's honours belong to that quarter's run as well as to the year's.
pub fn read_nominations(book: &Book, sheets: &Sheets<'_>, submission: &mut Submission, expected: &Expected<'_>, sink: &mut Sink) {
    let run = expected.run.period;
    if submission.members.iter().all(|member| expected.schemes[member.scheme].honours.is_empty()) {
        return;
    }
    let Some(number) = sheets.find("评优推荐") else { return };
    let people = People::new(submission);
    let table = Table::find(book, number, &["姓名", "荣誉", "期间"], &["序号", "备注"], sink);
    for row in rows(&table, &["姓名", "荣誉", "期间"]) {
        let Some(member) = people.resolve(&table, row, &submission.members, sink) else { continue };
        let honours = &expected.schemes[submission.members[member as usize].scheme].honours;
        let Some(honour) = pick(&table, row, "荣誉", honours.iter().map(|h| h.name.as_str()), Code::UnknownValue, sink) else { continue };
        let Some(period) = super::entries::read_period(&table, row, honours[honour].every, sink) else { continue };
        if run.contains(period) {
            submission.nominations.push(Nomination { member, honour, period, at: spot(&table, row, "姓名") });
        }
    }
    submission.nominations.sort_by_key(|nomination| (nomination.honour, nomination.period, nomination.member, nomination.at));
}

/// The table's rows, none where a column that decides is missing.
fn rows<'a>(table: &Table<'a>, needed: &[&str]) -> Vec<&'a Row> {
    if needed.iter().all(|name| table.column(name).is_some()) { table.rows().collect() } else { Vec::new() }
}

fn spot(table: &Table<'_>, row: &Row, heading: &str) -> Spot {
    Spot { sheet: table.number, row: row.index, column: table.column(heading).unwrap_or_default() }
}

/// The position of a word in a closed list.
fn pick<'a>(
    table: &Table<'_>,
    row: &Row,
    heading: &str,
    allowed: impl Iterator<Item = &'a str> + Clone,
    code: Code,
    sink: &mut Sink,
) -> Option<usize> {
    let written = word(row, table.column(heading));
    let found = allowed.clone().position(|name| crate::sheet::words::folded(name) == written);
    if found.is_none() {
        let at = spot(table, row, heading);
        let mut finding = Finding::new(code, sink.cell(&table.sheet.name, at.row, at.column)).arg("column", heading);
        finding.value = get(row, table.column(heading)).map(shown);
        sink.push(finding.arg("allowed", allowed.collect::<Vec<_>>().join("、")));
    }
    found
}

fn free_text(table: &Table<'_>, row: &Row, heading: &str, sink: &mut Sink) -> Option<Box<str>> {
    let content = get(row, table.column(heading));
    match cell::text(content) {
        Ok(text) => text.map(Into::into),
        Err(code) => {
            let at = spot(table, row, heading);
            let place = sink.cell(&table.sheet.name, at.row, at.column);
            sink.push(Finding::new(code, place).value(content.map(shown).unwrap_or_default()).arg("column", heading));
            None
        }
    }
}

fn read_adjustment(
    table: &Table<'_>,
    row: &Row,
    date_1904: bool,
    submission: &Submission,
    people: &People,
    expected: &Expected<'_>,
    sink: &mut Sink,
) -> Option<Adjustment> {
    let member = people.resolve(table, row, &submission.members, sink)?;
    let rules = expected.schemes[submission.members[member as usize].scheme].adjustments.as_ref()?;
    let kind = pick(table, row, "种类", rules.kinds.iter().map(|kind| kind.name.as_str()), Code::UnknownValue, sink)?;
    let levels = &rules.kinds[kind].levels;
    let written = word(row, table.column("级别"));
    // 区 for a punishment is an autonomous region's; for an award it might be a city district's, so there it is asked.
    let meant = rules.aliases.get(&written).filter(|_| rules.kinds[kind].deducts).map_or(written.as_str(), String::as_str);
    let level = match levels.iter().position(|(name, _)| name == meant) {
        Some(level) => level,
        None => pick(table, row, "级别", levels.iter().map(|(name, _)| name.as_str()), Code::UnknownLevel, sink)?,
    };
    let date_content = get(row, table.column("日期"));
    let date = cell::date(date_content, date_1904).unwrap_or_else(|code| {
        let at = spot(table, row, "日期");
        let place = sink.cell(&table.sheet.name, at.row, at.column);
        sink.push(Finding::new(code, place).value(date_content.map(shown).unwrap_or_default()).arg("column", "日期"));
        None
    });
    Some(Adjustment {
        member,
        kind,
        level,
        reason: free_text(table, row, "事由", sink).unwrap_or_default(),
        date,
        number: free_text(table, row, "文号", sink),
        at: spot(table, row, "级别"),
    })
}
