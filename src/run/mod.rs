//! The pipeline: load the county, gather every submission, resolve which counts, write, publish.
//!
//! Two passes. *Gather*: each file is read, checked and scored on its own, in parallel and behind a panic fence; what
//! remains is a compact card per branch. Then the county's checks run. *Write*: each branch's forms are filled, laid out
//! and written, one branch per worker at a time. The order of files, the number of threads and the day never change a byte.
//! What is done with a run stands above: `archive`, `merge`, `explain`, `post`, `issue` call this room and it knows none of them.

mod arrivals;
mod beside;
mod book;
mod budget;
mod compare;
mod dates;
mod earlier;
mod error;
mod expected;
mod first_state;
mod gather;
mod hand_down;
pub(crate) mod intake;
mod letter;
mod manifest;
mod moves;
mod owed;
mod parts;
mod photos;
mod posted;
mod prepare;
pub(crate) mod print;
mod ranks;
mod rare;
mod received;
mod resolve;
mod returns;
pub(crate) mod state;
mod templates;
mod terms;
mod versions;
mod volume;
mod write;

pub use crate::pdf::Engine;
pub use compare::Comparison;
pub use dates::{DateFrom, Dates, Paper};
pub use error::RunError;
pub use gather::{BranchScores, FileResult};
pub use owed::{Chosen, owing};
pub use parts::Put;
pub use prepare::{Setup, prepare, register_alone, scheme_names};
pub use ranks::Fields;
pub use received::Received;
pub use resolve::{BranchResult, BranchState, Resolved, resolve};
pub use templates::Templates;
pub(crate) use terms::{forget_usual_categories, terms_of};
pub use volume::{Begins, Volume, volumes};
pub use write::write;

pub(crate) use error::refused;
pub(crate) use expected::Whose;
pub(crate) use first_state::{FirstState, Original, first_state, restore_names};
pub(crate) use hand_down::HAND_DOWN;
pub(crate) use prepare::{INTAKE, files};
pub(crate) use state::{rules, whole_configuration};
pub(crate) use templates::{load_fonts, no_template};
pub(crate) use write::{finding_lines, result_lines, short_digest, write_data};

use std::path::{Path, PathBuf};

use chrono::NaiveDate;

use crate::bag::bags_below;
use crate::diag::{Fact, Finding, Severity};
use crate::font::FontSet;
use crate::period::{Period, RunPeriod};
use crate::publish::{Kept, guard, outside};

/// What a run is asked to do, resolved from the command line.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// The workspace.
    pub workspace: PathBuf,
    /// Its year where absent.
    pub period: Option<RunPeriod>,
    /// `WORKSPACE/out` where absent.
    pub out: Option<PathBuf>,
    /// Worker threads; all cores where absent.
    pub jobs: Option<usize>,
    /// Branch codes; all where empty.
    pub only: Vec<String>,
    /// Form ids; the workspace's or the defaults where absent.
    pub forms: Option<Vec<String>>,
    /// The date of the run's papers.
    pub date: Option<NaiveDate>,
    /// That date is the day on which it was typed, `--date today`.
    pub today: bool,
    /// Identity numbers are printed whole where a form has them.
    pub full_ids: bool,
    /// Last year's results: an out folder, a bag, or a folder of bags.
    pub last_year: Option<PathBuf>,
    /// Which library writes the PDF.
    pub pdf_engine: Engine,
    /// Files that are named are written over.
    pub force: bool,
    /// A bag to be scored again in place of a workspace; `workspace` is then the folder of configuration in it.
    pub bag: Option<PathBuf>,
    /// This program's own file, to be started as reading process; where absent everything is read in this one.
    pub program: Option<PathBuf>,
}

/// Told how far a stage is; called from any thread.
pub type Progress<'a> = &'a (dyn Fn(Stage, usize, usize) + Sync);

/// Stages a person waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Files read, checked and scored.
    Gather,
    /// Branches written.
    Write,
}

/// What a finished run tells.
#[derive(Debug)]
pub struct Summary {
    /// Where the result is; none for a check.
    pub folder: Option<PathBuf>,
    /// What people had there.
    pub kept: Kept,
    /// The county with its configuration.
    pub county: Setup,
    /// Why the run is about its period.
    pub chosen: Chosen,
    /// What became of each branch, in the register's order.
    pub resolved: Resolved,
}

impl Summary {
    /// 0 where every submission was accepted, 1 where some are returned, missing or unusable.
    pub fn exit_code(&self) -> u8 {
        u8::from(self.resolved.findings.iter().any(|finding| finding.severity() == Severity::Error))
    }

    /// Errors of a branch, in output order.
    pub fn errors_of(&self, branch: usize) -> impl Iterator<Item = &Finding> {
        let code = &self.county.register.branches[branch].code;
        self.resolved.findings.iter().filter(move |f| f.severity() == Severity::Error && f.branch_code.as_deref() == Some(code))
    }

    /// Findings of a severity.
    pub fn count(&self, severity: Severity) -> usize {
        self.resolved.findings.iter().filter(|finding| finding.severity() == severity).count()
    }
}

/// Reads, checks and scores; writes nothing but the findings, where `out` asks for them.
pub fn check(options: &Options, progress: Progress<'_>) -> Result<Summary, RunError> {
    let mut county = prepare(options)?;
    if let Some(out) = &options.out {
        outside(out, &county.workspace.inbox)?;
    }
    let fonts = templates::load_fonts(&county.workspace.root.join("templates/fonts"))?;
    let (resolved, chosen) = in_pool(options.jobs, || -> Result<_, RunError> {
        let (gathered, chosen) = gather_period(&mut county, options, &fonts, progress)?;
        Ok((resolve_all(&county, gathered, None)?, chosen))
    })??;
    if let Some(out) = &options.out {
        write::write_findings(&county, &resolved, out, options.force)?;
    }
    Ok(Summary { folder: None, kept: Kept::default(), county, chosen, resolved })
}

/// Scores a county beside nothing: for a look at single figures.
pub(crate) fn look(county: Setup, options: &Options, progress: Progress<'_>) -> Result<Summary, RunError> {
    let fonts = templates::load_fonts(&county.workspace.root.join("templates/fonts"))?;
    let resolved = in_pool(options.jobs, || -> Result<_, RunError> {
        let mut resolved = resolve(&county, gathered(&county, &fonts, progress)?);
        moves::settle(&county, &mut resolved);
        ranks::settle(&county, &mut resolved);
        Ok(resolved)
    })??;
    Ok(Summary { folder: None, kept: Kept::default(), county, chosen: Chosen::Argument, resolved })
}

/// The whole run.
pub fn run(options: &Options, progress: Progress<'_>) -> Result<Summary, RunError> {
    let mut county = prepare(options)?;
    let target = |county: &Setup| out_folder(options).join(folder_name(county.run, &county.only));
    // What stops the run stops it before a submission is opened; which forms are printed the period says, and that may be
    // known only when the submissions have been read.
    guard_target(&county, &target(&county))?;
    let first = Templates::load(&with_former_forms(options, &target(&county)), &county)?;
    let (resolved, chosen, published) = in_pool(options.jobs, || -> Result<_, RunError> {
        let before = county.run;
        let (gathered, chosen) = gather_period(&mut county, options, &first.fonts, progress)?;
        let again = (county.run != before).then(|| Templates::load(&with_former_forms(options, &target(&county)), &county)).transpose()?;
        guard_target(&county, &target(&county))?;
        let templates = again.as_ref().unwrap_or(&first);
        let mut resolved = resolve_all(&county, gathered, last_year(&county, options))?;
        let published = write(&county, &mut resolved, templates, options, progress)?;
        Ok((resolved, chosen, published))
    })??;
    Ok(Summary { folder: Some(published.folder), kept: published.kept, county, chosen, resolved })
}

/// Where last year's results are. The settings say where they may be: only what is there is compared with.
fn last_year<'a>(county: &'a Setup, options: &'a Options) -> Option<&'a Path> {
    let then = RunPeriod { year: county.run.year - 1, ..county.run };
    let bags = |folder: &Path| county.run.period == Period::YEAR && bags_below(folder).is_ok_and(|bags| !bags.is_empty());
    let has = |folder: &&PathBuf| folder.join(then.to_string()).join("results.jsonl").is_file() || bags(folder);
    options.last_year.as_deref().or(county.workspace.last_year.as_ref().filter(has).map(PathBuf::as_path))
}

/// Refuses a target that what belongs to people lies in, or that lies in the inbox, before a submission is opened.
pub(crate) fn guard_target(county: &Setup, target: &Path) -> Result<(), RunError> {
    let workspace = &county.workspace;
    let own = ["templates", "schemes", "calendar", "公示存档"].map(|name| workspace.root.join(name));
    let mut belongings: Vec<&Path> = vec![&workspace.root, &workspace.register, &workspace.inbox];
    belongings.extend(own.iter().map(PathBuf::as_path));
    Ok(guard(target, &belongings, Some(&workspace.inbox))?)
}

/// With `--forms`, forms that the former result has and that are not named are made anew too, so that none goes.
fn with_former_forms(options: &Options, target: &Path) -> Options {
    let mut options = options.clone();
    let Some(forms) = &mut options.forms else { return options };
    let manifest = std::fs::read(target.join("manifest.json")).unwrap_or_default();
    let manifest: serde_json::Value = serde_json::from_slice(&manifest).unwrap_or_default();
    let printed = manifest["outputs"].as_array().into_iter().flatten().filter(|output| output["made_from"].is_array());
    let titles: Vec<&str> = printed.filter_map(|output| Path::new(output["file"].as_str()?).file_stem()?.to_str()).collect();
    for known in crate::forms::FORMS {
        if titles.contains(&known.title) && !forms.iter().any(|form| form == known.id) {
            forms.push(known.id.to_owned());
        }
    }
    options
}

pub(crate) fn gather_all(county: &Setup, fonts: &FontSet, last_year: Option<&Path>, progress: Progress<'_>) -> Result<Resolved, RunError> {
    resolve_all(county, gathered(county, fonts, progress)?, last_year)
}

/// Reads every file, and puts together what each branch sent.
fn gathered(county: &Setup, fonts: &FontSet, progress: Progress<'_>) -> Result<Received, RunError> {
    received::receive(county, fonts, gather::gather(county, fonts, progress)?)
}

/// Reads everything for the run's period. Where nobody names one, what the branches have entered does: then the year is read
/// first, and the period that it shows again by itself.
fn gather_period(county: &mut Setup, options: &Options, fonts: &FontSet, progress: Progress<'_>) -> Result<(Received, Chosen), RunError> {
    if options.period.is_some() || options.bag.is_some() {
        return Ok((gathered(county, fonts, progress)?, Chosen::Argument));
    }
    if let Some(run) = county.workspace.period {
        county.turn_to(run, options);
        return Ok((gathered(county, fonts, progress)?, Chosen::Settings));
    }
    let received = gathered(county, fonts, progress)?;
    let (run, chosen) = owed::last_entered(county, &received.branches);
    if run == county.run {
        return Ok((received, chosen));
    }
    drop(received);
    county.turn_to(run, options);
    Ok((gathered(county, fonts, progress)?, chosen))
}

fn resolve_all(county: &Setup, received: Received, last_year: Option<&Path>) -> Result<Resolved, RunError> {
    ranks::refuse_part(county)?;
    let mut resolved = resolve(county, received);
    moves::settle(county, &mut resolved);
    ranks::settle(county, &mut resolved);
    owed::settle(county, &mut resolved, last_year);
    resolved.findings.extend(dates::early_posting(county));
    compare::compare(county, &mut resolved, last_year)?;
    county.put_in_terms(&mut resolved.findings);
    Ok(resolved)
}

pub(crate) fn in_pool<T: Send>(jobs: Option<usize>, work: impl FnOnce() -> T + Send) -> Result<T, RunError> {
    let mut builder = rayon::ThreadPoolBuilder::new();
    if let Some(jobs) = jobs {
        builder = builder.num_threads(jobs);
    }
    let pool = builder.build().map_err(|error| RunError::Threads(error.to_string()))?;
    Ok(pool.install(work))
}

/// Findings in the order in which every output lists them: by branch, file, sheet, row, column, code.
pub(crate) fn sort_findings(findings: &mut [Finding]) {
    // People one after the other; items period by period.
    fn person(finding: &Finding) -> Option<&Fact> {
        finding.fact.as_ref().filter(|fact| !matches!(fact, Fact::Item(_)))
    }
    findings.sort_by(|a, b| {
        let key = |finding: &Finding| {
            let cell = finding.place.cell.map(|cell| (cell.row, cell.column));
            (
                finding.branch_code.is_none(),
                finding.branch_code.clone(),
                finding.place.file.clone(),
                finding.place.sheet.clone(),
                cell,
                finding.code,
            )
        };
        // What has no cell comes in the order of the year: 1月 … 12月, 一季度 … 四季度.
        key(a)
            .cmp(&key(b))
            .then_with(|| a.value.cmp(&b.value))
            .then_with(|| person(a).cmp(&person(b)))
            .then_with(|| a.ordinal.cmp(&b.ordinal))
            .then_with(|| a.args.cmp(&b.args))
    });
}

/// The folder a run's result goes to.
pub(crate) fn folder_name(period: RunPeriod, only: &[String]) -> String {
    if only.is_empty() { period.to_string() } else { format!("{period}-only") }
}

/// `WORKSPACE/out` unless told otherwise.
pub fn out_folder(options: &Options) -> PathBuf {
    options.out.clone().unwrap_or_else(|| Path::new(&options.workspace).join("out"))
}
