//! What a workbook holds, unit by unit. Of several files of a branch each unit is taken whole from one of them.
//!
//! ```text
//!   积分登记 一季度      rows of one period on a sheet of entries, on 支部积分, or of ballots that are cast more than once a year
//!   党员名册             any other sheet, whole
//! ```

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use crate::diag::{CellRef, Place};
use crate::period::Period;
use crate::scheme::Scheme;
use crate::sheet::{Book, Content};
use crate::words::{folded, name};
use crate::workbook::{self, column};

use super::cell::{self, Number};
use super::cover::Cover;
use super::heading::Vocabulary;
use super::model::{Member, Submission};
use super::people::People;
use super::sink::Sink;
use super::table::{Found, Line, Sheets};
use super::{Expected, entries, poll};

/// Columns that say what a row is about and nothing of what it holds.
const KEYS: [&str; 8] =
    [column::SEQ, column::NAME, column::PERIOD, column::SCORER, column::VOTERS, column::BALLOT, column::BALLOTS, column::ITEM];

/// Rows of a fact that are remembered; a sheet with more of them is none that a branch fills in.
const MOST_FACTS: usize = 5000;

/// Rows that are named of a period.
const MOST_ROWS: usize = 500;

/// What is taken whole from one file: the rows of one period on a sheet of entries, or a sheet.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Unit {
    /// The sheet, by its usual name and the category that it serves.
    pub sheet: Box<str>,
    /// The period; none for a whole sheet, and for rows of a sheet of entries that tell none.
    pub period: Option<Period>,
}

impl Unit {
    /// A whole sheet.
    pub fn sheet(kind: &str) -> Self {
        Self { sheet: kind.into(), period: None }
    }

    /// The rows of a period on the sheet that serves a category. Where all members are of one category, its own sheet and
    /// the plain one are the same.
    pub fn of(kind: &str, category: Option<&str>, sole: Option<&str>, period: Option<Period>) -> Self {
        let sheet = match category.filter(|category| sole != Some(category)) {
            Some(category) => format!("{kind}-{category}").into(),
            None => kind.into(),
        };
        Self { sheet, period }
    }

    /// True for one whose rows are told apart by their period.
    pub fn by_period(&self) -> bool {
        [workbook::ENTRIES.name, workbook::BRANCH_SCORES.name].iter().any(|kind| self.is_of(kind))
    }

    /// True for a sheet of that kind, whatever category it serves.
    pub fn is_of(&self, kind: &str) -> bool {
        self.sheet.split_once('-').map_or(&*self.sheet, |(own, _)| own) == kind
    }
}

impl fmt::Display for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.period {
            Some(period) => write!(f, "{} {}", self.sheet, period.zh()),
            None => f.write_str(&self.sheet),
        }
    }
}

/// What of a workbook is read: everything, or the units that are taken from it where several files are put together.
#[derive(Clone, Copy, Debug, Default)]
pub struct Share<'a> {
    /// Units that are taken from it; all if absent.
    pub units: Option<&'a BTreeSet<Unit>>,
    /// Units that are taken from any file of the branch.
    pub all: Option<&'a BTreeSet<Unit>>,
    /// The submission that the roster is taken from, where that is another file.
    pub roster: Option<&'a Submission>,
    /// No file of the branch has anything entered.
    pub nothing_held: bool,
}

impl Share<'_> {
    /// True where nothing is taken from another file.
    pub fn is_whole(&self) -> bool {
        self.units.is_none()
    }

    /// True where a category has a sheet of its own in some file.
    pub fn has_own_sheet(&self, kind: &str, category: &str) -> bool {
        let own = |unit: &Unit| unit.sheet.split_once('-').is_some_and(|(of, suffix)| of == kind && suffix == category);
        self.all.is_some_and(|units| units.iter().any(own))
    }

    /// True if the unit is read here.
    pub fn takes(&self, unit: &Unit) -> bool {
        self.units.is_none_or(|units| units.contains(unit))
    }

    /// True if something of the sheet is read here.
    pub fn takes_of(&self, sheet: &Unit) -> bool {
        self.units.is_none_or(|units| units.iter().any(|unit| unit.sheet == sheet.sheet))
    }

    /// True where a workbook that came back as it was handed out is told to be one.
    pub fn may_be_unfilled(&self) -> bool {
        self.units.is_none_or(|units| self.nothing_held && units.iter().any(|unit| unit.is_of(workbook::ENTRIES.name)))
    }
}

/// The category of everybody on the roster who may be scored, if it is only one.
pub fn sole_category(members: &[Member]) -> Option<&str> {
    let mut all = members.iter().filter(|member| member.may_be_scored()).map(|member| member.category.as_ref());
    let first = all.next()?;
    all.all(|other| other == first).then_some(first)
}

/// What a file has of a unit.
#[derive(Clone, Debug)]
pub struct Held {
    /// The sheet as it is named in the file.
    pub sheet: Arc<str>,
    /// Something is written in a column that is not a key.
    pub written: bool,
    /// The same for equal values that are read, whatever the order of the rows.
    pub print: u128,
    /// Its rows, zero-based, rising; only so many.
    pub rows: Vec<u32>,
}

/// A row of 奖惩, 一票否决 or 评优推荐.
#[derive(Clone, Debug)]
pub struct FactRow {
    /// The unit.
    pub unit: Unit,
    /// Whom and what it is about, and when.
    pub key: [String; 3],
    /// Where its name stands.
    pub at: Place,
}

/// A value of a unit that is compared with that of another file, and where it stands.
pub type Values = BTreeMap<(String, String), (String, Place)>;

/// What a file has, without reading it as a submission.
#[derive(Debug, Default)]
pub struct Survey {
    /// By unit.
    pub units: BTreeMap<Unit, Held>,
    /// Facts about members.
    pub facts: Vec<FactRow>,
    /// Values of the units that were asked for.
    pub values: BTreeMap<Unit, Values>,
    wanted: BTreeSet<Unit>,
    /// How often a row of that key was met in a unit.
    again: BTreeMap<(Unit, String), usize>,
}

impl Survey {
    /// Looks a workbook through with the roster by which it will be read. Values are kept of the units in `wanted`.
    pub fn of(book: &Book, file: &Arc<str>, expected: &Expected<'_>, roster: &Submission, wanted: &BTreeSet<Unit>) -> Self {
        let mut survey = Self { wanted: wanted.clone(), ..Self::default() };
        // Nothing found here is told: the reading will find it again.
        let mut sink = Sink::new(file);
        let words = Vocabulary::new(expected.intake, expected.schemes);
        let sheets = Sheets::new(book, &words, expected.categories);
        let people = People::new(roster);
        survey.roster(&sheets, book.date_1904, &mut sink);
        entries::survey(book.date_1904, &sheets, roster, expected, &mut survey, &mut sink);
        let uses = |any: fn(&Scheme) -> bool| {
            roster.members.is_empty() || roster.members.iter().any(|member| any(&expected.schemes[member.scheme]))
        };
        if uses(|scheme| !scheme.polls.is_empty()) {
            let sole = sole_category(&roster.members);
            let several = expected.schemes.iter().any(|scheme| scheme.tells_voters() || scheme.polls_by_period());
            for one in poll::sheets_of_ballots(&sheets, &roster.members, expected, &mut sink) {
                let mut known: Vec<&str> = workbook::POLL.headings().collect();
                known.extend(expected.schemes.iter().flat_map(poll_headings));
                let unit = Unit::of(workbook::POLL.name, one.category.as_deref(), sole, None);
                let keys: &[&str] = if several { &[column::VOTERS, column::PERIOD, column::BALLOT] } else { &[column::BALLOT] };
                let year = poll::by_period(expected).then_some(expected.run.year);
                survey.whole(&sheets, &one.found, &known, (&unit, keys, year), (&people, roster, book.date_1904), &mut sink);
            }
        }
        let kinds: [(_, bool, [&str; 2]); 3] = [
            (workbook::ADJUSTMENTS, uses(|scheme| scheme.adjustments.is_some()), [column::KIND, column::DATE]),
            (workbook::VETOES, uses(|scheme| scheme.veto.is_some()), [column::FACT, column::DATE]),
            (workbook::NOMINATIONS, uses(|scheme| !scheme.honours.is_empty()), [column::HONOUR, column::PERIOD]),
        ];
        for (kind, _, key) in kinds.into_iter().filter(|(_, used, _)| *used) {
            let known: Vec<&str> = kind.headings().collect();
            let unit = Unit::sheet(kind.name);
            for found in sheets.all(kind.name, &mut sink) {
                survey.whole(&sheets, &found, &known, (&unit, &key, None), (&people, roster, book.date_1904), &mut sink);
            }
        }
        if uses(|scheme| scheme.branch_sheet().is_some()) {
            survey.branch_scores(&sheets, expected, &mut sink);
        }
        survey
    }

    /// Adds 支部信息, of which only what a branch is counts: not when it was sent, by whom and on which form.
    pub fn cover(&mut self, cover: &Cover, file: &Arc<str>) {
        let Some(sheet) = &cover.sheet else { return };
        let unit = Unit::sheet(workbook::COVER.name);
        let text = |text: &Option<Box<str>>| text.as_deref().map(folded).unwrap_or_default();
        let code = text(&cover.branch_code).trim_start_matches('0').to_owned();
        let year = cover.year.map(|year| year.to_string()).unwrap_or_default();
        let said = [
            (column::BRANCH_NAME, text(&cover.branch_name), cover.name_at),
            (column::BRANCH_CODE, code, cover.code_at),
            (column::COMMITTEE, text(&cover.committee), None),
            (column::YEAR, year, cover.year_at),
            (column::SECRETARY, text(&cover.secretary), None),
        ];
        let mut values = Values::new();
        let mut print = 0_u128;
        for (field, value, cell) in said.into_iter().filter(|(_, value, _)| !value.is_empty()) {
            print = print.wrapping_add(print_of("", field, &value));
            values.insert((String::new(), field.to_owned()), (value, Place { cell, ..Place::file(file).on_sheet(sheet) }));
        }
        if self.wanted.contains(&unit) {
            self.values.insert(unit.clone(), values);
        }
        let held = self.sheet(&unit, sheet);
        (held.written, held.print) = (true, print);
    }

    fn roster(&mut self, sheets: &Sheets<'_>, date_1904: bool, sink: &mut Sink) {
        let Some(found) = sheets.find(workbook::ROSTER.name, sink) else { return };
        let known: Vec<&str> = workbook::ROSTER.headings().collect();
        let table = sheets.table(&found, &[], &known, sink);
        let unit = Unit::sheet(workbook::ROSTER.name);
        for line in table.lines(&|_| false) {
            let whose = name(&line.shown(column::NAME).unwrap_or_default());
            if whose.is_empty() {
                continue;
            }
            let value = |heading: &str| Some(value_of(&line, heading, date_1904));
            self.row(&unit, &line, &whose, &value, sink);
            // Handed out with names filled in, it is a roster all the same.
            if let Some(held) = self.units.get_mut(&unit) {
                held.written = true;
            }
        }
    }

    /// A sheet that is taken whole; `about` is the unit, and the columns beside the name that tell its rows apart. With a year its
    /// rows are taken by their periods, as far as they tell them.
    fn whole(
        &mut self,
        sheets: &Sheets<'_>,
        found: &Found,
        known: &[&str],
        (unit, about, year): (&Unit, &[&str], Option<i32>),
        (people, roster, date_1904): (&People, &Submission, bool),
        sink: &mut Sink,
    ) {
        let table = sheets.table(found, &[], known, sink);
        self.sheet(unit, &table.sheet.name);
        for line in table.lines(&|name| people.knows(name)) {
            let whose = people.told(&line, &roster.members);
            let told: Vec<String> = about.iter().map(|heading| value_of(&line, heading, date_1904)).collect();
            let period = year.and_then(|year| super::marks::told_period(&line, year));
            let unit = &Unit { period, ..unit.clone() };
            if let [what, when] = told.as_slice()
                && self.facts.len() < MOST_FACTS
                && !(whose.is_empty() || what.is_empty())
            {
                let key = [whose.clone(), what.clone(), when.clone()];
                self.facts.push(FactRow { unit: unit.clone(), key, at: line.place(column::NAME, sink) });
            }
            let value = |heading: &str| Some(value_of(&line, heading, date_1904));
            self.row(unit, &line, &format!("{whose}\u{1f}{}", told.join("\u{1f}")), &value, sink);
        }
    }

    fn branch_scores(&mut self, sheets: &Sheets<'_>, expected: &Expected<'_>, sink: &mut Sink) {
        let known: Vec<&str> = workbook::BRANCH_SCORES.headings().collect();
        let items: BTreeSet<&str> = expected
            .schemes
            .iter()
            .filter_map(|scheme| scheme.branch.as_ref())
            .flat_map(|rules| &rules.items)
            .map(|item| item.name.as_str())
            .collect();
        for found in sheets.all(workbook::BRANCH_SCORES.name, sink) {
            let table = sheets.table(&found, &[], &known, sink);
            self.sheet(&Unit::sheet(workbook::BRANCH_SCORES.name), &table.sheet.name);
            for row in table.lines(&|name| items.contains(crate::words::heading(name).0.as_str())) {
                let item = crate::words::heading(&row.word(column::ITEM)).0;
                for line in row.periods() {
                    let period = super::marks::told_period(&line, expected.run.year);
                    let unit = Unit { period, ..Unit::sheet(workbook::BRANCH_SCORES.name) };
                    // Only a score makes it one that is held.
                    let scores = [column::OWN_SCORE, column::REVIEWED_SCORE];
                    let value = |heading: &str| scores.contains(&heading).then(|| value_of(&line, heading, false));
                    self.row(&unit, &line, &item, &value, sink);
                }
            }
        }
    }

    /// Remembers that the file has the sheet.
    pub(super) fn sheet(&mut self, unit: &Unit, sheet: &Arc<str>) -> &mut Held {
        self.units.entry(unit.clone()).or_insert_with(|| Held { sheet: Arc::clone(sheet), written: false, print: 0, rows: Vec::new() })
    }

    /// Remembers a row. `value` reads what stands under a heading; nothing of a heading that does not count.
    pub(super) fn row(&mut self, unit: &Unit, line: &Line<'_>, key: &str, value: &dyn Fn(&str) -> Option<String>, sink: &Sink) {
        let again = self.again.entry((unit.clone(), key.to_owned())).or_default();
        let key = format!("{key}\u{1f}{again}");
        *again += 1;
        let keep = self.wanted.contains(unit);
        let (mut written, mut print) = (false, 0_u128);
        let mut values = Values::new();
        for heading in line.headings() {
            let Some(read) = value(heading) else { continue };
            written |= !KEYS.contains(&heading) && !line.word(heading).is_empty();
            // Whom the row is about is in its key already.
            if read.is_empty() || (KEYS.contains(&heading) && heading != column::BALLOTS) {
                continue;
            }
            print = print.wrapping_add(print_of(&key, heading, &read));
            if keep {
                values.insert((key.clone(), heading.to_owned()), (read, line.place(heading, sink)));
            }
        }
        let sheet = line.sheet_name();
        let held = self.sheet(unit, sheet);
        held.written |= written;
        held.print = held.print.wrapping_add(print);
        if held.rows.len() < MOST_ROWS {
            held.rows.extend(line.rows());
        }
        if keep {
            self.values.entry(unit.clone()).or_default().extend(values);
        }
    }
}

fn poll_headings(scheme: &Scheme) -> impl Iterator<Item = &str> {
    scheme.polls.iter().flat_map(|poll| poll.columns.iter().chain(&poll.words)).map(|(name, _)| name.as_str())
}

/// Two halves of one print, so that equal ones by chance are out of the question.
fn print_of(key: &str, heading: &str, value: &str) -> u128 {
    let half = |salt: u8| {
        let mut hasher = DefaultHasher::new();
        (salt, key, heading, value).hash(&mut hasher);
        u128::from(hasher.finish())
    };
    (half(0) << 64) | half(1)
}

/// A value as it is read: a number or a day however it is written, else the folded text.
pub(super) fn value_of(line: &Line<'_>, heading: &str, date_1904: bool) -> String {
    let content = line.get(heading);
    if heading == column::PERIOD {
        let word = line.word(heading);
        return Period::parse(&word).map_or(word, Period::zh);
    }
    if heading == column::ID {
        return line.word(heading).to_uppercase();
    }
    let is_day = matches!(heading, column::DATE | column::BORN | column::JOINED) || matches!(content, Some(Content::Date(_)));
    if let Some(Ok(day)) = is_day.then(|| cell::date(content, date_1904)) {
        return day.map(|day| format!("{day:?}")).unwrap_or_default();
    }
    match cell::number(content) {
        Number::Nothing => String::new(),
        Number::Is { value, .. } => value.to_string(),
        Number::Fault(_) => folded(&line.shown(heading).unwrap_or_default()),
    }
}

/// The first cells in which two files differ over some units, as sheet, cell and both values.
pub fn differences(one: &Survey, other: &Survey, most: usize) -> (Vec<(Place, String, String)>, usize) {
    let mut found: Vec<(Place, String, String)> = Vec::new();
    for unit in one.values.keys().chain(other.values.keys()).collect::<BTreeSet<_>>() {
        let of = |survey: &Survey| survey.values.get(unit).cloned().unwrap_or_default();
        let (ours, theirs) = (of(one), of(other));
        for at in ours.keys().chain(theirs.keys()).collect::<BTreeSet<_>>() {
            let (mine, yours) = (ours.get(at), theirs.get(at));
            if mine.map(|(value, _)| value) != yours.map(|(value, _)| value)
                && let Some((_, place)) = mine.or(yours)
            {
                let text = |own: Option<&(String, Place)>| own.map(|(value, _)| value.clone()).unwrap_or_default();
                found.push((place.clone(), text(mine), text(yours)));
            }
        }
    }
    let cell = |place: &Place| place.cell.unwrap_or(CellRef { row: 0, column: 0 });
    found.sort_by(|(one, ..), (other, ..)| (&one.sheet, cell(one)).cmp(&(&other.sheet, cell(other))));
    let more = found.len().saturating_sub(most);
    found.truncate(most);
    (found, more)
}
