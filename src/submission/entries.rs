//! 积分登记: one row per member and period, one column per item.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Datelike, NaiveDate};

use crate::diag::{Code, Finding, Place};
use crate::exact::{Decimal, Exact};
use crate::period::{Every, Period};
use crate::scheme::{Item, ItemKind, Rules, Scheme};
use crate::sheet::Content;
use crate::workbook::{self, column};

use super::Expected;
use super::cell::{self, Day, Number, shown};
use super::model::{Entry, Layout, Mark, Member, ServingTable, Spot, Submission};
use super::people::People;
use super::sink::Sink;
use super::table::{Found, Line, Sheets, Slice, Table};

/// Tables of one sheet and the category they serve; those of the plain sheet serve the rest.
pub struct Serving {
    pub found: Found,
    pub category: Option<String>,
}

/// Categories of members with the scheme of each: those whose rows are recognised, and those whose rows are due.
///
/// Which sheets are recognised must not hang on the run's period: a quarter scored within the year's run would otherwise
/// be another quarter than the one of its own run.
#[derive(Default)]
pub struct Needed<'a> {
    /// Of everybody who may be scored in some period.
    pub ever: BTreeMap<&'a str, &'a Scheme>,
    /// Of those who are scored in this run.
    pub now: BTreeMap<&'a str, &'a Scheme>,
}

/// Which sheets of a kind hold which members' rows, and which are missing for members scored in this run.
pub fn serving(
    kind: &str,
    sheets: &Sheets<'_>,
    needed: &Needed<'_>,
    by_category: impl Fn(&Scheme) -> bool,
    sink: &mut Sink,
) -> Vec<Serving> {
    let Needed { ever, now } = needed;
    let mut served: Vec<Serving> =
        sheets.suffixed(kind).into_iter().map(|(found, category)| Serving { found, category: Some(category) }).collect();
    served.extend(sheets.plain(kind, sink).into_iter().map(|found| Serving { found, category: None }));
    if !missing(kind, &served, ever, &by_category).is_empty() {
        for found in sheets.by_columns(kind, sink) {
            // A table that bears one category's items serves that category.
            let bears = |category: &str, scheme: &Scheme| {
                by_category(scheme) && sheets.has_all(&found, scheme.member.items_of(category).map(|(_, item)| item.name.as_str()))
            };
            let mut bearing = ever.iter().filter(|(category, scheme)| bears(category, scheme)).map(|(category, _)| (*category).to_owned());
            let category = bearing.next().filter(|_| bearing.next().is_none() && ever.len() > 1);
            served.push(Serving { found, category });
        }
    }
    for name in missing(kind, &served, now, &by_category) {
        sink.push(Finding::new(Code::MissingSheet, sink.sheet(&name.as_str().into())).arg("name", name));
    }
    served
}

/// Names of the sheets that needed categories lack.
fn missing(kind: &str, served: &[Serving], needed: &BTreeMap<&str, &Scheme>, by_category: &impl Fn(&Scheme) -> bool) -> Vec<String> {
    let there: Vec<Option<&str>> = served.iter().map(|one| one.category.as_deref()).collect();
    let needed: Vec<(&str, bool)> = needed.iter().map(|(category, scheme)| (*category, by_category(scheme))).collect();
    workbook::missing(kind, &there, &needed)
}

/// Which members a sheet serves.
pub fn served<'a>(members: &'a [Member], serving: &'a Serving, all: &'a [Serving]) -> impl Iterator<Item = &'a Member> {
    members.iter().filter(move |member| match &serving.category {
        Some(category) => member.category.as_ref() == category,
        None => !all.iter().any(|other| other.category.as_deref() == Some(member.category.as_ref())),
    })
}

/// The member that a row of a sheet for one category, or for the rest, is about. An unknown category, found in the roster,
/// may be that of any sheet.
pub fn member_of(
    line: &Line<'_>,
    serving: &Serving,
    people: &People,
    members: &[Member],
    expected: &Expected<'_>,
    sink: &mut Sink,
) -> Option<u32> {
    let at = people.resolve(line, members, sink)?;
    let member = &members[at as usize];
    match &serving.category {
        Some(category) if member.category.as_ref() != category => {
            people.doubt([at]);
            if !expected.categories.iter().any(|known| *known == *member.category) {
                return None;
            }
            let finding = Finding::new(Code::CategoryMismatch, line.place(column::NAME, sink)).value(&*member.name);
            sink.push(finding.arg("category", &member.category).arg("expected", category));
            None
        }
        _ => Some(at),
    }
}

pub fn read(date_1904: bool, sheets: &Sheets<'_>, submission: &mut Submission, expected: &Expected<'_>, sink: &mut Sink) {
    let run = expected.run.period;
    let mut needed = Needed::default();
    for member in submission.members.iter().filter(|member| member.may_be_scored() && expected.decides(&member.category)) {
        let scheme = &expected.schemes[member.scheme];
        needed.ever.insert(&member.category, scheme);
        if member.scored_in(run) && scheme.member.scores(run.every()) {
            needed.now.insert(&member.category, scheme);
        }
    }
    let mut all = serving(workbook::ENTRIES.name, sheets, &needed, |scheme| scheme.member.by_category(), sink);
    // Without a roster, or without categories in it, somebody needs a sheet all the same.
    let undecided = submission.members.iter().all(|member| !expected.decides(&member.category));
    if all.is_empty() && undecided {
        all.extend(sheets.by_columns(workbook::ENTRIES.name, sink).into_iter().map(|found| Serving { found, category: None }));
        let due = |category: &String| expected.schemes[(expected.scheme_of)(category)].member.scores(run.every());
        if all.is_empty() && expected.categories.iter().any(due) {
            sink.push(Finding::new(Code::MissingSheet, sink.sheet(&workbook::ENTRIES.name.into())).arg("name", workbook::ENTRIES.name));
        }
    }
    if submission.cover.issued() && unfilled(sheets, &all, submission, expected, sink) {
        return;
    }
    let people = People::new(submission);
    let mut signs = Signs::default();
    let mut read = Read::default();
    let reading = Reading { date_1904, sheets, all: &all, members: &submission.members, people: &people, expected };
    for one in &all {
        reading.read_sheet(one, &mut signs, &mut read, sink);
    }
    read.entries.sort_by_key(|entry| (entry.member, entry.period, entry.own, entry.day, entry.at));
    submission.entries = read.entries;
    submission.layouts = read.layouts;
    submission.written = read.written;
    submission.entry_tables = read.tables;
    submission.unreadable = read.unreadable;
    submission.unreadable.extend(people.doubtful());
    submission.nameless.entries = people.unreadable();
    if let Some((place, value)) = signs.turned {
        sink.push(Finding::new(Code::MixedSigns, place).value(value));
    }
}

/// True where a workbook that was handed out came back with nothing on its sheets of entries, which is said once for
/// each. In a workbook of another making a blank deduction is nothing deducted; here every row was there before.
fn unfilled(sheets: &Sheets<'_>, all: &[Serving], submission: &mut Submission, expected: &Expected<'_>, sink: &mut Sink) -> bool {
    let run = expected.run.period;
    let counts = |member: &&Member| member.scored_in(run) && expected.schemes[member.scheme].member.scores(run.every());
    let mut blank = Vec::new();
    for one in all {
        let schemes: BTreeSet<usize> = served(&submission.members, one, all).map(|member| member.scheme).collect();
        let items = schemes.iter().flat_map(|scheme| &expected.schemes[*scheme].member.items);
        let headings: Vec<&str> = items.flat_map(|item| std::iter::once(item.name.as_str()).chain(item.reason.as_deref())).collect();
        let table = sheets.table(&one.found, &[], &headings, &mut Sink::new(&submission.file));
        let filled = |line: Line<'_>| headings.iter().any(|heading| !line.word(heading).is_empty());
        if table.lines(&|_| false).any(|row| row.periods().any(filled)) {
            return false;
        }
        if served(&submission.members, one, all).any(|member| counts(&member)) {
            blank.push((
                &table.sheet.name,
                ServingTable { sheet: table.number, category: one.category.as_deref().map(Into::into), usable: false },
            ));
        }
    }
    for (sheet, _) in &blank {
        sink.push(Finding::new(Code::MissingEntry, sink.sheet(sheet)).arg("case", "unfilled"));
    }
    let found = !blank.is_empty();
    submission.entry_tables = blank.into_iter().map(|(_, table)| table).collect();
    found
}

/// What the entry sheets hold.
#[derive(Default)]
struct Read {
    entries: Vec<Entry>,
    layouts: Vec<Layout>,
    tables: Vec<ServingTable>,
    unreadable: BTreeSet<u32>,
    written: BTreeSet<(usize, Period)>,
}

/// Signs of deductions seen in a file, and the first cell where the sign changed.
#[derive(Default)]
pub(super) struct Signs {
    negative: bool,
    positive: bool,
    turned: Option<(Place, String)>,
}

impl Signs {
    fn see(&mut self, value: Decimal, at: impl FnOnce() -> (Place, String)) {
        if value.is_zero() {
            return;
        }
        let seen = if value.is_negative() { &mut self.negative } else { &mut self.positive };
        let first = !std::mem::replace(seen, true);
        if first && self.negative && self.positive {
            self.turned = Some(at());
        }
    }
}

/// What entry sheets are read with.
struct Reading<'a> {
    date_1904: bool,
    sheets: &'a Sheets<'a>,
    /// Every sheet of entries.
    all: &'a [Serving],
    members: &'a [Member],
    people: &'a People,
    expected: &'a Expected<'a>,
}

/// A table of entries that can be used, and what is read from it.
struct EntryTable<'a> {
    table: &'a Table<'a>,
    /// Whether it says whose marks a row holds, where its scheme asks for that.
    tells_scorer: bool,
    /// Where the items of a scheme stand in each part of the table and under each of its periods.
    layouts: BTreeMap<(usize, usize, usize, Layout), u32>,
}

impl<'a> Reading<'a> {
    fn read_sheet(&self, serving: &'a Serving, signs: &mut Signs, into: &mut Read, sink: &mut Sink) {
        let (members, expected) = (self.members, self.expected);
        let mut present: BTreeSet<usize> = served(members, serving, self.all).map(|member| member.scheme).collect();
        // A sheet that nobody needs yet, as in a blank workbook, is still what its name says.
        present.extend(serving.category.as_deref().map(expected.scheme_of));
        if members.is_empty() {
            present.extend(0..expected.schemes.len());
        }
        let required = self.required(serving);
        let known = self.known(serving, &present);
        let table = self.sheets.table(&serving.found, &required, &known, sink);
        for scheme in &present {
            check_heading_maxima(&table, &expected.schemes[*scheme].member, sink);
        }
        let usable = table.has(column::NAME) && table.has_period();
        let tells_scorer = !required.contains(&column::SCORER) || table.has(column::SCORER);
        let category = serving.category.as_deref().map(Into::into);
        into.tables.push(ServingTable { sheet: table.number, category, usable: usable && tells_scorer });
        if !usable {
            return;
        }
        let mut of = EntryTable { table: &table, tells_scorer, layouts: BTreeMap::new() };
        for row in table.lines(&|name| self.people.knows(name)) {
            match member_of(&row, serving, self.people, members, expected, sink) {
                Some(at) => self.read_row(&row, at, &mut of, signs, into, sink),
                None => self.check_row_of_nobody(&row, serving, signs, sink),
            }
        }
    }

    /// Those whose rows are to be found on a sheet, as scheme and category.
    fn of_sheet(&self, serving: &'a Serving, wanted: impl Fn(&Member) -> bool) -> BTreeSet<(usize, &'a str)> {
        served(self.members, serving, self.all)
            .filter(|member| wanted(member) && self.expected.decides(&member.category))
            .map(|member| (member.scheme, member.category.as_ref()))
            .collect()
    }

    /// Columns that must be there: those of everybody who is scored in this run.
    fn required(&self, serving: &'a Serving) -> Vec<&'a str> {
        let (run, schemes) = (self.expected.run.period, self.expected.schemes);
        let mut required: Vec<&str> = workbook::ENTRIES.required();
        for (scheme, category) in
            self.of_sheet(serving, |member| member.scored_in(run) && schemes[member.scheme].member.scores(run.every()))
        {
            let rules = &schemes[scheme].member;
            required.extend(rules.items_of(category).filter(|(_, item)| !item.optional).map(|(_, item)| item.name.as_str()));
            if rules.scorers.is_some() {
                required.push(column::SCORER);
            }
            if rules.reviewed {
                required.extend([column::RECORDER, column::REVIEWER]);
            }
            if rules.dated {
                required.push(column::DATE);
            }
        }
        let mut unique = BTreeSet::new();
        required.retain(|name| unique.insert(*name));
        required
    }

    /// Columns that are recognised beside them: of all periods, of everybody who may ever be scored here.
    fn known(&self, serving: &'a Serving, present: &BTreeSet<usize>) -> Vec<&'a str> {
        let mut known: Vec<&str> = workbook::ENTRIES.optional();
        let ever = self.of_sheet(serving, Member::may_be_scored);
        for scheme in present {
            let rules = &self.expected.schemes[*scheme].member;
            let somebody = |item: &Item| ever.iter().any(|(own, category)| own == scheme && item.applies_to(category));
            for item in &rules.items {
                let applies = serving.category.as_deref().is_none_or(|category| item.applies_to(category));
                if applies && (ever.is_empty() || item.optional || somebody(item)) {
                    known.push(&item.name);
                }
                known.extend(item.reason.as_deref());
            }
            if rules.dated {
                known.push(column::DATE);
            }
        }
        known
    }

    /// The cells can be right or wrong whoever the row is about; without name and period it is hardly a row.
    fn check_row_of_nobody(&self, row: &Line<'_>, serving: &Serving, signs: &mut Signs, sink: &mut Sink) {
        if row.word(column::NAME).is_empty() && row.word(column::PERIOD).is_empty() {
            return;
        }
        let category = serving.category.as_deref();
        let scheme = match category {
            Some(category) => self.expected.schemes.get((self.expected.scheme_of)(category)),
            None => self.expected.only_scheme(self.members),
        };
        let Some(scheme) = scheme else { return };
        for line in row.periods() {
            let period = read_period(&line, scheme.member.every, self.expected.run.year, sink);
            if period.is_none_or(|period| period.last_month() <= self.expected.run.period.last_month()) {
                check_values(&line, scheme, category.unwrap_or_default(), signs, sink);
            }
        }
    }

    fn read_row(&self, row: &Line<'_>, at: u32, of: &mut EntryTable<'_>, signs: &mut Signs, into: &mut Read, sink: &mut Sink) {
        let run = self.expected.run.period;
        let member = &self.members[at as usize];
        let scheme = &self.expected.schemes[member.scheme];
        let rules = &scheme.member;
        if row.by_item() {
            check_item_rows(row, rules, member, run, sink);
        }
        for line in row.periods() {
            let Some(period) = read_period(&line, rules.every, self.expected.run.year, sink) else {
                into.unreadable.insert(at);
                check_values(&line, scheme, &member.category, signs, sink);
                continue;
            };
            if period.last_month() > run.last_month() {
                continue; // not due yet
            }
            // Periods side by side: a row stands for all of them, also where nothing is entered.
            if line.period().is_some()
                && is_blank(&line, rules)
                && (!member.scored_in(period) || rules.items.iter().any(|item| item.kind == ItemKind::Mark))
            {
                continue;
            }
            if member.exempt.is_some() {
                sink.push(Finding::new(Code::NotScored, line.place(column::NAME, sink)).value(&*member.name));
                continue;
            }
            if !member.expected_in(period) {
                // A row that was printed for him before he left, and that nobody has filled in, is none.
                if is_blank(&line, rules) && member.course.left_month.is_some() {
                    continue;
                }
                let finding = Finding::new(Code::UnexpectedEntry, line.place(column::NAME, sink)).value(&*member.name);
                sink.push(finding.arg("period", period.zh()));
                continue;
            }
            if !is_blank(&line, rules) {
                into.written.insert((member.scheme, period));
            }
            match self.read_entry(&line, (at, period), of, signs, into, sink) {
                Some(entry) => into.entries.push(entry),
                None => drop(into.unreadable.insert(at)),
            }
        }
    }

    /// The entry of a row for a period; none where nobody can say whose marks it holds.
    fn read_entry(
        &self,
        line: &Line<'_>,
        (at, period): (u32, Period),
        of: &mut EntryTable<'_>,
        signs: &mut Signs,
        into: &mut Read,
        sink: &mut Sink,
    ) -> Option<Entry> {
        let member = &self.members[at as usize];
        let scheme = &self.expected.schemes[member.scheme];
        let rules = &scheme.member;
        let own = read_scorer(line, rules, sink);
        read_reviewers(line, rules, sink);
        let mut reason = None;
        let marks: Box<[Mark]> = rules
            .items
            .iter()
            .map(|item| {
                let applies = item.applies_to(&member.category);
                if applies { read_mark(line, item, scheme, period, signs, &mut reason, sink) } else { Mark::NONE }
            })
            .collect();
        let (part, slice) = line.layout();
        let places = || -> Layout { rules.items.iter().map(|item| line.spot(&item.name)).collect() };
        // Where items are rows, each line has its own order of them.
        let own_order = if line.by_item() { places() } else { Layout::default() };
        let layout = *of.layouts.entry((part, slice, member.scheme, own_order)).or_insert_with(|| {
            into.layouts.push(places());
            into.layouts.len() as u32 - 1
        });
        let spot = Spot { sheet: of.table.number, row: line.index(), column: line.column(column::NAME).unwrap_or_default() };
        let something = marks.iter().any(|mark| mark.thousandths() != 0);
        let year = self.expected.run.year;
        let day = if rules.dated { read_day(line, self.date_1904, (period, year), something, sink) } else { None };
        let written = !is_blank(line, rules);
        let own = own.filter(|_| of.tells_scorer)?;
        Some(Entry { member: at, period, own, day, at: spot, layout, marks, reason, written })
    }
}

/// Where each row is about one item: items that the scheme does not have, and rows that a scored member lacks.
fn check_item_rows(line: &Line<'_>, rules: &Rules, member: &Member, run: Period, sink: &mut Sink) {
    let own = |item: &&Item| item.applies_to(&member.category);
    for written in line.items() {
        let meant = |item: &Item| item.name == written || item.reason.as_deref() == Some(written);
        if !rules.items.iter().filter(own).any(meant) {
            let names: Vec<&str> = rules.items.iter().filter(own).map(|item| item.name.as_str()).collect();
            let finding = Finding::new(Code::UnknownValue, line.item_place(written, sink)).value(written);
            sink.push(finding.arg("column", column::ITEM).arg("allowed", names.join("、")));
        }
    }
    let lacking = rules.items.iter().filter(own).filter(|item| !item.optional && line.items().all(|written| written != item.name));
    for item in lacking.filter(|_| member.scored_in(run)) {
        let name = line.place(column::NAME, sink);
        let place = Place { cell: None, ..name };
        sink.push(Finding::new(Code::MissingEntry, place).about(&*member.name).arg("period", &item.name).arg("column", ""));
    }
}

/// What is wrong with the cells of a row by themselves, where its member or its period is not known.
fn check_values(line: &Line<'_>, scheme: &Scheme, category: &str, signs: &mut Signs, sink: &mut Sink) {
    let rules = &scheme.member;
    if line.period().is_some() && is_blank(line, rules) {
        return;
    }
    read_scorer(line, rules, sink);
    read_reviewers(line, rules, sink);
    let mut found = sink.apart();
    for item in rules.items.iter().filter(|item| item.applies_to(category)) {
        read_mark(line, item, scheme, Period::YEAR, signs, &mut None, &mut found);
    }
    for mut finding in found.finish() {
        // Of an empty mark the period is named; it is as it is written.
        for (_, period) in finding.args.iter_mut().filter(|(name, _)| *name == "period") {
            *period = line.shown(column::PERIOD).or_else(|| line.period().map(Period::zh)).unwrap_or_default();
        }
        sink.push(finding);
    }
}

/// True where no item of the line's period has anything entered.
fn is_blank(line: &Line<'_>, rules: &Rules) -> bool {
    rules.items.iter().all(|item| line.word(&item.name).is_empty())
}

fn check_heading_maxima(table: &Table<'_>, rules: &Rules, sink: &mut Sink) {
    for column in table.slices().flat_map(Slice::columns) {
        let Some(max) = &column.max else { continue };
        let Some(item) = rules.items.iter().find(|item| item.name == column.heading) else { continue };
        if Decimal::parse(max).map(Exact::from).as_ref() != Some(&item.max) {
            let place = sink.cell(&table.sheet.name, column.row, column.index);
            sink.push(Finding::new(Code::HeaderMaxMismatch, place).value(max).arg("item", &item.name).arg("max", &item.max));
        }
    }
}

/// The row's period, written in it or told by its place; one of another length than the scheme's is unknown to it.
pub fn read_period(line: &Line<'_>, every: Every, year: i32, sink: &mut Sink) -> Option<Period> {
    let written = line.column(column::PERIOD).is_some();
    if line.unseen(column::PERIOD, sink) {
        return None;
    }
    let period = if written { period_of(&line.word(column::PERIOD), year) } else { line.period() };
    let period = period.filter(|period| period.every() == every);
    if period.is_none() {
        let names: Vec<String> = every.all().map(Period::zh).collect();
        // Told by its place, the period has no cell in this row.
        let mut finding = line.finding(Code::UnknownPeriod, if written { column::PERIOD } else { column::NAME }, sink);
        finding.args.clear();
        if !written {
            finding.value = line.period().map(Period::zh);
        }
        sink.push(finding.arg("allowed", names.join("、")));
    }
    period
}

/// A period, which may name the year of the report: `7月`, `2026年7月`, `2026-07`, `2026年`.
fn period_of(word: &str, year: i32) -> Option<Period> {
    let in_year = || match word.strip_prefix(&format!("{year}年"))? {
        "" => Some(Period::YEAR),
        rest => Period::parse(rest),
    };
    let of_date = || match cell::text_date(word)? {
        Day::Month(of, month) if of == year => Period::new(Every::Month, month as u8),
        _ => None,
    };
    Period::parse(word).or_else(in_year).or_else(of_date)
}

/// Whether the row is the member's own; `None` where 评分方 is neither.
fn read_scorer(line: &Line<'_>, rules: &Rules, sink: &mut Sink) -> Option<bool> {
    let Some(scorers) = &rules.scorers else { return Some(false) };
    if line.column(column::SCORER).is_none() {
        return Some(false);
    }
    let written = line.word(column::SCORER);
    if written == scorers.counts {
        return Some(false);
    }
    if written == scorers.own {
        return Some(true);
    }
    let allowed = format!("{}、{}", scorers.own, scorers.counts);
    sink.push(line.finding(Code::UnknownValue, column::SCORER, sink).arg("allowed", allowed));
    None
}

/// 日期 of a dated row: a day of its period. A row that holds nothing needs none: it says that there was nothing.
fn read_day(line: &Line<'_>, date_1904: bool, (period, year): (Period, i32), needed: bool, sink: &mut Sink) -> Option<NaiveDate> {
    line.column(column::DATE)?;
    let read = cell::date(line.get(column::DATE), date_1904);
    let within = |day: NaiveDate| day.year() == year && period.overlaps(day.month() as u8, day.month() as u8);
    let when = match read {
        Ok(Some(Day::Known(day))) if within(day) => return Some(day),
        Ok(None) if !needed => return None,
        Ok(Some(Day::Known(_))) => period.zh(),
        _ => String::new(),
    };
    sink.push(line.finding(Code::BadDate, column::DATE, sink).arg("period", when));
    None
}

/// 记录人 and 复核人: both there, two different people.
fn read_reviewers(line: &Line<'_>, rules: &Rules, sink: &mut Sink) {
    if !rules.reviewed || line.column(column::RECORDER).is_none() || line.column(column::REVIEWER).is_none() {
        return;
    }
    let (first, second) = (line.word(column::RECORDER), line.word(column::REVIEWER));
    let (heading, why) = if cell::is_nothing(&first) {
        (column::RECORDER, "recorder")
    } else if cell::is_nothing(&second) {
        (column::REVIEWER, "reviewer")
    } else if crate::words::name(&first) == crate::words::name(&second) {
        (column::REVIEWER, "same")
    } else {
        return;
    };
    sink.push(line.finding(Code::MissingReviewer, heading, sink).arg("why", why));
}

/// One mark. A blank is [`Mark::NONE`] in a mark column (a finding) and zero in the others; so is what cannot be read,
/// which rejects the submission anyway.
pub(super) fn read_mark(
    line: &Line<'_>,
    item: &Item,
    scheme: &Scheme,
    period: Period,
    signs: &mut Signs,
    reason: &mut Option<Box<str>>,
    sink: &mut Sink,
) -> Mark {
    if line.column(&item.name).is_none() {
        return if item.optional { Mark::ZERO } else { Mark::NONE };
    }
    let content = line.get(&item.name);
    let place = line.place(&item.name, sink);
    let finding = |code: Code| cell::quoting(Finding::new(code, place.clone()).arg("column", &item.name), content);
    if line.unseen(&item.name, sink) {
        return Mark::NONE;
    }
    let mut given = match item.reason.as_deref().map(|heading| cell::text(line.get(heading))) {
        Some(Ok(text)) => text.filter(|text| !cell::is_nothing(&crate::words::folded(text))),
        _ => None,
    };
    let mut read = cell::number(content);
    // Where nothing entered is 0, a 0 that is not shown is one.
    if item.kind != ItemKind::Mark && cell::hides_nought(content) {
        read = Number::Nothing;
    }
    if let (Some(Content::Text(text)), Number::Fault(_)) = (content, &read) {
        read = cell::points(text, item.kind).unwrap_or(read);
    }
    if let (Some(Content::Text(text)), ItemKind::Count) = (content, item.kind)
        && let Some(times) = crate::words::folded(text).strip_suffix('次')
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
            let takes = match item.kind {
                ItemKind::Count => "whole",
                ItemKind::Bonus if item.reason.is_some() => "bonus",
                _ => "",
            };
            sink.push(finding(code).arg("takes", takes));
            return Mark::NONE;
        }
        Number::Nothing if item.kind == ItemKind::Mark => {
            let who = if line.column(column::NAME).is_some() { column::NAME } else { column::ITEM };
            sink.push(finding(Code::MissingEntry).about(line.word(who)).arg("period", period.zh()).arg("case", "cell"));
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
        signs.see(value, || (place.clone(), content.map(shown).unwrap_or_default()));
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
        let place = if line.column(heading).is_some() { line.place(heading, sink) } else { place.clone() };
        sink.push(Finding::new(Code::MissingReason, place).arg("column", heading).arg("item", &item.name));
    }
    if given.is_some() && !value.is_zero() {
        *reason = given.map(Into::into);
    }
    Mark::new(value).unwrap_or(Mark::NONE)
}
