//! Puts the files of a branch together: which unit is taken from which of them, and one submission of what is taken.
//!
//! ```text
//!   files of the branch ─▶ surveys (units that each has) ─▶ each unit to one file ─▶ each file read as far as it gives ─▶ joined, checked
//! ```
//!
//! A branch with one file never comes here: what was read of it in the first pass stands. The workbooks of a branch are in
//! memory together only if they are small; else each is opened again when it is read.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::arrivals::Arrivals;
use super::expected::Whose;
use super::intake::{self, Submitted};
use super::rare::rare_characters;
use super::versions::{latest, order, others, pick, superseded};
use super::{BranchScores, FileResult, RunError, Setup};
use crate::check::{self, MissingRow};
use crate::county::Parts;
use crate::diag::{CellRef, Code, Fact, Finding, Place, Severity};
use crate::font::FontSet;
use crate::inbox;
use crate::period::Period;
use crate::rollup::branch_outcomes;
use crate::sheet::Book;
use crate::submission::{self, Expected, Share, Submission, Survey, Unit};
use crate::workbook;

/// Cells of a branch's workbooks that are kept between looking them through and reading them.
const KEPT_CELLS: usize = 300_000;

/// Cells that differ and are named.
const DIFFERENCES: usize = 20;

/// Rows that are named of a period.
const ROWS_NAMED: usize = 12;

/// What the files of a branch came to.
#[derive(Debug, Default)]
pub struct Put {
    /// The latest file that something is taken from.
    pub file: Option<Arc<str>>,
    /// The submission, if any file could be read.
    pub card: Option<Box<BranchScores>>,
    /// What was found in it.
    pub findings: Vec<Finding>,
    /// Files that something is taken from, the latest first.
    pub sources: Vec<Arc<Submitted>>,
}

/// Rows that the latest file lacks, if the branch is returned for them.
pub(super) fn missing_rows(county: &Setup, put: &Put) -> Vec<MissingRow> {
    let lacks = put.findings.iter().any(|finding| finding.code == Code::MissingEntry && finding.place.cell.is_none());
    let card = put.card.as_ref().filter(|_| lacks);
    card.map(|card| check::missing_rows(&card.submission, &county.schemes, county.run)).unwrap_or_default()
}

impl Put {
    /// What one file came to by itself.
    fn alone(one: &mut FileResult, keep: bool) -> Self {
        Self {
            file: Some(Arc::clone(&one.name)),
            card: if keep { one.card.clone() } else { one.card.take() },
            findings: one.findings.clone(),
            sources: vec![Arc::clone(&one.source)],
        }
    }
}

/// Which file gives each unit.
#[derive(Debug, Default)]
struct Taken {
    from: BTreeMap<Unit, usize>,
    /// Units of which nothing tells which of these files counts.
    undecided: BTreeMap<Unit, Vec<usize>>,
    /// No file has anything entered.
    nothing_held: bool,
}

impl Taken {
    fn of(&self, file: usize) -> BTreeSet<Unit> {
        self.from.iter().filter(|(_, from)| **from == file).map(|(unit, _)| unit.clone()).collect()
    }

    /// By file: units that may be taken from it as well as from the one they are taken from.
    fn not_taken(&self) -> BTreeMap<usize, BTreeSet<Unit>> {
        let mut all: BTreeMap<usize, BTreeSet<Unit>> = BTreeMap::new();
        for (unit, files) in &self.undecided {
            for at in files.iter().filter(|at| self.from.get(unit) != Some(at)) {
                all.entry(*at).or_default().insert(unit.clone());
            }
        }
        all
    }

    fn gives(&self) -> BTreeSet<usize> {
        self.from.values().copied().collect()
    }
}

/// The files of a branch while they are put together.
struct Table<'a> {
    county: &'a Setup,
    arrivals: &'a Arrivals,
    branch: usize,
    files: &'a [FileResult],
    active: &'a [usize],
    /// By position in `files`; small workbooks only.
    books: BTreeMap<usize, Open>,
    surveys: BTreeMap<usize, Survey>,
}

/// A workbook, and which file holds a sheet where not all are in one.
struct Open {
    book: Book,
    holders: BTreeMap<Arc<str>, Arc<str>>,
}

/// Puts the active files of a branch together. What was read of a file that counts alone is moved out, unless it is kept for
/// putting others beside it later.
pub(super) fn put_together(
    (county, arrivals): (&Setup, &Arrivals),
    fonts: &FontSet,
    branch: usize,
    files: &mut [FileResult],
    active: &[usize],
    keep: bool,
) -> Result<Put, RunError> {
    match active {
        [] => return Ok(Put::default()),
        [only] => return Ok(Put::alone(&mut files[*only], keep)),
        _ => {}
    }
    // What cannot be read gives nothing, which is told.
    let (readable, refused): (Vec<usize>, Vec<usize>) = active.iter().partition(|at| files[**at].card.is_some());
    let mut told: Vec<Finding> = refused.iter().flat_map(|at| files[*at].findings.iter().cloned()).collect();
    let mut put = match readable.as_slice() {
        [] => {
            let file = latest(files, active);
            Put {
                file: file.map(|at| Arc::clone(&files[at].name)),
                sources: file.iter().map(|at| Arc::clone(&files[*at].source)).collect(),
                ..Put::default()
            }
        }
        [only] => Put::alone(&mut files[*only], keep),
        several => {
            let files: &[FileResult] = files;
            let table = Table { county, arrivals, branch, files, active: several, books: BTreeMap::new(), surveys: BTreeMap::new() };
            table.put(fonts)?
        }
    };
    put.findings.append(&mut told);
    Ok(put)
}

impl Table<'_> {
    fn put(mut self, fonts: &FontSet) -> Result<Put, RunError> {
        let rosters: Vec<usize> = self.active.iter().copied().filter(|at| has_roster(&self.files[*at])).collect();
        let none = Submission::default();
        let by = latest(self.files, &rosters).and_then(|at| self.files[at].card.as_ref()).map_or(&none, |card| &card.submission);
        self.look_through(by)?;
        let taken = self.taken();
        let mut findings = self.undecided(&taken, by)?;
        let Some(first) = taken.from.get(&Unit::sheet(workbook::COVER.name)).copied() else { return Ok(Put::default()) };
        if self.county.workspace.parts == Parts::Refuse && taken.gives().len() > 1 {
            return Ok(self.refused(first, findings));
        }
        let (submission, mut found) = self.read(&taken, first, fonts)?;
        findings.append(&mut found);
        findings.extend(self.notes(&taken, first));
        findings.extend(self.blank_rows(&taken));
        findings.extend(self.lost_facts(&taken));
        let mut in_question = taken.gives();
        in_question.extend(taken.undecided.values().flatten());
        let sources = std::iter::once(first).chain(in_question.into_iter().filter(|at| *at != first));
        let sources = sources.map(|at| Arc::clone(&self.files[at].source)).collect();
        let county = self.county;
        findings.extend(check::submission(&submission, &county.schemes, county.run));
        let good = findings.iter().all(|finding| finding.severity() != Severity::Error);
        let (outcomes, found) = if good { branch_outcomes(&submission, &county.schemes, county.run) } else { Default::default() };
        findings.extend(found);
        let card = Some(Box::new(BranchScores { submission, outcomes }));
        Ok(Put { file: Some(Arc::clone(&self.files[first].name)), card, findings, sources })
    }

    fn expected<T>(&self, share: Share<'_>, run: impl FnOnce(&Expected<'_>) -> T) -> T {
        self.county.expecting(Whose::Branch(self.branch), Some(self.arrivals), share, run)
    }

    /// The workbook, as it was kept or opened again; none where it cannot be opened any more.
    fn open(&mut self, at: usize) -> Result<Option<Open>, RunError> {
        if let Some(open) = self.books.remove(&at) {
            return Ok(Some(open));
        }
        let opened = intake::open(self.county, &self.files[at].source, &inbox::Limits::default())?;
        Ok(opened.book.ok().map(|book| Open { book, holders: opened.holders }))
    }

    /// Looks every file through by one roster.
    fn look_through(&mut self, roster: &Submission) -> Result<(), RunError> {
        let mut room = KEPT_CELLS;
        for at in self.active.iter().copied() {
            let Some(open) = self.open(at)? else { continue };
            self.surveys.insert(at, self.survey(at, &open.book, roster, &BTreeSet::new()));
            if let Some(rest) = room.checked_sub(self.files[at].cells) {
                room = rest;
                self.books.insert(at, open);
            }
        }
        Ok(())
    }

    fn survey(&self, at: usize, book: &Book, roster: &Submission, wanted: &BTreeSet<Unit>) -> Survey {
        let file = &self.files[at].name;
        let (cover, _) = submission::read_cover(book, file, &self.county.intake);
        let mut survey = self.expected(Share::default(), |expected| Survey::of(book, file, expected, roster, wanted));
        survey.cover(&cover, file);
        survey
    }

    /// Decides for every unit.
    fn taken(&self) -> Taken {
        let mut taken = Taken::default();
        let units: BTreeSet<&Unit> = self.surveys.values().flat_map(|survey| survey.units.keys()).collect();
        let held = |at: usize, unit: &Unit| self.surveys.get(&at).and_then(|survey| survey.units.get(unit));
        let weight = |at: usize| self.surveys.get(&at).map_or(0, |survey| survey.units.values().filter(|held| held.written).count());
        taken.nothing_held =
            self.surveys.values().flat_map(|survey| &survey.units).all(|(unit, held)| !held.written || !unit.is_of(workbook::ENTRIES.name));
        // Rows that tell no period go with those of their sheet that do.
        for unit in units.iter().filter(|unit| !(unit.by_period() && unit.period.is_none())) {
            let having: Vec<usize> = self.active.iter().copied().filter(|at| held(*at, unit).is_some()).collect();
            let holding: Vec<usize> = having.iter().copied().filter(|at| held(*at, unit).is_some_and(|held| held.written)).collect();
            let Some(of) = [&holding, &having].into_iter().find(|files| !files.is_empty()) else { continue };
            // Of thousands of files each may be compared with each.
            let prints: Vec<_> = (0..self.files.len()).map(|at| held(at, unit).map(|held| held.print)).collect();
            let same = |one: usize, other: usize| prints[one] == prints[other];
            let from = match pick(self.files, of, &same, &weight) {
                Ok(from) => from,
                Err(files) => {
                    let first = files.first().copied().unwrap_or_default();
                    if is_read(unit, self.county.run.period) {
                        taken.undecided.insert((*unit).clone(), files);
                    }
                    first
                }
            };
            taken.from.insert((*unit).clone(), from);
        }
        for unit in units.into_iter().filter(|unit| unit.by_period() && unit.period.is_none()) {
            let given = taken.from.keys().any(|other| other.sheet == unit.sheet);
            let having: Vec<usize> = self.active.iter().copied().filter(|at| held(*at, unit).is_some()).collect();
            if let Some(at) = latest(self.files, &having).filter(|_| !given) {
                taken.from.insert(unit.clone(), at);
            }
        }
        taken
    }

    /// Reads every file as far as it gives something, and puts it together.
    fn read(&mut self, taken: &Taken, first: usize, fonts: &FontSet) -> Result<(Submission, Vec<Finding>), RunError> {
        let all: BTreeSet<Unit> = taken.from.keys().cloned().collect();
        let roster_from = taken.from.get(&Unit::sheet(workbook::ROSTER.name)).copied().unwrap_or(first);
        let mut order: Vec<usize> = vec![roster_from];
        order.extend(taken.gives().into_iter().filter(|at| *at != roster_from));
        let mut parts: Vec<Submission> = Vec::with_capacity(order.len());
        let mut findings: Vec<Finding> = Vec::new();
        let mut known: BTreeSet<char> = BTreeSet::new();
        for at in order.iter().copied() {
            let opened = &self.files[at].cover_findings;
            findings.extend(opened.iter().filter(|finding| at == first || finding.code == Code::BranchMismatch).cloned());
            let units = with_loose_rows(taken.of(at));
            let share = Share { units: Some(&units), all: Some(&all), roster: parts.first(), nothing_held: taken.nothing_held };
            let Some((part, mut found)) = self.read_share(at, share, fonts, &mut known)? else {
                findings.push(Finding::new(Code::UnreadableFile, Place::file(&self.files[at].name)));
                continue;
            };
            findings.append(&mut found);
            parts.push(part);
        }
        // Where nothing tells which of several counts, each is told what is wrong in it.
        for (at, units) in taken.not_taken() {
            let roster = parts.first().filter(|_| !units.contains(&Unit::sheet(workbook::ROSTER.name)));
            let share = Share { units: Some(&units), all: Some(&all), roster, nothing_held: false };
            findings.extend(self.read_share(at, share, fonts, &mut known)?.into_iter().flat_map(|(_, found)| found));
        }
        let latest = order.iter().position(|at| *at == first).unwrap_or_default().min(parts.len().saturating_sub(1));
        if parts.is_empty() {
            return Ok((Submission::default(), findings));
        }
        let mut whole = submission::join(parts, 0, latest);
        let missing = self.expected(Share::default(), |expected| submission::complete(&mut whole, expected));
        findings.extend(missing);
        Ok((whole, findings))
    }

    /// Reads a file as far as it gives something, and what is found in that.
    fn read_share(
        &mut self,
        at: usize,
        share: Share<'_>,
        fonts: &FontSet,
        known: &mut BTreeSet<char>,
    ) -> Result<Option<(Submission, Vec<Finding>)>, RunError> {
        let Some(Open { book, holders }) = self.open(at)? else { return Ok(None) };
        let one = &self.files[at];
        let (cover, _) = submission::read_cover(&book, &one.name, &self.county.intake);
        let (mut part, mut found) = self.expected(share, |expected| submission::read(&book, cover, &one.name, expected));
        part.files = intake::files_of(&part.sheets, &holders, &one.name);
        // Names are told where the roster is read.
        let members = if share.roster.is_some() { std::mem::take(&mut part.members) } else { Vec::new() };
        let passed: BTreeSet<(u16, u32)> = part.passed_over.iter().copied().collect();
        let elsewhere = |finding: &Finding| {
            let sheet = finding.place.sheet.as_ref().and_then(|name| part.sheets.iter().position(|own| own == name));
            sheet.zip(finding.place.cell).is_some_and(|(sheet, cell)| passed.contains(&(sheet as u16, cell.row)))
        };
        found.extend(rare_characters(&part, &book, fonts, known).into_iter().filter(|finding| !elsewhere(finding)));
        for finding in &mut found {
            intake::place_in_holder(finding, &holders);
        }
        if share.roster.is_some() {
            part.members = members;
        }
        Ok(Some((part, found)))
    }

    /// What is said of each file: which units are taken from it, or that none is.
    fn notes(&self, taken: &Taken, first: usize) -> Vec<Finding> {
        let several = taken.gives().len() > 1;
        let in_question: BTreeSet<usize> = taken.undecided.values().flatten().copied().collect();
        let note = |at: &usize| {
            let units = taken.of(*at);
            if units.is_empty() {
                // Of one that may count as well as another that is said.
                if in_question.contains(at) {
                    return None;
                }
                return Some(superseded(&self.files[*at], &self.files[first]));
            }
            several.then(|| {
                let units = listed(&units);
                let finding = Finding::new(Code::JoinedSubmission, Place::file(&self.files[*at].name));
                finding.arg("units", &units).fact(Fact::Units(units))
            })
        };
        self.active.iter().filter_map(note).collect()
    }

    /// The warning about blank rows of a period that an earlier file holds.
    fn blank_rows(&self, taken: &Taken) -> Vec<Finding> {
        let gives = taken.gives();
        let mut of: BTreeMap<(usize, usize, Arc<str>), Vec<String>> = BTreeMap::new();
        let run = self.county.run.period;
        for (unit, from) in taken.from.iter().filter(|(unit, _)| unit.period.is_some() && is_read(unit, run)) {
            let written = self.surveys[from].units.get(unit).is_some_and(|held| held.written);
            for at in gives.iter().filter(|at| *at != from && written) {
                let blank = self.surveys[at].units.get(unit).filter(|held| !held.written && !held.rows.is_empty());
                let Some(blank) = blank.filter(|_| order(&self.files[*at], &self.files[*from]) == Some(true)) else { continue };
                let period = unit.period.map(Period::zh).unwrap_or_default();
                let told = format!("{period}（第{}行）", rows(&blank.rows));
                of.entry((*at, *from, Arc::clone(&blank.sheet))).or_default().push(told);
            }
        }
        let finding = |((at, from, sheet), told): ((usize, usize, Arc<str>), Vec<String>)| {
            let place = Place::file(&self.files[at].name).on_sheet(&sheet);
            Finding::new(Code::KeptFromEarlier, place).arg("other", &self.files[from].name).arg("lacking", told.join("、"))
        };
        of.into_iter().map(finding).collect()
    }

    /// The warning about facts that the file taken lacks and another of the branch has.
    fn lost_facts(&self, taken: &Taken) -> Vec<Finding> {
        let run = self.county.run.period;
        let later = |when: &str| Period::parse(when).is_some_and(|period| period.last_month() > run.last_month());
        let mut findings = Vec::new();
        let mut told: BTreeSet<(&Unit, &[String; 3])> = BTreeSet::new();
        for (at, survey) in &self.surveys {
            for fact in survey.facts.iter().filter(|fact| is_read(&fact.unit, run)) {
                let Some(from) = taken.from.get(&fact.unit).filter(|from| *from != at) else { continue };
                let has = |other: &submission::FactRow| other.unit == fact.unit && other.key == fact.key;
                let nomination = fact.unit.is_of(workbook::NOMINATIONS.name);
                if self.surveys[from].facts.iter().any(has) || (nomination && later(&fact.key[2])) || !told.insert((&fact.unit, &fact.key))
                {
                    continue;
                }
                let sheet = &self.surveys[from].units[&fact.unit].sheet;
                let place = Place::file(&self.files[*from].name).on_sheet(sheet);
                let row: Vec<&str> = fact.key.iter().map(String::as_str).filter(|word| !word.is_empty()).collect();
                let finding = Finding::new(Code::KeptFromEarlier, place).arg("other", &self.files[*at].name).arg("row", row.join(" "));
                findings.push(finding.arg("at", fact.at.cell.map(|cell| cell.to_string()).unwrap_or_default()));
            }
        }
        findings
    }

    /// The error about files of which nothing tells which counts, with the cells in which they differ.
    fn undecided(&mut self, taken: &Taken, roster: &Submission) -> Result<Vec<Finding>, RunError> {
        let mut groups: BTreeMap<&[usize], BTreeSet<Unit>> = BTreeMap::new();
        for (unit, files) in &taken.undecided {
            groups.entry(files).or_default().insert(unit.clone());
        }
        let mut findings = Vec::new();
        for (files, units) in groups {
            let [one, other, ..] = files else { continue };
            let mut surveyed = Vec::new();
            for at in [*one, *other] {
                let Some(open) = self.open(at)? else { continue };
                surveyed.push(self.survey(at, &open.book, roster, &units));
                if self.files[at].cells <= KEPT_CELLS / 2 {
                    self.books.insert(at, open);
                }
            }
            let [ours, theirs] = surveyed.as_slice() else { continue };
            let (cells, more) = submission::differences(ours, theirs, DIFFERENCES);
            for at in files {
                let others_of = files.iter().filter(|other| *other != at).map(|other| &self.files[*other].name);
                let finding = Finding::new(Code::DuplicateSubmission, Place::file(&self.files[*at].name));
                let finding = others(finding, others_of, files.len() - 1);
                let turned = at != one;
                let told: Vec<String> = cells.iter().map(|difference| told_difference(difference, turned)).collect();
                let finding = finding.arg("cells", told.join("；")).arg("units", listed(&units));
                findings.push(finding.arg("rest", if more > 0 { more.to_string() } else { String::new() }));
            }
        }
        Ok(findings)
    }

    /// With `parts = "refuse"`: the latest file stands alone.
    fn refused(&self, first: usize, mut findings: Vec<Finding>) -> Put {
        let one = &self.files[first];
        findings.extend(one.findings.iter().cloned());
        findings.extend(self.active.iter().filter(|at| **at != first).map(|at| superseded(&self.files[*at], one)));
        let submission = one.card.as_ref().map(|card| card.submission.clone()).unwrap_or_default();
        let good = findings.iter().all(|finding| finding.severity() != Severity::Error);
        let county = self.county;
        let outcomes = if good { branch_outcomes(&submission, &county.schemes, county.run).0 } else { Vec::new() };
        let card = Some(Box::new(BranchScores { submission, outcomes }));
        Put { file: Some(Arc::clone(&one.name)), card, findings, sources: vec![Arc::clone(&one.source)] }
    }
}

/// With the rows of their sheets that tell no period: of those it is told where others of the sheet count.
fn with_loose_rows(mut units: BTreeSet<Unit>) -> BTreeSet<Unit> {
    let loose: Vec<Unit> = units.iter().filter(|unit| unit.by_period()).map(|unit| Unit { period: None, ..unit.clone() }).collect();
    units.extend(loose);
    units
}

/// True where the file has a roster of its own.
fn has_roster(one: &FileResult) -> bool {
    one.card.as_ref().is_some_and(|card| !card.submission.members.is_empty() || card.submission.nameless.members > 0)
}

/// True for a unit that the run looks at.
fn is_read(unit: &Unit, run: Period) -> bool {
    let of_the_year = [workbook::POLL, workbook::ADJUSTMENTS, workbook::VETOES];
    if unit.period.is_none() && of_the_year.iter().any(|kind| unit.is_of(kind.name)) {
        return run == Period::YEAR;
    }
    unit.period.is_none_or(|period| period.last_month() <= run.last_month())
}

/// `支部信息；积分登记 1月、2月`.
fn listed(units: &BTreeSet<Unit>) -> String {
    let mut sheets: Vec<(&str, Vec<String>)> = Vec::new();
    for unit in units {
        let period = unit.period.map(Period::zh);
        match sheets.last_mut().filter(|(sheet, _)| *sheet == &*unit.sheet) {
            Some((_, periods)) => periods.extend(period),
            None => sheets.push((&unit.sheet, period.into_iter().collect())),
        }
    }
    let told = |(sheet, periods): (&str, Vec<String>)| {
        if periods.is_empty() { sheet.to_owned() } else { format!("{sheet} {}", periods.join("、")) }
    };
    sheets.into_iter().map(told).collect::<Vec<_>>().join("；")
}

/// `3—8、12`, from rows that count from zero.
fn rows(rows: &[u32]) -> String {
    let mut ranges: Vec<(u32, u32)> = Vec::new();
    for row in rows.iter().map(|row| row + 1) {
        match ranges.last_mut().filter(|(_, last)| *last + 1 == row) {
            Some((_, last)) => *last = row,
            None => ranges.push((row, row)),
        }
    }
    let told = |(first, last): &(u32, u32)| if first == last { first.to_string() } else { format!("{first}—{last}") };
    let more = if ranges.len() > ROWS_NAMED { "……" } else { "" };
    ranges.iter().take(ROWS_NAMED).map(told).collect::<Vec<_>>().join("、") + more
}

/// `积分登记 E4：9.5 ↔ 9`.
fn told_difference((place, ours, theirs): &(Place, String, String), turned: bool) -> String {
    let (ours, theirs) = if turned { (theirs, ours) } else { (ours, theirs) };
    let shown = |value: &String| if value.is_empty() { "空".to_owned() } else { value.clone() };
    let cell = place.cell.unwrap_or(CellRef { row: 0, column: 0 });
    format!("{} {cell} {}／{}", place.sheet.as_deref().unwrap_or_default(), shown(ours), shown(theirs))
}
