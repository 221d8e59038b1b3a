//! Everything that is configuration, loaded and proved before a submission is opened: settings, register, schemes, calendars.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use chrono::NaiveDate;

use super::first_state::{FirstState, move_into_bag, restore_names};
use super::terms::{forget_usual_categories, terms_of};
use super::{Dates, Options, RunError, refused};
use crate::bag::PersonKey;
use crate::builtin;
use crate::config::decode;
use crate::county::{self, Known, Register, Secret, Workspace, load_workspace};
use crate::diag::{Finding, Said, Terms};
use crate::digest;
use crate::fence::Fence;
use crate::forms::{self, Issuer};
use crate::inbox::{self, Incoming};
use crate::inside;
use crate::period::{Calendar, Every, RunPeriod};
use crate::publish::guard_inbox;
use crate::scheme::{self, Scheme};
use crate::submission::Intake;
use crate::words::{folded, nearest};

/// A county ready to be run.
#[derive(Debug)]
pub struct Setup {
    /// `scorebook.toml`.
    pub workspace: Workspace,
    /// The register.
    pub register: Register,
    /// Schemes that the workspace names, its own first; members point into it.
    pub schemes: Vec<Scheme>,
    /// What branches call sheets and columns.
    pub intake: Intake,
    /// What the organisation calls its people and units.
    pub terms: Arc<Terms>,
    /// Working days.
    pub calendar: Calendar,
    /// The run's period.
    pub run: RunPeriod,
    /// The dates of its papers.
    pub dates: Dates,
    /// The date of papers that bear none of their own.
    pub date: NaiveDate,
    /// Codes of `--only`.
    pub only: Vec<String>,
    /// How submissions are read.
    pub fence: Fence,
    /// The county's own files and their SHA-256.
    pub configuration: Vec<(String, String)>,
    /// What the files of an archive were when they came; empty for a workspace.
    pub first: FirstState,
    /// What is read in place of the inbox: submissions that a record keeps.
    pub kept: Option<Vec<Incoming>>,
    /// Identity numbers are printed whole where a form has them.
    pub full_ids: bool,
}

impl Setup {
    /// What there is to be read, and what is wrong with the list of it.
    pub fn incoming(&self, limits: &inbox::Limits) -> Result<(Vec<Incoming>, Vec<Finding>), RunError> {
        if let Some(files) = &self.kept {
            return Ok((files.clone(), Vec::new()));
        }
        let (mut files, mut findings) = inbox::list(&self.workspace.inbox, &self.workspace.ignore, limits)?;
        restore_names(&self.first, &mut files, &mut findings);
        Ok((files, findings))
    }

    /// Every period of the year that some scheme scores, in the order of the year.
    pub fn scored_periods(&self) -> Vec<RunPeriod> {
        let of_branch = |scheme: &Scheme, every: Every| scheme.branch.as_ref().is_some_and(|rules| rules.scores(every));
        let scored = |every: &Every| {
            let own = |scheme: &Scheme| scheme.member.scores(*every) || (!scheme.scores_members() && of_branch(scheme, *every));
            self.schemes.iter().any(own)
        };
        let all = Every::ALL.into_iter().filter(scored).flat_map(Every::all);
        let mut runs: Vec<RunPeriod> = all.map(|period| RunPeriod { year: self.workspace.year, period }).collect();
        runs.sort_by_key(|run| (run.period.last_month(), run.period.every()));
        runs
    }

    /// The county as forms name it.
    pub fn issuer(&self) -> Issuer {
        self.issuer_of(self.run)
    }

    /// The county as forms of another period name it.
    pub fn issuer_of(&self, run: RunPeriod) -> Issuer {
        let notice = self.workspace.dates.notice(run);
        Issuer {
            county: self.workspace.county.clone(),
            name: self.workspace.issuer.clone(),
            run,
            date: self.date,
            posted: notice.posted,
            count_posting_day: notice.count_posting_day.unwrap_or(false),
            phone: notice.phone.unwrap_or_default(),
            address: notice.address.unwrap_or_default(),
            stated: self.dates.typed(),
            full_ids: self.full_ids,
            terms: Arc::clone(&self.terms),
        }
    }

    /// The branch that 原支部 means: its code, its name, or both.
    pub(crate) fn registered(&self, written: &str) -> Option<usize> {
        let wanted = folded(written);
        if let Some(at) = self.register.by_any_code(&wanted) {
            return Some(at);
        }
        // `0101 第一支部`, `第一支部（0101）`.
        let mut found = self.register.branches.iter().enumerate().filter(|(_, branch)| {
            let name = folded(&branch.name);
            name == wanted || (wanted.contains(&name) && wanted.contains(&branch.code))
        });
        let (at, _) = found.next()?;
        found.next().is_none().then_some(at)
    }

    /// Index of the scheme of a branch's members of a category.
    pub fn scheme_of(&self, branch: usize, category: &str) -> usize {
        let id = self.workspace.scheme_of(&self.register.branches[branch], category);
        self.schemes.iter().position(|scheme| scheme.id == id).unwrap_or(0)
    }

    /// The same of a branch that is not in the register; see [`Workspace::scheme_of_stranger`].
    pub fn scheme_of_stranger(&self, committee: &str, category: &str) -> Option<usize> {
        let id = self.workspace.scheme_of_stranger(committee, category)?;
        self.schemes.iter().position(|scheme| scheme.id == id)
    }

    /// Makes another period the run's.
    pub(crate) fn turn_to(&mut self, run: RunPeriod, options: &Options) {
        self.run = run;
        self.dates = Dates::of(options, &self.workspace, run);
        self.date = self.dates.stated().0;
    }

    /// What stands for people in tables and states.
    pub(crate) fn person_key(&self) -> PersonKey {
        PersonKey::new(self.workspace.person_key.as_ref().map(Secret::reveal))
    }

    /// What stands for the county in names: its code, or its name where it has none.
    pub(crate) fn key(&self) -> String {
        self.workspace.county_code.clone().unwrap_or_else(|| self.workspace.county.clone())
    }

    /// True where the run is about this branch.
    pub fn wants(&self, branch: usize) -> bool {
        self.only.is_empty() || self.only.contains(&self.register.branches[branch].code)
    }
}

/// Loads and proves everything that is configuration; no submission is opened.
pub fn prepare(options: &Options) -> Result<Setup, RunError> {
    let root = &options.workspace;
    let own = root.join("schemes");
    let mut wrong = Wrong::default();
    let schemes = scheme_names(root)?;
    let workspace = wrong.or(load_workspace(root, &Known { schemes: &schemes, forms: &forms::named() }));
    let calendar = load_calendar(root, &mut wrong)?;
    let intake = load_intake(root, &mut wrong);
    let load_register =
        |path: &Path, categories: &[String]| county::load_register(path, &|heading| intake.register_column(heading).to_owned(), categories);
    let Some(mut workspace) = workspace else {
        let own = county::register_of(root).filter(|_| options.bag.is_none());
        wrong.or(own.map_or(Ok(Register::default()), |path| load_register(&path, &[])));
        return Err(wrong.all());
    };
    let mut first = FirstState::default();
    if let Some(bag) = &options.bag {
        first = move_into_bag(&mut workspace, bag)?;
    } else {
        guard_inbox(root, &workspace.inbox)?;
    }
    let ids = workspace.schemes();
    let scheme = |id: &String| load_scheme(&own.join(format!("{id}.toml")), id, &workspace.categories);
    let schemes: Vec<Scheme> = ids.iter().filter_map(|id| wrong.or(scheme(id))).collect();
    let terms = terms_of(&schemes)?;
    let intake = intake.in_terms(&terms);
    forget_usual_categories(&mut workspace, &terms);
    let load_register =
        |path: &Path, categories: &[String]| county::load_register(path, &|heading| intake.register_column(heading).to_owned(), categories);
    let register = wrong.or(load_register(&workspace.register, &workspace.categories)).unwrap_or_default();
    if !register.branches.is_empty() {
        wrong.or(county::check_rules(&workspace, &register));
    }
    wrong.none()?;
    let run = options.period.unwrap_or(RunPeriod { year: workspace.year, period: crate::period::Period::YEAR });
    if run.year != workspace.year {
        return Err(refused(
            format!("--period {run} 不属于本工作区的年度 {}", workspace.year),
            format!("--period {run} is not in the workspace's year {}", workspace.year),
        ));
    }
    let only = only(&register, &workspace.register, &options.only)?;
    for form in options.forms.iter().flatten() {
        let known = forms::ids();
        if !known.contains(&form.as_str()) {
            let near = nearest(form, known.iter().copied());
            let all = forms::named().iter().map(|(id, title)| format!("{id}（{title}）")).collect::<Vec<_>>().join(" ");
            let said = Said::new(
                format!("--forms：没有名为“{form}”的表；可用的有：{all}"),
                format!("--forms: there is no form `{form}`; known are: {all}"),
            );
            return Err(RunError::Refused(said.near(near)));
        }
    }
    let mut configuration = Vec::new();
    let calendars = files(&root.join("calendar"), "toml")?;
    let words = Some(root.join(INTAKE)).filter(|path| path.exists());
    for path in [workspace.settings.clone(), workspace.register.clone()].into_iter().chain(calendars).chain(words) {
        let bytes = inside::own(&path).map_err(|source| RunError::Io { path: path.clone(), source })?;
        let name = path.strip_prefix(root).unwrap_or(&path).to_string_lossy().replace('\\', "/");
        configuration.push((name, digest::sha256_hex(&bytes)));
    }
    let dates = Dates::of(options, &workspace, run);
    let fence = Fence::new(options.program.clone(), workspace.passwords.clone());
    Ok(Setup {
        workspace,
        register,
        schemes,
        intake,
        terms,
        calendar,
        run,
        dates,
        date: dates.stated().0,
        only,
        fence,
        configuration,
        first,
        kept: None,
        full_ids: options.full_ids,
    })
}

/// The register by itself, if it can be read: for whoever asks while the settings have faults.
pub fn register_alone(root: &Path) -> Option<Register> {
    let intake = load_intake(root, &mut Wrong::default());
    county::load_register(&county::register_of(root)?, &|heading| intake.register_column(heading).to_owned(), &[]).ok()
}

/// Codes of the branches that are meant: by code, by name, or all of a committee.
fn only(register: &Register, file: &Path, words: &[String]) -> Result<Vec<String>, RunError> {
    let mut codes: Vec<String> = Vec::new();
    for word in words {
        let branches = || register.branches.iter();
        let meant = folded(word);
        let is = |name: &str| folded(name) == meant;
        let named: Vec<&str> = branches().filter(|branch| is(&branch.name)).map(|branch| branch.code.as_str()).collect();
        let of_committee: Vec<&str> = branches().filter(|branch| is(&branch.committee)).map(|branch| branch.code.as_str()).collect();
        let found: Vec<&str> = match (register.by_code(&meant), named.as_slice()) {
            (Some(_), _) => vec![meant.as_str()],
            (None, []) if !of_committee.is_empty() => of_committee,
            (None, [one]) if of_committee.is_empty() => vec![one],
            (None, []) => {
                let known = branches().flat_map(|branch| [branch.code.as_str(), &branch.name, &branch.committee]);
                let near = nearest(word, known);
                let file = file.display();
                let said = Said::new(
                    format!("--only {word}：名册中没有这个支部或党委，请写名册里的支部编码、支部名称或党委名称，全部列在 {file}"),
                    format!("--only {word}: no such branch or committee; write a code or a name as it stands in the register, {file}"),
                );
                return Err(RunError::Refused(said.near(near)));
            }
            (None, several) => {
                let all = several.iter().chain(&of_committee).copied().collect::<Vec<_>>().join(" ");
                return Err(refused(
                    format!("--only {word}：不止一个支部或党委叫这个名称，请写编码：{all}"),
                    format!("--only {word}: several branches or committees bear that name; write a code: {all}"),
                ));
            }
        };
        codes.extend(found.into_iter().filter(|code| !codes.iter().any(|own| own == code)).map(str::to_owned).collect::<Vec<_>>());
    }
    Ok(codes)
}

/// Other names of sheets and columns, the county's own.
pub(crate) const INTAKE: &str = "templates/intake.toml";

/// What is wrong with the files of a workspace: all of them are looked at before it is said.
#[derive(Default)]
struct Wrong(Vec<RunError>);

impl Wrong {
    fn or<T, E: Into<RunError>>(&mut self, result: Result<T, E>) -> Option<T> {
        result.map_err(|error| self.0.push(error.into())).ok()
    }

    fn none(self) -> Result<(), RunError> {
        if self.0.is_empty() { Ok(()) } else { Err(self.all()) }
    }

    fn all(mut self) -> RunError {
        if self.0.len() == 1 { self.0.remove(0) } else { RunError::Several(self.0) }
    }
}

/// The built-in calendars, and the county's own over them.
fn load_calendar(root: &Path, wrong: &mut Wrong) -> Result<Calendar, RunError> {
    let mut calendar = Calendar::default();
    for (name, bytes) in builtin::calendars() {
        wrong.or(calendar.add(&decode(&bytes)).map_err(|error| RunError::Config { file: name, error }));
    }
    let folder = root.join("calendar");
    for path in files(&folder, "toml")? {
        let bytes = inside::own(&path).map_err(|source| RunError::Io { path: path.clone(), source })?;
        wrong.or(calendar.add(&decode(&bytes)).map_err(|error| RunError::Config { file: path.display().to_string(), error }));
    }
    // A calendar that is passed over would be missed only when boards lack their last day.
    for path in files(&folder, "txt")? {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let stem = name.split('.').next().unwrap_or_default();
        wrong.0.push(RunError::Calendar(Said::new(
            format!(
                "{}：日历文件的扩展名应是 .toml，请改名为 {stem}.toml（看不见扩展名的，请先在文件夹的“查看”中勾选“文件扩展名”）",
                path.display()
            ),
            format!("{}: a calendar's name ends in .toml; rename it to {stem}.toml (have the folder show extensions)", path.display()),
        )));
    }
    Ok(calendar)
}

/// The built-in words, and the county's own beside them.
fn load_intake(root: &Path, wrong: &mut Wrong) -> Intake {
    let mut intake = Intake::default();
    let mut add = |file: String, bytes: &[u8]| intake.add(&decode(bytes)).map_err(|error| RunError::Config { file, error });
    wrong.or(add(INTAKE.into(), &builtin::intake().unwrap_or_default()));
    let own = root.join(INTAKE);
    match inside::own(&own) {
        Ok(bytes) => drop(wrong.or(add(own.display().to_string(), &bytes))),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
        Err(source) => wrong.0.push(RunError::Io { path: own, source }),
    }
    intake
}

/// Id and name of every scheme: the built-in ones, and the workspace's own over them.
pub fn scheme_names(root: &Path) -> Result<Vec<(String, String)>, RunError> {
    let mut names: BTreeMap<String, String> = BTreeMap::new();
    for id in builtin::scheme_ids() {
        let name = scheme::name_of(&decode(&builtin::scheme(&id).unwrap_or_default()));
        names.insert(id, name.unwrap_or_default());
    }
    for path in files(&root.join("schemes"), "toml")? {
        let id = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
        // One that cannot be read is told where it is used.
        let name = inside::own(&path).ok().and_then(|bytes| scheme::name_of(&decode(&bytes)));
        names.insert(id, name.unwrap_or_default());
    }
    Ok(names.into_iter().collect())
}

/// The workspace's own file where it has one, else the built-in. A category that the county does not have is refused: its
/// item would apply to nobody, without a word.
fn load_scheme(own: &std::path::Path, id: &str, categories: &[String]) -> Result<Scheme, RunError> {
    let (bytes, name) = if own.exists() {
        (inside::own(own).map_err(|source| RunError::Io { path: own.to_owned(), source })?, own.display().to_string())
    } else {
        (builtin::scheme(id).map(std::borrow::Cow::into_owned).unwrap_or_default(), format!("{id}.toml"))
    };
    let loaded = scheme::load_for(&decode(&bytes), id, categories);
    let mut scheme = loaded.map_err(|error| RunError::Config { file: name, error })?;
    scheme.digest = digest::sha256_hex(&bytes);
    Ok(scheme)
}

/// Files of a folder with an extension, by name; none where the folder does not exist.
pub(crate) fn files(folder: &std::path::Path, extension: &str) -> Result<Vec<PathBuf>, RunError> {
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(source) => return Err(RunError::Io { path: folder.to_owned(), source }),
    };
    let mut paths = Vec::new();
    for entry in entries {
        let path = entry.map_err(|source| RunError::Io { path: folder.to_owned(), source })?.path();
        if path.extension().is_some_and(|own| own.eq_ignore_ascii_case(extension)) {
            paths.push(path);
        }
    }
    paths.sort();
    Ok(paths)
}
