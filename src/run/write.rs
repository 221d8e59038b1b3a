//! Second pass: everything that is written.

use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use rayon::prelude::*;
use serde_json::json;

use super::earlier::{self, Earlier, write_expiring};
use super::hand_down::write_hand_downs;
use super::manifest::{FormRecord, write_manifest};
use super::photos::{Found, photos};
use super::print::{About, Part, Wanted, print_wanted};
use super::rare::{characters, rare_character};
use super::returns::{write_reminders, write_returns};
use super::templates::{Loaded, Variant};
use super::{
    BranchResult, BranchScores, BranchState, Fields, Options, Progress, Resolved, RunError, Setup, Stage, Templates, folder_name,
    out_folder, sort_findings,
};
use super::{dates, posted};
use crate::county::{Branch, Paper};
use crate::diag::{CellRef, Code, Finding, Place};
use crate::digest::{hex, sha256};
use crate::form::data::Record;
use crate::forms::{self, BOARD, BRANCH_SCORE, Data, Form, Group, HONOURS, Issued, Issuer, Sent, Standing, Unit, View, Whole};
use crate::html::{self, Board, Page, PeriodStage};
use crate::layout::Note;
use crate::period::{Every, RunPeriod};
use crate::publish::{Names, Published, Staging, write_files};
use crate::record::NumberedLetter;
use crate::report::{self, BranchLine, Overview, ResultRow, csv_headings, figure_ids, finding_row, json_line, result_row};
use crate::rollup::Change;
use crate::scheme::Scheme;
use crate::xlsx::tables;

/// Writes the result to a staging folder and publishes it. Findings made on the way are added.
pub fn write(
    county: &Setup,
    resolved: &mut Resolved,
    templates: &Templates,
    options: &Options,
    progress: Progress<'_>,
) -> Result<Published, RunError> {
    let staging = Staging::open(&out_folder(options), &folder_name(county.run, &county.only))?;
    let earlier = templates.forms.iter().any(|form| matches!(form.data, Data::Expiring(_)));
    let earlier = if earlier { earlier::earlier(county, resolved, options)? } else { Earlier::default() };
    resolved.comparison.inputs.extend(earlier.inputs.iter().cloned());
    write_all(county, resolved, templates, &earlier, &staging, progress)?;
    Ok(staging.publish()?)
}

fn write_all(
    county: &Setup,
    resolved: &mut Resolved,
    templates: &Templates,
    earlier: &Earlier,
    staging: &Staging,
    progress: Progress<'_>,
) -> Result<(), RunError> {
    let issuer = county.issuer();
    let writer = Writer::new(county, resolved, templates, staging, &issuer);
    let mut names = Names::default();
    // Every branch that something is written for: accepted ones have forms, returned ones what goes back to them.
    let folders: Vec<Option<String>> = county
        .register
        .branches
        .iter()
        .zip(resolved.states())
        .map(|(branch, state)| {
            let written = matches!(state, BranchState::Accepted(_) | BranchState::Returned);
            written.then(|| format!("支部/{}", names.claim(&format!("{}-{}", branch.code, branch.name), "")))
        })
        .collect();
    let mut names = Names::default();
    let committees: Vec<(&str, String)> =
        county.register.committees().into_iter().map(|committee| (committee, format!("党委/{}", names.claim(committee, "")))).collect();
    let jobs = jobs(county, resolved, templates, &folders, &committees);
    let done = AtomicUsize::new(0);
    progress(Stage::Write, 0, jobs.len());
    let noticed: Vec<Result<Noticed<'_>, RunError>> = jobs
        .par_iter()
        .map(|job| {
            let made = catch_unwind(AssertUnwindSafe(|| writer.forms(job))).unwrap_or_else(|_| {
                Err(RunError::Document { what: "表格".into(), branch: job.unit.name().to_owned(), error: "panic".into() })
            });
            progress(Stage::Write, done.fetch_add(1, Ordering::Relaxed) + 1, jobs.len());
            made
        })
        .collect();
    drop(jobs);
    let noticed = noticed.into_iter().collect::<Result<Vec<_>, _>>()?;
    let found = findings_of(&noticed, &resolved.findings, templates);
    resolved.findings.extend(found);
    resolved.findings.extend(calendar_findings(county, &issuer));
    if writer.papers.lock().unwrap_or_else(PoisonError::into_inner).keys().any(|paper| paper.ends_with(BOARD.title)) {
        resolved.findings.extend(dates::no_posting_date(county));
    }
    sort_findings(&mut resolved.findings);
    county.put_in_terms(&mut resolved.findings);
    let mut noticed = write_returns(&writer, resolved, &folders)?;
    // A run of single branches has no committee's list either.
    if county.only.is_empty() {
        noticed.extend(write_reminders(&writer, resolved, &committees)?);
        noticed.extend(write_expiring(&writer, earlier, &committees)?);
    }
    if county.only.is_empty() {
        write_hand_downs(county, &committees, &folders, staging)?;
    }
    let found = findings_of(&noticed, &resolved.findings, templates);
    let lines = writer.printed.iter().flat_map(|(at, own)| posted::announcements(county, &county.register.branches[*at].code, own));
    staging.write("changes.jsonl", lines.map(|said| json_line(&said)).collect::<String>().as_bytes())?;
    let papers = writer.papers.into_inner().unwrap_or_else(PoisonError::into_inner);
    let boards = writer.boards.into_inner().unwrap_or_else(PoisonError::into_inner);
    resolved.findings.extend(found);
    sort_findings(&mut resolved.findings);
    county.put_in_terms(&mut resolved.findings);
    let folders = folders.into_iter().enumerate().filter_map(|(at, folder)| Some((at, folder?))).collect();
    write_data(county, resolved, &issuer, &folders, &boards, staging)?;
    // A run of single branches is no part of a county to be merged.
    if county.only.is_empty() {
        staging.write("merge.json", super::state::state(county, resolved, &folders)?.as_bytes())?;
    }
    write_manifest(county, resolved, templates, &papers, &folders, staging)
}

/// One folder of forms: a unit's, with the accepted branches in it.
pub(super) struct FormJob<'a> {
    pub(super) unit: Unit<'a>,
    folder: String,
    pub(super) branches: Vec<(usize, &'a BranchScores)>,
    /// Branches of the unit that are missing or returned.
    lacking: Vec<Lacking<'a>>,
}

/// A branch that is missing or returned.
#[derive(Clone, Copy)]
struct Lacking<'a> {
    branch: &'a Branch,
    standing: Standing,
    /// Schemes that its members have or may have; empty where nothing is known.
    schemes: &'a BTreeSet<usize>,
}

impl<'a> FormJob<'a> {
    /// Branches that the unit's form of a scheme lacks.
    fn lacking_under(&self, scheme: usize) -> Vec<(&'a Branch, Standing)> {
        let own = |lacking: &&Lacking<'_>| lacking.schemes.is_empty() || lacking.schemes.contains(&scheme);
        self.lacking.iter().filter(own).map(|lacking| (lacking.branch, lacking.standing)).collect()
    }
}

/// Every unit that the run prints a form for: branches, then committees, then the county.
fn jobs<'a>(
    county: &'a Setup,
    resolved: &'a Resolved,
    templates: &Templates,
    folders: &[Option<String>],
    committees: &[(&'a str, String)],
) -> Vec<FormJob<'a>> {
    let accepted: Vec<(usize, &BranchScores)> = resolved
        .states()
        .enumerate()
        .filter_map(|(at, state)| match state {
            BranchState::Accepted(card) => Some((at, card.as_ref())),
            _ => None,
        })
        .collect();
    let branch = |at: usize| &county.register.branches[at];
    let lacking = |of: &dyn Fn(usize) -> bool| -> Vec<Lacking<'a>> {
        let results = resolved.branches.iter().enumerate().filter(|(at, _)| of(*at));
        let lacks = |(at, result): (usize, &'a BranchResult)| {
            let standing = match result.state {
                BranchState::Missing => Standing::Missing,
                BranchState::Returned => Standing::Returned,
                _ => return None,
            };
            Some(Lacking { branch: branch(at), standing, schemes: &result.schemes })
        };
        results.filter_map(lacks).collect()
    };
    let mut jobs = branch_jobs(county, resolved, folders);
    // A run of single branches has no form of a whole: it would pass for the committee's or the county's.
    if county.only.is_empty() {
        jobs.extend(committees.iter().map(|(committee, folder)| FormJob {
            unit: Unit::Committee(committee),
            folder: folder.clone(),
            branches: accepted.iter().copied().filter(|(at, _)| branch(*at).committee == *committee).collect(),
            lacking: lacking(&|at| branch(at).committee == *committee),
        }));
        let (unit, lacking) = (Unit::County(&county.workspace.county), lacking(&|_| true));
        jobs.push(FormJob { unit, folder: String::new(), branches: accepted, lacking });
    }
    jobs.retain(|job| !job.branches.is_empty() && templates.forms.iter().any(|form| form.is_for(job.unit.kind())));
    jobs
}

/// Each accepted branch, in the register's order.
pub(super) fn branch_jobs<'a>(county: &'a Setup, resolved: &'a Resolved, folders: &[Option<String>]) -> Vec<FormJob<'a>> {
    let accepted = resolved.states().enumerate().filter_map(|(at, state)| match state {
        BranchState::Accepted(card) => Some((at, card.as_ref())),
        _ => None,
    });
    let job = |(at, card): (usize, &'a BranchScores)| FormJob {
        unit: Unit::Branch(&county.register.branches[at]),
        folder: folders.get(at).cloned().flatten().unwrap_or_default(),
        branches: vec![(at, card)],
        lacking: Vec::new(),
    };
    accepted.map(job).collect()
}

/// What everything that is written needs.
pub(super) struct Writer<'a> {
    pub(super) county: &'a Setup,
    pub(super) templates: &'a Templates,
    pub(super) staging: &'a Staging,
    pub(super) issuer: &'a Issuer,
    /// Who is ranked with members of other branches.
    pub(super) fields: Arc<Fields>,
    /// SHA-256 of every file of the inbox.
    pub(super) digests: BTreeMap<Arc<str>, String>,
    /// Corrections that boards print.
    printed: BTreeMap<usize, Vec<Change>>,
    /// Letters that have a number.
    numbers: Vec<NumberedLetter>,
    /// Every form by its path without extension.
    pub(super) papers: Mutex<BTreeMap<String, FormRecord>>,
    /// Boards for the page, by place in the register.
    boards: Mutex<BTreeMap<usize, Board>>,
}

/// What printing a unit's forms showed.
pub(super) struct Noticed<'a> {
    unit: Unit<'a>,
    /// Characters that no face has.
    characters: BTreeSet<char>,
    /// Text that does not fit, photos that cannot be used.
    unfit: Vec<Finding>,
}

impl<'a> Noticed<'a> {
    pub(super) fn of(unit: Unit<'a>) -> Self {
        Self { unit, characters: BTreeSet::new(), unfit: Vec::new() }
    }

    /// Keeps what layout noticed.
    pub(super) fn notice(&mut self, form: &Form, notes: Vec<Note>) {
        for note in notes {
            match note {
                Note::MissingCharacter { character, .. } => drop(self.characters.insert(character)),
                Note::DoesNotFit { sheet, cell } => self.unfit.push(does_not_fit(form, self.unit, &sheet, cell)),
                Note::ReplacedCharacter { .. } => {}
            }
        }
    }
}

impl<'a> Writer<'a> {
    pub(super) fn new(county: &'a Setup, resolved: &Resolved, templates: &'a Templates, staging: &'a Staging, issuer: &'a Issuer) -> Self {
        Self {
            printed: posted::printed(county, &resolved.comparison.changes),
            county,
            templates,
            staging,
            issuer,
            fields: Arc::clone(&resolved.fields),
            digests: resolved.inputs.iter().map(|(name, digest, _)| (Arc::clone(name), digest.clone())).collect(),
            numbers: resolved.comparison.letters.clone(),
            papers: Mutex::default(),
            boards: Mutex::default(),
        }
    }
}

impl Writer<'_> {
    fn forms<'a>(&self, job: &FormJob<'a>) -> Result<Noticed<'a>, RunError> {
        let mut noticed = Noticed::of(job.unit);
        for form in &self.templates.forms {
            if let Data::Bound(_) = form.data {
                if form.is_for(job.unit.kind()) {
                    self.write_book(form, job, &mut noticed)?;
                }
            } else if let Some(filled) = self.fill(form, job)? {
                let board = self.print(form, &job.folder, filled, &mut noticed)?;
                if let (Some(board), [(at, _)]) = (board, job.branches.as_slice()) {
                    self.boards.lock().unwrap_or_else(PoisonError::into_inner).insert(*at, board);
                }
            }
        }
        Ok(noticed)
    }

    /// A form's template; a board's goes by the paper of the branch and of the category of its first member under the scheme.
    fn template(&self, form: &Form, job: &FormJob<'_>, scheme: usize) -> Result<&Loaded, RunError> {
        let variant = match job.unit {
            Unit::Branch(branch) => {
                let category = job.branches.iter().flat_map(|(_, card)| &card.submission.members).find(|member| member.scheme == scheme);
                let paper = self.county.workspace.paper_of(branch, category.map_or("", |member| &member.category));
                if paper == Paper::A4 { Variant::A4 } else { Variant::Usual }
            }
            Unit::Committee(_) => Variant::Usual,
            Unit::County(_) => Variant::County,
        };
        self.templates.variant(form, scheme, variant)
    }

    /// The form over all schemes of the unit, one part per scheme; none if it has nothing to show.
    pub(super) fn fill(&self, form: &Form, job: &FormJob<'_>) -> Result<Option<Filled<'_>>, RunError> {
        self.fill_of(form, job, self.issuer)
    }

    /// The same of a period, with the outcomes of that period.
    pub(super) fn fill_of(&self, form: &Form, job: &FormJob<'_>, issuer: &Issuer) -> Result<Option<Filled<'_>>, RunError> {
        let mut parts = Vec::new();
        let mut made_from = Vec::new();
        if !form.is_for(job.unit.kind()) {
            return Ok(None);
        }
        if let Data::Whole(_, make) = form.data {
            return self.fill_whole(form, make, job);
        }
        let inputs: Vec<Arc<str>> = job.branches.iter().flat_map(|(_, card)| files_of(card)).collect();
        let codes = self.codes(form, job, issuer.run.period.every(), &inputs)?;
        let of_branch = form.id == BRANCH_SCORE.id;
        for (at, scheme) in self.county.schemes.iter().enumerate() {
            let Some(code) = &codes[at] else { continue };
            let loaded = self.template(form, job, at)?;
            let views: Vec<View<'_>> = job
                .branches
                .iter()
                .map(|(branch, card)| {
                    let (outcomes, own) = forms::under(&card.outcomes, at);
                    View {
                        issuer,
                        calendar: &self.county.calendar,
                        branch: &self.county.register.branches[*branch],
                        submission: &card.submission,
                        scheme,
                        changes: self.printed.get(branch).filter(|_| issuer.run == self.issuer.run).map_or(&[], Vec::as_slice),
                        outcomes,
                        all: &card.outcomes,
                        schemes: &self.county.schemes,
                        own,
                        digest: code.clone(),
                        digests: &codes,
                    }
                })
                .filter(|view| view.members().next().is_some() || (of_branch && view.own.is_some()))
                .collect();
            let Some(first) = views.first() else { continue };
            let mut record = match form.data {
                Data::Branch(make) => make(first),
                Data::Group(_, make) => {
                    let lacking = job.lacking_under(at);
                    let owing = views.len() + lacking.len();
                    make(&Group { unit: job.unit, issuer, scheme, views, digest: code, owing, lacking })
                }
                _ => continue,
            };
            if record.lists.get("").is_some_and(Vec::is_empty) {
                continue;
            }
            if form.id == BOARD.id {
                forms::corrections_without_place(&mut record, |field| loaded.template.shows(field));
            }
            let inputs: Vec<&str> = inputs.iter().map(AsRef::as_ref).collect();
            made_from.push(json!({ "code": code, "scheme": scheme.id, "template": loaded.name, "inputs": inputs }));
            forms::in_terms(&mut record, &self.county.terms);
            parts.push((&loaded.template, record));
        }
        Ok((!parts.is_empty()).then_some(Filled { parts, made_from, ..Filled::default() }))
    }

    /// For each scheme that the run scores the short digest of what the form's part of it is made from. A form without a
    /// single score would only puzzle whoever reads it on the wall.
    fn codes(&self, form: &Form, job: &FormJob<'_>, every: Every, inputs: &[Arc<str>]) -> Result<Vec<Option<String>>, RunError> {
        let code = |(at, scheme): (usize, &Scheme)| {
            let of_branch = || form.id == BRANCH_SCORE.id && scheme.branch.as_ref().is_some_and(|rules| rules.scores(every));
            if !scheme.member.scores(every) && !of_branch() {
                return Ok(None);
            }
            let mut sources = vec![env!("CARGO_PKG_VERSION"), &scheme.digest, &self.template(form, job, at)?.digest];
            sources.extend(inputs.iter().filter_map(|file| self.digests.get(file).map(String::as_str)));
            Ok(Some(short_digest(&sources)))
        };
        self.county.schemes.iter().enumerate().map(code).collect()
    }

    /// The form over all members of the unit, whatever schemes score them; none if it has nothing to show.
    fn fill_whole(&self, form: &Form, make: fn(&Whole<'_>) -> Record, job: &FormJob<'_>) -> Result<Option<Filled<'_>>, RunError> {
        let loaded = self.templates.template(form, None)?;
        let used: BTreeSet<usize> = job.branches.iter().flat_map(|(_, card)| &card.outcomes).map(|outcome| outcome.scheme).collect();
        let schemes: Vec<_> = used.iter().map(|at| &self.county.schemes[*at]).collect();
        let inputs: Vec<Arc<str>> = job.branches.iter().flat_map(|(_, card)| files_of(card)).collect();
        let mut sources = vec![env!("CARGO_PKG_VERSION")];
        sources.extend(schemes.iter().map(|scheme| scheme.digest.as_str()));
        sources.push(&loaded.digest);
        sources.extend(inputs.iter().filter_map(|file| self.digests.get(file).map(String::as_str)));
        let found = if form.id == HONOURS.id { photos(self.county, job) } else { Found::default() };
        sources.extend(found.files.iter().map(|(_, digest)| digest.as_str()));
        let code = short_digest(&sources);
        let branches = job.branches.iter().map(|(branch, card)| Sent {
            branch: &self.county.register.branches[*branch],
            submission: &card.submission,
            outcomes: &card.outcomes,
        });
        let whole = Whole {
            unit: job.unit,
            issuer: self.issuer,
            calendar: &self.county.calendar,
            schemes: &self.county.schemes,
            branches: branches.collect(),
            lacking: job.lacking.iter().map(|lacking| (lacking.branch, lacking.standing)).collect(),
            numbers: &self.numbers,
            photos: &found.photos,
            digest: &code,
        };
        let mut record = make(&whole);
        forms::in_terms(&mut record, &self.county.terms);
        if record.lists.get("").is_some_and(Vec::is_empty) {
            return Ok(None);
        }
        let ids: Vec<&str> = schemes.iter().map(|scheme| scheme.id.as_str()).collect();
        let inputs: Vec<&str> = inputs.iter().map(AsRef::as_ref).collect();
        let mut made_from = json!({ "code": code, "schemes": ids, "template": loaded.name, "inputs": inputs });
        if !found.files.is_empty() {
            made_from["photos"] = found.files.iter().map(|(file, digest)| json!({ "file": file, "sha256": digest })).collect();
        }
        let letters = forms::issued(form, &whole);
        let parts = vec![(&loaded.template, record)];
        Ok(Some(Filled { parts, made_from: vec![made_from], letters, findings: found.findings }))
    }

    /// Prints a form into a folder, and keeps what layout noticed. Gives the board of a branch for the page.
    pub(super) fn print(
        &self,
        form: &Form,
        folder: &str,
        filled: Filled<'_>,
        noticed: &mut Noticed<'_>,
    ) -> Result<Option<Board>, RunError> {
        let unit = noticed.unit.name();
        let title = format!("{unit} {} {}", form.title, self.county.run.zh());
        let kind = if form.id == BOARD.id { dates::Paper::Board } else { dates::Paper::Other };
        let about = About { form: form.title, title, unit, author: &self.issuer.name, date: self.county.dates.in_properties(kind) };
        let wanted = Wanted { pdf: true, xlsx: true, board: form.id == BOARD.id && matches!(noticed.unit, Unit::Branch(_)) };
        let printed = print_wanted(filled.parts, self.templates.faces(), &about, wanted)?;
        let stem = stem(folder, form);
        self.staging.write(&format!("{stem}.xlsx"), &printed.xlsx)?;
        noticed.unfit.extend(filled.findings);
        noticed.notice(form, printed.notes);
        self.keep_paper(&stem, "pdf", &printed.pdf, printed.pages, filled.made_from, filled.letters)?;
        Ok(printed.board)
    }

    /// Writes a document and keeps what the manifest says of it.
    pub(super) fn keep_paper(
        &self,
        stem: &str,
        extension: &str,
        bytes: &[u8],
        pages: usize,
        made_from: Vec<serde_json::Value>,
        letters: Vec<Issued>,
    ) -> Result<(), RunError> {
        self.staging.write(&format!("{stem}.{extension}"), bytes)?;
        let paper = FormRecord { pages, made_from, letters };
        self.papers.lock().unwrap_or_else(PoisonError::into_inner).insert(stem.to_owned(), paper);
        Ok(())
    }
}

/// A form's path without extension.
fn stem(folder: &str, form: &Form) -> String {
    if folder.is_empty() { form.title.to_owned() } else { format!("{folder}/{}", form.title) }
}

impl<'a> FormJob<'a> {
    /// A branch by itself.
    pub(super) fn of(unit: Unit<'a>, at: usize, card: &'a BranchScores) -> Self {
        Self { unit, folder: String::new(), branches: vec![(at, card)], lacking: Vec::new() }
    }

    /// Where a form of the unit is written, without extension.
    pub(super) fn stem(&self, form: &Form) -> String {
        stem(&self.folder, form)
    }
}

/// The files that a branch's figures rest on: its own, and those that members who moved brought entries from.
fn files_of(card: &BranchScores) -> Vec<Arc<str>> {
    let mut files = card.submission.all_files();
    files.extend(card.submission.carried_files().cloned());
    files
}

/// A form ready to be printed: each part's template and data, and what the manifest says of them.
#[derive(Default)]
pub(super) struct Filled<'a> {
    pub(super) parts: Vec<Part<'a>>,
    pub(super) made_from: Vec<serde_json::Value>,
    /// Letters that it holds.
    pub(super) letters: Vec<Issued>,
    /// What was found on the way.
    pub(super) findings: Vec<Finding>,
}

/// What printing showed, as findings. Characters that a submission holds have been found in its cell, and a committee's form
/// only repeats what its branches' have shown: what is left comes from the register, the settings or a template.
fn findings_of(noticed: &[Noticed<'_>], known: &[Finding], templates: &Templates) -> Vec<Finding> {
    let rare = |findings: &[Finding]| -> BTreeMap<Option<Arc<str>>, BTreeSet<char>> {
        let mut rare: BTreeMap<_, BTreeSet<char>> = BTreeMap::new();
        for finding in findings.iter().filter(|finding| finding.code == Code::RareCharacter) {
            rare.entry(finding.branch_code.clone()).or_default().extend(characters(finding).chars());
        }
        rare
    };
    let new = |characters: &BTreeSet<char>, told: &BTreeSet<char>, code: Option<Arc<str>>| -> Vec<Finding> {
        let untold = characters.difference(told).filter_map(|character| rare_character(*character, &templates.fonts));
        untold.map(|finding| Finding { branch_code: code.clone(), ..finding }).collect()
    };
    let mut found: Vec<Finding> = noticed.iter().flat_map(|one| one.unfit.iter().cloned()).collect();
    let told = rare(known);
    for one in noticed {
        let Some(code) = one.unit.code() else { continue };
        let code: Option<Arc<str>> = Some(code.into());
        found.extend(new(&one.characters, told.get(&code).unwrap_or(&BTreeSet::new()), code));
    }
    let mut told: BTreeSet<char> = told.into_values().chain(rare(&found).into_values()).flatten().collect();
    for one in noticed.iter().filter(|one| one.unit.code().is_none()) {
        found.extend(new(&one.characters, &told, None));
        told.extend(&one.characters);
    }
    found
}

/// Text that even the smallest letters do not get into its cell: printed over the edge, and said.
fn does_not_fit(form: &Form, unit: Unit<'_>, sheet: &str, (row, column): (u32, u16)) -> Finding {
    let place = Place { file: None, sheet: Some(sheet.into()), cell: Some(CellRef { row, column }) };
    let mut finding = Finding::new(Code::DoesNotFit, place).arg("unit", unit.name()).arg("form", form.title);
    finding.branch_code = unit.code().map(Into::into);
    finding
}

/// `7F3A-91C2-04BD`: enough to find the manifest's lines again, short enough to read out.
pub(crate) fn short_digest(parts: &[&str]) -> String {
    let all = sha256(parts.join("\n").as_bytes());
    let text = hex(&all[..6]).to_uppercase();
    format!("{}-{}-{}", &text[..4], &text[4..8], &text[8..])
}

/// A publication that reaches a year whose working days nobody has announced has no end date, and that is said once.
fn calendar_findings(county: &Setup, issuer: &Issuer) -> Option<Finding> {
    let posted = issuer.posted?;
    let unknown = county.schemes.iter().find(|scheme| forms::publication(issuer, &county.calendar, scheme).1.is_none())?;
    let (days, _) = forms::publication(issuer, &county.calendar, unknown);
    Some(Finding::new(Code::UnknownCalendarYear, Place::default()).value(posted.to_string()).arg("days", days))
}

/// `results.jsonl`, `results.csv`, `findings.jsonl`, `问题清单.xlsx`, `全县汇总.xlsx`.
pub(crate) fn write_data(
    county: &Setup,
    resolved: &Resolved,
    issuer: &Issuer,
    folders: &BTreeMap<usize, String>,
    boards: &BTreeMap<usize, Board>,
    staging: &Staging,
) -> Result<(), RunError> {
    let failed = |what: &str| {
        let what = what.to_owned();
        move |error: String| RunError::Document { what, branch: String::new(), error }
    };
    // Rows are made anew for each file: those of a large county together would be its largest data.
    staging.write("results.jsonl", result_lines(county, resolved).as_bytes())?;
    let figures = figure_ids(result_rows(county, resolved));
    let mut csv = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(b"\xEF\xBB\xBF".to_vec());
    let table = std::iter::once(csv_headings(&figures)).chain(result_rows(county, resolved).map(|row| row.csv_fields(&figures)));
    for record in table {
        csv.write_record(record).map_err(|error| failed("results.csv")(error.to_string()))?;
    }
    let csv = csv.into_inner().map_err(|error| failed("results.csv")(error.to_string()))?;
    staging.write("results.csv", &csv)?;
    staging.write("findings.jsonl", finding_lines(county, resolved).as_bytes())?;
    let overview = overview(county, resolved, issuer, folders);
    let details = result_rows(county, resolved).map(|row| row.table_row(&county.schemes)).collect();
    let bytes = tables::write(report::in_terms(report::county_workbook(&overview, details), &county.terms))
        .map_err(|error| failed("全县汇总.xlsx")(error.to_string()))?;
    staging.write("全县汇总.xlsx", &bytes)?;
    let book = report::in_terms(report::findings_workbook(&overview, county.workspace.language), &county.terms);
    let bytes = tables::write(book).map_err(|error| failed("问题清单.xlsx")(error.to_string()))?;
    staging.write("问题清单.xlsx", &bytes)?;
    let files = staging.written().into_keys().collect();
    let stages = stages(county, resolved);
    let (lang, posted) = (county.workspace.language, &resolved.comparison.posted_branches);
    staging.write("index.html", &html::page(&overview, &Page { lang, files: &files, stages: &stages, posted, boards }))?;
    Ok(())
}

/// The periods of the year that some scheme scores, that are posted, or that is run.
fn stages(county: &Setup, resolved: &Resolved) -> Vec<PeriodStage> {
    let year = county.workspace.year;
    let posted = &resolved.comparison.posted;
    let all = [Every::Month, Every::Quarter, Every::Half, Every::Year].into_iter().flat_map(Every::all);
    let mut runs: Vec<RunPeriod> = all.map(|period| RunPeriod { year, period }).collect();
    let scored = |run: &RunPeriod| county.schemes.iter().any(|scheme| scheme.member.scores(run.period.every()));
    runs.retain(|run| scored(run) || posted.contains_key(run) || *run == county.run);
    runs.sort_by_key(|run| (run.period.last_month(), run.period.every()));
    runs.into_iter().map(|run| PeriodStage { run, due: county.workspace.dates.due(run), posted: posted.get(&run).copied() }).collect()
}

/// The results in output order: branches by code, members in roster order, the branch itself last.
fn result_rows<'a>(county: &'a Setup, resolved: &'a Resolved) -> impl Iterator<Item = ResultRow> + 'a {
    county.register.branches.iter().zip(resolved.states()).flat_map(move |(branch, state)| {
        let card = match state {
            BranchState::Accepted(card) => Some(card),
            _ => None,
        };
        card.into_iter().flat_map(move |card| {
            card.outcomes.iter().map(move |outcome| result_row(branch, &card.submission, &county.schemes, outcome, county.run))
        })
    })
}

/// `results.jsonl`.
pub(crate) fn result_lines(county: &Setup, resolved: &Resolved) -> String {
    result_rows(county, resolved).map(|row| json_line(&row)).collect()
}

/// `findings.jsonl`.
pub(crate) fn finding_lines(county: &Setup, resolved: &Resolved) -> String {
    resolved.findings.iter().map(|finding| json_line(&finding_row(finding, county.workspace.language))).collect()
}

fn overview<'a>(county: &'a Setup, resolved: &'a Resolved, issuer: &'a Issuer, folders: &BTreeMap<usize, String>) -> Overview<'a> {
    let branches = county.register.branches.iter().enumerate().filter(|(at, _)| county.wants(*at)).map(|(at, branch)| {
        let (standing, accepted) = match &resolved.branches[at].state {
            BranchState::Accepted(card) => (Standing::Accepted, Some((&card.submission, card.outcomes.as_slice()))),
            BranchState::Returned => (Standing::Returned, None),
            BranchState::NotOwed => (Standing::NotOwed, None),
            BranchState::Missing | BranchState::LeftOut => (Standing::Missing, None),
        };
        BranchLine { at, branch, standing, files: resolved.files(at), accepted, folder: folders.get(&at).cloned() }
    });
    Overview {
        issuer,
        schemes: &county.schemes,
        branches: branches.collect(),
        findings: &resolved.findings,
        files: resolved.inputs.len(),
        changes: &resolved.comparison.changes,
        unusual: &resolved.comparison.unusual,
    }
}

/// What `check --out` asks for: `findings.jsonl` and `问题清单.xlsx`, in that folder itself.
pub fn write_findings(county: &Setup, resolved: &Resolved, out: &Path, force: bool) -> Result<(), RunError> {
    let issuer = county.issuer();
    let book = report::findings_workbook(&overview(county, resolved, &issuer, &BTreeMap::new()), county.workspace.language);
    let book = report::in_terms(book, &county.terms);
    let bytes = tables::write(book).map_err(|error| RunError::Document {
        what: "问题清单.xlsx".into(),
        branch: String::new(),
        error: error.to_string(),
    })?;
    let (lines, list) = (out.join("findings.jsonl"), out.join("问题清单.xlsx"));
    Ok(write_files(&[(&lines, finding_lines(county, resolved).as_bytes()), (&list, &bytes)], force)?)
}
