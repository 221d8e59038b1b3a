//! The command line as a definition: one struct per command, one line per option.
//!
//! `about`, `help` and the names of values hold keys of the catalogue; [`super::usage`] puts them into the reader's language.

use std::path::{Path, PathBuf};

use clap::builder::{NonEmptyStringValueParser, PossibleValuesParser, TypedValueParser};
use clap::{ArgAction, Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

use crate::county::year_of;
use crate::diag::Lang;
use crate::explain::WhichRecord;
use crate::fence::ARGUMENT as SERVE;
use crate::forms::Form;
use crate::issue::Ballots;
use crate::mail_merge::{FillOrder, Kinds};
use crate::period::{NamedPeriod, RunPeriod};
use crate::post::PostOrder;
use crate::print::PrintOrder;
use crate::publish::LockWish;
use crate::run::{Engine, Options};

use super::today::{TypedDate, typed_date};
use super::values::{Wrong, whole};

/// Threads at most.
const JOBS: u64 = 512;

/// The whole command line.
#[derive(Parser)]
#[command(name = "scorebook", version, about = "cli-about")]
pub struct Arguments {
    #[command(flatten)]
    pub globals: Globals,
    #[command(subcommand)]
    pub command: Command,
}

/// Options of every command.
#[derive(Args, Clone, Copy)]
pub struct Globals {
    #[arg(short = 'h', long, global = true, action = ArgAction::Help, help = "arg-help")]
    help: Option<bool>,
    #[arg(short = 'V', long, action = ArgAction::Version, help = "arg-version")]
    version: Option<bool>,
    /// The system's language if absent.
    #[arg(long, value_name = "zh|en", global = true, value_parser = lang(), hide_possible_values = true, help = "arg-lang")]
    pub lang: Option<Lang>,
    #[arg(long, value_name = "human|json", global = true, default_value = "human", hide_possible_values = true, hide_default_value = true)]
    #[arg(help = "arg-format")]
    pub format: Format,
    #[arg(short, long, global = true, help = "arg-quiet")]
    pub quiet: bool,
    #[arg(long, value_name = "value-when", global = true, default_value = "auto", hide_possible_values = true, hide_default_value = true)]
    #[arg(help = "arg-color")]
    pub color: Color,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    Human,
    Json,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Color {
    Auto,
    Always,
    Never,
}

#[derive(Subcommand)]
pub enum Command {
    #[command(about = "cli-init")]
    Init {
        #[arg(value_name = "value-dir", help = "arg-init-dir")]
        dir: PathBuf,
        #[arg(long, value_name = "value-old", help = "arg-from")]
        from: Option<PathBuf>,
    },
    #[command(about = "cli-doctor")]
    Doctor {
        #[arg(value_name = "value-workspace", help = "arg-workspace")]
        workspace: PathBuf,
    },
    #[command(about = "cli-run")]
    Run(Run),
    #[command(about = "cli-check")]
    Check(Check),
    #[command(about = "cli-issue")]
    Issue(Issue),
    #[command(about = "cli-status")]
    Status(Status),
    #[command(about = "cli-post")]
    Post(Post),
    #[command(about = "cli-print")]
    Print(Print),
    #[command(about = "cli-fill")]
    Fill(Fill),
    #[command(about = "cli-explain")]
    Explain(Explain),
    #[command(about = "cli-rule")]
    Rule {
        #[arg(value_name = "value-code", help = "arg-code")]
        code: Option<String>,
    },
    #[command(about = "cli-scheme", subcommand, arg_required_else_help = false)]
    Scheme(Scheme),
    #[command(about = "cli-template", subcommand, arg_required_else_help = false)]
    Template(Template),
    #[command(about = "cli-archive")]
    Archive(Archive),
    #[command(about = "cli-verify")]
    Verify {
        #[arg(value_name = "value-dir", help = "arg-dir")]
        dir: PathBuf,
        #[arg(long, help = "arg-rerun")]
        rerun: bool,
        #[arg(long, value_name = "value-n", value_parser = whole::<usize>(1, JOBS), help = "arg-jobs")]
        jobs: Option<usize>,
    },
    #[command(about = "cli-history")]
    History {
        #[arg(value_name = "value-dir", help = "arg-dir")]
        dir: PathBuf,
        #[arg(value_name = "value-name", help = "arg-name")]
        name: String,
    },
    #[command(about = "cli-merge")]
    Merge {
        #[arg(value_name = "value-out", required = true, help = "arg-outs")]
        outs: Vec<PathBuf>,
        #[arg(long, value_name = "value-dir", help = "arg-merge-out")]
        out: PathBuf,
        #[command(flatten)]
        lock: Waiting,
    },
    #[command(about = "cli-sample")]
    Sample(Sample),
    #[command(about = "cli-completions")]
    Completions {
        #[arg(value_name = "value-shell", hide_possible_values = true, help = "arg-shell")]
        shell: Shell,
    },
    #[command(about = "cli-man")]
    Man {
        #[arg(value_name = "value-dir", help = "arg-man-dir")]
        dir: Option<PathBuf>,
    },
    #[command(about = "cli-help")]
    Help {
        #[arg(value_name = "value-command", help = "arg-command")]
        command: Vec<String>,
    },
    // A reading process, started by the program itself.
    #[command(name = SERVE, hide = true)]
    ServeReader,
}

#[derive(Args)]
pub struct Run {
    #[arg(value_name = "value-workspace", help = "arg-workspace")]
    workspace: PathBuf,
    #[arg(long, value_name = "value-period", value_parser = period, help = "arg-period")]
    period: Option<NamedPeriod>,
    #[arg(long, value_name = "value-dir", help = "arg-out")]
    out: Option<PathBuf>,
    #[arg(long, value_name = "value-n", value_parser = whole::<usize>(1, JOBS), help = "arg-jobs")]
    jobs: Option<usize>,
    #[arg(long, value_name = "value-branch", help = "arg-only")]
    only: Vec<String>,
    // One list: a second `--forms` is refused.
    #[arg(long, value_name = "value-forms", value_delimiter = ',', action = ArgAction::Set, help = "arg-forms")]
    forms: Option<Vec<String>>,
    #[arg(long, value_name = "value-engine", value_parser = engine(), default_value = Engine::default().name())]
    #[arg(hide_possible_values = true, hide_default_value = true, help = "arg-pdf-engine")]
    pdf_engine: Engine,
    #[arg(long, value_name = "value-date", value_parser = typed_date, help = "arg-date")]
    date: Option<TypedDate>,
    #[arg(long, value_name = "value-dir", help = "arg-last-year")]
    last_year: Option<PathBuf>,
    #[arg(long, help = "arg-full-ids")]
    full_ids: bool,
    #[command(flatten)]
    pub lock: Waiting,
}

#[derive(Args)]
pub struct Check {
    #[arg(value_name = "value-workspace", help = "arg-workspace")]
    workspace: PathBuf,
    #[arg(long, value_name = "value-period", value_parser = period, help = "arg-period")]
    period: Option<NamedPeriod>,
    #[arg(long, value_name = "value-dir", help = "arg-check-out")]
    pub out: Option<PathBuf>,
    #[command(flatten)]
    pub over: Overwriting,
    #[arg(long, value_name = "value-n", value_parser = whole::<usize>(1, JOBS), help = "arg-jobs")]
    jobs: Option<usize>,
    #[arg(long, value_name = "value-branch", help = "arg-only-these")]
    only: Vec<String>,
}

#[derive(Args)]
pub struct Issue {
    #[arg(value_name = "value-workspace", help = "arg-workspace")]
    workspace: PathBuf,
    #[arg(long, value_name = "value-dir", help = "arg-issue-out")]
    out: Option<PathBuf>,
    #[arg(long, value_name = "value-from", help = "arg-roster-from")]
    pub roster_from: Option<PathBuf>,
    #[arg(long, value_name = "value-n", num_args = 0..=1, default_missing_value = "0", value_parser = whole::<usize>(0, 500), help = "arg-ballots")]
    ballots: Option<usize>,
    #[command(flatten)]
    pub lock: Waiting,
    #[arg(long, value_name = "value-n", value_parser = whole::<usize>(1, JOBS), help = "arg-jobs")]
    jobs: Option<usize>,
    #[arg(long, value_name = "value-branch", help = "arg-only-these")]
    only: Vec<String>,
}

#[derive(Args)]
pub struct Status {
    #[arg(value_name = "value-workspace", help = "arg-workspace")]
    workspace: PathBuf,
    #[arg(long, value_name = "value-period", value_parser = period, help = "arg-period")]
    period: Option<NamedPeriod>,
    #[arg(long, value_name = "value-date", value_parser = typed_date, help = "arg-date")]
    date: Option<TypedDate>,
    #[arg(long, value_name = "value-n", value_parser = whole::<usize>(1, JOBS), help = "arg-jobs")]
    jobs: Option<usize>,
}

#[derive(Args)]
pub struct Post {
    #[arg(value_name = "value-workspace", help = "arg-workspace")]
    workspace: PathBuf,
    #[arg(long, value_name = "value-period", value_parser = period, help = "arg-period")]
    period: Option<NamedPeriod>,
    #[arg(long, value_name = "value-date", value_parser = typed_date, help = "arg-post-date")]
    date: Option<TypedDate>,
    #[arg(long, value_name = "value-branch", help = "arg-only-these")]
    only: Vec<String>,
    #[arg(long, value_name = "value-text", value_parser = NonEmptyStringValueParser::new(), help = "arg-note")]
    note: Option<String>,
    #[arg(long, value_name = "value-n", value_parser = whole::<u32>(1, u32::MAX.into()), requires = "reason", help = "arg-withdraw")]
    withdraw: Option<u32>,
    #[arg(long, value_name = "value-text", value_parser = NonEmptyStringValueParser::new(), requires = "withdraw", help = "arg-reason")]
    reason: Option<String>,
    #[arg(long, value_name = "value-dir", help = "arg-out")]
    out: Option<PathBuf>,
    #[command(flatten)]
    pub lock: Waiting,
}

#[derive(Args)]
pub struct Print {
    #[arg(value_name = "value-workspace", help = "arg-workspace")]
    workspace: PathBuf,
    #[arg(long, value_name = "value-period", value_parser = period, help = "arg-period")]
    period: Option<NamedPeriod>,
    #[arg(long, value_name = "value-n", num_args = 0..=1, default_missing_value = "0", value_parser = whole::<u32>(0, u32::MAX.into()))]
    #[arg(help = "arg-print-posted")]
    posted: Option<u32>,
    // One list: a second `--forms` is refused.
    #[arg(long, value_name = "value-forms", value_delimiter = ',', action = ArgAction::Set, help = "arg-print-forms")]
    forms: Option<Vec<String>>,
    #[arg(long, value_name = "value-by", value_parser = ["committee", "county"], default_value = "committee")]
    #[arg(hide_possible_values = true, hide_default_value = true, help = "arg-by")]
    by: String,
    #[arg(long, value_name = "value-n", value_parser = whole::<u32>(1, 1000), default_value = "1", hide_default_value = true, help = "arg-copies")]
    copies: u32,
    #[arg(long, value_name = "value-dir", help = "arg-out")]
    out: Option<PathBuf>,
    #[arg(long, value_name = "value-n", value_parser = whole::<usize>(1, JOBS), help = "arg-jobs")]
    jobs: Option<usize>,
    #[command(flatten)]
    pub lock: Waiting,
}

#[derive(Args)]
pub struct Fill {
    #[arg(value_name = "value-template", help = "arg-fill-template")]
    template: PathBuf,
    #[arg(value_name = "value-data", help = "arg-fill-data")]
    data: PathBuf,
    #[arg(long, value_name = "value-dir", help = "arg-fill-out")]
    pub out: PathBuf,
    #[arg(long, value_name = "value-field", value_parser = NonEmptyStringValueParser::new(), help = "arg-fill-by")]
    by: Option<String>,
    #[arg(long, value_name = "value-pattern", value_parser = NonEmptyStringValueParser::new(), help = "arg-fill-name")]
    name: Option<String>,
    #[arg(long = "list", value_name = "value-list", value_parser = list, help = "arg-fill-list")]
    lists: Vec<(String, PathBuf)>,
    #[arg(long, value_name = "xlsx|pdf", value_parser = kinds(), hide_possible_values = true, help = "arg-fill-write")]
    write: Option<Kinds>,
    #[arg(long, value_name = "value-date", value_parser = typed_date, help = "arg-fill-date")]
    date: Option<TypedDate>,
    #[arg(long, value_name = "value-n", value_parser = whole::<usize>(1, JOBS), help = "arg-jobs")]
    jobs: Option<usize>,
    #[command(flatten)]
    pub lock: Waiting,
}

#[derive(Args)]
pub struct Explain {
    #[arg(value_name = "value-workspace", help = "arg-workspace")]
    workspace: PathBuf,
    #[arg(value_name = "value-name", help = "arg-name")]
    pub name: String,
    #[arg(long, value_name = "value-branch", help = "arg-branch")]
    pub branch: Option<String>,
    #[arg(long, value_name = "value-n", value_parser = whole::<i64>(1, u32::MAX.into()), help = "arg-seq")]
    pub seq: Option<i64>,
    #[arg(long, value_name = "value-period", value_parser = period, help = "arg-period")]
    period: Option<NamedPeriod>,
    #[arg(long, value_name = "value-n", num_args = 0..=1, default_missing_value = "0", value_parser = whole::<u32>(0, u32::MAX.into()))]
    #[arg(help = "arg-posted")]
    posted: Option<u32>,
    #[arg(long, value_name = "value-dir", help = "arg-explain-out")]
    pub out: Option<PathBuf>,
    #[command(flatten)]
    pub over: Overwriting,
    #[arg(long, value_name = "value-date", value_parser = typed_date, help = "arg-date")]
    date: Option<TypedDate>,
    #[arg(long, value_name = "value-n", value_parser = whole::<usize>(1, JOBS), help = "arg-jobs")]
    jobs: Option<usize>,
}

#[derive(Args)]
pub struct Archive {
    #[arg(value_name = "value-workspace", help = "arg-workspace")]
    workspace: PathBuf,
    #[arg(long, value_name = "value-dir", help = "arg-to")]
    pub to: PathBuf,
    #[arg(long, value_name = "value-text", value_parser = NonEmptyStringValueParser::new(), help = "arg-incomplete")]
    pub incomplete: Option<String>,
    #[arg(long, value_name = "value-cmd", help = "arg-sign-with")]
    pub sign_with: Option<String>,
    #[arg(long, value_name = "value-dir", help = "arg-archive-out")]
    out: Option<PathBuf>,
    #[command(flatten)]
    pub lock: Waiting,
    #[arg(long, value_name = "value-n", value_parser = whole::<usize>(1, JOBS), help = "arg-jobs")]
    jobs: Option<usize>,
}

#[derive(Subcommand)]
pub enum Scheme {
    #[command(about = "cli-scheme-list")]
    List,
    #[command(about = "cli-scheme-show")]
    Show {
        #[arg(value_name = "value-id", help = "arg-id")]
        id: String,
    },
    #[command(about = "cli-scheme-check")]
    Check {
        #[arg(value_name = "value-file", help = "arg-file")]
        file: PathBuf,
    },
}

#[derive(Subcommand)]
pub enum Template {
    #[command(about = "cli-template-list")]
    List,
    #[command(about = "cli-template-fields")]
    Fields {
        #[arg(value_name = "value-form", help = "arg-form")]
        form: String,
    },
    #[command(about = "cli-template-check")]
    Check {
        #[arg(value_name = "value-file", help = "arg-file")]
        file: PathBuf,
        #[arg(long, value_name = "value-form", help = "arg-form")]
        form: Option<String>,
        #[arg(long, value_name = "value-n", default_value = "12", value_parser = whole::<u32>(0, 500), help = "arg-sample-members")]
        members: u32,
        #[arg(long, value_name = "value-file", help = "arg-file")]
        out: Option<PathBuf>,
        #[command(flatten)]
        over: Overwriting,
    },
    #[command(about = "cli-template-export")]
    Export {
        #[arg(value_name = "value-form", help = "arg-form")]
        form: String,
        #[arg(long, value_name = "value-file", help = "arg-file")]
        out: Option<PathBuf>,
        #[command(flatten)]
        over: Overwriting,
    },
}

/// Where somebody else is writing.
#[derive(Args, Clone, Copy)]
pub struct Waiting {
    #[arg(long, help = "arg-wait")]
    wait: bool,
    #[arg(long, help = "arg-break-lock")]
    break_lock: bool,
}

impl Waiting {
    pub fn wish(self) -> LockWish {
        LockWish { wait: self.wait, break_lock: self.break_lock }
    }
}

/// Of commands that write files which a person names.
#[derive(Args, Clone, Copy)]
pub struct Overwriting {
    #[arg(long, help = "arg-force")]
    pub force: bool,
    #[command(flatten)]
    pub lock: Waiting,
}

/// How large an invented county is to be, and how untidy.
#[derive(Args)]
pub struct Sample {
    #[arg(value_name = "value-dir", help = "arg-dir")]
    pub dir: PathBuf,
    #[arg(long, value_name = "value-n", default_value = "12", value_parser = whole::<u32>(1, 20_000), help = "arg-branches")]
    pub branches: u32,
    #[arg(long, value_name = "value-n", default_value = "22", value_parser = whole::<u32>(1, 500), help = "arg-members")]
    pub members: u32,
    #[arg(long = "scheme", value_name = "value-id", help = "arg-schemes")]
    pub schemes: Vec<String>,
    #[arg(long, value_name = "value-percent", default_value = "0", value_parser = whole::<u8>(0, 100), help = "arg-mess")]
    pub mess: u8,
    #[arg(long, value_name = "value-n", default_value = "1", value_parser = whole::<u64>(0, u64::MAX), help = "arg-seed")]
    pub seed: u64,
}

fn lang() -> impl TypedValueParser<Value = Lang> {
    PossibleValuesParser::new(["zh", "en"]).map(|word| if word == "en" { Lang::En } else { Lang::Zh })
}

fn engine() -> impl TypedValueParser<Value = Engine> {
    PossibleValuesParser::new(Engine::NAMES).map(|name| Engine::parse(&name).unwrap_or_default())
}

fn kinds() -> impl TypedValueParser<Value = Kinds> {
    PossibleValuesParser::new(["xlsx", "pdf"]).map(|word| if word == "pdf" { Kinds::Pdf } else { Kinds::Xlsx })
}

/// `明细=明细.csv`
fn list(text: &str) -> Result<(String, PathBuf), Wrong> {
    let (name, path) = text.split_once('=').ok_or(Wrong::Said("usage-list"))?;
    if name.trim().is_empty() || path.is_empty() { Err(Wrong::Said("usage-list")) } else { Ok((name.trim().to_owned(), path.into())) }
}

fn period(text: &str) -> Result<NamedPeriod, Wrong> {
    NamedPeriod::parse(text).ok_or(Wrong::Said("usage-period"))
}

/// The period that is meant; without a year it is one of the workspace's year. Settings that cannot be read stop the command.
fn in_year(named: Option<NamedPeriod>, workspace: &Path) -> Option<RunPeriod> {
    let named = named?;
    Some(named.in_year(named.year.or_else(|| year_of(workspace))?))
}

/// Words as they were meant: without blanks around them, and none that is empty.
fn words(all: &[String]) -> Vec<String> {
    all.iter().map(|one| one.trim().to_owned()).filter(|one| !one.is_empty()).collect()
}

/// Ids of forms that are named by id or title; a word that is neither stays, and is refused with what there is.
fn form_ids(all: &[String]) -> Vec<String> {
    words(all).into_iter().map(|word| Form::named(&word).map_or(word, |form| form.id.to_owned())).collect()
}

/// A run over a workspace, nothing else being asked for.
pub fn plain(workspace: &Path) -> Options {
    Options { workspace: workspace.to_owned(), program: std::env::current_exe().ok(), ..Options::default() }
}

/// The same with the date that was typed.
fn dated(workspace: &Path, typed: Option<TypedDate>) -> Options {
    Options { date: typed.map(|typed| typed.date), today: typed.is_some_and(|typed| typed.today), ..plain(workspace) }
}

impl Run {
    pub fn options(&self) -> Options {
        Options {
            period: in_year(self.period, &self.workspace),
            out: self.out.clone(),
            jobs: self.jobs,
            only: words(&self.only),
            forms: self.forms.as_deref().map(form_ids),
            pdf_engine: self.pdf_engine,
            last_year: self.last_year.clone(),
            full_ids: self.full_ids,
            ..dated(&self.workspace, self.date)
        }
    }
}

impl Check {
    pub fn options(&self) -> Options {
        let only = words(&self.only);
        Options {
            period: in_year(self.period, &self.workspace),
            out: self.out.clone(),
            jobs: self.jobs,
            only,
            force: self.over.force,
            ..plain(&self.workspace)
        }
    }
}

impl Issue {
    pub fn options(&self) -> Options {
        Options { out: self.out.clone(), jobs: self.jobs, only: words(&self.only), ..plain(&self.workspace) }
    }
}

impl Status {
    pub fn options(&self) -> Options {
        Options { period: in_year(self.period, &self.workspace), jobs: self.jobs, ..dated(&self.workspace, self.date) }
    }
}

impl Post {
    pub fn options(&self) -> Options {
        Options {
            period: in_year(self.period, &self.workspace),
            out: self.out.clone(),
            only: words(&self.only),
            ..dated(&self.workspace, self.date)
        }
    }

    pub fn order(&self) -> PostOrder {
        PostOrder { note: self.note.clone(), withdraw: self.withdraw.zip(self.reason.clone()) }
    }
}

impl Print {
    pub fn options(&self) -> Options {
        Options {
            period: in_year(self.period, &self.workspace),
            out: self.out.clone(),
            jobs: self.jobs,
            forms: self.forms.as_deref().map(form_ids),
            ..plain(&self.workspace)
        }
    }

    /// Records are numbered from 1.
    pub fn order(&self) -> PrintOrder {
        let posted = self.posted.map(|n| Some(n).filter(|n| *n > 0));
        PrintOrder { whole: self.by == "county", copies: self.copies, posted }
    }
}

impl Fill {
    pub fn order(&self) -> FillOrder {
        FillOrder {
            template: self.template.clone(),
            data: self.data.clone(),
            out: self.out.clone(),
            by: self.by.clone(),
            name: self.name.clone(),
            lists: self.lists.clone(),
            kinds: self.write.unwrap_or_default(),
            jobs: self.jobs,
            date: self.date.map(|typed| typed.date),
            program: std::env::current_exe().ok(),
        }
    }
}

impl Issue {
    /// Whether ballots are asked for, and how many papers per branch; 0 leaves that to the scheme.
    pub fn ballots(&self) -> Option<Ballots> {
        self.ballots.map(|papers| Ballots { papers: Some(papers).filter(|papers| *papers > 0) })
    }
}

impl Explain {
    /// Which record is to be explained, if it is one: records are numbered from 1.
    pub fn record(&self) -> Option<WhichRecord> {
        self.posted.map(|n| if n == 0 { WhichRecord::Standing } else { WhichRecord::Number(n) })
    }

    /// Without the folder: it is for the form, and the check must not write its findings there.
    pub fn options(&self) -> Options {
        Options {
            period: in_year(self.period, &self.workspace),
            jobs: self.jobs,
            force: self.over.force,
            ..dated(&self.workspace, self.date)
        }
    }
}

impl Archive {
    pub fn options(&self) -> Options {
        Options { out: self.out.clone(), jobs: self.jobs, ..plain(&self.workspace) }
    }
}
