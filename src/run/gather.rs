//! First pass: every file on its own.

use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use chrono::NaiveDate;
use rayon::prelude::*;

use super::arrivals::Arrivals;
use super::beside::{Listed, beside};
use super::expected::Whose;
use super::intake::{self, Opened, Print, Submitted};
use super::rare::rare_characters;
use super::{Progress, RunError, Setup, Stage};
use crate::check;
use crate::diag::{Code, Finding, Place, Severity, Unreadable};
use crate::fence::FenceError;
use crate::font::FontSet;
use crate::inbox;
use crate::rollup::{Outcome, branch_outcomes};
use crate::sheet::{self, Book};
use crate::submission::{self, Expected, Share, Submission, Unit};
use crate::words::folded;
use crate::workbook;

/// No branch has a tenth of them.
const MOST_MEMBERS: usize = 5000;

/// What is kept of a submission that may be used.
#[derive(Clone, Debug)]
pub struct BranchScores {
    /// The typed submission.
    pub submission: Submission,
    /// Scores and what follows from them.
    pub outcomes: Vec<Outcome>,
}

impl BranchScores {
    /// The same without the room that lists grew into.
    fn shrunk(mut self) -> Self {
        self.submission.shrink();
        self.outcomes.iter_mut().for_each(|outcome| outcome.score.figures.shrink_to_fit());
        self.outcomes.shrink_to_fit();
        self
    }
}

/// What one file came to.
#[derive(Debug)]
pub struct FileResult {
    /// Its name in the inbox.
    pub name: Arc<str>,
    /// SHA-256 of its bytes; none where it could not be read.
    pub digest: Option<[u8; 32]>,
    /// The file, or those of a set, each with its own SHA-256 and bytes, as far as they could be read.
    pub files: Vec<Print>,
    /// The branch, where it is known.
    pub branch: Option<usize>,
    /// Another branch that is in the same file.
    pub second: Option<usize>,
    /// It bears the name of another registered branch.
    pub misnamed: bool,
    /// The committee in whose folder it lies, where that is not the branch's own.
    pub elsewhere: Option<Arc<str>>,
    /// The name that it shares with another file of its archive.
    pub twin: Option<Arc<str>>,
    /// 报出日期, as far as it counts for the order of versions.
    pub reported: Option<NaiveDate>,
    /// When the document says it was last changed.
    pub modified: Option<String>,
    /// Digest of the file that this one corrects, in lower case.
    pub corrects: Option<String>,
    /// Its 年度 is not the workspace's.
    pub wrong_year: bool,
    /// What was found in 支部信息; it is among all findings too.
    pub cover_findings: Vec<Finding>,
    /// Cells that held something.
    pub cells: usize,
    /// Nobody asked for its branch: what is found in it is said to nobody.
    pub beside: bool,
    /// Of a branch that nobody asked for: whom its roster lists.
    pub roster: Vec<Listed>,
    /// Where its bytes are.
    pub source: Arc<Submitted>,
    /// Everything found in it, without the branch's code.
    pub findings: Vec<Finding>,
    /// The card, where the file could be read as a submission and holds no error.
    pub card: Option<Box<BranchScores>>,
}

/// Everything that lies in the inbox.
pub struct Collected {
    /// What each file came to.
    pub gathered: Vec<FileResult>,
    /// What was found in listing them.
    pub findings: Vec<Finding>,
    /// Who comes with a merged branch, as far as the rosters say.
    pub arrivals: Arrivals,
}

/// Lists the inbox and works through every file.
pub fn gather(county: &Setup, fonts: &FontSet, progress: Progress<'_>) -> Result<Collected, RunError> {
    let limits = inbox::Limits::default();
    let (files, findings) = county.incoming(&limits)?;
    let files: Vec<Arc<Submitted>> = intake::group(county, files, &limits).into_iter().map(Arc::new).collect();
    let committees = Committees::of(county);
    let done = AtomicUsize::new(0);
    progress(Stage::Gather, 0, files.len());
    let read = |file: &Arc<Submitted>, arrivals: &Arrivals, beside: &BTreeSet<usize>| {
        let around = Around { committees: &committees, arrivals, beside };
        catch_unwind(AssertUnwindSafe(|| gather_one(county, &around, fonts, file, &limits))).unwrap_or_else(|_| {
            let finding = Finding::new(Code::UnreadableFile, Place::file(&file.name)).arg("detail", Unreadable::Reader.word());
            Ok(failed(file, Vec::new(), finding))
        })
    };
    let mut arrivals = Arrivals::of(county);
    // `collect` keeps the order of the list, whatever thread is done first.
    let mut gathered: Vec<FileResult> = files
        .par_iter()
        .map(|file| {
            let one = read(file, &arrivals, &BTreeSet::new());
            progress(Stage::Gather, done.fetch_add(1, Ordering::Relaxed) + 1, files.len());
            one
        })
        .collect::<Result<_, _>>()?;
    // With `--only`, figures of those who moved need the other branch's entries.
    let beside = beside(county, &gathered);
    let again = |all: &mut Vec<FileResult>, arrivals: &Arrivals, concerned: &(dyn Fn(&FileResult) -> bool + Sync)| {
        all.par_iter_mut().filter(|one| concerned(one)).try_for_each(|one| -> Result<(), FenceError> {
            *one = read(&Arc::clone(&one.source), arrivals, &beside)?;
            Ok(())
        })
    };
    let of = |one: &FileResult, branches: &BTreeSet<usize>| one.branch.is_some_and(|branch| branches.contains(&branch));
    again(&mut gathered, &arrivals, &|one| of(one, &beside))?;
    // Who comes with a merged branch is known when its roster is.
    let merged = arrivals.learn(county, &gathered);
    again(&mut gathered, &arrivals, &|one| of(one, &merged) && one.card.is_some())?;
    Ok(Collected { gathered, findings, arrivals })
}

fn failed(sent: &Arc<Submitted>, opened: Vec<Print>, finding: Finding) -> FileResult {
    FileResult {
        name: Arc::clone(&sent.name),
        digest: (!opened.is_empty()).then(|| intake::digest(&opened)),
        files: opened,
        branch: None,
        second: None,
        misnamed: false,
        elsewhere: None,
        twin: None,
        reported: None,
        modified: None,
        corrects: None,
        wrong_year: false,
        cover_findings: Vec::new(),
        cells: 0,
        beside: false,
        roster: Vec::new(),
        source: Arc::clone(sent),
        findings: vec![finding],
        card: None,
    }
}

/// The committees by their folded names: branches' files are often collected in folders called after them.
struct Committees(BTreeMap<String, Arc<str>>);

impl Committees {
    fn of(county: &Setup) -> Self {
        Self(county.register.committees().into_iter().map(|name| (folded(name), name.into())).collect())
    }

    /// The committee in whose folder a file lies, where that is not this one.
    fn other_than(&self, own: &str, file: &str) -> Option<Arc<str>> {
        let folders = file.split('/').rev().skip(1);
        let mut found = folders.filter_map(|folder| self.0.get(&folded(folder))).peekable();
        let first = found.peek().copied()?;
        let own = folded(own);
        found.all(|committee| folded(committee) != own).then(|| Arc::clone(first))
    }
}

/// What a file is read by, beside the county's configuration.
struct Around<'a> {
    committees: &'a Committees,
    arrivals: &'a Arrivals,
    /// Branches that nobody asked for and that are read all the same.
    beside: &'a BTreeSet<usize>,
}

fn gather_one(
    county: &Setup,
    around: &Around<'_>,
    fonts: &FontSet,
    sent: &Arc<Submitted>,
    limits: &inbox::Limits,
) -> Result<FileResult, FenceError> {
    let Opened { book, prints, holders } = intake::open(county, sent, limits)?;
    let book = match book {
        Ok(book) => book,
        Err(finding) => return Ok(failed(sent, prints, finding)),
    };
    let mut gathered = gather_book(county, around, fonts, sent, book);
    let own = gathered.branch.map(|branch| county.register.branches[branch].committee.as_str());
    gathered.elsewhere = own.and_then(|own| around.committees.other_than(own, &sent.name));
    gathered.digest = Some(intake::digest(&prints));
    gathered.files = prints;
    for finding in gathered.findings.iter_mut().chain(&mut gathered.cover_findings) {
        intake::place_in_holder(finding, &holders);
    }
    if let Some(card) = &mut gathered.card {
        card.submission.files = intake::files_of(&card.submission.sheets, &holders, &sent.name);
    }
    Ok(gathered)
}

fn gather_book(county: &Setup, around: &Around<'_>, fonts: &FontSet, sent: &Arc<Submitted>, book: Book) -> FileResult {
    let name = &sent.name;
    let cells = book.sheets.iter().map(sheet::Sheet::count).sum();
    let (cover, mut findings) = submission::read_cover(&book, name, &county.intake);
    let odd = odd_report_date(&cover, county, name);
    let identity = check::identify(&cover, name, &county.register, county.workspace.year);
    let misnamed = identity.findings.iter().any(|finding| finding.code == Code::BranchMismatch);
    findings.extend(identity.findings);
    findings.extend(odd.clone());
    // A branch that is on no register cannot mend anything: that is all there is to say, whatever is in its file.
    let unknown = findings.iter().any(|finding| finding.code == Code::UnknownBranch);
    findings.retain(|finding| !unknown || finding.code == Code::UnknownBranch);
    let mut gathered = FileResult {
        name: Arc::clone(name),
        digest: None,
        files: Vec::new(),
        branch: identity.branch,
        second: identity.second,
        misnamed,
        elsewhere: None,
        twin: sent.twin(),
        // A date that cannot be right orders nothing.
        reported: cover.reported.filter(|_| odd.is_none()),
        modified: book.modified.clone(),
        corrects: book.returns.as_ref().map(|digest| digest.to_ascii_lowercase()),
        wrong_year: findings.iter().any(|finding| finding.code == Code::WrongYear),
        cover_findings: findings.clone(),
        cells,
        beside: false,
        roster: Vec::new(),
        source: Arc::clone(sent),
        findings,
        card: None,
    };
    if unknown {
        return gathered;
    }
    // A workbook of which nobody knows whose it is comes back as well: it is looked through as the schemes allow.
    let committee = cover.committee.as_deref().unwrap_or_default().to_owned();
    let stranger = identity.branch.is_none();
    if stranger && !county.only.is_empty() {
        return gathered;
    }
    gathered.beside = identity.branch.is_some_and(|branch| !county.wants(branch));
    if stranger && county.scheme_of_stranger(&committee, "").is_none() {
        return gathered;
    }
    let covered = cover.sheet.is_some();
    let whose = identity.branch.map_or(Whose::Stranger(&committee), Whose::Branch);
    let read = |expected: &Expected<'_>| submission::read(&book, cover, name, expected);
    if gathered.beside && identity.branch.is_none_or(|branch| !around.beside.contains(&branch)) {
        let roster = BTreeSet::from([Unit::sheet(workbook::ROSTER.name)]);
        let share = Share { units: Some(&roster), ..Share::default() };
        let (submission, _) = county.expecting(whose, Some(around.arrivals), share, read);
        gathered.roster = submission.members.iter().map(Listed::of).collect();
        return gathered;
    }
    let (submission, found) = county.expecting(whose, Some(around.arrivals), Share::default(), read);
    // Without cover and roster it may be anything.
    if stranger && !covered && submission.members.is_empty() {
        return gathered;
    }
    gathered.findings.extend(found);
    // Checks go through members and periods, which such a roster would make millions of.
    if submission.members.len() > MOST_MEMBERS {
        let refusal = sheet::Refusal::too_large("members", MOST_MEMBERS);
        gathered.findings.push(refusal.finding(Place::file(name)));
        return gathered;
    }
    gathered.findings.extend(rare_characters(&submission, &book, fonts, &mut BTreeSet::new()));
    drop(book);
    gathered.findings.extend(check::submission(&submission, &county.schemes, county.run));
    if stranger {
        return gathered;
    }
    let good = gathered.findings.iter().all(|finding| finding.severity() != Severity::Error);
    let (outcomes, found) = if good { branch_outcomes(&submission, &county.schemes, county.run) } else { Default::default() };
    gathered.findings.extend(found);
    gathered.card = Some(Box::new(BranchScores { submission, outcomes }.shrunk()));
    gathered
}

/// 报出日期 before the year, long after it, or after the day on which the run was asked for.
fn odd_report_date(cover: &submission::Cover, county: &Setup, file: &Arc<str>) -> Option<Finding> {
    let reported = cover.reported?;
    let year = county.workspace.year;
    let within = NaiveDate::from_ymd_opt(year, 1, 1)? <= reported && reported <= NaiveDate::from_ymd_opt(year + 1, 6, 30)?;
    let ahead = county.dates.today().filter(|today| reported > *today);
    if within && ahead.is_none() {
        return None;
    }
    let place = Place { file: Some(Arc::clone(file)), sheet: cover.sheet.clone(), cell: cover.reported_at };
    let why = if within { "ahead" } else { "year" };
    Some(Finding::new(Code::OddReportDate, place).value(reported.to_string()).arg("why", why).arg("year", year))
}
