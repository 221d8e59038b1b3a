//! 积分登记: one row a member and period, one column an item; and 支部积分.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::{Datelike, NaiveDate};

use crate::diag::{Code, Finding};
use crate::exact::{Decimal, Exact};
use crate::period::Period;
use crate::scheme::{Item, ItemKind, Rules, Scheme};
use crate::sheet::{Book, Content, Row};

use super::Expected;
use super::cell::{self, Day, Number, shown};
use super::model::{BranchEntry, Entry, Mark, Member, ServingTable, Spot, Submission};
use super::people::People;
use super::sink::Sink;
use super::table::{Sheets, Table, get, word};

/// A sheet and the category it serves; the plain sheet serves the rest.
pub struct Serving {
    pub sheet: usize,
    pub category: Option<String>,
}

/// Which sheets of a kind hold which members' rows, and which are missing for scored members.
///
/// `needed` are the categories of scored members with whether their scheme's columns differ by category.
pub fn serving(kind: &str, sheets: &Sheets<'_>, needed: &BTreeMap<&str, bool>, expected: &Expected<'_>) -> (Vec<Serving>, Vec<String>) {
    let mut found: Vec<Serving> = sheets
        .suffixed(kind, expected.categories)
        .into_iter()
        .map(|(sheet, category)| Serving { sheet, category: Some(category) })
        .collect();
    let plain = sheets.find(kind);
    let rest: Vec<(&str, bool)> = needed
        .iter()
        .map(|(c, b)| (*c, *b))
        .filter(|(category, _)| !found.iter().any(|s| s.category.as_deref() == Some(category)))
        .collect();
    let mut missing = Vec::new();
    for (category, by_category) in &rest {
        let served = plain.is_some() && (!by_category || rest.len() == 1);
        if !served {
            let name = if *by_category { format!("{kind}-{category}") } else { kind.to_owned() };
            if !missing.contains(&name) {
                missing.push(name);
            }
        }
    }
    if let Some(sheet) = plain {
        found.push(Serving { sheet, category: None });
    }
    (found, missing)
}

/// Which members a sheet serves.
pub fn served<'a>(members: &'a [Member], serving: &'a Serving, all: &'a [Serving]) -> impl Iterator<Item = &'a Member> {
    members.iter().filter(move |member| match &serving.category {
        Some(category) => member.category.as_ref() == category,
        None => !all.iter().any(|other| other.category.as_deref() == Some(member.category.as_ref())),
    })
}

pub fn read(book: &Book, sheets: &Sheets<'_>, submission: &mut Submission, expected: &Expected<'_>, sink: &mut Sink) {
    let run = expected.run.period;
    let mut needed: BTreeMap<&str, bool> = BTreeMap::new();
    for member in submission.members.iter().filter(|member| member.scored_in(run)) {
        let scheme = &expected.schemes[member.scheme];
        if scheme.member.scores(run.every()) {
            needed.insert(&member.category, scheme.member.by_category());
        }
    }
    let (all, missing) = serving("积分登记", sheets, &needed, expected);
    for name in missing {
        sink.push(Finding::new(Code::MissingSheet, sink.sheet(&name.as_str().into())).arg("name", name));
    }
    let people = People::new(submission);
    let mut signs = Signs::default();
    let mut found = Found::default();
    for one in &all {
        read_sheet(book, one, &all, submission, &people, expected, &mut signs, &mut found, sink);
    }
    found.entries.sort_by_key(|entry| (entry.member, entry.period, entry.own, entry.day, entry.at));
    submission.entries = found.entries;
    submission.item_columns = found.columns;
    submission.entry_tables = found.tables;
    submission.unreadable = found.unreadable;
    if let (Some(()), Some(()), Some((sheet, row, column, value))) = (signs.negative, signs.positive, signs.turned) {
        sink.push(Finding::new(Code::MixedSigns, sink.cell(&sheet, row, column)).value(value));
    }
}

/// What the entry sheets hold.
#[derive(Default)]
struct Found {
    entries: Vec<Entry>,
    columns: BTreeMap<(u16, usize), Vec<Option<u16>>>,
    tables: Vec<ServingTable>,
    unreadable: BTreeSet<u32>,
}

/// Signs of deductions seen in a file, and the first cell where the sign changed.
#[derive(Default)]
struct Signs {
    negative: Option<()>,
    positive: Option<()>,
    turned: Option<(Arc<str>, u32, u16, String)>,
}

impl Signs {
    fn see(&mut self, value: Decimal, at: impl FnOnce() -> (Arc<str>, u32, u16, String)) {
        if value.is_zero() {
            return;
        }
        let seen = if value.is_negative() { &mut self.negative } else { &mut self.positive };
        let first = seen.replace(()).is_none();
        if first && self.negative.is_some() && self.positive.is_some() {
            self.turned = Some(at());
        }
    }
}

#[expect(clippy::too_many_arguments, reason = "the parts of one reading; a struct for them would only be unpacked again")]
fn read_sheet(
    book: &Book,
    serving: &Serving,
    all: &[Serving],
    submission: &Submission,
    people: &People,
    expected: &Expected<'_>,
    signs: &mut Signs,
    into: &mut Found,
    sink: &mut Sink,
) {
    let run = expected.run.period;
    let year = expected.run.year;
    let members = &submission.members;
    // Whose rows are to be found here decides which columns are required.
    let scored: BTreeSet<(usize, &str)> = served(members, serving, all)
        .filter(|member| member.scored_in(run) && expected.schemes[member.scheme].member.scores(run.every()))
        .map(|member| (member.scheme, member.category.as_ref()))
        .collect();
    let present: BTreeSet<usize> = served(members, serving, all).map(|member| member.scheme).collect();
    let mut required: Vec<&str> = vec!["姓名", "期间"];
    let mut known: Vec<&str> = vec!["序号", "评分方", "记录人", "复核人", "备注"];
    for (scheme, category) in &scored {
        let rules = &expected.schemes[*scheme].member;
        required.extend(rules.items_of(category).filter(|(_, item)| !item.optional).map(|(_, item)| item.name.as_str()));
        if rules.scorers.is_some() {
            required.push("评分方");
        }
        if rules.reviewed {
            required.extend(["记录人", "复核人"]);
        }
        if rules.dated {
            required.push("日期");
        }
    }
    for scheme in &present {
        for item in &expected.schemes[*scheme].member.items {
            let applies = serving.category.as_deref().is_none_or(|category| item.applies_to(category));
            if applies && (scored.is_empty() || item.optional) {
                known.push(&item.name);
            }
            known.extend(item.reason.as_deref());
        }
    }
    let mut unique = BTreeSet::new();
    required.retain(|name| unique.insert(*name));
    let table = Table::find(book, serving.sheet, &required, &known, sink);
    for scheme in &present {
        let rules = &expected.schemes[*scheme].member;
        let found: Vec<Option<u16>> = rules.items.iter().map(|item| table.column(&item.name)).collect();
        into.columns.insert((table.number, *scheme), found);
        check_heading_maxima(&table, rules, sink);
    }
    let usable = table.column("姓名").is_some() && table.column("期间").is_some();
    into.tables.push(ServingTable { sheet: table.number, category: serving.category.as_deref().map(Into::into), usable });
    if !usable {
        return;
    }
    for row in table.rows() {
        let Some(at) = people.resolve(&table, row, members, sink) else { continue };
        let member = &members[at as usize];
        let scheme = &expected.schemes[member.scheme];
        let name_place = sink.cell(&table.sheet.name, row.index, table.column("姓名").unwrap_or_default());
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
        let Some(period) = read_period(&table, row, scheme.member.every, sink) else {
            into.unreadable.insert(at);
            continue;
        };
        if period.last_month() > run.last_month() {
            continue; // not due yet
        }
        if member.exempt.is_some() {
            sink.push(Finding::new(Code::NotScored, name_place).value(&*member.name));
            continue;
        }
        if !member.expected_in(period) {
            sink.push(Finding::new(Code::UnexpectedEntry, name_place).value(&*member.name).arg("period", period.zh()));
            continue;
        }
        let Some(own) = read_scorer(&table, row, &scheme.member, sink) else {
            into.unreadable.insert(at);
            continue;
        };
        read_reviewers(&table, row, &scheme.member, sink);
        let mut reason = None;
        let marks: Box<[Mark]> = scheme
            .member
            .items
            .iter()
            .map(|item| {
                let applies = item.applies_to(&member.category);
                if applies { read_mark(&table, row, item, scheme, signs, &mut reason, sink) } else { Mark::NONE }
            })
            .collect();
        let something = marks.iter().any(|mark| mark.thousandths() != 0);
        let day = if scheme.member.dated { read_day(&table, row, book.date_1904, (period, year), something, sink) } else { None };
        let at_spot = Spot { sheet: table.number, row: row.index, column: table.column("姓名").unwrap_or_default() };
        into.entries.push(Entry { member: at, period, own, day, at: at_spot, marks, reason });
    }
}

fn check_heading_maxima(table: &Table<'_>, rules: &Rules, sink: &mut Sink) {
    for column in table.columns() {
        let Some(max) = &column.max else { continue };
        let Some(item) = rules.items.iter().find(|item| item.name == column.heading) else { continue };
        if Decimal::parse(max).map(Exact::from).as_ref() != Some(&item.max) {
            let place = sink.cell(&table.sheet.name, table.heading_index(), column.index);
            sink.push(Finding::new(Code::HeaderMaxMismatch, place).value(max).arg("item", &item.name).arg("max", &item.max));
        }
    }
}

/// The row's period; one of another length than the scheme's is unknown to it.
pub fn read_period(table: &Table<'_>, row: &Row, every: crate::period::Every, sink: &mut Sink) -> Option<Period> {
    let column = table.column("期间")?;
    let written = word(row, Some(column));
    let period = Period::parse(&written).filter(|period| period.every() == every);
    if period.is_none() {
        let mut finding = Finding::new(Code::UnknownPeriod, sink.cell(&table.sheet.name, row.index, column));
        finding.value = get(row, Some(column)).map(shown);
        let names: Vec<String> = every.all().map(Period::zh).collect();
        sink.push(finding.arg("allowed", names.join("、")));
    }
    period
}

/// Whether the row is the member's own; `None` where 评分方 is neither.
fn read_scorer(table: &Table<'_>, row: &Row, rules: &Rules, sink: &mut Sink) -> Option<bool> {
    let Some(scorers) = &rules.scorers else { return Some(false) };
    let Some(column) = table.column("评分方") else { return Some(false) };
    let written = word(row, Some(column));
    if written == scorers.counts {
        return Some(false);
    }
    if written == scorers.own {
        return Some(true);
    }
    let mut finding = Finding::new(Code::UnknownValue, sink.cell(&table.sheet.name, row.index, column));
    finding.value = get(row, Some(column)).map(shown);
    sink.push(finding.arg("column", "评分方").arg("allowed", format!("{}、{}", scorers.own, scorers.counts)));
    None
}

/// 日期 of a dated row: a day of its period. A row that holds nothing needs none: it says that there was nothing.
fn read_day(
    table: &Table<'_>,
    row: &Row,
    date_1904: bool,
    (period, year): (Period, i32),
    needed: bool,
    sink: &mut Sink,
) -> Option<NaiveDate> {
    let column = table.column("日期")?;
    let content = get(row, Some(column));
    let read = cell::date(content, date_1904);
    let within = |day: NaiveDate| day.year() == year && period.overlaps(day.month() as u8, day.month() as u8);
    let when = match read {
        Ok(Some(Day::Known(day))) if within(day) => return Some(day),
        Ok(None) if !needed => return None,
        Ok(Some(Day::Known(_))) => period.zh(),
        _ => String::new(),
    };
    let mut finding = Finding::new(Code::BadDate, sink.cell(&table.sheet.name, row.index, column)).arg("column", "日期");
    finding.value = content.map(shown);
    sink.push(finding.arg("period", when));
    None
}

/// 记录人 and 复核人: both there, two different people.
fn read_reviewers(table: &Table<'_>, row: &Row, rules: &Rules, sink: &mut Sink) {
    let (Some(recorder), Some(reviewer)) = (table.column("记录人"), table.column("复核人")) else { return };
    if !rules.reviewed {
        return;
    }
    let (first, second) = (word(row, Some(recorder)), word(row, Some(reviewer)));
    let fault = if first.is_empty() {
        Some((recorder, "记录人"))
    } else if second.is_empty() || crate::sheet::words::name(&first) == crate::sheet::words::name(&second) {
        Some((reviewer, "复核人"))
    } else {
        None
    };
    if let Some((column, heading)) = fault {
        let mut finding = Finding::new(Code::MissingReviewer, sink.cell(&table.sheet.name, row.index, column)).arg("column", heading);
        finding.value = get(row, Some(column)).map(shown);
        sink.push(finding);
    }
}

/// One mark. A blank is [`Mark::NONE`] in a mark column (a finding) and zero in the others; so is what cannot be read,
/// which rejects the submission anyway.
fn read_mark(
    table: &Table<'_>,
    row: &Row,
    item: &Item,
    scheme: &Scheme,
    signs: &mut Signs,
    reason: &mut Option<Box<str>>,
    sink: &mut Sink,
) -> Mark {
    let Some(column) = table.column(&item.name) else {
        return if item.optional { Mark::ZERO } else { Mark::NONE };
    };
    let content = get(row, Some(column));
    let place = sink.cell(&table.sheet.name, row.index, column);
    let finding = |code: Code| {
        let mut finding = Finding::new(code, place.clone()).arg("column", &item.name);
        finding.value = content.map(shown);
        finding
    };
    let reason_cell = item.reason.as_deref().map(|heading| (table.column(heading), cell::text(get(row, table.column(heading)))));
    let mut given = match reason_cell {
        Some((_, Ok(text))) => text.filter(|text| !cell::is_nothing(&crate::sheet::words::folded(text))),
        _ => None,
    };
    let mut read = cell::number(content);
    if let (Some(Content::Text(text)), ItemKind::Count) = (content, item.kind)
        && let Some(times) = crate::sheet::words::folded(text).strip_suffix('次')
    {
        read = cell::text_number(times);
    }
    if let (Some(Content::Text(text)), Number::Fault(_), Some(_)) = (content, &read, &item.reason)
        && let Some((value, reasons)) = cell::bonus_with_reasons(text)
    {
        read = Number::Is { value, text: false };
        given = Some(match given {
            Some(other) if !reasons.contains(&other) => format!("{reasons}；{other}"),
            _ => reasons,
        });
    }
    let value = match read {
        Number::Fault(code) => {
            sink.push(finding(code));
            return Mark::NONE;
        }
        Number::Nothing if item.kind == ItemKind::Mark => {
            sink.push(
                finding(Code::MissingEntry)
                    .arg("name", word(row, table.column("姓名").or(table.column("项目"))))
                    .arg("period", word(row, table.column("期间"))),
            );
            return Mark::NONE;
        }
        Number::Nothing => return Mark::ZERO,
        Number::Is { value, text } => {
            if text {
                sink.push(finding(Code::TextNumber).arg("number", value));
            }
            value
        }
    };
    let value = if item.kind == ItemKind::Deduct {
        signs.see(value, || (Arc::clone(&table.sheet.name), row.index, column, content.map(shown).unwrap_or_default()));
        if value.is_negative() { value } else { -value }
    } else {
        value
    };
    let size = Exact::from(value);
    if size.abs() > item.max || (item.kind != ItemKind::Deduct && size.is_negative()) {
        let min = if item.kind == ItemKind::Deduct { (-item.max.clone()).to_string() } else { "0".to_owned() };
        let max = if item.kind == ItemKind::Deduct { "0".to_owned() } else { item.max.to_string() };
        sink.push(finding(Code::OutOfRange).arg("min", min).arg("max", max));
        return Mark::NONE;
    }
    // Nothing happens half a time.
    let decimals = if item.kind == ItemKind::Count { 0 } else { scheme.decimals };
    if value.places() > decimals {
        sink.push(finding(Code::TooManyDecimals).arg("decimals", decimals));
        return Mark::NONE;
    }
    if let Some(heading) = &item.reason
        && !value.is_zero()
        && given.is_none()
    {
        let place = table.column(heading).map_or_else(|| place.clone(), |column| sink.cell(&table.sheet.name, row.index, column));
        sink.push(Finding::new(Code::MissingReason, place).arg("column", heading).arg("item", &item.name));
    }
    if given.is_some() && !value.is_zero() {
        *reason = given.map(Into::into);
    }
    Mark::new(value).unwrap_or(Mark::NONE)
}

/// 支部积分, one row an item and period, for schemes that score branches.
pub fn read_branch(book: &Book, sheets: &Sheets<'_>, submission: &mut Submission, expected: &Expected<'_>, sink: &mut Sink) {
    let schemes: BTreeSet<usize> = submission.members.iter().map(|member| member.scheme).collect();
    let Some(scheme) = schemes.into_iter().map(|at| &expected.schemes[at]).find(|scheme| scheme.branch.is_some()) else { return };
    let Some(rules) = &scheme.branch else { return };
    let run = expected.run.period;
    let Some(number) = sheets.find("支部积分") else {
        if rules.scores(run.every()) {
            sink.push(Finding::new(Code::MissingSheet, sink.sheet(&"支部积分".into())).arg("name", "支部积分"));
        }
        return;
    };
    let table = Table::find(book, number, &["项目", "期间", "审核得分"], &["自评得分", "序号", "备注"], sink);
    let (Some(item_column), Some(_), Some(_)) = (table.column("项目"), table.column("期间"), table.column("审核得分")) else {
        return;
    };
    for row in table.rows() {
        let written = crate::sheet::words::heading(&word(row, Some(item_column))).0;
        let place = sink.cell(&table.sheet.name, row.index, item_column);
        let Some(item) = rules.items.iter().position(|item| item.name == written) else {
            let names: Vec<&str> = rules.items.iter().map(|item| item.name.as_str()).collect();
            sink.push(Finding::new(Code::UnknownValue, place).value(written).arg("column", "项目").arg("allowed", names.join("、")));
            continue;
        };
        let Some(period) = read_period(&table, row, rules.every, sink) else { continue };
        if period.last_month() > run.last_month() {
            continue;
        }
        let mut mark = |heading: &str, required: bool| {
            let column = table.column(heading);
            if column.is_none() || (!required && matches!(cell::number(get(row, column)), Number::Nothing)) {
                return Mark::NONE;
            }
            let as_item = Item { name: heading.to_owned(), ..rules.items[item].clone() };
            read_mark(&table, row, &as_item, scheme, &mut Signs::default(), &mut None, sink)
        };
        let (own, reviewed) = (mark("自评得分", false), mark("审核得分", true));
        let at = Spot { sheet: table.number, row: row.index, column: table.column("审核得分").unwrap_or_default() };
        submission.branch_entries.push(BranchEntry { item, period, own, reviewed, at });
    }
    submission.branch_entries.sort_by_key(|entry| (entry.period, entry.item));
}
