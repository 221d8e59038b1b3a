//! 积分登记: one row per member and period, one column per item.

use std::collections::{BTreeMap, BTreeSet};

use crate::diag::{Code, Finding, Place};
use crate::exact::{Decimal, Exact};
use crate::period::Period;
use crate::scheme::{Item, ItemKind, Rules, Scheme};
use crate::workbook::{self, column};

use super::Expected;
use super::marks::{Signs, check_values, is_blank, read_day, read_mark, read_period, read_reviewers, read_scorer, told_period};
use super::model::{Entry, Layout, Mark, Member, ServingTable, Spot, Submission};
use super::people::People;
use super::sink::Sink;
use super::table::{Found, Line, Sheets, Slice, Table};
use super::units::{Survey, Unit, sole_category, value_of};

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

/// Which sheets of a kind hold which members' rows.
pub fn serving(
    kind: &str,
    sheets: &Sheets<'_>,
    ever: &BTreeMap<&str, &Scheme>,
    by_category: impl Fn(&Scheme) -> bool,
    sink: &mut Sink,
) -> Vec<Serving> {
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
    served
}

/// Names of the sheets that needed categories lack.
fn missing(kind: &str, served: &[Serving], needed: &BTreeMap<&str, &Scheme>, by_category: &impl Fn(&Scheme) -> bool) -> Vec<String> {
    let there: Vec<Option<&str>> = served.iter().map(|one| one.category.as_deref()).collect();
    missing_of(kind, &there, needed, by_category)
}

/// The same where only the categories are known that have a sheet, none for the plain one.
pub fn missing_of(
    kind: &str,
    there: &[Option<&str>],
    needed: &BTreeMap<&str, &Scheme>,
    by_category: &impl Fn(&Scheme) -> bool,
) -> Vec<String> {
    let needed: Vec<(&str, bool)> = needed.iter().map(|(category, scheme)| (*category, by_category(scheme))).collect();
    workbook::missing(kind, there, &needed)
}

/// Tells which sheets members who are scored in this run lack; where several files are put together, once for all of them.
pub fn tell_missing(names: Vec<String>, expected: &Expected<'_>, sink: &mut Sink) {
    for name in names.into_iter().filter(|_| expected.share.is_whole()) {
        sink.push(Finding::new(Code::MissingSheet, sink.sheet(&name.as_str().into())).arg("name", name));
    }
}

/// Which members a sheet serves: of those whose category has a sheet of its own only that one does, whatever file it is in.
pub fn served<'a>(
    kind: &'a str,
    members: &'a [Member],
    serving: &'a Serving,
    all: &'a [Serving],
    expected: &'a Expected<'_>,
) -> impl Iterator<Item = &'a Member> {
    let elsewhere = move |category: &str| {
        all.iter().any(|other| other.category.as_deref() == Some(category)) || expected.share.has_own_sheet(kind, category)
    };
    members.iter().filter(move |member| match &serving.category {
        Some(category) => member.category.as_ref() == category,
        None => !elsewhere(&member.category),
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
    let all = sheets_of_entries(sheets, &submission.members, expected, sink);
    let there: Vec<Option<&str>> = all.iter().map(|one| one.category.as_deref()).collect();
    tell_missing(missing_sheets(&there, &submission.members, expected), expected, sink);
    if submission.cover.issued() && expected.share.may_be_unfilled() && unfilled(sheets, &all, submission, expected, sink) {
        return;
    }
    let people = People::new(submission);
    let mut signs = Signs::default();
    let mut read = Read::default();
    let sole = sole_category(&submission.members);
    let reading = Reading { date_1904, sheets, all: &all, members: &submission.members, people: &people, expected, sole };
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
    submission.passed_over.extend(read.passed_over);
    submission.nameless.entries = people.unreadable();
    if let Some((place, value)) = signs.turned {
        sink.push(Finding::new(Code::MixedSigns, place).value(value));
    }
}

/// Categories of members whose rows are recognised, and of those whose rows are due.
fn needed<'a>(members: &'a [Member], expected: &'a Expected<'_>) -> Needed<'a> {
    let run = expected.run.period;
    let mut needed = Needed::default();
    for member in members.iter().filter(|member| member.may_be_scored() && expected.decides(&member.category)) {
        let scheme = &expected.schemes[member.scheme];
        needed.ever.insert(&member.category, scheme);
        if member.scored_in(run) && scheme.member.scores(run.every()) {
            needed.now.insert(&member.category, scheme);
        }
    }
    needed
}

/// True without a roster, or without categories in it: somebody needs a sheet all the same.
fn undecided(members: &[Member], expected: &Expected<'_>) -> bool {
    members.iter().all(|member| !expected.decides(&member.category))
}

fn sheets_of_entries(sheets: &Sheets<'_>, members: &[Member], expected: &Expected<'_>, sink: &mut Sink) -> Vec<Serving> {
    let mut all = serving(workbook::ENTRIES.name, sheets, &needed(members, expected).ever, |scheme| scheme.member.by_category(), sink);
    if all.is_empty() && undecided(members, expected) {
        all.extend(sheets.by_columns(workbook::ENTRIES.name, sink).into_iter().map(|found| Serving { found, category: None }));
    }
    all
}

/// Names of sheets of entries that members who are scored in this run lack.
pub fn missing_sheets(there: &[Option<&str>], members: &[Member], expected: &Expected<'_>) -> Vec<String> {
    let names = missing_of(workbook::ENTRIES.name, there, &needed(members, expected).now, &|scheme: &Scheme| scheme.member.by_category());
    let every = expected.run.period.every();
    let due = |category: &String| expected.schemes[(expected.scheme_of)(category)].member.scores(every);
    if names.is_empty() && there.is_empty() && undecided(members, expected) && expected.categories.iter().any(due) {
        return vec![workbook::ENTRIES.name.to_owned()];
    }
    names
}

/// What the sheets of entries hold, unit by unit.
pub fn survey(date_1904: bool, sheets: &Sheets<'_>, roster: &Submission, expected: &Expected<'_>, into: &mut Survey, sink: &mut Sink) {
    let members = &roster.members;
    let all = sheets_of_entries(sheets, members, expected, sink);
    let people = People::new(roster);
    let reading = Reading { date_1904, sheets, all: &all, members, people: &people, expected, sole: sole_category(members) };
    for one in &all {
        let table = reading.table(one, sink).0;
        into.sheet(&reading.unit(one, None), &table.sheet.name);
        for row in table.lines(&|name| people.knows(name)) {
            let member = people.find(&row, members).map(|at| &members[at as usize]);
            let key = format!("{}\u{1f}{}", people.told(&row, members), row.word(column::SCORER));
            for line in row.periods() {
                let unit = reading.unit(one, told_period(&line, expected.run.year));
                let value = |heading: &str| match member.and_then(|member| reading.item(member, heading)) {
                    Some((scheme, item)) => Some(value_of_mark(&line, item, scheme)),
                    None => Some(value_of(&line, heading, date_1904)),
                };
                into.row(&unit, &line, &key, &value, sink);
            }
        }
    }
}

/// A mark as it is read: a blank deduction is nothing deducted, and 2 and -2 are the same.
fn value_of_mark(line: &Line<'_>, item: &Item, scheme: &Scheme) -> String {
    let mut untold = Sink::new(&std::sync::Arc::from(""));
    let mark = read_mark(line, item, scheme, "", &mut Signs::default(), &mut None, &mut untold);
    match mark.decimal() {
        Some(value) => value.to_string(),
        None => line.word(&item.name),
    }
}

/// True where a workbook that was handed out came back with nothing on its sheets of entries, which is said once for
/// each. In a workbook of another making a blank deduction is nothing deducted; here every row was there before.
fn unfilled(sheets: &Sheets<'_>, all: &[Serving], submission: &mut Submission, expected: &Expected<'_>, sink: &mut Sink) -> bool {
    let run = expected.run.period;
    let counts = |member: &&Member| member.scored_in(run) && expected.schemes[member.scheme].member.scores(run.every());
    let kind = workbook::ENTRIES.name;
    let mut blank = Vec::new();
    for one in all {
        let schemes: BTreeSet<usize> = served(kind, &submission.members, one, all, expected).map(|member| member.scheme).collect();
        let items = schemes.iter().flat_map(|scheme| &expected.schemes[*scheme].member.items);
        let headings: Vec<&str> = items.flat_map(|item| std::iter::once(item.name.as_str()).chain(item.reason.as_deref())).collect();
        let table = sheets.table(&one.found, &[], &headings, &mut Sink::new(&submission.file));
        let filled = |line: Line<'_>| headings.iter().any(|heading| !line.word(heading).is_empty());
        if table.lines(&|_| false).any(|row| row.periods().any(filled)) {
            return false;
        }
        if served(kind, &submission.members, one, all, expected).any(|member| counts(&member)) {
            blank.push((
                &table.sheet.name,
                ServingTable {
                    sheet: table.number,
                    category: one.category.as_deref().map(Into::into),
                    usable: false,
                    columns: Vec::new(),
                    end: 0,
                },
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
    passed_over: Vec<(u16, u32)>,
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
    /// The one category of everybody.
    sole: Option<&'a str>,
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
    fn unit(&self, serving: &Serving, period: Option<Period>) -> Unit {
        Unit::of(workbook::ENTRIES.name, serving.category.as_deref(), self.sole, period)
    }

    /// True for the rows of a period that are not taken from another file.
    fn takes(&self, serving: &Serving, line: &Line<'_>) -> bool {
        self.expected.share.is_whole() || self.expected.share.takes(&self.unit(serving, told_period(line, self.expected.run.year)))
    }

    /// The item of a member's scheme under a heading.
    fn item(&self, member: &Member, heading: &str) -> Option<(&'a Scheme, &'a Item)> {
        let scheme = &self.expected.schemes[member.scheme];
        let item = scheme.member.items.iter().find(|item| item.name == heading && item.applies_to(&member.category))?;
        Some((scheme, item))
    }

    /// The table of a sheet, the columns that it must have, and the schemes of whom it serves.
    fn table(&self, serving: &'a Serving, sink: &mut Sink) -> (Table<'a>, Vec<&'a str>, BTreeSet<usize>) {
        let (members, expected) = (self.members, self.expected);
        let kind = workbook::ENTRIES.name;
        let mut present: BTreeSet<usize> = served(kind, members, serving, self.all, expected).map(|member| member.scheme).collect();
        // A sheet that nobody needs yet, as in a blank workbook, is still what its name says.
        present.extend(serving.category.as_deref().map(expected.scheme_of));
        if members.is_empty() {
            present.extend(0..expected.schemes.len());
        }
        let required = self.required(serving);
        let known = self.known(serving, &present);
        let table = self.sheets.table(&serving.found, &required, &known, sink);
        (table, required, present)
    }

    fn read_sheet(&self, serving: &'a Serving, signs: &mut Signs, into: &mut Read, sink: &mut Sink) {
        let (members, expected) = (self.members, self.expected);
        if !expected.share.takes_of(&self.unit(serving, None)) {
            return;
        }
        let (table, required, present) = self.table(serving, sink);
        for scheme in &present {
            check_heading_maxima(&table, &expected.schemes[*scheme].member, sink);
        }
        let usable = table.has(column::NAME) && table.has_period();
        let tells_scorer = !required.contains(&column::SCORER) || table.has(column::SCORER);
        let category = serving.category.as_deref().map(Into::into);
        let columns = table.one_row_each();
        into.tables.push(ServingTable { sheet: table.number, category, usable: usable && tells_scorer, columns, end: table.first_row() });
        if !usable {
            return;
        }
        let mut of = EntryTable { table: &table, tells_scorer, layouts: BTreeMap::new() };
        for row in table.lines(&|name| self.people.knows(name)) {
            if let Some(table) = into.tables.last_mut() {
                table.end = table.end.max(row.index() + 1);
            }
            if !row.periods().any(|line| self.takes(serving, &line)) {
                into.passed_over.extend(row.rows().map(|row| (table.number, row)));
                continue;
            }
            match member_of(&row, serving, self.people, members, expected, sink) {
                Some(at) => self.read_row(&row, (serving, at), &mut of, signs, into, sink),
                None => self.check_row_of_nobody(&row, serving, signs, sink),
            }
        }
    }

    /// Those whose rows are to be found on a sheet, as scheme and category.
    fn of_sheet(&self, serving: &'a Serving, wanted: impl Fn(&Member) -> bool) -> BTreeSet<(usize, &'a str)> {
        served(workbook::ENTRIES.name, self.members, serving, self.all, self.expected)
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
        for line in row.periods().filter(|line| self.takes(serving, line)) {
            let period = read_period(&line, scheme.member.every, self.expected.run.year, sink);
            if period.is_none_or(|period| period.last_month() <= self.expected.run.period.last_month()) {
                check_values(&line, scheme, category.unwrap_or_default(), signs, sink);
            }
        }
    }

    fn read_row(
        &self,
        row: &Line<'_>,
        (serving, at): (&Serving, u32),
        of: &mut EntryTable<'_>,
        signs: &mut Signs,
        into: &mut Read,
        sink: &mut Sink,
    ) {
        let run = self.expected.run.period;
        let member = &self.members[at as usize];
        let scheme = &self.expected.schemes[member.scheme];
        let rules = &scheme.member;
        if row.by_item() {
            check_item_rows(row, rules, member, run, sink);
        }
        for line in row.periods().filter(|line| self.takes(serving, line)) {
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
                // A row that was printed for him, and that nobody has filled in, is none.
                if is_blank(&line, rules) {
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
        let signed = read_reviewers(line, rules, sink);
        let mut reasons = Vec::new();
        let told = period.zh();
        let marks: Box<[Mark]> = rules
            .items
            .iter()
            .enumerate()
            .map(|(at, item)| {
                if !item.applies_to(&member.category) {
                    return Mark::NONE;
                }
                let mut reason = None;
                let mark = read_mark(line, item, scheme, &told, signs, &mut reason, sink);
                reasons.extend(reason.map(|reason| (at as u16, reason)));
                mark
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
        Some(Entry { member: at, period, own, day, at: spot, layout, marks, reasons: reasons.into(), signed, written })
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

fn check_heading_maxima(table: &Table<'_>, rules: &Rules, sink: &mut Sink) {
    for column in table.slices().flat_map(Slice::columns) {
        let Some(max) = &column.max else { continue };
        // Items of one name, for several categories, have maxima of their own.
        let mut named = rules.items.iter().filter(|item| item.name == column.heading).peekable();
        let Some(item) = named.peek().copied() else { continue };
        let written = Decimal::parse(max).map(Exact::from);
        if named.all(|item| Some(&item.max) != written.as_ref()) {
            let place = sink.cell(&table.sheet.name, column.row, column.index);
            sink.push(Finding::new(Code::HeaderMaxMismatch, place).value(max).arg("item", &item.name).arg("max", &item.max));
        }
    }
}
