//! Arguments as typed, then resolved in one place.

use std::ffi::OsString;
use std::io::IsTerminal;
use std::path::PathBuf;
use std::process::ExitCode;

use chrono::NaiveDate;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Arg, ArgAction, ArgMatches};

use crate::diag::{Lang, fill, text};
use crate::fence::ARGUMENT as SERVE;
use crate::period::RunPeriod;
use crate::run::{ArchiveOrder, Engine, Options};

/// What the person wants.
pub enum Command {
    Run(Options),
    Check(Options),
    Issue { options: Options, roster_from: Option<PathBuf> },
    Status(Options),
    Explain { options: Options, name: String, branch: Option<String>, seq: Option<i64>, out: Option<PathBuf> },
    Rule { code: Option<String> },
    SchemeList,
    SchemeShow { id: String },
    SchemeCheck { file: PathBuf },
    TemplateList,
    TemplateFields { form: String },
    TemplateCheck { file: PathBuf, form: Option<String>, members: usize, out: Option<PathBuf> },
    TemplateExport { form: String, out: Option<PathBuf> },
    Archive { options: Options, order: ArchiveOrder, sign_with: Option<String> },
    Verify { dir: PathBuf, rerun: bool, jobs: Option<usize> },
    History { dir: PathBuf, name: String },
    Merge { outs: Vec<PathBuf>, out: PathBuf },
    Sample { dir: PathBuf, size: SampleSize },
    ServeReader,
}

/// How large an invented county is to be.
pub struct SampleSize {
    pub branches: usize,
    pub members: usize,
    pub schemes: Vec<String>,
    pub mess: u8,
    pub seed: u64,
}

/// Options of every command.
#[derive(Clone, Copy)]
pub struct Globals {
    pub lang: Lang,
    pub format: Format,
    pub quiet: bool,
    pub color: Color,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Format {
    Human,
    Json,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Color {
    Auto,
    Always,
    Never,
}

/// Arguments that cannot be used, or a call for help.
pub struct Refused {
    text: String,
    help: bool,
}

impl Refused {
    /// Prints it; help is a result, a refusal is exit code 2.
    pub fn print(self) -> ExitCode {
        use std::io::Write;
        if self.help {
            let _ = write!(std::io::stdout(), "{}", self.text);
            return ExitCode::SUCCESS;
        }
        let _ = writeln!(std::io::stderr(), "{}", self.text);
        ExitCode::from(2)
    }
}

/// The system's language: English where its locale says so, else Chinese.
fn system_lang() -> Lang {
    let locale = ["LC_ALL", "LC_MESSAGES", "LANG"].iter().find_map(|name| std::env::var(name).ok().filter(|value| !value.is_empty()));
    if locale.is_some_and(|locale| locale.starts_with("en")) { Lang::En } else { Lang::Zh }
}

/// `--lang` decides the language of help and errors too, so it is looked for before anything is parsed.
fn wanted_lang(args: &[OsString]) -> Lang {
    let words: Vec<&str> = args.iter().filter_map(|arg| arg.to_str()).collect();
    let given = words.iter().enumerate().find_map(|(at, word)| match *word {
        "--lang" => words.get(at + 1).copied(),
        _ => word.strip_prefix("--lang="),
    });
    match given {
        Some("en") => Lang::En,
        Some("zh") => Lang::Zh,
        _ => system_lang(),
    }
}

fn command(lang: Lang) -> clap::Command {
    let t = |key: &str| text(key, lang);
    let template = format!(
        "{{about}}\n\n{}{{usage}}\n\n{{all-args}}\n",
        if lang == Lang::Zh { format!("{}：", t("help-usage")) } else { format!("{}: ", t("help-usage")) }
    );
    let workspace = || {
        Arg::new("workspace")
            .display_order(0)
            .value_name("WORKSPACE")
            .required(true)
            .help(t("arg-workspace"))
            .value_parser(clap::value_parser!(PathBuf))
    };
    let option = |name: &'static str, value: &'static str, key: &str| Arg::new(name).long(name).value_name(value).help(t(key).to_owned());
    let path = |name: &'static str, value: &'static str, key: &str| option(name, value, key).value_parser(clap::value_parser!(PathBuf));
    let period = || {
        option("period", "PERIOD", "arg-period").value_parser(|text: &str| RunPeriod::parse(text).ok_or("2026, 2026H1, 2026Q3, 2026M07"))
    };
    let jobs = || option("jobs", "N", "arg-jobs").value_parser(clap::value_parser!(u16).range(1..=512));
    let only = || option("only", "CODE", "arg-only").action(ArgAction::Append);
    let sub = |name: &'static str, key: &str| {
        clap::Command::new(name)
            .about(t(key).to_owned())
            .help_template(template.clone())
            .disable_help_flag(true)
            .next_help_heading(t("help-options"))
    };
    let positional = |name: &'static str, value: &'static str, key: &str| {
        Arg::new(name).value_name(value).display_order(1).help(t(key).to_owned()).help_heading(t("help-arguments"))
    };
    let dir = || positional("dir", "DIR", "arg-dir").required(true).value_parser(clap::value_parser!(PathBuf));
    let archive = sub("archive", "cli-archive")
        .arg(workspace().help_heading(t("help-arguments")))
        .arg(path("to", "DIR", "arg-to").required(true))
        .arg(option("incomplete", "REASON", "arg-incomplete").value_parser(clap::builder::NonEmptyStringValueParser::new()))
        .arg(option("sign-with", "CMD", "arg-sign-with"))
        .arg(path("out", "DIR", "arg-archive-out"))
        .arg(jobs());
    let verify = sub("verify", "cli-verify")
        .arg(dir())
        .arg(Arg::new("rerun").long("rerun").action(ArgAction::SetTrue).help(t("arg-rerun").to_owned()))
        .arg(jobs());
    let history = sub("history", "cli-history").arg(dir()).arg(positional("name", "NAME", "arg-name").required(true).display_order(2));
    let members = |help: &str, usual: &'static str, least: i64| {
        option("members", "N", help).default_value(usual).value_parser(clap::value_parser!(u32).range(least..=500))
    };
    let sample = sub("sample", "cli-sample")
        .arg(positional("dir", "DIR", "arg-dir").required(true).value_parser(clap::value_parser!(PathBuf)))
        .arg(option("branches", "N", "arg-branches").default_value("12").value_parser(clap::value_parser!(u32).range(1..=20_000)))
        .arg(members("arg-members", "22", 1))
        .arg(option("scheme", "ID", "arg-schemes").action(ArgAction::Append))
        .arg(option("mess", "PERCENT", "arg-mess").default_value("0").value_parser(clap::value_parser!(u8).range(0..=100)))
        .arg(option("seed", "S", "arg-seed").default_value("1").value_parser(clap::value_parser!(u64)));
    clap::Command::new("scorebook")
        .version(env!("CARGO_PKG_VERSION"))
        .about(t("cli-about").to_owned())
        .help_template(format!(
            "{{about}}\n\n{}{}{{usage}}\n\n{}\n{{subcommands}}\n\n{}\n{{options}}\n",
            t("help-usage"),
            if lang == Lang::Zh { "：" } else { ": " },
            t("help-commands"),
            t("help-options")
        ))
        .disable_help_flag(true)
        .disable_version_flag(true)
        .disable_help_subcommand(true)
        .subcommand_required(true)
        .arg_required_else_help(true)
        .next_help_heading(t("help-options"))
        .arg(Arg::new("help").short('h').long("help").global(true).action(ArgAction::Help).help(t("arg-help").to_owned()))
        .arg(Arg::new("version").short('V').long("version").action(ArgAction::Version).help(t("arg-version").to_owned()))
        .arg(option("lang", "zh|en", "arg-lang").global(true).value_parser(["zh", "en"]).hide_possible_values(true))
        .arg(
            option("format", "human|json", "arg-format")
                .global(true)
                .value_parser(["human", "json"])
                .default_value("human")
                .hide_possible_values(true)
                .hide_default_value(true),
        )
        .arg(Arg::new("quiet").short('q').long("quiet").global(true).action(ArgAction::SetTrue).help(t("arg-quiet").to_owned()))
        .arg(
            option("color", "WHEN", "arg-color")
                .global(true)
                .value_parser(["auto", "always", "never"])
                .default_value("auto")
                .hide_possible_values(true)
                .hide_default_value(true),
        )
        .subcommand(
            sub("run", "cli-run")
                .arg(workspace().help_heading(t("help-arguments")))
                .arg(period())
                .arg(path("out", "DIR", "arg-out"))
                .arg(jobs())
                .arg(only())
                .arg(option("forms", "ID,…", "arg-forms").value_delimiter(','))
                .arg(
                    option("pdf-engine", "ENGINE", "arg-pdf-engine")
                        .value_parser(Engine::NAMES)
                        .default_value(Engine::default().name())
                        .hide_possible_values(true)
                        .hide_default_value(true),
                )
                .arg(option("date", "DATE", "arg-date").value_parser(|text: &str| text.parse::<NaiveDate>().map_err(|_| "YYYY-MM-DD")))
                .arg(path("last-year", "DIR", "arg-last-year")),
        )
        .subcommand(
            sub("check", "cli-check")
                .arg(workspace().help_heading(t("help-arguments")))
                .arg(period())
                .arg(path("out", "DIR", "arg-check-out"))
                .arg(jobs())
                .arg(only()),
        )
        .subcommand(
            sub("issue", "cli-issue")
                .arg(workspace().help_heading(t("help-arguments")))
                .arg(path("out", "DIR", "arg-issue-out"))
                .arg(path("roster-from", "DIR", "arg-roster-from"))
                .arg(jobs())
                .arg(only()),
        )
        .subcommand(sub("status", "cli-status").arg(workspace().help_heading(t("help-arguments"))).arg(period()).arg(jobs()))
        .subcommand(
            sub("explain", "cli-explain")
                .arg(workspace().help_heading(t("help-arguments")))
                .arg(positional("name", "NAME", "arg-name").required(true))
                .arg(option("branch", "CODE", "arg-branch"))
                .arg(option("seq", "N", "arg-seq").value_parser(clap::value_parser!(i64)))
                .arg(period())
                .arg(path("out", "DIR", "arg-explain-out"))
                .arg(option("date", "DATE", "arg-date").value_parser(|text: &str| text.parse::<NaiveDate>().map_err(|_| "YYYY-MM-DD")))
                .arg(jobs()),
        )
        .subcommand(sub("rule", "cli-rule").arg(positional("code", "CODE", "arg-code")))
        .subcommand(
            sub("scheme", "cli-scheme")
                .subcommand_required(true)
                .help_template(format!("{{about}}\n\n{{usage}}\n\n{}\n{{subcommands}}\n", t("help-commands")))
                .subcommand(sub("list", "cli-scheme-list"))
                .subcommand(sub("show", "cli-scheme-show").arg(positional("id", "ID", "arg-id").required(true)))
                .subcommand(
                    sub("check", "cli-scheme-check")
                        .arg(positional("file", "FILE", "arg-file").required(true).value_parser(clap::value_parser!(PathBuf))),
                ),
        )
        .subcommand(
            sub("template", "cli-template")
                .subcommand_required(true)
                .help_template(format!("{{about}}\n\n{{usage}}\n\n{}\n{{subcommands}}\n", t("help-commands")))
                .subcommand(sub("list", "cli-template-list"))
                .subcommand(sub("fields", "cli-template-fields").arg(positional("form", "FORM", "arg-form").required(true)))
                .subcommand(
                    sub("check", "cli-template-check")
                        .arg(positional("file", "FILE", "arg-file").required(true).value_parser(clap::value_parser!(PathBuf)))
                        .arg(option("form", "FORM", "arg-form"))
                        .arg(members("arg-sample-members", "12", 0))
                        .arg(path("out", "FILE", "arg-file")),
                )
                .subcommand(
                    sub("export", "cli-template-export")
                        .arg(positional("form", "FORM", "arg-form").required(true))
                        .arg(path("out", "FILE", "arg-file")),
                ),
        )
        .subcommand(archive)
        .subcommand(verify)
        .subcommand(history)
        .subcommand(
            sub("merge", "cli-merge")
                .arg(positional("outs", "OUT", "arg-outs").required(true).num_args(1..).value_parser(clap::value_parser!(PathBuf)))
                .arg(path("out", "DIR", "arg-merge-out").required(true)),
        )
        .subcommand(sample)
        .subcommand(clap::Command::new(SERVE).hide(true))
}

/// Reads the arguments; help and refusals come back as text in the wanted language.
pub fn parse(args: impl Iterator<Item = OsString>) -> Result<(Command, Globals), Refused> {
    let args: Vec<OsString> = args.collect();
    let lang = wanted_lang(&args);
    let matches = command(lang).try_get_matches_from(args).map_err(|error| refused(&error, lang))?;
    let chosen = |name: &str| {
        matches.subcommand().map(|(_, sub)| sub).and_then(|sub| deepest(sub).try_get_one::<String>(name).ok().flatten().cloned())
    };
    let quiet = matches.subcommand().is_some_and(|(_, sub)| deepest(sub).get_flag("quiet"));
    let globals = Globals {
        lang,
        format: if chosen("format").as_deref() == Some("json") { Format::Json } else { Format::Human },
        quiet,
        color: match chosen("color").as_deref() {
            Some("always") => Color::Always,
            Some("never") => Color::Never,
            _ if std::env::var_os("NO_COLOR").is_some() && !std::io::stdout().is_terminal() => Color::Never,
            _ => Color::Auto,
        },
    };
    let Some(command) = resolve(&matches) else {
        return Err(Refused { text: text("usage-fault", lang).to_owned(), help: false });
    };
    Ok((command, globals))
}

fn deepest(matches: &ArgMatches) -> &ArgMatches {
    matches.subcommand().map_or(matches, |(_, sub)| deepest(sub))
}

fn resolve(matches: &ArgMatches) -> Option<Command> {
    let (name, sub) = matches.subcommand()?;
    let inner = sub.subcommand();
    let word = |matches: &ArgMatches, id: &str| matches.get_one::<String>(id).cloned();
    let file = |matches: &ArgMatches, id: &str| matches.get_one::<PathBuf>(id).cloned();
    Some(match (name, inner) {
        ("run", _) => Command::Run(options(sub)?),
        ("check", _) => Command::Check(options(sub)?),
        ("issue", _) => Command::Issue { options: options(sub)?, roster_from: file(sub, "roster-from") },
        ("status", _) => Command::Status(options(sub)?),
        // Its folder is for the form; checking must not write its findings there.
        ("explain", _) => Command::Explain {
            options: Options { out: None, ..options(sub)? },
            name: word(sub, "name")?,
            branch: word(sub, "branch"),
            seq: sub.get_one::<i64>("seq").copied(),
            out: file(sub, "out"),
        },
        ("rule", _) => Command::Rule { code: word(sub, "code") },
        ("scheme", Some(("list", _))) => Command::SchemeList,
        ("scheme", Some(("show", last))) => Command::SchemeShow { id: word(last, "id")? },
        ("scheme", Some(("check", last))) => Command::SchemeCheck { file: file(last, "file")? },
        ("template", Some(("list", _))) => Command::TemplateList,
        ("template", Some(("fields", last))) => Command::TemplateFields { form: word(last, "form")? },
        ("template", Some(("check", last))) => {
            let members = *last.get_one::<u32>("members")? as usize;
            Command::TemplateCheck { file: file(last, "file")?, form: word(last, "form"), members, out: file(last, "out") }
        }
        ("template", Some(("export", last))) => Command::TemplateExport { form: word(last, "form")?, out: file(last, "out") },
        ("archive", _) => Command::Archive {
            options: options(sub)?,
            order: ArchiveOrder { to: file(sub, "to")?, incomplete: word(sub, "incomplete") },
            sign_with: word(sub, "sign-with"),
        },
        ("verify", _) => Command::Verify { dir: file(sub, "dir")?, rerun: sub.get_flag("rerun"), jobs: count(sub) },
        ("merge", _) => Command::Merge { outs: sub.get_many::<PathBuf>("outs")?.cloned().collect(), out: file(sub, "out")? },
        ("history", _) => Command::History { dir: file(sub, "dir")?, name: word(sub, "name")? },
        (SERVE, _) => Command::ServeReader,
        ("sample", _) => Command::Sample {
            dir: file(sub, "dir")?,
            size: SampleSize {
                branches: *sub.get_one::<u32>("branches")? as usize,
                members: *sub.get_one::<u32>("members")? as usize,
                schemes: sub.get_many::<String>("scheme").map(|all| all.cloned().collect()).unwrap_or_default(),
                mess: *sub.get_one::<u8>("mess")?,
                seed: *sub.get_one::<u64>("seed")?,
            },
        },
        _ => return None,
    })
}

fn count(matches: &ArgMatches) -> Option<usize> {
    matches.try_get_one::<u16>("jobs").ok().flatten().map(|jobs| usize::from(*jobs))
}

fn options(matches: &ArgMatches) -> Option<Options> {
    // Not every command has every option; asking for one that a command lacks gives none.
    let many = |id: &str| {
        matches
            .try_get_many::<String>(id)
            .ok()
            .flatten()
            .map(|all| all.map(|one| one.trim().to_owned()).filter(|one| !one.is_empty()).collect::<Vec<_>>())
    };
    Some(Options {
        workspace: matches.get_one::<PathBuf>("workspace")?.clone(),
        period: matches.try_get_one::<RunPeriod>("period").ok().flatten().copied(),
        out: matches.try_get_one::<PathBuf>("out").ok().flatten().cloned(),
        jobs: count(matches),
        only: many("only").unwrap_or_default(),
        forms: many("forms"),
        last_year: matches.try_get_one::<PathBuf>("last-year").ok().flatten().cloned(),
        date: matches.try_get_one::<NaiveDate>("date").ok().flatten().copied(),
        pdf_engine: matches.try_get_one::<String>("pdf-engine").ok().flatten().and_then(|name| Engine::parse(name)).unwrap_or_default(),
        bag: None,
        program: std::env::current_exe().ok(),
    })
}

/// The parser's refusal in a clerk's words.
fn refused(error: &clap::Error, lang: Lang) -> Refused {
    if matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand) {
        let asked = error.kind() != ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand;
        return Refused { text: error.render().to_string(), help: asked };
    }
    let context = |kind: ContextKind| -> Vec<String> {
        match error.get(kind) {
            Some(ContextValue::String(one)) => vec![one.clone()],
            Some(ContextValue::Strings(all)) => all.clone(),
            _ => Vec::new(),
        }
    };
    let first = |kind: ContextKind| context(kind).into_iter().next();
    let near = |kind: ContextKind| first(kind).map(|name| fill("usage-near", lang, &[("name", &name)])).unwrap_or_default();
    let said = match error.kind() {
        ErrorKind::UnknownArgument => first(ContextKind::InvalidArg)
            .map(|what| fill("usage-unknown", lang, &[("what", &what), ("near", &near(ContextKind::SuggestedArg))])),
        ErrorKind::InvalidSubcommand => first(ContextKind::InvalidSubcommand)
            .map(|what| fill("usage-unknown", lang, &[("what", &what), ("near", &near(ContextKind::SuggestedSubcommand))])),
        ErrorKind::MissingRequiredArgument => Some(fill("usage-missing", lang, &[("what", &context(ContextKind::InvalidArg).join(" "))])),
        ErrorKind::MissingSubcommand => Some(fill("usage-missing", lang, &[("what", &context(ContextKind::ValidSubcommand).join(" | "))])),
        ErrorKind::InvalidValue | ErrorKind::ValueValidation => first(ContextKind::InvalidArg).map(|what| {
            let all = context(ContextKind::ValidValue);
            let source = std::error::Error::source(error).map(ToString::to_string);
            let all = if all.is_empty() { source.unwrap_or_default() } else { all.join(" ") };
            let allowed = if all.is_empty() { String::new() } else { fill("usage-allowed", lang, &[("all", &all)]) };
            let value = first(ContextKind::InvalidValue).unwrap_or_default();
            fill("usage-value", lang, &[("value", &value), ("what", &what), ("allowed", &allowed)])
        }),
        ErrorKind::ArgumentConflict => first(ContextKind::InvalidArg)
            .filter(|what| context(ContextKind::PriorArg).iter().all(|prior| prior == what))
            .map(|what| fill("usage-twice", lang, &[("what", &what)])),
        _ => None,
    };
    let said = said.unwrap_or_else(|| error.to_string().lines().next().unwrap_or_default().trim_start_matches("error: ").to_owned());
    let colon = if lang == Lang::Zh { "：" } else { ": " };
    Refused { text: format!("{}{colon}{said}\n{}", text("usage-fault", lang), text("usage-help", lang)), help: false }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_option_given_twice_is_refused_in_the_reader_s_language() {
        let told = |lang: &str| {
            let words = ["scorebook", "--lang", lang, "run", "w", "--forms", "board", "--forms", "registry"];
            parse(words.map(OsString::from).into_iter()).err().map(|refused| refused.text).unwrap_or_default()
        };
        assert!(told("zh").starts_with("命令写得不对：--forms <ID,…> 只能写一次；几个值用逗号隔开\n"), "{}", told("zh"));
        assert!(told("en").contains("--forms <ID,…> may be given once"), "{}", told("en"));
    }
}
