//! From sheets to a typed submission: one branch, one year, every value keeping its place.
//!
//! Headings and sheets are found by name after normalising; what a cell says is read as a clerk would, and what
//! cannot be read is a finding with its cell. Whether a readable submission is complete and consistent is `check`'s
//! business, what it scores is `score`'s.

mod branch_entries;
mod carry;
mod cell;
mod course;
mod cover;
mod entries;
mod facts;
mod filler;
mod heading;
mod intake;
mod join;
mod marks;
mod model;
mod people;
mod poll;
mod roster;
mod sink;
mod table;
mod units;

pub use carry::months_of;
pub use cell::shown;
pub use course::{Arrival, Course, Moved, Reason, Roll, Tenure};
pub use cover::{Cover, read_cover};
pub use intake::Intake;
pub use join::join;
pub use model::*;
pub use units::{FactRow, Share, Survey, Unit, differences, sole_category};

use crate::diag::{Code, Finding};
use crate::period::RunPeriod;
use crate::scheme::Scheme;
use crate::sheet::{Book, Unseen};
use crate::workbook::{self, column};

use sink::Sink;
use std::collections::BTreeMap;
use std::sync::Arc;

/// What reading a submission needs to know beside the workbook.
pub struct Expected<'a> {
    /// The run's period; rows of later periods are ignored.
    pub run: RunPeriod,
    /// All schemes of the workspace.
    pub schemes: &'a [Scheme],
    /// The scheme of this branch's members by category, as an index into `schemes`.
    pub scheme_of: &'a dyn Fn(&str) -> usize,
    /// What branches call sheets and columns.
    pub intake: &'a Intake,
    /// Categories that exist in this county.
    pub categories: &'a [String],
    /// How many members the register gives the branch, where it does.
    pub registered: Option<u32>,
    /// Months of the branch itself.
    pub tenure: Tenure<'a>,
    /// What of the workbook is read.
    pub share: Share<'a>,
}

impl Expected<'_> {
    /// The one scheme of these members, or of everybody who may be in the branch where none is known.
    fn only_scheme(&self, members: &[Member]) -> Option<&Scheme> {
        self.schemes.get(self.only_scheme_at(members)?)
    }

    fn only_scheme_at(&self, members: &[Member]) -> Option<usize> {
        let possible = self.categories.iter().map(|category| (self.scheme_of)(category));
        let mut all: Vec<usize> =
            if members.is_empty() { possible.collect() } else { members.iter().map(|member| member.scheme).collect() };
        all.dedup();
        if let [only] = all.as_slice() { Some(*only) } else { None }
    }

    /// True where nobody of the branch is scored but the branch itself, so that it needs no roster.
    fn scores_branches_alone(&self) -> bool {
        self.only_scheme(&[]).is_some_and(|scheme| !scheme.scores_members())
    }

    /// True where it is known by which items members of a category are scored: an unknown word may mean any category.
    fn decides(&self, category: &str) -> bool {
        let own = (self.scheme_of)(category);
        self.categories.iter().any(|known| known == category)
            || (!self.schemes[own].member.by_category() && self.categories.iter().all(|known| (self.scheme_of)(known) == own))
    }
}

/// Reads everything beyond the cover. `file` is the name findings carry.
pub fn read(book: &Book, cover: Cover, file: &Arc<str>, expected: &Expected<'_>) -> (Submission, Vec<Finding>) {
    let mut sink = Sink::new(file);
    let mut submission = Submission::new(Arc::clone(file), book, cover);
    let words = heading::Vocabulary::new(expected.intake, expected.schemes);
    let sheets = table::Sheets::new(book, &words, expected.categories);
    for at in sheets.hidden() {
        sink.push(Finding::new(Code::HiddenData, sink.sheet(&book.sheets[at].name)));
    }
    for (at, sheet) in book.sheets.iter().enumerate() {
        for (row, column) in &sheet.control_characters {
            sink.push(Finding::new(Code::ControlCharacters, sink.cell(&book.sheets[at].name, *row, *column)));
        }
    }
    match expected.share.roster {
        Some(other) => {
            submission.members.clone_from(&other.members);
            submission.nameless.members = other.nameless.members;
            sheets.find(workbook::ROSTER.name, &mut sink);
        }
        None => roster::read(book.date_1904, &sheets, &mut submission, expected, &mut sink),
    }
    submission.branch_scheme = branch_entries::scheme_of_branch(&submission.members, expected);
    entries::read(book.date_1904, &sheets, &mut submission, expected, &mut sink);
    poll::read(&sheets, &mut submission, expected, &mut sink);
    // Adjustments and vetoes belong to the year; in a shorter run they are not due and not looked at, but for vetoes that count
    // there.
    let shorter_vetoes = submission.members.iter().any(|member| expected.schemes[member.scheme].has_shorter_vetoes());
    if expected.run.period == crate::period::Period::YEAR {
        facts::read_adjustments(book.date_1904, &sheets, &mut submission, expected, &mut sink);
        facts::read_vetoes(book.date_1904, &sheets, &mut submission, expected, &mut sink);
        submission.year_read = true;
    } else if shorter_vetoes {
        facts::read_vetoes(book.date_1904, &sheets, &mut submission, expected, &mut sink);
    }
    if expected.run.period != crate::period::Period::YEAR && expected.run.period.last_month() == crate::period::Period::YEAR.last_month() {
        // A year that was posted already is scored again in the last month's, quarter's and half's run as well. What is
        // wrong on these sheets is the year's run's to tell; the year is then not compared.
        let year = Expected { run: RunPeriod { period: crate::period::Period::YEAR, ..expected.run }, ..*expected };
        let mut untold = Sink::new(file);
        let tables = std::mem::take(&mut submission.poll_tables);
        poll::read(&sheets, &mut submission, &year, &mut untold);
        if !tables.is_empty() {
            submission.poll_tables = tables;
        }
        facts::read_adjustments(book.date_1904, &sheets, &mut submission, &year, &mut untold);
        if !shorter_vetoes {
            facts::read_vetoes(book.date_1904, &sheets, &mut submission, &year, &mut untold);
        }
        submission.year_read = untold.finish().iter().all(|finding| finding.severity() != crate::diag::Severity::Error);
    }
    facts::read_nominations(&sheets, &mut submission, expected, &mut sink);
    branch_entries::read(&sheets, &mut submission, expected, &mut sink);
    unused(&sheets, &submission, expected, &mut sink);
    submission.ignored = sheets.unknown();
    submission.ignored.retain(|at| Some(&book.sheets[*at].name) != submission.cover.sheet.as_ref());
    for at in submission.ignored.iter().copied() {
        // An empty leftover sheet (`Sheet1`) tells nobody anything.
        if !book.sheets[at].rows.is_empty() {
            sink.push(Finding::new(Code::ExtraSheet, sink.sheet(&book.sheets[at].name)));
        }
    }
    out_of_sight(&sheets, &mut sink);
    let mut findings = sink.finish();
    if !expected.share.is_whole() {
        let passed_over = sheets.passed_over();
        findings.retain(|finding| !of_another_file(finding, book, &passed_over, &submission.passed_over));
        submission.ignored.extend(passed_over);
    }
    (submission, findings)
}

/// True for what is found in a sheet or a row that is taken from another file: whatever is wrong with it does not count.
fn of_another_file(finding: &Finding, book: &Book, sheets: &[usize], rows: &[(u16, u32)]) -> bool {
    let Some(at) = finding.place.sheet.as_ref().and_then(|name| book.sheets.iter().position(|sheet| sheet.name == *name)) else {
        return false;
    };
    sheets.contains(&at) || finding.place.cell.is_some_and(|cell| rows.contains(&(at as u16, cell.row)))
}

/// What several files of a branch lack together, which is told of the latest.
pub fn complete(joined: &mut Submission, expected: &Expected<'_>) -> Vec<Finding> {
    let entries: Vec<Option<&str>> = joined.entry_tables.iter().map(|table| table.category.as_deref()).collect();
    let ballots: Vec<Option<&str>> = joined.poll_tables.iter().map(|table| table.category.as_deref()).collect();
    let mut names = entries::missing_sheets(&entries, &joined.members, expected);
    let year = Expected { run: RunPeriod { period: crate::period::Period::YEAR, ..expected.run }, ..*expected };
    joined.year_read &= poll::missing_sheets(&ballots, &joined.members, &year).is_empty();
    names.extend(poll::missing_sheets(&ballots, &joined.members, expected));
    names.extend(branch_entries::missing_sheets(!joined.branch_tables.is_empty(), joined, expected));
    let file = crate::diag::Place::file(&joined.file);
    let missing = |name: String| Finding::new(Code::MissingSheet, file.on_sheet(&name.as_str().into())).arg("name", name);
    names.into_iter().map(missing).collect()
}

/// Notes what was not read though it is there: values beneath merged areas, and pictures in cells; and what was read though nobody can see it.
fn out_of_sight(sheets: &table::Sheets<'_>, sink: &mut Sink) {
    for sheet in sheets.looked_at() {
        for ((row, column), content) in &sheet.covered {
            let place = sink.cell(&sheet.name, *row, *column);
            if !sink.told(Code::ShownDiffers, &place) {
                sink.push(Finding::new(Code::HiddenData, place).value(shown(content)).arg("case", "covered"));
            }
        }
        // One of a sheet stands for the others of its kind.
        let mut kinds: BTreeMap<Unseen, (Finding, usize)> = BTreeMap::new();
        for ((row, column), why) in &sheet.unseen {
            let Some(content) = sheet.get(*row, *column) else { continue };
            let case = match why {
                Unseen::Faint => "faint",
                Unseen::Struck => "struck",
                Unseen::Part => "part",
                Unseen::Perhaps => "perhaps",
            };
            let place = || sink.cell(&sheet.name, *row, *column);
            let finding = || Finding::new(Code::HiddenData, place()).value(shown(content)).arg("case", case);
            kinds.entry(*why).and_modify(|(_, more)| *more += 1).or_insert_with(|| (finding(), 0));
        }
        for (finding, more) in kinds.into_values() {
            sink.push(finding.arg("more", if more > 0 { more.to_string() } else { String::new() }));
        }
        for (row, column) in &sheet.pictures {
            sink.push(Finding::new(Code::PictureInCell, sink.cell(&sheet.name, *row, *column)));
        }
    }
}

/// Sheets that none of the branch's schemes uses and that hold rows all the same: whoever wrote them believes they count.
fn unused(sheets: &table::Sheets<'_>, submission: &Submission, expected: &Expected<'_>, sink: &mut Sink) {
    if submission.members.is_empty() {
        return;
    }
    let any = |uses: fn(&Scheme) -> bool| submission.members.iter().any(|member| uses(&expected.schemes[member.scheme]));
    let kinds = [
        (workbook::POLL, any(|scheme| !scheme.polls.is_empty())),
        (workbook::ADJUSTMENTS, any(|scheme| scheme.adjustments.is_some())),
        (workbook::VETOES, any(|scheme| scheme.veto.is_some())),
        (workbook::NOMINATIONS, any(|scheme| !scheme.honours.is_empty())),
        (workbook::BRANCH_SCORES, any(|scheme| scheme.branch_sheet().is_some())),
    ];
    let columns: Vec<&str> = kinds.iter().flat_map(|(kind, _)| kind.headings()).filter(|heading| *heading != column::REMARK).collect();
    // Nothing on them is to be put right, so their own faults are not told.
    let mut untold = Sink::new(&submission.file);
    for (kind, _) in kinds.into_iter().filter(|(_, used)| !used) {
        let suffixed = sheets.suffixed(kind.name).into_iter().map(|(found, _)| found);
        for found in sheets.plain(kind.name, &mut untold).into_iter().chain(suffixed) {
            let table = sheets.table(&found, &[], &columns, &mut untold);
            // Without headings that anybody knows it holds something all the same.
            let unheaded = table.slices().next().is_none() && table.sheet.rows.len() > 1 && !sheets.is_blank(&found);
            if unheaded || table.lines(&|_| false).next().is_some() {
                sink.push(Finding::new(Code::ExtraSheet, sink.sheet(&table.sheet.name)).arg("why", "unused"));
            }
        }
    }
}
