//! Everything that is configuration, loaded and proved before a submission is opened: settings, register, schemes, calendars.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use chrono::NaiveDate;

use super::first_state::{FirstState, move_into_bag, restore_names};
use super::{Dates, Options};
use crate::bag::{BagError, PersonKey};
use crate::builtin;
use crate::config::{ConfigError, decode};
use crate::county::{self, CountyError, Known, Register, Secret, Workspace, io_zh, load_workspace};
use crate::diag::{Finding, Lang};
use crate::digest;
use crate::fence::{Fence, FenceError};
use crate::font::FontError;
use crate::forms::{self, Issuer};
use crate::inbox::{self, InboxError, Incoming};
use crate::inside;
use crate::pdf::PdfError;
use crate::period::{Calendar, Every, RunPeriod};
use crate::publish::{PublishError, guard_inbox};
use crate::record::RecordError;
use crate::scheme::{self, Scheme};
use crate::submission::Intake;
use crate::words::{folded, nearest};

/// Why a run could not be done; exit code 2.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The workspace or its register.
    #[error(transparent)]
    County(#[from] CountyError),
    /// A scheme, a calendar, `templates/intake.toml`.
    #[error("{}", error.message(file, Lang::En))]
    Config {
        /// The file; its name alone if it is built in.
        file: String,
        /// All that is wrong with it.
        error: ConfigError,
    },
    /// Several files of the workspace.
    #[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))]
    Several(Vec<RunError>),
    /// A file of the workspace that cannot be read.
    #[error("{}: cannot be read: {source}", path.display())]
    Io {
        /// Which.
        path: PathBuf,
        /// The system's word.
        source: std::io::Error,
    },
    /// A form workbook.
    #[error("template {name}:\n{}", errors.iter().map(|(_, en)| en.as_str()).collect::<Vec<_>>().join("\n"))]
    Template {
        /// Form or file.
        name: String,
        /// Every fault, Chinese and English.
        errors: Vec<(String, String)>,
    },
    /// The inbox.
    #[error(transparent)]
    Inbox(#[from] InboxError),
    /// The reading processes.
    #[error(transparent)]
    Fence(#[from] FenceError),
    /// The output.
    #[error(transparent)]
    Publish(#[from] PublishError),
    /// 公示存档.
    #[error(transparent)]
    Record(#[from] RecordError),
    /// The archive.
    #[error(transparent)]
    Archive(#[from] BagError),
    /// An argument that names nothing.
    #[error("{en}")]
    Argument {
        /// Chinese.
        zh: String,
        /// English.
        en: String,
    },
    /// A font file that cannot be used.
    #[error("font {0}")]
    Font(FontError),
    /// A font that the PDF engine cannot take.
    #[error("{0}")]
    Embedding(PdfError),
    /// The threads could not be started.
    #[error("the worker threads could not be started: {0}")]
    Threads(String),
    /// A document could not be made: a fault of the program.
    #[error("{what} of branch {branch} could not be made: {error}")]
    Document {
        /// Form and kind of file.
        what: String,
        /// Branch code.
        branch: String,
        /// What happened.
        error: String,
    },
}

impl RunError {
    /// For a person.
    pub fn message(&self, lang: Lang) -> String {
        match (self, lang) {
            (Self::County(error), _) => error.message(lang),
            (Self::Archive(error), _) => error.message(lang),
            (Self::Record(error), _) => error.message(lang),
            (Self::Argument { zh, .. }, Lang::Zh) => zh.clone(),
            (Self::Inbox(InboxError::Open { path, source }), Lang::Zh) => {
                format!("收件文件夹 {}：打不开（{}）", path.display(), io_zh(source))
            }
            (Self::Fence(FenceError::Start { program, source }), Lang::Zh) => {
                format!("读取文件的进程 {} 无法启动（{}）", program.display(), io_zh(source))
            }
            (Self::Fence(error @ FenceError::Start { source, .. }), Lang::En) => format!("{error}: {source}"),
            (Self::Config { file, error }, _) => error.message(file, lang),
            (Self::Several(errors), _) => errors.iter().map(|error| error.message(lang)).collect::<Vec<_>>().join("\n"),
            (Self::Io { path, source }, Lang::Zh) => format!("{}：打不开（{}）", path.display(), io_zh(source)),
            (Self::Template { name, errors }, Lang::Zh) => {
                format!("表样 {name} 有错：\n{}", errors.iter().map(|(zh, _)| zh.as_str()).collect::<Vec<_>>().join("\n"))
            }
            (Self::Publish(PublishError::Io { path, source }), Lang::Zh) => format!("{}：写不了（{}）", path.display(), io_zh(source)),
            (Self::Publish(PublishError::Blocked { old, new, .. }), Lang::Zh) => {
                format!("{} 正被其他程序打开，不能替换；新的结果放在 {}，请关闭文件后改名", old.display(), new.display())
            }
            (Self::Document { what, branch, error }, Lang::Zh) => format!("支部 {branch} 的{what}未能生成：{error}"),
            (Self::Font(error), Lang::Zh) => format!("字体文件有错：{}", error.message(lang)),
            (Self::Embedding(error), _) => error.message(lang),
            (Self::Threads(error), Lang::Zh) => format!("无法启动工作线程：{error}"),
            (Self::Publish(error @ PublishError::Io { source, .. }), Lang::En) => format!("{error}: {source}"),
            (Self::Publish(error), lang) => error.message(lang),
            _ => self.to_string(),
        }
    }
}

/// A refusal in both languages.
pub(crate) fn refused(zh: String, en: String) -> RunError {
    RunError::Argument { zh, en }
}

/// A county ready to be run.
#[derive(Debug)]
pub struct County {
    /// `scorebook.toml`.
    pub workspace: Workspace,
    /// The register.
    pub register: Register,
    /// Schemes that the workspace names, its own first; members point into it.
    pub schemes: Vec<Scheme>,
    /// What branches call sheets and columns.
    pub intake: Intake,
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
}

impl County {
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
        let scored = |every: &Every| self.schemes.iter().any(|scheme| scheme.member.scores(*every));
        let all = Every::ALL.into_iter().filter(scored).flat_map(Every::all);
        let mut runs: Vec<RunPeriod> = all.map(|period| RunPeriod { year: self.workspace.year, period }).collect();
        runs.sort_by_key(|run| (run.period.last_month(), run.period.every()));
        runs
    }

    /// The county as forms name it.
    pub fn issuer(&self) -> Issuer {
        let notice = self.workspace.dates.notice(self.run);
        Issuer {
            county: self.workspace.county.clone(),
            name: self.workspace.issuer.clone(),
            run: self.run,
            date: self.date,
            posted: notice.posted,
            count_posting_day: notice.count_posting_day.unwrap_or(false),
            phone: notice.phone.unwrap_or_default(),
        }
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
pub fn prepare(options: &Options) -> Result<County, RunError> {
    let root = &options.workspace;
    let own = root.join("schemes");
    let mut wrong = Wrong::default();
    let schemes = scheme_names(root)?;
    let workspace = wrong.or(load_workspace(root, &Known { schemes: &schemes, forms: &forms::named() }));
    let calendar = load_calendar(root, &mut wrong)?;
    let intake = load_intake(root, &mut wrong);
    let load_register = |path: &Path| county::load_register(path, &|heading| intake.register_column(heading).to_owned());
    let Some(mut workspace) = workspace else {
        let own = county::register_of(root).filter(|_| options.bag.is_none());
        wrong.or(own.map_or(Ok(Register::default()), |path| load_register(&path)));
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
    let register = wrong.or(load_register(&workspace.register)).unwrap_or_default();
    if !register.branches.is_empty() {
        wrong.or(county::check_rules(&workspace, &register));
    }
    wrong.none()?;
    let run = options.period.unwrap_or(RunPeriod { year: workspace.year, period: crate::period::Period::YEAR });
    if run.year != workspace.year {
        return Err(RunError::Argument {
            zh: format!("--period {run} 不属于本工作区的年度 {}", workspace.year),
            en: format!("--period {run} is not in the workspace's year {}", workspace.year),
        });
    }
    let only = only(&register, &options.only)?;
    for form in options.forms.iter().flatten() {
        let known = forms::ids();
        if !known.contains(&form.as_str()) {
            let near = nearest(form, known.iter().copied());
            let all = forms::named().iter().map(|(id, title)| format!("{id}（{title}）")).collect::<Vec<_>>().join(" ");
            return Err(RunError::Argument {
                zh: format!(
                    "--forms：没有名为“{form}”的表；可用的有：{all}{}",
                    near.map(|n| format!("。您是否想写 {n}？")).unwrap_or_default()
                ),
                en: format!(
                    "--forms: there is no form `{form}`; known are: {all}{}",
                    near.map(|n| format!("; did you mean `{n}`?")).unwrap_or_default()
                ),
            });
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
    Ok(County {
        workspace,
        register,
        schemes,
        intake,
        calendar,
        run,
        dates,
        date: dates.stated().0,
        only,
        fence,
        configuration,
        first,
        kept: None,
    })
}

/// Codes of the branches that are meant: by code, by name, or all of a committee.
fn only(register: &Register, words: &[String]) -> Result<Vec<String>, RunError> {
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
                return Err(RunError::Argument {
                    zh: format!(
                        "--only {word}：名册中没有这个支部或党委{}",
                        near.map(|n| format!("，您是否想写 {n}？")).unwrap_or_default()
                    ),
                    en: format!(
                        "--only {word}: no such branch or committee in the register{}",
                        near.map(|n| format!("; did you mean `{n}`?")).unwrap_or_default()
                    ),
                });
            }
            (None, several) => {
                let all = several.iter().chain(&of_committee).copied().collect::<Vec<_>>().join(" ");
                return Err(RunError::Argument {
                    zh: format!("--only {word}：不止一个支部或党委叫这个名称，请写编码：{all}"),
                    en: format!("--only {word}: several branches or committees bear that name; write a code: {all}"),
                });
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
        wrong.0.push(RunError::Argument {
            zh: format!(
                "{}：日历文件的扩展名应是 .toml，请改名为 {stem}.toml（看不见扩展名的，请先在文件夹的“查看”中勾选“文件扩展名”）",
                path.display()
            ),
            en: format!("{}: a calendar's name ends in .toml; rename it to {stem}.toml (have the folder show extensions)", path.display()),
        });
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
